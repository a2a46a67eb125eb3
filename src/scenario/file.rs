//! Reading the scenario file (version 1).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Scenario;
use crate::api::{StringMap, yaml};
use crate::sim::{Config, ImageRule, Kubelets, NodeAction, NodeDefinition};

/// How many nodes a scenario may have.
const MOST_NODES: usize = 100_000;
/// How long one `wait` may be.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// Something a scenario does.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Runs a command line and waits for its end; one in the background goes on beside the next steps.
    Run {
        /// The command line.
        line: String,
        /// The name by which [`Step::Stop`] ends it, if it runs in the background.
        background: Option<String>,
    },
    /// Sends Ctrl-C to a command in the background.
    Stop(String),
    /// Lets time pass.
    Wait(Duration),
    /// Lets time pass until pods, DaemonSets and revisions are at rest.
    Settle,
    /// Lets time pass until something holds.
    Until {
        /// What.
        what: Until,
        /// For how long at most.
        timeout: Duration,
    },
    /// Does something to a machine.
    Node(NodeAction),
    /// Saves files.
    Write(StringMap),
}

/// What a scenario can wait for.
#[derive(Clone, Debug, PartialEq)]
pub enum Until {
    /// A DaemonSet of the default namespace has so many ready pods, or all it wants.
    Ready {
        /// Its name.
        ds: String,
        /// How many; all where absent.
        count: Option<i32>,
    },
    /// There are so many pods.
    Pods {
        /// How many.
        count: usize,
        /// Which, as for `-l`.
        selector: String,
    },
    /// A node's Ready condition is as wanted.
    Node {
        /// Its name.
        name: String,
        /// Whether it is `True`.
        ready: bool,
    },
}

