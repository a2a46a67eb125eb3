//! `kubectl explain KIND.FIELD.FIELD`.

use super::Found;
use super::kubectl::Typed;
use crate::api::Kind;

/// Kinds; the fields of what a path leads to behind its last dot.
pub(super) fn paths(word: &str, typed: &Typed<'_>) -> Found {
    let Some((path, _)) = word.rsplit_once('.') else { return (0, typed.kinds()) };
    let mut steps = path.split('.');
    let kind = steps.next().and_then(|name| Kind::named(name, &typed.sim.cluster().custom_kinds()));
    let Some(kind) = kind else { return (0, vec![]) };
    let of = steps.fold(kind.schema(), |of, name| of.inner(name).0);
    (path.len() + 1, of.fields().map(|(name, _)| name.to_owned()).collect())
}
