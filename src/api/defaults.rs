//! What the server fills in where a manifest is silent, and takes away where a feature is not switched on
//! (upstream: `pkg/apis/core/v1/defaults.go`, `pkg/apis/apps/v1/defaults.go`, `DropDisabledTemplateFields` in `pkg/api/pod`).

use std::collections::BTreeMap;
use std::rc::Rc;

mod stored;

use super::node::Amounts;
use super::quantity::Amount;
use super::shared::Shared;
use super::{
    Container, DaemonSet, Deployment, IntOrString, Job, Namespace, Node, Object, PersistentVolumeClaimSpec, Pod, PodSpec,
    PodTemplateSpec, Quantity, ReplicaSet, StatefulSet, Volume, demand, wire,
};
use k8s_openapi::api::core::v1::{HTTPGetAction, Lifecycle, LifecycleHandler, ObjectFieldSelector, Probe};

/// Fills in every default of the object, in place; copies it if it is shared. What admission and the registry add (service
/// account, priority, namespace, annotations, phase) is not done here.
pub fn apply(object: &mut Object) {
    match object {
        Object::Node(it) => node(Rc::make_mut(it), &mut Shared::default()),
        Object::Namespace(it) => namespace(Rc::make_mut(it)),
        Object::PriorityClass(it) => fill(&mut Rc::make_mut(it).preemption_policy, "PreemptLowerPriority"),
        Object::Stored(it) => stored::apply(Rc::make_mut(it)),
        Object::Event(it) => {
            // No pointers upstream: not set is empty.
            let it = Rc::make_mut(it);
            it.source.get_or_insert_default();
            it.reporting_component.get_or_insert_default();
            it.reporting_instance.get_or_insert_default();
        }
        Object::ControllerRevision(_) => {}
        _ => workload(object),
    }
}

/// Of what no cluster has from the beginning.
#[inline(never)]
fn workload(object: &mut Object) {
    match object {
        Object::DaemonSet(it) => daemon_set(Rc::make_mut(it)),
        Object::Pod(it) => pod(Rc::make_mut(it)),
        Object::Deployment(it) => deployment(Rc::make_mut(it)),
        Object::Job(it) => job(Rc::make_mut(it)),
        Object::PodDisruptionBudget(it) => {
            let it = Rc::make_mut(it);
            it.spec.get_or_insert_default();
            it.status.get_or_insert_default();
        }
        Object::ReplicaSet(it) => replica_set(Rc::make_mut(it)),
        Object::StatefulSet(it) => stateful_set(Rc::make_mut(it)),
        _ => {}
    }
}

fn daemon_set(it: &mut DaemonSet) {
    let spec = it.spec.get_or_insert_default();
    let strategy = spec.update_strategy.get_or_insert_default();
    fill(&mut strategy.type_, "RollingUpdate");
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
        rolling.max_surge.get_or_insert(IntOrString::Int(0));
    }
    spec.revision_history_limit.get_or_insert(10);
    template(&mut spec.template);
    it.status.get_or_insert_default();
}

fn deployment(it: &mut Deployment) {
    let spec = it.spec.get_or_insert_default();
    spec.replicas.get_or_insert(1);
    let strategy = spec.strategy.get_or_insert_default();
    fill(&mut strategy.type_, "RollingUpdate");
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let quarter = || IntOrString::String("25%".to_owned());
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert_with(quarter);
        rolling.max_surge.get_or_insert_with(quarter);
    }
    spec.revision_history_limit.get_or_insert(10);
    spec.progress_deadline_seconds.get_or_insert(600);
    template(&mut spec.template);
    it.status.get_or_insert_default();
}

fn replica_set(it: &mut ReplicaSet) {
    let spec = it.spec.get_or_insert_default();
    spec.replicas.get_or_insert(1);
    template(spec.template.get_or_insert_default());
    it.status.get_or_insert_default();
}

