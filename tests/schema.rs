//! The table of Kubernetes' types (`src/api/schema.txt`) against `k8s-openapi`, whose types the rest of the code uses.
//!
//! `UPDATE_SCHEMA=1 cargo test --test schema` writes the table anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use k8s_openapi::api;
use k8s_openapi::schemars::SchemaGenerator;
use playground::api::kind;
use serde_json::{Map, Value};

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

/// What `kubectl explain` calls required, against what the schemas call so.
#[test]
fn explain_knows_what_is_required() {
    let facts = include_str!("../src/kubectl/explain/facts.txt");
    let word = |word: &'static str| word.split_once('!').map(|(field, _)| field);
    let said: BTreeMap<&str, BTreeSet<&str>> = facts
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, words)| (name, words.split(' ').filter_map(word).collect()))
        .collect();
    let definitions = definitions();
    for line in include_str!("../src/api/schema.txt").lines() {
        let name = line.split(' ').next().unwrap_or_default();
        // k8s-openapi wants these too, because they are no options in it.
        let is_wanted_here_only = |field: &str| {
            let may_be_unnamed =
                name.starts_with("ConfigMap") || name.starts_with("Secret") || name == "LocalObjectReference";
            field == "metadata" || (field == "name" && may_be_unnamed && name != "ConfigMapNodeConfigSource")
        };
        let required = |schema: &Value| {
            let names = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            names.filter(|name| !is_wanted_here_only(name)).map(str::to_owned).collect()
        };
        let of_name = definitions.iter().filter(|(full, _)| short(full) == name);
        let wanted: Vec<BTreeSet<String>> = of_name.map(|(_, schema)| required(schema)).collect();
        let said: BTreeSet<String> = said
            .get(name)
            .into_iter()
            .flatten()
            .filter(|name| **name != "metadata")
            .map(|name| (*name).to_owned())
            .collect();
        assert!(wanted.contains(&said), "{name}: {said:?} is said to be required, not {wanted:?}");
    }
}

/// Types that are deeper than a manifest beside a DaemonSet needs: anything goes in them.
const ANYTHING: &str = "AzureFilePersistentVolumeSource CephFSPersistentVolumeSource CertificateSigningRequestSpec \
    CinderPersistentVolumeSource CustomResourceValidation FlexPersistentVolumeSource FlowSchemaSpec \
    GlusterfsPersistentVolumeSource HorizontalPodAutoscalerBehavior ISCSIPersistentVolumeSource MetricStatus \
    PriorityLevelConfigurationSpec RBDPersistentVolumeSource ScaleIOPersistentVolumeSource ServiceReference StorageOSPersistentVolumeSource \
    TypeChecking ValidatingAdmissionPolicyBindingSpec ValidatingAdmissionPolicySpec WebhookConversion";

/// The schemas of types, by their full names.
macro_rules! definitions {
    ($($kind:ty,)*) => {{
        let mut generator = SchemaGenerator::default();
        $(generator.subschema_for::<$kind>();)*
        generator.take_definitions(false)
    }};
}

/// The schemas of every kind, and of what they hold, by their full names.
fn definitions() -> Map<String, Value> {
    definitions! {
        api::admissionregistration::v1::MutatingWebhookConfiguration,
        api::admissionregistration::v1::ValidatingAdmissionPolicy,
        api::admissionregistration::v1::ValidatingAdmissionPolicyBinding,
        api::admissionregistration::v1::ValidatingWebhookConfiguration,
        api::apps::v1::ControllerRevision,
        api::apps::v1::DaemonSet,
        api::apps::v1::Deployment,
        api::apps::v1::ReplicaSet,
        api::apps::v1::StatefulSet,
        api::autoscaling::v2::HorizontalPodAutoscaler,
        api::batch::v1::CronJob,
        api::batch::v1::Job,
        api::certificates::v1::CertificateSigningRequest,
        api::coordination::v1::Lease,
        api::core::v1::ConfigMap,
        api::core::v1::Endpoints,
        api::core::v1::Event,
        api::core::v1::LimitRange,
        api::core::v1::Namespace,
        api::core::v1::Node,
        api::core::v1::PersistentVolume,
        api::core::v1::PersistentVolumeClaim,
        api::core::v1::Pod,
        api::core::v1::PodTemplate,
        api::core::v1::ReplicationController,
        api::core::v1::ResourceQuota,
        api::core::v1::Secret,
        api::core::v1::Service,
        api::core::v1::ServiceAccount,
        api::discovery::v1::EndpointSlice,
        api::flowcontrol::v1::FlowSchema,
        api::flowcontrol::v1::PriorityLevelConfiguration,
        api::networking::v1::IPAddress,
        api::networking::v1::Ingress,
        api::networking::v1::IngressClass,
        api::networking::v1::NetworkPolicy,
        api::networking::v1::ServiceCIDR,
        api::node::v1::RuntimeClass,
        api::policy::v1::PodDisruptionBudget,
        api::rbac::v1::ClusterRole,
        api::rbac::v1::ClusterRoleBinding,
        api::rbac::v1::Role,
        api::rbac::v1::RoleBinding,
        api::scheduling::v1::PriorityClass,
        api::storage::v1::CSIDriver,
        api::storage::v1::CSINode,
        api::storage::v1::CSIStorageCapacity,
        api::storage::v1::StorageClass,
        api::storage::v1::VolumeAttachment,
        api::storage::v1::VolumeAttributesClass,
        k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition,
        k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService,
    }
}

