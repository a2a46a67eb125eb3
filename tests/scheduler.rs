//! The scheduler at work: which pod goes where, when it is tried again, who has to go for it, and what is told about it.

use std::rc::Rc;
use std::time::Duration;

use playground::api::{Event, Key, Kind, Node, Object, Pod, Resource, Taint, yaml};
use playground::cluster::{DeleteOptions, Rng};
use playground::controllers::why_not;
use playground::scenario::Scenario;
use playground::session::{Action, Session};
use playground::sim::{Config, NodeAction, NodeDefinition, Simulation};

/// A cluster of these nodes (YAML), where each step is a command line, or a number of milliseconds to let pass.
fn play(nodes: &str, files: &[(&str, String)], steps: &[&str]) -> Session {
    let scenario = Scenario::parse(&format!("nodes: [{nodes}]")).expect("a scenario");
    let mut session = Session::new(&scenario);
    for (file, text) in files {
        session.act(Action::Write { file: (*file).to_owned(), text: text.clone() });
    }
    for step in steps {
        match step.parse() {
            Ok(millis) => session.advance(session.now() + Duration::from_millis(millis)),
            Err(_) => session.act(Action::Run((*step).to_owned())),
        }
    }
    session
}

/// A pod of one container: `more` is YAML of its spec, `asks` of its requests.
fn pod(name: &str, asks: &str, more: &str) -> String {
    let container = format!("{{name: c, image: x, resources: {{requests: {{{asks}}}}}}}");
    let containers = if more.contains("containers:") { String::new() } else { format!("containers: [{container}]") };
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\nspec: {{{more}{}{containers}}}\n---\n",
        if more.is_empty() || containers.is_empty() { "" } else { ", " },
    )
}

fn class(name: &str, value: i32, more: &str) -> String {
    format!(
        "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {{name: {name}}}\nvalue: {value}\n{more}\n---\n"
    )
}

/// A line for each pod: its node, or why it has none, and the node it waits for.
fn pods(session: &Session) -> Vec<String> {
    let line = |pod: &Pod| {
        let status = pod.status.clone().unwrap_or_default();
        let scheduled = status.conditions.iter().flatten().find(|condition| condition.type_ == "PodScheduled").cloned();
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.clone());
        let why = scheduled.map(|it| format!("{}: {}", it.reason.unwrap_or_default(), it.message.unwrap_or_default()));
        let place = node.or(why).unwrap_or_else(|| "new".to_owned());
        let waits = status.nominated_node_name.clone().map_or(String::new(), |node| format!(" -> {node}"));
        let ends = if pod.is_terminating() { " terminating" } else { "" };
        format!("{} {place}{waits}{ends}", pod.name())
    };
    session.sim().cluster().store().list::<Pod>().map(|pod| line(pod)).collect()
}

/// What the scheduler told about a pod, with how often: `FailedScheduling 2 0/1 nodes …`.
fn told(session: &Session, pod: &str) -> Vec<String> {
    let events = session.sim().cluster().store().list::<Event>();
    let about = events.filter(|event| event.involved_object.name.as_deref() == Some(pod));
    let by_scheduler = about.filter(|event| event.reporting_component.as_deref() == Some("default-scheduler"));
    let line = |event: &Event| {
        let count = event.series.as_ref().and_then(|series| series.count).unwrap_or(1);
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        format!("{} {} {count} {}", text(&event.action), text(&event.reason), text(&event.message))
    };
    by_scheduler.map(|event| line(event)).collect()
}

const TINY: &str = "{name: w, allocatable: {cpu: '1', memory: 1Gi, pods: '10'}}";
const NO_ROOM: &str = "0/1 nodes are available: 1 Insufficient cpu.";
const NO_VICTIMS: &str =
    "no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";

