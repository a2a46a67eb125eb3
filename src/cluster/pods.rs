//! What the API server does to pods of its own accord (`pkg/registry/core/pod/strategy.go`, `storage/storage.go`).

use crate::api::node::TOPOLOGY;
use crate::api::pod_status::{QosClass, Report};
use crate::api::{
    Head, LabelSelector, Node, Pod, PodAffinityTerm, PodCondition, PodStatus, Second, StringMap, Time,
    WeightedPodAffinityTerm,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelectorRequirement;

/// A new pod's status.
pub(super) fn prepare(pod: &mut Pod, qos_class: QosClass, now: &Time) {
    let gates = pod.spec.as_ref().and_then(|spec| spec.common().scheduling_gates.as_ref());
    let is_gated = gates.is_some_and(|gates| !gates.is_empty());
    if !is_gated {
        pod.status = Some(Report { qos_class: Some(qos_class), ..Report::default() }.into());
        return;
    }
    let condition = PodCondition {
        type_: "PodScheduled".to_owned(),
        status: "False".to_owned(),
        reason: Some("SchedulingGated".to_owned()),
        message: Some("Scheduling is blocked due to non-empty scheduling gates".to_owned()),
        last_transition_time: Some(now.clone()),
        ..PodCondition::default()
    };
    let status = PodStatus {
        phase: Some("Pending".to_owned()),
        qos_class: Some(qos_class.as_str().to_owned()),
        conditions: Some(vec![condition]),
        ..PodStatus::default()
    };
    pod.status = Some(status.into());
}

/// Gives a pod its node.
pub(super) fn bind(pod: &mut Pod, node: &str, now: Second) {
    pod.spec.get_or_insert_default().bind_to(node);
    let generation = pod.metadata.generation();
    pod.status.get_or_insert_default().schedule(now, generation);
}

/// Labels a pod with where its node is.
pub(super) fn label_with_topology(pod: &mut Pod, node: &Node) {
    for (key, value) in TOPOLOGY.into_iter().zip(node.topology()) {
        if let Some(value) = value {
            pod.metadata.labels.get_or_insert_default().insert(key.to_owned(), value.to_owned());
        }
    }
}

/// `matchLabelKeys` and `mismatchLabelKeys` become requirements of the selector next to them, with the pod's own values.
pub(super) fn go_by_label_keys(pod: &mut Pod) {
    let (Some(spec), Some(labels)) = (&mut pod.spec, &pod.metadata.labels) else {
        return;
    };
    for constraint in spec.topology_spread_constraints.iter_mut().flatten() {
        require(&mut constraint.label_selector, constraint.match_label_keys.as_deref(), "In", labels);
    }
    let Some(affinity) = &mut spec.affinity else {
        return;
    };
    let affine = affinity.pod_affinity.iter_mut().map(|it| {
        let preferred = &mut it.preferred_during_scheduling_ignored_during_execution;
        (&mut it.required_during_scheduling_ignored_during_execution, preferred)
    });
    let anti = affinity.pod_anti_affinity.iter_mut().map(|it| {
        let preferred = &mut it.preferred_during_scheduling_ignored_during_execution;
        (&mut it.required_during_scheduling_ignored_during_execution, preferred)
    });
    for (required, preferred) in affine.chain(anti) {
        let preferred =
            preferred.iter_mut().flatten().map(|WeightedPodAffinityTerm { pod_affinity_term, .. }| pod_affinity_term);
        for PodAffinityTerm { label_selector, match_label_keys, mismatch_label_keys, .. } in
            required.iter_mut().flatten().chain(preferred)
        {
            require(label_selector, match_label_keys.as_deref(), "In", labels);
            require(label_selector, mismatch_label_keys.as_deref(), "NotIn", labels);
        }
    }
}

/// A selector that is missing selects nobody, and stays so.
fn require(selector: &mut Option<LabelSelector>, keys: Option<&[String]>, operator: &str, labels: &StringMap) {
    let Some(selector) = selector else {
        return;
    };
    for key in keys.unwrap_or_default() {
        if let Some(value) = labels.get(key) {
            selector.match_expressions.get_or_insert_default().push(LabelSelectorRequirement {
                key: key.clone(),
                operator: operator.to_owned(),
                values: Some(vec![value.clone()]),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Kind, Object, Resource, wire};
    use serde_json::json;

    #[test]
    fn selectors_go_by_label_keys() {
        let selector = json!({"matchLabels": {"app": "w"}});
        let keys = json!({"matchLabelKeys": ["hash", "none"], "topologyKey": "zone"});
        let with = |more: serde_json::Value| {
            let mut term = keys.clone();
            term.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            term
        };
        let term = with(json!({"labelSelector": selector, "mismatchLabelKeys": ["team"]}));
        let spec = json!({
            "containers": [],
            "topologySpreadConstraints": [
                with(json!({"labelSelector": selector, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"})),
                with(json!({"maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"})),
            ],
            "affinity": {
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]},
                "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}]},
            },
        });
        let pod = json!({"metadata": {"labels": {"hash": "1", "team": "x"}}, "spec": spec});
        let object = Object::from_value(Kind::Pod, pod).unwrap();
        let mut pod = Pod::clone(Pod::of(&object).unwrap());
        go_by_label_keys(&mut pod);
        let spec = wire::to_value(&pod.spec.unwrap());
        let hash = json!({"key": "hash", "operator": "In", "values": ["1"]});
        let team = json!({"key": "team", "operator": "NotIn", "values": ["x"]});
        let expressions = |pointer: &str| spec.pointer(&format!("{pointer}/labelSelector/matchExpressions")).cloned();
        let rule = "DuringSchedulingIgnoredDuringExecution/0";
        assert_eq!(expressions("/topologySpreadConstraints/0"), Some(json!([hash])));
        assert_eq!(expressions("/topologySpreadConstraints/1"), None);
        assert_eq!(expressions(&format!("/affinity/podAffinity/required{rule}")), Some(json!([hash, team])));
        let anti = format!("/affinity/podAntiAffinity/preferred{rule}/podAffinityTerm");
        assert_eq!(expressions(&anti), Some(json!([hash, team])));
    }
}
