//! Events: kept short, and written out when somebody reads them. A cluster tells a dozen of them for every node.

use std::cell::OnceCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use serde_json::Value;

use super::wire::{Mismatch, Wire};
use super::{EventSource, Key, Kind, ObjectMeta, ObjectReference, Time};

/// An event: it reads like one of `k8s-openapi`.
#[derive(Clone, Default)]
pub struct Event {
    /// What it was made from, if it was told by a controller.
    note: Option<Note>,
    /// The note as somebody has read it.
    read: OnceCell<Box<core::Event>>,
    /// What was written in its place.
    changed: Option<Box<core::Event>>,
}

/// What a controller says of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Who says it, and of what.
    pub topic: Rc<Topic>,
    /// The reason, and with it whether it is a cause for worry.
    pub reason: Reason,
    /// In words.
    pub message: Rc<str>,
    /// When it was said for the first time.
    pub first: Timestamp,
    /// When it was said for the last time.
    pub last: Timestamp,
    /// How often it was said.
    pub count: i32,
    /// Tells notes of the same moment apart, in their order.
    pub number: u32,
    /// The event's unique id.
    pub uid: Uid,
    /// The event's `resourceVersion`.
    pub revision: u64,
    /// The `resourceVersion` of the object when it was said for the first time; 0 where it had none.
    pub of: u64,
}

/// Who speaks of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Who speaks.
    pub source: Source,
    /// What of.
    pub about: Rc<About>,
}

/// The object that events are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The key of the object.
    pub key: Key,
    /// The unique id of the object.
    pub uid: Option<Box<str>>,
}

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
        node: Rc<str>,
        /// The field path of the container the event is about.
        container: Option<Rc<str>>,
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

/// A unique id, as its 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uid(pub u64, pub u64);

impl Event {
    /// The event that says this.
    pub fn of_note(note: Note) -> Event {
        Event { note: Some(note), ..Event::default() }
    }

    /// The note it was made from, unless it was changed since.
    pub const fn note(&self) -> Option<&Note> {
        match self.changed {
            None => self.note.as_ref(),
            Some(_) => None,
        }
    }

    /// The key it is stored under.
    pub(super) fn key(&self) -> Key {
        let text = |meta: &Option<String>| meta.clone().unwrap_or_default();
        match self.note() {
            Some(note) => Key::new(Kind::Event, note.namespace(), &note.name()),
            None => Key::new(Kind::Event, &text(&self.metadata.namespace), &text(&self.metadata.name)),
        }
    }

    /// Whether it is still the note it was made from, and has this name.
    pub(crate) fn is_noted_as(&self, namespace: &str, name: &str) -> bool {
        self.note().is_some_and(|note| {
            name.starts_with(&*note.topic.about.key.name) && note.namespace() == namespace && note.name() == name
        })
    }

    /// Sets the `resourceVersion`.
    pub(super) fn set_revision(&mut self, revision: u64) {
        match (&mut self.note, &self.changed) {
            (Some(note), None) => {
                note.revision = revision;
                self.read.take();
            }
            _ => self.metadata.resource_version = Some(revision.to_string()),
        }
    }

    /// Who tells it, as the `From` column shows: `kubelet`.
    pub fn component(&self) -> &str {
        match self.note() {
            Some(note) => note.topic.source.component(),
            None => {
                let component = self.source.as_ref().and_then(|source| source.component.as_deref());
                component.filter(|it| !it.is_empty()).or(self.reporting_component.as_deref()).unwrap_or_default()
            }
        }
    }

    /// Kind, namespace, name and uid of the object it is about, as far as it says.
    pub fn about(&self) -> [Option<&str>; 4] {
        match self.note() {
            Some(Note { topic, .. }) => {
                let About { key, uid } = &*topic.about;
                [Some(key.kind.name()), given(&key.namespace), given(&key.name), uid.as_deref()]
            }
            None => {
                let about = &self.involved_object;
                [about.kind.as_deref(), about.namespace.as_deref(), about.name.as_deref(), about.uid.as_deref()]
            }
        }
    }

    /// What it says.
    pub fn words(&self) -> &str {
        self.note().map_or_else(|| self.message.as_deref().unwrap_or_default(), |note| &note.message)
    }

    /// Whether it is a cause for worry.
    pub fn is_warning(&self) -> bool {
        self.note().map_or_else(|| self.type_.as_deref() == Some("Warning"), |note| note.reason.parts().0 == "Warning")
    }
}

impl Note {
    /// Upstream names an event by its object and the nanosecond; the number keeps one virtual millisecond's events in order.
    fn name(&self) -> String {
        let nanosecond = self.first.as_nanosecond() + i128::from(self.number);
        format!("{}.{nanosecond:016x}", self.topic.about.key.name)
    }

    fn namespace(&self) -> &str {
        given(&self.topic.about.key.namespace).unwrap_or("default")
    }

