//! What stands below the text: what is wrong with it and what repairs that, what was done, and what can be done with the file.

use yew::{Callback, Html, html};

use super::super::Icon;
use super::super::controls::{all, class, say, when};
use super::EditorPanelProps;
use crate::api::lint::{Diagnostic, Severity};
use crate::ui::state::{AtDesk, Desk, Message, Own};
use crate::ui::words::{count, fill, t};

/// The problems and the foot.
#[inline(never)]
pub(super) fn below(props: &EditorPanelProps, desk: &Desk) -> Html {
    html! {
        <>
            { problems(props, desk) }
            { told(desk, &props.send) }
            <footer class="editor-foot">
                if props.editing.as_ref() == Some(&props.open) {
                    <span class="editor-status" role="status">{ Icon::Hourglass.draw() }{ t("kubectl edit waits for you") }</span>
                    <span class="editor-ends">
                        <button type="button" class="button is-quiet" title={t("kubectl changes nothing")} onclick={say(&props.send, Message::EditDropped)}>{ t("Close") }</button>
                        <button type="button" class="button is-primary" title={t("kubectl takes it over")} onclick={say(&props.send, Message::EditDone)}>{ t("Save and close") }</button>
                    </span>
                } else {
                    { summary(&props.problems, &props.open) }
                    <span class="editor-ends">
                        if !props.open.is_empty() { { deeds(props, desk) } }
                        <button type="button" class="button is-primary" disabled={props.open.is_empty()} onclick={say(&props.send, Message::Apply)}
                            title={format!("kubectl apply -f {}  ({})", props.open, t("Ctrl-Enter"))}>{ t("Apply") }<kbd>{ t("Ctrl ⏎") }</kbd></button>
                    </span>
                }
            </footer>
        </>
    }
}

/// What the open file can be asked for.
fn deeds(props: &EditorPanelProps, desk: &Desk) -> Html {
    let is_compared = desk.compared.is_some();
    html! {
        <>
            if !props.read_only {
                <button type="button" class="button is-quiet editor-deed" title={t("Tidy the indentation (Shift-Alt-F)")}
                    onclick={say(&props.send, Message::Desk(AtDesk::Format))}>{ t("Format") }</button>
            }
            <button type="button" class={class(&["button is-quiet editor-deed", when(is_compared, "is-on")])} aria-pressed={is_compared.to_string()}
                title={t("What applying the file would change in the cluster")} onclick={say(&props.send, Message::Desk(AtDesk::Compare))}>{ t("Compare") }</button>
            <button type="button" class="button is-quiet editor-deed" title={t("What applying the file would do on every node, tried on a copy of the cluster")}
                onclick={say(&props.send, Message::Own(Own::WhatIf))}>{ t("What if?") }</button>
        </>
    }
}

/// What is compared, over the text.
#[inline(never)]
pub(super) fn comparison(props: &EditorPanelProps, desk: &Desk) -> Html {
    let Some(compared) = &desk.compared else { return html! {} };
    html! {
        <div class="compared-bar" data-testid="compared">
            <p role="status" lang="en">{ &compared.words }</p>
            <button type="button" class="button is-small is-quiet" title={t("Types the command that compares them")}
                onclick={say(&props.send, Message::TypeIt(format!("kubectl diff -f {}", crate::ui::state::quoted(&props.open))))}>{ Icon::Type.draw() }{ "kubectl diff" }</button>
        </div>
    }
}

/// What was done, or why it was not.
fn told(desk: &Desk, send: &Callback<Message>) -> Html {
    html! {
        <div class="editor-told" role="status">
            if let Some((file, _)) = &desk.deleted {
                <p>{ fill("{0} was deleted.", &[file]) }
                    <button type="button" class="button is-small" onclick={say(send, Message::Desk(AtDesk::Restore))}>{ Icon::Undo.draw() }{ t("Bring it back") }</button>
                    <button type="button" class="button is-icon is-quiet is-small" aria-label={t("Let it be gone")} title={t("Let it be gone")}
                        onclick={say(send, Message::Desk(AtDesk::Forget))}>{ Icon::Cross.draw() }</button>
                </p>
            }
            if let Some(said) = &desk.said { <p>{ said }</p> }
        </div>
    }
}

fn problems(props: &EditorPanelProps, desk: &Desk) -> Html {
    if props.problems.is_empty() {
        return html! {};
    }
    let none = vec![];
    html! {
        <ul class="problems" aria-label={t("Problems")}>
            { all(&mut props.problems.iter().enumerate().map(|(at, problem)| {
                let line = problem.line;
                let repairs = desk.repairs.get(at).filter(|_| !props.read_only).unwrap_or(&none);
                let (tone, icon, word) = match problem.severity {
                    Severity::Error => ("is-error", Icon::Cross, t("Error")),
                    Severity::Warning => ("is-warning", Icon::Warning, t("Warning")),
                };
                html! {
                    <li class={class(&["problem", tone])}>
                        <span class="problem-mark" role="img" aria-label={word}>{ icon.draw() }</span>
                        <button type="button" class="link" onclick={say(&props.send, Message::Goto(line))}>{ fill("line {0}", &[&line]) }</button>
                        <div class="problem-text" lang="en">
                            { &problem.message }
                            if !repairs.is_empty() {
                                <div class="problem-repairs">
                                    { all(&mut repairs.iter().map(|title| html! {
                                        <button type="button" class="chip" onclick={say(&props.send, Message::Desk(AtDesk::Repair(problem.clone(), title.clone())))}>{ title }</button>
                                    })) }
                                </div>
                            }
                        </div>
                    </li>
                }
            })) }
        </ul>
    }
}

fn summary(problems: &[Diagnostic], open: &str) -> Html {
    let yaml = open.ends_with(".yaml") || open.ends_with(".yml");
    let (tone, icon, words) = match problems.len() {
        _ if !yaml => ("", Icon::File, t("Not checked: no YAML").to_owned()),
        0 => ("is-good", Icon::Check, t("No problems").to_owned()),
        number => ("is-bad", Icon::Warning, count(number, "1 problem", "{0} problems")),
    };
    html! { <span class={class(&["editor-status", tone])} role="status">{ icon.draw() }<span>{ words }</span></span> }
}
