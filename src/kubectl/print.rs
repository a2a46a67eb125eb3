//! `-o`: how objects are printed when not as a table.

use serde_json::Value;

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::jsonpath::{self, Template};
use super::resource::full_name;
use super::table::TabWriter;
use super::{Output, Stream, wire};
use crate::api::{Object, yaml};

/// An output format.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    /// The default: a table, or an answer in words.
    Table,
    /// A table with more columns.
    Wide,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// `daemonset.apps/fluentd`.
    Name,
    /// A JSONPath template.
    JsonPath(Template),
    /// A table of JSONPath expressions.
    CustomColumns(Vec<(String, Template)>),
}

impl Format {
    /// Reads `-o`.
    pub(crate) fn of(args: &Args) -> Result<Format> {
        let text = args.get("output").unwrap_or_default();
        let (name, argument) = text.split_once('=').map_or((text, None), |(name, argument)| (name, Some(argument)));
        Ok(match (name, argument) {
            ("", None) => Format::Table,
            ("wide", None) => Format::Wide,
            ("yaml" | "kyaml", None) => Format::Yaml,
            ("json", None) => Format::Json,
            ("name", None) => Format::Name,
            ("jsonpath", Some(template)) => Format::JsonPath(
                Template::parse(template)
                    .map_err(|why| Failure::refused(format_args!("error parsing jsonpath {template}, {why}")))?,
            ),
            ("jsonpath", None) => return Err(Failure::client("template format specified but no template given")),
            ("custom-columns", Some(spec)) if !spec.is_empty() => custom_columns(spec)?,
            ("custom-columns", _) => {
                return Err(Failure::client("custom-columns format specified but no custom columns given"));
            }
            (
                "go-template"
                | "go-template-file"
                | "jsonpath-as-json"
                | "jsonpath-file"
                | "custom-columns-file"
                | "template"
                | "templatefile",
                _,
            ) => {
                return Err(Failure::refused(format_args!("the playground does not simulate -o {name}")));
            }
            _ => {
                return Err(Failure::refused(format_args!(
                    "unable to match a printer suitable for the output format {text:?}, allowed formats are: \
                     custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,\
                     kyaml,name,template,templatefile,wide,yaml"
                )));
            }
        })
    }

    /// Whether objects are shown as the server's table.
    pub(crate) const fn is_table(&self) -> bool {
        matches!(self, Format::Table | Format::Wide)
    }
}

fn custom_columns(spec: &str) -> Result<Format> {
    let mut columns = vec![];
    for part in spec.split(',') {
        let Some((head, path)) = part.split_once(':') else {
            return Err(Failure::refused(format_args!(
                "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            )));
        };
        let template = Template::parse(&jsonpath::relaxed(path)).map_err(|why| Failure::client(&why))?;
        columns.push((head.to_owned(), template));
    }
    Ok(Format::CustomColumns(columns))
}

/// Tells what became of an object: in words, or with the object as it is now.
pub(crate) fn answer(object: Object, what: &str, format: &Format, dry_run: DryRun, out: &mut Output) -> Result<()> {
    if !format.is_table() {
        return objects(&[object], format, false, out);
    }
    out.print(format_args!("{} {what}{}\n", full_name(&object), dry_run.suffix()));
    Ok(())
}

/// Prints objects; as a `List` where `list`, which a request without names makes it.
pub(crate) fn objects(objects: &[Object], format: &Format, list: bool, out: &mut Output) -> Result<()> {
    match format {
        Format::Name => objects.iter().for_each(|object| out.print(format_args!("{}\n", full_name(object)))),
        Format::Yaml => out.out(&yaml::to_string(&together(objects, list))),
        Format::Json => out.out(&yaml::to_json(&together(objects, list))),
        Format::JsonPath(template) => {
            let printed = template
                .print(&together(objects, list))
                .map_err(|why| Failure::refused(format_args!("error executing jsonpath {:?}: {why}", template.text())))?;
            out.out(&printed);
        }
        Format::CustomColumns(columns) => {
            let mut text = columns.iter().map(|(head, _)| head.as_str()).collect::<Vec<_>>().join("\t") + "\n";
            for object in objects {
                let value = wire::value(object);
                let cells: Vec<String> = columns.iter().map(|(_, template)| custom_cell(template, &value)).collect();
                text.push_str(&(cells.join("\t") + "\n"));
            }
            out.out(&TabWriter::table().format(&text));
        }
        Format::Table | Format::Wide => {}
    }
    Ok(())
}

/// Prints one object after another, each by itself; `raw` is how it was given, where the server never saw it.
pub(crate) fn next(object: &Object, raw: Option<&Value>, format: &Format, out: &mut Output) -> Result<()> {
    if matches!(format, Format::Yaml) && !out.text(Stream::Out).is_empty() {
        out.out("---\n");
    }
    match (format, raw) {
        (Format::Yaml, Some(raw)) => out.out(&yaml::to_string(raw)),
        (Format::Json, Some(raw)) => out.out(&yaml::to_json(raw)),
        _ => return objects(std::slice::from_ref(object), format, false, out),
    }
    Ok(())
}

fn custom_cell(template: &Template, value: &Value) -> String {
    let found = template.find(value);
    if found.is_empty() {
        return "<none>".to_owned();
    }
    found
        .iter()
        .map(|value| jsonpath::text(value))
        .map(|text| if text.is_empty() { "<none>".to_owned() } else { text })
        .collect::<Vec<_>>()
        .join(",")
}

fn together(objects: &[Object], list: bool) -> Value {
    match objects {
        [one] if !list => wire::value(one),
        many => {
            let mut list = Value::Null;
            wire::put(&mut list, "apiVersion", "v1".into());
            wire::put(&mut list, "items", Value::Array(many.iter().map(wire::value).collect()));
            wire::put(&mut list, "kind", "List".into());
            wire::put(&mut list, "metadata.resourceVersion", "".into());
            list
        }
    }
}
