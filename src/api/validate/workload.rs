//! What makes pods from a template (upstream: `pkg/apis/apps/validation/validation.go`).

use serde_json::{Value, json};

use super::super::{Kind, StringMap, selector::Selector, wire};
use super::errors::{Errors, has, internal, is_set, list, number, quoted, shown, text};
use super::{names, pod_spec, rules, volume};

/// The object as it is checked: a selector that is missing is not there; a StatefulSet has the volumes that its claims will be,
/// and not the names that it gives its pods itself.
pub(super) fn as_checked(kind: Kind, mut it: Value) -> Value {
    let selector = it.pointer_mut("/spec/selector").filter(|_| kind.group() == "apps");
    if let Some(selector) = selector.filter(|it| it.as_object().is_some_and(serde_json::Map::is_empty)) {
        selector.take();
    }
    if kind == Kind::StatefulSet {
        let claims = it["spec"]["volumeClaimTemplates"].take();
        let name = |claim: &Value| claim["metadata"]["name"].clone();
        let volume = |claim: &Value| json!({"name": name(claim), "persistentVolumeClaim": {"claimName": name(claim)}});
        let mut volumes: Vec<Value> = claims.as_array().into_iter().flatten().map(volume).collect();
        let pod = &mut it["spec"]["template"]["spec"];
        let own = pod["volumes"].take();
        volumes.extend(
            own.as_array()
                .into_iter()
                .flatten()
                .filter(|own| volumes.iter().all(|it| it["name"] != own["name"]))
                .cloned()
                .collect::<Vec<_>>(),
        );
        pod["volumes"] = volumes.into();
        for field in ["hostname", "subdomain"] {
            pod[field].take();
        }
        it["spec"]["volumeClaimTemplates"] = claims;
    }
    it
}

/// Checks the spec of a kind that makes pods, or what the table says of any other.
pub(super) fn spec<'a>(errors: &mut Errors<'a>, kind: Kind, it: &'a Value) {
    let spec = &it["spec"];
    if kind == Kind::Job {
        return job(errors, it);
    }
    if kind.group() != "apps" || kind == Kind::ControllerRevision {
        return rules::check(errors, kind.name(), it);
    }
    errors.within("spec", |errors| match kind {
        Kind::DaemonSet => {
            makes_pods(errors, kind, spec);
            rules::check(errors, "DaemonSetSpec", spec);
            errors.within("updateStrategy", |errors| daemon_set_strategy(errors, &spec["updateStrategy"]));
            rules::check(errors, "RevisionLimit", spec);
        }
        Kind::Deployment => {
            rules::check(errors, "Replicas", spec);
            makes_pods(errors, kind, spec);
            errors.within("strategy", |errors| deployment_strategy(errors, &spec["strategy"]));
            rules::check(errors, "DaemonSetSpec", spec);
            rules::check(errors, "RevisionLimit", spec);
            rules::check(errors, "DeploymentSpec", spec);
            let (deadline, ready) = (number(spec, "progressDeadlineSeconds"), number(spec, "minReadySeconds"));
            if deadline <= ready {
                errors.shown("progressDeadlineSeconds", &deadline.to_string(), "must be greater than minReadySeconds");
            }
        }
        Kind::ReplicaSet => {
            rules::check(errors, "Replicas", spec);
            rules::check(errors, "DaemonSetSpec", spec);
            makes_pods(errors, kind, spec);
        }
        Kind::StatefulSet => {
            stateful_set(errors, spec);
            makes_pods(errors, kind, spec);
        }
        _ => {}
    });
}

