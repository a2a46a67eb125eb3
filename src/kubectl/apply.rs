//! `kubectl apply`, `create -f` and `replace`.

use serde_json::Value;

use super::args::Args;
use super::error::{Failure, Result};
use super::manifests::{self, Given};
use super::print::{self, Format};
use super::resource::full_name;
use super::{Context, Outcome, Output, Stream, patch, wire};
use crate::api::{ApiError, Kind, Object, decode, validate, yaml};
use crate::cluster::{DeleteOptions, Prepared};

/// The annotation in which apply keeps what it was last given.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

const FLAGS: &str = "f/filename= o/output= l/selector= dry-run=unchanged validate=strict field-manager= save-config overwrite \
    force R/recursive record openapi-patch wait cascade= grace-period= timeout= server-side prune \
    k/kustomize= show-managed-fields edit template=";

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

/// What a verb does with one object of a file: the object as it is then, and what to call that.
type Act = fn(Given, &Args, DryRun, &mut Context<'_>, &mut Output) -> Result<(Object, &'static str)>;

/// Does something with every object of the files.
fn each(verb: &str, act: Act, args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    args.expect_no_words()?;
    args.refuse(&["server-side", "prune", "kustomize", "edit", "template"])?;
    if !args.has("filename") {
        return Err(Failure::client("must specify one of -f and -k"));
    }
    let dry_run = DryRun::of(args)?;
    let (format, doing) = match verb {
        "replace" => (Format::Table, "replacing"),
        _ => (Format::of(args)?, "creating"),
    };
    let (given, mut failures) = manifests::load(args, context, doing)?;
    if given.is_empty() && failures.is_empty() {
        return Err(Failure::refused(format_args!("no objects passed to {verb}")));
    }
    let mut shown = vec![];
    for given in given {
        match act(given, args, dry_run, context, out) {
            Ok((object, _)) if !format.is_table() => shown.push(object),
            Ok((object, what)) => out.print(format_args!("{} {what}{}\n", full_name(&object), dry_run.suffix())),
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

/// `kubectl apply`.
pub(crate) fn apply(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    if let Some(word @ ("edit-last-applied" | "set-last-applied" | "view-last-applied")) = words.first().map(String::as_str)
    {
        return Err(Failure::refused(format_args!("the playground does not simulate kubectl apply {word}")));
    }
    each("apply", apply_one, &Args::parse(words, FLAGS, "kubectl apply")?, context, out)
}

fn apply_one(
    given: Given,
    _: &Args,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<(Object, &'static str)> {
    let manifest = given.manifest;
    if manifest.name.is_empty() {
        let prefix = manifest.value["metadata"]["generateName"].as_str().unwrap_or_default();
        if !prefix.is_empty() {
            return Err(Failure::refused(format_args!("from {prefix}: cannot use generate name with apply")));
        }
        let (kind, file) = (manifest.kind, &given.file);
        return Err(Failure::refused(format_args!(
            "error when retrieving current configuration of:\n{}\nfrom server for: {file:?}: resource name may not be empty",
            described(kind, "", manifest.namespace.as_deref().unwrap_or_default())
        )));
    }
    let new = with_last_applied(manifest.value);
    let key = manifest.object.key();
    let Some(live) = context.sim.cluster().store().object(&key).cloned() else {
        let object = read(manifest.kind, &new)?;
        return create_one(object, &given.file, "creating", dry_run, context, out).map(|object| (object, "created"));
    };
    let annotations = live.meta().annotations.as_ref();
    let last = annotations.and_then(|all| all.get(LAST_APPLIED));
    if last.is_none() {
        out.warn(format_args!(
            "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply \
             should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The \
             missing annotation will be patched automatically.\n",
            key.kind.plural(),
            key.name
        ));
    }
    let last: Value = last.and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
    let before = wire::value(&live);
    let of = key.kind.schema();
    let merged = patch::three_way(of, &last, &new, &before).map_err(|why| Failure::refused(format_args!("{why}")))?;
    if merged == before {
        return Ok((live, "unchanged"));
    }
    let object = read(manifest.kind, &merged)?;
    Ok((update(object, dry_run, context, out)?, "configured"))
}

/// An object as kubectl describes it in its errors (upstream: `Info.String` in `cli-runtime/pkg/resource/visitor.go`).
fn described(kind: Kind, name: &str, namespace: &str) -> String {
    let version = [kind.group(), kind.version()].join("/");
    let resource = format!("{version}, Resource={}", kind.plural());
    let kind = format!("{version}, Kind={}", kind.name());
    format!("Resource: {resource:?}, GroupVersionKind: {kind:?}\nName: {name:?}, Namespace: {namespace:?}")
}

/// The manifest with itself, compact, in the annotation of [`LAST_APPLIED`].
fn with_last_applied(mut value: Value) -> Value {
    let metadata = wire::child(&mut value, "metadata");
    if let Some(annotations) = wire::child(metadata, "annotations").as_object_mut() {
        annotations.remove(LAST_APPLIED);
    }
    let text = yaml::to_compact_json(&value).trim_end().to_owned() + "\n";
    value["metadata"]["annotations"][LAST_APPLIED] = Value::String(text);
    value
}

/// `kubectl create -f`.
pub(crate) fn create(args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    each("create", create_given, args, context, out)
}

fn create_given(
    given: Given,
    args: &Args,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<(Object, &'static str)> {
    let manifest = given.manifest;
    let value = if args.is_on("save-config") { with_last_applied(manifest.value) } else { manifest.value };
    let object = read(manifest.kind, &value)?;
    Ok((create_one(object, &given.file, "creating", dry_run, context, out)?, "created"))
}

/// `kubectl replace`.
pub(crate) fn replace(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    each("replace", replace_one, &Args::parse(words, FLAGS, "kubectl replace")?, context, out)
}

fn replace_one(
    given: Given,
    args: &Args,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<(Object, &'static str)> {
    let object = given.manifest.object;
    if args.is_on("force") && dry_run == DryRun::No {
        let options = DeleteOptions { grace_period_seconds: Some(0), ..DeleteOptions::default() };
        if let Ok(gone) = context.sim.cluster_mut().delete(&object.key(), &options) {
            out.out(&super::delete::answered(&gone, "deleted"));
            context.sim.deliver();
        }
        return Ok((create_one(object, &given.file, "replacing", dry_run, context, out)?, "replaced"));
    }
    let replaced = update(object, dry_run, context, out);
    let doing = || format!("error when replacing {:?}", given.file);
    Ok((replaced.map_err(|error| Failure::while_doing(error, doing()))?, "replaced"))
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
    warn(&created, None, out);
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
    let old = context.sim.cluster().store().object(&object.key()).cloned();
    let updated = match dry_run {
        DryRun::Client => return Ok(object),
        DryRun::Server => match context.sim.cluster().prepare_update(object)? {
            Prepared::Unchanged(object) | Prepared::Changed(object) => object,
        },
        DryRun::No => context.sim.cluster_mut().update(object)?,
    };
    warn(&updated, old.as_ref(), out);
    Ok(updated)
}

/// Shows what the server warns of in what it has stored, each warning once a command.
fn warn(stored: &Object, old: Option<&Object>, out: &mut Output) {
    for warning in validate::warnings(stored, old) {
        let line = format!("Warning: {warning}\n");
        if !out.text(Stream::Err).contains(&line) {
            out.err(&line);
        }
    }
}

/// The object of a value, as the server reads it.
pub(crate) fn read(kind: Kind, value: &Value) -> Result<Object> {
    decode::lenient(kind, value).map_err(|why| Failure::client(&why))
}
