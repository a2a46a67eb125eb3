//! What words become: braces, `~`, variables, the output of commands, numbers, the names of files.
//!
//! A command in a word may wait for the cluster. So this is a pure function of what those commands printed so far: where one is
//! missing it stops and says which, and is called again from the beginning when that has run.

use super::arithmetic::{self, Numbers};
use super::code::{Change, Code, Piece, Quotes, Variable, Word};
use super::files::HOME;
use super::text::matches;
use super::{Env, Shell};
use crate::api::table::hash;
use crate::api::{Key, Kind};
use crate::sim::Simulation;

/// How many words and how much text the words of one command may become.
const MOST_WORDS: usize = 10_000;
const MOST_TEXT: usize = 512 * 1024;

/// Why words are not known yet.
#[derive(Debug)]
pub(super) enum Stop {
    /// This has to run first.
    Needs(Code),
    /// They never will be: what is said, without a `bash: line 1: `, and the exit code of the line.
    Fails(String, i32),
}

type Result<T> = std::result::Result<T, Stop>;

/// Turns words into text.
pub(super) struct Expander<'a> {
    /// The shell.
    pub(super) shell: &'a Shell,
    /// Variables and directory.
    pub(super) env: &'a Env,
    /// The last exit code.
    pub(super) last: i32,
    /// The cluster and its clock.
    pub(super) sim: &'a Simulation,
    /// What the commands in the words printed, in order.
    pub(super) results: &'a [String],
    /// How many of these were used.
    pub(super) used: usize,
    /// Variables that were written on the way.
    pub(super) written: Vec<(String, String)>,
    /// How much text was made.
    pub(super) made: usize,
}

/// A word in the making.
#[derive(Clone, Debug, Default)]
struct Field {
    text: String,
    /// The same, with a `\` before what was quoted.
    pattern: String,
    globs: bool,
    exists: bool,
}

impl Field {
    fn quoted(&mut self, text: &str) {
        self.exists = true;
        self.text.push_str(text);
        text.chars().for_each(|c| self.pattern.extend(['\\', c]));
    }

    fn plain(&mut self, text: &str) {
        self.exists |= !text.is_empty();
        self.globs |= text.contains(['*', '?', '[']);
        self.text.push_str(text);
        self.pattern.push_str(text);
    }
}

/// A piece of a word between whose braces one was chosen.
#[derive(Clone)]
enum Part<'a> {
    Letter(char),
    Piece(&'a Piece),
}

