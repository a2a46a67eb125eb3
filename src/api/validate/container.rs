//! Containers: names, ports, environment, mounts, probes and hooks
//! (upstream: `validateContainers` in `pkg/apis/core/validation/validation.go`).

use serde_json::{Value, json};

use super::super::quantity::Amount;
use super::errors::{Errors, Holder, has, is_new, is_set, list, number, quoted, text};
use super::{names, pod_spec, rules};

pub(super) fn containers<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let all = it.as_array().map_or(&[][..], Vec::as_slice);
    if all.is_empty() {
        return errors.required("", "");
    }
    let mut seen = Vec::new();
    errors.each("", all, &mut |errors, it| {
        rules::check(errors, "Container", it);
        if !is_new(&mut seen, text(it, "name")) {
            errors.duplicate("name", text(it, "name"));
        }
        rules::check(errors, "Running", it);
        restart_policy(errors, it);
    });
    host_ports(errors, all);
}

pub(super) fn init_containers<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let here = errors.here();
    let mut seen: Vec<&str> = list(errors.spec, "containers").iter().map(|it| text(it, "name")).collect();
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, it| {
        rules::check(errors, "Container", it);
        if it["restartPolicy"].is_null() && !list(it, "restartPolicyRules").is_empty() {
            errors.required("restartPolicy", RULES_WANT_A_POLICY);
        } else {
            restart_policy(errors, it);
        }
        let name = text(it, "name");
        if seen.contains(&name) {
            errors.duplicate("name", name);
        } else if !name.is_empty() {
            seen.push(name);
        }
        // The server takes each of them for the first.
        errors.at(here, |errors| host_ports(errors, std::slice::from_ref(it)));
        if text(it, "restartPolicy") == "Always" {
            return rules::check(errors, "Running", it);
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if has(it, field) {
                errors.forbidden(field, "may not be set for init containers without restartPolicy=Always");
            }
        }
        errors.each("resizePolicy", list(it, "resizePolicy"), &mut |errors, policy| {
            if text(policy, "restartPolicy") == "RestartContainer" {
                let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
                errors.invalid("restartPolicy", &policy["restartPolicy"], detail);
            }
        });
    });
}

pub(super) fn ephemeral_containers<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let others = ["containers", "initContainers"].into_iter().flat_map(|field| list(errors.spec, field));
    let others: Vec<&str> = others.map(|it| text(it, "name")).collect();
    let mut seen = others.clone();
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, it| {
        rules::check(errors, "Container", it);
        pod_spec::padded_image(errors, it);
        if !is_new(&mut seen, text(it, "name")) {
            errors.duplicate("name", text(it, "name"));
        }
        let target = text(it, "targetContainerName");
        if !target.is_empty() && !others.contains(&target) {
            errors.not_found("targetContainerName", target, "");
        }
        const NOT_ALLOWED: &str = "cannot be set for an Ephemeral Container";
        let fields = "ports resources resizePolicy restartPolicy restartPolicyRules livenessProbe readinessProbe startupProbe \
                      lifecycle";
        for field in fields.split(' ').filter(|field| has(it, field) && (*field != "resources" || it["resources"] != json!({}))) {
            errors.forbidden(field, NOT_ALLOWED);
        }
        errors.each("volumeMounts", list(it, "volumeMounts"), &mut |errors, mount| {
            for field in ["subPath", "subPathExpr"] {
                if !text(mount, field).is_empty() {
                    errors.forbidden(field, NOT_ALLOWED);
                }
            }
        });
    });
}

const RULES_WANT_A_POLICY: &str = "must specify restartPolicy when restart rules are used";

fn restart_policy<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let rules = list(it, "restartPolicyRules");
    if has(it, "restartPolicy") {
        rules::check(errors, "RestartPolicy", it);
    } else if !rules.is_empty() {
        errors.required("restartPolicy", RULES_WANT_A_POLICY);
    }
    if rules.len() > 20 {
        errors.add("restartPolicyRules", "Too many", &rules.len().to_string(), "must have at most 20 items");
    }
    errors.each("restartPolicyRules", rules, &mut |errors, rule| {
        rules::check(errors, "RestartRule", rule);
        let values = list(&rule["exitCodes"], "values").len();
        if values > 255 {
            errors.add("exitCodes.values", "Too many", &values.to_string(), "must have at most 255 items");
        }
    });
}

