//! What differs between a file and what is in the cluster, as `kubectl diff` compares them, told in the file's own text.

use std::collections::BTreeSet;

use serde_json::Value;

use super::outline::{Step, steps, written};
use super::{change, edited};
use crate::api::decode::{self, Manifest};
use crate::api::yaml;
use crate::cluster::Cluster;
use crate::kubectl::{LAST_APPLIED, Preview, preview};
use crate::why::Change;

/// A file against what is in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// How it stands.
    pub state: State,
    /// The same in words.
    pub words: String,
    /// The file as it would have to be to say what is in the cluster: its own text, other values.
    pub original: String,
}

/// How a file stands to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no object in it, or it cannot be read.
    NoObject,
    /// None of its objects is in the cluster.
    New,
    /// All is as it is in the cluster.
    Same,
    /// Applying it would change something.
    Changed,
    /// The server would refuse it.
    Refused,
}

/// Compares a file with what is in the cluster.
pub fn applied(file: &str, text: &str, cluster: &Cluster) -> Applied {
    let mut original = text.to_owned();
    let (mut news, mut refusals, mut there) = (vec![], vec![], 0);
    for manifest in decode::decode(file, text, &cluster.custom_kinds(), true) {
        let Ok(manifest) = manifest else {
            let words = "Not compared: the file cannot be read as it is. Its problems are listed below.".to_owned();
            return Applied { state: State::NoObject, words, original: text.to_owned() };
        };
        let name = format!("{}/{}", manifest.kind.singular_with_group(), manifest.name);
        match preview(&manifest, cluster) {
            None => news.push(name),
            Some(Preview { live, merged: Ok(merged) }) => {
                there += 1;
                original = as_in_cluster(&original, &manifest, &live, &merged);
            }
            Some(Preview { merged: Err(errors), .. }) => {
                there += 1;
                refusals.extend(errors.into_iter().map(|(_, words)| words));
            }
        }
    }
    let is_changed = original != text;
    let state = match (there, refusals.is_empty()) {
        (0, _) if news.is_empty() => State::NoObject,
        (0, _) => State::New,
        (_, false) => State::Refused,
        _ if is_changed => State::Changed,
        _ => State::Same,
    };
    let mut words = vec![];
    match state {
        State::NoObject => words.push("There is no object in this file.".to_owned()),
        State::Refused => words.push(format!("The server would refuse this: {}.", refusals.join("; "))),
        State::Changed => words.push("Marked is what applying the file would change in the cluster.".to_owned()),
        State::Same => words.push("Nothing differs from what is in the cluster.".to_owned()),
        State::New => {}
    }
    if !news.is_empty() {
        let (are, make) = if news.len() == 1 { ("is", "it") } else { ("are", "them") };
        words.push(format!("{} {are} not in the cluster yet: applying the file creates {make}.", news.join(", ")));
    }
    Applied { state, words: words.join(" "), original }
}

/// The text with what its object has in the cluster in place of what applying it would change.
fn as_in_cluster(text: &str, manifest: &Manifest, live: &Value, merged: &Value) -> String {
    let mut found = vec![];
    differences(Pair { live: Some(live), merged: Some(merged) }, Some(&manifest.value), &mut vec![], &mut found);
    // What is added or set first: what is removed would move the places in lists.
    let (set, mut removed): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, value)| value.is_some());
    removed.reverse();
    let prefix = steps(&manifest.path(""));
    set.into_iter().chain(removed).fold(text.to_owned(), |text, (path, value)| {
        let path: Vec<Step> = prefix.iter().cloned().chain(path).collect();
        let what = value.map_or(Change::Remove, |value| Change::Set(yaml::to_string(&value)));
        let edits = change(&text, manifest.document, &written(&path), &what);
        edited(&text, &edits)
    })
}

#[derive(Clone, Copy)]
struct Pair<'a> {
    live: Option<&'a Value>,
    merged: Option<&'a Value>,
}

/// What the server keeps itself.
const OF_SERVER: &[&str] = &[
    "status",
    "metadata.generation",
    "metadata.resourceVersion",
    "metadata.managedFields",
    "metadata.uid",
    "metadata.creationTimestamp",
];
/// Annotations that commands and controllers keep.
const NOTES: &[&str] = &[LAST_APPLIED, "deprecated.daemonset.template.generation"];
/// What items of lists are told apart by.
const KEYS: &[&str] = &["name", "containerPort", "port", "mountPath", "key", "topologyKey", "type", "uid", "ip"];

/// Where the two differ, with what is in the cluster; paths are those of the file, where that has the place.
fn differences(pair: Pair<'_>, file: Option<&Value>, path: &mut Vec<Step>, found: &mut Vec<(Vec<Step>, Option<Value>)>) {
    if pair.live == pair.merged || OF_SERVER.contains(&written(path).as_str()) {
        return;
    }
    match (pair.live, pair.merged) {
        (Some(Value::Object(live)), Some(Value::Object(merged))) => {
            let keys: BTreeSet<&String> =
                live.keys().chain(merged.keys()).filter(|key| !NOTES.contains(&key.as_str())).collect();
            for key in keys {
                path.push(Step::Key(key.clone()));
                let pair = Pair { live: live.get(key), merged: merged.get(key) };
                differences(pair, file.and_then(|file| file.get(key)), path, found);
                path.pop();
            }
        }
        (Some(Value::Array(live)), Some(Value::Array(merged))) if items(live, merged, file, path, found) => {}
        (None, _) if file.is_none() => {}
        (live, _) => found.push((path.clone(), live.cloned())),
    }
}

/// The same for lists whose items can be told apart; says whether they can.
fn items(
    live: &[Value],
    merged: &[Value],
    file: Option<&Value>,
    path: &mut Vec<Step>,
    found: &mut Vec<(Vec<Step>, Option<Value>)>,
) -> bool {
    let Some(file) = file.and_then(Value::as_array) else { return false };
    let has = |key: &&&str| live.iter().chain(merged).chain(file).all(|item| item.get(**key).is_some());
    let Some(key) = KEYS.iter().find(has) else {
        let is_even = live.len() == merged.len() && live.len() == file.len();
        for (at, (live, merged)) in live.iter().zip(merged).enumerate().filter(|_| is_even) {
            path.push(Step::Item(at));
            differences(Pair { live: Some(live), merged: Some(merged) }, file.get(at), path, found);
            path.pop();
        }
        return is_even;
    };
    let mut names: Vec<&Value> = vec![];
    for name in live.iter().chain(merged).map(|item| &item[*key]) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut more = file.len();
    for name in names {
        let of = |list: &'_ [Value]| list.iter().position(|item| item[*key] == *name);
        let place = of(file);
        let pair = Pair { live: of(live).map(|at| &live[at]), merged: of(merged).map(|at| &merged[at]) };
        if pair.live == pair.merged || (place.is_none() && pair.live.is_none()) {
            continue;
        }
        path.push(Step::Item(place.unwrap_or(more)));
        more += usize::from(place.is_none());
        differences(pair, place.and_then(|at| file.get(at)), path, found);
        path.pop();
    }
    true
}
