//! The kinds beside those that make pods: what the table cannot say of them, as far as people get them wrong (upstream:
//! `pkg/apis/{core,policy,scheduling,rbac,networking,storage,autoscaling,batch}/validation`, `apiextensions/validation`).

use serde_json::Value;

use super::super::Kind;
use super::errors::{Errors, entries, has, internal, is_new, list, number, quoted, shown, text, texts};
use super::{cron, names, rules, workload};

/// The most that a ConfigMap or a Secret may hold (`MaxSecretSize`).
const MOST_BYTES: usize = 1024 * 1024;
/// The highest priority that is not the system's own (`HighestUserDefinablePriority`).
const HIGHEST_PRIORITY: i64 = 1_000_000_000;
/// The ports there are.
const PORTS: &str = "1..65535";

/// The fields of a kind that stay as they are.
fn fixed(kind: Kind) -> &'static str {
    match kind {
        Kind::ControllerRevision => "data",
        Kind::CustomResourceDefinition => "spec.scope spec.names.kind spec.group spec.names.plural",
        Kind::IngressClass => "spec.controller",
        Kind::PriorityClass => "preemptionPolicy",
        Kind::RuntimeClass => "handler",
        Kind::Secret => "type",
        Kind::StorageClass => "parameters provisioner reclaimPolicy volumeBindingMode",
        _ => "",
    }
}

/// Checks what an object was changed to against what it was.
pub(super) fn update<'a>(errors: &mut Errors<'a>, kind: Kind, new: &'a Value, old: &'a Value) {
    workload::immutable(errors, fixed(kind), new, old);
    let differs = |field: &str| new[field] != old[field];
    match kind {
        Kind::PriorityClass if differs("value") => errors.forbidden("value", "may not be changed in an update."),
        Kind::ClusterRoleBinding | Kind::RoleBinding if differs("roleRef") => {
            errors.shown("roleRef", &internal(&new["roleRef"], "APIGroup Kind Name"), "cannot change roleRef");
        }
        Kind::ConfigMap | Kind::Secret if old["immutable"] == true => {
            for field in ["immutable", "data", "binaryData"].into_iter().filter(|field| differs(field)) {
                errors.forbidden(field, "field is immutable when `immutable` is set");
            }
        }
        Kind::PersistentVolumeClaim if differs("spec") => errors.forbidden(
            "spec",
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        ),
        Kind::Service => {
            let (new, old) = (&new["spec"]["clusterIPs"], &old["spec"]["clusterIPs"]);
            if new.is_array() && old.is_array() && new[0] != old[0] {
                errors.invalid("spec.clusterIPs[0]", new, "may not change once set");
            }
        }
        _ => {}
    }
}

pub(super) fn budget<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    if has(spec, "minAvailable") && has(spec, "maxUnavailable") {
        let told = internal(spec, "MinAvailable Selector MaxUnavailable UnhealthyPodEvictionPolicy");
        errors.shown("", &told, "minAvailable and maxUnavailable cannot be both set");
    }
}

pub(super) fn priority_class<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (name, value) = (errors.name, number(it, "value"));
    let system = [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
    if name.starts_with("system-") {
        let why = match system.iter().find(|(known, _)| *known == name) {
            None => format!("{name} is not a known system priority class"),
            Some((_, known)) if *known != value => format!("value of {name} PriorityClass must be {known}"),
            Some(_) if it["globalDefault"] == true => format!("globalDefault of {name} PriorityClass must be false"),
            Some(_) => return,
        };
        let detail = "priority class names with 'system-' prefix are reserved for system use only. error: ";
        errors.forbidden("metadata.name", &(detail.to_owned() + &why));
    } else if value > HIGHEST_PRIORITY {
        errors.forbidden("value", &format!("maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}"));
    }
}

