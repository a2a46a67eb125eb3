//! The objects, and what changed.

use std::ops::Deref;
use std::rc::Rc;

use jiff::Timestamp;
use smallvec::{SmallVec, smallvec};

use super::notes::Notes;
use super::roster::Roster;
use crate::api::fetch::{TOGETHER, fetch};
use crate::api::sorted::SortedMap;
use crate::api::table::{Table, Wanted, hash};
use crate::api::{Event, Key, Kind, Node, Object, Pod, Resource};

/// Every object by key, with the indexes the controllers ask for and the changes nobody has collected yet.
///
/// Invariants: an index names exactly the stored objects it speaks of; `revision` is the newest `resourceVersion` given, `rules`
/// that of the kinds that admission goes by.
#[derive(Clone, Debug, Default)]
pub struct Store {
    objects: Table<Key, Object>,
    /// The events that controllers tell.
    notes: Notes,
    /// The keys of each kind but of events: there are so many, and they are so seldom listed.
    keys: SortedMap<Kind, Roster>,
    /// Pods by the node they are on or meant for, in their order: a few each, or none on a node that is there.
    pods_by_node: Table<Key, SmallVec<[Key; 1]>>,
    /// Objects by the uid of their owner, by kind; pods without one by [`NOBODY`].
    dependents: Table<String, SortedMap<Kind, Roster>>,
    revision: u64,
    rules: u64,
    changes: Vec<Change>,
}

/// Of some hundred bytes each, so many fill the caches of a good processor.
const MANY: usize = 100_000;

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
    /// The object's key, if the store has it at hand.
    key: Option<Key>,
}

impl Change {
    /// The object's key.
    pub fn key(&self) -> Key {
        self.key.clone().unwrap_or_else(|| self.object.key())
    }

    /// The object before and after, if it is of type `T`.
    #[inline]
    pub fn of<T: Resource>(&self) -> Option<(Option<&Rc<T>>, &Rc<T>)> {
        T::of(&self.object).map(|after| (self.before.as_ref().and_then(T::of), after))
    }
}

impl Store {
    /// The object of `key`.
    #[cfg_attr(quick, optimize(speed))]
    #[inline]
    pub fn object(&self, key: &Key) -> Option<&Object> {
        let noted = || if key.kind == Kind::Event { self.notes.find(&key.namespace, &key.name) } else { None };
        self.objects.get(&key.wanted()).or_else(noted)
    }

    /// Whether it holds more than a processor keeps at hand, so that what is needed next is worth to be fetched.
    pub fn is_large(&self) -> bool {
        self.len() > MANY
    }

