//! What goes where.

use super::graph::Graph;
use super::rooms;
use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::Range;

/// What the first module can do without until the second is there.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The mangled names of its functions.
    pub(super) functions: BTreeSet<String>,
    /// Those of them that the first module refers to.
    pub(super) doors: BTreeSet<String>,
    /// Where its data lie in memory, in order.
    pub(super) data: Vec<Range<u32>>,
}

/// Data that are shorter stay in the first module: they are not worth the bytes of a segment of their own.
const WORTH_A_SEGMENT: usize = 16;

impl Plan {
    /// Puts into the second module what is below the rooms of [`rooms`], and what only leads on from there.
    pub(super) fn of(graph: &Graph) -> Result<Plan> {
        Ok(Plan::behind(graph, &rooms::cold(graph)?))
    }

    /// Puts into the second module the closed functions, and what is reached through them alone.
    pub(super) fn behind(graph: &Graph, closed: &[bool]) -> Plan {
        let reached = graph.reach(closed);
        let names = |wanted: &dyn Fn(usize) -> bool| -> BTreeSet<String> {
            let functions = graph.functions.iter().enumerate().filter(|(index, _)| wanted(*index));
            functions.map(|(_, function)| function.name.clone()).collect()
        };
        let is_hot = |index: usize| reached.functions[index] && !closed[index];
        // Names need not be unique: who is called like something hot is hot.
        let hot = names(&is_hot);
        let cold = |wanted: &dyn Fn(usize) -> bool| names(wanted).difference(&hot).cloned().collect();
        Plan {
            functions: cold(&|index| !is_hot(index)),
            doors: cold(&|index| reached.functions[index] && closed[index]),
            data: cold_data(graph, &reached.pieces),
        }
    }
}

/// The constants that are not reached, with the gaps between them.
fn cold_data(graph: &Graph, reached: &[bool]) -> Vec<Range<u32>> {
    let mut all: Vec<Range<u32>> = vec![];
    let mut goes_on = false;
    for (piece, reached) in graph.pieces.iter().zip(reached) {
        let cold = piece.constant && !reached;
        match all.last_mut().filter(|_| goes_on) {
            Some(last) if cold => last.end = piece.addresses.end,
            _ if cold => all.push(piece.addresses.clone()),
            _ => {}
        }
        goes_on = cold;
    }
    all.retain(|addresses| addresses.len() >= WORTH_A_SEGMENT);
    all
}

#[cfg(test)]
mod tests {
    use super::super::graph::Graph;
    use super::super::graph::tests::{Place, Symbol, linked};
    use super::Plan;
    use wasmparser::RelocationType as Type;

    #[test]
    fn what_is_only_reached_through_a_closed_function_goes_with_it() {
        let module = linked(
            r#"(module
                (memory 1)
                (data (i32.const 1024) "the cold one's own.. short and the hot")
                (func $root (export "root"))
                (func $door)
                (func $alone)
                (func $both))"#,
            &[
                Symbol::Function(1),
                Symbol::Function(2),
                Symbol::Function(3),
                Symbol::Data(0, 0, 18),
                Symbol::Data(0, 20, 7),
                Symbol::Data(0, 27, 11),
            ],
            &[
                (Place::Code(0), Type::FunctionIndexLeb, 0),
                (Place::Code(0), Type::TableIndexSleb, 2),
                (Place::Code(0), Type::MemoryAddrSleb, 5),
                (Place::Code(1), Type::FunctionIndexLeb, 1),
                (Place::Code(1), Type::FunctionIndexLeb, 2),
                (Place::Code(2), Type::MemoryAddrSleb, 3),
                (Place::Code(2), Type::MemoryAddrSleb, 4),
            ],
        );
        let plan = Plan::behind(&Graph::read(&module).unwrap(), &[false, true, false, false]);
        assert_eq!(Vec::from_iter(plan.functions), ["alone", "door"]);
        assert_eq!(Vec::from_iter(plan.doors), ["door"]);
        // With the padding between the two.
        assert_eq!((plan.data.len(), plan.data.first()), (1, Some(&(1024..1051))));
    }
}
