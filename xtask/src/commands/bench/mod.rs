//! `cargo xtask bench`: timings, which are no business of a test.

mod engine;

use super::{browser, build};
use anyhow::{Result, bail};

/// Measures the engine on growing clusters; with `--page` how long the page takes to load, on this machine and on a slow one with
/// a slow line.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    if arguments.is_empty() {
        return engine::run();
    }
    let rest = build::unless_told(arguments)?;
    if rest != ["--page"] {
        bail!("`bench` measures the engine, `bench --page` the page");
    }
    browser::script("bench.mjs")
}
