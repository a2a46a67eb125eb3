//! `kubectl patch --subresource=scale`: how many pods an object asks for, as an object of its own (`autoscaling/v1`).

use serde_json::Value;

use super::Merge;
use crate::api::{Object, yaml};
use crate::kubectl::apply::{self, DryRun};
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::print::{self, Format};
use crate::kubectl::scale::replicas_of;
use crate::kubectl::subresource::scale;
use crate::kubectl::{Context, Output};

/// Whether an object has a scale.
pub(super) fn has(object: &Object) -> bool {
    replicas_of(&mut object.clone()).is_some()
}

/// Patches the scale of an object that has one.
pub(super) fn patch(
    mut object: Object,
    change: &Value,
    merge: Merge,
    dry_run: DryRun,
    format: &Format,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<()> {
    let before = scale(&object);
    let mut after = merge(object.kind().schema(), &before, change)?;
    for (name, _) in after["spec"].as_object().into_iter().flatten().filter(|(name, _)| *name != "replicas") {
        out.warn(format_args!("Warning: unknown field {:?}\n", ["spec.", name].concat()));
    }
    let wanted = match &after["spec"]["replicas"] {
        Value::Null => 0,
        Value::Number(number) => number.as_i64().and_then(|number| i32::try_from(number).ok()).unwrap_or(-1),
        other => return Err(unreadable(&after, other)),
    };
    if wanted < 0 {
        return Err(Failure::Verbatim(format!(
            "The Scale {:?} is invalid: spec.replicas: Invalid value: {}: must be greater than or equal to 0",
            object.name(),
            after["spec"]["replicas"]
        )));
    }
    if let Some(replicas) = replicas_of(&mut object) {
        *replicas = Some(wanted);
    }
    let stored = apply::update(object, dry_run, context, out)?;
    context.sim.deliver();
    after = scale(&stored);
    let name = format!("scale.autoscaling/{}", stored.name());
    match format {
        Format::Name => out.print(format_args!("{name}\n")),
        Format::Table | Format::Wide => {
            let what = if after == before { "patched (no change)" } else { "patched" };
            out.print(format_args!("{name} {what}\n"));
        }
        format => print::next_value(&after, format, out)?,
    }
    Ok(())
}

fn unreadable(after: &Value, replicas: &Value) -> Failure {
    let found = super::json_type(replicas);
    let shown = crate::api::validate::quoted(&yaml::to_compact_json(after));
    Failure::Verbatim(format!(
        "The request is invalid: patch: Invalid value: {shown}: json: cannot unmarshal {found} into Go struct field \
         ScaleSpec.spec.replicas of type int32"
    ))
}
