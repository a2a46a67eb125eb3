//! The ReplicaSet controller: as many pods as a number says (`pkg/controller/replicaset/replica_set.go`).

use std::rc::Rc;
use std::time::Duration;

use super::owner::{self, Expectations, count, selects, unless_zero};
use super::pods::{is_available, is_terminal, node_name};
use super::ranking::{self, Ages};
use super::{Desk, Work};
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{ApiError, Head, Key, Object, Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus, Resource};

/// How many pods one look creates or deletes, at most (`BurstReplicas`).
const BURST: usize = 500;
/// The condition of a ReplicaSet whose pods could not be created.
const REPLICA_FAILURE: &str = "ReplicaFailure";

/// One look at one ReplicaSet.
///
/// # Errors
/// Where pods or the status could not be written.
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key, expectations: &mut Expectations) -> Result<(), ApiError> {
    let Some(rs) = desk.cluster.store().at::<ReplicaSet>(key).cloned() else {
        return Ok(());
    };
    let Some(selector) = rs.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok()) else {
        return Ok(());
    };
    let this = Object::from(Rc::clone(&rs));
    let candidates = owner::candidates(desk, &this);
    let ending = |object: &&Object| {
        let ends = Pod::of(object).is_some_and(|pod| pod.is_terminating() && !is_terminal(pod));
        ends && owner::is_controlled_by(object, &this) && selects(&selector, object)
    };
    let terminating = count(candidates.iter().filter(ending).count());
    let active = candidates.into_iter().filter(|object| Pod::of(object).is_some_and(|pod| owner::is_active(pod))).collect();
    let claimed = owner::claim(desk, &this, active, &|object| selects(&selector, object));
    let pods = owner::pods(&claimed);
    let managed = if expectations.are_met(key, desk.now) && !rs.is_terminating() {
        manage(desk, &rs, &this, &pods, expectations)
    } else {
        Ok(())
    };
    let status = write_status(desk, &rs, &pods, terminating, managed.as_ref().err())?;
    managed?;
    let min_ready = min_ready_seconds(&rs);
    if min_ready > 0 && status.ready_replicas != status.available_replicas {
        let wait = next_available(&pods, min_ready, desk);
        desk.later(wait, Work::SyncLater(key.clone()));
    }
    Ok(())
}

/// When the next of some pods will have been ready for long enough; after all of `min_ready_seconds` if that is not to be told
/// (`FindMinNextPodAvailabilityCheck`).
pub(super) fn next_available(pods: &[Rc<Pod>], min_ready_seconds: i32, desk: &Desk<'_>) -> Duration {
    let whole = Duration::from_secs(min_ready_seconds.unsigned_abs().into());
    let left = |pod: &Rc<Pod>| {
        let ready = super::pods::condition(pod, "Ready").filter(|ready| ready.status == "True")?;
        let passed = desk.cluster.now().duration_since(ready.since?);
        whole.checked_sub(Duration::try_from(passed).unwrap_or_default()).filter(|left| !left.is_zero())
    };
    pods.iter().filter_map(left).min().unwrap_or(whole)
}

/// How many pods a ReplicaSet is to have.
pub(super) fn replicas(rs: &ReplicaSet) -> i32 {
    rs.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1)
}

fn min_ready_seconds(rs: &ReplicaSet) -> i32 {
    rs.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0)
}

/// Creates what is missing, deletes what is too much (`manageReplicas`).
fn manage(
    desk: &mut Desk<'_>,
    rs: &ReplicaSet,
    this: &Object,
    pods: &[Rc<Pod>],
    expectations: &mut Expectations,
) -> Result<(), ApiError> {
    let wanted = usize::try_from(replicas(rs)).unwrap_or(0);
    let missing = wanted.saturating_sub(pods.len()).min(BURST);
    let excess = pods.len().saturating_sub(wanted).min(BURST);
    let mut ranked = pods.to_vec();
    if excess > 0 {
        let on_nodes = siblings_on_nodes(desk, this);
        let neighbours = |node: &str| on_nodes.get(node).copied().unwrap_or(0);
        ranking::sort(&mut ranked, &neighbours, Ages::Rough, desk.cluster.now());
    }
    let going: Vec<Key> = ranked.iter().take(excess).map(|pod| pod.key()).collect();
    let template = rs.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
    owner::carry_out(desk, this, expectations, (missing, &|_| owner::pod_of(&template, this)), &going)
}

/// How many pods run on each node that belong to this ReplicaSet or to another one of the same owner
/// (`getIndirectlyRelatedPods`).
fn siblings_on_nodes(desk: &Desk<'_>, this: &Object) -> SortedMap<String, usize> {
    let store = desk.cluster.store();
    let owner = this.head().controller().map(|owner| owner.uid.as_str());
    let mut on_nodes: SortedMap<String, usize> = SortedMap::new();
    let sets = owner.into_iter().flat_map(|uid| store.dependents(uid)).filter_map(ReplicaSet::of);
    for pod in sets.flat_map(|set| store.dependents(set.uid())).filter_map(Pod::of).filter(|pod| owner::is_active(pod)) {
        *on_nodes.entry(node_name(pod).unwrap_or_default().to_owned(), || 0) += 1;
    }
    on_nodes
}

/// Counts, and writes the status if anything in it changed (`calculateStatus`, `updateReplicaSetStatus`).
fn write_status(
    desk: &mut Desk<'_>,
    rs: &Rc<ReplicaSet>,
    pods: &[Rc<Pod>],
    terminating: i32,
    failure: Option<&ApiError>,
) -> Result<ReplicaSetStatus, ApiError> {
    let old = rs.status.clone().unwrap_or_default();
    let template = rs.spec.as_ref().and_then(|spec| spec.template.as_ref()?.metadata.as_ref()?.labels.as_ref());
    let labels = Selector::from_labels(template.unwrap_or(&Default::default()));
    let is_full = |pod: &Rc<Pod>| pod.metadata.labels().is_some_and(|own| labels.matches(own));
    let now = desk.cluster.now();
    let number = |is: &dyn Fn(&Rc<Pod>) -> bool| unless_zero(count(pods.iter().filter(|pod| is(pod)).count()));
    let mut status = ReplicaSetStatus {
        replicas: count(pods.len()),
        fully_labeled_replicas: number(&is_full),
        ready_replicas: number(&|pod| pod.is_ready()),
        available_replicas: number(&|pod| is_available(pod, min_ready_seconds(rs), now)),
        terminating_replicas: Some(terminating),
        conditions: old.conditions.clone(),
        observed_generation: rs.metadata.generation,
    };
    let had_failed = old.conditions.iter().flatten().any(|condition| condition.type_ == REPLICA_FAILURE);
    match failure {
        Some(error) if !had_failed => status.conditions.get_or_insert_default().push(ReplicaSetCondition {
            type_: REPLICA_FAILURE.to_owned(),
            status: "True".to_owned(),
            last_transition_time: Some(desk.cluster.now_in_seconds()),
            reason: Some("FailedCreate".to_owned()),
            message: Some(error.message()),
        }),
        None if had_failed => status.conditions = None,
        _ => {}
    }
    if status != old {
        let mut updated = Rc::clone(rs);
        let it = Rc::make_mut(&mut updated);
        it.status = Some(status.clone());
        // The last word counts, as upstream's second try does.
        it.metadata.resource_version = None;
        desk.cluster.update_status(updated)?;
    }
    Ok(status)
}
