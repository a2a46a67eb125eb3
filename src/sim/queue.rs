//! Work that waits for its time.

use super::SimTime;
use crate::api::fetch::{TOGETHER, fetch};
use crate::api::paged::PagedMap;
use crate::api::table::{Table, Wanted};

/// A queue of work items ordered by time, then by arrival.
///
/// Invariants: an item stands in the queue at most once; asked for twice, it keeps the earlier time, as in client-go's
/// delaying queue (`util/workqueue/delaying_queue.go`). `turns` has the turn of every item in the queue; what it says of others is
/// not later than `past`, the turn that was taken last.
#[derive(Clone, Debug)]
pub struct Queue<W> {
    order: PagedMap<Turn, W>,
    turns: Table<W, Turn>,
    past: Turn,
    arrivals: u64,
}

/// The time of an item, and how many had arrived before it.
type Turn = (SimTime, u64);

/// How many turns that are over may be remembered, however few items wait.
const SPARE: usize = 1000;

/// What a queue can hold.
pub trait Item: Eq + Clone {
    /// A hash by which items differ, most of them.
    fn hash(&self) -> u64;
}

fn same<W: Item>(item: &W) -> Wanted<impl Fn(&W) -> bool> {
    Wanted::new(item.hash(), move |other: &W| other == item)
}

impl<W> Default for Queue<W> {
    fn default() -> Self {
        Queue { order: PagedMap::new(), turns: Table::default(), past: (SimTime::ZERO, 0), arrivals: 1 }
    }
}

impl<W: Item> Queue<W> {
    /// Asks for `item` to be done at `at`, or as soon as may be if that is over.
    #[cfg_attr(quick, optimize(speed))]
    pub fn push(&mut self, at: SimTime, item: W) {
        let at = at.max(self.past.0);
        let turn = (at, self.arrivals);
        self.arrivals += 1;
        let (_, stands) = self.turns.entry(&same(&item), || (item.clone(), self.past));
        if *stands > self.past && stands.0 <= at {
            return;
        }
        let before = std::mem::replace(stands, turn);
        if before > self.past {
            self.order.remove(|other| other.cmp(&before));
        }
        self.order.insert(turn, item);
    }

    /// Takes `item` out, if it waits.
    pub fn cancel(&mut self, item: &W) {
        if let Some(turn) = self.turns.remove(&same(item)) {
            self.order.remove(|other| other.cmp(&turn));
        }
    }

    /// The time of the next item.
    pub fn next_at(&self) -> Option<SimTime> {
        self.order.iter().next().map(|((at, _), _)| *at)
    }

    /// The items that are next, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &W> + Clone {
        self.order.iter().map(|(_, item)| item)
    }

    /// Fetches the turns of the next items: most of them will be given another one.
    #[cfg_attr(quick, optimize(speed))]
    pub fn fetch(&self) {
        let turns = self.iter().take(TOGETHER).filter_map(|item| self.turns.get(&same(item)));
        fetch(turns.map(|(_, arrival)| *arrival as usize));
    }

    /// Takes the next item that is due at `now`.
    #[cfg_attr(quick, optimize(speed))]
    pub fn pop_due(&mut self, now: SimTime) -> Option<W> {
        self.next_at().filter(|at| *at <= now)?;
        let (turn, item) = self.order.pop_first()?;
        self.past = turn;
        if self.turns.len() > 2 * self.order.len() + SPARE {
            self.forget();
        }
        Some(item)
    }

    /// Forgets the turns that are over: most of the time the item will stand again soon, and to find it costs a look at memory.
    fn forget(&mut self) {
        self.turns = Table::default();
        for (turn, item) in self.order.iter() {
            self.turns.entry(&same(item), || (item.clone(), *turn));
        }
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

    impl Item for u32 {
        fn hash(&self) -> u64 {
            u64::from(self % 500)
        }
    }

    #[test]
    fn it_holds_what_a_list_holds() {
        let (mut queue, mut list) = (Queue::default(), Vec::<(u64, u32, u32)>::new());
        let (mut number, mut now) = (1_u32, 0);
        for arrival in 0..60_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let item = (number >> 8) % 3_000;
            let place = list.iter().position(|(_, _, other)| *other == item);
            match number >> 29 {
                // Filled in the first half, emptied in the second.
                0..=4 if arrival < 30_000 => {
                    let at = now + u64::from(number >> 24);
                    queue.push(SimTime::from_millis(at), item);
                    if place.is_none_or(|place| list[place].0 > at) {
                        place.map(|place| list.remove(place));
                        list.push((at, arrival, item));
                    }
                }
                5 => {
                    queue.cancel(&item);
                    place.map(|place| list.remove(place));
                }
                _ => {
                    now += 1;
                    let first = list.iter().filter(|(at, ..)| *at <= now).min().copied();
                    assert_eq!(queue.pop_due(SimTime::from_millis(now)), first.map(|(.., item)| item));
                    list.retain(|other| Some(*other) != first);
                }
            }
            assert_eq!(queue.order.len(), list.len());
            assert!(queue.turns.len() <= 2 * list.len() + SPARE + 1, "{} of {}", queue.turns.len(), list.len());
        }
        assert!(list.is_empty());
    }
}
