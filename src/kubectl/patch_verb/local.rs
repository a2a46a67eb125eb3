//! `kubectl patch --local` and `--dry-run=client`: objects are changed and shown, the cluster is not asked.

use serde_json::Value;

use super::Merge;
use crate::api::Kind;
use crate::kubectl::apply::{self, DryRun};
use crate::kubectl::args::Args;
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::print::{self, Format};
use crate::kubectl::{Context, Outcome, Output, delete, manifests};

/// Patches what the files say. `change` is absent where it is no JSON.
pub(super) fn patch(
    change: Option<&Value>,
    merge: Merge,
    dry_run: DryRun,
    format: &Format,
    args: &Args,
    context: &Context<'_>,
    out: &mut Output,
) -> Result<Outcome> {
    if dry_run == DryRun::Server {
        return Err(Failure::client("cannot specify --local and --dry-run=server - did you mean --dry-run=client?"));
    }
    if !args.words.is_empty() {
        return Err(Failure::client("cannot specify --local and server resources"));
    }
    if !args.has("filename") {
        return Err(Failure::client(delete::NOTHING_NAMED));
    }
    for given in manifests::of_files(args, context)? {
        let change = change.ok_or_else(|| Failure::client("invalid JSON document"))?;
        one(given.kind, &given.value, change, merge, format, out)?;
    }
    Ok(Outcome::Done(0))
}

/// Patches one object and shows it; nobody looks at its fields.
pub(super) fn one(
    kind: Kind,
    before: &Value,
    change: &Value,
    merge: Merge,
    format: &Format,
    out: &mut Output,
) -> Result<()> {
    let patched = match change {
        Value::Array(steps) => super::json_steps(before, steps).map_err(|why| Failure::client(&why))?,
        change => merge(kind.schema(), before, change)?,
    };
    let name = apply::named(kind, &patched);
    match format {
        Format::Name => out.print(format_args!("{name}\n")),
        Format::Table | Format::Wide => {
            let what = if patched == *before { "patched (no change)" } else { "patched" };
            out.print(format_args!("{name} {what}\n"));
        }
        format => print::value(&patched, format, out)?,
    }
    Ok(())
}
