//! Everything the page knows, what can be said to it, and the one place where that changes it.
//!
//! Pure but for time travel's work: no browser here. What the browser has to do comes back as [`Effect`]s.

mod asking;
mod course;
mod deeds;
mod desk;
mod film;
mod link;
mod map;
mod message;
mod opening;
mod own;
mod time;
mod watchdog;
mod why;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use yew::AttrValue;

pub(super) use course::{ChallengeView, place};
pub(super) use deeds::Deed;
pub(super) use desk::{AtDesk, Desk, in_utf16};
pub(super) use link::{AboutLinks, Parcel};
pub(super) use message::{CourseView, Effect, Message, Room, Theme, Window};
pub(super) use own::{Own, OwnView};
pub(super) use why::{Answer, Ask};

use self::opening::Whose;
use super::view::{self, MapView, Memory};
use super::words::t;
use crate::api::lint::Diagnostic;
use crate::editor::Edit;
use crate::lessons::{self, Course, Lesson, Library, Progress};
use crate::session::{Action, Session};
use crate::share::{self, ShareError, Shared};
use crate::shell::Completion;
use crate::sim::SimTime;
use crate::timeline::{Branch, Sentence, Timeline};

/// A word to the person, over the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Banner {
    /// What is the matter, and what to do.
    pub(super) text: AttrValue,
    /// What can be done about it with a button.
    pub(super) offer: Option<Offer>,
}

/// What a banner's button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// Keeps what a link holds, or goes back to one's own work.
    Mine,
    /// Ends what a link does while it is opened.
    Stop,
    /// Loads the page anew, in its newer version.
    Reload,
    /// Goes on here with the work that another tab has.
    Here,
}

/// What helps with the line that is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Assist {
    /// The rest of the line as it will probably be.
    pub(super) suggestion: Option<String>,
    /// Words to tap.
    pub(super) chips: Completion,
    /// Whether the line goes on in the next one.
    pub(super) unfinished: bool,
}

/// A goal as it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GoalView {
    /// Its name in the lesson.
    pub(super) id: AttrValue,
    /// What is to be reached.
    pub(super) text: AttrValue,
    /// Whether it is.
    pub(super) met: bool,
    /// Why, or why not.
    pub(super) reason: AttrValue,
}

/// A request to the editor, counted so that the same one can be made twice.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Jump {
    /// What to do.
    pub(super) order: Order,
    /// How many there were.
    pub(super) count: u32,
}

/// What the editor is to do with the open file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Order {
    /// Show this line, 1-based.
    Line(usize),
    /// Make these edits, as if they were typed.
    Edits(Rc<Vec<Edit>>),
    /// Change the text to this one, as if that were typed.
    Text(AttrValue),
}

impl Default for Order {
    fn default() -> Order {
        Order::Line(1)
    }
}

