//! Taints nodes that are not ready or not heard of, and marks their pods (`pkg/controller/nodelifecycle/node_lifecycle_controller.go`).

use std::rc::Rc;
use std::time::Duration;

use super::pods::{is_ready, set_condition};
use super::{Desk, Work};
use crate::api::paged::PagedMap;
use crate::api::{Node, NodeCondition, Object, Pod, PodCondition, Resource, Taint};
use crate::cluster::{Change, ChangeKind, Reason, Source};
use crate::sim::SimTime;

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(8);
/// How often every node is looked at (`--node-monitor-period`).
const PERIOD: Duration = Duration::from_secs(5);
/// When the first of those looks is.
const FIRST: Duration = Duration::from_millis(3500);

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// The controller, with the nodes it knows.
#[derive(Clone, Debug)]
pub(super) struct Controller {
    grace: Duration,
    registered: PagedMap<String, ()>,
}

impl Controller {
    /// A controller that gives nodes up after `grace` without a heartbeat.
    pub(super) const fn new(grace: Duration) -> Controller {
        Controller { grace, registered: PagedMap::new() }
    }

    /// A node that is new, changed or gone.
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        let Object::Node(node) = &change.object else {
            return;
        };
        let name = node.name().to_owned();
        if change.kind != ChangeKind::Deleted {
            desk.later(NOTICE, Work::Node(name.clone()));
        }
        let before = change.of::<Node>().and_then(|(before, _)| before);
        if change.kind != ChangeKind::Modified || before.is_some_and(|before| ready(before) != ready(node)) {
            desk.queue.push(desk.now.next_tick(PERIOD, FIRST), Work::MonitorNode(name));
        }
    }

    /// Somebody did something to a machine: its silence, if it is silent, will be noticed at some look.
    pub(super) fn expect_heartbeat(&self, desk: &mut Desk<'_>, node: &str, heartbeat: Option<SimTime>) {
        if let Some(heartbeat) = heartbeat {
            desk.queue
                .push((heartbeat + self.grace).max(desk.now).next_tick(PERIOD, FIRST), Work::MonitorNode(node.to_owned()));
        }
    }

    /// A node changed: its NoSchedule taints follow its conditions at once (`doNoScheduleTaintingPass`).
    pub(super) fn sync(&self, desk: &mut Desk<'_>, name: &str) {
        set_taints(desk, name, "NoSchedule");
    }

    /// A regular look at a node: is it known, is it heard of, does its NoExecute taint follow its Ready condition?
    pub(super) fn monitor(&mut self, desk: &mut Desk<'_>, name: &str, heartbeat: Option<SimTime>) {
        let Some(node) = desk.cluster.store().get::<Node>("", name).cloned() else {
            if self.registered.remove(|other| other.as_str().cmp(name)).is_some() {
                let message = format!("Node {name} event: Removing Node {name} from Controller");
                let gone = Node {
                    metadata: crate::api::ObjectMeta { name: Some(name.to_owned()), ..Default::default() },
                    ..Node::default()
                };
                desk.cluster.record(&gone.into(), &Source::NodeController, Reason::Normal("RemovingNode"), &message);
            }
            return;
        };
        if self.registered.insert(name.to_owned(), ()).is_none() {
            let message = format!("Node {name} event: Registered Node {name} in Controller");
            let about = Object::from(Rc::clone(&node));
            desk.cluster.record(&about, &Source::NodeController, Reason::Normal("RegisteredNode"), &message);
        }
        let lost = heartbeat.is_none_or(|heartbeat| desk.now - heartbeat >= self.grace);
        if lost && ready(&node) != "Unknown" {
            give_up(desk, node);
        }
        set_taints(desk, name, "NoExecute");
    }
}

/// The status of the Ready condition: `True`, `False` or `Unknown`.
fn ready(node: &Node) -> &str {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    conditions.iter().find(|condition| condition.type_ == "Ready").map_or("Unknown", |condition| &condition.status)
}

