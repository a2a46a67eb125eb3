//! Containers: names, images, ports, environment, mounts, resources, probes
//! (upstream: `validateContainers` in `pkg/apis/core/validation/validation.go`).

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    EnvVar, ExecAction, GRPCAction, HTTPGetAction, LifecycleHandler, Probe, ResourceRequirements, SleepAction,
    TCPSocketAction,
};

use super::super::quantity::Amount;
use super::super::{Container, IntOrString, PodSpec, Quantity, VolumeMount};
use super::errors::{Errors, is_new, list, present, text};
use super::{names, volume};

/// Checks the containers and init containers of a spec, which has these volumes.
pub(super) fn check_all(errors: &mut Errors, spec: &PodSpec, volumes: &[&str]) {
    let grace = spec.termination_grace_period_seconds;
    if spec.containers.is_empty() {
        errors.required("containers", "");
    }
    let mut seen = Vec::new();
    errors.each("containers", &spec.containers, |errors, it| {
        common(errors, it, volumes);
        if !is_new(&mut seen, &it.name) {
            errors.duplicate("name", &it.name);
        }
        running(errors, it, grace);
        restart_policy(errors, it);
    });
    errors.within("containers", |errors| host_ports(errors, &spec.containers));
    errors.within("initContainers", |errors| {
        let here = errors.here();
        errors.each("", list(&spec.init_containers), |errors, it| {
            common(errors, it, volumes);
            restart_policy(errors, it);
            if seen.contains(&it.name.as_str()) {
                errors.duplicate("name", &it.name);
            } else if !it.name.is_empty() {
                seen.push(&it.name);
            }
            errors.at(here, |errors| host_ports(errors, std::slice::from_ref(it)));
            if it.restart_policy.as_deref() == Some("Always") {
                running(errors, it, grace);
                return;
            }
            let fields = [
                ("lifecycle", it.lifecycle.is_some()),
                ("livenessProbe", it.liveness_probe.is_some()),
                ("readinessProbe", it.readiness_probe.is_some()),
                ("startupProbe", it.startup_probe.is_some()),
            ];
            for field in present(&fields) {
                errors.forbidden(field, "may not be set for init containers without restartPolicy=Always");
            }
        });
    });
}

/// What holds for every container.
#[inline(never)]
fn common(errors: &mut Errors, it: &Container, volumes: &[&str]) {
    errors.check_required("name", &it.name, names::dns_label);
    errors.wanted("image", text(&it.image));
    let policies = ["File", "FallbackToLogsOnError"];
    errors.choice("terminationMessagePolicy", text(&it.termination_message_policy), &policies);
    ports(errors, it);
    errors.each("env", list(&it.env), env);
    env_from(errors, it);
    mounts(errors, it, volumes);
    errors.each("volumeDevices", list(&it.volume_devices), |errors, device| {
        errors.wanted("name", &device.name);
        errors.wanted("devicePath", &device.device_path);
        errors.known("name", &device.name, volumes);
    });
    errors.choice("imagePullPolicy", text(&it.image_pull_policy), &["Always", "IfNotPresent", "Never"]);
    if let Some(it) = &it.resources {
        resources(errors, it);
    }
    security(errors, it);
}

fn ports(errors: &mut Errors, it: &Container) {
    let mut seen = Vec::new();
    errors.each("ports", list(&it.ports), |errors, port| {
        let name = text(&port.name);
        if !name.is_empty() {
            if names::port_name(name).is_empty() && !is_new(&mut seen, name) {
                errors.duplicate("name", name);
            }
            errors.check("name", name, names::port_name);
        }
        match port.container_port {
            0 => errors.required("containerPort", ""),
            number => port_number(errors, "containerPort", number),
        }
        if let Some(number) = port.host_port.filter(|number| *number != 0) {
            port_number(errors, "hostPort", number);
        }
        // The server has these in a set, which it prints sorted.
        errors.choice("protocol", text(&port.protocol), &["SCTP", "TCP", "UDP"]);
    });
}

fn port_number(errors: &mut Errors, field: &str, port: i32) {
    errors.range(field, port.into(), 1, 65535);
}

/// Host ports have to differ between containers that run at the same time.
fn host_ports(errors: &mut Errors, containers: &[Container]) {
    let mut seen: Vec<String> = Vec::new();
    errors.each("", containers, |errors, it| {
        errors.each("ports", list(&it.ports), |errors, port| {
            let number = port.host_port.unwrap_or_default();
            let used = format!("{}/{}/{number}", text(&port.protocol), text(&port.host_ip));
            if number != 0 && seen.contains(&used) {
                errors.duplicate("hostPort", &used);
            } else if number != 0 {
                seen.push(used);
            }
        });
    });
}

