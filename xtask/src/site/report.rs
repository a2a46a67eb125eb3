//! How big the page is.

use super::compress::Copies;
use super::page::{File, Needed};
use crate::budget::Weight;

/// Prints the bytes of each file, and their sum before the page is usable.
pub(super) fn print(files: &[File], copies: &[Copies]) {
    println!();
    row("before the page is usable", &["raw", "gzip", "brotli"]);
    let first = measured(files, copies, Needed::BeforeUsable);
    print_rows(&first);
    row("together", &sum(&first).map(thousands));
    row("right afterwards", &["", "", ""]);
    print_rows(&measured(files, copies, Needed::RightAfterwards));
    row("later", &["", "", ""]);
    print_rows(&measured(files, copies, Needed::Later));
    println!();
}

/// The bytes that count.
pub(super) fn brotli(files: &[File], copies: &[Copies]) -> Weight {
    let sum = |needed| sum(&measured(files, copies, needed))[2];
    Weight { before_usable: sum(Needed::BeforeUsable), right_afterwards: sum(Needed::RightAfterwards) }
}

/// Raw, gzip, brotli.
type Sizes = [usize; 3];

fn measured<'a>(files: &'a [File], copies: &[Copies], needed: Needed) -> Vec<(&'a str, Sizes)> {
    files
        .iter()
        .zip(copies)
        .filter(|(file, _)| file.needed == needed)
        .map(|(file, copies)| {
            let sizes = [file.content.len(), copies.gzip.len(), copies.brotli.len()];
            (file.name.as_str(), sizes)
        })
        .collect()
}

fn sum(rows: &[(&str, Sizes)]) -> Sizes {
    [0, 1, 2].map(|column| rows.iter().map(|(_, sizes)| sizes[column]).sum())
}

fn print_rows(rows: &[(&str, Sizes)]) {
    for (name, sizes) in rows {
        row(&format!("  {name}"), &sizes.map(thousands));
    }
}

fn row(name: &str, columns: &[impl AsRef<str>; 3]) {
    let [raw, gzip, brotli] = columns.each_ref().map(AsRef::as_ref);
    println!("  {name:<32} {raw:>11} {gzip:>11} {brotli:>11}");
}

fn thousands(bytes: usize) -> String {
    let digits = bytes.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([7, 999, 1000, 1_234_567].map(thousands), ["7", "999", "1 000", "1 234 567"]);
    }
}
