//! The little Markdown that lessons are written in, as elements and never as HTML.
//!
//! Headings, paragraphs, lists, fenced and inline code, **strong**, *emphasis*, links, quotes and tables. A link to another file of
//! the course does not leave the page: it says [`Message::Follow`].

use yew::{Callback, Html, html};

use super::controls::{all, say};
use crate::ui::state::Message;

type Send = Callback<Message>;

/// The elements of a text.
pub(crate) fn markdown(text: &str, send: &Send) -> Html {
    let lines: Vec<&str> = text.lines().collect();
    let mut rest = &lines[..];
    let mut blocks = vec![];
    while let Some((first, tail)) = rest.split_first() {
        let line = first.trim_start();
        if line.is_empty() {
            rest = tail;
        } else if line.starts_with("```") {
            let end = tail.iter().position(|line| line.trim_start().starts_with("```")).unwrap_or(tail.len());
            blocks.push(html! { <pre class="code" tabindex="0"><code>{ tail[..end].join("\n") }</code></pre> });
            rest = tail.get(end + 1..).unwrap_or_default();
        } else if let Some(level) = heading(line) {
            let words = spans(line[level..].trim(), send);
            // The page's own headings are the first two levels.
            blocks.push(if level <= 2 {
                html! { <h3>{ words }</h3> }
            } else {
                html! { <h4>{ words }</h4> }
            });
            rest = tail;
        } else if line.starts_with('>') {
            let quote = taken(&mut rest, |line| line.trim_start().starts_with('>'));
            let inner: Vec<&str> = quote.iter().map(|line| line.trim_start().trim_start_matches('>').trim_start()).collect();
            blocks.push(html! { <blockquote>{ markdown(&inner.join("\n"), send) }</blockquote> });
        } else if line.starts_with('|') {
            blocks.push(table(taken(&mut rest, |line| line.trim_start().starts_with('|')), send));
        } else if item(line).is_some() {
            let list = taken(&mut rest, |line| {
                item(line.trim_start()).is_some() || line.starts_with("  ") && !line.trim().is_empty()
            });
            blocks.push(list_of(list, send));
        } else {
            let paragraph = taken(&mut rest, |line| {
                let line = line.trim_start();
                !(line.is_empty()
                    || line.starts_with("```")
                    || line.starts_with('|')
                    || heading(line).is_some()
                    || item(line).is_some())
            });
            blocks.push(html! { <p>{ spans(&paragraph.join(" "), send) }</p> });
        }
    }
    blocks.into_iter().collect()
}

/// The elements of one line.
pub(crate) fn spans(text: &str, send: &Send) -> Html {
    let mut found = vec![];
    let mut plain = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((element, after)) = span(rest, plain.chars().last(), send) {
            found.extend(flushed(&mut plain));
            found.push(element);
            rest = after;
            continue;
        }
        let skipped = if next == '\\' { rest[1..].chars().next() } else { None };
        let (shown, length) = match skipped {
            Some(escaped) if escaped.is_ascii_punctuation() => (escaped, 2),
            _ => (next, next.len_utf8()),
        };
        plain.push(shown);
        rest = &rest[length..];
    }
    found.extend(flushed(&mut plain));
    found.into_iter().collect()
}

/// The elements of a line in which nothing but code is marked.
pub(crate) fn code_spans(text: &str) -> Html {
    let parts = text.split('`').enumerate();
    all(&mut parts.map(|(index, part)| {
        if index % 2 == 1 {
            html! { <code>{ part.to_owned() }</code> }
        } else {
            html! { { part.to_owned() } }
        }
    }))
}

fn flushed(plain: &mut String) -> Option<Html> {
    (!plain.is_empty()).then(|| html! { { std::mem::take(plain) } })
}

