//! Pods that want to be spread over zones, nodes and the like (`plugins/podtopologyspread`).

use super::case::{Case, Scene};
use super::explain::Compared;
use super::node_affinity::lets_go_to;
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use super::score::MOST;
use super::taint_toleration::{keeps_away, taints, tolerations};
use crate::api::pod::Spec;
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{
    Head, Kind, LabelSelector, Node, Object, Pod, ReplicaSet, Resource, StatefulSet, StringMap, TopologySpreadConstraint,
    wire,
};
use crate::cluster::Store;
use crate::controllers::pods::controller_of;

const HOSTNAME: &str = "kubernetes.io/hostname";
/// What holds for pods that say nothing: topology key and maxSkew (`plugin.go` `systemDefaultConstraints`).
const SYSTEM_DEFAULTS: [(&str, i32); 2] = [(HOSTNAME, 3), ("topology.kubernetes.io/zone", 5)];

/// A pod's constraints that must hold, each with the pods counted in every domain there is.
#[derive(Clone, Debug, Default)]
pub(super) struct Spread(Vec<Counted>);

#[derive(Clone, Debug)]
struct Counted {
    constraint: Constraint,
    domains: SortedMap<String, i64>,
    /// How many the domain with the fewest has: nobody, while there are fewer domains than there should be.
    least: i64,
}

#[derive(Clone, Debug)]
struct Constraint {
    key: String,
    max_skew: i64,
    min_domains: usize,
    selector: Selector,
    /// Whether nodes that the pod's node affinity excludes count, and those whose taints it does not tolerate.
    affinity: Policy,
    taints: Policy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Honor,
    Ignore,
}

impl Spread {
    /// Counts the pods in every domain, if the pod has constraints that must hold.
    pub(super) fn of(scene: Scene<'_>, pod: &Pod, spec: &Spec) -> Spread {
        let counted = |constraint| Counted { constraint, domains: SortedMap::new(), least: 0 };
        let mut spread = Spread(constraints(spec, "DoNotSchedule").map(counted).collect());
        if spread.0.is_empty() {
            return spread;
        }
        for info in scene.nodes.iter() {
            spread.add(pod, spec, &info.node, |constraint| matching(info, constraint, pod));
        }
        spread.settle();
        spread
    }

    /// Counts one pod more or less, on a node.
    pub(super) fn count(&mut self, pod: &Pod, spec: &Spec, other: &Pod, node: &Node, times: i64) {
        self.add(pod, spec, node, |constraint| if counts(other, constraint, pod) { times } else { 0 });
        self.settle();
    }

    fn settle(&mut self) {
        for it in &mut self.0 {
            let enough = it.domains.len() >= it.constraint.min_domains;
            it.least = it.domains.values().min().copied().filter(|_| enough).unwrap_or(0);
        }
    }

    fn add(&mut self, pod: &Pod, spec: &Spec, node: &Node, number: impl Fn(&Constraint) -> i64) {
        if !self.0.iter().all(|it| node.label(&it.constraint.key).is_some()) {
            return;
        }
        for Counted { constraint, domains, .. } in &mut self.0 {
            if let Some(domain) = node.label(&constraint.key).filter(|_| constraint.includes(pod, spec, node)) {
                *domains.entry(domain.to_owned(), || 0) += number(constraint);
            }
        }
    }
}

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    for Counted { constraint, domains, least } in &case.spread.0 {
        let Some(domain) = info.label(&constraint.key) else {
            let reason = "node(s) didn't match pod topology spread constraints (missing required label)";
            return Some(Rejection::new(reason, Cure::None));
        };
        let own = i64::from(constraint.selector.matches(labels(case.pod)));
        if domains.get(domain).copied().unwrap_or(0) + own - least > constraint.max_skew {
            return Some(Rejection::new("node(s) didn't match pod topology spread constraints", Cure::Preemption));
        }
    }
    None
}

/// The pods in the node's domain of every constraint, with the one that waits, and in the domain with the fewest.
pub(super) fn compared(case: &Case<'_>, info: &NodeInfo) -> Vec<Compared> {
    let of = |Counted { constraint, domains, least }: &Counted| Compared::Spread {
        key: constraint.key.clone(),
        domain: info.label(&constraint.key).map(str::to_owned),
        count: info.label(&constraint.key).and_then(|domain| domains.get(domain)).copied().unwrap_or(0)
            + i64::from(constraint.selector.matches(labels(case.pod))),
        least: *least,
        max_skew: constraint.max_skew,
    };
    case.spread.0.iter().map(of).collect()
}

