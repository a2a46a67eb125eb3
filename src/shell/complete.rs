//! The Tab key.

use super::{Completion, Shell, node as machines, tools};
use crate::api::{Key, Kind, kind};
use crate::kubectl::{SIMULATED, container_names, is_one_of};
use crate::sim::{Simulation, Supply};

/// Flags of kubectl's verbs that are worth offering.
const FLAGS: [(&str, &str); 12] = [
    (
        "get",
        "--all-namespaces --field-selector --label-columns --no-headers --output --selector --show-labels --sort-by --watch --watch-only",
    ),
    ("describe", "--all-namespaces --filename --selector --show-events"),
    ("apply", "--dry-run --filename --output"),
    ("create", "--dry-run --filename --output"),
    (
        "delete",
        "--all --cascade --field-selector --filename --force --grace-period --ignore-not-found --now --selector --timeout --wait",
    ),
    ("rollout", "--revision --timeout --to-revision --watch"),
    ("set", "--all --dry-run --selector"),
    ("label", "--all --list --overwrite --selector"),
    ("annotate", "--all --list --overwrite --selector"),
    ("taint", "--all --overwrite --selector"),
    ("cordon", "--selector"),
    ("uncordon", "--selector"),
];

/// Flags that every verb has.
const COMMON: &str = "--help --namespace";

/// What the word at `cursor` could become.
pub(super) fn complete(shell: &Shell, line: &str, cursor: usize, sim: &Simulation) -> Completion {
    let mut cursor = cursor.min(line.len());
    while !line.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let before = &line[..cursor];
    let start = command_start(before);
    let words_text = &before[start..];
    let word_at = words_text.rfind([' ', '\t', '>', '<']).map_or(0, |at| at + 1);
    let word = &words_text[word_at..];
    let words: Vec<&str> = words_text[..word_at].split_whitespace().collect();
    let after_redirection = words_text[..word_at].trim_end().ends_with(['>', '<']);
    let (at, candidates) = if after_redirection {
        (0, files(shell))
    } else {
        match words.as_slice() {
            [] => (0, commands()),
            ["kubectl" | "k", words @ ..] => kubectl(shell, words, word, sim),
            ["node", words @ ..] => (0, node(words, sim)),
            [tool, ..] if is_one_of(tools::WITH_FILES, tool) && !word.starts_with('-') => (0, files(shell)),
            _ => (0, vec![]),
        }
    };
    let typed = &word[at..];
    let mut candidates: Vec<String> = candidates.into_iter().filter(|candidate| candidate.starts_with(typed)).collect();
    candidates.sort();
    candidates.dedup();
    Completion { start: start + word_at + at, candidates }
}

/// Where the command at the end of the text begins: behind the last `;`, `|`, `&&` that is not in quotes.
pub(super) fn command_start(text: &str) -> usize {
    let (mut start, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '\'' | '"' => quote = Some(c),
                ';' | '|' | '&' | '\n' => start = at + 1,
                _ => {}
            },
        }
    }
    start
}

fn strings(names: &str) -> Vec<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

fn commands() -> Vec<String> {
    let mut names = strings(tools::NAMES);
    names.push("kubectl".to_owned());
    names
}

fn files(shell: &Shell) -> Vec<String> {
    shell.files.keys().cloned().collect()
}

fn node(words: &[&str], sim: &Simulation) -> Vec<String> {
    match words {
        [] => strings(machines::NODE_ACTIONS),
        ["add", ..] => strings("--cpu --label --memory --pods --taint"),
        [_] => names(sim, Kind::Node, ""),
        ["pressure" | "relief", _] => Supply::ALL.iter().map(|supply| supply.name().to_owned()).collect(),
        _ => vec![],
    }
}

fn names(sim: &Simulation, kind: Kind, namespace: &str) -> Vec<String> {
    let here = |object: &&crate::api::Object| !kind.is_namespaced() || object.namespace() == namespace;
    sim.cluster().store().objects(kind).filter(here).map(|object| object.name().to_owned()).collect()
}

fn kinds() -> Vec<String> {
    kind::ALL.iter().map(|kind| kind.plural().to_owned()).collect()
}

