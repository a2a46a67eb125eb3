//! The course: the files of the directory `lessons`, and those that a person opened.

#[cfg(not(target_arch = "wasm32"))]
use std::io;
#[cfg(not(target_arch = "wasm32"))]
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;

use super::format::{front, parse_shown, slug};
use super::{Front, Lesson, LessonError};

/// The lesson that the page begins with, before all others have arrived.
const FIRST: (&str, &str) = ("11-one-pod-a-node.md", include_str!("../../lessons/11-one-pod-a-node.md"));
/// The file of the glossary.
const GLOSSARY: &str = "glossary.md";
/// The file about the format.
const ABOUT: &str = "README.md";
/// Stands between a lesson's id and its seed.
const SEED: char = '~';

/// The lessons there are, in the order of the course, and the glossary.
#[derive(Clone, Debug, Default)]
pub struct Library {
    volumes: Vec<Rc<Volume>>,
    glossary: Rc<str>,
}

/// A lesson's file.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// Its name, without a directory.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What its front matter says.
    pub front: Front,
}

impl Library {
    /// What is there from the beginning: the first lesson.
    pub fn first() -> Library {
        Library::of_files(vec![(FIRST.0.to_owned(), FIRST.1.to_owned())])
    }

    /// The lessons among files, names and texts, in the order of their names. A file whose front matter has a mistake is left out:
    /// the check tells it, and a page shows the others.
    pub fn of_files(files: Vec<(String, String)>) -> Library {
        let mut library = Library::default();
        for (file, text) in files {
            if file == GLOSSARY {
                library.glossary = text.into();
            } else if is_lesson(&file)
                && let Ok(volume) = Volume::of(file, text)
            {
                library.add(volume);
            }
        }
        library
    }

    /// The lessons of a pack, as `cargo xtask` makes it of the directory: a JSON object of names and texts.
    pub fn unpack(pack: &str) -> Option<Library> {
        let files: serde_json::Map<String, Value> = serde_json::from_str(pack).ok()?;
        let text = |value: Value| if let Value::String(text) = value { text } else { String::new() };
        Some(Library::of_files(files.into_iter().map(|(file, value)| (file, text(value))).collect()))
    }

    /// The lessons of a directory.
    ///
    /// # Errors
    /// The directory cannot be read.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read_dir(directory: &Path) -> io::Result<Library> {
        let name = |path: PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files = markdown_files(directory)?.into_iter();
        Ok(Library::of_files(files.map(|(path, text)| (name(path), text)).collect()))
    }

    /// Puts a lesson where its name belongs, in the place of one that has its id.
    pub fn add(&mut self, volume: Volume) {
        self.volumes.retain(|other| other.front.id != volume.front.id);
        let at = self.volumes.partition_point(|other| other.file <= volume.file);
        self.volumes.insert(at, Rc::new(volume));
    }

    /// The lessons' files, in the order of the course.
    pub fn volumes(&self) -> &[Rc<Volume>] {
        &self.volumes
    }

    /// The lesson of a name: its id, with its seed behind a `~` where it goes another way than the first.
    pub fn lesson(&self, name: &str) -> Option<Lesson> {
        let (id, seed) = name.split_once(SEED).map_or((name, Ok(0)), |(id, seed)| (id, seed.parse()));
        self.variant(id, seed.ok()?)
    }

    /// The lesson of this id, in one of the ways in which it can go; they are counted from 0, and begin anew after the last.
    pub fn variant(&self, id: &str, seed: u64) -> Option<Lesson> {
        let volume = self.volume(id)?;
        parse_shown(&volume.file, &volume.text, seed).ok()
    }

    /// The file of the lesson of this id.
    pub fn volume(&self, id: &str) -> Option<&Rc<Volume>> {
        self.volumes.iter().find(|volume| volume.front.id == id)
    }

    /// The id of the lesson to which a link in a lesson leads: `21-node-labels.md`.
    pub fn linked(&self, target: &str) -> Option<&str> {
        let file = target.split('#').next().unwrap_or_default();
        self.volumes.iter().find(|volume| volume.file == file).map(|volume| volume.front.id.as_str())
    }

    /// The lesson after that of this id.
    pub fn after(&self, id: &str) -> Option<&Rc<Volume>> {
        let at = self.volumes.iter().position(|volume| volume.front.id == id)?;
        self.volumes.get(at + 1)
    }

    /// What the glossary says under the heading to which `#anchor` leads: the heading and the paragraph, in Markdown.
    pub fn term(&self, anchor: &str) -> Option<(&str, &str)> {
        let entries = self.glossary.split("\n## ").skip(1).filter_map(|entry| entry.split_once('\n'));
        entries.map(|(term, text)| (term.trim(), text.trim())).find(|(term, _)| slug(term) == anchor)
    }
}

impl Volume {
    /// A lesson's file.
    ///
    /// # Errors
    /// What is wrong with its front matter.
    pub fn of(file: String, text: String) -> Result<Volume, Vec<LessonError>> {
        let front = front(&file, &text)?;
        Ok(Volume { file, text, front })
    }
}

impl Lesson {
    /// Under which name a [`Library`] has it.
    pub fn name(&self) -> String {
        match self.seed {
            0 => self.front.id.clone(),
            seed => format!("{}{SEED}{seed}", self.front.id),
        }
    }
}

/// Whether a file of the directory is a lesson.
pub(super) fn is_lesson(file: &str) -> bool {
    file.ends_with(".md") && file != GLOSSARY && file != ABOUT
}

/// The Markdown files of a directory with their texts, in the order of their names.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn markdown_files(directory: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut files = vec![];
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = std::fs::read_to_string(&path)?;
            files.push((path, text));
        }
    }
    files.sort();
    Ok(files)
}