    /// Fetches these pods, with all that they consist of.
    #[cfg_attr(quick, optimize(speed))]
    pub fn fetch_pods<'a>(&self, pods: impl Iterator<Item = &'a Key>) {
        let pods: SmallVec<[&Rc<Pod>; TOGETHER]> = pods.filter_map(|pod| self.at::<Pod>(pod)).collect();
        fetch(pods.iter().map(|pod| Rc::strong_count(pod) + usize::from(pod.status.is_some())));
        fetch(pods.iter().map(|pod| pod.glance()));
    }

    /// Fetches the pods on or for these nodes.
    pub fn fetch_pods_at<'a>(&self, nodes: impl Iterator<Item = &'a Key>) {
        self.fetch_pods(nodes.filter_map(|node| self.pods_by_node.get(&node.wanted())).flatten());
    }

    /// Fetches these nodes, and whose pods are on them.
    pub fn fetch_nodes(&self, nodes: &[Key]) {
        let pods = nodes.iter().filter_map(|node| self.pods_by_node.get(&node.wanted()));
        fetch(pods.map(SmallVec::len));
        let nodes: Vec<&Rc<Node>> = nodes.iter().filter_map(|node| self.at::<Node>(node)).collect();
        fetch(nodes.iter().map(|node| Rc::strong_count(node) + usize::from(node.spec.is_some())));
        fetch(nodes.iter().map(|node| node.metadata.labels.as_ref().map_or(0, |labels| labels.len())));
        fetch(nodes.iter().map(|node| node.topology().iter().flatten().count()));
    }

    /// What is stored in the place of an object.
    #[inline]
    pub fn twin(&self, object: &Object) -> Option<&Object> {
        match object {
            Object::Event(_) => self.object(&object.key()),
            _ => self.objects.get(&object.wanted()),
        }
    }

    /// The key of an object that may be there.
    pub fn key(&self, kind: Kind, namespace: &str, name: &str) -> Key {
        let key = self.objects.get_key(&Key::named(kind, namespace, name));
        key.cloned().unwrap_or_else(|| Key::new(kind, namespace, name))
    }

    /// The object of type `T` called `name` in `namespace` (empty for cluster-wide kinds).
    #[inline]
    pub fn get<T: Resource>(&self, namespace: &str, name: &str) -> Option<&Rc<T>> {
        let namespace = if T::KIND.is_namespaced() { namespace } else { "" };
        if T::KIND == Kind::Event {
            return self.object(&Key::new(T::KIND, namespace, name)).and_then(T::of);
        }
        self.objects.get(&Key::named(T::KIND, namespace, name)).and_then(T::of)
    }

    /// The object of `key`, which is of type `T`.
    #[inline]
    pub fn at<T: Resource>(&self, key: &Key) -> Option<&Rc<T>> {
        self.object(key).and_then(T::of)
    }

    /// All objects of a kind, by namespace and name.
    pub fn objects(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        let events = if kind == Kind::Event { self.events() } else { vec![] };
        let keys = self.keys.get(&kind).into_iter().flat_map(Roster::iter);
        events.into_iter().chain(keys.filter_map(|key| self.object(key)))
    }

    /// All events, by namespace and name.
    fn events(&self) -> Vec<&Object> {
        let written = self.objects.iter().filter(|(key, _)| key.kind == Kind::Event).map(|(_, event)| event);
        let mut events: Vec<_> = written.chain(self.notes.iter()).collect();
        events.sort_by_cached_key(|event| event.key());
        events
    }

    /// How many objects of a kind there are; not for events.
    pub fn count(&self, kind: Kind) -> usize {
        self.keys.get(&kind).map_or(0, Roster::len)
    }

    /// All objects of type `T`, by namespace and name.
    pub fn list<T: Resource>(&self) -> impl Iterator<Item = &Rc<T>> {
        self.objects(T::KIND).filter_map(T::of)
    }

    /// The pods bound to a node, by namespace and name.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Rc<Pod>> {
        self.pods_for(node).filter(|pod| pod.is_bound())
    }

    /// The pods bound to a node or pinned to it, by namespace and name.
    #[inline]
    pub fn pods_for(&self, node: &str) -> impl Iterator<Item = &Rc<Pod>> {
        let keys = self.pods_by_node.get(&Key::named(Kind::Node, "", node)).into_iter().flatten();
        keys.filter_map(|key| self.at::<Pod>(key))
    }

    /// The same, where the node's key is at hand.
    #[inline]
    pub fn pods_at(&self, node: &Key) -> impl Iterator<Item = &Rc<Pod>> {
        let keys = self.pods_by_node.get(&node.wanted()).into_iter().flatten();
        keys.filter_map(|key| self.at::<Pod>(key))
    }

    /// The node that a pod is bound to, if it is there.
    #[inline]
    pub fn node_of(&self, pod: &Pod) -> Option<&Rc<Node>> {
        self.objects.get(&pod.spec.as_ref()?.wanted_node()?).and_then(Node::of)
    }

    /// The keys of all objects of a kind, in no order.
    pub fn keys(&self, kind: Kind) -> impl Iterator<Item = &Key> {
        self.keys.get(&kind).into_iter().flat_map(Roster::unordered)
    }

    /// Puts the keys of every kind in their order now, so that clones need not do so, each for itself, when they list.
    pub fn put_in_order(&self) {
        self.keys.values().for_each(Roster::put_in_order);
    }

    /// The objects that name `uid` as one of their owners, by kind, namespace and name.
    pub fn dependents(&self, uid: &str) -> impl Iterator<Item = &Object> {
        let owned = self.dependents.get(&called(uid)).into_iter().flat_map(SortedMap::values);
        owned.flat_map(Roster::iter).filter_map(|key| self.object(key))
    }

    /// The objects of type `T` that name `uid` as one of their owners, by namespace and name.
    pub fn dependents_of<T: Resource>(&self, uid: &str) -> impl Iterator<Item = &Rc<T>> {
        let owned = self.dependents.get(&called(uid)).and_then(|owned| owned.get(&T::KIND));
        owned.into_iter().flat_map(Roster::iter).filter_map(|key| self.at(key))
    }

    /// The pods that name `uid` as one of their owners, in no order: of very many that is sooner done.
    pub fn pods_of(&self, uid: &str) -> impl Iterator<Item = &Rc<Pod>> {
        let owned = self.dependents.get(&called(uid)).and_then(|owned| owned.get(&Kind::Pod));
        owned.into_iter().flat_map(Roster::unordered).filter_map(|key| self.at(key))
    }

    /// The pods that nobody owns.
    pub fn orphans(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.dependents_of(NOBODY)
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len() + self.notes.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest `resourceVersion`.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The `resourceVersion` of the last change to what the admission of pods goes by.
    pub(super) const fn rules(&self) -> u64 {
        self.rules
    }

    /// The changes since the last call, oldest first.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Takes back a list that [`Store::take_changes`] gave: there are more of them than of changes, and room for each is to be fetched.
    pub fn give_back(&mut self, mut changes: Vec<Change>) {
        changes.clear();
        if self.changes.is_empty() {
            self.changes = changes;
        }
    }

    /// The changes nobody has collected yet, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Stores `object` with the next `resourceVersion` and says what it now is.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn put(&mut self, mut object: Object) -> Object {
        let revision = self.next_revision(object.kind());
        let earlier = Event::of(&object).and_then(|event| event.note()).map_or(0, |note| note.revision);
        object.set_revision(revision);
        object.stand_at(self.objects.next_place());
        let (before, key) = self.exchange(&object, earlier);
        if let Some(key) = &key {
            if before.is_none() && key.kind != Kind::Event {
                self.keys.entry(key.kind, Roster::default).insert(key);
            }
            self.index(key, before.as_ref(), Some(&object));
        }
        let kind = if before.is_some() { ChangeKind::Modified } else { ChangeKind::Added };
        self.changes.push(Change { kind, object: object.clone(), before, key });
        object
    }

    /// Puts the object in its place; gives the one that stood there, and its key unless it is a note. A note goes on from what was
    /// told at the `resourceVersion` `earlier`.
    #[cfg_attr(quick, optimize(speed))]
    fn exchange(&mut self, object: &Object, earlier: u64) -> (Option<Object>, Option<Key>) {
        let mut noted = None;
        if let Object::Event(event) = object {
            // What somebody has written in a note's place stays in that place.
            let is_note = event.note().is_some();
            if is_note && (self.notes.written == 0 || self.objects.get(&object.key().wanted()).is_none()) {
                return (self.notes.put(event, earlier), None);
            }
            let key = object.key();
            noted = self.notes.remove(&key.namespace, &key.name);
            self.notes.written += usize::from(self.objects.get(&key.wanted()).is_none());
        }
        let key = object.key();
        let is_new = self.objects.get(&key.wanted()).is_none();
        // Whoever lists keys by their places relies on it that this is the one.
        let key = if is_new { key.standing_at(self.objects.next_place()) } else { key };
        let (key, stored) = self.objects.entry(&key.wanted(), || (key.clone(), object.clone()));
        let key = key.clone();
        (if is_new { noted } else { Some(std::mem::replace(stored, object.clone())) }, Some(key))
    }

    /// Removes the object of `key`.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn remove(&mut self, key: &Key) -> Option<Object> {
        let (key, mut object) = self.take(key)?;
        if let Some(keys) = self.keys.get_mut(&key.kind) {
            keys.remove(&key);
        }
        self.index(&key, Some(&object), None);
        if key.kind == Kind::Node {
            self.forget_node(&key);
        }
        let revision = self.next_revision(key.kind);
        let before = object.clone();
        object.set_revision(revision);
        self.changes.push(Change {
            kind: ChangeKind::Deleted,
            object: object.clone(),
            before: Some(before),
            key: Some(key),
        });
        Some(object)
    }

    /// Removes the events that controllers have told, and not again since `since`.
    pub(super) fn remove_events_until(&mut self, since: Timestamp) {
        while let Some(mut event) = self.notes.take_older(since) {
            let before = Some(event.clone());
            event.set_revision(self.next_revision(Kind::Event));
            self.changes.push(Change { kind: ChangeKind::Deleted, object: event, before, key: None });
        }
    }

    fn take(&mut self, key: &Key) -> Option<(Key, Object)> {
        let stored = self.objects.take(&key.wanted());
        if key.kind != Kind::Event {
            return stored;
        }
        self.notes.written -= usize::from(stored.is_some());
        stored.or_else(|| Some((key.clone(), self.notes.remove(&key.namespace, &key.name)?)))
    }

    /// Gives out the next `resourceVersion`, for a change of this kind.
    const fn next_revision(&mut self, kind: Kind) -> u64 {
        self.revision += 1;
        if matches!(kind, Kind::PriorityClass | Kind::RuntimeClass | Kind::ServiceAccount) {
            self.rules = self.revision;
        }
        self.revision
    }

    #[cfg_attr(quick, optimize(speed))]
    fn index(&mut self, key: &Key, before: Option<&Object>, after: Option<&Object>) {
        if !before.zip(after).is_some_and(|(before, after)| is_at_same_node(before, after)) {
            let (from, to) = (before.and_then(node_of), after.and_then(node_of));
            if from != to {
                self.move_to_node(key, from.as_ref(), to);
            }
        }
        if !before.zip(after).is_some_and(|(before, after)| has_same_owners(before, after)) {
            let (old, new) = (before.map(owners).unwrap_or_default(), after.map(owners).unwrap_or_default());
            if old != new {
                self.move_to_owners(key, &old, &new);
            }
        }
    }

    #[cfg_attr(quick, optimize(speed))]
    fn move_to_node(&mut self, key: &Key, from: Option<&Key>, to: Option<Key>) {
        if let Some(from) = from
            && let Some(pods) = self.pods_by_node.get_mut(&from.wanted())
        {
            pods.retain(|pod| pod != key);
            self.forget_node(from);
        }
        if let Some(to) = to {
            let (_, pods) = self.pods_by_node.entry(&to.wanted(), || (to.clone(), SmallVec::new()));
            if let Err(place) = pods.binary_search(key) {
                pods.insert(place, key.clone());
            }
        }
    }

    /// Keeps no list of no pods, but for a node that is there: it will have one again.
    fn forget_node(&mut self, node: &Key) {
        let is_empty = self.pods_by_node.get(&node.wanted()).is_some_and(|pods| pods.is_empty());
        if is_empty && self.objects.get(&node.wanted()).is_none() {
            self.pods_by_node.remove(&node.wanted());
        }
    }

    #[cfg_attr(quick, optimize(speed))]
    fn move_to_owners(&mut self, key: &Key, from: &[&str], to: &[&str]) {
        for uid in from {
            let Some(owned) = self.dependents.get_mut(&called(uid)) else { continue };
            if let Some(keys) = owned.get_mut(&key.kind) {
                keys.remove(key);
            }
            if owned.values().all(Roster::is_empty) {
                self.dependents.remove(&called(uid));
            }
        }
        for uid in to {
            let new = || ((*uid).to_owned(), SortedMap::new());
            self.dependents.entry(&called(uid), new).1.entry(key.kind, Roster::default).insert(key);
        }
    }
}

