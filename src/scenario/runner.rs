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
    let session = Session::new(scenario);
    let (outcomes, background, typed) = (vec![], SortedMap::new(), vec![]);
    let mut runner = Runner { session, outcomes, background, typed, breath: false, left: most };
    let stopped = scenario.steps.iter().position(|step| {
        runner.step(step);
        runner.left == 0
    });
    runner.breathe();
    for (slot, entry) in std::mem::take(&mut runner.typed) {
        runner.note(slot, entry);
    }
    for (_, slot) in std::mem::take(&mut runner.background) {
        runner.finish_background(slot);
    }
    let end = stopped.map_or(Ok(()), |step| Err(TooMuch { step, at: runner.session.now(), most }));
    (runner.session, runner.outcomes, end)
}

struct Runner {
    session: Session,
    outcomes: Vec<Outcome>,
    /// Commands in the background by id: where their outcome goes.
    background: SortedMap<String, usize>,
    /// How many things may still happen. Where none may, time does not pass any more.
    left: u64,
    /// Where the outcome of a command that was only typed goes, and its place among the session's entries.
    typed: Vec<(usize, usize)>,
    /// Whether the last command took its time, which has not passed yet: who says when the next step is has counted it in.
    breath: bool,
}

impl Runner {
    fn step(&mut self, step: &Step) {
        if !matches!(step, Step::Time(_)) {
            self.breathe();
        }
        match step {
            Step::Run { line, background: None } => self.run(line),
            Step::Run { line, background: Some(id) } => {
                let slot = self.outcomes.len();
                self.session.start_background(line, slot);
                self.outcomes.push(outcome(line, &Output::default(), 0));
                self.background.insert(id.clone(), slot);
                self.breath = true;
            }
            Step::Type(line) => {
                self.session.act(Action::Run(line.clone()));
                self.typed.push((self.outcomes.len(), self.session.entries().len() - 1));
                self.outcomes.push(outcome(line, &Output::default(), 0));
            }
            Step::Interrupt => self.session.act(Action::Interrupt),
            Step::Stop(id) => {
                if let Some(slot) = self.background.remove(id) {
                    self.finish_background(slot);
                }
            }
            Step::Wait(duration) => self.pass(*duration),
            Step::Time(time) => {
                self.breath = false;
                self.pass(*time - self.session.now());
            }
            Step::Settle => {
                self.session.rest();
                self.settle();
            }
            Step::Until { what, timeout } => {
                let end = self.session.now() + *timeout;
                while !holds(what, &self.session) && self.session.now() < end && self.left > 0 {
                    self.pass(LOOK);
                    // Where nothing happens, somebody looks all the same.
                    self.left = self.left.saturating_sub(1);
                }
            }
            Step::Node(action) => {
                // A scenario that names a missing node goes on, as the recorder's does.
                let _ = self.session.node(action.clone());
            }
            Step::Write(files) => {
                for (file, text) in files {
                    self.session.act(Action::Write { file: file.clone(), text: text.clone() });
                }
            }
            Step::Remove(file) => self.session.act(Action::Remove { file: file.clone() }),
        }
    }

    /// Lets the time pass that the last command took.
    fn breathe(&mut self) {
        if std::mem::take(&mut self.breath) {
            self.pass(COMMAND);
        }
    }

    /// What came of a command that was only typed, as far as it got.
    fn note(&mut self, slot: usize, entry: usize) {
        if let (Some(entry), Some(outcome)) = (self.session.entries().get(entry), self.outcomes.get_mut(slot)) {
            *outcome = self::outcome(&outcome.run, &entry.job.output, entry.job.exit.unwrap_or(0));
        }
    }

    fn run(&mut self, line: &str) {
        self.session.act(Action::Run(line.to_owned()));
        let end = self.session.now() + LONGEST_COMMAND;
        while self.session.is_busy() && self.happens(end) {}
        if self.session.is_busy() {
            self.session.act(Action::Interrupt);
        }
        if let Some(entry) = self.session.entries().last() {
            self.outcomes.push(outcome(line, &entry.job.output, entry.job.exit.unwrap_or(0)));
        }
        self.breath = true;
    }

    fn finish_background(&mut self, slot: usize) {
        if let (Some(job), Some(outcome)) = (self.session.stop_background(slot), self.outcomes.get_mut(slot)) {
            *outcome = self::outcome(&outcome.run.clone(), &job.output, job.exit.unwrap_or(0));
        }
    }

    fn pass(&mut self, duration: Duration) {
        let until = self.session.now() + duration;
        while self.happens(until) {}
        if self.left > 0 {
            self.session.advance(until);
        }
    }

    fn settle(&mut self) {
        let end = self.session.now() + LONGEST_SETTLING;
        while !self.session.is_settled() && self.session.now() < end && self.left > 0 {
            let until = self.session.settles_at().min(end);
            if !self.happens(until) && self.left > 0 {
                self.session.advance(until);
            }
        }
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
        Until::Node { name, ready } => store.get::<Node>("", name).is_some_and(|node| {
            let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
            let is_ready = conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True");
            node.name() == name && is_ready == *ready
        }),
    }
}
