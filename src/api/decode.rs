//! Manifests ⇄ objects, as strict as `kubectl apply` and the API server are.

use std::fmt;
use std::num::IntErrorKind;

use serde_json::{Number, Value};

use super::quantity::Amount;
use super::schema::{self, Shape, Type};
use super::validate::quoted;
use super::{Key, Kind, Object, Quantity, base64, yaml};

mod kinds;

/// The annotation in which a DaemonSet's template generation outlives its field (`pkg/apis/apps/v1/conversion.go`).
pub const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

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
    /// The file's name as kubectl was given it.
    pub file: String,
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

    /// What it is stored under.
    pub fn key(&self) -> Key {
        let namespace = self.namespace.as_deref().filter(|_| self.kind.is_namespaced()).unwrap_or_default();
        Key::new(self.kind, namespace, &self.name)
    }

    /// The object, without defaults, as the server reads it where it is strict.
    ///
    /// # Errors
    /// What the server says of it, of the stage [`Stage::Server`].
    pub fn object(&self) -> Result<Object, DecodeError> {
        typed(self.kind, &self.value).map_err(|(fields, message)| DecodeError {
            stage: Stage::Server,
            document: self.document,
            fields: fields.iter().map(|field| self.path(field)).collect(),
            line: None,
            file: self.file.clone(),
            message,
        })
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
    /// kubectl knows no such kind, which an item of a list is of; nothing stands before the words then.
    Item,
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
            Stage::Item => self.message.clone(),
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
/// `custom` are the kinds of people's own that the server serves; `is_checked` says whether kubectl looks first at what every
/// object has to have, as it does where it is about to create one.
pub fn decode(file: &str, text: &str, custom: &[Kind], is_checked: bool) -> Vec<Result<Manifest, DecodeError>> {
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
                let is_yaml =
                    ["yaml: ", "json: unsupported", "unsupported"].iter().any(|it| mistake.message.starts_with(it));
                let converting = if is_yaml { "error converting YAML to JSON: " } else { "" };
                let message = format!("error parsing {file}: {converting}{mistake}");
                found.push(Err(DecodeError { line: mistake.line, ..error(Stage::Syntax, message) }));
                break;
            }
        };
        if !is_checked && !value.is_object() {
            let wrong = in_json(&Place::default(), &value, "unstructured.detector");
            let message = format!("unable to decode {file:?}: {wrong}");
            found.push(Err(DecodeError { document: index, ..error(Stage::Client, message) }));
            continue;
        }
        if let Some(wrong) = has_kind(&value).err().filter(|_| is_checked) {
            let message = format!(
                "error validating {file:?}: error validating data: {wrong}; if you choose to ignore these errors, turn \
                 validation off with --validate=false"
            );
            found.push(Err(DecodeError { document: index, ..error(Stage::Syntax, message) }));
            break;
        }
        let whole = |value| (None, value);
        let items: Vec<(Option<usize>, Value)> = match list(value, custom) {
            Ok(items) => items.into_iter().enumerate().map(|(at, item)| (Some(at), item)).collect(),
            Err(NotThat::List(value)) => vec![whole(value)],
            Err(NotThat::Nested) => {
                let message = "*unstructured.Unstructured is not a list: no Items field in this object".to_owned();
                found.push(Err(DecodeError { document: index, ..error(Stage::Client, message) }));
                continue;
            }
        };
        for (item, value) in items {
            let result = manifest(file, (index, item), value, custom);
            found.push(result.map(|manifest| Manifest { item, ..manifest }).map_err(|error| DecodeError {
                fields: error.fields.iter().map(|field| in_list(item, field)).collect(),
                ..error
            }));
        }
    }
    found
}

/// Why a document has no items to be taken one by one.
enum NotThat {
    /// It is none of the lists there are.
    List(Value),
    /// One of its items is a list.
    Nested,
}

