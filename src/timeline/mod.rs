//! A session with its past: what happened when, how things were then, and acting from there on.
//!
//! The past is not stored but replayed: from the nearest checkpoint (a clone of the session, which shares all that did not
//! change) the same actions give the same moments. Acting in the past, and taking a command back, leaves the present behind as a
//! [`Branch`]; nothing that was done is ever lost.

mod rest;
mod sentence;

pub use rest::{Bounds, Caught, Rest};
pub use sentence::{Sentence, sentences};

use std::rc::Rc;
use std::time::Duration;

use crate::api::{Event, Resource};
use crate::scenario::Scenario;
use crate::session::{Action, Session, Taken};
use crate::sim::{Change, ChangeKind, SimTime};

/// Virtual time between two checkpoints, if less than [`CHECKPOINT_AFTER`] is done in it.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);
/// The effort after which there is a checkpoint, however little time has passed: to look at a moment takes no more than that.
const CHECKPOINT_AFTER: u64 = 1_000;
/// Checkpoints kept; every second one goes when there are more.
const MOST_CHECKPOINTS: usize = 192;
/// Moments shown; the oldest go when there are more.
const MOST_MOMENTS: usize = 20_000;
/// Branches kept; the oldest goes when there are more.
const MOST_BRANCHES: usize = 30;

/// A session with its past.
///
/// Invariants: checkpoints are in the order of time, none is later than the present, and what was done by then is how the
/// present began.
#[derive(Clone, Debug)]
pub struct Timeline {
    scenario: Rc<Scenario>,
    live: Session,
    /// When: the cluster was set up before.
    began: SimTime,
    checkpoints: Vec<Checkpoint>,
    /// Whether checkpoints are kept.
    keeps: bool,
    moments: Vec<Moment>,
    /// How many moments there were before the first that is kept.
    forgotten: usize,
    branches: Vec<Branch>,
    /// The presents from which commands were taken back, the last one last.
    undone: Vec<Branch>,
}

/// How things were, and how many moments there had been.
#[derive(Clone, Debug)]
struct Checkpoint {
    session: Session,
    moments: usize,
}

impl Checkpoint {
    /// Whether nobody had done anything.
    fn is_bare(&self) -> bool {
        self.session.history().is_empty()
    }

    fn is_far_from(&self, live: &Session) -> bool {
        live.now() >= self.session.now() + CHECKPOINT_EVERY || effort(live) - effort(&self.session) >= CHECKPOINT_AFTER
    }
}

/// How much was done by then ([`crate::sim::Simulation::effort`]).
const fn effort(session: &Session) -> u64 {
    session.sim().effort()
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// When.
    pub at: SimTime,
    what: What,
}

/// What happened: there are so many events that they are put into words when somebody asks.
#[derive(Clone, Debug, PartialEq)]
enum What {
    /// A person's command.
    Command(String),
    /// A controller told an event.
    Event(Rc<Event>),
}

impl Moment {
    /// Who did it: `you`, `daemonset-controller`, `default-scheduler`, `kubelet` …
    pub fn actor(&self) -> &str {
        match &self.what {
            What::Command(_) => "you",
            What::Event(event) => event.component(),
        }
    }

    /// What it was about, as kubectl names it: `pod/fluentd-x7k2p`; nothing for a command.
    pub fn subject(&self) -> Option<String> {
        let What::Event(event) = &self.what else { return None };
        let [kind, _, name, _] = event.about().map(Option::unwrap_or_default);
        Some(format!("{}/{name}", kind.to_ascii_lowercase()))
    }

    /// What happened, in the words of the one who did it.
    pub fn text(&self) -> &str {
        match &self.what {
            What::Command(line) => line,
            What::Event(event) => event.words(),
        }
    }

    /// How to take it.
    pub fn tone(&self) -> Tone {
        match &self.what {
            What::Command(_) => Tone::Command,
            What::Event(event) if event.is_warning() => Tone::Warning,
            What::Event(_) => Tone::Normal,
        }
    }

    /// What happened, and to what.
    pub fn in_words(&self) -> String {
        self.subject().map_or_else(|| self.text().to_owned(), |subject| format!("{subject}: {}", self.text()))
    }
}

/// How to take a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A person's command.
    Command,
    /// All is as it should be.
    Normal,
    /// Something is not.
    Warning,
}

/// A present that was left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// What had been done.
    pub history: Vec<Taken>,
    /// Its time.
    pub now: SimTime,
}

impl Timeline {
    /// The beginning of a scenario.
    pub fn new(scenario: &Scenario) -> Timeline {
        let live = Session::watched(scenario);
        let mut timeline = Timeline {
            scenario: Rc::new(scenario.clone()),
            checkpoints: vec![],
            keeps: true,
            began: live.now(),
            live,
            moments: vec![],
            forgotten: 0,
            branches: vec![],
            undone: vec![],
        };
        timeline.collect();
        timeline
    }

