//! What a pod needs, put together from what its containers need (upstream: `component-helpers/resource/helpers.go`).

use super::quantity::Amount;
use super::{Container, PodSpec};

/// Amounts of one resource or of several.
pub trait Amounts: Default {
    /// Adds the `other` amounts.
    fn add(&mut self, other: &Self);

    /// Takes those of the `other` amounts that are larger.
    fn raise(&mut self, other: &Self);
}

/// Those of one resource, of which perhaps nothing is said.
impl Amounts for Option<Amount> {
    fn add(&mut self, other: &Self) {
        *self = self.map_or(*other, |sum| Some(sum.plus(other.unwrap_or_default())));
    }

    fn raise(&mut self, other: &Self) {
        // Of two that are equal the unit of the first stays.
        *self = (*other).max(*self);
    }
}

/// What the containers of a pod need, where `of` says what one does (`AggregateContainerRequests`, `AggregateContainerLimits`).
///
/// Containers run together, init containers one after the other before them, next to the sidecars that started before.
pub fn of_containers<A: Amounts>(spec: &PodSpec, of: &dyn Fn(&Container) -> A) -> A {
    let (mut sum, mut sidecars, mut before) = (A::default(), A::default(), A::default());
    for container in &spec.containers {
        sum.add(&of(container));
    }
    for container in spec.init_containers.iter().flatten() {
        let mut own = of(container);
        if is_sidecar(container) {
            sum.add(&own);
            sidecars.add(&own);
            before.raise(&sidecars);
        } else {
            own.add(&sidecars);
            before.raise(&own);
        }
    }
    sum.raise(&before);
    sum
}

/// Whether a pod may say as a whole how much it needs of a resource (`IsSupportedPodLevelResource`): that counts instead of what
/// its containers say.
pub fn is_of_pods(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

/// Whether an init container runs as long as the pod.
pub fn is_sidecar(container: &Container) -> bool {
    container.restart_policy.as_deref() == Some("Always")
}
