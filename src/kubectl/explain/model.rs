//! What there is to say about a field: its type, whether it must be given, the values it may have, and a text.
//!
//! The types come from [`crate::api::schema`]. `facts.txt` has what else a real server's OpenAPI says: a line is a type, then
//! each field of which there is something to say: `!` it must be given, `:Name` what a type that the schema does not look into
//! is called, `=A,B` its values. `fields.txt` has the texts: `# Type The text of the type.`, then a line a field. `# Type (Other)`
//! takes from `Other` what it does not say itself; what nobody says is looked for under `Object`.

use super::super::error::Failure;
use crate::api::Kind;
use crate::api::schema::{Shape, Type};

/// A field, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds, as `kubectl explain` names it: `[]Container`.
    pub type_name: String,
    /// Whether it must be given.
    pub is_required: bool,
    /// The values it may have, with commas between them; empty where it may have any.
    pub values: &'static str,
    /// What it is for, in a few sentences; empty where the playground has no text.
    pub text: &'static str,
    /// What it holds.
    pub(super) shape: Shape,
}

/// The field at the end of a path of names: `["spec", "template", "spec", "containers", "image"]`. Lists and maps are passed
/// through.
///
/// # Examples
/// ```
/// use playground::api::Kind;
/// let field = playground::kubectl::explain::field(Kind::DaemonSet, &["spec", "selector"]).unwrap();
/// assert_eq!(field.type_name, "LabelSelector");
/// assert!(field.is_required && field.text.ends_with('.'));
/// ```
pub fn field(kind: Kind, path: &[&str]) -> Option<Field> {
    let (last, before) = path.split_last()?;
    let mut shape = Shape::Object(kind.name());
    for name in before {
        shape = one_of(inside(&shape)?, name)?.shape;
    }
    one_of(inside(&shape)?, last)
}

/// Why there is no field at the end of a path: it does not exist, or the schema does not look into the type it would be in;
/// `missing` is the name that kubectl says.
pub(super) fn why_not(kind: Kind, path: &[&str], missing: &str) -> Failure {
    let unknown = (1..path.len()).filter_map(|end| field(kind, &path[..end])).find(is_cut);
    match unknown {
        Some(field) => {
            let name = field.type_name.trim_start_matches("[]");
            Failure::refused(format_args!("the playground does not know the fields of {name}"))
        }
        None => Failure::refused(format_args!("field {missing:?} does not exist")),
    }
}

/// Whether a field holds an object whose fields the schema leaves out; of these three there are none.
pub(super) fn is_cut(field: &Field) -> bool {
    const WITHOUT_FIELDS: [&str; 3] = ["FieldsV1", "RawExtension", "CustomResourceSubresourceStatus"];
    matches!(innermost(&field.shape), Shape::Any) && !WITHOUT_FIELDS.contains(&field.type_name.as_str())
}

/// Every field of a type, by name.
pub(super) fn fields(of: &'static str) -> Vec<Field> {
    let mut names: Vec<&'static str> = Type::named(of).fields().map(|(name, _)| name).collect();
    names.sort_unstable();
    names.into_iter().filter_map(|name| one_of(of, name)).collect()
}

/// The name of the type of the objects that a field holds one, a list or a map of.
pub(super) fn inside(shape: &Shape) -> Option<&'static str> {
    match innermost(shape) {
        Shape::Object(name) => Some(name),
        _ => None,
    }
}

/// What a list or map holds.
pub(super) fn innermost(shape: &Shape) -> &Shape {
    match shape {
        Shape::List(item) | Shape::Map(item) => innermost(item),
        other => other,
    }
}

/// What the type of the innermost thing is for.
pub(super) fn about_type(shape: &Shape, type_name: &str) -> &'static str {
    let name = match innermost(shape) {
        Shape::Object(name) => name,
        Shape::Quantity => "Quantity",
        Shape::IntOrString => "IntOrString",
        Shape::Time => "Time",
        Shape::Any => type_name.trim_start_matches("[]"),
        _ => return "",
    };
    about(name)
}

/// What a type is for; empty where the playground has no text.
pub(super) fn about(name: &str) -> &'static str {
    Texts::of(name).about
}

/// The field of a type.
pub(super) fn one_of(of: &'static str, name: &str) -> Option<Field> {
    let (name, field) = Type::named(of).fields().find(|(field, _)| *field == name)?;
    let fact = fact(of, name);
    let type_name = type_name(&field.shape, fact.called);
    Some(Field {
        name,
        type_name,
        is_required: fact.is_required,
        values: fact.values,
        text: text(of, name),
        shape: field.shape,
    })
}

/// What an OpenAPI document calls what a field holds; `called` is the name of a type that the schema does not look into.
fn type_name(shape: &Shape, called: &str) -> String {
    let word = match shape {
        Shape::List(item) => return "[]".to_owned() + &type_name(item, called),
        Shape::Map(item) => return "map[string]".to_owned() + &type_name(item, called),
        Shape::Object(name) => name,
        Shape::String | Shape::Time | Shape::Bytes => "string",
        Shape::Int32 | Shape::Int64 => "integer",
        Shape::Bool => "boolean",
        Shape::Float => "number",
        Shape::Quantity => "Quantity",
        Shape::IntOrString => "IntOrString",
        Shape::Any => called,
    };
    word.to_owned()
}

/// A field's word of `facts.txt`.
#[derive(Default)]
struct Fact {
    is_required: bool,
    called: &'static str,
    values: &'static str,
}

fn fact(of: &str, name: &str) -> Fact {
    let of_type = |line: &'static str| line.strip_prefix(of)?.strip_prefix(' ');
    let words = include_str!("facts.txt").lines().find_map(of_type).unwrap_or_default().split(' ');
    let after_name = |word: &'static str| word.strip_prefix(name).filter(|rest| rest.starts_with(['!', ':', '=']));
    let Some(word) = words.into_iter().find_map(after_name) else { return Fact::default() };
    let (word, values) = word.split_once('=').unwrap_or((word, ""));
    let (word, called) = word.split_once(':').unwrap_or((word, ""));
    Fact { is_required: word == "!", called, values }
}

/// The text of a field, from the first of its type, the types like it, and `Object` that has one.
fn text(of: &str, name: &str) -> &'static str {
    let texts = Texts::of(of);
    let inherited =
        || if texts.like.is_empty() { None } else { Some(text(texts.like, name)).filter(|text| !text.is_empty()) };
    let own = texts.field(name).or_else(inherited);
    own.or_else(|| Texts::of("Object").field(name)).unwrap_or_default()
}

/// What `fields.txt` says of a type.
#[derive(Default)]
struct Texts {
    about: &'static str,
    /// The type whose texts it shares.
    like: &'static str,
    /// A line a field.
    fields: &'static str,
}

impl Texts {
    fn of(name: &str) -> Texts {
        let all = include_str!("fields.txt");
        let named = |block: &'static str| block.strip_prefix(name).filter(|rest| rest.starts_with([' ', '\n']));
        let Some(block) = all.split("\n# ").find_map(named) else { return Texts::default() };
        let (head, fields) = block.split_once('\n').unwrap_or((block, ""));
        let head = head.trim_start();
        match head.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            Some((like, about)) => Texts { about: about.trim_start(), like, fields },
            None => Texts { about: head, like: "", fields },
        }
    }

    fn field(&self, name: &str) -> Option<&'static str> {
        self.fields.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    }
}