/// No heartbeat for too long: nothing is known of the node, and its pods are not ready.
fn give_up(desk: &mut Desk<'_>, mut node: Rc<Node>) {
    let now = desk.cluster.now_in_seconds();
    let status = Rc::make_mut(&mut node).status.get_or_insert_default();
    for condition in status.conditions.iter_mut().flatten() {
        let unknown = NodeCondition {
            type_: condition.type_.clone(),
            status: "Unknown".to_owned(),
            reason: Some("NodeStatusUnknown".to_owned()),
            message: Some("Kubelet stopped posting node status.".to_owned()),
            last_heartbeat_time: condition.last_heartbeat_time.clone(),
            last_transition_time: Some(now.clone()),
        };
        *condition = unknown;
    }
    let about = Object::from(Rc::clone(&node));
    let name = node.name().to_owned();
    let _ = desk.cluster.update_status(node);
    let message = format!("Node {name} status is now: NodeNotReady");
    desk.cluster.record(&about, &Source::NodeController, Reason::Normal("NodeNotReady"), &message);
    let pods: Vec<Rc<Pod>> = desk.cluster.store().pods_on(&name).filter(|pod| is_ready(pod)).cloned().collect();
    for pod in pods {
        mark_not_ready(desk, pod);
    }
}

fn mark_not_ready(desk: &mut Desk<'_>, mut pod: Rc<Pod>) {
    let now = desk.cluster.now_in_seconds();
    let about = Object::from(Rc::clone(&pod));
    let it = Rc::make_mut(&mut pod);
    let condition = PodCondition {
        type_: "Ready".to_owned(),
        status: "False".to_owned(),
        observed_generation: it.metadata.generation,
        ..PodCondition::default()
    };
    set_condition(it.status.get_or_insert_default().conditions.get_or_insert_default(), condition, &now);
    let _ = desk.cluster.update_status(pod);
    desk.cluster.record(&about, &Source::NodeController, Reason::Warning("NodeNotReady"), "Node is not ready");
}

/// Gives the node the taints that follow from its conditions, with this effect, and takes away those that do not.
fn set_taints(desk: &mut Desk<'_>, name: &str, effect: &str) {
    let Some(mut node) = desk.cluster.store().get::<Node>("", name).cloned() else { return };
    let now = desk.cluster.now_in_seconds();
    let wanted = wanted_taints(&node);
    let spec = Rc::make_mut(&mut node).spec.get_or_insert_default();
    let mut taints = spec.taints.take().unwrap_or_default();
    for (key, wanted) in wanted.into_iter().take(if effect == "NoExecute" { 2 } else { usize::MAX }) {
        let has = taints.iter().any(|taint| taint.key == key && taint.effect == effect);
        if wanted && !has {
            let time_added = Some(now.clone());
            taints.push(Taint { key: key.to_owned(), effect: effect.to_owned(), value: None, time_added });
        } else if !wanted {
            taints.retain(|taint| taint.key != key || taint.effect != effect);
        }
    }
    spec.taints = (!taints.is_empty()).then_some(taints);
    // Somebody else may write the node at the same time; its change wakes this controller again.
    let _ = desk.cluster.update(node);
}

/// Every taint the controller keeps, and whether the node should have it. The first two come with NoExecute as well.
fn wanted_taints(node: &Node) -> [(&'static str, bool); 7] {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let is = |kind: &str| conditions.iter().any(|condition| condition.type_ == kind && condition.status == "True");
    [
        (NOT_READY, ready(node) == "False"),
        (UNREACHABLE, ready(node) == "Unknown"),
        ("node.kubernetes.io/memory-pressure", is("MemoryPressure")),
        ("node.kubernetes.io/disk-pressure", is("DiskPressure")),
        ("node.kubernetes.io/pid-pressure", is("PIDPressure")),
        ("node.kubernetes.io/network-unavailable", is("NetworkUnavailable")),
        ("node.kubernetes.io/unschedulable", node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true)),
    ]
}
