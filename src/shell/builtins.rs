//! The tools around kubectl: files, text, the machines (`node`).

use std::time::Duration;

use super::Shell;
use super::job::Wait;
use super::pattern::{Case, Pattern, Syntax};
use crate::api::date::Date;
use crate::kubectl::{Output, parse_taint};
use crate::sim::{NodeAction, NodeDefinition, Simulation};

/// How a command ended, if it did.
#[derive(Clone, Debug)]
pub(super) enum Ended {
    /// With this exit code.
    Done(i32),
    /// It emptied the screen.
    Cleared,
    /// It ends the whole line.
    Exits(i32),
    /// It waits.
    Waits(Wait),
}

/// The commands beside `kubectl`, for completion.
pub(super) const NAMES: [&str; 31] = [
    "awk", "cat", "clear", "cp", "cut", "date", "echo", "env", "exit", "export", "false", "grep", "head", "help", "history",
    "hostname", "ls", "mv", "node", "pwd", "rm", "sed", "sleep", "sort", "tail", "tee", "touch", "true", "uniq", "wc",
    "whoami",
];
/// Those that take files.
pub(super) const WITH_FILES: [&str; 15] =
    ["cat", "cp", "cut", "grep", "head", "ls", "mv", "rm", "sed", "sort", "tail", "tee", "touch", "uniq", "wc"];
/// What `node` can do to a machine.
pub(super) const NODE_ACTIONS: [&str; 6] = ["add", "notready", "poweroff", "poweron", "ready", "remove"];

const NODE_USAGE: &str = "\
node does to a machine what no kubectl command can:

  node add NAME [--label key=value]… [--taint key=value:Effect]… [--cpu N] [--memory N] [--pods N]
  node remove NAME     the machine is gone, and its Node object with it
  node poweroff NAME   the machine falls silent: no more heartbeats
  node poweron NAME    it is back
  node notready NAME   its kubelet reports that it is not ready
  node ready NAME      its kubelet reports that it is ready
";

const HELP: &str = "\
Commands:
  kubectl …            talk to the cluster (k is short for it; kubectl help lists its commands)
  node …               add, remove, switch off or break a machine (node lists how)
  ls, cat, rm, cp, mv  the files of the editor
  grep, head, tail, wc, sort, uniq, cut, sed, awk, tee   text, also behind a |
  echo, sleep, date, history, clear

Join commands with ; && || and |, write output to a file with >.
Ctrl-C ends a command that waits, ↑ and ↓ bring back earlier lines, Tab completes.
";

/// Runs a command that is not kubectl.
pub(super) fn run(
    name: &str,
    args: &[String],
    stdin: Option<&str>,
    shell: &mut Shell,
    sim: &mut Simulation,
    out: &mut Output,
) -> Ended {
    let done = match name {
        "true" | ":" => 0,
        "false" => 1,
        "clear" => return Ended::Cleared,
        "exit" => return Ended::Exits(args.first().and_then(|code| code.parse().ok()).unwrap_or(0) & 0xff),
        "sleep" => return sleep(args, sim, out),
        "ls" => ls(args, shell, out),
        "echo" => echo(args, out),
        "pwd" => say("/home/learner\n", out),
        "whoami" => say("learner\n", out),
        "hostname" => say("playground\n", out),
        "date" => {
            let now = Date::of(sim.cluster().now());
            let (day, month, clock) = (now.weekday_name(), now.month_name(), now.clock());
            say(&format!("{day} {month} {:>2} {clock} UTC {}\n", now.day, now.year), out)
        }
        "help" => say(HELP, out),
        "history" => {
            for (i, line) in shell.history.iter().enumerate() {
                out.out(format!("{:5}  {line}\n", i + 1));
            }
            0
        }
        "env" => {
            shell
                .variables
                .iter()
                .filter(|(name, _)| *name != "?")
                .for_each(|(name, value)| out.out(format!("{name}={value}\n")));
            0
        }
        "export" => {
            for arg in args {
                if let Some((name, value)) = arg.split_once('=').filter(|(name, _)| super::parse::is_name(name)) {
                    shell.variables.insert(name.to_owned(), value.to_owned());
                }
            }
            0
        }
        "rm" => rm(args, shell, out),
        "cp" | "mv" => copy(name, args, shell, out),
        "touch" => touch(args, shell, out),
        "node" => node(args, sim, out),
        "cat" | "head" | "tail" | "wc" | "grep" | "sort" | "uniq" | "cut" | "sed" | "awk" | "tee" => {
            match text_tool(name, args, stdin, shell, out) {
                Ok(exit) => exit,
                Err((exit, message)) => {
                    out.err(format!("{name}: {message}\n"));
                    exit
                }
            }
        }
        "vi" | "vim" | "nano" | "emacs" | "ed" => {
            out.err(format!("{name}: the playground's terminal has no editor: the files are open in the editor pane\n"));
            1
        }
        _ => {
            out.err(format!("bash: line 1: {name}: command not found\n"));
            127
        }
    };
    Ended::Done(done)
}

