//! A button that opens a small panel of buttons.

use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent};
use yew::{
    AttrValue, Callback, Classes, Html, Properties, classes, function_component, html, use_effect_with, use_node_ref,
    use_state,
};

use crate::ui::browser;

/// What a menu is made of.
#[derive(Debug, PartialEq, Properties)]
pub(crate) struct MenuProps {
    /// What the button is called.
    pub(crate) label: AttrValue,
    /// What the button shows.
    pub(crate) face: Html,
    /// How the button looks.
    #[prop_or_default]
    pub(crate) class: Classes,
    /// Draws the buttons when they are wanted. A click on any of them closes the menu.
    pub(crate) items: Callback<(), Html>,
}

/// The panel closes by Escape, by a choice, and when the focus leaves it.
#[function_component]
pub(crate) fn Menu(props: &MenuProps) -> Html {
    let open = use_state(|| false);
    let whole = use_node_ref();
    let button = use_node_ref();
    let toggle = {
        let open = open.clone();
        Callback::from(move |_| open.set(!*open))
    };
    let close = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |_| {
            open.set(false);
            if let Some(button) = button.cast::<HtmlElement>() {
                let _ = button.focus();
            }
        })
    };
    let panel = use_node_ref();
    {
        let (button, panel) = (button.clone(), panel.clone());
        use_effect_with(*open, move |_| {
            if let (Some(button), Some(panel)) = (button.cast::<HtmlElement>(), panel.cast::<HtmlElement>()) {
                place(&button, &panel);
            }
        });
    }
    let onfocusout = {
        let (open, whole) = (open.clone(), whole.clone());
        Callback::from(move |event: FocusEvent| {
            let inside = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            let stays = whole.cast::<web_sys::Node>().is_some_and(|whole| whole.contains(inside.as_ref()));
            if inside.is_some() && !stays {
                open.set(false);
            }
        })
    };
    let onkeydown = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                event.stop_propagation();
                open.set(false);
                if let Some(button) = button.cast::<HtmlElement>() {
                    let _ = button.focus();
                }
            }
        })
    };
    html! {
        <div class="menu" ref={whole} {onfocusout} {onkeydown}>
            <button ref={button} type="button" class={classes!("button", props.class.clone())} aria-label={props.label.clone()}
                title={props.label.clone()} aria-expanded={open.to_string()} onclick={toggle}>
                { props.face.clone() }
            </button>
            if *open {
                <div class="menu-backdrop" onclick={close.clone()} />
                <div class="menu-panel" ref={panel} role="group" aria-label={props.label.clone()} onclick={close}>
                    { props.items.emit(()) }
                </div>
            }
        </div>
    }
}

/// Puts the panel below the button, or above where there is more room, and within the window. Nothing scrolls it away or cuts it.
#[inline(never)]
fn place(button: &HtmlElement, panel: &HtmlElement) {
    const GAP: f64 = 4.0;
    let Some(root) = browser::root() else { return };
    let (width, height) = (f64::from(root.client_width()), f64::from(root.client_height()));
    let (from, size) = (button.get_bounding_client_rect(), panel.get_bounding_client_rect());
    let left = if from.left() < width / 2.0 && from.left() + size.width() + GAP < width {
        from.left()
    } else {
        from.right() - size.width()
    };
    let below = from.bottom() + GAP;
    let top = if below + size.height() + GAP > height { from.top() - GAP - size.height() } else { below };
    let style = panel.style();
    let _ = style.set_property("left", &format!("{}px", left.clamp(GAP, (width - size.width() - GAP).max(GAP))));
    let _ = style.set_property("top", &format!("{}px", top.max(GAP)));
    let _ = style.set_property("visibility", "visible");
}
