//! Runs code: threads that wait wherever a command waits, joined by pipes.
//!
//! A thread is data: code, a place in it, and what is being done there. So a job can be cloned, left and come back to.

mod commands;
mod pipes;

use std::collections::VecDeque;
use std::rc::Rc;

use super::code::{Code, From, Op, Redirect, Simple, When, Word};
use super::expand::{Expander, Stop};
use super::jobs::Background;
use super::tools::Filter;
use super::{Env, Shell};
use crate::kubectl::{Chunk, Output, Process, Stream};
use crate::sim::{Change, SimTime, Simulation};
pub(super) use commands::{KEYWORDS, OWN, RUNS_OTHERS};
pub(super) use pipes::Pipe;
use pipes::Pipes;

/// What a job may do without letting time pass, and all in all; a command counts one and what it prints.
const AT_ONCE: usize = 20_000;
const IN_ALL: usize = 200_000;
/// How much a job may print on the terminal.
const MOST_PRINTED: usize = 2 * 1024 * 1024;
/// How deep threads may start threads: the stack is not deep.
const DEPTH: usize = 24;

/// Code at work.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    main: Thread,
    pipes: Pipes,
    /// When it was last counted, what was done since, and in all.
    counted: (SimTime, usize, usize),
    printed: usize,
    /// Whether it emptied the screen.
    pub(super) cleared: bool,
}

/// Where a command's streams go.
#[derive(Clone, Debug)]
struct Io {
    /// The pipe it reads; without one its input is empty.
    input: Option<usize>,
    out: Route,
    err: Route,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Route {
    Terminal(Stream),
    Pipe(usize),
    File(String),
    Nowhere,
}

/// One line of execution.
#[derive(Clone, Debug)]
struct Thread {
    code: Code,
    at: usize,
    /// Variables of its own; without them it has the shell's.
    env: Option<Box<Env>>,
    io: Io,
    /// The streams around each redirected group.
    around: Vec<Io>,
    loops: Vec<Loop>,
    /// When each `time` began.
    times: Vec<SimTime>,
    /// The exit code of the last command.
    last: i32,
    doing: Doing,
    /// What the commands in the words at hand printed.
    results: Vec<String>,
    /// The exit code of the last of those.
    inner_exit: Option<i32>,
    depth: usize,
    ended: Option<i32>,
}

#[derive(Clone, Debug)]
struct Loop {
    head: usize,
    end: usize,
    last: i32,
    depth: usize,
    over: Option<(String, VecDeque<String>)>,
}

/// What a thread is at.
#[derive(Clone, Debug)]
enum Doing {
    /// Nothing: the next operation can begin.
    Nothing,
    Kubectl(Box<Process>, Io),
    /// kubectl reads all of its input before it begins.
    Gathers(Vec<String>, Io),
    /// A tool reads.
    Filters(Filter, Io),
    Sleeps(SimTime),
    /// `read` waits for a line.
    Reads(commands::Read, Io),
    /// The commands of a pipe; the pipes between them.
    Pipeline(Vec<Thread>, Vec<usize>),
    /// Something that has to end first.
    Inner(Box<Thread>, Purpose),
    /// `wait`, for jobs by their process numbers; whether for all there are.
    Waits(Vec<u32>, bool),
    Foreground(Box<Background>),
    Watches(Box<commands::Watch>, Io),
}

/// What an inner thread is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Purpose {
    /// `( … )`.
    Shell,
    /// `$( … )`: what it prints into this pipe is wanted.
    Output(usize),
    /// `eval`, `source`: its variables are ours. `xargs` says 123 of a failure.
    Same,
    Xargs,
    /// `timeout`: it has until then; the exit code of one that had not ended.
    Timed(SimTime, i32),
}

/// All that a step can touch.
struct Around<'a> {
    shell: &'a mut Shell,
    sim: &'a mut Simulation,
    /// The terminal.
    output: &'a mut Output,
    pipes: &'a mut Pipes,
    spent: &'a mut usize,
    printed: &'a mut usize,
    cleared: &'a mut bool,
}

