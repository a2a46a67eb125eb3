//! Lesson files as a person may open them, and what a browser kept of a course.

use std::time::Duration;

use playground::lessons::{Course, Library, Part, Progress, parse_variant};
use playground::session::Session;

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;

/// Begun are those of ordinary size.
const NODES: usize = 30;

pub(crate) struct Lessons(Seeds);

impl Target for Lessons {
    const NAME: &'static str = "lessons";
    const USUAL: u64 = 500;

    fn new() -> Self {
        Lessons(Seeds::of(seeds::lessons()))
    }

    fn make(&self, random: &mut Random) -> String {
        self.0.text(random)
    }

    fn take(&self, input: &str, _: &mut Meter) {
        for seed in [0, 1, u64::MAX] {
            match parse_variant("f.md", input, seed) {
                Err(errors) => assert!(!errors.is_empty() && errors.iter().all(|error| error.line > 0), "{errors:?}"),
                Ok(lesson) if seed == 0 && lesson.scenario.config.nodes.len() <= NODES => {
                    let mut session = Session::new(&lesson.scenario);
                    let mut progress = Progress::default();
                    for step in &lesson.steps {
                        step.open(&session).into_iter().for_each(|action| session.act(action));
                        progress.observe(&lesson, &session);
                        step.is_solved(&session, &progress);
                        step.goals.iter().chain(&step.mistakes).for_each(|goal| drop(goal.check_with(&session, &progress)));
                        assert!(step.parts.iter().all(|part| !matches!(part, Part::Text(text) if text.trim().is_empty())));
                    }
                    session.settle(Duration::from_secs(5));
                }
                Ok(_) => {}
            }
        }
        let library =
            Library::of_files(vec![("f.md".to_owned(), input.to_owned()), ("glossary.md".to_owned(), input.to_owned())]);
        for volume in library.volumes() {
            library.lesson(&volume.front.id);
        }
        library.term("pod");
        Library::unpack(input);
        if let Ok(course) = Course::from_json(input) {
            assert_eq!(Course::from_json(&course.to_json()).as_ref(), Ok(&course));
        }
    }
}
