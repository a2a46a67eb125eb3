//! `cargo xtask soak`: a month of everything that can happen, on a thousand nodes (`tests/soak.rs`).

use crate::process;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// A month.
const HOURS: u64 = 30 * 24;
const NODES: u64 = 1000;

/// Runs it, and says day by day what there was and what it needed.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let mut command = Command::new("cargo");
    command.args(["test", "--quiet", "--profile", "hard", "--test", "soak", "--", "--nocapture", "a_long_time"]);
    command.env("SOAK_HOURS", HOURS.to_string()).env("SOAK_NODES", NODES.to_string());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let variable = match word.as_str() {
            "--hours" => "SOAK_HOURS",
            "--nodes" => "SOAK_NODES",
            "--seed" => "SOAK_SEED",
            other => bail!("`soak` does not know `{other}`; it knows --hours N, --nodes N and --seed N"),
        };
        let number = words.next().with_context(|| format!("{word} needs a number"))?;
        number.parse::<u64>().with_context(|| format!("`{number}` is no number"))?;
        command.env(variable, number);
    }
    process::run(&mut command)
}
