//! What pods and pod templates have in common: containers, volumes, tolerations.

use super::{Page, date, or_none};
use crate::api::quantity::Amount;
use crate::api::{
    Container, ContainerPort, ContainerState, ContainerStatus, IntOrString, Pod, PodSpec, PodTemplateSpec, Quantity,
    Resource, Toleration, Volume,
};
use k8s_openapi::api::core::v1::{EnvVar, EnvVarSource, Probe, ProjectedVolumeSource};
use std::collections::BTreeMap;

/// A pod template by itself, as `rollout history --revision` prints it: its tabs are left as they are.
pub(crate) fn standalone(template: &PodTemplateSpec) -> String {
    let mut page = Page::default();
    describe(template, &mut page);
    page.text
}

pub(super) fn describe(template: &PodTemplateSpec, page: &mut Page) {
    let none = PodSpec::default();
    let spec = template.spec.as_ref().unwrap_or(&none);
    let meta = template.metadata.as_ref();
    page.line(0, "Pod Template:");
    page.map("  Labels", meta.and_then(|meta| meta.labels.as_ref()));
    if let Some(annotations) = meta.and_then(|meta| meta.annotations.as_ref()).filter(|all| !all.is_empty()) {
        page.annotations("  Annotations", Some(annotations));
    }
    if let Some(account) = spec.service_account_name.as_deref().filter(|account| !account.is_empty()) {
        page.line(1, &format!("Service Account:\t{account}"));
    }
    if let Some(init) = spec.init_containers.as_deref().filter(|init| !init.is_empty()) {
        containers("Init Containers", init, None, "  ", page);
    }
    containers("Containers", &spec.containers, None, "  ", page);
    volumes(spec.volumes.as_deref().unwrap_or_default(), "  ", page);
    topology_spread(spec, "  ", page);
    if let Some(class) = spec.priority_class_name.as_deref().filter(|class| !class.is_empty()) {
        page.line(1, &format!("Priority Class Name:\t{class}"));
    }
    page.map("  Node-Selectors", spec.node_selector.as_ref());
    tolerations("  Tolerations", spec.tolerations.as_deref().unwrap_or_default(), page);
}

/// A pod with the states of its containers.
pub(super) type Running<'a> = (&'a Pod, &'a [ContainerStatus]);

