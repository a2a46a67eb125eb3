//! Metadata, labels and annotations (upstream: `apimachinery/pkg/api/validation/objectmeta.go`, `pkg/apis/meta/v1/validation`).

use serde_json::Value;

use super::super::Kind;
use super::errors::{Errors, entries, has, internal, is_set, list, number, quoted, shown, text, texts};
use super::{names, security};

/// The most that annotations may take up, keys and values together.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// Checks the metadata of a new object.
pub(super) fn create<'a>(errors: &mut Errors<'a>, kind: Kind, meta: &'a Value) {
    errors.within("metadata", |errors| {
        let is_label = matches!(kind, Kind::Namespace | Kind::Service | Kind::StatefulSet);
        let is_role = kind.group() == "rbac.authorization.k8s.io";
        let check = match (is_role, is_label) {
            (true, _) => names::path_segment,
            (_, true) => names::dns_label,
            _ => names::dns_subdomain,
        };
        let generate = text(meta, "generateName");
        if !generate.is_empty() {
            let check = if is_label || is_role { check } else { names::prefix };
            errors.invalid_each("generateName", generate, check(generate));
        }
        match text(meta, "name") {
            "" => errors.required("name", "name or generateName is required"),
            name => errors.invalid_each("name", name, check(name)),
        }
        common(errors, meta);
        finalizers(errors, meta);
        for (index, finalizer) in texts(list(meta, "finalizers")).enumerate() {
            if !finalizer.contains('/') && !["kubernetes", "orphan", "foregroundDeletion"].contains(&finalizer) {
                let detail = "name is neither a standard finalizer name nor is it fully qualified";
                errors.invalid_text(&format!("finalizers[{index}]"), finalizer, detail);
            }
        }
    });
}

/// Checks the metadata of a changed object.
pub(super) fn update<'a>(errors: &mut Errors<'a>, new: &'a Value, old: &'a Value) {
    errors.within("metadata", |errors| {
        common(errors, new);
        finalizers(errors, new);
        if has(old, "deletionTimestamp") {
            let mut extra: Vec<&str> = texts(list(new, "finalizers")).collect();
            extra.retain(|finalizer| !texts(list(old, "finalizers")).any(|old| old == *finalizer));
            if !extra.is_empty() {
                extra.sort_unstable();
                let what = "no new finalizers can be added if the object is being deleted, found new finalizers";
                let extra: Vec<String> = extra.into_iter().map(quoted).collect();
                errors.forbidden("finalizers", &format!("{what} []string{{{}}}", extra.join(", ")));
            }
        }
        for field in ["name", "namespace", "uid"] {
            if new[field] != old[field] {
                errors.invalid(field, &new[field], "field is immutable");
            }
        }
    });
}

fn common<'a>(errors: &mut Errors<'a>, meta: &'a Value) {
    if number(meta, "generation") < 0 {
        errors.invalid("generation", &meta["generation"], "must be greater than or equal to 0");
    }
    labels(errors, "labels", &meta["labels"]);
    annotations(errors, "annotations", meta);
    owners(errors, meta);
}

fn owners(errors: &mut Errors<'_>, meta: &Value) {
    let fields = "apiVersion kind name uid controller blockOwnerDeletion";
    let told = |owner: &Value| {
        let given: Vec<&str> = fields.split(' ').filter(|field| has(owner, field)).collect();
        internal(owner, &given.join(" "))
    };
    let mut controller = String::new();
    for owner in list(meta, "ownerReferences") {
        for field in ["apiVersion", "kind", "name", "uid"] {
            if text(owner, field).is_empty() {
                let what = if field == "apiVersion" { "version must not be empty" } else { "must not be empty" };
                errors.invalid_text(&format!("ownerReferences.{field}"), "", what);
            }
        }
        if text(owner, "apiVersion") == "v1" && text(owner, "kind") == "Event" {
            errors.shown("ownerReferences", &told(owner), "/v1, Kind=Event is disallowed from being an owner");
        }
        if is_set(owner, "controller") {
            let name = format!("{}/{}", text(owner, "kind"), text(owner, "name"));
            if controller.is_empty() {
                controller = name;
            } else {
                let all: Vec<String> = list(meta, "ownerReferences").iter().map(told).collect();
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {name}"
                );
                errors.shown("ownerReferences", &format!("[{}]", all.join(",")), &detail);
            }
        }
    }
}

fn finalizers(errors: &mut Errors<'_>, meta: &Value) {
    let all = list(meta, "finalizers");
    for finalizer in texts(all) {
        errors.invalid_each("finalizers", finalizer, names::label_key(finalizer));
    }
    if ["orphan", "foregroundDeletion"].iter().all(|finalizer| texts(all).any(|it| it == *finalizer)) {
        errors.shown(
            "finalizers",
            &shown(&meta["finalizers"]),
            "finalizer orphan and foregroundDeletion cannot be both set",
        );
    }
}

/// Checks the keys and values of labels.
pub(super) fn labels(errors: &mut Errors<'_>, field: &str, labels: &Value) {
    for (key, value) in labels.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        errors.invalid_each(field, key, names::label_key(key));
        errors.invalid_each(field, value, names::label_value(value));
    }
}

/// Checks annotations, whose keys may have letters of any case before the slash too.
pub(super) fn annotations(errors: &mut Errors<'_>, field: &str, meta: &Value) {
    let mut size = 0;
    for (key, value) in entries(meta, "annotations") {
        size += key.len() + value.as_str().map_or(0, str::len);
        errors.invalid_each(field, key, names::label_key(&key.to_ascii_lowercase()));
    }
    if size > ANNOTATIONS_LIMIT {
        errors.too_long(field, ANNOTATIONS_LIMIT);
    }
}

/// Checks the annotations that mean something to pods; the pod spec is set already.
pub(super) fn pod_annotations<'a>(errors: &mut Errors<'a>, meta: &'a Value) {
    let node_name = text(errors.spec, "nodeName");
    errors.within("annotations", |errors| {
        let all = &meta["annotations"];
        if let Some(mirror) = all["kubernetes.io/config.mirror"].as_str().filter(|_| node_name.is_empty()) {
            let detail = "must set spec.nodeName if mirror pod annotation is set";
            errors.invalid_text("[kubernetes.io/config.mirror]", mirror, detail);
        }
        const COST: &str = "controller.kubernetes.io/pod-deletion-cost";
        if let Some(cost) = all[COST].as_str() {
            let canonical = !cost.starts_with('+') && (cost == "0" || !cost.starts_with('0'));
            if !canonical || cost.parse::<i32>().is_err() {
                errors.invalid_text(&format!("[{COST}]"), cost, "must be a 32bit integer");
            }
        }
        security::annotations(errors, meta);
    });
}
