//! What `kubectl apply -f` said to the manifests of the recordings, against decoding, defaults and validation alone.
//!
//! No server here: an object that was taken is remembered, so that a later manifest of the same name is a change.

use std::collections::BTreeMap;
use std::path::Path;

use playground::api::decode::{Stage, decode};
use playground::api::{ApiError, Key, Object, defaults, validate};
use serde_json::Value;

/// What no recording of this kind shows alone, with the reason.
const NOT_YET: [(&str, &str); 0] = [];

#[test]
fn answers_to_manifests_are_those_of_kubectl() {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut directories: Vec<_> = std::fs::read_dir(recordings).expect("recordings").flatten().map(|it| it.path()).collect();
    directories.sort();
    let (mut steps, mut wrong) = (0, Vec::new());
    for directory in directories {
        let (checked, different) = check(&directory);
        steps += checked;
        wrong.extend(different);
    }
    println!("{} of {steps} steps alike", steps - wrong.len());
    wrong.retain(|it| !NOT_YET.iter().any(|(step, _)| it.starts_with(step)));
    assert!(wrong.is_empty(), "{} of {steps} steps differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// How many steps were compared, and the ones that differ.
fn check(directory: &Path) -> (usize, Vec<String>) {
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
    let scenario: Value = serde_yaml::from_str(&read("scenario.yaml")).expect("a scenario");
    let steps: Vec<Value> = serde_json::from_str(&read("steps.json")).expect("steps");
    let name = directory.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut stored: BTreeMap<Key, Object> = BTreeMap::new();
    let (mut checked, mut wrong) = (0, Vec::new());
    for step in &steps {
        let run = step["run"].as_str().unwrap_or_default();
        let words: Vec<&str> = run.split_whitespace().collect();
        let ["kubectl", "apply", "-f", file] = words.as_slice() else { continue };
        let Some(text) = scenario["files"][file].as_str() else { continue };
        let expected = step["stderr"].as_str().unwrap_or_default();
        let actual = apply(&mut stored, file, text);
        if actual.contains("does not simulate") {
            continue;
        }
        checked += 1;
        if actual != expected {
            wrong.push(format!("{name} {file}\n  expected {expected}  actual   {actual}"));
        }
    }
    (checked, wrong)
}

/// The stderr of one command.
fn apply(stored: &mut BTreeMap<Key, Object>, file: &str, text: &str) -> String {
    let mut out = String::new();
    let results = decode(file, text);
    if results.is_empty() {
        return "error: no objects passed to apply\n".to_owned();
    }
    for result in results {
        let manifest = match result {
            Ok(manifest) => manifest,
            Err(error) => {
                assert!(error.stage == Stage::Syntax || !error.fields.is_empty() || error.line.is_some(), "{error}");
                out.push_str(&format!("{error}\n"));
                continue;
            }
        };
        let mut object = manifest.object;
        if object.kind().is_namespaced() {
            object.meta_mut().namespace.get_or_insert_with(|| "default".to_owned());
        }
        defaults::apply(&mut object);
        let key = object.key();
        let errors = match stored.get(&key) {
            Some(old) => validate::update(&object, old),
            None => validate::create(&object),
        };
        if errors.is_empty() {
            for warning in validate::warnings(&object) {
                out.push_str(&format!("Warning: {warning}\n"));
            }
            stored.insert(key, object);
        } else {
            out.push_str(&format!("The {}\n", ApiError::Invalid(key.kind, key.name, errors)));
        }
    }
    out
}
