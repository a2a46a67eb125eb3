//! What the page shows of a session: plain values, compared before anything is drawn again.

use std::cmp::Ordering;
use std::rc::Rc;

use yew::AttrValue;

use super::words::fill;
use crate::api::quantity::Amount;
use crate::api::{ControllerRevision, DaemonSet, Node, Pod, Quantity, Resource};
use crate::cluster::Store;

/// The whole map.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct MapView {
    /// The nodes: control planes first, then by name as people count (`worker-2` before `worker-10`).
    pub(super) nodes: Vec<Rc<NodeView>>,
    /// Pods that no node has yet.
    pub(super) waiting: Vec<Rc<PodView>>,
    /// The DaemonSets.
    pub(super) sets: Vec<SetView>,
    /// What the next node would be called.
    pub(super) next_node: AttrValue,
}

/// One DaemonSet's numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SetView {
    /// Its name, with its namespace unless that is `default`.
    pub(super) name: AttrValue,
    /// Nodes that should run it.
    pub(super) desired: i32,
    /// Nodes on which it is ready.
    pub(super) ready: i32,
    /// Nodes that run its newest revision.
    pub(super) updated: i32,
    /// Nodes that run it and should not.
    pub(super) misscheduled: i32,
    /// Its newest revision's number.
    pub(super) revision: Option<i64>,
}

/// A node's card.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NodeView {
    /// Its name.
    pub(super) name: AttrValue,
    /// Its roles, as `kubectl get nodes` prints them; empty for a plain worker.
    pub(super) roles: AttrValue,
    /// Whether its kubelet says that it is well.
    pub(super) health: Health,
    /// Whether new pods may be scheduled to it.
    pub(super) cordoned: bool,
    /// Labels that people gave it, as `key=value`.
    pub(super) labels: Vec<AttrValue>,
    /// Taints, as `key=value:Effect`.
    pub(super) taints: Vec<AttrValue>,
    /// What is used of what it has.
    pub(super) meters: Vec<Meter>,
    /// Its pods.
    pub(super) pods: Vec<Rc<PodView>>,
}

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// `Ready=True`.
    Ready,
    /// `Ready=False`: its kubelet says so itself.
    NotReady,
    /// `Ready=Unknown`: its kubelet is silent.
    Silent,
}

/// A small bar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Meter {
    /// Of what.
    pub(super) label: &'static str,
    /// 0 to 100.
    pub(super) percent: u32,
    /// In words: `cpu: 100m of 2 requested`.
    pub(super) title: AttrValue,
}

/// A pod's chip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PodView {
    /// Its name.
    pub(super) name: AttrValue,
    /// Its namespace, unless that is `default`.
    pub(super) namespace: Option<AttrValue>,
    /// The STATUS column of `kubectl get pods`.
    pub(super) status: AttrValue,
    /// How that is to be taken.
    pub(super) tone: PodTone,
    /// The READY column.
    pub(super) ready: AttrValue,
    /// How often its containers were started again.
    pub(super) restarts: i32,
    /// Which revision of its owner it is.
    pub(super) revision: Option<Revision>,
    /// Whether it belongs to the newest revision of its owner.
    pub(super) outdated: bool,
}

/// A mark that tells revisions apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Revision {
    /// `r2`, or the beginning of its hash while the number is not known.
    pub(super) label: AttrValue,
    /// Which of the six colours.
    pub(super) hue: u8,
}

/// What a pod's state means to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PodTone {
    /// Has no node.
    Waiting,
    /// On its way up.
    Starting,
    /// Runs, but is not ready.
    Unready,
    /// Runs and is ready.
    Running,
    /// On its way out.
    Stopping,
    /// Something is wrong.
    Failing,
    /// Ended well.
    Done,
}

