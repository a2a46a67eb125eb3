//! Commands that wait: `rollout status`, `get -w`, `delete`, `drain`.

use std::time::Duration;

use jiff::Timestamp;

use super::apply::{self, DryRun};
use super::error::Failure;
use super::get::Look;
use super::logs::FollowLogs;
use super::print::{self, Format};
use super::resource::Filter;
use super::table::TabWriter;
use super::{Drain, Edit, Events, Files, Output, Wait, rollout};
use crate::api::{Key, Kind, Object};
use crate::cluster::Store;
use crate::sim::{Change, ChangeKind, SimTime, Simulation};

/// A command that has not ended. It is told what changes and prints as the virtual clock goes on.
#[derive(Clone, Debug)]
pub enum Process {
    /// `kubectl rollout status`.
    RolloutStatus(RolloutStatus),
    /// `kubectl get --watch`.
    Watch(Box<Watch>),
    /// `kubectl delete`, until all is gone.
    WaitDelete(WaitDelete),
    /// `kubectl drain`, until all is gone.
    Drain(Box<Drain>),
    /// `kubectl events --watch`.
    Events(Box<Events>),
    /// `kubectl logs --follow`.
    Logs(Box<FollowLogs>),
    /// `kubectl wait`.
    Wait(Box<Wait>),
    /// `kubectl edit`, until the file is closed.
    Edit(Box<Edit>),
}

impl Process {
    /// Shows the process what changed since it was last asked, the time and the files; it prints and may end with an exit code.
    pub fn poll(&mut self, changes: &[Change], sim: &mut Simulation, files: &mut Files, out: &mut Output) -> Option<i32> {
        match self {
            Process::RolloutStatus(process) => process.poll(changes, sim, out),
            Process::Watch(process) => process.poll(changes, sim, out),
            Process::WaitDelete(process) => process.poll(sim, out),
            Process::Drain(process) => process.poll(sim, out),
            Process::Events(process) => process.poll(changes, sim, out),
            Process::Logs(process) => process.poll(sim, out),
            Process::Wait(process) => process.poll(changes, sim, out),
            Process::Edit(process) => process.poll(sim, files, out),
        }
    }

    /// When it wants to be asked even if nothing changes.
    pub fn deadline(&self) -> Option<SimTime> {
        match self {
            Process::RolloutStatus(process) => match process.held_until {
                Some(held) => Some(process.timeout.map_or(held, |timeout| timeout.min(held))),
                None => process.timeout,
            },
            Process::Watch(process) => process.until,
            Process::Events(_) | Process::Edit(_) => None,
            Process::WaitDelete(process) => process.timeout,
            Process::Drain(process) => process.wants(),
            Process::Logs(process) => process.wants(),
            Process::Wait(process) => Some(process.wants()),
        }
    }

    /// The file that a person or a program edits, where the process waits for that.
    pub fn edits(&self) -> Option<&str> {
        if let Process::Edit(edit) = self { Some(edit.file()) } else { None }
    }

    /// The command line with which that file is edited, where the environment names an editor. The shell runs it, tells its exit
    /// code by [`Process::edited`], and asks again: what is wrong is edited once more.
    pub fn editor(&self) -> Option<String> {
        if let Process::Edit(edit) = self { edit.command() } else { None }
    }

    /// The editor has ended with this exit code; gives the process's own where that is its end.
    pub fn edited(&mut self, exit: i32, sim: &mut Simulation, files: &mut Files, out: &mut Output) -> Option<i32> {
        if let Process::Edit(edit) = self { edit.edited(exit, sim, files, out) } else { None }
    }

    /// The exit code after Ctrl-C: kubectl catches it and ends with 1 (`util/interrupt`), but for a drain, which it just ends.
    pub const fn interrupted(&self) -> i32 {
        if matches!(self, Process::Drain(_)) { 130 } else { 1 }
    }
}

/// How long a spec that no controller has seen is held back. A real kubectl takes longer than that to start.
const HOLD: Duration = Duration::from_millis(100);

/// Prints where the rollout of one object after another stands, whenever it changes, until all are done.
#[derive(Clone, Debug)]
pub struct RolloutStatus {
    key: Key,
    /// What was written by then is no news.
    since: u64,
    timeout: Option<SimTime>,
    held_until: Option<SimTime>,
    /// Whose turn comes later, the last one first, and how each is told of.
    later: Vec<Key>,
    told: Told,
    /// What is told at the end.
    failures: Vec<Failure>,
}

