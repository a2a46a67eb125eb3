//! `kubectl apply`, `create -f` and `replace`.

mod last_applied;

use std::time::Duration;

use serde_json::Value;

use super::args::Args;
use super::error::{Failure, Result};
use super::manifests;
use super::print::{self, Format};
use super::process::{Process, Recreate, WaitDelete};
use super::resource::{Filter, full_name};
use super::{Context, Outcome, Output, Stream, patch, wire};
use crate::api::decode::{self, Manifest, Reader};
use crate::api::{ApiError, Kind, Object, validate, yaml};
use crate::cluster::{DeleteOptions, Prepared};
use crate::sim::Simulation;

/// How long `replace --force` waits until what it deleted is gone, where nothing is said.
const REPLACE_TIMEOUT: Duration = Duration::from_secs(300);

/// The annotation in which apply keeps what it was last given.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

pub(crate) const FLAGS: &str = "f/filename= o/output= l/selector= dry-run=unchanged validate=strict field-manager= \
    overwrite force R/recursive record openapi-patch wait cascade=background grace-period= timeout= server-side force-conflicts \
    prune prune-allowlist= all k/kustomize= show-managed-fields template= subresource= allow-missing-template-keys";

pub(crate) const REPLACE: &str = "f/filename= o/output= dry-run=unchanged validate=strict field-manager= save-config force \
    R/recursive record wait cascade=background grace-period= timeout= k/kustomize= show-managed-fields template= raw= \
    subresource= allow-missing-template-keys";