pub(super) fn containers(title: &str, containers: &[Container], running: Option<Running<'_>>, space: &str, page: &mut Page) {
    let none = if containers.is_empty() { " <none>" } else { "" };
    page.line(0, &format!("{space}{title}:{none}"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for container in containers {
        let status = running.and_then(|(_, statuses)| statuses.iter().find(|status| status.name == container.name));
        page.line(1, &format!("{name_indent}{}:", container.name));
        if let Some(status) = status {
            page.line(2, &format!("Container ID:\t{}", status.container_id.as_deref().unwrap_or_default()));
        }
        page.line(2, &format!("Image:\t{}", container.image.as_deref().unwrap_or_default()));
        if let Some(status) = status {
            page.line(2, &format!("Image ID:\t{}", status.image_id));
        }
        let ports = container.ports.as_deref().unwrap_or_default();
        port_line("Port", ports, |port| port.container_port, page);
        port_line("Host Port", ports, |port| port.host_port.unwrap_or(0), page);
        for (title, words) in [("Command", &container.command), ("Args", &container.args)] {
            if let Some(words) = words.as_ref().filter(|words| !words.is_empty()) {
                page.line(2, &format!("{title}:"));
                words.iter().flat_map(|word| word.split('\n')).for_each(|line| page.line(3, line));
            }
        }
        if let Some(status) = status {
            state("State", status.state.as_ref(), page);
            if status.last_state.as_ref().is_some_and(|last| last.terminated.is_some()) {
                state("Last State", status.last_state.as_ref(), page);
            }
            page.line(2, &format!("Ready:\t{}", if status.ready { "True" } else { "False" }));
            page.line(2, &format!("Restart Count:\t{}", status.restart_count));
        }
        if let Some(resources) = &container.resources {
            amounts("Limits", resources.limits.as_ref(), page);
            amounts("Requests", resources.requests.as_ref(), page);
        }
        let probes = [
            ("Liveness", &container.liveness_probe),
            ("Readiness", &container.readiness_probe),
            ("Startup", &container.startup_probe),
        ];
        for (title, probe) in probes {
            if let Some(probe) = probe {
                page.line(2, &format!("{title}:\t{}", probe_text(probe)));
            }
        }
        environment(container, running.map(|(pod, _)| pod), page);
        mounts(container, page);
    }
}

fn port_line(title: &str, ports: &[ContainerPort], number: impl Fn(&ContainerPort) -> i32, page: &mut Page) {
    let one = |port: &ContainerPort| {
        let name = port.name.as_deref().filter(|name| !name.is_empty()).map(|name| format!(" ({name})")).unwrap_or_default();
        format!("{}/{}{name}", number(port), port.protocol.as_deref().unwrap_or("TCP"))
    };
    let text = ports.iter().map(one).collect::<Vec<_>>().join(", ");
    let plural = if text.contains(',') { "s" } else { "" };
    page.line(2, &format!("{title}{plural}:\t{}", or_none(&text)));
}

fn state(title: &str, state: Option<&ContainerState>, page: &mut Page) {
    let reason = |reason: Option<&String>, page: &mut Page| {
        if let Some(reason) = reason.filter(|reason| !reason.is_empty()) {
            page.line(3, &format!("Reason:\t{reason}"));
        }
    };
    if let Some(running) = state.and_then(|state| state.running.as_ref()) {
        page.line(2, &format!("{title}:\tRunning"));
        page.line(3, &format!("Started:\t{}", date(running.started_at.as_ref())));
    } else if let Some(ended) = state.and_then(|state| state.terminated.as_ref()) {
        page.line(2, &format!("{title}:\tTerminated"));
        reason(ended.reason.as_ref(), page);
        if let Some(message) = ended.message.as_ref().filter(|message| !message.is_empty()) {
            page.line(3, &format!("Message:\t{message}"));
        }
        page.line(3, &format!("Exit Code:\t{}", ended.exit_code));
        if let Some(signal) = ended.signal.filter(|signal| *signal > 0) {
            page.line(3, &format!("Signal:\t{signal}"));
        }
        page.line(3, &format!("Started:\t{}", date(ended.started_at.as_ref())));
        page.line(3, &format!("Finished:\t{}", date(ended.finished_at.as_ref())));
    } else {
        page.line(2, &format!("{title}:\tWaiting"));
        reason(state.and_then(|state| state.waiting.as_ref()).and_then(|waiting| waiting.reason.as_ref()), page);
    }
}

fn amounts(title: &str, amounts: Option<&BTreeMap<String, Quantity>>, page: &mut Page) {
    let Some(amounts) = amounts.filter(|amounts| !amounts.is_empty()) else { return };
    page.line(2, &format!("{title}:"));
    for (name, amount) in amounts {
        page.line(3, &format!("{name}:\t{}", Amount::of(amount)));
    }
}

fn port_text(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

fn probe_text(probe: &Probe) -> String {
    let number = |number: Option<i32>| number.unwrap_or(0);
    let how = if let Some(exec) = &probe.exec {
        format!("exec [{}]", exec.command.as_deref().unwrap_or_default().join(" "))
    } else if let Some(get) = &probe.http_get {
        let scheme = get.scheme.as_deref().unwrap_or("HTTP").to_ascii_lowercase();
        let host = get.host.as_deref().unwrap_or_default();
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let path = get.path.as_deref().unwrap_or_default();
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("http-get {scheme}://{host}:{}{slash}{path}", port_text(&get.port))
    } else if let Some(socket) = &probe.tcp_socket {
        format!("tcp-socket {}:{}", socket.host.as_deref().unwrap_or_default(), port_text(&socket.port))
    } else if let Some(grpc) = &probe.grpc {
        format!("grpc <pod>:{} {}", grpc.port, grpc.service.as_deref().unwrap_or_default())
    } else {
        "unknown".to_owned()
    };
    format!(
        "{how} delay={}s timeout={}s period={}s #success={} #failure={}",
        number(probe.initial_delay_seconds),
        number(probe.timeout_seconds),
        number(probe.period_seconds),
        number(probe.success_threshold),
        number(probe.failure_threshold)
    )
}

fn environment(container: &Container, pod: Option<&Pod>, page: &mut Page) {
    if let Some(sources) = container.env_from.as_ref().filter(|sources| !sources.is_empty()) {
        page.line(2, "Environment Variables from:");
        for source in sources {
            let (from, name, optional) = match (&source.config_map_ref, &source.secret_ref) {
                (Some(map), _) => ("ConfigMap", &map.name, map.optional),
                (None, Some(secret)) => ("Secret", &secret.name, secret.optional),
                (None, None) => continue,
            };
            let prefix = source.prefix.as_deref().filter(|prefix| !prefix.is_empty());
            let prefix = prefix.map(|prefix| format!(" with prefix '{prefix}'")).unwrap_or_default();
            page.line(3, &format!("{name}\t{from}{prefix}\tOptional: {}", optional == Some(true)));
        }
    }
    let variables = container.env.as_deref().unwrap_or_default();
    page.line(2, if variables.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in variables {
        match &variable.value_from {
            None => {
                for (i, line) in variable.value.as_deref().unwrap_or_default().split('\n').enumerate() {
                    page.line(3, &if i == 0 { format!("{}:\t{line}", variable.name) } else { format!("\t{line}") });
                }
            }
            Some(source) => {
                if let Some(text) = from_elsewhere(variable, source, container, pod) {
                    page.line(3, &text);
                }
            }
        }
    }
}

fn from_elsewhere(variable: &EnvVar, source: &EnvVarSource, container: &Container, pod: Option<&Pod>) -> Option<String> {
    let name = &variable.name;
    if let Some(field) = &source.field_ref {
        let value = match (pod, field.field_path.as_str()) {
            (Some(pod), "metadata.name") => pod.name(),
            (Some(pod), "metadata.namespace") => pod.namespace(),
            (Some(pod), "metadata.uid") => pod.uid(),
            _ => "",
        };
        return Some(format!("{name}:\t{value} ({}:{})", field.api_version.as_deref().unwrap_or("v1"), field.field_path));
    }
    if let Some(field) = &source.resource_field_ref {
        let (list, resource) = field.resource.split_once('.').unwrap_or_default();
        let resources = container.resources.as_ref();
        let amounts = resources.and_then(|r| if list == "limits" { r.limits.as_ref() } else { r.requests.as_ref() });
        let value = match amounts.and_then(|amounts| amounts.get(resource)) {
            Some(amount) if resource == "cpu" => ((Amount::of(amount).as_millis() + 999) / 1000).to_string(),
            Some(amount) => Amount::of(amount).as_units().to_string(),
            None if list == "limits" && ["cpu", "memory"].contains(&resource) => "node allocatable".to_owned(),
            None => "0".to_owned(),
        };
        return Some(format!("{name}:\t{value} ({})", field.resource));
    }
    if let Some(key) = &source.secret_key_ref {
        let optional = key.optional == Some(true);
        return Some(format!("{name}:\t<set to the key '{}' in secret '{}'>\tOptional: {optional}", key.key, key.name));
    }
    let key = source.config_map_key_ref.as_ref()?;
    let optional = key.optional == Some(true);
    Some(format!("{name}:\t<set to the key '{}' of config map '{}'>\tOptional: {optional}", key.key, key.name))
}

fn mounts(container: &Container, page: &mut Page) {
    let mut mounts: Vec<_> = container.volume_mounts.iter().flatten().collect();
    mounts.sort_by_key(|mount| &mount.mount_path);
    page.line(2, if mounts.is_empty() { "Mounts:\t<none>" } else { "Mounts:" });
    for mount in mounts {
        let mode = if mount.read_only == Some(true) { "ro" } else { "rw" };
        let path = mount
            .sub_path
            .as_deref()
            .filter(|path| !path.is_empty())
            .map(|path| format!(",path={path:?}"))
            .unwrap_or_default();
        page.line(3, &format!("{} from {} ({mode}{path})", mount.mount_path, mount.name));
    }
}

pub(super) fn volumes(volumes: &[Volume], space: &str, page: &mut Page) {
    if volumes.is_empty() {
        page.line(0, &format!("{space}Volumes:\t<none>"));
        return;
    }
    page.line(0, &format!("{space}Volumes:"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        page.line(1, &format!("{name_indent}{}:", volume.name));
        let lines = volume_lines(volume);
        if lines.is_empty() {
            page.line(1, "<unknown>");
        }
        lines.iter().for_each(|line| page.line(2, line));
    }
}

fn volume_lines(volume: &Volume) -> Vec<String> {
    let yes = |optional: Option<bool>| optional == Some(true);
    if let Some(path) = &volume.host_path {
        let type_ = path.type_.as_deref().unwrap_or("<none>");
        return vec![
            "Type:\tHostPath (bare host directory volume)".to_owned(),
            format!("Path:\t{}", path.path),
            format!("HostPathType:\t{type_}"),
        ];
    }
    if let Some(dir) = &volume.empty_dir {
        let limit = dir.size_limit.as_ref().map(Amount::of).filter(|limit| !limit.is_zero() && !limit.is_negative());
        return vec![
            "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)".to_owned(),
            format!("Medium:\t{}", dir.medium.as_deref().unwrap_or_default()),
            format!("SizeLimit:\t{}", limit.map_or_else(|| "<unset>".to_owned(), |limit| limit.to_string())),
        ];
    }
    if let Some(secret) = &volume.secret {
        return vec![
            "Type:\tSecret (a volume populated by a Secret)".to_owned(),
            format!("SecretName:\t{}", secret.secret_name.as_deref().unwrap_or_default()),
            format!("Optional:\t{}", yes(secret.optional)),
        ];
    }
    if let Some(map) = &volume.config_map {
        return vec![
            "Type:\tConfigMap (a volume populated by a ConfigMap)".to_owned(),
            format!("Name:\t{}", map.name),
            format!("Optional:\t{}", yes(map.optional)),
        ];
    }
    if let Some(claim) = &volume.persistent_volume_claim {
        return vec![
            "Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)".to_owned(),
            format!("ClaimName:\t{}", claim.claim_name),
            format!("ReadOnly:\t{}", yes(claim.read_only)),
        ];
    }
    if let Some(projected) = &volume.projected {
        return projected_lines(projected);
    }
    vec![]
}

fn projected_lines(projected: &ProjectedVolumeSource) -> Vec<String> {
    let mut lines = vec!["Type:\tProjected (a volume that contains injected data from multiple sources)".to_owned()];
    for source in projected.sources.iter().flatten() {
        if let Some(secret) = &source.secret {
            lines.push(format!("SecretName:\t{}", secret.name));
            lines.push(format!("Optional:\t{}", secret.optional == Some(true)));
        } else if source.downward_api.is_some() {
            lines.push("DownwardAPI:\ttrue".to_owned());
        } else if let Some(map) = &source.config_map {
            lines.push(format!("ConfigMapName:\t{}", map.name));
            lines.push(format!("Optional:\t{}", map.optional == Some(true)));
        } else if let Some(token) = &source.service_account_token {
            lines.push(format!("TokenExpirationSeconds:\t{}", token.expiration_seconds.unwrap_or(3600)));
        }
    }
    lines
}

pub(super) fn topology_spread(spec: &PodSpec, space: &str, page: &mut Page) {
    let mut constraints: Vec<_> = spec.topology_spread_constraints.iter().flatten().collect();
    if constraints.is_empty() {
        return;
    }
    constraints.sort_by_key(|constraint| &constraint.topology_key);
    let lines = constraints.iter().map(|it| {
        let selector = it.label_selector.as_ref().map(crate::kubectl::columns::label_selector);
        let selector = selector.map(|selector| format!(" for selector {selector}")).unwrap_or_default();
        format!("{}:{} when max skew {} is exceeded{selector}", it.topology_key, it.when_unsatisfiable, it.max_skew)
    });
    page.several(&format!("{space}Topology Spread Constraints"), lines.collect::<Vec<_>>());
}

pub(super) fn tolerations(title: &str, tolerations: &[Toleration], page: &mut Page) {
    let mut sorted: Vec<&Toleration> = tolerations.iter().collect();
    sorted.sort_by_key(|toleration| toleration.key.as_deref().unwrap_or_default());
    page.several(title, sorted.into_iter().map(toleration_text).collect::<Vec<_>>());
}

fn toleration_text(it: &Toleration) -> String {
    let mut text = it.key.clone().unwrap_or_default();
    let value = it.value.as_deref().unwrap_or_default();
    if !value.is_empty() {
        text.push_str(&format!("={value}"));
    }
    if let Some(effect) = it.effect.as_deref().filter(|effect| !effect.is_empty()) {
        text.push_str(&format!(":{effect}"));
    }
    if it.operator.as_deref() == Some("Exists") && value.is_empty() {
        text.push_str(if text.is_empty() { "op=Exists" } else { " op=Exists" });
    }
    if let Some(seconds) = it.toleration_seconds {
        text.push_str(&format!(" for {seconds}s"));
    }
    text
}
