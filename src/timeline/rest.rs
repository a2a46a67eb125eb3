//! A history done again piece by piece and within bounds: a link may ask for more than a page can do.

use super::{Branch, Timeline};
use crate::session::{Action, Session};

/// How much a history may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The most things that happen; a command counts for a hundred.
    pub steps: usize,
    /// The most objects there may be, events among them: two rollouts on 5,000 nodes make 110,000.
    pub objects: usize,
    /// The most that commands may print, in bytes.
    pub printed: usize,
}

impl Bounds {
    /// All that is wanted.
    pub const NONE: Bounds = Bounds { steps: usize::MAX, objects: usize::MAX, printed: usize::MAX };
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { steps: 1_000_000, objects: 250_000, printed: 8 * 1024 * 1024 }
    }
}

/// What a command counts for.
const COMMAND: usize = 100;

/// What is left to be done of a history.
#[derive(Clone, Debug)]
pub struct Rest {
    whole: Branch,
    bounds: Bounds,
    steps: usize,
    printed: usize,
}

/// How far a timeline has come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caught {
    /// To its end.
    All,
    /// There is more to do.
    More,
    /// It asks for more than may be done: of what. What was done so far stays.
    TooMuch(&'static str),
}

impl Rest {
    /// All of it.
    pub const fn new(whole: Branch, bounds: Bounds) -> Rest {
        Rest { whole, bounds, steps: 0, printed: 0 }
    }

    /// All of it, with what is done already.
    pub const fn whole(&self) -> &Branch {
        &self.whole
    }

    /// How far a session is with it, in hundredths.
    pub fn done(&self, session: &Session) -> u64 {
        session.now().as_millis() * 100 / self.whole.now.as_millis().max(1)
    }
}

impl Timeline {
    /// Does at most `most` of what is left. The same history is stopped at the same moment wherever it is too much.
    #[inline(never)]
    pub fn catch_up(&mut self, rest: &mut Rest, most: usize) -> Caught {
        let end = rest.steps.saturating_add(most);
        while rest.steps < end {
            let next = rest.whole.history.get(self.live.history().len());
            if !self.run(next.map_or(rest.whole.now, |taken| taken.at), 1) {
                rest.steps += 1;
            } else if let Some(taken) = next {
                if matches!(taken.action, Action::Run(_)) {
                    rest.printed += self.live.entries().last().map_or(0, |entry| entry.job.output.bytes());
                }
                self.take(taken.action.clone());
                rest.steps += COMMAND;
            } else {
                return Caught::All;
            }
            if let Some(what) = self.excess(rest) {
                return Caught::TooMuch(what);
            }
        }
        Caught::More
    }

    fn excess(&self, rest: &Rest) -> Option<&'static str> {
        match () {
            () if rest.steps > rest.bounds.steps => Some("work"),
            () if self.live.sim().cluster().store().len() > rest.bounds.objects => Some("objects"),
            () if rest.printed > rest.bounds.printed => Some("output"),
            () => None,
        }
    }
}
