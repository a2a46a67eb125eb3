//! The eviction of a pod: a deletion that asks the pod's disruption budget first
//! (`pkg/registry/core/pod/storage/eviction.go`).

use std::rc::Rc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::{Cluster, DeleteOptions};
use crate::api::selector::Selector;
use crate::api::{
    ApiError, Head, Key, Kind, Pod, PodCondition, PodDisruptionBudget, PodDisruptionBudgetStatus, PodStatus, Resource,
    StringMap, Time, conditions,
};

/// The condition of a budget that says whether a pod may go (`DisruptionAllowedCondition`).
pub const DISRUPTION_ALLOWED: &str = "DisruptionAllowed";
/// How many evicted pods a budget may have that the disruption controller has not seen yet (`MaxDisruptedPodSize`).
const MOST_DISRUPTED: usize = 2000;

/// What an eviction comes to: the pod, and the budget that pays for it as it is then.
type Permit = (Rc<Pod>, Option<Rc<PodDisruptionBudget>>);

impl Cluster {
    /// Evicts a pod: begins to delete it, if the budget that guards it allows that.
    ///
    /// # Errors
    /// [`ApiError::NotFound`]; [`ApiError::TooManyRequests`] where the budget does not allow it now; others where it never will.
    pub fn evict(&mut self, key: &Key, options: &DeleteOptions) -> Result<(), ApiError> {
        let (mut pod, budget) = self.permit(key)?;
        if let Some(budget) = budget {
            self.update_status(budget)?;
        }
        let now = self.now_in_seconds();
        let condition = PodCondition {
            type_: "DisruptionTarget".to_owned(),
            status: "True".to_owned(),
            reason: Some("EvictionByEvictionAPI".to_owned()),
            message: Some("Eviction API: evicting".to_owned()),
            ..PodCondition::default()
        };
        let status: &mut PodStatus = Rc::make_mut(&mut pod).status.get_or_insert_default();
        conditions::set(status.conditions.get_or_insert_default(), condition, &now);
        self.update_status(pod)?;
        self.delete(key, options).map(drop)
    }

    /// Whether [`Cluster::evict`] would be allowed.
    ///
    /// # Errors
    /// As [`Cluster::evict`].
    pub fn may_evict(&self, key: &Key) -> Result<(), ApiError> {
        self.permit(key).map(drop)
    }

    fn permit(&self, key: &Key) -> Result<Permit, ApiError> {
        let missing = || ApiError::NotFound(Kind::Pod, key.name.to_string());
        let pod = self.store().object(key).and_then(Pod::of).cloned().ok_or_else(missing)?;
        let status = pod.status.clone().unwrap_or_default();
        let phase = status.phase.as_deref().unwrap_or_default();
        // A pod that does not run disrupts nobody by going.
        if matches!(phase, "Succeeded" | "Failed" | "Pending") || pod.is_terminating() {
            return Ok((pod, None));
        }
        let Some(budget) = self.budget_of(&pod)? else { return Ok((pod, None)) };
        let is_ready = status.conditions.iter().flatten().any(|it| it.type_ == "Ready" && it.status == "True");
        if !is_ready && spares_unready(&budget) {
            return Ok((pod, None));
        }
        let paid = pay(&budget, pod.name(), &self.now_in_seconds())?;
        Ok((pod, Some(paid)))
    }

    /// The budget that guards a pod.
    fn budget_of(&self, pod: &Pod) -> Result<Option<Rc<PodDisruptionBudget>>, ApiError> {
        let none = StringMap::new();
        let labels = pod.metadata.labels().unwrap_or(&none);
        let mut budgets = self.store().list::<PodDisruptionBudget>().filter(|budget| {
            budget.namespace() == pod.namespace() && budget_selector(budget).is_some_and(|it| it.matches(labels))
        });
        let budget = budgets.next().cloned();
        if budgets.next().is_some() {
            let message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
            return Err(ApiError::InternalError(message.to_owned()));
        }
        Ok(budget)
    }
}

/// What a budget selects; nothing where it has no selector.
pub fn budget_selector(budget: &PodDisruptionBudget) -> Option<Selector> {
    Selector::from_label_selector(budget.spec.as_ref()?.selector.as_ref()?).ok()
}

/// Whether a pod that is not ready may go at no cost (`unhealthyPodEvictionPolicy`).
fn spares_unready(budget: &PodDisruptionBudget) -> bool {
    let policy = budget.spec.as_ref().and_then(|spec| spec.unhealthy_pod_eviction_policy.as_deref());
    let status = budget.status.clone().unwrap_or_default();
    let desired = status.desired_healthy.unwrap_or(0);
    policy == Some("AlwaysAllow") || desired > 0 && status.current_healthy.unwrap_or(0) >= desired
}

/// A budget with one disruption less (`checkAndDecrement`).
fn pay(budget: &Rc<PodDisruptionBudget>, pod: &str, now: &Time) -> Result<Rc<PodDisruptionBudget>, ApiError> {
    let refused =
        || ApiError::TooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.".to_owned());
    let mut paid = Rc::clone(budget);
    let status = Rc::make_mut(&mut paid).status.get_or_insert_default();
    let allowed = status.disruptions_allowed.unwrap_or(0);
    let disrupted = status.disrupted_pods.get_or_insert_default();
    if budget.metadata.generation > status.observed_generation || allowed == 0 {
        return Err(refused());
    }
    let forbidden = match () {
        () if allowed < 0 => "pdb disruptions allowed is negative",
        () if disrupted.len() > MOST_DISRUPTED => {
            "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        }
        () => {
            disrupted.insert(pod.to_owned(), now.clone());
            status.disruptions_allowed = Some(allowed - 1);
            if allowed == 1 {
                say_whether_allowed(status, now);
            }
            return Ok(paid);
        }
    };
    let name = budget.name();
    Err(ApiError::Forbidden(format!("poddisruptionbudget.policy \"{name}\" is forbidden: {forbidden}")))
}

/// Sets the condition that goes with the number of disruptions allowed (`UpdateDisruptionAllowedCondition` in
/// `component-helpers/apps/poddisruptionbudget/helpers.go`).
pub fn say_whether_allowed(status: &mut PodDisruptionBudgetStatus, now: &Time) {
    let (is, reason) = match status.disruptions_allowed {
        Some(1..) => ("True", "SufficientPods"),
        _ => ("False", "InsufficientPods"),
    };
    let condition = Condition {
        type_: DISRUPTION_ALLOWED.to_owned(),
        status: is.to_owned(),
        reason: reason.to_owned(),
        message: String::new(),
        observed_generation: status.observed_generation,
        last_transition_time: now.clone(),
    };
    conditions::set_common(status.conditions.get_or_insert_default(), condition);
}
