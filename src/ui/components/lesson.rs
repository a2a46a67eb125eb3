//! The lesson's text, its commands, and its goals.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, MouseEvent, Properties, function_component, html, use_effect_with, use_node_ref};

use super::Icon;
use super::controls::{all, class, say, when};
use super::markdown::{code_spans, markdown, spans};
use crate::lessons::{Lesson, Part, Question, Step};
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
    /// The answers to the step's questions, in their order: which, counted from 0.
    pub(crate) answers: Vec<Option<usize>>,
    /// The mistakes of the step that are made just now.
    pub(crate) mistakes: Vec<AttrValue>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

impl PartialEq for LessonPanelProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lessons, &other.lessons)
            && self.place == other.place
            && self.goals == other.goals
            && self.answers == other.answers
            && self.mistakes == other.mistakes
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
                    <p class="lesson-over">
                        if !lesson.chapter.is_empty() { <span>{ &lesson.chapter }{ " · " }</span> }
                        { format!("Step {} of {}", step + 1, lesson.steps.len()) }
                    </p>
                    <h2 id="lesson-title" class="lesson-title">{ &content.title }</h2>
                    <div class="prose" key={format!("{}-{step}", lesson.id)}>
                        { parts(content, props) }
                    </div>
                </div>
                { goals(&props.goals) }
                { steps(lesson, step, is_done(content, props), &props.lessons, &props.send) }
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

/// The step's text; it ends at a prediction that is still to be made.
fn parts(step: &Step, props: &LessonPanelProps) -> Html {
    let mut answers = props.answers.iter();
    let mut waits = false;
    let reached = props.goals.iter().all(|goal| goal.met);
    all(&mut step.parts.iter().map_while(|one| {
        if std::mem::replace(&mut waits, false) {
            return None;
        }
        Some(match one {
            Part::Question(question) => {
                let answer = answers.next().copied().flatten();
                waits = question.predict && answer.is_none();
                question_card(question, answer, reached, &props.send)
            }
            other => part(other, props),
        })
    }))
}

/// Whether all goals are met and all questions answered.
fn is_done(step: &Step, props: &LessonPanelProps) -> bool {
    let answered = |(question, answer): (&Question, &Option<usize>)| {
        answer.and_then(|choice| question.answers.get(choice)).is_some_and(|answer| question.predict || answer.right)
    };
    props.goals.iter().all(|goal| goal.met) && step.questions().zip(&props.answers).all(answered)
}

/// A question with its answers; `reached` says that the step has been done, so that a prediction can be compared.
#[inline(never)]
fn question_card(question: &Question, chosen: Option<usize>, reached: bool, send: &Callback<Message>) -> Html {
    let judged = !question.predict || reached;
    let told = chosen.and_then(|choice| question.answers.get(choice));
    html! {
        <div class="question" role="group" aria-label={if question.predict { "A prediction" } else { "A question" }}>
            <p class="question-ask">{ spans(&question.ask) }</p>
            <ul>
                { all(&mut question.answers.iter().enumerate().map(|(index, answer)| {
                    let on = chosen == Some(index);
                    let tone = match (on && judged, answer.right) {
                        (true, true) => "is-right",
                        (true, false) => "is-wrong",
                        _ => "",
                    };
                    let message = Message::Answer(question.id.clone().into(), index);
                    html! {
                        <li><button type="button" class={class(&["answer", when(on, "is-on"), tone])} aria-pressed={on.to_string()}
                            onclick={say(send, message)}>{ if on && judged && answer.right { Icon::Check } else if on && judged { Icon::Cross } else { Icon::Circle }.draw() }
                            <span>{ spans(&answer.text) }</span></button></li>
                    }
                })) }
            </ul>
            <div class="question-why" role="status">
                if let (Some(answer), true) = (told, judged) {
                    { markdown(&answer.why) }
                } else if told.is_some() {
                    <p>{ "Now see what happens." }</p>
                } else if question.predict {
                    <p>{ "The clock waits for your answer. Any answer will do." }</p>
                }
            </div>
        </div>
    }
}

fn part(part: &Part, props: &LessonPanelProps) -> Html {
    let (goals, send) = (&props.goals, &props.send);
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
        Part::Hint { mistake: Some(mistake), .. } if !props.mistakes.iter().any(|made| **made == **mistake) => html! {},
        Part::Hint { title, text, mistake, .. } => html! {
            <details class="hint" open={mistake.is_some()}><summary>{ Icon::Bulb.draw() }<span>{ spans(title) }</span></summary><div>{ markdown(text) }</div></details>
        },
        // `parts` shows it, who knows its answer.
        Part::Question(_) | Part::Simulation(_) | Part::Summary => html! {},
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

fn steps(lesson: &Lesson, step: usize, done: bool, lessons: &[Lesson], send: &Callback<Message>) -> Html {
    let to = |step: usize| say(send, Message::StepTo(step));
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
