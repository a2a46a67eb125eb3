//! The rollout of a DaemonSet as a ledger: the budget, who uses it up, and for each node why its pod was taken or not.

use jiff::Timestamp;

use super::checks::{and, in_namespace, until};
use super::daemon::daemon;
use super::scheduler::some;
use super::{Check, Outcome, Stage, Why, kubelet};
use crate::api::{DaemonSet, IntOrString, Key, Resource, RollingUpdateDaemonSet};
use crate::controllers::{Errand, Line, Survey, survey};
use crate::sim::Simulation;

/// Of how many nodes that are busy it is found out in detail why: each costs a look at the whole cluster.
const DETAILS: usize = 20;

/// Where a rollout stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollout {
    /// One plain sentence.
    pub verdict: String,
    /// Whether the update goes on by itself (`RollingUpdate`), or pod by pod when somebody deletes one (`OnDelete`).
    pub is_rolling: bool,
    /// How many nodes should run a pod.
    pub desired: i32,
    /// How many of them run one of the current template.
    pub updated: i32,
    /// How many of them run one that is available.
    pub available: i32,
    /// How many nodes may be without an available pod.
    pub max_unavailable: Budget,
    /// How many nodes may have a second pod.
    pub max_surge: Budget,
    /// The nodes that use up the budget now.
    pub spending: Vec<String>,
    /// Every node, by name.
    pub nodes: Vec<Turn>,
    /// What it does not get past, if it is stuck.
    pub stuck: Option<String>,
    /// The check that fails there, with what would flip it.
    pub cause: Option<Check>,
}

impl Rollout {
    /// How much of the budget is used up, and by which nodes: `2 of 2 maxUnavailable, by worker-1, worker-2`. Nodes fail by
    /// themselves as well, and a budget can be made smaller: then more is used up than there is.
    pub fn used(&self) -> String {
        let (most, what) = match self.max_surge.pods {
            0 => (self.max_unavailable.pods, "maxUnavailable"),
            pods => (pods, "maxSurge"),
        };
        let (used, by) = (self.spending.len(), self.spending.join(", "));
        match used {
            0 => format!("0 of {most} {what}"),
            _ if used > most => format!("{}: {by}", over(used, what, most)),
            _ => format!("{used} of {most} {what}, by {by}"),
        }
    }
}

/// More nodes use a budget than it has.
fn over(used: usize, what: &str, most: usize) -> String {
    let state = if what == "maxSurge" { "have a second pod" } else { "are without an available pod" };
    format!("{used} nodes {state}, more than the {most} that {what} allows")
}

/// A part of the budget.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// As it is written: `25%`; empty where it is not.
    pub written: String,
    /// In pods.
    pub pods: usize,
    /// How the one becomes the other: `25% of 7 is 1.75, rounded up 2`.
    pub said: String,
}

/// A node in a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its name.
    pub node: String,
    /// How far it is.
    pub progress: Progress,
    /// The same as a check would say it: failed where something keeps it from going on.
    pub outcome: Outcome,
    /// Why, and what it waits for.
    pub said: String,
    /// When that will be over, where that is known.
    pub until: Option<Timestamp>,
    /// Its pods: of the current template, of an older one, on their way out.
    pub pods: Vec<Key>,
}

/// How far a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It runs the current template, and that is available.
    Done,
    /// It has been taken: a pod is coming or going.
    Busy,
    /// It runs an older template and will be taken.
    Waiting,
    /// It runs an older template until somebody deletes the pod.
    ByHand,
    /// No pod belongs there.
    Out,
}

