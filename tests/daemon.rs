//! The facts of upstream's own tables (`pkg/controller/daemon/*_test.go`), asked of the whole machine.
//!
//! The kubelets of these clusters take an hour to start a pod, so that a pod is ready exactly when a test says so.

use std::rc::Rc;
use std::time::Duration;

use playground::api::{DaemonSet, Key, Kind, Node, Object, Pod, PodCondition, Resource, Taint, Time, yaml};
use playground::cluster::{ChangeKind, DeleteOptions};
use playground::sim::{Config, Kubelets, NodeAction, NodeDefinition, Simulation};

struct World {
    sim: Simulation,
}

impl World {
    /// Nodes node-0, node-1 …, all of them settled in.
    fn new(nodes: usize) -> World {
        World::of((0..nodes).map(|number| node(&format!("node-{number}"), "")).collect())
    }

    fn of(nodes: Vec<NodeDefinition>) -> World {
        let kubelets = Kubelets { start: Duration::from_secs(3600), ..Kubelets::default() };
        let node_monitor_grace = Duration::from_secs(100_000);
        let mut world = World { sim: Simulation::new(&Config { nodes, kubelets, node_monitor_grace, ..Config::default() }) };
        world.advance(1);
        world
    }

    fn advance(&mut self, seconds: u64) {
        let until = self.sim.now() + Duration::from_secs(seconds);
        self.sim.advance(until);
    }

    /// Applies a DaemonSet `d` of this image; `spec` holds more fields of its spec, `pod` of its template's.
    fn apply(&mut self, image: &str, spec: &str, pod: &str) {
        self.apply_as("d", image, spec, pod);
    }

    fn apply_as(&mut self, name: &str, image: &str, spec: &str, pod: &str) {
        let text = format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: {name}, namespace: default}}\nspec:\n  selector: \
             {{matchLabels: {{name: {name}}}}}\n{}  template:\n    metadata: {{labels: {{name: {name}}}}}\n    spec:\n      \
             containers: [{{name: c, image: '{image}'}}]\n{}",
            indent(spec, 2),
            indent(pod, 6)
        );
        let value = yaml::parse(&text).expect(&text).remove(0);
        let ds = Object::from_value(Kind::DaemonSet, value).expect("a DaemonSet");
        let cluster = self.sim.cluster_mut();
        if cluster.store().get::<DaemonSet>("default", name).is_none() {
            cluster.create(ds).expect("created");
        } else {
            cluster.update(ds).expect("updated");
        }
        self.sim.deliver();
    }

    /// What the controller did within a second: pods created, pods told to go.
    fn round(&mut self) -> (usize, usize) {
        self.sim.take_seen();
        self.advance(1);
        let (mut created, mut deleted) = (0, 0);
        for change in self.sim.take_seen() {
            let Some((before, pod)) = change.of::<Pod>() else { continue };
            created += usize::from(change.kind == ChangeKind::Added);
            let was_going = before.is_some_and(|before| before.is_terminating());
            deleted += usize::from(!was_going && (pod.is_terminating() || change.kind == ChangeKind::Deleted));
        }
        (created, deleted)
    }

    fn pods(&self) -> Vec<Rc<Pod>> {
        self.sim.cluster().store().list::<Pod>().cloned().collect()
    }

    /// The pods' names of which this holds.
    fn names(&self, which: impl Fn(&Pod) -> bool) -> Vec<String> {
        self.pods().iter().filter(|pod| which(pod)).map(|pod| pod.name().to_owned()).collect()
    }

    /// Makes pods ready, or no longer ready, of which this holds; `most` at most. Says how many.
    fn mark(&mut self, status: &str, most: usize, which: impl Fn(&Pod) -> bool) -> usize {
        let now = self.sim.cluster().now_in_seconds();
        let marked: Vec<Rc<Pod>> =
            self.pods().into_iter().filter(|pod| is_ready(pod) != (status == "True") && which(pod)).take(most).collect();
        for pod in &marked {
            mark(&mut self.sim, Rc::clone(pod), status, &now);
        }
        self.sim.deliver();
        marked.len()
    }

    fn mark_all_ready(&mut self) {
        self.mark("True", usize::MAX, |pod| !pod.is_terminating());
    }

    /// A pod that looks as if the DaemonSet had made it from a template it no longer has.
    fn add_old_pod(&mut self, name: &str, node: &str, ready: &str) {
        let mut pod = self.pods().into_iter().find(|pod| on(pod, node)).expect("a pod to imitate");
        let it = Rc::make_mut(&mut pod);
        it.metadata.name = Some(name.to_owned());
        it.metadata.generate_name = None;
        for label in ["controller-revision-hash", "pod-template-generation"] {
            it.metadata.labels.get_or_insert_default().insert(label.to_owned(), "0".to_owned());
        }
        self.sim.cluster_mut().create(pod).expect("created");
        let pod = self.sim.cluster().store().get::<Pod>("default", name).expect("it").clone();
        let now = self.sim.cluster().now_in_seconds();
        mark(&mut self.sim, pod, ready, &now);
    }

    fn change_node(&mut self, name: &str, change: impl Fn(&mut Node)) {
        let mut node = self.sim.cluster().store().get::<Node>("", name).expect(name).clone();
        change(Rc::make_mut(&mut node));
        self.sim.cluster_mut().update(node).expect("updated");
        self.sim.deliver();
    }
}

