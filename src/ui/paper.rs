//! The lesson on paper: all of its steps, with its manifests and commands, while it is being printed.

use std::cell::RefCell;
use std::rc::Rc;

use web_sys::{Document, Element};
use yew::virtual_dom::{VNode, VTag};
use yew::{Callback, Html, html};

use super::browser;
use super::components::{all, markdown, spans};
use super::state::{CourseView, Message, State};
use super::words::{fill, t};
use crate::lessons::{Goal, Lesson, Part, Question, Step};

/// Puts the lesson beside the page before it is printed, and takes it away afterwards. Free play and a chapter's sheet are printed as
/// they are.
pub(super) fn listen(state: Rc<RefCell<State>>) {
    let shown = Rc::new(RefCell::new(None::<Element>));
    let show = move |paper| {
        if let Some(earlier) = shown.replace(paper) {
            Element::remove(&earlier);
        }
    };
    let before = {
        let show = show.clone();
        move || {
            let lesson = state.try_borrow().ok().and_then(|state| {
                let is_sheet = matches!(state.course_view, Some(CourseView::Sheet(_)));
                state.lesson.as_ref().filter(|_| !is_sheet).map(|(lesson, _)| lesson.clone())
            });
            show(lesson.and_then(|lesson| put(&paper(&lesson))));
        }
    };
    browser::on_window("beforeprint", before);
    browser::on_window("afterprint", move || show(None));
}

/// The element that holds `content`, at the end of the page.
///
/// It is written at once, without yew: yew draws when the browser has time for it, and the browser prints as soon as `beforeprint`
/// is over, so that while the page had much to draw, the page itself came out on paper.
fn put(content: &Html) -> Option<Element> {
    let document = browser::window()?.document()?;
    let paper = document.create_element("article").ok()?;
    paper.set_class_name("paper");
    write(content, &paper, &document)?;
    document.body()?.append_child(&paper).ok()?;
    Some(paper)
}

/// Writes elements and their text; who reads paper clicks on nothing.
fn write(node: &VNode, into: &Element, document: &Document) -> Option<()> {
    match node {
        VNode::VText(text) => into.append_with_str_1(&text.text).ok()?,
        VNode::VList(list) => list.iter().try_for_each(|one| write(one, into, document))?,
        VNode::VTag(tag) => {
            let element = element(tag, document)?;
            if let Some(children) = tag.children() {
                write(children, &element, document)?;
            }
            into.append_child(&element).ok()?;
        }
        // A lesson's text is made of elements alone.
        _ => return None,
    }
    Some(())
}

fn element(tag: &VTag, document: &Document) -> Option<Element> {
    let element = document.create_element(tag.tag()).ok()?;
    for (name, value) in tag.attributes.iter() {
        element.set_attribute(name, value).ok()?;
    }
    Some(element)
}

fn paper(lesson: &Lesson) -> Html {
    let address = browser::address_with(&[("lesson", lesson.front.id.as_str())], "");
    let send = Callback::noop();
    html! {
        <>
            <header><p>{ &lesson.front.chapter }</p><h1>{ &lesson.front.title }</h1></header>
            { all(&mut lesson.steps.iter().enumerate().map(|(index, one)| step(index, one, lesson, &send))) }
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
