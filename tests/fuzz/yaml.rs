//! YAML as people write it, up to an object that a server would look at.

use playground::api::decode::decode;
use playground::api::lint::lint;
use playground::api::positions::positions;
use playground::api::{defaults, validate, yaml};
use serde_json::Value;

use super::harness::{Meter, Target};
use super::mutate::Seeds;
use super::random::Random;
use super::seeds;

pub(crate) struct Yaml(Seeds);

impl Target for Yaml {
    const NAME: &'static str = "yaml";
    const USUAL: u64 = 3000;

    fn new() -> Self {
        Yaml(Seeds::of(seeds::manifests()))
    }

    fn make(&self, random: &mut Random) -> String {
        self.0.text(random)
    }

    fn take(&self, input: &str, _: &mut Meter) {
        for document in yaml::documents(input).into_iter().flatten() {
            if is_printed(input, &document.value) {
                let written = yaml::to_string(&document.value);
                let again = yaml::parse(&written);
                let is_same = again.as_ref().is_ok_and(|again| *again == [document.value.clone()]);
                assert!(is_same, "{written:?} is read as {again:?}");
            }
            let written = yaml::to_compact_json(&document.value);
            assert_eq!(serde_json::from_str::<Value>(&written).ok(), Some(document.value));
        }
        let places = positions(input);
        places.line_of(0, "spec.template.spec.containers[0].image");
        for problem in lint("f.yaml", input, &[]) {
            assert!(problem.line >= 1 && problem.column >= 1, "{problem:?}");
        }
        for manifest in decode("f.yaml", input, &[], true).into_iter().flatten() {
            places.line_of(manifest.document, &manifest.path("spec"));
            let Ok(mut object) = manifest.object() else { continue };
            defaults::apply(&mut object);
            let errors = validate::create(&object);
            validate::warnings(&object, None);
            if errors.is_empty() {
                let mut twice = object.clone();
                defaults::apply(&mut twice);
                assert!(twice == object, "it gets other defaults the second time");
                assert_eq!(validate::update(&object, &object), [], "what is there cannot stay");
            }
        }
    }
}

/// Whether kubectl would print it: a map, with keys that an object has. A break of old terminals becomes a usual one when it is read.
fn is_printed(input: &str, value: &Value) -> bool {
    let has_old_break = ["\u{85}", "\\u0085", "\\N"].iter().any(|it| input.contains(it));
    value.is_object() && !has_old_break && has_short_keys(value)
}

fn has_short_keys(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().all(|(key, value)| key.len() < 128 && has_short_keys(value)),
        Value::Array(items) => items.iter().all(has_short_keys),
        _ => true,
    }
}