fn node(name: &str, taint: &str) -> NodeDefinition {
    let taints = if taint.is_empty() { vec![] } else { vec![taint.to_owned()] };
    NodeDefinition { name: name.to_owned(), taints, ..NodeDefinition::default() }
}

fn indent(text: &str, by: usize) -> String {
    text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions.into_iter().any(|condition| condition.type_ == "Ready" && condition.status == "True")
}

fn on(pod: &Pod, node: &str) -> bool {
    pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()) == Some(node)
}

fn image(pod: &Pod) -> &str {
    pod.spec.as_ref().and_then(|spec| spec.containers[0].image.as_deref()).unwrap_or_default()
}

fn mark(sim: &mut Simulation, mut pod: Rc<Pod>, status: &str, now: &Time) {
    let conditions = Rc::make_mut(&mut pod).status.get_or_insert_default().conditions.get_or_insert_default();
    conditions.retain(|condition| condition.type_ != "Ready");
    conditions.push(PodCondition {
        type_: "Ready".to_owned(),
        status: status.to_owned(),
        last_transition_time: Some(now.clone()),
        ..PodCondition::default()
    });
    sim.cluster_mut().update_status(pod).expect("written");
}

fn unavailable(number: &str) -> String {
    format!("updateStrategy: {{rollingUpdate: {{maxUnavailable: {number}}}}}")
}

fn surge(number: &str) -> String {
    format!("updateStrategy: {{rollingUpdate: {{maxSurge: {number}, maxUnavailable: 0}}}}")
}

/// `TestNodeShouldRunDaemonPod` and the tests around taints: whether a pod belongs on a node, and whether one that is there stays
/// when the node becomes like that.
#[test]
fn where_daemon_pods_belong() {
    let labels: fn(&mut Node) = |node| {
        node.metadata.labels.get_or_insert_default().insert("type".to_owned(), "production".to_owned());
    };
    let check = |what: &str, pod: &str, change: &dyn Fn(&mut Node), expect: (bool, bool)| {
        for strategy in ["updateStrategy: {type: OnDelete}", ""] {
            let mut world = World::new(1);
            world.apply_as("before", "x:1", strategy, pod);
            world.advance(1);
            let had = !world.pods().is_empty();
            world.change_node("node-0", change);
            world.apply_as("after", "x:1", strategy, pod);
            world.advance(2);
            let has = |name: &str| {
                let is = |pod: &Rc<Pod>| pod.label("name") == Some(name) && !pod.is_terminating();
                world.pods().iter().any(is)
            };
            let stays = if had { has("before") } else { expect.1 };
            assert_eq!((has("after"), stays), expect, "{what} {strategy}");
        }
    };
    let taint = |key: &'static str, effect: &'static str| {
        move |node: &mut Node| {
            let taint = Taint { key: key.to_owned(), effect: effect.to_owned(), ..Taint::default() };
            node.spec.get_or_insert_default().taints.get_or_insert_default().push(taint);
        }
    };
    let affinity = |value: &str| {
        format!(
            "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: \
             [{{matchExpressions: [{{key: type, operator: In, values: [{value}]}}]}}]}}}}}}"
        )
    };
    let (yes, no, stays) = ((true, true), (false, false), (false, true));
    check("nothing special", "", &|_| {}, yes);
    check("another node's name", "nodeName: other-node", &|_| {}, no);
    check("its own name", "nodeName: node-0", &|_| {}, yes);
    check("a selector that does not match", "nodeSelector: {type: test}", &labels, no);
    check("a selector that matches", "nodeSelector: {type: production}", &labels, yes);
    check("an affinity that does not match", &affinity("test"), &labels, no);
    check("an affinity that matches", &affinity("production"), &labels, yes);
    check("unschedulable", "", &|node| node.spec.get_or_insert_default().unschedulable = Some(true), yes);
    check("NoSchedule", "", &taint("k", "NoSchedule"), stays);
    check("PreferNoSchedule", "", &taint("k", "PreferNoSchedule"), yes);
    check("NoExecute", "", &taint("k", "NoExecute"), no);
    check("a tolerated taint", "tolerations: [{key: k, operator: Exists}]", &taint("k", "NoExecute"), yes);
    check("not ready", "", &taint("node.kubernetes.io/not-ready", "NoExecute"), yes);
    check("unreachable", "", &taint("node.kubernetes.io/unreachable", "NoExecute"), yes);
}

