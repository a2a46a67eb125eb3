//! What can be typed at a place.

use super::names::Names;
use super::outline::{Outline, Sort, Step, dash, split_key};
use super::schema::{Schema, Spot};
use crate::api::{Kind, kind};
use crate::cluster::Cluster;
use crate::kubectl::explain::{Of, Row};

/// What can be typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins that is being typed, in bytes.
    pub from: usize,
    /// What it may become, the likeliest first.
    pub options: Vec<Suggestion>,
}

/// A word that can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is shown, and what is compared with what was typed.
    pub label: String,
    /// What it is: a type, or where the name is from.
    pub detail: String,
    /// A sentence about it; empty where there is nothing to say.
    pub info: String,
    /// What comes in place of the word; lines after the first are indented already.
    pub insert: String,
    /// Whether it must be given.
    pub is_required: bool,
    /// Whether there is something to choose from next, right behind it.
    pub goes_on: bool,
}

/// What can be typed at a place, in bytes.
///
/// # Examples
/// ```
/// use playground::editor::complete;
/// let session = playground::session::Session::new(&playground::lessons::sandbox());
/// let text = "apiVersion: apps/v1\nkind: DaemonSet\nspec:\n  updateStrategy:\n    type: ";
/// let found = complete(text, text.len(), session.sim().cluster());
/// let labels: Vec<&str> = found.options.iter().map(|it| it.label.as_str()).collect();
/// assert_eq!(labels, ["OnDelete", "RollingUpdate"]);
/// ```
pub fn complete(text: &str, at: usize, cluster: &Cluster) -> Completion {
    let outline = Outline::of(text);
    let Some(cursor) = cursor(&outline, at) else { return Completion::default() };
    let options = match &cursor.place {
        Place::Key => keys(&outline, &cursor, cluster),
        Place::Value(key) => values(&outline, &cursor, key, cluster),
    };
    Completion { from: cursor.from, options }
}

/// Where something is being typed.
struct Cursor {
    document: usize,
    /// What it is in.
    parent: Option<usize>,
    /// How the document leads to that.
    path: Vec<Step>,
    place: Place,
    /// Where the word begins, and its column.
    from: usize,
    column: usize,
    line: usize,
    is_flow: bool,
    /// Whether a colon follows already.
    has_colon: bool,
}

enum Place {
    /// A key, or an item of a list.
    Key,
    /// The value of this key; of an item where that is none.
    Value(Option<String>),
}

/// What is being typed at a place; nothing in comments, texts and quotes.
fn cursor(outline: &Outline<'_>, at: usize) -> Option<Cursor> {
    if at > outline.text.len() || !outline.text.is_char_boundary(at) {
        return None;
    }
    let (line, column) = outline.place(at);
    let document = outline.lines[line].document;
    let prefix = outline.line(line).get(..column)?;
    if matches!(outline.lines[line].sort, Sort::Block | Sort::Comment | Sort::Separator) || prefix.contains(" #") {
        return None;
    }
    let has_colon = outline.text[at..].trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with(':');
    let cursor = |parent: Option<usize>, place, from: usize, is_flow| {
        let path = parent.map(|parent| outline.path(parent)).unwrap_or_default();
        // A word that began on an earlier line is none.
        let column = from.checked_sub(outline.lines[line].span.start)?;
        Some(Cursor { document, parent, path, place, from, column, line, is_flow, has_colon })
    };
    if let Some((parent, begin)) = bracket(outline, at) {
        let word = &outline.text[begin..at];
        let lead = word.len() - word.trim_start().len();
        let is_map = outline.text[..begin].ends_with(['{', ','])
            && outline.text[outline.nodes[parent].value.start..].starts_with('{');
        return match split_key(word.trim_start()) {
            Some((key, after)) if is_map => {
                let key = word.trim_start()[key].to_owned();
                let rest = &word[lead + after..];
                let from = at - rest.trim_start().len();
                cursor(Some(parent), Place::Value(Some(key)), from, true)
            }
            _ if is_map => cursor(Some(parent), Place::Key, begin + lead, true),
            _ => cursor(Some(parent), Place::Value(None), begin + lead, true),
        };
    }
    if outline.lines[line].sort == Sort::More {
        return None;
    }
    let start = outline.lines[line].span.start;
    let mut place = prefix.len() - prefix.trim_start().len();
    let mut has_dash = false;
    while let Some(after) = dash(&prefix[place..]).filter(|after| prefix[place..].len() >= *after && *after > 1) {
        place += after;
        has_dash = true;
    }
    let parent = if has_dash {
        let is_item = |it: &super::outline::Node| it.line == line && matches!(it.step, Step::Item(_)) && !it.is_flow;
        outline.nodes.iter().rposition(is_item)
    } else {
        outline.parent_at(line, place, false)
    };
    let rest = &prefix[place..];
    match split_key(rest) {
        Some((key, after)) => {
            let value = &rest[after..];
            if value.is_empty() || value.trim_start().starts_with(['"', '\'', '|', '>', '&', '*']) {
                return None;
            }
            let from = at - value.trim_start().len();
            cursor(parent, Place::Value(Some(super::outline::unquoted(&rest[key]))), from, false)
        }
        None => cursor(parent, Place::Key, start + place, false),
    }
}

