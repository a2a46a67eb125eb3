//! jq's language, as far as people type it on one line.

use std::rc::Rc;

use serde_json::{Map, Number, Value};

use crate::shell::text::Cursor;

/// How deep filters may be nested (chains counted too), how many values there may be at a time, and how much may be done.
const DEPTH: usize = 60;
const MOST: usize = 100_000;
const FUEL: usize = 2_000_000;

/// A filter.
#[derive(Clone, Debug)]
pub(super) struct Filter(Rc<Expr>);

#[derive(Debug)]
enum Expr {
    Here,
    Literal(Value),
    /// `"a \(.b)"`.
    Text(Vec<(String, Option<Expr>)>),
    /// `x.name`; whether errors are passed over.
    Field(Box<Expr>, Box<Expr>, bool),
    Each(Box<Expr>, bool),
    Slice(Box<Expr>, Option<i64>, Option<i64>),
    Everything,
    Pipe(Box<Expr>, Box<Expr>),
    Both(Box<Expr>, Box<Expr>),
    Operator(&'static str, Box<Expr>, Box<Expr>),
    Array(Option<Box<Expr>>),
    Object(Vec<(Expr, Expr)>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Call(String, Vec<Expr>),
}

const FUNCTIONS: &str = "add all any ascii_downcase ascii_upcase contains empty endswith first flatten from_entries group_by has index join \
    keys keys_unsorted last length ltrimstr map map_values max max_by min min_by not range reverse rtrimstr select sort sort_by split \
    startswith tojson tonumber tostring to_entries type unique unique_by values with_entries fromjson del abs floor";

/// Takes a filter apart; says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Filter, String> {
    let mut parser = Parser { code: Cursor::new(text), depth: 0 };
    let expression = parser.pipe()?;
    parser.code.blanks();
    if !parser.code.rest().is_empty() {
        return Err(parser.wrong());
    }
    Ok(Filter(Rc::new(expression)))
}

struct Parser<'a> {
    code: Cursor<'a>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn takes(&mut self, token: &str) -> bool {
        self.code.blanks();
        let rest = self.code.rest();
        let is_word = token.chars().all(char::is_alphabetic);
        let after = rest.strip_prefix(token);
        let is = after.is_some_and(|after| !is_word || !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        self.code.at += if is { token.len() } else { 0 };
        is
    }

    fn needs(&mut self, token: &str) -> Result<(), String> {
        if self.takes(token) { Ok(()) } else { Err(self.wrong()) }
    }

    fn wrong(&self) -> String {
        let rest: String = self.code.rest().chars().take(20).collect();
        let place = if rest.is_empty() { "its end".to_owned() } else { rest };
        format!(
            "error: syntax error near {place}: the playground knows paths, [], |, select, map, comparisons and a few functions"
        )
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEPTH { Err("error: the filter is nested too deep".to_owned()) } else { Ok(()) }
    }

    fn pipe(&mut self) -> Result<Expr, String> {
        self.deeper()?;
        let before = self.depth;
        let mut left = self.comma()?;
        while self.takes("|") {
            self.deeper()?;
            let right = self.comma()?;
            left = Expr::Pipe(Box::new(left), Box::new(right));
        }
        self.depth = before - 1;
        Ok(left)
    }

    fn comma(&mut self) -> Result<Expr, String> {
        let before = self.depth;
        let mut left = self.operators(0)?;
        while self.takes(",") {
            self.deeper()?;
            let right = self.operators(0)?;
            left = Expr::Both(Box::new(left), Box::new(right));
        }
        self.depth = before;
        Ok(left)
    }

