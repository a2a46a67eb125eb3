//! `sed`: `s///`, `y///`, `d`, `p`, `q`, `a`, `i`, `c`, `=`, `n` and `{ … }`, with addresses.

use super::{Failed, Filter, Flow, Started, Tool, options};
use crate::kubectl::Output;
use crate::shell::pattern::{Case, FUEL, Pattern, Syntax};

/// How long a line may get.
const LONGEST: usize = 512 * 1024;
/// How many commands a script may have.
const MOST: usize = 500;

/// `sed [-n] [-i] [-E] SCRIPT [FILE]…`.
pub(super) fn sed(args: &[String]) -> Result<Started, Failed> {
    let long = [("quiet", 'n'), ("silent", 'n'), ("in-place", 'i'), ("regexp-extended", 'E'), ("expression", 'e')];
    // `-i.bak` has its ending attached.
    let backup = args
        .iter()
        .find_map(|arg| arg.strip_prefix("-i"))
        .is_some_and(|rest| !rest.is_empty() && !rest.bytes().all(|c| b"nEre".contains(&c)));
    if backup {
        return Err((1, "the playground's sed keeps no copy: -i without an ending".to_owned()));
    }
    let mut call = options(args, "ef", "inErsuz", &long, 1)?;
    if call.on('f') || call.on('z') {
        return Err((1, "the playground's sed has no -f and no -z".to_owned()));
    }
    let mut scripts: Vec<&str> = call.flags.iter().filter(|(flag, _)| *flag == 'e').map(|(_, text)| text.as_str()).collect();
    let first;
    if scripts.is_empty() {
        first = call.names.first().copied().map(str::to_owned);
        let Some(script) = &first else {
            return Err((1, "a script is missing: sed 's/old/new/' [FILE]…".to_owned()));
        };
        scripts.push(script);
        let _ = call.names.remove(0);
    }
    let script = scripts.join("\n");
    let syntax = if call.on('E') || call.on('r') { Syntax::Extended } else { Syntax::Basic };
    let mut parser = Parser { script: &script, at: 0, syntax, count: 0, last: None };
    let commands = parser.commands(0)?;
    let in_place = call.on('i');
    if in_place && call.names.is_empty() {
        return Err((1, "no input files".to_owned()));
    }
    let quiet = call.on('n');
    let waits = commands.iter().any(Command::asks_for_the_last);
    let tool = Sed { commands, quiet, in_place, waits, held: None, number: 0, edited: String::new(), quit: None, work: 0 };
    Ok(Started::Reads(Filter::new("sed", tool, &call.names, 2)))
}

#[derive(Clone)]
struct Sed {
    commands: Vec<Command>,
    quiet: bool,
    in_place: bool,
    /// Whether it has to know which line is the last.
    waits: bool,
    /// The line that was read last: whether it is the last one is known when the next comes.
    held: Option<String>,
    number: usize,
    /// The new text of a file that is edited in place.
    edited: String,
    quit: Option<i32>,
    work: usize,
}

#[derive(Clone)]
struct Command {
    first: Option<Address>,
    last: Option<Address>,
    negated: bool,
    what: What,
    /// Whether a range is open, and the line that ends it where that is a number.
    inside: Option<usize>,
}

#[derive(Clone)]
enum Address {
    Line(usize),
    /// `first~step`.
    Step(usize, usize),
    /// `addr,+n`.
    More(usize),
    Last,
    Match(Pattern),
}

#[derive(Clone)]
enum What {
    Substitute { pattern: Pattern, with: Vec<With>, which: usize, every: bool, prints: bool },
    Translate(Vec<(char, char)>),
    Delete,
    Print,
    Number,
    Next,
    Quit(i32),
    Append(String),
    Insert(String),
    Change(String),
    Block(Vec<Command>),
}

/// A piece of what comes in the place of a match.
#[derive(Clone)]
enum With {
    Letter(char),
    Group(usize),
    /// `\U`, `\L`, `\u`, `\l`, `\E`.
    Case(char),
}

/// What becomes of a line.
#[derive(Default)]
struct Fate {
    deleted: bool,
    before: String,
    after: String,
    /// What it took.
    work: usize,
}

