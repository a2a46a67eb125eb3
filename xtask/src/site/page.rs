//! The folder: files named by their content, and the one page that names them.

use super::compress::Copies;
use super::hash::{digest, hashed_name, integrity};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What the page is made of.
pub(super) struct Parts {
    pub(super) html: String,
    pub(super) icon: Vec<u8>,
    /// The same as pictures: the ends of their names and what is in them.
    pub(super) pictures: Vec<(&'static str, Vec<u8>)>,
    /// What makes the page installable, with places for the names of the icons.
    pub(super) manifest: String,
    /// What keeps the page in the browser, with places for the names of all files and the version.
    pub(super) worker: String,
    pub(super) css: Vec<u8>,
    pub(super) js: Vec<u8>,
    pub(super) editor: Vec<u8>,
    pub(super) map: Vec<u8>,
    pub(super) late: Vec<u8>,
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
    let mut page = Page { html: parts.html.clone(), files: Vec::new() };
    let manifest = page.manifest(parts)?;
    page.style(&parts.css)?;
    page.name("{{js}}", "app.js", Some(&parts.js), Needed::BeforeUsable)?;
    page.name("{{engine}}", "engine.wasm", Some(&parts.engine), Needed::BeforeUsable)?;
    page.name("{{rest}}", "engine-rest.wasm", parts.rest.as_ref(), Needed::RightAfterwards)?;
    page.name("{{lessons}}", "lessons.json", Some(&parts.lessons), Needed::Later)?;
    page.name("{{manifest}}", "manifest.webmanifest", Some(&manifest), Needed::Later)?;
    page.name("{{editor}}", "editor.js", Some(&parts.editor), Needed::Later)?;
    page.name("{{map}}", "map.js", Some(&parts.map), Needed::Later)?;
    page.name("{{late}}", "late.js", Some(&parts.late), Needed::Later)?;
    page.languages(&parts.languages);
    page.worker(&parts.worker)
}

/// The page while it is being put together.
struct Page {
    html: String,
    files: Vec<File>,
}

impl Page {
    /// Names a file by its content and writes the name into its place in index.html; what is missing leaves the place empty.
    fn name(&mut self, place: &str, name: &str, content: Option<&Vec<u8>>, needed: Needed) -> Result<()> {
        if !self.html.contains(place) {
            bail!("www/index.html does not say where {place} goes");
        }
        let address = content.map(|content| self.add(name, content, needed));
        self.html = self.html.replace(place, &address.unwrap_or_default());
        Ok(())
    }

    /// Writes the style into the page, which is drawn a round trip earlier than if it had to ask for it, and its hash into the
    /// policy, which allows this one style alone.
    fn style(&mut self, css: &[u8]) -> Result<()> {
        let css = std::str::from_utf8(css).context("the style is no text")?;
        if css.contains("</") {
            bail!("the style holds `</`, which would end it");
        }
        for (place, content) in [("{{css-hash}}", integrity(css.as_bytes())), ("{{css}}", css.to_owned())] {
            if !self.html.contains(place) {
                bail!("www/index.html does not say where {place} goes");
            }
            self.html = self.html.replace(place, &content);
        }
        Ok(())
    }

    /// Its address is relative, so that the page works below any path.
    fn add(&mut self, name: &str, content: &[u8], needed: Needed) -> String {
        let name = hashed_name(name, content);
        let address = format!("./{name}");
        self.files.push(File { name, content: content.to_owned(), needed });
        address
    }

    /// The manifest with the names of the icons.
    fn manifest(&mut self, parts: &Parts) -> Result<Vec<u8>> {
        self.name("{{icon}}", "icon.svg", Some(&parts.icon), Needed::BeforeUsable)?;
        let mut manifest = parts.manifest.replace("{{icon}}", &format!("./{}", hashed_name("icon.svg", &parts.icon)));
        for (end, picture) in &parts.pictures {
            let place = format!("{{{{icon-{end}}}}}");
            if !manifest.contains(&place) {
                bail!("www/manifest.webmanifest does not say where {place} goes");
            }
            manifest = manifest.replace(&place, &self.add(&format!("icon-{end}.png"), picture, Needed::Later));
        }
        Ok(manifest.into_bytes())
    }

    /// The page's words in other languages: `de=./de-….json …`.
    fn languages(&mut self, languages: &[(String, Vec<u8>)]) {
        let add = |(code, catalogue): &(String, Vec<u8>)| {
            format!("{code}={}", self.add(&format!("{code}.json"), catalogue, Needed::Later))
        };
        let named: Vec<String> = languages.iter().map(add).collect();
        self.html = self.html.replace("{{languages}}", &named.join(" "));
    }

