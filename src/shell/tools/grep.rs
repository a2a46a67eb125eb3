//! `grep`.

use std::collections::VecDeque;

use super::{Desk, Failed, Filter, Flow, Started, Tool, options};
use crate::kubectl::Output;
use crate::shell::pattern::{Case, FUEL, Pattern, Syntax, is_word};

#[derive(Clone)]
struct Grep {
    patterns: Vec<Pattern>,
    flags: String,
    /// How many lines around a hit are shown, and how many hits.
    before: usize,
    after: usize,
    most: usize,
    names: bool,
    file: String,
    /// The number of the line at hand, the lines before it, and how many after the last hit are still to be shown.
    number: usize,
    waiting: VecDeque<(usize, String)>,
    showing: usize,
    /// The last line shown.
    shown: usize,
    any_shown: bool,
    hits: usize,
    found: bool,
    work: usize,
}

const USAGE: &str = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.";

/// `grep`, `egrep`, `fgrep`.
pub(super) fn grep(name: &str, args: &[String], desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let long = [
        ("ignore-case", 'i'),
        ("invert-match", 'v'),
        ("count", 'c'),
        ("line-number", 'n'),
        ("extended-regexp", 'E'),
        ("fixed-strings", 'F'),
        ("quiet", 'q'),
        ("silent", 'q'),
        ("only-matching", 'o'),
        ("word-regexp", 'w'),
        ("line-regexp", 'x'),
        ("files-with-matches", 'l'),
        ("no-filename", 'h'),
        ("with-filename", 'H'),
        ("after-context", 'A'),
        ("before-context", 'B'),
        ("context", 'C'),
        ("max-count", 'm'),
        ("regexp", 'e'),
        ("file", 'f'),
        ("color", '\0'),
        ("colour", '\0'),
        ("line-buffered", '\0'),
    ];
    let args: Vec<String> = args.iter().map(|arg| short_context(arg)).collect();
    let mut call = options(&args, "efABCm", "ivcnEFGqowxlLhHrRsUP", &long, 2)
        .map_err(|(exit, why)| (exit, [&why, "\n", USAGE].concat()))?;
    if call.on('P') || call.on('r') || call.on('R') {
        let flag = if call.on('P') { "-P: -E does most of it" } else { "-r: name the files, as in grep TEXT *.yaml" };
        return Err((2, format!("the playground's grep has no {flag}")));
    }
    let context = call.number('C', "invalid context length argument")?.unwrap_or(0);
    let before = call.number('B', "invalid context length argument")?.unwrap_or(context);
    let after = call.number('A', "invalid context length argument")?.unwrap_or(context);
    let most = call.number('m', "invalid max count")?.unwrap_or(usize::MAX);
    let mut texts: Vec<String> = call
        .flags
        .iter()
        .filter(|(flag, _)| *flag == 'e')
        .flat_map(|(_, text)| text.split('\n').map(str::to_owned))
        .collect();
    for (_, file) in call.flags.iter().filter(|(flag, _)| *flag == 'f') {
        if file == "-" {
            return Err((2, "the playground's grep has its patterns in a file, not in its input".to_owned()));
        }
        let text = desk.shell.read(&desk.env.cwd, file).map_err(|why| (2, format!("{file}: {why}")))?;
        texts.extend(text.lines().map(str::to_owned));
    }
    if texts.is_empty() && !call.on('f') {
        let Some(text) = call.shift() else {
            return Err((2, USAGE.to_owned()));
        };
        texts = text.split('\n').map(str::to_owned).collect();
    }
    let syntax = match name {
        "egrep" => Syntax::Extended,
        "fgrep" => Syntax::Fixed,
        _ if call.on('F') => Syntax::Fixed,
        _ if call.on('E') => Syntax::Extended,
        _ => Syntax::Basic,
    };
    let case = if call.on('i') { Case::Ignored } else { Case::Matters };
    let patterns = texts.iter().map(|text| Pattern::parse(text, syntax, case)).collect::<Result<Vec<_>, _>>();
    let names = (call.names.len() > 1 || call.on('H')) && !call.on('h');
    let flags = call.flags.iter().map(|(flag, _)| *flag).collect();
    let tool = Grep {
        patterns: patterns.map_err(|why| (2, why))?,
        flags,
        before: before.min(10_000),
        after,
        most,
        names,
        file: String::new(),
        number: 0,
        waiting: VecDeque::new(),
        showing: 0,
        shown: 0,
        any_shown: false,
        hits: 0,
        found: false,
        work: 0,
    };
    let mut filter = Filter::new("grep", tool, &call.names, 2);
    filter.is_silent = call.on('s');
    Ok(Started::Reads(filter))
}

