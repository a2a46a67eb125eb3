//! One container of a pod: its image, its process, its restarts.

use std::rc::Rc;
use std::time::Duration;

use super::super::Desk;
use super::Pace;
use super::backoff::BackOff;
use super::blueprint::{Blueprint, Policy, Role};
use super::config::{self, Variables};
use super::machine::Machine;
use super::past::{Ending, Past};
use super::probe::{self, Question};
use crate::api::pod_status::End;
use crate::api::{Container, ContainerStatus, Head, Object, Pod, Second};
use crate::cluster::{Reason, Source};
use crate::sim::{Behaviour, SimTime};

/// From a failed pull to the word that it is backed off.
const SAY_BACKOFF: Duration = Duration::from_secs(1);
/// What an init container takes to be pulled and to run.
pub(super) const INIT: (Duration, Duration) = (Duration::from_millis(300), Duration::from_millis(100));
/// When a container is tried again of which something is missing: first, as the news of its sandbox wake the kubelet; then, as a
/// pod is looked at again whose last look failed (`pkg/kubelet/kubelet.go` `backOffPeriod`, which is drawn out by up to a half).
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(12));
/// Exit codes: of a process whose probe failed and that is asked to stop; of one that is killed, or was lost.
const TERMINATED: i32 = 143;
const KILLED: i32 = 137;
/// The exit code of a process of which nobody knows how it ended.
const LOST: i32 = 255;

/// One container.
#[derive(Clone, Debug)]
pub(super) struct Runner {
    /// What it was made from.
    pub(super) made: Rc<Blueprint>,
    pub(super) state: State,
    pub(super) restarts: i32,
    pub(super) id: Option<Rc<str>>,
    pub(super) past: Past,
    /// The variables of its environment, where they are known only when it starts; or what is missing of them.
    pub(super) variables: Option<Rc<Result<Variables, String>>>,
}

/// A process at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) since: Second,
    begun: SimTime,
    /// Whether its startup probe, if it has one, has passed.
    pub(super) is_started: bool,
    pub(super) is_ready: bool,
    /// How often its startup or liveness probe has failed, and its readiness probe.
    failures: [u32; 2],
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
    /// It could not be made, as something is missing; that is tried again then.
    Unconfigured(SimTime),
    /// Its image did not come; that is said as a back-off then, and tried again at the second time.
    PullFailed { say: SimTime, retry: SimTime },
    /// Its image will be tried again then.
    PullBackOff(SimTime),
    /// It runs; the API server is told at that time.
    Starting { report: SimTime, since: Second },
    /// It runs and is known to.
    Running(Run),
    /// It is asked to stop, and exits then.
    Stopping { run: Run, until: SimTime, exit_code: i32 },
    /// It has ended and starts again then.
    Crashed(SimTime),
    /// It has ended and waits until its back-off is over.
    CrashBackOff(SimTime),
    /// It ended with its machine, or did its work before, and starts again in its turn.
    Lost,
    /// It has ended for good.
    Ended,
}

/// What happens to a running container next.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Exits,
    Starts,
    GetsReady,
    Fails(Question),
}

/// What a container has at hand when it is its turn.
pub(super) struct Turn<'a, 'd> {
    pub(super) desk: &'a mut Desk<'d>,
    pub(super) machine: &'a mut Machine,
    pub(super) pod: &'a Pod,
    pub(super) about: &'a Object,
    pub(super) address: &'a str,
    pub(super) node: &'a Rc<str>,
    pub(super) pace: Pace,
}

impl<'a> Turn<'a, '_> {
    #[cfg_attr(quick, optimize(speed))]
    fn tell(&mut self, runner: &Runner, reason: Reason, message: &str) {
        let source = Source::Kubelet { node: Rc::clone(self.node), container: Some(Rc::clone(&runner.made.path)) };
        self.desk.cluster.record(self.about, &source, reason, message);
    }

    /// A container as the pod's spec has it.
    fn spec(&self, runner: &Runner) -> Option<&'a Container> {
        let spec = self.pod.spec.as_ref()?.common();
        let list = if runner.made.role == Role::Main { Some(&spec.containers) } else { spec.init_containers.as_ref() };
        list?.get(runner.made.place)
    }
}

