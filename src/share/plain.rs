//! Links that people and other tools write by hand: `?nodes=5&yaml=…&run=kubectl%20apply%20-f%20manifest.yaml`.

use serde_json::json;

use super::{MAX_COMMAND_BYTES, MAX_FILE_BYTES, MAX_FILES, MAX_NAME_BYTES, MAX_NODES, MAX_TEXT_BYTES, ShareError};
use crate::scenario::{self, Scenario};
use crate::sim::NodeDefinition;

/// A longer query is refused unread.
const MAX_QUERY: usize = 1024 * 1024;
/// The most command lines.
const MAX_RUNS: usize = 1000;
/// The most groups of nodes.
const MAX_GROUPS: usize = 100;

/// What the parameters of an address ask for, beside the lesson and the colours.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plain {
    /// `nodes`: the nodes beside the control plane.
    pub nodes: Option<Vec<NodeDefinition>>,
    /// Each `yaml`: a file's text.
    pub files: Vec<String>,
    /// Each line of each `run`.
    pub run: Vec<String>,
}

impl Plain {
    /// Whether nothing of all this is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Plain::default()
    }

    /// The scenario that was asked for, on top of another: the nodes of `nodes` take the place of all but the control plane.
    /// Says which file is to be shown.
    pub fn onto(&self, mut scenario: Scenario) -> (Scenario, Option<String>) {
        if let Some(nodes) = &self.nodes {
            scenario.config.nodes.retain(|node| node.name.starts_with("control-plane"));
            scenario.config.nodes.extend(nodes.iter().cloned());
        }
        let named = self.files.iter().enumerate().map(|(index, text)| (file_name(index), text.clone()));
        scenario.files.extend(named);
        let first = (!self.files.is_empty()).then(|| file_name(0));
        (scenario, first)
    }
}

/// `manifest.yaml`, `manifest-2.yaml`, …
fn file_name(index: usize) -> String {
    if index == 0 { "manifest.yaml".to_owned() } else { format!("manifest-{}.yaml", index + 1) }
}

/// Reads the query of an address, with or without its `?`. Parameters that are not known are ignored.
///
/// # Errors
/// [`ShareError::TooLarge`], and [`ShareError::Parameter`] for what cannot be read.
pub fn read(query: &str) -> Result<Plain, ShareError> {
    if query.len() > MAX_QUERY {
        return Err(ShareError::TooLarge("text"));
    }
    let mut plain = Plain::default();
    for pair in query.trim_start_matches('?').split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "nodes" => plain.nodes = Some(nodes(&decoded(value))?),
            "yaml" if plain.files.len() == MAX_FILES => return Err(ShareError::TooLarge("files")),
            "yaml" => plain.files.push(limited(decoded(value), MAX_FILE_BYTES, "text")?),
            "run" => {
                for line in decoded(value).lines().map(str::trim).filter(|line| !line.is_empty()) {
                    if plain.run.len() == MAX_RUNS {
                        return Err(ShareError::TooLarge("commands"));
                    }
                    plain.run.push(limited(line.to_owned(), MAX_COMMAND_BYTES, "text")?);
                }
            }
            _ => {}
        }
    }
    Ok(plain)
}

fn limited(text: String, most: usize, what: &'static str) -> Result<String, ShareError> {
    if text.len() > most { Err(ShareError::TooLarge(what)) } else { Ok(text) }
}

/// `5`, or groups: `worker:3,ssd:2;disktype=ssd;dedicated=db:NoSchedule`.
fn nodes(text: &str) -> Result<Vec<NodeDefinition>, ShareError> {
    let wrong = || ShareError::Parameter("nodes");
    let text = text.trim();
    let groups: Vec<&str> = text.split(',').collect();
    if groups.len() > MAX_GROUPS || text.len() > MAX_GROUPS * MAX_NAME_BYTES {
        return Err(ShareError::TooLarge("nodes"));
    }
    let (mut total, mut bytes, mut list) = (0, 0, vec![]);
    for group in groups {
        let mut parts = group.split(';').map(str::trim);
        let first = parts.next().unwrap_or_default();
        let (name, count) = first.split_once(':').unwrap_or(("worker", first));
        let count: u64 = count.parse().map_err(|_| wrong())?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !is_name(name) {
            return Err(wrong());
        }
        total = count.saturating_add(total);
        bytes = group.len().saturating_mul(count).saturating_add(bytes);
        if total > MAX_NODES || bytes > MAX_TEXT_BYTES {
            return Err(ShareError::TooLarge("nodes"));
        }
        let (taints, labels): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.contains(':'));
        let labels: serde_json::Map<_, _> = labels
            .iter()
            .map(|label| label.split_once('=').map(|(key, value)| (key.to_owned(), json!(value))).ok_or_else(wrong))
            .collect::<Result<_, _>>()?;
        list.push(json!({"group": name, "count": count, "labels": labels, "taints": taints}));
    }
    scenario::nodes(&list).map_err(|_| wrong())
}

/// As browsers write it: `%20` and `+` for a space.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok()).filter(|_| first == b'%');
        let escaped = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(escaped.unwrap_or(if first == b'+' { b' ' } else { first }));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
