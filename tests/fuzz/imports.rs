//! What kubectl printed of somebody's own cluster, and what is written out again.

use playground::export;
use playground::import::{Given, import, recognise};
use playground::scenario::{Scenario, play_within};

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;

/// How many things may happen.
const MOST: u64 = 200;
/// Played are those of ordinary size.
const NODES: usize = 30;

pub(crate) struct Imports(Seeds);

impl Target for Imports {
    const NAME: &'static str = "imports";
    const USUAL: u64 = 300;

    fn new() -> Self {
        let mut texts = seeds::files("tests/import", "yaml");
        texts.extend(seeds::files("tests/import", ".json"));
        Imports(Seeds::of(texts))
    }

    fn make(&self, random: &mut Random) -> String {
        self.0.text(random)
    }

    fn take(&self, input: &str, _: &mut Meter) {
        recognise("nodes.yaml", input);
        match import(&[Given { name: "nodes.yaml", text: input }]) {
            Err(error) => assert!(!error.to_string().is_empty(), "it is refused without a word"),
            Ok(imported) => {
                let scenario = imported.scenario;
                // A break of old terminals becomes a usual one when it is read.
                if !input.contains("\u{85}") && !input.contains("\\u0085") {
                    assert_eq!(Scenario::parse(&scenario.to_text()).as_ref(), Ok(&scenario), "its file says something else");
                }
                export::script(&scenario);
                if scenario.config.nodes.len() <= NODES {
                    drop(play_within(&scenario, MOST));
                }
            }
        }
    }
}
