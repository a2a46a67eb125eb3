//! The engine without kubectl: what is created, in which order, and that it ends.

use std::rc::Rc;

use playground::api::{DaemonSet, Event, Key, Kind, Node, Object, Pod, Resource, Taint, Toleration, yaml};
use playground::cluster::{Change, ChangeKind, DeleteOptions};
use playground::sim::{Config, NodeAction, NodeDefinition, SimTime, Simulation};

fn simulation(nodes: &[&str]) -> Simulation {
    let nodes = nodes.iter().map(|name| NodeDefinition { name: (*name).to_owned(), ..NodeDefinition::default() }).collect();
    let mut sim = Simulation::new(&Config { nodes, ..Config::default() });
    sim.advance(SimTime::from_millis(1000));
    sim
}

fn daemon_set(image: &str) -> Object {
    let text = format!(
        "metadata: {{name: d, namespace: default}}\nspec:\n  selector: {{matchLabels: {{name: d}}}}\n  template:\n    metadata: \
         {{labels: {{name: d}}}}\n    spec: {{containers: [{{name: c, image: '{image}'}}]}}\n"
    );
    let mut value = yaml::parse(&text).expect("yaml").remove(0);
    value["apiVersion"] = "apps/v1".into();
    value["kind"] = "DaemonSet".into();
    Object::from_value(Kind::DaemonSet, value).expect("a DaemonSet")
}

fn seconds(sim: &mut Simulation, seconds: u64) {
    let until = sim.now() + std::time::Duration::from_secs(seconds);
    sim.advance(until);
}

fn phases(sim: &Simulation) -> Vec<String> {
    let pods = sim.cluster().store().list::<Pod>();
    let of = |pod: &Pod| {
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.clone()).unwrap_or_default();
        let phase = pod.status.as_ref().and_then(|status| status.phase.clone()).unwrap_or_default();
        let image = pod.spec.as_ref().and_then(|spec| spec.containers[0].image.clone()).unwrap_or_default();
        format!("{node} {phase} {image}{}", if pod.is_terminating() { " terminating" } else { "" })
    };
    let mut phases: Vec<String> = pods.map(|pod| of(pod)).collect();
    phases.sort();
    phases
}

fn status(sim: &Simulation) -> (i32, i32, i32) {
    let ds = sim.cluster().store().get::<DaemonSet>("default", "d").expect("d");
    let status = ds.status.clone().unwrap_or_default();
    (status.desired_number_scheduled, status.number_ready, status.updated_number_scheduled.unwrap_or(0))
}

/// What happened, without events: `Added Pod`, `Modified DaemonSet` …
fn story(changes: &[Change]) -> Vec<String> {
    let told = changes.iter().filter(|change| change.object.kind() != Kind::Event);
    told.map(|change| format!("{:?} {}", change.kind, change.object.kind().name())).collect()
}

#[test]
fn a_daemon_set_comes_up_rolls_and_goes() {
    let mut sim = simulation(&["a", "b"]);
    sim.take_seen();
    sim.cluster_mut().create(daemon_set("x:1")).expect("created");
    seconds(&mut sim, 3);
    assert_eq!(phases(&sim), ["a Running x:1", "b Running x:1"]);
    assert_eq!(status(&sim), (2, 2, 2));
    let changes = sim.take_seen();
    assert_eq!(story(&changes)[..4], ["Added DaemonSet", "Added ControllerRevision", "Added Pod", "Added Pod"]);

    sim.cluster_mut().update(daemon_set("x:2")).expect("updated");
    seconds(&mut sim, 10);
    assert_eq!(phases(&sim), ["a Running x:2", "b Running x:2"]);
    assert_eq!(status(&sim), (2, 2, 2));
    let deleted = sim
        .take_seen()
        .iter()
        .filter(|change| change.kind == ChangeKind::Deleted && change.object.kind() == Kind::Pod)
        .count();
    assert_eq!(deleted, 2);

    let key = Key::new(Kind::DaemonSet, "default", "d");
    sim.cluster_mut().delete(&key, &DeleteOptions::default()).expect("deleted");
    seconds(&mut sim, 3);
    assert_eq!(phases(&sim), Vec::<String>::new());
    assert_eq!(sim.cluster().store().objects(Kind::ControllerRevision).count(), 0);
    assert!(sim.next_at().is_none(), "an idle cluster has nothing to do");
}

