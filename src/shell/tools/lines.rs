//! The small tools for lines of text: `cat`, `head`, `sort`, `cut` and the like.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::{Call, Desk, Failed, Filter, Flow, Started, Tool, options};
use crate::kubectl::{Output, in_order};
use crate::shell::text::{is_in_class, unescape};

/// The flags of each tool: letters with a value, letters without, names written out, and the exit code of a wrong one.
type Flags = (&'static str, &'static str, &'static str, &'static [(&'static str, char)], i32);

const TOOLS: [Flags; 16] = [
    ("cat", "", "nbsAeET", &[("number", 'n')], 1),
    ("column", "s", "t", &[("table", 't'), ("separator", 's')], 1),
    ("cut", "dfc", "s", &[("delimiter", 'd'), ("fields", 'f'), ("characters", 'c')], 1),
    ("head", "nc", "qv", &[("lines", 'n'), ("bytes", 'c'), ("quiet", 'q')], 1),
    ("less", "", "NRSFXqeir", &[], 1),
    ("more", "", "", &[], 1),
    ("nl", "b", "", &[], 1),
    ("paste", "d", "s", &[("delimiters", 'd'), ("serial", 's')], 1),
    ("rev", "", "", &[], 1),
    (
        "sort",
        "kto",
        "rnuhbfVsc",
        &[
            ("reverse", 'r'),
            ("numeric-sort", 'n'),
            ("unique", 'u'),
            ("key", 'k'),
            ("human-numeric-sort", 'h'),
            ("version-sort", 'V'),
            ("field-separator", 't'),
        ],
        2,
    ),
    ("tac", "", "", &[], 1),
    ("tail", "nc", "qvfF", &[("lines", 'n'), ("bytes", 'c'), ("quiet", 'q'), ("follow", 'f')], 1),
    ("tee", "", "ai", &[("append", 'a')], 1),
    ("tr", "", "dscC", &[("delete", 'd'), ("squeeze-repeats", 's'), ("complement", 'c')], 1),
    ("uniq", "", "cdui", &[("count", 'c'), ("repeated", 'd'), ("unique", 'u'), ("ignore-case", 'i')], 1),
    ("wc", "", "lwcm", &[("lines", 'l'), ("words", 'w'), ("bytes", 'c'), ("chars", 'm')], 1),
];

/// Starts one of these tools.
pub(super) fn start(name: &str, args: &[String], desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let Some((_, takes_value, known, long, exit)) = TOOLS.iter().find(|(tool, ..)| *tool == name) else {
        return Err((127, "command not found".to_owned()));
    };
    // `tail +2` is `tail -n +2`.
    let mut args = args.to_vec();
    let is_count = |arg: &String| arg.strip_prefix('+').is_some_and(|digits| digits.parse::<usize>().is_ok());
    if name == "tail" && args.len() < 3 && args.first().is_some_and(is_count) {
        args.insert(0, "-n".to_owned());
    }
    let call = options(&args, takes_value, known, long, *exit)
        .map_err(|(exit, message)| (exit, format!("{message}\nTry '{name} --help' for more information.")))?;
    let reads = |tool: Lines| Ok(Started::Reads(Filter::new(name, tool, &call.names, *exit)));
    match name {
        "cat" if "sAeET".chars().any(|flag| call.on(flag)) => Err((1, "the playground's cat has -n and -b only".to_owned())),
        "cat" | "less" | "more" => {
            reads(Lines::Cat { numbers: call.on('n') || call.on('b') || call.on('N'), all: !call.on('b'), next: 1 })
        }
        "nl" => reads(Lines::Cat { numbers: true, all: call.value('b') == Some("a"), next: 1 }),
        "rev" => reads(Lines::Rev),
        "head" | "tail" => {
            if call.on('f') || call.on('F') {
                return Err((
                    1,
                    "the playground's tail does not follow files: kubectl logs -f follows a container".to_owned(),
                ));
            }
            reads(ends(name, &call)?)
        }
        "wc" => reads(Lines::Wc(counts(&call, desk.has_input))),
        "cut" => reads(Lines::Cut(cut(&call)?)),
        "sort" if call.on('c') => {
            Err((2, "the playground's sort has no -c: sort FILE | diff FILE - shows what is not in order".to_owned()))
        }
        "sort" if call.on('o') => Err((2, "the playground's sort has no -o: > FILE does it".to_owned())),
        "sort" => reads(Lines::Sort(sort(&call)?)),
        "tac" => reads(Lines::Tac(vec![])),
        "uniq" => {
            let flags = call.flags.iter().map(|(flag, _)| *flag).collect();
            reads(Lines::Uniq { flags, last: None })
        }
        "column" => {
            if !call.on('t') {
                return Err((1, "the playground's column makes tables only: column -t".to_owned()));
            }
            reads(Lines::Column(call.value('s').map(str::to_owned), vec![]))
        }
        "paste" => {
            if !call.on('s') && call.names.len() > 1 {
                return Err((1, "the playground's paste joins the lines of one input: paste -s -d,".to_owned()));
            }
            let with = if call.on('s') { call.value('d').unwrap_or("\t") } else { "\n" };
            reads(Lines::Paste(unescape(with).0, None))
        }
        "tee" => {
            let mut files = vec![];
            for name in &call.names {
                match desk.shell.writable(&desk.env.cwd, name) {
                    Ok(file) => {
                        if !call.on('a') {
                            desk.shell.files.insert(file.clone(), String::new());
                        }
                        files.push(file);
                    }
                    Err(why) => return Err((1, format!("{name}: {why}"))),
                }
            }
            Ok(Started::Reads(Filter::new(name, Lines::Tee(files, vec![]), &[], 1)))
        }
        _ => {
            let tool = translation(&call)?;
            Ok(Started::Reads(Filter::new(name, tool, &[], 1)))
        }
    }
}

#[derive(Clone)]
enum Lines {
    Cat { numbers: bool, all: bool, next: usize },
    Rev,
    Ends(Ends),
    Wc(Counts),
    Cut(Cut),
    Sort(Sort),
    Tac(Vec<String>),
    Uniq { flags: String, last: Option<(String, usize)> },
    Column(Option<String>, Vec<String>),
    Paste(String, Option<String>),
    Tee(Vec<String>, Vec<(String, String)>),
    Translate(Translation),
}

impl Tool for Lines {
    fn open(&mut self, file: &str, out: &mut Output) {
        match self {
            Lines::Ends(ends) => ends.open(file, out),
            Lines::Wc(counts) => counts.rows.push(([0; 4], file.to_owned())),
            _ => {}
        }
    }

    fn line(&mut self, line: &str, out: &mut Output) -> Flow {
        let body = line.strip_suffix('\n').unwrap_or(line);
        match self {
            Lines::Cat { numbers: false, .. } => out.out(line),
            Lines::Cat { all, next, .. } => {
                if *all || !body.is_empty() {
                    out.print(format_args!("{next:6}\t{line}"));
                    *next += 1;
                } else {
                    out.out(if *all { line } else { "       \n" });
                }
            }
            Lines::Rev => {
                let turned: String = body.chars().rev().collect();
                out.print(format_args!("{turned}{}", &line[body.len()..]));
            }
            Lines::Ends(ends) => return ends.line(line, out),
            Lines::Wc(counts) => counts.line(line),
            Lines::Cut(cut) => cut.line(body, out),
            Lines::Sort(sort) => sort.lines.push(body.to_owned()),
            Lines::Tac(lines) => lines.push(line.to_owned()),
            Lines::Uniq { flags, last } => match last {
                Some((before, count)) if same(before, body, flags) => *count += 1,
                _ => {
                    if let Some(group) = last.replace((body.to_owned(), 1)) {
                        uniq(&group, flags, out);
                    }
                }
            },
            Lines::Column(_, rows) => rows.push(body.to_owned()),
            Lines::Paste(with, text) => match text {
                Some(text) => {
                    text.push_str(with);
                    text.push_str(body);
                }
                None => *text = Some(body.to_owned()),
            },
            Lines::Tee(files, written) => {
                written.extend(files.iter().map(|file| (file.clone(), line.to_owned())));
                out.out(line);
            }
            Lines::Translate(translation) => translation.line(line, out),
        }
        Flow::More
    }

    fn close(&mut self, _file: &str, out: &mut Output) -> Option<String> {
        if let Lines::Ends(ends) = self {
            ends.close(out);
        }
        None
    }

    fn finish(&mut self, out: &mut Output) -> i32 {
        match self {
            Lines::Wc(counts) => counts.show(out),
            Lines::Sort(sort) => sort.show(out),
            Lines::Tac(lines) => lines.iter().rev().for_each(|line| out.out(line)),
            Lines::Uniq { flags, last: Some(group) } => uniq(group, flags, out),
            Lines::Column(separator, rows) => column(separator.as_deref(), rows, out),
            Lines::Paste(_, Some(text)) => out.print(format_args!("{text}\n")),
            _ => {}
        }
        0
    }

    fn written(&mut self) -> Vec<(String, String)> {
        match self {
            Lines::Tee(_, written) => std::mem::take(written),
            _ => vec![],
        }
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}

/// `head` and `tail`.
#[derive(Clone)]
struct Ends {
    head: bool,
    /// Whether letters are counted in place of lines.
    bytes: bool,
    count: usize,
    /// `head -n -2`: all but the last; `tail -n +2`: from there on.
    turned: bool,
    heads: bool,
    files: usize,
    seen: usize,
    kept: VecDeque<String>,
}

fn ends(name: &str, call: &Call<'_>) -> Result<Lines, Failed> {
    let bytes = call.on('c');
    let given = call.value('n').or_else(|| call.value('c')).unwrap_or("10");
    let what = if bytes { "bytes" } else { "lines" };
    let wrong = || (1, format!("invalid number of {what}: '{given}'"));
    let (turned, digits) = match (name, given.chars().next()) {
        ("head", Some('-')) | ("tail", Some('+')) => (true, &given[1..]),
        ("tail", Some('-')) | ("head", Some('+')) => (false, &given[1..]),
        _ => (false, given),
    };
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(wrong());
    }
    let count = digits.parse().unwrap_or(usize::MAX);
    let heads = (call.names.len() > 1 || call.on('v')) && !call.on('q');
    Ok(Lines::Ends(Ends { head: name == "head", bytes, count, turned, heads, files: 0, seen: 0, kept: VecDeque::new() }))
}

impl Ends {
    fn open(&mut self, file: &str, out: &mut Output) {
        if self.heads {
            let file = if file == "-" { "standard input" } else { file };
            out.print(format_args!("{}==> {file} <==\n", if self.files > 0 { "\n" } else { "" }));
        }
        self.files += 1;
        self.seen = 0;
        self.kept.clear();
    }

    fn line(&mut self, line: &str, out: &mut Output) -> Flow {
        if self.head && self.count == 0 && !self.turned {
            return Flow::Full;
        }
        // In bytes every letter is a piece of its own, in lines the line is.
        if self.bytes {
            for (at, c) in line.char_indices() {
                if self.piece(&line[at..at + c.len_utf8()], out) == Flow::Full {
                    return Flow::Full;
                }
            }
            return Flow::More;
        }
        self.piece(line, out)
    }

    fn piece(&mut self, piece: &str, out: &mut Output) -> Flow {
        let size = if self.bytes { piece.len() } else { 1 };
        self.seen = self.seen.saturating_add(size);
        match (self.head, self.turned) {
            (true, false) => {
                if self.seen <= self.count {
                    out.out(piece);
                }
                if self.seen >= self.count { Flow::Full } else { Flow::More }
            }
            (false, true) => {
                if self.seen >= self.count {
                    out.out(piece);
                }
                Flow::More
            }
            (head, _) => {
                self.kept.push_back(piece.to_owned());
                if self.kept.len() > self.count
                    && let Some(piece) = self.kept.pop_front()
                    && head
                {
                    out.out(&piece);
                }
                Flow::More
            }
        }
    }

    fn close(&mut self, out: &mut Output) {
        if !self.head {
            self.kept.iter().for_each(|piece| out.out(piece));
        }
    }
}

/// `wc`.
#[derive(Clone)]
struct Counts {
    shown: [bool; 4],
    bare: bool,
    piped: bool,
    rows: Vec<([usize; 4], String)>,
}

fn counts(call: &Call<'_>, piped: bool) -> Counts {
    let mut shown = [call.on('l'), call.on('w'), call.on('m'), call.on('c')];
    if shown == [false; 4] {
        shown = [true, true, false, true];
    }
    Counts { shown, bare: call.names.is_empty(), piped, rows: vec![] }
}

impl Counts {
    fn line(&mut self, line: &str) {
        if let Some((row, _)) = self.rows.last_mut() {
            let counts =
                [usize::from(line.ends_with('\n')), line.split_whitespace().count(), line.chars().count(), line.len()];
            row.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }

    fn show(&mut self, out: &mut Output) {
        let mut total = [0; 4];
        for (row, _) in &self.rows {
            row.iter().zip(&mut total).for_each(|(count, sum)| *sum += count);
        }
        let many = self.rows.len() > 1;
        let columns = self.shown.iter().filter(|shown| **shown).count();
        let from_input = self.rows.iter().any(|(_, name)| name == "-");
        let width = match columns {
            1 if !many => 1,
            _ if from_input && (self.piped || self.bare) => 7,
            // The bytes of all files are the largest number.
            _ => total[3].to_string().len(),
        };
        let mut rows = std::mem::take(&mut self.rows);
        if many {
            rows.push((total, "total".to_owned()));
        }
        for (row, name) in rows {
            let shown = row.iter().zip(self.shown).filter(|(_, shown)| *shown).map(|(count, _)| format!("{count:width$}"));
            let shown: Vec<String> = shown.collect();
            let name = if self.bare { String::new() } else { format!(" {name}") };
            out.print(format_args!("{}{name}\n", shown.join(" ")));
        }
    }
}

/// `cut`.
#[derive(Clone)]
struct Cut {
    ranges: Vec<(usize, usize)>,
    /// Without one, letters are cut.
    delimiter: Option<char>,
    only_delimited: bool,
}

fn cut(call: &Call<'_>) -> Result<Cut, Failed> {
    let help = "\nTry 'cut --help' for more information.";
    let delimiter = match call.value('d') {
        None => '\t',
        Some(text) => {
            let mut letters = text.chars();
            match (letters.next(), letters.next()) {
                (Some(c), None) => c,
                (None, _) => '\0',
                _ => return Err((1, format!("the delimiter must be a single character{help}"))),
            }
        }
    };
    let (list, delimiter) = match (call.value('f'), call.value('c')) {
        (Some(_), Some(_)) => return Err((1, format!("only one list may be specified{help}"))),
        (Some(list), None) => (list, Some(delimiter)),
        (None, Some(list)) => (list, None),
        (None, None) => return Err((1, format!("you must specify a list of bytes, characters, or fields{help}"))),
    };
    let mut ranges = vec![];
    let numbered =
        if delimiter.is_some() { "fields are numbered from 1" } else { "byte/character positions are numbered from 1" };
    for part in list.split(',') {
        let number = |text: &str, otherwise: usize| match text {
            "" => Ok(otherwise),
            text if text.bytes().all(|c| c.is_ascii_digit()) => Ok(text.parse().unwrap_or(usize::MAX)),
            text => {
                let what = if delimiter.is_some() { "field" } else { "byte/character position" };
                Err((1, format!("invalid {what} value '{text}'{help}")))
            }
        };
        let (from, to) = match part.split_once('-') {
            Some(("", "")) => return Err((1, format!("invalid range with no endpoint: -{help}"))),
            Some((from, to)) => (number(from, 1)?, number(to, usize::MAX)?),
            None => {
                let at = number(part, 0)?;
                (at, at)
            }
        };
        if from == 0 {
            return Err((1, format!("{numbered}{help}")));
        }
        if to < from {
            return Err((1, format!("invalid decreasing range{help}")));
        }
        ranges.push((from, to));
    }
    Ok(Cut { ranges, delimiter, only_delimited: call.on('s') })
}

impl Cut {
    fn line(&self, line: &str, out: &mut Output) {
        let is_chosen = |at: usize| self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&(at + 1)));
        let text = match self.delimiter {
            None => line.chars().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, c)| c).collect(),
            Some(delimiter) if !line.contains(delimiter) => {
                if self.only_delimited {
                    return;
                }
                line.to_owned()
            }
            Some(delimiter) => {
                let fields = line.split(delimiter).enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, field)| field);
                fields.collect::<Vec<_>>().join(&delimiter.to_string())
            }
        };
        out.print(format_args!("{text}\n"));
    }
}

