//! The Tab key.

use super::machine::{OWN, RUNS_OTHERS};
use super::{Completion, Shell, node as machines, tools};
use crate::api::{Key, Kind, Object, kind};
use crate::kubectl::{SIMULATED, Takes, container_names, flags_of, is_one_of};
use crate::sim::{Simulation, Supply};

/// Flags that every verb has.
const COMMON: &str = "--help --namespace";

/// Commands behind which another command begins.
const BEFORE_COMMANDS: &str = "! command do elif else env eval exec if nohup sudo then time until watch while xargs {";

/// Verbs whose first word is a kind and the next ones names.
const OF_OBJECTS: &str = "annotate autoscale delete describe edit expose get label patch scale wait";

/// Words, and what may come next.
const SUBCOMMANDS: [(&str, &str); 9] = [
    ("auth", "can-i whoami"),
    ("completion", "bash fish powershell zsh"),
    ("config", "current-context get-clusters get-contexts get-users set-context use-context view"),
    (
        "create",
        "clusterrole clusterrolebinding configmap cronjob deployment job namespace priorityclass quota role rolebinding secret service \
         serviceaccount",
    ),
    ("rollout", "history pause restart resume status undo"),
    ("set", "env image resources selector serviceaccount"),
    ("top", "nodes pods"),
    ("create secret", "docker-registry generic tls"),
    ("create service", "clusterip externalname loadbalancer nodeport"),
];

/// How much of the word at hand stays, and what the rest could become.
type Found = (usize, Vec<String>);

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
    let words = command_words(shell, &words_text[..word_at]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let after_redirection = words_text[..word_at].trim_end().ends_with(['>', '<']);
    let (at, candidates) = if let Some(dollar) = word.rfind('$') {
        variables(shell, word, dollar)
    } else if after_redirection {
        paths(shell, word, false)
    } else {
        of_command(shell, &words, word, sim)
    };
    let typed = &word[at..];
    let mut candidates: Vec<String> = candidates.into_iter().filter(|candidate| candidate.starts_with(typed)).collect();
    candidates.sort();
    candidates.dedup();
    Completion { start: start + word_at + at, candidates }
}

/// What fits behind the words of a command.
fn of_command(shell: &Shell, words: &[&str], word: &str, sim: &Simulation) -> Found {
    let takes_files = |tool: &str| tools::WITH_FILES.split_whitespace().any(|known| known == tool);
    match words {
        [] => (0, commands(shell)),
        ["kubectl", words @ ..] => kubectl(shell, words, word, sim),
        ["node", words @ ..] => (0, node(words, sim)),
        ["cd" | "rmdir", ..] => paths(shell, word, true),
        ["man", ..] => (0, [strings(tools::NAMES), vec!["kubectl".to_owned()]].concat()),
        ["which" | "type", ..] => (0, commands(shell)),
        ["alias" | "unalias", ..] => (0, shell.aliases.keys().cloned().collect()),
        ["export" | "unset" | "printenv" | "read", ..] => (0, shell.env.variables.keys().cloned().collect()),
        ["fg" | "bg" | "kill" | "wait", ..] => {
            (0, shell.jobs.iter().filter(|job| !job.told).map(|job| format!("%{}", job.number)).collect())
        }
        [tool, ..] if takes_files(tool) && !word.starts_with('-') => paths(shell, word, false),
        _ => (0, vec![]),
    }
}

/// The words of a command, from behind what only stands before commands (`time`, `A=b`, `xargs -n 1`), short names filled in.
fn command_words(shell: &Shell, text: &str) -> Vec<String> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while let [first, rest @ ..] = words.as_slice()
        && (is_one_of(BEFORE_COMMANDS, first) || first.split_once('=').is_some_and(|(name, _)| super::code::is_name(name)))
    {
        let flags = rest.iter().take_while(|word| word.starts_with('-') || word.parse::<f64>().is_ok()).count();
        words = rest[flags..].to_vec();
    }
    let value = words.first().and_then(|first| shell.aliases.get(*first));
    match value {
        Some(value) => value.split_whitespace().chain(words[1..].iter().copied()).map(str::to_owned).collect(),
        None => words.into_iter().map(str::to_owned).collect(),
    }
}

