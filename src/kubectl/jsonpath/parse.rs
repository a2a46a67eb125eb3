//! Reading a JSONPath template (upstream: `client-go/util/jsonpath/parser.go`).

use serde_json::Value;

use super::Node;
use crate::kubectl::go;

/// How deep filters and unions may be nested; a longer line is refused before it can exhaust the stack.
const DEPTH: usize = 16;

/// The text and the actions of a template.
pub(super) fn template(text: &str) -> Result<Vec<Node>, String> {
    nodes(text, 0)
}

fn nodes(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    if depth > DEPTH {
        return Err("the playground's jsonpath is nested no deeper than 16".to_owned());
    }
    let mut nodes = vec![];
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            nodes.push(Node::Text(rest[..open].to_owned()));
        }
        let mut parser = Parser { rest: &rest[open + 1..], depth, nodes: vec![] };
        parser.action()?;
        nodes.push(Node::Action(parser.nodes));
        rest = parser.rest;
    }
    if !rest.is_empty() {
        nodes.push(Node::Text(rest.to_owned()));
    }
    Ok(nodes)
}

/// What an expression without its braces is made of.
fn action(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    match nodes(&format!("{{{text}}}"), depth + 1)?.into_iter().next() {
        Some(Node::Action(nodes)) => Ok(nodes),
        _ => Ok(vec![]),
    }
}

/// The inside of an action while it is read.
struct Parser<'a> {
    rest: &'a str,
    depth: usize,
    nodes: Vec<Node>,
}

impl<'a> Parser<'a> {
    /// Reads up to the closing brace, and over it.
    fn action(&mut self) -> Result<(), String> {
        loop {
            if let Some(after) = self.rest.strip_prefix('}') {
                self.rest = after;
                return Ok(());
            }
            if let Some(after) = self.rest.strip_prefix("[?(") {
                self.rest = after;
                self.filter()?;
                continue;
            }
            if let Some(after) = self.rest.strip_prefix("..") {
                if self.nodes.last() == Some(&Node::Everywhere) {
                    return Err("invalid multiple recursive descent".to_owned());
                }
                self.nodes.push(Node::Everywhere);
                self.rest = after;
                if after.starts_with(is_alphanumeric) {
                    self.field();
                }
                continue;
            }
            match self.rest.chars().next() {
                None | Some('\r' | '\n') => return Err("unclosed action".to_owned()),
                Some(' ' | '@' | '$') => self.rest = &self.rest[1..],
                Some('[') => self.array()?,
                Some(quote @ ('"' | '\'')) => self.quote(quote)?,
                Some('.') => {
                    self.rest = &self.rest[1..];
                    self.field();
                }
                Some(c) if c == '+' || c == '-' || c.is_numeric() => self.number()?,
                Some(c) if is_alphanumeric(c) => {
                    let word = self.take_until(is_terminator);
                    self.nodes.push(match word {
                        "true" | "false" => Node::Literal(Value::Bool(word == "true")),
                        word => Node::Word(word.to_owned()),
                    });
                }
                Some(c) => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
            }
        }
    }

