//! One pod on one machine: its sandbox, its containers, its end.

use std::rc::Rc;
use std::time::Duration;

use super::super::Desk;
use super::image::Image;
use super::machine::Machine;
use super::{Pace, status};
use crate::api::{Container, Object, Pod, Resource, Time};
use crate::cluster::{DeleteOptions, Reason, Source};
use crate::sim::{Behaviour, ImageRule, SimTime};

/// The first and the longest back-off of pulls and of crashed containers (`pkg/kubelet/kubelet.go` `MaxContainerBackOff`).
const BACKOFF: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(300));
/// How long a container of a crashing image runs.
const CRASHES_AFTER: Duration = Duration::from_secs(1);
/// From a failed pull to the word that it is backed off.
const SAY_BACKOFF: Duration = Duration::from_secs(1);
/// What the end of a pod takes of which no container runs: its sandbox has to go.
const TEAR_DOWN: Duration = Duration::from_millis(100);
/// What an init container takes to be pulled and to run.
const INIT: (Duration, Duration) = (Duration::from_millis(300), Duration::from_millis(100));

/// A kubelet's view of one pod.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    /// The node it runs on.
    pub(super) node: String,
    /// Whether the API may say something else than the kubelet knows.
    pub(super) stale: bool,
    pub(super) stage: Stage,
    pub(super) address: Option<String>,
    pub(super) started_at: Option<Time>,
    /// Init containers, in their order.
    pub(super) init: Vec<Runner>,
    /// The others.
    pub(super) main: Vec<Runner>,
}

/// How far a pod has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Bound to the node, not looked at yet.
    Bound,
    /// Its sandbox is being made until then.
    Creating(SimTime),
    /// Its containers have their turn.
    Active,
    /// Its containers are being stopped until then.
    Stopping(SimTime),
    /// They are; the API server is told at that time.
    Stopped(SimTime),
}

/// One container.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    pub(super) name: String,
    pub(super) image: Image,
    always_pull: bool,
    probe_delay: Option<Duration>,
    is_init: bool,
    pub(super) state: State,
    pub(super) restarts: i32,
    pub(super) id: Option<String>,
    pub(super) last_end: Option<End>,
    pub(super) failed_pulls: u32,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) exit_code: i32,
    pub(super) started_at: Time,
    pub(super) finished_at: Time,
    pub(super) id: Option<String>,
}

/// What a container is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing yet.
    Waiting,
    /// Its image comes until then.
    Pulling(SimTime),
    /// Its image was there already; it is made until then.
    Making(SimTime),
    /// Its image did not come; that is said as a back-off then, and tried again at the second time.
    PullFailed { say: SimTime, retry: SimTime },
    /// Its image will be tried again then.
    PullBackOff(SimTime),
    /// It runs; the API server is told at that time.
    Starting { report: SimTime, since: Time },
    /// It runs and is known to.
    Running { since: Time, ready_at: Option<SimTime>, exits_at: Option<SimTime>, is_ready: bool },
    /// It has ended and starts again then.
    Crashed { end: End, again: SimTime },
    /// It has ended and waits for its back-off.
    CrashBackOff(SimTime),
    /// It has ended for good.
    Ended(End),
}

impl Agent {
    /// A pod that has just been bound.
    pub(super) fn new(pod: &Pod, node: &str, rules: &Rc<Vec<ImageRule>>) -> Agent {
        let spec = pod.spec.clone().unwrap_or_default();
        let runner = |container: &Container, is_init| Runner::new(container, is_init, rules);
        Agent {
            node: node.to_owned(),
            stale: false,
            stage: Stage::Bound,
            address: None,
            started_at: None,
            init: spec.init_containers.iter().flatten().map(|container| runner(container, true)).collect(),
            main: spec.containers.iter().map(|container| runner(container, false)).collect(),
        }
    }

