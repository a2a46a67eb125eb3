//! The proof that lessons can be done: every step starts unsolved, and its solution solves it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::format::slug;
use super::library::{is_lesson, markdown_files};
use super::{
    Deed, Goal, Lesson, LessonError, Part, Progress, Simulation, Step, WaitFor, Wrong, changes, parse, parse_variant,
};
use crate::api::sorted::SortedMap;
use crate::kubectl::Stream;
use crate::session::{Action, Session};
use crate::sim::SimTime;

/// How long a solution's command may take, in virtual time; then it gets Ctrl-C.
const COMMAND_LIMIT: Duration = Duration::from_secs(600);
/// How often `--watch` looks.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// How many of the ways in which a lesson can go are proved.
const VARIANTS: u64 = 64;
/// How long the cluster may take to settle, in virtual time; then it is judged as it is.
const SETTLE_LIMIT: Duration = Duration::from_secs(600);

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// A line for every lesson that is in order.
    pub proved: Vec<String>,
    /// The mistakes.
    pub errors: Vec<LessonError>,
}

/// `check lessons [DIRECTORY] [--watch]`: prints what it finds; fails where something is wrong. With `--watch` it does so again
/// whenever a file there changes, until Ctrl-C.
pub fn main(arguments: &[String]) -> ExitCode {
    let directory = arguments.iter().find(|argument| !argument.starts_with("--"));
    let directory = Path::new(directory.map_or("lessons", String::as_str));
    if !arguments.iter().any(|argument| argument == "--watch") {
        return print(directory);
    }
    let mut seen = read_dir(directory).ok();
    loop {
        print(directory);
        println!("\nwatching {}; Ctrl-C ends it", directory.display());
        while read_dir(directory).ok() == seen {
            std::thread::sleep(LOOK_EVERY);
        }
        seen = read_dir(directory).ok();
    }
}

