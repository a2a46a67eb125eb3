//! The npm tools: esbuild for scripts and style, wasm-opt for the module.

use super::Effort;
use crate::{process, setup};
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// What wasm-opt may use: what rustc uses, which every browser of the last years has. Never `--all-features`.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-mutable-globals",
];

/// A browser has to know top-level await and WebAssembly's features above.
const BROWSERS: &str = "--target=es2022,chrome111,firefox114,safari16.4";

/// `boot.js` with wasm-bindgen's glue in it.
pub(super) fn boot(www: &Path, glue: &Path, effort: Effort) -> Result<Vec<u8>> {
    let glue = format!("--alias:playground-glue={}", glue.display());
    let rest = format!("--alias:{}={}", super::split::LOADER, www.join("rest.js").display());
    esbuild(www, "boot.js", &["--bundle", "--format=esm", &glue, &rest], effort)
}

/// The editor as one module.
pub(super) fn editor(www: &Path, effort: Effort) -> Result<Vec<u8>> {
    esbuild(www, "editor.js", &["--bundle", "--format=esm"], effort)
}

/// What draws the map as one module, with its style in it.
pub(super) fn map(www: &Path, effort: Effort) -> Result<Vec<u8>> {
    esbuild(www, "map.js", &["--bundle", "--format=esm", "--loader:.css=text"], effort)
}

/// What the page begins when all of the engine is there, as one module, with its style.
pub(super) fn late(www: &Path, effort: Effort) -> Result<Vec<u8>> {
    esbuild(www, "late.js", &["--bundle", "--format=esm", "--loader:.css=text"], effort)
}

/// The service worker.
pub(super) fn worker(www: &Path, effort: Effort) -> Result<String> {
    Ok(String::from_utf8(esbuild(www, "service-worker.js", &[], effort)?)?)
}

/// The style sheet, with what it imports.
pub(super) fn style(www: &Path, effort: Effort) -> Result<Vec<u8>> {
    esbuild(www, "styles.css", &["--bundle"], effort)
}

/// Inlining into the one caller saves bytes in the module, but costs more of them once it is packed: pieces that were alike no
/// longer are. Beyond this size functions stay on their own.
const INLINE_ONCE: &str = "--one-caller-inline-max-function-size=20";

/// Makes a module as small as wasm-opt can; `name` says which.
pub(super) fn shrink_wasm(www: &Path, name: &str, module: &[u8]) -> Result<Vec<u8>> {
    println!("Shrinking {name} (wasm-opt)");
    let input = crate::project::path("target/site").join(name);
    fs::write(&input, module).with_context(|| format!("cannot write {}", input.display()))?;
    let output = input.with_extension("small.wasm");
    process::run_silently(
        setup::node_tool(www, "binaryen/bin/wasm-opt")
            .args(["-Oz", INLINE_ONCE, "--strip-producers", "--strip-target-features"])
            .args(WASM_FEATURES)
            .arg(&input)
            .arg("-o")
            .arg(&output),
    )?;
    read(&output)
}

fn esbuild(www: &Path, source: &str, options: &[&str], effort: Effort) -> Result<Vec<u8>> {
    println!("Bundling {source} (esbuild)");
    let output = crate::project::path("target/site").join(format!("out-{source}"));
    let mut command = setup::node_tool(www, "esbuild/bin/esbuild");
    command
        .arg(source)
        .args(options)
        .args([BROWSERS, "--charset=utf8", "--legal-comments=none", "--log-level=warning"])
        .arg(format!("--outfile={}", output.display()))
        .current_dir(www);
    if effort == Effort::Release {
        command.arg("--minify");
    }
    process::run_silently(&mut command)?;
    read(&output)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
