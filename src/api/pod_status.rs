//! What became of a pod: kept as short as the kubelets tell it, and written out when somebody reads all of it.

use std::num::NonZeroI64;
use std::rc::Rc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerUser, LinuxContainerUser, VolumeMountStatus};
use smallvec::SmallVec;

use super::brief::{Brief, InShort};
use super::pod::Containers;
use super::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    HostIP, PodCondition, PodIP, PodStatus, Second, VolumeMount,
};

/// What became of a pod: it reads like a [`PodStatus`].
///
/// Whoever reads it as such has it written out, which takes time and room for every pod; [`Status::phase`] and the other methods
/// do not.
pub type Status = Brief<Report>;

/// A status in short: what the server and a pod's kubelet say of it.
///
/// Two of them that are of one template differ if and only if what they are written out to does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The phase.
    pub phase: Phase,
    /// The class of its quality of service.
    pub qos_class: Option<QosClass>,
    /// The generation of the pod that its conditions speak of.
    pub generation: Option<NonZeroI64>,
    /// The conditions that a kubelet keeps, in the order of [`OWN`].
    pub marks: [Option<Mark>; OWN.len()],
    /// What only its kubelet knows, once it has spoken.
    pub told: Option<Told>,
    /// What others said; the fields for which there are others here are not set.
    pub rest: Option<Rc<PodStatus>>,
}

/// How far a pod has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Not all of its containers have started.
    #[default]
    Pending,
    /// One runs, or will again.
    Running,
    /// All have ended well.
    Succeeded,
    /// All have ended, and one badly.
    Failed,
}

/// How well a pod is served where resources run short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QosClass {
    /// It gets what it may use at most.
    Guaranteed,
    /// It may get more than it asked for.
    Burstable,
    /// It did not ask for anything.
    BestEffort,
}

impl Phase {
    /// As a status has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Phase::Pending => "Pending",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Failed => "Failed",
        }
    }
}

impl QosClass {
    /// As a status has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            QosClass::Guaranteed => "Guaranteed",
            QosClass::Burstable => "Burstable",
            QosClass::BestEffort => "BestEffort",
        }
    }
}

/// The conditions that a kubelet keeps, in its order; of the last one it only says that it is so.
pub const OWN: [&str; 5] = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", SCHEDULED];
const SCHEDULED: &str = "PodScheduled";

/// What a condition says.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Whether it is so.
    pub is_true: bool,
    /// Why, where that is said.
    pub why: Option<Rc<Why>>,
    /// Since when.
    pub since: Option<Second>,
}

/// What a condition says besides.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// The reason.
    pub reason: &'static str,
    /// In words; empty for none.
    pub message: String,
}

/// What only the kubelet of a pod knows.
#[derive(Clone, Debug)]
pub struct Told {
    /// The address of the machine.
    pub host: Rc<str>,
    /// The address of the pod.
    pub address: Option<Rc<str>>,
    /// When the kubelet took it in.
    pub started_at: Option<Second>,
    /// Its init containers.
    pub init: Box<[ContainerReport]>,
    /// Its other containers.
    pub main: SmallVec<[ContainerReport; 1]>,
    /// What it asked for.
    pub asked: Containers,
}

/// What became of a container.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerReport {
    /// The image's name.
    pub image: Rc<str>,
    /// The image by its content, once there is a container.
    pub image_id: Option<Rc<str>>,
    /// The container's id, once there is one.
    pub id: Option<Rc<str>>,
    /// What it does.
    pub state: State,
    /// How it ended before that.
    pub last: Option<Rc<End>>,
    /// How often it was started again.
    pub restarts: i32,
    /// Whether it is ready.
    pub is_ready: bool,
    /// Whether it has started.
    pub is_started: bool,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It does not run.
    Waiting {
        /// Why.
        reason: &'static str,
        /// The same in words.
        message: Option<Box<str>>,
    },
    /// It runs since then.
    Running(Second),
    /// It has ended.
    Ended(Rc<End>),
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Its exit code.
    pub exit_code: i32,
    /// Why.
    pub reason: &'static str,
    /// When it had started.
    pub started_at: Option<Second>,
    /// When.
    pub finished_at: Option<Second>,
    /// Its id, if it had one.
    pub id: Option<Rc<str>>,
}