/// What fits behind `kubectl WORDS`, and how much of the word at hand stays.
fn kubectl(shell: &Shell, words: &[&str], word: &str, sim: &Simulation) -> (usize, Vec<String>) {
    let namespace = namespace_of(words).unwrap_or(&shell.kube.namespace);
    if let Some(found) = words.last().and_then(|flag| flag_value(shell, flag, sim, words, namespace)) {
        return (0, found);
    }
    let plain = arguments(words);
    if let Some((flag, _)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        let found = flag_value(shell, flag, sim, words, namespace).unwrap_or_default();
        return (flag.len() + 1, found);
    }
    let Some((verb, rest)) = plain.split_first() else {
        return (0, if word.starts_with('-') { strings(COMMON) } else { strings(SIMULATED) });
    };
    if word.starts_with('-') {
        let own = FLAGS.iter().find(|(name, _)| name == verb).map_or("", |(_, flags)| flags);
        return (0, strings(&[own, " ", COMMON].concat()));
    }
    match (*verb, rest) {
        ("rollout", []) => (0, strings("history restart status undo")),
        ("set", []) => (0, strings("env image resources")),
        ("create", []) => (0, strings("namespace")),
        ("config", []) => (0, strings("current-context get-contexts set-context use-context")),
        ("help", []) => (0, strings(SIMULATED)),
        ("cordon" | "uncordon", _) => (0, names(sim, Kind::Node, "")),
        ("taint", []) => (0, strings("nodes")),
        ("taint", [_]) => (0, names(sim, Kind::Node, "")),
        ("rollout", [_, rest @ ..]) => objects(rest, word, sim, namespace, "daemonsets"),
        ("set", ["image", rest @ ..]) => image(rest, word, sim, namespace),
        ("get" | "describe" | "delete" | "label" | "annotate", rest) => objects(rest, word, sim, namespace, ""),
        _ => (0, vec![]),
    }
}

/// Resource types, then names of the type; names behind `type/`.
fn objects(rest: &[&str], word: &str, sim: &Simulation, namespace: &str, only: &str) -> (usize, Vec<String>) {
    if let Some((type_, _)) = word.split_once('/') {
        let found =
            Kind::named(type_, &sim.cluster().custom_kinds()).map(|kind| names(sim, kind, namespace)).unwrap_or_default();
        return (type_.len() + 1, found);
    }
    match rest {
        [] => {
            // In `pods,no` the part behind the comma is the word.
            let at = word.rfind(',').map_or(0, |at| at + 1);
            (at, if only.is_empty() { kinds() } else { strings(only) })
        }
        [first, ..] if first.contains('/') => (0, if only.is_empty() { kinds() } else { strings(only) }),
        [first, ..] => (
            0,
            Kind::named(first, &sim.cluster().custom_kinds()).map(|kind| names(sim, kind, namespace)).unwrap_or_default(),
        ),
    }
}

/// `set image ds/NAME CONTAINER=`.
fn image(rest: &[&str], word: &str, sim: &Simulation, namespace: &str) -> (usize, Vec<String>) {
    let (kind, name) = match rest {
        [first] if first.contains('/') => first.split_once('/').unwrap_or_default(),
        [first, second] if !first.contains('/') => (*first, *second),
        _ => return objects(rest, word, sim, namespace, "daemonsets pods"),
    };
    let object = Kind::from_argument(kind).and_then(|kind| sim.cluster().store().object(&Key::new(kind, namespace, name)));
    (0, object.map(container_names).unwrap_or_default().into_iter().map(|name| name + "=").collect())
}

/// The values of the flag before the word, where it takes one.
fn flag_value(shell: &Shell, flag: &str, sim: &Simulation, words: &[&str], namespace: &str) -> Option<Vec<String>> {
    Some(match flag {
        "-f" | "--filename" => {
            let mut names = files(shell);
            names.retain(|name| [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending)));
            names
        }
        "-n" | "--namespace" => names(sim, Kind::Namespace, ""),
        "-o" | "--output" => strings("custom-columns= json jsonpath= name wide yaml"),
        "--dry-run" => strings("client none server"),
        "--cascade" => strings("background foreground orphan"),
        "--field-selector" => strings("involvedObject.kind= metadata.name= reason= spec.nodeName= status.phase= type="),
        "-l" | "--selector" | "-L" | "--label-columns" => {
            let kind = arguments(words).get(1).and_then(|word| Kind::from_argument(word)).unwrap_or(Kind::Pod);
            let here = |object: &&crate::api::Object| !kind.is_namespaced() || object.namespace() == namespace;
            let labels =
                sim.cluster().store().objects(kind).filter(here).flat_map(|object| object.meta().labels.iter().flatten());
            let pair = !flag.ends_with('L') && flag != "--label-columns";
            labels.map(|(key, value)| if pair { format!("{key}={value}") } else { key.clone() }).collect()
        }
        _ => return None,
    })
}

/// The words that are neither flags nor their values.
fn arguments<'a>(words: &[&'a str]) -> Vec<&'a str> {
    const WITH_VALUE: &str = "-f --filename -n --namespace -o --output -l --selector -L \
        --label-columns --field-selector --sort-by --timeout --revision --to-revision --grace-period";
    let mut plain = vec![];
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if is_one_of(WITH_VALUE, word) {
            rest.next();
        } else if !word.starts_with('-') {
            plain.push(*word);
        }
    }
    plain
}

fn namespace_of<'a>(words: &[&'a str]) -> Option<&'a str> {
    let at = words.iter().rposition(|word| ["-n", "--namespace"].contains(word));
    let apart = at.and_then(|at| words.get(at + 1).copied());
    apart.or_else(|| words.iter().rev().find_map(|word| word.strip_prefix("--namespace=")))
}
