//! Taints nodes that are not ready or not heard of, and marks their pods (`pkg/controller/nodelifecycle/node_lifecycle_controller.go`).

mod zones;

use std::rc::Rc;
use std::time::Duration;

use smallvec::SmallVec;

use super::pods::set_condition;
use super::{Desk, Work};
use crate::api::{Head, Key, Node, NodeCondition, Object, ObjectMeta, Pod, PodCondition, Resource, Taint};
use crate::cluster::{Change, ChangeKind, Reason, Source};
use crate::sim::SimTime;
use zones::{Weather, Zones};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(8);
/// How often every node is looked at (`--node-monitor-period`).
const PERIOD: Duration = Duration::from_secs(5);
/// When the first of those looks is.
const FIRST: Duration = Duration::from_millis(3500);
/// How long a new node may take until it is heard of (`--node-startup-grace-period`).
const STARTUP: Duration = Duration::from_secs(60);

/// What a node of which nothing is heard says of itself is not known any more. The network's is not the kubelet's to say.
const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
/// Labels, and what they were called before, for those who still ask for that (`labelReconcileInfo`).
const LABELS: [(&str, &str); 2] =
    [("kubernetes.io/os", "beta.kubernetes.io/os"), ("kubernetes.io/arch", "beta.kubernetes.io/arch")];

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// The controller, with the nodes it knows.
#[derive(Clone, Debug)]
pub(super) struct Controller {
    grace: Duration,
    zones: Zones,
    /// Silence before then is forgiven: nobody was heard of.
    amnesty: SimTime,
}

impl Controller {
    /// A controller that gives nodes up after `grace` without a heartbeat.
    pub(super) fn new(grace: Duration) -> Controller {
        Controller { grace, zones: Zones::default(), amnesty: SimTime::ZERO }
    }

    /// A node that is new, changed or gone.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        let Object::Node(node) = &change.object else {
            return;
        };
        if change.kind != ChangeKind::Deleted {
            desk.later(NOTICE, Work::Node(change.key()));
        }
        let before = change.of::<Node>().and_then(|(before, _)| before);
        if change.kind != ChangeKind::Modified || !node.is_ready() || before.is_some_and(|before| !before.is_ready()) {
            desk.queue.push(desk.now.next_tick(PERIOD, FIRST), Work::MonitorNode(change.key()));
        }
    }

    /// Somebody did something to a machine: its silence, if it is silent, will be noticed at some look.
    pub(super) fn expect_heartbeat(&self, desk: &mut Desk<'_>, node: &Key, heartbeat: Option<SimTime>) {
        if let Some(heartbeat) = heartbeat {
            look_at(desk, node, heartbeat + self.grace);
        }
    }

    /// A node changed: its NoSchedule taints follow its conditions at once, its labels each other
    /// (`doNodeProcessingPassWorker`).
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn sync(&self, desk: &mut Desk<'_>, node: &Key) {
        set_taints(desk, node, "NoSchedule");
        reconcile_labels(desk, node);
    }

    /// A regular look at a node: is it known, is it heard of, does its NoExecute taint follow its Ready condition? `is_last` where no
    /// heartbeat will come after this one.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn monitor(&mut self, desk: &mut Desk<'_>, key: &Key, heartbeat: Option<SimTime>, is_last: bool) {
        desk.queue.push(desk.now, Work::Zones);
        let Some(mut node) = desk.cluster.store().at::<Node>(key).cloned() else {
            if self.zones.forget(key) {
                let name = &key.name;
                let metadata = ObjectMeta { name: Some(name.to_string()), ..ObjectMeta::default() };
                let gone = Node { metadata: metadata.into(), ..Node::default() };
                tell(desk, &gone.into(), "RemovingNode", &format!("event: Removing Node {name} from Controller"));
            }
            return;
        };
        if node.condition("Ready") != Some("Unknown") && self.is_lost(desk, &node, heartbeat, is_last) {
            give_up(desk, Rc::clone(&node));
            node = desk.cluster.store().at::<Node>(key).cloned().unwrap_or(node);
        }
        let is_ready = node.is_ready();
        if self.zones.note(key, &node, is_ready) {
            let what = format!("event: Registered Node {} in Controller", key.name);
            tell(desk, &Rc::clone(&node).into(), "RegisteredNode", &what);
        }
        if is_ready {
            self.zones.leave(key);
        }
        let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
        let has_either =
            taints.iter().any(|taint| taint.effect == "NoExecute" && (taint.key == NOT_READY || taint.key == UNREACHABLE));
        if has_either {
            set_taints(desk, key, "NoExecute");
        } else if !is_ready && node.condition("Ready").is_some() {
            self.zones.wait(key);
        }
    }

    /// Gives the nodes their NoExecute taints whose turn it is (`handleDisruption`, `doNoExecuteTaintingPass`).
    pub(super) fn sweep(&mut self, desk: &mut Desk<'_>) {
        match self.zones.judge(desk.now) {
            Weather::Same => {}
            Weather::Daybreak => self.amnesty = desk.now,
            Weather::Nightfall => {
                // Not one node is well: it is more likely this controller that hears nobody. Nothing is evicted.
                let nodes: Vec<Rc<Node>> = desk.cluster.store().list::<Node>().cloned().collect();
                nodes.into_iter().for_each(|node| spare(desk, node));
            }
        }
        while let Some(node) = self.zones.take(desk.now) {
            set_taints(desk, &node, "NoExecute");
        }
        if let Some(at) = self.zones.next_at() {
            desk.queue.push(at, Work::Zones);
        }
    }

    /// Whether too long ago was the last heartbeat, or its creation where there was none (`tryUpdateNodeHealth`).
    fn is_lost(&self, desk: &mut Desk<'_>, node: &Node, heartbeat: Option<SimTime>, is_last: bool) -> bool {
        let created = node.metadata.creation_timestamp.as_ref().map(|time| SimTime::from_timestamp(time.0));
        let heard = heartbeat.max(created).unwrap_or_default().max(self.amnesty);
        let grace = if node.condition("Ready").is_some() { self.grace } else { STARTUP };
        let is_lost = desk.now - heard >= grace;
        // A silent node does not wake anybody: this look may have been due before its silence is long enough.
        if is_last && !is_lost {
            look_at(desk, &node.key(), heard + grace);
        }
        is_lost
    }
}

