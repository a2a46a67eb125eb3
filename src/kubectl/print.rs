//! `-o`: how objects are printed when not as a table.

use serde_json::{Map, Value};

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::go_template::GoTemplate;
use super::jsonpath::{self, Missing, Template};
use super::resource::full_name;
use super::table::TabWriter;
use super::{Files, Output, Stream, go, is_one_of, wire};
use crate::api::{Object, schema, yaml};

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
    /// JSON with the fields in Go's order: of what kubectl holds as a Go type.
    GoJson,
    /// `daemonset.apps/fluentd`.
    Name,
    /// A JSONPath template.
    JsonPath(Template, Missing),
    /// A JSONPath template, what it finds as JSON lists.
    JsonPathAsJson(Template, Missing),
    /// A Go template.
    GoTemplate(GoTemplate, Missing),
    /// A table of JSONPath expressions.
    CustomColumns(Vec<(String, Template)>, Heads),
}

impl Format {
    /// Reads `-o`, and what goes with it: `--template`, `--no-headers`, `--allow-missing-template-keys`.
    pub(crate) fn of(args: &Args, files: &Files) -> Result<Format> {
        let given = args.get("output").unwrap_or_default();
        let template = args.get("template").filter(|template| !template.is_empty());
        if args.is_on("show-managed-fields") && !["", "wide", "name"].contains(&given) {
            args.refuse(&["show-managed-fields"])?;
        }
        match (given.to_ascii_lowercase().as_str(), template) {
            ("", None) => return Ok(Format::Table),
            ("wide", None) if given == "wide" && Format::is_of_get(args) => return Ok(Format::Wide),
            ("yaml", _) => return Ok(Format::Yaml),
            ("json", _) => return Ok(if is_typed(args.command()) { Format::GoJson } else { Format::Json }),
            ("name", _) => return Ok(Format::Name),
            _ => {}
        }
        templated(if given.is_empty() { "go-template" } else { given }, template, args, files)
    }

    /// Only `get` has wide tables, and tables of one's own.
    fn is_of_get(args: &Args) -> bool {
        args.command() == "kubectl get"
    }

    /// Whether objects are shown as the server's table.
    pub(crate) const fn is_table(&self) -> bool {
        matches!(self, Format::Table | Format::Wide)
    }
}

/// Whether a command holds what it prints as Go types, not as a map of its fields.
#[inline(never)]
fn is_typed(command: &str) -> bool {
    const TYPED: &str = "api-resources auth autoscale config create events expose rollout run set";
    let verb = command.split(' ').nth(1).unwrap_or_default();
    // What `create -f` prints was read from a file.
    command != "kubectl create" && is_one_of(TYPED, verb)
}

/// The formats that a template or a list of columns is given to, behind `=` or with `--template`.
#[inline(never)]
fn templated(given: &str, template: Option<&str>, args: &Args, files: &Files) -> Result<Format> {
    let (name, argument) = match (given.split_once('='), template) {
        (Some((name, argument)), None) => (name, argument),
        (_, template) => (given, template.unwrap_or_default()),
    };
    let missing = match args.get("allow-missing-template-keys") {
        Some("false") => Missing::Refused,
        _ => Missing::Allowed,
    };
    let of_file = || {
        files.get(argument).map(String::as_str).ok_or_else(|| {
            Failure::refused(format_args!("error reading --template {argument}, open {argument}: no such file or directory"))
        })
    };
    let needed = || Err(Failure::client("template format specified but no template given"));
    if name.eq_ignore_ascii_case("kyaml") {
        return Err(Failure::client("the playground does not simulate -o kyaml: -o yaml says the same"));
    }
    Ok(match name {
        "jsonpath" | "jsonpath-file" | "jsonpath-as-json" => {
            if argument.is_empty() {
                return needed();
            }
            let text = if name == "jsonpath-file" { of_file()? } else { argument };
            let template = Template::parse(text)
                .map_err(|why| Failure::refused(format_args!("error parsing jsonpath {text}, {why}")))?;
            match name {
                "jsonpath-as-json" => Format::JsonPathAsJson(template, missing),
                _ => Format::JsonPath(template, missing),
            }
        }
        "go-template" | "template" | "go-template-file" | "templatefile" => {
            if argument.is_empty() {
                return needed();
            }
            let text = if name.ends_with("file") { of_file()? } else { argument };
            let template = GoTemplate::parse(text)
                .map_err(|why| Failure::refused(format_args!("error parsing template {text}, {why}")))?;
            Format::GoTemplate(template, missing)
        }
        "custom-columns" | "custom-columns-file" if Format::is_of_get(args) && argument.is_empty() => {
            return Err(Failure::client("custom-columns format specified but no custom columns given"));
        }
        "custom-columns" if Format::is_of_get(args) => {
            let columns = argument.split(',').map(|part| {
                part.split_once(':').ok_or_else(|| {
                    Failure::refused(format_args!(
                        "unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
                    ))
                })
            });
            let heads = if args.is_on("no-headers") { Heads::Hidden } else { Heads::Shown };
            custom_columns(columns.collect::<Result<_>>()?, heads)?
        }
        "custom-columns-file" if Format::is_of_get(args) => {
            let text = files.get(argument).ok_or_else(|| {
                Failure::refused(format_args!(
                    "error reading template {argument}, open {argument}: no such file or directory"
                ))
            })?;
            custom_columns(columns_of_file(text)?, Heads::Shown)?
        }
        _ => {
            let (tables, wide) =
                if Format::is_of_get(args) { ("custom-columns,custom-columns-file,", "wide,") } else { ("", "") };
            return Err(Failure::refused(format_args!(
                "unable to match a printer suitable for the output format {given:?}, allowed formats are: \
                 {tables}go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,\
                 kyaml,name,template,templatefile,{wide}yaml"
            )));
        }
    })
}

