//! `kubectl apply`, `create -f` and `replace`.

use serde_json::{Value, json};

use super::args::{Args, Flag, perhaps, switch, value};
use super::error::{Failure, Result};
use super::manifests::{self, Given};
use super::print::{self, Format};
use super::resource::full_name;
use super::{Context, Outcome, Output, patch, wire};
use crate::api::{Object, validate, yaml};
use crate::cluster::{DeleteOptions, Prepared};

/// The annotation in which apply keeps what it was last given.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

const FLAGS: &[Flag] = &[
    value("filename").or('f'),
    value("output").or('o'),
    value("selector").or('l'),
    perhaps("dry-run", "unchanged"),
    perhaps("validate", "strict"),
    value("field-manager"),
    switch("save-config"),
    switch("overwrite"),
    switch("force"),
    switch("recursive").or('R'),
    switch("record"),
    switch("openapi-patch"),
    switch("wait"),
    value("cascade"),
    value("grace-period"),
    value("timeout"),
    switch("server-side"),
    switch("prune"),
    value("kustomize").or('k'),
    switch("show-managed-fields"),
    switch("edit"),
    value("template"),
];

/// Whether a command only says what it would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DryRun {
    /// It does it.
    No,
    /// kubectl stops before it asks the server.
    Client,
    /// The server checks, and stores nothing.
    Server,
}

impl DryRun {
    /// Reads `--dry-run`.
    pub(crate) fn of(args: &Args) -> Result<DryRun> {
        Ok(match args.get("dry-run") {
            None | Some("none" | "false") => DryRun::No,
            Some("client" | "unchanged" | "true") => DryRun::Client,
            Some("server") => DryRun::Server,
            Some(other) => {
                return Err(Failure::client(format!(
                    "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
                )));
            }
        })
    }

    /// What follows the verb in an answer: ` (dry run)`.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            DryRun::No => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        }
    }
}

/// Refuses what the playground does not simulate.
fn refuse(args: &Args, verb: &str) -> Result<()> {
    for flag in ["server-side", "prune", "kustomize", "edit", "template"] {
        if args.has(flag) {
            return Err(Failure::client(format!("the playground does not simulate kubectl {verb} --{flag}")));
        }
    }
    Ok(())
}

