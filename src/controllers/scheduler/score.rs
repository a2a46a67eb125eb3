//! Which of the nodes that can take a pod is best: each plugin gives marks up to a hundred, which count by its weight
//! (`apis/config/v1/default_plugins.go`; without `ImageLocality`: virtual images are everywhere).

use super::case::{Case, Scene};
use super::nodes::NodeInfo;
use super::{node_affinity, node_resources, pod_affinity, taint_toleration, topology_spread};

/// The best mark (`kube-scheduler/framework` `MaxNodeScore`).
pub(super) const MOST: i64 = 100;

/// Marks for the nodes, in their order.
type Score = fn(&Case<'_>, Scene<'_>, &[&NodeInfo]) -> Vec<i64>;

/// The plugins that give marks, with their weights.
const SCORES: [(i64, Score); 6] = [
    (3, taint_toleration::score),
    (2, node_affinity::score),
    (1, node_resources::score_least_allocated),
    (2, topology_spread::score),
    (2, pod_affinity::score),
    (1, node_resources::score_balance),
];

/// The places of the best nodes, all equally good.
pub(super) fn best(scene: Scene<'_>, case: &Case<'_>, nodes: &[&NodeInfo]) -> Vec<usize> {
    let mut totals = vec![0; nodes.len()];
    for (weight, score) in SCORES {
        for (total, mark) in totals.iter_mut().zip(score(case, scene, nodes)) {
            *total += weight * mark;
        }
    }
    let highest = totals.iter().max().copied();
    (0..totals.len()).filter(|place| Some(totals[*place]) == highest).collect()
}

/// Which counts are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Best {
    /// High ones.
    Most,
    /// Low ones.
    Least,
}

/// Marks of counts, none of them negative: the highest count is all or nothing (`plugins/helper/normalize_score.go`).
pub(super) fn normalise(mut counts: Vec<i64>, best: Best) -> Vec<i64> {
    let highest = counts.iter().max().copied().unwrap_or(0);
    for count in &mut counts {
        let share = if highest > 0 { MOST * *count / highest } else { 0 };
        *count = if best == Best::Most { share } else { MOST - share };
    }
    counts
}
