//! Text ⇄ values: YAML as kubectl reads it, YAML and JSON as kubectl prints them.

use std::fmt;

use serde_json::Value;

use super::positions::{Node, Shape, Tree};

/// Deeper documents are not read.
const DEPTH: usize = 128;
/// Nor those that grow to more values, by aliases of aliases.
const NODES: usize = 1_000_000;

/// Why a text is no YAML. `Display` gives kubectl's words, without the `error converting YAML to JSON: ` before them:
/// `yaml: line 4: did not find expected key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The words.
    pub message: String,
    /// The line, counted from 1, as far as known.
    pub line: Option<usize>,
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
impl std::error::Error for YamlError {}

/// A document of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Which of the text's documents, counted from 0, the empty ones included, as [`super::positions`] counts.
    pub index: usize,
    /// What it holds.
    pub value: Value,
}

/// The documents of a text, one value each; empty ones and such of nothing but comments are left out.
///
/// # Errors
/// The first mistake of the first document that has one.
pub fn parse(text: &str) -> Result<Vec<Value>, YamlError> {
    documents(text).into_iter().map(|document| document.map(|document| document.value)).collect()
}

/// The documents of a text in order, the empty ones left out; a mistake ends the list (upstream: `YAMLOrJSONDecoder` in
/// `apimachinery/pkg/util/yaml/decoder.go`). Of a key that stands twice the last one counts, as with kubectl.
pub fn documents(text: &str) -> Vec<Result<Document, YamlError>> {
    let mut found = Vec::new();
    let (mut rest, mut first_index, mut json_error) = (text, 0, None);
    if text.trim_start().starts_with('{') {
        // A stream of JSON, until it turns out to be none.
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let mut read = 0;
        loop {
            match stream.next() {
                None => return found,
                Some(Ok(value)) => {
                    found.push(Ok(Document { index: first_index, value }));
                    first_index += 1;
                    read = stream.byte_offset();
                }
                Some(Err(error)) => {
                    let error = json_mistake(text, &error);
                    if first_index > 1 {
                        found.push(Err(error));
                        return found;
                    }
                    json_error = Some(error);
                    rest = text.get(read..).unwrap_or_default();
                    rest = rest.find('\n').filter(|end| rest[..*end].trim().is_empty()).map_or(rest, |end| &rest[end + 1..]);
                    break;
                }
            }
        }
    }
    for chunk in chunks(rest) {
        let index = first_index + chunk.index;
        match chunk.value() {
            Ok(Value::Null) => {}
            Ok(value) => found.push(Ok(Document { index, value })),
            Err(error) => {
                found.push(Err(json_error.take().unwrap_or(error)));
                break;
            }
        }
        json_error = None;
    }
    found
}

/// A part of a text between separators.
pub(super) struct Chunk {
    /// Its number, counted from 0.
    index: usize,
    /// The line of the text it begins on, counted from 1.
    pub(super) first_line: usize,
    /// Its lines, ended by `\n` alone.
    pub(super) text: String,
    /// What stands after the separator that ends it, where nothing may.
    wrong_separator: Option<String>,
}

/// Cuts a text at its `---` lines, as kubectl does before any YAML is read (upstream: `YAMLReader`).
pub(super) fn chunks(text: &str) -> Vec<Chunk> {
    let mut found: Vec<Chunk> = Vec::new();
    let mut current = Chunk { index: 0, first_line: 1, text: String::new(), wrong_separator: None };
    for (number, line) in text.lines().enumerate() {
        if let Some(after) = line.strip_prefix("---") {
            let after = after.trim();
            if !(after.is_empty() || after.starts_with('#')) {
                current.wrong_separator = Some(after.to_owned());
                break;
            }
            if !current.text.is_empty() {
                let next =
                    Chunk { index: current.index + 1, first_line: number + 2, text: String::new(), wrong_separator: None };
                found.push(std::mem::replace(&mut current, next));
                continue;
            }
        }
        if current.text.is_empty() {
            current.first_line = number + 1;
        }
        current.text.push_str(line);
        current.text.push('\n');
    }
    if !current.text.is_empty() || current.wrong_separator.is_some() {
        found.push(current);
    }
    found
}