fn stateful_set(it: &mut StatefulSet) {
    let spec = it.spec.get_or_insert_default();
    fill(&mut spec.pod_management_policy, "OrderedReady");
    let strategy = spec.update_strategy.get_or_insert_default();
    if strategy.type_.as_deref().unwrap_or_default().is_empty() {
        strategy.type_ = Some("RollingUpdate".to_owned());
        strategy.rolling_update.get_or_insert_default();
    }
    if let Some(rolling) = strategy.rolling_update.as_mut().filter(|_| strategy.type_.as_deref() == Some("RollingUpdate")) {
        rolling.partition.get_or_insert(0);
    }
    // The server always prints it: nothing and its absence are one.
    spec.service_name.get_or_insert_default();
    let retention = spec.persistent_volume_claim_retention_policy.get_or_insert_default();
    fill(&mut retention.when_deleted, "Retain");
    fill(&mut retention.when_scaled, "Retain");
    spec.replicas.get_or_insert(1);
    spec.revision_history_limit.get_or_insert(10);
    template(&mut spec.template);
    for claim in spec.volume_claim_templates.iter_mut().flatten() {
        volume_claim(claim.spec.get_or_insert_default());
        fill(&mut claim.status.get_or_insert_default().phase, "Pending");
    }
    it.status.get_or_insert_default();
}

fn job(it: &mut Job) {
    let spec = it.spec.get_or_insert_default();
    if spec.parallelism.is_none() {
        spec.completions.get_or_insert(1);
    }
    spec.parallelism.get_or_insert(1);
    let limit = if spec.backoff_limit_per_index.is_some() { i32::MAX } else { 6 };
    spec.backoff_limit.get_or_insert(limit);
    let mode = if spec.pod_failure_policy.is_some() { "Failed" } else { "TerminatingOrFailed" };
    fill(&mut spec.pod_replacement_policy, mode);
    fill(&mut spec.completion_mode, "NonIndexed");
    spec.suspend.get_or_insert(false);
    spec.manual_selector.get_or_insert(false);
    let rules = spec.pod_failure_policy.iter_mut().flat_map(|policy| &mut policy.rules);
    for pattern in rules.flat_map(|rule| rule.on_pod_conditions.iter_mut().flatten()) {
        fill(&mut pattern.status, "True");
    }
    template(&mut spec.template);
    // Upstream the two are the same map from here on.
    let labels = spec.template.metadata.as_ref().and_then(|meta| meta.labels.clone());
    if it.metadata.labels.as_ref().is_none_or(BTreeMap::is_empty) {
        it.metadata.labels = labels;
    }
    it.status.get_or_insert_default();
}

/// A job that does not choose its pods itself selects those that carry its uid (`pkg/registry/batch/job/strategy.go`).
pub fn select_own_pods(job: &mut Job) {
    const UID: &str = "batch.kubernetes.io/controller-uid";
    let spec = job.spec.get_or_insert_default();
    if spec.manual_selector == Some(true) {
        return;
    }
    let uid = job.metadata.uid.clone().unwrap_or_default();
    let name = job.metadata.name.clone().unwrap_or_default();
    let labels = spec.template.metadata.get_or_insert_default().labels.get_or_insert_default();
    for (key, value) in [("job-name", &name), ("batch.kubernetes.io/job-name", &name), ("controller-uid", &uid), (UID, &uid)]
    {
        labels.entry(key.to_owned()).or_insert_with(|| value.clone());
    }
    let own = spec.selector.get_or_insert_default().match_labels.get_or_insert_default();
    own.entry(UID.to_owned()).or_insert(uid);
}

/// What a claim of storage asks for.
fn volume_claim(it: &mut PersistentVolumeClaimSpec) {
    fill(&mut it.volume_mode, "Filesystem");
    if let Some(resources) = &mut it.resources {
        amounts(&mut resources.limits);
        amounts(&mut resources.requests);
    }
}

