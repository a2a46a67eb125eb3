//! Scenario files: read, and played for as long as a moment allows.

use playground::scenario::{Scenario, play_within};

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;

/// How many things may happen: a page or a command line gives more.
const MOST: u64 = 300;
/// Played are those of ordinary size.
const NODES: usize = 30;
const STEPS: usize = 30;

pub(crate) struct Scenarios(Seeds);

impl Target for Scenarios {
    const NAME: &'static str = "scenarios";
    const USUAL: u64 = 300;

    fn new() -> Self {
        Scenarios(Seeds::of(seeds::scenarios()))
    }

    fn make(&self, random: &mut Random) -> String {
        self.0.text(random)
    }

    fn take(&self, input: &str, _: &mut Meter) {
        match Scenario::parse(input) {
            Err(error) => assert!(!error.is_empty(), "it is refused without a word"),
            Ok(mut scenario) => {
                // A break of old terminals becomes a usual one when it is read.
                if !["\u{85}", "\\u0085", "\\N"].iter().any(|it| input.contains(it)) {
                    assert_eq!(Scenario::parse(&scenario.to_text()).as_ref(), Ok(&scenario), "its file says something else");
                }
                if scenario.config.nodes.len() <= NODES {
                    scenario.steps.truncate(STEPS);
                    drop(play_within(&scenario, MOST));
                }
            }
        }
    }
}
