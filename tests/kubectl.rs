//! What kubectl prints, held by transcripts: `tests/kubectl/VERB.txt`, one file a verb.
//!
//! `cargo test --test kubectl` compares, `KUBECTL=get cargo test --test kubectl` looks at one file only, and `UPDATE_EXPECT=1`
//! writes what is printed now into the files, so that `git diff` shows it to a person, who says whether it is right.
//!
//! A file is one transcript, or several with a line `=====` between them. Each has a head, the scenario's YAML without its steps
//! (`nodes:`, `files:`, `images:`, `seed:` …), then a line `---`, then entries with an empty line after each:
//!
//! ```text
//! nodes:
//! - {group: worker, count: 3}
//! ---
//! ## Two marks begin a remark.
//!
//! # wait: settled
//!
//! $ kubectl get nodes -o name
//! node/worker-1
//!
//! $& w kubectl get pods -w
//! $ cat <<END
//! $> a second line of the command
//! $> END
//! a second line of the command
//!
//! $ kubectl get pod nope
//! ! Error from server (NotFound): pods "nope" not found
//! [exit 1]
//!
//! # stop: w
//! ```
//!
//! - `# STEP` is a step of a scenario other than `run`: `wait: 3`, `wait: settled`, `node: {notready: worker-1}`, `stop: w` ….
//! - `$ LINE` runs a line and `$> LINE` continues it; below stands exactly what it prints, and `[exit N]` if it does not end with 0.
//! - `$& ID LINE` runs it beside the others until `# stop: ID`; below stands what it had printed by then.
//! - `! ` stands before a line of standard error. A line of output that looks like any of these has a `\` before it, and one that
//!   ends without a line end has a `␄` after it.
//! - What every write shifts is masked: `resourceVersion: "<rv>"`, and uids as `<uid>`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use fancy_regex::Regex;
use playground::kubectl::Stream;
use playground::scenario::{Outcome, Scenario, run};
use serde_json::{Value, json};

#[test]
fn transcripts_are_what_is_printed() {
    let only = std::env::var("KUBECTL").ok();
    let update = std::env::var("UPDATE_EXPECT").is_ok_and(|value| value != "0");
    let mut complaints = String::new();
    for path in files() {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a transcript");
        let printed: Vec<String> = text.split("\n=====\n").map(|transcript| replay(transcript, &name)).collect();
        let printed = printed.join("\n=====\n") + "\n";
        if printed == text {
            continue;
        }
        if update {
            std::fs::write(&path, printed).expect("a transcript");
        } else {
            complaints.push_str(&first_difference(&name, &text, &printed));
        }
    }
    assert!(complaints.is_empty(), "{complaints}UPDATE_EXPECT=1 cargo test --test kubectl writes down what is printed now");
}

/// The transcripts, by name.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kubectl");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("tests/kubectl").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

/// The transcript as it is now: its head, remarks, steps and commands, with what the commands print.
fn replay(transcript: &str, name: &str) -> String {
    let (head, body) = transcript.split_once("\n---\n").unwrap_or_else(|| panic!("{name}: no line --- below the head"));
    let entries: Vec<Entry> = entries(body);
    let steps: Vec<Value> = entries.iter().filter_map(|entry| entry.step(name)).collect();
    let scenario = Scenario::parse(&format!("{head}\nsteps: {}\n", Value::from(steps)));
    let mut outcomes = run(&scenario.unwrap_or_else(|error| panic!("{name}: {error}"))).into_iter();
    let mask = Mask::new();
    let written = entries.iter().map(|entry| {
        let printed = entry.is_command().then(|| mask.apply(&printed(&outcomes.next().expect("an outcome"))));
        entry.text.clone() + &printed.unwrap_or_default()
    });
    format!("{head}\n---\n{}", written.collect::<Vec<_>>().join("\n").trim_end_matches('\n'))
}

/// What stands in a transcript besides expectations.
struct Entry {
    /// As it is written, with line ends.
    text: String,
}

impl Entry {
    fn is_command(&self) -> bool {
        self.text.starts_with('$')
    }

    /// The step of the scenario, unless it is a remark.
    fn step(&self, name: &str) -> Option<Value> {
        let text = self.text.trim_end_matches('\n');
        if let Some(step) = text.strip_prefix("# ") {
            let step = serde_yaml::from_str(step).unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
            return Some(step);
        }
        if let Some(beside) = text.strip_prefix("$& ") {
            let (id, line) = beside.split_once(' ').unwrap_or_else(|| panic!("{name}: {text}: what is its id?"));
            return Some(json!({"run": line.replace("\n$> ", "\n"), "background": true, "id": id}));
        }
        text.strip_prefix("$ ").map(|line| json!({"run": line.replace("\n$> ", "\n")}))
    }
}

fn entries(body: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = vec![];
    for line in body.lines() {
        match entries.last_mut() {
            Some(last) if line.starts_with("$> ") => last.text.push_str(&format!("{line}\n")),
            Some(last) if line.starts_with("## ") && last.text.starts_with("## ") => {
                last.text.push_str(&format!("{line}\n"));
            }
            _ if ["$ ", "$& ", "# ", "## "].iter().any(|mark| line.starts_with(mark)) => {
                entries.push(Entry { text: format!("{line}\n") });
            }
            // What the command printed when this was written: it is compared as a whole.
            _ => {}
        }
    }
    entries
}

/// What a command printed, as a transcript shows it.
fn printed(outcome: &Outcome) -> String {
    let mut text = String::new();
    for chunk in &outcome.output.chunks {
        for line in chunk.text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, "␄"), |line| (line, ""));
            let looks_special = ["$", "#", "! ", "[exit ", "\\", "====="].iter().any(|mark| line.starts_with(mark));
            let mark = match chunk.stream {
                Stream::Err => "! ",
                Stream::Out if looks_special => "\\",
                Stream::Out => "",
            };
            let _ = writeln!(text, "{mark}{line}{end}");
        }
    }
    if outcome.exit != 0 {
        let _ = writeln!(text, "[exit {}]", outcome.exit);
    }
    text
}

/// Takes out what every write shifts.
struct Mask([(Regex, &'static str); 2]);

impl Mask {
    fn new() -> Mask {
        let regex = |pattern: &str| Regex::new(pattern).expect("a pattern");
        Mask([
            (regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uid>"),
            (regex(r#"(resourceVersion"?: ?"?)\d+"#), "$1<rv>"),
        ])
    }

    fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (pattern, by)| pattern.replace_all(&text, *by).into_owned())
    }
}

/// The first command that prints something else, with both texts.
fn first_difference(name: &str, want: &str, got: &str) -> String {
    let blocks = |text: &str| -> Vec<String> { text.split("\n$").map(str::to_owned).collect() };
    let (want, got) = (blocks(want), blocks(got));
    let at = want.iter().zip(&got).position(|(want, got)| want != got).unwrap_or(0);
    let show = |blocks: &[String]| blocks.get(at).map_or_else(String::new, |block| format!("${block}"));
    format!("{name}.txt\n--- expected\n{}\n--- printed\n{}\n", show(&want), show(&got))
}