pub(super) fn ports<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let mut seen = Vec::new();
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, it| {
        let name = text(it, "name");
        if !name.is_empty() {
            let wrong = names::port_name(name);
            if wrong.is_empty() && !is_new(&mut seen, name) {
                errors.duplicate("name", name);
            }
            errors.invalid_each("name", name, wrong);
        }
        rules::check(errors, "ContainerPort", it);
    });
}

/// Host ports have to differ between containers that run at the same time.
fn host_ports<'a>(errors: &mut Errors<'a>, containers: &'a [Value]) {
    let mut seen: Vec<String> = Vec::new();
    errors.each("", containers, &mut |errors, it| {
        errors.each("ports", list(it, "ports"), &mut |errors, port| {
            let number = number(port, "hostPort");
            let used = format!("{}/{}/{number}", text(port, "protocol"), text(port, "hostIP"));
            if number != 0 && seen.contains(&used) {
                errors.duplicate("hostPort", &used);
            } else if number != 0 {
                seen.push(used);
            }
        });
    });
}

/// A port of the host's network is that of the container.
pub(super) fn host_network<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if !is_set(errors.spec, "hostNetwork") {
        return;
    }
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, container| {
        errors.each("ports", list(container, "ports"), &mut |errors, port| {
            let host = number(port, "hostPort");
            if (errors.holder == Holder::Pod || host != 0) && host != number(port, "containerPort") {
                let detail = "must match `containerPort` when `hostNetwork` is true";
                errors.shown("hostPort", &host.to_string(), detail);
            }
        });
    });
}

pub(super) fn env_source<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let source = &it["valueFrom"];
    if source.is_null() {
        return;
    }
    errors.within("valueFrom", |errors| rules::check(errors, "EnvVarSource", source));
    let given = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
    let detail = match given.iter().filter(|field| has(source, field)).count() {
        0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        _ if !text(it, "value").is_empty() => "may not be specified when `value` is not empty",
        1 => return,
        _ => MANY_SOURCES,
    };
    errors.invalid_text("valueFrom", "", detail);
}

const MANY_SOURCES: &str = "may not have more than one field specified at a time";

pub(super) fn env_field<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let supported = "metadata.name|metadata.namespace|metadata.uid|spec.nodeName|spec.serviceAccountName|status.hostIP|\
                     status.hostIPs|status.podIP|status.podIPs";
    field_ref(errors, it, supported);
}

/// Checks a field of the pod that is handed to its containers.
pub(super) fn field_ref(errors: &mut Errors<'_>, it: &Value, supported: &str) {
    const KNOWN: &str = "metadata.annotations metadata.labels metadata.name metadata.namespace metadata.uid spec.nodeName \
                         spec.restartPolicy spec.serviceAccountName spec.schedulerName status.phase status.hostIP \
                         status.hostIPs status.podIP status.podIPs";
    let (path, version) = (text(it, "fieldPath"), text(it, "apiVersion"));
    let subscript = path.strip_suffix("']").and_then(|path| path.split_once("['")).filter(|(path, _)| !path.is_empty());
    let why = match subscript {
        _ if path.is_empty() => return errors.required("fieldPath", ""),
        _ if version != "v1" => format!("unsupported pod version: {version}"),
        Some(("metadata.annotations", key)) => {
            let key = key.to_ascii_lowercase();
            return errors.invalid_each("", &key, names::label_key(&key));
        }
        Some(("metadata.labels", key)) => return errors.invalid_each("", key, names::label_key(key)),
        Some(_) => format!("field label does not support subscript: {path}"),
        // The old name of `spec.nodeName`.
        None if path == "spec.host" && supported.contains("spec.nodeName") => return,
        None if KNOWN.split(' ').any(|known| known == path) => {
            if !supported.split('|').any(|known| known == path) {
                errors.not_supported("fieldPath", &quoted(path), supported);
            }
            return;
        }
        None => format!("field label not supported: {path}"),
    };
    errors.invalid_text("fieldPath", path, &format!("error converting fieldPath: {why}"));
}

