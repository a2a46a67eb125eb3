//! What a text is that somebody dropped or pasted.

use serde_json::Value;

use crate::api::yaml;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// There is nothing in it.
    Empty,
    /// No text at all.
    Binary,
    /// A link, or its end: `https://…/#1…`, `#1…`; also the file that is saved when the page breaks.
    Link,
    /// A lesson.
    Lesson,
    /// How far somebody is in the course.
    Progress,
    /// A scenario.
    Scenario,
    /// What kubectl prints of a cluster: there are Nodes in it.
    Cluster,
    /// Manifests, as somebody wrote them or as a server told of them.
    Manifest,
    /// None of all that; perhaps YAML with a mistake.
    Unknown,
}

/// Says what a text is; `name` is that of its file, empty where it has none.
#[inline(never)]
pub fn recognise(name: &str, text: &str) -> Recognised {
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    if trimmed.is_empty() {
        return Recognised::Empty;
    }
    // What is decoded without its encoding has replacement characters in the place of bytes.
    if text.contains('\0') || text.chars().take(2000).filter(|c| *c == '\u{fffd}').count() > 3 {
        return Recognised::Binary;
    }
    if is_link(trimmed) {
        return Recognised::Link;
    }
    let is_manifest = ["yaml", "yml", "json"].iter().any(|ending| name.ends_with(&format!(".{ending}")));
    if name.ends_with(".md") || (!is_manifest && trimmed.starts_with("---\n") && trimmed.contains("\n## ")) {
        return Recognised::Lesson;
    }
    let mut is_any = false;
    for document in yaml::documents(trimmed) {
        let Ok(document) = document else { break };
        is_any |= document.value["kind"].is_string();
        match of_value(&document.value) {
            Recognised::Manifest | Recognised::Unknown => {}
            known => return known,
        }
    }
    if is_any { Recognised::Manifest } else { Recognised::Unknown }
}

/// One word with the end of a link in it.
fn is_link(text: &str) -> bool {
    let is_alone = text.lines().count() <= 3 && !text.contains(": ") && !text.starts_with('{');
    let end = text.rsplit_once('#').map(|(_, end)| end.trim());
    is_alone && end.is_some_and(|end| end.starts_with(|c: char| c.is_ascii_digit()) && end.len() > 20 && end.ends_with('e'))
}

fn of_value(value: &Value) -> Recognised {
    let Some(map) = value.as_object() else { return Recognised::Unknown };
    match map.get("kind").and_then(Value::as_str) {
        Some("Node" | "NodeList") => Recognised::Cluster,
        Some(kind) if kind.ends_with("List") => {
            let items = map.get("items").and_then(Value::as_array);
            let is_node = |item: &Value| item["kind"] == "Node";
            if items.is_some_and(|items| items.iter().any(is_node)) { Recognised::Cluster } else { Recognised::Manifest }
        }
        Some(_) => Recognised::Manifest,
        None if ["steps", "nodes", "files"].iter().any(|key| map.contains_key(*key)) => Recognised::Scenario,
        None if map.contains_key("format") && map.contains_key("lessons") => Recognised::Progress,
        None => Recognised::Unknown,
    }
}
