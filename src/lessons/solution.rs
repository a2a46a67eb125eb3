//! What solves a lesson, for tests that do it in the page.

use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{Deed, Lesson, Step, WaitFor, parse};
use crate::kubectl::Files;

/// `solution LESSON.md`: prints a list with an object for each step: `title`; `answers`, the texts of the right ones; and `deeds`,
/// each `{run}`, `{wait}` with seconds or `settled`, or `{write: {file, text}}` with the file's whole text.
pub fn main(file: &str) -> ExitCode {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"));
    let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let lesson = text.and_then(|text| {
        parse(&name, &text).map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    });
    match lesson {
        Ok(lesson) => {
            println!("{}", solution(&lesson));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn solution(lesson: &Lesson) -> Value {
    let mut files = lesson.scenario.files.clone();
    lesson.steps.iter().map(|step| step_value(step, &mut files)).collect()
}

fn step_value(step: &Step, files: &mut Files) -> Value {
    files.extend(step.files.iter().cloned());
    let answers: Vec<&str> = step.questions().map(|question| question.answers[question.right()].text.as_str()).collect();
    let deeds: Vec<Value> = step.solution.iter().map(|deed| deed_value(deed, files)).collect();
    json!({"title": step.title, "answers": answers, "deeds": deeds})
}

fn deed_value(deed: &Deed, files: &mut Files) -> Value {
    let (file, text) = match deed {
        Deed::Run(line) => return json!({"run": line}),
        Deed::Wait(WaitFor::Settled) => return json!({"wait": "settled"}),
        Deed::Wait(WaitFor::Time(time)) => return json!({"wait": time.as_secs_f64()}),
        Deed::Write { file, text } => (file, text.clone()),
        Deed::Edit { file, replace, with } => (file, files.get(file).map_or("", String::as_str).replacen(replace, with, 1)),
    };
    files.insert(file.clone(), text.clone());
    json!({"write": {"file": file, "text": text}})
}
