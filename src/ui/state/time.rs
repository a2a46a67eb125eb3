//! What the page does about time: looking back, going step by step, taking back, and presents that were left behind.

use std::rc::Rc;
use std::time::Duration;

use super::{Effect, Message, STEPS_PER_FRAME, State};
use crate::session::{Session, Taken};
use crate::share::{self, Shared};
use crate::sim::{Change, SimTime};
use crate::timeline::{Branch, Sentence, sentences};
use crate::ui::words::t;

/// How far a step looks.
const LONGEST_STEP: Duration = Duration::from_secs(3600);
/// What is kept of presents that were left behind, in bytes: a browser does not keep much more than all else needs.
const KEPT: usize = 512 * 1024;

impl State {
    /// Takes in what is said about time. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn update_time(&mut self, message: &Message, effects: &mut Vec<Effect>) -> bool {
        self.told = Rc::default();
        match message {
            Message::Step => self.step(),
            Message::StepBack => self.step_back(),
            Message::Scrub(at) => {
                self.look_at(*at);
                return true;
            }
            Message::BackToNow => {
                self.back_to_now();
                return true;
            }
            Message::Fork => self.fork(),
            Message::Switch(index) => self.change_present(|state| state.timeline.switch(*index)),
            Message::Undo => self.change_present(|state| state.timeline.undo()),
            Message::Redo => self.change_present(|state| state.timeline.redo()),
            _ => return false,
        }
        effects.push(Effect::PersistSoon);
        true
    }

    /// Everything that has to be kept to come back: the present and those that were left behind, the newest as far as there is
    /// room, each a line.
    pub(super) fn kept(&self) -> String {
        let present = self.present();
        let mut text = share::keep(&present);
        if self.timeline.others().next().is_some() {
            self.keep_others(present, &mut text);
        }
        text
    }

    #[inline(never)]
    fn keep_others(&self, mut shared: Shared, text: &mut String) {
        let mut room = KEPT;
        let others: Vec<&Branch> = self.timeline.others().collect();
        for branch in others.into_iter().rev() {
            (shared.history, shared.now) = (branch.history.clone(), branch.now);
            let line = share::keep(&shared);
            let Some(left) = room.checked_sub(line.len()) else { break };
            room = left;
            text.push('\n');
            text.push_str(&line);
        }
    }

    /// The present comes back into view, and the clock goes on if it went before.
    pub(super) fn back_to_now(&mut self) {
        if self.past.take().is_some() {
            self.playing |= std::mem::take(&mut self.went);
        }
        self.map_of = None;
    }

    /// Whoever acts in the past makes it the present.
    pub(super) fn fork(&mut self) {
        if let Some(past) = self.past.as_ref().map(Session::now) {
            self.back_to_now();
            self.timeline.fork(past);
            self.recall();
        }
    }

    /// Plays the past on, until it has become the present. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn relive(&mut self, passed: f64) -> bool {
        let Some(mut past) = self.past.take() else { return false };
        let due = passed * self.speed + self.carry;
        self.carry = due.fract();
        let until = past.now() + Duration::from_millis(due as u64);
        self.timeline.relive(&mut past, until.min(self.timeline.live().now()), STEPS_PER_FRAME);
        past.take_happenings();
        self.put_in_view(past);
        self.refresh();
        true
    }

    /// Brings a moment of the past into view; the clock waits meanwhile.
    pub(super) fn look_at(&mut self, at: SimTime) {
        if at >= self.timeline.live().now() {
            return self.back_to_now();
        }
        if self.past.is_none() {
            self.went = std::mem::take(&mut self.playing);
        }
        self.settling = None;
        let seen = self.past.take();
        let past = self.timeline.at(at, seen);
        self.put_in_view(past);
    }

    /// Where the past has become the present, that is in view.
    fn put_in_view(&mut self, past: Session) {
        if past.now() >= self.timeline.live().now() {
            self.back_to_now();
        } else {
            self.past = Some(past);
        }
        self.map_of = None;
    }

    /// Lets things happen until there is something to tell, and tells it.
    fn step(&mut self) {
        (self.playing, self.went, self.settling) = (false, false, None);
        let mut told = vec![];
        if let Some(mut past) = self.past.take() {
            let end = self.timeline.live().now();
            while told.is_empty() && past.now() < end {
                let done = past.history().len();
                let ended = self.timeline.relive(&mut past, end, 1);
                told = self::told(&past.take_happenings(), past.history().get(done));
                if ended {
                    break;
                }
            }
            self.put_in_view(past);
        } else {
            for _ in 0..STEPS_PER_FRAME {
                let Some(happened) = self.timeline.step(LONGEST_STEP) else { break };
                told = sentences(&happened);
                if !told.is_empty() {
                    break;
                }
            }
            self.observe();
        }
        self.told = Rc::new(told);
    }

    /// Looks at the last thing that was told before what is in view.
    fn step_back(&mut self) {
        let now = self.shown().now();
        let moments = self.timeline.moments();
        let Some(last) = moments.partition_point(|moment| moment.at < now).checked_sub(1) else { return };
        let at = moments[last].at;
        let then = moments.iter().filter(|moment| moment.at == at);
        let told = then.map(|moment| Sentence { actor: moment.actor().to_owned(), text: moment.in_words() });
        self.told = Rc::new(told.collect());
        self.look_at(at);
        self.went = false;
    }

    /// Makes another present of this one: what was typed is saved before, and what follows from the present is found anew.
    fn change_present(&mut self, change: impl FnOnce(&mut State)) {
        self.back_to_now();
        self.flush();
        self.queue = Rc::default();
        (self.settling, self.carry) = (None, 0.0);
        change(self);
        self.recall();
        let files = self.timeline.live().files();
        if !files.contains_key(self.open.as_str()) {
            self.open = files.keys().next().cloned().unwrap_or_default().into();
        }
        self.map_of = None;
        self.lint();
    }
}

/// What a step in the past has shown.
fn told(happened: &[(SimTime, Change)], taken: Option<&Taken>) -> Vec<Sentence> {
    let by_person = taken.map(|taken| Sentence { actor: t("You").to_owned(), text: taken.action.in_words() });
    by_person.into_iter().chain(sentences(happened)).collect()
}
