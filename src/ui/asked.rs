//! What the address asks for: a lesson, or what people and other tools write by hand (`crate::share::plain`).

use std::rc::Rc;

use yew::AttrValue;

use super::app::{kept, put_aside};
use super::browser;
use super::state::{Effect, Message, State, Theme};
use super::words::t;
use crate::lessons::{self, Lesson};
use crate::share::Shared;
use crate::share::plain::{self, Plain};

/// So many command lines are run before the page is shown.
const AT_ONCE: usize = 20;

/// The same, or what the address asks for; a link's end, behind `#`, counts for more.
#[inline(never)]
pub(super) fn asked(mut state: State, own: bool) -> State {
    if state.visiting {
        return state;
    }
    match plain::read(&browser::query()) {
        Err(error) => {
            state.tell(error.to_string());
            state
        }
        Ok(plain) if !plain.is_empty() => visit(&state, &plain, own),
        Ok(_) => match browser::parameter("lesson") {
            None => state,
            Some(asked) => begin(state, &asked),
        },
    }
}

/// The colours of `?theme=dark`, for this page alone.
#[inline(never)]
pub(super) fn choose(state: &mut State) {
    match browser::parameter("theme").as_deref() {
        Some("light") => state.theme = Theme::Light,
        Some("dark") => state.theme = Theme::Dark,
        _ => {}
    }
}

/// Nodes, files and commands of the address, beside the person's own work as a link's are.
fn visit(state: &State, plain: &Plain, own: bool) -> State {
    let lesson = browser::parameter("lesson").and_then(|asked| named(state, &asked));
    let scenario = lesson.as_ref().map_or_else(lessons::sandbox, |lesson| lesson.scenario.clone());
    let (scenario, open_file) = plain.onto(scenario);
    let step = step().unwrap_or(0);
    let lesson = lesson.map(|lesson| (lesson.name(), step));
    let shared = Shared { lesson, scenario, open_file, ..Shared::default() };
    let mut visit = State::opened(state.library.clone(), state.course.clone(), shared, own);
    let (first, rest) = plain.run.split_at(plain.run.len().min(AT_ONCE));
    for line in first {
        visit.update(Message::Line(line.clone()));
    }
    // The page does not stand still for the others.
    visit.wait(rest);
    visit.beside(own)
}

/// The lesson of `?lesson=node-labels&step=2`, or of `?lesson=mine.md` for a file beside the page; the same where there is none.
fn begin(mut state: State, asked: &str) -> State {
    let step = step();
    // From here on it is a lesson like any other: what is saved counts, not how it was begun.
    browser::drop_parameters(&["lesson", "step"]);
    let Some(lesson) = named(&state, asked) else {
        state.tell(t("There is no such lesson here: the course has all there are.").to_owned());
        return state;
    };
    if state.lesson.as_ref().is_some_and(|(open, _)| open.front.id == lesson.front.id) {
        return state;
    }
    let id = AttrValue::from(lesson.name());
    let (_, effects) = state.update(Message::Begin(Some(id.clone())));
    for effect in effects {
        if let Effect::PutAside(place, text) = effect {
            put_aside(&place, &text);
        }
    }
    let kept = kept(Some(&lesson.front.id));
    let step = step.filter(|_| kept.is_none());
    state.update(Message::Continue(Some(id), kept));
    if let Some(step) = step {
        state.update(Message::StepTo(step));
    }
    state
}

/// A lesson by its id or its file.
fn named(state: &State, asked: &str) -> Option<Lesson> {
    let library = Rc::clone(&state.library);
    let name = if asked.ends_with(".md") { library.linked(asked) } else { Some(asked) };
    name.and_then(|name| library.lesson(name))
}

/// `step`, counted from 0.
fn step() -> Option<usize> {
    Some(browser::parameter("step")?.parse::<usize>().ok()?.saturating_sub(1))
}
