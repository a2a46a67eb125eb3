//! The little shell around kubectl: files, quoting, lists of commands, completion.
//!
//! [`parse`] takes a line apart, [`job`] runs it and waits where a command waits, [`builtins`] and
//! [`tools`] are the commands that are no kubectl, [`complete`] is the Tab key. Time passes between calls only: nothing here moves the clock.

mod builtins;
mod complete;
mod job;
mod parse;
mod pattern;
mod tools;

use std::collections::BTreeMap;

pub use job::Job;

use crate::kubectl::{Files, KubeConfig};
use crate::sim::Simulation;

/// A shell with its files and its settings.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The files of the one directory there is.
    pub files: Files,
    /// kubectl's settings.
    pub kube: KubeConfig,
    /// The command lines run so far, oldest first.
    pub history: Vec<String>,
    /// Variables, and the exit code of the last command as `?`.
    pub variables: BTreeMap<String, String>,
}

/// What Tab offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where, in bytes of the line, the word begins that is completed.
    pub start: usize,
    /// The words it could become, in order.
    pub candidates: Vec<String>,
}

impl Shell {
    /// Starts a command line; it runs until it ends or waits for the cluster.
    pub fn run(&mut self, line: &str, sim: &mut Simulation) -> Job {
        self.history.push(line.to_owned());
        Job::start(line, self, sim)
    }

    /// What the word at `cursor` (in bytes) could become.
    pub fn complete(&self, line: &str, cursor: usize, sim: &Simulation) -> Completion {
        complete::complete(self, line, cursor, sim)
    }
}
