//! The npm packages, as lock files name them.

use anyhow::{Context, Result};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Where packages may come from.
const REGISTRY: &str = "https://registry.npmjs.org/";
/// Licences, and that of axe, which looks at the page in tests and is no part of it.
const ALLOWED: [&str; 4] = ["MIT", "Apache-2.0", "ISC", "BSD-3-Clause"];
const ALLOWED_IN_TESTS: [&str; 1] = ["MPL-2.0"];

/// What in a lock file is against the rules: every package has a digest and a licence, and comes from the registry.
pub(super) fn check(folder: &str, lock: &str) -> Result<Vec<String>> {
    let lock: Value = serde_json::from_str(lock).with_context(|| format!("the lock file of {folder} is no JSON"))?;
    let packages = lock["packages"].as_object().with_context(|| format!("the lock file of {folder} has no packages"))?;
    let mut wrong = vec![];
    for (place, package) in packages.iter().filter(|(place, _)| !place.is_empty()) {
        let mut say = |what: String| wrong.push(format!("{folder}: {place}: {what}"));
        let text = |key: &str| package[key].as_str().unwrap_or_default();
        if !text("integrity").starts_with("sha512-") {
            say("it has no digest".to_owned());
        }
        if !text("resolved").is_empty() && !text("resolved").starts_with(REGISTRY) {
            say(format!("it comes from {}", text("resolved")));
        }
        let is_test = package["dev"] == Value::Bool(true);
        let is_allowed = ALLOWED.contains(&text("license")) || is_test && ALLOWED_IN_TESTS.contains(&text("license"));
        if !is_allowed {
            say(format!("its licence {:?} is not allowed", text("license")));
        }
    }
    Ok(wrong)
}

/// What the registry knows of faults, where it answers.
pub(super) fn audit(name: &str, folder: &Path) -> Vec<String> {
    let mut npm = Command::new("npm");
    npm.args(["audit", "--package-lock-only", "--json"]).current_dir(folder);
    let Ok(output) = npm.output() else {
        println!("  not looked at: the advisories of npm for {name}: there is no npm here");
        return vec![];
    };
    match faults(&output.stdout) {
        Some(faults) => faults.into_iter().map(|fault| format!("{name}: {fault}")).collect(),
        None => {
            println!("  not looked at: the advisories of npm for {name}, which cannot be reached from here");
            vec![]
        }
    }
}

/// The faults of a report; nothing where it is none.
fn faults(report: &[u8]) -> Option<Vec<String>> {
    let report: Value = serde_json::from_slice(report).ok()?;
    let found = report["vulnerabilities"].as_object()?;
    Some(
        found.iter().map(|(name, fault)| format!("{name}: a fault, {}: `npm audit` says more", fault["severity"])).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::{check, faults};

    #[test]
    fn a_package_needs_a_digest_a_licence_and_the_registry() {
        let check = |package: &str, expect: usize| {
            let lock = format!(r#"{{"packages": {{"": {{}}, "node_modules/a": {package}}}}}"#);
            let wrong = check("www", &lock).unwrap();
            assert_eq!(wrong.len(), expect, "{wrong:?}");
        };
        check(r#"{"integrity": "sha512-x", "license": "MIT"}"#, 0);
        check(r#"{"integrity": "sha512-x", "license": "MIT", "resolved": "https://registry.npmjs.org/a"}"#, 0);
        check(r#"{"integrity": "sha512-x", "license": "MPL-2.0", "dev": true}"#, 0);
        check(r#"{"integrity": "sha512-x", "license": "MPL-2.0"}"#, 1);
        check(r#"{"integrity": "sha512-x", "license": "MIT", "resolved": "git+ssh://x"}"#, 1);
        check(r#"{"integrity": "sha1-x"}"#, 2);
    }

    #[test]
    fn a_report_of_npm_is_read() {
        let report = br#"{"vulnerabilities": {"a": {"severity": "high"}}}"#;
        assert_eq!(faults(report).unwrap(), ["a: a fault, \"high\": `npm audit` says more"]);
        assert_eq!(faults(br#"{"vulnerabilities": {}}"#), Some(vec![]));
        assert_eq!(faults(br#"{"message": "405"}"#), None);
    }
}
