//! DaemonSet playground: a simulated Kubernetes 1.36 control plane to learn DaemonSets on.

pub mod api;
