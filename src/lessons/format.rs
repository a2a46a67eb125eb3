//! The format of lessons, version 1: Markdown in, [`Lesson`] out, mistakes with their lines.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::vary::Vary;
use super::{Challenge, Deed, Front, Goal, Lesson, Part, Question, Simulation, Step, WaitFor, Wrong, usual_nodes};
use crate::api::sorted::{SortedMap, SortedSet};
use crate::api::yaml;
use crate::scenario::{Fields, Scenario, images, nodes};
use crate::sim::Config;

/// The version of the format that this reads.
const FORMAT: u64 = 1;
const FRONT_MATTER: [&str; 10] =
    ["format", "id", "title", "chapter", "minutes", "teaches", "prerequisites", "challenge", "vary", "cluster"];
const BLOCKS: &str = "`file=NAME`, `goal`, `solution`, `hint`, `mistake`, `wrong`, `question`, `simulation` and `summary`";

/// A mistake in a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonError {
    /// The lesson's file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for LessonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for LessonError {}

/// The lesson that stands in `text`; `file` is its name in messages. Where it can go in several ways, the first.
///
/// # Errors
/// Every mistake found, in the order of lines.
pub fn parse(file: &str, text: &str) -> Result<Lesson, Vec<LessonError>> {
    parse_variant(file, text, 0)
}

/// The lesson that stands in `text`, in one of the ways in which it can go.
///
/// # Errors
/// Every mistake found, in the order of lines.
pub fn parse_variant(file: &str, text: &str, seed: u64) -> Result<Lesson, Vec<LessonError>> {
    variant(Reader { file, ..Reader::default() }, text, seed)
}

/// The same without what is never shown: the deeds of its solution, and those that go wrong.
///
/// # Errors
/// Every mistake found in the rest, in the order of lines.
pub(super) fn parse_shown(file: &str, text: &str, seed: u64) -> Result<Lesson, Vec<LessonError>> {
    variant(Reader { file, shown: true, ..Reader::default() }, text, seed)
}

fn variant(reader: Reader<'_>, text: &str, seed: u64) -> Result<Lesson, Vec<LessonError>> {
    let file = reader.file;
    let vary = vary(file, text)?;
    let variants = vary.variants();
    let seed = seed % variants;
    let mut lesson = read(reader, &vary.apply(text, seed))?;
    lesson.scenario.config.seed += seed;
    Ok(Lesson { seed, variants, ..lesson })
}

fn vary(file: &str, text: &str) -> Result<Vary, Vec<LessonError>> {
    Vary::of(text).map_err(|(line, message)| vec![LessonError { file: file.to_owned(), line, message }])
}

/// What the front matter of a lesson says.
///
/// # Errors
/// Every mistake found in it, in the order of lines.
pub(super) fn front(file: &str, text: &str) -> Result<Front, Vec<LessonError>> {
    let vary = vary(file, text)?;
    let text = vary.apply(text, 0);
    let mut reader = Reader { file, ..Reader::default() };
    reader.front_matter(&text.lines().collect::<Vec<_>>());
    let front = reader.front();
    if reader.errors.is_empty() { Ok(front) } else { Err(reader.errors) }
}

fn read<'a>(mut reader: Reader<'a>, text: &'a str) -> Result<Lesson, Vec<LessonError>> {
    let lines: Vec<&str> = text.lines().collect();
    let body = reader.front_matter(&lines);
    reader.body(&lines, body);
    reader.finish()
}

/// A fenced block.
struct Block<'a> {
    /// The line of its fence, counted from 1.
    line: usize,
    language: &'a str,
    /// The rest of its info string.
    words: Vec<&'a str>,
    /// The fence with its info string, as it stands.
    fence: &'a str,
    text: String,
}

impl Block<'_> {
    /// The line in which `key:` stands, or the fence's.
    fn line_of(&self, key: &str) -> usize {
        let is_key = |line: &str| {
            line.trim_start_matches([' ', '-', '{']).strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
        };
        self.text.lines().position(is_key).map_or(self.line, |at| self.line + 1 + at)
    }
}