/// Checks what a kind that makes pods may not change.
pub(super) fn update<'a>(errors: &mut Errors<'a>, kind: Kind, new: &'a Value, old: &'a Value) {
    let (new, old) = (&new["spec"], &old["spec"]);
    match kind {
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet if !same_selector(&new["selector"], &old["selector"]) => {
            errors.shown("spec.selector", &selector_shown(&new["selector"]), "field is immutable");
        }
        Kind::StatefulSet => {
            let free = "replicas ordinals template updateStrategy revisionHistoryLimit persistentVolumeClaimRetentionPolicy \
                        minReadySeconds";
            let rest = |spec: &Value| {
                let mut rest = spec.as_object().cloned().unwrap_or_default();
                free.split(' ').for_each(|field| drop(rest.remove(field)));
                rest
            };
            if rest(new) != rest(old) {
                errors.forbidden(
                    "spec",
                    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                     'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
                );
            }
        }
        Kind::Job => job_update(errors, new, old),
        _ => {}
    }
}

/// Tells which of the fields (`a.b c`) are not as they were.
pub(super) fn immutable(errors: &mut Errors<'_>, fields: &str, new: &Value, old: &Value) {
    for field in fields.split(' ').filter(|field| !field.is_empty()) {
        let [new, old] = [new, old].map(|it| field.split('.').fold(it, |it, step| &it[step]));
        if new != old {
            errors.invalid(field, new, "field is immutable");
        }
    }
}

/// Equal but for the difference between nothing and empty.
fn same_selector(a: &Value, b: &Value) -> bool {
    let labels = |it: &Value| it["matchLabels"].as_object().cloned().unwrap_or_default();
    a.is_null() == b.is_null() && labels(a) == labels(b) && list(a, "matchExpressions") == list(b, "matchExpressions")
}

/// A selector with its fields in the server's order.
fn selector_shown(it: &Value) -> String {
    let labels = it["matchLabels"].as_object().filter(|labels| !labels.is_empty());
    let labels = labels.map(|_| format!("\"matchLabels\":{}", shown(&it["matchLabels"])));
    let expression = |it: &Value| {
        let values = if has(it, "values") { format!(",\"values\":{}", shown(&it["values"])) } else { String::new() };
        format!("{{\"key\":{},\"operator\":{}{values}}}", shown(&it["key"]), shown(&it["operator"]))
    };
    let expressions: Vec<String> = list(it, "matchExpressions").iter().map(expression).collect();
    let expressions =
        Some(expressions.join(",")).filter(|all| !all.is_empty()).map(|all| format!("\"matchExpressions\":[{all}]"));
    match it {
        Value::Null => "null".to_owned(),
        _ => format!("{{{}}}", [labels, expressions].into_iter().flatten().collect::<Vec<_>>().join(",")),
    }
}

/// The selector and the template that it has to match.
fn makes_pods<'a>(errors: &mut Errors<'a>, kind: Kind, spec: &'a Value) {
    let selector = &spec["selector"];
    let before = errors.found.len();
    let is_empty = list(selector, "matchExpressions").is_empty()
        && selector["matchLabels"].as_object().is_none_or(serde_json::Map::is_empty);
    if has(spec, "selector") {
        errors.within("selector", |errors| rules::check(errors, "LabelSelector", selector));
    } else if kind != Kind::DaemonSet {
        errors.required("selector", "");
    }
    // Upstream makes no selector of one that breaks the rules for labels.
    let is_readable = errors.found.len() == before || selector.is_null();
    let labels = &spec["template"]["metadata"]["labels"];
    // A selector that is missing selects nothing, one that is empty everything.
    let is_matched = if is_empty { !selector.is_null() } else { selects(selector, labels) };
    let mismatch = is_readable && !is_matched;
    let told = |errors: &mut Errors<'a>| {
        errors.invalid("template.metadata.labels", labels, "`selector` does not match template `labels`");
    };
    let empty_told = |errors: &mut Errors<'a>| {
        if is_empty && !selector.is_null() {
            let kind = if kind == Kind::ReplicaSet { Kind::Deployment } else { kind };
            let detail = format!("empty selector is invalid for {}", kind.singular());
            errors.shown("selector", "{}", &detail);
        }
    };
    if kind == Kind::DaemonSet {
        if mismatch {
            told(errors);
        }
        empty_told(errors);
    } else {
        empty_told(errors);
        if !is_readable {
            let detail = if kind == Kind::StatefulSet { "" } else { "invalid label selector" };
            return errors.shown("selector", &selector_shown(selector), detail);
        }
        if mismatch {
            told(errors);
        }
    }
    errors.within("template", |errors| pod_spec::template(errors, &spec["template"]));
    let pod = &spec["template"]["spec"];
    if text(pod, "restartPolicy") != "Always" {
        errors.not_supported("template.spec.restartPolicy", &quoted(text(pod, "restartPolicy")), "Always");
    }
    if has(pod, "activeDeadlineSeconds") {
        let kind = if kind == Kind::Deployment { Kind::ReplicaSet } else { kind };
        let detail = format!("activeDeadlineSeconds in {} is not Supported", kind.name());
        errors.forbidden("template.spec.activeDeadlineSeconds", &detail);
    }
}

