//! Writing the scenario file (version 1): what [`Scenario::parse`] reads as the same scenario.

use serde_json::{Map, Value, json};

use super::file::{BEHAVIOURS, CTRL_C};
use super::{Scenario, Step, Until};
use crate::api::yaml;
use crate::session::{Action, Taken};
use crate::sim::{Config, NodeAction, NodeDefinition, SimTime};

impl Scenario {
    /// The text of a scenario file. What is as usual is left out.
    #[inline(never)]
    pub fn to_text(&self) -> String {
        let (config, usual) = (&self.config, Config::default());
        let mut text = yaml::to_string(&json!({"version": 1}));
        // One after the other: within one value the keys would stand in the order of the alphabet.
        let mut part = |key: &str, value: Value, is_there: bool| {
            if is_there {
                text.push_str(&yaml::to_string(&json!({ key: value })));
            }
        };
        part("title", json!(self.title), !self.title.is_empty());
        part("seed", json!(config.seed), config.seed != 1);
        part("cluster", json!({"nodeMonitorGrace": format!("{}s", config.node_monitor_grace.as_secs())}), true);
        let kubelets =
            json!({"start_delay": config.kubelets.start.as_secs_f64(), "stop_delay": config.kubelets.stop.as_secs_f64()});
        part("kubelet", kubelets, config.kubelets != usual.kubelets);
        part("nodes", nodes(&config.nodes), !config.nodes.is_empty());
        part("images", images(config), !config.images.is_empty());
        part("files", json!(self.files), !self.files.is_empty());
        part("steps", self.steps.iter().map(step).collect(), !self.steps.is_empty());
        text
    }

    /// The scenario with steps that do what was done until `now`, at the same times.
    #[inline(never)]
    pub fn with_history(&self, history: &[Taken], now: SimTime) -> Scenario {
        let mut steps = vec![];
        for (index, taken) in history.iter().enumerate() {
            // What follows a command at once was typed when that had ended; anything else may have come while it ran.
            let is_followed = matches!(history.get(index + 1), Some(Taken { action: Action::Run(_), .. }));
            steps.push(Step::Time(taken.at));
            steps.push(match taken.action.clone() {
                Action::Run(line) if is_followed => Step::Run { line, background: None },
                Action::Run(line) => Step::Type(line),
                Action::Interrupt => Step::Interrupt,
                Action::Write { file, text } => Step::Write([(file, text)].into()),
                Action::Remove { file } => Step::Remove(file),
            });
        }
        steps.push(Step::Time(now));
        Scenario { steps, ..self.clone() }
    }
}

/// Nodes that follow each other in number and are alike stand as a group.
fn nodes(nodes: &[NodeDefinition]) -> Value {
    let mut list = vec![];
    let mut rest = nodes;
    while let Some(first) = rest.first() {
        let prefix = first.name.strip_suffix("-1");
        let is_next = |(index, node): &(usize, &NodeDefinition)| {
            let name = prefix.map(|prefix| format!("{prefix}-{}", index + 1));
            name.is_some_and(|name| name == node.name)
                && (&node.labels, &node.taints, &node.allocatable) == (&first.labels, &first.taints, &first.allocatable)
        };
        let count = rest.iter().enumerate().take_while(is_next).count();
        let mut map = Map::new();
        match prefix.filter(|prefix| count > 1 && !prefix.is_empty()) {
            Some(prefix) => {
                map.insert("group".to_owned(), json!(prefix));
                map.insert("count".to_owned(), json!(count));
            }
            None => _ = map.insert("name".to_owned(), json!(first.name)),
        }
        rest = &rest[if map.contains_key("group") { count } else { 1 }..];
        given(&mut map, "labels", json!(first.labels));
        given(&mut map, "taints", json!(first.taints));
        given(&mut map, "allocatable", json!(first.allocatable));
        list.push(Value::Object(map));
    }
    Value::Array(list)
}

fn given(map: &mut Map<String, Value>, key: &str, value: Value) {
    let is_empty = match &value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    if !is_empty {
        map.insert(key.to_owned(), value);
    }
}

fn images(config: &Config) -> Value {
    let image = |rule: &crate::sim::ImageRule| {
        let behaviour = BEHAVIOURS.iter().find(|(_, behaviour)| *behaviour == rule.behaviour).map(|(name, _)| *name);
        let mut map = Map::new();
        given(&mut map, "match", json!(rule.pattern));
        given(&mut map, "behaviour", json!(behaviour));
        given(&mut map, "startSeconds", json!(rule.start_seconds));
        given(&mut map, "runSeconds", json!(rule.run_seconds));
        Value::Object(map)
    };
    config.images.iter().map(image).collect()
}

fn step(step: &Step) -> Value {
    match step {
        Step::Run { line, background: None } => json!({ "run": line }),
        Step::Run { line, background: Some(id) } => json!({"run": line, "background": true, "id": id}),
        Step::Type(line) => json!({ "type": line }),
        Step::Interrupt => json!({"press": CTRL_C}),
        Step::Stop(id) => json!({ "stop": id }),
        Step::Wait(duration) => json!({"wait": duration.as_secs_f64()}),
        Step::Time(time) => json!({"wait": {"time": time.as_millis() as f64 / 1000.0}}),
        Step::Settle => json!({"wait": "settled"}),
        Step::Until { what, timeout } => json!({"wait": {"until": until(what), "timeout": timeout.as_secs_f64()}}),
        Step::Node(action) => json!({"node": node_action(action)}),
        Step::Write(files) => json!({ "write": files }),
        Step::Remove(file) => json!({ "remove": file }),
    }
}

fn until(what: &Until) -> Value {
    match what {
        Until::Ready { ds, count } => json!({"ds": ds, "ready": count.map_or(json!("all"), |count| json!(count))}),
        Until::Pods { count, selector } => json!({"pods": count, "selector": selector}),
        Until::Node { name, ready } => json!({"node": name, "ready": ready}),
    }
}

fn node_action(action: &NodeAction) -> Value {
    match action {
        NodeAction::Add(definition) => {
            let mut one = nodes(std::slice::from_ref(definition));
            json!({"add": one.as_array_mut().and_then(Vec::pop)})
        }
        NodeAction::Remove(node) => json!({ "remove": node }),
        NodeAction::NotReady(node) => json!({ "notready": node }),
        NodeAction::Silent(node) => json!({ "silent": node }),
        NodeAction::Off(node) => json!({ "off": node }),
        NodeAction::Ready(node) => json!({ "ready": node }),
        NodeAction::Pressure(node, supply) => json!({"pressure": node, "resource": supply.name()}),
        NodeAction::Relief(node, supply) => json!({"relief": node, "resource": supply.name()}),
    }
}
