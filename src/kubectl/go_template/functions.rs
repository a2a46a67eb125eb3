//! The functions of templates (upstream: `text/template/funcs.go`, and kubectl's own `exists` and `base64decode`).

use std::borrow::Cow;

use serde_json::Value;

use super::run::Given;
use crate::kubectl::go;

const NAMES: [&str; 19] = [
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "html",
    "index",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
    "slice",
    "call",
];

/// The function of this name.
pub(super) fn named(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|known| *known == name)
}

/// How many arguments a function wants, if `count` is wrong.
pub(super) fn wants(name: &str, count: usize) -> Option<String> {
    let (least, most) = match name {
        "not" | "len" | "base64decode" => (1, 1),
        "ne" | "lt" | "le" | "gt" | "ge" => (2, 2),
        "and" | "or" | "eq" | "index" | "slice" | "exists" | "printf" | "call" => (1, usize::MAX),
        _ => (0, usize::MAX),
    };
    match () {
        () if count < least && most == usize::MAX => Some(format!("at least {least}")),
        () if count < least || count > most => Some(least.to_string()),
        () => None,
    }
}

/// Whether a value counts as true: neither absent nor zero nor empty.
pub(super) fn is_true(value: &Given<'_>) -> bool {
    value.as_deref().is_some_and(|value| match value {
        Value::Null => false,
        Value::Bool(it) => *it,
        Value::Number(it) => it.as_f64() != Some(0.0),
        Value::String(it) => !it.is_empty(),
        Value::Array(it) => !it.is_empty(),
        Value::Object(it) => !it.is_empty(),
    })
}

/// What a function makes of its arguments, of which there are as many as it [`wants`].
pub(super) fn call<'a>(name: &str, mut values: Vec<Given<'a>>) -> Result<Given<'a>, String> {
    let owned = |value: Value| Ok(Some(Cow::Owned(value)));
    let texts = || values.iter().map(|value| value.as_deref().unwrap_or(&Value::Null));
    match name {
        "and" | "or" => Ok(values.pop().flatten()),
        "not" => owned((!is_true(&values[0])).into()),
        "eq" => owned(equal(&values)?.into()),
        "ne" => owned((!equal(&values)?).into()),
        "lt" => owned(ordered(&values, "<")?.into()),
        "le" => owned(ordered(&values, "<=")?.into()),
        "gt" => owned(ordered(&values, ">")?.into()),
        "ge" => owned(ordered(&values, ">=")?.into()),
        "print" => owned(print(&texts().collect::<Vec<_>>()).into()),
        "println" => owned((texts().map(go::text).collect::<Vec<_>>().join(" ") + "\n").into()),
        "html" => owned(html(&print(&texts().collect::<Vec<_>>())).into()),
        "printf" => {
            let all: Vec<&Value> = texts().collect();
            let format = all[0].as_str().ok_or_else(|| "wrong type for value; expected string".to_owned())?;
            owned(super::super::go::format(format, &all[1..]).into())
        }
        "len" => match values[0].as_deref() {
            Some(Value::Array(items)) => owned(items.len().into()),
            Some(Value::Object(map)) => owned(map.len().into()),
            Some(Value::String(text)) => owned(text.len().into()),
            Some(other) => Err(format!("len of type {}", go::type_of(other))),
            None => Err("len of nil pointer".to_owned()),
        },
        "index" => {
            let indexes = values.split_off(1);
            let mut value = values.remove(0);
            for index in indexes {
                value = element(value.ok_or("index of untyped nil")?, index.as_deref())?;
            }
            Ok(value.filter(|value| !value.is_null()))
        }
        "exists" => {
            let indexes = values.split_off(1);
            let mut value = values.remove(0);
            for index in indexes {
                value = value.and_then(|value| element(value, index.as_deref()).ok().flatten());
            }
            owned(value.is_some_and(|value| !value.is_null()).into())
        }
        "slice" => slice(&values),
        "base64decode" => {
            let text = values[0].as_deref().and_then(Value::as_str).ok_or("wrong type for value; expected string")?;
            let bytes = crate::api::base64::decode(text)
                .map_err(|at| format!("base64 decode failed: illegal base64 data at input byte {at}"))?;
            owned(String::from_utf8_lossy(&bytes).into_owned().into())
        }
        other => Err(format!("the playground does not simulate {other} in templates")),
    }
}