/// `kubectl apply`.
pub(crate) fn apply(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    if words
        .first()
        .is_some_and(|word| ["edit-last-applied", "set-last-applied", "view-last-applied"].contains(&word.as_str()))
    {
        return Err(Failure::client(format!("the playground does not simulate kubectl apply {}", words[0])));
    }
    let args = Args::parse(words, FLAGS, "kubectl apply")?;
    if !args.words.is_empty() {
        return Err(Failure::usage("apply", format!("Unexpected args: [{}]", args.words.join(" "))));
    }
    refuse(&args, "apply")?;
    if !args.has("filename") {
        return Err(Failure::client("must specify one of -f and -k"));
    }
    let dry_run = DryRun::of(&args)?;
    let format = Format::of(&args)?;
    let (given, mut failures) = manifests::load(&args, context, "creating")?;
    if given.is_empty() && failures.is_empty() {
        return Err(Failure::client("no objects passed to apply"));
    }
    let mut shown = vec![];
    for given in given {
        match apply_one(&given, dry_run, context, out) {
            Ok((object, _)) if !format.is_table() => shown.push(object),
            Ok((object, what)) => out.out(format!("{} {what}{}\n", full_name(&object), dry_run.suffix())),
            Err(failure) => failures.push(failure),
        }
        context.sim.deliver();
    }
    if !format.is_table() {
        print::objects(&shown, &format, shown.len() != 1, out)?;
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

fn apply_one(given: &Given, dry_run: DryRun, context: &mut Context<'_>, out: &mut Output) -> Result<(Object, &'static str)> {
    let manifest = &given.manifest;
    if manifest.name.is_empty() {
        let prefix = manifest.value["metadata"]["generateName"].as_str().unwrap_or_default();
        if !prefix.is_empty() {
            return Err(Failure::client(format!("from {prefix}: cannot use generate name with apply")));
        }
        return Err(Failure::client(format!(
            "error when retrieving current configuration of {:?}: resource name may not be empty",
            given.file
        )));
    }
    let new = with_last_applied(&manifest.value);
    let key = manifest.object.key();
    let Some(live) = context.sim.cluster().store().object(&key).cloned() else {
        let object = Object::from_value(manifest.kind, new).map_err(|error| unreadable(&error))?;
        return create_one(object, &given.file, "creating", dry_run, context, out).map(|object| (object, "created"));
    };
    let annotations = live.meta().annotations.as_ref();
    let last = annotations.and_then(|all| all.get(LAST_APPLIED));
    if last.is_none() {
        out.err(format!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply \
             should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The \
             missing annotation will be patched automatically.\n",
            key.kind.plural(),
            key.name
        ));
    }
    let last: Value = last.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let before = wire::value(&live);
    let merged = patch::three_way(&last, &new, &before);
    if merged == before {
        return Ok((live, "unchanged"));
    }
    let object = Object::from_value(manifest.kind, merged).map_err(|error| unreadable(&error))?;
    warn(&object, out);
    let stored = match dry_run {
        DryRun::Client => object,
        DryRun::Server => prepared(context.sim.cluster().prepare_update(object)?),
        DryRun::No => context.sim.cluster_mut().update(object)?,
    };
    Ok((stored, "configured"))
}

/// The manifest with itself, compact, in the annotation of [`LAST_APPLIED`].
fn with_last_applied(value: &Value) -> Value {
    let mut value = value.clone();
    let metadata = &mut value["metadata"];
    if !metadata.is_object() {
        *metadata = json!({});
    }
    if !metadata["annotations"].is_object() {
        metadata["annotations"] = json!({});
    }
    if let Some(annotations) = metadata["annotations"].as_object_mut() {
        annotations.remove(LAST_APPLIED);
    }
    let text = yaml::to_compact_json(&value).trim_end().to_owned() + "\n";
    value["metadata"]["annotations"][LAST_APPLIED] = Value::String(text);
    value
}

/// `kubectl create -f`.
pub(crate) fn create(args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    refuse(args, "create")?;
    let dry_run = DryRun::of(args)?;
    let format = Format::of(args)?;
    let (given, mut failures) = manifests::load(args, context, "creating")?;
    if given.is_empty() && failures.is_empty() {
        return Err(Failure::client("no objects passed to create"));
    }
    let mut shown = vec![];
    for given in given {
        let value = if args.is_on("save-config") { with_last_applied(&given.manifest.value) } else { given.manifest.value };
        let object = Object::from_value(given.manifest.kind, value).map_err(|error| unreadable(&error))?;
        match create_one(object, &given.file, "creating", dry_run, context, out) {
            Ok(object) if !format.is_table() => shown.push(object),
            Ok(object) => out.out(format!("{} created{}\n", full_name(&object), dry_run.suffix())),
            Err(failure) => failures.push(failure),
        }
        context.sim.deliver();
    }
    if !format.is_table() {
        print::objects(&shown, &format, shown.len() != 1, out)?;
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// `kubectl replace`.
pub(crate) fn replace(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl replace")?;
    if !args.words.is_empty() {
        return Err(Failure::usage("replace", format!("Unexpected args: [{}]", args.words.join(" "))));
    }
    refuse(&args, "replace")?;
    if !args.has("filename") {
        return Err(Failure::client("must specify one of -f and -k"));
    }
    let dry_run = DryRun::of(&args)?;
    let (given, mut failures) = manifests::load(&args, context, "replacing")?;
    if given.is_empty() && failures.is_empty() {
        return Err(Failure::client("no objects passed to replace"));
    }
    for given in given {
        let doing = || format!("error when replacing {:?}", given.file);
        let object = given.manifest.object;
        warn(&object, out);
        if args.is_on("force") && dry_run == DryRun::No {
            let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
            if let Ok(gone) = context.sim.cluster_mut().delete(&object.key(), &options) {
                out.out(super::delete::answered(&gone, "deleted"));
                context.sim.deliver();
            }
            match create_one(object, &given.file, "replacing", dry_run, context, out) {
                Ok(object) => out.out(format!("{} replaced\n", full_name(&object))),
                Err(failure) => failures.push(failure),
            }
            context.sim.deliver();
            continue;
        }
        let replaced = match dry_run {
            DryRun::Client => Ok(object),
            DryRun::Server => context.sim.cluster().prepare_update(object).map(prepared),
            DryRun::No => context.sim.cluster_mut().update(object),
        };
        match replaced {
            Ok(object) => out.out(format!("{} replaced{}\n", full_name(&object), dry_run.suffix())),
            Err(error) => failures.push(Failure::while_doing(error, doing())),
        }
        context.sim.deliver();
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// Creates one object, or says what the server would.
pub(crate) fn create_one(
    object: Object,
    file: &str,
    doing: &str,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<Object> {
    let warnings = validate::warnings(&object);
    let created = match dry_run {
        DryRun::Client => Ok(object),
        DryRun::Server => context.sim.cluster_mut().prepare_create(object),
        DryRun::No => context.sim.cluster_mut().create(object),
    };
    let created = created.map_err(|error| match file {
        "" => error.into(),
        file => Failure::while_doing(error, format!("error when {doing} {file:?}")),
    })?;
    for warning in warnings {
        out.err(format!("Warning: {warning}\n"));
    }
    Ok(created)
}

fn warn(object: &Object, out: &mut Output) {
    for warning in validate::warnings(object) {
        out.err(format!("Warning: {warning}\n"));
    }
}

fn prepared(prepared: Prepared) -> Object {
    match prepared {
        Prepared::Unchanged(object) | Prepared::Changed(object) => object,
    }
}

fn unreadable(error: &crate::api::wire::Mismatch) -> Failure {
    Failure::client(error.to_string())
}
