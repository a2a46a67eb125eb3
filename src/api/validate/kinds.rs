//! The kinds beside DaemonSets that are no workloads, as far as people get them wrong (upstream:
//! `pkg/apis/{core,policy,scheduling,rbac,networking,storage,autoscaling,batch}/validation`, `apiextensions/validation`).

use serde_json::Value;

use super::super::{
    Kind, LabelSelector, Object, PersistentVolumeClaimSpec, PodDisruptionBudget, PodTemplateSpec, PriorityClass, Stored,
    StringMap, wire, yaml,
};
use super::daemon_set::{at_most_all, int_or_percent, template};
use super::errors::{Errors, is_new, text};
use super::workloads::{immutable, job_spec, volume_claim};
use super::{cron, metadata, names};

/// The most that a ConfigMap or a Secret may hold (`MaxSecretSize`).
const MOST_BYTES: usize = 1024 * 1024;
/// The highest priority that is not the system's own (`HighestUserDefinablePriority`).
const HIGHEST_PRIORITY: i32 = 1_000_000_000;
/// The highest port.
const LAST_PORT: i64 = 65_535;
/// Whom RBAC's roles and subjects belong to.
const RBAC: &str = "rbac.authorization.k8s.io";

/// What is wrong with a new object of one of these kinds.
pub(super) fn create(errors: &mut Errors, object: &Object) {
    match object {
        Object::PodDisruptionBudget(it) => disruption_budget(errors, it),
        Object::PriorityClass(it) => priority_class(errors, it),
        Object::Stored(it) => stored(errors, it),
        _ => {}
    }
}

/// What is wrong with a change of one of these kinds.
pub(super) fn update(errors: &mut Errors, new: &Object, old: &Object) {
    match (new, old) {
        (Object::PriorityClass(new), Object::PriorityClass(old)) => {
            if new.value != old.value {
                errors.forbidden("value", "may not be changed in an update.");
            }
            immutable(errors, "preemptionPolicy", new.preemption_policy == old.preemption_policy);
        }
        (Object::PodDisruptionBudget(it), _) => disruption_budget(errors, it),
        (Object::Stored(new), Object::Stored(old)) => {
            stored(errors, new);
            stored_update(errors, new, old);
        }
        _ => {}
    }
}

fn disruption_budget(errors: &mut Errors, it: &PodDisruptionBudget) {
    let Some(spec) = &it.spec else { return };
    if spec.min_available.is_some() && spec.max_unavailable.is_some() {
        // The server shows its internal type, whose fields have capitals.
        let shown = |field: &str| yaml::to_compact_json(&errors.value(field)).trim_end().to_owned();
        let fields = [
            ("MinAvailable", "spec.minAvailable"),
            ("Selector", "spec.selector"),
            ("MaxUnavailable", "spec.maxUnavailable"),
            ("UnhealthyPodEvictionPolicy", "spec.unhealthyPodEvictionPolicy"),
        ];
        let fields = fields.map(|(name, field)| format!("{name:?}:{}", shown(field))).join(",");
        let detail = "minAvailable and maxUnavailable cannot be both set";
        errors.add("spec", "Invalid value", &format!("{{{fields}}}"), detail);
    }
    errors.within("spec", |errors| {
        for (field, it) in [("minAvailable", &spec.min_available), ("maxUnavailable", &spec.max_unavailable)] {
            it.iter().for_each(|it| {
                int_or_percent(errors, field, it);
                at_most_all(errors, field, it);
            });
        }
        if let Some(selector) = &spec.selector {
            metadata::label_selector(errors, "selector", selector);
        }
        if let Some(policy) = &spec.unhealthy_pod_eviction_policy {
            errors.one_of("unhealthyPodEvictionPolicy", policy, &["AlwaysAllow", "IfHealthyBudget"]);
        }
    });
}

