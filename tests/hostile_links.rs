//! Links that mean harm: whatever they ask for, opening them comes to an end, soon and within bounds.

use std::time::Duration;

use playground::lessons::{self, Library};
use playground::session::{Action, Taken};
use playground::share::{self, Shared};
use playground::sim::{Behaviour, ImageRule, NodeDefinition, SimTime};
use playground::timeline::{Bounds, Branch, Caught, Rest, Timeline};

/// Smaller than the page's: the tests are not optimised.
const BOUNDS: Bounds = Bounds { steps: 40_000, objects: 4_000, printed: 4 * 1024 * 1024 };

fn run(millis: u64, line: &str) -> Taken {
    Taken { at: SimTime::from_millis(millis), action: Action::Run(line.to_owned()) }
}

fn free_play(history: Vec<Taken>, until_seconds: u64) -> Shared {
    let now = SimTime::from_millis(until_seconds * 1000);
    Shared { scenario: lessons::sandbox(), history, now, ..Shared::default() }
}

/// Opens what a link holds as the page does, and says how that ended.
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is to be known")]
fn open(name: &str, shared: &Shared) -> (Timeline, Caught) {
    let shared = share::decode(&share::encode(shared, &Library::default()), &Library::default()).unwrap();
    let begin = std::time::Instant::now();
    let mut timeline = Timeline::new(&shared.scenario);
    let mut rest = Rest::new(Branch { history: shared.history, now: shared.now }, BOUNDS);
    let mut longest = Duration::ZERO;
    loop {
        let before = std::time::Instant::now();
        let caught = timeline.catch_up(&mut rest, 64);
        longest = longest.max(before.elapsed());
        if caught != Caught::More {
            println!(
                "{name}: {caught:?} at {} after {:?}, the longest piece {longest:?}, {} objects",
                timeline.live().now(),
                begin.elapsed(),
                timeline.live().sim().cluster().store().len()
            );
            return (timeline, caught);
        }
    }
}

fn crashing(shared: &mut Shared) {
    shared.scenario.config.images =
        vec![ImageRule { pattern: "*".to_owned(), behaviour: Behaviour::Crash, start_seconds: None, run_seconds: None }];
}

fn nodes(count: usize) -> Vec<NodeDefinition> {
    (1..=count).map(|number| NodeDefinition { name: format!("worker-{number}"), ..NodeDefinition::default() }).collect()
}

#[test]
fn many_commands() {
    let history = (0..10_000).map(|number| run(2000 + number, "kubectl get pods,nodes -A -o yaml")).collect();
    let (_, caught) = open("ten thousand long answers", &free_play(history, 60));
    assert_eq!(caught, Caught::TooMuch("output"));
}

#[test]
fn many_replicas() {
    let deployment = "kubectl create deployment web --image=nginx --replicas=100000";
    let mut shared = free_play(vec![run(2000, deployment), run(400_000, "kubectl get deployments")], 500);
    open("a hundred thousand replicas on three nodes", &shared);
    shared.scenario.config.nodes = nodes(500);
    let (_, caught) = open("a hundred thousand replicas on five hundred nodes", &shared);
    assert!(matches!(caught, Caught::TooMuch(_)));
}

#[test]
fn no_rest() {
    for line in [
        "while true; do :; done",
        "while true; do kubectl get pods >/dev/null; done",
        "yes",
        "f() { f; }; f",
        ":(){ :|:& };:",
    ] {
        open(line, &free_play(vec![run(2000, line), run(60_000, "kubectl get pods")], 3600));
    }
}

#[test]
fn a_year_of_crashes() {
    let mut shared = free_play(vec![run(2000, "kubectl apply -f ds.yaml")], 366 * 24 * 3600);
    crashing(&mut shared);
    shared.scenario.config.nodes = nodes(100);
    let (_, caught) = open("a year of crashes on a hundred nodes", &shared);
    assert_eq!(caught, Caught::TooMuch("work"));
}

#[test]
fn aliases_of_aliases() {
    let mut bomb = "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for (this, last) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        bomb += &format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(", "));
    }
    let itself = "apiVersion: v1\nkind: ConfigMap\nmetadata: &m\n  name: me\n  labels: *m\n";
    let merged = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: me}\ndata: &d\n  <<: *d\n";
    let deep = format!("a: {}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (name, text) in [("a billion laughs", bomb.as_str()), ("itself", itself), ("merged", merged), ("deep", &deep)] {
        let mut shared =
            free_play(vec![run(2000, "kubectl apply -f bomb.yaml"), run(3000, "cat bomb.yaml | kubectl apply -f -")], 10);
        shared.scenario.files.insert("bomb.yaml".to_owned(), text.to_owned());
        let (timeline, caught) = open(name, &shared);
        assert_eq!(caught, Caught::All);
        for entry in timeline.live().entries() {
            assert_ne!(entry.job.exit, Some(0), "{name}: {:?}", entry.job.output);
        }
    }
}
