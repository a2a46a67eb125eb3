//! The browser for the tests: the machine's own Chromium or Chrome.

use super::debian;
use crate::process;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::PathBuf;

/// The browser's program. The environment variable `CHROME` has the first word.
pub(crate) fn browser() -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("CHROME") {
        let chosen = PathBuf::from(chosen);
        if chosen.is_file() {
            return Ok(chosen);
        }
        bail!("CHROME names {}, which is not there", chosen.display());
    }
    if let Some(found) = known() {
        return Ok(found);
    }
    println!("No Chromium or Chrome found");
    debian::install(&["chromium"])
        .context("the browser tests need Chromium or Chrome; CHROME=/path/to/it says where it is")?;
    known().context("chromium was installed but cannot be found in PATH; CHROME=/path/to/it says where it is")
}

fn known() -> Option<PathBuf> {
    let mac = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        .iter()
        .find_map(|name| process::find(name))
        .or_else(|| mac.is_file().then_some(mac))
}
