//! Lessons: one Markdown file each, readable as it is, checked to the last goal.
//!
//! [`parse`] reads one, a [`Library`] has them all, [`Goal::check`] judges. The format is described in
//! `lessons/README.md`; `check` proves that every step can be solved.

mod challenge;
#[cfg(not(target_arch = "wasm32"))]
pub mod check;
mod command;
mod course;
mod format;
mod goal;
mod library;
mod question;
mod simulation;
#[cfg(not(target_arch = "wasm32"))]
pub mod solution;
mod vary;

pub use challenge::{Challenge, changes};
pub use course::{Course, Done};
pub use format::{LessonError, parse, parse_variant};
pub use goal::{Goal, Verdict};
pub use library::{Library, Volume};
pub use question::{Answer, Question};
pub use simulation::{Button, Simulation};

use std::time::Duration;

use crate::api::sorted::{SortedMap, SortedSet};
use crate::scenario::Scenario;
use crate::session::{Action, Session, Taken};
use crate::sim::{Config, NodeDefinition, SimTime};

/// The file the sandbox begins with.
const SANDBOX_FILE: &str = include_str!("sandbox.yaml");

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// What its front matter says of it as a whole.
    pub front: Front,
    /// In which of its ways it goes, counted from 0.
    pub seed: u64,
    /// In how many ways it can go.
    pub variants: u64,
    /// The cluster and the files it begins with.
    pub scenario: Scenario,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
    /// What to keep of it, in Markdown: a part of its chapter's sheet.
    pub summary: String,
    /// Where its Markdown links to, with the line.
    pub(crate) links: Vec<(usize, String)>,
}

/// What a catalogue knows of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// Its name in links and in what a learner has done so far: never changed.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The chapter it belongs to, with its number; empty for none.
    pub chapter: String,
    /// How long it takes.
    pub minutes: u32,
    /// What one knows after it.
    pub teaches: Vec<String>,
    /// The ids of lessons to be done before.
    pub prerequisites: Vec<String>,
    /// Set where it is a challenge.
    pub challenge: Option<Challenge>,
}

/// A step of a lesson.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Its title, plain text.
    pub title: String,
    /// What the page shows, in order.
    pub parts: Vec<Part>,
    /// What is to be reached; none where there is only something to read.
    pub goals: Vec<Goal>,
    /// What solves it; never shown.
    pub solution: Vec<Deed>,
    /// What is a mistake, for the hints that wait for it.
    pub mistakes: Vec<Goal>,
    /// What makes mistakes; never shown.
    pub(crate) wrongs: Vec<Wrong>,
    /// Where it stands in the lesson's file, counted from 1.
    pub line: usize,
    /// The files that are given only when it opens: name and text. All others are in the lesson's scenario.
    pub(crate) files: Vec<(String, String)>,
}

/// A piece of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Markdown, with nothing in it that has a meaning of its own.
    Text(String),
    /// A command to type.
    Command(String),
    /// A file that is given.
    File {
        /// Its name.
        name: String,
        /// Its text.
        text: String,
    },
    /// Help, hidden until it is asked for.
    Hint {
        /// What it helps with, Markdown on one line.
        title: String,
        /// The help, in Markdown.
        text: String,
        /// The goal without which it is of use: it is offered while that goal is not met.
        when: Option<String>,
        /// The mistake it answers: it is offered once that is made.
        mistake: Option<String>,
    },
    /// Something to think about.
    Question(Question),
    /// A small cluster to play with.
    Simulation(Simulation),
    /// Here the lesson's summary stands.
    Summary,
}

/// Deeds that go wrong, and the mistakes that they make.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Wrong {
    /// The mistakes' names.
    pub(crate) mistakes: Vec<String>,
    /// The deeds.
    pub(crate) deeds: Vec<Deed>,
    /// Where it stands in the lesson's file, counted from 1.
    pub(crate) line: usize,
}