/// A condition of a pod as it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition<'a> {
    /// `True`, `False` or `Unknown`.
    pub status: &'a str,
    /// The reason.
    pub reason: Option<&'a str>,
    /// In words.
    pub message: Option<&'a str>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// When it was looked at last.
    pub probed: Option<Timestamp>,
    /// The generation of the pod it speaks of.
    pub generation: Option<i64>,
}

impl Status {
    /// The report, unless it was changed since.
    #[inline]
    pub fn report(&self) -> Option<&Rc<Report>> {
        self.short()
    }

    /// Takes a look at all of it, for [`super::fetch::fetch`].
    #[inline]
    pub(super) fn glance(&self) -> usize {
        self.report().map_or(0, |report| {
            let told = report.told.as_ref().map_or(0, |told| told.main.len() + usize::from(told.address.is_some()));
            Rc::strong_count(report) + report.marks.iter().flatten().count() + usize::from(report.rest.is_some()) + told
        })
    }

    /// The phase.
    #[inline]
    pub fn phase(&self) -> Option<&str> {
        self.report().map_or_else(|| self.phase.as_deref(), |report| Some(report.phase.as_str()))
    }

    /// The class of its quality of service.
    pub fn qos_class(&self) -> Option<&str> {
        self.report().map_or_else(|| self.qos_class.as_deref(), |report| report.qos_class.map(QosClass::as_str))
    }

    /// The address of the pod.
    pub fn address(&self) -> Option<&str> {
        match self.report() {
            Some(report) => report.told.as_ref()?.address.as_deref(),
            None => self.pod_ip.as_deref(),
        }
    }

    /// The node that was cleared for it.
    pub fn nominated_node_name(&self) -> Option<&str> {
        self.rest()?.nominated_node_name.as_deref()
    }

    /// What became of its containers, those that initialize it last.
    pub fn containers(&self) -> impl Iterator<Item = &ContainerStatus> {
        // Before its kubelet has spoken there is nothing to write out.
        let told = Some(self).filter(|it| it.report().is_none_or(|report| report.told.is_some()));
        let lists = told.map(|told| [&told.container_statuses, &told.init_container_statuses]);
        lists.into_iter().flatten().flatten().flatten()
    }

    /// One of its conditions.
    #[cfg_attr(quick, optimize(speed))]
    #[inline]
    pub fn condition(&self, kind: &str) -> Option<Condition<'_>> {
        let own = self.report().and_then(|report| {
            let place = OWN.iter().position(|own| *own == kind)?;
            Some(report.marks[place].as_ref()?.condition(report.generation()))
        });
        own.or_else(|| {
            let mut conditions = self.rest()?.conditions.iter().flatten();
            conditions.find(|condition| condition.type_ == kind).map(Condition::from)
        })
    }

    /// Where to look for what a report does not say.
    fn rest(&self) -> Option<&PodStatus> {
        self.report().map_or_else(|| Some(&**self), |report| report.rest.as_deref())
    }

    /// What others than the kubelet said, in the fields of a report.
    pub fn others(&self) -> Report {
        if let Some(report) = self.report() {
            return Report { qos_class: report.qos_class, rest: report.rest.clone(), ..Report::default() };
        }
        const CLASSES: [QosClass; 3] = [QosClass::Guaranteed, QosClass::Burstable, QosClass::BestEffort];
        let qos_class = CLASSES.into_iter().find(|class| self.qos_class.as_deref() == Some(class.as_str()));
        let is_other = |condition: &&PodCondition| !OWN.contains(&condition.type_.as_str());
        let conditions: Vec<PodCondition> = self.conditions.iter().flatten().filter(is_other).cloned().collect();
        let rest = PodStatus {
            conditions: (!conditions.is_empty()).then_some(conditions),
            qos_class: self.qos_class.clone().filter(|_| qos_class.is_none()),
            allocated_resources: self.allocated_resources.clone(),
            ephemeral_container_statuses: self.ephemeral_container_statuses.clone(),
            extended_resource_claim_status: self.extended_resource_claim_status.clone(),
            message: self.message.clone(),
            node_allocatable_resource_claim_statuses: self.node_allocatable_resource_claim_statuses.clone(),
            nominated_node_name: self.nominated_node_name.clone(),
            reason: self.reason.clone(),
            resize: self.resize.clone(),
            resource_claim_statuses: self.resource_claim_statuses.clone(),
            resources: self.resources.clone(),
            ..PodStatus::default()
        };
        Report { qos_class, rest: (rest != PodStatus::default()).then(|| Rc::new(rest)), ..Report::default() }
    }

    /// Says that the pod has got its node, of which no kubelet has spoken yet.
    pub fn schedule(&mut self, now: Second, generation: Option<i64>) {
        if self.report().is_some_and(|report| report.told.is_none() && report.rest.is_none())
            && let Some(report) = self.short_mut()
        {
            let report = Rc::make_mut(report);
            report.generation = generation.and_then(NonZeroI64::new);
            report.marks[OWN.len() - 1] = Some(Mark { is_true: true, why: None, since: Some(now) });
            return;
        }
        self.nominated_node_name = None;
        let conditions = self.conditions.get_or_insert_default();
        conditions.retain(|condition| condition.type_ != SCHEDULED);
        conditions.push(PodCondition {
            type_: SCHEDULED.to_owned(),
            status: "True".to_owned(),
            last_transition_time: Some(now.time()),
            observed_generation: generation,
            ..PodCondition::default()
        });
    }
}

