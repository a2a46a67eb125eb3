//! Pods of one template: what the server has made of one of them it makes of all.

use crate::api::Pod;
use crate::api::meta::Meta;
use crate::api::pod::Spec;
use crate::api::pod_status::QosClass;

/// The templates of the pods that came last.
///
/// Invariant: what is kept was valid, by the rules as they were then.
#[derive(Clone, Debug, Default)]
pub(super) struct Templates(Vec<Template>);

/// How many are remembered.
const MOST: usize = 16;

#[derive(Clone, Debug)]
struct Template {
    /// A pod as it came in, without a name.
    given: Given,
    made: Made,
    /// The `resourceVersion` of the newest object that admission goes by.
    rules: u64,
}

/// A pod as it came in. Its name is the server's to make, its affinity may name its node; else it is like others.
#[derive(Clone, Debug)]
pub(super) struct Given {
    metadata: Meta,
    spec: Spec,
}

/// What the server made of it.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// What such pods have in common.
    pub(super) spec: Spec,
    /// Whether each gets a volume for its token.
    pub(super) has_token: bool,
    pub(super) qos_class: QosClass,
}

impl Given {
    /// What is to be remembered of a pod that comes in; nothing if it is like no other: it has a name of its own, or claims of
    /// storage that are named after it.
    pub(super) fn of(pod: &Pod) -> Option<Given> {
        let spec = pod.spec.as_ref()?;
        let has_claims = spec.common().volumes.iter().flatten().any(|volume| volume.ephemeral.is_some());
        let is_like_others = pod.metadata.name.as_ref().is_none_or(String::is_empty) && !has_claims;
        is_like_others.then(|| Given { metadata: pod.metadata.clone(), spec: spec.clone() })
    }
}

impl Templates {
    /// What was made of a pod like this, if the rules are still the same; and its metadata as they came in.
    pub(super) fn find(&mut self, pod: &Pod, rules: u64) -> Option<(Meta, Made)> {
        let spec = pod.spec.as_ref()?;
        let is_alike = |it: &&mut Template| {
            it.rules == rules && it.given.metadata == pod.metadata && it.given.spec.differs_in_pin_only(spec)
        };
        let template = self.0.iter_mut().find(is_alike)?;
        // The next one is found the sooner.
        template.given.spec = spec.clone();
        Some((template.given.metadata.clone(), template.made.clone()))
    }

    /// Remembers what was made of a pod.
    pub(super) fn add(&mut self, given: Given, made: Made, rules: u64) {
        self.0.truncate(MOST - 1);
        self.0.insert(0, Template { given, made, rules });
    }
}
