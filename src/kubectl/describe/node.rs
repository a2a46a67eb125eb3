//! `describe node`.

use std::collections::BTreeMap;

use super::{Page, date, or_none, stamp};
use crate::api::quantity::Amount;
use crate::api::{Container, Node, NodeStatus, Pod, Quantity, Resource};
use crate::kubectl::columns::{age, node_roles};
use crate::sim::Simulation;

type Amounts = BTreeMap<String, Amount>;

pub(super) fn describe(it: &Node, sim: &Simulation, page: &mut Page) {
    let empty = NodeStatus::default();
    let status = it.status.as_ref().unwrap_or(&empty);
    let spec = it.spec.clone().unwrap_or_default();
    page.line(0, &format!("Name:\t{}", it.name()));
    page.line(0, &format!("Roles:\t{}", or_none(&node_roles(it).join(","))));
    page.map("Labels", it.metadata.labels.as_ref());
    page.annotations("Annotations", it.metadata.annotations.as_ref());
    page.line(0, &format!("CreationTimestamp:\t{}", date(it.metadata.creation_timestamp.as_ref())));
    let mut taints = spec.taints.clone().unwrap_or_default();
    taints.sort_by_key(|taint| format!("{},{}", taint.effect, taint.key));
    let taint_text = |taint: &crate::api::Taint| match taint.value.as_deref() {
        None | Some("") => format!("{}:{}", taint.key, taint.effect),
        Some(value) => format!("{}={value}:{}", taint.key, taint.effect),
    };
    page.several("Taints", taints.iter().map(taint_text).collect::<Vec<_>>());
    page.line(0, &format!("Unschedulable:\t{}", spec.unschedulable == Some(true)));
    match sim.last_heartbeat(it.name()) {
        Some(beat) => {
            page.line(0, "Lease:");
            page.line(1, &format!("HolderIdentity:\t{}", it.name()));
            page.line(1, "AcquireTime:\t<unset>");
            page.line(1, &format!("RenewTime:\t{}", stamp(beat.timestamp())));
        }
        None => page.line(0, &format!("Lease:\tFailed to get lease: leases.coordination.k8s.io {:?} not found", it.name())),
    }
    if let Some(conditions) = status.conditions.as_ref().filter(|conditions| !conditions.is_empty()) {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage");
        page.line(1, "----\t------\t-----------------\t------------------\t------\t-------");
        for it in conditions {
            let (beat, change) = (date(it.last_heartbeat_time.as_ref()), date(it.last_transition_time.as_ref()));
            let (reason, message) = (it.reason.as_deref().unwrap_or_default(), it.message.as_deref().unwrap_or_default());
            page.line(1, &format!("{} \t{} \t{beat} \t{change} \t{reason} \t{message}", it.type_, it.status));
        }
    }
    page.line(0, "Addresses:");
    for address in status.addresses.iter().flatten() {
        page.line(1, &format!("{}:\t{}", address.type_, address.address));
    }
    resources("Capacity", status.capacity.as_ref(), page);
    resources("Allocatable", status.allocatable.as_ref(), page);
    let info = status.node_info.clone().unwrap_or_default();
    page.line(0, "System Info:");
    for (title, text) in [
        ("Machine ID", info.machine_id),
        ("System UUID", info.system_uuid),
        ("Boot ID", info.boot_id),
        ("Kernel Version", info.kernel_version),
        ("OS Image", info.os_image),
        ("Operating System", info.operating_system),
        ("Architecture", info.architecture),
        ("Container Runtime Version", info.container_runtime_version),
        ("Kubelet Version", info.kubelet_version),
    ] {
        page.line(1, &format!("{title}:\t{text}"));
    }
    if let Some(cidr) = spec.pod_cidr.filter(|cidr| !cidr.is_empty()) {
        page.line(0, &format!("PodCIDR:\t{cidr}"));
    }
    if let Some(cidrs) = spec.pod_cidrs.filter(|cidrs| !cidrs.is_empty()) {
        page.line(0, &format!("PodCIDRs:\t{}", cidrs.join(",")));
    }
    if let Some(provider) = spec.provider_id.filter(|provider| !provider.is_empty()) {
        page.line(0, &format!("ProviderID:\t{provider}"));
    }
    pods(it, status, sim, page);
}

fn resources(title: &str, amounts: Option<&BTreeMap<String, Quantity>>, page: &mut Page) {
    let Some(amounts) = amounts.filter(|amounts| !amounts.is_empty()) else { return };
    page.line(0, &format!("{title}:"));
    for (name, amount) in amounts {
        page.line(1, &format!("{name}:\t{}", Amount::of(amount)));
    }
}

