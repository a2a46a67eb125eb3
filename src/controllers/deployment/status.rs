//! What a Deployment says of itself: its counts, whether it is available, whether its rollout gets on (`progress.go`).

use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;

use super::super::Work;
use super::super::owner::unless_zero;
use super::Look;
use super::replica_sets::Sets;
use crate::api::{
    ApiError, Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet, ReplicaSetStatus, Resource, Time,
};

/// The condition that says whether a rollout gets on.
pub(super) const PROGRESSING: &str = "Progressing";
const AVAILABLE: &str = "Available";
const REPLICA_FAILURE: &str = "ReplicaFailure";
/// The reason of a rollout that did not get on for too long.
const TIMED_OUT: &str = "ProgressDeadlineExceeded";
/// The reason of one that is done.
const DONE: &str = "NewReplicaSetAvailable";
/// From the end of a rollout's patience to the look that says so.
const SKEW: Duration = Duration::from_secs(1);

/// The conditions of a Deployment.
pub(super) fn conditions_of(deployment: &Deployment) -> &[DeploymentCondition] {
    deployment.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default()
}

/// The condition of a type.
pub(super) fn condition<'a>(conditions: &'a [DeploymentCondition], type_: &str) -> Option<&'a DeploymentCondition> {
    conditions.iter().find(|condition| condition.type_ == type_)
}

/// Sets a condition, unless one of the same status and reason is there; its transition time moves only with its status
/// (`SetDeploymentCondition`).
pub(super) fn set_condition(
    status: &mut DeploymentStatus,
    type_: &str,
    is: &str,
    reason: &str,
    message: String,
    now: &Time,
) {
    let conditions = status.conditions.get_or_insert_default();
    let old = condition(conditions, type_);
    if old.is_some_and(|old| old.status == is && old.reason.as_deref() == Some(reason)) {
        return;
    }
    let since = old.filter(|old| old.status == is).and_then(|old| old.last_transition_time.clone());
    let new = DeploymentCondition {
        type_: type_.to_owned(),
        status: is.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message),
        last_update_time: Some(now.clone()),
        last_transition_time: since.or_else(|| Some(now.clone())),
    };
    conditions.retain(|condition| condition.type_ != type_);
    conditions.push(new);
}

fn remove_condition(status: &mut DeploymentStatus, type_: &str) {
    status.conditions.iter_mut().for_each(|conditions| conditions.retain(|condition| condition.type_ != type_));
}

/// Whether a status says that the rollout is done (`DeploymentComplete`).
pub(super) fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let counts = [status.updated_replicas, status.replicas, status.available_replicas];
    counts.iter().all(|count| count.unwrap_or(0) == wanted) && status.observed_generation >= deployment.metadata.generation
}

impl Look<'_, '_> {
    /// How long a rollout may stand still, in seconds; nothing if it may for ever (`HasProgressDeadline`).
    pub(super) fn deadline(&self) -> Option<i32> {
        let seconds = self.it.spec.as_ref().and_then(|spec| spec.progress_deadline_seconds);
        seconds.filter(|seconds| *seconds != i32::MAX)
    }

    /// Says that the rollout is paused, or no longer: a pause counts as no standstill (`checkPausedConditions`).
    pub(super) fn tell_of_pause(&mut self) -> Result<(), ApiError> {
        let reason = condition(conditions_of(&self.it), PROGRESSING).and_then(|it| it.reason.as_deref());
        let is_paused = self.it.spec.as_ref().is_some_and(|spec| spec.paused == Some(true));
        let knows = reason == Some("DeploymentPaused");
        if self.deadline().is_none() || reason == Some(TIMED_OUT) || is_paused == knows {
            return Ok(());
        }
        let (reason, message) = match is_paused {
            true => ("DeploymentPaused", "Deployment is paused"),
            false => ("DeploymentResumed", "Deployment is resumed"),
        };
        let now = self.desk.cluster.now_in_seconds();
        let status = self.it.status.get_or_insert_default();
        set_condition(status, PROGRESSING, "Unknown", reason, message.to_owned(), &now);
        self.desk.cluster.update_status(self.it.clone()).map(drop)
    }

    /// Counts, and writes the status if anything in it changed (`syncDeploymentStatus`).
    pub(super) fn write_status(&mut self, sets: &Sets) -> Result<(), ApiError> {
        let status = self.count(sets);
        if self.it.status.as_ref() == Some(&status) {
            return Ok(());
        }
        self.it.status = Some(status);
        self.desk.cluster.update_status(self.it.clone()).map(drop)
    }

    /// The same in a rollout: it is said too whether that gets on (`syncRolloutStatus`).
    pub(super) fn write_progress(&mut self, sets: &Sets) -> Result<(), ApiError> {
        let mut status = self.count(sets);
        let old = self.it.status.clone().unwrap_or_default();
        let before = condition(conditions_of(&self.it), PROGRESSING).cloned();
        let was_done = before.as_ref().is_some_and(|it| it.reason.as_deref() == Some(DONE));
        if self.deadline().is_none() {
            remove_condition(&mut status, PROGRESSING);
        } else if !(was_done && status.replicas == status.updated_replicas) {
            let what = match &sets.new {
                Some(new) => format!("ReplicaSet {:?}", new.name()),
                None => format!("Deployment {:?}", self.it.name()),
            };
            let now = self.desk.cluster.now_in_seconds();
            if is_complete(&self.it, &status) {
                let message = what + " has successfully progressed.";
                set_condition(&mut status, PROGRESSING, "True", DONE, message, &now);
            } else if has_progressed(&old, &status) {
                // The time of the last progress is news even where the reason is the same.
                let since = before.filter(|it| it.status == "True").and_then(|it| it.last_transition_time);
                remove_condition(&mut status, PROGRESSING);
                set_condition(&mut status, PROGRESSING, "True", "ReplicaSetUpdated", what + " is progressing.", &now);
                let new = status.conditions.iter_mut().flatten().last();
                if let (Some(new), Some(since)) = (new, since) {
                    new.last_transition_time = Some(since);
                }
            } else if self.has_timed_out(&status) {
                let message = what + " has timed out progressing.";
                set_condition(&mut status, PROGRESSING, "False", TIMED_OUT, message, &now);
            }
        }
        self.pass_on_failures(&mut status, sets);
        if status == old {
            self.look_again_when_timed_out(&status);
            return Ok(());
        }
        self.it.status = Some(status);
        self.desk.cluster.update_status(self.it.clone()).map(drop)
    }

