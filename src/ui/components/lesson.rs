//! The lesson's text, its commands, and its goals.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, NodeRef, Properties, function_component, html, use_effect_with, use_node_ref};

use super::Icon;
use super::controls::{all, class, say, when};
use super::markdown::{code_spans, markdown, spans};
use super::simulation::simulation_card;
use crate::lessons::{Lesson, Part, Question, Step};
use crate::ui::state::{ChallengeView, CourseView, GoalView, Message};
use crate::ui::words::{count, fill, t};

/// What the lesson shows.
#[derive(Debug, Properties)]
pub(crate) struct LessonPanelProps {
    /// The lesson, and which of its steps; none in free play.
    pub(crate) lesson: Option<(Rc<Lesson>, usize)>,
    /// The lesson after it: id and title.
    pub(crate) following: Option<(AttrValue, AttrValue)>,
    /// The lesson that waits while something else is tried: its id.
    pub(crate) aside: Option<AttrValue>,
    /// The step's goals as they stand.
    pub(crate) goals: Rc<Vec<GoalView>>,
    /// The answers to the step's questions, in their order: which, counted from 0.
    pub(crate) answers: Vec<Option<usize>>,
    /// Whether all goals are met and all questions answered.
    pub(crate) done: bool,
    /// The mistakes of the step that are made just now.
    pub(crate) mistakes: Rc<Vec<AttrValue>>,
    /// How the challenge stands, if it is one.
    pub(crate) challenge: Option<ChallengeView>,
    /// What the glossary says about the word that was asked for: heading and text.
    pub(crate) term: Option<(AttrValue, AttrValue)>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

impl PartialEq for LessonPanelProps {
    fn eq(&self, other: &Self) -> bool {
        let same_lesson = match (&self.lesson, &other.lesson) {
            (Some((ours, step)), Some((theirs, other))) => Rc::ptr_eq(ours, theirs) && step == other,
            (ours, theirs) => ours.is_none() && theirs.is_none(),
        };
        same_lesson
            && self.following == other.following
            && self.aside == other.aside
            && self.goals == other.goals
            && self.answers == other.answers
            && self.done == other.done
            && self.mistakes == other.mistakes
            && self.challenge == other.challenge
            && self.term == other.term
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
        let place = props.lesson.as_ref().map(|(lesson, step)| (lesson.name(), *step));
        use_effect_with(place, move |_| {
            if let Some(element) = scroll.cast::<web_sys::Element>() {
                element.set_scroll_top(0);
            }
        });
    }
    let place = props.lesson.as_ref().and_then(|(lesson, step)| Some((lesson, *step, lesson.steps.get(*step)?)));
    html! {
        <section class="panel lesson" data-testid="lesson" data-room="lesson" aria-labelledby="lesson-title">
            if let Some((lesson, step, content)) = place {
                <div class="lesson-scroll" dir="ltr" ref={scroll} tabindex="0" role="region" aria-label={t("Lesson text")}>
                    <p class="lesson-over">
                        if !lesson.front.chapter.is_empty() { <span lang="en">{ &lesson.front.chapter }{ " · " }</span> }
                        <span class="lesson-step">{ fill("Step {0} of {1}", &[&(step + 1), &lesson.steps.len()]) }</span>
                    </p>
                    <h2 id="lesson-title" class="lesson-title" lang="en">{ &content.title }</h2>
                    if let Some(challenge) = &props.challenge {
                        { challenge_bar(challenge, props.done, &props.send) }
                    }
                    <div class="prose" lang="en" key={format!("{}-{step}", lesson.name())}>
                        { parts(lesson, content, props) }
                    </div>
                </div>
                if let Some((title, text)) = &props.term {
                    { term_card(title, text, &props.send) }
                }
                { goals(&props.goals, &props.send) }
                { steps(lesson, step, props.done, props.following.as_ref(), &props.send) }
            } else {
                { free_play(props, &scroll) }
            }
        </section>
    }
}

/// What stands in the lesson's place while there is none.
#[inline(never)]
fn free_play(props: &LessonPanelProps, scroll: &NodeRef) -> Html {
    html! {
                <div class="lesson-scroll" ref={scroll.clone()}>
                    <p class="lesson-over">{ t("Free play") }</p>
                    <h2 id="lesson-title" class="lesson-title">{ if props.aside.is_some() { t("Something else") } else { t("Your own cluster") } }</h2>
                    <div class="prose">
                        if let Some(id) = &props.aside {
                            <p>{ t("This is a copy of the lesson's cluster. Try whatever you like: the lesson waits where you left it.") }</p>
                            <p><button type="button" class="button is-primary" onclick={say(&props.send, Message::Begin(Some(id.clone())))}>
                                { Icon::Left.draw() }{ t("Back to the lesson") }</button></p>
                        } else {
                            <p>{ t("Nothing to reach here: write manifests, apply them, add and remove nodes.") }</p>
                            <p><button type="button" class="button" onclick={say(&props.send, Message::Course(Some(CourseView::Lessons)))}>
                                { Icon::Book.draw() }{ t("Choose a lesson") }</button></p>
                        }
                    </div>
                </div>
    }
}

/// What the glossary says, above the goals, until it is put away.
#[inline(never)]
fn term_card(title: &AttrValue, text: &AttrValue, send: &Callback<Message>) -> Html {
    html! {
        <div class="term" dir="ltr" role="region" data-testid="term" aria-labelledby="term-title">
            <header><h3 id="term-title" lang="en">{ title }</h3>
                <button type="button" class="button is-icon is-quiet is-small" aria-label={t("Close the glossary")} onclick={say(send, Message::Term(None))}>{ Icon::Cross.draw() }</button></header>
            <div class="prose" lang="en" role="status">{ markdown(text, send) }</div>
        </div>
    }
}

/// How a challenge stands: commands, record, clock.
#[inline(never)]
fn challenge_bar(view: &ChallengeView, done: bool, send: &Callback<Message>) -> Html {
    let time = |seconds: u64| format!("{}:{:02}", seconds / 60, seconds % 60);
    let verdict = match (done, view.taken.cmp(&view.best)) {
        (false, _) => "",
        (true, std::cmp::Ordering::Greater) => t("Solved. It can be done with fewer: start over and try."),
        (true, std::cmp::Ordering::Equal) => t("Solved, as well as anybody knows how."),
        (true, std::cmp::Ordering::Less) => t("Solved with fewer than the best known solution."),
    };
    let late = view.passed.zip(view.allowed).is_some_and(|(passed, allowed)| passed > allowed);
    html! {
        <div class={class(&["challenge", when(done, "is-met")])} data-testid="challenge">
            <p><strong>{ count(view.taken, "1 command that changed something", "{0} commands that changed something") }</strong>
                { " · " }{ fill("best known: {0}", &[&view.best]) }
                if let Some(own) = view.own { { " · " }{ fill("yours: {0}", &[&own]) } }</p>
            <p role="status">{ verdict }</p>
            <p class="challenge-row">
                if let (Some(passed), Some(allowed)) = (view.passed, view.allowed) {
                    <span class={class(&["challenge-clock", when(late, "is-late")])}>{ fill("{0} of {1}", &[&time(passed), &time(allowed)]) }</span>
                    <button type="button" class="button is-small is-quiet" onclick={say(send, Message::Race(false))}>{ t("Without a clock") }</button>
                } else if let Some(allowed) = view.allowed {
                    <button type="button" class="button is-small" onclick={say(send, Message::Race(true))}>{ fill("Race: {0}", &[&time(allowed)]) }</button>
                }
                if view.varies {
                    <button type="button" class="button is-small" onclick={say(send, Message::Another)}>{ t("Another one") }</button>
                }
            </p>
        </div>
    }
}

/// The step's text; it ends at a prediction that is still to be made.
fn parts(lesson: &Lesson, step: &Step, props: &LessonPanelProps) -> Html {
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
            Part::Simulation(simulation) => simulation_card(simulation),
            Part::Summary => {
                html! { <div class="summary"><h3 lang={t("en")}>{ t("What to keep") }</h3>{ markdown(&lesson.summary, &props.send) }</div> }
            }
            other => part(other, props),
        })
    }))
}

