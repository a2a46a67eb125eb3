//! Somebody who looks at every event, and says when a promise is broken.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use playground::api::{
    ControllerRevision, DaemonSet, IntOrString, Kind, Node, Object, Pod, Resource, Taint, Toleration, kind,
};
use playground::cluster::{Change, ChangeKind, Store};
use playground::session::Session;
use playground::sim::SimTime;

/// How long what has lost its owner may go on as if nothing had happened.
const COLLECTED: Duration = Duration::from_secs(60);

/// What is remembered between two events.
pub(crate) struct Watch {
    revision: u64,
    /// Nodes that got a second pod while a surge allowed it.
    doubled: BTreeSet<String>,
    /// Objects without their owner, and since when.
    forlorn: BTreeMap<String, SimTime>,
}

/// Who did what is looked at.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Hand,
    Controllers,
}

impl Watch {
    /// Looks from the beginning.
    pub(crate) fn new() -> Watch {
        Watch { revision: 0, doubled: BTreeSet::new(), forlorn: BTreeMap::new() }
    }

    /// Lets time pass, event by event.
    #[allow(dead_code, reason = "who looks at small clusters")]
    pub(crate) fn pass(&mut self, session: &mut Session, time: Duration) -> Result<(), String> {
        let until = session.now() + time;
        loop {
            let happened = session.step(until);
            self.look(session, By::Controllers)?;
            if !happened {
                break;
            }
        }
        session.advance(until);
        Ok(())
    }

    /// Looks at what a person has just done.
    pub(crate) fn by_hand(&mut self, session: &mut Session) -> Result<(), String> {
        self.look(session, By::Hand)
    }

    fn look(&mut self, session: &mut Session, by: By) -> Result<(), String> {
        let changes = self.seen(session)?;
        if changes.iter().all(|change| change.object.kind() == Kind::Event) {
            return Ok(());
        }
        self.judge(session, &changes, by)
    }

    /// Looks at what has changed, and not at how all of it fits together.
    #[allow(dead_code, reason = "who looks at large clusters")]
    pub(crate) fn glance(&mut self, session: &mut Session) -> Result<(), String> {
        self.seen(session).map(drop)
    }

    /// Looks at everything, whatever has changed in the last step.
    #[allow(dead_code, reason = "who looks at large clusters")]
    pub(crate) fn look_at_all(&mut self, session: &mut Session) -> Result<(), String> {
        let changes = self.seen(session)?;
        self.judge(session, &changes, By::Controllers)
    }

    /// What has changed since the last look.
    fn seen(&mut self, session: &mut Session) -> Result<Vec<Change>, String> {
        let changes: Vec<Change> = session.take_happenings().into_iter().map(|(_, change)| change).collect();
        let at = |why: String| format!("at {}: {why}", session.now());
        for change in &changes {
            metadata(change).map_err(at)?;
            let version = version(&change.object);
            if version <= self.revision {
                return Err(at(format!("{} has the old version {version}", change.object.name())));
            }
            self.revision = version;
        }
        Ok(changes)
    }

    fn judge(&mut self, session: &Session, changes: &[Change], by: By) -> Result<(), String> {
        let now = session.now();
        let store = session.sim().cluster().store();
        let at = |why: String| format!("at {now}: {why}");
        indexes(store).map_err(at)?;
        revisions(store).map_err(at)?;
        self.owners(store, now).map_err(at)?;
        let pods: Vec<&Change> = changes.iter().filter(|change| change.object.kind() == Kind::Pod).collect();
        if let Some(scene) = Scene::of(session) {
            scene.status().map_err(at)?;
            self.crowds(&scene).map_err(at)?;
            if by == By::Controllers {
                scene.deletions(&pods).map_err(at)?;
                scene.creations(&pods).map_err(at)?;
            }
        }
        Ok(())
    }

    /// Never more than one live pod a node, or two while surging.
    fn crowds(&mut self, scene: &Scene) -> Result<(), String> {
        for (node, pods) in &scene.pods {
            let live = pods.iter().filter(|pod| is_live(pod)).count();
            if live < 2 {
                self.doubled.remove(node);
            } else if live == 2 && (scene.surges() || self.doubled.contains(node)) {
                self.doubled.insert(node.clone());
            } else {
                return Err(format!("{node} has {live} live pods"));
            }
        }
        Ok(())
    }

