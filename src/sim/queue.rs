//! Work that waits for its time.

use super::SimTime;

/// A queue of work items ordered by time, then by arrival.
///
/// Invariant: an item stands in the queue at most once; asked for twice, it keeps the earlier time, as in client-go's
/// delaying queue (`util/workqueue/delaying_queue.go`).
#[derive(Clone, Debug)]
pub struct Queue<W> {
    /// With their times, the next one last.
    items: Vec<(SimTime, W)>,
}

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Queue { items: Vec::new() }
    }
}

impl<W: PartialEq> Queue<W> {
    /// Asks for `item` to be done at `at`.
    pub fn push(&mut self, at: SimTime, item: W) {
        if let Some(place) = self.place(&item) {
            if self.items[place].0 <= at {
                return;
            }
            self.items.remove(place);
        }
        let place = self.items.partition_point(|(other, _)| *other > at);
        self.items.insert(place, (at, item));
    }

    /// Takes `item` out, if it waits.
    pub fn cancel(&mut self, item: &W) {
        if let Some(place) = self.place(item) {
            self.items.remove(place);
        }
    }

    fn place(&self, item: &W) -> Option<usize> {
        self.items.iter().position(|(_, other)| other == item)
    }

    /// The time of the next item.
    pub fn next_at(&self) -> Option<SimTime> {
        self.items.last().map(|(at, _)| *at)
    }

    /// Takes the next item that is due at `now`.
    pub fn pop_due(&mut self, now: SimTime) -> Option<W> {
        self.next_at().filter(|at| *at <= now)?;
        self.items.pop().map(|(_, item)| item)
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
