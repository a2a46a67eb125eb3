//! Fills a new namespace with what every namespace has; empties one that is being deleted, then lets it go
//! (`pkg/controller/serviceaccount`, `pkg/controller/certificates/rootcacertpublisher`, `pkg/controller/namespace/deletion`).

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::pods::is_terminal;
use super::{Desk, Work};
use crate::api::{Key, Kind, Namespace, NamespaceCondition, Object, Pod, Resource, kind};
use crate::cluster::{Change, ChangeKind, DeleteOptions, Store, of_namespace};

/// From a change to the look it wakes (`namespaceDeletionGracePeriod`).
const NOTICE: Duration = Duration::from_secs(5);
const SECOND: Duration = Duration::from_secs(1);
/// What finalizers are given (`finalizerEstimateSeconds`).
const FINALIZERS_PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks at what should not be there any more; upstream's grows up to a minute.
const RETRY: Duration = SECOND;

/// A namespace that is new or whose deletion has begun, and what a namespace cannot be without.
pub(super) fn observe(desk: &mut Desk<'_>, change: &Change) {
    match (&change.object, change.kind) {
        (Object::Namespace(namespace), ChangeKind::Added) => fill(desk, namespace.name()),
        (Object::Stored(it), ChangeKind::Deleted) if matches!(it.kind, Kind::ServiceAccount | Kind::ConfigMap) => {
            fill(desk, change.object.namespace());
        }
        _ => {}
    }
    if let Object::Namespace(namespace) = &change.object
        && change.kind == ChangeKind::Modified
        && namespace.is_terminating()
    {
        desk.later(NOTICE, Work::Namespace(namespace.key()));
    }
}

/// Creates what is missing; a namespace that is being deleted refuses it.
fn fill(desk: &mut Desk<'_>, name: &str) {
    for object in of_namespace(name) {
        if desk.cluster.store().object(&object.key()).is_none() {
            let _ = desk.cluster.create(object);
        }
    }
}

/// Deletes what is in it, its pods first, then lets it go (`deletion/namespaced_resources_deleter.go`).
pub(super) fn sync(desk: &mut Desk<'_>, key: &Key) {
    let (store, name) = (desk.cluster.store(), &*key.name);
    let Some(namespace) = store.at::<Namespace>(key).filter(|namespace| namespace.is_terminating()).cloned() else {
        return;
    };
    let patience = pods_patience(store, &namespace, desk.cluster.now());
    let kinds = [kind::ALL, &desk.cluster.custom_kinds()].concat();
    let (pods, others): (Vec<Kind>, Vec<Kind>) =
        kinds.into_iter().filter(|kind| kind.is_namespaced()).partition(|kind| *kind == Kind::Pod);
    let mut left = empty(desk, name, &pods);
    let conditions = if left.is_empty() {
        left = empty(desk, name, &others);
        conditions(&left)
    } else {
        conditions(&[])
    };
    if left.is_empty() {
        desk.cluster.finalize_namespace(name);
        return;
    }
    tell(desk, namespace, conditions);
    let wait = match patience {
        0 if left.iter().all(|object| finalizers(object).is_empty()) => RETRY,
        0 => FINALIZERS_PATIENCE / 2 + SECOND,
        seconds => Duration::from_secs(seconds / 2) + SECOND,
    };
    desk.later(wait, Work::Namespace(key.clone()));
}

/// Deletes everything of these kinds. Gives what is still there.
fn empty(desk: &mut Desk<'_>, name: &str, kinds: &[Kind]) -> Vec<Object> {
    let inside = |desk: &Desk<'_>| {
        let store = desk.cluster.store();
        let of = |kind: &Kind| store.objects(*kind).filter(|object| object.namespace() == name).cloned().collect::<Vec<_>>();
        kinds.iter().flat_map(of).collect::<Vec<Object>>()
    };
    for object in inside(desk) {
        let _ = desk.cluster.delete(&object.key(), &DeleteOptions::default());
    }
    inside(desk)
}

/// For how many seconds its pods may take their leave, counted from the beginning of the deletion; 0 once they are over.
fn pods_patience(store: &Store, namespace: &Namespace, now: Timestamp) -> u64 {
    let grace = |pod: &Rc<Pod>| pod.spec.as_ref().and_then(|spec| spec.termination_grace_period_seconds).unwrap_or(0);
    let inside = store.list::<Pod>().filter(|pod| pod.namespace() == namespace.name() && !is_terminal(pod));
    let longest = inside.map(grace).max().unwrap_or(0);
    let begun = namespace.metadata.deletion_timestamp.as_ref().map_or(now, |time| time.0);
    let is_over = now.duration_since(begun).as_secs() >= longest;
    if is_over { 0 } else { longest.unsigned_abs() }
}

fn finalizers(object: &Object) -> &[String] {
    object.head().finalizers()
}

/// What the namespace says of its deletion (`deletion/status_condition_utils.go`).
fn conditions(left: &[Object]) -> [(&'static str, &'static str, String); 5] {
    let counted = |names: Vec<String>, between: &str| {
        let mut names = names;
        names.sort();
        let each = names.chunk_by(|a, b| a == b);
        let texts = each.map(|alike| format!("{}{between}{} resource instances", alike[0], alike.len()));
        texts.collect::<Vec<_>>().join(", ")
    };
    let resource = |object: &Object| format!("{}.{}", object.kind().plural(), object.kind().group());
    let kinds = counted(left.iter().map(resource).collect(), " has ");
    let held_by = counted(left.iter().flat_map(finalizers).cloned().collect(), " in ");
    let remain = match kinds.as_str() {
        "" => ("NamespaceContentRemaining", "ContentRemoved", "All content successfully removed".to_owned()),
        _ => ("NamespaceContentRemaining", "SomeResourcesRemain", format!("Some resources are remaining: {kinds}")),
    };
    let held = match held_by.as_str() {
        "" => (
            "NamespaceFinalizersRemaining",
            "ContentHasNoFinalizers",
            "All content-preserving finalizers finished".to_owned(),
        ),
        _ => (
            "NamespaceFinalizersRemaining",
            "SomeFinalizersRemain",
            format!("Some content in the namespace has finalizers remaining: {held_by}"),
        ),
    };
    let fine = |kind, reason, message: &str| (kind, reason, message.to_owned());
    [
        fine("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
        fine(
            "NamespaceDeletionGroupVersionParsingFailure",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        fine(
            "NamespaceDeletionContentFailure",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        remain,
        held,
    ]
}

/// Writes the conditions, if they are not what they were.
fn tell(desk: &mut Desk<'_>, mut namespace: Rc<Namespace>, conditions: [(&'static str, &'static str, String); 5]) {
    let now = desk.cluster.now_in_seconds();
    let status = Rc::make_mut(&mut namespace).status.get_or_insert_default();
    let before = status.conditions.take().unwrap_or_default();
    let written = conditions.map(|(kind, reason, message)| {
        let status = if reason.starts_with("Some") { "True" } else { "False" };
        let since = before.iter().find(|it| it.type_ == kind && it.status == status);
        NamespaceCondition {
            type_: kind.to_owned(),
            status: status.to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message),
            last_transition_time: since.map_or_else(|| Some(now.clone()), |it| it.last_transition_time.clone()),
        }
    });
    status.conditions = Some(written.into());
    let _ = desk.cluster.update_status(namespace);
}
