//! Keys of objects, in their order when somebody asks for it.

use std::cell::OnceCell;

use std::rc::Rc;

use crate::api::Key;
use crate::api::paged::PagedMap;

/// So many keys are kept in order in any case.
const FEW: usize = 128;

/// A set of keys. Those of many objects are often written and seldom listed: who has come since the last time is put in order
/// by who lists them.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    /// In their order.
    listed: PagedMap<Key, ()>,
    /// Those that have come since, where their objects stand.
    added: Standing,
    /// All together, once somebody has asked.
    all: OnceCell<PagedMap<Key, ()>>,
}

impl Roster {
    /// Puts the key of a stored object in that is not there.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn insert(&mut self, key: &Key) {
        self.settle();
        match key.place() {
            Some(place) if self.listed.len() >= FEW => self.added.put(place, key),
            _ => drop(self.listed.insert(key.clone(), ())),
        }
    }

    /// Takes the key of a stored object out.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn remove(&mut self, key: &Key) {
        self.settle();
        if !key.place().is_some_and(|place| self.added.take(place, key)) {
            self.listed.remove(|other| other.cmp(key));
        }
    }

    /// How many keys there are.
    pub(super) const fn len(&self) -> usize {
        self.listed.len() + self.added.len
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
        if self.added.len == 0 { &self.listed } else { self.all.get_or_init(|| self.together()) }
    }

    /// The keys, in no order.
    pub(super) fn unordered(&self) -> impl Iterator<Item = &Key> {
        self.listed.iter().map(|(key, ())| key).chain(self.added.iter())
    }

    fn together(&self) -> PagedMap<Key, ()> {
        let mut all = self.listed.clone();
        for key in self.added.iter() {
            all.insert(key.clone(), ());
        }
        all
    }

    /// Keeps what was put in order.
    fn settle(&mut self) {
        if let Some(all) = self.all.take() {
            self.listed = all;
            self.added = Standing::default();
        }
    }
}

/// Keys by where their objects stand: none has to be looked for.
#[derive(Clone, Debug, Default)]
struct Standing {
    /// A change copies a page that is shared. There is none where nobody stands.
    pages: Vec<Option<Rc<Page>>>,
    len: usize,
}

type Page = [Option<Key>; PLACES];

/// Places of a page.
const PLACES: usize = 16;

impl Standing {
    fn put(&mut self, place: usize, key: &Key) {
        if self.pages.len() <= place / PLACES {
            self.pages.resize(place / PLACES + 1, None);
        }
        let page = self.pages[place / PLACES].get_or_insert_with(|| Rc::new([const { None }; PLACES]));
        Rc::make_mut(page)[place % PLACES] = Some(key.clone());
        self.len += 1;
    }

    /// Takes a key out, and says whether it was there.
    fn take(&mut self, place: usize, key: &Key) -> bool {
        let Some(Some(page)) = self.pages.get_mut(place / PLACES) else { return false };
        let is_there = page[place % PLACES].as_ref() == Some(key);
        if is_there {
            Rc::make_mut(page)[place % PLACES] = None;
            self.len -= 1;
        }
        is_there
    }

    fn iter(&self) -> impl Iterator<Item = &Key> {
        self.pages.iter().flatten().flat_map(|page| page.iter().flatten())
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
            let place = number >> 22;
            let key = Key::new(Kind::Pod, "default", &format!("pod-{place}")).standing_at(place as usize);
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
