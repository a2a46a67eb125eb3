//! What the scheduler knows of every node (`pkg/scheduler/backend/cache`, `framework/types.go` `NodeInfo`).

use std::cell::OnceCell;
use std::rc::Rc;

use super::pod_affinity;
use super::resources::Resources;
use crate::api::paged::PagedMap;
use crate::api::pod::Spec;
use crate::api::sorted::SortedSet;
use crate::api::table::Table;
use crate::api::{Head, Key, Node, Pod, Resource};
use crate::cluster::{Change, ChangeKind, Store};
use crate::controllers::pods::is_terminal;

/// Every node, each put together from the store when it is looked at for the first time after something of it changed.
///
/// Invariants: what is there is what [`NodeInfo::of`] makes of the store; every node with a pod that minds its neighbours is among
/// the sociable ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    /// Nothing where something has changed since.
    infos: Table<Key, Option<Rc<NodeInfo>>>,
    /// Their keys, by name.
    order: PagedMap<Key, ()>,
    sociable: SortedSet<Key>,
    /// The node that was put together last, and what it has to give: most have as much as another.
    last: Option<(Rc<Node>, Resources)>,
}

/// A node with the pods that take up room on it.
#[derive(Clone, Debug)]
pub(super) struct NodeInfo {
    pub(super) node: Rc<Node>,
    pub(super) pods: Vec<Rc<Pod>>,
    /// What it has to give to pods.
    pub(super) allocatable: Resources,
    /// What its pods ask for.
    pub(super) requested: Resources,
    /// The same, with a guess for those that do not say; made when it is asked for.
    guessed: OnceCell<Resources>,
}

impl Nodes {
    /// All there are in the store.
    pub(super) fn of(store: &Store) -> Nodes {
        let mut nodes = Nodes::default();
        store.keys(Node::KIND).for_each(|node| *nodes.slot(node) = None);
        nodes.refresh(store);
        nodes
    }

    /// Takes notice of a change of a node or of a pod that has one.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, change: &Change) {
        if change.of::<Node>().is_some() {
            let node = change.key();
            if change.kind == ChangeKind::Deleted {
                self.infos.remove(&node.wanted());
                self.order.remove(|other| other.cmp(&node));
            } else {
                *self.slot(&node) = None;
            }
        }
        if let Some((before, pod)) = change.of::<Pod>()
            && before.is_none_or(|before| change.kind == ChangeKind::Deleted || !is_alike(before, pod))
            && let Some(node) = pod.spec.as_ref().and_then(Spec::wanted_node)
        {
            if let Some(info) = self.infos.get_mut(&node) {
                *info = None;
            }
            if pod_affinity::is_sociable(pod) {
                self.sociable.extend(pod.spec.as_ref().and_then(Spec::target_key));
            }
        }
    }

    /// What is known of a node, to be changed; there is a place for it from now on.
    fn slot(&mut self, node: &Key) -> &mut Option<Rc<NodeInfo>> {
        let wanted = node.wanted();
        if self.infos.get(&wanted).is_none() {
            self.order.insert(node.clone(), ());
        }
        self.infos.entry(&wanted, || (node.clone(), None)).1
    }

    /// Brings all nodes up to date.
    pub(super) fn refresh(&mut self, store: &Store) {
        let changed = self.infos.iter().filter(|(_, info)| info.is_none()).map(|(node, _)| node.clone());
        for node in changed.collect::<Vec<Key>>() {
            self.put_together(store, &node);
        }
    }

    /// Brings up to date what a pod has to know that can go nowhere but to this node.
    pub(super) fn refresh_for(&mut self, store: &Store, node: &Key) {
        for node in std::iter::once(node.clone()).chain(self.sociable.clone()) {
            if self.at(&node).is_none() {
                self.put_together(store, &node);
            }
        }
    }

    #[cfg_attr(quick, optimize(speed))]
    fn put_together(&mut self, store: &Store, key: &Key) {
        let Some(node) = store.at::<Node>(key) else {
            return;
        };
        let known = self.last.take().filter(|(last, _)| last.amounts == node.amounts);
        let allocatable = known.map_or_else(|| Resources::allocatable(node), |(_, known)| known);
        let info = NodeInfo::with(node, store.pods_at(key), allocatable);
        self.last = Some((Rc::clone(node), info.allocatable.clone()));
        if info.pods.iter().any(|pod| pod_affinity::is_sociable(pod)) {
            self.sociable.insert(key.clone());
        } else {
            self.sociable.remove(key);
        }
        self.slot(key).replace(Rc::new(info));
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.infos.len()
    }

    /// The node with this key, if it is up to date.
    pub(super) fn at(&self, node: &Key) -> Option<&Rc<NodeInfo>> {
        self.infos.get(&node.wanted())?.as_ref()
    }

    /// The node of this name, if it is up to date.
    pub(super) fn get(&self, name: &str) -> Option<&Rc<NodeInfo>> {
        self.infos.get(&Key::named(Node::KIND, "", name))?.as_ref()
    }

    /// All that are up to date, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Rc<NodeInfo>> {
        self.order.iter().filter_map(|(node, ())| self.at(node))
    }

    /// Those with pods that care about their neighbours, by name.
    pub(super) fn sociable(&self) -> impl Iterator<Item = &Rc<NodeInfo>> {
        self.sociable.iter().filter_map(|node| self.at(node))
    }
}

