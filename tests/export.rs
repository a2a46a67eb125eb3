//! The way out: a script that does a scenario again on a real control plane of fake nodes, and manifests.
//!
//! shellcheck reads every script where it is installed; `cargo xtask test` installs it, and says so by `SHELLCHECK`, without which a
//! missing one is no failure.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use playground::api::decode::decode;
use playground::export::{CLUSTER, manifests, script};
use playground::import::{Given, import};
use playground::scenario::{Scenario, play};

#[test]
fn scripts_pass_a_linter_and_a_shell() {
    for (name, scenario) in scenarios() {
        let script = script(&scenario);
        let file = temporary(&format!("{name}.sh"));
        std::fs::write(&file, &script).expect("it can be written");
        let syntax = Command::new("sh").arg("-n").arg(&file).output().expect("a shell");
        assert!(syntax.status.success(), "{name}: {}", String::from_utf8_lossy(&syntax.stderr));
        let tool = std::env::var_os("SHELLCHECK");
        match Command::new(tool.clone().unwrap_or_else(|| "shellcheck".into())).arg(&file).output() {
            Ok(found) => assert!(found.status.success(), "{name}: {}", String::from_utf8_lossy(&found.stdout)),
            Err(error) => assert!(tool.is_none(), "shellcheck: {error}"),
        }
    }
}

/// What stands in the script's files and in the manifests is what the API server takes.
#[test]
fn manifests_are_valid() {
    for (name, scenario) in scenarios() {
        let (session, _) = play(&scenario);
        let text = manifests(session.sim().cluster().store());
        let mut seen = 0;
        for manifest in decode(&name, &text, &[], true) {
            let manifest = manifest.unwrap_or_else(|error| panic!("{name}: {error}"));
            let object = manifest.object().unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut cluster = playground::cluster::Cluster::new(1, jiff::Timestamp::UNIX_EPOCH);
            let namespace = object.namespace().to_owned();
            if !namespace.is_empty() && !["default", "kube-system"].contains(&namespace.as_str()) {
                continue;
            }
            let what = format!("{name}: {} {}", manifest.kind.name(), manifest.name);
            cluster.prepare_create(object).unwrap_or_else(|error| panic!("{what}: {error}"));
            seen += 1;
        }
        assert!(seen >= scenario.config.nodes.len(), "{name}: {seen} objects");
        for own in ["resourceVersion", "uid:", "creationTimestamp", "managedFields", "node.kubernetes.io/not-ready"] {
            assert!(!text.contains(own), "{name} has {own}");
        }
    }
}

/// The script is run with a kubectl, a kwokctl and a kind that write down what they are asked.
#[test]
fn a_script_touches_no_other_cluster() {
    let imported = import(&[Given { name: "eks.yaml", text: include_str!("import/eks.yaml") }]).expect("it is imported");
    let (code, told, calls) = run_script("eks", &script(&imported.scenario), &["kwok", "--yes"], "");
    assert_eq!(code, 0, "{told}");
    let context = format!("--context kwok-{CLUSTER} ");
    let mut kubectl = calls.iter().filter(|call| call.starts_with("kubectl "));
    assert!(kubectl.all(|call| call.contains(&context) || call.contains("config get-contexts")), "{calls:#?}");
    assert!(
        calls.iter().all(|call| call.ends_with(&format!("{CLUSTER}.kubeconfig"))),
        "the person's own kubeconfig is never read: {calls:#?}"
    );
    let asked = |what: &str| calls.iter().any(|call| call.contains(what));
    assert!(asked("kwokctl create cluster --name daemonset-playground"), "{calls:#?}");
    assert!(asked("apply -f .") && asked("cordon ip-10-0-12-91.eu-west-1.compute.internal"), "{calls:#?}");

    // Without the right answer nothing is done.
    let (code, told, calls) = run_script("no", &script(&imported.scenario), &["kind"], "yes\n");
    assert_eq!((code, calls.len()), (1, 0), "{told}");
    assert!(told.contains("Nothing was done."), "{told}");
    let (code, ..) = run_script("usage", &script(&imported.scenario), &["production"], "");
    assert_eq!(code, 1);
}

