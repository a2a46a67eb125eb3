//! What the registry of Services fills in: addresses and ports of nodes (upstream: `pkg/registry/core/service/storage/alloc.go`).

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::Store;
use crate::api::validate::{self, is_balanced, is_health_checked};
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
/// [`ApiError::Invalid`] where it asks for an address or a port that another one has, or that none can have.
pub(super) fn allocate(it: &mut Stored, old: Option<&Stored>, store: &Store) -> Result<(), ApiError> {
    // The cluster's own comes first and is whole.
    let is_first = store.objects(Kind::Service).next().is_none();
    if is_first && it.field("spec")["clusterIPs"].is_array() { Ok(()) } else { allocate_among(it, old, store) }
}

#[inline(never)]
fn allocate_among(it: &mut Stored, old: Option<&Stored>, store: &Store) -> Result<(), ApiError> {
    let name = [it.metadata.namespace.as_deref(), it.metadata.name.as_deref()].map(Option::unwrap_or_default).join("/");
    let others = || {
        let all = store.objects(Kind::Service).filter_map(Object::stored);
        all.filter(|other| other.metadata.uid != it.metadata.uid).map(|other| other.field("spec"))
    };
    let addresses: Vec<&Value> = others().map(|spec| &spec["clusterIP"]).collect();
    let ports: Vec<&Value> =
        others().flat_map(|spec| ports(spec).map(|port| &port["nodePort"]).chain([&spec["healthCheckNodePort"]])).collect();
    let mut spec = it.field("spec").clone();
    if !spec.is_object() {
        return Ok(());
    }
    let old = old.map_or(&Value::Null, |old| old.field("spec"));
    let mut errors = allocate_address(&mut spec, old, &name, &addresses);
    if errors.is_empty() {
        errors.extend(allocate_ports(&mut spec, old, &name, &ports));
    }
    if !errors.is_empty() {
        return Err(ApiError::Invalid(Kind::Service, it.metadata.name.clone().unwrap_or_default(), errors));
    }
    drop_dependent(&mut spec, old);
    it.fields.insert("spec".to_owned(), spec);
    Ok(())
}

/// Settles its address and the families of it, of which the cluster has one.
fn allocate_address(spec: &mut Value, old: &Value, name: &str, taken: &[&Value]) -> Vec<FieldError> {
    adopt_address(spec, old);
    if !needs_address(spec) {
        return vec![];
    }
    let mut errors = settle_families(spec, old);
    if errors.is_empty() && !needs_address(old) && spec["clusterIP"] != "None" {
        errors.extend(draw_address(spec, name, taken));
    }
    errors
}

/// It keeps an address of which nothing is said, and one of its two fields is enough (`patchAllocatedValues`,
/// `normalizeClusterIPs`).
fn adopt_address(spec: &mut Value, old: &Value) {
    if needs_address(old) && needs_address(spec) {
        for field in ["clusterIP", "clusterIPs"] {
            keep(spec, old, field);
        }
    }
    if spec["clusterIPs"] == old["clusterIPs"] && spec["clusterIP"] != old["clusterIP"] {
        spec["clusterIPs"] = if spec["clusterIP"].is_null() { Value::Null } else { json!([spec["clusterIP"]]) };
    }
}

