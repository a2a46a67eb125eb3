//! `kubectl rollout`: status, history, undo, restart, pause, resume.

mod history;
mod status;

pub(crate) use status::{is_unobserved, status};

use std::rc::Rc;

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::process::{Once, Process, RolloutStatus, Told};
use super::resource::{self, Filter, WithoutNames, full_name};
use super::{Context, Outcome, Output};
use crate::api::{Kind, Object};

/// The flags of a subcommand: its own, and those by which all of them find their objects.
macro_rules! flags {
    ($own:literal) => {
        concat!($own, " f/filename= l/selector= k/kustomize= R/recursive")
    };
}

/// The flags of a subcommand, if there is such a one.
pub(super) fn flags_of(subcommand: &str) -> Option<&'static str> {
    Some(match subcommand {
        "history" => flags!("o/output= revision= template= show-managed-fields allow-missing-template-keys"),
        "pause" | "restart" | "resume" => {
            flags!("o/output= template= field-manager= show-managed-fields allow-missing-template-keys")
        }
        "status" => flags!("timeout= revision= w/watch"),
        "undo" => {
            flags!("o/output= template= to-revision= dry-run=unchanged show-managed-fields allow-missing-template-keys")
        }
        _ => return None,
    })
}

/// The annotation by which a restart changes a template.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// `kubectl rollout`.
pub(crate) fn rollout(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let Some((subcommand, rest)) = words.split_first() else {
        return Ok(super::help::wanted("rollout", out));
    };
    let Some(flags) = flags_of(subcommand) else {
        return Err(super::misc::no_subcommand("rollout", words));
    };
    let command = ["kubectl rollout ", subcommand].concat();
    let args = Args::parse(rest, flags, &command)?;
    args.number("revision")?;
    args.number("to-revision")?;
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client("required resource not specified"));
    }
    if let Some(wanted) = args.number("revision")?.filter(|wanted| *wanted < 0) {
        return Err(Failure::refused(format_args!("revision must be a positive integer: {wanted}")));
    }
    let (objects, failures) = objects(&args, context)?;
    // Two of them have no word for nothing.
    if objects.is_empty() && failures.is_empty() && !matches!(subcommand.as_str(), "history" | "undo") {
        resource::say_nothing_found(Some(&resource::namespace(&args, context)), out);
        return Ok(Outcome::Done(0));
    }
    match subcommand.as_str() {
        "status" => start_status(objects, failures, &args, context, out),
        "history" => {
            let format = Format::of(&args, context.files)?;
            each(&objects, failures, &mut |object| history::history(object, &args, &format, context, out))
        }
        "undo" => each(&objects, failures, &mut |object| history::undo(object, &args, context, out)),
        "restart" => each(&objects, failures, &mut |object| restart(object, &args, context, out)),
        "pause" => each(&objects, failures, &mut |object| pause(object, Want::Paused, &args, context, out)),
        _ => each(&objects, failures, &mut |object| pause(object, Want::Resumed, &args, context, out)),
    }
}

fn objects(args: &Args, context: &Context<'_>) -> Result<(Vec<Object>, Vec<Failure>)> {
    let filter = Filter::of(args, context)?;
    let (request, failures) = resource::asked(&args.words, args, WithoutNames::Allowed, context)?;
    Failure::all(failures)?;
    resource::fetch(context, &request, &filter)
}

fn each(objects: &[Object], mut failures: Vec<Failure>, act: &mut dyn FnMut(&Object) -> Result<()>) -> Result<Outcome> {
    for object in objects {
        failures.extend(act(object).err());
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// What kubectl says of an object that a subcommand cannot be done to.
fn refused(object: &Object, why: &str) -> Failure {
    Failure::Announced(format!("{} {:?} {why}", object.kind().resource(), object.name()))
}

/// Tells of one object after the other, each until it is done; last, what could not be found or told of.
fn start_status(
    objects: Vec<Object>,
    mut failures: Vec<Failure>,
    args: &Args,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<Outcome> {
    let timeout = args.duration("timeout")?;
    let revision = args.number("revision")?.unwrap_or(0);
    let viewed = [Kind::DaemonSet, Kind::Deployment, Kind::StatefulSet];
    let (objects, others): (Vec<_>, Vec<_>) = objects.into_iter().partition(|object| viewed.contains(&object.kind()));
    failures.extend(others.iter().map(status::not_viewed));
    let once = if args.get("watch") == Some("false") { Once::Yes } else { Once::No };
    match RolloutStatus::start(&objects, failures, context.sim, Told { revision, timeout, once }, out) {
        (None, failures) => {
            Failure::all(failures)?;
            Ok(Outcome::Done(0))
        }
        (Some(process), _) => Ok(Outcome::Running(Process::RolloutStatus(process))),
    }
}

fn kind_ref(object: &Object) -> String {
    let kind = object.kind();
    if kind.group().is_empty() { kind.name().to_owned() } else { format!("{}.{}", kind.name(), kind.group()) }
}

/// Which way a Deployment's `spec.paused` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Want {
    /// Its rollout rests.
    Paused,
    /// It goes on.
    Resumed,
}

fn pause(object: &Object, want: Want, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
    let (doing, done, already) = match want {
        Want::Paused => ("pausing", "paused", "is already paused"),
        Want::Resumed => ("resuming", "resumed", "is not paused"),
    };
    let Object::Deployment(deployment) = object else {
        return Err(refused(object, &[doing, " is not supported"].concat()));
    };
    let mut changed = Rc::clone(deployment);
    let spec = Rc::make_mut(&mut changed).spec.get_or_insert_default();
    let paused = (want == Want::Paused).then_some(true);
    if std::mem::replace(&mut spec.paused, paused).unwrap_or(false) == paused.is_some() {
        return Err(refused(object, already));
    }
    write(changed.into(), done, args, context, out)
}

fn restart(object: &Object, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
    let mut changed = object.clone();
    let template = changed.template_mut().filter(|_| !matches!(object.kind(), Kind::Job | Kind::ReplicaSet));
    let Some(template) = template else {
        return Err(refused(object, "restarting is not supported"));
    };
    if matches!(object, Object::Deployment(it) if it.spec.as_ref().is_some_and(|spec| spec.paused == Some(true))) {
        return Err(refused(object, "can't restart paused deployment (run rollout resume first)"));
    }
    let now = context.sim.cluster().now_in_seconds().0.to_string();
    let metadata = template.metadata.get_or_insert_default();
    let before = metadata.annotations.get_or_insert_default().insert(RESTARTED_AT.to_owned(), now.clone());
    if before == Some(now) {
        return Err(Failure::refused(format_args!(
            "failed to create patch for {}: if restart has already been triggered within the past second, please wait before \
             attempting to trigger another",
            object.name()
        )));
    }
    write(changed, "restarted", args, context, out)
}

fn write(changed: Object, done: &str, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
    let stored = apply::update(changed, DryRun::No, context, out)?;
    context.sim.deliver();
    tell(&stored, done, args, context, out)
}

/// Tells what was done, or shows the object. Upstream reads only now how it is to be shown.
fn tell(object: &Object, done: &str, args: &Args, context: &Context<'_>, out: &mut Output) -> Result<()> {
    let format = Format::of(args, context.files)?;
    match format.is_table() {
        true => out.print(format_args!("{} {done}\n", full_name(object))),
        false => print::objects(std::slice::from_ref(object), &format, false, out)?,
    }
    Ok(())
}