#[test]
fn a_pod_that_fits_nowhere_waits_for_what_could_help() {
    let check = |steps: &[&str], expect: &[&str], attempts: usize| {
        let files = [("full.yaml", pod("full", "cpu: 600m", "")), ("p.yaml", pod("p", "cpu: 600m", ""))];
        let begin = ["kubectl apply -f full.yaml", "2000", "kubectl apply -f p.yaml", "100"];
        let session = play(TINY, &files, &[&begin, steps].concat());
        assert_eq!(pods(&session), expect, "{steps:?}");
        let failures: Vec<String> = told(&session, "p").into_iter().filter(|line| line.contains("Failed")).collect();
        let counts: usize =
            failures.iter().map(|line| line.split(' ').nth(2).expect("a count").parse::<usize>().expect("a number")).sum();
        assert_eq!(counts, attempts, "{steps:?} {failures:?}");
    };
    let waits = format!("p Unschedulable: {NO_ROOM} {NO_VICTIMS}");
    check(&[], &["full w", &waits], 1);
    // What changes nothing for it is no reason to try again.
    check(&["kubectl label node w a=b", "100", "kubectl label pod full a=b", "100"], &["full w", &waits], 1);
    check(&["kubectl delete pod full --wait=false", "5000"], &["p w"], 1);
    // After five minutes it is tried again anyway.
    check(&["290000"], &["full w", &waits], 1);
    check(&["340000"], &["full w", &waits], 2);
}

#[test]
fn without_nodes_it_is_tried_again_and_again() {
    let session = play("", &[("p.yaml", pod("p", "", ""))], &["kubectl apply -f p.yaml", "60000"]);
    let none = "no nodes available to schedule pods";
    assert_eq!(pods(&session), [format!("p Unschedulable: {none}")]);
    // At once, and after back-offs of 1, 2, 4, 8 and 10 s, each to the end of its second. What the first one said was written into the
    // pod, so that the second is told of another version of it; that makes a series, which is counted in memory from its third on.
    let expect = [1, 2].map(|count| format!("Scheduling FailedScheduling {count} {none}"));
    assert_eq!(told(&session, "p"), expect);
}

#[test]
fn the_most_important_pod_goes_first() {
    let files = [(
        "all.yaml",
        class("high", 10, "") + &pod("low", "cpu: 600m", "") + &pod("top", "cpu: 600m", "priorityClassName: high"),
    )];
    let session = play(TINY, &files, &["kubectl apply -f all.yaml", "2000"]);
    assert_eq!(pods(&session), [&format!("low Unschedulable: {NO_ROOM} {NO_VICTIMS}"), "top w"]);
}

#[test]
fn gates_hold_a_pod_back() {
    let gated = pod("p", "", "schedulingGates: [{name: a}, {name: b}]");
    let check = |steps: &[&str], expect: &str| {
        let session = play(TINY, &[("p.yaml", gated.clone())], &[&["kubectl apply -f p.yaml", "2000"], steps].concat());
        assert_eq!(pods(&session), [expect], "{steps:?}");
    };
    let closed = "p SchedulingGated: Scheduling is blocked due to non-empty scheduling gates";
    check(&[], closed);
    let open = |gates: &str| format!("kubectl patch pod p --type=json -p '[{{\"op\": \"{gates}\"}}]'");
    check(&[&open("remove\", \"path\": \"/spec/schedulingGates/0"), "2000"], closed);
    check(&[&open("remove\", \"path\": \"/spec/schedulingGates"), "2000"], "p w");
}