/// Whether a selector selects labels.
fn selects(selector: &Value, labels: &Value) -> bool {
    let labels = wire::from_value::<Option<StringMap>>(labels.clone()).unwrap_or_default().unwrap_or_default();
    let selector = wire::from_value(selector.clone());
    selector.is_ok_and(|it| Selector::from_label_selector(&it).is_ok_and(|selector| selector.matches(&labels)))
}

fn daemon_set_strategy(errors: &mut Errors<'_>, it: &Value) {
    let rolling = &it["rollingUpdate"];
    match text(it, "type") {
        "OnDelete" => {}
        "RollingUpdate" => errors.within("rollingUpdate", |errors| {
            let fields = ["maxUnavailable", "maxSurge"];
            fields.iter().for_each(|field| int_or_percent(errors, field, &rolling[*field]));
            fields.iter().for_each(|field| at_most_all(errors, field, &rolling[*field]));
            match (amount(&rolling[fields[0]]) != 0, amount(&rolling[fields[1]]) != 0) {
                (true, true) => {
                    errors.invalid("maxSurge", &rolling["maxSurge"], "may not be set when maxUnavailable is non-zero");
                }
                (false, false) => errors.required("maxUnavailable", "cannot be 0 when maxSurge is 0"),
                _ => {}
            }
        }),
        _ => unknown_strategy(errors, it, "RollingUpdate|OnDelete"),
    }
}

