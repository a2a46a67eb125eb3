//! The kinds of Kubernetes 1.36 that the playground knows of, and does not simulate.

use super::super::kind;

/// The group and version, then the kinds that have it.
const KNOWN: &[(&str, &str)] = &[
    (
        "v1",
        "Binding ConfigMap Endpoints LimitRange PersistentVolume PersistentVolumeClaim PodTemplate ReplicationController \
         ResourceQuota Secret Service ServiceAccount",
    ),
    ("batch/v1", "CronJob"),
    ("autoscaling/v1", "HorizontalPodAutoscaler"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole ClusterRoleBinding Role RoleBinding"),
    ("networking.k8s.io/v1", "Ingress IngressClass IPAddress NetworkPolicy ServiceCIDR"),
    ("storage.k8s.io/v1", "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass"),
    ("node.k8s.io/v1", "RuntimeClass"),
    ("coordination.k8s.io/v1", "Lease"),
    ("discovery.k8s.io/v1", "EndpointSlice"),
    ("events.k8s.io/v1", "Event"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1", "APIService"),
    (
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
    ),
    ("certificates.k8s.io/v1", "CertificateSigningRequest"),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema PriorityLevelConfiguration"),
    ("resource.k8s.io/v1", "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"),
];

/// The plural of a real kind that the playground does not simulate: `Services`.
pub(super) fn not_simulated(api_version: &str, kind: &str) -> Option<String> {
    let (_, kinds) = KNOWN.iter().find(|(version, _)| *version == api_version)?;
    kinds.split(' ').find(|known| *known == kind)?;
    Some(match kind {
        "Endpoints" => kind.to_owned(),
        _ if kind.ends_with('y') => format!("{}ies", &kind[..kind.len() - 1]),
        _ if kind.ends_with('s') => format!("{kind}es"),
        _ => format!("{kind}s"),
    })
}

/// Whether the cluster serves this group and version.
pub(super) fn is_version(api_version: &str) -> bool {
    KNOWN.iter().any(|(version, _)| *version == api_version)
        || kind::ALL.iter().any(|kind| kind.api_version() == api_version)
}
