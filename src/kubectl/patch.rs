//! Merges: what `kubectl apply` makes of the last applied, the new and the live object, and strategic patches.
//!
//! The schema's table says how a list merges: item by item where its items have a key, as a set, or not at all (upstream:
//! `apimachinery/pkg/util/strategicpatch/patch.go`).

mod made;

use serde_json::{Map, Value};

pub(crate) use self::made::{made, used_up};
use crate::api::schema::{Merge, Type};

/// What says how one value of a map or list merges.
const DIRECTIVE: &str = "$patch";

/// The live object of the type with everything that `new` says, without what `last` said and `new` no longer does.
///
/// # Errors
/// Where the new one carries a directive that is none.
pub(crate) fn three_way(of: Type, last: &Value, new: &Value, live: &Value) -> Result<Value, String> {
    merge(Mode::Apply, of, last, new, live)
}

/// The live object of the type with a strategic patch applied.
///
/// # Errors
/// Where the patch cannot be: a directive that is none, an item without the key that tells items apart.
pub(crate) fn strategic(of: Type, patch: &Value, live: &Value) -> Result<Value, String> {
    merge(Mode::Patch, of, &Value::Null, patch, live)
}

/// A value as Go prints it: `map[a:b c:[1 <nil>]]`.
pub(crate) fn go_words(value: &Value) -> String {
    let joined = |words: Vec<String>| words.join(" ");
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(go_words).collect())),
        Value::Object(map) => {
            let entry = |(name, value): (&String, &Value)| format!("{name}:{}", go_words(value));
            format!("map[{}]", joined(map.iter().map(entry).collect()))
        }
        other => other.to_string(),
    }
}

fn merge(mode: Mode, of: Type, last: &Value, new: &Value, live: &Value) -> Result<Value, String> {
    match (new, live) {
        (Value::Object(new), Value::Object(live)) => mode.objects(of, last.as_object(), new, live).map(Value::Object),
        _ => Ok(new.clone()),
    }
}

/// Who merges.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `kubectl apply`, which has unions keep only the keys that the new object names (`patchStrategy: retainKeys`).
    Apply,
    /// Somebody who says so with directives.
    Patch,
}

