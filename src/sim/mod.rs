//! The simulation: a virtual clock, a queue of work, and the cluster they move.
