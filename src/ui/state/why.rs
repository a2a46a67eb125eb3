//! What somebody wants to know why, and the answer as of the time that is shown.

use yew::AttrValue;

use super::State;
use crate::api::{Key, Kind};
use crate::why::{self, Comparison, Rollout, Why};

/// What somebody wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Ask {
    /// Why a DaemonSet has a pod on a node, or none.
    Node {
        /// The node.
        node: AttrValue,
        /// The DaemonSet: its name, with its namespace unless that is `default`.
        set: AttrValue,
    },
    /// Why a pod is where it is.
    Pod {
        /// Its namespace, unless that is `default`.
        namespace: Option<AttrValue>,
        /// Its name.
        name: AttrValue,
    },
    /// How the rollout of a DaemonSet goes on.
    Rollout(AttrValue),
    /// What was made of the template of a pod.
    Made {
        /// Its namespace.
        namespace: AttrValue,
        /// Its name.
        name: AttrValue,
    },
    /// What changed between revisions of a DaemonSet; without numbers between the newest two.
    Revisions {
        /// The DaemonSet: its name, with its namespace unless that is `default`.
        set: AttrValue,
        /// From which number to which.
        range: Option<(i64, i64)>,
    },
}

/// What there is to say.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum Answer {
    /// About pods.
    Pods {
        /// Which.
        about: String,
        /// The checks.
        why: Why,
        /// The file that holds the manifest they speak of.
        file: Option<AttrValue>,
        /// Whether this is the past, which cannot be changed.
        is_past: bool,
    },
    /// About a rollout.
    Rollout {
        /// Whose.
        about: String,
        /// Its ledger.
        rollout: Rollout,
        /// The DaemonSet.
        set: AttrValue,
        /// Whether it has revisions that can be compared.
        can_compare: bool,
        /// The DaemonSet's manifest.
        manifest: Key,
        /// The file that holds it.
        file: Option<AttrValue>,
        /// Whether this is the past, which cannot be changed.
        is_past: bool,
    },
    /// Two manifests side by side; nothing where they are not there any more.
    Comparison {
        /// Of what.
        about: String,
        /// The two.
        comparison: Option<Comparison>,
        /// Between which revisions of which DaemonSet, and which there are.
        revisions: Option<(AttrValue, (i64, i64), Vec<i64>)>,
    },
}

impl State {
    /// The answer to what was asked, if something was.
    pub(in crate::ui) fn answer(&self) -> Option<Answer> {
        self.why.as_ref().map(|ask| self.answer_to(ask))
    }

    #[inline(never)]
    fn answer_to(&self, ask: &Ask) -> Answer {
        let sim = self.shown().sim();
        match ask {
            Ask::Node { node, set } => self.about_pods(format!("{node}, ds/{set}"), why::daemon(sim, node, named(set))),
            Ask::Pod { namespace, name } => {
                let namespace = namespace.as_deref().unwrap_or("default");
                self.about_pods(format!("pod/{name}"), why::pod(sim, namespace, name))
            }
            Ask::Rollout(set) => {
                let (namespace, name) = named(set);
                let manifest = Key::new(Kind::DaemonSet, namespace, name);
                Answer::Rollout {
                    about: format!("ds/{set}"),
                    rollout: why::rollout(sim, (namespace, name)),
                    set: set.clone(),
                    can_compare: why::revisions(sim, (namespace, name)).len() > 1,
                    file: self.manifest_file(&manifest),
                    manifest,
                    is_past: self.in_the_past(),
                }
            }
            Ask::Made { namespace, name } => Answer::Comparison {
                about: format!("pod/{name}"),
                comparison: why::made(sim, namespace, name),
                revisions: None,
            },
            Ask::Revisions { set, range } => {
                let numbers = why::revisions(sim, named(set));
                let last = numbers.last().copied().unwrap_or_default();
                let before = numbers.iter().rev().nth(1).copied().unwrap_or(last);
                let (from, to) = range.unwrap_or((before, last));
                Answer::Comparison {
                    about: format!("ds/{set}"),
                    comparison: why::compared(sim, named(set), from, to),
                    revisions: Some((set.clone(), (from, to), numbers)),
                }
            }
        }
    }

    fn about_pods(&self, about: String, why: Why) -> Answer {
        let file = why.manifest.as_ref().and_then(|key| self.manifest_file(key));
        Answer::Pods { about, why, file, is_past: self.in_the_past() }
    }
}

/// The namespace and the name.
fn named(set: &str) -> (&str, &str) {
    set.split_once('/').unwrap_or(("default", set))
}
