//! Commands that wait: `rollout status`, `get -w`, `delete`.

use super::Output;
use crate::sim::{Change, SimTime, Simulation};

/// A command that has not ended. It is told what changes and prints as the virtual clock goes on.
#[derive(Clone, Debug)]
pub enum Process {}

impl Process {
    /// Shows the process what changed since it was last asked, and the time; it prints and may end with an exit code.
    pub fn poll(&mut self, _changes: &[Change], _sim: &Simulation, _out: &mut Output) -> Option<i32> {
        match *self {}
    }

    /// When it wants to be asked even if nothing changes.
    pub const fn deadline(&self) -> Option<SimTime> {
        match *self {}
    }
}
