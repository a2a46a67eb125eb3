//! Which pods answer for a Service: its Endpoints (`pkg/controller/endpoint/endpoints_controller.go`) and its EndpointSlices
//! (`staging/src/k8s.io/endpointslice/reconciler.go`).
//!
//! Left out are hints by zone and the cut of Endpoints at a thousand addresses. The two controllers look at the same time here.

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::pods::{condition, is_terminal};
use super::{Desk, Work};
use crate::api::demand::is_sidecar;
use crate::api::{Key, Kind, Object, OwnerReference, Pod, Resource, Stored, StringMap};
use crate::cluster::{Change, ChangeKind, Cluster, DeleteOptions};

/// From a change to the look it wakes: what many pods of a Service do at once is seen together.
const NOTICE: Duration = Duration::from_millis(20);
/// How many endpoints a slice holds (`--max-endpoints-per-slice`).
const MOST: usize = 100;
const HEADLESS: &str = "service.kubernetes.io/headless";
const SERVICE_NAME: &str = "kubernetes.io/service-name";
const TRIGGER_TIME: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The Services that select pods.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoints {
    services: Vec<Known>,
}

#[derive(Clone, Debug)]
struct Known {
    key: Key,
    selector: StringMap,
    /// When each pod last became ready or not, as far as was seen; nothing before the first look.
    seen: Option<Vec<(String, Timestamp)>>,
}

impl Known {
    fn selects(&self, pod: &Object) -> bool {
        let labels = pod.head().labels();
        let has = |(key, value): (&String, &String)| labels.and_then(|labels| labels.get(key)) == Some(value);
        self.key.namespace == *pod.namespace() && self.selector.iter().all(has)
    }
}

impl Endpoints {
    /// Whether a change of this Service or pod can make a difference: as long as no Service selects anything, only one that does.
    pub(super) fn concerns(&self, object: &Object) -> bool {
        !self.services.is_empty() || object.stored().is_some_and(|service| service.field("spec").get("selector").is_some())
    }

    /// A Service that is new, changed or gone.
    pub(super) fn observe(&mut self, desk: &mut Desk<'_>, change: &Change) {
        let key = change.key();
        let selector = change.object.stored().and_then(selector).filter(|_| change.kind != ChangeKind::Deleted);
        let place = self.services.iter().position(|known| known.key == key);
        match (selector, place) {
            (Some(selector), Some(place)) => self.services[place].selector = selector,
            (Some(selector), None) => self.services.push(Known { key: key.clone(), selector, seen: None }),
            (None, Some(place)) => drop(self.services.remove(place)),
            (None, None) => {}
        }
        desk.later(NOTICE, Work::Sync(key));
    }

    /// A pod that may answer for some Service.
    pub(super) fn observe_pod(&self, desk: &mut Desk<'_>, change: &Change) {
        for known in &self.services {
            if [Some(&change.object), change.before.as_ref()].into_iter().flatten().any(|pod| known.selects(pod)) {
                desk.later(NOTICE, Work::Sync(known.key.clone()));
            }
        }
    }

    /// A look at a Service.
    pub(super) fn sync(&mut self, desk: &mut Desk<'_>, key: &Key) {
        let store = desk.cluster.store();
        let Some(service) = store.object(key).and_then(Object::stored).cloned() else {
            // Its slices go with their owner.
            let endpoints = Key::new(Kind::Endpoints, &key.namespace, &key.name);
            let _ = desk.cluster.delete(&endpoints, &DeleteOptions::default());
            return;
        };
        let Some(known) = self.services.iter_mut().find(|known| known.key == *key) else { return };
        let pods = store.objects(Kind::Pod).filter(|pod| known.selects(pod)).filter_map(Pod::of);
        let pods: Vec<Rc<Pod>> = pods.filter(|pod| !is_terminal(pod) && address(pod).is_some()).cloned().collect();
        let time = known.trigger_time(&service, &pods);
        write_endpoints(desk.cluster, &service, &pods, time);
        write_slices(desk.cluster, &service, &pods, time);
    }
}

