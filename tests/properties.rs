//! What holds of every DaemonSet on every cluster, whatever happens to them: random nodes, manifests, histories and faults.
//!
//! A case is a scenario file, and is printed as one: save it and look at it with `cargo run -- run FILE`. `PROPTEST_CASES=5000 cargo
//! test --test properties` looks at more cases, `PROPTEST_RNG_SEED=7` at others.

#[path = "properties/story.rs"]
mod story;
#[path = "properties/watch.rs"]
mod watch;

use std::fmt::Debug;
use std::time::Duration;

use playground::api::{Kind, Object, kind, yaml};
use playground::scenario::{Scenario, Step};
use playground::session::{Action, Session};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use story::{Story, stories};
use watch::Watch;

/// Time for everything that was begun to be finished: the longest back-off, the slowest update.
const LONG: Duration = Duration::from_secs(20 * 60);

/// Runs a property over random cases; fails with the smallest that breaks it.
fn hold<T: Debug>(cases: u32, strategy: impl Strategy<Value = T>, property: impl Fn(T) -> Result<(), String>) {
    let given = Config::default();
    let rng_seed = if matches!(given.rng_seed, RngSeed::Random) { RngSeed::Fixed(1) } else { given.rng_seed };
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    let config = Config { cases, rng_seed, failure_persistence: None, max_shrink_iters: 500, ..given };
    let result = TestRunner::new(config).run(&strategy, |case| property(case).map_err(TestCaseError::fail));
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// A session that a story's scenario begins with, and its steps.
fn open(text: &str) -> (Session, Vec<Step>) {
    let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    (Session::watched(&scenario), scenario.steps)
}

/// Takes the steps, with every event watched.
fn play(session: &mut Session, steps: &[Step], watch: &mut Watch) -> Result<(), String> {
    for step in steps {
        match step {
            Step::Wait(time) => watch.pass(session, *time)?,
            Step::Node(action) => {
                watch.pass(session, Duration::ZERO)?;
                // A node that is added twice, or taken away twice, is a story without that line.
                let _ = session.node(action.clone());
                watch.by_hand(session)?;
            }
            Step::Write(files) => {
                for (file, text) in files {
                    session.act(Action::Write { file: file.clone(), text: text.clone() });
                }
            }
            Step::Run { line, .. } => {
                watch.pass(session, Duration::ZERO)?;
                session.act(Action::Run(line.clone()));
                watch.by_hand(session)?;
            }
            other => return Err(format!("a story has no {other:?}")),
        }
    }
    Ok(())
}

fn objects(session: &Session) -> impl Iterator<Item = &Object> {
    kind::ALL.iter().flat_map(|kind| session.sim().cluster().store().objects(*kind))
}

/// What there is beside machines and what was told.
fn belongings(session: &Session) -> Vec<String> {
    let is_one = |object: &&Object| !matches!(object.kind(), Kind::Node | Kind::Event);
    objects(session).filter(is_one).map(|object| format!("{} {}", object.kind().name(), object.name())).collect()
}

/// While anything may happen, no promise is broken; when all is well again, every node that is meant has its pod, and no other; and
/// when everything is deleted, nothing is left.
#[test]
fn every_story_ends_well() {
    hold(60, stories(), |story: Story| {
        let (mut session, steps) = open(&story.to_string());
        let mut watch = Watch::new();
        let at_first = belongings(&session);
        play(&mut session, &steps, &mut watch)?;
        let (_, healing) = open(&story.healing());
        play(&mut session, &healing, &mut watch)?;
        watch.pass(&mut session, LONG)?;
        watch.expect_served(&session)?;
        let (_, ending) = open(&story.ending());
        play(&mut session, &ending, &mut watch)?;
        watch.pass(&mut session, LONG)?;
        let left = belongings(&session);
        if left != at_first {
            return Err(format!("there was {at_first:?}, there is {left:?}"));
        }
        match session.sim().next_at() {
            Some(at) => Err(format!("there is still something to do, at {at}")),
            None => Ok(()),
        }
    });
}

/// The same scenario gives the same objects, to the byte, and another seed gives others.
#[test]
fn the_same_seed_gives_the_same_bytes() {
    let end = |text: &str| {
        let (mut session, steps) = open(text);
        let mut watch = Watch::new();
        play(&mut session, &steps, &mut watch)?;
        Ok::<_, String>(objects(&session).map(|object| yaml::to_compact_json(&object.to_value())).collect::<Vec<_>>())
    };
    hold(10, stories(), |story: Story| {
        let text = story.to_string();
        if end(&text)? != end(&text)? {
            return Err("two runs differ".to_owned());
        }
        if end(&text)? == end(&format!("seed: 2\n{text}"))? {
            return Err("another seed makes no difference".to_owned());
        }
        Ok(())
    });
}
