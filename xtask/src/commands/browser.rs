//! `cargo xtask browser`, and what the other commands that drive a browser share with it.

use super::build;
use crate::server::Server;
use crate::{process, project, setup};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The page must work below any path, so that is how it is tested.
const SUB_PATH: &str = "/some/sub/path/";

/// The tests that `cargo xtask test` also runs in Firefox, in about a minute: a learner's way by mouse and by keyboard, how the page
/// starts, and what the editor takes in.
const FIREFOX_TOO: &str = r"learner\.test|start\.test|keyboard\.test|editor\.test.*(typing is|Tab indents|completed by)";

/// What drives the page.
enum Browser {
    Chromium,
    Firefox(PathBuf),
}

/// Runs the browser tests against `dist/`, with `--firefox` in Firefox.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let (firefox, rest): (Vec<String>, Vec<String>) = arguments.iter().cloned().partition(|word| word == "--firefox");
    let rest = build::unless_told(&rest)?;
    if firefox.is_empty() {
        return tests(&rest);
    }
    let firefox = setup::firefox()?;
    if let Some(why) = setup::too_old(&firefox) {
        bail!(why);
    }
    tests_in(&Browser::Firefox(firefox), &rest)
}

/// The browser tests; `arguments` go to Playwright.
pub(super) fn tests(arguments: &[String]) -> Result<()> {
    tests_in(&Browser::Chromium, arguments)
}

/// A few of the browser tests in Firefox, where there is one.
pub(super) fn few_in_firefox() -> Result<()> {
    let Some(firefox) = setup::firefox_if_there()? else {
        println!(
            "  left out: there is no Firefox here; `cargo xtask browser --firefox` installs one, FIREFOX=/path/to/it names it"
        );
        return Ok(());
    };
    if let Some(why) = setup::too_old(&firefox) {
        println!("  left out: {why}");
        return Ok(());
    }
    tests_in(&Browser::Firefox(firefox), &["-g".to_owned(), FIREFOX_TOO.to_owned()])
}

fn tests_in(browser: &Browser, arguments: &[String]) -> Result<()> {
    let mut playwright = setup::node_tool(&project::browser_tests(), "@playwright/test/cli.js");
    playwright.arg("test").args(arguments);
    let flag = if matches!(browser, Browser::Firefox(_)) { " --firefox" } else { "" };
    with_dist(browser, &mut playwright).with_context(|| {
        format!("a browser test failed; `cargo xtask browser{flag} --no-build -g 'its name'` runs it alone")
    })
}

/// Runs a script of `tests/browser`.
pub(super) fn script(name: &str, arguments: &[String]) -> Result<()> {
    with_dist(&Browser::Chromium, Command::new("node").arg(name).args(arguments))
}

/// Runs a command in `tests/browser` while `dist/` is served: `PAGE` is its address, `CHROME` or `FIREFOX` the browser.
fn with_dist(browser: &Browser, command: &mut Command) -> Result<()> {
    let folder = project::browser_tests();
    setup::packages(&folder)?;
    match browser {
        Browser::Chromium => command.env_remove("FIREFOX").env("CHROME", setup::chromium()?),
        Browser::Firefox(program) => command.env("FIREFOX", program),
    };
    let server = Server::start(&project::dist(), SUB_PATH, 0)?;
    command.current_dir(&folder).env("PAGE", server.address());
    process::run(command)
}
