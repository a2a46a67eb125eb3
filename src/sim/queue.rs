//! Work that waits for its time.

use std::collections::{BTreeMap, BTreeSet};

use super::SimTime;

/// A queue of work items ordered by time, then by arrival.
///
/// Invariant: an item stands in the queue at most once; asked for twice, it keeps the earlier time, as in client-go's
/// delaying queue (`util/workqueue/delaying_queue.go`).
#[derive(Clone, Debug)]
pub struct Queue<W> {
    items: BTreeMap<(SimTime, u64), W>,
    times: BTreeMap<W, (SimTime, u64)>,
    arrivals: u64,
}

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Queue { items: BTreeMap::new(), times: BTreeMap::new(), arrivals: 0 }
    }
}

impl<W: Clone + Ord> Queue<W> {
    /// Asks for `item` to be done at `at`.
    pub fn push(&mut self, at: SimTime, item: W) {
        if let Some(&slot) = self.times.get(&item) {
            if slot.0 <= at {
                return;
            }
            self.items.remove(&slot);
        }
        self.arrivals += 1;
        let slot = (at, self.arrivals);
        self.times.insert(item.clone(), slot);
        self.items.insert(slot, item);
    }

    /// Takes `item` out, if it waits.
    pub fn cancel(&mut self, item: &W) {
        if let Some(slot) = self.times.remove(item) {
            self.items.remove(&slot);
        }
    }

    /// The time of the next item.
    pub fn next_at(&self) -> Option<SimTime> {
        self.items.keys().next().map(|&(at, _)| at)
    }

    /// Takes the next item that is due at `now`.
    pub fn pop_due(&mut self, now: SimTime) -> Option<W> {
        let entry = self.items.first_entry().filter(|entry| entry.key().0 <= now)?;
        let item = entry.remove();
        self.times.remove(&item);
        Some(item)
    }

    /// The distinct items that wait, in their own order.
    pub fn waiting(&self) -> BTreeSet<&W> {
        self.times.keys().collect()
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
