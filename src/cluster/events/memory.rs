//! What a recorder remembers of an object of which the same is told again: what is alike, and how much more may be told.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::Sent;
use crate::api::Event;
use crate::api::event::{About, Source, Topic};

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

/// What one component on one host has said of one object.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// The component and the host, among them one of the parts of the object that it spoke of.
    source: Source,
    /// How many more events may be sent, since when.
    left: i32,
    since: Timestamp,
    subjects: Vec<Subject>,
}

/// What was said for one reason.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) topic: Rc<Topic>,
    reason: &'static str,
    /// When something was said last.
    since: Timestamp,
    pub(super) said: Vec<Said>,
    /// What stands for too many different messages.
    pub(super) combined: Option<Rc<Event>>,
}

/// A message, and whether it counts among those that are alike.
#[derive(Clone, Debug)]
pub(super) struct Said {
    is_recent: bool,
    /// The event that says it, or the message alone if none was sent.
    pub(super) event: Result<Rc<Event>, Rc<str>>,
}

impl Memory {
    /// What is remembered, by each source, of events that were sent one after the other, each for a reason of its own.
    pub(super) fn of(events: &[Sent]) -> Vec<Memory> {
        let mut memories = vec![];
        for (reason, event) in events {
            let Some(note) = event.note() else { continue };
            let (source, at) = (&note.topic.source, note.first);
            let memory = Memory::find(&mut memories, source, at);
            memory.ration(at);
            let subject = memory.subject(at, source, reason, || Rc::clone(&note.topic.about));
            subject.hear(&note.message, at);
            subject.said.iter_mut().for_each(|said| said.event = Ok(Rc::clone(event)));
        }
        memories
    }

    /// What a source remembers of an object.
    pub(super) fn find<'a>(memories: &'a mut Vec<Memory>, source: &Source, now: Timestamp) -> &'a mut Memory {
        let speaks =
            |memory: &Memory| (memory.source.component(), memory.source.host()) == (source.component(), source.host());
        let place = memories.iter().position(speaks).unwrap_or_else(|| {
            memories.push(Memory { source: source.clone(), left: BURST, since: now, subjects: vec![] });
            memories.len() - 1
        });
        &mut memories[place]
    }

    /// Whether one more event may be sent; if so, it is one less from now on.
    pub(super) fn ration(&mut self, now: Timestamp) -> bool {
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
    pub(super) fn subject(
        &mut self,
        now: Timestamp,
        source: &Source,
        reason: &'static str,
        about: impl FnOnce() -> Rc<About>,
    ) -> &mut Subject {
        let same_topic = |subject: &&Subject| subject.topic.source.field_path() == source.field_path();
        let place = self.subjects.iter().position(|subject| subject.reason == reason && same_topic(&subject));
        let place = place.unwrap_or_else(|| {
            let topic = self.subjects.iter().find(same_topic).map(|subject| Rc::clone(&subject.topic));
            let topic = topic.unwrap_or_else(|| Rc::new(Topic { source: source.clone(), about: about() }));
            self.subjects.push(Subject { topic, reason, since: now, said: vec![], combined: None });
            self.subjects.len() - 1
        });
        &mut self.subjects[place]
    }
}

impl Subject {
    /// Says where the series stands that goes on with the object's version `of`, or that begins with this message. Nowhere if its
    /// second event was sent: from then on it is counted in memory, and written out when it has ended for some minutes.
    #[inline(never)]
    pub(super) fn go_on(&mut self, message: &Rc<str>, of: u64) -> Option<usize> {
        let last = self.said.last().and_then(|said| said.event.as_ref().ok()?.note()).filter(|note| note.of == of);
        match last {
            Some(note) if note.count > 1 => return None,
            Some(_) => {}
            None => self.said = vec![Said { is_recent: true, event: Err(Rc::clone(message)) }],
        }
        Some(0)
    }

    /// Remembers a message; says where it stands in `said`, nowhere if there are too many like it.
    pub(super) fn hear(&mut self, message: &Rc<str>, now: Timestamp) -> Option<usize> {
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
