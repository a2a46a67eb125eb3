//! What controllers make of a template, and what changed between revisions.

use std::time::Duration;

use playground::api::{Pod, Resource};
use playground::session::{Action, Session};
use playground::why::{self, Comparison};

#[path = "support/session.rs"]
mod support;
use support::agents;

fn session() -> Session {
    let mut session = Session::new(&agents(2));
    run(&mut session, "kubectl apply -f agent.yaml");
    session
}

fn run(session: &mut Session, line: &str) {
    session.act(Action::Run(line.to_owned()));
    session.settle(Duration::from_secs(60));
}

fn told(comparison: &Comparison) -> Vec<String> {
    let side = |line: &Option<String>| line.clone().unwrap_or_else(|| "~".to_owned());
    let different = comparison.rows.iter().filter(|row| !row.is_same());
    different.map(|row| format!("{} | {} | {}", side(&row.left), side(&row.right), row.who)).collect()
}

#[test]
fn each_line_that_was_added_says_by_whom() {
    let session = session();
    let store = session.sim().cluster().store();
    let pod = store.list::<Pod>().next().expect("a pod");
    let comparison = why::made(session.sim(), "default", pod.name()).expect("a comparison");
    assert_eq!(comparison.left, "template of daemonset/agent, revision 1");
    assert_eq!(comparison.right, format!("pod/{}", pod.name()));
    let told = told(&comparison);
    for expected in [
        "~ |     controller-revision-hash: ",
        "~ |   - effect: NoExecute | DaemonSet controller: daemons stay",
        "~ |   affinity: | DaemonSet controller: the pin to its node",
        "~ |   nodeName: worker-1 | Scheduler: the node it was bound to",
        "~ |   serviceAccountName: default | API server (admission)",
    ] {
        assert!(told.iter().any(|line| line.starts_with(expected)), "{expected} is not in\n{}", told.join("\n"));
    }
    let same: Vec<&str> = comparison.rows.iter().filter(|row| row.is_same()).filter_map(|row| row.left.as_deref()).collect();
    for expected in ["    app: agent", "  - env:", "    - name: A", "      value: a", "  - key: gpu"] {
        assert!(same.contains(&expected), "{expected:?} is not in {same:#?}");
    }
    // Each side by itself is the manifest it stands for.
    let right: Vec<&str> = comparison.rows.iter().filter_map(|row| row.right.as_deref()).collect();
    let values = playground::api::yaml::parse(&right.join("\n")).expect("YAML");
    assert_eq!(values[0]["spec"]["containers"][0]["image"], "agent:1");
    assert_eq!(values[0]["spec"]["tolerations"][0]["key"], "gpu");
}

#[test]
fn two_revisions_differ_in_what_was_changed() {
    let mut session = session();
    run(&mut session, "kubectl set image ds/agent agent=agent:2");
    run(&mut session, "kubectl set env ds/agent B=b");
    let agent = ("default", "agent");
    assert_eq!(why::revisions(session.sim(), agent), [1, 2, 3]);
    let check = |from, to, expected: &[&str]| {
        let comparison = why::compared(session.sim(), agent, from, to).expect("a comparison");
        assert_eq!(told(&comparison), expected, "{from} to {to}");
    };
    check(1, 2, &["    image: agent:1 |     image: agent:2 | "]);
    check(2, 3, &["~ |     - name: B | ", "~ |       value: b | "]);
    check(3, 2, &["    - name: B | ~ | ", "      value: b | ~ | "]);
    assert_eq!(why::compared(session.sim(), agent, 1, 4), None);
}