    /// Owners exist, or what they owned is on its way out.
    fn owners(&mut self, store: &Store, now: SimTime) -> Result<(), String> {
        let uids: BTreeSet<&str> = everything(store).filter_map(|object| object.meta().uid.as_deref()).collect();
        let is_forlorn = |object: &&Object| {
            let owners = object.meta().owner_references.as_deref().unwrap_or_default();
            !owners.is_empty() && owners.iter().all(|owner| !uids.contains(owner.uid.as_str()))
        };
        let forlorn: Vec<&Object> =
            everything(store).filter(|object| object.meta().deletion_timestamp.is_none()).filter(is_forlorn).collect();
        let before = std::mem::take(&mut self.forlorn);
        for object in forlorn {
            let uid = object.meta().uid.clone().unwrap_or_default();
            let since = before.get(&uid).copied().unwrap_or(now);
            if now - since > COLLECTED {
                return Err(format!("{} has lost its owner and is not collected", object.name()));
            }
            self.forlorn.insert(uid, since);
        }
        Ok(())
    }

    /// Every node that is meant has one ready pod of the newest template, and no node that is not meant has one.
    pub(crate) fn expect_served(&self, session: &Session) -> Result<(), String> {
        let scene = Scene::of(session).ok_or("the DaemonSet is gone")?;
        let status = scene.ds.status.clone().unwrap_or_default();
        let numbers = [
            status.current_number_scheduled,
            status.number_ready,
            status.number_available.unwrap_or(0),
            status.updated_number_scheduled.unwrap_or(0),
        ];
        let mut desired = 0;
        for node in &scene.nodes {
            let (should_run, should_continue) = scene.judge(node);
            desired += i32::from(should_run);
            let pods = scene.on(node.name());
            let rows: Vec<String> = pods.iter().map(|pod| row(pod)).collect();
            // Not by its image: an adopted pod counts as new where its template's number happens to be that of the new owner
            // (`IsPodUpdated`).
            let is_served = |pod: &Rc<Pod>| is_live(pod) && scene.is_available(pod) && scene.is_new(pod);
            let is_right = match (should_run, should_continue) {
                (true, _) => pods.len() == 1 && pods.iter().all(is_served),
                (false, true) => pods.len() <= 1,
                (false, false) => pods.is_empty(),
            };
            if !is_right {
                return Err(format!("{}: meant ({should_run}, {should_continue}), has {rows:?}", node.name()));
            }
        }
        let names: BTreeSet<&str> = scene.nodes.iter().map(|node| node.name()).collect();
        if let Some(lost) = scene.pods.keys().find(|node| !names.contains(node.as_str())) {
            return Err(format!("there is a pod for {lost}, which does not exist"));
        }
        if numbers != [desired; 4] || status.desired_number_scheduled != desired {
            return Err(format!("{desired} nodes are meant, but the status is {status:?}"));
        }
        Ok(())
    }
}

/// The DaemonSet and its pods at one moment, judged by rules written down a second time.
struct Scene {
    ds: Rc<DaemonSet>,
    nodes: Vec<Rc<Node>>,
    /// Its pods by the node they are on or meant for.
    pods: BTreeMap<String, Vec<Rc<Pod>>>,
    /// Milliseconds.
    now: i64,
    /// Of the revision that has the present template.
    hash: Option<String>,
    /// Of the revision with the highest number.
    newest: Option<String>,
    /// Counted once: every node is judged for it.
    budget: OnceCell<(usize, usize)>,
}

impl Scene {
    fn of(session: &Session) -> Option<Scene> {
        let cluster = session.sim().cluster();
        let store = cluster.store();
        let ds = store.get::<DaemonSet>("default", "d").filter(|ds| !ds.is_terminating())?.clone();
        let mut pods: BTreeMap<String, Vec<Rc<Pod>>> = BTreeMap::new();
        for pod in store.list::<Pod>() {
            let owner = pod.metadata.owner_references.iter().flatten().any(|owner| owner.uid == ds.uid());
            if let Some(node) = target(pod).filter(|_| owner) {
                pods.entry(node.to_owned()).or_default().push(Rc::clone(pod));
            }
        }
        let template = serde_json::to_value(&ds.spec.as_ref()?.template).ok();
        let is_current = |revision: &&Rc<ControllerRevision>| {
            let kept = revision.data.as_ref().map(|data| data.0["spec"]["template"].clone());
            let without = |value: serde_json::Value| {
                let mut value = value;
                value.as_object_mut().map(|map| map.remove("$patch"));
                value
            };
            kept.map(without) == template
        };
        let owned = || store.dependents_of::<ControllerRevision>(ds.uid());
        let name = |revision: &Rc<ControllerRevision>| revision.label("controller-revision-hash").map(str::to_owned);
        let hash = owned().filter(is_current).max_by_key(|revision| revision.revision).and_then(name);
        let newest = owned().max_by_key(|revision| revision.revision).and_then(name);
        let nodes = store.list::<Node>().cloned().collect();
        Some(Scene { nodes, pods, now: cluster.now().as_millisecond(), hash, newest, budget: OnceCell::new(), ds })
    }