/// Where the command at the end of the text begins: behind the last `;`, `|`, `&&`, `$(`, `(` or backquote that is not in quotes.
pub(super) fn command_start(text: &str) -> usize {
    let (mut start, mut quote, mut before) = (0, None, ' ');
    // Where the commands around `$(…)` began, and in which quotes that stands.
    let mut outer: Vec<(usize, Option<char>)> = vec![];
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), _) => {}
            (None, '(') | (Some(_), '(') if quote.is_none() || before == '$' => {
                outer.push((start, quote.take()));
                start = at + 1;
            }
            (_, '`') => start = at + 1,
            (None, ')') => {
                if let Some((from, inside)) = outer.pop() {
                    (start, quote) = (from, inside);
                }
            }
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ';' | '|' | '\n') => start = at + 1,
            (None, '&') if before != '>' && !text[at + 1..].starts_with('>') => start = at + 1,
            _ => {}
        }
        before = c;
    }
    start
}

fn strings(names: &str) -> Vec<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

fn commands(shell: &Shell) -> Vec<String> {
    let mut names = [strings(tools::NAMES), strings(OWN), strings(RUNS_OTHERS), strings("for if kubectl while")].concat();
    names.extend(shell.aliases.keys().filter(|name| name.len() > 1).cloned());
    names.retain(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
    names
}

/// Variables behind a `$` in the word.
fn variables(shell: &Shell, word: &str, dollar: usize) -> Found {
    let braced = word[dollar + 1..].starts_with('{');
    let end = if braced { "}" } else { "" };
    let names = shell.env.variables.keys().map(|name| format!("{name}{end}"));
    (dollar + 1 + usize::from(braced), names.collect())
}

/// Files and directories in the directory that a word names; directories end with `/`.
fn paths(shell: &Shell, word: &str, only_directories: bool) -> Found {
    let at = word.rfind('/').map_or(0, |at| at + 1);
    let given = if at > 0 { &word[..at] } else { "." };
    let Some(directory) = super::files::resolve(&shell.env.cwd, given) else { return (at, vec![]) };
    let inside = if directory.is_empty() { String::new() } else { format!("{directory}/") };
    let shown = |name: String| match shell.files.contains_key(&format!("{inside}{name}")) {
        true => (!only_directories).then_some(name),
        false => Some(name + "/"),
    };
    (at, shell.entries(&directory).into_iter().filter_map(shown).collect())
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

/// The objects of a kind that are seen from a namespace.
fn seen<'a>(sim: &'a Simulation, kind: Kind, namespace: &str) -> impl Iterator<Item = &'a Object> {
    sim.cluster().store().objects(kind).filter(move |object| !kind.is_namespaced() || object.namespace() == namespace)
}

fn names(sim: &Simulation, kind: Kind, namespace: &str) -> Vec<String> {
    seen(sim, kind, namespace).map(|object| object.name().to_owned()).collect()
}

fn kinds() -> Vec<String> {
    kind::ALL.iter().map(|kind| kind.plural().to_owned()).collect()
}

/// Whether a word is a flag of a command that takes the next word as its value.
fn takes_next(command: &str, word: &str) -> bool {
    const ALWAYS: &str = "-n --namespace --context --kubeconfig --cluster --user -s --server -v --request-timeout";
    if !word.starts_with('-') || word.contains('=') {
        return false;
    }
    let called = word.trim_start_matches('-');
    let is_meant = |name: &str, short: &str| called == if word.starts_with("--") { name } else { short };
    is_one_of(ALWAYS, word) || flags_of(command).any(|flag| is_meant(flag.name, flag.short) && flag.takes == Takes::Value)
}

