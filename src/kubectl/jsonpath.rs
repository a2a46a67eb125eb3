//! JSONPath as `kubectl` knows it (upstream: `client-go/util/jsonpath`): `{.items[*].metadata.name}`, `{range …}`, filters.

use std::rc::Rc;

use serde_json::Value;

/// A template: text with expressions in braces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    text: String,
    parts: Rc<Vec<Part>>,
}

#[derive(Debug, PartialEq)]
enum Part {
    Text(String),
    Find(Vec<Step>),
    Range(Vec<Step>, Vec<Part>),
}

#[derive(Debug, PartialEq)]
enum Step {
    Root,
    Field(String),
    All,
    Everywhere,
    Index(i64),
    Slice(Option<i64>, Option<i64>, i64),
    Filter(Operand, Option<(&'static str, Operand)>),
    Union(Vec<Step>),
}

#[derive(Debug, PartialEq)]
enum Operand {
    Path(Vec<Step>),
    Value(Value),
}

/// How many values an expression finds at most: each `..` multiplies them.
const MOST: usize = 100_000;
/// How deep ranges and filters may be nested; a longer line is refused before it can exhaust the stack.
const DEPTH: usize = 16;

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str) -> Result<Template, String> {
        let mut parser = Parser { rest: text, depth: 0 };
        let (parts, closed) = parser.parts()?;
        if closed {
            return Err("not in range, nothing to end".to_owned());
        }
        Ok(Template { text: text.to_owned(), parts: Rc::new(parts) })
    }

    /// The template as given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The template filled in.
    pub(crate) fn print(&self, root: &Value) -> Result<String, String> {
        let mut out = String::new();
        print(&self.parts, root, root, &mut out)?;
        Ok(out)
    }

    /// What the expressions find, one after the other.
    pub(crate) fn find<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        let paths = self.parts.iter().filter_map(|part| if let Part::Find(path) = part { Some(path) } else { None });
        paths.flat_map(|path| walk(path, root, root)).collect()
    }
}

/// An expression with the braces and the dot that people leave out.
pub(crate) fn relaxed(path: &str) -> String {
    let inner = path.strip_prefix('{').and_then(|path| path.strip_suffix('}')).unwrap_or(path);
    let dot = if inner.starts_with(['.', '[', '$']) { "" } else { "." };
    format!("{{{dot}{inner}}}")
}

/// A value as text: strings bare, objects and lists as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// What is at a plain path, `status.phase`; null where there is nothing.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// The text at a plain path.
pub(crate) fn text_at(value: &Value, path: &str) -> String {
    text(at(value, path))
}

fn print(parts: &[Part], root: &Value, current: &Value, out: &mut String) -> Result<(), String> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Find(path) => {
                let found = walk(path, root, current);
                let texts: Vec<String> = found.iter().map(|value| text(value)).collect();
                out.push_str(&texts.join(" "));
            }
            Part::Range(path, body) => {
                for item in walk(path, root, current) {
                    print(body, root, item, out)?;
                }
            }
        }
    }
    Ok(())
}

fn walk<'a>(path: &[Step], root: &'a Value, current: &'a Value) -> Vec<&'a Value> {
    let mut found = vec![current];
    for step in path {
        let mut next = vec![];
        for value in found {
            take(step, root, value, &mut next);
            if next.len() > MOST {
                break;
            }
        }
        found = next;
    }
    found
}

fn take<'a>(step: &Step, root: &'a Value, value: &'a Value, out: &mut Vec<&'a Value>) {
    match step {
        Step::Root => out.push(root),
        Step::Field(name) => out.extend(value.get(name)),
        Step::All => match value {
            Value::Array(items) => out.extend(items),
            Value::Object(map) => out.extend(map.values()),
            _ => {}
        },
        Step::Everywhere => {
            out.push(value);
            match value {
                Value::Array(items) => items.iter().for_each(|item| take(step, root, item, out)),
                Value::Object(map) => map.values().for_each(|item| take(step, root, item, out)),
                _ => {}
            }
        }
        Step::Index(index) => out.extend(value.as_array().and_then(|items| items.get(place(*index, items.len())?))),
        Step::Slice(from, to, step) => {
            let Some(items) = value.as_array() else { return };
            let bound = |bound: i64| {
                if bound < 0 { bound.saturating_add(items.len() as i64) } else { bound }.clamp(0, items.len() as i64)
            };
            let (from, to) = (bound(from.unwrap_or(0)), bound(to.unwrap_or(i64::MAX)));
            let wanted = items.iter().enumerate().filter(|(at, _)| {
                let at = *at as i64;
                at >= from && at < to && (at - from) % (*step).max(1) == 0
            });
            out.extend(wanted.map(|(_, item)| item));
        }
        Step::Filter(left, right) => {
            let items: Vec<&Value> = match value {
                Value::Array(items) => items.iter().collect(),
                other => vec![other],
            };
            out.extend(items.into_iter().filter(|item| holds(left, right.as_ref(), root, item)));
        }
        Step::Union(steps) => steps.iter().for_each(|step| take(step, root, value, out)),
    }
}

