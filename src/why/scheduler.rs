//! The scheduler's checks, plugin by plugin in its order, with the numbers it compares.

use std::rc::Rc;

use super::checks::{and, command, edit, name, since, tolerations};
use super::daemon::{affinity, selector, taints};
use super::{Change, Check, Outcome, Stage};
use crate::api::quantity::Amount;
use crate::api::{Container, Head, Node, Pod, PodSpec, Resource};
use crate::controllers::{Compared, Finding, Wish, findings};
use crate::sim::Simulation;

/// What the scheduler checks before it puts a pod on a node.
pub(super) fn checks(sim: &Simulation, pod: &Pod, node: &str, template: &str) -> Vec<Check> {
    let store = sim.cluster().store();
    let found = findings(store, pod, &[node]).pop().flatten();
    match (found, store.get::<Node>("", node)) {
        (Some(found), Some(object)) => of_node(sim, pod, object, &found, template),
        _ => {
            let check = Check::new(Stage::Scheduler, "node", Outcome::Failed, format!("there is no node {node}"));
            vec![check.fix(command(format!("node add {node}")))]
        }
    }
}

/// What it makes of every node, those of which the same is to be said together.
pub(super) fn everywhere(sim: &Simulation, pod: &Pod, template: &str) -> Vec<Check> {
    let store = sim.cluster().store();
    let nodes: Vec<&Rc<Node>> = store.list::<Node>().collect();
    let names: Vec<&str> = nodes.iter().map(|node| node.name()).collect();
    let mut groups: Vec<(Check, Vec<String>)> = vec![];
    for (node, found) in nodes.iter().zip(findings(store, pod, &names)) {
        let check = summary(node.name(), of_node(sim, pod, node, &found.unwrap_or_default(), template));
        match groups.iter_mut().find(|(other, _)| other.outcome == check.outcome && other.said == check.said) {
            Some((_, names)) => names.push(node.name().to_owned()),
            None => groups.push((check, vec![node.name().to_owned()])),
        }
    }
    groups.into_iter().map(|(check, names)| Check { name: some(&names), ..check }).collect()
}

/// The first few of several names, and how many more there are.
pub(super) fn some(names: &[String]) -> String {
    match names.len() {
        0..=4 => and(names),
        _ => crate::api::names::some(names, 3),
    }
}

/// All checks of a node in one.
fn summary(node: &str, checks: Vec<Check>) -> Check {
    let mut failed: Vec<Check> = checks.into_iter().filter(|check| check.outcome == Outcome::Failed).collect();
    let said = failed.iter().map(|check| format!("{}: {}", check.name, check.said)).collect::<Vec<_>>().join("; ");
    match failed.len() {
        0 => Check::new(Stage::Scheduler, node, Outcome::Passed, "can take the pod"),
        1 => Check { name: node.to_owned(), said, ..failed.remove(0) },
        _ => {
            // One change is enough only if it flips all of them.
            let first = failed[0].fixes.first().cloned();
            let is_enough = failed.iter().all(|check| check.fixes.first() == first.as_ref());
            Check::new(Stage::Scheduler, node, Outcome::Failed, said).fix(first.filter(|_| is_enough))
        }
    }
}

fn of_node(sim: &Simulation, pod: &Pod, object: &Node, found: &[Finding], template: &str) -> Vec<Check> {
    let node = object.name();
    let spec = pod.spec.as_ref().map(|spec| spec.common());
    let is_daemon = pod.metadata.owners().iter().any(|owner| owner.kind == "DaemonSet");
    let mut checks = vec![];
    for finding in found {
        match finding.plugin {
            "NodeUnschedulable" => checks.push(cordon(finding, object)),
            // Of the DaemonSet controller's own checks these are the same again.
            "NodeName" | "TaintToleration" | "NodeAffinity" if is_daemon && finding.reasons.is_empty() => {}
            "TaintToleration" => {
                checks.extend(taints(Stage::Scheduler, object, tolerations(sim, pod), template));
            }
            "NodeAffinity" => {
                let pin = pod.spec.as_ref().and_then(|spec| spec.pin()).filter(|pin| *pin != node);
                checks.extend(pin.map(|pin| {
                    Check::new(Stage::Scheduler, "node affinity", Outcome::Failed, format!("the pod is pinned to {pin}"))
                }));
                if let Some(spec) = spec {
                    checks.extend(selector(Stage::Scheduler, spec, object, template));
                    checks.extend(affinity(Stage::Scheduler, spec, object, template));
                }
            }
            "NodePorts" => checks.extend(finding.compared.iter().map(|it| port(it, spec, template))),
            "NodeResourcesFit" => checks.extend(finding.compared.iter().map(|it| resource(it, spec, template))),
            _ => checks.extend(neighbours(finding, template)),
        }
    }
    checks
}

