//! A machine and the Node object its kubelet keeps.

use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1::{
    DaemonEndpoint, NodeDaemonEndpoints, NodeFeatures, NodeRuntimeHandler, NodeRuntimeHandlerFeatures,
};

use super::super::Desk;
use crate::api::node::Amounts;
use crate::api::node_status::{Said, Status};
use crate::api::quantity::Amount;
use crate::api::selector::tolerates;
use crate::api::shared::Shared;
use crate::api::sorted::SortedSet;
use crate::api::{
    ApiError, Node, NodeAddress, NodeCondition, NodeSpec, NodeStatus, NodeSystemInfo, Object, ObjectMeta, Pod, Quantity,
    StringMap, Taint, Time,
};
use crate::cluster::{Reason, Source};
use crate::sim::{NodeActionError, NodeDefinition, SimTime, Supply};

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
    pub(super) name: Rc<str>,
    /// Its own address.
    pub(super) address: Rc<str>,
    /// Its place in the address space.
    index: u32,
    /// How many pod addresses it has given out.
    addresses: u32,
    /// Since when its heartbeats come.
    pub(super) alive_since: SimTime,
    /// Since when it is silent, if it is.
    pub(super) silent_since: Option<SimTime>,
    /// Whether it is switched off.
    pub(super) is_off: bool,
    /// How often it was switched on again.
    boots: u32,
    /// The images it has.
    pub(super) images: SortedSet<Rc<str>>,
    /// What it was made from.
    definition: Rc<NodeDefinition>,
    /// Whether its network plugin works.
    pub(super) is_ready: bool,
    /// What it runs short of.
    pub(super) lacks: SortedSet<Supply>,
}

/// What the machine that was registered last has to give, and what its definition says of that: most have as much as another.
#[derive(Clone, Debug, Default)]
pub(super) struct Supplies {
    defined: StringMap,
    amounts: Option<Shared<Amounts>>,
}

