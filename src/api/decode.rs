//! Manifests ⇄ objects, as strict as `kubectl apply` and the API server are.

use std::fmt;

use serde_json::Value;

use super::quantity::Amount;
use super::schema::{self, Shape, Type};
use super::{Kind, Object, Quantity, yaml};

mod kinds;

/// One object of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Its kind.
    pub kind: Kind,
    /// Its name, empty where the manifest gives none.
    pub name: String,
    /// Its namespace, where the manifest gives one.
    pub namespace: Option<String>,
    /// What the file says, as given.
    pub value: Value,
    /// The object, without defaults.
    pub object: Object,
    /// Which document of the file it comes from, counted from 0.
    pub document: usize,
    /// Which item of the document it is, where that is a `List`.
    pub item: Option<usize>,
}

impl Manifest {
    /// Where one of the object's fields stands in the document.
    pub fn path(&self, field: &str) -> String {
        in_list(self.item, field)
    }
}

fn in_list(item: Option<usize>, field: &str) -> String {
    match item {
        Some(at) => format!("items[{at}].{field}"),
        None => field.to_owned(),
    }
}

/// Why a document is no object. `Display` gives kubectl's words without the `error: ` or `Error from server (…): ` before them;
/// [`DecodeError::to_stderr`] gives the whole line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Who found it.
    pub stage: Stage,
    /// Which document of the file, counted from 0.
    pub document: usize,
    /// Where in the document, as paths (`spec.template.spec.containers[0].img`); none where it concerns the whole.
    pub fields: Vec<String>,
    /// The line of a syntax error, counted from 1 in the whole file.
    pub line: Option<usize>,
    /// The file's name as kubectl was given it.
    pub file: String,
    /// What is wrong, without the phrase that says what was being done.
    pub message: String,
}

/// Who found a mistake, which decides what stands before the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// kubectl could not read the text; it reads no further.
    Syntax,
    /// kubectl could not make sense of the document: no kind, unknown kind, unreadable metadata.
    Client,
    /// The server could not read the object.
    Server,
    /// The playground does not know the kind, though Kubernetes does.
    NotSimulated,
}

impl DecodeError {
    /// What kubectl prints while it was doing `verb` (`creating`, `replacing`): with `error: ` or `Error from server (BadRequest): `.
    pub fn to_stderr(&self, verb: &str) -> String {
        match self.stage {
            Stage::Server => {
                format!("Error from server (BadRequest): error when {verb} \"{}\": {}", self.file, self.message)
            }
            _ => format!("error: {}", self.message),
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_stderr("creating"))
    }
}
impl std::error::Error for DecodeError {}

/// The objects of a file, in order; a mistake that kubectl reads no further after ends the list. The items of a `List` stand in
/// its place (upstream: `StreamVisitor` and `mapper.go` in `cli-runtime/pkg/resource`).
/// `custom` are the kinds of people's own that the server serves.
pub fn decode(file: &str, text: &str, custom: &[Kind]) -> Vec<Result<Manifest, DecodeError>> {
    let mut found = Vec::new();
    for document in yaml::documents(text) {
        let error = |stage, message: String| DecodeError {
            stage,
            document: 0,
            fields: Vec::new(),
            line: None,
            file: file.to_owned(),
            message,
        };
        let yaml::Document { index, value } = match document {
            Ok(document) => document,
            Err(mistake) => {
                // Mistakes of the framing and of JSON are told as they are.
                let converting = if mistake.message.starts_with("yaml: ") { "error converting YAML to JSON: " } else { "" };
                let message = format!("error parsing {file}: {converting}{mistake}");
                found.push(Err(DecodeError { line: mistake.line, ..error(Stage::Syntax, message) }));
                break;
            }
        };
        if let Err(wrong) = has_kind(&value) {
            let message = format!(
                "error validating {file:?}: error validating data: {wrong}; if you choose to ignore these errors, turn \
                 validation off with --validate=false"
            );
            found.push(Err(DecodeError { document: index, ..error(Stage::Syntax, message) }));
            break;
        }
        let items = match value {
            Value::Object(mut list) if list.get("kind").is_some_and(|kind| kind == "List") && list.contains_key("items") => {
                match list.remove("items") {
                    Some(Value::Array(items)) => items.into_iter().enumerate().map(|(at, it)| (Some(at), it)).collect(),
                    _ => Vec::new(),
                }
            }
            value => vec![(None, value)],
        };
        for (item, value) in items {
            let result = manifest(file, index, value, custom);
            found.push(result.map(|manifest| Manifest { item, ..manifest }).map_err(|error| DecodeError {
                fields: error.fields.iter().map(|field| in_list(item, field)).collect(),
                ..error
            }));
        }
    }
    found
}

