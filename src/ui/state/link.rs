//! What the page does about links: making them, looking at what others have made, and whose work is whose.

use std::rc::Rc;

use super::opening::Whose;
use super::{Banner, Effect, Offer, State};
use crate::lessons::{Course, Library};
use crate::scenario::Scenario;
use crate::share::{self, Shared};
use crate::ui::words::{fill, t};

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

impl State {
    /// The page on the way to what a link holds. It is a visit: `own` says whether there is a work of one's own to go back to.
    #[inline(never)]
    pub(in crate::ui) fn opened(library: Rc<Library>, course: Rc<Course>, shared: Shared, own: bool) -> State {
        let banner = State::about_visit(&shared.title, own, shared.unknown);
        let whose = Whose::Visit { own };
        State::opening(library, course, shared, whose, banner)
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
            AboutLinks::Stop if self.film.is_some() => self.end_film(effects),
            AboutLinks::Stop => self.stop_opening(),
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
        self.drop_opening();
        effects.insert(0, Effect::TakeOver);
    }

    fn parcel(&self) -> Parcel {
        let title = self.title.to_string();
        let shown = Shared { title: title.clone(), ..self.shared(self.shown()) };
        let whole = Shared {
            title: title.clone(),
            seen: self.past.as_ref().map(|past| past.now()),
            others: self.timeline.others().cloned().collect(),
            ..self.present()
        };
        let scenario = Scenario { files: self.shown().files().clone(), ..shown.scenario.clone() };
        let files = Shared { title, scenario, open_file: shown.open_file.clone(), ..Shared::default() };
        let lesson = self.lesson.as_ref().map(|(lesson, step)| (lesson.name(), *step));
        Parcel { now: shown, whole, files, lesson, library: self.library.clone() }
    }
}
