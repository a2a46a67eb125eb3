//! The lessons that are built in are those of the directory, and each can be done.

use std::collections::BTreeSet;

use playground::lessons;

#[test]
fn the_page_has_every_lesson_of_the_directory() {
    let files = std::fs::read_dir("lessons").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> = files.filter(|name| name.ends_with(".md") && name != "README.md").collect();
    let built_in: BTreeSet<String> = lessons::built_in_files().map(str::to_owned).collect();
    assert_eq!(built_in, files, "src/lessons/mod.rs names the lessons that the page has");
    assert_eq!(lessons::catalogue().len(), files.len(), "`playground check lessons` tells what is wrong");
}