impl Mode {
    fn objects(
        self,
        of: Type,
        last: Option<&Map<String, Value>>,
        new: &Map<String, Value>,
        live: &Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        match new.get(DIRECTIVE).map(|directive| (directive, directive.as_str())) {
            None => {}
            Some((_, Some("replace"))) => return Ok(plain(new)),
            Some((_, Some("delete"))) => return Ok(Map::new()),
            Some((other, _)) => return Err(format!("unknown patch type: {other} in map: {}", Value::Object(new.clone()))),
        }
        let mut merged = live.clone();
        for name in last.into_iter().flat_map(|last| last.keys()) {
            if new.get(name).is_none_or(Value::is_null) {
                merged.remove(name);
            }
        }
        if let Some(Value::Array(kept)) = new.get("$retainKeys") {
            merged.retain(|name, _| kept.iter().any(|key| key == name.as_str()));
        }
        for (name, value) in new {
            if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
                if let (Some(Value::Array(live)), Value::Array(gone)) = (merged.get_mut(list), value) {
                    live.retain(|item| !gone.contains(item));
                }
            } else if value.is_null() {
                merged.remove(name);
            } else if !name.starts_with('$') {
                let before = last.and_then(|last| last.get(name));
                let value = self.field(of, name, before, value, live.get(name))?;
                merged.insert(name.clone(), value);
            }
        }
        Ok(merged)
    }

    fn field(self, of: Type, name: &str, last: Option<&Value>, new: &Value, live: Option<&Value>) -> Result<Value, String> {
        let (of, how) = of.inner(name);
        Ok(match (new, live, how) {
            (Value::Object(new), Some(Value::Object(live)), _) => {
                let mut merged = self.objects(of, last.and_then(Value::as_object), new, live)?;
                // One that says nothing keeps all.
                if self == Mode::Apply && name == "strategy" && new.values().any(|value| !value.is_null()) {
                    merged.retain(|name, _| new.contains_key(name));
                }
                Value::Object(merged)
            }
            (Value::Array(new), live, Merge::ByKey(key)) => {
                let list = List { of, key, is_union: self == Mode::Apply && name == "volumes" };
                let live = live.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
                Value::Array(self.items(list, last.and_then(Value::as_array), new, live)?)
            }
            (Value::Array(new), Some(Value::Array(live)), Merge::AsSet) => {
                Value::Array(sets(last.and_then(Value::as_array), new, live))
            }
            _ => without_nulls(new),
        })
    }

    fn items(self, list: List, last: Option<&Vec<Value>>, new: &[Value], live: &[Value]) -> Result<Vec<Value>, String> {
        let key = list.key;
        let same = |a: &Value, b: &Value| a.get(key).is_some() && a.get(key) == b.get(key);
        let find = |list: &[Value], item: &Value| list.iter().position(|other| same(other, item));
        let directive = |item: &Value| item.get(DIRECTIVE).cloned();
        let live = if new.iter().any(|item| directive(item).is_some_and(|it| it == "replace")) { &[] } else { live };
        let mut mine: Vec<(Option<usize>, Value)> = vec![];
        for item in new.iter().filter(|item| directive(item).is_none()) {
            if item.get(key).is_none() {
                return Err(format!("map: {} does not contain declared merge key: {key}", go_words(item)));
            }
            // Of items that are there twice, each has its own in the live list, or is one with the first.
            let earlier = mine.iter().filter(|(_, other)| same(other, item)).count();
            let mut places = (0..live.len()).filter(|place| same(&live[*place], item));
            let place = places.nth(earlier);
            let is_again = earlier > 0 && place.is_none() && find(live, item).is_some();
            let before = last.and_then(|last| last.iter().find(|other| same(other, item)));
            let merged = match (item, place.map(|place| &live[place])) {
                (Value::Object(new), Some(Value::Object(live))) => {
                    let mut merged = self.objects(list.of, before.and_then(Value::as_object), new, live)?;
                    if list.is_union {
                        merged.retain(|name, _| new.contains_key(name));
                    }
                    Value::Object(merged)
                }
                _ => without_nulls(item),
            };
            let first = |other: &&mut (Option<usize>, Value)| is_again && same(&other.1, item);
            match (mine.iter_mut().find(first), merged) {
                (Some((_, Value::Object(first))), Value::Object(second)) => {
                    for (name, value) in second {
                        first.entry(name).or_insert(value);
                    }
                }
                (_, merged) => mine.push((place, merged)),
            }
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
        Ok(merged)
    }
}

/// A list whose items are merged.
#[derive(Clone, Copy)]
struct List {
    /// The type of its items.
    of: Type,
    /// The field by which they are told apart.
    key: &'static str,
    /// Whether each is one of several things, so that a new one takes the place of the old.
    is_union: bool,
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
        Value::Object(map) => Value::Object(plain(map)),
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        value => value.clone(),
    }
}

