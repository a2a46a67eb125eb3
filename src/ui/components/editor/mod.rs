//! The files.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlInputElement, HtmlTextAreaElement, InputEvent, KeyboardEvent, SubmitEvent};
use yew::{
    AttrValue, Callback, Html, Properties, TargetCast, function_component, html, use_effect_with, use_mut_ref, use_node_ref,
    use_state,
};

use super::Icon;
use super::controls::{all, class, say, when};
use crate::api::lint::{Diagnostic, Severity};
use crate::ui::state::{Jump, Message};

/// What the editor shows.
#[derive(Debug, PartialEq, Properties)]
pub(crate) struct EditorPanelProps {
    /// The files' names.
    pub(crate) files: Rc<Vec<AttrValue>>,
    /// The one that is open; empty if there is none.
    pub(crate) open: AttrValue,
    /// Its text.
    pub(crate) document: AttrValue,
    /// What is wrong with it.
    pub(crate) problems: Rc<Vec<Diagnostic>>,
    /// The line to go to.
    pub(crate) jump: Jump,
    /// Whether the page is dark.
    pub(crate) dark: bool,
    /// Whether this is the past, which cannot be changed.
    pub(crate) read_only: bool,
    /// The file that kubectl waits for.
    pub(crate) editing: Option<AttrValue>,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// Tabs, the text, what is wrong with it, and the button that applies it.
#[function_component]
pub(crate) fn EditorPanel(props: &EditorPanelProps) -> Html {
    let naming = use_state(|| false);
    let name = use_node_ref();
    {
        // The input has the focus before the next key is pressed.
        let name = name.clone();
        use_effect_with(*naming, move |_| {
            if let Some(input) = name.cast::<HtmlInputElement>() {
                let _ = input.focus();
            }
        });
    }
    let mut tabs = props.files.iter().map(|file| {
        let chosen = *file == props.open;
        html! {
            <button type="button" role="tab" class={class(&["tab", when(chosen, "is-on")])} aria-selected={chosen.to_string()}
                aria-controls="editor-area" key={file.to_string()} title={file.clone()}
                onclick={say(&props.send, Message::Open(file.clone()))}>{ Icon::File.draw() }<span>{ file }</span></button>
        }
    });
    let onsubmit = {
        let (send, naming) = (props.send.clone(), naming.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let input = event.target_dyn_into::<Element>().and_then(|form| form.query_selector("input").ok().flatten());
            if let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) {
                send.emit(Message::Create(input.value()));
            }
            naming.set(false);
        })
    };
    let stop_naming = {
        let naming = naming.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                naming.set(false);
            }
        })
    };
    html! {
        <section class="panel editor" data-room="editor" aria-labelledby="editor-title">
            <h2 id="editor-title" class="sr-only">{ "Editor" }</h2>
            <div class="tabs">
                <div class="tab-list" role="tablist" aria-label="Files">{ all(&mut tabs) }</div>
                if *naming {
                    <form class="naming" {onsubmit}>
                        <input class="input is-code" aria-label="Name of the new file" placeholder="name.yaml" autofocus=true
                            autocapitalize="off" spellcheck="false" onkeydown={stop_naming} ref={name} />
                        <button type="submit" class="button is-small">{ "Create" }</button>
                    </form>
                } else {
                    <button type="button" class="button is-icon is-quiet" aria-label="New file" title="New file"
                        onclick={move |_| naming.set(true)}>{ Icon::Plus.draw() }</button>
                }
            </div>
            if props.open.is_empty() {
                <p class="empty">{ "No file yet. The plus above makes one." }</p>
            } else {
                <TextArea key={props.open.to_string()} open={props.open.clone()} document={props.document.clone()} problems={props.problems.clone()} jump={props.jump}
                    dark={props.dark} read_only={props.read_only} send={props.send.clone()} />
            }
            { problems(&props.problems, &props.send) }
            <footer class="editor-foot">
                if props.editing.as_ref() == Some(&props.open) {
                    <span class="editor-status" role="status">{ Icon::Hourglass.draw() }{ "kubectl edit waits for you" }</span>
                    <span class="editor-ends">
                        <button type="button" class="button is-quiet" title="kubectl changes nothing" onclick={say(&props.send, Message::EditDropped)}>{ "Close" }</button>
                        <button type="button" class="button is-primary" title="kubectl takes it over" onclick={say(&props.send, Message::EditDone)}>{ "Save and close" }</button>
                    </span>
                } else {
                { summary(&props.problems, &props.open) }
                <button type="button" class="button is-primary" disabled={props.open.is_empty()} onclick={say(&props.send, Message::Apply)}
                    title={format!("kubectl apply -f {}  (Ctrl-Enter)", props.open)}>{ "Apply" }<kbd>{ "Ctrl ⏎" }</kbd></button>
                }
            </footer>
        </section>
    }
}

