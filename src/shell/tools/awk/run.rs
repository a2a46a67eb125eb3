//! Runs an awk program.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::parse::{Expr, Program, Statement};
use crate::kubectl::Output;
use crate::shell::pattern::{Case, Pattern, Syntax};
use crate::shell::tools::say::{formatted, general};

/// What a program may do in all, and how long a text may get.
const FUEL: usize = 5_000_000;
/// How much of that counts as one command.
const WORTH: usize = 500;
const LONGEST: usize = 256 * 1024;
const MOST_ITEMS: usize = 50_000;
const MOST_FIELDS: usize = 10_000;

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(f64),
    Text(String),
    /// Text from the input: a number if it looks like one.
    Input(String),
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Value::Number(number) => *number,
            Value::Text(text) | Value::Input(text) => leading_number(text),
        }
    }

    fn text(&self) -> String {
        match self {
            Value::Number(number) => shown(*number),
            Value::Text(text) | Value::Input(text) => text.clone(),
        }
    }

    fn is_true(&self) -> bool {
        match self {
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Input(text) => whole_number(text).map_or(!text.is_empty(), |number| number != 0.0),
        }
    }

    /// The number it is, if it is one.
    fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Text(_) => None,
            Value::Input(text) => whole_number(text),
        }
    }
}

fn shown(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e16 {
        format!("{number:.0}").replace("-0", if number == 0.0 { "0" } else { "-0" })
    } else {
        general(number, 6)
    }
}

fn whole_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    if plain { text.parse().ok() } else { None }
}

fn leading_number(text: &str) -> f64 {
    let text = text.trim_start();
    let (mut end, mut dot, mut exponent) = (0, false, false);
    let bytes = text.as_bytes();
    while let Some(c) = bytes.get(end) {
        match c {
            b'0'..=b'9' => {}
            b'+' | b'-' if end == 0 || matches!(bytes[end - 1], b'e' | b'E') => {}
            b'.' if !dot && !exponent => dot = true,
            b'e' | b'E'
                if !exponent
                    && end > 0
                    && bytes.get(end + 1).is_some_and(|c| c.is_ascii_digit() || *c == b'-' || *c == b'+') =>
            {
                exponent = true;
            }
            _ => break,
        }
        end += 1;
    }
    let mut text = &text[..end];
    loop {
        match text.parse() {
            Ok(number) => return number,
            Err(_) if text.is_empty() => return 0.0,
            Err(_) => text = &text[..text.len() - 1],
        }
    }
}

/// Why statements are left.
#[derive(PartialEq)]
enum Leave {
    Next,
    Exit,
    Break,
    Continue,
}

type Flow = Result<(), Leave>;

/// A program at work.
#[derive(Clone)]
pub(super) struct Run {
    program: Rc<Program>,
    variables: BTreeMap<String, Value>,
    arrays: BTreeMap<String, BTreeMap<String, Value>>,
    /// The fields of the line; the line itself is made of them when one was written.
    line: String,
    fields: Vec<String>,
    number: usize,
    file_number: usize,
    file: String,
    /// Which ranges are open.
    inside: Vec<bool>,
    begun: bool,
    exit: Option<i32>,
    fuel: usize,
    /// How much of it was counted as work.
    counted: usize,
    /// Patterns made of text, with that text.
    patterns: BTreeMap<String, Rc<Pattern>>,
    seed: u64,
    wrong: Option<String>,
}

impl Run {
    pub(super) fn new(program: Program) -> Run {
        let text = |text: &str| Value::Text(text.to_owned());
        let variables = [("FS", " "), ("OFS", " "), ("ORS", "\n"), ("SUBSEP", "\x1c"), ("RS", "\n")];
        Run {
            inside: vec![false; program.rules.len()],
            program: Rc::new(program),
            variables: variables.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect(),
            arrays: BTreeMap::new(),
            line: String::new(),
            fields: vec![],
            number: 0,
            file_number: 0,
            file: String::new(),
            begun: false,
            exit: None,
            fuel: FUEL,
            counted: FUEL,
            patterns: BTreeMap::new(),
            seed: 1,
            wrong: None,
        }
    }

