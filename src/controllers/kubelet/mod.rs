//! The virtual machines and their kubelets: they register nodes, run the pods bound to them, and fall silent when told to.
//!
//! Timing and everything invented (addresses, digests, machine ids) follow the test rig of the recordings
//! (`recordings/README.md`).

mod agent;
mod backoff;
mod blueprint;
mod command;
mod config;
mod container;
mod image;
mod machine;
mod past;
mod probe;
mod status;

use std::rc::Rc;
use std::time::Duration;

use smallvec::SmallVec;

use super::{Desk, Work};
use crate::api::fetch::fetch;
use crate::api::pod::Spec;
use crate::api::table::{Table, Wanted};
use crate::api::{Container, Head, Key, Node, Object, Pod, Resource};
use crate::cluster::{Change, ChangeKind, Cluster, Store};
use crate::sim::{Config, NodeAction, NodeActionError, SimTime};
use agent::Agent;
use blueprint::Plans;
pub use config::{Variables, unmounted};
use machine::{Machine, Supplies};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(20);
/// How often a kubelet renews its lease (`nodeStatusUpdateFrequency`).
const HEARTBEAT: Duration = Duration::from_secs(10);
/// What a machine takes to start.
const BOOT: Duration = Duration::from_secs(10);
/// A container gets this long to stop, however short its grace period is (`pkg/kubelet/kuberuntime/kuberuntime_container.go`
/// `minimumGracePeriodInSeconds`).
const LEAST_GRACE: Duration = Duration::from_secs(2);
/// What a container gets where nothing is said (`pkg/apis/core/v1/defaults.go`).
const DEFAULT_GRACE: i64 = 30;

/// All machines with what runs on them.
#[derive(Clone, Debug)]
pub(super) struct Kubelets {
    hosts: Table<Key, Host>,
    plans: Plans,
    pace: Pace,
    /// How many machines there have been: the next one's place in the address space.
    count: u32,
    /// What the last of them has to give.
    supplies: Supplies,
}

/// A machine, with what its kubelet knows of its pods.
#[derive(Clone, Debug)]
struct Host {
    machine: Machine,
    agents: SmallVec<[(Key, Agent); 1]>,
}

impl Host {
    fn agent(&self, pod: &Key) -> Option<&Agent> {
        self.agents.iter().find(|(key, _)| key == pod).map(|(_, agent)| agent)
    }

    fn forget(&mut self, pod: &Key) {
        self.agents.retain(|(key, _)| key != pod);
        // Where a pod took the place of another there were two for a moment.
        self.agents.shrink_to_fit();
    }
}

/// How long the steps of a pod's life take.
#[derive(Clone, Copy, Debug)]
struct Pace {
    sandbox: Duration,
    pull: Duration,
    report: Duration,
    stop: Duration,
    remove: Duration,
}

/// The host of a pod that asks for this, once it is bound.
#[inline]
fn host_of<'a>(hosts: &'a mut Table<Key, Host>, spec: &Spec) -> Option<&'a mut Host> {
    hosts.get_mut(&spec.wanted_node()?)
}

/// Finds a machine by its name.
fn named(name: &str) -> Wanted<impl Fn(&Key) -> bool + Copy> {
    Key::named(Node::KIND, "", name)
}

/// How long a container gets to stop that is given so many seconds.
fn grace(seconds: Option<i64>) -> Duration {
    Duration::from_secs(seconds.unwrap_or(DEFAULT_GRACE).max(0).unsigned_abs()).max(LEAST_GRACE)
}

impl Kubelets {
    /// No machines yet.
    pub(super) fn new(config: &Config) -> Kubelets {
        let (start, stop) = (config.kubelets.start, config.kubelets.stop);
        let pace = Pace {
            sandbox: start * 3 / 10,
            pull: start * 6 / 10,
            report: start / 10,
            stop,
            remove: Duration::from_millis(55),
        };
        Kubelets {
            hosts: Table::default(),
            plans: Plans::new(config.images.clone()),
            pace,
            count: 0,
            supplies: Supplies::default(),
        }
    }

