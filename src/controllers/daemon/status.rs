//! What a DaemonSet says of itself (`updateDaemonSetStatus`).

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::super::pods::is_available;
use super::super::{Desk, Work};
use super::ledger::{Ledger, Tally};
use super::manage::by_age;
use super::placement::Placement;
use super::{View, min_ready_seconds, rolling_update};
use crate::api::{DaemonSetStatus, Pod, Resource};

/// Whether the controller has acted on the generation it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Observed {
    /// Not yet: it waits for what it asked for before.
    Before,
    /// It has.
    Now,
}

/// Counts, and writes the status if anything in it changed.
pub(super) fn update(desk: &mut Desk<'_>, view: &View, ledger: &Ledger, observed: Observed) {
    let ds = &view.ds;
    let generation = ds.metadata.generation.unwrap_or(0);
    let old = ds.status.clone().unwrap_or_default();
    let mut new = status(ledger.total());
    new.collision_count = old.collision_count;
    new.conditions.clone_from(&old.conditions);
    let is_current = old.observed_generation.is_some_and(|seen| seen >= generation);
    new.observed_generation = if observed == Observed::Now { Some(generation) } else { old.observed_generation };
    let min_ready = min_ready_seconds(ds);
    if min_ready > 0 && new.number_ready != new.number_available.unwrap_or(0) {
        desk.later(Duration::from_secs(u64::from(min_ready.unsigned_abs())), Work::DaemonSetLater(ds.key()));
    }
    let counted = DaemonSetStatus { observed_generation: old.observed_generation, ..new.clone() };
    if is_current && counted == old {
        return;
    }
    let mut updated = Rc::clone(ds);
    Rc::make_mut(&mut updated).status = Some(new);
    // Another sync may have written since this one read: the last word counts, as upstream's retry does.
    Rc::make_mut(&mut updated).metadata.resource_version = None;
    let _ = desk.cluster.update_status(updated);
}

fn status(total: &Tally) -> DaemonSetStatus {
    // The API leaves zeros of these three out.
    let unless_zero = |number: i32| (number != 0).then_some(number);
    DaemonSetStatus {
        desired_number_scheduled: total.desired,
        current_number_scheduled: total.current,
        number_ready: total.ready,
        number_misscheduled: total.misscheduled,
        updated_number_scheduled: unless_zero(total.updated),
        number_available: unless_zero(total.available),
        number_unavailable: unless_zero(total.desired - total.available),
        ..DaemonSetStatus::default()
    }
}

/// Counts one node, by the oldest of its pods.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn count(view: &View, placement: Option<Placement>, pods: &[&Rc<Pod>], now: Timestamp, tally: &mut Tally) {
    let Some(placement) = placement else { return };
    let oldest = pods.iter().min_by(|a, b| by_age(a, b));
    if !placement.should_run {
        tally.misscheduled = i32::from(oldest.is_some());
        return;
    }
    tally.desired = 1;
    let Some(pod) = oldest else { return };
    tally.current = 1;
    tally.ready = i32::from(pod.is_ready());
    tally.available = i32::from(is_available(pod, min_ready_seconds(&view.ds), now));
    tally.updated = i32::from(rolling_update::is_updated(view, pod));
}
