//! What inputs are made of: what the tests, the lessons and the recordings have.

use std::fs;
use std::path::{Path, PathBuf};

use playground::scenario::Scenario;
use playground::session::Session;

use super::support::with_daemon_set;

/// A small cluster with a DaemonSet on it.
pub(crate) fn rolled_out() -> Session {
    with_daemon_set()
}

/// Manifests of all scenarios.
pub(crate) fn manifests() -> Vec<String> {
    let files = scenarios().into_iter().filter_map(|text| Scenario::parse(&text).ok()).flat_map(|scenario| scenario.files);
    let mut texts: Vec<String> = files.filter(|(name, _)| !name.ends_with(".txt")).map(|(_, text)| text).collect();
    texts.retain(|text| !text.is_empty() && text.len() < 3000);
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 50, "{} manifests", texts.len());
    texts
}

/// Scenario files.
pub(crate) fn scenarios() -> Vec<String> {
    let mut texts = files("tests/recordings", "scenario.yaml");
    texts.extend(files("tests/measured", ".yaml"));
    texts.retain(|text| text.len() < 6000);
    texts
}

/// Lesson files, and what a browser kept of a course.
pub(crate) fn lessons() -> Vec<String> {
    let mut texts = files("lessons", ".md");
    texts.push(
        r#"{"format":1,"lessons":{"walk-through":{"answers":{"q":1},"best":12,"solved":[0,1],"steps":8}}}"#.to_owned(),
    );
    texts
}

/// The texts of the files of a folder and its folders whose names end so, in the order of their paths.
pub(crate) fn files(folder: &str, ends: &str) -> Vec<String> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found: Vec<PathBuf> = vec![];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if path.to_string_lossy().ends_with(ends) {
            found.push(path);
        }
    }
    found.sort();
    found.iter().map(|path| fs::read_to_string(path).expect("a text")).collect()
}
