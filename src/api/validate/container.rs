//! Containers: names, images, ports, environment, mounts, resources, probes
//! (upstream: `validateContainers` in `pkg/apis/core/validation/validation.go`).

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{
    EnvVar, ExecAction, GRPCAction, HTTPGetAction, LifecycleHandler, Probe, ResourceRequirements, SleepAction,
    TCPSocketAction,
};

use super::super::quantity::Amount;
use super::super::{Container, IntOrString, PodSpec, Quantity, VolumeMount};
use super::errors::{Errors, json, text};
use super::{names, volume};

/// Checks the containers and init containers of a spec at `path`, which has these volumes.
pub(super) fn check_all(errors: &mut Errors, path: &str, spec: &PodSpec, volumes: &BTreeSet<String>) {
    let grace = spec.termination_grace_period_seconds;
    let containers_path = format!("{path}.containers");
    if spec.containers.is_empty() {
        errors.required(&containers_path, "");
    }
    let mut seen = BTreeSet::new();
    for (index, it) in spec.containers.iter().enumerate() {
        let path = format!("{containers_path}[{index}]");
        common(errors, &path, it, volumes);
        if !seen.insert(it.name.as_str()) {
            errors.duplicate(&format!("{path}.name"), it.name.as_str(), "");
        }
        running(errors, &path, it, grace);
        restart_policy(errors, &path, it);
    }
    host_ports(errors, &containers_path, &spec.containers, 0);
    let init_path = format!("{path}.initContainers");
    for (index, it) in spec.init_containers.iter().flatten().enumerate() {
        let path = format!("{init_path}[{index}]");
        common(errors, &path, it, volumes);
        restart_policy(errors, &path, it);
        if seen.contains(it.name.as_str()) {
            errors.duplicate(&format!("{path}.name"), it.name.as_str(), "");
        } else if !it.name.is_empty() {
            seen.insert(it.name.as_str());
        }
        host_ports(errors, &init_path, std::slice::from_ref(it), 0);
        if it.restart_policy.as_deref() == Some("Always") {
            running(errors, &path, it, grace);
            continue;
        }
        let fields = [
            ("lifecycle", it.lifecycle.is_some()),
            ("livenessProbe", it.liveness_probe.is_some()),
            ("readinessProbe", it.readiness_probe.is_some()),
            ("startupProbe", it.startup_probe.is_some()),
        ];
        for (field, _) in fields.into_iter().filter(|(_, there)| *there) {
            errors.forbidden(&format!("{path}.{field}"), "may not be set for init containers without restartPolicy=Always");
        }
    }
}

/// What holds for every container.
fn common(errors: &mut Errors, path: &str, it: &Container, volumes: &BTreeSet<String>) {
    match it.name.as_str() {
        "" => errors.required(&format!("{path}.name"), ""),
        name => errors.invalid_each(&format!("{path}.name"), name, names::dns_label(name)),
    }
    if text(&it.image).is_empty() {
        errors.required(&format!("{path}.image"), "");
    }
    let policies = ["File", "FallbackToLogsOnError"];
    errors.choice(&format!("{path}.terminationMessagePolicy"), it.termination_message_policy.as_deref(), &policies);
    ports(errors, &format!("{path}.ports"), it);
    for (index, variable) in it.env.iter().flatten().enumerate() {
        env(errors, &format!("{path}.env[{index}]"), variable);
    }
    env_from(errors, &format!("{path}.envFrom"), it);
    mounts(errors, &format!("{path}.volumeMounts"), it, volumes);
    for (index, device) in it.volume_devices.iter().flatten().enumerate() {
        let path = format!("{path}.volumeDevices[{index}]");
        if device.name.is_empty() {
            errors.required(&format!("{path}.name"), "");
        }
        if device.device_path.is_empty() {
            errors.required(&format!("{path}.devicePath"), "");
        }
        if !volumes.contains(&device.name) {
            errors.not_found(&format!("{path}.name"), &device.name);
        }
    }
    let policies = ["Always", "IfNotPresent", "Never"];
    errors.choice(&format!("{path}.imagePullPolicy"), it.image_pull_policy.as_deref(), &policies);
    resources(errors, &format!("{path}.resources"), &it.resources.clone().unwrap_or_default());
    security(errors, &format!("{path}.securityContext"), it);
}