/// Whether a table of one's own has a line of heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heads {
    /// It has.
    Shown,
    /// It has none.
    Hidden,
}

/// The heads on the first line of a file, the expressions on the second.
fn columns_of_file(text: &str) -> Result<Vec<(&str, &str)>> {
    const EXPECTED: &str =
        "Expected format is one line of space separated headers, one line of space separated column specs.";
    let mut lines = text.lines();
    let mut words = |what: &str| {
        let line = lines
            .next()
            .ok_or_else(|| Failure::refused(format_args!("invalid template, missing {what} line. {EXPECTED}")))?;
        Ok::<_, Failure>(line.split_whitespace().collect::<Vec<_>>())
    };
    let (heads, paths) = (words("header")?, words("spec")?);
    if heads.len() != paths.len() {
        return Err(Failure::refused(format_args!(
            "number of headers ({}) and field specifications ({}) don't match",
            heads.len(),
            paths.len()
        )));
    }
    Ok(heads.into_iter().zip(paths).collect())
}

fn custom_columns(columns: Vec<(&str, &str)>, heads: Heads) -> Result<Format> {
    let column = |(head, path): (&str, &str)| {
        let template = jsonpath::relaxed(path).and_then(|path| Template::parse(&path));
        Ok((head.to_owned(), template.map_err(|why| Failure::client(&why))?))
    };
    Ok(Format::CustomColumns(columns.into_iter().map(column).collect::<Result<_>>()?, heads))
}

/// Tells what became of an object: in words, or with the object as it is now, each a document of its own.
pub(crate) fn answer(object: Object, what: &str, format: &Format, dry_run: DryRun, out: &mut Output) -> Result<()> {
    if !format.is_table() {
        separate(format, out);
    }
    answer_alone(object, what, format, dry_run, out)
}

/// The same of verbs that print every object as if it were the only one.
pub(crate) fn answer_alone(object: Object, what: &str, format: &Format, dry_run: DryRun, out: &mut Output) -> Result<()> {
    if !format.is_table() {
        return objects(&[object], format, false, out);
    }
    out.print(format_args!("{} {what}{}\n", full_name(&object), dry_run.suffix()));
    Ok(())
}

/// Prints what is no object of the cluster.
pub(crate) fn value(value: &Value, format: &Format, out: &mut Output) -> Result<()> {
    match format {
        Format::Yaml => out.out(&yaml::to_string(value)),
        Format::Json => out.out(&yaml::to_json(value)),
        Format::GoJson => {
            let shape = schema::object(value["kind"].as_str().unwrap_or_default());
            out.out(&yaml::to_typed_json(value, &shape));
        }
        Format::JsonPath(template, missing) => {
            out.out(&template.print(value, *missing).map_err(|why| jsonpath_failed(template, value, &why))?);
        }
        Format::JsonPathAsJson(template, missing) => {
            out.out(&template.print_json(value, *missing).map_err(|why| jsonpath_failed(template, value, &why))?);
        }
        Format::GoTemplate(template, missing) => go_template(template, *missing, value, out)?,
        Format::Table | Format::Wide | Format::Name | Format::CustomColumns(..) => {}
    }
    Ok(())
}

