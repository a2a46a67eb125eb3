//! What controllers have in common that keep so many of something: whose is what (`pkg/controller/controller_ref_manager.go`),
//! how pods are made and deleted, and what was asked for and not seen yet (`pkg/controller/controller_utils.go`).

use std::rc::Rc;
use std::time::Duration;

use super::Desk;
use super::pods::is_terminal;
use crate::api::meta::Meta;
use crate::api::pod::Spec;
use crate::api::selector::Selector;
use crate::api::sorted::{SortedMap, SortedSet};
use crate::api::{
    ApiError, IntOrString, Key, Kind, Namespace, Object, ObjectMeta, OwnerReference, Pod, PodTemplateSpec, Resource,
};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Reason, Source};
use crate::sim::SimTime;

/// How long created and deleted pods are waited for (`ExpectationsTimeout`).
const EXPECTATIONS_TIMEOUT: Duration = Duration::from_secs(300);
/// The first and the longest wait before a look that failed is tried again (`util/workqueue/default_rate_limiters.go`).
const RETRY: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1000));

/// What an object that `owner` controls says of it.
pub(super) fn reference(owner: &Object) -> OwnerReference {
    OwnerReference {
        api_version: owner.kind().api_version().to_owned(),
        kind: owner.kind().name().to_owned(),
        name: owner.name().to_owned(),
        uid: uid(owner).to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}

/// An object's unique id.
pub(super) fn uid(object: &Object) -> &str {
    object.head().uid()
}

/// Whether `owner` controls an object.
pub(super) fn is_controlled_by(object: &Object, owner: &Object) -> bool {
    object.head().controller().is_some_and(|controller| controller.uid == uid(owner))
}

/// Whether a selector chooses an object; one that chooses everything counts as one that chooses nothing.
pub(super) fn selects(selector: &Selector, object: &Object) -> bool {
    !selector.is_everything() && object.head().labels().is_some_and(|labels| selector.matches(labels))
}

/// The pods that `owner` controls, and those of its namespace that nobody does.
pub(super) fn candidates(desk: &Desk<'_>, owner: &Object) -> Vec<Object> {
    let store = desk.cluster.store();
    let own = store.dependents(uid(owner)).filter(|object| object.kind() == Kind::Pod && is_controlled_by(object, owner));
    let orphans = store.orphans().filter(|pod| pod.namespace() == owner.namespace());
    own.cloned().chain(orphans.cloned().map(Object::from)).collect()
}

/// Of these objects, those that are `owner`'s: what it controls and `fits`; what nobody controls and fits is adopted, what it
/// controls and does not fit is let go (`ClaimObject`).
pub(super) fn claim(
    desk: &mut Desk<'_>,
    owner: &Object,
    candidates: Vec<Object>,
    fits: &dyn Fn(&Object) -> bool,
) -> Vec<Object> {
    let ends = owner.head().deletion().is_some();
    let mut claimed = vec![];
    for mut object in candidates {
        let (is_own, is_fit) = (is_controlled_by(&object, owner), fits(&object));
        if is_own && is_fit {
            claimed.push(object);
        } else if is_own && !ends {
            let references = &mut object.meta_mut().owner_references;
            references.iter_mut().for_each(|all| all.retain(|reference| reference.uid != uid(owner)));
            references.take_if(|all| all.is_empty());
            // One that changed meanwhile is let go at the next look.
            let _ = desk.cluster.update(object);
        } else if is_fit && !ends && object.head().controller().is_none() && object.head().deletion().is_none() {
            object.meta_mut().owner_references.get_or_insert_default().push(reference(owner));
            claimed.extend(desk.cluster.update(object).ok());
        }
    }
    claimed
}

/// Whether a pod has neither ended nor been told to (`IsPodActive`).
pub(super) fn is_active(pod: &Pod) -> bool {
    !is_terminal(pod) && !pod.is_terminating()
}

/// The pods among objects.
pub(super) fn pods(objects: &[Object]) -> Vec<Rc<Pod>> {
    objects.iter().filter_map(Pod::of).cloned().collect()
}

/// The pod of a template (`GetPodFromTemplate`).
pub(super) fn pod_of(template: &PodTemplateSpec, owner: &Object) -> Pod {
    let from = template.metadata.clone().unwrap_or_default();
    Pod {
        metadata: Meta::from(ObjectMeta {
            generate_name: Some([owner.name(), "-"].concat()),
            namespace: owner.meta().namespace.clone(),
            labels: from.labels,
            annotations: from.annotations,
            finalizers: from.finalizers,
            owner_references: Some(vec![reference(owner)]),
            ..ObjectMeta::default()
        }),
        spec: template.spec.clone().map(Spec::from),
        ..Pod::default()
    }
}

/// Creates a pod, and tells of it.
///
/// # Errors
/// What the server says; nothing while the namespace ends, in which no pod can be created.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn create_pod(desk: &mut Desk<'_>, owner: &Object, pod: Pod) -> Result<(), ApiError> {
    match desk.cluster.create(pod) {
        Ok(pod) => {
            tell(desk, owner, Reason::Normal("SuccessfulCreate"), &["Created pod: ", pod.name()].concat());
            Ok(())
        }
        Err(_) if is_namespace_ending(desk, owner) => Ok(()),
        Err(error) => {
            tell(desk, owner, Reason::Warning("FailedCreate"), &format!("Error creating: {}", error.message()));
            Err(error)
        }
    }
}

