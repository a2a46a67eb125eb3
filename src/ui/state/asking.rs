//! Questions in the past: to look is not to act, so it leaves no present behind.

use super::State;
use crate::session::{Action, Session};

/// What only asks: the words of `kubectl`,
const VERBS: [&str; 12] = [
    "api-resources",
    "api-versions",
    "cluster-info",
    "describe",
    "diff",
    "events",
    "explain",
    "get",
    "history",
    "logs",
    "top",
    "version",
];
/// and commands.
const COMMANDS: [&str; 6] = ["cat", "help", "ls", "man", "whatif", "why"];
/// What may do something that does not show at once.
const DOES: [&str; 6] = ["&", ";", ">", "$(", "xargs", "exec"];

impl State {
    /// Answers a line of the past as of then, where it only asks: the answer stands in the terminal for as long as that moment is
    /// looked at. Says whether it did.
    #[inline(never)]
    pub(super) fn ask_the_past(&mut self, line: &str) -> bool {
        let seen = self.in_terminal();
        if seen.is_busy() || !only_asks(line) {
            return false;
        }
        let mut still = seen.clone();
        still.advance(seen.now());
        let mut asked = still.clone();
        asked.act(Action::Run(line.to_owned()));
        let revision = |session: &Session| session.sim().cluster().store().revision();
        let is_same = !asked.is_busy() && revision(&asked) == revision(&still) && asked.files() == still.files();
        if is_same {
            self.playing = false;
            self.asked = Some(Box::new(asked));
        }
        is_same
    }
}

fn only_asks(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let asks = match words.next() {
        Some("kubectl" | "k") => words.any(|word| VERBS.contains(&word)),
        Some(command) => COMMANDS.contains(&command),
        None => false,
    };
    asks && !DOES.iter().any(|does| line.contains(does))
}
