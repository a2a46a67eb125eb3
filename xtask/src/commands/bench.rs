//! `cargo xtask bench --page`

use super::{browser, build};
use anyhow::{Result, bail};

/// Measures how long the page takes to load, on this machine and on a slow one with a slow line.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let rest = build::unless_told(arguments)?;
    if rest != ["--page"] {
        bail!("`bench` measures the page: `cargo xtask bench --page`");
    }
    browser::script("bench.mjs")
}