    fn operators(&mut self, least: usize) -> Result<Expr, String> {
        const OPERATORS: [(&str, usize); 14] = [
            ("//", 1),
            ("or", 2),
            ("and", 3),
            ("==", 4),
            ("!=", 4),
            ("<=", 4),
            (">=", 4),
            ("<", 4),
            (">", 4),
            ("+", 5),
            ("-", 5),
            ("*", 6),
            ("/", 6),
            ("%", 6),
        ];
        let before = self.depth;
        let mut left = self.postfix()?;
        'again: loop {
            for (operator, level) in OPERATORS.iter().filter(|(_, level)| *level > least) {
                if self.takes(operator) {
                    if self.code.rest().starts_with('=') {
                        return Err("error: the playground's jq reads only: it has no assignments".to_owned());
                    }
                    self.deeper()?;
                    let right = self.operators(*level)?;
                    left = Expr::Operator(operator, Box::new(left), Box::new(right));
                    continue 'again;
                }
            }
            self.depth = before;
            return Ok(left);
        }
    }

    fn name(&mut self) -> &'a str {
        let rest = self.code.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.code.at += end;
        &rest[..end]
    }

    fn postfix(&mut self) -> Result<Expr, String> {
        let mut expression = self.term()?;
        let before = self.depth;
        loop {
            if self.code.rest().starts_with('.') && !self.code.rest().starts_with("..") {
                self.code.at += 1;
                if !self.code.rest().starts_with('[') {
                    let key =
                        if self.code.rest().starts_with('"') { self.string()? } else { Expr::Literal(self.name().into()) };
                    if matches!(&key, Expr::Literal(Value::String(name)) if name.is_empty()) {
                        return Err(self.wrong());
                    }
                    self.deeper()?;
                    let optional = self.optional();
                    expression = Expr::Field(Box::new(expression), Box::new(key), optional);
                    continue;
                }
            }
            if !self.code.rest().starts_with('[') {
                break;
            }
            self.code.at += 1;
            self.deeper()?;
            expression = self.brackets(expression)?;
        }
        self.depth = before;
        Ok(expression)
    }

    fn optional(&mut self) -> bool {
        let is = self.code.rest().starts_with('?');
        self.code.at += usize::from(is);
        is
    }

    fn brackets(&mut self, of: Expr) -> Result<Expr, String> {
        if self.takes("]") {
            let optional = self.optional();
            return Ok(Expr::Each(Box::new(of), optional));
        }
        self.code.blanks();
        let number = |parser: &mut Self| {
            parser.code.blanks();
            let rest = parser.code.rest();
            let end = rest
                .char_indices()
                .find(|(at, c)| !(c.is_ascii_digit() || (*at == 0 && *c == '-')))
                .map_or(rest.len(), |(at, _)| at);
            let value = rest[..end].parse::<i64>().ok();
            parser.code.at += if value.is_some() { end } else { 0 };
            value
        };
        let start = self.code.at;
        let from = number(self);
        if self.takes(":") {
            let to = number(self);
            self.needs("]")?;
            let _ = self.optional();
            return Ok(Expr::Slice(Box::new(of), from, to));
        }
        self.code.at = start;
        let key = self.pipe()?;
        self.needs("]")?;
        let optional = self.optional();
        Ok(Expr::Field(Box::new(of), Box::new(key), optional))
    }

    /// A text in quotes with `\( … )` in it.
    fn string(&mut self) -> Result<Expr, String> {
        self.code.at += 1;
        let (mut parts, mut text) = (vec![], String::new());
        loop {
            let Some(c) = self.code.letter() else { return Err("error: unterminated string literal".to_owned()) };
            match c {
                '"' => break,
                '\\' => match self.code.letter().unwrap_or('\\') {
                    '(' => {
                        let inner = self.pipe()?;
                        self.needs(")")?;
                        parts.push((std::mem::take(&mut text), Some(inner)));
                    }
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    other => text.push(other),
                },
                c => text.push(c),
            }
        }
        if parts.is_empty() {
            return Ok(Expr::Literal(Value::String(text)));
        }
        parts.push((text, None));
        Ok(Expr::Text(parts))
    }

    fn term(&mut self) -> Result<Expr, String> {
        self.deeper()?;
        let term = self.term_inside();
        self.depth -= 1;
        term
    }

    fn term_inside(&mut self) -> Result<Expr, String> {
        self.code.blanks();
        let rest = self.code.rest();
        let Some(c) = rest.chars().next() else { return Err(self.wrong()) };
        match c {
            '.' if rest.starts_with("..") => {
                self.code.at += 2;
                Ok(Expr::Everything)
            }
            '.' => {
                let named = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '"');
                // The `.` of `.name` belongs to the name.
                self.code.at += usize::from(!named);
                Ok(Expr::Here)
            }
            '"' => self.string(),
            '(' => {
                self.code.at += 1;
                let inner = self.pipe()?;
                self.needs(")")?;
                Ok(inner)
            }
            '[' => {
                self.code.at += 1;
                if self.takes("]") {
                    return Ok(Expr::Array(None));
                }
                let inner = self.pipe()?;
                self.needs("]")?;
                Ok(Expr::Array(Some(Box::new(inner))))
            }
            '{' => self.object(),
            '-' => {
                self.code.at += 1;
                let operand = self.postfix()?;
                Ok(Expr::Operator("-", Box::new(Expr::Literal(Value::from(0))), Box::new(operand)))
            }
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
                let value: Value = serde_json::from_str(&rest[..end]).map_err(|_| self.wrong())?;
                self.code.at += end;
                Ok(Expr::Literal(value))
            }
            c if c.is_ascii_alphabetic() || c == '_' => self.word(),
            _ => Err(self.wrong()),
        }
    }

    fn object(&mut self) -> Result<Expr, String> {
        self.code.at += 1;
        let mut pairs = vec![];
        while !self.takes("}") {
            if !pairs.is_empty() {
                self.needs(",")?;
            }
            self.code.blanks();
            let key = match self.code.rest().chars().next() {
                Some('"') => self.string()?,
                Some('(') => {
                    self.code.at += 1;
                    let key = self.pipe()?;
                    self.needs(")")?;
                    key
                }
                _ => match self.name() {
                    "" => return Err(self.wrong()),
                    name => Expr::Literal(name.into()),
                },
            };
            let value = if self.takes(":") {
                self.operators(0)?
            } else if let Expr::Literal(name) = &key {
                Expr::Field(Box::new(Expr::Here), Box::new(Expr::Literal(name.clone())), false)
            } else {
                return Err(self.wrong());
            };
            pairs.push((key, value));
        }
        Ok(Expr::Object(pairs))
    }

    fn word(&mut self) -> Result<Expr, String> {
        let name = self.name();
        match name {
            "null" => return Ok(Expr::Literal(Value::Null)),
            "true" | "false" => return Ok(Expr::Literal(Value::Bool(name == "true"))),
            "if" => {
                let condition = self.pipe()?;
                self.needs("then")?;
                let yes = self.pipe()?;
                let no = if self.takes("else") { self.pipe()? } else { Expr::Here };
                self.needs("end")?;
                return Ok(Expr::If(Box::new(condition), Box::new(yes), Box::new(no)));
            }
            _ => {}
        }
        if !FUNCTIONS.split_whitespace().any(|known| known == name) {
            return Err(format!("error: {name} is not defined: the playground's jq knows {FUNCTIONS}"));
        }
        let mut args = vec![];
        if self.takes("(") {
            loop {
                args.push(self.pipe()?);
                if self.takes(")") {
                    break;
                }
                self.needs(";")?;
            }
        }
        Ok(Expr::Call(name.to_owned(), args))
    }
}

