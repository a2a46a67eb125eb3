//! `awk`: programs as people type them behind a pipe.

mod parse;
mod run;

use super::{Failed, Filter, Flow, Started, Tool, options};
use crate::kubectl::Output;
use run::Run;

/// `awk [-F SEPARATOR] [-v NAME=VALUE] PROGRAM [FILE]…`.
pub(super) fn awk(args: &[String]) -> Result<Started, Failed> {
    let mut call = options(args, "Fvf", "", &[("field-separator", 'F'), ("assign", 'v')], 2)?;
    if call.on('f') {
        return Err((2, "the playground's awk has no -f: the program stands in quotes behind awk".to_owned()));
    }
    let Some(text) = call.shift() else {
        return Err((2, "a program is missing: awk '{print $1}' [FILE]…".to_owned()));
    };
    let program = parse::parse(text).map_err(|why| (2, why))?;
    let mut run = Run::new(program);
    if let Some(separator) = call.value('F') {
        run.set("FS", if separator == "t" { "\t" } else { separator });
    }
    for (_, pair) in call.flags.iter().filter(|(flag, _)| *flag == 'v') {
        let Some((name, value)) = pair.split_once('=') else {
            return Err((2, format!("`{pair}' argument to `-v' not in `var=value' form")));
        };
        run.set(name, value);
    }
    // Words with a `=` set variables; without a pattern or an END nothing is read.
    let (pairs, files): (Vec<&str>, Vec<&str>) =
        call.names.iter().partition(|name| name.contains('=') && !name.starts_with('='));
    for (name, value) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
        run.set(name, value);
    }
    let filter =
        if run.reads() { Filter::new("awk", Awk(run), &files, 2) } else { Filter::new("awk", Awk(run), &["/dev/null"], 2) };
    Ok(Started::Reads(filter))
}

#[derive(Clone)]
struct Awk(Run);

impl Tool for Awk {
    fn open(&mut self, file: &str, out: &mut Output) {
        self.0.open(file, out);
    }

    fn line(&mut self, line: &str, out: &mut Output) -> Flow {
        if self.0.line(line.strip_suffix('\n').unwrap_or(line), out) { Flow::More } else { Flow::Done }
    }

    fn finish(&mut self, out: &mut Output) -> i32 {
        self.0.finish(out)
    }

    fn work(&mut self) -> usize {
        self.0.work()
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}
