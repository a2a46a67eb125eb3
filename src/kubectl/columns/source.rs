//! What a cell of the table shows: a field, or what one of the functions here makes of the object.

use jiff::Timestamp;
use serde_json::Value;

use super::super::jsonpath::{self, Template, at, text_at};
use super::{label_selector, none, since};
use crate::api::kind::PrinterColumn;
use crate::api::{LabelSelector, StringMap, date, wire};

/// How many of a list are shown before the rest is counted.
const SHOWN: usize = 3;

/// The text of a cell. A source is a field's path (`spec.replicas`) or a function, with or without an argument
/// (`count:spec.replicas`, `ready`); after `|` comes what stands for nothing.
pub(super) fn cell(it: &Value, source: &str, now: Timestamp) -> String {
    let (source, instead) = source.split_once('|').unwrap_or((source, ""));
    let (function, argument) = source.split_once(':').unwrap_or((source, source));
    let text = made(it, function, argument, now).unwrap_or_else(|| text_at(it, source));
    if text.is_empty() { instead.to_owned() } else { text }
}

/// The text of a cell that a definition of people's own asks for.
pub(super) fn custom(it: &Value, column: &PrinterColumn, now: Timestamp) -> String {
    let template = jsonpath::relaxed(&column.path).and_then(|path| Template::parse(&path));
    let Ok(template) = template else { return String::new() };
    let Some(found) = template.find(it).first().map(|value| jsonpath::text(value)) else { return String::new() };
    if column.is_time { since(date::parse(&found), now) } else { found }
}

/// What the function of this name makes of the object; nothing if there is no such function.
fn made(it: &Value, function: &str, argument: &str, now: Timestamp) -> Option<String> {
    let field = at(it, argument);
    Some(match function {
        // Those of a field.
        "age" => time(it, argument).map_or_else(String::new, |then| since(Some(then), now)),
        "count" => field.as_i64().unwrap_or_default().to_string(),
        "flag" => (*field == true).to_string(),
        "join" => joined(items(it, argument).map(jsonpath::text), ","),
        "labels" => super::labels(wire::from_value::<StringMap>(field.clone()).ok().as_ref()),
        "length" => argument.split(',').map(|path| length(at(it, path))).sum::<usize>().to_string(),
        "lifetime" => field.as_i64().map_or_else(none, |seconds| {
            since(Some(now), now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(now))
        }),
        "modes" => access_modes(it, argument),
        "selector" => {
            wire::from_value::<LabelSelector>(field.clone()).map_or_else(|_| none(), |selector| label_selector(&selector))
        }
        "title" => field.as_bool().map_or_else(String::new, |on| if on { "True".to_owned() } else { "False".to_owned() }),
        // Those with an argument of their own.
        "condition" => condition(it, argument).map(|it| text_at(it, "status")).unwrap_or_default(),
        "containers" => containers(it, argument),
        "default" => {
            let name = text_at(it, "metadata.name");
            if at(it, "metadata.annotations")[argument] == "true" { name + " (default)" } else { name }
        }
        "quota" => quota(it, argument),
        "subjects" => subjects(it, argument),
        // Those of one kind.
        "addresses" => addresses(it),
        "approval" => approval(it),
        "audiences" => match at(it, "spec.tokenRequests") {
            Value::Array(requests) => joined(requests.iter().map(|request| text_at(request, "audience")), ","),
            _ => "<unset>".to_owned(),
        },
        "available" => available(it),
        "claim" if at(it, "spec.claimRef").is_null() => String::new(),
        "claim" => text_at(it, "spec.claimRef.namespace") + "/" + &text_at(it, "spec.claimRef.name"),
        "completions" => completions(it),
        "duration" => {
            let end = time(it, "status.completionTime").unwrap_or(now);
            time(it, "status.startTime").map_or_else(String::new, |start| since(Some(start), end))
        }
        "endpoints" => endpoints(it),
        "external" => external(it),
        "hosts" => hosts(it),
        "ingressPorts" if length(at(it, "spec.tls")) > 0 => "80, 443".to_owned(),
        "ingressPorts" => "80".to_owned(),
        "jobStatus" => job_status(it),
        "metrics" => metrics(it),
        "parameters" if at(it, "spec.parameters").is_null() => none(),
        "parameters" => {
            let parameters = at(it, "spec.parameters");
            let group = text_at(parameters, "apiGroup");
            let dot = if group.is_empty() { "" } else { "." };
            text_at(parameters, "kind") + dot + &group + "/" + &text_at(parameters, "name")
        }
        "paramKind" if at(it, "spec.paramKind").is_null() => "<unset>".to_owned(),
        "paramKind" => text_at(it, "spec.paramKind.apiVersion") + "/" + &text_at(it, "spec.paramKind.kind"),
        "paramRef" => {
            let (namespace, name) = (text_at(it, "spec.paramRef.namespace"), text_at(it, "spec.paramRef.name"));
            match (namespace.as_str(), name.as_str()) {
                (_, "") => "<unset>".to_owned(),
                ("", name) => "*/".to_owned() + name,
                (namespace, name) => [namespace, name].join("/"),
            }
        }
        "parent" => parent(it),
        "phase" if at(it, "metadata.deletionTimestamp").is_string() => "Terminating".to_owned(),
        "phase" => text_at(it, "status.phase"),
        "ready" => {
            let number = |path| at(it, path).as_i64().unwrap_or_default().to_string();
            number("status.readyReplicas") + "/" + &number("spec.replicas")
        }
        "reference" => text_at(it, "spec.scaleTargetRef.kind") + "/" + &text_at(it, "spec.scaleTargetRef.name"),
        "role" => text_at(it, "roleRef.kind") + "/" + &text_at(it, "roleRef.name"),
        "service" if at(it, "spec.service").is_null() => "Local".to_owned(),
        "service" => text_at(it, "spec.service.namespace") + "/" + &text_at(it, "spec.service.name"),
        "servicePorts" => {
            let ports = joined(items(it, "spec.ports").map(service_port), ",");
            if ports.is_empty() { none() } else { ports }
        }
        "sliceEndpoints" => {
            let all: Vec<String> =
                items(it, "endpoints").flat_map(|endpoint| items(endpoint, "addresses")).map(jsonpath::text).collect();
            unset_or_more(all)
        }
        "slicePorts" => unset_or_more(items(it, "ports").map(slice_port).collect()),
        "storageClass" => {
            let old = text_at(&at(it, "metadata.annotations")["volume.beta.kubernetes.io/storage-class"], "");
            if old.is_empty() { text_at(it, "spec.storageClassName") } else { old }
        }
        _ => return None,
    })
}

