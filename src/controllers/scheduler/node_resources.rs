//! What a node has left to give (`plugins/noderesources`: `fit.go`, `least_allocated.go`, `balanced_allocation.go`).

use super::case::{Case, Scene};
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use super::resources::Resources;
use super::score::MOST;
use crate::api::{Node, Pod};
use crate::cluster::Store;

/// The resources by which nodes are compared (`apis/config/v1/defaults.go` `defaultResourceSpec`).
const COMPARED: [&str; 2] = ["cpu", "memory"];

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let mut reasons = vec![];
    let mut cure = Cure::Preemption;
    if info.pods.len() as i64 + 1 > info.allocatable.get("pods") {
        reasons.push("Too many pods".to_owned());
    }
    for (name, wanted, taken, there_is) in compared(case, info) {
        if wanted > there_is - taken {
            reasons.push(format!("Insufficient {name}"));
            if wanted > there_is {
                cure = Cure::None;
            }
        }
    }
    (!reasons.is_empty()).then_some(Rejection { reasons, cure, by: 0 })
}

/// The resources a pod asks for: what it wants, what others take, all there is.
pub(super) fn compared<'a>(case: &'a Case<'_>, info: &'a NodeInfo) -> impl Iterator<Item = (&'a str, i64, i64, i64)> {
    let asked = case.requested.iter().filter(|(name, _)| *name != "pods");
    asked.map(|(name, wanted)| (name, wanted, info.requested.get(name), info.allocatable.get(name)))
}

pub(super) fn hint(_: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    match event {
        Event::Pod(Some(_), None) => true,
        Event::Node(before, Some(node)) => pod.spec.as_ref().is_some_and(|spec| {
            let (wanted, now) = (Resources::requested(spec.common()), Resources::allocatable(node));
            let grew = |before: &Node| {
                let before = Resources::allocatable(before);
                let more = |name: &str| now.get(name) > before.get(name);
                more("pods") || wanted.iter().any(|(name, _)| more(name))
            };
            let fits = now.get("pods") > 0 && wanted.iter().all(|(name, amount)| amount <= now.get(name));
            fits && before.is_none_or(grew)
        }),
        _ => false,
    }
}

/// The more is left, the better (`LeastAllocated`).
pub(super) fn score_least_allocated(case: &Case<'_>, _: Scene<'_>, nodes: &[&NodeInfo]) -> Vec<i64> {
    let wanted = Resources::guessed(case.spec.common());
    let score = |info: &&NodeInfo| {
        let present: Vec<(&str, i64)> = present(info).collect();
        let left = present.iter().map(|(name, there_is)| {
            let left = (there_is - info.guessed().get(name) - wanted.get(name)).max(0);
            (i128::from(left) * i128::from(MOST) / i128::from(*there_is)) as i64
        });
        left.sum::<i64>() / (present.len() as i64).max(1)
    };
    nodes.iter().map(score).collect()
}

/// The more a pod evens out how full a node is with cpu and with memory, the better.
pub(super) fn score_balance(case: &Case<'_>, _: Scene<'_>, nodes: &[&NodeInfo]) -> Vec<i64> {
    if COMPARED.iter().all(|name| case.requested.get(name) == 0) {
        return vec![0; nodes.len()];
    }
    let balance = |info: &NodeInfo, used: &dyn Fn(&str) -> i64| {
        let full: Vec<f64> = present(info).map(|(name, has)| (used(name) as f64 / has as f64).min(1.0)).collect();
        let deviation = if let [a, b] = full.as_slice() { ((a - b) / 2.0).abs() } else { 0.0 };
        ((1.0 - deviation) * MOST as f64) as i64
    };
    let score = |info: &&NodeInfo| {
        let without = balance(info, &|name| info.requested.get(name));
        let with = balance(info, &|name| info.requested.get(name) + case.requested.get(name));
        MOST / 2 + (MOST / 2 + with - without) / 2
    };
    nodes.iter().map(score).collect()
}

/// The resources to compare that a node has any of.
fn present(info: &NodeInfo) -> impl Iterator<Item = (&'static str, i64)> {
    COMPARED.into_iter().map(|name| (name, info.allocatable.get(name))).filter(|(_, there_is)| *there_is > 0)
}