    /// Does what is due; says when to look again.
    pub(super) fn sync(&mut self, desk: &mut Desk<'_>, machine: &mut Machine, pod: &Rc<Pod>, pace: Pace) -> Option<SimTime> {
        let before = if self.stale { None } else { Some(self.clone()) };
        self.stale = false;
        if pod.is_terminating() && !matches!(self.stage, Stage::Stopping(_) | Stage::Stopped(_)) {
            self.stop(desk, pod, pace);
        }
        let next = match self.stage {
            Stage::Bound => {
                self.started_at = Some(desk.cluster.now_in_seconds());
                self.stage = Stage::Creating(desk.now + pace.sandbox);
                Some(desk.now + pace.sandbox)
            }
            Stage::Creating(until) if desk.now < until => Some(until),
            Stage::Creating(_) => {
                let host_network = pod.spec.as_ref().is_some_and(|spec| spec.host_network == Some(true));
                self.address = Some(if host_network { machine.address() } else { machine.next_pod_address() });
                self.stage = Stage::Active;
                // The sandbox is reported before the first container is begun.
                Some(desk.now + Duration::from_millis(2))
            }
            Stage::Active => self.advance(desk, machine, pod, pace),
            Stage::Stopping(until) if desk.now < until => Some(until),
            Stage::Stopping(_) => {
                let now = desk.cluster.now_in_seconds();
                for runner in self.init.iter_mut().chain(&mut self.main) {
                    runner.end(0, &now);
                }
                self.stage = Stage::Stopped(desk.now + pace.remove);
                Some(desk.now + pace.remove)
            }
            Stage::Stopped(until) if desk.now < until => Some(until),
            Stage::Stopped(_) => {
                let at_once = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
                let _ = desk.cluster.delete(&pod.key(), &at_once);
                return None;
            }
        };
        if before.as_ref().is_none_or(|before| status::shows(before) != status::shows(self)) {
            status::write(desk, machine, pod, self);
        }
        next
    }

    fn stop(&mut self, desk: &mut Desk<'_>, pod: &Rc<Pod>, pace: Pace) {
        let about = Object::from(Rc::clone(pod));
        let mut any_running = false;
        for runner in self.init.iter().chain(&self.main).filter(|runner| runner.is_running()) {
            any_running = true;
            let message = format!("Stopping container {}", runner.name);
            desk.cluster.record(&about, &runner.source(&self.node), Reason::Normal("Killing"), &message);
        }
        let until = desk.now + if any_running { pace.stop } else { TEAR_DOWN };
        self.stage = if any_running { Stage::Stopping(until) } else { Stage::Stopped(until) };
    }

    /// Gives every container its turn; init containers one after the other, then the others together.
    fn advance(&mut self, desk: &mut Desk<'_>, machine: &mut Machine, pod: &Rc<Pod>, pace: Pace) -> Option<SimTime> {
        let about = Object::from(Rc::clone(pod));
        let mut turn = Turn { desk, machine, about: &about, node: &self.node, pace };
        for runner in &mut self.init {
            if !runner.is_done() {
                let next = runner.advance(&mut turn);
                if !runner.is_done() {
                    return next;
                }
            }
        }
        self.main.iter_mut().filter_map(|runner| runner.advance(&mut turn)).min()
    }
}

/// What a container has at hand when it is its turn.
struct Turn<'a, 'd> {
    desk: &'a mut Desk<'d>,
    machine: &'a mut Machine,
    about: &'a Object,
    node: &'a str,
    pace: Pace,
}

impl Turn<'_, '_> {
    fn tell(&mut self, runner: &Runner, reason: Reason, message: &str) {
        self.desk.cluster.record(self.about, &runner.source(self.node), reason, message);
    }
}