#[test]
fn nodes_come_and_go() {
    let mut sim = simulation(&["a"]);
    sim.cluster_mut().create(daemon_set("x:1")).expect("created");
    seconds(&mut sim, 3);
    sim.node(NodeAction::Add(NodeDefinition { name: "b".to_owned(), ..NodeDefinition::default() })).expect("joined");
    seconds(&mut sim, 5);
    assert_eq!(phases(&sim), ["a Running x:1", "b Running x:1"]);
    sim.node(NodeAction::Silent("b".to_owned())).expect("silent");
    seconds(&mut sim, 70);
    let ready = |sim: &Simulation| {
        let node = sim.cluster().store().get::<Node>("", "b").expect("b").clone();
        node.status.as_ref().and_then(|status| status.conditions.as_ref()).expect("conditions")[3].status.clone()
    };
    assert_eq!(ready(&sim), "Unknown");
    assert_eq!(status(&sim).0, 1);
    sim.node(NodeAction::Ready("b".to_owned())).expect("back");
    seconds(&mut sim, 10);
    assert_eq!((ready(&sim).as_str(), status(&sim)), ("True", (2, 2, 2)));
    sim.node(NodeAction::Remove("b".to_owned())).expect("removed");
    seconds(&mut sim, 90);
    assert_eq!(phases(&sim), ["a Running x:1"]);
    assert_eq!(status(&sim), (1, 1, 1));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let run = |seed| {
        let nodes =
            ["a", "b", "c"].map(|name| NodeDefinition { name: name.to_owned(), ..NodeDefinition::default() }).to_vec();
        let mut sim = Simulation::new(&Config { nodes, seed, ..Config::default() });
        sim.cluster_mut().create(daemon_set("x:crash")).expect("created");
        seconds(&mut sim, 600);
        format!("{:?}", sim.take_seen())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// The patience of a daemon pod with a NoExecute taint that comes, and perhaps goes: how many times it was evicted, and what was
/// told about it.
#[test]
fn patience_with_a_taint_ends_when_it_says() {
    let check = |seconds_it_bears: Option<i64>, taint_stays: u64, expect: &[&str]| {
        let mut sim = simulation(&["a"]);
        let Object::DaemonSet(mut ds) = daemon_set("x:1") else { unreachable!() };
        let toleration = Toleration {
            key: Some("t".to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some("NoExecute".to_owned()),
            toleration_seconds: seconds_it_bears,
            value: None,
        };
        let template = &mut Rc::make_mut(&mut ds).spec.as_mut().expect("spec").template;
        template.spec.as_mut().expect("pod spec").tolerations = Some(vec![toleration]);
        sim.cluster_mut().create(ds).expect("created");
        seconds(&mut sim, 5);
        let pod = sim.cluster().store().list::<Pod>().next().expect("a pod").name().to_owned();
        set_taints(&mut sim, vec![Taint { key: "t".to_owned(), effect: "NoExecute".to_owned(), ..Taint::default() }]);
        seconds(&mut sim, taint_stays);
        set_taints(&mut sim, vec![]);
        seconds(&mut sim, 30);
        let events =
            sim.cluster().store().list::<Event>().filter(|event| event.involved_object.name.as_deref() == Some(&pod));
        let told = events.filter(|event| event.reason.as_deref() == Some("TaintManagerEviction"));
        let told: Vec<String> =
            told.filter_map(|event| event.message.as_ref()).map(|text| text.replace(&pod, "P")).collect();
        assert_eq!(told, expect, "{seconds_it_bears:?} {taint_stays}");
    };
    check(None, 20, &[]);
    check(Some(0), 5, &["Marking for deletion Pod default/P"]);
    check(Some(10), 20, &["Marking for deletion Pod default/P"]);
    check(Some(10), 5, &["Cancelling deletion of Pod default/P"]);
}

fn set_taints(sim: &mut Simulation, taints: Vec<Taint>) {
    let mut node = sim.cluster().store().get::<Node>("", "a").expect("a").clone();
    Rc::make_mut(&mut node).spec.get_or_insert_default().taints = Some(taints);
    sim.cluster_mut().update(node).expect("updated");
    sim.deliver();
}
