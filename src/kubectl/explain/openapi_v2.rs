//! The older layout, `--output=plaintext-openapiv2` (upstream: `kubectl/pkg/explain/{model,fields,recursive_fields}_printer.go`).

use super::super::Output;
use super::super::error::Result;
use super::model::{Field, about_type, field, fields, innermost, inside, is_cut, why_not};
use super::wrap;
use crate::api::Kind;
use crate::api::schema::Shape;

/// Prints what there is to say of a field, or of the kind where the path is empty.
///
/// # Errors
/// There is no such field.
pub(super) fn print(kind: Kind, path: &[&str], recursive: bool, out: &mut Output) -> Result<()> {
    let found = found(kind, path)?;
    out.print(format_args!("KIND:     {}\nVERSION:  {}\n\n", kind.name(), kind.api_version()));
    let whole = Shape::Object(kind.name());
    let shape = found.as_ref().map_or(&whole, |field| &field.shape);
    // What has neither fields nor a simple type gets no heading.
    if let Some(field) = found.as_ref().filter(|field| !matches!(field.shape, Shape::Any) || is_cut(field)) {
        let heading = if inside(shape).is_some() { "RESOURCE:" } else { "FIELD:   " };
        out.print(format_args!("{heading} {} <{}>\n\n", field.name, type_name(field)));
    }
    out.out("DESCRIPTION:\n");
    let type_text = about_type(shape, found.as_ref().map_or("", |field| &field.type_name));
    let text = found.as_ref().map_or("", |field| field.text);
    paragraph(if text.is_empty() && type_text.is_empty() { "<empty>" } else { text }, out);
    if !type_text.is_empty() {
        out.out(if found.is_some() { "\n" } else { "" });
        paragraph(type_text, out);
    }
    if let Some(of) = inside(shape) {
        out.out("\nFIELDS:\n");
        list(of, 3, recursive, &mut vec![], out);
    }
    Ok(())
}

/// The field at the end of the path; what is below a field that has none counts as that field.
fn found(kind: Kind, path: &[&str]) -> Result<Option<Field>> {
    let mut found: Option<Field> = None;
    for (at, name) in path.iter().enumerate() {
        if found.as_ref().is_some_and(|field| inside(&field.shape).is_none() && !is_cut(field)) {
            break;
        }
        let below = field(kind, &path[..=at]);
        found = Some(below.ok_or_else(|| why_not(kind, path, name))?);
    }
    Ok(found)
}

fn list(of: &'static str, indent: usize, recursive: bool, above: &mut Vec<&'static str>, out: &mut Output) {
    if above.contains(&of) {
        return;
    }
    above.push(of);
    for field in fields(of) {
        out.print(format_args!("{:indent$}{}\t<{}>", "", field.name, type_name(&field)));
        if recursive {
            out.out("\n");
            if let Some(of) = inside(&field.shape) {
                list(of, indent + 3, recursive, above, out);
            }
        } else {
            out.out(if field.is_required { " -required-\n" } else { "\n" });
            paragraph(field.text, out);
            out.out("\n");
        }
    }
    above.pop();
}

/// What this layout calls what a field holds: it knows objects, not their types.
fn type_name(field: &Field) -> String {
    let name = &field.type_name;
    let inner = name.rsplit(']').next().unwrap_or_default();
    let called = match innermost(&field.shape) {
        Shape::Object(_) => "Object",
        Shape::Quantity | Shape::IntOrString => "string",
        Shape::Any if is_cut(field) => "Object",
        Shape::Any => "map[string]",
        _ => inner,
    };
    name[..name.len() - inner.len()].to_owned() + called
}

fn paragraph(text: &str, out: &mut Output) {
    for line in wrap(text, 75).into_iter().filter(|line| !line.is_empty()) {
        out.print(format_args!("     {line}\n"));
    }
}
