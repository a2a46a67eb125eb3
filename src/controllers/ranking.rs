//! Which of an owner's pods go first when it has too many (`pkg/controller/controller_utils.go` `ActivePodsWithRanks`).

use std::cmp::Reverse;
use std::rc::Rc;

use jiff::Timestamp;

use super::pods::{condition, node_name, phase};
use crate::api::{Head, Pod, Resource};

/// The annotation by which a person says how dear a pod is.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// How pods of different ages compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ages {
    /// The younger one goes first.
    Exact,
    /// The younger one goes first if it is younger by far: pods of about the same age are alike.
    Rough,
}

/// Sorts pods so that those to be deleted first come first. `neighbours` says of a node's name how many pods of the same kind
/// run there: of two pods alike the one in the larger company goes first.
///
/// Upstream compares pods of about the same age by their uid before it has looked at their restarts; ours looks at those first,
/// so that the order is one.
pub(super) fn sort(pods: &mut [Rc<Pod>], neighbours: &dyn Fn(&str) -> usize, ages: Ages, now: Timestamp) {
    let age = |time: Option<Timestamp>| {
        let Some(time) = time else { return -1 };
        let nanos = now.duration_since(time).as_nanos();
        match ages {
            Ages::Exact => nanos,
            Ages::Rough if nanos > 0 => i128::from(nanos.ilog2()),
            Ages::Rough => -1,
        }
    };
    pods.sort_by_cached_key(|pod| {
        let node = node_name(pod).unwrap_or_default();
        let since = condition(pod, "Ready").filter(|_| pod.is_ready()).and_then(|ready| ready.since);
        let (restarts, sidecar_restarts) = restarts(pod);
        (
            (!node.is_empty(), ["Pending", "Unknown", "Running"].iter().position(|known| *known == phase(pod))),
            (pod.is_ready(), deletion_cost(pod), Reverse(neighbours(node))),
            (age(since), Reverse(restarts), Reverse(sidecar_restarts)),
            (age(pod.metadata.created_at().map(|at| at.0)), pod.uid().to_owned()),
        )
    });
}

/// What the annotation says; nought where there is none or it is no number as Go writes it.
fn deletion_cost(pod: &Pod) -> i32 {
    let text = pod.metadata.common().annotations.as_ref().and_then(|all| all.get(DELETION_COST));
    text.and_then(|text| text.parse::<i32>().ok().filter(|cost| cost.to_string() == *text)).unwrap_or(0)
}

/// The most restarts of a container, and of a sidecar.
fn restarts(pod: &Pod) -> (i32, i32) {
    let Some(status) = &pod.status else { return (0, 0) };
    let is_sidecar = |name: &str| {
        let containers = pod.spec.iter().flat_map(|spec| spec.init_containers.iter().flatten());
        containers.filter(|it| it.restart_policy.as_deref() == Some("Always")).any(|it| it.name == name)
    };
    let main = status.container_statuses.iter().flatten().map(|it| it.restart_count).max();
    let init = status.init_container_statuses.iter().flatten().filter(|it| is_sidecar(&it.name));
    (main.unwrap_or(0), init.map(|it| it.restart_count).max().unwrap_or(0))
}
