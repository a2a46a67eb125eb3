//! Changes of a manifest by the path of a field, made in its text: comments and all else stay as they are.

use super::Edit;
use super::outline::{Node, Outline, Step, written};
use crate::api::{Key, yaml};
use crate::why::Change;
use serde_json::Value;

/// The edits that change a field of a document; none where that cannot be done, or nothing would be different. `path` leads there
/// from the top of the document.
///
/// # Examples
/// ```
/// use playground::editor::{change, edited};
/// use playground::why::Change;
/// let text = "spec:\n  tolerations: # these\n  - key: a\n";
/// let edits = change(text, 0, "spec.tolerations", &Change::Append("key: b\noperator: Exists\n".to_owned()));
/// assert_eq!(edited(text, &edits), "spec:\n  tolerations: # these\n  - key: a\n  - key: b\n    operator: Exists\n");
/// ```
pub fn change(text: &str, document: usize, path: &str, change: &Change) -> Vec<Edit> {
    let outline = Outline::of(text);
    let editor = Editor { outline: &outline, document };
    let (found, rest) = outline.follow(document, path);
    let edit = match (change, found) {
        (Change::Remove, Some(node)) if rest.is_empty() => editor.remove(node),
        (Change::Remove, _) => None,
        (Change::Set(yaml), _) => editor.put(found, &rest, Piece::of(yaml)),
        (Change::Append(yaml), Some(list)) if rest.is_empty() => editor.append(list, Piece::of(yaml)),
        (Change::Append(yaml), _) => editor.put(found, &rest, Piece::of(yaml).in_list()),
    };
    edit.into_iter().filter(|edit| text[edit.from..edit.to] != edit.insert).collect()
}

/// Where an object stands in a text: its document, and what stands before the paths of its fields there.
pub fn find(text: &str, key: &Key) -> Option<(usize, String)> {
    let outline = Outline::of(text);
    let documents = outline.lines.last().map_or(0, |line| line.document);
    for document in 0..=documents {
        let is_list = outline.child_value(None, document, "kind").as_deref() == Some("List");
        let items = outline.child(None, document, "items").filter(|_| is_list);
        let objects: Vec<Option<usize>> = match items {
            Some(items) => outline.children(Some(items), document).map(Some).collect(),
            None => vec![None],
        };
        if let Some(object) = objects.into_iter().find(|object| is_it(&outline, *object, document, key)) {
            let prefix = object.map(|object| written(&outline.path(object)) + ".").unwrap_or_default();
            return Some((document, prefix));
        }
    }
    None
}

fn is_it(outline: &Outline<'_>, object: Option<usize>, document: usize, key: &Key) -> bool {
    let word = |of, name: &str| outline.child_value(of, document, name).unwrap_or_default();
    let (version, kind) = (word(object, "apiVersion"), word(object, "kind"));
    if kind != key.kind.name() || !key.kind.serves(&version) {
        return false;
    }
    let Some(meta) = outline.child(object, document, "metadata") else { return false };
    let namespace = Some(word(Some(meta), "namespace")).filter(|it| !it.is_empty()).unwrap_or_else(|| "default".to_owned());
    word(Some(meta), "name") == *key.name && (!key.kind.is_namespaced() || namespace == *key.namespace)
}

/// A text as a scalar of YAML that reads as that text.
pub(super) fn scalar(text: &str) -> String {
    yaml::to_string(&text.into()).trim_end().to_owned()
}

/// Something that is put into a text.
struct Piece {
    /// Its lines, without indentation.
    lines: Vec<String>,
    /// What it means.
    value: Value,
}

impl Piece {
    fn of(yaml: &str) -> Piece {
        let value = yaml::parse(yaml).ok().and_then(|all| all.into_iter().next()).unwrap_or_default();
        Piece { lines: yaml.trim_end().lines().map(str::to_owned).collect(), value }
    }

    /// The same as the only item of a list.
    fn in_list(self) -> Piece {
        let lines = self.lines.iter().enumerate();
        Piece {
            lines: lines.map(|(at, line)| format!("{}{line}", if at == 0 { "- " } else { "  " })).collect(),
            value: Value::Array(vec![self.value]),
        }
    }