/// Resources and ports are the scheduler's: the pod is made all the same, and waits.
#[test]
fn what_does_not_fit_is_made_and_waits() {
    let mut world = World::new(1);
    let ds = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d, namespace: default}\nspec: {selector: {matchLabels: {a: b}}, \
              template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x, resources: {requests: {cpu: '100'}}}]}}}";
    let value = yaml::parse(ds).expect("yaml").remove(0);
    world.sim.cluster_mut().create(Object::from_value(Kind::DaemonSet, value).expect("a DaemonSet")).expect("created");
    assert_eq!(world.round(), (1, 0));
    assert!(world.pods().iter().all(|pod| !on(pod, "node-0")));
    let status = world.sim.cluster().store().get::<DaemonSet>("default", "d").expect("d").status.clone().unwrap_or_default();
    assert_eq!((status.desired_number_scheduled, status.current_number_scheduled, status.number_ready), (1, 1, 0));
}

/// `TestGetUnavailableNumbers`: how many pods the first step of an update may take, or add.
#[test]
fn budgets_round_up_and_are_never_nothing() {
    let check = |nodes: usize, strategy: &str, expect: (usize, usize)| {
        let mut world = World::new(nodes);
        world.apply("x:1", strategy, "");
        world.advance(1);
        world.mark_all_ready();
        world.advance(1);
        world.apply("x:2", strategy, "");
        assert_eq!(world.round(), expect, "{nodes} nodes, {strategy}");
    };
    check(0, &unavailable("1"), (0, 0));
    check(2, &unavailable("1"), (1, 1));
    check(2, &unavailable("50%"), (1, 1));
    check(3, &unavailable("50%"), (2, 2));
    check(3, &unavailable("1%"), (1, 1));
    check(3, &unavailable("100%"), (3, 3));
    check(2, &surge("1"), (1, 0));
    check(2, &surge("50%"), (1, 0));
    check(3, &surge("50%"), (2, 0));
    check(2, &surge("100%"), (2, 0));
}

/// One update after the other, each step with the pods it made marked ready or not.
#[test]
fn updates_step_by_step() {
    // `TestDaemonSetUpdatesPods`.
    let mut world = World::new(5);
    world.apply("x:1", "", "");
    assert_eq!(world.round(), (5, 0));
    world.mark_all_ready();
    world.apply("x:2", &unavailable("2"), "");
    for expect in [(2, 2), (2, 2), (1, 1), (0, 0)] {
        assert_eq!(world.round(), expect);
        world.mark_all_ready();
    }
    // `TestDaemonSetUpdatesPodsWithMaxSurge`.
    world.apply("x:3", &surge("2"), "");
    for expect in [(2, 0), (2, 2), (1, 2), (0, 1), (0, 0)] {
        assert_eq!(world.round(), expect);
        world.mark_all_ready();
    }
    // `TestDaemonSetUpdatesWhenNewPodIsNotReady`.
    world.apply("x:4", &unavailable("3"), "");
    assert_eq!([world.round(), world.round()], [(3, 3), (0, 0)]);
    // `TestDaemonSetUpdatesSomeOldPodsNotReady`: what is broken already is replaced, what is well stays.
    let well = world.names(is_ready);
    world.apply("x:5", &unavailable("2"), "");
    assert_eq!([world.round(), world.round()], [(3, 3), (0, 0)]);
    assert_eq!((well.len(), world.names(is_ready)), (2, well));
}

