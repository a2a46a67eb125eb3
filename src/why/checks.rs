//! How a check is put together, and words that several stages use.

use std::time::Duration;

use jiff::Timestamp;

use super::{Change, Check, Edit, Fix, Outcome, Stage};
use crate::api::date::Date;
use crate::api::duration::human;
use crate::api::selector::tolerates;
use crate::api::{Head, Key, Kind, Pod, Taint, Toleration};
use crate::sim::Simulation;

impl Check {
    /// A check, without a place in a manifest and without a fix.
    pub(super) fn new(stage: Stage, name: impl Into<String>, outcome: Outcome, said: impl Into<String>) -> Check {
        Check { stage, name: name.into(), outcome, said: said.into(), from: None, fixes: vec![] }
    }

    /// The same, which comes from this field.
    pub(super) fn from(self, path: impl Into<String>) -> Check {
        Check { from: Some(path.into()), ..self }
    }

    /// What is checked and what came of it, for a sentence about something else: of a long failure only what it is called.
    pub(super) fn in_short(&self) -> String {
        let is_long = self.outcome == Outcome::Failed && self.said.len() > 80;
        let called = self.said.split(": ").next().filter(|called| is_long && called.len() > 10);
        format!("{}: {}", self.name, called.unwrap_or(&self.said))
    }

    /// The same, with what flips it if it failed.
    pub(super) fn fix(mut self, fix: Option<Fix>) -> Check {
        if self.outcome == Outcome::Failed {
            self.fixes.extend(fix);
        }
        self
    }
}

impl Outcome {
    /// Passed or failed.
    pub(super) const fn of(passed: bool) -> Outcome {
        if passed { Outcome::Passed } else { Outcome::Failed }
    }
}

/// A command line as a fix.
pub(super) fn command(line: impl Into<String>) -> Option<Fix> {
    Some(Fix::Command(line.into()))
}

/// An edit as a fix.
pub(super) fn edit(path: impl Into<String>, change: Change) -> Option<Fix> {
    Some(Fix::Edit(Edit { path: path.into(), change }))
}

/// A key behind a path: `.disktype`, or in brackets where it has special characters.
pub(super) fn key(name: &str) -> String {
    if name.chars().all(|c| c.is_ascii_alphanumeric()) { format!(".{name}") } else { format!("[{name}]") }
}

/// `ds/fluentd`, `pod/x`.
pub(super) fn name(of: &Key) -> String {
    format!("{}/{}", short(of), of.name)
}

/// The short name of a kind.
fn short(of: &Key) -> String {
    match of.kind.name() {
        "DaemonSet" => "ds".to_owned(),
        other => other.to_lowercase(),
    }
}

/// ` -n logging`, where that is not the default namespace.
pub(super) fn in_namespace(namespace: &str) -> String {
    if namespace == "default" { String::new() } else { format!(" -n {namespace}") }
}

/// A moment that is to come: `at 09:02:14, in 12s`.
pub(super) fn until(at: Timestamp, now: Timestamp) -> String {
    format!("at {}, in {}", Date::of(at).clock(), span(now, at))
}

/// A moment that was: `09:02:14, 12s ago`.
pub(super) fn since(at: Timestamp, now: Timestamp) -> String {
    format!("{}, {} ago", Date::of(at).clock(), span(at, now))
}

fn span(from: Timestamp, to: Timestamp) -> String {
    human(Duration::from_secs(u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)))
}

/// Several things: `a, b and c`.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

/// A taint as kubectl writes it: `gpu=yes:NoSchedule`.
pub(super) fn taint(it: &Taint) -> String {
    match it.value.as_deref().filter(|value| !value.is_empty()) {
        Some(value) => format!("{}={value}:{}", it.key, it.effect),
        None => format!("{}:{}", it.key, it.effect),
    }
}

