//! A mapping that somebody wrote, read field by field, with words for what is wrong.

use serde_json::{Map, Value};

use crate::api::StringMap;

/// A mapping that has only known fields.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The fields of `value`, which is called `what`, if it is a mapping that has none but `known`.
    pub(crate) fn of(value: &'a Value, what: &str, known: &[&str]) -> Result<Fields<'a>, String> {
        let quoted = || known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let map = value.as_object().ok_or_else(|| format!("`{what}` is a mapping with {}", quoted()))?;
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(format!("`{what}` has no `{unknown}`; it has {}", quoted())),
            None => Ok(Fields(map)),
        }
    }

    /// The value of a field, as it stands.
    pub(crate) fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key)
    }

    /// A text.
    pub(crate) fn text(self, key: &str) -> Result<Option<String>, String> {
        Ok(self.read(key, "a text", Value::as_str)?.map(str::to_owned))
    }

    /// A number.
    pub(crate) fn number(self, key: &str) -> Result<Option<f64>, String> {
        self.read(key, "a number", Value::as_f64)
    }

    /// A whole number, not less than nothing.
    pub(crate) fn whole(self, key: &str) -> Result<Option<u64>, String> {
        self.read(key, "a whole number", Value::as_u64)
    }

    /// Whether it is so.
    pub(crate) fn flag(self, key: &str) -> Result<Option<bool>, String> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// The elements of a list; none where it is absent.
    pub(crate) fn list(self, key: &str) -> Result<&'a [Value], String> {
        Ok(self.read(key, "a list", Value::as_array)?.map_or(&[], Vec::as_slice))
    }

    /// A list of texts; empty where it is absent.
    pub(crate) fn texts(self, key: &str) -> Result<Vec<String>, String> {
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` is a list of texts"));
        self.list(key)?.iter().map(text).collect()
    }

    /// A mapping of texts; empty where it is absent. Numbers and the like count as texts if they may be spelt `anyhow`.
    pub(crate) fn map(self, key: &str, anyhow: bool) -> Result<StringMap, String> {
        let mut map = StringMap::new();
        for (name, value) in self.read(key, "a mapping", Value::as_object)?.into_iter().flatten() {
            let text = match value {
                Value::String(text) => text.clone(),
                other if anyhow => other.to_string(),
                _ => return Err(format!("`{name}` in `{key}` is a text: put it in quotes")),
            };
            map.insert(name.clone(), text);
        }
        Ok(map)
    }

    fn read<T>(self, key: &str, what: &str, of: fn(&'a Value) -> Option<T>) -> Result<Option<T>, String> {
        self.get(key).map(|value| of(value).ok_or_else(|| format!("`{key}` is {what}"))).transpose()
    }
}
