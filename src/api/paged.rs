//! A sorted map for very many entries.

use std::cmp::Ordering;
use std::rc::Rc;

/// Entries a page may have; one with more is cut in two.
const MOST: usize = 128;

/// A sorted map in pages: changing it moves a page, not all of it, and clones share the pages they have in common.
///
/// Keys are looked for by an order, which says how a key compares to what is wanted: so a part of a key is enough.
///
/// # Examples
/// ```
/// use playground::api::paged::PagedMap;
/// let mut ages: PagedMap<(&str, &str), u32> = PagedMap::new();
/// ages.insert(("home", "b"), 2);
/// ages.insert(("home", "a"), 1);
/// ages.insert(("work", "a"), 3);
/// assert_eq!(ages.get(|key| key.cmp(&("work", "a"))), Some(&3));
/// assert_eq!(ages.all(|(place, _)| place.cmp(&"home")).map(|(_, age)| age).collect::<Vec<_>>(), [&1, &2]);
/// ```
#[derive(Clone, Debug)]
pub struct PagedMap<K, V> {
    pages: Vec<Page<K, V>>,
    len: usize,
}

#[derive(Clone, Debug)]
struct Page<K, V> {
    /// No key of this page is less, and every key of the pages before is.
    from: K,
    /// Never empty.
    entries: Rc<Vec<(K, V)>>,
}

impl<K, V> Default for PagedMap<K, V> {
    fn default() -> PagedMap<K, V> {
        PagedMap::new()
    }
}

impl<K, V> PagedMap<K, V> {
    /// The empty map.
    pub const fn new() -> PagedMap<K, V> {
        PagedMap { pages: Vec::new(), len: 0 }
    }

    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> + Clone {
        self.pages.iter().flat_map(|page| page.entries.iter()).map(|(key, value)| (key, value))
    }

    /// The entries whose keys are equal by `order`.
    pub fn all(&self, order: impl Fn(&K) -> Ordering) -> impl Iterator<Item = (&K, &V)> {
        let (page, slot) = self.place(&order).unwrap_or_else(|place| place);
        let (first, rest) = self
            .pages
            .get(page..)
            .and_then(<[_]>::split_first)
            .map_or((&[][..], &[][..]), |(page, rest)| (&page.entries[slot..], rest));
        let entries = first.iter().chain(rest.iter().flat_map(|page| page.entries.iter()));
        entries.take_while(move |(key, _)| order(key) == Ordering::Equal).map(|(key, value)| (key, value))
    }

    /// The value of the key that is equal by `order`.
    #[inline]
    pub fn get(&self, order: impl Fn(&K) -> Ordering) -> Option<&V> {
        let (page, slot) = self.place(&order).ok()?;
        Some(&self.pages[page].entries[slot].1)
    }

    /// Page and slot of the first key that is equal by `order`, or else of where it would have to stand.
    #[cfg_attr(quick, optimize(speed))]
    #[inline]
    fn place(&self, order: &dyn Fn(&K) -> Ordering) -> Result<(usize, usize), (usize, usize)> {
        // The last page whose keys may be less than what is wanted has it, or the next one begins with it.
        let page = self.pages.partition_point(|page| order(&page.from) == Ordering::Less).saturating_sub(1);
        let Some(entries) = self.pages.get(page).map(|page| &page.entries) else { return Err((0, 0)) };
        let slot = entries.partition_point(|(key, _)| order(key) == Ordering::Less);
        let (page, slot, next) = match (entries.get(slot), self.pages.get(page + 1)) {
            (Some(entry), _) => (page, slot, Some(entry)),
            (None, Some(after)) => (page + 1, 0, after.entries.first()),
            (None, None) => (page, slot, None),
        };
        match next {
            Some((key, _)) if order(key) == Ordering::Equal => Ok((page, slot)),
            _ => Err((page, slot)),
        }
    }
}

