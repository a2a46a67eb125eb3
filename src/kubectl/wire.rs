//! Objects as the API server sends them: with the fields that Go's encoder never leaves out.

use serde_json::{Map, Value, json};

use crate::api::{Kind, Object};

/// The object as the server sends it.
pub(crate) fn value(object: &Object) -> Value {
    let mut value = object.to_value();
    complete(object.kind(), &mut value);
    value
}

fn complete(kind: Kind, value: &mut Value) {
    match kind {
        Kind::Pod => {
            pod_spec(value.pointer_mut("/spec"));
            let status = child(value, "status");
            each(status.get_mut("conditions"), |condition| {
                fill(condition, &["lastProbeTime", "lastTransitionTime"], &Value::Null);
            });
            for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
                each(status.get_mut(list), |container| {
                    fill(container, &["state", "lastState"], &json!({}));
                    fill(container, &["image", "imageID", "name"], &json!(""));
                    fill(container, &["ready"], &json!(false));
                    fill(container, &["restartCount"], &json!(0));
                });
            }
        }
        Kind::DaemonSet => {
            pod_spec(value.pointer_mut("/spec/template/spec"));
            let counts = ["currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"];
            fill(child(value, "status"), &counts, &json!(0));
            fill(child(value, "spec"), &["updateStrategy"], &json!({}));
        }
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::Job => {
            pod_spec(value.pointer_mut("/spec/template/spec"));
            if matches!(kind, Kind::ReplicaSet | Kind::StatefulSet) {
                fill(child(value, "status"), &["replicas"], &json!(0));
            }
            let strategy = match kind {
                Kind::Deployment => &["strategy"],
                Kind::StatefulSet => &["updateStrategy"],
                _ => [].as_slice(),
            };
            fill(child(value, "spec"), strategy, &json!({}));
            fill(value, &["status"], &json!({}));
            each(value.pointer_mut("/spec/volumeClaimTemplates"), |claim| {
                fill(claim, &["apiVersion"], &json!("v1"));
                fill(claim, &["kind"], &json!("PersistentVolumeClaim"));
                fill(child(claim, "spec"), &["resources"], &json!({}));
            });
        }
        Kind::PodDisruptionBudget => {
            let counts = ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"];
            fill(child(value, "status"), &counts, &json!(0));
        }
        Kind::PriorityClass => fill(value, &["value"], &json!(0)),
        Kind::Event => {
            fill(value, &["eventTime", "firstTimestamp", "lastTimestamp"], &Value::Null);
            fill(value, &["reportingComponent", "reportingInstance"], &json!(""));
            fill(value, &["source", "involvedObject"], &json!({}));
        }
        Kind::Namespace | Kind::Node => fill(value, &["spec", "status"], &json!({})),
        Kind::ControllerRevision => {}
    }
}

fn pod_spec(spec: Option<&mut Value>) {
    let Some(spec) = spec else { return };
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        each(spec.get_mut(list), |container| fill(container, &["resources"], &json!({})));
    }
}

fn each(list: Option<&mut Value>, mut with: impl FnMut(&mut Value)) {
    list.and_then(Value::as_array_mut).into_iter().flatten().for_each(&mut with);
}

/// The object in a field; empty where it is absent. `value` is an object or null.
pub(crate) fn child<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    let child = &mut value[name];
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    child
}

/// Puts something at a path, `spec.containers`.
pub(crate) fn put(value: &mut Value, path: &str, new: Value) {
    *path.split('.').fold(value, |value, name| {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        &mut value[name]
    }) = new;
}

fn fill(value: &mut Value, names: &[&str], with: &Value) {
    if let Some(map) = value.as_object_mut() {
        for &name in names {
            if !map.contains_key(name) {
                map.insert(name.to_owned(), with.clone());
            }
        }
    }
}
