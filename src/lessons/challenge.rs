//! Challenges: lessons without guidance, scored by the commands they take.

use std::time::Duration;

use serde_json::Value;

use super::command::Meaning;
use crate::scenario::Fields;
use crate::session::{Action, Session};

/// What makes a lesson a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The fewest commands that are known to be enough: those of the lesson's solution.
    pub best: usize,
    /// How long it may take, in real time, for those who want to race.
    pub clock: Option<Duration>,
}

impl Challenge {
    /// The challenge of a mapping.
    ///
    /// # Errors
    /// What is wrong with it.
    #[inline(never)]
    pub(super) fn from_value(value: &Value) -> Result<Challenge, String> {
        let fields = Fields::of(value, "challenge", &["best", "clock"])?;
        let best = fields.whole("best")?.and_then(|best| usize::try_from(best).ok()).filter(|best| *best > 0);
        let best = best.ok_or("a challenge needs `best`: the fewest commands that solve it")?;
        Ok(Challenge { best, clock: fields.whole("clock")?.map(Duration::from_secs) })
    }
}

/// How many commands of a session were meant to change the cluster. Looking is free, and so is editing files.
#[inline(never)]
pub fn changes(session: &Session) -> usize {
    let lines =
        session.history().iter().filter_map(|taken| if let Action::Run(line) = &taken.action { Some(line) } else { None });
    lines.flat_map(|line| Meaning::of_line(line)).filter(Meaning::changes_something).count()
}
