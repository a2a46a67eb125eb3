//! Keys that work wherever one is, unless one is typing.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, KeyboardEvent};
use yew::Callback;

use super::browser;
use super::state::Message;

/// Says what a key stands for, for as long as the page lives.
pub(super) fn listen(send: &Callback<Message>) {
    let send = send.clone();
    let closure = Closure::<dyn Fn(KeyboardEvent)>::new(move |event| pressed(&event, &send));
    if let Some(window) = browser::window() {
        let _ = window.add_event_listener_with_callback("keydown", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

#[inline(never)]
fn pressed(event: &KeyboardEvent, send: &Callback<Message>) {
    if event.default_prevented() || is_typing(event) {
        return;
    }
    if let Some(message) = meaning(event) {
        event.prevent_default();
        send.emit(message);
    }
}

/// Undo and redo as everywhere: Ctrl-Z, Ctrl-Shift-Z and Ctrl-Y, on a Mac with Cmd.
fn meaning(event: &KeyboardEvent) -> Option<Message> {
    let held = (event.ctrl_key() || event.meta_key()) && !event.alt_key();
    match event.key().to_ascii_lowercase().as_str() {
        "z" if held && !event.shift_key() => Some(Message::Undo),
        "z" | "y" if held => Some(Message::Redo),
        _ => None,
    }
}

/// Whether the key goes into a text, which has an undo of its own.
fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        target.closest("textarea, select, [contenteditable=true], input:not([type=range]), dialog").ok().flatten().is_some()
    })
}
