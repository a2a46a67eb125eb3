//! The shapes of Kubernetes' types: which fields there are, what they hold, how lists of them merge.
//!
//! The table (`schema.txt`) is made and checked by `tests/schema.rs`. A line is a type: its name, then each field's name and
//! shape. `s` string, `i` int32, `l` int64, `b` bool, `f` number, `q` quantity, `x` int or string, `t` time, `u` time with
//! microseconds, `y` bytes, `a` anything, `[]` list of, `{}` map of, a name with a capital: another type of the table. After it
//! `:Name` Go's name for it, `*` kept even where it is nought, `!` always printed, `=key` the key that items are merged by.

/// The types of what no server stores and kubectl prints.
const OF_KUBECTL: &str = "\
APIResource name s singularName s namespaced b group s version s kind s verbs []s shortNames []s categories []s
APIResourceList kind s apiVersion s groupVersion s resources []APIResource
Config kind s apiVersion s clusters []NamedCluster users []NamedUser contexts []NamedContext current-context s
EventList kind s apiVersion s metadata a items []Event
KubeCluster server s certificate-authority-data s
KubeContext cluster s user s namespace s
List kind s apiVersion s metadata a items []a
NamedCluster name s cluster KubeCluster
NamedContext name s context KubeContext
NamedUser name s user a
SelfSubjectReview kind s apiVersion s metadata ObjectMeta status SelfSubjectReviewStatus
SelfSubjectReviewStatus userInfo UserInfo
UserInfo username s uid s groups []s extra a";

/// A field of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it holds.
    pub shape: Shape,
    /// The name of its Go type, where it has one of its own: `RestartPolicy`, `types.UID`.
    pub go_name: Option<&'static str>,
    /// Whether nothing (`""`, `0`, `false`, an empty list) is something else than its absence.
    pub keeps_nothing: bool,
    /// Whether the server prints it even where nothing was set.
    pub is_always_printed: bool,
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

/// A type: the line of its fields.
#[derive(Clone, Copy, Debug, Default)]
pub struct Type(&'static str);

impl Type {
    /// The type of this name (`PodSpec`), without fields where there is none.
    pub fn named(name: &str) -> Type {
        line(name).map_or_else(Type::default, |(_, fields)| Type(fields))
    }

    /// A field of the type.
    ///
    /// # Examples
    /// ```
    /// use playground::api::schema::{Merge, Shape, Type};
    /// let containers = Type::named("PodSpec").field("containers").unwrap();
    /// assert_eq!(containers.shape, Shape::List(Box::new(Shape::Object("Container"))));
    /// assert_eq!(containers.merge, Merge::ByKey("name"));
    /// ```
    pub fn field(self, name: &str) -> Option<Field> {
        self.words().find(|(field, _)| *field == name).map(|(_, word)| read_field(word))
    }

    /// The type of what a field holds, or of the items in it, and how it merges.
    pub fn inner(self, name: &str) -> (Type, Merge) {
        let Some(field) = self.field(name) else { return (Type::default(), Merge::Replace) };
        let of = match field.shape {
            Shape::Object(name) => Type::named(name),
            Shape::List(item) if let Shape::Object(name) = *item => Type::named(name),
            _ => Type::default(),
        };
        (of, field.merge)
    }

    /// Every field of the type, with its name.
    pub fn fields(self) -> impl Iterator<Item = (&'static str, Field)> {
        self.words().map(|(name, word)| (name, read_field(word)))
    }

    fn words(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let mut words = self.0.split(' ');
        std::iter::from_fn(move || Some((words.next()?, words.next()?)))
    }
}

/// The shape of an object of the type of this name; anything where there is none.
pub fn object(name: &str) -> Shape {
    line(name).map_or(Shape::Any, |(name, _)| Shape::Object(name))
}

/// A type's name and its fields.
fn line(name: &str) -> Option<(&'static str, &'static str)> {
    let mut lines = include_str!("schema.txt").lines().chain(OF_KUBECTL.lines());
    let line = lines.find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))?;
    line.split_once(' ')
}

fn read_field(word: &'static str) -> Field {
    let (word, merge) = match word.split_once('=') {
        None => (word, Merge::Replace),
        Some((word, "")) => (word, Merge::AsSet),
        Some((word, key)) => (word, Merge::ByKey(key)),
    };
    let bare = word.trim_end_matches(['*', '!']);
    let keeps_nothing = bare.len() < word.len();
    let is_always_printed = word.ends_with('!');
    let (shape, go_name) = bare.split_once(':').map_or((bare, None), |(shape, name)| (shape, Some(name)));
    Field { shape: read_shape(shape), go_name, keeps_nothing, is_always_printed, merge }
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

/// What Go calls a shape, as its messages name it: `[]v1.Container`, `int32`; `name` is the name it has of its own.
pub(super) fn go_type(shape: &Shape, name: Option<&str>) -> String {
    let word = match (name, shape) {
        (Some(name), _) | (None, &Shape::Object(name)) => {
            let package = if name.contains('.') { "" } else { "v1." };
            return package.to_owned() + name;
        }
        (None, Shape::List(item)) => return "[]".to_owned() + &go_type(item, None),
        (None, Shape::Map(item)) => return "map[string]".to_owned() + &go_type(item, None),
        (None, Shape::String) => "string",
        (None, Shape::Int32) => "int32",
        (None, Shape::Int64) => "int64",
        (None, Shape::Bool) => "bool",
        (None, Shape::Float) => "float64",
        (None, Shape::Quantity) => "resource.Quantity",
        (None, Shape::IntOrString) => "intstr.IntOrString",
        (None, Shape::Time) => "v1.Time",
        (None, Shape::Bytes) => "[]uint8",
        (None, Shape::Any) => "interface {}",
    };
    word.to_owned()
}
