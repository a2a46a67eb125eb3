//! Where pods may go: affinity, tolerations, spreading, taints
//! (upstream: `pkg/apis/core/validation/validation.go`).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::PodAffinityTerm;

use super::super::{Affinity, NodeSelectorTerm, PodSpec, Taint, Toleration};
use super::errors::{Errors, json, text};
use super::{metadata, names};

/// The effects of taints, in the server's order.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

pub(super) fn affinity(errors: &mut Errors, path: &str, it: Option<&Affinity>) {
    let Some(it) = it else { return };
    const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
    const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
    if let Some(node) = &it.node_affinity {
        if let Some(required) = &node.required_during_scheduling_ignored_during_execution {
            let path = format!("{path}.nodeAffinity.{REQUIRED}.nodeSelectorTerms");
            if required.node_selector_terms.is_empty() {
                errors.required(&path, "must have at least one node selector term");
            }
            for (index, term) in required.node_selector_terms.iter().enumerate() {
                node_term(errors, &format!("{path}[{index}]"), term, Values::Checked);
            }
        }
        for (index, term) in node.preferred_during_scheduling_ignored_during_execution.iter().flatten().enumerate() {
            let path = format!("{path}.nodeAffinity.{PREFERRED}[{index}]");
            weight(errors, &path, term.weight);
            node_term(errors, &format!("{path}.preference"), &term.preference, Values::Unchecked);
        }
    }
    let pod = it.pod_affinity.as_ref().map(|it| {
        let (required, preferred) = (
            &it.required_during_scheduling_ignored_during_execution,
            &it.preferred_during_scheduling_ignored_during_execution,
        );
        ("podAffinity", required, preferred)
    });
    let anti = it.pod_anti_affinity.as_ref().map(|it| {
        let (required, preferred) = (
            &it.required_during_scheduling_ignored_during_execution,
            &it.preferred_during_scheduling_ignored_during_execution,
        );
        ("podAntiAffinity", required, preferred)
    });
    for (field, required, preferred) in [pod, anti].into_iter().flatten() {
        for (index, term) in required.iter().flatten().enumerate() {
            pod_term(errors, &format!("{path}.{field}.{REQUIRED}[{index}]"), term);
        }
        for (index, term) in preferred.iter().flatten().enumerate() {
            let path = format!("{path}.{field}.{PREFERRED}[{index}]");
            weight(errors, &path, term.weight);
            pod_term(errors, &format!("{path}.podAffinityTerm"), &term.pod_affinity_term);
        }
    }
}

fn weight(errors: &mut Errors, path: &str, weight: i32) {
    if !(1..=100).contains(&weight) {
        errors.invalid(&format!("{path}.weight"), weight, "must be in the range 1-100");
    }
}

/// Whether values have to look like those of labels; a preference for what cannot be is no harm.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Checked,
    Unchecked,
}

fn node_term(errors: &mut Errors, path: &str, it: &NodeSelectorTerm, check: Values) {
    for (index, expression) in it.match_expressions.iter().flatten().enumerate() {
        let path = format!("{path}.matchExpressions[{index}]");
        let values = expression.values.as_deref().unwrap_or_default();
        metadata::operator(errors, &path, &expression.operator, values, &["Gt", "Lt"]);
        errors.invalid_each(&format!("{path}.key"), &expression.key, names::label_key(&expression.key));
        for (index, value) in values.iter().enumerate().filter(|_| check == Values::Checked) {
            errors.invalid_each(&format!("{path}.values[{index}]"), value, names::label_value(value));
        }
    }
    for (index, field) in it.match_fields.iter().flatten().enumerate() {
        let path = format!("{path}.matchFields[{index}]");
        let values = field.values.as_deref().unwrap_or_default();
        match field.operator.as_str() {
            "In" | "NotIn" if values.len() != 1 => {
                let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                errors.required(&format!("{path}.values"), detail);
            }
            "In" | "NotIn" => {}
            other => errors.invalid(&format!("{path}.operator"), other, "not a valid selector operator"),
        }
        if field.key != "metadata.name" {
            errors.invalid(&format!("{path}.key"), field.key.as_str(), "not a valid field selector key");
        } else {
            for (index, value) in values.iter().enumerate() {
                errors.invalid_each(&format!("{path}.values[{index}]"), value, names::dns_subdomain(value));
            }
        }
    }
}

