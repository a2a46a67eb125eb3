//! What the page does about links: making them, opening what others have made, and whose work is whose.

use std::rc::Rc;

use yew::AttrValue;

use super::{Banner, Effect, Offer, State};
use crate::lessons::{Course, Library};
use crate::scenario::Scenario;
use crate::share::{self, Shared};
use crate::sim::SimTime;
use crate::timeline::{Bounds, Branch, Caught, Rest, Timeline};
use crate::ui::browser;
use crate::ui::words::{fill, t};

/// How long the page may stand still when a link is opened, in milliseconds; what takes longer goes on while the page is drawn.
const AT_ONCE: f64 = 1000.0;
/// How much of a frame goes into what is being opened, in milliseconds.
pub(super) const OF_A_FRAME: f64 = 40.0;
/// Between two looks at the clock.
const LOOK: usize = 8;

/// What can be said about links.
#[derive(Clone, Debug)]
pub(in crate::ui) enum AboutLinks {
    /// Shows what can be shared.
    Share,
    /// Puts that away.
    Close,
    /// What the link holds becomes a work of one's own.
    Keep,
    /// What the link holds is not done any further.
    Stop,
    /// Back to what one was doing before the link; later to one of the works that wait: which.
    Back(usize),
    /// The address has another link now.
    Arrived,
    /// Looks at what that holds, while one's own work waits nowhere but in this page.
    Visit(String),
}

/// What can be shared.
#[derive(Debug)]
pub(in crate::ui) struct Parcel {
    /// What is shown, with all that led to it.
    pub(in crate::ui) now: Shared,
    /// The present, with what comes after the moment that is shown and what was left behind.
    pub(in crate::ui) whole: Shared,
    /// The files that are shown, on the cluster as it was at the beginning.
    pub(in crate::ui) files: Shared,
    /// The lesson's name and the step, from its beginning; counted from 0.
    pub(in crate::ui) lesson: Option<(String, usize)>,
    /// All lessons.
    pub(in crate::ui) library: Rc<Library>,
}

/// What a link holds, while it is not all done.
#[derive(Debug)]
pub(super) struct Opening {
    rest: Rest,
    shown: u64,
    /// What is to be seen in the end.
    seen: Option<SimTime>,
    open_file: Option<String>,
    others: Vec<Branch>,
    /// The word to the person about it all.
    banner: Option<Banner>,
}

impl State {
    /// The page on the way to what a link holds: what takes longer than a moment is done while the page is drawn. It is a visit:
    /// `own` says whether there is a work of one's own to go back to.
    #[inline(never)]
    pub(in crate::ui) fn opened(library: Rc<Library>, course: Rc<Course>, shared: Shared, own: bool) -> State {
        let Shared { title, lesson, scenario, history, now, open_file, seen, others, unknown } = shared;
        let timeline = Timeline::new(&scenario);
        let place = State::place_of(&library, lesson);
        let title = AttrValue::from(title);
        let banner = State::about_visit(&title, own, unknown);
        let rest = Rest::new(Branch { history, now }, Bounds::default());
        let opening = Opening { rest, shown: 0, seen, open_file, others, banner };
        let mut state = State { opening: Some(Box::new(opening)), title, ..State::over(timeline, library, course, place) };
        state.visiting = true;
        state.mine = own;
        state.observed = true;
        state.go_on_opening(AT_ONCE);
        state
    }

    /// What a person is told who opens a link, if there is something to tell.
    fn about_visit(title: &str, own: bool, unknown: usize) -> Option<Banner> {
        let mut words = vec![];
        if !title.is_empty() {
            words.push(fill("“{0}”.", &[&share::in_sight(title)]));
        }
        if own {
            words.push(t("This is what the link holds. Your own work is kept.").to_owned());
        }
        if unknown > 0 {
            words.push(t("A newer playground made it, and this one does not know all that it holds: some is not shown. Reload the page to get the newest version, then open the link again.").to_owned());
        }
        let offer = own.then_some(Offer::Mine);
        (!words.is_empty()).then(|| Banner { text: words.join(" ").into(), offer })
    }

