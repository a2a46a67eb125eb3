//! How long a command runs and how it ends, as far as its words tell.
//!
//! Nothing is executed here. What counts is that a Job's pod ends, that `sleep 30` takes its time, and that `exit 1` fails.

use std::time::Duration;

use crate::api::Container;

/// How long a command takes that says nothing about it.
const QUICK: Duration = Duration::from_secs(1);
/// The longest sleep that is believed: ten years.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// How long a container's command runs and with which code it exits; nothing for one that has no command or never ends.
pub(super) fn life(container: &Container) -> Option<(Duration, i32)> {
    let given = container.command.iter().flatten().chain(container.args.iter().flatten());
    let words =
        given.flat_map(|text| text.split([' ', ';', '&', '|', '\n', '\t', '(', ')'])).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    if words.is_empty() || words.iter().any(|word| ["while", "infinity", "tail"].contains(word)) {
        return None;
    }
    let after = |name: &str| words.windows(2).filter(|pair| pair[0] == name).map(|pair| pair[1]).collect::<Vec<_>>();
    let slept: Duration = after("sleep").into_iter().filter_map(duration).sum();
    let code = if words.ends_with(&["false"]) { Some(1) } else { after("exit").last().and_then(|code| code.parse().ok()) };
    Some((if slept.is_zero() { QUICK } else { slept }, code.unwrap_or(0)))
}

/// The argument of `sleep`: `5`, `0.5`, `2m`.
fn duration(text: &str) -> Option<Duration> {
    let number = text.trim_end_matches(['s', 'm', 'h', 'd']);
    let unit = match &text[number.len()..] {
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit).ok().map(|time| time.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_end_as_their_words_tell() {
        let check = |words: &[&str], expect: Option<(u64, i32)>| {
            let command = Some(words.iter().map(|word| (*word).to_owned()).collect());
            let life = life(&Container { command, ..Container::default() });
            assert_eq!(life, expect.map(|(millis, code)| (Duration::from_millis(millis), code)), "{words:?}");
        };
        check(&[], None);
        check(&["echo", "hi"], Some((1000, 0)));
        check(&["sleep", "5"], Some((5000, 0)));
        check(&["sh", "-c", "echo a; sleep 0.5 && sleep 2m"], Some((120_500, 0)));
        check(&["sleep", "infinity"], None);
        check(&["sh", "-c", "while true; do sleep 5; done"], None);
        check(&["sh", "-c", "exit 3"], Some((1000, 3)));
        check(&["sh", "-c", "sleep 2; exit 1"], Some((2000, 1)));
        check(&["/bin/sh", "-c", "false"], Some((1000, 1)));
        check(&["sleep", "-1", "exit", "x"], Some((1000, 0)));
        check(&["sleep", "1e400"], Some((1000, 0)));
        check(&["sleep", "5ü"], Some((1000, 0)));
    }
}
