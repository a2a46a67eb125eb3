//! Work that waits for its time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::SimTime;

/// A queue of work items ordered by time, then by arrival.
///
/// Invariants: an item stands in the queue at most once; asked for twice, it keeps the earlier time, as in client-go's
/// delaying queue (`util/workqueue/delaying_queue.go`). The heap may hold slots that no item has any more, but not at its top.
#[derive(Clone, Debug)]
pub struct Queue<W> {
    heap: BinaryHeap<Reverse<(Slot, W)>>,
    slots: BTreeMap<W, Slot>,
    arrivals: u64,
}

/// When an item is due, and which one it was to arrive.
type Slot = (SimTime, u64);

impl<W: Ord> Default for Queue<W> {
    fn default() -> Self {
        Queue { heap: BinaryHeap::new(), slots: BTreeMap::new(), arrivals: 0 }
    }
}

impl<W: Clone + Ord> Queue<W> {
    /// Asks for `item` to be done at `at`.
    pub fn push(&mut self, at: SimTime, item: W) {
        if self.slots.get(&item).is_some_and(|slot| slot.0 <= at) {
            return;
        }
        self.arrivals += 1;
        let slot = (at, self.arrivals);
        self.slots.insert(item.clone(), slot);
        self.heap.push(Reverse((slot, item)));
        self.clear_top();
    }

    /// Takes `item` out, if it waits.
    pub fn cancel(&mut self, item: &W) {
        if self.slots.remove(item).is_some() {
            self.clear_top();
        }
    }

    /// The time of the next item.
    pub fn next_at(&self) -> Option<SimTime> {
        self.heap.peek().map(|Reverse(((at, _), _))| *at)
    }

    /// Takes the next item that is due at `now`.
    pub fn pop_due(&mut self, now: SimTime) -> Option<W> {
        self.next_at().filter(|at| *at <= now)?;
        let Reverse((_, item)) = self.heap.pop()?;
        self.slots.remove(&item);
        self.clear_top();
        Some(item)
    }

    fn clear_top(&mut self) {
        while let Some(Reverse((slot, item))) = self.heap.peek()
            && self.slots.get(item) != Some(slot)
        {
            self.heap.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