/// What fits behind `kubectl WORDS`.
fn kubectl(shell: &Shell, words: &[&str], word: &str, sim: &Simulation) -> Found {
    let namespace = namespace_of(words).unwrap_or(&shell.kube.namespace);
    let plain = arguments(words);
    let command = plain.get(..2).map_or_else(|| plain.concat(), |two| two.join(" "));
    if let Some(flag) = words.last().filter(|flag| takes_next(&command, flag)) {
        return flag_value(shell, flag, sim, &plain, word, namespace);
    }
    if let Some((flag, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        let (at, found) = flag_value(shell, flag, sim, &plain, value, namespace);
        return (flag.len() + 1 + at, found);
    }
    if word.starts_with('-') {
        let own =
            flags_of(&command).map(|flag| format!("--{}{}", flag.name, if flag.takes == Takes::Value { "=" } else { "" }));
        return (0, own.chain(strings(COMMON)).collect());
    }
    let Some((verb, rest)) = plain.split_first() else { return (0, strings(SIMULATED)) };
    if let Some((_, next)) = SUBCOMMANDS.iter().find(|(before, _)| *before == plain.join(" ")) {
        return (0, strings(next));
    }
    const ROLLED_OUT: &str = "daemonsets deployments statefulsets";
    match (*verb, rest) {
        ("help", []) => (0, strings(SIMULATED)),
        ("explain", []) => (0, kinds()),
        ("cordon" | "uncordon" | "drain", _) | ("top", ["nodes" | "node" | "no", ..]) => (0, names(sim, Kind::Node, "")),
        ("top", [_, ..]) => (0, names(sim, Kind::Pod, namespace)),
        ("taint", []) => (0, strings("nodes")),
        ("taint", [_]) => (0, names(sim, Kind::Node, "")),
        ("logs" | "exec" | "attach" | "port-forward", []) if word.contains('/') => objects(rest, word, sim, namespace, ""),
        ("logs" | "exec" | "attach" | "port-forward", []) => (0, names(sim, Kind::Pod, namespace)),
        ("config", ["use-context"]) => (0, strings("kubernetes-admin@kubernetes")),
        ("rollout", [_, rest @ ..]) => objects(rest, word, sim, namespace, ROLLED_OUT),
        ("set", ["image", rest @ ..]) => image(rest, word, sim, namespace),
        ("set", [_, rest @ ..]) => objects(rest, word, sim, namespace, "daemonsets deployments pods statefulsets"),
        ("label" | "annotate", rest) if is_named(rest) => (0, written(*verb == "label", rest, sim, namespace)),
        ("scale", []) => objects(rest, word, sim, namespace, "deployments replicasets statefulsets"),
        (verb, rest) if is_one_of(OF_OBJECTS, verb) => objects(rest, word, sim, namespace, ""),
        _ => (0, vec![]),
    }
}

/// Whether words name an object: `ds x`, `ds/x`.
fn is_named(words: &[&str]) -> bool {
    words.first().is_some_and(|first| first.contains('/')) || words.len() >= 2
}

/// The object that words name.
fn named<'a>(words: &[&str], sim: &'a Simulation, namespace: &str) -> Option<&'a Object> {
    let (kind, name) = match words {
        [first, ..] if first.contains('/') => first.split_once('/')?,
        [kind, name, ..] => (*kind, *name),
        _ => return None,
    };
    let kind = Kind::from_argument(kind)?;
    sim.cluster().store().object(&Key::new(kind, if kind.is_namespaced() { namespace } else { "" }, name))
}

/// The labels or annotations of an object, as they are changed (`key=`) and taken away (`key-`).
fn written(labels: bool, words: &[&str], sim: &Simulation, namespace: &str) -> Vec<String> {
    let Some(object) = named(words, sim, namespace) else { return vec![] };
    let map = if labels { &object.meta().labels } else { &object.meta().annotations };
    map.iter().flatten().flat_map(|(key, _)| [format!("{key}="), format!("{key}-")]).collect()
}

