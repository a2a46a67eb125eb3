//! What a container went through: how it ended, and the waits that came of failures. Most have nothing to tell, and take no room
//! for it.

use std::rc::Rc;

use super::backoff::BackOff;
use crate::api::pod_status::End;
use crate::sim::SimTime;

/// The past of one container.
#[derive(Clone, Debug, Default)]
pub(super) struct Past(Option<Box<Facts>>);

/// What there may be to tell.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// How it ended last, and how the time before that.
    pub(super) ends: [Option<Ending>; 2],
    pub(super) pulls: BackOff,
    pub(super) starts: BackOff,
    /// Whether its present start had to wait.
    pub(super) was_held: bool,
}

/// How a container ended, and when, for the back-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) told: Rc<End>,
    pub(super) at: SimTime,
}

impl Past {
    /// How it ended last.
    pub(super) fn end(&self) -> Option<&Ending> {
        self.0.as_ref()?.ends[0].as_ref()
    }

    /// How it ended the time before that.
    pub(super) fn end_before(&self) -> Option<&Ending> {
        self.0.as_ref()?.ends[1].as_ref()
    }

    /// The wait for its image.
    pub(super) fn pulls(&self) -> BackOff {
        self.0.as_ref().map(|facts| facts.pulls).unwrap_or_default()
    }

    /// The wait for its next start.
    pub(super) fn starts(&self) -> BackOff {
        self.0.as_ref().map(|facts| facts.starts).unwrap_or_default()
    }

    /// Whether its present start had to wait.
    pub(super) fn was_held(&self) -> bool {
        self.0.as_ref().is_some_and(|facts| facts.was_held)
    }

    /// All of it, to be added to.
    pub(super) fn facts(&mut self) -> &mut Facts {
        self.0.get_or_insert_default()
    }

    /// All of it, where there is something to forget.
    pub(super) fn known(&mut self) -> Option<&mut Facts> {
        self.0.as_deref_mut()
    }
}
