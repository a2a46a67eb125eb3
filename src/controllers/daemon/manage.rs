//! Pods that are missing are created, pods that are too many are deleted (`manage`, `podsShouldBeOnNode`, `syncNodes`).

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::super::owner;
use super::super::pods::{is_available, is_terminal, phase};
use super::super::{Desk, Work};
use super::ledger::{Errand, Ledger, pods_for};
use super::placement::{self, Placement};
use super::{Controller, View, min_ready_seconds};
use crate::api::sorted::SortedMap;
use crate::api::{DaemonSet, Head, Key, Object, Pod, Resource};
use crate::cluster::Reason;
use crate::sim::SimTime;

/// How many pods one sync creates and how many it deletes, at most (`BurstReplicas`).
pub(super) const BURST: usize = 250;
/// The first and the longest wait before a failed pod is deleted again.
const FAILED_BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15 * 60));
/// A node whose pods have not failed for this long starts again with the first wait.
const FAILED_FORGIVEN: Duration = Duration::from_secs(2 * 15 * 60);

/// What a sync is going to do.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Nodes that get a pod.
    pub(super) create: Vec<Key>,
    /// Pods that go.
    pub(super) delete: Vec<Key>,
}

/// When failed pods of a DaemonSet on a node were deleted, and how long the next one has to wait.
pub(super) type FailedPods = SortedMap<(String, String), (SimTime, Duration)>;

/// What has to be done at a node that has not, or not only, what it should have.
#[cfg_attr(quick, optimize(speed))]
pub(super) fn errand(view: &View, placement: Option<Placement>, pods: &[&Rc<Pod>], now: Timestamp) -> Option<Errand> {
    let mut live = pods.iter().filter(|pod| !pod.is_terminating());
    let Some(placement) = placement else {
        return live.any(|pod| !pod.is_bound()).then_some(Errand::Forget);
    };
    if !placement.should_continue {
        return live.next().map(|_| Errand::Tidy);
    }
    if placement.should_run && pods.is_empty() {
        return Some(Errand::Fill);
    }
    if let ([only], Some(pod)) = (pods, live.clone().next())
        && Rc::ptr_eq(only, pod)
        && !is_terminal(pod)
    {
        // As on almost every node: one pod, and alive.
        return None;
    }
    let (ended, running): (Vec<&Rc<Pod>>, Vec<&Rc<Pod>>) = live.partition(|pod| is_terminal(pod));
    let is_untidy =
        !ended.is_empty() || lacks_surge(view, placement, &running) || !superfluous(view, running, now).is_empty();
    is_untidy.then_some(Errand::Tidy)
}

/// Whether a node gets a pod because its own is on its way out: while surging that is no reason to wait.
fn lacks_surge(view: &View, placement: Placement, running: &[&Rc<Pod>]) -> bool {
    running.is_empty() && placement.should_run && super::rolling_update::allows_surge(&view.ds)
}

impl Controller {
    /// Brings every node to what it should have.
    pub(super) fn manage(&mut self, desk: &mut Desk<'_>, view: &View, ledger: &Ledger) {
        let mut plan = Plan::default();
        plan.create.extend(ledger.nodes(Errand::Fill).take(BURST).cloned());
        for node in ledger.nodes(Errand::Tidy) {
            if let Some(placement) = ledger.placement(node) {
                self.tidy(desk, view, node, placement, &mut plan);
            }
        }
        plan.create.sort();
        for node in ledger.nodes(Errand::Forget) {
            let pods = pods_for(desk.cluster.store(), &view.ds, node).into_iter();
            plan.delete.extend(pods.filter(|pod| !pod.is_bound() && !pod.is_terminating()).map(|pod| pod.key()));
        }
        self.sync_nodes(desk, view, plan);
    }

    fn tidy(&mut self, desk: &mut Desk<'_>, view: &View, node: &Key, placement: Placement, plan: &mut Plan) {
        let pods: Vec<Rc<Pod>> = pods_for(desk.cluster.store(), &view.ds, node).into_iter().cloned().collect();
        if !placement.should_continue {
            plan.delete.extend(pods.iter().filter(|pod| !pod.is_terminating()).map(|pod| pod.key()));
            return;
        }
        let running = self.dismiss_ended(desk, view, &node.name, &pods, plan);
        if lacks_surge(view, placement, &running) {
            plan.create.push(node.clone());
        }
        plan.delete.extend(superfluous(view, running, desk.cluster.now()));
    }

