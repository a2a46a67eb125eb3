//! A window over the page.

use web_sys::HtmlDialogElement;
use yew::{AttrValue, Callback, Children, Html, Properties, function_component, html, use_effect_with, use_node_ref};

use super::Icon;
use super::controls::{class, when};
use crate::ui::words::t;

/// What a dialog is made of.
#[derive(Debug, PartialEq, Properties)]
pub(crate) struct DialogProps {
    /// Its heading.
    pub(crate) title: AttrValue,
    /// Its name in tests.
    pub(crate) name: &'static str,
    /// Whether it may take most of the page.
    #[prop_or_default]
    pub(crate) wide: bool,
    /// Whether it may take more than usual.
    #[prop_or_default]
    pub(crate) medium: bool,
    /// It was closed: by its button, or by Escape.
    pub(crate) onclose: Callback<yew::Event>,
    /// What stands in it.
    pub(crate) children: Children,
}

/// Modal from the beginning. The browser gives the focus back to where it was before only to a dialog that is closed, not to one
/// that vanishes: so the button closes it, and who shows it takes it away then.
#[function_component]
pub(crate) fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                // A browser that knows no windows over the page shows it in the page.
                if dialog.show_modal().is_err() {
                    dialog.set_open(true);
                }
            }
        });
    }
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    html! {
        <dialog class={class(&["dialog", when(props.wide, "is-wide"), when(props.medium, "is-medium")])} ref={dialog} aria-labelledby="dialog-title" data-testid={props.name} onclose={props.onclose.clone()}>
            <header class="dialog-head">
                <h2 id="dialog-title">{ &props.title }</h2>
                <button type="button" class="button is-icon is-quiet" aria-label={t("Close")} onclick={close}>{ Icon::Cross.draw() }</button>
            </header>
            { for props.children.iter() }
        </dialog>
    }
}
