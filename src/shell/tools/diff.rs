//! `diff`.

use super::{Desk, Failed, Started, options};
use crate::shell::files::DIRECTORY;

/// How many pairs of lines are compared at most; files that differ in more are told apart as wholes.
const MOST: usize = 4_000_000;

/// A stretch of lines: equal, or gone and come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Same(usize, usize),
    Gone(usize),
    New(usize),
}

/// `diff [-u] [-q] A B`.
pub(super) fn diff(args: &[String], desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let long = [("unified", 'u'), ("brief", 'q'), ("color", '\0')];
    let call = options(args, "U", "uqsNrbw", &long, 2)?;
    let help = "\nTry 'diff --help' for more information.";
    let &[first, second] = call.names.as_slice() else {
        return Err((
            2,
            match call.names.last() {
                None => format!("missing operand after 'diff'{help}"),
                Some(last) if call.names.len() == 1 => format!("missing operand after '{last}'{help}"),
                Some(last) => format!("extra operand '{last}'{help}"),
            },
        ));
    };
    let context = call.number('U', "invalid context length")?.unwrap_or(3);
    let read = |name: &str| match name {
        "-" => Err((2, "the playground's diff compares files, not its input".to_owned())),
        name => match desk.shell.read(&desk.env.cwd, name) {
            Ok(text) => Ok(text.to_owned()),
            Err(DIRECTORY) => Err((2, format!("the playground's diff compares files, and {name} is a directory"))),
            Err(why) => Err((2, format!("{name}: {why}"))),
        },
    };
    let (old, new) = (read(first)?, read(second)?);
    if old == new {
        if call.on('s') {
            desk.out.print(format_args!("Files {first} and {second} are identical\n"));
        }
        return Ok(Started::Done(0));
    }
    if call.on('q') {
        desk.out.print(format_args!("Files {first} and {second} differ\n"));
        return Ok(Started::Done(1));
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let script = compare(&a, &b);
    if call.on('u') || call.on('U') {
        let date = crate::api::date::Date::of(desk.sim.cluster().now());
        let stamp = format!("{}.000000000 +0000", date.rfc3339().replace('T', " "));
        desk.out.print(format_args!("--- {first}\t{stamp}\n+++ {second}\t{stamp}\n"));
        desk.out.out(&unified(&a, &b, &script, context));
    } else {
        desk.out.out(&normal(&a, &b, &script));
    }
    Ok(Started::Done(1))
}

/// The lines of both, in order.
fn compare(a: &[&str], b: &[&str]) -> Vec<Line> {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (inner_a, inner_b) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    let mut script: Vec<Line> = (0..start).map(|at| Line::Same(at, at)).collect();
    let (rows, columns) = (inner_a.len(), inner_b.len());
    let whole = rows.saturating_mul(columns) > MOST;
    // The length of the longest common sequence from each pair on.
    let mut longest = if whole { vec![] } else { vec![0u32; (rows + 1) * (columns + 1)] };
    let place = |x: usize, y: usize| x * (columns + 1) + y;
    if !whole {
        for x in (0..rows).rev() {
            for y in (0..columns).rev() {
                longest[place(x, y)] = match inner_a[x] == inner_b[y] {
                    true => longest[place(x + 1, y + 1)] + 1,
                    false => longest[place(x + 1, y)].max(longest[place(x, y + 1)]),
                };
            }
        }
    }
    let (mut x, mut y) = (0, 0);
    while x < rows || y < columns {
        if x < rows && y < columns && !whole && inner_a[x] == inner_b[y] {
            script.push(Line::Same(start + x, start + y));
            (x, y) = (x + 1, y + 1);
        } else if x < rows && (y == columns || whole || longest[place(x + 1, y)] >= longest[place(x, y + 1)]) {
            script.push(Line::Gone(start + x));
            x += 1;
        } else {
            script.push(Line::New(start + y));
            y += 1;
        }
    }
    script.extend((0..end).map(|at| Line::Same(a.len() - end + at, b.len() - end + at)));
    script
}

fn push(out: &mut String, sign: &str, line: &str) {
    out.push_str(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

fn unified(a: &[&str], b: &[&str], script: &[Line], context: usize) -> String {
    let changed: Vec<usize> = (0..script.len()).filter(|at| !matches!(script[*at], Line::Same(..))).collect();
    let mut out = String::new();
    let mut at = 0;
    while at < changed.len() {
        let mut last = at;
        while last + 1 < changed.len() && changed[last + 1] - changed[last] <= 2 * context + 1 {
            last += 1;
        }
        let (from, to) = (changed[at].saturating_sub(context), (changed[last] + context + 1).min(script.len()));
        let hunk = &script[from..to];
        let old = hunk.iter().filter(|line| !matches!(line, Line::New(_))).count();
        let new = hunk.iter().filter(|line| !matches!(line, Line::Gone(_))).count();
        let before = |is_old: bool| {
            let counts = |line: &&Line| if is_old { !matches!(line, Line::New(_)) } else { !matches!(line, Line::Gone(_)) };
            script[..from].iter().filter(counts).count()
        };
        let range = |start: usize, count: usize| match count {
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        out.push_str(&format!("@@ -{} +{} @@\n", range(before(true), old), range(before(false), new)));
        for line in hunk {
            match line {
                Line::Same(line, _) => push(&mut out, " ", a[*line]),
                Line::Gone(line) => push(&mut out, "-", a[*line]),
                Line::New(line) => push(&mut out, "+", b[*line]),
            }
        }
        at = last + 1;
    }
    out
}

fn normal(a: &[&str], b: &[&str], script: &[Line]) -> String {
    let mut out = String::new();
    let (mut x, mut y) = (0, 0);
    let mut at = 0;
    while at < script.len() {
        if let Line::Same(..) = script[at] {
            (x, y, at) = (x + 1, y + 1, at + 1);
            continue;
        }
        let group: Vec<Line> = script[at..].iter().take_while(|line| !matches!(line, Line::Same(..))).copied().collect();
        let gone = group.iter().filter(|line| matches!(line, Line::Gone(_))).count();
        let new = group.len() - gone;
        let range = |from: usize, count: usize| match count {
            0 => format!("{from}"),
            1 => format!("{}", from + 1),
            count => format!("{},{}", from + 1, from + count),
        };
        let kind = match (gone, new) {
            (0, _) => 'a',
            (_, 0) => 'd',
            _ => 'c',
        };
        out.push_str(&format!("{}{kind}{}\n", range(x, gone), range(y, new)));
        for line in &a[x..x + gone] {
            push(&mut out, "< ", line);
        }
        if kind == 'c' {
            out.push_str("---\n");
        }
        for line in &b[y..y + new] {
            push(&mut out, "> ", line);
        }
        (x, y, at) = (x + gone, y + new, at + group.len());
    }
    out
}
