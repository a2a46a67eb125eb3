//! Services (upstream: `validateService` and what it calls in `pkg/apis/core/validation/validation.go`).

use serde_json::Value;

use super::errors::{Errors, has, is_new, list, number, shown, text, texts};
use super::{names, rules};

pub(super) fn service<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (ports, type_) = (list(spec, "ports"), text(spec, "type"));
    let headless = spec["clusterIP"] == "None";
    if ports.is_empty() && !headless && type_ != "ExternalName" {
        errors.required("ports", "");
    }
    match type_ {
        "LoadBalancer" | "NodePort" if headless => {
            errors.invalid_text("clusterIPs[0]", "None", &format!("may not be set to 'None' for {type_} services"));
        }
        "ExternalName" => {
            for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
                if has(spec, field) || field == "clusterIPs" && has(spec, "clusterIP") {
                    errors.forbidden(field, "may not be set for ExternalName services");
                }
            }
            match text(spec, "externalName") {
                "" => errors.required("externalName", ""),
                name => {
                    let name = name.strip_suffix('.').unwrap_or(name);
                    errors.invalid_each("externalName", name, names::dns_subdomain(name));
                }
            }
        }
        _ => {}
    }
    let mut seen = vec![];
    errors.each("ports", ports, &mut |errors, port| {
        let name = text(port, "name");
        if name.is_empty() {
            if ports.len() > 1 {
                errors.required("name", "");
            }
        } else {
            errors.invalid_each("name", name, names::dns_label(name));
            if !is_new(&mut seen, name) {
                errors.duplicate("name", name);
            }
        }
        rules::check(errors, "ServicePort", port);
    });
}

/// What is wrong with the addresses it asks for. The server looks at them before it gives it any
/// (`ValidateServiceClusterIPsRelatedFields`).
pub(super) fn addresses<'a>(errors: &mut Errors<'a>, spec: &'a Value, old: &Value) {
    let (given, all, families) = (&spec["clusterIPs"], list(spec, "clusterIPs"), list(spec, "ipFamilies"));
    match &spec["clusterIP"] {
        Value::Null if !all.is_empty() => {
            errors.invalid("clusterIPs", given, "must be empty when `clusterIP` is not specified");
        }
        first if all.first().is_some_and(|other| other != first) => {
            errors.invalid("clusterIPs", given, "first value must match `clusterIP`");
        }
        _ => {}
    }
    let mut seen = vec![];
    errors.each("ipFamilies", families, &mut |errors, family| {
        rules::value_of(errors, "|IPv4|IPv6", family);
        if !is_new(&mut seen, family.as_str().unwrap_or_default()) {
            errors.duplicate("", family.as_str().unwrap_or_default());
        }
    });
    errors.within("ipFamilyPolicy", |errors| {
        rules::value_of(errors, "& |PreferDualStack|RequireDualStack|SingleStack", &spec["ipFamilyPolicy"]);
    });
    let before = errors.found.len();
    for (index, address) in texts(all).enumerate() {
        match address {
            "None" if index == 0 && all.len() == 1 => {}
            "None" if index == 0 => errors.invalid("clusterIPs", given, "'None' must be the first and only value"),
            _ if list(old, "clusterIPs").iter().any(|old| old == address) => {}
            _ => errors.invalid_each(&format!("clusterIPs[{index}]"), address, names::ip(address)),
        }
    }
    let is_readable = errors.found.len() == before;
    if all.len() > 2 {
        errors.invalid("clusterIPs", given, "may only hold up to 2 values");
    }
    if !is_readable || spec["clusterIP"] == "None" {
        return;
    }
    let is_six = |address: &str| address.contains(':');
    if texts(all).filter(|address| is_six(address)).count() != all.len() / 2 && all.len() == 2 {
        errors.invalid("clusterIPs", given, "may specify no more than one IP for each IP family");
    }
    for (index, (address, family)) in texts(all).zip(texts(families)).enumerate() {
        if is_six(address) == (family == "IPv4") {
            let detail = format!("expected an {family} value as indicated by `ipFamilies[{index}]`");
            errors.invalid_text(&format!("clusterIPs[{index}]"), address, &detail);
        }
    }
}

