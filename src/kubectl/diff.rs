//! `kubectl diff` (upstream: `kubectl/pkg/cmd/diff/diff.go`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::apply::{Change, Validate};
use super::args::Args;
use super::error::{Failure, Result};
use super::resource::Filter;
use super::{Context, Outcome, Output, apply, manifests, unified, wire};
use crate::api::decode::Manifest;
use crate::api::{ApiError, Kind, Object, yaml};
use crate::cluster::{Cluster, Prepared};

pub(crate) const FLAGS: &str = "f/filename= l/selector= field-manager= concurrency= prune-allowlist= k/kustomize= R/recursive prune \
    server-side force-conflicts show-managed-fields show-secrets";

/// What `kubectl diff` shows of a value that is a secret: where it does not change, and before and after where it does.
const MASKS: [&str; 3] = ["***", "*** (before)", "*** (after)"];

/// `kubectl diff`: 0 where nothing differs, 1 where something does, more where it could not be told.
pub(crate) fn diff(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let code = match compare(words, context, out) {
        Ok(code) => code,
        Err(failure) => {
            let failure = match failure {
                Failure::Flag { message, command } => Failure::Usage { message, command },
                other => other,
            };
            out.warn(format_args!("{failure}\n"));
            2
        }
    };
    Ok(Outcome::Done(code))
}

