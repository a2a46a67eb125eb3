//! What the page asks of the browser: storage, clipboard, address, theme, time. Everything here may be missing or forbidden;
//! then it does nothing and says so.

use js_sys::Promise;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DragEvent, Element, Event, File, FileList, HtmlElement, HtmlInputElement, UrlSearchParams, Window};
use yew::Callback;

use super::state::{Message, Own};
use crate::import::MAX_TEXT;

/// The window. Without one there is no page.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// `<html>`.
pub(super) fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

#[wasm_bindgen]
extern "C" {
    /// What was saved under `key`; nothing where storage is empty, blocked or broken (`www/store.js`).
    #[wasm_bindgen(js_namespace = playgroundStore)]
    pub(super) fn load(key: &str) -> Option<String>;

    /// Saves `text` under `key`. Says whether that worked; if not, the person is told (`www/unsaved.js`).
    #[wasm_bindgen(js_namespace = playgroundStore)]
    pub(super) fn save(key: &str, text: &str) -> bool;

    /// Moves what cannot be read to another key. Says whether that worked; if not, nothing is saved over it any more.
    #[wasm_bindgen(js_namespace = playgroundStore, js_name = setAside)]
    pub(super) fn set_aside(key: &str) -> bool;
}

/// The address' fragment without its `#`, if it has one.
pub(super) fn fragment() -> Option<String> {
    let hash = window()?.location().hash().ok()?;
    hash.strip_prefix('#').filter(|fragment| !fragment.is_empty()).map(str::to_owned)
}

/// Whether the address has parameters.
pub(super) fn asks() -> bool {
    !query().is_empty()
}

/// The parameters of the address with their `?`, if it has any.
pub(super) fn query() -> String {
    window().and_then(|window| window.location().search().ok()).unwrap_or_default()
}

fn parameters() -> Option<UrlSearchParams> {
    UrlSearchParams::new_with_str(&query()).ok()
}

/// The value of a parameter of the address, `?name=value`.
pub(super) fn parameter(name: &str) -> Option<String> {
    parameters()?.get(name).filter(|value| !value.is_empty())
}

/// Takes the fragment and parameters out of the address, without loading anything. A lesson's file stays: it is found nowhere else;
/// and so does everything in a page inside of another.
#[inline(never)]
pub(super) fn drop_parameters(names: &[&str]) {
    let (Some(window), Some(parameters)) = (window(), parameters()) else { return };
    if parameters.has("embed") {
        return;
    }
    if let (Ok(path), Ok(history)) = (window.location().pathname(), window.history()) {
        let is_file = parameters.get("lesson").is_some_and(|lesson| lesson.ends_with(".md"));
        names.iter().filter(|name| !(is_file && **name == "lesson")).for_each(|name| parameters.delete(name));
        let rest = String::from(parameters.to_string());
        let query = if rest.is_empty() { rest } else { format!("?{rest}") };
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{query}")));
    }
}

/// Takes what a link holds out of the address, without loading anything.
#[inline(never)]
pub(super) fn drop_fragment() {
    drop_parameters(&["lesson", "step", "nodes", "yaml", "run", "theme"]);
}

/// The page's own address with other parameters and another fragment, which begins with `#` unless it is empty.
#[inline(never)]
pub(super) fn address_with(parameters: &[(&str, &str)], fragment: &str) -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let mut address = href.split(['?', '#']).next().unwrap_or_default().to_owned();
    for (index, (name, value)) in parameters.iter().enumerate() {
        address.push(if index == 0 { '?' } else { '&' });
        address.push_str(name);
        if !value.is_empty() {
            address.push('=');
            // A list in an address is easier to read with its commas.
            address.push_str(&String::from(js_sys::encode_uri_component(value)).replace("%2C", ","));
        }
    }
    address + fragment
}

/// The lesson's file that the address names, if it does: it is found nowhere else.
#[inline(never)]
pub(super) fn lesson_file() -> Option<String> {
    parameter("lesson").filter(|lesson| lesson.ends_with(".md"))
}