impl Expander<'_> {
    /// The words that words become.
    pub(super) fn words(&mut self, words: &[Word]) -> Result<Vec<String>> {
        let mut all = vec![];
        for word in words {
            for parts in braces(word)? {
                for field in self.fields(&parts)? {
                    let found = if field.globs { self.shell.glob(&field.pattern, self.env) } else { vec![] };
                    if found.is_empty() {
                        all.push(field.text);
                    } else {
                        all.extend(found);
                    }
                    if all.len() > MOST_WORDS {
                        return Err(too_long());
                    }
                }
            }
        }
        Ok(all)
    }

    /// The text of a word that stays one.
    pub(super) fn one(&mut self, word: &[Piece]) -> Result<String> {
        Ok(self.field(word)?.text)
    }

    fn pattern(&mut self, word: &[Piece]) -> Result<Vec<char>> {
        Ok(self.field(word)?.pattern.chars().collect())
    }

    fn field(&mut self, word: &[Piece]) -> Result<Field> {
        let mut field = Field::default();
        for (at, piece) in word.iter().enumerate() {
            match piece {
                Piece::Quoted(text) => field.quoted(text),
                Piece::Plain(text) => {
                    let rest = if at == 0 { tilde(text, &mut field) } else { text };
                    field.plain(rest);
                }
                Piece::Variable(_, quotes) | Piece::Output(_, quotes) | Piece::Number(_, quotes) => {
                    let value = self.value(piece)?;
                    if *quotes == Quotes::Double { field.quoted(&value) } else { field.plain(&value) }
                }
            }
            self.makes(field.text.len())?;
        }
        Ok(field)
    }

    fn fields(&mut self, parts: &[Part<'_>]) -> Result<Vec<Field>> {
        let mut fields = vec![Field::default()];
        // Whether what comes next begins a word of its own.
        let mut breaks = false;
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            let piece = match part {
                Part::Piece(piece) => piece,
                Part::Letter(_) => {
                    let letters = parts[at..].iter().map_while(|part| match part {
                        Part::Letter(c) => Some(*c),
                        Part::Piece(_) => None,
                    });
                    let text: String = letters.collect();
                    let first = at == 0;
                    at += text.chars().count();
                    let field = begin(&mut fields, &mut breaks);
                    let rest = if first { tilde(&text, field) } else { &text };
                    field.plain(rest);
                    continue;
                }
            };
            at += 1;
            match piece {
                Piece::Quoted(text) => begin(&mut fields, &mut breaks).quoted(text),
                Piece::Plain(text) => begin(&mut fields, &mut breaks).plain(text),
                Piece::Variable(variable, Quotes::Double) if variable.name == "@" => {}
                Piece::Variable(_, Quotes::Double) | Piece::Output(_, Quotes::Double) | Piece::Number(_, Quotes::Double) => {
                    let value = self.value(piece)?;
                    begin(&mut fields, &mut breaks).quoted(&value);
                }
                _ => {
                    let value = self.value(piece)?;
                    self.split(&value, &mut fields, &mut breaks);
                }
            }
        }
        fields.retain(|field| field.exists);
        Ok(fields)
    }

    /// Puts a value without quotes behind the last field, or in several.
    fn split(&self, value: &str, fields: &mut Vec<Field>, breaks: &mut bool) {
        let separators = self.get("IFS").unwrap_or_else(|| " \t\n".to_owned());
        let is_blank = |c: char| separators.contains(c) && c.is_whitespace();
        let mut rest = value;
        if rest.starts_with(is_blank) {
            *breaks |= fields.last().is_some_and(|field| field.exists);
            rest = rest.trim_start_matches(is_blank);
        }
        while !rest.is_empty() {
            let end = rest.find(|c| separators.contains(c)).unwrap_or(rest.len());
            let field = begin(fields, breaks);
            field.exists = true;
            field.plain(&rest[..end]);
            rest = &rest[end..];
            let before = rest;
            rest = rest.trim_start_matches(is_blank);
            if let Some(c) = rest.chars().next().filter(|c| separators.contains(*c)) {
                rest = rest[c.len_utf8()..].trim_start_matches(is_blank);
            }
            *breaks |= rest.len() < before.len();
        }
    }

    fn makes(&mut self, length: usize) -> Result<()> {
        self.made += length;
        if self.made > MOST_TEXT { Err(too_long()) } else { Ok(()) }
    }

    /// The text of a piece that is no text.
    fn value(&mut self, piece: &Piece) -> Result<String> {
        let value = match piece {
            Piece::Quoted(text) | Piece::Plain(text) => text.clone(),
            Piece::Variable(variable, _) => self.variable(variable)?,
            Piece::Output(code, _) => {
                let Some(text) = self.results.get(self.used) else { return Err(Stop::Needs(code.clone())) };
                self.used += 1;
                text.clone()
            }
            Piece::Number(word, _) => self.number(word)?.to_string(),
        };
        self.makes(value.len())?;
        Ok(value)
    }

    /// The value of an expression.
    pub(super) fn number(&mut self, word: &[Piece]) -> Result<i64> {
        let text = self.one(word)?;
        let number = arithmetic::evaluate(&text, self).map_err(|message| Stop::Fails(message, 1));
        if text.contains("RANDOM") {
            self.written.push(("RANDOM".to_owned(), self.chance().to_string()));
        }
        number
    }

    fn get(&self, name: &str) -> Option<String> {
        if let Some((_, value)) = self.written.iter().rev().find(|(written, _)| written == name && name != "RANDOM") {
            return Some(value.clone());
        }
        Some(match name {
            "?" => self.last.to_string(),
            "#" => "0".to_owned(),
            "$" => super::PID.to_string(),
            "!" => self.shell.last_pid.map(|pid| pid.to_string())?,
            "0" => "bash".to_owned(),
            "-" => "hB".to_owned(),
            "PWD" => super::files::absolute(&self.env.cwd),
            "SECONDS" => (self.sim.now().as_millis() / 1000).to_string(),
            "RANDOM" => (self.chance() >> 40 & 0x7fff).to_string(),
            name => return self.env.variables.get(name).cloned(),
        })
    }

    /// What `$RANDOM` is a part of: it follows from what it was before, which is kept under its name, or else from the cluster.
    fn chance(&self) -> u64 {
        let written = self.written.iter().rev().find(|(name, _)| name == "RANDOM").map(|(_, value)| value);
        let before = written.or_else(|| self.env.variables.get("RANDOM")).cloned().unwrap_or_else(|| {
            let first = self.sim.cluster().store().object(&Key::new(Kind::Namespace, "", "default"));
            first.and_then(|namespace| namespace.meta().uid.clone()).unwrap_or_default()
        });
        hash(&["RANDOM", &before])
    }

    fn variable(&mut self, variable: &Variable) -> Result<String> {
        let name = &variable.name;
        let given = self.get(name);
        if name == "RANDOM" {
            self.written.push((name.clone(), self.chance().to_string()));
        }
        let value = given.clone().unwrap_or_default();
        Ok(match &variable.change {
            Change::None => value,
            Change::Length => value.chars().count().to_string(),
            Change::Otherwise { kind, colon, word } => {
                let there = given.is_some() && !(*colon && value.is_empty());
                match (kind, there) {
                    ('+', true) => self.one(word)?,
                    ('+', false) => String::new(),
                    (_, true) => value,
                    ('=', false) => {
                        let text = self.one(word)?;
                        self.written.push((name.clone(), text.clone()));
                        text
                    }
                    ('?', false) => {
                        let text = self.one(word)?;
                        let plain = if *colon { "parameter null or not set" } else { "parameter not set" };
                        let text = if text.is_empty() { plain.to_owned() } else { text };
                        return Err(Stop::Fails(format!("{name}: {text}"), 127));
                    }
                    _ => self.one(word)?,
                }
            }
            Change::Strip { end, longest, pattern } => {
                let pattern = self.pattern(pattern)?;
                // Every length is tried.
                self.makes(value.len() * value.len() / 64)?;
                strip(&value.chars().collect::<Vec<_>>(), &pattern, *end, *longest)
            }
            Change::Replace { every, pattern, with } => {
                let (pattern, with) = (self.pattern(pattern)?, self.one(with)?);
                self.replace(&value.chars().collect::<Vec<_>>(), &pattern, &with, *every)?
            }
            Change::Slice(from, length) => {
                let chars: Vec<char> = value.chars().collect();
                let count = i64::try_from(chars.len()).unwrap_or(i64::MAX);
                let given = self.number(from)?;
                let from = if given < 0 { count + given } else { given };
                let to = match length {
                    None => count,
                    Some(length) => match self.number(length)? {
                        length if length < 0 => count.saturating_add(length),
                        length => from.saturating_add(length),
                    },
                };
                let place = |at: i64| usize::try_from(at.clamp(0, count)).unwrap_or(0);
                match from < 0 {
                    true => String::new(),
                    false => chars.get(place(from)..place(to)).unwrap_or_default().iter().collect(),
                }
            }
            Change::Case { to, every } => {
                let length = if *every { value.len() } else { value.chars().next().map_or(0, char::len_utf8) };
                let (first, rest) = value.split_at(length);
                (if *to == '^' { first.to_uppercase() } else { first.to_lowercase() }) + rest
            }
        })
    }

    fn replace(&mut self, value: &[char], pattern: &[char], with: &str, every: bool) -> Result<String> {
        let (pattern, anchor) = match pattern {
            ['#', rest @ ..] => (rest, Some('#')),
            ['%', rest @ ..] => (rest, Some('%')),
            pattern => (pattern, None),
        };
        let mut out = String::new();
        let mut at = 0;
        while at <= value.len() {
            let ends = (at + 1..=value.len()).rev().filter(|end| anchor != Some('%') || *end == value.len());
            let end = ends.into_iter().find(|end| !pattern.is_empty() && matches(pattern, &value[at..*end]));
            if let Some(end) = end {
                out.push_str(with);
                at = end;
                self.makes(with.len())?;
                if every {
                    continue;
                }
                break;
            }
            if anchor == Some('#') {
                break;
            }
            out.extend(value.get(at));
            at += 1;
            // Every place is tried with every length.
            self.makes(value.len() / 16)?;
        }
        out.extend(value.get(at..).unwrap_or_default());
        Ok(out)
    }
}

