//! How big each ReplicaSet of a Deployment is to be when the Deployment's size changes (`scale` in `sync.go`).

use std::cmp::Reverse;
use std::rc::Rc;

use super::super::owner;
use super::super::replica_set::replicas;
use super::replica_sets::{MAX, Sets, available, by_age, number};
use super::{Look, is_rolling};
use crate::api::{ApiError, ReplicaSet, Resource};
use crate::cluster::Reason;

/// What makes a write of a ReplicaSet necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// Another size.
    IfResized,
    /// Another size of it, or of the Deployment.
    IfAnything,
}

impl Look<'_, '_> {
    /// Brings the sizes up to date: one active ReplicaSet gets the whole size, several share what is added or taken in
    /// proportion to theirs, so that a rollout neither hastens nor turns.
    pub(super) fn scale(&mut self, sets: &Sets) -> Result<(), ApiError> {
        let active: Vec<&Rc<ReplicaSet>> = sets.all().filter(|set| replicas(set) > 0).collect();
        let sole = match active.as_slice() {
            [] => sets.new.as_ref().or(sets.old.last()),
            &[one] => Some(one),
            _ => None,
        };
        if let Some(set) = sole {
            return self.resize(set, self.replicas(), Write::IfResized).map(drop);
        }
        if active.is_empty() {
            return Ok(());
        }
        let is_saturated = sets.new.as_ref().is_some_and(|new| {
            let wanted = self.replicas();
            replicas(new) == wanted && number(new, super::replica_sets::DESIRED) == Some(wanted) && available(new) == wanted
        });
        if is_saturated {
            for old in sets.old.iter().filter(|set| replicas(set) > 0) {
                self.resize(old, 0, Write::IfResized)?;
            }
            return Ok(());
        }
        if is_rolling(&self.it) { self.scale_in_proportion(active) } else { Ok(()) }
    }

    fn scale_in_proportion(&mut self, mut active: Vec<&Rc<ReplicaSet>>) -> Result<(), ApiError> {
        let allowed = if self.replicas() > 0 { self.max_replicas() } else { 0 };
        let to_add = allowed - active.iter().map(|set| replicas(set)).sum::<i32>();
        // The largest first; of equal ones the newer grows first and the older shrinks first.
        active.sort_by(|a, b| by_age(a, b));
        if to_add > 0 {
            active.reverse();
        }
        active.sort_by_key(|set| Reverse(replicas(set)));
        let mut added = 0;
        let mut sizes = vec![];
        for set in &active {
            let left = to_add - added;
            let share = self.share(set);
            let share = if to_add > 0 { share.min(left) } else { share.max(left) };
            let share = if left == 0 { 0 } else { share };
            added += share;
            sizes.push(replicas(set) + share);
        }
        // The largest takes what rounding has left.
        sizes[0] = (sizes[0] + to_add - added).max(0);
        for (set, size) in active.into_iter().zip(sizes) {
            self.resize(set, size, Write::IfAnything)?;
        }
        Ok(())
    }

    /// How many pods a ReplicaSet would gain if all of them kept their proportions (`getReplicaSetFraction`).
    fn share(&self, set: &ReplicaSet) -> i32 {
        let size = replicas(set);
        if self.replicas() == 0 {
            return -size;
        }
        let present = self.it.status.as_ref().and_then(|status| status.replicas).unwrap_or(0);
        let before = number(set, MAX).filter(|before| *before > 0).unwrap_or(present);
        if before == 0 {
            return 0;
        }
        let exact = f64::from(size) * f64::from(self.max_replicas()) / f64::from(before);
        exact.round() as i32 - size
    }

    /// Gives a ReplicaSet another size, and tells of it. Gives the ReplicaSet as it is then (`scaleReplicaSet`).
    pub(super) fn resize(&mut self, set: &Rc<ReplicaSet>, size: i32, write: Write) -> Result<Rc<ReplicaSet>, ApiError> {
        let before = replicas(set);
        if before == size && write == Write::IfResized {
            return Ok(Rc::clone(set));
        }
        let mut updated = Rc::clone(set);
        let it = Rc::make_mut(&mut updated);
        it.spec.get_or_insert_default().replicas = Some(size);
        self.annotate_sizes(it.metadata.annotations.get_or_insert_default());
        let stored = self.desk.cluster.update(updated)?;
        if before != size {
            let way = if before < size { "up" } else { "down" };
            let message = format!("Scaled {way} replica set {} from {before} to {size}", set.name());
            owner::tell(self.desk, &self.this(), Reason::Normal("ScalingReplicaSet"), &message);
        }
        Ok(ReplicaSet::of(&stored).map_or_else(|| Rc::clone(set), Rc::clone))
    }
}