/// The innermost bracket that is open at a place: the node whose value it begins, and where what is being typed in it begins.
fn bracket(outline: &Outline<'_>, at: usize) -> Option<(usize, usize)> {
    let owner = outline.nodes.iter().position(|node| {
        !node.is_flow
            && node.value.start < at
            && at <= node.value.end
            && outline.text[node.value.start..].starts_with(['{', '['])
    })?;
    let start = outline.nodes[owner].value.start;
    let (mut open, mut begin) = (vec![], start);
    for (place, letter) in outline.text[start..at].char_indices() {
        match letter {
            '{' | '[' => open.push(start + place),
            '}' | ']' => {
                open.pop();
            }
            ',' => {}
            _ => continue,
        }
        begin = start + place + 1;
    }
    let bracket = open.pop()?;
    Some((outline.nodes.iter().position(|node| node.value.start == bracket && !node.value.is_empty())?, begin))
}

/// Keys that most manifests have.
const USUAL: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "name",
    "labels",
    "selector",
    "matchLabels",
    "template",
    "containers",
    "image",
    "env",
    "ports",
    "resources",
    "requests",
    "limits",
    "volumeMounts",
    "volumes",
    "tolerations",
    "nodeSelector",
    "updateStrategy",
    "data",
];

fn keys(outline: &Outline<'_>, cursor: &Cursor, cluster: &Cluster) -> Vec<Suggestion> {
    let Some(schema) = Schema::of(outline, cursor.document, &cursor.path, cluster) else {
        return beginnings(outline, cursor);
    };
    let Some(spot) = schema.at(&cursor.path) else { return vec![] };
    let names = Names { outline, document: cursor.document, cluster };
    if spot.is_list() {
        return vec![item(&spot, cursor)];
    }
    if !spot.is_map() && spot.of.is_none() {
        // An item that is a scalar.
        return if matches!(cursor.path.last(), Some(Step::Item(_))) {
            scalars(&spot, &cursor.path, &names)
        } else {
            vec![]
        };
    }
    let is_other =
        |at: &usize| outline.nodes[*at].line != cursor.line || (cursor.is_flow && outline.nodes[*at].key.end < cursor.from);
    let others = outline.children(cursor.parent, cursor.document).filter(is_other);
    let taken: Vec<&Step> = others.map(|at| &outline.nodes[at].step).collect();
    let is_taken = |name: &str| taken.contains(&&Step::Key(name.to_owned()));
    if spot.is_map() {
        let free = names.of_key(&spot).into_iter().filter(|(name, _)| !is_taken(name));
        return free.map(|(name, from)| named(&name, from, if cursor.has_colon { "" } else { ": " })).collect();
    }
    let of = spot.of.map(Of::rows).unwrap_or_default();
    let is_root = cursor.path.len() == schema.depth;
    let begun = list_above(outline, cursor).and_then(|path| schema.at(&path)).filter(Spot::is_list);
    let mut rows: Vec<Row<'_>> =
        of.into_iter().filter(|row| !(is_taken(row.name) || is_root && row.name == "status")).collect();
    rows.sort_by_key(|row| (!is_needed(row, is_root), USUAL.iter().position(|it| *it == row.name).unwrap_or(USUAL.len())));
    let fields = rows.iter().map(|row| field(row, is_needed(row, is_root), cursor));
    begun.iter().map(|spot| item(spot, cursor)).chain(fields).collect()
}