fn env(errors: &mut Errors, it: &EnvVar) {
    errors.check_required("name", &it.name, names::env_name);
    let Some(source) = &it.value_from else { return };
    errors.within("valueFrom", |errors| {
        if let Some(field) = &source.field_ref {
            volume::field_ref(errors, field, &ENV_FIELDS);
        }
        if let Some(resource) = &source.resource_field_ref {
            errors.within("resourceFieldRef", |errors| volume::resource_ref(errors, resource));
        }
        let config_map = source.config_map_key_ref.as_ref().map(|it| ("configMapKeyRef", &it.name, &it.key));
        let secret = source.secret_key_ref.as_ref().map(|it| ("secretKeyRef", &it.name, &it.key));
        for (field, name, key) in [config_map, secret].into_iter().flatten() {
            errors.within(field, |errors| {
                errors.check("name", name, names::dns_subdomain);
                errors.check_required("key", key, names::config_key);
            });
        }
        let given = [
            source.field_ref.is_some(),
            source.resource_field_ref.is_some(),
            config_map.is_some(),
            secret.is_some(),
            source.file_key_ref.is_some(),
        ];
        let detail = match given.into_iter().filter(|there| *there).count() {
            0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
            _ if !text(&it.value).is_empty() => "may not be specified when `value` is not empty",
            1 => return,
            _ => MANY_SOURCES,
        };
        errors.invalid("", "", detail);
    });
}

const MANY_SOURCES: &str = "may not have more than one field specified at a time";

/// The fields of a pod that an environment variable can take (upstream: `validEnvDownwardAPIFieldPathExpressions`).
const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

fn env_from(errors: &mut Errors, it: &Container) {
    errors.within("envFrom", |errors| {
        let here = errors.here();
        errors.each("", list(&it.env_from), |errors, source| {
            errors.check_given("prefix", &source.prefix, names::env_name);
            let config_map = source.config_map_ref.as_ref().map(|it| ("configMapRef", &it.name));
            let secret = source.secret_ref.as_ref().map(|it| ("secretRef", &it.name));
            for (field, name) in [config_map, secret].into_iter().flatten() {
                errors.within(field, |errors| errors.check_required("name", name, names::dns_subdomain));
            }
            let detail = match (config_map, secret) {
                (None, None) => "must specify one of: `configMapRef` or `secretRef`",
                (Some(_), Some(_)) => MANY_SOURCES,
                _ => return,
            };
            errors.at(here, |errors| errors.invalid("", "", detail));
        });
    });
}

fn mounts(errors: &mut Errors, it: &Container, volumes: &[&str]) {
    let mut seen = Vec::new();
    errors.within("volumeMounts", |errors| {
        let here = errors.here();
        errors.each("", list(&it.volume_mounts), |errors, mount| {
            errors.wanted("name", &mount.name);
            errors.known("name", &mount.name, volumes);
            errors.wanted("mountPath", &mount.mount_path);
            if !is_new(&mut seen, &mount.mount_path) {
                errors.invalid("mountPath", &mount.mount_path, "must be unique");
            }
            if list(&it.volume_devices).iter().any(|device| device.name == mount.name) {
                errors.invalid("name", &mount.name, "must not already exist in volumeDevices");
            }
            let (sub_path, sub_path_expr) = (text(&mount.sub_path), text(&mount.sub_path_expr));
            // The server forgets the index in these.
            errors.at(here, |errors| volume::descending_path(errors, "subPath", sub_path));
            if !sub_path_expr.is_empty() && !sub_path.is_empty() {
                errors.invalid("subPathExpr", sub_path_expr, "subPathExpr and subPath are mutually exclusive");
            }
            errors.at(here, |errors| {
                volume::descending_path(errors, "subPathExpr", sub_path_expr);
                propagation(errors, it, mount);
            });
        });
    });
}

fn propagation(errors: &mut Errors, it: &Container, mount: &VolumeMount) {
    if let Some(mode) = &mount.mount_propagation {
        errors.one_of("mountPropagation", mode, &["Bidirectional", "HostToContainer", "None"]);
        let privileged = it.security_context.as_ref().and_then(|security| security.privileged) == Some(true);
        if mode == "Bidirectional" && !privileged {
            let detail = "Bidirectional mount propagation is available only to privileged containers";
            errors.forbidden("mountPropagation", detail);
        }
    }
    let field = "recursiveReadOnly";
    match mount.recursive_read_only.as_deref() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if mount.read_only != Some(true) {
                errors.forbidden(field, "may only be specified when readOnly is true");
            }
            if mount.mount_propagation.as_deref().is_some_and(|mode| mode != "None") {
                errors.forbidden(field, "may only be specified when mountPropagation is None or not specified");
            }
        }
        Some(other) => errors.not_supported(field, other, &["Disabled", "Enabled", "IfPossible"]),
    }
}

