//! Runs a scenario from its first step to its last, advancing the clock where the page would wait.

use std::time::Duration;

use serde::Serialize;

use super::{Scenario, Step, Until};
use crate::api::selector::Selector;
use crate::api::sorted::SortedMap;
use crate::api::{DaemonSet, Node, Pod, Resource};
use crate::kubectl::{Output, Stream};
use crate::session::{Action, Session};

/// What a command takes, as measured between two commands of the recordings.
const COMMAND: Duration = Duration::from_millis(100);
/// How long a command may run before the runner ends it.
const LONGEST_COMMAND: Duration = Duration::from_secs(3600);
/// How long a cluster may take to settle.
const LONGEST_SETTLING: Duration = Duration::from_secs(300);
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

/// Runs a scenario; gives what each `run` step printed, in the order of the steps.
pub fn run(scenario: &Scenario) -> Vec<Outcome> {
    play(scenario).1
}

/// Runs a scenario; gives the session as it is at the end too.
pub fn play(scenario: &Scenario) -> (Session, Vec<Outcome>) {
    let mut runner = Runner { session: Session::new(scenario), outcomes: vec![], background: SortedMap::new() };
    for step in &scenario.steps {
        runner.step(step);
    }
    for (_, slot) in std::mem::take(&mut runner.background) {
        runner.finish_background(slot);
    }
    (runner.session, runner.outcomes)
}

struct Runner {
    session: Session,
    outcomes: Vec<Outcome>,
    /// Commands in the background by id: where their outcome goes.
    background: SortedMap<String, usize>,
}

impl Runner {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Run { line, background: None } => self.run(line),
            Step::Run { line, background: Some(id) } => {
                let slot = self.outcomes.len();
                self.session.start_background(line, slot);
                self.outcomes.push(outcome(line, &Output::default(), 0));
                self.background.insert(id.clone(), slot);
                self.pass(COMMAND);
            }
            Step::Stop(id) => {
                if let Some(slot) = self.background.remove(id) {
                    self.finish_background(slot);
                }
            }
            Step::Wait(duration) => self.pass(*duration),
            Step::Settle => {
                self.session.rest();
                self.session.settle(LONGEST_SETTLING);
            }
            Step::Until { what, timeout } => {
                let end = self.session.now() + *timeout;
                while !holds(what, &self.session) && self.session.now() < end {
                    self.pass(LOOK);
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
        }
    }

    fn run(&mut self, line: &str) {
        self.session.act(Action::Run(line.to_owned()));
        if !self.session.finish_command(LONGEST_COMMAND) {
            self.session.act(Action::Interrupt);
        }
        if let Some(entry) = self.session.entries().last() {
            self.outcomes.push(outcome(line, &entry.job.output, entry.job.exit.unwrap_or(0)));
        }
        self.pass(COMMAND);
    }

    fn finish_background(&mut self, slot: usize) {
        if let (Some(job), Some(outcome)) = (self.session.stop_background(slot), self.outcomes.get_mut(slot)) {
            *outcome = self::outcome(&outcome.run.clone(), &job.output, job.exit.unwrap_or(0));
        }
    }

    fn pass(&mut self, duration: Duration) {
        self.session.advance(self.session.now() + duration);
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
