//! Which template the pods of a StatefulSet have, and which they are to have (`getStatefulSetRevisions`, `truncateHistory` in
//! `stateful_set_control.go`).

use std::rc::Rc;

use super::super::Desk;
use super::super::owner::{self, selects};
use super::super::revisions::{self, template_hash};
use super::identity::revision_of;
use crate::api::selector::Selector;
use crate::api::{ApiError, ControllerRevision, Key, Kind, Object, Pod, PodTemplateSpec, Resource, StatefulSet, wire};
use crate::cluster::DeleteOptions;

/// The label that names a revision.
const HASH: &str = "controller.kubernetes.io/hash";

/// The revisions of a StatefulSet.
pub(super) struct Revisions {
    /// That which its pods have had.
    pub(super) current: Rc<ControllerRevision>,
    /// That of its template now.
    pub(super) update: Rc<ControllerRevision>,
    /// How often a hash was taken.
    pub(super) collisions: i32,
    /// All of them, oldest first.
    all: Vec<Rc<ControllerRevision>>,
}

/// The template that a revision remembers.
pub(super) fn template(revision: &ControllerRevision) -> PodTemplateSpec {
    let data = revision.data.as_ref().map(|data| data.0["spec"]["template"].clone()).unwrap_or_default();
    wire::from_value(data).unwrap_or_default()
}

/// Adopts orphans, and finds or makes the revision of the current template.
///
/// # Errors
/// Where a revision could not be written.
pub(super) fn find_or_create(
    desk: &mut Desk<'_>,
    set: &Rc<StatefulSet>,
    this: &Object,
    selector: &Selector,
) -> Result<Revisions, ApiError> {
    let own = |object: &&Object| {
        let free = object.head().controller().is_none();
        object.namespace() == set.namespace() && selects(selector, object) && (free || owner::is_controlled_by(object, this))
    };
    let found = desk.cluster.store().objects(Kind::ControllerRevision).filter(own).cloned().collect();
    let claimed = owner::claim(desk, this, found, &|_| true);
    let mut all: Vec<Rc<ControllerRevision>> = claimed.iter().filter_map(ControllerRevision::of).cloned().collect();
    all.sort_by_key(|it| (it.revision, it.metadata.creation_timestamp.clone(), it.name().to_owned()));
    let template = set.spec.as_ref().map(|spec| spec.template.clone()).unwrap_or_default();
    let status = set.status.clone().unwrap_or_default();
    let mut collisions = status.collision_count.unwrap_or(0);
    let next = all.last().map_or(1, |last| last.revision + 1);
    let patch = revisions::patch(&template);
    let update = match all.iter().rposition(|revision| revisions::is_of(revision, &patch)) {
        Some(place) if place + 1 == all.len() => Rc::clone(&all[place]),
        Some(place) => {
            // An old template that is current again gets the newest number: revisions only roll forward.
            let mut renewed = Rc::clone(&all[place]);
            Rc::make_mut(&mut renewed).revision = next;
            let stored = desk.cluster.update(Rc::clone(&renewed))?;
            ControllerRevision::of(&stored).map_or(renewed, Rc::clone)
        }
        None => create(desk, this, &template, next, &mut collisions)?,
    };
    let named = |it: &&Rc<ControllerRevision>| Some(it.name()) == status.current_revision.as_deref();
    let current = all.iter().find(named).unwrap_or(&update);
    Ok(Revisions { current: Rc::clone(current), collisions, all, update })
}

/// Makes a revision; a name that is taken by another template gives way to one with another hash.
fn create(
    desk: &mut Desk<'_>,
    this: &Object,
    template: &PodTemplateSpec,
    number: i64,
    collisions: &mut i32,
) -> Result<Rc<ControllerRevision>, ApiError> {
    loop {
        let hash = template_hash(template, Some(*collisions));
        let revision = Rc::new(revisions::draft(this, template, HASH, &hash, number));
        match desk.cluster.create(Rc::clone(&revision)) {
            Ok(stored) => return Ok(ControllerRevision::of(&stored).map_or(revision, Rc::clone)),
            Err(ApiError::AlreadyExists(..)) => {}
            Err(error) => return Err(error),
        }
        let key = Key::new(Kind::ControllerRevision, this.namespace(), revision.name());
        let there = desk.cluster.store().object(&key).and_then(ControllerRevision::of);
        if let Some(same) = there.filter(|there| there.data == revision.data) {
            return Ok(Rc::clone(same));
        }
        *collisions += 1;
    }
}

/// Deletes the oldest revisions beyond `revisionHistoryLimit` that neither a pod nor the StatefulSet needs.
pub(super) fn clean_up(desk: &mut Desk<'_>, set: &StatefulSet, pods: &[Rc<Pod>], revisions: &Revisions) {
    let Some(limit) = set.spec.as_ref().and_then(|spec| spec.revision_history_limit) else { return };
    let is_live = |name: &str| {
        let is_one = [&revisions.current, &revisions.update].iter().any(|it| it.name() == name);
        is_one || pods.iter().any(|pod| revision_of(pod) == name)
    };
    let old: Vec<&Rc<ControllerRevision>> = revisions.all.iter().filter(|revision| !is_live(revision.name())).collect();
    let excess = old.len().saturating_sub(usize::try_from(limit).unwrap_or(usize::MAX));
    for revision in old.into_iter().take(excess) {
        let _ = desk.cluster.delete(&revision.key(), &DeleteOptions::default());
    }
}
