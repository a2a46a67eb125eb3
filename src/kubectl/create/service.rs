//! `kubectl create service`.

use serde_json::Value;

use super::{Given, Maker, flags, list, object, text};
use crate::api::Kind;
use crate::api::validate::names;
use crate::kubectl::error::{Failure, Result};

macro_rules! maker {
    ($name:ident $word:literal $type_:literal $flags:literal $required:expr) => {
        pub(super) const $name: Maker = Maker {
            names: concat!("service ", $word),
            flags: flags!($flags),
            required: $required,
            kind: Kind::Service,
            failing: concat!($type_, " service:"),
            make: |given, _, _| service(given, $type_),
        };
    };
}

maker!(CLUSTER_IP "clusterip" "ClusterIP" "tcp= clusterip=" &[]);
maker!(EXTERNAL_NAME "externalname" "ExternalName" "tcp= external-name=" &["external-name"]);
maker!(LOAD_BALANCER "loadbalancer" "LoadBalancer" "tcp=" &[]);
maker!(NODE_PORT "nodeport" "NodePort" "tcp= node-port=" &[]);

fn service(given: &Given<'_>, type_: &str) -> Result<Value> {
    let (ports, address, external) = (given.args.all("tcp"), given.text("clusterip"), given.text("external-name"));
    if ports.is_empty() && address != "None" && type_ != "ExternalName" {
        return Err(Failure::client("at least one tcp port specifier must be provided"));
    }
    if type_ == "ExternalName" && !names::dns_subdomain(external).is_empty() {
        return Err(Failure::refused(format_args!("invalid service external name {external}")));
    }
    let node_port = given.args.number("node-port")?.filter(|port| *port != 0);
    let mut list_of_ports = vec![];
    for pair in &ports {
        let (port, target) = parse(pair)?;
        list_of_ports.push(object(vec![
            ("name", pair.replace(':', "-").into()),
            ("nodePort", node_port.map_or(Value::Null, Value::from)),
            ("port", port.into()),
            ("protocol", "TCP".into()),
            ("targetPort", target),
        ]));
    }
    let app = || object(vec![("app", given.name.into())]);
    let spec = object(vec![
        ("clusterIP", text(address)),
        ("externalName", text(external)),
        ("ports", list(list_of_ports)),
        ("selector", app()),
        ("type", type_.into()),
    ]);
    Ok(object(vec![("metadata", object(vec![("labels", app())])), ("spec", spec)]))
}

/// `80`, `80:8080`, `80:http`.
fn parse(pair: &str) -> Result<(u16, Value)> {
    let (port, target) = pair.split_once(':').map_or((pair, None), |(port, target)| (port, Some(target)));
    let port = port_number(port)?;
    let Some(target) = target.map(|target| target.split(':').next().unwrap_or_default()) else {
        return Ok((port, port.into()));
    };
    let refused = |why: Vec<String>| Failure::client(&why.join(","));
    match target.parse::<i64>() {
        Ok(number @ 1..=65535) => Ok((port, number.into())),
        Ok(_) => Err(refused(vec!["must be between 1 and 65535, inclusive".to_owned()])),
        Err(_) => match names::port_name(target) {
            wrong if wrong.is_empty() => Ok((port, target.into())),
            wrong => Err(refused(wrong)),
        },
    }
}

/// A port's number, in the words of Go's `strconv.ParseUint` where it is none.
pub(crate) fn port_number(text: &str) -> Result<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let why = if digits { "value out of range" } else { "invalid syntax" };
    text.parse().map_err(|_| Failure::refused(format_args!("strconv.ParseUint: parsing {text:?}: {why}")))
}