impl Scenario {
    /// The scenario of a file's text.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn parse(text: &str) -> Result<Scenario, String> {
        let documents = yaml::parse(text).map_err(|error| error.to_string())?;
        let value = documents.into_iter().next().ok_or("the file is empty")?;
        let file: File = serde_json::from_value(value).map_err(|error| error.to_string())?;
        if let Some(version) = file.version.filter(|&version| version != 1) {
            return Err(format!("version {version}: this playground reads version 1"));
        }
        let steps = file.steps.into_iter().enumerate();
        Ok(Scenario {
            title: file.title.or(file.name).unwrap_or_default(),
            config: Config {
                nodes: nodes(file.nodes)?,
                images: file.images,
                node_monitor_grace: grace(file.cluster)?,
                kubelets: kubelets(&file.kubelet),
                seed: file.seed.unwrap_or(1),
            },
            files: file.files,
            steps: steps
                .map(|(i, step)| self::step(step).map_err(|e| format!("steps[{i}]: {e}")))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The nodes of a `nodes:` list: single ones, and groups (`{group: worker, count: 3}` gives worker-1 … worker-3).
///
/// # Errors
/// What is wrong.
pub fn nodes_from_value(value: &Value) -> Result<Vec<NodeDefinition>, String> {
    nodes(serde_json::from_value(value.clone()).map_err(|error| format!("nodes: {error}"))?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Option<u32>,
    name: Option<String>,
    title: Option<String>,
    /// The kubectl that was recorded; this one speaks 1.36.
    #[serde(rename = "kubectl")]
    _kubectl: Option<Value>,
    seed: Option<u64>,
    #[serde(default)]
    cluster: ClusterPart,
    #[serde(default)]
    kubelet: KubeletPart,
    #[serde(default)]
    nodes: Vec<NodePart>,
    #[serde(default)]
    files: StringMap,
    #[serde(default)]
    images: Vec<ImageRule>,
    #[serde(default)]
    steps: Vec<Map<String, Value>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ClusterPart {
    node_monitor_grace: Option<String>,
}

#[derive(Default, Deserialize)]
struct KubeletPart {
    start_delay: Option<f64>,
    stop_delay: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodePart {
    name: Option<String>,
    group: Option<String>,
    count: Option<usize>,
    #[serde(default)]
    labels: StringMap,
    #[serde(default)]
    taints: Vec<String>,
    #[serde(default)]
    allocatable: BTreeMap<String, Value>,
}

fn nodes(parts: Vec<NodePart>) -> Result<Vec<NodeDefinition>, String> {
    let mut nodes = vec![];
    for part in parts {
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let node = NodeDefinition {
            name: part.name.clone().unwrap_or_default(),
            labels: part.labels,
            taints: part.taints,
            allocatable: part.allocatable.into_iter().map(|(name, value)| (name, text(value))).collect(),
        };
        let count = part.count.unwrap_or(1);
        if nodes.len().saturating_add(count) > MOST_NODES {
            return Err(format!("nodes: more than {MOST_NODES}"));
        }
        match (part.name, part.group) {
            (Some(_), None) => nodes.push(node),
            (None, Some(group)) => {
                nodes.extend((1..=count).map(|n| NodeDefinition { name: format!("{group}-{n}"), ..node.clone() }));
            }
            _ => return Err("nodes: each needs a name, or a group and a count".to_owned()),
        }
    }
    Ok(nodes)
}

/// `12s`, `2m`, `1h`; an hour where absent, so that a silent node stays Ready.
fn grace(part: ClusterPart) -> Result<Duration, String> {
    let Some(text) = part.node_monitor_grace else { return Ok(Duration::from_secs(3600)) };
    let wrong = || format!("cluster.nodeMonitorGrace: {text:?} is not a duration such as 50s, 2m or 1h");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: u64 = text.trim_end_matches(unit).parse().map_err(|_| wrong())?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_secs(number.saturating_mul(factor)))
}

fn kubelets(part: &KubeletPart) -> Kubelets {
    let default = Kubelets::default();
    Kubelets { start: part.start_delay.map_or(default.start, seconds), stop: part.stop_delay.map_or(default.stop, seconds) }
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default().min(LONGEST_WAIT)
}

fn step(mut step: Map<String, Value>) -> Result<Step, String> {
    if let Some(run) = step.remove("run") {
        let line = run.as_str().ok_or("run: not a command line")?.to_owned();
        let background = step.remove("background").and_then(|it| it.as_bool()).unwrap_or(false);
        let id = step.remove("id").and_then(|id| id.as_str().map(str::to_owned));
        return Ok(Step::Run { line, background: background.then(|| id.unwrap_or_default()) });
    }
    if let Some(stop) = step.remove("stop") {
        return Ok(Step::Stop(stop.as_str().unwrap_or_default().to_owned()));
    }
    if let Some(wait) = step.remove("wait") {
        let timeout = step.remove("timeout").and_then(|it| it.as_f64());
        return self::wait(wait, timeout.map_or(Duration::from_secs(60), seconds));
    }
    if let Some(node) = step.remove("node") {
        return node_action(node).map(Step::Node);
    }
    if let Some(write) = step.remove("write") {
        return serde_json::from_value(write).map(Step::Write).map_err(|error| format!("write: {error}"));
    }
    Err(format!("expected one of run, stop, wait, node, write; found {:?}", step.keys().collect::<Vec<_>>()))
}

fn node_action(value: Value) -> Result<NodeAction, String> {
    if let Some(definition) = value.get("add") {
        let mut definitions = nodes_from_value(&Value::Array(vec![definition.clone()]))?;
        return definitions.pop().map(NodeAction::Add).ok_or_else(|| "node: add needs a name".to_owned());
    }
    serde_json::from_value(value).map_err(|error| format!("node: {error}"))
}

fn wait(value: Value, timeout: Duration) -> Result<Step, String> {
    match value {
        Value::Number(number) => Ok(Step::Wait(seconds(number.as_f64().unwrap_or(0.0)))),
        Value::String(word) if word == "settled" => Ok(Step::Settle),
        Value::Object(mut what) => {
            let timeout = what.remove("timeout").and_then(|it| it.as_f64()).map_or(timeout, seconds);
            let until = what.remove("until").and_then(|until| until.as_object().cloned()).ok_or("wait: expected until")?;
            self::until(&until).map(|what| Step::Until { what, timeout })
        }
        other => Err(format!("wait: {other} is neither seconds, nor settled, nor until")),
    }
}

fn until(what: &Map<String, Value>) -> Result<Until, String> {
    let text = |key: &str| what.get(key).and_then(Value::as_str).map(str::to_owned);
    if let Some(ds) = text("ds") {
        let count = what.get("ready").and_then(Value::as_i64).and_then(|count| i32::try_from(count).ok());
        return Ok(Until::Ready { ds, count });
    }
    if let Some(count) = what.get("pods").and_then(Value::as_u64) {
        return Ok(Until::Pods {
            count: usize::try_from(count).unwrap_or(0),
            selector: text("selector").unwrap_or_default(),
        });
    }
    if let Some(name) = text("node") {
        return Ok(Until::Node { name, ready: what.get("ready").and_then(Value::as_bool).unwrap_or(true) });
    }
    Err("until: expected ds, pods or node".to_owned())
}
