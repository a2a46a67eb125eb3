//! A machine and the Node object its kubelet keeps.

use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1::{
    DaemonEndpoint, NodeDaemonEndpoints, NodeFeatures, NodeRuntimeHandler, NodeRuntimeHandlerFeatures,
};

use super::super::Desk;
use crate::api::quantity::Amount;
use crate::api::sorted::SortedSet;
use crate::api::{
    ApiError, Node, NodeAddress, NodeCondition, NodeSpec, NodeStatus, NodeSystemInfo, Object, ObjectMeta, Quantity,
    StringMap, Taint, Time,
};
use crate::cluster::{Reason, Source};
use crate::sim::{NodeActionError, NodeDefinition, SimTime};

/// What a machine of the rig holds unless its definition says otherwise.
const ALLOCATABLE: [(&str, &str); 6] = [
    ("cpu", "4"),
    ("ephemeral-storage", "61255492Ki"),
    ("hugepages-1Gi", "0"),
    ("hugepages-2Mi", "0"),
    ("memory", "8145684Ki"),
    ("pods", "110"),
];

/// The identities the rig's machines were recorded with: boot id, then machine id. They are invented there, and printed by
/// `describe node`; a machine of any other name gets its own from its name.
const RIG: [(&str, &str); 4] = [
    ("control-plane", "76c8f6e599fc26e1ae882cd69387c9f4b4e22dae0a655dcc004326cbc5f6df78"),
    ("worker-1", "2fda3df19b97825044b100dc3602620111a5bb119a28c43bf016e9ef5ea3a113"),
    ("worker-2", "5f624ae92353ac939b8a0804f112d38dcd3004e6a23520424f100fb680bf0ed0"),
    ("worker-3", "2d2dc8af2d153ced9d111eb9189f51c53fb02041251f11d0ddef8afe466b3260"),
];

/// A machine.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// Its place in the address space.
    index: u32,
    /// How many pod addresses it has given out.
    addresses: u32,
    /// Since when its heartbeats come.
    pub(super) alive_since: SimTime,
    /// Since when it is silent, if it is.
    pub(super) silent_since: Option<SimTime>,
    /// The images it has.
    pub(super) images: SortedSet<String>,
}

/// What a kubelet says of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// All is well.
    Ready,
    /// The network plugin does not work.
    NotReady,
}

impl Machine {
    /// Registers the Node of a new machine.
    ///
    /// # Errors
    /// Where the definition cannot be a Node.
    pub(super) fn register(
        desk: &mut Desk<'_>,
        definition: &NodeDefinition,
        index: u32,
    ) -> Result<Machine, NodeActionError> {
        let node = node(definition, index, &desk.cluster.now_in_seconds())?;
        let object = desk.cluster.create(node).map_err(|error| match error {
            ApiError::AlreadyExists(_, name) => NodeActionError::Exists(name),
            other => NodeActionError::Invalid(other.to_string()),
        })?;
        let source = kubelet(&definition.name);
        let status = |what: &str| format!("Node {} status is now: {what}", definition.name);
        let stories = [
            ("Starting", "Starting kubelet.".to_owned()),
            ("NodeHasSufficientMemory", status("NodeHasSufficientMemory")),
            ("NodeHasNoDiskPressure", status("NodeHasNoDiskPressure")),
            ("NodeHasSufficientPID", status("NodeHasSufficientPID")),
            ("NodeAllocatableEnforced", "Updated Node Allocatable limit across pods".to_owned()),
            ("NodeReady", status("NodeReady")),
        ];
        for (reason, message) in stories {
            desk.cluster.record(&object, &source, Reason::Normal(reason), &message);
        }
        Ok(Machine { index, addresses: 0, alive_since: desk.now, silent_since: None, images: SortedSet::new() })
    }

    /// The machine's own address.
    pub(super) fn address(&self) -> String {
        address(self.index)
    }

    /// The next pod's address.
    pub(super) fn next_pod_address(&mut self) -> String {
        let number = self.addresses + 2;
        self.addresses += 1;
        let (third, fourth) = (self.index % 256, number % 256);
        let second = 244 + (self.index / 256) % 8;
        format!("10.{second}.{third}.{fourth}")
    }

    /// Writes the Ready condition, and tells an event where it changed.
    pub(super) fn report(&self, desk: &mut Desk<'_>, name: &str, report: Report) {
        let Some(mut node) = desk.cluster.store().get::<Node>("", name).cloned() else {
            return;
        };
        let now = desk.cluster.now_in_seconds();
        let status = Rc::make_mut(&mut node).status.get_or_insert_default();
        let mut changed = false;
        for condition in status.conditions.iter_mut().flatten() {
            let (value, reason, message) = match condition.type_.as_str() {
                "Ready" => ready(report),
                "MemoryPressure" => ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                "DiskPressure" => ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                _ => ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            };
            if condition.status != value {
                condition.last_transition_time = Some(now.clone());
                changed |= condition.type_ == "Ready";
            }
            value.clone_into(&mut condition.status);
            condition.reason = Some(reason.to_owned());
            condition.message = Some(message.to_owned());
            condition.last_heartbeat_time = Some(now.clone());
        }
        let about = Object::from(Rc::clone(&node));
        let _ = desk.cluster.update_status(node);
        if changed {
            let reason = if report == Report::Ready { "NodeReady" } else { "NodeNotReady" };
            let message = format!("Node {name} status is now: {reason}");
            desk.cluster.record(&about, &kubelet(name), Reason::Normal(reason), &message);
        }
    }
}

