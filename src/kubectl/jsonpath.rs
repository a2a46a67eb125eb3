//! JSONPath as `kubectl` knows it (upstream: `client-go/util/jsonpath`): `{.items[*].metadata.name}`, `{range …}`, filters.
//!
//! Like upstream's, `$` and `@` are both the object at hand, and a name in single quotes may have no dot that is not escaped.

mod parse;

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::Value;

use super::go;
use crate::api::yaml;

/// A template: text with expressions in braces.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    text: String,
    nodes: Rc<Vec<Node>>,
}

/// A piece of a template.
#[derive(Debug, PartialEq)]
enum Node {
    Text(String),
    /// What stands in braces: each takes what the one before found.
    Action(Vec<Node>),
    Field(String),
    All,
    Everywhere,
    /// From, to, step; where the second comes from an index alone, `derived`.
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        step: Option<i64>,
        derived: bool,
    },
    Filter {
        left: Vec<Node>,
        operator: String,
        right: Vec<Node>,
    },
    Union(Vec<Vec<Node>>),
    Literal(Value),
    /// `range`, `end`, or a word that is none.
    Word(String),
}

/// What to do about fields that an object lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// They are nothing.
    Allowed,
    /// They are an error.
    Refused,
}

/// Values that an expression found.
type Found<'a> = Vec<Cow<'a, Value>>;

/// How many values an expression finds at most: each `..` multiplies them.
const MOST: usize = 100_000;

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str) -> Result<Template, String> {
        Ok(Template { text: text.to_owned(), nodes: Rc::new(parse::template(text)?) })
    }

    /// The template as given.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The template filled in.
    pub(crate) fn print(&self, root: &Value, missing: Missing) -> Result<String, String> {
        let mut out = String::new();
        for found in self.results(root, missing)? {
            let texts: Vec<String> = found.iter().map(|value| text(value)).collect();
            out.push_str(&texts.join(" "));
        }
        Ok(out)
    }

    /// What each expression finds as a JSON list.
    pub(crate) fn print_json(&self, root: &Value, missing: Missing) -> Result<String, String> {
        let lists = self.results(root, missing)?.into_iter();
        Ok(lists.map(|found| yaml::to_json(&Value::Array(found.into_iter().map(Cow::into_owned).collect()))).collect())
    }

    /// What the expressions find, a list each.
    pub(crate) fn results<'a>(&'a self, root: &'a Value, missing: Missing) -> Result<Vec<Found<'a>>, String> {
        let mut walk = Walk { nodes: &self.nodes, missing, begun: 0, inside: 0, ended: 0, last_end: None, left: MOST };
        walk.results(Some(root), 0)
    }

    /// All that the expressions find, one after the other; nothing where they do not fit.
    pub(crate) fn find<'a>(&'a self, root: &'a Value) -> Found<'a> {
        self.results(root, Missing::Allowed).unwrap_or_default().into_iter().flatten().collect()
    }
}

/// An expression with the braces and the dot that people leave out.
///
/// # Errors
/// Where there are other braces (upstream: `cmd/get/customcolumn.go`, `RelaxedJSONPathExpression`).
pub(crate) fn relaxed(path: &str) -> Result<String, String> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let inner = path.strip_prefix('{').and_then(|path| path.strip_suffix('}')).unwrap_or(path);
    let inner = inner.strip_prefix('.').unwrap_or(inner);
    if inner.is_empty() || inner.contains(['{', '}']) {
        return Err(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
                .to_owned(),
        );
    }
    Ok(format!("{{.{inner}}}"))
}

/// A value as text: strings bare, objects and lists as JSON.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) | Value::Object(_) => yaml::to_compact_json(value),
        other => go::text(other),
    }
}

/// What is at a plain path, `status.phase`; null where there is nothing.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// The text at a plain path; empty where there is nothing.
pub(crate) fn text_at(value: &Value, path: &str) -> String {
    match at(value, path) {
        Value::Null => String::new(),
        value => text(value),
    }
}

/// A walk through a template (upstream: `jsonpath.go`, `FindResults`): ranges are loops over the nodes that follow.
struct Walk<'a> {
    nodes: &'a [Node],
    missing: Missing,
    begun: usize,
    inside: usize,
    ended: usize,
    last_end: Option<usize>,
    /// How many values may be found yet.
    left: usize,
}

impl<'a> Walk<'a> {
    fn results(&mut self, data: Option<&'a Value>, from: usize) -> Result<Vec<Found<'a>>, String> {
        let nodes = self.nodes;
        let mut all = vec![];
        let mut at = from;
        while let Some(node) = nodes.get(at) {
            let input = data.map(Cow::Borrowed).into_iter().collect();
            let found = self.walk(input, node)?;
            if self.ended > 0 && self.ended <= self.inside {
                self.ended -= 1;
                self.last_end = Some(at);
                break;
            }
            if self.begun == 0 {
                all.push(found);
                at += 1;
                continue;
            }
            self.begun -= 1;
            self.inside += 1;
            if found.is_empty() {
                self.results(None, at + 1)?;
            }
            for value in found {
                // A value made here is a literal: nothing can be found in it.
                let value = if let Cow::Borrowed(value) = value { Some(value) } else { None };
                all.extend(self.results(value, at + 1)?);
            }
            self.inside -= 1;
            at = self.last_end.filter(|&end| end > at).unwrap_or(at) + 1;
        }
        Ok(all)
    }

    fn list(&mut self, mut found: Found<'a>, nodes: &'a [Node]) -> Result<Found<'a>, String> {
        for node in nodes {
            found = self.walk(found, node)?;
        }
        Ok(found)
    }

