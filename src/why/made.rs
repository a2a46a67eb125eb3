//! What controllers made of a template, and what changed from one revision to the next: two manifests side by side, line for
//! line, and who added what.

use std::rc::Rc;

use serde_json::{Map, Value};

use crate::api::{ControllerRevision, DaemonSet, Head, Key, Kind, Object, Pod, Resource, revision, wire, yaml};
use crate::sim::Simulation;

/// Two manifests side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// What stands left: `template of ds/agent, revision 1`.
    pub left: String,
    /// What stands right: `pod/agent-x7k2p`.
    pub right: String,
    /// The lines, in the order of the manifests; lines that belong together stand in one row.
    pub rows: Vec<Row>,
}

/// A line of the one manifest beside that of the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The line that stands left, if there is one.
    pub left: Option<String>,
    /// The line that stands right, if there is one.
    pub right: Option<String>,
    /// Who made the difference and what for; empty where there is none, and where a person made it.
    pub who: &'static str,
}

impl Row {
    /// Whether both sides say the same.
    pub fn is_same(&self) -> bool {
        self.left == self.right
    }
}

/// The template that a pod was made from beside the pod as the server has it, without its status. Nothing for a pod without an
/// owner that has a template, and where there is no such pod.
pub fn made(sim: &Simulation, namespace: &str, name: &str) -> Option<Comparison> {
    let store = sim.cluster().store();
    let pod = store.get::<Pod>(namespace, name)?;
    let owner = pod.metadata.controller()?;
    let object = store.object(&Key::new(Kind::named(&owner.kind, &[])?, namespace, &owner.name))?;
    let hash = pod.label("controller-revision-hash");
    let revision = DaemonSet::of(object).and_then(|ds| {
        let mut known = revisions_of(sim, ds);
        known.find(|revision| revision.label("controller-revision-hash") == hash)
    });
    let kind = owner.kind.to_ascii_lowercase();
    let (left, mut template) = match revision {
        Some(revision) => {
            (format!("template of {kind}/{}, revision {}", owner.name, revision.revision), revision::template(revision)?)
        }
        None => (format!("template of {kind}/{}", owner.name), wire::to_value(object.template()?)),
    };
    let mut whole = Object::Pod(pod.clone()).to_value();
    if let Some(whole) = whole.as_object_mut() {
        whole.retain(|key, _| key == "metadata" || key == "spec");
    }
    if let Some(meta) = whole.get_mut("metadata").and_then(Value::as_object_mut) {
        // Each object has these; they say nothing about the template.
        for key in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "namespace"] {
            meta.remove(key);
        }
    }
    if let Some(meta) = template.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.retain(|_, value| !value.is_null());
    }
    Some(Comparison { left, right: format!("pod/{name}"), rows: rows(&template, &whole) })
}

/// The numbers of a DaemonSet's revisions that the server still has, oldest first.
pub fn revisions(sim: &Simulation, (namespace, name): (&str, &str)) -> Vec<i64> {
    let Some(ds) = sim.cluster().store().get::<DaemonSet>(namespace, name) else { return vec![] };
    let mut numbers: Vec<i64> = revisions_of(sim, ds).map(|revision| revision.revision).collect();
    numbers.sort_unstable();
    numbers
}

/// The templates of two revisions of a DaemonSet side by side. Nothing where one of them is not there.
pub fn compared(sim: &Simulation, (namespace, name): (&str, &str), from: i64, to: i64) -> Option<Comparison> {
    let ds = sim.cluster().store().get::<DaemonSet>(namespace, name)?;
    let of = |number: i64| revision::template(revisions_of(sim, ds).find(|revision| revision.revision == number)?);
    let mut rows = rows(&of(from)?, &of(to)?);
    // A person changed the template.
    rows.iter_mut().for_each(|row| row.who = "");
    Some(Comparison { left: format!("revision {from}"), right: format!("revision {to}"), rows })
}

fn revisions_of<'a>(sim: &'a Simulation, ds: &DaemonSet) -> impl Iterator<Item = &'a Rc<ControllerRevision>> {
    sim.cluster().store().dependents_of::<ControllerRevision>(ds.uid())
}

