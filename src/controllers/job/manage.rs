//! How many pods of a Job run (`manageJob`).

use std::rc::Rc;

use super::super::Work;
use super::super::owner::{self, Expectations, count, in_batches};
use super::super::ranking::{self, Ages};
use super::{BATCH, Look, TRACKING, indexes, spec, untrack};
use crate::api::{ApiError, Key, Pod, Resource};

/// How many pods one look creates or deletes, at most (`MaxPodCreateDeletePerSync`).
const BURST: usize = 500;

impl Look<'_, '_> {
    /// Deletes pods that are too many, or creates those that are missing once the Job has waited after failures. Gives how many
    /// are active then, and what went wrong.
    pub(super) fn manage(&mut self, expectations: &mut Expectations) -> (i32, Result<(), ApiError>) {
        let spec = spec(&self.job);
        let active = count(self.active.len());
        let parallelism = spec.parallelism.unwrap_or(1);
        let wanted = match spec.completions {
            _ if self.is_suspended() => 0,
            // As soon as one has succeeded the others are left to themselves.
            None if self.succeeded > 0 => active,
            None => parallelism,
            Some(completions) => (completions - self.succeeded).clamp(0, parallelism),
        };
        let excess = usize::try_from(active - wanted).unwrap_or(0);
        let going = self.superfluous(excess);
        if !going.is_empty() {
            return (active - self.delete(&going, expectations), Ok(()));
        }
        let replaces_failed_only = spec.pod_replacement_policy.as_deref() == Some("Failed");
        let missing = wanted - active - if replaces_failed_only { self.terminating } else { 0 };
        let Some(missing) = usize::try_from(missing).ok().filter(|missing| *missing > 0) else { return (active, Ok(())) };
        let wait = self.back_off.left(self.desk.cluster.now());
        if !wait.is_zero() {
            self.desk.later(wait.max(BATCH), Work::SyncLater(self.job.key()));
            // Upstream says so too, whatever runs.
            return (0, Ok(()));
        }
        let (created, result) = self.create(missing.min(BURST), expectations);
        (active + count(created), result)
    }

    /// The pods that are too many: beside `excess` of them those that have no index of their own (`activePodsForRemoval`).
    fn superfluous(&self, excess: usize) -> Vec<Rc<Pod>> {
        let mut ranked = self.active.clone();
        ranking::sort(&mut ranked, &|_| 0, Ages::Exact, self.desk.cluster.now());
        let Some(end) = self.indexed() else {
            ranked.truncate(excess.min(BURST));
            return ranked;
        };
        let mut kept: Vec<Rc<Pod>> = vec![];
        let mut going: Vec<Rc<Pod>> = vec![];
        // Of pods with the same index that stays which would go last.
        for pod in ranked.into_iter().rev() {
            let index = indexes::of(&pod).filter(|index| *index < end);
            let is_double = kept.iter().any(|other| indexes::of(other) == index);
            if index.is_none() || is_double { going.push(pod) } else { kept.push(pod) }
        }
        let more = excess.saturating_sub(going.len());
        going.extend(kept.into_iter().rev().take(more));
        going.truncate(BURST);
        going
    }

    /// Deletes pods that shall not be counted; says how many.
    fn delete(&mut self, going: &[Rc<Pod>], expectations: &mut Expectations) -> i32 {
        let keys: Vec<Key> = going.iter().map(|pod| pod.key()).collect();
        expectations.expect(&self.job.key(), 0, keys.iter().cloned().collect(), self.desk.now);
        for key in &keys {
            untrack(self.desk, key);
            if !owner::delete_pod(self.desk, &self.this, key) {
                expectations.see_off(&self.job.key(), key);
            }
        }
        self.terminating += count(going.len());
        self.ready -= count(going.iter().filter(|pod| pod.is_ready()).count());
        count(going.len())
    }

    fn create(&mut self, missing: usize, expectations: &mut Expectations) -> (usize, Result<(), ApiError>) {
        let indexes = self.pending_indexes(missing);
        let missing = if self.indexed().is_some() { indexes.len() } else { missing };
        let key = self.job.key();
        let spec = spec(&self.job);
        expectations.expect(&key, missing, Default::default(), self.desk.now);
        let pod = |this, place: usize| {
            let mut template = spec.template.clone();
            if let Some(&index) = indexes.get(place) {
                indexes::give(&mut template, index, &key.name);
            }
            let mut pod = owner::pod_of(&template, this);
            if let Some(index) = indexes.get(place) {
                pod.metadata.generate_name = Some(format!("{}-{index}-", key.name));
            }
            pod.metadata.finalizers.get_or_insert_default().push(TRACKING.to_owned());
            pod
        };
        let (desk, this) = (&mut *self.desk, &self.this);
        let (created, result) = in_batches(missing, &mut |place| owner::create_pod(desk, this, pod(this, place)));
        expectations.give_up(&key, missing - created);
        (created, result)
    }
}
