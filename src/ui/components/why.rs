//! Why there is a pod, or none: every check with the values it compares, and what would flip it; and the ledger of a rollout.

use yew::{AttrValue, Callback, Html, html};

use super::Icon;
use super::controls::{all, class, say, says};
use super::dialog::Dialog;
use super::side_by_side::side_by_side;
use crate::api::Key;
use crate::ui::state::{Answer, Ask, AtDesk, Message};
use crate::ui::words::{fill, t};
use crate::why::{Change, Check, Edit, Fix, Outcome, Progress, Rollout, Turn, Why};

/// A dialog with an answer.
#[inline(never)]
pub(crate) fn why_dialog(answer: &Answer, send: &Callback<Message>) -> Html {
    let (title, content) = match answer {
        Answer::Pods { about, why, file, is_past } => {
            let place = Place { manifest: why.manifest.as_ref(), file: file.as_deref(), can_edit: !is_past };
            (fill("Why? {0}", &[about]), checks(why, place, send))
        }
        Answer::Rollout { about, rollout, set, can_compare, manifest, file, is_past } => {
            let place = Place { manifest: Some(manifest), file: file.as_deref(), can_edit: !is_past };
            (fill("Rollout of {0}", &[about]), ledger(rollout, set, *can_compare, place, send))
        }
        Answer::Comparison { about, comparison, revisions } => {
            (fill("Side by side: {0}", &[about]), side_by_side(comparison.as_ref(), revisions.as_ref(), send))
        }
    };
    html! { <Dialog {title} name="why" wide=true onclose={says(send, Message::Why(None))}>{ content }</Dialog> }
}

fn checks(why: &Why, place: Place<'_>, send: &Callback<Message>) -> Html {
    let mut stage = None;
    html! {
        <>
            <p class="why-verdict" lang="en" role="status">{ &why.verdict }</p>
            <ol class="checks">
                { all(&mut why.checks.iter().map(|check| {
                    let begins = stage.replace(check.stage) != Some(check.stage);
                    html! {
                        <>
                            if begins { <li class="check-stage" lang="en">{ check.stage.name() }</li> }
                            { check_row(check, place, send) }
                        </>
                    }
                })) }
            </ol>
            { all(&mut why.pods.iter().map(|pod| {
                let ask = Ask::Made { namespace: pod.namespace.to_string().into(), name: pod.name.to_string().into() };
                html! {
                    <p class="why-more"><button type="button" class="button" onclick={say(send, Message::Why(Some(ask)))}>
                        { Icon::Columns.draw() }{ fill("What was made of the template: pod/{0}", &[&pod.name]) }</button></p>
                }
            })) }
        </>
    }
}

/// Where the manifest is that checks speak of.
#[derive(Clone, Copy)]
struct Place<'a> {
    manifest: Option<&'a Key>,
    /// The file that holds it.
    file: Option<&'a str>,
    can_edit: bool,
}

fn check_row(check: &Check, place: Place<'_>, send: &Callback<Message>) -> Html {
    let (tone, icon, word) = look(check.outcome);
    html! {
        <li class={class(&["check", tone])}>
            <span class="check-mark" role="img" aria-label={word} title={word}>{ icon.draw() }</span>
            <div>
                <p class="check-said" lang="en"><b>{ &check.name }</b>{ " " }{ &check.said }</p>
                if let Some(path) = &check.from { <p class="check-from"><code>{ path }</code>{ show(path, place, send) }</p> }
                { all(&mut check.fixes.iter().map(|fix| fix_row(fix, place, send))) }
            </div>
        </li>
    }
}

/// A button that shows the line in its file, where that is there.
fn show(path: &str, place: Place<'_>, send: &Callback<Message>) -> Html {
    let (Some(key), Some(file)) = (place.manifest, place.file) else { return html! {} };
    let message = Message::Desk(AtDesk::Show(key.clone(), path.to_owned()));
    html! {
        <button type="button" class="button is-small is-quiet" title={fill("Show the line in {0}", &[&file])} onclick={say(send, message)}>
            { Icon::File.draw() }{ t("Show") }</button>
    }
}

/// A button that makes the change in the file, where it can be seen and taken back.
fn edit_it(edit: &Edit, place: Place<'_>, send: &Callback<Message>) -> Html {
    let (Some(key), Some(file), true) = (place.manifest, place.file, place.can_edit) else { return html! {} };
    let message = Message::Desk(AtDesk::Change(key.clone(), edit.clone()));
    html! {
        <button type="button" class="button is-small" title={fill("Change {0}; nothing is applied", &[&file])} onclick={say(send, message)}>
            { Icon::Type.draw() }{ t("Edit it") }</button>
    }
}

