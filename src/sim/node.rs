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
    /// No more heartbeats: the machine lost its network, or its kubelet hangs; what runs there goes on.
    Silent(String),
    /// The machine is switched off: all that runs there stops, and nobody hears of it.
    Off(String),
    /// The kubelet is back and reports `Ready=True`; a machine that is off is switched on first, which takes a while.
    Ready(String),
    /// Something runs short on the machine, and its condition says so.
    Pressure(String, Supply),
    /// There is enough of it again.
    Relief(String, Supply),
}

/// What a machine can run short of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supply {
    /// `MemoryPressure`.
    Memory,
    /// `DiskPressure`.
    Disk,
    /// `PIDPressure`: processes.
    Pid,
    /// `NetworkUnavailable`: routes to its pods. Not the kubelet says so but whoever makes the routes.
    Network,
}

impl Supply {
    /// All of them, in the order of a node's conditions, the network's last.
    pub const ALL: [Supply; 4] = [Supply::Memory, Supply::Disk, Supply::Pid, Supply::Network];

    /// As people type it.
    pub const fn name(self) -> &'static str {
        match self {
            Supply::Memory => "memory",
            Supply::Disk => "disk",
            Supply::Pid => "pid",
            Supply::Network => "network",
        }
    }

    /// The one of this name.
    ///
    /// # Errors
    /// What the names are.
    pub fn named(name: &str) -> Result<Supply, String> {
        let found = Supply::ALL.into_iter().find(|supply| supply.name() == name);
        found.ok_or_else(|| format!("{name:?} is none of memory, disk, pid, network"))
    }
}

impl NodeAction {
    /// The node it is about.
    pub fn node(&self) -> &str {
        match self {
            NodeAction::Add(definition) => &definition.name,
            NodeAction::Remove(name)
            | NodeAction::NotReady(name)
            | NodeAction::Silent(name)
            | NodeAction::Off(name)
            | NodeAction::Ready(name)
            | NodeAction::Pressure(name, _)
            | NodeAction::Relief(name, _) => name,
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