impl Numbers for Expander<'_> {
    fn get(&self, name: &str) -> String {
        Expander::get(self, name).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: i64) {
        self.written.push((name.to_owned(), value.to_string()));
    }
}

fn too_long() -> Stop {
    Stop::Fails("Argument list too long".to_owned(), 126)
}

/// The field that what comes next belongs to.
fn begin<'a>(fields: &'a mut Vec<Field>, breaks: &mut bool) -> &'a mut Field {
    if std::mem::take(breaks) || fields.is_empty() {
        fields.push(Field::default());
    }
    let last = fields.len() - 1;
    &mut fields[last]
}

/// Fills in the home directory that a word begins with; gives the rest.
fn tilde<'a>(text: &'a str, field: &mut Field) -> &'a str {
    match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            field.quoted(HOME);
            rest
        }
        _ => text,
    }
}

fn strip(value: &[char], pattern: &[char], end: char, longest: bool) -> String {
    let count = value.len();
    let (mut shortest_first, mut longest_first) = (0..=count, (0..=count).rev());
    let lengths: &mut dyn Iterator<Item = usize> = if longest { &mut longest_first } else { &mut shortest_first };
    for length in lengths {
        let (gone, left) = match end {
            '#' => (&value[..length], &value[length..]),
            _ => (&value[count - length..], &value[..count - length]),
        };
        if matches(pattern, gone) {
            return left.iter().collect();
        }
    }
    value.iter().collect()
}

