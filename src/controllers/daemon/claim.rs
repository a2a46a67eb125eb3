//! Whose pods and revisions are whose: orphans that match the selector are adopted, pods that no longer match are released.

use std::rc::Rc;

use super::super::Desk;
use super::super::owner::{self, selects};
use super::super::pods::is_terminal;
use super::ledger::Ledger;
use crate::api::selector::Selector;
use crate::api::{DaemonSet, Kind, Object, Resource};

/// Adopts and releases what is in the DaemonSet's namespace.
pub(super) fn claim(desk: &mut Desk<'_>, ds: &Rc<DaemonSet>, ledger: &Ledger) {
    let Some(selector) = ds.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok()) else {
        return;
    };
    let store = desk.cluster.store();
    let is_near = |object: &&Object| object.namespace() == ds.namespace() && selects(&selector, object);
    let pods = store.orphans().filter(|pod| pod.namespace() == ds.namespace() && !is_terminal(pod));
    let pods = pods.map(|pod| Object::from(Rc::clone(pod))).filter(|pod| selects(&selector, pod));
    let revisions = store.objects(Kind::ControllerRevision).filter(|it| it.head().controller().is_none());
    let revisions = revisions.filter(is_near).cloned();
    let misfits = ledger.misfits().filter_map(|pod| store.object(pod)).cloned();
    let candidates = pods.chain(revisions).chain(misfits).collect();
    owner::claim(desk, &Object::from(Rc::clone(ds)), candidates, &|object| selects(&selector, object));
}