impl<K: Ord + Clone, V: Clone> PagedMap<K, V> {
    /// The value of the key that is equal by `order`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, order: impl Fn(&K) -> Ordering) -> Option<&mut V> {
        let (page, slot) = self.place(&order).ok()?;
        Some(self.value(page, slot))
    }

    /// The value of the key that is equal by `order`; where there is none, the entry is made.
    pub fn entry(&mut self, order: impl Fn(&K) -> Ordering, new: impl FnOnce() -> (K, V)) -> &mut V {
        let (page, slot) = match self.place(&order) {
            Ok(place) => place,
            Err(place) => {
                let (key, value) = new();
                self.put(place, key, value)
            }
        };
        self.value(page, slot)
    }

    /// Sets the value of a key; gives the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        // What comes later has the later key, as a rule.
        let place = self.end_for(&key).map_or_else(|| self.place(&|other| other.cmp(&key)), Err);
        match place {
            Ok((page, slot)) => Some(std::mem::replace(self.value(page, slot), value)),
            Err(place) => {
                self.put(place, key, value);
                None
            }
        }
    }

    /// The end, if that is the place for a key.
    fn end_for(&self, key: &K) -> Option<(usize, usize)> {
        let last = self.pages.last()?;
        let is_after = last.entries.last().is_some_and(|(other, _)| other < key);
        is_after.then(|| (self.pages.len() - 1, last.entries.len()))
    }

    /// Takes out the entry whose key is equal by `order`.
    pub fn remove(&mut self, order: impl Fn(&K) -> Ordering) -> Option<V> {
        let (page, slot) = self.place(&order).ok()?;
        Some(self.take(page, slot).1)
    }

    /// Takes out the first entry.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        (self.len > 0).then(|| self.take(0, 0))
    }

    fn value(&mut self, page: usize, slot: usize) -> &mut V {
        &mut Rc::make_mut(&mut self.pages[page].entries)[slot].1
    }

    #[cfg_attr(quick, optimize(speed))]
    fn take(&mut self, page: usize, slot: usize) -> (K, V) {
        self.len -= 1;
        let entries = Rc::make_mut(&mut self.pages[page].entries);
        let entry = entries.remove(slot);
        if entries.is_empty() {
            self.pages.remove(page);
        }
        entry
    }

    /// Puts an entry where none is; says where it has come to stand.
    #[cfg_attr(quick, optimize(speed))]
    fn put(&mut self, (page, slot): (usize, usize), key: K, value: V) -> (usize, usize) {
        self.len += 1;
        let Some(Page { from, entries }) = self.pages.get_mut(page) else {
            self.pages.push(Page { from: key.clone(), entries: Rc::new(vec![(key, value)]) });
            return (page, slot);
        };
        if key < *from {
            *from = key.clone();
        }
        let entries = Rc::make_mut(entries);
        if entries.len() < MOST {
            entries.insert(slot, (key, value));
            return (page, slot);
        }
        // Whoever adds at the end goes on doing so: full pages stay behind.
        let cut = if slot == MOST { MOST } else { MOST / 2 };
        let mut after = entries.split_off(cut);
        let place = if slot < cut { (page, slot) } else { (page + 1, slot - cut) };
        if slot < cut { &mut *entries } else { &mut after }.insert(place.1, (key, value));
        self.pages.insert(page + 1, Page { from: after[0].0.clone(), entries: Rc::new(after) });
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_holds_what_a_tree_holds() {
        let (mut paged, mut tree) = (PagedMap::new(), BTreeMap::new());
        let mut clones = vec![];
        let mut number: u32 = 1;
        for round in 0..20_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (key, grows) = (number >> 20, round < 8_000);
            if grows || number & 0x400 == 0 {
                assert_eq!(paged.insert(key, round), tree.insert(key, round));
            } else if number & 0x800 == 0 {
                assert_eq!(paged.remove(|other| other.cmp(&key)), tree.remove(&key));
            } else {
                assert_eq!(paged.pop_first(), tree.pop_first());
            }
            assert_eq!(paged.get(|other| other.cmp(&key)), tree.get(&key));
            if round % 1_000 == 0 {
                clones.push((paged.clone(), tree.clone()));
            }
        }
        clones.push((paged, tree));
        for (paged, tree) in clones {
            assert_eq!(paged.len(), tree.len());
            assert!(paged.iter().eq(tree.iter()));
            let hundred = paged.all(|key| (key / 100).cmp(&7)).map(|(key, _)| *key);
            assert!(hundred.eq(tree.range(700..800).map(|(key, _)| *key)));
        }
    }

    #[test]
    fn a_sorted_list_fills_its_pages() {
        let mut paged = PagedMap::new();
        for key in 0..1_000 {
            *paged.entry(|other: &u32| other.cmp(&key), || (key, 0)) += key;
        }
        assert_eq!(paged.pages.len(), 1_000_usize.div_ceil(MOST));
    }
}
