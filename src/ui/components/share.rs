//! What can be shared: a link that holds it, in all its forms, and a file.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlInputElement, InputEvent};
use yew::{
    Callback, Html, Properties, TargetCast, UseStateHandle, function_component, html, use_effect_with, use_memo, use_state,
};

use super::Icon;
use super::controls::{all, class, says, when};
use super::dialog::Dialog;
use crate::session::Action;
use crate::share::qr::{self, Qr};
use crate::share::{self, Shared};
use crate::ui::browser;
use crate::ui::state::{AboutLinks, Message, Own, Parcel};
use crate::ui::words::{count, fill, t};

/// How long a link may be to pass through chats.
const CHAT_LIMIT: usize = 2000;

/// A dialog with the link, already on the clipboard where the browser allows it.
#[inline(never)]
pub(crate) fn share_dialog(parcel: &Rc<Parcel>, send: &Callback<Message>) -> Html {
    html! {
        <Dialog title={t("Share this playground")} name="share-dialog" medium=true onclose={says(send, Message::Links(AboutLinks::Close))}>
            <Share parcel={parcel.clone()} send={send.clone()} />
        </Dialog>
    }
}

/// What the dialog shows.
#[derive(Debug, Properties)]
struct ShareProps {
    /// What can be shared.
    parcel: Rc<Parcel>,
    /// Where to say what the person wants.
    send: Callback<Message>,
}

impl PartialEq for ShareProps {
    fn eq(&self, other: &ShareProps) -> bool {
        Rc::ptr_eq(&self.parcel, &other.parcel)
    }
}

/// What goes into a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Now,
    Whole,
    Files,
    Lesson,
}

/// What goes onto the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Link,
    Markdown,
    Embed,
}

/// A link as it was made.
#[derive(Debug, PartialEq)]
struct Made {
    url: String,
    /// Why the page would not open it, if it would not.
    refused: Option<String>,
    code: Option<Qr>,
}

#[function_component]
fn Share(props: &ShareProps) -> Html {
    let parcel = &props.parcel;
    let what = use_state(|| What::Now);
    let title = use_state(|| parcel.now.title.clone());
    let copied = use_state(|| None::<(Form, bool)>);
    let large = use_state(|| false);
    let made = {
        let parcel = parcel.clone();
        use_memo((*what, (*title).clone()), move |(what, title)| make(&parcel, *what, title, false))
    };
    let copy = {
        let (copied, parcel, made) = (copied.clone(), parcel.clone(), made.clone());
        let (what, title) = (*what, (*title).clone());
        Callback::from(move |form: Form| {
            let text = match form {
                Form::Link => made.url.clone(),
                Form::Markdown => markdown(&title_or(&title, &parcel), &made.url),
                Form::Embed => embed(&title_or(&title, &parcel), &make(&parcel, what, &title, true).url),
            };
            let copied = copied.clone();
            browser::copy(text, move |worked| copied.set(Some((form, worked))));
        })
    };
    {
        let (copy, refused) = (copy.clone(), made.refused.is_some());
        use_effect_with((), move |()| {
            if !refused {
                copy.emit(Form::Link);
            }
        });
    }
    let note = note(&made);
    html! {
        <div class="share">
            if made.refused.is_none() {
                { link_row(&made, *copied, &copy) }
            }
            <p class="dialog-note" role="status" data-testid="share-note">{ note }</p>
            <div class="share-body">
                <div class="share-choices">
                    <label class="share-title">
                        <span>{ t("Title") }</span>
                        <input class="input" maxlength="80" data-testid="share-title" placeholder={title_or("", parcel)} value={(*title).clone()}
                            autocomplete="off" oninput={on_title(&title, &copied)} />
                    </label>
                    { choices(parcel, &what, &copied) }
                    { file_row(parcel, *what, &title, &made) }
                    { export_row(&props.send) }
                </div>
                { code(&made, &large) }
            </div>
        </div>
    }
}

