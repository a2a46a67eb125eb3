//! A scenario of which everything is typed, so that a session's history holds it.

use super::{Scenario, Step};
use crate::shell::node_action;
use crate::sim::{NodeAction, NodeDefinition};

impl Scenario {
    /// The same with what happens to machines as command lines. Says how many steps it leaves out: commands in the background, what
    /// stops them, and what `node` cannot do to a machine.
    pub fn typed(&self) -> (Scenario, usize) {
        let mut left_out = 0;
        let typed = |step: &Step| {
            let typed = match step {
                Step::Node(action) => line(action).map(|line| Step::Run { line, background: None }),
                Step::Run { background: Some(_), .. } | Step::Stop(_) => None,
                other => Some(other.clone()),
            };
            left_out += usize::from(typed.is_none());
            typed
        };
        let steps = self.steps.iter().filter_map(typed).collect();
        (Scenario { steps, ..self.clone() }, left_out)
    }
}

/// What the words behind `node` do to a machine; nothing without words.
pub(crate) fn machine_action(words: &[String]) -> Option<Result<NodeAction, String>> {
    let (action, rest) = words.split_first()?;
    Some(node_action(action, rest).map(|(action, _)| action))
}

fn line(action: &NodeAction) -> Option<String> {
    let name = Some(action.node()).filter(|name| is_plain(name))?;
    Some(match action {
        NodeAction::Add(definition) => return add(definition),
        NodeAction::Remove(_) => format!("node remove {name}"),
        NodeAction::NotReady(_) => format!("node notready {name}"),
        NodeAction::Silent(_) => return None,
        NodeAction::Off(_) => format!("node poweroff {name}"),
        NodeAction::Ready(_) => format!("node ready {name}"),
        NodeAction::Pressure(_, supply) => format!("node pressure {name} {}", supply.name()),
        NodeAction::Relief(_, supply) => format!("node relief {name} {}", supply.name()),
    })
}

fn add(node: &NodeDefinition) -> Option<String> {
    let labels = node.labels.iter().map(|(key, value)| format!("--label {key}={value}"));
    let taints = node.taints.iter().map(|taint| format!("--taint {taint}"));
    let mut line = format!("node add {}", node.name);
    for flag in labels.chain(taints) {
        let is_fine = flag.split_whitespace().skip(1).all(is_plain) && flag.split(' ').count() == 2;
        line.push_str(&format!(" {}", Some(flag).filter(|_| is_fine)?));
    }
    for (resource, amount) in &node.allocatable {
        let is_known = ["cpu", "memory", "pods"].contains(&resource.as_str()) && is_plain(amount);
        line.push_str(&is_known.then(|| format!(" --{resource} {amount}"))?);
    }
    Some(line)
}

/// Whether a word means nothing to a shell.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('-') && word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/=:".contains(c))
}
