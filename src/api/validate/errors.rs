//! Field errors as the server words them (upstream: `apimachinery/pkg/util/validation/field/errors.go`).

use serde_json::{Map, Value};

use super::super::{FieldError, yaml};

/// The errors found so far, in order, the field that is looked at, from which all others are named, and the pod around it.
pub(super) struct Errors<'a> {
    pub(super) found: Vec<FieldError>,
    /// The name of the object.
    pub(super) name: &'a str,
    /// The pod spec that is looked at.
    pub(super) spec: &'a Value,
    pub(super) holder: Holder,
    /// The names of the volumes that are as they should be: a mount of another is told that there is none.
    pub(super) volumes: Vec<&'a str>,
    path: String,
}

/// What holds a pod spec: a few rules are for pods alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Pod,
    Template,
}

impl<'a> Errors<'a> {
    pub(super) const fn new() -> Errors<'a> {
        Errors {
            found: Vec::new(),
            name: "",
            spec: &Value::Null,
            holder: Holder::Template,
            volumes: Vec::new(),
            path: String::new(),
        }
    }

    /// Where the field is: [`Errors::at`] leads back to it.
    pub(super) fn here(&self) -> usize {
        self.path.len()
    }

    /// The path of the field that is looked at.
    pub(super) fn path(&self) -> String {
        self.path.clone()
    }

    pub(super) fn is_below(&self, field: &str) -> bool {
        self.path.contains(field)
    }

    fn enter(&mut self, field: &str) -> usize {
        let before = self.path.len();
        if before > 0 && !field.is_empty() && !field.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(field);
        before
    }

    /// Looks at a field.
    pub(super) fn within(&mut self, field: &str, check: impl FnOnce(&mut Errors<'a>)) {
        let before = self.enter(field);
        check(self);
        self.path.truncate(before);
    }

    /// Looks at a field further up: what the server tells of the list, not of its item.
    pub(super) fn at(&mut self, here: usize, check: impl FnOnce(&mut Errors<'a>)) {
        let below = self.path.split_off(here);
        check(self);
        self.path.push_str(&below);
    }

    /// Looks at every item of a list.
    pub(super) fn each(&mut self, field: &str, items: &'a [Value], check: &mut dyn FnMut(&mut Errors<'a>, &'a Value)) {
        let before = self.enter(field);
        for (index, item) in items.iter().enumerate() {
            let list = self.enter(&format!("[{index}]"));
            check(self, item);
            self.path.truncate(list);
        }
        self.path.truncate(before);
    }

    /// Looks at every container of the pod spec, in the order in which they start.
    pub(super) fn each_container(&mut self, check: &mut dyn FnMut(&mut Errors<'a>, &'a Value)) {
        for field in ["initContainers", "containers", "ephemeralContainers"] {
            self.each(field, list(self.spec, field), check);
        }
    }

    /// An error in other words than the usual ones: `what: shown: detail`, of which the last two may be missing.
    #[inline(never)]
    pub(super) fn add(&mut self, field: &str, what: &str, shown: &str, detail: &str) {
        let before = self.enter(field);
        let mut body = what.to_owned();
        for part in [shown, detail].into_iter().filter(|part| !part.is_empty()) {
            body.push_str(": ");
            body.push_str(part);
        }
        self.found.push(FieldError { field: self.path.clone(), body });
        self.path.truncate(before);
    }

    /// Something that is taken, and warned of.
    pub(super) fn warn(&mut self, field: &str, message: &str) {
        self.add(field, message, "", "");
    }

    /// Something that has to be there is not.
    pub(super) fn required(&mut self, field: &str, detail: &str) {
        self.add(field, "Required value", "", detail);
    }

    /// Something that would be right elsewhere.
    pub(super) fn forbidden(&mut self, field: &str, detail: &str) {
        self.add(field, "Forbidden", "", detail);
    }

    /// A value that is wrong.
    #[inline(never)]
    pub(super) fn invalid(&mut self, field: &str, value: &Value, detail: &str) {
        self.shown(field, &shown(value), detail);
    }

    /// A text that is wrong.
    pub(super) fn invalid_text(&mut self, field: &str, value: &str, detail: &str) {
        self.shown(field, &quoted(value), detail);
    }

    /// A value that is wrong, as it is to be shown.
    pub(super) fn shown(&mut self, field: &str, value: &str, detail: &str) {
        self.add(field, "Invalid value", value, detail);
    }

    /// A text that is wrong in these ways, an error each.
    #[inline(never)]
    pub(super) fn invalid_each(&mut self, field: &str, value: &str, details: Vec<String>) {
        for detail in details {
            self.invalid_text(field, value, &detail);
        }
    }

    /// Something that takes too many bytes.
    pub(super) fn too_long(&mut self, field: &str, most: usize) {
        self.add(field, "Too long", "", &format!("may not be more than {most} bytes"));
    }

    /// A text that is none of those there are, which stand between bars.
    #[inline(never)]
    pub(super) fn not_supported(&mut self, field: &str, value: &str, supported: &str) {
        self.add(field, "Unsupported value", value, &format!("supported values: \"{}\"", supported.replace('|', "\", \"")));
    }

    /// A text that is there twice.
    pub(super) fn duplicate(&mut self, field: &str, value: &str) {
        self.add(field, "Duplicate value", &quoted(value), "");
    }

    /// A name of what is not there.
    pub(super) fn not_found(&mut self, field: &str, value: &str, detail: &str) {
        self.add(field, "Not found", &quoted(value), detail);
    }
}

/// A field that may be missing, as text.
pub(super) fn text<'a>(it: &'a Value, field: &str) -> &'a str {
    it[field].as_str().unwrap_or_default()
}

