//! What pods and pod templates have in common: containers, volumes, tolerations.

use serde_json::Value;

use super::{Page, amount, at, list, or_none, sorted, text, volumes};
use crate::api::quantity::Amount;
use crate::kubectl::columns::label_selector;

/// A pod template by itself, as `rollout history --revision` prints it: its tabs are left as they are.
pub(crate) fn standalone(template: &Value) -> String {
    let mut page = Page::default();
    describe(template, &mut page);
    page.text
}

pub(super) fn describe(template: &Value, page: &mut Page) {
    let spec = &template["spec"];
    page.line(0, "Pod Template:");
    page.map("  Labels", at(template, "metadata.labels"));
    let annotations = at(template, "metadata.annotations");
    if annotations.as_object().is_some_and(|all| !all.is_empty()) {
        page.annotations("  Annotations", annotations);
    }
    page.fields(1, spec, "Service Account?=serviceAccountName");
    let init = list(spec, "initContainers");
    if !init.is_empty() {
        containers("Init Containers", init, None, "  ", page);
    }
    containers("Containers", list(spec, "containers"), None, "  ", page);
    volumes::describe(list(spec, "volumes"), "  ", page);
    topology_spread(spec, "  ", page);
    page.fields(1, spec, "Priority Class Name?=priorityClassName");
    page.map("  Node-Selectors", &spec["nodeSelector"]);
    tolerations("  Tolerations", spec, page);
}

/// A pod with the states of its containers.
pub(super) type Running<'a> = (&'a Value, &'a [Value]);

pub(super) fn containers(title: &str, containers: &[Value], running: Option<Running<'_>>, space: &str, page: &mut Page) {
    let none = if containers.is_empty() { " <none>" } else { "" };
    page.row(0, format_args!("{space}{title}:{none}"));
    let name_indent = if space.is_empty() { "" } else { " " };
    for container in containers {
        let status = running.and_then(|(_, all)| all.iter().find(|status| status["name"] == container["name"]));
        page.row(1, format_args!("{name_indent}{}:", text(container, "name")));
        if let Some(status) = status {
            page.fields(2, status, "Container ID=containerID");
        }
        page.fields(2, container, "Image=image");
        if let Some(status) = status {
            page.fields(2, status, "Image ID=imageID");
        }
        port_line("Port", list(container, "ports"), "containerPort", page);
        port_line("Host Port", list(container, "ports"), "hostPort", page);
        let seccomp = at(container, "securityContext.seccompProfile");
        page.fields(2, seccomp, "SeccompProfile?=type");
        page.fields(3, seccomp, "LocalhostProfile?=localhostProfile");
        for (title, field) in [("Command:", "command"), ("Args:", "args")] {
            let words = list(container, field);
            if !words.is_empty() {
                page.line(2, title);
            }
            words.iter().filter_map(Value::as_str).flat_map(|word| word.split('\n')).for_each(|line| page.line(3, line));
        }
        if let Some(status) = status {
            state("State", &status["state"], page);
            if status["lastState"]["terminated"].is_object() {
                state("Last State", &status["lastState"], page);
            }
            page.line(2, if status["ready"] == true { "Ready:\tTrue" } else { "Ready:\tFalse" });
            page.fields(2, status, "Restart Count=restartCount");
        }
        page.resources(2, container);
        for (title, probe) in [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")] {
            if container[probe].is_object() {
                page.row(2, format_args!("{title}:\t{}", probe_text(&container[probe])));
            }
        }
        environment(container, running.map(|(pod, _)| pod), page);
        mounts(container, page);
    }
}

/// A text in brackets of some kind, if there is one.
fn framed(before: &str, text: &str, after: &str) -> String {
    if text.is_empty() { String::new() } else { [before, text, after].concat() }
}

fn port_line(title: &str, ports: &[Value], number: &str, page: &mut Page) {
    let mut all = String::new();
    for port in ports {
        let protocol = port["protocol"].as_str().unwrap_or("TCP");
        let (comma, number) = (if all.is_empty() { "" } else { ", " }, port[number].as_i64().unwrap_or(0));
        all.push_str(&format!("{comma}{number}/{protocol}{}", framed(" (", &text(port, "name"), ")")));
    }
    let plural = if all.contains(',') { "s" } else { "" };
    page.row(2, format_args!("{title}{plural}:\t{}", or_none(&all)));
}