impl Sed {
    fn edit(&mut self, line: &str, is_last: bool, out: &mut Output) {
        self.number += 1;
        let mut text = line.strip_suffix('\n').unwrap_or(line).to_owned();
        let mut fate = Fate::default();
        let mut commands = std::mem::take(&mut self.commands);
        run(&mut commands, &mut text, self.number, is_last, self.quiet, &mut fate, &mut self.quit);
        self.commands = commands;
        self.work += fate.work;
        let mut whole = fate.before;
        if !fate.deleted && !self.quiet {
            whole.push_str(&text);
            if line.ends_with('\n') || !fate.after.is_empty() {
                whole.push('\n');
            }
        }
        whole.push_str(&fate.after);
        if self.in_place { self.edited.push_str(&whole) } else { out.out(&whole) }
    }
}

/// Runs commands on a line; says whether it goes on with the next command.
fn run(
    commands: &mut [Command],
    text: &mut String,
    number: usize,
    is_last: bool,
    quiet: bool,
    fate: &mut Fate,
    quit: &mut Option<i32>,
) -> bool {
    for command in commands {
        fate.work += command.work(text.len());
        if command.is_for(text, number, is_last) == command.negated {
            continue;
        }
        match &mut command.what {
            What::Delete => {
                fate.deleted = true;
                return false;
            }
            What::Print => fate.before.push_str(&format!("{text}\n")),
            What::Number => fate.before.push_str(&format!("{number}\n")),
            What::Next => {
                if !quiet {
                    fate.before.push_str(&format!("{text}\n"));
                }
                fate.deleted = true;
                return false;
            }
            What::Quit(exit) => {
                *quit = Some(*exit);
                return false;
            }
            What::Append(more) => fate.after.push_str(&format!("{more}\n")),
            What::Insert(more) => fate.before.push_str(&format!("{more}\n")),
            What::Change(more) => {
                if command.inside.is_none() || command.last.is_none() {
                    fate.after.push_str(&format!("{more}\n"));
                }
                fate.deleted = true;
                return false;
            }
            What::Translate(pairs) => {
                *text = text.chars().map(|c| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to)).collect();
            }
            What::Substitute { pattern, with, which, every, prints } => {
                if let Some(made) = substitute(text, pattern, with, *which, *every, &mut fate.work) {
                    *text = made;
                    if *prints {
                        fate.before.push_str(&format!("{text}\n"));
                    }
                }
            }
            What::Block(inner) => {
                if !run(inner, text, number, is_last, quiet, fate, quit) {
                    return false;
                }
            }
        }
    }
    true
}

impl Command {
    /// What looking at its addresses takes.
    fn work(&self, length: usize) -> usize {
        let of = |address: &Option<Address>| match address {
            Some(Address::Match(pattern)) => pattern.work(length),
            _ => 0,
        };
        of(&self.first) + of(&self.last)
    }

    fn asks_for_the_last(&self) -> bool {
        let is_last = |address: &Option<Address>| matches!(address, Some(Address::Last));
        let inside = match &self.what {
            What::Block(inner) => inner.iter().any(Command::asks_for_the_last),
            _ => false,
        };
        inside || is_last(&self.first) || is_last(&self.last)
    }

    /// Whether the line is one of those that are meant.
    fn is_for(&mut self, text: &str, number: usize, is_last: bool) -> bool {
        let Some(first) = &self.first else { return true };
        let Some(last) = &self.last else { return first.is(text, number, is_last) };
        match self.inside {
            None => {
                if !first.is(text, number, is_last) {
                    return false;
                }
                self.inside = match last {
                    Address::Line(end) => (*end > number).then_some(*end),
                    Address::More(count) => (*count > 0).then_some(number + count),
                    Address::Step(_, step) => {
                        (*step > 0 && !number.is_multiple_of(*step)).then(|| number - number % step + step)
                    }
                    _ => (!is_last).then_some(usize::MAX),
                };
                true
            }
            Some(end) => {
                let ends = match last {
                    Address::Line(_) | Address::More(_) | Address::Step(..) => number >= end,
                    last => last.is(text, number, is_last),
                };
                if ends {
                    self.inside = None;
                }
                // A line number that has passed already ends the range before this line.
                end >= number
            }
        }
    }
}

impl Address {
    fn is(&self, text: &str, number: usize, is_last: bool) -> bool {
        match self {
            Address::Line(line) => *line == number,
            Address::Step(first, 0) => *first == number,
            Address::Step(first, step) => number >= *first && (number - first).is_multiple_of(*step),
            Address::More(_) => false,
            Address::Last => is_last,
            Address::Match(pattern) => pattern.is_in(text),
        }
    }
}

