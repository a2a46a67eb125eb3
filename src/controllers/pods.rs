//! What several controllers ask of a pod.

use jiff::{SignedDuration, Timestamp};

pub(super) use crate::api::conditions::set as set_condition;
use crate::api::pod_status::Condition;
use crate::api::{Head, OwnerReference, Pod, PodCondition, Resource};

/// The phase, `Pending` where the status has none.
#[inline]
pub(super) fn phase(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase()).unwrap_or("Pending")
}

/// Whether it will never run again.
#[inline]
pub(super) fn is_terminal(pod: &Pod) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// The name of the node it is bound to.
#[inline]
pub(super) fn node_name(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref().and_then(|spec| spec.node_name()).filter(|name| !name.is_empty())
}

/// One of its conditions.
#[inline]
pub(super) fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<Condition<'a>> {
    pod.status.as_ref()?.condition(kind)
}

/// Whether it has been Ready for `min_ready_seconds` (`IsPodAvailable`).
#[inline]
pub(super) fn is_available(pod: &Pod, min_ready_seconds: i32, now: Timestamp) -> bool {
    let Some(ready) = condition(pod, "Ready").filter(|condition| condition.status == "True") else {
        return false;
    };
    let since = ready.since.unwrap_or(now);
    min_ready_seconds == 0 || now.duration_since(since) >= SignedDuration::from_secs(min_ready_seconds.into())
}

/// The owner that controls it.
#[inline]
pub(super) fn controller_of<T: Resource>(object: &T) -> Option<&OwnerReference> {
    object.head().controller()
}

/// The condition of a pod that somebody else than its owner ends (`DisruptionTarget`).
pub(super) fn disruption(pod: &Pod, reason: &str, message: &str) -> PodCondition {
    PodCondition {
        type_: "DisruptionTarget".to_owned(),
        status: "True".to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        observed_generation: pod.metadata.generation(),
        ..PodCondition::default()
    }
}
