//! The files.
//!
//! What stands here is all that the page begins with: the names of the files, and a text area. The rest comes with the whole engine.

mod code_mirror;
mod problems;
mod tabs;

use std::rc::Rc;

use web_sys::{HtmlTextAreaElement, InputEvent, KeyboardEvent};
use yew::{
    AttrValue, Callback, Html, Properties, TargetCast, function_component, html, use_effect_with, use_mut_ref, use_node_ref,
    use_state,
};

use super::Icon;
use super::controls::{all, class, say, when};
use crate::api::lint::Diagnostic;
use crate::ui::state::{Desk, Jump, Message};
use crate::ui::words::{fill, t};
use code_mirror::CodeMirror;

/// What the editor shows.
#[derive(Clone, Debug, PartialEq, Properties)]
pub(crate) struct EditorPanelProps {
    /// The files' names.
    pub(crate) files: Rc<Vec<AttrValue>>,
    /// The one that is open; empty if there is none.
    pub(crate) open: AttrValue,
    /// Its text.
    pub(crate) document: AttrValue,
    /// What is wrong with it.
    pub(crate) problems: Rc<Vec<Diagnostic>>,
    /// What it is to do.
    pub(crate) jump: Jump,
    /// What is known of the files, once all of the engine is there.
    pub(crate) desk: Option<Rc<Desk>>,
    /// Whether the page is dark.
    pub(crate) dark: bool,
    /// Whether this is the past, which cannot be changed.
    pub(crate) read_only: bool,
    /// The file that kubectl waits for.
    pub(crate) editing: Option<AttrValue>,
    /// What answers the editor's questions.
    pub(crate) ask: Callback<String, String>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// Tabs, the text, what is wrong with it, and the button that applies it.
#[function_component]
pub(crate) fn EditorPanel(props: &EditorPanelProps) -> Html {
    html! {
        <section class="panel editor" data-room="editor" aria-labelledby="editor-title">
            <h2 id="editor-title" class="sr-only">{ t("Editor") }</h2>
            if let Some(desk) = &props.desk {
                { tabs::tabs(props, desk) }
            } else {
                <div class="tabs"><div class="tab-list" role="tablist" aria-label={t("Files")}>
                    { all(&mut props.files.iter().map(|file| {
                        let chosen = *file == props.open;
                        html! {
                            <button type="button" role="tab" class={class(&["tab", when(chosen, "is-on")])} aria-selected={chosen.to_string()}
                                aria-controls="editor-area" onclick={say(&props.send, Message::Open(file.clone()))}>{ Icon::File.draw() }<span>{ file }</span></button>
                        }
                    })) }
                </div></div>
            }
            if props.open.is_empty() {
                <p class="empty">{ t("No file yet. The plus above makes one.") }</p>
            } else {
                <TextArea ..props.clone() />
            }
            if let Some(desk) = &props.desk {
                { problems::below(props, desk) }
            } else {
                <footer class="editor-foot"><span /><button type="button" class="button is-primary" onclick={say(&props.send, Message::Apply)}>{ t("Apply") }<kbd>{ t("Ctrl ⏎") }</kbd></button></footer>
            }
        </section>
    }
}

/// A text area at first; CodeMirror takes its place once it has arrived. Where it cannot be loaded, the text area stays.
#[function_component]
fn TextArea(props: &EditorPanelProps) -> Html {
    let host = use_node_ref();
    let plain = use_node_ref();
    let mounted = use_state(|| None::<Rc<CodeMirror>>);
    // What JavaScript's calls look at: the properties as they are now.
    let latest = use_mut_ref(|| props.clone());
    *latest.borrow_mut() = props.clone();
    {
        let (host, mounted) = (host.clone(), mounted.clone());
        use_effect_with(props.desk.is_some(), move |is_whole| {
            if *is_whole {
                code_mirror::load(host, latest, mounted);
            }
        });
    }
    {
        let (mounted, plain) = (mounted.clone(), plain.clone());
        use_effect_with((props.clone(), mounted.is_some()), move |(props, _)| {
            match (&*mounted, plain.cast::<HtmlTextAreaElement>()) {
                (Some(editor), _) => editor.show(props),
                (None, Some(area)) => {
                    if area.value() != props.document.as_str() {
                        area.set_value(&props.document);
                    }
                    if props.jump.count > 0 {
                        code_mirror::show_plain(&area, props);
                    }
                }
                (None, None) => {}
            }
        });
    }
    let oninput = {
        let send = props.send.clone();
        Callback::from(move |event: InputEvent| {
            send.emit(Message::Edited(event.target_unchecked_into::<HtmlTextAreaElement>().value()));
        })
    };
    let onkeydown = {
        let send = props.send.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                send.emit(Message::Apply);
            }
        })
    };
    html! {
        <div class="editor-area" id="editor-area" role="tabpanel" aria-label={props.open.clone()}>
            <div class="editor-host" ref={host} />
            if mounted.is_none() {
                <textarea class="editor-plain" ref={plain} data-testid="editor" aria-label={fill("Text of {0}", &[&props.open])} spellcheck="false"
                    autocapitalize="off" autocomplete="off" wrap="off" readonly={props.read_only} {oninput} {onkeydown} />
            }
        </div>
    }
}
