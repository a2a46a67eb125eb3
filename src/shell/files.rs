//! The home directory: files by name, sub-directories as the beginnings of names.

use std::collections::{BTreeMap, BTreeSet};

use super::{Env, Shell};

/// Where a person is at home.
pub(super) const HOME: &str = "/home/learner";
/// How much all files together, and one of them, may hold, and how many there may be.
const DISK: usize = 4 * 1024 * 1024;
const LARGEST: usize = 1024 * 1024;
const MOST: usize = 1000;
/// What is said when that is not enough.
pub(super) const FULL: &str = "No space left on device";
/// What is said of a file that is not there.
pub(super) const MISSING: &str = "No such file or directory";
/// What is said of a directory where a file is wanted.
pub(super) const DIRECTORY: &str = "Is a directory";

/// The name of what is meant in the directory `cwd`, `""` for the home directory; nothing outside of that.
pub(super) fn resolve(cwd: &str, given: &str) -> Option<String> {
    let (from, path) = match given.strip_prefix('/') {
        None => (cwd, given),
        Some(_) => match given.strip_prefix(HOME)? {
            path if path.is_empty() || path.starts_with('/') => ("", path),
            _ => return None,
        },
    };
    let mut parts: Vec<&str> = vec![];
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The path of a name, as `pwd` prints it.
pub(super) fn absolute(name: &str) -> String {
    if name.is_empty() { HOME.to_owned() } else { format!("{HOME}/{name}") }
}

/// The directory in which a name lies.
fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

impl Shell {
    /// Whether there is a directory of this name.
    pub(super) fn is_directory(&self, name: &str) -> bool {
        let inside = format!("{name}/");
        name.is_empty() || self.directories.contains(name) || self.files.keys().any(|file| file.starts_with(&inside))
    }

    /// The text of a file.
    pub(super) fn read(&self, cwd: &str, given: &str) -> Result<&str, &'static str> {
        if given == "/dev/null" {
            return Ok("");
        }
        let name = resolve(cwd, given).filter(|_| !given.is_empty()).ok_or(MISSING)?;
        match self.files.get(&name) {
            Some(_) if given.ends_with('/') => Err("Not a directory"),
            Some(text) => Ok(text),
            None if self.is_directory(&name) => Err(DIRECTORY),
            None => Err(MISSING),
        }
    }

    /// The name of a file that can be written.
    pub(super) fn writable(&self, cwd: &str, given: &str) -> Result<String, &'static str> {
        if given.is_empty() {
            return Err(MISSING);
        }
        let name = resolve(cwd, given).ok_or(MISSING)?;
        if self.is_directory(&name) {
            return Err(DIRECTORY);
        }
        if given.ends_with('/') || !self.is_directory(parent(&name)) {
            return Err(MISSING);
        }
        if !self.files.contains_key(&name) && self.files.len() >= MOST {
            return Err(FULL);
        }
        Ok(name)
    }

    /// Puts text behind what is in a file; the error is that there is no room.
    pub(super) fn append(&mut self, name: &str, text: &str) -> Result<(), &'static str> {
        let used: usize = self.files.values().map(String::len).sum();
        let file = self.files.entry(name.to_owned()).or_default();
        if used + text.len() > DISK || file.len() + text.len() > LARGEST {
            return Err(FULL);
        }
        file.push_str(text);
        Ok(())
    }

    /// Gives a file this text.
    pub(super) fn put(&mut self, name: &str, text: &str) -> Result<(), &'static str> {
        let used: usize = self.files.iter().filter(|(file, _)| *file != name).map(|(_, text)| text.len()).sum();
        if used + text.len() > DISK || text.len() > LARGEST {
            return Err(FULL);
        }
        self.files.insert(name.to_owned(), text.to_owned());
        Ok(())
    }

    /// Takes a file away; the directory it was in stays.
    pub(super) fn remove(&mut self, name: &str) -> Option<String> {
        let text = self.files.remove(name)?;
        if !parent(name).is_empty() {
            self.directories.insert(parent(name).to_owned());
        }
        Some(text)
    }

    /// What is in a directory, in order.
    pub(super) fn entries(&self, directory: &str) -> BTreeSet<String> {
        let inside = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let names = self.files.keys().chain(&self.directories).filter_map(|name| name.strip_prefix(&inside));
        names.filter_map(|rest| rest.split('/').next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// The files as seen from a directory.
    pub(super) fn seen_from(&self, cwd: &str) -> BTreeMap<String, String> {
        let inside = format!("{cwd}/");
        let up = "../".repeat(cwd.split('/').count());
        let name = |name: &String| name.strip_prefix(&inside).map_or_else(|| format!("{up}{name}"), str::to_owned);
        self.files.iter().map(|(file, text)| (name(file), text.clone())).collect()
    }

    /// The files that a pattern of `*`, `?`, `[…]` and `\` stands for, in order.
    pub(super) fn glob(&self, pattern: &str, env: &Env) -> Vec<String> {
        let mut found = vec![String::new()];
        if pattern.starts_with('/') {
            return vec![];
        }
        for (depth, part) in pattern.split('/').enumerate() {
            let chars: Vec<char> = part.chars().collect();
            let mut next = vec![];
            for before in &found {
                let Some(directory) = resolve(&env.cwd, before) else { continue };
                let path = |name: &str| if depth == 0 { name.to_owned() } else { format!("{before}/{name}") };
                if part == ".." || part == "." {
                    next.push(path(part));
                    continue;
                }
                let entries = self.entries(&directory);
                let is_meant = |name: &&String| {
                    (!name.starts_with('.') || part.starts_with('.'))
                        && super::text::matches(&chars, &name.chars().collect::<Vec<_>>())
                };
                next.extend(entries.iter().filter(is_meant).map(|name| path(name)));
            }
            found = next;
        }
        found
    }
}
