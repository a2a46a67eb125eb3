//! Who may know whom: the rules of `src/lib.rs`, held against the sources.

use std::path::{Path, PathBuf};

/// A room, and the rooms it may name.
const RULES: [(&str, &[&str]); 17] = [
    ("api", &[]),
    ("cluster", &["api"]),
    ("controllers", &["api", "cluster", "sim"]),
    ("sim", &["api", "cluster", "controllers"]),
    ("why", &["api", "cluster", "controllers", "sim"]),
    ("kubectl", &["api", "cluster", "sim"]),
    ("whatif", &["api", "cluster", "controllers", "sim", "kubectl", "why"]),
    ("shell", &["api", "cluster", "sim", "kubectl", "why", "whatif"]),
    ("editor", &["api", "cluster", "sim", "kubectl", "why"]),
    ("map", &["api", "cluster", "controllers", "kubectl"]),
    ("scenario", &["api", "sim", "kubectl", "shell", "session"]),
    ("session", &["api", "cluster", "sim", "kubectl", "shell", "scenario", "whatif"]),
    ("timeline", &["api", "sim", "session", "scenario"]),
    ("lessons", &["api", "cluster", "sim", "kubectl", "shell", "scenario", "session"]),
    ("share", &["api", "cluster", "sim", "kubectl", "shell", "scenario", "session", "lessons", "timeline"]),
    ("import", &["api", "sim", "kubectl", "scenario", "session", "share", "lessons"]),
    ("export", &["api", "cluster", "sim", "kubectl", "scenario", "session", "import"]),
];

/// Crates of the browser: `ui` alone may name them.
const BROWSER: [&str; 6] = ["yew", "web_sys", "gloo", "js_sys", "wasm_bindgen", "wasm_bindgen_futures"];

#[test]
fn rooms_know_only_who_they_may() {
    let mut wrong = vec![];
    for (room, may) in RULES {
        for (file, text) in sources(room) {
            for other in
                RULES.iter().map(|(other, _)| *other).chain(["ui"]).filter(|other| *other != room && !may.contains(other))
            {
                if text.contains(&format!("crate::{other}")) {
                    wrong.push(format!("{} names {other}", file.display()));
                }
            }
            wrong.extend(
                BROWSER
                    .iter()
                    .filter(|name| text.contains(&format!("{name}::")))
                    .map(|name| format!("{} names {name}", file.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn controllers_know_only_the_clock_of_the_simulation() {
    for (file, text) in sources("controllers") {
        assert!(!text.contains("Simulation"), "{} names the simulation", file.display());
    }
}

#[test]
fn one_file_names_serde_yaml() {
    let naming: Vec<PathBuf> = RULES
        .iter()
        .flat_map(|(room, _)| sources(room))
        .chain(sources("ui"))
        .filter(|(_, text)| text.contains("serde_yaml::"))
        .map(|(file, _)| file)
        .collect();
    assert!(naming.iter().all(|file| file.ends_with("src/api/yaml.rs")), "{naming:?}");
}

/// Ways in which a text becomes a part of the page, or a script.
const MARKUP: [&str; 16] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "set_inner_html",
    "set_outer_html",
    "insert_adjacent_html",
    "from_html_unchecked",
    "createContextualFragment",
    "parseFromString",
    "DOMParser",
    "document.write",
    "srcdoc",
    "eval(",
    "new Function",
    "setTimeout(\"",
    "javascript:",
];

#[test]
fn no_text_becomes_a_part_of_the_page_or_a_script() {
    for (file, text) in sources("ui").into_iter().chain(files("www", &["js", "html"])) {
        for way in MARKUP {
            assert!(!text.contains(way), "{} has {way}", file.display());
        }
    }
}

/// What the page may do, whatever is in it. Whoever may frame it is said by the host's headers alone.
#[test]
fn the_page_allows_itself_little() {
    let html = std::fs::read_to_string(root().join("www/index.html")).expect("the page");
    let policy = html.split_once("Content-Security-Policy\" content=\"").and_then(|(_, rest)| rest.split_once('"'));
    let policy = policy.expect("a policy").0;
    let said =
        |name: &str| policy.split("; ").find_map(|rule| rule.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}"));
    for name in ["default-src", "object-src", "frame-src", "base-uri", "form-action"] {
        assert_eq!(said(name), " 'none'", "{name}");
    }
    assert_eq!(said("script-src"), " 'self' 'wasm-unsafe-eval'");
    // One style stands in the page, and the policy names its hash.
    assert_eq!(said("style-src"), " 'self' '{{css-hash}}'");
    assert_eq!(said("connect-src"), " 'self'");
    assert_eq!(said("require-trusted-types-for"), " 'script'");
    assert!(!policy.contains("unsafe-inline") && !policy.contains(" 'unsafe-eval'") && !policy.contains("http"), "{policy}");
    let tags = html.split('<').map(|tag| tag.split('>').next().unwrap_or_default());
    let attributes = |tag: &str| tag.split('"').step_by(2).any(|name| name.starts_with(" on") || name == " style=");
    assert_eq!(tags.filter(|tag| tag.starts_with("style") || attributes(tag)).collect::<Vec<_>>(), ["style"]);
    assert!(html.split("<script").skip(1).all(|tag| tag.starts_with(" type=\"module\" src=\"{{js}}\"></script>")));
}

#[test]
fn every_room_has_a_rule() {
    for entry in std::fs::read_dir(root().join("src")).expect("src") {
        let name = entry.expect("an entry").file_name().to_string_lossy().trim_end_matches(".rs").to_owned();
        let known = RULES.iter().any(|(room, _)| *room == name) || ["lib", "main", "ui"].contains(&name.as_str());
        assert!(known, "src/{name} stands in no rule");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The source files of a room, a file or a folder.
fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let mut found = files(&format!("src/{room}"), &["rs"]);
    found.extend(files(&format!("src/{room}.rs"), &["rs"]));
    found
}

/// The files of a folder, or the one of this name, that end so, without their comments.
fn files(place: &str, ends: &[&str]) -> Vec<(PathBuf, String)> {
    let mut files = vec![];
    let mut open: Vec<PathBuf> = Some(root().join(place)).into_iter().filter(|place| place.exists()).collect();
    while let Some(path) = open.pop() {
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| ends.iter().any(|end| extension == *end)) {
            let text = std::fs::read_to_string(&path).expect("a source file");
            // Comments may name whomever they like.
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            files.push((path, code));
        }
    }
    files
}
