//! The line that is being typed: history, completion, a grey suggestion, words to tap.

use std::rc::Rc;

use web_sys::{ClipboardEvent, HtmlInputElement, InputEvent, KeyboardEvent};
use yew::{
    AttrValue, Callback, Html, NodeRef, Properties, TargetCast, function_component, html, use_effect_with, use_mut_ref,
    use_state,
};

use super::offer::{Offer, completed, finished, offered, tab};
use crate::session::Entry;
use crate::shell::Completion;
use crate::ui::browser;
use crate::ui::components::controls::all;
use crate::ui::state::{Assist, Message};
use crate::ui::words::t;

/// What the line needs to know.
#[derive(Debug, Properties)]
pub(super) struct CommandLineProps {
    /// The input element.
    pub(super) input: NodeRef,
    /// All that was run, for ↑.
    pub(super) entries: Rc<Vec<Rc<Entry>>>,
    /// Whether a command is running.
    pub(super) busy: bool,
    /// Whether the clock stands, so that a running command waits for nothing.
    pub(super) paused: bool,
    /// Whether all of the engine is there, which is what helps.
    pub(super) whole: bool,
    /// The directory that commands run in; empty at home.
    pub(super) directory: AttrValue,
    /// A line to put into the input, counted.
    pub(super) typed: (u32, AttrValue),
    /// What Tab offers for a line and a cursor.
    pub(super) complete: Callback<(String, usize), Completion>,
    /// What else helps with a line.
    pub(super) assist: Callback<String, Assist>,
    /// A line to run.
    pub(super) submit: Callback<String>,
    /// Where to say what the person wants.
    pub(super) send: Callback<Message>,
}

impl PartialEq for CommandLineProps {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Self| (a.entries.len(), a.busy, a.paused, a.whole, a.directory.clone(), a.typed.clone());
        same(self) == same(other)
            && self.complete == other.complete
            && self.submit == other.submit
            && self.send == other.send
    }
}

