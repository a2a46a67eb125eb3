//! Commands: what is the shell's own, kubectl, and what runs other commands (`xargs`, `watch`, `bash -c`).

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::pipes::Pipes;
use super::{Around, Doing, Io, Purpose, Route, Thread};
use crate::api::date::Date;
use crate::kubectl::{self, Context, Outcome, Output};
use crate::shell::code::is_name;
use crate::shell::files::{self, resolve};
use crate::shell::job;
use crate::shell::job::reads_input;
use crate::shell::tools::{self, Desk, Started};
use crate::shell::{Env, parse};
use crate::sim::SimTime;

/// How long a value may be.
const LONGEST_VALUE: usize = 256 * 1024;

/// The commands that are the shell's own.
pub(in crate::shell) const OWN: &str = ". [ alias bg break cd command continue echo eval exit export false fg help history jobs kill printf \
    pwd read return set shift source test true type unalias unset wait :";
/// Commands that run others.
pub(in crate::shell) const RUNS_OTHERS: &str = "bash env sh timeout watch xargs";
/// What the shell knows as words of its language.
pub(in crate::shell) const KEYWORDS: &str = "! do done elif else fi for if then time until while { }";

/// `watch`: a command that is run again and again.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    line: String,
    every: Duration,
    title: bool,
    /// When it runs next.
    pub(super) next: SimTime,
    /// The run that has not ended.
    pub(super) inner: Option<Box<Thread>>,
    pipe: usize,
    /// How much stood on the terminal before the last screen.
    mark: Option<(usize, usize)>,
}

/// `read`: waits for a line.
#[derive(Clone, Debug)]
pub(super) struct Read {
    names: Vec<String>,
    raw: bool,
    separators: String,
}

impl Read {
    /// Reads the line if it is there; then gives the exit code.
    pub(super) fn go_on(&self, input: Option<usize>, pipes: &mut Pipes, env: &mut Env) -> Option<i32> {
        let line = match input.and_then(|pipe| pipes.reader(pipe)) {
            None => None,
            Some(pipe) => match pipe.line() {
                Some(line) => Some(line),
                None if pipe.is_done() => None,
                None => return None,
            },
        };
        let exit = i32::from(!line.as_ref().is_some_and(|line| line.ends_with('\n')));
        let line = line.unwrap_or_default();
        let mut rest = line.trim_end_matches('\n').to_owned();
        if !self.raw {
            rest = rest.replace('\\', "");
        }
        let is_blank = |c: char| self.separators.contains(c) && c.is_whitespace();
        let mut rest = rest.trim_matches(is_blank);
        for (at, name) in self.names.iter().enumerate() {
            let end = if at + 1 == self.names.len() { None } else { rest.find(|c| self.separators.contains(c)) };
            let (value, after) = rest.split_at(end.unwrap_or(rest.len()));
            env.variables.insert(name.clone(), value.to_owned());
            rest = after.trim_start_matches(is_blank);
            if let Some(c) = after.chars().next().filter(|c| !is_blank(*c)) {
                rest = after[c.len_utf8()..].trim_start_matches(is_blank);
            }
        }
        Some(exit)
    }
}

/// A command as it is called.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) args: &'a [String],
    /// Where it reads and prints.
    pub(super) io: &'a Io,
    /// The line of the script on which it stands, from 1.
    pub(super) line: usize,
}

impl Call<'_> {
    /// Says what is wrong, as bash does of its own commands.
    fn wrong(&self, out: &mut Output, message: fmt::Arguments<'_>) {
        out.warn(format_args!("bash: line {}: {message}\n", self.line));
    }
}

