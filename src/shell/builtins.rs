//! The tools around kubectl: files, text, the machines (`node`).

use std::fmt;
use std::time::Duration;

use super::job::Wait;
use super::{Shell, tools};
use crate::api::date::Date;
use crate::kubectl::{Output, parse_taint};
use crate::sim::{NodeAction, NodeDefinition, Simulation, Supply};

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
pub(super) const NAMES: &str = "awk cat clear cp cut date echo env exit export false grep head help history hostname ls mv node pwd rm sed \
    sleep sort tail tee touch true uniq wc whoami";
/// Those that take files.
pub(super) const WITH_FILES: &str = "cat cp cut grep head ls mv rm sed sort tail tee touch uniq wc";
/// What `node` can do to a machine.
pub(super) const NODE_ACTIONS: &str = "add notready poweroff poweron pressure ready relief remove";

const NODE_USAGE: &str = "\
node does to a machine what no kubectl command can:

  node add NAME [--label key=value]… [--taint key=value:Effect]… [--cpu N] [--memory N] [--pods N]
  node remove NAME     the machine is gone, and its Node object with it
  node poweroff NAME   the machine falls silent: no more heartbeats
  node poweron NAME    it is back
  node notready NAME   its kubelet reports that it is not ready
  node ready NAME      its kubelet reports that it is ready
  node pressure NAME memory|disk|pid|network   it runs short of that, and its condition says so
  node relief NAME memory|disk|pid|network     there is enough of it again
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
#[inline(never)]
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
                out.print(format_args!("{:5}  {line}\n", i + 1));
            }
            0
        }
        "env" => {
            for (name, value) in shell.variables.iter().filter(|(name, _)| *name != "?") {
                out.print(format_args!("{name}={value}\n"));
            }
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
        "vi" | "vim" | "nano" | "emacs" | "ed" => fail(
            1,
            format_args!("{name}: the playground's terminal has no editor: the files are open in the editor pane"),
            out,
        ),
        _ => tools::run(name, args, stdin.unwrap_or_default(), shell, out)
            .unwrap_or_else(|| fail(127, format_args!("bash: line 1: {name}: command not found"), out)),
    };
    Ended::Done(done)
}

fn say(text: &str, out: &mut Output) -> i32 {
    out.out(text);
    0
}

/// Complains; gives the exit code.
fn fail(exit: i32, message: fmt::Arguments<'_>, out: &mut Output) -> i32 {
    out.warn(format_args!("{message}\n"));
    exit
}

/// The words that are no flags.
fn operands(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect()
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
    if args.is_empty() {
        return Ended::Done(fail(1, format_args!("sleep: missing operand"), out));
    }
    let mut total = 0.0;
    for arg in args {
        let units = [('s', 1.0), ('m', 60.0), ('h', 3600.0), ('d', 86400.0)];
        let unit = units.iter().find_map(|(unit, factor)| Some((arg.strip_suffix(*unit)?, *factor)));
        let (number, factor) = unit.unwrap_or((arg, 1.0));
        match number.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => total += number * factor,
            _ => return Ended::Done(fail(1, format_args!("sleep: invalid time interval '{arg}'"), out)),
        }
    }
    match Duration::from_millis((total * 1000.0).min(1e12) as u64) {
        Duration::ZERO => Ended::Done(0),
        duration => Ended::Waits(Wait::Until(sim.now() + duration)),
    }
}

fn ls(args: &[String], shell: &Shell, out: &mut Output) -> i32 {
    let long = args.iter().any(|arg| arg.starts_with('-') && arg.contains('l'));
    let mut names = operands(args);
    if names.is_empty() {
        names.push(".");
    }
    let mut exit = 0;
    let mut shown: Vec<(&str, usize)> = vec![];
    for given in names {
        let name = path(given);
        let is_all = matches!(name, "" | "." | "/home/learner" | "~");
        let before = shown.len();
        for (file, text) in &shell.files {
            if is_all || file == name {
                shown.push((file, text.len()));
            }
        }
        if !is_all && shown.len() == before {
            exit = fail(2, format_args!("ls: cannot access '{given}': No such file or directory"), out);
        }
    }
    for (name, size) in shown {
        if long {
            out.print(format_args!("-rw-r--r-- 1 learner learner {size:>6} "));
        }
        out.print(format_args!("{name}\n"));
    }
    exit
}

