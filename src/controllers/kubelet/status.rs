//! What a kubelet tells the API server of a pod (`pkg/kubelet/kubelet_pods.go`, `status/generate.go`).

use std::rc::Rc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ContainerUser, LinuxContainerUser, PodReadinessGate, VolumeMountStatus};

use super::super::Desk;
use super::super::pods::set_condition;
use super::agent::{Agent, Stage};
use super::container::{End, Role, Runner, State, pod_id};
use super::machine::Machine;
use crate::api::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    HostIP, Pod, PodCondition, PodIP, PodStatus, Resource,
};
use crate::cluster::{Reason, Source};

/// What of an agent the API server gets to see; two agents that show the same need no write between them.
pub(super) fn shows(agent: &Agent) -> impl PartialEq + use<> {
    let containers = |runners: &[Runner]| {
        let words = Words { idle: "", pod: "" };
        let shown = |runner: &Runner| (state(runner, words), is_started(runner), is_ready(runner), runner.restarts);
        runners.iter().map(shown).collect::<Vec<_>>()
    };
    let stage = match agent.stage {
        Stage::Bound | Stage::Refused(_) => 0,
        Stage::Creating(_) => 1,
        Stage::Active | Stage::Stopping(_) => 2,
        Stage::Stopped(_) => 3,
        Stage::Over => 4,
    };
    (stage, agent.address.clone(), containers(&agent.init), containers(&agent.main))
}

/// Writes the pod's status.
pub(super) fn write(desk: &mut Desk<'_>, machine: &Machine, pod: &Rc<Pod>, agent: &Agent) {
    let Some(mut stored) = desk.cluster.store().get::<Pod>(pod.namespace(), pod.name()).cloned() else {
        return;
    };
    let now = desk.cluster.now_in_seconds();
    let it = Rc::make_mut(&mut stored);
    it.metadata.resource_version = None;
    let generation = it.metadata.generation;
    let spec = it.spec.clone().unwrap_or_default();
    let status = it.status.get_or_insert_default();
    status.phase = Some(phase(agent).to_owned());
    status.host_ip = Some(machine.address());
    status.host_ips = Some(vec![HostIP { ip: machine.address() }]);
    status.pod_ip.clone_from(&agent.address);
    status.pod_ips = agent.address.clone().map(|ip| vec![PodIP { ip }]);
    status.start_time.clone_from(&agent.started_at);
    status.observed_generation = generation;
    let idle = if agent.init.is_empty() { "ContainerCreating" } else { "PodInitializing" };
    let words = Words { idle, pod: &pod_id(pod) };
    status.init_container_statuses = (!agent.init.is_empty())
        .then(|| container_statuses(&agent.init, spec.init_containers.as_deref().unwrap_or_default(), words));
    status.container_statuses = Some(container_statuses(&agent.main, &spec.containers, words));
    let mut conditions = vec![];
    let old = status.conditions.take().unwrap_or_default();
    let (own, others): (Vec<_>, Vec<_>) = old.into_iter().partition(|condition| is_own(&condition.type_));
    for new in self::conditions(agent, spec.readiness_gates.as_deref().unwrap_or_default(), &others, generation) {
        conditions.extend(own.iter().find(|condition| condition.type_ == new.type_).cloned());
        set_condition(&mut conditions, new, &now);
    }
    conditions.extend(others);
    status.conditions = Some(conditions);
    let _ = desk.cluster.update_status(stored);
}

/// Says that a pod is not taken in (`pkg/kubelet/kubelet.go` `rejectPod`).
pub(super) fn reject(desk: &mut Desk<'_>, pod: &Rc<Pod>, node: &str, why: &str) {
    let source = Source::Kubelet { node: node.to_owned(), container: None };
    desk.cluster.record(&Rc::clone(pod).into(), &source, Reason::Warning("Evicted"), why);
    let mut rejected = Rc::clone(pod);
    let it = Rc::make_mut(&mut rejected);
    it.metadata.resource_version = None;
    it.status = Some(PodStatus {
        phase: Some("Failed".to_owned()),
        reason: Some("Evicted".to_owned()),
        message: Some(format!("Pod was rejected: {why}")),
        qos_class: it.status.take().and_then(|status| status.qos_class),
        start_time: Some(desk.cluster.now_in_seconds()),
        observed_generation: it.metadata.generation,
        ..PodStatus::default()
    });
    let _ = desk.cluster.update_status(rejected);
}

