//! Metadata, labels and label selectors (upstream: `apimachinery/pkg/api/validation/objectmeta.go`,
//! `pkg/apis/meta/v1/validation`).

use super::super::{Kind, LabelSelector, ObjectMeta, StringMap};
use super::errors::{Errors, list, text};
use super::names;

/// The most that annotations may take up, keys and values together.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

pub(super) fn create(errors: &mut Errors, kind: Kind, meta: &ObjectMeta) {
    let check = match kind {
        Kind::Namespace | Kind::Service | Kind::StatefulSet => names::dns_label,
        Kind::ClusterRole | Kind::ClusterRoleBinding | Kind::Role | Kind::RoleBinding => names::path_segment,
        _ => names::dns_subdomain,
    };
    errors.within("metadata", |errors| {
        let generate = text(&meta.generate_name);
        if !generate.is_empty() {
            // A part of a name may end in a hyphen, which what is made of it will not (upstream: `maskTrailingDash`).
            let masked = generate.strip_suffix('-').map_or(generate.to_owned(), |start| format!("{start}a"));
            errors.invalid_each("generateName", generate, check(&masked));
        }
        match text(&meta.name) {
            "" => errors.required("name", "name or generateName is required"),
            name => errors.check("name", name, check),
        }
        if kind.is_namespaced() {
            errors.check_required("namespace", text(&meta.namespace), names::dns_label);
        } else if !text(&meta.namespace).is_empty() {
            errors.forbidden("namespace", "not allowed on this type");
        }
        common(errors, meta);
    });
}

/// What a change of an object has to leave as it was.
pub(super) fn update(errors: &mut Errors, new: &ObjectMeta, old: &ObjectMeta) {
    errors.within("metadata", |errors| {
        for (field, new, old) in
            [("name", &new.name, &old.name), ("namespace", &new.namespace, &old.namespace), ("uid", &new.uid, &old.uid)]
        {
            if text(new) != text(old) {
                errors.invalid(field, text(new), "field is immutable");
            }
        }
        common(errors, new);
    });
}

#[inline(never)]
fn common(errors: &mut Errors, meta: &ObjectMeta) {
    errors.not_negative("generation", meta.generation.unwrap_or_default());
    labels(errors, "labels", meta.labels.as_ref());
    annotations(errors, "annotations", meta.annotations.as_ref());
    errors.within("ownerReferences", |errors| {
        for it in list(&meta.owner_references) {
            for (field, value) in [("apiVersion", &it.api_version), ("kind", &it.kind), ("name", &it.name), ("uid", &it.uid)]
            {
                if value.is_empty() {
                    errors.invalid(field, value, "must not be empty");
                }
            }
        }
    });
    for finalizer in list(&meta.finalizers) {
        errors.check("finalizers", finalizer, names::label_key);
    }
}

#[inline(never)]
pub(super) fn labels(errors: &mut Errors, field: &str, labels: Option<&StringMap>) {
    for (key, value) in labels.into_iter().flatten() {
        errors.check(field, key, names::label_key);
        errors.check(field, value, names::label_value);
    }
}

#[inline(never)]
pub(super) fn annotations(errors: &mut Errors, field: &str, annotations: Option<&StringMap>) {
    let mut size = 0;
    for (key, value) in annotations.into_iter().flatten() {
        size += key.len() + value.len();
        errors.invalid_each(field, key, names::label_key(&key.to_ascii_lowercase()));
    }
    if size > ANNOTATIONS_LIMIT {
        errors.add(field, "Too long", "", &format!("may not be more than {ANNOTATIONS_LIMIT} bytes"));
    }
}

#[inline(never)]
pub(super) fn label_selector(errors: &mut Errors, field: &str, selector: &LabelSelector) {
    errors.within(field, |errors| {
        labels(errors, "matchLabels", selector.match_labels.as_ref());
        errors.each("matchExpressions", list(&selector.match_expressions), |errors, it| {
            requirement(errors, &it.key, &it.operator, list(&it.values), &[]);
            texts(errors, "values", list(&it.values), names::label_value);
        });
    });
}

/// The operator of a requirement, how many values it wants, and its key; `numeric` are the operators that compare numbers.
#[inline(never)]
pub(super) fn requirement(errors: &mut Errors, key: &str, operator: &str, values: &[String], numeric: &[&str]) {
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            errors.required("values", "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.forbidden("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other if numeric.contains(&other) => {
            if values.len() != 1 {
                errors.required("values", "must be specified single value when `operator` is 'Lt' or 'Gt'");
            }
        }
        other => errors.invalid("operator", other, "not a valid selector operator"),
    }
    errors.check("key", key, names::label_key);
}

/// Texts that have to pass a check.
#[inline(never)]
pub(super) fn texts(errors: &mut Errors, field: &str, values: &[String], check: fn(&str) -> Vec<String>) {
    errors.each(field, values, |errors, value| errors.check("", value, check));
}