fn ports(errors: &mut Errors, path: &str, it: &Container) {
    let mut seen = BTreeSet::new();
    for (index, port) in it.ports.iter().flatten().enumerate() {
        let path = format!("{path}[{index}]");
        let name = text(&port.name);
        if !name.is_empty() {
            let wrong = names::port_name(name);
            if wrong.is_empty() && !seen.insert(name) {
                errors.duplicate(&format!("{path}.name"), name, "");
            }
            errors.invalid_each(&format!("{path}.name"), name, wrong);
        }
        if port.container_port == 0 {
            errors.required(&format!("{path}.containerPort"), "");
        } else {
            port_number(errors, &format!("{path}.containerPort"), port.container_port);
        }
        if port.host_port.unwrap_or_default() != 0 {
            port_number(errors, &format!("{path}.hostPort"), port.host_port.unwrap_or_default());
        }
        // The server has these in a set, which it prints sorted.
        errors.choice(&format!("{path}.protocol"), port.protocol.as_deref(), &["SCTP", "TCP", "UDP"]);
    }
}

fn port_number(errors: &mut Errors, path: &str, port: i32) {
    if !(1..=65535).contains(&port) {
        errors.invalid(path, port, "must be between 1 and 65535, inclusive");
    }
}

/// Host ports have to differ between containers that run at the same time.
fn host_ports(errors: &mut Errors, path: &str, containers: &[Container], first: usize) {
    let mut seen = BTreeSet::new();
    for (index, it) in containers.iter().enumerate() {
        for (at, port) in it.ports.iter().flatten().enumerate() {
            let number = port.host_port.unwrap_or_default();
            let used = format!("{}/{}/{number}", text(&port.protocol), text(&port.host_ip));
            if number != 0 && !seen.insert(used.clone()) {
                errors.duplicate(&format!("{path}[{}].ports[{at}].hostPort", first + index), used, "");
            }
        }
    }
}

fn env(errors: &mut Errors, path: &str, it: &EnvVar) {
    match it.name.as_str() {
        "" => errors.required(&format!("{path}.name"), ""),
        name => errors.invalid_each(&format!("{path}.name"), name, names::env_name(name)),
    }
    let Some(source) = &it.value_from else { return };
    let path = format!("{path}.valueFrom");
    let mut sources = 0;
    if let Some(field) = &source.field_ref {
        sources += 1;
        volume::field_ref(errors, &format!("{path}.fieldRef"), field, &ENV_FIELDS);
    }
    if let Some(resource) = &source.resource_field_ref {
        sources += 1;
        volume::resource_ref(errors, &format!("{path}.resourceFieldRef"), resource);
    }
    let mut key = |field: &str, name: &str, key: &str| {
        sources += 1;
        let path = format!("{path}.{field}");
        errors.invalid_each(&format!("{path}.name"), name, names::dns_subdomain(name));
        match key {
            "" => errors.required(&format!("{path}.key"), ""),
            key => errors.invalid_each(&format!("{path}.key"), key, names::config_key(key)),
        }
    };
    if let Some(it) = &source.config_map_key_ref {
        key("configMapKeyRef", &it.name, &it.key);
    }
    if let Some(it) = &source.secret_key_ref {
        key("secretKeyRef", &it.name, &it.key);
    }
    if source.file_key_ref.is_some() {
        sources += 1;
    }
    if sources == 0 {
        let detail =
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        errors.invalid(&path, "", detail);
    } else if !text(&it.value).is_empty() {
        errors.invalid(&path, "", "may not be specified when `value` is not empty");
    } else if sources > 1 {
        errors.invalid(&path, "", "may not have more than one field specified at a time");
    }
}

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

fn env_from(errors: &mut Errors, path: &str, it: &Container) {
    for (index, source) in it.env_from.iter().flatten().enumerate() {
        let item = format!("{path}[{index}]");
        let prefix = text(&source.prefix);
        if !prefix.is_empty() {
            errors.invalid_each(&format!("{item}.prefix"), prefix, names::env_name(prefix));
        }
        let config_map = source.config_map_ref.as_ref().map(|it| ("configMapRef", it.name.as_str()));
        let secret = source.secret_ref.as_ref().map(|it| ("secretRef", it.name.as_str()));
        for (field, name) in [config_map, secret].into_iter().flatten() {
            match name {
                "" => errors.required(&format!("{item}.{field}.name"), ""),
                name => errors.invalid_each(&format!("{item}.{field}.name"), name, names::dns_subdomain(name)),
            }
        }
        match (config_map, secret) {
            (None, None) => errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"),
            (Some(_), Some(_)) => errors.invalid(path, "", "may not have more than one field specified at a time"),
            _ => {}
        }
    }
}

