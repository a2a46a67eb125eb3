//! Work that was done before, by this person or another: done again until it is where it was. What takes longer than a moment
//! goes on while the page is drawn.

use std::rc::Rc;

use yew::AttrValue;

use super::{Banner, Offer, State};
use crate::lessons::{Course, Library};
use crate::share::Shared;
use crate::sim::SimTime;
use crate::timeline::{Bounds, Branch, Caught, Rest, Timeline};
use crate::ui::browser;
use crate::ui::words::{fill, t};

/// How long the page may stand still when it is begun, in milliseconds.
const AT_ONCE: f64 = 1000.0;
/// How much of a frame goes into it, in milliseconds.
pub(super) const OF_A_FRAME: f64 = 40.0;
/// Between two looks at the clock.
const LOOK: usize = 32;

/// Whose work it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whose {
    /// One's own. It was possible once, so it is now.
    Mine,
    /// Somebody else's, looked at within bounds; `own` says whether there is a work of one's own to go back to.
    Visit { own: bool },
}

/// What is not all done.
#[derive(Debug)]
pub(super) struct Opening {
    rest: Rest,
    shown: u64,
    /// What is to be seen in the end.
    seen: Option<SimTime>,
    open_file: Option<String>,
    /// The word to the person about it all.
    banner: Option<Banner>,
}

impl State {
    /// The page on the way to what `shared` holds, with a word to the person at the end.
    pub(super) fn opening(
        library: Rc<Library>,
        course: Rc<Course>,
        shared: Shared,
        whose: Whose,
        banner: Option<Banner>,
    ) -> State {
        let Shared { title, lesson, scenario, history, now, open_file, seen, others, unknown: _ } = shared;
        browser::mark("replay");
        let mut timeline = Timeline::new(&scenario);
        browser::mark("replayed");
        others.into_iter().for_each(|other| timeline.leave(other));
        let place = State::place_of(&library, lesson);
        let bounds = match whose {
            Whose::Mine => Bounds::NONE,
            Whose::Visit { .. } => Bounds::default(),
        };
        let rest = Rest::new(Branch { history, now }, bounds);
        let opening = Opening { rest, shown: 0, seen, open_file, banner };
        let mut state = State {
            opening: Some(Box::new(opening)),
            title: AttrValue::from(title),
            visiting: matches!(whose, Whose::Visit { .. }),
            mine: matches!(whose, Whose::Visit { own: true }),
            observed: true,
            ..State::over(timeline, library, course, place)
        };
        state.go_on_opening(AT_ONCE);
        state
    }

    /// Goes on with it for so many milliseconds. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn go_on_opening(&mut self, millis: f64) -> bool {
        let Some(mut opening) = self.opening.take() else { return false };
        browser::mark("replay");
        let caught = self.catch_up_for(&mut opening.rest, millis);
        browser::mark("replayed");
        if let Caught::TooMuch(_) = caught {
            let text = t("It asks for more work than the page does when it opens something. This is how far it came.");
            opening.banner = Some(Banner { text: text.into(), offer: self.mine.then_some(Offer::Mine) });
            opening.seen = None;
        }
        if !matches!(caught, Caught::More) {
            self.end_opening(*opening);
            return true;
        }
        let done = opening.rest.done(self.timeline.live()) / 10 * 10;
        if self.banner.is_none() || done != opening.shown {
            opening.shown = done;
            let text = match self.visiting {
                true => fill("Opening what it holds: {0} %", &[&done]),
                false => fill("Bringing back what you did: {0} %", &[&done]),
            };
            self.banner = Some(Banner { text: text.into(), offer: Some(Offer::Stop) });
        }
        self.opening = Some(opening);
        self.refresh();
        true
    }

    /// Does more of it for so many milliseconds.
    fn catch_up_for(&mut self, rest: &mut Rest, millis: f64) -> Caught {
        let until = browser::millis() + millis;
        let mut revision = self.timeline.live().sim().cluster().store().revision();
        loop {
            for _ in 0..LOOK {
                let caught = self.timeline.catch_up(rest, 1);
                let now = self.timeline.live().sim().cluster().store().revision();
                if now != revision {
                    revision = now;
                    self.observe_all();
                }
                if !matches!(caught, Caught::More) {
                    return caught;
                }
            }
            if browser::millis() >= until {
                return Caught::More;
            }
        }
    }

    fn end_opening(&mut self, opening: Opening) {
        browser::mark("opened");
        if let Some(file) = opening.open_file.filter(|file| self.timeline.live().files().contains_key(file)) {
            self.open = file.into();
        }
        if let Some(seen) = opening.seen {
            self.look_at(seen);
        }
        self.banner = opening.banner;
        self.recall_answers();
        self.refresh();
        self.lint();
    }

    /// Leaves it where it is. What there is more of one's own work stays reachable.
    pub(super) fn stop_opening(&mut self) {
        let Some(opening) = self.opening.take() else { return };
        if !self.visiting {
            self.timeline.leave(opening.rest.whole().clone());
        }
        self.end_opening(Opening { seen: None, ..*opening });
    }

    /// Who has done something else meanwhile wants to go on from there.
    #[inline(never)]
    pub(super) fn stop_opening_elsewhere(&mut self) {
        let done = self.timeline.live().history();
        if self.opening.as_ref().is_some_and(|opening| !opening.rest.whole().history.starts_with(done)) {
            self.stop_opening();
        }
    }

    /// What is looked at is changed, and so it is not gone on with.
    pub(super) fn drop_opening(&mut self) {
        if let Some(opening) = self.opening.take() {
            self.banner = opening.banner;
        }
    }

    /// Whether one's own work is being brought back: what is done waits until it is there.
    pub(super) fn is_coming_back(&self) -> bool {
        self.opening.is_some() && !self.visiting
    }

    /// The present with all that led to it, also while it is being brought back.
    pub(super) fn present(&self) -> Shared {
        let present = self.shared(self.timeline.live());
        match &self.opening {
            Some(opening) if !self.visiting => opening.whole(present),
            _ => present,
        }
    }
}

impl Opening {
    #[inline(never)]
    fn whole(&self, present: Shared) -> Shared {
        let Branch { history, now } = self.rest.whole().clone();
        Shared { history, now, open_file: self.open_file.clone(), ..present }
    }
}
