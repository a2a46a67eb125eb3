//! Links: what goes in comes out, what is damaged is refused, what once worked works for ever.

use std::time::Duration;

use playground::lessons::{self, Library};
use playground::scenario::Scenario;
use playground::session::{Action, Taken};
use playground::share::{self, ShareError, Shared};
use playground::sim::{Behaviour, Config, ImageRule, Kubelets, NodeDefinition, SimTime};
use playground::timeline::Branch;

thread_local! {
    static LIBRARY: Library = Library::read_dir("lessons".as_ref()).unwrap();
}

fn library() -> Library {
    LIBRARY.with(Library::clone)
}

fn encode(shared: &Shared) -> String {
    share::encode(shared, &library())
}

fn decode(link: &str) -> Result<Shared, ShareError> {
    share::decode(link, &library())
}

fn at(millis: u64, action: Action) -> Taken {
    Taken { at: SimTime::from_millis(millis), action }
}

fn run(millis: u64, line: &str) -> Taken {
    at(millis, Action::Run(line.to_owned()))
}

/// The notes' walk-through as a learner does it: five commands and an edited file.
fn walk_through(workers: usize) -> Shared {
    let mut scenario = library().lesson("walk-through").unwrap().scenario;
    scenario.config.nodes.truncate(1);
    scenario.config.nodes.extend(
        (1..=workers).map(|number| NodeDefinition { name: format!("worker-{number}"), ..NodeDefinition::default() }),
    );
    let file = "fluentd-daemonset.yaml".to_owned();
    let text = scenario.files[&file].replace("fluentd:latest", "fluentd:v1.17");
    Shared {
        title: String::new(),
        lesson: Some(("walk-through".to_owned(), 5)),
        scenario,
        history: vec![
            run(21_417, "kubectl apply -f fluentd-daemonset.yaml"),
            run(44_950, "kubectl get daemonsets"),
            run(67_083, "kubectl get pods -o wide"),
            at(121_730, Action::Write { file: file.clone(), text }),
            run(124_262, "kubectl apply -f fluentd-daemonset.yaml"),
            run(140_001, "kubectl rollout status daemonset/fluentd"),
        ],
        now: SimTime::from_millis(163_392),
        open_file: Some(file),
        ..Shared::default()
    }
}

fn sandbox() -> Shared {
    Shared {
        title: "What a NoExecute taint does".to_owned(),
        scenario: lessons::sandbox(),
        history: vec![
            run(9_000, "kubectl apply -f ds.yaml"),
            run(20_000, "kubectl taint node worker-2 dedicated=infra:NoExecute"),
        ],
        now: SimTime::from_millis(30_000),
        ..Shared::default()
    }
}

#[test]
fn the_command_line_reads_a_link_to_a_lesson() {
    let shared = walk_through(3);
    let asked = std::process::Command::new(env!("CARGO_BIN_EXE_playground")).args(["scenario", &encode(&shared)]).output();
    let asked = asked.expect("the command line");
    let printed = String::from_utf8(asked.stdout).expect("a text");
    assert_eq!(String::from_utf8_lossy(&asked.stderr), "");
    let scenario = Scenario::parse(&printed).expect("a scenario");
    assert_eq!(scenario.config.nodes, shared.scenario.config.nodes);
    assert_eq!(scenario.files, shared.scenario.files);
    assert!(printed.contains("kubectl rollout status daemonset/fluentd"), "{printed}");
}

