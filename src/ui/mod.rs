//! The page: Yew components over one reducer. Compiled for wasm32 only; nobody else knows this module.
//!
//! `state` is everything the page knows and the one place where that changes; `view` derives from a session what the parts
//! show; `components` are the parts; `browser`, `keys`, `clock` and `outside` are all that touches the browser besides them;
//! `shelf` holds works that wait; `words` are the page's in other languages; `app` ties them together.

mod app;
mod asked;
mod browser;
mod clock;
mod components;
mod keys;
mod outside;
mod paper;
mod shelf;
mod state;
mod view;
mod words;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by `www/boot.js` as soon as what the page begins with is there: with the pack of all lessons, if the page has to begin
/// with another than the first, and with the catalogue of its language, if that is not English.
#[wasm_bindgen]
pub fn start(lessons: Option<String>, language: Option<String>) {
    if let Some(catalogue) = language {
        words::speak(&catalogue);
    }
    // A release traps without words (`www/crash.js` takes over); whoever works on the page wants them.
    #[cfg(debug_assertions)]
    std::panic::set_hook(Box::new(|panic| browser::complain(&panic.to_string())));
    let root = browser::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id("app"));
    if let Some(root) = root {
        // What index.html shows before has done its work.
        root.replace_children_with_node_0();
        yew::Renderer::<app::App>::with_root_and_props(root, app::Start { lessons }).render();
    }
}