/// Whether a pod with a node means the same to pods without one as it did before.
fn is_alike(before: &Pod, pod: &Pod) -> bool {
    fn named(pod: &Pod) -> impl PartialEq {
        (pod.metadata.generation(), pod.metadata.labels())
    }
    before.is_bound_like(pod)
        && is_terminal(before) == is_terminal(pod)
        && (before.metadata.is_shared_with(&pod.metadata) || named(before) == named(pod))
}

impl NodeInfo {
    /// A node as it is stored.
    pub(super) fn of(store: &Store, node: &Rc<Node>) -> NodeInfo {
        NodeInfo::with(node, store.pods_for(node.name()), Resources::allocatable(node))
    }

    /// Of the pods that are there or meant to be, those count that are there.
    #[cfg_attr(quick, optimize(speed))]
    fn with<'a>(node: &Rc<Node>, pods: impl Iterator<Item = &'a Rc<Pod>>, allocatable: Resources) -> NodeInfo {
        let mut info = NodeInfo {
            node: Rc::clone(node),
            pods: vec![],
            allocatable,
            requested: Resources::default(),
            guessed: OnceCell::new(),
        };
        pods.filter(|pod| pod.is_bound() && !is_terminal(pod)).for_each(|pod| info.add(pod));
        info
    }

    /// The node's name.
    pub(super) fn name(&self) -> &str {
        self.node.name()
    }

    /// The value of one of its labels.
    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.node.label(key)
    }

    /// What its pods are taken to ask for.
    pub(super) fn guessed(&self) -> &Resources {
        self.guessed.get_or_init(|| {
            let mut sum = Resources::default();
            let specs = self.pods.iter().filter_map(|pod| pod.spec.as_ref());
            specs.for_each(|spec| sum.add_times(&Resources::guessed(spec.common()), 1));
            sum
        })
    }

    /// Puts a pod on it.
    pub(super) fn add(&mut self, pod: &Rc<Pod>) {
        self.count(pod, 1);
        self.pods.push(Rc::clone(pod));
    }

    /// Takes a pod off it.
    pub(super) fn remove(&mut self, pod: &Pod) {
        if let Some(place) = self.pods.iter().position(|other| other.uid() == pod.uid()) {
            self.pods.remove(place);
            self.count(pod, -1);
        }
    }

    fn count(&mut self, pod: &Pod, times: i64) {
        if let Some(spec) = &pod.spec {
            self.requested.add_times(&Resources::requested(spec.common()), times);
            self.guessed = OnceCell::new();
        }
    }
}
