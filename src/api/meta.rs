//! The metadata of pods: what those of one owner have in common is kept once, and written out when somebody reads all of it.

use std::rc::Rc;

use super::brief::{Brief, InShort};
use super::shared::Shared;
use super::{Key, ObjectMeta, OwnerReference, StringMap, Time};

/// What is asked of metadata again and again. Pods answer without writing theirs out.
pub trait Head {
    /// All the other fields than the next seven, of which it speaks as well, but perhaps not the truth.
    fn common(&self) -> &ObjectMeta;

    /// The name, empty while the server has not made one.
    #[inline]
    fn name(&self) -> &str {
        self.common().name.as_deref().unwrap_or_default()
    }
    /// The namespace, empty for cluster-wide kinds.
    #[inline]
    fn namespace(&self) -> &str {
        self.common().namespace.as_deref().unwrap_or_default()
    }
    /// The unique id, empty before the object is stored.
    #[inline]
    fn uid(&self) -> &str {
        self.common().uid.as_deref().unwrap_or_default()
    }
    /// When it was stored.
    fn created_at(&self) -> Option<&Time> {
        self.common().creation_timestamp.as_ref()
    }
    /// Until when it may take to end, if its deletion has begun.
    #[inline]
    fn deletion(&self) -> Option<&Time> {
        self.common().deletion_timestamp.as_ref()
    }
    /// How many seconds that is after the beginning of the deletion.
    #[inline]
    fn grace(&self) -> Option<i64> {
        self.common().deletion_grace_period_seconds
    }
    /// How often what it asks for has changed.
    #[inline]
    fn generation(&self) -> Option<i64> {
        self.common().generation
    }
    /// The key, where it is at hand.
    #[inline]
    fn key(&self) -> Option<&Key> {
        None
    }
    /// The labels.
    #[inline]
    fn labels(&self) -> Option<&StringMap> {
        self.common().labels.as_ref()
    }
    /// The owners.
    #[inline]
    fn owners(&self) -> &[OwnerReference] {
        self.common().owner_references.as_deref().unwrap_or_default()
    }
    /// The finalizers.
    fn finalizers(&self) -> &[String] {
        self.common().finalizers.as_deref().unwrap_or_default()
    }
    /// The owner that controls it.
    #[inline]
    fn controller(&self) -> Option<&OwnerReference> {
        self.owners().iter().find(|owner| owner.controller == Some(true))
    }
}

/// Whether two objects have the same labels: what is written again mostly shares them with what was there before.
#[inline]
pub fn are_labelled_alike(one: &dyn Head, other: &dyn Head) -> bool {
    are_alike(one.labels(), other.labels())
}

/// Whether two objects have the same of something, or both nothing. What both share, as after a change of the status, is not read.
#[inline]
pub fn are_alike<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| std::ptr::eq(one, other)) || one == other
}

impl Head for ObjectMeta {
    #[inline]
    fn common(&self) -> &ObjectMeta {
        self
    }
}

impl Head for Shared<ObjectMeta> {
    #[inline]
    fn common(&self) -> &ObjectMeta {
        self
    }
}

/// The metadata of a pod: it reads like an [`ObjectMeta`].
///
/// Whoever reads it as such has it written out, which takes time and room for every pod; the methods of [`Head`] do not.
pub type Meta = Brief<Short>;

/// Metadata in short.
#[derive(Clone)]
pub struct Short {
    /// As it came in.
    common: Rc<ObjectMeta>,
    key: Key,
    uid: Box<str>,
    created_at: Time,
    generation: Option<i64>,
    deletion: Option<(Time, i64)>,
}

impl Meta {
    /// The `resourceVersion`, if it says one.
    pub(super) fn version(&self) -> Option<&String> {
        self.changed()?.resource_version.as_ref()
    }

    /// Takes a look at all of it, for [`super::fetch::fetch`].
    #[inline]
    pub(super) fn glance(&self) -> usize {
        self.short().map_or(0, |short| Rc::strong_count(short) + usize::from(short.generation.is_some()))
    }

    /// Says what the server makes of the metadata of a new pod.
    pub fn begin(&mut self, key: Key, uid: Box<str>, now: Time, generation: Option<i64>) {
        let common = self.changed().cloned().unwrap_or_default();
        let short = Short { common, key, uid, created_at: now, generation, deletion: None };
        *self = Meta::in_short(Rc::new(short));
    }

    /// Says where the pod will stand in the store, unless that was said before.
    pub(super) fn stand_at(&mut self, place: usize) {
        if self.short().is_some_and(|short| short.key.place().is_none())
            && let Some(short) = self.short_mut()
        {
            let short = Rc::make_mut(short);
            short.key = short.key.clone().standing_at(place);
        }
    }