fn place(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 { index.checked_add(length)? } else { index }).ok()
}

fn holds(left: &Operand, right: Option<&(&'static str, Operand)>, root: &Value, item: &Value) -> bool {
    let value = |operand: &Operand| match operand {
        Operand::Value(value) => Some(value.clone()),
        Operand::Path(path) => walk(path, root, item).first().map(|&value| value.clone()),
    };
    let Some((operator, right)) = right else { return value(left).is_some() };
    let (Some(left), Some(right)) = (value(left), value(right)) else { return false };
    let order = match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(text(&left).cmp(&text(&right))),
    };
    order.is_some_and(|order| match *operator {
        "==" => order.is_eq(),
        "!=" => order.is_ne(),
        "<=" => order.is_le(),
        ">=" => order.is_ge(),
        "<" => order.is_lt(),
        _ => order.is_gt(),
    })
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    /// Parts up to the end, or to an `{end}`, which the second value tells.
    fn parts(&mut self) -> Result<(Vec<Part>, bool), String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("too deeply nested".to_owned());
        }
        let mut parts = vec![];
        loop {
            let Some(open) = self.rest.find('{') else {
                if !self.rest.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut self.rest).to_owned()));
                }
                self.depth -= 1;
                return Ok((parts, false));
            };
            if open > 0 {
                parts.push(Part::Text(self.rest[..open].to_owned()));
            }
            self.rest = &self.rest[open + 1..];
            let close = closing(self.rest).ok_or("unclosed action")?;
            let inner = self.rest[..close].trim();
            self.rest = &self.rest[close + 1..];
            if inner == "end" {
                self.depth -= 1;
                return Ok((parts, true));
            }
            if let Some(path) = inner.strip_prefix("range ") {
                let path = steps(path.trim(), self.depth)?;
                let (body, closed) = self.parts()?;
                if !closed {
                    return Err("unclosed range".to_owned());
                }
                parts.push(Part::Range(path, body));
            } else if let Some(quoted) = quoted(inner) {
                parts.push(Part::Text(quoted));
            } else {
                parts.push(Part::Find(steps(inner, self.depth)?));
            }
        }
    }
}

/// Where the brace closes, not counting those in quotes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '}' => return Some(at),
            None => {}
        }
    }
    None
}

/// The text between quotes, its escapes resolved.
fn quoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    Some(out)
}

fn steps(text: &str, depth: usize) -> Result<Vec<Step>, String> {
    if depth > DEPTH {
        return Err("too deeply nested".to_owned());
    }
    let mut steps = vec![];
    let mut rest = text;
    if let Some(after) = rest.strip_prefix('$') {
        steps.push(Step::Root);
        rest = after;
    } else if let Some(after) = rest.strip_prefix('@') {
        rest = after;
    } else if !rest.starts_with(['.', '[']) && !rest.is_empty() {
        return Err(format!("unrecognized identifier {rest}"));
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("..") {
            steps.push(Step::Everywhere);
            rest = after;
            let (name, after) = identifier(rest);
            if !name.is_empty() {
                steps.push(if name == "*" { Step::All } else { Step::Field(name) });
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (name, after) = identifier(after);
            if !name.is_empty() {
                steps.push(if name == "*" { Step::All } else { Step::Field(name) });
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let end = bracket(after).ok_or("unterminated array")?;
            steps.push(subscript(after[..end].trim(), depth)?);
            rest = &after[end + 1..];
        } else {
            return Err(format!("unrecognized character in action: {:?}", rest.chars().next().unwrap_or_default()));
        }
    }
    Ok(steps)
}

/// A field's name, in which `\.` is a dot, and what follows it.
fn identifier(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                name.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '.' | '[' | ' ' => return (name, &text[at..]),
            c => name.push(c),
        }
    }
    (name, "")
}

/// Where the bracket closes, not counting inner ones and those in quotes.
fn bracket(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '"' | '\'' => quote = Some(c),
                '[' | '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                ']' if depth == 0 => return Some(at),
                ']' => depth -= 1,
                _ => {}
            },
        }
    }
    None
}