/// Checks limits and requests.
pub(super) fn resources(errors: &mut Errors, it: &ResourceRequirements) {
    errors.within("resources", |errors| {
        let none = BTreeMap::new();
        let (limits, requests) = (it.limits.as_ref().unwrap_or(&none), it.requests.as_ref().unwrap_or(&none));
        amounts(errors, "limits", limits);
        for (name, quantity) in requests {
            errors.within("requests", |errors| amount(errors, name, quantity));
            let request = Amount::of(quantity);
            let overcommit = is_native(name) && !name.starts_with("hugepages-");
            let limit = limits.get(name).map(Amount::of);
            let words = match limit {
                Some(limit) if request != limit && !overcommit => "equal to",
                Some(limit) if request > limit => "less than or equal to",
                None if !overcommit => {
                    errors.required("limits", "Limit must be set for non overcommitable resources");
                    continue;
                }
                _ => continue,
            };
            let detail = format!("must be {words} {name} limit of {}", limit.unwrap_or_default());
            errors.invalid("requests", &request.to_string(), &detail);
        }
        let has = |pass: fn(&str) -> bool| limits.keys().chain(requests.keys()).any(|name| pass(name));
        if has(|name| name.starts_with("hugepages-")) && !has(|name| name == "cpu" || name == "memory") {
            errors.forbidden("", "HugePages require cpu or memory");
        }
    });
}

/// Checks a list of amounts.
pub(super) fn amounts(errors: &mut Errors, field: &str, list: &BTreeMap<String, Quantity>) {
    errors.within(field, |errors| list.iter().for_each(|(name, quantity)| amount(errors, name, quantity)));
}

#[inline(never)]
fn amount(errors: &mut Errors, name: &str, quantity: &Quantity) {
    errors.within(&format!("[{name}]"), |errors| {
        resource_name(errors, name);
        let amount = Amount::of(quantity);
        if amount.is_negative() {
            errors.invalid("", &amount.to_string(), "must be greater than or equal to 0");
        }
        if is_extended(name) && amount.as_millis() % 1000 != 0 {
            errors.invalid("", &amount.to_string(), "must be an integer");
        }
    });
}

