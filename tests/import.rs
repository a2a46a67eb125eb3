//! Somebody's own cluster, as `kubectl get nodes,daemonsets -A -o yaml` prints it.
//!
//! `tests/import` has what clusters of several makers print, shortened and with invented names, and beside each what becomes of it
//! here: what is said to be left out, and what kubectl says of the cluster that is rebuilt. `UPDATE_IMPORT=1 cargo test --test import`
//! writes that anew, to be read before it is kept.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use playground::import::{Given, Imported, MAX_DAEMON_SETS, MAX_PODS, MAX_TEXT, Recognised, import, recognise};
use playground::kubectl::Stream;
use playground::scenario::{self, Scenario, Step, play};
use playground::session::{Action, Session};

/// What must be nowhere in what comes out.
const SECRETS: [&str; 6] =
    ["hunter2", "0123456789abcdef0123456789abcdef", "7f3c9a", "c2VjcmV0", "resourceVersion", "3b9b0a52"];
/// What is asked of the cluster that is rebuilt.
const QUESTIONS: [&str; 6] = [
    "ls",
    "kubectl get nodes",
    "kubectl get daemonsets -A",
    "kubectl get pods -A -o custom-columns=NODE:.spec.nodeName,STATUS:.status.phase --no-headers | sort | uniq -c",
    "kubectl get nodes -o custom-columns=NAME:.metadata.name,CPU:.status.allocatable.cpu,TAINTS:.spec.taints[*].key",
    "kubectl get nodes -o 'custom-columns=NAME:.metadata.name,TRUE:.status.conditions[?(@.status==\"True\")].type,GPU:.status.allocatable.nvidia\\.com/gpu'",
];

#[test]
fn clusters_are_rebuilt() {
    for file in ["eks.yaml", "gke.json", "kind.yaml", "k3s.yaml"] {
        let text = read(file);
        let imported = import(&[Given { name: file, text: &text }]).unwrap_or_else(|error| panic!("{error}"));
        let told = told(&imported);
        for secret in SECRETS {
            assert!(!told.contains(secret) && !imported.scenario.to_text().contains(secret), "{file} gives {secret} away");
        }
        let expected = directory().join(file).with_extension("txt");
        if std::env::var_os("UPDATE_IMPORT").is_some() {
            std::fs::write(&expected, &told).expect("it can be written");
        }
        let expected = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(told, expected, "{file}: UPDATE_IMPORT=1 cargo test --test import");
    }
}

/// What was left out, and what the cluster is like.
fn told(imported: &Imported) -> String {
    let mut told = imported.left_out.join("\n") + "\n";
    let steps = QUESTIONS.map(|line| Step::Run { line: line.to_owned(), background: None });
    let mut scenario = imported.scenario.clone();
    scenario.steps.extend(steps);
    for outcome in scenario::run(&scenario) {
        let _ = write!(told, "\n$ {}\n{}{}", outcome.run, outcome.stdout, outcome.stderr);
    }
    told
}

#[test]
fn a_scenario_file_says_the_same() {
    for file in ["eks.yaml", "gke.json", "kind.yaml", "k3s.yaml"] {
        let imported = import(&[Given { name: file, text: &read(file) }]).expect("it is imported");
        let written = imported.scenario.to_text();
        assert_eq!(Scenario::parse(&written).expect(&written), imported.scenario);
    }
}

/// What the playground itself prints of an imported cluster is imported as the same cluster.
#[test]
fn what_kubectl_prints_here_comes_back() {
    let first = import(&[Given { name: "eks.yaml", text: &read("eks.yaml") }]).expect("it is imported");
    let (mut session, _) = play(&first.scenario);
    for (line, file) in [("kubectl get nodes,daemonsets -A -o yaml", "x.yaml"), ("kubectl get ds,no -A -o json", "x.json")] {
        session.act(Action::Run(line.to_owned()));
        assert!(session.finish_command(Duration::from_secs(5)));
        let printed = session.entries().last().expect("an entry").job.output.text(Stream::Out);
        let again = import(&[Given { name: file, text: &printed }]).unwrap_or_else(|error| panic!("{error}"));
        let nodes = |imported: &Imported| {
            imported.scenario.config.nodes.iter().map(|node| (node.name.clone(), node.taints.clone())).collect::<Vec<_>>()
        };
        assert_eq!((nodes(&again), again.daemon_sets), (nodes(&first), 2));
        assert_eq!(again.scenario.files.keys().collect::<Vec<_>>(), first.scenario.files.keys().collect::<Vec<_>>());
        assert!(
            again
                .scenario
                .steps
                .iter()
                .any(|step| matches!(step, Step::Run { line, .. } if line.starts_with("kubectl cordon")))
        );
    }
}

#[test]
fn several_files_make_one_cluster() {
    let text = read("kind.yaml");
    let (nodes, sets) = text.split_at(text.find("apiVersion: apps/v1").expect("a DaemonSet"));
    let imported = import(&[Given { name: "sets.yaml", text: sets }, Given { name: "nodes.yaml", text: nodes }])
        .expect("it is imported");
    assert_eq!((imported.scenario.config.nodes.len(), imported.daemon_sets), (2, 1));
}

