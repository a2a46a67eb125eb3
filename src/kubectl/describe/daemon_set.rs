//! `describe daemonset`.

use super::{Page, template};
use crate::api::{DaemonSet, Pod, Resource, StringMap, selector::Selector};
use crate::kubectl::columns::labels;
use crate::sim::Simulation;

pub(super) fn describe(it: &DaemonSet, sim: &Simulation, page: &mut Page) {
    let spec = it.spec.clone().unwrap_or_default();
    let status = it.status.clone().unwrap_or_default();
    let selector = Selector::from_label_selector(&spec.selector).unwrap_or_else(|_| Selector::nothing());
    page.line(0, &format!("Name:\t{}", it.name()));
    page.line(0, &format!("Namespace:\t{}", it.namespace()));
    page.line(0, &format!("Selector:\t{selector}"));
    let node_selector = spec.template.spec.as_ref().and_then(|pod| pod.node_selector.as_ref());
    page.line(0, &format!("Node-Selector:\t{}", labels(node_selector)));
    page.map("Labels", it.metadata.labels.as_ref());
    page.annotations("Annotations", it.metadata.annotations.as_ref());
    for (what, count) in [
        ("Desired Number of Nodes Scheduled", status.desired_number_scheduled),
        ("Current Number of Nodes Scheduled", status.current_number_scheduled),
        ("Number of Nodes Scheduled with Up-to-date Pods", status.updated_number_scheduled.unwrap_or(0)),
        ("Number of Nodes Scheduled with Available Pods", status.number_available.unwrap_or(0)),
        ("Number of Nodes Misscheduled", status.number_misscheduled),
    ] {
        page.line(0, &format!("{what}: {count}"));
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
    page.line(0, &format!("Pods Status:\t{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"));
    template::describe(&spec.template, page);
}

fn is_mine(pod: &Pod, it: &DaemonSet, selector: &Selector) -> bool {
    let mut owners = pod.metadata.owner_references.iter().flatten();
    let owned = owners.any(|owner| owner.controller == Some(true) && owner.uid == it.uid());
    owned && pod.namespace() == it.namespace() && selector.matches(pod.metadata.labels.as_ref().unwrap_or(&StringMap::new()))
}
