//! What the page shows of a session: plain values, compared before anything is drawn again.
//!
//! [`bare`] is what a page begins with: nodes without pods. All else is in `board`.

mod board;

use std::cmp::Ordering;
use std::rc::Rc;

use yew::AttrValue;

use super::words::fill;
use crate::api::quantity::Amount;
use crate::api::{Kind, Node, Pod, Quantity, Resource};
use crate::cluster::Store;
pub(super) use crate::map::Tone as PodTone;
use crate::map::natural;
pub(super) use board::{Board, Column, GroupView, LegendView, Memory, Mode, RowView, Wish, whole};

/// From so many nodes on there are too many for cards.
pub(super) const MANY: usize = 60;

/// The whole map.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MapView {
    /// How many nodes there are.
    pub(super) nodes: usize,
    /// How many pods there are.
    pub(super) pods: usize,
    /// The cards: control planes first, then by name as people count (`worker-2` before `worker-10`).
    pub(super) cards: Vec<Card>,
    /// Pods that no node has yet, the first of them.
    pub(super) waiting: Vec<Rc<PodView>>,
    /// How many more there are.
    pub(super) waiting_more: usize,
    /// The DaemonSets.
    pub(super) sets: Vec<SetView>,
    /// What the next node would be called.
    pub(super) next_node: AttrValue,
    /// The ways to look at it, once all of the engine is there.
    pub(super) board: Option<Rc<Board>>,
}

impl MapView {
    /// The nodes that are drawn with words: cards, the rows of the table.
    pub(super) fn near(&self) -> impl Iterator<Item = &Rc<NodeView>> {
        let rows = self.board.iter().flat_map(|board| board.open.iter().chain(board.rows.iter().map(|row| &row.node)));
        self.cards.iter().filter_map(Card::node).chain(rows)
    }
}

/// One of the cards.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Card {
    /// Here a group begins.
    Group(GroupView),
    /// A node.
    Node(Rc<NodeView>),
}

impl Card {
    /// The node, if it is one.
    pub(super) const fn node(&self) -> Option<&Rc<NodeView>> {
        match self {
            Card::Group(_) => None,
            Card::Node(node) => Some(node),
        }
    }
}

/// One DaemonSet's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SetView {
    /// Its name, with its namespace unless that is `default`.
    pub(super) name: AttrValue,
    /// Nodes that should run it.
    pub(super) desired: i32,
    /// Nodes on which it is ready.
    pub(super) ready: i32,
    /// Nodes that run its newest revision.
    pub(super) updated: i32,
    /// Nodes that run it and should not.
    pub(super) misscheduled: i32,
    /// Its newest revision's number.
    pub(super) revision: Option<i64>,
}

/// A node's card.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NodeView {
    /// Its name.
    pub(super) name: AttrValue,
    /// Its roles, as `kubectl get nodes` prints them; empty for a plain worker.
    pub(super) roles: AttrValue,
    /// Whether its kubelet says that it is well.
    pub(super) health: Health,
    /// Whether new pods may be scheduled to it.
    pub(super) cordoned: bool,
    /// Labels that people gave it, as `key=value`.
    pub(super) labels: Vec<AttrValue>,
    /// Taints, as `key=value:Effect`.
    pub(super) taints: Vec<AttrValue>,
    /// What is used of what it has.
    pub(super) meters: Vec<Meter>,
    /// Its pods.
    pub(super) pods: Vec<Rc<PodView>>,
    /// The DaemonSets that have no pod there, while there are few of them.
    pub(super) empty: Vec<AttrValue>,
}

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// `Ready=True`.
    Ready,
    /// `Ready=False`: its kubelet says so itself.
    NotReady,
    /// `Ready=Unknown`: its kubelet is silent.
    Silent,
}

/// A small bar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meter {
    /// Of what.
    pub(super) label: &'static str,
    /// 0 to 100.
    pub(super) percent: u32,
    /// In words: `cpu: 100m of 2 requested`.
    pub(super) title: AttrValue,
}

