//! The link that holds everything.

use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::{Callback, Html, Properties, function_component, html, use_effect_with, use_node_ref};

use super::Icon;
use super::controls::say;
use crate::ui::browser;
use crate::ui::state::{Link, Message};

/// A dialog with the link, already on the clipboard where the browser allows it.
#[inline(never)]
pub(crate) fn share_dialog(link: &Link, send: &Callback<Message>) -> Html {
    html! { <ShareDialog link={link.clone()} send={send.clone()} /> }
}

/// What the dialog shows.
#[derive(Debug, PartialEq, Properties)]
struct ShareDialogProps {
    /// The link.
    link: Link,
    /// Where to say what the person wants.
    send: Callback<Message>,
}

/// How long a link may be to pass through chats.
const CHAT_LIMIT: usize = 2000;

#[function_component]
fn ShareDialog(props: &ShareDialogProps) -> Html {
    let dialog = use_node_ref();
    let input = use_node_ref();
    {
        let (dialog, input) = (dialog.clone(), input.clone());
        use_effect_with((), move |()| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
            if let Some(input) = input.cast::<HtmlInputElement>() {
                browser::select_all(&input);
            }
        });
    }
    let url = browser::address_with(&props.link.fragment);
    let length = url.len();
    // The browser gives the focus back to where it was before only to a dialog that is closed, not to one that vanishes.
    let close = {
        let dialog = dialog.clone();
        Callback::from(move |_| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                dialog.close();
            }
        })
    };
    let onclose = {
        let send = props.send.clone();
        Callback::from(move |_: yew::Event| send.emit(Message::ShareClosed))
    };
    let (word, icon) = match props.link.copied {
        None => ("Copying…", Icon::Copy),
        Some(true) => ("Copied", Icon::Check),
        Some(false) => ("Copy it from the box", Icon::Copy),
    };
    html! {
        <dialog class="dialog" ref={dialog} aria-labelledby="share-title" {onclose}>
            <header class="dialog-head">
                <h2 id="share-title">{ "Share this playground" }</h2>
                <button type="button" class="button is-icon is-quiet" aria-label="Close" onclick={close}>{ Icon::Cross.draw() }</button>
            </header>
            <p>{ "The link holds the cluster, the files, what was done and the time. Whoever opens it finds just this." }</p>
            <div class="share-row">
                <input ref={input} class="input is-code" data-testid="share-url" readonly=true aria-label="Link" value={url} />
                <button type="button" class="button is-primary" onclick={say(&props.send, Message::Share)}>{ icon.draw() }<span role="status">{ word }</span></button>
            </div>
            <p class="dialog-note">
                { format!("{length} characters. ") }
                { if length > CHAT_LIMIT { "Some chats cut links of more than 2,000 characters." } else { "Nothing is sent to a server." } }
            </p>
        </dialog>
    }
}
