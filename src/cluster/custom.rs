//! Kinds of people's own: what a CustomResourceDefinition makes the server serve
//! (upstream: `apiextensions-apiserver/pkg/controller/{status,establish}`).

use std::cmp::Reverse;
use std::iter;

use serde_json::{Value, json};

use super::Store;
use crate::api::kind::{Definition, PrinterColumn, Scope};
use crate::api::{Kind, Object, Stored};

/// Every kind that a stored definition makes, by the definitions' names.
pub(super) fn kinds(store: &Store) -> Vec<Kind> {
    store.objects(Kind::CustomResourceDefinition).filter_map(Object::stored).filter_map(kind).collect()
}

/// The kind that a definition makes; none while it serves no version.
pub(super) fn kind(definition: &Stored) -> Option<Kind> {
    let spec = definition.field("spec");
    let (group, names) = (word(&spec["group"]), &spec["names"]);
    let served = || items(&spec["versions"]).iter().filter(|version| version["served"] == true);
    let preferred = served().min_by_key(|version| priority(word(&version["name"])))?;
    let others = served().filter(|version| version["name"] != preferred["name"]);
    let column = |it: &Value| PrinterColumn {
        head: word(&it["name"]).to_owned(),
        path: word(&it["jsonPath"]).to_owned(),
        is_time: it["type"] == "date",
        is_wide: it["priority"].as_i64().unwrap_or_default() > 0,
    };
    let list = |value: &Value| items(value).iter().map(word).collect::<Vec<_>>().join(",");
    Some(Kind::custom(Definition {
        name: word(&names["kind"]).to_owned(),
        plural: word(&names["plural"]).to_owned(),
        short_names: list(&names["shortNames"]),
        scope: if spec["scope"] == "Namespaced" { Scope::Namespaced } else { Scope::Cluster },
        categories: list(&names["categories"]),
        versions: iter::once(preferred).chain(others).map(|version| [group, word(&version["name"])].join("/")).collect(),
        columns: items(&preferred["additionalPrinterColumns"]).iter().map(column).collect(),
    }))
}

/// What a version is sorted by: stable ones before betas before alphas, and the newest first
/// (`apimachinery/pkg/version/helpers.go`).
fn priority(version: &str) -> (u8, Reverse<u32>, Reverse<u32>) {
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    let rest = version.strip_prefix('v').unwrap_or_default();
    for (rank, word) in [(1, "beta"), (2, "alpha")] {
        if let Some((major, minor)) = rest.split_once(word) {
            return (rank, Reverse(number(major)), Reverse(number(minor)));
        }
    }
    (if rest.parse::<u32>().is_ok() { 0 } else { 3 }, Reverse(number(rest)), Reverse(0))
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What the server's own controllers say of a new definition, at `now`: its names are free, and it is served.
pub(super) fn establish(definition: &mut Stored, now: &Value) {
    let spec = definition.field("spec");
    let condition = |type_: &str, reason: &str, message: &str| json!({"type": type_, "status": "True", "reason": reason, "message": message, "lastTransitionTime": now});
    let storage = items(&spec["versions"]).iter().find(|version| version["storage"] == true);
    let status = json!({
        "acceptedNames": spec["names"],
        "conditions": [
            condition("NamesAccepted", "NoConflicts", "no conflicts found"),
            condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ],
        "storedVersions": storage.map(|version| version["name"].clone()).into_iter().collect::<Vec<_>>(),
    });
    definition.fields.insert("status".to_owned(), status);
}
