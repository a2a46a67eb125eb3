//! Which pods a rolling update replaces next (`pkg/controller/daemon/update.go`).

use std::rc::Rc;

use jiff::Timestamp;

use super::super::pods::is_available;
use super::manage::Plan;
use super::{View, min_ready_seconds};
use crate::api::sorted::SortedSet;
use crate::api::{DaemonSet, IntOrString, Key, Pod, Resource, RollingUpdateDaemonSet};
use crate::cluster::template_generation;

/// The next step of the update, within its budget.
pub(super) fn plan(view: &View, now: Timestamp) -> Plan {
    let (max_surge, max_unavailable) = budget(view);
    if max_surge == 0 { replace(view, max_unavailable, now) } else { surge(view, max_surge, now) }
}

/// Whether the strategy asks for pods beyond one a node.
pub(super) fn allows_surge(ds: &DaemonSet) -> bool {
    rolling(ds).and_then(|rolling| rolling.max_surge.as_ref()).is_some_and(|surge| scaled(Some(surge), 100, 0) > 0)
}

/// (maxSurge, maxUnavailable) in pods (`updatedDesiredNodeCounts`).
fn budget(view: &View) -> (usize, usize) {
    let rolling = rolling(&view.ds);
    let surge = scaled(rolling.and_then(|rolling| rolling.max_surge.as_ref()), view.desired(), 0);
    let unavailable = scaled(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), view.desired(), 1);
    // Both can come to nothing when a percentage of few nodes does: then one at a time.
    let unavailable = if surge == 0 && unavailable == 0 && view.desired() > 0 { 1 } else { unavailable };
    (surge, unavailable)
}

fn rolling(ds: &DaemonSet) -> Option<&RollingUpdateDaemonSet> {
    let strategy = ds.spec.as_ref()?.update_strategy.as_ref()?;
    if strategy.type_.as_deref() == Some("OnDelete") { None } else { strategy.rolling_update.as_ref() }
}

/// A number of pods, or a percentage of `total`, rounded up.
fn scaled(value: Option<&IntOrString>, total: usize, default: usize) -> usize {
    match value {
        None => default,
        Some(IntOrString::Int(number)) => usize::try_from(*number).unwrap_or(0),
        Some(IntOrString::String(text)) => {
            let percent: usize = text.trim_end_matches('%').parse().unwrap_or(0);
            total.saturating_mul(percent).div_ceil(100)
        }
    }
}

/// Deletes just enough pods to stay within `max_unavailable`; the next look creates their successors.
fn replace(view: &View, max_unavailable: usize, now: Timestamp) -> Plan {
    let mut unavailable = 0;
    let mut always: Vec<Key> = vec![];
    let mut candidates: Vec<Key> = vec![];
    for node in nodes(view) {
        match pair(view, view.on(node)) {
            // Nothing but a pod on its way out, or two: the core loop is at work here.
            None | Some(Pair { new: None, old: None } | Pair { new: Some(_), old: Some(_) }) => unavailable += 1,
            Some(Pair { new: Some(new), .. }) => unavailable += usize::from(!available(view, new, now)),
            Some(Pair { old: Some(old), .. }) if available(view, old, now) => candidates.push(old.key()),
            Some(Pair { old: Some(old), .. }) => {
                always.push(old.key());
                unavailable += 1;
            }
        }
    }
    candidates.truncate(max_unavailable.saturating_sub(unavailable));
    always.extend(candidates);
    Plan { create: vec![], delete: always }
}

/// Creates up to `max_surge` new pods beside old ones, and deletes an old one when its successor is available.
fn surge(view: &View, max_surge: usize, now: Timestamp) -> Plan {
    let mut surging = 0;
    let mut numbers_available = 0;
    let mut plan = Plan::default();
    let mut candidates: Vec<String> = vec![];
    let mut misplaced: Vec<Key> = vec![];
    for node in nodes(view) {
        let Some(pair) = pair(view, view.on(node)) else {
            surging += 1;
            continue;
        };
        numbers_available += usize::from(pair.old.or(pair.new).is_some_and(|pod| available(view, pod, now)));
        match (pair.new, pair.old) {
            (_, None) => {}
            (None, Some(old)) => match (available(view, old, now), view.should_run(node)) {
                (false, true) => plan.create.push(node.to_owned()),
                (false, false) => plan.delete.push(old.key()),
                (true, true) => candidates.push(node.to_owned()),
                (true, false) => misplaced.push(old.key()),
            },
            (Some(new), Some(old)) => {
                if available(view, new, now) {
                    plan.delete.push(old.key());
                } else {
                    surging += 1;
                }
            }
        }
    }
    // Whoever surges expects to lose no availability: pods on nodes that are no longer chosen go when others have taken over.
    misplaced.truncate(numbers_available.saturating_sub(view.desired()));
    plan.delete.extend(misplaced);
    candidates.truncate(max_surge.saturating_sub(surging));
    plan.create.extend(candidates);
    plan
}

/// Every node that is chosen or has a pod, by name.
fn nodes(view: &View) -> SortedSet<&str> {
    let chosen = view.nodes.iter().zip(&view.placements).filter(|(_, placement)| placement.should_run);
    chosen.map(|(node, _)| node.name()).chain(view.pods.keys().map(String::as_str)).collect()
}

/// The pods of a node that are not on their way out, one of each revision at most.
struct Pair<'a> {
    new: Option<&'a Rc<Pod>>,
    old: Option<&'a Rc<Pod>>,
}

/// Nothing where there is more than one of a revision (`findUpdatedPodsOnNode`).
fn pair<'a>(view: &View, pods: &'a [Rc<Pod>]) -> Option<Pair<'a>> {
    let mut pair = Pair { new: None, old: None };
    for pod in pods.iter().filter(|pod| !pod.is_terminating()) {
        let slot = if is_updated(view, pod) { &mut pair.new } else { &mut pair.old };
        if slot.replace(pod).is_some() {
            return None;
        }
    }
    Some(pair)
}

/// Whether a pod was made from the current template (`IsPodUpdated`).
pub(super) fn is_updated(view: &View, pod: &Pod) -> bool {
    pod.label("controller-revision-hash") == Some(&view.hash)
        || pod.label("pod-template-generation") == Some(&template_generation(&view.ds).to_string())
}

fn available(view: &View, pod: &Pod, now: Timestamp) -> bool {
    is_available(pod, min_ready_seconds(&view.ds), now)
}
