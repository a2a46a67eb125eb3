//! A map for very many entries that are looked up far more often than they are listed.

use std::rc::Rc;

/// How many entries there are for each bucket when the buckets become twice as many.
const FULL: usize = 4;
/// How many tags a bucket has: as many as bring it to the size of a cache line. Few buckets have more entries.
const TAGS: usize = 6;

/// A map in buckets by the hash of its keys: a look compares a few numbers and, as a rule, one key. Changing it moves a bucket,
/// not all of it, and clones share the buckets they have in common.
///
/// Keys are looked for by their [`hash`] and a test, so what is borrowed of a key is enough.
///
/// # Examples
/// ```
/// use playground::api::buckets::{Buckets, hash};
/// let mut ages: Buckets<String, u32> = Buckets::default();
/// let wanted = (hash(&["worker-1"]), |name: &String| name == "worker-1");
/// *ages.entry(wanted, || ("worker-1".to_owned(), 2)).1 += 1;
/// assert_eq!(ages.get(wanted), Some(&3));
/// assert_eq!(ages.get((hash(&["worker-2"]), |name| name == "worker-2")), None);
/// ```
#[derive(Clone, Debug)]
pub struct Buckets<K, V> {
    /// As many as a power of two, or none.
    buckets: Vec<Rc<Bucket<K, V>>>,
    len: usize,
}

/// Entries whose hashes end alike, in the order in which they came.
///
/// What a look costs in a large map is the memory that it has to fetch. So the tags stand together: as a rule they tell which
/// one entry to look at.
#[derive(Clone, Debug)]
struct Bucket<K, V> {
    /// The upper halves of the hashes of the first entries; 0 where there is none.
    tags: [u32; TAGS],
    entries: Vec<Entry<K, V>>,
}

impl<K, V> Default for Bucket<K, V> {
    fn default() -> Bucket<K, V> {
        Bucket { tags: [0; TAGS], entries: vec![] }
    }
}

impl<K, V> Bucket<K, V> {
    fn slot(&self, hash: u64, is: &dyn Fn(&K) -> bool) -> Option<usize> {
        let tags = self.tags[..self.entries.len().min(TAGS)].iter();
        let tagged = tags.enumerate().filter(|(_, tag)| **tag == tag_of(hash)).map(|(slot, _)| slot);
        let mut slots = tagged.chain(TAGS..self.entries.len());
        slots.find(|&slot| self.entries[slot].hash == hash && is(&self.entries[slot].key))
    }

    /// Adds an entry; says where it stands.
    fn add(&mut self, entry: Entry<K, V>) -> usize {
        let slot = self.entries.len();
        if let Some(tag) = self.tags.get_mut(slot) {
            *tag = tag_of(entry.hash);
        }
        self.entries.push(entry);
        slot
    }

    fn remove(&mut self, slot: usize) -> Entry<K, V> {
        let entry = self.entries.remove(slot);
        for (tag, entry) in self.tags.iter_mut().zip(&self.entries).skip(slot) {
            *tag = tag_of(entry.hash);
        }
        entry
    }
}

const fn tag_of(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[derive(Clone, Debug)]
struct Entry<K, V> {
    hash: u64,
    key: K,
    value: V,
}

impl<K, V> Default for Buckets<K, V> {
    fn default() -> Buckets<K, V> {
        Buckets { buckets: vec![], len: 0 }
    }
}

impl<K, V> Buckets<K, V> {
    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entries, in an order without a meaning, the same on every machine.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let entries = self.buckets.iter().flat_map(|bucket| &bucket.entries);
        entries.map(|entry| (&entry.key, &entry.value))
    }

    /// The value of the key with this hash that `is` it.
    pub fn get(&self, (hash, is): (u64, impl Fn(&K) -> bool)) -> Option<&V> {
        let (bucket, slot) = self.place(hash, &is)?;
        Some(&self.buckets[bucket].entries[slot].value)
    }

    /// The key with this hash that `is` it.
    pub fn get_key(&self, (hash, is): (u64, impl Fn(&K) -> bool)) -> Option<&K> {
        let (bucket, slot) = self.place(hash, &is)?;
        Some(&self.buckets[bucket].entries[slot].key)
    }

    fn bucket(&self, hash: u64) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    fn place(&self, hash: u64, is: &dyn Fn(&K) -> bool) -> Option<(usize, usize)> {
        let bucket = self.bucket(hash);
        let slot = self.buckets.get(bucket)?.slot(hash, is)?;
        Some((bucket, slot))
    }
}

