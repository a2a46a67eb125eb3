//! `kubectl expose` (upstream: `kubectl/pkg/cmd/expose/expose.go`).

use serde_json::Value;

use super::apply::{self, DryRun};
use super::args::Args;
use super::create::{list, object, text, texts};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, Request, WithoutNames};
use super::{Context, Outcome, Output, patch, wire};
use crate::api::{Kind, Object, decode, yaml};

pub(crate) const FLAGS: &str = "f/filename= l/labels= o/output= selector= port= target-port= protocol= type= name= \
    cluster-ip= external-ip= load-balancer-ip= session-affinity= overrides= override-type= field-manager= k/kustomize= template= \
    dry-run=unchanged save-config record R/recursive show-managed-fields allow-missing-template-keys";

/// `kubectl expose`.
pub(crate) fn expose(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl expose")?;
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    // Upstream `--selector` is the new service's, not a choice of objects.
    let mut chosen = Args::default();
    args.get("filename").into_iter().for_each(|file| chosen.set("filename", file));
    let (request, failures) = resource::asked(&args.words, &chosen, WithoutNames::Refused, context)?;
    Failure::all(failures)?;
    let mut filter = Filter::of(&chosen, context)?;
    filter.namespace = Some(resource::namespace(&args, context));
    // What cannot be exposed keeps nothing else from it.
    let parts = match request {
        Request::Names(names) => names.into_iter().map(|named| Request::Names(vec![named])).collect(),
        kinds => vec![kinds],
    };
    let mut failures = vec![];
    for part in parts {
        let (objects, missing) = resource::fetch(context, &part, &filter)?;
        failures.extend(missing);
        for exposed in objects {
            failures.extend(expose_one(&exposed, &args, dry_run, &format, context, out).err());
        }
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

fn expose_one(
    exposed: &Object,
    args: &Args,
    dry_run: DryRun,
    format: &Format,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<()> {
    let mut value = service(exposed, args)?;
    if dry_run != DryRun::Client || args.is_filled("namespace") {
        value["metadata"]["namespace"] = exposed.namespace().into();
    }
    value = overridden(value, Kind::Service, args)?;
    apply::record(args, &mut value);
    if args.is_on("save-config") {
        value = apply::with_last_applied(value);
    }
    let (object, _) = decode::lenient(Kind::Service, &value).map_err(|(_, why)| Failure::client(&why))?;
    let created = apply::create_one(object, "", "creating", dry_run, context, out)?;
    context.sim.deliver();
    print::answer(created, "exposed", format, dry_run, out)
}

/// An object with what `--overrides` says, merged as `--override-type` says.
pub(crate) fn overridden(value: Value, kind: Kind, args: &Args) -> Result<Value> {
    let Some(overrides) = args.get("overrides").filter(|text| !text.is_empty()) else { return Ok(value) };
    let wrong = || Failure::client("Invalid JSON Patch");
    let documents = yaml::parse(overrides).map_err(|_| wrong())?;
    let [change] = documents.as_slice() else { return Err(wrong()) };
    match args.get("override-type") {
        None | Some("" | "merge") => super::patch_verb::json_merge(kind.schema(), &value, change),
        Some("strategic") => patch::strategic(kind.schema(), change, &value).map_err(|_| wrong()),
        Some("json") => super::patch_verb::json_patch(kind.schema(), &value, change),
        Some(other) => Err(Failure::refused(format_args!("invalid merge type: {other}"))),
    }
}

/// The service for an object.
fn service(exposed: &Object, args: &Args) -> Result<Value> {
    let value = wire::value(exposed);
    let kind = exposed.kind();
    if !matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::Pod | Kind::Service)
        && kind.name() != "ReplicationController"
    {
        let group = if kind.group().is_empty() { String::new() } else { [".", kind.group()].concat() };
        return Err(Failure::refused(format_args!("cannot expose a {}{group}", kind.name())));
    }
    let selector = match args.get("selector").filter(|selector| !selector.is_empty()) {
        Some(selector) => pairs(selector)?,
        None => selector(exposed, &value)?,
    };
    let labels = match args.get("labels").filter(|labels| !labels.is_empty()) {
        Some(labels) => pairs(labels)?,
        None => value["metadata"]["labels"].clone(),
    };
    let ports = ports(exposed, &value, args)?;
    let given = |flag: &str| text(args.get(flag).unwrap_or_default());
    let external: Vec<String> = args.all("external-ip");
    let spec = object(vec![
        ("clusterIP", given("cluster-ip")),
        ("externalIPs", texts(&external)),
        ("loadBalancerIP", given("load-balancer-ip")),
        ("ports", list(ports)),
        ("selector", selector),
        ("sessionAffinity", given("session-affinity")),
        ("type", given("type")),
    ]);
    let name = args.get("name").filter(|name| !name.is_empty()).unwrap_or(exposed.name());
    let metadata = object(vec![("labels", labels), ("name", name.into())]);
    Ok(object(vec![
        ("apiVersion", Kind::Service.api_version().into()),
        ("kind", Kind::Service.name().into()),
        ("metadata", metadata),
        ("spec", spec),
    ]))
}

/// `a=b,c=d`.
fn pairs(text: &str) -> Result<Value> {
    let mut labels = vec![];
    for pair in text.split(',') {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Failure::refused(format_args!("unexpected label spec: {pair}")))?;
        labels.push((key, value.into()));
    }
    Ok(object(labels))
}

fn selector(exposed: &Object, value: &Value) -> Result<Value> {
    let found = match exposed.kind() {
        Kind::Pod => {
            let labels = &value["metadata"]["labels"];
            if labels.as_object().is_none_or(serde_json::Map::is_empty) {
                return Err(Failure::client(
                    "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
                ));
            }
            labels
        }
        Kind::Service => {
            let selector = &value["spec"]["selector"];
            if selector.as_object().is_none_or(serde_json::Map::is_empty) {
                return Err(Failure::client(
                    "couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set",
                ));
            }
            selector
        }
        _ => {
            let selector = &value["spec"]["selector"];
            if selector["matchExpressions"].as_array().is_some_and(|all| !all.is_empty()) {
                return Err(Failure::client(
                    "couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions to map-based selector",
                ));
            }
            &selector["matchLabels"]
        }
    };
    Ok(found.clone())
}

/// The ports that are asked for, or those of the containers.
fn ports(exposed: &Object, value: &Value, args: &Args) -> Result<Vec<Value>> {
    let known: Vec<(i64, String)> = match exposed.kind() {
        Kind::Service => found(&value["spec"]["ports"], "port"),
        kind => {
            let spec = if kind == Kind::Pod { &value["spec"] } else { &value["spec"]["template"]["spec"] };
            let containers = spec["containers"].as_array();
            containers.into_iter().flatten().flat_map(|container| found(&container["ports"], "containerPort")).collect()
        }
    };
    let asked: Vec<String> = match args.get("port").filter(|port| !port.is_empty()) {
        Some(_) => args.all("port"),
        None => known.iter().map(|(port, _)| port.to_string()).collect(),
    };
    if asked.is_empty() && args.get("cluster-ip") != Some("None") {
        return Err(Failure::client("couldn't find port via --port flag or introspection"));
    }
    let mut ports = vec![];
    for (index, asked_port) in asked.iter().enumerate() {
        let port: i64 = asked_port
            .parse()
            .map_err(|_| Failure::refused(format_args!("strconv.Atoi: parsing {asked_port:?}: invalid syntax")))?;
        let protocol = match args.get("protocol").filter(|protocol| !protocol.is_empty()) {
            Some(protocol) => protocol.to_owned(),
            None => known.iter().find(|(known, _)| *known == port).map_or_else(|| "TCP".to_owned(), |(_, it)| it.clone()),
        };
        let target = match args.get("target-port").filter(|port| !port.is_empty()) {
            Some(target) => target.parse::<i32>().map_or_else(|_| target.into(), Value::from),
            None => port.into(),
        };
        let name = if asked.len() > 1 { format!("port-{}", index + 1).into() } else { Value::Null };
        ports.push(object(vec![
            ("name", name),
            ("port", port.into()),
            ("protocol", protocol.into()),
            ("targetPort", target),
        ]));
    }
    Ok(ports)
}

fn found(ports: &Value, field: &str) -> Vec<(i64, String)> {
    let ports = ports.as_array().into_iter().flatten();
    ports.filter_map(|port| Some((port[field].as_i64()?, port["protocol"].as_str().unwrap_or("TCP").to_owned()))).collect()
}