/// Something in every section, on top of a lesson that is not stored again.
fn everything() -> Shared {
    let mut shared = walk_through(3);
    shared.title = "Ünusual 🦀".to_owned();
    let rule = |pattern: &str, behaviour, start_seconds, run_seconds| ImageRule {
        pattern: pattern.to_owned(),
        behaviour,
        start_seconds,
        run_seconds,
    };
    let config = &mut shared.scenario.config;
    config.images = vec![
        rule("*:v9", Behaviour::Crash, None, None),
        rule("slow*", Behaviour::NotReady, Some(2.5), None),
        rule("job*", Behaviour::Completes, Some(2.5), Some(60.0)),
    ];
    config.kubelets = Kubelets { start: Duration::from_millis(1500), stop: Duration::from_secs(30) };
    config.seed = u64::MAX;
    config.nodes[2].labels.insert("disktype".to_owned(), "ssd".to_owned());
    config.nodes[2].taints.push("dedicated=infra:NoExecute".to_owned());
    config.nodes[3].allocatable.insert("cpu".to_owned(), "500m".to_owned());
    shared.scenario.files.insert("notes.txt".to_owned(), "what I learnt\n".to_owned());
    shared.history.push(at(150_000, Action::Interrupt));
    shared.history.push(at(150_000, Action::Remove { file: "notes.txt".to_owned() }));
    shared
}

/// What lies after the moment that is looked at, and what was left behind.
fn whole_history() -> Shared {
    let mut shared = sandbox();
    let mut other = shared.history[..1].to_vec();
    other.push(at(12_500, Action::Write { file: "ds.yaml".to_owned(), text: "kind: Nothing\n".to_owned() }));
    other.push(run(15_000, "kubectl delete -f ds.yaml"));
    shared.seen = Some(SimTime::from_millis(14_000));
    shared.others = vec![
        Branch { history: other, now: SimTime::from_millis(40_000) },
        Branch { history: vec![run(1000, "ls")], now: SimTime::from_millis(1000) },
    ];
    shared
}

#[test]
fn links_are_short() {
    for (workers, limit) in [(3, 400), (50, 800), (500, 1000)] {
        let link = encode(&walk_through(workers));
        println!("walk-through on {workers} workers: {} characters: {link}", link.len());
        assert!(link.len() <= limit, "{} characters", link.len());
    }
    println!("sandbox: {} characters", encode(&sandbox()).len());
    println!(
        "sandbox, nothing done: {} characters",
        encode(&Shared { scenario: lessons::sandbox(), ..Shared::default() }).len()
    );
}

#[test]
fn a_link_gives_the_same_session() {
    let shared = walk_through(3);
    let opened = decode(&encode(&shared)).unwrap();
    assert_eq!(opened, shared);
    let (before, after) = (shared.session(), opened.session());
    assert_eq!((before.now(), before.history(), before.files()), (after.now(), after.history(), after.files()));
    let pods = |session: &playground::session::Session| format!("{:?}", session.sim().cluster().store());
    assert_eq!(pods(&before), pods(&after));
}

#[test]
fn a_link_may_be_copied_in_many_ways() {
    let shared = walk_through(3);
    let link = encode(&shared);
    assert!(link.starts_with("#1") && link.ends_with('e'));
    for text in [
        link[1..].to_owned(),
        format!("https://example.org/daemonsets/{link}"),
        format!("  https://example.org/?x#y{link}\n"),
        format!("{}\r\n {}", &link[..70], &link[70..]),
    ] {
        assert_eq!(decode(&text).as_ref(), Ok(&shared), "{text}");
    }
}

#[test]
fn every_damage_is_noticed() {
    let link = encode(&walk_through(3));
    let letters: Vec<char> = link.chars().collect();
    for end in 1..letters.len() {
        let cut: String = letters[..end].iter().collect();
        assert!(decode(&cut).is_err(), "cut after {end}");
    }
    for position in 1..letters.len() {
        for other in "AZaez059-_.%ä\u{200b}".chars().filter(|other| *other != letters[position]) {
            let mut changed = letters.clone();
            changed[position] = other;
            let changed: String = changed.iter().collect();
            assert!(decode(&changed).is_err(), "{other} at {position}");
        }
        if letters[position - 1] != letters[position] {
            let mut swapped = letters.clone();
            swapped.swap(position - 1, position);
            let swapped: String = swapped.iter().collect();
            assert!(position == 1 || decode(&swapped).is_err(), "swapped at {position}");
        }
    }
}

