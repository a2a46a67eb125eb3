//! All nodes in short, with the memory of the last look.

use std::cmp::Ordering;
use std::rc::Rc;

use super::cell::{self, Cell, Seat};
use super::{Revisions, name_of, natural};
use crate::api::meta::are_labelled_alike;
use crate::api::sorted::SortedSet;
use crate::api::{DaemonSet, Head, Key, Node, Pod, Resource, StringMap};
use crate::cluster::Store;
use crate::controllers::{Placement, judge};

/// All nodes in short.
///
/// Invariants: places stand in the order of their nodes' names, `order` has the number of each once.
#[derive(Debug, Default)]
pub struct Chart {
    sets: Vec<Set>,
    revisions: Revisions,
    places: Vec<Place>,
    order: Vec<u32>,
    keys: Vec<String>,
    /// How often it was brought up to date.
    version: u64,
    /// When there were more or fewer nodes for the last time.
    moved: u64,
    next_id: u32,
}

/// What of a DaemonSet the seats depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Set {
    name: String,
    uid: String,
    generation: Option<i64>,
    is_terminating: bool,
}

/// A node on the chart.
#[derive(Debug)]
pub struct Place {
    /// A number that the node keeps for as long as it is there.
    pub id: u32,
    /// The node.
    pub node: Rc<Node>,
    /// The node's, put together once: its pods are looked for by it at each look.
    key: Key,
    /// The pods that are bound to it or pinned to it, by namespace and name.
    pub pods: Vec<Rc<Pod>>,
    /// When something of it changed, in numbers that only grow.
    pub changed: u64,
    bare: Cell,
    is_plain: bool,
    bound: usize,
    placements: Vec<Placement>,
    seats: Vec<(Seat, Option<i64>)>,
}

impl Chart {
    /// Brings it up to date. What did not change is not looked at again.
    pub fn update(&mut self, store: &Store) {
        self.version += 1;
        let sets: Vec<(Set, &Rc<DaemonSet>)> = store.list::<DaemonSet>().map(|ds| (Set::of(ds), ds)).collect();
        let revisions = Revisions::of(store);
        let new_rules = !sets.iter().map(|(set, _)| set).eq(&self.sets);
        let renamed = new_rules || revisions != self.revisions;
        if new_rules {
            self.sets = sets.iter().map(|(set, _)| set.clone()).collect();
        }
        self.revisions = revisions;
        let judges: Vec<_> = sets.iter().map(|(_, ds)| judge(ds)).collect();
        let (mut moved, mut relabelled) = (false, false);
        let mut old = std::mem::take(&mut self.places).into_iter().peekable();
        self.places.reserve(old.len());
        for node in store.list::<Node>() {
            let is_before = |place: &Place| !Rc::ptr_eq(&place.node, node) && place.node.name() < node.name();
            while old.next_if(is_before).is_some() {
                (moved, relabelled) = (true, true);
            }
            let mut place = match old.next_if(|place| Rc::ptr_eq(&place.node, node) || place.node.name() == node.name()) {
                Some(place) => place,
                None => {
                    (moved, relabelled) = (true, true);
                    self.next_id += 1;
                    Place::new(self.next_id, node)
                }
            };
            let is_new = place.changed == 0;
            let other_node = is_new || !Rc::ptr_eq(&place.node, node);
            if other_node {
                relabelled |= !are_labelled_alike(&place.node.metadata, &node.metadata);
                place.node = node.clone();
                place.bare = cell::bare(node);
                moved |= place.is_plain != is_plain(node);
                place.is_plain = is_plain(node);
            }
            if other_node || new_rules {
                place.placements = judges.iter().map(|judge| judge(node)).collect();
            }
            let other_pods = !place.has_pods(store.pods_at(&place.key));
            if other_pods {
                place.pods = store.pods_at(&place.key).cloned().collect();
                place.bound = place.pods.iter().filter(|pod| pod.is_bound()).count();
            }
            if other_node || other_pods || renamed {
                place.changed = self.version;
                place.seats = self
                    .sets
                    .iter()
                    .zip(&place.placements)
                    .map(|(set, one)| place.seat(set, *one, &self.revisions))
                    .collect();
            }
            self.places.push(place);
        }
        moved |= old.next().is_some();
        if moved {
            self.moved = self.version;
            self.order = order(&self.places);
        }
        if relabelled || moved {
            self.keys = keys(&self.places);
        }
    }

    /// The DaemonSets' names, with their namespaces unless that is `default`.
    pub fn sets(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(|set| set.name.as_str())
    }

    /// The revisions as of the last update.
    pub const fn revisions(&self) -> &Revisions {
        &self.revisions
    }

    /// The keys of the nodes' labels, sorted.
    pub fn label_keys(&self) -> &[String] {
        &self.keys
    }

