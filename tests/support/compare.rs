//! The rules of `compare.py`, which stays the referee: random names, hashes, times, ages, addresses, widths of columns and the
//! order of rows that follows random names are taken out on both sides; all else must be equal.

use std::collections::BTreeSet;

use fancy_regex::Regex;
use serde::Deserialize;

/// What a real cluster printed.
#[derive(Debug, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) run: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit: i32,
    /// The real cluster does not print it alike twice.
    #[serde(default)]
    pub(crate) loose: bool,
    /// A help page, which is written in our own words.
    #[serde(default)]
    pub(crate) help: bool,
}

/// The rules, compiled once.
pub(crate) struct Comparison {
    tokens: Vec<(Regex, &'static str)>,
    age_table: Regex,
    age: Regex,
    dashes: Regex,
    spaces: Regex,
}

const SAFE: &str = "[bcdfghjklmnpqrstvwxz2456789]";

impl Comparison {
    pub(crate) fn new() -> Comparison {
        let regex = |pattern: &str| Regex::new(&pattern.replace("SAFE", SAFE)).expect("a rule is a pattern");
        let tokens = [
            (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
            (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
            (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "<time>"),
            (r"sha256:[0-9a-f]{12,64}", "<digest>"),
            (r"containerd://[0-9a-f]{12,}", "containerd://<id>"),
            (r"\b(\d{1,3}\.){3}\d{1,3}\b", "<ip>"),
            (r#"(resourceVersion"?: ?"?)\d+"#, "$1<rv>"),
            (r#"(controller-revision-hash|pod-template-hash)([=:] ?"?)[a-z0-9]{5,10}"#, "$1$2<hash>"),
            (r"(?<=[a-z0-9]-)SAFE{7,10}-SAFE{5}\b", "<hash>-<rand>"),
            (r"(?<=[a-z0-9]-)SAFE{7,10}\b", "<hash>"),
            (r"(?<=[a-z0-9]-)SAFE{5}\b(?!-)", "<rand>"),
            (r"\bin \d+(\.\d+)?m?s \(\d+(\.\d+)?m?s including waiting\)\. Image size: \d+ bytes", "in <duration>"),
            (r"(/tmp/)?\b(LIVE|MERGED)-\d+", "$2-<n>"),
            (r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4}", "<time>"),
            (r"\b(\d+[dhms])+ ago\b", "<age> ago"),
            (r"\b(\d+[dhms])+ \(x\d+ over (\d+[dhms])+\)", "<age>"),
        ];
        Comparison {
            tokens: tokens.into_iter().map(|(pattern, by)| (regex(pattern), by)).collect(),
            age_table: regex(r"(^|\s)(AGE|Age|LAST SEEN|DURATION)(\s|$)"),
            age: regex(r"(?<=\s)(\d+[dhms])+(?=\s|$)(?! \(\d+%\))|^(\d+[dhms])+(?=\s)"),
            dashes: regex(r"-{4,}"),
            spaces: regex(r"(?<=\S) {2,}"),
        }
    }

    /// What differs between a recorded step and what was given for it; empty where nothing does.
    pub(crate) fn difference(&self, want: &Recorded, got: &playground::scenario::Outcome) -> String {
        let mut text = String::new();
        if want.exit != got.exit {
            text.push_str(&format!("exit {} recorded, {} given\n", want.exit, got.exit));
        }
        for (stream, recorded, given) in [("stdout", &want.stdout, &got.stdout), ("stderr", &want.stderr, &got.stderr)] {
            let equal = match (want.help, want.loose) {
                (true, _) => true,
                (_, true) => self.first_words(recorded) == self.first_words(given),
                _ => self.normalise(recorded) == self.normalise(given),
            };
            if !equal {
                let (recorded, given) = (self.normalise(recorded), self.normalise(given));
                text.push_str(&format!("{stream}\n--- recorded\n{recorded}\n--- given\n{given}\n"));
            }
        }
        text
    }

    /// A text with everything random taken out; rows and paragraphs whose order follows random names are sorted.
    pub(crate) fn normalise(&self, text: &str) -> String {
        let joined = self.lines(text).join("\n");
        let mut paragraphs: Vec<String> = joined.split("\n\n\n").map(sort_rows).collect();
        if paragraphs.len() > 1 {
            paragraphs.sort();
        }
        paragraphs.join("\n\n\n")
    }

    fn lines(&self, text: &str) -> Vec<String> {
        let mut in_age_table = false;
        text.lines()
            .map(|line| {
                in_age_table = is_match(&self.age_table, line) || (in_age_table && !line.trim().is_empty());
                let mut line = line.to_owned();
                for (pattern, by) in &self.tokens {
                    line = pattern.replace_all(&line, *by).into_owned();
                }
                if in_age_table {
                    line = self.age.replace_all(&line, "<age>").into_owned();
                }
                let line = self.dashes.replace_all(&line, "----").into_owned();
                self.spaces.replace_all(&line, "  ").trim_end().to_owned()
            })
            .collect()
    }

    fn first_words(&self, text: &str) -> BTreeSet<String> {
        self.normalise(text).lines().filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
    }
}

fn is_match(pattern: &Regex, line: &str) -> bool {
    pattern.is_match(line).unwrap_or(false)
}

/// Neighbouring rows with something random in them are sorted.
fn sort_rows(paragraph: &str) -> String {
    let (mut out, mut rows): (Vec<&str>, Vec<&str>) = (vec![], vec![]);
    for line in paragraph.split('\n').chain([""]) {
        if ["<rand>", "<hash>", "<age>"].iter().any(|token| line.contains(token)) {
            rows.push(line);
        } else {
            rows.sort_unstable();
            out.append(&mut rows);
            out.push(line);
        }
    }
    out.pop();
    out.join("\n")
}
