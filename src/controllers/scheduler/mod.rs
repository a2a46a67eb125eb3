//! The default scheduler: a node for every pod that has none (`pkg/scheduler/schedule_one.go`).

mod filters;

use std::rc::Rc;
use std::time::Duration;

use super::pods::{controller_of, is_terminal, node_name, set_condition};
use super::{Desk, Work};
use crate::api::selector::pinned_node;
use crate::api::sorted::SortedMap;
use crate::api::{Key, Node, Object, Pod, PodCondition, Resource};
use crate::cluster::{Change, ChangeKind, Reason, Source};
use crate::sim::SimTime;
use filters::{Demand, Rejection};

/// From a pod's creation to the look for its node.
const NOTICE: Duration = Duration::from_millis(6);
/// The first and the longest wait before a pod that found no node is tried again
/// (`pkg/scheduler/backend/queue/scheduling_queue.go`).
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The scheduler, with the pods it found no node for.
#[derive(Clone, Debug, Default)]
pub(super) struct Scheduler {
    unschedulable: SortedMap<Key, Attempt>,
}

#[derive(Clone, Debug)]
struct Attempt {
    at: SimTime,
    count: u32,
}

impl Scheduler {
    /// What wakes it: a pod without a node, and anything that could give one to a pod that waits.
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        match &change.object {
            Object::Pod(pod) if waits_for_node(pod) && change.kind != ChangeKind::Deleted => {
                let spec_changed =
                    change.of::<Pod>().and_then(|(before, _)| before).is_none_or(|before| before.spec != pod.spec);
                if spec_changed {
                    desk.later(NOTICE, Work::Schedule(pod.key()));
                }
            }
            Object::Pod(pod) => {
                self.unschedulable.remove(&pod.key());
                let freed = change.kind == ChangeKind::Deleted || is_terminal(pod);
                if freed && node_name(pod).is_some() {
                    self.retry(desk);
                }
            }
            Object::Node(node) if change.kind != ChangeKind::Deleted => {
                let spec = |node: &Node| {
                    let allocatable = node.status.as_ref().and_then(|status| status.allocatable.clone());
                    (node.spec.clone(), node.metadata.labels.clone(), allocatable)
                };
                let before = change.of::<Node>().and_then(|(before, _)| before);
                if before.is_none_or(|before| spec(before) != spec(node)) {
                    self.retry(desk);
                }
            }
            _ => {}
        }
    }

    fn retry(&self, desk: &mut Desk<'_>) {
        for (pod, attempt) in &self.unschedulable {
            let wait = (BACKOFF.0 * 2_u32.saturating_pow(attempt.count.min(8))).min(BACKOFF.1);
            let at = (attempt.at + wait).max(desk.now + NOTICE);
            desk.queue.push(at, Work::Schedule(pod.clone()));
        }
    }

    /// Looks for a node for one pod.
    pub(super) fn schedule(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let Some(pod) =
            desk.cluster.store().get::<Pod>(&key.namespace, &key.name).filter(|pod| waits_for_node(pod)).cloned()
        else {
            self.unschedulable.remove(key);
            return;
        };
        match choose(desk, &pod) {
            Ok(node) => {
                self.unschedulable.remove(key);
                if desk.cluster.bind(key, &node).is_ok() {
                    let message = format!("Successfully assigned {}/{} to {node}", pod.namespace(), pod.name());
                    desk.cluster.record(&pod.into(), &Source::Scheduler, Reason::Normal("Scheduled"), &message);
                }
            }
            Err(message) => {
                let count = self.unschedulable.get(key).map_or(0, |attempt| attempt.count + 1);
                self.unschedulable.insert(key.clone(), Attempt { at: desk.now, count });
                refuse(desk, pod, &message);
            }
        }
    }
}

fn waits_for_node(pod: &Pod) -> bool {
    let scheduler = pod.spec.as_ref().and_then(|spec| spec.scheduler_name.as_deref());
    node_name(pod).is_none()
        && !pod.is_terminating()
        && !is_terminal(pod)
        && scheduler.is_none_or(|s| s == "default-scheduler")
}

