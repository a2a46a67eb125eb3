//! Tools that print without reading: `echo`, `printf`, `seq`, `date`, `test`, `env`, `which` and the like.

use std::time::Duration;

use super::{Desk, Failed, NAMES};
use crate::api::date::Date;
use crate::kubectl::is_one_of;
use crate::shell::files::absolute;
use crate::shell::machine::{KEYWORDS, OWN, RUNS_OTHERS};
use crate::shell::text::unescape;

/// How many lines `seq` and `yes` print at most.
const MOST_LINES: usize = 100_000;
const MOST_YES: usize = 1000;
/// How wide `printf` makes a column.
const WIDEST: usize = 1000;

/// Runs a tool, if there is one of this name.
pub(super) fn run(name: &str, args: &[String], desk: &mut Desk<'_>) -> Option<Result<i32, Failed>> {
    Some(match name {
        "true" | ":" => Ok(0),
        "false" => Ok(1),
        "echo" => echo(args, desk),
        "printf" => printf(args, desk),
        "seq" => seq(args, desk),
        "date" => date(args, desk),
        "test" | "[" => test(name, args, desk),
        "pwd" => say(&absolute(&desk.env.cwd), desk),
        "whoami" => say("learner", desk),
        "id" => say("uid=1000(learner) gid=1000(learner) groups=1000(learner)", desk),
        "hostname" => say("playground", desk),
        "uname" => say(if args.is_empty() { "Linux" } else { "Linux playground 6.6.0 x86_64 GNU/Linux" }, desk),
        "nproc" => say("2", desk),
        "basename" => basename(args, desk),
        "dirname" => dirname(args, desk),
        "env" | "printenv" => env(args, desk),
        "history" => history(args, desk),
        "which" => which(args, desk),
        "type" => kind(args, desk),
        "command" => command(args, desk),
        "yes" => {
            let word = if args.is_empty() { "y".to_owned() } else { args.join(" ") };
            desk.out.out(&format!("{word}\n").repeat(MOST_YES.min(64 * 1024 / (word.len() + 1))));
            Ok(0)
        }
        "vi" | "vim" | "nano" | "emacs" | "ed" | "code" => {
            let named = args.iter().find(|arg| !arg.starts_with('-'));
            let what = named.map_or_else(|| "a file".to_owned(), Clone::clone);
            Err((1, format!("the terminal has no editor: open {what} in the editor beside it")))
        }
        _ => return None,
    })
}

fn say(text: &str, desk: &mut Desk<'_>) -> Result<i32, Failed> {
    desk.out.print(format_args!("{text}\n"));
    Ok(0)
}

/// A value as `set` shows it: in quotes if it needs them.
pub(in crate::shell) fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:,@%+-=".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) { value.to_owned() } else { always_quoted(value) }
}

/// A value in single quotes.
pub(in crate::shell) fn always_quoted(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// How long `sleep` sleeps.
pub(in crate::shell) fn sleep(args: &[String]) -> Result<Duration, String> {
    if args.is_empty() {
        return Err("missing operand\nTry 'sleep --help' for more information.".to_owned());
    }
    let mut total = 0.0;
    for arg in args {
        let units = [('s', 1.0), ('m', 60.0), ('h', 3600.0), ('d', 86400.0)];
        let unit = units.iter().find_map(|(unit, factor)| Some((arg.strip_suffix(*unit)?, *factor)));
        let (number, factor) = unit.unwrap_or((arg, 1.0));
        match number.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => total += number * factor,
            _ => return Err(format!("invalid time interval '{arg}'\nTry 'sleep --help' for more information.")),
        }
    }
    Ok(Duration::from_millis((total * 1000.0).min(1e12) as u64))
}

fn echo(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let (mut newline, mut escapes) = (true, false);
    let mut words = args;
    while let [first, rest @ ..] = words
        && let Some(letters) = first.strip_prefix('-').filter(|letters| !letters.is_empty())
        && letters.bytes().all(|c| b"neE".contains(&c))
    {
        for letter in letters.bytes() {
            match letter {
                b'n' => newline = false,
                letter => escapes = letter == b'e',
            }
        }
        words = rest;
    }
    let text = words.join(" ");
    let (text, stopped) = if escapes { unescape(&text) } else { (text, false) };
    desk.out.out(&text);
    if newline && !stopped {
        desk.out.out("\n");
    }
    Ok(0)
}