    /// Whether checkpoints are kept from now on. Without them the past is replayed from the beginning: the page does so until all
    /// of the engine is there, for which a checkpoint would have to wait.
    pub const fn keep_checkpoints(&mut self, keeps: bool) {
        self.keeps = keeps;
    }

    /// The timeline that taking `history` on `scenario` gives, at time `now`.
    pub fn replay(scenario: &Scenario, history: &[Taken], now: SimTime) -> Timeline {
        let mut timeline = Timeline::new(scenario);
        timeline.follow(history, now);
        timeline
    }

    /// What it began with.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The session as it is.
    pub const fn live(&self) -> &Session {
        &self.live
    }

    /// What happened so far, oldest first.
    pub fn moments(&self) -> &[Moment] {
        &self.moments[self.moments.len().saturating_sub(MOST_MOMENTS)..]
    }

    /// All presents that can be gone back to: those left behind, and that from which commands were taken back.
    pub fn others(&self) -> impl Iterator<Item = &Branch> {
        self.branches.iter().chain(self.undone.first())
    }

    /// Puts a present among those that were left behind.
    pub fn leave(&mut self, branch: Branch) {
        self.branches.retain(|known| *known != branch);
        self.branches.push(branch);
        if self.branches.len() > MOST_BRANCHES {
            self.branches.remove(0);
        }
    }

    /// Does something now. What was taken back before stays behind as a branch.
    pub fn act(&mut self, action: Action) {
        if !self.undone.is_empty() {
            self.give_up_undone();
        }
        self.take(action);
    }

    #[inline(never)]
    fn give_up_undone(&mut self) {
        if let Some(branch) = std::mem::take(&mut self.undone).into_iter().next() {
            self.leave(branch);
        }
    }

    fn take(&mut self, action: Action) {
        // What is due at this very moment comes before what is done now.
        self.advance(self.live.now());
        if let Action::Run(line) = &action {
            self.moments.push(Moment { at: self.live.now(), what: What::Command(line.clone()) });
        }
        self.live.act(action);
        self.collect();
    }

    /// Lets everything happen that is due until `until`.
    pub fn advance(&mut self, until: SimTime) {
        while !self.run(until, usize::MAX) {}
    }

    /// Lets at most `most` things happen that are due until `until`. Says whether nothing is left to do until then; if so the
    /// clock is there.
    #[cfg_attr(quick, optimize(speed))]
    pub fn run(&mut self, until: SimTime, most: usize) -> bool {
        for _ in 0..most {
            if self.keeps && self.checkpoints.last().is_none_or(|last| last.is_far_from(&self.live)) {
                self.checkpoint();
            }
            if !self.live.step(until) {
                self.live.advance(until);
                self.collect();
                return true;
            }
            // At once: what happened holds on to all that it changed.
            self.collect();
        }
        false
    }

    /// Lets the next thing happen, however far away it is, `limit` at most; gives what changed, and when. `None`: there was
    /// nothing.
    pub fn step(&mut self, limit: Duration) -> Option<Vec<(SimTime, Change)>> {
        let stepped = self.live.step(self.live.now() + limit);
        let happened = self.live.take_happenings();
        self.note(&happened);
        stepped.then_some(happened)
    }

    /// Lets time pass until the cluster is at rest, `limit` at most. Says whether it is.
    pub fn settle(&mut self, limit: Duration) -> bool {
        let settled = self.live.settle(limit);
        self.collect();
        settled
    }

    /// The session as it was at a moment, with all that happened then; `seen` is one of its past, which may be nearer than any
    /// checkpoint.
    pub fn at(&self, moment: SimTime, seen: Option<Session>) -> Session {
        if moment >= self.live.now() {
            return self.live.clone();
        }
        let before = self.checkpoints.partition_point(|checkpoint| checkpoint.session.now() <= moment);
        let beginning = || self.checkpoints.first().filter(|first| first.session.now() == self.began && first.is_bare());
        let nearest = before.checked_sub(1).and_then(|index| self.checkpoints.get(index)).or_else(beginning);
        let is_nearer =
            |seen: &Session| seen.now() <= moment && nearest.is_none_or(|nearest| effort(&nearest.session) <= effort(seen));
        let mut session = match (seen.filter(is_nearer), nearest) {
            (Some(seen), _) => seen,
            (None, Some(checkpoint)) => checkpoint.session.clone(),
            (None, None) => Session::watched(&self.scenario),
        };
        while !self.relive(&mut session, moment, usize::MAX) {}
        session.take_happenings();
        session
    }

    /// Lets at most `most` of the things happen to a session of the past that happened to it until `until`. Says whether nothing
    /// is left until then; if so its clock is there.
    pub fn relive(&self, session: &mut Session, until: SimTime, most: usize) -> bool {
        for _ in 0..most {
            let next = self.live.history().get(session.history().len()).filter(|taken| taken.at <= until);
            let due = next.map_or(until, |taken| taken.at);
            if session.step(due) {
                continue;
            }
            session.advance(due);
            match next {
                Some(taken) => session.act(taken.action.clone()),
                None => return true,
            }
        }
        false
    }

