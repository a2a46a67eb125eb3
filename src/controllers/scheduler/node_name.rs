//! Pods that name their node themselves (`plugins/nodename`).

use super::case::Case;
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use crate::api::Pod;
use crate::cluster::Store;
use crate::controllers::pods::node_name;

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let refused = node_name(case.pod).is_some_and(|name| name != info.name());
    refused.then(|| Rejection::new("node(s) didn't match the requested node name", Cure::None))
}

pub(super) fn hint(_: &Store, _: &Pod, event: &Event<'_>) -> bool {
    matches!(event, Event::Node(None, Some(_)))
}
