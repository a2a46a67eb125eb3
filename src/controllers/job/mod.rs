//! The Job controller: pods that run to their end, so many of them, tried again when they fail
//! (`pkg/controller/job/job_controller.go`), and Jobs that go when they are done (`pkg/controller/ttlafterfinished`).
//!
//! Left out are `podFailurePolicy`, `successPolicy` and `backoffLimitPerIndex`: they are kept and have no effect.

mod back_off;
mod indexes;
mod manage;
mod tally;

pub(super) use back_off::BackOffs;

use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;

use super::owner::{self, Expectations, count, selects, unless_zero};
use super::pods::{is_terminal, phase};
use super::{Desk, Work};
use crate::api::selector::Selector;
use crate::api::{ApiError, Head, Job, JobSpec, JobStatus, Key, Kind, Object, Pod, Resource};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Propagation, Reason};
use back_off::BackOff;
use indexes::Indexes;
use tally::Verdict;

/// From a change of a Job to the look it wakes.
const NOTICE: Duration = Duration::from_millis(4);
/// From a change of a pod or of a Job's status to the look it wakes (`SyncJobBatchPeriod`).
pub(super) const BATCH: Duration = Duration::from_secs(1);
/// The finalizer that holds a pod until its Job has counted it (`JobTrackingFinalizer`).
const TRACKING: &str = "batch.kubernetes.io/job-tracking";

/// A Job wakes itself; a pod that no Job will count any more is let go.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    match &change.object {
        Object::Job(job) => {
            let before = change.of::<Job>().and_then(|(before, _)| before);
            let is_status = before.is_some_and(|before| before.metadata.generation == job.metadata.generation);
            let by_status = change.kind == ChangeKind::Modified && is_status && !is_finished(job);
            desk.later(if by_status { BATCH } else { NOTICE }, Work::Sync(job.key()));
        }
        Object::Pod(pod) if change.kind != ChangeKind::Deleted && is_tracked(pod) && !will_be_counted(desk, pod) => {
            desk.later(NOTICE, Work::Sync(pod.key()));
        }
        _ => {}
    }
}

/// Whether a pod waits to be counted.
fn is_tracked(pod: &Pod) -> bool {
    pod.metadata.finalizers().iter().any(|finalizer| finalizer == TRACKING)
}

/// Whether there is a Job that will count a pod, or another owner to whom that is left.
fn will_be_counted(desk: &Desk<'_>, pod: &Pod) -> bool {
    let Some(owner) = pod.metadata.controller() else { return false };
    if owner.kind != Kind::Job.name() {
        return true;
    }
    let job = desk.cluster.store().get::<Job>(pod.namespace(), &owner.name).filter(|job| job.uid() == owner.uid);
    job.is_some_and(|job| !is_finished(job))
}

/// Lets a pod go that no Job will count (`syncOrphanPod`).
pub(super) fn release(desk: &mut Desk<'_>, key: &Key) {
    let pod = desk.cluster.store().at::<Pod>(key).cloned();
    if let Some(pod) = pod.filter(|pod| is_tracked(pod) && !will_be_counted(desk, pod)) {
        untrack(desk, &pod.key());
    }
}

/// Takes the finalizer off a pod.
fn untrack(desk: &mut Desk<'_>, key: &Key) {
    let Some(mut pod) = desk.cluster.store().at::<Pod>(key).cloned() else { return };
    let finalizers = &mut Rc::make_mut(&mut pod).metadata.finalizers;
    finalizers.iter_mut().for_each(|all| all.retain(|finalizer| finalizer != TRACKING));
    finalizers.take_if(|all| all.is_empty());
    // A pod that changed meanwhile is looked at again.
    let _ = desk.cluster.update(pod);
}

fn spec(job: &Job) -> JobSpec {
    job.spec.clone().unwrap_or_default()
}

fn has(status: &JobStatus, condition: &str) -> bool {
    status.conditions.iter().flatten().any(|it| it.type_ == condition && it.status == "True")
}

