//! What refers to what in a module, as the linker knows it.
//!
//! `--emit-relocs` makes the linker write down every place in code and data that holds a function, its place in the table or an
//! address, with the symbol that is meant (tool-conventions/Linking.md of WebAssembly). Nothing can be reached but by these
//! references, so what they do not lead to is not needed.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::ops::Range;
use wasmparser::{
    DataKind, ExternalKind, KnownCustom, Linking, Name, Operator, Parser, Payload, RelocationEntry, RelocationType,
    SymbolInfo, TypeRef,
};

/// Everything in a linked module that can refer or be referred to.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// By their index in the module, imported ones first.
    pub(super) functions: Vec<Function>,
    /// The symbols of the data, in the order of their addresses; those that overlap are one.
    pub(super) pieces: Vec<Piece>,
    /// The functions that are called from outside.
    pub(super) roots: Vec<usize>,
}

/// A function.
#[derive(Debug, Default)]
pub(super) struct Function {
    /// Its mangled name.
    pub(super) name: String,
    refers_to: Vec<Thing>,
}

/// Some data.
#[derive(Debug)]
pub(super) struct Piece {
    /// Where it lies in memory.
    pub(super) addresses: Range<u32>,
    /// Whether it is only read.
    pub(super) constant: bool,
    refers_to: Vec<Thing>,
}

/// One thing that another refers to, by its place in the [`Graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Function(usize),
    Piece(usize),
}

/// Flags for all [`Thing`]s.
#[derive(Debug)]
pub(super) struct Things {
    pub(super) functions: Vec<bool>,
    pub(super) pieces: Vec<bool>,
}

impl Graph {
    /// Reads a module that was linked with `--emit-relocs`.
    pub(super) fn read(linked: &[u8]) -> Result<Graph> {
        Sections::read(linked)?.graph()
    }

    /// What can be reached from the roots without passing a function that is `closed`; such a function is reached itself.
    pub(super) fn reach(&self, closed: &[bool]) -> Things {
        let mut reached = Things { functions: vec![false; self.functions.len()], pieces: vec![false; self.pieces.len()] };
        let mut todo: Vec<Thing> = self.roots.iter().copied().map(Thing::Function).collect();
        while let Some(thing) = todo.pop() {
            let (seen, refers_to) = match thing {
                Thing::Function(index) => (&mut reached.functions[index], &self.functions[index].refers_to),
                Thing::Piece(index) => (&mut reached.pieces[index], &self.pieces[index].refers_to),
            };
            let new = !std::mem::replace(seen, true);
            let open = !matches!(thing, Thing::Function(index) if closed[index]);
            if new && open {
                todo.extend(refers_to);
            }
        }
        reached
    }
}

/// What the sections of the file say, before one knows of the other.
#[derive(Default)]
struct Sections<'a> {
    functions: Vec<Function>,
    /// The code of each function that is not imported: its index, and where it lies in the file.
    bodies: Vec<(usize, Range<usize>)>,
    segments: Vec<Segment<'a>>,
    roots: Vec<usize>,
    symbols: Vec<SymbolInfo<'a>>,
    /// Where in the file each section begins.
    starts: Vec<usize>,
    relocations: Vec<(u32, RelocationEntry)>,
}

/// A segment of the data.
#[derive(Default)]
struct Segment<'a> {
    name: &'a str,
    /// Where it lies in memory.
    address: u32,
    /// Where its bytes lie in the file.
    bytes: Range<usize>,
}

