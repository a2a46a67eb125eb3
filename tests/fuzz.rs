//! Inputs that nobody would write: no panic, no hang, no memory without end, no broken promise.
//!
//! Each test is a target: something that takes what people give it. It tries the folder of its past findings first
//! (`tests/fuzz/NAME`), and then inputs made of what people wrote, a few here, many more with `cargo xtask fuzz`, which says how
//! long each took and what it needed. What does harm is made as small as it gets and put into the folder.

#[path = "fuzz/editor.rs"]
mod editor;
#[path = "fuzz/harness.rs"]
mod harness;
#[path = "fuzz/imports.rs"]
mod imports;
#[path = "fuzz/lessons.rs"]
mod lessons;
#[path = "fuzz/lines.rs"]
mod lines;
#[path = "fuzz/links.rs"]
mod links;
#[path = "fuzz/manifests.rs"]
mod manifests;
#[path = "fuzz/memory.rs"]
mod memory;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "fuzz/random.rs"]
mod random;
#[path = "fuzz/scenarios.rs"]
mod scenarios;
#[path = "fuzz/seeds.rs"]
mod seeds;
#[path = "support/session.rs"]
mod support;
#[path = "fuzz/yaml.rs"]
mod yaml;

#[test]
fn fuzz_yaml() {
    harness::run::<yaml::Yaml>();
}

#[test]
fn fuzz_editor() {
    harness::run::<editor::Editor>();
}

#[test]
fn fuzz_manifests() {
    harness::run::<manifests::Manifests>();
}

#[test]
fn fuzz_lines() {
    harness::run::<lines::Lines>();
}

#[test]
fn fuzz_links() {
    harness::run::<links::Links>();
}

#[test]
fn fuzz_lessons() {
    harness::run::<lessons::Lessons>();
}

#[test]
fn fuzz_scenarios() {
    harness::run::<scenarios::Scenarios>();
}

#[test]
fn fuzz_imports() {
    harness::run::<imports::Imports>();
}
