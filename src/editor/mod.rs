//! What the editor knows of manifests: what can be typed at a place, what a field is, what repairs a mistake, how a text looks
//! when it is tidy, and what differs from what is in the cluster.
//!
//! Everything is a question about a text, answered with words and with [`Edit`]s of that text; nothing here changes anything.

mod applied;
mod change;
mod complete;
mod fixes;
mod format;
mod help;
mod names;
mod outline;
mod problems;
mod schema;

pub use applied::{Applied, State, applied};
pub use change::{change, find};
pub use complete::{Completion, Suggestion, complete};
pub use fixes::{Repair, repairs};
pub use format::format;
pub use help::{Help, help};
pub use problems::problems;

/// A change of a text: what stands between two places, in bytes, becomes something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What comes there.
    pub insert: String,
}

/// The text after edits that do not overlap.
///
/// # Examples
/// ```
/// use playground::editor::{Edit, edited};
/// let edit = Edit { from: 2, to: 3, insert: "bc".to_owned() };
/// assert_eq!(edited("a x", &[edit]), "a bc");
/// ```
pub fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.from, edit.to));
    let (mut new, mut done) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        new.push_str(text.get(done..edit.from).unwrap_or_default());
        new.push_str(&edit.insert);
        done = edit.to.max(done);
    }
    new.push_str(text.get(done..).unwrap_or_default());
    new
}
