//! What a step did, in sentences: who, what, to which objects.

use crate::api::{DaemonSet, Event, Kind, Node, Object, Pod, Resource};
use crate::sim::{Change, ChangeKind, SimTime};

/// Who did what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Who, by its name in prose: `DaemonSet controller`, `Scheduler`, `Kubelet on worker-2`, `API server`.
    pub actor: String,
    /// What: `created 3 pods: agent-x2x4s for worker-1, …`.
    pub text: String,
}

/// So many objects are named at most.
const NAMED: usize = 3;

/// Tells changes that belong together, with their times as a session or a timeline gives them. What objects became comes before what is only reported: events are told where nothing
/// else is.
pub fn sentences(happened: &[(SimTime, Change)]) -> Vec<Sentence> {
    let changes = || happened.iter().map(|(_, change)| change);
    let deeds = changes().filter_map(deed);
    let mut groups: Vec<Vec<Deed>> = vec![];
    for deed in deeds {
        match groups.iter_mut().find(|group| group[0].is_alike(&deed)) {
            Some(group) => group.push(deed),
            None => groups.push(vec![deed]),
        }
    }
    if groups.is_empty() {
        return changes().filter_map(report).collect();
    }
    groups.iter().map(|group| sentence(group)).collect()
}

/// One thing that was done to one object.
struct Deed {
    actor: String,
    verb: &'static str,
    kind: Kind,
    name: String,
    /// What there is to say about it; may be empty.
    detail: String,
}

impl Deed {
    /// Whether one sentence can tell both.
    fn is_alike(&self, other: &Deed) -> bool {
        self.actor == other.actor && self.verb == other.verb && self.kind == other.kind
    }
}

fn sentence(group: &[Deed]) -> Sentence {
    let Deed { actor, verb, kind, .. } = &group[0];
    let kind = kind.name().to_ascii_lowercase();
    let told = |deed: &Deed| format!("{}{}{}", deed.name, if deed.detail.is_empty() { "" } else { " " }, deed.detail);
    let text = match group {
        [deed] => format!("{verb} {kind}/{}", told(deed)),
        deeds => {
            let mut names: Vec<String> = deeds.iter().take(NAMED).map(told).collect();
            if deeds.len() > NAMED {
                names.push(format!("and {} more", deeds.len() - NAMED));
            }
            format!("{verb} {} {kind}s: {}", deeds.len(), names.join(", "))
        }
    };
    Sentence { actor: actor.clone(), text }
}

/// An event, in the words of the one who tells it.
fn report(change: &Change) -> Option<Sentence> {
    let event = Event::of(&change.object).filter(|_| change.kind != ChangeKind::Deleted)?;
    let [kind, _, name, _] = event.about().map(Option::unwrap_or_default);
    let text = format!("says of {}/{name}: {}", kind.to_ascii_lowercase(), event.words());
    Some(Sentence { actor: event.component().to_owned(), text })
}

fn deed(change: &Change) -> Option<Deed> {
    let object = &change.object;
    let (actor, verb, detail) = match (change.kind, &change.before) {
        (_, _) if object.kind() == Kind::Event => return None,
        (ChangeKind::Deleted, _) => ("API server".to_owned(), "removed", String::new()),
        (ChangeKind::Modified, Some(before)) => modified(before, object)?,
        _ => added(object),
    };
    Some(Deed { actor, verb, kind: object.kind(), name: object.name().to_owned(), detail })
}

