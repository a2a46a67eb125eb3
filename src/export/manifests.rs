//! The cluster as it stands, as plain manifests.

use serde_json::{Value, json};

use crate::api::{Kind, Object, yaml};
use crate::cluster::{NAMESPACES, Store};
use crate::import::{clean, comes_by_itself};
use crate::kubectl::LAST_APPLIED;

/// The annotation by which kwok knows the nodes that are its own
/// (<https://kwok.sigs.k8s.io/docs/user/kwok-manage-nodes-and-pods/>).
const FAKE: (&str, &str) = ("kwok.x-k8s.io/node", "fake");
/// Kinds whose objects come first, in this order.
const FIRST: [Kind; 6] =
    [Kind::Namespace, Kind::PriorityClass, Kind::RuntimeClass, Kind::ServiceAccount, Kind::ConfigMap, Kind::Secret];

/// The nodes, as manifests of fake ones, and what people made: every DaemonSet, every namespace, and what was applied.
#[inline(never)]
pub fn manifests(store: &Store) -> String {
    let mut objects: Vec<&Object> =
        crate::api::kind::ALL.iter().flat_map(|kind| store.objects(*kind)).filter(|it| is_own(it)).collect();
    let place = |object: &&Object| FIRST.iter().position(|kind| *kind == object.kind()).unwrap_or(FIRST.len());
    objects.sort_by_key(place);
    let firsts = objects.partition_point(|object| place(object) < FIRST.len());
    let mut texts: Vec<String> = objects[..firsts].iter().map(|object| text(object)).collect();
    texts.extend(nodes(store));
    texts.extend(objects[firsts..].iter().map(|object| text(object)));
    texts.join("---\n")
}

/// The manifests of all nodes.
pub(super) fn nodes(store: &Store) -> Vec<String> {
    store.objects(Kind::Node).map(|node| yaml::to_string(&fake(&node.to_value()))).collect()
}

/// Whether somebody made it who is no controller.
fn is_own(object: &Object) -> bool {
    let meta = object.meta();
    let is_applied = meta.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(LAST_APPLIED));
    match object.kind() {
        Kind::Node | Kind::Event => false,
        Kind::Namespace => !NAMESPACES.contains(&object.name()),
        Kind::DaemonSet => true,
        _ => is_applied,
    }
}

fn text(object: &Object) -> String {
    // Nothing that is here is anybody's secret but what they typed themselves.
    yaml::to_string(&plain(&object.to_value(), object.kind()))
}

/// Without what only a server says; all else as it is.
fn plain(value: &Value, kind: Kind) -> Value {
    clean(value, kind, false, &mut vec![])
}

/// A Node that kwok plays.
fn fake(node: &Value) -> Value {
    let mut value = plain(node, Kind::Node);
    value["metadata"]["annotations"] = json!({ FAKE.0: FAKE.1 });
    let name = value["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    let mut spec = json!({"providerID": format!("kwok://{name}")});
    let taints: Vec<&Value> = node["spec"]["taints"].as_array().into_iter().flatten().collect();
    let taints: Vec<&Value> =
        taints.into_iter().filter(|taint| !comes_by_itself(taint["key"].as_str().unwrap_or_default())).collect();
    if !taints.is_empty() {
        spec["taints"] = json!(taints);
    }
    if node["spec"]["unschedulable"] == true {
        spec["unschedulable"] = true.into();
    }
    value["spec"] = spec;
    let amounts = &node["status"]["allocatable"];
    value["status"] = json!({"allocatable": amounts, "capacity": node["status"]["capacity"]});
    value
}
