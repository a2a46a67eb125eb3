//! The page as a whole: holds the state, hands out what each part shows, and does what the state asks of the browser.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::{AttrValue, Callback, Component, Context, Html, html};

use super::clock::Ticker;
use super::components::{
    ClockView, EditorPanel, Icon, LessonPanel, MapPanel, TerminalPanel, TimelineView, TopBarView, all, banner_bar,
    catalogue, class, keys_dialog, own_dialog, palette_dialog, say, share_dialog, timeline_bar, top_bar, when, why_dialog,
};
use super::state::{self, AboutLinks, Effect, Message, Own, Room, State, Theme, Window};
use super::words::t;
use super::{asked, browser, keys, outside, shelf};
use crate::lessons::{Course, Library};
use crate::share::{self, ShareError};
use crate::sim::SimTime;
use crate::timeline::Moment;

/// Where a person's work is kept; the number is that of the form it has.
pub(super) const SAVED: &str = "playground.v1.work";
/// Where it waits while a link is being looked at.
pub(super) const MINE: &str = "playground.v1.mine";
/// Where it is kept that somebody wants no hints.
const HINTS: &str = "playground.v1.hints";
/// Where it is kept how far the learner is in the course.
const COURSE: &str = "playground.v1.course";
/// Where a lesson waits in which somebody tries something else.
const ASIDE: &str = "playground.v1.aside";
/// Where a lesson is kept that the person opened.
const OPENED: &str = "playground.v1.opened";
/// Where the size of the text in the terminal and the editor is kept.
const CODE_SIZE: &str = "playground.v1.code-size";
/// Where the choice of a language is kept; `www/language.js` reads it.
const LANGUAGE: &str = "playground.v1.language";
/// Where the choice of colours is kept.
const THEME: &str = "playground.v1.theme";
/// Where the choices about the map are kept.
const MAP: &str = "playground.v1.map";
/// How many moments the timeline tells.
const LATEST: usize = 6;
/// How many marks the timeline has at most.
const MARKS: usize = 300;

/// What the page begins with.
#[derive(Clone, Debug, PartialEq, yew::Properties)]
pub(super) struct Start {
    /// The pack of all lessons, where the first is not enough.
    pub(super) lessons: Option<String>,
}

/// The page.
pub(super) struct App {
    state: Rc<RefCell<State>>,
    send: Callback<Message>,
    complete: Callback<(String, usize), crate::shell::Completion>,
    assist: Callback<String, state::Assist>,
    names: Callback<(), Vec<AttrValue>>,
    describe: Callback<u32, AttrValue>,
    ask: Callback<String, String>,
    ticker: Ticker,
    persist: Option<Timeout>,
    /// Whether the page is about to be loaded anew.
    leaving: bool,
    /// A work that waits nowhere but here: the browser keeps nothing.
    held: Option<String>,
    lint: Option<Timeout>,
}

impl Component for App {
    type Message = Message;
    type Properties = Start;

    fn create(context: &Context<App>) -> App {
        let state = Rc::new(RefCell::new(begin(context.props())));
        let send = context.link().callback(|message: Message| message);
        let complete = {
            let state = state.clone();
            Callback::from(move |(line, cursor): (String, usize)| state.borrow().complete(&line, cursor))
        };
        let assist = {
            let state = state.clone();
            Callback::from(move |line: String| state.borrow().assist(&line))
        };
        let names = {
            let state = state.clone();
            Callback::from(move |()| state.borrow().names())
        };
        let describe = {
            let state = state.clone();
            Callback::from(move |id: u32| state.borrow().describe(id))
        };
        let ask = {
            let state = state.clone();
            Callback::from(move |question: String| state.borrow().ask(&question))
        };
        let tick = send.clone();
        let ticker = Ticker::new(move |stamp| tick.emit(Message::Frame(stamp)));
        ticker.set_running(true);
        for event in ["pagehide", "visibilitychange"] {
            let send = send.clone();
            browser::on_window(event, move || send.emit(Message::Persist));
        }
        // A link that is opened in this very tab.
        let arrived = send.clone();
        browser::on_window("hashchange", move || arrived.emit(Message::Links(AboutLinks::Arrived)));
        let scheme = send.clone();
        browser::on_dark_change(move |dark| scheme.emit(Message::SystemDark(dark)));
        App {
            state,
            send,
            complete,
            assist,
            names,
            describe,
            ask,
            ticker,
            persist: None,
            leaving: false,
            held: None,
            lint: None,
        }
    }

