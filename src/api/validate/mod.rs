//! What makes an object valid, in the server's words and order
//! (upstream: `pkg/apis/core/validation`, `pkg/apis/apps/validation`).
//!
//! Objects are looked at in their JSON form, most of them by the table in `rules.txt`.

pub mod cron;
pub mod names;

mod container;
mod errors;
mod kinds;
mod metadata;
mod pod_spec;
mod resources;
mod rules;
mod scheduling;
mod security;
mod service;
mod volume;
mod warnings;
mod workload;

pub use errors::quoted;
use errors::{Errors, list, text};
use serde_json::{Value, json};
pub use service::{is_balanced, is_health_checked};

use super::{FieldError, Kind, Object, wire};

/// Everything that keeps a new object from being stored, each error once; call it after the defaults and admission.
///
/// # Examples
/// ```
/// use playground::api::{Kind, Object, defaults, validate};
/// let value = serde_json::json!({"metadata": {"name": "Web", "namespace": "default"}, "spec": {"containers": []}});
/// let mut pod = Object::from_value(Kind::Pod, value)?;
/// defaults::apply(&mut pod);
/// let errors = validate::create(&pod);
/// assert_eq!(errors[0].field, "metadata.name");
/// assert_eq!(errors[1].to_string(), "spec.containers: Required value");
/// # Ok::<(), playground::api::wire::Mismatch>(())
/// ```
pub fn create(object: &Object) -> Vec<FieldError> {
    let kind = object.kind();
    let it = as_checked(object);
    let mut errors = Errors::new();
    errors.name = text(&it["metadata"], "name");
    metadata::create(&mut errors, kind, &it["metadata"]);
    match kind {
        Kind::Pod => pod_spec::create(&mut errors, &it),
        Kind::Node => node(&mut errors, &it),
        _ => workload::spec(&mut errors, kind, &it),
    }
    once_each(errors.found)
}

/// Everything that keeps a change from being stored, each error once; both objects with their defaults.
pub fn update(new: &Object, old: &Object) -> Vec<FieldError> {
    let kind = new.kind();
    let [new, old] = [new, old].map(as_checked);
    let mut errors = Errors::new();
    errors.name = text(&new["metadata"], "name");
    metadata::update(&mut errors, &new["metadata"], &old["metadata"]);
    match kind {
        Kind::Node => node_update(&mut errors, &new, &old),
        _ => update_of(kind, &mut errors, &new, &old),
    }
    once_each(errors.found)
}

/// What is wrong with the addresses that the spec of a Service asks for, which are looked at before it is given any.
pub fn service_addresses(spec: &Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Errors::new();
    errors.within("spec", |errors| service::addresses(errors, spec, old));
    once_each(errors.found)
}

/// An object in the form in which it is looked at. Nothing is asked of a node's status, which is most of a node.
fn as_checked(object: &Object) -> Value {
    match object {
        Object::Node(node) => json!({"metadata": wire::to_value(&node.metadata), "spec": wire::to_value(&node.spec)}),
        _ => workload::as_checked(object.kind(), object.to_value()),
    }
}

#[inline(never)]
fn update_of<'a>(kind: Kind, errors: &mut Errors<'a>, new: &'a Value, old: &'a Value) {
    match kind {
        Kind::Pod => pod_spec::update(errors, new, old),
        Kind::DaemonSet | Kind::StatefulSet => {
            workload::update(errors, kind, new, old);
            workload::spec(errors, kind, new);
        }
        Kind::ConfigMap | Kind::Secret | Kind::Service => {
            kinds::update(errors, kind, new, old);
            workload::spec(errors, kind, new);
        }
        _ => {
            workload::spec(errors, kind, new);
            workload::update(errors, kind, new, old);
            kinds::update(errors, kind, new, old);
        }
    }
}

/// What the server warns of in an object as it is stored, or in a change of the old one; each without kubectl's `Warning: `:
/// `spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`.
pub fn warnings(object: &Object, old: Option<&Object>) -> Vec<String> {
    warnings::of(object, old)
}

fn node<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    // The server's own path: they are in the spec.
    errors.within("metadata", |errors| scheduling::taints(errors, list(&it["spec"], "taints")));
}

fn node_update<'a>(errors: &mut Errors<'a>, new: &'a Value, old: &'a Value) {
    // Where the two differ the first alone counts.
    let cidrs = |it: &Value| match (&it["spec"]["podCIDR"], list(&it["spec"], "podCIDRs")) {
        (Value::Null, all) => all.to_vec(),
        (first, all) if all.first() == Some(first) => all.to_vec(),
        (first, _) => vec![first.clone()],
    };
    if !cidrs(old).is_empty() && cidrs(new) != cidrs(old) {
        errors.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
    }
    let provider = |it: &'a Value| text(&it["spec"], "providerID");
    if !provider(old).is_empty() && provider(new) != provider(old) {
        errors.forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
    }
    node(errors, new);
    if text(&new["spec"], "externalID") != text(&old["spec"], "externalID") {
        errors.forbidden("spec.externalID", "may not be updated");
    }
}

/// The server tells each error once (upstream: `ErrorList.ToAggregate`).
fn once_each(errors: Vec<FieldError>) -> Vec<FieldError> {
    let mut kept: Vec<FieldError> = Vec::with_capacity(errors.len());
    for error in errors {
        if !kept.contains(&error) {
            kept.push(error);
        }
    }
    kept
}
