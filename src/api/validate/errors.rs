//! Field errors as the server words them (upstream: `apimachinery/pkg/util/validation/field/errors.go`).

use serde_json::Value;

use super::super::{FieldError, Object, yaml};

/// The errors found so far, in order, and the field that is looked at: all others are named from there.
pub(super) struct Errors {
    pub(super) found: Vec<FieldError>,
    object: Object,
    path: String,
}

impl Errors {
    /// Those of an object, of which there are none yet.
    pub(super) fn of(object: &Object) -> Errors {
        Errors { found: Vec::new(), object: object.clone(), path: String::new() }
    }

    /// Where the field is: [`Errors::at`] leads back to it.
    pub(super) fn here(&self) -> usize {
        self.path.len()
    }

    /// The path of the field that is looked at.
    pub(super) fn path(&self) -> String {
        self.path.clone()
    }

    fn enter(&mut self, field: &str) -> usize {
        let before = self.path.len();
        if before > 0 && !field.is_empty() && !field.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(field);
        before
    }

    /// Looks at a field.
    pub(super) fn within(&mut self, field: &str, check: impl FnOnce(&mut Errors)) {
        let before = self.enter(field);
        check(self);
        self.path.truncate(before);
    }

    /// Looks at a field further up: what the server tells of the list, not of its item.
    pub(super) fn at(&mut self, here: usize, check: impl FnOnce(&mut Errors)) {
        let below = self.path.split_off(here);
        check(self);
        self.path.push_str(&below);
    }

    /// Looks at every item of a list.
    pub(super) fn each<'a, T>(&mut self, field: &str, items: &'a [T], mut check: impl FnMut(&mut Errors, &'a T)) {
        let before = self.enter(field);
        for (index, item) in items.iter().enumerate() {
            let list = self.enter(&format!("[{index}]"));
            check(self, item);
            self.path.truncate(list);
        }
        self.path.truncate(before);
    }

    /// What the object holds at a path from its root.
    pub(super) fn value(&self, path: &str) -> Value {
        let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
        steps.fold(self.object.to_value(), |mut value, step| {
            match step.parse::<usize>() {
                Ok(index) => value.get_mut(index).map(Value::take),
                Err(_) => value.get_mut(step).map(Value::take),
            }
            .unwrap_or_default()
        })
    }

    /// An error in other words than the usual ones: `what: shown: detail`, of which the last two may be missing.
    #[inline(never)]
    pub(super) fn add(&mut self, field: &str, what: &str, shown: &str, detail: &str) {
        let before = self.enter(field);
        let mut body = what.to_owned();
        for part in [shown, detail].into_iter().filter(|part| !part.is_empty()) {
            body.push_str(": ");
            body.push_str(part);
        }
        self.found.push(FieldError { field: self.path.clone(), body });
        self.path.truncate(before);
    }

    /// Something that is taken, and warned of.
    pub(super) fn warn(&mut self, field: &str, message: &str) {
        self.add(field, message, "", "");
    }

    /// Something that has to be there is not.
    pub(super) fn required(&mut self, field: &str, detail: &str) {
        self.add(field, "Required value", "", detail);
    }

    /// Something that would be right elsewhere.
    pub(super) fn forbidden(&mut self, field: &str, detail: &str) {
        self.add(field, "Forbidden", "", detail);
    }

    /// A text that is wrong.
    pub(super) fn invalid(&mut self, field: &str, value: &str, detail: &str) {
        self.add(field, INVALID, &format!("{value:?}"), detail);
    }

    /// A number that is wrong.
    pub(super) fn invalid_number(&mut self, field: &str, value: i64, detail: &str) {
        self.add(field, INVALID, &value.to_string(), detail);
    }

    /// A value that is wrong, of any type: shown as the object has it.
    pub(super) fn invalid_value(&mut self, field: &str, detail: &str) {
        self.within(field, |errors| {
            let shown = match errors.value(&errors.path) {
                Value::String(text) => format!("{text:?}"),
                other => yaml::to_compact_json(&other),
            };
            errors.add("", INVALID, &shown, detail);
        });
    }

