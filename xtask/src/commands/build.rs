//! `cargo xtask build`

use crate::setup::WasmToolchain;
use crate::site::{self, Effort};
use crate::{process, project};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Where the sources are built a second time.
const COPY: &str = "target/again/somewhere-else";

/// A release into `dist/`; with `--check-reproducible` one more in another folder, which has to be the same to the byte.
pub(super) fn command(arguments: &[String]) -> Result<()> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => run(),
        ["--check-reproducible"] => run().and_then(|()| again()),
        other => bail!("`build` does not know {other:?}; it knows --check-reproducible"),
    }
}

/// Builds a copy of the sources, in a folder and with a target folder of its own, and compares.
fn again() -> Result<()> {
    let copy = project::path(COPY);
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_sources(&copy)?;
    println!("Building again in {COPY}");
    let mut xtask = Command::new(env::current_exe()?);
    // That is how xtask knows where it is (`project`).
    xtask.arg("build").current_dir(&copy).env("CARGO_MANIFEST_DIR", copy.join("xtask"));
    process::run(&mut xtask)?;
    let differing = differing(&contents(&project::dist())?, &contents(&copy.join("dist"))?);
    if differing.is_empty() {
        fs::remove_dir_all(&copy)?;
        println!("  two builds in two folders give the same bytes");
        return Ok(());
    }
    bail!("two builds differ: {}; dist and {COPY}/dist are there to be compared", differing.join(", "))
}

/// What git knows of, and what it does not ignore.
fn copy_sources(copy: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.args(["-c", "core.quotepath=off", "ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(project::root());
    let names = process::ask(&mut git).context("the sources are no git repository: what belongs to them is not known")?;
    for name in names.lines() {
        let (from, to) = (project::path(name), copy.join(name));
        // Who has deleted a file and not told git yet has none.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(copy))?;
            fs::copy(&from, &to).with_context(|| format!("cannot copy {name}"))?;
        }
    }
    Ok(())
}

/// The files of a folder by name.
fn contents(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    files
        .iter()
        .map(|file| Ok((file.file_name().unwrap_or_default().to_string_lossy().into_owned(), fs::read(file)?)))
        .collect()
}

/// The names of files that are in one only, or not the same in both.
fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

/// A release into `dist/`.
pub(super) fn run() -> Result<()> {
    let toolchain = WasmToolchain::find_or_install()?;
    site::build(toolchain, Effort::Release, &project::dist())?;
    println!("  the page is in dist/");
    Ok(())
}

/// What the commands that use `dist/` do first: builds it, unless `--no-build` says that it is there.
pub(super) fn unless_told(arguments: &[String]) -> Result<Vec<String>> {
    let (flags, rest): (Vec<String>, Vec<String>) = arguments.iter().cloned().partition(|word| word == "--no-build");
    if flags.is_empty() || !project::dist().join("index.html").exists() {
        run()?;
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn files_that_differ_are_named() {
        let folder = |files: &[(&str, &str)]| {
            files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
        };
        let one = folder(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert_eq!(differing(&one, &one), Vec::<String>::new());
        assert_eq!(differing(&one, &folder(&[("a", "1"), ("b", "x"), ("d", "3")])), ["b", "c", "d"]);
    }
}