impl Thread {
    /// Starts a command.
    pub(super) fn start(&mut self, mut call: Call<'_>, mut assignments: Vec<(String, String)>, around: &mut Around<'_>) {
        // `env A=b command` and `command name` run what is behind them.
        loop {
            let skipped = match call.name {
                "command" | "builtin" => 0,
                "env" => call.args.iter().take_while(|arg| arg.contains('=') && !arg.starts_with('-')).count(),
                _ => break,
            };
            let Some(next) = call.args.get(skipped).filter(|next| !next.starts_with('-')) else { break };
            let pairs = call.args[..skipped].iter().filter_map(|arg| arg.split_once('='));
            assignments.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            call = Call { name: next, args: &call.args[skipped + 1..], ..call };
        }
        let env = self.env_mut(around.shell);
        let mut before = vec![];
        for (name, value) in assignments {
            let (old, was_exported) = (env.variables.insert(name.clone(), value), !env.exported.insert(name.clone()));
            before.push((name, old, was_exported));
        }
        let mut printed = Output::default();
        let ended = self.dispatch(call, &mut printed, around);
        around.sim.deliver();
        let env = self.env_mut(around.shell);
        for (name, old, was_exported) in before.into_iter().rev() {
            if !was_exported {
                env.exported.remove(&name);
            }
            match old {
                Some(old) => env.variables.insert(name, old),
                None => env.variables.remove(&name),
            };
        }
        self.print(&printed, call.io, around);
        if let Some(exit) = ended {
            self.last = exit;
            self.forget(call.io, around);
        }
    }

