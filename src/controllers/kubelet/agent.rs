//! One pod on one machine: its sandbox, the order of its containers, its end.

use std::rc::Rc;
use std::time::Duration;

use smallvec::SmallVec;

use super::super::Desk;
use super::super::pods::is_terminal;
use super::blueprint::{Blueprint, Plan, Role};
use super::config;
use super::container::{Runner, Turn};
use super::machine::Machine;
use super::status::Shows;
use super::{Pace, grace, status};
use crate::api::{Head, Key, Object, Pod, Resource, Second};
use crate::cluster::{DeleteOptions, Reason, Source};
use crate::sim::SimTime;

/// What the end of a pod takes of which no container runs: its sandbox has to go.
const TEAR_DOWN: Duration = Duration::from_millis(100);

/// From a pod to the word that it is not taken in. The real kubelet is quicker; but whoever makes such pods again and again, as a
/// DaemonSet that surges does (kubernetes/kubernetes#124388), would do nothing else.
const REFUSE: Duration = Duration::from_secs(1);

/// How long after the first failure a mount is tried again, and the most that this doubles to
/// (`pkg/util/goroutinemap/exponentialbackoff`).
const MOUNT_AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(122));

/// A kubelet's view of one pod.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    /// The node it runs on.
    pub(super) node: Rc<str>,
    /// Whether the API may say something else than the kubelet knows.
    pub(super) stale: bool,
    pub(super) stage: Stage,
    pub(super) address: Option<Rc<str>>,
    pub(super) started_at: Option<Second>,
    /// Init containers and sidecars, in their order.
    pub(super) init: Vec<Runner>,
    /// The others.
    pub(super) main: SmallVec<[Runner; 1]>,
}

/// How far a pod has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Bound to the node, not looked at yet.
    Bound,
    /// Its machine has no room for it, and says so then.
    Refused(SimTime),
    /// Something that its volumes hold is missing; they are mounted again then, after so long.
    Mounting(SimTime, Duration),
    /// Its sandbox is being made until then.
    Creating(SimTime),
    /// Its containers have their turn.
    Active,
    /// Its containers are being stopped since then.
    Stopping(SimTime),
    /// They are; the API server is told at that time.
    Stopped(SimTime),
    /// It has done what it was for, or failed.
    Over,
}

