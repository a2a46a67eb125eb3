//! The map in short: what is on each node, in groups, filtered; and that the memory of a chart changes nothing of what it says.

#[allow(dead_code, reason = "each test uses its part")]
#[path = "properties/story.rs"]
mod story;

use std::time::Duration;

use playground::api::selector::Selector;
use playground::api::{DaemonSet, Kind, Resource};
use playground::map::{Cell, Chart, Grouping, Kinds, Look, Seat, ZONE};
use playground::scenario::{Scenario, Step};
use playground::session::{Action, Session};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use story::stories;

/// Three zones, a control plane, a node without a zone; a DaemonSet that `{steps}` does something with.
fn session(steps: &str) -> Session {
    let text = format!(
        "version: 1
cluster: {{nodeMonitorGrace: 50s}}
nodes:
- {{name: control-plane, labels: {{node-role.kubernetes.io/control-plane: ''}}, taints: ['node-role.kubernetes.io/control-plane:NoSchedule']}}
- {{name: w-1, labels: {{topology.kubernetes.io/zone: zone-1, disk: ssd}}}}
- {{name: w-2, labels: {{topology.kubernetes.io/zone: zone-2}}}}
- {{name: w-10, labels: {{topology.kubernetes.io/zone: zone-10, disk: ssd}}}}
files:
  ds.yaml: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {{name: d}}
    spec:
      selector: {{matchLabels: {{app: d}}}}
      template:
        metadata: {{labels: {{app: d}}}}
        spec: {{containers: [{{name: c, image: 'x:1'}}]}}
steps:
{steps}"
    );
    let scenario = Scenario::parse(&text).expect("a scenario");
    let mut session = Session::new(&scenario);
    play(&mut session, &scenario.steps, |_| {});
    session
}

fn play(session: &mut Session, steps: &[Step], mut look: impl FnMut(&Session)) {
    for step in steps {
        match step {
            Step::Wait(time) => session.advance(session.now() + *time),
            Step::Settle => {
                session.settle(Duration::from_secs(600));
            }
            Step::Node(action) => drop(session.node(action.clone())),
            Step::Write(files) => {
                for (file, text) in files {
                    session.act(Action::Write { file: file.clone(), text: text.clone() });
                }
            }
            Step::Run { line, .. } => session.act(Action::Run(line.clone())),
            other => panic!("no {other:?} here"),
        }
        look(session);
    }
}

const APPLY: &str = "- run: kubectl apply -f ds.yaml\n- wait: settled\n";

fn look(grouping: &str, filter: &str) -> Look {
    Look {
        grouping: match grouping {
            "" => Grouping::None,
            "state" => Grouping::State,
            label => Grouping::Label(label.to_owned()),
        },
        filter: Some(Selector::parse(filter).expect("a selector")),
        set: None,
    }
}

/// A line for each group, with its nodes: `zone-1 1/1: w-1=Ready,r1`.
fn told(chart: &Chart, look: &Look) -> String {
    let order = chart.arrange(look);
    let mut at = 0;
    let mut lines = vec![];
    for group in &order.groups {
        let name = match &group.kind {
            Kinds::Value(value) => value.clone(),
            Kinds::Seat(seat) => format!("{seat:?}"),
            other => format!("{other:?}"),
        };
        let nodes: Vec<String> = (at..at + group.count)
            .map(|at| {
                let place = chart.shown(&order, at).expect("a node");
                format!("{}={}", place.node.name(), short(order.cells[at]))
            })
            .collect();
        at += group.count;
        lines.push(format!("{name} {}/{}: {}", group.ready, group.wanted, nodes.join(" ")));
    }
    lines.join("\n")
}

fn short(cell: Cell) -> String {
    let mut words = vec![format!("{:?}", cell.seat)];
    words.extend(cell.revision.map(|revision| format!("r{revision}")));
    words.extend((!cell.is_ready).then(|| "not-ready".to_owned()));
    words.extend(cell.is_cordoned.then(|| "cordoned".to_owned()));
    words.join(",")
}

#[test]
fn what_is_on_the_nodes() {
    let check = |steps: &str, grouping: &str, filter: &str, expected: &str| {
        let session = session(steps);
        let mut chart = Chart::default();
        chart.update(session.sim().cluster().store());
        assert_eq!(told(&chart, &look(grouping, filter)), expected, "{steps} by {grouping:?} of {filter:?}");
    };
    let with = |more: &str| format!("{APPLY}{more}");

    // Without a DaemonSet the nodes are counted.
    check("- wait: 1", "", "", "All 4/4: control-plane=Free w-1=Free w-2=Free w-10=Free");
    check(APPLY, "", "", "All 3/3: control-plane=Free w-1=Ready,r1 w-2=Ready,r1 w-10=Ready,r1");
    check(
        APPLY,
        ZONE,
        "",
        "zone-1 1/1: w-1=Ready,r1\nzone-2 1/1: w-2=Ready,r1\nzone-10 1/1: w-10=Ready,r1\nWithout 0/0: control-plane=Free",
    );
    check(APPLY, "", "disk=ssd", "All 2/2: w-1=Ready,r1 w-10=Ready,r1");
    check(
        APPLY,
        "disk",
        "!node-role.kubernetes.io/control-plane",
        "ssd 2/2: w-1=Ready,r1 w-10=Ready,r1\nWithout 1/1: w-2=Ready,r1",
    );
    check(APPLY, "", "disk=tape", "");
    check(
        &with("- run: kubectl cordon w-2\n- run: kubectl taint node w-1 a=b:NoSchedule\n- wait: settled"),
        "state",
        "",
        "Misscheduled 0/1: w-1=Misscheduled\nReady 2/2: w-2=Ready,r1,cordoned w-10=Ready,r1\nFree 0/0: control-plane=Free",
    );
    check(
        &with("- run: kubectl set image ds/d c=x:bad\n- wait: 30"),
        "state",
        "disk",
        "Failing 0/1: w-1=Failing\nReady 1/1: w-10=Ready,r1",
    );
    check(&with("- run: kubectl set image ds/d c=x:2\n- wait: settled"), "", "disk", "All 2/2: w-1=Ready,r2 w-10=Ready,r2");
    check(
        &with("- run: node poweroff w-2\n- wait: 90"),
        "state",
        "",
        "NotReady 0/1: w-2=Misscheduled,not-ready\nReady 2/2: w-1=Ready,r1 w-10=Ready,r1\nFree 0/0: control-plane=Free",
    );
    check("- run: kubectl apply -f ds.yaml", "", "disk", "All 0/2: w-1=Missing w-10=Missing");
}