fn pods(it: &Node, status: &NodeStatus, sim: &Simulation, page: &mut Page) {
    let is_over = |pod: &Pod| matches!(pod.status.as_ref().and_then(|s| s.phase.as_deref()), Some("Succeeded" | "Failed"));
    let pods: Vec<_> = sim.cluster().store().pods_on(it.name()).filter(|pod| !is_over(pod)).collect();
    let allocatable = status.allocatable.as_ref().filter(|all| !all.is_empty()).or(status.capacity.as_ref());
    let of = |name: &str| allocatable.and_then(|all| all.get(name)).map_or(Amount::ZERO, Amount::of);
    let cell = |name: &str, amounts: &Amounts| {
        let (amount, whole) = (amounts.get(name).copied().unwrap_or(Amount::ZERO), of(name));
        let (part, whole) = match name {
            "cpu" => (amount.as_millis(), whole.as_millis()),
            _ => (amount.as_units(), whole.as_units()),
        };
        let percent = i128::from(part).saturating_mul(100).checked_div(i128::from(whole)).unwrap_or(0);
        format!("{amount} ({percent}%)")
    };
    page.line(0, &format!("Non-terminated Pods:\t({} in total)", pods.len()));
    page.line(1, "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge");
    page.line(1, "---------\t----\t\t------------\t----------\t---------------\t-------------\t---");
    let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
    for pod in pods {
        let request = total(pod, |container| container.resources.as_ref()?.requests.as_ref());
        let limit = total(pod, |container| container.resources.as_ref()?.limits.as_ref());
        page.line(
            1,
            &format!(
                "{}\t{}\t\t{}\t{}\t{}\t{}\t{}",
                pod.namespace(),
                pod.name(),
                cell("cpu", &request),
                cell("cpu", &limit),
                cell("memory", &request),
                cell("memory", &limit),
                age(pod.metadata.creation_timestamp.as_ref(), sim.cluster().now())
            ),
        );
        add(&mut requests, request);
        add(&mut limits, limit);
    }
    page.line(0, "Allocated resources:");
    page.line(1, "(Total limits may be over 100 percent, i.e., overcommitted.)");
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let names: Vec<&str> = allocatable.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let huge = names.iter().copied().filter(|name| name.starts_with("hugepages-"));
    for name in ["cpu", "memory", "ephemeral-storage"].into_iter().chain(huge) {
        page.line(1, &format!("{name}\t{}\t{}", cell(name, &requests), cell(name, &limits)));
    }
    let standard =
        |name: &str| ["cpu", "memory", "ephemeral-storage", "pods"].contains(&name) || name.starts_with("hugepages-");
    for name in names.into_iter().filter(|name| !standard(name)) {
        let bare = |amounts: &Amounts| amounts.get(name).copied().unwrap_or(Amount::ZERO);
        page.line(1, &format!("{name}\t{}\t{}", bare(&requests), bare(&limits)));
    }
}

fn add(to: &mut Amounts, amounts: Amounts) {
    for (name, amount) in amounts {
        let sum = to.get(&name).map_or(amount, |sum| sum.plus(amount));
        to.insert(name, sum);
    }
}

/// What a pod asks for: its containers together, or its most demanding init container if that is more, and its overhead
/// (upstream: `component-helpers/resource/helpers.go`).
fn total(pod: &Pod, of: impl Fn(&Container) -> Option<&BTreeMap<String, Quantity>>) -> Amounts {
    let Some(spec) = pod.spec.as_ref() else { return Amounts::new() };
    let amounts = |container: &Container| {
        of(container).into_iter().flatten().map(|(name, amount)| (name.clone(), Amount::of(amount))).collect::<Amounts>()
    };
    let mut sum = Amounts::new();
    spec.containers.iter().for_each(|container| add(&mut sum, amounts(container)));
    for container in spec.init_containers.iter().flatten() {
        if container.restart_policy.as_deref() == Some("Always") {
            add(&mut sum, amounts(container));
            continue;
        }
        for (name, amount) in amounts(container) {
            let most = sum.get(&name).copied().filter(|sum| *sum > amount).unwrap_or(amount);
            sum.insert(name, most);
        }
    }
    let overhead = spec.overhead.iter().flatten().filter(|(name, _)| sum.contains_key(*name));
    let overhead: Amounts = overhead.map(|(name, amount)| (name.clone(), Amount::of(amount))).collect();
    add(&mut sum, overhead);
    sum
}