/// A link may come from anybody, and so may a scenario: whatever stands in it, nothing of it is run but kubectl, for this cluster.
#[test]
fn nothing_slips_into_a_script() {
    let text = r#"
version: 1
title: "x\ntouch pwned; $(touch pwned) `touch pwned`"
nodes:
- name: a
  labels: {note: "$(touch pwned)"}
files:
  "a.yaml": "END_OF_FILE_2\ntouch pwned\n$(touch pwned)\nEND_OF_FILE_3\ntouch pwned\n"
  "../b.yaml": "x"
  "c$(touch pwned).yaml": "x"
  "d'; touch pwned; '.yaml": "x"
  "-e.yaml": "x"
steps:
- run: touch pwned
- run: "kubectl get pods; touch pwned"
- run: "kubectl get pods '$(touch pwned)' \"a'; touch pwned; '\""
- run: "kubectl get pods # x\ntouch pwned"
- run: "kubectl --context production delete nodes --all"
- run: "kubectl delete ds a --kubeconfig /etc/kubernetes/admin.conf"
- run: "kubectl apply -f https://example.com/x.yaml"
- run: "kubectl get pods\u0000"
- run: "node remove 'a; touch pwned'"
- run: "node add 'b$(touch pwned)' --label 'x=$(touch pwned)'"
- wait: {until: {ds: "$(touch pwned)", ready: all}}
- wait: {until: {node: "a;touch pwned", ready: true}}
- node: {remove: "`touch pwned`"}
- node: {notready: "x\ntouch pwned"}
- write: {"../../f": "x", "g/../h": "x", "i j.yaml": "fine"}
"#;
    let scenario = Scenario::parse(text).expect("a scenario");
    let (_, told, calls) = run_script("evil", &script(&scenario), &["kwok", "--yes"], "");
    let home = temporary("evil");
    let found: Vec<PathBuf> = files(&home).into_iter().filter(|file| file.ends_with("pwned")).collect();
    assert!(found.is_empty() && !Path::new("pwned").exists(), "{found:?}\n{told}");
    assert!(
        !calls.iter().any(|call| call.contains("production") || call.contains("admin.conf") || call.contains("https")),
        "{calls:#?}"
    );
    assert!(
        calls.iter().any(|call| call.contains("get pods $(touch pwned) a'; touch pwned; '")),
        "as words, they do no harm: {calls:#?}"
    );
}

fn scenarios() -> Vec<(String, Scenario)> {
    let mut all = vec![];
    for name in ["k01-get-daemonsets", "k02-get-yaml"] {
        let file = root().join("tests/recordings").join(name).join("scenario.yaml");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        all.push((name.to_owned(), Scenario::parse(&text).expect("a scenario")));
    }
    for name in ["eks.yaml", "gke.json", "kind.yaml", "k3s.yaml"] {
        let text = std::fs::read_to_string(root().join("tests/import").join(name)).expect("a cluster");
        all.push((name.to_owned(), import(&[Given { name, text: &text }]).expect("it is imported").scenario));
    }
    all
}

/// Runs a script where all tools only write down what they were called with, and which kubeconfig they would use. Gives its exit
/// code, what it printed, and the calls.
fn run_script(name: &str, script: &str, arguments: &[&str], input: &str) -> (i32, String, Vec<String>) {
    let home = temporary(name);
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(home.join("bin")).expect("a directory");
    let calls = home.join("calls");
    for tool in ["kubectl", "kwokctl", "kind", "sleep"] {
        let text = format!(
            "#!/bin/sh\n[ {tool} = sleep ] || printf '%s %s KUBECONFIG=%s\\n' {tool} \"$(printf '%s' \"$*\" | tr '\\n' ' ')\" \"${{KUBECONFIG-}}\" >>'{}'\ncase \"$*\" in\n'config get-contexts -o name') echo kwok-{CLUSTER}; echo kind-{CLUSTER};;\nesac\n",
            calls.display()
        );
        let file = home.join("bin").join(tool);
        std::fs::write(&file, text).expect("it can be written");
        make_executable(&file);
    }
    std::fs::write(home.join("replay.sh"), script).expect("it can be written");
    let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap_or_default());
    let mut child = Command::new("sh")
        .arg("replay.sh")
        .args(arguments)
        .current_dir(&home)
        .env("PATH", path)
        .env("KUBECONFIG", "/the/persons/own")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    std::io::Write::write_all(&mut child.stdin.take().expect("its input"), input.as_bytes()).unwrap_or_default();
    let output = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let calls = std::fs::read_to_string(calls).unwrap_or_default().lines().map(str::to_owned).collect();
    (output.status.code().unwrap_or(-1), told, calls)
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn temporary(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export");
    std::fs::create_dir_all(&directory).expect("a directory");
    directory.join(name)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
