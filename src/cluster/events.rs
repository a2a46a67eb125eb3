//! Events as the recorders of client-go send them: counted, aggregated, and dropped when there are too many
//! (`tools/record/events_cache.go`).

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::Rng;
use crate::api::sorted::{SortedMap, SortedSet};
use crate::api::{Event, EventSource, Kind, Object, ObjectMeta, ObjectReference, Time};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;

/// More than this many different messages of one reason are told as one combined event.
const MAX_ALIKE: usize = 10;
/// How long alike events are remembered.
const ALIKE_WINDOW: SignedDuration = SignedDuration::from_secs(600);
/// Events an object may have from one source before they are rationed.
const BURST: i64 = 25;
/// How often a rationed object gets one more.
const REFILL: SignedDuration = SignedDuration::from_secs(300);

/// Who tells an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// `daemonset-controller`.
    DaemonSetController,
    /// `deployment-controller`.
    DeploymentController,
    /// `replicaset-controller`.
    ReplicaSetController,
    /// `statefulset-controller`.
    StatefulSetController,
    /// `job-controller`.
    JobController,
    /// `controllermanager`, as the disruption controller calls itself.
    ControllerManager,
    /// `default-scheduler`.
    Scheduler,
    /// `kubelet` of a node; about one of a pod's containers where `container` says so (`spec.containers{name}`).
    Kubelet {
        /// The node's name.
        node: String,
        /// The field path of the container the event is about.
        container: Option<String>,
    },
    /// `node-controller`.
    NodeController,
    /// `taint-eviction-controller`.
    TaintEvictionController,
}

/// The reason of an event, and with it whether it is a cause for worry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All is as it should be.
    Normal(&'static str),
    /// Something is not.
    Warning(&'static str),
}

impl Reason {
    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Reason::Normal(reason) => ("Normal", reason),
            Reason::Warning(reason) => ("Warning", reason),
        }
    }
}

impl Source {
    /// The component's name, as the `From` column shows it.
    pub const fn component(&self) -> &'static str {
        match self {
            Source::DaemonSetController => "daemonset-controller",
            Source::DeploymentController => "deployment-controller",
            Source::ReplicaSetController => "replicaset-controller",
            Source::StatefulSetController => "statefulset-controller",
            Source::JobController => "job-controller",
            Source::ControllerManager => "controllermanager",
            Source::Scheduler => "default-scheduler",
            Source::Kubelet { .. } => "kubelet",
            Source::NodeController => "node-controller",
            Source::TaintEvictionController => "taint-eviction-controller",
        }
    }

    fn host(&self) -> Option<&str> {
        if let Source::Kubelet { node, .. } = self { Some(node) } else { None }
    }

    fn field_path(&self) -> Option<String> {
        if let Source::Kubelet { container, .. } = self { container.clone() } else { None }
    }
}

/// What the recorders remember of the events they have sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    /// By source, object, reason and message; by source, object and reason; by source and object.
    memories: SortedMap<String, Memory>,
    names: u64,
}

#[derive(Clone, Debug)]
struct Memory {
    /// The event that was sent last.
    sent: Option<Rc<Event>>,
    /// The different messages, the first ten of them.
    messages: SortedSet<String>,
    /// How many more events may be sent.
    left: i64,
    since: Timestamp,
}

impl Recorder {
    /// The event to be stored for what `source` has to say about an object, if it may still say it.
    pub(super) fn observe(
        &mut self,
        now: Timestamp,
        rng: &mut Rng,
        about: &Object,
        source: &Source,
        reason: Reason,
        message: &str,
    ) -> Option<Rc<Event>> {
        let object = reference(about, source);
        let talker = format!("{}/{}", source.component(), source.host().unwrap_or_default());
        let subject = format!("{talker} {} {}", about.key().kind.name(), object.uid.as_deref().unwrap_or_default());
        let topic = format!("{subject} {} {}", reason.parts().1, object.field_path.as_deref().unwrap_or_default());
        let combined = self.is_one_of_many(&topic, message, now);
        let key = if combined { topic } else { format!("{topic} {message}") };
        if !self.ration(subject, now) {
            return None;
        }
        let message = if combined { format!("(combined from similar events): {message}") } else { message.to_owned() };
        let event = Rc::new(match &self.memory(key.clone(), now).sent {
            Some(earlier) => again(earlier, &message, source, now),
            None => Event { metadata: self.metadata(now, rng, &object), ..first(now, object, source, reason, message) },
        });
        self.memory(key, now).sent = Some(event.clone());
        Some(event)
    }

