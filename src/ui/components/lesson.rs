//! The lesson's text, its commands, and its goals.

use std::rc::Rc;

use yew::{Callback, Html, MouseEvent, Properties, function_component, html, use_effect_with, use_node_ref};

use super::Icon;
use super::controls::{all, class, say, when};
use super::markdown::{code_spans, markdown, spans};
use crate::lessons::{Lesson, Part};
use crate::ui::state::{GoalView, Message};

/// What the lesson shows.
#[derive(Debug, Properties)]
pub(crate) struct LessonPanelProps {
    /// All lessons.
    pub(crate) lessons: Rc<Vec<Lesson>>,
    /// Which lesson, and which of its steps; none in free play.
    pub(crate) place: Option<(usize, usize)>,
    /// The step's goals as they stand.
    pub(crate) goals: Rc<Vec<GoalView>>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

impl PartialEq for LessonPanelProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lessons, &other.lessons)
            && self.place == other.place
            && self.goals == other.goals
            && self.send == other.send
    }
}

/// One step at a time; the goals stay in sight below the text.
#[function_component]
pub(crate) fn LessonPanel(props: &LessonPanelProps) -> Html {
    let scroll = use_node_ref();
    {
        // A new step begins at its beginning.
        let scroll = scroll.clone();
        use_effect_with(props.place, move |_| {
            if let Some(element) = scroll.cast::<web_sys::Element>() {
                element.set_scroll_top(0);
            }
        });
    }
    let place = props.place.and_then(|(index, step)| {
        let lesson = props.lessons.get(index)?;
        Some((lesson, step, lesson.steps.get(step)?))
    });
    html! {
        <section class="panel lesson" data-testid="lesson" data-room="lesson" aria-labelledby="lesson-title">
            if let Some((lesson, step, content)) = place {
                <div class="lesson-scroll" ref={scroll} tabindex="0" role="region" aria-label="Lesson text">
                    <p class="lesson-over">{ format!("Step {} of {}", step + 1, lesson.steps.len()) }</p>
                    <h2 id="lesson-title" class="lesson-title">{ &content.title }</h2>
                    <div class="prose" key={format!("{}-{step}", lesson.id)}>
                        { all(&mut content.parts.iter().map(|one| part(one, &props.goals, &props.send))) }
                    </div>
                </div>
                { goals(&props.goals) }
                { steps(lesson, step, &props.goals, &props.lessons, &props.send) }
            } else {
                <div class="lesson-scroll" ref={scroll}>
                    <p class="lesson-over">{ "Free play" }</p>
                    <h2 id="lesson-title" class="lesson-title">{ "Your own cluster" }</h2>
                    <div class="prose">
                        <p>{ "Nothing to reach here: write manifests, apply them, add and remove nodes. Or take a lesson:" }</p>
                        <ul class="lesson-list">
                            { all(&mut props.lessons.iter().map(|lesson| html! {
                                <li><button type="button" class="button is-wide" onclick={begin(&props.send, lesson)}>
                                    { Icon::Book.draw() }<span>{ &lesson.title }</span><span class="panel-note">{ format!("{} min", lesson.minutes) }</span>
                                </button></li>
                            })) }
                        </ul>
                    </div>
                </div>
            }
        </section>
    }
}

fn begin(send: &Callback<Message>, lesson: &Lesson) -> Callback<MouseEvent> {
    say(send, Message::Begin(Some(lesson.id.clone().into())))
}

fn part(part: &Part, goals: &[GoalView], send: &Callback<Message>) -> Html {
    match part {
        Part::Text(text) => markdown(text),
        Part::Command(line) => html! {
            <div class="command">
                <pre class="command-line"><span class="prompt" aria-hidden="true">{ "$ " }</span><code>{ line }</code></pre>
                <button type="button" class="button is-small" onclick={say(send, Message::TypeIt(line.clone()))}
                    title="Puts it into the terminal; Enter runs it">{ Icon::Type.draw() }{ "Type it" }</button>
            </div>
        },
        Part::File { name, text } => html! {
            <div class="command is-file">
                <span class="file-name">{ Icon::File.draw() }<code>{ name }</code></span>
                <button type="button" class="button is-small" title="Puts this text into the file and shows it"
                    onclick={say(send, Message::Offer(name.clone().into(), text.clone().into()))}>{ "Put into the editor" }</button>
            </div>
        },
        // Help for what is done already would be in the way.
        Part::Hint { when: Some(goal), .. } if goals.iter().any(|one| one.met && *one.id == **goal) => html! {},
        Part::Hint { title, text, .. } => html! {
            <details class="hint"><summary>{ Icon::Bulb.draw() }<span>{ spans(title) }</span></summary><div>{ markdown(text) }</div></details>
        },
    }
}

fn goals(goals: &[GoalView]) -> Html {
    if goals.is_empty() {
        return html! {};
    }
    let met = goals.iter().filter(|goal| goal.met).count();
    html! {
        <div class="goals" role="group" aria-labelledby="goals-title" tabindex="0">
            <h3 id="goals-title" class="goals-title">{ "Goals" }<span class="panel-note" role="status">{ format!("{met} of {} reached", goals.len()) }</span></h3>
            <ul>
                { all(&mut goals.iter().map(|goal| html! {
                    <li class={class(&["goal", when(goal.met, "is-met")])} data-testid="lesson-goal" data-state={if goal.met { "met" } else { "unmet" }}>
                        <span class="goal-mark" role="img" aria-label={if goal.met { "Reached:" } else { "Not reached yet:" }}>
                            { if goal.met { Icon::Check } else { Icon::Cross }.draw() }
                        </span>
                        <div><p class="goal-text">{ spans(&goal.text) }</p><p class="goal-reason" title={goal.reason.clone()}>{ code_spans(&goal.reason) }</p></div>
                    </li>
                })) }
            </ul>
        </div>
    }
}

fn steps(lesson: &Lesson, step: usize, goals: &[GoalView], lessons: &[Lesson], send: &Callback<Message>) -> Html {
    let to = |step: usize| say(send, Message::StepTo(step));
    let done = goals.iter().all(|goal| goal.met);
    let last = step + 1 >= lesson.steps.len();
    let index = lessons.iter().position(|other| other.id == lesson.id).unwrap_or(0);
    let following = lessons.get(index + 1);
    html! {
        <nav class="steps" aria-label="Steps of the lesson">
            <button type="button" class="button is-quiet" disabled={step == 0} onclick={to(step.saturating_sub(1))}>{ Icon::Left.draw() }{ "Back" }</button>
            if !last {
                <button type="button" class={class(&["button", when(done, "is-primary")])} onclick={to(step + 1)}>{ "Next" }{ Icon::Right.draw() }</button>
            } else if let Some(next) = following {
                <button type="button" class={class(&["button", when(done, "is-primary")])} title={next.title.clone()} onclick={begin(send, next)}>{ "Next lesson" }{ Icon::Right.draw() }</button>
            } else {
                <span class={class(&["finish", when(done, "is-met")])}>
                    if done { { Icon::Check.draw() }{ "Lesson finished" } } else { { "The last step" } }
                </span>
            }
        </nav>
    }
}
