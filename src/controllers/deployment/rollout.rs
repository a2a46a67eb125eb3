//! From the old template to the new one: by and by (`rolling.go`), or the old pods first (`recreate.go`).

use std::rc::Rc;

use super::super::pods::is_terminal;
use super::super::replica_set::replicas;
use super::replica_sets::{Missing, Sets, available};
use super::scale::Write;
use super::{Look, is_rolling, status};
use crate::api::{ApiError, Pod, ReplicaSet, Resource};

impl Look<'_, '_> {
    /// One step of a rolling update: up if there is room, else down as far as enough pods are available.
    pub(super) fn roll(&mut self) -> Result<(), ApiError> {
        let sets = self.find_or_create(Missing::Created)?;
        if let Some(new) = &sets.new {
            let size = self.size_of_new(&sets, replicas(new));
            let has_moved = size != replicas(new);
            self.resize(new, size, Write::IfResized)?;
            if has_moved || self.shrink_old(&sets, new)? {
                return self.write_progress(&sets);
            }
        }
        self.finish(&sets)
    }

    /// One step of an update that lets all old pods go before it makes a new one.
    pub(super) fn recreate(&mut self) -> Result<(), ApiError> {
        let mut sets = self.find_or_create(Missing::Left)?;
        let mut has_moved = false;
        for old in sets.old.iter().filter(|set| replicas(set) > 0) {
            self.resize(old, 0, Write::IfResized)?;
            has_moved = true;
        }
        if has_moved || self.has_old_pods(&sets) {
            return self.write_progress(&sets);
        }
        if sets.new.is_none() {
            sets = self.find_or_create(Missing::Created)?;
        }
        if let Some(new) = &sets.new {
            self.resize(new, self.replicas(), Write::IfResized)?;
        }
        self.finish(&sets)
    }

    fn finish(&mut self, sets: &Sets) -> Result<(), ApiError> {
        if status::is_complete(&self.it, &self.it.status.clone().unwrap_or_default()) {
            self.clean_up(sets)?;
        }
        self.write_progress(sets)
    }

    /// Whether a pod of an old template still runs, or a ReplicaSet says so.
    fn has_old_pods(&self, sets: &Sets) -> bool {
        let store = self.desk.cluster.store();
        let runs = |set: &Rc<ReplicaSet>| store.dependents(set.uid()).filter_map(Pod::of).any(|pod| !is_terminal(pod));
        sets.old.iter().any(|set| set.status.as_ref().is_some_and(|status| status.replicas > 0) || runs(set))
    }

    /// How many pods the new ReplicaSet is to have next, of `size` that it has now (`NewRSNewReplicas`).
    pub(super) fn size_of_new(&self, sets: &Sets, size: i32) -> i32 {
        let wanted = self.replicas();
        if !is_rolling(&self.it) || size >= wanted {
            return wanted;
        }
        let room = self.max_replicas() - sets.total();
        size + room.clamp(0, wanted - size)
    }

    /// Takes from the old ReplicaSets what may go: first pods that are not available anyway, then as many as are available
    /// beyond what is needed. Says whether anything went (`reconcileOldReplicaSets`).
    fn shrink_old(&mut self, sets: &Sets, new: &Rc<ReplicaSet>) -> Result<bool, ApiError> {
        let mut old: Vec<Rc<ReplicaSet>> = sets.old.iter().filter(|set| replicas(set) > 0).cloned().collect();
        let needed = self.replicas() - self.fence().1;
        let may_go = sets.total() - needed - (replicas(new) - available(new));
        if old.is_empty() || may_go <= 0 {
            return Ok(false);
        }
        let mut gone = 0;
        for set in &mut old {
            let unhealthy = (replicas(set) - available(set)).clamp(0, may_go - gone);
            *set = self.resize(set, replicas(set) - unhealthy, Write::IfResized)?;
            gone += unhealthy;
        }
        let serving: i32 = old.iter().chain([new]).map(|set| available(set)).sum();
        let mut spare = (serving - needed).max(0);
        for set in &old {
            let going = spare.min(replicas(set));
            self.resize(set, replicas(set) - going, Write::IfResized)?;
            spare -= going;
            gone += going;
        }
        Ok(gone > 0)
    }
}
