//! Deployments, ReplicaSets, StatefulSets and Jobs
//! (upstream: `pkg/apis/apps/validation/validation.go`, `pkg/apis/batch/validation/validation.go`).

use super::super::selector::Selector;
use super::super::{
    Deployment, IntOrString, Job, JobSpec, LabelSelector, PersistentVolumeClaimSpec, PodTemplateSpec, ReplicaSet,
    StatefulSet, StatefulSetSpec, Volume,
};
use super::daemon_set::{amount, at_most_all, int_or_percent, same, template};
use super::errors::{Errors, list, text};
use super::{metadata, names};

/// How many pods an indexed job may run at a time (`maxParallelismForIndexedJob`).
const MOST_INDEXED: i32 = 100_000;

pub(super) fn deployment(errors: &mut Errors, it: &Deployment) {
    let Some(spec) = &it.spec else { return };
    number(errors, "replicas", spec.replicas);
    selected_template(errors, &spec.selector, &spec.template, "deployment");
    pods_run_for_ever(errors, &spec.template, "ReplicaSet");
    errors.within("spec.strategy", |errors| {
        let strategy = spec.strategy.as_ref();
        let rolling = strategy.and_then(|it| it.rolling_update.as_ref());
        match (strategy.map_or("", |it| text(&it.type_)), rolling) {
            ("Recreate", None) | ("RollingUpdate", None) => {}
            ("Recreate", Some(_)) => {
                errors.forbidden("rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
            }
            ("RollingUpdate", Some(rolling)) => errors.within("rollingUpdate", |errors| {
                let nought = IntOrString::Int(0);
                let unavailable = rolling.max_unavailable.as_ref().unwrap_or(&nought);
                let surge = rolling.max_surge.as_ref().unwrap_or(&nought);
                int_or_percent(errors, "maxUnavailable", unavailable);
                int_or_percent(errors, "maxSurge", surge);
                if amount(unavailable) == 0 && amount(surge) == 0 {
                    errors.invalid_value("maxUnavailable", "may not be 0 when `maxSurge` is 0");
                }
                at_most_all(errors, "maxUnavailable", unavailable);
            }),
            (other, rolling) => {
                // The server shows its internal type, whose fields have capitals.
                let limits = |rolling: &super::super::RollingUpdateDeployment| {
                    [("MaxUnavailable", &rolling.max_unavailable), ("MaxSurge", &rolling.max_surge)].map(|(name, it)| {
                        let shown = it.as_ref().map_or_else(|| "0".to_owned(), shown);
                        format!("{name:?}:{shown}")
                    })
                };
                let rolling = rolling.map_or("null".to_owned(), |rolling| format!("{{{}}}", limits(rolling).join(",")));
                let detail = "supported values: \"Recreate\", \"RollingUpdate\"";
                errors.add("", "Unsupported value", &format!("{{\"Type\":{other:?},\"RollingUpdate\":{rolling}}}"), detail);
            }
        }
    });
    number(errors, "minReadySeconds", spec.min_ready_seconds);
    number(errors, "revisionHistoryLimit", spec.revision_history_limit);
    number(errors, "progressDeadlineSeconds", spec.progress_deadline_seconds);
    if let Some(deadline) = spec.progress_deadline_seconds.filter(|it| *it <= spec.min_ready_seconds.unwrap_or_default()) {
        errors.invalid_number("spec.progressDeadlineSeconds", deadline.into(), "must be greater than minReadySeconds");
    }
}

pub(super) fn deployment_update(errors: &mut Errors, new: &Deployment, old: &Deployment) {
    if let (Some(new), Some(old)) = (&new.spec, &old.spec) {
        immutable(errors, "spec.selector", same(&new.selector, &old.selector));
    }
}

pub(super) fn replica_set(errors: &mut Errors, it: &ReplicaSet) {
    let Some(spec) = &it.spec else { return };
    number(errors, "replicas", spec.replicas);
    number(errors, "minReadySeconds", spec.min_ready_seconds);
    let template = spec.template.clone().unwrap_or_default();
    // Upstream says "deployment" here too.
    selected_template(errors, &spec.selector, &template, "deployment");
    pods_run_for_ever(errors, &template, "ReplicaSet");
}

pub(super) fn replica_set_update(errors: &mut Errors, new: &ReplicaSet, old: &ReplicaSet) {
    if let (Some(new), Some(old)) = (&new.spec, &old.spec) {
        immutable(errors, "spec.selector", same(&new.selector, &old.selector));
    }
}

pub(super) fn stateful_set(errors: &mut Errors, it: &StatefulSet) {
    let Some(spec) = &it.spec else { return };
    errors.within("spec", |errors| {
        let policy = text(&spec.pod_management_policy);
        if !matches!(policy, "OrderedReady" | "Parallel") {
            errors.invalid("podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'");
        }
        errors.within("updateStrategy", |errors| stateful_strategy(errors, spec));
        if let Some(policy) = &spec.persistent_volume_claim_retention_policy {
            errors.within("persistentVolumeClaimRetentionPolicy", |errors| {
                errors.one_of("whenDeleted", text(&policy.when_deleted), &["Retain", "Delete"]);
                errors.one_of("whenScaled", text(&policy.when_scaled), &["Retain", "Delete"]);
            });
        }
        errors.each("volumeClaimTemplates", list(&spec.volume_claim_templates), |errors, claim| {
            errors.within("spec", |errors| volume_claim(errors, &claim.spec.clone().unwrap_or_default()));
        });
        errors.not_negative("replicas", spec.replicas.unwrap_or_default().into());
        errors.not_negative("minReadySeconds", spec.min_ready_seconds.unwrap_or_default().into());
        let start = spec.ordinals.as_ref().and_then(|it| it.start);
        errors.not_negative("ordinals.start", start.unwrap_or_default().into());
        errors.check_given("serviceName", &spec.service_name, names::dns_label);
    });
    let mut template = spec.template.clone();
    if let Some(pod) = &mut template.spec {
        // The controller sets both, and makes volumes of the claims.
        (pod.subdomain, pod.hostname) = (None, None);
        let claims = list(&spec.volume_claim_templates).iter().filter_map(|claim| claim.metadata.name.clone());
        let volumes = pod.volumes.get_or_insert_default();
        for name in claims.filter(|name| !name.is_empty()) {
            volumes.retain(|volume| volume.name != name);
            volumes.push(Volume { name, empty_dir: Some(Default::default()), ..Volume::default() });
        }
    }
    selected_template(errors, &spec.selector, &template, "statefulset");
    pods_run_for_ever(errors, &template, "StatefulSet");
}

fn stateful_strategy(errors: &mut Errors, spec: &StatefulSetSpec) {
    let strategy = spec.update_strategy.as_ref();
    let rolling = strategy.and_then(|it| it.rolling_update.as_ref());
    match (strategy.map_or("", |it| text(&it.type_)), rolling) {
        ("OnDelete" | "RollingUpdate", None) => {}
        ("OnDelete", Some(rolling)) => {
            let unavailable = rolling.max_unavailable.as_ref().map_or_else(|| "null".to_owned(), shown);
            let partition = rolling.partition.unwrap_or_default();
            let shown = format!("{{\"Partition\":{partition},\"MaxUnavailable\":{unavailable}}}");
            errors.add("rollingUpdate", "Invalid value", &shown, "only allowed for updateStrategy 'RollingUpdate'");
        }
        ("RollingUpdate", Some(rolling)) => errors.within("rollingUpdate", |errors| {
            errors.not_negative("partition", rolling.partition.unwrap_or_default().into());
            if let Some(unavailable) = &rolling.max_unavailable {
                int_or_percent(errors, "maxUnavailable", unavailable);
                if amount(unavailable) == 0 {
                    errors.invalid_value("maxUnavailable", "cannot be 0");
                }
                at_most_all(errors, "maxUnavailable", unavailable);
            }
        }),
        (other, _) => {
            let shown = format!("{{\"Type\":{other:?},\"RollingUpdate\":null}}");
            errors.add("", "Invalid value", &shown, "must be 'RollingUpdate' or 'OnDelete'");
        }
    }
}

pub(super) fn stateful_set_update(errors: &mut Errors, new: &StatefulSet, old: &StatefulSet) {
    let (Some(new), Some(old)) = (&new.spec, &old.spec) else { return };
    let mut munged = new.clone();
    munged.replicas = old.replicas;
    munged.template.clone_from(&old.template);
    munged.update_strategy.clone_from(&old.update_strategy);
    munged.min_ready_seconds = old.min_ready_seconds;
    munged.ordinals.clone_from(&old.ordinals);
    munged.revision_history_limit = old.revision_history_limit;
    munged.persistent_volume_claim_retention_policy.clone_from(&old.persistent_volume_claim_retention_policy);
    if munged != *old {
        let detail = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', \
                      'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
        errors.forbidden("spec", detail);
    }
}

/// What a claim of storage asks for (`ValidatePersistentVolumeClaimSpec`).
pub(super) fn volume_claim(errors: &mut Errors, it: &PersistentVolumeClaimSpec) {
    const MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
    let modes = list(&it.access_modes);
    if modes.is_empty() {
        errors.required("accessModes", "at least 1 access mode is required");
    }
    if let Some(selector) = &it.selector {
        metadata::label_selector(errors, "selector", selector);
    }
    modes.iter().for_each(|mode| errors.one_of("accessModes", mode, &MODES));
    let alone = |mode: &String| mode == "ReadWriteOncePod";
    if modes.iter().any(alone) && modes.iter().any(|mode| !alone(mode) && MODES.contains(&mode.as_str())) {
        errors.forbidden("accessModes", "may not use ReadWriteOncePod with other access modes");
    }
    let requests = it.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    match requests.and_then(|requests| requests.get("storage")) {
        None => errors.required("resources[storage]", ""),
        Some(size) if size.0.starts_with('-') || size.0 == "0" => {
            errors.invalid("resources[storage]", &size.0, "must be greater than zero");
        }
        Some(_) => {}
    }
    errors.check_given("storageClassName", &it.storage_class_name, names::dns_subdomain);
    errors.one_of("volumeMode", text(&it.volume_mode), &["Block", "Filesystem"]);
    errors.check_given("volumeAttributesClassName", &it.volume_attributes_class_name, names::dns_subdomain);
}

pub(super) fn job(errors: &mut Errors, it: &Job) {
    let Some(spec) = &it.spec else { return };
    if spec.manual_selector != Some(true) {
        generated_labels(errors, it, spec);
    }
    errors.within("spec", |errors| job_spec(errors, spec));
    if let Some(selector) = &spec.selector {
        let before = errors.found.len();
        metadata::label_selector(errors, "spec.selector", selector);
        if errors.found.len() == before && !matches(selector, &spec.template) {
            errors.invalid_value("spec.template.metadata.labels", "`selector` does not match template `labels`");
        }
    } else {
        errors.required("spec.selector", "");
    }
    if let (Some("Indexed"), Some(completions @ 1..)) = (spec.completion_mode.as_deref(), spec.completions) {
        let name = text(&it.metadata.name);
        let host = format!("{name}-{}", completions - 1);
        if !names::dns_label(&host).is_empty() {
            let detail = format!("will not able to create pod with invalid DNS label: {host}");
            errors.invalid("metadata.name", name, &detail);
        }
    }
}

fn generated_labels(errors: &mut Errors, it: &Job, spec: &JobSpec) {
    let none = Default::default();
    let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref()).unwrap_or(&none);
    let (name, uid) = (text(&it.metadata.name), text(&it.metadata.uid));
    let expected = [
        ("controller-uid", uid),
        ("job-name", name),
        ("batch.kubernetes.io/controller-uid", uid),
        ("batch.kubernetes.io/job-name", name),
    ];
    for (key, value) in expected {
        let field = format!("spec.template.metadata.labels[{key}]");
        let detail = format!("must be '{value}'");
        match labels.get(key) {
            None => errors.required(&field, &detail),
            Some(other) if other != value => {
                let all = super::super::yaml::to_compact_json(&errors.value("spec.template.metadata.labels"));
                errors.add(&field, "Invalid value", &all, &detail);
            }
            Some(_) => {}
        }
    }
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let selected = spec.selector.as_ref().and_then(|selector| Selector::from_label_selector(selector).ok());
    if selected.is_some_and(|selector| !selector.matches(&expected)) {
        errors.invalid_value("spec.selector", "`selector` not auto-generated");
    }
}

