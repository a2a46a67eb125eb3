//! Waits that double (`client-go/util/flowcontrol/backoff.go`): for images that do not come, for containers that end.

use std::time::Duration;

use crate::sim::SimTime;

/// The first wait (`pkg/kubelet/kubelet.go` `initialNodeStatusUpdateFrequency` and its like: `backOffPeriod`).
const FIRST: Duration = Duration::from_secs(10);
/// The longest (`MaxCrashLoopBackOff`, `MaxImageBackOff`).
const LONGEST: Duration = Duration::from_secs(300);

/// What is remembered of one container's failures.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BackOff {
    wait: Duration,
    grown_at: SimTime,
}

impl BackOff {
    /// The present wait; none before the first failure.
    pub(super) const fn wait(self) -> Duration {
        self.wait
    }

    /// Makes the wait longer because of something that happened at `event`; the first one again if that was long after the last
    /// time (`Next`).
    pub(super) fn grow(&mut self, event: SimTime, now: SimTime) {
        self.wait = if self.wait.is_zero() || self.is_forgiven(event) { FIRST } else { (self.wait * 2).min(LONGEST) };
        self.grown_at = now;
    }

    /// Whether what ended at `ended` still has to wait at `now` (`IsInBackOffSince`).
    pub(super) fn holds(self, ended: SimTime, now: SimTime) -> bool {
        !self.is_forgiven(ended) && now < ended + self.wait
    }

    /// Whoever held out for twice the longest wait begins anew (`hasExpired`).
    fn is_forgiven(self, event: SimTime) -> bool {
        event - self.grown_at > LONGEST * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits, in seconds, after containers that end, each having run for so many seconds.
    fn waits(runs: &[u64]) -> Vec<u64> {
        let mut back_off = BackOff::default();
        let mut now = SimTime::ZERO;
        let mut waits = vec![];
        for run in runs {
            now = now + Duration::from_secs(*run);
            let ended = now;
            while back_off.holds(ended, now) {
                now = now + Duration::from_secs(1);
            }
            waits.push((now - ended).as_secs());
            back_off.grow(ended, now);
        }
        waits
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        assert_eq!(waits(&[1; 9]), [0, 10, 20, 40, 80, 160, 300, 300, 300]);
    }

    #[test]
    fn ten_minutes_of_running_are_forgiven() {
        assert_eq!(waits(&[1, 1, 1, 600, 1, 601, 1, 1]), [0, 10, 20, 40, 80, 0, 10, 20]);
    }
}