impl Mark {
    /// Whether it says that the pod is kept from being scheduled.
    pub fn is_gated(&self) -> bool {
        self.why.as_deref().is_some_and(|why| why.reason == "SchedulingGated")
    }

    const fn status(&self) -> &'static str {
        if self.is_true { "True" } else { "False" }
    }

    #[cfg_attr(quick, optimize(speed))]
    #[inline]
    fn condition(&self, generation: Option<i64>) -> Condition<'_> {
        let message = self.why.as_deref().map(|why| why.message.as_str());
        Condition {
            status: self.status(),
            reason: self.why.as_deref().map(|why| why.reason),
            message: message.filter(|message| !message.is_empty()),
            since: self.since.map(Second::timestamp),
            probed: None,
            generation,
        }
    }
}

impl<'a> From<&'a PodCondition> for Condition<'a> {
    fn from(it: &'a PodCondition) -> Condition<'a> {
        Condition {
            status: &it.status,
            reason: it.reason.as_deref(),
            message: it.message.as_deref(),
            since: it.last_transition_time.as_ref().map(|at| at.0),
            probed: it.last_probe_time.as_ref().map(|at| at.0),
            generation: it.observed_generation,
        }
    }
}

impl PartialEq for Told {
    /// What was asked does not matter where it is of one template, and else the reports are written out.
    fn eq(&self, other: &Told) -> bool {
        self.host == other.host
            && self.address == other.address
            && self.started_at == other.started_at
            && self.init == other.init
            && self.main == other.main
    }
}

impl Report {
    fn generation(&self) -> Option<i64> {
        self.generation.map(NonZeroI64::get)
    }

    #[inline(never)]
    fn write_out(&self) -> PodStatus {
        let mut status = self.rest.as_deref().cloned().unwrap_or_default();
        status.phase = Some(self.phase.as_str().to_owned());
        status.qos_class = status.qos_class.or_else(|| self.qos_class.map(|class| class.as_str().to_owned()));
        let own = OWN.iter().zip(&self.marks).filter_map(|(kind, mark)| Some((kind, mark.as_ref()?)));
        let own = own.map(|(kind, mark)| mark.write_out(kind, self.generation())).collect::<Vec<PodCondition>>();
        if !own.is_empty() {
            let others = status.conditions.take();
            status.conditions = Some(own.into_iter().chain(others.into_iter().flatten()).collect());
        }
        if let Some(told) = &self.told {
            told.write_out(&mut status);
            status.observed_generation = self.generation();
        }
        status
    }
}

impl Mark {
    fn write_out(&self, kind: &str, generation: Option<i64>) -> PodCondition {
        let Condition { status, reason, message, .. } = self.condition(generation);
        PodCondition {
            type_: kind.to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            message: message.map(str::to_owned),
            last_transition_time: self.since.map(Second::time),
            observed_generation: generation,
            ..PodCondition::default()
        }
    }
}

