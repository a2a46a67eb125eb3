//! `describe` of what leads to pods, or keeps from them: endpoints, ingresses and their classes, network policies.

use serde_json::Value;

use super::{Page, at, list, or_none, others, plain, selector_text, text};
use crate::api::{Key, Kind};
use crate::sim::Simulation;

/// `describeEndpoints`.
pub(super) fn endpoints(it: &Value, page: &mut Page) {
    others::named(it, page);
    page.line(0, "Subsets:");
    for subset in list(it, "subsets") {
        for (title, field) in [("Addresses", "addresses"), ("NotReadyAddresses", "notReadyAddresses")] {
            let addresses: Vec<String> = list(subset, field).iter().map(|address| text(address, "ip")).collect();
            page.row(1, format_args!("{title}:\t{}", or_none(&addresses.join(","))));
        }
        named_ports(1, list(subset, "ports"), page);
        page.line(0, "");
    }
}

/// A table of ports, if there are any.
fn named_ports(level: usize, ports: &[Value], page: &mut Page) {
    if !ports.is_empty() {
        page.line(level, "Ports:");
        page.line(level + 1, "Name\tPort\tProtocol");
        page.line(level + 1, "----\t----\t--------");
    }
    for port in ports {
        let [name, number] = ["name", "port"].map(|field| or_unset(port, field));
        page.row(level + 1, format_args!("{name}\t{number}\t{}", text(port, "protocol")));
    }
}

fn or_unset(it: &Value, field: &str) -> String {
    Some(text(it, field)).filter(|text| !text.is_empty()).unwrap_or_else(|| "<unset>".to_owned())
}

/// `describeEndpointSliceV1`.
pub(super) fn endpoint_slice(it: &Value, page: &mut Page) {
    others::named(it, page);
    page.fields(0, it, "AddressType=addressType");
    let (ports, endpoints) = (list(it, "ports"), list(it, "endpoints"));
    named_ports(0, ports, page);
    if ports.is_empty() {
        page.line(0, "Ports: <unset>");
    }
    page.line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    for endpoint in endpoints {
        page.row(1, format_args!("- Addresses:\t{}", or_none(&joined(&endpoint["addresses"], ", "))));
        page.line(2, "Conditions:");
        page.row(3, format_args!("Ready:\t{}", or_unset(endpoint, "conditions.ready")));
        page.row(2, format_args!("Hostname:\t{}", or_unset(endpoint, "hostname")));
        let target = &endpoint["targetRef"];
        if target.is_object() {
            page.row(2, format_args!("TargetRef:\t{}/{}", text(target, "kind"), text(target, "name")));
        }
        page.row(2, format_args!("NodeName:\t{}", or_unset(endpoint, "nodeName")));
        page.row(2, format_args!("Zone:\t{}", or_unset(endpoint, "zone")));
    }
}

/// `describeServiceCIDRV1`.
pub(super) fn service_cidr(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.row(0, format_args!("CIDRs:\t{}", joined(at(it, "spec.cidrs"), ", ")));
    if !list(it, "status.conditions").is_empty() {
        page.line(0, "Status:");
    }
    page.conditions(it);
}

/// `describeIPAddressV1`.
pub(super) fn ip_address(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.line(0, "Parent Reference:");
    page.fields(1, &it["spec"]["parentRef"], "Group=group;Resource=resource;Namespace=namespace;Name=name");
}

/// `describeIngressV1`.
pub(super) fn ingress(it: &Value, sim: &Simulation, page: &mut Page) {
    let backend = |backend: &Value| self::backend(backend, &text(it, "metadata.namespace"), sim);
    page.fields(0, it, "Name=metadata.name");
    page.map("Labels", at(it, "metadata.labels"));
    page.fields(0, it, "Namespace=metadata.namespace");
    let mut addresses: Vec<String> = vec![];
    for address in list(it, "status.loadBalancer.ingress") {
        let ip = text(address, "ip");
        addresses.push(if ip.is_empty() { text(address, "hostname") } else { ip });
    }
    page.row(0, format_args!("Address:\t{}", addresses.join(",")));
    page.fields(0, it, "Ingress Class=spec.ingressClassName|<none>");
    let default = at(it, "spec.defaultBackend");
    let default = if default.is_null() { "<default>".to_owned() } else { backend(default) };
    page.row(0, format_args!("Default backend:\t{default}"));
    let certificates = list(it, "spec.tls");
    if !certificates.is_empty() {
        page.line(0, "TLS:");
    }
    for certificate in certificates {
        let (secret, hosts) = (text(certificate, "secretName"), joined(&certificate["hosts"], ","));
        match secret.as_str() {
            "" => page.row(1, format_args!("SNI routes {hosts}")),
            secret => page.row(1, format_args!("{secret} terminates {hosts}")),
        }
    }
    page.line(0, "Rules:\n  Host\tPath\tBackends");
    page.line(1, "----\t----\t--------");
    let mut rules = list(it, "spec.rules").iter().filter(|rule| rule["http"].is_object()).peekable();
    if rules.peek().is_none() {
        page.row(1, format_args!("*\t*\t{default}"));
    }
    for rule in rules {
        let host = text(rule, "host");
        page.row(1, format_args!("{}\t", if host.is_empty() { "*" } else { &host }));
        for path in list(rule, "http.paths") {
            page.row(2, format_args!("\t{} \t{}", text(path, "path"), backend(&path["backend"])));
        }
    }
    page.annotations("Annotations", at(it, "metadata.annotations"));
}

