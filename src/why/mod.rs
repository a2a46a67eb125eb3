//! Why there is a pod on a node, or none: the checks that Kubernetes makes, in its order, each with the values it compares, the
//! place in the manifest it comes from, and the smallest changes that would flip it.
//!
//! Nothing here decides anything: every check asks the predicate that the controller itself uses, and what no object says
//! (until when a kubelet waits, how much of a budget is used) the controllers are asked. Nothing here changes anything either.

mod checks;
mod daemon;
mod kubelet;
mod made;
mod pod;
mod rollout;
mod scheduler;

pub use daemon::daemon;
pub use made::{Comparison, Row, compared, made, revisions};
pub use pod::pod;
pub use rollout::{Budget, Progress, Rollout, Turn, rollout};

use crate::api::Key;

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// One plain sentence.
    pub verdict: String,
    /// In the order in which Kubernetes makes them; the first that failed is the cause.
    pub checks: Vec<Check>,
    /// The object of whose manifest [`Check::from`] and [`Edit::path`] speak.
    pub manifest: Option<Key>,
    /// The pods it is about: none, one, or two while a rollout surges.
    pub pods: Vec<Key>,
}

impl Why {
    /// Whether the DaemonSet controller wants a pod here: none of its checks failed.
    pub fn belongs(&self) -> bool {
        self.checks.iter().all(|check| check.stage != Stage::DaemonSetController || check.outcome != Outcome::Failed)
    }

    /// The first check that failed.
    pub fn cause(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.outcome == Outcome::Failed)
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Who makes it.
    pub stage: Stage,
    /// What is checked: `nodeSelector disktype=ssd`, `taint gpu:NoSchedule`, `cpu`.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// A sentence with the values that are compared.
    pub said: String,
    /// The path of the field of the manifest that it comes from: `spec.template.spec.nodeSelector[disktype]`.
    pub from: Option<String>,
    /// What would flip it, the smallest change first; empty where it did not fail, and where no single change would.
    pub fixes: Vec<Fix>,
}

/// Who checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The DaemonSet controller, when it looks which nodes should run a pod.
    DaemonSetController,
    /// The API server, when the pod is created.
    ApiServer,
    /// The scheduler, when it looks for a node for the pod.
    Scheduler,
    /// The taint eviction controller, while the pod is on its node.
    TaintEviction,
    /// The node's kubelet.
    Kubelet,
}

impl Stage {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::DaemonSetController => "DaemonSet controller",
            Stage::ApiServer => "API server",
            Stage::Scheduler => "scheduler",
            Stage::TaintEviction => "taint eviction controller",
            Stage::Kubelet => "kubelet",
        }
    }
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// Neither: it plays no part, or is not over.
    Neutral,
}

/// A change that would flip a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// A command line.
    Command(String),
    /// An edit of the manifest.
    Edit(Edit),
}

/// An edit of a manifest. Most fields of a Pod cannot be changed: edited, it has to be replaced (`kubectl replace --force`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The field: names with `.` between them, `[0]` for a place in a list, `[key]` for a key with special characters.
    pub path: String,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This YAML becomes one more item of the list, which may have to be made.
    Append(String),
    /// This YAML becomes its value.
    Set(String),
    /// It is removed.
    Remove,
}
