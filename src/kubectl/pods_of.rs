//! The pods and containers that `logs` and `exec` mean (upstream: `polymorphichelpers`, `cmd/util/podcmd`).

use std::rc::Rc;

use super::args::Args;
use super::error::{Failure, Result};
use super::resource::{self, Request, WithoutNames};
use super::{Context, Output, in_order};
use crate::api::selector::Selector;
use crate::api::{ApiError, Container, Head, Key, Kind, Node, Pod, Resource, StringMap, wire};
use crate::sim::Simulation;

/// What a pod is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Its log.
    Logs,
    /// A command in it.
    Exec,
}

/// What `logs` says of a pod that is not there.
pub(super) fn logs_not_found(missing: &ApiError, namespace: &str) -> Failure {
    Failure::refused(format_args!("error from server (NotFound): {missing} in namespace {namespace:?}"))
}

/// The pod that is called `word`, or one of those that `ds/fluentd` owns; all of them where `all`.
pub(crate) fn named(
    word: &str,
    doing: Doing,
    all: bool,
    args: &Args,
    context: &Context<'_>,
    out: &mut Output,
) -> Result<Vec<Rc<Pod>>> {
    let words = if word.contains('/') { vec![word.to_owned()] } else { vec!["pods".to_owned(), word.to_owned()] };
    let Request::Names(names) = resource::request(&words, &Args::default(), WithoutNames::Allowed, context)? else {
        return Err(Failure::client("expected a resource"));
    };
    let namespace = resource::namespace(args, context);
    let store = context.sim.cluster().store();
    let Some((kind, name)) = names.into_iter().next() else { return Err(Failure::client("expected a resource")) };
    let place = if kind.is_namespaced() { namespace.as_str() } else { "" };
    let Some(object) = store.object(&Key::new(kind, place, &name)) else {
        let missing = resource::not_there(store, kind, place, &name);
        return Err(match doing {
            Doing::Logs => logs_not_found(&missing, &namespace),
            Doing::Exec => missing.into(),
        });
    };
    if let Some(pod) = Pod::of(object) {
        return Ok(vec![Rc::clone(pod)]);
    }
    let value = object.to_value();
    let Some(selector) = selector(kind, &value) else {
        let what = match doing {
            Doing::Logs => "get the logs from",
            Doing::Exec => "attach to",
        };
        let version = kind.version();
        let go = format!("*{version}.{}", kind.name());
        return Err(Failure::refused(format_args!("cannot {what} {go}: selector for {go} not implemented")));
    };
    let none = StringMap::new();
    let mut pods: Vec<&Rc<Pod>> = store
        .objects(Kind::Pod)
        .filter_map(Pod::of)
        .filter(|pod| pod.namespace() == namespace && selector.matches(pod.metadata.labels().unwrap_or(&none)))
        .collect();
    if pods.is_empty() {
        return Err(Failure::client("timed out waiting for the condition"));
    }
    // The oldest that is ready comes first (`podutils.ByLogging`): running before pending, ready before not, longer ready first.
    in_order(&mut pods, &|a, b| rank(a).cmp(&rank(b)));
    if all {
        return Ok(pods.into_iter().map(Rc::clone).collect());
    }
    if pods.len() > 1 && doing == Doing::Logs {
        out.warn(format_args!("Found {} pods, using pod/{}\n", pods.len(), pods[0].name()));
    }
    Ok(vec![Rc::clone(pods[0])])
}

fn rank(pod: &Pod) -> (bool, u8, bool, Option<jiff::Timestamp>) {
    let status = pod.status.as_ref();
    let unassigned = pod.spec.as_ref().and_then(|spec| spec.node_name.as_ref()).is_none();
    let phase = match status.and_then(|status| status.phase.as_deref()) {
        Some("Pending") => 0,
        Some("Running") => 2,
        _ => 1,
    };
    let ready =
        status.and_then(|status| status.conditions.iter().flatten().find(|it| it.type_ == "Ready" && it.status == "True"));
    let since = ready.and_then(|it| it.last_transition_time.as_ref()).map(|time| time.0);
    (unassigned, 2 - phase, ready.is_none(), since)
}

/// The labels of the pods that belong to an object, for the kinds that have such pods.
fn selector(kind: Kind, value: &serde_json::Value) -> Option<Selector> {
    let given = &value["spec"]["selector"];
    match kind {
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::Job => {
            Selector::from_label_selector(&wire::from_value(given.clone()).ok()?).ok()
        }
        Kind::Service | Kind::ReplicationController => {
            let labels = given.as_object()?.iter().map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
            Selector::parse(&labels.collect::<Option<Vec<_>>>()?.join(",")).ok()
        }
        _ => None,
    }
}

/// The container of a pod that is meant: the one named, or the first; `tells` where it is said that the pod has others.
pub(crate) fn container_of<'a>(pod: &'a Pod, name: Option<&str>, tells: bool, out: &mut Output) -> Result<&'a Container> {
    let spec = pod.spec.as_ref();
    let own = spec.map_or(&[][..], |spec| &spec.containers);
    let init = spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
    let all: Vec<String> = own
        .iter()
        .map(|container| container.name.clone())
        .chain(init.iter().map(|container| format!("{} (init)", container.name)))
        .collect();
    let all = all.join(", ");
    let preset = pod.metadata.annotations.as_ref().and_then(|all| all.get("kubectl.kubernetes.io/default-container"));
    let preset = preset.map(String::as_str).filter(|_| name.is_none());
    let find = |name: &str| own.iter().chain(init).find(|container| container.name == name);
    if let Some(preset) = preset.filter(|preset| find(preset).is_none()) {
        out.warn(format_args!("Default container name {preset:?} not found in pod {}\n", pod.name()));
    }
    let wanted = name.or(preset.filter(|preset| find(preset).is_some()));
    match wanted {
        Some(name) => find(name).ok_or_else(|| {
            Failure::refused(format_args!("container {name} is not valid for pod {} out of: {all}", pod.name()))
        }),
        None => {
            let first = own.first().ok_or_else(|| Failure::client("the pod has no container"))?;
            if tells && own.len() + init.len() > 1 {
                out.warn(format_args!("Defaulted container {:?} out of: {all}\n", first.name));
            }
            Ok(first)
        }
    }
}

/// Refuses where the kubelet of the pod's machine does not answer.
pub(crate) fn reach(pod: &Pod, sim: &Simulation, what: &str, container: &str) -> Result<()> {
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).unwrap_or_default();
    let node = sim.cluster().store().get::<Node>("", node);
    if node.and_then(|node| node.condition("Ready")) != Some("Unknown") {
        return Ok(());
    }
    let addresses = node.and_then(|node| node.status.as_ref()?.addresses.as_ref()).into_iter().flatten();
    let ip = addresses.filter(|it| it.type_ == "InternalIP").map(|it| it.address.as_str()).next().unwrap_or_default();
    let (namespace, name) = (pod.namespace(), pod.name());
    Err(Failure::Verbatim(format!(
        "Error from server: Get \"https://{ip}:10250/{what}/{namespace}/{name}/{container}\": dial tcp {ip}:10250: connect: no \
         route to host"
    )))
}