fn template(it: &mut PodTemplateSpec) {
    it.metadata.get_or_insert_default();
    pod_spec(it.spec.get_or_insert_default());
}

fn pod(it: &mut Pod) {
    let spec: &mut PodSpec = it.spec.get_or_insert_default();
    // A pod's own patience is never negative, a template's may be (upstream: `Convert_v1_Pod_To_core_Pod`).
    spec.termination_grace_period_seconds = spec.termination_grace_period_seconds.map(|it| if it < 0 { 1 } else { it });
    pod_spec(spec);
    let host_network = spec.host_network == Some(true);
    for container in spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()) {
        // Only pods take requests from limits; a template stays as it was written.
        let resources = container.resources.get_or_insert_default();
        if let Some(limits) = &resources.limits {
            let requests = resources.requests.get_or_insert_default();
            for (name, limit) in limits {
                requests.entry(name.clone()).or_insert_with(|| limit.clone());
            }
        }
        for port in container.ports.iter_mut().flatten().filter(|_| host_network) {
            if port.host_port.unwrap_or_default() == 0 {
                port.host_port = Some(port.container_port);
            }
        }
    }
    pod_requests(spec);
    spec.enable_service_links.get_or_insert(true);
    it.status.get_or_insert_default();
}

/// What a pod asks for as a whole, where it says only what it may have: what its containers ask for, or else all it may have
/// (`defaultPodRequests`).
fn pod_requests(spec: &mut PodSpec) {
    let Some(limits) = spec.resources.as_ref().and_then(|it| it.limits.clone()).filter(|it| !it.is_empty()) else { return };
    let of = |it: &Container, name| Some(Amount::of(it.resources.as_ref()?.requests.as_ref()?.get(name)?));
    let asked = ["cpu", "memory"].map(|name| (name, demand::of_containers(spec, &|it| of(it, name))));
    let requests = spec.resources.get_or_insert_default().requests.get_or_insert_default();
    for (name, amount) in asked {
        if let Some(amount) = amount {
            requests.entry(name.to_owned()).or_insert_with(|| amount.into());
        }
    }
    for (name, limit) in limits {
        requests.entry(name).or_insert(limit);
    }
}

/// The defaults of a node. `known` are amounts that were brought into canonical form, and those of this node then: most nodes
/// share theirs with another.
pub fn node(it: &mut Node, known: &mut Shared<Amounts>) {
    it.spec.get_or_insert_default();
    it.status.get_or_insert_default();
    if !it.amounts.is_one_with(known) {
        fill_amounts(it);
        known.clone_from(&it.amounts);
    }
}

fn fill_amounts(it: &mut Node) {
    let Amounts { capacity, allocatable } = &*it.amounts;
    if allocatable.is_some() && are_canonical(capacity) && are_canonical(allocatable) {
        return;
    }
    let Amounts { capacity, allocatable } = &mut *it.amounts;
    if allocatable.is_none() {
        allocatable.clone_from(capacity);
    }
    amounts(capacity);
    amounts(allocatable);
}

fn namespace(it: &mut Namespace) {
    if let Some(name) = it.metadata.name.clone().filter(|name| !name.is_empty()) {
        it.metadata.labels.get_or_insert_default().insert("kubernetes.io/metadata.name".to_owned(), name);
    }
    fill(&mut it.status.get_or_insert_default().phase, "Active");
}

