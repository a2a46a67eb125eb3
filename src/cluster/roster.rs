//! Keys of objects, in their order when somebody asks for it.

use std::cell::OnceCell;

use crate::api::Key;
use crate::api::paged::PagedMap;
use crate::api::table::Table;

/// So many keys are kept in order in any case.
const FEW: usize = 128;

/// A set of keys. Those of many objects are often written and seldom listed: who has come since the last time is put in order
/// by who lists them.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    /// In their order.
    listed: PagedMap<Key, ()>,
    /// Those that have come since.
    added: Table<Key, ()>,
    /// All together, once somebody has asked.
    all: OnceCell<PagedMap<Key, ()>>,
}

impl Roster {
    /// Puts a key in that is not there.
    pub(super) fn insert(&mut self, key: &Key) {
        self.settle();
        if self.listed.len() < FEW {
            self.listed.insert(key.clone(), ());
        } else {
            self.added.entry(key.wanted(), || (key.clone(), ()));
        }
    }

    /// Takes a key out.
    pub(super) fn remove(&mut self, key: &Key) {
        self.settle();
        if self.added.remove(key.wanted()).is_none() {
            self.listed.remove(|other| other.cmp(key));
        }
    }

    /// How many keys there are.
    pub(super) const fn len(&self) -> usize {
        self.listed.len() + self.added.len()
    }

    /// Whether there is no key.
    pub(super) const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Key> {
        self.in_order().iter().map(|(key, ())| key)
    }

    /// Puts the keys in their order, for whoever lists them next, and for the clones made until then.
    pub(super) fn put_in_order(&self) {
        self.in_order();
    }

    fn in_order(&self) -> &PagedMap<Key, ()> {
        if self.added.is_empty() { &self.listed } else { self.all.get_or_init(|| self.together()) }
    }

    /// The keys, in no order.
    pub(super) fn unordered(&self) -> impl Iterator<Item = &Key> {
        self.listed.iter().chain(self.added.iter()).map(|(key, ())| key)
    }

    fn together(&self) -> PagedMap<Key, ()> {
        let mut all = self.listed.clone();
        for (key, ()) in self.added.iter() {
            all.insert(key.clone(), ());
        }
        all
    }

    /// Keeps what was put in order.
    fn settle(&mut self) {
        if let Some(all) = self.all.take() {
            self.listed = all;
            self.added = Table::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn it_lists_what_was_put_in() {
        let (mut roster, mut all) = (Roster::default(), BTreeSet::new());
        let mut clones = vec![];
        let mut number: u32 = 1;
        for round in 0..4_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = Key::new(Kind::Pod, "default", &format!("pod-{}", number >> 22));
            if all.remove(&key) {
                roster.remove(&key);
            } else {
                roster.insert(&key);
                all.insert(key);
            }
            if round % 100 == 0 {
                assert!(roster.iter().eq(&all));
            }
            if round % 999 == 0 {
                clones.push((roster.clone(), all.clone()));
            }
        }
        assert!(clones.iter().all(|(roster, all)| roster.iter().eq(all) && roster.len() == all.len()));
    }
}
