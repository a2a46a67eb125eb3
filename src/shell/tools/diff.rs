//! `diff` and `comm`: what compares two texts. One of them may come from standard input.

use super::{Call, Desk, Failed, Filter, Flow, Started, Tool, options};
use crate::kubectl::{Output, unified};
use crate::shell::files::DIRECTORY;

/// Two texts that are compared once both are there.
#[derive(Clone)]
struct Pair {
    names: [String; 2],
    /// The text of each; nothing while it comes from standard input.
    texts: [Option<String>; 2],
    input: String,
    how: How,
}

/// What is told of them.
#[derive(Clone)]
enum How {
    /// As `diff` does, with so many lines around a change where it is told with a context.
    Diff { flags: String, context: Option<usize>, stamp: String },
    /// As `comm` does: the columns that are not shown, and what stands between columns.
    Comm { hidden: [bool; 3], delimiter: String, checks: Checks, total: bool },
}

/// Whether `comm` minds what is not sorted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Checks {
    Always,
    /// Where it makes a difference.
    Sometimes,
    Never,
}

/// `diff [-u] [-q] A B`.
pub(super) fn diff(args: &[String], desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let long = [("unified", 'u'), ("brief", 'q'), ("color", '\0')];
    let call = options(args, "U", "uqsNrbw", &long, 2)?;
    let names = two(&call, 2, ["missing operand after 'diff'", "diff"])?;
    let number = call.number('U', "invalid context length")?.unwrap_or(3);
    let date = crate::api::date::Date::of(desk.sim.cluster().now());
    let how = How::Diff {
        flags: call.flags.iter().map(|(flag, _)| *flag).collect(),
        context: (call.on('u') || call.on('U')).then_some(number),
        stamp: format!("{}.000000000 +0000", date.rfc3339().replace('T', " ")),
    };
    start("diff", names, how, desk)
}

/// `comm [-123] A B`.
pub(super) fn comm(args: &[String], desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let long = [("output-delimiter", 'd'), ("check-order", 'c'), ("nocheck-order", 'n'), ("total", 't')];
    let help = "Try 'comm --help' for more information.";
    let call = options(args, "d", "123", &long, 1).map_err(|(exit, message)| (exit, format!("{message}\n{help}")))?;
    let names = two(&call, 1, ["missing operand", "comm"])?;
    let checks = match (call.on('c'), call.on('n')) {
        (true, _) => Checks::Always,
        (_, true) => Checks::Never,
        _ => Checks::Sometimes,
    };
    let delimiter = call.value('d').unwrap_or("\t").to_owned();
    let how = How::Comm { hidden: ['1', '2', '3'].map(|column| call.on(column)), delimiter, checks, total: call.on('t') };
    start("comm", names, how, desk)
}

/// The two operands; `[without any, the tool]` is what the complaint is made of.
fn two(call: &Call<'_>, exit: i32, [none, tool]: [&str; 2]) -> Result<[String; 2], Failed> {
    let what = match call.names.as_slice() {
        [first, second] => return Ok([first, second].map(|name| (*name).to_owned())),
        [] => none.to_owned(),
        [last] => format!("missing operand after '{last}'"),
        // `diff` names the last one, `comm` the first one too much.
        [_, _, extra, ..] if tool == "comm" => format!("extra operand '{extra}'"),
        [.., last] => format!("extra operand '{last}'"),
    };
    let before = if tool == "diff" { "diff: " } else { "" };
    Err((exit, format!("{what}\n{before}Try '{tool} --help' for more information.")))
}

fn start(tool: &str, names: [String; 2], how: How, desk: &mut Desk<'_>) -> Result<Started, Failed> {
    let exit = if tool == "diff" { 2 } else { 1 };
    let read = |name: &str| match name {
        "-" => Ok(None),
        name => match desk.shell.read(&desk.env.cwd, name) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(DIRECTORY) => Err((exit, format!("the playground's {tool} compares files, and {name} is a directory"))),
            Err(why) => Err((exit, format!("{name}: {why}"))),
        },
    };
    let texts = [read(&names[0])?, read(&names[1])?];
    let waits = texts.contains(&None);
    let mut pair = Pair { names, texts, input: String::new(), how };
    if !waits {
        return Ok(Started::Done(pair.finish(desk.out)));
    }
    Ok(Started::Reads(Filter::new(tool, pair, &[], exit)))
}

