//! The values of flags, as far as they can be known.

use std::collections::BTreeSet;

use super::kubectl::{Typed, VERBS, images};
use super::{Found, paths, strings};
use crate::api::{Kind, Object, kind};
use crate::kubectl::{container_names, selectable_fields, selected_field};

/// What the value of a flag could become.
pub(super) fn of_flag(flag: &str, word: &str, typed: &Typed<'_>) -> Found {
    let verb = typed.command.split(' ').next().unwrap_or_default();
    let behind_comma = word.rfind(',').map_or(0, |at| at + 1);
    let found = match flag {
        "filename" if verb != "logs" => {
            let (at, mut names) = paths(typed.shell, word, false);
            names.retain(|name| [".yaml", ".yml", ".json", "/"].iter().any(|ending| name.ends_with(ending)));
            return (at, names);
        }
        "patch-file" | "from-file" | "from-env-file" | "cert" | "key" => {
            let at = word.find('=').map_or(0, |at| at + 1);
            let (inside, names) = paths(typed.shell, &word[at..], false);
            return (at + inside, names);
        }
        "selector" | "pod-selector" | "label-columns" => return (behind_comma, labels(flag, typed)),
        "field-selector" => {
            let (at, fields) = fields(&word[behind_comma..], typed);
            return (behind_comma + at, fields);
        }
        "namespace" => typed.names(Kind::Namespace),
        "container" | "containers" => typed.named().map(container_names).unwrap_or_default(),
        "for" if verb == "events" => match word.split_once('/') {
            Some((given, _)) => {
                let kind = Kind::named(given, &typed.sim.cluster().custom_kinds());
                return (given.len() + 1, kind.map(|kind| typed.names(kind)).unwrap_or_default());
            }
            None => typed.kinds().into_iter().map(|kind| kind + "/").collect(),
        },
        "image" => images(typed),
        "revision" | "to-revision" => revisions(typed),
        "role" => typed.names(Kind::Role),
        "clusterrole" => typed.names(Kind::ClusterRole),
        "serviceaccount" => {
            let all = typed.sim.cluster().store().objects(Kind::ServiceAccount);
            all.map(|account| format!("{}:{}", account.namespace(), account.name())).collect()
        }
        "from" if verb == "create" => prefixed("cronjob/", typed.names(Kind::CronJob)),
        "class" => typed.names(Kind::IngressClass),
        "resource" => return (behind_comma, typed.kinds()),
        "verb" | "verbs" => return (behind_comma, strings(VERBS)),
        "api-group" => {
            let groups: BTreeSet<&str> = kind::ALL.iter().map(|kind| kind.group()).collect();
            groups.into_iter().filter(|group| !group.is_empty()).map(str::to_owned).collect()
        }
        "output" => strings(formats(&typed.command)),
        "sort-by" => strings(match verb {
            "api-resources" => "kind name",
            "top" => "cpu memory",
            _ => ".lastTimestamp .metadata.creationTimestamp .metadata.name .spec.nodeName .status.startTime",
        }),
        "type" => strings(match typed.command.as_str() {
            "expose" => "ClusterIP LoadBalancer NodePort",
            "create secret generic" => "Opaque kubernetes.io/basic-auth kubernetes.io/ssh-auth",
            _ => "json merge strategic",
        }),
        flag => strings(known(flag)),
    };
    (0, found)
}

/// What flags take that are the same everywhere.
fn known(flag: &str) -> &'static str {
    match flag {
        "as" | "user" => "kubernetes-admin",
        "cascade" => "background foreground orphan",
        "categories" => "all api-extensions",
        "cluster" => "kubernetes",
        "context" => "kubernetes-admin@kubernetes",
        "dry-run" => "client none server",
        "for" => "condition=Available condition=Ready create delete jsonpath=",
        "image-pull-policy" => "Always IfNotPresent Never",
        "preemption-policy" => "Never PreemptLowerPriority",
        "protocol" => "SCTP TCP UDP",
        "restart" => "Always Never OnFailure",
        "session-affinity" => "ClientIP None",
        "subresource" => "scale status",
        "types" => "Normal Warning",
        "validate" => "ignore strict warn",
        _ => "",
    }
}

/// The formats that a command prints in.
fn formats(command: &str) -> &'static str {
    match command {
        "get" => {
            "custom-columns= custom-columns-file= go-template= go-template-file= json jsonpath= jsonpath-as-json= jsonpath-file= \
             name wide yaml"
        }
        "api-resources" => "json name wide yaml",
        "config get-contexts" | "delete" => "name",
        "explain" => "plaintext plaintext-openapiv2",
        "version" => "json yaml",
        _ => "go-template= go-template-file= json jsonpath= jsonpath-as-json= jsonpath-file= name yaml",
    }
}

fn prefixed(prefix: &str, names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| [prefix, &name].concat()).collect()
}

/// The labels of the objects that are meant, with their values where those are asked for.
fn labels(flag: &str, typed: &Typed<'_>) -> Vec<String> {
    let kind = typed.kind().filter(|_| flag != "pod-selector").unwrap_or(Kind::Pod);
    let all = typed.seen(kind).flat_map(|object| object.meta().labels.iter().flatten());
    all.map(|(key, value)| if flag == "label-columns" { key.clone() } else { format!("{key}={value}") }).collect()
}

/// The fields that objects can be selected by; behind `=` what is there.
fn fields(word: &str, typed: &Typed<'_>) -> Found {
    let kind = typed.kind().unwrap_or(Kind::Pod);
    let Some((field, _)) = word.split_once('=') else {
        return (0, strings(selectable_fields(kind)).into_iter().map(|field| field + "=").collect());
    };
    let at = field.len() + 1 + usize::from(word[field.len() + 1..].starts_with('='));
    let field = field.trim_end_matches('!');
    let of_objects = typed.seen(kind).map(|object| selected_field(object, field)).filter(|value| !value.is_empty());
    let mut found: Vec<String> = of_objects.collect();
    match field {
        "spec.nodeName" => found.extend(typed.names(Kind::Node)),
        "status.phase" if kind == Kind::Pod => found.extend(strings("Failed Pending Running Succeeded")),
        "type" => found.extend(strings("Normal Warning")),
        _ => {}
    }
    (at, found)
}

/// The revisions of the object whose rollout it is about.
fn revisions(typed: &Typed<'_>) -> Vec<String> {
    const OF_DEPLOYMENTS: &str = "deployment.kubernetes.io/revision";
    let Some(object) = typed.named() else { return vec![] };
    let uid = object.meta().uid.as_ref();
    let is_its = |other: &&Object| other.meta().owner_references.iter().flatten().any(|owner| Some(&owner.uid) == uid);
    let revision = |of: &Object| match of {
        Object::ControllerRevision(it) => Some(it.revision.to_string()),
        of => of.meta().annotations.as_ref()?.get(OF_DEPLOYMENTS).cloned(),
    };
    let kinds = [Kind::ControllerRevision, Kind::ReplicaSet];
    kinds.into_iter().flat_map(|kind| typed.seen(kind)).filter(is_its).filter_map(revision).collect()
}