/// Whether a text opens so many brackets or lists in one another that reading it would take for ever: libyaml takes the square
/// of their number. Go gives up at 10,000.
pub(super) fn too_deep(text: &str) -> bool {
    const MOST: usize = 1000;
    let mut open = 0usize;
    let deep = |c: u8| {
        match c {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MOST
    };
    let dashes = |line: &str| {
        line.split(' ').take_while(|word| ["-", "?", ":", ""].contains(word)).filter(|it| !it.is_empty()).count()
    };
    text.bytes().any(deep) || text.lines().any(|line| dashes(line) > MOST)
}

impl Chunk {
    fn value(&self) -> Result<Value, YamlError> {
        use serde::Deserialize;
        if let Some(after) = &self.wrong_separator {
            let line = Some(self.first_line + self.text.lines().count());
            return Err(YamlError { message: format!("invalid Yaml document separator: {after}"), line });
        }
        if too_deep(&self.text) {
            return Err(YamlError { message: "yaml: exceeded max depth of 10000".to_owned(), line: Some(self.first_line) });
        }
        let Some(document) = serde_yaml::Deserializer::from_str(&self.text).next() else { return Ok(Value::Null) };
        let decoded = Value::deserialize(document);
        // What serde_yaml reads by YAML 1.2, Go reads by 1.1: the way a scalar was written tells.
        let tree = Tree::of(&self.text, 1);
        let composed =
            || tree.root.as_ref().filter(|_| tree.whole).and_then(|root| compose(&tree, root, DEPTH, &mut NODES.clone()));
        match decoded {
            Ok(value) => Ok(composed().unwrap_or(value)),
            // Tags of one's own, merge keys: YAML that JSON cannot hold as it is.
            Err(error) if is_about_values(&error) => composed().ok_or_else(|| self.mistake(&error)),
            Err(error) => Err(self.mistake(&error)),
        }
    }

    /// The words of Go's reader, which has libyaml's, as serde_yaml has.
    fn mistake(&self, error: &serde_yaml::Error) -> YamlError {
        let text = error.to_string();
        let problem = [" at line ", " at position ", ", while "].iter().filter_map(|cut| text.find(cut)).min();
        let problem = &text[..problem.unwrap_or(text.len())];
        // Go counts from 0 what the parser finds, from 1 what the scanner finds.
        let by_parser = text.contains(", while parsing a ") && !text.contains("while parsing a tag")
            || problem.starts_with("did not find expected <");
        let location = error.location().map(|location| location.line());
        let shown = location.map(|line| if by_parser { line - 1 } else { line }).filter(|line| *line > 0);
        let shown = match shown {
            // A mistake on the first line is told without it.
            Some(line) if location != Some(1) => format!("line {line}: "),
            _ => String::new(),
        };
        let anchor = problem == "unknown anchor";
        let message = if anchor { unknown_anchor(&self.text, location) } else { format!("yaml: {shown}{problem}") };
        YamlError { message, line: location.map(|line| self.first_line + line - 1) }
    }
}

/// Go names the anchor, serde_yaml its place.
fn unknown_anchor(text: &str, line: Option<usize>) -> String {
    let line = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    let name = line.split('*').nth(1).unwrap_or_default();
    let name = &name[..name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(name.len())];
    format!("yaml: unknown anchor '{name}' referenced")
}

/// Whether the text is YAML, and only what it holds is too much for JSON.
fn is_about_values(error: &serde_yaml::Error) -> bool {
    let text = error.to_string();
    text.contains("invalid type") || text.contains("invalid value") || text.contains("tag") && !text.contains("while")
}

/// The value of a tree by the rules of YAML 1.1, as Go's reader has them; none where it is too deep or too large.
fn compose(tree: &Tree, node: &Node, depth: usize, left: &mut usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    *left = left.checked_sub(1)?;
    let node = tree.resolve(node)?;
    Some(match &node.shape {
        Shape::Plain(text) | Shape::Quoted(text) => scalar(text, node.tag.as_deref(), matches!(node.shape, Shape::Plain(_))),
        Shape::List(items) => {
            Value::Array(items.iter().map(|item| compose(tree, item, depth, left)).collect::<Option<_>>()?)
        }
        Shape::Map(entries) => {
            let mut map = serde_json::Map::new();
            for (key, value) in entries {
                if matches!(&key.shape, Shape::Plain(text) if text == "<<") {
                    let merged = compose(tree, value, depth, left)?;
                    let sources = if let Value::Array(items) = merged { items } else { vec![merged] };
                    for source in sources {
                        for (key, value) in source.as_object()? {
                            map.entry(key.clone()).or_insert_with(|| value.clone());
                        }
                    }
                    continue;
                }
                let key = match compose(tree, key, depth, left)? {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                map.insert(key, compose(tree, value, depth, left)?);
            }
            Value::Object(map)
        }
        Shape::Alias(_) => return None,
    })
}

fn scalar(text: &str, tag: Option<&str>, plain: bool) -> Value {
    match tag.map(|tag| tag.trim_start_matches("tag:yaml.org,2002:").trim_start_matches('!')) {
        None if plain => plain_value(text),
        Some("int" | "float" | "bool" | "null") => plain_value(text),
        _ => Value::String(text.to_owned()),
    }
}

/// Go's words for broken JSON (upstream: `encoding/json/scanner.go`), with the offset that kubectl puts before them.
fn json_mistake(text: &str, error: &serde_json::Error) -> YamlError {
    let line = Some(error.line());
    if error.is_eof() {
        return YamlError { message: "unexpected EOF".to_owned(), line };
    }
    let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (start + error.column()).min(text.len());
    let wrong = text.get(..offset).and_then(|read| read.chars().next_back()).unwrap_or(' ');
    let told = error.to_string();
    let looking = match told.split(" at line").next().unwrap_or_default() {
        "expected `,` or `}`" => "after object key:value pair",
        "expected `,` or `]`" => "after array element",
        "expected `:`" => "after object key",
        "key must be a string" => "looking for beginning of object key string",
        "trailing comma" if wrong == '}' => "looking for beginning of object key string",
        "trailing characters" => "after top-level value",
        words if words.starts_with("control character") => "in string literal",
        "invalid escape" => "in string escape code",
        _ => "looking for beginning of value",
    };
    let wrong = match wrong {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        other => format!("{other:?}"),
    };
    YamlError { message: format!("json: offset {offset}: invalid character {wrong} {looking}"), line }
}

/// The value as `kubectl -o json` prints it: indented by four, keys sorted, a newline at the end.
pub fn to_json(value: &Value) -> String {
    let mut out = String::new();
    write_json(&mut out, value, 0);
    out.push('\n');
    out
}

/// The value as Go's `json.Marshal` writes it on one line: keys sorted, `<`, `>` and `&` escaped.
pub fn to_compact_json(value: &Value) -> String {
    let text = value.to_string();
    // Outside of strings JSON has none of these characters.
    let mut out = String::with_capacity(text.len());
    push_go_escaped(&mut out, &text);
    out
}

fn push_go_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
}

fn write_json(out: &mut String, value: &Value, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                line(out, depth + 1);
                push_go_escaped(out, &Value::String(key.clone()).to_string());
                out.push_str(": ");
                write_json(out, value, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, value) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                line(out, depth + 1);
                write_json(out, value, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        other => push_go_escaped(out, &other.to_string()),
    }
}

/// The value as `kubectl -o yaml` prints it: keys sorted, lists not indented under their key, a newline at the end
/// (upstream: `sigs.k8s.io/yaml` over `go.yaml.in/yaml/v2`).
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => write_map(&mut out, map, 0),
        Value::Array(items) if !items.is_empty() => write_list(&mut out, items, 0),
        other => {
            write_scalar(&mut out, other, 0);
            out.push('\n');
        }
    }
    out
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

