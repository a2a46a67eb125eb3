//! Conditions, as everybody sets them.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::{PodCondition, Time};

/// Sets a pod's condition; its transition time moves only when its status does (`UpdatePodCondition` in
/// `pkg/api/v1/pod/util.go`).
pub fn set(conditions: &mut Vec<PodCondition>, new: PodCondition, now: &Time) {
    match conditions.iter_mut().find(|old| old.type_ == new.type_) {
        Some(old) => {
            let since = if old.status == new.status { old.last_transition_time.clone() } else { Some(now.clone()) };
            *old = PodCondition { last_transition_time: since, ..new };
        }
        None => conditions.push(PodCondition { last_transition_time: Some(now.clone()), ..new }),
    }
}

/// Sets a condition of the common type, whose transition time is that of `new` where its status is another one
/// (`SetStatusCondition` in `apimachinery/pkg/api/meta/conditions.go`).
pub fn set_common(conditions: &mut Vec<Condition>, new: Condition) {
    match conditions.iter_mut().find(|old| old.type_ == new.type_) {
        Some(old) if old.status == new.status => {
            *old = Condition { last_transition_time: old.last_transition_time.clone(), ..new };
        }
        Some(old) => *old = new,
        None => conditions.push(new),
    }
}
