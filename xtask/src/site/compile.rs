//! The crate → a wasm module.

use super::Effort;
use crate::process;
use crate::setup::{Library, WasmToolchain};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Compiles the library and says where the module lies.
pub(super) fn wasm(toolchain: WasmToolchain, effort: Effort) -> Result<PathBuf> {
    let (profile, library) = match effort {
        Effort::Development => ("wasm-dev", Library::Given),
        Effort::Release => ("wasm", Library::Small),
    };
    let mut cargo = toolchain.cargo("rustc", library);
    cargo.args(["--package", "daemonset-playground", "--lib", "--profile", profile]);
    if library == Library::Small {
        toolchain.library_sources()?;
        // What the profile says of panics must be what the flags say; cargo has no stable word for it yet.
        cargo.args(["-Z", "panic-immediate-abort"]).env("CARGO_PROFILE_WASM_PANIC", "immediate-abort");
        // The linker writes down what refers to what: `split` needs it.
        cargo.args(["--", "-Clink-arg=--emit-relocs"]);
    }
    println!("Compiling to WebAssembly ({toolchain:?} toolchain)");
    process::run(&mut cargo).context("the page's WebAssembly could not be compiled")?;
    Ok(toolchain.target_dir(library).join("wasm32-unknown-unknown").join(profile).join("playground.wasm"))
}
