//! A pod that fits nowhere may have less important ones removed (`framework/preemption/preemption.go`,
//! `plugins/defaultpreemption/default_preemption.go`).

use std::cmp::Reverse;
use std::rc::Rc;

use super::case::{Case, Scene, priority};
use super::failure::{counted, unavailable};
use super::nodes::NodeInfo;
use super::nominated::nominated_node;
use super::plugins::{Cure, Rejection, judge};
use super::topology_spread::labels;
use crate::api::selector::Selector;
use crate::api::{Pod, PodDisruptionBudget, Resource, Time};
use crate::controllers::pods::condition;

/// The reason of the condition that a victim gets.
pub(super) const REASON: &str = "PreemptionByScheduler";
/// How many nodes to find victims on before the best is taken: a share of those in question, but not fewer
/// (`apis/config/v1/defaults.go` `SetDefaults_DefaultPreemptionArgs`).
const CANDIDATES: (usize, usize) = (10, 100);

/// What comes of it.
pub(super) enum Preemption {
    /// These make room on a node.
    Victims { node: String, victims: Vec<Rc<Pod>> },
    /// There is nobody to remove, in the scheduler's words.
    Hopeless(String),
    /// The pod must not, in the scheduler's words; what it was nominated for it keeps.
    NotEligible(String),
}

/// Victims on a node.
struct Candidate {
    node: String,
    /// By their importance, the highest first; there is one.
    victims: Vec<Rc<Pod>>,
    /// Those of them whose disruption budget is exhausted.
    violations: usize,
}

/// Looks for the node on which removing less important pods hurts least.
pub(super) fn preempt(scene: Scene<'_>, case: &Case<'_>, rejections: &[(Rc<NodeInfo>, Rejection)]) -> Preemption {
    if let Some(why) = not_eligible(scene, case, rejections) {
        return Preemption::NotEligible(why.to_owned());
    }
    let open: Vec<&Rc<NodeInfo>> =
        rejections.iter().filter(|(_, rejection)| rejection.cure == Cure::Preemption).map(|(info, _)| info).collect();
    let enough = (open.len() * CANDIDATES.0 / 100).max(CANDIDATES.1);
    let (mut candidates, mut reasons): (Vec<Candidate>, Vec<String>) = (vec![], vec![]);
    let mut tried = 0;
    for info in open {
        tried += 1;
        match candidate(scene, case, &info.node) {
            Ok(candidate) => candidates.push(candidate),
            Err(rejection) => reasons.extend(rejection.reasons),
        }
        if candidates.len() >= enough && candidates.iter().any(|candidate| candidate.violations == 0) {
            break;
        }
    }
    match candidates.into_iter().min_by_key(harm) {
        Some(Candidate { node, victims, .. }) => Preemption::Victims { node, victims },
        None => {
            let total = scene.nodes.len();
            let others = ("Preemption is not helpful for scheduling".to_owned(), total - tried);
            Preemption::Hopeless(unavailable(total, &counted(reasons.into_iter().map(|reason| (reason, 1)).chain([others]))))
        }
    }
}

/// Why the pod must not (`PodEligibleToPreemptOthers`).
fn not_eligible(scene: Scene<'_>, case: &Case<'_>, rejections: &[(Rc<NodeInfo>, Rejection)]) -> Option<&'static str> {
    if case.spec.preemption_policy.as_deref() == Some("Never") {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let (_, rejection) = rejections.iter().find(|(info, _)| Some(info.name()) == nominated_node(case.pod))?;
    if rejection.cure == Cure::None {
        return None;
    }
    let leaves = |other: &&Rc<Pod>| {
        other.is_terminating()
            && priority(other) < priority(case.pod)
            && condition(other, "DisruptionTarget").is_some_and(|it| it.status == "True" && it.reason == Some(REASON))
    };
    let mut pods = scene.store.pods_on(nominated_node(case.pod)?);
    pods.any(|pod| leaves(&pod)).then_some("not eligible due to a terminating pod on the nominated node.")
}

