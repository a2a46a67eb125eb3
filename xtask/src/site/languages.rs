//! The page's words in other languages.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// The code of each language and its catalogue without white space, in the order of the codes.
pub(super) fn catalogues(directory: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let words: BTreeMap<String, String> = serde_json::from_slice(&std::fs::read(&path)?)
                .with_context(|| format!("{} is no object from English to the other language", path.display()))?;
            let code = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            found.insert(code, serde_json::to_vec(&words)?);
        }
    }
    Ok(found.into_iter().collect())
}
