//! The templates an object has had, and the way back to one of them (upstream: `polymorphichelpers/history.go`,
//! `rollback.go`).

use serde_json::Value;

use super::super::apply::{self, DryRun, LAST_APPLIED};
use super::super::args::Args;
use super::super::error::{Failure, Result};
use super::super::print::{self, Format};
use super::super::resource::full_name;
use super::super::table::TabWriter;
use super::super::{Context, Output, describe};
use super::{kind_ref, tell};
use crate::api::wire::{from_value, to_value};
use crate::api::{Kind, Object, PodTemplateSpec, StringMap, revision};

/// The annotation that says why a revision was made.
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
/// The annotation with the number of a Deployment's or ReplicaSet's revision.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
/// The label that tells the pods of one template of a Deployment from those of another.
const HASH: &str = "pod-template-hash";
/// The annotations that a Deployment keeps when it goes back (`annotationsToSkip`).
const KEPT: [&str; 6] = [
    LAST_APPLIED,
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// A template that an object has or had.
struct Revision {
    number: i64,
    /// The object that remembers it.
    object: Object,
    annotations: StringMap,
    template: Value,
}

impl Revision {
    fn cause(&self) -> Option<&String> {
        self.annotations.get(CHANGE_CAUSE).filter(|cause| !cause.is_empty())
    }
}

/// The templates of an object, oldest first; nothing if objects of its kind do not remember them.
fn revisions(object: &Object, context: &Context<'_>) -> Option<Vec<Revision>> {
    let (kind, read): (Kind, fn(&Object) -> Option<Revision>) = match object.kind() {
        Kind::DaemonSet | Kind::StatefulSet => (Kind::ControllerRevision, of_controller_revision),
        Kind::Deployment => (Kind::ReplicaSet, of_replica_set),
        _ => return None,
    };
    let is_owned = |other: &&Object| {
        let mut owners = other.meta().owner_references.iter().flatten().filter(|owner| owner.controller == Some(true));
        other.kind() == kind && owners.any(|owner| Some(&owner.uid) == object.meta().uid.as_ref())
    };
    let uid = object.meta().uid.as_deref().unwrap_or_default();
    let owned = context.sim.cluster().store().dependents(uid).filter(is_owned);
    let mut revisions: Vec<Revision> = vec![];
    for revision in owned.filter_map(read) {
        let place = revisions.partition_point(|other| other.number <= revision.number);
        revisions.insert(place, revision);
    }
    Some(revisions)
}

fn of_controller_revision(object: &Object) -> Option<Revision> {
    let Object::ControllerRevision(it) = object else { return None };
    let template = revision::template(it)?;
    let annotations = it.metadata.annotations.clone().unwrap_or_default();
    Some(Revision { number: it.revision, object: object.clone(), annotations, template })
}

fn of_replica_set(object: &Object) -> Option<Revision> {
    let Object::ReplicaSet(it) = object else { return None };
    let annotations = it.metadata.annotations.clone().unwrap_or_default();
    let number = annotations.get(REVISION).map_or(Some(0), |number| number.parse().ok())?;
    let template = to_value(it.spec.as_ref()?.template.as_ref()?);
    Some(Revision { number, object: object.clone(), annotations, template })
}

/// `kubectl rollout history` of one object.
pub(super) fn history(object: &Object, args: &Args, format: &Format, context: &Context<'_>, out: &mut Output) -> Result<()> {
    let Some(revisions) = revisions(object, context) else {
        return Err(not_visited(object, "history"));
    };
    let wanted = args.number("revision")?.unwrap_or(0);
    if !format.is_table() {
        return objects(object, &revisions, wanted, format, out);
    }
    let (with, text) = if revisions.is_empty() {
        (String::new(), "No rollout history found.".to_owned())
    } else if wanted > 0 {
        let revision = revisions.iter().find(|revision| revision.number == wanted);
        let revision = revision.ok_or_else(|| Failure::client("unable to find the specified revision"))?;
        let mut template = revision.template.clone();
        if let Some(cause) = revision.cause().filter(|_| object.kind() == Kind::Deployment) {
            template["metadata"]["annotations"][CHANGE_CAUSE] = cause.as_str().into();
        }
        (format!("with revision #{wanted}"), describe::pod_template(&template))
    } else {
        let mut text = "REVISION\tCHANGE-CAUSE\n".to_owned();
        for revision in &revisions {
            text.push_str(&format!("{}\t{}\n", revision.number, revision.cause().map_or("<none>", String::as_str)));
        }
        (String::new(), TabWriter::describe().format(&text))
    };
    out.print(format_args!("{} {with}\n{text}\n", full_name(object)));
    Ok(())
}

/// The object as it was with each of its templates, or with the one that is wanted: of a Deployment, the ReplicaSets.
fn objects(object: &Object, revisions: &[Revision], wanted: i64, format: &Format, out: &mut Output) -> Result<()> {
    let mut chosen = revisions.iter().filter(|revision| wanted == 0 || revision.number == wanted).peekable();
    if wanted > 0 && chosen.peek().is_none() {
        return Err(Failure::client("unable to find the specified revision"));
    }
    for revision in chosen {
        let mut shown = revision.object.clone();
        if object.kind() != Kind::Deployment {
            shown = object.clone();
            let template: Option<PodTemplateSpec> = from_value(revision.template.clone()).ok();
            shown.template_mut().into_iter().zip(template).for_each(|(place, template)| *place = template);
        }
        print::next(&shown, format, out)?;
    }
    Ok(())
}

/// What kubectl says of a kind that does not remember its templates.
fn not_visited(object: &Object, what: &str) -> Failure {
    let (kind, named) = (object.kind(), kind_ref(object));
    if matches!(kind, Kind::Pod | Kind::Job | Kind::CronJob | Kind::ReplicaSet) {
        let what = if what == "history" { "history viewer" } else { what };
        return Failure::refused(format_args!("no {what} has been implemented for {named:?}"));
    }
    Failure::refused(format_args!(
        "error retrieving {what} for {named:?}, no visitor method exists for {{{} {}}}",
        kind.group(),
        kind.name()
    ))
}

/// `kubectl rollout undo` of one object.
pub(super) fn undo(object: &Object, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<()> {
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
    let Some(revisions) = revisions(object, context) else {
        return Err(not_visited(object, "rollbacker"));
    };
    let missing = || Failure::refused(format_args!("unable to find specified revision {wanted} in history"));
    let revision = match wanted {
        0 if revisions.len() <= 1 && object.kind() == Kind::Deployment => {
            return Err(Failure::refused(format_args!("no rollout history found for deployment {:?}", object.name())));
        }
        0 if revisions.len() <= 1 => return Err(Failure::client("no last revision to roll back to")),
        0 => revisions.iter().rev().nth(1),
        wanted => revisions.iter().find(|revision| revision.number == wanted),
    };
    let revision = revision.ok_or_else(missing)?;
    if dry_run == DryRun::Client {
        let format = Format::of(args, context.files)?;
        if !format.is_table() {
            return print::next(object, &format, out);
        }
        let text = describe::pod_template(&revision.template);
        let words = if object.kind() == Kind::Deployment { "" } else { "will roll back to " };
        out.print(format_args!("{} {words}{text}{}\n", full_name(object), dry_run.suffix()));
        return Ok(());
    }
    if matches!(object, Object::Deployment(it) if it.spec.as_ref().is_some_and(|spec| spec.paused == Some(true))) {
        return Err(Failure::client(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
        ));
    }
    let mut template: PodTemplateSpec = from_value(revision.template.clone()).map_err(|_| missing())?;
    let mut changed = object.clone();
    if object.kind() == Kind::Deployment {
        template.metadata.iter_mut().flat_map(|meta| &mut meta.labels).for_each(|labels| drop(labels.remove(HASH)));
        let annotations = changed.meta_mut().annotations.get_or_insert_default();
        annotations.retain(|key, _| KEPT.contains(&key.as_str()));
        let old = revision.annotations.iter().filter(|(key, _)| !KEPT.contains(&key.as_str()));
        annotations.extend(old.map(|(key, value)| (key.clone(), value.clone())));
    }
    let suffix = dry_run.suffix();
    if object.template() == Some(&template) {
        let done = format!("skipped rollback (current template already matches revision {wanted}){suffix}");
        return tell(object, &done, args, context, out);
    }
    changed.template_mut().into_iter().for_each(|place| place.clone_from(&template));
    if dry_run == DryRun::No {
        apply::update(changed, DryRun::No, context, out)?;
        context.sim.deliver();
    }
    // Upstream too shows the object as it was before.
    tell(object, &["rolled back", suffix].concat(), args, context, out)
}