fn say(text: &str, out: &mut Output) -> i32 {
    out.out(text);
    0
}

/// A file's name without what means "here".
pub(super) fn path(given: &str) -> &str {
    given.trim_start_matches("./").trim_start_matches("/home/learner/").trim_start_matches("~/")
}

/// The name of a file that can be written, or why it cannot.
pub(super) fn writable(given: &str) -> Result<&str, &'static str> {
    match path(given) {
        "" | "." | ".." => Err("Is a directory"),
        name if name.contains('/') => Err("No such file or directory"),
        name => Ok(name),
    }
}

fn sleep(args: &[String], sim: &Simulation, out: &mut Output) -> Ended {
    let seconds = |text: &String| {
        let (number, factor) = match text.char_indices().last() {
            Some((at, 's')) => (&text[..at], 1.0),
            Some((at, 'm')) => (&text[..at], 60.0),
            Some((at, 'h')) => (&text[..at], 3600.0),
            Some((at, 'd')) => (&text[..at], 86400.0),
            _ => (text.as_str(), 1.0),
        };
        number.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0).map(|number| number * factor)
    };
    if args.is_empty() {
        out.err("sleep: missing operand\n");
        return Ended::Done(1);
    }
    let mut total = 0.0;
    for arg in args {
        match seconds(arg) {
            Some(seconds) => total += seconds,
            None => {
                out.err(format!("sleep: invalid time interval '{arg}'\n"));
                return Ended::Done(1);
            }
        }
    }
    match Duration::from_millis((total * 1000.0).min(1e12) as u64) {
        Duration::ZERO => Ended::Done(0),
        duration => Ended::Waits(Wait::Until(sim.now() + duration)),
    }
}

fn ls(args: &[String], shell: &Shell, out: &mut Output) -> i32 {
    let (flags, names): (Vec<&String>, Vec<&String>) = args.iter().partition(|arg| arg.starts_with('-'));
    let long = flags.iter().any(|flag| flag.contains('l'));
    let mut exit = 0;
    let mut shown: Vec<(&str, usize)> = vec![];
    for given in &names {
        match path(given) {
            "" | "." | "/home/learner" | "~" => {
                shown.extend(shell.files.iter().map(|(name, text)| (name.as_str(), text.len())));
            }
            name => match shell.files.get_key_value(name) {
                Some((name, text)) => shown.push((name, text.len())),
                None => {
                    out.err(format!("ls: cannot access '{given}': No such file or directory\n"));
                    exit = 2;
                }
            },
        }
    }
    if names.is_empty() {
        shown = shell.files.iter().map(|(name, text)| (name.as_str(), text.len())).collect();
    }
    for (name, size) in shown {
        out.out(if long { format!("-rw-r--r-- 1 learner learner {size:>6} {name}\n") } else { format!("{name}\n") });
    }
    exit
}

fn echo(args: &[String], out: &mut Output) -> i32 {
    let is_flag = |arg: &&String| arg.len() > 1 && arg.starts_with('-') && arg[1..].chars().all(|c| "neE".contains(c));
    let flags: String = args.iter().take_while(is_flag).map(String::as_str).collect();
    let words = &args[args.iter().take_while(is_flag).count()..];
    let mut text = words.join(" ");
    if flags.contains('e') {
        text = unescape(&text);
    }
    out.out(text);
    if !flags.contains('n') {
        out.out("\n");
    }
    0
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, (c == '\\').then(|| chars.next()).flatten()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('\\')) => out.push('\\'),
            ('\\', Some(other)) => out.extend(['\\', other]),
            (c, _) => out.push(c),
        }
    }
    out
}

fn rm(args: &[String], shell: &mut Shell, out: &mut Output) -> i32 {
    let force = args.iter().any(|arg| arg.starts_with('-') && arg.contains('f'));
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    if names.is_empty() && !force {
        out.err("rm: missing operand\n");
        return 1;
    }
    let mut exit = 0;
    for name in names {
        if shell.files.remove(path(name)).is_none() && !force {
            out.err(format!("rm: cannot remove '{name}': No such file or directory\n"));
            exit = 1;
        }
    }
    exit
}

