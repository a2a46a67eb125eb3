//! How a pod is.

use crate::api::Pod;

/// What a pod's state means to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Has no node.
    Waiting,
    /// On its way up.
    Starting,
    /// Runs, but is not ready.
    Unready,
    /// Runs and is ready.
    Running,
    /// On its way out.
    Stopping,
    /// Something is wrong.
    Failing,
    /// Ended well.
    Done,
}

/// How a pod with this word in its STATUS column ([`crate::kubectl::pod_health`]) is to be taken.
pub fn tone(pod: &Pod, status: &str) -> Tone {
    match status {
        "Terminating" => Tone::Stopping,
        "Running" if pod.is_ready() => Tone::Running,
        "Running" | "NotReady" => Tone::Unready,
        "Succeeded" | "Completed" => Tone::Done,
        "ContainerCreating" | "PodInitializing" => Tone::Starting,
        "Pending" if pod.is_bound() => Tone::Starting,
        "Pending" | "" | "SchedulingGated" => Tone::Waiting,
        _ if is_initializing(status) => Tone::Starting,
        _ => Tone::Failing,
    }
}

/// `Init:0/1`, but not `Init:Error`.
fn is_initializing(status: &str) -> bool {
    status.strip_prefix("Init:").is_some_and(|rest| rest.contains('/'))
}
