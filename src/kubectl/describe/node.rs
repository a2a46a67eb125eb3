//! `describe node`.

use serde_json::Value;

use super::{Page, amount, at, date, list, or_none, stamp, text, time};
use crate::api::quantity::Amount;
use crate::api::{Node, Object, Resource};
use crate::kubectl::columns::{node_roles, since};
use crate::sim::Simulation;

pub(super) fn describe(node: &Node, it: &Value, sim: &Simulation, page: &mut Page) {
    page.row(0, format_args!("Name:\t{}", node.name()));
    page.row(0, format_args!("Roles:\t{}", or_none(&node_roles(node).join(","))));
    page.labels_and_annotations(it);
    page.fields(0, it, "CreationTimestamp=~metadata.creationTimestamp");
    let mut taints: Vec<String> = vec![];
    for taint in list(it, "spec.taints") {
        let (key, value, effect) = (text(taint, "key"), text(taint, "value"), text(taint, "effect"));
        let equals = if value.is_empty() { "" } else { "=" };
        // What stands before the first line end is for sorting only.
        taints.push(format!("{effect},{key}\n{key}{equals}{value}:{effect}"));
    }
    taints.sort();
    let taints: Vec<String> = taints.iter().filter_map(|taint| Some(taint.split_once('\n')?.1.to_owned())).collect();
    page.several("Taints", &taints);
    page.row(0, format_args!("Unschedulable:\t{}", it["spec"]["unschedulable"] == true));
    match sim.last_heartbeat(node.name()) {
        Some(beat) => {
            page.line(0, "Lease:");
            page.row(1, format_args!("HolderIdentity:\t{}", node.name()));
            page.line(1, "AcquireTime:\t<unset>");
            page.row(1, format_args!("RenewTime:\t{}", stamp(beat.timestamp())));
        }
        None => {
            page.row(0, format_args!("Lease:\tFailed to get lease: leases.coordination.k8s.io {:?} not found", node.name()));
        }
    }
    let conditions = list(it, "status.conditions");
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
    }
    for it in conditions {
        let (beat, change) = (date(it, "lastHeartbeatTime"), date(it, "lastTransitionTime"));
        let (type_, status, reason, message) =
            (text(it, "type"), text(it, "status"), text(it, "reason"), text(it, "message"));
        page.row(1, format_args!("{type_} \t{status} \t{beat} \t{change} \t{reason} \t{message}"));
    }
    page.line(0, "Addresses:");
    for address in list(it, "status.addresses") {
        page.row(1, format_args!("{}:\t{}", text(address, "type"), text(address, "address")));
    }
    page.amounts(0, "Capacity", at(it, "status.capacity"));
    page.amounts(0, "Allocatable", at(it, "status.allocatable"));
    page.line(0, "System Info:");
    page.fields(
        1,
        at(it, "status.nodeInfo"),
        "Machine ID=machineID;System UUID=systemUUID;Boot ID=bootID;Kernel Version=kernelVersion;OS Image=osImage;\
         Operating System=operatingSystem;Architecture=architecture;Container Runtime Version=containerRuntimeVersion;\
         Kubelet Version=kubeletVersion",
    );
    page.fields(0, it, "PodCIDR?=spec.podCIDR");
    let cidrs: Vec<&str> = list(it, "spec.podCIDRs").iter().filter_map(Value::as_str).collect();
    if !cidrs.is_empty() {
        page.row(0, format_args!("PodCIDRs:\t{}", cidrs.join(",")));
    }
    page.fields(0, it, "ProviderID?=spec.providerID");
    pods(node, &it["status"], sim, page);
}

fn pods(node: &Node, status: &Value, sim: &Simulation, page: &mut Page) {
    let allocatable = status["allocatable"].as_object().filter(|all| !all.is_empty()).or(status["capacity"].as_object());
    let mut pods: Vec<Value> = vec![];
    for pod in sim.cluster().store().pods_on(node.name()) {
        let pod = Object::Pod(std::rc::Rc::clone(pod)).to_value();
        if !matches!(text(&pod, "status.phase").as_str(), "Succeeded" | "Failed") {
            pods.push(pod);
        }
    }
    let whole = |name: &str| allocatable.and_then(|all| all.get(name)).map_or(Amount::ZERO, amount);
    let cell = |name: &str, amount: Amount| {
        let whole = whole(name);
        let (part, whole) = match name {
            "cpu" => (amount.as_millis(), whole.as_millis()),
            _ => (amount.as_units(), whole.as_units()),
        };
        let percent = i128::from(part).saturating_mul(100).checked_div(i128::from(whole)).unwrap_or(0);
        format!("{amount} ({percent}%)")
    };
    page.row(0, format_args!("Non-terminated Pods:\t({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    for pod in &pods {
        let mut line = format!("{}\t{}\t", text(pod, "metadata.namespace"), text(pod, "metadata.name"));
        for name in ["cpu", "memory"] {
            for list in ["requests", "limits"] {
                line.push('\t');
                line.push_str(&cell(name, total(pod, list, name).unwrap_or(Amount::ZERO)));
            }
        }
        page.row(1, format_args!("{line}\t{}", since(time(pod, "metadata.creationTimestamp"), sim.cluster().now())));
    }
    page.line(0, "Allocated resources:");
    page.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let sum = |list: &str, name: &str| {
        pods.iter().filter_map(|pod| total(pod, list, name)).reduce(Amount::plus).unwrap_or(Amount::ZERO)
    };
    let mut others: Vec<&str> = vec![];
    let mut shown = vec!["cpu", "memory", "ephemeral-storage"];
    for (name, _) in allocatable.into_iter().flatten() {
        match name.as_str() {
            "cpu" | "memory" | "ephemeral-storage" | "pods" => {}
            name if name.starts_with("hugepages-") => shown.push(name),
            name => others.push(name),
        }
    }
    for name in shown {
        page.row(1, format_args!("{name}\t{}\t{}", cell(name, sum("requests", name)), cell(name, sum("limits", name))));
    }
    for name in others {
        page.row(1, format_args!("{name}\t{}\t{}", sum("requests", name), sum("limits", name)));
    }
}

/// What a pod asks for of one resource: its containers together, or its most demanding init container if that is more, and its
/// overhead (upstream: `component-helpers/resource/helpers.go`).
fn total(pod: &Value, kind: &str, name: &str) -> Option<Amount> {
    let of = |container: &Value| container["resources"][kind].get(name).map(amount);
    let plus = |sum: Option<Amount>, amount: Amount| Some(sum.map_or(amount, |sum| sum.plus(amount)));
    let mut sum = list(pod, "spec.containers").iter().filter_map(of).fold(None, plus);
    for container in list(pod, "spec.initContainers") {
        match of(container) {
            None => {}
            Some(amount) if container["restartPolicy"] == "Always" => sum = plus(sum, amount),
            Some(amount) => sum = sum.filter(|sum| *sum > amount).or(Some(amount)),
        }
    }
    match pod["spec"]["overhead"].get(name) {
        Some(overhead) if sum.is_some() => plus(sum, amount(overhead)),
        _ => sum,
    }
}