    fn update(&mut self, _: &Context<App>, message: Message) -> bool {
        let (draw, effects) = self.state.borrow_mut().update(message);
        for effect in effects {
            self.perform(effect);
        }
        self.ticker.set_running(self.state.borrow().wants_frames());
        draw
    }

    fn view(&self, _: &Context<App>) -> Html {
        let state = self.state.borrow();
        let session = state.shown();
        let send = &self.send;
        let now = state.timeline().live().now();
        let at = session.now();
        let lesson = state.lesson.as_ref().map(|(lesson, step)| (&**lesson, *step));
        let id = lesson.map(|(lesson, _)| lesson.front.id.as_str());
        let clock = ClockView { playing: state.playing, speed: state.speed, settling: state.is_settling() };
        let done = id.and_then(|id| state.course.of(id));
        let aside = state.aside.as_ref();
        let bar = TopBarView { lesson, done, aside, time: at, clock, theme: state.theme, mine: state.mine };
        let (latest, marks) = moments(state.timeline().moments(), now, at);
        let files: Rc<Vec<AttrValue>> = Rc::new(session.files().keys().map(|name| AttrValue::from(name.clone())).collect());
        html! {
            <div class={class(&["page", when(state.in_the_past(), "is-past")])} data-room={room(state.room)}
                ondragover={browser::on_drag()} ondrop={browser::on_drop(send)}>
                { top_bar(&bar, send) }
                <div class="banners">
                    if let Some(banner) = &state.banner {
                        { banner_bar(banner, state.visiting, Message::Dismiss, send) }
                    }
                    if let Some(notice) = state.notices.front() {
                        { banner_bar(notice, false, Message::Noticed, send) }
                    }
                </div>
                <div class="rooms">
                    <LessonPanel lesson={state.lesson.clone()} following={state.following()} aside={state.aside.clone()} goals={state.goals.clone()}
                        answers={state.answers()} done={state.is_step_done()} mistakes={state.mistakes.clone()} challenge={state.challenge()} term={state.term()} send={send.clone()} />
                    <MapPanel map={state.map.clone()} dark={state.is_dark()} describe={self.describe.clone()} send={send.clone()} />
                    <TerminalPanel entries={Rc::new(state.in_terminal().entries().to_vec())} first={state.first_entry()} busy={session.is_busy()}
                        paused={!state.goes_on()} in_front={state.room == Room::Terminal} queue={state.queue.clone()} typed={state.typed.clone()}
                        directory={state.directory()} names={self.names.clone()} hints={state.hints()} complete={self.complete.clone()} assist={self.assist.clone()} send={send.clone()} />
                    <EditorPanel {files} open={state.open.clone()} document={state.document()} problems={state.problems.clone()}
                        jump={state.jump.clone()} desk={state.desk()} dark={state.is_dark()} read_only={state.in_the_past()} editing={state.editing.clone()}
                        ask={self.ask.clone()} send={send.clone()} />
                    { splitter("lesson", t("Width of the lesson"), "vertical") }
                    { splitter("editor", t("Width of the editor"), "vertical") }
                    { splitter("terminal", t("Height of the terminal"), "horizontal") }
                </div>
                { timeline_bar(&TimelineView { latest, marks, now, at, told: &state.told, timeline: state.timeline() }, send) }
                { room_bar(state.room, send) }
                if let Some(view) = &state.course_view {
                    { catalogue(view, &state.library, &state.course, id, send) }
                }
                if let Some(answer) = state.answer() {
                    { why_dialog(&answer, send) }
                }
                if let Some(view) = &state.own {
                    { own_dialog(view, send) }
                }
                if let Some(window) = state.window {
                    { match window {
                        Window::Palette => palette_dialog(state.deeds(), send),
                        Window::Keys => keys_dialog(send),
                    } }
                }
                <p class="sr-only" role="status">{ &state.said }</p>
                if let Some(parcel) = &state.parcel {
                    { share_dialog(parcel, send) }
                }
            </div>
        }
    }