/// Finds what is kept by a name.
fn called<K: Deref<Target = str>>(name: &str) -> Wanted<impl Fn(&K) -> bool> {
    Wanted::new(hash(&[name]), move |other: &K| **other == *name)
}

/// The owner of pods without one, in the index.
const NOBODY: &str = "";

#[inline]
fn has_same_owners(before: &Object, after: &Object) -> bool {
    match (before, after) {
        (_, Object::Event(_)) => true,
        (Object::Pod(before), Object::Pod(after)) if before.metadata.is_shared_with(&after.metadata) => true,
        _ => before.head().owners() == after.head().owners(),
    }
}

/// The uids of an object's owners.
fn owners(object: &Object) -> SmallVec<[&str; 1]> {
    if object.kind() == Kind::Event {
        return SmallVec::new();
    }
    match object.head().owners() {
        [] if object.kind() == Kind::Pod => smallvec![NOBODY],
        owners => owners.iter().map(|owner| owner.uid.as_str()).collect(),
    }
}

/// The node that a pod is bound or pinned to.
#[inline]
fn node_of(object: &Object) -> Option<Key> {
    Pod::of(object)?.spec.as_ref()?.target_key()
}

#[inline]
fn is_at_same_node(before: &Object, after: &Object) -> bool {
    let spec = |object| Pod::of(object).and_then(|pod| pod.spec.as_ref());
    spec(before).zip(spec(after)).is_some_and(|(before, after)| before.goes_where(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Cluster, DeleteOptions};
    use serde_json::json;
    use std::collections::BTreeMap;

    /// Many come, go and come again, also as somebody has kept them: each is listed and found by every key there is of it.
    #[test]
    fn all_that_are_there_are_listed_and_found() {
        let mut cluster = Cluster::new(1, Timestamp::UNIX_EPOCH);
        let new = |name: &str| {
            let value = json!({
                "metadata": {"name": name, "namespace": "default"},
                "spec": {"containers": [{"name": "a", "image": "b"}]},
            });
            Object::from_value(Kind::Pod, value).expect("a pod")
        };
        let now = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        let (mut there, mut kept): (BTreeMap<Key, Object>, BTreeMap<Key, Object>) = Default::default();
        let mut number: u32 = 1;
        for round in 0..6_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let name = format!("pod-{}", (number >> 16) % 700);
            let key = Key::new(Kind::Pod, "default", &name);
            if there.remove(&key).is_some() {
                kept.insert(key.clone(), cluster.delete(&key, &now).expect("deleted"));
            } else {
                let mut object = kept.get(&key).filter(|_| round % 2 == 0).cloned().unwrap_or_else(|| new(&name));
                object.forget_revision();
                object.meta_mut().deletion_timestamp = None;
                there.insert(key, cluster.create(object).expect("created"));
            }
            if round % 500 == 0 {
                let store = cluster.store();
                assert!(store.objects(Kind::Pod).eq(there.values()), "round {round}");
                assert_eq!(store.orphans().count(), there.len());
                assert!(there.iter().all(|(key, it)| store.object(key) == Some(it) && store.object(&it.key()) == Some(it)));
                assert!(kept.keys().all(|key| store.object(key).is_some() == there.contains_key(key)));
            }
        }
    }
}