pub(super) fn hint(_: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    let Some(spec) = &pod.spec else {
        return false;
    };
    let constraints: Vec<Constraint> = constraints(spec, "DoNotSchedule").collect();
    let selects = |other: &Pod| {
        let near = other.namespace() == pod.namespace();
        let selected = constraints.iter().map(|constraint| near && constraint.selector.matches(labels(other)));
        selected.collect::<Vec<bool>>()
    };
    let domains = |node: &Node| {
        let domains = constraints.iter().map(|constraint| node.label(&constraint.key).map(str::to_owned));
        domains.collect::<Option<Vec<String>>>()
    };
    match event {
        Event::Pod(Some(before), Some(after)) => selects(before) != selects(after),
        Event::Pod(one, other) => one.or(*other).is_some_and(|other| selects(other).contains(&true)),
        Event::Node(Some(before), Some(after)) => {
            let (there, here) = (domains(before), domains(after));
            there != here || (here.is_some() && taints(before) != taints(after))
        }
        Event::Node(one, other) => one.or(*other).is_some_and(|node| domains(node).is_some()),
        Event::Own(before, after) => {
            selects(before) != selects(after) || tolerations(before).len() != tolerations(after).len()
        }
    }
}

/// The fewer pods of the same kind there are on a node and in its zone, the better.
pub(super) fn score(case: &Case<'_>, scene: Scene<'_>, nodes: &[&NodeInfo]) -> Vec<i64> {
    let own = case.spec.topology_spread_constraints.as_ref().is_some_and(|list| !list.is_empty());
    let constraints: Vec<Constraint> =
        if own { constraints(case.spec, "ScheduleAnyway").collect() } else { defaults(scene.store, case.pod) };
    // A pod that says something wants nodes that know all its topologies; nodes without a zone still have a name.
    let is_scored = |node: &Node| !own || constraints.iter().all(|constraint| node.label(&constraint.key).is_some());
    let scored = nodes.iter().filter(|info| is_scored(&info.node)).count();
    if constraints.is_empty() || scored == 0 {
        return vec![0; nodes.len()];
    }
    let mut sums = vec![0.0; nodes.len()];
    for constraint in &constraints {
        let by_node = constraint.key == HOSTNAME;
        let domain = |info: &NodeInfo| info.label(&constraint.key).unwrap_or_default().to_owned();
        let mut domains: SortedMap<String, i64> = SortedMap::new();
        if !by_node {
            for info in nodes.iter().filter(|info| is_scored(&info.node)) {
                domains.entry(domain(info), || 0);
            }
            for info in scene.nodes.iter().filter(|info| is_scored(&info.node)) {
                if let Some(count) = domains.get_mut(&domain(info))
                    && constraint.includes(case.pod, case.spec, &info.node)
                {
                    *count += matching(info, constraint, case.pod);
                }
            }
        }
        // The more domains there are, the fewer pods each of them has: a zone's count must not drown a node's.
        let weight = logarithm(2 + if by_node { scored } else { domains.len() });
        for (sum, info) in sums.iter_mut().zip(nodes).filter(|(_, info)| is_scored(&info.node)) {
            let Some(domain) = info.label(&constraint.key) else { continue };
            let here =
                if by_node { matching(info, constraint, case.pod) } else { domains.get(domain).copied().unwrap_or(0) };
            *sum += here as f64 * weight + (constraint.max_skew - 1) as f64;
        }
    }
    marks(nodes.iter().zip(sums).map(|(info, sum)| is_scored(&info.node).then(|| sum.round() as i64)).collect())
}

/// The marks of counts of which low ones are good; nodes without a count get none.
fn marks(counts: Vec<Option<i64>>) -> Vec<i64> {
    let highest = counts.iter().flatten().max().copied().unwrap_or(0);
    let lowest = counts.iter().flatten().min().copied().unwrap_or(0);
    let mark = |count: i64| if highest == 0 { MOST } else { MOST * (highest + lowest - count) / highest };
    counts.into_iter().map(|count| count.map_or(0, mark)).collect()
}

/// A pod's own constraints with this `whenUnsatisfiable`. The keys of `matchLabelKeys` stand in the selector already: the
/// server puts them there.
fn constraints<'a>(spec: &'a Spec, action: &'a str) -> impl Iterator<Item = Constraint> + 'a {
    let own = spec.common().topology_spread_constraints.iter().flatten();
    own.filter(move |it| it.when_unsatisfiable == action).map(Constraint::of)
}