    /// What a ReplicaSet says of pods that could not be created, the Deployment says too (`getReplicaFailures`).
    fn pass_on_failures(&self, status: &mut DeploymentStatus, sets: &Sets) {
        let mut conditions = sets.new.iter().chain(&sets.old).flat_map(|set| set.status.iter());
        let failure = conditions.find_map(|it| it.conditions.iter().flatten().find(|it| it.type_ == REPLICA_FAILURE));
        let Some(failure) = failure else { return remove_condition(status, REPLICA_FAILURE) };
        let now = failure.last_transition_time.clone().unwrap_or_else(|| self.desk.cluster.now_in_seconds());
        let (reason, message) = (failure.reason.clone().unwrap_or_default(), failure.message.clone().unwrap_or_default());
        set_condition(status, REPLICA_FAILURE, &failure.status, &reason, message, &now);
    }

    fn count(&self, sets: &Sets) -> DeploymentStatus {
        let sum = |of: fn(&ReplicaSetStatus) -> i32| sets.all().filter_map(|set| set.status.as_ref()).map(of).sum::<i32>();
        let available = sum(|status| status.available_replicas.unwrap_or(0));
        let old = self.it.status.clone().unwrap_or_default();
        let updated = sets.new.as_ref().and_then(|set| set.status.as_ref()).map_or(0, |status| status.replicas);
        let mut status = DeploymentStatus {
            available_replicas: unless_zero(available),
            collision_count: old.collision_count,
            conditions: old.conditions,
            observed_generation: self.it.metadata.generation,
            ready_replicas: unless_zero(sum(|status| status.ready_replicas.unwrap_or(0))),
            replicas: unless_zero(sum(|status| status.replicas)),
            terminating_replicas: terminating(sets),
            unavailable_replicas: unless_zero((sets.total() - available).max(0)),
            updated_replicas: unless_zero(updated),
        };
        let (is, reason, message) = if available >= self.replicas() - self.fence().1 {
            ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        let now = self.desk.cluster.now_in_seconds();
        set_condition(&mut status, AVAILABLE, is, reason, message.to_owned(), &now);
        status
    }

    /// Whether the last progress is longer ago than `progressDeadlineSeconds` (`DeploymentTimedOut`).
    fn has_timed_out(&self, status: &DeploymentStatus) -> bool {
        let progress = condition(status.conditions.as_deref().unwrap_or_default(), PROGRESSING);
        let Some(progress) = progress.filter(|it| it.reason.as_deref() != Some(DONE)) else { return false };
        progress.reason.as_deref() == Some(TIMED_OUT) || self.patience(progress).is_some_and(|left| left.is_negative())
    }

    /// How much longer a rollout may stand still.
    fn patience(&self, progress: &DeploymentCondition) -> Option<SignedDuration> {
        let passed = self.desk.cluster.now().duration_since(progress.last_update_time.as_ref()?.0);
        SignedDuration::from_secs(self.deadline()?.into()).checked_sub(passed)
    }

    /// A rollout that stands still wakes nobody: when its patience ends has to be waited for (`requeueStuckDeployment`).
    fn look_again_when_timed_out(&mut self, status: &DeploymentStatus) {
        let progress = condition(conditions_of(&self.it), PROGRESSING);
        let progress = progress.filter(|it| it.reason.as_deref() != Some(TIMED_OUT) && !is_complete(&self.it, status));
        if let Some(left) = progress.and_then(|progress| self.patience(progress)) {
            let left = Duration::try_from(left).unwrap_or_default();
            self.desk.later(left + SKEW, Work::SyncLater(self.it.key()));
        }
    }
}

/// How many pods are on their way out; nothing where a ReplicaSet does not say
/// (`GetTerminatingReplicaCountForReplicaSets`).
fn terminating(sets: &Sets) -> Option<i32> {
    let of = |set: &Rc<ReplicaSet>| {
        let status = set.status.as_ref();
        match status.and_then(|status| status.terminating_replicas) {
            None if status.is_none_or(|status| status.observed_generation.is_none()) => Some(0),
            terminating => terminating,
        }
    };
    sets.all().map(of).sum()
}

/// Whether there are more new, fewer old, more ready or more available pods than before (`DeploymentProgressing`).
fn has_progressed(old: &DeploymentStatus, new: &DeploymentStatus) -> bool {
    let updated = |status: &DeploymentStatus| status.updated_replicas.unwrap_or(0);
    let outdated = |status: &DeploymentStatus| status.replicas.unwrap_or(0) - updated(status);
    updated(new) > updated(old)
        || outdated(new) < outdated(old)
        || new.ready_replicas.unwrap_or(0) > old.ready_replicas.unwrap_or(0)
        || new.available_replicas.unwrap_or(0) > old.available_replicas.unwrap_or(0)
}