fn copy(verb: &str, args: &[String], shell: &mut Shell, out: &mut Output) -> i32 {
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let (from, to) = match names.as_slice() {
        [] => {
            out.err(format!("{verb}: missing file operand\n"));
            return 1;
        }
        [from] => {
            out.err(format!("{verb}: missing destination file operand after '{from}'\n"));
            return 1;
        }
        [from, to] => (*from, *to),
        [.., last] => {
            out.err(format!("{verb}: target '{last}': Not a directory\n"));
            return 1;
        }
    };
    let Some(text) = shell.files.get(path(from)).cloned() else {
        out.err(format!("{verb}: cannot stat '{from}': No such file or directory\n"));
        return 1;
    };
    match writable(to) {
        Ok(name) if name == path(from) => {
            out.err(format!("{verb}: '{from}' and '{to}' are the same file\n"));
            1
        }
        Ok(name) => {
            if verb == "mv" {
                shell.files.remove(path(from));
            }
            shell.files.insert(name.to_owned(), text);
            0
        }
        Err(why) => {
            out.err(format!("{verb}: cannot create regular file '{to}': {why}\n"));
            1
        }
    }
}

fn touch(args: &[String], shell: &mut Shell, out: &mut Output) -> i32 {
    let mut exit = 0;
    for name in args.iter().filter(|arg| !arg.starts_with('-')) {
        match writable(name) {
            Ok(name) => {
                shell.files.entry(name.to_owned()).or_default();
            }
            Err(why) => {
                out.err(format!("touch: cannot touch '{name}': {why}\n"));
                exit = 1;
            }
        }
    }
    exit
}

fn node(args: &[String], sim: &mut Simulation, out: &mut Output) -> i32 {
    let Some((action, rest)) = args.split_first() else {
        out.out(NODE_USAGE);
        return 0;
    };
    if ["help", "--help", "-h"].contains(&action.as_str()) {
        out.out(NODE_USAGE);
        return 0;
    }
    let (action, done) = match node_action(action, rest) {
        Ok(action) => action,
        Err(message) => {
            out.err(format!("node: {message}\n"));
            return 1;
        }
    };
    let name = action.node().to_owned();
    match sim.node(action) {
        Ok(()) => {
            out.out(format!("node/{name} {done}\n"));
            0
        }
        Err(error) => {
            out.err(format!("node: {error}\n"));
            1
        }
    }
}

fn node_action(action: &str, args: &[String]) -> Result<(NodeAction, &'static str), String> {
    if action == "add" {
        return Ok((NodeAction::Add(definition(args)?), "joined"));
    }
    let (make, done): (fn(String) -> NodeAction, _) = match action {
        "remove" => (NodeAction::Remove, "removed"),
        "poweroff" => (NodeAction::Silent, "powered off"),
        "poweron" => (NodeAction::Ready, "powered on"),
        "notready" => (NodeAction::NotReady, "reports NotReady"),
        "ready" => (NodeAction::Ready, "reports Ready"),
        other => return Err(format!("cannot {other:?}: it can {}", NODE_ACTIONS.join(", "))),
    };
    match args {
        [name] => Ok((make(name.strip_prefix("node/").unwrap_or(name).to_owned()), done)),
        [] => Err(format!("which one? node {action} NAME")),
        [_, extra, ..] => Err(format!("one at a time: {extra:?} is too much")),
    }
}

fn definition(args: &[String]) -> Result<NodeDefinition, String> {
    let mut definition = NodeDefinition::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let Some(flag) = arg.strip_prefix("--") else {
            if arg.starts_with('-') || !definition.name.is_empty() {
                return Err(format!("does not understand {arg:?}"));
            }
            arg.clone_into(&mut definition.name);
            continue;
        };
        let (flag, value) = match flag.split_once('=') {
            Some((flag, value)) => (flag, value.to_owned()),
            None => (flag, rest.next().cloned().ok_or_else(|| format!("--{flag} needs a value"))?),
        };
        match flag {
            "label" | "labels" => {
                for pair in value.split(',') {
                    let (key, value) = pair.split_once('=').ok_or_else(|| format!("a label is key=value, not {pair:?}"))?;
                    definition.labels.insert(key.to_owned(), value.to_owned());
                }
            }
            "taint" | "taints" => {
                for taint in value.split(',') {
                    if parse_taint(taint)?.effect.is_empty() {
                        return Err(format!("a taint is key=value:Effect, not {taint:?}"));
                    }
                    definition.taints.push(taint.to_owned());
                }
            }
            "cpu" | "memory" | "pods" => {
                definition.allocatable.insert(flag.to_owned(), value);
            }
            other => return Err(format!("has no flag --{other}")),
        }
    }
    if definition.name.is_empty() {
        return Err("what is its name? node add NAME".to_owned());
    }
    Ok(definition)
}

/// The exit code and what is printed.
type Failed = (i32, String);
/// Flags with their values, and the other words.
type Options<'a> = (Vec<(char, String)>, Vec<&'a str>);

/// The text of the files named, or of standard input.
fn inputs<'a>(names: &[&'a str], stdin: Option<&str>, shell: &Shell) -> Result<Vec<(&'a str, String)>, Failed> {
    if names.is_empty() {
        return Ok(vec![("-", stdin.unwrap_or_default().to_owned())]);
    }
    let read = |name: &&'a str| match *name {
        "-" => Ok(("-", stdin.unwrap_or_default().to_owned())),
        name => match shell.files.get(path(name)) {
            Some(text) => Ok((name, text.clone())),
            None => Err((1, format!("{name}: No such file or directory"))),
        },
    };
    names.iter().map(read).collect()
}