/// Which families its addresses are of (`initIPFamilyFields`).
fn settle_families(spec: &mut Value, old: &Value) -> Vec<FieldError> {
    let selects = spec["selector"].as_object().is_some_and(|selector| !selector.is_empty());
    let is_anywhere = spec["clusterIP"] == "None" && !selects;
    keep(spec, old, "ipFamilyPolicy");
    if spec["ipFamilyPolicy"].is_null() {
        spec["ipFamilyPolicy"] = if is_anywhere { "RequireDualStack" } else { "SingleStack" }.into();
    }
    let mut errors = validate::service_addresses(spec, old);
    if !errors.is_empty() {
        return errors;
    }
    let is_single = spec["ipFamilyPolicy"] == "SingleStack";
    for (field, what) in [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")].into_iter().filter(|_| is_single) {
        let is_same = spec[field] == old[field];
        match spec[field].as_array_mut() {
            Some(items) if is_same => items.truncate(1),
            Some(items) if items.len() > 1 => {
                let detail = format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
                errors.push(invalid("spec.ipFamilyPolicy", "\"SingleStack\"", &detail));
            }
            _ => {}
        }
    }
    let known = spec["ipFamilies"].as_array().map_or(0, Vec::len);
    for (index, address) in spec["clusterIPs"].as_array().into_iter().flatten().enumerate().skip(known) {
        if address.as_str().is_some_and(|address| address.contains(':')) {
            let (field, shown) = (format!("spec.clusterIPs[{index}]"), spec["clusterIPs"].to_string());
            errors.push(invalid(&field, &shown, "IPv6 is not configured on this cluster"));
        }
    }
    if is_anywhere && errors.is_empty() {
        if known < 2 && !is_single {
            spec["ipFamilies"] =
                if spec["ipFamilies"][0] == "IPv6" { json!(["IPv6", "IPv4"]) } else { json!(["IPv4", "IPv6"]) };
        }
    } else if errors.is_empty() {
        if spec["ipFamilyPolicy"] == "RequireDualStack" {
            let detail = "this cluster is not configured for dual-stack services";
            errors.push(invalid("spec.ipFamilyPolicy", "\"RequireDualStack\"", detail));
        }
        for (index, family) in spec["ipFamilies"].as_array().into_iter().flatten().enumerate() {
            if family == "IPv6" {
                errors.push(invalid(&format!("spec.ipFamilies[{index}]"), "\"IPv6\"", "not configured on this cluster"));
            }
        }
    }
    if errors.is_empty() && spec["ipFamilies"].is_null() {
        spec["ipFamilies"] = json!(["IPv4"]);
    }
    errors
}

/// Gives it the address it asks for, or a free one (`allocIPs`, `ipallocator/cidrallocator.go`).
fn draw_address(spec: &mut Value, name: &str, taken: &[&Value]) -> Option<FieldError> {
    let Some(asked) = spec["clusterIP"].as_str() else {
        let free = |at: &u32| !taken.iter().any(|taken| **taken == dotted(*at));
        let address = candidates(name, FIRST_ADDRESS + KEPT_ADDRESSES, ADDRESSES - KEPT_ADDRESSES - 1).find(free);
        spec["clusterIP"] = address.map(dotted).unwrap_or_default().into();
        spec["clusterIPs"] = json!([spec["clusterIP"]]);
        return None;
    };
    let address = asked.parse::<Ipv4Addr>().map_or(0, u32::from);
    let why = match (FIRST_ADDRESS + 1..FIRST_ADDRESS + ADDRESSES - 1).contains(&address) {
        false => "the provided network does not match the current range",
        true if taken.contains(&&spec["clusterIP"]) => "provided IP is already allocated",
        true => return None,
    };
    Some(invalid("spec.clusterIPs", &format!("[{asked:?}]"), &format!("failed to allocate IP {asked}: {why}")))
}

/// Settles its ports of nodes (`initNodePorts`, `updateNodePorts`, `allocHealthCheckNodePort`).
fn allocate_ports(spec: &mut Value, old: &Value, name: &str, taken: &[&Value]) -> Option<FieldError> {
    if !has_node_ports(spec) {
        return None;
    }
    let wanted = needs_node_ports(spec);
    let numbers = |spec: &Value| -> Vec<Value> { ports(spec).map(|port| port["nodePort"].clone()).collect() };
    let (had, mut used) = (numbers(old), numbers(spec));
    let draw = |used: &[Value], name: &str| -> Value {
        let free = |at: &u32| !taken.iter().copied().chain(used).any(|port| port == at);
        candidates(name, FIRST_NODE_PORT, NODE_PORTS).find(free).into()
    };
    let mut done: Vec<(Value, Value)> = vec![];
    for (index, port) in spec["ports"].as_array_mut().into_iter().flatten().enumerate() {
        if port["nodePort"].is_null() && wanted && needs_node_ports(old) {
            let before = ports(old).find(|old| old["name"] == port["name"]).map(|old| &old["nodePort"]);
            port["nodePort"] = before.filter(|before| !used.contains(before)).cloned().unwrap_or_default();
        }
        // Those of one number, as TCP and UDP may be, share one from their beginning.
        let shared =
            done.iter().find(|(number, _)| old.is_null() && *number == port["port"]).map(|(_, shared)| shared.clone());
        match port["nodePort"].as_i64() {
            None if !wanted => continue,
            None => {
                port["nodePort"] = shared.unwrap_or_else(|| draw(&used, &format!("{name}:{index}")));
                used.push(port["nodePort"].clone());
            }
            Some(_) if had.contains(&port["nodePort"]) || shared.as_ref() == Some(&port["nodePort"]) => {}
            Some(asked) => {
                let is_taken = taken.contains(&&port["nodePort"])
                    || old.is_null() && done.iter().any(|(_, other)| *other == port["nodePort"]);
                let detail = match asked {
                    30_000..=32_767 if is_taken => "provided port is already allocated",
                    30_000..=32_767 => "",
                    _ => "provided port is not in the valid range. The range of valid ports is 30000-32767",
                };
                if !detail.is_empty() {
                    return Some(invalid(&format!("spec.ports[{index}].nodePort"), &asked.to_string(), detail));
                }
            }
        }
        done.push((port["port"].clone(), port["nodePort"].clone()));
    }
    if is_health_checked(spec) && spec["healthCheckNodePort"].is_null() {
        spec["healthCheckNodePort"] = match is_health_checked(old) {
            true => old["healthCheckNodePort"].clone(),
            false => draw(&used, &format!("{name}:health")),
        };
    }
    None
}