fn tell(desk: &mut Desk<'_>, about: &Object, reason: &'static str, what: &str) {
    let message = format!("Node {} {what}", about.name());
    desk.cluster.record(about, &Source::NodeController, Reason::Normal(reason), &message);
}

/// Asks for a regular look at a node, the first one from `at` on.
fn look_at(desk: &mut Desk<'_>, node: &Key, at: SimTime) {
    desk.queue.push(at.max(desk.now).next_tick(PERIOD, FIRST), Work::MonitorNode(node.clone()));
}

/// No heartbeat for too long: nothing is known of the node any more. If it was ready, its pods are so no longer.
fn give_up(desk: &mut Desk<'_>, mut node: Rc<Node>) {
    let now = desk.cluster.now_in_seconds();
    let was_ready = node.is_ready();
    let it = Rc::make_mut(&mut node);
    let conditions = it.status.get_or_insert_default().conditions.get_or_insert_default();
    for kind in CONDITIONS {
        let place = conditions.iter().position(|condition| condition.type_ == kind);
        let [reason, message] = match place {
            Some(_) => ["NodeStatusUnknown", "Kubelet stopped posting node status."],
            None => ["NodeStatusNeverUpdated", "Kubelet never posted node status."],
        };
        let place = place.unwrap_or_else(|| {
            let last_heartbeat_time = it.metadata.creation_timestamp.clone();
            conditions.push(NodeCondition { type_: kind.to_owned(), last_heartbeat_time, ..NodeCondition::default() });
            conditions.len() - 1
        });
        let condition = &mut conditions[place];
        "Unknown".clone_into(&mut condition.status);
        condition.reason = Some(reason.to_owned());
        condition.message = Some(message.to_owned());
        condition.last_transition_time = Some(now.clone());
    }
    let about = Object::from(Rc::clone(&node));
    let name = node.name().to_owned();
    let _ = desk.cluster.update_status(node);
    if !was_ready {
        return;
    }
    tell(desk, &about, "NodeNotReady", "status is now: NodeNotReady");
    let pods: Vec<Rc<Pod>> = desk.cluster.store().pods_on(&name).filter(|pod| pod.is_ready()).cloned().collect();
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
        observed_generation: it.metadata.generation(),
        ..PodCondition::default()
    };
    set_condition(it.status.get_or_insert_default().conditions.get_or_insert_default(), condition, &now);
    let _ = desk.cluster.update_status(pod);
    desk.cluster.record(&about, &Source::NodeController, Reason::Warning("NodeNotReady"), "Node is not ready");
}

