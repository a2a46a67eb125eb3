//! A command line with what it printed.

use std::rc::Rc;

use yew::{Html, Properties, function_component, html};

use crate::kubectl::Stream;
use crate::session::Entry;
use crate::shell;
use crate::ui::components::Icon;
use crate::ui::components::controls::{all, class, when};
use crate::ui::components::markdown::code_spans;
use crate::ui::words::t;

/// What is shown.
#[derive(Debug, Properties)]
pub(super) struct EntryBlockProps {
    /// The command line and its output.
    pub(super) entry: Rc<Entry>,
    /// Whether a friend's word may stand beside a command that went wrong.
    pub(super) hints: bool,
}

impl PartialEq for EntryBlockProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entry, &other.entry) && self.hints == other.hints
    }
}

/// The line, its output, and a hint where one helps. The hint is no output: it is not selected, copied or shared.
#[function_component]
pub(super) fn EntryBlock(props: &EntryBlockProps) -> Html {
    let entry = &props.entry;
    let failed = entry.job.exit.filter(|&code| code != 0);
    let hint = entry.job.exit.filter(|_| props.hints).and_then(|exit| shell::hint(&entry.line, &entry.job.output, exit));
    html! {
        <div class="entry" lang="en">
            <p class={class(&["entry-line", when(failed == Some(130), "is-stopped")])}
                data-exit={failed.map(|code| if code == 130 { t("stopped").to_owned() } else { format!("exit {code}") })}>
                <span class="prompt" aria-hidden="true">{ "$ " }</span>{ &entry.line }
            </p>
            { all(&mut entry.job.output.chunks.iter().map(|chunk| match chunk.stream {
                Stream::Out => html! { <pre class={class(&["out", when(is_table(&chunk.text), "is-table")])}>{ &chunk.text }</pre> },
                Stream::Err => html! { <pre class="err" role="group" aria-label={t("standard error")}>{ &chunk.text }</pre> },
            })) }
            if let Some(hint) = hint {
                <p class="entry-hint" role="note" aria-label={t("Hint")} data-testid="terminal-hint">{ Icon::Bulb.draw() }<span>{ code_spans(&hint) }</span></p>
            }
        </div>
    }
}

/// Whether it has columns, which a line break would tear apart.
fn is_table(text: &str) -> bool {
    text.lines().any(|line| line.trim().contains("   "))
}
