//! What a kubelet tells the API server of a pod (`pkg/kubelet/kubelet_pods.go`, `status/generate.go`).

use std::rc::Rc;

use k8s_openapi::api::core::v1::{ContainerUser, LinuxContainerUser, VolumeMountStatus};

use super::super::Desk;
use super::super::pods::set_condition;
use super::agent::{Agent, End, Runner, Stage, State};
use super::machine::Machine;
use crate::api::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    HostIP, Pod, PodCondition, PodIP, Resource,
};

/// What of an agent the API server gets to see; two agents that show the same need no write between them.
pub(super) fn shows(agent: &Agent) -> impl PartialEq {
    let containers = |runners: &[Runner]| {
        runners.iter().map(|runner| (state(runner), is_ready(runner), runner.restarts)).collect::<Vec<_>>()
    };
    let stage = match agent.stage {
        Stage::Bound => 0,
        Stage::Creating(_) => 1,
        Stage::Active | Stage::Stopping(_) => 2,
        Stage::Stopped(_) => 3,
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
    status.init_container_statuses = (!agent.init.is_empty())
        .then(|| container_statuses(&agent.init, spec.init_containers.as_deref().unwrap_or_default()));
    status.container_statuses = Some(container_statuses(&agent.main, &spec.containers));
    let mut conditions = vec![];
    let old = status.conditions.take().unwrap_or_default();
    let (own, others): (Vec<_>, Vec<_>) = old.into_iter().partition(|condition| is_own(&condition.type_));
    for new in self::conditions(agent, generation) {
        conditions.extend(own.iter().find(|condition| condition.type_ == new.type_).cloned());
        set_condition(&mut conditions, new, &now);
    }
    conditions.extend(others);
    status.conditions = Some(conditions);
    let _ = desk.cluster.update_status(stored);
}

fn is_own(condition: &str) -> bool {
    matches!(condition, "PodReadyToStartContainers" | "Initialized" | "Ready" | "ContainersReady")
}

fn phase(agent: &Agent) -> &'static str {
    let stopped = matches!(agent.stage, Stage::Stopped(_));
    let ran = agent.main.iter().any(|runner| matches!(runner.state, State::Ended(_)));
    if stopped && ran {
        "Succeeded"
    } else if agent.main.iter().any(|runner| runner.restarts > 0 || has_started(runner)) {
        "Running"
    } else {
        "Pending"
    }
}

fn has_started(runner: &Runner) -> bool {
    matches!(runner.state, State::Running { .. } | State::Crashed { .. } | State::CrashBackOff(_) | State::Ended(_))
}

fn is_ready(runner: &Runner) -> bool {
    match &runner.state {
        State::Running { is_ready, .. } => *is_ready,
        _ => false,
    }
}

fn conditions(agent: &Agent, generation: Option<i64>) -> Vec<PodCondition> {
    let sandbox = matches!(agent.stage, Stage::Active | Stage::Stopping(_));
    let undone: Vec<&str> =
        agent.init.iter().filter(|runner| !runner.is_done()).map(|runner| runner.name.as_str()).collect();
    let unready: Vec<&str> =
        agent.main.iter().filter(|runner| !is_ready(runner)).map(|runner| runner.name.as_str()).collect();
    let condition = |type_: &str, why: Option<(&str, Option<String>)>| PodCondition {
        type_: type_.to_owned(),
        status: if why.is_none() { "True" } else { "False" }.to_owned(),
        reason: why.as_ref().map(|(reason, _)| (*reason).to_owned()).filter(|reason| !reason.is_empty()),
        message: why.and_then(|(_, message)| message),
        observed_generation: generation,
        ..PodCondition::default()
    };
    let completed = phase(agent) == "Succeeded";
    let not_ready = |names: &[&str]| match (names.is_empty(), completed) {
        (true, _) => None,
        (_, true) => Some(("PodCompleted", None)),
        _ => Some(("ContainersNotReady", Some(format!("containers with unready status: [{}]", names.join(" "))))),
    };
    let not_initialized = (!undone.is_empty() && !completed)
        .then(|| ("ContainersNotInitialized", Some(format!("containers with incomplete status: [{}]", undone.join(" ")))));
    vec![
        condition("PodReadyToStartContainers", (!sandbox).then_some(("", None))),
        condition("Initialized", not_initialized),
        condition("Ready", not_ready(&unready)),
        condition("ContainersReady", not_ready(&unready)),
    ]
}

fn container_statuses(runners: &[Runner], containers: &[Container]) -> Vec<ContainerStatus> {
    runners.iter().zip(containers).map(|(runner, container)| container_status(runner, container)).collect()
}

fn container_status(runner: &Runner, container: &Container) -> ContainerStatus {
    let running = matches!(runner.state, State::Running { .. });
    let created = runner.id.is_some() && has_started(runner);
    let last = runner.last_end.as_ref().filter(|end| state_of_end(runner) != Some(end)).map(|end| terminated(end, "Error"));
    ContainerStatus {
        name: runner.name.clone(),
        // Once a container exists the runtime's name of the image is reported, before that the pod's.
        image: if created { runner.image.reference.clone() } else { runner.image.name.clone() },
        image_id: if created { runner.image.id() } else { String::new() },
        container_id: runner.id.clone().filter(|_| created),
        ready: is_ready(runner) || runner.is_done(),
        started: Some(running),
        restart_count: runner.restarts,
        state: Some(state(runner)),
        last_state: Some(ContainerState { terminated: last, ..ContainerState::default() }),
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

fn state_of_end(runner: &Runner) -> Option<&End> {
    match &runner.state {
        State::Crashed { end, .. } | State::Ended(end) => Some(end),
        _ => None,
    }
}

fn state(runner: &Runner) -> ContainerState {
    let waiting = |reason: &str, message: Option<String>| ContainerState {
        waiting: Some(ContainerStateWaiting { reason: Some(reason.to_owned()), message }),
        ..ContainerState::default()
    };
    let backed_off = || waiting("ImagePullBackOff", Some(format!("Back-off pulling image \"{}\"", runner.image.name)));
    match &runner.state {
        // While a pull is tried again the kubelet still says what the last one came to.
        State::Pulling(_) if runner.failed_pulls > 0 => backed_off(),
        State::Waiting | State::Pulling(_) | State::Making(_) | State::Starting { .. } if runner.restarts == 0 => {
            waiting("ContainerCreating", None)
        }
        State::PullFailed { .. } => waiting("ErrImagePull", Some(runner.image.pull_error())),
        State::PullBackOff(_) => backed_off(),
        State::Running { since, .. } => ContainerState {
            running: Some(ContainerStateRunning { started_at: Some(since.clone()) }),
            ..ContainerState::default()
        },
        State::Crashed { end, .. } | State::Ended(end) => ContainerState {
            terminated: Some(terminated(end, if end.exit_code == 0 { "Completed" } else { "Error" })),
            ..ContainerState::default()
        },
        _ => waiting("CrashLoopBackOff", None),
    }
}

fn terminated(end: &End, reason: &str) -> ContainerStateTerminated {
    ContainerStateTerminated {
        exit_code: end.exit_code,
        reason: Some(reason.to_owned()),
        started_at: Some(end.started_at.clone()),
        finished_at: Some(end.finished_at.clone()),
        container_id: end.id.clone(),
        ..ContainerStateTerminated::default()
    }
}
