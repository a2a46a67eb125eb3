//! Field errors as the server words them (upstream: `apimachinery/pkg/util/validation/field/errors.go`).

use serde_json::Value;

use super::super::wire::{self, Wire};
use super::super::{FieldError, yaml};

/// The errors found so far, in order.
#[derive(Default)]
pub(super) struct Errors(pub(super) Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: &str, start: String, detail: &str) {
        let body = if detail.is_empty() { start } else { format!("{start}: {detail}") };
        self.0.push(FieldError { field: field.to_owned(), body });
    }

    /// Something that has to be there is not.
    pub(super) fn required(&mut self, field: &str, detail: &str) {
        self.add(field, "Required value".to_owned(), detail);
    }

    /// Something that would be right elsewhere.
    pub(super) fn forbidden(&mut self, field: &str, detail: &str) {
        self.add(field, "Forbidden".to_owned(), detail);
    }

    /// A value that is wrong.
    pub(super) fn invalid(&mut self, field: &str, value: impl Into<Value>, detail: &str) {
        self.add(field, format!("Invalid value: {}", shown(&value.into())), detail);
    }

    /// A text that is wrong in these ways, an error each.
    pub(super) fn invalid_each(&mut self, field: &str, value: &str, details: Vec<String>) {
        for detail in details {
            self.invalid(field, value, &detail);
        }
    }

    /// A value that is none of those there are.
    pub(super) fn not_supported(&mut self, field: &str, value: impl Into<Value>, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|it| format!("{it:?}")).collect();
        let detail = format!("supported values: {}", supported.join(", "));
        self.add(field, format!("Unsupported value: {}", shown(&value.into())), &detail);
    }

    /// A value that is there twice.
    pub(super) fn duplicate(&mut self, field: &str, value: impl Into<Value>, detail: &str) {
        self.add(field, format!("Duplicate value: {}", shown(&value.into())), detail);
    }

    /// A name that nothing has.
    pub(super) fn not_found(&mut self, field: &str, value: &str) {
        self.add(field, format!("Not found: {}", shown(&value.into())), "");
    }

    /// A number that has to be nought or more.
    pub(super) fn not_negative(&mut self, field: &str, value: i64) {
        if value < 0 {
            self.invalid(field, value, "must be greater than or equal to 0");
        }
    }

    /// A choice that has to be made, and to be one of those there are; `supported` in the server's order.
    pub(super) fn choice(&mut self, field: &str, value: Option<&str>, supported: &[&str]) {
        match value.unwrap_or_default() {
            "" => self.required(field, ""),
            value if supported.contains(&value) => {}
            value => self.not_supported(field, value, supported),
        }
    }
}

/// A value as the server shows it: strings in quotes, numbers plain, all else as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        other => yaml::to_compact_json(other),
    }
}

/// The JSON of a typed value, to be shown.
pub(super) fn json(value: &(impl Wire + Clone)) -> Value {
    wire::to_value(value)
}

/// A field that may be missing, as text.
pub(super) fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default()
}
