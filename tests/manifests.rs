//! What `kubectl apply -f` said to the manifests of the recordings, against decoding, defaults and validation alone.
//!
//! No server here: an object that was taken is remembered, so that a later manifest of the same name is a change.

use std::collections::BTreeMap;
use std::path::Path;

use playground::api::decode::{Stage, decode, typed};
use playground::api::lint::lint;
use playground::api::{ApiError, Key, Kind, Object, defaults, validate, yaml};
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
    let results = decode(file, text, &[], true);
    if results.is_empty() {
        return "error: no objects passed to apply\n".to_owned();
    }
    for result in results {
        let mut object = match result.and_then(|manifest| manifest.object()) {
            Ok(object) => object,
            Err(error) => {
                assert!(error.stage == Stage::Syntax || !error.fields.is_empty() || error.line.is_some(), "{error}");
                out.push_str(&format!("{error}\n"));
                continue;
            }
        };
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
            for warning in validate::warnings(&object, stored.get(&key)) {
                out.push_str(&format!("Warning: {warning}\n"));
            }
            stored.insert(key, object);
        } else {
            out.push_str(&format!("The {}\n", ApiError::Invalid(key.kind, key.name.to_string(), errors)));
        }
    }
    out
}

/// Every object that kubectl printed, read and written again.
#[test]
fn objects_are_printed_as_kubectl_does() {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut seen = 0;
    for directory in std::fs::read_dir(recordings).expect("recordings").flatten().map(|it| it.path()) {
        let text = std::fs::read_to_string(directory.join("steps.json")).unwrap_or_default();
        for step in serde_json::from_str::<Vec<Value>>(&text).expect("steps") {
            let (run, out) = (step["run"].as_str().unwrap_or_default(), step["stdout"].as_str().unwrap_or_default());
            let is = |format: &str| run.ends_with(&format!("-o {format}")) || run.ends_with(&format!("-o{format}"));
            if !(is("yaml") || is("json")) || out.is_empty() {
                continue;
            }
            seen += 1;
            let values = yaml::parse(out).expect("YAML");
            let written = if is("yaml") { yaml::to_string(&values[0]) } else { yaml::to_json(&values[0]) };
            assert_eq!(written, out, "{run}");
            // The types know every field of it, and lose none.
            let items = values[0]["items"].as_array().cloned().unwrap_or_else(|| values.clone());
            for item in items {
                let Some(kind) = Kind::from_manifest("v1", item["kind"].as_str().unwrap_or_default())
                    .or_else(|| Kind::from_manifest("apps/v1", item["kind"].as_str().unwrap_or_default()))
                else {
                    continue;
                };
                let object = typed(kind, &item).expect("an object of its kind");
                let mut expected = item.clone();
                without_nulls(&mut expected);
                assert_eq!(object.to_value(), expected, "{run}");
                // It has its defaults already.
                let mut defaulted = object.clone();
                defaults::apply(&mut defaulted);
                assert_eq!(defaulted, object, "{run}");
            }
        }
    }
    assert!(seen > 5, "{seen}");
}

/// Go prints times that are not set, the types do not.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// The defaults of the manifest of k02 are those that the server printed.
#[test]
fn defaults_are_those_of_the_server() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/k02-get-yaml");
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).expect(name);
    let scenario: Value = serde_yaml::from_str(&read("scenario.yaml")).expect("a scenario");
    let steps: Vec<Value> = serde_json::from_str(&read("steps.json")).expect("steps");
    let printed = steps.iter().find(|step| step["run"] == "kubectl get ds fluentd -o json").expect("the step");
    let printed: Value = serde_json::from_str(printed["stdout"].as_str().unwrap_or_default()).expect("JSON");
    let manifest = decode("ds.yaml", scenario["files"]["ds.yaml"].as_str().unwrap_or_default(), &[], true)
        .remove(0)
        .expect("an object");
    let mut object = manifest.object().expect("an object");
    defaults::apply(&mut object);
    assert_eq!(object.to_value()["spec"], printed["spec"]);
}

/// Whatever is typed, nothing panics: manifests cut short, with lines left out, with characters changed.
#[test]
fn nothing_panics() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut seed = 1u32;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below.max(1)
    };
    for name in ["v01-validation", "v04-validation", "v07-validation", "k17-multi-document", "p04-node-affinity-operators"] {
        let scenario = std::fs::read_to_string(directory.join(name).join("scenario.yaml")).expect(name);
        let scenario: Value = serde_yaml::from_str(&scenario).expect("a scenario");
        for text in scenario["files"].as_object().into_iter().flat_map(|files| files.values()).filter_map(Value::as_str) {
            for cut in (0..text.len()).step_by(7) {
                lint("x.yaml", text.get(..cut).unwrap_or_default(), &[]);
            }
            for _ in 0..60 {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                let at = random(lines.len());
                let odd = [
                    "", "\t", "- ", "? ", "[", "{", "]: ", "*a", "&a ", "!!int x", "---", "'", "\"", "|", ": : :", "ü\u{0}",
                    "5", "null", "~: ~", "<<: *a",
                ];
                match random(3) {
                    0 => drop(lines.remove(at)),
                    1 => lines.insert(at, odd[random(odd.len())].to_owned()),
                    _ => {
                        let line = &mut lines[at];
                        let start = line.find(": ").map_or(0, |at| at + 2);
                        line.truncate(start);
                        line.push_str(odd[random(odd.len())]);
                    }
                }
                lint("x.yaml", &lines.join("\n"), &[]);
            }
        }
    }
    println!("odd texts");
    for text in
        ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "&a [*a]".to_owned(), "a: &a [*a]".to_owned()]
    {
        println!("{}", text.get(..8).unwrap_or_default());
        lint("x.yaml", &text, &[]);
    }
    let bomb: String = (1..30).map(|i| format!("a{i}: &a{i} [*a{0},*a{0},*a{0}]\n", i - 1)).collect();
    lint("x.yaml", &format!("a0: &a0 x\n{bomb}"), &[]);
}
