//! Values as Go's `fmt`, `strconv` and `reflect` show and compare them: what templates print.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// A value as `%v` prints it: `map[app:web]`, `[a b]`, `<nil>`.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Number(it) => number(it),
        Value::String(it) => it.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| [key, ":", &text(value)].concat()).collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

/// A value as `%#v` prints it: `map[string]interface {}{"app":"web"}`.
pub(crate) fn syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::String(it) => quote(it),
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(syntax).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| [&quote(key), ":", &syntax(value)].concat()).collect();
            format!("map[string]interface {{}}{{{}}}", entries.join(", "))
        }
        other => text(other),
    }
}

/// The type of a value that was decoded from JSON.
pub(crate) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "interface {}",
        Value::Bool(_) => "bool",
        Value::Number(it) if it.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// A number as `%v` prints it: the fewest digits, with an exponent from 1e+21 on.
fn number(it: &Number) -> String {
    match it.as_f64().filter(|_| it.is_f64()) {
        None => it.to_string(),
        Some(float) => {
            let scientific = format!("{float:e}");
            let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            if (-4..21).contains(&exponent) {
                return float.to_string();
            }
            format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
    }
}

/// A text in double quotes, as `strconv.Quote` writes it.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What stands between quotes, its escapes resolved; none where they are wrong (`strconv.Unquote`, for either quote).
pub(crate) fn unquote(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut out = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c == quote {
            return None;
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        let letter = rest.next()?;
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            let code: String = rest.by_ref().take(digits).collect();
            let code = u32::from_str_radix(&code, 16).ok().filter(|_| code.len() == digits);
            out.push(code.and_then(char::from_u32)?);
            continue;
        }
        out.push(match letter {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' => '\\',
            other if other == quote => other,
            _ => return None,
        });
    }
    Some(out)
}

/// What `fmt.Sprintf` makes of a format: `%s`, `%v`, `%d`, `%q`, `%t`, `%f`, `%x` with widths and precisions.
pub(crate) fn format(format: &str, values: &[&Value]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let flags = &rest[..rest.find(|c| !matches!(c, '-' | '+' | '#' | ' ' | '0')).unwrap_or(rest.len())];
        rest = &rest[flags.len()..];
        let mut number = || {
            let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
            rest = &rest[digits.len()..];
            digits.parse::<usize>().ok()
        };
        let width = number().unwrap_or(0).min(1000);
        let mut precision = None;
        if let Some(after) = rest.strip_prefix('.') {
            let digits = &after[..after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())];
            precision = Some(digits.parse::<usize>().unwrap_or(0).min(1000));
            rest = &after[digits.len()..];
        }
        let Some(verb) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push('%');
            continue;
        }
        let Some(value) = values.next() else {
            out.push_str(&format!("%!{verb}(MISSING)"));
            continue;
        };
        pad(&mut out, &formatted(value, verb, flags, precision), flags, width);
    }
    out.push_str(rest.split('%').next().unwrap_or_default());
    let extra: Vec<String> = values.map(|value| format!("{}={}", short_type(value), text(value))).collect();
    if !extra.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn formatted(value: &Value, verb: char, flags: &str, precision: Option<usize>) -> String {
    let whole = value.as_i64().filter(|_| !value.is_f64());
    let cut = |text: String| precision.map_or(text.clone(), |most| text.chars().take(most).collect());
    let sign = if flags.contains('+') && value.as_f64().is_some_and(|it| it >= 0.0) { "+" } else { "" };
    match (verb, value) {
        ('v', _) if flags.contains('#') => syntax(value),
        ('v', _) => text(value),
        ('s', Value::String(it)) => cut(it.clone()),
        ('q', Value::String(it)) => quote(&cut(it.clone())),
        ('x', Value::String(it)) => it.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('s' | 'q', Value::Array(items)) => {
            format!("[{}]", items.iter().map(|item| formatted(item, verb, "", None)).collect::<Vec<_>>().join(" "))
        }
        ('t', Value::Bool(it)) => it.to_string(),
        ('d', _) if whole.is_some() => sign.to_owned() + &text(value),
        ('x', _) if whole.is_some() => format!("{:x}", whole.unwrap_or(0)),
        ('c', _) if whole.is_some() => {
            whole.and_then(|it| u32::try_from(it).ok()).and_then(char::from_u32).unwrap_or('\u{fffd}').to_string()
        }
        ('f' | 'F', Value::Number(it)) if it.is_f64() => {
            let float = it.as_f64().unwrap_or(0.0);
            format!("{sign}{float:.*}", precision.unwrap_or(6))
        }
        ('g', Value::Number(it)) if it.is_f64() => text(value),
        (verb, Value::Null) => format!("%!{verb}(<nil>)"),
        (verb, _) => format!("%!{verb}({}={})", short_type(value), text(value)),
    }
}

