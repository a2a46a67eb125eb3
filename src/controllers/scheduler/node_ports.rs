//! Ports of the node that pods take (`plugins/nodeports`).

use super::case::Case;
use super::nodes::NodeInfo;
use super::plugins::{Cure, Event, Rejection};
use crate::api::demand::is_sidecar;
use crate::api::{ContainerPort, Pod, PodSpec};
use crate::cluster::Store;

pub(super) fn filter(case: &Case<'_>, info: &NodeInfo) -> Option<Rejection> {
    let wants_none = host_ports(case.spec.common()).next().is_none();
    let refused = !wants_none && info.pods.iter().any(|other| clash(case.pod, other));
    refused.then(|| Rejection::new("node(s) didn't have free ports for the requested pod ports", Cure::Preemption))
}

pub(super) fn hint(_: &Store, pod: &Pod, event: &Event<'_>) -> bool {
    match event {
        Event::Pod(Some(gone), None) => clash(pod, gone),
        Event::Node(None, Some(_)) => true,
        _ => false,
    }
}

fn clash(a: &Pod, b: &Pod) -> bool {
    a.spec.iter().flat_map(|spec| host_ports(spec.common())).any(|port| takes(b, port))
}

/// Whether a pod takes a port.
pub(super) fn takes(pod: &Pod, port: &ContainerPort) -> bool {
    pod.spec.iter().flat_map(|spec| host_ports(spec.common())).any(|other| collide(port, other))
}

/// The ports of containers that run as long as the pod.
pub(super) fn host_ports(spec: &PodSpec) -> impl Iterator<Item = &ContainerPort> {
    let sidecars = spec.init_containers.iter().flatten().filter(|container| is_sidecar(container));
    let ports = sidecars.chain(&spec.containers).flat_map(|container| container.ports.iter().flatten());
    ports.filter(|port| port.host_port.is_some_and(|number| number > 0))
}

fn collide(a: &ContainerPort, b: &ContainerPort) -> bool {
    let ip = |port: &ContainerPort| port.host_ip.clone().filter(|ip| !ip.is_empty() && ip != "0.0.0.0");
    let protocol = |port: &ContainerPort| port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
    let same_ip = ip(a).is_none() || ip(b).is_none() || ip(a) == ip(b);
    a.host_port == b.host_port && protocol(a) == protocol(b) && same_ip
}
