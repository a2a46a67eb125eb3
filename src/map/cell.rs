//! A node in short.

use std::rc::Rc;

use super::{Revisions, Tone, tone};
use crate::api::pod_status::{Mark, Phase, State};
use crate::api::{Node, Pod, Resource};
use crate::controllers::Placement;
use crate::kubectl::pod_health;

/// A node in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What is on it of the DaemonSets that are looked at.
    pub seat: Seat,
    /// The revision of the pod that is ready there, if it is one.
    pub revision: Option<i64>,
    /// Whether its kubelet says that the node is ready.
    pub is_ready: bool,
    /// Whether new pods are kept away from it.
    pub is_cordoned: bool,
}

/// A DaemonSet's place on a node. The worst comes first: with several DaemonSets it is what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seat {
    /// Its pod is failing.
    Failing,
    /// It should have a pod, and has none.
    Missing,
    /// Its pod has not got the node yet that it is meant for.
    Waiting,
    /// It has a pod where it should have none.
    Misscheduled,
    /// Its pod runs, but is not ready.
    Unready,
    /// Its pod is on its way out, and there is no other yet.
    Stopping,
    /// Its pod is on its way up.
    Starting,
    /// Its pod is ready.
    Ready,
    /// It should have no pod, and has none.
    Free,
}

impl Seat {
    /// All of them, the worst first.
    pub const ALL: [Seat; 9] = [
        Seat::Failing,
        Seat::Missing,
        Seat::Waiting,
        Seat::Misscheduled,
        Seat::Unready,
        Seat::Stopping,
        Seat::Starting,
        Seat::Ready,
        Seat::Free,
    ];

    /// Whether a pod is there.
    pub const fn has_pod(self) -> bool {
        !matches!(self, Seat::Missing | Seat::Free)
    }
}

/// The seat of a DaemonSet on a node, with the revision of the pod that is ready.
pub(super) fn seat<'a>(
    placement: Placement,
    pods: impl Iterator<Item = &'a Rc<Pod>>,
    revisions: &Revisions,
) -> (Seat, Option<i64>) {
    let mut found = None;
    for pod in pods {
        let one = pod_seat(pod);
        let revision =
            || revisions.of_pod(pod).and_then(|(_, known)| known).map(|known| known.number).filter(|_| one == Seat::Ready);
        // The pod that serves counts, unless one beside it fails.
        let rank = |seat: Seat| match seat {
            Seat::Failing => 0,
            Seat::Ready => 1,
            Seat::Starting => 2,
            Seat::Waiting => 3,
            Seat::Unready => 4,
            _ => 5,
        };
        if found.is_none_or(|(other, _)| rank(one) < rank(other)) {
            found = Some((one, revision()));
        }
    }
    match found {
        None if placement.should_run => (Seat::Missing, None),
        None => (Seat::Free, None),
        Some((Seat::Ready | Seat::Starting | Seat::Unready, revision)) if !placement.should_run => {
            (Seat::Misscheduled, revision)
        }
        Some(found) => found,
    }
}

fn pod_seat(pod: &Pod) -> Seat {
    if pod.is_terminating() {
        return Seat::Stopping;
    }
    // By far the most, and the cheapest to tell.
    if pod.is_ready() {
        return Seat::Ready;
    }
    let seat = || match tone(pod, &pod_health(pod).reason) {
        Tone::Waiting => Seat::Waiting,
        Tone::Starting => Seat::Starting,
        Tone::Unready | Tone::Running => Seat::Unready,
        Tone::Stopping => Seat::Stopping,
        Tone::Failing | Tone::Done => Seat::Failing,
    };
    let begun = beginning(pod);
    debug_assert!(begun.is_none_or(|begun| begun == seat()), "{pod:?}");
    begun.unwrap_or_else(seat)
}

/// The seat of a pod in its first moments, where that is clear without its status being written out.
fn beginning(pod: &Pod) -> Option<Seat> {
    let report = pod.status.as_ref()?.report().filter(|report| report.phase == Phase::Pending && report.rest.is_none())?;
    let is_creating = |state: &State| matches!(state, State::Waiting { reason: "ContainerCreating", .. });
    match &report.told {
        None if pod.is_bound() => Some(Seat::Starting),
        None => (!report.marks.iter().flatten().any(Mark::is_gated)).then_some(Seat::Waiting),
        Some(told) if told.init.is_empty() && told.main.iter().all(|it| is_creating(&it.state)) => Some(Seat::Starting),
        Some(_) => None,
    }
}

/// A node without regard to pods.
pub(super) fn bare(node: &Node) -> Cell {
    Cell {
        seat: Seat::Free,
        revision: None,
        is_ready: node.is_ready(),
        is_cordoned: node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false),
    }
}
