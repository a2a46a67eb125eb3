//! What becomes of a pod on its node: taints that drive it off, its kubelet, its containers, its end.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::checks::{and, bears, command, in_namespace, since, taint, tolerations, until, without};
use super::daemon::failed_pod;
use super::{Check, Fix, Outcome, Stage};
use crate::api::{
    Container, ContainerStatus, ControllerRevision, DaemonSet, Event, Node, NodeCondition, Pod, Resource, Taint,
};
use crate::controllers::unmounted;
use crate::sim::Simulation;

/// How often a kubelet gives a sign of life (`nodeStatusUpdateFrequency`).
const HEARTBEAT: i64 = 10;

/// The checks of a pod's node.
pub(super) fn checks(sim: &Simulation, pod: &Rc<Pod>, node: &str, template: &str) -> Vec<Check> {
    let Some(object) = sim.cluster().store().get::<Node>("", node) else {
        let said = format!("the node {node} is gone; the pod garbage collector deletes its pods");
        return vec![Check::new(Stage::Kubelet, "node", Outcome::Failed, said)];
    };
    let mut checks = evictions(sim, pod, object, template);
    checks.push(heartbeat(sim, object));
    checks.push(admission(sim, pod, node));
    if pod.status.as_ref().and_then(|status| status.phase()) == Some("Failed") {
        return checks;
    }
    checks.extend(volumes(sim, pod));
    checks.extend(containers(sim, pod, template));
    if pod.status.as_ref().and_then(|status| status.phase()) != Some("Succeeded") {
        checks.extend(ready(sim, pod));
    }
    checks
}

/// The check of a pod that is not over, or that is not what it should be, though none failed.
pub(super) fn unfinished(checks: &[Check]) -> Option<&Check> {
    checks.iter().find(|check| {
        check.outcome == Outcome::Neutral && matches!(check.stage, Stage::Kubelet | Stage::Scheduler) && !is_remark(check)
    })
}

/// What is neutral because it plays no part any more.
fn is_remark(check: &Check) -> bool {
    check.said.starts_with("would fail today")
}

fn evictions(sim: &Simulation, pod: &Pod, node: &Node, template: &str) -> Vec<Check> {
    let (tolerations, own) = tolerations(sim, pod);
    let due = sim.controllers().evicted_at(&pod.key());
    let taints = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten()).filter(|it| it.effect == "NoExecute");
    let of = |it: &Taint| {
        let name = format!("taint {}", taint(it));
        match bears(it, tolerations, own) {
            Err(said) => {
                let check = Check::new(Stage::TaintEviction, name, Outcome::Failed, format!("{said}: the pod is deleted"));
                without(it, node.name(), template).into_iter().fold(check, Check::fix)
            }
            Ok((place, said)) => match tolerations[place].toleration_seconds {
                None => Check::new(Stage::TaintEviction, name, Outcome::Passed, said),
                Some(seconds) => {
                    let at = due.map(|at| format!(": the pod is deleted {}", until(at.timestamp(), sim.cluster().now())));
                    let said = format!("{said}, but for {seconds}s only{}", at.unwrap_or_default());
                    Check::new(Stage::TaintEviction, name, Outcome::Neutral, said)
                }
            },
        }
    };
    taints.map(of).collect()
}

fn heartbeat(sim: &Simulation, node: &Node) -> Check {
    let now = sim.cluster().now();
    let conditions = node.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let ready = conditions.into_iter().find(|condition: &&NodeCondition| condition.type_ == "Ready");
    let last = sim.last_heartbeat(node.name()).map(|at| at.timestamp());
    let last_said = last.map(|at| format!("its last sign of life came at {}", since(at, now))).unwrap_or_default();
    let check = |outcome, said: String| Check::new(Stage::Kubelet, "node state", outcome, said);
    let fix = command(format!("node ready {}", node.name()));
    match ready.map(|it| (it.status.as_str(), it.message.as_deref().unwrap_or_default())) {
        Some(("False", message)) => check(Outcome::Failed, format!("its kubelet reports: {message}")).fix(fix),
        Some(("True", _)) if last.is_none_or(|at| now.duration_since(at) <= SignedDuration::from_secs(HEARTBEAT)) => {
            check(Outcome::Passed, format!("{} is Ready", node.name()))
        }
        Some(("True", _)) => {
            let said = format!("{} is silent: {last_said}, and one is due every {HEARTBEAT}s", node.name());
            check(Outcome::Failed, said).fix(fix)
        }
        _ => check(Outcome::Failed, format!("{} is silent: {last_said}; what its pods say is as old", node.name())).fix(fix),
    }
}

