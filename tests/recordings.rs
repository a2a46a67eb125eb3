//! Every recording of a real control plane, replayed and compared step by step: those that were given (`tests/recordings`) and
//! those of our own (`tests/measured`).
//!
//! `cargo test --test recordings` says what differs; `RECORDING=p01 cargo test --test recordings` looks at one only.

#[path = "support/compare.rs"]
mod compare;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use compare::{Comparison, Recorded};
use playground::scenario::{Scenario, run};

/// The recordings that are not matched yet, a line each: `name: reason`.
const UNMATCHED: &str = include_str!("unmatched.txt");

#[test]
fn recordings_match() {
    let only = std::env::var("RECORDING").ok();
    let unmatched: BTreeMap<&str, &str> = UNMATCHED.lines().filter_map(|line| line.split_once(": ")).collect();
    let names: Vec<String> =
        recorded().into_keys().filter(|name| only.as_ref().is_none_or(|only| name.starts_with(only.as_str()))).collect();
    assert!(!names.is_empty(), "no recording is called {only:?}");
    let (comparison, folders) = (Comparison::new(), recorded());
    let (mut steps, mut matched_steps, mut matched, mut complaints) = (0, 0, 0, String::new());
    for name in &names {
        let differences = differences(&comparison, &folders[name]);
        steps += differences.len();
        matched_steps += differences.iter().filter(|difference| difference.is_empty()).count();
        let differing: Vec<&String> = differences.iter().filter(|difference| !difference.is_empty()).collect();
        matched += usize::from(differing.is_empty());
        match (unmatched.get(name.as_str()), differing.is_empty()) {
            (None, false) => differing.iter().for_each(|difference| complaints.push_str(&format!("{name}: {difference}\n"))),
            (Some(_), true) => complaints.push_str(&format!("{name} matches now: take it off tests/unmatched.txt\n")),
            (Some(_), false) if only.is_some() => differing.iter().for_each(|difference| println!("{name}: {difference}")),
            _ => {}
        }
    }
    println!("{matched} of {} recordings match, {matched_steps} of {steps} steps", names.len());
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn unmatched_names_are_recordings_with_reasons() {
    for line in UNMATCHED.lines() {
        let (name, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?} is not `name: reason`"));
        assert!(recorded().contains_key(name), "{name} is no recording");
        assert!(!reason.trim().is_empty(), "{name} has no reason");
    }
}

/// The folder of each recording.
fn recorded() -> BTreeMap<String, PathBuf> {
    let mut folders = BTreeMap::new();
    for parent in ["tests/recordings", "tests/measured"] {
        let parent = Path::new(env!("CARGO_MANIFEST_DIR")).join(parent);
        let entries = std::fs::read_dir(&parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
        for folder in entries.map(|entry| entry.expect("a folder").path()).filter(|path| path.is_dir()) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            assert!(folders.insert(name.clone(), folder).is_none(), "{name} is there twice");
        }
    }
    folders
}

/// What differs, step by step; an empty text for a step that matches.
fn differences(comparison: &Comparison, folder: &Path) -> Vec<String> {
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect(file);
    let recorded: Vec<Recorded> = serde_json::from_str(&read("steps.json")).expect("steps.json");
    let scenario = Scenario::parse(&read("scenario.yaml")).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let given = run(&scenario);
    assert_eq!(recorded.len(), given.len(), "{}: commands recorded and answered", folder.display());
    let with_command = |want: &Recorded, difference: String| {
        if difference.is_empty() { difference } else { format!("$ {}\n{difference}", want.run) }
    };
    recorded.iter().zip(&given).map(|(want, got)| with_command(want, comparison.difference(want, got))).collect()
}
