//! The controllers: pure decisions over what is stored, each at its own time.
use crate::cluster::{Change, Cluster};
use crate::sim::{Config, NodeAction, NodeActionError, Queue, SimTime};

/// A piece of work that waits in the queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Nothing.
    Nothing,
}

/// All controllers.
#[derive(Clone, Debug)]
pub struct Controllers {}

impl Controllers {
    /// New.
    pub fn new(_config: &Config) -> Controllers {
        Controllers {}
    }
    /// Machine.
    pub fn machine(&mut self, _cluster: &mut Cluster, _queue: &mut Queue<Work>, _now: SimTime, _action: NodeAction) -> Result<(), NodeActionError> {
        Ok(())
    }
    /// Heartbeat.
    pub fn last_heartbeat(&self, _node: &str, _now: SimTime) -> Option<SimTime> {
        None
    }
    /// Observe.
    pub fn observe(&mut self, _change: &Change, _cluster: &Cluster, _queue: &mut Queue<Work>, _now: SimTime) {}
    /// Work.
    pub fn work(&mut self, _work: Work, _cluster: &mut Cluster, _queue: &mut Queue<Work>, _now: SimTime) {}
}
