//! The course as one file: a JSON object of the names and texts of the directory's Markdown.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// The pack that `playground::lessons::Library::unpack` reads.
pub(super) fn pack(directory: &Path) -> Result<Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // What stands there about the format is for those who write.
        if path.extension().is_some_and(|extension| extension == "md") && name != "README.md" {
            files.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(serde_json::to_vec(&files)?)
}