/// A map without nulls and directives.
fn plain(map: &Map<String, Value>) -> Map<String, Value> {
    let kept = map.iter().filter(|(name, value)| !value.is_null() && !name.starts_with('$'));
    kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Value {
        serde_json::from_str(text).unwrap_or(Value::Null)
    }

    #[test]
    fn apply_merges_three_ways() {
        let check = |of: &str, last: &str, new: &str, live: &str, expect: &str| {
            let merged = three_way(Type::named(of), &parse(last), &parse(new), &parse(live)).expect("merged");
            assert_eq!(merged, parse(expect), "{merged}");
        };
        check("ConfigMap", r#"{"a":1,"b":2}"#, r#"{"a":3}"#, r#"{"a":1,"b":2,"c":4}"#, r#"{"a":3,"c":4}"#);
        check("ConfigMap", "null", r#"{"a":null}"#, r#"{"a":1,"b":2}"#, r#"{"b":2}"#);
        check(
            "Pod",
            r#"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"y"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"x","imagePullPolicy":"Always"},{"name":"b"},{"name":"injected"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a","image":"y","imagePullPolicy":"Always"},{"name":"injected"}]}}"#,
        );
        check(
            "Pod",
            "null",
            r#"{"spec":{"containers":[{"name":"new"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
            r#"{"spec":{"containers":[{"name":"new"},{"name":"a"},{"name":"b"}]}}"#,
        );
        check(
            "PodSpec",
            r#"{"volumes":[{"name":"v","hostPath":{"path":"/a"}}]}"#,
            r#"{"volumes":[{"name":"v","emptyDir":{}}]}"#,
            r#"{"volumes":[{"name":"v","hostPath":{"path":"/a","type":""}}]}"#,
            r#"{"volumes":[{"name":"v","emptyDir":{}}]}"#,
        );
        check("Container", r#"{"args":["a"]}"#, r#"{"args":["b"]}"#, r#"{"args":["a","c"]}"#, r#"{"args":["b"]}"#);
        check("Pod", "3", "[]", "{}", "[]");
    }

    #[test]
    fn strategic_patches_follow_the_schema_and_their_directives() {
        let check = |of: &str, patch: &str, live: &str, expect: &str| {
            let merged = strategic(Type::named(of), &parse(patch), &parse(live));
            assert_eq!(merged.map_or_else(|why| why, |value| value.to_string()), expect, "{patch}");
        };
        let two = r#"{"containers":[{"image":"x","name":"a"},{"image":"y","name":"b"}]}"#;
        check(
            "PodSpec",
            r#"{"containers":[{"name":"b","image":"z"}]}"#,
            two,
            r#"{"containers":[{"image":"x","name":"a"},{"image":"z","name":"b"}]}"#,
        );
        check(
            "PodSpec",
            r#"{"containers":[{"name":"a","$patch":"delete"}]}"#,
            two,
            r#"{"containers":[{"image":"y","name":"b"}]}"#,
        );
        check("PodSpec", r#"{"containers":[{"$patch":"replace"},{"name":"c"}]}"#, two, r#"{"containers":[{"name":"c"}]}"#);
        check(
            "PodSpec",
            r#"{"nodeSelector":{"$patch":"replace","a":"1"}}"#,
            r#"{"nodeSelector":{"b":"2"}}"#,
            r#"{"nodeSelector":{"a":"1"}}"#,
        );
        check(
            "PodSpec",
            r#"{"nodeSelector":{"$patch":"delete"}}"#,
            r#"{"nodeSelector":{"b":"2"}}"#,
            r#"{"nodeSelector":{}}"#,
        );
        check(
            "PodSpec",
            r#"{"tolerations":[{"key":"b"}]}"#,
            r#"{"tolerations":[{"key":"a"}]}"#,
            r#"{"tolerations":[{"key":"b"}]}"#,
        );
        check(
            "ObjectMeta",
            r#"{"$deleteFromPrimitiveList/finalizers":["x"]}"#,
            r#"{"finalizers":["x","y"]}"#,
            r#"{"finalizers":["y"]}"#,
        );
        check("ObjectMeta", r#"{"finalizers":["z"]}"#, r#"{"finalizers":["y"]}"#, r#"{"finalizers":["y","z"]}"#);
        check(
            "PodSpec",
            r#"{"volumes":[{"$retainKeys":["emptyDir","name"],"name":"v","emptyDir":{}}]}"#,
            r#"{"volumes":[{"name":"v","hostPath":{"path":"/a"}}]}"#,
            r#"{"volumes":[{"emptyDir":{},"name":"v"}]}"#,
        );
        check(
            "PodSpec",
            r#"{"containers":[{"image":"z"}]}"#,
            two,
            "map: map[image:z] does not contain declared merge key: name",
        );
        check(
            "PodSpec",
            r#"{"nodeSelector":{"$patch":"drop"}}"#,
            r#"{"nodeSelector":{}}"#,
            r#"unknown patch type: "drop" in map: {"$patch":"drop"}"#,
        );
    }
}
