//! What every part is made of: class names and clicks. One function each, since every closure of its own is code of its own.

use yew::{Callback, Classes, Html, MouseEvent};

use crate::ui::state::Message;

/// Class names; empty ones do not count.
pub(crate) fn class(names: &[&'static str]) -> Classes {
    names.iter().copied().collect()
}

/// A name that is only there if something holds.
pub(crate) const fn when(holds: bool, name: &'static str) -> &'static str {
    if holds { name } else { "" }
}

/// The class of one of the six colours that tell revisions apart.
pub(crate) fn hue(number: u8) -> &'static str {
    ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5"][usize::from(number % 6)]
}

/// What says a message on each click.
pub(crate) fn say(send: &Callback<Message>, message: Message) -> Callback<MouseEvent> {
    let send = send.clone();
    Callback::from(move |_| send.emit(message.clone()))
}

/// What says a message on each event of another kind.
pub(crate) fn says<E: 'static>(send: &Callback<Message>, message: Message) -> Callback<E> {
    let send = send.clone();
    Callback::from(move |_: E| send.emit(message.clone()))
}

/// Pieces in a row.
pub(crate) fn all(pieces: &mut dyn Iterator<Item = Html>) -> Html {
    let mut row = vec![];
    for piece in pieces {
        row.push(piece);
    }
    row.into_iter().collect()
}