impl Runner {
    fn new(container: &Container, is_init: bool, rules: &[ImageRule]) -> Runner {
        let probe = container.readiness_probe.as_ref();
        let delay = |seconds: Option<i32>| Duration::from_secs(u64::from(seconds.unwrap_or(0).max(0).unsigned_abs()));
        Runner {
            name: container.name.clone(),
            image: Image::new(container.image.as_deref().unwrap_or_default(), rules),
            always_pull: container.image_pull_policy.as_deref() == Some("Always"),
            probe_delay: probe.map(|probe| delay(probe.initial_delay_seconds) + Duration::from_secs(1)),
            is_init,
            state: State::Waiting,
            restarts: 0,
            id: None,
            last_end: None,
            failed_pulls: 0,
        }
    }

    fn source(&self, node: &str) -> Source {
        let list = if self.is_init { "initContainers" } else { "containers" };
        Source::Kubelet { node: node.to_owned(), container: Some(format!("spec.{list}{{{}}}", self.name)) }
    }

    /// Whether a process of it is alive.
    pub(super) const fn is_running(&self) -> bool {
        matches!(self.state, State::Starting { .. } | State::Running { .. })
    }

    /// Whether it is an init container that has done its work.
    pub(super) fn is_done(&self) -> bool {
        matches!(&self.state, State::Ended(end) if end.exit_code == 0)
    }

    fn end(&mut self, exit_code: i32, now: &Time) {
        if let State::Starting { since, .. } | State::Running { since, .. } = &self.state {
            let end = End { exit_code, started_at: since.clone(), finished_at: now.clone(), id: self.id.clone() };
            self.state = State::Ended(end);
        }
    }

    /// Goes on with whatever is due; says when to look again.
    fn advance(&mut self, turn: &mut Turn<'_, '_>) -> Option<SimTime> {
        let now = turn.desk.now;
        match self.state.clone() {
            State::Waiting => Some(self.begin(turn)),
            State::Pulling(until) | State::Making(until) | State::PullBackOff(until) | State::CrashBackOff(until)
                if now < until =>
            {
                Some(until)
            }
            State::Pulling(_) if self.image.behaviour == Behaviour::PullFails => Some(self.fail_pull(turn)),
            State::Pulling(_) => {
                self.pulled(turn);
                Some(self.start(turn))
            }
            State::Making(_) => Some(self.start(turn)),
            State::PullFailed { say, .. } if now < say => Some(say),
            State::PullFailed { retry, .. } => {
                let message = format!("Back-off pulling image \"{}\"", self.image.name);
                turn.tell(self, Reason::Normal("BackOff"), &message);
                turn.tell(self, Reason::Warning("Failed"), "Error: ImagePullBackOff");
                self.state = State::PullBackOff(retry);
                Some(retry)
            }
            State::PullBackOff(_) => Some(self.pull(turn)),
            State::Starting { report, .. } if now < report => Some(report),
            State::Starting { since, .. } => self.report(turn, since),
            State::Running { exits_at: Some(at), .. } if at <= now => Some(self.exit(turn)),
            State::Running { since, ready_at: Some(at), exits_at, .. } if at <= now => {
                self.state = State::Running { since, ready_at: None, exits_at, is_ready: true };
                exits_at
            }
            State::Running { ready_at, exits_at, .. } => [ready_at, exits_at].into_iter().flatten().min(),
            State::Crashed { again, .. } if now < again => Some(again),
            State::Crashed { .. } | State::CrashBackOff(_) => {
                self.restarts += 1;
                Some(self.begin(turn))
            }
            State::Ended(_) => None,
        }
    }

    /// Gets the image, unless the machine has it.
    fn begin(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        if self.always_pull || !turn.machine.images.contains(&self.image.reference) {
            return self.pull(turn);
        }
        let message =
            format!("Container image \"{}\" already present on machine and can be accessed by the pod", self.image.name);
        turn.tell(self, Reason::Normal("Pulled"), &message);
        let until = turn.desk.now + self.pull_time(turn);
        self.state = State::Making(until);
        until
    }