type Values = Result<Vec<Value>, String>;

impl Filter {
    /// What comes out for a document; `work` counts what it took, in the measure of a command.
    pub(super) fn run(&self, document: &Value, work: &mut usize) -> Values {
        let mut run = Run { fuel: FUEL };
        let values = run.run(&self.0, document);
        *work += (FUEL - run.fuel) / 200;
        values
    }
}

struct Run {
    fuel: usize,
}

impl Run {
    fn burn(&mut self, amount: usize) -> Result<(), String> {
        self.fuel = self.fuel.saturating_sub(amount);
        if self.fuel == 0 { Err("the filter does too much".to_owned()) } else { Ok(()) }
    }

    fn run(&mut self, expression: &Expr, here: &Value) -> Values {
        self.burn(1)?;
        Ok(match expression {
            Expr::Here => vec![here.clone()],
            Expr::Literal(value) => vec![value.clone()],
            Expr::Text(parts) => {
                let mut text = String::new();
                for (before, inner) in parts {
                    text.push_str(before);
                    if let Some(inner) = inner {
                        self.run(inner, here)?.iter().for_each(|value| text.push_str(&shown(value)));
                    }
                    self.burn(text.len() / 16)?;
                }
                vec![Value::String(text)]
            }
            Expr::Field(of, key, optional) => {
                let mut found = vec![];
                for value in self.run(of, here)? {
                    for key in self.run(key, here)? {
                        match item(&value, &key) {
                            Ok(value) => found.push(value),
                            Err(_) if *optional => {}
                            Err(why) => return Err(why),
                        }
                    }
                }
                found
            }
            Expr::Each(of, optional) => {
                let mut found = vec![];
                for value in self.run(of, here)? {
                    match value {
                        Value::Array(items) => found.extend(items),
                        Value::Object(map) => found.extend(map.into_iter().map(|(_, value)| value)),
                        _ if *optional => {}
                        other => return Err(format!("Cannot iterate over {}", kind_and_value(&other))),
                    }
                    self.burn(found.len())?;
                }
                found
            }
            Expr::Slice(of, from, to) => {
                let place = |at: i64, count: usize| {
                    let count = i64::try_from(count).unwrap_or(i64::MAX);
                    usize::try_from(if at < 0 { at + count } else { at }.clamp(0, count)).unwrap_or(0)
                };
                let mut found = vec![];
                for value in self.run(of, here)? {
                    let count = match &value {
                        Value::Array(items) => items.len(),
                        Value::String(text) => text.chars().count(),
                        Value::Null => 0,
                        other => return Err(format!("Cannot index {} with object", kind(other))),
                    };
                    let (start, end) = (place(from.unwrap_or(0), count), to.map_or(count, |to| place(to, count)));
                    found.push(match value {
                        Value::Array(items) => Value::Array(items.get(start..end.max(start)).unwrap_or_default().to_vec()),
                        Value::String(text) => {
                            Value::String(text.chars().skip(start).take(end.saturating_sub(start)).collect())
                        }
                        other => other,
                    });
                }
                found
            }
            Expr::Everything => {
                let mut found = vec![];
                let mut open = vec![here];
                while let Some(value) = open.pop() {
                    found.push(value.clone());
                    self.burn(50)?;
                    match value {
                        Value::Array(items) => open.extend(items.iter().rev()),
                        Value::Object(map) => open.extend(map.values().collect::<Vec<_>>().into_iter().rev()),
                        _ => {}
                    }
                }
                found
            }
            Expr::Pipe(first, second) => {
                let mut found = vec![];
                for value in self.run(first, here)? {
                    found.extend(self.run(second, &value)?);
                    if found.len() > MOST {
                        return Err("the filter makes too many values".to_owned());
                    }
                }
                found
            }
            Expr::Both(first, second) => {
                let mut found = self.run(first, here)?;
                found.extend(self.run(second, here)?);
                found
            }
            Expr::Operator(operator, left, right) => self.operator(operator, left, right, here)?,
            Expr::Array(inner) => {
                let items = inner.as_ref().map(|inner| self.run(inner, here)).transpose()?.unwrap_or_default();
                vec![Value::Array(items)]
            }
            Expr::Object(pairs) => {
                let mut all = vec![Map::new()];
                for (key, value) in pairs {
                    let (keys, values) = (self.run(key, here)?, self.run(value, here)?);
                    let mut next = vec![];
                    for map in &all {
                        for (key, value) in keys.iter().flat_map(|key| values.iter().map(move |value| (key, value))) {
                            let mut map = map.clone();
                            map.insert(shown(key), value.clone());
                            next.push(map);
                            self.burn(10)?;
                        }
                    }
                    all = next;
                }
                all.into_iter().map(Value::Object).collect()
            }
            Expr::If(condition, yes, no) => {
                let mut found = vec![];
                for value in self.run(condition, here)? {
                    found.extend(self.run(if is_true(&value) { yes } else { no }, here)?);
                }
                found
            }
            Expr::Call(name, args) => self.call(name, args, here)?,
        })
    }