/// The line with matches replaced, if there are any.
fn substitute(text: &str, pattern: &Pattern, with: &[With], which: usize, every: bool, work: &mut usize) -> Option<String> {
    let mut fuel = FUEL;
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let (mut from, mut count, mut any) = (0, 0, false);
    // Where the last match ended: an empty one right behind it is none.
    let mut last_end = None;
    while from <= letters.len() {
        let Some(places) = pattern.search(&letters, from, &mut fuel) else { break };
        let (Some(start), Some(end)) = (places[0], places[1]) else { break };
        let is_new = end > start || last_end != Some(start);
        out.extend(&letters[from..start]);
        count += usize::from(is_new);
        if is_new && (count == which || (every && count > which)) {
            any = true;
            replacement(&letters, &places, with, &mut out);
        } else {
            out.extend(&letters[start..end]);
        }
        last_end = Some(end);
        from = end;
        if end == start {
            out.extend(letters.get(end));
            from += 1;
        }
        if (any && !every) || out.len() > LONGEST {
            break;
        }
    }
    *work += (FUEL - fuel) / 2000;
    out.extend(letters.get(from..).unwrap_or_default());
    any.then_some(out)
}

fn replacement(letters: &[char], places: &[Option<usize>], with: &[With], out: &mut String) {
    let (mut case, mut once) = ('E', None);
    let put = |c: char, case: char, once: &mut Option<char>, out: &mut String| match once.take().unwrap_or(case) {
        'U' | 'u' => out.extend(c.to_uppercase()),
        'L' | 'l' => out.extend(c.to_lowercase()),
        _ => out.push(c),
    };
    for piece in with {
        match piece {
            With::Letter(c) => put(*c, case, &mut once, out),
            With::Group(group) => {
                if let (Some(Some(start)), Some(Some(end))) = (places.get(2 * group), places.get(2 * group + 1)) {
                    letters[*start..*end].iter().for_each(|c| put(*c, case, &mut once, out));
                }
            }
            With::Case(to @ ('u' | 'l')) => once = Some(*to),
            With::Case(to) => case = *to,
        }
        if out.len() > LONGEST {
            return;
        }
    }
}

impl Tool for Sed {
    fn line(&mut self, line: &str, out: &mut Output) -> Flow {
        if !self.waits {
            self.edit(line, false, out);
        } else if let Some(held) = self.held.replace(line.to_owned()) {
            self.edit(&held, false, out);
        }
        if self.quit.is_some() { Flow::Done } else { Flow::More }
    }

    fn close(&mut self, _file: &str, out: &mut Output) -> Option<String> {
        // Files edited in place are separate; others are one long text, but then only its very last line is the last.
        if !self.in_place {
            return None;
        }
        if let Some(held) = self.held.take().filter(|_| self.quit.is_none()) {
            self.edit(&held, true, out);
        }
        self.number = 0;
        Some(std::mem::take(&mut self.edited))
    }

    fn finish(&mut self, out: &mut Output) -> i32 {
        if let Some(held) = self.held.take().filter(|_| self.quit.is_none()) {
            self.edit(&held, true, out);
        }
        self.quit.unwrap_or(0)
    }

