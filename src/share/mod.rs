//! A session as the end of a link, and back.
//!
//! A link is `#1` and letters: the format's version, then base64url of a check value and a deflated [`record`], then the
//! letter `e` for "end", so that a link never ends in punctuation that a chat cuts off. Nothing of it reaches a server. The README
//! describes the format for other programs.
//!
//! What a newer playground makes is shown as far as it is known here, and [`Shared::unknown`] says that there is more: a section
//! or a deed that format 1 does not have yet, and a later format that keeps this envelope. A later format that means something
//! else by an old section must therefore not have a check value that fits here.
//!
//! Invariants: decoding never panics and never takes more than a few MiB, whatever it is given; a link that was damaged in any
//! character is refused; a link that could once be opened can be opened for ever (`tests/links`).

mod base64;
mod bytes;
mod pack;
pub mod plain;
pub mod qr;
mod record;

use std::fmt;

use crate::lessons::Library;
use crate::scenario::Scenario;
use crate::session::{Session, Taken};
use crate::sim::SimTime;
use crate::timeline::Branch;

/// The version of the format that [`encode`] writes.
const VERSION: u8 = 1;
/// The last letter of every link.
const END: char = 'e';
/// A longer link is refused unread.
const MAX_LINK: usize = 2 * 1024 * 1024;
/// The most that a link may inflate to, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The most nodes a link may have, groups counted out.
pub const MAX_NODES: usize = 5000;
/// The most files.
pub const MAX_FILES: usize = 100;
/// The longest file, in bytes.
pub const MAX_FILE_BYTES: usize = 256 * 1024;
/// The most that all versions of all files may have together, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;
/// The most actions.
pub const MAX_HISTORY: usize = 10_000;
/// The most presents beside the one that is shown.
pub const MAX_OTHERS: usize = 30;
/// The longest command line, in bytes.
pub const MAX_COMMAND_BYTES: usize = 16 * 1024;
/// The longest title or name, in bytes.
pub const MAX_NAME_BYTES: usize = 1024;
/// The most virtual time: a year.
pub const MAX_TIME: SimTime = SimTime::from_millis(366 * 24 * 3600 * 1000);

/// What a link holds: where somebody began, what was done since, and where it is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shared {
    /// What the sender calls it; may be empty.
    pub title: String,
    /// The lesson's [name](crate::lessons::Lesson::name) and the step, counted from 0.
    pub lesson: Option<(String, usize)>,
    /// The cluster and the files at the beginning.
    pub scenario: Scenario,
    /// What was done.
    pub history: Vec<Taken>,
    /// The time that is shown.
    pub now: SimTime,
    /// The file that is open in the editor.
    pub open_file: Option<String>,
    /// The moment that is looked at, where it is not `now`.
    pub seen: Option<SimTime>,
    /// Presents that were left behind, with all that was done in them.
    pub others: Vec<Branch>,
    /// How much a newer playground has put into it that is not known here.
    pub unknown: usize,
}

/// Why a link cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// There is nothing in it.
    Empty,
    /// It is not whole, or not one of ours.
    Damaged,
    /// It was made by a newer version: of this format.
    Newer(u8),
    /// It begins with a lesson that this version does not have, or has otherwise.
    Lesson(String),
    /// It asks for more than the playground takes: of what.
    TooLarge(&'static str),
    /// A parameter of the address says nothing that can be read: which.
    Parameter(&'static str),
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShareError::Empty => f.write_str("This link is empty. Ask for it again, and copy all of it, from # to the end."),
            ShareError::Damaged => f.write_str(
                "This link is damaged: some of it is missing or changed. Ask for it again, and copy all of it, from # to the end.",
            ),
            ShareError::Newer(version) => write!(
                f,
                "This link was made by a newer playground (format {version}; this one reads up to {VERSION}). Reload the page to get \
                 the newest version, then open the link again.",
            ),
            ShareError::Lesson(id) => write!(
                f,
                "This link continues the lesson \"{id}\", which this playground does not have in the same form. Open it with the \
                 playground it was made with, or begin the lesson anew.",
            ),
            ShareError::Parameter(name) => {
                write!(f, "The address' \"{name}\" cannot be read, so none of it was opened. The README says what may stand there.")
            }
            ShareError::TooLarge(what) => {
                write!(f, "This link asks for more {what} than the playground takes, so it was not opened. Ask for a smaller one.")
            }
        }
    }
}