impl Agent {
    /// A pod that has just been bound, or that the machine's predecessor of the same name ran.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn new(pod: &Pod, node: &Rc<str>, plan: &Plan) -> Agent {
        let runner = |made: &Rc<Blueprint>| Runner::new(Rc::clone(made));
        let mut init: Vec<Runner> = plan.init.iter().map(runner).collect();
        let mut main: SmallVec<[Runner; 1]> = plan.main.iter().map(runner).collect();
        for status in pod.status.iter().flat_map(|status| status.containers()) {
            if let Some(runner) = main.iter_mut().chain(&mut init).find(|runner| runner.made.name == status.name) {
                runner.lose(status);
            }
        }
        let stage = if is_terminal(pod) { Stage::Over } else { Stage::Bound };
        Agent { node: Rc::clone(node), stale: false, stage, address: None, started_at: None, init, main }
    }

    /// Does what is due; says when to look again.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn sync(
        &mut self,
        desk: &mut Desk<'_>,
        machine: &mut Machine,
        (key, pod): (&Key, &Rc<Pod>),
        pace: Pace,
    ) -> Option<SimTime> {
        let before = (!std::mem::take(&mut self.stale)).then(|| Shows::of(self));
        if pod.is_terminating() && !matches!(self.stage, Stage::Stopping(_) | Stage::Stopped(_)) {
            self.stop(desk, machine, pod, pace);
        }
        let next = match self.stage {
            Stage::Bound if machine.rejects(pod).is_some() => {
                self.stage = Stage::Refused(desk.now + REFUSE);
                Some(desk.now + REFUSE)
            }
            Stage::Refused(until) if desk.now >= until => {
                let Some(why) = machine.rejects(pod) else {
                    self.stage = Stage::Bound;
                    return Some(desk.now);
                };
                self.stage = Stage::Over;
                status::reject(desk, pod, &self.node, &why);
                return None;
            }
            Stage::Bound => {
                self.started_at.get_or_insert_with(|| Second::of(desk.cluster.now()));
                Some(self.mount(desk, pod, pace, MOUNT_AGAIN.0))
            }
            Stage::Mounting(until, _) if desk.now < until => Some(until),
            Stage::Mounting(_, waited) => Some(self.mount(desk, pod, pace, (waited * 2).min(MOUNT_AGAIN.1))),
            Stage::Creating(until) | Stage::Refused(until) | Stage::Stopped(until) if desk.now < until => Some(until),
            Stage::Creating(_) => {
                let host_network = pod.spec.as_ref().is_some_and(|spec| spec.common().host_network == Some(true));
                self.address = Some(if host_network { Rc::clone(&machine.address) } else { machine.next_pod_address() });
                self.stage = Stage::Active;
                // The sandbox is reported before the first container is begun.
                Some(desk.now + Duration::from_millis(2))
            }
            Stage::Active => self.advance(desk, machine, pod, pace),
            Stage::Stopping(since) => self.wind_down(desk, machine, pod, pace, since),
            Stage::Stopped(_) => {
                let at_once = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
                let _ = desk.cluster.delete(key, &at_once);
                return None;
            }
            Stage::Refused(_) | Stage::Over => None,
        };
        // Of a pod that it never took in this kubelet knows nothing.
        let is_strange = self.stage == Stage::Over && self.started_at.is_none();
        if before != Some(Shows::of(self)) && !is_strange {
            status::write(desk, machine, key, self);
        }
        next
    }

    /// Its machine was switched off and on: no container runs any more, and its sandbox has to be made anew.
    pub(super) fn lose_power(&mut self, desk: &Desk<'_>) {
        if self.stage == Stage::Over {
            return;
        }
        self.init.iter_mut().chain(&mut self.main).for_each(|runner| runner.lose_power(desk));
        // What never runs again needs no sandbox.
        self.stage = if self.is_over() { Stage::Active } else { Stage::Bound };
        if self.stage == Stage::Bound {
            self.init.iter_mut().for_each(Runner::begin_anew);
        }
        self.address = None;
    }

    /// Mounts the pod's volumes, or tells of each that it cannot and waits; says when to look again.
    fn mount(&mut self, desk: &mut Desk<'_>, pod: &Rc<Pod>, pace: Pace, wait: Duration) -> SimTime {
        let unmounted = config::unmounted(pod, desk.cluster.store());
        for (volume, why) in &unmounted {
            let source = Source::Kubelet { node: Rc::clone(&self.node), container: None };
            let message = format!("MountVolume.SetUp failed for volume {volume:?} : {why}");
            desk.cluster.record(&Rc::clone(pod).into(), &source, Reason::Warning("FailedMount"), &message);
        }
        // The sandbox of a pod that ran before its machine was switched off is gone.
        if unmounted.is_empty() && self.init.iter().chain(&self.main).any(|runner| runner.id.is_some()) {
            let source = Source::Kubelet { node: Rc::clone(&self.node), container: None };
            let message = "Pod sandbox changed, it will be killed and re-created.";
            desk.cluster.record(&Rc::clone(pod).into(), &source, Reason::Normal("SandboxChanged"), message);
        }
        let until = desk.now + if unmounted.is_empty() { pace.sandbox } else { wait };
        self.stage = if unmounted.is_empty() { Stage::Creating(until) } else { Stage::Mounting(until, wait) };
        until
    }

    /// Begins to stop all containers that run.
    #[cfg_attr(quick, optimize(speed))]
    fn stop(&mut self, desk: &mut Desk<'_>, machine: &mut Machine, pod: &Rc<Pod>, pace: Pace) {
        let now = desk.now;
        let about = Object::from(Rc::clone(pod));
        let (mut turn, init, main) = self.turn(desk, machine, pod, &about, pace);
        let mut is_any_alive = false;
        for runner in init.iter().chain(main.iter()).filter(|runner| runner.is_alive()) {
            is_any_alive = true;
            runner.announce_stop(&mut turn);
        }
        self.stage = if is_any_alive { Stage::Stopping(now) } else { Stage::Stopped(now + TEAR_DOWN) };
    }

    /// Stops the containers: all at once, but sidecars one after the other when nothing is left that may need them.
    fn wind_down(
        &mut self,
        desk: &mut Desk<'_>,
        machine: &mut Machine,
        pod: &Rc<Pod>,
        pace: Pace,
        since: SimTime,
    ) -> Option<SimTime> {
        let now = desk.now;
        let spent = now - since;
        let asked = pod.metadata.grace();
        let asked = asked.or_else(|| pod.spec.as_ref()?.common().termination_grace_period_seconds);
        let left = grace(asked.map(|seconds| seconds.saturating_sub_unsigned(spent.as_secs())));
        let about = Object::from(Rc::clone(pod));
        let (mut turn, init, main) = self.turn(desk, machine, pod, &about, pace);
        let mut next: Option<SimTime> = None;
        for runner in init.iter_mut().chain(main).rev() {
            if next.is_none() || runner.made.role != Role::Sidecar {
                runner.stop(&mut turn, left);
            }
            next = next.into_iter().chain(runner.wait_for_stop(&turn, left)).min();
        }
        if next.is_some() {
            return next;
        }
        if !pod.is_terminating() {
            self.stage = Stage::Over;
            return None;
        }
        self.stage = Stage::Stopped(now + pace.remove);
        Some(now + pace.remove)
    }

    /// Gives every container its turn: init containers one after the other, then the others together.
    fn advance(&mut self, desk: &mut Desk<'_>, machine: &mut Machine, pod: &Rc<Pod>, pace: Pace) -> Option<SimTime> {
        let about = Object::from(Rc::clone(pod));
        let (mut turn, init, main) = self.turn(desk, machine, pod, &about, pace);
        let mut next: Option<SimTime> = None;
        let mut may_begin = true;
        for runner in init.iter_mut().chain(main) {
            if may_begin || runner.has_begun() {
                next = next.into_iter().chain(runner.advance(&mut turn)).min();
            }
            may_begin &= runner.is_initialized();
        }
        if !self.is_over() {
            return next;
        }
        // Sidecars may still run.
        self.stop(desk, machine, pod, pace);
        match self.stage {
            Stage::Stopping(since) => self.wind_down(desk, machine, pod, pace, since),
            _ => {
                self.stage = Stage::Over;
                None
            }
        }
    }

    /// Whether nothing will run again: all containers have ended for good, or one that the others wait for has failed.
    pub(super) fn is_over(&self) -> bool {
        let failed =
            |runner: &Runner| runner.made.role == Role::Init && runner.outcome().is_some_and(|end| end.exit_code != 0);
        self.init.iter().any(failed) || self.main.iter().all(|runner| runner.outcome().is_some())
    }

    fn turn<'a, 'd>(
        &'a mut self,
        desk: &'a mut Desk<'d>,
        machine: &'a mut Machine,
        pod: &'a Pod,
        about: &'a Object,
        pace: Pace,
    ) -> (Turn<'a, 'd>, &'a mut [Runner], &'a mut [Runner]) {
        let address = self.address.as_deref().unwrap_or_default();
        let turn = Turn { desk, machine, pod, about, address, node: &self.node, pace };
        (turn, &mut self.init, &mut self.main)
    }
}
