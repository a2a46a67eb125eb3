//! Nodes as a server tells of them, made into machines and what ails them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::secret;
use crate::api::StringMap;
use crate::api::quantity::Amount;
use crate::share;
use crate::sim::NodeDefinition;

/// Taints that the control plane puts on a node by itself, because of its conditions or a cordon: here too.
const FOLLOWS: [&str; 7] = [
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/network-unavailable",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/unschedulable",
];

/// The labels that every machine of the playground has anyhow.
const USUAL: [(&str, &str); 4] = [
    ("beta.kubernetes.io/arch", "amd64"),
    ("beta.kubernetes.io/os", "linux"),
    ("kubernetes.io/arch", "amd64"),
    ("kubernetes.io/os", "linux"),
];

/// What ails a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    Memory,
    Disk,
    Pid,
    Network,
    NotReady,
    Away,
    Cordoned,
}

/// The nodes so far.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    pub(super) definitions: Vec<NodeDefinition>,
    /// Which nodes have which trouble.
    pub(super) troubles: BTreeMap<Trouble, Vec<String>>,
    /// Versions of kubelets.
    versions: BTreeSet<String>,
    /// Conditions that are true and have no counterpart here, and on how many nodes.
    conditions: BTreeMap<String, usize>,
    /// How many nodes keep something for themselves.
    reserved: usize,
    /// How many do not say what they can hold.
    unsaid: usize,
}

impl Nodes {
    /// Takes one in.
    pub(super) fn add(&mut self, node: &Value, left_out: &mut Vec<String>) {
        let (meta, spec, status) = (&node["metadata"], &node["spec"], &node["status"]);
        let name = meta["name"].as_str().unwrap_or_default().to_owned();
        // What is beyond the limit is refused as a whole, once all are counted.
        if self.definitions.len() > share::MAX_NODES {
            return;
        }
        let labels = labels(&meta["labels"], &name, left_out);
        let taints = spec["taints"].as_array().into_iter().flatten().filter_map(taint).collect();
        let (allocatable, capacity) = (&status["allocatable"], &status["capacity"]);
        let is_said = |amounts: &Value| amounts.as_object().is_some_and(|amounts| !amounts.is_empty());
        self.reserved += usize::from(is_said(allocatable) && is_said(capacity) && allocatable != capacity);
        self.unsaid += usize::from(!is_said(allocatable) && !is_said(capacity));
        let amounts = if is_said(allocatable) { allocatable } else { capacity };
        let allocatable = amounts_of(amounts, &name, left_out);
        self.notice(&name, spec, status);
        self.definitions.push(NodeDefinition { name, labels, taints, allocatable });
    }

    fn notice(&mut self, name: &str, spec: &Value, status: &Value) {
        let mut has = |trouble: Trouble| self.troubles.entry(trouble).or_default().push(name.to_owned());
        for condition in status["conditions"].as_array().into_iter().flatten() {
            let of = condition["type"].as_str().unwrap_or_default();
            match (of, condition["status"].as_str().unwrap_or_default()) {
                ("Ready", "False") => has(Trouble::NotReady),
                ("Ready", "Unknown") => has(Trouble::Away),
                ("MemoryPressure", "True") => has(Trouble::Memory),
                ("DiskPressure", "True") => has(Trouble::Disk),
                ("PIDPressure", "True") => has(Trouble::Pid),
                ("NetworkUnavailable", "True") => has(Trouble::Network),
                ("Ready" | "MemoryPressure" | "DiskPressure" | "PIDPressure" | "NetworkUnavailable", _) => {}
                (other, "True") if self.conditions.len() < 20 => *self.conditions.entry(other.to_owned()).or_default() += 1,
                _ => {}
            }
        }
        if spec["unschedulable"] == true {
            has(Trouble::Cordoned);
        }
        if let Some(version) = status["nodeInfo"]["kubeletVersion"].as_str().filter(|_| self.versions.len() < 10) {
            self.versions.insert(version.to_owned());
        }
    }