fn resource_name(errors: &mut Errors, name: &str) {
    const CONTAINER: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
    const OTHER: &str = "requests.cpu requests.memory requests.ephemeral-storage limits.cpu limits.memory \
                         limits.ephemeral-storage pods resourcequotas services replicationcontrollers secrets configmaps \
                         persistentvolumeclaims storage requests.storage services.nodeports services.loadbalancers";
    errors.check("", name, names::label_key);
    if !name.contains('/') {
        let container = CONTAINER.contains(&name) || name.starts_with("hugepages-");
        let standard = container || OTHER.split(' ').any(|other| other == name) || name.starts_with("requests.hugepages-");
        if !standard && names::label_key(name).is_empty() {
            errors.invalid("", name, "must be a standard resource type or fully qualified");
        }
        if !container {
            errors.invalid("", name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid("", name, "doesn't follow extended resource name standard");
    }
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && names::label_key(&format!("requests.{name}")).is_empty()
}

/// The id of a user or a group.
pub(super) fn id(errors: &mut Errors, field: &str, id: Option<i64>) {
    if let Some(id) = id {
        errors.range(field, id, 0, i32::MAX.into());
    }
}

fn security(errors: &mut Errors, it: &Container) {
    let Some(security) = &it.security_context else { return };
    errors.within("securityContext", |errors| {
        id(errors, "runAsUser", security.run_as_user);
        id(errors, "runAsGroup", security.run_as_group);
        if let Some(mount) = &security.proc_mount {
            errors.choice("procMount", mount, &["Default", "Unmasked"]);
        }
        if let Some(profile) = &security.seccomp_profile {
            errors.choice("seccompProfile.type", &profile.type_, &["Localhost", "RuntimeDefault", "Unconfined"]);
        }
        if security.allow_privilege_escalation == Some(false) {
            if security.privileged == Some(true) {
                errors.invalid_value("", "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            let added = security.capabilities.as_ref().map_or(&[][..], |it| list(&it.add));
            if added.iter().any(|capability| capability == "CAP_SYS_ADMIN") {
                let detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
                errors.invalid_value("", detail);
            }
        }
    });
}

/// Probes and hooks of a container that stays.
#[inline(never)]
fn running(errors: &mut Errors, it: &Container, grace: Option<i64>) {
    if let Some(lifecycle) = &it.lifecycle {
        for (field, handler) in [("lifecycle.postStart", &lifecycle.post_start), ("lifecycle.preStop", &lifecycle.pre_stop)]
        {
            if let Some(LifecycleHandler { exec, http_get, sleep, tcp_socket }) = handler {
                let all = Handlers { exec, http_get, tcp_socket, grpc: &None, sleep };
                errors.within(field, |errors| handler_of(errors, &all, grace));
            }
        }
    }
    for (field, probe) in
        [("livenessProbe", &it.liveness_probe), ("readinessProbe", &it.readiness_probe), ("startupProbe", &it.startup_probe)]
    {
        let Some(it) = probe else { continue };
        errors.within(field, |errors| {
            probe_of(errors, it, grace);
            if field != "readinessProbe" {
                let threshold = it.success_threshold.unwrap_or_default();
                if threshold != 1 {
                    errors.invalid_number("successThreshold", threshold.into(), "must be 1");
                }
            } else if let Some(seconds) = it.termination_grace_period_seconds {
                let detail = "must not be set for readinessProbes";
                errors.invalid_number("terminationGracePeriodSeconds", seconds, detail);
            }
        });
    }
}

fn probe_of(errors: &mut Errors, it: &Probe, grace: Option<i64>) {
    let Probe { exec, http_get, tcp_socket, grpc, .. } = it;
    handler_of(errors, &Handlers { exec, http_get, tcp_socket, grpc, sleep: &None }, grace);
    for (field, value) in [
        ("initialDelaySeconds", it.initial_delay_seconds),
        ("timeoutSeconds", it.timeout_seconds),
        ("periodSeconds", it.period_seconds),
        ("successThreshold", it.success_threshold),
        ("failureThreshold", it.failure_threshold),
    ] {
        errors.not_negative(field, value.unwrap_or_default().into());
    }
    if let Some(seconds) = it.termination_grace_period_seconds.filter(|seconds| *seconds <= 0) {
        errors.invalid_number("terminationGracePeriodSeconds", seconds, "must be greater than 0");
    }
}

/// The ways to ask or tell a container something, of which one has to be given.
struct Handlers<'a> {
    exec: &'a Option<ExecAction>,
    http_get: &'a Option<HTTPGetAction>,
    tcp_socket: &'a Option<TCPSocketAction>,
    grpc: &'a Option<GRPCAction>,
    sleep: &'a Option<SleepAction>,
}

#[inline(never)]
fn handler_of(errors: &mut Errors, it: &Handlers<'_>, grace: Option<i64>) {
    let given = [
        ("exec", it.exec.is_some()),
        ("httpGet", it.http_get.is_some()),
        ("tcpSocket", it.tcp_socket.is_some()),
        ("grpc", it.grpc.is_some()),
        ("sleep", it.sleep.is_some()),
    ];
    let mut given = present(&given);
    let Some(first) = given.next() else {
        errors.required("", "must specify a handler type");
        return;
    };
    errors.within(first, |errors| {
        // The first one that is there: those before it are not.
        if let Some(exec) = it.exec {
            if list(&exec.command).is_empty() {
                errors.required("command", "");
            }
        } else if let Some(http) = it.http_get {
            errors.wanted("path", text(&http.path));
            port(errors, &http.port);
            errors.one_of("scheme", text(&http.scheme), &["HTTP", "HTTPS"]);
            for header in list(&http.http_headers) {
                errors.check("httpHeaders", &header.name, names::http_header);
            }
        } else if let Some(tcp) = it.tcp_socket {
            port(errors, &tcp.port);
        } else if let Some(grpc) = it.grpc {
            port_number(errors, "port", grpc.port);
        } else if let (Some(sleep), Some(grace)) = (it.sleep, grace)
            && !(0..=grace).contains(&sleep.seconds)
        {
            let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
            errors.invalid_number("", sleep.seconds, &detail);
        }
    });
    for other in given {
        errors.forbidden(other, "may not specify more than 1 handler type");
    }
}

fn port(errors: &mut Errors, it: &IntOrString) {
    match it {
        IntOrString::Int(number) => port_number(errors, "port", *number),
        IntOrString::String(name) => errors.check("port", name, names::port_name),
    }
}

#[inline(never)]
fn restart_policy(errors: &mut Errors, it: &Container) {
    match &it.restart_policy {
        None if list(&it.restart_policy_rules).is_empty() => {}
        None => errors.required("restartPolicy", "must specify restartPolicy when restart rules are used"),
        Some(policy) => errors.one_of("restartPolicy", policy, &["Always", "Never", "OnFailure"]),
    }
}
