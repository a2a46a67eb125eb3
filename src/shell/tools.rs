//! The tools for text: they read files or standard input line by line.

use super::Shell;
use super::builtins::{path, unescape, writable};
use super::pattern::{Case, Pattern, Syntax};
use crate::kubectl::{Output, in_order};

/// The exit code and what is printed.
type Failed = (i32, String);

/// The tools: the letters of flags with a value, and those without.
const TOOLS: [(&str, &str, &str); 11] = [
    ("awk", "F", ""),
    ("cat", "", "n"),
    ("cut", "dfc", ""),
    ("grep", "eABC", "ivcnEFqowlhr"),
    ("head", "nc", "qf"),
    ("sed", "e", "inEr"),
    ("sort", "kt", "rnu"),
    ("tail", "nc", "qf"),
    ("tee", "", "a"),
    ("uniq", "", "cd"),
    ("wc", "", "lwcm"),
];

/// Runs a tool, if there is one of this name; gives its exit code.
pub(super) fn run(name: &str, args: &[String], stdin: &str, shell: &mut Shell, out: &mut Output) -> Option<i32> {
    let (_, takes_value, known) = TOOLS.iter().find(|(tool, ..)| *tool == name)?;
    let done = options(args, takes_value, known).and_then(|mut call| {
        call.stdin = stdin;
        match name {
            "awk" => awk(call, shell, out),
            "grep" => grep(call, shell, out),
            "sed" => sed(call, shell, out),
            "tee" => tee(&call, shell, out),
            _ => plain(name, &call, shell, out),
        }
    });
    Some(done.unwrap_or_else(|(exit, message)| {
        out.warn(format_args!("{name}: {message}\n"));
        exit
    }))
}

/// What a tool was called with: flags with their values, other words, and what is piped into it.
#[derive(Default)]
struct Call<'a> {
    flags: Vec<(char, String)>,
    names: Vec<&'a str>,
    stdin: &'a str,
}

impl<'a> Call<'a> {
    /// The value of a flag.
    fn value(&self, letter: char) -> Option<&str> {
        self.flags.iter().rev().find(|(flag, _)| *flag == letter).map(|(_, value)| value.as_str())
    }

    fn on(&self, letter: char) -> bool {
        self.value(letter).is_some()
    }

    /// Takes the first word, which is no file.
    fn shift(&mut self) -> Option<&'a str> {
        (!self.names.is_empty()).then(|| self.names.remove(0))
    }

    /// The names and texts of the files, or standard input; fails with the exit code of the tool.
    fn inputs(&self, exit: i32, shell: &Shell) -> Result<Vec<(&'a str, String)>, Failed> {
        let mut texts = vec![];
        for &name in if self.names.is_empty() { &["-"][..] } else { &self.names } {
            let text = match name {
                "-" => Some(self.stdin),
                name => shell.files.get(path(name)).map(String::as_str),
            };
            let text = text.ok_or_else(|| (exit, format!("{name}: No such file or directory")))?;
            texts.push((name, text.to_owned()));
        }
        Ok(texts)
    }
}

/// Flags and names: `-n 3`, `-n3`, `-3`, `-rn`.
fn options<'a>(args: &'a [String], takes_value: &str, known: &str) -> Result<Call<'a>, Failed> {
    let mut call = Call::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            call.names.extend(rest.by_ref().map(String::as_str));
        } else if let Some(long) = arg.strip_prefix("--") {
            let (long, value) = long.split_once('=').unwrap_or((long, ""));
            if long != "lines" || !takes_value.contains('n') {
                return Err((2, format!("unrecognized option '--{long}'")));
            }
            call.flags.push(('n', value.to_owned()));
        } else if arg.len() > 1 && arg.starts_with('-') {
            let mut letters = &arg[1..];
            if letters.bytes().all(|c| c.is_ascii_digit()) && takes_value.contains('n') {
                call.flags.push(('n', letters.to_owned()));
                continue;
            }
            while let Some(letter) = letters.chars().next() {
                letters = &letters[letter.len_utf8()..];
                let mut value = "";
                if takes_value.contains(letter) {
                    value = std::mem::take(&mut letters);
                    if value.is_empty() {
                        let missing = || (2, format!("option requires an argument -- '{letter}'"));
                        value = rest.next().ok_or_else(missing)?;
                    }
                } else if !known.contains(letter) {
                    return Err((2, format!("invalid option -- '{letter}'")));
                }
                call.flags.push((letter, value.to_owned()));
            }
        } else {
            call.names.push(arg);
        }
    }
    Ok(call)
}

