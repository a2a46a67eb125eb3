//! What a DaemonSet makes of its nodes, for those who ask why. Nothing here changes anything.

use std::rc::Rc;

use jiff::Timestamp;

use super::super::revisions;
use super::ledger::{Ledger, pods_for};
use super::placement::{Placement, Rules};
use super::{View, manage, rolling_update};
use crate::api::{ControllerRevision, DaemonSet, Key, Node, Object, Pod, Resource};
use crate::cluster::{Store, template_generation};

pub use super::ledger::Errand;

/// A DaemonSet's rollout as its controller would look at it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// The hash of the current template.
    pub hash: String,
    /// How many nodes should run a pod.
    pub desired: i32,
    /// How many of them have one of the current template.
    pub updated: i32,
    /// How many of them have one that is available.
    pub available: i32,
    /// `maxSurge` in pods.
    pub max_surge: usize,
    /// `maxUnavailable` in pods.
    pub max_unavailable: usize,
    /// Whether new pods come before old ones go.
    pub is_surging: bool,
    /// How much of the budget is used up.
    pub spent: i32,
    /// What the update would do now, if it did anything: nodes that get a pod, pods that go.
    pub create: Vec<String>,
    /// Pods that go.
    pub delete: Vec<Key>,
    /// Every node, by name.
    pub lines: Vec<Line>,
}

/// What it makes of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The node.
    pub node: String,
    /// What the node means to it; nothing where there is no such node.
    pub placement: Option<Placement>,
    /// The pod of the current template.
    pub new: Option<Key>,
    /// The pod of an older one.
    pub old: Option<Key>,
    /// Pods on their way out.
    pub leaving: Vec<Key>,
    /// Whether it uses up some of the update's budget.
    pub spends: bool,
    /// Whether its oldest pod is available.
    pub is_available: bool,
    /// What the update has to do there.
    pub errand: Option<Errand>,
    /// When a pod of it will have been ready for long enough.
    pub until: Option<Timestamp>,
}

/// What the controller makes of every node and of its budget.
pub fn survey(store: &Store, ds: &Rc<DaemonSet>, now: Timestamp) -> Survey {
    let view = view(store, ds);
    let mut ledger = Ledger::open(store, ds);
    ledger.refresh(store, &view, now);
    let total = ledger.total();
    let desired = usize::try_from(total.desired).unwrap_or(0);
    let (max_surge, max_unavailable) = rolling_update::budget(&view, desired);
    let plan =
        if super::is_rolling_update(ds) { rolling_update::plan(store, &view, &ledger) } else { None }.unwrap_or_default();
    let lines = ledger.lines().into_iter().map(|(node, line)| {
        let pods = pods_for(store, ds, node);
        let pair = rolling_update::pair(&view, &pods);
        let key = |pod: Option<&Rc<Pod>>| pod.map(|pod| pod.key());
        Line {
            node: node.name.to_string(),
            placement: line.placement,
            new: key(pair.and_then(|pair| pair.new)),
            old: key(pair.and_then(|pair| pair.old)),
            leaving: pods.iter().filter(|pod| pod.is_terminating()).map(|pod| pod.key()).collect(),
            spends: line.tally.spent > 0,
            is_available: line.tally.available > 0,
            errand: line.errands[1],
            until: line.until,
        }
    });
    Survey {
        desired: total.desired,
        updated: total.updated,
        available: total.available,
        max_surge,
        max_unavailable,
        is_surging: max_surge > 0,
        spent: total.spent,
        create: plan.create.iter().map(|node| node.name.to_string()).collect(),
        delete: plan.delete,
        lines: lines.collect(),
        hash: view.hash,
    }
}

/// What a node means to a DaemonSet.
pub fn placement_of(ds: &DaemonSet, node: &Node) -> Placement {
    Rules::of(ds).judge(node)
}

/// The same for many nodes.
pub fn judge(ds: &DaemonSet) -> impl Fn(&Node) -> Placement {
    let rules = Rules::of(ds);
    move |node| rules.judge(node)
}

/// The pod that the controller makes for a node, before the API server has seen it.
pub fn pod_for(store: &Store, ds: &Rc<DaemonSet>, node: &str) -> Pod {
    let mut pod = manage::draft(&view(store, ds), &Object::from(Rc::clone(ds)));
    pod.spec.get_or_insert_default().pin_to(Key::of_node(node));
    pod
}

/// A DaemonSet with the hash of its template, as far as there is a revision of that yet.
fn view(store: &Store, ds: &Rc<DaemonSet>) -> View {
    let patch = ds.spec.as_ref().map(|spec| revisions::patch(&spec.template)).unwrap_or_default();
    let owned = store.dependents_of::<ControllerRevision>(ds.uid()).filter(|revision| revisions::is_of(revision, &patch));
    let current = owned.max_by_key(|revision| revision.revision);
    let hash = current.and_then(|revision| revision.label("controller-revision-hash")).unwrap_or_default().to_owned();
    View { ds: Rc::clone(ds), hash, generation: template_generation(ds).to_string() }
}
