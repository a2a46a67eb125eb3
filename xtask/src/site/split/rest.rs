//! The second module: what is cold. Once it is there, all is as if there were one module.

use super::cut::{Cut, Shared, function_table};
use anyhow::Result;
use walrus::ir::Value;
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, FunctionId, FunctionKind, GlobalKind, ImportedFunction, Module, TableId,
    passes,
};

/// The name under which it imports the first module's exports.
const FIRST: &str = "first";

/// Makes the second module out of the whole one.
pub(super) fn make(mut module: Module, cut: &Cut) -> Result<Module> {
    let functions: Vec<FunctionId> = module.funcs.iter().map(walrus::Function::id).collect();
    cut.make_room_for_doors(&mut module)?;
    clear(&mut module);
    import_shared(&mut module, cut, &functions);
    fill_slots(&mut module, cut, &functions)?;
    fill_data(&mut module, cut);
    passes::gc::run(&mut module);
    Ok(module)
}

/// Nothing is called from outside, and all that comes in or is put into memory and table is in the cut.
fn clear(module: &mut Module) {
    module.start = None;
    let imports: Vec<_> = module.imports.iter().map(walrus::Import::id).collect();
    imports.into_iter().for_each(|id| module.imports.delete(id));
    let exports: Vec<_> = module.exports.iter().map(walrus::Export::id).collect();
    exports.into_iter().for_each(|id| module.exports.delete(id));
    let segments: Vec<_> = module.elements.iter().map(walrus::Element::id).collect();
    segments.into_iter().for_each(|id| module.elements.delete(id));
    module.tables.iter_mut().for_each(|table| table.elem_segments.clear());
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    segments.into_iter().for_each(|id| module.data.delete(id));
    module.memories.iter_mut().for_each(|memory| memory.data_segments.clear());
}

fn import_shared(module: &mut Module, cut: &Cut, functions: &[FunctionId]) {
    let memories: Vec<_> = module.memories.iter().map(walrus::Memory::id).collect();
    let tables: Vec<_> = module.tables.iter().map(walrus::Table::id).collect();
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (shared, name) in &cut.shared {
        match *shared {
            Shared::Memory(index) => {
                let import = module.imports.add(FIRST, name, memories[index]);
                module.memories.get_mut(memories[index]).import = Some(import);
            }
            Shared::Table(index) => {
                let import = module.imports.add(FIRST, name, tables[index]);
                module.tables.get_mut(tables[index]).import = Some(import);
            }
            Shared::Global(index) => {
                let import = module.imports.add(FIRST, name, globals[index]);
                module.globals.get_mut(globals[index]).kind = GlobalKind::Import(import);
            }
            Shared::Function(index) => {
                let import = module.imports.add(FIRST, name, functions[index]);
                let function = module.funcs.get_mut(functions[index]);
                function.kind = FunctionKind::Import(ImportedFunction { import, ty: function.ty() });
            }
        }
    }
}

/// Puts the functions behind the doors into their slots, and all others into those they have in the whole module.
fn fill_slots(module: &mut Module, cut: &Cut, functions: &[FunctionId]) -> Result<()> {
    let table = function_table(module)?;
    let mut run: Vec<FunctionId> = vec![];
    let mut next = 0;
    for (slot, function) in cut.slots.iter().map(|(slot, function)| (*slot, *function)).chain(cut.door_slots()) {
        if slot != next {
            put(module, table, next, std::mem::take(&mut run));
        }
        run.push(functions[function]);
        next = slot + 1;
    }
    put(module, table, next, run);
    Ok(())
}

/// Adds a segment that ends before slot `end`.
fn put(module: &mut Module, table: TableId, end: u32, functions: Vec<FunctionId>) {
    if functions.is_empty() {
        return;
    }
    let start = end.cast_signed() - i32::try_from(functions.len()).unwrap_or(0);
    let kind = ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(start)) };
    let segment = module.elements.add(kind, ElementItems::Functions(functions));
    module.tables.get_mut(table).elem_segments.insert(segment);
}

fn fill_data(module: &mut Module, cut: &Cut) {
    let Some(memory) = module.memories.iter().next().map(walrus::Memory::id) else { return };
    for (address, bytes) in &cut.data {
        let offset = ConstExpr::Value(Value::I32(address.cast_signed()));
        let segment = module.data.add(DataKind::Active { memory, offset }, bytes.clone());
        module.memories.get_mut(memory).data_segments.insert(segment);
    }
}
