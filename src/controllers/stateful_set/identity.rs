//! The pods of a StatefulSet: their names, labels and claims of storage (`stateful_set_utils.go`, `stateful_pod_control.go`).

use std::rc::Rc;

use k8s_openapi::api::core::v1::PersistentVolumeClaimVolumeSource;

use super::super::Desk;
use super::super::owner;
use super::history::{Revisions, template};
use super::spec;
use crate::api::{ApiError, Key, Kind, Object, PersistentVolumeClaim, Pod, Resource, StatefulSet, Volume, wire};
use crate::cluster::Reason;

/// The label with the name of a pod.
const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";
/// The label with the ordinal of a pod.
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
/// The label with the name of the revision that a pod was made from.
const REVISION: &str = "controller-revision-hash";

/// The number at the end of the name of a pod of the set `set`.
pub(super) fn ordinal(pod: &str, set: &str) -> Option<i32> {
    let (parent, number) = pod.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if parent == set && is_number { number.parse().ok() } else { None }
}

/// The name of the revision that a pod was made from.
pub(super) fn revision_of(pod: &Pod) -> &str {
    pod.label(REVISION).unwrap_or_default()
}

/// Labels a pod with its name and its ordinal (`updateIdentity`).
pub(super) fn label(pod: &mut Pod, set: &str) {
    let name = pod.name().to_owned();
    let labels = pod.metadata.labels.get_or_insert_default();
    if labels.get(POD_NAME) != Some(&name) {
        labels.insert(POD_INDEX.to_owned(), ordinal(&name, set).unwrap_or(0).to_string());
        labels.insert(POD_NAME.to_owned(), name);
    }
}

/// The pod of a place: of the current revision where the update has not come to it, else of the new one
/// (`newVersionedStatefulSetPod`).
pub(super) fn pod(set: &StatefulSet, this: &Object, revisions: &Revisions, start: i32, place: usize) -> Pod {
    let place = i32::try_from(place).unwrap_or(i32::MAX);
    let strategy = spec(set).update_strategy.unwrap_or_default();
    let kept = match strategy.rolling_update {
        Some(rolling) => rolling.partition.unwrap_or(0),
        None if strategy.type_.as_deref() == Some("OnDelete") => 0,
        None => set.status.as_ref().and_then(|status| status.current_replicas).unwrap_or(0),
    };
    let revision = if place < kept { &revisions.current } else { &revisions.update };
    let mut pod = owner::pod_of(&template(revision), this);
    let name = format!("{}-{}", set.name(), start + place);
    pod.metadata.name = Some(name.clone());
    label(&mut pod, set.name());
    pod.metadata.labels.get_or_insert_default().insert(REVISION.to_owned(), revision.name().to_owned());
    let pod_spec = pod.spec.get_or_insert_default();
    pod_spec.hostname = Some(name);
    pod_spec.subdomain = spec(set).service_name.filter(|name| !name.is_empty());
    let mut volumes: Vec<Volume> =
        claims(set, start + place).into_iter().map(|(volume, claim)| mount(volume, claim)).collect();
    let others = pod_spec.volumes.take().into_iter().flatten();
    let others: Vec<Volume> = others.filter(|other| volumes.iter().all(|volume| volume.name != other.name)).collect();
    volumes.extend(others);
    pod_spec.volumes = (!volumes.is_empty()).then_some(volumes);
    pod
}

fn mount(name: String, claim: PersistentVolumeClaim) -> Volume {
    let claim_name = claim.metadata.name.unwrap_or_default();
    let source = PersistentVolumeClaimVolumeSource { claim_name, read_only: None };
    Volume { name, persistent_volume_claim: Some(source), ..Volume::default() }
}

/// The claims of the pod with this ordinal, each with the name of its template.
fn claims(set: &StatefulSet, ordinal: i32) -> Vec<(String, PersistentVolumeClaim)> {
    let spec = spec(set);
    let of = |template: &PersistentVolumeClaim| {
        let volume = template.metadata.name.clone().unwrap_or_default();
        let mut claim = template.clone();
        claim.metadata.name = Some(format!("{volume}-{}-{ordinal}", set.name()));
        claim.metadata.namespace.clone_from(&set.metadata.namespace);
        let labels = claim.metadata.labels.get_or_insert_default();
        labels.extend(spec.selector.match_labels.clone().unwrap_or_default());
        (volume, claim)
    };
    spec.volume_claim_templates.iter().flatten().map(of).collect()
}

/// Creates the claims of a place that are missing.
///
/// # Errors
/// Where one could not be created.
pub(super) fn create_claims(
    desk: &mut Desk<'_>,
    set: &Rc<StatefulSet>,
    this: &Object,
    start: i32,
    place: usize,
) -> Result<(), ApiError> {
    let ordinal = start + i32::try_from(place).unwrap_or(i32::MAX);
    for (_, claim) in claims(set, ordinal) {
        let name = claim.metadata.name.clone().unwrap_or_default();
        if desk.cluster.store().object(&Key::new(Kind::PersistentVolumeClaim, set.namespace(), &name)).is_some() {
            continue;
        }
        let Ok(claim) = Object::from_value(Kind::PersistentVolumeClaim, wire::to_value(&claim)) else { continue };
        let of = format!("Claim {name} Pod {0}-{ordinal} in StatefulSet {0}", set.name());
        match desk.cluster.create(claim) {
            Ok(_) => owner::tell(desk, this, Reason::Normal("SuccessfulCreate"), &format!("Create {of} success")),
            Err(error) => {
                let message = format!("Create {} failed error: {error}", of.replacen(" Pod", " for Pod", 1));
                owner::tell(desk, this, Reason::Warning("FailedCreate"), &message);
                return Err(error);
            }
        }
    }
    Ok(())
}
