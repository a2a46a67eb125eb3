//! Keys that work wherever one is; those without Ctrl only while one is not typing.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, KeyboardEvent};
use yew::Callback;

use super::browser;
use super::state::{Message, Room, Window};
use super::words::{later, t};

/// Where it is kept that somebody wants no single keys.
const SINGLE: &str = "playground.v1.single-keys";

/// A key and what it is for.
pub(super) struct Shortcut {
    /// As `KeyboardEvent.key` names it, in small letters.
    key: &'static str,
    held: Held,
    /// As a person reads it.
    pub(super) shown: &'static str,
    /// What it does.
    pub(super) words: &'static str,
    message: fn() -> Message,
}

/// What is held down besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// Nothing; the key counts only while one is not typing.
    Nothing,
    /// Ctrl, on a Mac also Cmd.
    Ctrl,
    /// The same and Shift.
    CtrlShift,
}

/// All of them, in the order in which they are shown.
pub(super) const SHORTCUTS: [Shortcut; 15] = [
    shortcut("k", Held::Ctrl, "Ctrl K", later("All commands"), || Message::Window(Some(Window::Palette))),
    shortcut("?", Held::Nothing, "?", later("This list of keys"), || Message::Window(Some(Window::Keys))),
    shortcut("z", Held::Ctrl, "Ctrl Z", later("Undo the last command"), || Message::Undo),
    shortcut("z", Held::CtrlShift, "Ctrl Shift Z", later("Redo it"), || Message::Redo),
    shortcut("y", Held::Ctrl, "Ctrl Y", later("Redo it"), || Message::Redo),
    shortcut(" ", Held::Nothing, "Space", later("Start or pause the clock"), || Message::PlayOrPause),
    shortcut(".", Held::Nothing, ".", later("Next event"), || Message::Step),
    shortcut(",", Held::Nothing, ",", later("Event before"), || Message::StepBack),
    shortcut("s", Held::Nothing, "S", later("Jump to settled"), || Message::Settle),
    shortcut("n", Held::Nothing, "N", later("Back to now"), || Message::BackToNow),
    shortcut("l", Held::Nothing, "L", later("To the lesson"), || Message::Go(Room::Lesson)),
    shortcut("m", Held::Nothing, "M", later("To the map"), || Message::Go(Room::Cluster)),
    shortcut("e", Held::Nothing, "E", later("To the editor"), || Message::Go(Room::Editor)),
    shortcut("t", Held::Nothing, "T", later("To the terminal"), || Message::Go(Room::Terminal)),
    shortcut("f6", Held::Nothing, "F6", later("To the next part, also while typing"), || Message::Go(next_room())),
];

const fn shortcut(
    key: &'static str,
    held: Held,
    shown: &'static str,
    words: &'static str,
    message: fn() -> Message,
) -> Shortcut {
    Shortcut { key, held, shown, words, message }
}

/// Keys as they stand on a keyboard of the page's language.
pub(super) fn named(keys: &'static str) -> impl Iterator<Item = &'static str> {
    keys.split(' ').map(|key| match key {
        "Ctrl" => t("Ctrl"),
        "Shift" => t("Shift"),
        "Space" => t("Space"),
        key => key,
    })
}

/// Says what a key stands for, for as long as the page lives.
#[inline(never)]
pub(super) fn listen(send: &Callback<Message>) {
    let send = send.clone();
    let closure = Closure::<dyn Fn(KeyboardEvent)>::new(move |event| pressed(&event, &send));
    if let Some(window) = browser::window() {
        let _ = window.add_event_listener_with_callback("keydown", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// Whether keys without Ctrl count.
pub(super) fn are_single() -> bool {
    browser::load(SINGLE).as_deref() != Some("off")
}

/// Whether they shall.
pub(super) fn set_single(on: bool) {
    browser::save(SINGLE, if on { "on" } else { "off" });
}

#[inline(never)]
fn pressed(event: &KeyboardEvent, send: &Callback<Message>) {
    if event.default_prevented() || event.alt_key() || event.is_composing() {
        return;
    }
    let key = event.key().to_ascii_lowercase();
    let held = match (event.ctrl_key() || event.meta_key(), event.shift_key()) {
        (true, false) => Held::Ctrl,
        (true, true) => Held::CtrlShift,
        (false, _) => Held::Nothing,
    };
    let Some(shortcut) = SHORTCUTS.iter().find(|one| one.key == key && one.held == held) else { return };
    let anywhere = key == "k" || key == "f6";
    if !anywhere && is_inside(event, "textarea, select, [contenteditable=true], input:not([type=range])") {
        return;
    }
    // A dialog has keys of its own; Space belongs to whatever it would press.
    let is_single = held == Held::Nothing && !anywhere;
    if is_inside(event, "dialog")
        || key == " " && is_inside(event, "button, a, summary, [role=tab], [role=button]")
        || is_single && !are_single()
    {
        return;
    }
    event.prevent_default();
    send.emit((shortcut.message)());
}

fn is_inside(event: &KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}

/// The part after that which has the focus.
fn next_room() -> Room {
    let focused = browser::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    let part = focused.and_then(|element| element.closest("[data-room]").ok().flatten());
    match part.and_then(|part| part.get_attribute("data-room")).as_deref() {
        Some("lesson") => Room::Cluster,
        Some("cluster") => Room::Editor,
        Some("editor") => Room::Terminal,
        _ => Room::Lesson,
    }
}
