//! Makes the page: wasm, glue, style, editor, in a folder that any static host can serve.

mod bundle;
mod compile;
mod compress;
mod glue;
mod hash;
mod languages;
mod lessons;
mod page;
mod report;
mod split;

pub(crate) use hash::digest;

use crate::setup::{self, WasmToolchain};
use crate::{budget, project};
use anyhow::Result;
use std::path::{Path, PathBuf};

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
    let engine = engine(toolchain, effort, &www)?;
    let parts = page::Parts {
        html: std::fs::read_to_string(www.join("index.html"))?,
        icon: std::fs::read(www.join("icon.svg"))?,
        pictures: pictures(&www)?,
        manifest: std::fs::read_to_string(www.join("manifest.webmanifest"))?,
        worker: bundle::worker(&www, effort)?,
        css: bundle::style(&www, effort)?,
        js: bundle::boot(&www, &engine.glue, effort)?,
        editor: bundle::editor(&www, effort)?,
        map: bundle::map(&www, effort)?,
        late: bundle::late(&www, effort)?,
        lessons: lessons::pack(&project::path("lessons"))?,
        languages: languages::catalogues(&www.join("languages"))?,
        engine: engine.first,
        rest: engine.rest,
    };
    let files = page::assemble(&parts)?;
    let copies = compress::copies(&files, effort)?;
    page::write(folder, &files, &copies)?;
    if effort == Effort::Release {
        report::print(&files, &copies);
        budget::check(report::brotli(&files, &copies))?;
    }
    Ok(())
}

/// The icon as pictures, for those who install the page: the ends of their names and what is in them.
fn pictures(www: &Path) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let read = |end| Ok((end, std::fs::read(www.join(format!("icon-{end}.png")))?));
    ["192", "512", "maskable"].into_iter().map(read).collect()
}

/// The crate as the browser gets it.
struct Engine {
    /// What the page begins with.
    first: Vec<u8>,
    /// What it fetches right afterwards; while developing there is one module.
    rest: Option<Vec<u8>>,
    /// The JavaScript that talks to both.
    glue: PathBuf,
}

fn engine(toolchain: WasmToolchain, effort: Effort, www: &Path) -> Result<Engine> {
    let scratch = project::path("target/site");
    let compiled = std::fs::read(compile::wasm(toolchain, effort)?)?;
    match effort {
        Effort::Development => {
            let bound = glue::generate(compiled, &scratch)?;
            Ok(Engine { first: std::fs::read(bound.wasm)?, rest: None, glue: bound.js })
        }
        Effort::Release => {
            let prepared = split::prepare(&compiled)?;
            let bound = glue::generate(prepared.module(), &scratch)?;
            let halves = prepared.split(&std::fs::read(bound.wasm)?)?;
            let first = bundle::shrink_wasm(www, "engine.wasm", &halves.first)?;
            let rest = bundle::shrink_wasm(www, "engine-rest.wasm", &halves.rest)?;
            Ok(Engine { first, rest: Some(rest), glue: bound.js })
        }
    }
}
