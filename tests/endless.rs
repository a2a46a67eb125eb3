//! What would go on or grow for ever: it comes to an end, or is let go, and says so.

use playground::scenario::{Scenario, play_within};
use playground::session::{Action, Session};

/// How many things may happen here.
const MOST: u64 = 5_000;

const CLUSTER: &str = "
version: 1
nodes: [{group: worker, count: 3, taints: ['k=v:NoExecute']}]
files:
  ds.yaml: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: d}
    spec:
      selector: {matchLabels: {name: d}}
      template:
        metadata: {labels: {name: d}}
        spec:
          terminationGracePeriodSeconds: 0
          tolerations: [{key: k, operator: Exists, effect: NoExecute, tolerationSeconds: 0}]
          containers: [{name: c, image: 'x:1'}]
  crash.yaml: |
    apiVersion: v1
    kind: Pod
    metadata: {name: crash}
    spec: {containers: [{name: c, image: crash, command: ['false']}], tolerations: [{operator: Exists}]}
";

/// Plays steps; gives what the last command printed, and where it was stopped, if it was.
fn played(steps: &str) -> (String, Option<String>) {
    let scenario = Scenario::parse(&format!("{CLUSTER}steps:\n{steps}")).unwrap_or_else(|error| panic!("{error}"));
    let (_, outcomes, end) = play_within(&scenario, MOST);
    let last = outcomes.last().map(|outcome| format!("{}{}", outcome.stdout, outcome.stderr)).unwrap_or_default();
    (last, end.err().map(|stopped| stopped.to_string()))
}

#[test]
fn what_goes_on_for_ever_is_stopped_with_a_word() {
    let check = |steps: &str, step: usize| {
        let (_, stopped) = played(steps);
        let stopped = stopped.unwrap_or_else(|| panic!("{steps} is not stopped"));
        assert!(
            stopped.starts_with(&format!("steps[{step}]: stopped at ")) && stopped.contains("goes on for ever"),
            "{stopped}"
        );
    };
    // The DaemonSet controller makes pods, the taints drive them out.
    check("- run: kubectl apply -f ds.yaml\n- wait: 31536000\n- run: kubectl get pods\n", 1);
    check("- run: kubectl apply -f ds.yaml\n- wait: settled\n- wait: settled\n- wait: settled\n", 1);
    check("- run: kubectl apply -f ds.yaml\n- run: kubectl rollout status ds/d\n", 1);
    check("- run: kubectl apply -f ds.yaml\n- wait: {until: {ds: d, ready: all}, timeout: 31536000}\n", 1);
    // Years of crashes.
    check("- run: kubectl apply -f crash.yaml\n- wait: 31536000\n", 1);
    // Nothing happens, and somebody looks again and again.
    check("- wait: {until: {pods: 5}, timeout: 31536000}\n", 0);
    check("- run: 'while true; do sleep 0.001; done'\n", 0);
}

#[test]
fn what_only_takes_long_comes_to_its_end() {
    let check = |steps: &str, last: &str| {
        let (printed, stopped) = played(steps);
        assert_eq!(stopped, None, "{steps}");
        assert!(printed.contains(last), "{printed}");
    };
    check("- wait: 31536000\n- run: echo here\n", "here");
    check("- run: sleep 1000000000\n- run: echo here\n", "here");
    check("- run: kubectl get pods -w\n- run: echo here\n", "here");
    check("- run: 'while true; do true; done'\n", "put a sleep into the loop");
    check(
        "- run: 'kubectl apply -f ds.yaml; kubectl get ds -w | while read l; do kubectl annotate ds d a=$RANDOM --overwrite; done'\n",
        "put a sleep into the loop",
    );
    check("- run: 'f() { f | f & }; f'\n- run: echo here\n", "here");
    check("- run: 'f() { f; }; f'\n- run: echo here\n", "here");
    check("- run: yes | head -n 2\n", "y\ny");
}

#[test]
fn what_was_printed_long_ago_is_let_go() {
    let mut session = Session::new(&Scenario::default());
    for _ in 0..13 {
        session.act(Action::Run("seq 1 70000".to_owned()));
    }
    session.act(Action::Run("echo here".to_owned()));
    let printed: Vec<usize> = session.entries().iter().map(|entry| entry.job.output.bytes()).collect();
    let whole = printed[12];
    assert!(whole > 400_000 && printed[13] == 5, "{printed:?}");
    assert!(printed.iter().sum::<usize>() < 4 * 1024 * 1024 + 13 * 200, "{printed:?}");
    assert_eq!(printed.iter().filter(|bytes| **bytes == whole).count(), 10, "{printed:?}");
    let first = &session.entries()[0];
    assert_eq!((first.line.as_str(), first.job.exit), ("seq 1 70000", Some(0)));
    assert!(first.job.output.chunks[0].text.contains(&format!("The {whole} bytes that stood here were let go")));
}
