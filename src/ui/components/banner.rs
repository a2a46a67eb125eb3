//! Words over the page.

use yew::{Callback, Html, Properties, function_component, html};

use super::Icon;
use crate::ui::state::{Banner, Message};

/// What the banner says.
#[derive(Debug, PartialEq, Properties)]
pub(crate) struct BannerBarProps {
    /// The words.
    pub(crate) banner: Banner,
    /// Where to say what the person wants.
    pub(crate) send: Callback<Message>,
}

/// Something a person should know, and can put away.
#[function_component]
pub(crate) fn BannerBar(props: &BannerBarProps) -> Html {
    let say = |message: Message| {
        let send = props.send.clone();
        Callback::from(move |_| send.emit(message.clone()))
    };
    html! {
        <div class="banner" role="status" data-testid="banner">
            <span>{ &props.banner.text }</span>
            if props.banner.mine {
                <button type="button" class="button is-small" onclick={say(Message::BackToMine)}>{ "Back to mine" }</button>
            }
            <button type="button" class="button is-icon is-quiet is-small" aria-label="Dismiss" onclick={say(Message::Dismiss)}>
                { Icon::Cross.draw() }
            </button>
        </div>
    }
}
