//! `kubectl rollout`: status, history, undo, restart.

use serde_json::Value;

use super::apply::{DryRun, LAST_APPLIED};
use super::args::Args;
use super::error::{Failure, Result};
use super::process::{Once, Process, RolloutStatus};
use super::resource::{self, Filter, WithoutNames, full_name};
use super::table::TabWriter;
use super::{Context, Outcome, Output, describe, in_order};
use crate::api::wire::from_value;
use crate::api::{ControllerRevision, DaemonSet, Kind, Object, PodTemplateSpec, Resource};

const FLAGS: &str = "f/filename= l/selector= o/output= timeout= revision= to-revision= field-manager= k/kustomize= template= \
    w/watch R/recursive dry-run=unchanged";

const SUBCOMMANDS: [&str; 6] = ["history", "pause", "restart", "resume", "status", "undo"];
/// The annotation that says why a revision was made.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
/// The annotation by which a restart changes a template.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// `kubectl rollout`.
pub(crate) fn rollout(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let Some((subcommand, rest)) = words.split_first().filter(|(first, _)| SUBCOMMANDS.contains(&first.as_str())) else {
        if words.is_empty() {
            super::help::print("rollout", out);
            return Ok(Outcome::Done(1));
        }
        let args = Args::parse(words, FLAGS, "kubectl rollout")?;
        return Err(Failure::usage("rollout", format_args!("unknown command {:?}", args.words.join(" "))));
    };
    let command = format!("kubectl rollout {subcommand}");
    let args = Args::parse(rest, FLAGS, &command)?;
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client("required resource not specified"));
    }
    let (objects, failures) = objects(&args, context)?;
    match subcommand.as_str() {
        "status" => {
            Failure::all(failures)?;
            start_status(&objects, &args, context, out)
        }
        "history" => each(&objects, failures, &mut |object| history(object, &args, context, out)),
        "undo" => each(&objects, failures, &mut |object| undo(object, &args, context, out)),
        "restart" => each(&objects, failures, &mut |object| restart(object, context, out)),
        "pause" => each(&objects, failures, &mut |object| Err(unsupported(object, "pausing"))),
        _ => each(&objects, failures, &mut |object| Err(unsupported(object, "resuming"))),
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

fn unsupported(object: &Object, what: &str) -> Failure {
    Failure::refused(format_args!("{} {:?} {what} is not supported", object.kind().resource(), object.name()))
}

/// Where the rollout stands, as a line, and whether it is done.
pub(crate) fn status(daemon_set: &DaemonSet) -> Result<(String, bool)> {
    let strategy = daemon_set.spec.as_ref().and_then(|spec| spec.update_strategy.as_ref()).and_then(|s| s.type_.as_deref());
    if strategy.is_some_and(|strategy| strategy != "RollingUpdate") {
        return Err(Failure::client("rollout status is only available for RollingUpdate strategy type"));
    }
    if is_unobserved(daemon_set) {
        return Ok(("Waiting for daemon set spec update to be observed...\n".to_owned(), false));
    }
    let (name, status) = (daemon_set.name(), daemon_set.status.clone().unwrap_or_default());
    let desired = status.desired_number_scheduled;
    let (updated, available) = (status.updated_number_scheduled.unwrap_or(0), status.number_available.unwrap_or(0));
    Ok(if updated < desired {
        let line = format!(
            "Waiting for daemon set {name:?} rollout to finish: {updated} out of {desired} new pods have been updated...\n"
        );
        (line, false)
    } else if available < desired {
        let line = format!(
            "Waiting for daemon set {name:?} rollout to finish: {available} of {desired} updated pods are available...\n"
        );
        (line, false)
    } else {
        (format!("daemon set {name:?} successfully rolled out\n"), true)
    })
}

/// Whether the controller has not yet looked at the newest spec.
pub(crate) fn is_unobserved(daemon_set: &DaemonSet) -> bool {
    let observed = daemon_set.status.as_ref().and_then(|status| status.observed_generation).unwrap_or(0);
    daemon_set.metadata.generation.unwrap_or(0) > observed
}

fn start_status(objects: &[Object], args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let timeout = args.duration("timeout")?;
    if let Some(other) = objects.iter().find(|object| object.kind() != Kind::DaemonSet) {
        return Err(Failure::refused(format_args!("no status viewer has been implemented for {}", kind_ref(other))));
    }
    let once = if args.get("watch") == Some("false") { Once::Yes } else { Once::No };
    match objects {
        [] => {
            resource::say_nothing_found(Some(&resource::namespace(args, context)), out);
            Ok(Outcome::Done(0))
        }
        [one] => {
            let Some(daemon_set) = DaemonSet::of(one) else { return Ok(Outcome::Done(0)) };
            let started = RolloutStatus::start(daemon_set, context.sim, timeout, once, out)?;
            Ok(started.map_or(Outcome::Done(0), |process| Outcome::Running(Process::RolloutStatus(process))))
        }
        _ => Err(Failure::client("the playground's kubectl rollout status watches one DaemonSet at a time")),
    }
}

fn kind_ref(object: &Object) -> String {
    let kind = object.kind();
    if kind.group().is_empty() { kind.name().to_owned() } else { format!("{}.{}", kind.name(), kind.group()) }
}

/// The revisions of a DaemonSet, oldest first.
fn revisions<'a>(daemon_set: &DaemonSet, context: &'a Context<'_>) -> Vec<&'a ControllerRevision> {
    let store = context.sim.cluster().store();
    let owned = |revision: &ControllerRevision| {
        let owners = revision.metadata.owner_references.iter().flatten();
        owners.filter(|owner| owner.controller == Some(true)).any(|owner| owner.uid == daemon_set.uid())
    };
    let all = store.list::<ControllerRevision>().filter(|revision| revision.namespace() == daemon_set.namespace());
    let mut revisions: Vec<&ControllerRevision> = vec![];
    for revision in all.filter(|revision| owned(revision)) {
        revisions.push(revision);
    }
    in_order(&mut revisions, &|a, b| a.revision.cmp(&b.revision));
    revisions
}

/// The template a revision remembers.
fn template(revision: &ControllerRevision) -> Option<Value> {
    let mut template = revision.data.as_ref()?.0.get("spec")?.get("template")?.clone();
    template.as_object_mut()?.remove("$patch");
    Some(template)
}

fn history(object: &Object, args: &Args, context: &Context<'_>, out: &mut Output) -> Result<()> {
    let Some(daemon_set) = DaemonSet::of(object) else {
        return Err(Failure::refused(format_args!("no history viewer has been implemented for {:?}", kind_ref(object))));
    };
    let wanted = args.number("revision")?.unwrap_or(0);
    if wanted < 0 {
        return Err(Failure::refused(format_args!("revision must be a positive integer: {wanted}")));
    }
    if args.has("output") {
        return Err(Failure::client("the playground does not simulate kubectl rollout history -o"));
    }
    let revisions = revisions(daemon_set, context);
    let (with, text) = if revisions.is_empty() {
        (String::new(), "No rollout history found.".to_owned())
    } else if wanted > 0 {
        let revision = revisions.iter().find(|revision| revision.revision == wanted);
        let revision = revision.ok_or_else(|| Failure::client("unable to find the specified revision"))?;
        let name = revision.name();
        let template = template(revision).ok_or_else(|| Failure::refused(format_args!("unable to parse history {name}")))?;
        (format!("with revision #{wanted}"), describe::pod_template(&template))
    } else {
        let mut text = "REVISION\tCHANGE-CAUSE\n".to_owned();
        for revision in &revisions {
            let cause =
                revision.metadata.annotations.as_ref().and_then(|all| all.get(CHANGE_CAUSE)).filter(|c| !c.is_empty());
            text.push_str(&format!("{}\t{}\n", revision.revision, cause.map_or("<none>", String::as_str)));
        }
        (String::new(), TabWriter::describe().format(&text))
    };
    out.print(format_args!("{} {with}\n{text}\n", full_name(object)));
    Ok(())
}

fn undo(object: &Object, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
    let wanted = args.number("to-revision")?.unwrap_or(0);
    let dry_run = DryRun::of(args)?;
    if object.meta().annotations.as_ref().is_some_and(|all| all.contains_key(LAST_APPLIED)) {
        out.warn(format_args!(
            "Warning: resource {}/{} was previously managed with 'kubectl apply'. Rolling back will not update the {LAST_APPLIED} \
             annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with \
             your previous configuration file instead.\n",
            object.kind().plural(),
            object.name()
        ));
    }
    let Some(daemon_set) = DaemonSet::of(object) else {
        return Err(Failure::refused(format_args!("no rollbacker has been implemented for {:?}", kind_ref(object))));
    };
    let revisions = revisions(daemon_set, context);
    let missing = || Failure::refused(format_args!("unable to find specified revision {wanted} in history"));
    let revision = match wanted {
        0 if revisions.len() <= 1 => return Err(Failure::client("no last revision to roll back to")),
        0 => revisions.iter().rev().nth(1),
        wanted => revisions.iter().find(|revision| revision.revision == wanted),
    };
    let revision = revision.ok_or_else(missing)?;
    let template = template(revision).ok_or_else(missing)?;
    let mut changed = (**daemon_set).clone();
    let spec = changed.spec.get_or_insert_default();
    if dry_run == DryRun::Client {
        let text = describe::pod_template(&template);
        out.print(format_args!("{} will roll back to {text}{}\n", full_name(object), dry_run.suffix()));
        return Ok(());
    }
    let typed: PodTemplateSpec = from_value(template).map_err(|_| missing())?;
    if spec.template == typed {
        let suffix = dry_run.suffix();
        out.print(format_args!(
            "{} skipped rollback (current template already matches revision {wanted}){suffix}\n",
            full_name(object)
        ));
        return Ok(());
    }
    spec.template = typed;
    if dry_run == DryRun::No {
        context.sim.cluster_mut().update(changed)?;
        context.sim.deliver();
    }
    out.print(format_args!("{} rolled back{}\n", full_name(object), dry_run.suffix()));
    Ok(())
}

fn restart(object: &Object, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
    let Some(daemon_set) = DaemonSet::of(object) else {
        return Err(unsupported(object, "restarting"));
    };
    let mut changed = (**daemon_set).clone();
    let now = context.sim.cluster().now_in_seconds().0.to_string();
    let metadata = changed.spec.get_or_insert_default().template.metadata.get_or_insert_default();
    let before = metadata.annotations.get_or_insert_default().insert(RESTARTED_AT.to_owned(), now.clone());
    if before == Some(now) {
        return Err(Failure::refused(format_args!(
            "failed to create patch for {}: if restart has already been triggered within the past second, please wait before \
             attempting to trigger another",
            object.name()
        )));
    }
    context.sim.cluster_mut().update(changed)?;
    context.sim.deliver();
    out.print(format_args!("{} restarted\n", full_name(object)));
    Ok(())
}