/// Lines with their ends.
fn lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split_inclusive('\n')
}

fn text_tool(name: &str, args: &[String], stdin: Option<&str>, shell: &mut Shell, out: &mut Output) -> Result<i32, Failed> {
    match name {
        "grep" => return grep(args, stdin, shell, out),
        "sed" => return sed(args, stdin, shell, out),
        "awk" => return awk(args, stdin, shell, out),
        _ => {}
    }
    let takes_value = match name {
        "head" | "tail" => "nc",
        "cut" => "dfc",
        "sort" => "kt",
        _ => "",
    };
    let known = match name {
        "head" | "tail" => "qf",
        "wc" => "lwcm",
        "sort" => "rnu",
        "uniq" => "cd",
        "cat" => "n",
        "tee" => "a",
        _ => "",
    };
    let (flags, names) = options(args, takes_value, known)?;
    let flag = |letter: char| flags.iter().rev().find(|(flag, _)| *flag == letter).map(|(_, value)| value.as_str());
    let on = |letter: char| flag(letter).is_some();
    if name == "tee" {
        let text = stdin.unwrap_or_default();
        for file in &names {
            let file = writable(file).map_err(|why| (1, format!("{file}: {why}")))?;
            let entry = shell.files.entry(file.to_owned()).or_default();
            if !on('a') {
                entry.clear();
            }
            entry.push_str(text);
        }
        out.out(text);
        return Ok(0);
    }
    let texts = inputs(&names, stdin, shell)?;
    match name {
        "head" | "tail" => {
            let given = flag('n').or_else(|| flag('c')).unwrap_or("10");
            let from_start = given.starts_with('+');
            let wrong = || (1, format!("invalid number of lines: '{given}'"));
            let count: i64 = given.trim_start_matches('+').parse().map_err(|_| wrong())?;
            for (i, (file, text)) in texts.iter().enumerate() {
                if texts.len() > 1 && !on('q') {
                    out.out(format!("{}==> {file} <==\n", if i > 0 { "\n" } else { "" }));
                }
                let all: Vec<&str> = lines(text).collect();
                let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
                let rest = all.len().saturating_sub(size);
                let part = match (name, count < 0, from_start) {
                    ("head", true, _) => &all[..rest],
                    ("head", false, _) => &all[..size.min(all.len())],
                    (_, _, true) => &all[size.saturating_sub(1).min(all.len())..],
                    _ => &all[rest..],
                };
                out.out(part.concat());
            }
        }
        "wc" => wc(&texts, names.is_empty(), &|letter| on(letter), out),
        "cat" => {
            let text: String = texts.iter().map(|(_, text)| text.as_str()).collect();
            if on('n') {
                lines(&text).enumerate().for_each(|(i, line)| out.out(format!("{:6}\t{line}", i + 1)));
            } else {
                out.out(text);
            }
        }
        "sort" => {
            let text: String = texts.iter().map(|(_, text)| text.as_str()).collect();
            let column: Option<usize> = flag('k').and_then(|k| k.split(',').next()?.parse().ok());
            let key = |line: &str| {
                column.map_or(line, |k| line.split_whitespace().nth(k.saturating_sub(1)).unwrap_or_default()).to_owned()
            };
            let number = |text: &str| -> f64 {
                let end = text
                    .trim_start()
                    .find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
                    .unwrap_or(text.trim_start().len());
                text.trim_start()[..end].parse().unwrap_or(0.0)
            };
            let mut all: Vec<&str> = text.lines().collect();
            all.sort_by(|a, b| {
                let order = if on('n') { number(&key(a)).total_cmp(&number(&key(b))) } else { key(a).cmp(&key(b)) };
                order.then_with(|| a.cmp(b))
            });
            if on('r') {
                all.reverse();
            }
            if on('u') {
                all.dedup();
            }
            all.iter().for_each(|line| out.out(format!("{line}\n")));
        }
        "uniq" => {
            let text: String = texts.iter().map(|(_, text)| text.as_str()).collect();
            let all: Vec<&str> = text.lines().collect();
            for group in all.chunk_by(|a, b| a == b).filter(|group| group.len() > 1 || !on('d')) {
                out.out(if on('c') { format!("{:7} {}\n", group.len(), group[0]) } else { format!("{}\n", group[0]) });
            }
        }
        _ => cut(&texts, flag('d'), flag('f'), out)?,
    }
    Ok(0)
}

