//! What a simulation begins with.

use std::time::Duration;

use crate::api::StringMap;

/// The cluster at the beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The nodes, in the order of their addresses.
    pub nodes: Vec<NodeDefinition>,
    /// How virtual images behave; the first rule that matches counts.
    pub images: Vec<ImageRule>,
    /// How long a node may be silent before it counts as lost.
    pub node_monitor_grace: Duration,
    /// How fast the virtual kubelets are.
    pub kubelets: Kubelets,
    /// What the names of pods and all else that is random follow from.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            nodes: vec![],
            images: vec![],
            // `--node-monitor-grace-period`, default 50 s (`pkg/controller/nodelifecycle/config/v1alpha1/defaults.go`).
            node_monitor_grace: Duration::from_secs(50),
            kubelets: Kubelets::default(),
            seed: 1,
        }
    }
}

/// A node as a scenario describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeDefinition {
    /// Its name, also its host name.
    pub name: String,
    /// Labels beside those every kubelet sets.
    pub labels: StringMap,
    /// Taints as `key=value:Effect` or `key:Effect`.
    pub taints: Vec<String>,
    /// What it can hold: `cpu`, `memory`, `pods` and more, as quantities.
    pub allocatable: StringMap,
}

/// How images of a name behave.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageRule {
    /// The image's name with `*` for any text: `*:v9`.
    pub pattern: String,
    /// What its containers do.
    pub behaviour: Behaviour,
    /// Seconds until they are ready, beside what the kubelet takes.
    pub start_seconds: Option<f64>,
    /// Seconds until they end, where they do.
    pub run_seconds: Option<f64>,
}

/// What a container made from an image does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// Starts and stays.
    #[default]
    Ok,
    /// Cannot be pulled.
    PullFails,
    /// Starts, and fails after a second, or after `run_seconds`.
    Crash,
    /// Starts, and never gets ready: a readiness, liveness or startup probe fails.
    NotReady,
    /// Starts, does its work in a second, or in `run_seconds`, and ends well.
    Completes,
    /// Starts and stays, even when it is asked to stop: it is killed when its grace period is over.
    Stubborn,
}

/// How fast the virtual kubelets are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kubelets {
    /// From bound to running.
    pub start: Duration,
    /// From the request to stop to gone.
    pub stop: Duration,
}

impl Default for Kubelets {
    fn default() -> Kubelets {
        Kubelets { start: Duration::from_secs(1), stop: Duration::from_millis(500) }
    }
}