    /// Runs a command; its exit code, unless it goes on in [`Thread::doing`].
    fn dispatch(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> Option<i32> {
        let Call { name, args, io, .. } = call;
        let wrong = |out: &mut Output, exit: i32, message: &str| {
            call.wrong(out, format_args!("{message}"));
            Some(exit)
        };
        match name {
            "kubectl" => {
                if reads_input(args) {
                    self.doing = Doing::Gathers(args.to_vec(), io.clone());
                } else {
                    self.kubectl(args, None, io.clone(), around);
                }
                None
            }
            "exit" | "logout" => {
                let code = match args.first() {
                    None => self.last,
                    Some(code) => match code.parse::<i64>() {
                        Ok(code) => i32::try_from(code & 0xff).unwrap_or(0),
                        Err(_) => {
                            call.wrong(out, format_args!("exit: {code}: numeric argument required"));
                            2
                        }
                    },
                };
                self.print(&std::mem::take(out), io, around);
                self.end(code);
                None
            }
            "return" => wrong(out, 1, "return: can only `return' from a function or sourced script"),
            "break" | "continue" => {
                if self.loops.is_empty() {
                    return wrong(out, 0, &format!("{name}: only meaningful in a `for', `while', or `until' loop"));
                }
                let count = args.first().map_or(Ok(1), |count| count.parse::<usize>());
                match count {
                    Ok(count @ 1..) => {
                        self.leave_loops(count, name == "continue", around);
                        Some(0)
                    }
                    _ => wrong(out, 1, &format!("{name}: {}: loop count out of range", args[0])),
                }
            }
            "clear" | "reset" => {
                if io.out == Route::Terminal(crate::kubectl::Stream::Out) {
                    *around.output = Output::default();
                    *around.cleared = true;
                }
                Some(0)
            }
            "sleep" => match tools::sleep(args) {
                Ok(Duration::ZERO) => Some(0),
                Ok(duration) => {
                    self.doing = Doing::Sleeps(around.sim.now() + duration);
                    None
                }
                Err(message) => {
                    out.warn(format_args!("sleep: {message}\n"));
                    Some(1)
                }
            },
            "cd" => Some(self.cd(call, out, around)),
            "export" => Some(self.export(call, out, around)),
            "unset" => {
                let env = self.env_mut(around.shell);
                for name in args.iter().filter(|arg| !arg.starts_with('-')) {
                    env.variables.remove(name);
                    env.exported.remove(name);
                }
                Some(0)
            }
            "set" => {
                if let Some(arg) = args.first() {
                    out.warn(format_args!("the playground's shell has no options: set {arg} changes nothing\n"));
                    return Some(2);
                }
                for (name, value) in &self.env(around.shell).variables {
                    out.print(format_args!("{name}={}\n", tools::quoted(value)));
                }
                Some(0)
            }
            "shift" => Some(1),
            "alias" => Some(alias(call, out, around)),
            "unalias" => {
                let mut exit = 0;
                for name in args {
                    if name == "-a" {
                        around.shell.aliases.clear();
                    } else if around.shell.aliases.remove(name).is_none() {
                        exit = 1;
                        call.wrong(out, format_args!("unalias: {name}: not found"));
                    }
                }
                Some(exit)
            }
            "read" => {
                let raw = args.iter().any(|arg| arg.starts_with('-') && arg.contains('r'));
                let mut names: Vec<String> = vec![];
                let mut rest = args.iter();
                while let Some(arg) = rest.next() {
                    match arg.as_str() {
                        "-p" | "-t" | "-n" | "-d" => drop(rest.next()),
                        flag if flag.starts_with('-') => {}
                        name if is_name(name) => names.push(name.to_owned()),
                        other => return wrong(out, 1, &format!("read: `{other}': not a valid identifier")),
                    }
                }
                if names.is_empty() {
                    names.push("REPLY".to_owned());
                }
                let given = self.env(around.shell).variables.get("IFS").cloned();
                let separators = given.unwrap_or_else(|| " \t\n".to_owned());
                self.doing = Doing::Reads(Read { names, raw, separators }, io.clone());
                None
            }
            "jobs" => {
                let open: Vec<_> = around.shell.jobs.iter().filter(|job| !job.told).collect();
                for (at, job) in open.iter().enumerate() {
                    let mark = match open.len() - at {
                        1 => '+',
                        2 => '-',
                        _ => ' ',
                    };
                    if args.iter().any(|arg| arg == "-p") {
                        out.print(format_args!("{}\n", job.pid));
                    } else {
                        out.out(&job.row(mark));
                    }
                }
                Some(0)
            }
            "wait" => self.wait(call, out, around),
            "fg" => {
                let called = args.first().map_or("%", String::as_str);
                let called = if called.starts_with('%') { called.to_owned() } else { format!("%{called}") };
                let place = around.shell.job_at(&called);
                match place.filter(|at| around.shell.jobs[*at].machine.ended().is_none()) {
                    None if args.is_empty() => wrong(out, 1, "fg: current: no such job"),
                    None => wrong(out, 1, &format!("fg: {}: no such job", args[0])),
                    Some(at) => {
                        let job = around.shell.jobs.remove(at);
                        out.print(format_args!("{}\n", job.text));
                        self.doing = Doing::Foreground(Box::new(job));
                        None
                    }
                }
            }
            "bg" => {
                let called = args.first().map_or("%", String::as_str);
                match around.shell.job_at(called) {
                    Some(at) => {
                        let number = around.shell.jobs[at].number;
                        wrong(out, 0, &format!("bg: job {number} already in background"))
                    }
                    None => wrong(out, 1, &format!("bg: {}: no such job", args.first().map_or("current", String::as_str))),
                }
            }
            "kill" => Some(kill(call, out, around)),
            "eval" => self.script(&args.join(" "), Purpose::Same, io, out, around),
            "." | "source" => {
                let Some(file) = args.first() else {
                    return wrong(out, 2, &format!("{name}: filename argument required"));
                };
                let cwd = self.env(around.shell).cwd.clone();
                match around.shell.read(&cwd, file).map(str::to_owned) {
                    Ok(text) => self.script(&text, Purpose::Same, io, out, around),
                    Err(why) => wrong(out, 1, &format!("{file}: {why}")),
                }
            }
            "bash" | "sh" => match args {
                [flag, text] if flag == "-c" => self.script(&text.clone(), Purpose::Shell, io, out, around),
                [file] if !file.starts_with('-') => {
                    let cwd = self.env(around.shell).cwd.clone();
                    match around.shell.read(&cwd, file).map(str::to_owned) {
                        Ok(text) => self.script(&text, Purpose::Shell, io, out, around),
                        Err(why) => {
                            out.warn(format_args!("{name}: {file}: {why}\n"));
                            Some(127)
                        }
                    }
                }
                _ => {
                    out.warn(format_args!(
                        "{name}: the playground runs {name} -c 'COMMANDS' and {name} FILE, without arguments\n"
                    ));
                    Some(2)
                }
            },
            "timeout" => self.begin_timed(call, out, around),
            "watch" => self.begin_watch(call, out, around),
            "xargs" => {
                let words = std::iter::once(name.to_owned()).chain(args.iter().cloned()).collect();
                self.doing = Doing::Gathers(words, io.clone());
                None
            }
            _ => self.tool(call, out, around),
        }
    }

    fn tool(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> Option<i32> {
        let Call { name, args, io, .. } = call;
        let env = self.env(around.shell).clone();
        let mut desk = Desk { shell: around.shell, sim: around.sim, env: &env, out, has_input: io.input.is_some() };
        match tools::start(name, args, &mut desk) {
            Some(Started::Done(exit)) => Some(exit),
            Some(Started::Reads(filter)) => {
                self.doing = Doing::Filters(filter, io.clone());
                None
            }
            None => {
                let (exit, why) = match name {
                    name if name.contains('/') => match around.shell.read(&env.cwd, name) {
                        Ok(_) => (126, "Permission denied"),
                        Err(files::DIRECTORY) => (126, files::DIRECTORY),
                        Err(_) => (127, files::MISSING),
                    },
                    // bash has these in it.
                    "ulimit" | "umask" => {
                        out.warn(format_args!("the playground's shell has no {name}\n"));
                        return Some(127);
                    }
                    "chmod" => {
                        out.err("the playground's files have no modes: bash FILE runs one\n");
                        return Some(127);
                    }
                    _ => (127, "command not found"),
                };
                call.wrong(out, format_args!("{name}: {why}"));
                Some(exit)
            }
        }
    }

    /// Runs kubectl, or goes on with what has gathered its input.
    pub(super) fn kubectl(&mut self, args: &[String], stdin: Option<&str>, io: Io, around: &mut Around<'_>) {
        if args.first().is_some_and(|name| name == "xargs") {
            return self.xargs(&args[1..], stdin.unwrap_or_default(), &io, around);
        }
        *around.spent += 10;
        let cwd = self.env(around.shell).cwd.clone();
        let shell = &mut *around.shell;
        let view = if cwd.is_empty() { None } else { Some(shell.seen_from(&cwd)) };
        let files = view.as_ref().unwrap_or(&shell.files);
        let mut printed = Output::default();
        let variables = self.env.as_deref().unwrap_or(&shell.env).variables.clone();
        let mut context = Context { sim: around.sim, files, variables: &variables, stdin, config: &mut shell.kube };
        let outcome = kubectl::run(args, &mut context, &mut printed);
        around.sim.deliver();
        let outcome = match outcome {
            Outcome::Running(mut process) => match job::edit(&mut process, around.shell, around.sim, &mut printed) {
                Some(exit) => Outcome::Done(exit),
                None => Outcome::Running(process),
            },
            done => done,
        };
        self.print(&printed, &io, around);
        match outcome {
            Outcome::Done(exit) => {
                self.last = exit;
                self.forget(&io, around);
            }
            Outcome::Running(process) if self.ended.is_none() => self.doing = Doing::Kubectl(Box::new(process), io),
            Outcome::Running(_) => {}
        }
    }

    /// Runs a text as commands.
    fn script(&mut self, text: &str, purpose: Purpose, io: &Io, out: &mut Output, around: &mut Around<'_>) -> Option<i32> {
        let code = match parse::parse(text, &around.shell.aliases) {
            Ok(code) if crate::shell::code::starts_jobs(&code) => {
                out.err("the playground's shell has no background jobs inside a script\n");
                return Some(2);
            }
            Ok(code) => code,
            Err(mistake) => {
                out.warn(format_args!("{mistake}\n"));
                return Some(2);
            }
        };
        if !self.may_nest(around) {
            return None;
        }
        let mut inner = self.inside(code, io.clone(), around.shell);
        if purpose == Purpose::Same {
            inner.env = self.env.take();
        }
        self.doing = Doing::Inner(Box::new(inner), purpose);
        None
    }

    fn cd(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> i32 {
        let args = call.args;
        let (cwd, old) = {
            let env = self.env(around.shell);
            (env.cwd.clone(), env.variables.get("OLDPWD").cloned())
        };
        let given = match args.first().map(String::as_str) {
            None => files::HOME.to_owned(),
            Some("-") => match old {
                Some(old) => {
                    out.print(format_args!("{old}\n"));
                    old
                }
                None => {
                    call.wrong(out, format_args!("cd: OLDPWD not set"));
                    return 1;
                }
            },
            Some(given) => given.to_owned(),
        };
        if args.len() > 1 {
            call.wrong(out, format_args!("cd: too many arguments"));
            return 1;
        }
        let why = match resolve(&cwd, &given) {
            None if ["/", "/home", "..", "/tmp"].contains(&given.as_str()) || given.starts_with("../") => {
                "the playground has one home directory and what is in it"
            }
            Some(name) if around.shell.is_directory(&name) => {
                let env = self.env_mut(around.shell);
                env.variables.insert("OLDPWD".to_owned(), files::absolute(&cwd));
                env.cwd = name;
                return 0;
            }
            Some(name) if around.shell.files.contains_key(&name) => "Not a directory",
            _ => files::MISSING,
        };
        call.wrong(out, format_args!("cd: {given}: {why}"));
        1
    }

    fn export(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> i32 {
        let args = call.args;
        let env = self.env_mut(around.shell);
        let names: Vec<&String> = args.iter().filter(|arg| *arg != "-p").collect();
        if names.is_empty() {
            for name in &env.exported {
                let value = env.variables.get(name).map(|value| format!("=\"{value}\"")).unwrap_or_default();
                out.print(format_args!("declare -x {name}{value}\n"));
            }
            return 0;
        }
        let mut exit = 0;
        let mut keeps = true;
        for arg in names {
            if arg == "-n" {
                keeps = false;
                continue;
            }
            let (name, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value)));
            if !is_name(name) {
                call.wrong(out, format_args!("export: `{arg}': not a valid identifier"));
                exit = 1;
                continue;
            }
            if let Some(value) = value.filter(|value| value.len() <= LONGEST_VALUE) {
                env.variables.insert(name.to_owned(), value.to_owned());
            }
            if keeps {
                env.exported.insert(name.to_owned());
            } else {
                env.exported.remove(name);
            }
        }
        exit
    }

    fn wait(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> Option<i32> {
        let args = call.args;
        let mut pids = vec![];
        let mut exit = 0;
        if args.is_empty() {
            pids.extend(around.shell.jobs.iter().filter(|job| job.machine.ended().is_none()).map(|job| job.pid));
        }
        for called in args.iter().filter(|arg| !arg.starts_with('-')) {
            match around.shell.job_at(called) {
                Some(at) => pids.push(around.shell.jobs[at].pid),
                None if called.starts_with('%') => {
                    call.wrong(out, format_args!("wait: {called}: no such job"));
                    exit = 127;
                }
                None if called.bytes().all(|c| c.is_ascii_digit()) => {
                    call.wrong(out, format_args!("wait: pid {called} is not a child of this shell"));
                    exit = 127;
                }
                None => {
                    call.wrong(out, format_args!("wait: `{called}': not a pid or valid job spec"));
                    exit = 1;
                }
            }
        }
        if exit != 0 || pids.is_empty() {
            return Some(exit);
        }
        self.doing = Doing::Waits(pids, args.is_empty());
        None
    }

    /// `timeout 5 COMMAND`: the clock is the cluster's.
    fn begin_timed(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> Option<i32> {
        let Call { args, io, .. } = call;
        const HELP: &str = "Try 'timeout --help' for more information.";
        let (mut rest, mut late) = (args, 124);
        while let [flag, after @ ..] = rest
            && flag.starts_with('-')
        {
            rest = match flag.as_str() {
                "-p" | "--preserve-status" => {
                    late = 143;
                    after
                }
                "-f" | "--foreground" => after,
                "-k" => after.get(1..).unwrap_or_default(),
                flag if flag.starts_with("--kill-after=") => after,
                _ => {
                    out.warn(format_args!("timeout: the playground's timeout knows -k, -f and -p, not {flag}\n"));
                    return Some(125);
                }
            };
        }
        let [limit, words @ ..] = rest else {
            out.warn(format_args!("{HELP}\n"));
            return Some(125);
        };
        let Ok(time) = tools::sleep(std::slice::from_ref(limit)) else {
            out.warn(format_args!("timeout: invalid time interval '{limit}'\n{HELP}\n"));
            return Some(125);
        };
        let Some(name) = words.first() else {
            out.warn(format_args!("{HELP}\n"));
            return Some(125);
        };
        // A program of its own, which knows neither aliases nor what is in the shell itself.
        if !tools::is_there(name) {
            out.warn(format_args!("timeout: failed to run command '{name}': No such file or directory\n"));
            return Some(127);
        }
        let line: Vec<String> = words.iter().map(|word| tools::always_quoted(word)).collect();
        let Ok(code) = parse::parse(&line.join(" "), &BTreeMap::new()) else { return Some(125) };
        if !self.may_nest(around) {
            return None;
        }
        let until = if time.is_zero() { SimTime::MAX } else { around.sim.now() + time };
        let inner = self.inside(code, io.clone(), around.shell);
        self.doing = Doing::Inner(Box::new(inner), Purpose::Timed(until, late));
        None
    }

    fn begin_watch(&mut self, call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> Option<i32> {
        let Call { args, io, .. } = call;
        let mut every = 2.0;
        let mut title = true;
        let mut rest = args;
        while let [flag, after @ ..] = rest
            && let Some(letters) = flag.strip_prefix('-')
        {
            rest = after;
            match letters {
                "n" | "-interval" => {
                    let Some((value, after)) = rest.split_first() else {
                        out.err("watch: option requires an argument -- 'n'\n");
                        return Some(1);
                    };
                    rest = after;
                    match value.parse::<f64>() {
                        Ok(seconds) if seconds.is_finite() => every = seconds,
                        _ => {
                            out.warn(format_args!("watch: failed to parse argument: '{value}'\n"));
                            return Some(1);
                        }
                    }
                }
                "t" | "-no-title" => title = false,
                "d" | "-differences" | "c" | "-color" | "b" | "x" => {}
                letters if letters.starts_with('n') && letters[1..].parse::<f64>().is_ok_and(f64::is_finite) => {
                    every = letters[1..].parse().unwrap_or(2.0);
                }
                letters if letters.starts_with("-interval=") => {
                    every =
                        letters["-interval=".len()..].parse().ok().filter(|every: &f64| every.is_finite()).unwrap_or(2.0);
                }
                "" => break,
                _ => {
                    out.warn(format_args!("watch: the playground's watch knows -n, -d and -t, not {flag}\n"));
                    return Some(1);
                }
            }
        }
        if rest.is_empty() {
            out.err("watch: what? watch [-n SECONDS] COMMAND\n");
            return Some(1);
        }
        let line = rest.join(" ");
        match parse::parse(&line, &around.shell.aliases) {
            Ok(code) if !crate::shell::code::starts_jobs(&code) => {}
            Ok(_) => {
                out.err("the playground's shell has no background jobs inside watch\n");
                return Some(2);
            }
            Err(mistake) => {
                out.warn(format_args!("{mistake}\n"));
                return Some(2);
            }
        }
        if !self.may_nest(around) {
            return None;
        }
        let every = Duration::from_millis((every.clamp(0.1, 1e6) * 1000.0) as u64);
        let watch = Watch { line, every, title, next: around.sim.now(), inner: None, pipe: 0, mark: None };
        self.doing = Doing::Watches(Box::new(watch), io.clone());
        None
    }

    /// Lets a `watch` go on; says whether anything was done.
    pub(super) fn watch(&mut self, watch: &mut Watch, io: &Io, around: &mut Around<'_>) -> bool {
        if watch.inner.is_none() && watch.next <= around.sim.now() {
            let Ok(code) = parse::parse(&watch.line, &around.shell.aliases) else { return false };
            watch.pipe = around.pipes.add("");
            let both = Route::Pipe(watch.pipe);
            let inner = self.inside(code, Io { input: None, out: both.clone(), err: both }, around.shell);
            watch.inner = Some(Box::new(inner));
        }
        let Some(inner) = &mut watch.inner else { return false };
        let did = inner.advance(around);
        if inner.ended.is_none() {
            return did;
        }
        watch.inner = None;
        let text = around.pipes.take_all(watch.pipe);
        around.pipes.remove(watch.pipe);
        watch.next = around.sim.now() + watch.every;
        let mut screen = Output::default();
        if watch.title {
            let head = format!("Every {:.1}s: {}", watch.every.as_secs_f64(), watch.line);
            let now = Date::of(around.sim.cluster().now());
            let (weekday, month, clock) = (now.weekday_name(), now.month_name(), now.clock());
            let when = format!("playground: {weekday} {month} {:2} {clock} {}", now.day, now.year);
            let gap = 80usize.saturating_sub(head.chars().count() + when.len()).max(1);
            screen.print(format_args!("{head}{}{when}\n\n", " ".repeat(gap)));
        }
        screen.out(&text);
        if let Route::Terminal(_) = io.out {
            let chunks = &mut around.output.chunks;
            match watch.mark {
                None => watch.mark = Some((chunks.len(), chunks.last().map_or(0, |chunk| chunk.text.len()))),
                Some((count, length)) => {
                    chunks.truncate(count);
                    if let Some(last) = chunks.last_mut().filter(|last| last.text.is_char_boundary(length)) {
                        last.text.truncate(length);
                    }
                    *around.printed = around.printed.saturating_sub(text.len());
                }
            }
        }
        self.print(&screen, io, around);
        true
    }

    fn xargs(&mut self, args: &[String], input: &str, io: &Io, around: &mut Around<'_>) {
        let mut printed = Output::default();
        match tools::xargs(args, input) {
            Ok(script) if script.is_empty() => self.last = 0,
            Ok(script) => {
                let inner = Io { input: None, ..io.clone() };
                match self.script(&script, Purpose::Xargs, &inner, &mut printed, around) {
                    None => {}
                    Some(exit) => self.last = exit,
                }
            }
            Err((exit, message)) => {
                printed.warn(format_args!("xargs: {message}\n"));
                self.last = exit;
            }
        }
        self.print(&printed, io, around);
        self.forget(io, around);
    }
}

fn alias(call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> i32 {
    let args = call.args;
    let aliases = &mut around.shell.aliases;
    if args.is_empty() || args == ["-p"] {
        for (name, value) in aliases.iter() {
            out.print(format_args!("alias {name}={}\n", tools::always_quoted(value)));
        }
        return 0;
    }
    let mut exit = 0;
    for arg in args {
        match arg.split_once('=') {
            Some((name, value)) if !name.is_empty() && !name.contains(['$', '/', ' ', '\'', '"', '`', '\\']) => {
                aliases.insert(name.to_owned(), value.to_owned());
            }
            Some((name, _)) => {
                call.wrong(out, format_args!("alias: `{name}': invalid alias name"));
                exit = 1;
            }
            None => match aliases.get(arg) {
                Some(value) => out.print(format_args!("alias {arg}={}\n", tools::always_quoted(value))),
                None => {
                    call.wrong(out, format_args!("alias: {arg}: not found"));
                    exit = 1;
                }
            },
        }
    }
    exit
}

fn kill(call: Call<'_>, out: &mut Output, around: &mut Around<'_>) -> i32 {
    let args = call.args;
    let (mut code, mut killed) = (143, "Terminated");
    let mut exit = 0;
    let mut rest = args.iter();
    let mut any = false;
    while let Some(arg) = rest.next() {
        if let Some(signal) = arg.strip_prefix('-') {
            let signal = if signal == "s" || signal == "n" { rest.next().map_or("", String::as_str) } else { signal };
            (code, killed) = match signal.trim_start_matches("SIG") {
                "9" | "KILL" => (137, "Killed"),
                "2" | "INT" => (130, "Interrupt"),
                "1" | "HUP" => (129, "Hangup"),
                "15" | "TERM" | "" => (143, "Terminated"),
                "l" => {
                    out.out("1 HUP  2 INT  9 KILL  15 TERM\n");
                    return 0;
                }
                other => {
                    call.wrong(out, format_args!("kill: {other}: invalid signal specification"));
                    return 1;
                }
            };
            continue;
        }
        any = true;
        let place = around.shell.job_at(arg).filter(|at| around.shell.jobs[*at].machine.ended().is_none());
        match place {
            Some(at) => {
                let job = &mut around.shell.jobs[at];
                job.machine.end(code);
                job.killed = Some(killed);
            }
            None => {
                exit = 1;
                match arg {
                    job if job.starts_with('%') => call.wrong(out, format_args!("kill: {job}: no such job")),
                    pid if pid.bytes().all(|c| c.is_ascii_digit()) => {
                        call.wrong(out, format_args!("kill: ({pid}) - No such process"));
                    }
                    other => {
                        call.wrong(out, format_args!("kill: {other}: arguments must be process or job IDs"));
                    }
                }
            }
        }
    }
    if !any {
        out.err("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n");
        return 2;
    }
    exit
}
