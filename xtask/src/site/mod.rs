//! Makes the page: wasm, glue, style, editor, in a folder that any static host can serve.

mod bundle;
mod compile;
mod compress;
mod glue;
mod hash;
mod page;
mod report;

pub(crate) use hash::digest;

use crate::setup::{self, WasmToolchain};
use crate::{budget, project};
use anyhow::Result;
use std::path::Path;

/// How much trouble to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// Soon there: for the one who is changing it.
    Development,
    /// As small as can be, with compressed copies: for the learner.
    Release,
}

/// Builds the page into `folder`; a release is measured against the budget.
pub(crate) fn build(toolchain: WasmToolchain, effort: Effort, folder: &Path) -> Result<()> {
    let www = project::www();
    setup::packages(&www)?;
    let scratch = project::path("target/site");
    let compiled = compile::wasm(toolchain, effort)?;
    let engine = glue::generate(&compiled, &scratch)?;
    let wasm = match effort {
        Effort::Development => std::fs::read(&engine.wasm)?,
        Effort::Release => bundle::shrink_wasm(&www, &engine.wasm)?,
    };
    let parts = page::Parts {
        html: std::fs::read_to_string(www.join("index.html"))?,
        icon: std::fs::read(www.join("icon.svg"))?,
        css: bundle::style(&www, effort)?,
        js: bundle::boot(&www, &engine.js, effort)?,
        editor: bundle::editor(&www, effort)?,
        wasm,
    };
    let files = page::assemble(&parts)?;
    let copies = compress::copies(&files, effort)?;
    page::write(folder, &files, &copies)?;
    if effort == Effort::Release {
        report::print(&files, &copies);
        budget::check(report::brotli_before_usable(&files, &copies))?;
    }
    Ok(())
}
