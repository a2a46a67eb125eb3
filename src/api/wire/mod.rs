//! Kubernetes' types to and from JSON values, by one small walker over tables of their fields.
//!
//! `k8s-openapi` generates serde code for every type. Linked into the page it weighs more than the whole simulation, so the page
//! does without: [`fields`] names the fields of each type once, and everything else here is shared. `tests/wire.rs` makes that
//! table from the crate's own sources and holds the walker against its serde code.

mod condition;
mod fields;
mod scalars;
mod time;

use std::fmt;

use serde_json::{Map, Value};

/// Something that has a JSON form.
pub trait Wire {
    /// What it is before anything was read into it.
    fn blank() -> Self
    where
        Self: Sized;

    /// Takes its value from JSON.
    ///
    /// # Errors
    /// Where the value has the wrong shape.
    fn read(&mut self, value: Value) -> Result<(), Mismatch>;

    /// Its JSON form; nothing for a field that is left out. It may use itself up: whoever needs it afterwards writes a clone.
    fn write(&mut self) -> Option<Value>;
}

/// An object with named fields.
pub trait Fields {
    /// Shows every field with its JSON name.
    fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn Wire));
}

/// A JSON value that does not have the shape of its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Where, from the outside in: `spec.template`.
    path: String,
    /// What the place takes.
    expected: &'static str,
}

impl Mismatch {
    const fn expected(expected: &'static str) -> Mismatch {
        Mismatch { path: String::new(), expected }
    }

    fn inside(mut self, name: &str) -> Mismatch {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.path.insert_str(0, dot);
        self.path.insert_str(0, name);
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}expected {}", self.path, self.expected)
    }
}

impl std::error::Error for Mismatch {}

/// The typed form of a JSON value. Unknown fields are dropped; [`super::decode`] finds them first.
///
/// # Errors
/// Where a value has the wrong shape.
pub fn from_value<T: Wire>(value: Value) -> Result<T, Mismatch> {
    let mut typed = T::blank();
    typed.read(value)?;
    Ok(typed)
}

/// The JSON form of a value.
pub fn to_value<T: Wire + Clone>(typed: &T) -> Value {
    typed.clone().write().unwrap_or(Value::Null)
}

impl<T: Fields + Default> Wire for T {
    fn blank() -> T {
        T::default()
    }

    fn read(&mut self, value: Value) -> Result<(), Mismatch> {
        read_fields(self, value)
    }

    fn write(&mut self) -> Option<Value> {
        Some(write_fields(self))
    }
}

fn read_fields(object: &mut dyn Fields, value: Value) -> Result<(), Mismatch> {
    let mut map = match value {
        Value::Object(map) => map,
        Value::Null => return Ok(()),
        _ => return Err(Mismatch::expected("an object")),
    };
    let mut result = Ok(());
    object.each(&mut |name, field| {
        if let Some(value) = map.remove(name).filter(|value| result.is_ok() && !value.is_null()) {
            result = field.read(value).map_err(|mismatch| mismatch.inside(name));
        }
    });
    result
}

fn write_fields(object: &mut dyn Fields) -> Value {
    let mut map = Map::new();
    object.each(&mut |name, field| {
        if let Some(value) = field.write() {
            map.insert(name.to_owned(), value);
        }
    });
    Value::Object(map)
}

/// Implements [`Fields`] from a table: `Type { "jsonName" rust_name … }`.
macro_rules! table {
    ($($type:ty { $($name:literal $field:ident)* })*) => {$(
        impl $crate::api::wire::Fields for $type {
            fn each(&mut self, visit: &mut dyn FnMut(&'static str, &mut dyn $crate::api::wire::Wire)) {
                $(visit($name, &mut self.$field);)*
            }
        }
    )*};
}
use table;
