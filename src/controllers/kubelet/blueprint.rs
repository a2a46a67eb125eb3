//! What a container is made from: as much of its pod's template and of the scenario's rules as decides how it runs.

use std::rc::Rc;
use std::time::Duration;

use super::command;
use super::container::INIT;
use super::image::Image;
use crate::api::demand::is_sidecar;
use crate::api::{Container, Pod, PodSpec};
use crate::sim::{Behaviour, ImageRule};

/// How long a container runs that ends by itself, where the scenario does not say.
const SHORT_LIFE: Duration = Duration::from_secs(1);
/// How many templates are remembered.
const MOST: usize = 16;

/// What a container is made from.
#[derive(Clone, Debug)]
pub(super) struct Blueprint {
    pub(super) name: String,
    /// Where the pod has it: `spec.containers{app}`.
    pub(super) path: Rc<str>,
    pub(super) image: Image,
    pub(super) role: Role,
    /// Its place in its list of the pod's spec.
    pub(super) place: usize,
    pub(super) policy: Policy,
    pub(super) always_pull: bool,
    /// How long it runs and with which code it exits, if it ends by itself.
    pub(super) life: Option<(Duration, i32)>,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Does its work before the next one begins.
    Init,
    /// An init container that goes on beside the others (`restartPolicy: Always`).
    Sidecar,
    /// What the pod is for.
    Main,
}

/// When a container is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    Always,
    OnFailure,
    Never,
}

/// The containers of a pod.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What it was made from.
    spec: Rc<PodSpec>,
    /// Those that initialize it.
    pub(super) init: Vec<Rc<Blueprint>>,
    /// The others.
    pub(super) main: Vec<Rc<Blueprint>>,
}

/// The plans of the pods that came last: those of one template share theirs.
#[derive(Clone, Debug)]
pub(super) struct Plans {
    rules: Rc<Vec<ImageRule>>,
    latest: Vec<Rc<Plan>>,
}

impl Plans {
    /// Plans by these rules.
    pub(super) fn new(rules: Vec<ImageRule>) -> Plans {
        Plans { rules: Rc::new(rules), latest: vec![] }
    }

    /// The plan of a pod.
    pub(super) fn of(&mut self, pod: &Pod) -> Rc<Plan> {
        let spec = pod.spec.as_ref().map(|spec| Rc::clone(spec.shared())).unwrap_or_default();
        if let Some(plan) = self.latest.iter().find(|plan| Rc::ptr_eq(&plan.spec, &spec)) {
            return Rc::clone(plan);
        }
        let plan = Rc::new(Plan::new(spec, &self.rules));
        self.latest.truncate(MOST - 1);
        self.latest.insert(0, Rc::clone(&plan));
        plan
    }
}

impl Plan {
    fn new(spec: Rc<PodSpec>, rules: &[ImageRule]) -> Plan {
        let policy = spec.restart_policy.as_deref();
        let init = spec.init_containers.iter().flatten().enumerate().map(|(place, container)| {
            let role = if is_sidecar(container) { Role::Sidecar } else { Role::Init };
            Blueprint::new(container, role, place, policy, rules)
        });
        let main = spec.containers.iter().enumerate();
        let main = main.map(|(place, container)| Blueprint::new(container, Role::Main, place, policy, rules));
        let (init, main) = (init.map(Rc::new).collect(), main.map(Rc::new).collect());
        Plan { spec, init, main }
    }
}

impl Blueprint {
    fn new(container: &Container, role: Role, place: usize, pod: Option<&str>, rules: &[ImageRule]) -> Blueprint {
        let image = Image::new(container.image.as_deref().unwrap_or_default(), rules);
        let policy = match container.restart_policy.as_deref().or(pod) {
            Some("Never") => Policy::Never,
            Some("OnFailure") => Policy::OnFailure,
            // An init container has done its work when it has ended well.
            _ if role == Role::Init => Policy::OnFailure,
            _ => Policy::Always,
        };
        let run = image.run.unwrap_or(SHORT_LIFE);
        let life = match image.behaviour {
            Behaviour::Crash => Some((run, 1)),
            Behaviour::Completes => Some((run, 0)),
            _ if role == Role::Init => Some((image.run.unwrap_or(INIT.1), 0)),
            _ if policy != Policy::Always => command::life(container),
            _ => None,
        };
        let list = if role == Role::Main { "containers" } else { "initContainers" };
        Blueprint {
            name: container.name.clone(),
            path: format!("spec.{list}{{{}}}", container.name).into(),
            image,
            role,
            place,
            policy,
            always_pull: container.image_pull_policy.as_deref() == Some("Always"),
            life,
        }
    }
}
