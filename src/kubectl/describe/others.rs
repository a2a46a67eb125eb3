//! `describe` of what workloads live with: configuration, services, budgets, roles, volumes, quotas.

use serde_json::{Map, Value};

use super::{Page, amount, at, autoscaler, list, network, or_none, plain, selector, sorted, text, volumes};
use crate::api::{Kind, Object, Pod, Resource, base64};
use crate::sim::Simulation;

/// Describes an object of a kind that has a page of its own. Says whether it has.
pub(super) fn describe(object: &Object, it: &Value, sim: &Simulation, page: &mut Page) -> bool {
    match object.kind().name() {
        "ConfigMap" => config_map(it, page),
        "Secret" => secret(it, page),
        "Service" => service(it, sim, page),
        "ServiceAccount" => service_account(it, page),
        "PriorityClass" => {
            page.fields(0, it, "Name=metadata.name;Value=value;GlobalDefault=globalDefault|false");
            page.fields(0, it, "PreemptionPolicy=preemptionPolicy;Description=description");
            page.row(0, format_args!("Annotations:\t{}", joined_at(it, "metadata.annotations")));
        }
        "PodDisruptionBudget" => budget(it, page),
        "Role" | "ClusterRole" => {
            page.fields(0, it, "Name=metadata.name");
            page.labels_and_annotations(it);
            rules(list(it, "rules"), page);
        }
        "RoleBinding" | "ClusterRoleBinding" => binding(it, page),
        "StorageClass" => storage_class(it, page),
        "PersistentVolume" => volume(it, page),
        "PersistentVolumeClaim" => claim(it, sim, page),
        "ResourceQuota" => quota(it, page),
        "LimitRange" => limit_range(it, page),
        "Endpoints" => network::endpoints(it, page),
        "Ingress" => network::ingress(it, sim, page),
        "IngressClass" => network::ingress_class(it, page),
        "NetworkPolicy" => network::policy(it, page),
        "EndpointSlice" => network::endpoint_slice(it, page),
        "ServiceCIDR" => network::service_cidr(it, page),
        "IPAddress" => network::ip_address(it, page),
        "HorizontalPodAutoscaler" => autoscaler::describe(it, page),
        "CSINode" => csi_node(it, page),
        "VolumeAttributesClass" => {
            page.fields(0, it, "Name=metadata.name");
            page.row(0, format_args!("Annotations:\t{}", joined_at(it, "metadata.annotations")));
            page.fields(0, it, "DriverName=driverName");
            page.row(0, format_args!("Parameters:\t{}", joined_at(it, "parameters")));
        }
        _ => return false,
    }
    true
}

/// Whether kubectl shows the events of such an object.
pub(super) fn has_events(object: &Object) -> bool {
    !matches!(
        object.kind().name(),
        "Secret"
            | "Role"
            | "ClusterRole"
            | "RoleBinding"
            | "ClusterRoleBinding"
            | "ResourceQuota"
            | "LimitRange"
            | "Namespace"
            | "NetworkPolicy"
    )
}

pub(super) fn named(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    page.labels_and_annotations(it);
}

/// `a=1,b=2`
pub(super) fn joined(map: &Map<String, Value>) -> String {
    map.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(",")
}

/// The same of a field, which may be absent.
fn joined_at(it: &Value, path: &str) -> String {
    or_none(&at(it, path).as_object().map(joined).unwrap_or_default()).to_owned()
}