impl Runner {
    /// Until when it waits for its next try.
    pub(super) const fn waits_until(&self) -> Option<SimTime> {
        match self.state {
            State::Unconfigured(until)
            | State::PullFailed { retry: until, .. }
            | State::PullBackOff(until)
            | State::Crashed(until)
            | State::CrashBackOff(until) => Some(until),
            _ => None,
        }
    }

    /// A container that has not had its turn yet.
    pub(super) fn new(made: Rc<Blueprint>) -> Runner {
        Runner { made, state: State::Waiting, restarts: 0, id: None, past: Past::default(), variables: None }
    }

    /// Whether a process of it is alive.
    pub(super) const fn is_alive(&self) -> bool {
        matches!(self.state, State::Starting { .. } | State::Running(_) | State::Stopping { .. })
    }

    /// Whether it has had its first turn.
    pub(super) fn has_begun(&self) -> bool {
        !matches!(self.state, State::Waiting | State::Lost)
    }

    /// Its process, if it is known to run.
    pub(super) const fn run(&self) -> Option<&Run> {
        match &self.state {
            State::Running(run) | State::Stopping { run, .. } => Some(run),
            _ => None,
        }
    }

    /// How it ended, if it has for good.
    pub(super) fn outcome(&self) -> Option<&End> {
        self.past.end().filter(|_| self.state == State::Ended).map(|end| &*end.told)
    }

    /// Whether it is an init container that has done its work.
    pub(super) fn is_done(&self) -> bool {
        self.outcome().is_some_and(|end| end.exit_code == 0)
    }

    /// Whether what comes after it may begin.
    pub(super) fn is_initialized(&self) -> bool {
        match self.made.role {
            Role::Init => self.is_done(),
            Role::Sidecar => matches!(&self.state, State::Running(run) if run.is_started),
            Role::Main => true,
        }
    }

