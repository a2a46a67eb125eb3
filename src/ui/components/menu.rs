//! A button that opens a small panel of buttons.

use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlElement, KeyboardEvent};
use yew::{AttrValue, Callback, Children, Classes, Html, Properties, classes, function_component, html, use_node_ref, use_state};

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
    /// The buttons. A click on any of them closes the menu.
    pub(crate) children: Children,
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
        let open = open.clone();
        Callback::from(move |_| open.set(false))
    };
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
                <div class="menu-panel" role="group" aria-label={props.label.clone()} onclick={close}>
                    { for props.children.iter() }
                </div>
            }
        </div>
    }
}
