//! The events that controllers tell: found by when they were told last, and by their name only when somebody asks.

use std::rc::Rc;

use jiff::Timestamp;

use crate::api::paged::PagedMap;
use crate::api::{Event, Object, Resource};

/// Events that are still the notes they were made from. There are many times as many as other objects, and hardly one is ever
/// looked for by its name: so no name is put together and kept for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// By the `resourceVersion` that each was written at: the oldest first.
    all: PagedMap<u64, Object>,
    /// How many events are elsewhere, written or changed by people.
    pub(super) written: usize,
}

impl Notes {
    /// Puts a note in the place of the one it goes on from, written at the `resourceVersion` `earlier` (0 if it is the first);
    /// gives that one, if it is still there.
    pub(super) fn put(&mut self, event: &Rc<Event>, earlier: u64) -> Option<Object> {
        let revision = event.note().map(|note| note.revision)?;
        let before = if earlier > 0 { self.all.remove(|revision| revision.cmp(&earlier)) } else { None };
        self.all.insert(revision, Object::Event(Rc::clone(event)));
        before
    }

    /// The note with this name.
    pub(super) fn find(&self, namespace: &str, name: &str) -> Option<&Object> {
        self.named(namespace, name).map(|(_, event)| event)
    }

    /// Takes out the note with this name.
    pub(super) fn remove(&mut self, namespace: &str, name: &str) -> Option<Object> {
        let (&wanted, _) = self.named(namespace, name)?;
        self.all.remove(|revision| revision.cmp(&wanted))
    }

    /// Takes out the oldest note, if nothing was said with it since `since`.
    pub(super) fn take_older(&mut self, since: Timestamp) -> Option<Object> {
        let oldest = self.iter().next().and_then(|event| Event::of(event)?.note())?;
        if oldest.last > since {
            return None;
        }
        self.all.pop_first().map(|(_, event)| event)
    }

    fn named(&self, namespace: &str, name: &str) -> Option<(&u64, &Object)> {
        let is = |event: &Object| matches!(event, Object::Event(event) if event.is_noted_as(namespace, name));
        self.all.iter().find(|(_, event)| is(event))
    }

    /// All, those that were told last at the end.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Object> {
        self.all.iter().map(|(_, event)| event)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ChangeKind, Cluster, DeleteOptions, Reason, Source};
    use crate::api::{Key, Kind, Namespace, Object};
    use jiff::Timestamp;

    #[test]
    fn an_event_is_found_by_its_name_whoever_wrote_it_last() {
        let mut cluster = Cluster::new(1, Timestamp::UNIX_EPOCH);
        let about = Object::from(cluster.store().get::<Namespace>("", "default").expect("it is always there").clone());
        let tell = |cluster: &mut Cluster, message: &str| {
            cluster.record(&about, &Source::NodeController, Reason::Normal("Told"), message);
        };
        tell(&mut cluster, "once");
        tell(&mut cluster, "twice");
        let events = |cluster: &Cluster| cluster.store().objects(Kind::Event).cloned().collect::<Vec<_>>();
        let count = |object: &Object| if let Object::Event(event) = object { event.count } else { None };
        let [mut once, twice] = events(&cluster).try_into().expect("two events");
        let (key, before) = (once.key(), cluster.store().len());
        assert_eq!(cluster.store().object(&key), Some(&once));
        assert_eq!(cluster.store().object(&Key::new(Kind::Event, "default", once.name())).map(count), Some(Some(1)));
        // A person's change takes the note's place, and so does what is told next.
        once.meta_mut().annotations.get_or_insert_default().insert("by".to_owned(), "hand".to_owned());
        cluster.update(once).expect("a change");
        assert!(cluster.store().object(&key).is_some_and(|event| event.meta().annotations.is_some()));
        tell(&mut cluster, "once");
        assert_eq!(cluster.store().object(&key).map(count), Some(Some(2)));
        assert_eq!((cluster.store().len(), events(&cluster).len()), (before, 2));
        for key in [key, twice.key()] {
            cluster.delete(&key, &DeleteOptions::default()).expect("it is there");
            assert_eq!(cluster.store().object(&key), None);
        }
        assert!(events(&cluster).is_empty());
    }

    #[test]
    fn an_event_goes_an_hour_after_it_was_told_last() {
        let after = |seconds| Timestamp::from_second(seconds).expect("a time");
        let mut cluster = Cluster::new(1, after(0));
        let about = Object::from(cluster.store().get::<Namespace>("", "default").expect("it is always there").clone());
        let tell = |cluster: &mut Cluster, seconds, message: &str| {
            cluster.set_now(after(seconds));
            cluster.record(&about, &Source::NodeController, Reason::Normal("Told"), message);
        };
        tell(&mut cluster, 10, "once");
        tell(&mut cluster, 20, "again");
        tell(&mut cluster, 1500, "again");
        cluster.take_changes();
        let told = |cluster: &Cluster| cluster.store().objects(Kind::Event).count();
        for (seconds, left) in [(3600, 2), (3659, 2), (3660, 1), (5099, 1), (5160, 0)] {
            cluster.set_now(after(seconds));
            assert_eq!(told(&cluster), left, "after {seconds} s");
        }
        assert_eq!(cluster.take_changes().iter().filter(|change| change.kind == ChangeKind::Deleted).count(), 2);
    }
}
