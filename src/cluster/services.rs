//! What the registry of Services fills in: addresses and ports of nodes (upstream: `pkg/registry/core/service/storage/alloc.go`).

use serde_json::{Map, Value, json};

use super::Store;
use crate::api::{ApiError, FieldError, Kind, Object, Stored};

/// The first address of the cluster's services, 10.96.0.0, and how many there are (`--service-cluster-ip-range` 10.96.0.0/12).
const FIRST_ADDRESS: u32 = 0x0A60_0000;
const ADDRESSES: u32 = 1 << 20;
/// Addresses at the beginning that are kept for those who ask for one (`ipallocator.go`: at most 256).
const KEPT_ADDRESSES: u32 = 256;
/// The ports of nodes (`--service-node-port-range` 30000–32767), the first 86 of them kept (`portallocator/allocator.go`).
const FIRST_NODE_PORT: u32 = 30_086;
const NODE_PORTS: u32 = 32_767 - FIRST_NODE_PORT + 1;

/// Gives a Service the addresses and ports it needs and does not have; `old` is what it was before, if it was.
///
/// Upstream draws them at random; here they follow from the Service's name, so that a dry run tells the truth.
///
/// # Errors
/// [`ApiError::Invalid`] where it asks for an address or a port that another one has, or for a port that none can have.
pub(super) fn allocate(it: &mut Stored, old: Option<&Stored>, store: &Store) -> Result<(), ApiError> {
    // The cluster's own comes first and is whole.
    let is_first = store.objects(Kind::Service).next().is_none();
    if is_first && it.field("spec")["clusterIPs"].is_array() { Ok(()) } else { allocate_among(it, old, store) }
}

#[inline(never)]
fn allocate_among(it: &mut Stored, old: Option<&Stored>, store: &Store) -> Result<(), ApiError> {
    let name = [it.metadata.namespace.as_deref(), it.metadata.name.as_deref()].map(Option::unwrap_or_default).join("/");
    let others =
        || store.objects(Kind::Service).filter_map(Object::stored).filter(|other| other.metadata.uid != it.metadata.uid);
    let addresses: Vec<&Value> = others().map(|other| &other.field("spec")["clusterIP"]).collect();
    let ports: Vec<&Value> = others()
        .flat_map(|other| other.field("spec")["ports"].as_array().into_iter().flatten())
        .map(|port| &port["nodePort"])
        .collect();
    let Some(mut spec) = it.fields.get("spec").and_then(Value::as_object).cloned() else { return Ok(()) };
    let old = old.and_then(|old| old.field("spec").as_object());
    if needs_address(&spec) {
        for field in ["clusterIP", "ipFamilyPolicy"] {
            keep(&mut spec, old.filter(|old| needs_address(old)), field);
        }
        if !is_set(&spec, "clusterIP") {
            let free = |at: &u32| !addresses.iter().any(|taken| **taken == dotted(*at));
            let address = candidates(&name, FIRST_ADDRESS + KEPT_ADDRESSES, ADDRESSES - KEPT_ADDRESSES - 1).find(free);
            spec.insert("clusterIP".to_owned(), address.map(dotted).unwrap_or_default().into());
        } else if spec["clusterIP"] != "None" && addresses.contains(&&spec["clusterIP"]) {
            let address = spec["clusterIP"].as_str().unwrap_or_default();
            let detail = format!("failed to allocate IP {address}: provided IP is already allocated");
            let body = format!("Invalid value: [{address:?}]: {detail}");
            let error = FieldError { field: "spec.clusterIPs".to_owned(), body };
            return Err(ApiError::Invalid(Kind::Service, it.metadata.name.clone().unwrap_or_default(), vec![error]));
        }
        let selects = spec.get("selector").and_then(Value::as_object).is_some_and(|selector| !selector.is_empty());
        let both = spec["clusterIP"] == "None" && !selects;
        let families = if both { json!(["IPv4", "IPv6"]) } else { json!(["IPv4"]) };
        let policy = if both { "RequireDualStack" } else { "SingleStack" };
        let address = spec["clusterIP"].clone();
        spec.insert("clusterIPs".to_owned(), json!([address]));
        spec.entry("ipFamilies").or_insert(families);
        spec.entry("ipFamilyPolicy").or_insert_with(|| policy.into());
    }
    let errors = allocate_ports(&mut spec, old, &name, &ports);
    if !errors.is_empty() {
        return Err(ApiError::Invalid(Kind::Service, it.metadata.name.clone().unwrap_or_default(), errors));
    }
    it.fields.insert("spec".to_owned(), Value::Object(spec));
    Ok(())
}

