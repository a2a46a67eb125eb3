//! The link that holds everything.

use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, HtmlInputElement};
use yew::{Callback, Html, html};

use super::Icon;
use super::controls::{say, says};
use super::dialog::Dialog;
use crate::ui::browser;
use crate::ui::state::{Link, Message};
use crate::ui::words::{fill, t};

/// How long a link may be to pass through chats.
const CHAT_LIMIT: usize = 2000;

/// A dialog with the link, already on the clipboard where the browser allows it.
#[inline(never)]
pub(crate) fn share_dialog(link: &Link, send: &Callback<Message>) -> Html {
    let url = browser::address_with(&link.fragment);
    let length = url.len();
    let (word, icon) = match link.copied {
        None => (t("Copying…"), Icon::Copy),
        Some(true) => (t("Copied"), Icon::Check),
        Some(false) => (t("Copy it from the box"), Icon::Copy),
    };
    let onfocus = Callback::from(|event: FocusEvent| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        input.into_iter().for_each(|input| input.select());
    });
    html! {
        <Dialog title={t("Share this playground")} name="share-dialog" onclose={says(send, Message::ShareClosed)}>
            <p>{ t("The link holds the cluster, the files, what was done and the time. Whoever opens it finds just this.") }</p>
            <div class="share-row">
                <input autofocus=true {onfocus} class="input is-code" data-testid="share-url" readonly=true aria-label={t("Link")} value={url} />
                <button type="button" class="button is-primary" onclick={say(send, Message::Share)}>{ icon.draw() }<span role="status">{ word }</span></button>
            </div>
            <p class="dialog-note">
                { fill("{0} characters.", &[&length]) }{ " " }
                { if length > CHAT_LIMIT { t("Some chats cut links of more than 2,000 characters.") } else { t("Nothing is sent to a server.") } }
            </p>
        </Dialog>
    }
}