    fn operator(&mut self, operator: &str, left: &Expr, right: &Expr, here: &Value) -> Values {
        if operator == "//" {
            let found: Vec<Value> = self.run(left, here).unwrap_or_default().into_iter().filter(is_true).collect();
            return if found.is_empty() { self.run(right, here) } else { Ok(found) };
        }
        let mut found = vec![];
        for a in self.run(left, here)? {
            if (operator == "and" && !is_true(&a)) || (operator == "or" && is_true(&a)) {
                found.push(Value::Bool(operator == "or"));
                continue;
            }
            for b in self.run(right, here)? {
                self.burn(1)?;
                found.push(match operator {
                    "and" | "or" => Value::Bool(is_true(&b)),
                    "==" => Value::Bool(order(&a, &b).is_eq()),
                    "!=" => Value::Bool(order(&a, &b).is_ne()),
                    "<" => Value::Bool(order(&a, &b).is_lt()),
                    "<=" => Value::Bool(order(&a, &b).is_le()),
                    ">" => Value::Bool(order(&a, &b).is_gt()),
                    ">=" => Value::Bool(order(&a, &b).is_ge()),
                    operator => arithmetic(operator, &a, &b)?,
                });
            }
        }
        Ok(found)
    }

    fn call(&mut self, name: &str, args: &[Expr], here: &Value) -> Values {
        let wrong = || format!("{name}: {} is not what it takes", kind_and_value(here));
        let items = || match here {
            Value::Array(items) => Ok(items.clone()),
            Value::Object(map) => Ok(map.values().cloned().collect()),
            _ => Err(format!("Cannot iterate over {}", kind_and_value(here))),
        };
        let text = || here.as_str().ok_or_else(wrong);
        let first = args.first();
        let argument = |run: &mut Self| -> Result<Value, String> {
            let argument = first.ok_or_else(|| format!("{name}/0 is not defined"))?;
            run.run(argument, here)?.into_iter().next().ok_or_else(|| format!("{name} has nothing to work with"))
        };
        let one = |value: Value| Ok(vec![value]);
        match (name, args.len()) {
            ("empty", 0) => Ok(vec![]),
            ("not", 0) => one(Value::Bool(!is_true(here))),
            ("length", 0) => one(match here {
                Value::Null => 0.into(),
                Value::Array(items) => items.len().into(),
                Value::Object(map) => map.len().into(),
                Value::String(text) => text.chars().count().into(),
                Value::Number(number) => Value::from(number.as_f64().unwrap_or(0.0).abs()),
                Value::Bool(_) => return Err(format!("{} has no length", kind_and_value(here))),
            }),
            ("keys" | "keys_unsorted", 0) => one(match here {
                Value::Object(map) => map.keys().cloned().map(Value::String).collect(),
                Value::Array(items) => (0..items.len()).map(Value::from).collect(),
                _ => return Err(format!("{} has no keys", kind_and_value(here))),
            }),
            ("values", 0) => Ok(if here.is_null() { vec![] } else { vec![here.clone()] }),
            ("type", 0) => one(kind(here).into()),
            ("tostring", 0) => one(shown(here).into()),
            ("tojson", 0) => one(crate::api::yaml::to_compact_json(here).into()),
            ("fromjson", 0) => one(serde_json::from_str(text()?).map_err(|error| error.to_string())?),
            ("tonumber", 0) => match here {
                Value::Number(_) => one(here.clone()),
                _ => one(text()?
                    .trim()
                    .parse::<f64>()
                    .map(number)
                    .map_err(|_| format!("Cannot parse {} as a number", kind_and_value(here)))?),
            },
            ("ascii_downcase", 0) => one(text()?.to_ascii_lowercase().into()),
            ("ascii_upcase", 0) => one(text()?.to_ascii_uppercase().into()),
            ("floor", 0) => one(number(here.as_f64().ok_or_else(wrong)?.floor())),
            ("abs", 0) => one(number(here.as_f64().ok_or_else(wrong)?.abs())),
            ("reverse", 0) => match here {
                Value::String(text) => one(text.chars().rev().collect::<String>().into()),
                _ => one(items()?.into_iter().rev().collect()),
            },
            ("sort", 0) => one(sorted(items()?)),
            ("unique", 0) => {
                let Value::Array(mut items) = sorted(items()?) else { return Ok(vec![]) };
                items.dedup_by(|a, b| order(a, b).is_eq());
                one(Value::Array(items))
            }
            ("min", 0) => one(items()?.into_iter().min_by(order).unwrap_or(Value::Null)),
            ("max", 0) => one(items()?.into_iter().max_by(order).unwrap_or(Value::Null)),
            ("first", 0) => one(items()?.into_iter().next().unwrap_or(Value::Null)),
            ("last", 0) => one(items()?.into_iter().last().unwrap_or(Value::Null)),
            ("any", 0) => one(Value::Bool(items()?.iter().any(is_true))),
            ("all", 0) => one(Value::Bool(items()?.iter().all(is_true))),
            ("flatten", 0) => {
                let flat = items()?.into_iter().flat_map(|item| match item {
                    Value::Array(items) => items,
                    item => vec![item],
                });
                one(flat.collect())
            }
            ("add", 0) => {
                let mut sum = Value::Null;
                for item in items()? {
                    self.burn(shown(&sum).len() / 64 + 1)?;
                    sum = arithmetic("+", &sum, &item)?;
                }
                one(sum)
            }
            ("to_entries", 0) => one(entries(here)?),
            ("from_entries", 0) => one(from_entries(&items()?)),
            ("select", 1) => {
                let mut found = vec![];
                for value in self.run(&args[0], here)? {
                    if is_true(&value) {
                        found.push(here.clone());
                    }
                }
                Ok(found)
            }
            ("map", 1) => {
                let mut found = vec![];
                for item in items()? {
                    found.extend(self.run(&args[0], &item)?);
                }
                one(Value::Array(found))
            }
            ("map_values", 1) => {
                let Value::Object(map) = here else { return self.call("map", args, here) };
                let mut made = Map::new();
                for (key, value) in map {
                    if let Some(value) = self.run(&args[0], value)?.into_iter().next() {
                        made.insert(key.clone(), value);
                    }
                }
                one(Value::Object(made))
            }
            ("with_entries", 1) => {
                let Value::Array(pairs) = entries(here)? else { return Ok(vec![]) };
                let mut made = vec![];
                for pair in pairs {
                    made.extend(self.run(&args[0], &pair)?);
                }
                one(from_entries(&made))
            }
            ("sort_by" | "group_by" | "unique_by" | "min_by" | "max_by", 1) => {
                let mut keyed = vec![];
                for item in items()? {
                    keyed.push((Value::Array(self.run(&args[0], &item)?), item));
                }
                keyed.sort_by(|a, b| order(&a.0, &b.0));
                self.burn(keyed.len() * 8)?;
                let item = |pair: Option<(Value, Value)>| pair.map_or(Value::Null, |(_, item)| item);
                one(match name {
                    "sort_by" => keyed.into_iter().map(|(_, item)| item).collect(),
                    "min_by" => item(keyed.into_iter().next()),
                    "max_by" => item(keyed.into_iter().last()),
                    "unique_by" => {
                        keyed.dedup_by(|a, b| order(&a.0, &b.0).is_eq());
                        keyed.into_iter().map(|(_, item)| item).collect()
                    }
                    _ => {
                        let groups = keyed.chunk_by(|a, b| order(&a.0, &b.0).is_eq());
                        groups.map(|group| group.iter().map(|(_, item)| item.clone()).collect::<Value>()).collect()
                    }
                })
            }
            ("any" | "all", 1) => {
                let mut found = vec![];
                for item in items()? {
                    found.extend(self.run(&args[0], &item)?);
                }
                let holds = if name == "any" { found.iter().any(is_true) } else { found.iter().all(is_true) };
                one(Value::Bool(holds))
            }
            ("first", 1) => Ok(self.run(&args[0], here)?.into_iter().take(1).collect()),
            ("range", 1) => {
                let to = argument(self)?.as_f64().unwrap_or(0.0).clamp(0.0, 10_000.0);
                Ok((0..to.ceil() as u64).map(Value::from).collect())
            }
            ("has", 1) => {
                let key = argument(self)?;
                one(Value::Bool(match (here, &key) {
                    (Value::Object(map), Value::String(key)) => map.contains_key(key),
                    (Value::Array(items), Value::Number(at)) => at.as_u64().is_some_and(|at| at < items.len() as u64),
                    _ => return Err(format!("Cannot check whether {} has a {} key", kind(here), kind(&key))),
                }))
            }
            ("join", 1) => {
                let separator = shown(&argument(self)?);
                let items: Vec<String> =
                    items()?.iter().map(|item| if item.is_null() { String::new() } else { shown(item) }).collect();
                one(items.join(&separator).into())
            }
            ("split", 1) => {
                let separator = shown(&argument(self)?);
                one(text()?.split(separator.as_str()).map(Value::from).collect())
            }
            ("startswith" | "endswith" | "ltrimstr" | "rtrimstr" | "contains" | "index", 1) => {
                let other = argument(self)?;
                let (Some(whole), Some(part)) = (here.as_str(), other.as_str()) else {
                    return match name {
                        "contains" => one(Value::Bool(contains(here, &other))),
                        "ltrimstr" | "rtrimstr" => one(here.clone()),
                        _ => Err(format!("{name}() requires string inputs")),
                    };
                };
                one(match name {
                    "startswith" => Value::Bool(whole.starts_with(part)),
                    "endswith" => Value::Bool(whole.ends_with(part)),
                    "contains" => Value::Bool(whole.contains(part)),
                    "index" => whole.find(part).map_or(Value::Null, Value::from),
                    "ltrimstr" => whole.strip_prefix(part).unwrap_or(whole).into(),
                    _ => whole.strip_suffix(part).unwrap_or(whole).into(),
                })
            }
            ("del", 1) => one(without(here, &args[0])?),
            _ => Err(format!("{name}/{} is not defined", args.len())),
        }
    }
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn kind_and_value(value: &Value) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    let text = crate::api::yaml::to_compact_json(value);
    let short: String = text.chars().take(11).collect();
    format!("{} ({short}{})", kind(value), if short.len() < text.len() { "..." } else { "" })
}