/// What answers, and the pods behind it.
fn backend(it: &Value, namespace: &str, sim: &Simulation) -> String {
    let resource = &it["resource"];
    if resource.is_object() {
        let group = text(resource, "apiGroup");
        return format!("APIGroup: {}, Kind: {}, Name: {}", or_none(&group), text(resource, "kind"), text(resource, "name"));
    }
    let (name, number, port) = (text(it, "service.name"), at(it, "service.port.number"), text(it, "service.port.name"));
    let shown = if number.is_null() { port.clone() } else { plain(number) };
    let Some(service) = sim.cluster().store().object(&Key::new(Kind::Service, namespace, &name)) else {
        return format!("{name}:{shown} (<error: services {name:?} not found>)");
    };
    let service = service.to_value();
    let ports = list(&service, "spec.ports");
    // Where the service has no such port, its port without a name counts.
    let is_it = |it: &&Value| if number.is_null() { text(it, "name") == port } else { it["port"] == *number };
    let found = ports.iter().rfind(is_it).or_else(|| ports.iter().find(|it| text(it, "name").is_empty()));
    format!("{name}:{shown} ({})", others::endpoints(&service, found.unwrap_or(&Value::Null), sim))
}

/// `describeIngressClassV1`.
pub(super) fn ingress_class(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.fields(0, it, "Controller=spec.controller");
    let parameters = at(it, "spec.parameters");
    if parameters.is_object() {
        page.line(0, "Parameters:");
        page.fields(1, parameters, "APIGroup?=apiGroup;Kind=kind;Name=name");
    }
}

/// `describeNetworkPolicy`.
pub(super) fn policy(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    let created = text(it, "metadata.creationTimestamp").replace('T', " ").replace('Z', " +0000 UTC");
    page.row(0, format_args!("Created on:\t{created}"));
    page.labels_and_annotations(it);
    page.line(0, "Spec:");
    let pods = selector_text(at(it, "spec.podSelector"));
    let all = if pods == "<none>" { " (Allowing the specific traffic to all pods in this namespace)" } else { "" };
    page.row(1, format_args!("PodSelector:     {pods}{all}"));
    let types = at(it, "spec.policyTypes");
    let has = |type_: &str| types.as_array().is_some_and(|types| types.iter().any(|it| it == type_));
    for (type_, direction, [peers, restricted]) in
        [("Ingress", "ingress", ["from", "source"]), ("Egress", "egress", ["to", "destination"])]
    {
        if !has(type_) {
            page.row(1, format_args!("Not affecting {direction} traffic"));
            continue;
        }
        page.row(1, format_args!("Allowing {direction} traffic:"));
        let rules = list(it, &["spec.", direction].concat());
        if rules.is_empty() {
            page.row(2, format_args!("<none> (Selected pods are isolated for {direction} connectivity)"));
        }
        for (i, rule) in rules.iter().enumerate() {
            if i > 0 {
                page.line(2, "----------");
            }
            ports(list(rule, "ports"), page);
            let title = if peers == "from" { "From" } else { "To" };
            if list(rule, peers).is_empty() {
                page.row(2, format_args!("{title}: <any> (traffic not restricted by {restricted})"));
            }
            for peer in list(rule, peers) {
                page.row(2, format_args!("{title}:"));
                self::peer(peer, page);
            }
        }
    }
    page.row(1, format_args!("Policy Types: {}", or_none(&joined(types, ", "))));
}

/// The ports of a rule.
fn ports(ports: &[Value], page: &mut Page) {
    if ports.is_empty() {
        page.line(2, "To Port: <any> (traffic allowed to all ports)");
    }
    for port in ports {
        let (first, last, protocol) = (plain(&port["port"]), &port["endPort"], text(port, "protocol"));
        let protocol = if protocol.is_empty() { "TCP" } else { &protocol };
        match last.as_i64() {
            None => page.row(2, format_args!("To Port: {first}/{protocol}")),
            Some(last) => page.row(2, format_args!("To Port Range: {first}-{last}/{protocol}")),
        }
    }
}

/// Whom a rule is about.
fn peer(it: &Value, page: &mut Page) {
    for (title, field) in [("NamespaceSelector", "namespaceSelector"), ("PodSelector", "podSelector")] {
        if it[field].is_object() {
            page.row(3, format_args!("{title}: {}", selector_text(&it[field])));
        }
    }
    let block = &it["ipBlock"];
    if block.is_object() {
        page.line(3, "IPBlock:");
        page.row(4, format_args!("CIDR: {}", text(block, "cidr")));
        page.row(4, format_args!("Except: {}", joined(&block["except"], ", ")));
    }
}

fn joined(words: &Value, by: &str) -> String {
    let words: Vec<&str> = words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    words.join(by)
}
