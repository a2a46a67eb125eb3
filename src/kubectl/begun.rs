//! What stands in a real cluster from its beginning, or follows from what stands there, and is stored nowhere here: it is computed
//! when somebody asks (a kubelet's lease would be a write every ten seconds a node), or said to be missing.

use serde_json::{Value, json};

use super::error::{Failure, Result};
use super::resource::{self, Filter, Request};
use super::{Context, Output, in_order};
use crate::api::table::hash;
use crate::api::{ApiError, Key, Kind, Object, ObjectMeta, OwnerReference, Stored, StringMap, Time};
use crate::cluster::Rng;
use crate::sim::Simulation;

/// Where the leases of nodes are.
const LEASES: &str = "kube-node-lease";
/// The groups that the API server serves itself: what an APIService is called, the priority of its group, that of its version
/// (`pkg/controlplane/apiserver/aggregator.go`).
const SERVED: &str = "\
v1. 18000 1
v1.admissionregistration.k8s.io 16700 15
v1.apiextensions.k8s.io 16700 15
v1.apps 17800 15
v1.authentication.k8s.io 17700 15
v1.authorization.k8s.io 17600 15
v1.autoscaling 17500 15
v1.batch 17400 15
v1.certificates.k8s.io 17300 15
v1.coordination.k8s.io 16500 15
v1.discovery.k8s.io 16200 15
v1.events.k8s.io 17750 15
v1.flowcontrol.apiserver.k8s.io 16100 21
v1.networking.k8s.io 17200 15
v1.node.k8s.io 16300 15
v1.policy 17100 15
v1.rbac.authorization.k8s.io 17000 15
v1.resource.k8s.io 16200 21
v1.scheduling.k8s.io 16600 15
v1.storage.k8s.io 16800 15
v2.autoscaling 17500 30";

/// The objects that a request means, computed ones among them, and what was not found; says what a real cluster has beside them.
#[inline(never)]
pub(crate) fn fetch(
    context: &Context<'_>,
    request: &Request,
    filter: &Filter,
    out: &mut Output,
) -> Result<(Vec<Object>, Vec<Failure>)> {
    let (mut objects, mut failures) = (vec![], vec![]);
    match request {
        Request::Kinds(kinds) => {
            for &kind in kinds {
                let (stored, _) = resource::fetch(context, &Request::Kinds(vec![kind]), filter)?;
                objects.extend(with_computed(context.sim, kind, stored, filter));
            }
            if objects.is_empty() {
                kinds.iter().for_each(|&kind| say_what_is_missing(kind, filter.namespace.as_deref(), None, out));
            }
        }
        Request::Names(names) => {
            for named in names {
                let (stored, missing) = resource::fetch(context, &Request::Names(vec![named.clone()]), filter)?;
                let (kind, name) = named;
                let namespace = filter.namespace.as_deref();
                let computed = stored.is_empty().then(|| computed(context.sim, *kind, namespace, name)).flatten();
                match computed {
                    Some(object) => objects.push(object),
                    None => {
                        if !missing.is_empty() {
                            say_what_is_missing(*kind, namespace, Some(name), out);
                        }
                        failures.extend(missing);
                        objects.extend(stored);
                    }
                }
            }
        }
    }
    Ok((objects, failures))
}

/// Refuses to watch what is computed.
#[inline(never)]
pub(crate) fn refuse_watch(context: &Context<'_>, request: &Request, filter: &Filter) -> Result<()> {
    let has_some = |kind: Kind| !with_computed(context.sim, kind, vec![], filter).is_empty();
    let found = match request {
        Request::Kinds(kinds) => kinds.iter().find(|kind| has_some(**kind)),
        Request::Names(names) => names
            .iter()
            .find(|(kind, name)| computed(context.sim, *kind, filter.namespace.as_deref(), name).is_some())
            .map(|(kind, _)| kind),
    };
    found.map_or(Ok(()), |kind| {
        let plural = kind.plural();
        Err(Failure::refused(format_args!(
            "the playground computes its {plural} when they are asked for: nothing tells of their changes, `watch kubectl get {plural}` \
             asks again"
        )))
    })
}

/// Whether the object of a key is computed.
pub(crate) fn is_computed(sim: &Simulation, key: &Key) -> bool {
    computed(sim, key.kind, Some(&key.namespace), &key.name).is_some()
}

/// What is said of a computed object that is to be changed.
pub(crate) fn cannot_change(key: &Key) -> Failure {
    Failure::refused(format_args!(
        "the playground computes {} {:?} when it is asked for: it cannot be changed",
        key.kind.resource(),
        &*key.name
    ))
}

