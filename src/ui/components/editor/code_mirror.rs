//! The editor that www/editor.js makes. It comes after the page can be used.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlTextAreaElement};
use yew::{AttrValue, NodeRef, UseStateHandle};

use super::EditorPanelProps;
use crate::api::lint::{Diagnostic, Severity};
use crate::editor::edited;
use crate::ui::state::{AtDesk, Desk, Message, Order, in_utf16};
use crate::ui::words::t;

/// What JavaScript's calls look at.
type Latest = Rc<RefCell<EditorPanelProps>>;

/// A mounted editor.
pub(super) struct CodeMirror {
    handle: JsValue,
    /// What it shows.
    shown: RefCell<EditorPanelProps>,
    /// Called from JavaScript for as long as the editor lives.
    _on_change: Closure<dyn Fn(String)>,
    _on_apply: Closure<dyn Fn()>,
    _ask: Closure<dyn Fn(String) -> String>,
    _tell: Closure<dyn Fn(String)>,
}

/// Loads the editor and puts it into `host`; says so in `mounted`. Where it cannot be loaded, nothing changes.
#[inline(never)]
pub(super) fn load(host: NodeRef, latest: Latest, mounted: UseStateHandle<Option<Rc<CodeMirror>>>) {
    spawn_local(async move {
        if let Some(editor) = CodeMirror::load(&host, &latest).await {
            mounted.set(Some(Rc::new(editor)));
        }
    });
}

/// Does in the text area what the editor is to do.
#[inline(never)]
pub(super) fn show_plain(area: &HtmlTextAreaElement, props: &EditorPanelProps) {
    thread_local!(static DONE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
    if DONE.replace(props.jump.count) == props.jump.count {
        return;
    }
    let text = match &props.jump.order {
        Order::Line(line) => {
            let above = props.document.split_inclusive('\n').take(line.saturating_sub(1));
            let start = above.map(|line| line.encode_utf16().count()).sum::<usize>() as u32;
            let _ = area.focus();
            let _ = area.set_selection_range(start, start);
            return;
        }
        Order::Edits(edits) => edited(&props.document, edits),
        Order::Text(text) => text.to_string(),
    };
    area.set_value(&text);
    props.send.emit(Message::Edited(text));
}

impl CodeMirror {
    async fn load(host: &NodeRef, latest: &Latest) -> Option<CodeMirror> {
        let load: Function = Reflect::get(&js_sys::global(), &"playgroundEditor".into()).ok()?.dyn_into().ok()?;
        let promise: Promise = load.call0(&JsValue::UNDEFINED).ok()?.dyn_into().ok()?;
        let module = JsFuture::from(promise).await.ok()?;
        let mount: Function = Reflect::get(&module, &"mount".into()).ok()?.dyn_into().ok()?;
        let parent = host.cast::<Element>()?;
        let on_change = saying(latest, Message::Edited);
        let tell = saying(latest, |command| Message::Desk(AtDesk::Told(command)));
        let on_apply = {
            let latest = latest.clone();
            Closure::<dyn Fn()>::new(move || {
                let send = latest.borrow().send.clone();
                send.emit(Message::Apply);
            })
        };
        let ask = {
            let latest = latest.clone();
            Closure::<dyn Fn(String) -> String>::new(move |question| {
                let ask = latest.borrow().ask.clone();
                ask.emit(question)
            })
        };
        let area = parent.next_element_sibling().and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok());
        let props = latest.borrow().clone();
        // What was typed meanwhile is in the text area alone; the page knows it already.
        let text = area.as_ref().map_or_else(|| props.document.to_string(), HtmlTextAreaElement::value);
        let options = object(&[
            ("file", props.open.as_str().into()),
            ("doc", text.as_str().into()),
            ("label", t("Text of the open file").into()),
            ("dark", props.dark.into()),
            ("onChange", on_change.as_ref().clone()),
            ("onApply", on_apply.as_ref().clone()),
            ("ask", ask.as_ref().clone()),
            ("tell", tell.as_ref().clone()),
        ]);
        let is_focused = area.is_some_and(|area| area.matches(":focus").unwrap_or(false));
        let editor = CodeMirror {
            handle: mount.call2(&JsValue::UNDEFINED, &parent, &options).ok()?,
            shown: RefCell::new(EditorPanelProps { problems: Rc::default(), desk: None, read_only: false, ..props }),
            _on_change: on_change,
            _on_apply: on_apply,
            _ask: ask,
            _tell: tell,
        };
        if is_focused {
            editor.call("focus", &JsValue::UNDEFINED);
        }
        Some(editor)
    }

    /// Shows what is different.
    #[inline(never)]
    pub(super) fn show(&self, now: &EditorPanelProps) {
        let before = self.shown.replace(now.clone());
        let is_other = before.open != now.open;
        // A file that is gone while another has its text has got another name.
        let renamed = is_other && !now.files.contains(&before.open) && before.document == now.document;
        self.call(
            "open",
            &object(&[
                ("file", now.open.as_str().into()),
                ("text", now.document.as_str().into()),
                ("renamed", renamed.into()),
            ]),
        );
        if before.dark != now.dark {
            self.call("setDark", &now.dark.into());
        }
        if before.read_only != now.read_only {
            self.call("setReadOnly", &now.read_only.into());
        }
        let repairs = |props: &EditorPanelProps| props.desk.as_ref().map(|desk| desk.repairs.clone());
        if is_other || before.problems != now.problems || repairs(&before) != repairs(now) {
            self.call("setDiagnostics", &diagnostics(now));
        }
        let original = |props: &EditorPanelProps| {
            props.desk.as_ref().and_then(|desk| desk.compared.as_ref()).map(|compared| compared.original.clone())
        };
        let wanted = original(now);
        if wanted != original(&before) || (is_other && wanted.is_some()) {
            self.call("compare", &wanted.map_or(JsValue::NULL, JsValue::from));
        }
        if before.jump.count != now.jump.count {
            match &now.jump.order {
                Order::Line(line) => self.call("show", &(*line as u32).into()),
                Order::Edits(edits) => {
                    let edits = JSON::parse(&in_utf16(&now.document, edits)).unwrap_or(JsValue::NULL);
                    self.call("edit", &edits);
                }
                Order::Text(text) => self.call("replace", &text.as_str().into()),
            }
        }
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

/// What says a text that comes from JavaScript.
fn saying(latest: &Latest, message: fn(String) -> Message) -> Closure<dyn Fn(String)> {
    let latest = latest.clone();
    Closure::new(move |text| {
        let send = latest.borrow().send.clone();
        send.emit(message(text));
    })
}

fn diagnostics(props: &EditorPanelProps) -> Array {
    let repairs =
        |at: usize| props.desk.as_ref().and_then(|desk: &Rc<Desk>| desk.repairs.get(at)).cloned().unwrap_or_default();
    props.problems.iter().enumerate().map(|(at, problem)| diagnostic(problem, &repairs(at))).collect()
}

fn diagnostic(problem: &Diagnostic, repairs: &[AttrValue]) -> JsValue {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    object(&[
        ("line", (problem.line as u32).into()),
        ("column", (problem.column as u32).into()),
        ("message", problem.message.as_str().into()),
        ("severity", severity.into()),
        ("repairs", repairs.iter().map(|title| JsValue::from(title.as_str())).collect::<Array>().into()),
    ])
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