/// Saves a text as a file.
#[inline(never)]
pub(super) fn download(name: &str, text: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&text.into());
    let blob = web_sys::Blob::new_with_str_sequence(&parts).ok()?;
    let address = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let link = window()?.document()?.create_element("a").ok()?;
    link.set_attribute("href", &address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.dyn_into::<HtmlElement>().ok()?.click();
    // The browser has it by then.
    gloo::timers::callback::Timeout::new(60_000, move || _ = web_sys::Url::revoke_object_url(&address)).forget();
    Some(())
}

/// Loads the page anew.
pub(super) fn reload() {
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

#[wasm_bindgen]
extern "C" {
    /// Fetches the rest of the engine; resolves when all of it is there (`www/rest.js`).
    #[wasm_bindgen(js_name = playgroundWhole)]
    fn whole() -> Promise;

    /// Fetches the pack of all lessons; resolves to its text (`www/lessons.js`).
    #[wasm_bindgen(js_name = playgroundLessons)]
    fn lessons() -> Promise;

    /// Fetches what draws the map; resolves to its module (`www/map.js`).
    #[wasm_bindgen(js_name = playgroundMap)]
    fn map_module() -> Promise;

    /// Has something done that only `www/late.js` can do.
    #[wasm_bindgen(js_name = playgroundDo)]
    pub(super) fn ask(what: &str);
}

/// What draws the map, once it has arrived.
pub(super) async fn map_script() -> Option<JsValue> {
    JsFuture::from(map_module()).await.ok()
}

/// Has all of the engine and then what draws the map fetched, and calls `then`.
pub(super) fn when_charted(then: impl FnOnce() + 'static) {
    spawn_local(async move {
        if JsFuture::from(whole()).await.is_ok() && map_script().await.is_some() {
            then();
        }
    });
}

/// Has all of the engine and then the lessons fetched, and calls `then` with their pack.
pub(super) fn when_lessons(then: impl FnOnce(String) + 'static) {
    spawn_local(async move {
        if JsFuture::from(whole()).await.is_ok()
            && let Ok(pack) = JsFuture::from(lessons()).await
            && let Some(pack) = pack.as_string()
        {
            then(pack);
        }
    });
}

/// Says the files that are dropped onto the page: [`Own::Take`].
pub(super) fn on_drop(send: &Callback<Message>) -> Callback<DragEvent> {
    let send = send.clone();
    Callback::from(move |event: DragEvent| dropped(&event, &send))
}

#[inline(never)]
fn dropped(event: &DragEvent, send: &Callback<Message>) {
    if let Some(files) = event.data_transfer().and_then(|data| data.files()).filter(|files| files.length() > 0) {
        event.prevent_default();
        read(&files, send.clone());
    }
}

/// Lets files be dropped; other things go their usual way.
pub(super) fn on_drag() -> Callback<DragEvent> {
    Callback::from(|event: DragEvent| dragged(&event))
}

#[inline(never)]
fn dragged(event: &DragEvent) {
    let types = event.data_transfer().map(|data| data.types());
    if types.is_some_and(|types| types.includes(&"Files".into(), 0)) {
        event.prevent_default();
    }
}

/// Says the files that are chosen in an input: [`Own::Take`].
pub(super) fn on_file(send: &Callback<Message>) -> Callback<Event> {
    let send = send.clone();
    Callback::from(move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(files) = input.as_ref().and_then(HtmlInputElement::files).filter(|files| files.length() > 0) {
            read(&files, send.clone());
        }
        // So that the same file can be chosen once more.
        input.into_iter().for_each(|input| input.set_value(""));
    })
}

/// So many files are read at once.
const MOST_FILES: u32 = 100;

#[inline(never)]
fn read(files: &FileList, send: Callback<Message>) {
    let files: Vec<File> = (0..files.length().min(MOST_FILES)).filter_map(|index| files.get(index)).collect();
    spawn_local(async move {
        let mut read = vec![];
        for file in files {
            let text = if file.size() > MAX_TEXT as f64 { None } else { JsFuture::from(file.text()).await.ok() };
            read.push((file.name().into(), text.and_then(|text| text.as_string()).map(Into::into)));
        }
        send.emit(Message::Own(Own::Take(read)));
    });
}

/// Saves a text as a file on the person's machine.
#[inline(never)]
pub(super) fn save_file(name: &str, text: &str) {
    let link = window().and_then(|window| window.document()).and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        let _ = link.set_attribute("download", name);
        let _ = link.set_attribute(
            "href",
            &format!("data:text/plain;charset=utf-8,{}", String::from(js_sys::encode_uri_component(text))),
        );
        link.click();
    }
}

