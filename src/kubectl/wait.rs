//! `kubectl wait` (upstream: `kubectl/pkg/cmd/wait`).

use std::time::Duration;

use serde_json::Value;

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::jsonpath::{self, Template};
use super::print::{self, Format};
use super::process::Process;
use super::resource::{self, Filter, Request, WithoutNames};
use super::{Context, Outcome, Output, wire};
use crate::api::{ApiError, Object};
use crate::sim::{Change, ChangeKind, SimTime, Simulation};

pub(crate) const FLAGS: &str = "f/filename= l/selector= field-selector= o/output= for= timeout= template= all A/all-namespaces local \
    R/recursive show-managed-fields allow-missing-template-keys";

/// Between two looks for what is to be created (`RunWaitContext`).
const LOOK: Duration = Duration::from_millis(500);
/// How long it waits where nothing else is said.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long it waits where a negative time is given.
const WEEK: Duration = Duration::from_secs(168 * 3600);

/// `kubectl wait`.
pub(crate) fn wait(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl wait")?;
    args.refuse(&["local"])?;
    let format = Format::of(&args, context.files)?;
    let timeout = match args.get("timeout") {
        Some(text) if text.starts_with('-') => args.duration("timeout")?.map(|_| WEEK),
        _ => args.duration("timeout")?,
    };
    let timeout = timeout.unwrap_or(TIMEOUT);
    let conditions = conditions(&args)?;
    if args.words.is_empty() && !args.has("filename") {
        let selects = args.is_filled("selector") || args.is_filled("field-selector");
        return Err(Failure::client(if selects { super::delete::NOTHING_TO_SELECT } else { super::delete::NOTHING_NAMED }));
    }
    let filter = Filter::of(&args, context)?;
    let (request, failures) = resource::asked(&args.words, &args, WithoutNames::Refused, context)?;
    let mut wait = Wait {
        request,
        filter,
        conditions,
        format,
        limit: timeout,
        deadline: context.sim.now() + timeout,
        looks_at: context.sim.now(),
        objects: None,
        current: 0,
        met: 0,
        failures,
    };
    Ok(match wait.poll(&[], context.sim, out) {
        Some(exit) => Outcome::Done(exit),
        None => Outcome::Running(Process::Wait(Box::new(wait))),
    })
}

/// Reads every `--for`.
fn conditions(args: &Args) -> Result<Vec<Condition>> {
    let given = args.each("for");
    if given.is_empty() {
        return Err(Failure::client("unrecognized condition: []"));
    }
    given.into_iter().map(Condition::of).collect()
}

/// What is waited for.
#[derive(Clone, Debug)]
enum Condition {
    Created,
    Deleted,
    /// A condition of the status, and the value it is to have.
    Status(String, String),
    /// What a path finds, and the value it is to have; any where there is none.
    Path(Template, Option<String>),
}

impl Condition {
    fn of(text: &str) -> Result<Condition> {
        if let Some(condition) = text.strip_prefix("condition=") {
            let (name, value) = condition.split_once('=').unwrap_or((condition, "true"));
            return Ok(Condition::Status(name.to_owned(), value.to_owned()));
        }
        if let Some(path) = text.strip_prefix("jsonpath=") {
            return Condition::of_path(path);
        }
        match text.to_ascii_lowercase().as_str() {
            "delete" => Ok(Condition::Deleted),
            "create" => Ok(Condition::Created),
            _ => Err(Failure::refused(format_args!("unrecognized condition: {text:?}"))),
        }
    }

    fn of_path(text: &str) -> Result<Condition> {
        let parts = split(text);
        let (path, value) = match parts.as_slice() {
            [path] => (path, None),
            [path, value] => (path, Some(value.trim_matches(['\'', '"']))),
            _ => {
                return Err(Failure::client(
                    "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                     --for=jsonpath='{.status.readyReplicas}'",
                ));
            }
        };
        if value == Some("") {
            return Err(Failure::client(
                "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
            ));
        }
        if path.is_empty() {
            return Err(Failure::client("jsonpath expression cannot be empty"));
        }
        let template = jsonpath::relaxed(path).and_then(|path| Template::parse(&path));
        let template = template.map_err(|why| Failure::client(&why))?;
        Ok(Condition::Path(template, value.map(str::to_owned)))
    }

    /// Whether an object is as it is to be.
    fn holds(&self, object: &Object) -> Result<bool> {
        match self {
            Condition::Created => Ok(true),
            Condition::Deleted => Ok(false),
            Condition::Status(name, wanted) => Ok(has_condition(&wire::value(object), name, wanted)),
            Condition::Path(template, wanted) => {
                let value = wire::value(object);
                let found = match template.find(&value).as_slice() {
                    [] => return Ok(false),
                    [one] => one.clone().into_owned(),
                    _ => return Err(Failure::client("given jsonpath expression matches more than one value")),
                };
                let Some(wanted) = wanted else { return Ok(true) };
                if found.is_object() || found.is_array() {
                    return Err(Failure::client("jsonpath leads to a nested object or list which is not supported"));
                }
                Ok(jsonpath::text(&found).trim() == wanted.trim())
            }
        }
    }
}