fn admission(sim: &Simulation, pod: &Pod, node: &str) -> Check {
    let status = pod.status.as_ref();
    let check = |outcome, said: String| Check::new(Stage::Kubelet, "admission", outcome, said);
    if status.and_then(|status| status.phase()) == Some("Failed") {
        let message = status.and_then(|status| status.message.clone()).filter(|message| !message.is_empty());
        let again = failed_pod(sim, pod, node).map(|it| format!("; {it}")).unwrap_or_default();
        let said = format!("the pod has failed: {}{again}", message.as_deref().unwrap_or("its containers have").trim_end());
        return check(Outcome::Failed, said);
    }
    match sim.controllers().rejects(node, pod) {
        Some(why) if status.is_none_or(|status| status.start_time.is_none()) => {
            let supplies = [("MemoryPressure", "memory"), ("DiskPressure", "disk"), ("PIDPressure", "pid")];
            let named = supplies.iter().find(|(condition, _)| why.contains(condition));
            let fix = named.map(|(_, supply)| Fix::Command(format!("node relief {node} {supply}")));
            check(Outcome::Failed, format!("the kubelet refuses it: {}", why.trim_end())).fix(fix)
        }
        _ => check(Outcome::Passed, "the kubelet takes the pod in".to_owned()),
    }
}

fn volumes(sim: &Simulation, pod: &Rc<Pod>) -> Option<Check> {
    let status = pod.status.as_ref()?;
    let has_begun = status.condition("PodReadyToStartContainers").is_some_and(|it| it.status == "True");
    let missing = if has_begun { vec![] } else { unmounted(pod, sim.cluster().store()) };
    let (volume, why) = missing.first()?;
    let made = why.strip_suffix(" not found").and_then(|it| it.split_once(' ')).map(|(kind, name)| {
        let kind = if kind == "secret" { "secret generic" } else { kind };
        Fix::Command(format!("kubectl create {kind} {}{}", name.trim_matches('"'), in_namespace(pod.namespace())))
    });
    let said = format!("the volume {volume} cannot be mounted: {why}");
    Some(Check::new(Stage::Kubelet, "volumes", Outcome::Failed, said).fix(made))
}

fn containers(sim: &Simulation, pod: &Rc<Pod>, template: &str) -> Vec<Check> {
    let (Some(status), Some(spec)) = (&pod.status, &pod.spec) else { return vec![] };
    let spec = spec.common();
    let lists = [
        (&status.init_container_statuses, spec.init_containers.as_deref().unwrap_or_default(), "initContainers"),
        (&status.container_statuses, &spec.containers, "containers"),
    ];
    let mut checks = vec![];
    for (statuses, containers, list) in lists {
        for (place, container) in containers.iter().enumerate() {
            let Some(told) = statuses.iter().flatten().find(|told| told.name == container.name) else { continue };
            let path = format!("{template}.{list}[{place}]");
            checks.push(image(sim, pod, told, &path));
            checks.extend(process(sim, pod, told, &path));
            if list == "containers" || container.restart_policy.is_some() {
                checks.extend(probes(sim, pod, container, told, &path));
            }
        }
    }
    checks
}

/// What a container waits for: reason and message.
fn waiting(told: &ContainerStatus) -> Option<(&str, &str)> {
    let waiting = told.state.as_ref()?.waiting.as_ref()?;
    Some((waiting.reason.as_deref().unwrap_or_default(), waiting.message.as_deref().unwrap_or_default()))
}

/// When a container is tried again.
fn again(sim: &Simulation, pod: &Pod, told: &ContainerStatus) -> String {
    let at = sim.controllers().waits_until(pod, &told.name).map(|at| at.timestamp());
    let at = at.filter(|at| *at > sim.cluster().now());
    at.map(|at| format!("; it is tried again {}", until(at, sim.cluster().now()))).unwrap_or_default()
}