    /// Says that the pod is being deleted and how long that may take, in seconds.
    pub fn end(&mut self, at: Time, grace: i64) {
        let is_first = self.grace().is_none();
        let generation = self.generation().map(|generation| generation + i64::from(is_first));
        if let Some(short) = self.short_mut() {
            let short = Rc::make_mut(short);
            (short.deletion, short.generation) = (Some((at, grace)), generation);
        } else {
            self.deletion_timestamp = Some(at);
            self.deletion_grace_period_seconds = Some(grace);
            self.generation = generation;
        }
    }
}

impl InShort for Short {
    type Whole = ObjectMeta;

    fn write_out(&self) -> ObjectMeta {
        ObjectMeta {
            name: Some((*self.key.name).to_owned()),
            uid: Some(self.uid.as_ref().to_owned()),
            creation_timestamp: Some(self.created_at.clone()),
            generation: self.generation,
            deletion_timestamp: self.deletion.as_ref().map(|(at, _)| at.clone()),
            deletion_grace_period_seconds: self.deletion.as_ref().map(|(_, grace)| *grace),
            resource_version: None,
            ..ObjectMeta::clone(&self.common)
        }
    }
}

impl Head for Meta {
    #[inline]
    fn name(&self) -> &str {
        self.short().map_or_else(|| Head::name(&**self), |short| &short.key.name)
    }
    #[inline]
    fn namespace(&self) -> &str {
        self.short().map_or_else(|| Head::namespace(&**self), |short| &short.key.namespace)
    }
    #[inline]
    fn uid(&self) -> &str {
        self.short().map_or_else(|| Head::uid(&**self), |short| &short.uid)
    }
    fn created_at(&self) -> Option<&Time> {
        self.short().map_or_else(|| (**self).created_at(), |short| Some(&short.created_at))
    }
    #[inline]
    fn deletion(&self) -> Option<&Time> {
        self.short().map_or_else(|| (**self).deletion(), |short| short.deletion.as_ref().map(|(at, _)| at))
    }
    #[inline]
    fn grace(&self) -> Option<i64> {
        self.short().map_or_else(|| (**self).grace(), |short| short.deletion.as_ref().map(|(_, grace)| *grace))
    }
    #[inline]
    fn generation(&self) -> Option<i64> {
        self.short().map_or_else(|| Head::generation(&**self), |short| short.generation)
    }
    #[inline]
    fn key(&self) -> Option<&Key> {
        self.short().map(|short| &short.key)
    }
    #[inline]
    fn common(&self) -> &ObjectMeta {
        self.short().map_or_else(|| &**self, |short| &short.common)
    }
}

impl From<ObjectMeta> for Meta {
    fn from(meta: ObjectMeta) -> Meta {
        Meta::written(meta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use jiff::Timestamp;

    #[test]
    fn it_says_the_same_in_short_and_written_out() {
        let common = ObjectMeta {
            generate_name: Some("agent-".to_owned()),
            namespace: Some("default".to_owned()),
            labels: Some([("app".to_owned(), "agent".to_owned())].into()),
            owner_references: Some(vec![OwnerReference { controller: Some(true), ..OwnerReference::default() }]),
            ..ObjectMeta::default()
        };
        let (mut meta, now) = (Meta::from(common.clone()), Time(Timestamp::UNIX_EPOCH));
        let says = |head: &dyn Head| {
            let (name, namespace, uid) = (head.name().to_owned(), head.namespace().to_owned(), head.uid().to_owned());
            let times = (head.created_at().cloned(), head.deletion().cloned(), head.grace(), head.generation());
            let rest = (head.labels().cloned(), head.controller().cloned(), head.finalizers().to_vec());
            (name, namespace, uid, times, rest)
        };
        meta.begin(Key::new(Kind::Pod, "default", "agent-x7k2p"), "u".into(), now.clone(), Some(1));
        for is_ending in [false, true, true] {
            if is_ending {
                meta.end(now.clone(), 30);
            }
            assert!(meta.short().is_some());
            assert_eq!(says(&meta), says(&*meta));
            let mut changed = meta.clone();
            changed.labels = None;
            assert!(changed.short().is_none() && changed != meta && changed.name() == "agent-x7k2p");
            changed.labels.clone_from(&common.labels);
            assert_eq!((changed.key().is_none(), &changed), (true, &meta));
            changed.end(now.clone(), 30);
            assert_eq!((changed.grace(), changed.generation()), (Some(30), Some(2)));
        }
    }
}
