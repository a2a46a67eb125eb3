//! What the server takes, and warns of (upstream: `pkg/api/pod/warnings.go`, `pkg/registry/core/pod/strategy.go`).

mod kinds;

use serde_json::Value;

use super::super::quantity::Amount;
use super::super::{FieldError, Kind, Object};
use super::errors::{Errors, entries, has, is_new, list, number, quoted, text, texts};
use super::{names, security};

/// The warnings of an object that is new, or of one that was the old one, in the server's order.
pub(super) fn of(object: &Object, old: Option<&Object>) -> Vec<String> {
    let (kind, it) = (object.kind(), object.to_value());
    let mut found = Errors::new();
    if kinds::knows(kind) {
        // Of this one nothing is said when it changes.
        if kind != Kind::Ingress || old.is_none() {
            kinds::of(&mut found, kind, &it);
        }
        return found.found.iter().map(told).collect();
    }
    let is_same = |old: &Object| match kind {
        // Nobody is told of changes of pods: there are too many of them.
        Kind::Pod => true,
        Kind::DaemonSet => it["spec"]["template"] == old.to_value()["spec"]["template"],
        _ => object.meta().generation == old.meta().generation,
    };
    if old.is_some_and(is_same) {
        return Vec::new();
    }
    let (template, meta) = match kind {
        Kind::Pod => (&it, "metadata"),
        Kind::DaemonSet
        | Kind::Deployment
        | Kind::ReplicaSet
        | Kind::ReplicationController
        | Kind::StatefulSet
        | Kind::Job => (&it["spec"]["template"], "spec.template.metadata"),
        Kind::CronJob => (&it["spec"]["jobTemplate"]["spec"]["template"], "spec.jobTemplate.spec.template.metadata"),
        Kind::PodTemplate => (&it["template"], "template.metadata"),
        Kind::Endpoints => {
            return vec!["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".to_owned()];
        }
        _ => return Vec::new(),
    };
    found.spec = &template["spec"];
    if kind == Kind::Pod {
        app_armor(&mut found, &it["metadata"], meta, kind);
    }
    let used = match kind {
        Kind::Pod => "the Pod's hostname",
        _ => "Pod names and hostnames",
    };
    let wrong = names::dns_label(text(&it["metadata"], "name"));
    if old.is_none() && !wrong.is_empty() && !matches!(kind, Kind::DaemonSet | Kind::StatefulSet | Kind::PodTemplate) {
        let why = "which can result in surprising behavior; a DNS label is recommended";
        found.warn("metadata.name", &format!("this is used in {used}, {why}: [{}]", wrong.join(" ")));
    }
    let path = meta.replace("metadata", "spec");
    found.within(&path, node_labels);
    for (key, message) in OLD_ANNOTATIONS {
        if has(&template["metadata"]["annotations"], key) {
            found.warn(&format!("{meta}.annotations[{key}]"), message);
        }
    }
    found.within(&path, volumes);
    overlaps(&mut found);
    found.within(&path, lists);
    profiles(&mut found, &template["metadata"], meta, &path, kind);
    found.within(&path, rest);
    found.found.iter().map(told).collect()
}

/// A warning as it is told, which not all are of a field.
fn told(warning: &FieldError) -> String {
    if warning.field.is_empty() { warning.body.clone() } else { warning.to_string() }
}

const OLD_ANNOTATIONS: [(&str, &str); 3] = [
    ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
];

/// What stands in for a label of nodes that has a newer name (upstream: `pkg/api/node/util.go`).
fn deprecated_label(label: &str) -> Option<String> {
    let (since, instead) = match label {
        "app.kubernetes.io/created-by" => return Some("deprecated since v1.9".to_owned()),
        "node-role.kubernetes.io/master" => return Some("use \"node-role.kubernetes.io/control-plane\" instead".to_owned()),
        "scheduler.alpha.kubernetes.io/preferAvoidPods" => {
            return Some("deprecated since v1.22; use Taints and Tolerations instead".to_owned());
        }
        "beta.kubernetes.io/arch" => ("4", "kubernetes.io/arch"),
        "beta.kubernetes.io/os" => ("4", "kubernetes.io/os"),
        "failure-domain.beta.kubernetes.io/region" => ("7", "topology.kubernetes.io/region"),
        "failure-domain.beta.kubernetes.io/zone" => ("7", "topology.kubernetes.io/zone"),
        "beta.kubernetes.io/instance-type" => ("7", "node.kubernetes.io/instance-type"),
        _ => return None,
    };
    Some(format!("deprecated since v1.1{since}; use \"{instead}\" instead"))
}

