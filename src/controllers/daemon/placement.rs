//! On which nodes a daemon pod belongs (`NodeShouldRunDaemonPod`). Resources and ports play no part here: they are the
//! scheduler's.

use crate::api::selector::{node_matches, untolerated};
use crate::api::{DaemonSet, Node, PodSpec, Resource, Toleration};

/// What a node means to a DaemonSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// A pod belongs here.
    pub should_run: bool,
    /// A pod that is here may stay.
    pub should_continue: bool,
}

/// The rules by which a DaemonSet judges nodes.
pub(super) struct Rules<'a> {
    spec: Option<&'a PodSpec>,
    tolerations: Vec<Toleration>,
}

impl<'a> Rules<'a> {
    /// The rules of a DaemonSet's template.
    pub(super) fn of(ds: &'a DaemonSet) -> Rules<'a> {
        let spec = ds.spec.as_ref().and_then(|spec| spec.template.spec.as_ref());
        Rules { spec, tolerations: spec.map(tolerations).unwrap_or_default() }
    }

    /// What `node` means to the DaemonSet.
    pub(super) fn judge(&self, node: &Node) -> Placement {
        const NO: Placement = Placement { should_run: false, should_continue: false };
        let Some(spec) = self.spec else { return NO };
        if spec.node_name.as_deref().is_some_and(|name| !name.is_empty() && name != node.name()) || !node_matches(spec, node)
        {
            return NO;
        }
        let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
        match untolerated(taints, &self.tolerations, &["NoSchedule", "NoExecute"]) {
            None => Placement { should_run: true, should_continue: true },
            Some(_) => Placement {
                should_run: false,
                should_continue: untolerated(taints, &self.tolerations, &["NoExecute"]).is_none(),
            },
        }
    }
}

/// A template's tolerations with those the controller adds, in its order (`AddOrUpdateDaemonPodTolerations`). One that
/// tolerates the same is replaced.
pub fn tolerations(spec: &PodSpec) -> Vec<Toleration> {
    const ALWAYS: [(&str, &str); 6] = [
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    ];
    let network = (spec.host_network == Some(true)).then_some(("network-unavailable", "NoSchedule"));
    let mut tolerations = spec.tolerations.clone().unwrap_or_default();
    for (key, effect) in ALWAYS.into_iter().chain(network) {
        let added = Toleration {
            key: Some(format!("node.kubernetes.io/{key}")),
            operator: Some("Exists".to_owned()),
            effect: Some(effect.to_owned()),
            ..Toleration::default()
        };
        match tolerations.iter_mut().find(|old| is_superseded(old, &added)) {
            Some(old) => *old = added,
            None => tolerations.push(added),
        }
    }
    tolerations
}

/// `MatchToleration`: same key, effect, operator and value.
fn is_superseded(old: &Toleration, new: &Toleration) -> bool {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    text(&old.key) == text(&new.key)
        && text(&old.effect) == text(&new.effect)
        && text(&old.operator) == text(&new.operator)
        && text(&old.value) == text(&new.value)
}
