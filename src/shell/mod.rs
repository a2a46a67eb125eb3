//! The little shell around kubectl: files, quoting, pipes, loops, jobs, completion.
//!
//! [`parse`] takes a line apart into [`code`], [`machine`] runs that and waits where a command waits, [`expand`] makes words of
//! words, [`tools`] are the commands that are no kubectl, [`jobs`] those in the background, [`complete`] is the Tab key, [`hint`]
//! what a friend would say. Time passes between calls only: nothing here moves the clock.
//!
//! Invariants: a line with a mistake, or with what this shell does not have, does nothing at all. A job is data: it can be cloned
//! anywhere, and the same job on the same cluster does the same. Every line ends, waits, or is stopped: what it may do without
//! letting time pass, do in all, print and write has limits.

mod arithmetic;
mod code;
mod complete;
mod expand;
mod files;
mod hint;
mod job;
mod jobs;
mod machine;
mod node;
mod parse;
mod pattern;
mod suggest;
mod text;
mod tools;
mod whatif;
mod why;

use std::collections::{BTreeMap, BTreeSet};

pub use hint::hint;
pub use job::Job;
pub(crate) use node::node_action;

use crate::kubectl::{Files, KubeConfig};
use crate::sim::Simulation;
use crate::whatif::WhatIf;

/// The shell's own process number.
const PID: u32 = 1000;

/// A shell with its files and its settings.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The files of the home directory; a file in a sub-directory has that before its name: `dir/ds.yaml`.
    pub files: Files,
    /// Directories that may be empty.
    directories: BTreeSet<String>,
    /// kubectl's settings.
    pub kube: KubeConfig,
    /// The command lines run so far, oldest first.
    pub history: Vec<String>,
    /// What is set in the shell.
    env: Env,
    /// Short names.
    aliases: BTreeMap<String, String>,
    /// Commands in the background.
    jobs: Vec<jobs::Background>,
    /// The process number of the last of those.
    last_pid: Option<u32>,
    /// The exit code of the last line.
    last: i32,
}

/// What a sub-shell has a copy of.
#[derive(Clone, Debug, Default)]
struct Env {
    variables: BTreeMap<String, String>,
    /// The variables that other programs see.
    exported: BTreeSet<String>,
    /// The directory, without the home directory before it.
    cwd: String,
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
    /// A shell in whose home directory these files lie.
    pub fn new(files: Files) -> Shell {
        let variables = [
            ("HOME", files::HOME),
            ("USER", "learner"),
            ("LOGNAME", "learner"),
            ("HOSTNAME", "playground"),
            ("SHELL", "/bin/bash"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("LANG", "C.UTF-8"),
            ("TERM", "xterm-256color"),
        ];
        let variables: BTreeMap<_, _> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let exported = variables.keys().filter(|name| *name != "HOSTNAME").cloned().collect();
        Shell {
            files,
            directories: BTreeSet::new(),
            kube: KubeConfig::default(),
            history: vec![],
            env: Env { variables, exported, cwd: String::new() },
            aliases: BTreeMap::from([("k".to_owned(), "kubectl".to_owned())]),
            jobs: vec![],
            last_pid: None,
            last: 0,
        }
    }

    /// Starts a command line, or several; it runs until it ends or waits.
    pub fn run(&mut self, line: &str, sim: &mut Simulation) -> Job {
        self.history.push(line.to_owned());
        self.forget_jobs();
        Job::start(line, self, sim)
    }

    /// What the word at `cursor` (in bytes) could become.
    pub fn complete(&self, line: &str, cursor: usize, sim: &Simulation) -> Completion {
        complete::complete(self, line, cursor, sim)
    }

    /// The rest of the line as it will probably be, for a grey suggestion behind the cursor at its end: from the newest line of
    /// the history that begins so, else the only word Tab has to offer.
    #[inline(never)]
    pub fn suggest(&self, line: &str, sim: &Simulation) -> Option<String> {
        suggest::suggest(self, line, sim)
    }

    /// Up to eight words that make sense next, the likeliest for a beginner first: to tap in place of typing. Each takes the place
    /// of the line from [`Completion::start`] on.
    #[inline(never)]
    pub fn chips(&self, line: &str, sim: &Simulation) -> Completion {
        suggest::chips(self, line, sim)
    }

    /// What applying a file with this text would do.
    #[inline(never)]
    pub fn whatif(&self, file: &str, text: &str, sim: &Simulation) -> WhatIf {
        whatif::applied(self, file, text, sim)
    }

    /// Whether a line goes on in the next one: a quote, a loop or a here-document is open, or it ends with a `\` or a `|`.
    #[inline(never)]
    pub fn is_unfinished(&self, line: &str) -> bool {
        parse::is_unfinished(line, &self.aliases)
    }

    /// The directory that commands run in, as the prompt shows it: `~` or `~/dir`.
    pub fn prompt(&self) -> String {
        if self.env.cwd.is_empty() { "~".to_owned() } else { format!("~/{}", self.env.cwd) }
    }
}
