//! The scenario file: a cluster, files, and what is done with them; its runner and its transcript.

use crate::kubectl::Files;
use crate::sim::Config;

/// A scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// What it is about.
    pub title: String,
    /// The cluster at the beginning.
    pub config: Config,
    /// The files at the beginning.
    pub files: Files,
}
