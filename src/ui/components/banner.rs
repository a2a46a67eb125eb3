//! Words over the page.

use yew::{Callback, Html, html};

use super::Icon;
use super::controls::say;
use crate::ui::state::{Banner, Message};
use crate::ui::words::t;

/// Something a person should know, and can put away.
#[inline(never)]
pub(crate) fn banner_bar(banner: &Banner, send: &Callback<Message>) -> Html {
    html! {
        <div class="banner" role="status" data-testid="banner">
            <span>{ &banner.text }</span>
            if banner.mine {
                <button type="button" class="button is-small" onclick={say(send, Message::BackToMine)}>{ t("Back to mine") }</button>
            }
            <button type="button" class="button is-icon is-quiet is-small" aria-label={t("Dismiss")} onclick={say(send, Message::Dismiss)}>
                { Icon::Cross.draw() }
            </button>
        </div>
    }
}
