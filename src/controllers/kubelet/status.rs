//! What a kubelet tells the API server of a pod (`pkg/kubelet/kubelet_pods.go`, `status/generate.go`).

use std::num::NonZeroI64;
use std::rc::Rc;
use std::time::Duration;

use k8s_openapi::api::core::v1::PodReadinessGate;
use smallvec::SmallVec;

use super::super::Desk;
use super::agent::{Agent, Stage};
use super::blueprint::Role;
use super::config::Variables;
use super::container::{Runner, State, pod_id};
use super::machine::Machine;
use crate::api::pod::Spec;
use crate::api::pod_status::{ContainerReport, End, Mark, OWN, Phase, Report, State as Doing, Status, Told, Why};
use crate::api::{Head, Key, Pod, PodStatus, Second};
use crate::cluster::{Reason, Source};

/// What of an agent the API server gets to see: where it stays the same there is nothing to write.
#[derive(PartialEq)]
pub(super) struct Shows {
    stage: u8,
    has_address: bool,
    /// Init containers and sidecars, then the others.
    containers: SmallVec<[(Shown, bool, bool, i32); 1]>,
}

impl Shows {
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn of(agent: &Agent) -> Shows {
        let stage = match agent.stage {
            Stage::Bound | Stage::Refused(_) => 0,
            Stage::Mounting(..) | Stage::Creating(_) => 1,
            Stage::Active | Stage::Stopping(_) => 2,
            Stage::Stopped(_) => 3,
            Stage::Over => 4,
        };
        let shown = |runner: &Runner| (Shown::of(runner), is_started(runner), is_ready(runner), runner.restarts);
        let containers = agent.init.iter().chain(&agent.main).map(shown).collect();
        Shows { stage, has_address: agent.address.is_some(), containers }
    }
}

/// Writes the pod's status.
pub(super) fn write(desk: &mut Desk<'_>, machine: &Machine, key: &Key, agent: &Agent) {
    let Some(stored) = desk.cluster.store().at::<Pod>(key).cloned() else {
        return;
    };
    let nothing = Status::default();
    let old = stored.status.as_ref().unwrap_or(&nothing);
    let idle = if agent.init.is_empty() { "ContainerCreating" } else { "PodInitializing" };
    let containers = |runner: &Runner| container(runner, idle, &stored);
    let told = Told {
        host: Rc::clone(&machine.address),
        address: agent.address.clone(),
        started_at: agent.started_at,
        init: agent.init.iter().map(containers).collect(),
        main: agent.main.iter().map(containers).collect(),
        asked: stored.spec.as_ref().map(Spec::containers).unwrap_or_default(),
    };
    let report = Report {
        phase: phase(agent),
        generation: stored.metadata.generation().and_then(NonZeroI64::new),
        marks: marks(agent, &stored, old, Second::of(desk.cluster.now())).map(Some),
        told: Some(told),
        // The rest is not the kubelet's to say.
        ..old.others()
    };
    desk.cluster.report(&stored, report.into());
}

/// The conditions a kubelet keeps, as they are now.
fn marks(agent: &Agent, pod: &Pod, old: &Status, now: Second) -> [Mark; OWN.len()] {
    let gates = pod.spec.as_ref().and_then(|spec| spec.common().readiness_gates.as_deref()).unwrap_or_default();
    let mut place = 0;
    conditions(agent, gates, old).map(|(is_true, why)| {
        let before = old.condition(OWN[place]).filter(|old| old.status == if is_true { "True" } else { "False" });
        place += 1;
        let since = before.map_or(Some(now), |before| before.since.map(Second::of));
        Mark { is_true, why, since }
    })
}

/// Says that a pod is not taken in (`pkg/kubelet/kubelet.go` `rejectPod`).
pub(super) fn reject(desk: &mut Desk<'_>, pod: &Rc<Pod>, node: &str, why: &str) {
    let source = Source::Kubelet { node: node.into(), container: None };
    desk.cluster.record(&Rc::clone(pod).into(), &source, Reason::Warning("Evicted"), why);
    let mut rejected = Rc::clone(pod);
    let it = Rc::make_mut(&mut rejected);
    it.revision = 0;
    let status = PodStatus {
        phase: Some("Failed".to_owned()),
        reason: Some("Evicted".to_owned()),
        message: Some(format!("Pod was rejected: {why}")),
        qos_class: it.status.take().and_then(|status| status.qos_class().map(str::to_owned)),
        start_time: Some(desk.cluster.now_in_seconds()),
        observed_generation: it.metadata.generation(),
        ..PodStatus::default()
    };
    it.status = Some(status.into());
    let _ = desk.cluster.update_status(rejected);
}