fn echo(args: &[String], out: &mut Output) -> i32 {
    let mut flags = String::new();
    let mut words = args;
    while let [first, rest @ ..] = words
        && let Some(letters) = first.strip_prefix('-').filter(|letters| !letters.is_empty())
        && letters.bytes().all(|c| b"neE".contains(&c))
    {
        flags.push_str(letters);
        words = rest;
    }
    let text = words.join(" ");
    out.out(&if flags.contains('e') { unescape(&text) } else { text });
    if !flags.contains('n') {
        out.out("\n");
    }
    0
}

pub(super) fn unescape(text: &str) -> String {
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
    let names = operands(args);
    if names.is_empty() && !force {
        return fail(1, format_args!("rm: missing operand"), out);
    }
    let mut exit = 0;
    for name in names {
        if shell.files.remove(path(name)).is_none() && !force {
            exit = fail(1, format_args!("rm: cannot remove '{name}': No such file or directory"), out);
        }
    }
    exit
}

fn copy(verb: &str, args: &[String], shell: &mut Shell, out: &mut Output) -> i32 {
    let names = operands(args);
    let &[from, to] = names.as_slice() else {
        return match names.as_slice() {
            [] => fail(1, format_args!("{verb}: missing file operand"), out),
            [from] => fail(1, format_args!("{verb}: missing destination file operand after '{from}'"), out),
            [.., last] => fail(1, format_args!("{verb}: target '{last}': Not a directory"), out),
        };
    };
    let Some(text) = shell.files.get(path(from)).cloned() else {
        return fail(1, format_args!("{verb}: cannot stat '{from}': No such file or directory"), out);
    };
    match writable(to) {
        Ok(name) if name == path(from) => fail(1, format_args!("{verb}: '{from}' and '{to}' are the same file"), out),
        Ok(name) => {
            if verb == "mv" {
                shell.files.remove(path(from));
            }
            shell.files.insert(name.to_owned(), text);
            0
        }
        Err(why) => fail(1, format_args!("{verb}: cannot create regular file '{to}': {why}"), out),
    }
}

fn touch(args: &[String], shell: &mut Shell, out: &mut Output) -> i32 {
    let mut exit = 0;
    for name in operands(args) {
        match writable(name) {
            Ok(name) => {
                shell.files.entry(name.to_owned()).or_default();
            }
            Err(why) => exit = fail(1, format_args!("touch: cannot touch '{name}': {why}"), out),
        }
    }
    exit
}

fn node(args: &[String], sim: &mut Simulation, out: &mut Output) -> i32 {
    let (action, rest) = match args.split_first() {
        None => return say(NODE_USAGE, out),
        Some((action, _)) if matches!(action.as_str(), "help" | "--help" | "-h") => return say(NODE_USAGE, out),
        Some(action) => action,
    };
    let (action, done) = match node_action(action, rest) {
        Ok(action) => action,
        Err(message) => return fail(1, format_args!("node: {message}"), out),
    };
    let name = action.node().to_owned();
    match sim.node(action) {
        Ok(()) => {
            out.print(format_args!("node/{name} {done}\n"));
            0
        }
        Err(error) => fail(1, format_args!("node: {error}"), out),
    }
}

fn node_action(action: &str, args: &[String]) -> Result<(NodeAction, &'static str), String> {
    if action == "add" {
        return Ok((NodeAction::Add(definition(args)?), "joined"));
    }
    if action == "pressure" || action == "relief" {
        let [name, resource] = args else { return Err(format!("which one, and what? node {action} NAME memory")) };
        let (name, resource) = (name.strip_prefix("node/").unwrap_or(name).to_owned(), Supply::named(resource)?);
        return Ok(match action {
            "pressure" => (NodeAction::Pressure(name, resource), "under pressure"),
            _ => (NodeAction::Relief(name, resource), "relieved"),
        });
    }
    let (make, done): (fn(String) -> NodeAction, _) = match action {
        "remove" => (NodeAction::Remove, "removed"),
        "poweroff" => (NodeAction::Silent, "powered off"),
        "poweron" => (NodeAction::Ready, "powered on"),
        "notready" => (NodeAction::NotReady, "reports NotReady"),
        "ready" => (NodeAction::Ready, "reports Ready"),
        other => return Err(format!("cannot {other:?}: it can {}", NODE_ACTIONS.replace(' ', ", "))),
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