fn priority_class(errors: &mut Errors, it: &PriorityClass) {
    let (name, value) = (text(&it.metadata.name), it.value.unwrap_or_default());
    let system = [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
    if name.starts_with("system-") {
        let why = match system.iter().find(|(known, _)| *known == name) {
            None => format!("{name} is not a known system priority class"),
            Some((_, known)) if *known != value => format!("value of {name} PriorityClass must be {known}"),
            Some(_) if it.global_default == Some(true) => format!("globalDefault of {name} PriorityClass must be false"),
            Some(_) => String::new(),
        };
        if !why.is_empty() {
            let detail = "priority class names with 'system-' prefix are reserved for system use only. error: ";
            errors.forbidden("metadata.name", &(detail.to_owned() + &why));
        }
    } else if value > HIGHEST_PRIORITY {
        errors.forbidden("value", &format!("maximum allowed value of a user defined priority is {HIGHEST_PRIORITY}"));
    }
    errors.choice("preemptionPolicy", text(&it.preemption_policy), &["PreemptLowerPriority", "Never"]);
}

fn stored(errors: &mut Errors, it: &Stored) {
    let spec = it.field("spec");
    match it.kind {
        Kind::ClusterRole | Kind::Role => role(errors, it),
        Kind::ClusterRoleBinding | Kind::RoleBinding => role_binding(errors, it),
        Kind::ConfigMap => config_map(errors, it),
        Kind::CronJob => errors.within("spec", |errors| cron_job(errors, spec, text(&it.metadata.name))),
        Kind::CustomResourceDefinition => custom_resource_definition(errors, spec, text(&it.metadata.name)),
        Kind::HorizontalPodAutoscaler => errors.within("spec", |errors| autoscaler(errors, spec)),
        Kind::Ingress => errors.within("spec", |errors| ingress(errors, spec)),
        Kind::NetworkPolicy => errors.within("spec", |errors| network_policy(errors, spec)),
        Kind::PersistentVolume => errors.within("spec", |errors| volume(errors, spec)),
        Kind::PersistentVolumeClaim => {
            if let Ok(claim) = wire::from_value::<PersistentVolumeClaimSpec>(spec.clone()) {
                errors.within("spec", |errors| volume_claim(errors, &claim));
            }
        }
        Kind::PodTemplate => pod_template(errors, "template", it.field("template")),
        Kind::ReplicationController => errors.within("spec", |errors| replication_controller(errors, spec)),
        Kind::RuntimeClass => errors.check_required("handler", word(it.field("handler")), names::dns_label),
        Kind::Secret => secret(errors, it),
        Kind::Service => errors.within("spec", |errors| service(errors, spec)),
        Kind::StorageClass => {
            errors.wanted("provisioner", word(it.field("provisioner")));
            errors.one_of("reclaimPolicy", word(it.field("reclaimPolicy")), &["Delete", "Retain"]);
            errors.one_of("volumeBindingMode", word(it.field("volumeBindingMode")), &["Immediate", "WaitForFirstConsumer"]);
        }
        _ => {}
    }
}

/// The fields of a kind that stay as they are, told with the value they would have had.
fn fixed(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::CustomResourceDefinition => &["spec.scope", "spec.names.kind", "spec.group", "spec.names.plural"],
        Kind::IngressClass => &["spec.controller"],
        Kind::RuntimeClass => &["handler"],
        Kind::Secret => &["type"],
        Kind::StorageClass => &["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
        _ => &[],
    }
}

fn stored_update(errors: &mut Errors, new: &Stored, old: &Stored) {
    for path in fixed(new.kind) {
        immutable(errors, path, at(new, path) == at(old, path));
    }
    match new.kind {
        Kind::ClusterRoleBinding | Kind::RoleBinding if new.field("roleRef") != old.field("roleRef") => {
            let part = |name: &str| word(&new.field("roleRef")[name]).to_owned();
            let (group, kind, name) = (part("apiGroup"), part("kind"), part("name"));
            let shown = format!("{{\"APIGroup\":{group:?},\"Kind\":{kind:?},\"Name\":{name:?}}}");
            errors.add("roleRef", "Invalid value", &shown, "cannot change roleRef");
        }
        Kind::ConfigMap | Kind::Secret if *old.field("immutable") == true => {
            for field in ["immutable", "data", "binaryData"] {
                if new.field(field) != old.field(field) {
                    errors.forbidden(field, "field is immutable when `immutable` is set");
                }
            }
        }
        Kind::PersistentVolumeClaim if new.field("spec") != old.field("spec") => errors.forbidden(
            "spec",
            "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
        ),
        Kind::Service => {
            let (new, old) = (&new.field("spec")["clusterIPs"], &old.field("spec")["clusterIPs"]);
            if new.is_array() && old.is_array() && new[0] != old[0] {
                errors.add("spec.clusterIPs[0]", "Invalid value", &compact(new), "may not change once set");
            }
        }
        _ => {}
    }
}

fn at<'a>(it: &'a Stored, path: &str) -> &'a Value {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    rest.split('.').filter(|step| !step.is_empty()).fold(it.field(first), |value, step| &value[step])
}

