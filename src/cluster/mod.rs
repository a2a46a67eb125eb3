//! The API server: the only place where objects live and change.
//!
//! Controllers, the scheduler, the kubelets and kubectl meet here and nowhere else, as they do in Kubernetes. Every write
//! leaves a [`Change`] behind, in order; the simulation hands those to whoever watches.

mod admission;
mod alike;
mod custom;
mod events;
mod eviction;
mod notes;
mod plain;
mod pod_security;
mod pods;
mod random;
mod roster;
mod server;
mod services;
mod start;
mod store;

pub use crate::api::event::{Reason, Source};
pub use eviction::{DISRUPTION_ALLOWED, budget_selector, say_whether_allowed};
pub use random::{Rng, push_hex, safe_encode};
pub use server::{Cluster, DeleteOptions, Prepared, Propagation, template_generation};
pub use start::{NAMESPACES, of_api_server, of_namespace};
pub use store::{Change, ChangeKind, Store};