/// The checks of a pod that was bound: they are over. What would fail today is neutral.
pub(super) fn bound(sim: &Simulation, pod: &Rc<Pod>, node: &str, template: &str) -> Vec<Check> {
    let scheduled = pod.status.as_ref().and_then(|status| status.condition("PodScheduled"));
    let since = scheduled.and_then(|it| it.since).map(|at| format!(" since {}", since(at, sim.cluster().now())));
    let said = format!("{} is bound to {node}{}", pod.name(), since.unwrap_or_default());
    let has_node = sim.cluster().store().get::<Node>("", node).is_some();
    let mut checks = if has_node { checks(sim, pod, node, template) } else { vec![] };
    for check in checks.iter_mut().filter(|check| check.outcome == Outcome::Failed) {
        check.outcome = Outcome::Neutral;
        check.said = format!("would fail today ({}), but a pod that is bound is not asked again", check.said);
        check.fixes.clear();
    }
    checks.push(Check::new(Stage::Scheduler, "bound", Outcome::Passed, said));
    checks
}

/// What the scheduler said last of a pod that has no node.
pub(super) fn state(sim: &Simulation, pod: &Rc<Pod>) -> Vec<Check> {
    let now = sim.cluster().now();
    let mut checks = vec![];
    let gates = pod.spec.as_ref().and_then(|spec| spec.common().scheduling_gates.as_deref()).unwrap_or_default();
    if !gates.is_empty() {
        let names: Vec<String> = gates.iter().map(|gate| gate.name.clone()).collect();
        let said = format!("the scheduler does not look at the pod while it has {}", and(&names));
        checks.push(Check::new(Stage::Scheduler, "scheduling gates", Outcome::Failed, said));
    }
    if let Some(node) = pod.status.as_ref().and_then(|status| status.nominated_node_name()).filter(|node| !node.is_empty()) {
        let leaving = sim.cluster().store().pods_on(node).filter(|other| other.is_terminating());
        let leaving: Vec<String> = leaving.map(|other| name(&other.key())).collect();
        let said = match leaving.is_empty() {
            true => format!("room was made for it on {node}"),
            false => format!("room is being made for it on {node}: it waits for {} to end", and(&leaving)),
        };
        checks.push(Check::new(Stage::Scheduler, "preemption", Outcome::Neutral, said));
    }
    let told = pod.status.as_ref().and_then(|status| status.condition("PodScheduled"));
    if let Some(told) = told.filter(|told| told.status == "False") {
        let since = told.since.map(|at| format!(" ({})", since(at, now))).unwrap_or_default();
        let said = format!("Pending{since}: {}", told.message.unwrap_or_default());
        checks.push(Check::new(Stage::Scheduler, pod.name(), Outcome::Failed, said));
    } else {
        let said = "Pending: it waits for its turn";
        checks.push(Check::new(Stage::Scheduler, pod.name(), Outcome::Neutral, said));
    }
    checks
}

fn cordon(finding: &Finding, node: &Node) -> Check {
    let is_cordoned = node.spec.as_ref().and_then(|spec| spec.unschedulable) == Some(true);
    let said = match (is_cordoned, finding.reasons.is_empty()) {
        (false, _) => "the node is not cordoned",
        (true, true) => "the node is cordoned, but the pod tolerates node.kubernetes.io/unschedulable:NoSchedule",
        (true, false) => "the node is cordoned, and the pod does not tolerate node.kubernetes.io/unschedulable:NoSchedule",
    };
    Check::new(Stage::Scheduler, "unschedulable", Outcome::of(finding.reasons.is_empty()), said)
        .fix(command(format!("kubectl uncordon {}", node.name())))
}

/// The containers of a spec with their paths, those that run as long as the pod.
fn containers<'a>(spec: Option<&'a PodSpec>, template: &'a str) -> impl Iterator<Item = (String, &'a Container)> {
    let containers = spec.map(|spec| spec.containers.as_slice()).unwrap_or_default();
    containers.iter().enumerate().map(move |(place, it)| (format!("{template}.containers[{place}]"), it))
}

fn port(it: &Compared, spec: Option<&PodSpec>, template: &str) -> Check {
    let Compared::Port { port, taken_by } = it else {
        return Check::new(Stage::Scheduler, "ports", Outcome::Neutral, "");
    };
    let said = match taken_by {
        None => "is free on the node".to_owned(),
        Some(pod) => format!("is taken by {}", name(pod)),
    };
    let number = port.split(' ').next_back().unwrap_or_default();
    let is_it = |of: &crate::api::ContainerPort| of.host_port.is_some_and(|port| port.to_string() == number);
    let place = containers(spec, template).find_map(|(path, container)| {
        let place = container.ports.iter().flatten().position(is_it)?;
        Some(format!("{path}.ports[{place}].hostPort"))
    });
    let check = Check::new(Stage::Scheduler, format!("host port {port}"), Outcome::of(taken_by.is_none()), said);
    match place {
        None => check,
        // On the node's own network a container's port is the node's: it cannot be published under another.
        Some(path) if spec.and_then(|spec| spec.host_network) == Some(true) => check.from(path),
        Some(path) => check.from(path.clone()).fix(edit(path, Change::Remove)),
    }
}

