//! What a change would do: it is made on a copy of the cluster, the copy goes on until it is at rest, and what came of it is held
//! against a copy on which nothing was changed.
//!
//! Nothing here decides anything, as in [`crate::why`]; and nothing here touches the cluster that is asked about. Both copies go on
//! for a bounded time and a bounded number of steps, and what did not come to rest is said.

mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::api::names::some;
use crate::api::{DaemonSet, Head, Key, Node, Pod, Resource};
use crate::cluster::Store;
use crate::kubectl::Output;
use crate::sim::Simulation;
use crate::why::{self, Check, Outcome, Progress, Stage, Why};
use run::{Run, Watched};

/// Of how many nodes of a DaemonSet it is found out why: each costs a look at the whole cluster.
const DETAILS: usize = 50;
/// How many names stand in a sentence.
const NAMES: usize = 8;
/// How many other pods are named.
const OTHERS: usize = 10;

/// What would come of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// One plain sentence.
    pub verdict: String,
    /// What the command printed on the copy.
    pub printed: String,
    /// Its exit code; 0 where it was not refused.
    pub exit: i32,
    /// The DaemonSets of which something would be different, by namespace and name.
    pub sets: Vec<Effect>,
    /// What else: other pods that would go, and what was not found out.
    pub notes: Vec<String>,
}

/// What would become of one DaemonSet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Which.
    pub set: Key,
    /// How many nodes change, in a sentence.
    pub verdict: String,
    /// Nodes of which the same is to be said, those that change most first.
    pub groups: Vec<Group>,
    /// How the rollout would go, a sentence each; empty where no pod would be replaced.
    pub rollout: Vec<String>,
}

/// Nodes of which the same is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What happens to them.
    pub what: What,
    /// Their names, in order.
    pub nodes: Vec<String>,
    /// What, and why.
    pub said: String,
}

/// What happens at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A pod comes where there was none.
    Gains,
    /// The pod goes, and none comes.
    Loses,
    /// Another pod takes its place.
    Replaces,
    /// The pod stays, though it should be replaced, or is not what it was.
    Keeps,
}

impl What {
    /// What stands before it in a terminal.
    pub const fn mark(self) -> char {
        match self {
            What::Gains => '+',
            What::Loses => '-',
            What::Replaces => '~',
            What::Keeps => '!',
        }
    }
}

/// What would come of `change`, which writes to the copy it is given, prints, and gives an exit code.
#[inline(never)]
pub fn whatif(sim: &Simulation, change: impl FnOnce(&mut Simulation, &mut Output) -> i32) -> WhatIf {
    let mut copy = sim.clone();
    let mut output = Output::default();
    let exit = change(&mut copy, &mut output);
    copy.deliver();
    let printed: String = output.chunks.iter().map(|chunk| chunk.text.as_str()).collect();
    if exit != 0 {
        let verdict =
            "This would be refused as it is, or a part of it: what it says is below. Nothing was looked at further."
                .to_owned();
        return WhatIf { verdict, printed, exit, ..WhatIf::default() };
    }
    let before = Run::to_rest(sim.clone());
    let after = Run::to_rest(copy);
    let (was, is) = (placed(&before.sim), placed(&after.sim));
    let sets: BTreeSet<&Key> = was.keys().chain(is.keys()).collect();
    let nothing = Placed::default();
    let sets: Vec<Effect> = sets
        .into_iter()
        .filter_map(|set| effect(set, was.get(set).unwrap_or(&nothing), is.get(set).unwrap_or(&nothing), &after))
        .collect();
    let mut notes = others(&before.sim, &after.sim);
    if !after.is_at_rest {
        notes.push(format!("After {} it had not come to rest: this is how it stood then.", span(after.took)));
    }
    let verdict = match sets.as_slice() {
        [] if notes.is_empty() => "No pod on any node would be different.".to_owned(),
        [] => "No DaemonSet would have other pods.".to_owned(),
        [one] => one.verdict.clone(),
        more => format!("{} DaemonSets would have other pods.", more.len()),
    };
    WhatIf { verdict, printed, exit, sets, notes }
}

/// The pods of a DaemonSet by node.
#[derive(Debug, Default)]
struct Placed(BTreeMap<String, Vec<Rc<Pod>>>);

/// The pods of every DaemonSet, without those that are on their way out.
fn placed(sim: &Simulation) -> BTreeMap<Key, Placed> {
    let store = sim.cluster().store();
    let mut all: BTreeMap<Key, Placed> = BTreeMap::new();
    for ds in store.list::<DaemonSet>() {
        let placed = all.entry(ds.key()).or_default();
        for pod in store.pods_of(ds.uid()).filter(|pod| !pod.is_terminating()) {
            let node = pod.spec.as_ref().and_then(|spec| spec.target_node()).unwrap_or_default();
            placed.0.entry(node.to_owned()).or_default().push(Rc::clone(pod));
        }
    }
    all
}