#[test]
fn errors_tell_what_to_do() {
    let text = |link: &str| decode(link).unwrap_err().to_string();
    assert_eq!(decode(""), Err(ShareError::Empty));
    assert_eq!(decode("#"), Err(ShareError::Empty));
    assert_eq!(decode("#1"), Err(ShareError::Damaged));
    assert_eq!(decode("#hello"), Err(ShareError::Damaged));
    assert_eq!(decode("#3AAAA"), Err(ShareError::Newer(3)));
    assert!(text("#").contains("copy all of it"));
    assert!(text("#1x").contains("damaged"));
    assert!(text("#2x").contains("Reload the page"));
}

#[test]
fn what_is_too_much_is_refused() {
    let refused = |change: &dyn Fn(&mut Shared)| {
        let mut shared = sandbox();
        change(&mut shared);
        match decode(&encode(&shared)) {
            Err(ShareError::TooLarge(what)) => what,
            other => panic!("{other:?}"),
        }
    };
    let node = |number: usize| NodeDefinition { name: format!("n{number}"), ..NodeDefinition::default() };
    assert_eq!(refused(&|it| it.scenario.config.nodes = (0..=share::MAX_NODES).map(node).collect()), "nodes");
    assert_eq!(refused(&|it| it.history = vec![at(1, Action::Interrupt); share::MAX_HISTORY + 1]), "history");
    assert_eq!(refused(&|it| it.now = share::MAX_TIME + Duration::from_millis(1)), "time");
    let other = |_: usize| Branch { history: vec![], now: SimTime::ZERO };
    assert_eq!(refused(&|it| it.others = (0..=share::MAX_OTHERS).map(other).collect()), "history");
    assert_eq!(refused(&|it| it.seen = Some(share::MAX_TIME + Duration::from_millis(1))), "time");
    // A few bytes each that would copy a long history.
    let long: Vec<Taken> = (0..5000).map(|number| run(number, "kubectl get pods")).collect();
    let copies = |it: &mut Shared| {
        it.history = long.clone();
        it.others = vec![Branch { history: long.clone(), now: SimTime::from_millis(9999) }; share::MAX_OTHERS];
    };
    assert_eq!(refused(&copies), "history");
    assert_eq!(refused(&|it| it.title = "x".repeat(share::MAX_NAME_BYTES + 1)), "text");
    assert_eq!(refused(&|it| _ = it.scenario.files.insert("big".to_owned(), "x".repeat(share::MAX_FILE_BYTES + 1))), "text");
    assert_eq!(
        refused(&|it| it.scenario.files = (0..=share::MAX_FILES).map(|n| (n.to_string(), String::new())).collect()),
        "files"
    );
    // Few bytes that would become many: labels times nodes, a big file saved again and again.
    let label = ("a".to_owned(), "x".repeat(1000));
    let labelled = |number: usize| NodeDefinition { labels: [label.clone()].into(), ..node(number) };
    assert_eq!(refused(&|it| it.scenario.config.nodes = (0..share::MAX_NODES).map(labelled).collect()), "labels and taints");
    let save =
        |number: u64| at(number, Action::Write { file: "f".to_owned(), text: format!("{}{number}", "x".repeat(100_000)) });
    assert_eq!(refused(&|it| it.history = (0..50).map(save).collect()), "text");
}

