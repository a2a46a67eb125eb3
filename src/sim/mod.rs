//! The simulation: a virtual clock, a queue of work, and the cluster they move.
//!
//! One way through: a write leaves [`Change`]s in the store; [`Simulation::deliver`] shows them to the controllers, which ask
//! for work; [`Simulation::step`] moves the clock to the next work and does it, which writes again.

mod clock;
mod config;
mod node;
mod output;
mod queue;
mod simulation;

pub use clock::SimTime;
pub use config::{Behaviour, Config, ImageRule, Kubelets, NodeDefinition};
pub use node::{NodeAction, NodeActionError, Supply};
pub use output::{Life, Line, date, lines};
pub use queue::{Item, Queue};
pub use simulation::Simulation;

pub use crate::cluster::{Change, ChangeKind};
