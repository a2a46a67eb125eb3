//! The DaemonSet controller (`pkg/controller/daemon/daemon_controller.go`).

mod claim;
mod history;
mod manage;
mod placement;
mod rolling_update;
mod status;

use std::rc::Rc;
use std::time::Duration;

use super::pods::{controller_of, is_ready, is_terminal};
use super::{Desk, Work};
use crate::api::selector::Selector;
use crate::api::sorted::{SortedMap, SortedSet};
use crate::api::{DaemonSet, Key, Kind, Node, Object, Pod, Resource};
use crate::cluster::{Change, ChangeKind, Reason, Source};

/// From a change to the sync it wakes: several changes within it are seen together, as by a busy controller.
const NOTICE: Duration = Duration::from_millis(4);
/// The first and the longest wait before a sync that could not create its pods is tried again
/// (`util/workqueue/default_rate_limiters.go`).
const RETRY: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(1000));
/// How long created and deleted pods are waited for (`pkg/controller/controller_utils.go` `ExpectationsTimeout`).
const EXPECTATIONS_TIMEOUT: Duration = Duration::from_secs(300);

/// The controller, and what it remembers between two looks at a DaemonSet.
#[derive(Clone, Debug, Default)]
pub(super) struct Controller {
    expectations: SortedMap<Key, Expectations>,
    failed_pods: manage::FailedPods,
    failures: SortedMap<Key, u32>,
}

/// The changes a controller has asked for and not seen yet.
#[derive(Clone, Debug, Default)]
struct Expectations {
    creations: usize,
    deletions: SortedSet<Key>,
    since: crate::sim::SimTime,
}

/// A DaemonSet with everything one sync has to know about it.
struct View {
    ds: Rc<DaemonSet>,
    hash: String,
    /// Every node, by name.
    nodes: Vec<Rc<Node>>,
    /// Its pods by the node they are on or meant for.
    pods: SortedMap<String, Vec<Rc<Pod>>>,
    /// What each node means to it, in the order of `nodes`.
    placements: Vec<placement::Placement>,
}

impl View {
    fn on(&self, node: &str) -> &[Rc<Pod>] {
        self.pods.get(node).map_or(&[], Vec::as_slice)
    }

    fn should_run(&self, node: &str) -> bool {
        let at = self.nodes.binary_search_by(|candidate| candidate.name().cmp(node));
        at.is_ok_and(|at| self.placements[at].should_run)
    }

    fn desired(&self) -> usize {
        self.placements.iter().filter(|placement| placement.should_run).count()
    }
}

impl Controller {
    /// What wakes a sync.
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        match &change.object {
            Object::DaemonSet(ds) => {
                if change.kind == ChangeKind::Deleted {
                    self.expectations.remove(&ds.key());
                    self.failures.remove(&ds.key());
                }
                desk.later(NOTICE, Work::DaemonSet(ds.key()));
            }
            Object::Pod(pod) => self.observe_pod(desk, change, pod),
            Object::Node(node) => observe_node(desk, change, node),
            Object::ControllerRevision(revision) if change.kind != ChangeKind::Added => {
                if let Some(owner) = controller_of(&**revision) {
                    desk.later(NOTICE, Work::DaemonSet(Key::new(Kind::DaemonSet, revision.namespace(), &owner.name)));
                }
            }
            _ => {}
        }
    }

    fn observe_pod(&mut self, desk: &mut Desk<'_>, change: &Change, pod: &Rc<Pod>) {
        let Some(owner) = controller_of(&**pod).filter(|owner| owner.kind == "DaemonSet") else {
            // An orphan: whoever selects it may want to adopt it.
            for key in selecting(desk, pod) {
                desk.later(NOTICE, Work::DaemonSet(key));
            }
            return;
        };
        let key = Key::new(Kind::DaemonSet, pod.namespace(), &owner.name);
        if let Some(expected) = self.expectations.get_mut(&key) {
            if change.kind == ChangeKind::Added {
                expected.creations = expected.creations.saturating_sub(1);
            }
            if change.kind == ChangeKind::Deleted || pod.is_terminating() {
                expected.deletions.remove(&pod.key());
            }
        }
        let became_ready = change.kind == ChangeKind::Modified
            && is_ready(pod)
            && change.of::<Pod>().and_then(|(before, _)| before).is_some_and(|before| !is_ready(before));
        let min_ready =
            desk.cluster.store().get::<DaemonSet>(&key.namespace, &key.name).map_or(0, |ds| min_ready_seconds(ds));
        desk.later(NOTICE, Work::DaemonSet(key.clone()));
        if became_ready && min_ready > 0 {
            // One second more than it needs, because the API keeps whole seconds.
            desk.later(Duration::from_secs(u64::from(min_ready.unsigned_abs()) + 1), Work::DaemonSetLater(key));
        }
    }

    /// One look at one DaemonSet.
    pub(super) fn sync(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let Some(ds) = desk.cluster.store().get::<DaemonSet>(&key.namespace, &key.name).cloned() else {
            return;
        };
        let Some(spec) = &ds.spec else { return };
        if spec.selector.match_labels.is_none() && spec.selector.match_expressions.is_none() {
            let message = "This daemon set is selecting all pods. A non-empty selector is required.";
            desk.cluster.record(&ds.into(), &Source::DaemonSetController, Reason::Warning("SelectingAll"), message);
            return;
        }
        if ds.is_terminating() {
            return;
        }
        claim::claim(desk, &ds);
        let Some(revisions) = history::construct(desk, &ds) else {
            return;
        };
        let mut view = view(desk, &ds, revisions.hash.clone());
        if !self.is_satisfied(desk, key) {
            status::update(desk, &view, status::Observed::Before);
            return;
        }
        self.manage(desk, &view);
        if self.is_satisfied(desk, key) && is_rolling_update(&ds) {
            let plan = rolling_update::plan(&view, desk.cluster.now());
            self.sync_nodes(desk, &view, plan);
        }
        history::clean_up(desk, &ds, &view, &revisions);
        // Pods are re-read: what this sync created and deleted is visible to the status it writes, as far as upstream's is.
        view.pods = pods_by_node(desk, &ds);
        status::update(desk, &view, status::Observed::Now);
    }

    fn is_satisfied(&self, desk: &Desk<'_>, key: &Key) -> bool {
        self.expectations.get(key).is_none_or(|expected| {
            expected.creations == 0 && expected.deletions.is_empty() || desk.now - expected.since > EXPECTATIONS_TIMEOUT
        })
    }
}

