//! What Tab offers, and what it makes of a line.

use web_sys::HtmlInputElement;
use yew::{Callback, Html, html};

use crate::shell::Completion;
use crate::ui::components::controls::{all, class, when};
use crate::ui::words::t;

/// What Tab offered, and which of it stands in the line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Offer {
    pub(super) start: usize,
    pub(super) candidates: Vec<String>,
    pub(super) chosen: Option<usize>,
    /// The line before anything was chosen.
    pub(super) line: String,
    pub(super) cursor: usize,
}

#[inline(never)]
pub(super) fn offered(offer: &Offer, choose: &Callback<usize>) -> Html {
    if offer.candidates.len() < 2 {
        return html! {};
    }
    html! {
        <div class="offer" role="listbox" aria-label={t("Completions")}>
            { all(&mut offer.candidates.iter().enumerate().map(|(index, candidate)| {
                let choose = choose.clone();
                let chosen = offer.chosen == Some(index);
                html! {
                    <button type="button" class={class(&["chip", when(chosen, "is-on")])} role="option" tabindex="-1"
                        aria-selected={chosen.to_string()} onclick={move |_| choose.emit(index)}>{ candidate }</button>
                }
            })) }
        </div>
    }
}

/// What Tab makes of a line: the common beginning of all candidates first, then one after the other.
#[inline(never)]
pub(super) fn tab(
    offer: &Offer,
    element: &HtmlInputElement,
    backwards: bool,
    complete: &Callback<(String, usize), Completion>,
) -> (String, Offer) {
    let count = offer.candidates.len();
    if count > 1 {
        let index = match (offer.chosen, backwards) {
            (None, false) => 0,
            (None, true) => count - 1,
            (Some(index), false) => (index + 1) % count,
            (Some(index), true) => (index + count - 1) % count,
        };
        let line = completed(&offer.line, offer.start, offer.cursor, &finished(&offer.candidates[index]));
        return (line, Offer { chosen: Some(index), ..offer.clone() });
    }
    let line = element.value();
    let units = element.selection_start().ok().flatten().unwrap_or(u32::MAX) as usize;
    let cursor = bytes_of(&line, units);
    let Completion { start, candidates } = complete.emit((line.clone(), cursor));
    let word = line.get(start..cursor).unwrap_or_default();
    match &candidates[..] {
        [] => (line, Offer::default()),
        [only] => (completed(&line, start, cursor, &finished(only)), Offer::default()),
        [first, rest @ ..] => {
            let common = rest.iter().fold(first.as_str(), |common, other| {
                let length = common
                    .char_indices()
                    .zip(other.chars())
                    .take_while(|((_, a), b)| a == b)
                    .map(|((at, a), _)| at + a.len_utf8())
                    .last();
                &common[..length.unwrap_or(0)]
            });
            let common = if common.len() > word.len() { common } else { word };
            let line = completed(&line, start, cursor, common);
            let cursor = start + common.len();
            (line.clone(), Offer { start, candidates: candidates.clone(), chosen: None, line, cursor })
        }
    }
}

/// `line` with `start..cursor` replaced.
pub(super) fn completed(line: &str, start: usize, cursor: usize, word: &str) -> String {
    let (before, after) = (line.get(..start).unwrap_or(line), line.get(cursor..).unwrap_or_default());
    if word.ends_with(' ') && after.starts_with(' ') {
        format!("{before}{}{after}", word.trim_end())
    } else {
        format!("{before}{word}{after}")
    }
}

/// A whole word is followed by a space, unless it asks for more.
pub(super) fn finished(candidate: &str) -> String {
    if candidate.ends_with(['=', '/', ':', ' ']) { candidate.to_owned() } else { format!("{candidate} ") }
}

/// The place in bytes of a place that JavaScript counts.
fn bytes_of(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}