/// Says of computed objects that they cannot be changed, instead of that they are not there.
#[inline(never)]
pub(crate) fn cannot_find(sim: &Simulation, namespace: &str, failures: &mut [Failure]) {
    for failure in failures {
        let Failure::Server { error: ApiError::NotFound(kind, name), .. } = &*failure else { continue };
        let key = Key::new(*kind, namespace, name);
        if is_computed(sim, &key) {
            *failure = cannot_change(&key);
        }
    }
}

fn with_computed(sim: &Simulation, kind: Kind, stored: Vec<Object>, filter: &Filter) -> Vec<Object> {
    let store = sim.cluster().store();
    let more: Vec<Object> =
        all(sim, kind).into_iter().filter(|object| filter.passes(object) && store.object(&object.key()).is_none()).collect();
    if more.is_empty() {
        return stored;
    }
    let both: Vec<Object> = stored.into_iter().chain(more).collect();
    let mut order: Vec<&Object> = both.iter().collect();
    in_order(&mut order, &|a, b| (a.namespace(), a.name()).cmp(&(b.namespace(), b.name())));
    order.into_iter().cloned().collect()
}

/// The computed object of this name, if nobody has stored one.
fn computed(sim: &Simulation, kind: Kind, namespace: Option<&str>, name: &str) -> Option<Object> {
    let namespace = if kind.is_namespaced() { namespace? } else { "" };
    if sim.cluster().store().object(&Key::new(kind, namespace, name)).is_some() {
        return None;
    }
    all(sim, kind).into_iter().find(|object| object.name() == name && object.namespace() == namespace)
}

/// Everything of a kind that is computed.
fn all(sim: &Simulation, kind: Kind) -> Vec<Object> {
    match kind {
        Kind::Lease => of_nodes(sim, lease),
        Kind::CSINode => of_nodes(sim, csi_node),
        Kind::IPAddress => addresses(sim),
        Kind::ServiceCIDR => vec![range(sim)],
        Kind::APIService => api_services(sim),
        _ => vec![],
    }
}

/// What each node with a kubelet has.
fn of_nodes(sim: &Simulation, make: fn(&Simulation, &Object, &str) -> Option<Stored>) -> Vec<Object> {
    let nodes = sim.cluster().store().objects(Kind::Node);
    let made = nodes.filter_map(|node| {
        let mut made = make(sim, node, node.name())?;
        made.metadata.owner_references = Some(vec![OwnerReference {
            api_version: "v1".to_owned(),
            kind: "Node".to_owned(),
            name: node.name().to_owned(),
            uid: node.meta().uid.clone().unwrap_or_default(),
            ..OwnerReference::default()
        }]);
        // The store keeps a node's version beside its metadata.
        let known = ObjectMeta { resource_version: node.resource_version(), ..node.meta().clone() };
        Some(settled(made, &known))
    });
    made.collect()
}

/// That a kubelet is alive (`pkg/kubelet/nodelease`): when it last said so.
fn lease(sim: &Simulation, _: &Object, name: &str) -> Option<Stored> {
    let renewed = sim.last_heartbeat(name)?.timestamp();
    let spec = json!({"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": format!("{renewed:.6}")});
    Some(Stored::new(Kind::Lease, LEASES, name, json!({"spec": spec})))
}

/// The drivers of a node: none.
fn csi_node(sim: &Simulation, _: &Object, name: &str) -> Option<Stored> {
    sim.last_heartbeat(name)?;
    Some(Stored::new(Kind::CSINode, "", name, json!({"spec": {"drivers": null}})))
}

/// The addresses of Services (`pkg/registry/core/service/ipallocator`).
fn addresses(sim: &Simulation) -> Vec<Object> {
    let of_service = |service: &Object| {
        let value = service.to_value();
        let addresses = value["spec"]["clusterIPs"].as_array().cloned().unwrap_or_default();
        let address = |address: &Value| {
            let address = address.as_str().filter(|address| *address != "None")?;
            let parent = json!({"name": service.name(), "namespace": service.namespace(), "resource": "services"});
            let mut made = Stored::new(Kind::IPAddress, "", address, json!({"spec": {"parentRef": parent}}));
            let family = if address.contains(':') { "IPv6" } else { "IPv4" };
            made.metadata.labels = labels(&[
                ("ipaddress.kubernetes.io/ip-family", family),
                ("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"),
            ]);
            Some(settled(made, service.meta()))
        };
        addresses.iter().filter_map(address).collect::<Vec<_>>()
    };
    sim.cluster().store().objects(Kind::Service).flat_map(of_service).collect()
}

