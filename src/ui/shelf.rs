//! Works that wait beside the present one: one's own while a link is looked at, what came of links, all of them.
//!
//! Each has a place of its own in the browser's store. Going to one puts the present work in its place: nothing is ever lost.

use super::app::{MINE, SAVED, keep};
use super::browser;
use crate::lessons::Library;
use crate::session::Action;
use crate::share;

/// The work that was put aside last.
pub(super) const LATEST: usize = usize::MAX;
/// The most works that wait: more than a browser has room for, as a rule. Another goes where unreadable ones go.
const MOST: usize = 200;

/// A work that waits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Work {
    /// Its place.
    pub(super) place: usize,
    /// What it is called.
    pub(super) title: String,
    /// How many commands were typed in it.
    pub(super) commands: usize,
}

/// Whether there is one.
pub(super) fn has_some() -> bool {
    load(0).is_some()
}

/// All of them, the oldest first.
#[inline(never)]
pub(super) fn works() -> Vec<Work> {
    let work = |place: usize| {
        let shared = share::decode(load(place)?.lines().next()?, &Library::default()).ok()?;
        let is_command = |action: &Action| matches!(action, Action::Run(_));
        let commands = shared.history.iter().filter(|taken| is_command(&taken.action)).count();
        let title = if shared.title.is_empty() { shared.scenario.title } else { shared.title };
        Some(Work { place, title: share::in_sight(&title), commands })
    };
    (0..MOST).filter_map(work).collect()
}

/// Puts the person's work aside: what is done from now on takes its place.
#[inline(never)]
pub(super) fn put_aside() {
    let Some(own) = browser::load(SAVED).filter(|own| !own.is_empty()) else { return };
    match (0..MOST).find(|place| load(*place).is_none()) {
        Some(place) => keep(&key(place), &own),
        None => _ = browser::set_aside(SAVED),
    }
}

/// Makes the work of a place the present one, and the present one the place's. Says whether there is such a work and room for it.
#[inline(never)]
pub(super) fn change(place: usize, now: &str) -> bool {
    let latest = || (0..MOST).rev().find(|place| load(*place).is_some()).unwrap_or_default();
    let place = if place == LATEST { latest() } else { place };
    let Some(waiting) = load(place) else { return false };
    if !browser::save(SAVED, &waiting) {
        return false;
    }
    let changed = browser::save(&key(place), now);
    if !changed {
        browser::save(SAVED, now);
    }
    changed
}

/// Deletes the work of a place; gives what [`bring_back`] needs.
pub(super) fn delete(place: usize) -> Option<String> {
    load(place).filter(|_| browser::save(&key(place), ""))
}

/// Puts a work that was deleted into its place again, unless another is there now.
pub(super) fn bring_back(place: usize, work: &str) {
    if load(place).is_none() {
        keep(&key(place), work);
    }
}

fn load(place: usize) -> Option<String> {
    browser::load(&key(place)).filter(|work| !work.is_empty())
}

fn key(place: usize) -> String {
    if place == 0 { MINE.to_owned() } else { format!("{MINE}.{place}") }
}