    fn write_out(&self) -> core::Event {
        let Topic { source, about } = &*self.topic;
        let About { key, uid } = &**about;
        // The scheduler speaks the newer events API, which has no count and no first and last time.
        let is_new_style = *source == Source::Scheduler;
        let stamp = |at: Timestamp| (!is_new_style).then(|| in_seconds(at));
        let (type_, reason) = self.reason.parts();
        let series = core::EventSeries { count: Some(self.count), last_observed_time: Some(MicroTime(self.last)) };
        core::Event {
            metadata: ObjectMeta {
                name: Some(self.name()),
                namespace: Some(self.namespace().to_owned()),
                uid: Some(self.uid.to_string()),
                creation_timestamp: Some(in_seconds(self.first)),
                resource_version: (self.revision > 0).then(|| self.revision.to_string()),
                ..ObjectMeta::default()
            },
            action: is_new_style.then(|| action(reason).to_owned()),
            count: (!is_new_style).then_some(self.count),
            event_time: is_new_style.then_some(MicroTime(self.first)),
            first_timestamp: stamp(self.first),
            last_timestamp: stamp(self.last),
            series: (is_new_style && self.count > 1).then_some(series),
            involved_object: ObjectReference {
                api_version: Some(key.kind.api_version().to_owned()),
                kind: Some(key.kind.name().to_owned()),
                name: given(&key.name).map(str::to_owned),
                namespace: given(&key.namespace).map(str::to_owned),
                uid: uid.as_deref().map(str::to_owned),
                resource_version: (self.of > 0 && !source.names_by_hand(key.kind)).then(|| self.of.to_string()),
                field_path: source.field_path().map(str::to_owned),
            },
            message: Some(self.message.as_ref().to_owned()),
            reason: Some(reason.to_owned()),
            reporting_component: Some(source.component().to_owned()),
            reporting_instance: Some(if is_new_style { SCHEDULER } else { source.host().unwrap_or_default() }.to_owned()),
            source: Some(EventSource {
                component: (!is_new_style).then(|| source.component().to_owned()),
                host: source.host().map(str::to_owned),
            }),
            type_: Some(type_.to_owned()),
            ..core::Event::default()
        }
    }
}

/// The scheduler names its process by its host.
const SCHEDULER: &str = "default-scheduler-control-plane";

#[inline(never)]
fn written_out(note: Option<&Note>) -> Box<core::Event> {
    Box::new(note.map(Note::write_out).unwrap_or_default())
}

/// What the scheduler was about when it told an event.
fn action(reason: &str) -> &'static str {
    match reason {
        "Scheduled" => "Binding",
        "Preempted" => "Preempting",
        _ => "Scheduling",
    }
}

/// A part of a key that has one.
fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn in_seconds(at: Timestamp) -> Time {
    Time(Timestamp::from_second(at.as_second()).unwrap_or(at))
}

impl Reason {
    /// `Normal` or `Warning`, and the reason.
    pub const fn parts(self) -> (&'static str, &'static str) {
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

    /// Whether it refers to objects of a kind by no more than their names (`pkg/kubelet/kubelet.go`,
    /// `pkg/controller/util/node/controller_utils.go`, `pkg/controller/tainteviction`).
    fn names_by_hand(&self, kind: Kind) -> bool {
        kind == Kind::Node || *self == Source::TaintEvictionController
    }

    /// The node it speaks from, if it is on one.
    pub fn host(&self) -> Option<&str> {
        if let Source::Kubelet { node, .. } = self { Some(node) } else { None }
    }

    /// The part of the object it speaks of, if not of all of it.
    pub fn field_path(&self) -> Option<&str> {
        if let Source::Kubelet { container, .. } = self { container.as_deref() } else { None }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By hand: a cluster makes up so many that the machinery of `write!` shows.
        let mut bits = (u128::from(self.0) << 64) | u128::from(self.1);
        let mut text = [b'-'; 36];
        for place in (0..36).rev().filter(|place| !matches!(place, 8 | 13 | 18 | 23)) {
            text[place] = b"0123456789abcdef"[(bits & 0xF) as usize];
            bits >>= 4;
        }
        f.write_str(str::from_utf8(&text).unwrap_or_default())
    }
}

impl Deref for Event {
    type Target = core::Event;

    fn deref(&self) -> &core::Event {
        self.changed.as_ref().unwrap_or_else(|| self.read.get_or_init(|| written_out(self.note.as_ref())))
    }
}

impl DerefMut for Event {
    fn deref_mut(&mut self) -> &mut core::Event {
        let (note, read) = (&self.note, &mut self.read);
        self.changed.get_or_insert_with(|| read.take().unwrap_or_else(|| written_out(note.as_ref())))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Event) -> bool {
        match (self.note(), other.note()) {
            (Some(note), Some(other)) => note == other,
            _ => **self == **other,
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl Wire for Event {
    fn blank() -> Event {
        Event::default()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        (**self).read(value)
    }

    fn write(&mut self) -> Option<Value> {
        (**self).write()
    }
}
