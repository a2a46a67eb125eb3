//! What a field is.

use serde_json::Value;

use super::complete::is_needed;
use super::outline::{Outline, Step, written};
use super::schema::Schema;
use crate::api::{decode, defaults, yaml};
use crate::cluster::Cluster;

/// What there is to say about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// Where the field begins in the text, in bytes.
    pub from: usize,
    /// Where it ends, its value on the same line included.
    pub to: usize,
    /// Its path: `spec.template.spec.containers[0].image`.
    pub path: String,
    /// What it holds, as `kubectl explain` names it.
    pub type_name: String,
    /// Whether it must be given.
    pub is_required: bool,
    /// What the server writes where it is left out; none where it writes nothing, or cannot read the rest.
    pub default: Option<String>,
    /// The values that it may have; none where it may have any.
    pub values: Vec<String>,
    /// What it is for.
    pub text: String,
}

/// Help on the field at a place of a text, in bytes: the one that the place is in, or else the first of the line.
pub fn help(text: &str, at: usize, cluster: &Cluster) -> Option<Help> {
    let outline = Outline::of(text);
    let (line, _) = outline.place(at.min(text.len()));
    let is_key = |node: &usize| outline.nodes[*node].line == line && matches!(outline.nodes[*node].step, Step::Key(_));
    let keys: Vec<usize> = (0..outline.nodes.len()).filter(is_key).collect();
    let node = *keys.iter().rfind(|node| outline.nodes[**node].key.start <= at).or(keys.first())?;
    let (path, document) = (outline.path(node), outline.nodes[node].document);
    let schema = Schema::of(&outline, document, &path, cluster)?;
    let spot = schema.at(&path)?;
    let row = spot.row?;
    let is_required = is_needed(&row, path.len() == schema.depth + 1);
    let is_entry = !matches!(path.last(), Some(Step::Key(key)) if key == row.name);
    let span = &outline.nodes[node];
    let end = if outline.nodes.get(node + 1).is_some_and(|next| next.is_flow) { span.key.end } else { span.value.end };
    Some(Help {
        from: span.key.start,
        to: end.max(span.key.end),
        path: written(&path),
        type_name: if is_entry { spot.type_name } else { row.type_name },
        is_required: is_required && !is_entry,
        default: default(text, document, &path, &schema).filter(|_| !is_entry && !is_required),
        values: row.values,
        text: row.texts.first().map_or_else(String::new, |text| (*text).to_owned()),
    })
}

/// What the server writes where a field is left out: the document is read without it.
fn default(text: &str, document: usize, path: &[Step], schema: &Schema) -> Option<String> {
    let documents = yaml::documents(text);
    let mut value = documents.into_iter().flatten().find(|it| it.index == document)?.value;
    let (object, path) = path.split_at_checked(schema.depth)?;
    let root = object.iter().try_fold(&mut value, |value, step| inner(value, step))?;
    let (last, before) = path.split_last()?;
    let holder = before.iter().try_fold(&mut *root, |value, step| inner(value, step))?;
    let Step::Key(key) = last else { return None };
    holder.as_object_mut()?.remove(key);
    let (mut object, _) = decode::lenient(schema.kind, root).ok()?;
    defaults::apply(&mut object);
    let mut full = object.to_value();
    let written = path.iter().try_fold(&mut full, |value, step| inner(value, step))?;
    match written {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Null | Value::String(_) => None,
        Value::Array(_) | Value::Object(_) => Some(yaml::to_compact_json(written)),
        other => Some(other.to_string()),
    }
}

fn inner<'a>(value: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Key(key) => value.get_mut(key),
        Step::Item(number) => value.get_mut(number),
    }
}
