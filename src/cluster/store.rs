//! The objects, and what changed.

use std::rc::Rc;

use crate::api::sorted::{SortedMap, SortedSet};
use crate::api::{Key, Kind, Object, Pod, Resource};

/// Every object by key, with the indexes the controllers ask for and the changes nobody has collected yet.
///
/// Invariants: an index names exactly the stored objects it speaks of; `revision` is the newest `resourceVersion` given.
#[derive(Clone, Debug, Default)]
pub struct Store {
    objects: SortedMap<Key, Object>,
    pods_by_node: SortedMap<String, SortedSet<Key>>,
    dependents: SortedMap<String, SortedSet<Key>>,
    revision: u64,
    changes: Vec<Change>,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is different.
    Modified,
    /// It is gone.
    Deleted,
}

/// One watch event.
#[derive(Clone, Debug)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// The object after the change; for [`ChangeKind::Deleted`] its last state.
    pub object: Object,
    /// The object before the change, if there was one.
    pub before: Option<Object>,
}

impl Change {
    /// The object before and after, if it is of type `T`.
    pub fn of<T: Resource>(&self) -> Option<(Option<&Rc<T>>, &Rc<T>)> {
        T::of(&self.object).map(|after| (self.before.as_ref().and_then(T::of), after))
    }
}

impl Store {
    /// The object of `key`.
    pub fn object(&self, key: &Key) -> Option<&Object> {
        self.objects.get(key)
    }

    /// The object of type `T` called `name` in `namespace` (empty for cluster-wide kinds).
    pub fn get<T: Resource>(&self, namespace: &str, name: &str) -> Option<&Rc<T>> {
        self.objects.get(&Key::new(T::KIND, namespace, name)).and_then(T::of)
    }

    /// All objects of a kind, by namespace and name.
    pub fn objects(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        let first = Key { kind, namespace: String::new(), name: String::new() };
        self.objects.iter_from(&first).take_while(move |(key, _)| key.kind == kind).map(|(_, object)| object)
    }

    /// All objects of type `T`, by namespace and name.
    pub fn list<T: Resource>(&self) -> impl Iterator<Item = &Rc<T>> {
        self.objects(T::KIND).filter_map(T::of)
    }

    /// The pods bound to a node, by namespace and name.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Rc<Pod>> {
        self.resolve(self.pods_by_node.get(node)).filter_map(Pod::of)
    }

    /// The objects that name `uid` as one of their owners.
    pub fn dependents(&self, uid: &str) -> impl Iterator<Item = &Object> {
        self.resolve(self.dependents.get(uid))
    }

    /// The pods that nobody owns.
    pub fn orphans(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.dependents(NOBODY).filter_map(Pod::of)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The newest `resourceVersion`.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The changes since the last call, oldest first.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Stores `object` with the next `resourceVersion` and says what it now is.
    pub(super) fn put(&mut self, mut object: Object) -> Object {
        self.revision += 1;
        object.meta_mut().resource_version = Some(self.revision.to_string());
        let key = object.key();
        let before = self.objects.insert(key.clone(), object.clone());
        if let Some(before) = &before {
            self.unindex(&key, before);
        }
        self.index(&key, &object);
        let kind = if before.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
        self.changes.push(Change { kind, object: object.clone(), before });
        object
    }

    /// Removes the object of `key`.
    pub(super) fn remove(&mut self, key: &Key) -> Option<Object> {
        let mut object = self.objects.remove(key)?;
        self.unindex(key, &object);
        self.revision += 1;
        let before = object.clone();
        object.meta_mut().resource_version = Some(self.revision.to_string());
        self.changes.push(Change { kind: ChangeKind::Deleted, object: object.clone(), before: Some(before) });
        Some(object)
    }

    fn resolve<'a>(&'a self, keys: Option<&'a SortedSet<Key>>) -> impl Iterator<Item = &'a Object> {
        keys.into_iter().flatten().filter_map(|key| self.objects.get(key))
    }

    fn index(&mut self, key: &Key, object: &Object) {
        if let Some(node) = node_of(object) {
            self.pods_by_node.entry(node.to_owned(), Default::default).insert(key.clone());
        }
        for owner in owners(object) {
            self.dependents.entry(owner.to_owned(), Default::default).insert(key.clone());
        }
    }

    fn unindex(&mut self, key: &Key, object: &Object) {
        if let Some(node) = node_of(object) {
            drop_from(&mut self.pods_by_node, node, key);
        }
        for owner in owners(object) {
            drop_from(&mut self.dependents, owner, key);
        }
    }
}

/// The owner of pods without one, in the index.
const NOBODY: &str = "";

/// The uids of an object's owners.
fn owners(object: &Object) -> impl Iterator<Item = &str> {
    let references = object.meta().owner_references.as_deref().unwrap_or_default();
    let orphan = (references.is_empty() && object.kind() == Kind::Pod).then_some(NOBODY);
    references.iter().map(|owner| owner.uid.as_str()).chain(orphan)
}

fn node_of(object: &Object) -> Option<&str> {
    Pod::of(object)?.spec.as_ref()?.node_name.as_deref()
}

fn drop_from(index: &mut SortedMap<String, SortedSet<Key>>, entry: &str, key: &Key) {
    if let Some(keys) = index.get_mut(entry) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(entry);
        }
    }
}
