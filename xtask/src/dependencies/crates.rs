//! The crates, as `cargo metadata` knows them.

use super::policy::Policy;
use semver::Version;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A crate of the graph.
pub(super) struct Package<'a> {
    pub(super) name: &'a str,
    pub(super) version: Version,
    value: &'a Value,
}

/// All crates, those of the workspace among them.
pub(super) fn packages(metadata: &Value) -> Vec<Package<'_>> {
    let package = |value| Some(Package { name: text(value, "name"), version: text(value, "version").parse().ok()?, value });
    list(metadata, "packages").iter().filter_map(package).collect()
}

/// What is against the rules.
pub(super) fn check(policy: &Policy, metadata: &Value) -> Vec<String> {
    let packages = packages(metadata);
    let mut wrong = vec![];
    for package in &packages {
        let Package { name, version, value } = package;
        let license = text(value, "license");
        if !policy.allows(license) {
            wrong.push(format!("{name} {version}: its licence {license:?} is not allowed"));
        }
        if let Some(source) = value["source"].as_str() {
            let registry = source.strip_prefix("registry+");
            if !registry.is_some_and(|registry| policy.registries.iter().any(|allowed| allowed == registry)) {
                wrong.push(format!("{name} {version}: it comes from {source}"));
            }
        }
        for dependency in list(value, "dependencies") {
            if text(dependency, "req") == "*" && dependency["path"].is_null() && value["source"].is_null() {
                wrong.push(format!("{name}: it takes any version of {}", text(dependency, "name")));
            }
        }
    }
    wrong.extend(banned(policy, metadata, &packages));
    wrong.extend(doubles(policy, &packages));
    wrong
}

fn banned(policy: &Policy, metadata: &Value, packages: &[Package<'_>]) -> Vec<String> {
    let named = |id: &str| packages.iter().find(|package| text(package.value, "id") == id);
    let mut wrong = vec![];
    for node in list(&metadata["resolve"], "nodes") {
        let Some(user) = named(text(node, "id")) else { continue };
        for used in list(node, "deps").iter().filter_map(|used| named(text(used, "pkg"))) {
            let bans = policy.bans.iter().filter(|ban| ban.name.is_of(used.name, &used.version));
            for ban in bans.filter(|ban| !ban.wrappers.iter().any(|wrapper| wrapper == user.name)) {
                wrong.push(format!("{} uses {}: {}", user.name, used.name, ban.name.reason));
            }
        }
    }
    wrong
}

/// Crates that are there in several versions, and exceptions that are none any more.
fn doubles(policy: &Policy, packages: &[Package<'_>]) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&Version>> = BTreeMap::new();
    for package in packages {
        versions.entry(package.name).or_default().insert(&package.version);
    }
    let mut wrong = vec![];
    for (name, versions) in versions {
        let is_skipped = |version: &&&Version| policy.skips.iter().any(|skip| skip.is_of(name, version));
        let left: Vec<String> = versions.iter().filter(|version| !is_skipped(version)).map(ToString::to_string).collect();
        if left.len() > 1 {
            wrong.push(format!("{name} is there in {} versions: {}", left.len(), left.join(", ")));
        }
    }
    for skip in &policy.skips {
        if !packages.iter().any(|package| skip.is_of(package.name, &package.version)) {
            wrong.push(format!("{} {} is not there any more: {}", skip.name, skip.versions, skip.reason));
        }
    }
    wrong
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RULES: &str = "[bans]\nmultiple-versions = 'deny'\nskip = [{ crate = 'old@1', reason = 'x' }]\n\
        deny = [{ crate = 'tired', wrappers = ['ours'], reason = 'it is tired' }]\n[sources]\nunknown-registry = 'deny'\n\
        unknown-git = 'deny'\nallow-registry = ['https://good']\n[licenses]\nallow = ['MIT']\n";

    fn package(name: &str, version: &str, license: &str, source: &str) -> Value {
        json!({"id": format!("{name} {version}"), "name": name, "version": version, "license": license,
            "source": if source.is_empty() { Value::Null } else { source.into() }, "dependencies": []})
    }

    #[test]
    fn what_is_against_the_rules_is_named() {
        let policy = Policy::read(RULES).unwrap();
        let good = "registry+https://good";
        let check = |packages: Vec<Value>, uses: &[(&str, &str)], expect: &[&str]| {
            let nodes: Vec<Value> = uses.iter().map(|(user, used)| json!({"id": user, "deps": [{"pkg": used}]})).collect();
            let wrong = check(&policy, &json!({"packages": packages, "resolve": {"nodes": nodes}}));
            assert_eq!(wrong, expect);
        };
        let old = || package("old", "1.2.0", "MIT", good);
        let tired = || package("tired", "0.9.0", "MIT", good);
        let ours = || package("ours", "0.1.0", "MIT", "");
        check(vec![ours(), old(), package("old", "2.0.0", "MIT", good), tired()], &[("ours 0.1.0", "tired 0.9.0")], &[]);
        check(
            vec![old(), package("a", "1.0.0", "GPL-3.0-only", good)],
            &[],
            &["a 1.0.0: its licence \"GPL-3.0-only\" is not allowed"],
        );
        check(
            vec![old(), package("a", "1.0.0", "MIT", "git+https://good")],
            &[],
            &["a 1.0.0: it comes from git+https://good"],
        );
        check(vec![old(), tired()], &[("old 1.2.0", "tired 0.9.0")], &["old uses tired: it is tired"]);
        let (a, b) = (package("a", "1.0.0", "MIT", good), package("a", "2.0.0", "MIT", good));
        check(vec![old(), a, b], &[], &["a is there in 2 versions: 1.0.0, 2.0.0"]);
        check(vec![], &[], &["old ^1 is not there any more: x"]);
        let mut any = ours();
        any["dependencies"] = json!([{"name": "b", "req": "*", "path": null}]);
        check(vec![old(), any], &[], &["ours: it takes any version of b"]);
    }
}