impl Known {
    /// When what is to be written began (`util/trigger_time_tracker.go`).
    fn trigger_time(&mut self, service: &Stored, pods: &[Rc<Pod>]) -> Option<Timestamp> {
        let since = |pod: &Rc<Pod>| Some((pod.name().to_owned(), condition(pod, "Ready")?.since?));
        let now: Vec<(String, Timestamp)> = pods.iter().filter_map(since).collect();
        match self.seen.replace(now.clone()) {
            None => service.metadata.creation_timestamp.as_ref().map(|time| time.0),
            Some(before) => now.into_iter().filter(|seen| !before.contains(seen)).map(|(_, time)| time).min(),
        }
    }
}

/// What a Service selects; nothing where it selects none or is but a name of something else.
fn selector(service: &Stored) -> Option<StringMap> {
    let spec = service.field("spec");
    let pairs = spec["selector"].as_object().filter(|_| spec["type"] != "ExternalName")?.iter();
    Some(pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect())
}

fn address(pod: &Pod) -> Option<&str> {
    pod.status.as_ref()?.address()
}

fn publishes_unready(service: &Stored) -> bool {
    service.field("spec")["publishNotReadyAddresses"] == true
}

/// The ports of a pod that a Service means.
fn ports(service: &Stored, pod: &Pod) -> Vec<Value> {
    let mut found = vec![];
    for port in service.field("spec")["ports"].as_array().into_iter().flatten() {
        let number = port["targetPort"].as_str().map_or_else(
            || port["targetPort"].as_i64().and_then(|number| i32::try_from(number).ok()),
            |name| named_port(pod, name, port["protocol"].as_str().unwrap_or("TCP")),
        );
        let Some(number) = number else { continue };
        let mut it = json!({"name": port.get("name").unwrap_or(&json!("")), "port": number, "protocol": port["protocol"]});
        if let Some(protocol) = port.get("appProtocol") {
            it["appProtocol"] = protocol.clone();
        }
        found.push(it);
    }
    found
}

fn named_port(pod: &Pod, name: &str, protocol: &str) -> Option<i32> {
    let spec = pod.spec.as_ref()?.common();
    let init = spec.init_containers.iter().flatten();
    let sidecars = init.filter(|container| is_sidecar(container));
    let ports = spec.containers.iter().chain(sidecars).flat_map(|container| container.ports.iter().flatten());
    let is_it = |protocol_: Option<&str>| protocol_.unwrap_or("TCP") == protocol;
    let mut ports = ports.filter(|port| port.name.as_deref() == Some(name) && is_it(port.protocol.as_deref()));
    ports.next().map(|port| port.container_port)
}

/// Where a pod is found, but for its address.
fn whereabouts(service: &Stored, pod: &Pod) -> Value {
    let target = json!({"kind": "Pod", "name": pod.name(), "namespace": pod.namespace(), "uid": pod.uid()});
    let spec = pod.spec.as_ref();
    let mut it = json!({"nodeName": spec.and_then(|spec| spec.node_name()), "targetRef": target});
    let common = spec.map(|spec| spec.common());
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let domain = common.and_then(|spec| text(&spec.subdomain));
    if let Some(name) = common.and_then(|spec| text(&spec.hostname)).filter(|_| domain == service.metadata.name) {
        it["hostname"] = name.into();
    }
    it
}

/// Two texts about pods, put together.
fn with(mut it: Value, field: &str, value: Value) -> Value {
    it[field] = value;
    it
}

