//! Merges: what `kubectl apply` makes of the last applied, the new and the live object, and strategic patches.
//!
//! Lists of objects with a merge key are merged item by item, all other lists are replaced (upstream:
//! `apimachinery/pkg/util/strategicpatch/patch.go`, keys from the `patchMergeKey` tags of `k8s.io/api`).

use serde_json::{Map, Value};

/// The key by which the items of a list are told apart, by the field that holds the list and the one around it.
fn merge_key(parent: &str, field: &str) -> Option<&'static str> {
    Some(match field {
        "containers"
        | "initContainers"
        | "ephemeralContainers"
        | "env"
        | "volumes"
        | "imagePullSecrets"
        | "resourceClaims" => "name",
        "ports" if parent == "containers" || parent == "initContainers" || parent == "ephemeralContainers" => {
            "containerPort"
        }
        "ports" => "port",
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "hostAliases" | "podIPs" | "hostIPs" => "ip",
        "topologySpreadConstraints" => "topologyKey",
        "conditions" | "addresses" => "type",
        "ownerReferences" => "uid",
        _ => return None,
    })
}

/// Whether an item of a list keeps only the keys that the new object names (`patchStrategy: retainKeys`).
fn retains_keys(field: &str) -> bool {
    field == "volumes"
}

/// The live object with everything that `new` says, without what `last` said and `new` no longer does.
pub(crate) fn three_way(last: &Value, new: &Value, live: &Value) -> Value {
    match (new, live) {
        (Value::Object(new), Value::Object(live)) => Value::Object(objects(last.as_object(), new, live, "")),
        _ => new.clone(),
    }
}

fn objects(
    last: Option<&Map<String, Value>>,
    new: &Map<String, Value>,
    live: &Map<String, Value>,
    field: &str,
) -> Map<String, Value> {
    let mut merged = live.clone();
    for name in last.into_iter().flat_map(|last| last.keys()) {
        if new.get(name).is_none_or(Value::is_null) {
            merged.remove(name);
        }
    }
    for (name, value) in new {
        if value.is_null() {
            merged.remove(name);
            continue;
        }
        let before = last.and_then(|last| last.get(name));
        let value = match (value, live.get(name)) {
            (Value::Object(new), Some(Value::Object(live))) => {
                Value::Object(objects(before.and_then(Value::as_object), new, live, name))
            }
            (Value::Array(new), Some(Value::Array(live))) => match merge_key(field, name) {
                Some(key) => Value::Array(lists(before.and_then(Value::as_array), new, live, name, key)),
                None if name == "finalizers" => Value::Array(sets(before.and_then(Value::as_array), new, live)),
                None => value.clone(),
            },
            _ => without_nulls(value),
        };
        merged.insert(name.clone(), value);
    }
    merged
}

fn lists(last: Option<&Vec<Value>>, new: &[Value], live: &[Value], field: &str, key: &str) -> Vec<Value> {
    let same = |a: &Value, b: &Value| a.get(key).is_some() && a.get(key) == b.get(key);
    let find = |list: &[Value], item: &Value| list.iter().position(|other| same(other, item));
    let mut mine: Vec<(Option<usize>, Value)> = vec![];
    for item in new {
        let place = find(live, item);
        let before = last.and_then(|last| last.iter().find(|other| same(other, item)));
        let merged = match (item, place.map(|place| &live[place])) {
            (Value::Object(new), Some(Value::Object(live))) => {
                let mut merged = objects(before.and_then(Value::as_object), new, live, field);
                if retains_keys(field) {
                    merged.retain(|name, _| new.contains_key(name));
                }
                Value::Object(merged)
            }
            _ => without_nulls(item),
        };
        mine.push((place, merged));
    }
    let theirs = live.iter().enumerate().filter(|(_, item)| {
        let applied_before = last.is_some_and(|last| last.iter().any(|other| same(other, item)));
        find(new, item).is_none() && !applied_before
    });
    // What only the server has keeps its place before the items that follow it there.
    let mut mine = mine.into_iter().peekable();
    let mut merged = vec![];
    for (place, item) in theirs {
        while let Some((_, item)) = mine.next_if(|(at, _)| at.is_none_or(|at| at < place)) {
            merged.push(item);
        }
        merged.push(item.clone());
    }
    merged.extend(mine.map(|(_, item)| item));
    merged
}

fn sets(last: Option<&Vec<Value>>, new: &[Value], live: &[Value]) -> Vec<Value> {
    let dropped = |item: &Value| last.is_some_and(|last| last.contains(item)) && !new.contains(item);
    let mut merged: Vec<Value> = live.iter().filter(|item| !dropped(item)).cloned().collect();
    for item in new {
        if !merged.contains(item) {
            merged.push(item.clone());
        }
    }
    merged
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(last: &str, new: &str, live: &str, expect: &str) {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
        let merged = three_way(&parse(last), &parse(new), &parse(live));
        assert_eq!(merged, parse(expect), "{merged}");
    }

    #[test]
    fn apply_merges_three_ways() {
        check(r#"{"a":1,"b":2}"#, r#"{"a":3}"#, r#"{"a":1,"b":2,"c":4}"#, r#"{"a":3,"c":4}"#);
        check("null", r#"{"a":null}"#, r#"{"a":1,"b":2}"#, r#"{"b":2}"#);
        check(
            r#"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"y"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"x","pull":"Always"},{"name":"b"},{"name":"injected"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"y","pull":"Always"},{"name":"injected"}]}}"#,
        );
        check(
            "null",
            r#"{"spec":{"containers":[{"name":"new"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"new"},{"name":"a"},{"name":"b"}]}}"#,
        );
        check(
            r#"{"volumes":[{"name":"v","hostPath":{"path":"/a"}}]}"#,
            r#"{"volumes":[{"name":"v","emptyDir":{}}]}"#,
            r#"{"volumes":[{"name":"v","hostPath":{"path":"/a","type":""}}]}"#,
            r#"{"volumes":[{"name":"v","emptyDir":{}}]}"#,
        );
        check(r#"{"args":["a"]}"#, r#"{"args":["b"]}"#, r#"{"args":["a","c"]}"#, r#"{"args":["b"]}"#);
        check("3", "[]", "{}", "[]");
    }
}
