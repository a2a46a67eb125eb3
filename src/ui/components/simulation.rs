//! A small cluster inside the text, with buttons that do something to it. It leaves the learner's own alone.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use gloo::timers::callback::Interval;
use yew::{Callback, Html, Properties, function_component, html, use_effect_with, use_force_update, use_mut_ref, use_state};

use super::Icon;
use super::controls::{all, class, when};
use super::pod_chip::tone_class;
use crate::kubectl::Stream;
use crate::lessons::{Button, Simulation};
use crate::session::{Action, Session};
use crate::ui::view::{self, Card, Health};
use crate::ui::words::{fill, t};

/// How often it moves, in milliseconds; and by how much virtual time.
const TICK: u32 = 80;
const PACE: Duration = Duration::from_millis(160);
/// After so long it is left as it is.
const LIMIT: Duration = Duration::from_secs(120);

/// The simulation with its map.
#[inline(never)]
pub(crate) fn simulation_card(simulation: &Simulation) -> Html {
    html! { <SimulationCard key={simulation.line} simulation={simulation.clone()} /> }
}

#[derive(Debug, PartialEq, Properties)]
struct SimulationCardProps {
    /// What is simulated.
    simulation: Simulation,
}

#[function_component]
fn SimulationCard(props: &SimulationCardProps) -> Html {
    let simulation = &props.simulation;
    let session: Rc<RefCell<Option<Session>>> = use_mut_ref(|| None);
    let pressed = use_state(|| 0_usize);
    let running = use_state(|| false);
    let draw = use_force_update();
    let on_map = {
        let mut session = session.borrow_mut();
        // Made when it is first shown: a lesson that is not open costs nothing.
        let session = session.get_or_insert_with(|| Session::new(&simulation.scenario));
        view::whole(session.sim().cluster().store())
    };
    {
        let (session, running) = (session.clone(), running.clone());
        use_effect_with((*running, *pressed), move |(on, _)| {
            let timer = on.then(|| {
                let mut left = LIMIT;
                Interval::new(TICK, move || {
                    left = left.saturating_sub(PACE);
                    if left.is_zero() || !advance(&session) {
                        running.set(false);
                    }
                    draw.force_update();
                })
            });
            move || drop(timer)
        });
    }
    let press = |index: usize, button: &Button| {
        let (session, pressed, running, button) = (session.clone(), pressed.clone(), running.clone(), button.clone());
        Callback::from(move |_| {
            if let Some(session) = session.borrow_mut().as_mut() {
                button.run.iter().for_each(|line| run(session, line));
            }
            pressed.set(index + 1);
            running.set(true);
        })
    };
    let again = {
        let (session, pressed, running) = (session.clone(), pressed.clone(), running.clone());
        Callback::from(move |_| {
            *session.borrow_mut() = None;
            pressed.set(0);
            running.set(false);
        })
    };
    html! {
        <figure class="simulation" data-testid="simulation">
            <figcaption>{ Icon::Cluster.draw() }<span>{ &simulation.title }</span></figcaption>
            if let Some((name, text)) = simulation.scenario.files.iter().next() {
                <details class="hint"><summary>{ Icon::File.draw() }<code>{ name }</code></summary><pre class="code" tabindex="0"><code>{ text }</code></pre></details>
            }
            <div class="simulation-row">
                { all(&mut simulation.buttons.iter().enumerate().map(|(index, button)| html! {
                    <button type="button" class={class(&["button", "is-small", when(index == *pressed, "is-primary")])} disabled={index != *pressed || *running}
                        title={button.run.join("\n")} onclick={press(index, button)}>{ &button.text }</button>
                })) }
                <button type="button" class="button is-small is-quiet" disabled={*pressed == 0} onclick={again}>{ Icon::Restart.draw() }{ t("Again") }</button>
            </div>
            if let Some(said) = session.borrow().as_ref().and_then(last_said) {
                <pre class="code simulation-said" tabindex="0">{ said }</pre>
            }
            <ul class="mini-map" aria-label={t("Nodes and their pods")}>{ all(&mut on_map.cards.iter().map(mini_node)) }</ul>
            if !on_map.waiting.is_empty() {
                <p class="panel-note">{ fill("Without a node: {0}", &[&on_map.waiting.iter().map(|pod| pod.name.as_str()).collect::<Vec<_>>().join(", ")]) }</p>
            }
        </figure>
    }
}

/// Lets some time pass. Says whether there is more to come.
fn advance(session: &RefCell<Option<Session>>) -> bool {
    let mut session = session.borrow_mut();
    let Some(session) = session.as_mut() else { return false };
    session.advance(session.now() + PACE);
    session.is_busy() || !session.is_settled()
}

/// Runs a line; one that is still busy is stopped.
fn run(session: &mut Session, line: &str) {
    if session.is_busy() {
        session.act(Action::Interrupt);
    }
    session.act(Action::Run(line.to_owned()));
}

/// The last command, with the first lines of what it said.
fn last_said(session: &Session) -> Option<String> {
    let entry = session.entries().last()?;
    let output = [Stream::Out, Stream::Err].map(|stream| entry.job.output.text(stream)).concat();
    let lines: Vec<&str> = output.lines().take(8).collect();
    Some(format!("$ {}\n{}", entry.line, lines.join("\n")).trim_end().to_owned())
}

fn mini_node(card: &Card) -> Html {
    let Card::Node(node) = card else { return html! {} };
    let ill = node.health != Health::Ready;
    let facts: Vec<&str> = node.taints.iter().chain(&node.labels).map(AsRef::as_ref).collect();
    html! {
        <li class={class(&["mini-node", when(ill, "is-ill"), when(node.cordoned, "is-cordoned")])}>
            <span class="mini-name">{ &node.name }</span>
            if ill { <span class="mini-fact">{ "NotReady" }</span> }
            if node.cordoned { <span class="mini-fact">{ t("cordoned") }</span> }
            { all(&mut facts.iter().map(|fact| html! { <span class="mini-fact">{ (*fact).to_owned() }</span> })) }
            <span class="mini-pods">{ all(&mut node.pods.iter().map(|pod| html! {
                <span class={class(&["mini-pod", tone_class(pod.tone)])} title={format!("{} {}", pod.name, pod.status)}>
                    <span class="sr-only">{ format!("{} {}", pod.name, pod.status) }</span>
                    if let Some(revision) = &pod.revision { { revision.label.clone() } }
                </span>
            })) }</span>
        </li>
    }
}