#[test]
fn one_of_several_daemon_sets() {
    let mut session = session(APPLY);
    session.act(Action::Run(
        "sed 's/name: d/name: e/; s/app: d/app: e/g; s/x:1/x:bad/' ds.yaml | kubectl apply -f -".to_owned(),
    ));
    session.settle(Duration::from_secs(60));
    let mut chart = Chart::default();
    chart.update(session.sim().cluster().store());
    assert_eq!(chart.sets().collect::<Vec<_>>(), ["d", "e"]);
    let about = |set: Option<&str>| told(&chart, &Look { set: set.map(str::to_owned), ..look("state", "disk") });
    assert_eq!(about(None), "Failing 0/2: w-1=Failing w-10=Failing");
    assert_eq!(about(Some("e")), "Failing 0/2: w-1=Failing w-10=Failing");
    assert_eq!(about(Some("d")), "Ready 2/2: w-1=Ready,r1 w-10=Ready,r1");
    assert_eq!(about(Some("gone")), about(None));
    let kinds = chart.arrange(&Look { set: Some("d".to_owned()), ..Look::default() }).kinds();
    assert_eq!(kinds, [(Seat::Ready, Some(1), 3), (Seat::Free, None, 1)]);
}

#[test]
fn who_waits_for_a_node() {
    let session = session(
        "- run: kubectl apply -f ds.yaml\n- run: kubectl run a --image=x:1 --overrides='{\"spec\":{\"nodeSelector\":{\"no\":\"such\"}}}'\n- wait: settled",
    );
    let store = session.sim().cluster().store();
    let mut chart = Chart::default();
    chart.update(store);
    let (first, count) = chart.waiting(store, store.count(Kind::Pod), 5);
    assert_eq!((first.iter().map(|pod| pod.name()).collect::<Vec<_>>(), count), (vec!["a"], 1));
    assert_eq!(chart.waiting(store, store.count(Kind::Pod), 0).1, 1);
}

#[test]
fn what_a_chart_remembers_changes_nothing() {
    let config = Config {
        cases: 40,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let looks = [look("", ""), look("state", "disk!=ssd"), look("gen", "")];
    let result = TestRunner::new(config).run(&stories(), |story| {
        let scenario = Scenario::parse(&story.to_string()).map_err(TestCaseError::fail)?;
        let mut session = Session::new(&scenario);
        let mut chart = Chart::default();
        let mut wrong = None;
        let mut compare = |session: &Session| {
            let mut fresh = Chart::default();
            let store = session.sim().cluster().store();
            chart.update(store);
            fresh.update(store);
            for look in &looks {
                let (one, other) = (told(&chart, look), told(&fresh, look));
                if one != other && wrong.is_none() {
                    wrong = Some(format!("{one}\nbut anew\n{other}"));
                }
            }
            if chart.label_keys() != fresh.label_keys() {
                wrong.get_or_insert_with(|| "the keys differ".to_owned());
            }
        };
        play(&mut session, &scenario.steps, |session| {
            compare(session);
            let mut later = session.clone();
            later.advance(later.now() + Duration::from_millis(700));
            compare(&later);
        });
        session.settle(Duration::from_secs(120));
        compare(&session);
        if let Some(wrong) = wrong {
            return Err(TestCaseError::fail(wrong));
        }
        agrees(&session).map_err(TestCaseError::fail)
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// At rest the seats are what the DaemonSet's status counts.
fn agrees(session: &Session) -> Result<(), String> {
    let store = session.sim().cluster().store();
    let Some(ds) = store.get::<DaemonSet>("default", "d").filter(|ds| !ds.is_terminating()) else { return Ok(()) };
    let mut chart = Chart::default();
    chart.update(store);
    let order = chart.arrange(&Look { set: Some("d".to_owned()), ..Look::default() });
    let count = |seat: Seat| order.cells.iter().filter(|cell| cell.seat == seat).count() as i32;
    let status = ds.status.clone().unwrap_or_default();
    let at_most = |seat: Seat, what: &str, most: i32| {
        if count(seat) <= most { Ok(()) } else { Err(format!("{} of {seat:?}, but {what} is {most}", count(seat))) }
    };
    // A pod that fails or stops where none should be is told as failing or stopping.
    at_most(Seat::Misscheduled, "numberMisscheduled", status.number_misscheduled)?;
    at_most(Seat::Ready, "numberReady", status.number_ready)?;
    at_most(Seat::Missing, "what is missing", status.desired_number_scheduled - status.current_number_scheduled)
}