/// Flags and names: `-n 3`, `-n3`, `-3`, `-rn`.
fn options<'a>(args: &'a [String], takes_value: &str, known: &str) -> Result<Options<'a>, Failed> {
    let (mut flags, mut names) = (vec![], vec![]);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            names.extend(rest.by_ref().map(String::as_str));
        } else if let Some(long) = arg.strip_prefix("--") {
            let (long, value) = long.split_once('=').unwrap_or((long, ""));
            match long {
                "lines" if takes_value.contains('n') => flags.push(('n', value.to_owned())),
                other => return Err((2, format!("unrecognized option '--{other}'"))),
            }
        } else if arg.len() > 1 && arg.starts_with('-') {
            let letters = &arg[1..];
            if letters.chars().all(|c| c.is_ascii_digit()) && takes_value.contains('n') {
                flags.push(('n', letters.to_owned()));
                continue;
            }
            for (at, letter) in letters.char_indices() {
                if takes_value.contains(letter) {
                    let after = &letters[at + letter.len_utf8()..];
                    let value = if after.is_empty() { rest.next().cloned() } else { Some(after.to_owned()) };
                    flags.push((letter, value.ok_or_else(|| (2, format!("option requires an argument -- '{letter}'")))?));
                    break;
                }
                if !known.contains(letter) {
                    return Err((2, format!("invalid option -- '{letter}'")));
                }
                flags.push((letter, String::new()));
            }
        } else {
            names.push(arg.as_str());
        }
    }
    Ok((flags, names))
}

fn wc(texts: &[(&str, String)], bare: bool, on: &dyn Fn(char) -> bool, out: &mut Output) {
    let count = |text: &str| [text.matches('\n').count(), text.split_whitespace().count(), text.len()];
    let shown: Vec<usize> = match [on('l'), on('w'), on('c') || on('m')] {
        [false, false, false] => vec![0, 1, 2],
        flags => (0..3).filter(|i| flags[*i]).collect(),
    };
    let mut rows: Vec<([usize; 3], &str)> = texts.iter().map(|(name, text)| (count(text), *name)).collect();
    if rows.len() > 1 {
        let total = rows.iter().fold([0; 3], |sum, (row, _)| [sum[0] + row[0], sum[1] + row[1], sum[2] + row[2]]);
        rows.push((total, "total"));
    }
    let longest = rows.iter().flat_map(|(row, _)| row).max().map_or(1, |n| n.to_string().len());
    let width = match (bare, shown.len()) {
        (_, 1) if rows.len() == 1 => 1,
        (true, _) => 7,
        _ => longest,
    };
    for (row, name) in rows {
        let cells: Vec<String> = shown.iter().map(|i| format!("{:width$}", row[*i])).collect();
        let name = if bare { String::new() } else { format!(" {name}") };
        out.out(format!("{}{name}\n", cells.join(" ")));
    }
}

fn cut(texts: &[(&str, String)], delimiter: Option<&str>, fields: Option<&str>, out: &mut Output) -> Result<(), Failed> {
    let Some(fields) = fields else { return Err((1, "you must specify a list of fields: -f N".to_owned())) };
    let delimiter = delimiter.unwrap_or("\t");
    if delimiter.chars().count() != 1 {
        return Err((1, "the delimiter must be a single character".to_owned()));
    }
    let wrong = || (1, format!("invalid field value '{fields}'"));
    let mut ranges = vec![];
    for part in fields.split(',') {
        let number = |text: &str, default: usize| {
            if text.is_empty() { Ok(default) } else { text.parse::<usize>().map_err(|_| wrong()) }
        };
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if part.is_empty() || part == "-" {
            return Err(wrong());
        }
        ranges.push((number(from, 1)?, number(to, usize::MAX)?));
    }
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        if !line.contains(delimiter) {
            out.out(format!("{line}\n"));
            continue;
        }
        let kept = line
            .split(delimiter)
            .enumerate()
            .filter(|(i, _)| ranges.iter().any(|(from, to)| (*from..=*to).contains(&(i + 1))));
        out.out(kept.map(|(_, field)| field).collect::<Vec<_>>().join(delimiter) + "\n");
    }
    Ok(())
}

