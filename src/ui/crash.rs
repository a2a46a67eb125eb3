//! When the program breaks: a calm page with a way back. Nothing here may rely on the rest of the page.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, Element};

use super::browser;

/// From now on a panic shows that page.
pub(super) fn prepare() {
    std::panic::set_hook(Box::new(|panic| {
        browser::complain(&panic.to_string());
        browser::set_root("ready", Some("failed"));
        let _ = show(&panic.to_string());
    }));
}

fn show(report: &str) -> Option<()> {
    let document = browser::window()?.document()?;
    let page = element(&document, "main", "crash", "")?;
    page.set_attribute("role", "alert").ok()?;
    append(&page, &element(&document, "h1", "", "Something broke")?)?;
    let words = "Your work was saved a moment before. Reload the page to go on from there; if it breaks again, begin anew.";
    append(&page, &element(&document, "p", "", words)?)?;
    let again = element(&document, "button", "button is-primary", "Reload")?;
    on_click(&again, browser::reload);
    let anew = element(&document, "button", "button", "Begin anew")?;
    on_click(&anew, || {
        browser::save("playground.v1.work", "");
        browser::reload();
    });
    let row = element(&document, "p", "crash-row", "")?;
    append(&row, &again)?;
    append(&row, &anew)?;
    append(&page, &row)?;
    let details = element(&document, "details", "hint", "")?;
    append(&details, &element(&document, "summary", "", "What to put into a report")?)?;
    append(&details, &element(&document, "pre", "code", report)?)?;
    append(&page, &details)?;
    let body = document.body()?;
    body.set_text_content(None);
    append(&body, &page)
}

fn element(document: &Document, name: &str, class: &str, text: &str) -> Option<Element> {
    let element = document.create_element(name).ok()?;
    if !class.is_empty() {
        element.set_attribute("class", class).ok()?;
    }
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    Some(element)
}

fn append(parent: &Element, child: &Element) -> Option<()> {
    parent.append_child(child).ok().map(|_| ())
}

fn on_click(button: &Element, handle: impl Fn() + 'static) {
    let closure = Closure::<dyn Fn()>::new(handle);
    let _ = button.add_event_listener_with_callback("click", closure.as_ref().unchecked_ref());
    closure.forget();
}
