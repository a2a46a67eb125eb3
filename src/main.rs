//! The native command line: run a scenario, make a link or a script of it, import a cluster, check lessons.

use std::path::Path;
use std::process::ExitCode;

use playground::export;
use playground::import::{Given, Recognised, import, recognise};
use playground::kubectl::Stream;
use playground::lessons::Library;
use playground::scenario::{MOST_HAPPENINGS, Outcome, Scenario, Step, play_within};
use playground::share::{self, Shared};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
The DaemonSet playground without its page.

  playground run SCENARIO.yaml [--json]   runs a scenario and prints its transcript; with --json
                                          a list with an object for each command it ran
  playground link SCENARIO.yaml           runs a scenario and prints the end of a link that opens what
                                          came of it: put it behind the page's address
  playground import FILE…                 reads what `kubectl get nodes,daemonsets -A -o yaml` (or json) printed, and
                                          prints a scenario; what was left out goes to standard error
  playground scenario LINK                prints what a link holds as a scenario; of lessons it knows those in ./lessons
  playground export SCENARIO.yaml [DIR]   runs a scenario and writes replay.sh, which does it again on a real cluster of
                                          fake nodes (kwok, kind), and manifests.yaml; LINK does instead of a file
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
        ["import", files @ ..] if !files.is_empty() => ended(import_files(files)),
        ["scenario", link] => ended(scenario_of(link).map(|scenario| print!("{}", scenario.to_text()))),
        ["export", from] => ended(export_to(from, Path::new("."))),
        ["export", from, directory] => ended(export_to(from, Path::new(directory))),
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

fn ended(result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn import_files(files: &[&str]) -> Result<(), String> {
    let text = |file: &&str| std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"));
    let texts = files.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let given: Vec<Given<'_>> = files.iter().zip(&texts).map(|(name, text)| Given { name, text }).collect();
    let imported = import(&given).map_err(|error| error.to_string())?;
    imported.left_out.iter().for_each(|sentence| eprintln!("{sentence}"));
    print!("{}", imported.scenario.to_text());
    Ok(())
}

/// The scenario of a link or of a file.
fn scenario_of(from: &str) -> Result<Scenario, String> {
    let text = match recognise("", from) {
        Recognised::Link => from.to_owned(),
        _ => std::fs::read_to_string(from).map_err(|error| format!("{from}: {error}"))?,
    };
    if recognise(from, &text) != Recognised::Link {
        return Scenario::parse(&text).map_err(|error| format!("{from}: {error}"));
    }
    // A link to a lesson says only what differs from it.
    let library = Library::read_dir(Path::new("lessons")).unwrap_or_else(|_| Library::first());
    let shared = share::decode(text.trim(), &library).map_err(|error| error.to_string())?;
    let mut scenario = shared.scenario.with_history(&shared.history, shared.now);
    if !shared.title.is_empty() {
        scenario.title = shared.title;
    }
    Ok(scenario)
}

fn export_to(from: &str, directory: &Path) -> Result<(), String> {
    let scenario = scenario_of(from)?;
    let (session, _, end) = play_within(&scenario, MOST_HAPPENINGS);
    end.map_err(|stopped| stopped.to_string())?;
    let write = |name: &str, text: String| {
        let path = directory.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    std::fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    write("replay.sh", export::script(&scenario))?;
    write("manifests.yaml", export::manifests(session.sim().cluster().store()))?;
    println!("{} and {}", directory.join("replay.sh").display(), directory.join("manifests.yaml").display());
    Ok(())
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
    let shared = Shared::of(scenario, &session);
    let fragment = share::encode(&shared, &library);
    share::decode(&fragment, &library).map_err(|error| error.to_string())?;
    Ok(fragment + "\n")
}