/// `getPhase`.
fn phase(agent: &Agent) -> Phase {
    let failed = |end: &End| end.exit_code != 0;
    let is_done_for = |runner: &Runner| runner.made.role == Role::Init && runner.outcome().is_some_and(failed);
    if agent.init.iter().any(is_done_for) {
        return Phase::Failed;
    }
    if agent.main.iter().any(|runner| runner.run().is_none() && runner.past.end().is_none()) {
        return Phase::Pending;
    }
    let mut all = agent.main.iter().chain(agent.init.iter().filter(|runner| runner.made.role == Role::Sidecar));
    if all.any(|runner| runner.run().is_some()) || !agent.is_over() {
        return Phase::Running;
    }
    let any_failed = agent.main.iter().filter_map(|runner| runner.past.end()).any(|end| failed(&end.told));
    if any_failed { Phase::Failed } else { Phase::Succeeded }
}

fn is_started(runner: &Runner) -> bool {
    runner.run().is_some_and(|run| run.is_started)
}

fn is_ready(runner: &Runner) -> bool {
    runner.run().is_some_and(|run| run.is_ready) || (runner.made.role == Role::Init && runner.is_done())
}

/// Whether a condition is so, and why.
type Said = (bool, Option<Rc<Why>>);

/// The conditions in the order of [`OWN`] (`status/generate.go`).
fn conditions(agent: &Agent, gates: &[PodReadinessGate], old: &Status) -> [Said; OWN.len()] {
    let phase = phase(agent);
    let sandbox = matches!(agent.stage, Stage::Active | Stage::Stopping(_));
    let names = |runners: &mut dyn Iterator<Item = &Runner>| {
        let names: SmallVec<[&str; 4]> = runners.map(|runner| &*runner.made.name).collect();
        (!names.is_empty()).then(|| names.join(" "))
    };
    let has_run = agent.main.iter().any(|runner| runner.run().is_some() || runner.past.end().is_some());
    let undone = names(&mut agent.init.iter().filter(|runner| match runner.made.role {
        Role::Sidecar => !is_started(runner),
        _ => !runner.is_done(),
    }));
    let lasting = agent.init.iter().filter(|runner| runner.made.role == Role::Sidecar).chain(&agent.main);
    let unready = names(&mut lasting.filter(|runner| !is_ready(runner)));
    let why = |reason, message| Some(Rc::new(Why { reason, message }));
    let ended = |reason| why(reason, String::new());
    let initialized = match (phase, undone.filter(|_| !has_run)) {
        (Phase::Succeeded, _) => (true, ended("PodCompleted")),
        (_, None) => (true, None),
        (_, Some(undone)) => {
            (false, why("ContainersNotInitialized", format!("containers with incomplete status: [{undone}]")))
        }
    };
    let containers_ready = match (phase, unready) {
        (Phase::Succeeded, _) => (false, ended("PodCompleted")),
        (Phase::Failed, _) => (false, ended("PodFailed")),
        (_, None) => (true, None),
        (_, Some(unready)) => (false, why("ContainersNotReady", format!("containers with unready status: [{unready}]"))),
    };
    let closed = closed_gates(gates, old);
    let ready = if containers_ready.0 && !closed.is_empty() {
        (false, why("ReadinessGatesNotReady", closed))
    } else {
        containers_ready.clone()
    };
    [(sandbox, None), initialized, ready, containers_ready, (true, None)]
}