fn config_map(it: &Value, page: &mut Page) {
    named(it, page);
    page.line(0, "\nData\n====");
    for (key, value) in it["data"].as_object().into_iter().flatten() {
        page.row(0, format_args!("{key}:\n----\n{}\n", value.as_str().unwrap_or_default()));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in it["binaryData"].as_object().into_iter().flatten() {
        page.row(0, format_args!("{key}: {} bytes", bytes(value)));
    }
    page.line(0, "");
}

/// How many bytes a text in base64 stands for.
fn bytes(value: &Value) -> usize {
    value.as_str().and_then(|text| base64::decode(text).ok()).map_or(0, |bytes| bytes.len())
}

fn secret(it: &Value, page: &mut Page) {
    named(it, page);
    page.row(0, format_args!("\nType:\t{}", text(it, "type")));
    page.line(0, "\nData\n====");
    for (key, value) in it["data"].as_object().into_iter().flatten() {
        match (key.as_str(), text(it, "type").as_str()) {
            ("token", "kubernetes.io/service-account-token") => {
                let token = value.as_str().and_then(|text| base64::decode(text).ok()).unwrap_or_default();
                page.row(0, format_args!("{key}:\t{}", String::from_utf8_lossy(&token)));
            }
            _ => page.row(0, format_args!("{key}:\t{} bytes", bytes(value))),
        }
    }
}

fn service(it: &Value, sim: &Simulation, page: &mut Page) {
    named(it, page);
    page.row(0, format_args!("Selector:\t{}", joined_at(it, "spec.selector")));
    page.fields(0, it, "Type=spec.type;IP Family Policy?=spec.ipFamilyPolicy");
    let words = |path: &str| list(it, path).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",");
    page.row(0, format_args!("IP Families:\t{}", or_none(&words("spec.ipFamilies"))));
    page.fields(0, it, "IP=spec.clusterIP");
    page.row(0, format_args!("IPs:\t{}", or_none(&words("spec.clusterIPs"))));
    if !list(it, "spec.externalIPs").is_empty() {
        page.row(0, format_args!("External IPs:\t{}", words("spec.externalIPs")));
    }
    page.fields(0, it, "Desired LoadBalancer IP?=spec.loadBalancerIP;External Name?=spec.externalName");
    for port in list(it, "spec.ports") {
        let (name, protocol) = (text(port, "name"), text(port, "protocol"));
        let name = if name.is_empty() { "<unset>" } else { &name };
        page.row(0, format_args!("Port:\t{name}\t{}/{protocol}", text(port, "port")));
        page.row(0, format_args!("TargetPort:\t{}/{protocol}", text(port, "targetPort")));
        page.fields(0, port, "AppProtocol?=appProtocol");
        if port["nodePort"].as_i64().is_some_and(|port| port > 0) {
            page.row(0, format_args!("NodePort:\t{name}\t{}/{protocol}", text(port, "nodePort")));
        }
        page.row(0, format_args!("Endpoints:\t{}", endpoints(it, port, sim)));
    }
    page.fields(
        0,
        it,
        "Session Affinity=spec.sessionAffinity;External Traffic Policy?=spec.externalTrafficPolicy;\
         Internal Traffic Policy?=spec.internalTrafficPolicy;Traffic Distribution?=spec.trafficDistribution",
    );
}

/// The addresses behind a port of a service: those of its ready endpoints, three at most (`formatEndpointSlices`).
pub(super) fn endpoints(service: &Value, port: &Value, sim: &Simulation) -> String {
    let (namespace, name) = (text(service, "metadata.namespace"), text(service, "metadata.name"));
    let of_service = |slice: &&Object| {
        let labels = slice.meta().labels.as_ref();
        slice.namespace() == namespace
            && labels.and_then(|labels| labels.get("kubernetes.io/service-name")).is_some_and(|it| *it == name)
    };
    let mut slices = sim.cluster().store().objects(Kind::EndpointSlice).filter(of_service).peekable();
    if slices.peek().is_none() {
        return "<none>".to_owned();
    }
    let mut all = vec![];
    for slice in slices.filter_map(Object::stored) {
        let list = |field: &str| slice.field(field).as_array().map_or(&[][..], Vec::as_slice);
        let number = list("ports").iter().find(|it| text(it, "name") == text(port, "name")).map(|it| plain(&it["port"]));
        let ready = list("endpoints").iter().filter(|it| it["conditions"]["ready"] != false);
        let addresses = ready.map(|it| it["addresses"][0].as_str().unwrap_or_default());
        match number {
            Some(number) => all.extend(addresses.map(|ip| format!("{ip}:{number}"))),
            None if list("ports").is_empty() => all.extend(addresses.map(str::to_owned)),
            None => {}
        }
    }
    match all.len() {
        0 => String::new(),
        1..=3 => all.join(","),
        many => format!("{} + {} more...", all[..3].join(","), many - 3),
    }
}

fn service_account(it: &Value, page: &mut Page) {
    named(it, page);
    let names: Vec<String> = list(it, "imagePullSecrets").iter().map(|secret| text(secret, "name")).collect();
    page.several("Image pull secrets", &names);
}

