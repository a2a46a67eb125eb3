//! The StatefulSet controller: pods with names and an order, created from the first to the last, deleted and updated from the
//! last to the first (`pkg/controller/statefulset`).
//!
//! Claims of storage are created, and stay when their pods go; nothing binds them, and no pod waits for that.

mod history;
mod identity;
mod status;

use std::rc::Rc;

use super::owner::{self, in_batches, selects};
use super::pods::{is_available, is_terminal, phase};
use super::replica_set::next_available;
use super::{Desk, Work};
use crate::api::selector::Selector;
use crate::api::{ApiError, Key, Object, Pod, Resource, StatefulSet, StatefulSetSpec};
use crate::cluster::{DeleteOptions, Reason};
use history::Revisions;
use identity::{ordinal, revision_of};

/// One look at one StatefulSet.
///
/// # Errors
/// Where a pod, a claim, a revision or the status could not be written.
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) -> Result<(), ApiError> {
    let Some(set) = desk.cluster.store().at::<StatefulSet>(key).cloned() else {
        return Ok(());
    };
    let Some(selector) = set.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok()) else {
        return Ok(());
    };
    let this = Object::from(Rc::clone(&set));
    let revisions = history::find_or_create(desk, &set, &this, &selector)?;
    let is_member = |object: &Object| selects(&selector, object) && ordinal(object.name(), set.name()).is_some();
    let candidates = owner::candidates(desk, &this);
    let claimed = owner::claim(desk, &this, candidates, &is_member);
    let pods = owner::pods(&claimed);
    let mut look = Look { desk, set: &set, this, revisions: &revisions, replicas: vec![], condemned: vec![] };
    look.line_up(&pods);
    let mut counts = look.count(&pods);
    let updated = if set.is_terminating() { Ok(()) } else { look.update(&mut counts) };
    look.write_status(&counts)?;
    updated?;
    history::clean_up(desk, &set, &pods, &revisions);
    let min_ready = spec(&set).min_ready_seconds.unwrap_or(0);
    if min_ready > 0 && counts.ready != counts.available {
        let wait = next_available(&pods, min_ready, desk);
        desk.later(wait, Work::SyncLater(key.clone()));
    }
    Ok(())
}

fn spec(set: &StatefulSet) -> StatefulSetSpec {
    set.spec.clone().unwrap_or_default()
}

/// A look at a StatefulSet.
struct Look<'a, 'd> {
    desk: &'a mut Desk<'d>,
    set: &'a Rc<StatefulSet>,
    this: Object,
    revisions: &'a Revisions,
    /// A place for each pod there is to be, by ordinal; empty where it is missing.
    replicas: Vec<Option<Rc<Pod>>>,
    /// The pods beyond, the last one first.
    condemned: Vec<Rc<Pod>>,
}

/// Whether a step lets the next one be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    GoOn,
    Wait,
}

impl Look<'_, '_> {
    /// The ordinal of the first pod.
    fn start(&self) -> i32 {
        self.set.spec.as_ref().and_then(|spec| spec.ordinals.as_ref()?.start).unwrap_or(0)
    }

    /// Whether pods come and go one after the other.
    fn is_ordered(&self) -> bool {
        self.set.spec.as_ref().and_then(|spec| spec.pod_management_policy.as_deref()) != Some("Parallel")
    }

