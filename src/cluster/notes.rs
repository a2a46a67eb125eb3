//! The events that controllers tell: found by their uid, and by their name only when somebody asks.

use std::rc::Rc;

use crate::api::event::Uid;
use crate::api::table::Table;
use crate::api::{Event, Object};

/// Events that are still the notes they were made from. There are many times as many as other objects, and hardly one is ever
/// looked for by its name: so no name is put together and kept for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// By their number and their uid, which is theirs alone.
    all: Table<(u32, Uid), Object>,
    /// How many events are elsewhere, written or changed by people.
    pub(super) written: usize,
}

fn wanted(id: (u32, Uid)) -> (u64, impl Fn(&(u32, Uid)) -> bool + Copy) {
    // Most of a uid is chance.
    (id.1.1, move |other| *other == id)
}

impl Notes {
    /// Puts a note in its place; gives the one that stood there.
    pub(super) fn put(&mut self, event: &Rc<Event>) -> Option<Object> {
        let id = event.note().map(|note| (note.number, note.uid))?;
        let mut is_new = false;
        let new = || {
            is_new = true;
            (id, Object::Event(Rc::clone(event)))
        };
        let (_, stored) = self.all.entry(wanted(id), new);
        (!is_new).then(|| std::mem::replace(stored, Object::Event(Rc::clone(event))))
    }

    /// The note with this name.
    pub(super) fn find(&self, namespace: &str, name: &str) -> Option<&Object> {
        self.all.get(wanted(self.id(namespace, name)?))
    }

    /// Takes out the note with this name.
    pub(super) fn remove(&mut self, namespace: &str, name: &str) -> Option<Object> {
        self.all.remove(wanted(self.id(namespace, name)?))
    }

    fn id(&self, namespace: &str, name: &str) -> Option<(u32, Uid)> {
        let is = |object: &Object| matches!(object, Object::Event(event) if event.is_noted_as(namespace, name));
        self.all.iter().find(|(_, object)| is(object)).map(|(id, _)| *id)
    }

    /// All, in an order without a meaning.
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
    use super::super::{Cluster, DeleteOptions, Reason, Source};
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
}
