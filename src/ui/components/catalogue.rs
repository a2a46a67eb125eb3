//! The course: its chapters and lessons, how far one is, the sheets of its chapters, and the way out and in for files.

use std::rc::Rc;

use yew::{AttrValue, Callback, Html, Properties, function_component, html};

use super::Icon;
use super::controls::{all, class, say, says, when};
use super::dialog::Dialog;
use super::markdown::markdown;
use crate::lessons::{Course, Done, Library, Volume};
use crate::ui::browser;
use crate::ui::state::{CourseView, Message};
use crate::ui::words::{fill, t};

/// A dialog with the course.
#[inline(never)]
pub(crate) fn catalogue(
    view: &CourseView,
    library: &Rc<Library>,
    course: &Rc<Course>,
    current: Option<&str>,
    send: &Callback<Message>,
) -> Html {
    let current = current.map(|id| AttrValue::from(id.to_owned()));
    html! { <Catalogue view={view.clone()} library={library.clone()} course={course.clone()} {current} send={send.clone()} /> }
}

/// What the dialog shows.
#[derive(Debug, Properties)]
struct CatalogueProps {
    /// All lessons, or a chapter's sheet.
    view: CourseView,
    /// The lessons.
    library: Rc<Library>,
    /// How far one is.
    course: Rc<Course>,
    /// The lesson that is open: its id.
    current: Option<AttrValue>,
    /// Where to say what the person wants.
    send: Callback<Message>,
}

impl PartialEq for CatalogueProps {
    fn eq(&self, other: &Self) -> bool {
        self.view == other.view
            && Rc::ptr_eq(&self.library, &other.library)
            && Rc::ptr_eq(&self.course, &other.course)
            && self.current == other.current
    }
}

#[function_component]
fn Catalogue(props: &CatalogueProps) -> Html {
    let title = match &props.view {
        CourseView::Lessons => AttrValue::from(t("The course")),
        CourseView::Sheet(chapter) => chapter.clone(),
    };
    html! {
        <Dialog {title} name="course" wide=true onclose={says(&props.send, Message::Course(None))}>
            { match &props.view {
                CourseView::Lessons => lessons(props),
                CourseView::Sheet(chapter) => sheet(chapter, props),
            } }
        </Dialog>
    }
}

fn lessons(props: &CatalogueProps) -> Html {
    let volumes = props.library.volumes();
    let done = volumes.iter().filter(|volume| props.course.is_done(&volume.front.id)).count();
    let begun = |volume: &&Rc<Volume>| {
        props.course.of(&volume.front.id).is_some_and(|done| !done.is_whole() && !done.solved.is_empty())
    };
    let open = |volume: &&Rc<Volume>| !props.course.is_done(&volume.front.id);
    let next = volumes.iter().find(begun).or_else(|| volumes.iter().find(open));
    let free = say(&props.send, Message::Begin(None));
    html! {
        <>
            <div class="course-head">
                <p role="status">{ fill("{0} of {1} lessons done", &[&done, &volumes.len()]) }</p>
                if let Some(next) = next {
                    <button type="button" class="button is-primary" onclick={begin(next, props)}>
                        { Icon::Right.draw() }{ format!("{}: {}", if done == 0 { t("Begin") } else { t("Go on") }, next.front.title) }</button>
                }
                <button type="button" class="button" onclick={free}>{ Icon::Cluster.draw() }{ t("Free play") }</button>
            </div>
            { all(&mut chapters(&props.library).into_iter().map(|(name, volumes)| chapter(name, &volumes, props))) }
            <footer class="course-foot">
                <a class="button" download="daemonset-playground-progress.json" href={browser::data_address(&props.course.to_json())}>{ t("Save my progress as a file") }</a>
                <label class="button">{ t("Open a file") }<input type="file" class="sr-only" accept=".json,.md" data-testid="open-file" onchange={browser::on_file(&props.send)} /></label>
                <p class="dialog-note">{ t("A progress file, or a lesson of your own (.md). Files can be dropped onto the page, too. Nothing leaves this browser.") }</p>
            </footer>
        </>
    }
}

fn begin(volume: &Volume, props: &CatalogueProps) -> Callback<yew::MouseEvent> {
    say(&props.send, Message::Begin(Some(volume.front.id.clone().into())))
}

