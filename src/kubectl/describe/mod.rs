//! `kubectl describe` (upstream: `kubectl/pkg/describe/describe.go`).

use crate::api::PodTemplateSpec;

/// A pod template as `rollout history --revision` prints it.
pub(crate) fn pod_template(_template: &PodTemplateSpec) -> String {
    String::new()
}

use super::error::{Failure, Result};
use super::{Context, Outcome, Output};

pub(crate) fn describe(_words: &[String], _context: &mut Context<'_>, _out: &mut Output) -> Result<Outcome> {
    Err(Failure::client("not yet"))
}
