//! Work that waits for its time.

use super::SimTime;
use crate::api::paged::PagedMap;
use crate::api::table::Table;

/// A queue of work items ordered by time, then by arrival.
///
/// Invariants: an item stands in the queue at most once; asked for twice, it keeps the earlier time, as in client-go's
/// delaying queue (`util/workqueue/delaying_queue.go`). Both maps name the same items.
#[derive(Clone, Debug)]
pub struct Queue<W> {
    order: PagedMap<Turn, W>,
    turns: Table<W, Turn>,
    arrivals: u64,
}

/// The time of an item, and how many had arrived before it.
type Turn = (SimTime, u64);

/// What a queue can hold.
pub trait Item: Eq + Clone {
    /// A hash by which items differ, most of them.
    fn hash(&self) -> u64;
}

fn same<W: Item>(item: &W) -> (u64, impl Fn(&W) -> bool) {
    (item.hash(), move |other| other == item)
}

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Queue { order: PagedMap::new(), turns: Table::default(), arrivals: 0 }
    }
}

impl<W: Item> Queue<W> {
    /// Asks for `item` to be done at `at`.
    pub fn push(&mut self, at: SimTime, item: W) {
        let turn = (at, self.arrivals);
        self.arrivals += 1;
        let item = match self.turns.get_mut(same(&item)) {
            Some(stands) if stands.0 <= at => return,
            Some(stands) => {
                let later = std::mem::replace(stands, turn);
                self.order.remove(|other| other.cmp(&later))
            }
            None => {
                self.turns.entry(same(&item), || (item.clone(), turn));
                Some(item)
            }
        };
        if let Some(item) = item {
            self.order.insert(turn, item);
        }
    }

    /// Takes `item` out, if it waits.
    pub fn cancel(&mut self, item: &W) {
        if let Some(turn) = self.turns.remove(same(item)) {
            self.order.remove(|other| other.cmp(&turn));
        }
    }

    /// The time of the next item.
    pub fn next_at(&self) -> Option<SimTime> {
        self.order.iter().next().map(|((at, _), _)| *at)
    }

    /// Takes the next item that is due at `now`.
    pub fn pop_due(&mut self, now: SimTime) -> Option<W> {
        self.next_at().filter(|at| *at <= now)?;
        let (_, item) = self.order.pop_first()?;
        self.turns.remove(same(&item));
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Item for &str {
        fn hash(&self) -> u64 {
            crate::api::table::hash(&[self])
        }
    }

    #[test]
    fn an_item_waits_once_at_its_earliest_time() {
        let at = SimTime::from_millis;
        let mut queue = Queue::default();
        for (millis, item) in [(5, "b"), (3, "a"), (9, "a"), (5, "c"), (4, "c")] {
            queue.push(at(millis), item);
        }
        queue.push(at(1), "gone");
        queue.cancel(&"gone");
        let mut order = vec![];
        while let Some(next) = queue.next_at() {
            order.push((next.as_millis(), queue.pop_due(next)));
        }
        assert_eq!(order, [(3, Some("a")), (4, Some("c")), (5, Some("b"))]);
        assert_eq!(queue.pop_due(SimTime::MAX), None);
    }
}
