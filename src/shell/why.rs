//! `why`: why there is a pod on a node, or none. The playground's own command: kubectl has none like it.

use std::fmt;

use crate::api::{ApiError, DaemonSet, Key, Kind, Node, Pod, Resource};
use crate::kubectl::Output;
use crate::sim::Simulation;
use crate::why::{self, Change, Check, Edit, Fix, Outcome, Rollout, Why};

use super::text::wrap;

const USAGE: &str = "\
why says why there is a pod on a node, or none. It is the playground's own command.

  why node/NAME ds/NAME   all checks, in the order in which Kubernetes makes them
  why pod/NAME            why a pod is where it is, or nowhere
  why ds/NAME             how far a rollout is, and what each node waits for

-n NAMESPACE says where the DaemonSet or the pod is.
";

/// What is asked.
enum Question {
    Node(String, String),
    Pod(String),
    Rollout(String),
}

/// Runs `why ARGS`; gives the exit code.
pub(super) fn run(args: &[String], namespace: &str, sim: &Simulation, out: &mut Output) -> i32 {
    if args.is_empty() || args.iter().any(|arg| matches!(arg.as_str(), "help" | "--help" | "-h")) {
        out.out(USAGE);
        return 0;
    }
    match answer(args, namespace, sim) {
        Ok(text) => {
            out.out(&text);
            0
        }
        Err(failure) => {
            out.warn(format_args!("{failure}\n"));
            1
        }
    }
}

/// Why there is no answer: the lines of kubectl's errors.
fn answer(args: &[String], namespace: &str, sim: &Simulation) -> Result<String, String> {
    let (words, namespace) = words(args, namespace)?;
    match question(&objects(&words, sim)?)? {
        Question::Node(node, ds) => {
            exists(sim, &Key::new(Node::KIND, "", &node))?;
            exists(sim, &Key::new(DaemonSet::KIND, &namespace, &ds))?;
            Ok(text(&why::daemon(sim, &node, (&namespace, &ds))))
        }
        Question::Pod(pod) => {
            exists(sim, &Key::new(Pod::KIND, &namespace, &pod))?;
            Ok(text(&why::pod(sim, &namespace, &pod)))
        }
        Question::Rollout(ds) => {
            exists(sim, &Key::new(DaemonSet::KIND, &namespace, &ds))?;
            Ok(ledger(&why::rollout(sim, (&namespace, &ds))))
        }
    }
}

/// The words that are no flags, and the namespace.
fn words<'a>(args: &'a [String], namespace: &str) -> Result<(Vec<&'a str>, String), String> {
    let (mut words, mut namespace) = (vec![], namespace.to_owned());
    let mut rest = args.iter().map(String::as_str);
    while let Some(arg) = rest.next() {
        let given = arg.strip_prefix("--namespace=").or_else(|| arg.strip_prefix("-n=")).or_else(|| arg.strip_prefix("-n"));
        match arg {
            "-n" | "--namespace" => {
                let value = rest.next().ok_or_else(|| format!("error: flag needs an argument: {arg}"))?;
                value.clone_into(&mut namespace);
            }
            _ if given.is_some() => given.unwrap_or_default().clone_into(&mut namespace),
            _ if arg.starts_with('-') => return Err(format!("error: unknown flag: {arg}\nSee 'why --help' for usage.")),
            _ => words.push(arg),
        }
    }
    Ok((words, namespace))
}

/// The objects that are named: `node/x ds/y`, or `node x ds y`.
fn objects(words: &[&str], sim: &Simulation) -> Result<Vec<(Kind, String)>, String> {
    let custom = sim.cluster().custom_kinds();
    let kind = |word: &str| {
        Kind::named(word, &custom).ok_or_else(|| format!("error: the server doesn't have a resource type {word:?}"))
    };
    let mut objects = vec![];
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let (of, name) = match word.split_once('/') {
            Some((of, name)) if !name.is_empty() && !name.contains('/') => (of, name),
            Some(_) => {
                return Err("error: arguments in resource/name form must have a single resource and name".to_owned());
            }
            None => (*word, *rest.next().ok_or_else(|| format!("error: which {word}? why node/NAME ds/NAME"))?),
        };
        objects.push((kind(of)?, name.to_owned()));
    }
    Ok(objects)
}

