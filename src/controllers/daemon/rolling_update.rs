//! Which pods a rolling update replaces next (`pkg/controller/daemon/update.go`).

use std::rc::Rc;

use jiff::Timestamp;

use super::super::pods::is_available;
use super::ledger::{Errand, Ledger, Tally, pods_for};
use super::manage::{BURST, Plan};
use super::placement::Placement;
use super::{View, min_ready_seconds};
use crate::api::{DaemonSet, IntOrString, Key, Pod, Resource, RollingUpdateDaemonSet};
use crate::cluster::Store;

/// The next step of the update, within its budget: what has to be done anyway, then as much of the rest as may be. None where the
/// update cannot go on: who surges asks for the node of each old pod, and fails where it is gone, until the pod is collected.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn plan(store: &Store, view: &View, ledger: &Ledger) -> Option<Plan> {
    if ledger.nodes(Errand::Lost).next().is_some() {
        return None;
    }
    let total = ledger.total();
    let count = |number: i32| usize::try_from(number).unwrap_or(0);
    let (max_surge, max_unavailable) = budget(view, count(total.desired));
    let (creations, deletions) = if max_surge == 0 {
        (0, max_unavailable.saturating_sub(count(total.spent)))
    } else {
        // Whoever surges expects to lose no availability: pods on nodes that are no longer chosen go when others have taken
        // over.
        (max_surge.saturating_sub(count(total.spent)), count(total.serving - total.desired))
    };
    let nodes = |now, within, spare| ledger.nodes(now).chain(ledger.nodes(within).take(spare)).take(BURST);
    let old = |node: &Key| pair(view, &pods_for(store, &view.ds, node)).and_then(|pair| pair.old).map(|pod| pod.key());
    Some(Plan {
        create: nodes(Errand::Create, Errand::CreateWithin, creations).cloned().collect(),
        delete: nodes(Errand::Delete, Errand::DeleteWithin, deletions).filter_map(old).collect(),
    })
}

/// What the update has to do at a node. Looked at is every node that is chosen or has a pod.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn errand(
    view: &View,
    placement: Option<Placement>,
    pods: &[&Rc<Pod>],
    now: Timestamp,
    tally: &mut Tally,
) -> Option<Errand> {
    let is_chosen = placement.is_some_and(|placement| placement.should_run);
    if pods.is_empty() && !is_chosen {
        return None;
    }
    let pair = pair(view, pods);
    let is_available = |pod: &Pod| is_available(pod, min_ready_seconds(&view.ds), now);
    if allows_surge(&view.ds) { surge(pair, placement, is_available, tally) } else { replace(pair, is_available, tally) }
}

/// Deletes just enough pods to stay within `maxUnavailable`; the next look creates their successors.
fn replace(pair: Option<Pair<'_>>, is_available: impl Fn(&Pod) -> bool, tally: &mut Tally) -> Option<Errand> {
    let (errand, is_unavailable) = match pair {
        // Nothing but a pod on its way out, or two: the core loop is at work here.
        None | Some(Pair { new: None, old: None } | Pair { new: Some(_), old: Some(_) }) => (None, true),
        Some(Pair { new: Some(new), .. }) => (None, !is_available(new)),
        Some(Pair { old: Some(old), .. }) if is_available(old) => (Some(Errand::DeleteWithin), false),
        Some(Pair { old: Some(_), .. }) => (Some(Errand::Delete), true),
    };
    tally.spent = i32::from(is_unavailable);
    errand
}

/// Creates up to `maxSurge` new pods beside old ones, and deletes an old one when its successor is available.
fn surge(
    pair: Option<Pair<'_>>,
    placement: Option<Placement>,
    is_available: impl Fn(&Pod) -> bool,
    tally: &mut Tally,
) -> Option<Errand> {
    let Some(pair) = pair else {
        tally.spent = 1;
        return None;
    };
    tally.serving = i32::from(pair.old.or(pair.new).is_some_and(|pod| is_available(pod)));
    match (pair.new, pair.old?) {
        (None, old) => Some(match (is_available(old), placement.map(|placement| placement.should_run)) {
            (_, None) => Errand::Lost,
            (false, Some(true)) => Errand::Create,
            (false, Some(false)) => Errand::Delete,
            (true, Some(true)) => Errand::CreateWithin,
            (true, Some(false)) => Errand::DeleteWithin,
        }),
        (Some(new), _) if is_available(new) => Some(Errand::Delete),
        (Some(_), _) => {
            tally.spent = 1;
            None
        }
    }
}

/// Whether the strategy asks for pods beyond one a node.
pub(super) fn allows_surge(ds: &DaemonSet) -> bool {
    rolling(ds).and_then(|rolling| rolling.max_surge.as_ref()).is_some_and(|surge| scaled(Some(surge), 100, 0) > 0)
}

/// (maxSurge, maxUnavailable) in pods (`updatedDesiredNodeCounts`).
pub(super) fn budget(view: &View, desired: usize) -> (usize, usize) {
    let rolling = rolling(&view.ds);
    let surge = scaled(rolling.and_then(|rolling| rolling.max_surge.as_ref()), desired, 0);
    let unavailable = scaled(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), desired, 1);
    // Both can come to nothing when a percentage of few nodes does: then one at a time.
    let unavailable = if surge == 0 && unavailable == 0 && desired > 0 { 1 } else { unavailable };
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

/// The pods of a node that are not on their way out, one of each revision at most.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) new: Option<&'a Rc<Pod>>,
    pub(super) old: Option<&'a Rc<Pod>>,
}

/// Nothing where there is more than one of a revision (`findUpdatedPodsOnNode`).
pub(super) fn pair<'a>(view: &View, pods: &[&'a Rc<Pod>]) -> Option<Pair<'a>> {
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
        || pod.label("pod-template-generation") == Some(&view.generation)
}
