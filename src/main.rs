//! The native command line: run a scenario, check lessons.

use std::process::ExitCode;

use playground::kubectl::Stream;
use playground::scenario::{Outcome, Scenario, run};

const USAGE: &str = "\
The DaemonSet playground without its page.

  playground run SCENARIO.yaml [--json]   runs a scenario and prints its transcript; with --json
                                          a list with an object for each command it ran
  playground check DIRECTORY              proves that each lesson of a directory can be solved
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", file] => run_file(file, transcript),
        ["run", file, "--json"] | ["run", "--json", file] => run_file(file, json),
        ["check", ..] => playground::lessons::check::main(&arguments[1..]),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run_file(file: &str, show: fn(&[Outcome]) -> String) -> ExitCode {
    let scenario = std::fs::read_to_string(file).map_err(|error| error.to_string()).and_then(|text| Scenario::parse(&text));
    match scenario {
        Ok(scenario) => {
            print!("{}", show(&run(&scenario)));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {file}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a terminal would show; `!` stands before lines of standard error.
fn transcript(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        text.push_str(&format!("$ {}\n", outcome.run));
        for chunk in &outcome.output.chunks {
            for line in chunk.text.lines() {
                let mark = if chunk.stream == Stream::Err { "! " } else { "" };
                text.push_str(&format!("{mark}{line}\n"));
            }
        }
        if outcome.exit != 0 {
            text.push_str(&format!("# exit {}\n", outcome.exit));
        }
        text.push('\n');
    }
    text
}

fn json(outcomes: &[Outcome]) -> String {
    serde_json::to_string_pretty(outcomes).unwrap_or_default() + "\n"
}
