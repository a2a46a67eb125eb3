//! Nodes: a version shares with the one before what it leaves alone.

use std::collections::BTreeMap;

use super::node_status::Status;
use super::shared::Shared;
use super::wire::{Fields, Wire};
use super::{NodeSpec, ObjectMeta, Quantity};

/// The labels that say where a node is, which its pods take over (`plugin/pkg/admission/podtopologylabels`).
pub const TOPOLOGY: [&str; 2] = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

/// A node: it reads like one of `k8s-openapi`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// The metadata, without a `resourceVersion` where `revision` says it.
    pub metadata: Shared<ObjectMeta>,
    /// The `resourceVersion`, as the store keeps it; 0 for a node that was not read from there.
    pub revision: u64,
    /// What is asked of it.
    pub spec: Option<Shared<NodeSpec>>,
    /// How it is, without its amounts.
    pub status: Option<Status>,
    /// What its status says that it has and gives to pods. Many nodes share one.
    pub amounts: Shared<Amounts>,
}

/// Amounts by resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amounts {
    /// What there is.
    pub capacity: Option<BTreeMap<String, Quantity>>,
    /// What of that pods may have.
    pub allocatable: Option<BTreeMap<String, Quantity>>,
}

impl Node {
    /// One that was not read from the store; the status without amounts.
    pub fn new(metadata: ObjectMeta, spec: NodeSpec, status: Status, amounts: Shared<Amounts>) -> Node {
        Node { metadata: metadata.into(), revision: 0, spec: Some(spec.into()), status: Some(status), amounts }
    }

    /// Whether its kubelet says that it is Ready.
    pub fn is_ready(&self) -> bool {
        self.condition("Ready") == Some("True")
    }

    /// The status of one of its conditions: `True`, `False` or `Unknown`.
    pub fn condition(&self, kind: &str) -> Option<&str> {
        self.status.as_ref()?.condition(kind)
    }

    /// The values of the labels of [`TOPOLOGY`], looked for from the end: few labels come after them, and most nodes have five
    /// before, each in a piece of memory of its own.
    #[cfg_attr(quick, optimize(speed))]
    pub fn topology(&self) -> [Option<&str>; TOPOLOGY.len()] {
        let labels = self.metadata.labels.iter().flatten().rev().take_while(|(key, _)| key.as_str() >= TOPOLOGY[0]);
        let mut found = [None; TOPOLOGY.len()];
        for (key, value) in labels {
            if let Some(place) = TOPOLOGY.iter().position(|wanted| wanted == key) {
                found[place] = Some(value.as_str());
            }
        }
        found
    }

    /// The `resourceVersion` it was read at.
    pub fn resource_version(&self) -> Option<String> {
        self.metadata.resource_version.clone().or_else(|| (self.revision > 0).then(|| self.revision.to_string()))
    }

    /// Shows the status as a client knows it.
    fn status_with_amounts(&mut self, show: &mut dyn FnMut(&mut Option<Status>)) {
        if let Some(status) = &mut self.status {
            let Amounts { capacity, allocatable } = Amounts::clone(&self.amounts);
            if capacity.is_some() || allocatable.is_some() {
                (status.capacity, status.allocatable) = (capacity, allocatable);
            }
        }
        show(&mut self.status);
        if let Some(status) = self.status.as_mut().filter(|status| status.capacity.is_some() || status.allocatable.is_some())
        {
            let amounts = Amounts { capacity: status.capacity.take(), allocatable: status.allocatable.take() };
            self.amounts = amounts.into();
        }
    }

    /// Sets the `resourceVersion`; 0 is none.
    pub(super) fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
        if self.metadata.resource_version.is_some() {
            self.metadata.resource_version = None;
        }
    }
}

impl Fields for Node {
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn Wire)) {
        if let Some(version) = self.resource_version() {
            self.metadata.resource_version = Some(version);
        }
        visit("metadata", &mut self.metadata);
        visit("spec", &mut self.spec);
        self.status_with_amounts(&mut |status| visit("status", status));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Kind, Object};
    use serde_json::json;

    #[test]
    fn the_topology_is_found_among_other_labels() {
        for (labels, expected) in [
            (json!({}), [None, None]),
            (json!({"a": "b", "topology.kubernetes.io/zone": "z"}), [None, Some("z")]),
            (
                json!({"topology.kubernetes.io/region": "r", "topology.kubernetes.io/zonal": "x", "zone": "y"}),
                [Some("r"), None],
            ),
            (json!({"topology.kubernetes.io/region": "", "topology.kubernetes.io/zone": "z"}), [Some(""), Some("z")]),
            (json!({"topology": "x", "kubernetes.io/hostname": "a"}), [None, None]),
        ] {
            let mut node = Node::default();
            node.metadata.labels = serde_json::from_value(labels.clone()).expect("labels");
            assert_eq!(node.topology(), expected, "{labels}");
        }
    }

    #[test]
    fn a_client_sees_the_amounts_in_the_status() {
        let value = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "a", "resourceVersion": "7"},
            "status": {"allocatable": {"cpu": "4"}, "capacity": {"cpu": "5"}, "phase": "Running"},
        });
        let node = Object::from_value(Kind::Node, value.clone()).expect("a node");
        assert_eq!(node.to_value(), value);
        let Object::Node(node) = node else { panic!("a node") };
        assert_eq!(node.amounts.allocatable.as_ref().map(|all| all["cpu"].0.as_str()), Some("4"));
        assert!(node.status.as_ref().is_some_and(|status| status.allocatable.is_none() && status.capacity.is_none()));
    }
}