    /// The service worker, which names all files and has the version that index.html gives, and then index.html.
    fn worker(mut self, worker: &str) -> Result<Vec<File>> {
        for place in ["{{files}}", "{{version}}"] {
            if !worker.contains(place) {
                bail!("www/service-worker.js does not say where {place} goes");
            }
        }
        let names: Vec<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        let version = &digest(self.html.as_bytes())[..12];
        let content = worker.replace("{{files}}", &names.join("\",\"")).replace("{{version}}", version);
        self.files.push(File { name: "service-worker.js".to_owned(), content: content.into_bytes(), needed: Needed::Later });
        self.files.push(File {
            name: "index.html".to_owned(),
            content: self.html.into_bytes(),
            needed: Needed::BeforeUsable,
        });
        Ok(self.files)
    }
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
            pictures: vec![("192", b"p".to_vec())],
            manifest: "{{icon}} {{icon-192}}".to_owned(),
            worker: "{{files}}; {{version}}".to_owned(),
            css: b"c".to_vec(),
            js: b"j".to_vec(),
            editor: b"e".to_vec(),
            map: b"m".to_vec(),
            late: b"t".to_vec(),
            lessons: b"l".to_vec(),
            languages: vec![("de".to_owned(), b"d".to_vec())],
            engine: b"w".to_vec(),
            rest: Some(b"r".to_vec()),
        }
    }

    const PLACES: &str = "{{icon}} {{css-hash}} {{css}} {{js}} {{engine}} {{rest}} {{lessons}} {{manifest}} {{editor}} {{map}} {{late}} {{languages}}";

    fn text<'a>(files: &'a [super::File], begins: &str) -> &'a str {
        let file = files.iter().find(|file| file.name.starts_with(begins)).unwrap();
        std::str::from_utf8(&file.content).unwrap()
    }

    #[test]
    fn every_place_gets_a_relative_hashed_name() {
        let files = assemble(&parts(PLACES)).unwrap();
        assert_eq!(files.last().unwrap().name, "index.html");
        let named = files.iter().filter(|file| file.name.contains('-') && !file.name.contains("-192-"));
        let named: Vec<String> = named.map(|file| format!("./{}", file.name)).collect();
        let html = text(&files, "index.html").split(' ').filter(|word| word.contains("./"));
        let html: Vec<&str> = html.map(|name| name.trim_start_matches("de=")).collect();
        assert_eq!(html, named[..named.len() - 1]);
    }

    #[test]
    fn the_style_stands_in_the_page_with_its_hash() {
        let files = assemble(&parts(PLACES)).unwrap();
        let html: Vec<&str> = text(&files, "index.html").split(' ').collect();
        assert_eq!(html[1..3], ["sha256-Ln0sA6lQeuJl7PW1NWiFpTOTogKdJBOUmXJloaJa78Y=", "c"]);
        let closing = Parts { css: b"</style>".to_vec(), ..parts(PLACES) };
        assert!(assemble(&closing).is_err());
    }

    #[test]
    fn the_manifest_names_the_icons_and_the_worker_all_files_and_a_version() {
        let files = assemble(&parts(PLACES)).unwrap();
        for name in text(&files, "manifest-").split(' ') {
            assert!(files.iter().any(|file| format!("./{}", file.name) == name), "{name}");
        }
        let (names, version) = text(&files, "service-worker.js").split_once("; ").unwrap();
        let names: Vec<&str> = names.split("\",\"").collect();
        let all: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!([&names[..], &["service-worker.js", "index.html"]].concat(), all);
        let other = assemble(&Parts { engine: b"other".to_vec(), ..parts(PLACES) }).unwrap();
        assert_ne!(text(&other, "service-worker.js").split_once("; ").unwrap().1, version);
    }

    #[test]
    fn a_page_without_a_place_is_an_error() {
        let error = |parts: &Parts| assemble(parts).err().unwrap().to_string();
        assert_eq!(error(&parts("{{icon}} {{css-hash}} {{css}}")), "www/index.html does not say where {{js}} goes");
        let without = Parts { worker: "{{files}}".to_owned(), ..parts(PLACES) };
        assert_eq!(error(&without), "www/service-worker.js does not say where {{version}} goes");
    }
}
