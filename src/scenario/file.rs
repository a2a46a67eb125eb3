//! Reading the scenario file (version 1).

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Fields, Scenario};
use crate::api::{StringMap, yaml};
use crate::sim::{Behaviour, Config, ImageRule, Kubelets, NodeAction, NodeDefinition, SimTime, Supply};

/// How many nodes a scenario may have.
const MOST_NODES: usize = 100_000;
/// How long one `wait` may be.
const LONGEST_WAIT: Duration = Duration::from_secs(365 * 24 * 3600);

/// The only key that a scenario presses.
pub(super) const CTRL_C: &str = "ctrl-c";

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
    /// Types a command line and does not wait for its end.
    Type(String),
    /// Presses Ctrl-C.
    Interrupt,
    /// Sends Ctrl-C to a command in the background.
    Stop(String),
    /// Lets time pass.
    Wait(Duration),
    /// Lets time pass until this moment.
    Time(SimTime),
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
    /// Deletes a file.
    Remove(String),
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
        // `kubectl` is the version that was recorded; this one speaks 1.36.
        const KNOWN: [&str; 11] =
            ["version", "name", "title", "kubectl", "seed", "cluster", "kubelet", "nodes", "files", "images", "steps"];
        let documents = yaml::parse(text).map_err(|error| error.to_string())?;
        let value = documents.first().ok_or("the file is empty")?;
        let file = Fields::of(value, "the file", &KNOWN)?;
        if let Some(version) = file.whole("version")?.filter(|&version| version != 1) {
            return Err(format!("version {version}: this playground reads version 1"));
        }
        let steps = file.list("steps")?.iter().enumerate();
        Ok(Scenario {
            title: file.text("title")?.or(file.text("name")?).unwrap_or_default(),
            config: Config {
                nodes: nodes(file.list("nodes")?)?,
                images: images(file.list("images")?)?,
                node_monitor_grace: grace(file.get("cluster"))?,
                kubelets: kubelets(file.get("kubelet"))?,
                seed: file.whole("seed")?.unwrap_or(1),
            },
            files: file.map("files", false)?,
            steps: steps
                .map(|(i, value)| step(value).map_err(|error| format!("steps[{i}]: {error}")))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The nodes of a `nodes:` list: single ones, and groups (`{group: worker, count: 3}` gives worker-1 … worker-3).
///
/// # Errors
/// What is wrong.
pub fn nodes(list: &[Value]) -> Result<Vec<NodeDefinition>, String> {
    let mut nodes = vec![];
    for value in list {
        let part = Fields::of(value, "node", &["name", "group", "count", "labels", "taints", "allocatable"])
            .map_err(|error| format!("nodes: {error}"))?;
        let mut node = NodeDefinition {
            name: String::new(),
            labels: part.map("labels", false)?,
            taints: part.texts("taints")?,
            allocatable: part.map("allocatable", true)?,
        };
        let count = part.whole("count")?.map_or(1, |count| usize::try_from(count).unwrap_or(usize::MAX));
        if nodes.len().saturating_add(count) > MOST_NODES {
            return Err(format!("nodes: more than {MOST_NODES}"));
        }
        match (part.text("name")?, part.text("group")?) {
            (Some(name), None) => {
                node.name = name;
                nodes.push(node);
            }
            (None, Some(group)) => {
                for number in 1..=count {
                    node.name = format!("{group}-{number}");
                    nodes.push(node.clone());
                }
            }
            _ => return Err("nodes: each needs a name, or a group and a count".to_owned()),
        }
    }
    Ok(nodes)
}

/// The rules of an `images:` list.
///
/// # Errors
/// What is wrong.
pub fn images(list: &[Value]) -> Result<Vec<ImageRule>, String> {
    let mut images = vec![];
    for value in list {
        let rule = Fields::of(value, "image", &["match", "behaviour", "startSeconds", "runSeconds"])
            .map_err(|error| format!("images: {error}"))?;
        images.push(ImageRule {
            pattern: rule.text("match")?.ok_or("images: each needs `match`: an image's name with `*` for any text")?,
            behaviour: behaviour(rule.text("behaviour")?.as_deref().unwrap_or("ok"))?,
            start_seconds: rule.number("startSeconds")?,
            run_seconds: rule.number("runSeconds")?,
        });
    }
    Ok(images)
}

/// What images do, by name.
pub(super) const BEHAVIOURS: [(&str, Behaviour); 6] = [
    ("ok", Behaviour::Ok),
    ("pull-fails", Behaviour::PullFails),
    ("crash", Behaviour::Crash),
    ("not-ready", Behaviour::NotReady),
    ("completes", Behaviour::Completes),
    ("stubborn", Behaviour::Stubborn),
];

fn behaviour(name: &str) -> Result<Behaviour, String> {
    let known = BEHAVIOURS.iter().find(|(known, _)| *known == name).map(|(_, behaviour)| *behaviour);
    known.ok_or_else(|| {
        "images: `behaviour` is `ok`, `pull-fails`, `crash`, `not-ready`, `completes` or `stubborn`".to_owned()
    })
}

/// `12s`, `2m`, `1h`; an hour where absent, so that a silent node stays Ready.
fn grace(cluster: Option<&Value>) -> Result<Duration, String> {
    let cluster = cluster.map(|value| Fields::of(value, "cluster", &["nodeMonitorGrace"])).transpose()?;
    let text = cluster.map(|cluster| cluster.text("nodeMonitorGrace")).transpose()?.flatten();
    let Some(text) = text else { return Ok(Duration::from_secs(3600)) };
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

fn kubelets(part: Option<&Value>) -> Result<Kubelets, String> {
    let mut kubelets = Kubelets::default();
    if let Some(value) = part {
        let part = Fields::of(value, "kubelet", &["start_delay", "stop_delay"])?;
        kubelets.start = part.number("start_delay")?.map_or(kubelets.start, seconds);
        kubelets.stop = part.number("stop_delay")?.map_or(kubelets.stop, seconds);
    }
    Ok(kubelets)
}

fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or_default().min(LONGEST_WAIT)
}

fn step(value: &Value) -> Result<Step, String> {
    const KNOWN: [&str; 11] =
        ["run", "background", "id", "stop", "type", "press", "wait", "timeout", "node", "write", "remove"];
    let step = Fields::of(value, "step", &KNOWN)?;
    if let Some(line) = step.text("run")? {
        let background = step.get("background").and_then(Value::as_bool).unwrap_or(false);
        let id = step.text("id")?.unwrap_or_default();
        return Ok(Step::Run { line, background: background.then_some(id) });
    }
    if let Some(line) = step.text("type")? {
        return Ok(Step::Type(line));
    }
    if let Some(key) = step.text("press")? {
        return if key == CTRL_C { Ok(Step::Interrupt) } else { Err(format!("press: {key:?} is not {CTRL_C}")) };
    }
    if let Some(file) = step.text("remove")? {
        return Ok(Step::Remove(file));
    }
    if let Some(id) = step.text("stop")? {
        return Ok(Step::Stop(id));
    }
    if let Some(what) = step.get("wait") {
        return wait(what, step.number("timeout")?.map_or(Duration::from_secs(60), seconds));
    }
    if let Some(node) = step.get("node") {
        return node_action(node).map(Step::Node).map_err(|error| format!("node: {error}"));
    }
    if step.get("write").is_some() {
        return step.map("write", false).map(Step::Write);
    }
    Err("expected one of run, type, press, stop, wait, node, write, remove".to_owned())
}

fn node_action(value: &Value) -> Result<NodeAction, String> {
    let action = Fields::of(
        value,
        "node",
        &["add", "remove", "notready", "silent", "off", "ready", "pressure", "relief", "resource"],
    )?;
    if let Some(definition) = action.get("add") {
        let mut definitions = nodes(std::slice::from_ref(definition))?;
        return definitions.pop().map(NodeAction::Add).ok_or_else(|| "add needs a name".to_owned());
    }
    for name in ["remove", "notready", "silent", "off", "ready", "pressure", "relief"] {
        let Some(node) = action.text(name)? else { continue };
        let resource = || {
            let resource = action.text("resource")?.ok_or_else(|| format!("{name} needs `resource`"))?;
            Supply::named(&resource)
        };
        return Ok(match name {
            "remove" => NodeAction::Remove(node),
            "notready" => NodeAction::NotReady(node),
            "silent" => NodeAction::Silent(node),
            "off" => NodeAction::Off(node),
            "ready" => NodeAction::Ready(node),
            "pressure" => NodeAction::Pressure(node, resource()?),
            _ => NodeAction::Relief(node, resource()?),
        });
    }
    Err("nothing is to be done to it".to_owned())
}

fn wait(value: &Value, timeout: Duration) -> Result<Step, String> {
    match value {
        Value::Number(number) => Ok(Step::Wait(seconds(number.as_f64().unwrap_or(0.0)))),
        Value::String(word) if word == "settled" => Ok(Step::Settle),
        Value::Object(what) => {
            if let Some(time) = what.get("time").and_then(Value::as_f64) {
                return Ok(Step::Time(SimTime::ZERO + seconds(time)));
            }
            let timeout = what.get("timeout").and_then(Value::as_f64).map_or(timeout, seconds);
            let until = what.get("until").and_then(Value::as_object).ok_or("wait: expected until or time")?;
            self::until(until).map(|what| Step::Until { what, timeout })
        }
        other => Err(format!("wait: {other} is neither seconds, nor settled, nor until, nor time")),
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
