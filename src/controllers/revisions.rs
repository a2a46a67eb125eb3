//! The templates that an owner of pods has had, as ControllerRevisions keep them (`pkg/controller/history`).

use serde_json::{Value, json};

use super::owner;
use crate::api::{ControllerRevision, Object, ObjectMeta, PodTemplateSpec, RawExtension, wire};
use crate::cluster::safe_encode;

/// The hash of a template. Upstream hashes a dump of Go structs; ours hashes the template's JSON and keeps the encoding
/// (`pkg/controller/controller_utils.go` `ComputeHash`).
pub(super) fn template_hash(template: &PodTemplateSpec, collisions: Option<i32>) -> String {
    let mut bytes = wire::to_value(template).to_string().into_bytes();
    bytes.extend(collisions.into_iter().flat_map(i32::to_le_bytes));
    let fnv = bytes.iter().fold(0x811C_9DC5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    safe_encode(fnv)
}

/// A template as a revision keeps it: a patch that puts it back.
pub(super) fn patch(template: &PodTemplateSpec) -> Value {
    let mut template = wire::to_value(template);
    template["$patch"] = "replace".into();
    json!({"spec": {"template": template}})
}

/// Whether a revision is of the template that `patch` puts back.
pub(super) fn is_of(revision: &ControllerRevision, patch: &Value) -> bool {
    revision.data.as_ref().is_some_and(|data| data.0 == *patch)
}

/// A new revision of the owner of a template, named by the hash of that, which it has as the label `label` too.
pub(super) fn draft(owner: &Object, template: &PodTemplateSpec, label: &str, hash: &str, number: i64) -> ControllerRevision {
    let mut labels = template.metadata.as_ref().and_then(|meta| meta.labels.clone()).unwrap_or_default();
    labels.insert(label.to_owned(), hash.to_owned());
    ControllerRevision {
        metadata: ObjectMeta {
            name: Some([owner.name(), "-", hash].concat()),
            namespace: owner.meta().namespace.clone(),
            labels: Some(labels),
            annotations: owner.meta().annotations.clone(),
            owner_references: Some(vec![owner::reference(owner)]),
            ..ObjectMeta::default()
        },
        data: Some(RawExtension(patch(template))),
        revision: number,
    }
}