/// The spec of a job, without its selector; a CronJob's template has one too.
pub(super) fn job_spec(errors: &mut Errors, spec: &JobSpec) {
    let numbers = [
        ("parallelism", spec.parallelism.map(i64::from)),
        ("completions", spec.completions.map(i64::from)),
        ("activeDeadlineSeconds", spec.active_deadline_seconds),
        ("backoffLimit", spec.backoff_limit.map(i64::from)),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished.map(i64::from)),
        ("backoffLimitPerIndex", spec.backoff_limit_per_index.map(i64::from)),
        ("maxFailedIndexes", spec.max_failed_indexes.map(i64::from)),
    ];
    for (field, number) in numbers {
        errors.not_negative(field, number.unwrap_or_default());
    }
    if spec.max_failed_indexes.is_some() && spec.backoff_limit_per_index.is_none() {
        errors.required("backoffLimitPerIndex", "when maxFailedIndexes is specified");
    }
    match spec.completion_mode.as_deref() {
        Some("Indexed") => {
            if spec.completions.is_none() {
                errors.required("completions", "when completion mode is Indexed");
            }
            if let Some(parallelism) = spec.parallelism.filter(|it| *it > MOST_INDEXED) {
                let detail = format!("must be less than or equal to {MOST_INDEXED} when completion mode is Indexed");
                errors.invalid_number("parallelism", parallelism.into(), &detail);
            }
        }
        mode => {
            if let Some(mode) = mode.filter(|mode| *mode != "NonIndexed") {
                errors.not_supported("completionMode", mode, &["NonIndexed", "Indexed"]);
            }
            for (field, number) in
                [("backoffLimitPerIndex", spec.backoff_limit_per_index), ("maxFailedIndexes", spec.max_failed_indexes)]
            {
                if let Some(number) = number.filter(|_| mode.is_none_or(|mode| mode == "NonIndexed")) {
                    errors.invalid_number(field, number.into(), "requires indexed completion mode");
                }
            }
        }
    }
    if let Some(policy) = &spec.pod_replacement_policy {
        let supported: &[&str] =
            if spec.pod_failure_policy.is_some() { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
        errors.one_of("podReplacementPolicy", policy, supported);
    }
    errors.within("template", |errors| template(errors, &spec.template));
    let policy = spec.template.spec.as_ref().map_or("", |pod| text(&pod.restart_policy));
    match policy {
        "" | "Always" => errors.required("template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""),
        "OnFailure" if spec.pod_failure_policy.is_some() => {
            let detail = "only \"Never\" is supported when podFailurePolicy is specified";
            errors.invalid("template.spec.restartPolicy", policy, detail);
        }
        other => errors.one_of("template.spec.restartPolicy", other, &["OnFailure", "Never"]),
    }
}

pub(super) fn job_update(errors: &mut Errors, new: &Job, old: &Job) {
    let (Some(new), Some(old)) = (&new.spec, &old.spec) else { return };
    if new.completion_mode.as_deref() != Some("Indexed") {
        immutable(errors, "spec.completions", new.completions == old.completions);
    } else if let Some(completions) =
        new.completions.filter(|it| Some(*it) != old.completions && Some(*it) != new.parallelism)
    {
        errors.invalid_number(
            "spec.completions",
            completions.into(),
            "can only be modified in tandem with spec.parallelism",
        );
    }
    immutable(errors, "spec.selector", new.selector == old.selector);
    let mut template = new.template.clone();
    if old.suspend == Some(true) {
        // A suspended job may be told where to run.
        if let (Some(new), Some(old)) = (&mut template.spec, &old.template.spec) {
            new.node_selector.clone_from(&old.node_selector);
            new.tolerations.clone_from(&old.tolerations);
            new.scheduling_gates.clone_from(&old.scheduling_gates);
            new.affinity.clone_from(&old.affinity);
        }
        template.metadata.clone_from(&old.template.metadata);
    }
    immutable(errors, "spec.template", template == old.template);
    immutable(errors, "spec.completionMode", new.completion_mode == old.completion_mode);
    immutable(errors, "spec.podFailurePolicy", new.pod_failure_policy == old.pod_failure_policy);
    immutable(errors, "spec.backoffLimitPerIndex", new.backoff_limit_per_index == old.backoff_limit_per_index);
    immutable(errors, "spec.managedBy", new.managed_by == old.managed_by);
    immutable(errors, "spec.successPolicy", new.success_policy == old.success_policy);
}

/// A field that was to stay as it was, and did or did not.
pub(super) fn immutable(errors: &mut Errors, field: &str, same: impl Into<bool>) {
    if !same.into() {
        errors.invalid_value(field, "field is immutable");
    }
}

fn number(errors: &mut Errors, field: &str, value: Option<i32>) {
    errors.within("spec", |errors| errors.not_negative(field, value.unwrap_or_default().into()));
}

/// The selector of a workload, the template that has to match it, and the template itself.
fn selected_template(errors: &mut Errors, selector: &LabelSelector, it: &PodTemplateSpec, what: &str) {
    let before = errors.found.len();
    let missing = selector.match_labels.is_none() && selector.match_expressions.is_none();
    if missing {
        errors.required("spec.selector", "");
    } else {
        metadata::label_selector(errors, "spec.selector", selector);
    }
    let wrong = !missing && errors.found.len() > before;
    if !missing && same(selector, &LabelSelector::default()) {
        errors.add("spec.selector", "Invalid value", "{}", &format!("empty selector is invalid for {what}"));
    }
    if wrong {
        errors.invalid_value("spec.selector", if what == "statefulset" { "" } else { "invalid label selector" });
        return;
    }
    if missing || !matches(selector, it) {
        errors.invalid_value("spec.template.metadata.labels", "`selector` does not match template `labels`");
    }
    errors.within("spec.template", |errors| template(errors, it));
}

fn matches(selector: &LabelSelector, it: &PodTemplateSpec) -> bool {
    let none = Default::default();
    let labels = it.metadata.as_ref().and_then(|meta| meta.labels.as_ref()).unwrap_or(&none);
    Selector::from_label_selector(selector).is_ok_and(|selector| selector.matches(labels))
}

fn pods_run_for_ever(errors: &mut Errors, it: &PodTemplateSpec, what: &str) {
    let Some(pod) = &it.spec else { return };
    errors.one_of("spec.template.spec.restartPolicy", text(&pod.restart_policy), &["Always"]);
    if pod.active_deadline_seconds.is_some() {
        let detail = format!("activeDeadlineSeconds in {what} is not Supported");
        errors.forbidden("spec.template.spec.activeDeadlineSeconds", &detail);
    }
}

fn shown(it: &IntOrString) -> String {
    match it {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(text) => format!("{text:?}"),
    }
}