/// What a condition says: its status, reason and message.
type Word = (&'static str, &'static str, &'static str);

impl Machine {
    /// Registers the Node of a new machine. `supplies` are those of another, and those of this one then.
    ///
    /// # Errors
    /// Where the definition cannot be a Node.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn register(
        desk: &mut Desk<'_>,
        definition: &Rc<NodeDefinition>,
        index: u32,
        supplies: &mut Supplies,
    ) -> Result<Machine, NodeActionError> {
        let node = node(definition, index, &desk.cluster.now_in_seconds(), supplies)?;
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
        Ok(Machine {
            name: definition.name.as_str().into(),
            address: address(index).into(),
            index,
            addresses: 0,
            alive_since: desk.now,
            silent_since: None,
            is_off: false,
            boots: 0,
            images: SortedSet::new(),
            definition: Rc::clone(definition),
            is_ready: true,
            lacks: SortedSet::new(),
        })
    }

    /// The machine starts again, which registers its Node if somebody has deleted it.
    pub(super) fn restart(&mut self, desk: &mut Desk<'_>) {
        let name = &self.definition.name;
        if desk.cluster.store().get::<Node>("", name).is_none()
            && let Ok(machine) = Machine::register(desk, &self.definition, self.index, &mut Supplies::default())
        {
            self.definition = machine.definition;
        }
        self.silent_since = None;
        self.alive_since = desk.now;
    }

    /// The machine was switched on again, which its kubelet tells by the id of the boot (`pkg/kubelet/nodestatus/setters.go`).
    pub(super) fn boot(&mut self, desk: &mut Desk<'_>) {
        let name = Rc::clone(&self.name);
        let known = desk.cluster.store().get::<Node>("", &name).cloned();
        self.restart(desk);
        self.is_off = false;
        self.boots += 1;
        if let Some(mut node) = known {
            let boot_id = uuid(&super::image::hex(&format!("{name}/{}", self.boots), 32));
            let about = Object::from(Rc::clone(&node));
            let told = [
                (Reason::Normal("Starting"), "Starting kubelet.".to_owned()),
                (Reason::Normal("NodeAllocatableEnforced"), "Updated Node Allocatable limit across pods".to_owned()),
                (Reason::Warning("Rebooted"), format!("Node {name} has been rebooted, boot id: {boot_id}")),
            ];
            for (reason, message) in told {
                desk.cluster.record(&about, &kubelet(&name), reason, &message);
            }
            let status = Rc::make_mut(&mut node).status.get_or_insert_default();
            status.node_info.get_or_insert_default().boot_id = boot_id;
            let _ = desk.cluster.update_status(node);
        }
        self.report(desk);
    }

    /// The next pod's address.
    pub(super) fn next_pod_address(&mut self) -> Rc<str> {
        let number = self.addresses + 2;
        self.addresses += 1;
        let (third, fourth) = (self.index % 256, number % 256);
        let second = 244 + (self.index / 256) % 8;
        format!("10.{second}.{third}.{fourth}").into()
    }

    /// Writes the conditions, and tells an event for each that changed.
    pub(super) fn report(&self, desk: &mut Desk<'_>) {
        let name = &self.definition.name;
        let Some(mut node) = desk.cluster.store().get::<Node>("", name).cloned() else {
            return;
        };
        let now = desk.cluster.now_in_seconds();
        let status = Rc::make_mut(&mut node).status.get_or_insert_default();
        let mut changed: Vec<&'static str> = vec![];
        let conditions = status.conditions.get_or_insert_default();
        if self.lacks.contains(&Supply::Network) && conditions.iter().all(|condition| condition.type_ != NETWORK) {
            let unknown = NodeCondition { type_: NETWORK.to_owned(), ..NodeCondition::default() };
            conditions.insert(0, unknown);
        }
        for condition in conditions {
            let (word, event) = self.say(&condition.type_);
            let (status, reason, message) = word;
            if condition.status != status {
                condition.last_transition_time = Some(now.clone());
                changed.extend(event);
            }
            status.clone_into(&mut condition.status);
            condition.reason = Some(reason.to_owned());
            condition.message = Some(message.to_owned());
            condition.last_heartbeat_time = Some(now.clone());
        }
        let about = Object::from(Rc::clone(&node));
        let _ = desk.cluster.update_status(node);
        for reason in changed {
            let message = format!("Node {name} status is now: {reason}");
            desk.cluster.record(&about, &kubelet(name), Reason::Normal(reason), &message);
        }
    }

    /// What a condition has to say, and the event with which that begins (`pkg/kubelet/nodestatus/setters.go`; for the network
    /// `staging/src/k8s.io/cloud-provider/controllers/route/route_controller.go`).
    fn say(&self, condition: &str) -> (Word, Option<&'static str>) {
        let lacks = |supply| self.lacks.contains(&supply);
        let (word, event) = match condition {
            "Ready" if self.is_ready => (READY, "NodeReady"),
            "Ready" => (NOT_READY, "NodeNotReady"),
            "MemoryPressure" if lacks(Supply::Memory) => (
                ("True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
                "NodeHasInsufficientMemory",
            ),
            "MemoryPressure" => (ENOUGH_MEMORY, "NodeHasSufficientMemory"),
            "DiskPressure" if lacks(Supply::Disk) => {
                (("True", "KubeletHasDiskPressure", "kubelet has disk pressure"), "NodeHasDiskPressure")
            }
            "DiskPressure" => (ENOUGH_DISK, "NodeHasNoDiskPressure"),
            "PIDPressure" if lacks(Supply::Pid) => {
                (("True", "KubeletHasInsufficientPID", "kubelet has insufficient PID available"), "NodeHasInsufficientPID")
            }
            "PIDPressure" => (ENOUGH_PIDS, "NodeHasSufficientPID"),
            _ if lacks(Supply::Network) => return (("True", "NoRouteCreated", "Node created without a route"), None),
            _ => return (("False", "RouteCreated", "RouteController created a route"), None),
        };
        (word, Some(event))
    }

    /// Why it takes no more pods like this, if it does not (`pkg/kubelet/eviction/eviction_manager.go` `Admit`).
    pub(super) fn rejects(&self, pod: &Pod) -> Option<String> {
        const CRITICAL: i32 = 2_000_000_000;
        const NAMES: [(Supply, &str); 3] =
            [(Supply::Disk, "DiskPressure"), (Supply::Memory, "MemoryPressure"), (Supply::Pid, "PIDPressure")];
        let names: Vec<&str> =
            NAMES.iter().filter(|(supply, _)| self.lacks.contains(supply)).map(|(_, name)| *name).collect();
        if names.is_empty() {
            return None;
        }
        let spec = pod.spec.as_ref()?.common();
        let is_frugal = pod.status.as_ref().and_then(|status| status.qos_class()) != Some("BestEffort");
        let pressure = Taint { key: MEMORY_TAINT.to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() };
        let bears_it = is_frugal || spec.tolerations.iter().flatten().any(|toleration| tolerates(toleration, &pressure));
        let is_admitted =
            spec.priority.is_some_and(|priority| priority >= CRITICAL) || (names == ["MemoryPressure"] && bears_it);
        (!is_admitted).then(|| format!("The node had condition: [{}]. ", names.join(" ")))
    }
}

/// The condition of a node whose pods have no route.
const NETWORK: &str = "NetworkUnavailable";
const MEMORY_TAINT: &str = "node.kubernetes.io/memory-pressure";
const READY: Word = ("True", "KubeletReady", "kubelet is posting ready status");
const NOT_READY: Word = (
    "False",
    "KubeletNotReady",
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni \
     plugin not initialized",
);
const ENOUGH_MEMORY: Word = ("False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available");
const ENOUGH_DISK: Word = ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure");
const ENOUGH_PIDS: Word = ("False", "KubeletHasSufficientPID", "kubelet has sufficient PID available");

fn kubelet(node: &str) -> Source {
    Source::Kubelet { node: node.into(), container: None }
}

fn address(index: u32) -> String {
    let number = index + 2;
    format!("172.{}.{}.{}", 18 + number / 65536, number / 256 % 256, number % 256)
}

#[cfg_attr(quick, optimize(speed))]
fn node(definition: &NodeDefinition, index: u32, now: &Time, supplies: &mut Supplies) -> Result<Node, NodeActionError> {
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
    let amounts = match &supplies.amounts {
        Some(amounts) if supplies.defined == definition.allocatable => amounts.clone(),
        _ => Shared::from(amounts(&definition.allocatable).map_err(invalid)?),
    };
    *supplies = Supplies { defined: definition.allocatable.clone(), amounts: Some(amounts.clone()) };
    let pod_cidr = format!("10.{}.{}.0/24", 244 + index / 256 % 8, index % 256);
    Ok(Node::new(
        ObjectMeta {
            name: Some(name.clone()),
            labels: Some(labels),
            annotations: Some(
                [("node.alpha.kubernetes.io/ttl", "0"), ("volumes.kubernetes.io/controller-managed-attach-detach", "true")]
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .into(),
            ),
            ..ObjectMeta::default()
        },
        NodeSpec {
            pod_cidr: Some(pod_cidr.clone()),
            pod_cidrs: Some(vec![pod_cidr]),
            taints: (!taints.is_empty()).then_some(taints),
            ..NodeSpec::default()
        },
        Status::in_short(Rc::new(Registered { name: name.as_str().into(), index, at: now.clone() })),
        amounts,
    ))
}

/// What a machine has to give whose definition says this.
fn amounts(defined: &StringMap) -> Result<Amounts, String> {
    let mut capacity: BTreeMap<String, Quantity> =
        ALLOCATABLE.iter().map(|(name, amount)| ((*name).to_owned(), Quantity((*amount).to_owned()))).collect();
    for (resource, text) in defined {
        let amount: Amount = text.parse().map_err(|_| format!("allocatable {resource}: {text:?} is not a quantity"))?;
        capacity.insert(resource.clone(), amount.into());
    }
    Ok(Amounts { allocatable: Some(capacity.clone()), capacity: Some(capacity) })
}

/// What the kubelet of a new machine says.
struct Registered {
    name: Box<str>,
    index: u32,
    at: Time,
}

const CONDITIONS: [(&str, Word); 4] =
    [("MemoryPressure", ENOUGH_MEMORY), ("DiskPressure", ENOUGH_DISK), ("PIDPressure", ENOUGH_PIDS), ("Ready", READY)];

impl Said for Registered {
    fn condition(&self, kind: &str) -> Option<&str> {
        CONDITIONS.iter().find(|(other, _)| *other == kind).map(|(_, (status, _, _))| *status)
    }

    fn write_out(&self) -> NodeStatus {
        let condition = |(type_, (status, reason, message)): (&str, Word)| NodeCondition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message.to_owned()),
            last_heartbeat_time: Some(self.at.clone()),
            last_transition_time: Some(self.at.clone()),
        };
        NodeStatus {
            addresses: Some(vec![
                NodeAddress { type_: "InternalIP".to_owned(), address: address(self.index) },
                NodeAddress { type_: "Hostname".to_owned(), address: (*self.name).to_owned() },
            ]),
            conditions: Some(CONDITIONS.map(condition).into()),
            daemon_endpoints: Some(NodeDaemonEndpoints { kubelet_endpoint: Some(DaemonEndpoint { port: 10250 }) }),
            features: Some(NodeFeatures { supplemental_groups_policy: Some(true) }),
            node_info: Some(system_info(&self.name)),
            runtime_handlers: Some(vec![handler(""), handler("runc")]),
            ..NodeStatus::default()
        }
    }
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

fn uuid(hex: &str) -> String {
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]].join("-")
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
