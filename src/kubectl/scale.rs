//! `kubectl scale` (upstream: `kubectl/pkg/cmd/scale/scale.go`).

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, WithoutNames};
use super::{Context, Outcome, Output};
use crate::api::{Kind, Object};
use std::rc::Rc;

pub(super) const FLAGS: &str = "f/filename= l/selector= o/output= replicas= current-replicas= resource-version= timeout= k/kustomize= \
    template= all record R/recursive dry-run=unchanged show-managed-fields allow-missing-template-keys";

/// `kubectl scale`.
pub(crate) fn scale(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl scale")?;
    args.refuse(&["timeout"])?;
    let Some(replicas) = args.number("replicas")? else {
        return Err(Failure::client("required flag(s) \"replicas\" not set"));
    };
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    let Some(replicas) = i32::try_from(replicas).ok().filter(|replicas| *replicas >= 0) else {
        return Err(Failure::client("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"));
    };
    let current = args.number("current-replicas")?.unwrap_or(-1);
    if current < -1 {
        return Err(Failure::client("The --current-replicas must specify an integer of -1 or greater"));
    }
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    let (request, mut failures) = resource::asked(&args.words, &args, WithoutNames::Refused, context)?;
    let (objects, missing) = resource::fetch(context, &request, &Filter::of(&args, context)?)?;
    failures.extend(missing);
    if args.is_filled("resource-version") && objects.len() > 1 {
        return Err(Failure::client("cannot use --resource-version with multiple resources"));
    }
    if objects.is_empty() && failures.is_empty() {
        return Err(Failure::client("no objects passed to scale"));
    }
    for object in objects {
        let mut changed = object.clone();
        let Some(place) = replicas_of(&mut changed) else {
            if dry_run == DryRun::Client {
                print::answer(object, "scaled", &format, dry_run, out)?;
                continue;
            }
            return Err(not_there());
        };
        let before = place.replace(replicas).unwrap_or(1);
        if dry_run != DryRun::Client {
            let version = object.resource_version().unwrap_or_default();
            expect("replicas", (current >= 0).then(|| current.to_string()).as_deref(), &before.to_string())?;
            expect("resource version", args.get("resource-version").filter(|wanted| !wanted.is_empty()), &version)?;
        }
        // What is shown is the object as it was found, with the new number.
        if dry_run == DryRun::No {
            let stored = context.sim.cluster_mut().update(changed.clone())?;
            apply::record_after(&args, stored, context, out);
            context.sim.deliver();
        }
        print::answer(changed, "scaled", &format, dry_run, out)?;
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// What the server says of a subresource that objects of a kind have not.
pub(super) fn not_there() -> Failure {
    Failure::Verbatim("Error from server (NotFound): the server could not find the requested resource".to_owned())
}

/// Refuses to go on where something is not as it has to be.
fn expect(what: &str, wanted: Option<&str>, is: &str) -> Result<()> {
    match wanted.filter(|wanted| *wanted != is) {
        None => Ok(()),
        Some(wanted) => Err(Failure::refused(format_args!("Expected {what} to be {wanted}, was {is}"))),
    }
}

/// Whether objects of a kind have a scale.
pub(super) const fn has_scale(kind: Kind) -> bool {
    matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet)
}

/// The number that the scale subresource of an object changes, if it has one.
pub(super) fn replicas_of(object: &mut Object) -> Option<&mut Option<i32>> {
    match object {
        Object::Deployment(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().replicas),
        Object::ReplicaSet(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().replicas),
        Object::StatefulSet(it) => Some(&mut Rc::make_mut(it).spec.get_or_insert_default().replicas),
        _ => None,
    }
}