/// Where the rollout of the DaemonSet `(namespace, name)` stands. Where there is no such DaemonSet, only the verdict says so.
pub fn rollout(sim: &Simulation, (namespace, name): (&str, &str)) -> Rollout {
    let store = sim.cluster().store();
    let Some(ds) = store.get::<DaemonSet>(namespace, name) else {
        return Rollout {
            verdict: format!("There is no DaemonSet {name} in the namespace {namespace}."),
            ..Rollout::default()
        };
    };
    let found = survey(store, ds, sim.cluster().now());
    let strategy = ds.spec.as_ref().and_then(|spec| spec.update_strategy.as_ref());
    let is_rolling = strategy.is_none_or(|strategy| strategy.type_.as_deref() != Some("OnDelete"));
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref()).filter(|_| is_rolling);
    let spending: Vec<String> = found.lines.iter().filter(|line| line.spends).map(|line| line.node.clone()).collect();
    let mut ledger = Rollout {
        verdict: String::new(),
        is_rolling,
        desired: found.desired,
        updated: found.updated,
        available: found.available,
        max_unavailable: unavailable(rolling, &found),
        max_surge: surge(rolling, &found),
        spending,
        nodes: vec![],
        stuck: None,
        cause: None,
    };
    let mut causes: Vec<(String, Check)> = vec![];
    let mut details = DETAILS;
    for line in &found.lines {
        let is_open =
            line.placement.is_some_and(|placement| placement.should_run) && (line.new.is_none() || !line.is_available);
        let is_out = line.placement.is_some_and(|placement| !placement.should_run);
        let why = ((is_open && line.old.is_none() || line.spends || is_out) && details > 0).then(|| {
            details -= 1;
            daemon(sim, &line.node, (namespace, name))
        });
        let cause = why.as_ref().filter(|_| line.spends || is_open).and_then(trouble);
        let mut turn = turn(line, &ledger, &found, why.as_ref(), sim);
        if let Some(check) = cause {
            turn.outcome = Outcome::Failed;
            causes.push((line.node.clone(), check.clone()));
        }
        ledger.nodes.push(turn);
    }
    let is_idle = found.create.is_empty() && found.delete.is_empty();
    let is_complete = found.updated >= found.desired && found.available >= found.desired;
    if is_rolling && !is_complete && is_idle && !causes.is_empty() {
        let names: Vec<String> = causes.iter().map(|(node, _)| node.clone()).collect();
        let (_, cause) = causes.swap_remove(0);
        ledger.stuck = Some(format!("{} ({})", some(&names), cause.in_short()));
        ledger.cause = Some(cause);
    }
    ledger.verdict = verdict(ds, &ledger);
    ledger
}

fn unavailable(rolling: Option<&RollingUpdateDaemonSet>, found: &Survey) -> Budget {
    let value = rolling.and_then(|rolling| rolling.max_unavailable.as_ref());
    let mut budget = resolved(value, found.desired, found.max_unavailable, "1, as nothing is said");
    if scaled(value, found.desired) == Some(0) && found.max_unavailable == 1 {
        budget.said.push_str("; as maxSurge comes to 0 as well, it is one at a time");
    }
    budget
}

fn surge(rolling: Option<&RollingUpdateDaemonSet>, found: &Survey) -> Budget {
    resolved(rolling.and_then(|rolling| rolling.max_surge.as_ref()), found.desired, found.max_surge, "0, as nothing is said")
}

/// What the words say a budget is, rounded up; only to be told of.
fn scaled(value: Option<&IntOrString>, desired: i32) -> Option<i64> {
    match value? {
        IntOrString::Int(number) => Some((*number).into()),
        IntOrString::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().ok()?;
            Some((i64::from(desired) * percent + 99).div_euclid(100))
        }
    }
}

fn resolved(value: Option<&IntOrString>, desired: i32, pods: usize, default: &str) -> Budget {
    let (written, said) = match value {
        None => (String::new(), default.to_owned()),
        Some(IntOrString::Int(number)) => (number.to_string(), number.to_string()),
        Some(IntOrString::String(text)) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            let hundredths = i64::from(desired) * percent;
            let rounded = (hundredths + 99).div_euclid(100);
            let said = match hundredths % 100 {
                0 => format!("{text} of {desired} desired is {rounded}"),
                rest => format!("{text} of {desired} desired is {}.{rest:02}, rounded up {rounded}", hundredths / 100),
            };
            (text.clone(), said)
        }
    };
    Budget { written, pods, said }
}

fn turn(line: &Line, ledger: &Rollout, found: &Survey, why: Option<&Why>, sim: &Simulation) -> Turn {
    let pods: Vec<Key> = line.new.iter().chain(&line.old).chain(&line.leaving).cloned().collect();
    let (progress, said) = told(line, ledger, found, why);
    let at = line.until.filter(|_| progress == Progress::Busy);
    let said = match at {
        Some(at) => format!("{said}; it counts as available {}", until(at, sim.cluster().now())),
        None => said,
    };
    let outcome = if progress == Progress::Done { Outcome::Passed } else { Outcome::Neutral };
    Turn { node: line.node.clone(), progress, outcome, said, until: at, pods }
}

/// What keeps a node from being done: its kubelet's troubles before all others.
fn trouble(why: &Why) -> Option<&Check> {
    let of_kubelet = |check: &&Check| check.stage == Stage::Kubelet && check.outcome == Outcome::Failed;
    why.checks.iter().find(of_kubelet).or_else(|| why.cause())
}

