//! What can be said to the page, and what it asks of the browser.

use std::rc::Rc;

use yew::AttrValue;

use super::{AboutLinks, Ask, AtDesk, Banner, Own};
use crate::lessons::Library;
use crate::sim::SimTime;
use crate::ui::view::Wish;

/// What a person or the browser says to the page.
#[derive(Clone, Debug)]
pub(in crate::ui) enum Message {
    /// The browser draws a frame at this time in milliseconds.
    Frame(f64),
    /// Starts or stops the clock.
    Play(bool),
    /// The other of the two.
    PlayOrPause,
    /// So many virtual seconds in a second.
    Speed(f64),
    /// The next thing that happens.
    Step,
    /// Looks at the last thing that happened before what is being looked at.
    StepBack,
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
    /// Does something with files.
    Desk(AtDesk),
    /// To a step of the lesson.
    StepTo(usize),
    /// To a lesson by its id, without one to free play: where the person left it, or to its beginning.
    Begin(Option<AttrValue>),
    /// There, with what was saved.
    Continue(Option<AttrValue>, Option<AttrValue>),
    /// To the beginning of the lesson, or of free play.
    StartOver,
    /// The challenge once more, in another of its ways.
    Another,
    /// Free play that goes on from the cluster as it is; the lesson waits.
    Aside,
    /// Shows the course, or puts it away.
    Course(Option<CourseView>),
    /// Shows what the glossary says about a word, or puts it away.
    Term(Option<AttrValue>),
    /// A link in a text that leads to another file of the course.
    Follow(AttrValue),
    /// Shows why something is as it is, or puts that away.
    Why(Option<Ask>),
    /// Something is wanted of the map.
    Map(Wish),
    /// All that draws the map is there.
    Charted,
    /// The clock of a challenge: starts it, or puts it away.
    Race(bool),
    /// All lessons are there.
    Lessons(Rc<Library>),
    /// Something comes from elsewhere or goes there.
    Own(Own),
    /// Looks at the cluster as it was.
    Scrub(SimTime),
    /// Looks at the present again.
    BackToNow,
    /// Makes what is being looked at the present.
    Fork,
    /// Goes over to a present that was left behind: which of the timeline's.
    Switch(usize),
    /// Takes the last command back.
    Undo,
    /// Does it again.
    Redo,
    /// Something is wanted of links.
    Links(AboutLinks),
    /// Other colours.
    Theme(Theme),
    /// On a phone: which room is shown.
    Show(Room),
    /// To a part of the page, with the focus.
    Go(Room),
    /// Opens a window over the page, or closes it.
    Window(Option<Window>),
    /// Whether keys without Ctrl count.
    SingleKeys(bool),
    /// Another language, by its code.
    Language(&'static str),
    /// Larger or smaller text in the terminal and the editor.
    CodeSize(&'static str),
    /// Shows an object of this name on the map.
    Reveal(AttrValue),
    /// Puts what stands in the terminal on the clipboard, as Markdown.
    CopyTerminal,
    /// Whether that worked.
    CopiedTerminal(bool),
    /// The banner was read.
    Dismiss,
    /// Something about the page itself that the person should know.
    Notice(Banner),
    /// That was read.
    Noticed,
    /// How far the learner is by what another tab has kept.
    Merge(String),
    /// Saves a file: its name and text.
    Put(String, String),
    /// Looks at what a link holds.
    Visit(String),
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

/// What the browser has to do.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ui) enum Effect {
    /// Saves this in a moment.
    PersistSoon,
    /// Saves this now.
    Save(String),
    /// Keeps the work in a lesson, or in free play, for when the person comes back.
    PutAside(String, String),
    /// Says [`Message::Continue`] with what was kept.
    Fetch(Option<AttrValue>),
    /// Keeps how far the learner is in the course.
    SaveCourse(String),
    /// Keeps which lesson waits while something else is tried.
    SetAside(Option<AttrValue>),
    /// Keeps lessons that the person opened, as a pack.
    SaveOpened(String),
    /// Says [`Message::Lint`] in a moment.
    LintSoon,
    /// Puts the focus into the terminal.
    FocusTerminal,
    /// Puts the focus into the editor.
    FocusEditor,
    /// Puts the focus on the lesson's text.
    FocusLesson,
    /// Puts the focus on the map.
    FocusMap,
    /// Remembers whether keys without Ctrl count.
    SetSingleKeys(bool),
    /// Remembers the language, and loads the page anew in it.
    SetLanguage(&'static str),
    /// Remembers and shows the size of the text in the terminal and the editor.
    SetCodeSize(&'static str),
    /// Scrolls the map to what has this name, and puts the focus there.
    Reveal(AttrValue),
    /// Puts this text on the clipboard, and says [`Message::CopiedTerminal`].
    CopyText(String),
    /// Puts the focus on the cells of the map.
    FocusCells,
    /// Remembers what was chosen on the map.
    SaveMap(String),
    /// Saves this text as a file of this name on the person's machine.
    SaveFile(AttrValue, AttrValue),
    /// Says [`Own::Aside`] with what was set aside.
    FetchAside,
    /// Deletes what was set aside under this key, and does the same.
    DeleteAside(AttrValue),
    /// Remembers and shows the colours.
    SetTheme(Theme),
    /// Remembers whether there are hints.
    SetHints(bool),
    /// The link's state becomes what the person works on; what they had is put aside.
    TakeOver,
    /// Goes back to a work that waits, of this number; the present one waits in its place, unless a link is only being looked at.
    Back(usize, Option<String>),
    /// Opens the link that the address has now; what the person was doing is kept before.
    Arrive(Option<String>),
}

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::ui) enum Theme {
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
pub(in crate::ui) enum Room {
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

/// A window over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Window {
    /// All that can be done.
    Palette,
    /// All keys.
    Keys,
}

/// What is shown of the course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ui) enum CourseView {
    /// All lessons.
    Lessons,
    /// The summary of a chapter.
    Sheet(AttrValue),
}