/// What a pod and a pod template have in common.
fn pod_spec(it: &mut PodSpec) {
    it.scheduling_group = None;
    fill(&mut it.dns_policy, "ClusterFirst");
    fill(&mut it.restart_policy, "Always");
    it.security_context.get_or_insert_default();
    it.termination_grace_period_seconds.get_or_insert(30);
    fill(&mut it.scheduler_name, "default-scheduler");
    it.volumes.iter_mut().flatten().for_each(volume);
    it.init_containers.iter_mut().flatten().chain(&mut it.containers).for_each(container);
    for ephemeral in it.ephemeral_containers.iter_mut().flatten() {
        // They have all that a container has, and the container that they look into.
        let aside = ephemeral.target_container_name.take();
        let mut inner: Container = wire::from_value(wire::to_value(ephemeral)).unwrap_or_default();
        container(&mut inner);
        *ephemeral = wire::from_value(wire::to_value(&inner)).unwrap_or_default();
        ephemeral.target_container_name = aside;
    }
    amounts(&mut it.overhead);
    if let Some(resources) = &mut it.resources {
        amounts(&mut resources.limits);
        amounts(&mut resources.requests);
    }
    // The old name of the field follows the new one (upstream: `Convert_core_PodSpec_To_v1_PodSpec`).
    if it.service_account_name.as_deref().unwrap_or_default().is_empty() {
        it.service_account_name.clone_from(&it.service_account);
    }
    it.service_account.clone_from(&it.service_account_name);
}

fn container(it: &mut Container) {
    let image = it.image.as_deref().unwrap_or_default();
    fill(&mut it.image_pull_policy, pull_policy(image));
    fill(&mut it.termination_message_path, "/dev/termination-log");
    fill(&mut it.termination_message_policy, "File");
    for port in it.ports.iter_mut().flatten() {
        fill(&mut port.protocol, "TCP");
    }
    for source in it.env.iter_mut().flatten().filter_map(|variable| variable.value_from.as_mut()) {
        source.field_ref.iter_mut().for_each(field_ref);
        if let Some(key) = &mut source.file_key_ref {
            key.optional.get_or_insert(false);
        }
    }
    let resources = it.resources.get_or_insert_default();
    amounts(&mut resources.limits);
    amounts(&mut resources.requests);
    for it in [&mut it.liveness_probe, &mut it.readiness_probe, &mut it.startup_probe] {
        it.iter_mut().for_each(probe);
    }
    if let Some(lifecycle) = &mut it.lifecycle {
        let had_signal = lifecycle.stop_signal.take().is_some();
        let handlers: [&mut Option<LifecycleHandler>; 2] = [&mut lifecycle.post_start, &mut lifecycle.pre_stop];
        handlers.into_iter().flatten().filter_map(|handler| handler.http_get.as_mut()).for_each(http_get);
        // Signals are an alpha feature, and what is left without one is none (`dropContainerStopSignals` in `pkg/api/pod/util.go`).
        if had_signal && *lifecycle == Lifecycle::default() {
            it.lifecycle = None;
        }
    }
}

/// `Always` for `:latest` and for an image without a tag or digest.
fn pull_policy(image: &str) -> &'static str {
    let name = image.rsplit('/').next().unwrap_or_default();
    let tag = match name.split_once('@') {
        // Nothing but a digest is no tag, hence not `latest`.
        Some((name, _)) => name.split_once(':').map_or("", |(_, tag)| tag),
        None => name.split_once(':').map_or("latest", |(_, tag)| tag),
    };
    if tag == "latest" && !name.is_empty() { "Always" } else { "IfNotPresent" }
}

fn probe(it: &mut Probe) {
    let fill = |field: &mut Option<i32>, value| {
        if field.unwrap_or_default() == 0 {
            *field = Some(value);
        }
    };
    fill(&mut it.timeout_seconds, 1);
    fill(&mut it.period_seconds, 10);
    fill(&mut it.success_threshold, 1);
    fill(&mut it.failure_threshold, 3);
    it.http_get.iter_mut().for_each(http_get);
    if let Some(grpc) = &mut it.grpc {
        grpc.service.get_or_insert_default();
    }
}

fn http_get(it: &mut HTTPGetAction) {
    fill(&mut it.path, "/");
    fill(&mut it.scheme, "HTTP");
}

fn field_ref(it: &mut ObjectFieldSelector) {
    fill(&mut it.api_version, "v1");
}

