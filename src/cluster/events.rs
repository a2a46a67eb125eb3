//! Events as the recorders of client-go send them: counted, aggregated, and dropped when there are too many
//! (`tools/record/events_cache.go`). The scheduler has the newer recorder: to that an event is the same only as long as the object
//! is, whatever it says, and the second of its kind begins a series (`tools/events/event_broadcaster.go`).

mod memory;

use std::rc::Rc;

use jiff::Timestamp;
use smallvec::SmallVec;

use super::Rng;
use crate::api::event::{About, Note, Reason, Source, Topic};
use crate::api::fetch::{TOGETHER, fetch};
use crate::api::sorted::SortedMap;
use crate::api::table::Table;
use crate::api::{Event, Key, Kind, Object};
use memory::Memory;

/// So many events of an object are looked through for one like the next.
const FEW: usize = 16;
/// So many are told of a pod with one container from its beginning to its end.
const USUAL: usize = 6;

/// What the recorders remember of the events they have sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    /// By the object.
    told: Table<Key, Told>,
    /// What was said last for each reason: of many objects the same is said.
    words: SortedMap<&'static str, Rc<str>>,
    names: u64,
}

/// An event that was sent, and its reason, which is at hand so without a look at the event.
type Sent = (&'static str, Rc<Event>);

/// What was told of an object.
#[derive(Clone, Debug)]
enum Told {
    /// Each thing once: so it is with most objects, and there are many. What has to be remembered of it follows from the events.
    Once(Vec<Sent>),
    /// Some more than once. By each source.
    Again(Vec<Memory>),
}

impl Recorder {
    /// Sends what `source` has to say about an object, if it may still say it.
    #[expect(clippy::too_many_arguments, reason = "who, what, of what, when")]
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn observe(
        &mut self,
        now: Timestamp,
        rng: &mut Rng,
        object: &Object,
        source: &Source,
        reason: Reason,
        message: &str,
        send: impl FnOnce(Event) -> Option<Rc<Event>>,
    ) {
        let name = reason.parts().1;
        let message = self.words_for(name, message);
        let (key, told) = self.told.entry(&object.wanted(), || (object.key(), Told::Once(Vec::with_capacity(USUAL))));
        let about = || Rc::new(About { key: key.clone(), uid: uid(object, source).map(Box::from) });
        let of = object.revision();
        let mut first = |topic: Rc<Topic>, message: Rc<str>| {
            self.names += 1;
            let number = (self.names % 1_000_000) as u32;
            Note { topic, reason, message, first: now, last: now, count: 1, number, uid: rng.uid(), revision: 0, of }
        };
        if let Told::Once(events) = told {
            if is_new(events, source, name) {
                events.extend(send(Event::of_note(first(topic(events, source, about), message))).map(|sent| (name, sent)));
                return;
            }
            *told = Told::Again(Memory::of(events));
        }
        let Told::Again(memories) = told else { return };
        let memory = Memory::find(memories, source, now);
        let is_allowed = memory.ration(now);
        let subject = memory.subject(now, source, name, about);
        let is_series = *source == Source::Scheduler;
        let place = if is_series { subject.go_on(&message, of) } else { subject.hear(&message, now) };
        let is_told = if is_series { place.is_some() } else { is_allowed };
        if !is_told {
            return;
        }
        let (earlier, message) = match place.map(|place| &subject.said[place].event) {
            Some(Ok(event)) if is_series => (Some(event), event.words().into()),
            Some(Ok(event)) => (Some(event), message),
            Some(Err(message)) => (None, Rc::clone(message)),
            None => (subject.combined.as_ref(), format!("(combined from similar events): {message}").into()),
        };
        let note = match earlier.and_then(|event| event.note()) {
            Some(earlier) => Note { message, last: now, count: earlier.count + 1, ..earlier.clone() },
            None => first(Rc::clone(&subject.topic), message),
        };
        let Some(sent) = send(Event::of_note(note)) else { return };
        match place {
            Some(place) => subject.said[place].event = Ok(sent),
            None => subject.combined = Some(sent),
        }
    }

    /// Fetches what was told of these objects.
    #[cfg_attr(quick, optimize(speed))]
    pub(super) fn fetch<'a>(&self, objects: impl Iterator<Item = &'a Key>) {
        let told = objects.filter_map(|key| match self.told.get(&key.wanted())? {
            Told::Once(events) => Some(events),
            Told::Again(_) => None,
        });
        let told: SmallVec<[&Vec<Sent>; TOGETHER]> = told.collect();
        let last: SmallVec<[&Rc<Event>; TOGETHER]> = told.iter().filter_map(|told| Some(&told.last()?.1)).collect();
        let topics = last.iter().filter_map(|event| Some(&event.note()?.topic));
        let topics: SmallVec<[&Rc<Topic>; TOGETHER]> = topics.collect();
        fetch(topics.iter().map(|topic| Rc::strong_count(topic)));
    }

    fn words_for(&mut self, reason: &'static str, message: &str) -> Rc<str> {
        let last = self.words.entry(reason, || message.into());
        if **last != *message {
            *last = message.into();
        }
        Rc::clone(last)
    }

    /// Forgets what was said of an object that is gone: it does not come back (upstream keeps the last 4096 objects).
    pub(super) fn forget(&mut self, about: &Object) {
        self.told.remove(&about.wanted());
    }
}