/// `TestDaemonSetUpdatesPodsNotMatchTainstWithMaxSurge`: a node that is no longer chosen loses its pod when others have come.
#[test]
fn a_surge_takes_pods_off_nodes_no_longer_chosen() {
    let mut nodes: Vec<NodeDefinition> = (1..5).map(|number| node(&format!("node-{number}"), "")).collect();
    nodes.insert(0, node("node-0", "node-role.kubernetes.io/control-plane:NoSchedule"));
    let mut world = World::of(nodes);
    world.apply("x:1", &surge("1"), "tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists}]");
    assert_eq!(world.round(), (5, 0));
    world.mark_all_ready();
    world.apply("x:1", &surge("1"), "");
    for expect in [(1, 1), (1, 1), (1, 1), (1, 1), (0, 1), (0, 0)] {
        assert_eq!(world.round(), expect);
        world.mark_all_ready();
    }
}

/// Who surges asks for the node of each old pod (`rollingUpdate`): while one is gone and its pod is not, nothing goes on.
#[test]
fn a_surge_waits_for_the_pods_of_nodes_that_are_gone() {
    let mut world = World::new(3);
    world.apply("x:1", &surge("1"), "");
    assert_eq!(world.round(), (3, 0));
    world.mark_all_ready();
    world.sim.node(NodeAction::Remove("node-1".to_owned())).expect("removed");
    world.apply("x:2", &surge("1"), "");
    assert_eq!(world.round(), (0, 0));
    // The garbage collector comes by, and again after its quarantine.
    world.advance(100);
    world.mark_all_ready();
    assert_eq!(world.names(|pod| on(pod, "node-1")).len(), 0);
    assert!(!world.names(|pod| image(pod) == "x:2").is_empty());
    // Who does not surge asks for no node: an old pod goes and its successor comes.
    let mut world = World::new(3);
    world.apply("x:1", "", "");
    assert_eq!(world.round(), (3, 0));
    world.mark_all_ready();
    world.sim.node(NodeAction::Remove("node-1".to_owned())).expect("removed");
    world.apply("x:2", "", "");
    assert_eq!(world.round(), (1, 1));
}

/// A pod that waits for a node is on none: a change of the node wakes nobody for it (`syncNodeUpdate`).
#[test]
fn a_waiting_pod_does_not_notice_what_becomes_of_its_node() {
    let mut world = World::new(1);
    let full = NodeDefinition { allocatable: [("pods".to_owned(), "0".to_owned())].into(), ..node("full", "") };
    world.sim.node(NodeAction::Add(full)).expect("added");
    world.apply("x:1", "", "nodeSelector: {kubernetes.io/os: linux}");
    assert_eq!(world.round(), (2, 0));
    let leave: fn(&mut Node) = |node| {
        node.metadata.labels.get_or_insert_default().insert("kubernetes.io/os".to_owned(), "windows".to_owned());
    };
    world.change_node("full", leave);
    assert_eq!(world.round(), (0, 0));
    world.change_node("node-0", leave);
    assert_eq!(world.round(), (0, 2));
}

/// `TestDaemonSetUpdatesSaveOldHealthyPods`: later updates replace only the ten that are broken.
#[test]
fn old_healthy_pods_are_saved() {
    let mut world = World::new(20);
    world.apply("x:1", "", "");
    assert_eq!(world.round(), (20, 0));
    world.mark_all_ready();
    world.apply("x:2", &unavailable("10"), "");
    assert_eq!([world.round(), world.round()], [(10, 10), (0, 0)]);
    let saved = world.names(is_ready);
    assert_eq!(saved.len(), 10);
    for max_unavailable in [3, 1, 9, 5, 2, 8, 4, 7, 6, 1] {
        world.apply(&format!("x:3-{max_unavailable}"), &unavailable(&max_unavailable.to_string()), "");
        assert_eq!([world.round(), world.round()], [(10, 10), (0, 0)], "{max_unavailable}");
        assert_eq!(world.names(is_ready), saved, "{max_unavailable}");
    }
    world.apply("x:4", &unavailable("11"), "");
    assert_eq!([world.round(), world.round()], [(11, 11), (0, 0)]);
    assert_eq!(world.names(is_ready).len(), 9);
}