/// The key just above that is in line with a new line and has nothing in it yet: a list may begin here.
fn list_above(outline: &Outline<'_>, cursor: &Cursor) -> Option<Vec<Step>> {
    let is_free = !cursor.is_flow && outline.lines[cursor.line].sort == Sort::Blank;
    let key = outline.parent_at(cursor.line, cursor.column, true).filter(|_| is_free)?;
    let node = &outline.nodes[key];
    let is_empty = node.value.is_empty() && outline.children(Some(key), cursor.document).next().is_none();
    (is_empty && node.column == cursor.column).then(|| outline.path(key))
}

/// Whether a field must be given: kubectl wants three that no schema does.
pub(super) fn is_needed(row: &Row<'_>, is_root: bool) -> bool {
    row.is_required || (is_root && ["apiVersion", "kind", "metadata"].contains(&row.name))
}

/// What an object begins with that has no kind yet.
fn beginnings(outline: &Outline<'_>, cursor: &Cursor) -> Vec<Suggestion> {
    if !cursor.path.is_empty() {
        return vec![];
    }
    let mut found: Vec<Suggestion> = ["apiVersion", "kind", "metadata"]
        .into_iter()
        .filter(|name| outline.child(None, cursor.document, name).is_none_or(|at| outline.nodes[at].line == cursor.line))
        .filter_map(|name| Of::Type("DaemonSet").row(name))
        .map(|row| field(&row, true, cursor))
        .collect();
    if outline.children(None, cursor.document).next().is_none() {
        found.push(Suggestion { insert: WHOLE.to_owned(), ..named("DaemonSet", "a whole manifest", "") });
    }
    found
}

/// A manifest to begin with.
const WHOLE: &str = "\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
spec:
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
      - name: agent
        image: busybox:1.36
";

/// A key with what follows it.
fn field(row: &Row<'_>, is_required: bool, cursor: &Cursor) -> Suggestion {
    let indent = " ".repeat(cursor.column);
    let is_nested = row.of.is_some() || row.type_name.starts_with("map[");
    let after = match (cursor.has_colon, cursor.is_flow) {
        (true, _) => String::new(),
        (_, true) if row.type_name.starts_with("[]") => ": [".to_owned(),
        (_, true) if is_nested => ": {".to_owned(),
        (_, true) => ": ".to_owned(),
        _ if row.type_name.starts_with("[]") => format!(":\n{indent}- {}", first(row.of)),
        _ if is_nested => format!(":\n{indent}  "),
        _ => ": ".to_owned(),
    };
    Suggestion {
        label: row.name.to_owned(),
        detail: row.type_name.clone(),
        info: first_sentence(row.text).to_owned(),
        insert: format!("{}{after}", row.name),
        is_required,
        goes_on: !cursor.has_colon,
    }
}

/// A text up to its first full stop.
fn first_sentence(text: &str) -> &str {
    text.find(". ").map_or(text, |end| &text[..=end])
}

/// The first key of an item.
fn first(of: Option<Of<'_>>) -> String {
    let rows = of.map(Of::rows).unwrap_or_default();
    let name = rows.iter().filter(|row| row.is_required).find(|row| row.name == "name");
    let name = name.or_else(|| rows.iter().find(|row| row.is_required && row.of.is_none()));
    name.map(|row| format!("{}: ", row.name)).unwrap_or_default()
}

