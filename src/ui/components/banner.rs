//! Words over the page.

use yew::{Callback, Html, html};

use super::Icon;
use super::controls::say;
use crate::ui::state::{AboutLinks, Banner, Message, Offer};
use crate::ui::words::t;
use crate::ui::{browser, shelf};

/// Something a person should know, and can put away by `dismiss`.
#[inline(never)]
pub(crate) fn banner_bar(banner: &Banner, visiting: bool, dismiss: Message, send: &Callback<Message>) -> Html {
    let button =
        |words: &'static str, onclick| html! { <button type="button" class="button is-small" {onclick}>{ words }</button> };
    html! {
        <div class="banner" role="status" data-testid="banner">
            <span>{ &banner.text }</span>
            { match banner.offer {
                Some(Offer::Mine) => html! {
                    <>
                        if visiting { { button(t("Keep"), say(send, Message::Links(AboutLinks::Keep))) } }
                        { button(t("Back to mine"), say(send, Message::Links(AboutLinks::Back(shelf::LATEST)))) }
                    </>
                },
                Some(Offer::Stop) => button(t("Stop here"), say(send, Message::Links(AboutLinks::Stop))),
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
