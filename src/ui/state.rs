//! Everything the page knows, what can be said to it, and the one place where that changes it.
//!
//! Pure but for time travel's work: no browser here. What the browser has to do comes back as [`Effect`]s.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use yew::AttrValue;

use super::view::{self, MapView};
use crate::api::lint::{self, Diagnostic};
use crate::lessons::{self, Lesson, Progress, Question, Step, Verdict};
use crate::session::{Action, Session};
use crate::share::{self, Shared};
use crate::shell::Completion;
use crate::sim::SimTime;
use crate::timeline::Timeline;

/// What a person or the browser says to the page.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// The browser draws a frame at this time in milliseconds.
    Frame(f64),
    /// Starts or stops the clock.
    Play(bool),
    /// So many virtual seconds in a second.
    Speed(u32),
    /// The next thing that happens.
    Step,
    /// On until nothing moves.
    Settle,
    /// A line was typed into the terminal.
    Line(String),
    /// A button stands for this command line.
    Command(String),
    /// Puts a command line into the terminal's input.
    TypeIt(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-L.
    ClearScreen,
    /// The open file's text.
    Edited(String),
    /// Nothing was typed for a moment: look at the file.
    Lint,
    /// Shows a file.
    Open(AttrValue),
    /// Makes a file.
    Create(String),
    /// Puts a lesson's file in place and shows it.
    Offer(AttrValue, AttrValue),
    /// Saves the open file and applies it.
    Apply,
    /// Shows a line of the open file.
    Goto(usize),
    /// To a step of the lesson.
    StepTo(usize),
    /// To a lesson by its id, without one to free play: where the person left it, or to its beginning.
    Begin(Option<AttrValue>),
    /// There, with what was saved.
    Continue(Option<AttrValue>, Option<Rc<Shared>>),
    /// To the beginning of the lesson, or of free play.
    StartOver,
    /// Looks at the cluster as it was.
    Scrub(SimTime),
    /// Looks at the present again.
    BackToNow,
    /// Makes what is being looked at the present.
    Fork,
    /// Makes a link.
    Share,
    /// The dialog of the link was closed.
    ShareClosed,
    /// Whether the link got onto the clipboard.
    Copied(bool),
    /// Other colours.
    Theme(Theme),
    /// On a phone: which room is shown.
    Show(Room),
    /// The banner was read.
    Dismiss,
    /// Away from a link's state, back to one's own.
    BackToMine,
    /// Saves what a person was doing.
    Persist,
    /// The system's colours changed.
    SystemDark(bool),
    /// All of the engine is there.
    Whole,
    /// Whether a friend's word may stand beside a command that went wrong.
    Hints(bool),
    /// The file that kubectl edits is as the person wants it.
    EditDone,
    /// The file that kubectl edits is to stay as it was.
    EditDropped,
    /// The answer to a question of the lesson: which, counted from 0.
    Answer(AttrValue, usize),
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

/// What the browser has to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    /// Saves this in a moment.
    PersistSoon,
    /// Saves this now.
    Save(String),
    /// Keeps the work in a lesson, or in free play, for when the person comes back.
    PutAside(String, String),
    /// Says [`Message::Continue`] with what was kept.
    Fetch(Option<AttrValue>),
    /// Says [`Message::Lint`] in a moment.
    LintSoon,
    /// Puts the focus into the terminal.
    FocusTerminal,
    /// Puts the focus into the editor.
    FocusEditor,
    /// Puts this fragment's link on the clipboard.
    CopyLink(String),
    /// Remembers and shows the colours.
    SetTheme(Theme),
    /// Remembers whether there are hints.
    SetHints(bool),
    /// The link's state becomes what the person works on; what they had is put aside.
    TakeOver,
    /// Restores what the person had before a link was opened; with `true` while the link is only being looked at.
    RestoreMine(bool),
}

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Theme {
    /// As the system has them.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A part of the page; on a phone one is shown at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Room {
    /// The text.
    #[default]
    Lesson,
    /// The map.
    Cluster,
    /// The files.
    Editor,
    /// The command line.
    Terminal,
}