    fn memory(&mut self, key: String, now: Timestamp) -> &mut Memory {
        let new = || Memory { sent: None, messages: SortedSet::new(), left: BURST, since: now };
        self.memories.entry(key, new)
    }

    fn is_one_of_many(&mut self, topic: &str, message: &str, now: Timestamp) -> bool {
        let alike = self.memory(topic.to_owned(), now);
        if now.duration_since(alike.since) > ALIKE_WINDOW {
            alike.messages.clear();
        }
        alike.since = now;
        if alike.messages.len() < MAX_ALIKE {
            alike.messages.insert(message.to_owned());
        }
        alike.messages.len() >= MAX_ALIKE
    }

    fn ration(&mut self, subject: String, now: Timestamp) -> bool {
        let ration = self.memory(subject, now);
        while ration.left < BURST && now.duration_since(ration.since) >= REFILL {
            ration.left += 1;
            ration.since = ration.since.checked_add(REFILL).unwrap_or(now);
        }
        if ration.left == BURST {
            ration.since = now;
        }
        let allowed = ration.left > 0;
        ration.left = (ration.left - 1).max(0);
        allowed
    }

    /// Upstream names an event by its object and the nanosecond; the counter keeps one virtual millisecond's events in order.
    fn metadata(&mut self, now: Timestamp, rng: &mut Rng, object: &ObjectReference) -> ObjectMeta {
        self.names += 1;
        let nanosecond = now.as_nanosecond() + i128::from(self.names % 1_000_000);
        ObjectMeta {
            name: Some(format!("{}.{nanosecond:016x}", object.name.as_deref().unwrap_or_default())),
            namespace: Some(object.namespace.clone().unwrap_or_else(|| "default".to_owned())),
            uid: Some(rng.uid()),
            creation_timestamp: Some(in_seconds(now)),
            ..ObjectMeta::default()
        }
    }
}

/// The first event of its like, without metadata.
fn first(now: Timestamp, object: ObjectReference, source: &Source, reason: Reason, message: String) -> Event {
    // The scheduler speaks the newer events API, which has no count and no first and last time.
    let by_scheduler = *source == Source::Scheduler;
    let (type_, reason) = reason.parts();
    let stamp = (!by_scheduler).then(|| in_seconds(now));
    Event {
        action: by_scheduler.then(|| action(reason).to_owned()),
        count: (!by_scheduler).then_some(1),
        event_time: by_scheduler.then_some(MicroTime(now)),
        first_timestamp: stamp.clone(),
        last_timestamp: stamp,
        involved_object: object,
        message: Some(message),
        reason: Some(reason.to_owned()),
        reporting_component: Some(source.component().to_owned()),
        reporting_instance: Some(source.host().unwrap_or_default().to_owned()),
        source: Some(EventSource {
            component: (!by_scheduler).then(|| source.component().to_owned()),
            host: source.host().map(str::to_owned),
        }),
        type_: Some(type_.to_owned()),
        ..Event::default()
    }
}

/// What the scheduler was about when it told an event.
fn action(reason: &str) -> &'static str {
    match reason {
        "Scheduled" => "Binding",
        "Preempted" => "Preempting",
        _ => "Scheduling",
    }
}

fn in_seconds(now: Timestamp) -> Time {
    Time(Timestamp::from_second(now.as_second()).unwrap_or(now))
}

fn again(earlier: &Event, message: &str, source: &Source, now: Timestamp) -> Event {
    let mut event = earlier.clone();
    event.message = Some(message.to_owned());
    if *source == Source::Scheduler {
        let series = event.series.get_or_insert_default();
        series.count = Some(series.count.unwrap_or(1) + 1);
        series.last_observed_time = Some(MicroTime(now));
    } else {
        event.count = Some(event.count.unwrap_or(1) + 1);
        event.last_timestamp = Some(in_seconds(now));
    }
    event
}

fn reference(about: &Object, source: &Source) -> ObjectReference {
    let (kind, meta) = (about.kind(), about.meta());
    // A kubelet knows its node by name only and gives that as the uid (`pkg/kubelet/kubelet.go`).
    ObjectReference {
        api_version: Some(kind.api_version().to_owned()),
        kind: Some(kind.name().to_owned()),
        name: meta.name.clone(),
        namespace: meta.namespace.clone(),
        uid: if matches!(source, Source::Kubelet { container: None, .. }) && kind == Kind::Node {
            meta.name.clone()
        } else {
            meta.uid.clone()
        },
        resource_version: None,
        field_path: source.field_path(),
    }
}