/// The link, and what puts it onto the clipboard.
fn link_row(made: &Made, copied: Option<(Form, bool)>, copy: &Callback<Form>) -> Html {
    let onfocus = Callback::from(|event: FocusEvent| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        input.into_iter().for_each(|input| input.select());
    });
    let button = |form: Form, usual: &'static str| {
        let (word, icon) = match copied {
            Some((which, true)) if which == form => (t("Copied"), Icon::Check),
            Some((which, false)) if which == form && form == Form::Link => (t("Copy it from the box"), Icon::Copy),
            Some((which, false)) if which == form => (t("Not copied"), Icon::Warning),
            _ => (usual, Icon::Copy),
        };
        let copy = copy.clone();
        html! {
            <button type="button" class={class(&["button", when(form == Form::Link, "is-primary")])} onclick={Callback::from(move |_| copy.emit(form))}>
                { icon.draw() }<span>{ word }</span>
            </button>
        }
    };
    html! {
        <>
            <input autofocus=true {onfocus} class="input is-code" data-testid="share-url" readonly=true aria-label={t("Link")} value={made.url.clone()} />
            <div class="share-row">
                { button(Form::Link, t("Copy link")) }
                { button(Form::Markdown, t("Markdown")) }
                { button(Form::Embed, t("Embed code")) }
                // A button may not hold what is said by itself: it would have no name.
                <span class="sr-only" role="status">{ copied.map_or("", |(_, worked)| t(if worked { "Copied" } else { "Not copied" })) }</span>
            </div>
        </>
    }
}

fn note(made: &Made) -> String {
    let length = made.url.len();
    match &made.refused {
        Some(refused) => format!("{} {refused}", t("This does not fit into a link. Save it as a file.")),
        None if length > CHAT_LIMIT => {
            fill("{0} characters. Some chats cut links of more than 2,000: there a file is better.", &[&length])
        }
        None => format!("{} {}", fill("{0} characters.", &[&length]), t("Nothing is sent to a server.")),
    }
}

fn on_title(title: &UseStateHandle<String>, copied: &UseStateHandle<Option<(Form, bool)>>) -> Callback<InputEvent> {
    let (title, copied) = (title.clone(), copied.clone());
    Callback::from(move |event: InputEvent| {
        title.set(event.target_unchecked_into::<HtmlInputElement>().value());
        copied.set(None);
    })
}

/// What may be included.
fn choices(parcel: &Parcel, what: &UseStateHandle<What>, copied: &UseStateHandle<Option<(Form, bool)>>) -> Html {
    let commands = |shared: &Shared| {
        let number = shared.history.iter().filter(|taken| matches!(taken.action, Action::Run(_))).count();
        count(number, "1 command", "{0} commands")
    };
    let others = parcel.whole.others.len();
    let mut whole = commands(&parcel.whole);
    if others > 0 {
        whole = format!("{whole}, {}", count(others, "1 way that was left", "{0} ways that were left"));
    }
    let files = count(parcel.files.scenario.files.len(), "1 file", "{0} files");
    let nodes = count(parcel.files.scenario.config.nodes.len(), "1 node", "{0} nodes");
    let step = parcel.lesson.as_ref().map(|(_, step)| fill("step {0}, from its beginning", &[&(step + 1)]));
    let rows = [
        (What::Now, t("Up to what is shown"), Some(commands(&parcel.now))),
        (What::Whole, t("Whole history"), Some(whole)),
        (What::Files, t("Files only"), Some(format!("{files}, {nodes}"))),
        (What::Lesson, t("Lesson and step"), step),
    ];
    html! {
        <fieldset class="share-what">
            <legend>{ t("What it holds") }</legend>
            { all(&mut rows.into_iter().filter_map(|(row, words, note)| {
                let (set, copied) = (what.clone(), copied.clone());
                let onchange = Callback::from(move |_| {
                    set.set(row);
                    copied.set(None);
                });
                note.map(|note| html! {
                    <label class="share-choice">
                        <input type="radio" name="share-what" checked={**what == row} {onchange} />
                        <span>{ words }<small>{ note }</small></span>
                    </label>
                })
            })) }
        </fieldset>
    }
}

/// The scenario as a file, where there is more to it than a lesson's beginning.
fn file_row(parcel: &Rc<Parcel>, what: What, title: &str, made: &Made) -> Html {
    if what == What::Lesson {
        return html! {};
    }
    let is_better = made.refused.is_some() || made.url.len() > CHAT_LIMIT;
    let onclick = {
        let (parcel, title) = (parcel.clone(), title.to_owned());
        Callback::from(move |_| save(&parcel, what, &title))
    };
    html! {
        <div class="share-file">
            <button type="button" class={class(&["button", when(is_better, "is-primary")])} data-testid="share-file" {onclick}>
                { Icon::File.draw() }{ t("Save as a file") }
            </button>
            <p class="dialog-note">{ t("A scenario in YAML: of any length, for the command line too.") }</p>
        </div>
    }
}

