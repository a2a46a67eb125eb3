//! The command line.

use std::collections::VecDeque;
use std::rc::Rc;

use web_sys::{ClipboardEvent, Element, HtmlInputElement, InputEvent, KeyboardEvent, MouseEvent};
use yew::{
    AttrValue, Callback, Html, NodeRef, Properties, TargetCast, function_component, html, use_effect, use_effect_with,
    use_mut_ref, use_node_ref, use_state,
};

use super::Icon;
use super::controls::{all, class, say, when};
use crate::kubectl::Stream;
use crate::session::Entry;
use crate::shell::Completion;
use crate::ui::browser;
use crate::ui::state::Message;

/// What the terminal shows.
#[derive(Debug, Properties)]
pub(crate) struct TerminalPanelProps {
    /// All that was run, oldest first; entries before `first` were cleared away.
    pub(crate) entries: Rc<Vec<Rc<Entry>>>,
    /// The first entry to show.
    pub(crate) first: usize,
    /// Whether a command is running.
    pub(crate) busy: bool,
    /// Whether the clock stands, so that a running command waits for nothing.
    pub(crate) paused: bool,
    /// On a phone: whether it is what is shown.
    pub(crate) in_front: bool,
    /// Lines that wait for the running command to end.
    pub(crate) queue: Rc<VecDeque<String>>,
    /// A line to put into the input, counted.
    pub(crate) typed: (u32, AttrValue),
    /// What Tab offers for a line and a cursor.
    pub(crate) complete: Callback<(String, usize), Completion>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

impl PartialEq for TerminalPanelProps {
    fn eq(&self, other: &Self) -> bool {
        let same = self.entries.len() == other.entries.len()
            && self.entries.iter().zip(&*other.entries).all(|(a, b)| Rc::ptr_eq(a, b));
        same && (self.first, self.busy, self.paused, self.in_front, &self.typed)
            == (other.first, other.busy, other.paused, other.in_front, &other.typed)
            && self.queue == other.queue
            && self.complete == other.complete
            && self.send == other.send
    }
}

/// What Tab offered, and which of it stands in the line.
#[derive(Clone, Debug, Default, PartialEq)]
struct Offer {
    start: usize,
    candidates: Vec<String>,
    chosen: Option<usize>,
    /// The line before anything was chosen.
    line: String,
    cursor: usize,
}

/// Output that can be copied, and an input line with history and completion.
#[function_component]
pub(crate) fn TerminalPanel(props: &TerminalPanelProps) -> Html {
    let output = use_node_ref();
    let input = use_node_ref();
    let line = use_state(String::new);
    let offer = use_state(Offer::default);
    // How far back in the history; the line that was begun before.
    let back = use_mut_ref(|| (0usize, String::new()));
    // After Escape the next Tab leaves the terminal.
    let leaves = use_mut_ref(|| false);
    let at_bottom = use_mut_ref(|| true);

    {
        let (line, offer, typed) = (line.clone(), offer.clone(), props.typed.1.clone());
        use_effect_with(props.typed.0, move |&count| {
            if count > 0 {
                line.set(typed.to_string());
                offer.set(Offer::default());
            }
        });
    }
    {
        let (output, at_bottom) = (output.clone(), at_bottom.clone());
        use_effect(move || {
            if let Some(element) = output.cast::<Element>().filter(|_| *at_bottom.borrow()) {
                element.set_scroll_top(element.scroll_height());
            }
        });
    }
    let onscroll = {
        let (output, at_bottom) = (output.clone(), at_bottom.clone());
        Callback::from(move |_: yew::Event| {
            if let Some(element) = output.cast::<Element>() {
                *at_bottom.borrow_mut() = element.scroll_height() - element.scroll_top() - element.client_height() < 24;
            }
        })
    };
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
        let (line, offer, back, at_bottom, send) =
            (line.clone(), offer.clone(), back.clone(), at_bottom, props.send.clone());
        Callback::from(move |text: String| {
            *back.borrow_mut() = (0, String::new());
            *at_bottom.borrow_mut() = true;
            line.set(String::new());
            offer.set(Offer::default());
            if !text.trim().is_empty() {
                send.emit(Message::Line(text));
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
    let choose = {
        let (line, offer, input) = (line.clone(), offer.clone(), input.clone());
        Callback::from(move |index: usize| {
            if let Some(candidate) = offer.candidates.get(index) {
                line.set(completed(&offer.line, offer.start, offer.cursor, &finished(candidate)));
            }
            offer.set(Offer::default());
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        })
    };
    let onkeydown = {
        let (line, offer, props_entries, busy) = (line.clone(), offer.clone(), props.entries.clone(), props.busy);
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
                "ArrowUp" | "ArrowDown" => {
                    event.prevent_default();
                    offer.set(Offer::default());
                    let lines = history(&props_entries);
                    let mut back = back.borrow_mut();
                    if back.0 == 0 {
                        back.1 = element.value();
                    }
                    back.0 = if event.key() == "ArrowUp" { (back.0 + 1).min(lines.len()) } else { back.0.saturating_sub(1) };
                    let shown = if back.0 == 0 { back.1.clone() } else { lines[lines.len() - back.0].to_owned() };
                    line.set(shown);
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
    // A click into the output puts the cursor into the line, unless it selected something.
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|_| !browser::has_selection()) {
                let _ = input.focus();
            }
        })
    };
    let run = {
        let (submit, line) = (submit, line.clone());
        Callback::from(move |_| submit.emit((*line).clone()))
    };
    let shown = props.entries.get(props.first..).unwrap_or_default();
    html! {
        <section class="panel terminal" data-testid="terminal" data-room="terminal" aria-labelledby="terminal-title">
            <header class="panel-head">
                <h2 id="terminal-title">{ Icon::Terminal.draw() }{ "Terminal" }</h2>
                <span class="panel-note">{ "Tab completes, ↑ repeats" }</span>
                if !shown.is_empty() {
                    <button type="button" class="button is-small is-quiet" title="Ctrl-L" onclick={say(&props.send, Message::ClearScreen)}>{ "Clear" }</button>
                }
            </header>
            <div class="terminal-output" ref={output} data-testid="terminal-output" role="log" aria-live="polite" aria-label="Output"
                tabindex="0" {onscroll} {onclick}>
                if shown.is_empty() {
                    <p class="empty">{ "Type a command, or tap “Type it” in the lesson. " }<code>{ "kubectl get nodes" }</code>{ " is a good first one." }</p>
                }
                { all(&mut shown.iter().enumerate().map(|(index, entry)| html! {
                    <EntryBlock key={props.first + index} entry={entry.clone()} />
                })) }
                { all(&mut props.queue.iter().map(|waiting| html! {
                    <p class="entry-line is-queued"><span class="prompt" aria-hidden="true">{ "… " }</span>{ waiting }</p>
                })) }
            </div>
            { offered(&offer, &choose) }
            <div class={class(&["terminal-line", when(props.busy, "is-busy")])}>
                if props.busy {
                    <span class="running" role="status">
                        <span class="spinner" aria-hidden="true" />
                        { if props.paused { "paused" } else { "running" } }
                    </span>
                } else {
                    <span class="prompt" aria-hidden="true">{ "$" }</span>
                }
                <LineInput node={input.clone()} value={(*line).clone()} {oninput} {onkeydown} {onpaste}
                    placeholder={if props.busy && props.paused { "The clock is paused: start it above, or stop with Ctrl-C" } else { "" }} />
                if props.busy {
                    <button type="button" class="button is-small" onclick={interrupt} title="Stops the running command">{ "Ctrl-C" }</button>
                } else {
                    <button type="button" class="button is-small is-quiet narrow-only" onclick={run}>{ "Run" }</button>
                }
            </div>
        </section>
    }
}

#[derive(Debug, PartialEq, Properties)]
struct LineInputProps {
    node: NodeRef,
    value: String,
    placeholder: &'static str,
    oninput: Callback<InputEvent>,
    onkeydown: Callback<KeyboardEvent>,
    onpaste: Callback<yew::Event>,
}

#[function_component]
fn LineInput(props: &LineInputProps) -> Html {
    html! {
        <input class="line-input" ref={props.node.clone()} data-testid="terminal-input" type="text" aria-label="Command line"
            aria-description="Tab completes a word. Escape and then Tab leaves the terminal." autocomplete="off" autocapitalize="off"
            autocorrect="off" spellcheck="false" enterkeyhint="go" placeholder={props.placeholder} value={props.value.clone()}
            oninput={props.oninput.clone()} onkeydown={props.onkeydown.clone()} onpaste={props.onpaste.clone()} />
    }
}

#[derive(Debug, Properties)]
struct EntryBlockProps {
    entry: Rc<Entry>,
}

impl PartialEq for EntryBlockProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entry, &other.entry)
    }
}