fn compare(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<i32> {
    let args = Args::parse(words, FLAGS, "kubectl diff")?;
    args.expect_no_words()?;
    args.refuse(&["server-side", "prune", "kustomize", "force-conflicts"])?;
    if !args.has("filename") {
        return Err(Failure::client("must specify one of -f and -k"));
    }
    let filter = Filter::of(&args, context)?;
    let (given, failures) = manifests::load(&args, context, "diffing")?;
    Failure::all(failures)?;
    let mut files: BTreeMap<String, [String; 2]> = BTreeMap::new();
    for given in given.iter().filter(|given| filter.labels.matches(&manifests::labels(&given.value))) {
        let (live, merged) = versions(given, context, out)?;
        if live.as_ref().is_some_and(|live| live.meta().deletion_timestamp.is_some()) {
            apply::warn_of_deletion(&given.name, out);
        }
        let mut values = [live.as_ref().map(wire::value), Some(wire::value(&merged))];
        if given.kind == Kind::Secret && !args.is_on("show-secrets") {
            mask(&mut values);
        }
        files.insert(file_name(given), values.map(|value| value.as_ref().map(yaml::to_string).unwrap_or_default()));
    }
    let folders = folders(context);
    let mut code = 0;
    for (name, [live, merged]) in &files {
        let changes = unified::unified(live, merged, 3);
        if !changes.is_empty() {
            let [old, new] = folders.each_ref().map(|folder| [folder, "/", name].concat());
            let time = in_gnu(context.sim.cluster().now());
            out.print(format_args!("diff -u -N {old} {new}\n--- {old}\t{time}\n+++ {new}\t{time}\n{changes}"));
            code = 1;
        }
    }
    Ok(code)
}

/// An object as it is, and as it would be if it were applied. The server is asked as if with `--validate=warn`, which it does where
/// nothing is said.
fn versions(given: &Manifest, context: &mut Context<'_>, out: &mut Output) -> Result<(Option<Object>, Object)> {
    let Some(live) = context.sim.cluster().store().object(&given.key()).cloned() else {
        let object = apply::read(given.kind, &given.value, Validate::Warn, None, out)?;
        let created = context.sim.cluster_mut().prepare_create(object)?;
        apply::warn(&created, None, context.sim, out);
        return Ok((None, created));
    };
    let Some(mut change) = change(given, &live, out)? else { return Ok((Some(live.clone()), live)) };
    change.of_now(&live);
    let merged = merge(&change, given.kind, Validate::Warn, context.sim.cluster(), out)?;
    apply::warn(&merged, Some(&live), context.sim, out);
    Ok((Some(live), merged))
}

/// What a manifest changes the object that is there to.
fn change(given: &Manifest, live: &Object, out: &mut Output) -> Result<Option<Change>> {
    let new = apply::without_last_applied(given.value.clone());
    apply::change(&given.file, live, apply::last_applied(live), &new, out)
}

/// What the server makes of that.
fn merge(change: &Change, kind: Kind, validate: Validate, cluster: &Cluster, out: &mut Output) -> Result<Object> {
    let (Prepared::Unchanged(object) | Prepared::Changed(object)) =
        cluster.prepare_update(change.read(kind, validate, out)?)?;
    Ok(object)
}

/// An object that is there, and what it would be if a manifest of it were applied, as `kubectl diff` compares them.
#[derive(Clone, Debug)]
pub struct Preview {
    /// As it is.
    pub live: Value,
    /// As it would be; or why the server would refuse that: each field with the server's words, without a field where they concern
    /// the whole.
    pub merged: std::result::Result<Value, Vec<(String, String)>>,
}

/// What applying a manifest would do to the object that is there; none where there is none. A manifest without a namespace means
/// `default`.
pub fn preview(given: &Manifest, cluster: &Cluster) -> Option<Preview> {
    let mut given = given.clone();
    if given.kind.is_namespaced() && given.namespace.as_deref().unwrap_or_default().is_empty() {
        manifests::set_namespace(&mut given, "default");
    }
    let live = cluster.store().object(&given.key())?;
    let out = &mut Output::default();
    let merged = match change(&given, live, out) {
        Ok(None) => Ok(live.clone()),
        Ok(Some(change)) => merge(&change, given.kind, Validate::Strict, cluster, out),
        Err(failure) => Err(failure),
    };
    let merged = match merged {
        Ok(merged) => Ok(wire::value(&merged)),
        Err(Failure::Server { error: ApiError::Invalid(_, _, errors), .. }) => {
            Err(errors.into_iter().map(|error| (error.field.clone(), error.to_string())).collect())
        }
        Err(failure) => Err(vec![(String::new(), failure.to_string())]),
    };
    Some(Preview { live: wire::value(live), merged })
}

/// The file in which kubectl puts a version of an object.
fn file_name(given: &Manifest) -> String {
    let (kind, namespace) = (given.kind, given.namespace.as_deref().unwrap_or_default());
    let group = if kind.group().is_empty() { String::new() } else { kind.group().to_owned() + "." };
    let namespace = if kind.is_namespaced() { namespace } else { "" };
    format!("{group}{}.{}.{namespace}.{}", kind.version(), kind.name(), given.name)
}

/// The two folders of those files. Their names are made up of the moment, so that looking changes nothing.
fn folders(context: &Context<'_>) -> [String; 2] {
    let seed = context.sim.cluster().store().revision().wrapping_mul(0x9e37_79b9)
        ^ context.sim.cluster().now().as_millisecond() as u64;
    let number = |salt: u64| (seed ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    [format!("/tmp/LIVE-{}", number(1)), format!("/tmp/MERGED-{}", number(2))]
}

/// A time as GNU diff prints it.
fn in_gnu(time: Timestamp) -> String {
    let seconds = Timestamp::from_second(time.as_second()).unwrap_or(time).to_string();
    let seconds = seconds.trim_end_matches('Z').replace('T', " ");
    format!("{seconds}.{:09} +0000", time.subsec_nanosecond())
}

/// Hides what a Secret holds, but for whether it changes.
fn mask(values: &mut [Option<Value>; 2]) {
    let data =
        |value: &Option<Value>| value.as_ref().and_then(|value| value["data"].as_object()).cloned().unwrap_or_default();
    let both = [data(&values[0]), data(&values[1])];
    for (side, value) in values.iter_mut().enumerate() {
        let map = value.as_mut().and_then(|value| value.get_mut("data")).and_then(Value::as_object_mut);
        for (key, value) in map.into_iter().flatten() {
            let is_changed = both[1 - side].get(key).is_some_and(|other| *other != both[side][key]);
            *value = MASKS[if is_changed { side + 1 } else { 0 }].into();
        }
    }
}
