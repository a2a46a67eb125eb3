//! `cargo xtask build`

use crate::project;
use crate::setup::WasmToolchain;
use crate::site::{self, Effort};
use anyhow::Result;

/// A release into `dist/`.
pub(super) fn run() -> Result<()> {
    let toolchain = WasmToolchain::find_or_install()?;
    site::build(toolchain, Effort::Release, &project::dist())?;
    println!("  the page is in dist/");
    Ok(())
}

/// What the commands that use `dist/` do first: builds it, unless `--no-build` says that it is there.
pub(super) fn unless_told(arguments: &[String]) -> Result<Vec<String>> {
    let (flags, rest): (Vec<String>, Vec<String>) = arguments.iter().cloned().partition(|word| word == "--no-build");
    if flags.is_empty() || !project::dist().join("index.html").exists() {
        run()?;
    }
    Ok(rest)
}