/// `-3` is `-C3`.
fn short_context(arg: &str) -> String {
    match arg.strip_prefix('-') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()) => format!("-C{digits}"),
        _ => arg.to_owned(),
    }
}

impl Grep {
    fn on(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    /// What matches in a line.
    fn matches(&mut self, line: &str) -> Vec<(usize, usize)> {
        let letters: Vec<char> = line.chars().collect();
        let mut hits = vec![];
        let mut from = 0;
        let mut fuel = FUEL;
        while from <= letters.len() {
            let found = self
                .patterns
                .iter()
                .filter_map(|pattern| pattern.search(&letters, from, &mut fuel))
                .filter_map(|places| Some((places[0]?, places[1]?)));
            let Some((start, end)) = found.min_by_key(|(start, end)| (*start, usize::MAX - end)) else { break };
            let is_whole_word = !(start > 0 && is_word(letters[start - 1]) || letters.get(end).is_some_and(|c| is_word(*c)));
            let fits = (!self.on('w') || is_whole_word) && (!self.on('x') || (start == 0 && end == letters.len()));
            if fits {
                hits.push((start, end));
                if !self.on('o') {
                    break;
                }
                from = end.max(start + 1);
            } else {
                from = start + 1;
            }
        }
        self.work += (FUEL - fuel) / 2000;
        hits
    }

    fn show(&mut self, number: usize, separator: char, line: &str, out: &mut Output) {
        let mut row = String::new();
        if self.names {
            row.push_str(&self.file);
            row.push(separator);
        }
        if self.on('n') {
            row.push_str(&format!("{number}{separator}"));
        }
        row.push_str(line);
        row.push('\n');
        out.out(&row);
    }
}

impl Tool for Grep {
    fn open(&mut self, file: &str, _out: &mut Output) {
        (if file == "-" { "(standard input)" } else { file }).clone_into(&mut self.file);
        (self.number, self.showing, self.shown, self.hits) = (0, 0, 0, 0);
        self.waiting.clear();
    }

    fn line(&mut self, line: &str, out: &mut Output) -> Flow {
        let line = line.strip_suffix('\n').unwrap_or(line);
        self.number += 1;
        let hits = self.matches(line);
        if hits.is_empty() != self.on('v') {
            if self.showing > 0 {
                self.showing -= 1;
                self.show(self.number, '-', line, out);
                self.shown = self.number;
            } else if self.before > 0 {
                self.waiting.push_back((self.number, line.to_owned()));
                if self.waiting.len() > self.before {
                    self.waiting.pop_front();
                }
            }
            return Flow::More;
        }
        self.found = true;
        self.hits += 1;
        if self.on('q') {
            return Flow::Done;
        }
        if self.on('l') || self.on('L') {
            return Flow::Full;
        }
        if !self.on('c') {
            let first = self.waiting.front().map_or(self.number, |(number, _)| *number);
            if self.before + self.after > 0 && self.any_shown && first > self.shown + 1 && !self.on('o') {
                out.out("--\n");
            }
            for (number, before) in std::mem::take(&mut self.waiting) {
                if !self.on('o') {
                    self.show(number, '-', &before, out);
                }
            }
            if !self.on('o') {
                self.show(self.number, ':', line, out);
            } else if !self.on('v') {
                let letters: Vec<char> = line.chars().collect();
                for (start, end) in hits.into_iter().filter(|(start, end)| end > start) {
                    let hit: String = letters[start..end].iter().collect();
                    self.show(self.number, ':', &hit, out);
                }
            }
            (self.shown, self.any_shown, self.showing) = (self.number, true, if self.on('o') { 0 } else { self.after });
        }
        if self.hits >= self.most { Flow::Full } else { Flow::More }
    }

    fn close(&mut self, _file: &str, out: &mut Output) -> Option<String> {
        let name = if self.names { format!("{}:", self.file) } else { String::new() };
        if self.on('q') {
        } else if self.on('l') || self.on('L') {
            if (self.hits > 0) == self.on('l') {
                out.print(format_args!("{}\n", self.file));
            }
        } else if self.on('c') {
            out.print(format_args!("{name}{}\n", self.hits));
        }
        None
    }

    fn finish(&mut self, _out: &mut Output) -> i32 {
        i32::from(!self.found)
    }

    fn work(&mut self) -> usize {
        std::mem::take(&mut self.work)
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}
