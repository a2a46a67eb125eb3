//! The controllers, the scheduler and the kubelets: pure decisions over what is stored, each at its own time.
//!
//! None knows another: each is shown every [`Change`] and asks for [`Work`]; when its work is due it reads the store and writes
//! to it. [`Controllers`] only passes changes and work to whom they belong.

mod api_server;
mod daemon;
mod deployment;
mod disruption;
mod endpoints;
mod garbage_collector;
mod job;
mod kubelet;
mod namespace;
mod node_lifecycle;
mod owner;
mod pod_gc;
mod pods;
mod ranking;
mod replica_set;
mod revisions;
mod scheduler;
mod stateful_set;
mod taint_eviction;
mod workloads;

pub use daemon::{Errand, Line, Placement, Survey, judge, placement_of, pod_for, survey, tolerations as daemon_tolerations};
pub use kubelet::{Variables, unmounted};
pub use scheduler::{Compared, Finding, Wish, findings, why_not};

use std::time::Duration;

use crate::api::{Container, DaemonSet, Key, Kind, Pod};
use crate::cluster::{Change, Cluster};
use crate::sim::{Config, Item, NodeAction, NodeActionError, Queue, SimTime};

/// A piece of work that waits in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// The DaemonSet controller looks at a DaemonSet.
    DaemonSet(Key),
    /// The DaemonSet controller looks again because pods have been ready for long enough.
    DaemonSetLater(Key),
    /// The controller of an object's kind looks at it.
    Sync(Key),
    /// The controller of an object's kind looks at it because a time is over.
    SyncLater(Key),
    /// The scheduler looks for a node for the next pod of its queue.
    Schedule,
    /// The scheduler looks for pods that have waited for too long.
    ReviveUnschedulable,
    /// The kubelet of a pod's node looks at the pod.
    Kubelet(Key),
    /// A machine that was switched on is up.
    Boot(Key),
    /// The node lifecycle controller looks at a node because it changed.
    Node(Key),
    /// The node lifecycle controller looks at a node because its monitor period is over.
    MonitorNode(Key),
    /// The node lifecycle controller looks at what has become of all nodes together.
    Zones,
    /// The taint eviction controller looks at a pod.
    TaintEviction(Key),
    /// The taint eviction controller deletes a pod whose patience with its node has ended.
    Evict(Key),
    /// The pod garbage collector looks at a pod whose node is gone.
    PodGc(Key),
    /// The namespace controller looks at a namespace that is being deleted.
    Namespace(Key),
    /// The API server looks for its own Service.
    ApiServer,
    /// The garbage collector looks at what an object owned.
    Dependents(Box<(Key, String)>),
}

impl Work {
    /// Who does it, in the words of the timeline.
    pub fn actor(&self) -> &'static str {
        match self {
            Work::DaemonSet(_) | Work::DaemonSetLater(_) => "DaemonSet controller",
            Work::Sync(key) | Work::SyncLater(key) => match key.kind {
                Kind::Deployment => "Deployment controller",
                Kind::ReplicaSet => "ReplicaSet controller",
                Kind::StatefulSet => "StatefulSet controller",
                Kind::PodDisruptionBudget => "disruption controller",
                Kind::Service => "endpoints controller",
                _ => "job controller",
            },
            Work::Schedule | Work::ReviveUnschedulable => "scheduler",
            Work::Kubelet(_) | Work::Boot(_) => "kubelet",
            Work::Node(_) | Work::MonitorNode(_) | Work::Zones => "node controller",
            Work::TaintEviction(_) | Work::Evict(_) => "taint eviction controller",
            Work::Namespace(_) => "namespace controller",
            Work::ApiServer => "API server",
            Work::PodGc(_) | Work::Dependents(_) => "garbage collector",
        }
    }
}

impl Item for Work {
    fn hash(&self) -> u64 {
        match self {
            Work::DaemonSet(key)
            | Work::DaemonSetLater(key)
            | Work::Sync(key)
            | Work::SyncLater(key)
            | Work::Kubelet(key)
            | Work::Boot(key)
            | Work::Node(key)
            | Work::MonitorNode(key)
            | Work::TaintEviction(key)
            | Work::Evict(key)
            | Work::PodGc(key)
            | Work::Namespace(key) => key.hash(),
            Work::Dependents(owned) => owned.0.hash(),
            Work::Schedule | Work::ReviveUnschedulable | Work::Zones | Work::ApiServer => 0,
        }
    }
}

/// What a controller has at hand when it is shown a change or does its work.
pub(crate) struct Desk<'a> {
    pub(crate) cluster: &'a mut Cluster,
    pub(crate) queue: &'a mut Queue<Work>,
    pub(crate) now: SimTime,
}

impl Desk<'_> {
    /// Asks for `work` after `delay`.
    pub(crate) fn later(&mut self, delay: Duration, work: Work) {
        self.queue.push(self.now + delay, work);
    }
}

/// All controllers of a cluster, and its machines.
#[derive(Clone, Debug)]
pub struct Controllers {
    daemon: daemon::Controller,
    scheduler: scheduler::Scheduler,
    kubelets: kubelet::Kubelets,
    nodes: node_lifecycle::Controller,
    evictions: taint_eviction::Controller,
    workloads: workloads::Workloads,
}

impl Controllers {
    /// The controllers of a cluster that begins as `config` says.
    pub fn new(config: &Config) -> Controllers {
        Controllers {
            daemon: daemon::Controller::default(),
            scheduler: scheduler::Scheduler::default(),
            kubelets: kubelet::Kubelets::new(config),
            nodes: node_lifecycle::Controller::new(config.node_monitor_grace),
            evictions: taint_eviction::Controller::default(),
            workloads: workloads::Workloads::default(),
        }
    }