    /// What of the nodes is not as it was.
    pub(super) fn tell(&self, left_out: &mut Vec<String>) {
        if self.reserved > 0 {
            left_out.push(format!(
                "What {} keep for the system is left out: here capacity is what pods can have (allocatable).",
                nodes(self.reserved)
            ));
        }
        if self.unsaid > 0 {
            left_out
                .push(format!("What {} can hold is not said: here it is 4 CPUs, 8 GiB and 110 pods.", nodes(self.unsaid)));
        }
        for (condition, count) in &self.conditions {
            left_out.push(format!("The condition {condition} of {} is not simulated.", nodes(*count)));
        }
        let others: Vec<&str> =
            self.versions.iter().map(String::as_str).filter(|version| !version.starts_with("v1.36.")).collect();
        if !others.is_empty() {
            left_out.push(format!("The nodes run {}: here all is Kubernetes 1.36.", others.join(", ")));
        }
    }
}

fn nodes(count: usize) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

fn labels(labels: &Value, name: &str, left_out: &mut Vec<String>) -> StringMap {
    let mut kept = StringMap::new();
    for (key, value) in labels.as_object().into_iter().flatten() {
        let value = text(value);
        let is_usual = USUAL.contains(&(key, &value)) || (key == "kubernetes.io/hostname" && value == name);
        if secret::is_secret(&value) {
            left_out.push(format!("The label {key} of the node {name} was left out: its value looks like a secret."));
        } else if !is_usual {
            kept.insert(key.clone(), value);
        }
    }
    kept
}

/// `key=value:Effect`, as a definition has it; none for those that come by themselves.
fn taint(taint: &Value) -> Option<String> {
    let (key, effect) = (taint["key"].as_str()?, taint["effect"].as_str()?);
    if comes_by_itself(key) {
        return None;
    }
    Some(match taint["value"].as_str().filter(|value| !value.is_empty()) {
        Some(value) => format!("{key}={value}:{effect}"),
        None => format!("{key}:{effect}"),
    })
}

/// Whether a taint of this key is put on a node by the control plane itself.
pub(crate) fn comes_by_itself(key: &str) -> bool {
    FOLLOWS.contains(&key)
}

fn amounts_of(amounts: &Value, name: &str, left_out: &mut Vec<String>) -> StringMap {
    let mut kept = StringMap::new();
    for (resource, amount) in amounts.as_object().into_iter().flatten() {
        let amount = text(amount);
        if amount.parse::<Amount>().is_ok() {
            kept.insert(resource.clone(), amount);
        } else {
            left_out.push(format!("The {resource} of the node {name} was left out: it is no quantity."));
        }
    }
    kept
}

/// A text, or what would have been one if YAML had not made a number of it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The command lines that bring about what ails the nodes.
pub(super) fn commands(troubles: &BTreeMap<Trouble, Vec<String>>) -> Vec<String> {
    let mut lines = vec![];
    for (trouble, nodes) in troubles {
        let act = match trouble {
            Trouble::Memory => "node pressure $n memory",
            Trouble::Disk => "node pressure $n disk",
            Trouble::Pid => "node pressure $n pid",
            Trouble::Network => "node pressure $n network",
            Trouble::NotReady => "node notready $n",
            Trouble::Away => "node poweroff $n",
            Trouble::Cordoned => "kubectl cordon",
        };
        // A line has a limit, and a name 253 characters at most.
        for nodes in nodes.chunks(share::MAX_COMMAND_BYTES / 300) {
            let names: Vec<&str> = nodes.iter().map(String::as_str).filter(|name| is_plain(name)).collect();
            match (names.as_slice(), act) {
                ([], _) => {}
                (names, "kubectl cordon") => lines.push(format!("{act} {}", names.join(" "))),
                ([name], act) => lines.push(act.replace("$n", name)),
                (names, act) => lines.push(format!("for n in {}; do {act}; done", names.join(" "))),
            }
        }
    }
    lines
}

/// Whether a name is one that a Node can have, and so means nothing to a shell.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
}
