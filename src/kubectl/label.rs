//! `kubectl label` and `kubectl annotate`.

use serde_json::json;

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, Request, WithoutNames};
use super::set::resources_and_pairs;
use super::{Context, Outcome, Output, manifests, wire};
use crate::api::decode::Manifest;
use crate::api::{Object, StringMap, validate::names};

pub(super) const FLAGS: &str = "f/filename= l/selector= field-selector= o/output= resource-version= field-manager= all A/all-namespaces \
    overwrite list local record R/recursive dry-run=unchanged k/kustomize= template= show-managed-fields \
    allow-missing-template-keys";

/// Which of an object's maps a command changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Map {
    /// Its labels.
    Labels,
    /// Its annotations.
    Annotations,
}

impl Map {
    const fn verb(self) -> &'static str {
        match self {
            Map::Labels => "label",
            Map::Annotations => "annotate",
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Map::Labels => "label",
            Map::Annotations => "annotation",
        }
    }

    fn of(self, object: &Object) -> Option<&StringMap> {
        match self {
            Map::Labels => object.meta().labels.as_ref(),
            Map::Annotations => object.meta().annotations.as_ref(),
        }
    }
}

/// What kubectl says of labels that are as they were: then nothing is written.
const NOT_LABELED: &str = "not labeled";

/// What to do with one key.
enum Change {
    Set(String, String),
    Remove(String),
}