fn volume(it: &mut Volume) {
    let empty = Volume { name: it.name.clone(), ..Volume::default() };
    if *it == empty {
        it.empty_dir = Some(Default::default());
    }
    if let Some(host_path) = &mut it.host_path {
        host_path.type_.get_or_insert_default();
    }
    if let Some(secret) = &mut it.secret {
        secret.default_mode.get_or_insert(0o644);
    }
    if let Some(config_map) = &mut it.config_map {
        config_map.default_mode.get_or_insert(0o644);
    }
    if let Some(downward) = &mut it.downward_api {
        downward.default_mode.get_or_insert(0o644);
        downward.items.iter_mut().flatten().filter_map(|file| file.field_ref.as_mut()).for_each(field_ref);
    }
    if let Some(projected) = &mut it.projected {
        projected.default_mode.get_or_insert(0o644);
        for source in projected.sources.iter_mut().flatten() {
            (source.cluster_trust_bundle, source.pod_certificate) = (None, None);
            if let Some(downward) = &mut source.downward_api {
                downward.items.iter_mut().flatten().filter_map(|file| file.field_ref.as_mut()).for_each(field_ref);
            }
            if let Some(token) = &mut source.service_account_token {
                token.expiration_seconds.get_or_insert(3600);
            }
        }
    }
    if let Some(image) = &mut it.image {
        let reference = image.reference.as_deref().unwrap_or_default();
        fill(&mut image.pull_policy, pull_policy(reference));
    }
    if let Some(iscsi) = &mut it.iscsi {
        fill(&mut iscsi.iscsi_interface, "default");
    }
    if let Some(rbd) = &mut it.rbd {
        fill(&mut rbd.pool, "rbd");
        fill(&mut rbd.user, "admin");
        fill(&mut rbd.keyring, "/etc/ceph/keyring");
    }
}

fn fill(field: &mut Option<String>, value: &str) {
    if field.as_deref().unwrap_or_default().is_empty() {
        *field = Some(value.to_owned());
    }
}

/// Whether all amounts are as [`amounts`] would have them.
fn are_canonical(list: &Option<BTreeMap<String, Quantity>>) -> bool {
    let is =
        |quantity: &Quantity| quantity.0.parse::<Amount>().is_ok_and(|it| it.rounded_to_millis().to_string() == quantity.0);
    list.iter().flat_map(BTreeMap::values).all(is)
}

/// Brings the amounts into canonical form, rounded up to thousandths.
fn amounts(list: &mut Option<BTreeMap<String, Quantity>>) {
    for quantity in list.iter_mut().flat_map(BTreeMap::values_mut) {
        if let Ok(amount) = quantity.0.parse::<Amount>() {
            *quantity = amount.rounded_to_millis().into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_pull_policy_follows_the_tag() {
        for (image, expected) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.27", "IfNotPresent"),
            ("registry:5000/nginx", "Always"),
            ("registry:5000/nginx:1", "IfNotPresent"),
            ("nginx@sha256:abc", "IfNotPresent"),
            ("", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), expected, "{image}");
        }
    }

    #[test]
    fn requests_follow_limits_in_pods_alone() {
        let spec = json!({"containers": [{"name": "c", "resources": {"limits": {"cpu": "0.1"}}}]});
        let mut pod = Object::from_value(super::super::Kind::Pod, json!({"spec": spec})).unwrap();
        apply(&mut pod);
        assert_eq!(pod.to_value()["spec"]["containers"][0]["resources"]["requests"], json!({"cpu": "100m"}));
        let template = json!({"spec": {"selector": {}, "template": {"spec": spec}}});
        let mut daemon_set = Object::from_value(super::super::Kind::DaemonSet, template).unwrap();
        apply(&mut daemon_set);
        let resources = &daemon_set.to_value()["spec"]["template"]["spec"]["containers"][0]["resources"];
        assert_eq!(resources, &json!({"limits": {"cpu": "100m"}}));
    }
}
