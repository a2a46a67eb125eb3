//! What the server takes, and warns of (upstream: `pkg/api/pod/warnings.go`).

use std::collections::BTreeMap;

use super::super::quantity::Amount;
use super::super::{Container, ContainerPort, Kind, Object, PodSpec, PodTemplateSpec};
use super::errors::{Errors, is_new, list, text};
use super::names;

/// The warnings of an object, in the server's order.
pub(super) fn of(object: &Object) -> Vec<String> {
    let template = |template: Option<&PodTemplateSpec>| template.and_then(|it| it.spec.clone());
    let (path, spec) = match object {
        Object::DaemonSet(it) => ("spec.template.spec", template(it.spec.as_ref().map(|spec| &spec.template))),
        Object::Deployment(it) => ("spec.template.spec", template(it.spec.as_ref().map(|spec| &spec.template))),
        Object::Job(it) => ("spec.template.spec", template(it.spec.as_ref().map(|spec| &spec.template))),
        Object::ReplicaSet(it) => ("spec.template.spec", template(it.spec.as_ref().and_then(|spec| spec.template.as_ref()))),
        Object::StatefulSet(it) => ("spec.template.spec", template(it.spec.as_ref().map(|spec| &spec.template))),
        Object::Pod(it) => ("spec", it.spec.clone()),
        Object::Stored(it) if it.kind == Kind::Endpoints => {
            return vec!["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice".to_owned()];
        }
        _ => return Vec::new(),
    };
    let mut found = Errors::of(object);
    let wrong = names::dns_label(object.name());
    if matches!(object, Object::Deployment(_) | Object::Job(_) | Object::ReplicaSet(_)) && !wrong.is_empty() {
        let message = "this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is \
                       recommended: ";
        found.warn("metadata.name", &format!("{message}[{}]", wrong.join(" ")));
    }
    if let Some(spec) = spec {
        found.within(path, |found| pod(found, &spec));
    }
    found.found.iter().map(ToString::to_string).collect()
}

/// Labels of nodes that have newer names (upstream: `pkg/api/node/util.go`).
fn deprecated_label(label: &str) -> Option<String> {
    let instead = match label {
        "beta.kubernetes.io/arch" => "kubernetes.io/arch",
        "beta.kubernetes.io/os" => "kubernetes.io/os",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "beta.kubernetes.io/instance-type" => "node.kubernetes.io/instance-type",
        _ => return None,
    };
    let since = if label.ends_with("/arch") || label.ends_with("/os") { "v1.14" } else { "v1.17" };
    Some(format!("deprecated since {since}; use \"{instead}\" instead"))
}

/// Warns of a key of a label that has a newer name.
fn old_label(found: &mut Errors, field: &str, key: &str) {
    if let Some(message) = deprecated_label(key) {
        found.warn(field, &format!("{key} is {message}"));
    }
}

fn pod(found: &mut Errors, spec: &PodSpec) {
    for key in spec.node_selector.iter().flat_map(BTreeMap::keys) {
        if let Some(message) = deprecated_label(key) {
            found.warn(&format!("nodeSelector[{key}]"), &message);
        }
    }
    let node = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    if let Some(required) = node.and_then(|node| node.required_during_scheduling_ignored_during_execution.as_ref()) {
        let field = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
        found.each(field, &required.node_selector_terms, |found, term| {
            found.each("matchExpressions", list(&term.match_expressions), |found, it| old_label(found, "key", &it.key));
        });
    }
    found.each("topologySpreadConstraints", list(&spec.topology_spread_constraints), |found, it| {
        old_label(found, "topologyKey", &it.topology_key);
        if it.label_selector.is_none() {
            found.warn("labelSelector", "a null labelSelector results in matching no pod");
        }
    });
    volumes(found, spec);
    let mut seen = Vec::new();
    found.each("imagePullSecrets", list(&spec.image_pull_secrets), |found, secret| {
        if !is_new(&mut seen, &secret.name) {
            found.warn("name", &format!("duplicate name {:?}", secret.name));
        }
    });
    found.each("imagePullSecrets", list(&spec.image_pull_secrets), |found, secret| {
        if secret.name.is_empty() {
            found.warn("name", "invalid empty name \"\"");
        }
    });
    for (field, containers) in [("initContainers", list(&spec.init_containers)), ("containers", &spec.containers)] {
        found.each(field, containers, |found, it| {
            amounts(found, it);
            variables(found, it);
        });
    }
    ports(found, spec);
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        let detail = "must be >= 0; negative values are invalid and will be treated as 1";
        found.warn("terminationGracePeriodSeconds", detail);
    }
}

