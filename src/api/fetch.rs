//! Memory that is fetched before it is needed.

use std::hint::black_box;

/// So many things are fetched together: few enough that what they consist of is still at hand when the last one's turn comes.
pub const TOGETHER: usize = 64;

/// Takes these looks, each at something else, and forgets what they showed.
///
/// Whoever works through very many objects waits for memory at each of them, and again at each of its parts. Looks that do not
/// depend on each other are waited for together, hardly longer than one: what was looked at so, part after part, is at hand when
/// the work on it begins.
#[inline]
pub fn fetch(looks: impl Iterator<Item = usize>) {
    black_box(looks.fold(0, usize::wrapping_add));
}