impl Machine {
    /// Code that has not begun; in the background it has variables of its own.
    pub(super) fn new(code: Code, env: Option<Box<Env>>) -> Machine {
        let terminal = |stream| Route::Terminal(stream);
        let io = Io { input: None, out: terminal(Stream::Out), err: terminal(Stream::Err) };
        Machine {
            main: Thread::new(code, env, io, 0),
            pipes: Pipes::default(),
            counted: (SimTime::ZERO, 0, 0),
            printed: 0,
            cleared: false,
        }
    }

    /// Its exit code, once it has ended.
    pub(super) const fn ended(&self) -> Option<i32> {
        self.main.ended
    }

    /// Tells waiting commands what changed.
    pub(super) fn tell(&mut self, changes: &[Change], shell: &mut Shell, sim: &mut Simulation, output: &mut Output) {
        self.with(shell, sim, output, &mut |main, around| main.tell(changes, around));
    }

    /// Runs until everything waits or it has ended.
    pub(super) fn run(&mut self, shell: &mut Shell, sim: &mut Simulation, output: &mut Output) {
        let now = sim.now();
        if self.counted.0 != now {
            self.counted = (now, 0, self.counted.2);
        }
        let last = shell.last;
        if self.main.env.is_none() && self.main.at == 0 && matches!(self.main.doing, Doing::Nothing) {
            self.main.last = last;
        }
        self.with(shell, sim, output, &mut |main, around| {
            main.advance(around);
        });
    }

    fn with(
        &mut self,
        shell: &mut Shell,
        sim: &mut Simulation,
        output: &mut Output,
        act: &mut dyn FnMut(&mut Thread, &mut Around<'_>),
    ) {
        let mut around = Around {
            shell,
            sim,
            output,
            pipes: &mut self.pipes,
            spent: &mut self.counted.1,
            printed: &mut self.printed,
            cleared: &mut self.cleared,
        };
        let before = *around.spent;
        act(&mut self.main, &mut around);
        self.counted.2 += self.counted.1 - before;
        let wrong = if self.counted.1 > AT_ONCE {
            "commands without a pause: put a sleep into the loop"
        } else if self.counted.2 > IN_ALL {
            "commands on one line"
        } else if self.printed > MOST_PRINTED {
            "output from one line"
        } else {
            return;
        };
        if self.main.ended.is_none() {
            output.warn(format_args!("bash: stopped: the playground's shell does not run so many {wrong}\n"));
            self.main.ended = Some(137);
        }
    }

    /// The file that a command wants edited, if one waits for that.
    pub(super) fn editing(&self) -> Option<&str> {
        self.main.editing()
    }

    /// How much it has done in all.
    pub(super) const fn done(&self) -> usize {
        self.counted.2
    }

    /// When it wants to be asked even if nothing changes.
    pub(super) fn deadline(&self) -> Option<SimTime> {
        self.main.deadline()
    }

    /// Ends it; gives the exit code of Ctrl-C.
    pub(super) fn interrupt(&mut self) -> i32 {
        let code = self.main.interrupted();
        self.end(code);
        code
    }

    /// Ends it.
    pub(super) fn end(&mut self, code: i32) {
        self.main.ended.get_or_insert(code);
        self.main.doing = Doing::Nothing;
    }

    /// Lets its streams go where those of a command of another machine go, if they can.
    fn prints_as(&mut self, io: &Io) {
        self.main.io.out = io.out.clone();
        self.main.io.err = io.err.clone();
    }
}

impl Thread {
    fn new(code: Code, env: Option<Box<Env>>, io: Io, depth: usize) -> Thread {
        Thread {
            code,
            at: 0,
            env,
            io,
            around: vec![],
            loops: vec![],
            times: vec![],
            last: 0,
            doing: Doing::Nothing,
            results: vec![],
            inner_exit: None,
            depth,
            ended: None,
        }
    }

