//! `cargo xtask bench`: timings, which are no business of a test.

mod engine;

use super::{browser, build};
use anyhow::{Result, bail};

/// Measures the engine on growing clusters; with `--browser` what the same work takes in the page; with `--page` how long the page takes
/// to load, on this machine and on a slow one with a slow line, and how it is to work with while a rollout plays.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    if arguments.is_empty() {
        return engine::run();
    }
    let rest = build::unless_told(arguments)?;
    match rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--page"] => {
            browser::script("bench.mjs", &[])?;
            browser::script("life.mjs", &engine::links(&[100, 1_000, 5_000])?)
        }
        ["--browser"] => browser::script("engine.mjs", &engine::links(&[1_000, 5_000])?),
        _ => bail!("`bench` measures the engine, `bench --browser` the engine in the browser, `bench --page` the page"),
    }
}
