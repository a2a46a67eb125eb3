//! What the page asks of the browser: storage, clipboard, address, theme, time. Everything here may be missing or forbidden;
//! then it does nothing and says so.

use js_sys::Promise;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlElement, HtmlInputElement, Storage, Window};

/// The window. Without one there is no page.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// `<html>`.
pub(super) fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

/// What was saved under `key`; nothing where storage is empty, blocked or broken.
pub(super) fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Saves `text` under `key`. Says whether that worked.
pub(super) fn save(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

/// The address' fragment without its `#`, if it has one.
pub(super) fn fragment() -> Option<String> {
    let hash = window()?.location().hash().ok()?;
    hash.strip_prefix('#').filter(|fragment| !fragment.is_empty()).map(str::to_owned)
}

/// Takes the fragment out of the address, without loading anything.
pub(super) fn drop_fragment() {
    if let Some(window) = window()
        && let (Ok(path), Ok(query), Ok(history)) =
            (window.location().pathname(), window.location().search(), window.history())
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{query}")));
    }
}

/// The page's own address with another fragment, which begins with `#`.
pub(super) fn address_with(fragment: &str) -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    format!("{page}{fragment}")
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

/// Selects the whole text of an input.
pub(super) fn select_all(input: &HtmlInputElement) {
    let _ = input.focus();
    input.select();
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
