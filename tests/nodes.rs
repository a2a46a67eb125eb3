//! What becomes of nodes that are ill, gone or back, and of the pods on them.

use std::time::Duration;

use playground::api::{Event, Node, Pod, Resource, Taint};
use playground::kubectl::pod_health;
use playground::scenario::Scenario;
use playground::session::{Action, Session};
use playground::sim::{NodeAction, Supply};

/// A session on so many nodes (w-1 …) with a daemon pod on each, and a bare pod `bare` on w-1.
fn session(nodes: &str) -> Session {
    let text = format!(
        "cluster: {{nodeMonitorGrace: 50s}}\nnodes: [{nodes}]\nfiles:\n  all.yaml: |\n    apiVersion: apps/v1\n    kind: DaemonSet\n    \
         metadata: {{name: d}}\n    spec:\n      selector: {{matchLabels: {{name: d}}}}\n      template:\n        metadata: {{labels: \
         {{name: d}}}}\n        spec: {{containers: [{{name: c, image: one}}]}}\n    ---\n    apiVersion: v1\n    kind: Pod\n    \
         metadata: {{name: bare}}\n    spec: {{nodeName: w-1, containers: [{{name: c, image: two}}]}}\n"
    );
    let mut session = Session::new(&Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    type_in(&mut session, "kubectl apply -f all.yaml");
    pass(&mut session, 4);
    session
}

fn type_in(session: &mut Session, line: &str) {
    session.act(Action::Run(line.to_owned()));
    let entry = session.entries().last().expect("a command");
    assert!(entry.job.exit.is_none_or(|code| code == 0), "{line}: {:?}", entry.job.output);
}

fn pass(session: &mut Session, seconds: u64) {
    session.advance(session.now() + Duration::from_secs(seconds));
}

fn node(session: &mut Session, action: NodeAction) {
    session.node(action).expect("done");
}

fn silence(session: &mut Session, names: &[&str]) {
    for name in names {
        node(session, NodeAction::Silent((*name).to_owned()));
    }
}

/// A node's conditions that are not as they should be, and its taints: `Ready=Unknown; unreachable:NoSchedule`.
fn look(session: &Session, name: &str) -> String {
    let Some(node) = session.sim().cluster().store().get::<Node>("", name) else { return "gone".to_owned() };
    let conditions = node.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let ill = conditions.filter(|condition| (condition.status == "True") != (condition.type_ == "Ready"));
    let ill: Vec<String> = ill
        .filter(|condition| condition.status != "False" || condition.type_ == "Ready")
        .map(|condition| format!("{}={}", condition.type_, condition.status))
        .collect();
    let taint = |taint: &Taint| format!("{}:{}", taint.key.trim_start_matches("node.kubernetes.io/"), taint.effect);
    let mut taints: Vec<String> = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten()).map(taint).collect();
    taints.sort();
    format!("{}; {}", ill.join(" "), taints.join(" "))
}

/// What happens to something, each time it changes: `12.0 what it is then`.
fn story(session: &mut Session, seconds: u64, look: impl Fn(&Session) -> String) -> Vec<String> {
    let begun = session.now();
    let (mut story, mut last) = (vec![], String::new());
    while session.now() - begun < Duration::from_secs(seconds) {
        let now = look(session);
        if now != last {
            story.push(format!("{:.1} {now}", (session.now() - begun).as_secs_f64()));
            last = now;
        }
        session.advance(session.now() + Duration::from_millis(100));
    }
    story
}

/// The rows of all pods: `node status`.
fn pods(session: &Session) -> String {
    let pods = session.sim().cluster().store().list::<Pod>();
    let row = |pod: &Pod| {
        let name = pod.name().split('-').next().unwrap_or_default().to_owned();
        let health = pod_health(pod);
        let node = pod.spec.as_ref().and_then(|spec| spec.node_name.clone()).unwrap_or_default();
        format!("{name}@{node} {}/{} {}", health.ready, health.containers, health.reason)
    };
    let mut rows: Vec<String> = pods.map(|pod| row(pod)).collect();
    rows.sort();
    rows.join(", ")
}

fn told(session: &Session, reasons: &[&str]) -> Vec<String> {
    let events = session.sim().cluster().store().list::<Event>();
    let of_reason = events.filter(|event| event.reason.as_deref().is_some_and(|reason| reasons.contains(&reason)));
    let mut told: Vec<_> =
        of_reason.map(|event| (event.first_timestamp.clone(), event.message.clone().unwrap_or_default())).collect();
    told.sort();
    told.into_iter().map(|(_, message)| message).collect()
}

/// What becomes of some nodes and of all pods, without the times of day.
fn words(story: &[String]) -> Vec<&str> {
    story.iter().filter_map(|line| line.split_once(' ')).map(|(_, what)| what).collect()
}