pub(super) use last_applied::{SET, VIEW};

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
                return Err(Failure::refused(format_args!(
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

/// What the server does about fields that there are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validate {
    /// It refuses them.
    Strict,
    /// It warns of them.
    Warn,
    /// Nothing.
    Ignore,
}

impl Validate {
    /// Reads `--validate`.
    pub(crate) fn of(args: &Args) -> Result<Validate> {
        Ok(match args.get("validate") {
            None | Some("strict" | "true") => Validate::Strict,
            Some("warn") => Validate::Warn,
            Some("ignore" | "false") => Validate::Ignore,
            Some(other) => {
                return Err(Failure::refused(format_args!(
                    "invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"
                )));
            }
        })
    }

    /// Whether unknown fields are a mistake; where the server is to warn of them only, it does.
    fn refuses(self, unknown: &[String], out: &mut Output) -> bool {
        if self == Validate::Warn {
            unknown.iter().for_each(|field| out.warn(format_args!("Warning: unknown field {field:?}\n")));
        }
        self == Validate::Strict && !unknown.is_empty()
    }
}

/// Writes the command into an object, as what it was changed by.
pub(crate) fn record(args: &Args, value: &mut Value) {
    if args.is_on("record") {
        wire::child(wire::child(value, "metadata"), "annotations")[CHANGE_CAUSE] = args.as_typed().into();
    }
}

/// The same in an object that is there already.
pub(crate) fn record_on(args: &Args, object: &mut Object) {
    if args.is_on("record") {
        object.meta_mut().annotations.get_or_insert_default().insert(CHANGE_CAUSE.to_owned(), args.as_typed());
    }
}

/// The same by a change of its own, after another one. Upstream nobody is told where that fails.
pub(crate) fn record_after(args: &Args, stored: Object, context: &mut Context<'_>, out: &mut Output) -> Object {
    let mut changed = stored.clone();
    record_on(args, &mut changed);
    if changed == stored { stored } else { update(changed, DryRun::No, context, out).unwrap_or(stored) }
}

/// The annotation that says why a revision was made.
pub(crate) const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// What a verb does with one object of a file: what it is then, as far as kubectl knows, and what to call that.
type Act = fn(&Manifest, &Args, DryRun, &mut Context<'_>, &mut Output) -> Result<Done>;
type Done = (Value, &'static str);

/// Does something with every object of the files.
fn each(verb: &str, act: Act, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    if !args.has("filename") && !args.has("kustomize") {
        return Err(Failure::client("must specify one of -f and -k"));
    }
    args.expect_no_words()?;
    args.refuse(&["server-side", "prune", "kustomize", "template", "raw", "subresource"])?;
    Validate::of(args)?;
    let dry_run = DryRun::of(args)?;
    let (format, doing) = (Format::of(args, context.files)?, if verb == "replace" { "replacing" } else { "creating" });
    let filter = Filter::of(args, context)?;
    let (mut given, mut failures) = manifests::load(args, context, doing)?;
    given.retain(|given| filter.labels.matches(&manifests::labels(&given.value)));
    if args.is_on("record") {
        given.iter_mut().for_each(|given| record(args, &mut given.value));
    }
    if verb == "create" && args.is_on("edit") {
        Failure::all(failures)?;
        return super::edit::edit_and_create(&given, args, context);
    }
    if given.is_empty() && failures.is_empty() {
        return Err(Failure::refused(format_args!("no objects passed to {verb}")));
    }
    let mut shown = vec![];
    if verb == "replace" && args.is_on("force") {
        let gone = delete_all(&given, args, context, out)?;
        let timeout = args.duration("timeout")?.filter(|timeout| !timeout.is_zero()).unwrap_or(REPLACE_TIMEOUT);
        let until = context.sim.now() + timeout;
        if let Some(process) = WaitDelete::start(&gone, context.sim.cluster().store(), Some(until)) {
            let mut objects = vec![];
            for given in given {
                match replacement(&given, args, out) {
                    Ok(object) => objects.push((object, given.file)),
                    Err(failure) => failures.push(failure),
                }
            }
            return Ok(Outcome::Running(Process::WaitDelete(process.then(Recreate { objects, format, failures }))));
        }
    }
    for given in given {
        let done = match super::begun::is_computed(context.sim, &given.key()) {
            true => Err(super::begun::cannot_change(&given.key())),
            false => act(&given, args, dry_run, context, out),
        };
        match (done, &format) {
            (Err(failure), _) => failures.push(failure),
            (Ok((value, what)), Format::Table | Format::Wide) => {
                out.print(format_args!("{} {what}{}\n", named(given.kind, &value), dry_run.suffix()));
            }
            (Ok((value, _)), Format::Name) => out.print(format_args!("{}\n", named(given.kind, &value))),
            (Ok((value, _)), _) if verb == "apply" => shown.push(value),
            (Ok((value, _)), format) => print::next_value(&value, format, out)?,
        }
        context.sim.deliver();
    }
    Failure::all(failures)?;
    match shown.as_slice() {
        [] => {}
        [one] => print::value(one, &format, out)?,
        _ => print::typed_list(shown, format, out)?,
    }
    Ok(Outcome::Done(0))
}

/// What kubectl calls an object that it may have sent to nobody.
pub(crate) fn named(kind: Kind, value: &Value) -> String {
    let name = value["metadata"]["name"].as_str().filter(|name| !name.is_empty());
    format!("{}/{}", kind.singular_with_group(), name.unwrap_or("<unknown>"))
}

/// `kubectl apply`.
pub(crate) fn apply(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    match words.split_first() {
        Some((first, rest)) if first == "edit-last-applied" => {
            let args = Args::parse(rest, super::edit::LAST_APPLIED, "kubectl apply edit-last-applied")?;
            return super::edit::edit_last_applied(&args, context);
        }
        Some((first, rest)) if first == "set-last-applied" => return last_applied::set(rest, context, out),
        Some((first, rest)) if first == "view-last-applied" => return last_applied::view(rest, context, out),
        _ => {}
    }
    let args = Args::parse(words, FLAGS, "kubectl apply")?;
    args.expect_no_words()?;
    check_apply(&args)?;
    each("apply", apply_one, &args, context, out)
}

/// Refuses flags that do not go together.
fn check_apply(args: &Args) -> Result<()> {
    if args.is_on("force-conflicts") && !args.is_on("server-side") {
        return Err(Failure::client("--force-conflicts only works with --server-side"));
    }
    if args.is_on("server-side") {
        if args.is_on("force") {
            return Err(Failure::client("--force cannot be used with --server-side"));
        }
        if DryRun::of(args)? == DryRun::Client {
            return Err(Failure::client(
                "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
            ));
        }
    }
    if args.is_on("force") && DryRun::of(args)? == DryRun::Server {
        return Err(Failure::client("--dry-run=server cannot be used with --force"));
    }
    if args.is_on("prune") && !args.is_on("all") && !args.is_filled("selector") {
        return Err(Failure::client(
            "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you \
             did not mean to prune all resources, specify a label selector",
        ));
    }
    Ok(())
}

fn apply_one(given: &Manifest, args: &Args, dry_run: DryRun, context: &mut Context<'_>, out: &mut Output) -> Result<Done> {
    if given.name.is_empty() {
        let prefix = given.value["metadata"]["generateName"].as_str().unwrap_or_default();
        if !prefix.is_empty() {
            return Err(Failure::refused(format_args!("from {prefix}: cannot use generate name with apply")));
        }
        return Err(no_such_place(given, "resource name may not be empty"));
    }
    let bad = validate::names::path_segment(&given.name);
    if !bad.is_empty() {
        return Err(no_such_place(given, &format!("invalid resource name {:?}: [{}]", given.name, bad.join(", "))));
    }
    let key = given.key();
    let mut new = with_last_applied(given.value.clone());
    let Some(live) = context.sim.cluster().store().object(&key).cloned() else {
        prune_nulls(&mut new);
        return create_value(given, new, "created", args, dry_run, context, out);
    };
    let last = last_applied(&live);
    if last.is_none() {
        out.warn(format_args!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply \
             should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The \
             missing annotation will be patched automatically.\n",
            key.kind.plural(),
            key.name
        ));
    }
    let result = match change(&given.file, &live, last, &new, out)? {
        None => (wire::value(&live), "unchanged"),
        Some(change) if dry_run == DryRun::Client => (change.merged, "configured"),
        Some(change) => {
            let object = change.read(key.kind, Validate::of(args)?, out)?;
            let updated = match update(object, dry_run, context, out) {
                Err(ApiError::Invalid(..) | ApiError::Conflict(..)) if args.is_on("force") && dry_run == DryRun::No => {
                    begin_anew(&live, read(key.kind, &new, Validate::of(args)?, None, out)?, context.sim)
                }
                updated => updated,
            };
            let doing = || {
                let (file, patch) = (&given.file, yaml::to_compact_json(&change.patch));
                let what = described(key.kind, live.name(), live.namespace());
                format!("error when applying patch:\n{patch}\nto:\n{what}\nfor: {file:?}: error when patching {file:?}")
            };
            (wire::value(&updated.map_err(|error| Failure::while_doing(error, doing()))?), "configured")
        }
    };
    if !result.0["metadata"]["deletionTimestamp"].is_null() {
        warn_of_deletion(&key.name, out);
    }
    Ok(result)
}

/// Deletes an object and creates it as it is to be; where that cannot be, as it was.
fn begin_anew(live: &Object, new: Object, sim: &mut Simulation) -> std::result::Result<Object, ApiError> {
    let now = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
    sim.cluster_mut().delete(&live.key(), &now)?;
    sim.deliver();
    let created = sim.cluster_mut().create(new);
    if created.is_err() {
        sim.cluster_mut().create(live.clone())?;
    }
    created
}

/// Takes out what is null, as changing an object to it would.
fn prune_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(prune_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(prune_nulls),
        _ => {}
    }
}

/// The object's name makes no path to ask the server for.
fn no_such_place(given: &Manifest, why: &str) -> Failure {
    Failure::refused(format_args!(
        "error when retrieving current configuration of:\n{}\nfrom server for: {:?}: {why}",
        described(given.kind, &given.name, given.namespace.as_deref().unwrap_or_default()),
        given.file
    ))
}

/// Says that somebody changes what is on its way out.
pub(crate) fn warn_of_deletion(name: &str, out: &mut Output) {
    out.warn(format_args!("Warning: Detected changes to resource {name} which is currently being deleted.\n"));
}

/// What an object was last given by apply, if it was.
pub(crate) fn last_applied(live: &Object) -> Option<String> {
    live.meta().annotations.as_ref()?.get(LAST_APPLIED).cloned()
}

/// What a new manifest changes an object to.
pub(crate) struct Change {
    /// What kubectl sends.
    patch: Value,
    /// What the server makes of it.
    merged: Value,
}

impl Change {
    /// Has it be of what is there now, whatever version the manifest names (upstream: `addResourceVersion` in `patcher.go`).
    pub(crate) fn of_now(&mut self, live: &Object) {
        let version = live.resource_version().unwrap_or_default();
        for value in [&mut self.patch, &mut self.merged] {
            wire::put(value, "metadata.resourceVersion", version.as_str().into());
        }
    }

    /// The object as the server reads it.
    pub(crate) fn read(&self, kind: Kind, validate: Validate, out: &mut Output) -> Result<Object> {
        let (object, unknown) = decode::read(Reader::Maps, kind, &self.merged);
        let why = match object {
            Ok(object) if !validate.refuses(&unknown, out) => return Ok(object),
            Ok(_) => decode::strict(&unknown),
            Err((_, why)) => why,
        };
        let patch = validate::quoted(&patch::go_words(&patch::used_up(&self.patch)));
        Err(Failure::Verbatim(format!("The request is invalid: patch: Invalid value: {patch}: {why}")))
    }
}

/// What an object is changed to by a new manifest of it; nothing where kubectl has nothing to send.
pub(crate) fn change(
    file: &str,
    live: &Object,
    last: Option<String>,
    new: &Value,
    out: &mut Output,
) -> Result<Option<Change>> {
    let (kind, before) = (live.kind(), wire::value(live));
    let text = last.unwrap_or_default();
    let mut last = decode::as_stored(serde_json::from_str(&text).unwrap_or_default());
    let mut new = decode::as_stored(new.clone());
    let merged = patch::three_way(kind.schema(), &last, &new, &before).map_err(|why| {
        for spec in ["openapi v3", "openapi"] {
            out.warn(format_args!("warning: error calculating patch from {spec} spec: {why}\n"));
        }
        Failure::refused(format_args!(
            "error when applying patch:\n\nto:\n{}\nfor: {file:?}: error when patching {file:?}: creating patch \
             with:\noriginal:\n{text}\nmodified:\n{}\n\ncurrent:\n{}\n\nfor: {why}",
            described(kind, live.name(), live.namespace()),
            yaml::to_compact_json(&new),
            yaml::to_compact_json(&before)
        ))
    })?;
    if let Kind::Custom(_) = kind {
        // Their patches are plain JSON, made without what is null (`apimachinery/pkg/util/jsonmergepatch/patch.go`).
        prune_nulls(&mut last);
        prune_nulls(&mut new);
    }
    let patch = patch::made(kind.schema(), &last, &new, &before);
    Ok(if patch.is_empty() { None } else { Some(Change { patch: patch.into(), merged }) })
}

/// An object as kubectl describes it in its errors (upstream: `Info.String` in `cli-runtime/pkg/resource/visitor.go`).
fn described(kind: Kind, name: &str, namespace: &str) -> String {
    let version = [kind.group(), kind.version()].join("/");
    let resource = format!("{version}, Resource={}", kind.plural());
    let kind = format!("{version}, Kind={}", kind.name());
    format!("Resource: {resource:?}, GroupVersionKind: {kind:?}\nName: {name:?}, Namespace: {namespace:?}")
}

/// The manifest with itself, compact, in the annotation of [`LAST_APPLIED`].
pub(crate) fn with_last_applied(value: Value) -> Value {
    let mut value = without_last_applied(value);
    let text = yaml::to_compact_json(&value).trim_end().to_owned() + "\n";
    value["metadata"]["annotations"][LAST_APPLIED] = Value::String(text);
    value
}

/// A live object of which this was applied last.
pub(crate) fn annotated(mut live: Object, value: &Value) -> Object {
    let text = yaml::to_compact_json(value).trim_end().to_owned() + "\n";
    live.meta_mut().annotations.get_or_insert_default().insert(LAST_APPLIED.to_owned(), text);
    live
}

/// The manifest without the annotation of [`LAST_APPLIED`], but with annotations, were they empty.
pub(crate) fn without_last_applied(mut value: Value) -> Value {
    let annotations = wire::child(wire::child(&mut value, "metadata"), "annotations");
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.remove(LAST_APPLIED);
    }
    value
}

/// `kubectl create -f`.
pub(crate) fn create(args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    each("create", create_given, args, context, out)
}

fn create_given(
    given: &Manifest,
    args: &Args,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<Done> {
    create_value(given, to_send(given, args), "created", args, dry_run, context, out)
}

/// What a manifest has kubectl send.
fn to_send(given: &Manifest, args: &Args) -> Value {
    let value = given.value.clone();
    if args.is_on("save-config") { with_last_applied(value) } else { value }
}

/// Creates what a manifest says. Where the server is not asked, nobody looks at its fields.
fn create_value(
    given: &Manifest,
    value: Value,
    what: &'static str,
    args: &Args,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<Done> {
    if dry_run == DryRun::Client {
        return Ok((value, what));
    }
    let doing = if what == "created" { "creating" } else { "replacing" };
    let object = read(given.kind, &value, Validate::of(args)?, Some((&given.file, doing)), out)?;
    Ok((wire::value(&create_one(object, &given.file, doing, dry_run, context, out)?), what))
}

/// `kubectl replace`.
pub(crate) fn replace(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, REPLACE, "kubectl replace")?;
    if args.has("filename") || args.has("kustomize") {
        check_replace(&args)?;
    }
    each("replace", replace_one, &args, context, out)
}

fn check_replace(args: &Args) -> Result<()> {
    let forces = args.is_on("force");
    if args.number("grace-period")?.is_some_and(|seconds| seconds >= 0) && !forces {
        return Err(Failure::client("--grace-period must have --force specified"));
    }
    if args.duration("timeout")?.is_some_and(|timeout| !timeout.is_zero()) && !forces {
        return Err(Failure::client("--timeout must have --force specified"));
    }
    if forces && DryRun::of(args)? != DryRun::No {
        return Err(Failure::client("--dry-run can not be used when --force is set"));
    }
    super::delete::propagation(args, &mut Output::default()).map(drop)
}

fn replace_one(given: &Manifest, args: &Args, dry_run: DryRun, context: &mut Context<'_>, out: &mut Output) -> Result<Done> {
    let value = to_send(given, args);
    if dry_run == DryRun::Client || args.is_on("force") {
        return create_value(given, value, "replaced", args, dry_run, context, out);
    }
    let replaced = update(replacement(given, args, out)?, dry_run, context, out);
    let doing = || format!("error when replacing {:?}", given.file);
    Ok((wire::value(&replaced.map_err(|error| Failure::while_doing(error, doing()))?), "replaced"))
}

/// What takes the place of an object.
fn replacement(given: &Manifest, args: &Args, out: &mut Output) -> Result<Object> {
    read(given.kind, &to_send(given, args), Validate::of(args)?, Some((&given.file, "replacing")), out)
}

/// Deletes what is there of the objects of the files, pods at once; gives what it deleted.
fn delete_all(given: &[Manifest], args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Vec<Object>> {
    let propagation = super::delete::propagation(args, out)?;
    let mut deleted = vec![];
    for given in given {
        let options = DeleteOptions { grace_period_seconds: Some(0), propagation };
        if let Ok(gone) = context.sim.cluster_mut().delete(&given.key(), &options) {
            match args.get("output") {
                None => out.out(&super::delete::answered(&gone.key(), "deleted")),
                Some("name") => out.print(format_args!("{}\n", full_name(&gone))),
                Some(_) => {}
            }
            deleted.push(gone);
            context.sim.deliver();
        }
    }
    Ok(deleted)
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
    let created = match dry_run {
        DryRun::Client => return Ok(object),
        DryRun::Server => context.sim.cluster_mut().prepare_create(object),
        DryRun::No => context.sim.cluster_mut().create(object),
    };
    let created = created.map_err(|error| match file {
        "" => error.into(),
        file => Failure::while_doing(error, format!("error when {doing} {file:?}")),
    })?;
    warn(&created, None, context.sim, out);
    Ok(created)
}

/// Changes one object, or says what the server would make of it.
pub(crate) fn update(
    object: impl Into<Object>,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> std::result::Result<Object, ApiError> {
    let object = object.into();
    match dry_run {
        DryRun::Client => Ok(object),
        DryRun::Server => {
            let old = context.sim.cluster().store().object(&object.key()).cloned();
            let (Prepared::Unchanged(updated) | Prepared::Changed(updated)) =
                context.sim.cluster().prepare_update(object)?;
            warn(&updated, old.as_ref(), context.sim, out);
            Ok(updated)
        }
        DryRun::No => store_update(object, context.sim, out),
    }
}

/// Changes one object.
pub(crate) fn store_update(object: Object, sim: &mut Simulation, out: &mut Output) -> std::result::Result<Object, ApiError> {
    let old = sim.cluster().store().object(&object.key()).cloned();
    let updated = sim.cluster_mut().update(object)?;
    warn(&updated, old.as_ref(), sim, out);
    Ok(updated)
}

/// Shows what the server warns of in what it has stored, each warning once a command.
pub(crate) fn warn(stored: &Object, old: Option<&Object>, sim: &Simulation, out: &mut Output) {
    for warning in validate::warnings(stored, old).into_iter().chain(sim.cluster().warnings(stored, old)) {
        let line = format!("Warning: {warning}\n");
        if !out.text(Stream::Err).contains(&line) {
            out.err(&line);
        }
    }
}

/// The object of a value from a file, as the server reads it when it is asked to do something with it.
pub(crate) fn read(
    kind: Kind,
    value: &Value,
    validate: Validate,
    doing: Option<(&str, &str)>,
    out: &mut Output,
) -> Result<Object> {
    let read = decode::lenient(kind, value).and_then(|(object, unknown)| match validate.refuses(&unknown, out) {
        true => decode::typed(kind, value),
        false => Ok(object),
    });
    let doing = doing.map(|(file, doing)| format!("error when {doing} {file:?}: ")).unwrap_or_default();
    read.map_err(|(_, why)| Failure::Verbatim(format!("Error from server (BadRequest): {doing}{why}")))
}
