//! Virtual time.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use jiff::Timestamp;

/// A moment of virtual time: milliseconds since the simulation began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SimTime(u64);

/// The date on which every simulation begins, 2026-01-05T09:00:00Z, in seconds since 1970.
const EPOCH: i64 = 1_767_603_600;

impl SimTime {
    /// The beginning.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than any moment a simulation reaches (some 285,000 years).
    pub const MAX: SimTime = SimTime(9_007_199_254_740_991);

    /// `millis` milliseconds after the beginning.
    pub const fn from_millis(millis: u64) -> SimTime {
        SimTime(millis)
    }

    /// Milliseconds since the beginning.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The date and time the virtual machines' clocks show.
    pub fn timestamp(self) -> Timestamp {
        let seconds = EPOCH.saturating_add_unsigned(self.0 / 1000);
        Timestamp::new(seconds, (self.0 % 1000) as i32 * 1_000_000).unwrap_or(Timestamp::MAX)
    }

    /// The moment at which the virtual clocks show `timestamp`; the beginning for anything earlier.
    pub fn from_timestamp(timestamp: Timestamp) -> SimTime {
        SimTime(u64::try_from(timestamp.as_millisecond() - EPOCH * 1000).unwrap_or(0))
    }

    /// The next moment, from this one on, that is a multiple of `period` after `offset`.
    pub fn next_tick(self, period: Duration, offset: Duration) -> SimTime {
        let (period, offset) = (millis(period).max(1), millis(offset));
        SimTime(self.0.saturating_sub(offset).div_ceil(period) * period + offset)
    }
}

impl Add<Duration> for SimTime {
    type Output = SimTime;
    fn add(self, duration: Duration) -> SimTime {
        SimTime(self.0.saturating_add(millis(duration)))
    }
}

impl Sub for SimTime {
    type Output = Duration;
    /// How long after `earlier` this is; nothing if it is not.
    fn sub(self, earlier: SimTime) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for SimTime {
    /// `1m 05.2s`: minutes when there are any, tenths of seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minutes, tenths) = (self.0 / 60_000, self.0 % 60_000 / 100);
        match minutes {
            0 => write!(f, "{}.{}s", tenths / 10, tenths % 10),
            _ => write!(f, "{minutes}m {:02}.{}s", tenths / 10, tenths % 10),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
