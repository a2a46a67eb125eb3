//! The ReplicaSets of a Deployment: which one is of its template, and the annotations by which they are told apart
//! (`getNewReplicaSet` in `sync.go`, `deployment_util.go`).

use std::cmp::Ordering;
use std::rc::Rc;

use super::super::owner::{self, is_controlled_by};
use super::super::replica_set::replicas;
use super::super::revisions::template_hash;
use super::Look;
use super::status::{PROGRESSING, condition, conditions_of, set_condition};
use crate::api::{
    ApiError, Deployment, Key, Kind, ObjectMeta, PodTemplateSpec, ReplicaSet, ReplicaSetSpec, Resource, StringMap,
};
use crate::cluster::{DeleteOptions, Reason};

/// The label that tells the pods of one template from those of another.
const HASH: &str = "pod-template-hash";
/// The annotation with the number of a revision.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// The annotation with the numbers a revision had before.
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// The annotation with the number of pods the Deployment asked for when the ReplicaSet was scaled.
pub(super) const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
/// The annotation with the most pods it could have then.
pub(super) const MAX: &str = "deployment.kubernetes.io/max-replicas";
/// The annotations that a ReplicaSet does not take from its Deployment (`annotationsToSkip`).
const NOT_COPIED: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
];
/// How long the list of former revisions may get, in characters.
const LONGEST_HISTORY: usize = 2000;

/// The ReplicaSets of a Deployment, told apart.
pub(super) struct Sets {
    /// That of the current template.
    pub(super) new: Option<Rc<ReplicaSet>>,
    /// The others, by age.
    pub(super) old: Vec<Rc<ReplicaSet>>,
}

impl Sets {
    /// All of them, the new one last.
    pub(super) fn all(&self) -> impl Iterator<Item = &Rc<ReplicaSet>> {
        self.old.iter().chain(&self.new)
    }

    /// How many pods these are to have.
    pub(super) fn total(&self) -> i32 {
        self.all().map(|set| replicas(set)).sum()
    }
}

/// What becomes of a ReplicaSet that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is made.
    Created,
    /// It is not.
    Left,
}

/// How many pods of a ReplicaSet are available.
pub(super) fn available(set: &ReplicaSet) -> i32 {
    set.status.as_ref().and_then(|status| status.available_replicas).unwrap_or(0)
}

/// The older first, then by name (`ReplicaSetsByCreationTimestamp`).
pub(super) fn by_age(a: &ReplicaSet, b: &ReplicaSet) -> Ordering {
    let created = |set: &ReplicaSet| set.metadata.creation_timestamp.clone();
    created(a).cmp(&created(b)).then_with(|| a.name().cmp(b.name()))
}

/// The number in an annotation.
pub(super) fn number(set: &ReplicaSet, annotation: &str) -> Option<i32> {
    set.metadata.annotations.as_ref()?.get(annotation)?.parse().ok().filter(|number| *number >= 0)
}

fn revision(set: &ReplicaSet) -> i64 {
    set.metadata.annotations.as_ref().and_then(|all| all.get(REVISION)?.parse().ok()).unwrap_or(0)
}

impl Look<'_, '_> {
    /// Tells the ReplicaSets apart and brings annotations and revisions up to date (`getAllReplicaSetsAndSyncRevision`).
    pub(super) fn find_or_create(&mut self, missing: Missing) -> Result<Sets, ApiError> {
        let template = self.it.spec.as_ref().map(|spec| spec.template.clone()).unwrap_or_default();
        let place = self.sets.iter().position(|set| is_of(set, &template));
        let mut old = self.sets.clone();
        let mut sets = match place {
            Some(place) => Sets { new: Some(old.remove(place)), old },
            None => Sets { new: None, old },
        };
        let next = sets.old.iter().map(|set| revision(set)).max().unwrap_or(0) + 1;
        sets.new = match (&sets.new, missing) {
            (Some(new), _) => {
                let new = self.bring_up_to_date(new, next)?;
                if let Some(place) = place {
                    self.sets[place] = Rc::clone(&new);
                }
                Some(new)
            }
            (None, Missing::Created) => Some(self.create(&sets, template, next)?),
            (None, Missing::Left) => None,
        };
        Ok(sets)
    }