#[test]
fn preemption_makes_room() {
    let stays = "terminationGracePeriodSeconds: 30";
    let check = |incoming: &str, steps: &[&str], expect: &[&str]| {
        let files = [
            ("classes.yaml", class("high", 10, "") + &class("meek", 10, "preemptionPolicy: Never") + &class("top", 20, "")),
            ("old.yaml", pod("old", "cpu: 600m", stays)),
            ("new.yaml", incoming.to_owned()),
            ("other.yaml", pod("other", "cpu: 600m", "")),
            ("best.yaml", pod("best", "cpu: 900m", "priorityClassName: top")),
        ];
        let begin = ["kubectl apply -f classes.yaml", "kubectl apply -f old.yaml", "3000", "kubectl apply -f new.yaml"];
        let session = play(TINY, &files, &[&begin, steps].concat());
        assert_eq!(pods(&session), expect, "{incoming} {steps:?}");
        session
    };
    let high = pod("new", "cpu: 600m", "priorityClassName: high");
    let waits = format!("new Unschedulable: {NO_ROOM} -> w");
    let session = check(&high, &["100"], &[&waits, "old w terminating"]);
    let preemptor = session.sim().cluster().store().get::<Pod>("default", "new").expect("new").uid().to_owned();
    assert_eq!(told(&session, "old")[1..], [format!("Preempting Preempted 1 Preempted by pod {preemptor} on node w")]);
    assert_eq!(told(&session, "new"), [format!("Scheduling FailedScheduling 1 {NO_ROOM}")]);
    let victim = session.sim().cluster().store().get::<Pod>("default", "old").expect("old").clone();
    let conditions = victim.status.clone().unwrap_or_default().conditions.clone().unwrap_or_default();
    let disrupted = conditions.iter().find(|it| it.type_ == "DisruptionTarget").expect("a condition");
    assert_eq!(disrupted.reason.as_deref(), Some("PreemptionByScheduler"));
    assert_eq!(disrupted.message.as_deref(), Some("default-scheduler: preempting to accommodate a higher priority pod"));
    // Its place is kept for it, and when the victim has gone it gets it.
    let others = format!("other Unschedulable: {NO_ROOM} {NO_VICTIMS}");
    check(&high, &["100", "kubectl apply -f other.yaml", "100"], &[&waits, "old w terminating", &others]);
    check(&high, &["100", "kubectl apply -f other.yaml", "3000"], &["new w", &others]);
    // Somebody better takes its place: it loses its claim, is tried again, and there is nobody left to remove.
    let crowded = "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Insufficient cpu.";
    let lost = format!("new Unschedulable: {NO_ROOM} {crowded}");
    let best = format!("best Unschedulable: {NO_ROOM} -> w");
    check(&high, &["100", "kubectl apply -f best.yaml", "50"], &[&best, &lost, "old w terminating"]);
    // Whose class forbids it removes nobody.
    let meek = pod("new", "cpu: 600m", "priorityClassName: meek");
    let never = "no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.";
    check(&meek, &["100"], &[&format!("new Unschedulable: {NO_ROOM} {never}"), "old w"]);
    // What no removal can cure.
    let huge = pod("new", "cpu: '2'", "priorityClassName: high");
    let useless =
        "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
    check(&huge, &["100"], &[&format!("new Unschedulable: {NO_ROOM} {useless}"), "old w"]);
}

#[test]
fn a_daemon_preempts_on_its_own_node() {
    let daemon = |name: &str, class: &str| {
        format!(
            "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: {name}, namespace: kube-system}}\nspec:\n  selector: {{matchLabels: {{d: {name}}}}}\n  \
             template:\n    metadata: {{labels: {{d: {name}}}}}\n    spec: {{{class}containers: [{{name: c, image: x, resources: {{requests: {{cpu: 600m}}}}}}]}}\n"
        )
    };
    let nodes = "{name: a, allocatable: {cpu: '1', memory: 1Gi, pods: '10'}}, {name: b}";
    let files = [
        ("lesser.yaml", daemon("lesser", "")),
        ("vital.yaml", daemon("vital", "priorityClassName: system-node-critical, ")),
    ];
    let steps = ["kubectl apply -f lesser.yaml", "3000", "kubectl apply -f vital.yaml", "5000"];
    let session = play(nodes, &files, &steps);
    let mut places: Vec<String> =
        pods(&session).iter().map(|line| format!("{} {}", &line[..6], line.split_once(' ').expect("a name").1)).collect();
    places.sort();
    let elsewhere = "1 node(s) didn't satisfy plugin(s) [NodeAffinity]";
    let preemption = "0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.";
    let why = format!(
        "lesser Unschedulable: 0/2 nodes are available: 1 Insufficient cpu, {elsewhere}. no new claims to deallocate, preemption: {preemption}"
    );
    assert_eq!(places, [&why, "lesser b", "vital- a", "vital- b"]);
}

