//! `describe` of a HorizontalPodAutoscaler (`describeHorizontalPodAutoscalerV2`). Nobody measures anything here, as in a cluster without
//! metrics: what is now is unknown.

use serde_json::Value;

use super::{Page, at, list, others, text};

pub(super) fn describe(it: &Value, page: &mut Page) {
    others::named(it, page);
    page.fields(0, it, "CreationTimestamp=~metadata.creationTimestamp");
    let target = at(it, "spec.scaleTargetRef");
    page.row(0, format_args!("Reference:\t{}/{}", text(target, "kind"), text(target, "name")));
    page.line(0, "Metrics:\t( current / target )");
    for metric in list(it, "spec.metrics") {
        let (what, target) = self::metric(metric);
        page.row(1, format_args!("{what}:\t<unknown> / {target}"));
    }
    page.fields(0, it, "Min replicas=spec.minReplicas|<unset>;Max replicas=spec.maxReplicas");
    let behavior = at(it, "spec.behavior");
    if behavior.is_object() {
        page.line(0, "Behavior:");
        direction("Scale Up", &behavior["scaleUp"], page);
        direction("Scale Down", &behavior["scaleDown"], page);
    }
    let count = |path: &str| at(it, path).as_i64().unwrap_or(0);
    let (now, wanted) = (count("status.currentReplicas"), count("status.desiredReplicas"));
    page.row(0, format_args!("{} pods:\t{now} current / {wanted} desired", text(target, "kind")));
    let conditions = list(it, "status.conditions");
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason\tMessage");
        page.line(1, "----\t------\t------\t-------");
    }
    for it in conditions {
        let [type_, status, reason, message] = ["type", "status", "reason", "message"].map(|field| text(it, field));
        page.row(1, format_args!("{type_}\t{status}\t{reason}\t{message}"));
    }
}

/// What is measured, and what it is to be.
fn metric(it: &Value) -> (String, String) {
    let type_ = text(it, "type");
    // The field has the type's name with a small letter.
    let mut field = type_.clone();
    if let Some(first) = field.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let source = &it[field.as_str()];
    let target = &source["target"];
    let name = text(source, "metric.name");
    let value = if target["averageValue"].is_null() { text(target, "value") } else { text(target, "averageValue") };
    let is_average = if target["averageValue"].is_null() { "" } else { "average " };
    let of_resource = |what: String| match target["averageValue"].is_null() {
        false => (what, value.clone()),
        true => {
            let percent = target["averageUtilization"].as_i64();
            let wanted = percent.map_or_else(|| "<auto>".to_owned(), |percent| format!("{percent}%"));
            (format!("{what}  (as a percentage of request)"), wanted)
        }
    };
    match type_.as_str() {
        "External" => (format!("{name:?} (target {is_average}value)"), value),
        "Pods" => (format!("{name:?} on pods"), value),
        "Object" => {
            let [kind, on] = ["kind", "name"].map(|field| text(&source["describedObject"], field));
            (format!("\"{name}\" on {kind}/{on} (target {is_average}value)"), value)
        }
        "Resource" => of_resource(format!("resource {} on pods", text(source, "name"))),
        "ContainerResource" => {
            let [name, container] = ["name", "container"].map(|field| text(source, field));
            of_resource(format!("resource {name} of container \"{container}\" on pods"))
        }
        _ => (format!("<unknown metric type {type_:?}>"), String::new()),
    }
}

fn direction(title: &str, rules: &Value, page: &mut Page) {
    if !rules.is_object() {
        return;
    }
    page.row(1, format_args!("{title}:"));
    if let Some(seconds) = rules["stabilizationWindowSeconds"].as_i64() {
        page.row(2, format_args!("Stabilization Window: {seconds} seconds"));
    }
    let policies = list(rules, "policies");
    if !policies.is_empty() {
        page.row(2, format_args!("Select Policy: {}", rules["selectPolicy"].as_str().unwrap_or("Max")));
        page.line(2, "Policies:");
    }
    for policy in policies {
        let [type_, value, period] = ["type", "value", "periodSeconds"].map(|field| text(policy, field));
        page.row(3, format_args!("- Type: {type_}\tValue: {value}\tPeriod: {period} seconds"));
    }
}
