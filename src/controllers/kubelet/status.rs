//! What a kubelet tells the API server of a pod (`pkg/kubelet/kubelet_pods.go`, `status/generate.go`).

use std::rc::Rc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ContainerUser, LinuxContainerUser, PodReadinessGate, VolumeMountStatus};

use super::super::Desk;
use super::agent::{Agent, Stage};
use super::container::{End, Role, Runner, State, pod_id};
use super::machine::Machine;
use crate::api::pod::Spec;
use crate::api::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    HostIP, Pod, PodCondition, PodIP, PodStatus, Resource, Time, VolumeMount,
};
use crate::cluster::{Reason, Source};

/// What of an agent the API server gets to see; two agents that show the same need no write between them.
pub(super) fn shows(agent: &Agent) -> impl PartialEq + use<> {
    let containers = |runners: &[Runner]| {
        let shown = |runner: &Runner| (Shown::of(runner), is_started(runner), is_ready(runner), runner.restarts);
        runners.iter().map(shown).collect::<Vec<_>>()
    };
    let stage = match agent.stage {
        Stage::Bound | Stage::Refused(_) => 0,
        Stage::Creating(_) => 1,
        Stage::Active | Stage::Stopping(_) => 2,
        Stage::Stopped(_) => 3,
        Stage::Over => 4,
    };
    (stage, agent.address.is_some(), containers(&agent.init), containers(&agent.main))
}

/// Writes the pod's status.
pub(super) fn write(desk: &mut Desk<'_>, machine: &Machine, pod: &Rc<Pod>, agent: &Agent) {
    let Some(stored) = desk.cluster.store().get::<Pod>(pod.namespace(), pod.name()).cloned() else {
        return;
    };
    let none = PodStatus::default();
    let old = stored.status.as_deref().unwrap_or(&none);
    let address = machine.address();
    let idle = if agent.init.is_empty() { "ContainerCreating" } else { "PodInitializing" };
    let words = Words { idle, pod: &stored };
    let spec = stored.spec.as_ref();
    let main = spec.map(|spec| container_statuses(&agent.main, spec, &spec.common().containers, words));
    let init =
        spec.and_then(|spec| Some(container_statuses(&agent.init, spec, spec.common().init_containers.as_deref()?, words)));
    let status = PodStatus {
        phase: Some(phase(agent).to_owned()),
        host_ip: Some(address.clone()),
        host_ips: Some(vec![HostIP { ip: address }]),
        pod_ip: agent.address.clone(),
        pod_ips: agent.address.clone().map(|ip| vec![PodIP { ip }]),
        start_time: agent.started_at.clone(),
        observed_generation: stored.metadata.generation,
        init_container_statuses: init.filter(|_| !agent.init.is_empty()),
        container_statuses: Some(main.unwrap_or_default()),
        conditions: Some(all_conditions(agent, &stored, old, &desk.cluster.now_in_seconds())),
        // The rest is not the kubelet's to say.
        allocated_resources: old.allocated_resources.clone(),
        ephemeral_container_statuses: old.ephemeral_container_statuses.clone(),
        extended_resource_claim_status: old.extended_resource_claim_status.clone(),
        message: old.message.clone(),
        node_allocatable_resource_claim_statuses: old.node_allocatable_resource_claim_statuses.clone(),
        nominated_node_name: old.nominated_node_name.clone(),
        qos_class: old.qos_class.clone(),
        reason: old.reason.clone(),
        resize: old.resize.clone(),
        resource_claim_statuses: old.resource_claim_statuses.clone(),
        resources: old.resources.clone(),
    };
    desk.cluster.report(&stored, status);
}

/// The conditions a kubelet keeps, as they are now, and after them those of others.
fn all_conditions(agent: &Agent, pod: &Pod, status: &PodStatus, now: &Time) -> Vec<PodCondition> {
    let old = status.conditions.as_deref().unwrap_or_default();
    let gates = pod.spec.as_ref().and_then(|spec| spec.common().readiness_gates.as_deref()).unwrap_or_default();
    let others = old.iter().filter(|condition| !is_own(&condition.type_));
    let mut all = conditions(agent, gates, old, pod.metadata.generation);
    for new in &mut all {
        let same = old.iter().find(|old| old.type_ == new.type_ && old.status == new.status);
        new.last_transition_time = same.map_or_else(|| Some(now.clone()), |same| same.last_transition_time.clone());
    }
    all.extend(others.cloned());
    all
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
        qos_class: it.status.take().and_then(|status| status.qos_class.clone()),
        start_time: Some(desk.cluster.now_in_seconds()),
        observed_generation: it.metadata.generation,
        ..PodStatus::default()
    };
    it.status = Some(status.into());
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
    pod: &'a Pod,
}

