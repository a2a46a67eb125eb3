//! Runs a scenario from its first step to its last, advancing the clock where the page would wait.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::{Scenario, Step, Until};
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{DaemonSet, Node, Pod, Resource};
use crate::kubectl::{Output, Stream};
use crate::session::{Action, Session};
use crate::sim::SimTime;

/// What a command takes, as measured between two commands of the recordings.
const COMMAND: Duration = Duration::from_millis(100);
/// How long a command may run before the runner ends it.
const LONGEST_COMMAND: Duration = Duration::from_secs(3600);
/// How long a cluster may take to settle.
const LONGEST_SETTLING: Duration = Duration::from_secs(300);
/// How many things happen in a scenario at most where nobody says how many: some minutes of a machine's time.
pub const MOST_HAPPENINGS: u64 = 10_000_000;
/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(200);

/// What one command line of a scenario printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The command line.
    pub run: String,
    /// What went to standard output.
    pub stdout: String,
    /// What went to standard error.
    pub stderr: String,
    /// The exit code.
    pub exit: i32,
    /// Both streams in the order of printing.
    #[serde(skip)]
    pub output: Output,
}

/// A scenario that did not come to its end: more happened in it than may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooMuch {
    /// The step that was not finished, counted from 0.
    pub step: usize,
    /// The virtual time that was reached.
    pub at: SimTime,
    /// How many things had happened by then.
    pub most: u64,
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooMuch { step, at, most } = self;
        write!(
            f,
            "steps[{step}]: stopped at {at} of virtual time, after {most} things have happened. Wait for a shorter time, use fewer \
             nodes, or end what goes on for ever: pods that crash again and again, loops without a sleep"
        )
    }
}

impl std::error::Error for TooMuch {}

/// Runs a scenario; gives what each `run` step printed, in the order of the steps.
pub fn run(scenario: &Scenario) -> Vec<Outcome> {
    play(scenario).1
}

/// Runs a scenario; gives the session as it is at the end too.
pub fn play(scenario: &Scenario) -> (Session, Vec<Outcome>) {
    let (session, outcomes, _) = play_within(scenario, u64::MAX);
    (session, outcomes)
}

/// Runs a scenario until `most` things have happened; says where it was stopped, if it was.
pub fn play_within(scenario: &Scenario, most: u64) -> (Session, Vec<Outcome>, Result<(), TooMuch>) {
    let mut play = Play::new(scenario, most);
    while play.go_on() {}
    play.end()
}

/// A scenario on its way from its first step to its last.
#[derive(Debug)]
pub struct Play {
    session: Session,
    steps: Vec<Step>,
    /// The step that is being done, or comes next.
    at: usize,
    doing: Doing,
    outcomes: Vec<Outcome>,
    printed: usize,
    /// Commands in the background by id: where their outcome goes.
    background: SortedMap<String, usize>,
    /// Where the outcome of a command that was only typed goes, and its place among the session's entries.
    typed: Vec<(usize, usize)>,
    most: u64,
    /// How many things may still happen. Where none may, time does not pass any more.
    left: u64,
    /// Whether the last command took its time, which has not passed yet: who says when the next step is has counted it in.
    breath: bool,
}

/// What is being done.
#[derive(Clone, Copy, Debug)]
enum Doing {
    /// Nothing: the next step comes.
    Nothing,
    /// The time that the last command took passes until then.
    Breathing(SimTime),
    /// A command runs, until then at the latest.
    Running(SimTime),
    /// Time passes until then.
    Passing(SimTime),
    /// The cluster settles, until then at the latest.
    Settling(SimTime),
    /// Somebody waits for something, until the first moment at the latest, and looks again at the second.
    Waiting(SimTime, Option<SimTime>),
}

impl Play {
    /// At most so many things happen.
    pub fn new(scenario: &Scenario, most: u64) -> Play {
        Play {
            session: Session::new(scenario),
            steps: scenario.steps.clone(),
            at: 0,
            doing: Doing::Nothing,
            outcomes: vec![],
            printed: 0,
            background: SortedMap::new(),
            typed: vec![],
            most,
            left: most,
            breath: false,
        }
    }

    /// The session as it is now.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// How many bytes its commands have printed.
    pub const fn printed(&self) -> usize {
        self.printed
    }

    /// How many of how many steps are done.
    pub const fn done(&self) -> (usize, usize) {
        (self.at, self.steps.len())
    }

    /// Does the next small piece, in which one thing happens at most. Says whether there is more to do.
    pub fn go_on(&mut self) -> bool {
        let doing = self.doing;
        match doing {
            Doing::Nothing => return self.begin(),
            Doing::Breathing(until) if self.pass(until) => self.doing = Doing::Nothing,
            Doing::Passing(until) if self.pass(until) => self.next(),
            Doing::Running(end) if !(self.session.is_busy() && self.happens(end)) => self.finish_command(),
            Doing::Settling(end) if self.session.is_settled() || self.session.now() >= end => self.next(),
            Doing::Settling(end) => drop(self.pass(self.session.settles_at().min(end))),
            Doing::Waiting(end, None) if self.session.now() >= end || self.holds() => self.next(),
            Doing::Waiting(end, None) => self.doing = Doing::Waiting(end, Some(self.session.now() + LOOK)),
            Doing::Waiting(end, Some(look)) if self.pass(look) => {
                // Where nothing happens, somebody looks all the same.
                self.left = self.left.saturating_sub(1);
                self.doing = Doing::Waiting(end, None);
            }
            _ => {}
        }
        self.left > 0
    }

