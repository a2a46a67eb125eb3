//! The crate → a wasm module.

use super::Effort;
use crate::process;
use crate::setup::WasmToolchain;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Compiles the library and says where the module lies.
pub(super) fn wasm(toolchain: WasmToolchain, effort: Effort) -> Result<PathBuf> {
    let profile = match effort {
        Effort::Development => "wasm-dev",
        Effort::Release => "wasm",
    };
    let mut cargo = toolchain.cargo("build");
    cargo.args(["--package", "daemonset-playground", "--lib", "--profile", profile]);
    println!("Compiling to WebAssembly ({toolchain:?} toolchain)");
    process::run(&mut cargo).context("the page's WebAssembly could not be compiled")?;
    Ok(toolchain.target_dir().join("wasm32-unknown-unknown").join(profile).join("playground.wasm"))
}