fn container_statuses(runners: &[Runner], spec: &Spec, containers: &[Container], words: Words<'_>) -> Vec<ContainerStatus> {
    runners.iter().zip(containers).map(|(runner, container)| container_status(runner, spec, container, words)).collect()
}

fn container_status(runner: &Runner, spec: &Spec, container: &Container, words: Words<'_>) -> ContainerStatus {
    let running = runner.run().is_some();
    let created = runner.id.is_some() && (running || runner.ends[0].is_some());
    let state = state(runner, &Shown::of(runner), words);
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
        volume_mounts: mounts(spec, container),
        ..ContainerStatus::default()
    }
}

/// The mounts of a container, where it has any list of them.
fn mounts(spec: &Spec, container: &Container) -> Option<Vec<VolumeMountStatus>> {
    let status = |mount: &VolumeMount| VolumeMountStatus {
        mount_path: mount.mount_path.clone(),
        name: mount.name.clone(),
        read_only: mount.read_only,
        recursive_read_only: (mount.read_only == Some(true)).then(|| "Disabled".to_owned()),
        ..VolumeMountStatus::default()
    };
    let has_list = container.volume_mounts.is_some() || spec.has_token();
    let token = spec.token_mount(container);
    has_list.then(|| container.volume_mounts.iter().flatten().chain(&token).map(status).collect())
}

/// What there is to say of a container.
#[derive(PartialEq)]
enum Shown {
    /// It has not run.
    Idle,
    PullFailed,
    PullBackOff,
    Running(Time),
    /// It is held back for so long.
    CrashLoop(Duration),
    Ended(End),
}

impl Shown {
    fn of(runner: &Runner) -> Shown {
        match &runner.state {
            // While a pull is tried again the kubelet still says what the last one came to.
            State::Pulling(_) if !runner.pulls.wait().is_zero() => Shown::PullBackOff,
            State::PullFailed { .. } => Shown::PullFailed,
            State::PullBackOff(_) => Shown::PullBackOff,
            State::Running(run) | State::Stopping { run, .. } => Shown::Running(run.since.clone()),
            State::Waiting => Shown::Idle,
            // Until it runs again, what was said before stays.
            _ => match &runner.ends[0] {
                None => Shown::Idle,
                // Nothing is known of what was lost but that it is gone.
                Some(end) if end.id.is_none() => Shown::Idle,
                Some(_) if runner.was_held && runner.state != State::Ended => Shown::CrashLoop(runner.starts.wait()),
                Some(end) => Shown::Ended(end.clone()),
            },
        }
    }
}

fn state(runner: &Runner, shown: &Shown, words: Words<'_>) -> ContainerState {
    let waiting = |reason: &str, message: Option<String>| ContainerState {
        waiting: Some(ContainerStateWaiting { reason: Some(reason.to_owned()), message }),
        ..ContainerState::default()
    };
    match shown {
        Shown::Idle => waiting(words.idle, None),
        Shown::PullFailed => waiting("ErrImagePull", Some(runner.image.pull_error())),
        Shown::PullBackOff => waiting("ImagePullBackOff", Some(format!("Back-off pulling image \"{}\"", runner.image.name))),
        Shown::Running(since) => ContainerState {
            running: Some(ContainerStateRunning { started_at: Some(since.clone()) }),
            ..ContainerState::default()
        },
        Shown::CrashLoop(wait) => {
            let (wait, pod) = (go_duration(*wait), pod_id(words.pod));
            waiting(
                "CrashLoopBackOff",
                Some(format!("back-off {wait} restarting failed container={} pod={pod}", runner.name)),
            )
        }
        Shown::Ended(end) => ContainerState { terminated: Some(terminated(end)), ..ContainerState::default() },
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