/// A small generator of chance (SplitMix64): the same numbers in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 14] =
            ["", "a", "worker-", "0", "7", "12", "kubectl get ds", "\n", "\0", "ä", "🦀", "\u{301}", "name: fluentd\n", "-"];
        (0..self.below(6)).map(|_| PIECES[self.below(14) as usize]).collect()
    }

    fn map(&mut self) -> std::collections::BTreeMap<String, String> {
        (0..self.below(3)).map(|_| (self.text(), self.text())).collect()
    }

    fn shared(&mut self) -> Shared {
        let lesson = [None, Some(("walk-through".to_owned(), self.below(9) as usize)), Some((self.text(), 0))]
            [self.below(3) as usize]
            .clone();
        let mut scenario = [Scenario::default(), lessons::sandbox(), library().lesson("walk-through").unwrap().scenario]
            [self.below(3) as usize]
            .clone();
        if self.below(2) == 0 {
            let (labels, taints) = (self.map(), (0..self.below(3)).map(|_| self.text()).collect::<Vec<_>>());
            let nodes = (0..self.below(12)).map(|number| {
                let name = if self.below(4) == 0 { self.text() } else { format!("worker-{}", number + 8) };
                let labels = if self.below(5) == 0 { self.map() } else { labels.clone() };
                NodeDefinition { name, labels, taints: taints.clone(), allocatable: self.map() }
            });
            scenario.config.nodes = nodes.collect();
        }
        if self.below(3) == 0 {
            let images = (0..self.below(3)).map(|_| ImageRule {
                pattern: self.text(),
                behaviour: [Behaviour::Ok, Behaviour::PullFails, Behaviour::Crash, Behaviour::Stubborn]
                    [self.below(4) as usize],
                start_seconds: (self.below(2) == 0).then_some(1.5),
                run_seconds: (self.below(2) == 0).then_some(700.0),
            });
            let images = images.collect();
            let kubelets = Kubelets { start: Duration::from_millis(self.below(9999)), stop: Duration::ZERO };
            scenario.config = Config { images, kubelets, seed: self.next(), ..scenario.config };
        }
        for _ in 0..self.below(4) {
            let name = if self.below(2) == 0 { "ds.yaml".to_owned() } else { self.text() };
            scenario.files.insert(name, self.text());
        }
        let mut time = 0;
        let mut history = vec![];
        for _ in 0..self.below(8) {
            time += self.below(100_000);
            let file = if self.below(2) == 0 { "ds.yaml".to_owned() } else { self.text() };
            let action = match self.below(4) {
                0 => Action::Run(self.text()),
                1 => Action::Interrupt,
                2 => Action::Write { file, text: self.text() },
                _ => Action::Remove { file },
            };
            history.push(at(time, action));
        }
        let now = SimTime::from_millis(time + self.below(100_000));
        let others = (0..self.below(3)).map(|_| {
            let mut others: Vec<Taken> = history[..self.below(history.len() as u64 + 1) as usize].to_vec();
            let at = others.last().map_or(0, |taken| taken.at.as_millis()) + self.below(5000);
            others.push(self::at(at, Action::Write { file: "ds.yaml".to_owned(), text: self.text() }));
            Branch { history: others, now: SimTime::from_millis(at + self.below(5000)) }
        });
        let others = others.collect();
        Shared {
            title: self.text(),
            lesson,
            scenario,
            history,
            now,
            open_file: (self.below(2) == 0).then(|| self.text()),
            seen: (self.below(2) == 0).then(|| SimTime::from_millis(self.below(time + 1))),
            others,
            unknown: 0,
        }
    }
}

#[test]
fn what_goes_in_comes_out() {
    let mut chance = Chance(1);
    for _ in 0..300 {
        let shared = chance.shared();
        let link = encode(&shared);
        assert_eq!(decode(&link).as_ref(), Ok(&shared), "{link}");
        assert_eq!(encode(&shared), link);
    }
}

/// What a link holds, in words that do not change when a type gets a field.
fn told(shared: &Shared) -> String {
    let Shared { title, lesson, scenario, history, now, open_file, seen, others, unknown } = shared;
    let mut lines = vec![format!("title {title:?}, lesson {lesson:?}, now {}, open {open_file:?}", now.as_millis())];
    let config = &scenario.config;
    let Kubelets { start, stop } = config.kubelets;
    lines.push(format!(
        "scenario {:?}, seed {}, {start:?}, {stop:?}, {:?}",
        scenario.title, config.seed, config.node_monitor_grace
    ));
    for node in &config.nodes {
        lines.push(format!("node {} {:?} {:?} {:?}", node.name, node.labels, node.taints, node.allocatable));
    }
    for rule in &config.images {
        let runs = rule.run_seconds.map(|seconds| format!(", runs {seconds}")).unwrap_or_default();
        lines.push(format!("image {} {:?} {:?}{runs}", rule.pattern, rule.behaviour, rule.start_seconds));
    }
    lines.extend(scenario.files.iter().map(|(name, text)| format!("file {name} {text:?}")));
    let deed = |taken: &Taken| format!("{} {:?}", taken.at.as_millis(), taken.action);
    lines.extend(history.iter().map(deed));
    lines.extend(seen.iter().map(|seen| format!("seen {}", seen.as_millis())));
    for other in others {
        lines.push(format!("other until {}", other.now.as_millis()));
        lines.extend(other.history.iter().map(deed));
    }
    lines.extend((*unknown > 0).then(|| format!("unknown {unknown}")));
    lines.join("\n") + "\n"
}

