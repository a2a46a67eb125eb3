//! How long ago, as kubectl's tables say it.

use std::time::Duration;

/// A duration in two figures at most: `45s`, `3m20s`, `5h12m`, `2d3h`, `1y20d` (upstream: `HumanDuration` in
/// `apimachinery/pkg/util/duration/duration.go`).
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use playground::api::duration::human;
/// assert_eq!(human(Duration::from_secs(119)), "119s");
/// assert_eq!(human(Duration::from_secs(200)), "3m20s");
/// assert_eq!(human(Duration::from_secs(3 * 3600)), "3h");
/// ```
pub fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let days = hours / 24;
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => two(minutes, "m", seconds % 60, "s"),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => two(hours, "h", minutes % 60, "m"),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => two(days, "d", hours % 24, "h"),
        () if days < 365 * 2 => format!("{days}d"),
        () if days < 365 * 8 => two(days / 365, "y", days % 365, "d"),
        () => format!("{}y", days / 365),
    }
}

/// `3m20s`, or `3m` where the smaller figure is nought.
fn two(big: u64, big_unit: &str, small: u64, small_unit: &str) -> String {
    match small {
        0 => format!("{big}{big_unit}"),
        small => format!("{big}{big_unit}{small}{small_unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_and_its_edges() {
        const HOUR: u64 = 3600;
        const DAY: u64 = 24 * HOUR;
        for (seconds, expected) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (121, "2m1s"),
            (599, "9m59s"),
            (600, "10m"),
            (3 * HOUR - 1, "179m"),
            (3 * HOUR, "3h"),
            (3 * HOUR + 60, "3h1m"),
            (8 * HOUR, "8h"),
            (48 * HOUR - 1, "47h"),
            (2 * DAY, "2d"),
            (2 * DAY + HOUR, "2d1h"),
            (8 * DAY, "8d"),
            (729 * DAY, "729d"),
            (730 * DAY, "2y"),
            (731 * DAY, "2y1d"),
            (8 * 365 * DAY + DAY, "8y"),
        ] {
            assert_eq!(human(Duration::from_secs(seconds)), expected, "{seconds} s");
        }
        human(Duration::MAX);
    }
}