fn tee(call: &Call<'_>, shell: &mut Shell, out: &mut Output) -> Result<i32, Failed> {
    for file in &call.names {
        let file = writable(file).map_err(|why| (1, format!("{file}: {why}")))?;
        let entry = shell.files.entry(file.to_owned()).or_default();
        if !call.on('a') {
            entry.clear();
        }
        entry.push_str(call.stdin);
    }
    out.out(call.stdin);
    Ok(0)
}

/// The tools that only read.
fn plain(name: &str, call: &Call<'_>, shell: &Shell, out: &mut Output) -> Result<i32, Failed> {
    let texts = call.inputs(1, shell)?;
    match name {
        "head" | "tail" => ends(name, call, &texts, out)?,
        "wc" => wc(call, &texts, out),
        "cut" => cut(call, &texts, out)?,
        _ => {
            let text: String = texts.iter().map(|(_, text)| text.as_str()).collect();
            match name {
                "sort" => sort(call, &text, out),
                "uniq" => uniq(call, &text, out),
                _ if call.on('n') => {
                    for (i, line) in text.split_inclusive('\n').enumerate() {
                        out.print(format_args!("{:6}\t{line}", i + 1));
                    }
                }
                _ => out.out(&text),
            }
        }
    }
    Ok(0)
}

fn ends(name: &str, call: &Call<'_>, texts: &[(&str, String)], out: &mut Output) -> Result<(), Failed> {
    let given = call.value('n').or_else(|| call.value('c')).unwrap_or("10");
    let wrong = |_| (1, format!("invalid number of lines: '{given}'"));
    let count: i64 = given.trim_start_matches('+').parse().map_err(wrong)?;
    let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    for (i, (file, text)) in texts.iter().enumerate() {
        if texts.len() > 1 && !call.on('q') {
            out.print(format_args!("{}==> {file} <==\n", if i > 0 { "\n" } else { "" }));
        }
        let all: Vec<&str> = text.split_inclusive('\n').collect();
        let rest = all.len().saturating_sub(size);
        let (from, to) = match name {
            "head" if count < 0 => (0, rest),
            "head" => (0, size.min(all.len())),
            _ if given.starts_with('+') => (size.saturating_sub(1).min(all.len()), all.len()),
            _ => (rest, all.len()),
        };
        all[from..to].iter().for_each(|line| out.out(line));
    }
    Ok(())
}

fn sort(call: &Call<'_>, text: &str, out: &mut Output) {
    let column: Option<usize> = call.value('k').and_then(|k| k.split(',').next()?.parse().ok());
    let mut all: Vec<&str> = text.lines().collect();
    in_order(&mut all, &|a, b| {
        let (x, y) = (sort_key(a, column), sort_key(b, column));
        let order = if call.on('n') { number(x).total_cmp(&number(y)) } else { x.cmp(y) };
        order.then_with(|| a.cmp(b))
    });
    if call.on('r') {
        all.reverse();
    }
    if call.on('u') {
        all.dedup();
    }
    all.iter().for_each(|line| out.print(format_args!("{line}\n")));
}

fn sort_key(line: &str, column: Option<usize>) -> &str {
    column.map_or(line, |k| line.split_whitespace().nth(k.saturating_sub(1)).unwrap_or_default())
}

/// The number that a text begins with.
fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(text.len());
    text[..end].parse().unwrap_or(0.0)
}

fn uniq(call: &Call<'_>, text: &str, out: &mut Output) {
    let all: Vec<&str> = text.lines().collect();
    for group in all.chunk_by(|a, b| a == b).filter(|group| group.len() > 1 || !call.on('d')) {
        if call.on('c') {
            out.print(format_args!("{:7} ", group.len()));
        }
        out.print(format_args!("{}\n", group[0]));
    }
}