fn mounts(errors: &mut Errors, path: &str, it: &Container, volumes: &BTreeSet<String>) {
    let mut seen = BTreeSet::new();
    for (index, mount) in it.volume_mounts.iter().flatten().enumerate() {
        let item = format!("{path}[{index}]");
        if mount.name.is_empty() {
            errors.required(&format!("{item}.name"), "");
        }
        if !volumes.contains(&mount.name) {
            errors.not_found(&format!("{item}.name"), &mount.name);
        }
        if mount.mount_path.is_empty() {
            errors.required(&format!("{item}.mountPath"), "");
        }
        if !seen.insert(mount.mount_path.as_str()) {
            errors.invalid(&format!("{item}.mountPath"), mount.mount_path.as_str(), "must be unique");
        }
        if it.volume_devices.iter().flatten().any(|device| device.name == mount.name) {
            errors.invalid(&format!("{item}.name"), mount.name.as_str(), "must not already exist in volumeDevices");
        }
        let (sub_path, sub_path_expr) = (text(&mount.sub_path), text(&mount.sub_path_expr));
        // The server forgets the index in these.
        if !sub_path.is_empty() {
            volume::descending_path(errors, &format!("{path}.subPath"), sub_path);
        }
        if !sub_path_expr.is_empty() {
            if !sub_path.is_empty() {
                let detail = "subPathExpr and subPath are mutually exclusive";
                errors.invalid(&format!("{item}.subPathExpr"), sub_path_expr, detail);
            }
            volume::descending_path(errors, &format!("{path}.subPathExpr"), sub_path_expr);
        }
        propagation(errors, path, it, mount);
    }
}

fn propagation(errors: &mut Errors, path: &str, it: &Container, mount: &VolumeMount) {
    if let Some(mode) = &mount.mount_propagation {
        let path = format!("{path}.mountPropagation");
        let modes = ["Bidirectional", "HostToContainer", "None"];
        if !modes.contains(&mode.as_str()) {
            errors.not_supported(&path, mode.as_str(), &modes);
        }
        let privileged = it.security_context.as_ref().and_then(|security| security.privileged) == Some(true);
        if mode == "Bidirectional" && !privileged {
            errors.forbidden(&path, "Bidirectional mount propagation is available only to privileged containers");
        }
    }
    let path = format!("{path}.recursiveReadOnly");
    match mount.recursive_read_only.as_deref() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if mount.read_only != Some(true) {
                errors.forbidden(&path, "may only be specified when readOnly is true");
            }
            if mount.mount_propagation.as_deref().is_some_and(|mode| mode != "None") {
                errors.forbidden(&path, "may only be specified when mountPropagation is None or not specified");
            }
        }
        Some(other) => errors.not_supported(&path, other, &["Disabled", "Enabled", "IfPossible"]),
    }
}

/// Checks limits and requests.
pub(super) fn resources(errors: &mut Errors, path: &str, it: &ResourceRequirements) {
    let none = BTreeMap::new();
    let (limits, requests) = (it.limits.as_ref().unwrap_or(&none), it.requests.as_ref().unwrap_or(&none));
    let (limits_path, requests_path) = (format!("{path}.limits"), format!("{path}.requests"));
    amounts(errors, &limits_path, limits);
    for (name, quantity) in requests {
        amount(errors, &requests_path, name, quantity);
        let request = Amount::of(quantity);
        let overcommit = is_native(name) && !name.starts_with("hugepages-");
        match limits.get(name).map(Amount::of) {
            Some(limit) if request != limit && !overcommit => {
                let detail = format!("must be equal to {name} limit of {limit}");
                errors.invalid(&requests_path, request.to_string(), &detail);
            }
            Some(limit) if request > limit => {
                let detail = format!("must be less than or equal to {name} limit of {limit}");
                errors.invalid(&requests_path, request.to_string(), &detail);
            }
            None if !overcommit => errors.required(&limits_path, "Limit must be set for non overcommitable resources"),
            _ => {}
        }
    }
    let has = |pass: fn(&str) -> bool| limits.keys().chain(requests.keys()).any(|name| pass(name));
    if has(|name| name.starts_with("hugepages-")) && !has(|name| name == "cpu" || name == "memory") {
        errors.forbidden(path, "HugePages require cpu or memory");
    }
}

