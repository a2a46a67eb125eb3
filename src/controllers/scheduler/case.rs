//! A pod that looks for a node, with all that has to be found out only once (upstream: `PreFilter` and `CycleState`).

use std::rc::Rc;

use super::nodes::{NodeInfo, Nodes};
use super::nominated::Nominated;
use super::pod_affinity::Affinity;
use super::resources::Resources;
use super::topology_spread::Spread;
use crate::api::pod::Spec;
use crate::api::{Pod, Resource};
use crate::cluster::Store;

/// The cluster as a scheduling attempt sees it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) store: &'a Store,
    pub(super) nodes: &'a Nodes,
    pub(super) nominated: &'a Nominated,
}

/// A pod that looks for a node.
#[derive(Clone)]
pub(super) struct Case<'a> {
    pub(super) store: &'a Store,
    pub(super) pod: &'a Pod,
    pub(super) spec: &'a Spec,
    pub(super) requested: Resources,
    pub(super) spread: Spread,
    pub(super) affinity: Affinity,
}

impl<'a> Case<'a> {
    /// What is known of a pod; nothing if it has no spec.
    pub(super) fn of(scene: Scene<'a>, pod: &'a Pod) -> Option<Case<'a>> {
        let spec = pod.spec.as_ref()?;
        Some(Case {
            store: scene.store,
            pod,
            spec,
            requested: Resources::requested(spec.common()),
            spread: Spread::of(scene, pod, spec),
            affinity: Affinity::of(scene, pod),
        })
    }

    /// Puts a pod on the node of a what-if.
    pub(super) fn add(&mut self, info: &mut NodeInfo, pod: &Rc<Pod>) {
        info.add(pod);
        self.count(info, pod, 1);
    }

    /// Takes a pod off the node of a what-if.
    pub(super) fn remove(&mut self, info: &mut NodeInfo, pod: &Pod) {
        info.remove(pod);
        self.count(info, pod, -1);
    }

    fn count(&mut self, info: &NodeInfo, other: &Pod, times: i64) {
        self.spread.count(self.pod, self.spec, other, &info.node, times);
        self.affinity.count(self.store, self.pod, other, &info.node, times);
    }
}

/// How important a pod is.
pub(super) fn priority(pod: &Pod) -> i32 {
    pod.spec.as_ref().and_then(|spec| spec.common().priority).unwrap_or(0)
}

/// Whether two are one and the same.
pub(super) fn is_same(a: &Pod, b: &Pod) -> bool {
    a.uid() == b.uid()
}
