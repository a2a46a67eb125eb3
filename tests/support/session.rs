//! A session as tests have it: lines in, text out.

#![allow(dead_code, reason = "each test uses its part")]

use std::time::Duration;

use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Entry, Session};

/// A control plane and two workers, with a DaemonSet's manifest and some words in files.
pub(crate) const SCENARIO: &str = r#"
version: 1
nodes:
- {name: control-plane, labels: {node-role.kubernetes.io/control-plane: ""}, taints: ["node-role.kubernetes.io/control-plane:NoSchedule"]}
- {name: worker-1}
- {name: worker-2}
files:
  ds.yaml: |
    apiVersion: apps/v1
    kind: DaemonSet
    metadata:
      name: fluentd
      labels: {app: fluentd}
    spec:
      selector:
        matchLabels: {name: fluentd}
      template:
        metadata:
          labels: {name: fluentd}
        spec:
          containers:
          - name: fluentd
            image: fluent/fluentd:v1.16
  words.txt: |
    one two
    two three
    two three
  empty: ''
steps: []
"#;

/// The DaemonSet `agent` in the file `agent.yaml`, beside so many workers.
pub(crate) fn agents(workers: usize) -> Scenario {
    let mut scenario = Scenario::parse(&format!("nodes: [{{group: worker, count: {workers}}}]")).expect("a scenario");
    scenario.files.insert("agent.yaml".to_owned(), AGENT.to_owned());
    scenario
}

const AGENT: &str = "
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [{key: gpu, operator: Exists}]
      containers: [{name: agent, image: 'agent:1', env: [{name: A, value: a}]}]
";

/// A session of a scenario.
pub(crate) fn session_of(scenario: &str) -> Session {
    Session::new(&Scenario::parse(scenario).expect("a scenario"))
}

/// A session.
pub(crate) fn session() -> Session {
    session_of(SCENARIO)
}

/// A session with the DaemonSet rolled out.
pub(crate) fn with_daemon_set() -> Session {
    let mut session = session();
    run(&mut session, "kubectl apply -f ds.yaml");
    session.settle(Duration::from_secs(30));
    session
}

/// Runs a line to its end, or interrupts it after two minutes; gives what [`last`] does.
pub(crate) fn run(session: &mut Session, line: &str) -> String {
    session.act(Action::Run(line.to_owned()));
    session.finish_command(Duration::from_secs(120));
    if session.is_busy() {
        session.act(Action::Interrupt);
    }
    last(session)
}

/// What the last line printed on standard output, then on standard error with `! ` before each line, then `exit N` if that is not 0.
pub(crate) fn last(session: &Session) -> String {
    let errors: String = printed(session, Stream::Err).lines().map(|line| format!("! {line}\n")).collect();
    let exit = entry(session).job.exit.filter(|exit| *exit != 0).map(|exit| format!("exit {exit}\n")).unwrap_or_default();
    printed(session, Stream::Out) + &errors + &exit
}

/// What the last line printed on a stream.
pub(crate) fn printed(session: &Session, stream: Stream) -> String {
    entry(session).job.output.text(stream)
}

/// The last line.
pub(crate) fn entry(session: &Session) -> &Entry {
    session.entries().last().expect("a command")
}