    fn pull(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        let message = format!("Pulling image \"{}\"", self.image.name);
        turn.tell(self, Reason::Normal("Pulling"), &message);
        let until = turn.desk.now + self.pull_time(turn);
        self.state = State::Pulling(until);
        until
    }

    fn pull_time(&self, turn: &Turn<'_, '_>) -> Duration {
        if self.is_init { INIT.0 } else { turn.pace.pull }
    }

    fn fail_pull(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        let message = format!("Failed to pull image \"{}\": {}", self.image.name, self.image.pull_error());
        turn.tell(self, Reason::Warning("Failed"), &message);
        turn.tell(self, Reason::Warning("Failed"), "Error: ErrImagePull");
        let wait = backoff(self.failed_pulls);
        self.failed_pulls += 1;
        let say = turn.desk.now + SAY_BACKOFF;
        self.state = State::PullFailed { say, retry: turn.desk.now + wait };
        say
    }

    fn pulled(&mut self, turn: &mut Turn<'_, '_>) {
        self.failed_pulls = 0;
        turn.machine.images.insert(self.image.reference.clone());
        let took = self.pull_time(turn).as_millis();
        let message = format!(
            "Successfully pulled image \"{}\" in {took}ms ({took}ms including waiting). Image size: {} bytes.",
            self.image.name,
            self.image.size()
        );
        turn.tell(self, Reason::Normal("Pulled"), &message);
    }

    fn start(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        turn.tell(self, Reason::Normal("Created"), "Container created");
        turn.tell(self, Reason::Normal("Started"), "Container started");
        self.id = Some(format!("containerd://{}", turn.desk.cluster.rng().hex(64)));
        let report = turn.desk.now + turn.pace.report;
        self.state = State::Starting { report, since: turn.desk.cluster.now_in_seconds() };
        report
    }

    /// The container is known to run; says when something changes about it.
    fn report(&mut self, turn: &Turn<'_, '_>, since: Time) -> Option<SimTime> {
        let now = turn.desk.now;
        let start = Duration::from_secs_f64(self.image.start_seconds);
        let wait = start + self.probe_delay.unwrap_or_default();
        let exits_at = match self.image.behaviour {
            Behaviour::Crash => Some(now + CRASHES_AFTER),
            _ if self.is_init => Some(now + INIT.1),
            _ => None,
        };
        let never = self.image.behaviour == Behaviour::NotReady;
        let ready_at = (!never && !wait.is_zero()).then_some(now + wait);
        let is_ready = !never && wait.is_zero();
        self.state = State::Running { since, ready_at, exits_at, is_ready };
        [ready_at, exits_at].into_iter().flatten().min()
    }

    /// The process ends: an init container's work is done, a crashing one's begins again after a growing wait.
    fn exit(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        let now = turn.desk.now;
        let crashed = self.image.behaviour == Behaviour::Crash;
        self.end(i32::from(crashed), &turn.desk.cluster.now_in_seconds());
        let State::Ended(end) = self.state.clone() else {
            return now;
        };
        if !crashed {
            return now;
        }
        self.last_end = Some(end.clone());
        if self.restarts == 0 {
            // The first restart comes at once.
            let again = now + turn.pace.report;
            self.state = State::Crashed { end, again };
            return again;
        }
        let pod = turn.about;
        let message = format!(
            "Back-off restarting failed container {} in pod {}_{}({})",
            self.name,
            pod.name(),
            pod.namespace(),
            pod.meta().uid.as_deref().unwrap_or_default()
        );
        turn.tell(self, Reason::Warning("BackOff"), &message);
        let again = now + backoff(u32::try_from(self.restarts - 1).unwrap_or(0));
        self.state = State::CrashBackOff(again);
        again
    }
}

fn backoff(tries: u32) -> Duration {
    (BACKOFF.0 * 2_u32.saturating_pow(tries.min(8))).min(BACKOFF.1)
}
