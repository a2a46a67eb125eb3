//! Pods that wait for their victims to leave a node: others count them as if they were there
//! (`pkg/scheduler/backend/queue/nominator.go`).

use std::rc::Rc;

use crate::api::sorted::SortedMap;
use crate::api::{Key, Pod, Resource};
use crate::cluster::Store;

/// Which pods wait for which node.
#[derive(Clone, Debug, Default)]
pub(super) struct Nominated(SortedMap<String, Vec<Key>>);

impl Nominated {
    /// All there are in the store.
    pub(super) fn of(store: &Store) -> Nominated {
        let mut nominated = Nominated::default();
        store.list::<Pod>().filter(|pod| !pod.is_bound()).for_each(|pod| nominated.observe(None, Some(pod)));
        nominated
    }

    /// Takes notice of a change of a pod; `after` is nothing where it has gone or found its node.
    pub(super) fn observe(&mut self, before: Option<&Rc<Pod>>, after: Option<&Rc<Pod>>) {
        if let Some((node, pod)) = before.and_then(|pod| Some((nominated_node(pod)?, pod)))
            && let Some(pods) = self.0.get_mut(node)
        {
            pods.retain(|other| *other != pod.key());
            if pods.is_empty() {
                self.0.remove(node);
            }
        }
        if let Some((node, pod)) = after.and_then(|pod| Some((nominated_node(pod)?, pod))) {
            let pods = self.0.entry(node.to_owned(), Vec::new);
            pods.retain(|other| *other != pod.key());
            pods.push(pod.key());
        }
    }

    /// The pods that wait for a node.
    pub(super) fn on<'a>(&'a self, store: &'a Store, node: &str) -> impl Iterator<Item = &'a Rc<Pod>> {
        let keys = self.0.get(node).into_iter().flatten();
        keys.filter_map(|key| store.at::<Pod>(key))
    }
}

/// The node that a pod waits for.
#[inline]
pub(super) fn nominated_node(pod: &Pod) -> Option<&str> {
    pod.status.as_ref()?.nominated_node_name().filter(|name| !name.is_empty())
}
