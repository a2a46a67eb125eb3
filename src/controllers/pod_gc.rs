//! Pods of machines that no longer exist are removed by force (`pkg/controller/podgc/gc_controller.go`).

use std::rc::Rc;
use std::time::Duration;

use super::pods::{disruption, is_terminal, set_condition};
use super::{Desk, Work};
use crate::api::{Key, Object, Pod, Resource};
use crate::cluster::{Change, ChangeKind, DeleteOptions};

/// How often the collector looks (`gcCheckPeriod`).
const PERIOD: Duration = Duration::from_secs(20);
/// How long a node has to be gone (`quarantineTime`).
const QUARANTINE: Duration = Duration::from_secs(40);

/// A node that is gone, or a pod that is bound to one.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    let collected = (desk.now + QUARANTINE).next_tick(PERIOD, Duration::ZERO);
    match &change.object {
        Object::Node(node) if change.kind == ChangeKind::Deleted => {
            let pods: Vec<Key> = desk.cluster.store().pods_on(node.name()).map(|pod| pod.key()).collect();
            for pod in pods {
                desk.queue.push(collected, Work::PodGc(pod));
            }
        }
        Object::Pod(pod) if is_bound_anew(change, pod) && desk.cluster.store().node_of(pod).is_none() => {
            desk.queue.push(collected, Work::PodGc(pod.key()));
        }
        _ => {}
    }
}

/// Of a pod that had its node before, the end of that node has told already.
fn is_bound_anew(change: &Change, pod: &Pod) -> bool {
    let before = change.before.as_ref().and_then(Pod::of);
    change.kind != ChangeKind::Deleted && pod.is_bound() && !before.is_some_and(|before| before.is_bound_like(pod))
}

/// Removes a pod if its node is still gone.
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) {
    let store = desk.cluster.store();
    let Some(pod) = store.at::<Pod>(key) else {
        return;
    };
    if !pod.is_bound() || store.node_of(pod).is_some() {
        return;
    }
    let mut pod = Rc::clone(pod);
    if !is_terminal(&pod) {
        let now = desk.cluster.now_in_seconds();
        let condition = disruption(&pod, "DeletionByPodGC", "PodGC: node no longer exists");
        let status = Rc::make_mut(&mut pod).status.get_or_insert_default();
        status.phase = Some("Failed".to_owned());
        set_condition(status.conditions.get_or_insert_default(), condition, &now);
        let _ = desk.cluster.update_status(pod);
    }
    let _ = desk.cluster.delete(key, &DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() });
}
