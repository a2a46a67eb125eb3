//! Pods that want to be near others, or far from them (`plugins/interpodaffinity`).

use super::case::{Case, Scene};
use super::explain::{Compared, Wish};
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use super::score::MOST;
use super::topology_spread::labels;
use crate::api::meta::are_labelled_alike;
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{Namespace, Node, Pod, PodAffinityTerm, Resource, WeightedPodAffinityTerm};
use crate::cluster::Store;

/// What a required term of a pod with a node weighs for a pod that it wants near (`HardPodAffinityWeight`).
const HARD_WEIGHT: i64 = 1;

/// What a pod requires of its neighbours and they of it, with how many there are in each domain.
#[derive(Clone, Debug, Default)]
pub(super) struct Affinity {
    near: Vec<Term>,
    far: Vec<Term>,
    /// Pods that all of `near` select.
    friends: Domains,
    /// Pods that a term of `far` selects.
    foes: Domains,
    /// Pods that want to be far from this one.
    rivals: Domains,
}

/// Numbers of pods by domain, which is `key=value`. A domain without pods is none.
#[derive(Clone, Debug, Default)]
struct Domains(SortedMap<String, i64>);

/// Which other pods are meant, and what counts as one place.
#[derive(Clone, Debug)]
struct Term {
    namespaces: Vec<String>,
    namespaces_by_label: Selector,
    selector: Selector,
    key: String,
}

impl Affinity {
    /// Counts the pods that matter in every domain.
    pub(super) fn of(scene: Scene<'_>, pod: &Pod) -> Affinity {
        let mut affinity = Affinity { near: required_near(pod), far: required_far(pod), ..Affinity::default() };
        if affinity.near.is_empty() && affinity.far.is_empty() {
            for info in scene.nodes.sociable() {
                info.pods.iter().for_each(|other| affinity.count(scene.store, pod, other, &info.node, 1));
            }
        } else {
            for info in scene.nodes.iter() {
                info.pods.iter().for_each(|other| affinity.count(scene.store, pod, other, &info.node, 1));
            }
        }
        affinity
    }

    /// Counts one pod more or less, on a node.
    pub(super) fn count(&mut self, store: &Store, pod: &Pod, other: &Pod, node: &Node, times: i64) {
        if selected_by_all(store, &self.near, other) {
            self.near.iter().for_each(|term| self.friends.add(node, &term.key, times));
        }
        for term in self.far.iter().filter(|term| term.selects(store, other)) {
            self.foes.add(node, &term.key, times);
        }
        for term in required_far(other).iter().filter(|term| term.selects(store, pod)) {
            self.rivals.add(node, &term.key, times);
        }
    }

    /// Whether the node is where the pods are that this one wants near. The first of a group that wants to be together may go
    /// anywhere.
    fn is_near(&self, case: &Case<'_>, info: &NodeInfo) -> bool {
        let there = |term: &Term| info.label(&term.key).is_some();
        let friends = |term: &Term| self.friends.at(info, &term.key) > 0;
        self.near.iter().all(there)
            && (self.near.iter().all(friends)
                || self.friends.0.is_empty() && selected_by_all(case.store, &self.near, case.pod))
    }
}

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let it = &case.affinity;
    if !it.is_near(case, info) {
        return Some(Rejection::new("node(s) didn't match pod affinity rules", Cure::None));
    }
    if it.far.iter().any(|term| it.foes.at(info, &term.key) > 0) {
        return Some(Rejection::new("node(s) didn't match pod anti-affinity rules", Cure::Preemption));
    }
    if it.rivals.all_at(info).any(|count| count > 0) {
        return Some(Rejection::new("node(s) didn't satisfy existing pods anti-affinity rules", Cure::Preemption));
    }
    None
}

/// How many pods are in the node's place that this one wants near, that it wants far, and that want it far.
pub(super) fn compared(case: &Case<'_>, info: &NodeInfo) -> Vec<Compared> {
    let it = &case.affinity;
    let count = |wish, domains: &Domains, term: &Term| Compared::Neighbours {
        wish,
        key: term.key.clone(),
        domain: info.label(&term.key).map(str::to_owned),
        count: domains.at(info, &term.key),
    };
    let near = it.near.iter().map(|term| count(Wish::Near, &it.friends, term));
    let far = it.far.iter().map(|term| count(Wish::Far, &it.foes, term));
    let rivals = it.rivals.all_at(info).filter(|count| *count > 0);
    let rivals = rivals.map(|count| Compared::Neighbours { wish: Wish::OfOthers, key: String::new(), domain: None, count });
    near.chain(far).chain(rivals).collect()
}

pub(super) fn hint(store: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    let (near, far) = (required_near(pod), required_far(pod));
    let wanted = |other: &Pod| selected_by_all(store, &near, other);
    let unwanted = |other: &Pod| selected_by_all(store, &far, other);
    match event {
        Event::Pod(None, Some(new)) => wanted(new),
        Event::Pod(Some(gone), None) => unwanted(gone) || selected_by_all(store, &required_far(gone), pod),
        Event::Pod(Some(before), Some(after)) => !wanted(before) && wanted(after) || unwanted(before) && !unwanted(after),
        Event::Node(before, Some(node)) => {
            let moved = |term: &Term| before.map(|node| node.label(&term.key)) != Some(node.label(&term.key));
            let joins = |term: &Term| node.label(&term.key).is_some() && moved(term);
            let leaves = |term: &Term| before.is_none_or(|node| node.label(&term.key).is_some()) && moved(term);
            near.iter().any(joins) || far.iter().any(leaves)
        }
        Event::Own(before, after) => !are_labelled_alike(&before.metadata, &after.metadata),
        _ => false,
    }
}