    fn env<'a>(&'a self, shell: &'a Shell) -> &'a Env {
        self.env.as_deref().unwrap_or(&shell.env)
    }

    fn env_mut<'a>(&'a mut self, shell: &'a mut Shell) -> &'a mut Env {
        self.env.as_deref_mut().unwrap_or(&mut shell.env)
    }

    fn end(&mut self, code: i32) {
        self.ended = Some(code);
        self.doing = Doing::Nothing;
    }

    /// A thread inside this one, with variables of its own.
    fn inside(&self, code: Code, io: Io, shell: &Shell) -> Thread {
        let mut inner = Thread::new(code, Some(Box::new(self.env(shell).clone())), io, self.depth + 1);
        inner.last = self.last;
        inner
    }

    fn tell(&mut self, changes: &[Change], around: &mut Around<'_>) {
        let mut doing = std::mem::replace(&mut self.doing, Doing::Nothing);
        match &mut doing {
            Doing::Kubectl(process, io) => {
                let mut printed = Output::default();
                let ended = process.poll(changes, around.sim, &mut around.shell.files, &mut printed);
                self.print(&printed, io, around);
                if let Some(exit) = ended {
                    self.last = exit;
                    return;
                }
            }
            Doing::Pipeline(stages, _) => stages.iter_mut().for_each(|stage| stage.tell(changes, around)),
            Doing::Inner(inner, _) => inner.tell(changes, around),
            Doing::Watches(watch, _) => {
                if let Some(inner) = &mut watch.inner {
                    inner.tell(changes, around);
                }
            }
            Doing::Foreground(job) => job.machine.tell(changes, around.shell, around.sim, around.output),
            _ => {}
        }
        if self.ended.is_none() {
            self.doing = doing;
        }
    }

    /// The file that a command wants edited.
    fn editing(&self) -> Option<&str> {
        match &self.doing {
            Doing::Kubectl(process, _) => process.edits(),
            Doing::Pipeline(stages, _) => stages.iter().find_map(Thread::editing),
            Doing::Inner(inner, _) => inner.editing(),
            Doing::Foreground(job) => job.machine.editing(),
            _ => None,
        }
    }

    fn deadline(&self) -> Option<SimTime> {
        if self.ended.is_some() {
            return None;
        }
        match &self.doing {
            Doing::Kubectl(process, _) => process.deadline(),
            Doing::Sleeps(until) => Some(*until),
            Doing::Pipeline(stages, _) => stages.iter().filter_map(Thread::deadline).min(),
            Doing::Inner(inner, Purpose::Timed(until, _)) => {
                Some(inner.deadline().map_or(*until, |other| other.min(*until)))
            }
            Doing::Inner(inner, _) => inner.deadline(),
            Doing::Watches(watch, _) => match &watch.inner {
                Some(inner) => inner.deadline(),
                None => Some(watch.next),
            },
            Doing::Foreground(job) => job.machine.deadline(),
            _ => None,
        }
    }

    /// The exit code after Ctrl-C.
    fn interrupted(&self) -> i32 {
        match &self.doing {
            Doing::Kubectl(process, _) => process.interrupted(),
            Doing::Pipeline(stages, _) => {
                stages.last().map_or(130, |stage| stage.ended.unwrap_or_else(|| stage.interrupted()))
            }
            Doing::Foreground(job) => job.machine.main.interrupted(),
            Doing::Watches(..) => 0,
            _ => 130,
        }
    }

