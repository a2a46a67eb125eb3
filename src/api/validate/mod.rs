//! What makes an object valid, in the server's words and order
//! (upstream: `pkg/apis/core/validation`, `pkg/apis/apps/validation`).

pub mod cron;
pub mod names;

mod container;
mod daemon_set;
mod errors;
mod kinds;
mod metadata;
mod pod_spec;
mod scheduling;
mod volume;
mod warnings;
mod workloads;

use errors::{Errors, list};

use super::{FieldError, Object};

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
    let mut errors = Errors::of(object);
    metadata::create(&mut errors, object.kind(), object.meta());
    match object {
        Object::DaemonSet(it) => daemon_set::spec(&mut errors, it),
        Object::Deployment(it) => workloads::deployment(&mut errors, it),
        Object::Job(it) => workloads::job(&mut errors, it),
        Object::ReplicaSet(it) => workloads::replica_set(&mut errors, it),
        Object::StatefulSet(it) => workloads::stateful_set(&mut errors, it),
        Object::Pod(it) => pod_spec::create(&mut errors, it),
        Object::Node(it) => node_taints(&mut errors, it),
        other => kinds::create(&mut errors, other),
    }
    once_each(errors.found)
}

/// Everything that keeps a change from being stored, each error once; both objects with their defaults.
pub fn update(new: &Object, old: &Object) -> Vec<FieldError> {
    let mut errors = Errors::of(new);
    metadata::create(&mut errors, new.kind(), new.meta());
    match new {
        Object::DaemonSet(it) => daemon_set::spec(&mut errors, it),
        Object::Deployment(it) => workloads::deployment(&mut errors, it),
        Object::Job(it) => workloads::job(&mut errors, it),
        Object::ReplicaSet(it) => workloads::replica_set(&mut errors, it),
        Object::StatefulSet(it) => workloads::stateful_set(&mut errors, it),
        _ => {}
    }
    metadata::update(&mut errors, new.meta(), old.meta());
    match (new, old) {
        (Object::DaemonSet(new), Object::DaemonSet(old)) => daemon_set::update(&mut errors, new, old),
        (Object::Pod(new), Object::Pod(old)) => pod_spec::update(&mut errors, new, old),
        (Object::Node(new), _) => node_taints(&mut errors, new),
        (Object::ControllerRevision(new), Object::ControllerRevision(old)) if new.data != old.data => {
            errors.invalid_value("data", "field is immutable");
        }
        (Object::Deployment(new), Object::Deployment(old)) => workloads::deployment_update(&mut errors, new, old),
        (Object::Job(new), Object::Job(old)) => workloads::job_update(&mut errors, new, old),
        (Object::ReplicaSet(new), Object::ReplicaSet(old)) => workloads::replica_set_update(&mut errors, new, old),
        (Object::StatefulSet(new), Object::StatefulSet(old)) => workloads::stateful_set_update(&mut errors, new, old),
        (new, old) => kinds::update(&mut errors, new, old),
    }
    once_each(errors.found)
}

/// What the server warns of, each without kubectl's `Warning: `:
/// `spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`.
pub fn warnings(object: &Object) -> Vec<String> {
    warnings::of(object)
}

fn node_taints(errors: &mut Errors, it: &super::Node) {
    // The server's own path: they are in the spec.
    errors.within("metadata", |errors| scheduling::taints(errors, it.spec.as_ref().map_or(&[], |spec| list(&spec.taints))));
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