    /// Sets a variable before the program begins.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), Value::Input(crate::shell::text::unescape(value).0));
    }

    /// Whether it reads anything.
    pub(super) fn reads(&self) -> bool {
        !self.program.rules.is_empty() || !self.program.end.is_empty()
    }

    fn begin(&mut self, out: &mut Output) {
        if !std::mem::replace(&mut self.begun, true) {
            let program = Rc::clone(&self.program);
            self.top(&program.begin, out);
        }
    }

    pub(super) fn open(&mut self, file: &str, out: &mut Output) {
        self.begin(out);
        self.file_number = 0;
        (if file == "-" { "" } else { file }).clone_into(&mut self.file);
    }

    /// Does a line; says whether it wants more.
    pub(super) fn line(&mut self, line: &str, out: &mut Output) -> bool {
        if self.exit.is_some() {
            return false;
        }
        self.number += 1;
        self.file_number += 1;
        line.clone_into(&mut self.line);
        self.split_line();
        let program = Rc::clone(&self.program);
        for (at, rule) in program.rules.iter().enumerate() {
            let fits = match (&rule.from, &rule.to) {
                (None, _) => true,
                (Some(from), None) => self.value(from).is_true(),
                (Some(from), Some(to)) => {
                    let inside = self.inside[at] || self.value(from).is_true();
                    self.inside[at] = inside && !self.value(to).is_true();
                    inside
                }
            };
            if !fits {
                continue;
            }
            match &rule.body {
                None => self.print(&[], out),
                Some(body) => match self.block(body, out) {
                    Err(Leave::Exit) => break,
                    Err(_) => break,
                    Ok(()) => {}
                },
            }
        }
        self.complain(out);
        self.exit.is_none()
    }

    pub(super) fn finish(&mut self, out: &mut Output) -> i32 {
        self.begin(out);
        let failed = self.fuel == 0 || self.wrong.is_some();
        if !failed && self.exit.is_none() {
            let program = Rc::clone(&self.program);
            self.top(&program.end, out);
        }
        self.exit.unwrap_or(0)
    }

    fn top(&mut self, statements: &[Statement], out: &mut Output) {
        let _ = self.block(statements, out);
        self.complain(out);
    }

    /// Says what went wrong, and ends.
    fn complain(&mut self, out: &mut Output) {
        let why = match (self.fuel, self.wrong.take()) {
            (0, _) => "the playground's awk stopped: the program does too much".to_owned(),
            (_, Some(why)) => why,
            _ => return,
        };
        if self.exit != Some(2) {
            out.warn(format_args!("awk: {why}\n"));
        }
        self.exit = Some(2);
    }

    /// What it did since it was last asked, in the measure of a command.
    pub(super) fn work(&mut self) -> usize {
        let work = (self.counted - self.fuel) / WORTH;
        self.counted -= work * WORTH;
        work
    }

    fn burn(&mut self, amount: usize) {
        self.fuel = self.fuel.saturating_sub(amount);
    }

    fn split_line(&mut self) {
        let separator = self.variables.get("FS").map(Value::text).unwrap_or_default();
        let line = std::mem::take(&mut self.line);
        self.fields = self.split(&line, &separator);
        self.line = line;
    }

    fn split(&mut self, text: &str, separator: &str) -> Vec<String> {
        self.burn(1 + text.len() / 16);
        let mut fields: Vec<String> = match separator {
            _ if text.is_empty() => vec![],
            " " => text.split_whitespace().map(str::to_owned).collect(),
            "" => text.chars().map(String::from).collect(),
            "|" | "." | "*" | "+" | "?" | "^" | "$" => text.split(separator).map(str::to_owned).collect(),
            one if one.chars().count() == 1 && one != "\\" => text.split(one).map(str::to_owned).collect(),
            pattern => {
                let Some(pattern) = self.pattern(pattern) else { return vec![text.to_owned()] };
                let letters: Vec<char> = text.chars().collect();
                let mut fields = vec![];
                let mut from = 0;
                let mut at = 0;
                while let Some((start, end)) = pattern.find(&letters, at) {
                    if end == start {
                        at += 1;
                        if at > letters.len() {
                            break;
                        }
                        continue;
                    }
                    fields.push(letters[from..start].iter().collect());
                    (from, at) = (end, end);
                }
                fields.push(letters[from..].iter().collect());
                fields
            }
        };
        fields.truncate(MOST_FIELDS);
        fields
    }

    fn pattern(&mut self, text: &str) -> Option<Rc<Pattern>> {
        if let Some(pattern) = self.patterns.get(text) {
            return Some(Rc::clone(pattern));
        }
        match Pattern::parse(text, Syntax::Extended, Case::Matters) {
            Ok(pattern) => {
                let pattern = Rc::new(pattern);
                if self.patterns.len() < 100 {
                    self.patterns.insert(text.to_owned(), Rc::clone(&pattern));
                }
                Some(pattern)
            }
            Err(why) => {
                self.wrong.get_or_insert(why);
                None
            }
        }
    }

    /// The pattern that an operand of `~` means.
    fn as_pattern(&mut self, expression: &Expr) -> Option<Rc<Pattern>> {
        match expression {
            Expr::Regex(pattern) => Some(Rc::clone(pattern)),
            other => {
                let text = self.value(other).text();
                self.pattern(&text)
            }
        }
    }

    fn block(&mut self, statements: &[Statement], out: &mut Output) -> Flow {
        for statement in statements {
            self.burn(1);
            if self.fuel == 0 || self.wrong.is_some() {
                return Err(Leave::Exit);
            }
            self.statement(statement, out)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement, out: &mut Output) -> Flow {
        match statement {
            Statement::Print(values) => self.print(values, out),
            Statement::Printf(values) => {
                let values: Vec<Value> = values.iter().map(|value| self.value(value)).collect();
                let text = self.formatted(&values);
                self.burn(text.len());
                out.out(&text);
            }
            Statement::Do(expression) => drop(self.value(expression)),
            Statement::If(condition, yes, no) => {
                let branch = if self.value(condition).is_true() { yes } else { no };
                return self.block(branch, out);
            }
            Statement::Loop(condition, step, body, body_first) => {
                let mut first = *body_first;
                loop {
                    self.burn(1);
                    if self.fuel == 0 || self.wrong.is_some() {
                        return Err(Leave::Exit);
                    }
                    if !std::mem::take(&mut first)
                        && !condition.as_ref().is_none_or(|condition| self.value(condition).is_true())
                    {
                        break;
                    }
                    match self.block(body, out) {
                        Err(Leave::Break) => break,
                        Err(Leave::Continue) | Ok(()) => {}
                        leave => return leave,
                    }
                    if let Some(step) = step {
                        self.statement(step, out)?;
                    }
                }
            }
            Statement::Each(name, array, body) => {
                let mut keys: Vec<String> =
                    self.arrays.get(array).map(|items| items.keys().cloned().collect()).unwrap_or_default();
                // In the order of numbers where they are some.
                if keys.iter().all(|key| whole_number(key).is_some()) {
                    keys.sort_by(|a, b| leading_number(a).total_cmp(&leading_number(b)));
                }
                for key in keys {
                    self.variables.insert(name.clone(), Value::Input(key));
                    match self.block(body, out) {
                        Err(Leave::Break) => break,
                        Err(Leave::Continue) | Ok(()) => {}
                        leave => return leave,
                    }
                }
            }
            Statement::Delete(array, None) => drop(self.arrays.remove(array)),
            Statement::Delete(array, Some(index)) => {
                let key = self.value(index).text();
                if let Some(items) = self.arrays.get_mut(array) {
                    items.remove(&key);
                }
            }
            Statement::Next => return Err(Leave::Next),
            Statement::Break => return Err(Leave::Break),
            Statement::Continue => return Err(Leave::Continue),
            Statement::Exit(code) => {
                let code = code.as_ref().map_or(0.0, |code| self.value(code).number());
                self.exit = Some(code as i32 & 0xff);
                return Err(Leave::Exit);
            }
        }
        Ok(())
    }

    fn print(&mut self, values: &[Expr], out: &mut Output) {
        let separator = self.variables.get("OFS").map(Value::text).unwrap_or_default();
        let end = self.variables.get("ORS").map(Value::text).unwrap_or_default();
        let mut text = String::new();
        if values.is_empty() {
            text.push_str(&self.line);
        }
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                text.push_str(&separator);
            }
            text.push_str(&self.value(value).text());
        }
        text.push_str(&end);
        self.burn(text.len());
        out.out(&text);
    }

    fn formatted(&mut self, values: &[Value]) -> String {
        let Some((format, rest)) = values.split_first() else { return String::new() };
        let format = format.text();
        let mut values = rest.iter();
        let mut out = String::new();
        let mut rest = format.as_str();
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest.find(|c: char| !"-+ #0123456789.*".contains(c)).unwrap_or(rest.len());
            let Some(kind) = rest[end..].chars().next() else {
                out.push('%');
                continue;
            };
            let mut spec = rest[..end].to_owned();
            rest = &rest[end + kind.len_utf8()..];
            while spec.contains('*') {
                let width = values.next().map_or(0.0, Value::number);
                spec = spec.replacen('*', &shown(width), 1);
            }
            match kind {
                '%' => out.push('%'),
                's' => out.push_str(&formatted('s', &spec, &values.next().map(Value::text).unwrap_or_default())),
                'c' => {
                    let value = values.next().cloned().unwrap_or(Value::Text(String::new()));
                    let text = match value.as_number() {
                        Some(code) => char::from_u32(code as u32).map(String::from).unwrap_or_default(),
                        None => value.text().chars().take(1).collect(),
                    };
                    out.push_str(&formatted('s', &spec, &text));
                }
                'd' | 'i' => out.push_str(&formatted('d', &spec, &shown(values.next().map_or(0.0, Value::number).trunc()))),
                'x' | 'X' | 'o' | 'u' => {
                    out.push_str(&formatted(kind, &spec, &shown(values.next().map_or(0.0, Value::number).trunc())));
                }
                'f' | 'F' | 'e' | 'g' => {
                    out.push_str(&formatted(kind, &spec, &format!("{}", values.next().map_or(0.0, Value::number))));
                }
                other => out.extend(['%', other]),
            }
            if out.len() > LONGEST {
                self.fuel = 0;
                break;
            }
        }
        out.push_str(rest);
        out
    }

    fn get(&self, name: &str) -> Value {
        match name {
            "NR" => Value::Number(self.number as f64),
            "FNR" => Value::Number(self.file_number as f64),
            "NF" => Value::Number(self.fields.len() as f64),
            "FILENAME" => Value::Text(self.file.clone()),
            name => self.variables.get(name).cloned().unwrap_or(Value::Input(String::new())),
        }
    }

    fn field(&self, at: usize) -> Value {
        Value::Input(match at {
            0 => self.line.clone(),
            at => self.fields.get(at - 1).cloned().unwrap_or_default(),
        })
    }

    fn field_number(&mut self, expression: &Expr) -> usize {
        let at = self.value(expression).number();
        if at < 0.0 {
            self.wrong.get_or_insert(format!("attempt to access field {}", shown(at)));
        }
        at as usize
    }

    fn write(&mut self, place: &Expr, value: Value) {
        match place {
            Expr::Variable(name) => match name.as_str() {
                "NR" => self.number = value.number() as usize,
                "FNR" => self.file_number = value.number() as usize,
                "NF" => {
                    self.fields.resize((value.number().max(0.0) as usize).min(MOST_FIELDS), String::new());
                    self.join_fields();
                }
                name => drop(self.variables.insert(name.to_owned(), value)),
            },
            Expr::Item(name, index) => {
                let key = self.value(index).text();
                let count: usize = self.arrays.values().map(BTreeMap::len).sum();
                if count >= MOST_ITEMS {
                    self.fuel = 0;
                    return;
                }
                self.arrays.entry(name.clone()).or_default().insert(key, value);
            }
            Expr::Field(expression) => match self.field_number(expression) {
                0 => {
                    self.line = value.text();
                    self.split_line();
                }
                at if at > MOST_FIELDS => drop(self.wrong.get_or_insert("too many fields".to_owned())),
                at => {
                    if self.fields.len() < at {
                        self.fields.resize(at, String::new());
                    }
                    self.fields[at - 1] = value.text();
                    self.join_fields();
                }
            },
            _ => {}
        }
    }

    fn join_fields(&mut self) {
        let separator = self.variables.get("OFS").map(Value::text).unwrap_or_default();
        self.line = self.fields.join(&separator);
        self.burn(self.line.len() / 4);
    }

    fn value(&mut self, expression: &Expr) -> Value {
        self.burn(1);
        if self.fuel == 0 {
            return Value::Number(0.0);
        }
        let truth = |is: bool| Value::Number(f64::from(u8::from(is)));
        match expression {
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Regex(pattern) => {
                self.burn(pattern.work(self.line.len()) * WORTH);
                truth(pattern.is_in(&self.line))
            }
            Expr::Variable(name) => self.get(name),
            Expr::Field(at) => {
                let at = self.field_number(at);
                self.field(at)
            }
            Expr::Item(name, index) => {
                let key = self.value(index).text();
                self.arrays.get(name).and_then(|items| items.get(&key)).cloned().unwrap_or(Value::Input(String::new()))
            }
            Expr::Unary(sign, operand) => {
                let value = self.value(operand);
                match sign {
                    '!' => truth(!value.is_true()),
                    '-' => Value::Number(-value.number()),
                    _ => Value::Number(value.number()),
                }
            }
            Expr::Binary(operator, left, right) => self.binary(operator, left, right),
            Expr::Match(left, right, negated) => {
                let text = self.value(left).text();
                self.burn(text.len());
                let pattern = self.as_pattern(right);
                self.burn(pattern.as_ref().map_or(0, |pattern| pattern.work(text.len())) * WORTH);
                let fits = pattern.is_some_and(|pattern| pattern.is_in(&text));
                truth(fits != *negated)
            }
            Expr::In(index, array) => {
                let key = self.value(index).text();
                truth(self.arrays.get(array).is_some_and(|items| items.contains_key(&key)))
            }
            Expr::Choice(condition, yes, no) => {
                if self.value(condition).is_true() {
                    self.value(yes)
                } else {
                    self.value(no)
                }
            }
            Expr::Assign(operator, place, value) => {
                let value = self.value(value);
                let value = match *operator {
                    "" => value,
                    operator => {
                        let old = self.value(place).number();
                        Value::Number(self.arithmetic(operator, old, value.number()))
                    }
                };
                self.write(place, value.clone());
                value
            }
            Expr::Step(place, step, old_is_meant) => {
                let old = self.value(place).number();
                self.write(place, Value::Number(old + step));
                Value::Number(if *old_is_meant { old } else { old + step })
            }
            Expr::Call(name, args) => self.call(name, args),
        }
    }

    fn binary(&mut self, operator: &str, left: &Expr, right: &Expr) -> Value {
        let truth = |is: bool| Value::Number(f64::from(u8::from(is)));
        let first = self.value(left);
        match operator {
            "&&" => return truth(first.is_true() && self.value(right).is_true()),
            "||" => return truth(first.is_true() || self.value(right).is_true()),
            _ => {}
        }
        let second = self.value(right);
        match operator {
            " " => {
                let text = first.text() + &second.text();
                self.burn(text.len() / 8);
                if text.len() > LONGEST {
                    self.fuel = 0;
                }
                Value::Text(text)
            }
            "==" | "!=" | "<" | ">" | "<=" | ">=" => {
                let order = match (first.as_number(), second.as_number()) {
                    (Some(a), Some(b)) => a.total_cmp(&b),
                    _ => first.text().cmp(&second.text()),
                };
                truth(match operator {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    ">" => order.is_gt(),
                    "<=" => order.is_le(),
                    _ => order.is_ge(),
                })
            }
            operator => Value::Number(self.arithmetic(operator, first.number(), second.number())),
        }
    }

    fn arithmetic(&mut self, operator: &str, a: f64, b: f64) -> f64 {
        match operator {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "^" => a.powf(b),
            _ if b == 0.0 => {
                let what = if operator == "%" { "division by zero in %" } else { "division by zero" };
                self.wrong.get_or_insert(what.to_owned());
                0.0
            }
            "%" => a % b,
            _ => a / b,
        }
    }

    fn call(&mut self, name: &str, args: &[Expr]) -> Value {
        match name {
            "length" => {
                if let [Expr::Variable(array)] = args
                    && let Some(items) = self.arrays.get(array)
                {
                    return Value::Number(items.len() as f64);
                }
                let text = match args.first() {
                    None => self.line.clone(),
                    Some(arg) => self.value(arg).text(),
                };
                Value::Number(text.chars().count() as f64)
            }
            "split" => self.split_into(args),
            "sub" | "gsub" => self.substitute(name == "gsub", args),
            "match" => {
                let text = args.first().map(|arg| self.value(arg).text()).unwrap_or_default();
                let letters: Vec<char> = text.chars().collect();
                let pattern = args.get(1).and_then(|arg| self.as_pattern(arg));
                let found = pattern.and_then(|pattern| pattern.find(&letters, 0));
                let (start, length) = found.map_or((0.0, -1.0), |(start, end)| ((start + 1) as f64, (end - start) as f64));
                self.variables.insert("RSTART".to_owned(), Value::Number(start));
                self.variables.insert("RLENGTH".to_owned(), Value::Number(length));
                Value::Number(start)
            }
            _ => {
                let values: Vec<Value> = args.iter().map(|arg| self.value(arg)).collect();
                self.plain_call(name, &values)
            }
        }
    }

    fn plain_call(&mut self, name: &str, values: &[Value]) -> Value {
        let text = |at: usize| values.get(at).map(Value::text).unwrap_or_default();
        let number = |at: usize| values.get(at).map_or(0.0, Value::number);
        match name {
            "substr" => {
                let letters: Vec<char> = text(0).chars().collect();
                let from = number(1).round();
                let to = if values.len() > 2 { from + number(2).round() } else { f64::INFINITY };
                let count = letters.len() as f64;
                let (from, to) = ((from - 1.0).clamp(0.0, count) as usize, (to - 1.0).clamp(0.0, count) as usize);
                Value::Text(letters.get(from..to.max(from)).unwrap_or_default().iter().collect())
            }
            "index" => {
                let (whole, part) = (text(0), text(1));
                Value::Number(whole.find(&part).map_or(0.0, |at| (whole[..at].chars().count() + 1) as f64))
            }
            "toupper" => Value::Text(text(0).to_uppercase()),
            "tolower" => Value::Text(text(0).to_lowercase()),
            "sprintf" => Value::Text(self.formatted(values)),
            "int" => Value::Number(number(0).trunc()),
            "sqrt" => Value::Number(number(0).sqrt()),
            "exp" => Value::Number(number(0).exp()),
            "log" => Value::Number(number(0).ln()),
            "sin" => Value::Number(number(0).sin()),
            "cos" => Value::Number(number(0).cos()),
            "srand" => {
                self.seed = number(0) as u64 | 1;
                Value::Number(0.0)
            }
            "rand" => {
                self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                Value::Number((self.seed >> 11) as f64 / (1u64 << 53) as f64)
            }
            _ => {
                self.wrong.get_or_insert(format!("the playground's awk has no {name}"));
                Value::Number(0.0)
            }
        }
    }

    fn split_into(&mut self, args: &[Expr]) -> Value {
        let text = args.first().map(|arg| self.value(arg).text()).unwrap_or_default();
        let separator = match args.get(2) {
            Some(Expr::Regex(pattern)) => {
                let letters: Vec<char> = text.chars().collect();
                let (mut fields, mut from) = (vec![], 0);
                while let Some((start, end)) = pattern.find(&letters, from).filter(|(start, end)| end > start) {
                    fields.push(letters[from..start].iter().collect::<String>());
                    from = end;
                }
                fields.push(letters[from..].iter().collect());
                if text.is_empty() {
                    fields.clear();
                }
                return self.fill(args.get(1), fields);
            }
            Some(other) => self.value(other).text(),
            None => self.variables.get("FS").map(Value::text).unwrap_or_default(),
        };
        let fields = self.split(&text, &separator);
        self.fill(args.get(1), fields)
    }

    fn fill(&mut self, array: Option<&Expr>, fields: Vec<String>) -> Value {
        let count = fields.len();
        self.burn(count * 4);
        let Some(Expr::Variable(name)) = array else {
            self.wrong.get_or_insert("split: the second argument is an array".to_owned());
            return Value::Number(0.0);
        };
        let items = fields.into_iter().enumerate().map(|(at, field)| ((at + 1).to_string(), Value::Input(field)));
        self.arrays.insert(name.clone(), items.collect());
        Value::Number(count as f64)
    }

    fn substitute(&mut self, every: bool, args: &[Expr]) -> Value {
        let Some(pattern) = args.first().and_then(|arg| self.as_pattern(arg)) else { return Value::Number(0.0) };
        let with = args.get(1).map(|arg| self.value(arg).text()).unwrap_or_default();
        let line = Expr::Field(Box::new(Expr::Number(0.0)));
        let place = args.get(2).unwrap_or(&line);
        let letters: Vec<char> = self.value(place).text().chars().collect();
        let (mut out, mut from, mut count) = (String::new(), 0, 0);
        while from <= letters.len() {
            self.burn(pattern.work(letters.len() - from) * WORTH);
            if self.fuel == 0 {
                break;
            }
            let Some((start, end)) = pattern.find(&letters, from) else { break };
            out.extend(&letters[from..start]);
            let mut replacement = with.chars();
            while let Some(c) = replacement.next() {
                match c {
                    '&' => out.extend(&letters[start..end]),
                    '\\' => match replacement.next() {
                        Some('&') => out.push('&'),
                        Some(other) => out.extend(['\\', other].iter().skip(usize::from(other == '\\'))),
                        None => out.push('\\'),
                    },
                    c => out.push(c),
                }
            }
            count += 1;
            self.burn(1 + with.len() + end - start);
            from = end;
            if end == start {
                out.extend(letters.get(end));
                from += 1;
            }
            if !every || out.len() > LONGEST || self.fuel == 0 {
                break;
            }
        }
        out.extend(letters.get(from..).unwrap_or_default());
        if count > 0 {
            self.write(place, Value::Text(out));
        }
        Value::Number(f64::from(count))
    }
}
