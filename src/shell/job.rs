//! A command line at work: it goes on where a command that waited has ended.

use super::machine::Machine;
use super::{Shell, parse};
use crate::kubectl::{self, Context, Outcome, Output, Process};
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
    work: Work,
}

/// What is left to do.
#[derive(Clone, Debug, Default)]
enum Work {
    #[default]
    Nothing,
    /// A line that is one kubectl command and nothing else: the page can run it before the shell's second half is there.
    Kubectl(Box<Process>),
    /// Everything else.
    Machine(Box<Machine>),
}

impl Job {
    /// Starts a line.
    pub(super) fn start(line: &str, shell: &mut Shell, sim: &mut Simulation) -> Job {
        let mut job = Job::default();
        match plain_kubectl(line, shell) {
            Some(args) => job.run_kubectl(&args, shell, sim),
            None => job.run_line(line, shell, sim),
        }
        job
    }

    fn run_kubectl(&mut self, args: &[String], shell: &mut Shell, sim: &mut Simulation) {
        let (files, variables) = (&shell.files, &shell.env.variables);
        let mut context = Context { sim, files, variables, stdin: None, config: &mut shell.kube };
        let outcome = kubectl::run(args, &mut context, &mut self.output);
        sim.deliver();
        match outcome {
            Outcome::Done(exit) => self.end(exit, shell),
            Outcome::Running(mut process) => match edit(&mut process, shell, sim, &mut self.output) {
                Some(exit) => self.end(exit, shell),
                None => self.work = Work::Kubectl(Box::new(process)),
            },
        }
    }

    #[inline(never)]
    fn run_line(&mut self, line: &str, shell: &mut Shell, sim: &mut Simulation) {
        match parse::parse(line, &shell.aliases) {
            Ok(code) => {
                self.work = Work::Machine(Box::new(Machine::new(code, None)));
                self.run_machine(None, shell, sim);
            }
            Err(mistake) => {
                self.output.warn(format_args!("{mistake}\n"));
                self.end(2, shell);
            }
        }
    }

    #[inline(never)]
    fn run_machine(&mut self, changes: Option<&[Change]>, shell: &mut Shell, sim: &mut Simulation) {
        let Work::Machine(machine) = &mut self.work else { return };
        if let Some(changes) = changes {
            machine.tell(changes, shell, sim, &mut self.output);
        }
        machine.run(shell, sim, &mut self.output);
        self.cleared |= machine.cleared;
        if let Some(exit) = machine.ended() {
            self.end(exit, shell);
        }
    }

    /// Shows a waiting job what changed since it was last asked, and the time; it prints, goes on, and may end.
    pub fn poll(&mut self, changes: &[Change], shell: &mut Shell, sim: &mut Simulation) {
        match &mut self.work {
            Work::Nothing => {}
            Work::Kubectl(process) => {
                if let Some(exit) = process.poll(changes, sim, &mut shell.files, &mut self.output) {
                    self.end(exit, shell);
                }
            }
            Work::Machine(_) => self.run_machine(Some(changes), shell, sim),
        }
    }

    /// The file that has to be edited and removed before the job goes on, if it waits for that.
    pub fn editing(&self) -> Option<&str> {
        match &self.work {
            Work::Nothing => None,
            Work::Kubectl(process) => process.edits(),
            Work::Machine(machine) => machine.editing(),
        }
    }

    /// When a waiting job wants to be asked even if nothing changes.
    pub fn deadline(&self) -> Option<SimTime> {
        match &self.work {
            Work::Nothing => None,
            Work::Kubectl(process) => process.deadline(),
            Work::Machine(machine) => machine.deadline(),
        }
    }

    /// Ctrl-C: ends the job, what is left of the line with it. The exit code is 130, or what the command makes of the signal.
    pub fn interrupt(&mut self, shell: &mut Shell) {
        let code = match &mut self.work {
            Work::Nothing => return,
            Work::Kubectl(process) => process.interrupted(),
            Work::Machine(machine) => machine.interrupt(),
        };
        self.end(code, shell);
    }

    fn end(&mut self, exit: i32, shell: &mut Shell) {
        self.work = Work::Nothing;
        self.exit = Some(exit);
        shell.last = exit;
    }
}

/// Begins an editing, if that is what a process is, and runs the editor that the environment names until kubectl is content; gives
/// its exit code if it is over then. An editor has no editor of its own.
#[inline(never)]
pub(super) fn edit(process: &mut Process, shell: &mut Shell, sim: &mut Simulation, out: &mut Output) -> Option<i32> {
    process.edits()?;
    let mut ended = process.poll(&[], sim, &mut shell.files, out);
    while let (None, Some(line)) = (ended, process.editor()) {
        let hidden = ["KUBE_EDITOR", "EDITOR"].map(|name| (name, shell.env.variables.remove(name)));
        let mut job = Job::start(&line, shell, sim);
        job.interrupt(shell);
        for (name, value) in hidden {
            value.and_then(|value| shell.env.variables.insert(name.to_owned(), value));
        }
        job.output.chunks.iter().for_each(|chunk| out.push(chunk.stream, &chunk.text));
        ended = process.edited(job.exit.unwrap_or(1), sim, &mut shell.files, out);
    }
    ended
}

/// The arguments of a line that is one kubectl command of words that mean nothing to a shell.
fn plain_kubectl(line: &str, shell: &Shell) -> Option<Vec<String>> {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b" _./:=,@%+-".contains(&c);
    if !line.bytes().all(is_plain) || !shell.env.cwd.is_empty() || shell.aliases.contains_key("kubectl") {
        return None;
    }
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?;
    let is_kubectl = name == "kubectl" || shell.aliases.get(name).is_some_and(|value| value == "kubectl");
    let args: Vec<String> = words.map(str::to_owned).collect();
    (is_kubectl && !reads_input(&args)).then_some(args)
}

/// Whether kubectl will read its input.
pub(super) fn reads_input(args: &[String]) -> bool {
    const INPUT: [&str; 8] = ["-", "-f-", "-f=-", "--filename=-", "/dev/stdin", "-i", "-it", "--stdin"];
    args.iter().any(|arg| INPUT.contains(&arg.as_str()) || arg.ends_with("=/dev/stdin"))
}
