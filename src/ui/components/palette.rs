//! All that can be done, to be found by typing, and the list of keys.

use web_sys::{HtmlInputElement, InputEvent, KeyboardEvent};
use yew::{AttrValue, Callback, Html, Properties, TargetCast, function_component, html, use_effect_with, use_state};

use super::controls::{all, class, says, when};
use super::dialog::Dialog;
use crate::ui::browser;
use crate::ui::keys::{SHORTCUTS, named};
use crate::ui::state::{Deed, Message};
use crate::ui::words::{later, t};

/// So many are shown at most.
const SHOWN: usize = 60;

/// The list of all keys.
#[inline(never)]
pub(crate) fn keys_dialog(send: &Callback<Message>) -> Html {
    const OTHERS: [(&str, &str); 8] = [
        ("Tab", later("Terminal: completes the word")),
        ("↑ ↓", later("Terminal: the lines before")),
        ("→", later("Terminal: takes the grey suggestion")),
        ("Ctrl C", later("Terminal: ends the running command")),
        ("Ctrl L", later("Terminal: clears the screen")),
        ("Ctrl Enter", later("Editor: applies the file")),
        ("Ctrl F", later("Editor: search")),
        ("Esc Tab", later("Editor and terminal: Tab leaves them")),
    ];
    let ours = SHORTCUTS.iter().map(|one| (one.shown, one.words));
    html! {
        <Dialog title={t("Keys")} name="keys-dialog" medium=true onclose={says(send, Message::Window(None))}>
            <p>{ t("On a Mac, Cmd does what Ctrl does. Keys without Ctrl work while you are not typing; the settings switch them off.") }</p>
            <dl class="keys">
                { all(&mut ours.chain(OTHERS).map(|(keys, words)| html! {
                    <div><dt>{ all(&mut named(keys).map(|key| html! { <kbd>{ key }</kbd> })) }</dt><dd>{ t(words) }</dd></div>
                })) }
            </dl>
        </Dialog>
    }
}

/// All that can be done.
#[inline(never)]
pub(crate) fn palette_dialog(deeds: Vec<Deed>, send: &Callback<Message>) -> Html {
    html! {
        <Dialog title={t("Commands")} name="palette" onclose={says(send, Message::Window(None))}>
            <Palette {deeds} send={send.clone()} />
        </Dialog>
    }
}

/// What the palette is made of.
#[derive(Debug, PartialEq, Properties)]
struct PaletteProps {
    /// What can be done.
    deeds: Vec<Deed>,
    /// Where to say what the person wants.
    send: Callback<Message>,
}

/// A line to type into, and what it finds below; what is typed can also be run as it is.
#[function_component]
fn Palette(props: &PaletteProps) -> Html {
    let query = use_state(String::new);
    let chosen = use_state(|| 0usize);
    let found = found(&props.deeds, &query);
    let last = found.len().saturating_sub(1);
    let at = (*chosen).min(last);
    {
        use_effect_with((at, (*query).clone()), move |_| browser::show(".palette-item.is-on"));
    }
    let take = {
        let send = props.send.clone();
        Callback::from(move |message: Message| {
            send.emit(Message::Window(None));
            send.emit(message);
        })
    };
    let oninput = {
        let (query, chosen) = (query.clone(), chosen.clone());
        Callback::from(move |event: InputEvent| {
            chosen.set(0);
            query.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onkeydown = {
        let take = take.clone();
        let message = found.get(at).map(|deed| deed.message.clone());
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowDown" => chosen.set(if at == last { 0 } else { at + 1 }),
                "ArrowUp" => chosen.set(at.checked_sub(1).unwrap_or(last)),
                "Enter" => message.iter().for_each(|message| take.emit(message.clone())),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let name = |index: usize| AttrValue::from(format!("palette-{index}"));
    html! {
        <div class="palette">
            <input autofocus=true class="input" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
                aria-activedescendant={(!found.is_empty()).then(|| name(at))} aria-label={t("What do you want to do?")} placeholder={t("What do you want to do?")}
                autocapitalize="off" autocomplete="off" spellcheck="false" value={(*query).clone()} {oninput} {onkeydown} />
            <ul id="palette-list" class="palette-list" role="listbox" aria-label={t("Commands")}>
                { all(&mut found.iter().enumerate().map(|(index, deed)| {
                    let onclick = { let (take, message) = (take.clone(), deed.message.clone()); Callback::from(move |_| take.emit(message.clone())) };
                    html! {
                        <li id={name(index)} role="option" aria-selected={(index == at).to_string()} class={class(&["palette-item", when(index == at, "is-on")])} {onclick}>
                            <span>{ &deed.words }</span><small>{ &deed.note }</small>
                        </li>
                    }
                })) }
            </ul>
        </div>
    }
}

/// How well it fits: what begins with the query comes first, then what has it as it is, then what has its words anywhere.
fn rank(deed: &Deed, query: &str) -> u8 {
    let words = deed.words.to_lowercase();
    match words.find(query) {
        Some(0) => 0,
        Some(_) => 1,
        None => 2,
    }
}

/// What has all words of the query, the best first; a query that no deed has can be run in the terminal.
fn found(deeds: &[Deed], query: &str) -> Vec<Deed> {
    let wanted: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let fits = |deed: &&Deed| {
        let text = format!("{} {}", deed.words, deed.note).to_lowercase();
        wanted.iter().all(|word| text.contains(word.as_str()))
    };
    let line = query.trim();
    let mut found: Vec<&Deed> = deeds.iter().filter(fits).collect();
    found.sort_by_cached_key(|deed| rank(deed, &line.to_lowercase()));
    let mut found: Vec<Deed> = found.into_iter().take(SHOWN).cloned().collect();
    if !line.is_empty() {
        let message = Message::Command(line.to_owned());
        found.push(Deed { words: t("Run it in the terminal").into(), note: line.to_owned().into(), message });
    }
    found
}
