//! What pods ask for and nodes have to give, as the scheduler counts it (`pkg/scheduler/framework/types.go` `Resource`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::api::demand::{self, Amounts};
use crate::api::quantity::Amount;
use crate::api::{Container, Node, PodSpec, Quantity};

/// Amounts by resource: cpu in thousandths, all else in whole units (bytes, pieces).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Resources(Vec<(Cow<'static, str>, i64)>);

/// The resources every node has: their names take no room.
const COMMON: [&str; 4] = ["cpu", "memory", "ephemeral-storage", "pods"];

/// What a container that does not say is taken to ask for when nodes are compared (`pkg/scheduler/util/pod_resources.go`).
const GUESSES: [(&str, i64); 2] = [("cpu", 100), ("memory", 200 * 1024 * 1024)];

impl Resources {
    /// The amounts of a list as objects carry it.
    pub(super) fn of(list: Option<&BTreeMap<String, Quantity>>) -> Resources {
        let mut all = Resources::default();
        for (name, quantity) in list.into_iter().flatten().filter(|(_, quantity)| quantity.0 != "0") {
            let amount = Amount::of(quantity);
            *all.slot(name) = if name == "cpu" { amount.as_millis() } else { amount.as_units() };
        }
        all
    }

    /// What a node has to give to pods.
    pub(super) fn allocatable(node: &Node) -> Resources {
        Resources::of(node.amounts.allocatable.as_ref())
    }

    /// What a pod asks for (`component-helpers/resource/helpers.go` `PodRequests`).
    pub(super) fn requested(spec: &PodSpec) -> Resources {
        pod_requests(spec, &|container| Resources::of(container.resources.as_ref().and_then(|all| all.requests.as_ref())))
    }

    /// What a pod is taken to ask for when nodes are compared: a little of cpu and memory where it does not say.
    pub(super) fn guessed(spec: &PodSpec) -> Resources {
        pod_requests(spec, &|container| {
            let requests = container.resources.as_ref().and_then(|all| all.requests.as_ref());
            let mut amounts = Resources::of(requests);
            for (name, guess) in GUESSES {
                if requests.is_none_or(|requests| !requests.contains_key(name)) {
                    *amounts.slot(name) = guess;
                }
            }
            amounts
        })
    }

    /// The amount of a resource.
    pub(super) fn get(&self, name: &str) -> i64 {
        self.0.iter().find(|(other, _)| other == name).map_or(0, |(_, amount)| *amount)
    }

    /// The resources of which there is some.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().filter(|(_, amount)| *amount != 0).map(|(name, amount)| (&**name, *amount))
    }

    /// Adds so many times the `other` amounts.
    pub(super) fn add_times(&mut self, other: &Resources, times: i64) {
        self.merge(other, |here, there| here.saturating_add(there.saturating_mul(times)));
    }

    fn merge(&mut self, other: &Resources, rule: impl Fn(i64, i64) -> i64) {
        for (name, amount) in &other.0 {
            let slot = self.slot(name);
            *slot = rule(*slot, *amount);
        }
    }

    fn slot(&mut self, name: &str) -> &mut i64 {
        let place = self.0.iter().position(|(other, _)| other == name).unwrap_or_else(|| {
            let common = COMMON.iter().find(|common| **common == name);
            self.0.push((common.map_or_else(|| Cow::Owned(name.to_owned()), |common| Cow::Borrowed(*common)), 0));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }
}

impl Amounts for Resources {
    fn add(&mut self, other: &Resources) {
        self.add_times(other, 1);
    }

    fn raise(&mut self, other: &Resources) {
        self.merge(other, i64::max);
    }
}

fn pod_requests(spec: &PodSpec, of: &dyn Fn(&Container) -> Resources) -> Resources {
    let mut sum = demand::of_containers(spec, of);
    for (name, amount) in Resources::of(spec.resources.as_ref().and_then(|all| all.requests.as_ref())).0 {
        if demand::is_of_pods(&name) {
            *sum.slot(&name) = amount;
        }
    }
    sum.add(&Resources::of(spec.overhead.as_ref()));
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::scheduler::tests::pod;

    #[test]
    fn what_a_pod_asks_for() {
        let check = |spec: &str, requested: &str, guessed: &str| {
            let pod = pod("p", spec);
            let spec = pod.spec.as_ref().unwrap();
            let text = |all: &Resources| {
                let mut list: Vec<String> = all.iter().map(|(name, amount)| format!("{name}={amount}")).collect();
                list.sort();
                list.join(" ")
            };
            assert_eq!(text(&Resources::requested(spec)), requested, "{spec:?}");
            assert_eq!(text(&Resources::guessed(spec)), guessed, "{spec:?}");
        };
        let container = |requests: &str| format!("{{name: c, image: x, resources: {{requests: {{{requests}}}}}}}");
        let sidecar = |requests: &str| {
            format!("{{name: s, image: x, restartPolicy: Always, resources: {{requests: {{{requests}}}}}}}")
        };
        let (cpu1, cpu2, cpu3) = (container("cpu: '1'"), container("cpu: '2'"), container("cpu: '3', memory: 1Ki"));
        let memory = "memory=209715200";
        check("containers: [{name: c, image: x}]", "", &format!("cpu=100 {memory}"));
        check(&format!("containers: [{cpu1}, {cpu2}]"), "cpu=3000", "cpu=3000 memory=419430400");
        check("containers: [{name: c, image: x, resources: {limits: {cpu: 10m}}}]", "cpu=10", &format!("cpu=10 {memory}"));
        check(
            &format!("containers: [{cpu2}]\ninitContainers: [{cpu1}, {cpu3}]"),
            "cpu=3000 memory=1024",
            &format!("cpu=3000 {memory}"),
        );
        // A sidecar runs next to the containers, and next to the init containers after it.
        let sidecars = format!("initContainers: [{cpu1}, {}, {cpu3}]", sidecar("cpu: '1'"));
        check(&format!("containers: [{cpu1}]\n{sidecars}"), "cpu=4000 memory=1024", "cpu=4000 memory=419430400");
        check(
            &format!("containers: [{cpu2}]\ninitContainers: [{cpu3}, {}]", sidecar("cpu: '2'")),
            "cpu=4000 memory=1024",
            "cpu=4000 memory=419430400",
        );
        check(
            &format!("containers: [{cpu1}]\noverhead: {{cpu: 250m}}\nresources: {{requests: {{memory: 1Mi}}}}"),
            "cpu=1250 memory=1048576",
            "cpu=1250 memory=1048576",
        );
        check(
            &format!(
                "containers: [{}]",
                container("nvidia.com/gpu: '2', ephemeral-storage: 1Gi, hugepages-2Mi: 4Mi, cpu: '1', memory: 1Mi")
            ),
            "cpu=1000 ephemeral-storage=1073741824 hugepages-2Mi=4194304 memory=1048576 nvidia.com/gpu=2",
            "cpu=1000 ephemeral-storage=1073741824 hugepages-2Mi=4194304 memory=1048576 nvidia.com/gpu=2",
        );
    }
}