/// Everything on the map.
pub(super) fn map(store: &Store) -> MapView {
    let revisions = Revisions::of(store);
    let pod = |pod: &Rc<Pod>| Rc::new(pod_view(pod, &revisions));
    let mut nodes: Vec<Rc<NodeView>> = vec![];
    for node in store.list::<Node>() {
        let node = node_view(node, store, &pod);
        let order = |other: &NodeView| {
            other.roles.is_empty().cmp(&node.roles.is_empty()).then_with(|| natural(&other.name, &node.name))
        };
        let at = nodes.partition_point(|other| order(other) != Ordering::Greater);
        nodes.insert(at, Rc::new(node));
    }
    let unbound =
        |pod: &&Rc<Pod>| pod.spec.as_ref().is_none_or(|spec| spec.node_name.as_deref().unwrap_or_default().is_empty());
    MapView {
        next_node: next_name(&nodes),
        nodes,
        waiting: store.list::<Pod>().filter(unbound).map(pod).collect(),
        sets: store.list::<DaemonSet>().map(|ds| set_view(ds, &revisions)).collect(),
    }
}

/// What is worth saying of a map that was another before: DaemonSets' numbers, nodes that come, go, and change.
#[inline(never)]
pub(super) fn news(before: &MapView, now: &MapView) -> String {
    let mut news = vec![];
    for set in &now.sets {
        let numbers = |set: &SetView| (set.ready, set.desired, set.updated, set.misscheduled);
        let old = before.sets.iter().find(|old| old.name == set.name);
        if old.map(numbers) != Some(numbers(set)) {
            news.push(fill("{0}: {1} of {2} ready, {3} up to date.", &[&set.name, &set.ready, &set.desired, &set.updated]));
        }
    }
    let gone = before.sets.iter().filter(|old| now.sets.iter().all(|set| set.name != old.name));
    news.extend(gone.map(|set| fill("{0} is gone.", &[&set.name])));
    // A whole cluster that comes into view is no news.
    if before.nodes.is_empty() {
        return news.join(" ");
    }
    let find = |nodes: &[Rc<NodeView>], name: &AttrValue| nodes.iter().find(|node| node.name == *name).cloned();
    for node in &now.nodes {
        match find(&before.nodes, &node.name) {
            None => news.push(fill("{0} has joined.", &[&node.name])),
            Some(old) if old.health != node.health && node.health == Health::Ready => {
                news.push(fill("{0} is Ready.", &[&node.name]));
            }
            Some(old) if old.health != node.health => news.push(fill("{0} is NotReady.", &[&node.name])),
            Some(old) if old.cordoned != node.cordoned && node.cordoned => {
                news.push(fill("{0} is cordoned.", &[&node.name]));
            }
            Some(_) => {}
        }
    }
    let gone = before.nodes.iter().filter(|old| find(&now.nodes, &old.name).is_none());
    news.extend(gone.map(|node| fill("{0} has left.", &[&node.name])));
    news.join(" ")
}

/// The STATUS column of `kubectl get pods` (`pkg/printers/internalversion/printers.go`, `printPod`).
pub(super) fn pod_status(pod: &Pod) -> String {
    let Some(status) = &pod.status else { return "Pending".to_owned() };
    let mut word = status.reason.clone().or_else(|| status.phase.clone()).unwrap_or_else(|| "Pending".to_owned());
    let mut running = false;
    for container in status.container_statuses.iter().flatten().rev() {
        let Some(state) = &container.state else { continue };
        if let Some(reason) =
            state.waiting.as_ref().and_then(|waiting| waiting.reason.as_ref()).filter(|reason| !reason.is_empty())
        {
            word.clone_from(reason);
        } else if let Some(ended) = &state.terminated {
            word = match &ended.reason {
                Some(reason) if !reason.is_empty() => reason.clone(),
                _ => match ended.signal {
                    Some(signal) if signal != 0 => format!("Signal:{signal}"),
                    _ => format!("ExitCode:{}", ended.exit_code),
                },
            };
        } else if container.ready && state.running.is_some() {
            running = true;
        }
    }
    if word == "Completed" && running {
        word = if is_ready(pod) { "Running" } else { "NotReady" }.to_owned();
    }
    if pod.metadata.deletion_timestamp.is_some() {
        // `node.NodeUnreachablePodReason`
        word = if status.reason.as_deref() == Some("NodeLost") { "Unknown" } else { "Terminating" }.to_owned();
    }
    word
}

