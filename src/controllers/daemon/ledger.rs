//! What a DaemonSet makes of every node, brought up to date change by change: a sync costs what changed, not what there is.

use std::cell::LazyCell;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use smallvec::SmallVec;

use super::super::pods::{condition, is_terminal, phase};
use super::placement::{Placement, Rules};
use super::{View, manage, min_ready_seconds, rolling_update, status};
use crate::api::fetch::{TOGETHER, fetch};
use crate::api::meta::are_labelled_alike;
use crate::api::paged::PagedMap;
use crate::api::selector::Selector;
use crate::api::sorted::SortedSet;
use crate::api::table::Table;
use crate::api::{DaemonSet, Head, Key, Kind, Node, Pod, Resource, Taint};
use crate::cluster::{Change, ChangeKind, Store, template_generation};

/// The ledger of one DaemonSet.
///
/// Invariants, after [`Ledger::refresh`]: there is a line for every node, and for every name of a node that pods are meant for;
/// each says what follows from the store; `total` is the sum of their tallies; `agenda` and `due` name exactly what they say.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    uid: String,
    selector: Option<Selector>,
    /// What the lines rest on beside nodes and pods.
    basis: Option<Basis>,
    lines: Table<Key, Line>,
    total: Tally,
    agenda: PagedMap<(Errand, Key), ()>,
    /// Lines that change without a cause, by the time at which they do.
    due: PagedMap<(Timestamp, Key), ()>,
    /// Nodes of which something changed since their lines were written, and whether it is the node that did, or its pods alone. Few
    /// stand here twice: to look again costs less than to sort them out.
    stale: Vec<(Key, bool)>,
    /// Pods that belong to the DaemonSet and no longer match its selector.
    misfits: SortedSet<Key>,
    /// How many changes it has seen in the store of which it is still to be told.
    ahead: usize,
}

/// The generations of a DaemonSet and the hash of its template: where one changes, everything has to be looked at again.
type Basis = (Option<i64>, i64, String);

/// What a DaemonSet makes of one node.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Nothing for a node that does not exist.
    pub(super) placement: Option<Placement>,
    pub(super) tally: Tally,
    pub(super) errands: [Option<Errand>; 2],
    /// When the line changes without a cause: a pod will have been ready for long enough.
    pub(super) until: Option<Timestamp>,
}

/// What is to be done at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Errand {
    /// It has no pod and should have one.
    Fill,
    /// It has pods that have to be looked at.
    Tidy,
    /// It is gone, and a pod waits for it.
    Forget,
    /// The update creates a pod here.
    Create,
    /// The update creates a pod here if its budget allows.
    CreateWithin,
    /// The update deletes the old pod.
    Delete,
    /// The update deletes the old pod if its budget allows.
    DeleteWithin,
    /// It is gone, and its old pod keeps the whole update from going on.
    Lost,
}

/// Numbers of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// That should run a pod.
    pub(super) desired: i32,
    /// That should and have one.
    pub(super) current: i32,
    /// Whose pod is ready.
    pub(super) ready: i32,
    /// Whose pod has been ready for long enough.
    pub(super) available: i32,
    /// Whose pod is of the current template.
    pub(super) updated: i32,
    /// That have a pod and should not.
    pub(super) misscheduled: i32,
    /// That use up some of the update's budget.
    pub(super) spent: i32,
    /// Whose older pod is available (counted while surging).
    pub(super) serving: i32,
}

impl Tally {
    fn add(&mut self, other: &Tally, times: i32) {
        self.desired += other.desired * times;
        self.current += other.current * times;
        self.ready += other.ready * times;
        self.available += other.available * times;
        self.updated += other.updated * times;
        self.misscheduled += other.misscheduled * times;
        self.spent += other.spent * times;
        self.serving += other.serving * times;
    }
}

