//! Two manifests side by side.

use web_sys::{Event, HtmlSelectElement};
use yew::{AttrValue, Callback, Html, TargetCast, html};

use super::controls::{all, class, when};
use crate::ui::state::{Ask, Message};
use crate::ui::words::{count, t};
use crate::why::{Comparison, Row};

/// A table of both, line for line, with who made each difference; for revisions also which two.
#[inline(never)]
pub(super) fn side_by_side(
    comparison: Option<&Comparison>,
    revisions: Option<&(AttrValue, (i64, i64), Vec<i64>)>,
    send: &Callback<Message>,
) -> Html {
    html! {
        <>
            if let Some((set, range, numbers)) = revisions { { choice(set, *range, numbers, send) } }
            if let Some(comparison) = comparison { { table(comparison) } } else {
                <p role="status">{ t("One of the two is not there any more.") }</p>
            }
        </>
    }
}

fn table(comparison: &Comparison) -> Html {
    let different = comparison.rows.iter().filter(|row| !row.is_same()).count();
    let words = if different == 0 {
        t("Both say the same.").to_owned()
    } else {
        count(different, "1 line differs.", "{0} lines differ.")
    };
    html! {
        <>
            <p role="status">{ words }</p>
            <div class="compared" tabindex="0" role="region" aria-label={t("Both manifests")}>
                <table lang="en">
                    <thead><tr><th scope="col">{ &comparison.left }</th><th scope="col">{ &comparison.right }</th></tr></thead>
                    <tbody>{ all(&mut comparison.rows.iter().map(line)) }</tbody>
                </table>
            </div>
        </>
    }
}

fn line(row: &Row) -> Html {
    let side = |line: &Option<String>, mark: &'static str| {
        html! {
            <td>if let Some(line) = line {
                if !row.is_same() { <span class="compared-mark">{ mark }</span> }
                <code>{ line }</code>
            }</td>
        }
    };
    let changed = !row.is_same();
    html! {
        <>
            if !row.who.is_empty() { <tr class="compared-who"><td /><td>{ row.who }</td></tr> }
            <tr class={class(&[when(changed && row.left.is_some(), "is-out"), when(changed && row.right.is_some(), "is-in")])}>
                { side(&row.left, "−") }{ side(&row.right, "+") }
            </tr>
        </>
    }
}

/// Which revisions.
fn choice(set: &AttrValue, (from, to): (i64, i64), numbers: &[i64], send: &Callback<Message>) -> Html {
    let select = |name: &'static str, chosen: i64, range: fn(i64, (i64, i64)) -> (i64, i64)| {
        let (set, send, numbers_) = (set.clone(), send.clone(), numbers.to_vec());
        let onchange = Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(number) = select.and_then(|select| numbers_.get(select.selected_index() as usize).copied()) {
                let ask = Ask::Revisions { set: set.clone(), range: Some(range(number, (from, to))) };
                send.emit(Message::Why(Some(ask)));
            }
        });
        html! {
            <label>{ name }{ " " }<select class="input" {onchange}>
                { all(&mut numbers.iter().map(|number| html! { <option selected={*number == chosen}>{ number }</option> })) }
            </select></label>
        }
    };
    html! {
        <p class="compared-choice">
            { select(t("From revision"), from, |number, (_, to)| (number, to)) }
            { select(t("to revision"), to, |number, (from, _)| (from, number)) }
        </p>
    }
}