/// A pod's chip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PodView {
    /// Its name.
    pub(super) name: AttrValue,
    /// Its namespace, unless that is `default`.
    pub(super) namespace: Option<AttrValue>,
    /// The STATUS column of `kubectl get pods`.
    pub(super) status: AttrValue,
    /// How that is to be taken.
    pub(super) tone: PodTone,
    /// The READY column.
    pub(super) ready: AttrValue,
    /// How often its containers were started again.
    pub(super) restarts: i32,
    /// Which revision of its owner it is.
    pub(super) revision: Option<Revision>,
    /// Whether it belongs to the newest revision of its owner.
    pub(super) outdated: bool,
}

/// A mark that tells revisions apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Revision {
    /// `r2`, or the beginning of its hash while the number is not known.
    pub(super) label: AttrValue,
    /// Which of the six colours.
    pub(super) hue: u8,
}

/// The map of a cluster of a few nodes in which there is nothing else; nothing where there is more.
pub(super) fn bare(store: &Store) -> Option<MapView> {
    if store.count(Kind::Pod) + store.count(Kind::DaemonSet) > 0 || store.count(Kind::Node) >= MANY {
        return None;
    }
    let mut nodes: Vec<Rc<NodeView>> = vec![];
    for node in store.list::<Node>() {
        let node = node_view(node, &[], vec![]);
        let order = |other: &NodeView| {
            other.roles.is_empty().cmp(&node.roles.is_empty()).then_with(|| natural(&other.name, &node.name))
        };
        let at = nodes.partition_point(|other| order(other) != Ordering::Greater);
        nodes.insert(at, Rc::new(node));
    }
    Some(MapView {
        nodes: nodes.len(),
        next_node: next_name(nodes.iter().map(|node| &*node.name)),
        cards: nodes.into_iter().map(Card::Node).collect(),
        ..MapView::default()
    })
}