/// Resource types, then names of the type; names behind `type/`.
fn objects(rest: &[&str], word: &str, sim: &Simulation, namespace: &str, only: &str) -> Found {
    let of_kind = |given: &str| {
        let kind = Kind::named(given, &sim.cluster().custom_kinds());
        kind.map(|kind| names(sim, kind, namespace)).unwrap_or_default()
    };
    let types = || if only.is_empty() { kinds() } else { strings(only) };
    if let Some((given, _)) = word.split_once('/') {
        return (given.len() + 1, of_kind(given));
    }
    match rest {
        // In `pods,no` the part behind the comma is the word.
        [] => (word.rfind(',').map_or(0, |at| at + 1), types()),
        [first, ..] if first.contains('/') => (0, types()),
        [first, ..] => (0, of_kind(first)),
    }
}

/// `set image ds/NAME CONTAINER=`.
fn image(rest: &[&str], word: &str, sim: &Simulation, namespace: &str) -> Found {
    if !is_named(rest) {
        return objects(rest, word, sim, namespace, "daemonsets deployments pods");
    }
    let containers = named(rest, sim, namespace).map(container_names).unwrap_or_default();
    (0, containers.into_iter().map(|name| name + "=").collect())
}

/// The values of a flag; `plain` are the words of the command.
fn flag_value(shell: &Shell, flag: &str, sim: &Simulation, plain: &[&str], typed: &str, namespace: &str) -> Found {
    let verb = plain.first().copied().unwrap_or_default();
    let values = match flag {
        "-f" | "--filename" if verb != "logs" => {
            let (at, mut names) = paths(shell, typed, false);
            names.retain(|name| [".yaml", ".yml", ".json", "/"].iter().any(|ending| name.ends_with(ending)));
            return (at, names);
        }
        "--patch-file" | "--from-file" | "--from-env-file" => return paths(shell, typed, false),
        "-l" | "--selector" | "-L" | "--label-columns" => {
            let kind = plain.get(1).and_then(|word| Kind::from_argument(word)).unwrap_or(Kind::Pod);
            let labels = seen(sim, kind, namespace).flat_map(|object| object.meta().labels.iter().flatten());
            let pair = flag == "-l" || flag == "--selector";
            let shown = labels.map(|(key, value)| if pair { format!("{key}={value}") } else { key.clone() });
            return (typed.rfind(',').map_or(0, |at| at + 1), shown.collect());
        }
        "-n" | "--namespace" => return (0, names(sim, Kind::Namespace, "")),
        "-c" | "--container" => {
            let pod = plain.get(1).and_then(|name| named(&["pods", name.rsplit('/').next()?], sim, namespace));
            return (0, pod.map(container_names).unwrap_or_default());
        }
        "-o" | "--output" if verb == "explain" => "plaintext plaintext-openapiv2",
        "-o" | "--output" => "custom-columns= go-template= json jsonpath= name wide yaml",
        "--dry-run" => "client none server",
        "--cascade" => "background foreground orphan",
        "--type" => "json merge strategic",
        "--for" => "condition=Available condition=Ready create delete jsonpath=",
        "--types" => "Normal Warning",
        "--sort-by" => ".lastTimestamp .metadata.creationTimestamp .metadata.name .spec.nodeName .status.startTime",
        "--field-selector" => "involvedObject.kind= metadata.name= reason= spec.nodeName= status.phase= type=",
        "--context" => "kubernetes-admin@kubernetes",
        "--restart" => "Always Never OnFailure",
        _ => "",
    };
    (0, strings(values))
}

/// The words that are neither flags nor their values.
fn arguments<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut plain: Vec<&str> = vec![];
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let command = plain.get(..2).map_or_else(|| plain.concat(), |two| two.join(" "));
        if takes_next(&command, word) {
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