    /// The same as the value of a key.
    fn under(self, key: &str) -> Piece {
        let mut lines = vec![format!("{}:", scalar(key))];
        if self.is_inline() {
            let mut own = self.lines.into_iter();
            lines[0].push_str(&format!(" {}", own.next().unwrap_or_default()));
            lines.extend(own);
        } else {
            let indent = if self.value.is_array() { "" } else { "  " };
            lines.extend(self.lines.into_iter().map(|line| format!("{indent}{line}")));
        }
        let value = Value::Object([(key.to_owned(), self.value)].into_iter().collect());
        Piece { lines, value }
    }

    /// Whether it begins on the line of its key.
    fn is_inline(&self) -> bool {
        match &self.value {
            Value::Array(items) => items.is_empty() || self.lines.first().is_some_and(|line| line.starts_with('[')),
            Value::Object(map) => map.is_empty() || self.lines.first().is_some_and(|line| line.starts_with('{')),
            _ => true,
        }
    }

    /// Its lines, each after a line's end and so many spaces.
    fn below(&self, column: usize) -> String {
        self.lines.iter().map(|line| format!("\n{}{line}", " ".repeat(column)).trim_end_matches(' ').to_owned()).collect()
    }

    /// As it stands in brackets.
    fn flow(&self) -> String {
        flow(&self.value)
    }
}

/// A value within brackets.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{}: {}", scalar(key), flow(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::String(text) if text.contains([',', '[', ']', '{', '}', '\n']) => value.to_string(),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

struct Editor<'a> {
    outline: &'a Outline<'a>,
    document: usize,
}

