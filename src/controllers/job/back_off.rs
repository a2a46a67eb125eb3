//! How long a Job waits before it tries again (`backoff_utils.go`).

use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::super::pods::condition;
use crate::api::sorted::SortedMap;
use crate::api::{Head, Key, Pod};

/// The first and the longest wait (`DefaultJobPodFailureBackOff`, `MaxJobPodFailureBackOff`).
const WAIT: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(600));

/// The waits of Jobs.
pub(in crate::controllers) type BackOffs = SortedMap<Key, BackOff>;

/// The failures of a Job since a pod last succeeded.
#[derive(Clone, Debug, Default)]
pub(in crate::controllers) struct BackOff {
    failures: u32,
    last: Option<Timestamp>,
}

impl BackOff {
    /// The same after pods have succeeded and failed.
    pub(super) fn after(mut self, succeeded: &[Rc<Pod>], failed: &[Rc<Pod>]) -> BackOff {
        let success = succeeded.iter().map(|pod| finished_at(pod)).max();
        if success.is_some() {
            self = BackOff::default();
        }
        for end in failed.iter().map(|pod| finished_at(pod)).filter(|end| success.is_none_or(|success| *end > success)) {
            self.failures += 1;
            self.last = self.last.max(Some(end));
        }
        self
    }

    /// How much longer the Job waits.
    pub(super) fn left(&self, now: Timestamp) -> Duration {
        let Some(last) = self.last.filter(|_| self.failures > 0) else { return Duration::ZERO };
        let wait = (WAIT.0 * 2_u32.saturating_pow((self.failures - 1).min(20))).min(WAIT.1);
        let passed = Duration::try_from(now.duration_since(last)).unwrap_or_default();
        wait.saturating_sub(passed)
    }
}

/// When a pod ended (`getFinishedTime`).
fn finished_at(pod: &Pod) -> Timestamp {
    let ends = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    let ends: Vec<Option<Timestamp>> =
        ends.map(|it| it.state.as_ref()?.terminated.as_ref()?.finished_at.as_ref().map(|end| end.0)).collect();
    if let Some(end) = ends.iter().max().copied().flatten().filter(|_| ends.iter().all(Option::is_some)) {
        return end;
    }
    let unready = condition(pod, "Ready").filter(|ready| ready.status == "False");
    if let Some(since) = unready.and_then(|ready| ready.since) {
        return since;
    }
    let grace = SignedDuration::from_secs(pod.metadata.grace().unwrap_or(0));
    let deletion = pod.metadata.deletion().and_then(|end| end.0.checked_sub(grace).ok());
    let created = pod.metadata.created_at().map(|created| created.0);
    deletion.or(created).unwrap_or(Timestamp::UNIX_EPOCH)
}