/// Warns of a key of a label that has a newer name.
fn old_label(found: &mut Errors<'_>, field: &str, key: &str) {
    if let Some(message) = deprecated_label(key) {
        found.warn(field, &format!("{key} is {message}"));
    }
}

const NO_SELECTOR: &str = "a null labelSelector results in matching no pod";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn node_labels(found: &mut Errors<'_>) {
    let spec = found.spec;
    for (key, _) in entries(spec, "nodeSelector") {
        if let Some(message) = deprecated_label(key) {
            found.warn(&format!("nodeSelector[{key}]"), &message);
        }
    }
    let node = &spec["affinity"]["nodeAffinity"];
    found.within("affinity.nodeAffinity", |found| {
        found.within(REQUIRED, |found| {
            found.each("nodeSelectorTerms", list(&node[REQUIRED], "nodeSelectorTerms"), &mut |found, term| {
                found.each("matchExpressions", list(term, "matchExpressions"), &mut |found, it| {
                    old_label(found, "key", text(it, "key"));
                });
            });
        });
        found.each(PREFERRED, list(node, PREFERRED), &mut |found, term| {
            let expressions = list(&term["preference"], "matchExpressions");
            found.each("preference.matchExpressions", expressions, &mut |found, it| {
                old_label(found, "key", text(it, "key"));
                for (index, value) in texts(list(it, "values")).enumerate() {
                    for wrong in names::label_value(value) {
                        found.warn(&format!("values[{index}]"), &format!("{value} is invalid, {wrong}"));
                    }
                }
            });
        });
    });
    found.each("topologySpreadConstraints", list(spec, "topologySpreadConstraints"), &mut |found, it| {
        old_label(found, "topologyKey", text(it, "topologyKey"));
        if !has(it, "labelSelector") {
            found.warn("labelSelector", NO_SELECTOR);
        }
    });
}

/// Kinds of volume that are no more: the field, what the server calls it, since when.
const OLD_VOLUMES: [(&str, &str, &str); 9] = [
    ("photonPersistentDisk", "photonPersistentDisk", "11, non-functional in v1.16+"),
    ("gitRepo", "gitRepo", "11, and disabled by default in v1.33+"),
    ("scaleIO", "scaleIO", "16, non-functional in v1.22+"),
    ("flocker", "flocker", "22, non-functional in v1.25+"),
    ("storageos", "storageOS", "22, non-functional in v1.25+"),
    ("quobyte", "quobyte", "22, non-functional in v1.25+"),
    ("glusterfs", "glusterfs", "25, non-functional in v1.26+"),
    ("cephfs", "cephfs", "28, non-functional in v1.31+"),
    ("rbd", "rbd", "28, non-functional in v1.31+"),
];

fn volumes(found: &mut Errors<'_>) {
    found.each("volumes", list(found.spec, "volumes"), &mut |found, it| {
        for (_, told, since) in OLD_VOLUMES.iter().filter(|(field, ..)| has(it, field)) {
            found.warn(told, &format!("deprecated in v1.{since}"));
        }
        found.within("ephemeral.volumeClaimTemplate.spec.resources", |found| {
            let resources = &it["ephemeral"]["volumeClaimTemplate"]["spec"]["resources"];
            for field in ["requests", "limits"] {
                parts_of_bytes(found, resources, field, "storage");
            }
        });
    });
}

fn parts_of_bytes(found: &mut Errors<'_>, it: &Value, list: &str, name: &str) {
    let amount = Amount::from_value(&it[list][name]).unwrap_or_default();
    if amount.as_millis() % 1000 != 0 {
        let message = format!("fractional byte value \"{amount}\" is invalid, must be an integer");
        found.warn(&format!("{list}[{name}]"), &message);
    }
}

/// Files of a volume that lie over one another.
fn overlaps(found: &mut Errors<'_>) {
    for volume in list(found.spec, "volumes") {
        let name = quoted(text(volume, "name"));
        for (field, what) in [("configMap", "name"), ("secret", "secretName"), ("downwardAPI", "")] {
            let told = match field {
                "configMap" => format!("ConfigMap {}", quoted(text(&volume[field], what))),
                "secret" => format!("Secret {}", quoted(text(&volume[field], what))),
                _ => "DownwardAPI".to_owned(),
            };
            let mut seen = Vec::new();
            for item in list(&volume[field], "items") {
                laid_over(found, &mut seen, text(item, "path"), "", &format!("volume {name} ({told})"));
            }
        }
        let mut seen = Vec::new();
        for source in list(&volume["projected"], "sources") {
            // Of kinds that the server does not know yet nothing is left.
            let kinds = ["configMap", "secret", "downwardAPI", "serviceAccountToken"];
            let Some(kind) = kinds.into_iter().find(|kind| has(source, kind)) else {
                found.warn("", &format!("volume {name} (Projected) has no sources provided"));
                continue;
            };
            let (it, volume) = (&source[kind], format!("volume {name} (Projected)"));
            let from = match kind {
                "configMap" => format!("ConfigMap {}", quoted(text(it, "name"))),
                "secret" => format!("Secret {}", quoted(text(it, "name"))),
                "downwardAPI" => "DownwardAPI".to_owned(),
                _ => "ServiceAccountToken".to_owned(),
            };
            if kind == "serviceAccountToken" {
                laid_over(found, &mut seen, text(it, "path"), &from, &volume);
            }
            for item in list(it, "items") {
                laid_over(found, &mut seen, text(item, "path"), &from, &volume);
            }
        }
    }
}

