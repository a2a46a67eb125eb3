//! The scheduler's filters, in the order in which it asks them (`pkg/scheduler/framework/plugins`). The first that says no
//! speaks for the node.

use super::super::pods::is_terminal;
use crate::api::quantity::Amount;
use crate::api::selector::{node_matches, tolerates, untolerated};
use crate::api::sorted::SortedMap;
use crate::api::{Container, ContainerPort, Node, PodSpec, Resource, Taint};
use crate::cluster::Store;

/// Why a node cannot take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    /// In the scheduler's words; several where several resources are short.
    pub(super) reasons: Vec<String>,
    /// Whether removing other pods would not help (`UnschedulableAndUnresolvable`).
    pub(super) is_final: bool,
}

impl Rejection {
    fn new(reason: impl Into<String>) -> Rejection {
        Rejection { reasons: vec![reason.into()], is_final: false }
    }

    fn last_word(reason: impl Into<String>) -> Rejection {
        Rejection { is_final: true, ..Rejection::new(reason) }
    }
}

/// What a pod needs of a node: resources by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand(SortedMap<String, Amount>);

impl Demand {
    /// The sum over containers, or the largest init container where that is more, plus overhead
    /// (`component-helpers/resource/helpers.go`).
    pub(super) fn of(spec: &PodSpec) -> Demand {
        let mut sum: SortedMap<String, Amount> = SortedMap::new();
        let zero = Amount::from_units(0);
        for (name, amount) in spec.containers.iter().flat_map(requests) {
            let entry = sum.entry(name, || zero);
            *entry = entry.plus(amount);
        }
        for (name, amount) in spec.init_containers.iter().flatten().flat_map(requests) {
            let entry = sum.entry(name, || zero);
            *entry = (*entry).max(amount);
        }
        for (name, quantity) in spec.overhead.iter().flatten() {
            let entry = sum.entry(name.clone(), || zero);
            *entry = entry.plus(Amount::of(quantity));
        }
        Demand(sum)
    }
}

fn requests(container: &Container) -> impl Iterator<Item = (String, Amount)> {
    let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    requests.into_iter().flatten().map(|(name, quantity)| (name.clone(), Amount::of(quantity)))
}

/// Asks the filters about one node.
pub(super) fn check(store: &Store, spec: &PodSpec, demand: &Demand, node: &Node) -> Option<Rejection> {
    unschedulable(spec, node)
        .or_else(|| taints(spec, node))
        .or_else(|| affinity(spec, node))
        .or_else(|| ports(store, spec, node))
        .or_else(|| resources(store, demand, node))
}

fn unschedulable(spec: &PodSpec, node: &Node) -> Option<Rejection> {
    let cordoned = node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true);
    let taint =
        Taint { key: "node.kubernetes.io/unschedulable".to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() };
    let tolerated = spec.tolerations.iter().flatten().any(|toleration| tolerates(toleration, &taint));
    (cordoned && !tolerated).then(|| Rejection::last_word("node(s) were unschedulable"))
}

fn taints(spec: &PodSpec, node: &Node) -> Option<Rejection> {
    let taints = node.spec.as_ref()?.taints.as_deref()?;
    let tolerations = spec.tolerations.as_deref().unwrap_or_default();
    untolerated(taints, tolerations, &["NoSchedule", "NoExecute"])
        .map(|_| Rejection::last_word("node(s) had untolerated taint(s)"))
}

fn affinity(spec: &PodSpec, node: &Node) -> Option<Rejection> {
    (!node_matches(spec, node)).then(|| Rejection::last_word("node(s) didn't match Pod's node affinity/selector"))
}

fn ports(store: &Store, spec: &PodSpec, node: &Node) -> Option<Rejection> {
    let wanted: Vec<&ContainerPort> = host_ports(spec).collect();
    let clash = |taken: &ContainerPort| wanted.iter().any(|want| collide(want, taken));
    let taken = || store.pods_on(node.name()).filter(|pod| !is_terminal(pod)).filter_map(|pod| pod.spec.as_ref());
    let clashes = !wanted.is_empty() && taken().flat_map(host_ports).any(clash);
    clashes.then(|| Rejection::new("node(s) didn't have free ports for the requested pod ports"))
}

fn host_ports(spec: &PodSpec) -> impl Iterator<Item = &ContainerPort> {
    let ports = spec.containers.iter().flat_map(|container| container.ports.iter().flatten());
    ports.filter(|port| port.host_port.is_some_and(|number| number > 0))
}

fn collide(a: &ContainerPort, b: &ContainerPort) -> bool {
    let ip = |port: &ContainerPort| port.host_ip.clone().filter(|ip| !ip.is_empty() && ip != "0.0.0.0");
    let protocol = |port: &ContainerPort| port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
    let same_ip = ip(a).is_none() || ip(b).is_none() || ip(a) == ip(b);
    a.host_port == b.host_port && protocol(a) == protocol(b) && same_ip
}

fn resources(store: &Store, demand: &Demand, node: &Node) -> Option<Rejection> {
    let zero = Amount::from_units(0);
    let allocatable = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
    let has = |name: &str| allocatable.and_then(|all| all.get(name)).map_or(zero, Amount::of);
    let others: Vec<Demand> = store
        .pods_on(node.name())
        .filter(|pod| !is_terminal(pod))
        .filter_map(|pod| pod.spec.as_ref())
        .map(Demand::of)
        .collect();
    let mut rejection = Rejection { reasons: vec![], is_final: false };
    if Amount::from_units(i64::try_from(others.len()).unwrap_or(i64::MAX)).plus(Amount::from_units(1)) > has("pods") {
        rejection.reasons.push("Too many pods".to_owned());
    }
    for (name, &wanted) in demand.0.iter().filter(|(_, wanted)| !wanted.is_zero()) {
        let used = others.iter().filter_map(|other| other.0.get(name)).fold(zero, |sum, &amount| sum.plus(amount));
        if used.plus(wanted) > has(name) {
            rejection.reasons.push(format!("Insufficient {name}"));
            rejection.is_final |= wanted > has(name);
        }
    }
    (!rejection.reasons.is_empty()).then_some(rejection)
}