fn print(directory: &Path) -> ExitCode {
    let report = check_dir(directory);
    for line in &report.proved {
        println!("{line}");
    }
    for error in &report.errors {
        eprintln!("{error}");
    }
    if report.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Checks the lessons of a directory: all `.md` files but `README.md` and `glossary.md`.
pub fn check_dir(directory: &Path) -> Report {
    let mut report = Report::default();
    let mut lessons: SortedMap<String, Lesson> = SortedMap::new();
    let files = match read_dir(directory) {
        Ok(files) if !files.is_empty() => files,
        found => {
            let message = found.err().map_or_else(|| "there is no lesson here".to_owned(), |error| error.to_string());
            report.errors.push(LessonError { file: directory.display().to_string(), line: 1, message });
            return report;
        }
    };
    let texts: SortedMap<String, String> = files.into_iter().collect();
    for (file, text) in &texts {
        match parse(file, text) {
            Ok(lesson) => _ = lessons.insert(file.clone(), lesson),
            Err(errors) => report.errors.extend(errors),
        }
    }
    for (file, lesson) in &lessons {
        let error = |line: usize, message: String| LessonError { file: file.clone(), line, message };
        if let Some((other, _)) = lessons.iter().find(|(other, it)| *other < file && it.front.id == lesson.front.id) {
            report.errors.push(error(1, format!("the id `{}` is that of {other}", lesson.front.id)));
        }
        for id in lesson.front.prerequisites.iter().filter(|id| !lessons.values().any(|lesson| lesson.front.id == **id)) {
            report.errors.push(error(1, format!("there is no lesson `{id}` to be done before")));
        }
        let beside = |target: &str| {
            let (name, anchor) = target.split_once('#').unwrap_or((target, ""));
            let text = Path::new(file).parent().map(|directory| std::fs::read_to_string(directory.join(name)));
            text.and_then(Result::ok).is_some_and(|text| anchor.is_empty() || has_heading(&text, anchor))
        };
        for (line, target) in
            lesson.links.iter().filter(|(_, target)| target.contains(".md") && !target.contains("://") && !beside(target))
        {
            report.errors.push(error(*line, format!("this link leads nowhere: {target}")));
        }
        if !lesson.front.chapter.is_empty() && lesson.front.challenge.is_none() && lesson.summary.is_empty() {
            report.errors.push(error(1, "a lesson of a chapter needs a `summary`".to_owned()));
        }
        let others = (1..lesson.variants.min(VARIANTS)).try_for_each(|seed| {
            parse_variant(file, texts.get(file).map_or("", String::as_str), seed)
                .and_then(|lesson| prove(file, &lesson).map(drop))
        });
        match others.and_then(|()| prove(file, lesson)) {
            Ok(time) => {
                let goals: usize = lesson.steps.iter().map(|step| step.goals.len()).sum();
                report
                    .proved
                    .push(format!("{file}: {} steps, {goals} goals, solved in {time} of virtual time", lesson.steps.len()));
            }
            Err(errors) => report.errors.extend(errors),
        }
    }
    report
}

/// Whether a Markdown text has a heading to which `#anchor` leads.
fn has_heading(text: &str, anchor: &str) -> bool {
    text.lines().any(|line| line.starts_with('#') && slug(line.trim_start_matches('#').trim()) == anchor)
}

/// Walks through a lesson by its solutions. Gives the virtual time that takes.
///
/// # Errors
/// The step that is solved before its solution, or not solved after it, each with the reasons; the mistake that is not noticed;
/// the answer that what happened refutes.
pub fn prove(file: &str, lesson: &Lesson) -> Result<SimTime, Vec<LessonError>> {
    for (step, part) in lesson.steps.iter().flat_map(|step| step.parts.iter().map(move |part| (step, part))) {
        if let Part::Simulation(simulation) = part {
            show(simulation, lesson).map_err(|message| {
                let message = format!("the simulation \"{}\" of the step \"{}\": {message}", simulation.title, step.title);
                vec![LessonError { file: file.to_owned(), line: simulation.line, message }]
            })?;
        }
    }
    let mut walk = Walk { session: Session::new(&lesson.scenario), progress: Progress::default(), lesson };
    for step in &lesson.steps {
        let error = |line: usize, message: String| vec![LessonError { file: file.to_owned(), line, message }];
        walk.open(step);
        walk.answer(step);
        if !step.goals.is_empty() && step.is_solved(&walk.session, &walk.progress) {
            return Err(error(step.line, format!("the step \"{}\" is solved before anything is done", step.title)));
        }
        for wrong in &step.wrongs {
            walk.clone().go_wrong(step, wrong).map_err(|message| error(wrong.line, message))?;
        }
        for deed in &step.solution {
            walk.act(deed).map_err(|message| error(step.line, message))?;
        }
        walk.settle();
        let verdicts = step.goals.iter().map(|goal| (goal, goal.check_with(&walk.session, &walk.progress)));
        let open: Vec<LessonError> = verdicts
            .filter(|(_, verdict)| !verdict.met)
            .flat_map(|(goal, verdict)| {
                error(goal.line, format!("the solution does not reach the goal `{}`: {}", goal.id, verdict.reason))
            })
            .collect();
        if let Some(mut first) = open.first().cloned() {
            _ = write!(first.message, "{}", walk.last_words());
            return Err(std::iter::once(first).chain(open.into_iter().skip(1)).collect());
        }
        for question in step.questions() {
            if let Some((answer, verdict)) = question.refuted(&walk.session, &walk.progress).first() {
                let (text, reason) = (&answer.text, &verdict.reason);
                return Err(error(question.line, format!("what happened does not fit the answer \"{text}\": {reason}")));
            }
        }
    }
    let took = changes(&walk.session);
    match lesson.front.challenge.filter(|challenge| challenge.best != took) {
        None => Ok(walk.session.now()),
        Some(challenge) => {
            let message = format!("the solution takes {took} commands that change something, not {}", challenge.best);
            Err(vec![LessonError { file: file.to_owned(), line: 1, message }])
        }
    }
}

/// Presses the buttons of a simulation, one after the other: each command must succeed.
fn show(simulation: &Simulation, lesson: &Lesson) -> Result<(), String> {
    let mut walk = Walk { session: Session::new(&simulation.scenario), progress: Progress::default(), lesson };
    for button in &simulation.buttons {
        for line in &button.run {
            walk.act(&Deed::Run(line.clone()))?;
            if walk.session.entries().last().is_some_and(|entry| !matches!(entry.job.exit, Some(0 | 130))) {
                return Err(format!("the button \"{}\" fails{}", button.text, walk.last_words()));
            }
        }
        walk.settle();
    }
    Ok(())
}

#[derive(Clone)]
struct Walk<'a> {
    session: Session,
    progress: Progress,
    lesson: &'a Lesson,
}