fn image(sim: &Simulation, pod: &Rc<Pod>, told: &ContainerStatus, path: &str) -> Check {
    let path = format!("{path}.image");
    let check = |outcome, said: String| Check::new(Stage::Kubelet, format!("image of {}", told.name), outcome, said);
    let image = wanted_image(pod, &told.name);
    let has_run = !told.image_id.is_empty() || told.state.as_ref().is_some_and(|state| state.running.is_some());
    match waiting(told) {
        Some((reason @ ("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName"), message)) => check(
            Outcome::Failed,
            format!(
                "{reason}: {}{}",
                told_last(sim, pod, "Failed to pull image").unwrap_or(message.to_owned()),
                again(sim, pod, told)
            ),
        )
        .from(path)
        .fix(undo(sim, pod, &told.name)),
        _ if has_run => check(Outcome::Passed, format!("{image} is on the node")).from(path),
        _ => check(Outcome::Neutral, format!("{image} is not on the node yet")).from(path),
    }
}

/// The image a pod asks for.
fn wanted_image(pod: &Pod, container: &str) -> String {
    let spec = pod.spec.as_ref().map(|spec| spec.common());
    let all = spec.into_iter().flat_map(|spec| spec.containers.iter().chain(spec.init_containers.iter().flatten()));
    let found = all.into_iter().find(|it: &&Container| it.name == container);
    found.and_then(|it| it.image.clone()).unwrap_or_default()
}

/// The newest event about a pod that begins so.
fn told_last(sim: &Simulation, pod: &Pod, start: &str) -> Option<String> {
    let mut newest: Option<(Timestamp, String)> = None;
    for event in sim.cluster().store().list::<Event>() {
        let [_, _, name, uid] = event.about();
        if uid != Some(pod.uid()) && name != Some(pod.name()) || !event.words().starts_with(start) {
            continue;
        }
        let at = event.note().map(|note| note.last).unwrap_or_default();
        if newest.as_ref().is_none_or(|(other, _)| *other <= at) {
            newest = Some((at, event.words().to_owned()));
        }
    }
    newest.map(|(_, words)| words)
}

/// Going back to the template before, where that has another image for a container.
fn undo(sim: &Simulation, pod: &Pod, container: &str) -> Option<Fix> {
    let store = sim.cluster().store();
    let owner = pod.metadata.owner_references.iter().flatten().find(|owner| owner.kind == "DaemonSet")?;
    let ds = store.get::<DaemonSet>(pod.namespace(), &owner.name)?;
    let strategy = ds.spec.as_ref().and_then(|spec| spec.update_strategy.as_ref()?.type_.as_deref());
    let mut revisions: Vec<_> = store.dependents_of::<ControllerRevision>(ds.uid()).collect();
    revisions.sort_by_key(|revision| revision.revision);
    let [.., before, _] = revisions.as_slice() else { return None };
    let containers = before.data.as_ref()?.0.pointer("/spec/template/spec/containers")?.as_array()?;
    let image = containers.iter().find(|it| it["name"] == container)?["image"].as_str()?;
    let is_other = image != wanted_image(pod, container) && strategy != Some("OnDelete");
    is_other.then(|| Fix::Command(format!("kubectl rollout undo ds/{}{}", ds.name(), in_namespace(ds.namespace()))))
}

fn process(sim: &Simulation, pod: &Rc<Pod>, told: &ContainerStatus, path: &str) -> Option<Check> {
    let now = sim.cluster().now();
    let check = |outcome, said: String| Check::new(Stage::Kubelet, format!("container {}", told.name), outcome, said);
    let state = told.state.as_ref();
    let restarts = match told.restart_count {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        count => format!(", restarted {count} times"),
    };
    if let Some(running) = state.and_then(|state| state.running.as_ref()) {
        let since = running.started_at.as_ref().map(|at| format!(" since {}", since(at.0, now))).unwrap_or_default();
        return Some(check(Outcome::Passed, format!("runs{since}{restarts}")));
    }
    let ended = |of: Option<&crate::api::ContainerState>| {
        let ended = of?.terminated.as_ref()?;
        let at = ended.finished_at.as_ref().map(|at| format!(" at {}", since(at.0, now))).unwrap_or_default();
        Some((ended.exit_code, format!("it ended with exit code {}{at}{restarts}", ended.exit_code)))
    };
    match waiting(told) {
        Some(("CrashLoopBackOff", message)) => {
            let last = ended(told.last_state.as_ref()).map(|(_, said)| format!("; {said}")).unwrap_or_default();
            let said = format!("CrashLoopBackOff: {}{last}{}", before_pod(message), again(sim, pod, told));
            return Some(check(Outcome::Failed, said).from(path).fix(undo(sim, pod, &told.name)));
        }
        Some((reason @ "CreateContainerConfigError", message)) => {
            return Some(check(Outcome::Failed, format!("{reason}: {message}{}", again(sim, pod, told))).from(path));
        }
        Some(("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName", _)) => return None,
        Some((reason, _)) => return Some(check(Outcome::Neutral, format!("is being made ({reason})"))),
        None => {}
    }
    let (code, said) = ended(state)?;
    let check = if code == 0 { check(Outcome::Passed, said) } else { check(Outcome::Failed, said + &again(sim, pod, told)) };
    Some(check.from(path).fix(undo(sim, pod, &told.name)))
}

