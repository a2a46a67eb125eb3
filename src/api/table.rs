//! A map for very many entries that are looked up far more often than they are listed.

use std::rc::Rc;

/// A map by the hash of its keys. What is put in together stands together, and clones share the pages they have in common.
///
/// What a look costs in a large map is the memory that it has to fetch. Here that is one word of the index, as a rule, and the
/// entry: of those that are looked at one after the other, as they came, the next one is at hand already.
///
/// Keys are looked for by their [`hash`] and a test, so what is borrowed of a key is enough; see [`Wanted`].
///
/// # Examples
/// ```
/// use playground::api::table::{Table, Wanted, hash};
/// let mut ages: Table<String, u32> = Table::default();
/// let wanted = Wanted::new(hash(&["worker-1"]), |name: &String| name == "worker-1");
/// *ages.entry(&wanted, || ("worker-1".to_owned(), 2)).1 += 1;
/// assert_eq!(ages.get(&wanted), Some(&3));
/// assert_eq!(ages.get(&Wanted::new(hash(&["worker-2"]), |name: &String| name == "worker-2")), None);
/// ```
#[derive(Clone, Debug)]
pub struct Table<K, V> {
    index: Index,
    pages: Vec<Rc<Page<K, V>>>,
    /// The places that are free; some of them may have been taken since.
    free: Vec<usize>,
}

/// What is looked for in a [`Table`].
#[derive(Clone, Copy)]
pub struct Wanted<F> {
    hash: u64,
    is: F,
    guess: usize,
}

impl<F> Wanted<F> {
    /// The key with this hash that `is` it.
    pub const fn new(hash: u64, is: F) -> Wanted<F> {
        Wanted { hash, is, guess: usize::MAX }
    }

    /// The same, which is put at this place when it is new, if that is free, and looked for there first: who stands at one place
    /// in many tables is found in each without a look into its index.
    pub fn likely_at(self, guess: usize) -> Wanted<F> {
        Wanted { guess, ..self }
    }
}

/// A change copies a page that is shared.
type Page<K, V> = [Option<(K, V)>; PLACES];

/// Places of a page.
const PLACES: usize = 16;

/// So many places may be left free for an entry that is to stand behind all others.
const GAP: usize = 256;

impl<K, V> Default for Table<K, V> {
    fn default() -> Table<K, V> {
        Table { index: Index::default(), pages: vec![], free: vec![] }
    }
}

