//! Where pods may go: affinity, tolerations, spreading (upstream: `pkg/apis/core/validation/validation.go`).

use serde_json::Value;

use super::errors::{Errors, entries, has, internal, list, number, quoted, text, texts};
use super::{names, rules};

/// Checks a requirement of a label selector.
pub(super) fn requirement<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    operator(errors, it, &[]);
    values(errors, it, names::label_value);
}

/// Checks a requirement of nodes' labels; a preference for values that no label has is no harm.
pub(super) fn node_requirement<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    operator(errors, it, &["Gt", "Lt"]);
    if !errors.is_below("].preference.") {
        values(errors, it, names::label_value);
    }
}

/// The operator, how many values it wants, and the key; `numeric` are the operators that compare numbers.
fn operator(errors: &mut Errors<'_>, it: &Value, numeric: &[&str]) {
    let many = list(it, "values").len();
    match text(it, "operator") {
        "In" | "NotIn" if many == 0 => {
            errors.required("values", "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if many > 0 => {
            errors.forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other if numeric.contains(&other) => {
            if many != 1 {
                errors.required("values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
            }
        }
        other => errors.invalid_text("operator", other, "not a valid selector operator"),
    }
    errors.invalid_each("key", text(it, "key"), names::label_key(text(it, "key")));
}

fn values<'a>(errors: &mut Errors<'a>, it: &'a Value, check: fn(&str) -> Vec<String>) {
    errors.each("values", list(it, "values"), &mut |errors, value| {
        let value = value.as_str().unwrap_or_default();
        errors.invalid_each("", value, check(value));
    });
}

/// Checks a requirement of nodes' fields, of which there is one.
pub(super) fn node_field<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    match text(it, "operator") {
        "In" | "NotIn" if list(it, "values").len() != 1 => {
            let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.required("values", detail);
        }
        "In" | "NotIn" => {}
        other => errors.invalid_text("operator", other, "not a valid selector operator"),
    }
    match text(it, "key") {
        "metadata.name" => values(errors, it, names::dns_subdomain),
        other => errors.invalid_text("key", other, "not a valid field selector key"),
    }
}

/// Checks the keys of labels whose values are those of the pod itself.
pub(super) fn label_keys<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let selector = &it["labelSelector"];
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        let keys = list(it, field);
        if selector.is_null() && !keys.is_empty() {
            errors.forbidden(field, "must not be specified when labelSelector is not set");
        } else {
            errors.each(field, keys, &mut |errors, key| {
                let key = key.as_str().unwrap_or_default();
                errors.invalid_each("", key, names::label_key(key));
            });
        }
    }
    let own = || texts(list(it, "matchLabelKeys"));
    let mut keys: Vec<&str> = entries(selector, "matchLabels").map(|(key, _)| key.as_str()).collect();
    for key in list(selector, "matchExpressions").iter().map(|it| text(it, "key")) {
        if let Some(index) = own().position(|own| own == key).filter(|_| keys.contains(&key)) {
            // The server forgets the field here.
            errors.invalid_text(&format!("[{index}]"), key, "exists in both matchLabelKeys and labelSelector");
        }
        keys.push(key);
    }
    for (index, key) in own().enumerate() {
        if texts(list(it, "mismatchLabelKeys")).any(|other| other == key) {
            let detail = "exists in both matchLabelKeys and mismatchLabelKeys";
            errors.invalid_text(&format!("matchLabelKeys[{index}]"), key, detail);
        }
    }
}

/// A constraint may not come twice.
pub(super) fn spread_twice<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let what = |it: &'a Value| (text(it, "topologyKey"), text(it, "whenUnsatisfiable"));
    let all = list(errors.spec, "topologySpreadConstraints");
    let later = all.iter().skip_while(|other| !std::ptr::eq(*other, it)).skip(1);
    let (key, action) = what(it);
    if later.into_iter().any(|other| what(other) == (key, action)) {
        errors.duplicate("{topologyKey, whenUnsatisfiable}", &format!("{{{key}, {action}}}"));
    }
}

pub(super) fn min_domains<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let mine = |other: &&Value| std::ptr::eq(&other["minDomains"], it);
    let constraint = list(errors.spec, "topologySpreadConstraints").iter().find(mine).unwrap_or(&Value::Null);
    let (domains, action) = (number(constraint, "minDomains"), text(constraint, "whenUnsatisfiable"));
    if domains <= 0 {
        errors.shown("", &domains.to_string(), "must be greater than zero");
    }
    if action != "DoNotSchedule" {
        let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
        errors.shown("", &domains.to_string(), &detail);
    }
}

pub(super) fn toleration<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let (key, value) = (text(it, "key"), text(it, "value"));
    let (operator, effect) = (text(it, "operator"), text(it, "effect"));
    if key.is_empty() {
        if operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid_text("operator", operator, detail);
        }
    } else {
        errors.invalid_each("key", key, names::label_key(key));
    }
    if has(it, "tolerationSeconds") && effect != "NoExecute" {
        errors.invalid_text("effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    match operator {
        "" | "Equal" => errors.within("operator", |errors| one_error(errors, value)),
        "Exists" if !value.is_empty() => {
            errors.invalid_text("operator", value, "value must be empty when `operator` is 'Exists'");
        }
        "Exists" => {}
        "Lt" | "Gt" => errors.not_supported("operator", &quoted(operator), "Equal|Exists|Lt|Gt"),
        other => errors.not_supported("operator", &quoted(other), "Equal|Exists"),
    }
    const EFFECTS: &str = "NoSchedule|PreferNoSchedule|NoExecute";
    if !effect.is_empty() && !EFFECTS.split('|').any(|known| known == effect) {
        errors.not_supported("effect", &quoted(effect), EFFECTS);
    }
}

pub(super) fn label_value<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    one_error(errors, it.as_str().unwrap_or_default());
}

/// All that is wrong with a label's value, in one error.
fn one_error(errors: &mut Errors<'_>, value: &str) {
    let wrong = names::label_value(value);
    if !wrong.is_empty() {
        errors.invalid_text("", value, &wrong.join(";"));
    }
}

/// Of taints with the same key and effect there is one.
pub(super) fn taints<'a>(errors: &mut Errors<'a>, all: &'a [Value]) {
    let mut earlier: Vec<(&str, &str)> = Vec::new();
    errors.each("taints", all, &mut |errors, it| {
        rules::check(errors, "Taint", it);
        let what = (text(it, "key"), text(it, "effect"));
        if earlier.contains(&what) {
            let mut full = it.clone();
            full["value"] = text(it, "value").into();
            let told = internal(&full, "Key Value Effect TimeAdded");
            errors.add("", "Duplicate value", &told, "taints must be unique by key and effect pair");
        }
        earlier.push(what);
    });
}
