//! Which nodes are shown, in which groups.

use std::cmp::Ordering;

use super::{Cell, Chart, Place, Seat, natural};
use crate::api::sorted::SortedMap;
use crate::api::{StringMap, selector::Selector};

/// What somebody wants to see of a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// In which groups.
    pub grouping: Grouping,
    /// Only nodes with labels that this selects.
    pub filter: Option<Selector>,
    /// The DaemonSet that it is about, by its name as in [`Chart::sets`]; all of them without one, and where it is gone.
    pub set: Option<String>,
}

/// What makes a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// There is one of all nodes.
    #[default]
    None,
    /// The state.
    State,
    /// The value of a label.
    Label(String),
}

/// Nodes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common.
    pub kind: Kinds,
    /// How many there are.
    pub count: usize,
    /// How many of them should run a pod, or do.
    pub wanted: usize,
    /// On how many of these it is ready. Without DaemonSets: nodes that are ready.
    pub ready: usize,
}

/// What the nodes of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kinds {
    /// Nothing.
    All,
    /// A label's value.
    Value(String),
    /// That they have no such label.
    Without,
    /// That they are not ready.
    NotReady,
    /// What is on them.
    Seat(Seat),
}

/// What is shown, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The groups, one after the other.
    pub groups: Vec<Group>,
    /// The numbers of the nodes in [`Chart::places`].
    pub places: Vec<u32>,
    /// The same nodes in short.
    pub cells: Vec<Cell>,
}

impl Order {
    /// The kinds of cells, the worst first, each with how many there are.
    pub fn kinds(&self) -> Vec<(Seat, Option<i64>, usize)> {
        let mut kinds: SortedMap<(Seat, Option<i64>), usize> = SortedMap::new();
        for cell in &self.cells {
            *kinds.entry((cell.seat, cell.revision), || 0) += 1;
        }
        kinds.iter().map(|(&(seat, revision), &count)| (seat, revision, count)).collect()
    }
}

impl Chart {
    /// What `look` asks for.
    pub fn arrange(&self, look: &Look) -> Order {
        let set = look.set.as_deref().and_then(|set| self.set(set));
        let counts_nodes = self.sets().next().is_none();
        let mut groups: Vec<(Group, Vec<(u32, Cell)>)> = vec![];
        let mut values: SortedMap<Option<&str>, usize> = SortedMap::new();
        let nothing = StringMap::new();
        for (number, place) in self.in_order() {
            let labels = place.node.metadata.labels.as_ref().unwrap_or(&nothing);
            if look.filter.as_ref().is_some_and(|filter| !filter.matches(labels)) {
                continue;
            }
            let cell = place.cell(set);
            let next = groups.len();
            let at = match &look.grouping {
                Grouping::None => 0,
                Grouping::State => {
                    let kind = if cell.is_ready { Kinds::Seat(cell.seat) } else { Kinds::NotReady };
                    groups.iter().position(|(group, _)| group.kind == kind).unwrap_or(next)
                }
                Grouping::Label(key) => *values.entry(labels.get(key).map(String::as_str), || next),
            };
            if at == next {
                let kind = kind(look, labels, cell);
                groups.push((Group { kind, count: 0, wanted: 0, ready: 0 }, vec![]));
            }
            let (group, places) = &mut groups[at];
            group.count += 1;
            group.wanted += usize::from(counts_nodes || cell.seat != Seat::Free);
            group.ready += usize::from(if counts_nodes { cell.is_ready } else { cell.seat == Seat::Ready });
            places.push((number, cell));
        }
        groups.sort_by(|(one, _), (other, _)| compare(&one.kind, &other.kind));
        let mut order = Order::default();
        for (group, places) in groups {
            order.groups.push(group);
            order.places.extend(places.iter().map(|(number, _)| *number));
            order.cells.extend(places.iter().map(|(_, cell)| *cell));
        }
        order
    }

    /// A node of an arrangement.
    pub fn shown<'a>(&'a self, order: &Order, at: usize) -> Option<&'a Place> {
        self.places().get(*order.places.get(at)? as usize)
    }
}

fn kind(look: &Look, labels: &StringMap, cell: Cell) -> Kinds {
    match &look.grouping {
        Grouping::None => Kinds::All,
        Grouping::State if !cell.is_ready => Kinds::NotReady,
        Grouping::State => Kinds::Seat(cell.seat),
        Grouping::Label(key) => labels.get(key).cloned().map_or(Kinds::Without, Kinds::Value),
    }
}

/// Values as people count, what has none behind them; what is wrong before what is well.
fn compare(one: &Kinds, other: &Kinds) -> Ordering {
    let rank = |kind: &Kinds| match kind {
        Kinds::NotReady => (0, Seat::Failing),
        Kinds::Seat(seat) => (1, *seat),
        Kinds::All | Kinds::Value(_) => (2, Seat::Failing),
        Kinds::Without => (3, Seat::Failing),
    };
    match (one, other) {
        (Kinds::Value(one), Kinds::Value(other)) => natural(one, other),
        _ => rank(one).cmp(&rank(other)),
    }
}
