//! Looking back, taking back, and presents that were left behind.

use std::time::Duration;

use playground::api::{DaemonSet, Pod};
use playground::session::{Action, Session};
use playground::sim::SimTime;
use playground::timeline::{Timeline, sentences};
use proptest::prelude::*;

#[path = "support/session.rs"]
mod support;
use support::agents;

fn run(timeline: &mut Timeline, line: &str) {
    timeline.act(Action::Run(line.to_owned()));
}

fn pass(timeline: &mut Timeline, seconds: u64) {
    timeline.advance(timeline.live().now() + Duration::from_secs(seconds));
}

fn pods(session: &Session) -> usize {
    session.sim().cluster().store().list::<Pod>().count()
}

fn lines(session: &Session) -> Vec<&str> {
    session.entries().iter().map(|entry| entry.line.as_str()).collect()
}

/// Everything that can be seen of a session.
fn seen(session: &Session) -> String {
    let store = session.sim().cluster().store();
    let printed: Vec<String> = session
        .entries()
        .iter()
        .map(|entry| format!("{} {:?} {:?}", entry.line, entry.job.output, entry.job.exit))
        .collect();
    let pods: Vec<String> =
        store.list::<Pod>().map(|pod| format!("{:?}", pod.status.as_ref().map(|status| status.phase()))).collect();
    format!("{} {} {printed:?} {pods:?} {:?}", session.now(), store.revision(), session.files())
}

#[test]
fn undo_takes_a_command_back_and_redo_does_it_again() {
    let mut timeline = Timeline::new(&agents(3));
    assert_eq!((timeline.undoable(), timeline.redoable()), (None, None));
    run(&mut timeline, "kubectl apply -f agent.yaml");
    pass(&mut timeline, 10);
    run(&mut timeline, "kubectl delete ds agent");
    pass(&mut timeline, 10);
    let (gone, moments) = (seen(timeline.live()), timeline.moments().to_vec());
    assert_eq!(pods(timeline.live()), 0);

    assert_eq!(timeline.undoable(), Some("kubectl delete ds agent"));
    timeline.undo();
    assert_eq!(pods(timeline.live()), 3, "the DaemonSet is there again");
    assert_eq!(lines(timeline.live()), ["kubectl apply -f agent.yaml"]);
    assert_eq!(timeline.redoable(), Some("kubectl delete ds agent"));
    timeline.undo();
    assert_eq!(lines(timeline.live()), [""; 0]);
    assert_eq!(timeline.undoable(), None);
    timeline.undo();

    timeline.redo();
    pass(&mut timeline, 1);
    timeline.redo();
    assert_eq!(seen(timeline.live()), gone);
    assert_eq!(timeline.moments(), moments);
    assert_eq!(timeline.others().count(), 0);
}

#[test]
fn undo_leaves_files_as_they_are() {
    let mut timeline = Timeline::new(&agents(3));
    run(&mut timeline, "kubectl get ds");
    timeline.act(Action::Write { file: "agent.yaml".to_owned(), text: "mine".to_owned() });
    timeline.undo();
    assert_eq!(timeline.live().files()["agent.yaml"], "mine");
}

#[test]
fn acting_after_undo_keeps_what_was_taken_back_reachable() {
    let mut timeline = Timeline::new(&agents(3));
    run(&mut timeline, "kubectl apply -f agent.yaml");
    pass(&mut timeline, 10);
    let first = seen(timeline.live());
    timeline.undo();
    run(&mut timeline, "kubectl get nodes");
    assert_eq!(timeline.redoable(), None);
    let second = seen(timeline.live());
    assert_eq!(timeline.others().count(), 1);
    timeline.switch(0);
    assert_eq!(seen(timeline.live()), first);
    timeline.switch(0);
    assert_eq!(seen(timeline.live()), second);
    assert_eq!(timeline.others().count(), 1, "one for the other");
}

#[test]
fn a_fork_leaves_the_present_behind_unless_only_time_has_passed() {
    let mut timeline = Timeline::new(&agents(3));
    pass(&mut timeline, 20);
    timeline.fork(SimTime::from_millis(5000));
    assert_eq!((timeline.live().now(), timeline.others().count()), (SimTime::from_millis(5000), 0));
    run(&mut timeline, "kubectl apply -f agent.yaml");
    pass(&mut timeline, 20);
    timeline.fork(SimTime::from_millis(2000));
    assert_eq!((pods(timeline.live()), timeline.others().count()), (0, 1));
    timeline.switch(0);
    assert_eq!(pods(timeline.live()), 3);
}

