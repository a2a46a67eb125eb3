//! What the virtual containers print: nothing runs in them, so a container without a command tells plainly that it runs, and one
//! whose command is a little shell script prints what that script would.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::api::date::Date;
use crate::api::{Container, Pod, Resource};

/// A line that a container printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// Without its line end.
    pub text: String,
}

/// One life of a container: from its start to its end, if it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When it started.
    pub start: Timestamp,
    /// When it ended, and with which exit code.
    pub end: Option<(Timestamp, i32)>,
}

/// Between two signs of life of a container that has no command.
const BEAT: Duration = Duration::from_secs(10);
/// How many lines and steps of a script are followed at most.
const MOST: usize = 20_000;

/// Everything that `container` of `pod`, with these variables in its environment, has printed in one of its lives by `until`, oldest first.
pub fn lines(pod: &Pod, container: &Container, variables: &[(String, String)], life: Life, until: Timestamp) -> Vec<Line> {
    let until = life.end.map_or(until, |(end, _)| end.min(until));
    let words: Vec<&str> =
        container.command.iter().flatten().chain(container.args.iter().flatten()).map(String::as_str).collect();
    let mut lines = if words.is_empty() {
        signs_of_life(pod, container, life.start, until)
    } else {
        let script = match words.as_slice() {
            [shell, flag, script, ..] if is_shell(shell) && flag.starts_with('-') && flag.ends_with('c') => {
                (*script).to_owned()
            }
            words => words.join(" "),
        };
        Script::run(&script, pod, variables, life.start, until)
    };
    if let Some((end, code)) = life.end.filter(|(end, code)| *code != 0 && words.is_empty() && *end <= until) {
        lines.push(Line { at: end, text: format!("{}: fatal: exiting with code {code}", container.name) });
    }
    lines
}

fn is_shell(word: &str) -> bool {
    matches!(word.rsplit('/').next(), Some("sh" | "bash" | "ash"))
}

fn signs_of_life(pod: &Pod, container: &Container, start: Timestamp, until: Timestamp) -> Vec<Line> {
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).unwrap_or_default();
    let image = container.image.as_deref().unwrap_or_default();
    let mut lines = vec![Line { at: start, text: format!("{}: {image} started on {node}", container.name) }];
    let mut at = start + BEAT;
    while at <= until && lines.len() < MOST {
        let seconds = at.duration_since(start).as_secs();
        lines.push(Line { at, text: format!("{}: running for {seconds}s", container.name) });
        at += BEAT;
    }
    lines
}

/// A shell script while it is followed: `echo`, `date`, `sleep`, `exit`, endless loops and variables.
struct Script<'a> {
    now: Timestamp,
    until: Timestamp,
    variables: BTreeMap<String, String>,
    lines: Vec<Line>,
    steps: usize,
    pod: &'a Pod,
}

impl Script<'_> {
    fn run(script: &str, pod: &Pod, environment: &[(String, String)], start: Timestamp, until: Timestamp) -> Vec<Line> {
        let mut variables: BTreeMap<String, String> = environment.iter().cloned().collect();
        variables.entry("HOSTNAME".to_owned()).or_insert_with(|| pod.name().to_owned());
        let mut script_ = Script { now: start, until, variables, lines: vec![], steps: 0, pod };
        let commands = commands(script);
        script_.block(&commands);
        script_.lines
    }

    /// Follows commands; says whether the script goes on.
    fn block(&mut self, commands: &[String]) -> bool {
        let mut at = 0;
        while let Some(command) = commands.get(at) {
            let endless = command.split_whitespace().next().is_some_and(|word| word == "while" || word == "until");
            if endless {
                let end = commands.iter().rposition(|word| word == "done").unwrap_or(commands.len());
                let body: Vec<String> = commands[at + 1..end.max(at + 1)].iter().map(|it| inner(it)).collect();
                while self.now <= self.until && self.steps < MOST {
                    let before = self.now;
                    if !self.block(&body) || self.now == before {
                        return false;
                    }
                }
                return false;
            }
            if !self.command(command) {
                return false;
            }
            at += 1;
        }
        true
    }

    fn command(&mut self, command: &str) -> bool {
        self.steps += 1;
        if self.steps > MOST || self.now > self.until {
            return false;
        }
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        match name {
            "echo" => {
                let text = self.expand(rest.trim());
                let text = text.strip_prefix("-e ").unwrap_or(&text).to_owned();
                text.split('\n').for_each(|line| self.lines.push(Line { at: self.now, text: line.to_owned() }));
            }
            "date" => self.lines.push(Line { at: self.now, text: date(self.now) }),
            "hostname" => self.lines.push(Line { at: self.now, text: self.pod.name().to_owned() }),
            "sleep" => {
                let text = self.expand(rest.trim());
                let seconds = text.trim_end_matches('s').parse::<f64>().unwrap_or(f64::MAX);
                let length = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(1 << 31));
                match self.now.checked_add(length.min(Duration::from_secs(1 << 31))) {
                    Ok(now) => self.now = now,
                    Err(_) => return false,
                }
            }
            "exit" => return false,
            _ => {
                if let Some((variable, value)) = command.split_once('=').filter(|(name, _)| is_name(name)) {
                    let value = self.expand(value);
                    self.variables.insert(variable.to_owned(), value);
                }
            }
        }
        true
    }

    /// A text with its quotes taken off and its variables, `$(date)` and sums filled in.
    fn expand(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        let mut quote = None;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            rest = after;
            match c {
                '\'' | '"' if quote.is_none() => quote = Some(c),
                c if quote == Some(c) => quote = None,
                '$' if quote != Some('\'') => {
                    let (value, left) = self.variable(after);
                    out.push_str(&value);
                    rest = left;
                }
                c => out.push(c),
            }
        }
        out
    }

    fn variable<'t>(&self, text: &'t str) -> (String, &'t str) {
        let value = |name: &str| self.variables.get(name).cloned().unwrap_or_default();
        if let Some((sum, rest)) = text.strip_prefix("((").and_then(|text| text.split_once("))")) {
            let number = |word: &str| {
                let word = word.trim().trim_start_matches('$');
                word.parse::<i64>().unwrap_or_else(|_| value(word).parse().unwrap_or(0))
            };
            let total = sum.split('+').map(number).fold(0_i64, i64::saturating_add);
            return (total.to_string(), rest);
        }
        if let Some((command, rest)) = text.strip_prefix('(').and_then(|text| text.split_once(')')) {
            let value = match command.trim() {
                "hostname" => self.pod.name().to_owned(),
                command if command.split(' ').next() == Some("date") => date(self.now),
                _ => String::new(),
            };
            return (value, rest);
        }
        if let Some((name, rest)) = text.strip_prefix('{').and_then(|text| text.split_once('}')) {
            return (value(name), rest);
        }
        let end = text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len());
        if end == 0 { ("$".to_owned(), text) } else { (value(&text[..end]), &text[end..]) }
    }
}

