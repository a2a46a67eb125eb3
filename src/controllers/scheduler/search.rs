//! One look for a node (`pkg/scheduler/schedule_one.go` `findNodesThatFitPod`, `prioritizeNodes`).

use std::rc::Rc;

use super::case::{Case, Scene};
use super::failure::{counted, unavailable};
use super::node_affinity::{Pin, pin};
use super::nodes::NodeInfo;
use super::nominated::nominated_node;
use super::plugins::{NODE_AFFINITY, PLUGINS, Refusals, Rejection, judge};
use super::score;

/// So many nodes that can take a pod are always enough to choose from, and at least this many of a hundred.
const ENOUGH: usize = 100;
const ENOUGH_OF_A_HUNDRED: usize = 5;

/// Why there is no node.
pub(super) enum Failure {
    /// There is none at all.
    NoNodes,
    /// The pod's terms of node names contradict themselves.
    Contradiction,
    /// Every node that was looked at refused it.
    Refused {
        rejections: Vec<(Rc<NodeInfo>, Rejection)>,
        /// Which nodes were looked at.
        scope: Scope,
        /// The plugin for which the node that was cleared for the pod is not to be had.
        nominated: Option<usize>,
    },
}

/// Which nodes are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All.
    All,
    /// Only those that the pod is pinned to.
    Pinned,
}

/// The best nodes for a pod, all equally good, or why there is none; and how many were looked at, beginning with the node at
/// place `start`.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn search(scene: Scene<'_>, case: &Case<'_>, start: usize) -> (usize, Result<Vec<Rc<NodeInfo>>, Failure>) {
    let total = scene.nodes.len();
    if total == 0 {
        return (0, Err(Failure::NoNodes));
    }
    let (scope, nodes): (Scope, Vec<&Rc<NodeInfo>>) = match pin(case.spec) {
        Pin::Nowhere => return (0, Err(Failure::Contradiction)),
        Pin::At(node) => (Scope::Pinned, scene.nodes.at(node).into_iter().collect()),
        Pin::To(names) => (Scope::Pinned, names.into_iter().filter_map(|name| scene.nodes.get(name)).collect()),
        Pin::Free => (Scope::All, scene.nodes.iter().collect()),
    };
    // The node that was cleared for it is likely the only one.
    let mut against_nominated = None;
    if let Some(nominated) = nominated_node(case.pod).and_then(|name| scene.nodes.get(name)) {
        match judge(scene, case, nominated) {
            None => return (1, Ok(vec![Rc::clone(nominated)])),
            Some(rejection) => against_nominated = Some(rejection.by),
        }
    }
    let enough = enough(nodes.len());
    let (mut feasible, mut rejections) = (vec![], vec![]);
    for place in 0..nodes.len() {
        let info = nodes[(start + place) % nodes.len()];
        match judge(scene, case, info) {
            Some(rejection) => rejections.push((Rc::clone(info), rejection)),
            None => feasible.push(info),
        }
        if feasible.len() == enough {
            break;
        }
    }
    let seen = feasible.len() + rejections.len();
    let found = match feasible.as_slice() {
        [] => Err(Failure::Refused { rejections, scope, nominated: against_nominated }),
        [only] => Ok(vec![Rc::clone(only)]),
        _ => {
            let infos: Vec<&NodeInfo> = feasible.iter().map(|info| &***info).collect();
            Ok(score::best(scene, case, &infos).into_iter().map(|place| Rc::clone(feasible[place])).collect())
        }
    };
    (seen, found)
}

/// How many nodes that can take a pod are enough (`numFeasibleNodesToFind`): the fewer of a hundred, the more there are.
fn enough(total: usize) -> usize {
    let of_a_hundred = 50_usize.saturating_sub(total / 125).max(ENOUGH_OF_A_HUNDRED);
    (total * of_a_hundred / 100).max(ENOUGH)
}

impl Failure {
    /// The nodes that refused the pod, if any was asked.
    pub(super) fn rejections(&self) -> Option<&[(Rc<NodeInfo>, Rejection)]> {
        if let Failure::Refused { rejections, .. } = self { Some(rejections) } else { None }
    }

    /// The plugins that refused it.
    pub(super) fn refused_by(&self) -> Refusals {
        let mut all = Refusals::default();
        if matches!(self, Failure::Contradiction | Failure::Refused { scope: Scope::Pinned, .. }) {
            all.insert(NODE_AFFINITY);
        }
        self.rejections().into_iter().flatten().for_each(|(_, rejection)| all.insert(rejection.by));
        all
    }

    /// Whether the pod still waits for the node that was cleared for it.
    pub(super) const fn keeps_nomination(&self) -> bool {
        matches!(self, Failure::Contradiction)
    }

    /// What the pod is told, in a cluster of so many nodes.
    pub(super) fn message(&self, total: usize) -> String {
        match self {
            Failure::NoNodes => "no nodes available to schedule pods".to_owned(),
            // `DynamicResources` was not asked before and misses its notes (`PostFilter`): that is what "not found" says.
            Failure::Contradiction => unavailable(total, "pod affinity terms conflict") + " not found",
            Failure::Refused { rejections, nominated, .. } => {
                let reasons = rejections.iter().flat_map(|(_, rejection)| &rejection.reasons);
                // Upstream puts both into one set, before it looks at the others.
                let mut plugins = vec![PLUGINS[NODE_AFFINITY].name];
                plugins.extend(nominated.map(|by| PLUGINS[by].name).filter(|name| *name != plugins[0]));
                plugins.sort_unstable();
                let others = format!("node(s) didn't satisfy plugin(s) [{}]", plugins.join(" "));
                let others = (others, total - rejections.len());
                unavailable(total, &counted(reasons.map(|reason| (reason.clone(), 1)).chain([others])))
            }
        }
    }
}
