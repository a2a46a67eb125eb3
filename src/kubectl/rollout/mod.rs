//! `kubectl rollout`: status, history, undo, restart, pause, resume.

mod history;
mod status;

pub(crate) use status::{is_unobserved, status};

use std::rc::Rc;

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::process::{Once, Process, RolloutStatus};
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
        super::help::print("rollout", out);
        return Ok(Outcome::Done(1));
    };
    let Some(flags) = flags_of(subcommand) else {
        let args = Args::parse(words, "", "kubectl rollout")?;
        return Err(Failure::usage("rollout", format_args!("unknown command {:?}", args.words.join(" "))));
    };
    let command = ["kubectl rollout ", subcommand].concat();
    let args = Args::parse(rest, flags, &command)?;
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client("required resource not specified"));
    }
    let (objects, failures) = objects(&args, context)?;
    if objects.is_empty() && failures.is_empty() {
        resource::say_nothing_found(Some(&resource::namespace(&args, context)), out);
        return Ok(Outcome::Done(0));
    }
    match subcommand.as_str() {
        "status" => {
            Failure::all(failures)?;
            start_status(&objects, &args, context, out)
        }
        "history" => each(&objects, failures, &mut |object| history::history(object, &args, context, out)),
        "undo" => each(&objects, failures, &mut |object| history::undo(object, &args, context, out)),
        "restart" => each(&objects, failures, &mut |object| restart(object, context, out)),
        "pause" => each(&objects, failures, &mut |object| pause(object, Want::Paused, context, out)),
        _ => each(&objects, failures, &mut |object| pause(object, Want::Resumed, context, out)),
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
    Failure::refused(format_args!("{} {:?} {why}", object.kind().resource(), object.name()))
}

fn start_status(objects: &[Object], args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let timeout = args.duration("timeout")?;
    let viewed = [Kind::DaemonSet, Kind::Deployment, Kind::StatefulSet];
    if let Some(other) = objects.iter().find(|object| !viewed.contains(&object.kind())) {
        return Err(status::not_viewed(other));
    }
    let once = if args.get("watch") == Some("false") { Once::Yes } else { Once::No };
    match objects {
        [] => {
            resource::say_nothing_found(Some(&resource::namespace(args, context)), out);
            Ok(Outcome::Done(0))
        }
        [one] => {
            let started = RolloutStatus::start(one, context.sim, timeout, once, out)?;
            Ok(started.map_or(Outcome::Done(0), |process| Outcome::Running(Process::RolloutStatus(process))))
        }
        _ => Err(Failure::client("the playground's kubectl rollout status watches one object at a time")),
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

fn pause(object: &Object, want: Want, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
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
    write(changed.into(), done, context, out)
}

fn restart(object: &Object, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
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
    write(changed, "restarted", context, out)
}

fn write(changed: Object, done: &str, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
    let name = full_name(&changed);
    apply::update(changed, DryRun::No, context, out)?;
    context.sim.deliver();
    out.print(format_args!("{name} {done}\n"));
    Ok(())
}
