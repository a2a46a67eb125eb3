//! Where in a text the value of a path stands.

use super::yaml::{self, Chunk};

/// The places of the values of a text.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    documents: Vec<Chunk>,
}

/// Finds the places of every value of every document; of a broken text those before the mistake.
pub fn positions(text: &str) -> Positions {
    Positions { documents: yaml::chunks(text) }
}

impl Positions {
    /// Line and column, both counted from 1, of the field at a path such as `spec.template.spec.containers[0].image`; where it
    /// is missing, of the nearest parent that is there. None where there is no such document.
    ///
    /// # Examples
    /// ```
    /// let places = playground::api::positions::positions("a:\n- b: 1\n- b: 2\n");
    /// assert_eq!(places.line_of(0, "a[1].b"), Some((3, 3)));
    /// assert_eq!(places.line_of(0, "a[1].c"), Some((3, 3)));
    /// assert_eq!(places.line_of(0, "x"), Some((1, 1)));
    /// assert_eq!(places.line_of(1, "a"), None);
    /// ```
    pub fn line_of(&self, document: usize, path: &str) -> Option<(usize, usize)> {
        self.documents.get(document)?.place(path)
    }
}
