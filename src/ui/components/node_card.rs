//! A node.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use super::Icon;
use super::controls::{all, class, say, when};
use super::menu::Menu;
use super::pod_chip::pod_chip;
use crate::ui::state::{Ask, Message};
use crate::ui::view::{Health, Meter, NodeView};
use crate::ui::words::{fill, t};

/// What a card shows.
#[derive(Debug, PartialEq, Properties)]
pub(crate) struct NodeCardProps {
    /// The node.
    pub(crate) node: Rc<NodeView>,
    /// The DaemonSets' names.
    pub(crate) sets: Rc<[AttrValue]>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// Name, state, labels, taints, what is used, and its pods.
#[function_component]
pub(crate) fn NodeCard(props: &NodeCardProps) -> Html {
    let node = &props.node;
    let (health, word, icon) = match node.health {
        Health::Ready => ("is-ready", "Ready", Icon::Check),
        Health::NotReady => ("is-not-ready", "NotReady", Icon::Warning),
        Health::Silent => ("is-silent", "NotReady", Icon::Power),
    };
    html! {
        <li class={class(&["node", health, when(node.cordoned, "is-cordoned")])} data-testid="node" data-name={node.name.clone()}>
            <header class="node-head">
                <h3 class="node-name">{ &node.name }</h3>
                <span class={class(&["node-status", health])}>{ icon.draw() }{ word }</span>
                { actions(node, &props.sets, &props.send) }
            </header>
            { facts(node) }
            <ul class="pods" aria-label={fill("Pods on {0}", &[&node.name])}>
                { all(&mut node.pods.iter().map(|pod| pod_chip(pod, &props.send))) }
                if !node.empty.is_empty() { { empty_places(node, &props.send) } }
            </ul>
            <div class="meters">{ all(&mut node.meters.iter().map(meter)) }</div>
        </li>
    }
}

/// Role, cordon, labels and taints; nothing where there are none.
fn facts(node: &NodeView) -> Html {
    let role = !node.roles.is_empty() && node.roles != node.name;
    if !role && !node.cordoned && node.labels.is_empty() && node.taints.is_empty() {
        return html! {};
    }
    html! {
        <div class="node-facts">
            if role {
                <span class="tag is-role" title={t("role")}>{ &node.roles }</span>
            }
            if node.cordoned {
                <span class="tag is-cordon" title="kubectl get nodes: SchedulingDisabled">{ Icon::Lock.draw() }{ "SchedulingDisabled" }</span>
            }
            { all(&mut node.labels.iter().map(|label| html! { <span class="tag is-label" title={format!("label {label}")}>{ label }</span> })) }
            { all(&mut node.taints.iter().map(|taint| html! {
                <span class="tag is-taint" title={format!("taint {taint}")}><span class="tag-kind">{ "taint" }</span>{ short_taint(taint) }</span>
            })) }
        </div>
    }
}

/// What a person can do to a node.
fn actions(node: &Rc<NodeView>, sets: &Rc<[AttrValue]>, send: &Callback<Message>) -> Html {
    let items = {
        let (node, sets, send) = (node.clone(), sets.clone(), send.clone());
        Callback::from(move |()| choices(&node, &sets, &send))
    };
    html! { <Menu label={fill("Actions for {0}", &[&node.name])} face={Icon::More.draw()} class="is-icon is-quiet" {items} /> }
}

/// Each is a command line, but for the questions.
#[inline(never)]
fn choices(node: &NodeView, sets: &[AttrValue], send: &Callback<Message>) -> Html {
    let name = &node.name;
    let choice = |icon: Icon, label: &'static str, line: String| {
        html! {
            <button type="button" class="menu-item" onclick={say(send, Message::Command(line.clone()))}>
                { icon.draw() }<span class="menu-words">{ label }<code>{ line }</code></span>
            </button>
        }
    };
    let cordon = match node.cordoned {
        true => choice(Icon::Unlock, t("Uncordon"), format!("kubectl uncordon {name}")),
        false => choice(Icon::Lock, t("Cordon"), format!("kubectl cordon {name}")),
    };
    let power = match node.health {
        Health::Ready => choice(Icon::Power, t("Power off"), format!("node poweroff {name}")),
        Health::NotReady | Health::Silent => choice(Icon::Power, t("Power on"), format!("node poweron {name}")),
    };
    html! {
        <>
            { all(&mut sets.iter().map(|set| why(name, set, send))) }
            { cordon }{ power }{ choice(Icon::Trash, t("Remove"), format!("node remove {name}")) }
        </>
    }
}

/// The places that DaemonSets leave empty; each tells why.
#[inline(never)]
fn empty_places(node: &NodeView, send: &Callback<Message>) -> Html {
    all(&mut node.empty.iter().map(|set| {
        html! {
            <li class="pod is-empty" key={format!("no {set}")}>
                <button type="button" class="pod-empty" title={t("Why is there none?")} onclick={ask(&node.name, set, send)}>{ fill("no {0}", &[set]) }</button>
            </li>
        }
    }))
}

fn ask(node: &AttrValue, set: &AttrValue, send: &Callback<Message>) -> Callback<yew::MouseEvent> {
    say(send, Message::Why(Some(Ask::Node { node: node.clone(), set: set.clone() })))
}

/// Asks why a DaemonSet has a pod here, or none.
fn why(node: &AttrValue, set: &AttrValue, send: &Callback<Message>) -> Html {
    html! {
        <button type="button" class="menu-item" onclick={ask(node, set, send)}>
            { Icon::Bulb.draw() }<span class="menu-words">{ t("Why is it here, or not?") }<code>{ format!("ds/{set}") }</code></span>
        </button>
    }
}

fn meter(meter: &Meter) -> Html {
    let level = match meter.percent {
        0..=74 => "is-calm",
        75..=94 => "is-high",
        _ => "is-full",
    };
    // Attributes of SVG, since the page allows no inline style.
    html! {
        <div class={class(&["meter", level])} role="img" aria-label={meter.title.clone()} title={meter.title.clone()}>
            <span class="meter-label" aria-hidden="true">{ meter.label }</span>
            <svg class="meter-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
                <rect class="meter-track" width="100" height="4" />
                <rect class="meter-fill" width={meter.percent.to_string()} height="4" />
            </svg>
        </div>
    }
}

/// `node-role.kubernetes.io/control-plane:NoSchedule` → `control-plane:NoSchedule`; the whole is in the tooltip.
fn short_taint(taint: &str) -> String {
    let (key, rest) = taint.find(['=', ':']).map_or((taint, ""), |at| taint.split_at(at));
    let key = match key.rsplit_once('/') {
        Some((domain, name)) if domain.ends_with("kubernetes.io") => name,
        _ => key,
    };
    format!("{key}{rest}")
}