/// The items of a list: a `List`, or a kind's own with items that need not say what they are. A known kind with items is taken
/// for a list, too.
fn list(value: Value, custom: &[Kind]) -> Result<Vec<Value>, NotThat> {
    let of = value["kind"].as_str().unwrap_or_default();
    let of = of.strip_suffix("List").unwrap_or(of).to_owned();
    let version = value["apiVersion"].clone();
    let is_known = of.is_empty() || Kind::in_manifest(version.as_str().unwrap_or_default(), &of, custom).is_some();
    let Some(items) = value["items"].as_array().filter(|_| is_known) else { return Err(NotThat::List(value)) };
    if items.iter().any(|item| item["items"].is_array()) {
        return Err(NotThat::Nested);
    }
    let named = |item: &Value| {
        let mut item = item.clone();
        if let Value::Object(map) = &mut item
            && !of.is_empty()
        {
            map.entry("apiVersion").or_insert(version.clone());
            map.entry("kind").or_insert(of.as_str().into());
        }
        item
    };
    Ok(items.iter().map(named).collect())
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
        [] if map["kind"] != "List" => Ok(()),
        [] => match map.get("items") {
            Some(Value::Array(items)) => items.iter().try_for_each(has_kind),
            _ => Err("invalid object to validate".to_owned()),
        },
        [one] => Err(one.clone()),
        many => Err(format!("[{}]", many.join(", "))),
    }
}

fn manifest(
    file: &str,
    (document, item): (usize, Option<usize>),
    value: Value,
    custom: &[Kind],
) -> Result<Manifest, DecodeError> {
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
    let read = read_type(Reader::Json, METADATA_ONLY, &metadata);
    if let Some((field, message)) = read.fatal {
        return unreadable(&field, &message);
    }
    let text = |field: &str| value["metadata"][field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, namespace) = (text("name").unwrap_or_default(), text("namespace"));
    // kubectl takes a kind in small letters, too; the server does not.
    let in_small = |kind: &&Kind| kind.api_version() == version && kind.singular() == kind_name;
    let known = Kind::in_manifest(&version, &kind_name, custom);
    let Some(kind) = known.or_else(|| super::kind::ALL.iter().find(in_small).copied()) else {
        if let Some(plural) = kinds::not_simulated(&version, &kind_name) {
            let message =
                format!("The playground does not simulate {plural} yet: {kind_name} {name:?} from {file:?} was left out");
            return Err(error(Stage::NotSimulated, vec!["kind".to_owned()], message));
        }
        let field = if kinds::is_version(&version) { "kind" } else { "apiVersion" };
        let no_match = format!("no matches for kind {kind_name:?} in version {version:?}");
        if item.is_some() {
            return Err(error(Stage::Item, vec![field.to_owned()], format!("unable to recognize {no_match}")));
        }
        let message = format!(
            "resource mapping not found for name: {name:?} namespace: {:?} from {file:?}: {no_match}\nensure CRDs are installed \
             first",
            namespace.unwrap_or_default()
        );
        return Err(error(Stage::Client, vec![field.to_owned()], message));
    };
    Ok(Manifest { kind, name, namespace, value, file: file.to_owned(), document, item })
}

/// The typed object of a value, as strictly read as the API server reads what kubectl sends: unknown fields are refused
/// (upstream: `apimachinery/pkg/runtime/serializer/json` and `sigs.k8s.io/json`).
///
/// # Errors
/// The fields at fault and the server's words for them: `DaemonSet in version "v1" cannot be handled as a DaemonSet: …`.
pub fn typed(kind: Kind, value: &Value) -> Result<Object, (Vec<String>, String)> {
    let (object, unknown) = lenient(kind, value)?;
    match unknown.as_slice() {
        [] => Ok(object),
        unknown => Err((unknown.to_vec(), refused(kind, value, &strict(unknown)))),
    }
}

/// The typed object of a value, as the API server reads it where it is not asked to be strict, and the fields that there are
/// not.
///
/// # Errors
/// The field at fault and the server's words.
pub fn lenient(kind: Kind, value: &Value) -> Result<(Object, Vec<String>), (Vec<String>, String)> {
    let given = value["kind"].as_str().unwrap_or(kind.name());
    if given != kind.name() {
        let scheme = "in scheme \"pkg/api/legacyscheme/scheme.go:30\"";
        let words = format!("no kind {given:?} is registered for version {:?} {scheme}", kind.api_version());
        return Err((vec!["kind".to_owned()], refused(kind, value, &words)));
    }
    let (object, unknown) = read(Reader::Json, kind, value);
    match object {
        Err((field, message)) => Err((vec![field], refused(kind, value, &message))),
        Ok(object) => match bad_generation(kind, value) {
            Some(words) => Err((vec!["metadata.annotations".to_owned()], refused(kind, value, &words))),
            None => Ok((object, unknown)),
        },
    }
}