/// Checks a resource of a container that is handed to it.
pub(super) fn resource_field<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let name = text(it, "resource");
    let huge = name.starts_with("limits.hugepages-") || name.starts_with("requests.hugepages-");
    if errors.is_below(".volumes[") && text(it, "containerName").is_empty() {
        errors.required("containerName", "");
    } else if !huge {
        rules::check(errors, "ResourceField", it);
    }
    let divisor = Amount::from_value(&it["divisor"]).unwrap_or_default();
    let of = match name.split_once('.').map_or("", |(_, resource)| resource) {
        _ if divisor.is_zero() => return,
        "cpu" => "cpu",
        "memory" => "memory",
        "ephemeral-storage" => "local ephemeral storage",
        _ if huge => "hugepages",
        _ => return,
    };
    let (supported, told) = match of {
        "cpu" => ("1m, 1", "1m and 1"),
        _ => (BYTES, BYTES),
    };
    if !supported.split(", ").any(|it| it == divisor.to_string()) {
        let detail = format!("only divisor's values {told} are supported with the {of} resource");
        errors.invalid_text("divisor", name, &detail);
    }
}

const BYTES: &str = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";

pub(super) fn env_from<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let here = errors.here();
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, it| {
        rules::check(errors, "EnvFromSource", it);
        let detail = match (has(it, "configMapRef"), has(it, "secretRef")) {
            (false, false) => "must specify one of: `configMapRef` or `secretRef`",
            (true, true) => MANY_SOURCES,
            _ => return,
        };
        errors.at(here, |errors| errors.invalid_text("", "", detail));
    });
}

/// Files that variables come from are in volumes that are there, and that containers can write to.
pub(super) fn file_volumes<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let volumes = list(it, "volumes");
    errors.each_container(&mut |errors, container| {
        errors.each("env", list(container, "env"), &mut |errors, variable| {
            let key = &variable["valueFrom"]["fileKeyRef"];
            let name = text(key, "volumeName");
            let path = "valueFrom.fileKeyRef.volumeName";
            match volumes.iter().rfind(|volume| text(volume, "name") == name) {
                _ if key.is_null() => {}
                None => errors.not_found(path, name, ""),
                Some(volume) if has(volume, "emptyDir") => {}
                Some(_) => errors.invalid_text(path, name, "referenced volume must be of type emptyDir"),
            }
        });
    });
}

pub(super) fn mounts<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let devices = list(it, "volumeDevices");
    let mut seen = Vec::new();
    errors.within("volumeMounts", |errors| {
        let here = errors.here();
        errors.each("", list(it, "volumeMounts"), &mut |errors, mount| {
            let (name, path) = (text(mount, "name"), text(mount, "mountPath"));
            if name.is_empty() {
                errors.required("name", "");
            }
            if !errors.volumes.contains(&name) {
                errors.not_found("name", name, "");
            }
            if path.is_empty() {
                errors.required("mountPath", "");
            }
            if !is_new(&mut seen, path) {
                errors.invalid_text("mountPath", path, "must be unique");
            }
            taken(errors, devices, name, ("devicePath", path), ["name", "mountPath"], "volumeDevices");
            let (sub_path, expression) = (text(mount, "subPath"), text(mount, "subPathExpr"));
            // The server forgets the index in most of these.
            errors.at(here, |errors| errors.invalid_each("subPath", sub_path, names::below(sub_path)));
            if !expression.is_empty() && !sub_path.is_empty() {
                errors.invalid_text("subPathExpr", expression, "subPathExpr and subPath are mutually exclusive");
            }
            errors.at(here, |errors| {
                errors.invalid_each("subPathExpr", expression, names::below(expression));
                rules::check(errors, "VolumeMount", mount);
                propagation(errors, it, mount);
            });
        });
    });
}

/// A name and a path that mounts have may not be those of devices, and the other way round.
fn taken(
    errors: &mut Errors<'_>,
    others: &[Value],
    name: &str,
    (field, path): (&str, &str),
    told: [&str; 2],
    where_else: &str,
) {
    // Of several with a name the server knows the last one's path.
    let mut known = others
        .iter()
        .enumerate()
        .filter(|(index, other)| others[index + 1..].iter().all(|later| text(later, "name") != text(other, "name")));
    if others.iter().any(|other| text(other, "name") == name) {
        errors.invalid_text(told[0], name, &format!("must not already exist in {where_else}"));
    }
    if known.any(|(_, other)| text(other, field) == path) {
        errors.invalid_text(told[1], path, &format!("must not already exist as a path in {where_else}"));
    }
}

