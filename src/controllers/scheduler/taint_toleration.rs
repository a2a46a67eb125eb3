//! Taints, and the pods that put up with them (`plugins/tainttoleration`).

use super::case::{Case, Scene};
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use super::score::{Best, normalise};
use crate::api::selector::{tolerates, untolerated};
use crate::api::{Node, Pod, Taint, Toleration};
use crate::cluster::Store;

/// The effects that keep a pod away.
pub(super) const KEEP_AWAY: [&str; 2] = ["NoSchedule", "NoExecute"];

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    keeps_away(&info.node, case.pod).then(|| Rejection::new("node(s) had untolerated taint(s)", Cure::None))
}

pub(super) fn hint(_: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    match event {
        Event::Node(before, Some(node)) => before.is_none_or(|node| keeps_away(node, pod)) && !keeps_away(node, pod),
        Event::Own(before, after) => tolerations(before).len() != tolerations(after).len(),
        _ => false,
    }
}

/// The fewer taints there are that ask a pod to stay away if it can, the better.
pub(super) fn score(case: &Case<'_>, _: Scene<'_>, nodes: &[&NodeInfo]) -> Vec<i64> {
    let counts = |toleration: &&Toleration| matches!(toleration.effect.as_deref(), None | Some("" | "PreferNoSchedule"));
    let tolerations: Vec<&Toleration> = tolerations(case.pod).iter().filter(counts).collect();
    let disliked = |taint: &&Taint| {
        taint.effect == "PreferNoSchedule" && !tolerations.iter().any(|toleration| tolerates(toleration, taint))
    };
    normalise(nodes.iter().map(|info| taints(&info.node).iter().filter(disliked).count() as i64).collect(), Best::Least)
}

/// Whether a node has a taint that keeps a pod away.
pub(super) fn keeps_away(node: &Node, pod: &Pod) -> bool {
    untolerated(taints(node), tolerations(pod), &KEEP_AWAY).is_some()
}

/// A node's taints.
pub(super) fn taints(node: &Node) -> &[Taint] {
    node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default()
}

/// A pod's tolerations.
pub(super) fn tolerations(pod: &Pod) -> &[Toleration] {
    pod.spec.as_ref().and_then(|spec| spec.common().tolerations.as_deref()).unwrap_or_default()
}
