//! Compressed copies, made once so that the host need not.

use super::Effort;
use super::page::File;
use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, GzBuilder};
use std::io::Write;

/// A file's content in the two encodings that browsers ask for.
pub(super) struct Copies {
    /// `Content-Encoding: br`
    pub(super) brotli: Vec<u8>,
    /// `Content-Encoding: gzip`
    pub(super) gzip: Vec<u8>,
}

/// Copies of every file, in order; none while developing.
pub(super) fn copies(files: &[File], effort: Effort) -> Result<Vec<Copies>> {
    if effort == Effort::Development {
        return Ok(Vec::new());
    }
    println!("Compressing (brotli, gzip)");
    files.iter().map(|file| compressed(&file.content).with_context(|| format!("cannot compress {}", file.name))).collect()
}

fn compressed(content: &[u8]) -> Result<Copies> {
    let parameters =
        BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: content.len(), ..BrotliEncoderParams::default() };
    let mut brotli = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut brotli, &parameters)?;
    // A time or a name in the header would make each build differ.
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    Ok(Copies { brotli, gzip: gzip.finish()? })
}