/// An address that holds a text, for a link that saves it as a file.
pub(super) fn data_address(text: &str) -> String {
    format!("data:application/json;charset=utf-8,{}", String::from(js_sys::encode_uri_component(text)))
}

/// Prints what is shown.
pub(super) fn print() {
    if let Some(window) = window() {
        let _ = window.print();
    }
}

/// Has the rest of the engine fetched, and calls `then` when all of it is there.
pub(super) fn when_whole(then: impl FnOnce() + 'static) {
    spawn_local(async move {
        if JsFuture::from(whole()).await.is_ok() {
            then();
        }
    });
}

/// Puts `text` on the clipboard and then says whether that worked.
pub(super) fn copy(text: String, then: impl FnOnce(bool) + 'static) {
    // Without https there is no clipboard.
    let clipboard = window().map(|window| window.navigator()).and_then(|navigator| {
        let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).ok()?;
        clipboard.dyn_into::<web_sys::Clipboard>().ok()
    });
    spawn_local(async move {
        let worked = match clipboard {
            Some(clipboard) => JsFuture::from(clipboard.write_text(&text)).await.is_ok(),
            None => false,
        };
        then(worked);
    });
}

/// Milliseconds since some beginning.
pub(super) fn millis() -> f64 {
    window().and_then(|window| window.performance()).map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// Whether the system asks for dark colours.
pub(super) fn prefers_dark() -> bool {
    matches("(prefers-color-scheme: dark)")
}

/// Whether the person has a finger rather than a mouse.
pub(super) fn is_touch() -> bool {
    matches("(pointer: coarse)")
}

fn matches(query: &str) -> bool {
    window().and_then(|window| window.match_media(query).ok().flatten()).is_some_and(|query| query.matches())
}

/// Sets `data-NAME` of `<html>`, or takes it away.
pub(super) fn set_root(name: &str, value: Option<&str>) {
    if let Some(root) = root() {
        let name = format!("data-{name}");
        let _ = match value {
            Some(value) => root.set_attribute(&name, value),
            None => root.remove_attribute(&name),
        };
    }
}

/// What stands in `data-NAME` of `<html>`.
pub(super) fn root_data(name: &str) -> Option<String> {
    root().and_then(|root| root.get_attribute(&format!("data-{name}")))
}

/// Tells tests, the bench and the loader that a person can use the page now.
pub(super) fn mark_usable() {
    mark("usable");
    set_root("ready", Some("true"));
}

/// Writes a moment down by its name, where the bench finds it.
pub(super) fn mark(name: &str) {
    if let Some(performance) = window().and_then(|window| window.performance()) {
        let _ = performance.mark(name);
    }
}

/// Puts the keyboard's focus on the first element that `selector` finds.
pub(super) fn focus(selector: &str) {
    let found =
        window().and_then(|window| window.document()).and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Scrolls so that the first element that `selector` finds can be seen.
pub(super) fn show(selector: &str) {
    let found =
        window().and_then(|window| window.document()).and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// The language of the page, by its code.
pub(super) fn language() -> String {
    root().and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

/// Whether some text of the page is selected.
pub(super) fn has_selection() -> bool {
    window().and_then(|window| window.get_selection().ok().flatten()).is_some_and(|selection| !selection.is_collapsed())
}

/// Calls `handle` on each event `name` of the window, for as long as the page lives.
pub(super) fn on_window(name: &str, handle: impl Fn() + 'static) {
    if let Some(window) = window() {
        let closure = Closure::<dyn Fn()>::new(handle);
        let _ = window.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// Writes an error on the browser's console.
#[cfg(debug_assertions)]
pub(super) fn complain(text: &str) {
    web_sys::console::error_1(&text.into());
}

/// Calls `handle` whenever the system's colours become dark or light.
pub(super) fn on_dark_change(handle: impl Fn(bool) + 'static) {
    if let Some(query) = window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten()) {
        let closure = Closure::<dyn Fn()>::new(move || handle(prefers_dark()));
        let _ = query.add_event_listener_with_callback("change", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}
