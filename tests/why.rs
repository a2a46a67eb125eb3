//! What `why` says holds: it agrees with the controllers on every cluster, and what it offers as a fix is one. How it reads stands in
//! `tests/kubectl/why.txt`.

#[allow(dead_code, reason = "each test uses its part")]
#[path = "properties/story.rs"]
mod story;

use std::time::Duration;

use playground::api::{DaemonSet, Kind, Node, Pod, Resource};
use playground::scenario::{Scenario, Step};
use playground::session::{Action, Session};
use playground::why::{self, Change, Check, Fix, Outcome, Stage, Why};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use serde_json::Value;
use story::{Story, stories};

fn hold(cases: u32, property: impl Fn(Story) -> Result<(), String>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let config =
        Config { cases, rng_seed: RngSeed::Fixed(1), failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let result = TestRunner::new(config).run(&stories(), |story| property(story).map_err(TestCaseError::fail));
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Plays a scenario; `look` is shown the session a moment after every step.
fn play(text: &str, mut look: impl FnMut(&Session) -> Result<(), String>) -> Result<Session, String> {
    let scenario = Scenario::parse(text)?;
    let mut session = Session::new(&scenario);
    for step in &scenario.steps {
        match step {
            Step::Wait(time) => pass(&mut session, *time),
            Step::Node(action) => drop(session.node(action.clone())),
            Step::Write(files) => {
                for (file, text) in files {
                    session.act(Action::Write { file: file.clone(), text: text.clone() });
                }
            }
            Step::Run { line, .. } => session.act(Action::Run(line.clone())),
            other => return Err(format!("no {other:?} here")),
        }
        pass(&mut session, Duration::from_secs(1));
        look(&session)?;
    }
    Ok(session)
}

fn pass(session: &mut Session, time: Duration) {
    session.advance(session.now() + time);
}

fn nodes(session: &Session) -> Vec<String> {
    session.sim().cluster().store().list::<Node>().map(|node| node.name().to_owned()).collect()
}

/// The DaemonSet of the stories, unless it is being deleted.
fn daemon_set(session: &Session) -> Option<&DaemonSet> {
    session.sim().cluster().store().get::<DaemonSet>("default", "d").map(|ds| &**ds).filter(|ds| !ds.is_terminating())
}

fn ask(session: &Session, node: &str) -> Why {
    why::daemon(session.sim(), node, ("default", "d"))
}

/// It says that a pod belongs on exactly as many nodes as the controller counts, and in the end has put pods on.
#[test]
fn it_agrees_with_the_controller() {
    hold(25, |story| {
        let agrees = |session: &Session| {
            // A node that is gone wakes the controller no sooner than anything else does.
            let mut session = session.clone();
            session.act(Action::Run("kubectl annotate ds d look=again --overwrite".to_owned()));
            pass(&mut session, Duration::from_millis(10));
            let Some(ds) = daemon_set(&session) else { return Ok(()) };
            let meant = nodes(&session).iter().filter(|node| ask(&session, node).belongs()).count();
            let desired = ds.status.as_ref().map_or(0, |status| status.desired_number_scheduled);
            if usize::try_from(desired) != Ok(meant) {
                return Err(format!("{meant} nodes are meant, the controller desires {desired}"));
            }
            let status = ds.status.clone().unwrap_or_default();
            let ledger = why::rollout(session.sim(), ("default", "d"));
            let told = (ledger.desired, ledger.updated, ledger.available);
            let counted = (desired, status.updated_number_scheduled.unwrap_or(0), status.number_available.unwrap_or(0));
            if told != counted {
                return Err(format!("{told:?} is told, the controller counts {counted:?}"));
            }
            let pods = session.sim().cluster().store().list::<Pod>();
            match pods.map(|pod| why::pod(session.sim(), "default", pod.name())).find(|answer| answer.checks.is_empty()) {
                Some(answer) => Err(format!("no check: {answer:?}")),
                None => Ok(()),
            }
        };
        let text = story.to_string() + story.healing().strip_prefix("steps:\n").unwrap_or_default() + "- wait: 1200\n";
        let session = play(&text, agrees)?;
        for node in nodes(&session) {
            let answer = ask(&session, &node);
            if daemon_set(&session).is_some() && answer.belongs() == answer.pods.is_empty() {
                return Err(format!("{node}: {answer:#?}"));
            }
        }
        Ok(())
    });
}

/// Every fix of a check of the DaemonSet controller makes it pass.
#[test]
fn what_it_offers_helps() {
    hold(25, |story| {
        let session = play(&story.to_string(), |_| Ok(()))?;
        for node in nodes(&session) {
            for check in ask(&session, &node).checks {
                if check.stage == Stage::DaemonSetController && daemon_set(&session).is_some() {
                    helps(&session, &check, |session| ask(session, &node))?;
                }
            }
        }
        Ok(())
    });
}

/// The same of the scheduler's and the kubelet's checks: a cluster, a question, and the checks that fail and have fixes.
#[test]
fn what_it_offers_helps_pods() {
    let check = |nodes: &str, files: &str, steps: &str, question: &str, expected: &[&str]| {
        let text = format!("cluster: {{nodeMonitorGrace: 20s}}\nnodes: {nodes}\nfiles:\n{files}\nsteps: {steps}\n");
        let session = play(&text, |_| Ok(())).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let ask = |session: &Session| match question.strip_prefix("pod/") {
            Some(name) => why::pod(session.sim(), "default", name),
            None => ask(session, question),
        };
        let answer = ask(&session);
        let failed: Vec<&Check> = answer.checks.iter().filter(|check| !check.fixes.is_empty()).collect();
        assert_eq!(failed.iter().map(|check| check.name.as_str()).collect::<Vec<_>>(), expected, "{answer:#?}");
        for check in failed {
            helps(&session, check, ask).unwrap_or_else(|error| panic!("{error}"));
        }
    };
    let ds = |of: &str| {
        let it = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: d}, spec: {selector: {matchLabels: {name: d}}, template: \
                  {metadata: {labels: {name: d}}, spec: {";
        format!("  ds.yaml: |\n    {it}{of}}}}}}}}}\n")
    };
    let pod = |name: &str, spec: &str| {
        format!("  {name}.yaml: |\n    {{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n")
    };
    let small = "[{name: n1, allocatable: {cpu: '2'}}]";
    let asks = |cpu: &str| format!("containers: [{{name: c, image: 'x:1', resources: {{requests: {{cpu: '{cpu}'}}}}}}]");
    let port = "containers: [{name: c, image: 'x:1', ports: [{containerPort: 80, hostPort: 80}]}]";
    let then_ds = "[{run: kubectl apply -f other.yaml}, {wait: 3}, {run: kubectl apply -f ds.yaml}, {wait: 3}]";
    check(small, &(ds(&asks("1500m")) + &pod("other", &asks("1"))), then_ds, "n1", &["cpu"]);
    check(small, &(ds(port) + &pod("other", port)), then_ds, "n1", &["host port TCP 80"]);
    let broken = |tag: &str| {
        format!(
            "[{{run: kubectl apply -f ds.yaml}}, {{wait: 5}}, {{run: 'kubectl set image ds/d c=x:{tag}'}}, {{wait: 30}}]"
        )
    };
    let well = ds("containers: [{name: c, image: 'x:1'}]");
    check(small, &well, &broken("bad"), "n1", &["image of c"]);
    check(small, &well, &broken("crash"), "n1", &["container c"]);
    let probed = ds("containers: [{name: c, image: 'x:1', readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 2}}]");
    check(small, &probed, &broken("notready"), "n1", &["readinessProbe of c"]);
    let nobody = ds("serviceAccountName: robot, containers: [{name: c, image: 'x:1'}]");
    check(small, &nobody, "[{run: kubectl apply -f ds.yaml}, {wait: 5}]", "n1", &["create the pod"]);
    let silent = "[{run: kubectl apply -f ds.yaml}, {wait: 5}, {node: {silent: n1}}, {wait: 60}]";
    check("[{name: n1}, {name: n2}]", &well, silent, "n1", &[UNREACHABLE, "node state"]);
    let apply = "[{run: kubectl apply -f p.yaml}, {wait: 5}]";
    let config = "volumes: [{name: v, configMap: {name: settings}}], containers: [{name: c, image: 'x:1'}]";
    check(small, &pod("p", config), apply, "pod/p", &["volumes"]);
    let cordoned = "[{run: kubectl cordon n1}, {run: kubectl apply -f p.yaml}, {wait: 5}]";
    // Two checks fail of the node, the mark and the taint, and one command is enough for both.
    check(small, &pod("p", &asks("1")), cordoned, "pod/p", &["n1"]);
    check(small, &pod("p", &asks("3")), apply, "pod/p", &["n1"]);
}

const UNREACHABLE: &str = "taint node.kubernetes.io/unreachable:NoSchedule";

/// Applies every fix of a check to a copy of the session, and asks again.
fn helps(session: &Session, check: &Check, ask: impl Fn(&Session) -> Why) -> Result<(), String> {
    for fix in &check.fixes {
        let mut session = session.clone();
        let before = ask(&session);
        apply(&mut session, &before, fix)?;
        pass(&mut session, Duration::from_secs(40));
        let after = ask(&session);
        let again = after.checks.iter().find(|other| other.name == check.name && other.outcome == Outcome::Failed);
        if let Some(again) = again {
            return Err(format!("{fix:?} does not help:\n{check:#?}\n{again:#?}"));
        }
    }
    Ok(())
}

fn apply(session: &mut Session, why: &Why, fix: &Fix) -> Result<(), String> {
    let run = |session: &mut Session, line: &str| {
        session.act(Action::Run(line.to_owned()));
        session.finish_command(Duration::from_secs(60));
        let job = &session.entries().last().expect("a command").job;
        if job.exit == Some(0) { Ok(()) } else { Err(format!("{line}: {:?}", job.output)) }
    };
    let edit = match fix {
        Fix::Command(line) => return run(session, line),
        Fix::Edit(edit) => edit,
    };
    let key = why.manifest.clone().ok_or("no manifest")?;
    let mut value = session.sim().cluster().store().object(&key).ok_or("no object")?.to_value();
    let path = pointer(&edit.path);
    let (parent, last) = path.rsplit_once('/').ok_or("a path of one")?;
    let name = last.replace("~1", "/").replace("~0", "~");
    match &edit.change {
        Change::Append(text) => {
            let parent = value.pointer_mut(parent).ok_or("no parent")?;
            let list = &mut parent[&name];
            if list.is_null() {
                *list = Value::Array(vec![]);
            }
            list.as_array_mut().ok_or("no list")?.push(yaml(text));
        }
        Change::Set(text) => *value.pointer_mut(&path).ok_or("no field")? = yaml(text),
        Change::Remove => {
            let removed = value.pointer_mut(parent).and_then(Value::as_object_mut).and_then(|map| map.remove(&name));
            removed.ok_or_else(|| format!("there is no {}", edit.path))?;
        }
    }
    session.act(Action::Write { file: "edited.json".to_owned(), text: value.to_string() });
    let force = if key.kind == Kind::Pod { " --force --grace-period=0" } else { "" };
    run(session, &format!("kubectl replace -f edited.json{force}"))
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).expect("YAML")
}

/// `spec.list[0].map[a.b/c]` as a JSON pointer.
fn pointer(path: &str) -> String {
    let mut pointer = "/".to_owned();
    let mut in_brackets = false;
    for c in path.chars() {
        match c {
            '[' => {
                in_brackets = true;
                pointer.push('/');
            }
            ']' => in_brackets = false,
            '.' if !in_brackets => pointer.push('/'),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
    pointer
}
