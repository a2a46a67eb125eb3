//! Filling a template in (upstream: `text/template/exec.go`).

use std::borrow::Cow;

use serde_json::Value;

use super::functions;
use super::{Command, GoTemplate, Node, Operand, OperandKind, Pipe};
use crate::kubectl::go;
use crate::kubectl::jsonpath::Missing;

/// A value while the template runs; none where there is none, which prints as `<no value>`.
pub(super) type Given<'a> = Option<Cow<'a, Value>>;

/// How much one template may print.
const MOST: usize = 10_000_000;

/// How a list of nodes ended.
enum Flow {
    On,
    Break,
    Continue,
}

/// Fills in `template`.
pub(super) fn run(template: &GoTemplate, root: &Value, missing: Missing, out: &mut String) -> Result<(), String> {
    let whole = Dot { value: Some(Cow::Borrowed(root)), wrapped: false };
    let variables = vec![("$", whole.value.clone())];
    let mut run = Run { text: &template.text, missing, out, variables, at: (0, "") };
    run.list(&template.nodes, &whole).map(|_| ())
}

/// The object at hand.
struct Dot<'a> {
    value: Given<'a>,
    /// Whether Go only knows that it is something: an element of a list.
    wrapped: bool,
}

struct Run<'a, 'o> {
    text: &'a str,
    missing: Missing,
    out: &'o mut String,
    variables: Vec<(&'a str, Given<'a>)>,
    /// What is being worked on, for errors: its place and how it is written.
    at: (usize, &'a str),
}

impl<'a> Run<'a, '_> {
    /// `template: output:LINE:COLUMN: executing "output" at <WHAT>: WHY`.
    fn wrong(&self, why: &str) -> String {
        let (at, what) = self.at;
        let before = &self.text[..at.min(self.text.len())];
        let column = before.rfind('\n').map_or(before.len(), |end| before.len() - end - 1);
        let line = 1 + before.matches('\n').count();
        format!("template: output:{line}:{column}: executing \"output\" at <{what}>: {why}")
    }

    fn print(&mut self, text: &str) -> Result<(), String> {
        if self.out.len() + text.len() > MOST {
            return Err(self.wrong("the playground's templates print no more than 10 MB"));
        }
        self.out.push_str(text);
        Ok(())
    }

