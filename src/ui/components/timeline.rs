//! What happened, and the way back to it.

use web_sys::{HtmlInputElement, InputEvent};
use yew::{AttrValue, Callback, Html, TargetCast, html};

use super::Icon;
use super::controls::{all, class, say, when};
use crate::sim::SimTime;
use crate::timeline::{Moment, Tone};
use crate::ui::state::Message;

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
        <section class={class(&["timeline", when(past, "is-past")])} data-testid="timeline" aria-label="Timeline">
            <div class="timeline-row">
            if past {
                <div class="past" role="status" data-testid="past">
                    { Icon::Clock.draw() }
                    <span><span class="past-words">{ "You are looking at " }</span><b>{ &shown }</b></span>
                    <button type="button" class="button is-small" title="Leaves the present behind; a command does the same"
                        onclick={say(send, Message::Fork)}>{ Icon::Fork.draw() }{ "Go on from here" }</button>
                    <button type="button" class="button is-small is-primary" onclick={say(send, Message::BackToNow)}>{ "Back to now" }</button>
                </div>
            }
            <ol class="moments" aria-label="Latest events">
                if view.latest.is_empty() {
                    <li class="moments-empty">{ "What happens in the cluster is told here." }</li>
                }
                { all(&mut view.latest.iter().rev().map(|moment| one(moment, send))) }
            </ol>
            </div>
            <div class="scrub">
                <span class="scrub-track">
                    <svg class="scrub-marks" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                        { all(&mut view.marks.iter().map(|mark| html! { <rect x={mark.to_string()} width="1.5" height="8" /> })) }
                    </svg>
                    <input type="range" class="range" min="0" max={view.now.as_millis().to_string()} step="100" value={view.at.as_millis().to_string()}
                        aria-label="Moment that is shown" aria-valuetext={shown.clone()} {oninput} />
                </span>
            </div>
        </section>
    }
}

fn one(moment: &Moment, send: &Callback<Message>) -> Html {
    let tone = match moment.tone {
        Tone::Command => "is-command",
        Tone::Normal => "is-normal",
        Tone::Warning => "is-warning",
    };
    let time = AttrValue::from(moment.at.to_string());
    html! {
        <li>
            <button type="button" class={class(&["moment", tone])} onclick={say(send, Message::Scrub(moment.at))}
                title={format!("{time}: {} {}. Look at that moment", moment.actor, moment.text)}>
                <span class="moment-time">{ &time }</span><span class="moment-actor">{ &moment.actor }</span>if !moment.subject.is_empty() {
                    <span class="moment-subject">{ &moment.subject }</span>
                }
                <span class="moment-text">{ &moment.text }</span>
            </button>
        </li>
    }
}