fn subscript(text: &str, depth: usize) -> Result<Step, String> {
    if let Some(filter) = text.strip_prefix("?(").and_then(|text| text.strip_suffix(')')) {
        return filtered(filter, depth + 1);
    }
    if text == "*" {
        return Ok(Step::All);
    }
    if let Some(name) = quoted(text).filter(|_| !text.contains("','") && !text.contains("\",\"")) {
        return Ok(Step::Field(name));
    }
    if text.contains(',') {
        let one = |part: &str| subscript(part.trim(), depth + 1);
        if depth > DEPTH {
            return Err("too deeply nested".to_owned());
        }
        return Ok(Step::Union(text.split(',').map(one).collect::<Result<_, _>>()?));
    }
    let number = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse::<i64>().map(Some).map_err(|_| format!("invalid array index {text}")),
    };
    let parts: Vec<&str> = text.split(':').collect();
    match parts.as_slice() {
        [index] => Ok(Step::Index(number(index)?.ok_or_else(|| "invalid array index ".to_owned())?)),
        [from, to] => Ok(Step::Slice(number(from)?, number(to)?, 1)),
        [from, to, step] => Ok(Step::Slice(number(from)?, number(to)?, number(step)?.unwrap_or(1))),
        _ => Err(format!("invalid array index {text}")),
    }
}

fn filtered(text: &str, depth: usize) -> Result<Step, String> {
    let operators = ["==", "!=", "<=", ">=", "<", ">"];
    let at = operators
        .iter()
        .filter_map(|operator| text.find(operator).map(|at| (at, *operator)))
        .min_by_key(|&(at, operator)| (at, 2 - operator.len()));
    match at {
        None => Ok(Step::Filter(operand(text, depth)?, None)),
        Some((at, operator)) => {
            let right = operand(&text[at + operator.len()..], depth)?;
            Ok(Step::Filter(operand(&text[..at], depth)?, Some((operator, right))))
        }
    }
}

fn operand(text: &str, depth: usize) -> Result<Operand, String> {
    let text = text.trim();
    if let Some(quoted) = quoted(text) {
        return Ok(Operand::Value(Value::String(quoted)));
    }
    if let Ok(value) = serde_json::from_str::<Value>(text)
        && !value.is_array()
        && !value.is_object()
    {
        return Ok(Operand::Value(value));
    }
    Ok(Operand::Path(steps(text, depth)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(template: &str, expect: &str) {
        let value = json!({"items": [
            {"name": "a", "n": 1, "labels": {"x.y/z": "q"}, "conditions": [{"type": "Ready", "status": "True"}]},
            {"name": "b", "n": 2, "list": [1, 2, 3], "conditions": [{"type": "Ready", "status": "False"}]},
        ], "kind": "List"});
        let printed = Template::parse(template)
            .and_then(|template| template.print(&value))
            .unwrap_or_else(|why| format!("error: {why}"));
        assert_eq!(printed, expect, "{template}");
    }

    #[test]
    fn templates() {
        check("{.items[*].name}", "a b");
        check("{.kind} of {.items[0].name}", "List of a");
        check("{.items[-1].name}{'\\n'}", "b\n");
        check("{range .items[*]}{.name}={.n}{\"\\t\"}{end}.", "a=1\tb=2\t.");
        check("{.items[?(@.n>1)].name}", "b");
        check("{.items[*].conditions[?(@.type==\"Ready\")].status}", "True False");
        check("{.items[?(@.list)].name}", "b");
        check("{.items[0].labels.x\\.y/z}{.items[0].labels['x.y/z']}", "qq");
        check("{.items[1].list[0:2]} {.items[1].list[::2]} {.items[1].list[0,2]}", "1 2 1 3 1 3");
        check("{..status}", "True False");
        check("{.nothing}", "");
        check("{.items[1].list}", "[1,2,3]");
        check("{.items", "error: unclosed action");
        check("{items}", "error: unrecognized identifier items");
        check("{.items[x]}", "error: invalid array index x");
        check("{end}", "error: not in range, nothing to end");
        check("plain", "plain");
    }

    #[test]
    fn people_leave_braces_out() {
        for (given, expect) in [(".a.b", "{.a.b}"), ("a.b", "{.a.b}"), ("{.a}", "{.a}"), ("{a}", "{.a}"), ("[0]", "{[0]}")] {
            assert_eq!(relaxed(given), expect);
        }
    }
}