/// What each link of `tests/links` holds stands beside it. Never change these files: people have such links.
#[test]
fn old_links_open_for_ever() {
    let mut opened = 0;
    for entry in std::fs::read_dir("tests/links").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "link") {
            let shared = decode(&std::fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let expected = std::fs::read_to_string(path.with_extension("txt")).unwrap();
            assert_eq!(told(&shared), expected, "{}", path.display());
            opened += 1;
        }
    }
    assert!(opened > 0);
}

/// Writes new frozen links; old ones are never written again. `cargo test --test share freeze -- --ignored`
#[test]
#[ignore = "writes files"]
fn freeze() {
    for (name, shared) in [
        ("1-walk-through", walk_through(3)),
        ("1-walk-through-50", walk_through(50)),
        ("1-sandbox", sandbox()),
        ("1-everything", everything()),
        ("1-run-seconds", everything()),
        ("1-whole-history", whole_history()),
    ] {
        let link = format!("tests/links/{name}.link");
        if !std::path::Path::new(&link).exists() {
            std::fs::write(&link, encode(&shared) + "\n").unwrap();
            std::fs::write(format!("tests/links/{name}.txt"), told(&shared)).unwrap();
        }
    }
}

/// What a browser kept with the first form of everything that is kept, as it lay there. Never to be changed: somebody's browser holds it.
/// `tests/browser/saved.test.mjs` opens the page with it.
#[test]
fn what_was_kept_can_be_read_for_ever() {
    let text = std::fs::read_to_string("tests/saved/1.json").unwrap();
    let kept: std::collections::BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    let mut commands = 0;
    for (key, text) in &kept {
        match key.strip_prefix("playground.v1.").unwrap() {
            "course" => assert_eq!(lessons::Course::from_json(text).unwrap().of("dropped").unwrap().steps, 1),
            "opened" => assert_eq!(Library::unpack(text).unwrap().volumes().len(), 1),
            key if key.starts_with("work") => {
                let shared = share::decode(text, &Library::default()).unwrap();
                commands += shared.session().history().iter().filter(|taken| matches!(taken.action, Action::Run(_))).count();
            }
            _ => {}
        }
    }
    assert_eq!((kept.len(), commands), (9, 6));
}

/// The link of a later format whose envelope is that of format 1.
fn of_a_later_format(link: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let value = |letter: char| alphabet.find(letter).unwrap() as u32;
    let letters: Vec<u32> = link[2..link.len() - 1].chars().map(value).collect();
    let mut bytes = vec![];
    for chunk in letters.chunks(4) {
        let bits = chunk.iter().fold(0, |bits, value| bits << 6 | value) << (6 * (4 - chunk.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..chunk.len()]);
    }
    let mut crc = u32::MAX;
    for byte in std::iter::once(&2).chain(&bytes[4..]) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    bytes[..4].copy_from_slice(&(!crc).to_le_bytes());
    let mut text = "#2".to_owned();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for index in 0..=chunk.len() {
            text.push(alphabet.as_bytes()[(bits >> (18 - 6 * index) & 63) as usize] as char);
        }
    }
    text + "e"
}

#[test]
fn a_later_format_shows_what_is_known() {
    let shared = sandbox();
    let link = encode(&shared);
    assert_eq!(decode(&of_a_later_format(&link)), Ok(Shared { unknown: 1, ..shared }));
    // Another number alone is damage, or a format that is another altogether.
    assert_eq!(decode(&link.replacen("#1", "#2", 1)), Err(ShareError::Newer(2)));
}