/// A text as it is, anything else as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => crate::api::yaml::to_compact_json(value),
    }
}

fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Value::from(value as i64)
    } else {
        Number::from_f64(value).map_or(Value::Null, Value::Number)
    }
}

fn item(value: &Value, key: &Value) -> Result<Value, String> {
    match (value, key) {
        (Value::Null, Value::String(_) | Value::Number(_)) => Ok(Value::Null),
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or(Value::Null)),
        (Value::Array(items), Value::Number(at)) => {
            let at = at.as_f64().unwrap_or(0.0).floor() as i64;
            let at = if at < 0 { at + i64::try_from(items.len()).unwrap_or(0) } else { at };
            Ok(usize::try_from(at).ok().and_then(|at| items.get(at)).cloned().unwrap_or(Value::Null))
        }
        (_, Value::String(key)) => Err(format!("Cannot index {} with \"{key}\"", kind(value))),
        _ => Err(format!("Cannot index {} with {}", kind(value), kind(key))),
    }
}

/// jq's order: null, false, true, numbers, texts, arrays, objects.
fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => {
            let found = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
            found.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => a.keys().cmp(b.keys()).then_with(|| {
            let found = a.values().zip(b.values()).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
            found.unwrap_or(std::cmp::Ordering::Equal)
        }),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by(order);
    Value::Array(items)
}

