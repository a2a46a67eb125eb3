//! Pods that do not tolerate a NoExecute taint of their node are deleted, at once or when their patience ends
//! (`pkg/controller/tainteviction/taint_eviction.go`, `timed_workers.go`).

use std::rc::Rc;
use std::time::Duration;

use super::pods::{disruption, set_condition};
use super::{Desk, Work};
use crate::api::selector::tolerates;
use crate::api::sorted::SortedMap;
use crate::api::{Key, Node, Object, Pod, Resource, Taint, Toleration};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Reason, Source};
use crate::sim::SimTime;

/// From a change to the look it wakes: sooner than the DaemonSet controller's.
const NOTICE: Duration = Duration::from_millis(2);

/// The controller, with the evictions it has planned.
#[derive(Clone, Debug, Default)]
pub(super) struct Controller {
    evictions: SortedMap<Key, Eviction>,
}

#[derive(Clone, Copy, Debug)]
enum Eviction {
    /// It waits for the pod's patience to end.
    Waiting { since: SimTime, due: SimTime },
    /// It has been carried out; the pod is on its way.
    Done,
}

/// How long a pod bears its node's taints.
enum Patience {
    Forever,
    For(Duration),
    None,
}

impl Controller {
    /// What wakes it: a node whose taints changed, or a pod that came to one with taints, bears others there, or went.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        match &change.object {
            Object::Node(node) if change.kind != ChangeKind::Deleted => {
                let before = change.of::<Node>().and_then(|(before, _)| before).map(|before| no_execute(before));
                if before.unwrap_or_default() != no_execute(node) {
                    let pods: Vec<Key> = desk.cluster.store().pods_on(node.name()).map(|pod| pod.key()).collect();
                    for pod in pods {
                        desk.later(NOTICE, Work::TaintEviction(pod));
                    }
                }
            }
            Object::Pod(pod) if change.kind == ChangeKind::Deleted => self.cancel(desk, pod),
            Object::Pod(pod) => {
                let before = change.of::<Pod>().and_then(|(before, _)| before);
                let is_known = before.is_some_and(|before| before.is_bound() && bear_the_same(before, pod));
                let node = if is_known { None } else { desk.cluster.store().node_of(pod) };
                if node.is_some_and(|node| !no_execute(node).is_empty()) {
                    desk.later(NOTICE, Work::TaintEviction(pod.key()));
                }
            }
            _ => {}
        }
    }

    /// Plans, carries out or calls off the eviction of a pod, as its node's taints are now (`processPodOnNode`).
    pub(super) fn sync(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let store = desk.cluster.store();
        let Some(pod) = store.at::<Pod>(key).cloned() else {
            return;
        };
        let Some(node) = store.node_of(&pod) else {
            return;
        };
        match patience(&pod, &no_execute(node)) {
            Patience::Forever => self.cancel(desk, &pod),
            Patience::None => {
                self.cancel(desk, &pod);
                self.evict(desk, key);
            }
            Patience::For(time) => {
                // An eviction that waits already goes by its own beginning: what changes later makes it no later.
                if !matches!(self.evictions.get(key), Some(Eviction::Waiting { since, .. }) if *since < desk.now) {
                    self.cancel(desk, &pod);
                    let due = desk.now + time;
                    self.evictions.insert(key.clone(), Eviction::Waiting { since: desk.now, due });
                    desk.queue.push(due, Work::Evict(key.clone()));
                }
            }
        }
    }

    /// Deletes a pod whose patience has ended.
    pub(super) fn evict(&mut self, desk: &mut Desk<'_>, key: &Key) {
        if matches!(self.evictions.insert(key.clone(), Eviction::Done), Some(Eviction::Done)) {
            return;
        }
        let Some(mut pod) = desk.cluster.store().at::<Pod>(key).cloned() else {
            return;
        };
        tell(desk, &pod, "Marking for deletion");
        let now = desk.cluster.now_in_seconds();
        let condition = disruption(&pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
        let status = Rc::make_mut(&mut pod).status.get_or_insert_default();
        set_condition(status.conditions.get_or_insert_default(), condition, &now);
        let _ = desk.cluster.update_status(pod);
        let _ = desk.cluster.delete(key, &DeleteOptions::default());
    }

    /// When a pod will be deleted, if its patience with its node ends.
    pub(super) fn due(&self, pod: &Key) -> Option<SimTime> {
        let Some(Eviction::Waiting { due, .. }) = self.evictions.get(pod) else { return None };
        Some(*due)
    }

    /// Calls off an eviction that still waits, and says so.
    fn cancel(&mut self, desk: &mut Desk<'_>, pod: &Rc<Pod>) {
        let key = pod.key();
        if let Some(Eviction::Waiting { .. }) = self.evictions.remove(&key) {
            tell(desk, pod, "Cancelling deletion of");
            desk.queue.cancel(&Work::Evict(key));
        }
    }
}

fn tell(desk: &mut Desk<'_>, pod: &Rc<Pod>, what: &str) {
    let about = Object::from(Rc::clone(pod));
    let message = format!("{what} Pod {}/{}", pod.namespace(), pod.name());
    desk.cluster.record(&about, &Source::TaintEvictionController, Reason::Normal("TaintManagerEviction"), &message);
}

/// For each taint the first toleration that matches it counts; the shortest of them decides (`GetMatchingTolerations`,
/// `getMinTolerationTime`).
fn patience(pod: &Pod, taints: &[Taint]) -> Patience {
    let mut shortest = None;
    for taint in taints {
        let Some(toleration) = tolerations(pod).iter().find(|toleration| tolerates(toleration, taint)) else {
            return Patience::None;
        };
        if let Some(seconds) = toleration.toleration_seconds {
            let seconds = u64::try_from(seconds).unwrap_or(0);
            shortest = Some(shortest.map_or(seconds, |least: u64| least.min(seconds)));
        }
    }
    match shortest {
        None => Patience::Forever,
        Some(0) => Patience::None,
        Some(seconds) => Patience::For(Duration::from_secs(seconds)),
    }
}

fn tolerations(pod: &Pod) -> &[Toleration] {
    pod.spec.as_ref().and_then(|spec| spec.common().tolerations.as_deref()).unwrap_or_default()
}

/// Whether two versions of a pod have the same tolerations: most of them share them.
fn bear_the_same(before: &Pod, pod: &Pod) -> bool {
    let (before, now) = (tolerations(before), tolerations(pod));
    std::ptr::eq(before, now) || before == now
}

fn no_execute(node: &Node) -> Vec<Taint> {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    taints.iter().filter(|taint| taint.effect == "NoExecute").cloned().collect()
}
