//! The pods that wait for the scheduler, and those it found no node for (`pkg/scheduler/backend/queue`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::time::Duration;

use super::plugins::Refusals;
use crate::api::paged::PagedMap;
use crate::api::table::Table;
use crate::api::{Key, Pod, Resource};
use crate::sim::SimTime;

/// The first and the longest back-off of a pod that found no node.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// How long a pod may lie idle, and how often that is looked at (`unschedulable_pods.go`, `scheduling_queue.go`).
const LONGEST_IDLE: Duration = Duration::from_secs(300);
const IDLE_PERIOD: Duration = Duration::from_secs(30);
/// Back-offs end with a window of this length (`backoff_queue.go` `backoffQOrderingWindowDuration`).
const WINDOW: Duration = Duration::from_secs(1);

/// Every pod without a node.
///
/// Who backs off is taken as soon as nobody else waits (`SchedulerPopFromBackoffQ`): here, where a look for a node takes no
/// time, a back-off costs a place in the queue and no more. Only after an error it is a wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    pods: Table<Key, Waiting>,
    /// Those that wait for something to happen, by the one node that could help them; those whom any could by [`ANY`].
    idle: PagedMap<(String, Key), Idle>,
    turns: BinaryHeap<Turn>,
    tickets: u64,
}

/// A pod that waits for something to happen.
#[derive(Clone, Debug)]
pub(super) struct Idle {
    pub(super) pod: Rc<Pod>,
    pub(super) refused_by: Refusals,
}

/// Stands for any node.
pub(super) const ANY: &str = "";

#[derive(Clone, Debug)]
struct Waiting {
    state: State,
    priority: i32,
    /// Since it came, or since the last look for a node.
    since: SimTime,
    failures: u32,
    /// Where in the list of idle ones it stands, if it does.
    node: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Its scheduling gates are closed.
    Gated,
    /// Its turn comes, with this ticket.
    Active(u64),
    /// It waits for something to happen.
    Idle,
    /// Something went wrong; it is tried again at this time.
    Failed(SimTime),
}

/// A place in the queue: fresh pods before those that back off, then by priority, then by time. The next one is the greatest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    backs_off_until: Reverse<Option<SimTime>>,
    priority: i32,
    since: Reverse<SimTime>,
    ticket: Reverse<u64>,
    pod: Key,
}