const FOUR: &str = "{group: w, count: 4}";
const GONE: &str = "Ready=Unknown; unreachable:NoExecute unreachable:NoSchedule";
const KEPT: &str = "Ready=Unknown; unreachable:NoSchedule";

/// A silent node is given up after its grace period; daemon pods bear that, others for five minutes.
#[test]
fn a_silent_node_is_emptied_after_five_minutes() {
    let mut session = session(FOUR);
    silence(&mut session, &["w-1"]);
    let w1 = |session: &Session| look(session, "w-1");
    let begin = ["0.0 ; ", "48.5 Ready=Unknown; unreachable:NoExecute", &format!("48.6 {GONE}")];
    assert_eq!(story(&mut session, 60, w1), begin);
    assert!(pods(&session).starts_with("bare@w-1 1/1 Running, d@w-1 1/1 Running"), "{}", pods(&session));
    // Three hundred seconds after the taint.
    let rows = story(&mut session, 320, pods);
    assert!(rows[1].starts_with("288.6 bare@w-1 1/1 Terminating, d@w-1 1/1 Running"), "{rows:?}");
    assert_eq!(rows.len(), 2, "it cannot go while nobody says that it has stopped");
    // The machine is back: what was deleted meanwhile is stopped, the others were never away.
    node(&mut session, NodeAction::Ready("w-1".to_owned()));
    pass(&mut session, 10);
    assert_eq!(look(&session, "w-1"), "; ");
    assert_eq!(pods(&session), "d@w-1 1/1 Running, d@w-2 1/1 Running, d@w-3 1/1 Running, d@w-4 1/1 Running");
}

/// A node that is back in time: nobody is evicted, and that is told.
#[test]
fn patience_is_rewarded() {
    let mut session = session(FOUR);
    silence(&mut session, &["w-1"]);
    pass(&mut session, 200);
    node(&mut session, NodeAction::Ready("w-1".to_owned()));
    pass(&mut session, 400);
    assert!(pods(&session).starts_with("bare@w-1 1/1 Running, d@w-1 1/1 Running"), "{}", pods(&session));
    assert_eq!(told(&session, &["TaintManagerEviction"]), ["Cancelling deletion of Pod default/bare"]);
}

/// `handleDisruption`: one node every ten seconds; none while most are ill; and when all are, what was done is undone.
#[test]
fn many_silent_nodes_are_not_emptied_at_once() {
    let mut session = session(FOUR);
    let both =
        |a: &'static str, b: &'static str| move |session: &Session| format!("{} | {}", look(session, a), look(session, b));
    silence(&mut session, &["w-1", "w-2"]);
    let rows = story(&mut session, 70, both("w-1", "w-2"));
    assert_eq!(rows[2..], [format!("48.6 {GONE} | {KEPT}"), format!("58.5 {GONE} | {GONE}")]);
    silence(&mut session, &["w-3"]);
    pass(&mut session, 100);
    assert_eq!(both("w-1", "w-3")(&session), format!("{GONE} | {KEPT}"));
    silence(&mut session, &["w-4"]);
    pass(&mut session, 100);
    assert_eq!(both("w-1", "w-4")(&session), format!("{KEPT} | {KEPT}"));
    assert_eq!(told(&session, &["TaintManagerEviction"]), ["Cancelling deletion of Pod default/bare"]);
    // Two are back: half of the nodes are ill, and are emptied again, with a wait before each.
    for name in ["w-3", "w-4"] {
        node(&mut session, NodeAction::Ready(name.to_owned()));
    }
    let rows = story(&mut session, 40, both("w-1", "w-2"));
    assert_eq!(words(&rows), [format!("{KEPT} | {KEPT}"), format!("{GONE} | {KEPT}"), format!("{GONE} | {GONE}")]);
}

/// Each zone is judged for itself.
#[test]
fn a_zone_that_is_dark_is_emptied_while_another_is_not() {
    let zone =
        |name: &str, zone: &str| format!("{{group: {name}, count: 2, labels: {{topology.kubernetes.io/zone: {zone}}}}}");
    let mut session = session(&format!("{}, {}", zone("w", "a"), zone("v", "b")));
    silence(&mut session, &["w-1", "w-2"]);
    pass(&mut session, 80);
    assert_eq!([look(&session, "w-1"), look(&session, "w-2")], [GONE, GONE]);
}