fn budget(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    let least = !at(it, "spec.minAvailable").is_null();
    page.fields(0, it, if least { "Min available=spec.minAvailable" } else { "Max unavailable?=spec.maxUnavailable" });
    let chosen = if at(it, "spec.selector").is_object() { selector(it) } else { "<unset>".to_owned() };
    page.row(0, format_args!("Selector:\t{chosen}"));
    page.line(0, "Status:");
    page.fields(
        2,
        &it["status"],
        "Allowed disruptions=disruptionsAllowed|0;Current=currentHealthy|0;Desired=desiredHealthy|0;Total=expectedPods|0",
    );
}

fn words(value: &Value) -> String {
    let words: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    format!("[{}]", words.join(" "))
}

/// The rules of a role, a line for each resource (upstream: `rbac/v1/policy_comparator.go` takes them apart).
fn rules(rules: &[Value], page: &mut Page) {
    page.line(0, "PolicyRule:");
    page.line(1, "Resources\tNon-Resource URLs\tResource Names\tVerbs");
    page.line(1, "---------\t-----------------\t--------------\t-----");
    let mut lines: Vec<(String, String)> = vec![];
    for rule in rules {
        let verbs = words(&rule["verbs"]);
        for url in list(rule, "nonResourceURLs") {
            lines.push((String::new(), format!("[{}]\t[]\t{verbs}", plain(url))));
        }
        for group in list(rule, "apiGroups") {
            for resource in list(rule, "resources") {
                let (group, resource) = (plain(group), plain(resource));
                let (resource, sub) = resource.split_once('/').map_or((resource.as_str(), ""), |(name, sub)| (name, sub));
                let dot = if group.is_empty() { "" } else { "." };
                let slash = if sub.is_empty() { "" } else { "/" };
                let name = [resource, dot, &group, slash, sub].concat();
                let names: Vec<String> =
                    list(rule, "resourceNames").iter().map(|name| format!("[{}]", plain(name))).collect();
                let names = if names.is_empty() { vec!["[]".to_owned()] } else { names };
                lines.extend(names.into_iter().map(|names| (name.clone(), format!("[]\t{names}\t{verbs}"))));
            }
        }
    }
    // A subresource stands before its resource, as upstream's order of the rules' written form has it.
    lines.sort_by_key(|(name, _)| (name.split('/').next().unwrap_or_default().to_owned(), !name.contains('/')));
    lines.sort_by_key(|(name, _)| !name.is_empty() && name.contains('.'));
    lines.iter().for_each(|(name, rest)| page.row(1, format_args!("{name}\t{rest}")));
}

fn binding(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.line(0, "Role:");
    page.fields(1, &it["roleRef"], "Kind=kind;Name=name");
    page.line(0, "Subjects:");
    page.line(1, "Kind\tName\tNamespace");
    page.line(1, "----\t----\t---------");
    for subject in list(it, "subjects") {
        page.row(1, format_args!("{}\t{}\t{}", text(subject, "kind"), text(subject, "name"), text(subject, "namespace")));
    }
}

fn storage_class(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    let default = at(it, "metadata.annotations")["storageclass.kubernetes.io/is-default-class"] == "true";
    page.row(0, format_args!("IsDefaultClass:\t{}", if default { "Yes" } else { "No" }));
    page.row(0, format_args!("Annotations:\t{}", joined_at(it, "metadata.annotations")));
    page.fields(0, it, "Provisioner=provisioner");
    page.row(0, format_args!("Parameters:\t{}", joined_at(it, "parameters")));
    let expands = match it["allowVolumeExpansion"].as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    page.row(0, format_args!("AllowVolumeExpansion:\t{expands}"));
    let options: Vec<&str> = list(it, "mountOptions").iter().filter_map(Value::as_str).collect();
    page.several("MountOptions", &options.iter().map(|option| format!("  {option}")).collect::<Vec<_>>());
    page.fields(0, it, "ReclaimPolicy?=reclaimPolicy;VolumeBindingMode?=volumeBindingMode");
}

