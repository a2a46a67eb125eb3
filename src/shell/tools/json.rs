//! `jq` and `yq`: paths, `[]`, `|`, `select`, comparisons and a few functions over JSON and YAML.

mod filter;

use serde_json::Value;

use super::{Failed, Filter, Flow, Started, Tool, options};
use crate::api::yaml;
use crate::kubectl::Output;

/// `jq [-r] [-c] [-e] FILTER [FILE]…`, `yq FILTER [FILE]…`.
pub(super) fn start(name: &str, args: &[String]) -> Result<Started, Failed> {
    let long = [
        ("raw-output", 'r'),
        ("compact-output", 'c'),
        ("join-output", 'j'),
        ("exit-status", 'e'),
        ("monochrome-output", 'M'),
    ];
    let mut call = if name == "jq" {
        options(args, "", "rcjeMsnC", &long, 2)?
    } else {
        options(args, "oP", "reMNi", &[("output-format", 'o'), ("unwrapScalar", 'r')], 2)?
    };
    if call.on('s') || call.on('n') || call.on('i') {
        return Err((2, format!("the playground's {name} reads one document after the other: it has no -s, -n and -i")));
    }
    // `yq e`, `yq eval` are older ways to say the same.
    if name == "yq" && call.names.len() > 1 && matches!(call.names[0], "e" | "eval") {
        let _ = call.shift();
    }
    let text = call.shift().unwrap_or(".");
    let filter = filter::parse(text).map_err(|why| (3, why))?;
    let as_json = name == "jq" || call.value('o').is_some_and(|format| format.starts_with('j'));
    let tool = Json {
        filter,
        yaml: name == "yq",
        as_json,
        raw: call.on('r') || call.on('j') || (name == "yq" && !as_json),
        compact: call.on('c'),
        joined: call.on('j'),
        text: String::new(),
        exit: 0,
        last: None,
        by_value: call.on('e'),
        work: 0,
    };
    Ok(Started::Reads(Filter::new(name, tool, &call.names, 2)))
}

#[derive(Clone)]
struct Json {
    filter: filter::Filter,
    yaml: bool,
    as_json: bool,
    raw: bool,
    compact: bool,
    joined: bool,
    text: String,
    exit: i32,
    /// The last value printed, which `-e` makes the exit code of.
    last: Option<Value>,
    by_value: bool,
    work: usize,
}

impl Json {
    fn run(&mut self, document: &Value, out: &mut Output) {
        match self.filter.run(document, &mut self.work) {
            Ok(values) => values.into_iter().for_each(|value| {
                self.print(&value, out);
                self.last = Some(value);
            }),
            Err(why) => {
                out.warn(format_args!("{}: error: {why}\n", if self.yaml { "yq" } else { "jq" }));
                self.exit = 5;
            }
        }
    }

    fn print(&self, value: &Value, out: &mut Output) {
        let mut text = match value {
            Value::String(text) if self.raw => text.clone(),
            value if !self.as_json => yaml::to_string(value).trim_end().to_owned(),
            value if self.compact => yaml::to_compact_json(value),
            value => indented(&yaml::to_json(value)),
        };
        if !self.joined {
            text.push('\n');
        }
        out.out(&text);
    }
}

/// JSON with two blanks a level, as jq prints it; kubectl has four.
fn indented(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let body = line.trim_start_matches(' ');
        format!("{}{body}", " ".repeat((line.len() - body.len()) / 2))
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Tool for Json {
    fn line(&mut self, line: &str, _out: &mut Output) -> Flow {
        self.text.push_str(line);
        Flow::More
    }

    fn close(&mut self, _file: &str, out: &mut Output) -> Option<String> {
        let text = std::mem::take(&mut self.text);
        if self.yaml {
            for document in yaml::documents(&text) {
                match document {
                    Ok(document) => self.run(&document.value, out),
                    Err(error) => {
                        out.warn(format_args!("Error: bad file: {}\n", error.message));
                        self.exit = 1;
                    }
                }
            }
            return None;
        }
        for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
            match document {
                Ok(document) => self.run(&document, out),
                Err(error) => {
                    out.warn(format_args!("jq: parse error: {error}\n"));
                    self.exit = 2;
                    break;
                }
            }
        }
        None
    }

    fn finish(&mut self, _out: &mut Output) -> i32 {
        match &self.last {
            _ if self.exit != 0 || !self.by_value => self.exit,
            None => 4,
            Some(Value::Null | Value::Bool(false)) => 1,
            Some(_) => 0,
        }
    }

    fn work(&mut self) -> usize {
        std::mem::take(&mut self.work)
    }

    fn copy(&self) -> Box<dyn Tool> {
        Box::new(self.clone())
    }
}