    fn walk(&mut self, input: Found<'a>, node: &'a Node) -> Result<Found<'a>, String> {
        let mut out = vec![];
        match node {
            Node::Text(text) => out.push(Cow::Owned(Value::String(text.clone()))),
            Node::Action(nodes) => return self.list(input, nodes),
            Node::Literal(value) => out.extend(input.iter().map(|_| Cow::Borrowed(value))),
            Node::Field(name) => {
                if input.is_empty() {
                    return Ok(out);
                }
                out.extend(input.iter().filter_map(|value| field(value, name)));
                if out.is_empty() && self.missing == Missing::Refused {
                    return Err(format!("{name} is not found"));
                }
            }
            Node::All => input.iter().for_each(|value| out.extend(children(value))),
            Node::Everywhere => input.into_iter().for_each(|value| everywhere(value, &mut out)),
            Node::Slice { from, to, step, derived } => {
                for value in input.iter().filter(|value| !value.is_null()) {
                    out.extend(slice(value, (*from, *to, *step), *derived)?);
                }
            }
            Node::Union(lists) => {
                for nodes in lists {
                    out.extend(self.list(input.clone(), nodes)?);
                }
            }
            Node::Filter { left, operator, right } => {
                for value in &input {
                    let Value::Array(items) = &**value else {
                        return Err(format!("{} is not array or slice and cannot be filtered", go::text(value)));
                    };
                    // Only what was made here is owned, and that is no list.
                    let Cow::Borrowed(_) = value else { continue };
                    for (index, _) in items.iter().enumerate() {
                        let Some(item) = borrowed(value, |value| value.get(index)) else { continue };
                        if self.passes(item, left, operator, right)? {
                            out.push(Cow::Borrowed(item));
                        }
                    }
                }
            }
            Node::Word(word) => match word.as_str() {
                "range" => {
                    self.begun += 1;
                    return Ok(input);
                }
                "end" if self.inside > 0 => self.ended += 1,
                "end" => return Err("not in range, nothing to end".to_owned()),
                word => return Err(format!("unrecognized identifier {word}")),
            },
        }
        self.left = self.left.checked_sub(out.len()).ok_or("the playground's jsonpath finds no more than 100,000 values")?;
        Ok(out)
    }

    fn passes(&mut self, item: &'a Value, left: &'a [Node], operator: &str, right: &'a [Node]) -> Result<bool, String> {
        let lefts = self.list(vec![Cow::Borrowed(item)], left);
        if operator == "exists" {
            return Ok(lefts.is_ok_and(|lefts| !lefts.is_empty()));
        }
        let lefts = lefts?;
        let one = |found: &Found<'a>| match found.len() {
            0 | 1 => Ok(()),
            _ => Err("can only compare one element at a time".to_owned()),
        };
        one(&lefts)?;
        let Some(left) = lefts.first() else { return Ok(false) };
        let rights = self.list(vec![Cow::Borrowed(item)], right)?;
        one(&rights)?;
        let Some(right) = rights.first() else { return Ok(false) };
        match operator {
            "<" | ">" | "==" | "!=" | "<=" | ">=" => go::holds(left, operator, right).map_err(str::to_owned),
            other => Err(format!("unrecognized filter operator {other}")),
        }
    }
}

/// What `get` finds in a value, if the value is not of our own making.
fn borrowed<'a>(value: &Cow<'a, Value>, get: impl FnOnce(&'a Value) -> Option<&'a Value>) -> Option<&'a Value> {
    match value {
        Cow::Borrowed(value) => get(value),
        Cow::Owned(_) => None,
    }
}

fn field<'a>(value: &Cow<'a, Value>, name: &str) -> Option<Cow<'a, Value>> {
    borrowed(value, |value| value.as_object()?.get(name)).map(Cow::Borrowed)
}

/// The parts of a value; of a text its bytes, as upstream.
fn children<'a>(value: &Cow<'a, Value>) -> Found<'a> {
    match value {
        Cow::Borrowed(Value::Array(items)) => items.iter().map(Cow::Borrowed).collect(),
        Cow::Borrowed(Value::Object(map)) => map.values().map(Cow::Borrowed).collect(),
        value => value.as_str().unwrap_or_default().bytes().map(|byte| Cow::Owned(byte.into())).collect(),
    }
}

/// The value and all that is in it, those without parts left out.
fn everywhere<'a>(value: Cow<'a, Value>, out: &mut Found<'a>) {
    let parts = if value.is_string() { vec![] } else { children(&value) };
    if !parts.is_empty() || value.as_str().is_some_and(|text| !text.is_empty()) {
        out.push(value);
    }
    if out.len() <= MOST {
        parts.into_iter().for_each(|part| everywhere(part, out));
    }
}

