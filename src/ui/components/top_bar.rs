//! The bar at the top: where one is, the clock, the link, the colours.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, classes, function_component, html};

use super::Icon;
use super::menu::Menu;
use crate::lessons::Lesson;
use crate::ui::state::{Message, Theme};

/// What the bar shows.
#[derive(Debug, Properties)]
pub(crate) struct TopBarProps {
    /// All lessons.
    pub(crate) lessons: Rc<Vec<Lesson>>,
    /// Which lesson, and which of its steps.
    pub(crate) place: Option<(usize, usize)>,
    /// The virtual time.
    pub(crate) time: AttrValue,
    /// How the clock goes.
    pub(crate) clock: ClockView,
    /// Which colours.
    pub(crate) theme: Theme,
    /// Whether there is own work from before a link.
    pub(crate) mine: bool,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// How the clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockView {
    /// Whether it goes at all.
    pub(crate) playing: bool,
    /// How fast.
    pub(crate) speed: u32,
    /// Whether it is on its way to rest.
    pub(crate) settling: bool,
}

impl PartialEq for TopBarProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lessons, &other.lessons)
            && (self.place, &self.time, self.clock, self.theme, self.mine)
                == (other.place, &other.time, other.clock, other.theme, other.mine)
            && self.send == other.send
    }
}

/// The bar.
#[function_component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let say = |message: Message| {
        let send = props.send.clone();
        Callback::from(move |_| send.emit(message.clone()))
    };
    let (next, icon, name) = match props.theme {
        Theme::System => (Theme::Light, Icon::Auto, "Colours: as the system"),
        Theme::Light => (Theme::Dark, Icon::Sun, "Colours: light"),
        Theme::Dark => (Theme::System, Icon::Moon, "Colours: dark"),
    };
    html! {
        <header class="top-bar">
            <h1 class="brand">{ Icon::Logo.draw() }<span class="brand-words"><span>{ "DaemonSet" }</span>{ " playground" }</span></h1>
            { lesson_menu(props) }
            { clock(&props.time, props.clock, &say) }
            <div class="top-end">
                <button type="button" class="button is-icon is-quiet" aria-label={name} title={name} onclick={say(Message::Theme(next))}>{ icon.draw() }</button>
                <button type="button" class="button" data-testid="share" onclick={say(Message::Share)} title="A link that holds all of this">
                    { Icon::Share.draw() }<span class="share-word">{ "Share" }</span>
                </button>
            </div>
        </header>
    }
}

fn lesson_menu(props: &TopBarProps) -> Html {
    let begin = |id: Option<AttrValue>| {
        let send = props.send.clone();
        Callback::from(move |_| send.emit(Message::Begin(id.clone())))
    };
    let lesson = props.place.and_then(|(index, step)| Some((props.lessons.get(index)?, step)));
    let title = lesson.map_or("Free play", |(lesson, _)| lesson.title.as_str());
    let face = html! { <>{ Icon::Book.draw() }<span class="lesson-face">{ title }</span>{ Icon::Down.draw() }</> };
    html! {
        <div class="where">
            <Menu label={format!("Lesson: {title}. Choose another")} {face} class="is-quiet is-lesson">
                { for props.lessons.iter().enumerate().map(|(index, lesson)| html! {
                    <button type="button" class="menu-item" onclick={begin(Some(lesson.id.clone().into()))}
                        aria-current={props.place.is_some_and(|(current, _)| current == index).then_some("true")}>
                        { Icon::Book.draw() }<span class="menu-words">{ &lesson.title }<small>{ format!("{} steps, {} min", lesson.steps.len(), lesson.minutes) }</small></span>
                    </button>
                }) }
                <button type="button" class="menu-item" onclick={begin(None)}>
                    { Icon::Cluster.draw() }<span class="menu-words">{ "Free play" }<small>{ "an empty cluster, no goals" }</small></span>
                </button>
                <button type="button" class="menu-item is-apart" onclick={{
                    let send = props.send.clone();
                    move |_| send.emit(Message::StartOver)
                }}>
                    { Icon::Undo.draw() }<span class="menu-words">{ "Start over" }<small>{ format!("{title}, from the beginning") }</small></span>
                </button>
                if props.mine {
                    <button type="button" class="menu-item" onclick={{
                        let send = props.send.clone();
                        move |_| send.emit(Message::BackToMine)
                    }}>
                        { Icon::Left.draw() }<span class="menu-words">{ "Back to your own work" }<small>{ "as it was before the link" }</small></span>
                    </button>
                }
            </Menu>
            if let Some((lesson, step)) = lesson {
                <ol class="progress" aria-label="Steps of the lesson">
                    { for lesson.steps.iter().enumerate().map(|(index, one)| {
                        let send = props.send.clone();
                        let class = classes!("progress-step", (index < step).then_some("is-done"), (index == step).then_some("is-current"));
                        html! {
                            <li><button type="button" {class} onclick={move |_| send.emit(Message::StepTo(index))}
                                aria-label={format!("Step {}: {}", index + 1, one.title)} title={one.title.clone()}
                                aria-current={(index == step).then_some("step")} /></li>
                        }
                    }) }
                </ol>
            }
        </div>
    }
}

fn clock(time: &AttrValue, clock: ClockView, say: &impl Fn(Message) -> Callback<yew::MouseEvent>) -> Html {
    let speed = |speed: u32, label: &'static str| {
        let pressed = clock.playing && clock.speed == speed;
        html! {
            <button type="button" class={classes!("clock-button", pressed.then_some("is-on"))} aria-pressed={pressed.to_string()}
                aria-label={format!("Speed {label}")} title={format!("Speed {label}")} onclick={say(Message::Speed(speed))}>{ label }</button>
        }
    };
    let (icon, name) = if clock.playing { (Icon::Pause, "Pause the clock") } else { (Icon::Play, "Start the clock") };
    html! {
        <div class={classes!("clock", (!clock.playing).then_some("is-paused"))} data-testid="clock" role="group" aria-label="Virtual clock">
            <time class="clock-time" title="Virtual time"><span class="sr-only">{ "Virtual time " }</span>{ time }</time>
            <button type="button" class="clock-button" aria-label={name} title={name} onclick={say(Message::Play(!clock.playing))}>{ icon.draw() }</button>
            <button type="button" class="clock-button" aria-label="Next event" title="Next event" onclick={say(Message::Step)}>{ Icon::Step.draw() }</button>
            <button type="button" class={classes!("clock-button", clock.settling.then_some("is-on"))} aria-label="Jump to settled"
                title="Jump to settled: on until nothing moves" onclick={say(Message::Settle)}>{ Icon::Settle.draw() }</button>
            <span class="clock-speeds">{ speed(1, "1×") }{ speed(10, "10×") }</span>
        </div>
    }
}