fn printf(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let args = args.strip_prefix(&["--".to_owned()][..]).unwrap_or(args);
    let Some((format, mut rest)) = args.split_first() else {
        return Ok(desk.fail(2, format_args!("printf: usage: printf [-v var] format [arguments]")));
    };
    if format == "-v" {
        return Err((2, "the playground's printf has no -v: NAME=$(printf …) does it".to_owned()));
    }
    let mut exit = 0;
    let mut out = String::new();
    let mut rounds = 0;
    loop {
        let before = rest.len();
        let stopped = printf_once(format, &mut rest, &mut out, &mut exit, desk)?;
        rounds += 1;
        if stopped || rest.is_empty() || rest.len() == before || rounds > MOST_LINES || out.len() > 256 * 1024 {
            break;
        }
    }
    desk.out.out(&out);
    Ok(exit)
}

/// Goes through the format once; says whether a `\c` ended all.
fn printf_once(
    format: &str,
    args: &mut &[String],
    out: &mut String,
    exit: &mut i32,
    desk: &mut Desk<'_>,
) -> Result<bool, Failed> {
    let mut rest = format;
    while let Some(at) = rest.find(['%', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('\\') {
            // As much as belongs to the escape: up to the next one.
            let end =
                rest[1..].char_indices().skip(1).find(|(_, c)| matches!(c, '\\' | '%')).map_or(rest.len(), |(at, _)| at + 1);
            let (text, stopped) = unescape(&rest[..end]);
            out.push_str(&text);
            if stopped {
                return Ok(true);
            }
            rest = &rest[end..];
            continue;
        }
        let spec_end = rest[1..].find(|c: char| !"-+ #0123456789.*".contains(c)).map_or(rest.len(), |at| at + 1);
        let Some(kind) = rest[spec_end..].chars().next() else {
            return Err((1, format!("`{rest}': missing format character")));
        };
        let mut next = || {
            let (first, others) = args.split_first()?;
            *args = others;
            Some(first.clone())
        };
        let mut spec = rest[1..spec_end].to_owned();
        while spec.contains('*') {
            spec = spec.replacen('*', &next().unwrap_or_else(|| "0".to_owned()), 1);
        }
        rest = &rest[spec_end + kind.len_utf8()..];
        let value = match kind {
            '%' => {
                out.push('%');
                continue;
            }
            's' | 'b' | 'c' | 'q' => {
                let text = next().unwrap_or_default();
                match kind {
                    'b' => unescape(&text).0,
                    'c' => text.chars().take(1).collect(),
                    'q' => quoted(&text),
                    _ => text,
                }
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' | 'f' | 'F' | 'e' | 'g' => next().unwrap_or_default(),
            other => return Err((1, format!("`{other}': invalid format character"))),
        };
        let numeric = !matches!(kind, 's' | 'b' | 'c' | 'q');
        if numeric && !value.is_empty() && number(&value).is_none() {
            let tool = if value.trim().is_empty() { "" } else { value.as_str() };
            desk.out.warn(format_args!("bash: line 1: printf: {tool}: invalid number\n"));
            *exit = 1;
        }
        out.push_str(&formatted(kind, &spec, &value));
    }
    out.push_str(rest);
    Ok(false)
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim_start();
    if let Some(letter) = text.strip_prefix(['\'', '"']) {
        return letter.chars().next().map(|c| f64::from(u32::from(c)));
    }
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok().map(|n| n as f64),
        None => text.parse().ok(),
    }
}

/// One value as a `%` with these flags, width and precision shows it.
pub(super) fn formatted(kind: char, spec: &str, value: &str) -> String {
    let flags: String = spec.chars().take_while(|c| "-+ #0".contains(*c)).collect();
    let (width, precision) = spec[flags.len()..].split_once('.').map_or((&spec[flags.len()..], None), |(w, p)| (w, Some(p)));
    let width = width.parse::<usize>().unwrap_or(0).min(WIDEST);
    let precision = precision.map(|precision| precision.parse::<usize>().unwrap_or(0).min(100));
    let float = number(value).or_else(|| leading(value)).unwrap_or(0.0);
    let whole = value.trim().parse::<i64>().unwrap_or(float as i64);
    let mut text = match kind {
        'd' | 'i' | 'u' => format!("{whole:0width$}", width = precision.unwrap_or(0)),
        'x' => format!("{whole:x}"),
        'X' => format!("{whole:X}"),
        'o' => format!("{whole:o}"),
        'f' | 'F' => format!("{float:.precision$}", precision = precision.unwrap_or(6)),
        'e' => exponential(float, precision.unwrap_or(6)),
        'g' => general(float, precision.unwrap_or(6)),
        _ => value.chars().take(precision.unwrap_or(usize::MAX)).collect(),
    };
    let numeric = "diuxXofFeg".contains(kind);
    if numeric && flags.contains('+') && !text.starts_with('-') {
        text.insert(0, '+');
    } else if numeric && flags.contains(' ') && !text.starts_with('-') {
        text.insert(0, ' ');
    }
    let missing = width.saturating_sub(text.chars().count());
    if flags.contains('-') {
        text + &" ".repeat(missing)
    } else if flags.contains('0') && numeric {
        let sign = usize::from(text.starts_with(['-', '+', ' ']));
        format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..])
    } else {
        " ".repeat(missing) + &text
    }
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit() && !".-+".contains(c)).unwrap_or(text.len());
    text[..end].parse().ok()
}

