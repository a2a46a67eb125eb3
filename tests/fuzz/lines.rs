//! Command lines: no panic, no hang, no lost state. An input is what somebody types in a row.

use std::time::Duration;

use playground::kubectl::Stream;
use playground::scenario::Scenario;
use playground::session::{Action, Session};

use super::harness::{Meter, Target};
use super::random::Random;
use super::seeds;
use super::support::{SCENARIO, entry, printed};

/// How many lines are typed in a row.
const LINES: usize = 20;
/// What stands between two of them.
const BETWEEN: &str = "\n-----\n";
const JOINS: [&str; 24] = [
    " ; ", " | ", " || ", " && ", " & ", "\n", " > ", " >> ", " < ", " 2>&1 ", "$(", ")", "{", "}", "'", "\"", "`", "é",
    "\\", "*", "=", "-", "/", ",",
];

/// Lines and words that are typed elsewhere.
pub(crate) struct Lines {
    scenario: Scenario,
    lines: Vec<String>,
    words: Vec<String>,
}

impl Target for Lines {
    const NAME: &'static str = "lines";
    const USUAL: u64 = 1500;

    fn new() -> Self {
        let texts = ["tests/kubectl", "tests/shell"].iter().flat_map(|folder| seeds::files(folder, ".txt"));
        let mut lines: Vec<String> = vec![];
        for text in texts {
            for line in text.lines() {
                let completed = line.split_once("| => ").map(|(typed, _)| typed);
                lines.extend(line.strip_prefix("$ ").or(completed).map(str::to_owned));
            }
        }
        let mut words: Vec<String> = lines.iter().flat_map(|line| line.split_whitespace().map(str::to_owned)).collect();
        words.sort();
        words.dedup();
        assert!(lines.len() > 1000 && words.len() > 1000, "{} lines, {} words", lines.len(), words.len());
        Lines { scenario: Scenario::parse(SCENARIO).expect("a scenario"), lines, words }
    }

    fn make(&self, random: &mut Random) -> String {
        (0..LINES).map(|_| self.line(random)).collect::<Vec<_>>().join(BETWEEN)
    }

    fn take(&self, input: &str, meter: &mut Meter) {
        let mut session = Session::new(&self.scenario);
        session.act(Action::Run("kubectl apply -f ds.yaml".to_owned()));
        session.settle(Duration::from_secs(20));
        meter.rest();
        for line in input.split(BETWEEN) {
            type_in(&mut session, line);
            meter.lap();
        }
        let again = Session::replay(&self.scenario, session.history(), session.now());
        for (now, then) in again.entries().iter().zip(session.entries()) {
            let line = &then.line;
            assert_eq!(
                (&now.job.output, now.job.exit),
                (&then.job.output, then.job.exit),
                "{line:?} says something else again"
            );
        }
        assert_eq!(again.files(), session.files(), "the files are others again");
        assert_eq!(
            again.sim().cluster().store().revision(),
            session.sim().cluster().store().revision(),
            "the store is another again"
        );
    }
}

/// Types a line as a person does who looks at what is offered, and checks what can be said of any line.
fn type_in(session: &mut Session, line: &str) {
    for part in 0..3 {
        session.complete(line, (line.len() + 1) * part / 2);
    }
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

impl Lines {
    fn line(&self, random: &mut Random) -> String {
        let mut line = random.one_of(&self.lines).clone();
        if random.below(6) == 0 {
            line = [&line, *random.one_of(&JOINS[..10]), random.one_of(&self.lines)].concat();
        }
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for _ in 0..random.below(4) {
            let at = random.below(words.len());
            match random.below(5) {
                0 => words.insert(at, random.one_of(&self.words).clone()),
                1 if words.len() > 1 => drop(words.remove(at)),
                2 => words.push(random.one_of(&self.words).clone()),
                3 => words[at] = random.one_of(&self.words).clone(),
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
                _ => drop(letters.splice(at..at, random.one_of(&JOINS).chars())),
            }
        }
        letters.into_iter().collect()
    }
}