/// `TestDaemonSetUpdatesAllOldNotReadyPodsAndNewNotReadyPods`: broken old pods are replaced however many new ones are broken.
#[test]
fn broken_old_pods_are_replaced_beyond_the_budget() {
    let mut world = World::new(100);
    world.apply("x:1", &unavailable("10"), "");
    assert_eq!(world.round(), (100, 0));
    world.mark_all_ready();
    let pods = world.pods();
    for (number, pod) in pods.iter().enumerate() {
        let mut pod = Rc::clone(pod);
        if number < 12 {
            let labels = Rc::make_mut(&mut pod).metadata.labels.get_or_insert_default();
            labels.insert("controller-revision-hash".to_owned(), "old".to_owned());
            labels.insert("pod-template-generation".to_owned(), "0".to_owned());
            let Object::Pod(written) = world.sim.cluster_mut().update(pod).expect("updated") else { unreachable!() };
            pod = written;
        }
        if number >= 10 {
            let now = world.sim.cluster().now_in_seconds();
            mark(&mut world.sim, pod, "False", &now);
        }
    }
    assert_eq!([world.round(), world.round()], [(2, 2), (0, 0)]);
    // `TestDaemonSetUpdatesAllOldPodsNotReady`.
    let mut world = World::new(5);
    world.apply("x:1", "", "");
    world.advance(1);
    world.apply("x:2", &unavailable("3"), "");
    assert_eq!([world.round(), world.round()], [(5, 5), (0, 0)]);
}

/// `TestDaemonSetUpdatesAllOldPodsNotReadyMaxSurge`.
#[test]
fn a_surge_with_min_ready_seconds() {
    let mut world = World::new(5);
    world.apply("x:1", "", "");
    world.advance(1);
    world.apply("x:2", &surge("3"), "");
    assert_eq!([world.round(), world.round()], [(5, 5), (0, 0)]);
    world.mark_all_ready();
    world.advance(20);
    world.apply("x:3", &format!("{}\nminReadySeconds: 15", surge("3")), "");
    assert_eq!(world.round(), (3, 0));
    assert_eq!(world.mark("True", 2, |pod| image(pod) == "x:3"), 2);
    let has_new: Vec<String> = world
        .pods()
        .iter()
        .filter(|pod| image(pod) == "x:3")
        .filter_map(|pod| pod.spec.as_ref()?.node_name.clone())
        .collect();
    let is_alone = |pod: &Pod| !has_new.iter().any(|node| on(pod, node));
    assert_eq!(world.mark("False", 1, is_alone), 1);
    // The one that broke is replaced at once, and goes.
    assert_eq!(world.round(), (1, 1));
    world.advance(8);
    assert_eq!(world.round(), (0, 0));
    // After fifteen seconds the two have been ready for long enough.
    world.sim.take_seen();
    let mut done = (0, 0);
    for _ in 0..10 {
        let (created, deleted) = world.round();
        done = (done.0 + created, done.1 + deleted);
    }
    assert_eq!(done, (1, 2));
    world.mark_all_ready();
    for _ in 0..20 {
        let (created, deleted) = world.round();
        done = (done.0 + created, done.1 + deleted);
    }
    assert_eq!(done, (1, 4));
    assert_eq!(world.names(|pod| image(pod) == "x:3").len(), 5);
}

