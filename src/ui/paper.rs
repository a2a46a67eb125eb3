//! The lesson on paper: all of its steps, with its manifests and commands, while it is being printed.

use std::cell::RefCell;
use std::rc::Rc;

use yew::{Callback, Html, Properties, function_component, html};

use super::browser;
use super::components::{all, markdown, spans};
use super::state::{CourseView, Message, State};
use super::words::{fill, t};
use crate::lessons::{Goal, Lesson, Part, Question, Step};

/// Puts the lesson beside the page before it is printed, and takes it away afterwards. Free play and a chapter's sheet are printed as
/// they are.
pub(super) fn listen(state: Rc<RefCell<State>>, send: Callback<Message>) {
    let shown = Rc::new(RefCell::new(None));
    let before = {
        let shown = shown.clone();
        move || {
            let lesson = state.try_borrow().ok().and_then(|state| {
                let is_sheet = matches!(state.course_view, Some(CourseView::Sheet(_)));
                state.lesson.as_ref().filter(|_| !is_sheet).map(|(lesson, _)| lesson.clone())
            });
            let root = browser::window().and_then(|window| window.document()).and_then(|document| {
                let root = document.create_element("article").ok()?;
                root.set_class_name("paper");
                document.body()?.append_child(&root).ok()?;
                Some(root)
            });
            if let (Some(lesson), Some(root)) = (lesson, root) {
                let paper =
                    yew::Renderer::<Paper>::with_root_and_props(root.clone(), PaperProps { lesson, send: send.clone() });
                *shown.borrow_mut() = Some((paper.render(), root));
            }
        }
    };
    let after = move || {
        if let Some((paper, root)) = shown.borrow_mut().take() {
            paper.destroy();
            root.remove();
        }
    };
    browser::on_window("beforeprint", before);
    browser::on_window("afterprint", after);
}

#[derive(Clone, Debug, Properties)]
struct PaperProps {
    lesson: Rc<Lesson>,
    /// What the text's links say; on paper nobody does.
    send: Callback<Message>,
}

impl PartialEq for PaperProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lesson, &other.lesson)
    }
}

#[function_component]
fn Paper(props: &PaperProps) -> Html {
    let PaperProps { lesson, send } = props;
    let address = browser::address_with(&[("lesson", lesson.front.id.as_str())], "");
    html! {
        <>
            <header><p>{ &lesson.front.chapter }</p><h1>{ &lesson.front.title }</h1></header>
            { all(&mut lesson.steps.iter().enumerate().map(|(index, one)| step(index, one, lesson, send))) }
            <footer>{ fill("The whole lesson, with all that can be tried, is at {0}", &[&address]) }</footer>
        </>
    }
}

fn step(index: usize, step: &Step, lesson: &Lesson, send: &Callback<Message>) -> Html {
    html! {
        <section>
            <h2>{ format!("{}. {}", index + 1, step.title) }</h2>
            { all(&mut step.parts.iter().map(|one| part(one, lesson, send))) }
            if !step.goals.is_empty() {
                { goals(&step.goals, send) }
            }
        </section>
    }
}

fn part(part: &Part, lesson: &Lesson, send: &Callback<Message>) -> Html {
    match part {
        Part::Text(text) => markdown(text, send),
        Part::Command(line) => html! { <pre class="paper-command">{ "$ " }{ line }</pre> },
        Part::File { name, text } => html! {
            <figure><figcaption>{ name }</figcaption><pre>{ text }</pre></figure>
        },
        Part::Question(ask) => question(ask, send),
        Part::Summary => html! { <><h3>{ t("What to keep") }</h3>{ markdown(&lesson.summary, send) }</> },
        // Help is for those who are stuck, and a simulation moves.
        Part::Hint { .. } | Part::Simulation(_) => html! {},
    }
}

fn question(question: &Question, send: &Callback<Message>) -> Html {
    html! {
        <div class="paper-question">
            <p>{ spans(&question.ask, send) }</p>
            <ul>{ all(&mut question.answers.iter().map(|answer| html! { <li>{ spans(&answer.text, send) }</li> })) }</ul>
        </div>
    }
}

fn goals(goals: &[Goal], send: &Callback<Message>) -> Html {
    html! {
        <div class="paper-goals">
            <h3>{ t("Goals") }</h3>
            <ul>{ all(&mut goals.iter().map(|goal| html! { <li>{ spans(&goal.text, send) }</li> })) }</ul>
        </div>
    }
}
