//! The cluster.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use super::Icon;
use super::board;
use super::controls::{all, class, hue, say, when};
use super::node_card::NodeCard;
use super::pod_chip::pod_chip;
use crate::ui::state::{Ask, Message};
use crate::ui::view::{Card, MapView, SetView};
use crate::ui::words::{count, fill, t};

/// What the map shows.
#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct MapPanelProps {
    /// What is there.
    pub(crate) map: Rc<MapView>,
    /// Whether the page is dark.
    pub(crate) dark: bool,
    /// What the node with this number tells.
    pub(crate) describe: Callback<u32, AttrValue>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// DaemonSets with their numbers, pods without a node, and the nodes.
#[function_component]
pub(crate) fn MapPanel(props: &MapPanelProps) -> Html {
    let map = &props.map;
    let line = format!("node add {}", map.next_node);
    let add = say(&props.send, Message::Command(line.clone()));
    html! {
        <section class="panel map" data-testid="map" data-room="cluster" aria-labelledby="map-title">
            <header class="panel-head">
                <h2 id="map-title">{ Icon::Cluster.draw() }{ t("Cluster") }</h2>
                <span class="panel-note">{ format!("{}, {}", count(map.nodes, "1 node", "{0} nodes"), count(map.pods, "1 pod", "{0} pods")) }</span>
                if let Some(board) = &map.board { { board::tools(board, &props.send) } }
                <button type="button" class="button is-small" onclick={add} title={line}>
                    { Icon::Plus.draw() }{ t("Add node") }
                </button>
            </header>
            if !map.sets.is_empty() {
                <ul class="sets" aria-label="DaemonSets">{ all(&mut map.sets.iter().map(|one| set(one, &props.send))) }</ul>
            }
            if let Some(board) = &map.board { { board::bar(board, map, &props.send) } }
            <div class="map-scroll" tabindex="0" role="region" aria-label={t("Nodes and pods")}>
                if !map.waiting.is_empty() { { tray(map, &props.send) } }
                if map.nodes == 0 {
                    <p class="empty">{ t("There is no node in this cluster. Add one, and the DaemonSets will find it.") }</p>
                }
                if !map.cards.is_empty() {
                    { cards(map, &props.send) }
                }
                if let Some(board) = &map.board { { board::inside(board, map, props) } }
            </div>
            if let Some(board) = &map.board { { board::beside(board, props) } }
        </section>
    }
}

fn cards(map: &MapView, send: &Callback<Message>) -> Html {
    let sets = names(map);
    html! {
        <ul class="nodes" aria-label={t("Nodes")}>
            { all(&mut map.cards.iter().map(|card| match card {
                Card::Group(group) => board::group_head(group),
                Card::Node(node) => html! {
                    <NodeCard key={node.name.to_string()} node={node.clone()} sets={sets.clone()} send={send.clone()} />
                },
            })) }
        </ul>
    }
}

/// The DaemonSets' names.
pub(super) fn names(map: &MapView) -> Rc<[AttrValue]> {
    map.sets.iter().map(|set| set.name.clone()).collect()
}

#[inline(never)]
fn tray(map: &MapView, send: &Callback<Message>) -> Html {
    html! {
        <div class="tray">
            <h3 class="tray-title">{ Icon::Hourglass.draw() }{ t("Waiting for a node") }</h3>
            <ul class="pods is-tray">
                { all(&mut map.waiting.iter().map(|pod| pod_chip(pod, send))) }
                if map.waiting_more > 0 { <li class="tray-title">{ fill("and {0} more", &[&map.waiting_more]) }</li> }
            </ul>
        </div>
    }
}

#[inline(never)]
fn set(set: &SetView, send: &Callback<Message>) -> Html {
    let why = say(send, Message::Why(Some(Ask::Rollout(set.name.clone()))));
    let complete = set.ready == set.desired && set.updated == set.desired;
    html! {
        <li class={class(&["set", when(complete, "is-complete")])}>
            { if complete { Icon::Dot } else { Icon::Half }.draw() }
            <button type="button" class="link set-name" title={t("How its rollout goes on, and why")} onclick={why}>{ "ds/" }{ &set.name }</button>
            <span class="set-number"><b>{ format!("{}/{}", set.ready, set.desired) }</b>{ " " }{ t("ready") }</span>
            <span class="set-number"><b>{ format!("{}/{}", set.updated, set.desired) }</b>{ " " }{ t("up to date") }</span>
            if set.misscheduled > 0 {
                <span class="set-number is-warning"><b>{ set.misscheduled }</b>{ " " }{ t("misscheduled") }</span>
            }
            if let Some(revision) = set.revision {
                <span class={class(&["revision", hue(((revision.max(1) - 1) % 6) as u8)])}>{ format!("r{revision}") }</span>
            }
        </li>
    }
}
