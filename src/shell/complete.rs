//! The Tab key.

mod explain;
mod kubectl;
mod values;

use super::machine::{OWN, RUNS_OTHERS};
use super::{Completion, Shell, node as machines, tools};
use crate::api::Kind;
use crate::kubectl::is_one_of;
use crate::sim::{Simulation, Supply};

/// Commands behind which another command begins.
const BEFORE_COMMANDS: &str = "! command do elif else env eval exec if nohup sudo then time until watch while xargs {";

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
        ["kubectl", words @ ..] => kubectl::complete(shell, words, word, sim),
        ["node", words @ ..] => (0, node(words, sim)),
        ["why", ..] => why(shell, word, sim),
        ["whatif", "kubectl", words @ ..] => kubectl::complete(shell, words, word, sim),
        ["whatif", "node", words @ ..] => (0, node(words, sim)),
        ["whatif", .., "-f"] => paths(shell, word, false),
        ["whatif"] => (0, strings("-f kubectl node")),
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

/// `node/worker-1`, `ds/fluentd`: the kinds that `why` knows, then names.
fn why(shell: &Shell, word: &str, sim: &Simulation) -> Found {
    let kinds = [("node", Kind::Node), ("ds", Kind::DaemonSet), ("pod", Kind::Pod)];
    match kinds.iter().find(|(kind, _)| word.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'))) {
        Some((given, kind)) => (given.len() + 1, kubectl::names(sim, *kind, shell.kube.namespace(None))),
        None => (0, kinds.iter().map(|(kind, _)| format!("{kind}/")).collect()),
    }
}

fn node(words: &[&str], sim: &Simulation) -> Vec<String> {
    match words {
        [] => strings(machines::NODE_ACTIONS),
        ["add", ..] => strings("--cpu --label --memory --pods --taint"),
        [_] => kubectl::names(sim, Kind::Node, ""),
        ["pressure" | "relief", _] => Supply::ALL.iter().map(|supply| supply.name().to_owned()).collect(),
        _ => vec![],
    }
}
