//! The disruption controller: how many of the pods that a budget guards may go (`pkg/controller/disruption/disruption.go`).
//!
//! Left out is the clearing of a `DisruptionTarget` condition whose pod was not deleted within two minutes: here a condition
//! and its deletion come together.

use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::owner::{self, Round, count, scaled};
use super::{Desk, Work};
use crate::api::sorted::SortedMap;
use crate::api::{
    ApiError, Head, IntOrString, Key, Kind, LabelSelector, Object, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus,
    Resource, StringMap, Time, conditions,
};
use crate::cluster::{Change, DISRUPTION_ALLOWED, Reason, budget_selector, say_whether_allowed};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(4);
/// How long an evicted pod may take until its deletion begins (`DeletionTimeout`).
const DELETION_TIMEOUT: SignedDuration = SignedDuration::from_secs(120);

/// A pod wakes the budget that guards it.
pub(super) fn observe_pod(desk: &mut Desk<'_>, change: &Change) {
    let Some((_, pod)) = change.of::<Pod>() else { return };
    let budgets: Vec<Key> = guarding(desk, pod);
    let Some(first) = budgets.first() else { return };
    if budgets.len() > 1 {
        let (namespace, name, chosen) = (pod.namespace(), pod.name(), &first.name);
        let message =
            format!("Pod {namespace:?}/{name:?} matches multiple PodDisruptionBudgets.  Chose {chosen:?} arbitrarily.");
        owner::tell(desk, &change.object, Reason::Warning("MultiplePodDisruptionBudgets"), &message);
    }
    desk.later(NOTICE, Work::Sync(first.clone()));
}

fn guarding(desk: &Desk<'_>, pod: &Pod) -> Vec<Key> {
    let none = StringMap::new();
    let labels = pod.metadata.labels().unwrap_or(&none);
    let budgets = desk.cluster.store().list::<PodDisruptionBudget>().filter(|it| it.namespace() == pod.namespace());
    budgets.filter(|it| budget_selector(it).is_some_and(|it| it.matches(labels))).map(|it| it.key()).collect()
}

/// One look at one budget.
///
/// # Errors
/// Where the status could not be written.
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) -> Result<(), ApiError> {
    let store = desk.cluster.store();
    let Some(budget) = store.at::<PodDisruptionBudget>(key).cloned() else {
        return Ok(());
    };
    let this = Object::from(Rc::clone(&budget));
    let none = StringMap::new();
    let selector = budget_selector(&budget);
    let is_guarded = |pod: &&Rc<Pod>| {
        let labels = pod.metadata.labels().unwrap_or(&none);
        pod.namespace() == budget.namespace() && selector.as_ref().is_some_and(|selector| selector.matches(labels))
    };
    let pods: Vec<Rc<Pod>> = store.list::<Pod>().filter(is_guarded).cloned().collect();
    if pods.is_empty() {
        owner::tell(desk, &this, Reason::Normal("NoPods"), "No matching pods found");
    }
    let old = budget.status.clone().unwrap_or_default();
    let status = match expected(desk, &budget, &pods) {
        Err(why) => {
            let message = format!("Failed to calculate the number of expected pods: {why}");
            owner::tell(desk, &this, Reason::Warning("CalculateExpectedPodCountFailed"), &message);
            failed(old.clone(), why, desk.cluster.now_in_seconds())
        }
        Ok(expected) => {
            if !expected.unmanaged.is_empty() {
                tell_of_unmanaged(desk, &this, &budget);
            }
            counted(desk, &budget, &pods, &expected)
        }
    };
    if status == old {
        return Ok(());
    }
    let mut updated = budget;
    Rc::make_mut(&mut updated).status = Some(status);
    desk.cluster.update_status(updated).map(drop)
}

/// How many pods a budget reckons with.
struct Expected {
    /// How many there should be.
    pods: i32,
    /// How many of them have to be healthy.
    healthy: i32,
    /// Those that nobody controls, by name.
    unmanaged: Vec<String>,
}

/// `getExpectedPodCount`.
fn expected(desk: &Desk<'_>, budget: &PodDisruptionBudget, pods: &[Rc<Pod>]) -> Result<Expected, String> {
    let spec = budget.spec.clone().unwrap_or_default();
    match (spec.max_unavailable, spec.min_available) {
        (Some(most), _) => {
            let (scale, unmanaged) = scale(desk, pods)?;
            Ok(Expected { pods: scale, healthy: (scale - scaled(&most, scale, Round::Up)).max(0), unmanaged })
        }
        (None, Some(IntOrString::Int(least))) => Ok(Expected { pods: count(pods.len()), healthy: least, unmanaged: vec![] }),
        (None, Some(least)) => {
            let (scale, unmanaged) = scale(desk, pods)?;
            Ok(Expected { pods: scale, healthy: scaled(&least, scale, Round::Up), unmanaged })
        }
        (None, None) => Ok(Expected { pods: 0, healthy: 0, unmanaged: vec![] }),
    }
}