    fn is_available(&self, pod: &Pod) -> bool {
        let min_ready = self.set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0);
        is_available(pod, min_ready, self.desk.cluster.now())
    }

    /// Whether a pod runs and has been ready for long enough.
    fn serves(&self, pod: &Pod) -> bool {
        phase(pod) == "Running" && pod.is_ready() && self.is_available(pod)
    }

    /// Gives every pod its place.
    fn line_up(&mut self, pods: &[Rc<Pod>]) {
        let wanted = usize::try_from(spec(self.set).replicas.unwrap_or(1)).unwrap_or(0);
        self.replicas = vec![None; wanted];
        for pod in pods {
            let ordinal = ordinal(pod.name(), self.set.name()).unwrap_or(0);
            match usize::try_from(ordinal - self.start()).ok().filter(|place| *place < wanted) {
                Some(place) => self.replicas[place] = Some(Rc::clone(pod)),
                None => self.condemned.push(Rc::clone(pod)),
            }
        }
        let set = self.set.name();
        self.condemned.sort_by_key(|pod| std::cmp::Reverse(ordinal(pod.name(), set)));
    }

    /// Creates, deletes and replaces pods as far as the order allows (`updateStatefulSet`).
    fn update(&mut self, counts: &mut status::Counts) -> Result<(), ApiError> {
        let first_unavailable = self.first_unavailable();
        let replicas = self.replicas.len();
        let mut then = self.each(replicas, &mut |look, place| look.keep(place))?;
        if then == Then::GoOn {
            let condemned = self.condemned.len();
            then = self.each(condemned, &mut |look, place| look.condemn(place, first_unavailable.as_ref()))?;
        }
        let is_on_delete = spec(self.set).update_strategy.and_then(|it| it.type_).as_deref() == Some("OnDelete");
        if then == Then::GoOn && !is_on_delete {
            self.replace_last(counts);
        }
        Ok(())
    }

    /// Does something for each place: one after the other until one has to be waited for, or all of them at once.
    fn each(
        &mut self,
        places: usize,
        act: &mut dyn FnMut(&mut Self, usize) -> Result<Then, ApiError>,
    ) -> Result<Then, ApiError> {
        if !self.is_ordered() {
            in_batches(places, &mut |place| act(self, place).map(drop)).1?;
            return Ok(Then::GoOn);
        }
        for place in 0..places {
            if act(self, place)? == Then::Wait {
                return Ok(Then::Wait);
            }
        }
        Ok(Then::GoOn)
    }

    /// The first pod that does not serve, those beyond the number included.
    fn first_unavailable(&self) -> Option<Key> {
        let is_unavailable = |pod: &&Rc<Pod>| pod.is_terminating() || !self.is_available(pod);
        if self.replicas.iter().any(Option::is_none) {
            let before = self.replicas.iter().map_while(Option::as_ref).find(is_unavailable);
            return before.map(|pod| pod.key());
        }
        self.replicas.iter().flatten().chain(self.condemned.iter().rev()).find(is_unavailable).map(|pod| pod.key())
    }

    /// Makes sure of one pod (`processReplica`).
    fn keep(&mut self, place: usize) -> Result<Then, ApiError> {
        let Some(pod) = self.replicas[place].clone() else {
            self.create(place)?;
            return Ok(Then::Wait);
        };
        if is_terminal(&pod) {
            if !pod.is_terminating() {
                self.delete(&pod);
            }
            return Ok(Then::Wait);
        }
        if phase(&pod) == "Pending" {
            identity::create_claims(self.desk, self.set, &self.this, self.start(), place)?;
        }
        if self.is_ordered() && (pod.is_terminating() || !self.serves(&pod)) {
            return Ok(Then::Wait);
        }
        let mut updated = Rc::clone(&pod);
        identity::label(Rc::make_mut(&mut updated), self.set.name());
        if updated != pod {
            let result = self.desk.cluster.update(updated).map(drop);
            self.tell("Update", pod.name(), result)?;
        }
        Ok(Then::GoOn)
    }

    /// Lets one pod beyond the number go (`processCondemned`).
    fn condemn(&mut self, place: usize, first_unavailable: Option<&Key>) -> Result<Then, ApiError> {
        let pod = Rc::clone(&self.condemned[place]);
        let must_wait = self.is_ordered() && !self.serves(&pod) && first_unavailable != Some(&pod.key());
        if !(must_wait || pod.is_terminating()) {
            self.delete(&pod);
        }
        Ok(Then::Wait)
    }

    /// Deletes the last pod that is of another template than the newest, once all after it serve.
    fn replace_last(&mut self, counts: &mut status::Counts) {
        let rolling = spec(self.set).update_strategy.and_then(|strategy| strategy.rolling_update);
        let partition = rolling.and_then(|rolling| rolling.partition).unwrap_or(0);
        let partition = usize::try_from(partition).unwrap_or(0);
        for pod in self.replicas.clone().iter().skip(partition).rev() {
            let Some(pod) = pod else { return };
            if revision_of(pod) != self.revisions.update.name() && !pod.is_terminating() {
                self.delete(pod);
                counts.current -= 1;
                return;
            }
            if pod.is_terminating() || !self.is_available(pod) {
                return;
            }
        }
    }

    fn create(&mut self, place: usize) -> Result<(), ApiError> {
        let pod = identity::pod(self.set, &self.this, self.revisions, self.start(), place);
        let name = pod.metadata.name.clone().unwrap_or_default();
        identity::create_claims(self.desk, self.set, &self.this, self.start(), place)?;
        match self.desk.cluster.create(pod).map(drop) {
            Err(error @ ApiError::AlreadyExists(..)) => Err(error),
            result => self.tell("Create", &name, result),
        }
    }

    /// Deletes a pod; one that is gone already is as good.
    fn delete(&mut self, pod: &Pod) {
        let deleted = self.desk.cluster.delete(&pod.key(), &DeleteOptions::default()).map(drop);
        let _ = self.tell("Delete", pod.name(), deleted);
    }

    /// Tells what became of a pod (`recordPodEvent`).
    fn tell(&mut self, verb: &str, pod: &str, result: Result<(), ApiError>) -> Result<(), ApiError> {
        let (reason, end) = match (&result, verb) {
            (Ok(()), "Create") => (Reason::Normal("SuccessfulCreate"), "successful".to_owned()),
            (Ok(()), "Delete") => (Reason::Normal("SuccessfulDelete"), "successful".to_owned()),
            (Ok(()), _) => (Reason::Normal("SuccessfulUpdate"), "successful".to_owned()),
            (Err(error), "Create") => (Reason::Warning("FailedCreate"), format!("failed error: {error}")),
            (Err(error), "Delete") => (Reason::Warning("FailedDelete"), format!("failed error: {error}")),
            (Err(error), _) => (Reason::Warning("FailedUpdate"), format!("failed error: {error}")),
        };
        let message = format!("{verb} Pod {pod} in StatefulSet {} {end}", self.set.name());
        owner::tell(self.desk, &self.this, reason, &message);
        result
    }
}