/// An item of a list.
fn item(spot: &Spot<'_>, cursor: &Cursor) -> Suggestion {
    let row = spot.row.as_ref();
    let label = format!("- {}", first(spot.of).trim_end());
    let insert = if cursor.is_flow { String::new() } else { format!("- {}", first(spot.of)) };
    Suggestion {
        label: label.trim_end().to_owned(),
        detail: spot.type_name.trim_start_matches("[]").to_owned(),
        info: String::new(),
        insert,
        is_required: row.is_some_and(|row| row.is_required),
        goes_on: true,
    }
}

fn values(outline: &Outline<'_>, cursor: &Cursor, key: &Option<String>, cluster: &Cluster) -> Vec<Suggestion> {
    let step = key.clone().map_or(Step::Item(0), Step::Key);
    let path: Vec<Step> = cursor.path.iter().cloned().chain([step]).collect();
    if let [Step::Key(key)] = path.as_slice() {
        let word = |key| outline.child_value(None, cursor.document, key);
        match key.as_str() {
            "kind" => return kinds(word("apiVersion").as_deref()),
            "apiVersion" => return versions(word("kind").as_deref()),
            _ => {}
        }
    }
    let Some(schema) = Schema::of(outline, cursor.document, &cursor.path, cluster) else { return vec![] };
    let Some(spot) = schema.at(&path) else { return vec![] };
    scalars(&spot, &path, &Names { outline, document: cursor.document, cluster })
}

/// The values that a scalar may have.
fn scalars(spot: &Spot<'_>, path: &[Step], names: &Names<'_>) -> Vec<Suggestion> {
    let row = spot.row.as_ref();
    let listed = row.map(|row| row.values.clone()).unwrap_or_default();
    if !listed.is_empty() {
        return listed.iter().map(|value| named(value, "value", "")).collect();
    }
    if spot.type_name == "boolean" {
        return ["true", "false"].map(|value| named(value, "boolean", "")).into();
    }
    names.of_value(spot, path).iter().map(|(name, from)| named(name, from, "")).collect()
}

/// The kinds that can be written, those of a version where that is given.
fn kinds(version: Option<&str>) -> Vec<Suggestion> {
    let fits = |kind: &&Kind| version.is_none_or(|version| version == kind.api_version());
    let mut found: Vec<&Kind> = kind::ALL.iter().filter(fits).collect();
    if found.is_empty() {
        found = kind::ALL.iter().collect();
    }
    found.sort_by_key(|kind| **kind != Kind::DaemonSet);
    found.iter().map(|kind| named(kind.name(), kind.api_version(), "")).collect()
}

/// The versions that there are, or that of a kind.
fn versions(of: Option<&str>) -> Vec<Suggestion> {
    let fits = |kind: &&Kind| of.is_none_or(|of| of == kind.name());
    let mut found: Vec<&str> = kind::ALL.iter().filter(fits).map(|kind| kind.api_version()).collect();
    if found.is_empty() {
        found = kind::ALL.iter().map(|kind| kind.api_version()).collect();
    }
    found.sort_unstable_by_key(|version| (*version != "apps/v1", *version != "v1", *version));
    found.dedup();
    found.iter().map(|version| named(version, "version", "")).collect()
}

/// A word with something behind it.
fn named(name: &str, detail: &str, after: &str) -> Suggestion {
    Suggestion {
        label: name.to_owned(),
        detail: detail.to_owned(),
        info: String::new(),
        insert: quoted(name) + after,
        is_required: false,
        goes_on: !after.is_empty(),
    }
}

/// A scalar as it has to be written to stay a text.
fn quoted(text: &str) -> String {
    let is_own = ["true", "false"].contains(&text);
    if is_own { text.to_owned() } else { super::change::scalar(text) }
}
