//! The machine that moves everything.

use super::{Change, Config, NodeAction, NodeActionError, SimTime};
use crate::api::fetch::TOGETHER;
use crate::api::{Container, Pod};
use crate::cluster::Cluster;
use crate::controllers::{Controllers, Variables, Work};

use super::Queue;

/// A cluster with its controllers and its clock. Cheap to clone: what did not change is shared.
///
/// Invariants: the clock never goes back; the same configuration and the same calls give the same state.
#[derive(Clone, Debug)]
pub struct Simulation {
    cluster: Cluster,
    clock: SimTime,
    queue: Queue<Work>,
    controllers: Controllers,
    seen: Vec<Change>,
    /// Of how many of the next pieces of work all is fetched.
    fetched: usize,
}

/// For so many changes there is room from one step to the next: a sync of a controller makes fewer.
const ROOM: usize = 2_000;

impl Simulation {
    /// A cluster at time zero, its nodes just registered.
    pub fn new(config: &Config) -> Simulation {
        let mut simulation = Simulation {
            cluster: Cluster::new(config.seed, SimTime::ZERO.timestamp()),
            clock: SimTime::ZERO,
            queue: Queue::default(),
            controllers: Controllers::new(config),
            seen: vec![],
            fetched: 0,
        };
        for node in &config.nodes {
            // A configuration that names a node twice has one node of that name.
            let _ = simulation.node(NodeAction::Add(node.clone()));
        }
        simulation
    }

    /// The time.
    pub const fn now(&self) -> SimTime {
        self.clock
    }

    /// The API server, to read.
    pub const fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The API server, to write; [`Simulation::deliver`] what was written.
    pub const fn cluster_mut(&mut self) -> &mut Cluster {
        &mut self.cluster
    }

    /// Does something to a machine.
    ///
    /// # Errors
    /// Where the node is missing, or there already, or cannot be.
    pub fn node(&mut self, action: NodeAction) -> Result<(), NodeActionError> {
        self.controllers.machine(&mut self.cluster, &mut self.queue, self.clock, action)?;
        self.deliver();
        Ok(())
    }

    /// When the last heartbeat of a node came, if its kubelet ever sent one.
    pub fn last_heartbeat(&self, node: &str) -> Option<SimTime> {
        self.controllers.last_heartbeat(node, self.clock)
    }

    /// How much work it took to come here, in writes: a DaemonSet's look at a node is as much.
    pub const fn effort(&self) -> u64 {
        self.cluster.store().revision() + self.controllers.looks() as u64
    }

    /// What the controllers know that stands in no object.
    pub const fn controllers(&self) -> &Controllers {
        &self.controllers
    }

    /// The variables of a container's environment, as they were when it started; without those that every container has.
    pub fn variables(&self, pod: &Pod, container: &Container) -> Variables {
        self.controllers.variables(&self.cluster, pod, container)
    }

    /// When the next piece of work is due.
    pub fn next_at(&self) -> Option<SimTime> {
        self.queue.next_at()
    }

    /// Shows the controllers what was written since the last time.
    #[cfg_attr(quick, optimize(speed))]
    pub fn deliver(&mut self) {
        let mut changes = self.cluster.take_changes();
        for change in &changes {
            self.controllers.observe(change, &mut self.cluster, &mut self.queue, self.clock);
        }
        self.seen.append(&mut changes);
        self.cluster.give_back(changes);
    }

    /// Moves the clock to the next piece of work, if it is due by `until`, and does it. Says whether there was one.
    #[cfg_attr(quick, optimize(speed))]
    pub fn step(&mut self, until: SimTime) -> bool {
        self.deliver();
        let Some(at) = self.queue.next_at().filter(|&at| at <= until) else {
            return false;
        };
        self.set_clock(at.max(self.clock));
        if self.fetched == 0 && self.cluster.store().is_large() {
            self.fetch();
            self.fetched = TOGETHER;
        }
        self.fetched = self.fetched.saturating_sub(1);
        if let Some(work) = self.queue.pop_due(self.clock) {
            self.controllers.work(work, &mut self.cluster, &mut self.queue, self.clock);
        }
        self.deliver();
        true
    }

    /// Fetches what the next pieces of work look at.
    #[inline(never)]
    fn fetch(&self) {
        self.queue.fetch();
        self.controllers.fetch(self.queue.iter().take(TOGETHER), &self.cluster);
    }

    /// Moves the clock to `at` without doing what is due until then; never back.
    pub fn set_clock(&mut self, at: SimTime) {
        self.clock = self.clock.max(at);
        self.cluster.set_now(self.clock.timestamp());
    }

    /// Does everything that is due until `until`, and moves the clock there.
    pub fn advance(&mut self, until: SimTime) {
        while self.step(until) {}
        self.set_clock(until);
    }

    /// The changes since the last call, oldest first.
    pub fn take_seen(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.seen)
    }

    /// Takes back a list that [`Simulation::take_seen`] gave, whose room is used again, unless it is that of a whole cluster.
    pub fn give_back(&mut self, mut seen: Vec<Change>) {
        seen.clear();
        if self.seen.is_empty() && seen.capacity() <= ROOM {
            self.seen = seen;
        }
    }
}
