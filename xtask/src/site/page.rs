//! The folder: files named by their content, and the one page that names them.

use super::compress::Copies;
use super::hash::hashed_name;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What the page is made of.
pub(super) struct Parts {
    pub(super) html: String,
    pub(super) icon: Vec<u8>,
    pub(super) css: Vec<u8>,
    pub(super) js: Vec<u8>,
    pub(super) editor: Vec<u8>,
    pub(super) map: Vec<u8>,
    pub(super) lessons: Vec<u8>,
    /// The page's words in other languages: codes and catalogues.
    pub(super) languages: Vec<(String, Vec<u8>)>,
    pub(super) engine: Vec<u8>,
    /// Only where the engine was split.
    pub(super) rest: Option<Vec<u8>>,
}

/// When the browser asks for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needed {
    /// Before a person can do anything: these bytes are on the budget.
    BeforeUsable,
    /// At once when they can, so that soon nothing is missing: these bytes have a budget of their own.
    RightAfterwards,
    /// Later, while the person is already at work.
    Later,
}

/// One file of the page.
pub(super) struct File {
    pub(super) name: String,
    pub(super) content: Vec<u8>,
    pub(super) needed: Needed,
}

/// Gives each part its name and writes the names into index.html, which comes last.
pub(super) fn assemble(parts: &Parts) -> Result<Vec<File>> {
    let named = [
        ("{{css}}", "styles.css", Some(&parts.css), Needed::BeforeUsable),
        ("{{js}}", "app.js", Some(&parts.js), Needed::BeforeUsable),
        ("{{engine}}", "engine.wasm", Some(&parts.engine), Needed::BeforeUsable),
        ("{{rest}}", "engine-rest.wasm", parts.rest.as_ref(), Needed::RightAfterwards),
        ("{{lessons}}", "lessons.json", Some(&parts.lessons), Needed::Later),
        ("{{icon}}", "icon.svg", Some(&parts.icon), Needed::BeforeUsable),
        ("{{map}}", "map.js", Some(&parts.map), Needed::Later),
        ("{{editor}}", "editor.js", Some(&parts.editor), Needed::Later),
    ];
    let mut html = parts.html.clone();
    let mut files = Vec::new();
    for (place, name, content, needed) in named {
        if !html.contains(place) {
            bail!("www/index.html does not say where {place} goes");
        }
        let Some(content) = content else {
            html = html.replace(place, "");
            continue;
        };
        let name = hashed_name(name, content);
        // Relative, so that the page works below any path.
        html = html.replace(place, &format!("./{name}"));
        files.push(File { name, content: content.clone(), needed });
    }
    let mut named = vec![];
    for (code, catalogue) in &parts.languages {
        let name = hashed_name(&format!("{code}.json"), catalogue);
        named.push(format!("{code}=./{name}"));
        files.push(File { name, content: catalogue.clone(), needed: Needed::Later });
    }
    html = html.replace("{{languages}}", &named.join(" "));
    files.push(File { name: "index.html".to_owned(), content: html.into_bytes(), needed: Needed::BeforeUsable });
    Ok(files)
}

/// Writes the files and their compressed copies, index.html last, and then removes what is no part of this build.
///
/// In this order a browser that loads the page meanwhile gets the old page or the new one, never half of each.
pub(super) fn write(folder: &Path, files: &[File], copies: &[Copies]) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut ours = BTreeSet::new();
    let mut put = |name: String, content: &[u8]| {
        let path = folder.join(&name);
        ours.insert(name);
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
    };
    for (index, file) in files.iter().enumerate() {
        if let Some(copies) = copies.get(index) {
            put(format!("{}.br", file.name), &copies.brotli)?;
            put(format!("{}.gz", file.name), &copies.gzip)?;
        }
        put(file.name.clone(), &file.content)?;
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !ours.contains(&name) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Parts, assemble};

    fn parts(html: &str) -> Parts {
        Parts {
            html: html.to_owned(),
            icon: b"i".to_vec(),
            css: b"c".to_vec(),
            js: b"j".to_vec(),
            editor: b"e".to_vec(),
            map: b"m".to_vec(),
            lessons: b"l".to_vec(),
            languages: vec![("de".to_owned(), b"d".to_vec())],
            engine: b"w".to_vec(),
            rest: Some(b"r".to_vec()),
        }
    }

    #[test]
    fn every_place_gets_a_relative_hashed_name() {
        let files =
            assemble(&parts("{{css}} {{js}} {{engine}} {{rest}} {{lessons}} {{icon}} {{map}} {{editor}} {{languages}}"))
                .unwrap();
        let page = files.last().unwrap();
        assert_eq!(page.name, "index.html");
        let html = String::from_utf8(page.content.clone()).unwrap();
        for (file, named) in files.iter().zip(html.split(' ')) {
            assert_eq!(named.trim_start_matches("de="), format!("./{}", file.name));
        }
    }

    #[test]
    fn a_page_without_a_place_is_an_error() {
        let error = assemble(&parts("{{css}}")).err().unwrap().to_string();
        assert_eq!(error, "www/index.html does not say where {{js}} goes");
    }
}
