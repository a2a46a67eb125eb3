//! The usual layout (upstream: `kubectl/pkg/explain/v2/templates/plaintext.tmpl`).

use super::super::Output;
use super::super::error::Result;
use super::model::{Field, about_type, field, fields, inside, why_not};
use super::wrap;
use crate::api::Kind;
use crate::api::schema::Shape;

/// What is said where there is no text.
const NO_TEXT: &str = "The playground has texts for the kinds around a DaemonSet; of this it knows fields and types only.";

/// Prints what there is to say of a field, or of the kind where the path is empty.
///
/// # Errors
/// There is no such field. What comes before it is printed all the same, as kubectl does.
pub(super) fn print(kind: Kind, path: &[&str], recursive: bool, out: &mut Output) -> Result<()> {
    if !kind.group().is_empty() {
        out.print(format_args!("GROUP:      {}\n", kind.group()));
    }
    out.print(format_args!("KIND:       {}\nVERSION:    {}\n\n", kind.name(), kind.version()));
    let (shape, type_name, text) = match path.last() {
        None => (Shape::Object(kind.name()), String::new(), ""),
        Some(last) => {
            let field = field(kind, path).ok_or_else(|| why_not(kind, path, last))?;
            heading(&field, out);
            (field.shape, field.type_name, field.text)
        }
    };
    let mut texts = vec![text, about_type(&shape, &type_name)];
    texts.retain(|text| !text.is_empty());
    if texts.is_empty() {
        texts.push(NO_TEXT);
    }
    out.out("DESCRIPTION:\n");
    for text in texts {
        paragraph(text, 4, 76, out);
    }
    out.out("    \n");
    if let Some(of) = inside(&shape) {
        out.out("FIELDS:\n");
        list(of, 1, recursive, &mut vec![], out);
    }
    out.out("\n");
    Ok(())
}

/// The name, the type and all values of a field.
fn heading(field: &Field, out: &mut Output) {
    out.print(format_args!("FIELD: {} <{}>\n", field.name, field.type_name));
    if !field.values.is_empty() {
        out.out("ENUM:");
        field.values.split(',').for_each(|value| out.print(format_args!("\n    {value}")));
    }
    out.out("\n\n");
}

/// The fields of a type; `above` are the types it is in.
fn list(of: &'static str, level: usize, recursive: bool, above: &mut Vec<&'static str>, out: &mut Output) {
    if above.contains(&of) {
        return;
    }
    above.push(of);
    let indent = 2 * level;
    for field in fields(of) {
        let required = if field.is_required { " -required-" } else { "" };
        out.print(format_args!("{:indent$}{}\t<{}>{required}\n", "", field.name, field.type_name));
        if !field.values.is_empty() {
            let mut values: Vec<&str> = field.values.split(',').take(5).collect();
            if values.len() == 5 {
                values[4] = "....";
            }
            out.print(format_args!("{:indent$}enum: {}\n", "", values.join(", ")));
        }
        if !recursive {
            let text = if field.text.is_empty() { "<no description>" } else { field.text };
            paragraph(text, indent + 2, 78 - indent, out);
            out.out("\n");
        } else if let Some(of) = inside(&field.shape) {
            list(of, level + 1, recursive, above, out);
        }
    }
    above.pop();
}

fn paragraph(text: &str, indent: usize, width: usize, out: &mut Output) {
    for line in wrap(text, width) {
        out.print(format_args!("{:indent$}{line}\n", ""));
    }
}