fn arithmetic(operator: &str, a: &Value, b: &Value) -> Result<Value, String> {
    Ok(match (operator, a, b) {
        ("+", Value::Null, other) | ("+", other, Value::Null) => other.clone(),
        ("+", Value::String(a), Value::String(b)) => format!("{a}{b}").into(),
        ("+", Value::Array(a), Value::Array(b)) => a.iter().chain(b).cloned().collect(),
        ("+", Value::Object(a), Value::Object(b)) => {
            let mut map = a.clone();
            map.extend(b.clone());
            Value::Object(map)
        }
        ("-", Value::Array(a), Value::Array(b)) => a.iter().filter(|item| !b.contains(item)).cloned().collect(),
        ("/", Value::String(a), Value::String(b)) => a.split(b.as_str()).map(Value::from).collect(),
        (operator, Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap_or(0.0), y.as_f64().unwrap_or(0.0));
            number(match operator {
                "+" => x + y,
                "-" => x - y,
                "*" => x * y,
                _ if y == 0.0 => {
                    return Err(format!(
                        "{} and {} cannot be divided because the divisor is zero",
                        kind_and_value(a),
                        kind_and_value(b)
                    ));
                }
                "/" => x / y,
                _ => x.trunc() % y.trunc().abs().max(1.0),
            })
        }
        (operator, a, b) => {
            let done = match operator {
                "+" => "added",
                "-" => "subtracted",
                "*" => "multiplied",
                _ => "divided",
            };
            return Err(format!("{} and {} cannot be {done}", kind_and_value(a), kind_and_value(b)));
        }
    })
}