fn pod_term(errors: &mut Errors, path: &str, it: &PodAffinityTerm) {
    for (field, selector) in [("labelSelector", &it.label_selector), ("namespaceSelector", &it.namespace_selector)] {
        if let Some(selector) = selector {
            metadata::label_selector(errors, &format!("{path}.{field}"), selector);
        }
    }
    for name in it.namespaces.iter().flatten() {
        errors.invalid_each(&format!("{path}.namespace"), name, names::dns_label(name));
    }
    if it.topology_key.is_empty() {
        errors.required(&format!("{path}.topologyKey"), "can not be empty");
    }
    errors.invalid_each(&format!("{path}.topologyKey"), &it.topology_key, names::label_key(&it.topology_key));
}

pub(super) fn spread(errors: &mut Errors, path: &str, spec: &PodSpec) {
    let all = spec.topology_spread_constraints.as_deref().unwrap_or_default();
    for (index, it) in all.iter().enumerate() {
        let path = format!("{path}[{index}]");
        if it.max_skew <= 0 {
            errors.invalid(&format!("{path}.maxSkew"), it.max_skew, "must be greater than zero");
        }
        if it.topology_key.is_empty() {
            errors.required(&format!("{path}.topologyKey"), "can not be empty");
        }
        let actions = ["DoNotSchedule", "ScheduleAnyway"];
        if !actions.contains(&it.when_unsatisfiable.as_str()) {
            errors.not_supported(&format!("{path}.whenUnsatisfiable"), it.when_unsatisfiable.as_str(), &actions);
        }
        let same = |other: &&_| {
            let other: &k8s_openapi::api::core::v1::TopologySpreadConstraint = other;
            other.topology_key == it.topology_key && other.when_unsatisfiable == it.when_unsatisfiable
        };
        if all[index + 1..].iter().any(|other| same(&other)) {
            let shown = format!("{{{}, {}}}", it.topology_key, it.when_unsatisfiable);
            errors.duplicate(&format!("{path}.{{topologyKey, whenUnsatisfiable}}"), shown, "");
        }
        if let Some(domains) = it.min_domains {
            if domains <= 0 {
                errors.invalid(&format!("{path}.minDomains"), domains, "must be greater than zero");
            }
            if it.when_unsatisfiable != "DoNotSchedule" {
                let detail =
                    format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {}", it.when_unsatisfiable);
                errors.invalid(&format!("{path}.minDomains"), domains, &detail);
            }
        }
        if let Some(selector) = &it.label_selector {
            metadata::label_selector(errors, &format!("{path}.labelSelector"), selector);
        }
    }
}

pub(super) fn tolerations(errors: &mut Errors, path: &str, all: &[Toleration]) {
    for (index, it) in all.iter().enumerate() {
        let path = format!("{path}[{index}]");
        let (key, value) = (text(&it.key), text(&it.value));
        let (operator, effect) = (text(&it.operator), text(&it.effect));
        if !key.is_empty() {
            errors.invalid_each(&format!("{path}.key"), key, names::label_key(key));
        }
        let operator_path = format!("{path}.operator");
        if key.is_empty() && operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid(&operator_path, operator, detail);
        }
        if it.toleration_seconds.is_some() && effect != "NoExecute" {
            let detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.invalid(&format!("{path}.effect"), effect, detail);
        }
        match operator {
            "" | "Equal" => {
                let wrong = names::label_value(value);
                if !wrong.is_empty() {
                    errors.invalid(&operator_path, value, &wrong.join(";"));
                }
            }
            "Exists" if !value.is_empty() => {
                errors.invalid(&operator_path, value, "value must be empty when `operator` is 'Exists'");
            }
            "Exists" => {}
            "Lt" | "Gt" => errors.not_supported(&operator_path, operator, &["Equal", "Exists", "Lt", "Gt"]),
            other => errors.not_supported(&operator_path, other, &["Equal", "Exists"]),
        }
        if !effect.is_empty() {
            errors.choice(&format!("{path}.effect"), Some(effect), &EFFECTS);
        }
    }
}

pub(super) fn taints(errors: &mut Errors, path: &str, all: &[Taint]) {
    let mut seen = BTreeSet::new();
    for (index, it) in all.iter().enumerate() {
        let path = format!("{path}[{index}]");
        errors.invalid_each(&format!("{path}.key"), &it.key, names::label_key(&it.key));
        let value = text(&it.value);
        let wrong = names::label_value(value);
        if !wrong.is_empty() {
            errors.invalid(&format!("{path}.value"), value, &wrong.join(";"));
        }
        errors.choice(&format!("{path}.effect"), Some(&it.effect), &EFFECTS);
        if !seen.insert((&it.key, &it.effect)) {
            // The server shows its internal type, whose fields have capitals.
            let shown = serde_json::json!({
                "Effect": it.effect, "Key": it.key, "TimeAdded": json(&it.time_added), "Value": value,
            });
            errors.duplicate(&path, shown, "taints must be unique by key and effect pair");
        }
    }
}