impl Tool for Pair {
    fn line(&mut self, line: &str, _out: &mut Output) -> Flow {
        self.input.push_str(line);
        Flow::More
    }

    fn finish(&mut self, out: &mut Output) -> i32 {
        let [old, new] = std::mem::take(&mut self.texts).map(|text| text.unwrap_or_else(|| self.input.clone()));
        match &self.how {
            How::Diff { flags, context, stamp } => {
                let [first, second] = &self.names;
                if old == new {
                    if flags.contains('s') {
                        out.print(format_args!("Files {first} and {second} are identical\n"));
                    }
                    return 0;
                }
                if flags.contains('q') {
                    out.print(format_args!("Files {first} and {second} differ\n"));
                } else if let Some(context) = context {
                    out.print(format_args!("--- {first}\t{stamp}\n+++ {second}\t{stamp}\n"));
                    out.out(&unified::unified(&old, &new, *context));
                } else {
                    out.out(&unified::normal(&old, &new));
                }
                1
            }
            How::Comm { hidden, delimiter, checks, total } => {
                let mut columns = Columns { hidden: *hidden, delimiter, counts: [0; 3] };
                let Some(is_sorted) = columns.compare([&old, &new], *checks, out) else { return 1 };
                if *total {
                    let [first, second, both] = columns.counts;
                    out.print(format_args!("{first}{delimiter}{second}{delimiter}{both}{delimiter}total\n"));
                }
                if !is_sorted {
                    out.err("comm: input is not in sorted order\n");
                }
                i32::from(!is_sorted)
            }
        }
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}

/// The columns of `comm`: lines of the first text alone, of the second alone, of both.
struct Columns<'a> {
    hidden: [bool; 3],
    delimiter: &'a str,
    counts: [usize; 3],
}

impl Columns<'_> {
    /// Goes through both texts; says whether they were sorted, as far as it minds, or gives up.
    fn compare(&mut self, texts: [&str; 2], checks: Checks, out: &mut Output) -> Option<bool> {
        let lines = texts.map(|text| text.lines().collect::<Vec<&str>>());
        let (mut at, mut told, mut differ) = ([0, 0], [false, false], false);
        loop {
            let [first, second] = [0, 1].map(|side| lines[side].get(at[side]));
            let column = match (first, second) {
                (None, None) => break,
                (Some(_), None) => 0,
                (None, Some(_)) => 1,
                (Some(a), Some(b)) if a < b => 0,
                (Some(a), Some(b)) if a > b => 1,
                _ => 2,
            };
            differ |= column != 2;
            self.show(column, first.filter(|_| column != 1).or(second).unwrap_or(&""), out);
            for side in [0, 1].into_iter().filter(|side| column == 2 || column == *side) {
                at[side] += 1;
                // At the end of a text its last lines are looked at once more.
                let last = at[side].min(lines[side].len() - 1);
                let is_minded = checks == Checks::Always || (checks == Checks::Sometimes && differ);
                if is_minded && last > 0 && !told[side] && lines[side][last - 1] > lines[side][last] {
                    told[side] = true;
                    out.warn(format_args!("comm: file {} is not in sorted order\n", side + 1));
                    if checks == Checks::Always {
                        return None;
                    }
                }
            }
        }
        Some(told == [false, false])
    }

    fn show(&mut self, column: usize, line: &str, out: &mut Output) {
        self.counts[column] += 1;
        if !self.hidden[column] {
            let before = self.hidden[..column].iter().filter(|hidden| !**hidden).count();
            out.print(format_args!("{}{line}\n", self.delimiter.repeat(before)));
        }
    }
}
