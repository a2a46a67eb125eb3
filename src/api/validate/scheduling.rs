//! Where pods may go: affinity, tolerations, spreading, taints
//! (upstream: `pkg/apis/core/validation/validation.go`).

use k8s_openapi::api::core::v1::PodAffinityTerm;

use super::super::{Affinity, NodeSelectorTerm, PodSpec, Taint, Toleration};
use super::errors::{Errors, list, text};
use super::{metadata, names};

/// The effects of taints, in the server's order.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn affinity(errors: &mut Errors, it: &Affinity) {
    if let Some(node) = &it.node_affinity {
        errors.within("nodeAffinity", |errors| {
            if let Some(required) = &node.required_during_scheduling_ignored_during_execution {
                errors.within(REQUIRED, |errors| {
                    if required.node_selector_terms.is_empty() {
                        errors.required("nodeSelectorTerms", "must have at least one node selector term");
                    }
                    errors.each("nodeSelectorTerms", &required.node_selector_terms, |errors, term| {
                        node_term(errors, term, Values::Checked);
                    });
                });
            }
            errors.each(PREFERRED, list(&node.preferred_during_scheduling_ignored_during_execution), |errors, term| {
                weight(errors, term.weight);
                errors.within("preference", |errors| node_term(errors, &term.preference, Values::Unchecked));
            });
        });
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
        errors.within(field, |errors| {
            errors.each(REQUIRED, list(required), pod_term);
            errors.each(PREFERRED, list(preferred), |errors, term| {
                weight(errors, term.weight);
                errors.within("podAffinityTerm", |errors| pod_term(errors, &term.pod_affinity_term));
            });
        });
    }
}

fn weight(errors: &mut Errors, weight: i32) {
    if !(1..=100).contains(&weight) {
        errors.invalid_number("weight", weight.into(), "must be in the range 1-100");
    }
}

/// Whether values have to look like those of labels; a preference for what cannot be is no harm.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Checked,
    Unchecked,
}

#[inline(never)]
fn node_term(errors: &mut Errors, it: &NodeSelectorTerm, check: Values) {
    errors.each("matchExpressions", list(&it.match_expressions), |errors, it| {
        metadata::requirement(errors, &it.key, &it.operator, list(&it.values), &["Gt", "Lt"]);
        if check == Values::Checked {
            metadata::texts(errors, "values", list(&it.values), names::label_value);
        }
    });
    errors.each("matchFields", list(&it.match_fields), |errors, field| {
        let values = list(&field.values);
        match field.operator.as_str() {
            "In" | "NotIn" if values.len() != 1 => {
                let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
                errors.required("values", detail);
            }
            "In" | "NotIn" => {}
            other => errors.invalid("operator", other, "not a valid selector operator"),
        }
        if field.key != "metadata.name" {
            errors.invalid("key", &field.key, "not a valid field selector key");
        } else {
            metadata::texts(errors, "values", values, names::dns_subdomain);
        }
    });
}

#[inline(never)]
fn pod_term(errors: &mut Errors, it: &PodAffinityTerm) {
    for (field, selector) in [("labelSelector", &it.label_selector), ("namespaceSelector", &it.namespace_selector)] {
        if let Some(selector) = selector {
            metadata::label_selector(errors, field, selector);
        }
    }
    for name in list(&it.namespaces) {
        errors.check("namespace", name, names::dns_label);
    }
    topology_key(errors, &it.topology_key);
    errors.check("topologyKey", &it.topology_key, names::label_key);
}

fn topology_key(errors: &mut Errors, key: &str) {
    if key.is_empty() {
        errors.required("topologyKey", "can not be empty");
    }
}

pub(super) fn spread(errors: &mut Errors, spec: &PodSpec) {
    let mut rest = list(&spec.topology_spread_constraints);
    errors.each("topologySpreadConstraints", rest, |errors, it| {
        rest = &rest[1..];
        positive(errors, "maxSkew", it.max_skew);
        topology_key(errors, &it.topology_key);
        let action = it.when_unsatisfiable.as_str();
        errors.one_of("whenUnsatisfiable", action, &["DoNotSchedule", "ScheduleAnyway"]);
        if rest.iter().any(|other| other.topology_key == it.topology_key && other.when_unsatisfiable == action) {
            errors.duplicate("{topologyKey, whenUnsatisfiable}", &format!("{{{}, {action}}}", it.topology_key));
        }
        if let Some(domains) = it.min_domains {
            positive(errors, "minDomains", domains);
            if action != "DoNotSchedule" {
                let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
                errors.invalid_number("minDomains", domains.into(), &detail);
            }
        }
        if let Some(selector) = &it.label_selector {
            metadata::label_selector(errors, "labelSelector", selector);
        }
    });
}

fn positive(errors: &mut Errors, field: &str, number: i32) {
    if number <= 0 {
        errors.invalid_number(field, number.into(), "must be greater than zero");
    }
}

pub(super) fn tolerations(errors: &mut Errors, all: &[Toleration]) {
    errors.each("tolerations", all, |errors, it| {
        let value = text(&it.value);
        let (operator, effect) = (text(&it.operator), text(&it.effect));
        errors.check_given("key", &it.key, names::label_key);
        if text(&it.key).is_empty() && operator != "Exists" {
            let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
            errors.invalid("operator", operator, detail);
        }
        if it.toleration_seconds.is_some() && effect != "NoExecute" {
            errors.invalid("effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        match operator {
            "" | "Equal" => label_value(errors, "operator", value),
            "Exists" if !value.is_empty() => {
                errors.invalid("operator", value, "value must be empty when `operator` is 'Exists'");
            }
            "Exists" => {}
            "Lt" | "Gt" => errors.not_supported("operator", operator, &["Equal", "Exists", "Lt", "Gt"]),
            other => errors.not_supported("operator", other, &["Equal", "Exists"]),
        }
        if !effect.is_empty() {
            errors.one_of("effect", effect, &EFFECTS);
        }
    });
}

/// All that is wrong with a value, in one error.
fn label_value(errors: &mut Errors, field: &str, value: &str) {
    let wrong = names::label_value(value);
    if !wrong.is_empty() {
        errors.invalid(field, value, &wrong.join(";"));
    }
}

pub(super) fn taints(errors: &mut Errors, all: &[Taint]) {
    let mut earlier: Vec<&Taint> = Vec::new();
    errors.each("taints", all, |errors, it| {
        errors.check("key", &it.key, names::label_key);
        let value = text(&it.value);
        label_value(errors, "value", value);
        errors.choice("effect", &it.effect, &EFFECTS);
        if earlier.iter().any(|other| other.key == it.key && other.effect == it.effect) {
            // The server shows its internal type, whose fields have capitals.
            let time = errors.value(&format!("spec.taints[{}].timeAdded", earlier.len()));
            let shown =
                format!("{{\"Effect\":{:?},\"Key\":{:?},\"TimeAdded\":{time},\"Value\":{value:?}}}", it.effect, it.key);
            errors.add("", "Duplicate value", &shown, "taints must be unique by key and effect pair");
        }
        earlier.push(it);
    });
}
