//! Pods and pod templates (upstream: `ValidatePodSpec` in `pkg/apis/core/validation/validation.go`).

use super::super::{Kind, Pod, PodSpec};
use super::errors::{Errors, json, text};
use super::{container, metadata, names, scheduling, volume};

/// What holds a pod spec: a few rules are for pods alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Pod,
    Template,
}

pub(super) fn create(errors: &mut Errors, it: &Pod) {
    metadata::create(errors, Kind::Pod, &it.metadata);
    let spec = it.spec.clone().unwrap_or_default();
    check(errors, "spec", &spec, Holder::Pod);
    // A template may have them, for those who replace it by a real one before there are pods (`validateContainersOnlyForPod`).
    for (index, container) in spec.containers.iter().enumerate() {
        if let Some(image) = container.image.as_ref().filter(|image| image.trim() != image.as_str()) {
            let why = "must not have leading or trailing whitespace";
            errors.invalid(&format!("spec.containers[{index}].image"), image.as_str(), why);
        }
    }
    if spec.ephemeral_containers.iter().flatten().next().is_some() {
        errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
    }
    if spec.node_name.is_some() && spec.scheduling_gates.iter().flatten().next().is_some() {
        errors.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
    }
}

pub(super) fn update(errors: &mut Errors, new: &Pod, old: &Pod) {
    metadata::create(errors, Kind::Pod, &new.metadata);
    metadata::update(errors, &new.metadata, &old.metadata);
    let (new, old) = (new.spec.clone().unwrap_or_default(), old.spec.clone().unwrap_or_default());
    check(errors, "spec", &new, Holder::Pod);
    if new.containers.len() != old.containers.len() {
        errors.forbidden("spec.containers", "pod updates may not add or remove containers");
        return;
    }
    // Whatever else is different may not be.
    let mut munged = new.clone();
    for (container, old) in munged.containers.iter_mut().zip(&old.containers) {
        container.image.clone_from(&old.image);
    }
    for (container, old) in munged.init_containers.iter_mut().flatten().zip(old.init_containers.iter().flatten()) {
        container.image.clone_from(&old.image);
    }
    munged.active_deadline_seconds = old.active_deadline_seconds;
    munged.scheduling_gates.clone_from(&old.scheduling_gates);
    // Binding goes through a subresource of its own.
    munged.node_name.clone_from(&old.node_name);
    let kept = old.tolerations.iter().flatten().all(|it| munged.tolerations.iter().flatten().any(|new| new == it));
    if kept {
        munged.tolerations.clone_from(&old.tolerations);
    }
    if old.termination_grace_period_seconds.unwrap_or_default() < 0 && munged.termination_grace_period_seconds == Some(1) {
        munged.termination_grace_period_seconds = old.termination_grace_period_seconds;
    }
    if munged != old {
        errors.forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
             `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
             `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        );
    }
}