/// A DaemonSet's template generation is an annotation outside the server, a number inside (upstream:
/// `Convert_v1_DaemonSet_To_apps_DaemonSet` in `pkg/apis/apps/v1/conversion.go`).
fn bad_generation(kind: Kind, value: &Value) -> Option<String> {
    let told = value["metadata"]["annotations"][TEMPLATE_GENERATION].as_str().filter(|_| kind == Kind::DaemonSet)?;
    let error = told.parse::<i64>().err()?;
    let why = match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
        _ => "invalid syntax",
    };
    Some(format!("strconv.ParseInt: parsing {}: {why}", quoted(told)))
}

fn refused(kind: Kind, value: &Value, words: &str) -> String {
    let given = value["kind"].as_str().unwrap_or(kind.name());
    format!("{given} in version {:?} cannot be handled as a {}: {words}", kind.version(), kind.name())
}

/// The words for fields that there are not: `strict decoding error: unknown field "a", unknown field "b"`.
pub fn strict(unknown: &[String]) -> String {
    let words: Vec<String> = unknown.iter().map(|field| format!("unknown field {}", quoted(field))).collect();
    format!("strict decoding error: {}", words.join(", "))
}

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// What reads new objects from JSON.
    Json,
    /// What reads changed objects from maps: it has other words, and is less strict with numbers (upstream:
    /// `apimachinery/pkg/runtime/converter.go`).
    Maps,
}

/// What comes of reading: the typed object, or the field of a wrong type and Go's words for it; and the fields that there are
/// not.
pub type Reading = (Result<Object, (String, String)>, Vec<String>);

/// A value in the version in which it is stored: a HorizontalPodAutoscaler of `autoscaling/v1` asks for a share of the CPU in a
/// field of its own (`pkg/apis/autoscaling/v1/conversion.go`).
pub fn as_stored(mut value: Value) -> Value {
    if value["kind"] == "HorizontalPodAutoscaler" && value["apiVersion"] == "autoscaling/v1" {
        value["apiVersion"] = Kind::HorizontalPodAutoscaler.api_version().into();
        if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut)
            && let Some(share) = spec.remove("targetCPUUtilizationPercentage")
        {
            let target = serde_json::json!({"type": "Utilization", "averageUtilization": share});
            let metric = serde_json::json!({"type": "Resource", "resource": {"name": "cpu", "target": target}});
            spec.insert("metrics".to_owned(), Value::from_iter([metric]));
        }
    }
    value
}

/// Reads the typed object of a value.
pub fn read(reader: Reader, kind: Kind, value: &Value) -> Reading {
    let mut read = match kind {
        // Of people's own kinds only the metadata is known.
        Kind::Custom(_) => {
            let metadata = Value::from_iter([("metadata", value["metadata"].clone())]);
            let mut read = read_type(reader, METADATA_ONLY, &metadata);
            for (name, value) in value.as_object().into_iter().flatten().filter(|(name, _)| *name != "metadata") {
                read.value[name] = value.clone();
            }
            read
        }
        Kind::HorizontalPodAutoscaler => read_type(reader, kind.name(), &as_stored(value.clone())),
        _ => read_type(reader, kind.name(), value),
    };
    if reader == Reader::Maps {
        read.unknown.sort();
    }
    // Where there are no namespaces the server takes none (`rest/meta.go` in `apiserver/pkg/registry`).
    if !kind.is_namespaced()
        && let Some(metadata) = read.value.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.remove("namespace");
    }
    let object = match read.fatal {
        Some(fatal) => Err(fatal),
        None => Object::from_value(kind, read.value).map_err(|error| (String::new(), error.to_string())),
    };
    (object, read.unknown)
}

/// The types whose selector is no pointer in the typed object, which then cannot tell an empty one (everything) from a missing
/// one (nothing).
const MUST_SELECT: [&str; 4] = ["DaemonSetSpec", "DeploymentSpec", "ReplicaSetSpec", "StatefulSetSpec"];

/// The shape of an object of which only the metadata counts.
const METADATA_ONLY: &str = "metadataOnlyObject";

/// What came of reading a value by the table of types.
struct Read {
    reader: Reader,
    /// The value without what is nothing.
    value: Value,
    /// The first value of a wrong type: its field and Go's words.
    fatal: Option<(String, String)>,
    /// The fields that the types do not have.
    unknown: Vec<String>,
}

