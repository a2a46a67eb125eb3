//! `describe daemonset`.

use serde_json::Value;

use super::{Page, at, template};
use crate::api::{DaemonSet, Pod, Resource, StringMap, selector::Selector};
use crate::kubectl::columns::labels;
use crate::sim::Simulation;

pub(super) fn describe(it: &DaemonSet, value: &Value, sim: &Simulation, page: &mut Page) {
    let spec = it.spec.as_ref();
    let selector = spec.and_then(|spec| Selector::from_label_selector(&spec.selector).ok());
    let selector = selector.unwrap_or_else(Selector::nothing);
    page.fields(0, value, "Name=metadata.name;Namespace=metadata.namespace");
    page.row(0, format_args!("Selector:\t{selector}"));
    let node_selector = spec.and_then(|spec| spec.template.spec.as_ref()?.node_selector.as_ref());
    page.row(0, format_args!("Node-Selector:\t{}", labels(node_selector)));
    page.labels_and_annotations(value);
    for (what, count) in [
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ] {
        page.row(0, format_args!("{what}: {}", value["status"][count].as_i64().unwrap_or(0)));
    }
    let mut counts = [0; 4];
    let phases = ["Running", "Pending", "Succeeded", "Failed"];
    for pod in sim.cluster().store().list::<Pod>().filter(|pod| is_mine(pod, it, &selector)) {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        if let Some(at) = phases.iter().position(|known| Some(*known) == phase) {
            counts[at] += 1;
        }
    }
    let [running, waiting, succeeded, failed] = counts;
    page.row(
        0,
        format_args!("Pods Status:\t{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"),
    );
    template::describe(at(value, "spec.template"), page);
}

fn is_mine(pod: &Pod, it: &DaemonSet, selector: &Selector) -> bool {
    let mut owners = pod.metadata.owner_references.iter().flatten();
    let owned = owners.any(|owner| owner.controller == Some(true) && owner.uid == it.uid());
    owned && pod.namespace() == it.namespace() && selector.matches(pod.metadata.labels.as_ref().unwrap_or(&StringMap::new()))
}