fn wc(call: &Call<'_>, texts: &[(&str, String)], out: &mut Output) {
    let bare = call.names.is_empty();
    let mut shown = [call.on('l'), call.on('w'), call.on('c') || call.on('m')];
    if shown == [false; 3] {
        shown = [true; 3];
    }
    let mut total = [0; 3];
    let mut rows: Vec<([usize; 3], &str)> = vec![];
    for (name, text) in texts {
        let row = [text.matches('\n').count(), text.split_whitespace().count(), text.len()];
        (0..3).for_each(|i| total[i] += row[i]);
        rows.push((row, name));
    }
    if rows.len() > 1 {
        rows.push((total, "total"));
    }
    let width = match shown.iter().filter(|shown| **shown).count() {
        1 if rows.len() == 1 => 1,
        _ if bare => 7,
        // The total is the largest.
        _ => total.iter().max().map_or(1, |most| most.to_string().len()),
    };
    for (row, name) in rows {
        let mut space = "";
        for (count, _) in row.iter().zip(shown).filter(|(_, shown)| *shown) {
            out.print(format_args!("{space}{count:width$}"));
            space = " ";
        }
        out.print(format_args!("{}{}\n", if bare { "" } else { " " }, if bare { "" } else { name }));
    }
}

fn cut(call: &Call<'_>, texts: &[(&str, String)], out: &mut Output) -> Result<(), Failed> {
    let Some(fields) = call.value('f') else { return Err((1, "you must specify a list of fields: -f N".to_owned())) };
    let delimiter = call.value('d').unwrap_or("\t");
    if delimiter.chars().count() != 1 {
        return Err((1, "the delimiter must be a single character".to_owned()));
    }
    let wrong = || (1, format!("invalid field value '{fields}'"));
    let number = |text: &str, default: usize| if text.is_empty() { Ok(default) } else { text.parse().map_err(|_| wrong()) };
    let mut ranges = vec![];
    for part in fields.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        if part.is_empty() || part == "-" {
            return Err(wrong());
        }
        ranges.push((number(from, 1)?, number(to, usize::MAX)?));
    }
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        let mut kept: Vec<&str> = vec![];
        for (i, field) in line.split(delimiter).enumerate() {
            if ranges.iter().any(|(from, to)| *from <= i + 1 && i < *to) {
                kept.push(field);
            }
        }
        let text = if line.contains(delimiter) { kept.join(delimiter) } else { line.to_owned() };
        out.print(format_args!("{text}\n"));
    }
    Ok(())
}

fn grep(mut call: Call<'_>, shell: &Shell, out: &mut Output) -> Result<i32, Failed> {
    let text = match call.value('e') {
        Some(pattern) => pattern.to_owned(),
        None => call.shift().ok_or_else(|| (2, "a pattern is missing: grep PATTERN [FILE]…".to_owned()))?.to_owned(),
    };
    let on = |letter: char| call.on(letter);
    let syntax = match (on('F'), on('E')) {
        (true, _) => Syntax::Fixed,
        (_, true) => Syntax::Extended,
        _ => Syntax::Basic,
    };
    let case = if on('i') { Case::Ignored } else { Case::Matters };
    let pattern = Pattern::parse(&text, syntax, case).map_err(|why| (2, why))?;
    let around = |letter: char| call.value(letter).or(call.value('C')).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let (before, after) = (around('B'), around('A'));
    let texts = call.inputs(2, shell)?;
    let mut found = false;
    for (name, text) in &texts {
        let (prefix, colon) = if texts.len() > 1 && !on('h') { (*name, ":") } else { ("", "") };
        let all: Vec<&str> = text.lines().collect();
        let mut hits: Vec<Vec<String>> = vec![];
        let mut chosen: Vec<usize> = vec![];
        for (i, line) in all.iter().enumerate() {
            hits.push(matches(&pattern, line, on('w')));
            if hits[i].is_empty() == on('v') {
                chosen.push(i);
            }
        }
        found |= !chosen.is_empty();
        if on('q') {
            continue;
        }
        if on('c') {
            out.print(format_args!("{prefix}{colon}{}\n", chosen.len()));
            continue;
        }
        if on('l') {
            if !chosen.is_empty() {
                out.print(format_args!("{name}\n"));
            }
            continue;
        }
        // The line after the last one shown.
        let mut next = 0;
        for &i in &chosen {
            let first = i.saturating_sub(before).max(next);
            if next > 0 && first > next && before + after > 0 {
                out.out("--\n");
            }
            for (at, line) in all.iter().enumerate().take(i.saturating_add(after).saturating_add(1)).skip(first) {
                if at > i && chosen.contains(&at) {
                    break;
                }
                next = at + 1;
                let number = if on('n') { format!("{next}{}", if at == i { ":" } else { "-" }) } else { String::new() };
                if !on('o') || on('v') {
                    out.print(format_args!("{prefix}{colon}{number}{line}\n"));
                } else if at == i {
                    hits[i].iter().for_each(|hit| out.print(format_args!("{prefix}{colon}{number}{hit}\n")));
                }
            }
        }
    }
    Ok(i32::from(!found))
}