fn question(objects: &[(Kind, String)]) -> Result<Question, String> {
    let of: Vec<Kind> = objects.iter().map(|(kind, _)| *kind).collect();
    let name = |place: usize| objects[place].1.clone();
    match of.as_slice() {
        [Kind::Node, Kind::DaemonSet] => Ok(Question::Node(name(0), name(1))),
        [Kind::DaemonSet, Kind::Node] => Ok(Question::Node(name(1), name(0))),
        [Kind::Pod] => Ok(Question::Pod(name(0))),
        [Kind::DaemonSet] => Ok(Question::Rollout(name(0))),
        [Kind::Node] => Err("error: which DaemonSet? why node/NAME ds/NAME".to_owned()),
        _ => {
            Err("error: why answers for a node and a DaemonSet, for a pod, or for a DaemonSet\nSee 'why --help' for usage."
                .to_owned())
        }
    }
}

fn exists(sim: &Simulation, key: &Key) -> Result<(), String> {
    match sim.cluster().store().object(key) {
        Some(_) => Ok(()),
        None => {
            let error = ApiError::NotFound(key.kind, key.name.to_string());
            Err(format!("Error from server ({}): {error}", error.reason()))
        }
    }
}

/// An answer, as it is read.
fn text(why: &Why) -> String {
    let mut text = String::new();
    wrap(&mut text, "", "", &why.verdict);
    let mut stage = None;
    for check in &why.checks {
        if stage.replace(check.stage) != Some(check.stage) {
            text.push_str(&format!("\n{}\n", check.stage.name()));
        }
        wrap(&mut text, &format!("  {} ", mark(check.outcome)), "    ", &format!("{}: {}", check.name, check.said));
        if check.outcome == Outcome::Failed {
            cure(&mut text, check);
        }
    }
    text
}

const fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✓",
        Outcome::Failed => "✗",
        Outcome::Neutral => "·",
    }
}

/// A rollout, as it is read.
fn ledger(it: &Rollout) -> String {
    let mut text = String::new();
    wrap(&mut text, "", "", &it.verdict);
    text.push('\n');
    if it.is_rolling {
        text.push_str(&format!("  maxUnavailable: {}\n", it.max_unavailable.said));
        text.push_str(&format!("  maxSurge: {}\n", it.max_surge.said));
        wrap(&mut text, "  ", "    ", &format!("used up now: {}", it.used()));
        text.push('\n');
    }
    for turn in &it.nodes {
        wrap(&mut text, &format!("  {} ", mark(turn.outcome)), "    ", &format!("{}: {}", turn.node, turn.said));
    }
    if let Some(cause) = &it.cause {
        text.push('\n');
        wrap(&mut text, "  cause: ", "    ", &format!("{}: {}", cause.name, cause.said));
        cure(&mut text, cause);
    }
    text
}

/// Where a check that failed comes from, and what would flip it.
fn cure(text: &mut String, check: &Check) {
    if let Some(path) = &check.from {
        text.push_str(&format!("      from {path}\n"));
    }
    for (place, fix) in check.fixes.iter().enumerate() {
        let head = if place == 0 { "      fix: " } else { "      or:  " };
        match fix {
            Fix::Command(line) => text.push_str(&format!("{head}{line}\n")),
            Fix::Edit(edit) => change(text, head, edit),
        }
    }
}

fn change(text: &mut String, head: &str, Edit { path, change }: &Edit) {
    let mut say = |what: fmt::Arguments<'_>| text.push_str(&format!("{head}in the manifest {what}\n"));
    match change {
        Change::Remove => say(format_args!("remove {path}")),
        Change::Set(value) => say(format_args!("set {path} to {}", value.trim_end())),
        Change::Append(item) => {
            say(format_args!("add to {path}"));
            for (place, line) in item.lines().enumerate() {
                text.push_str(&format!("{:11}{} {line}\n", "", if place == 0 { "-" } else { " " }));
            }
        }
    }
}
