//! The scenario file: a cluster, files, and what is done with them; its runner and its transcript.
//!
//! One format serves the recordings, the lessons' checks, export and import, and (compressed) the link.

mod fields;
mod file;
mod runner;
mod typed;
mod write;

pub(crate) use fields::Fields;
pub use file::{Step, Until, images, nodes};
pub use runner::{MOST_HAPPENINGS, Outcome, Play, TooMuch, play, play_within, run};
pub(crate) use typed::machine_action;

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
    /// What is done, in order.
    pub steps: Vec<Step>,
}