/// `sort`.
#[derive(Clone)]
struct Sort {
    flags: String,
    separator: Option<char>,
    keys: Vec<SortKey>,
    lines: Vec<String>,
}

#[derive(Clone)]
struct SortKey {
    from: usize,
    to: usize,
    flags: String,
}

fn sort(call: &Call<'_>) -> Result<Sort, Failed> {
    let mut keys = vec![];
    for (_, text) in call.flags.iter().filter(|(flag, _)| *flag == 'k') {
        let (from, to) = text.split_once(',').map_or((text.as_str(), None), |(from, to)| (from, Some(to)));
        let field = |part: &str| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let rest = part[digits..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
            match part[..digits].parse::<usize>() {
                Ok(0) => Err((2, format!("-: invalid field specification '{text}': field number is zero"))),
                Ok(number) => Ok((number, rest.to_owned())),
                Err(_) => Err((2, format!("invalid number at field start: invalid count at start of '{text}'"))),
            }
        };
        let (from, mut flags) = field(from)?;
        let to = match to {
            None => usize::MAX,
            Some(to) => {
                let (to, more) = field(to)?;
                flags.push_str(&more);
                to
            }
        };
        keys.push(SortKey { from, to, flags });
    }
    let separator = call.value('t').and_then(|text| unescape(text).0.chars().next());
    let flags = call.flags.iter().map(|(flag, _)| *flag).filter(|flag| !"kt".contains(*flag)).collect();
    Ok(Sort { flags, separator, keys, lines: vec![] })
}

