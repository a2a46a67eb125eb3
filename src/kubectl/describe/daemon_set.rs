//! `describe daemonset`.

use serde_json::Value;

use super::workload::pods_status;
use super::{Page, at, template};
use crate::api::{DaemonSet, Object, selector::Selector};
use crate::kubectl::columns::labels;
use crate::sim::Simulation;

pub(super) fn describe(object: &Object, it: &DaemonSet, value: &Value, sim: &Simulation, page: &mut Page) {
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
    pods_status(object, sim, page);
    template::describe(at(value, "spec.template"), page);
}