    /// Makes a moment of the past the present; the present stays behind as a branch.
    pub fn fork(&mut self, moment: SimTime) {
        if moment >= self.live.now() {
            return;
        }
        let present = self.present();
        let done = present.history.iter().take_while(|taken| taken.at <= moment).count();
        self.rewind(&present.history[..done], moment);
        self.give_up_undone();
        // Where only time has passed, it will pass again.
        if done < present.history.len() {
            self.leave(present);
        }
    }

    /// Goes over to the present that was left behind as [`Timeline::others`]' `index`th; this one stays behind in its place.
    pub fn switch(&mut self, index: usize) {
        self.give_up_undone();
        if index >= self.branches.len() {
            return;
        }
        let branch = self.branches.remove(index);
        let present = self.present();
        self.rewind(&branch.history, branch.now);
        self.leave(present);
    }

    /// What [`Timeline::undo`] would take back: the last command.
    pub fn undoable(&self) -> Option<&str> {
        last_command(self.live.history()).map(|(_, line)| line)
    }

    /// What [`Timeline::redo`] would do again.
    pub fn redoable(&self) -> Option<&str> {
        last_command(&self.undone.last()?.history).map(|(_, line)| line)
    }

    /// Takes the last command back, with all that came of it: the present is the moment before it. Files that were saved since
    /// stay as they are.
    pub fn undo(&mut self) {
        let Some((index, _)) = last_command(self.live.history()) else { return };
        let present = self.present();
        self.rewind(&present.history[..index], present.history[index].at);
        let is_file = |taken: &&Taken| matches!(taken.action, Action::Write { .. } | Action::Remove { .. });
        for taken in present.history[index..].iter().filter(is_file) {
            self.take(taken.action.clone());
        }
        self.undone.push(present);
    }

    /// Comes back to the present from which the last command was taken back.
    pub fn redo(&mut self) {
        if let Some(present) = self.undone.pop() {
            self.rewind(&present.history, present.now);
        }
    }

    fn present(&self) -> Branch {
        Branch { history: self.live.history().to_vec(), now: self.live.now() }
    }

    /// Makes what taking `history` until `now` gives the present, from the last checkpoint on that both have in common.
    fn rewind(&mut self, history: &[Taken], now: SimTime) {
        let is_common = |checkpoint: &Checkpoint| {
            let done = checkpoint.session.history();
            let next = history.get(done.len());
            history.starts_with(done) && checkpoint.session.now() <= next.map_or(now, |taken| taken.at)
        };
        let common = self.checkpoints.iter().rposition(is_common).map_or(0, |index| index + 1);
        self.checkpoints.truncate(common);
        let last = self.checkpoints.last();
        let moments = last.map_or(0, |checkpoint| checkpoint.moments);
        self.moments.truncate(moments.saturating_sub(self.forgotten));
        self.forgotten = self.forgotten.min(moments);
        self.live = last.map_or_else(|| Session::watched(&self.scenario), |checkpoint| checkpoint.session.clone());
        self.collect();
        self.follow(history, now);
    }

    /// Does what is left of `history`, and goes on until `now`.
    fn follow(&mut self, history: &[Taken], now: SimTime) {
        for taken in history.iter().skip(self.live.history().len()) {
            self.advance(taken.at);
            self.take(taken.action.clone());
        }
        self.advance(now);
    }

    #[inline(never)]
    fn checkpoint(&mut self) {
        self.collect();
        let moments = self.forgotten + self.moments.len();
        self.live.sim().cluster().store().put_in_order();
        self.checkpoints.push(Checkpoint { session: self.live.clone(), moments });
        if self.checkpoints.len() > MOST_CHECKPOINTS {
            let mut index = 0;
            self.checkpoints.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
    }

    /// Turns what happened since the last time into moments.
    fn collect(&mut self) {
        let happened = self.live.take_happenings();
        self.note(&happened);
    }

    fn note(&mut self, happened: &[(SimTime, Change)]) {
        self.moments.extend(happened.iter().filter_map(|(at, change)| moment(*at, change)));
        // The oldest go many at a time: each time moves all that stay.
        if self.moments.len() > MOST_MOMENTS + MOST_MOMENTS / 4 {
            let excess = self.moments.len() - MOST_MOMENTS;
            self.moments.drain(..excess);
            self.forgotten += excess;
        }
    }
}

/// The last command line of a history, and its place.
fn last_command(history: &[Taken]) -> Option<(usize, &str)> {
    history.iter().enumerate().rev().find_map(|(index, taken)| match &taken.action {
        Action::Run(line) => Some((index, line.as_str())),
        _ => None,
    })
}

/// What a change is to a person: the events that controllers tell.
fn moment(at: SimTime, change: &Change) -> Option<Moment> {
    let event = Event::of(&change.object).filter(|_| change.kind != ChangeKind::Deleted)?;
    Some(Moment { at, what: What::Event(Rc::clone(event)) })
}