fn items<'a>(it: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    at(it, path).as_array().into_iter().flatten()
}

fn length(value: &Value) -> usize {
    value.as_array().map_or(0, Vec::len) + value.as_object().map_or(0, serde_json::Map::len)
}

fn joined(texts: impl Iterator<Item = String>, between: &str) -> String {
    texts.collect::<Vec<_>>().join(between)
}

/// The moment at a path.
fn time(it: &Value, path: &str) -> Option<Timestamp> {
    at(it, path).as_str().and_then(date::parse)
}

/// Those that are shown, and how many there are besides.
fn with_more(shown: Vec<String>, all: usize) -> String {
    let list = shown.into_iter().take(SHOWN).collect::<Vec<_>>().join(",");
    if all > SHOWN { format!("{list} + {} more...", all - SHOWN) } else { list }
}

fn unset_or_more(all: Vec<String>) -> String {
    let count = all.len();
    let text = with_more(all, count);
    if text.is_empty() { "<unset>".to_owned() } else { text }
}

fn condition<'a>(it: &'a Value, type_: &str) -> Option<&'a Value> {
    items(it, "status.conditions").find(|condition| condition["type"] == type_)
}

/// A field of the containers of the pod template, wherever the kind has it.
fn containers(it: &Value, field: &str) -> String {
    let places = ["spec.template.spec", "spec.jobTemplate.spec.template.spec", "template.spec"];
    let pod = places.into_iter().map(|place| at(it, place)).find(|pod| pod.is_object()).unwrap_or(&Value::Null);
    joined(items(pod, "containers").map(|container| text_at(container, field)), ",")
}

fn access_modes(it: &Value, path: &str) -> String {
    let known = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |mode: &str| items(it, path).any(|it| it == mode);
    joined(known.into_iter().filter(|(mode, _)| has(mode)).map(|(_, short)| short.to_owned()), ",")
}

fn job_status(it: &Value) -> String {
    let known = |types: &[&'static str]| {
        types.iter().copied().find(|type_| condition(it, type_).is_some_and(|condition| condition["status"] == "True"))
    };
    let ends = known(&["Complete", "Failed"]);
    let terminating = at(it, "metadata.deletionTimestamp").is_string().then_some("Terminating");
    let waits = || known(&["Suspended", "FailureTarget", "SuccessCriteriaMet"]);
    ends.or(terminating).or_else(waits).unwrap_or("Running").to_owned()
}

fn completions(it: &Value) -> String {
    let number = |path| at(it, path).as_i64();
    let succeeded = number("status.succeeded").unwrap_or_default();
    match (number("spec.completions"), number("spec.parallelism")) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, Some(parallelism)) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn subjects(it: &Value, kind: &str) -> String {
    let mine = items(it, "subjects").filter(|subject| subject["kind"] == kind);
    let name = |subject: &Value| match kind {
        "ServiceAccount" => text_at(subject, "namespace") + "/" + &text_at(subject, "name"),
        _ => text_at(subject, "name"),
    };
    joined(mine.map(name), ", ")
}