fn is_finished(job: &Job) -> bool {
    job.status.as_ref().is_some_and(|status| has(status, "Complete") || has(status, "Failed"))
}

/// One look at one Job (`syncJob`).
///
/// # Errors
/// Where a pod or the status could not be written.
pub(super) fn sync(
    desk: &mut Desk<'_>,
    key: &Key,
    expectations: &mut Expectations,
    back_offs: &mut BackOffs,
) -> Result<(), ApiError> {
    let Some(job) = desk.cluster.store().at::<Job>(key).cloned() else {
        back_offs.remove(key);
        return Ok(());
    };
    if job.spec.as_ref().and_then(|spec| spec.managed_by.as_deref()).is_some_and(|it| it != "kubernetes.io/job-controller") {
        return Ok(());
    }
    if is_finished(&job) {
        back_offs.remove(key);
        return finished(desk, &job);
    }
    let may_manage = expectations.are_met(key, desk.now);
    let this = Object::from(Rc::clone(&job));
    let pods = claim(desk, &job, &this);
    let mut look = Look::new(desk, (*job).clone(), this, pods);
    let (succeeded, failed) = (look.newly(Outcome::Succeeded), look.newly(Outcome::Failed));
    look.back_off = back_offs.get(key).cloned().unwrap_or_default().after(&succeeded, &failed);
    look.succeeded += count(succeeded.len());
    look.failed += count(failed.len());
    look.run(may_manage, expectations, back_offs)
}

/// The pods of a Job; one that is adopted waits to be counted from now on.
fn claim(desk: &mut Desk<'_>, job: &Job, this: &Object) -> Vec<Rc<Pod>> {
    let selector = job.spec.as_ref().and_then(|spec| spec.selector.as_ref());
    let Some(selector) = selector.and_then(|selector| Selector::from_label_selector(selector).ok()) else { return vec![] };
    let mut candidates = owner::candidates(desk, this);
    for object in &mut candidates {
        let is_orphan = object.head().controller().is_none();
        if is_orphan && selects(&selector, object) && Pod::of(object).is_some_and(|pod| !is_tracked(pod)) {
            object.meta_mut().finalizers.get_or_insert_default().push(TRACKING.to_owned());
        }
    }
    owner::pods(&owner::claim(desk, this, candidates, &|object| selects(&selector, object)))
}

/// A Job that is done lets its pods go, and goes itself after `ttlSecondsAfterFinished`.
fn finished(desk: &mut Desk<'_>, job: &Rc<Job>) -> Result<(), ApiError> {
    let pods: Vec<Key> = desk.cluster.store().dependents_of::<Pod>(job.uid()).map(|pod| pod.key()).collect();
    pods.iter().for_each(|pod| release(desk, pod));
    let conditions = job.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let mut ends = conditions.filter(|it| matches!(it.type_.as_str(), "Complete" | "Failed") && it.status == "True");
    let end = ends.next().and_then(|it| it.last_transition_time.as_ref());
    let seconds = job.spec.as_ref().and_then(|spec| spec.ttl_seconds_after_finished);
    let (Some(end), Some(seconds)) = (end, seconds.filter(|_| !job.is_terminating())) else { return Ok(()) };
    let left = SignedDuration::from_secs(seconds.into()).saturating_sub(desk.cluster.now().duration_since(end.0));
    if left > SignedDuration::ZERO {
        desk.later(Duration::try_from(left).unwrap_or_default(), Work::SyncLater(job.key()));
        return Ok(());
    }
    let options = DeleteOptions { propagation: Propagation::Foreground, ..DeleteOptions::default() };
    desk.cluster.delete(&job.key(), &options).map(drop)
}

/// How a pod of a Job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Succeeded,
    Failed,
}

