//! Keys that are looked up far more often than they are listed.

use std::cmp::Ordering;

/// A key that stands in the order of a hash of its texts, and only then in its own: among a hundred thousand names that begin
/// alike a comparison hardly ever has to look at one.
///
/// # Examples
/// ```
/// use playground::api::{hashed::{Hashed, hash}, paged::PagedMap};
/// let mut ages: PagedMap<Hashed<String>, u32> = PagedMap::new();
/// ages.insert(Hashed::new(&["worker-1"], "worker-1".to_owned()), 3);
/// let wanted = hash(&["worker-1"]);
/// assert_eq!(ages.get(|key| key.order(wanted, |name| name.as_str().cmp("worker-1"))), Some(&3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hashed<K> {
    hash: u64,
    key: K,
}

impl<K> Hashed<K> {
    /// The key with these texts.
    pub fn new(texts: &[&str], key: K) -> Hashed<K> {
        Hashed { hash: hash(texts), key }
    }

    /// The key itself.
    pub const fn key(&self) -> &K {
        &self.key
    }

    /// How it compares to a key whose texts have this hash; `then` is asked where that is the same.
    pub fn order(&self, hash: u64, then: impl FnOnce(&K) -> Ordering) -> Ordering {
        self.hash.cmp(&hash).then_with(|| then(&self.key))
    }
}

/// The hash of texts (FNV-1a), the same on every machine.
pub fn hash(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xFF]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