/// The way to what a real cluster takes.
fn export_row(send: &Callback<Message>) -> Html {
    let send = send.clone();
    let onclick = Callback::from(move |_| {
        send.emit(Message::Links(AboutLinks::Close));
        send.emit(Message::Own(Own::Export));
    });
    html! {
        <div class="share-file">
            <button type="button" class="button" data-testid="share-export" {onclick}>{ Icon::Save.draw() }{ t("Export for a real cluster") }</button>
            <p class="dialog-note">{ t("a script, manifests, a scenario file") }</p>
        </div>
    }
}

/// The link as a QR code, or why there is none. Dark on light in all colours: cameras want it so.
fn code(made: &Made, large: &UseStateHandle<bool>) -> Html {
    let Some(Qr { size, path }) = &made.code else {
        let text = fill("A link of more than {0} characters makes no QR code that a phone can read.", &[&qr::MAX_LENGTH]);
        return html! { <div class="share-code is-missing" data-testid="share-no-code"><p>{ text }</p></div> };
    };
    let toggle = {
        let large = large.clone();
        Callback::from(move |_| large.set(!*large))
    };
    html! {
        <button type="button" class={class(&["share-code", when(**large, "is-large")])} data-testid="share-code" aria-pressed={large.to_string()}
            aria-label={t("QR code of the link, large")} title={t("QR code of the link, large")} onclick={toggle}>
            <svg viewBox={format!("0 0 {size} {size}")} aria-hidden="true" shape-rendering="crispEdges">
                <rect width="100%" height="100%" fill="#fff" /><path d={path.clone()} fill="#000" />
            </svg>
        </button>
    }
}

/// What somebody called it, or what it is called anyway.
fn title_or(title: &str, parcel: &Parcel) -> String {
    let title = if title.trim().is_empty() { parcel.now.scenario.title.as_str() } else { title.trim() };
    if title.is_empty() { t("Free play").to_owned() } else { title.to_owned() }
}

fn shared(parcel: &Parcel, what: What, title: &str) -> Shared {
    let shared = match what {
        What::Now | What::Lesson => &parcel.now,
        What::Whole => &parcel.whole,
        What::Files => &parcel.files,
    };
    Shared { title: title.trim().to_owned(), ..shared.clone() }
}

/// A link, for a page of its own or for one inside of another.
fn make(parcel: &Parcel, what: What, title: &str, inside: bool) -> Made {
    let file = browser::lesson_file();
    let step = parcel.lesson.as_ref().map_or(0, |(_, step)| step + 1).to_string();
    let lesson = file.as_deref().or(parcel.lesson.as_ref().map(|(name, _)| name.as_str()));
    let mut parameters = vec![];
    if inside {
        let parts = if lesson.is_some() && what != What::Files { "lesson,map,terminal" } else { "map,terminal" };
        parameters.push(("embed", parts));
    }
    let (fragment, refused) = if what == What::Lesson {
        parameters.extend(lesson.map(|lesson| ("lesson", lesson)));
        parameters.push(("step", &step));
        (String::new(), None)
    } else {
        parameters.extend(file.as_deref().map(|file| ("lesson", file)));
        let fragment = share::encode(&shared(parcel, what, title), &parcel.library);
        let refused = share::decode(&fragment, &parcel.library).err().map(|error| error.to_string());
        (fragment, refused)
    };
    let url = browser::address_with(&parameters, &fragment);
    let code = if inside || refused.is_some() { None } else { qr::qr(&url) };
    Made { url, refused, code }
}

/// `[Title](link)`.
fn markdown(title: &str, url: &str) -> String {
    let mut text = String::from("[");
    for c in share::in_sight(title).chars() {
        if c.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(c);
    }
    format!("{text}]({url})")
}

/// What another page puts the playground into itself with.
fn embed(title: &str, url: &str) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let (title, url) = (escaped(&share::in_sight(title)), escaped(url));
    format!(r#"<iframe src="{url}" title="{title}" width="800" height="500" allow="clipboard-write"></iframe>"#)
}

/// Saves the scenario file, named by its title.
fn save(parcel: &Parcel, what: What, title: &str) {
    let mut shared = shared(parcel, what, title);
    shared.scenario.title = title_or(title, parcel);
    let scenario = match what {
        What::Files => shared.scenario,
        _ => shared.scenario.with_history(&shared.history, shared.now),
    };
    let words = scenario.title.to_ascii_lowercase();
    let words: Vec<&str> = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = if words.is_empty() { "playground".to_owned() } else { words.join("-") };
    _ = browser::download(&format!("{name}.yaml"), &scenario.to_text());
}