/// A command line with what it printed.
#[function_component]
fn EntryBlock(props: &EntryBlockProps) -> Html {
    let entry = &props.entry;
    let failed = entry.job.exit.filter(|&code| code != 0);
    html! {
        <div class="entry">
            <p class="entry-line" data-exit={failed.map(|code| if code == 130 { "stopped".to_owned() } else { format!("exit {code}") })}>
                <span class="prompt" aria-hidden="true">{ "$ " }</span>{ &entry.line }
            </p>
            { all(&mut entry.job.output.chunks.iter().map(|chunk| match chunk.stream {
                Stream::Out => html! { <pre class={class(&["out", when(is_table(&chunk.text), "is-table")])}>{ &chunk.text }</pre> },
                Stream::Err => html! { <pre class="err" role="group" aria-label="standard error">{ &chunk.text }</pre> },
            })) }
        </div>
    }
}

/// Whether it has columns, which a line break would tear apart.
fn is_table(text: &str) -> bool {
    text.lines().any(|line| line.trim().contains("   "))
}

fn offered(offer: &Offer, choose: &Callback<usize>) -> Html {
    if offer.candidates.len() < 2 {
        return html! {};
    }
    html! {
        <div class="offer" role="listbox" aria-label="Completions">
            { all(&mut offer.candidates.iter().enumerate().map(|(index, candidate)| {
                let choose = choose.clone();
                let chosen = offer.chosen == Some(index);
                html! {
                    <button type="button" class={class(&["chip", when(chosen, "is-on")])} role="option" tabindex="-1"
                        aria-selected={chosen.to_string()} onclick={move |_| choose.emit(index)}>{ candidate }</button>
                }
            })) }
        </div>
    }
}