/// What holds for a pod without constraints of its own, if anybody keeps more pods like it.
fn defaults(store: &Store, pod: &Pod) -> Vec<Constraint> {
    let Some(selector) = siblings(store, pod).and_then(|selector| Selector::from_label_selector(&selector).ok()) else {
        return vec![];
    };
    let constraint = |(key, max_skew): (&str, i32)| Constraint {
        key: key.to_owned(),
        max_skew: i64::from(max_skew),
        min_domains: 1,
        selector: selector.clone(),
        affinity: Policy::Honor,
        taints: Policy::Ignore,
    };
    SYSTEM_DEFAULTS.map(constraint).into()
}

/// Who counts as more of the same kind: what the pod's owner selects, and the services it stands behind
/// (`plugins/helper/spread.go` `DefaultSelector`).
fn siblings(store: &Store, pod: &Pod) -> Option<LabelSelector> {
    let owner = controller_of(pod);
    let (place, name) = (pod.namespace(), owner.map_or("", |owner| owner.name.as_str()));
    let owned = match owner.map(|owner| owner.kind.as_str()) {
        Some("ReplicaSet") => store.get::<ReplicaSet>(place, name).and_then(|set| Some(set.spec.as_ref()?.selector.clone())),
        Some("StatefulSet") => {
            store.get::<StatefulSet>(place, name).and_then(|set| Some(set.spec.as_ref()?.selector.clone()))
        }
        _ => None,
    };
    let services = store.objects(Kind::Service).filter(|service| service.namespace() == place);
    let behind: StringMap = services.filter_map(|service| selected_by(service, pod)).flatten().collect();
    if behind.is_empty() {
        return owned;
    }
    let mut selector = owned.unwrap_or_default();
    selector.match_labels.get_or_insert_default().extend(behind);
    Some(selector)
}

/// What a service selects, if it selects the pod.
fn selected_by(service: &Object, pod: &Pod) -> Option<StringMap> {
    let selector: StringMap = wire::from_value(service.stored()?.field("spec").get("selector")?.clone()).ok()?;
    (!selector.is_empty() && Selector::from_labels(&selector).matches(labels(pod))).then_some(selector)
}

impl Constraint {
    fn of(it: &TopologySpreadConstraint) -> Constraint {
        let selector = it.label_selector.as_ref().and_then(|selector| Selector::from_label_selector(selector).ok());
        let policy = |field: &Option<String>, default| match field.as_deref() {
            Some("Honor") => Policy::Honor,
            Some("Ignore") => Policy::Ignore,
            _ => default,
        };
        Constraint {
            key: it.topology_key.clone(),
            max_skew: i64::from(it.max_skew),
            min_domains: it.min_domains.and_then(|number| usize::try_from(number).ok()).unwrap_or(1),
            selector: selector.unwrap_or_else(Selector::nothing),
            affinity: policy(&it.node_affinity_policy, Policy::Honor),
            taints: policy(&it.node_taints_policy, Policy::Ignore),
        }
    }

    /// Whether a node's pods count.
    fn includes(&self, pod: &Pod, spec: &Spec, node: &Node) -> bool {
        (self.affinity == Policy::Ignore || lets_go_to(spec, node))
            && (self.taints == Policy::Ignore || !keeps_away(node, pod))
    }
}

/// How many of a node's pods count.
fn matching(info: &NodeInfo, constraint: &Constraint, pod: &Pod) -> i64 {
    info.pods.iter().filter(|other| counts(other, constraint, pod)).count() as i64
}

/// Whether a pod counts. A selector that selects everything counts nobody (`common.go` `countPodsMatchSelector`).
fn counts(other: &Pod, constraint: &Constraint, pod: &Pod) -> bool {
    !constraint.selector.is_everything()
        && !other.is_terminating()
        && other.namespace() == pod.namespace()
        && constraint.selector.matches(labels(other))
}

/// A pod's labels.
pub(super) fn labels(pod: &Pod) -> &StringMap {
    static NONE: StringMap = StringMap::new();
    pod.metadata.labels().unwrap_or(&NONE)
}

/// The natural logarithm, of basic operations alone, so that it is the same to the last bit on every machine.
fn logarithm(number: usize) -> f64 {
    let halvings = number.max(1).ilog2();
    let series = |x: f64| {
        let ratio = (x - 1.0) / (x + 1.0);
        (0..20).rev().fold(0.0, |sum, k| sum * ratio * ratio + 1.0 / f64::from(2 * k + 1)) * 2.0 * ratio
    };
    series(2.0) * f64::from(halvings) + series(number as f64 / (1_u64 << halvings) as f64)
}