#[inline(never)]
fn pod_view(pod: &Pod, revisions: &Revisions) -> PodView {
    let status = pod_status(pod);
    let containers = pod.spec.as_ref().map_or(0, |spec| spec.containers.len());
    let statuses = || pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
    let hash = pod.label("controller-revision-hash").or_else(|| pod.label("pod-template-hash"));
    let known = hash.and_then(|hash| revisions.of_hash(hash));
    PodView {
        name: text(pod.name()),
        namespace: Some(pod.namespace()).filter(|&namespace| namespace != "default").map(text),
        tone: pod_tone(pod, &status),
        status: status.into(),
        ready: format!("{}/{containers}", statuses().filter(|status| status.ready).count()).into(),
        restarts: statuses().map(|status| status.restart_count).sum(),
        revision: hash.map(|hash| match known {
            Some(known) => {
                Revision { label: format!("r{}", known.number).into(), hue: (known.number.max(1) - 1).rem_euclid(6) as u8 }
            }
            None => Revision {
                label: text(&hash[..hash.len().min(4)]),
                hue: hash.bytes().fold(0, |sum, byte| (sum + byte % 6) % 6),
            },
        }),
        outdated: known.is_some_and(|known| !known.newest),
    }
}

fn pod_tone(pod: &Pod, status: &str) -> PodTone {
    match status {
        "Terminating" => PodTone::Stopping,
        "Running" if is_ready(pod) => PodTone::Running,
        "Running" | "NotReady" => PodTone::Unready,
        "Succeeded" | "Completed" => PodTone::Done,
        "ContainerCreating" | "PodInitializing" => PodTone::Starting,
        "Pending" if pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some()) => PodTone::Starting,
        "Pending" => PodTone::Waiting,
        _ => PodTone::Failing,
    }
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = || pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

#[inline(never)]
fn set_view(ds: &DaemonSet, revisions: &Revisions) -> SetView {
    let status = ds.status.as_ref();
    SetView {
        name: match ds.namespace() {
            "default" => text(ds.name()),
            namespace => format!("{namespace}/{}", ds.name()).into(),
        },
        desired: status.map_or(0, |status| status.desired_number_scheduled),
        ready: status.map_or(0, |status| status.number_ready),
        updated: status.and_then(|status| status.updated_number_scheduled).unwrap_or(0),
        misscheduled: status.map_or(0, |status| status.number_misscheduled),
        revision: revisions.newest(ds.uid()),
    }
}

const ROLE: &str = "node-role.kubernetes.io/";

fn node_view(node: &Node, store: &Store, pod: &impl Fn(&Rc<Pod>) -> Rc<PodView>) -> NodeView {
    let spec = node.spec.as_ref();
    let conditions = || node.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let ready = conditions().find(|condition| condition.type_ == "Ready").map(|condition| condition.status.as_str());
    let labels = || node.metadata.labels.iter().flatten();
    let roles: Vec<&str> = labels().filter_map(|(key, _)| key.strip_prefix(ROLE)).collect();
    let taints = spec.and_then(|spec| spec.taints.as_ref()).into_iter().flatten();
    NodeView {
        name: text(node.name()),
        roles: roles.join(",").into(),
        health: match ready {
            Some("True") => Health::Ready,
            Some("Unknown") => Health::Silent,
            _ => Health::NotReady,
        },
        cordoned: spec.and_then(|spec| spec.unschedulable).unwrap_or(false),
        labels: labels().filter(|(key, _)| !is_system(key)).map(|(key, value)| label(key, value)).collect(),
        taints: taints
            .map(|taint| match taint.value.as_deref() {
                Some(value) if !value.is_empty() => format!("{}={value}:{}", taint.key, taint.effect).into(),
                _ => format!("{}:{}", taint.key, taint.effect).into(),
            })
            .collect(),
        meters: meters(node, store),
        pods: store.pods_on(node.name()).map(pod).collect(),
    }
}

fn label(key: &str, value: &str) -> AttrValue {
    if value.is_empty() { text(key) } else { format!("{key}={value}").into() }
}

