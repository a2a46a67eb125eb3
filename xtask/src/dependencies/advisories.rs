//! Known faults of crates: the advisories of RustSec, where their database can be reached.

use super::crates::{Package, packages};
use super::policy::Policy;
use crate::{process, project};
use anyhow::{Context, Result};
use semver::{Version, VersionReq};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const DATABASE: &str = "https://github.com/RustSec/advisory-db";

/// What is known of crates that are used, but for what the rules let pass.
pub(super) fn check(policy: &Policy, metadata: &Value) -> Result<Vec<String>> {
    let Some(database) = database() else {
        println!("  not looked at: the advisories of RustSec, which cannot be reached from here");
        return Ok(vec![]);
    };
    let mut wrong = vec![];
    let mut passed: Vec<String> = vec![];
    for package in packages(metadata) {
        let Ok(files) = fs::read_dir(database.join("crates").join(package.name)) else { continue };
        for file in files {
            let path = file?.path();
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let advisory = Advisory::read(&text).with_context(|| format!("{} is no advisory", path.display()))?;
            let Some(advisory) = advisory.filter(|advisory| advisory.is_about(&package)) else { continue };
            if policy.ignored.contains(&advisory.id) {
                passed.push(advisory.id);
            } else {
                let Advisory { id, title, kind, .. } = advisory;
                wrong.push(format!("{} {}: {id}, {kind}: {title}", package.name, package.version));
            }
        }
    }
    let is_old = |id: &&String| !passed.contains(id);
    wrong.extend(policy.ignored.iter().filter(is_old).map(|id| format!("{id} is about nothing here any more")));
    Ok(wrong)
}

/// The folder with the database: `ADVISORY_DB`, or what could be fetched.
fn database() -> Option<PathBuf> {
    if let Some(given) = env::var_os("ADVISORY_DB") {
        return Some(given.into());
    }
    let folder = project::path("target/advisory-db");
    let mut git = Command::new("git");
    git.env("GIT_TERMINAL_PROMPT", "0").args(["-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=20"]);
    if folder.join(".git").exists() {
        git.arg("-C").arg(&folder).args(["pull", "--quiet", "--ff-only"]);
    } else {
        git.args(["clone", "--quiet", "--depth", "1", DATABASE]).arg(&folder);
    }
    let reached = process::ask(&mut git).is_some();
    (reached && is_database(&folder)).then_some(folder)
}

fn is_database(folder: &Path) -> bool {
    folder.join("crates").is_dir()
}

/// What is known of a crate.
struct Advisory {
    id: String,
    title: String,
    /// `unmaintained`, `unsound`, or a fault.
    kind: String,
    /// Versions that are well.
    well: Vec<VersionReq>,
}

impl Advisory {
    /// Reads an advisory; nothing where it was withdrawn.
    ///
    /// # Errors
    /// Where it has a form that is not known.
    fn read(text: &str) -> Result<Option<Advisory>> {
        let parts = text.strip_prefix("```toml\n").and_then(|text| text.split_once("\n```"));
        let (front, body) = parts.context("it begins without a front")?;
        let front: Value = basic_toml::from_str(front)?;
        if !front["advisory"]["withdrawn"].is_null() {
            return Ok(None);
        }
        let versions =
            ["patched", "unaffected"].into_iter().flat_map(|list| front["versions"][list].as_array().into_iter().flatten());
        Ok(Some(Advisory {
            id: front["advisory"]["id"].as_str().context("it has no id")?.to_owned(),
            title: body.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned(),
            kind: front["advisory"]["informational"].as_str().unwrap_or("a fault").to_owned(),
            well: versions.filter_map(|version| version.as_str()?.parse().ok()).collect(),
        }))
    }

    fn is_about(&self, package: &Package<'_>) -> bool {
        let version = Version { pre: semver::Prerelease::EMPTY, ..package.version.clone() };
        !self.well.iter().any(|well| well.matches(&version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_advisory_is_about_versions_that_are_not_mended() {
        let advisory = |more: &str| {
            format!(
                "```toml\n[advisory]\nid = \"RUSTSEC-1\"\npackage = \"a\"\n{more}\n[versions]\npatched = [\">= 1.2.3\"]\nunaffected = [\"< 1.0.0\"]\n```\n\n# Title\n\nText.\n"
            )
        };
        let is_about = |text: &str, version: &str| {
            let metadata = json!({"packages": [{"name": "a", "version": version}]});
            Advisory::read(text).unwrap().is_some_and(|advisory| advisory.is_about(&packages(&metadata)[0]))
        };
        let text = advisory("");
        assert!(is_about(&text, "1.2.2") && is_about(&text, "1.0.0"));
        assert!(
            !is_about(&text, "1.2.3")
                && !is_about(&text, "0.9.0")
                && !is_about(&advisory("withdrawn = \"2024-01-01\""), "1.2.2")
        );
        assert!(Advisory::read("# Title").is_err());
        let read = Advisory::read(&advisory("informational = \"unmaintained\"")).unwrap().unwrap();
        assert_eq!((read.id.as_str(), read.title.as_str(), read.kind.as_str()), ("RUSTSEC-1", "Title", "unmaintained"));
    }
}
