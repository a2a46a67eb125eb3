//! Numbers and texts as bytes: numbers in LEB128, texts and lists with their lengths before them.

use super::ShareError;

/// Writes.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Reads, and believes nothing: every length is checked against what is there before anything is allocated.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, ShareError> {
        let (first, rest) = self.bytes.split_first().ok_or(ShareError::Damaged)?;
        self.bytes = rest;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, ShareError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(ShareError::Damaged)
    }

    /// A number up to `max`; one that is larger is too much of `what`.
    pub(super) fn count(&mut self, max: usize, what: &'static str) -> Result<usize, ShareError> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= max).ok_or(ShareError::TooLarge(what))
    }

    pub(super) fn slice(&mut self, length: usize) -> Result<&'a [u8], ShareError> {
        let (slice, rest) = self.bytes.split_at_checked(length).ok_or(ShareError::Damaged)?;
        self.bytes = rest;
        Ok(slice)
    }

    /// A text of up to `max` bytes.
    pub(super) fn text(&mut self, max: usize, what: &'static str) -> Result<&'a str, ShareError> {
        let length = self.count(max, what)?;
        std::str::from_utf8(self.slice(length)?).map_err(|_| ShareError::Damaged)
    }
}
