//! What `-f` names: files, standard input, and the objects in them.

use super::apply::Validate;
use super::args::Args;
use super::error::{Failure, Result};
use super::resource::namespace;
use serde_json::Value;

use super::{Context, wire};
use crate::api::decode::{self, Manifest};
use crate::api::{Object, StringMap};

/// The objects of every `-f`, with namespaces filled in, and what could not be read; `verb` is what is being done with them:
/// `creating`, `deleting`.
///
/// # Errors
/// A file that does not exist; then nothing is done at all.
pub(crate) fn load(args: &Args, context: &Context<'_>, verb: &str) -> Result<(Vec<Manifest>, Vec<Failure>)> {
    let (mut read, mut failures) = read(args, context, verb)?;
    let own = namespace(args, context);
    let enforced = args.has("namespace");
    read.retain_mut(|manifest| {
        if !manifest.kind.is_namespaced() {
            return true;
        }
        match manifest.namespace.clone().filter(|namespace| !namespace.is_empty()) {
            None => set_namespace(manifest, &own),
            Some(other) if enforced && other != own => failures.push(Failure::refused(format_args!(
                "the namespace from the provided object {other:?} does not match the namespace {own:?}. You must pass \
                 '--namespace={other}' to perform this operation."
            ))),
            Some(_) => {}
        }
        !enforced || manifest.namespace.as_deref() == Some(&own)
    });
    Ok((read, failures))
}

/// The objects of the files alone, as `--local` takes them.
pub(crate) fn local(named: &[String], args: &Args, context: &Context<'_>) -> Result<Vec<Object>> {
    if !args.has("filename") || !named.is_empty() {
        return Err(Failure::client(
            "can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set",
        ));
    }
    let object = |manifest: Manifest| decode::typed(manifest.kind, &manifest.value);
    of_files(args, context)?
        .into_iter()
        .map(object)
        .collect::<std::result::Result<_, _>>()
        .map_err(|(_, why)| Failure::client(&why))
}

/// The objects of every `-f` as they stand there, none where one cannot be read.
pub(crate) fn of_files(args: &Args, context: &Context<'_>) -> Result<Vec<Manifest>> {
    let (read, failures) = read(args, context, "reading")?;
    Failure::all(failures)?;
    Ok(read)
}

/// The objects of every `-f` as they stand there.
fn read(args: &Args, context: &Context<'_>, verb: &str) -> Result<(Vec<Manifest>, Vec<Failure>)> {
    let mut texts = vec![];
    let mut missing = vec![];
    let mut stdin_used = false;
    for name in args.all("filename").iter().filter(|name| !name.is_empty()) {
        let path = name.strip_prefix("./").unwrap_or(name);
        if name == "-" {
            if std::mem::replace(&mut stdin_used, true) {
                return Err(Failure::client("standard input cannot be used for multiple arguments"));
            }
            texts.push(("STDIN".to_owned(), context.stdin.unwrap_or_default()));
        } else if name.starts_with("http://") || name.starts_with("https://") {
            return Err(Failure::refused(format_args!("the playground has no network: it cannot read {name}")));
        } else if path == "." || path.is_empty() {
            for (file, text) in context.files {
                if [".yaml", ".yml", ".json"].iter().any(|ending| file.ends_with(ending)) {
                    texts.push((file.clone(), text));
                }
            }
        } else if let Some(text) = context.files.get(path) {
            texts.push((name.clone(), text));
        } else {
            missing.push(Failure::refused(format_args!("the path {name:?} does not exist")));
        }
    }
    Failure::all(missing)?;
    let custom = context.sim.cluster().custom_kinds();
    let is_checked = matches!(verb, "creating" | "replacing") && Validate::of(args)? != Validate::Ignore;
    let (mut given, mut failures) = (vec![], vec![]);
    for (file, text) in texts {
        for decoded in decode::decode(&file, text, &custom, is_checked) {
            match decoded {
                Err(error) => failures.push(Failure::Verbatim(error.to_stderr(verb))),
                Ok(manifest) => given.push(manifest),
            }
        }
    }
    Ok((given, failures))
}

/// The labels of an object in a file.
pub(crate) fn labels(value: &Value) -> StringMap {
    let labels = value["metadata"]["labels"].as_object();
    labels.into_iter().flatten().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

/// Gives a manifest a namespace.
pub(crate) fn set_namespace(manifest: &mut Manifest, namespace: &str) {
    manifest.namespace = Some(namespace.to_owned());
    put_namespace(&mut manifest.value, namespace);
}

/// Puts an object into a namespace.
pub(crate) fn put_namespace(value: &mut Value, namespace: &str) {
    wire::child(value, "metadata")["namespace"] = namespace.into();
}
