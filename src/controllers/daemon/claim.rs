//! Whose pods and revisions are whose: orphans that match the selector are adopted, pods that no longer match are released
//! (`pkg/controller/controller_ref_manager.go`).

use std::rc::Rc;

use super::super::Desk;
use super::super::pods::{controller_of, is_terminal};
use super::ledger::Ledger;
use crate::api::selector::Selector;
use crate::api::{ControllerRevision, DaemonSet, Kind, OwnerReference, Pod, Resource};

/// Adopts and releases what is in the DaemonSet's namespace.
pub(super) fn claim(desk: &mut Desk<'_>, ds: &DaemonSet, ledger: &Ledger) {
    let Some(selector) = ds.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok()) else {
        return;
    };
    let matches = |pod: &Pod| pod.metadata.labels.as_ref().is_some_and(|labels| selector.matches(labels));
    let store = desk.cluster.store();
    let adoptable = |pod: &&Rc<Pod>| {
        let free = controller_of(&***pod).is_none() && !pod.is_terminating() && !is_terminal(pod);
        free && pod.namespace() == ds.namespace() && matches(pod)
    };
    let is_free = |revision: &&Rc<ControllerRevision>| {
        let labels = revision.metadata.labels.as_ref();
        let matches = labels.is_some_and(|labels| selector.matches(labels));
        controller_of(&***revision).is_none()
            && revision.namespace() == ds.namespace()
            && matches
            && !revision.is_terminating()
    };
    let revisions: Vec<Rc<ControllerRevision>> = store.list::<ControllerRevision>().filter(is_free).cloned().collect();
    let adopted: Vec<Rc<Pod>> = store.orphans().filter(adoptable).cloned().collect();
    let released: Vec<Rc<Pod>> = ledger.misfits().filter_map(|pod| store.get(&pod.namespace, &pod.name)).cloned().collect();
    for mut pod in adopted {
        Rc::make_mut(&mut pod).metadata.owner_references = Some(vec![reference(ds)]);
        // A pod that changed meanwhile is claimed at the next look.
        let _ = desk.cluster.update(pod);
    }
    for mut revision in revisions {
        Rc::make_mut(&mut revision).metadata.owner_references = Some(vec![reference(ds)]);
        let _ = desk.cluster.update(revision);
    }
    for mut pod in released {
        Rc::make_mut(&mut pod).metadata.owner_references.get_or_insert_default().retain(|owner| owner.uid != ds.uid());
        let _ = desk.cluster.update(pod);
    }
}

/// What an object that `ds` controls says of its owner.
pub(super) fn reference(ds: &DaemonSet) -> OwnerReference {
    OwnerReference {
        api_version: Kind::DaemonSet.api_version().to_owned(),
        kind: Kind::DaemonSet.name().to_owned(),
        name: ds.name().to_owned(),
        uid: ds.uid().to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
    }
}