fn grep(args: &[String], stdin: Option<&str>, shell: &Shell, out: &mut Output) -> Result<i32, Failed> {
    let (flags, mut names) = options(args, "eABC", "ivcnEFqowlhr").map_err(|(_, message)| (2, message))?;
    let on = |letter: char| flags.iter().any(|(flag, _)| *flag == letter);
    let value = |letter: char| flags.iter().rev().find(|(flag, _)| *flag == letter).map(|(_, value)| value.clone());
    let pattern = match value('e') {
        Some(pattern) => pattern,
        None if names.is_empty() => return Err((2, "a pattern is missing: grep PATTERN [FILE]…".to_owned())),
        None => names.remove(0).to_owned(),
    };
    let syntax = if on('F') {
        Syntax::Fixed
    } else if on('E') {
        Syntax::Extended
    } else {
        Syntax::Basic
    };
    let case = if on('i') { Case::Ignored } else { Case::Matters };
    let pattern = Pattern::parse(&pattern, syntax, case).map_err(|why| (2, why))?;
    let around = |letter: char| value(letter).or_else(|| value('C')).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let (before, after) = (around('B'), around('A'));
    let texts = inputs(&names, stdin, shell).map_err(|(_, message)| (2, message))?;
    let mut found = false;
    for (name, text) in &texts {
        let prefix = if texts.len() > 1 && !on('h') { format!("{name}:") } else { String::new() };
        let all: Vec<&str> = text.lines().collect();
        let is_word = |line: &[char], at: usize| line.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_');
        let hit = |line: &str| {
            let chars: Vec<char> = line.chars().collect();
            let mut from = 0;
            let mut hits = vec![];
            while let Some((start, end)) = pattern.find(&chars, from) {
                let bounded = (start == 0 || !is_word(&chars, start - 1)) && !is_word(&chars, end);
                if !on('w') || bounded {
                    hits.push(chars[start..end].iter().collect::<String>());
                }
                from = end.max(start + 1);
                if from > chars.len() {
                    break;
                }
            }
            hits
        };
        let hits: Vec<Vec<String>> = all.iter().map(|line| hit(line)).collect();
        let chosen: Vec<usize> = (0..all.len()).filter(|&i| hits[i].is_empty() == on('v')).collect();
        found |= !chosen.is_empty();
        if on('q') {
            continue;
        }
        if on('c') {
            out.out(format!("{prefix}{}\n", chosen.len()));
            continue;
        }
        if on('l') {
            out.out(if chosen.is_empty() { String::new() } else { format!("{name}\n") });
            continue;
        }
        let mut last: Option<usize> = None;
        for &i in &chosen {
            let first = i.saturating_sub(before).max(last.map_or(0, |last| last + 1));
            if last.is_some_and(|last| first > last + 1) && before + after > 0 {
                out.out("--\n");
            }
            let until = i.saturating_add(after).min(all.len() - 1);
            for (at, line) in all.iter().enumerate().take(until + 1).skip(first) {
                if at > i && chosen.contains(&at) {
                    break;
                }
                let number = if on('n') { format!("{}{}", at + 1, if at == i { ":" } else { "-" }) } else { String::new() };
                match (on('o') && !on('v'), at == i) {
                    (true, true) => hits[i].iter().for_each(|hit| out.out(format!("{prefix}{number}{hit}\n"))),
                    (true, false) => {}
                    _ => out.out(format!("{prefix}{number}{line}\n")),
                }
                last = Some(at);
            }
        }
    }
    Ok(i32::from(!found))
}

fn sed(args: &[String], stdin: Option<&str>, shell: &mut Shell, out: &mut Output) -> Result<i32, Failed> {
    let (flags, mut names) = options(args, "e", "inEr")?;
    let on = |letter: char| flags.iter().any(|(flag, _)| *flag == letter);
    let mut scripts: Vec<String> = flags.iter().filter(|(flag, _)| *flag == 'e').map(|(_, script)| script.clone()).collect();
    if scripts.is_empty() {
        if names.is_empty() {
            return Err((1, "a script is missing: sed 's/old/new/' [FILE]…".to_owned()));
        }
        scripts.push(names.remove(0).to_owned());
    }
    let syntax = if on('E') || on('r') { Syntax::Extended } else { Syntax::Basic };
    let mut edits = vec![];
    for script in &scripts {
        let mut rest = script.trim();
        while !rest.is_empty() {
            let (edit, after) = Edit::parse(rest, syntax)?;
            edits.push(edit);
            rest = after.trim_start_matches([';', '\n', ' ']);
        }
    }
    if on('i') && names.is_empty() {
        return Err((1, "no input files".to_owned()));
    }
    for (name, text) in inputs(&names, stdin, shell).map_err(|(_, message)| (2, format!("can't read {message}")))? {
        let count = lines(&text).count();
        let mut edited = String::new();
        for (i, line) in lines(&text).enumerate() {
            let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
            let mut current = Some(body.to_owned());
            let mut copies = 0;
            for edit in &edits {
                let Some(text) = current.take() else { break };
                current = edit.apply(text, i + 1, i + 1 == count, &mut copies);
            }
            if let Some(text) = current {
                let shown = copies + usize::from(!on('n'));
                (0..shown).for_each(|_| edited.push_str(&format!("{text}{end}")));
            }
        }
        if on('i') {
            shell.files.insert(path(name).to_owned(), edited);
        } else {
            out.out(edited);
        }
    }
    Ok(0)
}

/// One command of sed: `s/a/b/g`, `/a/d`, `2p`, `1,3d`, `$d`.
struct Edit {
    first: Option<Address>,
    last: Option<Address>,
    what: What,
}

enum Address {
    Line(usize),
    Last,
    Match(Pattern),
}

enum What {
    Substitute { pattern: Pattern, with: Vec<char>, every: bool },
    Delete,
    Print,
}

