//! `describe pod`.

use jiff::Timestamp;

use super::{Page, date, template};
use crate::api::{Pod, PodSpec, PodStatus, Resource};
use crate::kubectl::columns::since;

pub(super) fn describe(it: &Pod, now: Timestamp, page: &mut Page) {
    let (no_spec, no_status) = (PodSpec::default(), PodStatus::default());
    let spec = it.spec.as_ref().unwrap_or(&no_spec);
    let status = it.status.as_ref().unwrap_or(&no_status);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let given = |title: &str, text: &Option<String>, page: &mut Page| {
        if let Some(text) = text.as_deref().filter(|text| !text.is_empty()) {
            page.line(0, &format!("{title}:\t{text}"));
        }
    };
    page.line(0, &format!("Name:\t{}", it.name()));
    page.line(0, &format!("Namespace:\t{}", it.namespace()));
    if let Some(priority) = spec.priority {
        page.line(0, &format!("Priority:\t{priority}"));
    }
    given("Priority Class Name", &spec.priority_class_name, page);
    given("Runtime Class Name", &spec.runtime_class_name, page);
    given("Service Account", &spec.service_account_name, page);
    match spec.node_name.as_deref() {
        None | Some("") => page.line(0, "Node:\t<none>"),
        Some(node) => page.line(0, &format!("Node:\t{node}/{}", text(&status.host_ip))),
    }
    if let Some(start) = &status.start_time {
        page.line(0, &format!("Start Time:\t{}", date(Some(start))));
    }
    page.map("Labels", it.metadata.labels.as_ref());
    page.annotations("Annotations", it.metadata.annotations.as_ref());
    let phase = text(&status.phase);
    match &it.metadata.deletion_timestamp {
        Some(time) if phase != "Failed" && phase != "Succeeded" => {
            page.line(0, &format!("Status:\tTerminating (lasts {})", since(Some(time.0), now)));
            let grace = it.metadata.deletion_grace_period_seconds.unwrap_or(0);
            page.line(0, &format!("Termination Grace Period:\t{grace}s"));
        }
        _ => page.line(0, &format!("Status:\t{phase}")),
    }
    given("Reason", &status.reason, page);
    given("Message", &status.message, page);
    page.line(0, &format!("IP:\t{}", text(&status.pod_ip)));
    match status.pod_ips.as_deref() {
        None | Some([]) => page.line(0, "IPs:\t<none>"),
        Some(ips) => {
            page.line(0, "IPs:");
            ips.iter().for_each(|ip| page.line(1, &format!("IP:\t{}", ip.ip)));
        }
    }
    let mut owners = it.metadata.owner_references.iter().flatten();
    if let Some(owner) = owners.find(|owner| owner.controller == Some(true)) {
        page.line(0, &format!("Controlled By:\t{}/{}", owner.kind, owner.name));
    }
    given("NominatedNodeName", &status.nominated_node_name, page);
    if let Some(init) = spec.init_containers.as_deref().filter(|init| !init.is_empty()) {
        let statuses = status.init_container_statuses.as_deref().unwrap_or_default();
        template::containers("Init Containers", init, Some((it, statuses)), "", page);
    }
    let statuses = status.container_statuses.as_deref().unwrap_or_default();
    template::containers("Containers", &spec.containers, Some((it, statuses)), "", page);
    let conditions = status.conditions.as_deref().unwrap_or_default();
    if let Some(gates) = spec.readiness_gates.as_ref().filter(|gates| !gates.is_empty()) {
        page.line(0, "Readiness Gates:");
        page.line(1, "Type\tStatus");
        for gate in gates {
            let condition = conditions.iter().find(|condition| condition.type_ == gate.condition_type);
            page.line(1, &format!("{} \t{} ", gate.condition_type, condition.map_or("<none>", |c| c.status.as_str())));
        }
    }
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus");
        conditions.iter().for_each(|condition| page.line(1, &format!("{} \t{} ", condition.type_, condition.status)));
    }
    template::volumes(spec.volumes.as_deref().unwrap_or_default(), "", page);
    page.line(0, &format!("QoS Class:\t{}", status.qos_class.as_deref().unwrap_or("BestEffort")));
    page.map("Node-Selectors", spec.node_selector.as_ref());
    template::tolerations("Tolerations", spec.tolerations.as_deref().unwrap_or_default(), page);
    template::topology_spread(spec, "", page);
}