    /// Runs until it waits or ends; says whether anything was done.
    fn advance(&mut self, around: &mut Around<'_>) -> bool {
        let mut moved = false;
        while self.ended.is_none() {
            if *around.spent > AT_ONCE || *around.printed > MOST_PRINTED {
                return moved;
            }
            let doing = std::mem::replace(&mut self.doing, Doing::Nothing);
            if !matches!(doing, Doing::Nothing) {
                let (waits, did) = self.go_on(doing, around);
                moved |= did;
                if let Some(waits) = waits {
                    if self.ended.is_none() {
                        self.doing = waits;
                    }
                    return moved;
                }
                continue;
            }
            moved = true;
            let code = Rc::clone(&self.code);
            match code.get(self.at) {
                Some(op) => self.step(op, around),
                None => self.end(self.last),
            }
        }
        moved
    }

    /// Goes on with what it is at: what it still waits for, and whether anything was done.
    fn go_on(&mut self, mut doing: Doing, around: &mut Around<'_>) -> (Option<Doing>, bool) {
        match &mut doing {
            Doing::Nothing => return (None, true),
            Doing::Kubectl(_, io) => {
                // Nobody will read what it prints: it ends at its next write, which is not worth waiting for.
                if let Route::Pipe(pipe) = io.out
                    && around.pipes.is_broken(pipe)
                {
                    self.last = 141;
                    return (None, true);
                }
            }
            Doing::Gathers(args, io) => {
                if io.input.is_none_or(|pipe| around.pipes.is_closed(pipe)) {
                    let text = io.input.map(|pipe| around.pipes.take_all(pipe)).unwrap_or_default();
                    let (args, io) = (std::mem::take(args), io.clone());
                    self.kubectl(&args, Some(&text), io, around);
                    return (None, true);
                }
            }
            Doing::Filters(filter, io) => {
                let mut printed = Output::default();
                let env = self.env.as_deref().unwrap_or(&around.shell.env);
                let cwd = env.cwd.clone();
                let input = io.input.map(|pipe| around.pipes.reader(pipe));
                let (did, ended) = filter.pump(input.flatten(), around.shell, &cwd, &mut printed);
                *around.spent += usize::from(did) + filter.work();
                self.print(&printed, io, around);
                match ended {
                    Some(exit) => {
                        self.last = exit;
                        self.forget(io, around);
                        return (None, true);
                    }
                    None if did => return (Some(doing), true),
                    None => {}
                }
            }
            Doing::Sleeps(until) => {
                if *until <= around.sim.now() {
                    self.last = 0;
                    return (None, true);
                }
            }
            Doing::Reads(read, io) => {
                if let Some(exit) =
                    read.go_on(io.input, around.pipes, self.env.as_deref_mut().unwrap_or(&mut around.shell.env))
                {
                    self.last = exit;
                    return (None, true);
                }
            }
            Doing::Pipeline(stages, pipes) => {
                let did = pipeline(stages, around);
                if stages.iter().all(|stage| stage.ended.is_some()) {
                    self.last = stages.last().and_then(|stage| stage.ended).unwrap_or(0);
                    pipes.iter().for_each(|pipe| around.pipes.remove(*pipe));
                    return (None, true);
                }
                return (Some(doing), did);
            }
            Doing::Inner(inner, purpose) => {
                let did = inner.advance(around);
                let too_late = match *purpose {
                    Purpose::Timed(until, exit) if until <= around.sim.now() => Some(exit),
                    _ => None,
                };
                let Some(exit) = inner.ended.or(too_late) else { return (Some(doing), did) };
                match *purpose {
                    Purpose::Shell => self.last = exit,
                    Purpose::Output(pipe) => {
                        let text = around.pipes.take_all(pipe);
                        around.pipes.remove(pipe);
                        self.results.push(text.trim_end_matches('\n').to_owned());
                        self.inner_exit = Some(exit);
                    }
                    Purpose::Same => {
                        self.env = inner.env.take();
                        self.last = exit;
                    }
                    Purpose::Xargs | Purpose::Timed(..) => self.last = exit,
                }
                return (None, true);
            }
            Doing::Waits(pids, all) => {
                let job = |pid: &u32| around.shell.jobs.iter().find(|job| job.pid == *pid);
                if !pids.iter().any(|pid| job(pid).is_some_and(|job| job.machine.ended().is_none())) {
                    let exit = pids.last().and_then(job).and_then(|job| job.machine.ended());
                    self.last = if *all { 0 } else { exit.unwrap_or(127) };
                    return (None, true);
                }
            }
            Doing::Foreground(job) => {
                job.machine.run(around.shell, around.sim, around.output);
                if let Some(exit) = job.machine.ended() {
                    self.last = exit;
                    return (None, true);
                }
            }
            Doing::Watches(watch, io) => {
                let did = self.watch(watch, io, around);
                return (Some(doing), did);
            }
        }
        (Some(doing), false)
    }