pub(super) fn config_map<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let mut size = 0;
    for (key, value) in entries(it, "data") {
        let field = format!("data[{key}]");
        errors.invalid_each(&field, key, names::config_key(key));
        if it["binaryData"].get(key).is_some() {
            errors.invalid_text(&field, key, "duplicate of key present in binaryData");
        }
        size += value.as_str().map_or(0, str::len);
    }
    size += bytes(errors, it, "binaryData");
    if size > MOST_BYTES {
        errors.too_long("[]", MOST_BYTES);
    }
}

/// How many bytes a map of keys to bytes holds.
fn bytes<'a>(errors: &mut Errors<'a>, it: &'a Value, field: &str) -> usize {
    let mut size = 0;
    for (key, value) in entries(it, field) {
        errors.invalid_each(&format!("{field}[{key}]"), key, names::config_key(key));
        size += value.as_str().map_or(0, str::len) / 4 * 3;
    }
    size
}

pub(super) fn secret<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let data = &it["data"];
    if bytes(errors, it, "data") > MOST_BYTES {
        errors.too_long("data", MOST_BYTES);
    }
    let wanted = match text(it, "type") {
        "kubernetes.io/service-account-token" => {
            const ACCOUNT: &str = "kubernetes.io/service-account.name";
            if !has(&it["metadata"]["annotations"], ACCOUNT) {
                errors.required(&format!("metadata.annotations[{ACCOUNT}]"), "");
            }
            return;
        }
        "kubernetes.io/dockercfg" => ".dockercfg",
        "kubernetes.io/dockerconfigjson" => ".dockerconfigjson",
        "kubernetes.io/basic-auth" if !has(data, "username") && !has(data, "password") => "username password",
        "kubernetes.io/ssh-auth" => "ssh-privatekey",
        "kubernetes.io/tls" => "tls.crt tls.key",
        _ => return,
    };
    for key in wanted.split(' ').filter(|key| data.get(key).is_none()) {
        errors.required(&format!("data[{key}]"), "");
    }
}

pub(super) fn namespaced_rule<'a>(errors: &mut Errors<'a>, rule: &'a Value) {
    if !list(rule, "nonResourceURLs").is_empty() {
        let detail = "namespaced rules cannot apply to non-resource URLs";
        errors.invalid("nonResourceURLs", &rule["nonResourceURLs"], detail);
    }
}

pub(super) fn role_rule<'a>(errors: &mut Errors<'a>, rule: &'a Value) {
    let is_given = |field: &&str| !list(rule, field).is_empty();
    if is_given(&"nonResourceURLs") {
        if ["apiGroups", "resources", "resourceNames"].iter().any(is_given) {
            let detail = "rules cannot apply to both regular resources and non-resource URLs";
            errors.invalid("nonResourceURLs", &rule["nonResourceURLs"], detail);
        }
        return;
    }
    for (field, what) in [("apiGroups", "api group"), ("resources", "resource")] {
        if !is_given(&field) {
            errors.required(field, &format!("resource rules must supply at least one {what}"));
        }
    }
}

pub(super) fn subject<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let group = match text(it, "kind") {
        "ServiceAccount" => {
            rules::check(errors, "Account", it);
            ""
        }
        "User" | "Group" => "rbac.authorization.k8s.io",
        other => return errors.not_supported("kind", &quoted(other), "ServiceAccount|User|Group"),
    };
    if text(it, "apiGroup") != group {
        errors.not_supported("apiGroup", &quoted(text(it, "apiGroup")), group);
    }
}

pub(super) fn cluster_subject<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if text(it, "kind") == "ServiceAccount" && text(it, "namespace").is_empty() {
        errors.required("namespace", "");
    }
}

