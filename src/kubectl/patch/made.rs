//! The patch that `kubectl apply` sends (upstream: `CreateThreeWayMergePatch` in
//! `apimachinery/pkg/util/strategicpatch/patch.go`).

use serde_json::{Map, Value};

use super::{DIRECTIVE, go_words};
use crate::api::schema::{Merge, Type};

/// Before the name of a list: the order its items are to have. It is there wherever the live list is not exactly the new one.
const ORDER: &str = "$setElementOrder/";
/// The only keys that a union is to keep.
const RETAINED: &str = "$retainKeys";

/// The patch that makes of the live object what `new` says, without what `last` said and `new` no longer does. It is empty where
/// kubectl sends nothing; one that is not may change nothing all the same.
pub(crate) fn made(of: Type, last: &Value, new: &Value, live: &Value) -> Map<String, Value> {
    maps(of, last, new, live, false)
}

/// What is left of a patch once the server has merged it, as it shows it: the lists with an order are used up by then.
pub(crate) fn used_up(patch: &Value) -> Value {
    let Value::Object(map) = patch else { return patch.clone() };
    let is_used = |name: &str| name == RETAINED || name.starts_with(ORDER) || map.contains_key(&[ORDER, name].concat());
    map.iter().filter(|(name, _)| !is_used(name)).map(|(name, value)| (name.clone(), used_up(value))).collect()
}

fn maps(of: Type, last: &Value, new: &Value, live: &Value, is_union: bool) -> Map<String, Value> {
    let mut patch = Map::new();
    let missing = |of: &Value| -> Vec<String> {
        let names = of.as_object().into_iter().flat_map(Map::keys);
        names.filter(|name| new.get(*name).is_none()).cloned().collect()
    };
    for (name, value) in new.as_object().into_iter().flatten() {
        let (of, how) = of.inner(name);
        let last = &last[name.as_str()];
        match (value, live.get(name), how) {
            (Value::Object(_), Some(live @ Value::Object(_)), _) => {
                let inner = maps(of, last, value, live, name == "strategy");
                if !inner.is_empty() {
                    patch.insert(name.clone(), inner.into());
                }
            }
            (Value::Array(new), Some(Value::Array(live)), Merge::ByKey(key)) => {
                let (items, order) = lists(of, key, name == "volumes", items_of(last), new, live);
                put(&mut patch, name, items);
                put(&mut patch, &[ORDER, name].concat(), order);
            }
            (Value::Array(new), Some(Value::Array(live)), Merge::AsSet) => {
                let gone = without(items_of(last), new);
                // Upstream sorts the live list before it compares the two.
                let mut sorted = live.clone();
                sorted.sort_by_key(go_words);
                let order = if gone.is_empty() && sorted == *new { vec![] } else { new.clone() };
                put(&mut patch, name, without(new, live));
                put(&mut patch, &["$deleteFromPrimitiveList/", name].concat(), gone);
                put(&mut patch, &[ORDER, name].concat(), order);
            }
            (value, live, _) if live != Some(value) => {
                patch.insert(name.clone(), value.clone());
            }
            _ => {}
        }
    }
    patch.extend(missing(last).into_iter().map(|name| (name, Value::Null)));
    if is_union && (!patch.is_empty() || !missing(live).is_empty()) {
        let kept = new.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        put(&mut patch, RETAINED, kept.map(|(name, _)| name.as_str().into()).collect());
    }
    patch
}

