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

#[cfg(test)]
mod tests {
    use super::plan::Plan;
    use super::{Prepared, loader, parse};
    use std::process::Command;

    /// Everything that crosses the cut: calls both ways, directly, through the table and from outside, data, a global, an import.
    const WHOLE: &str = r#"(module
        (import "env" "log" (func $log (param i32)))
        (type $number (func (param i32) (result i32)))
        (memory (export "memory") 1)
        (table 4 4 funcref)
        (global $calls (export "calls") (mut i32) (i32.const 0))
        (elem (i32.const 1) $twice $cold_in_table $cold_door)
        (data (i32.const 16) "\05\00\00\00 the data that are cold \07\00\00\00 hot")
        (func $twice (param i32) (result i32)
            (i32.mul (local.get 0) (i32.const 2)))
        (func $cold_in_table (param i32) (result i32)
            (i32.add (local.get 0) (i32.load (i32.const 16))))
        (func $cold (param i32) (result i32)
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            (call $log (local.get 0))
            (call_indirect (type $number) (call $twice (local.get 0)) (i32.const 2)))
        (func $cold_door (param i32) (result i32)
            (call_indirect (type $number) (call $cold (local.get 0)) (i32.const 1)))
        (func (export "hot") (param i32) (result i32)
            (call $twice (i32.add (local.get 0) (i32.load (i32.const 44)))))
        (func (export "direct") (param i32) (result i32)
            (call $cold_door (local.get 0)))
        (func (export "through_table") (param i32) (result i32)
            (call_indirect (type $number) (local.get 0) (i32.const 3)))
        (export "outside" (func $cold)))"#;

    /// Calls everything in turn, first with a loader that fails; prints results and what was seen on the way.
    const DRIVER: &str = r#"
        const module = (file) => new WebAssembly.Module(fs.readFileSync(path.join(folder, file)));
        function drive(file, rest) {
            const seen = [];
            let fails = true;
            const load = () => {
                if (fails) { fails = false; throw new Error("lost"); }
                seen.push("load");
                new WebAssembly.Instance(module(rest), { first });
            };
            const imports = { env: { log: (number) => seen.push(number) }, "playground-rest": { load } };
            const first = new WebAssembly.Instance(module(file), imports).exports;
            const results = [first.hot(1)];
            if (rest) try { first.direct(1) } catch (error) { seen.push(error.message) }
            results.push(...["direct", "through_table", "outside", "hot", "direct"].map((name, index) => first[name](index)));
            return { results, seen, calls: first.calls.value };
        }
        const [whole, halves] = [drive("whole.wasm"), drive("first.wasm", "rest.wasm")];
        console.log(JSON.stringify(whole));
        console.log(JSON.stringify(halves));"#;

    #[test]
    fn two_halves_do_what_the_whole_does() {
        let mut whole = parse(&wat::parse_str(WHOLE).unwrap()).unwrap();
        loader::import(&mut whole);
        let whole = whole.emit_wasm();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let plan = Plan {
            functions: names(&["cold", "cold_door", "cold_in_table"]),
            doors: names(&["cold_door"]),
            data: vec![16..20, 20..44],
        };
        let halves = Prepared { module: vec![], plan }.split(&whole).unwrap();
        assert!(!halves.first.windows(8).any(|bytes| bytes == b"the data"));
        assert!(halves.rest.windows(8).any(|bytes| bytes == b"the data"));

        let folder = std::env::temp_dir().join(format!("playground-split-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in [("whole.wasm", &whole), ("first.wasm", &halves.first), ("rest.wasm", &halves.rest)] {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let script = format!("const folder = {folder:?}, fs = require('fs'), path = require('path');{DRIVER}");
        let output = Command::new("node").args(["-e", &script]).output().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let complaints = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<&str> = printed.lines().collect();
        let [whole, halves] = lines[..] else { panic!("{complaints}") };
        assert_eq!(whole, r#"{"results":[16,10,14,9,20,26],"seen":[0,1,2,4],"calls":4}"#);
        assert_eq!(halves, r#"{"results":[16,10,14,9,20,26],"seen":["lost","load",0,1,2,4],"calls":4}"#);
    }
}
