//! What happened, and the way back to it.

use std::rc::Rc;

use web_sys::{HtmlInputElement, InputEvent};
use yew::{AttrValue, Callback, Html, Properties, TargetCast, classes, function_component, html};

use super::Icon;
use crate::sim::SimTime;
use crate::timeline::{Moment, Tone};
use crate::ui::state::Message;

/// What the timeline shows.
#[derive(Debug, PartialEq, Properties)]
pub(crate) struct TimelineBarProps {
    /// The latest moments up to what is being looked at, newest last.
    pub(crate) latest: Rc<Vec<Moment>>,
    /// Where moments are, each a thousandth of the whole, for the marks.
    pub(crate) marks: Rc<Vec<u32>>,
    /// The present, in milliseconds.
    pub(crate) now: u64,
    /// What is being looked at, in milliseconds.
    pub(crate) at: u64,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// A slider over all that happened, and the latest of it in words.
#[function_component]
pub(crate) fn TimelineBar(props: &TimelineBarProps) -> Html {
    let oninput = {
        let send = props.send.clone();
        Callback::from(move |event: InputEvent| {
            let value = event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse::<f64>().ok());
            if let Some(value) = value {
                send.emit(Message::Scrub(SimTime::from_millis(value as u64)));
            }
        })
    };
    let say = |message: Message| {
        let send = props.send.clone();
        Callback::from(move |_| send.emit(message.clone()))
    };
    let past = props.at < props.now;
    let shown = SimTime::from_millis(props.at).to_string();
    html! {
        <section class={classes!("timeline", past.then_some("is-past"))} data-testid="timeline" aria-label="Timeline">
            <div class="timeline-row">
            if past {
                <div class="past" role="status" data-testid="past">
                    { Icon::Clock.draw() }
                    <span><span class="past-words">{ "You are looking at " }</span><b>{ &shown }</b></span>
                    <button type="button" class="button is-small" title="Leaves the present behind; a command does the same"
                        onclick={say(Message::Fork)}>{ Icon::Fork.draw() }{ "Go on from here" }</button>
                    <button type="button" class="button is-small is-primary" onclick={say(Message::BackToNow)}>{ "Back to now" }</button>
                </div>
            }
            <ol class="moments" aria-label="Latest events">
                if props.latest.is_empty() {
                    <li class="moments-empty">{ "What happens in the cluster is told here." }</li>
                }
                { for props.latest.iter().rev().map(|moment| one(moment, &props.send)) }
            </ol>
            </div>
            <div class="scrub">
                <span class="scrub-track">
                    <svg class="scrub-marks" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
                        { for props.marks.iter().map(|mark| html! { <rect x={mark.to_string()} width="1.5" height="8" /> }) }
                    </svg>
                    <input type="range" class="range" min="0" max={props.now.to_string()} step="100" value={props.at.to_string()}
                        aria-label="Moment that is shown" aria-valuetext={shown.clone()} {oninput} />
                </span>
            </div>
        </section>
    }
}

fn one(moment: &Moment, send: &Callback<Message>) -> Html {
    let (send, at) = (send.clone(), moment.at);
    let tone = match moment.tone {
        Tone::Command => "is-command",
        Tone::Normal => "is-normal",
        Tone::Warning => "is-warning",
    };
    let time = AttrValue::from(moment.at.to_string());
    html! {
        <li>
            <button type="button" class={classes!("moment", tone)} onclick={move |_| send.emit(Message::Scrub(at))}
                title={format!("{time}: {} {}. Look at that moment", moment.actor, moment.text)}>
                <span class="moment-time">{ &time }</span><span class="moment-actor">{ &moment.actor }</span>if !moment.subject.is_empty() {
                    <span class="moment-subject">{ &moment.subject }</span>
                }
                <span class="moment-text">{ &moment.text }</span>
            </button>
        </li>
    }
}
