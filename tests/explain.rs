//! The texts of `kubectl explain` (`src/kubectl/explain/fields.txt`) against the table of types.

use std::collections::{BTreeMap, BTreeSet};

use playground::api::schema::{Shape, Type};
use playground::api::{Kind, kind};
use playground::kubectl::explain::{Field, field};

const TEXTS: &str = include_str!("../src/kubectl/explain/fields.txt");
const FACTS: &str = include_str!("../src/kubectl/explain/facts.txt");
const TYPES: &str = include_str!("../src/api/schema.txt");

/// The kinds of which everything has a text.
const KINDS: [Kind; 15] = [
    Kind::DaemonSet,
    Kind::Pod,
    Kind::Node,
    Kind::ControllerRevision,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::StatefulSet,
    Kind::Job,
    Kind::Namespace,
    Kind::Service,
    Kind::ConfigMap,
    Kind::Secret,
    Kind::Event,
    Kind::PodDisruptionBudget,
    Kind::PriorityClass,
];

/// The longest text, in letters.
const LONGEST: usize = 520;

#[test]
fn every_field_of_these_kinds_has_a_text() {
    let (mut without, mut seen) = (vec![], BTreeSet::new());
    for kind in KINDS {
        each_field(kind, &mut vec![], &mut seen, &mut |path, found| {
            if found.is_none_or(|field| field.text.is_empty()) {
                without.push(format!("{} {}", kind.name(), path.join(".")));
            }
        });
    }
    assert!(without.is_empty(), "no text: {without:#?}");
}

/// Calls `see` for every field below a path, of types that were not seen before.
fn each_field(
    kind: Kind,
    path: &mut Vec<&'static str>,
    seen: &mut BTreeSet<&'static str>,
    see: &mut dyn FnMut(&[&str], Option<&Field>),
) {
    let of = path.iter().try_fold(kind.name(), |of, name| inside(&Type::named(of).field(name)?.shape));
    let Some(of) = of.filter(|of| seen.insert(of)) else { return };
    for (name, _) in Type::named(of).fields() {
        path.push(name);
        see(path, field(kind, path).as_ref());
        each_field(kind, path, seen, see);
        path.pop();
    }
}

fn inside(shape: &Shape) -> Option<&'static str> {
    match shape {
        Shape::List(item) | Shape::Map(item) => inside(item),
        Shape::Object(name) => Some(name),
        _ => None,
    }
}

/// `type → (the type it is like, its own text, field → text)`, of the file.
fn texts() -> BTreeMap<&'static str, (&'static str, &'static str, BTreeMap<&'static str, &'static str>)> {
    let mut all = BTreeMap::new();
    for block in TEXTS.split("\n# ").skip(1) {
        let (head, lines) = block.split_once('\n').unwrap_or((block, ""));
        let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
        let (like, about) = rest.strip_prefix('(').and_then(|rest| rest.split_once(") ")).unwrap_or(("", rest));
        let line = |line: &'static str| line.split_once(' ').unwrap_or_else(|| panic!("{name}: {line:?} has no text"));
        let lines: Vec<_> = lines.lines().filter(|line| !line.is_empty()).map(line).collect();
        let fields: BTreeMap<_, _> = lines.iter().copied().collect();
        assert_eq!(fields.len(), lines.len(), "{name}: a field has two texts");
        assert!(all.insert(name, (like, about, fields)).is_none(), "{name} is there twice");
    }
    all
}

#[test]
fn no_text_is_about_nothing() {
    let texts = texts();
    let of_type = |name: &str| Type::named(name).fields().map(|(field, _)| field).collect::<BTreeSet<_>>();
    for (name, (like, _, fields)) in &texts {
        assert!(like.is_empty() || texts.contains_key(like), "{name} is like {like}, which is not there");
        let mut known = of_type(name);
        // What others take their texts from has the fields that they have.
        texts.iter().filter(|(_, (like, ..))| like == name).for_each(|(other, _)| known.extend(of_type(other)));
        if *name == "Object" {
            kind::ALL.iter().for_each(|kind| known.extend(of_type(kind.name())));
        }
        let about_nothing: Vec<_> = fields.keys().filter(|field| !known.contains(**field)).collect();
        assert!(about_nothing.is_empty(), "{name} has no {about_nothing:?}");
    }
}

#[test]
fn texts_are_sentences() {
    for (name, (_, about, fields)) in texts() {
        let all = fields.into_iter().chain(Some(("", about)).filter(|(_, about)| !about.is_empty()));
        for (field, text) in all {
            assert!(text.ends_with('.'), "{name} {field}: {text:?} has no full stop");
            assert!(text.len() <= LONGEST, "{name} {field}: {} letters", text.len());
            assert!(text.is_ascii() && !text.contains("  "), "{name} {field}: {text:?}");
            assert!(!text.starts_with(|c: char| c.is_lowercase()), "{name} {field}: {text:?}");
        }
    }
    assert!(TEXTS.len() <= 90_000, "{} bytes of texts: the page has to carry them", TEXTS.len());
}

#[test]
fn facts_are_about_fields() {
    for line in FACTS.lines() {
        let (name, words) = line.split_once(' ').expect("a type and its fields");
        for word in words.split(' ') {
            let field = &word[..word.find(['!', ':', '=']).unwrap_or(word.len())];
            let found = Type::named(name).field(field).unwrap_or_else(|| panic!("{name} has no {field}"));
            let is_known = !matches!(leaf(&found.shape), Shape::Any);
            assert_eq!(word.contains(':'), !is_known, "{name} {field}: what the schema does not know has a name here");
            assert!(!word.contains('=') || matches!(found.shape, Shape::String), "{name} {field} is no string");
        }
    }
    let unnamed = TYPES.lines().flat_map(|line| {
        let name = line.split(' ').next().unwrap_or_default();
        Type::named(name)
            .fields()
            .filter(|(_, field)| matches!(leaf(&field.shape), Shape::Any))
            .map(move |(field, _)| (name, field))
    });
    for (name, field) in unnamed {
        let line = FACTS.lines().find(|line| line.split(' ').next() == Some(name)).unwrap_or_default();
        assert!(line.contains(&format!(" {field}:")) || line.contains(&format!(" {field}!:")), "{name} {field} has no name");
    }
}

fn leaf(shape: &Shape) -> &Shape {
    match shape {
        Shape::List(item) | Shape::Map(item) => leaf(item),
        other => other,
    }
}

#[test]
fn a_field_is_found_through_lists() {
    let image = field(Kind::DaemonSet, &["spec", "template", "spec", "containers", "image"]).expect("it has one");
    assert_eq!((image.type_name.as_str(), image.is_required), ("string", false));
    let operator = field(Kind::Pod, &["spec", "tolerations", "effect"]).expect("it has one");
    assert_eq!(operator.values, "NoExecute,NoSchedule,PreferNoSchedule");
    let requests = field(Kind::Pod, &["spec", "containers", "resources", "requests"]).expect("it has them");
    assert_eq!(requests.type_name, "map[string]Quantity");
    assert_eq!(field(Kind::Pod, &["spec", "image"]), None);
    assert_eq!(field(Kind::Pod, &[]), None);
    assert_eq!(field(Kind::Pod, &["metadata", "labels", "app"]), None);
}