impl Queue {
    /// A pod that has come, or whose gates have opened.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn add(&mut self, pod: &Key, priority: i32, now: SimTime) {
        *self.pods.entry(&pod.wanted(), || (pod.clone(), Waiting::new(priority, now))).1 = Waiting::new(priority, now);
        self.activate(pod, now);
    }

    /// A pod whose gates are closed.
    pub(super) fn add_gated(&mut self, pod: &Key, priority: i32, now: SimTime) {
        self.pods.entry(&pod.wanted(), || (pod.clone(), Waiting::new(priority, now)));
    }

    /// A pod that has gone, or found its node.
    pub(super) fn remove(&mut self, pod: &Key) {
        self.take_from_idle(pod);
        self.pods.remove(&pod.wanted());
    }

    /// Whether the pod waits for its gates, or is not known at all.
    pub(super) fn is_gated(&self, pod: &Key) -> bool {
        self.pods.get(&pod.wanted()).is_none_or(|waiting| waiting.state == State::Gated)
    }

    /// Whether it is anybody's turn.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn has_next(&mut self) -> bool {
        // Turns of pods that have gone since are still in the heap.
        while let Some(turn) = self.turns.peek() {
            if self.pods.get(&turn.pod.wanted()).is_some_and(|waiting| waiting.state == State::Active(turn.ticket.0)) {
                return true;
            }
            self.turns.pop();
        }
        false
    }

    /// The pod whose turn it is.
    pub(super) fn pop(&mut self) -> Option<Key> {
        if self.has_next() { self.turns.pop().map(|turn| turn.pod) } else { None }
    }

    /// A pod found no node: these plugins refused it (nobody did where something went wrong), and only this node could help it,
    /// or [`ANY`]. Gives when it is to be looked at again even if nothing happens ([`Queue::revive`]).
    pub(super) fn fail(&mut self, pod: &Rc<Pod>, refused_by: Refusals, node: &str, now: SimTime) -> SimTime {
        let key = pod.key();
        let Some(waiting) = self.pods.get_mut(&key.wanted()) else {
            return now;
        };
        waiting.failures += 1;
        waiting.since = now;
        if refused_by.is_empty() {
            let again = waiting.backs_off_until() + WINDOW;
            waiting.state = State::Failed(again);
            return again;
        }
        waiting.state = State::Idle;
        waiting.node = node.to_owned();
        let again = waiting.idle_until();
        self.idle.insert((node.to_owned(), key), Idle { pod: Rc::clone(pod), refused_by });
        again
    }

    /// The pods that wait for something to happen on a node.
    pub(super) fn idle<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Idle> {
        let of = |node: &'a str| self.idle.all(move |(other, _)| other.as_str().cmp(node)).map(|(_, idle)| idle);
        of(ANY).chain(of(node).filter(move |_| node != ANY))
    }

    /// What is known of a pod that waits for something to happen, to be changed.
    pub(super) fn idle_mut(&mut self, pod: &Key) -> Option<&mut Idle> {
        let waiting = self.pods.get(&pod.wanted()).filter(|waiting| waiting.state == State::Idle)?;
        self.idle.get_mut(|(node, key)| node.cmp(&waiting.node).then_with(|| key.cmp(pod)))
    }

    fn take_from_idle(&mut self, pod: &Key) {
        if let Some(waiting) = self.pods.get(&pod.wanted()).filter(|waiting| waiting.state == State::Idle) {
            self.idle.remove(|(node, key)| node.cmp(&waiting.node).then_with(|| key.cmp(pod)));
        }
    }

    /// Gives a pod its turn.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn activate(&mut self, pod: &Key, now: SimTime) {
        self.take_from_idle(pod);
        let Some(waiting) = self.pods.get_mut(&pod.wanted()) else {
            return;
        };
        self.tickets += 1;
        waiting.state = State::Active(self.tickets);
        let until = waiting.backs_off_until();
        self.turns.push(Turn {
            backs_off_until: Reverse((waiting.failures > 0 && until + WINDOW > now).then_some(until)),
            priority: waiting.priority,
            since: Reverse(waiting.since),
            ticket: Reverse(self.tickets),
            pod: pod.clone(),
        });
    }

    /// Gives those their turn who have waited for too long. Gives when to look again, if anybody is left.
    pub(super) fn revive(&mut self, now: SimTime) -> Option<SimTime> {
        let due = |waiting: &Waiting| match waiting.state {
            State::Idle => Some(waiting.idle_until()),
            State::Failed(again) => Some(again),
            State::Gated | State::Active(_) => None,
        };
        let waits = |(pod, waiting): (&Key, &Waiting)| Some((pod.clone(), due(waiting)?));
        let (mut ready, left): (Vec<_>, Vec<_>) = self.pods.iter().filter_map(waits).partition(|(_, at)| *at <= now);
        ready.sort();
        for (pod, _) in ready {
            self.activate(&pod, now);
        }
        left.into_iter().map(|(_, at)| at).min()
    }
}

impl Waiting {
    fn new(priority: i32, now: SimTime) -> Waiting {
        Waiting { state: State::Gated, priority, since: now, failures: 0, node: String::new() }
    }

    /// When its back-off ends, at the beginning of a window (`getBackoffTime`).
    fn backs_off_until(&self) -> SimTime {
        let wait = (BACKOFF.0 * 2_u32.saturating_pow(self.failures.saturating_sub(1).min(8))).min(BACKOFF.1);
        let end = self.since + wait;
        SimTime::from_millis(end.as_millis() - end.as_millis() % WINDOW.as_millis() as u64)
    }