/// Checks a list of amounts.
pub(super) fn amounts(errors: &mut Errors, path: &str, list: &BTreeMap<String, Quantity>) {
    list.iter().for_each(|(name, quantity)| amount(errors, path, name, quantity));
}

fn amount(errors: &mut Errors, path: &str, name: &str, quantity: &Quantity) {
    let path = format!("{path}[{name}]");
    resource_name(errors, &path, name);
    let amount = Amount::of(quantity);
    if amount.is_negative() {
        errors.invalid(&path, amount.to_string(), "must be greater than or equal to 0");
    }
    if is_extended(name) && amount.as_millis() % 1000 != 0 {
        errors.invalid(&path, amount.to_string(), "must be an integer");
    }
}

fn resource_name(errors: &mut Errors, path: &str, name: &str) {
    const CONTAINER: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
    const OTHER: &str = "requests.cpu requests.memory requests.ephemeral-storage limits.cpu limits.memory \
                         limits.ephemeral-storage pods resourcequotas services replicationcontrollers secrets configmaps \
                         persistentvolumeclaims storage requests.storage services.nodeports services.loadbalancers";
    let wrong = names::label_key(name);
    let well_formed = wrong.is_empty();
    errors.invalid_each(path, name, wrong);
    if !name.contains('/') {
        let container = CONTAINER.contains(&name) || name.starts_with("hugepages-");
        let standard = container || OTHER.split(' ').any(|other| other == name) || name.starts_with("requests.hugepages-");
        if well_formed && !standard {
            errors.invalid(path, name, "must be a standard resource type or fully qualified");
        }
        if !container {
            errors.invalid(path, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid(path, name, "doesn't follow extended resource name standard");
    }
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && names::label_key(&format!("requests.{name}")).is_empty()
}

fn security(errors: &mut Errors, path: &str, it: &Container) {
    let Some(security) = &it.security_context else { return };
    for (field, id) in [("runAsUser", security.run_as_user), ("runAsGroup", security.run_as_group)] {
        if let Some(id) = id.filter(|id| !(0..=i64::from(i32::MAX)).contains(id)) {
            errors.invalid(&format!("{path}.{field}"), id, "must be between 0 and 2147483647, inclusive");
        }
    }
    if let Some(mount) = &security.proc_mount {
        errors.choice(&format!("{path}.procMount"), Some(mount), &["Default", "Unmasked"]);
    }
    if let Some(profile) = &security.seccomp_profile {
        let types = ["Localhost", "RuntimeDefault", "Unconfined"];
        errors.choice(&format!("{path}.seccompProfile.type"), Some(&profile.type_), &types);
    }
    if security.allow_privilege_escalation == Some(false) {
        if security.privileged == Some(true) {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            errors.invalid(path, json(security), detail);
        }
        let added = security.capabilities.as_ref().and_then(|it| it.add.as_ref());
        if added.into_iter().flatten().any(|capability| capability == "CAP_SYS_ADMIN") {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            errors.invalid(path, json(security), detail);
        }
    }
}

/// Probes and hooks of a container that stays.
fn running(errors: &mut Errors, path: &str, it: &Container, grace: Option<i64>) {
    if let Some(lifecycle) = &it.lifecycle {
        for (field, handler) in [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)] {
            if let Some(LifecycleHandler { exec, http_get, sleep, tcp_socket }) = handler {
                let all = Handlers { exec, http_get, tcp_socket, grpc: &None, sleep };
                handler_of(errors, &format!("{path}.lifecycle.{field}"), &all, grace);
            }
        }
    }
    if let Some(it) = &it.liveness_probe {
        let path = format!("{path}.livenessProbe");
        probe(errors, &path, it, grace);
        success_threshold(errors, &path, it);
    }
    if let Some(it) = &it.readiness_probe {
        let path = format!("{path}.readinessProbe");
        probe(errors, &path, it, grace);
        if let Some(seconds) = it.termination_grace_period_seconds {
            let detail = "must not be set for readinessProbes";
            errors.invalid(&format!("{path}.terminationGracePeriodSeconds"), seconds, detail);
        }
    }
    if let Some(it) = &it.startup_probe {
        let path = format!("{path}.startupProbe");
        probe(errors, &path, it, grace);
        success_threshold(errors, &path, it);
    }
}

fn success_threshold(errors: &mut Errors, path: &str, it: &Probe) {
    let threshold = it.success_threshold.unwrap_or_default();
    if threshold != 1 {
        errors.invalid(&format!("{path}.successThreshold"), threshold, "must be 1");
    }
}

fn probe(errors: &mut Errors, path: &str, it: &Probe, grace: Option<i64>) {
    let Probe { exec, http_get, tcp_socket, grpc, .. } = it;
    handler_of(errors, path, &Handlers { exec, http_get, tcp_socket, grpc, sleep: &None }, grace);
    for (field, value) in [
        ("initialDelaySeconds", it.initial_delay_seconds),
        ("timeoutSeconds", it.timeout_seconds),
        ("periodSeconds", it.period_seconds),
        ("successThreshold", it.success_threshold),
        ("failureThreshold", it.failure_threshold),
    ] {
        errors.not_negative(&format!("{path}.{field}"), value.unwrap_or_default().into());
    }
    if let Some(seconds) = it.termination_grace_period_seconds.filter(|seconds| *seconds <= 0) {
        errors.invalid(&format!("{path}.terminationGracePeriodSeconds"), seconds, "must be greater than 0");
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

fn handler_of(errors: &mut Errors, path: &str, it: &Handlers<'_>, grace: Option<i64>) {
    let given = [
        ("exec", it.exec.is_some()),
        ("httpGet", it.http_get.is_some()),
        ("tcpSocket", it.tcp_socket.is_some()),
        ("grpc", it.grpc.is_some()),
        ("sleep", it.sleep.is_some()),
    ];
    let mut given = given.into_iter().filter(|(_, there)| *there).map(|(name, _)| name);
    let Some(first) = given.next() else {
        errors.required(path, "must specify a handler type");
        return;
    };
    let first_path = format!("{path}.{first}");
    if let (Some(exec), "exec") = (it.exec, first)
        && exec.command.iter().flatten().next().is_none()
    {
        errors.required(&format!("{first_path}.command"), "");
    }
    if let (Some(http), "httpGet") = (it.http_get, first) {
        if text(&http.path).is_empty() {
            errors.required(&format!("{first_path}.path"), "");
        }
        port(errors, &first_path, &http.port);
        let scheme = text(&http.scheme);
        if !["HTTP", "HTTPS"].contains(&scheme) {
            errors.not_supported(&format!("{first_path}.scheme"), scheme, &["HTTP", "HTTPS"]);
        }
        for header in http.http_headers.iter().flatten() {
            errors.invalid_each(&format!("{first_path}.httpHeaders"), &header.name, names::http_header(&header.name));
        }
    }
    if let (Some(tcp), "tcpSocket") = (it.tcp_socket, first) {
        port(errors, &first_path, &tcp.port);
    }
    if let (Some(grpc), "grpc") = (it.grpc, first) {
        port_number(errors, &format!("{first_path}.port"), grpc.port);
    }
    if let (Some(sleep), Some(grace), "sleep") = (it.sleep, grace, first)
        && !(0..=grace).contains(&sleep.seconds)
    {
        let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        errors.invalid(&first_path, sleep.seconds, &detail);
    }
    for other in given {
        errors.forbidden(&format!("{path}.{other}"), "may not specify more than 1 handler type");
    }
}

fn port(errors: &mut Errors, path: &str, it: &IntOrString) {
    let path = format!("{path}.port");
    match it {
        IntOrString::Int(number) => port_number(errors, &path, *number),
        IntOrString::String(name) => errors.invalid_each(&path, name, names::port_name(name)),
    }
}

fn restart_policy(errors: &mut Errors, path: &str, it: &Container) {
    let rules = it.restart_policy_rules.as_deref().unwrap_or_default();
    let policies = ["Always", "Never", "OnFailure"];
    match &it.restart_policy {
        None if rules.is_empty() => {}
        None => {
            let detail = "must specify restartPolicy when restart rules are used";
            errors.required(&format!("{path}.restartPolicy"), detail);
        }
        Some(policy) if !policies.contains(&policy.as_str()) => {
            errors.not_supported(&format!("{path}.restartPolicy"), policy.as_str(), &policies);
        }
        Some(_) => {}
    }
}
