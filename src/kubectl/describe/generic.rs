//! `describe` of kinds that have no page of their own: every field, with its name in words.

use serde_json::Value;

use super::Page;
use crate::api::Object;
use crate::kubectl::{jsonpath, wire};

const SHOWN_ABOVE: [&str; 5] =
    [".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];

pub(super) fn describe(object: &Object, page: &mut Page) {
    let value = wire::value(object);
    page.fields(0, &value, "Name=metadata.name;Namespace=metadata.namespace");
    page.labels_and_annotations(&value);
    fields(&value, 0, "", page);
}

fn fields(value: &Value, level: usize, path: &str, page: &mut Page) {
    for (field, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{field}");
        if SHOWN_ABOVE.contains(&path.as_str()) {
            continue;
        }
        match value {
            Value::Object(_) => {
                page.row(level, format_args!("{}:", label(field)));
                fields(value, level + 1, &path, page);
            }
            Value::Array(items) => {
                page.row(level, format_args!("{}:", label(field)));
                for item in items {
                    if item.is_object() {
                        fields(item, level + 1, &path, page);
                    } else {
                        page.line(level + 1, &text(item));
                    }
                }
            }
            scalar => page.row(level, format_args!("{}:\t{}", label(field), text(scalar))),
        }
    }
}

fn text(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { jsonpath::text(value) }
}

/// A field's name in words: `apiVersion` → `API Version`. Names with other signs than letters stay as they are.
fn label(field: &str) -> String {
    if field.chars().any(|c| !c.is_ascii_alphabetic() && c != '-') {
        return field.to_owned();
    }
    let mut parts: Vec<String> = vec![];
    let mut before: Option<char> = None;
    for c in field.chars() {
        match (before, parts.last_mut()) {
            (Some(before), Some(part)) if before.is_ascii_uppercase() == c.is_ascii_uppercase() => part.push(c),
            (Some(before), Some(part)) if before.is_ascii_uppercase() && c.is_ascii_lowercase() => {
                // The last capital belongs to the word that begins here.
                let capital = part.pop().unwrap_or_default();
                if part.is_empty() {
                    parts.pop();
                }
                parts.push(format!("{capital}{c}"));
            }
            _ => parts.push(c.to_string()),
        }
        before = Some(c);
    }
    let mut merged: Vec<String> = vec![];
    for part in parts {
        let capital = part.starts_with(|c: char| c.is_ascii_uppercase());
        match merged.last_mut() {
            Some(last) if capital && last.len() >= 2 && last.bytes().all(|b| b.is_ascii_uppercase()) => last.push_str(&part),
            _ => merged.push(part),
        }
    }
    let word = |mut part: String| {
        let upper = part.to_ascii_uppercase();
        if ["API", "URL", "UID", "GUID"].contains(&upper.as_str()) {
            return upper;
        }
        if part.bytes().all(|b| !b.is_ascii_uppercase()) {
            part[..1].make_ascii_uppercase();
        }
        part
    };
    merged.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn fields_are_named_in_words() {
        for (field, expect) in [
            ("apiVersion", "API Version"),
            ("uid", "UID"),
            ("dnsPolicy", "Dns Policy"),
            ("tcpSocket", "Tcp Socket"),
            ("hostIP", "Host IP"),
            ("podCIDRs", "Pod CIDRs"),
            ("$patch", "$patch"),
            ("app.kubernetes.io/name", "app.kubernetes.io/name"),
            ("name", "Name"),
            ("terminationGracePeriodSeconds", "Termination Grace Period Seconds"),
        ] {
            assert_eq!(label(field), expect);
        }
    }
}
