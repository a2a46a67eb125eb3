//! Makes two modules out of one: the first with what the page needs to begin, the rest with what it can fetch a moment later.
//!
//! It is what Binaryen's wasm-split does, but with the linker's own references instead of a profile: [`rooms`] names the rooms of
//! the sources that can wait, [`graph`] knows what refers to what, and [`plan`] puts into the second module those rooms and all
//! code and data that are only reached through them. In the first module a *door* stands in the place of each of their functions
//! that it calls: it has the second module loaded if it is not there yet, and calls the function through the table, which that
//! module fills when it comes. So a call never fails; at worst it waits.
//!
//! wasm-opt sees each half alone. It could not see both: a cold function that it moved into a hot one would find its data missing.

mod cut;
mod first;
mod graph;
mod loader;
mod plan;
mod rest;
mod rooms;

use anyhow::{Context, Result};
use cut::Cut;
use graph::Graph;
pub(super) use loader::MODULE as LOADER;
use plan::Plan;
use walrus::{Module, ModuleConfig};

/// A linked module, ready for wasm-bindgen, and how it will be split.
pub(super) struct Prepared {
    module: Vec<u8>,
    plan: Plan,
}

/// Two modules that are one together.
pub(super) struct Halves {
    pub(super) first: Vec<u8>,
    pub(super) rest: Vec<u8>,
}

/// Reads what the linker wrote down (`--emit-relocs`), takes that out of the module, and adds what the doors will need.
pub(super) fn prepare(linked: &[u8]) -> Result<Prepared> {
    let graph = Graph::read(linked).context("cannot read the linker's notes")?;
    let plan = Plan::of(&graph)?;
    let mut module = parse(linked)?;
    let notes: Vec<_> = module.customs.iter().filter(|(_, section)| is_note(section.name())).map(|(id, _)| id).collect();
    for section in notes {
        module.customs.delete(section);
    }
    loader::import(&mut module);
    Ok(Prepared { module: module.emit_wasm(), plan })
}

impl Prepared {
    /// What wasm-bindgen is to read.
    pub(super) fn module(&self) -> Vec<u8> {
        self.module.clone()
    }

    /// Splits what wasm-bindgen has made of the module. It must have kept the names.
    pub(super) fn split(&self, bound: &[u8]) -> Result<Halves> {
        let cut = Cut::through(&parse(bound)?, &self.plan)?;
        let half = |module: Result<Module>| module.map(|mut module| module.emit_wasm());
        Ok(Halves { first: half(first::make(parse(bound)?, &cut))?, rest: half(rest::make(parse(bound)?, &cut))? })
    }
}

fn parse(module: &[u8]) -> Result<Module> {
    ModuleConfig::new().generate_producers_section(false).parse(module)
}

fn is_note(section: &str) -> bool {
    section == "linking" || section.starts_with("reloc.")
}
