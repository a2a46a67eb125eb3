//! The parts of a Rust toolchain that are not always installed with it.

use super::debian;
use crate::process;
use anyhow::{Context, Result};
use std::process::Command;

/// Makes sure that `cargo clippy` or `cargo fmt` is there.
pub(crate) fn component(subcommand: &str) -> Result<()> {
    let there = || process::ask(Command::new("cargo").args([subcommand, "--version"])).is_some();
    if there() {
        return Ok(());
    }
    let (component, package) = match subcommand {
        "fmt" => ("rustfmt", "rustfmt"),
        _ => (subcommand, "rust-clippy"),
    };
    println!("`cargo {subcommand}` is missing");
    if process::find("rustup").is_some() {
        process::run(Command::new("rustup").args(["component", "add", component]))
    } else {
        debian::install(&[package])
    }
    .with_context(|| format!("`cargo {subcommand}` is needed: install the Rust component {component}"))
}
