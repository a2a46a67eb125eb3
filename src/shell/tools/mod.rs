//! The tools around kubectl. What reads text reads it line by line, as it comes.

mod awk;
mod base64;
mod diff;
mod directory;
mod grep;
mod json;
mod lines;
mod man;
mod say;
mod sed;
mod xargs;

pub(super) use say::{always_quoted, is_there, quoted, sleep};
pub(super) use xargs::xargs;

use std::collections::VecDeque;
use std::fmt;

use super::machine::Pipe;
use super::{Env, Shell, node, whatif, why};
use crate::kubectl::{Output, is_one_of};
use crate::sim::Simulation;

/// The tools, for completion.
pub(super) const NAMES: &str = "awk base64 basename cat clear column comm cp cut date diff dirname echo egrep env find grep head hostname jq less ls \
    man mkdir more mv node nl paste printf rev rm rmdir sed seq sleep sort tac tail tee time touch tr uniq wc whatif which whoami why yes yq";
/// Those that take files.
pub(super) const WITH_FILES: &str = "awk base64 bash cat column comm cp cut diff egrep grep head jq less ls more mv nl paste rev rm sed sh sort \
    source tac tail tee touch uniq wc yq . code nano vi vim";

/// The exit code and what is printed behind the tool's name.
type Failed = (i32, String);

/// What a command can see and change.
pub(super) struct Desk<'a> {
    pub(super) shell: &'a mut Shell,
    pub(super) sim: &'a mut Simulation,
    pub(super) env: &'a Env,
    pub(super) out: &'a mut Output,
    /// Whether something is piped into it.
    pub(super) has_input: bool,
}

impl Desk<'_> {
    /// Complains; gives the exit code.
    fn fail(&mut self, exit: i32, message: fmt::Arguments<'_>) -> i32 {
        self.out.warn(format_args!("{message}\n"));
        exit
    }
}

/// How a command began.
pub(super) enum Started {
    /// It is done.
    Done(i32),
    /// It reads.
    Reads(Filter),
}

/// A tool that reads lines.
trait Tool {
    /// A file begins.
    fn open(&mut self, _file: &str, _out: &mut Output) {}

    /// A line, with its end if it has one. `Full` wants no more of this file; `Done` no more at all.
    fn line(&mut self, line: &str, out: &mut Output) -> Flow;

    /// A file ends; `sed -i` gives the new text of it.
    fn close(&mut self, _file: &str, _out: &mut Output) -> Option<String> {
        None
    }

    /// All files have ended. Gives the exit code.
    fn finish(&mut self, out: &mut Output) -> i32;

    /// The files that every line goes into as well (`tee`): what is to be written, by name.
    fn written(&mut self) -> Vec<(String, String)> {
        vec![]
    }

    /// What it did since it was last asked, in the measure of a command.
    fn work(&mut self) -> usize {
        0
    }

    /// A copy.
    fn copy(&self) -> Box<dyn Tool>;
}

/// Whether a tool wants more lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    More,
    Full,
    Done,
}

/// A tool at work on its input.
pub(super) struct Filter {
    name: String,
    tool: Box<dyn Tool>,
    /// What is still to be read; `-` is standard input.
    inputs: VecDeque<String>,
    /// The lines of the file at hand.
    current: Option<Current>,
    /// What stands before the name of a file that cannot be read.
    complaint: &'static str,
    /// Whether nothing is said of files that are missing.
    is_silent: bool,
    /// The exit code when a file could not be read.
    missing: i32,
    failed: bool,
}

#[derive(Clone)]
struct Current {
    name: String,
    /// The text of a file and how much of it was read; standard input has none.
    text: Option<(String, usize)>,
}

