//! The files as tabs: opened with the arrow keys, named anew, deleted.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent, SubmitEvent};
use yew::{
    AttrValue, Callback, Html, TargetCast, UseStateHandle, function_component, html, use_effect_with, use_mut_ref,
    use_node_ref, use_state,
};

use super::super::Icon;
use super::super::controls::{all, class, say, when};
use super::super::menu::Menu;
use super::{EditorPanelProps, problems};
use crate::editor::State;
use crate::ui::state::{AtDesk, Desk, Message};
use crate::ui::words::{fill, t};

/// The tabs, and what is said over the text.
#[inline(never)]
pub(super) fn tabs(props: &EditorPanelProps, desk: &Rc<Desk>) -> Html {
    html! {
        <>
            <Tabs ..props.clone() />
            { problems::comparison(props, desk) }
        </>
    }
}

/// What is being named.
#[derive(Clone, Copy, PartialEq)]
enum Naming {
    Nothing,
    NewFile,
    OpenFile,
}

#[function_component]
fn Tabs(props: &EditorPanelProps) -> Html {
    let naming = use_state(|| Naming::Nothing);
    let input = use_node_ref();
    let list = use_node_ref();
    // Whether the tab that is open next is to have the focus: a key has moved on to it.
    let moves = use_mut_ref(|| false);
    {
        // The input has the focus before the next key is pressed, its text selected.
        let input = input.clone();
        use_effect_with(*naming, move |_| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
                input.select();
            }
        });
    }
    {
        let (list, moves) = (list.clone(), moves.clone());
        use_effect_with((props.open.clone(), props.files.clone(), *naming), move |_| {
            if moves.replace(false) {
                focus(list.cast::<Element>().as_ref());
            }
        });
    }
    let onkeydown = {
        let (props, naming, moves) = (props.clone(), naming.clone(), moves.clone());
        Callback::from(move |event: KeyboardEvent| {
            let files = &props.files;
            if files.is_empty() {
                return;
            }
            let at = files.iter().position(|file| *file == props.open).unwrap_or(0);
            let message = match event.key().as_str() {
                "ArrowRight" => Message::Open(files[(at + 1) % files.len()].clone()),
                "ArrowLeft" => Message::Open(files[(at + files.len() - 1) % files.len()].clone()),
                "Home" => Message::Open(files[0].clone()),
                "End" => Message::Open(files[files.len() - 1].clone()),
                "Delete" if !props.read_only => Message::Desk(AtDesk::Delete(props.open.clone())),
                "F2" if !props.read_only => {
                    event.prevent_default();
                    return naming.set(Naming::OpenFile);
                }
                _ => return,
            };
            event.prevent_default();
            *moves.borrow_mut() = true;
            props.send.emit(message);
        })
    };
    let onsubmit = {
        let (props, naming, moves) = (props.clone(), naming.clone(), moves.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let input = event.target_dyn_into::<Element>().and_then(|form| form.query_selector("input").ok().flatten());
            if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
                *moves.borrow_mut() = *naming == Naming::OpenFile;
                props.send.emit(match *naming {
                    Naming::OpenFile => Message::Desk(AtDesk::Rename(props.open.clone(), input.value())),
                    _ => Message::Create(input.value()),
                });
            }
            naming.set(Naming::Nothing);
        })
    };
    let stop_naming = {
        let (naming, moves) = (naming.clone(), moves);
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                *moves.borrow_mut() = true;
                naming.set(Naming::Nothing);
            }
        })
    };
    let begin = |what: Naming| {
        let naming = naming.clone();
        Callback::from(move |_| naming.set(what))
    };
    let items = {
        let (props, naming) = (props.clone(), naming.clone());
        Callback::from(move |()| actions(&props, &naming))
    };
    let (value, label, done) = match *naming {
        Naming::OpenFile => (props.open.clone(), t("New name of the file"), t("Rename")),
        _ => (AttrValue::default(), t("Name of the new file"), t("Create")),
    };
    html! {
        <div class="tabs">
            <div class="tab-list" role="tablist" aria-label={t("Files")} ref={list} {onkeydown}>{ all(&mut props.files.iter().map(|file| tab(file, props))) }</div>
            if *naming == Naming::Nothing {
                <button type="button" class="button is-icon is-quiet" aria-label={t("New file")} title={t("New file")}
                    onclick={begin(Naming::NewFile)}>{ Icon::Plus.draw() }</button>
                if !props.open.is_empty() && !props.read_only {
                    <Menu label={fill("Actions for {0}", &[&crate::share::in_sight(&props.open)])} face={Icon::More.draw()} class="is-icon is-quiet" {items} />
                }
            } else {
                <form class="naming" {onsubmit}>
                    <input class="input is-code" aria-label={label} placeholder="name.yaml" {value} autocapitalize="off" spellcheck="false"
                        onkeydown={stop_naming} ref={input} />
                    <button type="submit" class="button is-small">{ done }</button>
                </form>
            }
        </div>
    }
}

/// What can be done with the open file.
fn actions(props: &EditorPanelProps, naming: &UseStateHandle<Naming>) -> Html {
    let rename = {
        let naming = naming.clone();
        Callback::from(move |_| naming.set(Naming::OpenFile))
    };
    html! {
        <>
            <button type="button" class="menu-item" onclick={rename}>{ Icon::Type.draw() }{ t("Rename") }</button>
            <button type="button" class="menu-item" onclick={say(&props.send, Message::Desk(AtDesk::Delete(props.open.clone())))}>{ Icon::Trash.draw() }{ t("Delete") }</button>
        </>
    }
}

fn tab(file: &AttrValue, props: &EditorPanelProps) -> Html {
    let chosen = *file == props.open;
    let marks = props.desk.as_ref().map(|desk| desk.marks.as_slice()).unwrap_or_default();
    let mark = marks.iter().find(|(name, _)| *name == **file).and_then(|(_, state)| mark(*state));
    // A link may hold files of any name.
    let name = AttrValue::from(crate::share::in_sight(file));
    let title = mark.map_or_else(|| name.clone(), |(_, words)| format!("{name}: {words}").into());
    html! {
        <button type="button" role="tab" class={class(&["tab", when(chosen, "is-on")])} aria-selected={chosen.to_string()}
            tabindex={if chosen { "0" } else { "-1" }} aria-controls="editor-area" key={file.to_string()} {title}
            onclick={say(&props.send, Message::Open(file.clone()))}>
            { Icon::File.draw() }<span>{ name }</span>
            if let Some((tone, words)) = mark { <i class={class(&["tab-mark", tone])} /><b class="sr-only">{ format!(", {words}") }</b> }
        </button>
    }
}

/// How a tab shows how its file stands to the cluster, and in words; nothing where all is applied.
fn mark(state: State) -> Option<(&'static str, &'static str)> {
    match state {
        State::Same | State::NoObject => None,
        State::New => Some(("is-new", t("not in the cluster yet"))),
        State::Changed => Some(("is-changed", t("changes not applied"))),
        State::Refused => Some(("is-refused", t("the server would refuse it"))),
    }
}

fn focus(list: Option<&Element>) {
    let tab = list.and_then(|list| list.query_selector("[aria-selected=true]").ok().flatten());
    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<HtmlElement>().ok()) {
        let _ = tab.focus();
    }
}
