//! `kubectl get --subresource`, and the scale of an object: how many pods it asks for, as an object of its own (`autoscaling/v1`).

use serde_json::{Value, json};

use super::columns;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, Request};
use super::scale::{has_scale, not_there};
use super::table::TabWriter;
use super::{Context, Outcome, Output};
use crate::api::Object;
use crate::api::selector::Selector;
use crate::api::wire::from_value;

/// Shows a subresource of the objects that are named; nothing where it shows the same as the objects.
///
/// # Errors
/// Objects of the kind have none that is called so, or no object is named.
#[inline(never)]
pub(crate) fn get(
    name: &str,
    request: &Request,
    filter: &Filter,
    format: &Format,
    context: &Context<'_>,
    out: &mut Output,
) -> Result<Option<Outcome>> {
    let Request::Names(names) = request else {
        return Err(Failure::client("subresource cannot be used when bulk resources are specified"));
    };
    let is_there = names.iter().all(|(kind, _)| match name {
        "status" => kind.schema().field("status").is_some(),
        name => name == "scale" && has_scale(*kind),
    });
    if !is_there {
        return Err(not_there());
    }
    if name == "status" {
        return Ok(None);
    }
    let (objects, missing) = resource::fetch(context, request, filter)?;
    let scales: Vec<Value> = objects.iter().map(scale).collect();
    match format {
        Format::Table | Format::Wide => {
            let mut text = "NAME\tDESIRED\tAVAILABLE\tAGE\n".to_owned();
            for (object, scale) in objects.iter().zip(&scales) {
                let count = |part: &str| scale[part]["replicas"].as_i64().unwrap_or(0);
                let age = columns::age(object.meta().creation_timestamp.as_ref(), context.sim.cluster().now());
                text.push_str(&format!("{}\t{}\t{}\t{age}\n", object.name(), count("spec"), count("status")));
            }
            out.out(&TabWriter::table().format(if objects.is_empty() { "" } else { &text }));
        }
        Format::Name => objects.iter().for_each(|it| out.print(format_args!("scale.autoscaling/{}\n", it.name()))),
        Format::CustomColumns(columns, heads) => print::own_table(&scales, columns, *heads, out)?,
        format if !scales.is_empty() => print::value(&print::together(scales, names.len() > 1), format, out)?,
        _ => {}
    }
    Failure::all(missing)?;
    Ok(Some(Outcome::Done(0)))
}

/// The scale of an object, as the server sends it.
pub(super) fn scale(object: &Object) -> Value {
    let value = object.to_value();
    let mut scale = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {}, "spec": {}, "status": {}});
    for name in ["creationTimestamp", "name", "namespace", "resourceVersion", "uid"] {
        scale["metadata"][name] = value["metadata"][name].clone();
    }
    // None is what is not said.
    if let Some(replicas) = value["spec"]["replicas"].as_i64().filter(|replicas| *replicas != 0) {
        scale["spec"]["replicas"] = replicas.into();
    }
    scale["status"]["replicas"] = value["status"]["replicas"].as_i64().unwrap_or(0).into();
    let selector = from_value(value["spec"]["selector"].clone()).ok();
    if let Some(selector) = selector.and_then(|selector| Selector::from_label_selector(&selector).ok()) {
        scale["status"]["selector"] = selector.to_string().into();
    }
    scale
}