    fn list(&mut self, nodes: &'a [Node], dot: &Dot<'a>) -> Result<Flow, String> {
        for node in nodes {
            match node {
                Node::Text(text) => self.print(text)?,
                Node::Print(pipe) => {
                    let value = self.pipe(pipe, dot)?;
                    if pipe.variables.is_empty() {
                        let text = value.map_or_else(|| "<no value>".to_owned(), |value| go::text(&value));
                        self.print(&text)?;
                    }
                }
                Node::If(pipe, body, otherwise) | Node::With(pipe, body, otherwise) => {
                    let known = self.variables.len();
                    let value = self.pipe(pipe, dot)?;
                    let holds = functions::is_true(&value);
                    let changed = matches!(node, Node::With(..)).then_some(Dot { value, wrapped: false });
                    let inner = changed.as_ref().filter(|_| holds).unwrap_or(dot);
                    let flow = self.list(if holds { body } else { otherwise }, inner)?;
                    self.variables.truncate(known);
                    if !matches!(flow, Flow::On) {
                        return Ok(flow);
                    }
                }
                Node::Range(pipe, body, otherwise) => {
                    let known = self.variables.len();
                    let flow = self.range(pipe, body, otherwise, dot)?;
                    self.variables.truncate(known);
                    if !matches!(flow, Flow::On) {
                        return Ok(flow);
                    }
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::On)
    }

    fn range(&mut self, pipe: &'a Pipe, body: &'a [Node], otherwise: &'a [Node], dot: &Dot<'a>) -> Result<Flow, String> {
        let value = self.pipe(pipe, dot)?;
        let items: Vec<(Value, Cow<'a, Value>)> = match value {
            None => vec![],
            Some(Cow::Borrowed(value)) => entries(value)
                .map(|items| items.into_iter().map(|(key, item)| (key, Cow::Borrowed(item))).collect())
                .or_else(|| numbers(value))
                .ok_or_else(|| self.wrong(&format!("range can't iterate over {}", go::text(value))))?,
            Some(Cow::Owned(value)) => entries(&value)
                .map(|items| items.into_iter().map(|(key, item)| (key, Cow::Owned(item.clone()))).collect())
                .or_else(|| numbers(&value))
                .ok_or_else(|| self.wrong(&format!("range can't iterate over {}", go::text(&value))))?,
        };
        if items.is_empty() {
            return self.list(otherwise, dot);
        }
        let marked = self.variables.len();
        for (key, item) in items {
            let item = Some(item).filter(|item| !item.is_null());
            match pipe.variables.as_slice() {
                [element] => self.set(element, item.clone(), pipe.assigns),
                [index, element] => {
                    self.set(index, Some(Cow::Owned(key)), pipe.assigns);
                    self.set(element, item.clone(), pipe.assigns);
                }
                _ => {}
            }
            let flow = self.list(body, &Dot { value: item, wrapped: true })?;
            self.variables.truncate(marked);
            if matches!(flow, Flow::Break) {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn set(&mut self, name: &'a str, value: Given<'a>, assigns: bool) {
        let known = self.variables.iter_mut().rev().find(|(known, _)| assigns && *known == name);
        match known {
            Some((_, old)) => *old = value,
            None => self.variables.push((name, value)),
        }
    }

    /// What the last command gives; the variables take it, but for those of a range, which take its elements.
    fn pipe(&mut self, pipe: &'a Pipe, dot: &Dot<'a>) -> Result<Given<'a>, String> {
        let mut value = None;
        for (stage, command) in pipe.commands.iter().enumerate() {
            value = self.command(command, dot, (stage > 0).then_some(value))?;
        }
        if let [name] = pipe.variables.as_slice() {
            self.set(name, value.clone(), pipe.assigns);
        }
        Ok(value)
    }

    /// What a command gives; `last` is what the stage before gave it.
    fn command(&mut self, command: &'a Command, dot: &Dot<'a>, last: Option<Given<'a>>) -> Result<Given<'a>, String> {
        let Some((first, arguments)) = command.arguments.split_first() else { return Ok(None) };
        if let OperandKind::Function(name) = first.kind {
            return self.call(name, command, arguments, dot, last);
        }
        self.at = (first.at, &first.text);
        if !arguments.is_empty() || last.is_some() {
            let name = match &first.kind {
                OperandKind::Field(fields) | OperandKind::Variable(_, fields) | OperandKind::Pipe(_, fields) => {
                    fields.last().map_or("", String::as_str)
                }
                _ => "",
            };
            return Err(self.wrong(&match name {
                "" => format!("can't give argument to non-function {}", first.text),
                name => format!("{name} is not a method but has arguments"),
            }));
        }
        if matches!(first.kind, OperandKind::Nil) {
            return Err(self.wrong("nil is not a command"));
        }
        self.operand(first, dot)
    }

    fn call(
        &mut self,
        name: &'static str,
        command: &'a Command,
        arguments: &'a [Operand],
        dot: &Dot<'a>,
        last: Option<Given<'a>>,
    ) -> Result<Given<'a>, String> {
        let source = &self.text[command.at..];
        let written = command.arguments.last().and_then(|last| {
            // The last operand ends the command; a chain's place is its second field, so its text is looked for.
            let from = last.at.checked_sub(command.at)?.saturating_sub(last.text.len());
            let found = source.get(from..)?.find(last.text.as_str())?;
            source.get(..from + found + last.text.len())
        });
        let at = (command.at, written.unwrap_or(name));
        self.at = at;
        let count = arguments.len() + usize::from(last.is_some());
        if let Some(want) = functions::wants(name, count) {
            return Err(self.wrong(&format!("wrong number of args for {name}: want {want} got {count}")));
        }
        let mut values: Vec<Given<'a>> = vec![];
        for argument in arguments {
            let value = self.operand(argument, dot)?;
            // These two look no further than they must.
            let decided = match name {
                "and" => !functions::is_true(&value),
                "or" => functions::is_true(&value),
                _ => false,
            };
            if decided {
                return Ok(value);
            }
            values.push(value);
        }
        values.extend(last);
        self.at = at;
        functions::call(name, values).map_err(|why| self.wrong(&format!("error calling {name}: {why}")))
    }

    fn operand(&mut self, operand: &'a Operand, dot: &Dot<'a>) -> Result<Given<'a>, String> {
        self.at = (operand.at, &operand.text);
        let (value, fields, wrapped) = match &operand.kind {
            OperandKind::Dot => return Ok(dot.value.clone()),
            OperandKind::Nil => return Ok(None),
            OperandKind::Literal(value) => return Ok(Some(Cow::Borrowed(value))),
            OperandKind::Function(name) => {
                if let Some(want) = functions::wants(name, 0) {
                    return Err(self.wrong(&format!("wrong number of args for {name}: want {want} got 0")));
                }
                return functions::call(name, vec![]).map_err(|why| self.wrong(&format!("error calling {name}: {why}")));
            }
            OperandKind::Field(fields) => (dot.value.clone(), fields, dot.wrapped),
            OperandKind::Variable(name, fields) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                (known.and_then(|(_, value)| value.clone()), fields, false)
            }
            OperandKind::Pipe(pipe, fields) => {
                let value = self.pipe(pipe, dot)?;
                self.at = (operand.at, &operand.text);
                (value, fields, false)
            }
        };
        self.chain(value, fields, wrapped)
    }

    fn chain(&self, mut value: Given<'a>, fields: &'a [String], mut wrapped: bool) -> Result<Given<'a>, String> {
        for name in fields {
            let Some(of) = value else {
                if self.missing == Missing::Refused {
                    return Err(self.wrong(&format!("nil data; no entry for key {}", go::quote(name))));
                }
                return Ok(None);
            };
            let type_ = if wrapped { "interface {}" } else { go::type_of(&of) };
            let found = match of {
                Cow::Borrowed(Value::Object(map)) => map.get(name).map(Cow::Borrowed),
                Cow::Owned(Value::Object(mut map)) => map.remove(name).map(Cow::Owned),
                other if other.is_null() => return Err(self.wrong(&format!("nil pointer evaluating {type_}.{name}"))),
                _ => return Err(self.wrong(&format!("can't evaluate field {name} in type {type_}"))),
            };
            if found.is_none() && self.missing == Missing::Refused {
                return Err(self.wrong(&format!("map has no entry for key {}", go::quote(name))));
            }
            (value, wrapped) = (found, true);
        }
        Ok(value.filter(|value| !value.is_null()))
    }
}

/// The keys and elements of a list or a map.
fn entries(value: &Value) -> Option<Vec<(Value, &Value)>> {
    match value {
        Value::Array(items) => Some(items.iter().enumerate().map(|(index, item)| (index.into(), item)).collect()),
        Value::Object(map) => Some(map.iter().map(|(key, item)| (key.as_str().into(), item)).collect()),
        _ => None,
    }
}

/// The whole numbers below one.
fn numbers<'a>(value: &Value) -> Option<Vec<(Value, Cow<'a, Value>)>> {
    let count = value.as_i64()?.clamp(0, 100_000);
    Some((0..count).map(|number| (number.into(), Cow::Owned(number.into()))).collect())
}