    fn on(&self, node: &str) -> &[Rc<Pod>] {
        self.pods.get(node).map_or(&[], Vec::as_slice)
    }

    fn surges(&self) -> bool {
        self.budget().1 > 0 || self.number("maxSurge").is_some_and(|surge| *surge != IntOrString::Int(0))
    }

    fn number(&self, field: &str) -> Option<&IntOrString> {
        let rolling = self.ds.spec.as_ref()?.update_strategy.as_ref()?.rolling_update.as_ref()?;
        if field == "maxSurge" { rolling.max_surge.as_ref() } else { rolling.max_unavailable.as_ref() }
    }

    /// (maxUnavailable, maxSurge) in pods.
    fn budget(&self) -> (usize, usize) {
        *self.budget.get_or_init(|| self.count_budget())
    }

    fn count_budget(&self) -> (usize, usize) {
        let desired = self.nodes.iter().filter(|node| self.judge(node).0).count();
        let scaled = |number: Option<&IntOrString>| match number {
            None => 0,
            Some(IntOrString::Int(number)) => usize::try_from(*number).unwrap_or(0),
            Some(IntOrString::String(text)) => {
                (desired * text.trim_end_matches('%').parse::<usize>().unwrap_or(0)).div_ceil(100)
            }
        };
        (scaled(self.number("maxUnavailable")), scaled(self.number("maxSurge")))
    }

    fn is_rolling(&self) -> bool {
        let strategy = self.ds.spec.as_ref().and_then(|spec| spec.update_strategy.as_ref());
        strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("RollingUpdate")
    }

    /// (a pod belongs here, a pod may stay here)
    fn judge(&self, node: &Node) -> (bool, bool) {
        let Some(spec) = self.ds.spec.as_ref().and_then(|spec| spec.template.spec.as_ref()) else { return (false, false) };
        let none = BTreeMap::new();
        let labels = node.metadata.labels.as_ref().unwrap_or(&none);
        let is_named = spec.node_name.as_deref().is_none_or(|name| name == node.name());
        let is_selected = spec.node_selector.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
        let required = spec
            .affinity
            .as_ref()
            .and_then(|affinity| affinity.node_affinity.as_ref())
            .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
        let is_liked = required.is_none_or(|required| {
            required.node_selector_terms.iter().any(|term| {
                term.match_expressions.iter().flatten().all(|expression| {
                    let value = labels.get(&expression.key);
                    let wanted = expression.values.clone().unwrap_or_default();
                    match expression.operator.as_str() {
                        "NotIn" => value.is_none_or(|value| !wanted.contains(value)),
                        "DoesNotExist" => value.is_none(),
                        "Gt" => value.and_then(|value| value.parse::<i64>().ok()) > wanted[0].parse().ok(),
                        other => panic!("no story has {other}"),
                    }
                })
            })
        });
        if !is_named || !is_selected || !is_liked {
            return (false, false);
        }
        let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
        let tolerations = spec.tolerations.as_deref().unwrap_or_default();
        let effects: Vec<&str> = taints
            .iter()
            .filter(|taint| {
                !tolerates_by_nature(taint) && !tolerations.iter().any(|toleration| tolerates(toleration, taint))
            })
            .map(|taint| taint.effect.as_str())
            .filter(|effect| *effect != "PreferNoSchedule")
            .collect();
        (effects.is_empty(), !effects.contains(&"NoExecute"))
    }

