//! What the server takes, and warns of (upstream: `pkg/api/pod/warnings.go`).

use std::collections::{BTreeMap, BTreeSet};

use super::super::quantity::Amount;
use super::super::{Container, Object, PodSpec};
use super::errors::text;

/// The warnings of an object, in the server's order.
pub(super) fn of(object: &Object) -> Vec<String> {
    match object {
        Object::DaemonSet(it) => {
            let template = it.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
            template.map(|spec| pod(spec, "spec.template.spec")).unwrap_or_default()
        }
        Object::Pod(it) => it.spec.as_ref().map(|spec| pod(spec, "spec")).unwrap_or_default(),
        _ => Vec::new(),
    }
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

fn pod(spec: &PodSpec, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for key in spec.node_selector.iter().flat_map(BTreeMap::keys) {
        if let Some(message) = deprecated_label(key) {
            found.push(format!("{path}.nodeSelector[{key}]: {message}"));
        }
    }
    let node = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required = node.and_then(|node| node.required_during_scheduling_ignored_during_execution.as_ref());
    for (index, term) in required.iter().flat_map(|required| &required.node_selector_terms).enumerate() {
        for (at, expression) in term.match_expressions.iter().flatten().enumerate() {
            if let Some(message) = deprecated_label(&expression.key) {
                found.push(format!(
                    "{path}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[{index}]\
                     .matchExpressions[{at}].key: {} is {message}",
                    expression.key
                ));
            }
        }
    }
    for (index, constraint) in spec.topology_spread_constraints.iter().flatten().enumerate() {
        let path = format!("{path}.topologySpreadConstraints[{index}]");
        if let Some(message) = deprecated_label(&constraint.topology_key) {
            found.push(format!("{path}.topologyKey: {} is {message}", constraint.topology_key));
        }
        if constraint.label_selector.is_none() {
            found.push(format!("{path}.labelSelector: a null labelSelector results in matching no pod"));
        }
    }
    volumes(&mut found, spec, path);
    let mut seen = BTreeSet::new();
    for (index, secret) in spec.image_pull_secrets.iter().flatten().enumerate() {
        if !seen.insert(&secret.name) {
            found.push(format!("{path}.imagePullSecrets[{index}].name: duplicate name {:?}", secret.name));
        }
    }
    for (index, secret) in spec.image_pull_secrets.iter().flatten().enumerate() {
        if secret.name.is_empty() {
            found.push(format!("{path}.imagePullSecrets[{index}].name: invalid empty name \"\""));
        }
    }
    let containers = all_containers(spec, path);
    for (path, it) in &containers {
        amounts(&mut found, path, it);
        variables(&mut found, path, it);
    }
    ports(&mut found, &containers);
    if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
        let detail = "must be >= 0; negative values are invalid and will be treated as 1";
        found.push(format!("{path}.terminationGracePeriodSeconds: {detail}"));
    }
    found
}

/// Init containers, then containers, with their paths.
fn all_containers<'a>(spec: &'a PodSpec, path: &str) -> Vec<(String, &'a Container)> {
    let init = spec.init_containers.iter().flatten().enumerate();
    let init = init.map(|(index, it)| (format!("{path}.initContainers[{index}]"), it));
    let main = spec.containers.iter().enumerate().map(|(index, it)| (format!("{path}.containers[{index}]"), it));
    init.chain(main).collect()
}

fn volumes(found: &mut Vec<String>, spec: &PodSpec, path: &str) {
    for (index, it) in spec.volumes.iter().flatten().enumerate() {
        let old = [
            ("photonPersistentDisk", it.photon_persistent_disk.is_some(), "deprecated in v1.11, non-functional in v1.16+"),
            ("gitRepo", it.git_repo.is_some(), "deprecated in v1.11, and disabled by default in v1.33+"),
            ("scaleIO", it.scale_io.is_some(), "deprecated in v1.16, non-functional in v1.22+"),
            ("flocker", it.flocker.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
            ("storageOS", it.storageos.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
            ("quobyte", it.quobyte.is_some(), "deprecated in v1.22, non-functional in v1.25+"),
            ("glusterfs", it.glusterfs.is_some(), "deprecated in v1.25, non-functional in v1.26+"),
            ("cephfs", it.cephfs.is_some(), "deprecated in v1.28, non-functional in v1.31+"),
            ("rbd", it.rbd.is_some(), "deprecated in v1.28, non-functional in v1.31+"),
        ];
        for (field, _, message) in old.into_iter().filter(|(_, there, _)| *there) {
            found.push(format!("{path}.volumes[{index}].{field}: {message}"));
        }
    }
}

fn amounts(found: &mut Vec<String>, path: &str, it: &Container) {
    let Some(resources) = &it.resources else { return };
    for name in ["memory", "ephemeral-storage"] {
        for (field, list) in [("limits", &resources.limits), ("requests", &resources.requests)] {
            let Some(quantity) = list.as_ref().and_then(|list| list.get(name)) else { continue };
            let amount = Amount::of(quantity);
            if amount.as_millis() % 1000 != 0 {
                found.push(format!(
                    "{path}.resources.{field}[{name}]: fractional byte value \"{amount}\" is invalid, must be an integer"
                ));
            }
        }
    }
}

fn variables(found: &mut Vec<String>, path: &str, it: &Container) {
    let mut seen = BTreeSet::new();
    for (index, variable) in it.env.iter().flatten().enumerate() {
        let reference = format!("$({})", variable.name);
        let value = text(&variable.value);
        let hides = variable.value_from.is_some() || value == reference || !value.contains(&reference);
        if !seen.insert(&variable.name) && hides {
            found.push(format!(
                "{path}.env[{index}]: hides previous definition of {:?}, which may be dropped when using apply",
                variable.name
            ));
        }
    }
}

fn ports(found: &mut Vec<String>, containers: &[(String, &Container)]) {
    let mut seen: BTreeMap<String, Vec<(String, &super::super::ContainerPort)>> = BTreeMap::new();
    for (path, it) in containers {
        for (index, port) in it.ports.iter().flatten().enumerate() {
            let path = format!("{path}.ports[{index}]");
            let others = seen.entry(format!("{}/{}", port.container_port, text(&port.protocol))).or_default();
            for (other_path, other) in others.iter() {
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
                found.push(format!("{path}: {what} port definition with {other_path}"));
            }
            others.push((path, port));
        }
    }
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    for (path, it) in containers {
        for (index, port) in it.ports.iter().flatten().enumerate() {
            let (path, name) = (format!("{path}.ports[{index}]"), text(&port.name));
            if name.is_empty() {
                continue;
            }
            match names.get(name) {
                Some(other) => found.push(format!(
                    "{path}: duplicate port name {name:?} with {other}, services and probes that select ports by name will \
                     use {other}"
                )),
                None => {
                    names.insert(name, path);
                }
            }
        }
    }
}
