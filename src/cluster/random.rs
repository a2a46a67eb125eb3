//! The one source of chance: seeded, so that the same scenario gives the same names, natively and in the browser.

use crate::api::event::Uid;

/// A small seeded generator (`SplitMix64`).
#[derive(Clone, Debug)]
pub struct Rng(u64);

/// The letters of names Kubernetes makes up: no vowels, so that no words come out
/// (`apimachinery/pkg/util/rand/rand.go`).
const SAFE_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

impl Rng {
    /// A generator whose every draw follows from `seed`.
    pub const fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A text that ends with `length` letters as in a generated name: `agent-x7k2p`.
    pub fn named(&mut self, base: &str, length: usize) -> String {
        let mut name = String::with_capacity(base.len() + length);
        name.push_str(base);
        let letters = SAFE_LETTERS.len() as u64;
        name.extend((0..length).map(|_| char::from(SAFE_LETTERS[(self.next_u64() % letters) as usize])));
        name
    }

    /// A random UUID (version 4).
    pub fn uid(&mut self) -> Uid {
        let high = (self.next_u64() & 0xFFFF_FFFF_FFFF_0FFF) | 0x4000;
        let low = (self.next_u64() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
        Uid(high, low)
    }

    /// A text that ends with 64 hexadecimal digits, as a container's id does.
    pub fn id(&mut self, base: &str) -> String {
        let mut id = String::with_capacity(base.len() + 64);
        id.push_str(base);
        for _ in 0..4 {
            push_hex(&mut id, self.next_u64());
        }
        id
    }
}

/// Appends sixteen hexadecimal digits; a cluster makes up so many ids that `format!` shows.
pub fn push_hex(text: &mut String, number: u64) {
    let digits = (0..16).rev().map(|place| (number >> (4 * place)) & 0xF);
    text.extend(digits.map(|digit| char::from(b"0123456789abcdef"[digit as usize])));
}

/// Maps a number's decimal digits into the safe letters (`SafeEncodeString`).
pub fn safe_encode(number: u32) -> String {
    number.to_string().bytes().map(|digit| char::from(SAFE_LETTERS[usize::from(digit) % SAFE_LETTERS.len()])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_names() {
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            (rng.named("", 5), rng.uid().to_string(), rng.id(""))
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let (name, uid, id) = draw(7);
        assert!(name.bytes().all(|b| SAFE_LETTERS.contains(&b)));
        assert_eq!((uid.len(), uid.as_bytes()[14], id.len()), (36, b'4', 64));
    }

    #[test]
    fn encoding_follows_upstream() {
        // '0' is 48, 48 % 27 = 21 → '4'; '1' → '5'.
        assert_eq!(safe_encode(10), "54");
    }
}
