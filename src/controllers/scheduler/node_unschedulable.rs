//! Cordoned nodes (`plugins/nodeunschedulable`).

use super::case::Case;
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use super::taint_toleration::tolerations;
use crate::api::selector::tolerates;
use crate::api::{Node, Pod, Taint};
use crate::cluster::Store;

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let refused = is_cordoned(&info.node) && !bears_it(case.pod);
    refused.then(|| Rejection::new("node(s) were unschedulable", Cure::None))
}

pub(super) fn hint(_: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    match event {
        Event::Node(before, Some(node)) => before.is_none_or(is_cordoned) && !is_cordoned(node),
        Event::Own(before, after) => tolerations(before).len() != tolerations(after).len() && bears_it(pod),
        _ => false,
    }
}

fn is_cordoned(node: &Node) -> bool {
    node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true)
}

fn bears_it(pod: &Pod) -> bool {
    let taint =
        Taint { key: "node.kubernetes.io/unschedulable".to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() };
    tolerations(pod).iter().any(|toleration| tolerates(toleration, &taint))
}