/// A question with its answers; `reached` says that the step has been done, so that a prediction can be compared.
#[inline(never)]
fn question_card(question: &Question, chosen: Option<usize>, reached: bool, send: &Callback<Message>) -> Html {
    let judged = !question.predict || reached;
    let told = chosen.and_then(|choice| question.answers.get(choice));
    html! {
        <div class="question" role="group" aria-label={if question.predict { t("A prediction") } else { t("A question") }}>
            <p class="question-ask">{ spans(&question.ask, send) }</p>
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
                            <span>{ spans(&answer.text, send) }</span></button></li>
                    }
                })) }
            </ul>
            <div class="question-why" role="status">
                if let (Some(answer), true) = (told, judged) {
                    { markdown(&answer.why, send) }
                } else if told.is_some() {
                    <p lang={t("en")}>{ t("Now see what happens.") }</p>
                } else if question.predict {
                    <p lang={t("en")}>{ t("The clock waits for your answer. Any answer will do.") }</p>
                }
            </div>
        </div>
    }
}

fn part(part: &Part, props: &LessonPanelProps) -> Html {
    let (goals, send) = (&props.goals, &props.send);
    match part {
        Part::Text(text) => markdown(text, send),
        Part::Command(line) => html! {
            <div class="command">
                <pre class="command-line"><span class="prompt" aria-hidden="true">{ "$ " }</span><code>{ line }</code></pre>
                <button type="button" class="button is-small" lang={t("en")} onclick={say(send, Message::TypeIt(line.clone()))}
                    title={t("Puts it into the terminal; Enter runs it")}>{ Icon::Type.draw() }{ t("Type it") }</button>
            </div>
        },
        Part::File { name, text } => html! {
            <div class="command is-file">
                <span class="file-name">{ Icon::File.draw() }<code>{ name }</code></span>
                <button type="button" class="button is-small" lang={t("en")} title={t("Puts this text into the file and shows it")}
                    onclick={say(send, Message::Offer(name.clone().into(), text.clone().into()))}>{ t("Put into the editor") }</button>
            </div>
        },
        // Help for what is done already would be in the way.
        Part::Hint { when: Some(goal), .. } if goals.iter().any(|one| one.met && *one.id == **goal) => html! {},
        Part::Hint { mistake: Some(mistake), .. } if !props.mistakes.iter().any(|made| **made == **mistake) => html! {},
        Part::Hint { title, text, mistake, .. } => html! {
            <details class="hint" open={mistake.is_some()}><summary>{ Icon::Bulb.draw() }<span>{ spans(title, send) }</span></summary><div>{ markdown(text, send) }</div></details>
        },
        // `parts` shows them, who knows more.
        Part::Question(_) | Part::Simulation(_) | Part::Summary => html! {},
    }
}