/// Writes the entries; the caller has indented for the first one.
fn write_map(out: &mut String, map: &serde_json::Map<String, Value>, depth: usize) {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_by(|(a, _), (b, _)| natural_order(a, b));
    for (index, (key, value)) in entries.into_iter().enumerate() {
        if index > 0 {
            indent(out, depth);
        }
        write_text(out, key, None);
        out.push(':');
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.push('\n');
                indent(out, depth + 1);
                write_map(out, map, depth + 1);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                indent(out, depth);
                write_list(out, items, depth);
            }
            scalar => {
                out.push(' ');
                write_scalar(out, scalar, depth + 1);
                out.push('\n');
            }
        }
    }
}

/// Writes the items; the caller has indented for the first one.
fn write_list(out: &mut String, items: &[Value], depth: usize) {
    for (index, value) in items.iter().enumerate() {
        if index > 0 {
            indent(out, depth);
        }
        out.push_str("- ");
        match value {
            Value::Object(map) if !map.is_empty() => write_map(out, map, depth + 1),
            Value::Array(items) if !items.is_empty() => write_list(out, items, depth + 1),
            scalar => {
                write_scalar(out, scalar, depth + 1);
                out.push('\n');
            }
        }
    }
}

/// Writes all but non-empty maps and lists; `depth` is where further lines of it are indented to.
fn write_scalar(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::String(text) => write_text(out, text, Some(depth)),
        other => out.push_str(&other.to_string()),
    }
}

