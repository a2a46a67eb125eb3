//! `--append-hash`: what a ConfigMap or a Secret holds, as ten letters behind its name (upstream: `kubectl/pkg/util/hash`).

use serde_json::{Value, json};

use crate::api::{Kind, yaml};

/// The name with the hash of everything that is kept.
pub(super) fn named(kind: Kind, name: &str, value: &Value) -> String {
    let data = if value["data"].is_null() { json!({}) } else { value["data"].clone() };
    let mut kept = json!({"data": data, "kind": kind.name(), "name": name});
    if kind == Kind::Secret {
        kept["type"] = value["type"].as_str().unwrap_or_default().into();
    }
    let hash = sha256(yaml::to_compact_json(&kept).as_bytes());
    // Letters of which no words are made, in the place of those that look like vowels.
    let letters = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]).take(10);
    let letters: String = letters.map(|digit| char::from(b"gh2k456789mbcdtf"[usize::from(digit)])).collect();
    format!("{name}-{letters}")
}

/// The fractional parts of the roots of the first primes: square roots where a hash begins, cube roots for its rounds (FIPS 180-4).
const BEGINS: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// SHA-256 (FIPS 180-4).
fn sha256(text: &[u8]) -> [u8; 32] {
    let mut padded = text.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(64) - 8, 0);
    padded.extend((text.len() as u64 * 8).to_be_bytes());
    let rounds = rounds();
    let mut state = BEGINS;
    for block in padded.chunks_exact(64) {
        let mut words: Vec<u32> =
            block.chunks_exact(4).map(|four| four.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))).collect();
        for i in 16..64 {
            let (a, b) = (words[i - 15], words[i - 2]);
            let small = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let other = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            words.push(words[i - 16].wrapping_add(small).wrapping_add(words[i - 7]).wrapping_add(other));
        }
        let mut now = state;
        for (word, round) in words.iter().zip(rounds) {
            let [a, b, c, d, e, f, g, h] = now;
            let big = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let chosen = (e & f) ^ (!e & g);
            let first = h.wrapping_add(big).wrapping_add(chosen).wrapping_add(round).wrapping_add(*word);
            let big = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let second = big.wrapping_add((a & b) ^ (a & c) ^ (b & c));
            now = [first.wrapping_add(second), a, b, c, d.wrapping_add(first), e, f, g];
        }
        state.iter_mut().zip(now).for_each(|(sum, word)| *sum = sum.wrapping_add(word));
    }
    let mut hash = [0; 32];
    hash.iter_mut().zip(state.iter().flat_map(|word| word.to_be_bytes())).for_each(|(to, byte)| *to = byte);
    hash
}

/// The constants of the 64 rounds: 32 bits of the fraction of each prime's cube root, found by whole numbers.
fn rounds() -> [u32; 64] {
    let mut rounds = [0; 64];
    let is_prime = |n: &u128| (2..*n).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    for (round, prime) in rounds.iter_mut().zip((2_u128..).filter(is_prime)) {
        // The cube root of prime · 2⁹⁶ is that of the prime with 32 bits behind the point.
        let wanted = prime << 96;
        let mut root = 0_u128;
        for bit in (0..36).rev() {
            let next = root | 1 << bit;
            if next * next * next <= wanted {
                root = next;
            }
        }
        *round = root as u32;
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standard() {
        let hex = |text: &str| sha256(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(long), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }
}