/// `RWO,RWX`
fn modes(it: &Value, path: &str) -> String {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |mode: &str| list(it, path).iter().any(|it| it == mode);
    SHORT.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

/// `describeCSINode`.
fn csi_node(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.fields(0, it, "CreationTimestamp=~metadata.creationTimestamp");
    page.line(0, "Spec:");
    let drivers = list(it, "spec.drivers");
    if !drivers.is_empty() {
        page.line(1, "Drivers:");
    }
    for driver in drivers {
        page.row(2, format_args!("{}:", text(driver, "name")));
        page.fields(3, driver, "Node ID=nodeID");
        if !at(driver, "allocatable.count").is_null() {
            page.line(3, "Allocatables:");
            page.fields(4, driver, "Count=allocatable.count");
        }
        let keys: Vec<String> = list(driver, "topologyKeys").iter().map(plain).collect();
        if !keys.is_empty() {
            page.row(3, format_args!("Topology Keys:\t[{}]", keys.join(" ")));
        }
    }
}

fn volume(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.row(0, format_args!("Finalizers:\t{}", words(at(it, "metadata.finalizers"))));
    page.fields(0, it, "StorageClass=spec.storageClassName;Status=status.phase");
    let claim = at(it, "spec.claimRef");
    let claim =
        if claim.is_object() { format!("{}/{}", text(claim, "namespace"), text(claim, "name")) } else { String::new() };
    page.row(0, format_args!("Claim:\t{claim}"));
    page.fields(0, it, "Reclaim Policy=spec.persistentVolumeReclaimPolicy");
    page.row(0, format_args!("Access Modes:\t{}", modes(it, "spec.accessModes")));
    page.fields(0, it, "VolumeMode?=spec.volumeMode;Capacity=spec.capacity.storage");
    page.line(0, if at(it, "spec.nodeAffinity").is_object() { "Node Affinity:\t" } else { "Node Affinity:\t<none>" });
    page.fields(0, it, "Message=status.message");
    page.line(0, "Source:");
    volumes::source(&it["spec"], page);
}

fn claim(it: &Value, sim: &Simulation, page: &mut Page) {
    page.fields(
        0,
        it,
        "Name=metadata.name;Namespace=metadata.namespace;StorageClass=spec.storageClassName;Status=status.phase;\
         Volume=spec.volumeName",
    );
    page.labels_and_annotations(it);
    page.row(0, format_args!("Finalizers:\t{}", words(at(it, "metadata.finalizers"))));
    page.fields(0, it, "Capacity=status.capacity.storage");
    page.row(0, format_args!("Access Modes:\t{}", modes(it, "status.accessModes")));
    page.fields(0, it, "VolumeMode?=spec.volumeMode");
    let (namespace, name) = (text(it, "metadata.namespace"), text(it, "metadata.name"));
    let mut users = vec![];
    for pod in sim.cluster().store().list::<Pod>().filter(|pod| pod.namespace() == namespace) {
        let mut volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
        if volumes.any(|it| it.persistent_volume_claim.as_ref().is_some_and(|claim| claim.claim_name == name)) {
            users.push(pod.name().to_owned());
        }
    }
    page.several("Used By", &users);
}

fn quota(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    page.line(0, "Resource\tUsed\tHard");
    page.line(0, "--------\t----\t----");
    for (name, hard) in at(it, "status.hard").as_object().into_iter().flatten() {
        page.row(0, format_args!("{name}\t{}\t{}", amount(&it["status"]["used"][name]), amount(hard)));
    }
}

fn limit_range(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    page.line(0, "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
    page.line(0, "----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    limits(it, "", page);
}

/// The lines of a LimitRange.
pub(super) fn limits(it: &Value, space: &str, page: &mut Page) {
    for item in sorted(list(it, "spec.limits"), "type") {
        const COLUMNS: [&str; 5] = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"];
        let mut names: Vec<&String> =
            COLUMNS.iter().flat_map(|of| item[of].as_object().into_iter().flatten()).map(|(n, _)| n).collect();
        names.sort();
        names.dedup();
        for name in names {
            let cell = |of: &&str| item[of].get(name).map_or_else(|| "-".to_owned(), |it| amount(it).to_string());
            let cells: Vec<String> = COLUMNS.iter().map(cell).collect();
            page.row(0, format_args!("{space}{}\t{name}\t{}", text(item, "type"), cells.join("\t")));
        }
    }
}
