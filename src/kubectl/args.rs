//! Flags and arguments, read as pflag reads them.

use std::fmt;
use std::time::Duration;

use super::error::{Failure, Result};

/// The flags every command has, written as the flags of each command are: `name` is on or off, `name=` takes a value, in the next
/// word or after `=`, and `name=value` has this one where none is given; `n/name` has a letter.
pub(super) const GLOBAL: &str = "n/namespace= h/help v/v= as= as-group= as-uid= as-user-extra= cache-dir= certificate-authority= client-certificate= \
    client-key= cluster= context= disable-compression insecure-skip-tls-verify kubeconfig= kuberc= log-flush-frequency= \
    match-server-version password= profile= profile-output= request-timeout= s/server= tls-server-name= token= user= username= vmodule= \
    warnings-as-errors";

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A value.
    Value,
    /// Nothing; `--flag=false` takes it back.
    Nothing,
    /// A value after `=`, or this one when there is none.
    Perhaps(&'static str),
}

/// A flag that a command knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Its long name, without dashes.
    pub(crate) name: &'static str,
    /// Its letter; empty if it has none.
    pub(crate) short: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
}

impl Flag {
    /// The flag that is written so: `o/output=`.
    pub(crate) fn read(text: &'static str) -> Flag {
        let (short, long) = text.split_once('/').unwrap_or(("", text));
        let (name, takes) = match long.split_once('=') {
            None => (long, Takes::Nothing),
            Some((name, "")) => (name, Takes::Value),
            Some((name, without)) => (name, Takes::Perhaps(without)),
        };
        Flag { name, short, takes }
    }
}

/// The flag that is called so, or has this letter.
pub(super) fn find(flags: &'static str, called: &str, is_letter: bool) -> Option<Flag> {
    for text in [flags, GLOBAL] {
        for flag in text.split_ascii_whitespace() {
            let flag = Flag::read(flag);
            if called == if is_letter { flag.short } else { flag.name } {
                return Some(flag);
            }
        }
    }
    None
}

/// Whether a word before the verb is a flag that takes the next word as its value.
pub(crate) fn takes_next(word: &str) -> bool {
    let flag = word.strip_prefix("--").map_or_else(|| find("", &word[1..], true), |name| find("", name, false));
    flag.is_some_and(|flag| flag.takes == Takes::Value)
}

/// A command's words, sorted into flags and arguments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    /// The command with its subcommand: `kubectl get`.
    command: String,
    /// The flags it knows, beside the global ones.
    known: &'static str,
    /// The words that are no flags.
    pub(crate) words: Vec<String>,
    /// The flags in the order given, by long name.
    flags: Vec<(&'static str, String)>,
}