    fn bring_up_to_date(&mut self, new: &Rc<ReplicaSet>, next: i64) -> Result<Rc<ReplicaSet>, ApiError> {
        let min_ready = self.it.spec.as_ref().and_then(|spec| spec.min_ready_seconds);
        let mut updated = Rc::clone(new);
        let it = Rc::make_mut(&mut updated);
        copy_annotations(&self.it, &mut it.metadata, next);
        it.spec.get_or_insert_default().min_ready_seconds = min_ready;
        if updated != *new {
            let stored = self.desk.cluster.update(updated)?;
            return Ok(ReplicaSet::of(&stored).map_or_else(|| Rc::clone(new), Rc::clone));
        }
        let mut is_news = self.set_revision(&revision(new).to_string());
        let knows_progress = condition(conditions_of(&self.it), PROGRESSING).is_some();
        if self.deadline().is_some() && !knows_progress {
            let message = format!("Found new replica set {:?}", new.name());
            self.set_progress("True", "FoundNewReplicaSet", message);
            is_news = true;
        }
        if is_news {
            self.desk.cluster.update_status(self.it.clone())?;
        }
        Ok(updated)
    }

    /// Puts the number of the newest revision on the Deployment; says whether it was another one.
    fn set_revision(&mut self, number: &str) -> bool {
        let annotations = self.it.metadata.annotations.get_or_insert_default();
        annotations.insert(REVISION.to_owned(), number.to_owned()).as_deref() != Some(number)
    }

    fn set_progress(&mut self, status: &str, reason: &str, message: String) {
        let now = self.desk.cluster.now_in_seconds();
        set_condition(self.it.status.get_or_insert_default(), PROGRESSING, status, reason, message, &now);
    }

    fn create(&mut self, sets: &Sets, template: PodTemplateSpec, next: i64) -> Result<Rc<ReplicaSet>, ApiError> {
        let collisions = self.it.status.as_ref().and_then(|status| status.collision_count);
        let hash = template_hash(&template, collisions);
        let mut set = self.draft(template, &hash, next);
        let wanted = self.size_of_new(sets, 0);
        set.spec.get_or_insert_default().replicas = Some(wanted);
        let name = set.name().to_owned();
        let created = match self.desk.cluster.create(set) {
            Ok(created) => created,
            Err(error) => return self.not_created(&name, error),
        };
        if wanted > 0 {
            let message = format!("Scaled up replica set {name} from 0 to {wanted}");
            owner::tell(self.desk, &self.this(), Reason::Normal("ScalingReplicaSet"), &message);
        }
        let mut is_news = self.set_revision(&next.to_string());
        if self.deadline().is_some() {
            self.set_progress("True", "NewReplicaSetCreated", format!("Created new replica set {name:?}"));
            is_news = true;
        }
        if is_news {
            self.desk.cluster.update_status(self.it.clone())?;
        }
        let created = ReplicaSet::of(&created).cloned().unwrap_or_default();
        self.sets.push(Rc::clone(&created));
        Ok(created)
    }

    /// The new ReplicaSet, without a size.
    fn draft(&self, mut template: PodTemplateSpec, hash: &str, next: i64) -> ReplicaSet {
        let spec = self.it.spec.clone().unwrap_or_default();
        let labels = template.metadata.get_or_insert_default().labels.get_or_insert_default();
        labels.insert(HASH.to_owned(), hash.to_owned());
        let mut selector = spec.selector;
        selector.match_labels.get_or_insert_default().insert(HASH.to_owned(), hash.to_owned());
        let mut metadata = ObjectMeta {
            name: Some(format!("{}-{hash}", self.it.name())),
            namespace: self.it.metadata.namespace.clone(),
            labels: Some(labels.clone()),
            owner_references: Some(vec![owner::reference(&self.this())]),
            ..ObjectMeta::default()
        };
        copy_annotations(&self.it, &mut metadata, next);
        self.annotate_sizes(metadata.annotations.get_or_insert_default());
        let spec =
            ReplicaSetSpec { min_ready_seconds: spec.min_ready_seconds, replicas: None, selector, template: Some(template) };
        ReplicaSet { metadata, spec: Some(spec), status: None }
    }