/// Conditions become taints at once, and go with them; daemon pods bear them, but for the network's.
#[test]
fn pressure() {
    for (supply, condition, taint) in [
        (Supply::Memory, "MemoryPressure", "memory-pressure"),
        (Supply::Disk, "DiskPressure", "disk-pressure"),
        (Supply::Pid, "PIDPressure", "pid-pressure"),
        (Supply::Network, "NetworkUnavailable", "network-unavailable"),
    ] {
        let mut session = session(FOUR);
        let before = pods(&session);
        node(&mut session, NodeAction::Pressure("w-1".to_owned(), supply));
        pass(&mut session, 1);
        assert_eq!(look(&session, "w-1"), format!("{condition}=True; {taint}:NoSchedule"));
        // A taint that lets pods stay wakes no DaemonSet; its next sync counts anew.
        type_in(&mut session, "kubectl delete pods --field-selector spec.nodeName=w-2 --wait=false");
        pass(&mut session, 3);
        let status = "kubectl get ds d --no-headers | awk '{print $2}'";
        type_in(&mut session, status);
        let desired = if supply == Supply::Network { "3\n" } else { "4\n" };
        let text = session.entries().last().expect("a command").job.output.text(playground::kubectl::Stream::Out);
        assert_eq!(text, desired, "{condition}");
        node(&mut session, NodeAction::Relief("w-1".to_owned(), supply));
        pass(&mut session, 1);
        assert_eq!((look(&session, "w-1").as_str(), pods(&session)), ("; ", before));
    }
}

/// A kubelet under pressure takes no new pods; the DaemonSet controller tries again and again, more and more slowly.
#[test]
fn a_kubelet_under_pressure_rejects_pods() {
    let mut session = session(FOUR);
    for supply in [Supply::Disk, Supply::Pid] {
        node(&mut session, NodeAction::Pressure("w-1".to_owned(), supply));
    }
    type_in(&mut session, "kubectl delete pods --all --wait=false");
    pass(&mut session, 20);
    assert!(pods(&session).starts_with("d@w-1 0/1 Evicted, d@w-2 1/1 Running"), "{}", pods(&session));
    assert_eq!(told(&session, &["Evicted"])[0], "The node had condition: [DiskPressure PIDPressure]. ");
    assert_eq!(told(&session, &["FailedDaemonPod"]).len(), 5);
    for supply in [Supply::Disk, Supply::Pid] {
        node(&mut session, NodeAction::Relief("w-1".to_owned(), supply));
    }
    pass(&mut session, 40);
    assert!(pods(&session).starts_with("d@w-1 1/1 Running"), "{}", pods(&session));
    // Short of memory alone it takes whoever bears the taint, as daemon pods do.
    node(&mut session, NodeAction::Pressure("w-1".to_owned(), Supply::Memory));
    type_in(&mut session, "kubectl delete pods --all --wait=false; kubectl apply -f all.yaml");
    pass(&mut session, 5);
    assert!(pods(&session).starts_with("bare@w-1 0/1 Evicted, d@w-1 1/1 Running"), "{}", pods(&session));
}

/// However early its silence begins, and whatever look was due already, it is noticed.
#[test]
fn a_silence_from_the_first_second_on_is_noticed() {
    for millis in [0, 100, 1000, 3400, 3500, 3600, 6000] {
        let text = "cluster: {nodeMonitorGrace: 50s}\nnodes: [{group: w, count: 2}]\n";
        let mut session = Session::new(&Scenario::parse(text).expect("a scenario"));
        session.advance(session.now() + Duration::from_millis(millis));
        type_in(&mut session, "node poweroff w-1");
        let story = story(&mut session, 58, |session| look(session, "w-1"));
        assert_eq!(
            story.last().and_then(|line| line.split_once(' ')).map(|(_, what)| what),
            Some(GONE),
            "{millis}: {story:?}"
        );
        assert_eq!(look(&session, "w-2"), "; ", "{millis}");
    }
}

/// A node that is gone: its pods are collected; one of the same name that comes before that runs them again.
#[test]
fn a_node_that_is_gone() {
    let mut session = session(FOUR);
    let all = pods(&session);
    node(&mut session, NodeAction::Remove("w-1".to_owned()));
    let rest = "d@w-2 1/1 Running, d@w-3 1/1 Running, d@w-4 1/1 Running";
    assert_eq!(story(&mut session, 90, pods), [format!("0.0 {all}"), format!("55.0 {rest}")]);
    type_in(&mut session, "node add w-1");
    pass(&mut session, 10);
    assert_eq!(pods(&session), format!("d@w-1 1/1 Running, {rest}"));
    type_in(&mut session, "node remove w-1; sleep 5; node add w-1");
    session.finish_command(Duration::from_secs(10));
    let again = [format!("d@w-1 1/1 Running, {rest}"), format!("d@w-1 0/1 ContainerCreating, {rest}")];
    assert_eq!(words(&story(&mut session, 60, pods)), [&again[0], &again[1], &again[0]]);
    type_in(&mut session, "kubectl get pods --field-selector spec.nodeName=w-1 --no-headers | awk '{print $4}'");
    let text = session.entries().last().expect("a command").job.output.text(playground::kubectl::Stream::Out);
    assert_eq!(text, "1\n", "its container was started again");
    // Whoever deletes the Node of a running machine gets it back when the machine starts again.
    type_in(&mut session, "kubectl delete node w-2");
    pass(&mut session, 90);
    assert_eq!(look(&session, "w-2"), "gone");
    type_in(&mut session, "node poweron w-2");
    pass(&mut session, 10);
    assert_eq!(pods(&session), format!("d@w-1 1/1 Running, {rest}"));
}