/// Lines that the line goes on from (`for …; do`), the line, and what helps with it.
#[function_component]
pub(super) fn CommandLine(props: &CommandLineProps) -> Html {
    let input = props.input.clone();
    let line = use_state(String::new);
    let offer = use_state(Offer::default);
    // The lines before this one, which is a part of them.
    let begun = use_mut_ref(String::new);
    // How far back in the history; the line that was begun before.
    let back = use_mut_ref(|| (0usize, String::new()));
    // After Escape the next Tab leaves the terminal.
    let leaves = use_mut_ref(|| false);

    {
        let (line, offer, typed) = (line.clone(), offer.clone(), props.typed.1.clone());
        use_effect_with(props.typed.0, move |&count| {
            if count > 0 {
                line.set(typed.to_string());
                offer.set(Offer::default());
            }
        });
    }
    let oninput = {
        let (line, offer, back, leaves) = (line.clone(), offer.clone(), back.clone(), leaves.clone());
        Callback::from(move |event: InputEvent| {
            *leaves.borrow_mut() = false;
            back.borrow_mut().0 = 0;
            offer.set(Offer::default());
            line.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let submit = {
        let (line, offer, back, begun) = (line.clone(), offer.clone(), back.clone(), begun.clone());
        let (assist, run) = (props.assist.clone(), props.submit.clone());
        Callback::from(move |text: String| {
            *back.borrow_mut() = (0, String::new());
            line.set(String::new());
            offer.set(Offer::default());
            let whole = format!("{}{text}", begun.borrow());
            if assist.emit(whole.clone()).unfinished {
                *begun.borrow_mut() = whole + "\n";
            } else {
                begun.borrow_mut().clear();
                if !whole.trim().is_empty() {
                    run.emit(whole);
                }
            }
        })
    };
    let onpaste = {
        let (line, submit) = (line.clone(), submit.clone());
        Callback::from(move |event: yew::Event| {
            let Ok(event) = wasm_bindgen::JsCast::dyn_into::<ClipboardEvent>(event) else { return };
            let Some(text) = event.clipboard_data().and_then(|data| data.get_data("text").ok()) else { return };
            // Several lines run one after the other, as in a terminal; the last waits for Enter.
            if let Some((lines, last)) = text.trim_end_matches(['\r', '\n']).rsplit_once('\n') {
                event.prevent_default();
                for (index, one) in lines.lines().enumerate() {
                    submit.emit(if index == 0 { format!("{}{one}", *line) } else { one.to_owned() });
                }
                line.set(last.trim_end_matches('\r').to_owned());
            }
        })
    };
    // Puts a word into the line, and the cursor back.
    let put = {
        let (line, offer, input) = (line.clone(), offer.clone(), input.clone());
        Callback::from(move |text: String| {
            line.set(text);
            offer.set(Offer::default());
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        })
    };
    let choose = {
        let (offer, put) = (offer.clone(), put.clone());
        Callback::from(move |index: usize| {
            if let Some(candidate) = offer.candidates.get(index) {
                put.emit(completed(&offer.line, offer.start, offer.cursor, &finished(candidate)));
            }
        })
    };
    let help = if props.busy { Assist::default() } else { props.assist.emit(format!("{}{}", begun.borrow(), *line)) };
    let suggestion = help.suggestion.filter(|_| !line.is_empty() && offer.candidates.is_empty());
    let onkeydown = {
        let (line, offer, begun, suggestion) = (line.clone(), offer.clone(), begun.clone(), suggestion.clone());
        let (entries, busy) = (props.entries.clone(), props.busy);
        let (send, complete, submit) = (props.send.clone(), props.complete.clone(), submit.clone());
        Callback::from(move |event: KeyboardEvent| {
            let element = event.target_unchecked_into::<HtmlInputElement>();
            let control = event.ctrl_key() && !event.alt_key() && !event.meta_key();
            match event.key().as_str() {
                "Enter" if !event.is_composing() => {
                    event.prevent_default();
                    submit.emit(element.value());
                }
                "c" | "C" if control && !event.shift_key() => {
                    let selected = element.selection_start().ok().flatten() != element.selection_end().ok().flatten();
                    if selected || browser::has_selection() {
                        return;
                    }
                    event.prevent_default();
                    if !busy {
                        line.set(String::new());
                        begun.borrow_mut().clear();
                    }
                    offer.set(Offer::default());
                    send.emit(Message::Interrupt);
                }
                "l" | "L" if control => {
                    event.prevent_default();
                    send.emit(Message::ClearScreen);
                }
                "u" | "U" if control => {
                    event.prevent_default();
                    line.set(String::new());
                }
                "Escape" => {
                    *leaves.borrow_mut() = true;
                    offer.set(Offer::default());
                }
                "Tab" if !element.value().is_empty() && !*leaves.borrow() => {
                    if event.shift_key() && offer.candidates.is_empty() {
                        return;
                    }
                    event.prevent_default();
                    let (next_line, next) = tab(&offer, &element, event.shift_key(), &complete);
                    line.set(next_line);
                    offer.set(next);
                }
                "ArrowRight" | "End" if !event.shift_key() && is_at_end(&element) => {
                    if let Some(rest) = &suggestion {
                        event.prevent_default();
                        line.set(format!("{}{rest}", element.value()));
                    }
                }
                "ArrowUp" | "ArrowDown" => {
                    event.prevent_default();
                    offer.set(Offer::default());
                    line.set(recalled(&mut back.borrow_mut(), event.key() == "ArrowUp", &element, &entries));
                }
                _ => *leaves.borrow_mut() = false,
            }
        })
    };
    let interrupt = {
        let (send, input) = (props.send.clone(), input.clone());
        Callback::from(move |_| {
            send.emit(Message::Interrupt);
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        })
    };
    let run = {
        let line = line.clone();
        Callback::from(move |_| submit.emit((*line).clone()))
    };
    let earlier = begun.borrow().clone();
    let prompt = if earlier.is_empty() { "$" } else { ">" };
    let waits_for_clock = props.busy && props.paused;
    html! {
        <>
            if offer.candidates.len() > 1 {
                { offered(&offer, &choose) }
            } else if !help.chips.candidates.is_empty() {
                { chips(&help.chips, &line, &put) }
            }
            { all(&mut earlier.lines().enumerate().map(|(index, line)| html! {
                <p class="terminal-earlier"><span class="prompt" aria-hidden="true">{ if index == 0 { "$ " } else { "> " } }</span>{ line.to_owned() }</p>
            })) }
            <div class={if props.busy { "terminal-line is-busy" } else { "terminal-line" }}>
                if props.busy {
                    <span class="running" role="status">
                        <span class="spinner" aria-hidden="true" />
                        { if props.paused { t("paused") } else { t("running") } }
                    </span>
                } else {
                    <span class="prompt" aria-hidden="true"><span class="prompt-place">{ &props.directory }</span>{ prompt }</span>
                }
                <div class="line-box">
                    if let Some(rest) = suggestion {
                        <span class="ghost" aria-hidden="true"><span class="ghost-typed">{ &*line }</span>{ rest }</span>
                    }
                    <input class="line-input" ref={input} data-testid="terminal-input" type="text" aria-label={t("Command line")}
                        aria-description={t("Tab completes a word, the right arrow takes the grey suggestion. Escape and then Tab leaves the terminal.")}
                        autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="go"
                        placeholder={if waits_for_clock { t("The clock is paused: start it above, or stop with Ctrl-C") } else { "" }}
                        value={(*line).clone()} {oninput} {onkeydown} {onpaste} />
                </div>
                if props.busy {
                    <button type="button" class="button is-small" onclick={interrupt} title={t("Stops the running command")}>{ t("Ctrl-C") }</button>
                } else if !earlier.is_empty() {
                    <button type="button" class="button is-small is-quiet" title={t("Ctrl-C")} onclick={
                        let (begun, line, send) = (begun, line.clone(), props.send.clone());
                        Callback::from(move |_| {
                            begun.borrow_mut().clear();
                            line.set(String::new());
                            send.emit(Message::Interrupt);
                        })
                    }>{ t("Drop") }</button>
                } else {
                    <button type="button" class="button is-small is-quiet narrow-only" onclick={run}>{ t("Run") }</button>
                }
            </div>
        </>
    }
}

/// Words to tap, for who has no keyboard: the next ones that make sense.
#[inline(never)]
fn chips(chips: &Completion, line: &str, put: &Callback<String>) -> Html {
    html! {
        <div class="offer is-chips touch-only" role="group" aria-label={t("Next words")}>
            { all(&mut chips.candidates.iter().map(|word| {
                let text = completed(line, chips.start, line.len(), &finished(word));
                let put = put.clone();
                html! { <button type="button" class="chip" tabindex="-1" onclick={move |_| put.emit(text.clone())}>{ word }</button> }
            })) }
        </div>
    }
}

/// Whether the cursor stands behind the last letter and nothing is selected.
fn is_at_end(input: &HtmlInputElement) -> bool {
    let length = input.value().encode_utf16().count() as u32;
    let at = |place: Result<Option<u32>, wasm_bindgen::JsValue>| place.ok().flatten() == Some(length);
    at(input.selection_start()) && at(input.selection_end())
}

/// The line that ↑ or ↓ goes to; `back` is how far back that is, and the line that was begun.
#[inline(never)]
fn recalled(back: &mut (usize, String), up: bool, element: &HtmlInputElement, entries: &[Rc<Entry>]) -> String {
    let lines = history(entries);
    if back.0 == 0 {
        back.1 = element.value();
    }
    back.0 = if up { (back.0 + 1).min(lines.len()) } else { back.0.saturating_sub(1) };
    if back.0 == 0 { back.1.clone() } else { lines[lines.len() - back.0].to_owned() }
}

/// The lines that ↑ goes through: each once in a row.
fn history(entries: &[Rc<Entry>]) -> Vec<&str> {
    let mut lines: Vec<&str> = entries.iter().map(|entry| entry.line.as_str()).collect();
    lines.dedup();
    lines
}