/// Checks the spec at `path`, which has its defaults.
pub(super) fn check(errors: &mut Errors, path: &str, it: &PodSpec, holder: Holder) {
    let volumes = volume::check(errors, &format!("{path}.volumes"), it.volumes.as_deref().unwrap_or_default());
    container::check_all(errors, path, it, &volumes);
    if it.host_network == Some(true) {
        for (index, container) in it.containers.iter().enumerate() {
            for (at, port) in container.ports.iter().flatten().enumerate() {
                let host = port.host_port.unwrap_or_default();
                if (holder == Holder::Pod || host != 0) && host != port.container_port {
                    let detail = "must match `containerPort` when `hostNetwork` is true";
                    errors.invalid(&format!("{path}.containers[{index}].ports[{at}].hostPort"), host, detail);
                }
            }
        }
    }
    let policies = ["Always", "OnFailure", "Never"];
    errors.choice(&format!("{path}.restartPolicy"), it.restart_policy.as_deref(), &policies);
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    errors.choice(&format!("{path}.dnsPolicy"), it.dns_policy.as_deref(), &policies);
    metadata::labels(errors, &format!("{path}.nodeSelector"), it.node_selector.as_ref());
    pod_security(errors, path, it);
    scheduling::affinity(errors, &format!("{path}.affinity"), it.affinity.as_ref());
    dns_config(errors, path, it);
    for (index, gate) in it.readiness_gates.iter().flatten().enumerate() {
        let path = format!("{path}.readinessGates[{index}].conditionType");
        errors.invalid_each(&path, &gate.condition_type, names::label_key(&gate.condition_type));
    }
    scheduling::spread(errors, &format!("{path}.topologySpreadConstraints"), it);
    if it.host_users == Some(false) {
        if it.host_pid == Some(true) {
            errors.forbidden(&format!("{path}.HostPID"), "when `hostUsers` is false");
        }
        if it.host_ipc == Some(true) {
            errors.forbidden(&format!("{path}.HostIPC"), "when `hostUsers` is false");
        }
    }
    let mut named = |field: &str, value: &Option<String>, check: fn(&str) -> Vec<String>| {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            errors.invalid_each(&format!("{path}.{field}"), value, check(value));
        }
    };
    named("serviceAccountName", &it.service_account_name, names::dns_subdomain);
    named("nodeName", &it.node_name, names::dns_subdomain);
    if let Some(seconds) = it.active_deadline_seconds.filter(|it| !(1..=i64::from(i32::MAX)).contains(it)) {
        let detail = "must be between 1 and 2147483647, inclusive";
        errors.invalid(&format!("{path}.activeDeadlineSeconds"), seconds, detail);
    }
    let mut named = |field: &str, value: &Option<String>, check: fn(&str) -> Vec<String>| {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            errors.invalid_each(&format!("{path}.{field}"), value, check(value));
        }
    };
    named("hostname", &it.hostname, names::dns_label);
    named("subdomain", &it.subdomain, names::dns_label);
    scheduling::tolerations(errors, &format!("{path}.tolerations"), it.tolerations.as_deref().unwrap_or_default());
    for (index, alias) in it.host_aliases.iter().flatten().enumerate() {
        let path = format!("{path}.hostAliases[{index}]");
        ip(errors, &format!("{path}.ip"), &alias.ip);
        for (index, hostname) in alias.hostnames.iter().flatten().enumerate() {
            errors.invalid_each(&format!("{path}.hostnames[{index}]"), hostname, names::dns_subdomain(hostname));
        }
    }
    let mut named = |field: &str, value: &Option<String>| {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            errors.invalid_each(&format!("{path}.{field}"), value, names::dns_subdomain(value));
        }
    };
    named("priorityClassName", &it.priority_class_name);
    named("runtimeClassName", &it.runtime_class_name);
    if let Some(policy) = &it.preemption_policy {
        errors.choice(&format!("{path}.preemptionPolicy"), Some(policy), &["PreemptLowerPriority", "Never"]);
    }
    if let Some(overhead) = &it.overhead {
        container::amounts(errors, &format!("{path}.overhead"), overhead);
    }
    if let Some(os) = &it.os {
        errors.choice(&format!("{path}.os.name"), Some(&os.name), &["linux", "windows"]);
    }
}

fn pod_security(errors: &mut Errors, path: &str, it: &PodSpec) {
    let Some(security) = &it.security_context else { return };
    let path = format!("{path}.securityContext");
    let mut id = |field: &str, value: Option<i64>| {
        if let Some(value) = value.filter(|value| !(0..=i64::from(i32::MAX)).contains(value)) {
            errors.invalid(&format!("{path}.{field}"), value, "must be between 0 and 2147483647, inclusive");
        }
    };
    id("fsGroup", security.fs_group);
    id("runAsUser", security.run_as_user);
    id("runAsGroup", security.run_as_group);
    for (index, group) in security.supplemental_groups.iter().flatten().enumerate() {
        id(&format!("supplementalGroups[{index}]"), Some(*group));
    }
    if it.share_process_namespace == Some(true) && it.host_pid == Some(true) {
        let path = path.trim_end_matches(".securityContext");
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&format!("{path}.shareProcessNamespace"), true, detail);
    }
    if let Some(policy) = &security.fs_group_change_policy
        && !["OnRootMismatch", "Always"].contains(&policy.as_str())
    {
        errors.not_supported(&format!("{path}.fsGroupChangePolicy"), policy.as_str(), &["Always", "OnRootMismatch"]);
    }
}

fn dns_config(errors: &mut Errors, path: &str, it: &PodSpec) {
    let path = format!("{path}.dnsConfig");
    let config = it.dns_config.clone().unwrap_or_default();
    let servers = config.nameservers.unwrap_or_default();
    if text(&it.dns_policy) == "None" {
        if it.dns_config.is_none() {
            errors.required(&path, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if servers.is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            errors.required(&format!("{path}.nameservers"), detail);
            return;
        }
    }
    if servers.len() > 3 {
        errors.invalid(&format!("{path}.nameservers"), json(&servers), "must not have more than 3 nameservers");
    }
    for (index, server) in servers.iter().enumerate() {
        ip(errors, &format!("{path}.nameservers[{index}]"), server);
    }
    let searches = config.searches.unwrap_or_default();
    if searches.len() > 32 {
        errors.invalid(&format!("{path}.searches"), json(&searches), "must not have more than 32 search paths");
    }
    for (index, option) in config.options.iter().flatten().enumerate() {
        if text(&option.name).is_empty() {
            errors.required(&format!("{path}.options[{index}]"), "must not be empty");
        }
    }
}

fn ip(errors: &mut Errors, path: &str, value: &str) {
    if value.parse::<std::net::IpAddr>().is_err() {
        errors.invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    }
}