fn deployment_strategy(errors: &mut Errors<'_>, it: &Value) {
    let rolling = &it["rollingUpdate"];
    match text(it, "type") {
        "Recreate" if !rolling.is_null() => {
            errors.forbidden("rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        }
        "Recreate" => {}
        "RollingUpdate" => errors.within("rollingUpdate", |errors| {
            int_or_percent(errors, "maxUnavailable", &rolling["maxUnavailable"]);
            int_or_percent(errors, "maxSurge", &rolling["maxSurge"]);
            if amount(&rolling["maxUnavailable"]) == 0 && amount(&rolling["maxSurge"]) == 0 {
                let detail = "may not be 0 when `maxSurge` is 0";
                errors.invalid("maxUnavailable", &rolling["maxUnavailable"], detail);
            }
            at_most_all(errors, "maxUnavailable", &rolling["maxUnavailable"]);
        }),
        _ => unknown_strategy(errors, it, "Recreate|RollingUpdate"),
    }
}

fn unknown_strategy(errors: &mut Errors<'_>, it: &Value, supported: &str) {
    let mut it = it.clone();
    if has(&it, "rollingUpdate") {
        for field in ["maxUnavailable", "maxSurge"] {
            let rolling = &mut it["rollingUpdate"][field];
            *rolling = if rolling.is_null() { 0.into() } else { rolling.take() };
        }
    }
    errors.not_supported("", &internal(&it, "Type RollingUpdate(MaxUnavailable,MaxSurge)"), supported);
}

fn stateful_set<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let policy = text(spec, "podManagementPolicy");
    if !["OrderedReady", "Parallel"].contains(&policy) {
        errors.invalid_text("podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
    }
    let (strategy, rolling) = (&spec["updateStrategy"], &spec["updateStrategy"]["rollingUpdate"]);
    match text(strategy, "type") {
        "OnDelete" if !rolling.is_null() => {
            let told = internal(rolling, "Partition MaxUnavailable");
            errors.shown("updateStrategy.rollingUpdate", &told, "only allowed for updateStrategy 'RollingUpdate'");
        }
        "OnDelete" => {}
        "RollingUpdate" => errors.within("updateStrategy.rollingUpdate", |errors| {
            rules::check(errors, "Partition", rolling);
        }),
        _ => {
            let told = internal(strategy, "Type RollingUpdate(Partition,MaxUnavailable)");
            errors.shown("updateStrategy", &told, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
    rules::check(errors, "StatefulSetSpec", spec);
    errors.each("volumeClaimTemplates", list(spec, "volumeClaimTemplates"), &mut |errors, claim| {
        errors.within("spec", |errors| volume::claim_spec(errors, &claim["spec"]));
    });
    rules::check(errors, "Replicas", spec);
    rules::check(errors, "DaemonSetSpec", spec);
    let service = text(spec, "serviceName");
    if !service.is_empty() {
        errors.invalid_each("serviceName", service, names::dns_label(service));
    }
}

/// How many pods an indexed job may run at a time (`maxParallelismForIndexedJob`).
const MOST_INDEXED: i64 = 100_000;

fn job<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let spec = &it["spec"];
    if !is_set(spec, "manualSelector") {
        generated_labels(errors, it);
    }
    errors.within("spec", |errors| job_spec(errors, spec));
    let (selector, labels) = (&spec["selector"], &spec["template"]["metadata"]["labels"]);
    if selector.is_null() {
        errors.required("spec.selector", "");
    } else {
        let before = errors.found.len();
        errors.within("spec.selector", |errors| rules::check(errors, "LabelSelector", selector));
        if errors.found.len() == before && !selects(selector, labels) {
            errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
        }
    }
    let completions = number(spec, "completions");
    if text(spec, "completionMode") == "Indexed" && completions > 0 {
        let host = format!("{}-{}", errors.name, completions - 1);
        if !names::dns_label(&host).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {host}");
            errors.invalid_text("metadata.name", errors.name, &detail);
        }
    }
}

/// The labels by which a job knows its pods.
fn generated_labels(errors: &mut Errors<'_>, it: &Value) {
    let labels = &it["spec"]["template"]["metadata"]["labels"];
    let mut expected = serde_json::Map::new();
    for (key, field) in [("controller-uid", "uid"), ("job-name", "name")] {
        for prefix in ["", "batch.kubernetes.io/"] {
            expected.insert(prefix.to_owned() + key, it["metadata"][field].clone());
        }
    }
    for prefix in ["", "batch.kubernetes.io/"] {
        for key in ["controller-uid", "job-name"] {
            let key = prefix.to_owned() + key;
            let wanted = text_of(&expected[&key]);
            let (field, detail) = (format!("spec.template.metadata.labels[{key}]"), format!("must be '{wanted}'"));
            match labels[&key].as_str() {
                None => errors.required(&field, &detail),
                Some(other) if other != wanted => errors.invalid(&field, labels, &detail),
                Some(_) => {}
            }
        }
    }
    let selector = &it["spec"]["selector"];
    if !selector.is_null() && !selects(selector, &expected.into()) {
        errors.shown("spec.selector", &selector_shown(selector), "`selector` not auto-generated");
    }
}

fn text_of(it: &Value) -> &str {
    it.as_str().unwrap_or_default()
}

/// Checks the spec of a job, without its selector; a CronJob's template has one too.
pub(super) fn job_spec<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    rules::check(errors, "JobSpec", spec);
    if has(spec, "maxFailedIndexes") && !has(spec, "backoffLimitPerIndex") {
        errors.required("backoffLimitPerIndex", "when maxFailedIndexes is specified");
    }
    let mode = spec["completionMode"].as_str();
    if mode == Some("Indexed") {
        if !has(spec, "completions") {
            errors.required("completions", "when completion mode is Indexed");
        }
        if number(spec, "parallelism") > MOST_INDEXED {
            let detail = format!("must be less than or equal to {MOST_INDEXED} when completion mode is Indexed");
            errors.invalid("parallelism", &spec["parallelism"], &detail);
        }
    } else if let Some(other) = mode.filter(|mode| *mode != "NonIndexed") {
        errors.not_supported("completionMode", &quoted(other), "NonIndexed|Indexed");
    } else {
        for field in ["backoffLimitPerIndex", "maxFailedIndexes"].into_iter().filter(|field| has(spec, field)) {
            errors.invalid(field, &spec[field], "requires indexed completion mode");
        }
    }
    let has_policy = has(spec, "podFailurePolicy");
    let replacement = if has_policy { "& |Failed" } else { "& |Failed|TerminatingOrFailed" };
    errors.within("podReplacementPolicy", |errors| {
        rules::value_of(errors, replacement, &spec["podReplacementPolicy"]);
    });
    let template = &spec["template"];
    errors.within("template", |errors| pod_spec::template(errors, template));
    let field = "template.spec.restartPolicy";
    match text(&template["spec"], "restartPolicy") {
        "" | "Always" => errors.required(field, "valid values: \"OnFailure\", \"Never\""),
        "OnFailure" if has_policy => {
            errors.invalid_text(field, "OnFailure", "only \"Never\" is supported when podFailurePolicy is specified");
        }
        "OnFailure" | "Never" => {}
        other => errors.not_supported(field, &quoted(other), "OnFailure|Never"),
    }
}

fn job_update(errors: &mut Errors<'_>, new: &Value, old: &Value) {
    errors.within("spec", |errors| {
        if text(new, "completionMode") != "Indexed" {
            immutable(errors, "completions", new, old);
        } else if new["completions"] != old["completions"] && new["completions"] != new["parallelism"] {
            errors.invalid("completions", &new["completions"], "can only be modified in tandem with spec.parallelism");
        }
        immutable(errors, "selector", new, old);
        let mut template = new["template"].clone();
        if is_set(old, "suspend") {
            // A suspended job may be told where to run.
            for field in ["nodeSelector", "tolerations", "schedulingGates", "affinity"] {
                template["spec"][field] = old["template"]["spec"][field].clone();
            }
            template["metadata"] = old["template"]["metadata"].clone();
        }
        if without_nulls(template) != without_nulls(old["template"].clone()) {
            errors.invalid("template", &new["template"], "field is immutable");
        }
        immutable(errors, "completionMode podFailurePolicy backoffLimitPerIndex managedBy successPolicy", new, old);
    });
}

/// A template whose fields that are not set are not there.
fn without_nulls(mut template: Value) -> Value {
    if let Some(spec) = template["spec"].as_object_mut() {
        spec.retain(|_, value| !value.is_null());
    }
    template
}

/// Checks a number of pods, or a percentage of them.
pub(super) fn share<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    int_or_percent(errors, "", it);
    at_most_all(errors, "", it);
}

fn int_or_percent(errors: &mut Errors<'_>, field: &str, it: &Value) {
    match it.as_str() {
        Some(text) => errors.invalid_each(field, text, names::percent(text)),
        None if amount(it) < 0 => errors.invalid(field, it, "must be greater than or equal to 0"),
        None => {}
    }
}

fn at_most_all(errors: &mut Errors<'_>, field: &str, it: &Value) {
    if it.as_str().is_some_and(|text| names::percent(text).is_empty()) && amount(it) > 100 {
        errors.invalid(field, it, "must not be greater than 100%");
    }
}

/// The number, of a percentage too; what is no number is nought.
fn amount(it: &Value) -> i64 {
    match it.as_str() {
        None => it.as_i64().unwrap_or_default(),
        Some(text) if names::percent(text).is_empty() => text.trim_end_matches('%').parse().unwrap_or(i64::MAX),
        Some(text) => text.parse().unwrap_or_default(),
    }
}
