//! The kinds beside those that make pods: what the table cannot say of them, as far as people get them wrong (upstream:
//! `pkg/apis/{core,policy,scheduling,rbac,networking,storage,autoscaling,batch}/validation`, `apiextensions/validation`).

use serde_json::Value;

use super::super::{Kind, base64, yaml};
use super::errors::{Errors, entries, has, internal, list, number, quoted, shown, text, texts};
use super::{cron, names, rules, service, workload};

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
        Kind::Service => service::update(errors, &new["spec"], &old["spec"]),
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
    if wanted.starts_with(".docker")
        && let Ok(bytes) = base64::decode(text(data, wanted))
        && let text = String::from_utf8_lossy(&bytes)
        && let Err(error) = serde_json::from_str::<Value>(&text)
        && has(data, wanted)
    {
        errors.invalid_text(&format!("data[{wanted}]"), "<secret contents redacted>", &yaml::go_words(&text, &error));
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

/// A port by its name or its number.
pub(super) fn name_or_port<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match it.as_str() {
        Some(name) => errors.invalid_each("", name, names::port_name(name)),
        None => rules::value_of(errors, PORTS, it),
    }
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

pub(super) fn end_port<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (port, end) = (&it["port"], number(it, "endPort"));
    let why = match port {
        _ if !has(it, "endPort") => return,
        Value::Null => "may not be specified when `port` is not specified",
        Value::String(_) => "may not be specified when `port` is non-numeric",
        _ => {
            if end < number(it, "port") {
                errors.invalid("endPort", port, "must be greater than or equal to `port`");
            }
            return errors.within("endPort", |errors| rules::value_of(errors, PORTS, &it["endPort"]));
        }
    };
    errors.shown("endPort", &end.to_string(), why);
}

pub(super) fn ip_block<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let cidr = text(it, "cidr");
    if cidr.is_empty() {
        return errors.required("cidr", "");
    }
    errors.invalid_each("cidr", cidr, names::cidr(cidr));
    let excepted = if names::lies_within(cidr, cidr).is_some() { list(it, "except") } else { &[] };
    errors.each("except", excepted, &mut |errors, except| {
        let except = except.as_str().unwrap_or_default();
        errors.invalid_each("", except, names::cidr(except));
        if names::lies_within(except, cidr) == Some(false) {
            errors.invalid_text("", except, "must be a strict subset of `cidr`");
        }
    });
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

pub(super) fn capacity(errors: &mut Errors<'_>, it: &Value) {
    if it["storage"].is_null() || it.as_object().is_some_and(|amounts| amounts.len() > 1) {
        errors.not_supported("", &shown(it), "storage");
    }
}

pub(super) fn access_modes<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    const MODES: &str = "ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod";
    for mode in texts(it.as_array().map_or(&[], Vec::as_slice)).filter(|mode| !MODES.split('|').any(|it| it == *mode)) {
        errors.not_supported("", &quoted(mode), MODES);
    }
}
