//! Words over the page.

use yew::{Callback, Html, html};

use super::Icon;
use super::controls::say;
use crate::ui::browser;
use crate::ui::state::{Banner, Message, Offer};
use crate::ui::words::t;

/// Something a person should know, and can put away by `dismiss`.
#[inline(never)]
pub(crate) fn banner_bar(banner: &Banner, dismiss: Message, send: &Callback<Message>) -> Html {
    let button =
        |words: &'static str, onclick| html! { <button type="button" class="button is-small" {onclick}>{ words }</button> };
    html! {
        <div class="banner" role="status" data-testid="banner">
            <span>{ &banner.text }</span>
            { match banner.offer {
                Some(Offer::Mine) => button(t("Back to mine"), say(send, Message::BackToMine)),
                Some(Offer::Reload) => button(t("Reload"), Callback::from(|_| browser::ask("go-on"))),
                Some(Offer::Here) => button(t("Go on here"), Callback::from(|_| browser::ask("go-on-here"))),
                None => html! {},
            } }
            <button type="button" class="button is-icon is-quiet is-small" aria-label={t("Dismiss")} onclick={say(send, dismiss)}>
                { Icon::Cross.draw() }
            </button>
        </div>
    }
}