impl<K: Clone, V: Clone> Buckets<K, V> {
    /// The value of the key with this hash that `is` it, to be changed.
    pub fn get_mut(&mut self, (hash, is): (u64, impl Fn(&K) -> bool)) -> Option<&mut V> {
        let (bucket, slot) = self.place(hash, &is)?;
        Some(&mut Rc::make_mut(&mut self.buckets[bucket]).entries[slot].value)
    }

    /// The entry of the key with this hash that `is` it, its value to be changed; where there is none, the entry is made.
    pub fn entry(&mut self, (hash, is): (u64, impl Fn(&K) -> bool), new: impl FnOnce() -> (K, V)) -> (&K, &mut V) {
        let (bucket, slot) = self.place(hash, &is).unwrap_or_else(|| {
            let (key, value) = new();
            self.add(Entry { hash, key, value })
        });
        let Entry { key, value, .. } = &mut Rc::make_mut(&mut self.buckets[bucket]).entries[slot];
        (key, value)
    }

    /// Takes out the entry whose key has this hash and `is` it.
    pub fn remove(&mut self, (hash, is): (u64, impl Fn(&K) -> bool)) -> Option<V> {
        let (bucket, slot) = self.place(hash, &is)?;
        self.len -= 1;
        Some(Rc::make_mut(&mut self.buckets[bucket]).remove(slot).value)
    }

    /// Adds an entry whose key is not there; says where it stands.
    fn add(&mut self, entry: Entry<K, V>) -> (usize, usize) {
        if self.len >= self.buckets.len() * FULL {
            self.grow();
        }
        self.len += 1;
        let bucket = self.bucket(entry.hash);
        (bucket, Rc::make_mut(&mut self.buckets[bucket]).add(entry))
    }

    fn grow(&mut self) {
        let half = self.buckets.len();
        self.buckets.resize_with((2 * half).max(1), Rc::default);
        for place in 0..half {
            let full = Rc::unwrap_or_clone(std::mem::take(&mut self.buckets[place]));
            let (mut stay, mut go) = (Bucket::default(), Bucket::default());
            for entry in full.entries {
                (if self.bucket(entry.hash) == place { &mut stay } else { &mut go }).add(entry);
            }
            (self.buckets[place], self.buckets[half + place]) = (Rc::new(stay), Rc::new(go));
        }
    }
}

/// The hash of texts, the same on every machine: eight bytes at a time, with the length of each text in its last step.
pub fn hash(texts: &[&str]) -> u64 {
    texts.iter().fold(0, |mut hash, text| {
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            hash = mix(hash, u64::from_le_bytes(*word));
        }
        let last = rest.iter().fold(text.len() as u64, |word, byte| (word << 8) | u64::from(*byte));
        mix(hash, last)
    })
}

/// Every bit of both has a say in the low bits of the result, which choose the bucket.
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
        let (mut buckets, mut tree) = (Buckets::default(), BTreeMap::new());
        let mut clones = vec![];
        let mut number: u32 = 1;
        for round in 0..20_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = number >> 20;
            // Few hashes: keys of one hash have to be told apart.
            let wanted = (u64::from(key % 512), |other: &u32| *other == key);
            if round < 8_000 || number & 0x400 == 0 {
                *buckets.entry(wanted, || (key, 0)).1 += round;
                *tree.entry(key).or_insert(0) += round;
            } else {
                assert_eq!(buckets.remove(wanted), tree.remove(&key));
            }
            assert_eq!(buckets.get(wanted), tree.get(&key));
            assert_eq!(buckets.get_mut(wanted), tree.get_mut(&key));
            if round % 1_000 == 0 {
                clones.push((buckets.clone(), tree.clone()));
            }
        }
        clones.push((buckets, tree));
        for (buckets, tree) in clones {
            assert_eq!(buckets.len(), tree.len());
            let mut all: Vec<_> = buckets.iter().collect();
            all.sort();
            assert!(all.into_iter().eq(tree.iter()));
        }
    }
}
