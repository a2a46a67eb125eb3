//! Metadata, labels and label selectors (upstream: `apimachinery/pkg/api/validation/objectmeta.go`,
//! `pkg/apis/meta/v1/validation`).

use super::super::{Kind, LabelSelector, ObjectMeta, StringMap};
use super::errors::{Errors, text};
use super::names;

/// The most that annotations may take up, keys and values together.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

pub(super) fn create(errors: &mut Errors, kind: Kind, meta: &ObjectMeta) {
    let check = |name: &str| if kind == Kind::Namespace { names::dns_label(name) } else { names::dns_subdomain(name) };
    let generate = text(&meta.generate_name);
    if !generate.is_empty() {
        // A part of a name may end in a hyphen, which what is made of it will not (upstream: `maskTrailingDash`).
        let masked = generate.strip_suffix('-').map_or(generate.to_owned(), |start| format!("{start}a"));
        errors.invalid_each("metadata.generateName", generate, check(&masked));
    }
    match text(&meta.name) {
        "" => errors.required("metadata.name", "name or generateName is required"),
        name => errors.invalid_each("metadata.name", name, check(name)),
    }
    let namespace = text(&meta.namespace);
    if !kind.is_namespaced() {
        if !namespace.is_empty() {
            errors.forbidden("metadata.namespace", "not allowed on this type");
        }
    } else if namespace.is_empty() {
        errors.required("metadata.namespace", "");
    } else {
        errors.invalid_each("metadata.namespace", namespace, names::dns_label(namespace));
    }
    common(errors, meta);
}

/// What a change of an object has to leave as it was.
pub(super) fn update(errors: &mut Errors, new: &ObjectMeta, old: &ObjectMeta) {
    let immutable = "field is immutable";
    if text(&new.name) != text(&old.name) {
        errors.invalid("metadata.name", text(&new.name), immutable);
    }
    if text(&new.namespace) != text(&old.namespace) {
        errors.invalid("metadata.namespace", text(&new.namespace), immutable);
    }
    if text(&new.uid) != text(&old.uid) {
        errors.invalid("metadata.uid", text(&new.uid), immutable);
    }
    common(errors, new);
}

fn common(errors: &mut Errors, meta: &ObjectMeta) {
    errors.not_negative("metadata.generation", meta.generation.unwrap_or_default());
    labels(errors, "metadata.labels", meta.labels.as_ref());
    annotations(errors, "metadata.annotations", meta.annotations.as_ref());
    for reference in meta.owner_references.iter().flatten() {
        let path = "metadata.ownerReferences";
        for (field, value) in [("apiVersion", &reference.api_version), ("kind", &reference.kind), ("name", &reference.name)]
        {
            if value.is_empty() {
                errors.invalid(&format!("{path}.{field}"), value.as_str(), "must not be empty");
            }
        }
        if reference.uid.is_empty() {
            errors.invalid(&format!("{path}.uid"), "", "must not be empty");
        }
    }
    for finalizer in meta.finalizers.iter().flatten() {
        errors.invalid_each("metadata.finalizers", finalizer, names::label_key(finalizer));
    }
}

pub(super) fn labels(errors: &mut Errors, path: &str, labels: Option<&StringMap>) {
    for (key, value) in labels.into_iter().flatten() {
        errors.invalid_each(path, key, names::label_key(key));
        errors.invalid_each(path, value, names::label_value(value));
    }
}

pub(super) fn annotations(errors: &mut Errors, path: &str, annotations: Option<&StringMap>) {
    let mut size = 0;
    for (key, value) in annotations.into_iter().flatten() {
        size += key.len() + value.len();
        errors.invalid_each(path, key, names::label_key(&key.to_ascii_lowercase()));
    }
    if size > ANNOTATIONS_LIMIT {
        errors.0.push(super::FieldError {
            field: path.to_owned(),
            body: format!("Too long: may not be more than {ANNOTATIONS_LIMIT} bytes"),
        });
    }
}

pub(super) fn label_selector(errors: &mut Errors, path: &str, selector: &LabelSelector) {
    labels(errors, &format!("{path}.matchLabels"), selector.match_labels.as_ref());
    for (index, expression) in selector.match_expressions.iter().flatten().enumerate() {
        let path = format!("{path}.matchExpressions[{index}]");
        let values = expression.values.as_deref().unwrap_or_default();
        operator(errors, &path, &expression.operator, values, &[]);
        errors.invalid_each(&format!("{path}.key"), &expression.key, names::label_key(&expression.key));
        for (index, value) in values.iter().enumerate() {
            errors.invalid_each(&format!("{path}.values[{index}]"), value, names::label_value(value));
        }
    }
}

/// The operator of a requirement and how many values it wants; `numeric` are those that compare numbers.
pub(super) fn operator(errors: &mut Errors, path: &str, operator: &str, values: &[String], numeric: &[&str]) {
    match operator {
        "In" | "NotIn" if values.is_empty() => {
            errors.required(&format!("{path}.values"), "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
            errors.forbidden(&format!("{path}.values"), detail);
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        other if numeric.contains(&other) => {
            if values.len() != 1 {
                let detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
                errors.required(&format!("{path}.values"), detail);
            }
        }
        other => errors.invalid(&format!("{path}.operator"), other, "not a valid selector operator"),
    }
}