/// A word to the person, over the page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Banner {
    /// What is the matter, and what to do.
    pub(super) text: AttrValue,
    /// Whether there is own work to go back to.
    pub(super) mine: bool,
}

/// The link that is being shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Link {
    /// The part after `#`.
    pub(super) fragment: AttrValue,
    /// Whether it is on the clipboard; unknown at first.
    pub(super) copied: Option<bool>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Jump {
    /// The line, 1-based.
    pub(super) line: usize,
    /// How many there were.
    pub(super) count: u32,
}

/// Everything the page knows.
#[derive(Debug)]
pub(super) struct State {
    timeline: Timeline,
    /// What of the lesson held at some time.
    progress: Progress,
    /// What is being looked at, if it is not the present.
    past: Option<Session>,
    /// The catalogue.
    pub(super) lessons: Rc<Vec<Lesson>>,
    /// Which lesson, and which of its steps.
    pub(super) lesson: Option<(usize, usize)>,
    /// The current step's goals.
    pub(super) goals: Rc<Vec<GoalView>>,
    goals_of: Option<(u64, usize, bool, usize, u64)>,
    /// What is on the map.
    pub(super) map: Rc<MapView>,
    map_of: Option<(bool, u64)>,
    /// Whether the clock goes.
    pub(super) playing: bool,
    /// Virtual seconds in a second.
    pub(super) speed: u32,
    /// Until when to go on as fast as can be.
    settling: Option<SimTime>,
    last_frame: Option<f64>,
    carry: f64,
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
    /// The link, while it is shown.
    pub(super) link: Option<Link>,
    /// Which colours.
    pub(super) theme: Theme,
    /// Whether the system's are dark.
    pub(super) system_dark: bool,
    /// On a phone: what is shown.
    pub(super) room: Room,
    /// A word to the person.
    pub(super) banner: Option<Banner>,
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
/// How far "next event" looks.
const LONGEST_STEP: Duration = Duration::from_secs(3600);
/// How far "jump to settled" goes.
const SETTLE_LIMIT: Duration = Duration::from_secs(600);

impl State {
    /// The page on a lesson's beginning.
    pub(super) fn new(lessons: Rc<Vec<Lesson>>, lesson: Option<usize>) -> State {
        let scenario =
            lesson.and_then(|index| lessons.get(index)).map_or_else(lessons::sandbox, |lesson| lesson.scenario.clone());
        State::over(Timeline::new(&scenario), lessons, lesson.map(|index| (index, 0)))
    }

    /// The page as it was when `shared` was made.
    pub(super) fn restored(lessons: Rc<Vec<Lesson>>, shared: Shared) -> State {
        let timeline = Timeline::replay(&shared.scenario, &shared.history, shared.now);
        let place = shared.lesson.and_then(|(id, step)| {
            let index = lessons.iter().position(|lesson| lesson.id == id)?;
            Some((index, step.min(lessons[index].steps.len().saturating_sub(1))))
        });
        let mut state = State::over(timeline, lessons, place);
        if let Some(file) = shared.open_file.filter(|file| state.timeline.live().files().contains_key(file)) {
            state.open = file.into();
        }
        state
    }

    fn over(timeline: Timeline, lessons: Rc<Vec<Lesson>>, lesson: Option<(usize, usize)>) -> State {
        let open = timeline.live().files().keys().next().cloned().unwrap_or_default().into();
        let mut state = State {
            timeline,
            progress: Progress::default(),
            past: None,
            lessons,
            lesson,
            goals: Rc::default(),
            goals_of: None,
            map: Rc::default(),
            map_of: None,
            playing: true,
            speed: 1,
            settling: None,
            last_frame: None,
            carry: 0.0,
            queue: Rc::default(),
            cleared: 0,
            typed: (0, AttrValue::default()),
            open,
            drafts: BTreeMap::new(),
            problems: Rc::default(),
            jump: Jump::default(),
            link: None,
            theme: Theme::System,
            system_dark: false,
            room: Room::Lesson,
            banner: None,
            hints: true,
            editing: None,
            visiting: false,
            mine: false,
            shown_tenth: 0,
            whole: false,
        };
        state.recall();
        state.refresh();
        state
    }