#[inline(never)]
fn problems(problems: &[Diagnostic], send: &Callback<Message>) -> Html {
    if problems.is_empty() {
        return html! {};
    }
    html! {
        <ul class="problems" aria-label="Problems">
            { all(&mut problems.iter().map(|problem| {
                let line = problem.line;
                let (tone, word) = match problem.severity {
                    Severity::Error => ("is-error", "Error"),
                    Severity::Warning => ("is-warning", "Warning"),
                };
                html! {
                    <li class={class(&["problem", tone])}>
                        <span class="problem-mark" role="img" aria-label={word}>{ if word == "Error" { Icon::Cross } else { Icon::Warning }.draw() }</span>
                        <button type="button" class="link" onclick={say(send, Message::Goto(line))}>{ format!("line {line}") }</button>
                        <span class="problem-text">{ &problem.message }</span>
                    </li>
                }
            })) }
        </ul>
    }
}

fn summary(problems: &[Diagnostic], open: &str) -> Html {
    let yaml = open.ends_with(".yaml") || open.ends_with(".yml");
    let (tone, icon, words) = match problems.len() {
        _ if !yaml => ("", Icon::File, "Not checked: no YAML".to_owned()),
        0 => ("is-good", Icon::Check, "No problems".to_owned()),
        1 => ("is-bad", Icon::Warning, "1 problem".to_owned()),
        count => ("is-bad", Icon::Warning, format!("{count} problems")),
    };
    html! { <span class={class(&["editor-status", tone])} role="status">{ icon.draw() }{ words }</span> }
}

#[derive(Clone, Debug, PartialEq, Properties)]
struct TextAreaProps {
    open: AttrValue,
    document: AttrValue,
    problems: Rc<Vec<Diagnostic>>,
    jump: Jump,
    dark: bool,
    read_only: bool,
    send: Callback<Message>,
}

