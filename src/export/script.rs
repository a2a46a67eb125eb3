//! The script.

use std::fmt::Write;
use std::time::Duration;

use super::words::{Command, commands, comment, is_file, quoted};
use super::{CLUSTER, manifests};
use crate::kubectl::Files;
use crate::scenario::{Scenario, Step, Until, machine_action};
use crate::sim::{Config, NodeAction, SimTime, Simulation};

/// Of a virtual time no more than this is waited for, in seconds.
const LONGEST_PAUSE: u64 = 30;
/// Why a command is not done again that did not end by itself.
const STOPPED: &str = "it ran until it was stopped";
/// Why nothing happens to machines but that they come and go.
const STEADY: &str = "kwok keeps its nodes Ready and without pressure, until a stage of your own says otherwise";
/// How long the script waits for something, in seconds.
const LONGEST_WAIT: u64 = 120;

/// What a script begins with; `@TITLE@` and `@CLUSTER@` are filled in.
const HEAD: &str = include_str!("head.sh");

/// A POSIX shell script that makes the scenario's cluster of fake nodes, and does its steps there.
#[inline(never)]
pub fn script(scenario: &Scenario) -> String {
    let title = comment(if scenario.title.is_empty() { "a cluster" } else { &scenario.title });
    let mut script = HEAD.replace("@CLUSTER@", CLUSTER).replace("@TITLE@", &title);
    let mut writer = Writer { out: &mut script, documents: 0, reached: SimTime::ZERO };
    writer.say("The nodes, as kwok plays them.");
    let simulation = Simulation::new(&scenario.config);
    writer.file("nodes.yaml", &manifests::nodes(simulation.cluster().store()).join("---\n"), "$own");
    writer.line("kubectl --context \"$context\" apply -f \"$own/nodes.yaml\"");
    if !scenario.files.is_empty() {
        writer.say("The files.");
        writer.files(&scenario.files);
    }
    writer.say("What was done.");
    for (index, step) in scenario.steps.iter().enumerate() {
        let mut next = scenario.steps[index + 1..].iter().filter(|step| !matches!(step, Step::Time(_)));
        writer.step(step, next.next());
    }
    writer.line("");
    writer.line("finish");
    script
}

struct Writer<'a> {
    out: &'a mut String,
    documents: usize,
    /// The virtual time of the last step that says when it is.
    reached: SimTime,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn say(&mut self, what: &str) {
        self.line("");
        self.line(&format!("# {}", comment(what)));
    }

    /// What was done and is not done again.
    fn skip(&mut self, what: &str, why: &str) {
        self.line(&format!("skip {} # {}", quoted(&comment(what)), comment(why)));
    }

    fn files(&mut self, files: &Files) {
        for (name, text) in files {
            if is_file(name) {
                self.file(name, text, "$work");
            } else {
                self.skip(name, "a file of this name is not written on a machine");
            }
        }
    }

    /// A file below the directory that a variable names.
    fn file(&mut self, name: &str, text: &str, directory: &str) {
        self.documents += 1;
        let mut end = format!("END_OF_FILE_{}", self.documents);
        while text.lines().any(|line| line.trim() == end) {
            end.push('_');
        }
        if let Some((folder, _)) = name.rsplit_once('/') {
            self.line(&format!("mkdir -p \"{directory}/{folder}\""));
        }
        self.line(&format!("cat >\"{directory}/{name}\" <<'{end}'"));
        self.out.push_str(text);
        if !text.ends_with('\n') {
            self.out.push('\n');
        }
        self.line(&end);
    }

    fn step(&mut self, step: &Step, next: Option<&Step>) {
        match step {
            Step::Run { line, background: Some(_) } => self.skip(line, STOPPED),
            Step::Type(line) if next == Some(&Step::Interrupt) => self.skip(line, STOPPED),
            Step::Run { line, background: None } | Step::Type(line) => self.run(line),
            Step::Stop(_) | Step::Interrupt => {}
            Step::Wait(duration) => self.pause(*duration),
            Step::Time(time) => {
                let passed = *time - self.reached.min(*time);
                self.reached = *time;
                self.pause(passed);
            }
            Step::Settle => self.line("settle"),
            Step::Until { what, timeout } => self.until(what, *timeout),
            Step::Node(action) => self.node(action),
            Step::Write(files) => self.files(files),
            Step::Remove(file) if is_file(file) => self.line(&format!("rm -f \"$work/{file}\"")),
            Step::Remove(_) => {}
        }
    }

    fn pause(&mut self, duration: Duration) {
        let seconds = duration.as_secs().min(LONGEST_PAUSE);
        if seconds > 0 {
            self.line(&format!("sleep {seconds}"));
        }
    }

    fn run(&mut self, line: &str) {
        for command in commands(line) {
            match command {
                Command::Kubectl(words) => {
                    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
                    self.line(&format!("run {}", words.join(" ")));
                }
                Command::Node(words) => self.machine(&words),
                Command::Sleep(seconds) => self.pause(Duration::from_secs(seconds)),
                Command::Not(why) => self.skip(line, why),
            }
        }
    }

    fn machine(&mut self, words: &[String]) {
        match machine_action(words) {
            Some(Ok(action @ (NodeAction::Add(_) | NodeAction::Remove(_)))) => self.node(&action),
            Some(Err(_)) if words.first().is_some_and(|action| action == "add") => {
                self.skip(&format!("node {}", words.join(" ")), "its flags could not be read");
            }
            _ => self.skip(&format!("node {}", words.join(" ")), STEADY),
        }
    }

    fn node(&mut self, action: &NodeAction) {
        match action {
            NodeAction::Add(definition) => {
                let simulation = Simulation::new(&Config { nodes: vec![definition.clone()], ..Config::default() });
                match manifests::nodes(simulation.cluster().store()).as_slice() {
                    [node] => {
                        self.file("node.yaml", node, "$own");
                        self.line("kubectl --context \"$context\" apply -f \"$own/node.yaml\"");
                    }
                    _ => self.skip(&format!("node add {}", definition.name), "there can be no such node"),
                }
            }
            NodeAction::Remove(name) => self.line(&format!("run delete node {} --ignore-not-found", quoted(&comment(name)))),
            other => self.skip(&format!("what happened to the machine {}", other.node()), STEADY),
        }
    }

    fn until(&mut self, what: &Until, timeout: Duration) {
        let seconds = timeout.as_secs().clamp(1, LONGEST_WAIT);
        let mut wait = String::new();
        let _ = match what {
            Until::Ready { ds, .. } => {
                write!(wait, "run rollout status {} --timeout={seconds}s", quoted(&comment(&format!("ds/{ds}"))))
            }
            Until::Node { name, ready } => {
                let status = if *ready { "True" } else { "False" };
                write!(
                    wait,
                    "run wait {} --for=condition=Ready={status} --timeout={seconds}s",
                    quoted(&comment(&format!("node/{name}")))
                )
            }
            Until::Pods { .. } => write!(wait, "settle"),
        };
        self.line(&wait);
    }
}
