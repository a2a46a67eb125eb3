//! Every pod of a Job is counted once: its uid is written down, its finalizer taken off, then the count grows
//! (`trackJobStatusAndRemoveFinalizers`).

use std::rc::Rc;

use super::super::owner::{self, count, unless_zero};
use super::{BackOffs, Look, Outcome, indexes, is_tracked, spec, untrack};
use crate::api::{ApiError, Job, JobCondition, JobStatus, Pod, Resource, Time};
use crate::cluster::Reason;

/// How many pods are written down at a time (`MaxUncountedPods`).
const MOST_UNCOUNTED: usize = 500;

/// What decides that a Job ends.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// The condition that says so.
    condition: &'static str,
    reason: String,
    message: String,
}

impl Verdict {
    /// All pods there are to be have succeeded.
    pub(super) fn completed() -> Verdict {
        Verdict::new("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods")
    }

    /// It cannot succeed any more.
    pub(super) fn failed(reason: &str, message: &str) -> Verdict {
        Verdict::new("FailureTarget", reason, message)
    }

    /// What was said before holds.
    pub(super) fn again(condition: &'static str, said: &JobCondition) -> Verdict {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Verdict { condition, reason: text(&said.reason), message: text(&said.message) }
    }

    fn new(condition: &'static str, reason: &str, message: &str) -> Verdict {
        Verdict { condition, reason: reason.to_owned(), message: message.to_owned() }
    }
}

/// Sets a condition, unless it says the same already or would be the first to say no; says whether that is news
/// (`ensureJobConditionStatus`).
pub(super) fn ensure(status: &mut JobStatus, type_: &str, is: &str, (reason, message): (&str, &str), now: &Time) -> bool {
    let new = JobCondition {
        type_: type_.to_owned(),
        status: is.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_probe_time: Some(now.clone()),
        last_transition_time: Some(now.clone()),
    };
    match status.conditions.iter_mut().flatten().find(|it| it.type_ == type_) {
        Some(old) => {
            let is_news = (&old.status, &old.reason, &old.message) != (&new.status, &new.reason, &new.message);
            if is_news {
                *old = new;
            }
            is_news
        }
        None if is == "False" => false,
        None => {
            status.conditions.get_or_insert_default().push(new);
            true
        }
    }
}

impl Look<'_, '_> {
    /// Counts the pods that have ended, writes the status if there is news, and ends the Job if that is due.
    ///
    /// # Errors
    /// Where the status could not be written.
    pub(super) fn tally(&mut self, mut is_news: bool, back_offs: &mut BackOffs) -> Result<(), ApiError> {
        let tracked: Vec<Rc<Pod>> = self.pods.iter().filter(|pod| is_tracked(pod)).cloned().collect();
        is_news |= self.count_released(&tracked);
        let (released, more) = self.write_down(&tracked);
        is_news |= more;
        let now = self.desk.cluster.now_in_seconds();
        if let Some(verdict) = self.verdict.clone().filter(|verdict| verdict.condition != "Failed") {
            // What is going to be said at the end is said before any pod may go.
            is_news |= ensure(self.status(), verdict.condition, "True", (&verdict.reason, &verdict.message), &now);
            let end = if verdict.condition == "FailureTarget" { "Failed" } else { "Complete" };
            self.verdict = Some(Verdict { condition: end, ..verdict });
        }
        if is_news {
            self.flush()?;
            back_offs.insert(self.job.key(), self.back_off.clone());
        }
        for pod in &released {
            untrack(self.desk, &pod.key());
        }
        let left: Vec<Rc<Pod>> = tracked.into_iter().filter(|pod| released.iter().all(|it| it.uid() != pod.uid())).collect();
        is_news = self.count_released(&left);
        let end = self.end(&now);
        if is_news || end.is_some() {
            self.flush()?;
        }
        if let Some(verdict) = end {
            self.tell_of_end(&verdict);
        }
        Ok(())
    }

