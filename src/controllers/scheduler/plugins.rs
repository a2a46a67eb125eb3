//! The plugins that may refuse a node, in the order in which they are asked (`apis/config/v1/default_plugins.go`). The first
//! that says no speaks for the node.

use std::rc::Rc;

use super::case::{Case, Scene, is_same, priority};
use super::nodes::NodeInfo;
use super::{
    node_affinity, node_name, node_ports, node_resources, node_unschedulable, pod_affinity, taint_toleration,
    topology_spread,
};
use crate::api::{Node, Pod};
use crate::cluster::Store;

/// A plugin.
pub(super) struct Plugin {
    /// Its name, as configurations of the scheduler spell it.
    pub(super) name: &'static str,
    /// Whether the node can take the pod: pure, of what is given.
    pub(super) filter: fn(&Case<'_>, &NodeInfo) -> Option<Rejection>,
    /// Whether an event may have changed its mind about a pod (upstream: `QueueingHintFn`).
    hint: fn(&Store, &Pod, &Event<'_>) -> bool,
}

/// All of them, in their order.
pub(super) const PLUGINS: [Plugin; 8] = [
    Plugin { name: "NodeUnschedulable", filter: node_unschedulable::filter, hint: node_unschedulable::hint },
    Plugin { name: "NodeName", filter: node_name::filter, hint: node_name::hint },
    Plugin { name: "TaintToleration", filter: taint_toleration::filter, hint: taint_toleration::hint },
    Plugin { name: "NodeAffinity", filter: node_affinity::filter, hint: node_affinity::hint },
    Plugin { name: "NodePorts", filter: node_ports::filter, hint: node_ports::hint },
    Plugin { name: "NodeResourcesFit", filter: node_resources::filter, hint: node_resources::hint },
    Plugin { name: "PodTopologySpread", filter: topology_spread::filter, hint: topology_spread::hint },
    Plugin { name: "InterPodAffinity", filter: pod_affinity::filter, hint: pod_affinity::hint },
];
/// The place of `NodeAffinity`, which also says no to nodes without being asked: to all but those a pod is pinned to.
pub(super) const NODE_AFFINITY: usize = 3;
/// The place of the first plugin that looks at other nodes as well.
const PLUGINS_OF_ONE_NODE: usize = 6;

/// Why a node cannot take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    /// In the scheduler's words; several where several resources are short.
    pub(super) reasons: Vec<String>,
    /// Whether other pods stand in the way.
    pub(super) cure: Cure,
    /// The place in [`PLUGINS`] of the one who says it.
    pub(super) by: usize,
}

/// Whether taking pods off a node could make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    /// It could (`Unschedulable`).
    Preemption,
    /// It could not (`UnschedulableAndUnresolvable`).
    None,
}

impl Rejection {
    /// A rejection by whoever is asked.
    pub(super) fn new(reason: &str, cure: Cure) -> Rejection {
        Rejection { reasons: vec![reason.to_owned()], cure, by: 0 }
    }
}

/// Something that happened in the cluster: before and after.
pub(super) enum Event<'a> {
    /// A node came, changed or went.
    Node(Option<&'a Node>, Option<&'a Node>),
    /// A pod found its node, changed there, or left it.
    Pod(Option<&'a Pod>, Option<&'a Pod>),
    /// The pod that waits changed itself.
    Own(&'a Pod, &'a Pod),
}

/// Whether the node can take the pod, next to its pods, and next to the more important pods that wait for it as well
/// (`framework/runtime/framework.go` `RunFilterPluginsWithNominatedPods`).
#[cfg_attr(quick, optimize(speed))]
pub(super) fn judge(scene: Scene<'_>, case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let crowded = with_nominated(scene, case, info).and_then(|(case, info)| ask(&case, &info));
    crowded.or_else(|| ask(case, info))
}

/// The node with the more important pods that wait for it, if there are any.
pub(super) fn with_nominated<'a>(scene: Scene<'_>, case: &Case<'a>, info: &NodeInfo) -> Option<(Case<'a>, NodeInfo)> {
    let counts = |other: &&Rc<Pod>| priority(other) >= priority(case.pod) && !is_same(other, case.pod);
    let mut nominated = scene.nominated.on(scene.store, info.name()).filter(counts).peekable();
    nominated.peek()?;
    let (mut case, mut info) = (case.clone(), info.clone());
    nominated.for_each(|pod| case.add(&mut info, pod));
    Some((case, info))
}

#[cfg_attr(quick, optimize(speed))]
fn ask(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let answers = PLUGINS.iter().enumerate().map(|(by, plugin)| Some(Rejection { by, ..(plugin.filter)(case, info)? }));
    answers.flatten().next()
}

/// Whether an event may help a pod that was refused by these plugins (`isPodWorthRequeuing`).
pub(super) fn may_help(store: &Store, pod: &Pod, refused_by: Refusals, event: &Event<'_>) -> bool {
    PLUGINS.iter().enumerate().any(|(place, plugin)| refused_by.contains(place) && (plugin.hint)(store, pod, event))
}

/// A set of plugins, by their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusals(u8);

impl Refusals {
    /// Puts one in.
    pub(super) fn insert(&mut self, place: usize) {
        self.0 |= 1 << place;
    }

    fn contains(self, place: usize) -> bool {
        self.0 & (1 << place) != 0
    }

    /// Whether one refused that looks at other nodes as well.
    pub(super) const fn concerns_neighbours(self) -> bool {
        self.0 >> PLUGINS_OF_ONE_NODE != 0
    }

    /// Whether nobody refused: what went wrong was not the pod's.
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}
