//! Dates of timestamps, in UTC, and back.
//!
//! `jiff` could do both, with time zones, calendars and parsers that the page would have to load.

use jiff::Timestamp;

/// A moment's date and time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 86,399: seconds since midnight.
    pub second: i64,
    /// 0 for a Sunday to 6 for a Saturday.
    pub weekday: i64,
}

/// Names of the days, from Sunday on, in three letters.
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
/// Names of the months in three letters.
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Date {
    /// The date of a moment.
    pub fn of(time: Timestamp) -> Date {
        let seconds = time.as_microsecond().div_euclid(1_000_000);
        let days = seconds.div_euclid(86_400);
        let (year, month, day) = civil(days);
        Date { year, month, day, second: seconds.rem_euclid(86_400), weekday: (days + 4).rem_euclid(7) }
    }

    /// `09:05:00`.
    pub fn clock(self) -> String {
        format!("{:02}:{:02}:{:02}", self.second / 3600, self.second / 60 % 60, self.second % 60)
    }

    /// `2026-01-05T09:05:00`.
    pub fn rfc3339(self) -> String {
        format!("{:04}-{:02}-{:02}T{}", self.year, self.month, self.day, self.clock())
    }

    /// `Mon`.
    pub const fn weekday_name(self) -> &'static str {
        WEEKDAYS[self.weekday.unsigned_abs() as usize % 7]
    }

    /// `Jan`.
    pub const fn month_name(self) -> &'static str {
        MONTHS[(self.month - 1).unsigned_abs() as usize % 12]
    }
}

/// (year, month, day) of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// The day, counted from 1970-01-01, of a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// A time as RFC 3339 writes it, with `Z` or an offset.
pub fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let (clock, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
    let triple = |text: &str, separator: char| {
        let mut parts = text.split(separator).map(number);
        let found = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(found)
    };
    let ((year, month, day), (hour, minute, second)) = (triple(date, '-')?, triple(clock, ':')?);
    let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let (fraction, zone) = if digits > 0 { (&rest[1..=digits], &rest[1 + digits..]) } else { ("", rest) };
    let nanos = format!("{fraction:0<9}").get(..9)?.parse::<i32>().ok()?;
    let offset = match zone.as_bytes() {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let (hours, minutes) = zone[1..].split_once(':')?;
            let seconds = (number(hours)? * 60 + number(minutes)?) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    if valid { Timestamp::new(seconds, nanos).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_and_write_back() {
        for (text, expect) in [
            ("2026-01-05T09:00:00Z", Some("2026-01-05T09:00:00")),
            ("2024-02-29T23:59:59.5+01:30", Some("2024-02-29T22:29:59")),
            ("1969-12-31T23:59:59Z", Some("1969-12-31T23:59:59")),
            ("2026-13-05T09:00:00Z", None),
            ("2026-01-05 09:00:00Z", None),
            ("2026-01-05T09:00:00", None),
            ("2026-01-05T09:00:00+x:0", None),
            ("x", None),
            ("2026-01-0éT09:00:00Z", None),
        ] {
            assert_eq!(parse(text).map(|time| Date::of(time).rfc3339()).as_deref(), expect, "{text}");
        }
    }
}