impl Clone for Filter {
    fn clone(&self) -> Filter {
        Filter {
            name: self.name.clone(),
            tool: self.tool.copy(),
            inputs: self.inputs.clone(),
            current: self.current.clone(),
            ..*self
        }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// How many lines a tool reads before others get their turn.
const TURN: usize = 500;

impl Filter {
    fn new(name: &str, tool: impl Tool + 'static, inputs: &[&str], missing: i32) -> Filter {
        let mut inputs: VecDeque<String> = inputs.iter().map(|name| (*name).to_owned()).collect();
        if inputs.is_empty() {
            inputs.push_back("-".to_owned());
        }
        let complaint = match name {
            "head" | "tail" => "cannot open",
            "sort" => "cannot read: ",
            "sed" => "can't read ",
            _ => "",
        };
        Filter {
            name: name.to_owned(),
            tool: Box::new(tool),
            inputs,
            current: None,
            complaint,
            missing,
            failed: false,
            is_silent: false,
        }
    }

    /// What it did since it was last asked, in the measure of a command.
    pub(super) fn work(&mut self) -> usize {
        self.tool.work()
    }

    /// Reads what is there; says whether there was anything, and the exit code once it has ended.
    pub(super) fn pump(
        &mut self,
        mut input: Option<&mut Pipe>,
        shell: &mut Shell,
        cwd: &str,
        out: &mut Output,
    ) -> (bool, Option<i32>) {
        let mut did = false;
        for _ in 0..TURN {
            let Some(current) = &mut self.current else {
                let Some(name) = self.inputs.pop_front() else {
                    let exit = self.tool.finish(out);
                    return (true, Some(if self.failed { self.missing.max(exit) } else { exit }));
                };
                did = true;
                self.begin(name, shell, cwd, out);
                continue;
            };
            let line = match (&mut current.text, &mut input) {
                (Some((text, read)), _) => {
                    let rest = &text[*read..];
                    let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
                    *read += length;
                    (length > 0).then(|| rest[..length].to_owned())
                }
                (None, Some(pipe)) => match pipe.line() {
                    Some(line) => Some(line),
                    None if pipe.is_done() => None,
                    None => return (did, None),
                },
                (None, None) => None,
            };
            did = true;
            let flow = match &line {
                Some(line) => self.tool.line(line, out),
                None => Flow::Full,
            };
            for (name, text) in self.tool.written() {
                if let Err(why) = shell.append(&name, &text) {
                    out.warn(format_args!("{}: {name}: {why}\n", self.name));
                }
            }
            if flow != Flow::More {
                let name = std::mem::take(&mut current.name);
                self.current = None;
                if let Some(text) = self.tool.close(&name, out)
                    && let Ok(name) = shell.writable(cwd, &name)
                    && let Err(why) = shell.put(&name, &text)
                {
                    out.warn(format_args!("{}: {name}: {why}\n", self.name));
                }
                if flow == Flow::Done {
                    self.inputs.clear();
                }
            }
        }
        (did, None)
    }

    fn begin(&mut self, name: String, shell: &Shell, cwd: &str, out: &mut Output) {
        if name == "-" || name == "/dev/stdin" {
            self.tool.open("-", out);
            self.current = Some(Current { name, text: None });
            return;
        }
        match shell.read(cwd, &name) {
            Ok(text) => {
                self.tool.open(&name, out);
                self.current = Some(Current { name, text: Some((text.to_owned(), 0)) });
            }
            Err(why) => {
                self.failed = true;
                let tool = &self.name;
                match self.complaint {
                    _ if self.is_silent => {}
                    "cannot open" if why == super::files::DIRECTORY => {
                        out.warn(format_args!("{tool}: error reading '{name}': {why}\n"));
                    }
                    "cannot open" => out.warn(format_args!("{tool}: cannot open '{name}' for reading: {why}\n")),
                    complaint => out.warn(format_args!("{tool}: {complaint}{name}: {why}\n")),
                }
            }
        }
    }
}

/// Starts a tool, if there is one of this name.
pub(super) fn start(name: &str, args: &[String], desk: &mut Desk<'_>) -> Option<Started> {
    if args == ["--help"]
        && !is_one_of("[ echo printf test true false", name)
        && let Some(page) = man::page(name)
    {
        desk.out.out(&page);
        return Some(Started::Done(0));
    }
    let done = match name {
        "awk" | "gawk" | "mawk" => awk::awk(args),
        "base64" => base64::base64(args),
        "cat" | "column" | "cut" | "head" | "less" | "more" | "nl" | "paste" | "rev" | "sort" | "tac" | "tail" | "tee"
        | "tr" | "uniq" | "wc" => lines::start(name, args, desk),
        "comm" => diff::comm(args, desk),
        "diff" => diff::diff(args, desk),
        "egrep" | "fgrep" | "grep" => grep::grep(name, args, desk),
        "jq" | "yq" => json::start(name, args),
        "sed" => sed::sed(args),
        "node" => Ok(Started::Done(node::run(args, desk.sim, desk.out))),
        "why" => Ok(Started::Done(why::run(args, desk.shell.kube.namespace(None), desk.sim, desk.out))),
        "whatif" => Ok(Started::Done(whatif::run(args, desk.shell, desk.env, desk.sim, desk.out))),
        "man" | "help" => Ok(Started::Done(man::man(name, args, desk.out))),
        "cp" | "find" | "ls" | "mkdir" | "mv" | "rm" | "rmdir" | "touch" | "tree" => {
            directory::run(name, args, desk).map(Started::Done)
        }
        _ => say::run(name, args, desk)?.map(Started::Done),
    };
    Some(done.unwrap_or_else(|(exit, message)| {
        let before = if message.starts_with("Usage: ") { String::new() } else { format!("{name}: ") };
        desk.out.warn(format_args!("{before}{message}\n"));
        Started::Done(exit)
    }))
}

/// What a tool was called with: flags with their values, and other words.
#[derive(Default)]
struct Call<'a> {
    flags: Vec<(char, String)>,
    names: Vec<&'a str>,
}

impl<'a> Call<'a> {
    /// The value of a flag.
    fn value(&self, letter: char) -> Option<&str> {
        self.flags.iter().rev().find(|(flag, _)| *flag == letter).map(|(_, value)| value.as_str())
    }

