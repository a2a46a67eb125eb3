//! What a StatefulSet says of itself (`updateStatus`, `completeRollingUpdate`).

use std::rc::Rc;

use super::super::owner::{count, unless_zero};
use super::super::pods::phase;
use super::Look;
use super::identity::revision_of;
use crate::api::{ApiError, Pod, Resource, StatefulSetStatus};

/// How many pods there are.
pub(super) struct Counts {
    pub(super) all: i32,
    pub(super) ready: i32,
    pub(super) available: i32,
    /// Of the revision the pods have had.
    pub(super) current: i32,
    /// Of the newest.
    pub(super) updated: i32,
}

impl Look<'_, '_> {
    pub(super) fn count(&self, pods: &[Rc<Pod>]) -> Counts {
        let number = |is: &dyn Fn(&Pod) -> bool| count(pods.iter().filter(|pod| is(pod)).count());
        let runs = |pod: &Pod| phase(pod) == "Running" && pod.is_ready();
        let is_of = |pod: &Pod, revision: &str| !pod.is_terminating() && revision_of(pod) == revision;
        Counts {
            all: count(pods.len()),
            ready: number(&runs),
            available: number(&|pod| runs(pod) && self.is_available(pod)),
            current: number(&|pod| is_of(pod, self.revisions.current.name())),
            updated: number(&|pod| is_of(pod, self.revisions.update.name())),
        }
    }

    /// Writes the status if anything in it changed. An update is done when all pods are of the newest revision and ready.
    ///
    /// # Errors
    /// Where it could not be written.
    pub(super) fn write_status(&mut self, counts: &Counts) -> Result<(), ApiError> {
        let wanted = count(self.replicas.len());
        let spec = super::spec(self.set);
        let is_rolling = spec.update_strategy.and_then(|it| it.type_).as_deref() == Some("RollingUpdate");
        let is_done = is_rolling && [counts.updated, counts.ready, counts.all].iter().all(|number| *number == wanted);
        let update = self.revisions.update.name();
        let old = self.set.status.clone().unwrap_or_default();
        let status = StatefulSetStatus {
            replicas: counts.all,
            ready_replicas: unless_zero(counts.ready),
            available_replicas: Some(counts.available),
            current_replicas: unless_zero(if is_done { counts.updated } else { counts.current }),
            updated_replicas: unless_zero(counts.updated),
            current_revision: Some(if is_done { update } else { self.revisions.current.name() }.to_owned()),
            update_revision: Some(update.to_owned()),
            collision_count: Some(self.revisions.collisions),
            observed_generation: self.set.metadata.generation,
            conditions: old.conditions.clone(),
        };
        if status == old {
            return Ok(());
        }
        let mut updated = Rc::clone(self.set);
        let it = Rc::make_mut(&mut updated);
        it.status = Some(status);
        // The last word counts, as upstream's second try does.
        it.metadata.resource_version = None;
        self.desk.cluster.update_status(updated).map(drop)
    }
}