impl Editor<'_> {
    fn node(&self, at: usize) -> &Node {
        &self.outline.nodes[at]
    }

    fn children(&self, at: usize) -> Vec<usize> {
        self.outline.children(Some(at), self.document).collect()
    }

    /// Whether what a node holds stands in brackets.
    fn is_bracketed(&self, at: usize) -> bool {
        let node = self.node(at);
        !node.value.is_empty() && self.outline.text[node.value.start..].starts_with(['{', '['])
    }

    /// Takes a node away, and what would be empty without it.
    fn remove(&self, mut at: usize) -> Option<Edit> {
        const STAYS: [&str; 3] = ["spec", "template", "metadata"];
        while let Some(parent) = self.node(at).parent {
            let stays = matches!(&self.node(parent).step, Step::Key(key) if STAYS.contains(&key.as_str()));
            if stays || self.children(parent).len() > 1 {
                break;
            }
            at = parent;
        }
        let (node, lines) = (self.node(at), &self.outline.lines);
        let next = |at: usize| self.children(self.node(at).parent?).into_iter().find(|other| *other > at);
        if node.is_flow {
            let (from, to) = (node.key.start, node.value.end.max(node.key.end));
            if let Some(next) = next(at) {
                return Some(Edit { from, to: self.node(next).key.start, insert: String::new() });
            }
            let before = self.outline.text[..from].trim_end().trim_end_matches(',').len();
            return Some(Edit { from: before, to, insert: String::new() });
        }
        let shares =
            node.parent.is_some_and(|parent| self.node(parent).line == node.line && self.node(parent).column < node.column);
        if shares && let Some(next) = next(at) {
            // The next one takes its place behind the dash.
            return Some(Edit { from: node.key.start, to: self.node(next).key.start, insert: String::new() });
        }
        let from = lines[node.line].span.start;
        let to = lines.get(self.outline.last_line(at) + 1).map_or(self.outline.text.len(), |line| line.span.start);
        Some(Edit { from, to, insert: String::new() })
    }

    /// Puts something at the end of a path of which `rest` is not there yet.
    fn put(&self, at: Option<usize>, rest: &[Step], piece: Piece) -> Option<Edit> {
        let Some((first, further)) = rest.split_first() else { return self.set(at?, &piece) };
        let piece = further.iter().rev().fold(piece, |piece, step| match step {
            Step::Item(_) => piece.in_list(),
            Step::Key(key) => piece.under(key),
        });
        match first {
            Step::Item(_) => self.append(at?, piece),
            Step::Key(key) => self.add(at, &piece.under(key)),
        }
    }

    /// Puts a key with its value into what a node holds; at the top where there is none.
    fn add(&self, at: Option<usize>, piece: &Piece) -> Option<Edit> {
        if let Some(at) = at.filter(|at| self.is_bracketed(*at)) {
            return self.within_brackets(at, piece.flow().strip_prefix('{')?.strip_suffix('}')?, piece);
        }
        let first = self.outline.children(at, self.document).next();
        match (at, first) {
            (Some(at), None) => self.set(at, piece),
            (_, Some(first)) => {
                let last = at.or_else(|| self.outline.children(None, self.document).last())?;
                Some(self.behind(last, piece.below(self.node(first).column)))
            }
            (None, None) => {
                let at = self.outline.lines.iter().find(|line| line.document == self.document)?.span.start;
                Some(Edit { from: at, to: at, insert: piece.below(0).trim_start().to_owned() + "\n" })
            }
        }
    }

    /// Puts one more item into a list.
    fn append(&self, at: usize, piece: Piece) -> Option<Edit> {
        if self.is_bracketed(at) && !self.children(at).is_empty() {
            return self.within_brackets(at, &piece.flow(), &piece);
        }
        let piece = piece.in_list();
        match self.children(at).first() {
            Some(first) if !self.node(*first).is_flow => Some(self.behind(at, piece.below(self.node(*first).column))),
            _ => self.set(at, &piece),
        }
    }

    /// Puts lines behind the last one of a node.
    fn behind(&self, at: usize, insert: String) -> Edit {
        let end = self.outline.lines[self.outline.last_line(at)].span.end;
        Edit { from: end, to: end, insert }
    }

    /// Puts something before the bracket that closes; empty brackets become lines.
    fn within_brackets(&self, at: usize, words: &str, piece: &Piece) -> Option<Edit> {
        let node = self.node(at);
        let Some(last) = self.children(at).pop() else { return if node.is_flow { None } else { self.set(at, piece) } };
        let end = self.node(last).value.end.max(self.node(last).key.end);
        Some(Edit { from: end, to: end, insert: format!(", {words}") })
    }

    /// Gives a node another value.
    fn set(&self, at: usize, piece: &Piece) -> Option<Edit> {
        let (node, text) = (self.node(at), self.outline.text);
        if node.is_flow {
            let lead = if node.value.is_empty() { ": " } else { "" };
            let range = if node.value.is_empty() { node.key.end..node.key.end } else { node.value.clone() };
            return Some(Edit { from: range.start, to: range.end, insert: lead.to_owned() + &piece.flow() });
        }
        let from = match node.step {
            Step::Key(_) => node.key.end + text[node.key.end..].find(':')? + 1,
            Step::Item(_) => node.key.end,
        };
        let last = self.outline.last_line(at);
        let is_long = last > node.line || self.children(at).iter().any(|child| !self.node(*child).is_flow);
        let to = if is_long { self.outline.lines[last].span.end } else { node.value.end.max(from) };
        let is_flow = self.is_bracketed(at) && !self.children(at).is_empty();
        let insert = if is_flow {
            format!(" {}", piece.flow())
        } else if piece.is_inline() {
            let mut lines = piece.lines.iter();
            let first = lines.next().map_or(String::new(), |line| format!(" {line}"));
            lines.fold(first, |text, line| format!("{text}\n{}{line}", " ".repeat(node.column)))
        } else if matches!(node.step, Step::Item(_)) {
            // What an item holds begins behind the dash.
            let lines = piece.below(node.column + 2);
            format!(" {}", lines.trim_start())
        } else {
            piece.below(node.column + if piece.value.is_array() { 0 } else { 2 })
        };
        Some(Edit { from, to, insert })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::editor::edited;

    fn check(text: &str, path: &str, what: &Change, expected: &str) {
        let edits = change(text, 0, path, what);
        assert_eq!(edited(text, &edits), expected, "{what:?} {path} in\n{text}");
    }

    fn set(yaml: &str) -> Change {
        Change::Set(yaml.to_owned())
    }

    fn append(yaml: &str) -> Change {
        Change::Append(yaml.to_owned())
    }

    #[test]
    fn values_are_set() {
        check("a: 1 # one\nb: 2\n", "a", &set("x"), "a: x # one\nb: 2\n");
        check("a:\n  b: 1\n  # c\n", "a.d", &set("x"), "a:\n  b: 1\n  d: x\n  # c\n");
        check("a:\n- b: 1\n  c: 2\n", "a[0].d.e", &set("x"), "a:\n- b: 1\n  c: 2\n  d:\n    e: x\n");
        check("a:\n- b: 1\n", "a[0].b", &set("c: 2\nd: 3"), "a:\n- b:\n    c: 2\n    d: 3\n");
        check("a:\n  b: 1\nc: 2", "a", &set("[]"), "a: []\nc: 2");
        check("a:\nc: 2", "a.b", &set("1"), "a:\n  b: 1\nc: 2");
        check("a: {b: 1}\n", "a.b", &set("2"), "a: {b: 2}\n");
        check("a: {b: 1}\n", "a.c", &set("d: 2"), "a: {b: 1, c: {d: 2}}\n");
        check("a: {}\n", "a.c", &set("2"), "a:\n  c: 2\n");
        check("a: |\n  x\n\n  y\nb: 1\n", "a", &set("z"), "a: z\nb: 1\n");
        check("", "metadata.name", &set("x"), "metadata:\n  name: x\n");
        check("a: 1", "a", &set("1"), "a: 1");
        check("m:\n  a.b/c: 1\n", "m[a.b/c]", &set("2"), "m:\n  a.b/c: 2\n");
    }

    #[test]
    fn items_are_added() {
        check("a:\n  b: 1\n", "a.l", &append("x: 1\ny: 2\n"), "a:\n  b: 1\n  l:\n  - x: 1\n    y: 2\n");
        check("l:\n  - a: 1\nm: 2\n", "l", &append("a: 2"), "l:\n  - a: 1\n  - a: 2\nm: 2\n");
        check("l: []\n", "l", &append("a: 2"), "l:\n- a: 2\n");
        check("l: [{a: 1}]\n", "l", &append("a: 'x, y'"), "l: [{a: 1}, {a: \"x, y\"}]\n");
        check("l: [a]\n", "l[1]", &set("b"), "l: [a, b]\n");
    }

    #[test]
    fn what_is_removed_leaves_nothing_empty() {
        check("a: 1\nb:\n  c: 2\n  d: 3\ne: 4\n", "b.c", &Change::Remove, "a: 1\nb:\n  d: 3\ne: 4\n");
        check("spec:\n  a: 1\n  b:\n    c:\n      d: 2\n", "spec.b.c.d", &Change::Remove, "spec:\n  a: 1\n");
        check("l:\n- a: 1\n  b: 2\n- c: 3\n", "l[0].a", &Change::Remove, "l:\n- b: 2\n- c: 3\n");
        check("l:\n- a: 1\n  b: 2\n- c: 3\n", "l[0]", &Change::Remove, "l:\n- c: 3\n");
        check("l:\n- a: 1\nm: 2\n", "l[0].a", &Change::Remove, "m: 2\n");
        check("a: {b: 1, c: 2}\n", "a.b", &Change::Remove, "a: {c: 2}\n");
        check("a: {b: 1, c: 2}\n", "a.c", &Change::Remove, "a: {b: 1}\n");
        check("a: {b: 1}\nc: 2\n", "a.b", &Change::Remove, "c: 2\n");
        check("a: 1\n", "b", &Change::Remove, "a: 1\n");
    }

    #[test]
    fn objects_are_found() {
        let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: DaemonSet\n  metadata: {name: a}\n---\n\
                    apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: b\n  namespace: n\n";
        assert_eq!(find(text, &Key::new(Kind::DaemonSet, "default", "a")), Some((0, "items[0].".to_owned())));
        assert_eq!(find(text, &Key::new(Kind::DaemonSet, "n", "b")), Some((1, String::new())));
        assert_eq!(find(text, &Key::new(Kind::DaemonSet, "default", "b")), None);
    }
}
