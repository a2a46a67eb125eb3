//! What the project depends on: licences, sources, bans and known faults, of crates and of npm packages.
//!
//! The rules stand in `.cargo/deny.toml`, in the form of `cargo deny`, which does more and takes many minutes to build. Where it is
//! installed, it is asked too.

mod advisories;
mod crates;
mod npm;
mod policy;

use crate::{process, project};
use anyhow::{Context, Result, bail};
use policy::Policy;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// Fails with everything that is against the rules; says what could not be looked at.
pub(crate) fn check() -> Result<()> {
    let text = fs::read_to_string(project::path(".cargo/deny.toml")).context("cannot read .cargo/deny.toml")?;
    let policy = Policy::read(&text)?;
    let metadata = metadata()?;
    let mut wrong = crates::check(&policy, &metadata);
    for (name, folder) in [("www", project::www()), ("tests/browser", project::browser_tests())] {
        let lock =
            fs::read_to_string(folder.join("package-lock.json")).with_context(|| format!("no lock file in {name}"))?;
        wrong.extend(npm::check(name, &lock)?);
        wrong.extend(npm::audit(name, &folder));
    }
    wrong.extend(advisories::check(&policy, &metadata)?);
    if process::find("cargo-deny").is_some()
        && process::run(Command::new("cargo").args(["deny", "--workspace", "check", "bans", "licenses", "sources"])).is_err()
    {
        wrong.push("cargo deny says more above".to_owned());
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("{}\nThe rules, with a reason for each exception, stand in .cargo/deny.toml", wrong.join("\n"))
}

fn metadata() -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--locked", "--format-version", "1"]);
    let text = process::ask(&mut cargo).context("`cargo metadata --locked` failed; it says why")?;
    Ok(serde_json::from_str(&text)?)
}
