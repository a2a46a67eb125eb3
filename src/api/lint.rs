//! Mistakes of a manifest with their places, for the editor.

use super::{decode, defaults, positions, validate};

/// A mistake at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// The server's or kubectl's words.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad a mistake is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It will be refused.
    Error,
    /// It will be taken, with a warning.
    Warning,
}

/// Everything wrong with a file.
pub fn lint(file: &str, text: &str) -> Vec<Diagnostic> {
    let places = positions::positions(text);
    let mut found = Vec::new();
    let mut add = |document: usize, field: &str, message: String, severity| {
        let (line, column) = places.line_of(document, field).unwrap_or((1, 1));
        found.push(Diagnostic { line, column, message, severity });
    };
    for result in decode::decode(file, text) {
        match result {
            Err(error) => {
                let field = error.fields.first().cloned().unwrap_or_default();
                add(error.document, &field, error.to_string(), Severity::Error);
            }
            Ok(manifest) => {
                let mut object = manifest.object;
                defaults::apply(&mut object);
                for error in validate::create(&object) {
                    add(manifest.document, &error.field, error.to_string(), Severity::Error);
                }
                for warning in validate::warnings(&object) {
                    let field = warning.split(':').next().unwrap_or_default().to_owned();
                    add(manifest.document, &field, warning, Severity::Warning);
                }
            }
        }
    }
    found
}
