//! A command line at work: it goes on where a command that waited has ended.

use std::rc::Rc;

use super::builtins::{self, Ended};
use super::parse::{Command, Join, List, Mode, Redirect, expand};
use super::{Shell, parse};
use crate::kubectl::{self, Chunk, Context, Outcome, Output, Process, Stream};
use crate::sim::{Change, SimTime, Simulation};

/// A command line that was started.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// What it printed so far.
    pub output: Output,
    /// Its exit code, once it has ended.
    pub exit: Option<i32>,
    /// Whether it asked for an empty screen (`clear`).
    pub cleared: bool,
    /// The pipelines of the line.
    list: Rc<List>,
    /// How many of them were begun.
    begun: usize,
    /// How many commands of the last of these were run.
    ran: usize,
    /// What the command before the next one of the pipeline printed.
    pipe: Option<String>,
    /// What the job waits for.
    waiting: Option<Waiting>,
    /// The exit code of the last command.
    last: i32,
}

#[derive(Clone, Debug)]
struct Waiting {
    what: Wait,
    routes: Routes,
}

/// What a command waits for.
#[derive(Clone, Debug)]
pub(super) enum Wait {
    /// For the cluster.
    Kubectl(Process),
    /// For a time.
    Until(SimTime),
}

/// Where a command's two streams go.
#[derive(Clone, Debug)]
struct Routes {
    out: Route,
    err: Route,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Terminal(Stream),
    Pipe,
    File(String),
    Nowhere,
}

impl Job {
    /// Starts a line.
    pub(super) fn start(line: &str, shell: &mut Shell, sim: &mut Simulation) -> Job {
        let mut job = Job::default();
        match parse::parse(line) {
            Ok(list) => job.list = Rc::new(list),
            Err(mistake) => {
                job.output.warn(format_args!("{mistake}\n"));
                job.last = 2;
            }
        }
        job.go_on(shell, sim);
        job
    }

    /// Shows a waiting job what changed since it was last asked, and the time; it prints, goes on, and may end.
    pub fn poll(&mut self, changes: &[Change], shell: &mut Shell, sim: &mut Simulation) {
        if self.exit.is_some() {
            return;
        }
        let Some(mut waiting) = self.waiting.take() else { return };
        let mut printed = Output::default();
        let ended = match &mut waiting.what {
            Wait::Kubectl(process) => process.poll(changes, sim, &mut printed),
            Wait::Until(time) => (*time <= sim.now()).then_some(0),
        };
        self.print(&printed, &waiting.routes, shell);
        match ended {
            None => self.waiting = Some(waiting),
            Some(exit) => {
                self.last = exit;
                self.go_on(shell, sim);
            }
        }
    }

    /// When a waiting job wants to be asked even if nothing changes.
    pub fn deadline(&self) -> Option<SimTime> {
        match &self.waiting.as_ref()?.what {
            Wait::Kubectl(process) => process.deadline(),
            Wait::Until(time) => Some(*time),
        }
    }

    /// Ctrl-C: ends the job, what is left of the line with it. The exit code is 130, or what the command makes of the signal.
    pub fn interrupt(&mut self) {
        let code = match self.waiting.take().map(|waiting| waiting.what) {
            Some(Wait::Kubectl(process)) => process.interrupted(),
            _ => 130,
        };
        self.list = Rc::default();
        self.exit.get_or_insert(code);
    }

    /// Runs commands until one waits or none is left.
    fn go_on(&mut self, shell: &mut Shell, sim: &mut Simulation) {
        loop {
            let list = Rc::clone(&self.list);
            let current = self.begun.checked_sub(1).and_then(|at| list.get(at)).map_or(&[][..], |(_, commands)| commands);
            if let Some(command) = current.get(self.ran) {
                self.ran += 1;
                self.run(command, self.ran < current.len(), shell, sim);
                if self.waiting.is_some() {
                    return;
                }
                continue;
            }
            shell.variables.insert("?".to_owned(), self.last.to_string());
            let Some((join, commands)) = list.get(self.begun) else { break };
            let skipped = match join {
                Join::Always => false,
                Join::IfOk => self.last != 0,
                Join::IfFailed => self.last == 0,
            };
            self.begun += 1;
            self.ran = if skipped { commands.len() } else { 0 };
            self.pipe = None;
        }
        self.exit = Some(self.last);
    }

