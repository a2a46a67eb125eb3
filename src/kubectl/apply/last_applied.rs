//! `kubectl apply view-last-applied` and `set-last-applied`.

use serde_json::Value;

use super::{DryRun, LAST_APPLIED, annotated, last_applied};
use crate::api::yaml;
use crate::kubectl::args::Args;
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::print::{self, Format};
use crate::kubectl::resource::{self, Filter, WithoutNames};
use crate::kubectl::{Context, Outcome, Output, delete, manifests};

pub(in crate::kubectl) const VIEW: &str = "f/filename= l/selector= o/output= k/kustomize= all R/recursive";
pub(in crate::kubectl) const SET: &str = "f/filename= o/output= dry-run=unchanged create-annotation template= show-managed-fields \
    allow-missing-template-keys";

/// `kubectl apply view-last-applied`.
pub(super) fn view(words: &[String], context: &Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, VIEW, "kubectl apply view-last-applied")?;
    args.refuse(&["kustomize"])?;
    let print: fn(&Value) -> String = match args.get("output") {
        None | Some("" | "yaml") => yaml::to_string,
        Some("json") => |value| two_spaces(&yaml::to_json(value)),
        Some(other) => {
            let why = format_args!("Unexpected -o output mode: {other}, the flag 'output' must be one of yaml|json");
            return Err(Failure::usage("apply view-last-applied", why));
        }
    };
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(delete::NOTHING_NAMED));
    }
    let (request, failures) = resource::asked(&args.words, &args, WithoutNames::Refused, context)?;
    Failure::all(failures)?;
    let (objects, missing) = resource::fetch(context, &request, &Filter::of(&args, context)?)?;
    Failure::all(missing)?;
    for last in objects.iter().filter_map(last_applied) {
        let value: Value = serde_json::from_str(&last).map_err(|why| Failure::refused(format_args!("{why}")))?;
        out.out(&print(&value));
    }
    Ok(Outcome::Done(0))
}

/// JSON with the indent of Go's `json.MarshalIndent(…, "", "  ")`.
fn two_spaces(json: &str) -> String {
    let half = |line: &str| {
        let text = line.trim_start_matches(' ');
        [&" ".repeat((line.len() - text.len()) / 2), text, "\n"].concat()
    };
    json.lines().map(half).collect()
}

/// `kubectl apply set-last-applied`.
pub(super) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, SET, "kubectl apply set-last-applied")?;
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    if !args.has("filename") {
        return Err(Failure::client(delete::NOTHING_NAMED));
    }
    let (given, failures) = manifests::load(&args, context, "applying")?;
    Failure::all(failures)?;
    let mut changed = vec![];
    for given in given {
        let (store, key) = (context.sim.cluster().store(), given.key());
        let live = store.object(&key).cloned();
        let live = live.ok_or_else(|| resource::not_there(store, key.kind, &key.namespace, &key.name))?;
        if last_applied(&live).is_none() && !args.is_on("create-annotation") {
            let name = live.name();
            return Err(Failure::refused(format_args!(
                "no last-applied-configuration annotation found on resource: {name}, to create the annotation, run the command with \
                 --create-annotation"
            )));
        }
        let mut value = given.value;
        if let Some(annotations) = value.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
        let old = last_applied(&live);
        let new = annotated(live, &value);
        if last_applied(&new) == old {
            out.print(format_args!("set-last-applied {}: no changes required.\n", new.name()));
        } else {
            changed.push(new);
        }
    }
    for object in changed {
        let stored = if dry_run == DryRun::No { context.sim.cluster_mut().update(object)? } else { object };
        context.sim.deliver();
        print::answer(stored, "configured", &format, dry_run, out)?;
    }
    Ok(Outcome::Done(0))
}
