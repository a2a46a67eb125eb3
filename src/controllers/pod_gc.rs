//! Pods that no kubelet will ever end are removed by force: those of machines that no longer exist, and of those that are
//! being deleted the ones that never had a machine, or whose machine was put out of service
//! (`pkg/controller/podgc/gc_controller.go`).

use std::rc::Rc;
use std::time::Duration;

use super::pods::{disruption, is_terminal, set_condition};
use super::{Desk, Work};
use crate::api::{Key, Node, Object, Pod, Resource};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Store};

/// How often the collector looks (`gcCheckPeriod`).
const PERIOD: Duration = Duration::from_secs(20);
/// How long a node has to be gone (`quarantineTime`).
const QUARANTINE: Duration = Duration::from_secs(40);
/// By which a person says that a machine is off for good (`staging/src/k8s.io/api/core/v1/well_known_taints.go`).
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// A node that is gone or out of service, or a pod without one that would end it.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    let store = desk.cluster.store();
    let is_gone = change.kind == ChangeKind::Deleted;
    let (is_concerned, wait) = match &change.object {
        Object::Node(node) => (is_gone || is_out_of_service(node), is_gone),
        Object::Pod(pod) if is_bound_anew(change, pod) && store.node_of(pod).is_none() => (true, true),
        Object::Pod(pod) => (is_ending_anew(change, pod) && is_abandoned(store, pod), false),
        _ => return,
    };
    if is_concerned {
        look_later(desk, &change.object, if wait { QUARANTINE } else { Duration::ZERO });
    }
}

/// Asks for a look at a pod, or at all that are on a node.
#[inline(never)]
fn look_later(desk: &mut Desk<'_>, object: &Object, wait: Duration) {
    let at = (desk.now + wait).next_tick(PERIOD, Duration::ZERO);
    let pods: Vec<Key> = match object {
        Object::Node(node) => desk.cluster.store().pods_on(node.name()).map(|pod| pod.key()).collect(),
        other => vec![other.key()],
    };
    for pod in pods {
        desk.queue.push(at, Work::PodGc(pod));
    }
}

fn is_out_of_service(node: &Node) -> bool {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    taints.iter().any(|taint| taint.key == OUT_OF_SERVICE) && !node.is_ready()
}

/// Whether it waits for its end in vain (`gcTerminating`, `gcUnscheduledTerminating`).
fn is_abandoned(store: &Store, pod: &Pod) -> bool {
    pod.is_terminating() && (!pod.is_bound() || store.node_of(pod).is_some_and(|node| is_out_of_service(node)))
}

/// What is being deleted already has been looked at.
fn is_ending_anew(change: &Change, pod: &Pod) -> bool {
    let before = change.before.as_ref().and_then(Pod::of);
    change.kind != ChangeKind::Deleted && pod.is_terminating() && !before.is_some_and(|before| before.is_terminating())
}

/// Of a pod that had its node before, the end of that node has told already.
fn is_bound_anew(change: &Change, pod: &Pod) -> bool {
    let before = change.before.as_ref().and_then(Pod::of);
    change.kind != ChangeKind::Deleted && pod.is_bound() && !before.is_some_and(|before| before.is_bound_like(pod))
}

/// Removes a pod if it is still so.
#[inline(never)]
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) {
    let store = desk.cluster.store();
    let Some(pod) = store.at::<Pod>(key) else {
        return;
    };
    let is_orphan = pod.is_bound() && store.node_of(pod).is_none();
    if !is_orphan && !is_abandoned(store, pod) {
        return;
    }
    let mut pod = Rc::clone(pod);
    if !is_terminal(&pod) {
        let now = desk.cluster.now_in_seconds();
        let lost = is_orphan.then(|| disruption(&pod, "DeletionByPodGC", "PodGC: node no longer exists"));
        let status = Rc::make_mut(&mut pod).status.get_or_insert_default();
        status.phase = Some("Failed".to_owned());
        if let Some(condition) = lost {
            set_condition(status.conditions.get_or_insert_default(), condition, &now);
        }
        let _ = desk.cluster.update_status(pod);
    }
    let _ = desk.cluster.delete(key, &DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() });
}