    /// A text that has to pass a check.
    #[inline(never)]
    pub(super) fn check(&mut self, field: &str, value: &str, check: fn(&str) -> Vec<String>) {
        self.invalid_each(field, value, check(value));
    }

    /// A text that is wrong in these ways, an error each.
    pub(super) fn invalid_each(&mut self, field: &str, value: &str, details: Vec<String>) {
        for detail in details {
            self.invalid(field, value, &detail);
        }
    }

    /// A text that has to pass a check where there is one.
    pub(super) fn check_given(&mut self, field: &str, value: &Option<String>, check: fn(&str) -> Vec<String>) {
        if !text(value).is_empty() {
            self.check(field, text(value), check);
        }
    }

    /// A text that has to be there, and to pass a check.
    pub(super) fn check_required(&mut self, field: &str, value: &str, check: fn(&str) -> Vec<String>) {
        self.wanted(field, value);
        if !value.is_empty() {
            self.check(field, value, check);
        }
    }

    /// A text that has to be there.
    pub(super) fn wanted(&mut self, field: &str, value: &str) {
        if value.is_empty() {
            self.required(field, "");
        }
    }

    /// A number that has to be one of these.
    pub(super) fn range(&mut self, field: &str, value: i64, least: i64, most: i64) {
        if !(least..=most).contains(&value) {
            self.invalid_number(field, value, &format!("must be between {least} and {most}, inclusive"));
        }
    }

    /// A number that has to be nought or more.
    pub(super) fn not_negative(&mut self, field: &str, value: i64) {
        if value < 0 {
            self.invalid_number(field, value, "must be greater than or equal to 0");
        }
    }

    /// A text that is none of those there are.
    #[inline(never)]
    pub(super) fn not_supported(&mut self, field: &str, value: &str, supported: &[&str]) {
        let supported: Vec<String> = supported.iter().map(|it| format!("{it:?}")).collect();
        let detail = format!("supported values: {}", supported.join(", "));
        self.add(field, "Unsupported value", &format!("{value:?}"), &detail);
    }

    /// A text that has to be one of those there are.
    pub(super) fn one_of(&mut self, field: &str, value: &str, supported: &[&str]) {
        if !supported.contains(&value) {
            self.not_supported(field, value, supported);
        }
    }

    /// A choice that has to be made, of those there are; `supported` in the server's order.
    pub(super) fn choice(&mut self, field: &str, value: &str, supported: &[&str]) {
        self.wanted(field, value);
        if !value.is_empty() {
            self.one_of(field, value, supported);
        }
    }

    /// A text that is there twice.
    pub(super) fn duplicate(&mut self, field: &str, value: &str) {
        self.add(field, "Duplicate value", &format!("{value:?}"), "");
    }

    /// A name that has to be one of those there are.
    pub(super) fn known(&mut self, field: &str, value: &str, all: &[&str]) {
        if !all.contains(&value) {
            self.add(field, "Not found", &format!("{value:?}"), "");
        }
    }
}

const INVALID: &str = "Invalid value";

/// A field that may be missing, as text.
pub(super) fn text(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default()
}

/// A list that may be missing.
pub(super) fn list<T>(field: &Option<Vec<T>>) -> &[T] {
    field.as_deref().unwrap_or_default()
}

/// Whether a text comes for the first time.
pub(super) fn is_new<'a>(seen: &mut Vec<&'a str>, text: &'a str) -> bool {
    let new = !seen.contains(&text);
    if new {
        seen.push(text);
    }
    new
}

/// Those that are there.
pub(super) fn present(all: &[(&'static str, bool)]) -> impl Iterator<Item = &'static str> {
    all.iter().filter(|(_, there)| *there).map(|(name, _)| *name)
}