/// Where those come from.
fn range(sim: &Simulation) -> Object {
    let beginning = beginning(sim);
    let ready = json!({"lastTransitionTime": written(beginning.creation_timestamp.as_ref()),
        "message": "Kubernetes Service CIDR is ready", "reason": "", "status": "True", "type": "Ready"});
    let fields = json!({"spec": {"cidrs": ["10.96.0.0/12"]}, "status": {"conditions": [ready]}});
    let mut made = Stored::new(Kind::ServiceCIDR, "", "kubernetes", fields);
    made.metadata.finalizers = Some(vec!["networking.k8s.io/service-cidr-finalizer".to_owned()]);
    settled(made, &beginning)
}

/// What the API server serves, by group and version.
fn api_services(sim: &Simulation) -> Vec<Object> {
    let beginning = beginning(sim);
    let mut services = vec![];
    for row in SERVED.lines() {
        let mut words = row.split(' ');
        let (name, mut number) =
            (words.next().unwrap_or_default(), || words.next().and_then(|word| word.parse::<i32>().ok()));
        services.push(api_service(name, number(), number(), "onstart", &beginning));
    }
    for kind in sim.cluster().custom_kinds() {
        let Kind::Custom(custom) = kind else { continue };
        for version in &custom.definition.versions {
            let (group, version) = version.split_once('/').unwrap_or_default();
            services.push(api_service(&[version, group].join("."), Some(1000), Some(100), "true", &beginning));
        }
    }
    services
}

fn api_service(
    name: &str,
    group_priority: Option<i32>,
    priority: Option<i32>,
    managed: &str,
    beginning: &ObjectMeta,
) -> Object {
    let (version, group) = name.split_once('.').unwrap_or((name, ""));
    let mut spec = json!({"groupPriorityMinimum": group_priority, "version": version, "versionPriority": priority});
    if !group.is_empty() {
        spec["group"] = group.into();
    }
    let available = json!({"lastTransitionTime": written(beginning.creation_timestamp.as_ref()),
        "message": "Local APIServices are always available", "reason": "Local", "status": "True", "type": "Available"});
    let mut made = Stored::new(Kind::APIService, "", name, json!({"spec": spec, "status": {"conditions": [available]}}));
    made.metadata.labels = labels(&[("kube-aggregator.kubernetes.io/automanaged", managed)]);
    settled(made, beginning)
}

/// What the namespace `default` knows of when the cluster began.
fn beginning(sim: &Simulation) -> ObjectMeta {
    let default = sim.cluster().store().object(&Key::new(Kind::Namespace, "", "default"));
    default.map(|namespace| namespace.meta().clone()).unwrap_or_default()
}

/// As old as what it follows from.
fn settled(mut made: Stored, from: &ObjectMeta) -> Object {
    let name = made.metadata.name.as_deref().unwrap_or_default();
    let uid = Rng::new(hash(&[made.kind.plural(), name, from.uid.as_deref().unwrap_or_default()])).uid().to_string();
    made.metadata.uid = Some(uid);
    made.metadata.creation_timestamp.clone_from(&from.creation_timestamp);
    made.metadata.resource_version.clone_from(&from.resource_version);
    made.into()
}

fn labels(pairs: &[(&str, &str)]) -> Option<StringMap> {
    Some(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
}

fn written(time: Option<&Time>) -> Value {
    time.map_or(Value::Null, |time| format!("{:.0}", time.0).into())
}

/// Says what a real cluster has where nothing is found here: roles, as nobody is asked for theirs, and the queues of the API server.
fn say_what_is_missing(kind: Kind, namespace: Option<&str>, name: Option<&str>, out: &mut Output) {
    let is_there = match kind {
        Kind::ClusterRole | Kind::ClusterRoleBinding => {
            name.is_none_or(|name| name.starts_with("system:") || ["admin", "cluster-admin", "edit", "view"].contains(&name))
        }
        Kind::Role | Kind::RoleBinding => {
            namespace.is_none_or(|namespace| ["kube-public", "kube-system"].contains(&namespace))
                && name.is_none_or(|name| name.starts_with("system:"))
        }
        Kind::FlowSchema | Kind::PriorityLevelConfiguration => true,
        Kind::Lease => name.is_none() && namespace == Some("kube-system"),
        _ => false,
    };
    if is_there {
        out.warn(format_args!("the playground has none of the {} that a real cluster begins with\n", kind.plural()));
    }
}
