//! A person at work: a simulation, a shell, and everything that was done, in order.
//!
//! The history of [`Action`]s with their times is the whole truth: replayed on the same scenario it gives the same session,
//! natively and in the browser. Links, reloads, undo and tests rest on that.

use std::rc::Rc;
use std::time::Duration;

use crate::api::sorted::SortedMap;
use crate::kubectl::{Files, Output};
use crate::scenario::Scenario;
use crate::shell::{Completion, Job, Shell};
use crate::sim::{Change, NodeAction, SimTime, Simulation};
use crate::whatif::WhatIf;

/// Something a person does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Runs a command line.
    Run(String),
    /// Presses Ctrl-C.
    Interrupt,
    /// Saves a file.
    Write {
        /// Its name.
        file: String,
        /// Its whole text.
        text: String,
    },
    /// Deletes a file.
    Remove {
        /// Its name.
        file: String,
    },
}

impl Action {
    /// What it is, for a person: `kubectl get nodes`, `saved agent.yaml`.
    pub fn in_words(&self) -> String {
        match self {
            Action::Run(line) => line.clone(),
            Action::Interrupt => "Ctrl-C".to_owned(),
            Action::Write { file, .. } => format!("saved {file}"),
            Action::Remove { file } => format!("removed {file}"),
        }
    }
}

/// An action and when it was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// When, in virtual time.
    pub at: SimTime,
    /// What.
    pub action: Action,
}

/// A command line and what came of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it was started.
    pub at: SimTime,
    /// The command line.
    pub line: String,
    /// What it printed, and its exit code once it has ended.
    pub job: Job,
}

/// A person at work.
///
/// Invariant: at most one entry has not ended, and it is the last one.
#[derive(Clone, Debug)]
pub struct Session {
    sim: Simulation,
    shell: Shell,
    entries: Vec<Rc<Entry>>,
    taken: Vec<Taken>,
    /// When pods, DaemonSets or revisions last changed.
    stirred_at: SimTime,
    /// Commands that a scenario runs beside the others, by a number of its own.
    background: SortedMap<usize, Job>,
    /// What happened since the last call of [`Session::take_happenings`], if anybody wants to know.
    happenings: Option<Vec<(SimTime, Change)>>,
}

/// How much of what was printed is kept, in bytes.
const MOST_KEPT: usize = 4 * 1024 * 1024;
/// So little stays in any case.
const FEW: usize = 1024;
/// How long nothing may change before a cluster counts as settled.
const SETTLED: Duration = Duration::from_secs(2);
/// The time at which a person gets to a new cluster: its nodes have just registered.
const FIRST_LOOK: SimTime = SimTime::from_millis(1000);

impl Session {
    /// A session on the scenario's cluster with its files, nothing done yet.
    pub fn new(scenario: &Scenario) -> Session {
        let mut session = Session::begun(scenario);
        session.advance(FIRST_LOOK);
        session
    }

    /// A session that keeps what happens until somebody takes it.
    pub fn watched(scenario: &Scenario) -> Session {
        let mut session = Session { happenings: Some(vec![]), ..Session::begun(scenario) };
        session.advance(FIRST_LOOK);
        session
    }

    fn begun(scenario: &Scenario) -> Session {
        Session {
            sim: Simulation::new(&scenario.config),
            shell: Shell::new(scenario.files.clone()),
            entries: vec![],
            taken: vec![],
            stirred_at: SimTime::ZERO,
            background: SortedMap::new(),
            happenings: None,
        }
    }

    /// The session that taking `history` on `scenario` gives, at time `now`.
    pub fn replay(scenario: &Scenario, history: &[Taken], now: SimTime) -> Session {
        let mut session = Session::new(scenario);
        for taken in history {
            session.advance(taken.at);
            session.act(taken.action.clone());
        }
        session.advance(now);
        session
    }

    /// The time.
    pub const fn now(&self) -> SimTime {
        self.sim.now()
    }

    /// The simulation, to read.
    pub const fn sim(&self) -> &Simulation {
        &self.sim
    }

    /// The files.
    pub const fn files(&self) -> &Files {
        &self.shell.files
    }

    /// The commands run so far with what they printed, oldest first.
    pub fn entries(&self) -> &[Rc<Entry>] {
        &self.entries
    }

