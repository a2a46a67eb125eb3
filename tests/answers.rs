//! What kubectl and the API server answer to manifests, measured: every mistake of `tests/answers/*.txt` is made here again.
//!
//! A case is a line `# what it is about`, then what is laid over a small DaemonSet (or `kind: Pod`, a small Pod) as YAML, or the
//! whole text of the file in lines that begin with `| `, then the answer of kube-apiserver 1.36.2 and kubectl 1.36.2 to
//! `kubectl apply -f x.yaml`, or to the command in a line that begins with `$ `: `> ` before lines of stdout, `! ` before those of stderr. `---` begins the next manifest of the same
//! case. `meta` is laid over the metadata, `ds` over the DaemonSet's spec, `template` over its template's metadata, `pod` over
//! the pod's spec, `container` over its first container; null takes away. In texts `␉`, `␍` and `␀` stand for a tab, a carriage
//! return and a byte order mark. The answers are measurements: never edit them.

use std::path::Path;
use std::time::Duration;

use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Session};
use serde_json::{Value, json};

/// Cases that are not answered so yet, as `file: title`, with the reason.
const NOT_YET: [(&str, &str); 7] = [
    ("patches: a container without a name", "there are no managedFields here, which the current object shows"),
    ("yaml: tags", "binary texts stay as they are"),
    ("yaml: a binary that is none", "binary texts stay as they are"),
    ("updates: a pod: something that may not change", DIFF),
    ("updates: a pod: a command", DIFF),
    ("updates: a pod: an environment", DIFF),
    ("updates: a pod: resources", DIFF),
];
const DIFF: &str = "the server adds the difference between dumps of its internal types";

#[test]
fn manifests_are_answered_as_measured() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("answers").flatten().map(|it| it.path()).collect();
    files.sort();
    let only = std::env::var("ANSWER").unwrap_or_default();
    let (mut cases, mut wrong, mut better) = (0, vec![], vec![]);
    for file in files {
        let name = file.file_stem().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
        let text = std::fs::read_to_string(&file).expect("text");
        for case in text.split("\n\n").filter(|case| !case.trim().is_empty()) {
            let title = format!("{name}: {}", case.lines().next().unwrap_or_default().trim_start_matches("# "));
            if !title.contains(&only) {
                continue;
            }
            cases += 1;
            let actual = answer(case);
            let is_known = NOT_YET.iter().any(|(known, _)| *known == title);
            match (actual.trim_end() == case.trim_end(), is_known) {
                (false, false) => wrong.push(difference(&title, case, &actual)),
                (true, true) => better.push(title),
                _ => {}
            }
        }
    }
    println!("{} of {cases} answered alike", cases - wrong.len());
    assert!(better.is_empty(), "no longer on the list of exceptions: {better:?}");
    assert!(wrong.is_empty(), "{} of {cases} answers differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// The case again, with our answers.
fn answer(case: &str) -> String {
    let mut session = Session::new(&Scenario::parse("version: 1\nnodes: []\nsteps: []\n").expect("a scenario"));
    let mut out = String::new();
    let mut kind = "DaemonSet".to_owned();
    let mut given = String::new();
    let mut command = "kubectl apply -f x.yaml";
    let is_given = |line: &&str| !line.starts_with("> ") && !line.starts_with("! ") && *line != "!" && *line != ">";
    let lines: Vec<&str> = case.trim_matches('\n').lines().filter(is_given).collect();
    for (index, line) in lines.iter().enumerate() {
        out.push_str(line);
        out.push('\n');
        if let Some(other) = line.strip_prefix("$ ") {
            command = other;
        } else if index > 0 && *line != "---" {
            given.push_str(line);
            given.push('\n');
        }
        if index + 1 == lines.len() || lines[index + 1] == "---" {
            let text = manifest(&std::mem::take(&mut given), &mut kind);
            session.act(Action::Write { file: "x.yaml".to_owned(), text });
            session.act(Action::Run(command.to_owned()));
            session.finish_command(Duration::from_secs(10));
            let job = &session.entries().last().expect("a command").job;
            for (mark, stream) in [('>', Stream::Out), ('!', Stream::Err)] {
                out.extend(job.output.text(stream).lines().map(|line| match line {
                    "" => format!("{mark}\n"),
                    line => format!("{mark} {line}\n"),
                }));
            }
        }
    }
    out
}

fn manifest(given: &str, kind: &mut String) -> String {
    if given.starts_with('|') {
        let text: String = given.lines().map(|line| format!("{}\n", line.get(2..).unwrap_or_default())).collect();
        return text.replace('␉', "\t").replace('␍', "\r").replace('␀', "\u{feff}");
    }
    let overlay: Value = serde_yaml::from_str(given).expect("an overlay");
    if let Some(other) = overlay["kind"].as_str() {
        *kind = other.to_owned();
    }
    let pod = json!({"containers": [{"name": "c", "image": "i:1"}]});
    let (mut made, spec) = match kind.as_str() {
        "Pod" => (json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "d"}, "spec": pod}), "/spec"),
        _ => {
            let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": pod});
            let spec = json!({"selector": {"matchLabels": {"a": "b"}}, "template": template});
            let made = json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "d"}, "spec": spec});
            (made, "/spec/template/spec")
        }
    };
    let container = format!("{spec}/containers/0");
    for (name, place) in [
        ("meta", "/metadata"),
        ("ds", "/spec"),
        ("template", "/spec/template/metadata"),
        ("pod", spec),
        ("container", container.as_str()),
    ] {
        if let (Some(over), Some(under)) = (overlay.get(name), made.pointer_mut(place)) {
            lay_over(under, over);
        }
    }
    made.to_string()
}

fn lay_over(under: &mut Value, over: &Value) {
    let (Value::Object(map), Value::Object(over)) = (&mut *under, over) else {
        *under = over.clone();
        return;
    };
    for (key, value) in over {
        match value {
            Value::Null => drop(map.remove(key)),
            Value::Object(_) if map.get(key).is_some_and(Value::is_object) => {
                lay_over(map.get_mut(key).expect("it is there"), value);
            }
            value => drop(map.insert(key.clone(), value.clone())),
        }
    }
}

/// The lines that differ, with those of the manifest.
fn difference(title: &str, expected: &str, actual: &str) -> String {
    let mut told = format!("=== {title}\n");
    for line in expected.trim().lines().filter(|line| !actual.lines().any(|other| other == *line)) {
        told.push_str(&format!("  measured {line}\n"));
    }
    for line in actual.trim().lines().filter(|line| !expected.lines().any(|other| other == *line)) {
        told.push_str(&format!("  ours     {line}\n"));
    }
    if std::env::var("WHOLE").is_ok() || told.lines().count() == 1 {
        told.push_str(&format!("  the order differs:\n{actual}\n"));
    }
    told
}