#[test]
fn a_link_is_a_qr_code() {
    for workers in [3, 500] {
        let link = format!("https://example.org/daemonsets/{}", encode(&walk_through(workers)));
        let code = share::qr::qr(&link).unwrap();
        let mut dark = std::collections::BTreeSet::new();
        for row in code.path.split('M').skip(1) {
            let (x, rest) = row.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let x: usize = x.parse().unwrap();
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            dark.extend((x..x + length).map(|x| (x, y.parse::<usize>().unwrap())));
        }
        // As a camera sees it, with a quiet zone of four modules.
        let scale = 4;
        let edge = code.size as usize * scale;
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(edge, edge, |x, y| {
            if dark.contains(&(x / scale, y / scale)) { 0 } else { 255 }
        });
        assert!(
            dark.iter().all(|(x, y)| (4..code.size as usize - 4).contains(x) && (4..code.size as usize - 4).contains(y))
        );
        assert_eq!(seen.detect_grids()[0].decode().unwrap().1, link);
    }
    assert_eq!(share::qr::qr(&"x".repeat(share::qr::MAX_LENGTH + 1)), None);
    assert!(share::qr::qr(&"x".repeat(share::qr::MAX_LENGTH)).is_some());
}

/// What is too long for a link is a scenario file.
#[test]
fn what_was_done_is_a_scenario_file() {
    for mut shared in [walk_through(3), sandbox(), everything()] {
        // Somebody watches, and stops that; somebody edits, which takes a file that comes and goes.
        let last = shared.now.as_millis();
        shared.history.push(run(last + 1_003, "kubectl get pods -w"));
        shared.history.push(at(last + 9_250, Action::Interrupt));
        shared.history.push(run(last + 9_260, "kubectl rollout status daemonset/fluentd --watch=false"));
        shared
            .history
            .push(at(last + 9_900, Action::Write { file: "new.txt".to_owned(), text: "\tä\0 \u{202e}\n".to_owned() }));
        shared.history.push(at(last + 9_950, Action::Remove { file: "new.txt".to_owned() }));
        shared.history.push(run(last + 10_000, "kubectl get nodes -w"));
        shared.now = SimTime::from_millis(last + 60_000);
        let scenario = shared.scenario.with_history(&shared.history, shared.now);
        let text = scenario.to_text();
        let read = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(read, scenario, "{text}");
        let (played, outcomes) = playground::scenario::play(&read);
        let session = shared.session();
        assert_eq!((played.now(), played.history(), played.files()), (session.now(), session.history(), session.files()));
        let store = |session: &playground::session::Session| format!("{:?}", session.sim().cluster().store());
        assert_eq!(store(&played), store(&session));
        for (outcome, entry) in outcomes.iter().zip(session.entries()) {
            assert_eq!((&outcome.run, &outcome.output), (&entry.line, &entry.job.output));
        }
        assert_eq!(outcomes.len(), session.entries().len());
    }
}

/// Each scenario there is, written and read again.
#[test]
fn scenario_files_come_back() {
    let mut read = 0;
    for directory in std::fs::read_dir("tests/recordings").unwrap().chain(std::fs::read_dir("tests/measured").unwrap()) {
        let Ok(text) = std::fs::read_to_string(directory.unwrap().path().join("scenario.yaml")) else { continue };
        let scenario = Scenario::parse(&text).unwrap();
        let written = scenario.to_text();
        assert_eq!(Scenario::parse(&written).as_ref(), Ok(&scenario), "{written}");
        assert_eq!(scenario.to_text(), written);
        read += 1;
    }
    assert!(read > 50);
}

#[test]
fn what_cannot_be_seen_is_written_out() {
    let shown = |text: &str| share::in_sight(text);
    assert_eq!(shown("<b>a</b>"), "<b>a</b>");
    assert_eq!(shown("a\u{202e}b\0\u{200b}\n"), r"a\u{202e}b\u{0}\u{200b}\u{a}");
    assert_eq!(shown("مرحبا"), "\u{2068}مرحبا\u{2069}");
    for c in "\u{ad}\u{61c}\u{180e}\u{200f}\u{2028}\u{2066}\u{2069}\u{feff}\u{e0041}\u{85}".chars() {
        assert_eq!(shown(&c.to_string()), c.escape_unicode().to_string());
    }
}