    fn step(&mut self, op: &Op, around: &mut Around<'_>) {
        *around.spent += 1;
        match op {
            Op::Run(command) => return self.run(command, around),
            Op::Pipe(stages) => self.pipe(stages, around),
            Op::Sub(code) => {
                if self.may_nest(around) {
                    let inner = self.inside(Rc::clone(code), self.io.clone(), around.shell);
                    self.doing = Doing::Inner(Box::new(inner), Purpose::Shell);
                }
            }
            Op::Enter(redirects, past) => {
                let Some(redirects) = self.targets(redirects, around) else { return };
                let mut io = self.io.clone();
                match self.redirect(&redirects, &mut io, around) {
                    Ok(()) => self.around.push(std::mem::replace(&mut self.io, io)),
                    Err(message) => {
                        self.complain(&message, around);
                        self.last = 1;
                        return self.jump(*past);
                    }
                }
            }
            Op::Leave => {
                if let Some(io) = self.around.pop() {
                    let inner = std::mem::replace(&mut self.io, io);
                    self.forget(&inner, around);
                }
            }
            Op::Background(code, text) => self.background(code, text, around),
            Op::Not => self.last = i32::from(self.last == 0),
            Op::Succeed => self.last = 0,
            Op::Jump(when, by) => {
                let taken = match when {
                    When::Always => true,
                    When::Ok => self.last == 0,
                    When::Failed => self.last != 0,
                };
                if taken {
                    return self.jump(*by);
                }
            }
            Op::LoopBegin(end, over) => {
                let over = match over {
                    None => None,
                    Some(over) => {
                        let Some(words) = self.expanded(around, &mut |expander| expander.words(&over.1)) else { return };
                        Some((over.0.clone(), words.into()))
                    }
                };
                let end = self.at.saturating_add_signed(*end);
                self.loops.push(Loop { head: self.at + 1, end, last: 0, depth: self.around.len(), over });
            }
            Op::LoopHead => return self.next_round(around),
            Op::LoopBack => {
                if let Some(inner) = self.loops.last_mut() {
                    inner.last = self.last;
                    self.at = inner.head;
                    return;
                }
            }
            Op::LoopEnd => {
                if let Some(ended) = self.loops.pop() {
                    self.last = ended.last;
                }
            }
            Op::Arithmetic(word) => {
                let Some(value) = self.expanded(around, &mut |expander| expander.number(word)) else { return };
                self.last = i32::from(value == 0);
            }
            Op::TimeBegin => self.times.push(around.sim.now()),
            Op::TimeEnd => {
                let passed = self.times.pop().map_or(0.0, |begun| (around.sim.now() - begun).as_secs_f64());
                let (minutes, seconds) = ((passed / 60.0).floor(), passed % 60.0);
                let text = format!("\nreal\t{minutes}m{seconds:.3}s\nuser\t0m0.000s\nsys\t0m0.000s\n");
                self.complain(&text, around);
            }
        }
        self.at += 1;
    }

    fn jump(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by);
    }

