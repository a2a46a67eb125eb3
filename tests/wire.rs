//! The table of fields in `src/api/wire/fields.rs`, and the walker over it, held against `k8s-openapi`.
//!
//! `UPDATE_WIRE=1 cargo test --test wire` makes the table anew from the crate's sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Namespace, Node, Pod};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::scheduling::v1::PriorityClass;
use playground::api::{Kind, Object, yaml};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const TABLE: &str = "src/api/wire/fields.rs";

/// The types the served kinds begin with.
const ROOTS: [&str; 12] = [
    "api::apps::v1::ControllerRevision",
    "api::apps::v1::DaemonSet",
    "api::apps::v1::Deployment",
    "api::apps::v1::ReplicaSet",
    "api::apps::v1::StatefulSet",
    "api::batch::v1::Job",
    "api::core::v1::Event",
    "api::core::v1::Namespace",
    "api::core::v1::Node",
    "api::core::v1::Pod",
    "api::policy::v1::PodDisruptionBudget",
    "api::scheduling::v1::PriorityClass",
];

#[test]
fn the_table_names_every_field() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    let made = table();
    if std::env::var_os("UPDATE_WIRE").is_some() {
        std::fs::write(&file, &made).expect("the table can be written");
    }
    let stored = std::fs::read_to_string(&file).expect(TABLE);
    assert!(stored == made, "{TABLE} is out of date: UPDATE_WIRE=1 cargo test --test wire");
}

#[test]
fn recorded_objects_come_out_as_serde_writes_them() {
    let mut seen = BTreeMap::new();
    for object in recorded_objects() {
        let (version, kind) =
            (object["apiVersion"].as_str().unwrap_or_default(), object["kind"].as_str().unwrap_or_default());
        let Some(kind) = Kind::from_manifest(version, kind) else { continue };
        let ours = Object::from_value(kind, object.clone()).expect("a recorded object").to_value();
        let theirs = match kind {
            Kind::ControllerRevision => through_serde::<ControllerRevision>(object),
            Kind::DaemonSet => through_serde::<DaemonSet>(object),
            Kind::Deployment => through_serde::<Deployment>(object),
            Kind::Event => through_serde::<Event>(object),
            Kind::Job => through_serde::<Job>(object),
            Kind::Namespace => through_serde::<Namespace>(object),
            Kind::Node => through_serde::<Node>(object),
            Kind::Pod => through_serde::<Pod>(object),
            Kind::PodDisruptionBudget => through_serde::<PodDisruptionBudget>(object),
            Kind::PriorityClass => through_serde::<PriorityClass>(object),
            Kind::ReplicaSet => through_serde::<ReplicaSet>(object),
            Kind::StatefulSet => through_serde::<StatefulSet>(object),
            _ => continue,
        };
        assert_eq!(ours, theirs);
        *seen.entry(kind.name()).or_insert(0) += 1;
    }
    let typed = ROOTS.map(|root| root.rsplit("::").next().unwrap_or_default());
    let missing: Vec<_> = typed.iter().filter(|kind| !seen.contains_key(**kind)).collect();
    assert!(seen.get("DaemonSet") > Some(&10) && missing.is_empty(), "{seen:?} {missing:?}");
}

#[test]
fn wrong_shapes_are_told_with_their_place() {
    let check = |value: Value, expect: &str| {
        assert_eq!(Object::from_value(Kind::Pod, value).expect_err("a wrong shape").to_string(), expect);
    };
    check(serde_json::json!({"spec": {"containers": {}}}), "spec.containers: expected a list");
    check(serde_json::json!({"metadata": {"labels": {"a": 1}}}), "metadata.labels: expected a string");
    check(serde_json::json!([]), "expected an object");
}

fn through_serde<T: Serialize + DeserializeOwned>(object: Value) -> Value {
    let typed: T = serde_json::from_value(object).expect("serde reads it");
    serde_json::to_value(typed).expect("serde writes it")
}