/// Prints several values as a `List` that kubectl has made itself, of a Go type.
pub(crate) fn typed_list(values: Vec<Value>, format: Format, out: &mut Output) -> Result<()> {
    let mut list = together(values, true);
    list["metadata"] = Value::Object(Map::new());
    value(&list, &if let Format::Json = format { Format::GoJson } else { format }, out)
}

/// Prints objects; as a `List` where `list`, which a request without names makes it.
pub(crate) fn objects(objects: &[Object], format: &Format, list: bool, out: &mut Output) -> Result<()> {
    match format {
        Format::Name => objects.iter().for_each(|object| out.print(format_args!("{}\n", full_name(object)))),
        Format::CustomColumns(columns, heads) => {
            own_table(&objects.iter().map(wire::value).collect::<Vec<_>>(), columns, *heads, out)?;
        }
        format => value(&together(objects.iter().map(wire::value).collect(), list), format, out)?,
    }
    Ok(())
}

/// Prints a table of one's own.
pub(crate) fn own_table(values: &[Value], columns: &[(String, Template)], heads: Heads, out: &mut Output) -> Result<()> {
    let mut text = String::new();
    if heads == Heads::Shown {
        text = columns.iter().map(|(head, _)| head.as_str()).collect::<Vec<_>>().join("\t") + "\n";
    }
    for value in values {
        let cells = columns.iter().map(|(_, template)| custom_cell(template, value));
        text.push_str(&(cells.collect::<Result<Vec<_>>>()?.join("\t") + "\n"));
    }
    out.out(&TabWriter::table().format(&text));
    Ok(())
}

/// Prints one object after another, each by itself.
pub(crate) fn next(object: &Object, format: &Format, out: &mut Output) -> Result<()> {
    separate(format, out);
    objects(std::slice::from_ref(object), format, false, out)
}

/// The same of what is no object of the cluster.
pub(crate) fn next_value(given: &Value, format: &Format, out: &mut Output) -> Result<()> {
    separate(format, out);
    value(given, format, out)
}

/// Puts what stands between two documents of YAML.
fn separate(format: &Format, out: &mut Output) {
    if matches!(format, Format::Yaml) && !out.text(Stream::Out).is_empty() {
        out.out("---\n");
    }
}

/// A template does not fit: kubectl shows it with the object (`cli-runtime/pkg/printers/jsonpath.go`).
fn jsonpath_failed(template: &Template, value: &Value, why: &str) -> Failure {
    let (text, object) = (template.text(), go::syntax(value));
    Failure::refused(format_args!(
        "error executing jsonpath {}: Error executing template: {why}. Printing more information for debugging the template:\n\
         \ttemplate was:\n\t\t{text}\n\tobject given to jsonpath engine was:\n\t\t{object}\n\n",
        go::quote(text)
    ))
}

/// Prints by a Go template; what it needs to be put right goes to standard output (`cli-runtime/pkg/printers/template.go`).
fn go_template(template: &GoTemplate, missing: Missing, value: &Value, out: &mut Output) -> Result<()> {
    let mut printed = String::new();
    let result = template.print(value, missing, &mut printed);
    out.out(&printed);
    result.map_err(|why| {
        let (text, data, object) = (template.text(), yaml::to_compact_json(value), go::text(value));
        out.print(format_args!(
            "Error executing template: {why}. Printing more information for debugging the template:\n\
             \ttemplate was:\n\t\t{text}\n\traw data was:\n\t\t{data}\n\tobject given to template engine was:\n\t\t{object}\n\n"
        ));
        Failure::refused(format_args!("error executing template {}: {why}", go::quote(text)))
    })
}

fn custom_cell(template: &Template, value: &Value) -> Result<String> {
    let found = template.results(value, Missing::Allowed).map_err(|why| Failure::client(&why))?;
    if found.first().is_none_or(Vec::is_empty) {
        return Ok("<none>".to_owned());
    }
    Ok(found.iter().flatten().map(|value| go::text(value)).collect::<Vec<_>>().join(","))
}

/// One value, or a `List` of them where `list`.
pub(crate) fn together(mut values: Vec<Value>, list: bool) -> Value {
    if values.len() == 1 && !list {
        return values.remove(0);
    }
    let mut list = Value::Null;
    wire::put(&mut list, "apiVersion", "v1".into());
    wire::put(&mut list, "items", Value::Array(values));
    wire::put(&mut list, "kind", "List".into());
    wire::put(&mut list, "metadata.resourceVersion", "".into());
    list
}
