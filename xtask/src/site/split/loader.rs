//! The function of JavaScript that loads the second module (`www/rest.js`).

use anyhow::{Context, Result};
use walrus::{ExportItem, FunctionId, Module};

/// The module of JavaScript and its function.
pub(in crate::site) const MODULE: &str = "playground-rest";
const FUNCTION: &str = "load";
/// Keeps the import in the module while wasm-bindgen throws out what nobody uses.
const KEEPER: &str = "__playground_load_rest";

/// Imports it into a module that wasm-bindgen has not seen yet, which thus writes the glue for it.
pub(super) fn import(module: &mut Module) {
    let kind = module.types.add(&[], &[]);
    let (load, _) = module.add_import_func(MODULE, FUNCTION, kind);
    module.exports.add(KEEPER, load);
}

/// The import in a module that wasm-bindgen is done with.
pub(super) fn take(module: &mut Module) -> Result<FunctionId> {
    let keeper = module.exports.iter().find(|export| export.name == KEEPER);
    let (id, item) = keeper.map(|export| (export.id(), export.item)).context("the function that loads the rest is gone")?;
    module.exports.delete(id);
    match item {
        ExportItem::Function(load) => Ok(load),
        _ => anyhow::bail!("what loads the rest is no function"),
    }
}