/// Takes apart at single equals signs.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = parts.last_mut();
        match (letter, last) {
            ('=', Some(last)) if letters.next_if_eq(&'=').is_some() => last.push_str("=="),
            ('=', _) => parts.push(String::new()),
            (letter, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    parts
}

fn has_condition(object: &Value, name: &str, wanted: &str) -> bool {
    let conditions = object["status"]["conditions"].as_array();
    let is_it = |condition: &&Value| condition["type"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(name));
    let Some(condition) = conditions.into_iter().flatten().find(is_it) else { return false };
    let observed = condition["observedGeneration"].as_i64().or(object["status"]["observedGeneration"].as_i64());
    let generation = object["metadata"]["generation"].as_i64();
    if let (Some(observed), Some(generation)) = (observed, generation)
        && observed < generation
    {
        return false;
    }
    condition["status"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
}

/// Waits until objects are as they are to be, one after the other.
#[derive(Clone, Debug)]
pub struct Wait {
    request: Request,
    filter: Filter,
    conditions: Vec<Condition>,
    format: Format,
    limit: Duration,
    deadline: SimTime,
    /// When it looks again for what is to be created.
    looks_at: SimTime,
    /// The objects, once they are found.
    objects: Option<Vec<Object>>,
    /// Which of them is waited for.
    current: usize,
    /// How many of the conditions it has met.
    met: usize,
    failures: Vec<Failure>,
}

/// What a look at an object shows.
enum Seen {
    Met(Object),
    NotYet,
}

impl Wait {
    /// Looks at what changed, and prints what has come about; gives an exit code at the end.
    pub(crate) fn poll(&mut self, changes: &[Change], sim: &Simulation, out: &mut Output) -> Option<i32> {
        if self.objects.is_none() {
            match self.find(sim) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(failure) => return Some(self.end(vec![failure], out)),
            }
        }
        let mut changes = changes;
        while let Some(object) = self.objects.as_ref().and_then(|objects| objects.get(self.current)).cloned() {
            match self.look(&object, &mut changes, sim) {
                Ok(Seen::Met(seen)) => {
                    self.met += 1;
                    if let Err(failure) = print::answer(seen, "condition met", &self.format, DryRun::No, out) {
                        self.failures.push(failure);
                    }
                }
                Ok(Seen::NotYet) if self.deadline > sim.now() => return None,
                Ok(Seen::NotYet) => {
                    self.failures.push(self.timed_out(&object));
                    self.met = self.conditions.len();
                }
                Err(failure) => {
                    self.failures.push(failure);
                    self.met = self.conditions.len();
                }
            }
            if self.met == self.conditions.len() {
                self.met = 0;
                self.current += 1;
            }
        }
        let failures = std::mem::take(&mut self.failures);
        Some(self.end(failures, out))
    }

    fn end(&self, mut failures: Vec<Failure>, out: &mut Output) -> i32 {
        let waits_for_end = self.conditions.iter().any(|condition| matches!(condition, Condition::Deleted));
        if failures.is_empty() && !waits_for_end && self.objects.as_ref().is_some_and(Vec::is_empty) {
            failures.push(Failure::client("no matching resources found"));
        }
        match Failure::all(failures) {
            Ok(()) => 0,
            Err(failure) => {
                out.warn(format_args!("{failure}\n"));
                1
            }
        }
    }

    /// When it wants to be asked even if nothing changes.
    pub(crate) fn wants(&self) -> SimTime {
        if self.objects.is_none() { self.looks_at.min(self.deadline) } else { self.deadline }
    }

    /// Finds the objects; says whether they are there, if they are waited for at all.
    fn find(&mut self, sim: &Simulation) -> Result<bool> {
        let (objects, missing) = resource::found(sim.cluster().store(), &self.request, &self.filter)?;
        let waits_for = |wanted: fn(&Condition) -> bool| self.conditions.iter().any(wanted);
        if waits_for(|it| matches!(it, Condition::Created)) && (objects.is_empty() || !missing.is_empty()) {
            if self.deadline <= sim.now() {
                return Err(Failure::client("timed out waiting for the condition"));
            }
            self.looks_at = sim.now() + LOOK;
            return Ok(false);
        }
        if !waits_for(|it| matches!(it, Condition::Deleted)) {
            self.failures.extend(missing);
        }
        self.objects = Some(objects);
        Ok(true)
    }

    /// Looks at what became of an object, and at what it is now.
    fn look(&self, object: &Object, changes: &mut &[Change], sim: &Simulation) -> Result<Seen> {
        let (key, condition) = (object.key(), &self.conditions[self.met]);
        while let Some((change, rest)) = changes.split_first() {
            *changes = rest;
            if change.object.key() != key {
                continue;
            }
            match (change.kind, condition) {
                (ChangeKind::Deleted, Condition::Deleted) => return Ok(Seen::Met(object.clone())),
                (ChangeKind::Deleted, _) => {}
                _ if condition.holds(&change.object)? => return Ok(Seen::Met(change.object.clone())),
                _ => {}
            }
        }
        let now = sim.cluster().store().object(&key);
        match (now, condition) {
            (None, Condition::Deleted) => Ok(Seen::Met(object.clone())),
            // What is gone before it is looked at is an error; what goes then may come back.
            (None, _) if self.limit.is_zero() => Err(ApiError::NotFound(key.kind, key.name.to_string()).into()),
            (None, _) => Ok(Seen::NotYet),
            (Some(now), condition) if condition.holds(now)? => Ok(Seen::Met(now.clone())),
            _ => Ok(Seen::NotYet),
        }
    }

    fn timed_out(&self, object: &Object) -> Failure {
        let key = object.key();
        let named = [key.kind.plural(), "/", &key.name].concat();
        match self.limit.is_zero() {
            true => Failure::refused(format_args!("condition not met for {named}")),
            false => Failure::refused(format_args!("timed out waiting for the condition on {named}")),
        }
    }
}