/// `TestSurge…`: which of several pods on a node stay.
#[test]
fn of_several_pods_on_a_node() {
    // A new pod, made ready so many seconds ago if at all, two old ones; whose names are gone then.
    let check = |min_ready: u64, new_ready_since: Option<u64>, first_old: &str, expect: &[&str]| {
        let mut world = World::new(5);
        world.apply("x:1", &format!("{}\nminReadySeconds: {min_ready}", surge("1")), "");
        world.advance(1);
        if let Some(seconds) = new_ready_since {
            world.mark("True", 1, |pod| on(pod, "node-1"));
            world.advance(seconds);
        }
        // A kubelet would say that the old pods are not ready yet.
        world.sim.node(NodeAction::Silent("node-1".to_owned())).expect("silent");
        world.add_old_pod("e-old", "node-1", first_old);
        world.add_old_pod("f-old", "node-1", "True");
        world.sim.deliver();
        world.advance(1);
        let gone: Vec<&str> = ["e-old", "f-old"]
            .into_iter()
            .filter(|name| world.sim.cluster().store().get::<Pod>("default", name).is_none_or(|pod| pod.is_terminating()))
            .collect();
        assert_eq!(gone, expect, "{min_ready} {new_ready_since:?} {first_old}");
        assert_eq!(world.names(|pod| on(pod, "node-1") && !pod.is_terminating()).len(), 3 - expect.len());
    };
    check(0, None, "True", &["f-old"]);
    check(0, None, "False", &["e-old", "f-old"]);
    check(15, Some(10), "True", &["f-old"]);
    check(15, Some(20), "True", &["e-old", "f-old"]);
    // Without a surge the oldest stays, whichever it is.
    let mut world = World::new(2);
    world.apply("x:1", "updateStrategy: {type: OnDelete}", "");
    world.advance(2);
    let oldest = world.names(|pod| on(pod, "node-1"));
    world.advance(1);
    for name in ["a-old", "b-old"] {
        world.add_old_pod(name, "node-1", "True");
    }
    world.sim.deliver();
    assert_eq!(world.round(), (0, 2));
    assert_eq!(world.names(|pod| on(pod, "node-1")), oldest);
}

/// `TestSurgeCreatesNewPodWhenAtMaxSurgeAndOldPodDeleted`, `TestDaemonSetRespectsTermination`: a pod on its way out is waited for,
/// but not while surging.
#[test]
fn a_pod_on_its_way_out() {
    for (strategy, expect) in [(surge("1"), (1, 0)), (unavailable("1"), (0, 0))] {
        let mut world = World::new(3);
        world.apply("x:1", &strategy, "");
        world.advance(1);
        world.mark_all_ready();
        world.sim.node(NodeAction::Silent("node-2".to_owned())).expect("silent");
        let name = world.names(|pod| on(pod, "node-2")).remove(0);
        world.sim.cluster_mut().delete(&Key::new(Kind::Pod, "default", &name), &DeleteOptions::default()).expect("deleted");
        world.sim.deliver();
        assert_eq!(world.round(), expect, "{strategy}");
    }
}

/// `TestDaemonKillFailedPods`, `TestDaemonKillFailedPodsBackoff`.
#[test]
fn failed_pods_are_deleted_with_a_growing_wait() {
    let mut world = World::new(1);
    world.apply("x:1", "", "");
    world.advance(1);
    let mut waits = vec![];
    for _ in 0..6 {
        let mut pod = world.pods().remove(0);
        Rc::make_mut(&mut pod).status.get_or_insert_default().phase = Some("Failed".to_owned());
        let name = pod.name().to_owned();
        world.sim.cluster_mut().update_status(pod).expect("written");
        let failed_at = world.sim.now();
        while world.sim.cluster().store().get::<Pod>("default", &name).is_some() {
            world.sim.step(failed_at + Duration::from_secs(100));
        }
        waits.push((world.sim.now() - failed_at).as_secs_f64().round());
        world.sim.advance(world.sim.now() + Duration::from_millis(10));
    }
    assert_eq!(waits, [0.0, 1.0, 2.0, 4.0, 8.0, 16.0]);
}

/// `TestDeleteUnscheduledPodForNotExistingNode`, `TestSelectorDaemonDeletesUnselectedPods`.
#[test]
fn pods_for_nodes_that_are_gone_or_no_longer_chosen() {
    let mut world = World::new(2);
    world.apply("x:1", "", "nodeSelector: {kubernetes.io/os: linux}");
    world.advance(1);
    world.change_node("node-1", |node| {
        node.metadata.labels.get_or_insert_default().insert("kubernetes.io/os".to_owned(), "windows".to_owned());
    });
    assert_eq!(world.round(), (0, 1));
    // Nothing fits: the pod waits for its node, and goes with it.
    let mut world = World::new(1);
    let full = NodeDefinition { allocatable: [("pods".to_owned(), "0".to_owned())].into(), ..node("full", "") };
    world.sim.node(NodeAction::Add(full)).expect("added");
    world.apply("x:1", "", "");
    assert_eq!(world.round(), (2, 0));
    assert_eq!(world.names(|pod| on(pod, "full")).len(), 0);
    world.sim.node(NodeAction::Remove("full".to_owned())).expect("removed");
    world.apply("x:1", "revisionHistoryLimit: 5", "");
    assert_eq!(world.round(), (0, 1));
}