fn exponential(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |exponent| ("-", exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

/// `%g`: the shorter of two ways, without zeros at the end.
pub(super) fn general(value: f64, precision: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { format!("{value}").to_lowercase() };
    }
    let precision = precision.max(1);
    let scientific = exponential(value, precision - 1);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let trim = |text: &str| {
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
    };
    if exponent < -4 || exponent >= i32::try_from(precision).unwrap_or(i32::MAX) {
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{exponent}", trim(digits));
    }
    let decimals = usize::try_from(i32::try_from(precision).unwrap_or(6) - 1 - exponent).unwrap_or(0);
    trim(&format!("{value:.decimals$}"))
}

fn seq(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let (mut separator, mut wide) = ("\n".to_owned(), false);
    let mut numbers: Vec<&String> = vec![];
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-w" => wide = true,
            "-s" => separator = rest.next().cloned().unwrap_or_default(),
            arg_text if arg_text.starts_with("-s") => arg_text[2..].clone_into(&mut separator),
            _ => numbers.push(arg),
        }
    }
    let parse = |text: &String| {
        let wrong = || (1, format!("invalid floating point argument: '{text}'\nTry 'seq --help' for more information."));
        text.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong)
    };
    let one = "1".to_owned();
    let (first, step, last) = match numbers.as_slice() {
        [last] => (&one, &one, *last),
        [first, last] => (*first, &one, *last),
        [first, step, last] => (*first, *step, *last),
        [] => return Err((1, "missing operand\nTry 'seq --help' for more information.".to_owned())),
        [_, _, _, extra, ..] => {
            return Err((1, format!("extra operand '{extra}'\nTry 'seq --help' for more information.")));
        }
    };
    let decimals =
        [first, step].iter().map(|text| text.split_once('.').map_or(0, |(_, rest)| rest.len().min(15))).max().unwrap_or(0);
    let (from, by, to) = (parse(first)?, parse(step)?, parse(last)?);
    if by == 0.0 {
        return Err((1, format!("invalid Zero increment value: '{step}'\nTry 'seq --help' for more information.")));
    }
    let mut shown = vec![];
    for round in 0..=MOST_LINES {
        let value = from + by * round as f64;
        if (by > 0.0 && value > to + by.abs() * 1e-9) || (by < 0.0 && value < to - by.abs() * 1e-9) {
            break;
        }
        if round == MOST_LINES {
            return Err((1, format!("the playground's seq prints at most {MOST_LINES} numbers")));
        }
        shown.push(format!("{value:.decimals$}"));
    }
    let width = if wide { shown.iter().map(String::len).max().unwrap_or(0) } else { 0 };
    let shown: Vec<String> = shown
        .iter()
        .map(|text| if wide { formatted('f', &format!("0{width}.{decimals}"), text) } else { text.clone() })
        .collect();
    if !shown.is_empty() {
        desk.out.print(format_args!("{}\n", shown.join(&separator)));
    }
    Ok(0)
}