const fn ready(report: Report) -> (&'static str, &'static str, &'static str) {
    match report {
        Report::Ready => ("True", "KubeletReady", "kubelet is posting ready status"),
        Report::NotReady => (
            "False",
            "KubeletNotReady",
            "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns \
             error: cni plugin not initialized",
        ),
    }
}

fn kubelet(node: &str) -> Source {
    Source::Kubelet { node: node.to_owned(), container: None }
}

fn address(index: u32) -> String {
    let number = index + 2;
    format!("172.{}.{}.{}", 18 + number / 65536, number / 256 % 256, number % 256)
}

fn node(definition: &NodeDefinition, index: u32, now: &Time) -> Result<Node, NodeActionError> {
    let name = &definition.name;
    let invalid = |why: String| NodeActionError::Invalid(format!("node \"{name}\": {why}"));
    let mut labels: StringMap = [
        ("beta.kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", name),
        ("kubernetes.io/os", "linux"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    labels.extend(definition.labels.clone());
    let taints =
        definition.taints.iter().map(|text| taint(text)).collect::<Result<Vec<Taint>, String>>().map_err(invalid)?;
    let mut capacity: BTreeMap<String, Quantity> =
        ALLOCATABLE.iter().map(|(name, amount)| ((*name).to_owned(), Quantity((*amount).to_owned()))).collect();
    for (resource, text) in &definition.allocatable {
        let amount: Amount =
            text.parse().map_err(|_| invalid(format!("allocatable {resource}: {text:?} is not a quantity")))?;
        capacity.insert(resource.clone(), amount.into());
    }
    let pod_cidr = format!("10.{}.{}.0/24", 244 + index / 256 % 8, index % 256);
    Ok(Node {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            labels: Some(labels),
            annotations: Some(
                [("node.alpha.kubernetes.io/ttl", "0"), ("volumes.kubernetes.io/controller-managed-attach-detach", "true")]
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .into(),
            ),
            ..ObjectMeta::default()
        },
        spec: Some(NodeSpec {
            pod_cidr: Some(pod_cidr.clone()),
            pod_cidrs: Some(vec![pod_cidr]),
            taints: (!taints.is_empty()).then_some(taints),
            ..NodeSpec::default()
        }),
        status: Some(NodeStatus {
            addresses: Some(vec![
                NodeAddress { type_: "InternalIP".to_owned(), address: address(index) },
                NodeAddress { type_: "Hostname".to_owned(), address: name.clone() },
            ]),
            allocatable: Some(capacity.clone()),
            capacity: Some(capacity),
            conditions: Some(conditions(now)),
            daemon_endpoints: Some(NodeDaemonEndpoints { kubelet_endpoint: Some(DaemonEndpoint { port: 10250 }) }),
            features: Some(NodeFeatures { supplemental_groups_policy: Some(true) }),
            node_info: Some(system_info(name)),
            runtime_handlers: Some(vec![handler(""), handler("runc")]),
            ..NodeStatus::default()
        }),
    })
}

fn conditions(now: &Time) -> Vec<NodeCondition> {
    let (ready, reason, message) = ready(Report::Ready);
    let all = [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", ready, reason, message),
    ];
    all.map(|(type_, status, reason, message)| NodeCondition {
        type_: type_.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_heartbeat_time: Some(now.clone()),
        last_transition_time: Some(now.clone()),
    })
    .into()
}

fn handler(name: &str) -> NodeRuntimeHandler {
    let features = NodeRuntimeHandlerFeatures { recursive_read_only_mounts: Some(true), user_namespaces: Some(true) };
    NodeRuntimeHandler { name: Some(name.to_owned()), features: Some(features) }
}

fn system_info(name: &str) -> NodeSystemInfo {
    let identity = RIG
        .iter()
        .find(|(machine, _)| *machine == name)
        .map_or_else(|| super::image::hex(name, 64), |(_, id)| (*id).to_owned());
    let uuid = |hex: &str| format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]);
    NodeSystemInfo {
        architecture: "amd64".to_owned(),
        boot_id: uuid(&identity[..32]),
        container_runtime_version: "containerd://2.0.0".to_owned(),
        kernel_version: "6.8.0-45-generic".to_owned(),
        kube_proxy_version: String::new(),
        kubelet_version: "v1.36.2".to_owned(),
        machine_id: identity[32..64].to_owned(),
        operating_system: "linux".to_owned(),
        os_image: "Debian GNU/Linux 12 (bookworm)".to_owned(),
        system_uuid: uuid(&identity[1..33]),
        ..NodeSystemInfo::default()
    }
}

/// `key=value:Effect` or `key:Effect`.
fn taint(text: &str) -> Result<Taint, String> {
    let wrong = || format!("taint {text:?} is not of the form key=value:Effect");
    let (left, effect) = text.rsplit_once(':').ok_or_else(wrong)?;
    let (key, value) = left.split_once('=').map_or((left, None), |(key, value)| (key, Some(value)));
    if key.is_empty() || !matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        return Err(wrong());
    }
    let value = value.filter(|value| !value.is_empty()).map(str::to_owned);
    Ok(Taint { key: key.to_owned(), value, effect: effect.to_owned(), time_added: None })
}
