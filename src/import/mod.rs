//! Somebody's own cluster: what `kubectl get nodes,daemonsets -A -o yaml` prints in, a scenario out.
//!
//! [`objects`] takes the text apart, [`node`] makes machines of Nodes, [`clean`] manifests of what a server says, [`secret`] knows
//! what must not be taken along, [`needed`] makes what the DaemonSets need and nobody gave. Nothing here talks to anybody: it is
//! text in, values out.
//!
//! Invariants: sizes and numbers are bounded before anything is made of them; a value that looks like a secret is in no part of
//! what comes out, neither in the scenario nor in a sentence about it; what was left out is said.

mod clean;
mod needed;
mod node;
mod objects;
mod recognise;
mod secret;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::api::{Kind, yaml};
use crate::kubectl::Files;
use crate::scenario::{Scenario, Step};
use crate::session::{Action, Taken};
use crate::share::{self, Shared};
use crate::sim::{Config, NodeAction, NodeDefinition, SimTime, Simulation};

pub use objects::misunderstanding;
pub use recognise::{Recognised, recognise};

pub(crate) use clean::clean;
pub(crate) use node::comes_by_itself;

/// The most text that is read, in bytes, all files together.
pub const MAX_TEXT: usize = 12 * 1024 * 1024;
/// The most DaemonSets: one file each, and one more for what they need.
pub const MAX_DAEMON_SETS: usize = share::MAX_FILES - 1;
/// The most pods that may come of it: nodes times DaemonSets.
pub const MAX_PODS: usize = 50_000;
/// How long the DaemonSets have for their first pods, before the troubles of the nodes begin.
const FIRST_PODS: u32 = 30;
/// How long it takes until a node counts as lost, and a little more.
const NOTICED: u32 = 60;
/// The file with what the DaemonSets need. Its name comes first, as it is applied first.
const NEEDED: &str = "0-needed.yaml";

/// A text that somebody gave, with the name of its file; `pasted text` or the like where it has none.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// What to call it.
    pub name: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// What was made of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The cluster, the manifests as files, and as steps what brings the cluster to where it was.
    pub scenario: Scenario,
    /// What is not in it, a sentence each. No value of a secret stands in them.
    pub left_out: Vec<String>,
    /// How many DaemonSets there are.
    pub daemon_sets: usize,
}

impl Imported {
    /// The same as what somebody did: the commands were typed one after the other, each when the one before had ended.
    pub fn shared(&self) -> Shared {
        let mut at = SimTime::from_millis(1000);
        let mut history = vec![];
        for step in &self.scenario.steps {
            let Step::Run { line, .. } = step else { continue };
            history.push(Taken { at, action: Action::Run(line.clone()) });
            let slept = line.strip_prefix("sleep ").and_then(|seconds| seconds.parse().ok()).unwrap_or(0);
            at = at + Duration::from_secs(slept) + Duration::from_millis(100);
        }
        let first = self.scenario.files.keys().find(|name| *name != NEEDED).cloned();
        let scenario = Scenario { steps: vec![], ..self.scenario.clone() };
        // A little later their pods run.
        let now = at + Duration::from_secs(5);
        Shared { title: scenario.title.clone(), scenario, history, now, open_file: first, ..Shared::default() }
    }
}