/// A text area at first; CodeMirror takes its place once it has arrived. Where it cannot be loaded, the text area stays.
#[function_component]
fn TextArea(props: &TextAreaProps) -> Html {
    let host = use_node_ref();
    let plain = use_node_ref();
    let mounted = use_state(|| None::<Rc<CodeMirror>>);
    // What JavaScript's calls look at: the properties as they are now.
    let latest = use_mut_ref(|| props.clone());
    *latest.borrow_mut() = props.clone();

    {
        let (host, mounted, latest) = (host.clone(), mounted.clone(), latest);
        use_effect_with((), move |()| {
            // Only once the page can be used: until then nothing may take bytes from what that needs.
            Timeout::new(0, move || {
                spawn_local(async move {
                    if let Some(editor) = CodeMirror::load(&host, &latest).await {
                        mounted.set(Some(Rc::new(editor)));
                    }
                });
            })
            .forget();
        });
    }
    {
        let (mounted, plain) = (mounted.clone(), plain.clone());
        use_effect_with((props.open.clone(), props.document.clone(), mounted.is_some()), move |(_, document, _)| {
            if let Some(editor) = &*mounted {
                editor.call("setDoc", &document.as_str().into());
            } else if let Some(area) = plain.cast::<HtmlTextAreaElement>().filter(|area| area.value() != document.as_str()) {
                area.set_value(document);
            }
        });
    }
    {
        let mounted = mounted.clone();
        use_effect_with((props.problems.clone(), mounted.is_some()), move |(problems, _)| {
            if let Some(editor) = &*mounted {
                editor.call("setDiagnostics", &problems.iter().map(diagnostic).collect::<Array>());
            }
        });
    }
    {
        let mounted = mounted.clone();
        use_effect_with((props.dark, props.read_only, mounted.is_some()), move |&(dark, read_only, _)| {
            if let Some(editor) = &*mounted {
                editor.call("setDark", &dark.into());
                editor.call("setReadOnly", &read_only.into());
            }
        });
    }
    {
        let (mounted, plain) = (mounted.clone(), plain.clone());
        use_effect_with(props.jump, move |jump| {
            if jump.count == 0 {
                return;
            }
            if let Some(editor) = &*mounted {
                editor.call("goto", &(jump.line as u32).into());
                editor.call("focus", &JsValue::UNDEFINED);
            } else if let Some(area) = plain.cast::<HtmlTextAreaElement>() {
                let start: usize = area
                    .value()
                    .split_inclusive('\n')
                    .take(jump.line.saturating_sub(1))
                    .map(|line| line.encode_utf16().count())
                    .sum();
                let _ = area.focus();
                let _ = area.set_selection_range(start as u32, start as u32);
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
                <textarea class="editor-plain" ref={plain} data-testid="editor" aria-label={format!("Text of {}", props.open)} spellcheck="false"
                    autocapitalize="off" autocomplete="off" wrap="off" readonly={props.read_only} {oninput} {onkeydown} />
            }
        </div>
    }
}

/// The editor that www/editor.js makes.
struct CodeMirror {
    handle: JsValue,
    /// Called from JavaScript for as long as the editor lives.
    _on_change: Closure<dyn Fn(String)>,
    _on_apply: Closure<dyn Fn()>,
}

impl CodeMirror {
    async fn load(host: &yew::NodeRef, latest: &Rc<std::cell::RefCell<TextAreaProps>>) -> Option<CodeMirror> {
        let load: Function = Reflect::get(&js_sys::global(), &"playgroundEditor".into()).ok()?.dyn_into().ok()?;
        let promise: Promise = load.call0(&JsValue::UNDEFINED).ok()?.dyn_into().ok()?;
        let module = JsFuture::from(promise).await.ok()?;
        let mount: Function = Reflect::get(&module, &"mount".into()).ok()?.dyn_into().ok()?;
        let parent = host.cast::<Element>()?;
        let on_change = {
            let latest = latest.clone();
            Closure::<dyn Fn(String)>::new(move |text| {
                let send = latest.borrow().send.clone();
                send.emit(Message::Edited(text));
            })
        };
        let on_apply = {
            let latest = latest.clone();
            Closure::<dyn Fn()>::new(move || {
                let send = latest.borrow().send.clone();
                send.emit(Message::Apply);
            })
        };
        let options = {
            let props = latest.borrow();
            // What was typed meanwhile is in the text area alone; the page knows it already.
            let typed = host
                .cast::<Element>()
                .and_then(|host| host.next_element_sibling())
                .and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
            let text = typed.map_or_else(|| props.document.to_string(), |area| area.value());
            object(&[
                ("doc", text.into()),
                ("label", "Text of the open file".into()),
                ("dark", props.dark.into()),
                ("onChange", on_change.as_ref().clone()),
                ("onApply", on_apply.as_ref().clone()),
            ])
        };
        let focused = parent.next_element_sibling().is_some_and(|area| area.matches(":focus").unwrap_or(false));
        let editor = CodeMirror {
            handle: mount.call2(&JsValue::UNDEFINED, &parent, &options).ok()?,
            _on_change: on_change,
            _on_apply: on_apply,
        };
        if focused {
            editor.call("focus", &JsValue::UNDEFINED);
        }
        Some(editor)
    }

    fn call(&self, method: &str, argument: &JsValue) {
        let function =
            Reflect::get(&self.handle, &method.into()).ok().and_then(|function| function.dyn_into::<Function>().ok());
        if let Some(function) = function {
            let _ = function.call1(&self.handle, argument);
        }
    }
}

impl Drop for CodeMirror {
    fn drop(&mut self) {
        self.call("destroy", &JsValue::UNDEFINED);
    }
}

fn diagnostic(problem: &Diagnostic) -> JsValue {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    object(&[
        ("line", (problem.line as u32).into()),
        ("column", (problem.column as u32).into()),
        ("message", problem.message.as_str().into()),
        ("severity", severity.into()),
    ])
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
