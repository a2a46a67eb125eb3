//! The way out, where one machine's simulation is not enough: plain manifests, and a shell script that does a scenario again on a
//! real control plane with fake nodes.
//!
//! [`script`] makes a script of steps, [`words`] takes a command line apart, and says whether it may be run on somebody's machine.
//!
//! Invariants: nothing that somebody typed is handed to a shell as it stands, since a link may come from anybody: of command lines
//! only those of kubectl are taken, word by word, each word in quotes, always for the script's own cluster; the rest is a comment.

mod manifests;
mod script;
mod words;

pub use manifests::manifests;
pub use script::script;

/// The name of the cluster that the script makes.
pub const CLUSTER: &str = "daemonset-playground";