#[derive(Default)]
struct Reader<'a> {
    file: &'a str,
    /// Whether only what is shown is read.
    shown: bool,
    /// In the order of lines.
    errors: Vec<LessonError>,
    front: Map<String, Value>,
    /// The line of each key of the front matter.
    front_lines: SortedMap<String, usize>,
    steps: Vec<Step>,
    /// What stands before the first step.
    before: Vec<Part>,
    /// The files of the beginning.
    files: BTreeMap<String, String>,
    paragraph: String,
    summary: String,
    goals: SortedMap<String, usize>,
    links: Vec<(usize, String)>,
    /// Goals and mistakes that hints wait for, with their lines and steps.
    awaited: Vec<(usize, usize, Awaited)>,
}

/// What a hint waits for, by its name.
enum Awaited {
    Goal(String),
    Mistake(String),
}

impl<'a> Reader<'a> {
    fn error(&mut self, line: usize, message: impl Into<String>) {
        let at = self.errors.partition_point(|earlier| earlier.line <= line);
        self.errors.insert(at, LessonError { file: self.file.to_owned(), line, message: message.into() });
    }

    /// A mistake in the YAML that begins after line `before`: its own line numbers are those of the piece, not of the file.
    fn yaml_error(&mut self, before: usize, error: &yaml::YamlError) {
        let words = error.message.trim_start_matches("yaml: ");
        let words = words.split_once(": ").filter(|(start, _)| start.starts_with("line ")).map_or(words, |(_, words)| words);
        self.error(before + error.line.unwrap_or(0), format!("this is no YAML: {words}"));
    }

    /// Reads what stands between the first two `---`; gives the index of the line after it.
    fn front_matter(&mut self, lines: &[&str]) -> usize {
        let end = lines.iter().skip(1).position(|line| line.trim_end() == "---").map(|at| at + 1);
        let (Some(&"---"), Some(end)) = (lines.first().map(|line| line.trim_end()).as_ref(), end) else {
            self.error(1, "a lesson begins with its front matter, between two lines of `---`");
            return 0;
        };
        for (index, line) in lines[1..end].iter().enumerate() {
            if let Some((key, _)) =
                line.split_once(':').filter(|(key, _)| !key.is_empty() && !key.starts_with([' ', '-', '#']))
            {
                self.front_lines.insert(key.to_owned(), index + 2);
            }
        }
        match yaml::parse(&lines[1..end].join("\n")) {
            Err(error) => self.yaml_error(1, &error),
            Ok(documents) => match documents.into_iter().next() {
                Some(Value::Object(map)) if !map.is_empty() => self.front = map,
                Some(Value::Object(_)) | None => self.error(1, "the front matter is empty"),
                Some(_) => self.error(1, "the front matter is a mapping"),
            },
        }
        let unknown: Vec<String> = self.front.keys().filter(|key| !FRONT_MATTER.contains(&key.as_str())).cloned().collect();
        for key in unknown {
            self.error(
                self.front_line(&key),
                format!("the front matter has no `{key}`; it has {}", FRONT_MATTER.join(", ")),
            );
        }
        end + 1
    }

    fn front_line(&self, key: &str) -> usize {
        self.front_lines.get(key).copied().unwrap_or(1)
    }

