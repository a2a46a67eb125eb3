//! What the server fills into objects that are kept as they were sent (upstream: `pkg/apis/*/v1/defaults.go`).

use std::mem::take;

use serde_json::{Map, Value, json};

use super::super::schema::{Shape, Type};
use super::super::{Kind, PodTemplateSpec, Stored, base64, wire};

/// Fields that are filled in where they are absent, as JSON, by kind. `[]` goes through a list; what the way does not lead to
/// stays away.
#[rustfmt::skip]
const DEFAULTS: &[(Kind, &[(&str, &str)])] = &[
    (Kind::APIService, &[("spec.service.port", "443")]),
    (Kind::CSIDriver, &[
        ("spec.attachRequired", "true"), ("spec.podInfoOnMount", "false"), ("spec.storageCapacity", "false"),
        ("spec.fsGroupPolicy", r#""ReadWriteOnceWithFSType""#), ("spec.volumeLifecycleModes", r#"["Persistent"]"#),
        ("spec.requiresRepublish", "false"), ("spec.seLinuxMount", "false"),
    ]),
    (Kind::ClusterRoleBinding, ROLE_REFERENCE),
    (Kind::CronJob, &[
        ("spec.concurrencyPolicy", r#""Allow""#), ("spec.suspend", "false"), ("spec.successfulJobsHistoryLimit", "3"),
        ("spec.failedJobsHistoryLimit", "1"),
    ]),
    (Kind::CustomResourceDefinition, &[("spec.conversion", r#"{"strategy":"None"}"#)]),
    // What it has none of is sent all the same.
    (Kind::EndpointSlice, &[
        ("ports[].name", r#""""#), ("ports[].protocol", TCP), ("endpoints", "null"), ("ports", "null"),
    ]),
    (Kind::Endpoints, &[("subsets[].ports[].protocol", TCP)]),
    (Kind::FlowSchema, &[("spec.matchingPrecedence", "1000")]),
    (Kind::HorizontalPodAutoscaler, &[
        ("spec.minReplicas", "1"),
        ("spec.metrics", r#"[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]"#),
        ("spec.behavior.scaleUp", "{}"), ("spec.behavior.scaleDown", "{}"),
        ("spec.behavior.scaleUp.stabilizationWindowSeconds", "0"), ("spec.behavior.scaleUp.selectPolicy", r#""Max""#),
        ("spec.behavior.scaleUp.policies", r#"[{"type":"Pods","value":4,"periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]"#),
        ("spec.behavior.scaleDown.selectPolicy", r#""Max""#),
        ("spec.behavior.scaleDown.policies", r#"[{"type":"Percent","value":100,"periodSeconds":15}]"#),
    ]),
    (Kind::IngressClass, &[("spec.parameters.scope", r#""Cluster""#)]),
    (Kind::MutatingWebhookConfiguration, &[
        ("webhooks[].failurePolicy", r#""Fail""#), ("webhooks[].matchPolicy", r#""Equivalent""#), ("webhooks[].namespaceSelector", "{}"),
        ("webhooks[].objectSelector", "{}"), ("webhooks[].timeoutSeconds", "10"), ("webhooks[].reinvocationPolicy", r#""Never""#),
        ("webhooks[].rules[].scope", r#""*""#), ("webhooks[].clientConfig.service.port", "443"),
    ]),
    (Kind::NetworkPolicy, &[("spec.ingress[].ports[].protocol", TCP), ("spec.egress[].ports[].protocol", TCP)]),
    (Kind::PersistentVolume, &[
        ("spec.persistentVolumeReclaimPolicy", r#""Retain""#), ("spec.volumeMode", FILESYSTEM), ("status", r#"{"phase":"Pending"}"#),
    ]),
    (Kind::PersistentVolumeClaim, &[("spec.volumeMode", FILESYSTEM), ("status", r#"{"phase":"Pending"}"#)]),
    (Kind::PriorityLevelConfiguration, &[
        ("spec.exempt.nominalConcurrencyShares", "0"), ("spec.exempt.lendablePercent", "0"),
        ("spec.limited.nominalConcurrencyShares", "30"), ("spec.limited.lendablePercent", "0"),
        ("spec.limited.limitResponse.queuing.handSize", "8"), ("spec.limited.limitResponse.queuing.queues", "64"),
        ("spec.limited.limitResponse.queuing.queueLengthLimit", "50"),
    ]),
    (Kind::ReplicationController, &[("spec.replicas", "1")]),
    (Kind::RoleBinding, ROLE_REFERENCE),
    (Kind::Secret, &[("type", r#""Opaque""#)]),
    (Kind::Service, &[
        ("spec.sessionAffinity", r#""None""#), ("spec.type", r#""ClusterIP""#), ("spec.ports[].protocol", TCP),
    ]),
    (Kind::StorageClass, &[("reclaimPolicy", r#""Delete""#), ("volumeBindingMode", r#""Immediate""#)]),
    (Kind::ValidatingAdmissionPolicy, &[
        ("spec.failurePolicy", r#""Fail""#), ("spec.matchConstraints.matchPolicy", r#""Equivalent""#),
        ("spec.matchConstraints.namespaceSelector", "{}"), ("spec.matchConstraints.objectSelector", "{}"),
        ("spec.matchConstraints.resourceRules[].scope", r#""*""#),
    ]),
    (Kind::ValidatingAdmissionPolicyBinding, &[
        ("spec.matchResources.matchPolicy", r#""Equivalent""#), ("spec.matchResources.namespaceSelector", "{}"),
        ("spec.matchResources.objectSelector", "{}"), ("spec.matchResources.resourceRules[].scope", r#""*""#),
    ]),
    (Kind::ValidatingWebhookConfiguration, &[
        ("webhooks[].failurePolicy", r#""Fail""#), ("webhooks[].matchPolicy", r#""Equivalent""#), ("webhooks[].namespaceSelector", "{}"),
        ("webhooks[].objectSelector", "{}"), ("webhooks[].timeoutSeconds", "10"), ("webhooks[].rules[].scope", r#""*""#),
        ("webhooks[].clientConfig.service.port", "443"),
    ]),
];

const TCP: &str = r#""TCP""#;
const FILESYSTEM: &str = r#""Filesystem""#;
const ROLE_REFERENCE: &[(&str, &str)] = &[("roleRef.apiGroup", r#""rbac.authorization.k8s.io""#)];
/// How long a client keeps its pod where a Service says it should (`DefaultClientIPServiceAffinitySeconds`).
const CLIENT_IP_SECONDS: i64 = 10_800;

/// Fills in every default of the object.
pub(super) fn apply(it: &mut Stored) {
    let mut value = Value::Object(take(&mut it.fields));
    drop_empty(it.kind.schema(), &mut value);
    for (kind, fields) in DEFAULTS {
        if *kind == it.kind {
            fields.iter().for_each(|(path, default)| fill(&mut value, it.kind.schema(), path, default));
        }
    }
    match it.kind {
        Kind::ClusterRoleBinding | Kind::RoleBinding => subjects(&mut value),
        Kind::CronJob => template(value.pointer_mut("/spec/jobTemplate/spec/template")),
        Kind::CustomResourceDefinition => names(&mut value),
        Kind::LimitRange => items(value.pointer_mut("/spec/limits")).for_each(limits),
        Kind::NetworkPolicy => policy_types(&mut value),
        Kind::PodTemplate => template(value.get_mut("template")),
        Kind::ReplicationController => {
            template(value.pointer_mut("/spec/template"));
            let labels = value.pointer("/spec/template/metadata/labels").cloned().unwrap_or_default();
            if labels.is_object() {
                if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
                    spec.entry("selector").or_insert_with(|| labels.clone());
                }
                if it.metadata.labels.as_ref().is_none_or(|labels| labels.is_empty()) {
                    it.metadata.labels = wire::from_value(labels).ok();
                }
            }
        }
        Kind::Secret => encode(&mut value),
        Kind::Service => value.get_mut("spec").into_iter().for_each(service),
        _ => {}
    }
    it.fields = if let Value::Object(fields) = value { fields } else { Map::new() };
}

/// A struct that is printed even where it was not set, and is empty, is the same as none; so is `null`.
fn drop_empty(of: Type, value: &mut Value) {
    let Some(map) = value.as_object_mut() else { return };
    for (name, field) in of.fields() {
        let Some(value) = map.get_mut(name) else { continue };
        if value.is_null() {
            map.remove(name);
            continue;
        }
        match &field.shape {
            Shape::Object(inner) => drop_empty(Type::named(inner), value),
            Shape::List(item) => {
                if let (Shape::Object(inner), Value::Array(items)) = (&**item, value) {
                    items.iter_mut().for_each(|item| drop_empty(Type::named(inner), item));
                }
                continue;
            }
            _ => continue,
        }
        if field.is_always_printed && map.get(name).and_then(Value::as_object).is_some_and(Map::is_empty) {
            map.remove(name);
        }
    }
}

fn fill(value: &mut Value, of: Type, path: &str, default: &str) {
    let Some(map) = value.as_object_mut() else { return };
    let Some((step, rest)) = path.split_once('.') else {
        map.entry(path).or_insert_with(|| serde_json::from_str(default).unwrap_or_default());
        return;
    };
    let name = step.strip_suffix("[]").unwrap_or(step);
    let field = of.field(name);
    let inner = match field.as_ref().map(|field| &field.shape) {
        Some(Shape::Object(name)) => Type::named(name),
        Some(Shape::List(item)) if let Shape::Object(name) = **item => Type::named(name),
        _ => Type::default(),
    };
    if field.is_some_and(|field| field.is_always_printed && matches!(field.shape, Shape::Object(_))) {
        // A struct that is no pointer is there, said or not.
        map.entry(name).or_insert_with(|| json!({}));
    }
    match map.get_mut(name) {
        Some(Value::Array(items)) => items.iter_mut().for_each(|item| fill(item, inner, rest, default)),
        Some(value) => fill(value, inner, rest, default),
        None => {}
    }
}

fn items(list: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    list.and_then(Value::as_array_mut).into_iter().flatten()
}

fn template(template: Option<&mut Value>) {
    if let Some(template) = template
        && let Ok(mut typed) = wire::from_value::<PodTemplateSpec>(template.clone())
    {
        super::template(&mut typed);
        *template = wire::to_value(&typed);
    }
}

/// Users and groups are of RBAC's group, service accounts of the core's.
fn subjects(value: &mut Value) {
    for subject in items(value.get_mut("subjects")) {
        if matches!(subject["kind"].as_str(), Some("User" | "Group")) && subject["apiGroup"].is_null() {
            subject["apiGroup"] = "rbac.authorization.k8s.io".into();
        }
    }
}

fn names(value: &mut Value) {
    let Some(names) = value.pointer_mut("/spec/names").filter(|names| names.is_object()) else { return };
    let kind = names["kind"].as_str().unwrap_or_default().to_owned();
    if names["singular"].is_null() {
        names["singular"] = kind.to_ascii_lowercase().into();
    }
    if names["listKind"].is_null() && !kind.is_empty() {
        names["listKind"] = (kind + "List").into();
    }
}

/// A container's limits follow the maximum, its requests the limits, then the minimum.
fn limits(item: &mut Value) {
    if item["type"] != "Container" {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let from = item[from].as_object().cloned().unwrap_or_default();
        if !item[to].is_object() {
            item[to] = json!({});
        }
        for (name, amount) in from {
            if item[to][&name].is_null() {
                item[to][&name] = amount;
            }
        }
    }
}

fn policy_types(value: &mut Value) {
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else { return };
    let types = if spec.contains_key("egress") { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
    spec.entry("policyTypes").or_insert(types);
}

/// What is given as text goes to the bytes (`pkg/apis/core/v1/conversion.go`).
fn encode(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    let Some(Value::Object(texts)) = fields.remove("stringData") else { return };
    let data = fields.entry("data").or_insert_with(|| json!({}));
    for (key, text) in texts {
        data[key] = base64::encode(text.as_str().unwrap_or_default().as_bytes()).into();
    }
}

fn service(spec: &mut Value) {
    for port in items(spec.get_mut("ports")) {
        if matches!(&port["targetPort"], Value::Null) || port["targetPort"] == 0 || port["targetPort"] == "" {
            port["targetPort"] = port["port"].clone();
        }
    }
    let type_ = spec["type"].as_str().unwrap_or_default().to_owned();
    let outside = matches!(type_.as_str(), "NodePort" | "LoadBalancer")
        || type_ == "ClusterIP" && spec["externalIPs"].as_array().is_some_and(|ips| !ips.is_empty());
    let sticky = spec["sessionAffinity"] == "ClientIP";
    let Some(spec) = spec.as_object_mut() else { return };
    let mut fill = |wanted: bool, field: &str, value: Value| {
        if wanted {
            spec.entry(field).or_insert(value);
        }
    };
    fill(outside, "externalTrafficPolicy", "Cluster".into());
    fill(type_ != "ExternalName", "internalTrafficPolicy", "Cluster".into());
    fill(type_ == "LoadBalancer", "allocateLoadBalancerNodePorts", true.into());
    fill(sticky, "sessionAffinityConfig", json!({"clientIP": {"timeoutSeconds": CLIENT_IP_SECONDS}}));
    if !sticky {
        spec.remove("sessionAffinityConfig");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Object, defaults};

    #[test]
    fn stored_kinds_get_their_defaults() {
        let check = |kind, given: Value, path: &str, expect: Value| {
            let mut object = Object::from_value(kind, given).unwrap();
            defaults::apply(&mut object);
            assert_eq!(object.to_value().pointer(path), Some(&expect), "{kind:?} {path}");
        };
        let service = json!({"spec": {"ports": [{"port": 80}, {"port": 81, "targetPort": "http", "protocol": "UDP"}]}});
        let ports = json!([{"port": 80, "protocol": "TCP", "targetPort": 80}, {"port": 81, "targetPort": "http", "protocol": "UDP"}]);
        check(Kind::Service, service, "/spec/ports", ports);
        let text = json!({"stringData": {"a": "hello", "b": "", "c": "ab"}, "data": {"a": "eA==", "d": "eQ=="}});
        check(Kind::Secret, text, "/data", json!({"a": "aGVsbG8=", "b": "", "c": "YWI=", "d": "eQ=="}));
        let egress = json!({"spec": {"egress": [{}]}});
        check(Kind::NetworkPolicy, egress, "/spec/policyTypes", json!(["Ingress", "Egress"]));
        let limits = json!({"spec": {"limits": [{"type": "Container", "max": {"cpu": "1"}, "min": {"memory": "1Gi"}}]}});
        check(Kind::LimitRange, limits, "/spec/limits/0/defaultRequest", json!({"cpu": "1", "memory": "1Gi"}));
        let subjects = json!({"subjects": [{"kind": "User", "name": "a"}, {"kind": "ServiceAccount", "name": "b"}]});
        check(Kind::RoleBinding, subjects, "/subjects/0/apiGroup", json!("rbac.authorization.k8s.io"));
        let pod = json!({"spec": {"containers": [{"name": "c", "image": "nginx"}]}});
        let cron = json!({"spec": {"jobTemplate": {"spec": {"template": pod}}}});
        let place = "/spec/jobTemplate/spec/template/spec/containers/0/imagePullPolicy";
        check(Kind::CronJob, cron, place, json!("Always"));
        check(Kind::StorageClass, json!({}), "/reclaimPolicy", json!("Delete"));
    }
}
