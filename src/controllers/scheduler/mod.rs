//! The default scheduler: a node for every pod that has none (`pkg/scheduler/schedule_one.go`).
//!
//! A pod waits for its turn in the [`queue`], is looked at together with all that matters to it ([`case`]), goes through the
//! [`plugins`] node by node, and gets the best of the nodes they leave by their [`score`]. Where they leave none, less important
//! pods may have to go ([`preemption`]).

mod case;
mod explain;
mod failure;
mod node_affinity;
mod node_name;
mod node_ports;
mod node_resources;
mod node_unschedulable;
mod nodes;
mod nominated;
mod plugins;
mod pod_affinity;
mod preemption;
mod queue;
mod resources;
mod score;
mod search;
mod taint_toleration;
#[cfg(test)]
mod tests;
mod topology_spread;

pub use explain::{Compared, Finding, Wish, findings};

use std::rc::Rc;
use std::time::Duration;

use super::pods::{disruption, is_terminal, node_name, set_condition};
use super::{Desk, Work};
use crate::api::meta::are_labelled_alike;
use crate::api::{Head, Key, Node, Pod, PodCondition, Resource};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Reason, Source, Store};
use case::{Case, Scene, priority};
use node_affinity::Pin;
use nodes::Nodes;
use nominated::{Nominated, nominated_node};
use plugins::{Event, PLUGINS};
use pod_affinity::is_sociable;
use preemption::Preemption;
use queue::{ANY, Idle, Queue};
use search::{Failure, search};

/// From a new pod to the look for a node.
const NOTICE: Duration = Duration::from_millis(6);
/// From a change that may help a pod to the look for a node: whoever waits is quicker than a controller that first has to
/// create a pod.
const WAKE: Duration = Duration::from_millis(2);

/// The scheduler, with the pods that wait and what it knows of the nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Scheduler {
    queue: Queue,
    nodes: Nodes,
    nominated: Nominated,
    /// The place of the node to begin with: every node is to be looked at as often as any other.
    next_node: usize,
}