/// What Tab makes of a line: the common beginning of all candidates first, then one after the other.
fn tab(
    offer: &Offer,
    element: &HtmlInputElement,
    backwards: bool,
    complete: &Callback<(String, usize), Completion>,
) -> (String, Offer) {
    let count = offer.candidates.len();
    if count > 1 {
        let index = match (offer.chosen, backwards) {
            (None, false) => 0,
            (None, true) => count - 1,
            (Some(index), false) => (index + 1) % count,
            (Some(index), true) => (index + count - 1) % count,
        };
        let line = completed(&offer.line, offer.start, offer.cursor, &finished(&offer.candidates[index]));
        return (line, Offer { chosen: Some(index), ..offer.clone() });
    }
    let line = element.value();
    let units = element.selection_start().ok().flatten().unwrap_or(u32::MAX) as usize;
    let cursor = bytes_of(&line, units);
    let Completion { start, candidates } = complete.emit((line.clone(), cursor));
    let word = line.get(start..cursor).unwrap_or_default();
    match &candidates[..] {
        [] => (line, Offer::default()),
        [only] => (completed(&line, start, cursor, &finished(only)), Offer::default()),
        [first, rest @ ..] => {
            let common = rest.iter().fold(first.as_str(), |common, other| {
                let length = common
                    .char_indices()
                    .zip(other.chars())
                    .take_while(|((_, a), b)| a == b)
                    .map(|((at, a), _)| at + a.len_utf8())
                    .last();
                &common[..length.unwrap_or(0)]
            });
            let common = if common.len() > word.len() { common } else { word };
            let line = completed(&line, start, cursor, common);
            let cursor = start + common.len();
            (line.clone(), Offer { start, candidates: candidates.clone(), chosen: None, line, cursor })
        }
    }
}

/// `line` with `start..cursor` replaced.
fn completed(line: &str, start: usize, cursor: usize, word: &str) -> String {
    let (before, after) = (line.get(..start).unwrap_or(line), line.get(cursor..).unwrap_or_default());
    if word.ends_with(' ') && after.starts_with(' ') {
        format!("{before}{}{after}", word.trim_end())
    } else {
        format!("{before}{word}{after}")
    }
}

/// A whole word is followed by a space, unless it asks for more.
fn finished(candidate: &str) -> String {
    if candidate.ends_with(['=', '/', ':', ' ']) { candidate.to_owned() } else { format!("{candidate} ") }
}

/// The place in bytes of a place that JavaScript counts.
fn bytes_of(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}

/// The lines that ↑ goes through: each once in a row.
fn history(entries: &[Rc<Entry>]) -> Vec<&str> {
    let mut lines: Vec<&str> = entries.iter().map(|entry| entry.line.as_str()).collect();
    lines.dedup();
    lines
}
