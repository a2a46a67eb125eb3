//! The schedule of a CronJob (upstream: `github.com/robfig/cron/v3`, `parser.go`).

/// What is wrong with a schedule, in the parser's words.
///
/// # Examples
/// ```
/// use playground::api::validate::cron::mistake;
/// assert_eq!(mistake("*/5 * * * mon-fri"), None);
/// assert_eq!(mistake("* * * *").unwrap(), "expected exactly 5 fields, found 4: [* * * *]");
/// assert_eq!(mistake("70 * * * *").unwrap(), "end of range (70) above maximum (59): 70");
/// ```
pub fn mistake(schedule: &str) -> Option<String> {
    let zone = ["TZ=", "CRON_TZ="].iter().any(|zone| schedule.starts_with(zone));
    let schedule = if zone { schedule.split_once(' ').map_or("", |(_, rest)| rest).trim() } else { schedule };
    if schedule.starts_with('@') {
        return descriptor(schedule).err();
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Some(format!("expected exactly 5 fields, found {}: [{}]", fields.len(), fields.join(" ")));
    }
    let ranges = fields.iter().zip(&FIELDS).flat_map(|(field, bounds)| field.split(',').map(move |range| (range, bounds)));
    ranges.filter(|(range, _)| !range.is_empty()).find_map(|(range, bounds)| check(range, bounds).err())
}

/// The least and the greatest number of a field, and the names that stand for numbers from there on.
struct Bounds(u32, u32, &'static [&'static str]);

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const FIELDS: [Bounds; 5] =
    [Bounds(0, 59, &[]), Bounds(0, 23, &[]), Bounds(1, 31, &[]), Bounds(1, 12, MONTHS), Bounds(0, 6, DAYS)];

fn descriptor(text: &str) -> Result<(), String> {
    match text {
        "@yearly" | "@annually" | "@monthly" | "@weekly" | "@daily" | "@midnight" | "@hourly" => Ok(()),
        text if text.starts_with("@every ") => Ok(()),
        other => Err(format!("unrecognized descriptor: {other}")),
    }
}

fn check(range: &str, Bounds(least, most, names): &Bounds) -> Result<(), String> {
    let parts: Vec<&str> = range.split('/').collect();
    let ends: Vec<&str> = parts[0].split('-').collect();
    let number = |text: &str| match names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        Some(place) => Ok(place as u32 + least),
        None => integer(text),
    };
    let (start, mut end) = match ends.as_slice() {
        ["*" | "?", ..] => (*least, *most),
        [one] => (number(one)?, number(one)?),
        [first, last] => (number(first)?, number(last)?),
        _ => return Err(format!("too many hyphens: {range}")),
    };
    let step = match parts.as_slice() {
        [_] => 1,
        [_, step] => {
            // `N/step` goes on to the end.
            end = if ends.len() == 1 { *most } else { end };
            integer(step)?
        }
        _ => return Err(format!("too many slashes: {range}")),
    };
    if start < *least {
        return Err(format!("beginning of range ({start}) below minimum ({least}): {range}"));
    }
    if end > *most {
        return Err(format!("end of range ({end}) above maximum ({most}): {range}"));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {range}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {range}"));
    }
    Ok(())
}

fn integer(text: &str) -> Result<u32, String> {
    let number: i64 = text
        .parse()
        .map_err(|_| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: invalid syntax"))?;
    u32::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}"))
}
