//! `describe` of what makes pods: deployments, replica sets, stateful sets, jobs, cron jobs.

use serde_json::Value;

use super::{Page, at, duration_between, list, plain, selector, template, text};
use crate::api::{Kind, Object, Pod, Resource, StringMap};
use crate::sim::Simulation;

pub(super) fn deployment(it: &Value, sim: &Simulation, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace;CreationTimestamp=~metadata.creationTimestamp");
    page.labels_and_annotations(it);
    page.row(0, format_args!("Selector:\t{}", selector(it)));
    let count = |path: &str| at(it, path).as_i64().unwrap_or(0);
    page.row(
        0,
        format_args!(
            "Replicas:\t{} desired | {} updated | {} total | {} available | {} unavailable",
            count("spec.replicas"),
            count("status.updatedReplicas"),
            count("status.replicas"),
            count("status.availableReplicas"),
            count("status.unavailableReplicas")
        ),
    );
    page.fields(0, it, "StrategyType=spec.strategy.type;MinReadySeconds=spec.minReadySeconds|0");
    let update = at(it, "spec.strategy.rollingUpdate");
    if update.is_object() {
        let (unavailable, surge) = (text(update, "maxUnavailable"), text(update, "maxSurge"));
        page.row(0, format_args!("RollingUpdateStrategy:\t{unavailable} max unavailable, {surge} max surge"));
    }
    template::describe(at(it, "spec.template"), page);
    conditions(it, page);
    replica_sets(it, sim, page);
}

fn conditions(it: &Value, page: &mut Page) {
    let conditions = list(it, "status.conditions");
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus\tReason");
    page.line(1, "----\t------\t------");
    for condition in conditions {
        page.row(
            1,
            format_args!("{} \t{}\t{}", text(condition, "type"), text(condition, "status"), text(condition, "reason")),
        );
    }
}

/// The replica sets of a deployment: that of its template, and the others.
fn replica_sets(it: &Value, sim: &Simulation, page: &mut Page) {
    let uid = text(it, "metadata.uid");
    let (mut new, mut old) = (vec![], vec![]);
    for object in sim.cluster().store().objects(Kind::ReplicaSet) {
        let set = object.to_value();
        let owner = list(&set, "metadata.ownerReferences").iter().find(|owner| owner["controller"] == true);
        if owner.is_none_or(|owner| text(owner, "uid") != uid) {
            continue;
        }
        let replicas = |path: &str| at(&set, path).as_i64().unwrap_or(0);
        let line =
            format!("{} ({}/{} replicas created)", object.name(), replicas("status.replicas"), replicas("spec.replicas"));
        let mut own = at(&set, "spec.template").clone();
        if let Some(labels) = own["metadata"]["labels"].as_object_mut() {
            labels.remove("pod-template-hash");
        }
        if own == *at(it, "spec.template") { new.push(line) } else { old.push(line) }
    }
    if !new.is_empty() || !old.is_empty() {
        page.row(0, format_args!("OldReplicaSets:\t{}", super::or_none(&old.join(", "))));
        page.row(0, format_args!("NewReplicaSet:\t{}", super::or_none(&new.join(", "))));
    }
}

pub(super) fn replica_set(object: &Object, it: &Value, sim: &Simulation, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    page.row(0, format_args!("Selector:\t{}", selector(it)));
    page.labels_and_annotations(it);
    controlled_by(it, page);
    let count = |path: &str| at(it, path).as_i64().unwrap_or(0);
    let (current, desired) = (count("status.replicas"), count("spec.replicas"));
    page.row(0, format_args!("Replicas:\t{current} current / {desired} desired"));
    pods_status(object, sim, page);
    template::describe(at(it, "spec.template"), page);
    conditions(it, page);
}

pub(super) fn stateful_set(object: &Object, it: &Value, sim: &Simulation, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace;CreationTimestamp=~metadata.creationTimestamp");
    page.row(0, format_args!("Selector:\t{}", selector(it)));
    page.labels_and_annotations(it);
    let count = |path: &str| at(it, path).as_i64().unwrap_or(0);
    page.row(0, format_args!("Replicas:\t{} desired | {} total", count("spec.replicas"), count("status.replicas")));
    page.fields(0, it, "Update Strategy=spec.updateStrategy.type");
    page.fields(1, at(it, "spec.updateStrategy.rollingUpdate"), "Partition?=partition;MaxUnavailable?=maxUnavailable");
    pods_status(object, sim, page);
    template::describe(at(it, "spec.template"), page);
    let claims = list(it, "spec.volumeClaimTemplates");
    page.line(0, if claims.is_empty() { "Volume Claims:\t<none>" } else { "Volume Claims:" });
    for claim in claims {
        page.fields(1, claim, "Name=metadata.name;StorageClass=spec.storageClassName");
        page.map("  Labels", at(claim, "metadata.labels"));
        page.annotations("  Annotations", at(claim, "metadata.annotations"));
        page.fields(1, claim, "Capacity=spec.resources.requests.storage|<default>");
        let modes: Vec<String> = list(claim, "spec.accessModes").iter().map(plain).collect();
        page.row(1, format_args!("Access Modes:\t[{}]", modes.join(" ")));
    }
}