/// Writes a string in the plainest style that reads as the same string; `block` is the indentation of a block scalar, none
/// for keys, which have to stay on their line.
fn write_text(out: &mut String, text: &str, block: Option<usize>) {
    let shape = Styles::of(text);
    let resolved = || plain_value(text) != Value::String(text.to_owned()) || is_timestamp(text) || is_base_60(text);
    match block {
        Some(depth) if text.contains('\n') && shape.block => write_block(out, text, depth),
        _ if text.contains('\n') || resolved() => write_double_quoted(out, text, block),
        _ if shape.plain => write_folded(out, text, block),
        _ if shape.single => {
            out.push('\'');
            write_folded(out, &text.replace('\'', "''"), block);
            out.push('\'');
        }
        _ => write_double_quoted(out, text, block),
    }
}

/// Lines are broken at the first space beyond this (libyaml's `best_width`).
const WIDTH: usize = 80;

fn column(out: &str) -> usize {
    out[out.rfind('\n').map_or(0, |at| at + 1)..].chars().count()
}

/// Writes the text on as many lines as it takes, `block` as with [`write_text`].
fn write_folded(out: &mut String, text: &str, block: Option<usize>) {
    let Some(depth) = block.filter(|_| column(out) + text.len() > WIDTH) else { return out.push_str(text) };
    let mut column = column(out);
    let mut previous = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = previous.is_some_and(|before| before != ' ') && rest.peek().is_some_and(|next| *next != ' ');
        if c == ' ' && column > WIDTH && inside {
            out.push('\n');
            indent(out, depth);
            column = 2 * depth;
        } else {
            out.push(c);
            column += 1;
        }
        previous = Some(c);
    }
}

/// Which styles can hold a text (libyaml: `yaml_emitter_analyze_scalar`).
struct Styles {
    plain: bool,
    single: bool,
    block: bool,
}

impl Styles {
    fn of(text: &str) -> Styles {
        let is_blank =
            |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}'));
        let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let mut indicator = text.starts_with("---") || text.starts_with("...");
        let (mut special, mut break_space, mut space_break) = (false, false, false);
        let mut previous = None;
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let next = rest.clone().next();
            indicator |= match (previous, c) {
                (None, '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`') => {
                    true
                }
                (None, '?' | '-') | (_, ':') => is_blank(next),
                (Some(before), '#') => is_blank(Some(before)),
                _ => false,
            };
            special |= !is_printable(c);
            break_space |= c == ' ' && previous.is_some_and(is_break);
            space_break |= is_break(c) && previous == Some(' ');
            previous = Some(c);
        }
        let edge = |c: Option<char>| c.is_some_and(|c| c == ' ' || is_break(c));
        let edges = edge(text.chars().next()) || edge(previous);
        let broken = text.contains(is_break);
        let hopeless = space_break || special;
        Styles {
            plain: !(edges || indicator || broken || break_space || hopeless || text.is_empty()),
            single: !(break_space || hopeless),
            block: !(hopeless || text.is_empty() || previous == Some(' ')),
        }
    }
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && c != '\u{feff}'
}