impl Sort {
    fn key<'a>(&self, line: &'a str, key: &SortKey) -> &'a str {
        let (mut start, mut end, mut number) = (line.len(), line.len(), 1);
        let mut at = 0;
        loop {
            // A field begins with the blanks before it, unless a separator is given.
            let rest = &line[at..];
            let length = match self.separator {
                Some(separator) => rest.find(separator).unwrap_or(rest.len()),
                None => {
                    let blanks = rest.len() - rest.trim_start().len();
                    rest[blanks..].find(char::is_whitespace).map_or(rest.len(), |length| blanks + length)
                }
            };
            if number == key.from {
                start = at;
            }
            if number == key.to {
                end = at + length;
                break;
            }
            at += length
                + self.separator.map_or(0, |separator| if at + length < line.len() { separator.len_utf8() } else { 0 });
            if at >= line.len() {
                break;
            }
            number += 1;
        }
        &line[start..end.max(start)]
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        let own = |flags: &str| {
            if flags.chars().any(|flag| "nhfVr".contains(flag)) { flags.to_owned() } else { self.flags.clone() }
        };
        if self.keys.is_empty() {
            return order(a, b, &self.flags);
        }
        let mut result = Ordering::Equal;
        for key in &self.keys {
            let flags = own(&key.flags);
            result = result.then_with(|| order(self.key(a, key), self.key(b, key), &flags));
        }
        result
    }

    fn show(&mut self, out: &mut Output) {
        let lines = std::mem::take(&mut self.lines);
        let mut all: Vec<&str> = lines.iter().map(String::as_str).collect();
        let last = |a: &str, b: &str| {
            let order = a.cmp(b);
            if self.flags.contains('r') { order.reverse() } else { order }
        };
        let unique = self.flags.contains('u');
        in_order(&mut all, &|a, b| self.compare(a, b).then_with(|| if unique { Ordering::Equal } else { last(a, b) }));
        if unique {
            all.dedup_by(|a, b| self.compare(a, b).is_eq());
        }
        all.iter().for_each(|line| out.print(format_args!("{line}\n")));
    }
}