impl Edit {
    /// The first command of a script, and what follows it.
    fn parse(script: &str, syntax: Syntax) -> Result<(Edit, &str), Failed> {
        let wrong = |why: &str| (1, format!("-e expression #1: {why}"));
        let (first, rest) = Address::parse(script, syntax).map_err(|why| wrong(&why))?;
        let (last, rest) = match rest.strip_prefix(',') {
            Some(rest) => Address::parse(rest, syntax).map_err(|why| wrong(&why))?,
            None => (None, rest),
        };
        let rest = rest.trim_start();
        let end = |rest: &str| rest.find([';', '\n']).unwrap_or(rest.len());
        let (what, rest) = match rest.chars().next() {
            Some('d') if rest[1..end(rest)].trim().is_empty() => (What::Delete, &rest[1..]),
            Some('p') if rest[1..end(rest)].trim().is_empty() => (What::Print, &rest[1..]),
            Some('s') => {
                let unterminated = || wrong("unterminated `s' command");
                let separator =
                    rest[1..].chars().next().filter(|c| !c.is_alphanumeric() && *c != '\\').ok_or_else(unterminated)?;
                let rest = &rest[1 + separator.len_utf8()..];
                let (pattern, rest) = until(rest, separator).ok_or_else(unterminated)?;
                let (with, rest) = until(rest, separator).ok_or_else(unterminated)?;
                let flags = &rest[..end(rest)];
                if let Some(flag) = flags.chars().find(|flag| !"gI ".contains(*flag)) {
                    return Err(wrong(&format!("unknown option to `s': {flag}")));
                }
                let case = if flags.contains('I') { Case::Ignored } else { Case::Matters };
                let pattern = Pattern::parse(&pattern, syntax, case).map_err(|why| wrong(&why))?;
                if (1..=9).any(|n| with.contains(&format!("\\{n}"))) {
                    return Err((1, "the playground's sed has no \\1 … \\9".to_owned()));
                }
                let every = flags.contains('g');
                (What::Substitute { pattern, with: with.chars().collect(), every }, &rest[end(rest)..])
            }
            _ => return Err((1, format!("the playground's sed knows s/old/new/, d and p, not {rest:?}"))),
        };
        Ok((Edit { first, last, what }, rest))
    }

    /// The line after the edit; nothing if it is deleted. `copies` counts what `p` prints.
    fn apply(&self, text: String, number: usize, is_last: bool, copies: &mut usize) -> Option<String> {
        let at = |address: &Address| match address {
            Address::Line(line) => *line == number,
            Address::Last => is_last,
            Address::Match(pattern) => pattern.is_in(&text),
        };
        let chosen = match (&self.first, &self.last) {
            (None, _) => true,
            (Some(Address::Line(from)), Some(Address::Line(to))) => (*from..=*to.max(from)).contains(&number),
            (Some(Address::Line(from)), Some(Address::Last)) => number >= *from,
            (Some(first), _) => at(first),
        };
        if !chosen {
            return Some(text);
        }
        match &self.what {
            What::Delete => None,
            What::Print => {
                *copies += 1;
                Some(text)
            }
            What::Substitute { pattern, with, every } => Some(substitute(&text, pattern, with, *every)),
        }
    }
}

impl Address {
    fn parse(text: &str, syntax: Syntax) -> Result<(Option<Address>, &str), String> {
        if let Some(rest) = text.strip_prefix('$') {
            return Ok((Some(Address::Last), rest));
        }
        if let Some(rest) = text.strip_prefix('/') {
            let end = rest.find('/').ok_or("unterminated address regex")?;
            return Ok((Some(Address::Match(Pattern::parse(&rest[..end], syntax, Case::Matters)?)), &rest[end + 1..]));
        }
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        match text[..end].parse() {
            Ok(number) => Ok((Some(Address::Line(number)), &text[end..])),
            Err(_) => Ok((None, text)),
        }
    }
}

/// The text before a separator, which a `\` makes an ordinary character, and what follows it.
fn until(text: &str, separator: char) -> Option<(String, &str)> {
    let mut before = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                next if next == separator => before.push(separator),
                next => before.extend(['\\', next]),
            },
            c if c == separator => return Some((before, &text[at + c.len_utf8()..])),
            c => before.push(c),
        }
    }
    None
}

fn substitute(text: &str, pattern: &Pattern, with: &[char], every: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut from = 0;
    while let Some((start, end)) = pattern.find(&chars, from) {
        out.extend(&chars[from..start]);
        let mut replacement = with.iter();
        while let Some(c) = replacement.next() {
            match c {
                '&' => out.extend(&chars[start..end]),
                '\\' => match replacement.next() {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some(other) => out.push(*other),
                    None => {}
                },
                c => out.push(*c),
            }
        }
        from = end;
        if end == start {
            out.extend(chars.get(end));
            from += 1;
        }
        if !every || from > chars.len() {
            break;
        }
    }
    out.extend(chars.get(from..).unwrap_or_default());
    out
}