    /// Takes what stands before the first character that ends it.
    fn take_until(&mut self, ends: fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// A field's name, in which a backslash takes its meaning from the next character.
    fn field(&mut self) {
        let mut name = String::new();
        let mut chars = self.rest.char_indices();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                name.extend(chars.next().map(|(_, c)| c).filter(|c| *c != '\\'));
            } else if is_terminator(c) {
                end = at;
                break;
            } else {
                name.push(c);
            }
        }
        self.rest = &self.rest[end..];
        self.nodes.push(if name == "*" { Node::All } else { Node::Field(name) });
    }

    fn number(&mut self) -> Result<(), String> {
        let sign = usize::from(self.rest.starts_with(['+', '-']));
        let digits = self.rest[sign..].find(|c: char| c != '.' && !c.is_numeric());
        let (text, rest) = self.rest.split_at(digits.map_or(self.rest.len(), |end| end + sign));
        self.rest = rest;
        let whole = text.parse::<i64>().ok().map(Value::from);
        let float = || text.parse::<f64>().ok().map(Value::from);
        let value = whole.or_else(float).ok_or_else(|| format!("cannot parse number {text}"))?;
        self.nodes.push(Node::Literal(value));
        Ok(())
    }

    fn quote(&mut self, quote: char) -> Result<(), String> {
        let mut before = quote;
        for (at, c) in self.rest.char_indices().skip(1) {
            if c == '\n' {
                break;
            }
            if c == quote && before != '\\' {
                let (quoted, rest) = self.rest.split_at(at + 1);
                self.rest = rest;
                let text = go::unquote(quoted).ok_or_else(|| format!("unquote string {quoted} error invalid syntax"))?;
                self.nodes.push(Node::Text(text));
                return Ok(());
            }
            before = c;
        }
        Err("unterminated quoted string".to_owned())
    }

    fn array(&mut self) -> Result<(), String> {
        let end = self.rest.find([']', '\n']).filter(|&end| self.rest[end..].starts_with(']'));
        let end = end.ok_or_else(|| "unterminated array".to_owned())?;
        let (text, rest) = (&self.rest[1..end], &self.rest[end + 1..]);
        self.rest = rest;
        let text = if text == "*" { ":" } else { text };
        if text.contains(',') {
            let parts = text.split(',').map(|part| action(&format!("[{}]", part.trim_matches(' ')), self.depth));
            self.nodes.push(Node::Union(parts.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let name = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).filter(|name| !name.contains('\''));
        if let Some(name) = name {
            self.nodes.extend(action(&format!(".{name}"), self.depth)?);
            return Ok(());
        }
        self.nodes.push(slice(text)?);
        Ok(())
    }

    fn filter(&mut self) -> Result<(), String> {
        let (mut begun, mut ended, mut pair, mut before, mut end) = (false, false, ' ', ' ', None);
        for (at, c) in self.rest.char_indices() {
            match c {
                '\n' => break,
                '"' | '\'' if !begun => (begun, pair) = (true, c),
                '"' | '\'' if before != '\\' && c == pair => ended = true,
                ')' if begun == ended => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
            before = c;
        }
        let end = end.ok_or_else(|| "unterminated filter".to_owned())?;
        let (text, rest) = (&self.rest[..end], &self.rest[end + 1..]);
        self.rest = rest.strip_prefix(']').ok_or_else(|| "unclosed array expect ]".to_owned())?;
        let sign = |c: char| matches!(c, '!' | '<' | '>' | '=');
        let parts = text.find(sign).filter(|&at| at > 0).and_then(|at| {
            let (left, after) = text.split_at(at);
            // Something has to stand behind the operator, were it its last sign.
            let length = after.find(|c| !sign(c)).or_else(|| after.len().checked_sub(1).filter(|&length| length > 0))?;
            Some((left, &after[..length], &after[length..]))
        });
        let (left, operator, right) = parts.unwrap_or((text, "exists", ""));
        let right = if operator == "exists" { vec![] } else { action(right, self.depth)? };
        self.nodes.push(Node::Filter { left: action(left, self.depth)?, operator: operator.to_owned(), right });
        Ok(())
    }
}

/// `1`, `1:3`, `::2`: from, to, step.
fn slice(text: &str) -> Result<Node, String> {
    let wrong = || format!("invalid array index {text}");
    let mut bounds = [None; 3];
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() > 3 || text.contains(|c: char| !matches!(c, '-' | ':') && !c.is_ascii_digit()) {
        return Err(wrong());
    }
    for (bound, part) in bounds.iter_mut().zip(&parts) {
        if !part.is_empty() {
            if part.strip_prefix('-').unwrap_or(part).contains('-') {
                return Err(wrong());
            }
            *bound = Some(part.parse::<i64>().map_err(|_| format!("array index {part} is not a number"))?);
        }
    }
    let [from, to, step] = bounds;
    let derived = parts.len() == 1;
    // An index is the slice up to the next one.
    let to = if derived { Some(from.unwrap_or(0).saturating_add(1)) } else { to };
    Ok(Node::Slice { from, to, step, derived })
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_terminator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}')
}
