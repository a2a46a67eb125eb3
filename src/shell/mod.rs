//! The little shell around kubectl: files, quoting, lists of commands, completion.

use crate::kubectl::{Files, KubeConfig, Output};
use crate::sim::{Change, SimTime, Simulation};

/// A shell with its files and its settings.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The files of the one directory there is.
    pub files: Files,
    /// kubectl's settings.
    pub kube: KubeConfig,
    /// The command lines run so far, oldest first.
    pub history: Vec<String>,
}

/// A command line that was started.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// What it printed so far.
    pub output: Output,
    /// Its exit code, once it has ended.
    pub exit: Option<i32>,
    /// Whether it asked for an empty screen (`clear`).
    pub cleared: bool,
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
    pub fn run(&mut self, line: &str, _sim: &mut Simulation) -> Job {
        self.history.push(line.to_owned());
        Job { exit: Some(0), ..Job::default() }
    }

    /// What the word at `cursor` (in bytes) could become.
    pub fn complete(&self, _line: &str, _cursor: usize, _sim: &Simulation) -> Completion {
        Completion::default()
    }
}

impl Job {
    /// Shows a waiting job what changed since it was last asked, and the time; it prints, goes on, and may end.
    pub fn poll(&mut self, _changes: &[Change], _shell: &mut Shell, _sim: &mut Simulation) {}

    /// When a waiting job wants to be asked even if nothing changes.
    pub fn deadline(&self) -> Option<SimTime> {
        None
    }

    /// Ctrl-C: ends the job with exit code 130.
    pub fn interrupt(&mut self) {
        self.exit.get_or_insert(130);
    }
}