    /// Deletes pods that have ended, failed ones with a growing wait; says which have not.
    fn dismiss_ended<'a>(
        &mut self,
        desk: &mut Desk<'_>,
        view: &View,
        node: &str,
        pods: &'a [Rc<Pod>],
        plan: &mut Plan,
    ) -> Vec<&'a Rc<Pod>> {
        let mut running = vec![];
        for pod in pods.iter().filter(|pod| !pod.is_terminating()) {
            match phase(pod) {
                "Failed" => {
                    if let Some(wait) = self.failed_pod_wait(desk.now, &view.ds, node) {
                        desk.later(wait, Work::DaemonSetLater(view.ds.key()));
                        continue;
                    }
                    let message = format!(
                        "Found failed daemon pod {}/{} on node {node}, will try to kill it",
                        pod.namespace(),
                        pod.name()
                    );
                    owner::tell(desk, &Rc::clone(&view.ds).into(), Reason::Warning("FailedDaemonPod"), &message);
                    plan.delete.push(pod.key());
                }
                "Succeeded" => {
                    let message = format!(
                        "Found succeeded daemon pod {}/{} on node {node}, will try to delete it",
                        pod.namespace(),
                        pod.name()
                    );
                    owner::tell(desk, &Rc::clone(&view.ds).into(), Reason::Normal("SucceededDaemonPod"), &message);
                    plan.delete.push(pod.key());
                }
                _ => running.push(pod),
            }
        }
        running
    }

    /// How much longer a failed pod has to wait; nothing if it may go now.
    fn failed_pod_wait(&mut self, now: SimTime, ds: &DaemonSet, node: &str) -> Option<Duration> {
        let key = failed_key(ds, node);
        let (last, wait) = self.failed_pods.get(&key).copied().unwrap_or((SimTime::ZERO, Duration::ZERO));
        let idle = now - last;
        if idle < wait {
            return Some(wait - idle);
        }
        let next =
            if idle > FAILED_FORGIVEN { FAILED_BACKOFF.0 } else { (wait * 2).clamp(FAILED_BACKOFF.0, FAILED_BACKOFF.1) };
        self.failed_pods.insert(key, (now, next));
        None
    }

    /// When a failed pod on a node is deleted again.
    pub(in crate::controllers) fn failed_pod_until(&self, ds: &DaemonSet, node: &str) -> Option<SimTime> {
        self.failed_pods.get(&failed_key(ds, node)).map(|(last, wait)| *last + *wait)
    }

    /// Carries out a plan, as much of it as one sync may.
    pub(super) fn sync_nodes(&mut self, desk: &mut Desk<'_>, view: &View, mut plan: Plan) {
        plan.create.truncate(BURST);
        plan.delete.truncate(BURST);
        if plan.create.is_empty() && plan.delete.is_empty() {
            return;
        }
        if desk.cluster.store().is_large() {
            desk.cluster.store().fetch_nodes(&plan.create);
            desk.cluster.fetch_pods(plan.delete.iter());
        }
        let this = Object::from(Rc::clone(&view.ds));
        let draft = draft(view, &this);
        let pod = |place: usize| {
            let mut pod = draft.clone();
            pod.spec.get_or_insert_default().pin_to(plan.create[place].clone());
            pod
        };
        let created = owner::carry_out(desk, &this, &mut self.expectations, (plan.create.len(), &pod), &plan.delete);
        if let Some(wait) = self.failures.note(&view.ds.key(), &created) {
            desk.later(wait, Work::DaemonSetLater(view.ds.key()));
        }
    }
}

fn failed_key(ds: &DaemonSet, node: &str) -> (String, String) {
    let generation = ds.status.as_ref().and_then(|status| status.observed_generation).unwrap_or(0);
    (format!("{}/{generation}", ds.uid()), node.to_owned())
}

/// Of the live pods on a node, those beyond what it should have.
fn superfluous(view: &View, mut running: Vec<&Rc<Pod>>, now: Timestamp) -> Vec<Key> {
    if running.len() < 2 {
        return vec![];
    }
    running.sort_by(|a, b| by_age(a, b));
    if !super::rolling_update::allows_surge(&view.ds) {
        return running[1..].iter().map(|pod| pod.key()).collect();
    }
    // While surging a node may have one pod of each revision: the old one until the new one is available.
    let is_new = |pod: &&&Rc<Pod>| pod.label("controller-revision-hash") == Some(&view.hash);
    let newest: Vec<_> = running.iter().filter(is_new).collect();
    let older: Vec<_> = running.iter().filter(|pod| !is_new(pod)).collect();
    let mut excess: Vec<Key> = newest.iter().skip(1).chain(older.iter().skip(1)).map(|pod| pod.key()).collect();
    if let (Some(new), Some(old)) = (newest.first(), older.first())
        && (!old.is_ready() || is_available(new, min_ready_seconds(&view.ds), now))
    {
        excess.push(old.key());
    }
    excess
}

/// Scheduled pods before others, then the older, then by name (`podByCreationTimestampAndPhase`).
pub(super) fn by_age(a: &Pod, b: &Pod) -> std::cmp::Ordering {
    let created = |pod: &Pod| pod.metadata.created_at().cloned();
    b.is_bound().cmp(&a.is_bound()).then_with(|| created(a).cmp(&created(b))).then_with(|| a.name().cmp(b.name()))
}

/// The pods of a DaemonSet: its template, the labels of its revision, the added tolerations. Each is to be pinned to its node.
pub(super) fn draft(view: &View, this: &Object) -> Pod {
    let template = view.ds.spec.as_ref().map(|spec| spec.template.clone()).unwrap_or_default();
    let mut pod = owner::pod_of(&template, this);
    let labels = pod.metadata.labels.get_or_insert_default();
    labels.insert("controller-revision-hash".to_owned(), view.hash.clone());
    labels.insert("pod-template-generation".to_owned(), view.generation.clone());
    let spec = pod.spec.get_or_insert_default();
    spec.tolerations = Some(placement::tolerations(spec));
    pod
}