/// `minReadySeconds`, 0 where it is not set.
fn min_ready_seconds(ds: &DaemonSet) -> i32 {
    ds.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0).max(0)
}

fn is_rolling_update(ds: &DaemonSet) -> bool {
    let strategy = ds.spec.as_ref().and_then(|spec| spec.update_strategy.as_ref());
    strategy.and_then(|strategy| strategy.type_.as_deref()).is_none_or(|kind| kind == "RollingUpdate")
}

/// A node event wakes the DaemonSets whose pods it concerns; a deleted node wakes nobody.
fn observe_node(desk: &mut Desk<'_>, change: &Change, node: &Rc<Node>) {
    let taints = |node: &Node| node.spec.as_ref().and_then(|spec| spec.taints.clone());
    let same = |before: &Rc<Node>| before.metadata.labels == node.metadata.labels && taints(before) == taints(node);
    let before = change.of::<Node>().and_then(|(before, _)| before);
    if change.kind == ChangeKind::Deleted || before.is_some_and(same) {
        return;
    }
    let concerned: Vec<Key> = desk
        .cluster
        .store()
        .list::<DaemonSet>()
        .filter(|ds| {
            let placement = placement::Rules::of(ds).judge(node);
            let has_pod = desk
                .cluster
                .store()
                .dependents(ds.uid())
                .filter_map(Pod::of)
                .any(|pod| target_node(pod) == Some(node.name()));
            let misscheduled = ds.status.as_ref().is_some_and(|status| status.number_misscheduled > 0);
            if has_pod { !placement.should_continue || misscheduled } else { placement.should_run }
        })
        .map(|ds| ds.key())
        .collect();
    for key in concerned {
        desk.later(NOTICE, Work::DaemonSet(key));
    }
}

/// The DaemonSets whose selector matches a pod without an owner.
fn selecting(desk: &Desk<'_>, pod: &Pod) -> Vec<Key> {
    if controller_of(pod).is_some() {
        return vec![];
    }
    let labels = pod.metadata.labels.clone().unwrap_or_default();
    let selects = |ds: &&Rc<DaemonSet>| {
        let selector = ds.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok());
        ds.namespace() == pod.namespace() && selector.is_some_and(|selector| selector.matches(&labels))
    };
    desk.cluster.store().list::<DaemonSet>().filter(selects).map(|ds| ds.key()).collect()
}

/// The node a pod is on, or is meant for.
fn target_node(pod: &Pod) -> Option<&str> {
    super::pods::node_name(pod).or_else(|| super::pods::pinned_node(pod.spec.as_ref()?))
}

fn view(desk: &Desk<'_>, ds: &Rc<DaemonSet>, hash: String) -> View {
    let nodes: Vec<Rc<Node>> = desk.cluster.store().list::<Node>().cloned().collect();
    let rules = placement::Rules::of(ds);
    let placements = nodes.iter().map(|node| rules.judge(node)).collect();
    View { ds: Rc::clone(ds), hash, nodes, pods: pods_by_node(desk, ds), placements }
}

/// A DaemonSet's pods by node. Left out are those bound nowhere and pinned nowhere, and those that have ended and are being
/// deleted: they are as good as gone. A live one that is being deleted counts until it is.
fn pods_by_node(desk: &Desk<'_>, ds: &DaemonSet) -> SortedMap<String, Vec<Rc<Pod>>> {
    let mut pods: SortedMap<String, Vec<Rc<Pod>>> = SortedMap::new();
    for pod in desk.cluster.store().dependents(ds.uid()).filter_map(Pod::of) {
        if let Some(node) = target_node(pod).filter(|_| !(is_terminal(pod) && pod.is_terminating())) {
            pods.entry(node.to_owned(), Default::default).push(Rc::clone(pod));
        }
    }
    pods
}
