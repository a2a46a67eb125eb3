//! Why a pod is where it is, or nowhere.

use std::rc::Rc;

use super::checks::name;
use super::daemon::{TEMPLATE, daemon, live};
use super::{Check, Outcome, Stage, Why, kubelet, scheduler};
use crate::api::{DaemonSet, Head, Key, Kind, Node, Pod, Resource};
use crate::sim::Simulation;

/// Why the pod `name` of a namespace is where it is and as it is. Of a daemon pod's node the DaemonSet controller's checks come
/// first; for a pod without a node the scheduler's checks are summed up, a check a node, or several nodes of which the same is to
/// be said.
///
/// Where there is no such pod, the only check says so.
pub fn pod(sim: &Simulation, namespace: &str, name: &str) -> Why {
    let store = sim.cluster().store();
    let Some(pod) = store.get::<Pod>(namespace, name) else {
        let said = format!("There is no pod {name} in the namespace {namespace}");
        let check = Check::new(Stage::ApiServer, "pod", Outcome::Failed, said.clone());
        return Why { verdict: said + ".", checks: vec![check], ..Why::default() };
    };
    let target = pod.spec.as_ref().and_then(|spec| spec.target_node());
    let owner = pod.metadata.controller().filter(|owner| owner.kind == "DaemonSet");
    if let (Some(node), Some(owner)) = (target, owner)
        && store.get::<Node>("", node).is_some()
        && store.get::<DaemonSet>(namespace, &owner.name).is_some()
    {
        return daemon(sim, node, (namespace, &owner.name));
    }
    let manifest = manifest(sim, pod);
    let template = if manifest.kind == Kind::Pod { "spec" } else { TEMPLATE };
    let mut checks = vec![];
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name()).filter(|node| !node.is_empty());
    let is_gated =
        pod.spec.as_ref().is_some_and(|spec| spec.common().scheduling_gates.as_ref().is_some_and(|it| !it.is_empty()));
    if node.is_some() {
        live(sim, pod, template, &mut checks);
    } else {
        if !is_gated {
            checks.extend(scheduler::everywhere(sim, pod, template));
        }
        checks.extend(scheduler::state(sim, pod));
        checks.extend(kubelet::terminating(sim, pod));
    }
    let verdict = verdict(sim, pod, node, &checks);
    Why { verdict, checks, manifest: Some(manifest), pods: vec![pod.key()] }
}

/// The object whose manifest a person has of a pod: the outermost owner with a template for pods, or the pod itself.
fn manifest(sim: &Simulation, pod: &Rc<Pod>) -> Key {
    let mut found = pod.key();
    let mut owner = pod.metadata.controller().cloned();
    while let Some(it) = owner {
        let Some(kind) = Kind::named(&it.kind, &[]) else { break };
        let key = Key::new(kind, pod.namespace(), &it.name);
        let Some(object) = sim.cluster().store().object(&key).filter(|object| object.template().is_some()) else { break };
        owner = object.head().controller().cloned();
        found = key;
    }
    found
}

fn verdict(sim: &Simulation, pod: &Rc<Pod>, node: Option<&str>, checks: &[Check]) -> String {
    let this = name(&pod.key());
    let failed = checks.iter().find(|check| check.outcome == Outcome::Failed);
    let Some(node) = node else {
        let total = sim.cluster().store().objects(Kind::Node).count();
        return match (failed, checks.iter().any(|check| check.outcome == Outcome::Passed)) {
            (Some(check), _) if check.name == "scheduling gates" => format!("{this} has no node yet: {}.", check.said),
            (_, true) => format!("{this} has no node yet, though there is one that can take it: it waits for its turn."),
            (_, false) => format!("{this} has no node: none of the {total} there are can take it."),
        };
    };
    if pod.is_terminating() {
        return format!("{this} on {node} is on its way out.");
    }
    if pod.status.as_ref().and_then(|status| status.phase()) == Some("Succeeded") {
        return format!("{this} has done its work on {node}.");
    }
    match (failed, kubelet::unfinished(checks)) {
        (Some(check), _) => {
            format!("{this} is on {node}, but not well; the {} says why ({}).", check.stage.name(), check.in_short())
        }
        (None, Some(check)) => format!("{this} is on {node} and on its way ({}).", check.in_short()),
        (None, None) => format!("{this} is on {node} and ready."),
    }
}