impl<K, V> Table<K, V> {
    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.index.len
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, in an order without a meaning, the same on every machine.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.pages.iter().flat_map(|page| page.iter().flatten()).map(|(key, value)| (key, value))
    }

    /// The value of a key.
    #[inline]
    pub fn get(&self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<&V> {
        let place = self.place_of(wanted)?;
        self.at(place).as_ref().map(|(_, value)| value)
    }

    /// A key as it stands here.
    pub fn get_key(&self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<&K> {
        let place = self.place_of(wanted)?;
        self.at(place).as_ref().map(|(key, _)| key)
    }

    /// Where the next entry that is new will stand, if it may stand anywhere.
    pub fn next_place(&mut self) -> usize {
        while self.free.last().is_some_and(|&place| self.at(place).is_some()) {
            self.free.pop();
        }
        self.free.last().copied().unwrap_or(self.pages.len() * PLACES)
    }

    #[inline]
    fn at(&self, place: usize) -> &Option<(K, V)> {
        &self.pages[place / PLACES][place % PLACES]
    }

    #[cfg_attr(quick, optimize(speed))]
    #[inline]
    fn place_of(&self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<usize> {
        let guessed = self.pages.get(wanted.guess / PLACES).and_then(|page| page[wanted.guess % PLACES].as_ref());
        match guessed {
            Some((key, _)) if (wanted.is)(key) => Some(wanted.guess),
            _ => self.find(wanted).map(|(_, place)| place),
        }
    }

    /// Where a key stands in the index, and its place.
    #[inline]
    fn find(&self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<(usize, usize)> {
        self.index.find(wanted.hash, &|place| self.at(place).as_ref().is_some_and(|(key, _)| (wanted.is)(key)))
    }
}

impl<K: Clone, V: Clone> Table<K, V> {
    /// The value of a key, to be changed.
    #[inline]
    pub fn get_mut(&mut self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<&mut V> {
        let place = self.place_of(wanted)?;
        self.at_mut(place).as_mut().map(|(_, value)| value)
    }

    /// The entry of a key, its value to be changed; where there is none, the entry is made.
    #[cfg_attr(quick, optimize(speed))]
    pub fn entry(&mut self, wanted: &Wanted<impl Fn(&K) -> bool>, new: impl FnOnce() -> (K, V)) -> (&K, &mut V) {
        let place = self.place_of(wanted).unwrap_or_else(|| self.add(wanted.hash, wanted.guess));
        let (key, value) = self.at_mut(place).get_or_insert_with(new);
        (key, value)
    }

    /// Takes out the value of a key.
    #[cfg_attr(quick, optimize(speed))]
    pub fn remove(&mut self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<V> {
        self.take(wanted).map(|(_, value)| value)
    }

    /// Takes out an entry.
    #[cfg_attr(quick, optimize(speed))]
    pub fn take(&mut self, wanted: &Wanted<impl Fn(&K) -> bool>) -> Option<(K, V)> {
        let (position, place) = self.find(wanted)?;
        self.index.remove(position);
        let entry = self.at_mut(place).take();
        self.free.push(place);
        if self.free.len() > 2 * self.pages.len() * PLACES {
            self.free = (0..self.pages.len() * PLACES).rev().filter(|place| self.at(*place).is_none()).collect();
        }
        entry
    }

    #[inline]
    fn at_mut(&mut self, place: usize) -> &mut Option<(K, V)> {
        &mut Rc::make_mut(&mut self.pages[place / PLACES])[place % PLACES]
    }

    /// Gives a hash a free place: this one, if it is.
    #[cfg_attr(quick, optimize(speed))]
    fn add(&mut self, hash: u64, guess: usize) -> usize {
        while guess < self.pages.len() * PLACES + GAP && guess >= self.pages.len() * PLACES {
            self.add_page();
        }
        let free = self.next_place();
        let is_free = self.pages.get(guess / PLACES).is_some_and(|page| page[guess % PLACES].is_none());
        let place = if is_free { guess } else { free };
        if place == free && self.free.pop().is_none() {
            self.add_page();
            self.free.pop();
        }
        self.index.add(hash, place);
        place
    }

    fn add_page(&mut self) {
        let first = self.pages.len() * PLACES;
        self.pages.push(Rc::new(std::array::from_fn(|_| None)));
        // They are taken in their order.
        self.free.extend((first..first + PLACES).rev());
    }
}

/// Where the entries of a table stand, by the lower halves of the hashes of their keys.
///
/// A list of words that is never full: an entry's word stands where its hash says, or behind it as far as words follow each
/// other without a gap.
#[derive(Clone, Debug, Default)]
struct Index {
    /// As many as a power of two, or none.
    pages: Vec<Rc<[Word; WORDS]>>,
    len: usize,
}

/// Words of a page.
const WORDS: usize = 64;

/// Half a hash, and one more than a place; nothing is a gap.
type Word = u64;

impl Index {
    /// Where the word stands that has this hash and a place that `is` it, and the place.
    #[inline]
    fn find(&self, hash: u64, is: &dyn Fn(usize) -> bool) -> Option<(usize, usize)> {
        let mut position = self.home(hash)?;
        loop {
            let word = self.word(position);
            if word == 0 {
                return None;
            }
            let place = place_of(word);
            if word >> 32 == hash & HALF && is(place) {
                return Some((position, place));
            }
            position = self.after(position);
        }
    }

    #[cfg_attr(quick, optimize(speed))]
    fn add(&mut self, hash: u64, place: usize) {
        // Two thirds full: most words stand where their hashes say.
        if self.len * 3 >= self.pages.len() * WORDS * 2 {
            self.grow();
        }
        self.len += 1;
        self.put((hash << 32) | (place as u64 + 1));
    }

    fn put(&mut self, word: Word) {
        let mut position = self.home(word >> 32).unwrap_or_default();
        while self.word(position) != 0 {
            position = self.after(position);
        }
        self.set(position, word);
    }

    /// Closes the gap that this leaves, with words that would be behind it without need.
    #[cfg_attr(quick, optimize(speed))]
    fn remove(&mut self, position: usize) {
        self.len -= 1;
        let (mut gap, mut position) = (position, position);
        loop {
            position = self.after(position);
            let word = self.word(position);
            if word == 0 {
                return self.set(gap, 0);
            }
            let home = self.home(word >> 32).unwrap_or_default();
            let size = self.pages.len() * WORDS;
            if position.wrapping_sub(home) % size >= position.wrapping_sub(gap) % size {
                self.set(gap, word);
                gap = position;
            }
        }
    }

    fn grow(&mut self) {
        let twice = (2 * self.pages.len()).max(1);
        let pages = std::mem::replace(&mut self.pages, (0..twice).map(|_| Rc::new([0; WORDS])).collect());
        for word in pages.iter().flat_map(|page| page.iter()).filter(|word| **word != 0) {
            self.put(*word);
        }
    }

    #[inline]
    fn home(&self, hash: u64) -> Option<usize> {
        let last = (self.pages.len() * WORDS).checked_sub(1)?;
        Some(hash as usize & last)
    }

    #[inline]
    const fn after(&self, position: usize) -> usize {
        (position + 1) & (self.pages.len() * WORDS - 1)
    }

    #[inline]
    fn word(&self, position: usize) -> Word {
        self.pages[position / WORDS][position % WORDS]
    }

    #[inline]
    fn set(&mut self, position: usize, word: Word) {
        Rc::make_mut(&mut self.pages[position / WORDS])[position % WORDS] = word;
    }
}

const HALF: u64 = 0xffff_ffff;

#[inline]
const fn place_of(word: Word) -> usize {
    (word & HALF) as usize - 1
}

/// The hash of texts, the same on every machine: eight bytes at a time, with the length of each text in its last step.
///
/// The lowest bits are those of the last byte: names that are numbered, which are mostly looked for one after the other, stand
/// beside each other in the index, and are fetched together.
#[cfg_attr(quick, optimize(speed))]
#[inline]
pub fn hash(texts: &[&str]) -> u64 {
    let mut hash = 0;
    for text in texts {
        let (&last, body) = text.as_bytes().split_last().unwrap_or((&0, &[]));
        let (words, rest) = body.as_chunks::<8>();
        for word in words {
            hash = mix(hash, u64::from_le_bytes(*word));
        }
        let mut end = text.len() as u64;
        for byte in rest.iter().chain([&(last >> 3)]) {
            end = (end << 8) | u64::from(*byte);
        }
        hash = (mix(hash, end) & !7) | u64::from(last & 7);
    }
    hash
}

/// Every bit of both has a say in the low bits of the result, which choose the place in the index.
#[inline]
const fn mix(hash: u64, word: u64) -> u64 {
    let product = (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ (product >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn they_hold_what_a_tree_holds() {
        let (mut table, mut tree) = (Table::default(), BTreeMap::new());
        let mut clones = vec![];
        let mut number: u32 = 1;
        for round in 0..20_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = number >> 20;
            // Few hashes: keys of one hash have to be told apart.
            let mut wanted = Wanted::new(u64::from(key % 512), |other: &u32| *other == key);
            if !key.is_multiple_of(3) {
                // Some stand where nobody else is said to, some do not.
                wanted = wanted.likely_at(key as usize % 2_900);
            }
            if round < 8_000 || number & 0x400 == 0 {
                *table.entry(&wanted, || (key, 0)).1 += round;
                *tree.entry(key).or_insert(0) += round;
            } else {
                assert_eq!(table.remove(&wanted), tree.remove(&key));
            }
            assert_eq!(table.get(&wanted), tree.get(&key));
            assert_eq!(table.get_mut(&wanted), tree.get_mut(&key));
            if round % 1_000 == 0 {
                clones.push((table.clone(), tree.clone()));
            }
        }
        clones.push((table, tree));
        for (table, tree) in clones {
            assert_eq!(table.len(), tree.len());
            let mut all: Vec<_> = table.iter().collect();
            all.sort();
            assert!(all.into_iter().eq(tree.iter()));
        }
    }
}