/// Why nothing was made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportError {
    /// Of which text, where it is about one.
    pub name: Option<String>,
    /// In which of its lines, counted from 1.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl ImportError {
    fn new(reason: impl Into<String>) -> ImportError {
        ImportError { reason: reason.into(), ..ImportError::default() }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}")?;
            if let Some(line) = self.line {
                write!(f, ", line {line}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ImportError {}

/// Makes a scenario of what kubectl printed of a cluster.
///
/// # Errors
/// [`ImportError`]; its text says what to do.
#[inline(never)]
pub fn import(given: &[Given<'_>]) -> Result<Imported, ImportError> {
    let found = objects::read(given)?;
    let mut left_out = found.left_out;
    let mut nodes = node::Nodes::default();
    let mut manifests: BTreeMap<(String, String), Value> = BTreeMap::new();
    let mut others = needed::Others::default();
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for object in found.objects {
        match object["kind"].as_str().unwrap_or_default() {
            "Node" => nodes.add(&object, &mut left_out),
            "DaemonSet" => {
                let (namespace, name) = named(&object);
                let manifest = clean(&object, Kind::DaemonSet, true, &mut left_out);
                if manifests.insert((namespace.clone(), name.clone()), manifest).is_some() {
                    left_out.push(format!("The DaemonSet {namespace}/{name} was given twice: the last one counts."));
                }
            }
            "Namespace" | "PriorityClass" | "RuntimeClass" | "ServiceAccount" => others.add(&object, &mut left_out),
            kind => *skipped.entry(kind.to_owned()).or_default() += 1,
        }
    }
    check_counts(nodes.definitions.len(), manifests.len())?;
    skipped.into_iter().for_each(|(kind, count)| left_out.push(left(&kind, count)));
    nodes.tell(&mut left_out);
    let definitions = existing(nodes.definitions, &mut left_out);
    let mut files = files(&manifests)?;
    if let Some(text) = needed::needed(&manifests, &others, &mut left_out) {
        files.insert(NEEDED.to_owned(), text);
    }
    if !manifests.is_empty() {
        left_out
            .push("What the images do is not known here: every container starts after a second and gets ready.".to_owned());
    }
    let mut lines = vec![];
    if !files.is_empty() {
        lines.push("kubectl apply -f .".to_owned());
    }
    let troubles = node::commands(&nodes.troubles);
    if !files.is_empty() && !troubles.is_empty() {
        // A node that runs short of something, or is away, had its pods before.
        lines.push(format!("sleep {FIRST_PODS}"));
    }
    let is_any_away = nodes.troubles.contains_key(&node::Trouble::Away);
    lines.extend(troubles);
    if is_any_away {
        // Until the control plane has noticed.
        lines.push(format!("sleep {NOTICED}"));
    }
    let mut steps: Vec<Step> = lines.into_iter().map(|line| Step::Run { line, background: None }).collect();
    steps.push(Step::Settle);
    let count = definitions.len();
    let scenario = Scenario {
        title: format!("My cluster: {}, {}", number(count, "node"), number(manifests.len(), "DaemonSet")),
        config: Config { nodes: definitions, ..Config::default() },
        files,
        steps,
    };
    can_be_kept(&scenario)?;
    Ok(Imported { scenario, left_out, daemon_sets: manifests.len() })
}

fn number(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Namespace and name of an object; `default` where it has no namespace.
fn named(object: &Value) -> (String, String) {
    let meta = &object["metadata"];
    let text = |key: &str| meta[key].as_str().unwrap_or_default().to_owned();
    let namespace = Some(text("namespace")).filter(|namespace| !namespace.is_empty());
    (namespace.unwrap_or_else(|| "default".to_owned()), text("name"))
}

fn check_counts(nodes: usize, daemon_sets: usize) -> Result<(), ImportError> {
    let fewer = "Import a part of them: `kubectl get nodes -l KEY=VALUE`, `kubectl get daemonsets -n NAMESPACE`.";
    let error = match (nodes, daemon_sets) {
        (0, _) => "there are no nodes in this. Run `kubectl get nodes,daemonsets -A -o yaml` and give all that it prints."
            .to_owned(),
        _ if nodes > share::MAX_NODES => {
            format!("there are {nodes} nodes in this, and the playground takes {} at most. {fewer}", share::MAX_NODES)
        }
        _ if daemon_sets > MAX_DAEMON_SETS => {
            format!(
                "there are {daemon_sets} DaemonSets in this, and the playground takes {MAX_DAEMON_SETS} at most. {fewer}"
            )
        }
        _ if nodes * daemon_sets > MAX_PODS => {
            format!(
                "{nodes} nodes and {daemon_sets} DaemonSets may come to {} pods, and the playground takes {MAX_PODS} at most. {fewer}",
                nodes * daemon_sets
            )
        }
        _ => return Ok(()),
    };
    Err(ImportError::new(error))
}

/// What is not taken, by its kind.
fn left(kind: &str, count: usize) -> String {
    let known = crate::api::kind::ALL.iter().find(|known| known.name() == kind);
    let plural = known.map_or_else(|| format!("{kind}s"), |known| known.facts().plural.to_owned());
    let what = if count == 1 { format!("1 {kind}") } else { format!("{count} {plural}") };
    let verb = if count == 1 { "was" } else { "were" };
    match kind {
        "Pod" => format!("{what} {verb} left out: the room that pods of no DaemonSet take on the nodes is not counted."),
        "Secret" => format!("{what} {verb} left out, unread."),
        "Config" => {
            "A kubeconfig was left out, unread: it holds the keys of a cluster. Do not hand it to anybody.".to_owned()
        }
        _ => format!("{what} {verb} left out: only nodes and DaemonSets are rebuilt."),
    }
}

/// The nodes that a cluster can have; the others are said.
fn existing(definitions: Vec<NodeDefinition>, left_out: &mut Vec<String>) -> Vec<NodeDefinition> {
    let mut trial = Simulation::new(&Config::default());
    let mut refused = |definition: &NodeDefinition| match trial.node(NodeAction::Add(definition.clone())) {
        Ok(()) => true,
        Err(error) => {
            let words = error.to_string();
            // Examples and patterns help nobody here.
            let words = words.split(" (e.g.").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            left_out.push(format!("A node was left out, which the playground cannot make: {words}."));
            false
        }
    };
    definitions.into_iter().filter(|definition| refused(definition)).collect()
}

/// A file for each DaemonSet: by its name, with its namespace where two have the same.
fn files(manifests: &BTreeMap<(String, String), Value>) -> Result<Files, ImportError> {
    let mut files = Files::new();
    for ((namespace, name), manifest) in manifests {
        let is_shared = manifests.keys().filter(|(_, other)| other == name).count() > 1;
        let file = if is_shared { format!("{namespace}-{name}.yaml") } else { format!("{name}.yaml") };
        let text = yaml::to_string(manifest);
        if text.len() > share::MAX_FILE_BYTES {
            let reason = format!("the DaemonSet {namespace}/{name} is longer than {} KiB.", share::MAX_FILE_BYTES / 1024);
            return Err(ImportError::new(reason));
        }
        files.insert(file, text);
    }
    Ok(files)
}

/// What cannot be kept would be lost when the page is loaded anew.
fn can_be_kept(scenario: &Scenario) -> Result<(), ImportError> {
    let shared = Shared { scenario: Scenario { steps: vec![], ..scenario.clone() }, ..Shared::default() };
    if share::decode(&share::keep(&shared), &crate::lessons::Library::default()).is_ok() {
        return Ok(());
    }
    Err(ImportError::new(format!(
        "the {} nodes with their labels and the manifests come to more than {} KiB, more than the playground can keep. Import a \
         part of them: `kubectl get nodes -l KEY=VALUE`, `kubectl get daemonsets -n NAMESPACE`.",
        scenario.config.nodes.len(),
        share::MAX_BYTES / 1024,
    )))
}