/// A look at a Job.
struct Look<'a, 'd> {
    desk: &'a mut Desk<'d>,
    /// The Job as it was read, with what this look has changed about its status.
    job: Job,
    this: Object,
    pods: Vec<Rc<Pod>>,
    active: Vec<Rc<Pod>>,
    ready: i32,
    terminating: i32,
    /// How many have succeeded, those not counted yet included.
    succeeded: i32,
    failed: i32,
    back_off: BackOff,
    /// The indexes that have succeeded: those counted, and all.
    indexes: (Indexes, Indexes),
    /// What decides that the Job ends.
    verdict: Option<Verdict>,
}

impl<'a, 'd> Look<'a, 'd> {
    fn new(desk: &'a mut Desk<'d>, mut job: Job, this: Object, pods: Vec<Rc<Pod>>) -> Look<'a, 'd> {
        let status = job.status.get_or_insert_default();
        let uncounted = status.uncounted_terminated_pods.get_or_insert_default();
        let listed = |list: &Option<Vec<String>>| count(list.iter().flatten().count());
        let succeeded = status.succeeded.unwrap_or(0) + listed(&uncounted.succeeded);
        let failed = status.failed.unwrap_or(0) + listed(&uncounted.failed);
        let active: Vec<Rc<Pod>> = pods.iter().filter(|pod| owner::is_active(pod)).cloned().collect();
        let ready = count(active.iter().filter(|pod| pod.is_ready()).count());
        let terminating = count(pods.iter().filter(|pod| pod.is_terminating() && !is_terminal(pod)).count());
        Look {
            desk,
            job,
            this,
            active,
            ready,
            terminating,
            succeeded,
            failed,
            back_off: BackOff::default(),
            indexes: Default::default(),
            verdict: None,
            pods,
        }
    }

    fn status(&mut self) -> &mut JobStatus {
        self.job.status.get_or_insert_default()
    }

    fn is_suspended(&self) -> bool {
        self.job.spec.as_ref().and_then(|spec| spec.suspend) == Some(true)
    }

    /// The number of indexes of a Job that has some (`completionMode: Indexed`).
    fn indexed(&self) -> Option<i32> {
        let spec = self.job.spec.as_ref()?;
        if spec.completion_mode.as_deref() == Some("Indexed") { spec.completions } else { None }
    }

    /// How a pod ended, if it did; one that is on its way out has failed, unless only those that have are replaced
    /// (`isPodFailed`).
    fn outcome(&self, pod: &Pod) -> Option<Outcome> {
        let policy = self.job.spec.as_ref().and_then(|spec| spec.pod_replacement_policy.as_deref());
        match phase(pod) {
            "Succeeded" => Some(Outcome::Succeeded),
            "Failed" => Some(Outcome::Failed),
            _ if pod.is_terminating() && policy != Some("Failed") => Some(Outcome::Failed),
            _ => None,
        }
    }

    /// The pods that have ended so and were not written down yet (`getNewFinishedPods`).
    fn newly(&self, outcome: Outcome) -> Vec<Rc<Pod>> {
        let uncounted = self.job.status.as_ref().and_then(|status| status.uncounted_terminated_pods.as_ref());
        let listed = uncounted.and_then(|uncounted| match outcome {
            Outcome::Succeeded => uncounted.succeeded.as_deref(),
            Outcome::Failed => uncounted.failed.as_deref(),
        });
        let is_new = |pod: &&Rc<Pod>| {
            let is_listed = listed.is_some_and(|listed| listed.iter().any(|uid| uid == pod.uid()));
            let has_place = self.indexed().is_none_or(|indexes| indexes::of(pod).is_some_and(|index| index < indexes));
            is_tracked(pod) && !is_listed && has_place && self.outcome(pod) == Some(outcome)
        };
        self.pods.iter().filter(is_new).cloned().collect()
    }

