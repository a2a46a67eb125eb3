//! What the page does about work without end: no frame takes long, and somebody says what is going on.

use super::{Banner, STEPS_PER_FRAME, State};
use crate::timeline::Moment;
use crate::ui::words::fill;

/// A frame that comes so many milliseconds after the last one was kept waiting by the work of that.
const LATE: f64 = 50.0;
/// However slow a machine is, that much is done.
const FEWEST_STEPS: usize = 8;
/// For how many milliseconds the clock may be behind before somebody says so.
const PATIENCE: f64 = 3000.0;
/// Who has not been behind for so long is behind anew.
const PAUSE: f64 = 1000.0;

/// How the clock keeps up with what is due.
#[derive(Debug)]
pub(super) struct Watchdog {
    /// How many things may happen in a frame.
    pub(super) steps: usize,
    /// Since when the clock is behind, and when it was so last, in milliseconds.
    behind: (f64, f64),
    /// Whether that was said, since the clock was set.
    told: bool,
}

impl Default for Watchdog {
    fn default() -> Watchdog {
        Watchdog { steps: STEPS_PER_FRAME, behind: (0.0, f64::MIN), told: false }
    }
}

impl Watchdog {
    /// Fewer things happen in the next frame where this one took long, and more where it did not.
    fn pace(&mut self, passed: f64) {
        let steps = if passed > LATE { self.steps / 2 } else { self.steps + self.steps / 8 + 1 };
        self.steps = steps.clamp(FEWEST_STEPS, STEPS_PER_FRAME);
    }
}

impl State {
    /// A frame was full, and not everything that is due was done: fewer things happen in the next one where this one took long.
    /// Where it goes on like that, the person is told.
    #[inline(never)]
    pub(super) fn fall_behind(&mut self, stamp: f64, passed: f64) {
        let watchdog = &mut self.watchdog;
        watchdog.pace(passed);
        if stamp - watchdog.behind.1 > PAUSE {
            watchdog.behind.0 = stamp;
        }
        watchdog.behind.1 = stamp;
        if stamp - watchdog.behind.0 < PATIENCE || std::mem::replace(&mut watchdog.told, true) {
            return;
        }
        self.note(fill(
            "More happens here than this page can play at this speed, so the clock goes slower. Pause it, choose a lower speed, or end what \
             comes and goes all the time. It happened last: {0}",
            &[&self.latest()],
        ));
    }

    /// The clock was set anew: what is behind from now on is told again.
    pub(super) fn forget_behind(&mut self) {
        self.watchdog.told = false;
    }

    /// Goes on as fast as can be, until nothing moves or it has been long enough.
    #[inline(never)]
    pub(super) fn settle_on(&mut self, passed: f64) {
        let mut steps = 0;
        while let Some(limit) = self.settling.filter(|_| steps < self.watchdog.steps) {
            let until = self.timeline.live().settles_at().min(limit);
            self.work(until);
            steps += 1;
            let live = self.timeline.live();
            if live.is_settled() {
                self.settling = None;
            } else if live.now() >= limit {
                self.settling = None;
                self.note(fill(
                    "Ten minutes have passed in the cluster, and it does not come to rest. Go on with the clock, or end what comes and goes \
                     all the time. It happened last: {0}",
                    &[&self.latest()],
                ));
            }
        }
        // Nobody expects a clock here that keeps up.
        self.watchdog.pace(passed);
    }

    /// What happened last, in words.
    fn latest(&self) -> String {
        self.timeline.moments().last().map(Moment::in_words).unwrap_or_default()
    }

    fn note(&mut self, text: String) {
        self.notices.push_back(Banner { text: text.into(), offer: None });
    }
}