/// What a pattern matches in a line, whole words only where that is asked for.
fn matches(pattern: &Pattern, line: &str, words: bool) -> Vec<String> {
    let line: Vec<char> = line.chars().collect();
    let is_word = |at: usize| line.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_');
    let mut hits = vec![];
    let mut from = 0;
    while let Some((start, end)) = if from > line.len() { None } else { pattern.find(&line, from) } {
        if !words || !((start > 0 && is_word(start - 1)) || is_word(end)) {
            hits.push(line[start..end].iter().collect());
        }
        from = end.max(start + 1);
    }
    hits
}

fn sed(mut call: Call<'_>, shell: &mut Shell, out: &mut Output) -> Result<i32, Failed> {
    if !call.on('e') {
        let script = call.shift().ok_or_else(|| (1, "a script is missing: sed 's/old/new/' [FILE]…".to_owned()))?;
        call.flags.push(('e', script.to_owned()));
    }
    let syntax = if call.on('E') || call.on('r') { Syntax::Extended } else { Syntax::Basic };
    let mut edits = vec![];
    for (_, script) in call.flags.iter().filter(|(flag, _)| *flag == 'e') {
        let mut rest = script.trim();
        while !rest.is_empty() {
            let (edit, after) = Edit::parse(rest, syntax)?;
            edits.push(edit);
            rest = after.trim_start_matches([';', '\n', ' ']);
        }
    }
    if call.on('i') && call.names.is_empty() {
        return Err((1, "no input files".to_owned()));
    }
    for (name, text) in call.inputs(2, shell).map_err(|(exit, message)| (exit, format!("can't read {message}")))? {
        let mut edited = String::new();
        let mut lines = text.split_inclusive('\n').enumerate().peekable();
        while let Some((i, line)) = lines.next() {
            let body = line.strip_suffix('\n').unwrap_or(line);
            let mut current = Some(body.to_owned());
            let mut copies = usize::from(!call.on('n'));
            for edit in &edits {
                let Some(text) = current.take() else { break };
                current = edit.apply(text, i + 1, lines.peek().is_none(), &mut copies);
            }
            if let Some(text) = current {
                for _ in 0..copies {
                    edited.push_str(&text);
                    edited.push_str(&line[body.len()..]);
                }
            }
        }
        if call.on('i') {
            shell.files.insert(path(name).to_owned(), edited);
        } else {
            out.out(&edited);
        }
    }
    Ok(0)
}

/// One command of sed: `s/a/b/g`, `/a/d`, `2p`, `1,3d`, `$d`.
struct Edit {
    first: Option<Address>,
    last: Option<Address>,
    what: What,
}

enum Address {
    Line(usize),
    Last,
    Match(Pattern),
}

enum What {
    Substitute { pattern: Pattern, with: Vec<char>, every: bool },
    Delete,
    Print,
}

