//! Where a module is to be cut.

use super::plan::Plan;
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, GlobalId, MemoryId, Module,
    TableId,
};

/// The cut through a module. Its things are named by their index in the module's own order (`id.index()`), which is the same
/// whenever the same bytes are read.
pub(super) struct Cut {
    /// Whether a function is in the second module.
    pub(super) is_cold: Vec<bool>,
    /// The functions of the second module that are called from the first.
    pub(super) doors: BTreeSet<usize>,
    /// The slots of the table that hold functions of the second module.
    pub(super) slots: BTreeMap<u32, usize>,
    /// The slot after those that the whole module has: from here on each door has one.
    pub(super) first_slot: u32,
    /// What of the first module the second uses, and the name under which it gets it.
    pub(super) shared: BTreeMap<Shared, String>,
    /// The data of the second module: where they lie, and their bytes.
    pub(super) data: Vec<(u32, Vec<u8>)>,
}

/// Something of the first module that the second uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shared {
    Memory(usize),
    Table(usize),
    Global(usize),
    Function(usize),
}

impl Cut {
    /// The cut through a module that wasm-bindgen has made ready.
    ///
    /// # Errors
    /// A module that is not as compilers make them.
    pub(super) fn through(module: &Module, plan: &Plan) -> Result<Cut> {
        let is_in = |names: &BTreeSet<String>| -> Vec<bool> {
            let known = |function: &walrus::Function| function.name.as_ref().is_some_and(|name| names.contains(name));
            let local = |function: &walrus::Function| matches!(function.kind, FunctionKind::Local(_));
            module.funcs.iter().map(|function| local(function) && known(function)).collect()
        };
        let is_cold = is_in(&plan.functions);
        let may_be_called = is_in(&plan.doors);
        let mut slots = slots(module)?;
        slots.retain(|_, function| is_cold[*function]);
        let mut doors = used_from_outside(module);
        doors.extend(used_by(module, |function| !is_cold[function]).functions);
        doors.retain(|&function| is_cold[function]);
        doors.extend(slots.values().filter(|&&function| may_be_called[function]));
        ensure!(!doors.is_empty(), "nothing leads from the first module to the second");
        Ok(Cut {
            first_slot: u32::try_from(module.tables.get(function_table(module)?).initial)?,
            shared: shared(module, &is_cold)?,
            data: data(module, &plan.data)?,
            is_cold,
            doors,
            slots,
        })
    }

    /// Makes the table longer: both modules have to say the same of it.
    pub(super) fn make_room_for_doors(&self, module: &mut Module) -> Result<()> {
        let table = function_table(module)?;
        let table = module.tables.get_mut(table);
        table.initial += self.doors.len() as u64;
        table.maximum = table.maximum.map(|maximum| maximum.max(table.initial));
        Ok(())
    }

    /// The slots through which the doors call, and what is to be in them.
    pub(super) fn door_slots(&self) -> impl Iterator<Item = (u32, usize)> {
        (self.first_slot..).zip(self.doors.iter().copied())
    }
}

/// The table that holds functions.
pub(super) fn function_table(module: &Module) -> Result<TableId> {
    module.tables.main_function_table()?.context("the module has no table of functions")
}

/// The address at which a segment is put.
pub(super) fn offset(offset: &ConstExpr) -> Result<u32> {
    match offset {
        ConstExpr::Value(Value::I32(offset)) => Ok(offset.cast_unsigned()),
        _ => bail!("a segment lies at no fixed place"),
    }
}

/// The functions in the table, by their slots.
fn slots(module: &Module) -> Result<BTreeMap<u32, usize>> {
    let mut slots = BTreeMap::new();
    for segment in module.elements.iter() {
        let (ElementKind::Active { offset: start, .. }, ElementItems::Functions(functions)) =
            (&segment.kind, &segment.items)
        else {
            bail!("a segment of the table is not filled with functions at once");
        };
        slots.extend((offset(start)?..).zip(functions.iter().map(|function| function.index())));
    }
    Ok(slots)
}

fn used_from_outside(module: &Module) -> BTreeSet<usize> {
    let exported = module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(function) => Some(function.index()),
        _ => None,
    });
    exported.chain(module.start.map(|function| function.index())).collect()
}

/// What the second module has to import. The table and the memory are always among it: that is where it puts its contents.
fn shared(module: &Module, is_cold: &[bool]) -> Result<BTreeMap<Shared, String>> {
    let used = used_by(module, |function| is_cold[function]);
    let mut shared = BTreeSet::from([Shared::Table(function_table(module)?.index())]);
    shared.extend(module.memories.iter().map(|memory| Shared::Memory(memory.id().index())));
    shared.extend(used.tables.into_iter().map(Shared::Table));
    shared.extend(used.globals.into_iter().map(Shared::Global));
    shared.extend(used.functions.into_iter().filter(|&function| !is_cold[function]).map(Shared::Function));
    let free = short_names().filter(|name| module.exports.iter().all(|export| export.name != *name));
    Ok(shared.into_iter().zip(free).collect())
}

/// `a`, `b` … `Z`, `aa`, `ab` …: there are many, and each is in both modules.
fn short_names() -> impl Iterator<Item = String> {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (1usize..).map(|mut number| {
        let mut name = vec![];
        while number > 0 {
            number -= 1;
            name.insert(0, LETTERS[number % LETTERS.len()] as char);
            number /= LETTERS.len();
        }
        name.into_iter().collect()
    })
}

/// What the code of functions names.
#[derive(Default)]
struct Used {
    functions: BTreeSet<usize>,
    tables: BTreeSet<usize>,
    globals: BTreeSet<usize>,
    memories: BTreeSet<usize>,
}

fn used_by(module: &Module, who: impl Fn(usize) -> bool) -> Used {
    let mut used = Used::default();
    for (id, function) in module.funcs.iter_local() {
        if who(id.index()) {
            dfs_in_order(&mut used, function, function.entry_block());
        }
    }
    used
}

impl Visitor<'_> for Used {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.functions.insert(function.index());
    }

    fn visit_table_id(&mut self, table: &TableId) {
        self.tables.insert(table.index());
    }

    fn visit_global_id(&mut self, global: &GlobalId) {
        self.globals.insert(global.index());
    }

    fn visit_memory_id(&mut self, memory: &MemoryId) {
        self.memories.insert(memory.index());
    }
}

/// The bytes at these addresses.
fn data(module: &Module, addresses: &[Range<u32>]) -> Result<Vec<(u32, Vec<u8>)>> {
    let mut data = vec![];
    for segment in module.data.iter() {
        let DataKind::Active { offset: start, .. } = &segment.kind else { bail!("a data segment is passive") };
        let start = offset(start)?;
        let end = start + u32::try_from(segment.value.len())?;
        for addresses in addresses.iter().filter(|addresses| start <= addresses.start && addresses.end <= end) {
            let bytes = &segment.value[(addresses.start - start) as usize..(addresses.end - start) as usize];
            data.push((addresses.start, bytes.to_vec()));
        }
    }
    ensure!(data.len() == addresses.len(), "the data are not where the linker has put them");
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::short_names;

    #[test]
    fn names_are_short_and_different() {
        let names: Vec<String> = short_names().take(52 + 52 * 52 + 1).collect();
        let chosen = [0, 25, 26, 51, 52, 53, 104, 2756].map(|index| names[index].as_str());
        assert_eq!(chosen, ["a", "z", "A", "Z", "aa", "ab", "ba", "aaa"]);
    }
}
