//! The usual layout (upstream: `kubectl/pkg/explain/v2/templates/plaintext.tmpl`).

use super::super::Output;
use super::super::error::{Failure, Result};
use super::model::why_not;
use super::row::{Of, Row};
use super::wrap;
use crate::api::Kind;

/// What is said where there is no text.
const NO_TEXT: &str = "The playground has texts for the kinds around a DaemonSet; of this it knows fields and types only.";

/// Prints what there is to say of a field, or of the kind where the path is empty; `whole` is what the kind has in it.
///
/// # Errors
/// There is no such field. What comes before it is printed all the same, as kubectl does.
pub(super) fn print(
    (kind, version): (Kind, &str),
    whole: Of<'_>,
    path: &[&str],
    recursive: bool,
    out: &mut Output,
) -> Result<()> {
    if !kind.group().is_empty() {
        out.print(format_args!("GROUP:      {}\n", kind.group()));
    }
    out.print(format_args!("KIND:       {}\nVERSION:    {version}\n\n", kind.name()));
    let (texts, of) = match path.last() {
        None => (whole.texts(), Some(whole)),
        Some(last) => {
            let row = found(whole, path).ok_or_else(|| missing(kind, path, last))?;
            heading(&row, out);
            (row.texts, row.of)
        }
    };
    out.out("DESCRIPTION:\n");
    describe(&texts, matches!(kind, Kind::Custom(_)), out);
    if let Some(of) = of.filter(|of| of.has_rows()) {
        out.out("FIELDS:\n");
        list(of, 1, recursive, &mut vec![], out);
    }
    out.out("\n");
    Ok(())
}

/// The field at the end of a path.
fn found<'a>(whole: Of<'a>, path: &[&str]) -> Option<Row<'a>> {
    let mut found: Option<Row<'a>> = None;
    for name in path {
        let of = found.map_or(Some(whole), |row| row.of)?;
        found = Some(of.rows().into_iter().find(|row| row.name == *name)?);
    }
    found
}

fn missing(kind: Kind, path: &[&str], last: &str) -> Failure {
    match kind {
        Kind::Custom(_) => Failure::refused(format_args!("field {last:?} does not exist")),
        _ => why_not(kind, path, last),
    }
}

fn describe(texts: &[&str], is_custom: bool, out: &mut Output) {
    match texts {
        [] if is_custom => out.out("    <empty>\n"),
        [] => paragraph(&[NO_TEXT, "\n"].concat(), 4, 76, out),
        texts => paragraph(&[&texts.join("\n"), "\n"].concat(), 4, 76, out),
    }
}

/// The name, the type and all values of a field.
fn heading(row: &Row<'_>, out: &mut Output) {
    out.print(format_args!("FIELD: {} <{}>\n", row.name, row.type_name));
    if !row.values.is_empty() {
        out.out("ENUM:");
        row.values.iter().for_each(|value| out.print(format_args!("\n    {value}")));
    }
    out.out("\n\n");
}

/// The fields of something; `above` is what it is in.
fn list<'a>(of: Of<'a>, level: usize, recursive: bool, above: &mut Vec<Of<'a>>, out: &mut Output) {
    if above.contains(&of) {
        return;
    }
    above.push(of);
    let indent = 2 * level;
    for row in of.rows() {
        let required = if row.is_required { " -required-" } else { "" };
        out.print(format_args!("{:indent$}{}\t<{}>{required}\n", "", row.name, row.type_name));
        if !row.values.is_empty() {
            let more = if row.values.len() > 4 { ", ...." } else { "" };
            let values: Vec<&str> = row.values.iter().take(4).map(String::as_str).collect();
            out.print(format_args!("{:indent$}enum: {}{more}\n", "", values.join(", ")));
        }
        if !recursive {
            paragraph(if row.text.is_empty() { "<no description>" } else { row.text }, indent + 2, 78 - indent, out);
            out.out("\n");
        } else if let Some(of) = row.of {
            list(of, level + 1, recursive, above, out);
        }
    }
    above.pop();
}

/// A text, in which line ends count.
fn paragraph(text: &str, indent: usize, width: usize, out: &mut Output) {
    for line in text.split('\n').flat_map(|line| wrap(line, width)) {
        out.print(format_args!("{:indent$}{line}\n", ""));
    }
}
