//! The first module: all that is not cold, and doors to what is.

use super::cut::{Cut, Shared, function_table, offset};
use super::loader;
use anyhow::Result;
use walrus::ir::Value;
use walrus::{
    ConstExpr, DataKind, ElementItems, ExportItem, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module,
    TableId, ValType, passes,
};

/// Makes the first module out of the whole one.
pub(super) fn make(mut module: Module, cut: &Cut) -> Result<Module> {
    let functions: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
    cut.make_room_for_doors(&mut module)?;
    hang_doors(&mut module, cut, &functions)?;
    empty_slots(&mut module, cut, &functions);
    empty_data(&mut module, cut)?;
    export_shared(&mut module, cut, &functions);
    passes::gc::run(&mut module);
    Ok(module)
}

/// Puts a door in the place of each function of the second module that is called here: it sees to it that the second module is
/// there, and calls the function through a new slot of the table, which that module fills.
fn hang_doors(module: &mut Module, cut: &Cut, functions: &[FunctionId]) -> Result<()> {
    let table = function_table(module)?;
    let see_to_it = loading_function(module)?;
    for (slot, door) in cut.door_slots() {
        let function = functions[door];
        let body = door_body(module, function, see_to_it, slot, table);
        module.funcs.get_mut(function).kind = FunctionKind::Local(body);
    }
    Ok(())
}

fn door_body(module: &mut Module, function: FunctionId, see_to_it: FunctionId, slot: u32, table: TableId) -> LocalFunction {
    let kind = module.funcs.get(function).ty();
    let (parameters, results) = module.types.params_results(kind);
    let (parameters, results) = (parameters.to_vec(), results.to_vec());
    let locals: Vec<_> = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    let mut body = builder.func_body();
    body.call(see_to_it);
    for local in &locals {
        body.local_get(*local);
    }
    body.i32_const(slot.cast_signed()).call_indirect(kind, table);
    builder.local_func(locals)
}

/// Calls the loader the first time. Should that throw, the next call tries again.
fn loading_function(module: &mut Module) -> Result<FunctionId> {
    let load = loader::take(module)?;
    let is_here = module.globals.add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(0)));
    let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
    builder.func_body().global_get(is_here).if_else(
        None,
        |_| {},
        |missing| {
            missing.call(load).i32_const(1).global_set(is_here);
        },
    );
    Ok(builder.finish(vec![], &mut module.funcs))
}

/// The slots of the second module's functions get one that traps: who could call them is not here yet.
fn empty_slots(module: &mut Module, cut: &Cut, functions: &[FunctionId]) {
    let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
    builder.func_body().unreachable();
    let nobody = builder.finish(vec![], &mut module.funcs);
    for segment in module.elements.iter_mut() {
        let ElementItems::Functions(items) = &mut segment.items else { continue };
        for item in items.iter_mut().filter(|item| item.index() < functions.len()) {
            if cut.is_cold[item.index()] && !cut.doors.contains(&item.index()) {
                *item = nobody;
            }
        }
    }
}

/// Zeroes in the place of the second module's data; wasm-opt leaves them out.
fn empty_data(module: &mut Module, cut: &Cut) -> Result<()> {
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for segment in segments {
        let segment = module.data.get_mut(segment);
        let DataKind::Active { offset: start, .. } = &segment.kind else { continue };
        let start = offset(start)?;
        for (address, bytes) in &cut.data {
            let place = address.checked_sub(start).map(|place| place as usize);
            if let Some(place) = place.and_then(|place| segment.value.get_mut(place..place + bytes.len())) {
                place.fill(0);
            }
        }
    }
    Ok(())
}

fn export_shared(module: &mut Module, cut: &Cut, functions: &[FunctionId]) {
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (shared, name) in &cut.shared {
        let item = match *shared {
            Shared::Memory(index) => ExportItem::Memory(memories[index]),
            Shared::Table(index) => ExportItem::Table(tables[index]),
            Shared::Global(index) => ExportItem::Global(globals[index]),
            Shared::Function(index) => ExportItem::Function(functions[index]),
        };
        module.exports.add(name, item);
    }
}