#[test]
fn what_cannot_be_imported_says_why_and_what_to_do() {
    let many = |count: usize, kind: &str, version: &str| {
        let item =
            |number| format!("- {{apiVersion: {version}, kind: {kind}, metadata: {{name: x{number}}}, spec: {{}}}}\n");
        (0..count).map(item).collect::<String>()
    };
    let list = |items: String| format!("apiVersion: v1\nkind: List\nitems:\n{items}");
    let too_many_sets = list(many(1, "Node", "v1") + &many(MAX_DAEMON_SETS + 1, "DaemonSet", "apps/v1"));
    let too_many_pods = list(many(4000, "Node", "v1") + &many(MAX_PODS / 4000 + 1, "DaemonSet", "apps/v1"));
    for (text, expected) in [
        ("", "there is nothing in this"),
        ("NAME       STATUS   ROLES    AGE   VERSION\nworker-1   Ready    <none>   1d    v1.36.2\n", "Add `-o yaml`"),
        ("Name:  worker-1\nRoles: <none>\n", "kubectl describe"),
        ("error: You must be logged in to the server (Unauthorized)\n", "found nothing"),
        ("a\0b", "this is no text"),
        ("apiVersion: v1\nkind: Node\nmetadata:\n  name: [a\n", "nodes.yaml, line 5: this is neither YAML nor JSON"),
        ("apiVersion: v1\nkind: Config\nusers: []\n", "there are no nodes in this"),
        ("kind: DaemonSet\nmetadata: {name: a}\n", "there are no nodes in this"),
        (&list(many(5001, "Node", "v1")), "the playground takes 5000 at most"),
        (&too_many_sets, "the playground takes 99 at most"),
        (&too_many_pods, "the playground takes 50000 at most"),
        (&"x".repeat(MAX_TEXT + 1), "MiB of text"),
    ] {
        let error = import(&[Given { name: "nodes.yaml", text }]).expect_err(&text[..text.len().min(80)]).to_string();
        assert!(error.contains(expected), "{:?} gives {error:?}", &text[..text.len().min(80)]);
    }
}

/// Nothing that is cut off or damaged panics.
#[test]
fn damage_does_no_harm() {
    for file in ["eks.yaml", "gke.json", "kind.yaml", "k3s.yaml"] {
        let text = read(file);
        let cuts: Vec<usize> = (0..text.len()).step_by(97).filter(|at| text.is_char_boundary(*at)).collect();
        for at in cuts {
            let damaged = [&text[..at], "\u{1f980}", &text[at..]].concat();
            for text in [&text[..at], &text[at..], &damaged] {
                let _ = import(&[Given { name: file, text }]);
                let _ = recognise(file, text);
            }
        }
    }
}

#[test]
fn what_is_dropped_is_recognised() {
    let link = include_str!("links/1-walk-through.link").trim();
    let rescued = format!("https://example.com/playground/{link}");
    let lesson =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/41-walk-through.md")).expect("a lesson");
    let (eks, gke, k3s) = (read("eks.yaml"), read("gke.json"), read("k3s.yaml"));
    for (name, text, expected) in [
        ("", " \n", Recognised::Empty),
        ("x.png", "\u{fffd}PNG\r\n\0\0", Recognised::Binary),
        ("x.png", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}", Recognised::Binary),
        ("daemonset-playground.txt", &rescued, Recognised::Link),
        ("", link, Recognised::Link),
        ("mine.md", &lesson, Recognised::Lesson),
        ("", &lesson, Recognised::Lesson),
        ("p.json", r#"{"format": 1, "lessons": {}}"#, Recognised::Progress),
        ("s.yaml", "version: 1\nnodes:\n- name: a\n", Recognised::Scenario),
        ("s.yaml", "steps:\n- run: kubectl get pods\n", Recognised::Scenario),
        ("eks.yaml", &eks, Recognised::Cluster),
        ("gke.json", &gke, Recognised::Cluster),
        ("k3s.yaml", &k3s, Recognised::Cluster),
        ("ds.yaml", "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\n", Recognised::Manifest),
        ("", "---\napiVersion: v1\nkind: ConfigMap\n", Recognised::Manifest),
        ("notes.txt", "buy milk\n", Recognised::Unknown),
        ("notes.yaml", "a: [\n", Recognised::Unknown),
    ] {
        assert_eq!(recognise(name, text), expected, "{name} {:?}", &text[..text.len().min(60)]);
    }
}

/// A change to an imported DaemonSet, and what it would do.
#[test]
fn an_imported_cluster_answers_what_a_change_would_do() {
    let imported = import(&[Given { name: "eks.yaml", text: &read("eks.yaml") }]).expect("it is imported");
    let (mut session, _) = play(&imported.scenario);
    let changed = session.files()["agent.yaml"].replace("kubernetes.io/os: linux", "eks.amazonaws.com/capacityType: SPOT");
    session.act(Action::Write { file: "agent.yaml".to_owned(), text: changed });
    let before = session.sim().cluster().store().revision();
    let printed = ask(&mut session, "whatif -f agent.yaml");
    assert!(printed.contains("1 node loses its pod"), "{printed}");
    assert!(printed.contains("- ip-10-0-11-24.eu-west-1.compute.internal: loses its pod"), "{printed}");
    assert_eq!(session.sim().cluster().store().revision(), before, "nothing has happened");
}

fn ask(session: &mut Session, line: &str) -> String {
    session.act(Action::Run(line.to_owned()));
    session.entries().last().map(|entry| entry.job.output.text(Stream::Out)).unwrap_or_default()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(directory().join(file)).expect(file)
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}