    fn rendered(&mut self, context: &Context<App>, first: bool) {
        if first {
            browser::mark_usable();
            let (state, send) = (self.state.clone(), self.send.clone());
            browser::when_whole(move || {
                send.emit(Message::Whole);
                // Not before: what a key stands for comes late, and nobody who types shall wait for it.
                keys::listen(&send);
                outside::listen(state, send);
            });
            let send = self.send.clone();
            browser::when_charted(move || send.emit(Message::Charted));
            // What begins with all lessons has them already.
            if context.props().lessons.is_none() {
                let send = self.send.clone();
                browser::when_lessons(move |pack| {
                    if let Some(library) = library(&pack) {
                        send.emit(Message::Lessons(Rc::new(library)));
                    }
                });
            }
        }
    }
}

impl App {
    fn perform(&mut self, effect: Effect) {
        let send = self.send.clone();
        match effect {
            Effect::PersistSoon => self.persist = Some(Timeout::new(800, move || send.emit(Message::Persist))),
            Effect::PutAside(place, text) => {
                put_aside(&place, &text);
            }
            Effect::Fetch(lesson) => {
                let kept = kept(lesson.as_deref());
                send.emit(Message::Continue(lesson, kept));
            }
            Effect::SaveCourse(text) => {
                browser::save(COURSE, &text);
            }
            Effect::SetAside(lesson) => {
                browser::save(ASIDE, lesson.as_deref().unwrap_or_default());
            }
            Effect::SaveOpened(pack) => {
                browser::save(OPENED, &pack);
            }
            Effect::LintSoon => self.lint = Some(Timeout::new(250, move || send.emit(Message::Lint))),
            // What was restored is not overwritten by what is being left.
            Effect::Save(_) if self.leaving => {}
            Effect::Save(text) => {
                browser::save(SAVED, &text);
            }
            // On a touch screen the focus would raise the keyboard over what there is to see.
            Effect::FocusTerminal if browser::is_touch() => {}
            Effect::FocusTerminal => focus("[data-testid=terminal-input]"),
            Effect::FocusEditor => focus("[data-testid=editor]"),
            Effect::FocusLesson => focus(".lesson-scroll"),
            Effect::FocusMap => focus(".map-scroll"),
            Effect::SetSingleKeys(on) => keys::set_single(on),
            Effect::SetCodeSize(size) => {
                browser::save(CODE_SIZE, size);
                browser::set_root("code-size", Some(size));
            }
            Effect::Reveal(name) => {
                let cards = format!(
                    "[data-testid=node][data-name=\"{name}\"] button, [data-testid=pod][data-name=\"{name}\"] button"
                );
                Timeout::new(0, move || browser::focus(&cards)).forget();
            }
            Effect::CopyText(text) => browser::copy(text, move |copied| send.emit(Message::CopiedTerminal(copied))),
            Effect::SetLanguage(code) => {
                browser::save(LANGUAGE, code);
                // What the address asks for would win.
                browser::drop_parameters(&["lang"]);
                browser::reload();
            }
            Effect::FocusCells => focus("[data-testid=cells]"),
            Effect::SaveMap(choices) => {
                browser::save(MAP, &choices);
            }
            Effect::SaveFile(name, text) => browser::save_file(&name, &text),
            Effect::FetchAside => fetch_aside(&send),
            Effect::DeleteAside(key) => {
                browser::save(&key, "");
                fetch_aside(&send);
            }
            Effect::SetTheme(theme) => {
                browser::save(THEME, theme_name(theme).unwrap_or("system"));
                browser::set_root("theme", theme_name(theme));
            }
            Effect::SetHints(hints) => {
                browser::save(HINTS, if hints { "on" } else { "off" });
            }
            Effect::TakeOver => {
                browser::drop_fragment();
                shelf::put_aside();
            }
            Effect::Back(work, now) => self.go_back(work, now),
            Effect::Arrive(own) => self.arrive(own),
        }
    }

