//! `describe pod`.

use jiff::Timestamp;
use serde_json::Value;

use super::{Page, list, template, text, time, volumes};
use crate::kubectl::columns::since;

pub(super) fn describe(it: &Value, now: Timestamp, page: &mut Page) {
    page.fields(
        0,
        it,
        "Name=metadata.name;Namespace=metadata.namespace;Priority?=spec.priority;Priority Class Name?=spec.priorityClassName;\
         Runtime Class Name?=spec.runtimeClassName;Service Account?=spec.serviceAccountName",
    );
    match text(it, "spec.nodeName") {
        node if node.is_empty() => page.line(0, "Node:\t<none>"),
        node => page.row(0, format_args!("Node:\t{node}/{}", text(it, "status.hostIP"))),
    }
    page.fields(0, it, "Start Time?=~status.startTime");
    page.labels_and_annotations(it);
    let phase = text(it, "status.phase");
    match time(it, "metadata.deletionTimestamp") {
        Some(deleted) if phase != "Failed" && phase != "Succeeded" => {
            page.row(0, format_args!("Status:\tTerminating (lasts {})", since(Some(deleted), now)));
            let grace = it["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or(0);
            page.row(0, format_args!("Termination Grace Period:\t{grace}s"));
        }
        _ => page.row(0, format_args!("Status:\t{phase}")),
    }
    page.fields(
        0,
        it,
        "Reason?=status.reason;Message?=status.message;SeccompProfile?=spec.securityContext.seccompProfile.type;\
         LocalhostProfile?=spec.securityContext.seccompProfile.localhostProfile;IP=status.podIP",
    );
    let ips = list(it, "status.podIPs");
    page.line(0, if ips.is_empty() { "IPs:\t<none>" } else { "IPs:" });
    ips.iter().for_each(|ip| page.fields(1, ip, "IP=ip"));
    if let Some(owner) = list(it, "metadata.ownerReferences").iter().find(|owner| owner["controller"] == true) {
        page.row(0, format_args!("Controlled By:\t{}/{}", text(owner, "kind"), text(owner, "name")));
    }
    page.fields(0, it, "NominatedNodeName?=status.nominatedNodeName");
    let spec = &it["spec"];
    if spec["resources"].is_object() {
        page.line(0, "Resources:");
        page.resources(1, spec);
    }
    let init = list(spec, "initContainers");
    if !init.is_empty() {
        let running = Some((it, list(it, "status.initContainerStatuses")));
        template::containers("Init Containers", init, running, "", page);
    }
    let running = Some((it, list(it, "status.containerStatuses")));
    template::containers("Containers", list(spec, "containers"), running, "", page);
    let conditions = list(it, "status.conditions");
    let gates = list(spec, "readinessGates");
    if !gates.is_empty() {
        page.line(0, "Readiness Gates:");
        page.line(1, "Type\tStatus");
    }
    for gate in gates {
        let type_ = text(gate, "conditionType");
        let condition = conditions.iter().find(|condition| condition["type"] == type_.as_str());
        let status = condition.map_or_else(|| "<none>".to_owned(), |condition| text(condition, "status"));
        page.row(1, format_args!("{type_} \t{status} "));
    }
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus");
    }
    for condition in conditions {
        page.row(1, format_args!("{} \t{} ", text(condition, "type"), text(condition, "status")));
    }
    volumes::describe(list(spec, "volumes"), "", page);
    page.fields(0, it, "QoS Class=status.qosClass|BestEffort");
    page.map("Node-Selectors", &spec["nodeSelector"]);
    template::tolerations("Tolerations", spec, page);
    template::topology_spread(spec, "", page);
}
