//! What a control plane has before anybody asks it for anything, and what every namespace begins with.

use serde_json::json;

use super::{Cluster, Rng};
use crate::api::{Kind, Namespace, Object, ObjectMeta, PriorityClass, Stored};

/// Why there is a certificate in every namespace (`pkg/controller/certificates/rootcacertpublisher/publisher.go`).
const CERTIFICATE_DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal \
    endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of \
    Kubernetes clusters.";
/// The two priorities every cluster has (`pkg/apis/scheduling/v1/helpers.go`).
const SYSTEM_PRIORITIES: [(&str, i32, &str); 2] = [
    (
        "system-cluster-critical",
        2_000_000_000,
        "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
    ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
];

/// The namespaces that every cluster has.
pub const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Fills an empty cluster. Nothing in it can refuse what it begins with.
pub(super) fn fill(cluster: &mut Cluster) {
    for name in NAMESPACES {
        let _ = cluster.begin_with(namespace(name));
        for object in of_namespace(name) {
            let _ = cluster.begin_with(object);
        }
    }
    for (name, value, description) in SYSTEM_PRIORITIES {
        let _ = cluster.begin_with(PriorityClass {
            metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
            value: Some(value),
            description: Some(description.to_owned()),
            ..PriorityClass::default()
        });
    }
    let [service, endpoints @ ..] = of_api_server();
    let _ = cluster.begin_with(service);
    // With a chance of their own, so that what comes later is called as it always was.
    let chance = std::mem::replace(cluster.rng(), Rng::new(0));
    for object in endpoints {
        let _ = cluster.begin_with(object);
    }
    *cluster.rng() = chance;
}

/// What controllers put into each namespace, as soon as there is one (`serviceaccounts_controller.go`, `publisher.go`).
pub fn of_namespace(namespace: &str) -> [Object; 2] {
    let account = Stored::new(Kind::ServiceAccount, namespace, "default", json!({}));
    let certificate =
        "-----BEGIN CERTIFICATE-----\nThis cluster is simulated: nobody has to trust it.\n-----END CERTIFICATE-----\n";
    let mut bundle = Stored::new(Kind::ConfigMap, namespace, "kube-root-ca.crt", json!({"data": {"ca.crt": certificate}}));
    let why = ("kubernetes.io/description".to_owned(), CERTIFICATE_DESCRIPTION.to_owned());
    bundle.metadata.annotations = Some([why].into());
    [account.into(), bundle.into()]
}

fn namespace(name: &str) -> Namespace {
    Namespace { metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() }, ..Namespace::default() }
}

/// What leads to the API server, and comes back if somebody deletes it: its Service and where that ends.
pub fn of_api_server() -> [Stored; 3] {
    let [endpoints, slice] = kubernetes_endpoints();
    [kubernetes_service(), endpoints, slice]
}

/// Where the API server listens: on the first machine (`pkg/controlplane/reconcilers`).
fn kubernetes_endpoints() -> [Stored; 2] {
    let (address, ports) = ("172.18.0.2", json!([{"name": "https", "port": 6443, "protocol": "TCP"}]));
    let subsets = json!({"subsets": [{"addresses": [{"ip": address}], "ports": ports}]});
    let endpoint = json!({"addresses": [address], "conditions": {"ready": true}});
    let fields = json!({"addressType": "IPv4", "endpoints": [endpoint], "ports": ports});
    let labels = |key: &str, value: &str| Some([(key.to_owned(), value.to_owned())].into());
    let mut endpoints = Stored::new(Kind::Endpoints, "default", "kubernetes", subsets);
    endpoints.metadata.labels = labels("endpointslice.kubernetes.io/skip-mirror", "true");
    let mut slice = Stored::new(Kind::EndpointSlice, "default", "kubernetes", fields);
    slice.metadata.labels = labels("kubernetes.io/service-name", "kubernetes");
    [endpoints, slice]
}

/// The API server's own address (`pkg/controlplane/controller/kubernetesservice/controller.go`).
fn kubernetes_service() -> Stored {
    let port = json!({"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443});
    // Whole as it stands: nothing has to be allocated.
    let spec = json!({"spec": {"clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack", "ports": [port], "sessionAffinity": "None", "type": "ClusterIP"}});
    let mut service = Stored::new(Kind::Service, "default", "kubernetes", spec);
    let labels = [("component", "apiserver"), ("provider", "kubernetes")];
    service.metadata.labels = Some(labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    service
}
