//! Nodes: a version shares with the one before what it leaves alone.

use super::shared::Shared;
use super::wire::{Fields, Wire};
use super::{NodeSpec, NodeStatus, ObjectMeta};

/// A node: it reads like one of `k8s-openapi`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// The metadata, without a `resourceVersion` where `revision` says it.
    pub metadata: Shared<ObjectMeta>,
    /// The `resourceVersion`, as the store keeps it; 0 for a node that was not read from there.
    pub revision: u64,
    /// What is asked of it.
    pub spec: Option<Shared<NodeSpec>>,
    /// How it is.
    pub status: Option<Shared<NodeStatus>>,
}

impl Node {
    /// One that was not read from the store.
    pub fn new(metadata: ObjectMeta, spec: NodeSpec, status: NodeStatus) -> Node {
        Node { metadata: metadata.into(), revision: 0, spec: Some(spec.into()), status: Some(status.into()) }
    }

    /// The `resourceVersion` it was read at.
    pub fn resource_version(&self) -> Option<String> {
        self.metadata.resource_version.clone().or_else(|| (self.revision > 0).then(|| self.revision.to_string()))
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
        visit("status", &mut self.status);
    }
}
