//! What stands at a place of a manifest, by the kind that the manifest says it is of.

use serde_json::Value;

use super::outline::{Outline, Step};
use crate::api::Kind;
use crate::cluster::Cluster;
use crate::kubectl::explain::{self, Of, Row};

/// The kind of an object in a text, as far as that says it.
pub(super) struct Schema {
    /// The kind.
    pub(super) kind: Kind,
    /// What people wrote about it, where it is of their own.
    custom: Value,
    /// How many steps lead to the object: none, or to an item of a `List`.
    pub(super) depth: usize,
}

/// What there is at a place.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    /// The fields of what it holds.
    pub(super) of: Option<Of<'a>>,
    /// What it is, as `kubectl explain` names it.
    pub(super) type_name: String,
    /// The last field on the way.
    pub(super) row: Option<Row<'a>>,
    /// The type which that field is one of.
    pub(super) holder: &'static str,
}

impl Schema {
    /// That of the object which a path leads into; none where the text does not say enough.
    pub(super) fn of(outline: &Outline<'_>, document: usize, path: &[Step], cluster: &Cluster) -> Option<Schema> {
        let (root, depth) = object(outline, document, path);
        let word = |key: &str| outline.child_value(root, document, key);
        let custom = cluster.custom_kinds();
        let name = word("kind")?;
        let kind = match word("apiVersion") {
            Some(version) => Kind::in_manifest(&version, &name, &custom).or_else(|| Kind::named(&name, &custom)),
            None => Kind::named(&name, &custom),
        }?;
        if kind.name() != name {
            // Resources have names that are no kinds.
            return None;
        }
        let custom = match kind {
            Kind::Custom(_) => explain::schema_of(kind, kind.version(), cluster.store()),
            _ => Value::Null,
        };
        Some(Schema { kind, custom, depth })
    }

    /// What stands at the end of a path from the top of the document; none where there is no such field.
    pub(super) fn at(&self, path: &[Step]) -> Option<Spot<'_>> {
        let name = self.kind.name();
        let of = if self.custom.is_null() { Of::Type(name) } else { Of::Kind(&self.custom) };
        let mut spot = Spot { of: Some(of), type_name: name.to_owned(), row: None, holder: "" };
        for step in path.get(self.depth..)? {
            spot = spot.step(step)?;
        }
        Some(spot)
    }
}

impl<'a> Spot<'a> {
    fn step(self, step: &Step) -> Option<Spot<'a>> {
        let inner = |prefix: &str| self.type_name.strip_prefix(prefix).map(str::to_owned);
        match step {
            Step::Item(_) => Some(Spot { type_name: inner("[]")?, ..self }),
            Step::Key(_) if self.is_list() => None,
            Step::Key(key) => match inner("map[string]") {
                Some(type_name) => Some(Spot { type_name, ..self }),
                None => {
                    let of = self.of?;
                    let holder = if let Of::Type(name) = of { name } else { "" };
                    let row = of.row(key)?;
                    Some(Spot { of: row.of, type_name: row.type_name.clone(), row: Some(row), holder })
                }
            },
        }
    }

    /// Whether it is a list.
    pub(super) fn is_list(&self) -> bool {
        self.type_name.starts_with("[]")
    }

    /// Whether it is a map whose keys are free.
    pub(super) fn is_map(&self) -> bool {
        self.type_name.starts_with("map[")
    }
}

/// The object which a path leads into: the document, or an item of a `List`; and how many steps lead there.
fn object(outline: &Outline<'_>, document: usize, path: &[Step]) -> (Option<usize>, usize) {
    let is_list = outline.child_value(None, document, "kind").as_deref() == Some("List");
    match path {
        [Step::Key(items), Step::Item(number), ..] if is_list && items == "items" => {
            let items = outline.child(None, document, "items");
            let item = outline.children(items, document).find(|at| outline.nodes[*at].step == Step::Item(*number));
            (item.filter(|_| items.is_some()), 2)
        }
        _ => (None, 0),
    }
}
