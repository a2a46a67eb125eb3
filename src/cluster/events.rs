//! Events as the recorders of client-go send them: counted, aggregated, and dropped when there are too many
//! (`tools/record/events_cache.go`).

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::Rng;
use crate::api::event::{About, Note, Reason, Source, Topic};
use crate::api::sorted::SortedMap;
use crate::api::table::{Table, hash};
use crate::api::{Event, Kind, Object};

/// More than this many different messages of one reason are told as one combined event.
const MAX_ALIKE: usize = 10;
/// How long alike events are remembered.
const ALIKE_WINDOW: SignedDuration = SignedDuration::from_secs(600);
/// How many messages of one reason are remembered; upstream keeps the last 4096 of all.
const MOST_SAID: usize = 100;
/// Events an object may have from one source before they are rationed.
const BURST: i32 = 25;
/// How often a rationed object gets one more.
const REFILL: SignedDuration = SignedDuration::from_secs(300);

/// What the recorders remember of the events they have sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    /// By the object, told apart by its uid.
    memories: Table<Rc<About>, Vec<Memory>>,
    /// What was said last for each reason: of many objects the same is said.
    words: SortedMap<&'static str, Rc<str>>,
    names: u64,
}

/// What one component on one host has said of one object.
#[derive(Clone, Debug)]
struct Memory {
    /// The component and the host, among them one of the parts of the object that it spoke of.
    source: Source,
    /// How many more events may be sent, since when.
    left: i32,
    since: Timestamp,
    subjects: Vec<Subject>,
}

/// What was said for one reason.
#[derive(Clone, Debug)]
struct Subject {
    topic: Rc<Topic>,
    reason: &'static str,
    /// When something was said last.
    since: Timestamp,
    said: Vec<Said>,
    /// What stands for too many different messages.
    combined: Option<Rc<Event>>,
}

/// A message, and whether it counts among those that are alike.
#[derive(Clone, Debug)]
struct Said {
    is_recent: bool,
    /// The event that says it, or the message alone if none was sent.
    event: Result<Rc<Event>, Rc<str>>,
}

impl Recorder {
    /// Sends what `source` has to say about an object, if it may still say it.
    #[expect(clippy::too_many_arguments, reason = "who, what, of what, when")]
    pub(super) fn observe(
        &mut self,
        now: Timestamp,
        rng: &mut Rng,
        about: &Object,
        source: &Source,
        reason: Reason,
        message: &str,
        send: impl FnOnce(Event) -> Option<Rc<Event>>,
    ) {
        let message = self.words_for(reason, message);
        let uid = uid(about, source);
        let (about, memories) =
            self.memories.entry(wanted(uid.unwrap_or_default()), || (Rc::new(about_of(about, uid)), vec![]));
        let memory = memory(memories, source, now);
        let is_allowed = memory.ration(now);
        let subject = memory.subject(now, about, source, reason);
        let place = subject.hear(&message, now);
        if !is_allowed {
            return;
        }
        let (earlier, message) = match place.map(|place| &mut subject.said[place].event) {
            Some(Ok(event)) => (Some(&*event), message),
            Some(Err(message)) => (None, Rc::clone(message)),
            None => (subject.combined.as_ref(), format!("(combined from similar events): {message}").into()),
        };
        let note = match earlier.and_then(|event| event.note()) {
            Some(earlier) => Note { message, last: now, count: earlier.count + 1, ..earlier.clone() },
            None => {
                self.names += 1;
                let (topic, number) = (Rc::clone(&subject.topic), (self.names % 1_000_000) as u32);
                Note { topic, reason, message, first: now, last: now, count: 1, number, uid: rng.uid(), revision: 0 }
            }
        };
        let Some(sent) = send(Event::of_note(note)) else { return };
        match place {
            Some(place) => subject.said[place].event = Ok(sent),
            None => subject.combined = Some(sent),
        }
    }
}

impl Recorder {
    fn words_for(&mut self, reason: Reason, message: &str) -> Rc<str> {
        let last = self.words.entry(reason.parts().1, || message.into());
        if **last != *message {
            *last = message.into();
        }
        Rc::clone(last)
    }

    /// Forgets what was said of an object that is gone: it does not come back (upstream keeps the last 4096 objects).
    pub(super) fn forget(&mut self, uid: &str) {
        self.memories.remove(wanted(uid));
    }
}