    /// When it has been idle for too long.
    fn idle_until(&self) -> SimTime {
        (self.since + LONGEST_IDLE + Duration::from_millis(1)).next_tick(IDLE_PERIOD, Duration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::scheduler::tests::pod;

    /// Pops everything: the names in their order.
    fn order(queue: &mut Queue) -> String {
        let names: Vec<String> = std::iter::from_fn(|| queue.pop()).map(|key| key.name.to_string()).collect();
        names.join(" ")
    }

    fn refused() -> Refusals {
        let mut refused = Refusals::default();
        refused.insert(0);
        refused
    }

    #[test]
    fn turns_come_by_priority_then_by_time() {
        let at = SimTime::from_millis;
        let mut queue = Queue::default();
        for (name, priority, millis) in [("a", 0, 5), ("b", 9, 7), ("c", 9, 6), ("d", 0, 4), ("e", -1, 1), ("gone", 99, 1)] {
            queue.add(&pod(name, "").key(), priority, at(millis));
        }
        queue.add_gated(&pod("gated", "").key(), 99, at(1));
        queue.remove(&pod("gone", "").key());
        assert_eq!(order(&mut queue), "c b d a e");
        assert!(!queue.has_next() && queue.is_gated(&pod("gated", "").key()));
    }

    #[test]
    fn who_backs_off_comes_after_fresh_pods() {
        let at = SimTime::from_millis;
        let mut queue = Queue::default();
        let (early, late, fresh) = (Rc::new(pod("early", "")), Rc::new(pod("late", "")), pod("fresh", ""));
        for waiting in [&early, &late] {
            queue.add(&waiting.key(), 9, at(0));
        }
        assert_eq!(order(&mut queue), "early late");
        // After 5 min it would be tried again by itself, at the next look.
        assert_eq!(queue.fail(&early, refused(), ANY, at(500)), at(330_000));
        queue.fail(&late, refused(), "n", at(1_200));
        assert_eq!((queue.idle(ANY).count(), queue.idle("n").count(), queue.idle("m").count()), (1, 2, 1));
        queue.activate(&late.key(), at(1_500));
        queue.activate(&early.key(), at(1_500));
        queue.add(&fresh.key(), 0, at(1_500));
        assert_eq!(order(&mut queue), "fresh early late");
        // Two failures: two seconds. Long after them it is as good as fresh.
        queue.fail(&late, refused(), ANY, at(2_000));
        queue.activate(&late.key(), at(9_000));
        queue.add(&fresh.key(), 0, at(9_000));
        assert_eq!(order(&mut queue), "late fresh");
    }

    #[test]
    fn errors_wait_ever_longer_and_idle_pods_are_revived() {
        let at = SimTime::from_millis;
        let mut queue = Queue::default();
        let unlucky = Rc::new(pod("unlucky", ""));
        queue.add(&unlucky.key(), 0, at(0));
        let mut now = at(300);
        let mut waits = vec![];
        for _ in 0..6 {
            assert_eq!(order(&mut queue), "unlucky");
            let again = queue.fail(&unlucky, Refusals::default(), ANY, now);
            assert_eq!(queue.revive(SimTime::from_millis(again.as_millis() - 1)), Some(again));
            assert_eq!(queue.revive(again), None);
            waits.push((again - now).as_millis());
            now = again;
        }
        assert_eq!(waits, [1_700, 3_000, 5_000, 9_000, 11_000, 11_000]);
        order(&mut queue);
        queue.fail(&unlucky, refused(), ANY, at(60_000));
        assert_eq!(queue.revive(at(360_000)), Some(at(390_000)));
        assert_eq!(
            (order(&mut queue), queue.revive(at(390_000)), order(&mut queue)),
            (String::new(), None, "unlucky".to_owned())
        );
    }
}