pub(super) fn service<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (ports, type_) = (list(spec, "ports"), text(spec, "type"));
    let headless = spec["clusterIP"] == "None";
    if ports.is_empty() && !headless && type_ != "ExternalName" {
        errors.required("ports", "");
    }
    match type_ {
        "LoadBalancer" | "NodePort" if headless => {
            errors.invalid_text("clusterIPs[0]", "None", &format!("may not be set to 'None' for {type_} services"));
        }
        "ExternalName" => {
            if !text(spec, "clusterIP").is_empty() {
                errors.forbidden("clusterIPs", "may not be set for ExternalName services");
            }
            match text(spec, "externalName") {
                "" => errors.required("externalName", ""),
                name => {
                    let name = name.strip_suffix('.').unwrap_or(name);
                    errors.invalid_each("externalName", name, names::dns_subdomain(name));
                }
            }
        }
        _ => {}
    }
    let mut seen = vec![];
    errors.each("ports", ports, &mut |errors, port| {
        let name = text(port, "name");
        if name.is_empty() {
            if ports.len() > 1 {
                errors.required("name", "");
            }
        } else {
            errors.invalid_each("name", name, names::dns_label(name));
            if !is_new(&mut seen, name) {
                errors.duplicate("name", name);
            }
        }
        rules::check(errors, "ServicePort", port);
    });
}

/// A port by its name or its number.
pub(super) fn name_or_port<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match it.as_str() {
        Some(name) => errors.invalid_each("", name, names::port_name(name)),
        None => rules::value_of(errors, PORTS, it),
    }
}

pub(super) fn ports_twice<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (ports, type_) = (list(spec, "ports"), text(spec, "type"));
    for field in ["nodePort", "port"] {
        let alike = |a: &Value, b: &Value| a["protocol"] == b["protocol"] && has(a, field) && a[field] == b[field];
        for (index, port) in ports.iter().enumerate() {
            let place = format!("ports[{index}].nodePort");
            if field == "nodePort" && type_ == "ClusterIP" && has(port, field) {
                errors.forbidden(&place, "may not be used when `type` is 'ClusterIP'");
            }
            if ports[..index].iter().any(|other| alike(other, port)) {
                // Of the server's internal type, nothing else is set.
                let told = format!(
                    "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                    shown(&port["protocol"]),
                    port["port"]
                );
                let (place, told) = match place.strip_suffix(".nodePort") {
                    Some(port) if field == "port" => (port, told),
                    _ => (place.as_str(), shown(&port[field])),
                };
                errors.add(place, "Duplicate value", &told, "");
            }
        }
    }
}

pub(super) fn outside_policy<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let policy = text(spec, "externalTrafficPolicy");
    let is_outside = matches!(text(spec, "type"), "NodePort" | "LoadBalancer") || !list(spec, "externalIPs").is_empty();
    errors.within("externalTrafficPolicy", |errors| match policy {
        "" => {}
        _ if is_outside => rules::value_of(errors, "|Cluster|Local", &spec["externalTrafficPolicy"]),
        _ => errors.invalid_text("", policy, "may only be set for externally-accessible services"),
    });
}

pub(super) fn volume_source<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    /// The fields that are no source of storage.
    const OTHERS: &str = "accessModes capacity claimRef mountOptions nodeAffinity persistentVolumeReclaimPolicy storageClassName \
                          volumeAttributesClassName volumeMode";
    let fields = spec.as_object().into_iter().flat_map(serde_json::Map::keys);
    let mut sources = fields.filter(|name| !OTHERS.split(' ').any(|other| other == *name));
    if sources.next().is_none() {
        errors.required("", "must specify a volume type");
    }
    sources.for_each(|source| errors.forbidden(source, "may not specify more than 1 volume type"));
}

pub(super) fn ingress<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    if list(spec, "rules").is_empty() && !has(spec, "defaultBackend") {
        errors.shown("", "null", "either `defaultBackend` or `rules` must be specified");
    }
}

pub(super) fn ingress_host<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let host = it.as_str().unwrap_or_default();
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        errors.invalid_text("", host, "must be a DNS name, not an IP address");
    }
    let host = host.strip_prefix("*.").unwrap_or(host);
    errors.invalid_each("", host, names::dns_subdomain(host));
}

pub(super) fn ingress_path<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let path = text(it, "path");
    match text(it, "pathType") {
        "" => return errors.required("pathType", "pathType must be specified"),
        "Exact" | "Prefix" if !path.starts_with('/') => errors.invalid_text("path", path, "must be an absolute path"),
        "ImplementationSpecific" if !path.is_empty() && !path.starts_with('/') => {
            errors.invalid_text("path", path, "must be an absolute path");
        }
        "Exact" | "Prefix" | "ImplementationSpecific" => {}
        other => errors.not_supported("pathType", &quoted(other), "Exact|ImplementationSpecific|Prefix"),
    }
    errors.within("backend", |errors| backend(errors, &it["backend"]));
}

