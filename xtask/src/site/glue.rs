//! wasm-bindgen, as a library: no tool of just the right version has to be found.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// A wasm module and the JavaScript that talks to it.
pub(super) struct Engine {
    /// The module.
    pub(super) wasm: PathBuf,
    /// An ES module whose default export starts it.
    pub(super) js: PathBuf,
}

/// Writes both into `folder`, which is emptied first. Functions keep the names that the compiler gave them.
pub(super) fn generate(compiled: Vec<u8>, folder: &Path) -> Result<Engine> {
    println!("Generating the JavaScript glue (wasm-bindgen)");
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Bindgen::new()
        .input_bytes("playground", compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .demangle(false)
        .remove_producers_section(true)
        .generate(folder)
        .context(
            "wasm-bindgen could not read the module; in Cargo.toml, `wasm-bindgen` and `wasm-bindgen-cli-support` \
             must be the same version",
        )?;
    Ok(Engine { wasm: folder.join("playground_bg.wasm"), js: folder.join("playground.js") })
}