    fn is_available(&self, pod: &Pod) -> bool {
        let min_ready = self.ds.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0);
        let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
        conditions.iter().any(|condition| {
            let since = condition.last_transition_time.as_ref().map_or(self.now, |time| time.0.as_millisecond());
            condition.type_ == "Ready"
                && condition.status == "True"
                && (min_ready == 0 || self.now - since >= i64::from(min_ready) * 1000)
        })
    }

    fn is_new(&self, pod: &Pod) -> bool {
        let generation = self
            .ds
            .metadata
            .annotations
            .as_ref()
            .and_then(|all| all.get("deprecated.daemonset.template.generation").map(String::as_str));
        pod.label("controller-revision-hash") == self.hash.as_deref() || pod.label("pod-template-generation") == generation
    }

    /// Never more made unavailable by the controller than the update may: of pods that were well, lonely and where they belong.
    fn deletions(&self, changes: &[&Change]) -> Result<(), String> {
        let victims = changes.iter().filter_map(|change| {
            let (before, after) = change.of::<Pod>()?;
            let goes = change.kind == ChangeKind::Deleted || after.is_terminating();
            before.filter(|before| goes && !before.is_terminating() && self.is_ours(before))
        });
        for victim in victims {
            let Some(name) = target(victim) else { continue };
            let Some(node) = self.nodes.iter().find(|node| node.name() == name) else { continue };
            let was_alone = !self.on(name).iter().any(|pod| is_live(pod));
            let is_evicted = node
                .spec
                .as_ref()
                .and_then(|spec| spec.taints.as_ref())
                .into_iter()
                .flatten()
                .any(|taint| taint.effect == "NoExecute" && !tolerates_by_nature(taint));
            let (should_run, should_continue) = self.judge(node);
            let is_update =
                self.is_available(victim) && is_live(victim) && should_continue && !is_evicted && self.is_rolling();
            if !is_update {
                continue;
            }
            if self.surges() {
                if should_run && !self.on(name).iter().any(|pod| is_live(pod) && self.is_available(pod)) {
                    return Err(format!("{} was deleted before its successor was available", row(victim)));
                }
                continue;
            }
            if !was_alone {
                continue;
            }
            let lacks = |node: &&Rc<Node>| {
                let has = self.on(node.name()).iter().any(|pod| is_live(pod) && self.is_available(pod));
                self.judge(node).0 && !has
            };
            let (unavailable, most) = (self.nodes.iter().filter(lacks).count(), self.budget().0.max(1));
            if unavailable > most {
                return Err(format!("{} was deleted, now {unavailable} are unavailable, not {most}", row(victim)));
            }
        }
        Ok(())
    }

    /// Never more surging beside well old pods than `maxSurge`.
    fn creations(&self, changes: &[&Change]) -> Result<(), String> {
        let is_well_and_old = |pod: &&Rc<Pod>| is_live(pod) && !self.is_new(pod) && self.is_available(pod);
        let beside = |node: &str| self.on(node).iter().find(is_well_and_old).is_some();
        let added =
            changes.iter().filter(|change| change.kind == ChangeKind::Added).filter_map(|change| Pod::of(&change.object));
        let surged = added.filter(|pod| self.is_ours(pod)).filter_map(|pod| target(pod)).filter(|node| beside(node)).count();
        let pairs = self.pods.iter().filter(|(node, pods)| {
            beside(node) && pods.iter().any(|pod| is_live(pod) && self.is_new(pod) && !self.is_available(pod))
        });
        let (pairs, most) = (pairs.count(), self.budget().1);
        if surged > 0 && pairs > most { Err(format!("{pairs} nodes surge, not {most}")) } else { Ok(()) }
    }

    fn is_ours(&self, pod: &Pod) -> bool {
        pod.metadata.owner_references.iter().flatten().any(|owner| owner.uid == self.ds.uid())
    }

    /// The status makes sense.
    fn status(&self) -> Result<(), String> {
        let status = self.ds.status.clone().unwrap_or_default();
        let (desired, available) = (status.desired_number_scheduled, status.number_available.unwrap_or(0));
        let makes_sense = status.current_number_scheduled <= desired
            && status.number_ready <= status.current_number_scheduled
            && available <= status.number_ready
            && status.updated_number_scheduled.unwrap_or(0) <= status.current_number_scheduled
            && status.number_unavailable.unwrap_or(0) == desired - available
            && status.number_misscheduled >= 0
            && status.observed_generation <= self.ds.metadata.generation;
        if status.observed_generation == self.ds.metadata.generation && self.newest != self.hash {
            return Err("the newest revision is not that of the template".to_owned());
        }
        if makes_sense { Ok(()) } else { Err(format!("the status makes no sense: {status:?}")) }
    }
}

/// All objects but what was told.
fn everything(store: &Store) -> impl Iterator<Item = &Object> {
    kind::ALL.iter().filter(|kind| **kind != Kind::Event).flat_map(|kind| store.objects(*kind))
}

fn version(object: &Object) -> u64 {
    object.resource_version().and_then(|version| version.parse().ok()).unwrap_or(0)
}

