//! Where a rollout stands, in words (upstream: `polymorphichelpers/rollout_status.go`).

use serde_json::Value;

use super::super::error::{Failure, Result};
use super::super::jsonpath::{at, text_at};
use super::history::REVISION;
use super::kind_ref;
use crate::api::{Kind, Object};

/// Where the rollout of an object to a revision stands, as a line, and whether it is done. Only a Deployment minds the
/// revision, which may be 0 for any.
pub(crate) fn status(object: &Object, revision: i64) -> Result<(String, bool)> {
    let (line, done) = match object.kind() {
        Kind::DaemonSet => daemon_set(&object.to_value())?,
        Kind::Deployment => deployment(&object.to_value(), revision)?,
        Kind::StatefulSet => stateful_set(&object.to_value())?,
        _ => return Err(not_viewed(object)),
    };
    Ok((line + "\n", done))
}

/// What kubectl says of a kind that is not rolled out.
pub(super) fn not_viewed(object: &Object) -> Failure {
    Failure::refused(format_args!("no status viewer has been implemented for {}", kind_ref(object)))
}

/// Whether the controller has not yet looked at the newest spec.
pub(crate) fn is_unobserved(object: &Object) -> bool {
    unobserved(&object.to_value())
}

fn unobserved(it: &Value) -> bool {
    number(it, "metadata.generation") > number(it, "status.observedGeneration")
}

fn number(it: &Value, path: &str) -> i64 {
    at(it, path).as_i64().unwrap_or(0)
}

fn refuse_other_strategies(it: &Value) -> Result<()> {
    match text_at(it, "spec.updateStrategy.type").as_str() {
        "RollingUpdate" => Ok(()),
        _ => Err(Failure::client("rollout status is only available for RollingUpdate strategy type")),
    }
}

fn daemon_set(it: &Value) -> Result<(String, bool)> {
    refuse_other_strategies(it)?;
    if unobserved(it) {
        return Ok(("Waiting for daemon set spec update to be observed...".to_owned(), false));
    }
    let name = text_at(it, "metadata.name");
    let desired = number(it, "status.desiredNumberScheduled");
    let (updated, available) = (number(it, "status.updatedNumberScheduled"), number(it, "status.numberAvailable"));
    let waiting = format!("Waiting for daemon set {name:?} rollout to finish");
    Ok(if updated < desired {
        (format!("{waiting}: {updated} out of {desired} new pods have been updated..."), false)
    } else if available < desired {
        (format!("{waiting}: {available} of {desired} updated pods are available..."), false)
    } else {
        (format!("daemon set {name:?} successfully rolled out"), true)
    })
}

fn deployment(it: &Value, wanted: i64) -> Result<(String, bool)> {
    let running = it["metadata"]["annotations"][REVISION].as_str().and_then(|number| number.parse().ok()).unwrap_or(0);
    if wanted > 0 && wanted != running {
        return Err(Failure::refused(format_args!(
            "desired revision ({wanted}) is different from the running revision ({running})"
        )));
    }
    if unobserved(it) {
        return Ok(("Waiting for deployment spec update to be observed...".to_owned(), false));
    }
    let name = text_at(it, "metadata.name");
    let mut conditions = at(it, "status.conditions").as_array().into_iter().flatten();
    if conditions.any(|it| it["type"] == "Progressing" && it["reason"] == "ProgressDeadlineExceeded") {
        return Err(Failure::refused(format_args!("deployment {name:?} exceeded its progress deadline")));
    }
    let (wanted, present) = (number(it, "spec.replicas"), number(it, "status.replicas"));
    let (updated, available) = (number(it, "status.updatedReplicas"), number(it, "status.availableReplicas"));
    let waiting = format!("Waiting for deployment {name:?} rollout to finish");
    Ok(if updated < wanted {
        (format!("{waiting}: {updated} out of {wanted} new replicas have been updated..."), false)
    } else if present > updated {
        (format!("{waiting}: {} old replicas are pending termination...", present - updated), false)
    } else if available < updated {
        (format!("{waiting}: {available} of {updated} updated replicas are available..."), false)
    } else {
        (format!("deployment {name:?} successfully rolled out"), true)
    })
}

fn stateful_set(it: &Value) -> Result<(String, bool)> {
    refuse_other_strategies(it)?;
    if unobserved(it) || number(it, "status.observedGeneration") == 0 {
        return Ok(("Waiting for statefulset spec update to be observed...".to_owned(), false));
    }
    let (wanted, ready) = (number(it, "spec.replicas"), number(it, "status.readyReplicas"));
    let updated = number(it, "status.updatedReplicas");
    if ready < wanted {
        return Ok((format!("Waiting for {} pods to be ready...", wanted - ready), false));
    }
    if at(it, "spec.updateStrategy.rollingUpdate").is_object() {
        let part = wanted - number(it, "spec.updateStrategy.rollingUpdate.partition");
        return Ok(if updated < part {
            let line =
                format!("Waiting for partitioned roll out to finish: {updated} out of {part} new pods have been updated...");
            (line, false)
        } else {
            (format!("partitioned roll out complete: {updated} new pods have been updated..."), true)
        });
    }
    let (current, update) = (text_at(it, "status.currentRevision"), text_at(it, "status.updateRevision"));
    Ok(if current != update {
        (format!("waiting for statefulset rolling update to complete {updated} pods at revision {update}..."), false)
    } else {
        let pods = number(it, "status.currentReplicas");
        (format!("statefulset rolling update complete {pods} pods at revision {current}..."), true)
    })
}