/// An amount as people write it.
fn amount(resource: &str, amount: i64) -> String {
    match resource {
        "cpu" => Amount::from_millis(amount).to_string(),
        _ if amount != 0 && amount % 1024 == 0 => {
            format!("{}Ki", amount / 1024).parse::<Amount>().unwrap_or_default().to_string()
        }
        _ => amount.to_string(),
    }
}

/// An amount in Ki that is not a whole number of Mi, in Mi as well: what pods ask for is mostly written so.
fn comparable(amount: &str) -> String {
    match amount.strip_suffix("Ki").and_then(|number| number.parse::<i64>().ok()) {
        Some(kibi) if kibi > 1024 => format!("{amount} ({}.{}Mi)", kibi / 1024, kibi % 1024 * 10 / 1024),
        _ => amount.to_owned(),
    }
}

fn resource(it: &Compared, spec: Option<&PodSpec>, template: &str) -> Check {
    let (name, wanted, taken, total) = match it {
        Compared::Pods(there, most) => {
            let said = match *there < *most {
                true => format!("{there} of {most} are there, this one makes {}", there + 1),
                false => format!("{there} of {most} are there, there is no room for one more"),
            };
            return Check::new(Stage::Scheduler, "number of pods", Outcome::of(there < most), said);
        }
        Compared::Amount { resource, wanted, taken, total } => (resource.as_str(), *wanted, *taken, *total),
        _ => return Check::new(Stage::Scheduler, "resources", Outcome::Neutral, ""),
    };
    let free = total - taken;
    let text = |of: i64| amount(name, of);
    let shown = |of: i64| comparable(&text(of));
    let said = format!(
        "the pod asks for {}; of {} other pods have {}, so {} is left",
        shown(wanted),
        shown(total),
        shown(taken),
        shown(free.max(0))
    );
    let asks = |container: &Container| {
        let requests = container.resources.as_ref().and_then(|all| all.requests.as_ref())?;
        let amount = Amount::of(requests.get(name)?);
        Some(if name == "cpu" { amount.as_millis() } else { amount.as_units() })
    };
    let most = containers(spec, template).filter_map(|(path, it)| Some((asks(it)?, path))).max_by_key(|(asked, _)| *asked);
    let check = Check::new(Stage::Scheduler, name, Outcome::of(wanted <= free), said);
    let Some((asked, path)) = most else { return check };
    let path = format!("{path}.resources.requests{}", super::checks::key(name));
    let left = asked - (wanted - free);
    let fix = if left > 0 { edit(path.clone(), Change::Set(format!("{:?}", text(left)))) } else { None };
    check.from(path).fix(fix)
}

fn neighbours(finding: &Finding, template: &str) -> Vec<Check> {
    let of = |it: &Compared| match it {
        Compared::Neighbours { wish, key, domain, count } => {
            let (name, field, passed) = match wish {
                Wish::Near => ("pod affinity", "podAffinity", domain.is_some() && *count > 0),
                Wish::Far => ("pod anti-affinity", "podAntiAffinity", *count == 0),
                Wish::OfOthers => ("anti-affinity of others", "", *count == 0),
            };
            let place =
                domain.as_ref().map_or_else(|| format!("the node has no label {key}"), |it| format!("in {key}={it}"));
            let said = match wish {
                Wish::OfOthers => format!("pods that are there and want no such pod near: {count}"),
                Wish::Near => format!("pods that it wants near, {place}: {count}"),
                Wish::Far => format!("pods that it wants far, {place}: {count}"),
            };
            // The first of a group that wants to be together may go anywhere.
            let passed = passed || (*wish == Wish::Near && finding.reasons.is_empty());
            let check = Check::new(Stage::Scheduler, name, Outcome::of(passed), said);
            if field.is_empty() { check } else { check.from(format!("{template}.affinity.{field}")) }
        }
        Compared::Spread { key, domain: None, .. } => {
            let said = format!("the node has no label {key}, by which the pods are to be spread");
            spread(key, false, said, template)
        }
        Compared::Spread { key, domain: Some(domain), count, least, max_skew } => {
            let said = format!(
                "{key}={domain} would have {count} of its pods, the place with the fewest has {least}: that is {} more, and maxSkew \
                 is {max_skew}",
                count - least
            );
            spread(key, count - least <= *max_skew, said, template)
        }
        _ => {
            Check::new(Stage::Scheduler, finding.plugin, Outcome::of(finding.reasons.is_empty()), finding.reasons.join(", "))
        }
    };
    finding.compared.iter().map(of).collect()
}

fn spread(key: &str, passed: bool, said: String, template: &str) -> Check {
    Check::new(Stage::Scheduler, format!("spread over {key}"), Outcome::of(passed), said)
        .from(format!("{template}.topologySpreadConstraints"))
}
