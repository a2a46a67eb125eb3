//! Lines that nobody would write: no panic, no hang, no lost state.
//!
//! They are made of what the tests type (`tests/kubectl/*.txt`, `tests/shell/*.txt`): words change places, letters go and come, lines are
//! joined. `FUZZ=1000000 cargo test --release --test fuzz` makes a million of them, `FUZZ_SEED=2` others.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Session};

#[path = "support/session.rs"]
mod support;
use support::{SCENARIO, entry, printed};

/// How many lines a session sees before it is replayed.
const LINES: u64 = 50;
/// How long a line may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn lines_nobody_would_write_do_no_harm() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let corpus = Corpus::read();
    let mut random = Random(number("FUZZ_SEED").unwrap_or(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let scenario = Scenario::parse(SCENARIO).expect("a scenario");
    let current = Watchdog::start();
    for _ in 0..number("FUZZ").unwrap_or(1500).div_ceil(LINES) {
        let mut session = Session::new(&scenario);
        session.act(Action::Run("kubectl apply -f ds.yaml".to_owned()));
        session.settle(Duration::from_secs(20));
        for _ in 0..LINES {
            let line = corpus.line(&mut random);
            current.is_at(&line);
            let outcome =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| type_in(&mut session, &line, &mut random)));
            if outcome.is_err() {
                let history: Vec<_> = session.entries().iter().map(|entry| &entry.line).collect();
                panic!("it failed at {line:?}, after {history:#?}");
            }
        }
        current.is_at("the replay");
        let again = Session::replay(&scenario, session.history(), session.now());
        for (now, then) in again.entries().iter().zip(session.entries()) {
            let line = &then.line;
            assert_eq!(
                (&now.job.output, now.job.exit),
                (&then.job.output, then.job.exit),
                "{line:?} says something else again"
            );
        }
        assert_eq!(again.files(), session.files());
        assert_eq!(again.sim().cluster().store().revision(), session.sim().cluster().store().revision());
    }
}

/// Types a line as a person does who looks at what is offered, and checks what can be said of any line.
fn type_in(session: &mut Session, line: &str, random: &mut Random) {
    session.complete(line, random.below(line.len() + 2));
    session.chips(line);
    session.suggest(line);
    session.is_unfinished(line);
    let (revision, files) = (session.sim().cluster().store().revision(), session.files().clone());
    session.act(Action::Run(line.to_owned()));
    let is_one = line.starts_with("kubectl ")
        && !line.contains([';', '|', '&', '\n', '$', '`', '>', '<', '(', '{', '#', '\'', '"', '\\']);
    let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "--").collect();
    let has = |word: &str| words.contains(&word);
    // What stands behind a flag may be its value.
    let is_flag = |at: usize| at == 0 || !words[at - 1].starts_with('-') || words[at - 1].contains('=');
    let is_dry = |(at, word): (usize, &&str)| ["--dry-run=client", "--dry-run=server"].contains(word) && is_flag(at);
    if is_one && words.iter().enumerate().any(is_dry) && !words.iter().any(|word| word.starts_with("--dry-run=n")) {
        let after = session.sim().cluster().store().revision();
        assert!(revision == after, "a dry run writes");
    }
    session.finish_command(Duration::from_secs(3));
    let ended = !session.is_busy();
    session.act(Action::Interrupt);
    assert!(!session.is_busy(), "it goes on after Ctrl-C");
    let exit = entry(session).job.exit.unwrap_or(0);
    playground::shell::hint(line, &entry(session).job.output, exit);
    let (out, err) = (printed(session, Stream::Out), printed(session, Stream::Err));
    if is_one
        && exit == 0
        && words.ends_with(&["-o", "json"])
        && words.iter().filter(|word| word.starts_with("-o")).count() == 1
    {
        let is_json = serde_json::Deserializer::from_str(&out).into_iter::<serde_json::Value>().all(|value| value.is_ok());
        assert!(is_json || !out.starts_with(['{', '[']), "no JSON: {out}");
    }
    // Scripts have mistakes of their own, told after what stands before them.
    let has_scripts = ["EDITOR", "sh", "eval", ". ", "source", "xargs", "watch"].iter().any(|word| line.contains(word));
    if err.starts_with("bash: -c:") && out.is_empty() && !has_scripts && !session.has_jobs() {
        assert!(files == *session.files(), "a line with a mistake did something");
    }
    let is_silent = has("-q") || has("--quiet");
    if is_one && ended && exit != 0 && !is_silent {
        assert!(!out.is_empty() || !err.is_empty(), "it fails without a word");
    }
}