impl Args {
    /// Reads `words` as arguments of `command` (`kubectl get`), which knows `flags` and the global ones.
    pub(crate) fn parse(words: &[String], flags: &'static str, command: &str) -> Result<Args> {
        let mut args = Args { command: command.to_owned(), known: flags, ..Args::default() };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                args.words.extend(rest.cloned());
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, given) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                if name.is_empty() || name.starts_with('-') {
                    return Err(args.wrong(format_args!("bad flag syntax: {word}")));
                }
                let flag = find(flags, name, false).ok_or_else(|| args.wrong(format_args!("unknown flag: --{name}")))?;
                args.take(&flag, given, &mut rest, format_args!("--{name}"))?;
            } else if word.len() > 1 && word.starts_with('-') {
                let mut letters = &word[1..];
                while let Some(letter) = letters.chars().next() {
                    let (this, after) = letters.split_at(letter.len_utf8());
                    let flag = find(flags, this, true);
                    let flag =
                        flag.ok_or_else(|| args.wrong(format_args!("unknown shorthand flag: {letter:?} in -{letters}")))?;
                    let attached = (flag.takes == Takes::Value && !after.is_empty()).then_some(after);
                    let given = after.strip_prefix('=').filter(|value| !value.is_empty()).or(attached);
                    args.take(&flag, given, &mut rest, format_args!("{letter:?} in -{letters}"))?;
                    letters = if given.is_some() { "" } else { after };
                }
            } else {
                args.words.push(word.clone());
            }
        }
        if let Some(given) = args.get("v") {
            super::globals::check_verbosity(given, &args)?;
        }
        Ok(args)
    }

    /// Takes a flag with the value that is given with it, or else the next word if it needs one.
    fn take(
        &mut self,
        flag: &Flag,
        given: Option<&str>,
        rest: &mut std::slice::Iter<'_, String>,
        shown: fmt::Arguments<'_>,
    ) -> Result<()> {
        let value = match (given, flag.takes) {
            (Some(given), Takes::Nothing) => match given {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => "true",
                "0" | "f" | "F" | "false" | "FALSE" | "False" => "false",
                _ => {
                    return Err(self.invalid(flag.name, given, "strconv.ParseBool"));
                }
            },
            (Some(given), _) => given,
            (None, Takes::Nothing) => "true",
            (None, Takes::Perhaps(value)) => value,
            (None, Takes::Value) => {
                rest.next().ok_or_else(|| self.wrong(format_args!("flag needs an argument: {shown}")))?
            }
        };
        self.flags.push((flag.name, value.to_owned()));
        Ok(())
    }

    /// A flag is wrong: kubectl points to the help.
    pub(super) fn wrong(&self, message: fmt::Arguments<'_>) -> Failure {
        Failure::Flag { message: fmt::format(message), command: self.command.clone() }
    }

    /// The command with its subcommand: `kubectl get`.
    pub(crate) fn command(&self) -> &str {
        &self.command
    }

    /// The whole command, with its flags in their long form behind the words: what `--record` writes down.
    pub(crate) fn as_typed(&self) -> String {
        let mut text = [std::slice::from_ref(&self.command), self.words.as_slice()].concat().join(" ");
        for (name, value) in &self.flags {
            text.push_str(&[" --", name, "=", value].concat());
        }
        text
    }

    /// Refuses words.
    pub(crate) fn expect_no_words(&self) -> Result<()> {
        if self.words.is_empty() {
            return Ok(());
        }
        let verb = self.command.strip_prefix("kubectl ").unwrap_or_default();
        Err(Failure::usage(verb, format_args!("Unexpected args: [{}]", self.words.join(" "))))
    }

    /// Refuses flags that the playground does not simulate.
    pub(crate) fn refuse(&self, flags: &[&str]) -> Result<()> {
        match flags.iter().find(|flag| self.has(flag)) {
            None => Ok(()),
            Some(flag) => Err(Failure::refused(format_args!("the playground does not simulate {} --{flag}", self.command))),
        }
    }

    /// The value of a flag, the last one where it is given more than once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(flag, _)| *flag == name).map(|(_, value)| value.as_str())
    }

    /// Gives a flag a value, as if it had been typed.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.flags.push((name, value.to_owned()));
    }

    /// Every value of a flag, in order; lists with commas are taken apart.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let values = self.flags.iter().filter(|(flag, _)| *flag == name);
        values.flat_map(|(_, value)| value.split(',').map(str::to_owned)).collect()
    }

    /// Every value of a flag, in order, as given.
    pub(crate) fn each(&self, name: &str) -> Vec<&str> {
        self.flags.iter().filter(|(flag, _)| *flag == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a flag is given at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// Whether a flag is given and not empty.
    pub(crate) fn is_filled(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.parse().map(Some).map_err(|_| self.invalid(name, value, "strconv.ParseInt"))
    }

    /// A flag has a value that Go's function cannot read.
    #[inline(never)]
    fn invalid(&self, name: &str, value: &str, function: &str) -> Failure {
        let short = find(self.known, name, false).map_or("", |flag| flag.short);
        let (dash, comma) = if short.is_empty() { ("", "") } else { ("-", ", ") };
        self.wrong(format_args!(
            "invalid argument {value:?} for \"{dash}{short}{comma}--{name}\" flag: {function}: parsing {value:?}: invalid syntax"
        ))
    }

    /// A length of time as Go writes it: `90s`, `1m30s`, `0`.
    pub(crate) fn duration(&self, name: &str) -> Result<Option<Duration>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        duration(value).map(Some).ok_or_else(|| {
            let why = super::globals::wrong_duration(value);
            self.wrong(format_args!("invalid argument {value:?} for \"--{name}\" flag: time: {why}"))
        })
    }
}