impl RolloutStatus {
    /// Starts with the first object that is not rolled out; there is no process where all are, or where they are told of once.
    /// The failures are what is to be told now.
    pub(crate) fn start(
        objects: &[Object],
        mut failures: Vec<Failure>,
        sim: &Simulation,
        told: Told,
        out: &mut Output,
    ) -> (Option<RolloutStatus>, Vec<Failure>) {
        let mut later: Vec<Key> = objects.iter().rev().map(Object::key).collect();
        while let Some(key) = later.pop() {
            match RolloutStatus::begin(key, told, sim, out) {
                Err(failure) => failures.push(failure),
                Ok(None) => {}
                Ok(Some(process)) => return (Some(RolloutStatus { later, failures, ..process }), vec![]),
            }
        }
        (None, failures)
    }

    /// Begins with one object; nothing if it is done.
    fn begin(key: Key, told: Told, sim: &Simulation, out: &mut Output) -> Result<Option<RolloutStatus>, Failure> {
        let store = sim.cluster().store();
        let object =
            store.object(&key).ok_or_else(|| super::resource::not_there(store, key.kind, &key.namespace, &key.name))?;
        let mut process = RolloutStatus {
            key,
            since: store.revision(),
            timeout: told.timeout.filter(|timeout| !timeout.is_zero()).map(|timeout| sim.now() + timeout),
            held_until: None,
            later: vec![],
            told,
            failures: vec![],
        };
        if rollout::is_unobserved(object) && told.once == Once::No {
            process.held_until = Some(sim.now() + HOLD);
            return Ok(Some(process));
        }
        let (line, done) = rollout::status(object, told.revision)?;
        out.out(&line);
        Ok((!done && told.once == Once::No).then_some(process))
    }

    /// Looks at what changed; where its object is done it goes on to the next one.
    fn poll(&mut self, changes: &[Change], sim: &Simulation, out: &mut Output) -> Option<i32> {
        let end = self.look(changes, sim, out)?;
        self.failures.extend(end.err());
        while let Some(key) = self.later.pop() {
            match RolloutStatus::begin(key, self.told, sim, out) {
                Err(failure) => self.failures.push(failure),
                Ok(None) => {}
                Ok(Some(next)) => {
                    let (later, failures) = (std::mem::take(&mut self.later), std::mem::take(&mut self.failures));
                    *self = RolloutStatus { later, failures, ..next };
                    return None;
                }
            }
        }
        match Failure::all(std::mem::take(&mut self.failures)) {
            Ok(()) => Some(0),
            Err(failure) => {
                out.warn(format_args!("{failure}\n"));
                Some(1)
            }
        }
    }

    /// Looks at what changed of its object; it ends well or badly, or goes on.
    fn look(&mut self, changes: &[Change], sim: &Simulation, out: &mut Output) -> Option<Result<(), Failure>> {
        for change in changes {
            if change.object.key() != self.key || !is_news(change, self.since) {
                continue;
            }
            let object = &change.object;
            if change.kind == ChangeKind::Deleted {
                return Some(Err(Failure::client("object has been deleted")));
            }
            if self.held_until.is_some() && rollout::is_unobserved(object) {
                continue;
            }
            self.held_until = None;
            if let Some(end) = tell(object, self.told.revision, out) {
                return Some(end);
            }
        }
        if self.held_until.is_some_and(|held| held <= sim.now()) {
            self.held_until = None;
            let object = sim.cluster().store().object(&self.key);
            if let Some(end) = object.and_then(|object| tell(object, self.told.revision, out)) {
                return Some(end);
            }
        }
        let late = self.timeout.is_some_and(|timeout| timeout <= sim.now());
        late.then(|| Err(Failure::client("timed out waiting for the condition")))
    }
}

/// Whether a change was written after revision `since`.
pub(super) fn is_news(change: &Change, since: u64) -> bool {
    let revision = change.object.resource_version();
    revision.and_then(|revision| revision.parse::<u64>().ok()).is_none_or(|revision| revision > since)
}

fn tell(object: &Object, revision: i64, out: &mut Output) -> Option<Result<(), Failure>> {
    match rollout::status(object, revision) {
        Ok((line, done)) => {
            out.out(&line);
            done.then_some(Ok(()))
        }
        Err(failure) => Some(Err(failure)),
    }
}

/// How the rollout of an object is told of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// The revision that it has to go to; 0 for any.
    pub(crate) revision: i64,
    /// How long it may take; zero for ever.
    pub(crate) timeout: Option<Duration>,
    /// Whether the end is waited for.
    pub(crate) once: Once,
}

/// Whether a status is told once or until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// Once.
    Yes,
    /// Until the end.
    No,
}

/// Prints a row for every change of the objects that are watched.
#[derive(Clone, Debug)]
pub struct Watch {
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) filter: Filter,
    pub(crate) look: Look,
    pub(crate) format: Format,
    pub(crate) writer: TabWriter,
    pub(crate) headed: bool,
    /// What was written by then is no news.
    pub(crate) since: u64,
    /// When its request has taken as long as it may.
    pub(crate) until: Option<SimTime>,
}

