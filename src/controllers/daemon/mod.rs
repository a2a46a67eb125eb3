//! The DaemonSet controller (`pkg/controller/daemon/daemon_controller.go`).

mod claim;
mod explain;
mod history;
mod ledger;
mod manage;
mod placement;
mod rolling_update;
mod status;

pub use explain::{Errand, Line, Survey, judge, placement_of, pod_for, survey};
pub use placement::{Placement, tolerations};

use std::rc::Rc;
use std::time::Duration;

use super::owner::{self, Expectations, Failures};
use super::pods::controller_of;
use super::{Desk, Work};
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{DaemonSet, Head, Key, Kind, Node, Object, Pod, Resource};
use crate::cluster::{Change, ChangeKind, Reason, template_generation};
use ledger::Ledger;

/// From a change to the sync it wakes: several changes within it are seen together, as by a busy controller.
const NOTICE: Duration = Duration::from_millis(4);

/// The controller, and what it remembers between two looks at a DaemonSet.
#[derive(Clone, Debug, Default)]
pub(super) struct Controller {
    expectations: Expectations,
    failed_pods: manage::FailedPods,
    failures: Failures,
    ledgers: SortedMap<Key, Ledger>,
    /// How often it looked at what a DaemonSet makes of a node.
    looks: usize,
}

/// A DaemonSet as a sync looks at it.
struct View {
    ds: Rc<DaemonSet>,
    /// The hash of its template.
    hash: String,
    /// The number of its template, as its pods' labels have it.
    generation: String,
}

impl Controller {
    /// How often it looked at what a DaemonSet makes of a node.
    pub(super) const fn looks(&self) -> usize {
        self.looks
    }

    /// What wakes a sync.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        self.ledgers.values_mut().for_each(|ledger| ledger.hear(change));
        match &change.object {
            Object::DaemonSet(ds) => {
                if change.kind == ChangeKind::Deleted {
                    self.ledgers.remove(&ds.key());
                    self.expectations.forget(&ds.key());
                    self.failures.forget(&ds.key());
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

    #[cfg_attr(quick, optimize(speed))]
    fn observe_pod(&mut self, desk: &mut Desk<'_>, change: &Change, pod: &Rc<Pod>) {
        let Some(owner) = controller_of(&**pod).filter(|owner| owner.kind == "DaemonSet") else {
            // An orphan: whoever selects it may want to adopt it.
            for key in selecting(desk, pod) {
                desk.later(NOTICE, Work::DaemonSet(key));
            }
            return;
        };
        let key = desk.cluster.store().key(Kind::DaemonSet, pod.namespace(), &owner.name);
        self.expectations.observe(&key, change);
        let became_ready = change.kind == ChangeKind::Modified
            && pod.is_ready()
            && change.of::<Pod>().and_then(|(before, _)| before).is_some_and(|before| !before.is_ready());
        let min_ready = desk.cluster.store().at::<DaemonSet>(&key).map_or(0, |ds| min_ready_seconds(ds));
        if became_ready && min_ready > 0 {
            // One second more than it needs, because the API keeps whole seconds.
            let wait = Duration::from_secs(u64::from(min_ready.unsigned_abs()) + 1);
            desk.later(wait, Work::DaemonSetLater(key.clone()));
        }
        desk.later(NOTICE, Work::DaemonSet(key));
    }

    /// One look at one DaemonSet.
    pub(super) fn sync(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let Some(ds) = desk.cluster.store().at::<DaemonSet>(key).cloned() else {
            return;
        };
        let Some(spec) = &ds.spec else { return };
        if spec.selector.match_labels.is_none() && spec.selector.match_expressions.is_none() {
            let message = "This daemon set is selecting all pods. A non-empty selector is required.";
            owner::tell(desk, &ds.into(), Reason::Warning("SelectingAll"), message);
            return;
        }
        if ds.is_terminating() {
            return;
        }
        let mut ledger = self.ledgers.remove(key).unwrap_or_else(|| Ledger::open(desk.cluster.store(), &ds));
        self.sync_with(desk, &mut ledger, ds);
        self.ledgers.insert(key.clone(), ledger);
    }

    #[cfg_attr(quick, optimize(speed))]
    fn sync_with(&mut self, desk: &mut Desk<'_>, ledger: &mut Ledger, ds: Rc<DaemonSet>) {
        let key = ds.key();
        claim::claim(desk, &ds, ledger);
        let Some(revisions) = history::construct(desk, &ds) else {
            return;
        };
        let generation = template_generation(&ds).to_string();
        let view = View { ds, hash: revisions.hash.clone(), generation };
        self.looks += ledger.refresh(desk.cluster.store(), &view, desk.cluster.now());
        if !self.expectations.are_met(&key, desk.now) {
            status::update(desk, &view, ledger, status::Observed::Before);
            return;
        }
        self.manage(desk, &view, ledger);
        let is_updating = self.expectations.are_met(&key, desk.now) && is_rolling_update(&view.ds);
        let plan = if is_updating {
            rolling_update::plan(desk.cluster.store(), &view, ledger)
        } else {
            Some(manage::Plan::default())
        };
        if let Some(plan) = plan {
            self.sync_nodes(desk, &view, plan);
            history::clean_up(desk, &view.ds, &revisions);
        }
        // What this sync created and deleted is visible to the status it writes, as far as upstream's is.
        self.looks += ledger.refresh(desk.cluster.store(), &view, desk.cluster.now());
        status::update(desk, &view, ledger, status::Observed::Now);
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
    let before = change.of::<Node>().and_then(|(before, _)| before);
    if change.kind == ChangeKind::Deleted || before.is_some_and(|before| ledger::is_alike(before, node)) {
        return;
    }
    let store = desk.cluster.store();
    let is_concerned = |ds: &&Rc<DaemonSet>| {
        let placement = placement::Rules::of(ds).judge(node);
        // A pod that waits for the node is on none yet.
        let has_pod = store.pods_for(node.name()).any(|pod| pod.is_bound() && ledger::is_owned(pod, ds.uid()));
        let misscheduled = ds.status.as_ref().is_some_and(|status| status.number_misscheduled > 0);
        if has_pod { !placement.should_continue || misscheduled } else { placement.should_run }
    };
    let concerned: Vec<Key> = store.list::<DaemonSet>().filter(is_concerned).map(|ds| ds.key()).collect();
    for key in concerned {
        desk.later(NOTICE, Work::DaemonSet(key));
    }
}

/// The DaemonSets whose selector matches a pod without an owner.
fn selecting(desk: &Desk<'_>, pod: &Pod) -> Vec<Key> {
    if controller_of(pod).is_some() {
        return vec![];
    }
    let labels = pod.metadata.labels().cloned().unwrap_or_default();
    let selects = |ds: &&Rc<DaemonSet>| {
        let selector = ds.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok());
        ds.namespace() == pod.namespace() && selector.is_some_and(|selector| selector.matches(&labels))
    };
    desk.cluster.store().list::<DaemonSet>().filter(selects).map(|ds| ds.key()).collect()
}