/// A duration as Go's `time.ParseDuration` reads it; a negative one counts as none.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits == "0" {
        return Some(Duration::ZERO);
    }
    let mut millis = 0.0_f64;
    let mut rest = digits;
    while !rest.is_empty() || digits.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        rest = &rest[end..];
        let end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        millis += number
            * match &rest[..end] {
                "ns" => 1e-6,
                "us" | "µs" => 1e-3,
                "ms" => 1.0,
                "s" => 1e3,
                "m" => 60e3,
                "h" => 3600e3,
                _ => return None,
            };
        rest = &rest[end..];
    }
    // Longer than any simulation is as good as for ever.
    Some(if text.starts_with('-') { Duration::ZERO } else { Duration::from_millis(millis.min(1e15) as u64) })
}

/// A duration as Go prints it: `1m30s`, `1.5s`, `500ms`.
pub(crate) fn in_go(duration: Duration) -> String {
    let millis = duration.as_millis();
    if (1..1000).contains(&millis) {
        return format!("{millis}ms");
    }
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis % 60_000);
    let hours = if hours > 0 { format!("{hours}h") } else { String::new() };
    let minutes = if hours.is_empty() && minutes == 0 { String::new() } else { format!("{minutes}m") };
    let fraction = format!(".{:03}", seconds % 1000);
    [&hours, &minutes, &(seconds / 1000).to_string(), fraction.trim_end_matches('0').trim_end_matches('.'), "s"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &str = "o/output= w/watch dry-run=unchanged A/all-namespaces";

    fn check(line: &str, expect: &str) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let seen = match Args::parse(&words, FLAGS, "kubectl get") {
            Ok(args) => format!("{:?} {:?}", args.words, args.flags),
            Err(failure) => failure.to_string(),
        };
        assert_eq!(seen, expect, "{line}");
    }

    #[test]
    fn flags_are_read_as_pflag_does() {
        check("ds -o yaml", r#"["ds"] [("output", "yaml")]"#);
        check("ds -oyaml -wA", r#"["ds"] [("output", "yaml"), ("watch", "true"), ("all-namespaces", "true")]"#);
        check("-o=wide x --watch=false", r#"["x"] [("output", "wide"), ("watch", "false")]"#);
        check("--output=a=b -- -x", r#"["-x"] [("output", "a=b")]"#);
        check("--dry-run --dry-run=client", r#"[] [("dry-run", "unchanged"), ("dry-run", "client")]"#);
        check("-n kube-system -", r#"["-"] [("namespace", "kube-system")]"#);
        check("--nope", "error: unknown flag: --nope\nSee 'kubectl get --help' for usage.");
        check("-z", "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl get --help' for usage.");
        check("a -o", "error: flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.");
        check("--output", "error: flag needs an argument: --output\nSee 'kubectl get --help' for usage.");
        check("---", "error: bad flag syntax: ---\nSee 'kubectl get --help' for usage.");
        check("-wé", "error: unknown shorthand flag: 'é' in -é\nSee 'kubectl get --help' for usage.");
    }

    #[test]
    fn durations_are_printed_as_go_does() {
        for (millis, text) in
            [(0, "0s"), (500, "500ms"), (1500, "1.5s"), (60_000, "1m0s"), (90_000, "1m30s"), (3_600_000, "1h0m0s")]
        {
            assert_eq!(in_go(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn durations_are_gos() {
        for (text, millis) in
            [("3s", Some(3000)), ("1m30s", Some(90_000)), ("1.5s", Some(1500)), ("0", Some(0)), ("-1s", Some(0))]
        {
            assert_eq!(duration(text).map(|d| d.as_millis()), millis, "{text}");
        }
        for text in ["", "3", "s", "1x", "1..s", "-"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