/// Checks what a Service was changed to against what it was (`ValidateServiceUpdate`).
pub(super) fn update<'a>(errors: &mut Errors<'a>, new: &'a Value, old: &'a Value) {
    let (given, before) = (&new["clusterIPs"], &old["clusterIPs"]);
    if given.is_array() && before.is_array() && given[0] != before[0] {
        errors.invalid("spec.clusterIPs[0]", given, "may not change once set");
    }
    let both = |uses: fn(&Value) -> bool, field: &str| uses(new) && uses(old) && new[field] != old[field];
    if both(is_balanced, "loadBalancerClass") {
        errors.invalid("spec.loadBalancerClass", &new["loadBalancerClass"], "may not change once set");
    }
    if both(is_health_checked, "healthCheckNodePort") {
        errors.forbidden("spec.healthCheckNodePort", "field is immutable");
    }
}

/// Whether a load balancer leads to it.
pub fn is_balanced(spec: &Value) -> bool {
    text(spec, "type") == "LoadBalancer"
}

/// Whether it has a port of nodes where its health is asked for.
pub fn is_health_checked(spec: &Value) -> bool {
    is_balanced(spec) && text(spec, "externalTrafficPolicy") == "Local"
}

/// An address outside the cluster.
pub(super) fn external_ip(errors: &mut Errors<'_>, it: &Value) {
    let address = it.as_str().unwrap_or_default();
    let wrong = names::ip(address);
    if wrong.is_empty() { names::endpoint_ip(address) } else { wrong }
        .into_iter()
        .for_each(|detail| errors.invalid_text("", address, &detail));
}

pub(super) fn ports_twice<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (ports, type_) = (list(spec, "ports"), text(spec, "type"));
    for field in ["nodePort", "port"] {
        let alike = |a: &Value, b: &Value| a["protocol"] == b["protocol"] && has(a, field) && a[field] == b[field];
        for (index, port) in ports.iter().enumerate() {
            let place = format!("ports[{index}].nodePort");
            if field == "nodePort" && type_ == "ClusterIP" && has(port, field) {
                errors.forbidden(&place, "may not be used when `type` is 'ClusterIP'");
            }
            if ports[..index].iter().any(|other| alike(other, port)) {
                // Of the server's internal type, nothing else is set.
                let told = format!(
                    "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                    shown(&port["protocol"]),
                    port["port"]
                );
                let (place, told) = match place.strip_suffix(".nodePort") {
                    Some(port) if field == "port" => (port, told),
                    _ => (place.as_str(), shown(&port[field])),
                };
                errors.add(place, "Duplicate value", &told, "");
            }
        }
    }
}

/// Who may ask a load balancer.
pub(super) fn source_ranges<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let ranges = list(spec, "loadBalancerSourceRanges");
    errors.within("LoadBalancerSourceRanges", |errors| {
        if !ranges.is_empty() && !is_balanced(spec) {
            errors.forbidden("", FOR_BALANCED);
        }
        errors.each("", ranges, &mut |errors, range| {
            let range = range.as_str().unwrap_or_default().trim();
            errors.invalid_each("", range, names::cidr(range));
        });
    });
    if has(spec, "allocateLoadBalancerNodePorts") && !is_balanced(spec) {
        errors.forbidden("allocateLoadBalancerNodePorts", FOR_BALANCED);
    }
    match spec["loadBalancerClass"].as_str() {
        Some(class) if is_balanced(spec) => errors.invalid_each("loadBalancerClass", class, names::label_key(class)),
        Some(_) => errors.forbidden("loadBalancerClass", FOR_BALANCED),
        None => {}
    }
}

const FOR_BALANCED: &str = "may only be used when `type` is 'LoadBalancer'";

pub(super) fn outside_policy<'a>(errors: &mut Errors<'a>, spec: &'a Value) {
    let (policy, type_) = (text(spec, "externalTrafficPolicy"), text(spec, "type"));
    let is_outside =
        matches!(type_, "NodePort" | "LoadBalancer") || type_ == "ClusterIP" && !list(spec, "externalIPs").is_empty();
    errors.within("externalTrafficPolicy", |errors| match policy {
        "" => {}
        _ if is_outside => rules::value_of(errors, "|Cluster|Local", &spec["externalTrafficPolicy"]),
        _ => errors.invalid_text("", policy, "may only be set for externally-accessible services"),
    });
    let port = number(spec, "healthCheckNodePort");
    if !is_health_checked(spec) && port != 0 {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.shown("healthCheckNodePort", &port.to_string(), detail);
    } else if is_health_checked(spec) {
        errors.within("healthCheckNodePort", |errors| rules::value_of(errors, "? 1..65535", &spec["healthCheckNodePort"]));
    }
}