fn slice<'a>(
    value: &Cow<'a, Value>,
    (from, to, step): (Option<i64>, Option<i64>, Option<i64>),
    derived: bool,
) -> Result<Found<'a>, String> {
    let Cow::Borrowed(Value::Array(items)) = value else {
        return Err(format!("{} is not array or slice", go::type_of(value)));
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from = from.map_or(0, |from| if from < 0 { from.saturating_add(length) } else { from });
    let to = to.map_or(length, |to| if to < 0 || (to == 0 && derived) { to.saturating_add(length) } else { to });
    let outside = |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
    if from == to {
        return Ok(vec![]);
    }
    if from >= length || from < 0 {
        return outside(from);
    }
    if to > length || to < 0 {
        return outside(to - 1);
    }
    if from > to {
        return Err(format!("starting index {from} is greater than ending index {to}"));
    }
    if step.is_some_and(|step| step <= 0) {
        return Err("step must be > 0".to_owned());
    }
    let bounds = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
    let step = usize::try_from(step.unwrap_or(1)).unwrap_or(1);
    Ok(items[bounds].iter().step_by(step).map(Cow::Borrowed).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(template: &str, expect: &str) {
        let value = json!({"items": [
            {"name": "a", "n": 1, "labels": {"x.y/z": "q"}, "conditions": [{"type": "Ready", "status": "True"}]},
            {"name": "b", "n": 2, "list": [1, 2, 3], "conditions": [{"type": "Ready", "status": "False"}]},
        ], "kind": "List", "none": null, "s": "<&>"});
        let printed = Template::parse(template).and_then(|template| template.print(&value, Missing::Allowed));
        assert_eq!(printed.unwrap_or_else(|why| format!("error: {why}")), expect, "{template}");
    }

    #[test]
    fn templates() {
        check("{.items[*].name}", "a b");
        check("{.kind} of {.items[0].name}", "List of a");
        check("{.items[-1].name}{'\\n'}", "b\n");
        check("{range .items[*]}{.name}={.n}{\"\\t\"}{end}.", "a=1\tb=2\t.");
        check("{range .items[*]}{.name}{range .list[*]}{@}{end};{end}.", "a;b123;.");
        check("{range .items[*]}{$.name}{end}", "ab");
        check("{.items[?(@.n>1)].name}", "b");
        check("{.items[*].conditions[?(@.type==\"Ready\")].status}", "True False");
        check("{.items[?(@.list)].name}", "b");
        check("{.items[0].labels.x\\.y/z}{.items[0].labels['x\\.y/z']}", "qq");
        check("{.items[1].list[0:2]} {.items[1].list[::2]} {.items[1].list[0,2]}", "1 2 1 3 1 3");
        check("{.items[1].list[-2:]}", "2 3");
        check("{..status}", "True False");
        check("{.nothing}{.nothing[0].more}", "");
        check("{.none}", "null");
        check("{.items[1].list}", "[1,2,3]");
        check("{.items[0].labels}{['kind','s']}", "{\"x.y/z\":\"q\"}List <&>");
        check("{.items[5].name}", "error: array index out of bounds: index 5, length 2");
        check("{.kind[0]}", "error: string is not array or slice");
        check("{.items[?(@.n==\"1\")].name}", "error: incompatible types for comparison");
        check("{.items[?(@.n=~1)].name}", "error: unrecognized character in action: U+007E '~'");
        check("{.items", "error: unclosed action");
        check("{items}", "error: unrecognized identifier items");
        check("{.items[x]}", "error: invalid array index x");
        check("{.items[0}", "error: unterminated array");
        check("{.items[?(@.n}", "error: unterminated filter");
        check("{.items[?(@.n)}", "error: unclosed array expect ]");
        check("{....x}", "error: invalid multiple recursive descent");
        check("{*}", "error: unrecognized character in action: U+002A '*'");
        check("{end}", "error: not in range, nothing to end");
        check("{\"a}", "error: unterminated quoted string");
        check("plain", "plain");
    }

    #[test]
    fn lists_are_printed_as_json() {
        let printed = Template::parse("{.a}{.b}").unwrap().print_json(&json!({"a": "<"}), Missing::Allowed).unwrap();
        assert_eq!(printed, "[\n    \"\\u003c\"\n]\n[]\n");
    }

    #[test]
    fn missing_fields_may_be_refused() {
        let template = Template::parse("{.a.b}").unwrap();
        assert_eq!(template.print(&json!({"a": {}}), Missing::Refused), Err("b is not found".to_owned()));
    }

    #[test]
    fn people_leave_braces_out() {
        for (given, expect) in [(".a.b", "{.a.b}"), ("a.b", "{.a.b}"), ("{.a}", "{.a}"), ("{a}", "{.a}"), ("[0]", "{.[0]}")]
        {
            assert_eq!(relaxed(given).as_deref(), Ok(expect));
        }
        assert!(relaxed("{.a}{.b}").is_err());
    }
}
