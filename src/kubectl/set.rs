//! `kubectl set image`.

use super::apply::DryRun;
use super::args::{Args, Flag, perhaps, switch, value};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, WithoutNames, full_name};
use super::{Context, Outcome, Output};
use crate::api::{Container, DaemonSet, Object, Pod, PodSpec, Resource};

const FLAGS: &[Flag] = &[
    value("filename").or('f'),
    value("selector").or('l'),
    value("output").or('o'),
    value("field-manager"),
    switch("all"),
    switch("local"),
    switch("record"),
    switch("recursive").or('R'),
    perhaps("dry-run", "unchanged"),
];

const SUBCOMMANDS: [&str; 6] = ["env", "image", "resources", "selector", "serviceaccount", "subject"];

/// `kubectl set`.
pub(crate) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    match words.split_first() {
        None => {
            super::help::print("set", out);
            Ok(Outcome::Done(1))
        }
        Some((first, rest)) if first == "image" => image(rest, context, out),
        Some((first, _)) if SUBCOMMANDS.contains(&first.as_str()) => Err(Failure::client(format!(
            "the playground does not simulate kubectl set {first} yet: edit the file and apply it"
        ))),
        Some(_) => {
            let args = Args::parse(words, FLAGS, "kubectl set")?;
            Err(Failure::usage("set", format!("unknown command {:?}", args.words.join(" "))))
        }
    }
}

fn image(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl set image")?;
    for flag in ["local", "filename"] {
        if args.has(flag) {
            return Err(Failure::client(format!("the playground does not simulate kubectl set image --{flag}")));
        }
    }
    let dry_run = DryRun::of(&args)?;
    let format = Format::of(&args)?;
    let (resources, images) = resources_and_pairs(&args.words, "image")?;
    let filter = Filter::of(&args, context)?;
    let request = resource::request(&resources, &args, WithoutNames::Refused)?;
    let (objects, missing) = resource::fetch(context.sim.cluster().store(), &request, &filter)?;
    Failure::all(missing)?;
    let mut pairs = vec![];
    for image in &images {
        match image.split_once('=') {
            Some((name, image)) if !name.is_empty() && !image.is_empty() => pairs.push((name, image)),
            _ => return Err(Failure::client(format!("invalid image format: {image:?}"))),
        }
    }
    let mut failures = vec![];
    if resources.is_empty() {
        failures.push(Failure::client("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if pairs.is_empty() {
        failures.push(Failure::client("at least one image update is required"));
    } else if pairs.len() > 1 && pairs.iter().any(|(name, _)| *name == "*") {
        failures.push(Failure::client(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    Failure::all(std::mem::take(&mut failures))?;
    for object in objects {
        match change(&object, &pairs) {
            Err(failure) => failures.push(failure),
            Ok(changed) if changed == object => {}
            Ok(changed) => {
                let stored = match dry_run {
                    DryRun::No => context.sim.cluster_mut().update(changed),
                    _ => Ok(changed),
                };
                match stored {
                    Ok(stored) if format.is_table() => {
                        out.out(format!("{} image updated{}\n", full_name(&stored), dry_run.suffix()))
                    }
                    Ok(stored) => print::objects(&[stored], &format, false, out)?,
                    Err(error) => failures.push(Failure::client(format!(
                        "failed to patch image update to pod template: {}",
                        Failure::from(error).to_string().trim_start_matches("The ")
                    ))),
                }
                context.sim.deliver();
            }
        }
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// `ds/fluentd a=b c=d` → the words before the first pair, and the pairs.
pub(crate) fn resources_and_pairs(words: &[String], what: &str) -> Result<(Vec<String>, Vec<String>)> {
    let is_pair = |word: &String| word.contains('=') || word.ends_with('-');
    let first = words.iter().position(is_pair).unwrap_or(words.len());
    let (resources, pairs) = words.split_at(first);
    if let Some(late) = pairs.iter().find(|word| !is_pair(word)) {
        return Err(Failure::client(format!("all resources must be specified before {what} changes: {late}")));
    }
    Ok((resources.to_vec(), pairs.to_vec()))
}

fn change(object: &Object, pairs: &[(&str, &str)]) -> Result<Object> {
    let mut changed = object.clone();
    let spec = match &mut changed {
        Object::DaemonSet(it) => {
            std::rc::Rc::<DaemonSet>::make_mut(it).spec.get_or_insert_default().template.spec.get_or_insert_default()
        }
        Object::Pod(it) => std::rc::Rc::<Pod>::make_mut(it).spec.get_or_insert_default(),
        _ => {
            let (kind, name) = (object.kind().plural(), object.name());
            return Err(Failure::client(format!(
                "{kind}/{name} the object is not a pod or does not have a pod template: {}",
                object.kind().name()
            )));
        }
    };
    let missing: Vec<Failure> = pairs
        .iter()
        .filter(|(name, image)| !set_image(spec, name, image))
        .map(|(name, _)| Failure::client(format!("unable to find container named {name:?}")))
        .collect();
    Failure::all(missing)?;
    Ok(changed)
}

fn set_image(spec: &mut PodSpec, name: &str, image: &str) -> bool {
    let containers = spec.init_containers.iter_mut().flatten().chain(&mut spec.containers);
    let named: Vec<&mut Container> = containers.filter(|container| name == "*" || container.name == name).collect();
    let found = !named.is_empty();
    named.into_iter().for_each(|container| container.image = Some(image.to_owned()));
    found
}

/// Whether an object of this type has containers whose names completion can offer.
pub(crate) fn container_names(object: &Object) -> Vec<String> {
    let spec = match object {
        Object::DaemonSet(it) => it.spec.as_ref().and_then(|spec| spec.template.spec.as_ref()),
        _ => Pod::of(object).and_then(|pod| pod.spec.as_ref()),
    };
    spec.map(|spec| spec.containers.iter().map(|container| container.name.clone()).collect()).unwrap_or_default()
}
