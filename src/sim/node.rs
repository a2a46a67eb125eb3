//! What a person can do to the machines under the cluster: the things no API call does.

use std::fmt;

use super::NodeDefinition;

/// Something that happens to a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeAction {
    /// A machine joins and registers its Node.
    Add(NodeDefinition),
    /// The machine is gone and its Node object is deleted.
    Remove(String),
    /// The kubelet reports `Ready=False`.
    NotReady(String),
    /// No more heartbeats: the machine lost power or network.
    Silent(String),
    /// The kubelet is back and reports `Ready=True`.
    Ready(String),
}

impl NodeAction {
    /// The node it is about.
    pub fn node(&self) -> &str {
        match self {
            NodeAction::Add(definition) => &definition.name,
            NodeAction::Remove(name) | NodeAction::NotReady(name) | NodeAction::Silent(name) | NodeAction::Ready(name) => {
                name
            }
        }
    }
}

/// A node that the action needs is not there, or one that it makes already is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeActionError {
    /// There is no node of this name.
    Missing(String),
    /// There is one already.
    Exists(String),
    /// The definition cannot be: why.
    Invalid(String),
}

impl fmt::Display for NodeActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeActionError::Missing(name) => write!(f, "there is no node \"{name}\""),
            NodeActionError::Exists(name) => write!(f, "there is a node \"{name}\" already"),
            NodeActionError::Invalid(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NodeActionError {}
