//! The map: what each node is to the DaemonSets, in groups, filtered, and counted; for thousands of nodes, many times a second.
//!
//! A [`Chart`] remembers what it saw: what did not change since is not looked at again. What it says is compact, a [`Cell`] for each
//! node; words are made only for what somebody looks at.

mod arrange;
mod cell;
mod chart;
mod pod;
mod revisions;

pub use arrange::{Group, Grouping, Kinds, Look, Order};
pub use cell::{Cell, Seat};
pub use chart::{Chart, Place};
pub use pod::{Tone, tone};
pub use revisions::Revisions;

use std::cmp::Ordering;

use crate::api::{DaemonSet, Resource};

/// The label that says in which zone a node is.
pub const ZONE: &str = "topology.kubernetes.io/zone";

/// What a DaemonSet is called: its name, with its namespace unless that is `default`.
pub fn name_of(ds: &DaemonSet) -> String {
    match ds.namespace() {
        "default" => ds.name().to_owned(),
        namespace => format!("{namespace}/{}", ds.name()),
    }
}

/// Names with numbers, in the order in which people count: `worker-2` before `worker-10`.
pub fn natural(one: &str, other: &str) -> Ordering {
    let split = |text: &'_ str| {
        let stem = text.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        (stem, text[stem..].parse::<u64>().unwrap_or(0))
    };
    let ((stem, number), (other_stem, other_number)) = (split(one), split(other));
    one[..stem].cmp(&other[..other_stem]).then(number.cmp(&other_number)).then_with(|| one.cmp(other))
}