fn table() -> String {
    let definitions = definitions();
    let facts = go_facts();
    let mut used = BTreeSet::new();
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    let is_kind = |name: &str| kind::ALL.iter().any(|kind| kind.name() == name);
    let mut open: Vec<&String> = definitions.keys().filter(|full| is_kind(&short(full))).collect();
    let mut done = BTreeSet::new();
    while let Some(full) = open.pop() {
        if !done.insert(full) {
            continue;
        }
        let name = short(full);
        let none = Map::new();
        let properties = definitions[full]["properties"].as_object().unwrap_or(&none);
        // Every kind has these two; k8s-openapi leaves them out.
        let of_kinds = ["apiVersion", "kind"].into_iter().filter(|_| is_kind(&name));
        let names: BTreeSet<&str> = properties.keys().map(String::as_str).chain(of_kinds).collect();
        let in_order = facts.get(&name).unwrap_or_else(|| panic!("tests/schema-go.txt has no {name}: {names:?}"));
        assert_eq!(names, in_order.iter().map(|(field, _)| field.as_str()).collect(), "the fields of {name}");
        used.insert(name.clone());
        let mut line = String::new();
        for (field, marks) in in_order {
            let schema = properties.get(field);
            let token = schema.map_or_else(|| "s".to_owned(), |schema| token(schema, &definitions));
            // What the token names is written down too.
            let inner = token.trim_start_matches(['[', ']', '{', '}']);
            open.extend(
                schema
                    .and_then(named_in)
                    .and_then(|full| definitions.get_key_value(full))
                    .filter(|(full, _)| short(full) == inner)
                    .map(|(full, _)| full),
            );
            write!(line, " {field} {token}{marks}").expect("memory");
        }
        let fields = |line: &str| line.split(' ').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        match lines.get(&name) {
            // The same type of another group.
            Some(other) => assert!(fields(other) == fields(&line), "two types are called {name}:{other}\n{line}"),
            None => drop(lines.insert(name, line)),
        }
    }
    let stale: Vec<_> = facts.keys().filter(|name| !used.contains(*name)).collect();
    assert!(stale.is_empty(), "facts about types that are not: {stale:?}");
    lines.iter().fold(String::new(), |table, (name, line)| table + name + line + "\n")
}

/// The full name of the type that a field holds, or holds a list or map of.
fn named_in(schema: &Value) -> Option<&str> {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    match reference {
        Some(path) => path.rsplit('/').next(),
        None => ["items", "additionalProperties"].iter().find_map(|inside| named_in(schema.get(inside)?)),
    }
}

/// `io.k8s.api.core.v1.PodSpec` → `PodSpec`.
fn short(name: &str) -> String {
    name.rsplit(['.', '/']).next().unwrap_or_default().to_owned()
}

fn token(schema: &Value, definitions: &Map<String, Value>) -> String {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
    if let Some(name) = reference.and_then(|path| path.rsplit('/').next()) {
        return match short(name).as_str() {
            "Quantity" => "q".to_owned(),
            "IntOrString" => "x".to_owned(),
            "Time" => "t".to_owned(),
            "MicroTime" => "u".to_owned(),
            "FieldsV1" | "RawExtension" | "CustomResourceSubresourceStatus" => "a".to_owned(),
            deep if ANYTHING.split(' ').any(|name| name == deep) => "a".to_owned(),
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

/// `type → (field, marks)`, the fields in Go's order.
fn go_facts() -> BTreeMap<String, Vec<(String, String)>> {
    let field = |word: &str| {
        let (field, marks) = word.split_at(word.find([':', '*', '!', '=']).unwrap_or(word.len()));
        (field.to_owned(), marks.to_owned())
    };
    let lines = include_str!("schema-go.txt").lines().filter_map(|line| line.split_once(' '));
    lines
        .filter(|(name, _)| *name != "#")
        .map(|(name, rest)| (name.to_owned(), rest.split(' ').map(field).collect()))
        .collect()
}
