//! `kubectl patch` (upstream: `kubectl/pkg/cmd/patch/patch.go`).

mod local;
mod scale;

use serde_json::Value;

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, WithoutNames};
use super::{Context, Outcome, Output, patch, wire};
use crate::api::decode::{self, Reader};
use crate::api::schema::Type;
use crate::api::{ApiError, FieldError, Kind, Object, validate, yaml};

pub(super) const FLAGS: &str = "f/filename= o/output= p/patch= patch-file= type= subresource= field-manager= local record R/recursive \
    dry-run=unchanged k/kustomize= template= show-managed-fields allow-missing-template-keys";

/// `kubectl patch`.
pub(crate) fn patch(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl patch")?;
    args.refuse(&["kustomize"])?;
    let text = match (args.get("patch"), args.get("patch-file")) {
        (Some(""), None) => {
            return Err(Failure::client("must specify --patch or --patch-file containing the contents of the patch"));
        }
        (Some(_), Some(_)) => return Err(Failure::client("cannot specify --patch and --patch-file together")),
        (None, None) => {
            return Err(Failure::client("must specify --patch or --patch-file containing the contents of the patch"));
        }
        (Some(text), None) => text.to_owned(),
        (None, Some(file)) => match context.files.get(file) {
            Some(text) => text.clone(),
            None => {
                return Err(Failure::refused(format_args!(
                    "unable to read patch file: open {file}: no such file or directory"
                )));
            }
        },
    };
    let merge: Merge = match args.get("type").unwrap_or("strategic").to_ascii_lowercase().as_str() {
        "strategic" => strategic,
        "merge" => json_merge,
        "json" => json_patch,
        other => return Err(Failure::refused(format_args!("--type must be one of [json merge strategic], not {other:?}"))),
    };
    let change = read_change(&text)?;
    let dry_run = DryRun::of(&args)?;
    let format = Format::of(&args, context.files)?;
    if args.is_on("local") {
        return local::patch(change.as_ref().ok(), merge, dry_run, &format, &args, context, out);
    }
    let filter = Filter::of(&args, context)?;
    let (request, failures) = resource::asked(&args.words, &args, WithoutNames::Refused, context)?;
    Failure::all(failures)?;
    let (objects, mut failures) = resource::fetch(context, &request, &filter)?;
    if objects.is_empty() && failures.is_empty() {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    let is_strategic = args.get("type").is_none_or(|type_| type_.eq_ignore_ascii_case("strategic"));
    let change = change.map_err(|why| match is_strategic {
        true => refused(&why),
        false => refused(&format!("error decoding patch: {why}")),
    });
    let subresource = args.get("subresource").filter(|name| !name.is_empty());
    if objects.is_empty() {
        Failure::all(failures)?;
        return Ok(Outcome::Done(0));
    }
    let change = &change?;
    for object in objects {
        let kind = object.kind();
        let into_status = match subresource {
            None => false,
            Some("scale") if scale::has(&object) => {
                failures.extend(scale::patch(object, change, merge, dry_run, &format, context, out).err());
                continue;
            }
            Some("status") if kind.schema().field("status").is_some() => true,
            Some(_) => {
                failures.push(super::scale::not_there());
                continue;
            }
        };
        if let (Kind::Custom(_), true) = (kind, is_strategic) {
            return Err(Failure::refused(format_args!(
                "application/strategic-merge-patch+json is not supported by {}, Kind={}: the body of the request was in an \
                 unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, \
                 application/apply-patch+yaml",
                kind.api_version(),
                kind.name()
            )));
        }
        let before = wire::value(&object);
        if dry_run == DryRun::Client {
            failures.extend(local::one(kind, &before, change, merge, &format, out).err());
            continue;
        }
        let changed = merge(kind.schema(), &before, change).and_then(|after| {
            let reader = if is_strategic { Reader::Maps } else { Reader::Json };
            let (read, unknown) = decode::read(reader, kind, &after);
            unknown.iter().for_each(|field| out.warn(format_args!("Warning: unknown field {field:?}\n")));
            read.map_err(|(_, why)| {
                let shown = if is_strategic { patch::go_words(change) } else { yaml::to_compact_json(&after) };
                let shown = validate::quoted(&shown);
                Failure::Verbatim(format!("The request is invalid: patch: Invalid value: {shown}: {why}"))
            })
        });
        let changed = changed.and_then(|changed| match changed.name() == object.name() {
            true => Ok(changed),
            false => Err(refused(&format!(
                "the name of the object ({}) does not match the name on the URL ({})",
                changed.name(),
                object.name()
            ))),
        });
        let stored = changed.and_then(|changed| match into_status {
            true => Ok(status(&object, &changed, dry_run, context)?),
            false => Ok(apply::update(changed, dry_run, context, out)?),
        });
        match stored {
            Err(failure) => failures.push(failure),
            Ok(stored) => {
                let what = if stored == object { "patched (no change)" } else { "patched" };
                let stored = match dry_run {
                    DryRun::No => apply::record_after(&args, stored, context, out),
                    _ => stored,
                };
                // Upstream this verb alone does not say that it did nothing.
                print::answer_alone(stored, what, &format, DryRun::No, out)?;
            }
        }
        context.sim.deliver();
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// A way to change a value of a type by another.
type Merge = fn(Type, &Value, &Value) -> Result<Value>;

/// The patch: what looks like JSON is sent as it is, and what is wrong with it, the server says; the rest is made JSON of.
fn read_change(text: &str) -> Result<std::result::Result<Value, String>> {
    if text.trim_start().starts_with('{') {
        return Ok(serde_json::from_str(text).map_err(|error| yaml::go_words(text, &error)));
    }
    let documents = yaml::parse(text).map_err(|why| Failure::refused(format_args!("unable to parse {text:?}: {why}")))?;
    match <[Value; 1]>::try_from(documents) {
        Ok([change]) => Ok(Ok(change)),
        Err(_) => Err(Failure::refused(format_args!("unable to parse {text:?}: it is not one document"))),
    }
}

/// Changes the status of an object to that of another, and what people wrote on it.
fn status(
    object: &Object,
    changed: &Object,
    dry_run: DryRun,
    context: &mut Context<'_>,
) -> std::result::Result<Object, ApiError> {
    let value = changed.to_value();
    let counts = value["status"].as_object().into_iter().flatten();
    let below = counts.filter(|(_, count)| count.as_i64().is_some_and(|count| count < 0)).map(|(name, count)| FieldError {
        field: ["status.", name].concat(),
        body: format!("Invalid value: {count}: must be greater than or equal to 0"),
    });
    let below: Vec<FieldError> = below.collect();
    if !below.is_empty() {
        return Err(ApiError::Invalid(object.kind(), object.name().to_owned(), below));
    }
    match dry_run {
        DryRun::No => context.sim.cluster_mut().patch_status(changed),
        _ => context.sim.cluster().with_status(changed),
    }
}

fn strategic(of: Type, before: &Value, change: &Value) -> Result<Value> {
    is_object(change)?;
    patch::strategic(of, change, before).map_err(|why| Failure::Verbatim(format!("Error from server: {why}")))
}

fn is_object(change: &Value) -> Result<()> {
    match change {
        Value::Object(_) | Value::Null => Ok(()),
        change => Err(unreadable(change, "map[string]interface {}", "")),
    }
}

/// What Go calls a value of JSON.
const fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Object(_) | Value::Null => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
    }
}

/// What Go says of JSON that is no value of its type.
fn unreadable(change: &Value, wanted: &str, doing: &str) -> Failure {
    let found = json_type(change);
    refused(&format!("{doing}json: cannot unmarshal {found} into Go value of type {wanted}"))
}

fn refused(why: &str) -> Failure {
    Failure::Verbatim(format!("Error from server (BadRequest): {why}"))
}

/// RFC 7386.
pub(crate) fn json_merge(_: Type, before: &Value, change: &Value) -> Result<Value> {
    fn merged(before: &Value, change: &Value) -> Value {
        let Value::Object(change) = change else { return change.clone() };
        let mut map = before.as_object().cloned().unwrap_or_default();
        for (name, value) in change {
            if value.is_null() {
                map.remove(name);
            } else {
                let old = map.get(name).cloned().unwrap_or_default();
                map.insert(name.clone(), merged(&old, value));
            }
        }
        Value::Object(map)
    }
    is_object(change)?;
    Ok(merged(before, change))
}

/// What is at a path; it is no longer there where it `goes`.
fn taken(value: &mut Value, path: &str, goes: bool) -> Option<Value> {
    let found = value.pointer(path)?.clone();
    let (parent, last) = path.rsplit_once('/').filter(|_| goes).unzip();
    match (parent.and_then(|parent| value.pointer_mut(parent)), last) {
        (Some(Value::Object(map)), Some(last)) => drop(map.remove(&last.replace("~1", "/").replace("~0", "~"))),
        (Some(Value::Array(items)), Some(last)) => {
            items.remove(last.parse().ok().filter(|at| *at < items.len())?);
        }
        _ => {}
    }
    Some(found)
}

/// RFC 6902, all of it. Upstream what is not there may be replaced in an object.
pub(crate) fn json_patch(_: Type, before: &Value, change: &Value) -> Result<Value> {
    let Value::Array(steps) = change else {
        return Err(unreadable(change, "[]handlers.jsonPatchOp", "error decoding patch: "));
    };
    json_steps(before, steps).map_err(|_| {
        Failure::Verbatim(
            "The request is invalid: the server rejected our request due to an error in our request".to_owned(),
        )
    })
}

/// Takes the steps; what cannot be done is told as `evanphx/json-patch` does.
fn json_steps(before: &Value, steps: &[Value]) -> std::result::Result<Value, String> {
    let mut value = before.clone();
    for step in steps {
        let text = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
        let (asked, path) = (text("op"), text("path"));
        let nowhere = |path: &str| format!("{asked} operation does not apply: doc is missing path: {path:?}: missing value");
        let mut new = step.get("value").cloned().unwrap_or_default();
        let operation = match asked {
            "copy" | "move" => {
                let from = text("from");
                new = taken(&mut value, from, asked == "move").ok_or_else(|| nowhere(from))?;
                "add"
            }
            "test" | "add" | "replace" | "remove" => asked,
            other => return Err(format!("Unexpected kind: {other}")),
        };
        let (parent, last) = path.rsplit_once('/').ok_or_else(|| nowhere(path))?;
        let last = last.replace("~1", "/").replace("~0", "~");
        let parent = value.pointer_mut(parent).ok_or_else(|| nowhere(path))?;
        match (operation, parent) {
            ("test", parent) => {
                let found =
                    parent.get(&last).or_else(|| parent.get(last.parse::<usize>().ok()?)).cloned().unwrap_or_default();
                if found != new {
                    return Err(format!("testing value {path} failed: test failed"));
                }
            }
            ("add" | "replace", Value::Object(map)) => {
                map.insert(last, new);
            }
            ("remove", Value::Object(map)) => {
                let missing = || {
                    format!("error in remove for path: '{path}': Unable to remove nonexistent key: {last}: missing value")
                };
                map.remove(&last).ok_or_else(missing)?;
            }
            ("add", Value::Array(items)) => {
                let at = if last == "-" { Some(items.len()) } else { last.parse().ok().filter(|at| *at <= items.len()) };
                items.insert(at.ok_or_else(|| nowhere(path))?, new);
            }
            ("replace" | "remove", Value::Array(items)) => {
                let at: usize = last.parse().ok().filter(|at| *at < items.len()).ok_or_else(|| nowhere(path))?;
                if operation == "remove" {
                    items.remove(at);
                } else {
                    items[at] = new;
                }
            }
            _ => return Err(nowhere(path)),
        }
    }
    Ok(value)
}
