//! What a DaemonSet says of itself (`updateDaemonSetStatus`).

use std::rc::Rc;
use std::time::Duration;

use super::super::pods::{is_available, is_ready};
use super::super::{Desk, Work};
use super::manage::by_age;
use super::{View, min_ready_seconds, rolling_update};
use crate::api::{DaemonSetStatus, Resource};

/// Whether the controller has acted on the generation it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Observed {
    /// Not yet: it waits for what it asked for before.
    Before,
    /// It has.
    Now,
}

/// Counts, and writes the status if anything in it changed.
pub(super) fn update(desk: &mut Desk<'_>, view: &View, observed: Observed) {
    let ds = &view.ds;
    let generation = ds.metadata.generation.unwrap_or(0);
    let old = ds.status.clone().unwrap_or_default();
    let mut new = count(desk, view);
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

fn count(desk: &Desk<'_>, view: &View) -> DaemonSetStatus {
    let mut status = DaemonSetStatus::default();
    let (mut updated, mut available) = (0, 0);
    for (node, placement) in view.nodes.iter().zip(&view.placements) {
        let oldest = view.on(node.name()).iter().min_by(|a, b| by_age(a, b));
        if !placement.should_run {
            status.number_misscheduled += i32::from(oldest.is_some());
            continue;
        }
        status.desired_number_scheduled += 1;
        let Some(pod) = oldest else { continue };
        status.current_number_scheduled += 1;
        status.number_ready += i32::from(is_ready(pod));
        available += i32::from(is_available(pod, min_ready_seconds(&view.ds), desk.cluster.now()));
        updated += i32::from(rolling_update::is_updated(view, pod));
    }
    // The API leaves zeros of these three out.
    let unless_zero = |number: i32| (number != 0).then_some(number);
    status.updated_number_scheduled = unless_zero(updated);
    status.number_available = unless_zero(available);
    status.number_unavailable = unless_zero(status.desired_number_scheduled - available);
    status
}
