//! Fills a new namespace with what every namespace has; empties one that is being deleted, then lets it go
//! (`pkg/controller/serviceaccount`, `pkg/controller/certificates/rootcacertpublisher`, `pkg/controller/namespace/deletion`).

use std::time::Duration;

use super::{Desk, Work};
use crate::api::{Key, Kind, Namespace, Object, Resource, kind};
use crate::cluster::{Change, ChangeKind, DeleteOptions, of_namespace};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(10);
/// Between two looks at a namespace whose pods still stop.
const PATIENCE: Duration = Duration::from_millis(500);

/// A namespace that is new or whose deletion has begun, and what a namespace cannot be without.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    match (&change.object, change.kind) {
        (Object::Namespace(namespace), ChangeKind::Added) => fill(desk, namespace.name()),
        (Object::Stored(it), ChangeKind::Deleted) if matches!(it.kind, Kind::ServiceAccount | Kind::ConfigMap) => {
            fill(desk, change.object.namespace());
        }
        _ => {}
    }
    if let Object::Namespace(namespace) = &change.object
        && change.kind == ChangeKind::Modified
        && namespace.is_terminating()
    {
        desk.later(NOTICE, Work::Namespace(namespace.name().to_owned()));
    }
}

/// Creates what is missing; a namespace that is being deleted refuses it.
fn fill(desk: &mut Desk<'_>, name: &str) {
    for object in of_namespace(name) {
        if desk.cluster.store().object(&object.key()).is_none() {
            let _ = desk.cluster.create(object);
        }
    }
}

/// Deletes what is in it; events go last, with the namespace.
pub(super) fn sync(desk: &mut Desk<'_>, name: &str) {
    let store = desk.cluster.store();
    if !store.get::<Namespace>("", name).is_some_and(|namespace| namespace.is_terminating()) {
        return;
    }
    let kinds = [kind::ALL, &desk.cluster.custom_kinds()].concat();
    let inside =
        |kind: Kind| store.objects(kind).filter(|object| object.namespace() == name).map(Object::key).collect::<Vec<Key>>();
    let (events, contents): (Vec<Key>, Vec<Key>) =
        kinds.into_iter().filter(|kind| kind.is_namespaced()).flat_map(inside).partition(|key| key.kind == Kind::Event);
    for key in &contents {
        let _ = desk.cluster.delete(key, &DeleteOptions::default());
    }
    if contents.is_empty() {
        for key in &events {
            let _ = desk.cluster.delete(key, &DeleteOptions::default());
        }
        desk.cluster.finalize_namespace(name);
    } else {
        desk.later(PATIENCE, Work::Namespace(name.to_owned()));
    }
}