impl Edit {
    /// The first command of a script, and what follows it.
    fn parse(script: &str, syntax: Syntax) -> Result<(Edit, &str), Failed> {
        let wrong = |why: &str| (1, format!("-e expression #1: {why}"));
        let (first, rest) = Address::parse(script, syntax).map_err(|why| wrong(&why))?;
        let (last, rest) = match rest.strip_prefix(',') {
            Some(rest) => Address::parse(rest, syntax).map_err(|why| wrong(&why))?,
            None => (None, rest),
        };
        let rest = rest.trim_start();
        let end = |rest: &str| rest.find([';', '\n']).unwrap_or(rest.len());
        let (what, rest) = match rest.chars().next() {
            Some('d') if rest[1..end(rest)].trim().is_empty() => (What::Delete, &rest[1..]),
            Some('p') if rest[1..end(rest)].trim().is_empty() => (What::Print, &rest[1..]),
            Some('s') => {
                let unterminated = || wrong("unterminated `s' command");
                let separator =
                    rest[1..].chars().next().filter(|c| !c.is_alphanumeric() && *c != '\\').ok_or_else(unterminated)?;
                let rest = &rest[1 + separator.len_utf8()..];
                let (pattern, rest) = until(rest, separator).ok_or_else(unterminated)?;
                let (with, rest) = until(rest, separator).ok_or_else(unterminated)?;
                let flags = &rest[..end(rest)];
                if let Some(flag) = flags.chars().find(|flag| !"gI ".contains(*flag)) {
                    return Err(wrong(&format!("unknown option to `s': {flag}")));
                }
                let case = if flags.contains('I') { Case::Ignored } else { Case::Matters };
                let pattern = Pattern::parse(&pattern, syntax, case).map_err(|why| wrong(&why))?;
                if (1..=9).any(|n| with.contains(&format!("\\{n}"))) {
                    return Err((1, "the playground's sed has no \\1 … \\9".to_owned()));
                }
                let every = flags.contains('g');
                (What::Substitute { pattern, with: with.chars().collect(), every }, &rest[end(rest)..])
            }
            _ => return Err((1, format!("the playground's sed knows s/old/new/, d and p, not {rest:?}"))),
        };
        Ok((Edit { first, last, what }, rest))
    }

    /// The line after the edit; nothing if it is deleted. `copies` counts what `p` prints.
    fn apply(&self, text: String, number: usize, is_last: bool, copies: &mut usize) -> Option<String> {
        let at = |address: &Address| match address {
            Address::Line(line) => *line == number,
            Address::Last => is_last,
            Address::Match(pattern) => pattern.is_in(&text),
        };
        let chosen = match (&self.first, &self.last) {
            (None, _) => true,
            (Some(Address::Line(from)), Some(Address::Line(to))) => (*from..=*to.max(from)).contains(&number),
            (Some(Address::Line(from)), Some(Address::Last)) => number >= *from,
            (Some(first), _) => at(first),
        };
        if !chosen {
            return Some(text);
        }
        match &self.what {
            What::Delete => None,
            What::Print => {
                *copies += 1;
                Some(text)
            }
            What::Substitute { pattern, with, every } => Some(substitute(&text, pattern, with, *every)),
        }
    }
}

impl Address {
    fn parse(text: &str, syntax: Syntax) -> Result<(Option<Address>, &str), String> {
        if let Some(rest) = text.strip_prefix('$') {
            return Ok((Some(Address::Last), rest));
        }
        if let Some(rest) = text.strip_prefix('/') {
            let end = rest.find('/').ok_or("unterminated address regex")?;
            return Ok((Some(Address::Match(Pattern::parse(&rest[..end], syntax, Case::Matters)?)), &rest[end + 1..]));
        }
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        match text[..end].parse() {
            Ok(number) => Ok((Some(Address::Line(number)), &text[end..])),
            Err(_) => Ok((None, text)),
        }
    }
}

/// The text before a separator, which a `\` makes an ordinary character, and what follows it.
fn until(text: &str, separator: char) -> Option<(String, &str)> {
    let mut before = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                next if next == separator => before.push(separator),
                next => before.extend(['\\', next]),
            },
            c if c == separator => return Some((before, &text[at + c.len_utf8()..])),
            c => before.push(c),
        }
    }
    None
}

fn substitute(text: &str, pattern: &Pattern, with: &[char], every: bool) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut from = 0;
    while let Some((start, end)) = pattern.find(&chars, from) {
        out.extend(&chars[from..start]);
        let mut replacement = with.iter();
        while let Some(c) = replacement.next() {
            match c {
                '&' => out.extend(&chars[start..end]),
                '\\' => match replacement.next() {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some(other) => out.push(*other),
                    None => {}
                },
                c => out.push(*c),
            }
        }
        from = end;
        if end == start {
            out.extend(chars.get(end));
            from += 1;
        }
        if !every || from > chars.len() {
            break;
        }
    }
    out.extend(chars.get(from..).unwrap_or_default());
    out
}