/// `kubectl label` or `kubectl annotate`.
pub(crate) fn run(map: Map, words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, &format!("kubectl {}", map.verb()))?;
    args.refuse(&["kustomize"])?;
    let dry_run = DryRun::of(&args)?;
    let format = Format::of(&args, context.files)?;
    let (resources, specs) = resources_and_pairs(&args.words, map.noun())?;
    let changes = changes(map, &specs)?;
    for flag in ["selector", "field-selector"] {
        if args.is_on("all") && args.is_filled(flag) {
            return Err(Failure::refused(format_args!("cannot set --all and --{flag} at the same time")));
        }
    }
    if resources.is_empty() && !args.has("filename") {
        return Err(Failure::client("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if changes.is_empty() && !args.is_on("list") {
        return Err(Failure::refused(format_args!("at least one {} update is required", map.noun())));
    }
    let is_local = args.is_on("local");
    let mut failures = vec![];
    let (objects, single) = if is_local {
        let objects = manifests::local(&resources, &args, context)?;
        let single = objects.len() == 1;
        (objects, single)
    } else {
        let filter = Filter::of(&args, context)?;
        let (request, unread) = resource::asked(&resources, &args, WithoutNames::Refused, context)?;
        let (objects, missing) = resource::fetch(context, &request, &filter)?;
        failures.extend(unread.into_iter().chain(missing));
        (objects, matches!(&request, Request::Names(names) if names.len() == 1))
    };
    let version = args.get("resource-version").filter(|version| !version.is_empty());
    if version.is_some() && objects.len() > 1 {
        return Err(Failure::client("--resource-version may only be used with a single resource"));
    }
    let dry_run = if is_local { DryRun::Client } else { dry_run };
    let mut as_given = if is_local { manifests::of_files(&args, context)? } else { vec![] }.into_iter();
    for object in objects {
        let raw = as_given.next();
        if args.is_on("list") {
            list(map, &object, single, out);
            continue;
        }
        let mut begun = object.clone();
        if dry_run != DryRun::Client {
            apply::record_on(&args, &mut begun);
        }
        match change(map, &begun, &changes, args.is_on("overwrite"), out) {
            Err(failure) => failures.push(failure),
            Ok((mut changed, answer)) => {
                if let Some(version) = version.filter(|_| changed != object) {
                    changed.meta_mut().resource_version = Some(version.to_owned());
                }
                let stored = match dry_run {
                    DryRun::No | DryRun::Server if changed != object && answer != NOT_LABELED => {
                        apply::update(changed, dry_run, context, out)
                    }
                    _ => Ok(changed),
                };
                let told = if is_local { DryRun::No } else { dry_run };
                match stored {
                    Ok(stored) => tell(map, stored, raw, answer, &format, told, out)?,
                    Err(error) => failures.push(error.into()),
                }
                context.sim.deliver();
            }
        }
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// Tells what was done. What only files say is shown as they say it.
fn tell(
    map: Map,
    stored: Object,
    raw: Option<Manifest>,
    answer: &str,
    format: &Format,
    dry_run: DryRun,
    out: &mut Output,
) -> Result<()> {
    if let (Some(Manifest { mut value, .. }), Format::Yaml | Format::Json) = (raw, format) {
        let path = if map == Map::Labels { "metadata.labels" } else { "metadata.annotations" };
        wire::put(&mut value, path, map.of(&stored).map_or_else(|| json!({}), |map| json!(map)));
        return print::value(&value, format, out);
    }
    match map {
        Map::Labels => print::answer_alone(stored, answer, format, dry_run, out),
        Map::Annotations => print::answer(stored, answer, format, dry_run, out),
    }
}

fn list(map: Map, object: &Object, single: bool, out: &mut Output) {
    let mut indent = "";
    if !single {
        indent = " ";
        out.print(format_args!(
            "Listing {}s for {}.{}/{}:\n",
            map.noun(),
            object.kind().name(),
            object.kind().group(),
            object.name()
        ));
    }
    for (key, value) in map.of(object).into_iter().flatten() {
        out.print(format_args!("{indent}{key}={value}\n"));
    }
}

fn changes(map: Map, specs: &[String]) -> Result<Vec<Change>> {
    let mut changes = vec![];
    for spec in specs {
        match (spec.split_once('='), map) {
            (Some((_, value)), Map::Labels) if value.contains('=') => {
                return Err(Failure::refused(format_args!("invalid label spec: {spec}")));
            }
            (Some((key, value)), Map::Labels) => {
                let wrong = names::label_value(value);
                if !wrong.is_empty() {
                    return Err(Failure::refused(format_args!("invalid label value: {spec:?}: {}", wrong.join(";"))));
                }
                changes.push(Change::Set(key.to_owned(), value.to_owned()));
            }
            (Some(("", _)), Map::Annotations) => {
                return Err(Failure::refused(format_args!("invalid annotation format: {spec:?}")));
            }
            (Some((key, value)), Map::Annotations) => changes.push(Change::Set(key.to_owned(), value.to_owned())),
            (None, _) => changes.push(Change::Remove(spec.trim_end_matches('-').to_owned())),
        }
    }
    // They are a map upstream: what is set last is set.
    for at in (0..changes.len()).rev() {
        let Change::Set(key, _) = &changes[at] else { continue };
        if changes[at + 1..].iter().any(|later| matches!(later, Change::Set(other, _) if other == key)) {
            changes.remove(at);
        }
    }
    let set = |key: &str| changes.iter().any(|change| matches!(change, Change::Set(other, _) if other == key));
    let both = changes.iter().filter_map(|change| match change {
        Change::Remove(key) if set(key) => Some(key.as_str()),
        _ => None,
    });
    let both: Vec<&str> = both.collect();
    if !both.is_empty() {
        return Err(match map {
            Map::Labels => Failure::client("can not both modify and remove a label in the same command"),
            Map::Annotations => Failure::refused(format_args!(
                "can not both modify and remove the following annotation(s) in the same command: {}",
                both.join(", ")
            )),
        });
    }
    Ok(changes)
}

/// The changed object, and what kubectl calls that.
fn change(
    map: Map,
    object: &Object,
    changes: &[Change],
    overwrite: bool,
    out: &mut Output,
) -> Result<(Object, &'static str)> {
    let before = map.of(object).cloned().unwrap_or_default();
    if map == Map::Labels {
        for change in changes {
            if let Change::Remove(key) = change
                && !before.contains_key(key)
            {
                out.print(format_args!("label {key:?} not found.\n"));
            }
        }
    }
    if !overwrite {
        let taken = changes.iter().filter_map(|change| match change {
            Change::Set(key, value) => {
                before.get(key).filter(|old| *old != value).map(|old| format!("'{key}' already has a value ({old})"))
            }
            Change::Remove(_) => None,
        });
        let taken: Vec<String> = taken.collect();
        if !taken.is_empty() {
            let refused = |taken: String| Failure::refused(format_args!("{taken}, and --overwrite is false"));
            Failure::all(match map {
                Map::Labels => taken.into_iter().map(refused).collect(),
                Map::Annotations => {
                    let taken = taken.join("; ");
                    vec![Failure::refused(format_args!(
                        "--overwrite is false but found the following declared annotation(s): {taken}"
                    ))]
                }
            })?;
        }
    }
    let mut after = before.clone();
    let (mut added, mut removed) = (false, false);
    for change in changes {
        match change {
            Change::Set(key, value) => added |= after.insert(key.clone(), value.clone()).as_ref() != Some(value),
            Change::Remove(key) => removed |= after.remove(key).is_some(),
        }
    }
    let mut changed = object.clone();
    if after != before {
        let after = (!after.is_empty()).then_some(after);
        match map {
            Map::Labels => changed.meta_mut().labels = after,
            Map::Annotations => changed.meta_mut().annotations = after,
        }
    }
    let answer = match (map, added, removed) {
        (Map::Annotations, ..) => "annotated",
        (Map::Labels, true, true) => "modified",
        (Map::Labels, true, false) => "labeled",
        (Map::Labels, false, true) => "unlabeled",
        (Map::Labels, false, false) => NOT_LABELED,
    };
    Ok((changed, answer))
}