/// Where the reader is.
#[derive(Clone, Default)]
struct Place<'a> {
    /// The type that holds the field.
    owner: &'a str,
    /// The path as Go's type errors give it, without list indices and map keys.
    go: String,
    /// The full path.
    full: String,
}

fn read_type(reader: Reader, type_name: &'static str, value: &Value) -> Read {
    let mut read = Read { reader, value: Value::Null, fatal: None, unknown: Vec::new() };
    let place = Place { owner: type_name, go: String::new(), full: String::new() };
    read.value = read.object(type_name, value, &place, None);
    read
}

/// The Go type in which a field of another type lies, which is part of its path then.
fn embedded(owner: &str, field: &str) -> &'static str {
    match (owner, field) {
        ("Volume", "name") | ("EphemeralContainer", "targetContainerName") => "",
        ("Volume", _) => "VolumeSource.",
        ("EphemeralContainer", _) => "EphemeralContainerCommon.",
        ("Probe", "exec" | "httpGet" | "tcpSocket" | "grpc") => "ProbeHandler.",
        (
            "ConfigMapEnvSource"
            | "SecretEnvSource"
            | "ConfigMapKeySelector"
            | "SecretKeySelector"
            | "ConfigMapProjection"
            | "SecretProjection"
            | "ConfigMapVolumeSource",
            "name",
        ) => "LocalObjectReference.",
        _ => "",
    }
}

