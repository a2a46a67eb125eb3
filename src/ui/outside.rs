//! What the page's JavaScript says to it when all of the engine is there (`www/late.js`), and what it answers.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use yew::Callback;

use super::paper;
use super::state::{Banner, Message, Offer, Room, State, Theme};
use super::words::t;

#[wasm_bindgen]
extern "C" {
    /// Begins `www/late.js`, which says by `tell(what, text)` what it has to say.
    #[wasm_bindgen(js_name = playgroundLate)]
    fn late(tell: &JsValue);
}

/// Listens for as long as the page lives.
#[inline(never)]
pub(super) fn listen(state: Rc<RefCell<State>>, send: Callback<Message>) {
    paper::listen(state.clone());
    let tell = Closure::<dyn Fn(String, String) -> String>::new(move |what: String, text: String| {
        // Whoever speaks while the page is taking something in has to say it again.
        state.try_borrow().map(|state| heard(&what, text, &state, &send)).unwrap_or_default()
    });
    late(tell.as_ref().unchecked_ref());
    tell.forget();
}

/// Takes in what is said, and answers; with nothing where there is nothing to answer.
fn heard(what: &str, text: String, state: &State, send: &Callback<Message>) -> String {
    let message = match what {
        "done" => return state.done(),
        "state" => return outline(state),
        "link" => return state.link(),
        "notice" => notice(&text).map(Message::Notice),
        "merge" => Some(Message::Merge(text)),
        "persist" => Some(Message::Persist),
        "visit" => Some(Message::Visit(text)),
        "show" => room(&text).map(Message::Show),
        _ => command(what, text),
    };
    if let Some(message) = message {
        send.emit(message);
    }
    String::new()
}

/// What the page around this one asks for (`www/embed.js`): what a person could do as well.
fn command(what: &str, text: String) -> Option<Message> {
    let second = |text: &str| text.split_once('\n').map(|(first, rest)| (first.to_owned(), rest.to_owned()));
    Some(match what {
        "run" => Message::Line(text),
        "write" => {
            let (file, text) = second(&text)?;
            Message::Put(file, text)
        }
        "open" => Message::Begin((!text.is_empty()).then(|| text.into())),
        "step-to" => Message::StepTo(text.parse::<usize>().ok()?.checked_sub(1)?),
        "play" => Message::Play(true),
        "speed" => Message::Speed(text.parse().ok().filter(|speed| (0.1..=1000.0).contains(speed))?),
        "pause" => Message::Play(false),
        "next" => Message::Step,
        "settle" => Message::Settle,
        "theme" => Message::Theme(match text.as_str() {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        }),
        _ => return None,
    })
}

fn room(name: &str) -> Option<Room> {
    Some(match name {
        "lesson" => Room::Lesson,
        "map" => Room::Cluster,
        "editor" => Room::Editor,
        "terminal" => Room::Terminal,
        _ => return None,
    })
}

/// What somebody outside may know of the page, as JSON.
fn outline(state: &State) -> String {
    let live = state.timeline().live();
    let (lesson, step) = state.lesson.as_ref().map(|(lesson, step)| (lesson.front.id.as_str(), step + 1)).unzip();
    let outline = serde_json::json!({
        "time": live.now().as_millis(),
        "playing": state.goes_on(),
        "busy": live.is_busy(),
        "waiting": state.queue.len(),
        "commands": live.entries().len(),
        "changes": live.sim().cluster().store().revision(),
        "lesson": lesson,
        "step": step,
        "solved": lesson.is_some() && state.is_step_done(),
    });
    outline.to_string()
}

/// What a person is told, by its name.
fn notice(name: &str) -> Option<Banner> {
    let (text, offer) = match name {
        "newer" => {
            (t("A newer version of the playground is ready. Reload to get it: your work stays."), Some(Offer::Reload))
        }
        "second" => (
            t(
                "The playground is open in another tab, which keeps your work. What you do here is kept apart, until this tab is closed.",
            ),
            Some(Offer::Here),
        ),
        "moved" => (
            t("Your work goes on in another tab now. What you do here is kept apart, until this tab is closed."),
            Some(Offer::Here),
        ),
        "apart" => {
            (t("What you do in this tab is kept apart from your other work, until this tab is closed."), Some(Offer::Here))
        }
        "full" => (
            t(
                "The browser's storage for this page is full: your work is not saved and lasts as long as this tab. Share makes a link that keeps it.",
            ),
            None,
        ),
        "blocked" => (
            t(
                "This browser lets the page keep nothing: your work is not saved and lasts as long as this tab. Share makes a link that keeps it.",
            ),
            None,
        ),
        "unsaved" => {
            (t("Your work cannot be saved here and lasts as long as this tab. Share makes a link that keeps it."), None)
        }
        "old-browser" => (
            t(
                "Some of the page may look odd or be missing: this browser is too old for it. A current Firefox, Chrome, Edge or Safari shows all of it.",
            ),
            None,
        ),
        _ => return None,
    };
    Some(Banner { text: text.into(), offer })
}
