//! The page's words in the language of the person.
//!
//! The words stand in English where they are used; a language is a catalogue that has another for each
//! (`www/languages/de.json`, fetched by `www/language.js`). What Kubernetes prints, and the lessons, stay as they are.

use std::cell::Cell;
use std::fmt::{Display, Write};

thread_local! {
    /// English and the other language, in the order of the English.
    static CATALOGUE: Cell<&'static [(String, String)]> = const { Cell::new(&[]) };
}

/// Words in the language of the page; the English ones where the catalogue has no others.
pub(crate) fn t(english: &'static str) -> &'static str {
    let catalogue = CATALOGUE.get();
    let found = catalogue.binary_search_by(|(known, _)| known.as_str().cmp(english));
    found.map_or(english, |index| &catalogue[index].1)
}

/// The same with values in the places of `{0}`, `{1}` …
pub(crate) fn fill(english: &'static str, values: &[&dyn Display]) -> String {
    let mut text = String::new();
    for piece in t(english).split('{') {
        let (place, rest) = piece.split_once('}').unwrap_or(("", piece));
        if let Some(value) = place.parse().ok().and_then(|index: usize| values.get(index)) {
            _ = write!(text, "{value}");
        }
        text.push_str(rest);
    }
    text
}

/// A number of things: `one` where it is one, else `many` with the number in the place of `{0}`.
pub(crate) fn count(number: usize, one: &'static str, many: &'static str) -> String {
    if number == 1 { t(one).to_owned() } else { fill(many, &[&number]) }
}

/// English words that [`t`] gets from a table later: `tests/words.rs` finds them by this.
pub(crate) const fn later(english: &'static str) -> &'static str {
    english
}

/// From now on the page speaks the language of this catalogue, a JSON object from English to the other. It stays for as long as
/// the page does. What is no catalogue changes nothing.
#[inline(never)]
pub(super) fn speak(catalogue: &str) {
    let Ok(serde_json::Value::Object(words)) = serde_json::from_str(catalogue) else { return };
    let words = words.into_iter().filter_map(|(english, other)| Some((english, other.as_str()?.to_owned())));
    let mut words: Vec<(String, String)> = words.collect();
    words.sort();
    CATALOGUE.set(words.leak());
}
