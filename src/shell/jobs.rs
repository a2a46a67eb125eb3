//! Commands in the background: they go on while other lines run, and say when they end.

use std::rc::Rc;

use super::Shell;
use super::machine::Machine;
use crate::kubectl::Output;
use crate::sim::{Change, SimTime, Simulation};

/// How many may run side by side.
const MOST: usize = 32;
/// How many there may be with those whose end was not told yet, as in one line with very many of them.
const MOST_UNTOLD: usize = 500;

/// A command in the background.
#[derive(Clone, Debug)]
pub(super) struct Background {
    /// `%1`, `%2`, …
    pub(super) number: u32,
    /// Its process number.
    pub(super) pid: u32,
    /// What was typed.
    pub(super) text: Rc<str>,
    /// What runs it.
    pub(super) machine: Machine,
    /// How it was ended by `kill`, if it was.
    pub(super) killed: Option<&'static str>,
    /// Whether its end was told.
    pub(super) told: bool,
}

impl Background {
    /// As `jobs` shows it: `[1]+  Running                 sleep 9 &`.
    pub(super) fn row(&self, mark: char) -> String {
        let (state, behind) = match (self.machine.ended(), self.killed) {
            (_, Some(killed)) => (killed.to_owned(), ""),
            (None, None) => ("Running".to_owned(), " &"),
            (Some(0), None) => ("Done".to_owned(), ""),
            (Some(code), None) => (format!("Exit {code}"), ""),
        };
        format!("[{}]{mark}  {state:<24}{}{behind}\n", self.number, self.text)
    }
}

impl Shell {
    /// Adds a command that has not begun; gives its number and its process number, unless there are too many.
    pub(super) fn add_job(&mut self, machine: Machine, text: &Rc<str>) -> Option<(u32, u32)> {
        let running = self.jobs.iter().filter(|job| job.machine.ended().is_none()).count();
        if running >= MOST || self.jobs.len() >= MOST_UNTOLD {
            return None;
        }
        let number = self.jobs.iter().filter(|job| !job.told).map(|job| job.number).max().unwrap_or(0) + 1;
        let pid = self.last_pid.unwrap_or(super::PID) + 1;
        self.last_pid = Some(pid);
        self.jobs.push(Background { number, pid, text: Rc::clone(text), machine, killed: None, told: false });
        Some((number, pid))
    }

    /// Lets a command that was just added begin; says how much it did.
    pub(super) fn start_job(&mut self, pid: u32, sim: &mut Simulation, output: &mut Output) -> usize {
        let Some(at) = self.jobs.iter().position(|job| job.pid == pid) else { return 0 };
        let mut job = self.jobs.remove(at);
        job.machine.run(self, sim, output);
        let done = job.machine.done();
        self.jobs.insert(at, job);
        done
    }

    /// Shows the commands in the background what changed since they were last asked, and the time; they print on `output`.
    pub fn poll_jobs(&mut self, changes: &[Change], sim: &mut Simulation, output: &mut Output) {
        for at in 0..self.jobs.len() {
            if self.jobs[at].told {
                continue;
            }
            let mut job = self.jobs.remove(at);
            if job.machine.ended().is_none() {
                job.machine.tell(changes, self, sim, output);
                job.machine.run(self, sim, output);
            }
            if job.machine.ended().is_some() && !std::mem::replace(&mut job.told, true) {
                let mark = if at + 1 == self.jobs.len() + 1 { '+' } else { '-' };
                output.err(&job.row(mark));
            }
            self.jobs.insert(at, job);
        }
    }

    /// When a command in the background wants to be asked even if nothing changes.
    pub fn jobs_deadline(&self) -> Option<SimTime> {
        let running = self.jobs.iter().filter(|job| job.machine.ended().is_none());
        running.filter_map(|job| job.machine.deadline()).min()
    }

    /// Whether anything runs in the background.
    pub fn has_jobs(&self) -> bool {
        self.jobs.iter().any(|job| job.machine.ended().is_none())
    }

    /// Forgets commands whose end was told.
    pub(super) fn forget_jobs(&mut self) {
        self.jobs.retain(|job| !job.told);
    }

    /// The place of a job that is called `%1`, `%`, `%+`, `%-`, `%text` or by its process number.
    pub(super) fn job_at(&self, called: &str) -> Option<usize> {
        let Some(name) = called.strip_prefix('%') else {
            let pid: u32 = called.parse().ok()?;
            return self.jobs.iter().position(|job| job.pid == pid);
        };
        let open = |job: &&Background| !job.told;
        let place = |job: &Background| self.jobs.iter().position(|other| other.pid == job.pid);
        match name {
            "" | "+" | "%" => self.jobs.iter().rev().find(open).and_then(place),
            "-" => self.jobs.iter().rev().filter(open).nth(1).and_then(place),
            name => match name.parse::<u32>() {
                Ok(number) => self.jobs.iter().rev().find(|job| job.number == number).and_then(place),
                Err(_) => self.jobs.iter().rev().filter(open).find(|job| job.text.starts_with(name)).and_then(place),
            },
        }
    }
}