    fn work(&mut self) -> usize {
        std::mem::take(&mut self.work)
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}

struct Parser<'a> {
    script: &'a str,
    at: usize,
    syntax: Syntax,
    count: usize,
    /// The last pattern, which an empty one stands for.
    last: Option<Pattern>,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.script[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes one letter, if there is one.
    fn pass(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn skip(&mut self, letters: &[char]) {
        self.at = self.script.len() - self.rest().trim_start_matches(letters).len();
    }

    fn wrong(&self, why: &str) -> Failed {
        (1, format!("-e expression #1, char {}: {why}", self.script[..self.at].chars().count()))
    }

    fn commands(&mut self, depth: usize) -> Result<Vec<Command>, Failed> {
        let mut commands = vec![];
        loop {
            self.skip(&[' ', '\t', '\n', ';']);
            let Some(c) = self.peek() else {
                return if depth == 0 {
                    Ok(commands)
                } else {
                    Err((1, "-e expression #1, char 0: unmatched `{'".to_owned()))
                };
            };
            if c == '}' {
                self.at += 1;
                return if depth > 0 { Ok(commands) } else { Err(self.wrong("unexpected `}'")) };
            }
            if c == '#' {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                continue;
            }
            self.count += 1;
            if self.count > MOST || depth > 10 {
                return Err((1, "the playground's sed does not run scripts as long as this one".to_owned()));
            }
            let command = self.command(depth)?;
            commands.push(command);
        }
    }

    fn command(&mut self, depth: usize) -> Result<Command, Failed> {
        let first = self.address()?;
        self.skip(&[' ']);
        let mut last = None;
        if first.is_some() && self.peek() == Some(',') {
            self.at += 1;
            self.skip(&[' ']);
            last = match self.peek() {
                Some(c @ ('+' | '~')) => {
                    self.at += 1;
                    let number = self.number().ok_or_else(|| self.wrong("expected number"))?;
                    Some(if c == '+' { Address::More(number) } else { Address::Step(0, number) })
                }
                _ => self.address()?,
            };
            if last.is_none() {
                self.pass();
                return Err(self.wrong("unexpected `,'"));
            }
        }
        self.skip(&[' ']);
        let mut negated = false;
        while self.peek() == Some('!') {
            self.at += 1;
            negated = true;
            self.skip(&[' ']);
        }
        let Some(letter) = self.peek() else { return Err(self.wrong("missing command")) };
        self.at += letter.len_utf8();
        let what = match letter {
            'd' => What::Delete,
            'p' => What::Print,
            '=' => What::Number,
            'n' => What::Next,
            'q' => What::Quit(self.number().map_or(0, |code| i32::try_from(code & 0xff).unwrap_or(0))),
            'a' => What::Append(self.text()?),
            'i' => What::Insert(self.text()?),
            'c' => What::Change(self.text()?),
            '{' => What::Block(self.commands(depth + 1)?),
            's' => self.substitute()?,
            'y' => self.translate()?,
            'D' | 'G' | 'H' | 'N' | 'P' | 'g' | 'h' | 'x' | 'b' | 't' | 'T' | ':' | 'r' | 'w' | 'e' | 'l' => {
                return Err((1, format!("the playground's sed knows s, y, d, p, q, n, a, i, c, = and {{ }}, not {letter}")));
            }
            _ => return Err(self.wrong(&format!("unknown command: `{letter}'"))),
        };
        if !matches!(what, What::Append(_) | What::Insert(_) | What::Change(_) | What::Block(_)) {
            self.skip(&[' ', '\t']);
            if !matches!(self.peek(), None | Some(';' | '\n' | '}' | '#')) {
                self.pass();
                let why = if matches!(what, What::Substitute { .. }) {
                    "unknown option to `s'"
                } else {
                    "extra characters after command"
                };
                return Err(self.wrong(why));
            }
        }
        Ok(Command { first, last, negated, what, inside: None })
    }

    fn number(&mut self) -> Option<usize> {
        let digits = self.rest().find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest().len());
        let number = self.rest()[..digits].parse().ok()?;
        self.at += digits;
        Some(number)
    }

    fn address(&mut self) -> Result<Option<Address>, Failed> {
        match self.peek() {
            Some('$') => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            Some('0'..='9') => {
                let number = self.number().unwrap_or(usize::MAX);
                if self.peek() == Some('~') {
                    self.at += 1;
                    return Ok(Some(Address::Step(number, self.number().unwrap_or(0))));
                }
                if number == 0 && !self.rest().trim_start().starts_with(',') {
                    return Err(self.wrong("invalid usage of line address 0"));
                }
                Ok(Some(Address::Line(number)))
            }
            Some(c @ ('/' | '\\')) => {
                self.at += 1;
                let end = if c == '\\' { self.separator()? } else { '/' };
                let text = self.until(end).ok_or_else(|| self.wrong("unterminated address regex"))?;
                let case = if self.peek() == Some('I') {
                    self.at += 1;
                    Case::Ignored
                } else {
                    Case::Matters
                };
                Ok(Some(Address::Match(self.pattern(&text, case)?)))
            }
            _ => Ok(None),
        }
    }

    fn separator(&mut self) -> Result<char, Failed> {
        match self.peek() {
            Some(c) if c != '\n' && c != '\\' => {
                self.at += c.len_utf8();
                Ok(c)
            }
            _ => Err(self.wrong("unterminated `s' command")),
        }
    }

    fn pattern(&mut self, text: &str, case: Case) -> Result<Pattern, Failed> {
        if text.is_empty() {
            return self.last.clone().ok_or_else(|| self.wrong("no previous regular expression"));
        }
        let pattern = Pattern::parse(text, self.syntax, case).map_err(|why| self.wrong(&why))?;
        self.last = Some(pattern.clone());
        Ok(pattern)
    }

    /// The text before a separator, which a `\` makes an ordinary letter.
    fn until(&mut self, separator: char) -> Option<String> {
        let mut before = String::new();
        let mut in_class = false;
        let mut letters = self.rest().char_indices();
        while let Some((at, c)) = letters.next() {
            match c {
                '\\' => match letters.next()?.1 {
                    next if next == separator => before.push(separator),
                    next => before.extend(['\\', next]),
                },
                c if c == separator && !in_class => {
                    self.at += at + c.len_utf8();
                    return Some(before);
                }
                c => {
                    in_class = (in_class || (c == '[' && separator != '[')) && c != ']';
                    if in_class && c == separator {
                        // Nobody means a class that goes on behind the separator.
                        self.at += at + c.len_utf8();
                        return Some(before);
                    }
                    before.push(c);
                }
            }
        }
        None
    }

    /// Two texts, each up to a separator; without one it is the end that is wrong.
    fn two(&mut self, separator: char, why: &str) -> Result<(String, String), Failed> {
        let both = self.until(separator).and_then(|first| Some((first, self.until(separator)?)));
        if both.is_none() {
            self.at = self.script.len();
        }
        both.ok_or_else(|| self.wrong(why))
    }

    fn substitute(&mut self) -> Result<What, Failed> {
        let separator = self.separator()?;
        let (text, raw) = self.two(separator, "unterminated `s' command")?;
        let (mut every, mut prints, mut case, mut which) = (false, false, Case::Matters, 1);
        loop {
            match self.peek() {
                Some('g') => every = true,
                Some('p') => prints = true,
                Some('i' | 'I') => case = Case::Ignored,
                Some('0'..='9') => {
                    which = self.number().unwrap_or(1);
                    if which == 0 {
                        return Err(self.wrong("number option to `s' command may not be zero"));
                    }
                    continue;
                }
                Some('e' | 'w' | 'm' | 'M') => {
                    return Err((1, "the playground's sed knows the options g, p, i and a number of s".to_owned()));
                }
                _ => break,
            }
            self.at += 1;
        }
        let pattern = self.pattern(&text, case)?;
        let mut with = vec![];
        let mut letters = raw.chars();
        while let Some(c) = letters.next() {
            with.push(match c {
                '&' => With::Group(0),
                '\\' => match letters.next() {
                    Some('n') => With::Letter('\n'),
                    Some('t') => With::Letter('\t'),
                    Some(c @ ('U' | 'L' | 'u' | 'l' | 'E')) => With::Case(c),
                    Some(digit @ '0'..='9') => {
                        let group = digit.to_digit(10).unwrap_or(0) as usize;
                        if group > pattern.groups() {
                            return Err(self.wrong(&format!("invalid reference \\{digit} on `s' command's RHS")));
                        }
                        With::Group(group)
                    }
                    Some(other) => With::Letter(other),
                    None => With::Letter('\\'),
                },
                c => With::Letter(c),
            });
        }
        Ok(What::Substitute { pattern, with, which, every, prints })
    }

    fn translate(&mut self) -> Result<What, Failed> {
        let separator = self.separator()?;
        let (from, to) = self.two(separator, "unterminated `y' command")?;
        if from.chars().count() != to.chars().count() {
            return Err(self.wrong("strings for `y' command are different lengths"));
        }
        Ok(What::Translate(from.chars().zip(to.chars()).collect()))
    }

    /// The text of `a`, `i` and `c`: the rest of the line.
    fn text(&mut self) -> Result<String, Failed> {
        self.skip(&[' ', '\t']);
        if self.rest().starts_with("\\\n") {
            self.at += 2;
        } else if self.rest().starts_with('\\') {
            self.at += 1;
        }
        let end = self.rest().find('\n').unwrap_or(self.rest().len());
        let text = self.rest()[..end].to_owned();
        self.at += end;
        if text.is_empty() { Err(self.wrong("expected \\ after `a', `c' or `i'")) } else { Ok(text) }
    }
}