    /// The same as a visit to what a link holds, with a word to the person; `mine` says whether there is own work to go back to.
    pub(super) fn visited(self, text: Option<String>, mine: bool) -> State {
        let banner = text.map(|text| Banner { text: text.into(), mine });
        State { banner, mine, visiting: true, ..self }
    }

    /// Takes in what is said. Says whether the page has to be drawn again, and what the browser has to do.
    pub(super) fn update(&mut self, message: Message) -> (bool, Vec<Effect>) {
        let mut effects = vec![];
        let draw = match message {
            Message::Frame(stamp) => return (self.frame(stamp), effects),
            Message::Play(playing) => {
                self.playing = playing;
                self.settling = None;
                true
            }
            Message::Speed(speed) => {
                (self.speed, self.playing) = (speed, true);
                true
            }
            Message::Step => {
                self.playing = false;
                self.settling = None;
                self.back_to_now();
                self.step();
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Settle => {
                self.back_to_now();
                self.settling = Some(self.timeline.live().now() + SETTLE_LIMIT);
                true
            }
            Message::Line(line) => {
                self.fork();
                if self.timeline.live().is_busy() {
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
            Message::TypeIt(line) => {
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
                self.cleared = self.shown().entries().len();
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
                self.back_to_now();
                self.drafts.insert(name.to_string(), text.to_string());
                self.flush();
                self.open = name;
                self.room = Room::Editor;
                self.lint();
                effects.extend([Effect::PersistSoon, Effect::FocusEditor]);
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
                self.jump = Jump { line, count: self.jump.count + 1 };
                true
            }
            Message::StepTo(step) => {
                if let Some((index, current)) = &mut self.lesson {
                    *current = step.min(self.lessons[*index].steps.len().saturating_sub(1));
                }
                self.goals_of = None;
                self.open_step();
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Begin(id) => {
                self.flush();
                effects.extend([
                    Effect::PutAside(self.place(), share::keep(&self.shared(self.timeline.live()))),
                    Effect::Fetch(id),
                ]);
                false
            }
            Message::Continue(id, saved) => {
                let index = id.and_then(|id| self.lessons.iter().position(|lesson| lesson.id == *id));
                let lessons = self.lessons.clone();
                self.replace(match saved {
                    Some(shared) => State::restored(lessons, (*shared).clone()),
                    None => State::new(lessons, index),
                });
                effects.push(Effect::PersistSoon);
                true
            }
            Message::StartOver => {
                let index = self.lesson.map(|(index, _)| index);
                self.replace(State::new(self.lessons.clone(), index));
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Scrub(at) => {
                let now = self.timeline.live().now();
                self.past = (at < now).then(|| self.timeline.at(at));
                self.map_of = None;
                true
            }
            Message::BackToNow => {
                self.back_to_now();
                true
            }
            Message::Fork => {
                self.fork();
                effects.push(Effect::PersistSoon);
                true
            }
            Message::Share => {
                self.flush();
                let fragment = share::encode(&self.shared(self.shown()));
                self.link = Some(Link { fragment: fragment.clone().into(), copied: None });
                effects.push(Effect::CopyLink(fragment));
                true
            }
            Message::ShareClosed => {
                self.link = None;
                true
            }
            Message::Copied(copied) => {
                if let Some(link) = &mut self.link {
                    link.copied = Some(copied);
                }
                true
            }
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
            Message::Answer(question, choice) => {
                self.progress.answer(&question, choice);
                self.goals_of = None;
                effects.push(Effect::PersistSoon);
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
            Message::Dismiss => {
                self.banner = None;
                true
            }
            Message::BackToMine => {
                effects.push(Effect::RestoreMine(self.visiting));
                false
            }
            Message::Persist if self.visiting => false,
            Message::Persist => {
                self.flush();
                effects.push(Effect::Save(share::keep(&self.shared(self.timeline.live()))));
                false
            }
        };
        if self.visiting && effects.contains(&Effect::PersistSoon) {
            self.visiting = false;
            effects.insert(0, Effect::TakeOver);
        }
        if draw {
            self.refresh();
        }
        (draw, effects)
    }

    /// What is being looked at: the present, or the past.
    pub(super) fn shown(&self) -> &Session {
        self.past.as_ref().unwrap_or_else(|| self.timeline.live())
    }

    /// The timeline.
    pub(super) const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Whether the past is being looked at.
    pub(super) const fn in_the_past(&self) -> bool {
        self.past.is_some()
    }

    /// Whether time is to go on.
    pub(super) fn wants_frames(&self) -> bool {
        (self.playing || self.settling.is_some()) && self.prediction().is_none()
    }

    /// The prediction of the step that the clock waits for.
    fn prediction(&self) -> Option<&Question> {
        self.current_step()?.awaits(&self.progress)
    }

    /// The answers to the questions of the step, in their order.
    pub(super) fn answers(&self) -> Vec<Option<usize>> {
        let questions = self.current_step().into_iter().flat_map(Step::questions);
        questions.map(|question| self.progress.answer_to(&question.id)).collect()
    }

    /// The mistakes of the step that are made just now.
    pub(super) fn mistakes(&self) -> Vec<AttrValue> {
        let mistakes = self.current_step().map_or(&[][..], |step| &step.mistakes).iter();
        let made = mistakes.filter(|mistake| mistake.check_with(self.shown(), &self.progress).met);
        made.map(|mistake| AttrValue::from(mistake.id.clone())).collect()
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
        let saved = || self.shown().files().get(self.open.as_str());
        let draft = if self.in_the_past() { None } else { self.drafts.get(self.open.as_str()) };
        draft.or_else(saved).cloned().unwrap_or_default().into()
    }

    /// The first entry that has not been cleared away.
    pub(super) fn first_entry(&self) -> usize {
        let entries = self.shown().entries();
        // What a line prints after `clear` stays to be seen.
        let behind = |index: usize| index + usize::from(entries[index].job.output.chunks.is_empty());
        let last_clear = entries.iter().rposition(|entry| entry.job.cleared).map_or(0, behind);
        self.cleared.max(last_clear).min(entries.len())
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

    /// The name of the lesson that is open, under which its work is kept.
    fn place(&self) -> String {
        place(self.lesson.map(|(index, _)| self.lessons[index].id.as_str()))
    }

    /// What a link or a reload needs to come back to a session: the present, or what is being looked at.
    fn shared(&self, session: &Session) -> Shared {
        let scenario = self.timeline.scenario().clone();
        Shared {
            title: scenario.title.clone(),
            lesson: self.lesson.map(|(index, step)| (self.lessons[index].id.clone(), step)),
            scenario,
            history: session.history().to_vec(),
            now: session.now(),
            open_file: Some(self.open.to_string()).filter(|file| !file.is_empty()),
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
            ..other
        };
        self.lint();
    }

    fn frame(&mut self, stamp: f64) -> bool {
        let passed = self.last_frame.map_or(0.0, |last| (stamp - last).clamp(0.0, LONGEST_FRAME));
        self.last_frame = Some(stamp);
        let busy = self.timeline.live().is_busy();
        if let Some(limit) = self.settling {
            let mut steps = 0;
            while self.settling.is_some() && steps < STEPS_PER_FRAME {
                let until = self.timeline.live().settles_at().min(limit);
                self.work(until);
                steps += 1;
                if self.timeline.live().is_settled() || self.timeline.live().now() >= limit {
                    self.settling = None;
                }
            }
        } else {
            let due = passed * f64::from(self.speed) + self.carry;
            self.carry = due.fract();
            let until = self.timeline.live().now() + Duration::from_millis(due as u64);
            let mut steps = 0;
            // When more is due than a frame has time for, the clock goes slower.
            while steps < STEPS_PER_FRAME && !self.work(until) {
                steps += 1;
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
        let draw = self.refresh() || ended || tenth != self.shown_tenth;
        self.shown_tenth = tenth;
        draw
    }

    /// Lets things happen until one of them can be seen.
    fn step(&mut self) {
        let seen = |timeline: &Timeline| (timeline.live().sim().cluster().store().revision(), timeline.moments().len());
        let before = seen(&self.timeline);
        for _ in 0..STEPS_PER_FRAME {
            if !self.timeline.step(LONGEST_STEP) || seen(&self.timeline) != before {
                break;
            }
        }
        self.observe();
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

    /// Notes what holds now of what only has to hold once.
    fn observe(&mut self) {
        if let Some(lesson) = self.lesson.and_then(|(index, _)| self.lessons.get(index)) {
            self.progress.observe(lesson, self.timeline.live());
        }
    }

    /// Finds out anew what held at some time.
    fn recall(&mut self) {
        let live = self.timeline.live();
        let lesson = self.lesson.and_then(|(index, _)| self.lessons.get(index));
        let mut progress = lesson.map(|lesson| Progress::replay(lesson, live.history(), live.now())).unwrap_or_default();
        self.progress.answers().for_each(|(question, choice)| progress.answer(question, choice));
        self.progress = progress;
        self.goals_of = None;
    }

    /// Gives the files that the step brings along, and shows the first.
    fn open_step(&mut self) {
        let Some(actions) = self.current_step().map(|step| step.open(self.timeline.live())) else { return };
        for action in actions {
            if let Action::Write { file, .. } = &action {
                self.open = file.clone().into();
            }
            self.timeline.act(action);
        }
        self.lint();
    }

    fn run(&mut self, line: String) {
        self.flush();
        self.timeline.act(Action::Run(line));
        self.observe();
    }

    /// A button's command does not wait for one that runs: it stops it.
    fn command(&mut self, line: String) {
        self.fork();
        self.queue = Rc::default();
        if self.timeline.live().is_busy() {
            self.timeline.act(Action::Interrupt);
        }
        self.run(line);
    }

    fn back_to_now(&mut self) {
        self.past = None;
        self.map_of = None;
    }

    /// Whoever acts in the past makes it the present.
    fn fork(&mut self) {
        if let Some(past) = self.past.take() {
            self.timeline.fork(past.now());
            self.map_of = None;
            self.recall();
        }
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
        let yaml = self.open.ends_with(".yaml") || self.open.ends_with(".yml");
        let problems = if yaml {
            lint::lint(&self.open, &self.document(), &self.timeline.live().sim().cluster().custom_kinds())
        } else {
            vec![]
        };
        let changed = *self.problems != problems;
        if changed {
            self.problems = Rc::new(problems);
        }
        changed
    }

    /// Derives anew what follows from the session. Says whether something is different.
    fn refresh(&mut self) -> bool {
        let editing = self.look_for_editing();
        let session = self.past.as_ref().unwrap_or_else(|| self.timeline.live());
        let store = session.sim().cluster().store();
        let mut changed = false;
        let map_of = (self.past.is_some(), store.revision());
        if self.map_of != Some(map_of) || self.past.is_some() {
            self.map_of = Some(map_of);
            let map = view::map(store);
            if map != *self.map {
                self.map = Rc::new(map);
            }
            changed = true;
        }
        let entries = session.entries();
        let step = self.lesson.map_or(usize::MAX, |(index, step)| index * 1000 + step);
        let goals_of = (store.revision(), entries.len(), session.is_busy(), step, session.now().as_millis() / 1000);
        if self.goals_of != Some(goals_of) {
            self.goals_of = Some(goals_of);
            let goals = self.current_step().map_or(&[][..], |step| &step.goals).iter();
            let goals: Vec<GoalView> = goals
                .map(|goal| {
                    let Verdict { met, reason } = goal.check_with(session, &self.progress);
                    GoalView { id: goal.id.clone().into(), text: goal.text.clone().into(), met, reason: reason.into() }
                })
                .collect();
            if goals != *self.goals {
                self.goals = Rc::new(goals);
                changed = true;
            }
        }
        changed || editing
    }

    /// The step of the lesson.
    pub(super) fn current_step(&self) -> Option<&Step> {
        let (index, step) = self.lesson?;
        self.lessons.get(index)?.steps.get(step)
    }
}

/// The name under which the work in a lesson is kept.
pub(super) fn place(lesson: Option<&str>) -> String {
    lesson.map_or_else(|| "free".to_owned(), |id| format!("lesson.{id}"))
}

/// A file's name as a shell wants it.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    if plain { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}
