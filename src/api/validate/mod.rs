//! What makes an object valid, in the server's words and order
//! (upstream: `pkg/apis/core/validation`, `pkg/apis/apps/validation`).

pub mod names;

use super::{FieldError, Object};

/// Everything that keeps a new object from being stored; call it after the defaults.
pub fn create(object: &Object) -> Vec<FieldError> {
    let _ = object;
    Vec::new()
}

/// Everything that keeps a change from being stored; both objects with their defaults.
pub fn update(new: &Object, old: &Object) -> Vec<FieldError> {
    let _ = old;
    create(new)
}

/// What the server warns of, each without kubectl's `Warning: `.
pub fn warnings(object: &Object) -> Vec<String> {
    let _ = object;
    Vec::new()
}