    fn run(&mut self, command: &Command, piped_out: bool, shell: &mut Shell, sim: &mut Simulation) {
        let piped_in = self.pipe.take();
        if piped_out {
            self.pipe = Some(String::new());
        }
        let mut routes = Routes {
            out: if piped_out { Route::Pipe } else { Route::Terminal(Stream::Out) },
            err: Route::Terminal(Stream::Err),
        };
        let names: Vec<&str> = shell.files.keys().map(String::as_str).collect();
        let words: Vec<String> = command.words.iter().flat_map(|word| expand(word, &shell.variables, &names)).collect();
        let stdin = match redirect(&command.redirects, piped_in, &mut routes, shell) {
            Ok(stdin) => stdin,
            Err(message) => {
                self.output.err(&message);
                self.last = 1;
                return;
            }
        };
        let mut printed = Output::default();
        let mut words = words.as_slice();
        while let Some((name, value)) =
            words.first().and_then(|word| word.split_once('=')).filter(|(name, _)| parse::is_name(name))
        {
            if words.len() == 1
                || words[1..].iter().all(|word| word.split_once('=').is_some_and(|(name, _)| parse::is_name(name)))
            {
                shell.variables.insert(name.to_owned(), value.to_owned());
            }
            words = &words[1..];
        }
        let ended = match words.split_first() {
            None => Ended::Done(0),
            Some((name, args)) if name == "kubectl" || name == "k" => {
                let files = shell.files.clone();
                let mut context = Context { sim, files: &files, stdin: stdin.as_deref(), config: &mut shell.kube };
                match kubectl::run(args, &mut context, &mut printed) {
                    Outcome::Done(exit) => Ended::Done(exit),
                    Outcome::Running(process) => Ended::Waits(Wait::Kubectl(process)),
                }
            }
            Some((name, args)) => builtins::run(name, args, stdin.as_deref(), shell, sim, &mut printed),
        };
        sim.deliver();
        self.print(&printed, &routes, shell);
        match ended {
            Ended::Done(exit) => self.last = exit,
            Ended::Cleared => {
                self.cleared = true;
                self.output = Output::default();
                self.last = 0;
            }
            Ended::Exits(exit) => {
                self.last = exit;
                self.list = Rc::default();
            }
            Ended::Waits(what) => self.waiting = Some(Waiting { what, routes }),
        }
    }

    fn print(&mut self, printed: &Output, routes: &Routes, shell: &mut Shell) {
        for Chunk { stream, text } in &printed.chunks {
            let route = if *stream == Stream::Out { &routes.out } else { &routes.err };
            match route {
                Route::Terminal(stream) => self.output.push(*stream, text),
                Route::Pipe => self.pipe.get_or_insert_default().push_str(text),
                Route::File(name) => shell.files.entry(name.clone()).or_default().push_str(text),
                Route::Nowhere => {}
            }
        }
    }
}

/// Follows redirections in order; gives the input of the command.
fn redirect(
    redirects: &[Redirect],
    piped_in: Option<String>,
    routes: &mut Routes,
    shell: &mut Shell,
) -> Result<Option<String>, String> {
    let mut stdin = piped_in;
    for redirect in redirects {
        let (Redirect::In(word) | Redirect::File { to: word, .. }) = redirect else {
            match redirect {
                Redirect::Same { from: 1, to: 2 } => routes.out.clone_from(&routes.err),
                Redirect::Same { from: 2, to: 1 } => routes.err.clone_from(&routes.out),
                _ => {}
            }
            continue;
        };
        let names: Vec<&str> = shell.files.keys().map(String::as_str).collect();
        let expanded = expand(word, &shell.variables, &names);
        let [given] = expanded.as_slice() else {
            return Err("bash: line 1: ambiguous redirect\n".to_owned());
        };
        match redirect {
            Redirect::In(_) if given == "/dev/null" => stdin = Some(String::new()),
            Redirect::In(_) => {
                let missing = || format!("bash: line 1: {given}: No such file or directory\n");
                stdin = Some(shell.files.get(builtins::path(given)).cloned().ok_or_else(missing)?);
            }
            Redirect::File { from, mode, .. } => {
                let route = if given == "/dev/null" {
                    Route::Nowhere
                } else {
                    let name =
                        builtins::writable(given).map_err(|why| format!("bash: line 1: {given}: {why}\n"))?.to_owned();
                    let file = shell.files.entry(name.clone()).or_default();
                    if *mode == Mode::Truncate {
                        file.clear();
                    }
                    Route::File(name)
                };
                *(if *from == 2 { &mut routes.err } else { &mut routes.out }) = route;
            }
            Redirect::Same { .. } => {}
        }
    }
    Ok(stdin)
}