/// The words that `{a,b}` and `{1..3}` make of one.
fn braces(word: &Word) -> Result<Vec<Vec<Part<'_>>>> {
    let mut parts = vec![];
    for piece in word {
        match piece {
            Piece::Plain(text) => parts.extend(text.chars().map(Part::Letter)),
            piece => parts.push(Part::Piece(piece)),
        }
    }
    let (mut done, mut made) = (vec![], 0);
    let mut open = vec![(parts, 0)];
    while let Some((parts, from)) = open.pop() {
        let Some((start, end, choices)) = choices(&parts, from) else {
            done.push(parts);
            continue;
        };
        made += choices.len() * parts.len();
        if open.len() + done.len() + choices.len() > MOST_WORDS || made > MOST_TEXT {
            return Err(too_long());
        }
        for choice in choices.into_iter().rev() {
            let whole: Vec<Part<'_>> =
                parts[..start].iter().cloned().chain(choice).chain(parts[end..].iter().cloned()).collect();
            open.push((whole, start));
        }
    }
    Ok(done)
}

/// The first braces from a place on that mean something: where they begin and end, and what they offer.
fn choices<'a>(parts: &[Part<'a>], from: usize) -> Option<(usize, usize, Vec<Vec<Part<'a>>>)> {
    let is = |at: usize, c: char| matches!(parts.get(at), Some(Part::Letter(letter)) if *letter == c);
    for start in (from..parts.len()).filter(|at| is(*at, '{')) {
        let (mut depth, mut commas, mut end) = (0, vec![], None);
        for at in start..parts.len() {
            if is(at, '{') {
                depth += 1;
            } else if is(at, '}') {
                depth -= 1;
                if depth == 0 {
                    end = Some(at);
                    break;
                }
            } else if is(at, ',') && depth == 1 {
                commas.push(at);
            }
        }
        let Some(end) = end else { continue };
        if !commas.is_empty() {
            let mut bounds = vec![start];
            bounds.extend(commas);
            bounds.push(end);
            let choices = bounds.windows(2).map(|pair| parts[pair[0] + 1..pair[1]].to_vec()).collect();
            return Some((start, end + 1, choices));
        }
        let letters = parts[start + 1..end].iter().map(|part| match part {
            Part::Letter(c) => Some(*c),
            Part::Piece(_) => None,
        });
        let text: Option<String> = letters.collect();
        if let Some(sequence) = text.and_then(|text| sequence(&text)) {
            let choices = sequence.iter().map(|text| text.chars().map(Part::Letter).collect()).collect();
            return Some((start, end + 1, choices));
        }
    }
    None
}

/// `1..3`, `01..10`, `a..e`, `1..10..2`.
fn sequence(text: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = text.split("..").collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, 1),
        [first, last, step] => (*first, *last, step.parse::<i64>().ok()?),
        _ => return None,
    };
    let step = i64::try_from(step.unsigned_abs()).unwrap_or(i64::MAX).max(1);
    let letter = |text: &str| text.chars().next().filter(|c| text.len() == 1 && c.is_ascii_alphabetic());
    let (from, to, show): (i64, i64, Box<dyn Fn(i64) -> String>) = match (letter(first), letter(last)) {
        (Some(from), Some(to)) => {
            let show = |n: i64| u8::try_from(n).map(|c| char::from(c).to_string()).unwrap_or_default();
            (i64::from(u32::from(from)), i64::from(u32::from(to)), Box::new(show))
        }
        _ => {
            let digits = |text: &str| text.trim_start_matches(['-', '+']).len();
            let padded = [first, last].iter().any(|text| digits(text) > 1 && text.trim_start_matches('-').starts_with('0'));
            let width = if padded { first.len().max(last.len()) } else { 0 };
            (first.parse().ok()?, last.parse().ok()?, Box::new(move |n: i64| format!("{n:0width$}")))
        }
    };
    let mut all = vec![];
    let mut at = from;
    while all.len() <= MOST_WORDS {
        all.push(show(at));
        let next = if from <= to { at.checked_add(step) } else { at.checked_sub(step) };
        match next.filter(|next| if from <= to { *next <= to } else { *next >= to }) {
            Some(next) => at = next,
            None => break,
        }
    }
    Some(all)
}
