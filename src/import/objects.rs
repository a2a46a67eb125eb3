//! Texts taken apart into objects: documents, lists, JSON; and words for what is no such text.

use serde_json::Value;

use super::{Given, ImportError, MAX_TEXT};
use crate::api::yaml;

/// The most objects, whatever their kind.
const MAX_OBJECTS: usize = 100_000;

/// The objects of all texts.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each has a kind.
    pub(super) objects: Vec<Value>,
    /// What was no object.
    pub(super) left_out: Vec<String>,
}

/// Reads them.
///
/// # Errors
/// The first text that cannot be read, with its line.
pub(super) fn read(given: &[Given<'_>]) -> Result<Found, ImportError> {
    let total: usize = given.iter().map(|given| given.text.len()).sum();
    if total > MAX_TEXT {
        return Err(ImportError::new(format!(
            "this is {} MiB of text, and the playground reads {} at most. Leave out pods and other kinds: `kubectl get \
             nodes,daemonsets -A -o yaml`.",
            total.div_ceil(1024 * 1024),
            MAX_TEXT / 1024 / 1024
        )));
    }
    let mut found = Found::default();
    for given in given {
        text(given, &mut found)?;
    }
    Ok(found)
}

fn text(given: &Given<'_>, found: &mut Found) -> Result<(), ImportError> {
    let error = |line: Option<usize>, reason: String| ImportError { name: Some(given.name.to_owned()), line, reason };
    if given.text.contains('\0') {
        return Err(error(None, "this is no text.".to_owned()));
    }
    if let Some(reason) = misunderstanding(given.text) {
        return Err(error(Some(1), reason.to_owned()));
    }
    for document in yaml::documents(given.text) {
        let document = document.map_err(|why| {
            let reason = format!("this is neither YAML nor JSON ({why}). Give what `kubectl get … -o yaml` printed, from its first line to its last.");
            error(why.line, reason)
        })?;
        flatten(document.value, given.name, found);
        if found.objects.len() > MAX_OBJECTS {
            return Err(error(None, format!("there are more than {MAX_OBJECTS} objects in this.")));
        }
    }
    Ok(())
}

/// The items of a list in its place.
fn flatten(value: Value, name: &str, found: &mut Found) {
    let Value::Object(mut map) = value else {
        found.left_out.push(format!("A part of {name} that is no Kubernetes object was left out."));
        return;
    };
    let kind = map.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    match map.remove("items") {
        Some(Value::Array(items)) if kind.ends_with("List") || kind.is_empty() => {
            // The items of a NodeList do not say what they are.
            let of = kind.strip_suffix("List").filter(|of| !of.is_empty());
            for mut item in items {
                if let (Some(of), Value::Object(map)) = (of, &mut item) {
                    map.entry("kind").or_insert_with(|| of.into());
                }
                object(item, name, found);
            }
        }
        _ => object(Value::Object(map), name, found),
    }
}

fn object(value: Value, name: &str, found: &mut Found) {
    if value["kind"].is_string() {
        found.objects.push(value);
    } else {
        found.left_out.push(format!("An object of {name} that says no kind was left out."));
    }
}

/// What people give by mistake, and what to do then.
pub fn misunderstanding(text: &str) -> Option<&'static str> {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| first.starts_with(beginning));
    if text.trim().is_empty() {
        return Some("there is nothing in this. Run `kubectl get nodes,daemonsets -A -o yaml` and give all that it prints.");
    }
    if begins(&["NAME ", "NAMESPACE "]) {
        return Some(
            "this is the table that kubectl prints for people. Add `-o yaml` to the command, and give what it prints then.",
        );
    }
    if begins(&["Name: "]) {
        return Some(
            "this is what `kubectl describe` prints for people. Give what `kubectl get nodes,daemonsets -A -o yaml` prints.",
        );
    }
    if begins(&["Error from server", "error: ", "Unable to connect", "The connection to the server", "No resources found"]) {
        return Some("this is what kubectl prints when it found nothing. Run it once more, where it has a cluster to ask.");
    }
    None
}