/// Everything the page knows.
#[derive(Debug)]
pub(super) struct State {
    timeline: Timeline,
    /// What of the lesson held at some time.
    progress: Progress,
    /// What is being looked at, if it is not the present.
    past: Option<Session>,
    /// The same with what was only asked there.
    asked: Option<Box<Session>>,
    /// All lessons there are.
    pub(super) library: Rc<Library>,
    /// The lesson, and which of its steps.
    pub(super) lesson: Option<(Rc<Lesson>, usize)>,
    /// How far the learner is.
    pub(super) course: Rc<Course>,
    /// Whether that is to be saved.
    course_changed: bool,
    /// What is shown of the course.
    pub(super) course_view: Option<CourseView>,
    /// The word of the glossary that is shown.
    pub(super) term: Option<AttrValue>,
    /// What somebody wants to know why.
    why: Option<Ask>,
    /// The lesson that waits while something else is tried.
    pub(super) aside: Option<AttrValue>,
    /// For how many milliseconds of real time the challenge has been going on, where somebody races.
    pub(super) race: Option<f64>,
    /// The current step's goals.
    pub(super) goals: Rc<Vec<GoalView>>,
    /// The mistakes of the step that are made just now.
    pub(super) mistakes: Rc<Vec<AttrValue>>,
    /// A challenge: how many commands have changed something.
    taken: usize,
    goals_of: Option<(u64, usize, bool, usize, u64)>,
    /// What is on the map.
    pub(super) map: Rc<MapView>,
    /// Of which moment of the past, of which revision of the store, in which second.
    map_of: Option<(Option<u64>, u64, u64)>,
    /// The frame in which the map was drawn last.
    map_at: f64,
    /// What the map was drawn with, once there was more than bare nodes.
    memory: Option<Box<Memory>>,
    /// What was chosen on the map at earlier visits.
    pub(super) map_choices: String,
    /// Whether all that draws the map is there.
    charted: bool,
    /// Whether the clock goes.
    pub(super) playing: bool,
    /// Whether the clock went when the past came into view.
    went: bool,
    /// What has just happened, where somebody goes step by step.
    pub(super) told: Rc<Vec<Sentence>>,
    /// Virtual seconds in a second.
    pub(super) speed: f64,
    /// Until when to go on as fast as can be.
    settling: Option<SimTime>,
    last_frame: Option<f64>,
    carry: f64,
    /// How the clock keeps up.
    watchdog: watchdog::Watchdog,
    /// Lines typed while a command runs.
    pub(super) queue: Rc<VecDeque<String>>,
    /// How many entries the person has cleared away.
    cleared: usize,
    /// What to put into the terminal's input, counted.
    pub(super) typed: (u32, AttrValue),
    /// The file that is open.
    pub(super) open: AttrValue,
    /// Text that is not saved yet, by file.
    drafts: BTreeMap<String, String>,
    /// The problems of the open file.
    pub(super) problems: Rc<Vec<Diagnostic>>,
    /// Where the editor is to go.
    pub(super) jump: Jump,
    /// What is known of the files beside their texts.
    pub(super) desk: Rc<Desk>,
    /// After how many commands that was looked at, and whether one ran.
    looked: (usize, bool),
    /// What can be shared, while that is shown.
    pub(super) parcel: Option<Rc<Parcel>>,
    /// What was done before, while it is not all there.
    opening: Option<Box<opening::Opening>>,
    /// The scenario file that is being played, before it is opened.
    film: Option<Box<film::Film>>,
    /// What the person who made the link called it.
    title: AttrValue,
    /// Whether it is known already what of the lesson held at some time.
    observed: bool,
    /// Which colours.
    pub(super) theme: Theme,
    /// Whether the system's are dark.
    pub(super) system_dark: bool,
    /// On a phone: what is shown.
    pub(super) room: Room,
    /// The window over the page.
    pub(super) window: Option<Window>,
    /// What is shown of what comes from elsewhere or goes there.
    pub(super) own: Option<OwnView>,
    /// What a screen reader is to say.
    pub(super) said: AttrValue,
    /// When that was, in real milliseconds.
    said_at: f64,
    /// A word to the person.
    pub(super) banner: Option<Banner>,
    /// What the person should know about the page itself; the first is shown.
    pub(super) notices: VecDeque<Banner>,
    /// Whether there are hints beside commands that went wrong.
    pub(super) hints: bool,
    /// The file that kubectl waits for the person to edit.
    pub(super) editing: Option<AttrValue>,
    /// Whether a link is being looked at and nothing was done to it yet. Until then it replaces nothing.
    pub(super) visiting: bool,
    /// Whether there is own work from before a link.
    pub(super) mine: bool,
    shown_tenth: u64,
    /// Whether all of the engine is there.
    whole: bool,
}

/// No frame does more work than this, so that the page stays quick.
const STEPS_PER_FRAME: usize = 250;
/// No frame counts for more real time than this: a page that was hidden does not leap.
const LONGEST_FRAME: f64 = 250.0;
/// From so many nodes on the map is not drawn in every frame,
const LARGE_MAP: usize = 2000;
/// but after so many milliseconds.
const LARGE_MAP_PAUSE: f64 = 48.0;
/// How far "jump to settled" goes.
const SETTLE_LIMIT: Duration = Duration::from_secs(600);