fn state(title: &str, state: &Value, page: &mut Page) {
    if state["running"].is_object() {
        page.row(2, format_args!("{title}:\tRunning"));
        page.fields(3, &state["running"], "Started=~startedAt");
    } else if state["terminated"].is_object() {
        let ended = &state["terminated"];
        page.row(2, format_args!("{title}:\tTerminated"));
        page.fields(3, ended, "Reason?=reason;Message?=message;Exit Code=exitCode");
        if ended["signal"].as_i64().is_some_and(|signal| signal > 0) {
            page.fields(3, ended, "Signal=signal");
        }
        page.fields(3, ended, "Started=~startedAt;Finished=~finishedAt");
    } else {
        page.row(2, format_args!("{title}:\tWaiting"));
        page.fields(3, state, "Reason?=waiting.reason");
    }
}

fn probe_text(probe: &Value) -> String {
    let number = |name: &str| probe[name].as_i64().unwrap_or(0);
    let (exec, get, socket, grpc) = (&probe["exec"], &probe["httpGet"], &probe["tcpSocket"], &probe["grpc"]);
    let how = if exec.is_object() {
        let words: Vec<&str> = list(exec, "command").iter().filter_map(Value::as_str).collect();
        format!("exec [{}]", words.join(" "))
    } else if get.is_object() {
        let scheme = get["scheme"].as_str().unwrap_or("HTTP").to_ascii_lowercase();
        let (host, path) = (text(get, "host"), text(get, "path"));
        let host = if host.contains(':') { framed("[", &host, "]") } else { host };
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("http-get {scheme}://{host}:{}{slash}{}", text(get, "port"), escaped(&path))
    } else if socket.is_object() {
        format!("tcp-socket {}:{}", text(socket, "host"), text(socket, "port"))
    } else if grpc.is_object() {
        format!("grpc <pod>:{} {}", text(grpc, "port"), text(grpc, "service"))
    } else {
        "unknown".to_owned()
    };
    format!(
        "{how} delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds"),
        number("timeoutSeconds"),
        number("periodSeconds"),
        number("successThreshold"),
        number("failureThreshold")
    )
}