fn allocate_ports(
    spec: &mut Map<String, Value>,
    old: Option<&Map<String, Value>>,
    name: &str,
    taken: &[&Value],
) -> Vec<FieldError> {
    let mut errors = vec![];
    let wanted = needs_node_ports(spec);
    let old: Vec<Value> = old.and_then(|old| old.get("ports")?.as_array()).cloned().unwrap_or_default();
    let given: Vec<Value> = spec.get("ports").and_then(Value::as_array).cloned().unwrap_or_default();
    for (index, port) in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
        let before = old.iter().find(|old| old["port"] == port["port"] && old["protocol"] == port["protocol"]);
        let before = before.map(|old| old["nodePort"].clone()).unwrap_or_default();
        if !wanted && port["nodePort"] == before {
            port.as_object_mut().map(|port| port.remove("nodePort"));
        } else if wanted && port["nodePort"].is_null() && !before.is_null() {
            port["nodePort"] = before;
        } else if wanted && port["nodePort"].is_null() {
            let used = |at: u32| taken.iter().any(|port| **port == at) || given.iter().any(|port| port["nodePort"] == at);
            let number = candidates(&format!("{name}:{index}"), FIRST_NODE_PORT, NODE_PORTS).find(|at| !used(*at));
            port["nodePort"] = number.into();
        } else if wanted && let Some(asked) = port["nodePort"].as_i64().filter(|asked| *asked != 0) {
            let detail = match asked {
                30_000..=32_767 if !taken.iter().any(|other| **other == asked) => continue,
                30_000..=32_767 => "provided port is already allocated",
                _ => "provided port is not in the valid range. The range of valid ports is 30000-32767",
            };
            let field = format!("spec.ports[{index}].nodePort");
            errors.push(FieldError { field, body: format!("Invalid value: {asked}: {detail}") });
        }
    }
    errors
}

fn needs_address(spec: &Map<String, Value>) -> bool {
    spec.get("type").is_none_or(|type_| type_ != "ExternalName")
}

fn needs_node_ports(spec: &Map<String, Value>) -> bool {
    match spec.get("type").and_then(Value::as_str) {
        Some("NodePort") => true,
        Some("LoadBalancer") => spec.get("allocateLoadBalancerNodePorts") != Some(&Value::Bool(false)),
        _ => false,
    }
}

/// A field that was set before and is silent now stays as it was.
fn keep(spec: &mut Map<String, Value>, old: Option<&Map<String, Value>>, field: &str) {
    if !is_set(spec, field)
        && let Some(value) = old.and_then(|old| old.get(field))
    {
        spec.insert(field.to_owned(), value.clone());
    }
}

fn is_set(spec: &Map<String, Value>, field: &str) -> bool {
    spec.get(field).is_some_and(|value| value.as_str().is_none_or(|text| !text.is_empty()))
}

/// All numbers of a range, beginning where the name says (FNV-1a).
fn candidates(name: &str, first: u32, count: u32) -> impl Iterator<Item = u32> {
    let hash = name.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (0..count).map(move |step| first + (hash % count + step) % count)
}

fn dotted(address: u32) -> String {
    address.to_be_bytes().map(|part| part.to_string()).join(".")
}