/// What tells a pod from its successor: a copy may give both the same name.
fn identity(pods: &[Rc<Pod>]) -> BTreeSet<(&str, &str, Option<&str>)> {
    pods.iter().map(|pod| (pod.name(), pod.uid(), revision(pod))).collect()
}

fn revision(pod: &Pod) -> Option<&str> {
    pod.label("controller-revision-hash")
}

fn effect(set: &Key, was: &Placed, is: &Placed, after: &Run) -> Option<Effect> {
    let store = after.sim.cluster().store();
    let ds = store.at::<DaemonSet>(set);
    let name = (&*set.namespace, &*set.name);
    let is_alike = |node: &String| was.0.get(node).map(|pods| identity(pods)) == is.0.get(node).map(|pods| identity(pods));
    let nodes: BTreeSet<&String> = was.0.keys().chain(is.0.keys()).collect();
    let all = nodes.len();
    let (same, other): (Vec<&String>, Vec<&String>) = nodes.into_iter().partition(|node| is_alike(node));
    let mut found: BTreeMap<(What, String), Vec<String>> = BTreeMap::new();
    let mut details = DETAILS;
    let mut cause = |node: &str| {
        if details == 0 || ds.is_none() {
            return String::new();
        }
        details -= 1;
        let why = why::daemon(&after.sim, node, name);
        // What follows are times, which are others on each node.
        let said = |said: &str| said.split(';').next().unwrap_or_default().to_owned();
        trouble(&why).map(|check| format!(" ({}: {})", check.name, said(&check.said))).unwrap_or_default()
    };
    let is_ready = |pods: &[Rc<Pod>]| pods.iter().any(|pod| pod.is_ready());
    for node in &other {
        let node = node.as_str();
        let (old, new) = (was.0.get(node).map_or(&[][..], Vec::as_slice), is.0.get(node).map_or(&[][..], Vec::as_slice));
        let (what, said) = match (old.is_empty(), new.is_empty()) {
            (true, _) if is_ready(new) => (What::Gains, "gets a pod".to_owned()),
            (true, _) => (What::Gains, format!("gets a pod that is not ready{}", cause(node))),
            (false, true) if ds.is_none() => (What::Loses, "loses its pod, as the DaemonSet is gone".to_owned()),
            (false, true) if store.get::<Node>("", node).is_none() => {
                (What::Loses, "is gone, and its pod with it".to_owned())
            }
            (false, true) => (What::Loses, format!("loses its pod{}", cause(node))),
            (false, false) if is_ready(new) => (What::Replaces, "gets a new pod in the place of the old one".to_owned()),
            (false, false) => (What::Replaces, format!("gets a new pod, which is not ready{}", cause(node))),
        };
        found.entry((what, said)).or_default().push(node.to_owned());
    }
    // Pods that stayed, though they should not have, or are not what they were.
    let is_concerned = !other.is_empty() || is_unlike(set, after, is);
    let rollout = ds.filter(|_| is_concerned).map(|_| why::rollout(&after.sim, name));
    let waits = |node: &str| {
        let turn = rollout.as_ref()?.nodes.iter().find(|turn| turn.node == node)?;
        matches!(turn.progress, Progress::Waiting | Progress::ByHand | Progress::Busy).then(|| turn.said.clone())
    };
    let mut stay = same.len();
    for node in same {
        let (old, new) = (&was.0[node], &is.0[node]);
        let said = match (is_ready(old), is_ready(new)) {
            (true, false) if !is_node_ready(store, node) => {
                Some("keeps its pod, which is not ready, as the node is not".to_owned())
            }
            (true, false) => Some(format!("keeps its pod, which is not ready any more{}", cause(node))),
            (false, true) => Some("keeps its pod, which gets ready".to_owned()),
            _ => waits(node).filter(|_| is_old(new, set, after)).map(|said| keeps(&said)),
        };
        if let Some(said) = said {
            stay -= 1;
            found.entry((What::Keeps, said)).or_default().push(node.clone());
        }
    }
    if found.is_empty() {
        return None;
    }
    let count =
        |wanted: What| found.iter().filter(|((what, _), _)| *what == wanted).map(|(_, nodes)| nodes.len()).sum::<usize>();
    let counts = [
        (count(What::Gains), "gains a pod", "gain a pod"),
        (count(What::Loses), "loses its pod", "lose their pods"),
        (count(What::Replaces), "gets a new pod", "get new pods"),
        (
            count(What::Keeps),
            "keeps the pod it has, though it is not as it should be",
            "keep the pods they have, though they are not as they should be",
        ),
    ];
    let is_replacing = counts[2].0 + counts[3].0 > 0;
    let mut parts: Vec<String> =
        counts.iter().filter(|(count, ..)| *count > 0).map(|(count, one, more)| many(*count, one, more)).collect();
    if stay > 0 {
        parts.push(format!("{stay} of {all} would stay as {}", if stay == 1 { "it is" } else { "they are" }));
    }
    let groups = found.into_iter().map(|((what, said), nodes)| Group { what, nodes, said }).collect();
    let verdict = format!("{}: {}.", named(set), parts.join(", "));
    let rollout =
        rollout.filter(|_| is_replacing).map(|rollout| course(&rollout, after.watched.get(set), after)).unwrap_or_default();
    Some(Effect { set: set.clone(), verdict, groups, rollout })
}