fn write_block(out: &mut String, text: &str, depth: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    match text.strip_suffix('\n') {
        None => out.push('-'),
        Some(body) if body.is_empty() || body.ends_with('\n') => out.push('+'),
        Some(_) => {}
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(out, depth);
            out.push_str(line);
        }
    }
}

fn write_double_quoted(out: &mut String, text: &str, block: Option<usize>) {
    out.push('"');
    let mut previous = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ' ' if previous.is_some_and(|it| it != ' ')
                && rest.peek().is_some()
                && block.is_some()
                && column(out) > WIDTH =>
            {
                out.push('\n');
                indent(out, block.unwrap_or_default());
                out.push_str(if rest.peek() == Some(&' ') { "\\" } else { "" });
            }
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            '\u{2029}' => out.push_str("\\P"),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xff => out.push_str(&format!("\\x{:02X}", u32::from(c))),
            c if u32::from(c) <= 0xffff => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
        previous = Some(c);
    }
    out.push('"');
}

/// Numbers such as `1:30`, which older readers take for sexagesimal (upstream: `isBase60Float`).
fn is_base_60(text: &str) -> bool {
    let Some((first, rest)) = text.trim_start_matches(['-', '+']).split_once(':') else { return false };
    let (rest, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit() || c == b'_');
    first.starts_with(|c: char| c.is_ascii_digit())
        && digits(first)
        && digits(fraction)
        && rest.split(':').all(|part| {
            matches!(part.as_bytes(), [c] if c.is_ascii_digit())
                || matches!(part.as_bytes(), [b'0'..=b'5', c] if c.is_ascii_digit())
        })
}

/// Numbers in keys sort as numbers, letters after all else (upstream: `sorter.go`).
fn natural_order(a: &str, b: &str) -> std::cmp::Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = (0..a.len().min(b.len())).find(|&at| a[at] != b[at]) else { return a.len().cmp(&b.len()) };
    let (x, y) = (a[at], b[at]);
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (x, y) if x || y => return x.cmp(&y),
        _ => {}
    }
    // A nought inside a number counts for its place.
    let start = a[..at].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
    let start = if (x == '0' || y == '0') && start { 1u64 } else { 0 };
    let number = |chars: &[char]| {
        let digits: Vec<u64> = chars[at..].iter().map_while(|c| c.to_digit(10)).map(u64::from).collect();
        let value = digits.iter().fold(start, |value, digit| value.wrapping_mul(10).wrapping_add(*digit));
        (value, digits.len())
    };
    number(&a).cmp(&number(&b)).then(x.cmp(&y))
}

/// What a plain (unquoted, untagged) scalar means to Go's YAML 1.1 reader (upstream: `resolve.go`): `yes` is true, `010` is
/// eight. What looks like a time stays a string.
pub(super) fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return Value::Bool(false),
        _ => {}
    }
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    if !number || is_timestamp(text) {
        return Value::String(text.to_owned());
    }
    let digits = if text.starts_with('.') { text.to_owned() } else { text.replace('_', "") };
    integer(&digits).or_else(|| float(&digits)).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn integer(text: &str) -> Option<serde_json::Number> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if !negative {
        return Some(value.into());
    }
    0i64.checked_sub_unsigned(value).map(Into::into)
}

fn float(text: &str) -> Option<serde_json::Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
    let shaped = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent));
    if !shaped {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    // Go's JSON writes a whole number without a fraction.
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Some((value as i64).into());
    }
    serde_json::Number::from_f64(value)
}

