//! What the editor knows of a text that is being typed: no promise of it is about texts that are right.

use playground::api::yaml;
use playground::editor::{applied, complete, edited, format, help, problems, repairs};
use playground::session::Session;

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;

pub(crate) struct Editor(Seeds, Session);

impl Target for Editor {
    const NAME: &'static str = "editor";
    const USUAL: u64 = 500;

    fn new() -> Self {
        Editor(Seeds::of(seeds::manifests()), seeds::rolled_out())
    }

    fn make(&self, random: &mut Random) -> String {
        self.0.text(random)
    }

    fn take(&self, input: &str, _: &mut Meter) {
        let cluster = self.1.sim().cluster();
        let problems = problems("f.yaml", input, cluster);
        for problem in problems.iter().take(5) {
            for repair in repairs(input, problem, cluster) {
                within(input, repair.edits.iter().map(|edit| (edit.from, edit.to)));
                edited(input, &repair.edits);
            }
        }
        // Places that follow from the text alone.
        for part in 0..8 {
            let at = input.len() * part / 7;
            let completion = complete(input, at, cluster);
            if !completion.options.is_empty() {
                within(input, [(completion.from, at)]);
            }
            if let Some(help) = help(input, at, cluster) {
                within(input, [(help.from, help.to)]);
            }
        }
        applied("f.yaml", input, cluster);
        if let Ok(tidy) = format(input) {
            assert_eq!(format(&tidy).as_ref(), Ok(&tidy), "it is not tidy after tidying");
            assert_eq!(yaml::parse(&tidy), yaml::parse(input), "tidying changes what it says");
        }
    }
}

fn within(text: &str, spans: impl IntoIterator<Item = (usize, usize)>) {
    for (from, to) in spans {
        assert!(from <= to && text.get(from..to).is_some(), "{from}..{to} is no part of the text");
    }
}
