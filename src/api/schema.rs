//! The shapes of Kubernetes' types: which fields there are, what they hold, how lists of them merge.
//!
//! The table (`schema.txt`) is made and checked by `tests/schema.rs`. A line is a type: its name, then each field's name and
//! shape. `s` string, `i` int32, `l` int64, `b` bool, `f` number, `q` quantity, `x` int or string, `t` time, `u` time with
//! microseconds, `y` bytes, `a` anything, `[]` list of, `{}` map of, a name with a capital: another type of the table. After it
//! `:Name` Go's name for it, `*` kept even where it is nought, `!` always printed, `=key` the key that items are merged by.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in manifests.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// The name of its Go type, where it has one of its own: `RestartPolicy`, `types.UID`.
    pub go_name: Option<&'static str>,
    /// Whether nothing (`""`, `0`, `false`, an empty list) is something else than its absence.
    pub keeps_nothing: bool,
    /// How a list merges.
    pub merge: Merge,
}

/// How a list merges with another in a strategic merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The new one replaces the old one.
    Replace,
    /// Items with the same value of this field are the same item.
    ByKey(&'static str),
    /// Items are scalars, each of which is in the list once.
    AsSet,
}

/// What a value looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    String,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// True or false.
    Bool,
    /// Any number.
    Float,
    /// An amount: `100m`.
    Quantity,
    /// A whole number or a string: `25%`.
    IntOrString,
    /// A time to the second, or to the microsecond.
    Time,
    /// Bytes in base 64.
    Bytes,
    /// Whatever.
    Any,
    /// An object of this type.
    Object(&'static str),
    /// A list.
    List(Box<Shape>),
    /// A map from strings.
    Map(Box<Shape>),
}

/// The fields of a type (`PodSpec`), sorted by name; none for a type that is not in the table.
pub fn fields(type_name: &str) -> Option<&'static [Field]> {
    static TABLE: OnceLock<BTreeMap<&'static str, Vec<Field>>> = OnceLock::new();
    TABLE.get_or_init(|| include_str!("schema.txt").lines().map(read_type).collect()).get(type_name).map(Vec::as_slice)
}

/// A field of a type.
///
/// # Examples
/// ```
/// use playground::api::schema::{Merge, Shape, field};
/// let containers = field("PodSpec", "containers").unwrap();
/// assert_eq!(containers.shape, Shape::List(Box::new(Shape::Object("Container"))));
/// assert_eq!(containers.merge, Merge::ByKey("name"));
/// ```
pub fn field(type_name: &str, name: &str) -> Option<&'static Field> {
    fields(type_name)?.iter().find(|field| field.name == name)
}

fn read_type(line: &'static str) -> (&'static str, Vec<Field>) {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let mut fields = Vec::new();
    while let (Some(name), Some(word)) = (words.next(), words.next()) {
        let (word, merge) = match word.split_once('=') {
            None => (word, Merge::Replace),
            Some((word, "")) => (word, Merge::AsSet),
            Some((word, key)) => (word, Merge::ByKey(key)),
        };
        let bare = word.trim_end_matches(['*', '!']);
        let keeps_nothing = bare.len() < word.len();
        let (shape, go_name) = bare.split_once(':').map_or((bare, None), |(shape, name)| (shape, Some(name)));
        fields.push(Field { name, shape: read_shape(shape), go_name, keeps_nothing, merge });
    }
    (name, fields)
}

fn read_shape(word: &'static str) -> Shape {
    if let Some(item) = word.strip_prefix("[]") {
        return Shape::List(Box::new(read_shape(item)));
    }
    if let Some(item) = word.strip_prefix("{}") {
        return Shape::Map(Box::new(read_shape(item)));
    }
    match word {
        "s" => Shape::String,
        "i" => Shape::Int32,
        "l" => Shape::Int64,
        "b" => Shape::Bool,
        "f" => Shape::Float,
        "q" => Shape::Quantity,
        "x" => Shape::IntOrString,
        "t" | "u" => Shape::Time,
        "y" => Shape::Bytes,
        "a" => Shape::Any,
        name => Shape::Object(name),
    }
}

impl Field {
    /// What Go calls the type, as its messages name it: `[]v1.Container`, `int32`, `v1.RestartPolicy`.
    pub fn go_type(&self) -> String {
        match (&self.shape, self.go_name) {
            (Shape::List(item), name) => format!("[]{}", go_type(item, name)),
            (shape, name) => go_type(shape, name),
        }
    }
}

/// Go's name of a shape, `name` being the name it has of its own.
pub(super) fn go_type(shape: &Shape, name: Option<&str>) -> String {
    let qualified = |name: &str| if name.contains('.') { name.to_owned() } else { format!("v1.{name}") };
    if let Some(name) = name {
        return qualified(name);
    }
    match shape {
        Shape::String => "string".to_owned(),
        Shape::Int32 => "int32".to_owned(),
        Shape::Int64 => "int64".to_owned(),
        Shape::Bool => "bool".to_owned(),
        Shape::Float => "float64".to_owned(),
        Shape::Quantity => "resource.Quantity".to_owned(),
        Shape::IntOrString => "intstr.IntOrString".to_owned(),
        Shape::Time => "v1.Time".to_owned(),
        Shape::Bytes => "[]uint8".to_owned(),
        Shape::Any => "interface {}".to_owned(),
        Shape::Object(name) => qualified(name),
        Shape::List(item) => format!("[]{}", go_type(item, None)),
        Shape::Map(item) => format!("map[string]{}", go_type(item, None)),
    }
}