fn equal(values: &[Given<'_>]) -> Result<bool, String> {
    let (first, others) = values.split_first().ok_or("missing argument for comparison")?;
    if others.is_empty() {
        return Err("missing argument for comparison".to_owned());
    }
    for other in others {
        let same = match (first.as_deref(), other.as_deref()) {
            (None, None) => true,
            (None, _) | (_, None) => false,
            (Some(a), Some(b)) if is_whole(a) && is_whole(b) => {
                return Err(format!("non-comparable type {}: {}", go::text(b), go::type_of(b)));
            }
            (Some(a), Some(b)) if is_whole(a) || is_whole(b) => return Err("incompatible types for comparison".to_owned()),
            (Some(a), Some(b)) => go::holds(a, "==", b)?,
        };
        if same {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether it is a list or a map.
const fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

fn ordered(values: &[Given<'_>], operator: &str) -> Result<bool, String> {
    let value = |at: usize| values[at].as_deref().unwrap_or(&Value::Null);
    Ok(go::holds(value(0), operator, value(1))?)
}

/// Go's `fmt.Sprint`: a space between neighbours of which neither is a text.
fn print(values: &[&Value]) -> String {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        if at > 0 && !value.is_string() && !values[at - 1].is_string() {
            out.push(' ');
        }
        out.push_str(&go::text(value));
    }
    out
}

fn html(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn element<'a>(value: Cow<'a, Value>, index: Option<&Value>) -> Result<Given<'a>, String> {
    match &*value {
        Value::Array(items) => {
            let at = place(index, items.len())?;
            if at == items.len() {
                return Err("reflect: slice index out of range".to_owned());
            }
            Ok(Some(match value {
                Cow::Borrowed(value) => Cow::Borrowed(&value[at]),
                Cow::Owned(value) => Cow::Owned(value[at].clone()),
            }))
        }
        Value::String(text) => {
            let at = place(index, text.len())?;
            let byte = text.as_bytes().get(at).ok_or("reflect: string index out of range")?;
            Ok(Some(Cow::Owned((*byte).into())))
        }
        Value::Object(_) => {
            let key = match index {
                None => return Err("value is nil; should be of type string".to_owned()),
                Some(Value::String(key)) => key,
                Some(other) => {
                    let type_ = if other.is_i64() || other.is_u64() { "int" } else { go::type_of(other) };
                    return Err(format!("value has type {type_}; should be string"));
                }
            };
            Ok(match value {
                Cow::Borrowed(value) => value.get(key).map(Cow::Borrowed),
                Cow::Owned(value) => value.get(key).cloned().map(Cow::Owned),
            })
        }
        other => Err(format!("can't index item of type {}", go::type_of(other))),
    }
}

/// An index that is no larger than `length`.
fn place(index: Option<&Value>, length: usize) -> Result<usize, String> {
    let number = match index {
        Some(Value::Number(number)) if !number.is_f64() => number.as_i64().unwrap_or(i64::MAX),
        None => return Err("cannot index slice/array with nil".to_owned()),
        Some(other) => return Err(format!("cannot index slice/array with type {}", go::type_of(other))),
    };
    usize::try_from(number).ok().filter(|at| *at <= length).ok_or_else(|| format!("index out of range: {number}"))
}

fn slice<'a>(values: &[Given<'a>]) -> Result<Given<'a>, String> {
    let value = values[0].as_deref().ok_or("slice of untyped nil")?;
    let length = match value {
        Value::Array(items) => items.len(),
        Value::String(text) => text.len(),
        other => return Err(format!("can't slice item of type {}", go::type_of(other))),
    };
    if values.len() > 3 {
        return Err(format!("too many slice indexes: {}", values.len() - 1));
    }
    let mut bounds = [0, length];
    for (bound, index) in bounds.iter_mut().zip(&values[1..]) {
        *bound = place(index.as_deref(), length)?;
    }
    let [from, to] = bounds;
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(Some(Cow::Owned(match value {
        Value::Array(items) => Value::Array(items[from..to].to_vec()),
        Value::String(text) => String::from_utf8_lossy(&text.as_bytes()[from..to]).into_owned().into(),
        _ => Value::Null,
    })))
}
