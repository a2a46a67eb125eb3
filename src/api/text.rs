//! A text that is short as a rule.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;

/// The longest text that takes no memory elsewhere, in bytes.
const SHORT: usize = 30;

/// A text that is kept in place where it is short: whoever compares many of them has one piece of memory less to fetch for each.
///
/// # Examples
/// ```
/// use playground::api::text::Text;
/// let name = Text::from("agent-x7k2p");
/// assert_eq!((&*name, name.len()), ("agent-x7k2p", 11));
/// assert!(Text::from("a name that is too long to be kept in place") < name);
/// ```
#[derive(Clone)]
pub enum Text {
    /// As many bytes as it has, then noughts.
    Short(u8, [u8; SHORT]),
    /// One that is longer.
    Long(Box<str>),
}

impl Text {
    fn bytes(&self) -> &[u8] {
        match self {
            Text::Short(length, bytes) => &bytes[..usize::from(*length)],
            Text::Long(text) => text.as_bytes(),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Text::Short(text.len() as u8, bytes)
            }
            None => Text::Long(text.into()),
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Long(text) => text,
            // It was made from a text.
            Text::Short(..) => std::str::from_utf8(self.bytes()).unwrap_or_default(),
        }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.bytes() == other.as_bytes()
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Text) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Text) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
