//! What the server warns of in kinds that make no pods (upstream: `pkg/api/{service,persistentvolume,persistentvolumeclaim}`,
//! `pkg/registry/networking/{ingress,networkpolicy}/strategy.go`, `apimachinery/pkg/util/validation/ip.go`).

use serde_json::Value;

use super::super::super::Kind;
use super::super::errors::{Errors, has, list, quoted, text, texts};
use super::super::names;
use super::{OLD_VOLUMES, address, old_label, parts_of_bytes};

/// Whether this is about the kind, whose warnings come with every change, whatever it changes.
pub(super) const fn knows(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Ingress | Kind::NetworkPolicy | Kind::PersistentVolume | Kind::PersistentVolumeClaim | Kind::Service
    )
}

pub(super) fn of<'a>(found: &mut Errors<'a>, kind: Kind, it: &'a Value) {
    let (annotations, spec) = (&it["metadata"]["annotations"], &it["spec"]);
    match kind {
        Kind::Service => service(found, annotations, spec),
        Kind::Ingress if has(annotations, INGRESS_CLASS) && !has(spec, "ingressClassName") => {
            let message = format!("annotation {INGRESS_CLASS:?} is deprecated, please use 'spec.ingressClassName' instead");
            found.warn("", &message);
        }
        Kind::NetworkPolicy => {
            for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
                found.within("spec", |found| {
                    found.each(rules, list(spec, rules), &mut |found, rule| {
                        found.each(peers, list(rule, peers), &mut |found, peer| ip_block(found, &peer["ipBlock"]));
                    });
                });
            }
        }
        Kind::PersistentVolumeClaim => {
            old_annotations(found, annotations, 1);
            found.within("spec.resources", |found| {
                for field in ["requests", "limits"] {
                    parts_of_bytes(found, &spec["resources"], field, "storage");
                }
            });
        }
        Kind::PersistentVolume => volume(found, annotations, spec),
        _ => {}
    }
}

const INGRESS_CLASS: &str = "kubernetes.io/ingress.class";

const OLD_ANNOTATIONS: [(&str, &str); 2] = [
    ("volume.beta.kubernetes.io/storage-class", "deprecated since v1.8; use \"storageClassName\" attribute instead"),
    ("volume.beta.kubernetes.io/mount-options", "deprecated since v1.31; use \"mountOptions\" attribute instead"),
];

fn old_annotations(found: &mut Errors<'_>, annotations: &Value, count: usize) {
    for (key, message) in OLD_ANNOTATIONS.iter().take(count).filter(|(key, _)| has(annotations, key)) {
        found.warn(&format!("metadata.annotations[{key}]"), message);
    }
}

fn volume<'a>(found: &mut Errors<'a>, annotations: &Value, spec: &'a Value) {
    old_annotations(found, annotations, 2);
    found.within("spec", |found| {
        if text(spec, "persistentVolumeReclaimPolicy") == "Recycle" {
            let message = "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic \
                           provisioning.";
            found.warn("persistentVolumeReclaimPolicy", message);
        }
        let terms = list(&spec["nodeAffinity"]["required"], "nodeSelectorTerms");
        found.each("nodeAffinity.required.nodeSelectorTerms", terms, &mut |found, term| {
            found.each("matchExpressions", list(term, "matchExpressions"), &mut |found, it| {
                old_label(found, "key", text(it, "key"));
            });
        });
        for wanted in ["cephfs", "photonPersistentDisk", "scaleIO", "storageos", "glusterfs", "rbd"] {
            for (_, told, since) in OLD_VOLUMES.iter().filter(|(field, ..)| *field == wanted && has(spec, field)) {
                found.warn(told, &format!("deprecated in v1.{since}"));
            }
        }
    });
}

fn service(found: &mut Errors<'_>, annotations: &Value, spec: &Value) {
    let type_ = text(spec, "type");
    let is_headless = type_ == "ClusterIP" && spec["clusterIP"] == "None";
    let is_outside = type_ == "ExternalName";
    let outside = list(spec, "externalIPs");
    let addresses = |found: &mut Errors<'_>, field: &str| {
        for (index, given) in texts(list(spec, field)).enumerate() {
            address(found, &format!("spec.{field}[{index}]"), given);
        }
    };
    let told = |found: &mut Errors<'_>, is_so: bool, message: &str| {
        if is_so {
            found.warn("", message);
        }
    };
    let newer = "service.kubernetes.io/topology-mode";
    told(found, has(annotations, HINTS), &format!("annotation {HINTS} is deprecated, please use {newer} instead"));
    addresses(found, "clusterIPs");
    let ignored = "is ignored for headless services";
    told(found, is_headless && has(spec, "loadBalancerIP"), &format!("spec.loadBalancerIP {ignored}"));
    told(found, is_headless && !outside.is_empty(), &format!("spec.externalIPs {ignored}"));
    told(found, is_headless && text(spec, "sessionAffinity") != "None", &format!("spec.SessionAffinity {ignored}"));
    addresses(found, "externalIPs");
    let deprecated = "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
    told(found, !outside.is_empty() && !is_headless && !is_outside, deprecated);
    address(found, "spec.loadBalancerIP", text(spec, "loadBalancerIP"));
    for (index, given) in texts(list(spec, "loadBalancerSourceRanges")).enumerate() {
        range(found, &format!("spec.loadBalancerSourceRanges[{index}]"), given);
    }
    let by_type = "is ignored when spec.type is";
    told(found, is_outside && !outside.is_empty(), &format!("spec.externalIPs {by_type} \"ExternalName\""));
    told(found, !is_outside && has(spec, "externalName"), &format!("spec.externalName {by_type} not \"ExternalName\""));
    if text(spec, "trafficDistribution") == "PreferClose" {
        found.warn("spec.trafficDistribution", "\"PreferClose\" is deprecated; use \"PreferSameZone\"");
    }
}

const HINTS: &str = "service.kubernetes.io/topology-aware-hints";

fn ip_block(found: &mut Errors<'_>, it: &Value) {
    found.within("ipBlock", |found| {
        range(found, "cidr", text(it, "cidr"));
        for (index, except) in texts(list(it, "except")).enumerate() {
            range(found, &format!("except[{index}]"), except);
        }
    });
}

/// Warns of a range of addresses of six parts that others would write in another way.
fn range(found: &mut Errors<'_>, field: &str, given: &str) {
    let Some((start, length)) = given.split_once('/') else { return };
    if let Some(canonical) = names::other_form(start) {
        let (given, canonical) = (quoted(given), quoted(&format!("{canonical}/{length}")));
        found.warn(field, &format!("IPv6 CIDR value {given} should be in RFC 5952 canonical format ({canonical})"));
    }
}
