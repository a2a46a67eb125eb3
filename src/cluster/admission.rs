//! What the API server's admission plugins add to an object before it is stored.

mod runtime_class;

use std::collections::BTreeMap;
use std::rc::Rc;

use k8s_openapi::api::core::v1::ResourceRequirements;

use super::{Rng, Store};
use crate::api::pod_status::QosClass;
use crate::api::quantity::Amount;
use crate::api::{
    ApiError, Key, Kind, Node, Object, Pod, PodSpec, PriorityClass, Quantity, Resource, Stored, Taint, Toleration, wire,
};

/// How long a pod tolerates a node that is not ready or unreachable, if it does not say (`DefaultTolerationSeconds`).
const DEFAULT_TOLERATION_SECONDS: i64 = 300;

/// What is said of a container of which nothing is said.
const NOTHING: &ResourceRequirements = &ResourceRequirements { claims: None, limits: None, requests: None };

/// Runs the plugins that change objects of this kind.
///
/// # Errors
/// [`ApiError::Forbidden`] where a plugin refuses.
pub(super) fn admit(object: &mut Object, store: &Store, rng: &mut Rng) -> Result<(), ApiError> {
    match object {
        Object::Pod(pod) => admit_pod(Rc::make_mut(pod), store, rng),
        Object::PriorityClass(class) => admit_class(class, store),
        Object::Stored(claim) if claim.kind == Kind::PersistentVolumeClaim => {
            default_storage(Rc::make_mut(claim), store);
            Ok(())
        }
        Object::Node(node) => {
            taint_until_ready(Rc::make_mut(node));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Runs the plugins that look at changes: a pod keeps the priority it was given, and gets back what it has to tolerate.
///
/// # Errors
/// [`ApiError::Forbidden`] where a plugin refuses.
pub(super) fn admit_update(object: &mut Object, old: &Object, store: &Store) -> Result<(), ApiError> {
    match (object, old) {
        (Object::PriorityClass(class), _) => admit_class(class, store),
        (Object::Pod(pod), Object::Pod(old)) => {
            let spec = Rc::make_mut(pod).spec.get_or_insert_default();
            if let Some(old) = &old.spec {
                spec.priority = spec.priority.or(old.priority);
                if spec.preemption_policy.is_none() {
                    spec.preemption_policy.clone_from(&old.preemption_policy);
                }
            }
            tolerate_node_trouble(spec);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// `Guaranteed`, `Burstable` or `BestEffort` (`pkg/apis/core/v1/helper/qos/qos.go`).
pub(super) fn qos_class(pod: &Pod) -> QosClass {
    let Some(spec) = &pod.spec else {
        return QosClass::BestEffort;
    };
    let spec = spec.common();
    // What is said of the pod as a whole counts instead of what is said of its containers.
    let of_containers = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let all: Vec<&ResourceRequirements> = match &spec.resources {
        Some(whole) => vec![whole],
        None => of_containers.map(|container| container.resources.as_ref().unwrap_or(NOTHING)).collect(),
    };
    let amount = |list: &Option<BTreeMap<String, Quantity>>, name: &str| {
        list.as_ref().and_then(|list| list.get(name)).map_or(Amount::ZERO, Amount::of)
    };
    let [mut is_bare, mut is_full] = [true; 2];
    for name in ["cpu", "memory"] {
        let requests = all.iter().fold(Amount::ZERO, |sum, it| sum.plus(amount(&it.requests, name)));
        let limits = all.iter().fold(Amount::ZERO, |sum, it| sum.plus(amount(&it.limits, name)));
        is_bare &= requests.is_zero() && limits.is_zero();
        is_full &= requests == limits && all.iter().all(|it| !amount(&it.limits, name).is_zero());
    }
    match (is_bare, is_full) {
        (true, _) => QosClass::BestEffort,
        (_, true) => QosClass::Guaranteed,
        _ => QosClass::Burstable,
    }
}

fn admit_pod(pod: &mut Pod, store: &Store, rng: &mut Rng) -> Result<(), ApiError> {
    // A name that the server is still to make up is told by its beginning.
    let name = pod.metadata.generate_name.clone().or_else(|| pod.metadata.name.clone()).unwrap_or_default();
    let namespace = pod.metadata.namespace.clone().unwrap_or_default();
    let spec = pod.spec.get_or_insert_default();
    let token = admit_spec(spec, &namespace, store, rng)
        .map_err(|why| ApiError::Forbidden(format!("pods \"{name}\" is forbidden: {why}")))?;
    if let Some(volume) = token {
        spec.mount_token(&volume);
    }
    Ok(())
}

/// Says how the volume is called that is to hold the pod's token, if it gets one.
fn admit_spec(spec: &mut PodSpec, namespace: &str, store: &Store, rng: &mut Rng) -> Result<Option<String>, String> {
    let token = set_account(spec, namespace, store)?.then(|| token_volume(rng));
    set_priority(spec, store)?;
    tolerate_node_trouble(spec);
    runtime_class::admit(spec, store)?;
    Ok(token)
}

/// A name for the volume that holds a pod's token.
pub(super) fn token_volume(rng: &mut Rng) -> String {
    rng.named("kube-api-access-", 5)
}

/// `ServiceAccount` (`plugin/pkg/admission/serviceaccount/admission.go`). Says whether the pod gets a token.
fn set_account(spec: &mut PodSpec, namespace: &str, store: &Store) -> Result<bool, String> {
    let name = spec.service_account_name.get_or_insert_with(|| "default".to_owned()).clone();
    let account = store.object(&Key::new(Kind::ServiceAccount, namespace, &name)).and_then(Object::stored);
    let Some(account) = account else {
        let missing = format!("serviceaccount \"{name}\" not found");
        return Err(format!("error looking up service account {namespace}/{name}: {missing}"));
    };
    spec.service_account = Some(name);
    let mounts = spec.automount_service_account_token.or_else(|| account.field("automountServiceAccountToken").as_bool());
    if spec.image_pull_secrets.as_ref().is_none_or(Vec::is_empty) {
        spec.image_pull_secrets = wire::from_value(account.field("imagePullSecrets").clone()).ok().flatten();
    }
    Ok(mounts != Some(false))
}

/// `Priority` (`plugin/pkg/admission/priority/admission.go`).
fn set_priority(spec: &mut PodSpec, store: &Store) -> Result<(), String> {
    let class = match spec.priority_class_name.as_deref().filter(|class| !class.is_empty()) {
        None => default_class(store),
        Some(name) => {
            let class = store.get::<PriorityClass>("", name);
            Some(class.ok_or_else(|| format!("no PriorityClass with name {name} was found"))?)
        }
    };
    let value = class.and_then(|class| class.value).unwrap_or(0);
    let policy = class.map_or("PreemptLowerPriority", |class| class.preemption_policy.as_deref().unwrap_or_default());
    let must_not = "must not be provided in pod spec; priority admission controller computed";
    let from = "from the given PriorityClass name";
    if let Some(given) = spec.priority.filter(|given| *given != value) {
        return Err(format!("the integer value of priority ({given}) {must_not} {value} {from}"));
    }
    if let Some(given) = spec.preemption_policy.as_deref().filter(|given| !policy.is_empty() && *given != policy) {
        return Err(format!("the string value of PreemptionPolicy ({given}) {must_not} {policy} {from}"));
    }
    spec.priority_class_name = class.and_then(|class| class.metadata.name.clone());
    spec.priority = Some(value);
    spec.preemption_policy = Some(policy.to_owned()).filter(|policy| !policy.is_empty());
    Ok(())
}

/// The class of pods that name none: of several, the one with the lowest value.
fn default_class(store: &Store) -> Option<&Rc<PriorityClass>> {
    store.list::<PriorityClass>().filter(|class| class.global_default == Some(true)).min_by_key(|class| class.value)
}

fn admit_class(class: &PriorityClass, store: &Store) -> Result<(), ApiError> {
    let other = default_class(store).filter(|other| class.global_default == Some(true) && other.name() != class.name());
    other.map_or(Ok(()), |other| {
        let why = format!("PriorityClass {} is already marked as default. Only one default can exist", other.name());
        Err(ApiError::Forbidden(format!("priorityclasses.scheduling.k8s.io {:?} is forbidden: {why}", class.name())))
    })
}

/// `DefaultStorageClass` (`plugin/pkg/admission/storage/storageclass/setdefault/admission.go`): of several defaults, the newest.
fn default_storage(claim: &mut Stored, store: &Store) {
    const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";
    let is_default = |class: &&Object| {
        class.meta().annotations.as_ref().and_then(|all| all.get(IS_DEFAULT)).is_some_and(|it| it == "true")
    };
    let defaults = store.objects(Kind::StorageClass).filter(is_default);
    let class = defaults.max_by_key(|class| class.meta().creation_timestamp.as_ref().map(|time| time.0));
    if let (Some(class), Some(spec)) = (class, claim.fields.get_mut("spec").and_then(|spec| spec.as_object_mut())) {
        spec.entry("storageClassName").or_insert_with(|| class.name().into());
    }
}

/// `DefaultTolerationSeconds` (`plugin/pkg/admission/defaulttolerationseconds/admission.go`).
fn tolerate_node_trouble(spec: &mut PodSpec) {
    let tolerations = spec.tolerations.get_or_insert_default();
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let tolerated = tolerations.iter().any(|toleration| {
            let same_key = toleration.key.as_deref().is_none_or(|k| k == key || k.is_empty());
            let same_effect = toleration.effect.as_deref().is_none_or(|e| e == "NoExecute" || e.is_empty());
            same_key && same_effect
        });
        if !tolerated {
            tolerations.push(Toleration {
                key: Some(key.to_owned()),
                operator: Some("Exists".to_owned()),
                effect: Some("NoExecute".to_owned()),
                toleration_seconds: Some(DEFAULT_TOLERATION_SECONDS),
                value: None,
            });
        }
    }
}

/// `TaintNodesByCondition` (`plugin/pkg/admission/nodetaint/admission.go`): a new node is kept free until the node lifecycle
/// controller has seen it ready.
fn taint_until_ready(node: &mut Node) {
    let taints = node.spec.get_or_insert_default().taints.get_or_insert_default();
    if !taints.iter().any(|taint| taint.key == "node.kubernetes.io/not-ready") {
        taints.push(Taint {
            key: "node.kubernetes.io/not-ready".to_owned(),
            effect: "NoSchedule".to_owned(),
            ..Taint::default()
        });
    }
}