fn is_node_ready(store: &Store, node: &str) -> bool {
    store.get::<Node>("", node).is_some_and(|node| node.is_ready())
}

/// What is the matter: the kubelet's troubles before all others.
fn trouble(why: &Why) -> Option<&Check> {
    let of_kubelet = |check: &&Check| check.stage == Stage::Kubelet && check.outcome == Outcome::Failed;
    why.checks.iter().find(of_kubelet).or_else(|| why.cause())
}

/// What is said of a pod that is of an older template, and waits.
fn keeps(said: &str) -> String {
    // Names of pods would make a group of each node.
    let rest = said.split_once(" is ").map_or(said, |(_, rest)| rest);
    format!("keeps its old pod: it is {rest}")
}

/// Whether the template is another than that of some of the pods.
fn is_unlike(set: &Key, after: &Run, is: &Placed) -> bool {
    is.0.values().any(|pods| is_old(pods, set, after))
}

/// Whether these pods are of another template than the DaemonSet's.
fn is_old(pods: &[Rc<Pod>], set: &Key, after: &Run) -> bool {
    let current = after.current.get(set);
    pods.iter().any(|pod| revision(pod) != current.map(String::as_str))
}

fn many(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("1 node {one}") } else { format!("{count} nodes {more}") }
}

/// `ds/agent in the namespace logging`.
fn named(set: &Key) -> String {
    let place = if &*set.namespace == "default" { String::new() } else { format!(" in the namespace {}", set.namespace) };
    format!("ds/{}{place}", set.name)
}

/// How the rollout went on the copy.
fn course(rollout: &why::Rollout, watched: Option<&Watched>, after: &Run) -> Vec<String> {
    let mut said = vec![rollout.verdict.clone()];
    if rollout.is_rolling {
        said.push(format!("maxUnavailable: {}. maxSurge: {}.", rollout.max_unavailable.said, rollout.max_surge.said));
    }
    if let Some(watched) = watched.filter(|watched| watched.lowest < watched.first) {
        said.push(format!(
            "On the copy it went on for {}; at the lowest, {} of {} pods were ready.",
            span(watched.last.saturating_sub(after.begun)),
            watched.lowest,
            watched.first
        ));
    }
    said
}

/// Pods of no DaemonSet that are there without the change, and gone with it.
fn others(before: &Simulation, after: &Simulation) -> Vec<String> {
    let of = |sim: &Simulation| -> BTreeSet<Key> {
        let pods = sim.cluster().store().list::<Pod>();
        let is_other = |pod: &&Rc<Pod>| {
            !pod.is_terminating() && pod.metadata.controller().is_none_or(|owner| owner.kind != "DaemonSet")
        };
        pods.filter(is_other).map(|pod| pod.key()).collect()
    };
    let (was, is) = (of(before), of(after));
    let gone: Vec<String> = was.difference(&is).map(|key| format!("{}/{}", key.namespace, key.name)).collect();
    if gone.is_empty() {
        return vec![];
    }
    vec![format!("Pods of no DaemonSet that would not be there any more: {}.", some(&gone, OTHERS))]
}

/// `48 s`, `3 min 20 s`.
fn span(millis: u64) -> String {
    match millis.div_ceil(1000) {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

impl Group {
    /// Its nodes in words: `worker-1, worker-2 and 7 more`.
    pub fn names(&self) -> String {
        some(&self.nodes, NAMES)
    }

    /// What is said of them, behind their names.
    pub fn words(&self) -> String {
        if self.nodes.len() > 1 { format!("each {}", self.said) } else { self.said.clone() }
    }
}