/// Near those the pod would like near, or who would like it near; far from the others.
pub(super) fn score(case: &Case<'_>, scene: Scene<'_>, nodes: &[&NodeInfo]) -> Vec<i64> {
    let store = scene.store;
    let own = preferred(case.pod);
    let mut weights = Domains::default();
    let mut weigh = |info: &NodeInfo| {
        for other in &info.pods {
            for (term, weight) in own.iter().filter(|(term, _)| term.selects(store, other)) {
                weights.add(&info.node, &term.key, *weight);
            }
            let required = required_near(other).into_iter().map(|term| (term, HARD_WEIGHT));
            for (term, weight) in required.chain(preferred(other)).filter(|(term, _)| term.selects(store, case.pod)) {
                weights.add(&info.node, &term.key, weight);
            }
        }
    };
    if own.is_empty() {
        scene.nodes.sociable().for_each(|info| weigh(info));
    } else {
        scene.nodes.iter().for_each(|info| weigh(info));
    }
    let sums: Vec<i64> = nodes.iter().map(|info| weights.all_at(info).sum()).collect();
    let (lowest, highest) = (sums.iter().min().copied().unwrap_or(0), sums.iter().max().copied().unwrap_or(0));
    let range = (highest - lowest).max(1);
    sums.into_iter().map(|sum| (MOST as f64 * ((sum - lowest) as f64 / range as f64)) as i64).collect()
}

/// Whether a pod says anything of its neighbours.
pub(super) fn is_sociable(pod: &Pod) -> bool {
    let affinity = pod.spec.as_ref().and_then(|spec| spec.common().affinity.as_ref());
    affinity.is_some_and(|affinity| affinity.pod_affinity.is_some() || affinity.pod_anti_affinity.is_some())
}

fn required_near(pod: &Pod) -> Vec<Term> {
    let affinity = pod.spec.as_ref().and_then(|spec| spec.common().affinity.as_ref()?.pod_affinity.as_ref());
    let terms = affinity.and_then(|it| it.required_during_scheduling_ignored_during_execution.as_ref());
    terms.into_iter().flatten().map(|term| Term::of(pod, term)).collect()
}

fn required_far(pod: &Pod) -> Vec<Term> {
    let affinity = pod.spec.as_ref().and_then(|spec| spec.common().affinity.as_ref()?.pod_anti_affinity.as_ref());
    let terms = affinity.and_then(|it| it.required_during_scheduling_ignored_during_execution.as_ref());
    terms.into_iter().flatten().map(|term| Term::of(pod, term)).collect()
}

/// A pod's preferences with their weights, negative for those it would rather have far.
fn preferred(pod: &Pod) -> Vec<(Term, i64)> {
    let Some(affinity) = pod.spec.as_ref().and_then(|spec| spec.common().affinity.as_ref()) else {
        return vec![];
    };
    let near =
        affinity.pod_affinity.iter().filter_map(|it| it.preferred_during_scheduling_ignored_during_execution.as_ref());
    let far =
        affinity.pod_anti_affinity.iter().filter_map(|it| it.preferred_during_scheduling_ignored_during_execution.as_ref());
    let weighted =
        |sign: i64| move |it: &WeightedPodAffinityTerm| (Term::of(pod, &it.pod_affinity_term), sign * i64::from(it.weight));
    near.flatten().map(weighted(1)).chain(far.flatten().map(weighted(-1))).collect()
}

fn selected_by_all(store: &Store, terms: &[Term], pod: &Pod) -> bool {
    !terms.is_empty() && terms.iter().all(|term| term.selects(store, pod))
}

impl Term {
    /// A term of `pod`. Without namespaces it means those in the pod's own.
    fn of(pod: &Pod, it: &PodAffinityTerm) -> Term {
        let selector = |field: Option<&_>| {
            field.and_then(|it| Selector::from_label_selector(it).ok()).unwrap_or_else(Selector::nothing)
        };
        let mut namespaces = it.namespaces.clone().unwrap_or_default();
        if namespaces.is_empty() && it.namespace_selector.is_none() {
            namespaces.push(pod.namespace().to_owned());
        }
        Term {
            namespaces,
            namespaces_by_label: selector(it.namespace_selector.as_ref()),
            selector: selector(it.label_selector.as_ref()),
            key: it.topology_key.clone(),
        }
    }

    fn selects(&self, store: &Store, pod: &Pod) -> bool {
        let in_labelled_namespace = || {
            let namespace = store.get::<Namespace>("", pod.namespace());
            let labels = namespace.and_then(|namespace| namespace.metadata.labels.clone()).unwrap_or_default();
            self.namespaces_by_label.matches(&labels)
        };
        self.selector.matches(labels(pod))
            && (self.namespaces.iter().any(|name| name == pod.namespace()) || in_labelled_namespace())
    }
}

impl Domains {
    fn add(&mut self, node: &Node, key: &str, times: i64) {
        if let Some(value) = node.label(key) {
            let domain = format!("{key}={value}");
            let count = self.0.entry(domain.clone(), || 0);
            *count += times;
            if *count == 0 {
                self.0.remove(&domain);
            }
        }
    }

    fn at(&self, info: &NodeInfo, key: &str) -> i64 {
        let domain = info.label(key).map(|value| format!("{key}={value}"));
        domain.and_then(|domain| self.0.get(&domain)).copied().unwrap_or(0)
    }

    /// The numbers of all domains that the node is in.
    fn all_at(&self, info: &NodeInfo) -> impl Iterator<Item = i64> {
        let labels = info.node.metadata.labels.iter().flatten().filter(|_| !self.0.is_empty());
        labels.filter_map(|(key, value)| self.0.get(&format!("{key}={value}")).copied())
    }
}