    fn next_round(&mut self, around: &mut Around<'_>) {
        self.at += 1;
        let Some(inner) = self.loops.last_mut() else { return };
        let Some((name, words)) = &mut inner.over else { return };
        match words.pop_front() {
            Some(word) => {
                let name = name.clone();
                self.env_mut(around.shell).variables.insert(name, word);
            }
            None => self.at = inner.end,
        }
    }

    /// `break` and `continue`: leaves loops; goes on with the head of the last of them or behind it.
    fn leave_loops(&mut self, count: usize, goes_on: bool, around: &mut Around<'_>) {
        let keep = self.loops.len().saturating_sub(count - 1).max(1);
        self.loops.truncate(keep);
        let Some(inner) = self.loops.last_mut() else { return };
        inner.last = 0;
        self.at = if goes_on { inner.head } else { inner.end };
        let depth = inner.depth;
        while self.around.len() > depth {
            if let Some(io) = self.around.pop() {
                let inner = std::mem::replace(&mut self.io, io);
                self.forget(&inner, around);
            }
        }
    }

    /// Whether another thread may be started inside this one.
    fn may_nest(&mut self, around: &mut Around<'_>) -> bool {
        if self.depth < DEPTH {
            return true;
        }
        self.complain("bash: fork: retry: Resource temporarily unavailable\n", around);
        self.end(254);
        false
    }

