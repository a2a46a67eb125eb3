//! A copy of a cluster that goes on until it is at rest.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::{DaemonSet, Head, Key, Kind, Pod, Resource};
use crate::controllers::survey;
use crate::sim::{Change, SimTime, Simulation};

/// For so long nothing may change before it counts as at rest: until then a node that is silent counts as lost, and what ran on one
/// that is gone is cleared away.
const QUIET: Duration = Duration::from_secs(100);
/// It goes on for so long at most.
const LONGEST: Duration = Duration::from_secs(30 * 60);
/// It takes so many steps at most.
const MOST_STEPS: usize = 300_000;

/// How a copy went on.
pub(super) struct Run {
    pub(super) sim: Simulation,
    /// When it began, and how long it took, in milliseconds.
    pub(super) begun: u64,
    pub(super) took: u64,
    pub(super) is_at_rest: bool,
    /// What was seen of each DaemonSet.
    pub(super) watched: BTreeMap<Key, Watched>,
    /// The revision that pods of each DaemonSet should have.
    pub(super) current: BTreeMap<Key, String>,
}

/// What was seen of a DaemonSet on the way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    /// How many pods were ready at first, and at the lowest.
    pub(super) first: i64,
    pub(super) lowest: i64,
    now: i64,
    /// When one of its pods changed last.
    pub(super) last: u64,
}

impl Run {
    /// Lets it go on.
    pub(super) fn to_rest(mut sim: Simulation) -> Run {
        sim.deliver();
        sim.take_seen();
        let begun = sim.now();
        let mut run = Run {
            watched: ready(&sim),
            begun: begun.as_millis(),
            took: 0,
            is_at_rest: false,
            current: BTreeMap::new(),
            sim,
        };
        let mut stirred = begun;
        let quiet = QUIET.max(slowest(&run.sim));
        for _ in 0..MOST_STEPS {
            let until = (stirred + quiet).min(begun + LONGEST);
            if !run.sim.step(until) {
                run.sim.set_clock(until);
                run.is_at_rest = until < begun + LONGEST;
                break;
            }
            let now = run.sim.now();
            for change in run.sim.take_seen() {
                if matches!(change.object.kind(), Kind::Pod | Kind::DaemonSet | Kind::ControllerRevision) {
                    stirred = now;
                    run.see(&change, now);
                }
            }
        }
        run.took = (run.sim.now() - begun).as_millis() as u64;
        run.current = current(&run.sim);
        run
    }

    fn see(&mut self, change: &Change, now: SimTime) {
        let Some((before, after)) = change.of::<Pod>() else { return };
        let Some(owner) = after.metadata.controller().filter(|owner| owner.kind == "DaemonSet") else { return };
        let key = Key::new(Kind::DaemonSet, after.namespace(), &owner.name);
        let Some(watched) = self.watched.get_mut(&key) else { return };
        let is_gone = change.kind == crate::cluster::ChangeKind::Deleted;
        let was = before.is_some_and(|pod| pod.is_ready()) || (is_gone && before.is_none() && after.is_ready());
        let is = !is_gone && after.is_ready();
        watched.now += i64::from(is) - i64::from(was);
        watched.lowest = watched.lowest.min(watched.now);
        watched.last = now.as_millis();
    }
}

fn ready(sim: &Simulation) -> BTreeMap<Key, Watched> {
    let store = sim.cluster().store();
    let of = |ds: &DaemonSet| {
        let ready = store.pods_of(ds.uid()).filter(|pod| pod.is_ready()).count() as i64;
        Watched { first: ready, lowest: ready, now: ready, last: sim.now().as_millis() }
    };
    store.list::<DaemonSet>().map(|ds| (ds.key(), of(ds))).collect()
}

/// The longest that pods have to be ready before they count as available, and a little more.
fn slowest(sim: &Simulation) -> Duration {
    let seconds = |ds: &DaemonSet| ds.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0);
    let most = sim.cluster().store().list::<DaemonSet>().map(|ds| seconds(ds)).max().unwrap_or(0);
    Duration::from_secs(u64::try_from(most).unwrap_or(0) + 5)
}

fn current(sim: &Simulation) -> BTreeMap<Key, String> {
    let store = sim.cluster().store();
    let of = |ds: &std::rc::Rc<DaemonSet>| (ds.key(), survey(store, ds, sim.cluster().now()).hash);
    store.list::<DaemonSet>().map(of).collect()
}
