//! The controllers of Deployments, ReplicaSets, StatefulSets, Jobs, disruption budgets and Services' endpoints: what wakes them, and what they
//! remember between two looks.

use std::time::Duration;

use super::endpoints::Endpoints;
use super::owner::{self, Expectations, Failures, selects};
use super::{Desk, Work, deployment, disruption, job, replica_set, stateful_set};
use crate::api::meta::{are_alike, are_labelled_alike};
use crate::api::selector::Selector;
use crate::api::{Key, Kind, Object, Pod};
use crate::cluster::{Change, ChangeKind};

/// From a change to the look it wakes: several changes within it are seen together, as by a busy controller.
const NOTICE: Duration = Duration::from_millis(4);

/// What the controllers remember.
#[derive(Clone, Debug, Default)]
pub(super) struct Workloads {
    expectations: Expectations,
    failures: Failures,
    back_offs: job::BackOffs,
    endpoints: Endpoints,
}

impl Workloads {
    /// What wakes a look.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        match change.object.kind() {
            Kind::Deployment | Kind::PodDisruptionBudget | Kind::StatefulSet => self.wake_itself(desk, change),
            Kind::Job => {
                if change.kind == ChangeKind::Deleted {
                    self.forget(&change.object.key());
                }
                job::observe(desk, change);
            }
            Kind::ReplicaSet => {
                self.wake_itself(desk, change);
                self.wake_owners(desk, change, &[Kind::Deployment]);
            }
            Kind::Pod => {
                self.wake_owners(desk, change, &[Kind::ReplicaSet, Kind::StatefulSet, Kind::Job]);
                job::observe(desk, change);
                deployment::observe_pod(desk, change);
                disruption::observe_pod(desk, change);
                if self.endpoints.concerns(&change.object) {
                    self.endpoints.observe_pod(desk, change);
                }
            }
            Kind::Service if self.endpoints.concerns(&change.object) => self.endpoints.observe(desk, change),
            _ => {}
        }
    }

    /// One look at one object.
    pub(super) fn sync(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let result = match key.kind {
            Kind::Deployment => deployment::sync(desk, key),
            Kind::PodDisruptionBudget => disruption::sync(desk, key),
            Kind::ReplicaSet => replica_set::sync(desk, key, &mut self.expectations),
            Kind::StatefulSet => stateful_set::sync(desk, key),
            Kind::Job => job::sync(desk, key, &mut self.expectations, &mut self.back_offs),
            Kind::Service => {
                self.endpoints.sync(desk, key);
                Ok(())
            }
            Kind::Pod => {
                job::release(desk, key);
                Ok(())
            }
            _ => Ok(()),
        };
        if let Some(wait) = self.failures.note(key, &result) {
            desk.later(wait, Work::SyncLater(key.clone()));
        }
    }

    fn wake_itself(&mut self, desk: &mut Desk<'_>, change: &Change) {
        let key = change.key();
        if change.kind == ChangeKind::Deleted {
            self.forget(&key);
        }
        desk.later(NOTICE, Work::Sync(key));
    }

    fn forget(&mut self, key: &Key) {
        self.expectations.forget(key);
        self.failures.forget(key);
    }

    /// The change of an object wakes the owner that controls it, the one that did, and, for an orphan, whoever selects it.
    #[cfg_attr(quick, optimize(speed))]
    fn wake_owners(&mut self, desk: &mut Desk<'_>, change: &Change, kinds: &[Kind]) {
        let (object, before) = (&change.object, change.before.as_ref());
        let owner = object.head().controller();
        let was = before.and_then(|before| before.head().controller());
        let is_handed_on = !are_alike(was, owner);
        let is_relabelled = || before.is_none_or(|before| !are_labelled_alike(before.head(), object.head()));
        if is_handed_on && let Some(key) = before.and_then(|before| owner_of(desk, before, kinds)) {
            desk.later(notice(&key), Work::Sync(key));
        }
        if let Some(key) = owner_of(desk, object, kinds) {
            self.expectations.observe(&key, change);
            wake_when_available(desk, change, &key);
            desk.later(notice(&key), Work::Sync(key));
        } else if owner.is_none() && change.kind != ChangeKind::Deleted && (is_handed_on || is_relabelled()) {
            for key in selecting(desk, object, kinds) {
                desk.later(notice(&key), Work::Sync(key));
            }
        }
    }
}

/// How long after the change of a pod its owner looks: Jobs wait for more of them.
fn notice(owner: &Key) -> Duration {
    if owner.kind == Kind::Job { job::BATCH } else { NOTICE }
}

/// The owner that controls an object, if it is of one of these kinds and still the same (`resolveControllerRef`).
#[cfg_attr(quick, optimize(speed))]
fn owner_of(desk: &Desk<'_>, object: &Object, kinds: &[Kind]) -> Option<Key> {
    let reference = object.head().controller()?;
    let kind = kinds.iter().find(|kind| kind.name() == reference.kind)?;
    let key = Key::new(*kind, object.namespace(), &reference.name);
    desk.cluster.store().object(&key).is_some_and(|owner| owner::uid(owner) == reference.uid).then_some(key)
}

/// The objects of these kinds whose selector chooses `object`.
fn selecting(desk: &Desk<'_>, object: &Object, kinds: &[Kind]) -> Vec<Key> {
    let mut found = vec![];
    for kind in kinds {
        for owner in desk.cluster.store().objects(*kind).filter(|owner| owner.namespace() == object.namespace()) {
            if selector(owner).is_some_and(|selector| selects(&selector, object)) {
                found.push(owner.key());
            }
        }
    }
    found
}

/// What an owner selects.
fn selector(owner: &Object) -> Option<Selector> {
    let selector = match owner {
        Object::Deployment(it) => &it.spec.as_ref()?.selector,
        Object::Job(it) => it.spec.as_ref()?.selector.as_ref()?,
        Object::ReplicaSet(it) => &it.spec.as_ref()?.selector,
        Object::StatefulSet(it) => &it.spec.as_ref()?.selector,
        _ => return None,
    };
    Selector::from_label_selector(selector).ok()
}

/// A pod that became ready is available only after a while: then its owner looks again.
fn wake_when_available(desk: &mut Desk<'_>, change: &Change, owner: &Key) {
    let Some((Some(before), pod)) = change.of::<Pod>() else { return };
    let seconds = match desk.cluster.store().object(owner) {
        Some(Object::ReplicaSet(it)) => it.spec.as_ref().and_then(|spec| spec.min_ready_seconds),
        Some(Object::StatefulSet(it)) => it.spec.as_ref().and_then(|spec| spec.min_ready_seconds),
        _ => None,
    };
    if let Some(seconds) = seconds.filter(|&seconds| seconds > 0 && !before.is_ready() && pod.is_ready()) {
        desk.later(Duration::from_secs(seconds.unsigned_abs().into()), Work::SyncLater(owner.clone()));
    }
}