/// `awk '{print $1, $3}'`, with `-F` and a pattern of `/text/` or `NR>1` before the braces.
fn awk(mut call: Call<'_>, shell: &Shell, out: &mut Output) -> Result<i32, Failed> {
    let program = call.shift().ok_or_else(|| (2, "a program is missing: awk '{print $1}' [FILE]…".to_owned()))?.trim();
    let unsupported = || {
        (2, format!("the playground's awk knows programs like '{{print $1, $3}}' and '/text/ {{print}}', not {program:?}"))
    };
    let (condition, parts) = awk_program(program).ok_or_else(unsupported)?;
    let separator = call.value('F').filter(|separator| !["", " "].contains(separator));
    let texts = call.inputs(2, shell)?;
    for (i, line) in texts.iter().flat_map(|(_, text)| text.lines()).enumerate() {
        let number = i + 1;
        let chosen = match &condition {
            AwkCondition::Always => true,
            AwkCondition::Match(pattern) => pattern.is_in(line),
            AwkCondition::After(n) => number > *n,
            AwkCondition::Line(n) => number == *n,
        };
        if !chosen {
            continue;
        }
        let fields: Vec<&str> = match separator {
            Some(separator) => line.split(separator).collect(),
            None => line.split_whitespace().collect(),
        };
        for part in &parts {
            match part {
                AwkPart::Text(text) => out.out(text),
                AwkPart::Field(0) => out.out(line),
                AwkPart::Field(n) => out.out(fields.get(n - 1).copied().unwrap_or_default()),
                AwkPart::LastField => out.out(fields.last().copied().unwrap_or_default()),
                AwkPart::Number => out.print(format_args!("{number}")),
                AwkPart::Fields => out.print(format_args!("{}", fields.len())),
            }
        }
        out.out("\n");
    }
    Ok(0)
}

/// What stands before the braces of a program, and what it prints.
fn awk_program(program: &str) -> Option<(AwkCondition, Vec<AwkPart>)> {
    let (condition, action) = program.split_at(program.find('{').unwrap_or(program.len()));
    let action = match action.trim() {
        "" => "print",
        action => action.strip_prefix('{')?.strip_suffix('}')?.trim(),
    };
    Some((awk_condition(condition.trim())?, awk_parts(action.strip_prefix("print")?.trim())?))
}

enum AwkCondition {
    Always,
    Match(Pattern),
    After(usize),
    Line(usize),
}

enum AwkPart {
    Text(String),
    Field(usize),
    LastField,
    Number,
    Fields,
}

fn awk_condition(text: &str) -> Option<AwkCondition> {
    if text.is_empty() {
        return Some(AwkCondition::Always);
    }
    if let Some(pattern) = text.strip_prefix('/').and_then(|text| text.strip_suffix('/')) {
        return Pattern::parse(pattern, Syntax::Extended, Case::Matters).ok().map(AwkCondition::Match);
    }
    let compact: String = text.split_whitespace().collect();
    let number = |prefix: &str| compact.strip_prefix(prefix).and_then(|n| n.parse::<usize>().ok());
    number("NR>").map(AwkCondition::After).or_else(|| number("NR==").map(AwkCondition::Line))
}

fn awk_parts(text: &str) -> Option<Vec<AwkPart>> {
    if text.is_empty() {
        return Some(vec![AwkPart::Field(0)]);
    }
    let mut parts = vec![];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
        } else if c == ',' {
            parts.push(AwkPart::Text(" ".to_owned()));
            rest = &rest[1..];
        } else if c == '"' {
            let mut end = 1;
            let mut escaped = false;
            loop {
                match rest[end..].chars().next()? {
                    '"' if !escaped => break,
                    c => {
                        escaped = c == '\\' && !escaped;
                        end += c.len_utf8();
                    }
                }
            }
            parts.push(AwkPart::Text(unescape(&rest[1..end]).replace("\\\"", "\"")));
            rest = &rest[end + 1..];
        } else if let Some(after) = rest.strip_prefix("$NF") {
            parts.push(AwkPart::LastField);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('$') {
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            parts.push(AwkPart::Field(after[..end].parse().ok()?));
            rest = &after[end..];
        } else if let Some(after) = rest.strip_prefix("NR") {
            parts.push(AwkPart::Number);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("NF") {
            parts.push(AwkPart::Fields);
            rest = after;
        } else {
            return None;
        }
    }
    Some(parts)
}