impl State {
    /// The page on a lesson's beginning, or on free play.
    pub(super) fn new(library: Rc<Library>, course: Rc<Course>, lesson: Option<Lesson>) -> State {
        let scenario = lesson.as_ref().map_or_else(lessons::sandbox, |lesson| lesson.scenario.clone());
        let mut timeline = Timeline::new(&scenario);
        timeline.keep_checkpoints(false);
        State::over(timeline, library, course, lesson.map(|lesson| (Rc::new(lesson), 0)))
    }

    /// The lesson of this name, and a step that it has.
    #[inline(never)]
    fn place_of(library: &Library, place: Option<(String, usize)>) -> Option<(Rc<Lesson>, usize)> {
        let (name, step) = place?;
        let lesson = library.lesson(&name)?;
        let step = step.min(lesson.steps.len().saturating_sub(1));
        Some((Rc::new(lesson), step))
    }

    /// The page as it was when [`State::kept`] wrote `text`.
    ///
    /// # Errors
    /// Where the present cannot be read; a present that was left behind and cannot be read is left out.
    #[inline(never)]
    pub(super) fn recalled(library: Rc<Library>, course: Rc<Course>, text: &str) -> Result<State, ShareError> {
        let mut lines = text.lines();
        let mut shared = share::decode(lines.next().unwrap_or_default(), &library)?;
        let others = lines.filter_map(|line| share::decode(line, &library).ok());
        let alike = others.filter(|other| other.scenario == shared.scenario);
        shared.others = alike.map(|other| Branch { history: other.history, now: other.now }).collect();
        Ok(State::opening(library, course, shared, Whose::Mine, None))
    }

    fn over(timeline: Timeline, library: Rc<Library>, course: Rc<Course>, lesson: Option<(Rc<Lesson>, usize)>) -> State {
        let open = timeline.live().files().keys().next().cloned().unwrap_or_default().into();
        let mut state = State {
            timeline,
            progress: Progress::default(),
            past: None,
            asked: None,
            library,
            lesson,
            course,
            course_changed: false,
            course_view: None,
            term: None,
            why: None,
            aside: None,
            race: None,
            goals: Rc::default(),
            mistakes: Rc::default(),
            taken: 0,
            goals_of: None,
            map: Rc::default(),
            map_of: None,
            map_at: 0.0,
            memory: None,
            map_choices: String::new(),
            charted: false,
            playing: true,
            went: false,
            told: Rc::default(),
            speed: 1.0,
            settling: None,
            last_frame: None,
            carry: 0.0,
            watchdog: watchdog::Watchdog::default(),
            queue: Rc::default(),
            cleared: 0,
            typed: (0, AttrValue::default()),
            open,
            drafts: BTreeMap::new(),
            problems: Rc::default(),
            jump: Jump::default(),
            desk: Rc::default(),
            looked: (0, false),
            parcel: None,
            opening: None,
            film: None,
            title: AttrValue::default(),
            observed: false,
            theme: Theme::System,
            system_dark: false,
            room: Room::Lesson,
            window: None,
            own: None,
            said: AttrValue::default(),
            said_at: 0.0,
            banner: None,
            notices: VecDeque::new(),
            hints: true,
            editing: None,
            visiting: false,
            mine: false,
            shown_tenth: 0,
            whole: false,
        };
        state.recall_answers();
        state.refresh();
        state
    }

    /// The same as a visit to what a link holds, beside the own work if there is some.
    #[inline(never)]
    pub(super) fn beside(self, own: bool) -> State {
        let words = own.then(|| t("This is what the link holds. Your own work is kept.").to_owned());
        self.visited(words, own)
    }

    /// The same as a visit to what a link holds, with a word to the person; `mine` says whether there is own work to go back to.
    #[inline(never)]
    pub(super) fn visited(self, text: Option<String>, mine: bool) -> State {
        let offer = mine.then_some(Offer::Mine);
        let banner = text.map(|text| Banner { text: text.into(), offer });
        State { banner, mine, visiting: true, ..self }
    }