    /// A name that is taken is that of another template with the same hash: another count of collisions gives another one at
    /// the next look. Any other refusal is told.
    fn not_created(&mut self, name: &str, error: ApiError) -> Result<Rc<ReplicaSet>, ApiError> {
        if matches!(error, ApiError::AlreadyExists(..)) {
            let there = Key::new(Kind::ReplicaSet, self.it.namespace(), name);
            let template = self.it.spec.as_ref().map(|spec| spec.template.clone()).unwrap_or_default();
            let there = self.desk.cluster.store().object(&there).filter(|set| is_controlled_by(set, &self.this()));
            if let Some(set) = there.and_then(ReplicaSet::of).filter(|set| is_of(set, &template)) {
                return Ok(Rc::clone(set));
            }
            *self.it.status.get_or_insert_default().collision_count.get_or_insert(0) += 1;
            self.desk.cluster.update_status(self.it.clone())?;
            return Err(error);
        }
        let message = format!("Failed to create new replica set {name:?}: {error}");
        if self.deadline().is_some() {
            self.set_progress("False", "ReplicaSetCreateError", message.clone());
            let _ = self.desk.cluster.update_status(self.it.clone());
        }
        owner::tell(self.desk, &self.this(), Reason::Warning("ReplicaSetCreateError"), &message);
        Err(error)
    }

    /// Writes down for what size of the Deployment a ReplicaSet has its own (`SetReplicasAnnotations`).
    pub(super) fn annotate_sizes(&self, annotations: &mut StringMap) {
        annotations.insert(DESIRED.to_owned(), self.replicas().to_string());
        annotations.insert(MAX.to_owned(), self.max_replicas().to_string());
    }

    /// Deletes the oldest ReplicaSets beyond `revisionHistoryLimit` that have no pods (`cleanupDeployment`).
    pub(super) fn clean_up(&mut self, sets: &Sets) -> Result<(), ApiError> {
        let Some(limit) = self.it.spec.as_ref().and_then(|spec| spec.revision_history_limit) else { return Ok(()) };
        let mut old: Vec<&Rc<ReplicaSet>> = sets.old.iter().filter(|set| !set.is_terminating()).collect();
        let excess = old.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        old.sort_by(|a, b| revision(a).cmp(&revision(b)).then_with(|| by_age(a, b)));
        let is_idle = |set: &&&Rc<ReplicaSet>| {
            let status = set.status.as_ref();
            let is_seen = status.and_then(|status| status.observed_generation) >= set.metadata.generation;
            is_seen && replicas(set) == 0 && status.is_none_or(|status| status.replicas == 0)
        };
        for set in old.iter().take(excess).filter(is_idle) {
            match self.desk.cluster.delete(&set.key(), &DeleteOptions::default()) {
                Err(ApiError::NotFound(..)) | Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether a ReplicaSet is of a template: of the same one but for the label with its hash (`EqualIgnoreHash`).
fn is_of(set: &ReplicaSet, template: &PodTemplateSpec) -> bool {
    let without_hash = |mut template: PodTemplateSpec| {
        template.metadata.get_or_insert_default().labels.get_or_insert_default().remove(HASH);
        template
    };
    let own = set.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
    without_hash(own) == without_hash(template.clone())
}

/// Copies a Deployment's annotations to its new ReplicaSet and numbers that; numbers it had before are kept in a list
/// (`SetNewReplicaSetAnnotations`).
fn copy_annotations(deployment: &Deployment, set: &mut ObjectMeta, next: i64) {
    let annotations = set.annotations.get_or_insert_default();
    for (key, value) in deployment.metadata.annotations.iter().flatten() {
        if !NOT_COPIED.contains(&key.as_str()) {
            annotations.insert(key.clone(), value.clone());
        }
    }
    let before = annotations.get(REVISION).cloned().unwrap_or_default();
    let number = if before.is_empty() { Ok(0) } else { before.parse::<i64>() };
    if number.is_err() || number.is_ok_and(|number| number >= next) {
        return;
    }
    annotations.insert(REVISION.to_owned(), next.to_string());
    if !before.is_empty() {
        let history = annotations.get(REVISION_HISTORY).cloned().unwrap_or_default();
        let mut numbers: Vec<&str> =
            history.split(',').filter(|number| !number.is_empty()).chain([before.as_str()]).collect();
        while numbers.join(",").len() > LONGEST_HISTORY {
            numbers.remove(0);
        }
        let history = numbers.join(",");
        annotations.insert(REVISION_HISTORY.to_owned(), history);
    }
}