/// A change that would flip the check: a command is put into the terminal, an edit into the file.
fn fix_row(fix: &Fix, place: Place<'_>, send: &Callback<Message>) -> Html {
    match fix {
        Fix::Command(line) => html! {
            <div class="command">
                <pre class="command-line"><span class="prompt" aria-hidden="true">{ "$ " }</span><code>{ line }</code></pre>
                <button type="button" class="button is-small" onclick={say(send, Message::TypeIt(line.clone()))}>{ Icon::Type.draw() }{ t("Type it") }</button>
            </div>
        },
        Fix::Edit(edit) => {
            let (what, yaml) = match &edit.change {
                Change::Append(yaml) => (t("Or add to"), Some(format!("- {}", yaml.trim_end().replace('\n', "\n  ")))),
                Change::Set(yaml) => (t("Or set"), Some(yaml.clone())),
                Change::Remove => (t("Or remove"), None),
            };
            html! {
                <div class="check-edit">
                    <p>{ what }{ " " }<code>{ &edit.path }</code>{ edit_it(edit, place, send) }</p>
                    if let Some(yaml) = yaml { <pre class="code" tabindex="0"><code>{ yaml }</code></pre> }
                </div>
            }
        }
    }
}

fn ledger(rollout: &Rollout, set: &AttrValue, can_compare: bool, place: Place<'_>, send: &Callback<Message>) -> Html {
    let numbers =
        fill("{0} desired, {1} up to date, {2} available", &[&rollout.desired, &rollout.updated, &rollout.available]);
    let budget = |name: &'static str, said: &str, words: &'static str| {
        html! { <><dt>{ name }</dt><dd><span lang="en">{ said.to_owned() }</span>{ " " }<small>{ words }</small></dd></> }
    };
    html! {
        <>
            <p class="why-verdict" lang="en" role="status">{ &rollout.verdict }</p>
            if let Some(cause) = &rollout.cause {
                <ul class="checks is-cause" aria-label={t("What it does not get past")}>{ check_row(cause, place, send) }</ul>
            }
            <dl class="ledger">
                <dt>{ t("Nodes") }</dt><dd>{ numbers }</dd>
                if rollout.is_rolling {
                    { budget("maxUnavailable", &rollout.max_unavailable.said, t("how many nodes may be without an available pod")) }
                    { budget("maxSurge", &rollout.max_surge.said, t("how many nodes may have a second pod meanwhile")) }
                    <dt>{ t("Used up now") }</dt><dd lang="en">{ rollout.used() }</dd>
                }
            </dl>
            <ol class="checks">
                { all(&mut rollout.nodes.iter().map(|turn| turn_row(turn, set, send))) }
            </ol>
            if can_compare {
                <p class="why-more"><button type="button" class="button" onclick={say(send, Message::Why(Some(Ask::Revisions { set: set.clone(), range: None })))}>
                    { Icon::Columns.draw() }{ t("Revisions side by side") }</button></p>
            }
        </>
    }
}

/// How far a node is in a rollout. Its name leads to all that is checked there.
fn turn_row(turn: &Turn, set: &AttrValue, send: &Callback<Message>) -> Html {
    let (tone, icon, _) = look(turn.outcome);
    let word = match (turn.progress, turn.outcome) {
        (_, Outcome::Failed) => t("Does not go on"),
        (Progress::Done, _) => t("Up to date"),
        (Progress::Busy, _) => t("Its turn now"),
        (Progress::Waiting | Progress::ByHand, _) => t("Waits"),
        (Progress::Out, _) => t("No pod belongs here"),
    };
    let ask = Ask::Node { node: turn.node.clone().into(), set: set.clone() };
    html! {
        <li class={class(&["check", tone])}>
            <span class="check-mark" role="img" aria-label={word} title={word}>{ icon.draw() }</span>
            <p class="check-said" lang="en"><button type="button" class="link" title={t("Why is it here, or not?")}
                onclick={say(send, Message::Why(Some(ask)))}>{ &turn.node }</button>{ " " }{ &turn.said }</p>
        </li>
    }
}

fn look(outcome: Outcome) -> (&'static str, Icon, &'static str) {
    match outcome {
        Outcome::Passed => ("is-passed", Icon::Check, t("Passed")),
        Outcome::Failed => ("is-failed", Icon::Cross, t("Failed")),
        Outcome::Neutral => ("is-neutral", Icon::Circle, t("Plays no part, or is not over")),
    }
}
