//! Objects go after their owners, or stay without them (`pkg/controller/garbagecollector/garbagecollector.go`).

use std::time::Duration;

use super::{Desk, Work};
use crate::api::{Key, Kind, Object};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Propagation};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(20);
/// Between two looks at an owner that waits for its dependents.
const PATIENCE: Duration = Duration::from_millis(100);

/// An owner that is gone or wants to go.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    if change.object.kind() == Kind::Event {
        return;
    }
    let waits = change.object.head().deletion().is_some() && holds(&change.object).is_some();
    if change.kind == ChangeKind::Deleted || waits {
        let uid = change.object.head().uid().to_owned();
        if waits || desk.cluster.store().dependents(&uid).next().is_some() {
            desk.later(NOTICE, Work::Dependents(Box::new((change.object.key(), uid))));
        }
    }
}

/// Deals with what an owner leaves behind.
pub(super) fn sync(desk: &mut Desk<'_>, owner: &Key, uid: &str) {
    let dependents: Vec<Object> = desk.cluster.store().dependents(uid).cloned().collect();
    let stored = desk.cluster.store().object(owner).filter(|object| object.head().uid() == uid).cloned();
    match stored {
        None => delete_all(desk, &dependents, uid, Propagation::Background),
        Some(owner) => match holds(&owner) {
            Some(Propagation::Orphan) => {
                for dependent in dependents {
                    set_free(desk, dependent, uid);
                }
                release(desk, owner, Propagation::Orphan);
            }
            Some(Propagation::Foreground) if dependents.is_empty() => release(desk, owner, Propagation::Foreground),
            Some(Propagation::Foreground) => {
                delete_all(desk, &dependents, uid, Propagation::Foreground);
                desk.later(PATIENCE, Work::Dependents(Box::new((owner.key(), uid.to_owned()))));
            }
            _ => {}
        },
    }
}

/// What the finalizers of a terminating owner ask for.
fn holds(owner: &Object) -> Option<Propagation> {
    let finalizers = owner.head().finalizers();
    [Propagation::Orphan, Propagation::Foreground]
        .into_iter()
        .find(|propagation| propagation.finalizer().is_some_and(|finalizer| finalizers.iter().any(|f| f == finalizer)))
}

/// Deletes what has no other owner that is still there; the others lose this owner. While an owner waits, what itself owns
/// something waits for that in turn.
fn delete_all(desk: &mut Desk<'_>, dependents: &[Object], uid: &str, propagation: Propagation) {
    for dependent in dependents {
        let owners = dependent.head().owners();
        if owners.iter().any(|owner| owner.uid != uid) {
            set_free(desk, dependent.clone(), uid);
        } else if dependent.head().deletion().is_none() {
            let owns = desk.cluster.store().dependents(dependent.head().uid()).next().is_some();
            let propagation = if owns { propagation } else { Propagation::Background };
            let _ = desk.cluster.delete(&dependent.key(), &DeleteOptions { propagation, ..DeleteOptions::default() });
        }
    }
}

fn set_free(desk: &mut Desk<'_>, mut dependent: Object, uid: &str) {
    dependent.forget_revision();
    let meta = dependent.meta_mut();
    if let Some(owners) = &mut meta.owner_references {
        owners.retain(|owner| owner.uid != uid);
        if owners.is_empty() {
            meta.owner_references = None;
        }
    }
    let _ = desk.cluster.update(dependent);
}

fn release(desk: &mut Desk<'_>, mut owner: Object, propagation: Propagation) {
    owner.forget_revision();
    let meta = owner.meta_mut();
    if let Some(finalizers) = &mut meta.finalizers {
        finalizers.retain(|finalizer| Some(finalizer.as_str()) != propagation.finalizer());
    }
    let _ = desk.cluster.update(owner);
}