/// Finds what was said of an object.
fn wanted(uid: &str) -> (u64, impl Fn(&Rc<About>) -> bool + Copy + use<'_>) {
    (hash(&[uid]), move |about| about.uid.as_deref().unwrap_or_default() == uid)
}

/// What a source remembers of an object.
fn memory<'a>(memories: &'a mut Vec<Memory>, source: &Source, now: Timestamp) -> &'a mut Memory {
    let speaks = |memory: &Memory| (memory.source.component(), memory.source.host()) == (source.component(), source.host());
    let place = memories.iter().position(speaks).unwrap_or_else(|| {
        memories.reserve_exact(1);
        memories.push(Memory { source: source.clone(), left: BURST, since: now, subjects: vec![] });
        memories.len() - 1
    });
    &mut memories[place]
}

impl Memory {
    /// Whether one more event may be sent; if so, it is one less from now on.
    fn ration(&mut self, now: Timestamp) -> bool {
        while self.left < BURST && now.duration_since(self.since) >= REFILL {
            self.left += 1;
            self.since = self.since.checked_add(REFILL).unwrap_or(now);
        }
        if self.left == BURST {
            self.since = now;
        }
        let is_allowed = self.left > 0;
        self.left = (self.left - 1).max(0);
        is_allowed
    }

    /// What was said for a reason of the whole object, or of the same part of it.
    fn subject(&mut self, now: Timestamp, about: &Rc<About>, source: &Source, reason: Reason) -> &mut Subject {
        let (_, reason) = reason.parts();
        let same_topic = |subject: &&Subject| subject.topic.source.field_path() == source.field_path();
        let place = self.subjects.iter().position(|subject| subject.reason == reason && same_topic(&subject));
        let place = place.unwrap_or_else(|| {
            let topic = self.subjects.iter().find(same_topic).map(|subject| Rc::clone(&subject.topic));
            let topic = topic.unwrap_or_else(|| Rc::new(Topic { source: source.clone(), about: Rc::clone(about) }));
            // There are so many of these lists: most have one subject, and the others about four.
            if self.subjects.len() == self.subjects.capacity() {
                self.subjects.reserve_exact(if self.subjects.is_empty() { 1 } else { 3 });
            }
            self.subjects.push(Subject { topic, reason, since: now, said: Vec::with_capacity(1), combined: None });
            self.subjects.len() - 1
        });
        &mut self.subjects[place]
    }
}

impl Subject {
    /// Remembers a message; says where it stands in `said`, nowhere if there are too many like it.
    fn hear(&mut self, message: &Rc<str>, now: Timestamp) -> Option<usize> {
        if now.duration_since(self.since) > ALIKE_WINDOW {
            self.said.iter_mut().for_each(|said| said.is_recent = false);
        }
        self.since = now;
        let place = self.said.iter().position(|said| *said.message() == **message);
        if self.recent() < MAX_ALIKE {
            match place {
                Some(place) => self.said[place].is_recent = true,
                None => {
                    if self.said.len() >= MOST_SAID
                        && let Some(oldest) = self.said.iter().position(|said| !said.is_recent)
                    {
                        self.said.remove(oldest);
                    }
                    self.said.push(Said { is_recent: true, event: Err(Rc::clone(message)) });
                }
            }
        }
        (self.recent() < MAX_ALIKE).then(|| place.unwrap_or(self.said.len() - 1))
    }

    fn recent(&self) -> usize {
        self.said.iter().filter(|said| said.is_recent).count()
    }
}

impl Said {
    fn message(&self) -> &str {
        match &self.event {
            Ok(event) => event.words(),
            Err(message) => message,
        }
    }
}

/// A kubelet knows its node by name only and gives that as the uid (`pkg/kubelet/kubelet.go`).
fn uid<'a>(about: &'a Object, source: &Source) -> Option<&'a str> {
    let head = about.head();
    let by_name = matches!(source, Source::Kubelet { container: None, .. }) && about.kind() == Kind::Node;
    Some(if by_name { head.name() } else { head.uid() }).filter(|uid| !uid.is_empty())
}

fn about_of(object: &Object, uid: Option<&str>) -> About {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    About {
        kind: object.kind(),
        namespace: text(object.namespace()),
        name: text(object.name()),
        uid: uid.map(str::to_owned),
    }
}
