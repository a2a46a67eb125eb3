//! The templates that an owner of pods has had.

use crate::api::{PodTemplateSpec, wire};
use crate::cluster::safe_encode;

/// The hash of a template. Upstream hashes a dump of Go structs; ours hashes the template's JSON and keeps the encoding
/// (`pkg/controller/controller_utils.go` `ComputeHash`).
pub(super) fn template_hash(template: &PodTemplateSpec, collisions: Option<i32>) -> String {
    let mut bytes = wire::to_value(template).to_string().into_bytes();
    bytes.extend(collisions.into_iter().flat_map(i32::to_le_bytes));
    let fnv = bytes.iter().fold(0x811C_9DC5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    safe_encode(fnv)
}