impl Told {
    fn write_out(&self, status: &mut PodStatus) {
        let ip = |address: &Rc<str>| address.as_ref().to_owned();
        status.host_ip = Some(ip(&self.host));
        status.host_ips = Some(vec![HostIP { ip: ip(&self.host) }]);
        status.pod_ip = self.address.as_ref().map(ip);
        status.pod_ips = self.address.as_ref().map(|address| vec![PodIP { ip: ip(address) }]);
        status.start_time = self.started_at.map(Second::time);
        let spec = self.asked.common();
        status.container_statuses = Some(self.statuses(&self.main, &spec.containers));
        let init = spec.init_containers.as_deref().filter(|_| !self.init.is_empty());
        status.init_container_statuses = init.map(|containers| self.statuses(&self.init, containers));
    }

    fn statuses(&self, reports: &[ContainerReport], containers: &[Container]) -> Vec<ContainerStatus> {
        reports.iter().zip(containers).map(|(report, container)| report.write_out(&self.asked, container)).collect()
    }
}

impl ContainerReport {
    fn write_out(&self, asked: &Containers, container: &Container) -> ContainerStatus {
        let is_running = matches!(self.state, State::Running(_));
        let resources = container.resources.as_ref().filter(|_| is_running);
        let text = |text: &Rc<str>| text.as_ref().to_owned();
        ContainerStatus {
            name: container.name.clone(),
            image: text(&self.image),
            image_id: self.image_id.as_ref().map(text).unwrap_or_default(),
            container_id: self.id.as_ref().map(text),
            ready: self.is_ready,
            started: Some(self.is_started),
            restart_count: self.restarts,
            last_state: Some(ContainerState {
                terminated: self.last.as_ref().map(|end| end.write_out()),
                ..ContainerState::default()
            }),
            state: Some(self.state.write_out()),
            allocated_resources: resources.and_then(|resources| resources.requests.clone()),
            resources: is_running.then(|| container.resources.clone().unwrap_or_default()),
            user: is_running.then(|| ContainerUser {
                linux: Some(LinuxContainerUser { uid: 0, gid: 0, supplemental_groups: Some(vec![0]) }),
            }),
            volume_mounts: mounts(asked, container),
            ..ContainerStatus::default()
        }
    }
}

/// The mounts of a container, where it has any list of them.
fn mounts(asked: &Containers, container: &Container) -> Option<Vec<VolumeMountStatus>> {
    let status = |mount: &VolumeMount| VolumeMountStatus {
        mount_path: mount.mount_path.clone(),
        name: mount.name.clone(),
        read_only: mount.read_only,
        recursive_read_only: (mount.read_only == Some(true)).then(|| "Disabled".to_owned()),
        ..VolumeMountStatus::default()
    };
    let has_list = container.volume_mounts.is_some() || asked.have_token();
    let token = asked.token_mount(container);
    has_list.then(|| container.volume_mounts.iter().flatten().chain(&token).map(status).collect())
}

impl State {
    fn write_out(&self) -> ContainerState {
        let mut state = ContainerState::default();
        match self {
            State::Waiting { reason, message } => {
                let message = message.as_deref().map(str::to_owned);
                state.waiting = Some(ContainerStateWaiting { reason: Some((*reason).to_owned()), message });
            }
            State::Running(since) => state.running = Some(ContainerStateRunning { started_at: Some(since.time()) }),
            State::Ended(end) => state.terminated = Some(end.write_out()),
        }
        state
    }
}

impl End {
    fn write_out(&self) -> ContainerStateTerminated {
        ContainerStateTerminated {
            exit_code: self.exit_code,
            reason: Some(self.reason.to_owned()),
            started_at: self.started_at.map(Second::time),
            finished_at: self.finished_at.map(Second::time),
            container_id: self.id.as_deref().map(str::to_owned),
            ..ContainerStateTerminated::default()
        }
    }
}

impl From<PodStatus> for Status {
    fn from(status: PodStatus) -> Status {
        Status::written(status)
    }
}

impl From<Report> for Status {
    fn from(report: Report) -> Status {
        Status::in_short(Rc::new(report))
    }
}

impl InShort for Report {
    type Whole = PodStatus;

    fn write_out(&self) -> PodStatus {
        Report::write_out(self)
    }

    fn equals(&self, other: &Report) -> Option<bool> {
        let told = self.told.as_ref().zip(other.told.as_ref());
        told.is_none_or(|(one, two)| one.asked.are_alike(&two.asked)).then(|| self == other)
    }
}
