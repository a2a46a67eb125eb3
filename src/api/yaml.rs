//! Text ⇄ values: YAML as kubectl reads it, YAML and JSON as kubectl prints them.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_json::{Map, Value};

use super::nesting;
use super::schema::{Shape, Type};

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
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut rest, mut first_index, mut json_error) = (text, 0, None);
    if text.trim_start().starts_with('{') {
        // A stream of JSON, until it turns out to be none.
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let mut read = 0;
        loop {
            match stream.next() {
                None => return found,
                Some(Ok(mut value)) => {
                    make_whole(&mut value);
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
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// Its number, counted from 0.
    index: usize,
    /// The line of the text it begins on, counted from 1.
    first_line: usize,
    /// Its lines, ended by `\n` alone.
    text: String,
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

/// Whether reading a text would take for ever. Go gives up at 10,000.
fn too_deep(text: &str) -> bool {
    nesting::is_deeper_than(1000, text)
}

impl Chunk {
    fn value(&self) -> Result<Value, YamlError> {
        if let Some(after) = &self.wrong_separator {
            let line = Some(self.first_line + self.text.lines().count());
            return Err(YamlError { message: format!("invalid Yaml document separator: {after}"), line });
        }
        if too_deep(&self.text) {
            return Err(YamlError { message: "yaml: exceeded max depth of 10000".to_owned(), line: Some(self.first_line) });
        }
        self.read("", 0, &Cell::new(0)).map_err(|error| self.mistake(&error))
    }

    /// Line and column in the text, both counted from 1, of the last place that is passed on the way along a path.
    pub(super) fn place(&self, path: &str) -> Option<(usize, usize)> {
        if too_deep(&self.text) {
            return None;
        }
        // Only a reader that fails is told where it is.
        let passed = Cell::new(0);
        let _ = self.read(path, usize::MAX, &passed);
        let location = self.read(path, passed.take(), &passed).err()?.location()?;
        Some((location.line() + self.first_line - 1, location.column()))
    }

    /// Reads the value; stops in the `stop`th place on the way along a path, if there is one.
    fn read(&self, path: &str, stop: usize, passed: &Cell<usize>) -> Result<Value, serde_yaml::Error> {
        let path = (stop > 0).then_some(path);
        let reader = Reader { text: &self.text, role: Role::Item, path, stop, passed };
        serde_yaml::Deserializer::from_str(&self.text).next().map_or(Ok(Value::Null), |it| reader.deserialize(it))
    }

    /// The words of Go's reader, which has libyaml's, as serde_yaml has.
    fn mistake(&self, error: &serde_yaml::Error) -> YamlError {
        let text = error.to_string();
        let line = error.location().map(|location| self.first_line + location.line() - 1);
        if let Some((_, words)) = text.split_once(OURS) {
            let end = words.find(OURS).unwrap_or(words.len());
            return YamlError { message: words[..end].to_owned(), line };
        }
        let problem = [" at line ", " at position ", ", while "].iter().filter_map(|cut| text.find(cut)).min();
        let problem = &text[..problem.unwrap_or(text.len())];
        // Go counts from 0 what the parser finds, from 1 what the scanner finds.
        let by_parser = text.contains(", while parsing a ") && !["a tag", "a quoted"].iter().any(|it| text.contains(it))
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
        YamlError { message: tag_mistake(problem).unwrap_or(message), line }
    }
}

/// A tag that says what the text after it is not.
fn tag_mistake(problem: &str) -> Option<String> {
    let (value, expected) = problem.split_once("invalid value: string ")?.1.split_once(", expected ")?;
    let tag = match expected {
        "a boolean" => "bool",
        "a float" => "float",
        "null" => "null",
        _ => "int",
    };
    Some(format!("yaml: cannot decode !!str `{}` as a !!{tag}", value.trim_matches('"')))
}

/// Go names the anchor, serde_yaml its place.
fn unknown_anchor(text: &str, line: Option<usize>) -> String {
    let line = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
    let name = line.split('*').nth(1).unwrap_or_default();
    let name = &name[..name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(name.len())];
    format!("yaml: unknown anchor '{name}' referenced")
}

/// Around the words of a mistake that Go's reader finds, and libyaml does not.
const OURS: char = '\u{1}';

fn ours<E: Error>(message: fmt::Arguments<'_>) -> E {
    E::custom(format_args!("{OURS}{message}{OURS}"))
}

/// A value as Go writes it in its own syntax.
fn go_syntax(value: &Value, place: Role) -> String {
    let inner = |value| go_syntax(value, Role::Item);
    match value {
        Value::Null if place == Role::Item => "interface {}(nil)".to_owned(),
        Value::Null => "<nil>".to_owned(),
        Value::Array(items) => format!("[]interface {{}}{{{}}}", items.iter().map(inner).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key:?}:{}", inner(value))).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// Reads a value by the rules of YAML 1.1, as Go's reader has them, where serde_yaml has those of 1.2.
#[derive(Clone, Copy)]
struct Reader<'a> {
    /// What is read.
    text: &'a str,
    role: Role,
    /// Of the path that is looked for, what leads on from here; none off the way.
    path: Option<&'a str>,
    /// The place on the way to stop in.
    stop: usize,
    /// How many were passed.
    passed: &'a Cell<usize>,
}

/// What a value is to what holds it. Keys and items are places of their own, the value of a key is not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
    Item,
}

impl Reader<'_> {
    fn pass<E: Error>(self, role: Role) -> Result<(), E> {
        if self.path.is_none() || self.role != role {
            return Ok(());
        }
        self.passed.set(self.passed.get() + 1);
        if self.passed.get() == self.stop { Err(E::custom("")) } else { Ok(()) }
    }

    fn scalar<E: Error>(self, value: Value) -> Result<Value, E> {
        self.pass(Role::Item)?;
        if self.path.is_some_and(|path| after_key(path, &key(&value)).is_some()) {
            self.pass(Role::Key)?;
        }
        Ok(value)
    }

    /// Whether a scalar, a part of the text, stands there without quotes and tag.
    fn is_plain(self, scalar: &str) -> bool {
        let start = (scalar.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..start).unwrap_or_default();
        let words = before.rsplit(' ').filter(|word| !word.is_empty());
        // Properties stand on the same line.
        let words = words.map(|word| word.rsplit(['\n', '[', '{', ',']).next().unwrap_or_default());
        let mut others = words.skip_while(|word| word.starts_with('&'));
        !before.ends_with(['"', '\'']) && !others.next().is_some_and(|word| word.starts_with('!'))
    }
}

/// A key as JSON has it.
fn key(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What is left of a path after its first step, if that leads to this key. Keys may hold dots.
fn after_key<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let rest = match path.strip_prefix('[') {
        Some(bare) => bare.strip_prefix(key)?.strip_prefix(']')?,
        None => path.strip_prefix(key)?,
    };
    (!path.is_empty() && (rest.is_empty() || rest.starts_with(['.', '[']))).then_some(rest)
}

/// What is left of a path after its first step, if that leads to this item.
fn after_index(path: &str, index: usize) -> Option<&str> {
    let (step, rest) = path.strip_prefix('[')?.split_once(']')?;
    (step.parse() == Ok(index)).then_some(rest)
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.scalar(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.scalar(Value::Null)
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Value, E> {
        self.scalar(it.into())
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Value, E> {
        self.scalar(it.into())
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Value, E> {
        self.scalar(it.into())
    }

    fn visit_u128<E: Error>(self, it: u128) -> Result<Value, E> {
        self.visit_f64(it as f64)
    }

    fn visit_i128<E: Error>(self, it: i128) -> Result<Value, E> {
        self.visit_f64(it as f64)
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Value, E> {
        match number(it) {
            Some(number) => self.scalar(Value::Number(number)),
            // JSON has none of these.
            None => {
                let sign = if it == f64::INFINITY { "+" } else { "" };
                let name = if it.is_nan() { "NaN".to_owned() } else { it.to_string().replace("inf", "Inf") };
                Err(ours(format_args!("json: unsupported value: {sign}{name}")))
            }
        }
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Value, E> {
        self.scalar(it.into())
    }

    fn visit_borrowed_str<E: Error>(self, it: &'de str) -> Result<Value, E> {
        self.scalar(if self.is_plain(it) { plain_value(it) } else { it.into() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.pass(Role::Item)?;
        let mut items = Vec::new();
        let item = |index| Reader { role: Role::Item, path: self.path.and_then(|path| after_index(path, index)), ..self };
        while let Some(value) = access.next_element_seed(item(items.len()))? {
            items.push(value);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        self.pass(Role::Item)?;
        let mut map = Map::new();
        while let Some(name) = access.next_key_seed(Reader { role: Role::Key, ..self })? {
            if name.is_array() || name.is_object() {
                return Err(ours(format_args!("yaml: invalid map key: {}", go_syntax(&name, Role::Key))));
            }
            let is_null = name.is_null();
            let name = key(&name);
            let path = self.path.and_then(|path| after_key(path, &name));
            let value = access.next_value_seed(Reader { role: Role::Value, path, ..self })?;
            if is_null {
                let value = go_syntax(&value, Role::Value);
                return Err(ours(format_args!("unsupported map key of type: %!s(<nil>), key: <nil>, value: {value}")));
            }
            if name != "<<" {
                map.insert(name, value);
                continue;
            }
            // What is merged takes the place of what stands before it; of several the first one counts.
            let merged = if let Value::Array(all) = value { all } else { vec![value] };
            for merged in merged.into_iter().rev() {
                let Value::Object(merged) = merged else {
                    return Err(ours(format_args!("yaml: map merge requires map or sequence of maps as the value")));
                };
                map.extend(merged);
            }
        }
        Ok(Value::Object(map))
    }

    /// With a tag of one's own a scalar is a text.
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Value, A::Error> {
        let (tag, content) = access.variant_seed(PhantomData::<String>)?;
        Ok(match content.newtype_variant_seed(self)? {
            Value::Null if tag != "null" => "".into(),
            it @ (Value::Null | Value::Bool(_) | Value::Number(_))
                if !["int", "float", "bool", "null"].contains(&tag.as_str()) =>
            {
                it.to_string().into()
            }
            value => value,
        })
    }
}

/// Go's words for broken JSON (upstream: `encoding/json/scanner.go`), with the offset that kubectl puts before them.
fn json_mistake(text: &str, error: &serde_json::Error) -> YamlError {
    let line = Some(error.line());
    if error.is_eof() {
        return YamlError { message: "unexpected EOF".to_owned(), line };
    }
    let offset = json_offset(text, error);
    YamlError { message: format!("json: offset {offset}: {}", json_words(text, error)), line }
}

/// How many bytes were read until a mistake was found.
fn json_offset(text: &str, error: &serde_json::Error) -> usize {
    let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    (start + error.column()).min(text.len())
}

/// What Go's reader of JSON says of a text that it cannot read.
pub(crate) fn go_words(text: &str, error: &serde_json::Error) -> String {
    if error.is_eof() { "unexpected end of JSON input".to_owned() } else { json_words(text, error) }
}

/// What Go's reader of JSON says: `invalid character 'x' looking for beginning of value`.
pub(super) fn json_words(text: &str, error: &serde_json::Error) -> String {
    let offset = json_offset(text, error);
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
    format!("invalid character {wrong} {looking}")
}

/// The value as `kubectl -o json` prints it: indented by four, keys sorted, a newline at the end.
pub fn to_json(value: &Value) -> String {
    to_typed_json(value, &Shape::Any)
}

/// The value as `kubectl -o json` prints it where it holds it as a Go type: fields in the order of the type.
pub fn to_typed_json(value: &Value, shape: &Shape) -> String {
    let mut out = String::new();
    write_json(&mut out, value, shape, 0);
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

fn write_json(out: &mut String, value: &Value, shape: &Shape, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (index, (key, shape)) in ordered(map, shape).into_iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                line(out, depth + 1);
                push_go_escaped(out, &Value::String(key.to_owned()).to_string());
                out.push_str(": ");
                write_json(out, &map[key], &shape, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            let inside = if let Shape::List(item) = shape { item } else { &Shape::Any };
            out.push('[');
            for (index, value) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                line(out, depth + 1);
                write_json(out, value, inside, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        other => push_go_escaped(out, &other.to_string()),
    }
}

/// The keys of an object with what they hold: as its type has them, sorted where it has none.
fn ordered<'a>(map: &'a Map<String, Value>, shape: &Shape) -> Vec<(&'a str, Shape)> {
    let inside = if let Shape::Map(item) = shape { (**item).clone() } else { Shape::Any };
    let mut keys: Vec<(&str, Shape)> = map.keys().map(|key| (key.as_str(), inside.clone())).collect();
    if let Shape::Object(name) = shape {
        let fields: Vec<_> = Type::named(name).fields().collect();
        let place = |key: &str| fields.iter().position(|(field, _)| *field == key);
        for (key, shape) in &mut keys {
            *shape = place(key).map_or(Shape::Any, |at| fields[at].1.shape.clone());
        }
        keys.sort_by_key(|(key, _)| place(key));
    }
    keys
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
fn write_map(out: &mut String, map: &Map<String, Value>, depth: usize) {
    let mut keys: Vec<&str> = Vec::new();
    for key in map.keys() {
        let place = keys.iter().rposition(|other| natural_order(other, key).is_le()).map_or(0, |at| at + 1);
        keys.insert(place, key);
    }
    for (index, key) in keys.into_iter().enumerate() {
        let value = &map[key];
        if index > 0 {
            indent(out, depth);
        }
        if key.len() > LONGEST_KEY || key.contains(BREAKS) {
            write_beside(out, key, value, depth);
            continue;
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

/// A key may stand before its colon up to this length, in bytes (libyaml: `yaml_emitter_check_simple_key`).
const LONGEST_KEY: usize = 128;

/// What ends a line. A key that has one in it does not stand before its colon.
pub(super) const BREAKS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Writes the entry of such a key: its value stands on lines of its own.
fn write_beside(out: &mut String, key: &str, value: &Value, depth: usize) {
    out.push_str("? ");
    write_text(out, key, key.contains(BREAKS).then_some(depth + 1));
    if !out.ends_with('\n') {
        out.push('\n');
    }
    indent(out, depth);
    out.push_str(": ");
    write_item(out, value, depth);
}

/// Writes the items; the caller has indented for the first one.
fn write_list(out: &mut String, items: &[Value], depth: usize) {
    for (index, value) in items.iter().enumerate() {
        if index > 0 {
            indent(out, depth);
        }
        out.push_str("- ");
        write_item(out, value, depth);
    }
}

/// Writes what stands behind a mark at this depth, to the end of its last line.
fn write_item(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => write_map(out, map, depth + 1),
        Value::Array(items) if !items.is_empty() => write_list(out, items, depth + 1),
        scalar => {
            write_scalar(out, scalar, depth + 1);
            out.push('\n');
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
    let resolved = || {
        plain_value(text) != Value::String(text.to_owned())
            || is_timestamp(text)
            || is_base_60(text)
            || is_beyond_numbers(text)
    };
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
            // A rare break at the end would be taken for the one that ends the block.
            block: !(hopeless || text.is_empty() || previous.is_some_and(|c| c == ' ' || (is_break(c) && c != '\n'))),
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
        let mut begins = true;
        for c in line.chars() {
            // YAML 1.1 begins a line after these too, which is indented unless it is empty.
            let breaks = matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
            if begins && !breaks {
                indent(out, depth);
            }
            out.push(c);
            begins = breaks;
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

/// `.inf`, `-.Inf`, `.nan`: floating-point numbers that are none (upstream: `resolveMap` in `goyaml.v2/resolve.go`).
fn is_beyond_numbers(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    [".inf", ".Inf", ".INF"].contains(&unsigned) || [".nan", ".NaN", ".NAN"].contains(&text)
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
fn plain_value(text: &str) -> Value {
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
    number(text.parse().ok()?)
}

/// Numbers that are written with an exponent or a fraction of zeros become whole ones.
fn make_whole(value: &mut Value) {
    match value {
        Value::Number(it) if it.is_f64() => *it = it.as_f64().and_then(number).unwrap_or_else(|| it.clone()),
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(map) => map.values_mut().for_each(make_whole),
        _ => {}
    }
}

fn number(value: f64) -> Option<serde_json::Number> {
    // Go's JSON writes a whole number without a fraction.
    if value.fract() == 0.0 && value.abs() < 9e18 {
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
    use proptest::collection::vec;
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};
    use proptest::sample::select;
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
            ("{\"a\": [1e3, -2.0, 1e15, 1.5e-7]}", json!({"a": [1000, -2, 1_000_000_000_000_000_i64, 1.5e-7]})),
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
        // A key of 128 bytes stands before its colon, a longer one on a line of its own (as kubectl 1.36.2 printed it).
        let (short, long) = ("k".repeat(128), "l".repeat(129));
        let value =
            json!({&short: 1, &long: {"a": 1, "b": [1, {"c": 2, "d": [3]}]}, format!("{long}m"): [1, {"c": 2, "d": [3]}]});
        let expected = format!(
            "{short}: 1\n? {long}\n: a: 1\n  b:\n  - 1\n  - c: 2\n    d:\n    - 3\n? {long}m\n: - 1\n  - c: 2\n    d:\n    - 3\n"
        );
        assert_eq!(to_string(&value), expected);
        assert_eq!(parse(&expected), Ok(vec![value]));
        // A key on more than one line, too (as kubectl 1.36.2 printed it).
        for (key, expected) in [
            ("\u{2028}", "a:\n  ? '\u{2028}'\n  : x: \"y\"\n"),
            ("q\nr", "a:\n  ? |-\n    q\n    r\n  : x: \"y\"\n"),
            ("q\n", "a:\n  ? |\n    q\n  : x: \"y\"\n"),
            ("\rx", "a:\n  ? \"\\rx\"\n  : x: \"y\"\n"),
        ] {
            let value = json!({"a": {key: {"x": "y"}}});
            assert_eq!(to_string(&value), expected);
            assert_eq!(parse(expected), Ok(vec![value]));
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

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        /// Brackets come 130 at a time, and serde_yaml gives up at 128: so it says whether they opened anything.
        #[test]
        fn libyaml_finds_the_same_depth(words in vec(select(WORDS), 0..24)) {
            let text = words.concat().replace('[', &"[".repeat(130));
            let is_deep = nesting::is_deeper_than(128, &text);
            match serde_yaml::from_str::<serde_yaml::Value>(&text) {
                Ok(_) => prop_assert!(!is_deep, "{text:?} is not deep"),
                Err(error) if error.to_string().contains("recursion limit") => prop_assert!(is_deep, "{text:?} is deep"),
                Err(_) => {}
            }
        }
    }

    const WORDS: &[&str] = &[
        "[", "]", "{", "}", ",", ":", ": ", "- ", "? ", "-", "?", "a", "b: ", "'", "''", "\"", "\\", "\\\"", "#", " #", " ",
        "  ", "\n", "\n ", "\n  ", "\n- ", "\na: ", "|\n", "|2\n", ">-\n", "|", ">", "&x ", "*y", "!t ", "!", "!<", "%",
        "@", "\t", "é", "\u{2028}", "---", "...", "\n...", "{a: b}", "{c: d}: ", "[a, b: c", "0", ".", "[", "'",
    ];
}