    /// Does something to a machine.
    ///
    /// # Errors
    /// Where the node is missing, or there already, or cannot be.
    pub(super) fn machine(&mut self, desk: &mut Desk<'_>, action: NodeAction) -> Result<(), NodeActionError> {
        match action {
            NodeAction::Add(definition) => {
                if desk.cluster.store().get::<Node>("", &definition.name).is_some() {
                    return Err(NodeActionError::Exists(definition.name));
                }
                let definition = Rc::new(definition);
                let machine = Machine::register(desk, &definition, self.count, &mut self.supplies)?;
                let name = &*definition.name;
                // Of a machine that had this name before, with all that ran on it, nothing is left.
                self.hosts.remove(&named(name));
                let key = desk.cluster.store().key(Node::KIND, "", name);
                self.hosts.entry(&key.wanted(), || (key.clone(), Host { machine, agents: SmallVec::new() }));
                self.count += 1;
                // Pods of a machine that had this name before, if any are left.
                self.resume(desk, name);
                Ok(())
            }
            NodeAction::Remove(name) => {
                self.find(&name)?;
                self.hosts.remove(&named(&name));
                let _ = desk.cluster.delete(&Key::new(Node::KIND, "", &name), &crate::cluster::DeleteOptions::default());
                Ok(())
            }
            NodeAction::Silent(name) => {
                let now = desk.now;
                self.find(&name).map(|machine| machine.silent_since = machine.silent_since.or(Some(now)))
            }
            NodeAction::Off(name) => {
                let now = desk.now;
                let machine = self.find(&name)?;
                machine.silent_since = machine.silent_since.or(Some(now));
                machine.is_off = true;
                desk.queue.cancel(&Work::Boot(Key::new(Node::KIND, "", &name)));
                Ok(())
            }
            NodeAction::Ready(name) => {
                let machine = self.find(&name)?;
                machine.is_ready = true;
                if machine.is_off {
                    desk.later(BOOT, Work::Boot(Key::new(Node::KIND, "", &name)));
                    return Ok(());
                }
                machine.restart(desk);
                machine.report(desk);
                self.resume(desk, &name);
                Ok(())
            }
            NodeAction::NotReady(name) => self.change(desk, &name, |machine| machine.is_ready = false),
            NodeAction::Pressure(name, supply) => self.change(desk, &name, |machine| {
                machine.lacks.insert(supply);
            }),
            NodeAction::Relief(name, supply) => self.change(desk, &name, |machine| {
                machine.lacks.remove(&supply);
            }),
        }
    }

    /// Something changes about a machine, and its kubelet says so unless it is silent.
    fn change(&mut self, desk: &mut Desk<'_>, name: &str, change: impl FnOnce(&mut Machine)) -> Result<(), NodeActionError> {
        let machine = self.find(name)?;
        change(machine);
        if machine.silent_since.is_none() {
            machine.report(desk);
        }
        Ok(())
    }

    fn find(&mut self, name: &str) -> Result<&mut Machine, NodeActionError> {
        let host = self.hosts.get_mut(&named(name));
        host.map(|host| &mut host.machine).ok_or_else(|| NodeActionError::Missing(name.to_owned()))
    }

    fn host(&self, pod: &Pod) -> Option<&Host> {
        self.hosts.get(&pod.spec.as_ref()?.wanted_node()?)
    }

    fn agent(&self, pod: &Pod) -> Option<&Agent> {
        self.host(pod)?.agent(&pod.key())
    }

    /// A machine that is back looks at all its pods again.
    fn resume(&mut self, desk: &mut Desk<'_>, node: &str) {
        let agents = self.hosts.get_mut(&named(node)).into_iter().flat_map(|host| &mut host.agents);
        agents.for_each(|(_, agent)| agent.stale = true);
        let pods: Vec<Key> = desk.cluster.store().pods_on(node).map(|pod| pod.key()).collect();
        for pod in pods {
            desk.later(NOTICE, Work::Kubelet(pod));
        }
    }

    /// A machine that was switched on is up: its kubelet finds that nothing runs any more.
    pub(super) fn boot(&mut self, desk: &mut Desk<'_>, node: &str) {
        let Some(host) = self.hosts.get_mut(&named(node)).filter(|host| host.machine.is_off) else { return };
        host.machine.boot(desk);
        host.agents.iter_mut().for_each(|(_, agent)| agent.lose_power(desk));
        self.resume(desk, node);
    }

    /// When the last heartbeat of a node came.
    pub(super) fn last_heartbeat(&self, node: &str, now: SimTime) -> Option<SimTime> {
        let machine = &self.hosts.get(&named(node))?.machine;
        let last_alive = machine.silent_since.unwrap_or(now);
        let beats = (last_alive - machine.alive_since).as_millis() / HEARTBEAT.as_millis();
        Some(machine.alive_since + HEARTBEAT * u32::try_from(beats).unwrap_or(u32::MAX))
    }