    /// What words become, once the commands in them have run: until then nothing, and the thread runs these.
    fn expanded<T>(
        &mut self,
        around: &mut Around<'_>,
        expand: &mut dyn FnMut(&mut Expander<'_>) -> Result<T, Stop>,
    ) -> Option<T> {
        let mut expander = Expander {
            env: self.env.as_deref().unwrap_or(&around.shell.env),
            shell: around.shell,
            last: self.last,
            sim: around.sim,
            results: &self.results,
            used: 0,
            written: vec![],
            made: 0,
        };
        match expand(&mut expander) {
            Ok(value) => {
                let written = expander.written;
                self.env_mut(around.shell).variables.extend(written);
                self.results.clear();
                Some(value)
            }
            Err(Stop::Needs(code)) => {
                if self.may_nest(around) {
                    let pipe = around.pipes.add("");
                    let io = Io { input: self.io.input, out: Route::Pipe(pipe), err: self.io.err.clone() };
                    let inner = self.inside(code, io, around.shell);
                    self.doing = Doing::Inner(Box::new(inner), Purpose::Output(pipe));
                }
                None
            }
            Err(Stop::Fails(message, exit)) => {
                self.results.clear();
                self.complain(&format!("bash: line 1: {message}\n"), around);
                self.end(exit);
                None
            }
        }
    }

    fn run(&mut self, command: &Simple, around: &mut Around<'_>) {
        let Some((words, redirects, assignments)) = self.expanded(around, &mut |expander| {
            let words = expander.words(&command.words)?;
            let redirects = targets(&command.redirects, expander)?;
            let mut assignments = vec![];
            for assignment in &command.assignments {
                let value = expander.one(&assignment.value)?;
                if command.words.is_empty() {
                    // Each sees those before it.
                    let before = if assignment.appends { expander_value(expander, &assignment.name) } else { String::new() };
                    expander.written.push((assignment.name.clone(), before + &value));
                } else {
                    assignments.push((assignment.name.clone(), value));
                }
            }
            Ok((words, redirects, assignments))
        }) else {
            return;
        };
        self.at += 1;
        let mut io = self.io.clone();
        if let Err(message) = self.redirect(&redirects, &mut io, around) {
            self.complain(&message, around);
            self.last = 1;
            return;
        }
        let inner_exit = self.inner_exit.take();
        match words.split_first() {
            None => {
                self.last = inner_exit.unwrap_or(0);
                self.forget(&io, around);
            }
            Some((name, args)) => {
                self.start(commands::Call { name, args, io: &io, line: command.line }, assignments, around);
            }
        }
    }

    fn targets(&mut self, redirects: &[Redirect], around: &mut Around<'_>) -> Option<Vec<Target>> {
        self.expanded(around, &mut |expander| targets(redirects, expander))
    }

    /// Follows redirections in order.
    fn redirect(&mut self, targets: &[Target], io: &mut Io, around: &mut Around<'_>) -> Result<(), String> {
        let cwd = self.env(around.shell).cwd.clone();
        for target in targets {
            match target {
                Target::Ambiguous(shown) => return Err(format!("bash: line 1: {shown}: ambiguous redirect\n")),
                Target::Text(text) => io.input = Some(around.pipes.add_closed(text)),
                Target::In(given) => {
                    let text = around.shell.read(&cwd, given).map(str::to_owned);
                    let text = match text {
                        Ok(text) => text,
                        Err(_) if given == "/dev/stdin" => continue,
                        Err(why) if why == super::files::DIRECTORY => String::new(),
                        Err(why) => return Err(format!("bash: line 1: {given}: {why}\n")),
                    };
                    io.input = Some(around.pipes.add_closed(&text));
                }
                Target::File(from, appends, given) => {
                    let route = match given.as_str() {
                        "/dev/null" => Route::Nowhere,
                        "/dev/stdout" => io.out.clone(),
                        "/dev/stderr" => io.err.clone(),
                        "/dev/tty" => Route::Terminal(Stream::Out),
                        given => {
                            let name = around.shell.writable(&cwd, given);
                            let name = name.map_err(|why| format!("bash: line 1: {given}: {why}\n"))?;
                            let file = around.shell.files.entry(name.clone()).or_default();
                            if !appends {
                                file.clear();
                            }
                            Route::File(name)
                        }
                    };
                    if matches!(from, From::Err | From::Both) {
                        io.err = route.clone();
                    }
                    if matches!(from, From::Out | From::Both) {
                        io.out = route;
                    }
                }
                Target::Same(1, 2) => io.out = io.err.clone(),
                Target::Same(2, 1) => io.err = io.out.clone(),
                Target::Same(..) => {}
                Target::Close(0) => io.input = None,
                Target::Close(1) => io.out = Route::Nowhere,
                Target::Close(_) => io.err = Route::Nowhere,
            }
        }
        Ok(())
    }

    /// Forgets the input that was opened for a command.
    fn forget(&self, io: &Io, around: &mut Around<'_>) {
        if let Some(pipe) = io.input.filter(|pipe| self.io.input != Some(*pipe)) {
            around.pipes.remove_closed(pipe);
        }
    }

    fn pipe(&mut self, stages: &Rc<[Code]>, around: &mut Around<'_>) {
        if !self.may_nest(around) {
            return;
        }
        let mut pipes = vec![];
        let mut threads = vec![];
        let mut input = self.io.input;
        for (at, code) in stages.iter().enumerate() {
            let mut io = Io { input, ..self.io.clone() };
            if at + 1 < stages.len() {
                let pipe = around.pipes.add("");
                pipes.push(pipe);
                input = Some(pipe);
                io.out = Route::Pipe(pipe);
            }
            threads.push(self.inside(Rc::clone(code), io, around.shell));
        }
        self.doing = Doing::Pipeline(threads, pipes);
    }

    fn background(&mut self, code: &Code, text: &Rc<str>, around: &mut Around<'_>) {
        self.last = 0;
        let env = Box::new(self.env(around.shell).clone());
        let mut machine = Machine::new(Rc::clone(code), Some(env));
        machine.prints_as(&self.io);
        match around.shell.add_job(machine, text) {
            Some((number, pid)) => {
                if self.io.err == Route::Terminal(Stream::Err) {
                    self.complain(&format!("[{number}] {pid}\n"), around);
                }
                // What it does at once counts as ours, or a loop could start one after the other.
                *around.spent += around.shell.start_job(pid, around.sim, around.output);
            }
            None => {
                self.complain("bash: fork: retry: Resource temporarily unavailable\n", around);
                self.last = 254;
            }
        }
    }

    /// Prints on its standard error.
    fn complain(&mut self, message: &str, around: &mut Around<'_>) {
        let mut printed = Output::default();
        printed.err(message);
        let io = self.io.clone();
        self.print(&printed, &io, around);
    }

    /// Lets what a command printed go where it goes.
    fn print(&mut self, printed: &Output, io: &Io, around: &mut Around<'_>) {
        for Chunk { stream, text } in &printed.chunks {
            *around.spent += text.len() / 256;
            let route = if *stream == Stream::Out { &io.out } else { &io.err };
            match route {
                Route::Terminal(stream) => {
                    *around.printed += text.len();
                    around.output.push(*stream, text);
                }
                Route::Pipe(pipe) => {
                    if !around.pipes.write(*pipe, text) {
                        self.end(141);
                        return;
                    }
                }
                Route::File(name) => {
                    if let Err(why) = around.shell.append(name, text) {
                        *around.printed += 64;
                        around.output.warn(format_args!("bash: write error: {why}\n"));
                        self.end(1);
                        return;
                    }
                }
                Route::Nowhere => {}
            }
        }
    }
}

/// Lets the commands of a pipe work, from the first to the last, until all wait; says whether anything was done.
fn pipeline(stages: &mut [Thread], around: &mut Around<'_>) -> bool {
    let mut moved = false;
    loop {
        let mut did = false;
        for stage in stages.iter_mut() {
            let was_running = stage.ended.is_none();
            did |= stage.advance(around);
            if was_running && stage.ended.is_some() {
                did = true;
                if let Route::Pipe(pipe) = stage.io.out {
                    around.pipes.close(pipe);
                }
            }
        }
        // What reads no more breaks the pipe of what writes; the first one's input is somebody else's.
        for stage in &stages[1..] {
            if stage.ended.is_some()
                && let Some(pipe) = stage.io.input
            {
                did |= around.pipes.break_up(pipe);
            }
        }
        moved |= did;
        if !did || *around.spent > AT_ONCE || *around.printed > MOST_PRINTED {
            return moved;
        }
    }
}

/// A redirection with its words turned into text.
#[derive(Debug)]
enum Target {
    In(String),
    Text(String),
    File(From, bool, String),
    Same(u8, u8),
    Close(u8),
    Ambiguous(String),
}

fn targets(redirects: &[Redirect], expander: &mut Expander<'_>) -> Result<Vec<Target>, Stop> {
    let mut targets = vec![];
    for redirect in redirects {
        let mut file = |word: &Word, make: &dyn Fn(String) -> Target| -> Result<Target, Stop> {
            let mut words = expander.words(std::slice::from_ref(word))?;
            Ok(match (words.pop(), words.is_empty()) {
                (Some(file), true) => make(file),
                _ => Target::Ambiguous(shown(word)),
            })
        };
        targets.push(match redirect {
            Redirect::In(word) => file(word, &Target::In)?,
            Redirect::File { from, appends, to } => file(to, &|name| Target::File(*from, *appends, name))?,
            Redirect::Text(word) => Target::Text(expander.one(word)?),
            Redirect::Same { from, to } => Target::Same(*from, *to),
            Redirect::Close(stream) => Target::Close(*stream),
        });
    }
    Ok(targets)
}

/// The value that a variable has so far.
fn expander_value(expander: &mut Expander<'_>, name: &str) -> String {
    super::arithmetic::Numbers::get(expander, name)
}

/// A word about as it was written.
fn shown(word: &Word) -> String {
    use super::code::Piece;
    let piece = |piece: &Piece| match piece {
        Piece::Quoted(text) | Piece::Plain(text) => text.clone(),
        Piece::Variable(variable, _) => format!("${}", variable.name),
        Piece::Output(..) => "$(…)".to_owned(),
        Piece::Number(..) => "$((…))".to_owned(),
    };
    word.iter().map(piece).collect()
}