fn order(a: &str, b: &str, flags: &str) -> Ordering {
    let order = if flags.contains('n') {
        number(a).total_cmp(&number(b))
    } else if flags.contains('h') {
        human(a).total_cmp(&human(b))
    } else if flags.contains('V') {
        version(a, b)
    } else if flags.contains('f') {
        a.to_uppercase().cmp(&b.to_uppercase())
    } else {
        a.cmp(b)
    };
    if flags.contains('r') { order.reverse() } else { order }
}

/// The number that a text begins with.
fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let end = text
        .char_indices()
        .find(|(at, c)| !c.is_ascii_digit() && *c != '.' && !(*c == '-' && *at == 0))
        .map_or(text.len(), |(at, _)| at);
    text[..end].parse().unwrap_or(0.0)
}

/// The same with `K`, `Mi` and so on behind it.
fn human(text: &str) -> f64 {
    let unit = text.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-').chars().next();
    let power = unit.and_then(|unit| "KMGTPE".find(unit.to_ascii_uppercase())).map_or(0, |at| at + 1);
    number(text) * 1024f64.powi(i32::try_from(power).unwrap_or(0))
}

fn version(a: &str, b: &str) -> Ordering {
    let parts = |text: &str| -> Vec<(String, u64)> {
        let mut parts = vec![];
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (letters, after) = rest.split_at(digits);
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            parts.push((letters.to_owned(), after[..end].parse().unwrap_or(0)));
            rest = &after[end..];
        }
        parts
    };
    parts(a).cmp(&parts(b))
}

