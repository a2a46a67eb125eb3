//! # DaemonSet playground
//!
//! A simulated Kubernetes 1.36 control plane to learn DaemonSets on: natively as a library and a command line, in the browser
//! as a page. This is the architecture page.
//!
//! ## Bird's eye
//!
//! ```text
//! text or click → Action → write to the store → Change → work queue → controller → writes → snapshot → page
//! ```
//!
//! Nothing flows back. The page changes the cluster only by actions, which are command lines and saved files; a controller never
//! calls another controller: they meet in the store, as they do in Kubernetes. One virtual clock and one seeded generator move
//! all of it, so that the same scenario and the same actions give the same bytes natively and in the browser. Links, reloads,
//! time travel and tests rest on that.
//!
//! ## Code map, in reading order
//!
//! | room | what | knows |
//! |---|---|---|
//! | [`api`] | the nouns: Kubernetes' types, defaults, validation, selectors, YAML | nobody |
//! | [`cluster`] | the API server: store, verbs, admission, events | `api` |
//! | [`controllers`] | DaemonSets, scheduler, kubelets, node lifecycle, eviction, garbage | `api`, `cluster`, the clock and the queue |
//! | [`sim`] | the clock, the queue, and the [`sim::Simulation`] that turns them | all above |
//! | [`why`] | why there is a pod on a node, or none: the checks, in order | `sim` |
//! | [`kubectl`] | a command line in, what kubectl prints out | `sim` |
//! | [`shell`] | the little shell around kubectl | `kubectl` |
//! | [`editor`] | what the editor knows of manifests: completion, help, repairs, tidying, differences | `kubectl`, `why` |
//! | [`session`] | a person at work: everything done, in order | `shell` |
//! | [`scenario`] | the scenario file and its runner | `session` |
//! | [`timeline`] | a session with its past | `session` |
//! | [`lessons`] | lessons, their goals, their check | `session` |
//! | [`map`] | what each node is to the DaemonSets, for the page's map | `sim`, `kubectl` |
//! | [`share`] | a session as a link | `timeline`, `lessons` |
//! | [`whatif`] | what a change would do, tried on a copy of the cluster | `why`, `kubectl` |
//! | [`import`] | what kubectl prints of somebody's own cluster, as a scenario | `scenario`, `share` |
//! | [`export`] | a session as manifests and a shell script for a real cluster | `import`, `session` |
//! | `ui` | the page (wasm32 only) | all |
//!
//! ## Invariants
//!
//! - A refused write changes nothing; a write that would change nothing is no write. ([`cluster::Cluster`])
//! - Controllers read the store and write to it through the API server's verbs, never past them.
//! - The clock never goes back; work is done in the order of its time, then of its arrival. ([`sim::Queue`])
//! - Replaying a session's history on its scenario gives the same session. ([`session::Session::replay`])
//! - No input of a person panics. Errors are values and say what to do.
//! - The browser's crates are named in `ui` alone, `serde_yaml` in one file. (`tests/architecture.rs` holds the rules.)

// A released page is compiled for size, but for what is done again and again while thousands of pods are rolled out: that is marked
// `#[cfg_attr(quick, optimize(speed))]`. Small functions marked `#[inline]` are put into it.
#![cfg_attr(quick, feature(optimize_attribute))]

pub mod api;
pub mod cluster;
pub mod controllers;
pub mod editor;
pub mod export;
pub mod import;
pub mod kubectl;
pub mod lessons;
pub mod map;
pub mod scenario;
pub mod session;
pub mod share;
pub mod shell;
pub mod sim;
pub mod timeline;
pub mod whatif;
pub mod why;

#[cfg(target_arch = "wasm32")]
pub mod ui;