    /// Does what the link holds for so many milliseconds. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn go_on_opening(&mut self, millis: f64) -> bool {
        let Some(mut opening) = self.opening.take() else { return false };
        let until = browser::millis() + millis;
        let mut revision = self.timeline.live().sim().cluster().store().revision();
        loop {
            for _ in 0..LOOK {
                let caught = self.timeline.catch_up(&mut opening.rest, 1);
                let now = self.timeline.live().sim().cluster().store().revision();
                if now != revision {
                    revision = now;
                    self.observe_all();
                }
                match caught {
                    Caught::More => {}
                    Caught::All => {
                        self.all_opened(*opening);
                        return true;
                    }
                    Caught::TooMuch(_) => {
                        let text =
                            t("The link asks for more work than the page does when it opens one. This is how far it came.");
                        opening.banner = Some(Banner { text: text.into(), offer: self.mine.then_some(Offer::Mine) });
                        opening.seen = None;
                        self.all_opened(*opening);
                        return true;
                    }
                }
            }
            if browser::millis() >= until {
                break;
            }
        }
        let done = opening.rest.done(self.timeline.live());
        if self.banner.is_none() || done / 10 != opening.shown / 10 {
            opening.shown = done;
            let text = fill("Opening what the link holds: {0} %", &[&(done / 10 * 10)]);
            self.banner = Some(Banner { text: text.into(), offer: Some(Offer::Stop) });
        }
        self.opening = Some(opening);
        self.refresh();
        true
    }

    fn all_opened(&mut self, opening: Opening) {
        if let Some(file) = opening.open_file.filter(|file| self.timeline.live().files().contains_key(file)) {
            self.open = file.into();
        }
        opening.others.into_iter().for_each(|other| self.timeline.leave(other));
        if let Some(seen) = opening.seen {
            self.look_at(seen);
        }
        self.banner = opening.banner;
        self.recall_answers();
        self.refresh();
        self.lint();
    }

    /// Takes in what is said about links. Says whether the page has to be drawn again.
    #[inline(never)]
    pub(super) fn update_links(&mut self, about: AboutLinks, effects: &mut Vec<Effect>) -> bool {
        match about {
            AboutLinks::Share => {
                self.flush();
                self.parcel = Some(Rc::new(self.parcel()));
            }
            AboutLinks::Close => self.parcel = None,
            AboutLinks::Keep => {
                self.banner = None;
                effects.push(Effect::PersistSoon);
            }
            AboutLinks::Stop => {
                if let Some(opening) = self.opening.take() {
                    let opening = *opening;
                    self.all_opened(Opening { seen: None, ..opening });
                }
            }
            AboutLinks::Back(work) => {
                let now = (!self.visiting).then(|| self.kept());
                effects.push(Effect::Back(work, now));
                return false;
            }
            AboutLinks::Arrived => {
                let own = (!self.visiting).then(|| {
                    self.flush();
                    self.kept()
                });
                effects.push(Effect::Arrive(own));
                return false;
            }
            AboutLinks::Visit(link) => {
                self.mine = true;
                return self.visit(&link);
            }
        }
        true
    }

    /// Looks at what a link holds.
    pub(super) fn visit(&mut self, link: &str) -> bool {
        match share::decode(link, &self.library) {
            Ok(shared) => {
                let opened = State::opened(self.library.clone(), self.course.clone(), shared, self.mine);
                self.replace(opened);
                self.visiting = true;
            }
            Err(error) => self.tell(error.to_string()),
        }
        true
    }

    /// Whoever does something to what a link holds, or wants to keep it, has it as a work of their own.
    #[inline(never)]
    pub(super) fn take_over(&mut self, effects: &mut Vec<Effect>) {
        self.visiting = false;
        if let Some(opening) = self.opening.take() {
            self.banner = opening.banner;
        }
        effects.insert(0, Effect::TakeOver);
    }

    fn parcel(&self) -> Parcel {
        let title = self.title.to_string();
        let shown = Shared { title: title.clone(), ..self.shared(self.shown()) };
        let live = self.timeline.live();
        let whole = Shared {
            title: title.clone(),
            seen: self.past.as_ref().map(|past| past.now()),
            others: self.timeline.others().cloned().collect(),
            ..self.shared(live)
        };
        let scenario = Scenario { files: self.shown().files().clone(), ..shown.scenario.clone() };
        let files = Shared { title, scenario, open_file: shown.open_file.clone(), ..Shared::default() };
        let lesson = self.lesson.as_ref().map(|(lesson, step)| (lesson.name(), *step));
        Parcel { now: shown, whole, files, lesson, library: self.library.clone() }
    }
}