/// `awk '{print $1, $3}'`, with `-F` and a pattern of `/text/` or `NR>1` before the braces.
fn awk(args: &[String], stdin: Option<&str>, shell: &Shell, out: &mut Output) -> Result<i32, Failed> {
    let (flags, mut names) = options(args, "F", "")?;
    let separator = flags.iter().rev().find(|(flag, _)| *flag == 'F').map(|(_, value)| value.clone());
    if names.is_empty() {
        return Err((2, "a program is missing: awk '{print $1}' [FILE]…".to_owned()));
    }
    let program = names.remove(0).trim();
    let unsupported = || {
        (2, format!("the playground's awk knows programs like '{{print $1, $3}}' and '/text/ {{print}}', not {program:?}"))
    };
    let open = program.find('{').unwrap_or(program.len());
    let (condition, action) = (program[..open].trim(), program[open..].trim());
    let action = if action.is_empty() {
        "print"
    } else {
        action.strip_prefix('{').and_then(|a| a.strip_suffix('}')).ok_or_else(unsupported)?.trim()
    };
    let arguments = action.strip_prefix("print").ok_or_else(unsupported)?.trim();
    let condition = awk_condition(condition).ok_or_else(unsupported)?;
    let parts = awk_parts(arguments).ok_or_else(unsupported)?;
    for (number, line) in inputs(&names, stdin, shell)
        .map_err(|(_, message)| (2, message))?
        .iter()
        .flat_map(|(_, text)| text.lines())
        .enumerate()
    {
        let chosen = match &condition {
            AwkCondition::Always => true,
            AwkCondition::Match(pattern) => pattern.is_in(line),
            AwkCondition::After(n) => number + 1 > *n,
            AwkCondition::Line(n) => number + 1 == *n,
        };
        if !chosen {
            continue;
        }
        let fields: Vec<&str> = match &separator {
            Some(separator) if separator != " " && !separator.is_empty() => line.split(separator.as_str()).collect(),
            _ => line.split_whitespace().collect(),
        };
        let mut printed = String::new();
        for part in &parts {
            match part {
                AwkPart::Text(text) => printed.push_str(text),
                AwkPart::Field(0) => printed.push_str(line),
                AwkPart::Field(n) => printed.push_str(fields.get(n - 1).copied().unwrap_or_default()),
                AwkPart::LastField => printed.push_str(fields.last().copied().unwrap_or_default()),
                AwkPart::Number => printed.push_str(&(number + 1).to_string()),
                AwkPart::Fields => printed.push_str(&fields.len().to_string()),
            }
        }
        out.out(printed + "\n");
    }
    Ok(0)
}

enum AwkCondition {
    Always,
    Match(Pattern),
    After(usize),
    Line(usize),
}

enum AwkPart {
    Text(String),
    Field(usize),
    LastField,
    Number,
    Fields,
}

fn awk_condition(text: &str) -> Option<AwkCondition> {
    if text.is_empty() {
        return Some(AwkCondition::Always);
    }
    if let Some(pattern) = text.strip_prefix('/').and_then(|text| text.strip_suffix('/')) {
        return Pattern::parse(pattern, Syntax::Extended, Case::Matters).ok().map(AwkCondition::Match);
    }
    let compact: String = text.split_whitespace().collect();
    let number = |prefix: &str| compact.strip_prefix(prefix).and_then(|n| n.parse::<usize>().ok());
    number("NR>").map(AwkCondition::After).or_else(|| number("NR==").map(AwkCondition::Line))
}

fn awk_parts(text: &str) -> Option<Vec<AwkPart>> {
    if text.is_empty() {
        return Some(vec![AwkPart::Field(0)]);
    }
    let mut parts = vec![];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
        } else if c == ',' {
            parts.push(AwkPart::Text(" ".to_owned()));
            rest = &rest[1..];
        } else if c == '"' {
            let mut end = 1;
            let mut escaped = false;
            loop {
                match rest[end..].chars().next()? {
                    '"' if !escaped => break,
                    c => {
                        escaped = c == '\\' && !escaped;
                        end += c.len_utf8();
                    }
                }
            }
            parts.push(AwkPart::Text(unescape(&rest[1..end]).replace("\\\"", "\"")));
            rest = &rest[end + 1..];
        } else if let Some(after) = rest.strip_prefix("$NF") {
            parts.push(AwkPart::LastField);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('$') {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            parts.push(AwkPart::Field(after[..end].parse().ok()?));
            rest = &after[end..];
        } else if let Some(after) = rest.strip_prefix("NR") {
            parts.push(AwkPart::Number);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("NF") {
            parts.push(AwkPart::Fields);
            rest = after;
        } else {
            return None;
        }
    }
    Some(parts)
}