/// A pod's tolerations, and how many of them stand in its manifest: those come first, what was added comes behind.
pub(super) fn tolerations<'a>(sim: &Simulation, pod: &'a Pod) -> (&'a [Toleration], usize) {
    let all = pod.spec.as_ref().and_then(|spec| spec.common().tolerations.as_deref()).unwrap_or_default();
    let owner = pod.metadata.controller();
    let kind = owner.and_then(|owner| Kind::named(&owner.kind, &[]));
    let key = owner.zip(kind).map(|(owner, kind)| Key::new(kind, pod.metadata.namespace(), &owner.name));
    let template = key.and_then(|key| sim.cluster().store().object(&key)?.template());
    let own = match template {
        Some(template) => template.spec.as_ref().and_then(|spec| spec.tolerations.as_ref()).map_or(0, Vec::len),
        // `DefaultTolerationSeconds` gives a patience of its own to pods that say nothing of it.
        None => all.iter().position(|it| it.toleration_seconds == Some(300)).unwrap_or(all.len()),
    };
    (all, own.min(all.len()))
}

/// Which toleration covers a taint, and where it stands; or why none does.
pub(super) fn bears(taint: &Taint, tolerations: &[Toleration], own: usize) -> Result<(usize, String), String> {
    let place = |index: usize, it: &Toleration| {
        if index < own {
            format!("tolerations[{index}] ({})", toleration(it))
        } else {
            format!("the added {}", toleration(it))
        }
    };
    if let Some(index) = tolerations.iter().position(|it| tolerates(it, taint)) {
        return Ok((index, format!("tolerated by {}", place(index, &tolerations[index]))));
    }
    let is_near = |(index, it): &(usize, &Toleration)| *index < own || it.key.as_deref() == Some(&taint.key);
    let near = tolerations.iter().enumerate().filter(is_near);
    let near: Vec<String> =
        near.map(|(index, it)| format!("{} is for another {}", place(index, it), differs(it, taint))).collect();
    Err(match (near.is_empty(), tolerations.len() - own.min(tolerations.len())) {
        (true, 0) => "not tolerated: there is no toleration".to_owned(),
        (true, added) => {
            format!("not tolerated: no toleration is written, and none of the {added} added ones is for this key")
        }
        _ => format!("not tolerated: {}", near.join("; ")),
    })
}

/// What of a toleration is not the taint's.
fn differs(it: &Toleration, taint: &Taint) -> &'static str {
    let is_other = |field: &Option<String>, of: &str| field.as_deref().is_some_and(|it| !it.is_empty() && it != of);
    match () {
        () if is_other(&it.key, &taint.key) => "key",
        () if is_other(&it.effect, &taint.effect) => "effect",
        () => "value",
    }
}

/// A toleration as `kubectl describe` writes it: `gpu=yes:NoSchedule`, `gpu:NoSchedule op=Exists`.
fn toleration(it: &Toleration) -> String {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let mut shown = text(&it.key);
    if let Some(value) = it.value.as_deref().filter(|value| !value.is_empty()) {
        shown.push_str(&format!("={value}"));
    }
    if let Some(effect) = it.effect.as_deref().filter(|effect| !effect.is_empty()) {
        shown.push_str(&format!(":{effect}"));
    }
    if it.operator.as_deref() == Some("Exists") {
        shown.push_str(if shown.is_empty() { "op=Exists" } else { " op=Exists" });
    }
    shown
}

/// What makes a taint bearable: taking it away, or its cause; and a toleration in the template at `template`.
pub(super) fn without(it: &Taint, node: &str, template: &str) -> [Option<Fix>; 2] {
    let at_node = match it.key.strip_prefix("node.kubernetes.io/") {
        Some("not-ready" | "unreachable") => format!("node ready {node}"),
        Some("unschedulable") => format!("kubectl uncordon {node}"),
        Some("memory-pressure") => format!("node relief {node} memory"),
        Some("disk-pressure") => format!("node relief {node} disk"),
        Some("pid-pressure") => format!("node relief {node} pid"),
        Some("network-unavailable") => format!("node relief {node} network"),
        _ => format!("kubectl taint node {node} {}-", taint(it)),
    };
    let mut item = format!("key: {}\n", it.key);
    match it.value.as_deref().filter(|value| !value.is_empty()) {
        Some(value) => item.push_str(&format!("operator: Equal\nvalue: {value:?}\n")),
        None => item.push_str("operator: Exists\n"),
    }
    item.push_str(&format!("effect: {}\n", it.effect));
    [command(at_node), edit(format!("{template}.tolerations"), Change::Append(item))]
}