/// kubectl's look at what every object has to have (upstream: `getObjectKind` in `kubectl/pkg/validation`).
fn has_kind(value: &Value) -> Result<(), String> {
    let Value::Object(map) = value else { return Err("invalid object to validate".to_owned()) };
    let mut wrong = Vec::new();
    match map.get("apiVersion").unwrap_or(&Value::Null) {
        Value::Null => wrong.push("apiVersion not set".to_owned()),
        Value::String(version) if version.matches('/').count() > 1 => {
            wrong.push(format!("unexpected GroupVersion string: {version}"));
        }
        Value::String(_) => {}
        _ => wrong.push("apiVersion isn't string type".to_owned()),
    }
    match map.get("kind").unwrap_or(&Value::Null) {
        Value::Null => wrong.push("kind not set".to_owned()),
        Value::String(_) => {}
        _ => wrong.push("kind isn't string type".to_owned()),
    }
    match wrong.as_slice() {
        [] => Ok(()),
        [one] => Err(one.clone()),
        many => Err(format!("[{}]", many.join(", "))),
    }
}

fn manifest(file: &str, document: usize, value: Value, custom: &[Kind]) -> Result<Manifest, DecodeError> {
    let error = |stage, fields: Vec<String>, message: String| DecodeError {
        stage,
        document,
        fields,
        line: None,
        file: file.to_owned(),
        message,
    };
    let unreadable = |field: &str, message: &str| {
        Err(error(Stage::Client, vec![field.to_owned()], format!("unable to decode {file:?}: {message}")))
    };
    let kind_name = value["kind"].as_str().unwrap_or_default().to_owned();
    let version = value["apiVersion"].as_str().unwrap_or_default().to_owned();
    if kind_name.is_empty() {
        return unreadable("kind", &format!("Object 'Kind' is missing in '{}'", yaml::to_compact_json(&value)));
    }
    // The metadata is read by kubectl already, the rest by the server.
    let metadata = Value::from_iter([("metadata", value["metadata"].clone())]);
    let read = read_type(METADATA_ONLY, &metadata);
    if let Some((field, message)) = read.fatal {
        return unreadable(&field, &message);
    }
    let text = |field: &str| value["metadata"][field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, namespace) = (text("name").unwrap_or_default(), text("namespace"));
    let Some(kind) = Kind::in_manifest(&version, &kind_name, custom) else {
        if let Some(plural) = kinds::not_simulated(&version, &kind_name) {
            let message =
                format!("The playground does not simulate {plural} yet: {kind_name} {name:?} from {file:?} was left out");
            return Err(error(Stage::NotSimulated, vec!["kind".to_owned()], message));
        }
        let field = if kinds::is_version(&version) { "kind" } else { "apiVersion" };
        let message = format!(
            "resource mapping not found for name: {name:?} namespace: {:?} from {file:?}: no matches for kind {kind_name:?} in \
             version {version:?}\nensure CRDs are installed first",
            namespace.unwrap_or_default()
        );
        return Err(error(Stage::Client, vec![field.to_owned()], message));
    };
    let object = typed(kind, &value).map_err(|(fields, message)| error(Stage::Server, fields, message))?;
    Ok(Manifest { kind, name, namespace, value, object, document, item: None })
}

/// The typed object of a value, as strictly read as the API server reads what kubectl sends: unknown fields are refused
/// (upstream: `apimachinery/pkg/runtime/serializer/json` and `sigs.k8s.io/json`).
///
/// # Errors
/// The fields at fault and the server's words for them: `DaemonSet in version "v1" cannot be handled as a DaemonSet: …`.
pub fn typed(kind: Kind, value: &Value) -> Result<Object, (Vec<String>, String)> {
    let refused = |words: &str| {
        let (name, version) = (kind.name(), kind.version());
        format!("{name} in version {version:?} cannot be handled as a {name}: {words}")
    };
    let read = read(kind, value);
    if let Some((field, message)) = read.fatal {
        return Err((vec![field], refused(&message)));
    }
    if !read.unknown.is_empty() {
        let words: Vec<String> = read.unknown.iter().map(|field| format!("unknown field {field:?}")).collect();
        return Err((read.unknown, refused(&format!("strict decoding error: {}", words.join(", ")))));
    }
    // All that is left for serde to refuse are times that are none.
    Object::from_value(kind, read.value).map_err(|error| (Vec::new(), refused(&error.to_string())))
}