/// A piece of a step's solution.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Types a command, and lets it end.
    Run(String),
    /// Waits.
    Wait(WaitFor),
    /// Writes a file.
    Write {
        /// Its name.
        file: String,
        /// Its whole text.
        text: String,
    },
    /// Replaces a text that stands in a file.
    Edit {
        /// The file's name.
        file: String,
        /// The text that is there.
        replace: String,
        /// What takes its place.
        with: String,
    },
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// Until nothing changes any more, ten minutes at most.
    Settled,
    /// So long.
    Time(Duration),
}

/// What held at some time of a session, for goals that only have to hold `once`; and what was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    held: SortedSet<String>,
    /// The latest answer to each question by its name: which of them, counted from 0.
    answers: SortedMap<String, usize>,
}

/// The cluster and the file that one plays with freely: a control plane, three workers, a small DaemonSet in `ds.yaml`.
pub fn sandbox() -> Scenario {
    Scenario {
        title: "Sandbox".to_owned(),
        config: Config { nodes: usual_nodes(), ..Config::default() },
        files: [("ds.yaml".to_owned(), SANDBOX_FILE.to_owned())].into(),
        ..Scenario::default()
    }
}

/// A control plane and three workers: the cluster of lessons that do not say.
fn usual_nodes() -> Vec<NodeDefinition> {
    let control_plane = "node-role.kubernetes.io/control-plane";
    let mut nodes = vec![NodeDefinition {
        name: "control-plane".to_owned(),
        labels: [(control_plane.to_owned(), String::new())].into(),
        taints: vec![format!("{control_plane}:NoSchedule")],
        ..NodeDefinition::default()
    }];
    nodes.extend((1..=3).map(|number| NodeDefinition { name: format!("worker-{number}"), ..NodeDefinition::default() }));
    nodes
}

impl Step {
    /// What opening the step does: it gives its files, but for those the learner has.
    pub fn open(&self, session: &Session) -> Vec<Action> {
        let missing = self.files.iter().filter(|(name, _)| !session.files().contains_key(name));
        missing.map(|(file, text)| Action::Write { file: file.clone(), text: text.clone() }).collect()
    }

    /// Whether every goal is met and every question answered. A step without either is solved.
    pub fn is_solved(&self, session: &Session, progress: &Progress) -> bool {
        self.goals.iter().all(|goal| goal.check_with(session, progress).met)
            && self.questions().all(|question| question.is_answered(progress))
    }

    /// Its questions, in order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.parts.iter().filter_map(|part| if let Part::Question(question) = part { Some(question) } else { None })
    }

    /// The prediction that is still to be made before the clock goes on.
    pub fn awaits(&self, progress: &Progress) -> Option<&Question> {
        self.questions().find(|question| question.predict && !question.is_answered(progress))
    }
}

impl Progress {
    /// Notes the answer to a question: which, counted from 0.
    pub fn answer(&mut self, question: &str, choice: usize) {
        self.answers.insert(question.to_owned(), choice);
    }

    /// The latest answer to a question.
    pub fn answer_to(&self, question: &str) -> Option<usize> {
        self.answers.get(question).copied()
    }

    /// The answers, as names and numbers.
    pub fn answers(&self) -> impl Iterator<Item = (&str, usize)> {
        self.answers.iter().map(|(question, choice)| (question.as_str(), *choice))
    }

    /// Notes what holds now; to be called whenever something happened.
    #[inline(never)]
    pub fn observe(&mut self, lesson: &Lesson, session: &Session) {
        for goal in lesson.steps.iter().flat_map(|step| &step.goals) {
            goal.observe(session, self);
        }
    }

    /// What held at some time of the session that `history` gives on the lesson's scenario until `now`.
    #[inline(never)]
    pub fn replay(lesson: &Lesson, history: &[Taken], now: SimTime) -> Progress {
        let mut progress = Progress::default();
        let mut session = Session::new(&lesson.scenario);
        let mut advance = |session: &mut Session, until: SimTime| {
            progress.observe(lesson, session);
            while session.step(until) {
                progress.observe(lesson, session);
            }
            session.advance(until);
        };
        for taken in history {
            advance(&mut session, taken.at);
            session.act(taken.action.clone());
        }
        advance(&mut session, now);
        progress
    }
}
