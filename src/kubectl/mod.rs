//! kubectl: a command line in, what kubectl 1.36 prints out.
//!
//! Knows the cluster only through the API server's verbs ([`Simulation::cluster`]), as the real one does.

mod output;
mod process;

pub use output::{Chunk, Output, Stream};
pub use process::Process;

use std::collections::BTreeMap;

use crate::sim::Simulation;

/// The files of the directory in which commands run: name → text.
pub type Files = BTreeMap<String, String>;

/// What `~/.kube/config` would hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeConfig {
    /// The namespace of commands that name none.
    pub namespace: String,
}

impl Default for KubeConfig {
    fn default() -> Self {
        KubeConfig { namespace: "default".to_owned() }
    }
}

/// What a command can see and change.
#[derive(Debug)]
pub struct Context<'a> {
    /// The cluster and its clock.
    pub sim: &'a mut Simulation,
    /// The files that `-f` names.
    pub files: &'a Files,
    /// What `-f -` reads.
    pub stdin: Option<&'a str>,
    /// The current context.
    pub config: &'a mut KubeConfig,
}

/// How a command ended, if it did.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With this exit code.
    Done(i32),
    /// It waits for the cluster.
    Running(Process),
}

/// Runs `kubectl ARGS` (without the leading `kubectl`).
pub fn run(_args: &[String], _context: &mut Context<'_>, out: &mut Output) -> Outcome {
    out.err("error: not yet\n");
    Outcome::Done(1)
}