pub(super) fn backend<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (service, port) = (&it["service"], &it["service"]["port"]);
    let told = match (service.is_object(), has(it, "resource")) {
        (true, true) => "cannot set both resource and service backends",
        (false, false) => "resource or service backend is required",
        (false, true) => return,
        (true, false) => {
            rules::check(errors, "ServiceName", it);
            match (has(port, "name"), has(port, "number")) {
                (false, false) => return errors.required("", "port name or number is required"),
                (true, true) => "cannot set both port name & port number",
                _ => return rules::check(errors, "BackendPort", it),
            }
        }
    };
    errors.invalid_text("", "", told);
}

pub(super) fn peer<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match it.as_object().map_or(0, serde_json::Map::len) {
        0 => errors.required("", "must specify a peer"),
        2.. if has(it, "ipBlock") => errors.forbidden("", "may not specify both ipBlock and another peer"),
        _ => {}
    }
}

pub(super) fn policy_types<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let types = it.as_array().map_or(&[][..], Vec::as_slice);
    if types.len() > 2 {
        return errors.invalid("", it, "may not specify more than two policyTypes");
    }
    errors.each("", types, &mut |errors, type_| rules::value_of(errors, "|Egress|Ingress", type_));
}

pub(super) fn most_replicas<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (least, most) = (spec["minReplicas"].as_i64().unwrap_or(1), number(spec, "maxReplicas"));
    match most {
        0 => errors.required("maxReplicas", "must be set and greater than 0"),
        ..0 => errors.shown("maxReplicas", &most.to_string(), "must be greater than or equal to 1"),
        _ => {}
    }
    if most < least {
        errors.shown("maxReplicas", &most.to_string(), "must be greater than or equal to `minReplicas`");
    }
}

pub(super) fn replication_controller<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    if !has(spec, "template") {
        return errors.required("template", "");
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if entries(spec, "selector").any(|(key, value)| labels.get(key) != Some(value)) {
        errors.invalid("template.metadata.labels", labels, "`selector` does not match template `labels`");
    }
}

pub(super) fn schedule<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let schedule = it.as_str().unwrap_or_default();
    if let Some(why) = cron::mistake(schedule) {
        errors.invalid_text("", schedule, &why);
    }
    if schedule.contains("TZ") {
        errors.invalid_text("", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    }
}

/// The names of a CronJob's jobs, which are labels, are eleven characters longer than its own.
pub(super) fn cron_name(errors: &mut Errors<'_>, it: &Value) {
    let name = it.as_str().unwrap_or_default();
    if name.len() > 52 {
        errors.invalid_text("", name, "must be no more than 52 characters");
    }
}

pub(super) fn definition<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (group, plural, name) = (text(spec, "group"), text(&spec["names"], "plural"), errors.name);
    if name != [plural, group].join(".") {
        errors.at(0, |errors| {
            errors.invalid_text("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        });
    }
}

pub(super) fn domain(errors: &mut Errors<'_>, it: &Value) {
    let group = it.as_str().unwrap_or_default();
    if names::dns_subdomain(group).is_empty() && !group.contains('.') {
        errors.invalid_text("", group, "should be a domain with at least one dot");
    }
}

pub(super) fn one_stored<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if it.as_array().into_iter().flatten().filter(|version| version["storage"] == true).count() != 1 {
        errors.invalid("", it, "must have exactly one version marked as storage version");
    }
}

pub(super) fn access_modes<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const MODES: &str = "ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod";
    for mode in texts(it.as_array().map_or(&[], Vec::as_slice)).filter(|mode| !MODES.split('|').any(|it| it == *mode)) {
        errors.not_supported("", &quoted(mode), MODES);
    }
}