impl Ledger {
    /// The ledger of a DaemonSet, nothing written in it yet.
    pub(super) fn open(store: &Store, ds: &DaemonSet) -> Ledger {
        let selector = ds.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok());
        let mut ledger = Ledger {
            uid: ds.uid().to_owned(),
            selector,
            basis: None,
            lines: Table::default(),
            total: Tally::default(),
            agenda: PagedMap::new(),
            due: PagedMap::new(),
            stale: vec![],
            misfits: SortedSet::new(),
            ahead: 0,
        };
        for pod in store.pods_of(&ledger.uid.clone()) {
            ledger.sort_out(pod);
        }
        ledger
    }

    /// Is told of a change.
    pub(super) fn hear(&mut self, change: &Change) {
        match self.ahead.checked_sub(1) {
            Some(left) => self.ahead = left,
            None => self.note(change),
        }
    }

    #[cfg_attr(quick, optimize(speed))]
    fn note(&mut self, change: &Change) {
        let is_gone = change.kind == ChangeKind::Deleted;
        if let Some((before, node)) = change.of::<Node>()
            && (is_gone || before.is_none_or(|before| !is_alike(before, node)))
        {
            self.stale.push((change.key(), true));
        }
        if let Some((before, pod)) = change.of::<Pod>()
            && before.into_iter().chain([pod]).any(|pod| is_owned(pod, &self.uid))
            && (is_gone || before.is_none_or(|before| !shows_alike(before, pod)))
        {
            let node = |pod: &Rc<Pod>| pod.spec.as_ref()?.target_key();
            let (old, new) = (before.and_then(node), node(pod));
            let old = old.filter(|old| new.as_ref() != Some(old));
            self.stale.extend(old.into_iter().chain(new).map(|node| (node, false)));
            self.misfits.remove(&change.key());
            if !is_gone {
                self.sort_out(pod);
            }
        }
    }

    fn sort_out(&mut self, pod: &Pod) {
        let fits = match (&self.selector, pod.metadata.labels()) {
            (Some(selector), Some(labels)) => selector.matches(labels),
            (selector, _) => selector.is_none(),
        };
        if !fits && !pod.is_terminating() && is_owned(pod, &self.uid) {
            self.misfits.insert(pod.key());
        }
    }

    /// The pods that belong to the DaemonSet and no longer match its selector.
    pub(super) fn misfits(&self) -> impl Iterator<Item = &Key> {
        self.misfits.iter()
    }

    /// Brings every line up to date with the store. Gives how many it looked at.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn refresh(&mut self, store: &Store, view: &View, now: Timestamp) -> usize {
        let basis = (view.ds.metadata.generation, template_generation(&view.ds), view.hash.clone());
        if self.basis.as_ref() != Some(&basis) {
            self.start_over(store, basis);
        }
        for change in store.changes().iter().skip(self.ahead) {
            self.note(change);
        }
        self.ahead = store.changes().len();
        let due = self.due.iter().take_while(|((until, _), ())| *until <= now);
        self.stale.extend(due.map(|((_, node), ())| (node.clone(), false)));
        let mut stale = std::mem::take(&mut self.stale);
        let looked_at = stale.len();
        // Mostly it is the pods that changed.
        let rules = LazyCell::new(|| Rules::of(&view.ds));
        for nodes in stale.chunks(TOGETHER) {
            if store.is_large() {
                fetch(nodes.iter().filter_map(|(node, _)| self.line(node)).map(|line| line.until.is_some().into()));
                store.fetch_pods_at(nodes.iter().map(|(node, _)| node));
            }
            for (node, has_changed) in nodes {
                let known = self.line(node).filter(|_| !has_changed).map(|line| line.placement);
                let placement = known.unwrap_or_else(|| store.at::<Node>(node).map(|node| rules.judge(node)));
                let line = judge(store, view, placement, node, now);
                self.rewrite(node, line);
            }
        }
        stale.clear();
        // Its room is needed again, and fetching room for so many is the most of the work.
        self.stale = stale;
        looked_at
    }

    fn start_over(&mut self, store: &Store, basis: Basis) {
        self.basis = Some(basis);
        self.lines = Table::default();
        self.total = Tally::default();
        self.agenda = PagedMap::new();
        self.due = PagedMap::new();
        self.stale = store.keys(Kind::Node).map(|node| (node.clone(), true)).collect();
        let meant = store.pods_of(&self.uid).filter_map(|pod| pod.spec.as_ref()?.target_key());
        self.stale.extend(meant.filter(|node| store.object(node).is_none()).map(|node| (node, true)));
    }

    #[cfg_attr(quick, optimize(speed))]
    fn rewrite(&mut self, node: &Key, line: Option<Line>) {
        let wanted = node.wanted();
        let before = match line.clone() {
            Some(line) => {
                let (_, place) = self.lines.entry(&wanted, || (node.clone(), Line::default()));
                Some(std::mem::replace(place, line))
            }
            None => self.lines.remove(&wanted),
        };
        let (old, new) = (before.unwrap_or_default(), line.unwrap_or_default());
        self.total.add(&old.tally, -1);
        self.total.add(&new.tally, 1);
        for (from, to) in old.errands.into_iter().zip(new.errands) {
            shift(&mut self.agenda, node, from, to);
        }
        shift(&mut self.due, node, old.until, new.until);
    }

    /// The sum over all nodes.
    pub(super) const fn total(&self) -> &Tally {
        &self.total
    }

    /// The nodes at which this is to be done, by name.
    pub(super) fn nodes(&self, errand: Errand) -> impl Iterator<Item = &Key> {
        self.agenda.all(move |(other, _)| other.cmp(&errand)).map(|((_, node), ())| node)
    }

    /// What the DaemonSet makes of a node.
    #[inline]
    pub(super) fn line(&self, node: &Key) -> Option<&Line> {
        self.lines.get(&node.wanted())
    }

    /// The nodes there are a line for, and those that pods are meant for, by name.
    pub(super) fn lines(&self) -> Vec<(&Key, &Line)> {
        let mut lines: Vec<_> = self.lines.iter().collect();
        lines.sort_by_key(|(node, _)| *node);
        lines
    }

    /// What a node means to the DaemonSet; nothing if it does not exist.
    pub(super) fn placement(&self, node: &Key) -> Option<Placement> {
        self.line(node)?.placement
    }
}

