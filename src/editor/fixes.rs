//! What repairs a mistake: edits, each with a title.

use serde_json::Value;

use super::change::{change, scalar};
use super::outline::{Node, Outline, Sort, Step, split_key, steps, written};
use super::problems::TWICE;
use super::schema::{Schema, Spot};
use super::{Edit, edited};
use crate::api::decode::{self, Manifest};
use crate::api::lint::{self, Diagnostic};
use crate::api::{Kind, kind, yaml};
use crate::cluster::Cluster;
use crate::kubectl::explain::Of;
use crate::kubectl::{distance, images_of, preview};
use crate::why::Change;

/// A way to repair a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What it does, in a few words.
    pub title: String,
    /// How.
    pub edits: Vec<Edit>,
}

/// What would repair a mistake of a text, the likeliest first; nothing where nobody can know what was meant.
pub fn repairs(text: &str, problem: &Diagnostic, cluster: &Cluster) -> Vec<Repair> {
    let outline = Outline::of(text);
    let line = problem.line.saturating_sub(1).min(outline.lines.len() - 1);
    let document = outline.lines[line].document;
    let node = outline.nodes.iter().position(|node| node.line == line && node.column + 1 == problem.column);
    let message = &problem.message;
    let it = Mistake { text, outline: &outline, line, document, node, message, cluster };
    let found = if message.starts_with("unknown field ") {
        it.unknown()
    } else if message.contains(TWICE) {
        it.twice()
    } else if message.contains("error validating data: ") {
        it.no_kind()
    } else if message.contains("no matches for kind ") {
        it.other_kind()
    } else if message.contains("cannot unmarshal ") {
        it.wrong_type()
    } else if message.contains("`selector` does not match template `labels`") {
        it.other_labels()
    } else if message.contains("field is immutable") {
        it.undo()
    } else if message.contains(": Required value") {
        it.missing()
    } else if message.contains(": Unsupported value: ") {
        it.supported()
    } else if message.contains("RFC 1123") {
        it.in_small_letters()
    } else if message.contains("error converting YAML to JSON: ") {
        it.syntax()
    } else {
        vec![]
    };
    found.into_iter().filter(|repair| !repair.edits.is_empty()).collect()
}

struct Mistake<'a> {
    text: &'a str,
    outline: &'a Outline<'a>,
    line: usize,
    document: usize,
    node: Option<usize>,
    message: &'a str,
    cluster: &'a Cluster,
}

