//! What happened, and the way back to it.

use web_sys::{HtmlInputElement, InputEvent};
use yew::{AttrValue, Callback, Html, TargetCast, html};

use super::Icon;
use super::controls::{all, class, say, when};
use super::menu::Menu;
use crate::sim::SimTime;
use crate::timeline::{Branch, Moment, Sentence, Timeline, Tone};
use crate::ui::state::Message;
use crate::ui::words::{fill, t};

/// What the timeline shows.
#[derive(Debug)]
pub(crate) struct TimelineView<'a> {
    /// The latest moments up to what is being looked at, newest last.
    pub(crate) latest: &'a [Moment],
    /// Where moments are, each a thousandth of the whole, for the marks.
    pub(crate) marks: Vec<u64>,
    /// The present.
    pub(crate) now: SimTime,
    /// What is being looked at.
    pub(crate) at: SimTime,
    /// What has just happened, where somebody goes step by step.
    pub(crate) told: &'a [Sentence],
    /// What can be taken back, done again, and gone back to.
    pub(crate) timeline: &'a Timeline,
}

/// A slider over all that happened, and the latest of it in words.
pub(crate) fn timeline_bar(view: &TimelineView<'_>, send: &Callback<Message>) -> Html {
    let oninput = {
        let send = send.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse::<f64>().ok());
            if let Some(value) = value {
                send.emit(Message::Scrub(SimTime::from_millis(value as u64)));
            }
        })
    };
    let past = view.at < view.now;
    let shown = AttrValue::from(view.at.to_string());
    html! {
        <section class={class(&["timeline", when(past, "is-past")])} data-testid="timeline" aria-label={t("Timeline")}>
            <div class="timeline-row">
            if past {
                { looking_back(&shown, send) }
            }
            if view.told.is_empty() {
                <ol class="moments" aria-label={t("Latest events")}>
                    if view.latest.is_empty() {
                        <li class="moments-empty">{ t("What happens in the cluster is told here.") }</li>
                    }
                    { all(&mut view.latest.iter().rev().map(|moment| one(moment, send))) }
                </ol>
            } else {
                { told(view.told) }
            }
            </div>
            <div class="scrub">
                { turn(Icon::Undo, t("Undo"), view.timeline.undoable(), Message::Undo, send) }
                { turn(Icon::Redo, t("Redo"), view.timeline.redoable(), Message::Redo, send) }
                <span class="scrub-track">
                    <svg class="scrub-marks" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                        { all(&mut view.marks.iter().map(|mark| html! { <rect x={mark.to_string()} width="1.5" height="8" /> })) }
                    </svg>
                    <input type="range" class="range" min="0" max={view.now.as_millis().to_string()} step="100" value={view.at.as_millis().to_string()}
                        aria-label={t("Moment that is shown")} aria-valuetext={shown.clone()} {oninput} />
                </span>
                if view.timeline.others().next().is_some() {
                    { others(view.timeline, send) }
                }
            </div>
        </section>
    }
}

/// A button that takes the last command back, or does it again; it says which.
fn turn(icon: Icon, word: &'static str, line: Option<&str>, message: Message, send: &Callback<Message>) -> Html {
    let name = line.map_or_else(|| word.to_owned(), |line| format!("{word}: {line}"));
    html! {
        <button type="button" class="button is-icon is-quiet is-small" disabled={line.is_none()} aria-label={name.clone()} title={name}
            onclick={say(send, message)}>{ icon.draw() }</button>
    }
}

/// Where one is, while that is not the present.
#[inline(never)]
fn looking_back(shown: &AttrValue, send: &Callback<Message>) -> Html {
    html! {
        <div class="past" role="status" data-testid="past">
            { Icon::Clock.draw() }
            <span><span class="past-words">{ t("You are looking at") }{ " " }</span><b>{ shown }</b></span>
            <button type="button" class="button is-small" title={t("Leaves the present behind; a command that changes something does the same")}
                onclick={say(send, Message::Fork)}>{ Icon::Fork.draw() }{ t("Go on from here") }</button>
            <button type="button" class="button is-small is-primary" onclick={say(send, Message::BackToNow)}>{ t("Back to now") }</button>
        </div>
    }
}

/// What has just happened.
#[inline(never)]
fn told(sentences: &[Sentence]) -> Html {
    let whole: Vec<String> = sentences.iter().map(|one| format!("{} {}.", one.actor, one.text)).collect();
    html! {
        <p class="told" lang="en" role="status" data-testid="told" title={whole.join("\n")}>
            { all(&mut sentences.iter().map(|one| html! { <span class="sentence"><b>{ &one.actor }</b>{ " " }{ &one.text }{ ". " }</span> })) }
        </p>
    }
}

/// The presents that were left behind.
#[inline(never)]
fn others(timeline: &Timeline, send: &Callback<Message>) -> Html {
    let all: Vec<(String, String)> = timeline.others().map(described).collect();
    let face = html! { <>{ Icon::Fork.draw() }<span>{ all.len() }</span></> };
    let send = send.clone();
    let items = Callback::from(move |()| {
        let item = |(index, (time, last)): (usize, &(String, String))| {
            html! {
                <button type="button" class="menu-item" onclick={say(&send, Message::Switch(index))}>
                    { Icon::Fork.draw() }<span class="menu-words">{ fill("Until {0}", &[time]) }<code>{ last.clone() }</code></span>
                </button>
            }
        };
        all.iter().enumerate().map(item).collect()
    });
    html! { <Menu label={t("Presents that you left behind")} {face} class="is-quiet is-small is-branches" {items} /> }
}

/// Its time and the last that was done in it.
fn described(branch: &Branch) -> (String, String) {
    let last = branch.history.last().map(|taken| taken.action.in_words());
    (branch.now.to_string(), last.unwrap_or_else(|| t("nothing done yet").to_owned()))
}

fn one(moment: &Moment, send: &Callback<Message>) -> Html {
    let tone = match moment.tone() {
        Tone::Command => "is-command",
        Tone::Normal => "is-normal",
        Tone::Warning => "is-warning",
    };
    let time = AttrValue::from(moment.at.to_string());
    html! {
        <li>
            <button type="button" lang="en" class={class(&["moment", tone])} onclick={say(send, Message::Scrub(moment.at))}
                title={format!("{time}: {} {}. {}", moment.actor(), moment.text(), t("Look at that moment"))}>
                <span class="moment-time">{ &time }</span><span class="moment-actor">{ moment.actor() }</span>if let Some(subject) = moment.subject() {
                    <span class="moment-subject">{ subject }</span>
                }
                <span class="moment-text">{ moment.text() }</span>
            </button>
        </li>
    }
}