/// A DaemonSet's pods on a node or meant for it, by name. Left out are those that have ended and are being deleted: they are as
/// good as gone. A live one that is being deleted counts until it is.
#[inline]
pub(super) fn pods_for<'a>(store: &'a Store, ds: &DaemonSet, node: &Key) -> SmallVec<[&'a Rc<Pod>; 2]> {
    let counts = |pod: &&Rc<Pod>| is_owned(pod, ds.uid()) && !(is_terminal(pod) && pod.is_terminating());
    store.pods_at(node).filter(counts).collect()
}

/// Whether a pod names `uid` as one of its owners.
#[inline]
pub(super) fn is_owned(pod: &Pod, uid: &str) -> bool {
    pod.metadata.owners().iter().any(|owner| owner.uid == uid)
}

/// Where a node stands in a list: no longer under `from`, but under `to`.
#[cfg_attr(quick, optimize(speed))]
fn shift<T: Ord + Clone>(list: &mut PagedMap<(T, Key), ()>, node: &Key, from: Option<T>, to: Option<T>) {
    if from == to {
        return;
    }
    if let Some(from) = from {
        list.remove(|(other, name)| other.cmp(&from).then_with(|| name.cmp(node)));
    }
    if let Some(to) = to {
        list.insert((to, node.clone()), ());
    }
}

/// The line of a node that means this; none if neither it nor a pod for it exists.
#[cfg_attr(quick, optimize(speed))]
fn judge(store: &Store, view: &View, placement: Option<Placement>, node: &Key, now: Timestamp) -> Option<Line> {
    let pods = pods_for(store, &view.ds, node);
    if placement.is_none() && pods.is_empty() {
        return None;
    }
    let mut tally = Tally::default();
    status::count(view, placement, &pods, now, &mut tally);
    let tidy = manage::errand(view, placement, &pods, now);
    let update = rolling_update::errand(view, placement, &pods, now, &mut tally);
    let until = pods.iter().filter_map(|pod| available_at(pod, min_ready_seconds(&view.ds))).filter(|&at| at > now).min();
    Some(Line { placement, tally, errands: [tidy, update], until })
}

/// When a pod that is ready will have been so for long enough.
fn available_at(pod: &Pod, min_ready_seconds: i32) -> Option<Timestamp> {
    let ready = condition(pod, "Ready").filter(|condition| condition.status == "True")?;
    ready.since?.checked_add(SignedDuration::from_secs(min_ready_seconds.into())).ok()
}

/// Whether a DaemonSet makes the same of a node as it was and as it is.
pub(super) fn is_alike(before: &Node, node: &Node) -> bool {
    fn taints(node: &Node) -> Option<&[Taint]> {
        node.spec.as_ref()?.taints.as_deref()
    }
    are_labelled_alike(&before.metadata, &node.metadata) && taints(before) == taints(node)
}

/// Whether a DaemonSet makes the same of a pod as it was and as it is.
#[cfg_attr(quick, optimize(speed))]
fn shows_alike(before: &Pod, pod: &Pod) -> bool {
    fn named(pod: &Pod) -> impl PartialEq {
        (pod.metadata.owners(), pod.metadata.labels(), pod.is_terminating())
    }
    fn shown(pod: &Pod) -> impl PartialEq {
        (phase(pod), condition(pod, "Ready"))
    }
    before.is_bound_like(pod)
        && shown(before) == shown(pod)
        && (before.metadata.is_shared_with(&pod.metadata) || named(before) == named(pod))
}