impl Read {
    fn wrong(&mut self, place: &Place<'_>, value: &Value, shape: &Shape, go_name: Option<&str>) {
        let message = match (self.reader, shape) {
            _ if value.is_null() => return,
            (Reader::Json, Shape::IntOrString) => in_json(place, value, "int32"),
            (Reader::Json, Shape::Time) => in_json(place, value, "string"),
            (Reader::Json, Shape::List(_)) if go_name.is_some() => {
                in_json(place, value, &format!("[]{}", schema::go_type(shape, go_name)))
            }
            (Reader::Json, _) => in_json(place, value, &schema::go_type(shape, go_name)),
            // These two are read from JSON all the same, and do not know where they are.
            (Reader::Maps, Shape::IntOrString | Shape::Time) => {
                let go_type = if *shape == Shape::Time { "string" } else { "int32" };
                in_json(&Place { go: String::new(), ..place.clone() }, value, go_type)
            }
            (Reader::Maps, _) => in_maps(value, shape, &schema::go_type(shape, go_name)),
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
                self.wrong(place, other, &Shape::Object(type_name), go_name);
                return Value::Null;
            }
        };
        let fields = Type::named(if type_name == METADATA_ONLY { "Pod" } else { type_name });
        let mut result = serde_json::Map::new();
        for (name, value) in map {
            let join = |path: &str, name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let full = join(&place.full, name);
            let Some(field) = fields.field(name) else {
                self.unknown.push(full);
                continue;
            };
            let go = join(&place.go, &[embedded(type_name, name), name].concat());
            let inner = Place { owner: type_name, go, full };
            let value = self.value(&field.shape, value, &inner, field.go_name);
            let empty_map = matches!(field.shape, Shape::Map(_)) && value.as_object().is_some_and(serde_json::Map::is_empty);
            // What a selector does not match is shown as it was given.
            let shown_empty = empty_map && type_name == "ObjectMeta" && name == "labels" && place.owner == "PodTemplateSpec";
            if field.keeps_nothing && value != Value::Null || !is_nothing(&value) && !empty_map || shown_empty {
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
            (Shape::Int32 | Shape::Int64, Value::Number(number)) => {
                let is_small = *shape == Shape::Int32;
                match whole(number).filter(|it| !is_small || i32::try_from(*it).is_ok()) {
                    Some(whole) => whole.into(),
                    // Go cuts off what is too much.
                    None if self.reader == Reader::Maps && number.as_f64().is_some_and(|it| it.fract() == 0.0) => {
                        let whole = number.as_i64().unwrap_or_else(|| number.as_f64().unwrap_or_default() as i64);
                        if is_small { (whole as i32).into() } else { whole.into() }
                    }
                    None => {
                        self.wrong(place, value, shape, go_name);
                        Value::Null
                    }
                }
            }
            (Shape::Object(_), Value::Null) => Value::Null,
            (Shape::Object(name), _) => match self.object(name, value, place, go_name) {
                Value::Object(map) if map.is_empty() && *name == "LabelSelector" && MUST_SELECT.contains(&place.owner) => {
                    serde_json::json!({"matchLabels": {}})
                }
                object => object,
            },
            (Shape::List(item), Value::Array(items)) => {
                let item = |(index, value)| {
                    let place = Place { full: format!("{}[{index}]", place.full), ..place.clone() };
                    match self.value(item, value, &place, go_name) {
                        Value::Null if matches!(**item, Shape::Object(_)) => Value::Object(serde_json::Map::new()),
                        Value::Null if matches!(**item, Shape::Int32 | Shape::Int64) => 0.into(),
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
            (Shape::IntOrString, Value::Number(number)) if whole(number).is_some_and(|it| i32::try_from(it).is_ok()) => {
                whole(number).into()
            }
            (Shape::Time, Value::String(text)) => {
                if let Some(message) = not_a_time(text) {
                    self.refuse(place, message);
                }
                value.clone()
            }
            (Shape::Bytes, Value::String(text)) => {
                if let Err(at) = base64::decode(text) {
                    let reading = if self.reader == Reader::Maps { "error decoding from json: " } else { "" };
                    self.refuse(place, format!("{reading}illegal base64 data at input byte {at}"));
                }
                value.clone()
            }
            _ => {
                self.wrong(place, value, shape, go_name);
                Value::Null
            }
        }
    }
}

/// A number without a fraction, as it may be written: `5`, `5.0`.
fn whole(number: &Number) -> Option<i64> {
    let of_float = |it: f64| (it.fract() == 0.0 && it.abs() < 9e15).then_some(it as i64);
    number.as_i64().or_else(|| number.as_f64().and_then(of_float))
}

/// The words of Go's `encoding/json` for a value of another type.
fn in_json(place: &Place<'_>, value: &Value, go_type: &str) -> String {
    let told = match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "bool".to_owned(),
        Value::Number(number) if go_type == "int32" || go_type == "int64" => format!("number {}", digits(number)),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(_) => "array".to_owned(),
        Value::Object(_) => "object".to_owned(),
    };
    match place.go.as_str() {
        "" => format!("json: cannot unmarshal {told} into Go value of type {go_type}"),
        path => {
            let owner = place.owner;
            format!("json: cannot unmarshal {told} into Go struct field {owner}.{path} of type {go_type}")
        }
    }
}

/// A number as Go writes it, which does without an exponent for long.
fn digits(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && (float == 0.0 || (1e-6..1e21).contains(&float.abs())) => float.to_string(),
        _ => number.to_string(),
    }
}

/// The words of upstream's converter for a value of another type.
fn in_maps(value: &Value, shape: &Shape, go_type: &str) -> String {
    let kind = match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "slice",
        Value::Object(_) => "map",
    };
    match shape {
        Shape::List(_) | Shape::Bytes => format!("cannot restore slice from {kind}"),
        Shape::Map(_) => format!("cannot restore map from {kind}"),
        Shape::Object(_) => format!("cannot restore struct from: {kind}"),
        Shape::String if kind == "int64" => format!("cannot convert int64 to {go_type}"),
        Shape::Int32 | Shape::Int64 if kind == "float64" => format!("cannot convert float64 to {go_type}"),
        Shape::String => "unrecognized type: string".to_owned(),
        _ => format!("unrecognized type: {go_type}"),
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

/// Why a text is no time, in the words of Go's `time.Parse`.
fn not_a_time(text: &str) -> Option<String> {
    const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";
    if super::date::parse(text).is_some() {
        return None;
    }
    let mut rest = text;
    let mut missing = "Z07:00";
    for part in ["2006", "-", "01", "-", "02", "T", "15", ":", "04", ":", "05"] {
        let is_number = part.starts_with(|c: char| c.is_ascii_digit());
        let fits = rest.get(..part.len()).is_some_and(|start| match is_number {
            true => start.bytes().all(|c| c.is_ascii_digit()),
            false => start == part,
        });
        if !fits {
            missing = part;
            break;
        }
        rest = &rest[part.len()..];
    }
    Some(format!("parsing time {text:?} as {LAYOUT:?}: cannot parse {rest:?} as {missing:?}"))
}