impl<'a> Sections<'a> {
    fn read(linked: &'a [u8]) -> Result<Sections<'a>> {
        let mut all = Sections::default();
        for payload in Parser::new(0).parse_all(linked) {
            let payload = payload?;
            if let Some((_, range)) = payload.as_section() {
                all.starts.push(range.start);
            }
            all.take(payload)?;
        }
        if all.symbols.is_empty() || all.relocations.is_empty() {
            bail!("the module was not linked with --emit-relocs: there is nothing in it that says what refers to what");
        }
        Ok(all)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_)) {
                        self.functions.push(Function::default());
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    // wasm-bindgen calls these itself, and takes them out.
                    let gone = export.name.starts_with("__wbindgen_describe_");
                    if export.kind == ExternalKind::Func && !gone {
                        self.roots.push(export.index as usize);
                    }
                }
            }
            Payload::StartSection { func, .. } => self.roots.push(func as usize),
            Payload::CodeSectionEntry(body) => {
                self.bodies.push((self.functions.len(), body.range()));
                self.functions.push(Function::default());
            }
            Payload::DataSection(segments) => {
                for segment in segments {
                    let segment = segment?;
                    let DataKind::Active { offset_expr, .. } = segment.kind else { bail!("a data segment is passive") };
                    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
                        bail!("a data segment lies at no fixed address");
                    };
                    let end = segment.range.end;
                    let bytes = end - segment.data.len()..end;
                    self.segments.push(Segment { name: "", address: value.cast_unsigned(), bytes });
                }
            }
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => self.take_linking(linking)?,
                KnownCustom::Reloc(relocations) => {
                    let section = relocations.section_index();
                    for entry in relocations.entries() {
                        self.relocations.push((section, entry?));
                    }
                }
                KnownCustom::Name(names) => self.take_names(names)?,
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn take_linking(&mut self, linking: wasmparser::LinkingSectionReader<'a>) -> Result<()> {
        for part in linking {
            match part? {
                Linking::SymbolTable(symbols) => self.symbols = symbols.into_iter().collect::<Result<_, _>>()?,
                Linking::SegmentInfo(infos) => {
                    for (segment, info) in self.segments.iter_mut().zip(infos) {
                        segment.name = info?.name;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn take_names(&mut self, names: wasmparser::NameSectionReader<'a>) -> Result<()> {
        for part in names {
            let Name::Function(names) = part? else { continue };
            for naming in names {
                let naming = naming?;
                if let Some(function) = self.functions.get_mut(naming.index as usize) {
                    naming.name.clone_into(&mut function.name);
                }
            }
        }
        Ok(())
    }

    fn graph(mut self) -> Result<Graph> {
        let (mut pieces, piece_of_symbol) = self.pieces();
        for (section, relocation) in &self.relocations {
            let start = self.starts.get(*section as usize).context("a relocation is of no section")?;
            let place = start + relocation.offset as usize;
            let Some(target) = self.target(relocation, &piece_of_symbol)? else { continue };
            match self.owner(place, &pieces) {
                Some(Thing::Function(index)) => self.functions[index].refers_to.push(target),
                Some(Thing::Piece(index)) => pieces[index].refers_to.push(target),
                // Of sections that are not loaded.
                None if !self.is_loaded(place) => {}
                None => bail!("data without a symbol refers to something"),
            }
        }
        Ok(Graph { functions: self.functions, pieces, roots: self.roots })
    }

    /// The data's symbols in the order of addresses, and which of them each symbol is.
    fn pieces(&self) -> (Vec<Piece>, BTreeMap<usize, usize>) {
        let mut symbols = vec![];
        for (number, symbol) in self.symbols.iter().enumerate() {
            let SymbolInfo::Data { symbol: Some(symbol), .. } = symbol else { continue };
            let Some(segment) = self.segments.get(symbol.index as usize) else { continue };
            let start = segment.address + symbol.offset;
            symbols.push((start, start + symbol.size, number, segment.name.starts_with(".rodata")));
        }
        symbols.sort_unstable();
        let mut pieces: Vec<Piece> = vec![];
        let mut piece_of_symbol = BTreeMap::new();
        for (start, end, number, constant) in symbols {
            match pieces.last_mut().filter(|last| start < last.addresses.end) {
                Some(last) => last.addresses.end = last.addresses.end.max(end),
                None => pieces.push(Piece { addresses: start..end, constant, refers_to: vec![] }),
            }
            piece_of_symbol.insert(number, pieces.len() - 1);
        }
        (pieces, piece_of_symbol)
    }

    fn target(&self, relocation: &RelocationEntry, piece_of_symbol: &BTreeMap<usize, usize>) -> Result<Option<Thing>> {
        use RelocationType as Type;
        let number = relocation.index as usize;
        match relocation.ty {
            Type::FunctionIndexLeb | Type::FunctionIndexI32 | Type::TableIndexSleb | Type::TableIndexI32 => {
                let Some(SymbolInfo::Func { index, .. }) = self.symbols.get(number) else {
                    bail!("a relocation means a function that is none");
                };
                Ok(Some(Thing::Function(*index as usize)))
            }
            // A symbol that is defined nowhere has no data to load.
            Type::MemoryAddrLeb | Type::MemoryAddrSleb | Type::MemoryAddrI32 => {
                Ok(piece_of_symbol.get(&number).copied().map(Thing::Piece))
            }
            // Types, globals, tables and exceptions are in both halves; offsets are for debuggers.
            Type::TypeIndexLeb
            | Type::GlobalIndexLeb
            | Type::GlobalIndexI32
            | Type::TableNumberLeb
            | Type::EventIndexLeb
            | Type::FunctionOffsetI32
            | Type::SectionOffsetI32 => Ok(None),
            other => bail!("this kind of relocation is not known: {other:?}"),
        }
    }

    /// Who has a place of the file.
    fn owner(&self, place: usize, pieces: &[Piece]) -> Option<Thing> {
        let after = self.bodies.partition_point(|(_, bytes)| bytes.start <= place);
        if let Some((function, _)) = self.bodies[..after].last().filter(|(_, bytes)| bytes.contains(&place)) {
            return Some(Thing::Function(*function));
        }
        let segment = self.segments.iter().find(|segment| segment.bytes.contains(&place))?;
        let address = segment.address + u32::try_from(place - segment.bytes.start).ok()?;
        let after = pieces.partition_point(|piece| piece.addresses.start <= address);
        let index = after.checked_sub(1).filter(|&index| pieces[index].addresses.contains(&address))?;
        Some(Thing::Piece(index))
    }

    fn is_loaded(&self, place: usize) -> bool {
        let code = self.bodies.iter().map(|(_, bytes)| bytes);
        let data = self.segments.iter().map(|segment| &segment.bytes);
        code.chain(data).any(|bytes| bytes.contains(&place))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Graph, Thing};
    use wasmparser::{Parser, Payload, RelocationType as Type};

    /// A symbol: of a function by its index, or of data by its segment, offset and size.
    pub(in super::super) enum Symbol {
        Function(u8),
        Data(u8, u8, u8),
    }

    /// Where a reference stands.
    pub(in super::super) enum Place {
        /// In the code of the so-manieth function that is not imported.
        Code(usize),
        /// At this offset of the only segment.
        Data(usize),
    }

    /// A module with what a linker writes down of it: `references` says at which place which symbol is meant, and how.
    pub(in super::super) fn linked(text: &str, symbols: &[Symbol], references: &[(Place, Type, u8)]) -> Vec<u8> {
        let mut module = wat::parse_str(text).unwrap();
        let mut table = vec![symbols.len() as u8];
        for symbol in symbols {
            match symbol {
                Symbol::Function(index) => table.extend([0, 0, *index, 1, b'f']),
                Symbol::Data(segment, offset, size) => table.extend([1, 0, 1, b'd', *segment, *offset, *size]),
            }
        }
        let segments = b"\x01\x07.rodata\x00\x00";
        let mut linking = vec![2, 5, segments.len() as u8];
        linking.extend(segments);
        linking.extend([8, table.len() as u8]);
        linking.extend(table);
        let (mut code, mut data) = (vec![], vec![]);
        for (place, kind, symbol) in references {
            let (entries, offset) = match *place {
                Place::Code(function) => (&mut code, offset_of_code(&module, function)),
                Place::Data(offset) => (&mut data, offset_of_data(&module) + offset),
            };
            let addend: &[u8] = if kind.addend_kind() == wasmparser::RelocAddendKind::None { &[] } else { &[0] };
            entries.push([&[*kind as u8, offset as u8, *symbol], addend].concat());
        }
        let (code_section, data_section) = (section(&module, 10), section(&module, 11));
        append(&mut module, "linking", &linking);
        for (name, section, entries) in [("reloc.CODE", code_section, code), ("reloc.DATA", data_section, data)] {
            append(&mut module, name, &[vec![section, entries.len() as u8], entries.concat()].concat());
        }
        module
    }

    fn append(module: &mut Vec<u8>, name: &str, content: &[u8]) {
        let whole = [&[name.len() as u8], name.as_bytes(), content].concat();
        assert!(whole.len() < 128, "a length of one byte");
        module.extend([0, whole.len() as u8]);
        module.extend(whole);
    }

    fn payloads(module: &[u8]) -> impl Iterator<Item = Payload<'_>> {
        Parser::new(0).parse_all(module).map(Result::unwrap)
    }

    fn section(module: &[u8], id: u8) -> u8 {
        payloads(module).filter_map(|payload| payload.as_section()).position(|(other, _)| other == id).unwrap() as u8
    }

    fn start(module: &[u8], id: u8) -> usize {
        payloads(module).filter_map(|payload| payload.as_section()).find(|(other, _)| *other == id).unwrap().1.start
    }

    fn offset_of_code(module: &[u8], function: usize) -> usize {
        let mut bodies = payloads(module).filter_map(|payload| match payload {
            Payload::CodeSectionEntry(body) => Some(body.range().start),
            _ => None,
        });
        bodies.nth(function).unwrap() - start(module, 10)
    }

    fn offset_of_data(module: &[u8]) -> usize {
        let data = payloads(module).find_map(|payload| match payload {
            Payload::DataSection(segments) => segments.into_iter().next(),
            _ => None,
        });
        let segment = data.unwrap().unwrap();
        segment.range.end - segment.data.len() - start(module, 11)
    }

    #[test]
    fn references_lead_through_code_data_and_table() {
        let module = linked(
            r#"(module
                (import "m" "i" (func $imported))
                (memory 1)
                (data (i32.const 1024) "0123456789abcdef")
                (func $root (export "root"))
                (func $called)
                (func $in_a_table)
                (func $nobodys)
                (func $described (export "__wbindgen_describe_root")))"#,
            &[
                Symbol::Function(2),
                Symbol::Function(3),
                Symbol::Function(4),
                Symbol::Data(0, 0, 8),
                Symbol::Data(0, 8, 4),
                Symbol::Data(0, 10, 6),
            ],
            &[
                (Place::Code(0), Type::FunctionIndexLeb, 0),
                (Place::Code(1), Type::MemoryAddrSleb, 5),
                (Place::Data(9), Type::TableIndexI32, 1),
                (Place::Code(3), Type::MemoryAddrLeb, 3),
            ],
        );
        let graph = Graph::read(&module).unwrap();
        let names: Vec<&str> = graph.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["imported", "root", "called", "in_a_table", "nobodys", "described"]);
        assert_eq!(graph.roots, [1]);
        // The second and the third symbol overlap.
        let pieces: Vec<_> = graph.pieces.iter().map(|piece| (piece.addresses.clone(), piece.constant)).collect();
        assert_eq!(pieces, [(1024..1032, true), (1032..1040, true)]);
        assert_eq!(graph.functions[1].refers_to, [Thing::Function(2)]);

        let reached = graph.reach(&[false; 6]);
        assert_eq!(reached.functions, [false, true, true, true, false, false]);
        assert_eq!(reached.pieces, [false, true]);
        let reached = graph.reach(&[false, false, true, false, false, false]);
        assert_eq!(reached.functions, [false, true, true, false, false, false]);
        assert_eq!(reached.pieces, [false, false]);
    }

    #[test]
    fn a_module_without_notes_is_refused() {
        let error = Graph::read(&wat::parse_str("(module)").unwrap()).unwrap_err().to_string();
        assert!(error.contains("--emit-relocs"), "{error}");
    }
}