/// A pod that names a node which does not exist is collected.
#[test]
fn a_pod_of_no_node() {
    let mut session = session("{name: other}");
    assert!(pods(&session).starts_with("bare@w-1 0/1 Pending"), "{}", pods(&session));
    pass(&mut session, 60);
    assert_eq!(pods(&session), "d@other 1/1 Running");
}

/// A node that was not ready before it fell silent: only what is known of it changes.
#[test]
fn what_was_not_ready_is_not_marked_so_again() {
    let mut session = session(FOUR);
    node(&mut session, NodeAction::NotReady("w-1".to_owned()));
    pass(&mut session, 10);
    silence(&mut session, &["w-1"]);
    pass(&mut session, 60);
    assert_eq!(look(&session, "w-1"), GONE);
    assert!(pods(&session).starts_with("bare@w-1 1/1 Running, d@w-1 1/1 Running"), "{}", pods(&session));
    assert_eq!(told(&session, &["NodeNotReady"]), ["Node w-1 status is now: NodeNotReady"]);
}

/// A machine that is off for good: what is to be stopped there is taken away once a person says so.
#[test]
fn a_node_out_of_service() {
    let mut session = session(FOUR);
    silence(&mut session, &["w-1"]);
    pass(&mut session, 60);
    type_in(&mut session, "kubectl delete pod bare --wait=false");
    pass(&mut session, 60);
    assert!(pods(&session).starts_with("bare@w-1 1/1 Terminating, d@w-1 1/1 Running"), "{}", pods(&session));
    type_in(&mut session, "kubectl taint node w-1 node.kubernetes.io/out-of-service=off:NoSchedule");
    pass(&mut session, 20);
    let rest = "d@w-2 1/1 Running, d@w-3 1/1 Running, d@w-4 1/1 Running";
    assert_eq!(pods(&session), format!("d@w-1 1/1 Running, {rest}"));
    type_in(&mut session, "kubectl delete pod --field-selector spec.nodeName=w-1 --wait=false");
    pass(&mut session, 20);
    assert_eq!(pods(&session), rest);
}

/// Who never had a node and is to go has failed, however somebody holds it.
#[test]
fn a_pod_that_is_held_and_was_never_scheduled() {
    let mut session = session(FOUR);
    let held = r#"{"metadata":{"finalizers":["a.b/c"]},"spec":{"nodeSelector":{"a":"b"}}}"#;
    type_in(&mut session, &format!("kubectl run held --image=a --overrides='{held}'"));
    type_in(&mut session, "kubectl delete pod held --wait=false");
    let held = |session: &Session| pods(session).rsplit(", ").next().unwrap_or_default().to_owned();
    assert_eq!(words(&story(&mut session, 25, held)), ["held@ 0/1 Terminating", "held@ 0/1 Failed"]);
    let version = |session: &Session| {
        let pod = session.sim().cluster().store().get::<Pod>("default", "held");
        pod.and_then(|pod| pod.resource_version()).unwrap_or_default()
    };
    assert_eq!(story(&mut session, 60, version).len(), 1, "it comes to rest");
}

/// A Node that somebody wrote down, and no machine: nothing is said of it for a minute, then that nobody was ever heard.
#[test]
fn a_node_without_a_machine() {
    let mut session = session(FOUR);
    type_in(&mut session, r#"echo '{"apiVersion":"v1","kind":"Node","metadata":{"name":"ghost"}}' | kubectl create -f -"#);
    let begin =
        ["0.0 ; not-ready:NoSchedule", "0.1 ; ", "63.5 Ready=Unknown; unreachable:NoExecute", &format!("63.6 {GONE}")];
    assert_eq!(story(&mut session, 80, |session| look(session, "ghost")), begin);
    type_in(
        &mut session,
        "kubectl get node ghost -o jsonpath='{.status.conditions[*].type} {.status.conditions[*].reason}'",
    );
    let text = session.entries().last().expect("a command").job.output.text(playground::kubectl::Stream::Out);
    let never = ["NodeStatusNeverUpdated"; 4].join(" ");
    assert_eq!(text, format!("Ready MemoryPressure DiskPressure PIDPressure {never}"));
    assert!(told(&session, &["NodeNotReady"]).is_empty());
}
