//! `cargo xtask browser`, and what the other commands that drive a browser share with it.

use super::build;
use crate::server::Server;
use crate::{process, project, setup};
use anyhow::{Context, Result};
use std::process::Command;

/// The page must work below any path, so that is how it is tested.
const SUB_PATH: &str = "/some/sub/path/";

/// Runs the browser tests against `dist/`.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let rest = build::unless_told(arguments)?;
    tests(&rest)
}

/// The browser tests; `arguments` go to Playwright.
pub(super) fn tests(arguments: &[String]) -> Result<()> {
    let mut playwright = setup::node_tool(&project::browser_tests(), "@playwright/test/cli.js");
    playwright.arg("test").args(arguments);
    with_dist(&mut playwright).context("a browser test failed; `cargo xtask browser --no-build -g 'its name'` runs it alone")
}

/// Runs a script of `tests/browser`.
pub(super) fn script(name: &str, arguments: &[String]) -> Result<()> {
    with_dist(Command::new("node").arg(name).args(arguments))
}

/// Runs a command in `tests/browser` while `dist/` is served: `PAGE` is its address, `CHROME` the browser.
fn with_dist(command: &mut Command) -> Result<()> {
    let folder = project::browser_tests();
    setup::packages(&folder)?;
    let chrome = setup::browser()?;
    let server = Server::start(&project::dist(), SUB_PATH, 0)?;
    command.current_dir(&folder).env("PAGE", server.address()).env("CHROME", chrome);
    process::run(command)
}