    /// Goes back to a work that waits.
    #[inline(never)]
    fn go_back(&mut self, work: usize, now: Option<String>) {
        if let Some(own) = self.held.take() {
            self.held = now;
            browser::drop_fragment();
            return self.send.emit(Message::Continue(None, Some(own.into())));
        }
        match now {
            None => browser::drop_fragment(),
            Some(now) if shelf::change(work, &now) => {}
            Some(_) => return,
        }
        self.leaving = true;
        browser::reload();
    }

    /// Opens the link that the address has now, in a page of its own; where the browser keeps nothing, in this one.
    #[inline(never)]
    fn arrive(&mut self, own: Option<String>) {
        let kept = self.held.is_none() && own.as_ref().is_none_or(|own| browser::save(SAVED, own));
        match browser::fragment() {
            Some(link) if !kept => {
                self.held = self.held.take().or(own);
                self.send.emit(Message::Links(AboutLinks::Visit(link)));
            }
            _ => browser::reload(),
        }
    }
}

/// What the page begins with: a link's state, or what was saved, or the first lesson; then the lesson that the address asks for.
fn begin(start: &Start) -> State {
    let library = Rc::new(start.lessons.as_deref().and_then(library).unwrap_or_else(Library::first));
    let course = browser::load(COURSE).map(|text| course(&text)).unwrap_or_default();
    let saved = browser::load(SAVED).filter(|saved| !saved.is_empty());
    let own = saved.is_some() || shelf::has_some();
    let mut state = match browser::fragment() {
        Some(fragment) => match share::decode(&fragment, &library) {
            Ok(shared) => State::opened(library, course, shared, own),
            Err(error) => State::new(library, course, None).visited(Some(error.to_string()), own),
        },
        None => match saved.as_deref().map(|saved| State::recalled(library.clone(), course.clone(), saved)) {
            Some(Ok(state)) => state,
            unreadable => {
                let first = library.volumes().first().and_then(|volume| library.lesson(&volume.front.id));
                let mut state = State::new(library, course, first);
                if let Some(Err(error)) = unreadable {
                    set_aside(&mut state, &error);
                }
                state
            }
        },
    };
    let asks = browser::asks();
    if asks {
        state = asked::asked(state, own);
    }
    state.mine |= shelf::has_some();
    state.aside = browser::load(ASIDE).filter(|id| !id.is_empty() && state.lesson.is_none()).map(AttrValue::from);
    state.theme = match browser::load(THEME).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    state.map_choices = browser::load(MAP).unwrap_or_default();
    state.hints = browser::load(HINTS).as_deref() != Some("off");
    if asks {
        asked::choose(&mut state);
    }
    state.system_dark = browser::prefers_dark();
    browser::set_root("theme", theme_name(state.theme));
    browser::set_root("code-size", browser::load(CODE_SIZE).as_deref());
    state
}

/// Keeps `text`; where there is no room for it, what was saved last is not overwritten any more.
#[inline(never)]
pub(super) fn keep(key: &str, text: &str) {
    if !browser::save(key, text) {
        browser::set_aside(SAVED);
    }
}

/// Puts the work in a lesson, or in free play, where it is found when the person comes back.
pub(super) fn put_aside(place: &str, text: &str) {
    keep(&format!("{SAVED}.{place}"), text);
}

/// What was kept of the work in a lesson, or in free play. What cannot be read waits under another key.
#[inline(never)]
pub(super) fn kept(lesson: Option<&str>) -> Option<AttrValue> {
    let key = format!("{SAVED}.{}", state::place(lesson));
    let saved = browser::load(&key)?;
    if saved.lines().next().is_none_or(|line| share::decode(line, &Library::default()).is_err()) {
        browser::set_aside(&key);
        return None;
    }
    Some(saved.into())
}

/// How far the learner was. What cannot be read waits under another key.
#[inline(never)]
fn course(saved: &str) -> Rc<Course> {
    let course = Course::from_json(saved);
    if course.is_err() {
        browser::set_aside(COURSE);
    }
    Rc::new(course.unwrap_or_default())
}

