//! The bar at the top: where one is, the clock, the link, the colours.

use web_sys::{Event, HtmlSelectElement};
use yew::{AttrValue, Callback, Html, TargetCast, html};

use super::Icon;
use super::controls::{all, class, say, when};
use super::menu::Menu;
use crate::lessons::{Done, Lesson};
use crate::sim::SimTime;
use crate::ui::state::{AboutLinks, CourseView, Message, Own, Theme, Window};
use crate::ui::words::{count, fill, t};
use crate::ui::{browser, keys, shelf};

/// What the bar shows.
#[derive(Debug)]
pub(crate) struct TopBarView<'a> {
    /// The lesson, and which of its steps.
    pub(crate) lesson: Option<(&'a Lesson, usize)>,
    /// How far the learner is in it.
    pub(crate) done: Option<&'a Done>,
    /// The lesson that waits while something else is tried: its id.
    pub(crate) aside: Option<&'a AttrValue>,
    /// The virtual time.
    pub(crate) time: SimTime,
    /// How the clock goes.
    pub(crate) clock: ClockView,
    /// Which colours.
    pub(crate) theme: Theme,
    /// Whether there is own work from before a link.
    pub(crate) mine: bool,
}

/// How the clock goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClockView {
    /// Whether it goes at all.
    pub(crate) playing: bool,
    /// How fast.
    pub(crate) speed: f64,
    /// Whether it is on its way to rest.
    pub(crate) settling: bool,
}

/// The bar.
pub(crate) fn top_bar(view: &TopBarView<'_>, send: &Callback<Message>) -> Html {
    let settings = {
        let (theme, send) = (view.theme, send.clone());
        Callback::from(move |()| settings(theme, &send))
    };
    html! {
        <header class="top-bar">
            <h1 class="brand">{ Icon::Logo.draw() }<span class="brand-words"><span>{ "DaemonSet" }</span>{ " playground" }</span></h1>
            { lesson_menu(view, send) }
            { clock(view.time, view.clock, send) }
            <div class="top-end">
                <Menu label={t("Settings")} face={Icon::Settings.draw()} class="is-icon is-quiet" items={settings} />
                <button type="button" class="button" data-testid="share" onclick={say(send, Message::Links(AboutLinks::Share))} title={t("A link that holds all of this")}>
                    { Icon::Share.draw() }<span class="share-word">{ t("Share") }</span>
                </button>
            </div>
        </header>
    }
}

fn lesson_menu(view: &TopBarView<'_>, send: &Callback<Message>) -> Html {
    let title = view.lesson.map_or(t("Free play"), |(lesson, _)| lesson.front.title.as_str());
    let lesson = view.lesson;
    let is_solved = |step: usize| view.done.is_some_and(|done| done.solved.contains(&step));
    let face = html! { <>{ Icon::Book.draw() }<span class="lesson-face">{ title }</span>{ Icon::Down.draw() }</> };
    let items = {
        let (title, aside, send) = (title.to_owned(), view.aside.cloned(), send.clone());
        let (in_lesson, mine) = (lesson.is_some(), view.mine);
        Callback::from(move |()| places(&title, in_lesson, aside.as_ref(), mine, &send))
    };
    html! {
        <div class="where">
            <Menu label={format!("{}: {title}. {}", t("Lesson"), t("Choose another"))} {face} class="is-quiet is-lesson" {items} />
            if let Some((lesson, step)) = lesson {
                <ol class="progress" aria-label={t("Steps of the lesson")}>
                    { all(&mut lesson.steps.iter().enumerate().map(|(index, one)| {
                        let class = class(&["progress-step", when(index < step || is_solved(index), "is-done"), when(index == step, "is-current")]);
                        html! {
                            <li><button type="button" {class} onclick={say(send, Message::StepTo(index))}
                                aria-label={format!("{} {}: {}", t("Step"), index + 1, one.title)} title={one.title.clone()}
                                aria-current={(index == step).then_some("step")} /></li>
                        }
                    })) }
                </ol>
            }
        </div>
    }
}

/// Colours, language, keys.
#[inline(never)]
fn settings(theme: Theme, send: &Callback<Message>) -> Html {
    let item = |apart: bool, icon: Icon, chosen: Option<bool>, message: Message, words: &'static str, note: &'static str| {
        let pressed = chosen.map(|chosen| chosen.to_string());
        html! {
            <button type="button" class={class(&["menu-item", when(apart, "is-apart"), when(chosen == Some(true), "is-on")])}
                aria-pressed={pressed} onclick={say(send, message)}>
                { icon.draw() }<span class="menu-words">{ words }if !note.is_empty() { <small>{ note }</small> }</span>
            </button>
        }
    };
    let colours = |apart, icon, which, words| item(apart, icon, Some(theme == which), Message::Theme(which), words, "");
    let current = browser::root_data("code-size").unwrap_or_else(|| "normal".to_owned());
    let size = |apart, which: &'static str, words| {
        item(apart, Icon::Type, Some(current == which), Message::CodeSize(which), words, "")
    };
    let spoken = browser::language();
    let language = |index: usize, code: &'static str, name: &'static str| {
        item(index == 0, Icon::Language, Some(spoken == code), Message::Language(code), name, "")
    };
    let single = keys::are_single();
    html! {
        <>
            { item(false, Icon::Type, None, Message::Window(Some(Window::Palette)), t("All commands"), t("Ctrl K")) }
            { item(false, Icon::Keys, None, Message::Window(Some(Window::Keys)), t("Keys"), t("all keys that do something")) }
            { item(false, Icon::Keys, Some(single), Message::SingleKeys(!single), t("Keys without Ctrl"), t("while you are not typing")) }
            { colours(true, Icon::Auto, Theme::System, t("Colours: as the system")) }
            { colours(false, Icon::Sun, Theme::Light, t("Colours: light")) }
            { colours(false, Icon::Moon, Theme::Dark, t("Colours: dark")) }
            { size(true, "small", t("Code: smaller")) }
            { size(false, "normal", t("Code: normal")) }
            { size(false, "large", t("Code: larger")) }
            { item(true, Icon::File, None, Message::Own(Own::AskAside), t("Set aside"), t("work that could not be read")) }
            { all(&mut LANGUAGES.iter().enumerate().map(|(index, (code, name))| language(index, code, name))) }
        </>
    }
}

