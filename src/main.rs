//! The native command line: run a scenario, make a link of it, check lessons.

use std::process::ExitCode;

use playground::kubectl::Stream;
use playground::lessons::Library;
use playground::scenario::{MOST_HAPPENINGS, Outcome, Scenario, Step, play_within};
use playground::share::{self, Shared};

const USAGE: &str = "\
The DaemonSet playground without its page.

  playground run SCENARIO.yaml [--json]   runs a scenario and prints its transcript; with --json
                                          a list with an object for each command it ran
  playground link SCENARIO.yaml           runs a scenario and prints the end of a link that opens what
                                          came of it: put it behind the page's address
  playground check DIRECTORY              proves that each lesson of a directory can be solved
  playground solution LESSON.md           prints what solves a lesson, step by step, as JSON
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", file] => run_file(file, |scenario| run(scenario, transcript)),
        ["run", file, "--json"] | ["run", "--json", file] => run_file(file, |scenario| run(scenario, json)),
        ["link", file] => run_file(file, link),
        ["check", ..] => playground::lessons::check::main(&arguments[1..]),
        ["solution", file] => playground::lessons::solution::main(file),
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

/// What came of a scenario; where it was stopped, that is printed as far as it got.
fn run(scenario: &Scenario, show: fn(&[Outcome]) -> String) -> Result<String, String> {
    let (_, outcomes, end) = play_within(scenario, MOST_HAPPENINGS);
    let text = show(&outcomes);
    end.map_err(|stopped| {
        print!("{text}");
        stopped.to_string()
    })?;
    Ok(text)
}

fn run_file(file: &str, show: fn(&Scenario) -> Result<String, String>) -> ExitCode {
    let scenario = std::fs::read_to_string(file).map_err(|error| error.to_string()).and_then(|text| Scenario::parse(&text));
    match scenario.and_then(|scenario| show(&scenario)) {
        Ok(text) => {
            print!("{text}");
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

/// A link replays what was typed, so it cannot hold what a scenario does by other means.
fn link(scenario: &Scenario) -> Result<String, String> {
    for (index, step) in scenario.steps.iter().enumerate() {
        match step {
            Step::Node(action) => {
                return Err(format!(
                    "steps[{index}]: a link holds what was typed; use `run: node …` for the node \"{}\" instead of `node:`",
                    action.node()
                ));
            }
            Step::Run { line, background: Some(_) } => {
                return Err(format!("steps[{index}]: a link holds no command in the background: {line}"));
            }
            _ => {}
        }
    }
    let (session, _, end) = play_within(scenario, MOST_HAPPENINGS);
    end.map_err(|stopped| stopped.to_string())?;
    let library = Library::default();
    let shared = Shared {
        title: scenario.title.clone(),
        lesson: None,
        scenario: Scenario { steps: vec![], ..scenario.clone() },
        history: session.history().to_vec(),
        now: session.now(),
        open_file: session.files().keys().next().cloned(),
        ..Shared::default()
    };
    let fragment = share::encode(&shared, &library);
    share::decode(&fragment, &library).map_err(|error| error.to_string())?;
    Ok(fragment + "\n")
}