/// Whether a source has not spoken for this reason yet.
fn is_new(events: &[Sent], source: &Source, reason: &str) -> bool {
    let is_alike = |(other, event): &Sent| *other == reason && event.note().is_some_and(|note| note.topic.source == *source);
    events.len() < FEW && !events.iter().any(is_alike)
}

/// Who speaks of what: kept once as long as nobody else speaks.
fn topic(events: &[Sent], source: &Source, about: impl FnOnce() -> Rc<About>) -> Rc<Topic> {
    let last = events.last().and_then(|(_, event)| Some(&event.note()?.topic));
    let known = last.filter(|topic| topic.source == *source).cloned();
    known.unwrap_or_else(|| Rc::new(Topic { source: source.clone(), about: about() }))
}

/// A kubelet knows its node by name only and gives that as the uid (`pkg/kubelet/kubelet.go`). The taint eviction controller
/// gives none (`taint_eviction.go` `emitPodDeletionEvent`), so that `describe` does not find what it says.
fn uid<'a>(about: &'a Object, source: &Source) -> Option<&'a str> {
    let head = about.head();
    let uid = match source {
        Source::TaintEvictionController => "",
        Source::Kubelet { container: None, .. } if about.kind() == Kind::Node => head.name(),
        _ => head.uid(),
    };
    Some(uid).filter(|uid| !uid.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Namespace, ObjectMeta, Resource};
    use crate::cluster::{Cluster, DeleteOptions};
    use jiff::SignedDuration;

    #[test]
    fn what_comes_by_the_name_of_something_gone_is_another() {
        let mut cluster = Cluster::new(1, Timestamp::UNIX_EPOCH);
        let definition = || Namespace {
            metadata: ObjectMeta { name: Some("a".to_owned()), ..ObjectMeta::default() },
            ..Namespace::default()
        };
        let tell = |cluster: &mut Cluster, about: &Object| {
            cluster.record(about, &Source::NodeController, Reason::Normal("Told"), "so it is");
        };
        for _ in 0..2 {
            let about = cluster.create(definition()).expect("created");
            for _ in 0..2 {
                tell(&mut cluster, &about);
            }
            cluster.delete(&about.key(), &DeleteOptions::default()).expect("deleted");
            cluster.finalize_namespace("a");
            tell(&mut cluster, &about);
        }
        let told = cluster.store().objects(Kind::Event).filter_map(Event::of).map(|event| (event.about()[3], event.count));
        let told: Vec<_> = told.collect();
        assert_eq!(told.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [Some(2), Some(1), Some(2), Some(1)]);
        assert!(told[0].0 == told[1].0 && told[1].0 != told[2].0 && told[2].0 == told[3].0, "{told:?}");
    }

    /// What is remembered of single events comes to the same as what is remembered from the first one on.
    #[test]
    fn what_was_told_once_is_remembered_as_if_it_was_told_again() {
        let cluster = Cluster::new(1, Timestamp::UNIX_EPOCH);
        let about = Object::from(cluster.store().get::<Namespace>("", "default").expect("it is always there").clone());
        let kubelet = |container: &str| Source::Kubelet { node: "n".into(), container: Some(container.into()) };
        let sources = [kubelet("a"), kubelet("b"), Source::Scheduler];
        const REASONS: [&str; 7] = ["A", "B", "C", "D", "E", "F", "G"];
        let mut number: u64 = 1;
        for round in 0..300 {
            let (mut lazy, mut full) = (Recorder::default(), Recorder::default());
            full.told.entry(&about.wanted(), || (about.key(), Told::Again(vec![])));
            let mut recorders = [(&mut lazy, Rng::new(2)), (&mut full, Rng::new(2))];
            let mut now = Timestamp::UNIX_EPOCH;
            for _ in 0..60 {
                let mut draw = |below: u64| {
                    number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (number >> 33) % below
                };
                now += SignedDuration::from_secs(draw(if round % 2 == 0 { 400 } else { 2 }).cast_signed());
                let (source, reason) = (&sources[draw(3) as usize], REASONS[draw(7) as usize]);
                let message = format!("{}", draw(if round % 3 == 0 { 20 } else { 2 }));
                let told = recorders.each_mut().map(|(recorder, rng)| {
                    let mut told = None;
                    recorder.observe(now, rng, &about, source, Reason::Normal(reason), &message, |event| {
                        told = event.note().cloned();
                        Some(Rc::new(event))
                    });
                    told
                });
                assert_eq!(told[0], told[1], "round {round}");
            }
        }
    }
}