fn laid_over(found: &mut Errors<'_>, seen: &mut Vec<(String, String)>, path: &str, from: &str, volume: &str) {
    let path = path.trim_end_matches('/');
    let told = |path: &str, from: &str| quoted(path) + &if from.is_empty() { String::new() } else { format!(" ({from})") };
    for (other, other_from) in seen.iter().filter(|(other, _)| !other.is_empty() && !path.is_empty()) {
        let (mine, theirs) = (format!("{path}/"), format!("{other}/"));
        if theirs.starts_with(&mine) || mine.starts_with(&theirs) {
            let (mine, theirs) = (told(path, from), told(other, other_from));
            found.warn("", &format!("{volume}: overlapping paths: {mine} with {theirs}"));
        }
    }
    seen.push((path.to_owned(), from.to_owned()));
}

fn lists(found: &mut Errors<'_>) {
    let spec = found.spec;
    for (list_field, field) in [("hostAliases", "ip"), ("imagePullSecrets", "name")] {
        let mut seen = Vec::new();
        found.each(list_field, list(spec, list_field), &mut |found, it| {
            if !is_new(&mut seen, text(it, field)) {
                found.warn(field, &format!("duplicate {field} {}", quoted(text(it, field))));
            }
        });
    }
    found.each("imagePullSecrets", list(spec, "imagePullSecrets"), &mut |found, secret| {
        if text(secret, "name").is_empty() {
            found.warn("name", "invalid empty name \"\"");
        }
    });
    for name in ["memory", "ephemeral-storage"] {
        parts_of_bytes(found, spec, "overhead", name);
    }
}

/// Profiles in annotations of old, and what else there is to say of each container.
fn profiles<'a>(found: &mut Errors<'a>, meta: &'a Value, meta_path: &str, path: &str, kind: Kind) {
    let annotations = &meta["annotations"];
    let in_spec = |it: &Value| has(&it["securityContext"], "seccompProfile");
    let seccomp = |found: &mut Errors<'a>, key: &str| {
        if has(annotations, key) {
            let message = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
            found.warn(&format!("{meta_path}.annotations[{key}]"), message);
        }
    };
    let spec = found.spec;
    if !in_spec(spec) {
        seccomp(found, security::SECCOMP[0]);
    }
    found.within(path, |found| {
        found.each_container(&mut |found, container| {
            let name = text(container, "name");
            found.at(0, |found| {
                if !in_spec(container) {
                    seccomp(found, &format!("{}{name}", security::SECCOMP[1]));
                }
                if kind != Kind::Pod {
                    app_armor_of(found, container, annotations, meta_path);
                }
            });
            found.within("resources", |found| {
                for name in ["memory", "ephemeral-storage"] {
                    for field in ["limits", "requests"] {
                        parts_of_bytes(found, &container["resources"], field, name);
                    }
                }
            });
            variables(found, container);
        });
    });
}

/// For pods this is told first, when the server moves what the annotations say into the fields.
fn app_armor<'a>(found: &mut Errors<'a>, meta: &'a Value, path: &str, kind: Kind) {
    let annotations = &meta["annotations"];
    if kind == Kind::Pod && !annotations.is_null() {
        found.each_container(&mut |found, container| {
            found.at(0, |found| app_armor_of(found, container, annotations, path));
        });
    }
}

fn app_armor_of(found: &mut Errors<'_>, container: &Value, annotations: &Value, path: &str) {
    let key = format!("{}{}", security::APP_ARMOR, text(container, "name"));
    let Some(annotation) = annotations[key.as_str()].as_str() else { return };
    if has(&container["securityContext"], "appArmorProfile") {
        return;
    }
    let of_pod = &found.spec["securityContext"]["appArmorProfile"];
    let same = match annotation.split_once('/') {
        None => annotation == "unconfined" && text(of_pod, "type") == "Unconfined",
        Some(("runtime", "default")) => text(of_pod, "type") == "RuntimeDefault",
        Some((_, profile)) => text(of_pod, "localhostProfile") == profile && !profile.is_empty(),
    };
    if !same {
        let message = "deprecated since v1.30; use the \"appArmorProfile\" field instead";
        found.warn(&format!("{path}.annotations[{key}]"), message);
    }
}