/// The typed object of a value, as the API server reads what it was not asked to be strict with: unknown fields are dropped.
///
/// # Errors
/// Go's words for a value of the wrong type.
pub fn lenient(kind: Kind, value: &Value) -> Result<Object, String> {
    let read = read(kind, value);
    match read.fatal {
        Some((_, message)) => Err(message),
        None => Object::from_value(kind, read.value).map_err(|error| error.to_string()),
    }
}

/// The types whose selector is no pointer in the typed object, which then cannot tell an empty one (everything) from a missing
/// one (nothing).
const MUST_SELECT: [&str; 4] = ["DaemonSetSpec", "DeploymentSpec", "ReplicaSetSpec", "StatefulSetSpec"];

/// The shape of an object of which only the metadata counts.
const METADATA_ONLY: &str = "metadataOnlyObject";

/// What came of reading a value by the table of types.
#[derive(Default)]
struct Read {
    /// The value without what is nothing.
    value: Value,
    /// The first value of a wrong type: its field and Go's words.
    fatal: Option<(String, String)>,
    /// The fields that the types do not have.
    unknown: Vec<String>,
}

/// Where the reader is.
#[derive(Clone)]
struct Place<'a> {
    /// The type that holds the field.
    owner: &'a str,
    /// The path as Go's type errors give it, without list indices and map keys.
    go: String,
    /// The full path.
    full: String,
}

fn read(kind: Kind, value: &Value) -> Read {
    if !matches!(kind, Kind::Custom(_)) {
        return read_type(kind.name(), value);
    }
    // Of people's own kinds only the metadata is known.
    let mut read = read_type(METADATA_ONLY, &Value::from_iter([("metadata", value["metadata"].clone())]));
    for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "metadata") {
        read.value[name] = value.clone();
    }
    read
}

fn read_type(type_name: &'static str, value: &Value) -> Read {
    let mut read = Read::default();
    let place = Place { owner: type_name, go: String::new(), full: String::new() };
    let value = read.object(type_name, value, &place, None);
    Read { value, ..read }
}

impl Read {
    fn wrong(&mut self, place: &Place<'_>, value: &Value, go_type: &str) {
        let told = match value {
            Value::Null => return,
            Value::Bool(_) => "bool".to_owned(),
            Value::Number(number) if go_type.starts_with("int") && !go_type.contains('.') => format!("number {number}"),
            Value::Number(_) => "number".to_owned(),
            Value::String(_) => "string".to_owned(),
            Value::Array(_) => "array".to_owned(),
            Value::Object(_) => "object".to_owned(),
        };
        let message = match place.go.as_str() {
            "" => format!("json: cannot unmarshal {told} into Go value of type {go_type}"),
            path => {
                let owner = place.owner;
                format!("json: cannot unmarshal {told} into Go struct field {owner}.{path} of type {go_type}")
            }
        };
        self.refuse(place, message);
    }

    fn refuse(&mut self, place: &Place<'_>, message: String) {
        self.fatal.get_or_insert_with(|| (place.full.clone(), message));
    }

    fn object(&mut self, type_name: &'static str, value: &Value, place: &Place<'_>, go_name: Option<&str>) -> Value {
        let map = match value {
            Value::Object(map) => map,
            Value::Null => return Value::Object(serde_json::Map::new()),
            other => {
                self.wrong(place, other, &schema::go_type(&Shape::Object(type_name), go_name));
                return Value::Null;
            }
        };
        let fields = Type::named(if type_name == METADATA_ONLY { "Pod" } else { type_name });
        let mut result = serde_json::Map::new();
        for (name, value) in map {
            let join = |path: &str| if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let full = join(&place.full);
            let Some(field) = fields.field(name) else {
                self.unknown.push(full);
                continue;
            };
            let inner = Place { owner: type_name, go: join(&place.go), full };
            let value = self.value(&field.shape, value, &inner, field.go_name);
            let empty_map = matches!(field.shape, Shape::Map(_)) && value.as_object().is_some_and(serde_json::Map::is_empty);
            if field.keeps_nothing && value != Value::Null || !is_nothing(&value) && !empty_map {
                result.insert(name.clone(), value);
            }
        }
        Value::Object(result)
    }