    fn on(&self, letter: char) -> bool {
        self.value(letter).is_some()
    }

    /// Takes the first word, which is no file.
    fn shift(&mut self) -> Option<&'a str> {
        (!self.names.is_empty()).then(|| self.names.remove(0))
    }

    /// The value of a flag as a number.
    fn number(&self, letter: char, what: &str) -> Result<Option<usize>, Failed> {
        match self.value(letter) {
            None => Ok(None),
            Some(given) => given.parse().map(Some).map_err(|_| (1, format!("{what}: '{given}'"))),
        }
    }
}

/// Flags and names: `-n 3`, `-n3`, `-3`, `-rn`, `--lines=3`. `takes_value` and `known` are the letters of flags with and without a
/// value, `long` is `name=letter` for those that are also written out.
fn options<'a>(
    args: &'a [String],
    takes_value: &str,
    known: &str,
    long: &[(&str, char)],
    exit: i32,
) -> Result<Call<'a>, Failed> {
    let mut call = Call::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == "--" {
            call.names.extend(rest.by_ref().map(String::as_str));
        } else if let Some(whole) = arg.strip_prefix("--") {
            let (name, value) = whole.split_once('=').map_or((whole, None), |(name, value)| (name, Some(value)));
            let Some((_, letter)) = long.iter().find(|(long, _)| *long == name) else {
                return Err((exit, format!("unrecognized option '--{name}'")));
            };
            let value = match value {
                Some(value) => value.to_owned(),
                None if takes_value.contains(*letter) => {
                    rest.next().ok_or_else(|| (exit, format!("option '--{name}' requires an argument")))?.clone()
                }
                None => String::new(),
            };
            call.flags.push((*letter, value));
        } else if arg.len() > 1 && arg.starts_with('-') {
            let mut letters = &arg[1..];
            if letters.bytes().all(|c| c.is_ascii_digit()) && takes_value.contains('n') {
                call.flags.push(('n', letters.to_owned()));
                continue;
            }
            while let Some(letter) = letters.chars().next() {
                letters = &letters[letter.len_utf8()..];
                let mut value = "";
                if takes_value.contains(letter) {
                    value = std::mem::take(&mut letters);
                    if value.is_empty() {
                        let missing = || (exit, format!("option requires an argument -- '{letter}'"));
                        value = rest.next().ok_or_else(missing)?;
                    }
                } else if !known.contains(letter) {
                    return Err((exit, format!("invalid option -- '{letter}'")));
                }
                call.flags.push((letter, value.to_owned()));
            }
        } else {
            call.names.push(arg);
        }
    }
    Ok(call)
}
