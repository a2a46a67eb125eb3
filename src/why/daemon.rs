//! Why there is, or is no, pod of a DaemonSet on a node.

use std::rc::Rc;

use super::checks::{bears, command, edit, in_namespace, key, since, taint, until, without};
use super::{Change, Check, Fix, Outcome, Stage, Why, kubelet, scheduler};
use crate::api::selector::{field_holds, label_holds, term_matches};
use crate::api::{
    DaemonSet, Head, Key, Kind, Node, NodeSelectorRequirement, NodeSelectorTerm, Pod, PodSpec, Resource, StringMap,
};
use crate::controllers::{self, daemon_tolerations, placement_of};
use crate::sim::Simulation;

/// Where a DaemonSet's manifest has the spec of its pods.
pub(super) const TEMPLATE: &str = "spec.template.spec";

/// Why there is a pod of the DaemonSet `(namespace, name)` on a node, or none.
///
/// Where one of the two does not exist, the only check says so.
pub fn daemon(sim: &Simulation, node: &str, (namespace, name): (&str, &str)) -> Why {
    let store = sim.cluster().store();
    let manifest = Some(Key::new(Kind::DaemonSet, namespace, name));
    let stop = |what: &str, said: String, fix: Option<Fix>| Why {
        verdict: said.clone() + ".",
        checks: vec![Check::new(Stage::DaemonSetController, what, Outcome::Failed, said).fix(fix)],
        manifest: manifest.clone(),
        pods: vec![],
    };
    let Some(ds) = store.get::<DaemonSet>(namespace, name) else {
        return stop("DaemonSet", format!("There is no DaemonSet {name} in the namespace {namespace}"), None);
    };
    let Some(object) = store.get::<Node>("", node) else {
        return stop("node", format!("There is no node {node}"), command(format!("node add {node}")));
    };
    let mut why = Why { checks: placement(ds, object, sim), manifest, ..Why::default() };
    let owned = |pod: &&Rc<Pod>| pod.metadata.owners().iter().any(|owner| owner.uid == ds.uid());
    let pods: Vec<&Rc<Pod>> = store.pods_for(node).filter(owned).collect();
    why.pods = pods.iter().map(|pod| pod.key()).collect();
    let belongs = why.belongs();
    let many = pods.len() > 1;
    for pod in &pods {
        let before = why.checks.len();
        live(sim, pod, TEMPLATE, &mut why.checks);
        if many {
            why.checks[before..].iter_mut().for_each(|check| check.name = format!("{}: {}", pod.name(), check.name));
        }
    }
    if belongs && pods.is_empty() {
        unborn(sim, ds, node, &mut why.checks);
    }
    why.verdict = verdict(ds, object, &pods, &why);
    why
}

/// What becomes of a pod that is there: the scheduler's checks, then its node's.
pub(super) fn live(sim: &Simulation, pod: &Rc<Pod>, template: &str, checks: &mut Vec<Check>) {
    let spec = pod.spec.as_ref();
    match spec.and_then(|spec| spec.node_name()).filter(|name| !name.is_empty()) {
        Some(node) => {
            checks.extend(scheduler::bound(sim, pod, node, template));
            checks.extend(kubelet::checks(sim, pod, node, template));
        }
        None => {
            let target = spec.and_then(|spec| spec.target_node());
            checks.extend(target.into_iter().flat_map(|node| scheduler::checks(sim, pod, node, template)));
            checks.extend(scheduler::state(sim, pod));
        }
    }
    checks.extend(kubelet::terminating(sim, pod));
}