/// How many pods the controllers of these pods want to have, and the pods that have none (`getExpectedScale`).
fn scale(desk: &Desk<'_>, pods: &[Rc<Pod>]) -> Result<(i32, Vec<String>), String> {
    let mut scales: SortedMap<String, i32> = SortedMap::new();
    let mut unmanaged = vec![];
    for pod in pods {
        let Some(owner) = pod.metadata.controller() else {
            unmanaged.push(pod.name().to_owned());
            continue;
        };
        let Some(kind) = Kind::from_manifest(&owner.api_version, &owner.kind) else {
            return Err(format!("no matches for kind {:?} in version {:?}", owner.kind, owner.api_version));
        };
        let found = desk.cluster.store().object(&Key::new(kind, pod.namespace(), &owner.name));
        let found = found.filter(|found| owner::uid(found) == owner.uid);
        let (uid, scale) = found.and_then(|found| scale_of(desk, found)).transpose()?.unzip();
        let (Some(uid), Some(scale)) = (uid, scale) else {
            return Err(format!("found no controllers for pod {:?}", pod.name()));
        };
        scales.insert(uid, scale);
    }
    Ok((scales.values().sum(), unmanaged))
}

/// The uid and the size of a controller; a ReplicaSet's is that of its Deployment.
fn scale_of(desk: &Desk<'_>, found: &Object) -> Option<Result<(String, i32), String>> {
    let replicas = match found {
        Object::Deployment(it) => it.spec.as_ref()?.replicas,
        Object::StatefulSet(it) => it.spec.as_ref()?.replicas,
        Object::ReplicaSet(it) => {
            let owner = it.metadata.controller().filter(|owner| owner.kind == Kind::Deployment.name());
            let deployment = owner.and_then(|owner| {
                let key = Key::new(Kind::Deployment, it.namespace(), &owner.name);
                desk.cluster.store().object(&key).filter(|found| owner::uid(found) == owner.uid)
            });
            match deployment {
                Some(deployment) => return scale_of(desk, deployment),
                None => it.spec.as_ref()?.replicas,
            }
        }
        other => return Some(Err(format!("{} does not implement the scale subresource", other.kind().resource()))),
    };
    Some(Ok((owner::uid(found).to_owned(), replicas.unwrap_or(1))))
}

fn tell_of_unmanaged(desk: &mut Desk<'_>, this: &Object, budget: &PodDisruptionBudget) {
    let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref()).map(in_go).unwrap_or_default();
    let message = format!(
        "Pods selected by this PodDisruptionBudget (selector: {selector}) were found to be unmanaged. As a result, the status of the \
         PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \
         \".spec.minAvailable\" field of the PDB to an integer value."
    );
    owner::tell(desk, this, Reason::Warning("UnmanagedPods"), &message);
}

/// A selector as Go prints it.
fn in_go(selector: &LabelSelector) -> String {
    let labels: String = selector.match_labels.iter().flatten().map(|(key, value)| format!("{key}: {value},")).collect();
    let expressions = selector.match_expressions.iter().flatten().map(|it| {
        let values = it.values.as_deref().unwrap_or_default().join(" ");
        format!("LabelSelectorRequirement{{Key:{},Operator:{},Values:[{values}],}},", it.key, it.operator)
    });
    let expressions: String = expressions.collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
}

/// The status of a budget whose pods could be counted (`updatePdbStatus`).
fn counted(
    desk: &mut Desk<'_>,
    budget: &PodDisruptionBudget,
    pods: &[Rc<Pod>],
    expected: &Expected,
) -> PodDisruptionBudgetStatus {
    let old = budget.status.clone().unwrap_or_default();
    let now = desk.cluster.now();
    let mut disrupted: StringTimes = StringTimes::new();
    let mut recheck: Option<SignedDuration> = None;
    for pod in pods.iter().filter(|pod| !pod.is_terminating()) {
        let Some(since) = old.disrupted_pods.as_ref().and_then(|all| all.get(pod.name())) else { continue };
        let left = DELETION_TIMEOUT.saturating_sub(now.duration_since(since.0));
        if left.is_negative() {
            let place = budget.namespace();
            let message = format!("Pod was expected by PDB {place}/{place} to be deleted but it wasn't");
            owner::tell(desk, &Object::from(Rc::clone(pod)), Reason::Warning("NotDeleted"), &message);
        } else {
            recheck = Some(recheck.map_or(left, |before| before.min(left)));
            disrupted.insert(pod.name().to_owned(), since.clone());
        }
    }
    if let Some(left) = recheck {
        desk.later(Duration::try_from(left).unwrap_or_default(), Work::SyncLater(budget.key()));
    }
    let is_healthy = |pod: &&Rc<Pod>| !pod.is_terminating() && !disrupted.contains_key(pod.name()) && pod.is_ready();
    let healthy = count(pods.iter().filter(is_healthy).count());
    let allowed = if expected.pods > 0 { (healthy - expected.healthy).max(0) } else { 0 };
    let mut status = PodDisruptionBudgetStatus {
        current_healthy: Some(healthy),
        desired_healthy: Some(expected.healthy),
        expected_pods: Some(expected.pods),
        disruptions_allowed: Some(allowed),
        disrupted_pods: (!disrupted.is_empty()).then_some(disrupted),
        observed_generation: budget.metadata.generation,
        conditions: old.conditions,
    };
    say_whether_allowed(&mut status, &desk.cluster.now_in_seconds());
    status
}

/// Times by the names of pods.
type StringTimes = std::collections::BTreeMap<String, Time>;

/// The status of a budget whose pods could not be counted: it allows nothing (`failSafe`).
fn failed(mut status: PodDisruptionBudgetStatus, why: String, now: Time) -> PodDisruptionBudgetStatus {
    status.disruptions_allowed = Some(0);
    let condition = Condition {
        type_: DISRUPTION_ALLOWED.to_owned(),
        status: "False".to_owned(),
        reason: "SyncFailed".to_owned(),
        message: why,
        observed_generation: status.observed_generation,
        last_transition_time: now,
    };
    conditions::set_common(status.conditions.get_or_insert_default(), condition);
    status
}