/// Labels that a kubelet or kubeadm sets, which say nothing new on a card.
fn is_system(key: &str) -> bool {
    key.split_once('/').is_some_and(|(domain, _)| {
        ["kubernetes.io", "k8s.io"].iter().any(|system| domain == *system || domain.ends_with(&format!(".{system}")))
            && !domain.starts_with("topology.")
    })
}

fn meters(node: &Node, store: &Store) -> Vec<Meter> {
    let allocatable = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
    let Some(allocatable) = allocatable else { return vec![] };
    let pods: Vec<&Rc<Pod>> =
        store.pods_on(node.name()).filter(|pod| pod_tone(pod, &pod_status(pod)) != PodTone::Done).collect();
    let mut meters = vec![];
    for (label, resource) in [("cpu", "cpu"), ("mem", "memory")] {
        let Some(total) = allocatable.get(resource).map(Amount::of) else { continue };
        let used = pods.iter().flat_map(|pod| requests(pod, resource)).map(Amount::of).fold(Amount::ZERO, Amount::plus);
        meters.push(meter(label, used, total, fill("{0}: {1} of {2} requested", &[&resource, &used, &total])));
    }
    if let Some(total) = allocatable.get("pods").map(Amount::of) {
        let used = Amount::from_units(pods.len() as i64);
        meters.push(meter("pods", used, total, fill("{0}: {1} of {2}", &[&"pods", &used, &total])));
    }
    meters
}

fn meter(label: &'static str, used: Amount, total: Amount, title: String) -> Meter {
    let percent = used.as_millis().saturating_mul(100) / total.as_millis().max(1);
    // A little is to be seen as a little.
    let least = if used.is_zero() { 0 } else { 5 };
    Meter { label, percent: percent.clamp(least, 100) as u32, title: title.into() }
}

fn requests<'a>(pod: &'a Pod, resource: &'a str) -> impl Iterator<Item = &'a Quantity> {
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers);
    containers.filter_map(move |container| container.resources.as_ref()?.requests.as_ref()?.get(resource))
}

/// The remembered templates.
struct Revisions(Vec<Known>);

struct Known {
    /// The uid of whom it belongs to.
    owner: String,
    hash: String,
    number: i64,
    newest: bool,
}

impl Revisions {
    fn of(store: &Store) -> Revisions {
        let mut all: Vec<Known> = vec![];
        for revision in store.list::<ControllerRevision>() {
            let owner = revision.metadata.owner_references.iter().flatten().next();
            let owner = owner.map(|owner| owner.uid.clone()).unwrap_or_default();
            let hash = revision.label("controller-revision-hash").unwrap_or_default().to_owned();
            let number = revision.revision;
            let mut newest = true;
            for other in all.iter_mut().filter(|other| other.owner == owner) {
                newest &= other.number <= number;
                other.newest &= other.number >= number;
            }
            all.push(Known { owner, hash, number, newest });
        }
        Revisions(all)
    }

    fn of_hash(&self, hash: &str) -> Option<&Known> {
        self.0.iter().rfind(|known| known.hash == hash)
    }

    /// The newest number of an owner.
    fn newest(&self, owner: &str) -> Option<i64> {
        self.0.iter().find(|known| known.owner == owner && known.newest).map(|known| known.number)
    }
}

/// `worker-4` where there are up to `worker-3`.
fn next_name(nodes: &[Rc<NodeView>]) -> AttrValue {
    let numbers = nodes.iter().filter_map(|node| node.name.strip_prefix("worker-")?.parse::<u32>().ok());
    format!("worker-{}", numbers.max().unwrap_or(0) + 1).into()
}

/// Text with numbers, in the order in which people count.
fn natural(a: &str, b: &str) -> Ordering {
    let split = |text: &str| {
        let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (stem, number) = text.split_at(text.len() - digits);
        (stem.to_owned(), number.parse::<u64>().unwrap_or(0), text.to_owned())
    };
    split(a).cmp(&split(b))
}

fn text(text: &str) -> AttrValue {
    text.to_owned().into()
}
