//! Pods that do not tolerate a NoExecute taint of their node are deleted, at once or when their patience ends
//! (`pkg/controller/tainteviction/taint_eviction.go`).

use std::rc::Rc;
use std::time::Duration;

use super::pods::{disruption, is_terminal, node_name, set_condition};
use super::{Desk, Work};
use crate::api::selector::tolerates;
use crate::api::{Key, Node, Object, Pod, Resource, Taint};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Reason, Source};
use crate::sim::SimTime;

/// From a change to the look it wakes: sooner than the DaemonSet controller's.
const NOTICE: Duration = Duration::from_millis(2);

/// A node whose taints changed, or a pod that came to a tainted node.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    if change.kind == ChangeKind::Deleted {
        return;
    }
    match &change.object {
        Object::Node(node) => {
            let before = change.of::<Node>().and_then(|(before, _)| before).map(|before| no_execute(before));
            if before.unwrap_or_default() != no_execute(node) {
                let pods: Vec<Key> = desk.cluster.store().pods_on(node.name()).map(|pod| pod.key()).collect();
                for pod in pods {
                    desk.queue.cancel(&Work::TaintEviction(pod.clone()));
                    desk.later(NOTICE, Work::TaintEviction(pod));
                }
            }
        }
        Object::Pod(pod) => {
            let was_bound =
                change.of::<Pod>().and_then(|(before, _)| before).is_some_and(|before| node_name(before).is_some());
            let node = node_name(pod).and_then(|node| desk.cluster.store().get::<Node>("", node));
            if !was_bound && node.is_some_and(|node| !no_execute(node).is_empty()) {
                desk.later(NOTICE, Work::TaintEviction(pod.key()));
            }
        }
        _ => {}
    }
}

/// Deletes a pod whose patience with its node has ended, or comes back when it will have.
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) {
    let store = desk.cluster.store();
    let Some(pod) = store.get::<Pod>(&key.namespace, &key.name).filter(|pod| !pod.is_terminating() && !is_terminal(pod))
    else {
        return;
    };
    let Some(node) = node_name(pod).and_then(|node| store.get::<Node>("", node)) else {
        return;
    };
    let Some(end) = patience(pod, &no_execute(node), desk.now) else {
        return;
    };
    if end > desk.now {
        desk.queue.push(end, Work::TaintEviction(key.clone()));
        return;
    }
    let mut pod = Rc::clone(pod);
    let about = Object::from(Rc::clone(&pod));
    let message = format!("Marking for deletion Pod {}/{}", key.namespace, key.name);
    desk.cluster.record(&about, &Source::TaintEvictionController, Reason::Normal("TaintManagerEviction"), &message);
    let now = desk.cluster.now_in_seconds();
    let condition = disruption(&pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint");
    let status = Rc::make_mut(&mut pod).status.get_or_insert_default();
    set_condition(status.conditions.get_or_insert_default(), condition, &now);
    let _ = desk.cluster.update_status(pod);
    let _ = desk.cluster.delete(key, &DeleteOptions::default());
}

/// When the pod's tolerations of these taints run out; never where they tolerate for ever.
fn patience(pod: &Pod, taints: &[Taint], now: SimTime) -> Option<SimTime> {
    let tolerations = pod.spec.as_ref().and_then(|spec| spec.tolerations.as_deref()).unwrap_or_default();
    let until = |taint: &Taint| {
        let matching: Vec<_> = tolerations.iter().filter(|toleration| tolerates(toleration, taint)).collect();
        if matching.is_empty() {
            return Some(now);
        }
        let seconds = matching.iter().filter_map(|toleration| toleration.toleration_seconds).min()?;
        let since = taint.time_added.as_ref().map_or(now, |time| SimTime::from_timestamp(time.0));
        Some(since + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
    };
    taints.iter().filter_map(until).min()
}

fn no_execute(node: &Node) -> Vec<Taint> {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    taints.iter().filter(|taint| taint.effect == "NoExecute").cloned().collect()
}