#[test]
fn the_past_plays_on_as_it_was() {
    let mut timeline = Timeline::new(&agents(3));
    run(&mut timeline, "kubectl apply -f agent.yaml");
    pass(&mut timeline, 4);
    run(&mut timeline, "kubectl get pods");
    pass(&mut timeline, 4);
    let mut past = timeline.at(SimTime::from_millis(1000), None);
    for second in 1..9 {
        while !timeline.relive(&mut past, SimTime::from_millis(second * 1000), 7) {}
        let moment = SimTime::from_millis(second * 1000);
        assert_eq!(seen(&past), seen(&timeline.at(moment, None)));
        let (earlier, later) = (SimTime::from_millis(second * 900), SimTime::from_millis(second * 1100));
        for seen_before in [earlier, later] {
            assert_eq!(seen(&past), seen(&timeline.at(moment, Some(timeline.at(seen_before, None)))));
        }
    }
}

/// On many nodes a second is a lot of work, so it has checkpoints of its own: whichever the past is replayed from, it is the same.
#[test]
fn much_work_in_little_time_can_be_looked_back_on() {
    let mut timeline = Timeline::new(&agents(600));
    run(&mut timeline, "kubectl apply -f agent.yaml");
    let mut then = vec![];
    for _ in 0..12 {
        pass(&mut timeline, 1);
        then.push((timeline.live().now(), seen(timeline.live())));
    }
    let mut last = None;
    for (moment, expect) in then.iter().rev().chain(&then) {
        let past = timeline.at(*moment, last.take());
        assert_eq!(seen(&past), *expect);
        last = Some(past);
    }
    assert_eq!(seen(&timeline.at(SimTime::ZERO, None)), seen(Timeline::new(&agents(600)).live()));
}

#[test]
fn a_step_is_told_in_sentences() {
    let mut timeline = Timeline::new(&agents(3));
    run(&mut timeline, "kubectl apply -f agent.yaml");
    let mut told = vec![];
    while timeline
        .live()
        .sim()
        .cluster()
        .store()
        .list::<DaemonSet>()
        .any(|ds| ds.status.as_ref().is_none_or(|status| status.number_ready < 3))
    {
        let changes = timeline.step(Duration::from_secs(60)).expect("something happens");
        told.extend(sentences(&changes).into_iter().map(|one| format!("{} {}", one.actor, one.text)));
    }
    let has = |words: &[&str]| told.iter().any(|one| words.iter().all(|word| one.contains(word)));
    let expected: [&[&str]; 5] = [
        &["DaemonSet controller created 3 pods: agent-", " for worker-1, agent-", " for worker-3"],
        &["Scheduler bound pod/agent-", " to worker-2"],
        &["Kubelet on worker-2 reports pod/agent-", "waiting (ContainerCreating)"],
        &["Kubelet on worker-2 reports pod/agent-", "running and ready"],
        &["DaemonSet controller counted daemonset/agent (3 desired, 3 ready, 3 up to date)"],
    ];
    for words in expected {
        assert!(has(words), "{words:?} is not told:\n{}", told.join("\n"));
    }
}

/// What a person does to a timeline.
#[derive(Clone, Debug)]
enum Deed {
    Run(&'static str),
    Write(u8),
    Pass(u64),
    Step,
    Fork(u64),
    Undo,
    Redo,
    Switch(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let lines = [
        "kubectl apply -f agent.yaml",
        "kubectl delete ds agent",
        "kubectl set image ds agent agent=agent:2",
        "kubectl get pods -w",
        "node add worker-4",
        "node poweroff worker-2",
        "kubectl label node worker-1 a=b --overwrite",
    ];
    prop_oneof![
        4 => prop::sample::select(lines.to_vec()).prop_map(Deed::Run),
        1 => any::<u8>().prop_map(Deed::Write),
        3 => (0u64..40_000).prop_map(Deed::Pass),
        1 => Just(Deed::Step),
        1 => (0u64..100).prop_map(Deed::Fork),
        2 => Just(Deed::Undo),
        1 => Just(Deed::Redo),
        1 => (0usize..3).prop_map(Deed::Switch),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// However one came to a present: it is what its history gives, and so is what is told of it.
    #[test]
    fn a_present_is_what_its_history_gives(deeds in prop::collection::vec(deed(), 1..20)) {
        let scenario = agents(3);
        let mut timeline = Timeline::new(&scenario);
        for deed in deeds {
            let now = timeline.live().now();
            match deed {
                Deed::Run(line) => run(&mut timeline, line),
                Deed::Write(number) => timeline.act(Action::Write { file: "notes".to_owned(), text: number.to_string() }),
                Deed::Pass(millis) => timeline.advance(now + Duration::from_millis(millis)),
                Deed::Step => drop(timeline.step(Duration::from_secs(30))),
                Deed::Fork(percent) => timeline.fork(SimTime::from_millis(now.as_millis() * percent / 100)),
                Deed::Undo => timeline.undo(),
                Deed::Redo => timeline.redo(),
                Deed::Switch(index) => timeline.switch(index),
            }
        }
        // A step does one of several things that are due at the same moment; what else is due is done here as there.
        timeline.advance(timeline.live().now());
        let again = Timeline::replay(&scenario, timeline.live().history(), timeline.live().now());
        prop_assert_eq!(seen(timeline.live()), seen(again.live()));
        prop_assert_eq!(timeline.moments(), again.moments());
    }
}