/// The best node for a pod, or why there is none.
fn choose(desk: &Desk<'_>, pod: &Pod) -> Result<String, String> {
    let store = desk.cluster.store();
    let Some(spec) = &pod.spec else {
        return Err("the pod has no spec".to_owned());
    };
    let demand = Demand::of(spec);
    // A pod that is pinned to a node needs no look at the others (`NodeAffinity` `PreFilter`).
    if let Some(pinned) = pinned_node(spec) {
        let total = || store.objects(crate::api::Kind::Node).count();
        return match store.get::<Node>("", pinned).map(|node| (node, filters::check(store, spec, &demand, node))) {
            Some((node, None)) => Ok(node.name().to_owned()),
            Some((_, Some(rejection))) => Err(explain(total(), &[rejection])),
            None => Err(explain(total(), &[])),
        };
    }
    let mut rejections = vec![];
    let mut best: Option<(usize, &Rc<Node>)> = None;
    let mut total = 0;
    for node in store.list::<Node>() {
        total += 1;
        match filters::check(store, spec, &demand, node) {
            Some(rejection) => rejections.push(rejection),
            None => {
                let same_owner =
                    |other: &&Rc<Pod>| controller_of(&***other).map(|o| &o.uid) == controller_of(pod).map(|o| &o.uid);
                let load = store.pods_on(node.name()).filter(same_owner).count() * 1000 + store.pods_on(node.name()).count();
                if best.is_none_or(|(least, _)| load < least) {
                    best = Some((load, node));
                }
            }
        }
    }
    best.map(|(_, node)| node.name().to_owned()).ok_or_else(|| explain(total, &rejections))
}

/// The message of a pod that fits nowhere; nodes without a rejection of their own were ruled out by the pin
/// (`pkg/scheduler/framework/types.go` `FitError`).
fn explain(total: usize, rejections: &[Rejection]) -> String {
    let ruled_out = total - rejections.len();
    let mut reasons: SortedMap<String, usize> = SortedMap::new();
    for reason in rejections.iter().flat_map(|rejection| &rejection.reasons) {
        *reasons.entry(reason.clone(), Default::default) += 1;
    }
    if ruled_out > 0 {
        reasons.insert("node(s) didn't satisfy plugin(s) [NodeAffinity]".to_owned(), ruled_out);
    }
    let hopeless = ruled_out + rejections.iter().filter(|rejection| rejection.is_final).count();
    let preemption = [
        ("No preemption victims found for incoming pod".to_owned(), total - hopeless),
        ("Preemption is not helpful for scheduling".to_owned(), hopeless),
    ];
    format!(
        "0/{total} nodes are available: {}. no new claims to deallocate, preemption: 0/{total} nodes are available: {}.",
        counted(reasons),
        counted(preemption.into_iter().collect())
    )
}

/// `1 Insufficient cpu, 2 node(s) …`: sorted as strings, as upstream does.
fn counted(reasons: SortedMap<String, usize>) -> String {
    let mut texts: Vec<String> =
        reasons.into_iter().filter(|(_, n)| *n > 0).map(|(reason, n)| format!("{n} {reason}")).collect();
    texts.sort();
    texts.join(", ")
}

fn refuse(desk: &mut Desk<'_>, mut pod: Rc<Pod>, message: &str) {
    let now = desk.cluster.now_in_seconds();
    let condition = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some("Unschedulable".to_owned()),
        message: Some(message.to_owned()),
        observed_generation: pod.metadata.generation,
        ..PodCondition::default()
    };
    let about = Object::from(Rc::clone(&pod));
    desk.cluster.record(&about, &Source::Scheduler, Reason::Warning("FailedScheduling"), message);
    let status = Rc::make_mut(&mut pod).status.get_or_insert_default();
    set_condition(status.conditions.get_or_insert_default(), condition, &now);
    let _ = desk.cluster.update_status(pod);
}