    fn run(&mut self, may_manage: bool, expectations: &mut Expectations, back_offs: &mut BackOffs) -> Result<(), ApiError> {
        let now = self.desk.cluster.now_in_seconds();
        if !self.is_suspended() {
            self.status().start_time.get_or_insert(now);
        }
        self.verdict = self.judge();
        self.count_indexes();
        let mut active = count(self.active.len());
        let (mut managed, mut is_news) = (Ok(()), false);
        if self.verdict.is_some() {
            self.terminating += active;
            self.ready = 0;
            active = 0;
            for pod in self.active.clone() {
                owner::delete_pod(self.desk, &self.this, &pod.key());
            }
            // The end cannot be declared while pods may be on their way that nobody has seen.
            self.verdict.take_if(|_| !may_manage);
        } else {
            let manages = may_manage && !self.job.is_terminating();
            if manages {
                (active, managed) = self.manage(expectations);
            }
            let enough = match spec(&self.job).completions {
                None => self.succeeded > 0,
                Some(completions) => self.succeeded >= completions,
            };
            if enough && active == 0 {
                self.verdict = Some(Verdict::completed());
            } else if manages {
                is_news = self.tell_of_suspension();
            }
        }
        let (ready, terminating) = (Some(self.ready), Some(self.terminating));
        let status = self.status();
        is_news |= (status.active.unwrap_or(0), status.ready, status.terminating) != (active, ready, terminating);
        (status.active, status.ready, status.terminating) = (unless_zero(active), ready, terminating);
        self.tally(is_news, back_offs)?;
        managed
    }

    /// What the pods and the time say about the end of the Job.
    fn judge(&mut self) -> Option<Verdict> {
        let spec = spec(&self.job);
        let status = self.status();
        let said = |type_: &str| status.conditions.iter().flatten().find(|it| it.type_ == type_ && it.status == "True");
        if let Some(met) = said("SuccessCriteriaMet") {
            return Some(Verdict::again("SuccessCriteriaMet", met));
        }
        if let Some(target) = said("FailureTarget") {
            return Some(Verdict::again("Failed", target));
        }
        let limit = spec.backoff_limit.unwrap_or(6);
        if self.failed > limit || self.restarts().is_some_and(|restarts| restarts >= limit.max(1)) {
            return Some(Verdict::failed("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        let seconds = spec.active_deadline_seconds.filter(|_| !self.is_suspended())?;
        let since = self.job.status.as_ref()?.start_time.as_ref()?.0;
        let left = SignedDuration::from_secs(seconds).saturating_sub(self.desk.cluster.now().duration_since(since));
        if left <= SignedDuration::ZERO {
            return Some(Verdict::failed("DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        self.desk.later(Duration::try_from(left).unwrap_or_default(), Work::SyncLater(self.job.key()));
        None
    }

    /// How often the containers of pods that restart them have started again (`pastBackoffLimitOnFailure`).
    fn restarts(&self) -> Option<i32> {
        let template = self.job.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
        template.filter(|template| template.restart_policy.as_deref() == Some("OnFailure"))?;
        let alive = self.pods.iter().filter(|pod| matches!(phase(pod), "Running" | "Pending"));
        let statuses = alive.filter_map(|pod| pod.status.as_ref());
        let all = statuses.flat_map(|it| it.init_container_statuses.iter().chain(&it.container_statuses)).flatten();
        Some(all.map(|it| it.restart_count).sum())
    }

    /// Says that the Job is suspended, or no longer; says whether that is news.
    fn tell_of_suspension(&mut self) -> bool {
        let (is, reason, message, event) = match self.is_suspended() {
            true => ("True", "JobSuspended", "Job suspended", "Suspended"),
            false => ("False", "JobResumed", "Job resumed", "Resumed"),
        };
        let now = self.desk.cluster.now_in_seconds();
        let is_news = tally::ensure(self.status(), "Suspended", is, (reason, message), &now);
        if is_news {
            owner::tell(self.desk, &self.this, Reason::Normal(event), message);
            // Its time begins anew when it goes on.
            let start = (!self.is_suspended()).then_some(now);
            self.status().start_time = start;
        }
        is_news
    }
}
