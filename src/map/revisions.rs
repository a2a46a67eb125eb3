//! The remembered templates.

use crate::api::{ControllerRevision, Pod, Resource};
use crate::cluster::Store;

/// The revisions of all owners.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions(Vec<Known>);

/// A revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The uid of whom it belongs to.
    owner: String,
    hash: String,
    /// Its number, from 1.
    pub number: i64,
    /// Whether its owner has none that is newer.
    pub newest: bool,
}

impl Revisions {
    /// Those in the store.
    pub fn of(store: &Store) -> Revisions {
        let mut all: Vec<Known> = vec![];
        for revision in store.list::<ControllerRevision>() {
            let owner = revision.metadata.owner_references.iter().flatten().next();
            let owner = owner.map(|owner| owner.uid.clone()).unwrap_or_default();
            let hash = revision.label("controller-revision-hash").unwrap_or_default().to_owned();
            let number = revision.revision;
            let mut newest = true;
            for other in all.iter_mut().filter(|other| other.owner == owner) {
                newest &= other.number <= number;
                other.newest &= other.number >= number;
            }
            all.push(Known { owner, hash, number, newest });
        }
        Revisions(all)
    }

    /// The hash of a pod's template, and its revision if that is remembered.
    pub fn of_pod<'a>(&'a self, pod: &'a Pod) -> Option<(&'a str, Option<&'a Known>)> {
        let hash = pod.label("controller-revision-hash").or_else(|| pod.label("pod-template-hash"))?;
        Some((hash, self.0.iter().rfind(|known| known.hash == hash)))
    }

    /// The newest number of an owner.
    pub fn newest(&self, owner: &str) -> Option<i64> {
        self.0.iter().find(|known| known.owner == owner && known.newest).map(|known| known.number)
    }
}