fn external(it: &Value) -> String {
    let given = joined(items(it, "spec.externalIPs").map(jsonpath::text), ",");
    match text_at(it, "spec.type").as_str() {
        "ExternalName" => text_at(it, "spec.externalName"),
        "LoadBalancer" => {
            let all: Vec<String> = [addresses(it), given].into_iter().filter(|text| !text.is_empty()).collect();
            if all.is_empty() { "<pending>".to_owned() } else { all.join(",") }
        }
        _ if given.is_empty() => none(),
        _ => given,
    }
}

/// The hosts of an Ingress's rules; what follows the last one that is shown counts as more, named or not.
fn hosts(it: &Value) -> String {
    let rules: Vec<String> = items(it, "spec.rules").map(|rule| text_at(rule, "host")).collect();
    let named = rules.iter().enumerate().filter(|(_, host)| !host.is_empty());
    let shown: Vec<(usize, &String)> = named.take(SHOWN).collect();
    let list = shown.iter().map(|(_, host)| host.as_str()).collect::<Vec<_>>().join(",");
    match shown.last() {
        None => "*".to_owned(),
        Some((last, _)) if shown.len() == SHOWN && last + 1 < rules.len() => {
            format!("{list} + {} more...", rules.len() - SHOWN)
        }
        Some(_) => list,
    }
}

/// Where a load balancer answers.
fn addresses(it: &Value) -> String {
    let mut all: Vec<String> = items(it, "status.loadBalancer.ingress")
        .map(|ingress| text_at(ingress, if ingress["ip"].is_string() { "ip" } else { "hostname" }))
        .collect();
    all.sort();
    all.join(",")
}

fn service_port(port: &Value) -> String {
    let node_port = text_at(port, "nodePort");
    let colon = if node_port.is_empty() { "" } else { ":" };
    [&text_at(port, "port"), colon, &node_port, "/", &text_at(port, "protocol")].concat()
}

fn slice_port(port: &Value) -> String {
    let (number, name) = (text_at(port, "port"), text_at(port, "name"));
    if !number.is_empty() {
        number
    } else if port["name"].is_string() {
        name
    } else {
        "*".to_owned()
    }
}

fn endpoints(it: &Value) -> String {
    let mut all = vec![];
    for subset in items(it, "subsets") {
        let ips = || items(subset, "addresses").map(|address| text_at(address, "ip"));
        if length(&subset["ports"]) == 0 {
            all.extend(ips());
        }
        for port in items(subset, "ports") {
            all.extend(ips().map(|ip| ip + ":" + &text_at(port, "port")));
        }
    }
    let count = all.len();
    if items(it, "subsets").next().is_none() { none() } else { with_more(all, count) }
}

/// What is used of each limit: `limits` are told apart from all else.
fn quota(it: &Value, column: &str) -> String {
    let hard = at(it, "status.hard").as_object().into_iter().flatten();
    let mine = hard.filter(|(name, _)| name.starts_with("limits.") == (column == "limits"));
    let used = at(it, "status.used");
    let used = |name: &str| used.get(name).map_or_else(|| "0".to_owned(), jsonpath::text);
    joined(mine.map(|(name, hard)| format!("{name}: {}/{}", used(name), jsonpath::text(hard))), ", ")
}

fn parent(it: &Value) -> String {
    let parent = at(it, "spec.parentRef");
    if parent.is_null() {
        return none();
    }
    let (group, namespace) = (text_at(parent, "group"), text_at(parent, "namespace"));
    let mut text = text_at(parent, "resource").to_ascii_lowercase();
    for (before, part) in [(".", group), ("/", namespace), ("/", text_at(parent, "name"))] {
        if !part.is_empty() {
            text = text + before + &part;
        }
    }
    text
}

fn approval(it: &Value) -> String {
    let has = |type_: &str| condition(it, type_).is_some();
    let word = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    };
    let failed = if has("Failed") { ",Failed" } else { "" };
    let issued = if at(it, "status.certificate").is_string() { ",Issued" } else { "" };
    [word, failed, issued].concat()
}

fn available(it: &Value) -> String {
    let Some(condition) = condition(it, "Available") else { return "Unknown".to_owned() };
    let (status, reason) = (text_at(condition, "status"), text_at(condition, "reason"));
    if status == "True" || reason.is_empty() { status } else { format!("{status} ({reason})") }
}