impl std::error::Error for ShareError {}

impl Shared {
    /// What was done in a session that began with a scenario, as it is now.
    pub fn of(scenario: &Scenario, session: &Session) -> Shared {
        Shared {
            title: scenario.title.clone(),
            scenario: Scenario { steps: vec![], ..scenario.clone() },
            history: session.history().to_vec(),
            now: session.now(),
            open_file: session.files().keys().next().cloned(),
            ..Shared::default()
        }
    }

    /// The session it describes.
    pub fn session(&self) -> Session {
        Session::replay(&self.scenario, &self.history, self.now)
    }
}

/// A text that a stranger wrote, to stand among other words: what cannot be seen or turns the direction of writing is written out.
#[inline(never)]
pub fn in_sight(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    };
    let mut shown = String::new();
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    // Between marks that keep its direction from the words around it.
    if shown.is_ascii() { shown } else { format!("\u{2068}{shown}\u{2069}") }
}

/// The fragment of a link, with its `#`; a link into a lesson of the library says only what differs from it. What goes beyond the limits of this module is encoded, but will not be opened.
#[inline(never)]
pub fn encode(shared: &Shared, library: &Library) -> String {
    sealed(&pack::deflate(&record::write(shared, library)))
}

/// The same, sooner and longer: to be kept where length does not matter.
pub fn keep(shared: &Shared) -> String {
    sealed(&pack::store(&record::write_whole(shared)))
}

fn sealed(packed: &[u8]) -> String {
    let mut bytes = pack::checksum(VERSION, packed).to_le_bytes().to_vec();
    bytes.extend_from_slice(packed);
    format!("#{VERSION}{}{END}", base64::encode(&bytes))
}

/// What a link holds: of a whole link, or of its fragment with or without the `#`. Spaces and line breaks that a mail program put
/// into it do no harm.
///
/// # Errors
/// See [`ShareError`]; its text tells what happened and what to do.
#[inline(never)]
pub fn decode(link: &str, library: &Library) -> Result<Shared, ShareError> {
    let fragment = link.rsplit_once('#').map_or(link, |(_, fragment)| fragment);
    if fragment.len() > MAX_LINK {
        return Err(ShareError::TooLarge("text"));
    }
    let letters: String = fragment.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let version = letters.chars().next().ok_or(ShareError::Empty)?;
    match version.to_digit(10) {
        Some(1) => opened(VERSION, &letters[1..], library),
        Some(newer @ 2..) => {
            let newer = newer as u8;
            match opened(newer, &letters[1..], library) {
                Ok(shared) => Ok(Shared { unknown: shared.unknown.max(1), ..shared }),
                // What it asks for is known, and is too much.
                Err(error @ ShareError::TooLarge(_)) => Err(error),
                Err(_) => Err(ShareError::Newer(newer)),
            }
        }
        _ => Err(ShareError::Damaged),
    }
}

fn opened(version: u8, letters: &str, library: &Library) -> Result<Shared, ShareError> {
    let body = letters.strip_suffix(END).ok_or(ShareError::Damaged)?;
    let bytes = base64::decode(body).ok_or(ShareError::Damaged)?;
    let (check, packed) = bytes.split_first_chunk().ok_or(ShareError::Damaged)?;
    if u32::from_le_bytes(*check) != pack::checksum(version, packed) {
        return Err(ShareError::Damaged);
    }
    record::read(&pack::inflate(packed)?, library)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons;

    /// Somebody who makes damaged links on purpose makes the check value fit.
    #[test]
    fn a_forged_link_does_no_harm() {
        let shared = Shared { scenario: lessons::sandbox(), title: "x".to_owned(), ..Shared::default() };
        let packed = pack::deflate(&record::write(&shared, &Library::default()));
        for position in 0..packed.len() {
            for bit in 0..8 {
                let mut forged = packed.clone();
                forged[position] ^= 1 << bit;
                let mut bytes = pack::checksum(VERSION, &forged).to_le_bytes().to_vec();
                bytes.extend(forged);
                // Whether it opens or not: it must come to an end, without panic, within the limits.
                if let Ok(opened) = decode(&format!("1{}{END}", base64::encode(&bytes)), &Library::default()) {
                    assert!(opened.scenario.config.nodes.len() <= MAX_NODES && opened.now <= MAX_TIME);
                }
            }
        }
    }
}