/// A path as it stands in a URL (Go's `url.PathEscape` but for slashes and the like: `EscapedPath`).
fn escaped(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            byte if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn environment(container: &Value, pod: Option<&Value>, page: &mut Page) {
    let sources = list(container, "envFrom");
    if !sources.is_empty() {
        page.line(2, "Environment Variables from:");
    }
    for source in sources {
        let kinds = [("ConfigMap", &source["configMapRef"]), ("Secret", &source["secretRef"])];
        let Some((from, source_ref)) = kinds.into_iter().find(|(_, source_ref)| source_ref.is_object()) else { continue };
        let prefix = framed(" with prefix '", &text(source, "prefix"), "'");
        let optional = source_ref["optional"] == true;
        page.row(3, format_args!("{}\t{from}{prefix}\tOptional: {optional}", text(source_ref, "name")));
    }
    let variables = list(container, "env");
    page.line(2, if variables.is_empty() { "Environment:\t<none>" } else { "Environment:" });
    for variable in variables {
        let name = text(variable, "name");
        if variable["valueFrom"].is_object() {
            if let Some(text) = from_elsewhere(&variable["valueFrom"], container, pod) {
                page.row(3, format_args!("{name}:\t{text}"));
            }
            continue;
        }
        for (i, line) in text(variable, "value").split('\n').enumerate() {
            let (name, colon) = if i == 0 { (name.as_str(), ":") } else { ("", "") };
            page.row(3, format_args!("{name}{colon}\t{line}"));
        }
    }
}

fn from_elsewhere(source: &Value, container: &Value, pod: Option<&Value>) -> Option<String> {
    let (field, resource) = (&source["fieldRef"], &source["resourceFieldRef"]);
    if field.is_object() {
        let path = text(field, "fieldPath");
        let value = match (pod, path.as_str()) {
            // The only ones that kubectl can look up.
            (Some(pod), "metadata.name" | "metadata.namespace") => text(pod, &path),
            _ => String::new(),
        };
        return Some(format!("{value} ({}:{path})", field["apiVersion"].as_str().unwrap_or("v1")));
    }
    if resource.is_object() {
        let path = text(resource, "resource");
        let (kind, name) = path.split_once('.').unwrap_or_default();
        let size = if name == "cpu" { Amount::as_millis } else { Amount::as_units };
        let divisor = Some(amount(&resource["divisor"])).filter(|divisor| !divisor.is_zero());
        let divisor = size(divisor.unwrap_or(Amount::from_units(1)));
        let parts = (size(amount(&container["resources"][kind][name])) as f64 / divisor as f64).ceil() as i64;
        if parts == 0 && matches!(path.as_str(), "limits.cpu" | "limits.memory") {
            return Some(format!("node allocatable ({path})"));
        }
        return Some(format!("{parts} ({path})"));
    }
    let (secret, map) = (&source["secretKeyRef"], &source["configMapKeyRef"]);
    let (it, of) = match (secret.is_object(), map.is_object()) {
        (true, _) => (secret, "in secret"),
        (_, true) => (map, "of config map"),
        _ => return None,
    };
    let (key, name, optional) = (text(it, "key"), text(it, "name"), it["optional"] == true);
    Some(format!("<set to the key '{key}' {of} '{name}'>\tOptional: {optional}"))
}

fn mounts(container: &Value, page: &mut Page) {
    let mounts = sorted(list(container, "volumeMounts"), "mountPath");
    let none = if mounts.is_empty() { "\t<none>" } else { "" };
    page.row(2, format_args!("Mounts:{none}"));
    for mount in mounts {
        let mode = if mount["readOnly"] == true { "ro" } else { "rw" };
        let path = mount["subPath"].as_str().filter(|path| !path.is_empty());
        let path = path.map(|path| format!(",path={path:?}")).unwrap_or_default();
        page.row(3, format_args!("{} from {} ({mode}{path})", text(mount, "mountPath"), text(mount, "name")));
    }
    let devices = sorted(list(container, "volumeDevices"), "devicePath");
    if !devices.is_empty() {
        // As upstream has it, this says whether there are mounts.
        page.row(2, format_args!("Devices:{none}"));
    }
    for device in devices {
        page.row(3, format_args!("{} from {}", text(device, "devicePath"), text(device, "name")));
    }
}

pub(super) fn topology_spread(spec: &Value, space: &str, page: &mut Page) {
    let mut lines = vec![];
    for it in sorted(list(spec, "topologySpreadConstraints"), "topologyKey") {
        let selector = crate::api::wire::from_value(it["labelSelector"].clone()).ok();
        let selector = selector.filter(|_| it["labelSelector"].is_object()).map(|selector| label_selector(&selector));
        let selector = framed(" for selector ", &selector.unwrap_or_default(), "");
        let (key, action, skew) = (text(it, "topologyKey"), text(it, "whenUnsatisfiable"), text(it, "maxSkew"));
        lines.push(format!("{key}:{action} when max skew {skew} is exceeded{selector}"));
    }
    if !lines.is_empty() {
        page.several(&format!("{space}Topology Spread Constraints"), &lines);
    }
}

pub(super) fn tolerations(title: &str, spec: &Value, page: &mut Page) {
    let mut lines = vec![];
    for it in sorted(list(spec, "tolerations"), "key") {
        let value = text(it, "value");
        let mut line = text(it, "key") + &framed("=", &value, "") + &framed(":", &text(it, "effect"), "");
        if it["operator"] == "Exists" && value.is_empty() {
            line.push_str(if line.is_empty() { "op=Exists" } else { " op=Exists" });
        }
        lines.push(line + &framed(" for ", &text(it, "tolerationSeconds"), "s"));
    }
    page.several(title, &lines);
}