/// What an autoscaler measures: `cpu: <unknown>/80%`.
fn metrics(it: &Value) -> String {
    let all: Vec<String> = items(it, "spec.metrics").enumerate().map(|(index, spec)| metric(it, index, spec)).collect();
    match all.len() {
        0 => none(),
        count @ 0..=2 => all[..count].join(", "),
        count => format!("{} + {} more...", all[..2].join(", "), count - 2),
    }
}

fn metric(it: &Value, index: usize, spec: &Value) -> String {
    let type_ = text_at(spec, "type");
    let mut field = type_.clone();
    field[..1.min(type_.len())].make_ascii_lowercase();
    let of_resource = matches!(type_.as_str(), "Resource" | "ContainerResource");
    let target = &spec[&field]["target"];
    let current = &at(it, "status.currentMetrics")[index][&field]["current"];
    let shown = |value: &Value, name: &str, unit: &str, instead: &str| match text_at(value, name) {
        text if text.is_empty() => instead.to_owned(),
        text => text + unit,
    };
    let pair = |name: &str, unit: &str, instead: &str| {
        shown(current, name, unit, "<unknown>") + "/" + &shown(target, name, unit, instead)
    };
    let average = target["averageValue"].is_string();
    match type_.as_str() {
        "Pods" => pair("averageValue", "", ""),
        "External" | "Object" if average => pair("averageValue", "", "") + " (avg)",
        "External" | "Object" => pair("value", "", ""),
        _ if of_resource && average => text_at(&spec[&field], "name") + ": " + &pair("averageValue", "", ""),
        _ if of_resource => text_at(&spec[&field], "name") + ": " + &pair("averageUtilization", "%", "<auto>"),
        _ => "<unknown type>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cells_come_from_fields_and_functions() {
        let check = |it: Value, source: &str, expect: &str| {
            assert_eq!(cell(&it, source, Timestamp::UNIX_EPOCH), expect, "{source}");
        };
        check(json!({"spec": {"replicas": 3}}), "spec.replicas", "3");
        check(json!({}), "spec.replicas|<unset>", "<unset>");
        check(json!({}), "count:spec.replicas", "0");
        check(json!({"data": {"a": "", "b": ""}, "binaryData": {"c": ""}}), "length:data,binaryData", "3");
        check(json!({"spec": {"accessModes": ["ReadWriteMany", "ReadWriteOnce"]}}), "modes:spec.accessModes", "RWO,RWX");
        let subjects =
            json!({"subjects": [{"kind": "User", "name": "a"}, {"kind": "ServiceAccount", "namespace": "n", "name": "b"}]});
        check(subjects.clone(), "subjects:ServiceAccount", "n/b");
        check(subjects, "subjects:User", "a");
        let ports = json!({"spec": {"ports": [{"port": 80, "protocol": "TCP", "nodePort": 30080}, {"port": 53, "protocol": "UDP"}]}});
        check(ports, "servicePorts", "80:30080/TCP,53/UDP");
        let rules = json!({"spec": {"rules": [{"host": "a"}, {"host": "b"}, {}, {"host": "d"}, {}]}});
        check(rules, "hosts", "a,b,d + 2 more...");
        let endpoints =
            json!({"subsets": [{"addresses": [{"ip": "1"}, {"ip": "2"}], "ports": [{"port": 80}, {"port": 81}]}]});
        check(endpoints, "endpoints", "1:80,2:80,1:81 + 1 more...");
        let metrics = json!({"spec": {"metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}},
            {"type": "Pods", "pods": {"target": {"averageValue": "1k"}}},
        ]}});
        check(metrics, "metrics", "cpu: <unknown>/80%, <unknown>/1k");
        check(json!({"status": {"succeeded": 1}, "spec": {"completions": 3}}), "completions", "1/3");
        check(json!({"status": {"conditions": [{"type": "Failed", "status": "True"}]}}), "jobStatus", "Failed");
        let name = json!({"metadata": {"name": "x", "annotations": {"a.b/c": "true"}}});
        check(name, "default:a.b/c", "x (default)");
    }

    #[test]
    fn every_function_of_the_table_is_known() {
        for word in include_str!("table.txt").split_ascii_whitespace() {
            let Some((_, source)) = word.split_once('=').filter(|(_, source)| *source != "row") else { continue };
            let source = source.split('|').next().unwrap_or_default();
            let (function, argument) = source.split_once(':').unwrap_or((source, source));
            // A field has a dot, or is one of an object without a spec.
            let field = source.contains('.') && !source.contains(':')
                || [
                    "addressType",
                    "capacity",
                    "driverName",
                    "handler",
                    "preemptionPolicy",
                    "provisioner",
                    "reclaimPolicy",
                    "storageClassName",
                    "type",
                    "volumeBindingMode",
                ]
                .contains(&source);
            assert!(field || made(&Value::Null, function, argument, Timestamp::UNIX_EPOCH).is_some(), "{word}");
        }
    }
}