/// The labels of what belongs to a Service.
fn labels(service: &Stored, own: &[(&str, &str)]) -> Option<StringMap> {
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.remove(HEADLESS);
    if matches!(service.field("spec")["clusterIP"].as_str(), None | Some("" | "None")) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    labels.extend(own.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    Some(labels)
}

/// Writes what is new or different, and when that began.
fn write(cluster: &mut Cluster, old: Option<&Stored>, mut new: Stored, time: Option<Timestamp>) {
    if old.is_some_and(|old| old.fields == new.fields && old.metadata.labels == new.metadata.labels) {
        return;
    }
    let annotations = new.metadata.annotations.get_or_insert_default();
    annotations.remove(TRIGGER_TIME);
    annotations.extend(time.map(|time| (TRIGGER_TIME.to_owned(), time.to_string())));
    new.metadata.annotations = new.metadata.annotations.filter(|annotations| !annotations.is_empty());
    // A namespace that is being deleted takes nothing in any more.
    let _ = if old.is_some() { cluster.update(new) } else { cluster.create(new) };
}

fn write_endpoints(cluster: &mut Cluster, service: &Stored, pods: &[Rc<Pod>], time: Option<Timestamp>) {
    let (namespace, name) = (service.metadata.namespace.as_deref(), service.metadata.name.as_deref());
    let key = Key::new(Kind::Endpoints, namespace.unwrap_or_default(), name.unwrap_or_default());
    let old = cluster.store().object(&key).and_then(Object::stored).cloned();
    let mut new = old.clone().unwrap_or_else(|| Stored::new(Kind::Endpoints, &key.namespace, &key.name, json!({})));
    let subsets = subsets(service, pods);
    new.fields.remove("subsets");
    if !subsets.is_empty() {
        new.fields.insert("subsets".to_owned(), subsets.into());
    }
    new.metadata.labels = labels(service, &[("endpoints.kubernetes.io/managed-by", "endpoint-controller")]);
    write(cluster, old.as_ref(), new, time);
}

/// The addresses behind each port; ports with the same addresses together (`RepackSubsets`).
fn subsets(service: &Stored, pods: &[Rc<Pod>]) -> Vec<Value> {
    let early = publishes_unready(service);
    let mut pods: Vec<&Rc<Pod>> = pods.iter().filter(|pod| early || !pod.is_terminating()).collect();
    pods.sort_by_key(|pod| address(pod));
    // What the pods behind a port are: ready, not ready.
    let mut all: Vec<(Option<Value>, [Vec<Value>; 2])> = vec![];
    let has_ports = service.field("spec")["ports"].as_array().is_some_and(|ports| !ports.is_empty());
    for pod in pods {
        let it = with(whereabouts(service, pod), "ip", address(pod).into());
        let ports = ports(service, pod).into_iter().map(Some);
        let ports: Vec<Option<Value>> = if has_ports { ports.collect() } else { vec![None] };
        for mut port in ports {
            if let Some(fields) = port.as_mut().and_then(Value::as_object_mut).filter(|port| port["name"] == "") {
                fields.remove("name");
            }
            let place = all.iter().position(|(known, _)| *known == port).unwrap_or_else(|| {
                all.push((port, [vec![], vec![]]));
                all.len() - 1
            });
            all[place].1[usize::from(!early && !pod.is_ready())].push(it.clone());
        }
    }
    let mut subsets: Vec<(Vec<Value>, [Vec<Value>; 2])> = vec![];
    for (port, addresses) in all {
        match subsets.iter_mut().find(|(_, known)| *known == addresses) {
            Some((ports, _)) => ports.extend(port),
            None => subsets.push((port.into_iter().collect(), addresses)),
        }
    }
    let fields = |(ports, [ready, unready]): (Vec<Value>, [Vec<Value>; 2])| {
        let fields = [("addresses", ready), ("notReadyAddresses", unready), ("ports", ports)];
        let fields = fields.into_iter().filter(|(_, values)| !values.is_empty());
        Value::Object(fields.map(|(name, values)| (name.to_owned(), values.into())).collect())
    };
    subsets.into_iter().map(fields).collect()
}

/// What a slice is to hold: the slice there is, its ports, its endpoints.
struct Plan {
    old: Option<Stored>,
    ports: Vec<Value>,
    endpoints: Vec<Value>,
}

fn write_slices(cluster: &mut Cluster, service: &Stored, pods: &[Rc<Pod>], time: Option<Timestamp>) {
    let uid = service.metadata.uid.clone().unwrap_or_default();
    let dependents = cluster.store().dependents(&uid).filter(|it| it.kind() == Kind::EndpointSlice);
    let old: Vec<Stored> = dependents.filter_map(Object::stored).cloned().collect();
    let (plans, spare) = plan(old, endpoints(cluster, service, pods));
    for plan in plans {
        let list = |values: Vec<Value>| if values.is_empty() { Value::Null } else { values.into() };
        let mut new = plan.old.clone().unwrap_or_else(|| new_slice(service, &uid));
        new.fields.insert("endpoints".to_owned(), list(plan.endpoints));
        new.fields.insert("ports".to_owned(), list(plan.ports));
        let name = service.metadata.name.as_deref().unwrap_or_default();
        let own = [(SERVICE_NAME, name), ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io")];
        new.metadata.labels = labels(service, &own);
        write(cluster, plan.old.as_ref(), new, time);
    }
    for slice in spare {
        let _ = cluster.delete(&Object::from(slice).key(), &DeleteOptions::default());
    }
}

/// The endpoints a Service has now, by their ports.
fn endpoints(cluster: &Cluster, service: &Stored, pods: &[Rc<Pod>]) -> Vec<(Vec<Value>, Vec<Value>)> {
    const ZONE: &str = "topology.kubernetes.io/zone";
    let early = publishes_unready(service);
    let mut groups: Vec<(Vec<Value>, Vec<Value>)> = vec![];
    for pod in pods {
        let node = cluster.store().node_of(pod);
        if node.is_none() && !early {
            continue;
        }
        let (serving, terminating) = (pod.is_ready(), pod.is_terminating());
        let ready = early || (serving && !terminating);
        let conditions = json!({"ready": ready, "serving": serving, "terminating": terminating});
        let mut it = with(whereabouts(service, pod), "addresses", json!([address(pod)]));
        it = with(it, "conditions", conditions);
        if let Some(zone) = node.and_then(|node| node.label(ZONE)).filter(|zone| !zone.is_empty()) {
            it["zone"] = zone.into();
        }
        let ports = ports(service, pod);
        match groups.iter_mut().find(|(known, _)| *known == ports) {
            Some((_, endpoints)) => endpoints.push(it),
            None => groups.push((ports, vec![it])),
        }
    }
    groups
}

/// Spreads endpoints over slices so that little changes: what is in a slice stays there. The slices that are left over are second.
fn plan(old: Vec<Stored>, mut groups: Vec<(Vec<Value>, Vec<Value>)>) -> (Vec<Plan>, Vec<Stored>) {
    let (mut plans, mut spare): (Vec<Plan>, Vec<Stored>) = (vec![], vec![]);
    for slice in old {
        let list = |field: &str| slice.field(field).as_array().cloned().unwrap_or_default();
        let (ports, before) = (list("ports"), list("endpoints"));
        let Some((_, wanted)) = groups.iter_mut().find(|(known, _)| *known == ports) else {
            spare.push(slice);
            continue;
        };
        let is_same = |a: &Value, b: &Value| a["targetRef"]["uid"] == b["targetRef"]["uid"];
        let mut endpoints = vec![];
        for it in before {
            if let Some(place) = wanted.iter().position(|new| is_same(new, &it)) {
                endpoints.push(wanted.remove(place));
            }
        }
        plans.push(Plan { old: Some(slice), ports, endpoints });
    }
    for (ports, endpoints) in groups {
        let mut rest = endpoints.into_iter().peekable();
        for plan in plans.iter_mut().filter(|plan| plan.ports == ports) {
            let room = MOST.saturating_sub(plan.endpoints.len());
            plan.endpoints.extend(rest.by_ref().take(room));
        }
        while rest.peek().is_some() {
            let endpoints = rest.by_ref().take(MOST).collect();
            plans.push(Plan { old: spare.pop(), ports: ports.clone(), endpoints });
        }
    }
    let (mut plans, empty): (Vec<Plan>, Vec<Plan>) = plans.into_iter().partition(|plan| !plan.endpoints.is_empty());
    spare.extend(empty.into_iter().filter_map(|plan| plan.old));
    // A Service without any endpoint has a slice that says so.
    if plans.is_empty() {
        let old = if spare.is_empty() { None } else { Some(spare.remove(0)) };
        plans.push(Plan { old, ports: vec![], endpoints: vec![] });
    }
    (plans, spare)
}

fn new_slice(service: &Stored, uid: &str) -> Stored {
    let namespace = service.metadata.namespace.as_deref().unwrap_or_default();
    let name = service.metadata.name.clone().unwrap_or_default();
    let mut slice = Stored::new(Kind::EndpointSlice, namespace, "", json!({"addressType": "IPv4"}));
    slice.metadata.name = None;
    slice.metadata.generate_name = Some(format!("{name}-"));
    slice.metadata.owner_references = Some(vec![OwnerReference {
        api_version: "v1".to_owned(),
        kind: "Service".to_owned(),
        name,
        uid: uid.to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }]);
    slice
}