/// The fewest and least important pods to remove from a node, or why that does not help (`SelectVictimsOnNode`).
fn candidate(scene: Scene<'_>, case: &Case<'_>, node: &Rc<crate::api::Node>) -> Result<Candidate, Rejection> {
    let mut case = case.clone();
    // Put together anew: what the scheduler remembers of a node may lack when its pods started.
    let mut info = NodeInfo::of(scene.store, node);
    let weaker = by_importance(info.pods.iter().filter(|pod| priority(pod) < priority(case.pod)));
    if weaker.is_empty() {
        return Err(Rejection::new("No preemption victims found for incoming pod", Cure::None));
    }
    weaker.iter().for_each(|pod| case.remove(&mut info, pod));
    if let Some(rejection) = judge(scene, &case, &info) {
        return Err(rejection);
    }
    // The most important ones come back first, but before all others those who must not be disrupted.
    let (protected, others) = split_by_budgets(scene, &weaker);
    let violations_from = protected.len();
    let (mut victims, mut violations) = (vec![], 0);
    for (place, pod) in protected.into_iter().chain(others).enumerate() {
        case.add(&mut info, &pod);
        if judge(scene, &case, &info).is_some() {
            case.remove(&mut info, &pod);
            violations += usize::from(place < violations_from);
            victims.push(pod);
        }
    }
    Ok(Candidate { node: info.name().to_owned(), victims: by_importance(victims.iter()), violations })
}

/// The pods with the most important first: by priority, then by age (`pkg/scheduler/util/utils.go` `MoreImportantPod`).
fn by_importance<'a>(pods: impl Iterator<Item = &'a Rc<Pod>>) -> Vec<Rc<Pod>> {
    let rank = |pod: &Pod| (Reverse(priority(pod)), started(pod));
    let mut sorted: Vec<Rc<Pod>> = vec![];
    for pod in pods {
        let place = sorted.partition_point(|other| rank(other) <= rank(pod));
        sorted.insert(place, Rc::clone(pod));
    }
    sorted
}

/// Whether a pod has yet to start, and when it did.
type Start = (bool, Option<Time>);

/// When a pod started; one that has not comes after all others.
fn started(pod: &Pod) -> Start {
    let time = pod.status.as_ref().and_then(|status| status.start_time.clone());
    (time.is_none(), time)
}

/// The pods whose disruption budget does not allow it, and the others, each in their order
/// (`filterPodsWithPDBViolation`).
fn split_by_budgets(scene: Scene<'_>, pods: &[Rc<Pod>]) -> (Vec<Rc<Pod>>, Vec<Rc<Pod>>) {
    let mut budgets: Vec<(&PodDisruptionBudget, Selector, i32)> =
        scene.store.list::<PodDisruptionBudget>().filter_map(|budget| allowance(budget)).collect();
    let mut is_protected = |pod: &Rc<Pod>| {
        let mut violated = false;
        for (budget, selector, allowed) in &mut budgets {
            let disrupted = budget.status.as_ref().and_then(|status| status.disrupted_pods.as_ref());
            if budget.namespace() == pod.namespace()
                && selector.matches(labels(pod))
                && !disrupted.is_some_and(|pods| pods.contains_key(pod.name()))
            {
                *allowed -= 1;
                violated |= *allowed < 0;
            }
        }
        violated
    };
    pods.iter().cloned().partition(|pod| is_protected(pod))
}

/// A budget with whom it protects and how many of them may go. One without a selector, or with an empty one, protects nobody.
fn allowance(budget: &PodDisruptionBudget) -> Option<(&PodDisruptionBudget, Selector, i32)> {
    let selector = Selector::from_label_selector(budget.spec.as_ref()?.selector.as_ref()?).ok()?;
    let allowed = budget.status.as_ref().and_then(|status| status.disruptions_allowed).unwrap_or(0);
    (!selector.is_everything()).then_some((budget, selector, allowed))
}

/// What taking a candidate costs, the dearest first (`pickOneNodeForPreemption`): budgets violated, the most important victim,
/// the importance of all, their number, and how long the most important ones have been running.
fn harm(candidate: &Candidate) -> (usize, i32, i64, usize, Reverse<Start>) {
    let most = candidate.victims.iter().map(|pod| priority(pod)).max().unwrap_or(i32::MIN);
    // Shifted so that none is negative: more victims are never cheaper.
    let sum = candidate.victims.iter().map(|pod| i64::from(priority(pod)) + (1 << 31)).sum();
    let oldest = candidate.victims.iter().filter(|pod| priority(pod) == most).map(|pod| started(pod)).min();
    (candidate.violations, most, sum, candidate.victims.len(), Reverse(oldest.unwrap_or_default()))
}