/// The type of a value, where literals of a template are `int`.
fn short_type(value: &Value) -> &'static str {
    match type_of(value) {
        "int64" => "int",
        other => other,
    }
}

fn pad(out: &mut String, text: &str, flags: &str, width: usize) {
    let missing = width.saturating_sub(text.chars().count());
    let zeros = flags.contains('0') && text.starts_with(|c: char| c.is_ascii_digit());
    if flags.contains('-') {
        out.push_str(text);
    }
    out.extend(std::iter::repeat_n(if zeros && !flags.contains('-') { '0' } else { ' ' }, missing));
    if !flags.contains('-') {
        out.push_str(text);
    }
}

/// Which of two values comes first, where Go's templates compare them: none where their types do not go together, or have no order
/// and are not equal.
///
/// # Errors
/// What Go's comparing functions say (`text/template/funcs.go`).
pub(crate) fn compare(a: &Value, b: &Value) -> Result<Option<Ordering>, &'static str> {
    const BAD_TYPE: &str = "invalid type for comparison";
    match (a, b) {
        (Value::Array(_) | Value::Object(_) | Value::Null, _) | (_, Value::Array(_) | Value::Object(_) | Value::Null) => {
            Err(BAD_TYPE)
        }
        (Value::Bool(a), Value::Bool(b)) => Ok((a == b).then_some(Ordering::Equal)),
        (Value::String(a), Value::String(b)) => Ok(Some(a.cmp(b))),
        (Value::Number(a), Value::Number(b)) if a.is_f64() == b.is_f64() => {
            Ok(a.as_f64().and_then(|a| a.partial_cmp(&b.as_f64()?)))
        }
        _ => Err("incompatible types for comparison"),
    }
}

/// Whether a comparison holds: `<`, `<=`, `==`, `!=`, `>`, `>=`.
///
/// # Errors
/// As of [`compare`]; and truth values have no order.
pub(crate) fn holds(a: &Value, operator: &str, b: &Value) -> Result<bool, &'static str> {
    let order = compare(a, b)?;
    if a.is_boolean() && !matches!(operator, "==" | "!=") {
        return Err("invalid type for comparison");
    }
    Ok(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => order.is_some_and(Ordering::is_le),
        ">" => order == Some(Ordering::Greater),
        _ => order.is_some_and(Ordering::is_ge),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_printed_as_go_does() {
        let value = json!({"a": 1, "b": [true, null, 0.5], "c": {"d": "x\"y"}, "e": 1e21, "f": 1.0});
        assert_eq!(text(&value), "map[a:1 b:[true <nil> 0.5] c:map[d:x\"y] e:1e+21 f:1]");
        assert_eq!(
            syntax(&value),
            "map[string]interface {}{\"a\":1, \"b\":[]interface {}{true, interface {}(nil), 0.5}, \
             \"c\":map[string]interface {}{\"d\":\"x\\\"y\"}, \"e\":1e+21, \"f\":1}"
        );
    }

    #[test]
    fn quotes_are_gos() {
        for (quoted, plain) in [
            (r#""a\tb\"""#, Some("a\tb\"")),
            (r"'\n\''", Some("\n'")),
            (r#""\u00e9\x41""#, Some("éA")),
            (r#""\'""#, None),
            (r#""\x4""#, None),
            ("plain", None),
        ] {
            assert_eq!(unquote(quoted).as_deref(), plain, "{quoted}");
        }
        assert_eq!(quote("a\n\u{1}\"é"), r#""a\n\x01\"é""#);
    }

    #[test]
    fn comparisons_are_gos() {
        for (a, operator, b, expect) in [
            (json!("a"), "<", json!("b"), Ok(true)),
            (json!(2), ">=", json!(2), Ok(true)),
            (json!(true), "!=", json!(false), Ok(true)),
            (json!(true), "<", json!(false), Err("invalid type for comparison")),
            (json!(1), "==", json!("1"), Err("incompatible types for comparison")),
            (json!(1), "==", json!(1.0), Err("incompatible types for comparison")),
            (json!(null), "==", json!(1), Err("invalid type for comparison")),
        ] {
            assert_eq!(holds(&a, operator, &b), expect, "{a} {operator} {b}");
        }
    }
}
