//! What is wrong with a file: what the server would say, and what it would not say although somebody should.

use std::collections::BTreeMap;

use super::outline::{Outline, Step};
use crate::api::decode;
use crate::api::lint::{self, Diagnostic, Severity};
use crate::api::positions;
use crate::cluster::Cluster;
use crate::kubectl::preview;

/// Everything wrong with a file: what [`lint::lint`] finds, what the server would say to a change of the objects that are there,
/// and keys that stand twice.
pub fn problems(file: &str, text: &str, cluster: &Cluster) -> Vec<Diagnostic> {
    let custom = cluster.custom_kinds();
    let mut found = lint::lint(file, text, &custom);
    let places = positions::positions(text);
    for manifest in decode::decode(file, text, &custom, true).into_iter().flatten() {
        let Some(Err(errors)) = preview(&manifest, cluster).map(|preview| preview.merged) else { continue };
        for (field, message) in errors {
            if found.iter().any(|it| it.message == message || (field.is_empty() && message.contains(&it.message))) {
                continue;
            }
            let (line, column) = places.line_of(manifest.document, &manifest.path(&field)).unwrap_or((1, 1));
            found.push(Diagnostic { line, column, message, severity: Severity::Error });
        }
    }
    found.extend(doubles(text));
    found
}

/// Words by which a key that stands twice is known.
pub(super) const TWICE: &str = " stands here and again on line ";

/// Keys that stand twice. kubectl takes the last one, without a word.
fn doubles(text: &str) -> Vec<Diagnostic> {
    let outline = Outline::of(text);
    let mut last: BTreeMap<(usize, Option<usize>, &str), usize> = BTreeMap::new();
    let mut found = vec![];
    for (at, node) in outline.nodes.iter().enumerate() {
        let Step::Key(key) = &node.step else { continue };
        let Some(before) = last.insert((node.document, node.parent, key), at) else { continue };
        let first = &outline.nodes[before];
        let message = format!("{key:?}{TWICE}{}: kubectl takes the last one", node.line + 1);
        found.push(Diagnostic { line: first.line + 1, column: first.column + 1, message, severity: Severity::Warning });
    }
    found
}