/// The languages there are: their codes, and their names in themselves.
const LANGUAGES: [(&str, &str); 3] = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")];

/// Those that stand in the menu.
fn newest(works: Vec<shelf::Work>) -> impl Iterator<Item = shelf::Work> {
    let before = works.len().saturating_sub(3);
    works.into_iter().skip(before)
}

/// Where one can go.
#[inline(never)]
fn places(title: &str, in_lesson: bool, aside: Option<&AttrValue>, mine: bool, send: &Callback<Message>) -> Html {
    let item = |class: &'static str, icon: Icon, message: Message, words: &str, note: &str| {
        html! {
            <button type="button" {class} onclick={say(send, message)}>
                { icon.draw() }<span class="menu-words">{ words.to_owned() }<small>{ note.to_owned() }</small></span>
            </button>
        }
    };
    html! {
        <>
            { item("menu-item", Icon::Book, Message::Course(Some(CourseView::Lessons)), t("The course"), t("all lessons, and how far you are")) }
            if let Some(id) = aside {
                { item("menu-item", Icon::Left, Message::Begin(Some(id.clone())), t("Back to the lesson"), t("where you left it")) }
            }
            if in_lesson {
                { item("menu-item", Icon::Fork, Message::Aside, t("Try something else"), t("on a copy of this cluster; the lesson waits")) }
            }
            { item("menu-item", Icon::Cluster, Message::Begin(None), t("Free play"), t("a cluster of your own, no goals")) }
            { item("menu-item is-apart", Icon::File, Message::Own(Own::Import), t("Open a cluster or a file"), t("your own nodes and DaemonSets, a manifest, a scenario")) }
            { item("menu-item", Icon::Share, Message::Own(Own::Export), t("Export for a real cluster"), t("a script, manifests, a scenario file")) }
            { item("menu-item is-apart", Icon::Restart, Message::StartOver, t("Start over"), &fill("{0}, from the beginning", &[&title])) }
            if mine {
                { all(&mut newest(shelf::works()).map(|work| {
                    let note = count(work.commands, "1 command; what is here now is kept", "{0} commands; what is here now is kept");
                    item("menu-item", Icon::Left, Message::Links(AboutLinks::Back(work.place)), &fill("Back to “{0}”", &[&work.title]), &note)
                })) }
                { item("menu-item", Icon::Rows, Message::Own(Own::Works), t("Your other work"), t("all that waits, to go to or to delete")) }
            }
        </>
    }
}

fn clock(time: SimTime, clock: ClockView, send: &Callback<Message>) -> Html {
    let button = |icon: Icon, name: &'static str, message: Message, pressed: bool| {
        let title = if let Message::Settle = message { t("Jump to settled: on until nothing moves") } else { name };
        html! {
            <button type="button" class={class(&["clock-button", when(pressed, "is-on")])} aria-label={name} {title}
                onclick={say(send, message)}>{ icon.draw() }</button>
        }
    };
    let (icon, name) = if clock.playing { (Icon::Pause, t("Pause the clock")) } else { (Icon::Play, t("Start the clock")) };
    html! {
        <div class={class(&["clock", when(!clock.playing, "is-paused")])} data-testid="clock" role="group" aria-label={t("Virtual clock")}>
            <time class="clock-time" title={t("Virtual time")}><span class="sr-only">{ t("Virtual time") }{ " " }</span>{ time.to_string() }</time>
            { button(Icon::StepBack, t("Event before"), Message::StepBack, false) }
            { button(icon, name, Message::Play(!clock.playing), false) }
            { button(Icon::Step, t("Next event"), Message::Step, false) }
            { button(Icon::Settle, t("Jump to settled"), Message::Settle, clock.settling) }
            { speeds(clock.speed, send) }
        </div>
    }
}

/// Virtual seconds in a second, as numbers and as words: what writes numbers with a point comes late.
const SPEEDS: [(f64, &str); 8] =
    [(0.1, "0.1×"), (0.5, "0.5×"), (1.0, "1×"), (2.0, "2×"), (5.0, "5×"), (10.0, "10×"), (60.0, "60×"), (600.0, "600×")];

fn speeds(current: f64, send: &Callback<Message>) -> Html {
    let send = send.clone();
    let onchange = Callback::from(move |event: Event| {
        let select = event.target_dyn_into::<HtmlSelectElement>();
        if let Some(speed) = select.and_then(|select| SPEEDS.get(select.selected_index() as usize)) {
            send.emit(Message::Speed(speed.0));
        }
    });
    html! {
        <select class="clock-speed" aria-label={t("Speed")} title={t("Speed: virtual seconds in a second")} {onchange}>
            { all(&mut SPEEDS.iter().map(|(speed, words)| html! { <option selected={*speed == current}>{ *words }</option> })) }
        </select>
    }
}
