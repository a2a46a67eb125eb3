//! `describe node`.

use std::rc::Rc;

use serde_json::Value;

use super::{Page, amount, at, date, list, or_none, stamp, text};
use crate::api::demand::{self, Amounts};
use crate::api::quantity::Amount;
use crate::api::{Node, Pod, Resource, ResourceRequirements};
use crate::kubectl::columns::{age, node_roles};
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
    let is_over = |pod: &Pod| {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        matches!(phase, Some("Succeeded" | "Failed"))
    };
    let pods: Vec<&Rc<Pod>> = sim.cluster().store().pods_on(node.name()).filter(|pod| !is_over(pod)).collect();
    let whole = |name: &str| allocatable.and_then(|all| all.get(name)).map_or(Amount::ZERO, amount);
    let cell = |name: &str, amount: Amount| {
        let whole = whole(name);
        let (part, whole) = match name {
            "cpu" => (amount.as_millis(), whole.as_millis()),
            _ => (amount.as_units(), whole.as_units()),
        };
        // In this order, as 28.999… is 28: upstream does not round.
        let percent = if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 };
        format!("{amount} ({}%)", percent as i64)
    };
    page.row(0, format_args!("Non-terminated Pods:\t({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    for pod in &pods {
        let mut line = format!("{}\t{}\t", pod.namespace(), pod.name());
        for name in ["cpu", "memory"] {
            for of in [Demand::Requests, Demand::Limits] {
                line.push('\t');
                line.push_str(&cell(name, total(pod, of, name).unwrap_or_default()));
            }
        }
        page.row(1, format_args!("{line}\t{}", age(pod.metadata.creation_timestamp.as_ref(), sim.cluster().now())));
    }
    page.line(0, "Allocated resources:");
    page.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let sum =
        |of: Demand, name: &str| pods.iter().filter_map(|pod| total(pod, of, name)).reduce(Amount::plus).unwrap_or_default();
    let mut others: Vec<&str> = vec![];
    let mut shown = vec!["cpu", "memory", "ephemeral-storage"];
    for (name, _) in allocatable.into_iter().flatten() {
        match name.as_str() {
            "cpu" | "memory" | "ephemeral-storage" | "pods" => {}
            name if name.starts_with("hugepages-") => shown.push(name),
            name => others.push(name),
        }
    }
    let both = |name: &str| [Demand::Requests, Demand::Limits].map(|of| sum(of, name));
    for name in shown {
        let [requests, limits] = both(name).map(|amount| cell(name, amount));
        page.row(1, format_args!("{name}\t{requests}\t{limits}"));
    }
    for name in others {
        let [requests, limits] = both(name);
        page.row(1, format_args!("{name}\t{requests}\t{limits}"));
    }
}

/// Which of the two things that a pod says of a resource.
#[derive(Clone, Copy)]
enum Demand {
    Requests,
    Limits,
}

/// What a pod asks for of one resource, or may use of it at most (upstream: `component-helpers/resource/helpers.go`,
/// `PodRequests` and `PodLimits`).
fn total(pod: &Pod, of: Demand, name: &str) -> Option<Amount> {
    let spec = pod.spec.as_ref()?.common();
    let said = |resources: Option<&ResourceRequirements>| {
        let list = match of {
            Demand::Requests => resources?.requests.as_ref(),
            Demand::Limits => resources?.limits.as_ref(),
        };
        Some(Amount::of(list?.get(name)?))
    };
    let of_pod = said(spec.resources.as_ref()).filter(|_| demand::is_of_pods(name));
    let mut sum = of_pod.or_else(|| demand::of_containers(spec, &|container| said(container.resources.as_ref())));
    let is_limited = sum.is_some_and(|sum| !sum.is_zero());
    if is_limited || matches!(of, Demand::Requests) {
        sum.add(&spec.overhead.as_ref().and_then(|all| all.get(name)).map(Amount::of));
    }
    sum
}
