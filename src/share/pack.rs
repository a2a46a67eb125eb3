//! Deflate with a dictionary that both sides know, and the check value.

use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params,
    deflate_flags::TDEFL_FORCE_ALL_STATIC_BLOCKS,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF};

use super::{MAX_BYTES, ShareError};

/// What links of format 1 are made of, most common last. Part of the format: it never changes. At its end stand the beginning of
/// the notes' walk-through, as a record has it, and the notes' manifest.
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.bin");

/// Raw deflate (RFC 1951), as if the dictionary stood before `bytes`.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    // Small texts are often shorter with the fixed codes: the others have to be described first.
    let packed = [0, TDEFL_FORCE_ALL_STATIC_BLOCKS].map(|flags| deflate_with(flags, bytes));
    packed.into_iter().min_by_key(Vec::len).unwrap_or_default()
}

fn deflate_with(flags: u32, bytes: &[u8]) -> Vec<u8> {
    const LEVEL: i32 = 10;
    const RAW: i32 = -15;
    let mut compressor = CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL, RAW, 0) | flags);
    let mut out = vec![];
    let mut run = |bytes: &[u8], flush: TDEFLFlush, out: &mut Vec<u8>| {
        compress_to_output(&mut compressor, bytes, flush, |packed| {
            out.extend_from_slice(packed);
            true
        })
    };
    // After a sync flush the output is at a byte's end: what follows stands for itself, given the dictionary.
    run(DICTIONARY, TDEFLFlush::Sync, &mut out);
    let of_dictionary = out.len();
    run(bytes, TDEFLFlush::Finish, &mut out);
    out.split_off(of_dictionary)
}

/// The same without making it any shorter: deflate has blocks for that (RFC 1951, section 3.2.4).
pub(super) fn store(bytes: &[u8]) -> Vec<u8> {
    const LONGEST: usize = u16::MAX as usize;
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / LONGEST * 5 + 5);
    let mut rest = bytes;
    loop {
        let (block, after) = rest.split_at(rest.len().min(LONGEST));
        let length = block.len() as u16;
        out.push(u8::from(after.is_empty()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
        rest = after;
        if rest.is_empty() {
            return out;
        }
    }
}

/// The bytes that [`deflate`] or [`store`] packed, [`MAX_BYTES`] at most.
pub(super) fn inflate(packed: &[u8]) -> Result<Vec<u8>, ShareError> {
    let mut out = DICTIONARY.to_vec();
    let begin = out.len();
    let mut room = (packed.len() * 8).clamp(1024, MAX_BYTES);
    loop {
        out.resize(begin + room, 0);
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, written) = decompress(&mut DecompressorOxide::new(), packed, &mut out, begin, flags);
        match status {
            TINFLStatus::Done if read == packed.len() => {
                out.truncate(begin + written);
                return Ok(out.split_off(begin));
            }
            TINFLStatus::HasMoreOutput if room < MAX_BYTES => room = (room * 8).min(MAX_BYTES),
            TINFLStatus::HasMoreOutput => return Err(ShareError::TooLarge("text")),
            _ => return Err(ShareError::Damaged),
        }
    }
}

/// CRC-32 (IEEE 802.3) of the version and the packed bytes.
pub(super) fn checksum(version: u8, packed: &[u8]) -> u32 {
    let crc = std::iter::once(&version).chain(packed).fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_never_changes() {
        assert_eq!((DICTIONARY.len(), checksum(1, DICTIONARY)), (6735, 711_240_450));
    }

    #[test]
    fn what_was_packed_comes_back() {
        for length in [0, 1, 47, 48, 1000, 65_535, 65_536, 100_000, MAX_BYTES] {
            let bytes: Vec<u8> = (0..length).map(|index| ((index * index) >> 3) as u8).collect();
            assert_eq!(inflate(&deflate(&bytes)).unwrap(), bytes);
            assert_eq!(inflate(&store(&bytes)).unwrap(), bytes);
        }
    }

    #[test]
    fn a_bomb_does_not_go_off() {
        assert_eq!(inflate(&deflate(&vec![0; MAX_BYTES + 1])), Err(ShareError::TooLarge("text")));
        assert_eq!(inflate(&deflate(&vec![0; 50 * MAX_BYTES])), Err(ShareError::TooLarge("text")));
    }

    #[test]
    fn the_check_value_is_the_usual_one() {
        assert_eq!(checksum(b'1', b"23456789"), 0xcbf4_3926);
    }
}