/// Why a pod whose containers are ready is not.
fn closed_gates(gates: &[PodReadinessGate], status: &Status) -> String {
    let why = |gate: &PodReadinessGate| {
        let kind = &gate.condition_type;
        match status.condition(kind) {
            None => Some(format!("corresponding condition of pod readiness gate {kind:?} does not exist.")),
            Some(condition) if condition.status != "True" => {
                Some(format!("the status of pod readiness gate {kind:?} is not \"True\", but {}", condition.status))
            }
            Some(_) => None,
        }
    };
    gates.iter().filter_map(why).collect::<Vec<_>>().join(", ")
}

/// What there is to report of a container; `idle` is what it waits for if it has not run.
fn container(runner: &Runner, idle: &'static str, pod: &Pod) -> ContainerReport {
    let image = &runner.made.image;
    let is_created = runner.id.is_some() && (runner.run().is_some() || runner.past.end().is_some());
    let state = state(runner, Shown::of(runner), idle, pod);
    let last = if matches!(state, Doing::Ended(_)) { runner.past.end_before() } else { runner.past.end() };
    ContainerReport {
        // Once a container exists the runtime's name of the image is reported, before that the pod's.
        image: Rc::clone(if is_created { &image.reference } else { &image.name }),
        image_id: is_created.then(|| Rc::clone(&image.id)),
        id: runner.id.clone().filter(|_| is_created),
        last: last.map(|end| Rc::clone(&end.told)),
        state,
        restarts: runner.restarts,
        is_ready: is_ready(runner),
        is_started: is_started(runner),
    }
}

/// What there is to say of a container.
#[derive(PartialEq)]
enum Shown {
    /// It has not run.
    Idle,
    PullFailed,
    PullBackOff,
    /// Something that it needs is not there.
    Unconfigured(Rc<Result<Variables, String>>),
    Running(Second),
    /// It is held back for so long.
    CrashLoop(Duration),
    Ended(Rc<End>),
}

impl Shown {
    #[cfg_attr(quick, optimize(speed))]
    fn of(runner: &Runner) -> Shown {
        match &runner.state {
            // While a pull is tried again the kubelet still says what the last one came to.
            State::Pulling(_) if !runner.past.pulls().wait().is_zero() => Shown::PullBackOff,
            State::PullFailed { .. } => Shown::PullFailed,
            State::PullBackOff(_) => Shown::PullBackOff,
            State::Running(run) | State::Stopping { run, .. } => Shown::Running(run.since),
            State::Waiting => Shown::Idle,
            State::Unconfigured(_) | State::Making(_) | State::Pulling(_) if runner.lacks_something() => {
                runner.variables.clone().map_or(Shown::Idle, Shown::Unconfigured)
            }
            // Until it runs again, what was said before stays.
            _ => match runner.past.end() {
                None => Shown::Idle,
                // Nothing is known of what was lost but that it is gone.
                Some(end) if end.told.id.is_none() => Shown::Idle,
                Some(_) if runner.past.was_held() && runner.state != State::Ended => {
                    Shown::CrashLoop(runner.past.starts().wait())
                }
                Some(end) => Shown::Ended(Rc::clone(&end.told)),
            },
        }
    }
}

fn state(runner: &Runner, shown: Shown, idle: &'static str, pod: &Pod) -> Doing {
    let waiting = |reason: &'static str, message: String| Doing::Waiting { reason, message: Some(message.into()) };
    let image = &runner.made.image;
    match shown {
        Shown::Idle => Doing::Waiting { reason: idle, message: None },
        Shown::PullFailed => waiting("ErrImagePull", image.pull_error()),
        Shown::PullBackOff => waiting("ImagePullBackOff", format!("Back-off pulling image \"{}\"", image.name)),
        Shown::Unconfigured(taken) => {
            waiting("CreateContainerConfigError", taken.as_ref().as_ref().err().cloned().unwrap_or_default())
        }
        Shown::Running(since) => Doing::Running(since),
        Shown::CrashLoop(wait) => {
            let (wait, name, pod) = (go_duration(wait), &runner.made.name, pod_id(pod));
            waiting("CrashLoopBackOff", format!("back-off {wait} restarting failed container={name} pod={pod}"))
        }
        Shown::Ended(end) => Doing::Ended(end),
    }
}

/// As Go prints it: `40s`, `1m20s`, `5m0s`.
fn go_duration(duration: Duration) -> String {
    match (duration.as_secs() / 60, duration.as_secs() % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}
