//! An object as a server tells of it, made into the manifest that somebody could have written: without what only a server says, and
//! without secrets.

use serde_json::{Map, Value};

use super::secret::{LEFT_OUT, bare_argument, is_named_so, is_secret};
use crate::api::Kind;
use crate::kubectl::LAST_APPLIED;

/// Annotations that kubectl and the server keep for themselves.
const OWN_ANNOTATIONS: [&str; 3] =
    ["deprecated.daemonset.template.generation", LAST_APPLIED, "control-plane.alpha.kubernetes.io/leader"];

/// What an object is called in a sentence: `DaemonSet logging/agent`.
fn about(object: &Value) -> String {
    let meta = &object["metadata"];
    let name = meta["name"].as_str().unwrap_or_default();
    let kind = object["kind"].as_str().unwrap_or_default();
    match meta["namespace"].as_str() {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// The manifest of an object, which is of this kind. With `discreet` what looks like a secret is left out, and what was left out
/// beside what only servers say is told without values.
pub(crate) fn clean(object: &Value, kind: Kind, discreet: bool, left_out: &mut Vec<String>) -> Value {
    let mut value = object.clone();
    let whose = about(object);
    let Some(map) = value.as_object_mut() else { return value };
    map.remove("status");
    map.insert("apiVersion".to_owned(), kind.facts().api_version.into());
    map.insert("kind".to_owned(), kind.name().into());
    if map.get("metadata").is_some_and(|meta| meta["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty())) {
        left_out
            .push(format!("{whose} belongs to something that is not here, and would be put back by it in your cluster."));
    }
    let mut cleaner = Cleaner { whose, discreet, left_out };
    let keeps: &[&str] = if kind.is_namespaced() { &["name", "namespace"] } else { &["name"] };
    if let Some(meta) = map.get_mut("metadata") {
        cleaner.metadata(meta, keeps);
    }
    for (key, value) in map.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "metadata" | "kind" | "apiVersion")) {
        cleaner.value(key, value);
    }
    value
}

struct Cleaner<'a> {
    whose: String,
    discreet: bool,
    left_out: &'a mut Vec<String>,
}

impl Cleaner<'_> {
    /// Keeps the names of `keeps`, labels and annotations.
    fn metadata(&mut self, meta: &mut Value, keeps: &[&str]) {
        let Some(map) = meta.as_object_mut() else { return };
        let mut kept = Map::new();
        for key in keeps {
            kept.extend(map.remove(*key).map(|value| ((*key).to_owned(), value)));
        }
        for key in ["labels", "annotations"] {
            let Some(Value::Object(mut pairs)) = map.remove(key) else { continue };
            pairs.retain(|name, value| self.keeps_pair(key, name, value));
            if !pairs.is_empty() {
                kept.insert(key.to_owned(), Value::Object(pairs));
            }
        }
        *map = kept;
    }

    fn keeps_pair(&mut self, of: &str, name: &str, value: &Value) -> bool {
        if OWN_ANNOTATIONS.contains(&name) {
            return false;
        }
        let text = value.as_str().unwrap_or_default();
        // Labels are what things are chosen by: there only the value counts.
        let is_hidden = self.discreet && (is_secret(text) || (of == "annotations" && is_named_so(name, text)));
        if is_hidden {
            let what = if of == "labels" { "label" } else { "annotation" };
            self.left_out.push(format!("{}: the {what} {name} was left out, its value looks like a secret.", self.whose));
        }
        !is_hidden
    }

    /// Takes secrets out of what stands in the field `key`, and what is said by servers alone.
    fn value(&mut self, key: &str, value: &mut Value) {
        match value {
            Value::Object(map) => {
                if key == "template" || key == "volumeClaimTemplates" {
                    let meta = map.get_mut("metadata");
                    meta.into_iter().for_each(|meta| self.metadata(meta, &["name", "namespace"]));
                }
                self.named_value(map);
                for (key, value) in map.iter_mut().filter(|(key, _)| *key != "metadata") {
                    self.value(key, value);
                }
            }
            Value::Array(items) if self.discreet && matches!(key, "args" | "command") => self.arguments(items),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(key, item)),
            // Names of images have hashes in them.
            Value::String(text) if self.discreet && key != "image" && is_secret(text) => {
                *text = LEFT_OUT.to_owned();
                self.left_out.push(format!("{}: what stands in {key} was left out, it looks like a secret.", self.whose));
            }
            _ => {}
        }
    }

    /// A variable of a container, or a header of a probe: `{name, value}`. The name stays.
    fn named_value(&mut self, map: &mut Map<String, Value>) {
        let (Some(name), Some(value)) = (map.get("name").and_then(Value::as_str), map.get("value").and_then(Value::as_str))
        else {
            return;
        };
        if self.discreet && (is_named_so(name, value) || is_secret(value)) {
            self.left_out.push(format!("{}: the value of {name} was left out, it looks like a secret.", self.whose));
            map.insert("value".to_owned(), LEFT_OUT.into());
        }
    }

    fn arguments(&mut self, items: &mut [Value]) {
        let mut before: Option<String> = None;
        for item in items {
            let Some(text) = item.as_str().map(str::to_owned) else { continue };
            if let Some(bare) = bare_argument(before.as_deref(), &text) {
                let of = bare.strip_suffix(&format!("={LEFT_OUT}")).map(str::to_owned).or(before.clone());
                let of = of
                    .filter(|flag| flag.starts_with('-'))
                    .map_or_else(|| "an argument".to_owned(), |flag| format!("the value of {flag}"));
                self.left_out.push(format!("{}: {of} was left out, it looks like a secret.", self.whose));
                *item = bare.into();
            }
            before = Some(text);
        }
    }
}