impl Mistake<'_> {
    /// Gives a path another value.
    fn set(&self, path: &str, yaml: &str) -> Vec<Edit> {
        change(self.text, self.document, path, &Change::Set(yaml.to_owned()))
    }

    fn remove(&self, path: &str) -> Vec<Edit> {
        change(self.text, self.document, path, &Change::Remove)
    }

    /// The object that the mistake is in.
    fn manifest(&self) -> Option<Manifest> {
        let all = decode::decode("", self.text, &self.cluster.custom_kinds(), true).into_iter().flatten();
        all.filter(|it| it.document == self.document).find(|it| self.prefix().is_empty() || self.prefix() == it.path(""))
    }

    /// What stands before the paths of the object's fields, where it is an item of a `List`.
    fn prefix(&self) -> String {
        let path = self.node.map(|node| self.outline.path(node)).unwrap_or_default();
        let is_list = self.outline.child_value(None, self.document, "kind").as_deref() == Some("List");
        if is_list { written(path.get(..2).unwrap_or_default()) + "." } else { String::new() }
    }

    /// The path that the words begin with, from the top of the document.
    fn path(&self) -> String {
        self.prefix() + self.message.split(": ").next().unwrap_or_default()
    }

    fn spot(&self, path: &[Step], then: impl FnOnce(Spot<'_>) -> Option<String>) -> Option<String> {
        let schema = Schema::of(self.outline, self.document, path, self.cluster)?;
        then(schema.at(path)?)
    }

    /// The words between quotes, in order.
    fn quoted(&self, of: &str) -> Vec<String> {
        of.split('"').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn unknown(&self) -> Vec<Repair> {
        let Some(path) = self.quoted(self.message).pop() else { return vec![] };
        let path = if path.starts_with("items[") { path } else { self.prefix() + &path };
        let (found, rest) = self.outline.follow(self.document, &path);
        let Some(node) = found.filter(|_| rest.is_empty()) else { return vec![] };
        let steps = self.outline.path(node);
        let Some((Step::Key(name), before)) = steps.split_last() else { return vec![] };
        let taken: Vec<&Step> = self
            .outline
            .children(self.outline.nodes[node].parent, self.document)
            .map(|at| &self.outline.nodes[at].step)
            .collect();
        let near = self.spot(before, |spot| {
            let rows = spot.of.map(Of::rows).unwrap_or_default();
            let far = |other: &str| distance(&name.to_lowercase(), &other.to_lowercase());
            let most = if name.len() < 4 { 1 } else { 2 };
            let rows = rows.iter().filter(|row| !taken.contains(&&Step::Key(row.name.to_owned())));
            rows.map(|row| (far(row.name), row.name)).filter(|(far, _)| *far <= most).min().map(|(_, name)| name.to_owned())
        });
        let key = &self.outline.nodes[node].key;
        let renamed = near.map(|near| Repair {
            title: format!("Did you mean {near}?"),
            edits: vec![Edit { from: key.start, to: key.end, insert: near }],
        });
        let removed = Repair { title: format!("Remove {name}"), edits: self.remove(&path) };
        renamed.into_iter().chain([removed]).collect()
    }

    fn twice(&self) -> Vec<Repair> {
        let Some(first) = self.node else { return vec![] };
        let parent = self.outline.nodes[first].parent;
        let is_other = |at: &usize| *at != first && self.outline.nodes[*at].step == self.outline.nodes[first].step;
        let Some(second) = self.outline.children(parent, self.document).find(is_other) else { return vec![] };
        let remove = |which: &str, at: usize| {
            let node: &Node = &self.outline.nodes[at];
            let lines = &self.outline.lines;
            let is_alone = !node.is_flow && self.text[lines[node.line].span.start..node.key.start].trim().is_empty();
            let to = lines.get(self.outline.last_line(at) + 1).map_or(self.text.len(), |line| line.span.start);
            let edits =
                if is_alone { vec![Edit { from: lines[node.line].span.start, to, insert: String::new() }] } else { vec![] };
            Repair { title: format!("Delete the {which}, on line {}", node.line + 1), edits }
        };
        vec![remove("first", first), remove("second", second)]
    }

    fn no_kind(&self) -> Vec<Repair> {
        let word = |key| self.outline.child_value(None, self.document, key);
        let (version, name) = (word("apiVersion"), word("kind"));
        let insert =
            |key: &str, value: &str| Repair { title: format!("Insert {key}: {value}"), edits: self.at_top(key, value) };
        let mut found = vec![];
        if self.message.contains("apiVersion not set") {
            let kinds = kind::ALL.iter().filter(|kind| name.as_deref().is_none_or(|name| name == kind.name()));
            let mut versions: Vec<&str> = kinds.map(|kind| kind.api_version()).collect();
            versions.sort_unstable_by_key(|version| (*version != "apps/v1", *version != "v1"));
            found.extend(versions.first().map(|version| insert("apiVersion", version)));
        } else if self.message.contains("kind not set") {
            let fits = |kind: &&Kind| version.as_deref().is_none_or(|version| version == kind.api_version());
            let mut kinds: Vec<&Kind> = kind::ALL.iter().filter(fits).collect();
            kinds.sort_by_key(|kind| !matches!(kind, Kind::DaemonSet | Kind::Pod | Kind::Role));
            found.extend(kinds.iter().take(3).map(|kind| insert("kind", kind.name())));
        }
        found
    }

    /// A key at the top of the document: the version first, the kind behind it.
    fn at_top(&self, key: &str, value: &str) -> Vec<Edit> {
        if self.outline.child(None, self.document, key).is_some() {
            return self.set(key, value);
        }
        let version = self.outline.child(None, self.document, "apiVersion").filter(|_| key == "kind");
        let first = self.outline.children(None, self.document).next();
        let at = match (version, first) {
            (Some(version), _) => {
                let end = self.outline.lines[self.outline.nodes[version].line].span.end;
                return vec![Edit { from: end, to: end, insert: format!("\n{key}: {value}") }];
            }
            (None, Some(first)) => self.outline.lines[self.outline.nodes[first].line].span.start,
            (None, None) => return self.set(key, value),
        };
        vec![Edit { from: at, to: at, insert: format!("{key}: {value}\n") }]
    }

    fn other_kind(&self) -> Vec<Repair> {
        let words = self.quoted(self.message.split("no matches for kind ").nth(1).unwrap_or_default());
        let [name, version, ..] = words.as_slice() else { return vec![] };
        let custom = self.cluster.custom_kinds();
        let all = || kind::ALL.iter().chain(&custom);
        let near = |it: &&Kind| distance(&it.name().to_lowercase(), &name.to_lowercase()) <= 2;
        let meant = all().find(|it| it.name() == name).or_else(|| all().find(near));
        let Some(meant) = meant else { return vec![] };
        let prefix = self.prefix();
        let mut edits = vec![];
        if meant.name() != name {
            edits.extend(self.set(&format!("{prefix}kind"), meant.name()));
        }
        if !meant.serves(version) {
            edits.extend(self.set(&format!("{prefix}apiVersion"), meant.api_version()));
        }
        vec![Repair { title: format!("Did you mean {} in {}?", meant.name(), meant.api_version()), edits }]
    }

    fn wrong_type(&self) -> Vec<Repair> {
        let Some((given, rest)) = self.message.split_once("cannot unmarshal ").and_then(|(_, rest)| rest.split_once(' '))
        else {
            return vec![];
        };
        let wanted = rest.rsplit(" of type ").next().unwrap_or_default();
        let Some(node) = self.node.map(|node| self.innermost(node)) else { return vec![] };
        let span = self.outline.nodes[node].value.clone();
        let written = &self.text[span.clone()];
        let replace = |title: String, insert: String| {
            vec![Repair { title, edits: vec![Edit { from: span.start, to: span.end, insert }] }]
        };
        let bare = super::outline::unquoted(written);
        let (is_text, is_number) = (bare.len() < written.len(), bare.parse::<i64>().is_ok());
        match (given, wanted) {
            ("number" | "bool", "string") if !is_text => {
                replace(format!("Write it as a text: \"{written}\""), format!("\"{written}\""))
            }
            ("string", "int32" | "int64") if is_number => replace(format!("Write it as a number: {bare}"), bare),
            ("string", "bool") => {
                let is_true = matches!(bare.to_lowercase().as_str(), "true" | "yes" | "on" | "1");
                replace(format!("Write {is_true}"), is_true.to_string())
            }
            ("string", list) if list.starts_with("[]string") => {
                replace(format!("Write it as a list: [{written}]"), format!("[{written}]"))
            }
            ("object", list) if list.starts_with("[]") => self.as_list(node),
            _ => vec![],
        }
    }

    /// The item's only key, where the place is that of an item.
    fn innermost(&self, node: usize) -> usize {
        let same =
            |other: &Node| other.line == self.line && other.column > self.outline.nodes[node].column && !other.is_flow;
        let is_item = matches!(self.outline.nodes[node].step, Step::Item(_));
        self.outline.nodes.iter().rposition(same).filter(|_| is_item).unwrap_or(node)
    }

    /// Makes what stands below a key the only item of a list.
    fn as_list(&self, node: usize) -> Vec<Repair> {
        let outline = self.outline;
        let Some(first) = outline.children(Some(node), self.document).next() else { return vec![] };
        let (from, to) = (outline.nodes[first].line, outline.last_line(node));
        if from == outline.nodes[node].line {
            return vec![];
        }
        let edits = (from..=to).filter(|at| outline.lines[*at].sort != Sort::Blank).map(|at| {
            let column = outline.nodes[first].column;
            let start = outline.lines[at].span.start + if at == from { column } else { 0 };
            Edit { from: start, to: start, insert: if at == from { "- " } else { "  " }.to_owned() }
        });
        vec![Repair { title: "Write it as an item of a list".to_owned(), edits: edits.collect() }]
    }

    fn other_labels(&self) -> Vec<Repair> {
        let Some(manifest) = self.manifest() else { return vec![] };
        let spec = &manifest.value["spec"];
        let (wanted, labels) = (&spec["selector"]["matchLabels"], &spec["template"]["metadata"]["labels"]);
        let prefix = manifest.path("spec.");
        let is_there = self
            .cluster
            .store()
            .object(
                &Manifest {
                    namespace: manifest.namespace.clone().or_else(|| Some("default".to_owned())),
                    ..manifest.clone()
                }
                .key(),
            )
            .is_some();
        let mut found = vec![];
        if let Value::Object(wanted) = wanted {
            let mut merged = labels.as_object().cloned().unwrap_or_default();
            merged.extend(wanted.clone());
            let edits = self.set(&format!("{prefix}template.metadata.labels"), &yaml::to_string(&Value::Object(merged)));
            found.push(Repair { title: "Give the template the selector's labels".to_owned(), edits });
        }
        // The selector of what is there cannot change.
        if labels.is_object() && !is_there {
            let edits = self.set(&format!("{prefix}selector.matchLabels"), &yaml::to_string(labels));
            found.push(Repair { title: "Give the selector the template's labels".to_owned(), edits });
        }
        found
    }

    fn undo(&self) -> Vec<Repair> {
        let Some(manifest) = self.manifest() else { return vec![] };
        let Some(preview) = preview(&manifest, self.cluster) else { return vec![] };
        let path = self.message.split(": ").next().unwrap_or_default();
        let live = steps(path).iter().try_fold(&preview.live, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Item(at) => value.get(at),
        });
        let Some(live) = live else { return vec![] };
        let edits = self.set(&manifest.path(path), &yaml::to_string(live));
        vec![Repair { title: format!("Set {path} back to what is in the cluster"), edits }]
    }

    fn missing(&self) -> Vec<Repair> {
        let path = self.path();
        let all = steps(&path);
        let Some(Step::Key(name)) = all.last() else { return vec![] };
        let Some(value) = self.guess(name, &all) else { return vec![] };
        let shown = value.trim_end().replace('\n', " ");
        let shown = if value.contains('\n') { "…".to_owned() } else { shown };
        vec![Repair { title: format!("Insert {name}: {shown}"), edits: self.set(&path, &value) }]
    }

    /// A value for a field that must be given.
    fn guess(&self, name: &str, path: &[Step]) -> Option<String> {
        let spec = || self.manifest().map(|manifest| manifest.value["spec"].clone());
        let labels = |value: &Value| Some(value).filter(|value| value.is_object()).map(yaml::to_string);
        match name {
            "image" => {
                let pods = self.cluster.store().objects(Kind::Pod).flat_map(images_of);
                return Some(pods.into_iter().next().unwrap_or_else(|| "busybox:1.36".to_owned()));
            }
            "name" if path.len() <= 4 => {
                let kind = self.outline.child_value(None, self.document, "kind")?;
                return Some(format!("my-{}", kind.to_lowercase()));
            }
            "name" => return Some("main".to_owned()),
            "containers" => return Some("- name: main\n  image: busybox:1.36\n".to_owned()),
            "selector" => {
                let labels = labels(&spec()?["template"]["metadata"]["labels"]).unwrap_or_else(|| "app: main\n".to_owned());
                return Some(format!(
                    "matchLabels:\n{}",
                    labels.lines().map(|line| format!("  {line}\n")).collect::<String>()
                ));
            }
            _ => {}
        }
        self.spot(path, |spot| {
            let values = spot.row.map(|row| row.values).unwrap_or_default();
            Some(match (values.first(), spot.type_name.as_str()) {
                (Some(value), _) => value.clone(),
                (None, "integer" | "number") => "1".to_owned(),
                (None, "boolean") => "true".to_owned(),
                (None, name) if name.starts_with("[]") => "[]".to_owned(),
                (None, "string") => "\"\"".to_owned(),
                _ => "{}".to_owned(),
            })
        })
    }

    fn supported(&self) -> Vec<Repair> {
        let Some((given, listed)) = self.message.split_once(": supported values: ") else { return vec![] };
        let given = self.quoted(given).pop().unwrap_or_default().to_lowercase();
        let mut values = self.quoted(listed);
        values.sort_by_key(|value| distance(&given, &value.to_lowercase()));
        let path = self.path();
        values
            .iter()
            .take(4)
            .map(|value| Repair { title: format!("Set {value}"), edits: self.set(&path, &scalar(value)) })
            .collect()
    }

    fn in_small_letters(&self) -> Vec<Repair> {
        let Some(given) = self.quoted(self.message).into_iter().next() else { return vec![] };
        let dots = self.message.contains("subdomain");
        let fits = |c: char| if c.is_ascii_alphanumeric() || (dots && c == '.') { c.to_ascii_lowercase() } else { '-' };
        let name: String = given.chars().map(fits).collect();
        let name = name.trim_matches(['-', '.']);
        let path = self.path();
        if name.is_empty() { vec![] } else { vec![Repair { title: format!("Write {name}"), edits: self.set(&path, name) }] }
    }

    fn syntax(&self) -> Vec<Repair> {
        let tabs: Vec<Edit> = (0..self.outline.lines.len()).filter_map(|at| self.untabbed(at)).collect();
        if !tabs.is_empty() {
            return vec![Repair { title: "Turn tabs into spaces".to_owned(), edits: tabs }];
        }
        let mut found = self.spaced();
        found.extend(self.indented());
        // Only what gets rid of every mistake of this sort.
        found.retain(|repair| yaml::parse(&edited(self.text, &repair.edits)).is_ok());
        let custom = self.cluster.custom_kinds();
        found.sort_by_cached_key(|repair| lint::lint("", &edited(self.text, &repair.edits), &custom).len());
        found.truncate(2);
        found
    }

    /// The white space that a line begins with, without tabs.
    fn untabbed(&self, at: usize) -> Option<Edit> {
        let (line, start) = (self.outline.line(at), self.outline.lines[at].span.start);
        let lead = &line[..line.len() - line.trim_start().len()];
        lead.contains('\t').then(|| Edit { from: start, to: start + lead.len(), insert: lead.replace('\t', "  ") })
    }

    /// A space behind a colon that has none.
    fn spaced(&self) -> Vec<Repair> {
        let lines = [self.line.saturating_sub(1), self.line];
        let of = |at: usize| {
            let line = self.outline.line(at);
            let colon = line.find(':').filter(|_| split_key(line.trim_start()).is_none())?;
            let place = self.outline.lines[at].span.start + colon + 1;
            let edits = vec![Edit { from: place, to: place, insert: " ".to_owned() }];
            Some(Repair { title: format!("Put a space behind the colon on line {}", at + 1), edits })
        };
        lines.into_iter().filter_map(of).collect()
    }

    /// Another indentation, in line with something above.
    fn indented(&self) -> Vec<Repair> {
        let at = self.line;
        let line = self.outline.line(at);
        let indent = line.len() - line.trim_start().len();
        let above = self.outline.nodes.iter().filter(|node| node.line < at && node.document == self.document);
        let mut columns: Vec<usize> = above.map(|node| node.column).filter(|column| *column != indent).collect();
        columns.sort_unstable_by_key(|column| (column.abs_diff(indent), *column));
        columns.dedup();
        let start = self.outline.lines[at].span.start;
        let of = |column: &usize| Repair {
            title: format!("Indent line {} by {column}", at + 1),
            edits: vec![Edit { from: start, to: start + indent, insert: " ".repeat(*column) }],
        };
        columns.iter().map(of).collect()
    }
}