    /// Whether nothing is said of a node: its machine has stopped to, or it has none.
    pub(super) fn is_silent(&self, node: &str) -> bool {
        self.hosts.get(&named(node)).is_none_or(|host| host.machine.silent_since.is_some())
    }

    /// Why a machine would not take a pod in, in its kubelet's words.
    pub(super) fn rejects(&self, node: &str, pod: &Pod) -> Option<String> {
        self.hosts.get(&named(node))?.machine.rejects(pod)
    }

    /// Until when a container waits for its next try.
    pub(super) fn waits_until(&self, pod: &Pod, container: &str) -> Option<SimTime> {
        let agent = self.agent(pod)?;
        agent.main.iter().chain(&agent.init).find(|runner| runner.made.name == container)?.waits_until()
    }

    /// The variables of a container's environment, as they were when it started; without those that every container has.
    pub(super) fn variables(&self, cluster: &Cluster, pod: &Pod, container: &Container) -> Variables {
        let mut runners = self.agent(pod).into_iter().flat_map(|agent| agent.main.iter().chain(&agent.init));
        let taken = runners.find(|runner| runner.made.name == container.name).and_then(|runner| runner.variables.clone());
        let address = pod.status.as_ref().and_then(|status| status.pod_ip.as_deref()).unwrap_or_default();
        let taken = taken.map(|taken| Result::clone(&taken));
        taken.unwrap_or_else(|| config::variables(pod, container, address, cluster.store())).unwrap_or_default()
    }

    /// A pod that was bound, changed or is gone.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        match &change.object {
            Object::Pod(pod) if change.kind == ChangeKind::Deleted => {
                let key = change.key();
                if let Some(host) = pod.spec.as_ref().and_then(|spec| host_of(&mut self.hosts, spec)) {
                    host.forget(&key);
                }
                desk.queue.cancel(&Work::Kubelet(key));
            }
            Object::Pod(pod) => {
                let before = change.of::<Pod>().and_then(|(before, _)| before);
                let bound = pod.is_bound() && before.is_none_or(|before| !before.is_bound());
                let grace = |pod: &Pod| pod.metadata.grace();
                let stopped = pod.is_terminating() && before.is_none_or(|before| grace(before) != grace(pod));
                if bound || (stopped && pod.is_bound()) {
                    desk.later(if stopped { Duration::from_millis(4) } else { NOTICE }, Work::Kubelet(change.key()));
                }
            }
            Object::Node(node) if change.kind == ChangeKind::Deleted => {
                // Whoever deletes a Node by hand leaves a machine that registers again only when it restarts.
                if let Ok(machine) = self.find(node.name()) {
                    machine.silent_since = machine.silent_since.or(Some(desk.now));
                }
            }
            _ => {}
        }
    }

    /// Fetches what is known of these pods.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn fetch<'a>(&self, pods: impl Iterator<Item = &'a Key>, store: &Store) {
        let hosts = pods.filter_map(|pod| self.host(store.at::<Pod>(pod)?));
        let agent = |host: &Host| {
            let agent = host.agents.first().map(|(_, agent)| agent);
            agent.map_or(0, |agent| usize::from(agent.stale) + agent.main.len() + usize::from(agent.address.is_some()))
        };
        fetch(hosts.map(|host| usize::from(host.machine.is_off) + agent(host)));
    }

    /// The kubelet of a pod's node looks at it and does what is due.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn sync_pod(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let Some(pod) = desk.cluster.store().at::<Pod>(key).cloned() else { return };
        let host = pod.spec.as_ref().and_then(|spec| host_of(&mut self.hosts, spec));
        let Some(Host { machine, agents }) = host.filter(|host| host.machine.silent_since.is_none()) else {
            return;
        };
        let place = agents.iter().position(|(other, _)| other == key).unwrap_or_else(|| {
            agents.push((key.clone(), Agent::new(&pod, &machine.name, &self.plans.of(&pod))));
            agents.len() - 1
        });
        if let Some(next) = agents[place].1.sync(desk, machine, (key, &pod), self.pace) {
            desk.queue.push(next.max(desk.now), Work::Kubelet(key.clone()));
        }
    }
}