    /// Takes in what is said. Says whether the page has to be drawn again, and what the browser has to do.
    pub(super) fn update(&mut self, message: Message) -> (bool, Vec<Effect>) {
        let mut effects = vec![];
        let draw = match message {
            Message::Frame(stamp) => {
                let filmed = self.film.is_some() && self.film_frame(&mut effects);
                let draw = self.goes_on() && self.frame(stamp) || filmed;
                if draw {
                    self.note_solved(&mut effects);
                }
                return (draw, effects);
            }
            Message::Play(playing) => {
                self.playing = playing;
                self.forget_behind();
                (self.settling, self.told) = (None, Rc::default());
                true
            }
            Message::PlayOrPause => return self.update(Message::Play(!self.playing)),
            Message::Speed(speed) => {
                (self.speed, self.playing) = (speed, true);
                self.forget_behind();
                (self.settling, self.told) = (None, Rc::default());
                true
            }
            Message::Settle => {
                self.back_to_now();
                self.settling = Some(self.timeline.live().now() + SETTLE_LIMIT);
                true
            }
            Message::Step
            | Message::StepBack
            | Message::Scrub(_)
            | Message::BackToNow
            | Message::Fork
            | Message::Switch(_)
            | Message::Undo
            | Message::Redo => self.update_time(&message, &mut effects),
            Message::Line(line) if self.in_the_past() && self.ask_the_past(&line) => true,
            Message::Line(line) => {
                self.fork();
                if self.timeline.live().is_busy() || self.is_coming_back() {
                    Rc::make_mut(&mut self.queue).push_back(line);
                } else {
                    self.run(line);
                }
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Command(line) => {
                self.command(line);
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Why(ask) => {
                self.why = ask;
                true
            }
            Message::Charted => {
                self.charted = true;
                self.map_of = None;
                true
            }
            Message::Map(wish) => {
                self.wish(wish, &mut effects);
                true
            }
            Message::TypeIt(line) => {
                self.why = None;
                self.typed = (self.typed.0 + 1, line.into());
                self.room = Room::Terminal;
                effects.push(Effect::FocusTerminal);
                true
            }
            Message::Interrupt => {
                self.queue = Rc::default();
                if self.timeline.live().is_busy() {
                    self.fork();
                    self.timeline.act(Action::Interrupt);
                }
                effects.push(Effect::PersistSoon);
                true
            }
            Message::ClearScreen => {
                self.cleared = self.in_terminal().entries().len();
                true
            }
            Message::Edited(text) => {
                self.drafts.insert(self.open.to_string(), text);
                effects.extend([Effect::LintSoon, Effect::PersistSoon]);
                false
            }
            Message::Lint => self.lint(),
            Message::Whole => {
                self.whole = true;
                self.timeline.keep_checkpoints(true);
                // A second time through all that a link holds may take long.
                if !self.observed {
                    self.recall();
                }
                if self.course_changed {
                    effects.push(Effect::PersistSoon);
                }
                self.lint()
            }
            Message::Open(file) => {
                self.open = file;
                self.lint();
                true
            }
            Message::Create(name) => {
                let name = name.trim().to_owned();
                if !name.is_empty() {
                    if self.timeline.live().files().get(&name).is_none() {
                        self.back_to_now();
                        self.timeline.act(Action::Write { file: name.clone(), text: String::new() });
                    }
                    self.open = name.into();
                    self.lint();
                    effects.extend([Effect::PersistSoon, Effect::FocusEditor]);
                }
                true
            }
            Message::Offer(name, text) => {
                self.put(name, text.to_string(), &mut effects);
                self.room = Room::Editor;
                effects.push(Effect::FocusEditor);
                true
            }
            Message::Apply if self.editing.as_ref() == Some(&self.open) => return self.update(Message::EditDone),
            Message::Apply => {
                self.command(format!("kubectl apply -f {}", quoted(&self.open)));
                self.room = Room::Terminal;
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Goto(line) => {
                self.jump = Jump { order: Order::Line(line), count: self.jump.count + 1 };
                true
            }
            Message::Desk(deed) => {
                self.do_at_desk(deed, &mut effects);
                true
            }
            Message::StepTo(_)
            | Message::Begin(_)
            | Message::Continue(..)
            | Message::StartOver
            | Message::Another
            | Message::Aside
            | Message::Course(_)
            | Message::Term(_)
            | Message::Follow(_)
            | Message::Race(_)
            | Message::Lessons(_)
            | Message::Notice(_)
            | Message::Noticed
            | Message::Merge(_)
            | Message::Put(..)
            | Message::Visit(_)
            | Message::Answer(..) => self.update_course(message, &mut effects),
            Message::Links(about) => self.update_links(about, &mut effects),
            Message::Theme(theme) => {
                self.theme = theme;
                effects.push(Effect::SetTheme(theme));
                true
            }
            Message::Hints(hints) => {
                self.hints = hints;
                effects.push(Effect::SetHints(hints));
                true
            }
            Message::EditDone | Message::EditDropped => {
                self.end_editing(matches!(message, Message::EditDone));
                effects.extend([Effect::PersistSoon, Effect::FocusTerminal]);
                true
            }
            Message::SystemDark(dark) => {
                self.system_dark = dark;
                true
            }
            Message::Show(room) => {
                self.room = room;
                true
            }
            Message::Go(room) => {
                self.room = room;
                effects.push(match room {
                    Room::Lesson => Effect::FocusLesson,
                    Room::Cluster => Effect::FocusMap,
                    Room::Editor => Effect::FocusEditor,
                    Room::Terminal => Effect::FocusTerminal,
                });
                true
            }
            Message::Own(own) => self.update_own(own, &mut effects),
            Message::Window(window) => {
                self.window = window;
                true
            }
            Message::SingleKeys(on) => {
                effects.push(Effect::SetSingleKeys(on));
                true
            }
            Message::CodeSize(size) => {
                effects.push(Effect::SetCodeSize(size));
                false
            }
            Message::Reveal(name) => {
                self.room = Room::Cluster;
                self.reveal(&name);
                effects.push(Effect::Reveal(name));
                true
            }
            Message::CopyTerminal => {
                effects.push(Effect::CopyText(self.transcript()));
                false
            }
            Message::CopiedTerminal(copied) => {
                self.note_copied(copied);
                true
            }
            Message::Language(code) => {
                effects.push(Effect::SetLanguage(code));
                false
            }
            Message::Dismiss => {
                self.banner = None;
                true
            }
            Message::Persist if self.visiting => {
                self.save_course(&mut effects);
                false
            }
            Message::Persist if self.is_coming_back() => {
                effects.push(Effect::PersistSoon);
                false
            }
            Message::Persist => {
                self.save_course(&mut effects);
                self.flush();
                effects.push(Effect::Save(self.kept()));
                false
            }
        };
        if self.visiting && effects.contains(&Effect::PersistSoon) {
            self.take_over(&mut effects);
        }
        if self.opening.is_some() {
            self.stop_opening_elsewhere();
        }
        if draw {
            self.refresh();
            self.note_solved(&mut effects);
        }
        (draw, effects)
    }

    /// Lines that are run one after the other, a frame each at least.
    #[inline(never)]
    pub(super) fn wait(&mut self, lines: &[String]) {
        Rc::make_mut(&mut self.queue).extend(lines.iter().cloned());
    }

    /// What is being looked at: the present, or the past.
    pub(super) fn shown(&self) -> &Session {
        self.past.as_ref().unwrap_or_else(|| self.timeline.live())
    }

    /// What the terminal shows: with what was only asked in the past, for as long as that moment is looked at.
    pub(super) fn in_terminal(&self) -> &Session {
        let shown = self.shown();
        let is_of_now = |asked: &&Session| asked.now() == shown.now() && asked.history().starts_with(shown.history());
        self.asked.as_deref().filter(is_of_now).unwrap_or(shown)
    }

    /// The timeline.
    pub(super) const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Whether the past is being looked at.
    pub(super) const fn in_the_past(&self) -> bool {
        self.past.is_some()
    }

    /// Whether there is something to do in the next frame.
    pub(super) fn wants_frames(&self) -> bool {
        self.film.is_some() || self.goes_on()
    }

    /// Whether time is to go on.
    pub(super) fn goes_on(&self) -> bool {
        self.opening.is_some() || (self.playing || self.settling.is_some()) && self.prediction().is_none()
    }

    /// A word to the person.
    pub(super) fn tell(&mut self, text: String) {
        self.banner = Some(Banner { text: text.into(), offer: None });
    }

    /// Whether the clock is on its way to rest.
    pub(super) const fn is_settling(&self) -> bool {
        self.settling.is_some()
    }

    /// Whether the page is dark.
    pub(super) fn is_dark(&self) -> bool {
        match self.theme {
            Theme::System => self.system_dark,
            Theme::Light => false,
            Theme::Dark => true,
        }
    }

    /// The open file's text as it stands in the editor.
    pub(super) fn document(&self) -> AttrValue {
        self.text_of(&self.open).into()
    }

    /// A file's text as it stands in the editor.
    fn text_of(&self, file: &str) -> String {
        let draft = self.drafts.get(file).filter(|_| self.past.is_none());
        draft.or_else(|| self.shown().files().get(file)).cloned().unwrap_or_default()
    }

    /// Puts a file in place and opens it.
    fn put(&mut self, file: AttrValue, text: String, effects: &mut Vec<Effect>) {
        self.back_to_now();
        self.drafts.insert(file.to_string(), text);
        self.flush();
        self.open = file;
        self.lint();
        effects.push(Effect::PersistSoon);
    }

    /// The first entry that has not been cleared away.
    pub(super) fn first_entry(&self) -> usize {
        let entries = self.in_terminal().entries();
        // What a line prints after `clear` stays to be seen.
        let behind = |index: usize| index + usize::from(entries[index].job.output.chunks.is_empty());
        let last_clear = entries.iter().rposition(|entry| entry.job.cleared).map_or(0, behind);
        self.cleared.max(last_clear).min(entries.len())
    }

    /// What stands in the terminal, as Markdown.
    #[inline(never)]
    fn transcript(&self) -> String {
        let mut text = "```console\n".to_owned();
        for entry in self.in_terminal().entries().iter().skip(self.first_entry()) {
            text.push_str(&format!("$ {}\n", entry.line));
            for chunk in &entry.job.output.chunks {
                text.push_str(&chunk.text);
            }
            if !text.ends_with('\n') {
                text.push('\n');
            }
        }
        text + "```\n"
    }

    #[inline(never)]
    fn note_copied(&mut self, copied: bool) {
        if copied {
            self.said = t("Copied as Markdown.").into();
        } else {
            self.tell(t("The browser did not let the page copy. Select the text, and copy it by hand.").to_owned());
        }
    }

    /// The names of what is drawn on the map with words, in order.
    #[inline(never)]
    pub(super) fn names(&self) -> Vec<AttrValue> {
        let pods = self.map.near().flat_map(|node| &node.pods).chain(&self.map.waiting).map(|pod| pod.name.clone());
        let mut names: Vec<AttrValue> = self.map.near().map(|node| node.name.clone()).chain(pods).collect();
        names.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        names
    }

    /// What Tab offers.
    pub(super) fn complete(&self, line: &str, cursor: usize) -> Completion {
        self.shown().complete(line, cursor)
    }

    /// What else helps with the line; nothing while some of the engine is missing, for which nobody shall wait.
    pub(super) fn assist(&self, line: &str) -> Assist {
        if !self.whole {
            return Assist::default();
        }
        let session = self.shown();
        Assist { suggestion: session.suggest(line), chips: session.chips(line), unfinished: session.is_unfinished(line) }
    }

    /// The directory that commands run in, as the prompt shows it; empty at home.
    pub(super) fn directory(&self) -> AttrValue {
        let place = if self.whole { self.shown().prompt() } else { String::new() };
        if place == "~" { AttrValue::default() } else { place.into() }
    }

    /// What is known of the files beside their texts, once all of the engine can tell.
    pub(super) fn desk(&self) -> Option<Rc<Desk>> {
        self.whole.then(|| self.desk.clone())
    }

    /// Whether there are hints, once all of the engine can give them.
    pub(super) fn hints(&self) -> Option<bool> {
        self.whole.then_some(self.hints)
    }

    /// Saves the file that kubectl edits, or leaves it as it was, and takes it away: kubectl goes on.
    fn end_editing(&mut self, saved: bool) {
        let Some(file) = self.editing.take() else { return };
        if !saved {
            self.drafts.remove(file.as_str());
        }
        self.flush();
        self.fork();
        self.timeline.act(Action::Remove { file: file.to_string() });
        if self.open == file {
            self.open = self.timeline.live().files().keys().next().cloned().unwrap_or_default().into();
        }
        self.room = Room::Terminal;
        self.lint();
    }

    /// Opens the file that kubectl waits for, once. Says whether something is different.
    fn look_for_editing(&mut self) -> bool {
        let editing = self.timeline.live().editing().map(|file| AttrValue::from(file.to_owned()));
        if editing == self.editing {
            return false;
        }
        if let Some(file) = &editing {
            self.open = file.clone();
            self.room = Room::Editor;
            self.lint();
        }
        self.editing = editing;
        true
    }

    /// What a link or a reload needs to come back to a session: the present, or what is being looked at.
    fn shared(&self, session: &Session) -> Shared {
        let scenario = self.timeline.scenario().clone();
        Shared {
            title: self.title.to_string(),
            lesson: self.lesson.as_ref().map(|(lesson, step)| (lesson.name(), *step)),
            scenario,
            history: session.history().to_vec(),
            now: session.now(),
            open_file: Some(self.open.to_string()).filter(|file| !file.is_empty()),
            ..Shared::default()
        }
    }

    fn replace(&mut self, other: State) {
        *self = State {
            theme: self.theme,
            hints: self.hints,
            system_dark: self.system_dark,
            last_frame: self.last_frame,
            mine: self.mine,
            visiting: self.visiting,
            whole: self.whole,
            memory: self.memory.take(),
            map_of: None,
            map_choices: std::mem::take(&mut self.map_choices),
            charted: self.charted,
            course_changed: self.course_changed,
            notices: std::mem::take(&mut self.notices),
            ..other
        };
        self.timeline.keep_checkpoints(self.whole);
        self.lint();
    }

    fn frame(&mut self, stamp: f64) -> bool {
        if self.opening.is_some() {
            return self.go_on_opening(opening::OF_A_FRAME);
        }
        let passed = self.last_frame.map_or(0.0, |last| (stamp - last).clamp(0.0, LONGEST_FRAME));
        self.race_on(passed);
        self.last_frame = Some(stamp);
        let busy = self.timeline.live().is_busy();
        if self.settling.is_some() {
            self.settle_on(passed);
        } else if self.past.is_some() {
            return self.relive(passed);
        } else {
            let due = passed * self.speed + self.carry;
            self.carry = due.fract();
            let until = self.timeline.live().now() + Duration::from_millis(due as u64);
            let mut steps = 0;
            // When more is due than a frame has time for, the clock goes slower.
            while steps < self.watchdog.steps && !self.work(until) {
                steps += 1;
            }
            if self.whole && steps == self.watchdog.steps {
                self.fall_behind(stamp, passed);
            }
        }
        let live = self.timeline.live();
        let ended = busy && !live.is_busy();
        if !live.is_busy()
            && let Some(line) = Rc::make_mut(&mut self.queue).pop_front()
        {
            self.run(line);
        }
        let tenth = self.timeline.live().now().as_millis() / 100;
        let draw = self.refresh_in_frame(stamp) || ended || tenth != self.shown_tenth;
        self.shown_tenth = tenth;
        draw
    }

    /// Lets one thing happen that is due until `until`. Says whether there was none.
    fn work(&mut self, until: SimTime) -> bool {
        let before = self.timeline.live().sim().cluster().store().revision();
        let done = self.timeline.run(until, 1);
        if self.timeline.live().sim().cluster().store().revision() != before {
            self.observe();
        }
        done
    }

    fn run(&mut self, line: String) {
        self.flush();
        self.timeline.act(Action::Run(line));
        self.observe();
    }

    /// A button's command does not wait for one that runs: it stops it.
    fn command(&mut self, line: String) {
        if self.is_coming_back() {
            return self.wait(&[line]);
        }
        self.fork();
        self.queue = Rc::default();
        if self.timeline.live().is_busy() {
            self.timeline.act(Action::Interrupt);
        }
        self.run(line);
    }

    /// Saves what was typed into the editor.
    fn flush(&mut self) {
        for (file, text) in std::mem::take(&mut self.drafts) {
            if self.timeline.live().files().get(&file) != Some(&text) {
                self.timeline.act(Action::Write { file, text });
            }
        }
    }

    /// Looks at the open file. Says whether something is different. Nobody waits for the rest of the engine because of this.
    fn lint(&mut self) -> bool {
        if !self.whole {
            return false;
        }
        self.study()
    }

    /// Derives anew what follows from the session. Says whether something is different.
    fn refresh(&mut self) -> bool {
        let map = self.refresh_map();
        self.refresh_rest() || map
    }

    /// The same, but a large map not in every frame: who types or scrolls meanwhile does not wait for it.
    fn refresh_in_frame(&mut self, stamp: f64) -> bool {
        let skips = self.map.nodes >= LARGE_MAP && (0.0..LARGE_MAP_PAUSE).contains(&(stamp - self.map_at));
        if skips {
            return self.refresh_rest();
        }
        self.map_at = stamp;
        self.refresh()
    }

    fn refresh_map(&mut self) -> bool {
        let session = self.past.as_ref().unwrap_or_else(|| self.timeline.live());
        let store = session.sim().cluster().store();
        let mut changed = false;
        // The ages in the table grow by themselves.
        let ages = self.map.board.as_ref().is_some_and(|board| !board.rows.is_empty());
        let map_of = (
            self.past.as_ref().map(|past| past.now().as_millis()),
            store.revision(),
            if ages { session.now().as_millis() / 1000 } else { 0 },
        );
        if self.map_of != Some(map_of) {
            self.map_of = Some(map_of);
            let map = if self.charted {
                map::draw(&mut self.memory, &self.map_choices, session)
            } else {
                view::bare(store).unwrap_or_else(|| view::whole(store))
            };
            if map != *self.map {
                if self.whole {
                    let now = self.last_frame.unwrap_or_default();
                    say(&mut self.said, &mut self.said_at, now, &view::news(&self.map, &map));
                }
                self.map = Rc::new(map);
            }
            changed = true;
        }
        changed
    }

    fn refresh_rest(&mut self) -> bool {
        let editing = self.look_for_editing();
        let session = self.past.as_ref().unwrap_or_else(|| self.timeline.live());
        let store = session.sim().cluster().store();
        let mut changed = false;
        let entries = session.entries();
        let step = self.lesson.as_ref().map_or(usize::MAX, |(_, step)| *step);
        let goals_of = (store.revision(), entries.len(), session.is_busy(), step, session.now().as_millis() / 1000);
        if self.goals_of != Some(goals_of) {
            self.goals_of = Some(goals_of);
            changed |= self.judge();
            changed |= self.whole && self.study_after_command();
        }
        changed || editing
    }
}

/// A file's name as a shell wants it.
pub(super) fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

/// Says news after what was said a moment before, so that none takes the other's word away.
#[inline(never)]
fn say(said: &mut AttrValue, said_at: &mut f64, now: f64, news: &str) {
    const MOMENT: f64 = 2000.0;
    const LONGEST: usize = 300;
    if news.is_empty() {
        return;
    }
    let goes_on = now - *said_at < MOMENT && said.len() + news.len() < LONGEST;
    *said = if goes_on { format!("{said} {news}").into() } else { news.to_owned().into() };
    *said_at = now;
}
