//! The templates a DaemonSet has had, as ControllerRevisions (`constructHistory`, `cleanupHistory` in `update.go`).

use std::rc::Rc;

use super::super::Desk;
use super::super::pods::is_terminal;
use super::super::revisions::{self, template_hash};
use crate::api::sorted::SortedSet;
use crate::api::{ControllerRevision, DaemonSet, DaemonSetStatus, Object, Pod, Resource};
use crate::cluster::DeleteOptions;

/// The label that names a revision.
const HASH: &str = "controller-revision-hash";

/// A DaemonSet's revisions.
pub(super) struct Revisions {
    /// The hash of the current one.
    pub(super) hash: String,
    /// The others.
    old: Vec<Rc<ControllerRevision>>,
}

/// Finds or makes the revision of the current template; nothing if it has to be tried again.
pub(super) fn construct(desk: &mut Desk<'_>, ds: &Rc<DaemonSet>) -> Option<Revisions> {
    let patch = revisions::patch(&ds.spec.as_ref()?.template);
    let owned = desk.cluster.store().dependents_of::<ControllerRevision>(ds.uid()).cloned();
    let (mut current, old): (Vec<_>, Vec<_>) = owned.partition(|revision| revisions::is_of(revision, &patch));
    let next = old.iter().map(|revision| revision.revision).max().unwrap_or(0) + 1;
    current.sort_by_key(|revision| revision.revision);
    let Some(mut kept) = current.pop() else {
        let hash = create(desk, ds, next)?;
        return Some(Revisions { hash, old });
    };
    let hash = kept.label(HASH).unwrap_or_default().to_owned();
    for double in current {
        relabel(desk, ds, double.label(HASH).unwrap_or_default(), &hash);
        let _ = desk.cluster.delete(&double.key(), &DeleteOptions::default());
    }
    // An old template that is current again gets the newest number: revisions only roll forward.
    if kept.revision < next {
        Rc::make_mut(&mut kept).revision = next;
        let _ = desk.cluster.update(kept);
    }
    Some(Revisions { hash, old })
}

/// Deletes the oldest revisions beyond `revisionHistoryLimit` that no pod runs.
pub(super) fn clean_up(desk: &mut Desk<'_>, ds: &DaemonSet, revisions: &Revisions) {
    let limit = ds.spec.as_ref().and_then(|spec| spec.revision_history_limit).unwrap_or(10);
    let excess = revisions.old.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
    if excess == 0 {
        return;
    }
    let pods = desk.cluster.store().pods_of(ds.uid()).filter(|pod| !(is_terminal(pod) && pod.is_terminating()));
    let live: SortedSet<&str> = pods.filter_map(|pod| pod.label(HASH)).collect();
    let mut old: Vec<_> =
        revisions.old.iter().filter(|revision| !live.contains(revision.label(HASH).unwrap_or_default())).collect();
    old.sort_by_key(|revision| revision.revision);
    for revision in old.into_iter().take(excess) {
        let _ = desk.cluster.delete(&revision.key(), &DeleteOptions::default());
    }
}

fn create(desk: &mut Desk<'_>, ds: &Rc<DaemonSet>, number: i64) -> Option<String> {
    let template = &ds.spec.as_ref()?.template;
    let collisions = ds.status.as_ref().and_then(|status| status.collision_count);
    let hash = template_hash(template, collisions);
    let revision = revisions::draft(&Object::from(Rc::clone(ds)), template, HASH, &hash, number);
    if desk.cluster.create(revision).is_ok() {
        return Some(hash);
    }
    // Another object has this name: a different count of collisions gives a different hash at the next look.
    let mut again = Rc::clone(ds);
    let status: &mut DaemonSetStatus = Rc::make_mut(&mut again).status.get_or_insert_default();
    status.collision_count = Some(collisions.unwrap_or(0) + 1);
    let _ = desk.cluster.update_status(again);
    None
}

/// Pods of a revision that is dropped for its double get the label of the one that stays (`dedupCurHistories`).
fn relabel(desk: &mut Desk<'_>, ds: &DaemonSet, from: &str, to: &str) {
    let pods = desk.cluster.store().dependents_of::<Pod>(ds.uid()).filter(|pod| pod.label(HASH) == Some(from));
    for mut pod in pods.cloned().collect::<Vec<_>>() {
        Rc::make_mut(&mut pod).metadata.labels.get_or_insert_default().insert(HASH.to_owned(), to.to_owned());
        let _ = desk.cluster.update(Object::from(pod));
    }
}