    /// What came of it so far, and where it was stopped, if it was.
    pub fn end(mut self) -> (Session, Vec<Outcome>, Result<(), TooMuch>) {
        let stopped = TooMuch { step: self.at, at: self.session.now(), most: self.most - self.left };
        let end = if self.at == self.steps.len() { Ok(()) } else { Err(stopped) };
        if let Doing::Running(_) = self.doing {
            self.finish_command();
        }
        for (slot, entry) in std::mem::take(&mut self.typed) {
            self.note(slot, entry);
        }
        for (_, slot) in std::mem::take(&mut self.background) {
            self.finish_background(slot);
        }
        (self.session, self.outcomes, end)
    }

    fn next(&mut self) {
        self.doing = Doing::Nothing;
        self.at += 1;
    }

    /// Begins the next step, after the time that the last command took. Says whether there is one.
    fn begin(&mut self) -> bool {
        let now = self.session.now();
        let Some(step) = self.steps.get(self.at).cloned() else {
            self.doing = Doing::Breathing(now + COMMAND);
            return std::mem::take(&mut self.breath);
        };
        if let Step::Time(time) = step {
            self.breath = false;
            self.doing = Doing::Passing(time.max(now));
            return true;
        }
        if std::mem::take(&mut self.breath) {
            self.doing = Doing::Breathing(now + COMMAND);
            return true;
        }
        match step {
            Step::Run { line, background: None } => {
                self.session.act(Action::Run(line));
                self.doing = Doing::Running(now + LONGEST_COMMAND);
                return true;
            }
            Step::Wait(duration) => {
                self.doing = Doing::Passing(now + duration);
                return true;
            }
            Step::Settle => {
                self.session.rest();
                self.doing = Doing::Settling(now + LONGEST_SETTLING);
                return true;
            }
            Step::Until { timeout, .. } => {
                self.doing = Doing::Waiting(now + timeout, None);
                return true;
            }
            Step::Time(_) => {}
            Step::Run { line, background: Some(id) } => {
                let slot = self.outcomes.len();
                self.session.start_background(&line, slot);
                self.outcomes.push(outcome(&line, &Output::default(), 0));
                self.background.insert(id, slot);
                self.breath = true;
            }
            Step::Type(line) => {
                self.outcomes.push(outcome(&line, &Output::default(), 0));
                self.session.act(Action::Run(line));
                self.typed.push((self.outcomes.len() - 1, self.session.entries().len() - 1));
            }
            Step::Interrupt => self.session.act(Action::Interrupt),
            Step::Stop(id) => {
                if let Some(slot) = self.background.remove(&id) {
                    self.finish_background(slot);
                }
            }
            Step::Node(action) => {
                // A scenario that names a missing node goes on, as the recorder's does.
                let _ = self.session.node(action);
            }
            Step::Write(files) => {
                for (file, text) in files {
                    self.session.act(Action::Write { file, text });
                }
            }
            Step::Remove(file) => self.session.act(Action::Remove { file }),
        }
        self.next();
        true
    }

    /// What came of a command that was only typed, as far as it got.
    fn note(&mut self, slot: usize, entry: usize) {
        if let (Some(entry), Some(outcome)) = (self.session.entries().get(entry), self.outcomes.get_mut(slot)) {
            *outcome = self::outcome(&outcome.run, &entry.job.output, entry.job.exit.unwrap_or(0));
        }
    }

    fn finish_command(&mut self) {
        if self.session.is_busy() {
            self.session.act(Action::Interrupt);
        }
        if let (Some(entry), Some(Step::Run { line, .. })) = (self.session.entries().last(), self.steps.get(self.at)) {
            self.printed += entry.job.output.bytes();
            self.outcomes.push(outcome(line, &entry.job.output, entry.job.exit.unwrap_or(0)));
        }
        self.breath = true;
        self.next();
    }

    fn finish_background(&mut self, slot: usize) {
        if let (Some(job), Some(outcome)) = (self.session.stop_background(slot), self.outcomes.get_mut(slot)) {
            *outcome = self::outcome(&outcome.run.clone(), &job.output, job.exit.unwrap_or(0));
        }
    }

    /// Lets the next thing happen that is due by `until`, or else time pass up to then. Says whether it is then.
    fn pass(&mut self, until: SimTime) -> bool {
        if self.happens(until) || self.left == 0 {
            return false;
        }
        self.session.advance(until);
        true
    }

    /// Whether what the step waits for is there.
    fn holds(&self) -> bool {
        matches!(self.steps.get(self.at), Some(Step::Until { what, .. }) if holds(what, &self.session))
    }

    /// Lets the next thing happen, if it is due by `until` and may happen. Says whether it did.
    fn happens(&mut self, until: SimTime) -> bool {
        let happened = self.left > 0 && self.session.step(until);
        self.left -= u64::from(happened);
        happened
    }
}

fn outcome(line: &str, output: &Output, exit: i32) -> Outcome {
    Outcome {
        run: line.to_owned(),
        stdout: output.text(Stream::Out),
        stderr: output.text(Stream::Err),
        exit,
        output: output.clone(),
    }
}

fn holds(until: &Until, session: &Session) -> bool {
    let store = session.sim().cluster().store();
    match until {
        Until::Ready { ds, count } => {
            store.get::<DaemonSet>("default", ds).and_then(|ds| ds.status.as_ref()).is_some_and(|status| {
                let wanted = count.unwrap_or(status.desired_number_scheduled);
                status.number_ready == wanted && status.observed_generation.is_some()
            })
        }
        Until::Pods { count, selector } => {
            let Ok(selector) = Selector::parse(selector) else { return false };
            let labels = |pod: &Pod| pod.metadata.labels.clone().unwrap_or_default();
            store.list::<Pod>().filter(|pod| selector.matches(&labels(pod))).count() == *count
        }
        Until::Node { name, ready } => {
            store.get::<Node>("", name).is_some_and(|node| node.name() == name && node.is_ready() == *ready)
        }
    }
}
