//! Flags and arguments, read as pflag reads them.

use std::time::Duration;

use super::error::{Failure, Result};

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// A value, in the next word or after `=`.
    Value,
    /// Nothing; `--flag=false` takes it back.
    Nothing,
    /// A value after `=`, or this one when there is none.
    Perhaps(&'static str),
}

/// A flag that a command knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag {
    /// Its long name, without dashes.
    pub(crate) name: &'static str,
    /// Its letter, if it has one.
    pub(crate) short: Option<char>,
    /// What it takes.
    pub(crate) takes: Takes,
}

/// A flag with a value.
pub(crate) const fn value(name: &'static str) -> Flag {
    Flag { name, short: None, takes: Takes::Value }
}

/// A flag that is on or off.
pub(crate) const fn switch(name: &'static str) -> Flag {
    Flag { name, short: None, takes: Takes::Nothing }
}

/// A flag whose value may be left out.
pub(crate) const fn perhaps(name: &'static str, without: &'static str) -> Flag {
    Flag { name, short: None, takes: Takes::Perhaps(without) }
}

impl Flag {
    /// The same flag with a letter.
    pub(crate) const fn or(self, short: char) -> Flag {
        Flag { short: Some(short), ..self }
    }
}

/// The flags every command has.
pub(crate) const GLOBAL: &[Flag] = &[
    value("namespace").or('n'),
    switch("help").or('h'),
    value("v").or('v'),
    value("as"),
    value("as-group"),
    value("as-uid"),
    value("cache-dir"),
    value("certificate-authority"),
    value("client-certificate"),
    value("client-key"),
    value("cluster"),
    value("context"),
    switch("disable-compression"),
    switch("insecure-skip-tls-verify"),
    value("kubeconfig"),
    value("log-flush-frequency"),
    switch("match-server-version"),
    value("profile"),
    value("profile-output"),
    value("request-timeout"),
    value("server").or('s'),
    value("tls-server-name"),
    value("token"),
    value("user"),
    value("vmodule"),
    switch("warnings-as-errors"),
];

/// A command's words, sorted into flags and arguments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Args {
    /// The words that are no flags.
    pub(crate) words: Vec<String>,
    /// The flags in the order given, by long name.
    flags: Vec<(&'static str, String)>,
}

impl Args {
    /// Reads `words` as arguments of `command` (`kubectl get`), which knows `flags` and the global ones.
    pub(crate) fn parse(words: &[String], flags: &[Flag], command: &str) -> Result<Args> {
        let mut args = Args::default();
        let fail = |message: String| Failure::Flag { message, command: command.to_owned() };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                args.words.extend(rest.cloned());
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, given) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                if name.is_empty() || name.starts_with('-') {
                    return Err(fail(format!("bad flag syntax: {word}")));
                }
                let flag = find(flags, |flag| flag.name == name);
                let flag = flag.ok_or_else(|| fail(format!("unknown flag: --{name}")))?;
                let value = match (given, flag.takes) {
                    (Some(given), Takes::Nothing) => boolean(given).ok_or_else(|| fail(bad_bool(given, &flag)))?,
                    (Some(given), _) => given.to_owned(),
                    (None, Takes::Nothing) => "true".to_owned(),
                    (None, Takes::Perhaps(value)) => value.to_owned(),
                    (None, Takes::Value) => {
                        rest.next().cloned().ok_or_else(|| fail(format!("flag needs an argument: --{name}")))?
                    }
                };
                args.flags.push((flag.name, value));
            } else if word.len() > 1 && word.starts_with('-') {
                let letters = &word[1..];
                for (at, letter) in letters.char_indices() {
                    let flag = find(flags, |flag| flag.short == Some(letter));
                    let flag =
                        flag.ok_or_else(|| fail(format!("unknown shorthand flag: {letter:?} in -{}", &letters[at..])))?;
                    let after = &letters[at + letter.len_utf8()..];
                    match (flag.takes, after.strip_prefix('=')) {
                        (Takes::Nothing, Some(given)) => {
                            let value = boolean(given).ok_or_else(|| fail(bad_bool(given, &flag)))?;
                            args.flags.push((flag.name, value));
                            break;
                        }
                        (Takes::Nothing, None) => args.flags.push((flag.name, "true".to_owned())),
                        (Takes::Perhaps(value), None) => args.flags.push((flag.name, value.to_owned())),
                        (_, Some(given)) => {
                            args.flags.push((flag.name, given.to_owned()));
                            break;
                        }
                        (Takes::Value, None) if !after.is_empty() => {
                            args.flags.push((flag.name, after.to_owned()));
                            break;
                        }
                        (Takes::Value, None) => {
                            let value = rest
                                .next()
                                .cloned()
                                .ok_or_else(|| fail(format!("flag needs an argument: {letter:?} in -{}", &letters[at..])))?;
                            args.flags.push((flag.name, value));
                        }
                    }
                }
            } else {
                args.words.push(word.clone());
            }
        }
        Ok(args)
    }

    /// The value of a flag, the last one where it is given more than once.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(flag, _)| *flag == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a flag, in order; lists with commas are taken apart.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let values = self.flags.iter().filter(|(flag, _)| *flag == name);
        values.flat_map(|(_, value)| value.split(',').map(str::to_owned)).collect()
    }

    /// Whether a flag is given at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str, command: &str) -> Result<Option<i64>> {
        self.get(name)
            .map(|value| value.parse().map_err(|_| invalid(name, value, "strconv.ParseInt: parsing", command)))
            .transpose()
    }

    /// A length of time as Go writes it: `90s`, `1m30s`, `0`.
    pub(crate) fn duration(&self, name: &str, command: &str) -> Result<Option<Duration>> {
        let parse = |value: &str| {
            duration(value).ok_or_else(|| {
                let message = format!("invalid argument {value:?} for \"--{name}\" flag: time: invalid duration {value:?}");
                Failure::Flag { message, command: command.to_owned() }
            })
        };
        self.get(name).map(parse).transpose()
    }
}

fn find(flags: &[Flag], is: impl Fn(&Flag) -> bool) -> Option<Flag> {
    flags.iter().chain(GLOBAL).find(|flag| is(flag)).copied()
}

fn boolean(text: &str) -> Option<String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some("true".to_owned()),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some("false".to_owned()),
        _ => None,
    }
}

fn bad_bool(given: &str, flag: &Flag) -> String {
    let short = flag.short.map(|short| format!("-{short}, ")).unwrap_or_default();
    format!(
        "invalid argument {given:?} for \"{short}--{}\" flag: strconv.ParseBool: parsing {given:?}: invalid syntax",
        flag.name
    )
}

fn invalid(name: &str, value: &str, why: &str, command: &str) -> Failure {
    let message = format!("invalid argument {value:?} for \"--{name}\" flag: {why} {value:?}: invalid syntax");
    Failure::Flag { message, command: command.to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        value("output").or('o'),
        switch("watch").or('w'),
        perhaps("dry-run", "unchanged"),
        switch("all-namespaces").or('A'),
    ];

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