/// What was kept of the work cannot be read: another version wrote it, something else did, or some of it is missing.
#[inline(never)]
fn set_aside(state: &mut State, error: &ShareError) {
    let newer = matches!(error, ShareError::Newer(_));
    state.tell(t(match (browser::set_aside(SAVED), newer) {
        (true, true) => "Your work was kept by a newer version of the playground, which this one cannot read. It has been set aside in this browser, not deleted; here is a new beginning.",
        (true, false) => "What the browser holds of your work is damaged, or not the playground's. It has been set aside, not deleted; here is a new beginning.",
        (false, _) => "Your work cannot be read, and there is no room to set it aside. It stays where it is, and what you do here is not saved.",
    }).to_owned());
}

/// All lessons of a pack, and the one that the person opened.
#[inline(never)]
fn library(pack: &str) -> Option<Library> {
    let mut library = Library::unpack(pack)?;
    let opened = browser::load(OPENED).and_then(|pack| {
        let opened = Library::unpack(&pack).filter(|opened| !opened.volumes().is_empty());
        if opened.is_none() {
            browser::set_aside(OPENED);
        }
        opened
    });
    for volume in opened.iter().flat_map(Library::volumes) {
        library.add((**volume).clone());
    }
    Some(library)
}

/// Says what was set aside, by key.
#[inline(never)]
fn fetch_aside(send: &Callback<Message>) {
    const MOST: usize = 100;
    let keys = (1..=MOST).map(|number| format!("playground.v1.set-aside.{number}"));
    let kept = keys.filter_map(|key| Some((AttrValue::from(key.clone()), AttrValue::from(browser::load(&key)?))));
    send.emit(Message::Own(Own::Aside(kept.filter(|(_, text)| !text.is_empty()).collect())));
}

/// The focus moves after the next drawing, when a hidden room has become visible.
fn focus(selector: &'static str) {
    Timeout::new(0, move || browser::focus(selector)).forget();
}

const fn theme_name(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

const fn room(room: Room) -> &'static str {
    match room {
        Room::Lesson => "lesson",
        Room::Cluster => "cluster",
        Room::Editor => "editor",
        Room::Terminal => "terminal",
    }
}

/// A border that can be moved; `www/splitters.js` does so.
fn splitter(part: &'static str, name: &'static str, orientation: &'static str) -> Html {
    html! {
        <div class="splitter" role="separator" tabindex="0" data-splits={part} aria-label={name} title={name} aria-orientation={orientation}
            aria-valuemin="15" aria-valuemax="75" aria-valuenow="30" />
    }
}

/// On a phone: which room is shown.
fn room_bar(current: Room, send: &Callback<Message>) -> Html {
    let rooms = [
        (Room::Lesson, Icon::Book, t("Lesson")),
        (Room::Cluster, Icon::Cluster, t("Cluster")),
        (Room::Editor, Icon::File, t("Editor")),
        (Room::Terminal, Icon::Terminal, t("Terminal")),
    ];
    html! {
        <nav class="room-bar" aria-label={t("Parts of the page")}>
            { all(&mut rooms.into_iter().map(|(room, icon, name)| {
                let chosen = room == current;
                html! {
                    <button type="button" class={class(&["room-button", when(chosen, "is-on")])} aria-current={chosen.then_some("page")}
                        onclick={say(send, Message::Show(room))}>{ icon.draw() }<span>{ name }</span></button>
                }
            })) }
        </nav>
    }
}

/// The latest moments, and the places of all of them as thousandths of the present.
fn moments(all: &[Moment], now: SimTime, at: SimTime) -> (&[Moment], Vec<u64>) {
    let until = all.partition_point(|moment| moment.at <= at);
    let latest = &all[until.saturating_sub(LATEST)..until];
    let whole = now.as_millis().max(1);
    let mut marks: Vec<u64> = all.iter().map(|moment| (moment.at.as_millis() * 1000 / whole).min(999)).collect();
    marks.dedup();
    let thinning = marks.len().div_ceil(MARKS).max(1);
    (latest, marks.into_iter().step_by(thinning).collect())
}