    /// Goes on with whatever is due; says when to look again.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_, '_>) -> Option<SimTime> {
        let now = turn.desk.now;
        match self.state.clone() {
            State::Waiting | State::Lost => Some(self.begin(turn)),
            State::Pulling(until)
            | State::Making(until)
            | State::Unconfigured(until)
            | State::PullBackOff(until)
            | State::Crashed(until)
            | State::CrashBackOff(until)
            | State::Stopping { until, .. }
                if now < until =>
            {
                Some(until)
            }
            State::Pulling(_) if self.made.image.behaviour == Behaviour::PullFails => Some(self.fail_pull(turn)),
            State::Pulling(_) => {
                self.pulled(turn);
                Some(self.start(turn))
            }
            State::Making(_) => Some(self.start(turn)),
            State::PullFailed { say, .. } if now < say => Some(say),
            State::PullFailed { retry, .. } => {
                let message = format!("Back-off pulling image \"{}\"", self.made.image.name);
                turn.tell(self, Reason::Normal("BackOff"), &message);
                turn.tell(self, Reason::Warning("Failed"), "Error: ImagePullBackOff");
                self.state = State::PullBackOff(retry);
                Some(retry)
            }
            State::PullBackOff(_) => Some(self.pull(turn)),
            State::Starting { report, .. } if now < report => Some(report),
            State::Starting { since, .. } => self.report(turn, since),
            State::Running(run) => match self.happening(&run, turn.spec(self)) {
                Some((at, what)) if at <= now => Some(self.happen(turn, run, what)),
                next => next.map(|(at, _)| at),
            },
            State::Stopping { exit_code, .. } => {
                self.end(exit_code, turn.desk);
                // The kubelet asks after the container that ended before the one it has just killed.
                let before = self.past.end_before().map(|end| end.at);
                Some(self.again(turn, exit_code, before))
            }
            State::CrashBackOff(_) => {
                let ended = self.past.end().map_or(now, |end| end.at);
                self.past.facts().starts.grow(ended, now);
                Some(self.begin(turn))
            }
            State::Crashed(_) | State::Unconfigured(_) => Some(self.begin(turn)),
            State::Ended => None,
        }
    }

    /// Gets the image, unless the machine has it.
    fn begin(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        if self.made.always_pull || !turn.machine.images.contains(&self.made.image.reference) {
            return self.pull(turn);
        }
        let message = format!(
            "Container image \"{}\" already present on machine and can be accessed by the pod",
            self.made.image.name
        );
        turn.tell(self, Reason::Normal("Pulled"), &message);
        let until = turn.desk.now + self.pull_time(turn);
        self.state = State::Making(until);
        until
    }

    fn pull(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        let message = format!("Pulling image \"{}\"", self.made.image.name);
        turn.tell(self, Reason::Normal("Pulling"), &message);
        let until = turn.desk.now + self.pull_time(turn);
        self.state = State::Pulling(until);
        until
    }

    fn pull_time(&self, turn: &Turn<'_, '_>) -> Duration {
        if self.made.role == Role::Main { turn.pace.pull } else { INIT.0 }
    }

    fn fail_pull(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        let now = turn.desk.now;
        let message = format!("Failed to pull image \"{}\": {}", self.made.image.name, self.made.image.pull_error());
        turn.tell(self, Reason::Warning("Failed"), &message);
        turn.tell(self, Reason::Warning("Failed"), "Error: ErrImagePull");
        self.past.facts().pulls.grow(now, now);
        let say = now + SAY_BACKOFF;
        self.state = State::PullFailed { say, retry: now + self.past.pulls().wait() };
        say
    }

    fn pulled(&mut self, turn: &mut Turn<'_, '_>) {
        if let Some(past) = self.past.known() {
            past.pulls = BackOff::default();
        }
        turn.machine.images.insert(self.made.image.reference.clone());
        let took = self.pull_time(turn).as_millis();
        let message = format!(
            "Successfully pulled image \"{}\" in {took}ms ({took}ms including waiting). Image size: {} bytes.",
            self.made.image.name,
            self.made.image.size()
        );
        turn.tell(self, Reason::Normal("Pulled"), &message);
    }

    fn start(&mut self, turn: &mut Turn<'_, '_>) -> SimTime {
        if let Some(container) = turn.spec(self).filter(|it| config::takes_variables(it)) {
            let failed_before = self.lacks_something();
            let variables = config::variables(turn.pod, container, turn.address, turn.desk.cluster.store());
            let failure = variables.as_ref().err().map(|why| format!("Error: {why}"));
            self.variables = Some(Rc::new(variables));
            if let Some(message) = failure {
                turn.tell(self, Reason::Warning("Failed"), &message);
                let until = turn.desk.now + if failed_before { RETRY.1 } else { RETRY.0 };
                self.state = State::Unconfigured(until);
                return until;
            }
        }
        turn.tell(self, Reason::Normal("Created"), "Container created");
        turn.tell(self, Reason::Normal("Started"), "Container started");
        let report = turn.desk.now + turn.pace.report;
        self.state = State::Starting { report, since: Second::of(turn.desk.cluster.now()) };
        report
    }

    /// Whether it could not be made as something is missing (`startContainer` in `pkg/kubelet/kuberuntime/kuberuntime_container.go`).
    pub(super) fn lacks_something(&self) -> bool {
        self.variables.as_ref().is_some_and(|variables| variables.is_err())
    }

    /// The container is known to run; says when something changes about it.
    fn report(&mut self, turn: &mut Turn<'_, '_>, since: Second) -> Option<SimTime> {
        self.identify(turn);
        let container = turn.spec(self);
        let mut run = Run { since, begun: turn.desk.now, is_started: false, is_ready: false, failures: [0, 0] };
        run.is_started = container.is_none_or(|container| container.startup_probe.is_none());
        // What is ready at once is never reported otherwise.
        if let Some((at, Happening::GetsReady)) = self.happening(&run, container) {
            run.is_ready = at <= run.begun;
        }
        let next = self.happening(&run, container).map(|(at, _)| at);
        self.state = State::Running(run);
        next
    }

    /// What is reported is the new container, no longer the one before.
    fn identify(&mut self, turn: &mut Turn<'_, '_>) {
        self.restarts += i32::from(self.past.end().is_some());
        self.id = Some(turn.desk.cluster.rng().id("containerd://").into());
    }

    /// What happens next to a running container, and when.
    fn happening(&self, run: &Run, container: Option<&Container>) -> Option<(SimTime, Happening)> {
        use Question::{Liveness, Readiness, Startup};
        let probe = |question: Question| container.and_then(|container| question.of(container));
        let well = (self.made.image.behaviour != Behaviour::NotReady).then(|| run.begun + self.made.image.start);
        let passes = |question| well.map(|well| probe::passes(probe(question), well));
        let fails = |question, failures| probe::fails(probe(question)?, run.begun, failures, well);
        let is_init = self.made.role == Role::Init;
        // Whoever has passed a startup probe is well.
        let is_doubtful = run.is_started && probe(Startup).is_none();
        let candidates = [
            (self.made.life.map(|(life, _)| run.begun + life), Happening::Exits),
            (passes(Startup).filter(|_| !run.is_started), Happening::Starts),
            (passes(Readiness).filter(|_| run.is_started && !run.is_ready && !is_init), Happening::GetsReady),
            (fails(Startup, run.failures[0]).filter(|_| !run.is_started), Happening::Fails(Startup)),
            (fails(Liveness, run.failures[0]).filter(|_| is_doubtful), Happening::Fails(Liveness)),
            (fails(Readiness, run.failures[1]).filter(|_| is_doubtful), Happening::Fails(Readiness)),
        ];
        let due = candidates.into_iter().filter_map(|(at, what)| Some((at?, what)));
        due.min_by_key(|(at, _)| *at)
    }

    /// Lets it happen; says when to look again.
    fn happen(&mut self, turn: &mut Turn<'_, '_>, mut run: Run, what: Happening) -> SimTime {
        let now = turn.desk.now;
        match what {
            Happening::Exits => {
                let exit_code = self.made.life.map_or(0, |(_, code)| code);
                self.end(exit_code, turn.desk);
                return self.again(turn, exit_code, Some(now));
            }
            Happening::Starts => run.is_started = true,
            Happening::GetsReady => run.is_ready = true,
            Happening::Fails(question) => return self.fail_probe(turn, run, question),
        }
        self.state = State::Running(run);
        now
    }

    /// Says so, and kills the container if that was once too often.
    fn fail_probe(&mut self, turn: &mut Turn<'_, '_>, mut run: Run, question: Question) -> SimTime {
        let Some(container) = turn.spec(self) else { return turn.desk.now };
        let Some(probe) = question.of(container) else { return turn.desk.now };
        let message = format!("{} probe failed: {}", question.name(), probe::failure(probe, container, turn.address));
        turn.tell(self, Reason::Warning("Unhealthy"), &message);
        let failures = &mut run.failures[usize::from(question == Question::Readiness)];
        *failures += 1;
        if question == Question::Readiness || *failures < probe::threshold(probe) {
            self.state = State::Running(run);
            return turn.desk.now;
        }
        let what = question.name().to_lowercase();
        let message = match (self.made.role, self.made.policy) {
            (Role::Sidecar, _) => format!("Init container {} failed {what} probe", self.made.name),
            (_, Policy::Never) => format!("Container {} failed {what} probe", self.made.name),
            _ => format!("Container {} failed {what} probe, will be restarted", self.made.name),
        };
        turn.tell(self, Reason::Normal("Killing"), &message);
        let own = probe.termination_grace_period_seconds;
        let grace = own.or_else(|| turn.pod.spec.as_ref()?.common().termination_grace_period_seconds);
        let until = turn.desk.now + turn.pace.stop.min(super::grace(grace));
        self.state = State::Stopping { run, until, exit_code: TERMINATED };
        until
    }

    /// After an end: started again at once, after its back-off, or not at all. `ended` is the end that the back-off counts from.
    fn again(&mut self, turn: &mut Turn<'_, '_>, exit_code: i32, ended: Option<SimTime>) -> SimTime {
        let now = turn.desk.now;
        if self.made.policy == Policy::Never || (self.made.policy == Policy::OnFailure && exit_code == 0) {
            self.state = State::Ended;
            return now;
        }
        let past = self.past.facts();
        past.was_held = ended.is_some_and(|ended| past.starts.holds(ended, now));
        if !past.was_held {
            if let Some(ended) = ended {
                past.starts.grow(ended, now);
            }
            let again = now + turn.pace.report;
            self.state = State::Crashed(again);
            return again;
        }
        let message = format!("Back-off restarting failed container {} in pod {}", self.made.name, pod_id(turn.pod));
        turn.tell(self, Reason::Warning("BackOff"), &message);
        let until = now + self.past.starts().wait();
        self.state = State::CrashBackOff(until);
        until
    }

    /// Asks a container to stop. It has `grace` to do it.
    pub(super) fn stop(&mut self, turn: &mut Turn<'_, '_>, grace: Duration) {
        let now = turn.desk.now;
        let run = match &self.state {
            State::Running(run) => run.clone(),
            State::Starting { since, .. } => {
                let since = *since;
                self.identify(turn);
                Run { since, begun: now, is_started: true, is_ready: false, failures: [0, 0] }
            }
            _ => return,
        };
        let obeys = self.made.image.behaviour != Behaviour::Stubborn && turn.pace.stop <= grace;
        let (time, exit_code) = if obeys { (turn.pace.stop, 0) } else { (grace, KILLED) };
        self.state = State::Stopping { run, until: now + time, exit_code };
    }

    /// Says that it will be stopped with its pod.
    pub(super) fn announce_stop(&self, turn: &mut Turn<'_, '_>) {
        let message = format!("Stopping container {}", self.made.name);
        turn.tell(self, Reason::Normal("Killing"), &message);
    }

    /// A container that is being stopped with its pod: ends it if it is time, `grace` from now at the latest; says when it will
    /// be.
    pub(super) fn wait_for_stop(&mut self, turn: &Turn<'_, '_>, grace: Duration) -> Option<SimTime> {
        let State::Stopping { until, exit_code, .. } = &mut self.state else { return None };
        let latest = turn.desk.now + grace;
        if latest < *until {
            (*until, *exit_code) = (latest, KILLED);
        }
        if turn.desk.now < *until {
            return Some(*until);
        }
        let exit_code = *exit_code;
        self.end(exit_code, turn.desk);
        None
    }

    fn end(&mut self, exit_code: i32, desk: &Desk<'_>) {
        let Some(run) = self.run() else { return };
        let finished_at = Some(Second::of(desk.cluster.now()));
        let reason = if exit_code == 0 { "Completed" } else { "Error" };
        let end = End { exit_code, reason, started_at: Some(run.since), finished_at, id: self.id.clone() };
        let ends = &mut self.past.facts().ends;
        ends.swap(0, 1);
        ends[0] = Some(Ending { told: Rc::new(end), at: desk.now });
        self.state = State::Ended;
    }

    /// Its machine was switched off and on: it runs no more, and the runtime cannot tell why (containerd,
    /// `internal/cri/server/restart.go`).
    pub(super) fn lose_power(&mut self, desk: &Desk<'_>) {
        let ran = self.run().is_some();
        self.end(LOST, desk);
        if ran && let Some(end) = self.past.known().and_then(|past| past.ends[0].as_mut()) {
            Rc::make_mut(&mut end.told).reason = "Unknown";
        }
        if (ran && self.made.policy != Policy::Never) || self.state != State::Ended {
            self.begin_anew();
        }
    }

    /// It starts again in its turn, and without a wait: its kubelet has forgotten all failures.
    pub(super) fn begin_anew(&mut self) {
        self.state = if self.past.end().is_some() { State::Lost } else { State::Waiting };
        if let Some(past) = self.past.known() {
            (past.pulls, past.starts, past.was_held) = (BackOff::default(), BackOff::default(), false);
        }
    }

    /// A container of this name ran before, and nothing of it is left (`convertToAPIContainerStatuses`).
    pub(super) fn lose(&mut self, before: &ContainerStatus) {
        self.restarts = before.restart_count;
        let running = before.state.as_ref().and_then(|state| state.running.as_ref());
        if running.is_some() {
            let lost = "ContainerStatusUnknown";
            let end = End { exit_code: KILLED, reason: lost, started_at: None, finished_at: None, id: None };
            self.past.facts().ends[0] = Some(Ending { told: Rc::new(end), at: SimTime::ZERO });
        }
    }
}

/// A pod as the kubelet's messages call it (`pkg/kubelet/util/format/pod.go`).
pub(super) fn pod_id(pod: &Pod) -> String {
    let meta = &pod.metadata;
    format!("{}_{}({})", meta.name(), meta.namespace(), meta.uid())
}