#[test]
fn pods_behind_a_service_are_spread_and_know_their_zone() {
    let zone = |name: &str, zone: &str| format!("{{name: {name}, labels: {{topology.kubernetes.io/zone: {zone}}}}}");
    let nodes = format!("{}, {}, {}", zone("a", "east"), zone("b", "east"), zone("c", "west"));
    let web = |name: &str| pod(name, "", "").replace(&format!("app: {name}"), "app: web");
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n---\n";
    let files = [("web.yaml", ["p", "q", "r"].map(web).concat() + service)];
    // The service has to be there before the pods.
    let files = [("service.yaml", service.to_owned()), files[0].clone()];
    let session = play(&nodes, &files, &["kubectl apply -f service.yaml", "kubectl apply -f web.yaml", "2000"]);
    let mut places: Vec<String> = pods(&session).iter().map(|line| line[2..].to_owned()).collect();
    places.sort();
    assert_eq!(places, ["a", "b", "c"]);
    for pod in session.sim().cluster().store().list::<Pod>() {
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref());
        let expect = if node == Some("c") { "west" } else { "east" };
        assert_eq!(pod.label("topology.kubernetes.io/zone"), Some(expect));
    }
}

/// Whatever happens, no node is given more than it has, and no pod is left waiting that some node could take.
#[test]
fn nobody_waits_for_nothing() {
    for seed in 0..24 {
        let mut chance = Rng::new(seed);
        let mut draw = |below: u64| chance.next_u64() % below;
        let mut sim = Simulation::new(&Config { seed, ..Config::default() });
        for class in ["high", "top"] {
            let value = yaml::parse(&class_of(class)).expect("YAML").remove(0);
            sim.cluster_mut().create(Object::from_value(Kind::PriorityClass, value).expect("a class")).expect("created");
        }
        let mut log = vec![];
        for round in 0..40 {
            let pods: Vec<Key> = sim.cluster().store().list::<Pod>().map(|pod| pod.key()).collect();
            let nodes: Vec<Rc<Node>> = sim.cluster().store().list::<Node>().cloned().collect();
            let action = draw(10);
            log.push(format!("{round}: {action}"));
            match action {
                0..=4 => {
                    let text = random_pod(round, &mut draw);
                    log.push(text.clone());
                    let value = yaml::parse(&text).expect("YAML").remove(0);
                    let pod = Object::from_value(Kind::Pod, value).expect("a pod");
                    sim.cluster_mut().create(pod).expect("created");
                }
                5 if !pods.is_empty() => {
                    let key = &pods[draw(pods.len() as u64) as usize];
                    log.push(format!("delete {}", key.name));
                    sim.cluster_mut().delete(key, &DeleteOptions::default()).expect("deleted");
                }
                6..=8 if !nodes.is_empty() => {
                    let mut node = Rc::clone(&nodes[draw(nodes.len() as u64) as usize]);
                    change(Rc::make_mut(&mut node), &mut draw);
                    log.push(format!("change {} {:?} {:?}", node.name(), node.metadata.labels, node.spec));
                    sim.cluster_mut().update(node).expect("updated");
                }
                9 if nodes.len() > 2 => {
                    log.push(format!("remove {}", nodes[0].name()));
                    sim.node(NodeAction::Remove(nodes[0].name().to_owned())).expect("removed");
                }
                _ => {
                    let zone = ("zone".to_owned(), draw(2).to_string());
                    let allocatable = [("cpu".to_owned(), "1".to_owned())].into();
                    let name = format!("n{round}");
                    let definition =
                        NodeDefinition { name, labels: [zone].into(), allocatable, ..NodeDefinition::default() };
                    sim.node(NodeAction::Add(definition)).expect("added");
                }
            }
            sim.deliver();
            let until = sim.now() + Duration::from_secs(8);
            sim.advance(until);
            inspect(&sim, &log.join("\n"));
        }
    }
}

