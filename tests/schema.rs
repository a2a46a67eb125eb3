//! The table of Kubernetes' types (`src/api/schema.txt`) against `k8s-openapi`, whose types the rest of the code uses.
//!
//! `UPDATE_SCHEMA=1 cargo test --test schema` writes the table anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use k8s_openapi::api::{apps, batch, core, policy, scheduling};
use k8s_openapi::schemars::SchemaGenerator;
use playground::api::kind;
use serde_json::Value;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/api/schema.txt");

#[test]
fn the_table_is_up_to_date() {
    let table = table();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(TABLE, &table).expect("the table can be written");
    }
    let stored = std::fs::read_to_string(TABLE).unwrap_or_default();
    assert!(stored == table, "src/api/schema.txt is out of date: UPDATE_SCHEMA=1 cargo test --test schema");
}

fn table() -> String {
    let mut generator = SchemaGenerator::default();
    generator.subschema_for::<apps::v1::ControllerRevision>();
    generator.subschema_for::<apps::v1::DaemonSet>();
    generator.subschema_for::<apps::v1::Deployment>();
    generator.subschema_for::<apps::v1::ReplicaSet>();
    generator.subschema_for::<apps::v1::StatefulSet>();
    generator.subschema_for::<batch::v1::Job>();
    generator.subschema_for::<core::v1::Event>();
    generator.subschema_for::<core::v1::Namespace>();
    generator.subschema_for::<core::v1::Node>();
    generator.subschema_for::<core::v1::Pod>();
    generator.subschema_for::<policy::v1::PodDisruptionBudget>();
    generator.subschema_for::<scheduling::v1::PriorityClass>();
    let definitions = generator.take_definitions(false);
    let facts = go_facts();
    let mut used = BTreeSet::new();
    let mut lines = BTreeMap::new();
    for (name, schema) in &definitions {
        let Some(properties) = schema["properties"].as_object() else { continue };
        let name = short(name);
        let mut line = String::new();
        for (field, schema) in properties {
            let key = (name.clone(), field.clone());
            let fact = facts.get(&key).map(String::as_str).unwrap_or_default();
            used.insert(key);
            write!(line, " {field} {}{fact}", token(schema, &definitions)).expect("memory");
        }
        lines.insert(name, line);
    }
    // Every kind has these two; k8s-openapi leaves them out.
    for kind in kind::ALL {
        if let Some(line) = lines.get_mut(kind.name()).filter(|line| !line.contains(" apiVersion ")) {
            line.push_str(" apiVersion s kind s");
        }
    }
    let stale: Vec<_> = facts.keys().filter(|key| !used.contains(key)).collect();
    assert!(stale.is_empty(), "facts about fields that are not: {stale:?}");
    lines.iter().fold(String::new(), |table, (name, line)| table + name + line + "\n")
}

/// `io.k8s.api.core.v1.PodSpec` → `PodSpec`.
fn short(name: &str) -> String {
    name.rsplit(['.', '/']).next().unwrap_or_default().to_owned()
}

fn token(schema: &Value, definitions: &serde_json::Map<String, Value>) -> String {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(name) = reference.and_then(|path| path.rsplit('/').next()) {
        return match short(name).as_str() {
            "Quantity" => "q".to_owned(),
            "IntOrString" => "x".to_owned(),
            "Time" => "t".to_owned(),
            "MicroTime" => "u".to_owned(),
            "FieldsV1" | "RawExtension" => "a".to_owned(),
            other => {
                assert!(definitions.get(name).is_some_and(|it| it["properties"].is_object()), "{other}");
                other.to_owned()
            }
        };
    }
    let format = schema["format"].as_str().unwrap_or_default();
    match (schema["type"].as_str().unwrap_or_default(), format) {
        ("array", _) => format!("[]{}", token(&schema["items"], definitions)),
        ("object", _) => format!("{{}}{}", token(&schema["additionalProperties"], definitions)),
        ("string", "byte") => "y".to_owned(),
        ("string", "date-time") => "t".to_owned(),
        ("string", _) => "s".to_owned(),
        ("boolean", _) => "b".to_owned(),
        ("integer", "int64") => "l".to_owned(),
        ("integer", _) => "i".to_owned(),
        ("number", _) => "f".to_owned(),
        _ => "a".to_owned(),
    }
}

/// `(type, field) → marks`.
fn go_facts() -> BTreeMap<(String, String), String> {
    let mut facts = BTreeMap::new();
    for line in include_str!("schema-go.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        for word in words {
            let (field, marks) = word.split_at(word.find([':', '*', '!', '=']).unwrap_or(word.len()));
            facts.insert((name.to_owned(), field.to_owned()), marks.to_owned());
        }
    }
    facts
}
