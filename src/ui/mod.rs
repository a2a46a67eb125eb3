//! The page: Yew components over one reducer. Compiled for wasm32 only; nobody else knows this module.

use wasm_bindgen::prelude::wasm_bindgen;
use yew::{Html, function_component, html};

/// Called by the browser as soon as the module is there.
#[wasm_bindgen(start)]
pub fn start() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    let Some(root) = document.get_element_by_id("app") else {
        return;
    };
    // The skeleton in index.html has done its work.
    root.set_inner_html("");
    yew::Renderer::<App>::with_root(root).render();
}

/// A placeholder that proves the pipeline; the playground takes its place.
#[function_component]
fn App() -> Html {
    yew::use_effect_with((), |()| mark_usable());
    html! { <p data-testid="placeholder">{ "The playground will stand here." }</p> }
}

/// Tells tests, the bench and the loader that a person can use the page now.
fn mark_usable() {
    let Some(window) = web_sys::window() else {
        return;
    };
    if let Some(performance) = window.performance() {
        let _ = performance.mark("usable");
    }
    if let Some(html) = window.document().and_then(|document| document.document_element()) {
        let _ = html.set_attribute("data-ready", "true");
    }
}
