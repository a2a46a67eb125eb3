//! Node and the packages that the lock files name.

use super::debian;
use crate::process;
use crate::site::digest;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs what the folder's lock file names, unless just that is installed.
pub(crate) fn packages(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted =
        digest(&fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?);
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    node()?;
    println!("Installing npm packages of {}", folder.display());
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(folder),
    )
    .context("the npm packages could not be installed; is the npm registry within reach?")?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// A command line tool out of a folder's installed packages, as a command to add arguments to.
pub(crate) fn node_tool(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(folder.join("node_modules").join(script));
    command
}

fn node() -> Result<()> {
    if process::find("node").is_some() && process::find("npm").is_some() {
        return Ok(());
    }
    println!("Node.js is missing");
    debian::install(&["nodejs", "npm"])
        .context("Node.js 20 or newer with npm is needed: https://nodejs.org")
}
