//! Stands in for the rooms that are not there yet: lessons, links, the timeline. Goes away with them.

use std::fmt;
use std::rc::Rc;

use crate::api::{Key, Kind, StringMap};
use crate::scenario::Scenario;
use crate::session::{Session, Taken};
use crate::sim::{ChangeKind, Config, NodeDefinition, SimTime};

#[derive(Clone, Debug)]
pub(super) struct Lesson {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) minutes: u32,
    pub(super) scenario: Scenario,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
    pub(super) goals: Vec<Goal>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    Command(String),
    File { name: String, text: String },
    Hint { title: String, text: String },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Goal {
    pub(super) text: String,
}

#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) met: bool,
    pub(super) reason: String,
}

impl Goal {
    pub(super) fn check(&self, session: &Session) -> Verdict {
        let sets = session.sim().cluster().store().objects(Kind::DaemonSet).count();
        Verdict { met: sets > 0, reason: if sets > 0 { "there is one".into() } else { "there is no DaemonSet fluentd in default".into() } }
    }
}

const FLUENTD: &str = include_str!("fluentd.yaml");

pub(super) fn catalogue() -> Vec<Lesson> {
    let node = |name: &str, labels: &[(&str, &str)], taints: &[&str]| NodeDefinition {
        name: name.into(),
        labels: labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<StringMap>(),
        taints: taints.iter().map(|t| (*t).to_owned()).collect(),
        ..NodeDefinition::default()
    };
    let scenario = Scenario {
        title: "A first DaemonSet".into(),
        config: Config {
            nodes: vec![
                node("control-plane", &[("node-role.kubernetes.io/control-plane", "")], &["node-role.kubernetes.io/control-plane:NoSchedule"]),
                node("worker-1", &[("disktype", "ssd")], &[]),
                node("worker-2", &[], &[]),
                node("worker-3", &[], &[]),
            ],
            ..Config::default()
        },
        files: [("fluentd-daemonset.yaml".to_owned(), FLUENTD.to_owned())].into(),
    };
    vec![Lesson {
        id: "first".into(),
        title: "A first DaemonSet".into(),
        minutes: 8,
        scenario,
        steps: vec![Step {
            title: "Apply the manifest".into(),
            parts: vec![
                Part::Text("A DaemonSet keeps **one pod on every node** that qualifies. The manifest for a log collector is open in the editor.\n\n- `selector` says which pods are its own\n- `template` says what each pod looks like\n\nApply it:".into()),
                Part::Command("kubectl apply -f fluentd-daemonset.yaml".into()),
                Part::Text("Then watch the map: a pod appears for every worker, *Pending* first, then *ContainerCreating*, then *Running*.".into()),
                Part::Hint { title: "Why not on control-plane?".into(), text: "It carries a taint that the pods do not tolerate.".into() },
                Part::File { name: "fluentd-daemonset.yaml".into(), text: FLUENTD.into() },
            ],
            goals: vec![Goal { text: "A DaemonSet `fluentd` exists".into() }, Goal { text: "It runs on every worker".into() }],
        }, Step {
            title: "Look at it".into(),
            parts: vec![Part::Text("Ask for the DaemonSet.".into()), Part::Command("kubectl get daemonsets".into())],
            goals: vec![Goal { text: "You have listed the DaemonSets".into() }],
        }],
    }]
}

#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) scenario: Scenario,
    pub(super) lesson: Option<(String, usize)>,
    pub(super) history: Vec<Taken>,
    pub(super) now: SimTime,
}

#[derive(Clone, Debug)]
pub(super) struct ShareError;

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("This link is damaged: ask for it again.")
    }
}

pub(super) fn encode(_: &Shared) -> String {
    "1.".into()
}

pub(super) fn decode(_: &str) -> Result<Shared, ShareError> {
    Err(ShareError)
}

/// What happened, in a sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) at: SimTime,
    pub(super) actor: &'static str,
    pub(super) text: String,
    pub(super) key: Key,
    pub(super) tone: Tone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Calm,
    Good,
    Bad,
}

#[derive(Clone, Debug)]
pub(super) struct Timeline {
    scenario: Rc<Scenario>,
    live: Session,
    moments: Vec<Moment>,
}

impl Timeline {
    pub(super) fn new(scenario: &Scenario) -> Timeline {
        Timeline { scenario: Rc::new(scenario.clone()), live: Session::new(scenario), moments: vec![] }
    }
    pub(super) fn replay(scenario: &Scenario, history: &[Taken], now: SimTime) -> Timeline {
        Timeline { live: Session::replay(scenario, history, now), ..Timeline::new(scenario) }
    }
    pub(super) const fn live(&self) -> &Session {
        &self.live
    }
    pub(super) const fn live_mut(&mut self) -> &mut Session {
        &mut self.live
    }
    pub(super) fn at(&self, at: SimTime) -> Session {
        let history: Vec<Taken> = self.live.history().iter().filter(|taken| taken.at <= at).cloned().collect();
        Session::replay(&self.scenario, &history, at)
    }
    pub(super) fn fork(&mut self, at: SimTime) {
        self.live = self.at(at);
        self.moments.retain(|moment| moment.at <= at);
        self.live.take_happenings();
    }
    /// Turns what happened into moments.
    pub(super) fn collect(&mut self) {
        for (at, change) in self.live.take_happenings() {
            if !matches!(change.object.kind(), Kind::Pod | Kind::DaemonSet | Kind::Node) || change.kind == ChangeKind::Modified {
                continue;
            }
            let verb = if change.kind == ChangeKind::Added { "created" } else { "deleted" };
            let key = change.object.key();
            let text = format!("{verb} {} {}", key.kind.singular(), key.name);
            self.moments.push(Moment { at, actor: "API server", text, key, tone: Tone::Calm });
        }
    }
    pub(super) fn moments(&self) -> &[Moment] {
        &self.moments
    }
}
