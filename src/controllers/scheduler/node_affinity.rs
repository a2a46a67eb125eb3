//! Node selectors and node affinity (`plugins/nodeaffinity`).

use super::case::{Case, Scene};
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use super::score::{Best, normalise};
use crate::api::pod::Spec;
use crate::api::selector::{node_is_selected, node_matches, term_matches};
use crate::api::sorted::SortedSet;
use crate::api::{Key, Node, NodeSelectorTerm, Pod, Resource, StringMap};
use crate::cluster::Store;

/// The nodes that a pod could go to by their names alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pin<'a> {
    /// Any.
    Free,
    /// This one, whose key is at hand.
    At(&'a Key),
    /// These.
    To(SortedSet<&'a str>),
    /// None: its terms contradict themselves.
    Nowhere,
}

/// Where the `matchFields` of a pod's required terms let it go (`PreFilter`). A daemon pod is pinned in this way, and costs no
/// look at the other nodes.
pub(super) fn pin(spec: &Spec) -> Pin<'_> {
    if let Some(node) = spec.pin_key() {
        return Pin::At(node);
    }
    let required = spec.common().affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required = required.and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
    let terms = required.map(|required| required.node_selector_terms.as_slice()).unwrap_or_default();
    let mut names = SortedSet::new();
    for term in terms {
        match names_in(term) {
            Some(more) => names.extend(more),
            None => return Pin::Free,
        }
    }
    match (terms.is_empty(), names.is_empty()) {
        (true, _) => Pin::Free,
        (false, true) => Pin::Nowhere,
        (false, false) => Pin::To(names),
    }
}

/// Whether a pod's node selector and its required terms let it go to a node.
pub(super) fn lets_go_to(spec: &Spec, node: &Node) -> bool {
    match spec.pin() {
        Some(name) => name == node.name() && node_is_selected(spec.common(), node),
        None => node_matches(spec.common(), node),
    }
}

/// The names that satisfy all of a term's requirements of the name; nothing if it has none.
fn names_in(term: &NodeSelectorTerm) -> Option<Vec<&str>> {
    let fields = term.match_fields.iter().flatten();
    let names = fields.filter(|field| field.key == "metadata.name" && field.operator == "In");
    let sets = names.map(|field| field.values.iter().flatten().map(String::as_str).collect::<Vec<&str>>());
    sets.reduce(|all, set| all.into_iter().filter(|name| set.contains(name)).collect())
}

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let refused = !lets_go_to(case.spec, &info.node);
    refused.then(|| Rejection::new("node(s) didn't match Pod's node affinity/selector", Cure::None))
}

pub(super) fn hint(_: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    let matches = |node: &Node| pod.spec.as_ref().is_some_and(|spec| lets_go_to(spec, node));
    matches!(event, Event::Node(before, Some(node)) if matches(node) && !before.is_some_and(matches))
}

/// The weights of the preferences a node satisfies.
pub(super) fn score(case: &Case<'_>, _: Scene<'_>, nodes: &[&NodeInfo]) -> Vec<i64> {
    let affinity = case.spec.common().affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let preferred = affinity.and_then(|it| it.preferred_during_scheduling_ignored_during_execution.as_deref());
    let none = StringMap::new();
    let weight = |node: &Node| {
        let labels = node.metadata.labels.as_ref().unwrap_or(&none);
        let satisfied = preferred.into_iter().flatten().filter(|it| term_matches(&it.preference, labels, node.name()));
        satisfied.map(|it| i64::from(it.weight)).sum()
    };
    normalise(nodes.iter().map(|info| weight(&info.node)).collect(), Best::Most)
}