    fn body(&mut self, lines: &[&'a str], mut at: usize) {
        while let Some(&line) = lines.get(at) {
            let number = at + 1;
            at += 1;
            if let Some(fence) = fence(line) {
                let end = lines[at..].iter().position(|line| closes(line, fence)).map(|end| at + end);
                let Some(end) = end else {
                    self.error(number, "this block has no end");
                    return;
                };
                let info = line.trim_start().trim_start_matches(['`', '~']);
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                let text = lines[at..end].iter().flat_map(|line| [*line, "\n"]).collect();
                self.block(&Block { line: number, language, words: words.collect(), fence: line, text });
                at = end + 1;
            } else if let Some(title) = line.strip_prefix("## ") {
                self.end_paragraph();
                let title = title.trim().to_owned();
                self.steps.push(Step { title, line: number, ..Step::default() });
            } else if let Some(title) = line.strip_prefix("# ") {
                if self.front.get("title").is_some_and(|it| it.as_str() != Some(title.trim())) {
                    self.error(number, "this heading is not the lesson's title; steps have `##`");
                }
            } else {
                self.prose(number, line);
                self.paragraph.push_str(line);
                self.paragraph.push('\n');
            }
        }
        self.end_paragraph();
    }

    /// Looks for links, and for what the page will not show.
    fn prose(&mut self, number: usize, line: &str) {
        let mut outside = line.split('`').step_by(2);
        if outside.any(|text| {
            text.match_indices('<')
                .any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!".contains(c)))
        }) {
            self.error(number, "HTML is not shown; code belongs between backquotes");
        }
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..].split(')').next().unwrap_or_default();
            self.links.push((number, target.to_owned()));
        }
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let text = text.trim_matches('\n');
        if !text.trim().is_empty() {
            self.push(Part::Text(text.to_owned()));
        }
    }

    fn push(&mut self, part: Part) {
        self.steps.last_mut().map_or(&mut self.before, |step| &mut step.parts).push(part);
    }

    fn block(&mut self, block: &Block<'_>) {
        match block.words.as_slice() {
            [] if block.language == "sh" => {
                self.end_paragraph();
                for command in commands(&block.text) {
                    self.push(Part::Command(command));
                }
            }
            [] => {
                // Code to look at: it stays where it is in the text.
                let end = block.fence.trim_start().chars().take_while(|c| "`~".contains(*c)).collect::<String>();
                self.paragraph.push_str(&format!("{}\n{}{end}\n", block.fence.trim(), block.text));
            }
            [word, rest @ ..] if word.starts_with("file=") => {
                self.end_paragraph();
                self.file_block(block, &word["file=".len()..], rest);
            }
            ["goal"] => {
                self.end_paragraph();
                self.goal_block(block);
            }
            ["solution"] | ["wrong", ..] if self.shown => self.end_paragraph(),
            ["solution"] => {
                self.end_paragraph();
                self.solution_block(block);
            }
            ["hint", conditions @ ..] => {
                self.end_paragraph();
                self.hint_block(block, conditions);
            }
            ["mistake"] => {
                self.end_paragraph();
                self.mistake_block(block);
            }
            ["wrong", mistakes @ ..] => {
                self.end_paragraph();
                self.wrong_block(block, mistakes);
            }
            ["question"] => {
                self.end_paragraph();
                self.question_block(block);
            }
            ["simulation"] => {
                self.end_paragraph();
                self.simulation_block(block);
            }
            ["summary"] => {
                self.end_paragraph();
                self.summary_block(block);
            }
            [kind, ..] => self.error(block.line, format!("there is no block `{kind}`; there are {BLOCKS}")),
        }
    }

    fn file_block(&mut self, block: &Block<'_>, name: &str, rest: &[&str]) {
        if name.is_empty() || name.contains(['/', '\\']) {
            return self.error(block.line, "a file has a plain name: `file=ds.yaml`");
        }
        let (name, text) = (name.to_owned(), block.text.clone());
        if self.files.contains_key(&name) || self.steps.iter().any(|step| step.files.iter().any(|(other, _)| *other == name))
        {
            return self.error(block.line, format!("there is a file {name} already"));
        }
        self.push(Part::File { name: name.clone(), text: text.clone() });
        match (rest, self.steps.last_mut()) {
            ([], _) | (["later"], None) => _ = self.files.insert(name, text),
            (["later"], Some(step)) => step.files.push((name, text)),
            _ => self.error(
                block.line,
                format!("a file has no `{}`; it may have `later`: given when its step opens", rest.join(" ")),
            ),
        }
    }

    fn goal_block(&mut self, block: &Block<'_>) {
        let Some(values) = self.block_list(block) else { return };
        let number = self.steps.len();
        for value in values {
            let line = value.get("id").or_else(|| value.get("text")).and_then(Value::as_str).and_then(|text| {
                let at = block.text.lines().position(|line| line.contains(text.lines().next().unwrap_or(text)))?;
                Some(block.line + 1 + at)
            });
            let line = line.unwrap_or(block.line);
            let Some(step) = self.steps.last() else {
                return self.error(block.line, "a goal belongs to a step, under its `##`");
            };
            let id = format!("step-{number}-goal-{}", step.goals.len() + 1);
            match Goal::from_value(&value, &id, line) {
                Err(message) => self.error(line, message),
                Ok(goal) => {
                    if let Some(other) = self.goals.insert(goal.id.clone(), line) {
                        self.error(line, format!("the goal `{}` stands in line {other} already", goal.id));
                    }
                    self.steps.last_mut().into_iter().for_each(|step| step.goals.push(goal.clone()));
                }
            }
        }
    }

    #[inline(never)]
    fn solution_block(&mut self, block: &Block<'_>) {
        let Some(deeds) = self.deeds(block) else { return };
        match self.steps.last_mut() {
            Some(step) => step.solution.extend(deeds),
            None => self.error(block.line, "a solution belongs to a step, under its `##`"),
        }
    }

    #[inline(never)]
    fn wrong_block(&mut self, block: &Block<'_>, mistakes: &[&str]) {
        let Some(deeds) = self.deeds(block) else { return };
        for mistake in mistakes {
            self.awaited.push((block.line, self.steps.len(), Awaited::Mistake((*mistake).to_owned())));
        }
        let mistakes = mistakes.iter().map(|&mistake| mistake.to_owned()).collect();
        match self.steps.last_mut() {
            Some(step) => step.wrongs.push(Wrong { mistakes, deeds, line: block.line }),
            None => self.error(block.line, "what goes wrong belongs to a step, under its `##`"),
        }
    }

    /// The deeds of a block: commands, or a list.
    #[inline(never)]
    fn deeds(&mut self, block: &Block<'_>) -> Option<Vec<Deed>> {
        match block.language {
            "sh" => return Some(commands(&block.text).into_iter().map(Deed::Run).collect()),
            "yaml" => {}
            _ => {
                self.error(block.line, "deeds are `sh` or `yaml`");
                return None;
            }
        }
        let mut deeds = vec![];
        for value in self.block_list(block)? {
            match deed(&value) {
                Ok(deed) => deeds.push(deed),
                Err(message) => {
                    let key = value.as_object().and_then(|map| map.keys().next()).map_or("", String::as_str);
                    self.error(block.line_of(key), message);
                }
            }
        }
        Some(deeds)
    }

    #[inline(never)]
    fn mistake_block(&mut self, block: &Block<'_>) {
        for value in self.block_list(block).unwrap_or_default() {
            let mut condition = value.clone();
            let id = condition.as_object_mut().and_then(|map| map.remove("id"));
            let Some(id) = id.as_ref().and_then(Value::as_str) else {
                return self.error(block.line, "a mistake is a mapping with its `id` and a condition");
            };
            match (Goal::unspoken(&condition, id.to_owned(), block.line), self.steps.last_mut()) {
                (Ok(mistake), Some(step)) => step.mistakes.push(mistake),
                (Ok(_), None) => self.error(block.line, "a mistake belongs to a step, under its `##`"),
                (Err(message), _) => self.error(block.line, message),
            }
        }
    }

    #[inline(never)]
    fn question_block(&mut self, block: &Block<'_>) {
        for value in self.block_list(block).unwrap_or_default() {
            let id = format!("step-{}-question", self.steps.len());
            match Question::from_value(&value, &id, block.line) {
                Ok(_) if self.steps.is_empty() => self.error(block.line, "a question belongs to a step, under its `##`"),
                Ok(question) => {
                    if let Some(other) = self.goals.insert(question.id.clone(), block.line) {
                        self.error(block.line, format!("the name `{}` stands in line {other} already", question.id));
                    }
                    self.push(Part::Question(question));
                }
                Err(message) => self.error(block.line, message),
            }
        }
    }

    #[inline(never)]
    fn simulation_block(&mut self, block: &Block<'_>) {
        for value in self.block_list(block).unwrap_or_default() {
            match Simulation::from_value(&value, block.line) {
                Ok(simulation) => self.push(Part::Simulation(simulation)),
                Err(message) => self.error(block.line, message),
            }
        }
    }

    #[inline(never)]
    fn summary_block(&mut self, block: &Block<'_>) {
        for (index, line) in block.text.lines().enumerate() {
            self.prose(block.line + 1 + index, line);
        }
        match (block.text.trim(), self.summary.is_empty()) {
            ("", _) => self.error(block.line, "a summary says what to keep: a list of a few lines"),
            (_, false) => self.error(block.line, "a lesson has one summary"),
            (text, true) => {
                self.summary = text.to_owned();
                self.push(Part::Summary);
            }
        }
    }

    fn hint_block(&mut self, block: &Block<'_>, conditions: &[&str]) {
        let (mut when, mut mistake) = (None, None);
        for condition in conditions {
            let awaited = match condition.split_once('=') {
                Some(("when", goal)) => {
                    when = Some(goal.to_owned());
                    Awaited::Goal(goal.to_owned())
                }
                Some(("if", id)) => {
                    mistake = Some(id.to_owned());
                    Awaited::Mistake(id.to_owned())
                }
                _ => {
                    self.error(block.line, format!("a hint has no `{condition}`; it has `when=GOAL` or `if=MISTAKE`"));
                    continue;
                }
            };
            self.awaited.push((block.line, self.steps.len(), awaited));
        }
        for (index, line) in block.text.lines().enumerate() {
            self.prose(block.line + 1 + index, line);
        }
        let text = block.text.trim();
        let (title, text) = text.split_once("\n\n").map_or(("Hint", text), |(title, text)| (title.trim(), text.trim()));
        if text.is_empty() || title.contains('\n') {
            return self
                .error(block.line, "a hint is one paragraph, or a title on a line of its own, an empty line, and a text");
        }
        self.push(Part::Hint { title: title.to_owned(), text: text.to_owned(), when, mistake });
    }

    /// The elements of a block of YAML: those of its list, or its one mapping.
    fn block_list(&mut self, block: &Block<'_>) -> Option<Vec<Value>> {
        if block.language != "yaml" {
            self.error(block.line, "this block is `yaml`");
            return None;
        }
        match yaml::parse(&block.text) {
            Err(error) => self.yaml_error(block.line, &error),
            Ok(documents) => match documents.into_iter().next() {
                Some(Value::Array(list)) if !list.is_empty() => return Some(list),
                Some(value @ Value::Object(_)) => return Some(vec![value]),
                _ => self.error(block.line, "this block is a list, or one mapping"),
            },
        }
        None
    }

    fn front_text(&mut self, key: &str) -> String {
        match self.front.get(key) {
            Some(Value::String(text)) if !text.is_empty() => text.clone(),
            _ => {
                self.error(self.front_line(key), format!("the front matter needs `{key}`, a text"));
                String::new()
            }
        }
    }

    fn front_list(&mut self, key: &str) -> Vec<String> {
        match self.front.get(key) {
            None => vec![],
            Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
                list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                self.error(self.front_line(key), format!("`{key}` is a list of texts"));
                vec![]
            }
        }
    }

    fn config(&mut self) -> Config {
        let mut config = Config { nodes: usual_nodes(), ..Config::default() };
        let Some(cluster) = self.front.get("cluster").cloned() else { return config };
        let line = self.front_line("cluster");
        let mut read = || {
            let cluster = Fields::of(&cluster, "cluster", &["nodes", "images"])?;
            if cluster.get("nodes").is_some() {
                config.nodes = nodes(cluster.list("nodes")?)?;
            }
            config.images = images(cluster.list("images")?)?;
            Ok::<(), String>(())
        };
        if let Err(message) = read() {
            self.error(line, message);
        }
        config
    }

    /// What the front matter says of the lesson as a whole.
    fn front(&mut self) -> Front {
        let format = self.front.get("format").and_then(Value::as_u64);
        if format != Some(FORMAT) {
            let line = self.front_line("format");
            self.error(line, format!("the front matter needs `format: {FORMAT}`"));
        }
        let id = self.front_text("id");
        if id.contains(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-') {
            self.error(self.front_line("id"), "an `id` has small letters, digits and `-`");
        }
        let minutes = self.front.get("minutes").and_then(Value::as_u64).and_then(|minutes| u32::try_from(minutes).ok());
        if minutes.is_none() {
            self.error(self.front_line("minutes"), "the front matter needs `minutes`, a number");
        }
        let challenge = self.front.get("challenge").map(Challenge::from_value).transpose();
        let challenge = challenge.unwrap_or_else(|message| {
            self.error(self.front_line("challenge"), message);
            None
        });
        Front {
            id,
            title: self.front_text("title"),
            chapter: self.front.get("chapter").and_then(Value::as_str).unwrap_or_default().to_owned(),
            minutes: minutes.unwrap_or_default(),
            teaches: self.front_list("teaches"),
            prerequisites: self.front_list("prerequisites"),
            challenge,
        }
    }

    fn finish(mut self) -> Result<Lesson, Vec<LessonError>> {
        if self.front.is_empty() {
            return Err(self.errors);
        }
        let front = self.front();
        let config = self.config();
        self.check_links();
        if self.errors.is_empty() {
            // What is missing because it could not be read is not told twice.
            self.check_steps();
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        if let Some(first) = self.steps.first_mut() {
            first.parts.splice(0..0, self.before);
        }
        let scenario = Scenario { title: front.title.clone(), config, files: self.files, ..Scenario::default() };
        let (steps, links, summary) = (self.steps, self.links, self.summary);
        Ok(Lesson { front, seed: 0, variants: 1, scenario, steps, summary, links })
    }

    fn check_steps(&mut self) {
        if self.steps.is_empty() {
            self.error(1, "a lesson has steps, each under a heading of `##`");
        }
        let mut found = vec![];
        for step in &self.steps {
            match (step.goals.is_empty() && step.questions().all(|one| !one.predict), step.solution.is_empty()) {
                _ if self.shown => {}
                (false, true) => found.push((step.line, format!("the step \"{}\" has goals, but no solution", step.title))),
                (true, false) => {
                    found.push((step.line, format!("the step \"{}\" has a solution, but no goals", step.title)));
                }
                _ => {}
            }
        }
        for (line, number, awaited) in &self.awaited {
            let step = number.checked_sub(1).and_then(|index| self.steps.get(index));
            let (what, id, known) = match awaited {
                Awaited::Goal(id) => ("goal", id, step.map(|step| &step.goals)),
                Awaited::Mistake(id) => ("mistake", id, step.map(|step| &step.mistakes)),
            };
            if !known.is_some_and(|known| known.iter().any(|known| known.id == *id)) {
                found.push((*line, format!("this step has no {what} `{id}` to wait for")));
            }
        }
        found.into_iter().for_each(|(line, message)| self.error(line, message));
    }

    /// Links inside the lesson lead to one of its steps; those to other lessons are checked where the files are known.
    fn check_links(&mut self) {
        let slugs: SortedSet<String> = self.steps.iter().map(|step| slug(&step.title)).collect();
        for (line, target) in self.links.clone() {
            let known = match target.strip_prefix('#') {
                Some(anchor) => slugs.contains(anchor),
                None => target.starts_with("https://") || is_lesson_file(&target),
            };
            if !known {
                self.error(line, format!("this link leads nowhere: {target}"));
            }
        }
    }
}