/// What people and other tools write by hand.
mod plain {
    use playground::lessons;
    use playground::share::{self, ShareError, plain};

    fn read(query: &str) -> plain::Plain {
        plain::read(query).unwrap()
    }

    #[test]
    fn unknown_parameters_are_ignored() {
        assert!(read("").is_empty());
        assert!(read("?lesson=x&step=2&theme=dark&embed&lang=de&utm_source=chat&%zz=%").is_empty());
    }

    #[test]
    fn nodes_are_a_number_or_groups() {
        let names = |query: &str| {
            let (scenario, _) = read(query).onto(lessons::sandbox());
            scenario.config.nodes.iter().map(|node| node.name.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("nodes=2"), "control-plane worker-1 worker-2");
        assert_eq!(names("nodes=0"), "control-plane");
        assert_eq!(names("nodes=edge:1%2Cssd:2"), "control-plane edge-1 ssd-1 ssd-2");
        let (scenario, _) = read("nodes=ssd:1;disktype=ssd;zone=a;dedicated=db:NoSchedule").onto(lessons::sandbox());
        let node = scenario.config.nodes.last().unwrap();
        assert_eq!(node.labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>(), ["disktype=ssd", "zone=a"]);
        assert_eq!(node.taints, ["dedicated=db:NoSchedule"]);
    }

    #[test]
    fn files_and_commands_come_in_their_order() {
        let plain = read("yaml=kind%3A+A%0A&run=kubectl%20get%20nodes%0A%0Als&yaml=B&run=cat+manifest-2.yaml");
        assert_eq!(plain.run, ["kubectl get nodes", "ls", "cat manifest-2.yaml"]);
        let (scenario, shown) = plain.onto(lessons::sandbox());
        assert_eq!(shown.as_deref(), Some("manifest.yaml"));
        assert_eq!(scenario.files["manifest.yaml"], "kind: A\n");
        assert_eq!(scenario.files["manifest-2.yaml"], "B");
    }

    #[test]
    fn what_is_too_much_is_refused_before_it_is_made() {
        let refused = |query: &str| plain::read(query).unwrap_err();
        assert_eq!(refused("nodes=5001"), ShareError::TooLarge("nodes"));
        assert_eq!(refused("nodes=18446744073709551615"), ShareError::TooLarge("nodes"));
        assert_eq!(refused("nodes=a:4000,b:4000"), ShareError::TooLarge("nodes"));
        assert_eq!(refused(&format!("nodes=a:5000;{}=x", "k".repeat(2000))), ShareError::TooLarge("nodes"));
        assert_eq!(refused(&format!("nodes={}", "a:1,".repeat(101))), ShareError::TooLarge("nodes"));
        assert_eq!(refused(&format!("yaml={}", "x".repeat(share::MAX_FILE_BYTES + 1))), ShareError::TooLarge("text"));
        assert_eq!(refused(&"yaml=x&".repeat(share::MAX_FILES + 1)), ShareError::TooLarge("files"));
        assert_eq!(refused(&"run=ls&".repeat(1001)), ShareError::TooLarge("commands"));
        assert_eq!(refused(&format!("run={}", "x".repeat(share::MAX_COMMAND_BYTES + 1))), ShareError::TooLarge("text"));
        assert_eq!(refused(&"x".repeat(2_000_000)), ShareError::TooLarge("text"));
    }

    #[test]
    fn what_cannot_be_read_says_so() {
        for query in [
            "nodes=",
            "nodes=many",
            "nodes=-1",
            "nodes=UPPER:1",
            "nodes=a b:1",
            "nodes=:1",
            "nodes=a:1;label",
            "nodes=%ff:1",
        ] {
            assert_eq!(plain::read(query), Err(ShareError::Parameter("nodes")), "{query}");
        }
        // Damaged escapes are taken as they stand.
        assert_eq!(read("run=a%2&run=%&run=%zz").run, ["a%2", "%", "%zz"]);
    }
}