type Told = (String, &'static str, String);

fn added(object: &Object) -> Told {
    if Node::of(object).is_some() {
        return (format!("Kubelet on {}", object.name()), "registered", String::new());
    }
    let actor =
        object.head().controller().map_or_else(|| "API server".to_owned(), |owner| format!("{} controller", owner.kind));
    let node = Pod::of(object).and_then(|pod| pod.spec.as_ref()?.target_node());
    (actor, "created", node.map(|node| format!("for {node}")).unwrap_or_default())
}

fn modified(before: &Object, after: &Object) -> Option<Told> {
    if after.meta().deletion_timestamp.is_some() && before.meta().deletion_timestamp.is_none() {
        let grace = after.meta().deletion_grace_period_seconds.filter(|seconds| *seconds > 0);
        let detail = grace.map(|seconds| format!("(at most {seconds} s to stop)")).unwrap_or_default();
        return Some(("API server".to_owned(), "marked for deletion", detail));
    }
    let told = match (Pod::of(before).zip(Pod::of(after)), Node::of(before).zip(Node::of(after))) {
        (Some((before, after)), _) => pod(before, after),
        (_, Some((before, after))) => node(before, after),
        _ if before.meta().generation != after.meta().generation => {
            let generation = after.meta().generation.unwrap_or_default();
            Some(("API server".to_owned(), "stored", format!("in generation {generation}")))
        }
        _ => None,
    };
    told.or_else(|| metadata(before, after)).or_else(|| status(after))
}

fn pod(before: &Pod, after: &Pod) -> Option<Told> {
    let node = |pod: &Pod| pod.spec.as_ref().and_then(|spec| spec.node_name()).unwrap_or_default().to_owned();
    if node(before) != node(after) {
        return Some(("Scheduler".to_owned(), "bound", format!("to {}", node(after))));
    }
    let unscheduled = |pod: &Pod| {
        let condition = pod.status.as_ref()?.condition("PodScheduled")?;
        (condition.status != "True").then(|| condition.message.unwrap_or_default().to_owned())
    };
    if let Some(message) = unscheduled(after).filter(|message| unscheduled(before).as_ref() != Some(message)) {
        return Some(("Scheduler".to_owned(), "found no node for", format!("({message})")));
    }
    let now = state(after)?;
    if state(before).as_ref() == Some(&now) {
        return None;
    }
    Some((format!("Kubelet on {}", node(after)), "reports", now))
}

/// What a kubelet says of a pod, in words.
fn state(pod: &Pod) -> Option<String> {
    let status = pod.status.as_ref()?;
    if status.condition("Ready").is_some_and(|ready| ready.status == "True") {
        return Some("running and ready".to_owned());
    }
    let all = status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    let states = all.filter_map(|container| Some((container, container.state.as_ref()?)));
    for (container, state) in states {
        if let Some(reason) = state.waiting.as_ref().and_then(|waiting| waiting.reason.as_deref()) {
            return Some(format!("waiting ({reason})"));
        }
        if let Some(ended) = state.terminated.as_ref().filter(|ended| ended.exit_code != 0) {
            return Some(format!("with container {} ended, exit code {}", container.name, ended.exit_code));
        }
    }
    Some(match status.phase()? {
        "Running" => "running, not ready yet".to_owned(),
        phase => phase.to_ascii_lowercase(),
    })
}

fn node(before: &Node, after: &Node) -> Option<Told> {
    let [was, is] = [before, after].map(|node| node.condition("Ready").unwrap_or_default());
    if was != is {
        let by_kubelet = is != "Unknown";
        let actor = if by_kubelet { format!("Kubelet on {}", after.name()) } else { "Node lifecycle controller".to_owned() };
        return Some((actor, "reports", format!("Ready={is}")));
    }
    let cordoned = |node: &Node| node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false);
    if cordoned(before) != cordoned(after) {
        return Some(("API server".to_owned(), if cordoned(after) { "cordoned" } else { "uncordoned" }, String::new()));
    }
    let taints = |node: &Node| {
        let all = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten());
        all.map(|taint| format!("{}:{}", taint.key, taint.effect)).collect::<Vec<_>>()
    };
    let (was, is) = (taints(before), taints(after));
    let (more, fewer) = (is.iter().find(|taint| !was.contains(taint)), was.iter().find(|taint| !is.contains(taint)));
    let (verb, taint) = match (more, fewer) {
        (Some(taint), _) => ("tainted", taint),
        (None, Some(taint)) => ("took a taint from", taint),
        (None, None) => return None,
    };
    let own = taint.starts_with("node.kubernetes.io/");
    let actor = if own { "Node lifecycle controller" } else { "API server" };
    Some((actor.to_owned(), verb, format!("({taint})")))
}

fn metadata(before: &Object, after: &Object) -> Option<Told> {
    let (before, after) = (before.meta(), after.meta());
    let verb = if before.labels != after.labels {
        "changed the labels of"
    } else if before.owner_references != after.owner_references {
        "changed the owner of"
    } else if before.annotations != after.annotations {
        "changed the annotations of"
    } else {
        return None;
    };
    Some(("API server".to_owned(), verb, String::new()))
}

/// What a controller counted, or that something else is different.
fn status(after: &Object) -> Option<Told> {
    let detail = match after.kind() {
        Kind::Pod | Kind::Node => return None,
        Kind::DaemonSet => DaemonSet::of(after).and_then(|ds| ds.status.as_ref()).map(|status| {
            let updated = status.updated_number_scheduled.unwrap_or(0);
            format!("({} desired, {} ready, {updated} up to date)", status.desired_number_scheduled, status.number_ready)
        }),
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::Job => None,
        _ => return Some(("API server".to_owned(), "changed", String::new())),
    };
    Some((format!("{} controller", after.kind().name()), "counted", detail.unwrap_or_default()))
}
