//! The kinds of Kubernetes 1.36 that the playground knows of, and does not simulate.

use super::super::kind;

/// The group and version, then the kinds that have it.
const KNOWN: &[(&str, &str)] = &[
    ("v1", "Binding ComponentStatus"),
    ("events.k8s.io/v1", "Event"),
    ("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"),
    ("resource.k8s.io/v1", "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"),
];

/// The plural of a real kind that the playground does not simulate: `Services`.
pub(super) fn not_simulated(api_version: &str, kind: &str) -> Option<String> {
    let (_, kinds) = KNOWN.iter().find(|(version, _)| *version == api_version)?;
    kinds.split(' ').find(|known| *known == kind)?;
    Some(match kind {
        _ if kind.ends_with('y') => format!("{}ies", &kind[..kind.len() - 1]),
        _ if kind.ends_with('s') => format!("{kind}es"),
        _ => format!("{kind}s"),
    })
}

/// Whether the cluster serves this group and version.
pub(super) fn is_version(api_version: &str) -> bool {
    KNOWN.iter().any(|(version, _)| *version == api_version) || kind::ALL.iter().any(|kind| kind.serves(api_version))
}