/// The conditions that a kubelet keeps, in its order; of `PodScheduled` it only says that it is so.
fn is_own(condition: &str) -> bool {
    matches!(condition, "PodReadyToStartContainers" | "Initialized" | "Ready" | "ContainersReady" | "PodScheduled")
}

/// `getPhase`.
fn phase(agent: &Agent) -> &'static str {
    let failed = |end: &End| end.exit_code != 0;
    let is_done_for = |runner: &Runner| runner.role == Role::Init && runner.outcome().is_some_and(failed);
    if agent.init.iter().any(is_done_for) {
        return "Failed";
    }
    if agent.main.iter().any(|runner| runner.run().is_none() && runner.ends[0].is_none()) {
        return "Pending";
    }
    let mut all = agent.main.iter().chain(agent.init.iter().filter(|runner| runner.role == Role::Sidecar));
    if all.any(|runner| runner.run().is_some()) || !agent.is_over() {
        return "Running";
    }
    let any_failed = agent.main.iter().filter_map(|runner| runner.ends[0].as_ref()).any(failed);
    if any_failed { "Failed" } else { "Succeeded" }
}

fn is_started(runner: &Runner) -> bool {
    runner.run().is_some_and(|run| run.is_started)
}

fn is_ready(runner: &Runner) -> bool {
    runner.run().is_some_and(|run| run.is_ready) || (runner.role == Role::Init && runner.is_done())
}