/// A field that may be missing, as a number.
pub(super) fn number(it: &Value, field: &str) -> i64 {
    it[field].as_i64().unwrap_or_default()
}

/// A list that may be missing.
pub(super) fn list<'a>(it: &'a Value, field: &str) -> &'a [Value] {
    it[field].as_array().map_or(&[], Vec::as_slice)
}

/// The entries of a map that may be missing, sorted.
pub(super) fn entries<'a>(it: &'a Value, field: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    it[field].as_object().into_iter().flat_map(Map::iter)
}

/// The texts of a list.
pub(super) fn texts(list: &[Value]) -> impl Iterator<Item = &str> {
    list.iter().map(|item| item.as_str().unwrap_or_default())
}

/// Whether a field is there.
pub(super) fn has(it: &Value, field: &str) -> bool {
    !it[field].is_null()
}

/// Whether a field is there and true.
pub(super) fn is_set(it: &Value, field: &str) -> bool {
    it[field] == true
}

/// Whether a text comes for the first time.
pub(super) fn is_new<'a>(seen: &mut Vec<&'a str>, text: &'a str) -> bool {
    let new = !seen.contains(&text);
    if new {
        seen.push(text);
    }
    new
}

/// A value as the server shows it.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| yaml::to_compact_json(value), quoted)
}

/// A text as Go quotes it (upstream: `strconv.Quote`).
pub fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        c if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
        // Rust knows what can be printed as well, but spells the rest in another way.
        c if c.is_ascii() || !format!("x{c}").escape_debug().to_string().contains("\\u{") => c.to_string(),
        c if u32::from(c) <= 0xffff => format!("\\u{:04x}", u32::from(c)),
        c => format!("\\U{:08x}", u32::from(c)),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// An object as the server's own types show it, whose fields have capitals, in this order; names in brackets are fields of the
/// one before, and one with an equals sign is a text that is there though it is empty.
pub(super) fn internal(it: &Value, fields: &str) -> String {
    let mut told = Vec::new();
    for field in fields.split(' ') {
        let (field, inner) =
            field.split_once('(').map_or((field, ""), |(field, inner)| (field, inner.trim_end_matches(')')));
        let (field, is_text) = field.strip_suffix('=').map_or((field, false), |field| (field, true));
        let json = lower(field);
        let value = &it[json.as_str()];
        let value = match inner {
            "" if is_text && value.is_null() => "\"\"".to_owned(),
            "" => yaml::to_compact_json(value),
            _ if value.is_null() => "null".to_owned(),
            inner => internal(value, &inner.replace(',', " ")),
        };
        told.push(format!("\"{field}\":{value}"));
    }
    format!("{{{}}}", told.join(","))
}

/// `MaxSurge` as `maxSurge`, `APIGroup` as `apiGroup`.
fn lower(name: &str) -> String {
    let capitals = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let end = if capitals < name.len() { capitals.saturating_sub(1).max(1) } else { capitals };
    name[..end].to_ascii_lowercase() + &name[end..]
}
