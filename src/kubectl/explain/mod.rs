//! `kubectl explain`, in our own words (upstream: `kubectl/pkg/cmd/explain/explain.go` and `kubectl/pkg/explain`).

mod model;
mod openapi_v2;
mod plaintext;
mod row;

pub use model::{Field, field};
pub use row::{Of, Row};

use super::args::Args;
use super::error::{Failure, Result};
use super::{Context, Outcome, Output, resource};
use crate::api::{Key, Kind, kind};
use crate::cluster::Store;
use serde_json::Value;

pub(crate) const FLAGS: &str = "R/recursive api-version= o/output=";

/// `kubectl explain`.
pub(crate) fn explain(words: &[String], context: &Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl explain")?;
    let [argument] = args.words.as_slice() else {
        return Err(Failure::client(if args.words.is_empty() {
            "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported \
             resources."
        } else {
            "We accept only this format: explain RESOURCE"
        }));
    };
    let custom = context.sim.cluster().custom_kinds();
    let version = args.get("api-version").unwrap_or_default();
    let (kind, path) = split(argument, version, &custom)?;
    let format = args.get("output").unwrap_or("plaintext");
    let is_old = format == "plaintext-openapiv2";
    expect_version(kind, version, is_old, &custom)?;
    if !is_old && format != "plaintext" {
        return Err(Failure::refused(format_args!("unrecognized format: {format}")));
    }
    let recursive = args.is_on("recursive");
    let bare = version.rsplit('/').next().filter(|bare| !bare.is_empty()).unwrap_or(kind.version());
    match kind {
        Kind::Custom(_) if is_old => {
            return Err(Failure::client("the playground explains kinds that people define in the usual layout only"));
        }
        Kind::Custom(_) => {
            let schema = schema_of(kind, bare, context.sim.cluster().store());
            plaintext::print((kind, bare), Of::Kind(&schema), &path, recursive, out)?;
        }
        _ if is_old => openapi_v2::print(kind, &path, recursive, out)?,
        _ => plaintext::print((kind, bare), Of::Type(kind.name()), &path, recursive, out)?,
    }
    Ok(Outcome::Done(0))
}

/// The kind and the names of fields in `daemonsets.apps.spec.template`.
fn split<'a>(argument: &'a str, version: &str, custom: &[Kind]) -> Result<(Kind, Vec<&'a str>)> {
    let path = argument.strip_suffix('.').unwrap_or(argument);
    let which = if version.is_empty() { "first node must be field node" } else { "all nodes must be field nodes" };
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let kind = kind_of(first.split('[').next().unwrap_or_default(), custom)?;
    if path.contains('[') || path.contains("..") {
        return Err(Failure::refused(format_args!("invalid jsonpath syntax, {which}")));
    }
    // Only the full name can have its group with it.
    let after_group = if version.is_empty() { path.strip_prefix(kind.resource().as_str()) } else { None };
    let names = match after_group {
        Some(after) => after.split_once('.').map_or("", |(_, names)| names),
        None => rest,
    };
    Ok((kind, names.split('.').filter(|name| !name.is_empty()).collect()))
}

/// What people wrote about the fields of a kind of their own, in this version.
pub fn schema_of(kind: Kind, version: &str, store: &Store) -> Value {
    let definition = store.object(&Key::new(Kind::CustomResourceDefinition, "", &kind.resource()));
    let versions = definition.and_then(|object| object.stored()).map(|stored| &stored.field("spec")["versions"]);
    let mut versions = versions.and_then(Value::as_array).into_iter().flatten();
    let found = versions.find(|it| it["name"] == version);
    found.map(|version| version["schema"]["openAPIV3Schema"].clone()).unwrap_or_default()
}

/// The kind of a resource argument; here kubectl says what the server says, without `error:`.
fn kind_of(argument: &str, custom: &[Kind]) -> Result<Kind> {
    resource::kind(argument, custom).map_err(|failure| match failure {
        Failure::Client(message) if message.starts_with("the server doesn't have") => Failure::Verbatim(message),
        other => other,
    })
}

/// Refuses a version that the kind is not served in.
fn expect_version(of: Kind, version: &str, is_old: bool, custom: &[Kind]) -> Result<()> {
    if version.is_empty() || of.serves(version) {
        return Ok(());
    }
    let (group, bare) = match version.split_once('/') {
        Some((_, rest)) if rest.contains('/') => {
            return Err(Failure::refused(format_args!("unexpected GroupVersion string: {version}")));
        }
        Some(parts) => parts,
        None => ("", version),
    };
    if is_old {
        return Err(Failure::refused(format_args!("couldn't find resource for \"{group}/{bare}, Kind={}\"", of.name())));
    }
    let resource = of.plural();
    let is_served = kind::ALL.iter().chain(custom).any(|kind| kind.serves(version));
    Err(if is_served {
        Failure::refused(format_args!("GVR ({group}/{bare}, Resource={resource}) not found in OpenAPI schema"))
    } else {
        Failure::refused(format_args!("couldn't find resource for \"{group}/{bare}, Resource={resource}\""))
    })
}

/// Breaks a line into lines of at most `width` letters; what stands before its first word stays.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let mut words = text.split_ascii_whitespace();
    let margin = text.len() - text.trim_ascii_start().len();
    let mut lines = vec![text[..margin].to_owned() + words.next().unwrap_or_default()];
    for word in words {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
