//! What the pods of the DaemonSets need that was not given: namespaces, accounts, priorities, ConfigMaps and Secrets by their names,
//! with nothing real in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::clean;
use crate::api::names::some;
use crate::api::{kind, yaml};

/// What every cluster has anyhow.
const ALWAYS: [&str; 8] = [
    "Namespace/default",
    "Namespace/kube-node-lease",
    "Namespace/kube-public",
    "Namespace/kube-system",
    "PriorityClass/system-cluster-critical",
    "PriorityClass/system-node-critical",
    "ServiceAccount/default",
    "ConfigMap/kube-root-ca.crt",
];

/// Objects of other kinds that were given, by kind, namespace and name.
#[derive(Debug, Default)]
pub(super) struct Others(BTreeMap<Name, Value>);

type Name = (String, String, String);

impl Others {
    pub(super) fn add(&mut self, object: &Value, left_out: &mut Vec<String>) {
        let of = object["kind"].as_str().unwrap_or_default();
        let Some(known) = kind::ALL.iter().find(|known| known.name() == of) else { return };
        let (namespace, name) = super::named(object);
        let namespace = if known.is_namespaced() { namespace } else { String::new() };
        self.0.insert((of.to_owned(), namespace, name), clean(object, *known, true, left_out));
    }
}

/// The text of one file with all of it; nothing where nothing is needed.
pub(super) fn needed(
    manifests: &BTreeMap<(String, String), Value>,
    others: &Others,
    left_out: &mut Vec<String>,
) -> Option<String> {
    let mut wanted = Wanted::default();
    for ((namespace, _), manifest) in manifests {
        wanted.namespace(namespace);
        wanted.pod(namespace, &manifest["spec"]["template"]["spec"]);
    }
    let mut invented: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut texts = vec![];
    for ((kind, namespace, name), keys) in &wanted.0 {
        if ALWAYS.contains(&format!("{kind}/{name}").as_str()) {
            continue;
        }
        let given = others.0.get(&((*kind).to_owned(), namespace.clone(), name.clone()));
        let object = given.cloned().unwrap_or_else(|| {
            // A namespace is all in its name.
            if *kind != "Namespace" {
                let name = if namespace.is_empty() { name.clone() } else { format!("{namespace}/{name}") };
                invented.entry(kind).or_default().push(name);
            }
            stand_in(kind, namespace, name, keys)
        });
        texts.push(yaml::to_string(&object));
    }
    for (kind, names) in invented {
        let what = match kind {
            "PriorityClass" => "with a priority of 1000000, as nothing real was given",
            "Secret" | "ConfigMap" => "with the keys that are asked for, and nothing real in them",
            _ => "as nothing real was given",
        };
        let list = some(&names, 5);
        let many = if kind.ends_with('s') { "es" } else { "s" };
        left_out.push(match names.len() {
            1 => format!("A stand-in was made for the {kind} {list}, {what}."),
            _ => format!("Stand-ins were made for the {kind}{many} {list}, {what}."),
        });
    }
    // What lies in a namespace comes after it.
    texts.sort_by_key(|text: &String| !text.contains("\nkind: Namespace\n"));
    (!texts.is_empty()).then(|| texts.join("---\n"))
}

fn stand_in(of: &str, namespace: &str, name: &str, keys: &BTreeSet<String>) -> Value {
    let version = kind::ALL.iter().find(|known| known.name() == of).map_or("v1", |known| known.facts().api_version);
    let mut object = json!({"apiVersion": version, "kind": of, "metadata": {"name": name}});
    if !namespace.is_empty() {
        object["metadata"]["namespace"] = namespace.into();
    }
    let data = || keys.iter().map(|key| (key.clone(), Value::from("stand-in"))).collect::<serde_json::Map<_, _>>();
    match of {
        "ConfigMap" if !keys.is_empty() => object["data"] = data().into(),
        "Secret" if !keys.is_empty() => object["stringData"] = data().into(),
        "PriorityClass" => object["value"] = 1_000_000.into(),
        "RuntimeClass" => object["handler"] = name.into(),
        _ => {}
    }
    object
}

/// What is wanted, in the order in which it has to be made: kind, namespace and name, and keys of data.
#[derive(Default)]
struct Wanted(BTreeMap<(&'static str, String, String), BTreeSet<String>>);

impl Wanted {
    fn namespace(&mut self, namespace: &str) {
        self.want("Namespace", "", namespace, None);
    }

    fn want(&mut self, kind: &'static str, namespace: &str, name: &str, key: Option<&str>) {
        if !name.is_empty() {
            let keys = self.0.entry((kind, namespace.to_owned(), name.to_owned())).or_default();
            keys.extend(key.map(str::to_owned));
        }
    }

    fn pod(&mut self, namespace: &str, spec: &Value) {
        let text = |key: &str| spec[key].as_str().unwrap_or_default();
        self.want("PriorityClass", "", text("priorityClassName"), None);
        self.want("RuntimeClass", "", text("runtimeClassName"), None);
        let account = spec["serviceAccountName"].as_str().or(spec["serviceAccount"].as_str()).unwrap_or_default();
        self.want("ServiceAccount", namespace, account, None);
        for containers in ["containers", "initContainers"] {
            items(&spec[containers]).for_each(|container| self.container(namespace, container));
        }
        for volume in items(&spec["volumes"]) {
            self.source(namespace, "ConfigMap", &volume["configMap"], "name");
            self.source(namespace, "Secret", &volume["secret"], "secretName");
            for projected in items(&volume["projected"]["sources"]) {
                self.source(namespace, "ConfigMap", &projected["configMap"], "name");
                self.source(namespace, "Secret", &projected["secret"], "name");
            }
        }
    }

    fn container(&mut self, namespace: &str, container: &Value) {
        for variable in items(&container["env"]) {
            let from = &variable["valueFrom"];
            for (kind, of) in [("ConfigMap", &from["configMapKeyRef"]), ("Secret", &from["secretKeyRef"])] {
                if of["optional"] != true {
                    self.want(kind, namespace, of["name"].as_str().unwrap_or_default(), of["key"].as_str());
                }
            }
        }
        for from in items(&container["envFrom"]) {
            self.source(namespace, "ConfigMap", &from["configMapRef"], "name");
            self.source(namespace, "Secret", &from["secretRef"], "name");
        }
    }

    /// A volume or the like, unless it may be missing.
    fn source(&mut self, namespace: &str, kind: &'static str, source: &Value, name: &str) {
        if source["optional"] == true {
            return;
        }
        let name = source[name].as_str().unwrap_or_default();
        self.want(kind, namespace, name, None);
        items(&source["items"]).for_each(|item| self.want(kind, namespace, name, item["key"].as_str()));
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