fn date(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let now = desk.sim.cluster().now();
    let mut format = "%a %b %e %H:%M:%S UTC %Y".to_owned();
    for arg in args {
        match arg.as_str() {
            "-u" | "--utc" | "--universal" => {}
            "-I" | "--iso-8601" => "%F".clone_into(&mut format),
            "-Is" | "-Iseconds" | "--iso-8601=seconds" => "%FT%T+00:00".clone_into(&mut format),
            "-R" | "--rfc-email" => "%a, %d %b %Y %T +0000".clone_into(&mut format),
            arg if arg.starts_with('+') => arg[1..].clone_into(&mut format),
            arg if arg.starts_with("-d") || arg.starts_with("--date") => {
                return Err((1, "the playground's date tells the time of the cluster only: it has no -d".to_owned()));
            }
            other => return Err((1, format!("invalid date '{other}'"))),
        }
    }
    let day = Date::of(now);
    let hour = day.second / 3600;
    let mut out = String::new();
    let mut letters = format.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let mut letter = letters.next().unwrap_or('%');
        let pad = if letter == '-' {
            letter = letters.next().unwrap_or('%');
            1
        } else {
            2
        };
        out.push_str(&match letter {
            'Y' => day.year.to_string(),
            'y' => format!("{:02}", day.year % 100),
            'm' => format!("{:0pad$}", day.month),
            'd' => format!("{:0pad$}", day.day),
            'e' => format!("{:pad$}", day.day),
            'H' => format!("{hour:0pad$}"),
            'I' => format!("{:0pad$}", (hour + 11) % 12 + 1),
            'M' => format!("{:0pad$}", day.second / 60 % 60),
            'S' => format!("{:0pad$}", day.second % 60),
            'N' => format!("{:09}", now.subsec_nanosecond()),
            's' => now.as_second().to_string(),
            'p' => (if hour < 12 { "AM" } else { "PM" }).to_owned(),
            'F' => format!("{}-{:02}-{:02}", day.year, day.month, day.day),
            'T' => day.clock(),
            'R' => day.clock().get(..5).unwrap_or_default().to_owned(),
            'D' => format!("{:02}/{:02}/{:02}", day.month, day.day, day.year % 100),
            'a' => day.weekday_name().to_owned(),
            'b' | 'h' => day.month_name().to_owned(),
            'u' => (if day.weekday == 0 { 7 } else { day.weekday }).to_string(),
            'w' => day.weekday.to_string(),
            'Z' => "UTC".to_owned(),
            'z' => "+0000".to_owned(),
            'c' => format!("{} {} {:2} {} {}", day.weekday_name(), day.month_name(), day.day, day.clock(), day.year),
            'n' => "\n".to_owned(),
            't' => "\t".to_owned(),
            '%' => "%".to_owned(),
            other => return Err((1, format!("the playground's date has no %{other}"))),
        });
    }
    say(&out, desk)
}

fn basename(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let Some(path) = args.first() else {
        return Err((1, "missing operand\nTry 'basename --help' for more information.".to_owned()));
    };
    let bare = path.trim_end_matches('/');
    let name = bare.rsplit('/').next().unwrap_or_default();
    let name =
        args.get(1).and_then(|suffix| name.strip_suffix(suffix.as_str())).filter(|name| !name.is_empty()).unwrap_or(name);
    say(if bare.is_empty() && !path.is_empty() { "/" } else { name }, desk)
}