/// Gives the node the taints that follow from its conditions, with this effect, and takes away those that do not.
#[cfg_attr(quick, optimize(speed))]
fn set_taints(desk: &mut Desk<'_>, node: &Key, effect: &str) {
    let Some(node) = desk.cluster.store().at::<Node>(node) else { return };
    let old = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    let is = |taint: &Taint, key: &str| taint.key == key && taint.effect == effect;
    let wanted = wanted_taints(node).into_iter().take(if effect == "NoExecute" { 2 } else { usize::MAX });
    let wrong = wanted.filter(|(key, wanted)| *wanted != old.iter().any(|taint| is(taint, key)));
    let wrong: SmallVec<[_; 2]> = wrong.collect();
    if wrong.is_empty() {
        return;
    }
    let now = desk.cluster.now_in_seconds();
    let mut taints = old.to_vec();
    for (key, wanted) in wrong {
        if wanted {
            let time_added = Some(now.clone());
            taints.push(Taint { key: key.to_owned(), effect: effect.to_owned(), value: None, time_added });
        } else {
            taints.retain(|taint| !is(taint, key));
        }
    }
    let mut node = Rc::clone(node);
    Rc::make_mut(&mut node).spec.get_or_insert_default().taints = (!taints.is_empty()).then_some(taints);
    // Somebody else may write the node at the same time; its change wakes this controller again.
    let _ = desk.cluster.update(node);
}

/// A node's labels have their old names as well.
fn reconcile_labels(desk: &mut Desk<'_>, node: &Key) {
    let Some(node) = desk.cluster.store().at::<Node>(node) else { return };
    let is_known = |(label, old): &(&str, &str)| node.label(label).is_none_or(|value| node.label(old) == Some(value));
    if !LABELS.iter().all(is_known) {
        give_old_labels(desk, Rc::clone(node));
    }
}

#[inline(never)]
fn give_old_labels(desk: &mut Desk<'_>, mut node: Rc<Node>) {
    let wanted = LABELS.iter().filter_map(|(label, old)| Some(((*old).to_owned(), node.label(label)?.to_owned())));
    let wanted: Vec<_> = wanted.collect();
    Rc::make_mut(&mut node).metadata.labels.get_or_insert_default().extend(wanted);
    let _ = desk.cluster.update(node);
}

/// Takes the taints away that empty a node.
fn spare(desk: &mut Desk<'_>, mut node: Rc<Node>) {
    let spec = Rc::make_mut(&mut node).spec.get_or_insert_default();
    let mut taints = spec.taints.take().unwrap_or_default();
    taints.retain(|taint| taint.effect != "NoExecute" || (taint.key != NOT_READY && taint.key != UNREACHABLE));
    spec.taints = (!taints.is_empty()).then_some(taints);
    let _ = desk.cluster.update(node);
}

/// Every taint the controller keeps, and whether the node should have it. The first two come with NoExecute as well.
fn wanted_taints(node: &Node) -> [(&'static str, bool); 7] {
    let is = |kind: &str| node.condition(kind) == Some("True");
    let ready = node.condition("Ready");
    [
        (NOT_READY, ready == Some("False")),
        (UNREACHABLE, ready == Some("Unknown")),
        ("node.kubernetes.io/memory-pressure", is("MemoryPressure")),
        ("node.kubernetes.io/disk-pressure", is("DiskPressure")),
        ("node.kubernetes.io/pid-pressure", is("PIDPressure")),
        ("node.kubernetes.io/network-unavailable", is("NetworkUnavailable")),
        ("node.kubernetes.io/unschedulable", node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true)),
    ]
}