impl Scheduler {
    /// What wakes it: a pod without a node, and whatever could give one to a pod that waits.
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        self.nodes.observe(change);
        let gone = change.kind == ChangeKind::Deleted;
        if let Some((before, node)) = change.of::<Node>() {
            let event = Event::Node(before.map(|node| &**node), (!gone).then_some(&**node));
            self.wake(desk, node.name(), i32::MAX, &event);
        }
        if let Some((before, pod)) = change.of::<Pod>() {
            self.observe_pod(desk, change, before, (!gone).then_some(pod));
        }
    }

    fn observe_pod(&mut self, desk: &mut Desk<'_>, change: &Change, before: Option<&Rc<Pod>>, after: Option<&Rc<Pod>>) {
        let has_node = |pod: &&Rc<Pod>| pod.is_bound() && !is_terminal(pod);
        let (was_there, is_there) = (before.filter(has_node), after.filter(has_node));
        let (waited, waits) = (before.filter(|pod| waits_for_node(pod)), after.filter(|pod| waits_for_node(pod)));
        self.nominated.observe(waited, waits);
        match (waited, waits) {
            (_, Some(pod)) => self.take_in(desk, &change.key(), waited, pod),
            (Some(_), None) => self.queue.remove(&change.key()),
            (None, None) => {}
        }
        let alike = was_there.zip(is_there).is_some_and(|(was, is)| are_labelled_alike(&was.metadata, &is.metadata));
        if let Some(node) = is_there.or(was_there).and_then(|pod| node_name(pod))
            && !alike
        {
            let event = Event::Pod(was_there.map(|pod| &**pod), is_there.map(|pod| &**pod));
            self.wake(desk, node, i32::MAX, &event);
        }
        // Who waited for a node and does not any more no longer keeps its place from others.
        if let Some((pod, node)) = waited.and_then(|pod| Some((pod, nominated_node(pod)?)))
            && is_there.is_none()
            && waits.and_then(|pod| nominated_node(pod)) != Some(node)
        {
            self.wake(desk, node, priority(pod), &Event::Pod(Some(pod), None));
        }
    }

    /// Puts a pod without a node into the queue, or looks whether it has changed for the better.
    fn take_in(&mut self, desk: &mut Desk<'_>, key: &Key, before: Option<&Rc<Pod>>, pod: &Rc<Pod>) {
        let gates = pod.spec.as_ref().and_then(|spec| spec.common().scheduling_gates.as_ref());
        if gates.is_some_and(|gates| !gates.is_empty()) {
            self.queue.add_gated(key, priority(pod), desk.now);
        } else if self.queue.is_gated(key) {
            self.queue.add(key, priority(pod), desk.now);
            desk.later(NOTICE, Work::Schedule);
        } else if let (Some(before), Some(idle)) = (before, self.queue.idle_mut(key)) {
            idle.pod = Rc::clone(pod);
            if plugins::may_help(desk.cluster.store(), pod, idle.refused_by, &Event::Own(before, pod)) {
                self.queue.activate(key, desk.now);
                desk.later(NOTICE, Work::Schedule);
            }
        }
    }

    /// Gives those their turn, up to a priority, whom an event on a node may help.
    fn wake(&mut self, desk: &mut Desk<'_>, node: &str, up_to: i32, event: &Event<'_>) {
        let store = desk.cluster.store();
        let helped = |idle: &Idle| {
            let helps = priority(&idle.pod) <= up_to && plugins::may_help(store, &idle.pod, idle.refused_by, event);
            helps.then(|| idle.pod.key())
        };
        let helped: Vec<Key> = self.queue.idle(node).filter_map(helped).collect();
        for pod in &helped {
            self.queue.activate(pod, desk.now);
        }
        if !helped.is_empty() {
            desk.later(WAKE, Work::Schedule);
        }
    }

    /// Gives those their turn who have waited for too long.
    pub(super) fn revive(&mut self, desk: &mut Desk<'_>) {
        if let Some(next) = self.queue.revive(desk.now) {
            desk.queue.push(next, Work::ReviveUnschedulable);
        }
        if self.queue.has_next() {
            desk.queue.push(desk.now, Work::Schedule);
        }
    }

    /// Looks for a node for the next pod.
    pub(super) fn schedule(&mut self, desk: &mut Desk<'_>) {
        if let Some(key) = self.queue.pop() {
            let pod = desk.cluster.store().at::<Pod>(&key).cloned();
            if let Some(pod) = pod {
                match sole_node(&pod) {
                    Some(node) => self.nodes.refresh_for(desk.cluster.store(), &node),
                    None => self.nodes.refresh(desk.cluster.store()),
                }
                self.attempt(desk, &key, &pod);
            }
        }
        if self.queue.has_next() {
            desk.queue.push(desk.now, Work::Schedule);
        }
    }

    fn attempt(&mut self, desk: &mut Desk<'_>, key: &Key, pod: &Rc<Pod>) {
        let scene = Scene { store: desk.cluster.store(), nodes: &self.nodes, nominated: &self.nominated };
        let Some(case) = Case::of(scene, pod) else {
            return;
        };
        let (seen, found) = search(scene, &case, self.next_node);
        self.next_node = (self.next_node + seen) % self.nodes.len().max(1);
        match found {
            Ok(best) => {
                // Upstream takes any of those that are equally good.
                let place = desk.cluster.rng().next_u64() % best.len().max(1) as u64;
                if let Some(node) = best.get(place as usize) {
                    bind(desk, key, pod, node.name());
                }
            }
            Err(failure) => {
                let preemption = failure.rejections().map(|rejections| preemption::preempt(scene, &case, rejections));
                let refused_by = failure.refused_by();
                // What happens elsewhere cannot help a pod that is pinned, unless others mind it.
                let node = sole_node(pod).filter(|_| !refused_by.concerns_neighbours());
                let again = self.queue.fail(pod, refused_by, node.as_ref().map_or(ANY, |node| &node.name), desk.now);
                desk.queue.push(again, Work::ReviveUnschedulable);
                self.refuse(desk, pod, &failure, preemption);
            }
        }
    }

    /// Tells a pod that there is no node for it, and makes room for it if that is to be.
    fn refuse(&self, desk: &mut Desk<'_>, pod: &Rc<Pod>, failure: &Failure, preemption: Option<Preemption>) {
        let mut message = failure.message(self.nodes.len());
        if let Some(Preemption::Hopeless(why) | Preemption::NotEligible(why)) = &preemption {
            // `DynamicResources` is asked before `DefaultPreemption` whether it can help.
            message.push_str(&format!(" no new claims to deallocate, preemption: {why}"));
        }
        desk.cluster.record(&Rc::clone(pod).into(), &Source::Scheduler, Reason::Warning("FailedScheduling"), &message);
        let now = desk.cluster.now_in_seconds();
        let condition = PodCondition {
            type_: "PodScheduled".to_owned(),
            status: "False".to_owned(),
            reason: Some("Unschedulable".to_owned()),
            message: Some(message),
            observed_generation: pod.metadata.generation(),
            ..PodCondition::default()
        };
        let mut told = Rc::clone(pod);
        let status = Rc::make_mut(&mut told).status.get_or_insert_default();
        set_condition(status.conditions.get_or_insert_default(), condition, &now);
        match &preemption {
            Some(Preemption::Victims { node, .. }) => status.nominated_node_name = Some(node.clone()),
            Some(Preemption::NotEligible(_)) => {}
            _ if failure.keeps_nomination() => {}
            _ => status.nominated_node_name = None,
        }
        let _ = desk.cluster.update_status(told);
        if let Some(Preemption::Victims { node, victims }) = preemption {
            self.give_up_for(desk, pod, &node);
            for victim in victims.iter().filter(|victim| !victim.is_terminating()) {
                remove_victim(desk, pod, victim, &node);
            }
        }
    }

    /// Less important pods that wait for the same node had better look for another.
    fn give_up_for(&self, desk: &mut Desk<'_>, pod: &Pod, node: &str) {
        let store = desk.cluster.store();
        let lesser: Vec<Rc<Pod>> =
            self.nominated.on(store, node).filter(|other| priority(other) < priority(pod)).cloned().collect();
        for mut other in lesser {
            Rc::make_mut(&mut other).status.get_or_insert_default().nominated_node_name = None;
            let _ = desk.cluster.update_status(other);
        }
    }
}