/// Objects of the kinds that no recording prints, with a status where they have one.
const MORE: &str = r#"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: a}
spec:
  serviceName: a
  replicas: 0
  selector: {matchLabels: {a: b}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1, maxUnavailable: 10%}}
  volumeClaimTemplates: [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
status: {replicas: 1, currentRevision: x, conditions: [{type: T, status: "True"}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: a, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: a, uid: u, controller: true}]}
spec: {replicas: 3, selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}, template: {spec: {containers: [{name: c}]}}}
status: {replicas: 3, conditions: [{type: ReplicaFailure, status: "True", lastTransitionTime: "2026-01-05T09:00:00Z"}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: a}
spec:
  completions: 3
  podFailurePolicy: {rules: [{action: Ignore, onExitCodes: {operator: In, values: [1, 2]}}]}
  successPolicy: {rules: [{succeededCount: 1}]}
  template: {spec: {restartPolicy: Never, containers: [{name: c}]}}
status: {startTime: "2026-01-05T09:00:00Z", uncountedTerminatedPods: {succeeded: [u]}, conditions: [{type: Complete, status: "True"}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: a}
spec: {minAvailable: 50%, selector: {}}
status:
  currentHealthy: 1
  desiredHealthy: 1
  disruptionsAllowed: 0
  expectedPods: 2
  disruptedPods: {p: "2026-01-05T09:00:00Z"}
  conditions: [{type: T, status: "True", reason: R, message: m, lastTransitionTime: "2026-01-05T09:00:00Z"}]
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: a}
value: 0
globalDefault: true
---
apiVersion: v1
kind: Event
metadata: {name: a, namespace: b}
involvedObject: {kind: Pod, name: c}
eventTime: "2026-01-05T09:00:00.000001Z"
series: {count: 2}
source: {component: s}
"#;

/// Objects from all manifests and all printed YAML of the recordings, and a few more.
fn recorded_objects() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut objects = yaml::parse(MORE).expect("YAML");
    for entry in std::fs::read_dir(folder).expect("recordings") {
        let folder = entry.expect("a recording").path();
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect(file);
        let scenario = yaml::parse(&read("scenario.yaml")).expect("a scenario").remove(0);
        let mut texts: Vec<String> = scenario["files"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, text)| text.as_str().map(str::to_owned))
            .collect();
        let steps: Vec<Value> = serde_json::from_str(&read("steps.json")).expect("steps");
        let printed = steps.iter().filter(|step| step["run"].as_str().is_some_and(|run| run.ends_with("-o yaml")));
        texts.extend(printed.filter_map(|step| step["stdout"].as_str().map(str::to_owned)));
        for value in texts.iter().filter_map(|text| yaml::parse(text).ok()).flatten() {
            match value["items"].as_array() {
                Some(items) => objects.extend(items.clone()),
                None => objects.push(value),
            }
        }
    }
    // What is wrong on purpose, serde reads no more than we do.
    objects.retain(|object| {
        let kind = Kind::from_manifest(
            object["apiVersion"].as_str().unwrap_or_default(),
            object["kind"].as_str().unwrap_or_default(),
        );
        kind.is_some_and(|kind| Object::from_value(kind, object.clone()).is_ok())
    });
    objects
}

/// The table, from the sources of `k8s-openapi`.
fn table() -> String {
    let sources = sources();
    let (mut done, mut open) = (BTreeMap::new(), ROOTS.map(str::to_owned).to_vec());
    while let Some(path) = open.pop() {
        if done.contains_key(&path) {
            continue;
        }
        let (fields, uses) = read_type(&sources, &path);
        open.extend(uses);
        done.insert(path, fields);
    }
    let mut text = String::from(
        "//! The fields of Kubernetes' types. Made by `UPDATE_WIRE=1 cargo test --test wire`; not to be changed by hand.\n\n\
         #[rustfmt::skip]\nsuper::table! {\n",
    );
    // `condition.rs` names the fields of the one type without a default.
    done.retain(|path, fields| !fields.is_empty() && !path.ends_with("::meta::v1::Condition"));
    for (path, fields) in &done {
        let fields: Vec<String> = fields.iter().map(|(json, rust)| format!("\"{json}\" {rust}")).collect();
        text.push_str(&format!("    k8s_openapi::{path} {{ {} }}\n", fields.join(" ")));
    }
    text + "}\n"
}

/// A type's fields (JSON name, Rust name), and the types they use.
fn read_type(sources: &Path, path: &str) -> (Vec<(String, String)>, BTreeSet<String>) {
    let (module, name) = path.rsplit_once("::").expect("a path");
    let folder = sources.join(module.replace("::", "/"));
    let declaration = format!("pub struct {name} {{");
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let text = files
        .filter_map(|file| std::fs::read_to_string(file.expect("a file").path()).ok())
        .find(|text| text.contains(&declaration));
    // What is no struct with named fields is a value of its own (`scalars.rs`, `time.rs`).
    let Some(text) = text else { return (vec![], BTreeSet::new()) };
    let body = &text[text.find(&declaration).expect("found above")..];
    let body = &body[..body.find("\n}").expect("the end of the struct")];
    let uses = body.lines().filter(|line| line.trim_start().starts_with("pub ")).flat_map(|line| {
        line.split("crate::")
            .skip(1)
            .map(|used| used.split(|c: char| !c.is_alphanumeric() && c != ':' && c != '_').next().unwrap_or_default())
    });
    let uses = uses.map(str::to_owned).filter(|used| used.contains("::v1::")).collect();
    let json_names = text.lines().filter_map(|line| {
        let (json, key) = line.trim().strip_prefix('"')?.split_once("\" => Field::Key_")?;
        Some((json.to_owned(), key.trim_end_matches(',').to_owned()))
    });
    let declared = |field: &str| body.contains(&format!("    pub {field}: "));
    (json_names.filter(|(_, field)| declared(field)).collect(), uses)
}

/// Where cargo keeps the sources of `k8s-openapi`, for Kubernetes 1.36.
fn sources() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    // Crates that only other platforms need may not have been fetched.
    cargo.args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host()]);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo's answer");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "k8s-openapi").expect("k8s-openapi");
    Path::new(package["manifest_path"].as_str().expect("a path")).parent().expect("a folder").join("src/v1_36")
}

/// The platform that this runs on, as `rustc` calls it.
fn host() -> String {
    let printed = Command::new("rustc").arg("-vV").output().expect("rustc");
    let text = String::from_utf8(printed.stdout).expect("text");
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}
