//! A session with its past: what happened when, how things were then, and acting from there on.
//!
//! The past is not stored but replayed: from the nearest checkpoint (a clone of the session, which shares all that did not
//! change) the same actions give the same moments. Acting in the past leaves the present behind as a [`Branch`].

use std::rc::Rc;
use std::time::Duration;

use crate::api::Object;
use crate::scenario::Scenario;
use crate::session::{Action, Session, Taken};
use crate::sim::{Change, ChangeKind, SimTime};

/// Virtual time between two checkpoints, at least.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);
/// Checkpoints kept; every second one goes when there are more.
const MOST_CHECKPOINTS: usize = 128;
/// Moments shown; the oldest go when there are more.
const MOST_MOMENTS: usize = 20_000;

/// A session with its past.
///
/// Invariants: checkpoints are in the order of time, none is later than the present.
#[derive(Clone, Debug)]
pub struct Timeline {
    scenario: Rc<Scenario>,
    live: Session,
    checkpoints: Vec<Session>,
    /// Whether checkpoints are kept.
    keeps: bool,
    moments: Vec<Moment>,
    branches: Vec<Branch>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: SimTime,
    /// Who did it: `you`, `daemonset-controller`, `default-scheduler`, `kubelet` …
    pub actor: String,
    /// What it was about, as kubectl names it: `pod/fluentd-x7k2p`; empty for a command.
    pub subject: String,
    /// What happened, in the words of the one who did it.
    pub text: String,
    /// How to take it.
    pub tone: Tone,
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
            live,
            moments: vec![],
            branches: vec![],
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
        for taken in history {
            timeline.advance(taken.at);
            timeline.act(taken.action.clone());
        }
        timeline.advance(now);
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

    /// The presents that were left behind, oldest first.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Does something now.
    pub fn act(&mut self, action: Action) {
        if let Action::Run(line) = &action {
            let text = line.clone();
            self.moments.push(Moment {
                at: self.live.now(),
                actor: "you".to_owned(),
                subject: String::new(),
                text,
                tone: Tone::Command,
            });
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
    pub fn run(&mut self, until: SimTime, most: usize) -> bool {
        for _ in 0..most {
            let due = |last: &Session| self.live.now() >= last.now() + CHECKPOINT_EVERY;
            if self.keeps && self.checkpoints.last().is_none_or(due) {
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

    /// Lets the next thing happen, however far away it is, `limit` at most. Says whether there was one.
    pub fn step(&mut self, limit: Duration) -> bool {
        let stepped = self.live.step(self.live.now() + limit);
        self.collect();
        stepped
    }

    /// Lets time pass until the cluster is at rest, `limit` at most. Says whether it is.
    pub fn settle(&mut self, limit: Duration) -> bool {
        let settled = self.live.settle(limit);
        self.collect();
        settled
    }

    /// The session as it was at a moment.
    pub fn at(&self, moment: SimTime) -> Session {
        if moment >= self.live.now() {
            return self.live.clone();
        }
        let before = self.checkpoints.partition_point(|checkpoint| checkpoint.now() <= moment);
        let nearest = before.checked_sub(1).and_then(|index| self.checkpoints.get(index));
        let mut session = nearest.map_or_else(|| Session::watched(&self.scenario), Session::clone);
        let done = session.history().len();
        for taken in self.live.history().iter().skip(done).take_while(|taken| taken.at <= moment) {
            session.advance(taken.at);
            session.act(taken.action.clone());
        }
        session.advance(moment.max(session.now()));
        session
    }

    /// Makes a moment of the past the present; the present stays behind as a branch.
    pub fn fork(&mut self, moment: SimTime) {
        if moment >= self.live.now() {
            return;
        }
        let mut session = self.at(moment);
        session.take_happenings();
        self.branches.push(Branch { history: self.live.history().to_vec(), now: self.live.now() });
        self.live = session;
        let now = self.live.now();
        self.checkpoints.retain(|checkpoint| checkpoint.now() <= now);
        self.moments.retain(|moment| moment.at <= now);
    }

    #[inline(never)]
    fn checkpoint(&mut self) {
        self.collect();
        self.checkpoints.push(self.live.clone());
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
        self.moments.extend(happened.iter().filter_map(|(at, change)| moment(*at, change)));
        // The oldest go many at a time: each time moves all that stay.
        if self.moments.len() > MOST_MOMENTS + MOST_MOMENTS / 4 {
            let excess = self.moments.len() - MOST_MOMENTS;
            self.moments.drain(..excess);
        }
    }
}

/// What a change is to a person: the events that controllers tell.
fn moment(at: SimTime, change: &Change) -> Option<Moment> {
    let Object::Event(event) = &change.object else { return None };
    if change.kind == ChangeKind::Deleted {
        return None;
    }
    let [kind, _, name, _] = event.about().map(Option::unwrap_or_default);
    Some(Moment {
        at,
        actor: event.component().to_owned(),
        subject: format!("{}/{name}", kind.to_ascii_lowercase()),
        text: event.words().to_owned(),
        tone: if event.is_warning() { Tone::Warning } else { Tone::Normal },
    })
}