/// Which Services have a field.
type Having = fn(&Value) -> bool;

/// The fields that only some Services have, those together that go together.
const DEPENDENT: [(Having, &[&str]); 7] = [
    (needs_address, &["clusterIP", "clusterIPs"]),
    (needs_address, &["ipFamilies"]),
    (needs_address, &["ipFamilyPolicy"]),
    (is_health_checked, &["healthCheckNodePort"]),
    (is_balanced, &["allocateLoadBalancerNodePorts"]),
    (is_balanced, &["loadBalancerClass"]),
    (is_outside, &["externalTrafficPolicy"]),
];

/// What a Service has no use for since its type changed goes, unless that was changed as well (`dropTypeDependentFields` in
/// `strategy.go`).
fn drop_dependent(spec: &mut Value, old: &Value) {
    for (uses, fields) in DEPENDENT {
        if uses(old) && !uses(spec) && fields.iter().all(|field| spec[*field] == old[*field]) {
            fields.iter().for_each(|field| spec[*field] = Value::Null);
        }
    }
    let is_known = |port: &Value| port["nodePort"].is_null() || ports(old).any(|old| old["nodePort"] == port["nodePort"]);
    if has_node_ports(old) && !has_node_ports(spec) && ports(spec).all(is_known) {
        for port in spec["ports"].as_array_mut().into_iter().flatten() {
            port["nodePort"] = Value::Null;
        }
    }
    without_nothing(spec);
    spec["ports"].as_array_mut().into_iter().flatten().for_each(without_nothing);
}

/// A field of which nothing is said stays as it was.
fn keep(spec: &mut Value, old: &Value, field: &str) {
    if spec[field].is_null() {
        spec[field] = old[field].clone();
    }
}

fn without_nothing(it: &mut Value) {
    if let Some(fields) = it.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
}

fn ports(spec: &Value) -> impl Iterator<Item = &Value> {
    spec["ports"].as_array().into_iter().flatten()
}

fn needs_address(spec: &Value) -> bool {
    spec.is_object() && spec["type"] != "ExternalName"
}

/// Whether it may have ports of nodes.
fn has_node_ports(spec: &Value) -> bool {
    spec["type"] == "NodePort" || is_balanced(spec)
}

/// Whether it gets ports of nodes where it names none.
fn needs_node_ports(spec: &Value) -> bool {
    has_node_ports(spec) && !(is_balanced(spec) && spec["allocateLoadBalancerNodePorts"] == false)
}

/// Whether it is reached from outside the cluster (`ExternallyAccessible` in `pkg/api/service/util.go`).
fn is_outside(spec: &Value) -> bool {
    has_node_ports(spec) || spec["type"] == "ClusterIP" && spec["externalIPs"].is_array()
}

fn invalid(field: &str, shown: &str, detail: &str) -> FieldError {
    FieldError { field: field.to_owned(), body: format!("Invalid value: {shown}: {detail}") }
}

/// All numbers of a range, beginning where the name says (FNV-1a).
fn candidates(name: &str, first: u32, count: u32) -> impl Iterator<Item = u32> {
    let hash = name.bytes().fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (0..count).map(move |step| first + (hash % count + step) % count)
}

fn dotted(address: u32) -> String {
    address.to_be_bytes().map(|part| part.to_string()).join(".")
}