fn entries(value: &Value) -> Result<Value, String> {
    let Value::Object(map) = value else { return Err(format!("{} has no keys", kind_and_value(value))) };
    let pair = |(key, value): (&String, &Value)| {
        let pair = Map::from_iter([("key".to_owned(), key.as_str().into()), ("value".to_owned(), value.clone())]);
        Value::Object(pair)
    };
    Ok(map.iter().map(pair).collect())
}

fn from_entries(items: &[Value]) -> Value {
    let key = |item: &Value| {
        ["key", "k", "name", "Name", "Key"].iter().find_map(|name| item.get(name)).map(shown).unwrap_or_default()
    };
    let value =
        |item: &Value| ["value", "v", "Value"].iter().find_map(|name| item.get(name)).cloned().unwrap_or(Value::Null);
    Value::Object(items.iter().map(|item| (key(item), value(item))).collect())
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => whole.contains(part.as_str()),
        (Value::Array(whole), Value::Array(parts)) => parts.iter().all(|part| whole.iter().any(|item| contains(item, part))),
        (Value::Object(whole), Value::Object(parts)) => {
            parts.iter().all(|(key, part)| whole.get(key).is_some_and(|item| contains(item, part)))
        }
        (whole, part) => whole == part,
    }
}

/// The value without what a path of names leads to.
fn without(value: &Value, path: &Expr) -> Result<Value, String> {
    if let Expr::Both(first, second) = path {
        return without(&without(value, first)?, second);
    }
    let mut names = vec![];
    let mut at = path;
    while let Expr::Field(of, key, _) = at {
        let Expr::Literal(key) = &**key else { break };
        names.push(key.clone());
        at = of;
    }
    if !matches!(at, Expr::Here) || names.is_empty() {
        return Err("del takes a path of names here, as in del(.metadata.uid)".to_owned());
    }
    let mut copy = value.clone();
    let mut place = &mut copy;
    while let Some(key) = names.pop() {
        let next = match (place, &key) {
            (Value::Object(map), Value::String(key)) if names.is_empty() => {
                map.remove(key);
                None
            }
            (Value::Object(map), Value::String(key)) => map.get_mut(key),
            (Value::Array(items), Value::Number(at)) => match at.as_u64().and_then(|at| usize::try_from(at).ok()) {
                Some(at) if names.is_empty() && at < items.len() => {
                    items.remove(at);
                    None
                }
                Some(at) => items.get_mut(at),
                None => None,
            },
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => break,
        }
    }
    Ok(copy)
}
