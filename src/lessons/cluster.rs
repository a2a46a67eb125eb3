//! Nodes and images as lessons and scenario files spell them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sim::{ImageRule, NodeDefinition};

/// More nodes than this are refused.
const MAX_NODES: usize = 5000;

/// The nodes of a list of `{name, labels, taints, allocatable}` and of groups: `{group: worker, count: 3, …}` is `worker-1` to
/// `worker-3`.
///
/// # Errors
/// Which entry is wrong, and how.
pub fn nodes_from_value(value: &Value) -> Result<Vec<NodeDefinition>, String> {
    let list = value.as_array().ok_or("`nodes` is a list")?;
    let mut nodes: Vec<NodeDefinition> = vec![];
    for (index, entry) in list.iter().enumerate() {
        let wrong = |why: String| format!("`nodes`, entry {}: {why}", index + 1);
        let mut map =
            entry.as_object().ok_or_else(|| wrong("a node is a mapping with `name` or `group`".to_owned()))?.clone();
        let group = map.remove("group");
        let count = map.remove("count");
        let names: Vec<String> = match (&group, &count) {
            (None, None) => vec![
                map.get("name").and_then(Value::as_str).ok_or_else(|| wrong("the `name` is missing".to_owned()))?.to_owned(),
            ],
            (Some(group), Some(count)) if !map.contains_key("name") => {
                let group = group.as_str().ok_or_else(|| wrong("`group` is a text".to_owned()))?;
                let count = count.as_u64().and_then(|count| usize::try_from(count).ok()).filter(|count| *count <= MAX_NODES);
                let count = count.ok_or_else(|| wrong(format!("`count` is a number up to {MAX_NODES}")))?;
                (1..=count).map(|number| format!("{group}-{number}")).collect()
            }
            _ => return Err(wrong("a node has a `name`, or a `group` and a `count`".to_owned())),
        };
        if nodes.len() + names.len() > MAX_NODES {
            return Err(wrong(format!("more than {MAX_NODES} nodes")));
        }
        map.insert("name".to_owned(), Value::Null);
        for name in names {
            map.insert("name".to_owned(), Value::String(name));
            nodes.push(serde_json::from_value(Value::Object(map.clone())).map_err(|error| wrong(error.to_string()))?);
        }
    }
    let mut seen = BTreeSet::new();
    match nodes.iter().find(|node| !seen.insert(&node.name)) {
        Some(twice) => Err(format!("`nodes` has two called {}", twice.name)),
        None => Ok(nodes),
    }
}

/// The rules of a list of `{match, behaviour, startSeconds}`.
///
/// # Errors
/// Which entry is wrong, and how.
pub fn images_from_value(value: &Value) -> Result<Vec<ImageRule>, String> {
    let list = value.as_array().ok_or("`images` is a list")?;
    let rule = |(index, entry): (usize, &Value)| {
        serde_json::from_value(entry.clone()).map_err(|error| format!("`images`, entry {}: {error}", index + 1))
    };
    list.iter().enumerate().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn groups_are_counted_out() {
        let nodes = nodes_from_value(
            &json!([{"name": "cp", "taints": ["a:NoSchedule"]}, {"group": "w", "count": 2, "labels": {"a": "b"}}]),
        );
        let nodes = nodes.unwrap();
        assert_eq!(nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["cp", "w-1", "w-2"]);
        assert_eq!(nodes[2].labels["a"], "b");
    }

    #[test]
    fn mistakes_are_told() {
        let error = |value: Value| nodes_from_value(&value).unwrap_err();
        assert!(error(json!([{"group": "w"}])).contains("a `group` and a `count`"));
        assert!(error(json!([{"group": "w", "count": 5001}])).contains("up to 5000"));
        assert!(error(json!([{"name": "w", "lables": {}}])).contains("entry 1: unknown field `lables`"));
        assert!(error(json!([{"name": "w"}, {"name": "w"}])).contains("two called w"));
    }
}