/// `status/generate.go`.
fn conditions(
    agent: &Agent,
    gates: &[PodReadinessGate],
    old: &[PodCondition],
    generation: Option<i64>,
) -> Vec<PodCondition> {
    let phase = phase(agent);
    let sandbox = matches!(agent.stage, Stage::Active | Stage::Stopping(_));
    let names = |runners: &mut dyn Iterator<Item = &Runner>| {
        runners.map(|runner| runner.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    let has_run = agent.main.iter().any(|runner| runner.run().is_some() || runner.ends[0].is_some());
    let undone = names(&mut agent.init.iter().filter(|runner| match runner.role {
        Role::Sidecar => !is_started(runner),
        _ => !runner.is_done(),
    }));
    let lasting = agent.init.iter().filter(|runner| runner.role == Role::Sidecar).chain(&agent.main);
    let unready = names(&mut lasting.filter(|runner| !is_ready(runner)));
    let condition = |type_: &str, status: bool, reason: &str, message: String| PodCondition {
        type_: type_.to_owned(),
        status: if status { "True" } else { "False" }.to_owned(),
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        message: Some(message).filter(|message| !message.is_empty()),
        observed_generation: generation,
        ..PodCondition::default()
    };
    let initialized = match (phase, undone.is_empty() || has_run) {
        ("Succeeded", _) => condition("Initialized", true, "PodCompleted", String::new()),
        (_, true) => condition("Initialized", true, "", String::new()),
        _ => {
            let message = format!("containers with incomplete status: [{undone}]");
            condition("Initialized", false, "ContainersNotInitialized", message)
        }
    };
    let containers_ready = match phase {
        "Succeeded" => condition("ContainersReady", false, "PodCompleted", String::new()),
        "Failed" => condition("ContainersReady", false, "PodFailed", String::new()),
        _ if unready.is_empty() => condition("ContainersReady", true, "", String::new()),
        _ => {
            let message = format!("containers with unready status: [{unready}]");
            condition("ContainersReady", false, "ContainersNotReady", message)
        }
    };
    let closed = closed_gates(gates, old);
    let ready = if containers_ready.status == "True" && !closed.is_empty() {
        condition("Ready", false, "ReadinessGatesNotReady", closed)
    } else {
        PodCondition { type_: "Ready".to_owned(), ..containers_ready.clone() }
    };
    vec![
        condition("PodReadyToStartContainers", sandbox, "", String::new()),
        initialized,
        ready,
        containers_ready,
        condition("PodScheduled", true, "", String::new()),
    ]
}

/// Why a pod whose containers are ready is not.
fn closed_gates(gates: &[PodReadinessGate], conditions: &[PodCondition]) -> String {
    let why = |gate: &PodReadinessGate| {
        let kind = &gate.condition_type;
        match conditions.iter().find(|condition| condition.type_ == *kind) {
            None => Some(format!("corresponding condition of pod readiness gate {kind:?} does not exist.")),
            Some(condition) if condition.status != "True" => {
                Some(format!("the status of pod readiness gate {kind:?} is not \"True\", but {}", condition.status))
            }
            Some(_) => None,
        }
    };
    gates.iter().filter_map(why).collect::<Vec<_>>().join(", ")
}

/// What the statuses of a pod's containers have in common.
#[derive(Clone, Copy)]
struct Words<'a> {
    /// What a container waits for that has not run.
    idle: &'a str,
    /// The pod.
    pod: &'a str,
}

fn container_statuses(runners: &[Runner], containers: &[Container], words: Words<'_>) -> Vec<ContainerStatus> {
    runners.iter().zip(containers).map(|(runner, container)| container_status(runner, container, words)).collect()
}

fn container_status(runner: &Runner, container: &Container, words: Words<'_>) -> ContainerStatus {
    let running = runner.run().is_some();
    let created = runner.id.is_some() && (running || runner.ends[0].is_some());
    let state = state(runner, words);
    let last = &runner.ends[usize::from(state.terminated.is_some())];
    ContainerStatus {
        name: runner.name.clone(),
        // Once a container exists the runtime's name of the image is reported, before that the pod's.
        image: if created { runner.image.reference.clone() } else { runner.image.name.clone() },
        image_id: if created { runner.image.id() } else { String::new() },
        container_id: runner.id.clone().filter(|_| created),
        ready: is_ready(runner),
        started: Some(is_started(runner)),
        restart_count: runner.restarts,
        last_state: Some(ContainerState { terminated: last.as_ref().map(terminated), ..ContainerState::default() }),
        state: Some(state),
        allocated_resources: container
            .resources
            .as_ref()
            .and_then(|resources| resources.requests.clone())
            .filter(|_| running),
        resources: Some(container.resources.clone().unwrap_or_default()).filter(|_| running),
        user: running.then(|| ContainerUser {
            linux: Some(LinuxContainerUser { uid: 0, gid: 0, supplemental_groups: Some(vec![0]) }),
        }),
        volume_mounts: container.volume_mounts.as_ref().map(|mounts| {
            let status = |mount: &crate::api::VolumeMount| VolumeMountStatus {
                mount_path: mount.mount_path.clone(),
                name: mount.name.clone(),
                read_only: mount.read_only,
                recursive_read_only: (mount.read_only == Some(true)).then(|| "Disabled".to_owned()),
                ..VolumeMountStatus::default()
            };
            mounts.iter().map(status).collect()
        }),
        ..ContainerStatus::default()
    }
}

/// What is said of a container.
fn state(runner: &Runner, words: Words<'_>) -> ContainerState {
    let waiting = |reason: &str, message: Option<String>| ContainerState {
        waiting: Some(ContainerStateWaiting { reason: Some(reason.to_owned()), message }),
        ..ContainerState::default()
    };
    let pull_backed_off = || waiting("ImagePullBackOff", Some(format!("Back-off pulling image \"{}\"", runner.image.name)));
    match &runner.state {
        // While a pull is tried again the kubelet still says what the last one came to.
        State::Pulling(_) if !runner.pulls.wait().is_zero() => pull_backed_off(),
        State::PullFailed { .. } => waiting("ErrImagePull", Some(runner.image.pull_error())),
        State::PullBackOff(_) => pull_backed_off(),
        State::Running(run) | State::Stopping { run, .. } => ContainerState {
            running: Some(ContainerStateRunning { started_at: Some(run.since.clone()) }),
            ..ContainerState::default()
        },
        State::Waiting => waiting(words.idle, None),
        // Until it runs again, what was said before stays.
        _ => match &runner.ends[0] {
            None => waiting(words.idle, None),
            // Nothing is known of what was lost but that it is gone.
            Some(end) if end.id.is_none() => waiting(words.idle, None),
            Some(_) if runner.was_held && runner.state != State::Ended => {
                let wait = go_duration(runner.starts.wait());
                let message = format!("back-off {wait} restarting failed container={} pod={}", runner.name, words.pod);
                waiting("CrashLoopBackOff", Some(message))
            }
            Some(end) => ContainerState { terminated: Some(terminated(end)), ..ContainerState::default() },
        },
    }
}

/// As Go prints it: `40s`, `1m20s`, `5m0s`.
fn go_duration(duration: Duration) -> String {
    match (duration.as_secs() / 60, duration.as_secs() % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}

fn terminated(end: &End) -> ContainerStateTerminated {
    ContainerStateTerminated {
        exit_code: end.exit_code,
        reason: Some(end.reason.to_owned()),
        started_at: end.started_at.clone(),
        finished_at: end.finished_at.clone(),
        container_id: end.id.clone(),
        ..ContainerStateTerminated::default()
    }
}