    /// How often the DaemonSet controller looked at what a DaemonSet makes of a node.
    pub const fn looks(&self) -> usize {
        self.daemon.looks()
    }

    /// Does something to a machine.
    ///
    /// # Errors
    /// Where the node is missing, or there already, or cannot be.
    pub fn machine(
        &mut self,
        cluster: &mut Cluster,
        queue: &mut Queue<Work>,
        now: SimTime,
        action: NodeAction,
    ) -> Result<(), NodeActionError> {
        let node = Key::of_node(action.node());
        let mut desk = Desk { cluster, queue, now };
        self.kubelets.machine(&mut desk, action)?;
        // A silent node writes nothing that could wake anybody: its silence has to be waited for.
        self.nodes.expect_heartbeat(&mut desk, &node, self.kubelets.last_heartbeat(&node.name, now));
        Ok(())
    }

    /// When the last heartbeat of a node came.
    pub fn last_heartbeat(&self, node: &str, now: SimTime) -> Option<SimTime> {
        self.kubelets.last_heartbeat(node, now)
    }

    /// Why a machine would not take a pod in, in its kubelet's words.
    pub fn rejects(&self, node: &str, pod: &Pod) -> Option<String> {
        self.kubelets.rejects(node, pod)
    }

    /// Until when a container waits for its next try: a pull, a start.
    pub fn waits_until(&self, pod: &Pod, container: &str) -> Option<SimTime> {
        self.kubelets.waits_until(pod, container)
    }

    /// When a pod will be deleted whose patience with its node's NoExecute taints ends.
    pub fn evicted_at(&self, pod: &Key) -> Option<SimTime> {
        self.evictions.due(pod)
    }

    /// How long a failed pod of a DaemonSet still waits on a node for its deletion.
    pub fn failed_pod_until(&self, ds: &DaemonSet, node: &str) -> Option<SimTime> {
        self.daemon.failed_pod_until(ds, node)
    }

    /// The variables of a container's environment, as they were when it started; without those that every container has.
    pub fn variables(&self, cluster: &Cluster, pod: &Pod, container: &Container) -> Variables {
        self.kubelets.variables(cluster, pod, container)
    }

    /// Shows a change to everybody.
    #[cfg_attr(quick, optimize(speed))]
    pub fn observe(&mut self, change: &Change, cluster: &mut Cluster, queue: &mut Queue<Work>, now: SimTime) {
        let mut desk = Desk { cluster, queue, now };
        self.kubelets.observe(&mut desk, change);
        self.scheduler.observe(&mut desk, change);
        self.daemon.observe(&mut desk, change);
        self.workloads.observe(&mut desk, change);
        self.nodes.observe(&mut desk, change);
        self.evictions.observe(&mut desk, change);
        pod_gc::observe(&mut desk, change);
        namespace::observe(&mut desk, change);
        api_server::observe(&mut desk, change);
        garbage_collector::observe(&mut desk, change);
    }

    /// Fetches what these pieces of work look at.
    #[cfg_attr(quick, optimize(speed))]
    pub fn fetch<'a>(&self, works: impl Iterator<Item = &'a Work> + Clone, cluster: &Cluster) {
        let pods = works.filter_map(|work| if let Work::Kubelet(pod) = work { Some(pod) } else { None });
        cluster.fetch_pods(pods.clone());
        self.kubelets.fetch(pods, cluster.store());
    }

    /// Does a piece of work whose time has come.
    #[cfg_attr(quick, optimize(speed))]
    pub fn work(&mut self, work: Work, cluster: &mut Cluster, queue: &mut Queue<Work>, now: SimTime) {
        let mut desk = Desk { cluster, queue, now };
        match work {
            Work::Node(node) => self.nodes.sync(&mut desk, &node),
            Work::MonitorNode(node) => {
                let heartbeat = self.kubelets.last_heartbeat(&node.name, now);
                self.nodes.monitor(&mut desk, &node, heartbeat, self.kubelets.is_silent(&node.name));
            }
            Work::Zones => self.nodes.sweep(&mut desk),
            other => self.work_on_workloads(other, &mut desk),
        }
    }

    /// All that only happens once somebody has asked the cluster for something: in the page it is in the second module.
    #[inline(never)]
    #[cfg_attr(quick, optimize(speed))]
    fn work_on_workloads(&mut self, work: Work, desk: &mut Desk<'_>) {
        match work {
            Work::Node(_) | Work::MonitorNode(_) | Work::Zones => {}
            Work::DaemonSet(key) | Work::DaemonSetLater(key) => self.daemon.sync(desk, &key),
            Work::Sync(key) | Work::SyncLater(key) => self.workloads.sync(desk, &key),
            Work::Schedule => self.scheduler.schedule(desk),
            Work::ReviveUnschedulable => self.scheduler.revive(desk),
            Work::Kubelet(pod) => self.kubelets.sync_pod(desk, &pod),
            Work::Boot(node) => self.kubelets.boot(desk, &node.name),
            Work::TaintEviction(pod) => self.evictions.sync(desk, &pod),
            Work::Evict(pod) => self.evictions.evict(desk, &pod),
            Work::PodGc(pod) => pod_gc::sync(desk, &pod),
            Work::Namespace(key) => namespace::sync(desk, &key),
            Work::ApiServer => api_server::sync(desk),
            Work::Dependents(owned) => garbage_collector::sync(desk, &owned.0, &owned.1),
        }
    }
}
