//! `xargs`: words from its input as arguments of a command.

use super::Failed;
use super::say::{always_quoted, is_program};

/// How many commands one `xargs` runs.
const MOST: usize = 1000;

/// The commands that `xargs ARGS` runs on an input, as a script for the shell; empty where it runs nothing.
pub(in crate::shell) fn xargs(args: &[String], input: &str) -> Result<String, Failed> {
    let (mut each, mut replaced, mut no_empty, mut shows, mut nul, mut delimiter) =
        (usize::MAX, None, false, false, false, None);
    let mut lines = usize::MAX;
    let mut rest = args;
    while let [flag, after @ ..] = rest
        && flag.starts_with('-')
        && flag.len() > 1
    {
        rest = after;
        let letter = flag[1..].chars().next().unwrap_or('-');
        let mut value = || -> Result<String, Failed> {
            let attached = &flag[1 + letter.len_utf8()..];
            if !attached.is_empty() {
                return Ok(attached.to_owned());
            }
            let (first, after) =
                rest.split_first().ok_or_else(|| (1, format!("option requires an argument -- '{letter}'")))?;
            rest = after;
            Ok(first.clone())
        };
        let count = |text: &str| {
            let wrong = || (1, format!("invalid number \"{text}\" for -{letter} option"));
            text.parse::<usize>().ok().filter(|count| *count > 0).ok_or_else(wrong)
        };
        match letter {
            'n' => each = count(&value()?)?,
            'L' => lines = count(&value()?)?,
            'I' => replaced = Some(value()?),
            'i' => replaced = Some("{}".to_owned()),
            'P' => drop(value()?),
            'd' => delimiter = crate::shell::text::unescape(&value()?).0.chars().next(),
            'r' => no_empty = true,
            't' => shows = true,
            '0' => nul = true,
            '-' if flag == "--no-run-if-empty" => no_empty = true,
            '-' if flag == "--" => break,
            '-' if flag.starts_with("--max-args=") => each = count(&flag["--max-args=".len()..])?,
            _ => return Err((1, format!("the playground's xargs knows -n, -I, -L, -d, -0, -r and -t, not {flag}"))),
        }
    }
    let echo = ["echo".to_owned()];
    let command = if rest.is_empty() { &echo[..] } else { rest };
    if !is_program(&command[0]) {
        return Err((127, format!("{}: No such file or directory", command[0])));
    }
    let delimiter = if nul { Some('\0') } else { delimiter };
    let commands: Vec<Vec<String>> = if let Some(mark) = &replaced {
        let items = input.split(delimiter.unwrap_or('\n')).map(str::trim_start).filter(|line| !line.is_empty());
        items.map(|line| command.iter().map(|word| word.replace(mark.as_str(), line)).collect()).collect()
    } else {
        let items: Vec<String> = match delimiter {
            Some(delimiter) => input.strip_suffix(delimiter).unwrap_or(input).split(delimiter).map(str::to_owned).collect(),
            None if lines < usize::MAX => input.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
            None => words(input)?,
        };
        let items: Vec<String> = if input.is_empty() { vec![] } else { items };
        if items.is_empty() {
            if no_empty { vec![] } else { vec![command.to_vec()] }
        } else {
            let size = each.min(lines).min(items.len());
            let split = |item: &String| -> Result<Vec<String>, Failed> {
                if lines < usize::MAX { words(item) } else { Ok(vec![item.clone()]) }
            };
            let mut commands = vec![];
            for chunk in items.chunks(size) {
                let mut whole = command.to_vec();
                for item in chunk {
                    whole.extend(split(item)?);
                }
                commands.push(whole);
            }
            commands
        }
    };
    if commands.len() > MOST {
        return Err((1, format!("the playground's xargs runs at most {MOST} commands")));
    }
    let mut script = String::new();
    for command in &commands {
        let words: Vec<String> = command.iter().map(|word| always_quoted(word)).collect();
        if shows {
            script.push_str(&format!("echo {} >&2\n", always_quoted(&command.join(" "))));
        }
        script.push_str(&words.join(" "));
        script.push_str(" || XARGS_EXIT=123\n");
    }
    if !script.is_empty() {
        script.push_str("exit ${XARGS_EXIT:-0}\n");
    }
    Ok(script)
}

/// Words as xargs reads them: quotes and `\` mean themselves to nobody else.
fn words(input: &str) -> Result<Vec<String>, Failed> {
    let mut words = vec![];
    let mut word: Option<String> = None;
    let mut letters = input.chars();
    while let Some(c) = letters.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\\' => word.get_or_insert_default().extend(letters.next()),
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some(next) if next == c => break,
                        Some('\n') | None => {
                            let kind = if c == '"' { "double" } else { "single" };
                            return Err((
                                1,
                                format!(
                                    "unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"
                                ),
                            ));
                        }
                        Some(next) => word.push(next),
                    }
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}