/// Generations grow by one, and only with the spec, or when a deletion begins; what the server gives is never taken back.
fn metadata(change: &Change) -> Result<(), String> {
    let Some(before) = &change.before else { return Ok(()) };
    let (old, new) = (before.meta(), change.object.meta());
    let name = change.object.name();
    if old.uid != new.uid || old.creation_timestamp != new.creation_timestamp {
        return Err(format!("{name} is somebody else"));
    }
    if change.kind == ChangeKind::Deleted {
        return Ok(());
    }
    if old.deletion_timestamp.is_some() && new.deletion_timestamp.is_none() {
        return Err(format!("{name} is no longer being deleted"));
    }
    let spec_changed = match (before, &change.object) {
        (Object::DaemonSet(old), Object::DaemonSet(new)) => old.spec != new.spec,
        (Object::ControllerRevision(old), Object::ControllerRevision(new)) => {
            if new.revision < old.revision || new.data != old.data {
                return Err(format!("{name} was {} and is {} now", old.revision, new.revision));
            }
            false
        }
        _ => false,
    };
    let dies = old.deletion_timestamp.is_none() && new.deletion_timestamp.is_some();
    let grown = new.generation.unwrap_or(0) - old.generation.unwrap_or(0);
    if grown != i64::from(spec_changed) + i64::from(dies && old.generation.is_some()) {
        return Err(format!("{name}'s generation grew by {grown}, its spec changed: {spec_changed}, it dies: {dies}"));
    }
    Ok(())
}

/// Indexes say what a look at everything does.
fn indexes(store: &Store) -> Result<(), String> {
    let mut on: BTreeMap<&str, Vec<&str>> = store.list::<Node>().map(|node| (node.name(), vec![])).collect();
    for pod in store.list::<Pod>() {
        on.extend(target(pod).filter(|node| !on.contains_key(node)).map(|node| (node, vec![])));
        if let Some(node) = bound(pod) {
            on.entry(node).or_default().push(pod.name());
        }
    }
    for (node, found) in on {
        let told: Vec<&str> = store.pods_on(node).map(|pod| pod.name()).collect();
        if found != told {
            return Err(format!("{node} has {found:?}, the index says {told:?}"));
        }
    }
    let mut owned: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for object in everything(store) {
        let owners = object.meta().owner_references.iter().flatten().map(|owner| owner.uid.as_str());
        for uid in owners.collect::<BTreeSet<_>>() {
            owned.entry(uid).or_default().push(object.name());
        }
    }
    for (uid, found) in owned {
        let told: Vec<&str> = store.dependents(uid).map(Object::name).collect();
        if found != told {
            return Err(format!("{uid} owns {found:?}, the index says {told:?}"));
        }
    }
    Ok(())
}

/// No two revisions of a DaemonSet have one number.
fn revisions(store: &Store) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for revision in store.list::<ControllerRevision>() {
        let owner = revision.metadata.owner_references.iter().flatten().map(|owner| owner.uid.clone()).next();
        if owner.is_some() && !seen.insert((owner, revision.revision)) {
            return Err(format!("there are two revisions {}", revision.revision));
        }
    }
    Ok(())
}

fn is_live(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    !pod.is_terminating() && !matches!(phase, Some("Succeeded" | "Failed"))
}

fn bound(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref()?.node_name.as_deref()
}

/// The node a pod is on, or pinned to.
fn target(pod: &Pod) -> Option<&str> {
    bound(pod).or_else(|| {
        let affinity = pod.spec.as_ref()?.affinity.as_ref()?.node_affinity.as_ref()?;
        let terms = &affinity.required_during_scheduling_ignored_during_execution.as_ref()?.node_selector_terms;
        Some(terms.first()?.match_fields.as_ref()?.first()?.values.as_ref()?.first()?.as_str())
    })
}

fn image(pod: &Pod) -> &str {
    pod.spec.as_ref().and_then(|spec| spec.containers[0].image.as_deref()).unwrap_or_default()
}

fn row(pod: &Pod) -> String {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default();
    let going = if pod.is_terminating() { " terminating" } else { "" };
    format!("{} {} on {} {phase}{going}", pod.name(), image(pod), target(pod).unwrap_or("nothing"))
}

/// What the controller lets every daemon pod tolerate.
fn tolerates_by_nature(taint: &Taint) -> bool {
    let Some(key) = taint.key.strip_prefix("node.kubernetes.io/") else { return false };
    match taint.effect.as_str() {
        "NoExecute" => ["not-ready", "unreachable"].contains(&key),
        _ => ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].contains(&key),
    }
}

fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let same_effect = text(&toleration.effect).is_empty() || text(&toleration.effect) == taint.effect;
    let same_key = text(&toleration.key).is_empty() || text(&toleration.key) == taint.key;
    let exists = toleration.operator.as_deref() == Some("Exists");
    same_effect && same_key && (exists || text(&toleration.value) == text(&taint.value))
}
