//! Node and the packages that the lock files name.

use super::debian;
use crate::process;
use crate::site::digest;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Installs what the folder's lock file names, unless just that is installed.
pub(crate) fn packages(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted = digest(&fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?);
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

/// What the locked packages run on; Debian 12 has just this.
const OLDEST_NODE: u32 = 18;

fn node() -> Result<()> {
    if process::find("node").is_none() || process::find("npm").is_none() {
        println!("Node.js or npm is missing");
        debian::install(&["nodejs", "npm"])
            .with_context(|| format!("Node.js {OLDEST_NODE} or newer with npm is needed: https://nodejs.org"))?;
    }
    let version = process::ask(Command::new("node").arg("--version")).unwrap_or_default();
    match major(&version) {
        Some(number) if number >= OLDEST_NODE => Ok(()),
        _ => bail!("Node.js {OLDEST_NODE} or newer is needed, this one says `{version}`: https://nodejs.org"),
    }
}

/// `v20.11.1` → 20
fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(major("v18.20.8"), Some(18));
        assert_eq!(major("18"), None);
    }
}
