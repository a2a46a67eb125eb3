//! A field as the usual layout prints it: of a type of the table, or of a schema that people wrote for a kind of their own.

use serde_json::Value;

use super::model::{self, Field, about_type, inside};

/// What has fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Of<'a> {
    /// A type of the table, by its name.
    Type(&'static str),
    /// The schema of a whole kind, which has what every object has besides.
    Kind(&'a Value),
    /// A schema inside.
    Schema(&'a Value),
}

/// A field.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds, as `kubectl explain` names it: `[]Container`, `map[string]string`.
    pub type_name: String,
    /// Whether it must be given.
    pub is_required: bool,
    /// The values it may have; none where it may have any.
    pub values: Vec<String>,
    /// Its own text, empty where there is none.
    pub text: &'a str,
    /// Its own text, and those of what it holds.
    pub texts: Vec<&'a str>,
    /// What it holds one, a list or a map of.
    pub of: Option<Of<'a>>,
}

impl<'a> Of<'a> {
    /// Its fields, by name.
    pub fn rows(self) -> Vec<Row<'a>> {
        let schema = match self {
            Of::Type(name) => return model::fields(name).into_iter().map(Row::of_type).collect(),
            Of::Kind(schema) | Of::Schema(schema) => schema,
        };
        let mut rows = vec![];
        if let Of::Kind(_) = self {
            // A kind without spec and status has just these.
            rows.extend(model::fields("Role").into_iter().filter(|field| field.name != "rules").map(Row::of_type));
        }
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (name, property) in properties {
            if rows.iter().all(|row: &Row<'_>| row.name != name) {
                rows.push(Row::of_schema(schema, name, property));
            }
        }
        rows.sort_unstable_by(|a, b| a.name.cmp(b.name));
        rows
    }

    /// The field of this name.
    pub fn row(self, name: &str) -> Option<Row<'a>> {
        match self {
            Of::Type(of) => model::one_of(of, name).map(Row::of_type),
            schema => schema.rows().into_iter().find(|row| row.name == name),
        }
    }

    /// Whether it has any.
    pub(super) fn has_rows(self) -> bool {
        match self {
            Of::Type(_) | Of::Kind(_) => true,
            Of::Schema(schema) => schema["properties"].as_object().is_some_and(|properties| !properties.is_empty()),
        }
    }

    /// What it is for.
    pub fn texts(self) -> Vec<&'a str> {
        let text = match self {
            Of::Type(name) => model::about(name),
            Of::Kind(schema) | Of::Schema(schema) => description(schema),
        };
        Some(text).filter(|text| !text.is_empty()).into_iter().collect()
    }
}

impl<'a> Row<'a> {
    fn of_type(field: Field) -> Row<'a> {
        let mut texts = vec![field.text, about_type(&field.shape, &field.type_name)];
        texts.retain(|text| !text.is_empty());
        Row {
            name: field.name,
            is_required: field.is_required,
            values: field.values.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect(),
            text: field.text,
            texts,
            of: inside(&field.shape).map(Of::Type),
            type_name: field.type_name,
        }
    }

    fn of_schema(of: &Value, name: &'a str, schema: &'a Value) -> Row<'a> {
        let required = of["required"].as_array();
        let (mut texts, mut inner) = (vec![description(schema)], schema);
        while let Some(item) = item(inner) {
            inner = item;
            texts.push(description(inner));
        }
        texts.retain(|text| !text.is_empty());
        Row {
            name,
            type_name: type_name(schema),
            is_required: required.is_some_and(|names| names.iter().any(|required| required == name)),
            values: schema["enum"].as_array().into_iter().flatten().map(value).collect(),
            text: description(schema),
            texts,
            of: Some(Of::Schema(inner)).filter(|of| of.has_rows()),
        }
    }
}

fn description(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The schema of what a list or a map holds.
fn item(schema: &Value) -> Option<&Value> {
    ["items", "additionalProperties"].iter().find_map(|key| Some(&schema[*key]).filter(|item| item.is_object()))
}

fn type_name(schema: &Value) -> String {
    if let Some(item) = item(schema) {
        return if schema["items"].is_object() { "[]" } else { "map[string]" }.to_owned() + &type_name(item);
    }
    match schema["type"].as_str() {
        None | Some("object") => "Object".to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn value(value: &Value) -> String {
    match value.as_str() {
        Some("") => "\"\"".to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}