/// `2026-11-22` and `2026-11-22T16:31:05Z`, with or without a fraction.
fn is_timestamp(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit())
    };
    let (day, time) = rest.split_once(['T', 't', ' ']).map_or((rest, None), |(day, time)| (day, Some(time)));
    let date = digits(year, 4..=4) && digits(month, 1..=2) && digits(day, 1..=2);
    let clock = |time: &str| {
        let zone = time.find(['Z', '+', '-']);
        let (time, _) = time.split_at(zone.unwrap_or(time.len()));
        let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
        time.split(':').count() == 3
            && time.split(':').all(|part| digits(part, 1..=2))
            && fraction.bytes().all(|c| c.is_ascii_digit())
            && zone.is_some() != rest.contains(' ')
    };
    date && time.is_none_or(clock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_as_go_does() {
        for (text, expected) in [
            ("a: yes\nb: 'yes'\nc: off\nd: y", json!({"a": true, "b": "yes", "c": false, "d": true})),
            ("a: 010\nb: 0x1F\nc: 0b11\nd: 1_000\ne: 08", json!({"a": 8, "b": 31, "c": 3, "d": 1000, "e": 8})),
            ("a: 1.5\nb: 1e3\nc: -7\nd: +7\ne: 1.0", json!({"a": 1.5, "b": 1000, "c": -7, "d": 7, "e": 1})),
            ("a: ~\nb:\nc: null\nd: ''", json!({"a": null, "b": null, "c": null, "d": ""})),
            ("a: 2026-11-22\nb: 12:30", json!({"a": "2026-11-22", "b": "12:30"})),
            ("a: v1.16\nb: 1.16.2\nc: 0.5Gi\nd: 100m", json!({"a": "v1.16", "b": "1.16.2", "c": "0.5Gi", "d": "100m"})),
            ("a: &x {b: c}\nd: *x\n", json!({"a": {"b": "c"}, "d": {"b": "c"}})),
            ("a: &x {b: c, e: f}\nd: {<<: *x, e: g}\n", json!({"a": {"b": "c", "e": "f"}, "d": {"b": "c", "e": "g"}})),
            ("1: a\ntrue: b\non: c", json!({"1": "a", "true": "c"})),
            ("a: 1\na: 2", json!({"a": 2})),
            ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", json!({"a": "x\ny\n", "b": "x y"})),
            ("a: !!str 5\nb: !!int \"5\"", json!({"a": "5", "b": 5})),
            ("a: b\r\nc:\r\n- d\r\n", json!({"a": "b", "c": ["d"]})),
            ("{\"a\": [1, \"<\"]}", json!({"a": [1, "<"]})),
            ("{a: b, c: [d]}", json!({"a": "b", "c": ["d"]})),
            ("a: b\n...\n", json!({"a": "b"})),
        ] {
            assert_eq!(parse(text), Ok(vec![expected]), "{text}");
        }
    }

    #[test]
    fn cuts_documents() {
        let names = |text: &str| {
            documents(text)
                .into_iter()
                .map(|it| it.map(|it| (it.index, it.value)).map_err(|it| it.message))
                .collect::<Vec<_>>()
        };
        assert_eq!(names("---\na\n---\n# c\n---\n\n---\nb"), [Ok((0, json!("a"))), Ok((3, json!("b")))]);
        assert_eq!(names("a\n--- # why\nb"), [Ok((0, json!("a"))), Ok((1, json!("b")))]);
        assert_eq!(names("a\n---\nb\n--- c\nd"), [Ok((0, json!("a"))), Err("invalid Yaml document separator: c".into())]);
        assert_eq!(names("{\"a\":1}{\"a\":2}"), [Ok((0, json!({"a": 1}))), Ok((1, json!({"a": 2})))]);
        assert_eq!(names("{\"a\":1}\n---\na: 2"), [Ok((0, json!({"a": 1}))), Ok((1, json!({"a": 2})))]);
        assert_eq!(names(""), []);
        assert_eq!(names("\n# x\n"), []);
    }

    #[test]
    fn mistakes_in_the_words_of_go() {
        for (text, expected) in [
            ("a: b\n c: d", "yaml: line 2: mapping values are not allowed in this context"),
            ("a: \"b\nc: d\n", "yaml: line 3: found unexpected end of stream"),
            ("a:\n\tb: c", "yaml: line 2: found character that cannot start any token"),
            ("a: [b\nc: d", "yaml: line 1: did not find expected ',' or ']'"),
            ("a:\n- b\nc\nd: e", "yaml: line 4: could not find expected ':'"),
            ("a: *b", "yaml: unknown anchor 'b' referenced"),
            ("a: @b", "yaml: found character that cannot start any token"),
            ("{\"a\": ]}", "json: offset 7: invalid character ']' looking for beginning of value"),
            ("{\"a\": 1 \"b\": 2}", "json: offset 9: invalid character '\"' after object key:value pair"),
            ("{\"a\": [1", "unexpected EOF"),
        ] {
            assert_eq!(parse(text).map_err(|it| it.to_string()), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn writes_as_kubectl_does() {
        for (value, expected) in [
            (json!({"b": [1, {"c": "d", "a": []}], "a": {}}), "a: {}\nb:\n- 1\n- a: []\n  c: d\n"),
            (json!([["a"], [["b"]]]), "- - a\n- - - b\n"),
            (
                json!({"a": "", "b": "yes", "c": "1", "d": "1.5", "e": "~"}),
                "a: \"\"\nb: \"yes\"\nc: \"1\"\nd: \"1.5\"\ne: \"~\"\n",
            ),
            (json!({"a": "x: y", "b": "- x", "c": "#x", "d": "x #y"}), "a: 'x: y'\nb: '- x'\nc: '#x'\nd: 'x #y'\n"),
            (json!({"a": " x", "b": "it's", "c": "{x}", "d": "*"}), "a: ' x'\nb: it's\nc: '{x}'\nd: '*'\n"),
            (json!({"a": "x\ny\n", "b": "x\ny", "c": "x\n\n"}), "a: |\n  x\n  y\nb: |-\n  x\n  y\nc: |+\n  x\n\n"),
            (json!({"a": "\u{7}", "b": "ü", "c": "\t"}), "a: \"\\a\"\nb: ü\nc: \"\\t\"\n"),
            (
                json!({"a": "12:30", "b": "2026-11-22T16:31:05Z", "c": "0x1"}),
                "a: \"12:30\"\nb: \"2026-11-22T16:31:05Z\"\nc: \"0x1\"\n",
            ),
            (
                json!({"a10": 1, "a9": 2, "aB": 3, "a-b": null, "true": true}),
                "a-b: null\na9: 2\na10: 1\naB: 3\n\"true\": true\n",
            ),
            (json!("x"), "x\n"),
        ] {
            assert_eq!(to_string(&value), expected, "{value}");
        }
        let words =
            "0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn't match Pod's node affinity";
        let folded = "a: '0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn''t\n  match Pod''s node affinity'\n";
        assert_eq!(to_string(&json!({"a": words})), folded);
    }

    #[test]
    fn json_as_kubectl_prints_it() {
        let value = json!({"b": [], "a": [1, {"<": "&"}], "c": {}});
        let expected = "{\n    \"a\": [\n        1,\n        {\n            \"\\u003c\": \"\\u0026\"\n        }\n    ],\n    \"b\": [],\n    \"c\": {}\n}\n";
        assert_eq!(to_json(&value), expected);
    }

    #[test]
    fn what_was_written_reads_the_same() {
        for text in [
            "a",
            "yes",
            "0",
            "- a",
            "a: b",
            "|",
            "a\nb",
            " a",
            "a ",
            "\n",
            "'",
            "\"",
            "\\",
            "ü\u{1}",
            "---",
            "a\n b\n\n",
            "=",
            "<<",
            "null",
        ] {
            let value = json!({"k": text, "l": [text]});
            assert_eq!(parse(&to_string(&value)), Ok(vec![value.clone()]), "{text:?} {}", to_string(&value));
        }
    }
}