    /// What was done, oldest first.
    pub fn history(&self) -> &[Taken] {
        &self.taken
    }

    /// Whether a command is running.
    pub fn is_busy(&self) -> bool {
        self.entries.last().is_some_and(|entry| entry.job.exit.is_none())
    }

    /// The file that the running command wants edited: it goes on when that is saved and removed.
    pub fn editing(&self) -> Option<&str> {
        self.entries.last().and_then(|entry| entry.job.editing())
    }

    /// What Tab offers for the word at `cursor` (in bytes) of a line.
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        self.shell.complete(line, cursor, &self.sim)
    }

    /// The rest of the line as it will probably be, for a grey suggestion; nothing where none is likely.
    pub fn suggest(&self, line: &str) -> Option<String> {
        self.shell.suggest(line, &self.sim)
    }

    /// Up to eight words to tap in place of typing, the likeliest for a beginner first. A tapped word takes the place of the line
    /// from [`Completion::start`] on.
    pub fn chips(&self, line: &str) -> Completion {
        self.shell.chips(line, &self.sim)
    }

    /// What applying a file with this text would do.
    pub fn whatif(&self, file: &str, text: &str) -> WhatIf {
        self.shell.whatif(file, text, &self.sim)
    }

    /// Whether a line goes on in the next one, as a real terminal shows with `>`.
    pub fn is_unfinished(&self, line: &str) -> bool {
        self.shell.is_unfinished(line)
    }

    /// The directory that commands run in, as the prompt shows it: `~` or `~/dir`.
    pub fn prompt(&self) -> String {
        self.shell.prompt()
    }

    /// Whether commands run in the background.
    pub fn has_jobs(&self) -> bool {
        self.shell.has_jobs()
    }

    /// Does something now; a command that still runs is interrupted by the next one.
    ///
    /// Whatever is due at this very moment happens first, so that a replay, which knows only the moment, comes to the same.
    pub fn act(&mut self, action: Action) {
        self.advance(self.now());
        self.taken.push(Taken { at: self.now(), action: action.clone() });
        match action {
            Action::Run(line) => {
                // What it sets going may need a moment to show in a pod.
                self.rest();
                self.interrupt();
                self.let_go();
                let job = self.shell.run(&line, &mut self.sim);
                self.entries.push(Rc::new(Entry { at: self.sim.now(), line, job }));
                self.tell();
            }
            Action::Interrupt => self.interrupt(),
            Action::Write { file, text } => {
                self.shell.files.insert(file, text);
                self.tell();
            }
            Action::Remove { file } => {
                self.shell.files.remove(&file);
                self.tell();
            }
        }
    }

    /// Does something to a machine without a command line (scenario files only; the page types `node …`).
    ///
    /// # Errors
    /// Where the node is missing, or there already, or cannot be.
    pub fn node(&mut self, action: NodeAction) -> Result<(), crate::sim::NodeActionError> {
        let result = self.sim.node(action);
        self.tell();
        result
    }

    /// Starts a command beside the others (scenario files only).
    pub fn start_background(&mut self, line: &str, number: usize) {
        let job = self.shell.run(line, &mut self.sim);
        self.background.insert(number, job);
        self.tell();
    }

    /// Ends a command that runs beside the others, and gives what it printed.
    pub fn stop_background(&mut self, number: usize) -> Option<Job> {
        let mut job = self.background.remove(&number)?;
        if job.exit.is_none() {
            job.interrupt(&mut self.shell);
        }
        Some(job)
    }

    /// Lets everything happen that is due until `until`.
    pub fn advance(&mut self, until: SimTime) {
        while self.step(until) {}
        self.sim.set_clock(until);
        self.tell();
    }

    /// Lets the next thing happen, if it is due by `until`. Says whether there was one.
    #[cfg_attr(quick, optimize(speed))]
    pub fn step(&mut self, until: SimTime) -> bool {
        let next = self.sim.next_at();
        let deadline = self.waiting().filter_map(Job::deadline).chain(self.shell.jobs_deadline()).min();
        match deadline.filter(|&deadline| deadline <= until && next.is_none_or(|next| deadline < next)) {
            Some(deadline) => self.sim.set_clock(deadline),
            None if !self.sim.step(until) => return false,
            None => {}
        }
        self.tell();
        true
    }

    fn waiting(&self) -> impl Iterator<Item = &Job> {
        let foreground = self.entries.last().map(|entry| &entry.job);
        foreground.into_iter().chain(self.background.values()).filter(|job| job.exit.is_none())
    }

    /// Counts the rest from now on: what was at rest before does not count.
    pub const fn rest(&mut self) {
        self.stirred_at = self.sim.now();
    }

    /// Whether pods, DaemonSets and revisions have been at rest for two seconds.
    pub fn is_settled(&self) -> bool {
        self.now() - self.stirred_at >= SETTLED
    }

    /// When the cluster will count as settled if nothing happens until then.
    pub fn settles_at(&self) -> SimTime {
        self.stirred_at + SETTLED
    }

    /// Lets time pass until the cluster is settled, `limit` at most. Says whether it is.
    pub fn settle(&mut self, limit: Duration) -> bool {
        let end = self.now() + limit;
        while !self.is_settled() {
            let until = self.settles_at().min(end);
            if !self.step(until) {
                self.advance(until);
                if until == end {
                    break;
                }
            }
        }
        self.is_settled()
    }

    /// Lets time pass until the running command ends, `limit` at most. Says whether it did.
    pub fn finish_command(&mut self, limit: Duration) -> bool {
        let end = self.now() + limit;
        while self.is_busy() && self.step(end) {}
        !self.is_busy()
    }

    /// What changed since the last call, with its time, oldest first: nothing unless the session is [`Session::watched`].
    pub fn take_happenings(&mut self) -> Vec<(SimTime, Change)> {
        self.happenings.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// As in any terminal, what was printed long ago is gone when much was printed since.
    fn let_go(&mut self) {
        let mut kept = 0;
        for entry in self.entries.iter_mut().rev() {
            let printed = entry.job.output.bytes();
            kept += printed;
            if kept > MOST_KEPT && printed > FEW {
                let output = &mut Rc::make_mut(entry).job.output;
                *output = Output::default();
                output.print(format_args!(
                    "(The {printed} bytes that stood here were let go: the terminal keeps the newest {} MiB.)\n",
                    MOST_KEPT >> 20
                ));
            }
        }
    }

    fn interrupt(&mut self) {
        if let Some(entry) = self.entries.last_mut().filter(|entry| entry.job.exit.is_none()) {
            Rc::make_mut(entry).job.interrupt(&mut self.shell);
        }
    }

    /// Shows the commands in the background what changed; what they print stands below the last line that was typed.
    fn tell_jobs(&mut self, changes: &[Change]) {
        let mut printed = Output::default();
        self.shell.poll_jobs(changes, &mut self.sim, &mut printed);
        if printed.chunks.is_empty() {
            return;
        }
        if let Some(entry) = self.entries.last_mut() {
            let output = &mut Rc::make_mut(entry).job.output;
            printed.chunks.iter().for_each(|chunk| output.push(chunk.stream, &chunk.text));
        }
    }

    /// Shows the running commands what changed, until nothing more does, and keeps it for the timeline.
    #[cfg_attr(quick, optimize(speed))]
    fn tell(&mut self) {
        let now = self.now();
        loop {
            self.sim.deliver();
            let mut changes = self.sim.take_seen();
            if changes.iter().any(stirs) {
                self.stirred_at = now;
            }
            self.tell_jobs(&changes);
            if let Some(entry) = self.entries.last_mut().filter(|entry| entry.job.exit.is_none()) {
                Rc::make_mut(entry).job.poll(&changes, &mut self.shell, &mut self.sim);
            }
            for job in self.background.values_mut().filter(|job| job.exit.is_none()) {
                job.poll(&changes, &mut self.shell, &mut self.sim);
            }
            let is_all = changes.is_empty();
            if let Some(happenings) = &mut self.happenings {
                happenings.extend(changes.drain(..).map(|change| (now, change)));
            }
            self.sim.give_back(changes);
            if is_all {
                return;
            }
        }
    }
}

/// Whether a change is one of those that `wait: settled` waits for.
fn stirs(change: &Change) -> bool {
    use crate::api::Kind::{ControllerRevision, DaemonSet, Pod};
    matches!(change.object.kind(), ControllerRevision | DaemonSet | Pod)
}