/// Whether a link's target could be another lesson: `other.md`.
fn is_lesson_file(target: &str) -> bool {
    let target = target.split('#').next().unwrap_or_default();
    target.ends_with(".md") && !target.contains(['/', ':'])
}

/// The anchor that Git hosts give a heading.
pub(super) fn slug(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// The fence that a line opens: its backquotes or tildes, three at least.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| "`~".contains(*c))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    (length >= 3 && !line[length..].contains('`')).then(|| &line[..length])
}

fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim();
    line.len() >= fence.len() && line.starts_with(fence) && line.chars().all(|c| fence.starts_with(c))
}

/// The commands of a block of shell, one a line; a line that ends with `\` goes on, a comment is none.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    joined.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn deed(value: &Value) -> Result<Deed, String> {
    const DEEDS: &str = "`run`, `wait`, `write` or `edit`";
    let map = value.as_object().filter(|map| map.len() == 1);
    let (key, value) =
        map.and_then(|map| map.iter().next()).ok_or_else(|| format!("a deed is a mapping with one of {DEEDS}"))?;
    let field = |name: &str| {
        let text = value.get(name).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| format!("`{key}` needs `{name}`, a text"))
    };
    match (key.as_str(), value) {
        ("run", Value::String(line)) => Ok(Deed::Run(line.clone())),
        ("wait", Value::String(word)) if word == "settled" => Ok(Deed::Wait(WaitFor::Settled)),
        ("wait", value) => match value.as_f64().filter(|seconds| (0.0..=86_400.0).contains(seconds)) {
            Some(seconds) => Ok(Deed::Wait(WaitFor::Time(Duration::from_millis((seconds * 1000.0) as u64)))),
            None => Err("`wait` is `settled` or seconds, up to a day".to_owned()),
        },
        ("write", Value::Object(_)) => Ok(Deed::Write { file: field("file")?, text: field("text")? }),
        ("edit", Value::Object(_)) => {
            Ok(Deed::Edit { file: field("file")?, replace: field("replace")?, with: field("with")? })
        }
        (other, _) => Err(format!("there is no deed `{other}` of this shape; there are {DEEDS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "---\nformat: 1\nid: small\ntitle: Small\nminutes: 2\ncluster:\n  nodes:\n  - {group: w, count: 2}\n---\n\n# Small\n\nHello.\n\n\
        ## One\n\nLook:\n\n```text\nplain\n```\n\n```yaml file=ds.yaml\nkind: X\n```\n\n```sh\nkubectl get nodes\n```\n\n\
        ```yaml goal\nid: looked\ntext: You looked.\nran: kubectl get nodes\n```\n\n\
        ```md hint when=looked\nWhere to type?\n\nBelow.\n```\n\n```sh solution\nkubectl get no\n```\n";

    fn errors(text: &str) -> String {
        let errors = parse("small.md", text).unwrap_err();
        errors.iter().map(LessonError::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_lesson_has_its_parts_in_order() {
        let lesson = parse("small.md", SMALL).unwrap();
        assert_eq!((lesson.front.id.as_str(), lesson.front.minutes, lesson.scenario.config.nodes.len()), ("small", 2, 2));
        assert_eq!(lesson.scenario.files["ds.yaml"], "kind: X\n");
        let [step] = lesson.steps.as_slice() else { panic!("one step") };
        assert_eq!(
            step.parts,
            [
                Part::Text("Hello.".to_owned()),
                Part::Text("Look:\n\n```text\nplain\n```".to_owned()),
                Part::File { name: "ds.yaml".to_owned(), text: "kind: X\n".to_owned() },
                Part::Command("kubectl get nodes".to_owned()),
                Part::Hint {
                    title: "Where to type?".to_owned(),
                    text: "Below.".to_owned(),
                    when: Some("looked".to_owned()),
                    mistake: None,
                },
            ]
        );
        assert_eq!((step.goals[0].id.as_str(), step.goals[0].line), ("looked", 32));
        assert_eq!(step.solution, [Deed::Run("kubectl get no".to_owned())]);
    }

    #[test]
    fn a_later_file_is_given_when_its_step_opens() {
        let lesson = parse("small.md", &SMALL.replace("file=ds.yaml", "file=ds.yaml later")).unwrap();
        let mut session = crate::session::Session::new(&lesson.scenario);
        assert!(session.files().is_empty());
        let given = lesson.steps[0].open(&session);
        assert_eq!(given.len(), 1);
        given.into_iter().for_each(|action| session.act(action));
        assert_eq!(session.files()["ds.yaml"], "kind: X\n");
        assert_eq!(lesson.steps[0].open(&session), [], "what the learner has is left alone");
    }

    #[test]
    fn mistakes_have_their_lines() {
        let check = |from: &str, to: &str, expected: &[&str]| {
            let found = errors(&SMALL.replace(from, to));
            let matches = found.lines().count() == expected.len()
                && found.lines().zip(expected).all(|(line, start)| line.starts_with(start));
            assert!(matches, "{from} → {to} gives\n{found}");
        };
        check(
            "minutes",
            "minuets",
            &["small.md:1: the front matter needs `minutes`", "small.md:5: the front matter has no `minuets`"],
        );
        check("format: 1", "format: 2", &["small.md:2: the front matter needs `format: 1`"]);
        check("group: w, ", "", &["small.md:6: nodes: each needs a name, or a group and a count"]);
        check(
            "yaml goal",
            "yaml gaol",
            &["small.md:31: there is no block `gaol`; there are `file=NAME`, `goal`, `solution`, `hint`, `mistake`, "],
        );
        check("when=looked", "when=loked", &["small.md:37: this step has no goal `loked` to wait for"]);
        check("ran:", "run:", &["small.md:32: there is no condition `run`; there are"]);
        check("text: You", "text: [You", &["small.md:34: this is no YAML: "]);
        let links = "[x](#two) [y](#one) [z](http://x) [a](o.md) [b](https://x)";
        check(
            "Hello.",
            links,
            &["small.md:13: this link leads nowhere: #two", "small.md:13: this link leads nowhere: http://x"],
        );
        check("Hello.", "a < b, `<b>`, <b>x</b>", &["small.md:13: HTML is not shown"]);
        check("```sh solution\nkubectl get no\n```\n", "", &["small.md:15: the step \"One\" has goals, but no solution"]);
        check("kubectl get no\n```\n", "kubectl get no\n", &["small.md:43: this block has no end"]);
        check("# Small", "# Other", &["small.md:11: this heading is not the lesson's title"]);
        check("title: Small", "title: [", &["small.md:6: this is no YAML: did not find expected ',' or ']'"]);
        assert!(errors("# x\n").starts_with("small.md:1: a lesson begins with its front matter"));
    }
}
