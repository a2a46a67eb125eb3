//! Objects as the API server sends them: with the fields that Go's encoder never leaves out.

use serde_json::{Map, Value};

use crate::api::Object;
use crate::api::schema::{Shape, Type};

/// The object as the server sends it.
pub(crate) fn value(object: &Object) -> Value {
    let mut value = object.to_value();
    complete(object.kind().schema(), &mut value);
    value
}

/// Adds what was never set to an object of a type.
fn complete(of: Type, value: &mut Value) {
    let Value::Object(map) = value else { return };
    for (name, field) in of.fields() {
        if field.is_always_printed && !map.contains_key(name) {
            map.insert(name.to_owned(), zero(&field.shape));
        }
        if let Some(value) = map.get_mut(name) {
            complete_shape(&field.shape, value);
        }
    }
}

fn complete_shape(shape: &Shape, value: &mut Value) {
    match (shape, value) {
        (Shape::Object(name), value) => complete(Type::named(name), value),
        (Shape::List(item), Value::Array(items)) => items.iter_mut().for_each(|value| complete_shape(item, value)),
        (Shape::Map(item), Value::Object(map)) => map.values_mut().for_each(|value| complete_shape(item, value)),
        _ => {}
    }
}

/// What Go prints of a field that was never set.
fn zero(shape: &Shape) -> Value {
    match shape {
        Shape::String => "".into(),
        Shape::Quantity => "0".into(),
        Shape::Bool => false.into(),
        Shape::Int32 | Shape::Int64 | Shape::Float | Shape::IntOrString => 0.into(),
        Shape::Object(_) => Value::Object(Map::new()),
        Shape::Time | Shape::Bytes | Shape::Any | Shape::List(_) | Shape::Map(_) => Value::Null,
    }
}

/// The object in a field; empty where it is absent. `value` is an object or null.
pub(crate) fn child<'a>(value: &'a mut Value, name: &str) -> &'a mut Value {
    let child = &mut value[name];
    if !child.is_object() {
        *child = Value::Object(Map::new());
    }
    child
}

/// Puts something at a path, `spec.containers`.
pub(crate) fn put(value: &mut Value, path: &str, new: Value) {
    *path.split('.').fold(value, |value, name| {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        &mut value[name]
    }) = new;
}