fn same(a: &str, b: &str, flags: &str) -> bool {
    if flags.contains('i') { a.to_lowercase() == b.to_lowercase() } else { a == b }
}

fn uniq((line, count): &(String, usize), flags: &str, out: &mut Output) {
    if (flags.contains('d') && *count < 2) || (flags.contains('u') && *count > 1) {
        return;
    }
    if flags.contains('c') {
        out.print(format_args!("{count:7} "));
    }
    out.print(format_args!("{line}\n"));
}

fn column(separator: Option<&str>, rows: &[String], out: &mut Output) {
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .filter(|row| !row.trim().is_empty())
        .map(|row| match separator {
            Some(letters) => row.split(|c| letters.contains(c)).collect(),
            None => row.split_whitespace().collect(),
        })
        .collect();
    let most = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..most).map(width).collect();
    for row in &rows {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if at + 1 < row.len() {
                line.push_str(&" ".repeat(widths[at] - cell.chars().count() + 2));
            }
        }
        out.print(format_args!("{line}\n"));
    }
}

/// `tr`.
#[derive(Clone)]
struct Translation {
    from: Vec<char>,
    to: Vec<char>,
    deletes: bool,
    squeezes: bool,
    complement: bool,
    last: Option<char>,
}

fn translation(call: &Call<'_>) -> Result<Lines, Failed> {
    let help = "\nTry 'tr --help' for more information.";
    let (deletes, squeezes) = (call.on('d'), call.on('s'));
    let mut names = call.names.clone();
    // `tr -d '\n'` may be written `tr -d -`; the first words are sets.
    let (Some(from), to) = ((!names.is_empty()).then(|| names.remove(0)), names.first()) else {
        return Err((1, format!("missing operand{help}")));
    };
    if to.is_none() && !deletes && !squeezes {
        return Err((1, format!("missing operand after '{from}'\nTwo strings must be given when translating.{help}")));
    }
    if let Some(extra) = names.get(1).or(to.filter(|_| deletes && !squeezes)) {
        return Err((1, format!("extra operand '{extra}'{help}")));
    }
    let from = set(from)?;
    let to = to.map(|to| set(to)).transpose()?.unwrap_or_default();
    if to.is_empty() && !deletes && !squeezes {
        return Err((1, "when not truncating set1, string2 must be non-empty".to_owned()));
    }
    Ok(Lines::Translate(Translation { from, to, deletes, squeezes, complement: call.on('c') || call.on('C'), last: None }))
}

