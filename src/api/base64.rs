//! Bytes as the server writes them (RFC 4648, section 4).

/// Writes bytes in base64.
pub fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// What is written in base64, with padding; line ends do not count.
///
/// # Errors
/// The byte at which it stops being base64, as Go counts (`decodeQuantum` in `encoding/base64`).
pub fn decode(text: &str) -> Result<Vec<u8>, usize> {
    let mut letters = text.bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\n' | b'\r'));
    let mut out = vec![];
    loop {
        let (mut bits, mut count) = (0_u32, 0);
        while count < 4 {
            let six = match letters.next() {
                None if count == 0 => return Ok(out),
                None => return Err(text.len() - count),
                Some((_, byte @ b'A'..=b'Z')) => byte - b'A',
                Some((_, byte @ b'a'..=b'z')) => byte - b'a' + 26,
                Some((_, byte @ b'0'..=b'9')) => byte - b'0' + 52,
                Some((_, b'+')) => 62,
                Some((_, b'/')) => 63,
                Some((_, b'=')) if count > 1 => break,
                Some((at, _)) => return Err(at),
            };
            bits = bits << 6 | u32::from(six);
            count += 1;
        }
        bits <<= 6 * (4 - count);
        out.extend(&bits.to_be_bytes()[1..count]);
        if count == 2 {
            match letters.next() {
                Some((_, b'=')) => {}
                Some((at, _)) => return Err(at - 1),
                None => return Err(text.len()),
            }
        }
        if count < 4 {
            return letters.next().map_or(Ok(out), |(at, _)| Err(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_base64_is_told_from_where() {
        let good = [("", ""), ("YQ==", "a"), ("YWI=", "ab"), ("YWJj", "abc"), ("YW\nJ\rj\n", "abc"), ("YQ=\n=\n", "a")];
        for (text, bytes) in good {
            assert_eq!(decode(text), Ok(bytes.as_bytes().to_vec()), "{text:?}");
        }
        let bad =
            [("admin", 4), ("hunter2!", 7), ("not base64!", 3), ("YQ", 0), ("YQ=", 3), ("YQ=a", 2), ("=", 0), ("YWI=a", 4)];
        for (text, at) in bad {
            assert_eq!(decode(text), Err(at), "{text:?}");
        }
    }
}
