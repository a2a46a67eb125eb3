//! `cargo xtask test`

use super::{browser, build};
use crate::setup::{self, Library, WasmToolchain};
use crate::{dependencies, process};
use anyhow::{Result, bail};
use std::process::Command;
use std::time::Instant;

/// One thing that CI checks.
type Step = (&'static str, fn() -> Result<()>);

const STEPS: [Step; 9] = [
    ("format", format),
    ("dependencies", dependencies::check),
    ("clippy", clippy),
    ("clippy for wasm32", clippy_wasm),
    ("unit and recording tests", unit_tests),
    ("lessons", lessons),
    ("release build within its budget", build::run),
    ("browser tests", || browser::tests(&[])),
    ("a few browser tests in Firefox", browser::few_in_firefox),
];

/// The steps in order, up to the first that fails. The last line printed counts them.
///
/// Words choose the steps whose names contain one of them; without any, all are done.
pub(super) fn run(words: &[String]) -> Result<()> {
    let steps = chosen(words)?;
    let started = Instant::now();
    for (index, (name, step)) in steps.iter().enumerate() {
        println!("\n== {}/{} {name}", index + 1, steps.len());
        let begun = Instant::now();
        if let Err(error) = step() {
            eprintln!("\nerror: {name}: {error:#}\n");
            println!("{index} passed, 1 failed");
            std::process::exit(1);
        }
        println!("== {name}: ok, {:.1} s", begun.elapsed().as_secs_f64());
    }
    println!("\nall in {:.0} s", started.elapsed().as_secs_f64());
    println!("{} passed, 0 failed", steps.len());
    Ok(())
}

fn chosen(words: &[String]) -> Result<Vec<Step>> {
    let named = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let steps: Vec<Step> = STEPS.into_iter().filter(|(name, _)| named(name)).collect();
    if steps.is_empty() {
        let names = STEPS.map(|(name, _)| name).join(", ");
        bail!("no step is named so; there are: {names}");
    }
    Ok(steps)
}

fn format() -> Result<()> {
    setup::component("fmt")?;
    if process::run(cargo("fmt").args(["--all", "--check"])).is_err() {
        bail!("the sources are not formatted: `cargo fmt --all` does it");
    }
    Ok(())
}

fn clippy() -> Result<()> {
    setup::component("clippy")?;
    process::run(cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn clippy_wasm() -> Result<()> {
    let toolchain = WasmToolchain::find_or_install()?;
    let mut command = toolchain.cargo("clippy", Library::Given);
    command.args(["--package", "daemonset-playground", "--lib", "--", "-D", "warnings"]);
    process::run(&mut command)
}

fn unit_tests() -> Result<()> {
    process::run(cargo("test").arg("--workspace").env("SHELLCHECK", setup::shellcheck()?))
}

fn lessons() -> Result<()> {
    process::run(cargo("run").args(["--quiet", "--", "check", "lessons"]))
}

fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(subcommand);
    command
}

#[cfg(test)]
mod tests {
    use super::{STEPS, chosen};

    #[test]
    fn words_choose_steps_and_none_means_all() {
        assert_eq!(chosen(&[]).unwrap().len(), STEPS.len());
        assert_eq!(chosen(&["clippy".to_owned()]).unwrap().len(), 2);
        assert!(chosen(&["spelling".to_owned()]).is_err());
    }
}