impl Walk<'_> {
    fn open(&mut self, step: &Step) {
        for action in step.open(&self.session) {
            self.session.act(action);
        }
        self.progress.observe(self.lesson, &self.session);
    }

    /// Answers all questions rightly.
    fn answer(&mut self, step: &Step) {
        for question in step.questions() {
            self.progress.answer(&question.id, question.right());
        }
    }

    /// Does what is wrong: its mistakes are noticed after it, and were not before.
    fn go_wrong(mut self, step: &Step, wrong: &Wrong) -> Result<(), String> {
        let made = |walk: &Walk<'_>, mistake: &Goal| mistake.check_with(&walk.session, &walk.progress);
        let mistakes: Vec<&Goal> = step.mistakes.iter().filter(|it| wrong.mistakes.contains(&it.id)).collect();
        if let Some(mistake) = mistakes.iter().find(|mistake| made(&self, mistake).met) {
            return Err(format!("the mistake `{}` is made before anything is done", mistake.id));
        }
        for deed in &wrong.deeds {
            self.act(deed)?;
        }
        self.settle();
        match mistakes.into_iter().map(|mistake| (mistake, made(&self, mistake))).find(|(_, verdict)| !verdict.met) {
            Some((mistake, verdict)) => Err(format!("this does not make the mistake `{}`: {}", mistake.id, verdict.reason)),
            None => Ok(()),
        }
    }

    fn act(&mut self, deed: &Deed) -> Result<(), String> {
        match deed {
            Deed::Run(line) => {
                self.session.act(Action::Run(line.clone()));
                let end = self.session.now() + COMMAND_LIMIT;
                while self.session.is_busy() && self.step(end) {}
                if self.session.is_busy() {
                    self.session.act(Action::Interrupt);
                }
            }
            Deed::Wait(WaitFor::Settled) => self.settle(),
            Deed::Wait(WaitFor::Time(time)) => {
                let end = self.session.now() + *time;
                while self.step(end) {}
                self.session.advance(end);
            }
            Deed::Write { file, text } => self.session.act(Action::Write { file: file.clone(), text: text.clone() }),
            Deed::Edit { file, replace, with } => {
                let text = self
                    .session
                    .files()
                    .get(file)
                    .ok_or_else(|| format!("the solution edits {file}, which is not there"))?;
                if !text.contains(replace) {
                    return Err(format!("the solution replaces `{replace}` in {file}, which does not have it"));
                }
                let text = text.replacen(replace, with, 1);
                self.session.act(Action::Write { file: file.clone(), text });
            }
        }
        self.progress.observe(self.lesson, &self.session);
        Ok(())
    }

    fn settle(&mut self) {
        let end = self.session.now() + SETTLE_LIMIT;
        while !self.session.is_settled() && self.session.now() < end {
            let until = self.session.settles_at().min(end);
            if !self.step(until) {
                self.session.advance(until);
            }
        }
    }

    fn step(&mut self, until: SimTime) -> bool {
        let stepped = self.session.step(until);
        if stepped {
            self.progress.observe(self.lesson, &self.session);
        }
        stepped
    }

    /// What the last command said that ended badly, for whoever looks for the mistake.
    fn last_words(&self) -> String {
        let failed = self.session.entries().iter().rev().find(|entry| !matches!(entry.job.exit, None | Some(0 | 130)));
        failed.map_or_else(String::new, |entry| {
            let words = entry.job.output.text(Stream::Err);
            format!(" (`{}` ended with {}: {})", entry.line, entry.job.exit.unwrap_or_default(), words.trim())
        })
    }
}

/// The lessons' files, named as a message names them, with their texts.
fn read_dir(directory: &Path) -> std::io::Result<Vec<(String, String)>> {
    let files = markdown_files(directory)?.into_iter();
    let is_lesson = |(path, _): &(PathBuf, String)| path.file_name().is_some_and(|name| is_lesson(&name.to_string_lossy()));
    Ok(files.filter(is_lesson).map(|(path, text)| (path.display().to_string(), text)).collect())
}