/// What is worth saying of a map that was another before: DaemonSets' numbers, nodes that come, go, and change.
#[inline(never)]
pub(super) fn news(before: &MapView, now: &MapView) -> String {
    let mut news = vec![];
    for set in &now.sets {
        let numbers = |set: &SetView| (set.ready, set.desired, set.updated, set.misscheduled);
        let old = before.sets.iter().find(|old| old.name == set.name);
        if old.map(numbers) != Some(numbers(set)) {
            news.push(fill("{0}: {1} of {2} ready, {3} up to date.", &[&set.name, &set.ready, &set.desired, &set.updated]));
        }
    }
    let gone = before.sets.iter().filter(|old| now.sets.iter().all(|set| set.name != old.name));
    news.extend(gone.map(|set| fill("{0} is gone.", &[&set.name])));
    // A whole cluster that comes into view is no news, nor is another way to look at it.
    let look = |map: &MapView| map.board.as_ref().map(|board| (board.mode, board.choices.clone()));
    if before.nodes == 0 || before.cards.is_empty() || now.cards.is_empty() || look(before) != look(now) {
        return news.join(" ");
    }
    let nodes = |map: &MapView| -> Vec<Rc<NodeView>> { map.cards.iter().filter_map(Card::node).cloned().collect() };
    let (before, now) = (nodes(before), nodes(now));
    let find = |nodes: &[Rc<NodeView>], name: &AttrValue| nodes.iter().find(|node| node.name == *name).cloned();
    for node in &now {
        match find(&before, &node.name) {
            None => news.push(fill("{0} has joined.", &[&node.name])),
            Some(old) if old.health != node.health && node.health == Health::Ready => {
                news.push(fill("{0} is Ready.", &[&node.name]));
            }
            Some(old) if old.health != node.health => news.push(fill("{0} is NotReady.", &[&node.name])),
            Some(old) if old.cordoned != node.cordoned && node.cordoned => {
                news.push(fill("{0} is cordoned.", &[&node.name]));
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|old| find(&now, &old.name).is_none());
    news.extend(gone.map(|node| fill("{0} has left.", &[&node.name])));
    news.join(" ")
}

const ROLE: &str = "node-role.kubernetes.io/";

fn node_view(node: &Node, running: &[&Pod], pods: Vec<Rc<PodView>>) -> NodeView {
    let spec = node.spec.as_ref();
    let labels = || node.metadata.labels.iter().flatten();
    let roles: Vec<&str> = labels().filter_map(|(key, _)| key.strip_prefix(ROLE)).collect();
    let taints = spec.and_then(|spec| spec.taints.as_ref()).into_iter().flatten();
    NodeView {
        name: text(node.name()),
        roles: roles.join(",").into(),
        health: match node.condition("Ready") {
            Some("True") => Health::Ready,
            Some("Unknown") => Health::Silent,
            _ => Health::NotReady,
        },
        cordoned: spec.and_then(|spec| spec.unschedulable).unwrap_or(false),
        labels: labels().filter(|(key, _)| !is_system(key)).map(|(key, value)| label(key, value)).collect(),
        taints: taints
            .map(|taint| match taint.value.as_deref() {
                Some(value) if !value.is_empty() => format!("{}={value}:{}", taint.key, taint.effect).into(),
                _ => format!("{}:{}", taint.key, taint.effect).into(),
            })
            .collect(),
        meters: meters(node, running),
        pods,
        empty: vec![],
    }
}

fn label(key: &str, value: &str) -> AttrValue {
    if value.is_empty() { text(key) } else { format!("{key}={value}").into() }
}

/// Labels that a kubelet or kubeadm sets, which say nothing new on a card.
fn is_system(key: &str) -> bool {
    key.split_once('/').is_some_and(|(domain, _)| {
        ["kubernetes.io", "k8s.io"].iter().any(|system| domain == *system || domain.ends_with(&format!(".{system}")))
            && !domain.starts_with("topology.")
    })
}

/// `pods` are those that use something.
fn meters(node: &Node, pods: &[&Pod]) -> Vec<Meter> {
    let Some(allocatable) = &node.amounts.allocatable else { return vec![] };
    let mut meters = vec![];
    for (label, resource) in [("cpu", "cpu"), ("mem", "memory")] {
        let Some(total) = allocatable.get(resource).map(Amount::of) else { continue };
        let used = pods.iter().flat_map(|pod| requests(pod, resource)).map(Amount::of).fold(Amount::ZERO, Amount::plus);
        meters.push(meter(label, used, total, fill("{0}: {1} of {2} requested", &[&resource, &used, &total])));
    }
    if let Some(total) = allocatable.get("pods").map(Amount::of) {
        let used = Amount::from_units(pods.len() as i64);
        meters.push(meter("pods", used, total, fill("{0}: {1} of {2}", &[&"pods", &used, &total])));
    }
    meters
}

fn meter(label: &'static str, used: Amount, total: Amount, title: String) -> Meter {
    let percent = used.as_millis().saturating_mul(100) / total.as_millis().max(1);
    // A little is to be seen as a little.
    let least = if used.is_zero() { 0 } else { 5 };
    Meter { label, percent: percent.clamp(least, 100) as u32, title: title.into() }
}

fn requests<'a>(pod: &'a Pod, resource: &'a str) -> impl Iterator<Item = &'a Quantity> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    containers.filter_map(move |container| container.resources.as_ref()?.requests.as_ref()?.get(resource))
}

/// `worker-4` where there are up to `worker-3`.
fn next_name<'a>(nodes: impl Iterator<Item = &'a str>) -> AttrValue {
    let numbers = nodes.filter_map(|node| node.strip_prefix("worker-")?.parse::<u32>().ok());
    format!("worker-{}", numbers.max().unwrap_or(0) + 1).into()
}

fn text(text: &str) -> AttrValue {
    text.to_owned().into()
}