/// The items of a list that change, and the order of all where there is anything to say of it.
fn lists(of: Type, key: &str, is_union: bool, last: &[Value], new: &[Value], live: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let bare = |item: &Value| Map::from_iter([(key.to_owned(), item[key].clone())]);
    let mut items = vec![];
    for (place, item) in new.iter().enumerate() {
        let is_same = |other: &&Value| other[key] == item[key];
        let earlier = new[..place].iter().filter(is_same).count();
        match live.iter().filter(is_same).nth(earlier) {
            None => items.push(item.clone()),
            Some(live) => {
                let before = last.iter().find(is_same).unwrap_or(&Value::Null);
                let mut patch = maps(of, before, item, live, is_union);
                if !patch.is_empty() {
                    patch.extend(bare(item));
                    items.push(patch.into());
                }
            }
        }
    }
    for gone in last.iter().filter(|item| !new.iter().any(|other| other[key] == item[key])) {
        let mut gone = bare(gone);
        gone.insert(DIRECTIVE.to_owned(), "delete".into());
        items.push(gone.into());
    }
    let order: Vec<Value> = new.iter().map(|item| bare(item).into()).collect();
    let is_told = !items.is_empty() || !live.iter().map(|item| &item[key]).eq(new.iter().map(|item| &item[key]));
    (items, if is_told { order } else { vec![] })
}

fn items_of(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn without(list: &[Value], others: &[Value]) -> Vec<Value> {
    list.iter().filter(|item| !others.contains(item)).cloned().collect()
}

/// Puts a list into a patch, if there is anything in it.
fn put(patch: &mut Map<String, Value>, name: &str, list: Vec<Value>) {
    if !list.is_empty() {
        patch.insert(name.to_owned(), list.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_say_what_kubectl_sends() {
        let check = |of: &str, last: &str, new: &str, live: &str, expect: &str| {
            let [last, new, live] = [last, new, live].map(|text| serde_json::from_str(text).expect("JSON"));
            assert_eq!(Value::Object(made(Type::named(of), &last, &new, &live)).to_string(), expect);
        };
        check("ConfigMap", r#"{"a":1,"b":2}"#, r#"{"a":3}"#, r#"{"a":1,"b":2,"c":4}"#, r#"{"a":3,"b":null}"#);
        check("ConfigMap", r#"{"a":null}"#, r#"{"a":null}"#, r#"{"b":2}"#, r#"{"a":null}"#);
        check("PodSpec", "null", r#"{"nodeSelector":{}}"#, "{}", r#"{"nodeSelector":{}}"#);
        let one = r#"{"containers":[{"name":"a","image":"x"}]}"#;
        check("PodSpec", one, one, r#"{"containers":[{"name":"a","image":"x","args":["b"]}]}"#, "{}");
        check(
            "PodSpec",
            one,
            one,
            r#"{"containers":[{"name":"a","image":"x"},{"name":"b"}]}"#,
            r#"{"$setElementOrder/containers":[{"name":"a"}]}"#,
        );
        check(
            "PodSpec",
            r#"{"containers":[{"name":"a","args":["b"]},{"name":"c"}]}"#,
            r#"{"containers":[{"name":"a","image":"y"}]}"#,
            one,
            r#"{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"args":null,"image":"y","name":"a"},{"$patch":"delete","name":"c"}]}"#,
        );
        let volume = r#"{"volumes":[{"name":"v","emptyDir":{}}]}"#;
        check("PodSpec", volume, volume, volume, "{}");
        check(
            "PodSpec",
            "null",
            volume,
            r#"{"volumes":[{"name":"v","hostPath":{}}]}"#,
            r#"{"$setElementOrder/volumes":[{"name":"v"}],"volumes":[{"$retainKeys":["emptyDir","name"],"emptyDir":{},"name":"v"}]}"#,
        );
        check("DeploymentSpec", "null", r#"{"strategy":{}}"#, r#"{"strategy":{"type":"Recreate"}}"#, "{}");
        let two = r#"{"finalizers":["a","b"]}"#;
        check("ObjectMeta", two, two, r#"{"finalizers":["b","a"]}"#, "{}");
        check(
            "ObjectMeta",
            two,
            r#"{"finalizers":["c"]}"#,
            two,
            r#"{"$deleteFromPrimitiveList/finalizers":["a","b"],"$setElementOrder/finalizers":["c"],"finalizers":["c"]}"#,
        );
    }
}