fn is_namespace_ending(desk: &Desk<'_>, object: &Object) -> bool {
    let namespace = desk.cluster.store().get::<Namespace>("", object.namespace());
    namespace.is_none_or(|namespace| namespace.is_terminating())
}

/// Deletes a pod, and tells of it. Says whether it was there: one that is gone already is as good.
pub(super) fn delete_pod(desk: &mut Desk<'_>, owner: &Object, pod: &Key) -> bool {
    let deleted = desk.cluster.delete(pod, &DeleteOptions::default()).is_ok();
    if deleted {
        tell(desk, owner, Reason::Normal("SuccessfulDelete"), &["Deleted pod: ", &pod.name].concat());
    }
    deleted
}

/// Creates so many of an owner's pods and deletes these, and expects to see both.
///
/// # Errors
/// What went wrong first with a creation.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn carry_out(
    desk: &mut Desk<'_>,
    owner: &Object,
    expectations: &mut Expectations,
    (creations, pod): (usize, &dyn Fn(usize) -> Pod),
    deletions: &[Key],
) -> Result<(), ApiError> {
    if creations == 0 && deletions.is_empty() {
        return Ok(());
    }
    let key = owner.key();
    expectations.expect(&key, creations, deletions.iter().cloned().collect(), desk.now);
    let (created, result) = in_batches(creations, &mut |place| create_pod(desk, owner, pod(place)));
    expectations.give_up(&key, creations - created);
    for pod in deletions {
        if !delete_pod(desk, owner, pod) {
            expectations.see_off(&key, pod);
        }
    }
    result
}

/// Tells an event about an object, as the controller of its kind.
pub(super) fn tell(desk: &mut Desk<'_>, about: &Object, reason: Reason, message: &str) {
    let source = match about.kind() {
        Kind::DaemonSet => Source::DaemonSetController,
        Kind::Deployment => Source::DeploymentController,
        Kind::Job => Source::JobController,
        Kind::ReplicaSet => Source::ReplicaSetController,
        Kind::StatefulSet => Source::StatefulSetController,
        _ => Source::ControllerManager,
    };
    desk.cluster.record(about, &source, reason, message);
}

