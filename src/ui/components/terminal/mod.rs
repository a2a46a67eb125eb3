//! The terminal.

mod entry;
mod line;
mod offer;

use std::collections::VecDeque;
use std::rc::Rc;

use web_sys::{Element, HtmlInputElement, MouseEvent};
use yew::{AttrValue, Callback, Html, Properties, function_component, html, use_effect, use_mut_ref, use_node_ref};

use super::Icon;
use super::controls::{all, class, say, when};
use crate::session::Entry;
use crate::shell::Completion;
use crate::ui::browser;
use crate::ui::state::{Assist, Message};
use crate::ui::words::t;
use entry::EntryBlock;
use line::CommandLine;

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
    /// The directory that commands run in; empty at home.
    pub(crate) directory: AttrValue,
    /// A line to put into the input, counted.
    pub(crate) typed: (u32, AttrValue),
    /// Whether a friend's word may stand beside a command that went wrong; nobody can say yet while the engine is not whole.
    pub(crate) hints: Option<bool>,
    /// The names of what is on the map just now, in order.
    pub(crate) names: Callback<(), Vec<AttrValue>>,
    /// What Tab offers for a line and a cursor.
    pub(crate) complete: Callback<(String, usize), Completion>,
    /// What else helps with a line.
    pub(crate) assist: Callback<String, Assist>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

impl PartialEq for TerminalPanelProps {
    fn eq(&self, other: &Self) -> bool {
        let same = self.entries.len() == other.entries.len()
            && self.entries.iter().zip(&*other.entries).all(|(a, b)| Rc::ptr_eq(a, b));
        same && (self.first, self.busy, self.paused, self.in_front, self.hints, &self.typed, &self.directory)
            == (other.first, other.busy, other.paused, other.in_front, other.hints, &other.typed, &other.directory)
            && self.queue == other.queue
            && self.names == other.names
            && self.complete == other.complete
            && self.assist == other.assist
            && self.send == other.send
    }
}

/// Output that can be copied, and the line below it.
#[function_component]
pub(crate) fn TerminalPanel(props: &TerminalPanelProps) -> Html {
    let output = use_node_ref();
    let input = use_node_ref();
    let at_bottom = use_mut_ref(|| true);
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
    let submit = yew::use_callback(props.send.clone(), move |line: String, send| {
        *at_bottom.borrow_mut() = true;
        send.emit(Message::Line(line));
    });
    // A click into the output puts the cursor into the line, unless it selected something.
    let onclick = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = input.cast::<HtmlInputElement>().filter(|_| !browser::has_selection()) {
                let _ = input.focus();
            }
        })
    };
    let shown = props.entries.get(props.first..).unwrap_or_default();
    let hints = props.hints == Some(true);
    html! {
        <section class="panel terminal" data-testid="terminal" data-room="terminal" aria-labelledby="terminal-title">
            <header class="panel-head">
                <h2 id="terminal-title">{ Icon::Terminal.draw() }{ t("Terminal") }</h2>
                <span class="panel-note">{ t("Tab completes, ↑ repeats") }</span>
                if let Some(hints) = props.hints {
                    <button type="button" class={class(&["button is-small is-quiet", when(hints, "is-on")])} aria-pressed={hints.to_string()}
                        title={t("A word of help beside a command that went wrong")} onclick={say(&props.send, Message::Hints(!hints))}>
                        { Icon::Bulb.draw() }{ t("Hints") }
                    </button>
                }
                if !shown.is_empty() && props.hints.is_some() {
                    { copy(&props.send) }
                }
                if !shown.is_empty() {
                    <button type="button" class="button is-small is-quiet" title={t("Ctrl-L")} onclick={say(&props.send, Message::ClearScreen)}>{ t("Clear") }</button>
                }
            </header>
            <div class="terminal-output" ref={output} data-testid="terminal-output" role="log" aria-live="polite" aria-label={t("Output")}
                tabindex="0" {onscroll} {onclick}>
                if shown.is_empty() {
                    <p class="empty">{ t("Type a command, or tap “Type it” in the lesson. A good first one:") }{ " " }<code>{ "kubectl get nodes" }</code></p>
                }
                { all(&mut shown.iter().enumerate().map(|(index, entry)| html! {
                    <EntryBlock key={props.first + index} entry={entry.clone()} {hints} whole={props.hints.is_some()} names={props.names.clone()} send={props.send.clone()} />
                })) }
                { all(&mut props.queue.iter().map(|waiting| html! {
                    <p class="entry-line is-queued"><span class="prompt" aria-hidden="true">{ "… " }</span>{ waiting }</p>
                })) }
            </div>
            <CommandLine {input} entries={props.entries.clone()} busy={props.busy} paused={props.paused} whole={props.hints.is_some()} directory={props.directory.clone()}
                typed={props.typed.clone()} complete={props.complete.clone()} assist={props.assist.clone()} {submit} send={props.send.clone()} />
        </section>
    }
}

/// Puts all of it on the clipboard.
#[inline(never)]
fn copy(send: &Callback<Message>) -> Html {
    html! {
        <button type="button" class="button is-icon is-small is-quiet" aria-label={t("Copy as Markdown")} title={t("Copy as Markdown")}
            onclick={say(send, Message::CopyTerminal)}>{ Icon::Copy.draw() }</button>
    }
}