fn class_of(name: &str) -> String {
    class(name, if name == "high" { 10 } else { 20 }, "").replace("---", "")
}

fn random_pod(number: usize, draw: &mut impl FnMut(u64) -> u64) -> String {
    let mut one_in = |chances: u64, text: &str| if draw(chances) == 0 { text.to_owned() } else { String::new() };
    let parts = [
        one_in(3, "priorityClassName: high, "),
        one_in(9, "nodeSelector: {disk: ssd}, "),
        one_in(3, "tolerations: [{key: t, operator: Exists}], "),
        one_in(
            4,
            "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, \
             labelSelector: {matchLabels: {app: w}}}], ",
        ),
        match draw(5) {
            0 => "affinity: {podAntiAffinity: RULE}, ".replace("RULE", RULE),
            1 => "affinity: {podAffinity: RULE}, ".replace("RULE", RULE),
            _ => String::new(),
        },
    ];
    let ports = if draw(3) == 0 { "ports: [{containerPort: 80, hostPort: 80}], " } else { "" };
    let cpu = 100 * (1 + draw(8));
    let container = format!("{{name: c, image: x, {ports}resources: {{requests: {{cpu: {cpu}m}}}}}}");
    let app = ["v", "w"][draw(2) as usize];
    format!(
        "{{metadata: {{name: p{number}, namespace: default, labels: {{app: {app}}}}}, spec: {{{}containers: [{container}]}}}}",
        parts.concat()
    )
}

const RULE: &str = "{requiredDuringSchedulingIgnoredDuringExecution: \
                    [{topologyKey: kubernetes.io/hostname, labelSelector: {matchLabels: {app: w}}}]}";

/// Cordons a node, taints it, labels it, or takes that back.
fn change(node: &mut Node, draw: &mut impl FnMut(u64) -> u64) {
    let labels = node.metadata.labels.get_or_insert_default();
    let spec = node.spec.get_or_insert_default();
    match draw(4) {
        0 => spec.unschedulable = Some(spec.unschedulable != Some(true)).filter(|cordoned| *cordoned),
        1 if spec.taints.as_ref().is_some_and(|taints| !taints.is_empty()) => spec.taints = None,
        1 => {
            spec.taints = Some(vec![Taint { key: "t".to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() }]);
        }
        2 => drop(labels.insert("zone".to_owned(), draw(2).to_string())),
        _ if labels.remove("disk").is_some() => {}
        _ => drop(labels.insert("disk".to_owned(), "ssd".to_owned())),
    }
}

fn inspect(sim: &Simulation, log: &str) {
    let store = sim.cluster().store();
    for node in store.list::<Node>() {
        let mut used = 0;
        let mut ports = 0;
        for container in store.pods_on(node.name()).flat_map(|pod| pod.spec.iter().flat_map(|spec| &spec.containers)) {
            let requests = container.resources.as_ref().and_then(|all| all.requests.as_ref());
            let cpu = requests.and_then(|all| all.get("cpu")).map_or("0m", |cpu| cpu.0.as_str());
            used += cpu.trim_end_matches('m').parse::<i32>().expect("thousandths");
            ports += container.ports.iter().flatten().count();
        }
        assert!(used <= 1000 && ports <= 1, "{} has {used}m and {ports} ports taken\n{log}", node.name());
    }
    for pod in store.list::<Pod>().filter(|pod| pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_none())) {
        for node in store.list::<Node>() {
            let why = why_not(store, pod, node.name());
            assert!(why.is_some(), "{} waits, and {} could take it\n{log}", pod.name(), node.name());
        }
    }
}
