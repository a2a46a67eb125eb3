//! Times in whole seconds, as the API keeps most of its times.

use std::fmt;
use std::num::NonZeroU64;

use jiff::Timestamp;

use super::Time;

/// A point of time in whole seconds. It takes half the room of a [`Time`], and a third where it may be missing: a cluster keeps a
/// dozen of them for every pod.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Second(NonZeroU64);

/// What is added to the seconds since 1970, so that earlier ones have their place and none is zero.
const SHIFT: u64 = 1 << 63;

impl Second {
    /// The second in which something is.
    pub fn of(at: Timestamp) -> Second {
        let shifted = at.as_second().cast_unsigned() ^ SHIFT;
        Second(NonZeroU64::new(shifted).unwrap_or(NonZeroU64::MIN))
    }

    /// The beginning of the second.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_second((self.0.get() ^ SHIFT).cast_signed()).unwrap_or_default()
    }

    /// The same as objects have it that are written out.
    pub fn time(self) -> Time {
        Time(self.timestamp())
    }
}

impl fmt::Debug for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_keep_their_order() {
        let all = [Timestamp::MIN, Timestamp::from_second(-1).unwrap(), Timestamp::UNIX_EPOCH, Timestamp::MAX];
        let seconds = all.map(Second::of);
        assert!(seconds.is_sorted());
        assert_eq!(seconds.map(|second| second.timestamp().as_second()), all.map(Timestamp::as_second));
    }
}