    fn value(&mut self, shape: &Shape, value: &Value, place: &Place<'_>, go_name: Option<&str>) -> Value {
        if value.is_null() && !matches!(shape, Shape::Object(_)) {
            return Value::Null;
        }
        match (shape, value) {
            (Shape::Any, _)
            | (Shape::String, Value::String(_))
            | (Shape::Bool, Value::Bool(_))
            | (Shape::Float, Value::Number(_)) => value.clone(),
            (Shape::Int32, Value::Number(number)) if number.as_i64().is_some_and(|it| i32::try_from(it).is_ok()) => {
                value.clone()
            }
            (Shape::Int64, Value::Number(number)) if number.is_i64() => value.clone(),
            (Shape::Object(_), Value::Null) => Value::Null,
            (Shape::Object("LabelSelector"), Value::Object(map)) if map.is_empty() && MUST_SELECT.contains(&place.owner) => {
                serde_json::json!({"matchLabels": {}})
            }
            (Shape::Object(name), _) => self.object(name, value, place, go_name),
            (Shape::List(item), Value::Array(items)) => {
                let item = |(index, value)| {
                    let place = Place { full: format!("{}[{index}]", place.full), ..place.clone() };
                    match self.value(item, value, &place, go_name) {
                        Value::Null if matches!(**item, Shape::Object(_)) => Value::Object(serde_json::Map::new()),
                        Value::Null => Value::String(String::new()),
                        value => value,
                    }
                };
                Value::Array(items.iter().enumerate().map(item).collect())
            }
            (Shape::Map(item), Value::Object(map)) => {
                let entry = |(key, value): (&String, &Value)| {
                    let place = Place { full: format!("{}.{key}", place.full), ..place.clone() };
                    match self.value(item, value, &place, None) {
                        Value::Null if **item == Shape::Quantity => (key.clone(), Value::String("0".to_owned())),
                        Value::Null => (key.clone(), Value::String(String::new())),
                        value => (key.clone(), value),
                    }
                };
                Value::Object(map.iter().map(entry).collect())
            }
            (Shape::Quantity, _) => match Amount::from_value(value) {
                Ok(amount) => Value::String(Quantity::from(amount).0),
                Err(error) => {
                    self.refuse(place, error.to_string());
                    Value::Null
                }
            },
            (Shape::IntOrString, Value::String(_)) => value.clone(),
            (Shape::IntOrString, _) => {
                let whole = value.as_i64().is_some_and(|it| i32::try_from(it).is_ok());
                if !whole {
                    // Read by its own rules, which do not know where they are.
                    self.wrong(&Place { go: String::new(), ..place.clone() }, value, "int32");
                }
                value.clone()
            }
            (Shape::Time, Value::String(text)) => {
                if !is_time(text) {
                    let layout = "2006-01-02T15:04:05Z07:00";
                    let message = format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\"");
                    self.refuse(place, message);
                }
                value.clone()
            }
            (Shape::Time, _) => {
                self.wrong(&Place { go: String::new(), ..place.clone() }, value, "string");
                Value::Null
            }
            (Shape::Bytes, Value::String(_)) => value.clone(),
            (Shape::List(_), _) => {
                let go_type = match go_name {
                    Some(name) => format!("[]{}", schema::go_type(shape, Some(name))),
                    None => schema::go_type(shape, None),
                };
                self.wrong(place, value, &go_type);
                Value::Null
            }
            _ => {
                self.wrong(place, value, &schema::go_type(shape, go_name));
                Value::Null
            }
        }
    }
}

/// What Go leaves out when it prints: empty strings, lists and maps, nought and false.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(it) => !it,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(_) => false,
    }
}

/// RFC 3339, as far as needed to tell a time from none.
fn is_time(text: &str) -> bool {
    super::date::parse(text).is_some()
}