    /// When nodes came or went for the last time, in numbers that only grow.
    pub const fn moved_at(&self) -> u64 {
        self.moved
    }

    /// The nodes, by name.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The nodes: control planes first, then by name as people count.
    pub fn in_order(&self) -> impl Iterator<Item = (u32, &Place)> {
        self.order.iter().map(|&number| (number, &self.places[number as usize]))
    }

    /// The node with this number ([`Place::id`]).
    pub fn find(&self, id: u32) -> Option<&Place> {
        self.places.iter().find(|place| place.id == id)
    }

    /// The number of a DaemonSet in the order of [`Chart::sets`].
    pub fn set(&self, name: &str) -> Option<usize> {
        self.sets.iter().position(|set| set.name == name)
    }

    /// The first of the pods that have no node, `most` of them, and how many there are; `pods` is how many pods there are at all.
    pub fn waiting<'a>(&self, store: &'a Store, pods: usize, most: usize) -> (Vec<&'a Rc<Pod>>, usize) {
        let bound: usize = self.places.iter().map(|place| place.bound).sum();
        // Most of the time nobody waits; then nobody has to be looked for.
        if pods == bound {
            return (vec![], 0);
        }
        let (mut first, mut count) = (vec![], 0);
        for pod in store.list::<Pod>().filter(|pod| !pod.is_bound()) {
            if count < most {
                first.push(pod);
            }
            count += 1;
        }
        (first, count)
    }
}

impl Set {
    fn of(ds: &DaemonSet) -> Set {
        Set {
            name: name_of(ds),
            uid: ds.uid().to_owned(),
            generation: ds.metadata.generation,
            is_terminating: ds.is_terminating(),
        }
    }
}

impl Place {
    fn new(id: u32, node: &Rc<Node>) -> Place {
        Place {
            id,
            node: node.clone(),
            key: node.key(),
            pods: vec![],
            changed: 0,
            bare: cell::bare(node),
            is_plain: is_plain(node),
            bound: 0,
            placements: vec![],
            seats: vec![],
        }
    }

    /// The node in short: for one of the DaemonSets by its number, or for all of them.
    pub fn cell(&self, set: Option<usize>) -> Cell {
        let seats = match set {
            Some(set) => self.seats.get(set..=set).unwrap_or_default(),
            None => &self.seats,
        };
        let (seat, _) = seats.iter().min_by_key(|(seat, _)| *seat).copied().unwrap_or((Seat::Free, None));
        let mut revisions = seats.iter().filter_map(|(_, revision)| *revision);
        let revision = revisions.next().filter(|_| seat == Seat::Ready && revisions.next().is_none());
        Cell { seat, revision, ..self.bare }
    }

    /// The seat of a DaemonSet by its number.
    pub fn seat_of(&self, set: usize) -> Option<Seat> {
        self.seats.get(set).map(|(seat, _)| *seat)
    }

    fn seat(&self, set: &Set, mut placement: Placement, revisions: &Revisions) -> (Seat, Option<i64>) {
        let owned = |pod: &&Rc<Pod>| pod.metadata.owners().iter().any(|owner| owner.uid == set.uid);
        if set.is_terminating {
            // Nothing is wanted any more, and what is still there is on its way out.
            placement.should_run = self.pods.iter().any(|pod| owned(&pod));
        }
        cell::seat(placement, self.pods.iter().filter(owned), revisions)
    }

    fn has_pods<'a>(&self, mut pods: impl Iterator<Item = &'a Rc<Pod>>) -> bool {
        let mut own = self.pods.iter();
        loop {
            match (own.next(), pods.next()) {
                (None, None) => return true,
                (Some(one), Some(other)) if Rc::ptr_eq(one, other) => {}
                _ => return false,
            }
        }
    }
}

/// Whether it has no role.
fn is_plain(node: &Node) -> bool {
    let labels = node.metadata.labels.iter().flatten();
    !labels.into_iter().any(|(key, _)| key.starts_with("node-role.kubernetes.io/"))
}

fn order(places: &[Place]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..places.len() as u32).collect();
    let compare = |one: &Place, other: &Place| -> Ordering {
        one.is_plain.cmp(&other.is_plain).then_with(|| natural(one.node.name(), other.node.name()))
    };
    order.sort_by(|&one, &other| compare(&places[one as usize], &places[other as usize]));
    order
}

/// Most nodes have the same keys as the one before them.
fn keys(places: &[Place]) -> Vec<String> {
    let mut keys: SortedSet<&str> = SortedSet::new();
    let mut last: Option<&StringMap> = None;
    for labels in places.iter().filter_map(|place| place.node.metadata.labels.as_ref()) {
        if !last.is_some_and(|last| last.keys().eq(labels.keys())) {
            for key in labels.keys() {
                keys.insert(key);
            }
        }
        last = Some(labels);
    }
    keys.iter().map(|&key| key.to_owned()).collect()
}