/// Why a node cannot take a pod: the plugin of the scheduler that says so, and its words. Nothing where it can, or where there is
/// no such node.
pub fn why_not(store: &Store, pod: &Pod, node: &str) -> Option<(&'static str, Vec<String>)> {
    let nodes = Nodes::of(store);
    let nominated = Nominated::of(store);
    let scene = Scene { store, nodes: &nodes, nominated: &nominated };
    let rejection = plugins::judge(scene, &Case::of(scene, pod)?, nodes.get(node)?)?;
    Some((PLUGINS[rejection.by].name, rejection.reasons))
}

fn waits_for_node(pod: &Pod) -> bool {
    let scheduler = pod.spec.as_ref().and_then(|spec| spec.common().scheduler_name.as_deref());
    !pod.is_bound() && !pod.is_terminating() && !is_terminal(pod) && scheduler.is_none_or(|name| name == "default-scheduler")
}

/// The one node that a pod can go to, if no other matters to it: a daemon pod must not cost a look at all nodes.
fn sole_node(pod: &Pod) -> Option<Key> {
    let spec = pod.spec.as_ref().filter(|spec| spec.common().topology_spread_constraints.is_none() && !is_sociable(pod))?;
    match node_affinity::pin(spec) {
        Pin::At(node) => Some(node.clone()),
        Pin::To(names) if names.len() == 1 => names.iter().next().map(|name| Key::of_node(name)),
        _ => None,
    }
}

fn bind(desk: &mut Desk<'_>, key: &Key, pod: &Rc<Pod>, node: &str) {
    if desk.cluster.bind(key, node).is_ok() {
        let message = format!("Successfully assigned {}/{} to {node}", pod.namespace(), pod.name());
        desk.cluster.record(&Rc::clone(pod).into(), &Source::Scheduler, Reason::Normal("Scheduled"), &message);
    }
}

/// Removes a pod for the sake of another (`framework/preemption/executor.go`).
fn remove_victim(desk: &mut Desk<'_>, pod: &Pod, victim: &Rc<Pod>, node: &str) {
    let now = desk.cluster.now_in_seconds();
    let why = "default-scheduler: preempting to accommodate a higher priority pod";
    let mut told = Rc::clone(victim);
    let status = Rc::make_mut(&mut told).status.get_or_insert_default();
    set_condition(status.conditions.get_or_insert_default(), disruption(victim, preemption::REASON, why), &now);
    let _ = desk.cluster.update_status(told);
    let _ = desk.cluster.delete(&victim.key(), &DeleteOptions::default());
    let message = format!("Preempted by pod {} on node {node}", pod.uid());
    desk.cluster.record(&Rc::clone(victim).into(), &Source::Scheduler, Reason::Normal("Preempted"), &message);
}