/// How far a node is, and why.
fn told(line: &Line, ledger: &Rollout, found: &Survey, why: Option<&Why>) -> (Progress, String) {
    let cause = || {
        let check = why.and_then(|why| trouble(why).or_else(|| kubelet::unfinished(&why.checks)));
        check.map(|check| format!(" ({}: {})", check.name, check.said)).unwrap_or_default()
    };
    let name = |pod: &Key| pod.name.to_string();
    let Some(placement) = line.placement else {
        let waits = if line.errand == Some(Errand::Lost) { ", and the update waits until they have" } else { "" };
        return (Progress::Busy, format!("the node is gone, its pods go too{waits}"));
    };
    if !placement.should_run {
        let has_pod = line.new.is_some() || line.old.is_some();
        if let Some(leaving) = line.leaving.first().filter(|_| !has_pod) {
            let counts = if line.spends { ", and uses up the budget until it is gone" } else { "" };
            return (Progress::Out, format!("no pod belongs here; {} is being deleted{counts}{}", leaving.name, cause()));
        }
        let said = match (has_pod, placement.should_continue) {
            (false, _) => "no pod belongs here",
            (true, true) => "no pod belongs here, but the one that is there may stay; it does not count",
            (true, false) => "no pod belongs here, the one that is there has to go",
        };
        return (Progress::Out, format!("{said}{}", cause()));
    }
    match (&line.new, &line.old) {
        (Some(new), None) if line.is_available => (Progress::Done, format!("{} is of the current template", name(new))),
        (Some(new), None) => (Progress::Busy, format!("its new pod {} is not available yet{}", name(new), cause())),
        (Some(new), Some(old)) => match line.errand {
            Some(Errand::Delete) => (Progress::Busy, format!("{} is available, so {} goes now", name(new), name(old))),
            _ => (Progress::Busy, format!("{} stays until {} beside it is available{}", name(old), name(new), cause())),
        },
        (None, None) => match line.leaving.as_slice() {
            [] => (Progress::Busy, format!("it has no pod yet{}", cause())),
            leaving => {
                let names: Vec<String> = leaving.iter().map(name).collect();
                (
                    Progress::Busy,
                    format!("{} is being deleted; its successor is made when it is gone{}", and(&names), cause()),
                )
            }
        },
        (None, Some(old)) if !ledger.is_rolling => {
            (Progress::ByHand, format!("{} is of an older template; OnDelete waits for somebody to delete it", name(old)))
        }
        (None, Some(old)) => (Progress::Waiting, queued(line, old, ledger, found)),
    }
}

/// Why an old pod that is still alone has not been taken yet.
fn queued(line: &Line, old: &Key, ledger: &Rollout, found: &Survey) -> String {
    let is_next = found.delete.contains(old) || found.create.contains(&line.node);
    let (most, what) = match found.is_surging {
        true => (found.max_surge, "maxSurge"),
        false => (found.max_unavailable, "maxUnavailable"),
    };
    let taken = match (line.errand, is_next) {
        (Some(Errand::Delete | Errand::Create), _) => {
            return format!("{} is old and not available: it is replaced at once, which costs no budget", old.name);
        }
        (_, true) => return format!("{} is old, and the budget allows to take it next", old.name),
        _ => &ledger.spending,
    };
    let (used, by) = (taken.len(), some(taken));
    let so = match used {
        0 => return format!("{} is old and waits for its turn", old.name),
        _ if used > most => format!("{} ({by})", over(used, what, most)),
        1 => format!("1 of {most} is used up by {by}"),
        _ => format!("{used} of {most} are used up by {by}"),
    };
    format!("{} is old but available: it is taken only within {what}, and {so}", old.name)
}

fn verdict(ds: &DaemonSet, it: &Rollout) -> String {
    let name = format!("ds/{}{}", ds.name(), in_namespace(ds.namespace()));
    let numbers = format!("{} of {} nodes run the current template, {} are available", it.updated, it.desired, it.available);
    match () {
        () if it.desired == 0 => format!("{name} is meant for no node."),
        () if it.updated >= it.desired && it.available >= it.desired => {
            format!("The rollout of {name} is complete: {numbers}.")
        }
        () if !it.is_rolling => format!("{name} is updated by hand (OnDelete): {numbers}."),
        () => match &it.stuck {
            Some(cause) => format!("The rollout of {name} is stuck: {numbers}. It does not get past {cause}."),
            None => format!("The rollout of {name} is under way: {numbers}."),
        },
    }
}