fn rows(left: &Value, right: &Value) -> Vec<Row> {
    let mut writer = Writer { rows: vec![], path: vec![] };
    writer.fields(&map(left), &map(right), 0);
    writer.rows
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

struct Writer {
    rows: Vec<Row>,
    /// The keys that lead to where it is; an item of a list counts as `[]`.
    path: Vec<String>,
}

impl Writer {
    /// The fields of both, in the order of their names.
    fn fields(&mut self, left: &Map<String, Value>, right: &Map<String, Value>, indent: usize) {
        let mut keys: Vec<&String> = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key))).collect();
        keys.sort();
        for key in keys {
            self.path.push(key.clone());
            self.field(key, left.get(key), right.get(key), indent);
            self.path.pop();
        }
    }

    fn field(&mut self, key: &str, left: Option<&Value>, right: Option<&Value>, indent: usize) {
        let head = format!("{}{key}:", " ".repeat(indent));
        match (left, right) {
            (Some(Value::Object(left)), Some(Value::Object(right))) if !left.is_empty() && !right.is_empty() => {
                self.both(head);
                self.fields(left, right, indent + 2);
            }
            (Some(Value::Array(left)), Some(Value::Array(right))) if !left.is_empty() && !right.is_empty() => {
                self.both(head);
                self.path.push("[]".to_owned());
                self.items(left, right, indent);
                self.path.pop();
            }
            (left, right) => {
                let lines = |value: &Value| text(&Value::from(Map::from_iter([(key.to_owned(), value.clone())])), indent);
                self.beside(left.map(lines).unwrap_or_default(), right.map(lines).unwrap_or_default(), right);
            }
        }
    }

    /// The items of both: those that are of one name or say the same stand beside each other.
    fn items(&mut self, left: &[Value], right: &[Value], indent: usize) {
        let is_partner =
            |one: &Value, other: &Value| one == other || one.get("name").is_some_and(|name| other.get("name") == Some(name));
        let mut open: Vec<&Value> = left.iter().collect();
        for item in right {
            let partner = open.iter().position(|one| is_partner(one, item));
            // What stood before the partner is not there any more.
            for gone in partner.map(|at| open.drain(..at).collect::<Vec<_>>()).unwrap_or_default() {
                self.item(Some(gone), None, indent);
            }
            let partner = partner.map(|_| open.remove(0));
            self.item(partner, Some(item), indent);
        }
        for gone in open {
            self.item(Some(gone), None, indent);
        }
    }

    fn item(&mut self, left: Option<&Value>, right: Option<&Value>, indent: usize) {
        match (left, right) {
            (Some(Value::Object(left)), Some(Value::Object(right))) => {
                let from = self.rows.len();
                self.fields(left, right, indent + 2);
                // The first line of an item has its dash.
                if let Some(first) = self.rows.get_mut(from) {
                    let dashed = |line: &String| format!("{}- {}", &line[..indent], &line[(indent + 2).min(line.len())..]);
                    (first.left, first.right) = (first.left.as_ref().map(dashed), first.right.as_ref().map(dashed));
                }
            }
            (left, right) => {
                let lines = |value: &Value| text(&Value::from(vec![value.clone()]), indent);
                self.beside(left.map(lines).unwrap_or_default(), right.map(lines).unwrap_or_default(), right);
            }
        }
    }

    fn both(&mut self, line: String) {
        self.rows.push(Row { left: Some(line.clone()), right: Some(line), who: "" });
    }

    fn beside(&mut self, left: Vec<String>, right: Vec<String>, value: Option<&Value>) {
        let who = if left == right { "" } else { who(&self.path, value) };
        let length = left.len().max(right.len());
        let (mut left, mut right) = (left.into_iter(), right.into_iter());
        for index in 0..length {
            let who = if index == 0 { who } else { "" };
            self.rows.push(Row { left: left.next(), right: right.next(), who });
        }
    }
}

fn text(value: &Value, indent: usize) -> Vec<String> {
    yaml::to_string(value).lines().map(|line| format!("{}{line}", " ".repeat(indent))).collect()
}

/// Who makes a field of a pod other than its template has it, and what for (`pkg/controller/daemon/util/daemonset_util.go`,
/// `pkg/controller/controller_utils.go`, the admission plugins, the scheduler).
fn who(path: &[String], value: Option<&Value>) -> &'static str {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["metadata", "labels", "controller-revision-hash"] => "DaemonSet controller: the revision it was made from",
        ["metadata", "labels", "pod-template-generation"] => "DaemonSet controller: the template's generation",
        ["metadata", "labels", "pod-template-hash"] => "Deployment controller: the template it was made from",
        ["metadata", "ownerReferences", ..] => "Its controller: whose pod it is, so that it is deleted with its owner",
        ["metadata", "generateName" | "name"] => "Its controller: a name that nobody else has",
        ["spec", "affinity", ..] => "DaemonSet controller: the pin to its node",
        ["spec", "nodeName"] => "Scheduler: the node it was bound to",
        ["spec", "tolerations", ..] => toleration(value),
        ["spec", "serviceAccount" | "serviceAccountName"] => "API server (admission): the service account nobody named",
        ["spec", "priority" | "preemptionPolicy"] => "API server (admission): from its priority class",
        ["spec", "volumes", ..] => "API server (admission): the token of its service account",
        ["spec", "containers" | "initContainers", "[]", "volumeMounts", ..] => {
            "API server (admission): the token of its service account"
        }
        _ => "API server: a default",
    }
}

fn toleration(value: Option<&Value>) -> &'static str {
    let items =
        value.and_then(Value::as_array).map_or_else(|| value.into_iter().collect(), |all| all.iter().collect::<Vec<_>>());
    let is_timed = items.first().is_some_and(|one| one.get("tolerationSeconds").is_some());
    if is_timed {
        "API server (admission): leaves a lost node after 300 s"
    } else {
        "DaemonSet controller: daemons stay where others have to leave"
    }
}