fn dirname(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    if args.is_empty() {
        return Err((1, "missing operand\nTry 'dirname --help' for more information.".to_owned()));
    }
    for path in args {
        let shown = match path.trim_end_matches('/').rsplit_once('/') {
            Some((before, _)) if before.trim_end_matches('/').is_empty() => "/",
            Some((before, _)) => before.trim_end_matches('/'),
            None if path.starts_with('/') => "/",
            None => ".",
        };
        say(shown, desk)?;
    }
    Ok(0)
}

fn env(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    if let Some(flag) = args.iter().find(|arg| arg.starts_with('-')) {
        return Err((125, format!("the playground's env has no {flag}")));
    }
    let value = |name: &String| match name.as_str() {
        "PWD" => Some(absolute(&desk.env.cwd)),
        name => desk.env.variables.get(name).cloned(),
    };
    if let Some(name) = args.iter().find(|arg| !arg.contains('=')) {
        return match desk.env.exported.contains(name).then(|| value(name)).flatten() {
            Some(value) => say(&value, desk),
            None => Ok(1),
        };
    }
    let mut rows: Vec<String> =
        desk.env.exported.iter().filter_map(|name| Some(format!("{name}={}\n", value(name)?))).collect();
    rows.extend(args.iter().filter(|arg| arg.contains('=')).map(|arg| format!("{arg}\n")));
    rows.iter().for_each(|row| desk.out.out(row));
    Ok(0)
}

fn history(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let count = desk.shell.history.len();
    let last = match args.first().map(String::as_str) {
        None => count,
        Some("-c") => {
            desk.shell.history.clear();
            return Ok(0);
        }
        Some(given) => match given.parse::<usize>() {
            Ok(last) => last,
            Err(_) => return Ok(desk.fail(1, format_args!("bash: line 1: history: {given}: numeric argument required"))),
        },
    };
    for (at, line) in desk.shell.history.iter().enumerate().skip(count.saturating_sub(last)) {
        desk.out.print(format_args!("{:5}  {line}\n", at + 1));
    }
    Ok(0)
}

/// Whether it is a command that only the playground has.
fn is_own(name: &str) -> bool {
    matches!(name, "node" | "whatif" | "why")
}

/// Whether there is a program of this name, which `which` finds.
pub(super) fn is_program(name: &str) -> bool {
    name == "kubectl"
        || is_one_of(RUNS_OTHERS, name)
        || (!is_own(name) && NAMES.split_whitespace().any(|tool| tool == name))
        || matches!(name, "[" | "test" | "true" | "false" | "printenv" | "kill" | "pwd" | "nl" | "id" | "uname" | "nproc")
}

/// Whether there is one, or one of the playground's own.
pub(in crate::shell) fn is_there(name: &str) -> bool {
    is_program(name) || is_own(name)
}

fn which(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let mut exit = 0;
    for name in args {
        match is_there(name) {
            true => {
                let place = if name == "kubectl" || is_own(name) { "/usr/local/bin" } else { "/usr/bin" };
                desk.out.print(format_args!("{place}/{name}\n"));
            }
            false => exit = 1,
        }
    }
    Ok(exit)
}

fn kind(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let mut exit = 0;
    for name in args.iter().filter(|arg| !arg.starts_with('-')) {
        if let Some(value) = desk.shell.aliases.get(name) {
            desk.out.print(format_args!("{name} is aliased to `{value}'\n"));
        } else if is_one_of(KEYWORDS, name) {
            desk.out.print(format_args!("{name} is a shell keyword\n"));
        } else if OWN.split_whitespace().any(|own| own == name) {
            desk.out.print(format_args!("{name} is a shell builtin\n"));
        } else if is_there(name) {
            let place = if name == "kubectl" || is_own(name) { "/usr/local/bin" } else { "/usr/bin" };
            desk.out.print(format_args!("{name} is {place}/{name}\n"));
        } else {
            exit = desk.fail(1, format_args!("bash: line 1: type: {name}: not found"));
        }
    }
    Ok(exit)
}

