//! DaemonSets (upstream: `pkg/apis/apps/validation/validation.go`).

use super::super::selector::Selector;
use super::super::{DaemonSet, DaemonSetUpdateStrategy, IntOrString, Kind, LabelSelector, PodTemplateSpec};
use super::errors::{Errors, json, text};
use super::{metadata, names, pod_spec};

pub(super) fn create(errors: &mut Errors, it: &DaemonSet) {
    metadata::create(errors, Kind::DaemonSet, &it.metadata);
    spec(errors, it);
}

pub(super) fn update(errors: &mut Errors, new: &DaemonSet, old: &DaemonSet) {
    metadata::update(errors, &new.metadata, &old.metadata);
    let selector = |it: &DaemonSet| it.spec.as_ref().map(|spec| spec.selector.clone()).unwrap_or_default();
    if !same(&selector(new), &selector(old)) {
        errors.invalid("spec.selector", json(&selector(new)), "field is immutable");
    }
    spec(errors, new);
}

/// Equal but for the difference between nothing and empty.
fn same(a: &LabelSelector, b: &LabelSelector) -> bool {
    let labels = |it: &LabelSelector| it.match_labels.clone().unwrap_or_default();
    let expressions = |it: &LabelSelector| it.match_expressions.clone().unwrap_or_default();
    labels(a) == labels(b) && expressions(a) == expressions(b)
}

fn spec(errors: &mut Errors, it: &DaemonSet) {
    let spec = it.spec.clone().unwrap_or_default();
    let selector = &spec.selector;
    metadata::label_selector(errors, "spec.selector", selector);
    let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref());
    // A selector that is missing selects nothing, one that is empty everything.
    let missing = selector.match_labels.is_none() && selector.match_expressions.is_none();
    let empty = selector.match_labels.iter().flatten().next().is_none()
        && selector.match_expressions.iter().flatten().next().is_none();
    let matches = match Selector::from_label_selector(selector) {
        _ if missing => false,
        Ok(_) if !selectable(selector) => true,
        Ok(selector) => selector.matches(&labels.cloned().unwrap_or_default()),
        Err(_) => true,
    };
    if !matches {
        let detail = "`selector` does not match template `labels`";
        errors.invalid("spec.template.metadata.labels", json(&labels.cloned()), detail);
    }
    if empty && !missing {
        errors.invalid("spec.selector", json(&LabelSelector::default()), "empty selector is invalid for daemonset");
    }
    template(errors, &spec.template);
    let pod = spec.template.spec.unwrap_or_default();
    if pod.restart_policy.as_deref() != Some("Always") {
        errors.not_supported("spec.template.spec.restartPolicy", text(&pod.restart_policy), &["Always"]);
    }
    if pod.active_deadline_seconds.is_some() {
        let detail = "activeDeadlineSeconds in DaemonSet is not Supported";
        errors.forbidden("spec.template.spec.activeDeadlineSeconds", detail);
    }
    errors.not_negative("spec.minReadySeconds", spec.min_ready_seconds.unwrap_or_default().into());
    strategy(errors, &spec.update_strategy.unwrap_or_default());
    errors.not_negative("spec.revisionHistoryLimit", spec.revision_history_limit.unwrap_or_default().into());
}

/// Whether upstream would make a selector of it; it does not of one that breaks the rules for labels.
fn selectable(selector: &LabelSelector) -> bool {
    let mut errors = Errors::default();
    metadata::label_selector(&mut errors, "", selector);
    errors.0.is_empty()
}

fn template(errors: &mut Errors, it: &PodTemplateSpec) {
    let meta = it.metadata.clone().unwrap_or_default();
    metadata::labels(errors, "spec.template.labels", meta.labels.as_ref());
    metadata::annotations(errors, "spec.template.annotations", meta.annotations.as_ref());
    let spec = it.spec.clone().unwrap_or_default();
    pod_spec::check(errors, "spec.template.spec", &spec, pod_spec::Holder::Template);
    if spec.ephemeral_containers.iter().flatten().next().is_some() {
        let detail = "ephemeral containers not allowed in pod template";
        errors.forbidden("spec.template.spec.ephemeralContainers", detail);
    }
}

fn strategy(errors: &mut Errors, it: &DaemonSetUpdateStrategy) {
    let nought = IntOrString::Int(0);
    let limits = |it: &DaemonSetUpdateStrategy| {
        let rolling = it.rolling_update.as_ref();
        let unavailable = rolling.and_then(|rolling| rolling.max_unavailable.clone());
        let surge = rolling.and_then(|rolling| rolling.max_surge.clone());
        (unavailable.unwrap_or(nought.clone()), surge.unwrap_or(nought.clone()))
    };
    let (unavailable, surge) = limits(it);
    match text(&it.type_) {
        "OnDelete" => {}
        "RollingUpdate" => {
            let (unavailable_path, surge_path) =
                ("spec.updateStrategy.rollingUpdate.maxUnavailable", "spec.updateStrategy.rollingUpdate.maxSurge");
            int_or_percent(errors, unavailable_path, &unavailable);
            int_or_percent(errors, surge_path, &surge);
            at_most_all(errors, unavailable_path, &unavailable);
            at_most_all(errors, surge_path, &surge);
            match (amount(&unavailable) != 0, amount(&surge) != 0) {
                (true, true) => {
                    errors.invalid(surge_path, json(&surge), "may not be set when maxUnavailable is non-zero");
                }
                (false, false) => errors.required(unavailable_path, "cannot be 0 when maxSurge is 0"),
                _ => {}
            }
        }
        other => {
            // The server shows its internal type, whose fields have capitals.
            let rolling = it
                .rolling_update
                .as_ref()
                .map(|_| serde_json::json!({"MaxUnavailable": json(&unavailable), "MaxSurge": json(&surge)}));
            let mut shown = format!("{{\"Type\":{}", json(&other.to_owned()));
            match rolling {
                None => shown.push_str(",\"RollingUpdate\":null}"),
                Some(rolling) => {
                    let (surge, unavailable) = (&rolling["MaxSurge"], &rolling["MaxUnavailable"]);
                    shown.push_str(&format!(
                        ",\"RollingUpdate\":{{\"MaxUnavailable\":{unavailable},\"MaxSurge\":{surge}}}}}"
                    ));
                }
            }
            errors.0.push(super::FieldError {
                field: "spec.updateStrategy".to_owned(),
                body: format!("Unsupported value: {shown}: supported values: \"RollingUpdate\", \"OnDelete\""),
            });
        }
    }
}

fn int_or_percent(errors: &mut Errors, path: &str, it: &IntOrString) {
    match it {
        IntOrString::Int(value) => errors.not_negative(path, (*value).into()),
        IntOrString::String(text) => errors.invalid_each(path, text, names::percent(text)),
    }
}

fn at_most_all(errors: &mut Errors, path: &str, it: &IntOrString) {
    if let IntOrString::String(text) = it
        && names::percent(text).is_empty()
        && amount(it) > 100
    {
        errors.invalid(path, text.as_str(), "must not be greater than 100%");
    }
}

/// The number, of a percentage too; what is no number is nought.
fn amount(it: &IntOrString) -> i64 {
    match it {
        IntOrString::Int(value) => (*value).into(),
        IntOrString::String(text) => {
            let digits = text.strip_suffix('%').unwrap_or(text);
            let many = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
            digits.parse().unwrap_or(if many { i64::MAX } else { 0 })
        }
    }
}