impl Watch {
    /// Prints objects, and the heads before the first of them.
    pub(crate) fn show(&mut self, objects: &[Object], now: Timestamp, event: &str, out: &mut Output) {
        if objects.is_empty() {
            return;
        }
        if !self.format.is_table() {
            for object in objects {
                if matches!(self.format, Format::Yaml) && self.headed {
                    out.out("---\n");
                }
                if let (true, Format::CustomColumns(_, heads)) = (self.headed, &mut self.format) {
                    *heads = print::Heads::Hidden;
                }
                self.headed = true;
                if let Err(failure) = print::objects(std::slice::from_ref(object), &self.format, false, out) {
                    out.warn(format_args!("{failure}\n"));
                }
            }
            return;
        }
        let mut text = String::new();
        if !std::mem::replace(&mut self.headed, true) && !self.look.extras.contains(&super::get::Extra::NoHeaders) {
            text = self.look.head(self.kind);
        }
        for object in objects {
            text.push_str(&self.look.row(object, now, event));
        }
        out.out(&self.writer.format(&text));
    }

    fn poll(&mut self, changes: &[Change], sim: &Simulation, out: &mut Output) -> Option<i32> {
        let now = sim.cluster().now();
        let kind = self.kind;
        for change in changes.iter().filter(|change| change.object.kind() == kind) {
            let other = self.name.as_ref().is_some_and(|name| name != change.object.name());
            if other || !is_news(change, self.since) {
                continue;
            }
            let before = change.before.as_ref().is_some_and(|before| self.filter.passes(before));
            let after = change.kind != ChangeKind::Deleted && self.filter.passes(&change.object);
            let event = match (before, after) {
                (false, true) => "ADDED",
                (true, true) => "MODIFIED",
                (true, false) => "DELETED",
                (false, false) => continue,
            };
            self.show(std::slice::from_ref(&change.object), now, event, out);
        }
        self.until.filter(|until| *until <= sim.now()).map(|_| 0)
    }
}

/// Waits until objects are gone.
#[derive(Clone, Debug)]
pub struct WaitDelete {
    /// Their keys and uids.
    waiting: Vec<(Key, String)>,
    timeout: Option<SimTime>,
    /// What is done when all are gone.
    then: Option<Box<Recreate>>,
}

impl WaitDelete {
    /// The process, if any of the objects is still there.
    pub(crate) fn start(deleted: &[Object], store: &Store, timeout: Option<SimTime>) -> Option<WaitDelete> {
        let uid = |object: &Object| object.meta().uid.clone().unwrap_or_default();
        let mut process =
            WaitDelete { waiting: deleted.iter().map(|object| (object.key(), uid(object))).collect(), timeout, then: None };
        process.forget_the_gone(store);
        (!process.waiting.is_empty()).then_some(process)
    }

    /// Has something created when all is gone.
    pub(crate) fn then(self, recreate: Recreate) -> WaitDelete {
        WaitDelete { then: Some(Box::new(recreate)), ..self }
    }

    fn forget_the_gone(&mut self, store: &Store) {
        // One of the same name with another uid is another object.
        self.waiting.retain(|(key, uid)| store.object(key).is_some_and(|object| object.meta().uid.as_ref() == Some(uid)));
    }

    fn poll(&mut self, sim: &mut Simulation, out: &mut Output) -> Option<i32> {
        self.forget_the_gone(sim.cluster().store());
        if self.waiting.is_empty() {
            let Some(recreate) = self.then.take() else { return Some(0) };
            return Some(match recreate.run(sim, out) {
                Ok(()) => 0,
                Err(failure) => {
                    out.warn(format_args!("{failure}\n"));
                    1
                }
            });
        }
        if self.timeout.is_some_and(|timeout| timeout <= sim.now()) {
            for (key, _) in &self.waiting {
                out.warn(format_args!("error: timed out waiting for the condition on {}/{}\n", key.kind.plural(), key.name));
            }
            return Some(1);
        }
        None
    }
}

/// The objects of `kubectl replace --force`, and their files, which are created where others were.
#[derive(Clone, Debug)]
pub(crate) struct Recreate {
    pub(crate) objects: Vec<(Object, String)>,
    pub(crate) format: Format,
    /// What is told at the end.
    pub(crate) failures: Vec<Failure>,
}

impl Recreate {
    fn run(mut self, sim: &mut Simulation, out: &mut Output) -> Result<(), Failure> {
        for (object, file) in self.objects {
            match sim.cluster_mut().create(object) {
                Ok(created) => {
                    apply::warn(&created, None, sim, out);
                    print::answer(created, "replaced", &self.format, DryRun::No, out)?;
                }
                Err(error) => self.failures.push(Failure::while_doing(error, format!("error when replacing {file:?}"))),
            }
            sim.deliver();
        }
        Failure::all(self.failures)
    }
}