fn propagation(errors: &mut Errors<'_>, container: &Value, mount: &Value) {
    let mode = text(mount, "mountPropagation");
    if mode == "Bidirectional" && !is_set(&container["securityContext"], "privileged") {
        let detail = "Bidirectional mount propagation is available only to privileged containers";
        errors.forbidden("mountPropagation", detail);
    }
    let field = "recursiveReadOnly";
    match text(mount, field) {
        "" | "Disabled" => {}
        "Enabled" | "IfPossible" => {
            if !is_set(mount, "readOnly") {
                errors.forbidden(field, "may only be specified when readOnly is true");
            }
            if !["", "None"].contains(&mode) {
                errors.forbidden(field, "may only be specified when mountPropagation is None or not specified");
            }
        }
        other => errors.not_supported(field, &quoted(other), "Disabled|Enabled|IfPossible"),
    }
}

pub(super) fn devices<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (mounts, volumes) = (list(it, "volumeMounts"), list(errors.spec, "volumes"));
    let (mut names_seen, mut paths_seen) = (Vec::new(), Vec::new());
    errors.each("volumeDevices", list(it, "volumeDevices"), &mut |errors, device| {
        let (name, path) = (text(device, "name"), text(device, "devicePath"));
        let volume = volumes.iter().find(|volume| text(volume, "name") == name && errors.volumes.contains(&name));
        if name.is_empty() {
            errors.required("name", "");
        } else if !is_new(&mut names_seen, name) {
            errors.invalid_text("name", name, "must be unique");
        }
        match volume {
            None => errors.not_found("name", name, ""),
            Some(volume) if has(volume, "persistentVolumeClaim") || has(volume, "ephemeral") => {}
            Some(_) => {
                let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
                errors.invalid_text("name", name, detail);
            }
        }
        if path.is_empty() {
            errors.required("devicePath", "");
        }
        if paths_seen.contains(&path) {
            errors.invalid_text("devicePath", path, "must be unique");
        }
        if names::no_steps_back(path).is_empty() {
            paths_seen.push(path);
        } else {
            errors.invalid_text("devicePath", path, "can not contain backsteps ('..')");
        }
        taken(errors, mounts, name, ("mountPath", path), ["name", "devicePath"], "volumeMounts");
    });
}

pub(super) fn resize_policy<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let here = errors.here();
    let mut seen = Vec::new();
    errors.each("", it.as_array().map_or(&[][..], Vec::as_slice), &mut |errors, policy| {
        let (resource, restart) = (text(policy, "resourceName"), text(policy, "restartPolicy"));
        if !is_new(&mut seen, resource) {
            errors.duplicate("", resource);
        }
        errors.at(here, |errors| {
            for (given, supported) in [(resource, "cpu|memory"), (restart, "NotRequired|RestartContainer")] {
                if given.is_empty() {
                    errors.required("", "");
                } else if !supported.split('|').any(|it| it == given) {
                    errors.not_supported("", &quoted(given), supported);
                }
            }
            if text(errors.spec, "restartPolicy") == "Never" && restart != "NotRequired" {
                errors.invalid_text("", restart, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
            }
        });
    });
}

/// Checks the ways to ask or tell a container something, of which one has to be given.
pub(super) fn handler<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let mut given = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"].into_iter().filter(|field| has(it, field));
    let Some(first) = given.next() else { return errors.required("", "must specify a handler type") };
    errors.within(first, |errors| {
        rules::check(errors, first, &it[first]);
        let grace = number(errors.spec, "terminationGracePeriodSeconds");
        let seconds = number(&it[first], "seconds");
        if first == "sleep" && !(0..=grace).contains(&seconds) {
            let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
            errors.shown("", &seconds.to_string(), &detail);
        }
    });
    for other in given {
        errors.forbidden(other, "may not specify more than 1 handler type");
    }
}

pub(super) fn port<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match it.as_str() {
        Some(name) => errors.invalid_each("", name, names::port_name(name)),
        None => rules::value_of(errors, "1..65535", it),
    }
}

pub(super) fn headers<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    for header in it.as_array().into_iter().flatten() {
        let name = text(header, "name");
        errors.invalid_each("", name, names::http_header(name));
    }
}