fn compact(value: &Value) -> String {
    yaml::to_compact_json(value).trim_end().to_owned()
}

/// A text that may be missing.
fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The items of a list that may be missing.
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The keys and values of a map that may be missing.
fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn is_empty(value: &Value) -> bool {
    items(value).is_empty() && entries(value).next().is_none()
}

fn pod_template(errors: &mut Errors, field: &str, value: &Value) {
    if let Ok(typed) = wire::from_value::<PodTemplateSpec>(value.clone()) {
        errors.within(field, |errors| template(errors, &typed));
    }
}

fn selector(errors: &mut Errors, field: &str, value: &Value) {
    if let Ok(typed) = wire::from_value::<LabelSelector>(value.clone()) {
        metadata::label_selector(errors, field, &typed);
    }
}

fn config_map(errors: &mut Errors, it: &Stored) {
    let mut size = 0;
    for (key, value) in entries(it.field("data")) {
        let field = format!("data[{key}]");
        errors.check(&field, key, names::config_key);
        if it.field("binaryData").get(key).is_some() {
            errors.invalid(&field, key, "duplicate of key present in binaryData");
        }
        size += word(value).len();
    }
    for (key, value) in entries(it.field("binaryData")) {
        errors.check(&format!("binaryData[{key}]"), key, names::config_key);
        size += word(value).len() / 4 * 3;
    }
    if size > MOST_BYTES {
        errors.add("[]", "Too long", "", &format!("may not be more than {MOST_BYTES} bytes"));
    }
}