    /// Writes down the pods that have ended; gives those whose finalizer may go, and whether there is news.
    fn write_down(&mut self, tracked: &[Rc<Pod>]) -> (Vec<Rc<Pod>>, bool) {
        let ends_in_failure = self.verdict.as_ref().is_some_and(|verdict| verdict.condition != "SuccessCriteriaMet");
        let may_all_go = self.verdict.is_some() || self.job.is_terminating();
        let indexed = self.indexed();
        let (mut released, mut is_news) = (vec![], false);
        for pod in tracked {
            let outcome = self.outcome(pod);
            if outcome.is_none() && !may_all_go {
                continue;
            }
            released.push(Rc::clone(pod));
            let index = indexes::of(pod).filter(|index| indexed.is_some_and(|end| *index < end));
            let uncounted = self.status().uncounted_terminated_pods.get_or_insert_default();
            let succeeded = uncounted.succeeded.get_or_insert_default();
            let failed = uncounted.failed.get_or_insert_default();
            let uid = pod.uid().to_owned();
            if failed.contains(&uid) || succeeded.contains(&uid) {
                continue;
            }
            match outcome {
                // An index is counted once by itself.
                Some(Outcome::Succeeded) if indexed.is_some() => is_news = true,
                Some(Outcome::Succeeded) => {
                    succeeded.push(uid);
                    is_news = true;
                }
                _ if (outcome.is_some() || ends_in_failure) && (indexed.is_none() || index.is_some()) => {
                    failed.push(uid);
                    is_news = true;
                }
                _ => {}
            }
            if succeeded.len() + failed.len() >= MOST_UNCOUNTED {
                break;
            }
        }
        if indexed.is_some() {
            let all = &self.indexes.1;
            let (number, text) = (unless_zero(count(all.0.len())), Some(all.text()).filter(|text| !text.is_empty()));
            let status = self.status();
            is_news |= status.completed_indexes != text;
            (status.succeeded, status.completed_indexes) = (number, text);
        }
        (released, is_news)
    }

    /// Counts the pods that are written down and no longer held; says whether there were any
    /// (`cleanUncountedPodsWithoutFinalizers`).
    fn count_released(&mut self, held: &[Rc<Pod>]) -> bool {
        let is_held = |uid: &String| held.iter().any(|pod| pod.uid() == uid);
        let status = self.status();
        let uncounted = status.uncounted_terminated_pods.get_or_insert_default();
        let mut is_news = false;
        for (list, total) in [(&mut uncounted.succeeded, &mut status.succeeded), (&mut uncounted.failed, &mut status.failed)]
        {
            let before = list.iter().flatten().count();
            list.iter_mut().for_each(|list| list.retain(is_held));
            let gone = before - list.iter().flatten().count();
            *total = unless_zero(total.unwrap_or(0) + count(gone));
            list.take_if(|list| list.is_empty());
            is_news |= gone > 0;
        }
        is_news
    }

    /// Ends the Job, once all its pods are counted and gone (`enactJobFinished`).
    fn end(&mut self, now: &Time) -> Option<Verdict> {
        let verdict = self.verdict.clone()?;
        let is_terminating = self.terminating > 0;
        let status = self.status();
        let uncounted = status.uncounted_terminated_pods.get_or_insert_default();
        if uncounted.succeeded.is_some() || uncounted.failed.is_some() || is_terminating {
            return None;
        }
        ensure(status, verdict.condition, "True", (&verdict.reason, &verdict.message), now);
        if verdict.condition == "Complete" {
            status.completion_time = Some(now.clone());
        }
        Some(verdict)
    }

    fn tell_of_end(&mut self, verdict: &Verdict) {
        if verdict.condition == "Failed" {
            let reason = match verdict.reason.as_str() {
                "DeadlineExceeded" => "DeadlineExceeded",
                _ => "BackoffLimitExceeded",
            };
            return owner::tell(self.desk, &self.this, Reason::Warning(reason), &verdict.message);
        }
        let succeeded = self.status().succeeded.unwrap_or(0);
        if spec(&self.job).completions.is_some_and(|completions| succeeded > completions) {
            let message = "Too many succeeded pods running after completion count reached";
            owner::tell(self.desk, &self.this, Reason::Warning("TooManySucceededPods"), message);
        }
        owner::tell(self.desk, &self.this, Reason::Normal("Completed"), "Job completed");
    }

    fn flush(&mut self) -> Result<(), ApiError> {
        let mut job: Job = self.job.clone();
        job.metadata.resource_version = None;
        self.desk.cluster.update_status(job).map(drop)
    }
}
