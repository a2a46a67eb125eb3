//! Pods and pod templates (upstream: `ValidatePodSpec` in `pkg/apis/core/validation/validation.go`).

use super::super::{Pod, PodSpec};
use super::errors::{Errors, list, text};
use super::{container, metadata, names, scheduling, volume};

/// What holds a pod spec: a few rules are for pods alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Pod,
    Template,
}

pub(super) fn create(errors: &mut Errors, it: &Pod) {
    let Some(spec) = &it.spec else { return };
    errors.within("spec", |errors| {
        check(errors, spec, Holder::Pod);
        // A template may have them, for those who replace it by a real one before there are pods
        // (`validateContainersOnlyForPod`).
        errors.each("containers", &spec.containers, |errors, container| {
            let image = text(&container.image);
            if image.trim() != image {
                errors.invalid("image", image, "must not have leading or trailing whitespace");
            }
        });
        if !list(&spec.ephemeral_containers).is_empty() {
            errors.forbidden("ephemeralContainers", "cannot be set on create");
        }
        if spec.node_name.is_some() && !list(&spec.scheduling_gates).is_empty() {
            errors.forbidden("nodeName", "cannot be set until all schedulingGates have been cleared");
        }
    });
}

pub(super) fn update(errors: &mut Errors, new: &Pod, old: &Pod) {
    let (Some(new), Some(old)) = (&new.spec, &old.spec) else { return };
    errors.within("spec", |errors| check(errors, new, Holder::Pod));
    if new.containers.len() != old.containers.len() {
        errors.forbidden("spec.containers", "pod updates may not add or remove containers");
        return;
    }
    // Whatever else is different may not be.
    let mut munged = new.clone();
    let init = munged.init_containers.iter_mut().flatten().zip(list(&old.init_containers));
    for (container, old) in munged.containers.iter_mut().zip(&old.containers).chain(init) {
        container.image.clone_from(&old.image);
    }
    munged.active_deadline_seconds = old.active_deadline_seconds;
    munged.scheduling_gates.clone_from(&old.scheduling_gates);
    // Binding goes through a subresource of its own.
    munged.node_name.clone_from(&old.node_name);
    if list(&old.tolerations).iter().all(|it| list(&munged.tolerations).contains(it)) {
        munged.tolerations.clone_from(&old.tolerations);
    }
    if old.termination_grace_period_seconds.unwrap_or_default() < 0 && munged.termination_grace_period_seconds == Some(1) {
        munged.termination_grace_period_seconds = old.termination_grace_period_seconds;
    }
    if munged != *old {
        errors.forbidden(
            "spec",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
             `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
             `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        );
    }
}

/// Checks a spec, which has its defaults.
#[inline(never)]
pub(super) fn check(errors: &mut Errors, it: &PodSpec, holder: Holder) {
    let volumes = volume::check(errors, list(&it.volumes));
    container::check_all(errors, it, &volumes);
    if it.host_network == Some(true) {
        errors.each("containers", &it.containers, |errors, container| {
            errors.each("ports", list(&container.ports), |errors, port| {
                let host = port.host_port.unwrap_or_default();
                if (holder == Holder::Pod || host != 0) && host != port.container_port {
                    let detail = "must match `containerPort` when `hostNetwork` is true";
                    errors.invalid_number("hostPort", host.into(), detail);
                }
            });
        });
    }
    errors.choice("restartPolicy", text(&it.restart_policy), &["Always", "OnFailure", "Never"]);
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    errors.choice("dnsPolicy", text(&it.dns_policy), &policies);
    metadata::labels(errors, "nodeSelector", it.node_selector.as_ref());
    pod_security(errors, it);
    if let Some(affinity) = &it.affinity {
        errors.within("affinity", |errors| scheduling::affinity(errors, affinity));
    }
    errors.within("dnsConfig", |errors| dns_config(errors, it));
    errors.each("readinessGates", list(&it.readiness_gates), |errors, gate| {
        errors.check("conditionType", &gate.condition_type, names::label_key);
    });
    scheduling::spread(errors, it);
    if it.host_users == Some(false) {
        for (field, shared) in [("HostPID", it.host_pid), ("HostIPC", it.host_ipc)] {
            if shared == Some(true) {
                errors.forbidden(field, "when `hostUsers` is false");
            }
        }
    }
    errors.check_given("serviceAccountName", &it.service_account_name, names::dns_subdomain);
    errors.check_given("nodeName", &it.node_name, names::dns_subdomain);
    if let Some(seconds) = it.active_deadline_seconds {
        errors.range("activeDeadlineSeconds", seconds, 1, i32::MAX.into());
    }
    errors.check_given("hostname", &it.hostname, names::dns_label);
    errors.check_given("subdomain", &it.subdomain, names::dns_label);
    scheduling::tolerations(errors, list(&it.tolerations));
    errors.each("hostAliases", list(&it.host_aliases), |errors, alias| {
        errors.check("ip", &alias.ip, ip);
        metadata::texts(errors, "hostnames", list(&alias.hostnames), names::dns_subdomain);
    });
    errors.check_given("priorityClassName", &it.priority_class_name, names::dns_subdomain);
    errors.check_given("runtimeClassName", &it.runtime_class_name, names::dns_subdomain);
    if let Some(policy) = &it.preemption_policy {
        errors.choice("preemptionPolicy", policy, &["PreemptLowerPriority", "Never"]);
    }
    if let Some(overhead) = &it.overhead {
        container::amounts(errors, "overhead", overhead);
    }
    if let Some(os) = &it.os {
        errors.choice("os.name", &os.name, &["linux", "windows"]);
    }
}

fn pod_security(errors: &mut Errors, it: &PodSpec) {
    let Some(security) = &it.security_context else { return };
    errors.within("securityContext", |errors| {
        container::id(errors, "fsGroup", security.fs_group);
        container::id(errors, "runAsUser", security.run_as_user);
        container::id(errors, "runAsGroup", security.run_as_group);
        errors.each("supplementalGroups", list(&security.supplemental_groups), |errors, group| {
            container::id(errors, "", Some(*group));
        });
    });
    if it.share_process_namespace == Some(true) && it.host_pid == Some(true) {
        errors.invalid_value("shareProcessNamespace", "ShareProcessNamespace and HostPID cannot both be enabled");
    }
    if let Some(policy) = &security.fs_group_change_policy {
        errors.one_of("securityContext.fsGroupChangePolicy", policy, &["Always", "OnRootMismatch"]);
    }
}

fn dns_config(errors: &mut Errors, it: &PodSpec) {
    let servers = it.dns_config.as_ref().map_or(&[][..], |config| list(&config.nameservers));
    if text(&it.dns_policy) == "None" {
        if it.dns_config.is_none() {
            errors.required("", "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if servers.is_empty() {
            errors.required("nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
            return;
        }
    }
    let Some(config) = &it.dns_config else { return };
    if servers.len() > 3 {
        errors.invalid_value("nameservers", "must not have more than 3 nameservers");
    }
    metadata::texts(errors, "nameservers", servers, ip);
    if list(&config.searches).len() > 32 {
        errors.invalid_value("searches", "must not have more than 32 search paths");
    }
    errors.each("options", list(&config.options), |errors, option| {
        if text(&option.name).is_empty() {
            errors.required("", "must not be empty");
        }
    });
}

fn ip(text: &str) -> Vec<String> {
    let wrong = text.parse::<std::net::IpAddr>().is_err();
    names::told(&[(wrong, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")])
}
