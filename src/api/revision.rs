//! What a ControllerRevision remembers.

use serde_json::Value;

use super::ControllerRevision;

/// The pod template that a revision of a DaemonSet or StatefulSet puts back, without the directive that makes a patch of it
/// (`pkg/controller/daemon/update.go`, `getPatch`).
pub fn template(revision: &ControllerRevision) -> Option<Value> {
    let mut template = revision.data.as_ref()?.0.get("spec")?.get("template")?.clone();
    template.as_object_mut()?.remove("$patch");
    Some(template)
}