fn variables<'a>(found: &mut Errors<'a>, container: &'a Value) {
    let mut seen = Vec::new();
    found.each("env", list(container, "env"), &mut |found, variable| {
        let (name, value) = (text(variable, "name"), text(variable, "value"));
        let reference = format!("$({name})");
        let hides = has(variable, "valueFrom") || value == reference || !value.contains(&reference);
        if !is_new(&mut seen, name) && hides {
            let message = format!("hides previous definition of {}, which may be dropped when using apply", quoted(name));
            found.warn("", &message);
        }
    });
}

fn rest(found: &mut Errors<'_>) {
    ports(found);
    let spec = found.spec;
    if number(spec, "terminationGracePeriodSeconds") < 0 {
        let detail = "must be >= 0; negative values are invalid and will be treated as 1";
        found.warn("terminationGracePeriodSeconds", detail);
    }
    for field in ["podAffinity", "podAntiAffinity"] {
        let affinity = &spec["affinity"][field];
        found.within(&format!("affinity.{field}"), |found| {
            for (list_field, inner) in [(REQUIRED, ""), (PREFERRED, "podAffinityTerm")] {
                found.each(list_field, list(affinity, list_field), &mut |found, term| {
                    let term = if inner.is_empty() { term } else { &term[inner] };
                    if !has(term, "labelSelector") {
                        found.within(inner, |found| found.warn("labelSelector", NO_SELECTOR));
                    }
                });
            }
        });
    }
    for (index, server) in texts(list(&spec["dnsConfig"], "nameservers")).enumerate() {
        address(found, &format!("dnsConfig.nameservers[{index}]"), server);
    }
    for (index, alias) in list(spec, "hostAliases").iter().enumerate() {
        address(found, &format!("hostAliases[{index}].ip"), text(alias, "ip"));
    }
}

/// Warns of an address of six parts that others would write in another way.
fn address(found: &mut Errors<'_>, field: &str, given: &str) {
    if let Some(canonical) = names::other_form(given) {
        let (given, canonical) = (quoted(given), quoted(&canonical));
        found.warn(field, &format!("IPv6 address {given} should be in RFC 5952 canonical format ({canonical})"));
    }
}

fn ports(found: &mut Errors<'_>) {
    let mut seen: Vec<(String, &Value)> = Vec::new();
    each_port(found, &mut |found, port| {
        let (mine, my_ip) = (number(port, "hostPort"), text(port, "hostIP"));
        if mine == 0 && !my_ip.is_empty() {
            let (name, number, protocol) = (text(port, "name"), number(port, "containerPort"), text(port, "protocol"));
            found.warn(
                "",
                &format!(
                    "hostIP set without hostPort: {{Name:{name} HostPort:0 ContainerPort:{number} Protocol:{protocol} HostIP:{my_ip}}}"
                ),
            );
        }
        for (other_path, other) in &seen {
            if port["containerPort"] != other["containerPort"] || text(port, "protocol") != text(other, "protocol") {
                continue;
            }
            let (theirs, their_ip) = (number(other, "hostPort"), text(other, "hostIP"));
            let what = if my_ip == their_ip && mine == theirs {
                "duplicate"
            } else if mine == 0 || theirs == 0 {
                "overlapping"
            } else if mine == theirs && my_ip.is_empty() != their_ip.is_empty() {
                "dangerously ambiguous"
            } else {
                continue;
            };
            found.warn("", &format!("{what} port definition with {other_path}"));
        }
        seen.push((found.path(), port));
    });
    seen.clear();
    each_port(found, &mut |found, port| {
        let name = text(port, "name");
        match seen.iter().find(|(_, other)| text(other, "name") == name) {
            _ if name.is_empty() => {}
            Some((other, _)) => found.warn(
                "",
                &format!(
                    "duplicate port name {} with {other}, services and probes that select ports by name will use {other}",
                    quoted(name)
                ),
            ),
            None => seen.push((found.path(), port)),
        }
    });
}

fn each_port<'a>(found: &mut Errors<'a>, visit: &mut dyn FnMut(&mut Errors<'a>, &'a Value)) {
    found.each_container(&mut |found, container| found.each("ports", list(container, "ports"), &mut *visit));
}
