//! DaemonSets (upstream: `pkg/apis/apps/validation/validation.go`).

use super::super::selector::Selector;
use super::super::{DaemonSet, DaemonSetUpdateStrategy, IntOrString, LabelSelector, PodTemplateSpec};
use super::errors::{Errors, list, text};
use super::{metadata, names, pod_spec};

pub(super) fn update(errors: &mut Errors, new: &DaemonSet, old: &DaemonSet) {
    if let (Some(new), Some(old)) = (&new.spec, &old.spec)
        && !same(&new.selector, &old.selector)
    {
        errors.invalid_value("spec.selector", "field is immutable");
    }
}

/// Equal but for the difference between nothing and empty.
pub(super) fn same(a: &LabelSelector, b: &LabelSelector) -> bool {
    a.match_labels.iter().flatten().eq(b.match_labels.iter().flatten())
        && list(&a.match_expressions) == list(&b.match_expressions)
}

pub(super) fn spec(errors: &mut Errors, it: &DaemonSet) {
    let Some(spec) = &it.spec else { return };
    let selector = &spec.selector;
    let before = errors.found.len();
    metadata::label_selector(errors, "spec.selector", selector);
    // Upstream makes no selector of one that breaks the rules for labels.
    let selectable = errors.found.len() == before;
    // A selector that is missing selects nothing, one that is empty everything.
    let missing = selector.match_labels.is_none() && selector.match_expressions.is_none();
    let empty = same(selector, &LabelSelector::default());
    let matches = || {
        let none = Default::default();
        let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.as_ref()).unwrap_or(&none);
        Selector::from_label_selector(selector).is_ok_and(|selector| selector.matches(labels))
    };
    if missing || selectable && !matches() {
        errors.invalid_value("spec.template.metadata.labels", "`selector` does not match template `labels`");
    }
    if empty && !missing {
        errors.add("spec.selector", "Invalid value", "{}", "empty selector is invalid for daemonset");
    }
    errors.within("spec.template", |errors| template(errors, &spec.template));
    let pod = spec.template.spec.as_ref();
    let policy = pod.map_or("", |pod| text(&pod.restart_policy));
    errors.one_of("spec.template.spec.restartPolicy", policy, &["Always"]);
    if pod.is_some_and(|pod| pod.active_deadline_seconds.is_some()) {
        let detail = "activeDeadlineSeconds in DaemonSet is not Supported";
        errors.forbidden("spec.template.spec.activeDeadlineSeconds", detail);
    }
    errors.not_negative("spec.minReadySeconds", spec.min_ready_seconds.unwrap_or_default().into());
    errors.within("spec.updateStrategy", |errors| strategy(errors, spec.update_strategy.as_ref()));
    errors.not_negative("spec.revisionHistoryLimit", spec.revision_history_limit.unwrap_or_default().into());
}

/// A pod template, whoever has it.
pub(super) fn template(errors: &mut Errors, it: &PodTemplateSpec) {
    if let Some(meta) = &it.metadata {
        metadata::labels(errors, "labels", meta.labels.as_ref());
        metadata::annotations(errors, "annotations", meta.annotations.as_ref());
    }
    let Some(spec) = &it.spec else { return };
    errors.within("spec", |errors| pod_spec::check(errors, spec, pod_spec::Holder::Template));
    if !list(&spec.ephemeral_containers).is_empty() {
        errors.forbidden("spec.ephemeralContainers", "ephemeral containers not allowed in pod template");
    }
}

fn strategy(errors: &mut Errors, it: Option<&DaemonSetUpdateStrategy>) {
    let nought = IntOrString::Int(0);
    let rolling = it.and_then(|it| it.rolling_update.as_ref());
    let unavailable = rolling.and_then(|it| it.max_unavailable.as_ref()).unwrap_or(&nought);
    let surge = rolling.and_then(|it| it.max_surge.as_ref()).unwrap_or(&nought);
    match it.map_or("", |it| text(&it.type_)) {
        "OnDelete" => {}
        "RollingUpdate" => errors.within("rollingUpdate", |errors| {
            let limits = [("maxUnavailable", unavailable), ("maxSurge", surge)];
            limits.iter().for_each(|(field, it)| int_or_percent(errors, field, it));
            limits.iter().for_each(|(field, it)| at_most_all(errors, field, it));
            match (amount(unavailable) != 0, amount(surge) != 0) {
                (true, true) => errors.invalid_value("maxSurge", "may not be set when maxUnavailable is non-zero"),
                (false, false) => errors.required("maxUnavailable", "cannot be 0 when maxSurge is 0"),
                _ => {}
            }
        }),
        other => {
            // The server shows its internal type, whose fields have capitals.
            let shown = |it: &IntOrString| match it {
                IntOrString::Int(number) => number.to_string(),
                IntOrString::String(text) => format!("{text:?}"),
            };
            let rolling = rolling.map_or("null".to_owned(), |_| {
                format!("{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}", shown(unavailable), shown(surge))
            });
            let shown = format!("{{\"Type\":{other:?},\"RollingUpdate\":{rolling}}}");
            errors.add("", "Unsupported value", &shown, "supported values: \"RollingUpdate\", \"OnDelete\"");
        }
    }
}

pub(super) fn int_or_percent(errors: &mut Errors, field: &str, it: &IntOrString) {
    match it {
        IntOrString::Int(value) => errors.not_negative(field, (*value).into()),
        IntOrString::String(text) => errors.check(field, text, names::percent),
    }
}

pub(super) fn at_most_all(errors: &mut Errors, field: &str, it: &IntOrString) {
    if let IntOrString::String(text) = it
        && names::percent(text).is_empty()
        && amount(it) > 100
    {
        errors.invalid(field, text, "must not be greater than 100%");
    }
}

/// The number, of a percentage too; what is no number is nought.
pub(super) fn amount(it: &IntOrString) -> i64 {
    match it {
        IntOrString::Int(value) => (*value).into(),
        IntOrString::String(text) => {
            let digits = text.strip_suffix('%').unwrap_or(text);
            let many = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
            digits.parse().unwrap_or(if many { i64::MAX } else { 0 })
        }
    }
}