/// What `date` prints.
pub fn date(now: Timestamp) -> String {
    let date = Date::of(now);
    format!("{} {} {:2} {} UTC {}", date.weekday_name(), date.month_name(), date.day, date.clock(), date.year)
}

/// The commands of a script, taken apart at `;`, `&&`, line ends outside of quotes; `do` stands before the first of a loop.
fn commands(script: &str) -> Vec<String> {
    let mut commands = vec![];
    let (mut current, mut quote, mut brackets) = (String::new(), None, 0_usize);
    let mut rest = script.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\'' | '"' if quote.is_none() => quote = Some(c),
            c if quote == Some(c) => quote = None,
            '(' if quote.is_none() => brackets += 1,
            ')' if quote.is_none() => brackets = brackets.saturating_sub(1),
            ';' | '\n' if quote.is_none() && brackets == 0 => {
                commands.push(std::mem::take(&mut current));
                continue;
            }
            '&' if quote.is_none() && rest.peek() == Some(&'&') => {
                rest.next();
                commands.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    commands.push(current);
    commands.iter().map(|command| command.trim().to_owned()).filter(|command| !command.is_empty()).collect()
}

/// A command of a loop's body without the `do` before it.
fn inner(command: &str) -> String {
    command.strip_prefix("do").filter(|rest| rest.starts_with(char::is_whitespace)).unwrap_or(command).trim().to_owned()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_print_what_a_shell_would() {
        let check = |command: &[&str], expect: &[&str]| {
            let command = Some(command.iter().map(|word| (*word).to_owned()).collect());
            let container =
                Container { name: "c".to_owned(), image: Some("i:1".to_owned()), command, ..Container::default() };
            let start = Timestamp::UNIX_EPOCH;
            let life = Life { start, end: None };
            let lines = lines(&Pod::default(), &container, &[], life, start + Duration::from_secs(12));
            let lines: Vec<String> = lines.iter().map(|it| format!("{} {}", it.at.as_second(), it.text)).collect();
            assert_eq!(lines, expect, "{:?}", container.command);
        };
        check(&[], &["0 c: i:1 started on ", "10 c: running for 10s"]);
        check(&["echo", "hello", "there"], &["0 hello there"]);
        check(&["sh", "-c", "echo a; sleep 5; echo 'b  c' && exit 1; echo d"], &["0 a", "5 b  c"]);
        check(&["sh", "-c", "while true; do echo tick; sleep 5; done"], &["0 tick", "5 tick", "10 tick"]);
        check(
            &["/bin/sh", "-c", "i=0; while true; do echo \"$i: $(date)\"; i=$((i+1)); sleep 10; done"],
            &["0 0: Thu Jan  1 00:00:00 UTC 1970", "10 1: Thu Jan  1 00:00:10 UTC 1970"],
        );
        check(&["sleep", "infinity"], &[]);
        check(&["sh", "-c", "while true; do echo x; done"], &["0 x"]);
    }
}
