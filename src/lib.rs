//! DaemonSet playground: a simulated Kubernetes 1.36 control plane to learn DaemonSets on.

pub mod api;
pub mod cluster;
pub mod controllers;
pub mod kubectl;
pub mod lessons;
pub mod scenario;
pub mod session;
pub mod timeline;
pub mod shell;
pub mod sim;
#[cfg(target_arch = "wasm32")]
pub mod ui;