fn chapter(name: &str, volumes: &[&Rc<Volume>], props: &CatalogueProps) -> Html {
    let minutes: u32 = volumes.iter().map(|volume| volume.front.minutes).sum();
    let done = volumes.iter().filter(|volume| props.course.is_done(&volume.front.id)).count();
    let finished = done == volumes.len() && volumes.iter().any(|volume| volume.front.challenge.is_none());
    let (heading, language) = if name.is_empty() { (t("Other lessons"), t("en")) } else { (name, "en") };
    html! {
        <section class="chapter">
            <header><h3 lang={language}>{ heading.to_owned() }</h3><span class="panel-note">{ fill("{0} of {1}, {2} min", &[&done, &volumes.len(), &minutes]) }</span>
                if finished {
                    <button type="button" class="button is-small" onclick={say(&props.send, Message::Course(Some(CourseView::Sheet(name.to_owned().into()))))}>{ t("Summary") }</button>
                }
            </header>
            <ul class="lesson-list">{ all(&mut volumes.iter().map(|volume| lesson(volume, props))) }</ul>
        </section>
    }
}

fn lesson(volume: &Volume, props: &CatalogueProps) -> Html {
    let front = &volume.front;
    let known = props.course.of(&front.id);
    let (icon, state) = match known {
        Some(done) if done.is_whole() => (Icon::Check, t("Done")),
        Some(done) if !done.solved.is_empty() => (Icon::Half, t("Begun")),
        _ => (Icon::Circle, t("Not begun")),
    };
    let before = front.prerequisites.iter().filter(|id| !props.course.is_done(id)).filter_map(|id| props.library.volume(id));
    let before: Vec<&str> = before.map(|volume| volume.front.title.as_str()).collect();
    let note = match (known.and_then(|done| done.best), front.challenge) {
        (Some(own), Some(challenge)) => fill("yours: {0}, best: {1}", &[&own, &challenge.best]),
        (None, Some(challenge)) => fill("best: {0}", &[&challenge.best]),
        _ => fill("{0} min", &[&front.minutes]),
    };
    let current = props.current.as_deref() == Some(front.id.as_str());
    html! {
        <li><button type="button" class="button is-wide" aria-current={current.then_some("true")} onclick={begin(volume, props)}>
            <span class={class(&["lesson-mark", when(known.is_some_and(Done::is_whole), "is-done")])} role="img" aria-label={state}>{ icon.draw() }</span>
            <span class="lesson-words"><span lang="en">{ &front.title }</span>
                if !before.is_empty() { <small>{ fill("better after: {0}", &[&before.join(", ")]) }</small> }</span>
            <span class="panel-note">{ note }</span>
        </button></li>
    }
}

/// What to keep of a chapter, on a sheet that prints well.
fn sheet(chapter: &str, props: &CatalogueProps) -> Html {
    let volumes = props.library.volumes().iter().filter(|volume| volume.front.chapter == chapter);
    let lessons =
        volumes.filter_map(|volume| props.library.lesson(&volume.front.id)).filter(|lesson| !lesson.summary.is_empty());
    html! {
        <>
            <div class="course-head">
                <button type="button" class="button" onclick={say(&props.send, Message::Course(Some(CourseView::Lessons)))}>{ Icon::Left.draw() }{ t("The course") }</button>
                <button type="button" class="button is-primary" onclick={Callback::from(|_| browser::print())}>{ t("Print") }</button>
            </div>
            <div class="sheet prose" lang="en" dir="ltr">
                { all(&mut lessons.map(|lesson| html! {
                    <section><h3>{ &lesson.front.title }</h3>{ markdown(&lesson.summary, &props.send) }</section>
                })) }
            </div>
        </>
    }
}

/// The chapters with their lessons, in the order of the course.
fn chapters(library: &Library) -> Vec<(&str, Vec<&Rc<Volume>>)> {
    let mut chapters: Vec<(&str, Vec<&Rc<Volume>>)> = vec![];
    for volume in library.volumes() {
        let name = volume.front.chapter.as_str();
        match chapters.iter_mut().find(|(other, _)| *other == name) {
            Some((_, volumes)) => volumes.push(volume),
            None => chapters.push((name, vec![volume])),
        }
    }
    chapters
}
