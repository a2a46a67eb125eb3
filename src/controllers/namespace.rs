//! Empties a namespace that is being deleted, then lets it go (`pkg/controller/namespace/deletion`).

use std::time::Duration;

use super::{Desk, Work};
use crate::api::{Key, Kind, Namespace, Object, Resource, kind};
use crate::cluster::{Change, ChangeKind, DeleteOptions};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(10);
/// Between two looks at a namespace whose pods still stop.
const PATIENCE: Duration = Duration::from_millis(500);

/// A namespace whose deletion has begun.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    if let Object::Namespace(namespace) = &change.object
        && change.kind == ChangeKind::Modified
        && namespace.is_terminating()
    {
        desk.later(NOTICE, Work::Namespace(namespace.name().to_owned()));
    }
}

/// Deletes what is in it; events go last, with the namespace.
pub(super) fn sync(desk: &mut Desk<'_>, name: &str) {
    let store = desk.cluster.store();
    if !store.get::<Namespace>("", name).is_some_and(|namespace| namespace.is_terminating()) {
        return;
    }
    let inside =
        |kind: Kind| store.objects(kind).filter(|object| object.namespace() == name).map(Object::key).collect::<Vec<Key>>();
    let (events, contents): (Vec<Key>, Vec<Key>) = kind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.is_namespaced())
        .flat_map(inside)
        .partition(|key| key.kind == Kind::Event);
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