/// Does something `count` times, in batches of 1, 2, 4, …: a failure is likely to come again, hence what is left after its
/// batch is not tried (`slowStartBatch`). Says how often it was done, and what went wrong first.
pub(super) fn in_batches(count: usize, act: &mut dyn FnMut(usize) -> Result<(), ApiError>) -> (usize, Result<(), ApiError>) {
    let (mut done, mut tried, mut size) = (0, 0, 1);
    let mut result = Ok(());
    while tried < count && result.is_ok() {
        let end = count.min(tried + size);
        for place in tried..end {
            match act(place) {
                Ok(()) => done += 1,
                Err(error) => result = result.and(Err(error)),
            }
        }
        (tried, size) = (end, size * 2);
    }
    (done, result)
}

/// What controllers have asked for and not seen yet, by owner.
#[derive(Clone, Debug, Default)]
pub(super) struct Expectations(SortedMap<Key, Expected>);

#[derive(Clone, Debug, Default)]
struct Expected {
    creations: usize,
    deletions: SortedSet<Key>,
    since: SimTime,
}

impl Expectations {
    /// So many creations and these deletions of an owner's pods are to come.
    pub(super) fn expect(&mut self, owner: &Key, creations: usize, deletions: SortedSet<Key>, now: SimTime) {
        self.0.insert(owner.clone(), Expected { creations, deletions, since: now });
    }

    /// So many creations will not come.
    pub(super) fn give_up(&mut self, owner: &Key, creations: usize) {
        if let Some(expected) = self.0.get_mut(owner) {
            expected.creations = expected.creations.saturating_sub(creations);
        }
    }

    /// A pod is on its way out, or gone.
    pub(super) fn see_off(&mut self, owner: &Key, pod: &Key) {
        if let Some(expected) = self.0.get_mut(owner) {
            expected.deletions.remove(pod);
        }
    }

    /// A change of one of an owner's pods.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, owner: &Key, change: &Change) {
        if change.kind == ChangeKind::Deleted || change.object.head().deletion().is_some() {
            self.see_off(owner, &change.key());
        } else if change.kind == ChangeKind::Added {
            self.give_up(owner, 1);
        }
    }

    /// Whether everything has been seen, or waited for in vain.
    pub(super) fn are_met(&self, owner: &Key, now: SimTime) -> bool {
        self.0.get(owner).is_none_or(|expected| {
            expected.creations == 0 && expected.deletions.is_empty() || now - expected.since > EXPECTATIONS_TIMEOUT
        })
    }

    /// An owner is gone.
    pub(super) fn forget(&mut self, owner: &Key) {
        self.0.remove(owner);
    }
}

/// How often in a row the look at an object has failed.
#[derive(Clone, Debug, Default)]
pub(super) struct Failures(SortedMap<Key, u32>);

impl Failures {
    /// Takes note of what a look came to; says after what time a failed one is tried again.
    pub(super) fn note(&mut self, key: &Key, result: &Result<(), ApiError>) -> Option<Duration> {
        if result.is_ok() {
            self.0.remove(key);
            return None;
        }
        let failures = self.0.entry(key.clone(), || 0);
        let wait = (RETRY.0 * 2_u32.saturating_pow((*failures).min(20))).min(RETRY.1);
        *failures += 1;
        Some(wait)
    }

    /// An object is gone.
    pub(super) fn forget(&mut self, key: &Key) {
        self.0.remove(key);
    }
}

/// Which way a percentage of few is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// To the next whole number below.
    Down,
    /// To the next whole number above.
    Up,
}

/// A number, or a percentage of `total` (`GetScaledValueFromIntOrPercent`).
pub(super) fn scaled(value: &IntOrString, total: i32, round: Round) -> i32 {
    match value {
        IntOrString::Int(number) => *number,
        IntOrString::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            let hundredths = percent.saturating_mul(total.into());
            let number = if round == Round::Up { hundredths.saturating_add(99) / 100 } else { hundredths / 100 };
            i32::try_from(number).unwrap_or(i32::MAX)
        }
    }
}

/// A number as the API keeps it where it leaves noughts out.
pub(super) fn unless_zero(number: i32) -> Option<i32> {
    (number != 0).then_some(number)
}

/// A number of pods.
pub(super) fn count(pods: usize) -> i32 {
    i32::try_from(pods).unwrap_or(i32::MAX)
}