fn secret(errors: &mut Errors, it: &Stored) {
    let data = it.field("data");
    let mut size = 0;
    for (key, value) in entries(data) {
        errors.check(&format!("data[{key}]"), key, names::config_key);
        size += word(value).len() / 4 * 3;
    }
    if size > MOST_BYTES {
        errors.add("data", "Too long", "", &format!("may not be more than {MOST_BYTES} bytes"));
    }
    let wanted: &[&str] = match word(it.field("type")) {
        "kubernetes.io/service-account-token" => {
            const ACCOUNT: &str = "kubernetes.io/service-account.name";
            if it.metadata.annotations.as_ref().is_none_or(|all| !all.contains_key(ACCOUNT)) {
                errors.required(&format!("metadata.annotations[{ACCOUNT}]"), "");
            }
            &[]
        }
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/basic-auth" if data["username"].is_null() && data["password"].is_null() => &["username", "password"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    };
    for key in wanted.iter().filter(|key| data.get(**key).is_none()) {
        errors.required(&format!("data[{key}]"), "");
    }
}

fn role(errors: &mut Errors, it: &Stored) {
    errors.each("rules", items(it.field("rules")), |errors, rule| {
        if is_empty(&rule["verbs"]) {
            errors.required("verbs", "verbs must contain at least one value");
        }
        if !is_empty(&rule["nonResourceURLs"]) {
            let both = ["apiGroups", "resources", "resourceNames"].iter().any(|field| !is_empty(&rule[*field]));
            for (wrong, detail) in [
                (it.kind == Kind::Role, "namespaced rules cannot apply to non-resource URLs"),
                (both, "rules cannot apply to both regular resources and non-resource URLs"),
            ] {
                if wrong {
                    errors.invalid_value("nonResourceURLs", detail);
                }
            }
            return;
        }
        for (field, detail) in [
            ("apiGroups", "resource rules must supply at least one api group"),
            ("resources", "resource rules must supply at least one resource"),
        ] {
            if is_empty(&rule[field]) {
                errors.required(field, detail);
            }
        }
    });
}

fn role_binding(errors: &mut Errors, it: &Stored) {
    let reference = it.field("roleRef");
    errors.one_of("roleRef.apiGroup", word(&reference["apiGroup"]), &[RBAC]);
    let kinds: &[&str] = if it.kind == Kind::RoleBinding { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    errors.one_of("roleRef.kind", word(&reference["kind"]), kinds);
    errors.check_required("roleRef.name", word(&reference["name"]), names::path_segment);
    errors.each("subjects", items(it.field("subjects")), |errors, subject| {
        let (name, group) = (word(&subject["name"]), word(&subject["apiGroup"]));
        errors.wanted("name", name);
        match word(&subject["kind"]) {
            "ServiceAccount" => {
                if !name.is_empty() {
                    errors.check("name", name, names::dns_subdomain);
                }
                errors.one_of("apiGroup", group, &[""]);
                if it.kind == Kind::ClusterRoleBinding {
                    errors.wanted("namespace", word(&subject["namespace"]));
                }
            }
            "User" | "Group" => errors.one_of("apiGroup", group, &[RBAC]),
            other => errors.not_supported("kind", other, &["ServiceAccount", "User", "Group"]),
        }
    });
}

fn service(errors: &mut Errors, spec: &Value) {
    let ports = items(&spec["ports"]);
    let type_ = word(&spec["type"]);
    let headless = spec["clusterIP"] == "None";
    if ports.is_empty() && !headless && type_ != "ExternalName" {
        errors.required("ports", "");
    }
    match type_ {
        "LoadBalancer" | "NodePort" if headless => {
            errors.invalid("clusterIPs[0]", "None", &format!("may not be set to 'None' for {type_} services"));
        }
        "ExternalName" => {
            if !word(&spec["clusterIP"]).is_empty() {
                errors.forbidden("clusterIPs", "may not be set for ExternalName services");
            }
            let name = word(&spec["externalName"]);
            errors.check_required("externalName", name.strip_suffix('.').unwrap_or(name), names::dns_subdomain);
        }
        _ => {}
    }
    let mut seen = vec![];
    errors.each("ports", ports, |errors, port| {
        let name = word(&port["name"]);
        if name.is_empty() {
            if ports.len() > 1 {
                errors.required("name", "");
            }
        } else {
            errors.check("name", name, names::dns_label);
            if !is_new(&mut seen, name) {
                errors.duplicate("name", name);
            }
        }
        errors.range("port", port["port"].as_i64().unwrap_or_default(), 1, LAST_PORT);
        errors.one_of("protocol", word(&port["protocol"]), &["SCTP", "TCP", "UDP"]);
        match &port["targetPort"] {
            Value::String(name) => errors.check("targetPort", name, names::port_name),
            number => errors.range("targetPort", number.as_i64().unwrap_or_default(), 1, LAST_PORT),
        }
    });
    if let Ok(labels) = wire::from_value::<StringMap>(spec["selector"].clone()) {
        metadata::labels(errors, "selector", Some(&labels));
    }
    errors.one_of("sessionAffinity", word(&spec["sessionAffinity"]), &["ClientIP", "None"]);
    errors.one_of("type", type_, &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
    for (field, shown) in [("nodePort", "nodePort"), ("port", "")] {
        let alike = |a: &Value, b: &Value| a["protocol"] == b["protocol"] && !a[field].is_null() && a[field] == b[field];
        for (index, port) in ports.iter().enumerate() {
            let place = format!("ports[{index}]");
            if field == "nodePort" && type_ == "ClusterIP" && !port[field].is_null() {
                errors.forbidden(&format!("{place}.nodePort"), "may not be used when `type` is 'ClusterIP'");
            }
            if ports[..index].iter().any(|other| alike(other, port)) {
                let (dot, value) = match shown {
                    "" => ("", port_key(port)),
                    _ => (".", compact(&port[field])),
                };
                errors.add(&[&place, dot, shown].concat(), "Duplicate value", &value, "");
            }
        }
    }
    if word(&spec["externalTrafficPolicy"]).is_empty() {
        return;
    }
    let outside = matches!(type_, "NodePort" | "LoadBalancer") || !is_empty(&spec["externalIPs"]);
    if outside {
        errors.one_of("externalTrafficPolicy", word(&spec["externalTrafficPolicy"]), &["Cluster", "Local"]);
    } else {
        let value = word(&spec["externalTrafficPolicy"]);
        errors.invalid("externalTrafficPolicy", value, "may only be set for externally-accessible services");
    }
}

/// A port as the server tells it where it is there twice: its internal type with nothing else set.
fn port_key(port: &Value) -> String {
    let (protocol, number) = (word(&port["protocol"]), compact(&port["port"]));
    format!(
        "{{\"Name\":\"\",\"Protocol\":{protocol:?},\"AppProtocol\":null,\"Port\":{number},\"TargetPort\":0,\"NodePort\":0}}"
    )
}

fn volume(errors: &mut Errors, spec: &Value) {
    const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    /// The fields that are no source of storage.
    const OTHERS: &str = "accessModes capacity claimRef mountOptions nodeAffinity persistentVolumeReclaimPolicy storageClassName \
                          volumeAttributesClassName volumeMode";
    if is_empty(&spec["accessModes"]) {
        errors.required("accessModes", "");
    }
    items(&spec["accessModes"]).iter().for_each(|mode| errors.one_of("accessModes", word(mode), &MODES));
    if is_empty(&spec["capacity"]) {
        errors.required("capacity", "");
    }
    errors.one_of(
        "persistentVolumeReclaimPolicy",
        word(&spec["persistentVolumeReclaimPolicy"]),
        &["Delete", "Recycle", "Retain"],
    );
    let sources = entries(spec).filter(|(name, _)| !OTHERS.split(' ').any(|other| other == *name));
    match sources.map(|(name, _)| name).collect::<Vec<_>>().as_slice() {
        [] => errors.required("", "must specify a volume type"),
        [_, more @ ..] => {
            more.iter().for_each(|source| errors.forbidden(source, "may not specify more than 1 volume type"));
        }
    }
}

fn ingress(errors: &mut Errors, spec: &Value) {
    let rules = items(&spec["rules"]);
    if rules.is_empty() && spec["defaultBackend"].is_null() {
        errors.add("", "Invalid value", "null", "either `defaultBackend` or `rules` must be specified");
    }
    if !spec["defaultBackend"].is_null() {
        errors.within("defaultBackend", |errors| backend(errors, &spec["defaultBackend"]));
    }
    errors.each("rules", rules, |errors, rule| {
        let host = word(&rule["host"]);
        if host.parse::<std::net::Ipv4Addr>().is_ok() {
            errors.invalid("host", host, "must be a DNS name, not an IP address");
        }
        if !host.is_empty() {
            errors.check("host", host.strip_prefix("*.").unwrap_or(host), names::dns_subdomain);
        }
        if rule["http"].is_null() {
            return;
        }
        errors.within("http", |errors| {
            let paths = items(&rule["http"]["paths"]);
            if paths.is_empty() {
                errors.required("paths", "");
            }
            errors.each("paths", paths, ingress_path);
        });
    });
    let class = spec["ingressClassName"].as_str().map(str::to_owned);
    errors.check_given("ingressClassName", &class, names::dns_subdomain);
}

fn ingress_path(errors: &mut Errors, it: &Value) {
    let path = word(&it["path"]);
    match word(&it["pathType"]) {
        "" => return errors.required("pathType", "pathType must be specified"),
        "Exact" | "Prefix" if !path.starts_with('/') => errors.invalid("path", path, "must be an absolute path"),
        "ImplementationSpecific" if !path.is_empty() && !path.starts_with('/') => {
            errors.invalid("path", path, "must be an absolute path");
        }
        other => errors.one_of("pathType", other, &["Exact", "ImplementationSpecific", "Prefix"]),
    }
    errors.within("backend", |errors| backend(errors, &it["backend"]));
}

fn backend(errors: &mut Errors, it: &Value) {
    let (service, resource) = (&it["service"], &it["resource"]);
    match (service.is_object(), resource.is_object()) {
        (true, true) => errors.invalid("", "", "cannot set both resource and service backends"),
        (false, false) => errors.invalid("", "", "resource or service backend is required"),
        (false, true) => {}
        (true, false) => {
            errors.check_required("service.name", word(&service["name"]), names::dns_label);
            let (name, number) = (word(&service["port"]["name"]), service["port"]["number"].as_i64());
            match (name, number) {
                ("", None) => errors.required("", "port name or number is required"),
                ("", Some(number)) => errors.range("service.port.number", number, 1, LAST_PORT),
                (_, Some(_)) => errors.invalid("", "", "cannot set both port name & port number"),
                (name, None) => errors.check("service.port.name", name, names::port_name),
            }
        }
    }
}

fn network_policy(errors: &mut Errors, spec: &Value) {
    selector(errors, "podSelector", &spec["podSelector"]);
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        errors.each(rules, items(&spec[rules]), |errors, rule| {
            errors.each("ports", items(&rule["ports"]), |errors, port| {
                errors.one_of("protocol", word(&port["protocol"]), &["SCTP", "TCP", "UDP"]);
                match &port["port"] {
                    Value::Null => {}
                    Value::String(name) => errors.check("port", name, names::port_name),
                    number => errors.range("port", number.as_i64().unwrap_or_default(), 1, LAST_PORT),
                }
            });
            errors.each(peers, items(&rule[peers]), |errors, peer| {
                if entries(peer).next().is_none() {
                    errors.required("", "must specify a peer");
                } else if peer["ipBlock"].is_object() && entries(peer).count() > 1 {
                    errors.forbidden("", "may not specify both ipBlock and another peer");
                }
                selector(errors, "podSelector", &peer["podSelector"]);
                selector(errors, "namespaceSelector", &peer["namespaceSelector"]);
            });
        });
    }
    if items(&spec["policyTypes"]).len() > 2 {
        errors.invalid_value("policyTypes", "may not specify more than two policyTypes");
        return;
    }
    errors.each("policyTypes", items(&spec["policyTypes"]), |errors, type_| {
        errors.one_of("", word(type_), &["Egress", "Ingress"]);
    });
}

fn autoscaler(errors: &mut Errors, spec: &Value) {
    let least = spec["minReplicas"].as_i64().unwrap_or(1);
    let most = spec["maxReplicas"].as_i64().unwrap_or_default();
    if least < 1 {
        errors.invalid_number("minReplicas", least, "must be greater than or equal to 1");
    }
    match most {
        0 => errors.required("maxReplicas", "must be set and greater than 0"),
        ..0 => errors.invalid_number("maxReplicas", most, "must be greater than or equal to 1"),
        _ => {}
    }
    if most < least {
        errors.invalid_number("maxReplicas", most, "must be greater than or equal to `minReplicas`");
    }
    let target = &spec["scaleTargetRef"];
    errors.check_required("scaleTargetRef.kind", word(&target["kind"]), names::path_segment);
    errors.check_required("scaleTargetRef.name", word(&target["name"]), names::path_segment);
}

fn replication_controller(errors: &mut Errors, spec: &Value) {
    errors.not_negative("minReadySeconds", spec["minReadySeconds"].as_i64().unwrap_or_default());
    if is_empty(&spec["selector"]) {
        errors.required("selector", "");
    }
    errors.not_negative("replicas", spec["replicas"].as_i64().unwrap_or_default());
    if spec["template"].is_null() {
        errors.required("template", "");
        return;
    }
    let labels = &spec["template"]["metadata"]["labels"];
    if entries(&spec["selector"]).any(|(key, value)| labels.get(key) != Some(value)) {
        errors.invalid_value("template.metadata.labels", "`selector` does not match template `labels`");
    }
    pod_template(errors, "template", &spec["template"]);
    errors.one_of("template.spec.restartPolicy", word(&spec["template"]["spec"]["restartPolicy"]), &["Always"]);
}

fn cron_job(errors: &mut Errors, spec: &Value, name: &str) {
    let schedule = word(&spec["schedule"]);
    errors.wanted("schedule", schedule);
    if let Some(why) = cron::mistake(schedule).filter(|_| !schedule.is_empty()) {
        errors.invalid("schedule", schedule, &why);
    }
    if schedule.contains("TZ") {
        errors.invalid("schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    }
    errors.not_negative("startingDeadlineSeconds", spec["startingDeadlineSeconds"].as_i64().unwrap_or_default());
    errors.choice("concurrencyPolicy", word(&spec["concurrencyPolicy"]), &["Allow", "Forbid", "Replace"]);
    if let Ok(job) = wire::from_value(spec["jobTemplate"]["spec"].clone()) {
        errors.within("jobTemplate.spec", |errors| job_spec(errors, &job));
    }
    for field in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        errors.not_negative(field, spec[field].as_i64().unwrap_or_default());
    }
    // Its jobs' names are eleven characters longer, and are labels.
    if name.len() > 52 {
        errors.at(0, |errors| errors.invalid("metadata.name", name, "must be no more than 52 characters"));
    }
}

fn custom_resource_definition(errors: &mut Errors, spec: &Value, name: &str) {
    let (group, plural) = (word(&spec["group"]), word(&spec["names"]["plural"]));
    if name != [plural, group].join(".") {
        errors.invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
    }
    errors.within("spec", |errors| {
        errors.check_required("group", group, names::dns_subdomain);
        if names::dns_subdomain(group).is_empty() && !group.contains('.') {
            errors.invalid("group", group, "should be a domain with at least one dot");
        }
        errors.choice("scope", word(&spec["scope"]), &["Cluster", "Namespaced"]);
        let versions = items(&spec["versions"]);
        errors.each("versions", versions, |errors, version| {
            if version["schema"]["openAPIV3Schema"].is_null() {
                errors.required("schema.openAPIV3Schema", "");
            }
        });
        errors.each("versions", versions, |errors, version| {
            errors.check("name", word(&version["name"]), names::dns_1035_label);
        });
        if versions.iter().filter(|version| version["storage"] == true).count() != 1 {
            errors.invalid_value("versions", "must have exactly one version marked as storage version");
        }
        for field in ["plural", "singular", "kind", "listKind"] {
            errors.wanted(&format!("names.{field}"), word(&spec["names"][field]));
        }
        for field in ["plural", "singular"] {
            let name = spec["names"][field].as_str().map(str::to_owned);
            errors.check_given(&format!("names.{field}"), &name, names::dns_1035_label);
        }
    });
}
