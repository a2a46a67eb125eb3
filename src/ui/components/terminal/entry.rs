//! A command line with what it printed.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use crate::kubectl::Stream;
use crate::session::Entry;
use crate::shell;
use crate::ui::components::Icon;
use crate::ui::components::controls::{all, class, say, when};
use crate::ui::components::markdown::code_spans;
use crate::ui::state::Message;
use crate::ui::words::{fill, t};

/// In longer outputs no names are looked for.
const LONGEST: usize = 200_000;

/// What is shown.
#[derive(Debug, Properties)]
pub(super) struct EntryBlockProps {
    /// The command line and its output.
    pub(super) entry: Rc<Entry>,
    /// Whether a friend's word may stand beside a command that went wrong.
    pub(super) hints: bool,
    /// Whether all of the engine is there, which is what finds names.
    pub(super) whole: bool,
    /// The names of what is on the map just now, in order.
    pub(super) names: Callback<(), Vec<AttrValue>>,
    /// Where to say what the person wants.
    pub(super) send: Callback<Message>,
}

impl PartialEq for EntryBlockProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entry, &other.entry) && self.hints == other.hints && self.whole == other.whole
    }
}

/// The line, its output, and a hint where one helps. The hint is no output: it is not selected, copied or shared.
#[function_component]
pub(super) fn EntryBlock(props: &EntryBlockProps) -> Html {
    let entry = &props.entry;
    let failed = entry.job.exit.filter(|&code| code != 0);
    let names = props.whole.then(|| props.names.emit(()));
    let hint = entry.job.exit.filter(|_| props.hints).and_then(|exit| shell::hint(&entry.line, &entry.job.output, exit));
    html! {
        <div class="entry" lang="en">
            <p class={class(&["entry-line", when(failed == Some(130), "is-stopped")])}
                data-exit={failed.map(|code| if code == 130 { t("stopped").to_owned() } else { format!("exit {code}") })}>
                <span class="prompt" aria-hidden="true">{ "$ " }</span>{ &entry.line }
            </p>
            { all(&mut entry.job.output.chunks.iter().map(|chunk| match chunk.stream {
                Stream::Out => html! { <pre class={class(&["out", when(is_table(&chunk.text), "is-table")])}>
                    if let Some(names) = names.as_ref().filter(|_| chunk.text.len() <= LONGEST) { { linked(&chunk.text, names, &props.send) } } else { { &chunk.text } }
                </pre> },
                Stream::Err => error(&chunk.text),
            })) }
            if let Some(hint) = hint { { hint_row(&hint) } }
        </div>
    }
}

#[inline(never)]
fn error(text: &str) -> Html {
    html! { <pre class="err" role="group" aria-label={t("standard error")}>{ text.to_owned() }</pre> }
}

#[inline(never)]
fn hint_row(hint: &str) -> Html {
    html! {
        <p class="entry-hint" role="note" aria-label={t("Hint")} data-testid="terminal-hint">{ Icon::Bulb.draw() }<span>{ code_spans(hint) }</span></p>
    }
}

/// The text, in which names of what is on the map lead there. They are no stops of the Tab key, of which there would be too many:
/// the palette leads there as well.
#[inline(never)]
fn linked(text: &str, names: &[AttrValue], send: &Callback<Message>) -> Html {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let mut pieces: Vec<Html> = vec![];
    let mut done = 0;
    let mut rest = text;
    while let Some(from) = rest.find(is_part) {
        let word = &rest[from..];
        let word = &word[..word.find(|c| !is_part(c)).unwrap_or(word.len())];
        let at = text.len() - rest.len() + from;
        rest = &rest[from + word.len()..];
        if let Ok(found) = names.binary_search_by(|name| name.as_str().cmp(word)) {
            let name = &names[found];
            pieces.push(html! { { &text[done..at] } });
            pieces.push(html! {
                <button type="button" class="name-link" tabindex="-1" title={fill("Show {0} on the map", &[name])}
                    onclick={say(send, Message::Reveal(name.clone()))}>{ name }</button>
            });
            done = at + word.len();
        }
    }
    pieces.push(html! { { &text[done..] } });
    pieces.into_iter().collect()
}

/// Whether it has columns, which a line break would tear apart.
fn is_table(text: &str) -> bool {
    text.lines().any(|line| line.trim().contains("   "))
}