/// The element that begins here, and what comes after it.
fn span<'a>(text: &'a str, before: Option<char>, send: &Send) -> Option<(Html, &'a str)> {
    if let Some(after) = text.strip_prefix('`') {
        let (inner, after) = after.split_once('`')?;
        return Some((html! { <code>{ inner.to_owned() }</code> }, after));
    }
    if let Some(after) = text.strip_prefix("**") {
        let (inner, after) = after.split_once("**")?;
        return Some((html! { <strong>{ spans(inner, send) }</strong> }, after));
    }
    for mark in ['*', '_'] {
        if let Some(after) = text.strip_prefix(mark) {
            let (inner, after) = after.split_once(mark)?;
            let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            if inner.is_empty() || inner.starts_with(' ') || mark == '_' && (word(before) || word(after.chars().next())) {
                return None;
            }
            return Some((html! { <em>{ spans(inner, send) }</em> }, after));
        }
    }
    let after = text.strip_prefix('[')?;
    let (words, after) = after.split_once("](")?;
    let (target, after) = after.split_once(')')?;
    if words.contains('[') {
        return None;
    }
    let words = spans(words, send);
    if target.starts_with("https://") {
        return Some((html! { <a href={target.to_owned()} target="_blank" rel="noreferrer">{ words }</a> }, after));
    }
    if !(target.starts_with('#') || target.contains(".md")) {
        return None;
    }
    let class = if target.contains('#') { "link is-term" } else { "link" };
    let follow = say(send, Message::Follow(target.to_owned().into()));
    // A browser would put the full stop behind a button into the next line.
    let (marks, after) = after.split_at(after.len() - after.trim_start_matches(['.', ',', ':', ';', ')', '?', '!']).len());
    Some((
        html! { <span class="unbroken"><button type="button" {class} onclick={follow}>{ words }</button>{ marks.to_owned() }</span> },
        after,
    ))
}

fn heading(line: &str) -> Option<usize> {
    let level = line.len() - line.trim_start_matches('#').len();
    ((1..=6).contains(&level) && line[level..].starts_with(' ')).then_some(level)
}

/// The text of a list's item, and whether the list is numbered.
fn item(line: &str) -> Option<(&str, bool)> {
    if let Some(text) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((text, false));
    }
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.len() < 4 && number.bytes().all(|digit| digit.is_ascii_digit())).then_some((text, true))
}

/// Lines of a list, with lines that go on an item, and one level of lists within.
fn list_of(lines: &[&str], send: &Send) -> Html {
    let numbered = lines.first().and_then(|line| item(line.trim_start())).is_some_and(|(_, numbered)| numbered);
    let mut items: Vec<(String, Vec<&str>)> = vec![];
    for line in lines {
        let indented = line.starts_with("  ");
        match (item(line.trim_start()), items.last_mut()) {
            (Some(_), Some((_, inner))) if indented => inner.push(line.trim_start()),
            (Some((text, _)), _) => items.push((text.to_owned(), vec![])),
            (None, Some((text, _))) => {
                text.push(' ');
                text.push_str(line.trim());
            }
            (None, None) => {}
        }
    }
    let items = all(&mut items.into_iter().map(|(text, inner)| {
        let inner = if inner.is_empty() {
            html! {}
        } else {
            list_of(&inner, send)
        };
        html! { <li>{ spans(&text, send) }{ inner }</li> }
    }));
    if numbered {
        html! { <ol>{ items }</ol> }
    } else {
        html! { <ul>{ items }</ul> }
    }
}

fn table(lines: &[&str], send: &Send) -> Html {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let is_rule = |line: &&&str| line.chars().all(|c| "|-: ".contains(c));
    let head = lines.first().map(|line| cells(line)).unwrap_or_default();
    let rows = lines.iter().skip(1).filter(|line| !is_rule(line)).map(|line| cells(line));
    html! {
        <div class="table-wrap" tabindex="0">
            <table>
                <thead><tr>{ all(&mut head.iter().map(|cell| html! { <th scope="col">{ spans(cell, send) }</th> })) }</tr></thead>
                <tbody>{ all(&mut rows.map(|row| html! { <tr>{ all(&mut row.iter().map(|cell| html! { <td>{ spans(cell, send) }</td> })) }</tr> })) }</tbody>
            </table>
        </div>
    }
}

/// The lines from here on that pass; the first always does.
fn taken<'a, 'b>(rest: &mut &'a [&'b str], pass: impl Fn(&str) -> bool) -> &'a [&'b str] {
    let count = 1 + rest.iter().skip(1).take_while(|line| pass(line)).count();
    let (block, tail) = rest.split_at(count);
    *rest = tail;
    block
}