fn goals(goals: &[GoalView], send: &Callback<Message>) -> Html {
    if goals.is_empty() {
        return html! {};
    }
    let met = goals.iter().filter(|goal| goal.met).count();
    html! {
        <div class="goals" role="group" aria-labelledby="goals-title" tabindex="0">
            <h3 id="goals-title" class="goals-title">{ t("Goals") }<span class="panel-note" role="status">{ fill("{0} of {1} reached", &[&met, &goals.len()]) }</span></h3>
            <ul>
                { all(&mut goals.iter().map(|goal| html! {
                    <li class={class(&["goal", when(goal.met, "is-met")])} data-testid="lesson-goal" data-state={if goal.met { "met" } else { "unmet" }}>
                        <span class="goal-mark" role="img" aria-label={if goal.met { t("Reached:") } else { t("Not reached yet:") }}>
                            if goal.met { { Icon::Check.draw() } }
                        </span>
                        <div lang="en"><p class="goal-text">{ spans(&goal.text, send) }</p><p class="goal-reason" title={goal.reason.clone()}>{ code_spans(&goal.reason) }</p></div>
                    </li>
                })) }
            </ul>
        </div>
    }
}

fn steps(
    lesson: &Lesson,
    step: usize,
    done: bool,
    following: Option<&(AttrValue, AttrValue)>,
    send: &Callback<Message>,
) -> Html {
    let to = |step: usize| say(send, Message::StepTo(step));
    let last = step + 1 >= lesson.steps.len();
    html! {
        <nav class="steps" aria-label={t("Steps of the lesson")}>
            <button type="button" class="button is-quiet" disabled={step == 0} onclick={to(step.saturating_sub(1))}>{ Icon::Left.draw() }{ t("Back") }</button>
            if !last {
                <button type="button" class={class(&["button", when(done, "is-primary")])} onclick={to(step + 1)}>{ t("Next") }{ Icon::Right.draw() }</button>
            } else if let Some((id, title)) = following {
                <button type="button" class={class(&["button", when(done, "is-primary")])} title={title.clone()} onclick={say(send, Message::Begin(Some(id.clone())))}>{ t("Next lesson") }{ Icon::Right.draw() }</button>
            } else {
                <span class={class(&["finish", when(done, "is-met")])}>
                    if done { { Icon::Check.draw() }{ t("Lesson finished") } } else { { t("The last step") } }
                </span>
            }
        </nav>
    }
}
