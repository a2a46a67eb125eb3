//! The Deployment controller: ReplicaSets, one for each template, grow and shrink (`pkg/controller/deployment`).

mod replica_sets;
mod rollout;
mod scale;
mod status;

use std::rc::Rc;
use std::time::Duration;

use super::owner::{self, Round, scaled, selects};
use super::{Desk, Work};
use crate::api::selector::Selector;
use crate::api::{ApiError, Deployment, Head, IntOrString, Key, Kind, Object, Pod, ReplicaSet, Resource};
use crate::cluster::{Change, ChangeKind, Reason};

/// From a change to the look it wakes.
const NOTICE: Duration = Duration::from_millis(4);

/// A Deployment that waits for the last old pod is woken by its end.
pub(super) fn observe_pod(desk: &mut Desk<'_>, change: &Change) {
    let Some((_, pod)) = change.of::<Pod>().filter(|_| change.kind == ChangeKind::Deleted) else { return };
    let store = desk.cluster.store();
    let set = pod.metadata.controller().filter(|owner| owner.kind == Kind::ReplicaSet.name());
    let set = set.and_then(|owner| store.get::<ReplicaSet>(pod.namespace(), &owner.name));
    let owner = set.and_then(|set| set.metadata.controller());
    let deployment = owner.and_then(|owner| store.get::<Deployment>(pod.namespace(), &owner.name));
    let Some(deployment) = deployment.filter(|it| !is_rolling(it)) else { return };
    let key = deployment.key();
    let sets: Vec<&Rc<ReplicaSet>> = store.dependents(deployment.uid()).filter_map(ReplicaSet::of).collect();
    let has_pods = sets.iter().any(|set| store.dependents(set.uid()).any(|object| object.kind() == Kind::Pod));
    if !has_pods {
        desk.later(NOTICE, Work::Sync(key));
    }
}

/// One look at one Deployment (`syncDeployment`).
///
/// # Errors
/// Where something could not be written: the look has to be repeated. As upstream's, a look that writes the status twice fails
/// the second time, because it goes by what it read at first.
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) -> Result<(), ApiError> {
    let Some(deployment) = desk.cluster.store().at::<Deployment>(key).cloned() else {
        return Ok(());
    };
    let this = Object::from(Rc::clone(&deployment));
    let selector = deployment.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok());
    let Some(selector) = selector else { return Ok(()) };
    let mut it = (*deployment).clone();
    if selector.is_everything() {
        let message = "This deployment is selecting all pods. A non-empty selector is required.";
        owner::tell(desk, &this, Reason::Warning("SelectingAll"), message);
        it.status.get_or_insert_default().observed_generation = it.metadata.generation;
        return desk.cluster.update_status(it).map(drop);
    }
    let candidates = desk.cluster.store().objects(Kind::ReplicaSet).filter(|set| set.namespace() == this.namespace());
    let candidates = candidates.cloned().collect();
    let claimed = owner::claim(desk, &this, candidates, &|set| selects(&selector, set));
    let mut sets: Vec<Rc<ReplicaSet>> = claimed.iter().filter_map(ReplicaSet::of).cloned().collect();
    sets.sort_by(|a, b| replica_sets::by_age(a, b));
    let mut look = Look { desk, it, sets };
    if look.it.is_terminating() {
        let sets = look.find_or_create(replica_sets::Missing::Left)?;
        return look.write_status(&sets);
    }
    look.tell_of_pause()?;
    if look.it.spec.as_ref().is_some_and(|spec| spec.paused == Some(true)) || look.is_scaled()? {
        return look.scale_only();
    }
    if is_rolling(&look.it) { look.roll() } else { look.recreate() }
}

/// A look at a Deployment.
struct Look<'a, 'd> {
    desk: &'a mut Desk<'d>,
    /// The Deployment as it was read, with what this look has changed about its status and its annotations.
    it: Deployment,
    /// Its ReplicaSets, by age.
    sets: Vec<Rc<ReplicaSet>>,
}

impl Look<'_, '_> {
    fn this(&self) -> Object {
        Object::from(self.it.clone())
    }

    /// How many pods there are to be.
    fn replicas(&self) -> i32 {
        self.it.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1)
    }

    /// (maxSurge, maxUnavailable) in pods (`ResolveFenceposts`).
    fn fence(&self) -> (i32, i32) {
        let strategy = self.it.spec.as_ref().and_then(|spec| spec.strategy.as_ref());
        let Some(rolling) = strategy.and_then(|it| it.rolling_update.as_ref()).filter(|_| is_rolling(&self.it)) else {
            return (0, 0);
        };
        let of = |value: &Option<IntOrString>, round| {
            value.as_ref().map_or(0, |value| scaled(value, self.replicas(), round)).max(0)
        };
        let (surge, unavailable) = (of(&rolling.max_surge, Round::Up), of(&rolling.max_unavailable, Round::Down));
        // Both can come to nothing when percentages of few pods do: then one at a time.
        let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
        (surge, unavailable.min(self.replicas()))
    }

    /// The most pods there may be.
    fn max_replicas(&self) -> i32 {
        self.replicas().saturating_add(self.fence().0)
    }

    /// Brings only the sizes up to date: while the Deployment is paused, or when its size changed in mid-rollout (`sync`).
    fn scale_only(&mut self) -> Result<(), ApiError> {
        let sets = self.find_or_create(replica_sets::Missing::Left)?;
        self.scale(&sets)?;
        if self.it.spec.as_ref().is_some_and(|spec| spec.paused == Some(true)) {
            self.clean_up(&sets)?;
        }
        self.write_status(&sets)
    }

    /// Whether the number of pods asked for is another than the ReplicaSets were made for (`isScalingEvent`).
    fn is_scaled(&mut self) -> Result<bool, ApiError> {
        let sets = self.find_or_create(replica_sets::Missing::Left)?;
        let wanted = self.replicas();
        let mut active = sets.all().filter(|set| super::replica_set::replicas(set) > 0);
        Ok(active.any(|set| replica_sets::number(set, replica_sets::DESIRED).is_some_and(|desired| desired != wanted)))
    }
}

fn is_rolling(deployment: &Deployment) -> bool {
    let strategy = deployment.spec.as_ref().and_then(|spec| spec.strategy.as_ref());
    strategy.and_then(|strategy| strategy.type_.as_deref()) != Some("Recreate")
}