pub(super) fn job(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    page.row(0, format_args!("Selector:\t{}", selector(it)));
    page.labels_and_annotations(it);
    controlled_by(it, page);
    page.fields(
        0,
        it,
        "Parallelism?=spec.parallelism;Completions=spec.completions|<unset>;Completion Mode?=spec.completionMode;\
         Suspend?=spec.suspend;Backoff Limit?=spec.backoffLimit;TTL Seconds After Finished?=spec.ttlSecondsAfterFinished;\
         Start Time?=~status.startTime;Completed At?=~status.completionTime",
    );
    if let Some(length) = duration_between(it, "status.startTime", "status.completionTime") {
        page.row(0, format_args!("Duration:\t{length}"));
    }
    let deadline = text(it, "spec.activeDeadlineSeconds");
    if !deadline.is_empty() {
        page.row(0, format_args!("Active Deadline Seconds:\t{deadline}s"));
    }
    let count = |path: &str| at(it, path).as_i64().unwrap_or(0);
    let ready = at(it, "status.ready").as_i64().map_or_else(String::new, |ready| format!(" ({ready} Ready)"));
    page.row(
        0,
        format_args!(
            "Pods Statuses:\t{} Active{ready} / {} Succeeded / {} Failed",
            count("status.active"),
            count("status.succeeded"),
            count("status.failed")
        ),
    );
    if at(it, "spec.completionMode") == "Indexed" {
        page.fields(0, it, "Completed Indexes=status.completedIndexes|<none>");
    }
    template::describe(at(it, "spec.template"), page);
}

pub(super) fn cron_job(it: &Value, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name;Namespace=metadata.namespace");
    page.labels_and_annotations(it);
    page.fields(0, it, "Schedule=spec.schedule;Concurrency Policy=spec.concurrencyPolicy");
    let suspended = match at(it, "spec.suspend").as_bool() {
        None => "<unset>",
        Some(true) => "True",
        Some(false) => "False",
    };
    page.row(0, format_args!("Suspend:\t{suspended}"));
    page.fields(
        0,
        it,
        "Time Zone=spec.timeZone|<unset>;Successful Job History Limit=spec.successfulJobsHistoryLimit|<unset>;\
         Failed Job History Limit=spec.failedJobsHistoryLimit|<unset>",
    );
    let deadline = at(it, "spec.startingDeadlineSeconds").as_i64();
    let deadline = deadline.map_or_else(|| "<unset>".to_owned(), |seconds| format!("{seconds}s"));
    page.row(0, format_args!("Starting Deadline Seconds:\t{deadline}"));
    let job = at(it, "spec.jobTemplate");
    let chosen = if at(job, "spec.selector").is_object() { selector(job) } else { "<unset>".to_owned() };
    page.row(0, format_args!("Selector:\t{chosen}"));
    page.fields(0, job, "Parallelism=spec.parallelism|<unset>;Completions=spec.completions|<unset>");
    template::describe(at(job, "spec.template"), page);
    match at(it, "status.lastScheduleTime").is_null() {
        true => page.line(0, "Last Schedule Time:\t<unset>"),
        false => page.fields(0, it, "Last Schedule Time=~status.lastScheduleTime"),
    }
    let active: Vec<String> = list(it, "status.active").iter().map(|job| text(job, "name")).collect();
    page.row(0, format_args!("Active Jobs:\t{}", super::or_none(&active.join(", "))));
}

fn controlled_by(it: &Value, page: &mut Page) {
    if let Some(owner) = list(it, "metadata.ownerReferences").iter().find(|owner| owner["controller"] == true) {
        page.row(0, format_args!("Controlled By:\t{}/{}", text(owner, "kind"), text(owner, "name")));
    }
}

/// How many of an owner's pods are in which phase.
pub(super) fn pods_status(owner: &Object, sim: &Simulation, page: &mut Page) {
    let value = owner.to_value();
    let chosen = crate::api::wire::from_value(at(&value, "spec.selector").clone()).ok();
    let chosen = chosen.and_then(|chosen| crate::api::selector::Selector::from_label_selector(&chosen).ok());
    let phases = ["Running", "Pending", "Succeeded", "Failed"];
    let mut counts = [0; 4];
    for pod in sim.cluster().store().list::<Pod>() {
        let mut owners = pod.metadata.owner_references.iter().flatten();
        let is_owned = owners.any(|it| it.controller == Some(true) && Some(&it.uid) == owner.meta().uid.as_ref());
        let none = StringMap::new();
        let is_chosen = chosen.as_ref().is_some_and(|it| it.matches(pod.metadata.labels.as_ref().unwrap_or(&none)));
        if is_owned && is_chosen && pod.namespace() == owner.namespace() {
            let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
            if let Some(at) = phases.iter().position(|known| Some(*known) == phase) {
                counts[at] += 1;
            }
        }
    }
    let [running, waiting, succeeded, failed] = counts;
    page.row(
        0,
        format_args!("Pods Status:\t{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed"),
    );
}