/// `command -v`.
fn command(args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let Some((_, names)) = args.split_first() else { return Ok(0) };
    let mut exit = 1;
    for name in names {
        if let Some(value) = desk.shell.aliases.get(name) {
            desk.out.print(format_args!("alias {name}={}\n", always_quoted(value)));
        } else if is_one_of(KEYWORDS, name) || OWN.split_whitespace().any(|own| own == name) {
            desk.out.print(format_args!("{name}\n"));
        } else if is_program(name) {
            desk.out.print(format_args!("/usr/bin/{name}\n"));
        } else {
            continue;
        }
        exit = 0;
    }
    Ok(exit)
}

fn test(name: &str, args: &[String], desk: &mut Desk<'_>) -> Result<i32, Failed> {
    let args = match (name, args) {
        ("[", [args @ .., last]) if last == "]" => args,
        ("[", _) => return Ok(desk.fail(2, format_args!("bash: line 1: [: missing `]'"))),
        (_, args) => args,
    };
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match holds(&words, desk, 0) {
        Ok(holds) => Ok(i32::from(!holds)),
        Err(message) => Ok(desk.fail(2, format_args!("bash: line 1: {name}: {message}"))),
    }
}

fn holds(words: &[&str], desk: &Desk<'_>, depth: usize) -> Result<bool, String> {
    if depth > 50 {
        return Err("too many arguments".to_owned());
    }
    match words {
        [] => Ok(false),
        [word] => Ok(!word.is_empty()),
        ["!", rest @ ..] if rest.len() < 4 => Ok(!holds(rest, desk, depth + 1)?),
        [left, operator, right] if is_binary(operator) => compare(left, operator, right),
        ["(", inner @ .., ")"] if inner.len() == 1 => holds(inner, desk, depth + 1),
        [flag, operand] => unary(flag, operand, desk).ok_or_else(|| format!("{flag}: unary operator expected")),
        words => {
            // The loosest operator that is not in parentheses splits it.
            for operator in ["-o", "-a"] {
                let mut open = 0;
                for (at, word) in words.iter().enumerate() {
                    open += i32::from(*word == "(") - i32::from(*word == ")");
                    if *word == operator && open == 0 && at > 0 {
                        let (left, right) =
                            (holds(&words[..at], desk, depth + 1)?, holds(&words[at + 1..], desk, depth + 1)?);
                        return Ok(if operator == "-o" { left || right } else { left && right });
                    }
                }
            }
            match words {
                ["!", rest @ ..] => Ok(!holds(rest, desk, depth + 1)?),
                ["(", inner @ .., ")"] => holds(inner, desk, depth + 1),
                [_, operator, _] => Err(format!("{operator}: binary operator expected")),
                _ => Err("too many arguments".to_owned()),
            }
        }
    }
}

fn unary(flag: &str, operand: &str, desk: &Desk<'_>) -> Option<bool> {
    let file = desk.shell.read(&desk.env.cwd, operand);
    let is_directory = file == Err(crate::shell::files::DIRECTORY);
    Some(match flag {
        "-n" => !operand.is_empty(),
        "-z" => operand.is_empty(),
        "-e" | "-r" | "-w" | "-a" => file.is_ok() || is_directory,
        "-f" => file.is_ok(),
        "-d" => is_directory,
        "-x" => is_directory,
        "-s" => file.is_ok_and(|text| !text.is_empty()) || is_directory,
        "-t" | "-L" | "-h" => false,
        _ => return None,
    })
}

fn is_binary(operator: &str) -> bool {
    matches!(operator, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge")
}

fn compare(left: &str, operator: &str, right: &str) -> Result<bool, String> {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: integer expression expected"));
    Ok(match operator {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        _ => {
            let order = number(left)?.cmp(&number(right)?);
            match operator {
                "-eq" => order.is_eq(),
                "-ne" => order.is_ne(),
                "-lt" => order.is_lt(),
                "-le" => order.is_le(),
                "-gt" => order.is_gt(),
                _ => order.is_ge(),
            }
        }
    })
}