/// A message without the name and uid of the pod at its end.
fn before_pod(message: &str) -> &str {
    message.split(" pod=").next().unwrap_or(message)
}

fn probes(sim: &Simulation, pod: &Rc<Pod>, container: &Container, told: &ContainerStatus, path: &str) -> Vec<Check> {
    let is_running = told.state.as_ref().is_some_and(|state| state.running.is_some());
    let all = [
        ("Startup", &container.startup_probe, "startupProbe", told.started == Some(true)),
        ("Readiness", &container.readiness_probe, "readinessProbe", told.ready),
    ];
    let mut checks = vec![];
    for (name, probe, field, passed) in all {
        if probe.is_none() || !is_running {
            continue;
        }
        let label = format!("{} of {}", field, told.name);
        let failure = told_last(sim, pod, &format!("{name} probe failed"));
        let check = match (passed, failure) {
            (true, _) => Check::new(Stage::Kubelet, label, Outcome::Passed, "passes"),
            (false, Some(message)) => {
                Check::new(Stage::Kubelet, label, Outcome::Failed, message).fix(undo(sim, pod, &told.name))
            }
            (false, None) => Check::new(Stage::Kubelet, label, Outcome::Neutral, "has not passed yet"),
        };
        checks.push(check.from(format!("{path}.{field}")));
    }
    checks
}

/// Whether the pod is Ready, and for long enough.
fn ready(sim: &Simulation, pod: &Rc<Pod>) -> Option<Check> {
    let now = sim.cluster().now();
    let check = |outcome, said: String| Check::new(Stage::Kubelet, "readiness", outcome, said);
    let told = pod.status.as_ref()?.condition("Ready");
    let Some(told) = told.filter(|told| told.status == "True") else {
        let message = told.and_then(|told| told.message).filter(|message| !message.is_empty());
        let silent = if told.is_some() { "its condition Ready is False" } else { "it has not started" };
        return Some(check(Outcome::Neutral, message.unwrap_or(silent).to_owned()));
    };
    let since_said = told.since.map(|at| format!("since {}", since(at, now))).unwrap_or_default();
    let owner = pod.metadata.owner_references.iter().flatten().find(|owner| owner.kind == "DaemonSet");
    let ds = owner.and_then(|owner| sim.cluster().store().get::<DaemonSet>(pod.namespace(), &owner.name));
    let wait = ds.and_then(|ds| ds.spec.as_ref()?.min_ready_seconds).unwrap_or(0);
    let available = told.since.and_then(|at| at.checked_add(SignedDuration::from_secs(wait.into())).ok());
    match available.filter(|at| *at > now) {
        Some(at) => {
            let said =
                format!("Ready {since_said}, but minReadySeconds is {wait}: it counts as available {}", until(at, now));
            Some(check(Outcome::Neutral, said).from("spec.minReadySeconds"))
        }
        None => Some(check(Outcome::Passed, format!("{} is Ready {since_said}", pod.name()))),
    }
}

/// A pod that is on its way out.
pub(super) fn terminating(sim: &Simulation, pod: &Rc<Pod>) -> Option<Check> {
    let now = sim.cluster().now();
    let at = pod.metadata.deletion_timestamp.as_ref()?.0;
    let grace = pod.metadata.deletion_grace_period_seconds.unwrap_or(0);
    let begun = at.checked_sub(SignedDuration::from_secs(grace)).unwrap_or(at);
    let mut said = format!("{} is being deleted since {}, and has {grace}s to stop", pod.name(), since(begun, now));
    let finalizers = pod.metadata.finalizers.as_deref().unwrap_or_default();
    if !finalizers.is_empty() {
        said.push_str(&format!("; it waits for the finalizers {}", and(finalizers)));
    } else if at <= now {
        said.push_str("; that is over, but only its kubelet can say that it has stopped");
    }
    Some(Check::new(Stage::Kubelet, "deletion", Outcome::Neutral, said))
}