fn volumes(found: &mut Errors, spec: &PodSpec) {
    found.each("volumes", list(&spec.volumes), |found, it| {
        for (field, there, message) in [
            ("photonPersistentDisk", it.photon_persistent_disk.is_some(), "deprecated in v1.11, non-functional in v1.16+"),
            ("gitRepo", it.git_repo.is_some(), "deprecated in v1.11, and disabled by default in v1.33+"),
            ("scaleIO", it.scale_io.is_some(), "deprecated in v1.16, non-functional in v1.22+"),
            ("flocker", it.flocker.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
            ("storageOS", it.storageos.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
            ("quobyte", it.quobyte.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
            ("glusterfs", it.glusterfs.is_some(), "deprecated in v1.25, non-functional in v1.26+"),
            ("cephfs", it.cephfs.is_some(), "deprecated in v1.28, non-functional in v1.31+"),
            ("rbd", it.rbd.is_some(), "deprecated in v1.28, non-functional in v1.31+"),
        ] {
            if there {
                found.warn(field, message);
            }
        }
    });
}

fn amounts(found: &mut Errors, it: &Container) {
    let Some(resources) = &it.resources else { return };
    for name in ["memory", "ephemeral-storage"] {
        for (field, list) in [("limits", &resources.limits), ("requests", &resources.requests)] {
            let Some(quantity) = list.as_ref().and_then(|list| list.get(name)) else { continue };
            let amount = Amount::of(quantity);
            if amount.as_millis() % 1000 != 0 {
                let message = format!("fractional byte value \"{amount}\" is invalid, must be an integer");
                found.warn(&format!("resources.{field}[{name}]"), &message);
            }
        }
    }
}

fn variables(found: &mut Errors, it: &Container) {
    let mut seen = Vec::new();
    found.each("env", list(&it.env), |found, variable| {
        let reference = format!("$({})", variable.name);
        let value = text(&variable.value);
        let hides = variable.value_from.is_some() || value == reference || !value.contains(&reference);
        if !is_new(&mut seen, &variable.name) && hides {
            let name = &variable.name;
            found.warn("", &format!("hides previous definition of {name:?}, which may be dropped when using apply"));
        }
    });
}

/// Visits the ports of init containers, then of containers.
fn each_port<'a>(found: &mut Errors, spec: &'a PodSpec, visit: &mut dyn FnMut(&mut Errors, &'a ContainerPort)) {
    for (field, containers) in [("initContainers", list(&spec.init_containers)), ("containers", &spec.containers)] {
        found.each(field, containers, |found, it| found.each("ports", list(&it.ports), &mut *visit));
    }
}

fn ports(found: &mut Errors, spec: &PodSpec) {
    let mut seen: Vec<(String, &ContainerPort)> = Vec::new();
    each_port(found, spec, &mut |found, port| {
        for (other_path, other) in &seen {
            if port.container_port != other.container_port || text(&port.protocol) != text(&other.protocol) {
                continue;
            }
            let (mine, theirs) = (port.host_port.unwrap_or_default(), other.host_port.unwrap_or_default());
            let (my_ip, their_ip) = (text(&port.host_ip), text(&other.host_ip));
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
    each_port(found, spec, &mut |found, port| {
        let name = text(&port.name);
        match seen.iter().find(|(_, other)| text(&other.name) == name) {
            _ if name.is_empty() => {}
            Some((other, _)) => found.warn(
                "",
                &format!(
                    "duplicate port name {name:?} with {other}, services and probes that select ports by name will use {other}"
                ),
            ),
            None => seen.push((found.path(), port)),
        }
    });
}