/// The letters of a set: `a-z`, `[:upper:]`, `\n`.
fn set(text: &str) -> Result<Vec<char>, Failed> {
    let mut plain = vec![];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]")) {
            let letters: Vec<char> = (0u8..128).map(char::from).filter(|c| is_in_class(name, *c)).collect();
            if letters.is_empty() {
                return Err((1, format!("invalid character class '{name}'")));
            }
            plain.extend(letters);
            rest = after;
            continue;
        }
        let behind = &rest[c.len_utf8()..];
        let escaped = behind.chars().next().filter(|_| c == '\\');
        let length = c.len_utf8() + escaped.map_or(0, char::len_utf8);
        let octal = behind.chars().take(3).take_while(|c| c.is_digit(8)).count();
        let (one, length) = match c {
            '\\' if octal > 0 => (u32::from_str_radix(&rest[1..=octal], 8).ok().and_then(char::from_u32), 1 + octal),
            '\\' => {
                let text = unescape(&rest[..length]).0;
                (if text.starts_with('\\') { text.chars().nth(1).or(Some('\\')) } else { text.chars().next() }, length)
            }
            c => (Some(c), length),
        };
        rest = &rest[length..];
        let one = one.unwrap_or('\\');
        let last = rest.strip_prefix('-').and_then(|after| after.chars().next()).filter(|last| *last != '\\');
        match last {
            Some(last) => {
                if last < one {
                    return Err((1, format!("range-endpoints of '{one}-{last}' are in reverse collating sequence order")));
                }
                plain.extend((one..=last).take(2000));
                rest = &rest[1 + last.len_utf8()..];
            }
            None => plain.push(one),
        }
    }
    Ok(plain)
}

impl Translation {
    fn line(&mut self, line: &str, out: &mut Output) {
        let mut text = String::new();
        for c in line.chars() {
            let place = self.from.iter().position(|from| *from == c);
            let chosen = place.is_some() != self.complement;
            if self.deletes && chosen {
                continue;
            }
            let made = match (chosen && !self.deletes, self.to.last()) {
                (true, Some(last)) if self.complement => *last,
                (true, Some(last)) => place.and_then(|at| self.to.get(at)).copied().unwrap_or(*last),
                _ => c,
            };
            let in_set = if self.to.is_empty() { chosen } else { self.to.contains(&made) };
            if self.squeezes && self.last == Some(made) && in_set {
                continue;
            }
            self.last = Some(made);
            text.push(made);
        }
        out.out(&text);
    }
}