/// What would become of a pod that is yet to be made.
fn unborn(sim: &Simulation, ds: &Rc<DaemonSet>, node: &str, checks: &mut Vec<Check>) {
    // A copy of the API server says what it would make of the pod; the copy is thrown away.
    let mut cluster = sim.cluster().clone();
    let pod = controllers::pod_for(cluster.store(), ds, node);
    match cluster.prepare_create(pod.into()) {
        Err(error) => {
            let said = format!("refuses the pod: {error}");
            let account = said.rsplit_once("serviceaccount \"").and_then(|(_, rest)| rest.strip_suffix("\" not found"));
            let fix = account.map(|account| {
                Fix::Command(format!("kubectl create serviceaccount {account}{}", in_namespace(ds.namespace())))
            });
            checks.push(Check::new(Stage::ApiServer, "create the pod", Outcome::Failed, said).fix(fix));
        }
        Ok(object) => {
            let said = "there is no pod yet: the controller is about to make it";
            checks.push(Check::new(Stage::ApiServer, "create the pod", Outcome::Neutral, said));
            checks.extend(Pod::of(&object).into_iter().flat_map(|pod| scheduler::checks(sim, pod, node, TEMPLATE)));
        }
    }
}

/// The checks of the DaemonSet controller (`NodeShouldRunDaemonPod`).
fn placement(ds: &DaemonSet, node: &Node, sim: &Simulation) -> Vec<Check> {
    let mut checks = vec![];
    if let Some(at) = &ds.metadata.deletion_timestamp {
        let said = format!("{} is being deleted since {}", ds.name(), since(at.0, sim.cluster().now()));
        checks.push(Check::new(Stage::DaemonSetController, "DaemonSet", Outcome::Failed, said));
    }
    let Some(spec) = ds.spec.as_ref().and_then(|spec| spec.template.spec.as_ref()) else { return checks };
    checks.push(node_name(spec, node));
    checks.extend(selector(Stage::DaemonSetController, spec, node, TEMPLATE));
    checks.extend(affinity(Stage::DaemonSetController, spec, node, TEMPLATE));
    let tolerations = daemon_tolerations(spec);
    let own = spec.tolerations.as_ref().map_or(0, Vec::len);
    checks.extend(taints(Stage::DaemonSetController, node, (&tolerations, own), TEMPLATE));
    checks
}

fn node_name(spec: &PodSpec, node: &Node) -> Check {
    const NAME: &str = "node name";
    let check = |outcome, said: String| Check::new(Stage::DaemonSetController, NAME, outcome, said);
    let path = format!("{TEMPLATE}.nodeName");
    match spec.node_name.as_deref().filter(|name| !name.is_empty()) {
        None => check(Outcome::Passed, "the template names no node, so every node is looked at".to_owned()),
        Some(wanted) if wanted == node.name() => {
            check(Outcome::Passed, format!("the template names this node, {wanted}")).from(path)
        }
        Some(wanted) => check(Outcome::Failed, format!("the template names the node {wanted}, this one is {}", node.name()))
            .from(path.clone())
            .fix(edit(path, Change::Remove)),
    }
}

/// Every label that a node selector wants, against the node's.
pub(super) fn selector(stage: Stage, spec: &PodSpec, node: &Node, template: &str) -> Vec<Check> {
    let Some(wanted) = spec.node_selector.as_ref().filter(|wanted| !wanted.is_empty()) else {
        return vec![Check::new(stage, "node selector", Outcome::Passed, "the template has no nodeSelector")];
    };
    let of = |(label, value): (&String, &String)| {
        let path = format!("{template}.nodeSelector{}", key(label));
        let said = has(node, label);
        let passed = node.label(label) == Some(value);
        Check::new(stage, format!("nodeSelector {label}={value}"), Outcome::of(passed), said)
            .from(path.clone())
            .fix(command(relabel(node, &[(label.clone(), Some(value.clone()))])))
            .fix(edit(path, Change::Remove))
    };
    wanted.iter().map(of).collect()
}

/// What the node has of a label.
fn has(node: &Node, label: &str) -> String {
    match node.label(label) {
        Some(value) => format!("the node has {label}={value}"),
        None => format!("the node has no label {label}"),
    }
}

/// The command that gives a node these labels, or takes them away.
fn relabel(node: &Node, labels: &[(String, Option<String>)]) -> String {
    let mut line = format!("kubectl label node {}", node.name());
    for (label, value) in labels {
        match value {
            Some(value) => line.push_str(&format!(" {label}={value}")),
            None => line.push_str(&format!(" {label}-")),
        }
    }
    if labels.iter().any(|(label, value)| value.is_some() && node.label(label).is_some()) {
        line.push_str(" --overwrite");
    }
    line
}