/// Lines and words that are typed elsewhere.
struct Corpus {
    lines: Vec<String>,
    words: Vec<String>,
}

impl Corpus {
    fn read() -> Corpus {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let mut lines: Vec<String> = vec![];
        for folder in ["kubectl", "shell"] {
            let mut files: Vec<_> =
                std::fs::read_dir(tests.join(folder)).expect("a folder").map(|file| file.expect("a file").path()).collect();
            files.sort();
            for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "txt")) {
                for line in std::fs::read_to_string(file).expect("a text").lines() {
                    let completed = line.split_once("| => ").map(|(typed, _)| typed);
                    lines.extend(line.strip_prefix("$ ").or(completed).map(str::to_owned));
                }
            }
        }
        let mut words: Vec<String> = lines.iter().flat_map(|line| line.split_whitespace().map(str::to_owned)).collect();
        words.sort();
        words.dedup();
        assert!(lines.len() > 1000 && words.len() > 1000, "{} lines, {} words", lines.len(), words.len());
        Corpus { lines, words }
    }

    fn line(&self, random: &mut Random) -> String {
        const JOINS: [&str; 24] = [
            " ; ", " | ", " || ", " && ", " & ", "\n", " > ", " >> ", " < ", " 2>&1 ", "$(", ")", "{", "}", "'", "\"", "`",
            "é", "\\", "*", "=", "-", "/", ",",
        ];
        let pick = |random: &mut Random, from: &[String]| from[random.below(from.len())].clone();
        let mut line = pick(random, &self.lines);
        if random.below(6) == 0 {
            line = [&line, JOINS[random.below(10)], &pick(random, &self.lines)].concat();
        }
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for _ in 0..random.below(4) {
            let at = random.below(words.len());
            match random.below(5) {
                0 => words.insert(at, pick(random, &self.words)),
                1 if words.len() > 1 => drop(words.remove(at)),
                2 => words.push(pick(random, &self.words)),
                3 => words[at] = pick(random, &self.words),
                _ => {
                    let other = random.below(words.len());
                    words.swap(at, other);
                }
            }
        }
        let mut letters: Vec<char> = words.join(" ").chars().collect();
        for _ in 0..random.below(6).saturating_sub(3) {
            let at = random.below(letters.len() + 1);
            match random.below(3) {
                0 if at < letters.len() => drop(letters.remove(at)),
                1 => letters.truncate(at),
                _ => drop(letters.splice(at..at, JOINS[random.below(JOINS.len())].chars())),
            }
        }
        letters.into_iter().collect()
    }
}

/// Marsaglia's xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % end.max(1)
    }
}

/// Says which line never ends.
struct Watchdog(Arc<Mutex<(u64, String)>>);

impl Watchdog {
    fn start() -> Watchdog {
        let line = Arc::new(Mutex::new((0, String::new())));
        let seen = Arc::downgrade(&line);
        std::thread::spawn(move || {
            let mut before = u64::MAX;
            loop {
                std::thread::sleep(PATIENCE);
                let Some(line) = seen.upgrade() else { return };
                let (count, text) = line.lock().expect("whole").clone();
                if count == before {
                    eprintln!("this line does not end: {text:?}");
                    std::process::abort();
                }
                before = count;
            }
        });
        Watchdog(line)
    }

    fn is_at(&self, line: &str) {
        let mut at = self.0.lock().expect("whole");
        *at = (at.0 + 1, line.to_owned());
    }
}
