//! The Tab key: `tests/shell/completion.txt`, a line each: what is typed, the last `|` stands where the cursor does, then what the word could
//! become, as far as it begins so; `…` where there is more.

use std::time::Duration;

#[path = "support/session.rs"]
mod support;
use support::{run, with_daemon_set};

/// Lines that make what the table completes.
const SETUP: [&str; 10] = [
    "mkdir dir; cp ds.yaml dir/; NAME=x; sleep 1000 &",
    "kubectl create deployment web --image=nginx:1.27",
    "kubectl create namespace team",
    "kubectl taint node worker-2 gpu=yes:NoSchedule",
    "kubectl create serviceaccount robot",
    "kubectl create cronjob nightly --image=busybox --schedule='0 3 * * *'",
    "kubectl run lone --image=nginx:1.27 --labels=app=lone",
    "kubectl set image ds/fluentd fluentd=fluent/fluentd:v1.17",
    "kubectl annotate ds fluentd team=logging",
    "kubectl create role reader --verb=get --resource=pods",
];

#[test]
fn tab_completes() {
    let mut session = with_daemon_set();
    for line in SETUP {
        run(&mut session, line);
    }
    session.settle(Duration::from_secs(60));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shell/completion.txt");
    let table = std::fs::read_to_string(path).expect("a table");
    let mut now = String::new();
    for row in table.lines() {
        let Some((line, _)) = row.split_once(" => ") else {
            now.push_str(&format!("{row}\n"));
            continue;
        };
        let cursor = line.rfind('|').unwrap_or_else(|| panic!("where is the cursor? {line}"));
        let typed = [&line[..cursor], &line[cursor + 1..]].concat();
        let completion = session.complete(&typed, cursor);
        let word = &typed[completion.start..cursor];
        assert!(completion.candidates.iter().all(|candidate| candidate.starts_with(word)), "{line}: {completion:?}");
        // Names that are drawn differ with every change of the engine.
        let mut shown: Vec<String> = completion.candidates.iter().map(|it| drawn(it)).collect();
        shown.dedup();
        let more = if shown.len() > 12 { " …" } else { "" };
        shown.truncate(12);
        now.push_str(&format!("{line} => {}{more}\n", shown.join(" ")));
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return std::fs::write(path, &now).expect("the table can be written");
    }
    assert!(
        now == table,
        "UPDATE_EXPECT=1 cargo test --test completion writes the table anew:\n{}",
        difference(&table, &now)
    );
}

/// The name of a pod, without what is drawn at its end.
fn drawn(name: &str) -> String {
    let is_drawn = ["fluentd-", "web-"].iter().any(|owner| name.starts_with(owner));
    if is_drawn { format!("{}?????", &name[..name.len() - 5]) } else { name.to_owned() }
}

fn difference(old: &str, new: &str) -> String {
    let pairs = old.lines().zip(new.lines()).filter(|(old, new)| old != new);
    pairs.map(|(old, new)| format!("- {old}\n+ {new}\n")).collect()
}

#[test]
fn tab_waits_in_the_middle_too() {
    let session = with_daemon_set();
    for (line, cursor) in
        [("kubectl get é", 13), ("é", 1), ("kubectl explain é.é.", 20), ("kubectl get --field-selector=é=", 32)]
    {
        for cursor in 0..=cursor + 3 {
            session.complete(line, cursor);
        }
    }
}