/// The required terms of node affinity: one of them has to hold.
pub(super) fn affinity(stage: Stage, spec: &PodSpec, node: &Node, template: &str) -> Option<Check> {
    let affinity = spec.affinity.as_ref()?.node_affinity.as_ref()?;
    let required = affinity.required_during_scheduling_ignored_during_execution.as_ref()?;
    let none = StringMap::new();
    let labels = node.metadata.labels.as_ref().unwrap_or(&none);
    let terms = &required.node_selector_terms;
    let path = format!("{template}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let is_one = terms.len() == 1;
    let say = |(place, term): (usize, &NodeSelectorTerm)| {
        let holds = term_matches(term, labels, node.name());
        let said = requirements(term, node, labels);
        let head = if is_one { String::new() } else { format!("term {place}: ") };
        if holds { format!("{head}{said} holds") } else { format!("{head}{said}") }
    };
    let chosen = terms.iter().position(|term| term_matches(term, labels, node.name()));
    let said = match chosen {
        Some(place) => say((place, &terms[place])),
        None => terms.iter().enumerate().map(say).collect::<Vec<_>>().join("; "),
    };
    let at = chosen.or_else(|| terms.iter().position(|term| mend(term, node, labels).is_some())).unwrap_or(0);
    let repair = terms.iter().filter_map(|term| mend(term, node, labels)).min_by_key(Vec::len);
    let check = Check::new(stage, "node affinity", Outcome::of(chosen.is_some()), said)
        .from(format!("{path}.nodeSelectorTerms[{at}]"))
        .fix(repair.map(|labels| Fix::Command(relabel(node, &labels))))
        .fix(edit(path, Change::Remove));
    Some(check)
}

/// A term's requirements, each with what the node has where it does not hold.
fn requirements(term: &NodeSelectorTerm, node: &Node, labels: &StringMap) -> String {
    let label = |it: &NodeSelectorRequirement| match label_holds(it, labels) {
        true => requirement(it),
        false => format!("{}, but {}", requirement(it), has(node, &it.key)),
    };
    let field = |it: &NodeSelectorRequirement| match field_holds(it, node.name()) {
        true => requirement(it),
        false => format!("{}, but this is {}", requirement(it), node.name()),
    };
    let all: Vec<String> =
        term.match_fields.iter().flatten().map(field).chain(term.match_expressions.iter().flatten().map(label)).collect();
    if all.is_empty() { "an empty term, which no node satisfies".to_owned() } else { all.join(", ") }
}

fn requirement(it: &NodeSelectorRequirement) -> String {
    let values = it.values.as_deref().unwrap_or_default();
    match (it.operator.as_str(), values.is_empty()) {
        (operator, true) => format!("{} {operator}", it.key),
        (operator @ ("Gt" | "Lt"), false) => format!("{} {operator} {}", it.key, values.join(",")),
        (operator, false) => format!("{} {operator} [{}]", it.key, values.join(", ")),
    }
}

/// The labels that would make a node satisfy a term; nothing where labels alone cannot.
fn mend(term: &NodeSelectorTerm, node: &Node, labels: &StringMap) -> Option<Vec<(String, Option<String>)>> {
    if term.match_fields.iter().flatten().any(|it| !field_holds(it, node.name())) {
        return None;
    }
    let mut changed = labels.clone();
    let mut changes = vec![];
    for it in term.match_expressions.iter().flatten().filter(|it| !label_holds(it, labels)) {
        let first = it.values.iter().flatten().next();
        let number = || first.and_then(|value| value.parse::<i64>().ok());
        let value = match it.operator.as_str() {
            "In" => Some(first?.clone()),
            "Exists" => Some(String::new()),
            "NotIn" | "DoesNotExist" => None,
            "Gt" => Some(number()?.checked_add(1)?.to_string()),
            "Lt" => Some(number()?.checked_sub(1)?.to_string()),
            _ => return None,
        };
        match &value {
            Some(value) => changed.insert(it.key.clone(), value.clone()),
            None => changed.remove(&it.key),
        };
        changes.push((it.key.clone(), value));
    }
    // Requirements of the same label may contradict each other.
    term_matches(term, &changed, node.name()).then_some(changes)
}

/// Every taint of a node, against every toleration; the first `own` of these stand in the template.
pub(super) fn taints(
    stage: Stage,
    node: &Node,
    (tolerations, own): (&[crate::api::Toleration], usize),
    template: &str,
) -> Vec<Check> {
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
    if taints.is_empty() {
        return vec![Check::new(stage, "taints", Outcome::Passed, "the node has no taints")];
    }
    let of = |it: &crate::api::Taint| {
        let name = format!("taint {}", taint(it));
        if !matches!(it.effect.as_str(), "NoSchedule" | "NoExecute") {
            let said = "keeps no pod away: it only makes the scheduler prefer other nodes";
            return Check::new(stage, name, Outcome::Neutral, said);
        }
        match bears(it, tolerations, own) {
            Ok((place, said)) if place < own => {
                Check::new(stage, name, Outcome::Passed, said).from(format!("{template}.tolerations[{place}]"))
            }
            Ok((_, said)) => Check::new(stage, name, Outcome::Passed, said),
            Err(said) => {
                let check = Check::new(stage, name, Outcome::Failed, said);
                let check = if own > 0 { check.from(format!("{template}.tolerations")) } else { check };
                without(it, node.name(), template).into_iter().fold(check, Check::fix)
            }
        }
    };
    taints.iter().map(of).collect()
}

/// The answer in a sentence.
fn verdict(ds: &DaemonSet, node: &Node, pods: &[&Rc<Pod>], why: &Why) -> String {
    let (ds_name, node_name) = (format!("ds/{}{}", ds.name(), in_namespace(ds.namespace())), node.name());
    let cause = Check::in_short;
    let failed = why.cause();
    let names = super::checks::and(&pods.iter().map(|pod| pod.name().to_owned()).collect::<Vec<_>>());
    let are = if pods.len() == 1 { "is" } else { "are" };
    let placement = placement_of(ds, node);
    match (why.belongs(), pods, failed) {
        (true, [], None) => format!("A pod of {ds_name} belongs on {node_name} and is about to be made."),
        (true, [], Some(check)) => {
            format!("A pod of {ds_name} belongs on {node_name}, but the {} stops it ({}).", check.stage.name(), cause(check))
        }
        (true, _, None) => match kubelet::unfinished(&why.checks) {
            None => format!("A pod of {ds_name} belongs on {node_name}: {names} {are} there and ready."),
            Some(check) => {
                format!("A pod of {ds_name} belongs on {node_name}: {names} {are} on the way ({}).", cause(check))
            }
        },
        (true, _, Some(check)) => format!(
            "A pod of {ds_name} belongs on {node_name}: {names} {are} there, but not well; the {} says why ({}).",
            check.stage.name(),
            cause(check)
        ),
        (false, [], Some(check)) => format!("No pod of {ds_name} belongs on {node_name} ({}).", cause(check)),
        (false, _, Some(check)) if pods.iter().all(|pod| pod.is_terminating()) => {
            format!("No pod of {ds_name} belongs on {node_name} ({}), and {names} {are} on the way out.", cause(check))
        }
        (false, _, Some(check)) if placement.should_continue => format!(
            "No new pod of {ds_name} would be made on {node_name} ({}), but {names}, which is there, may stay.",
            cause(check)
        ),
        (false, _, check) => format!(
            "No pod of {ds_name} belongs on {node_name} ({}), so {names} has to go.",
            check.map(cause).unwrap_or_default()
        ),
    }
}

/// Until when a failed pod is left alone before it is replaced.
pub(super) fn failed_pod(sim: &Simulation, pod: &Pod, node: &str) -> Option<String> {
    let owner = pod.metadata.owner_references.iter().flatten().find(|owner| owner.kind == "DaemonSet")?;
    let ds = sim.cluster().store().get::<DaemonSet>(pod.namespace(), &owner.name)?;
    let at = sim.controllers().failed_pod_until(ds, node)?;
    (at > sim.now()).then(|| format!("the DaemonSet controller replaces it {}", until(at.timestamp(), sim.cluster().now())))
}
