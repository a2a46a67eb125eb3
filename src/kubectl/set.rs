//! `kubectl set`: image, env, resources.

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, WithoutNames};
use super::{Context, Outcome, Output};
use crate::api::quantity::Amount;
use crate::api::validate::names;
use crate::api::{Container, Object, PodSpec, Quantity};
use k8s_openapi::api::core::v1::EnvVar;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) const FLAGS: &str = "f/filename= l/selector= o/output= field-manager= c/containers= e/env= from= keys= prefix= limits= \
    requests= list overwrite resolve all local record R/recursive dry-run=unchanged";

const SUBCOMMANDS: [&str; 6] = ["env", "image", "resources", "selector", "serviceaccount", "subject"];

/// `kubectl set`.
pub(crate) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    match words.split_first() {
        None => {
            super::help::print("set", out);
            Ok(Outcome::Done(1))
        }
        Some((first, rest)) if first == "image" => image(rest, context, out),
        Some((first, rest)) if first == "env" => env(rest, context, out),
        Some((first, rest)) if first == "resources" => resources(rest, context, out),
        Some((first, _)) if SUBCOMMANDS.contains(&first.as_str()) => Err(Failure::refused(format_args!(
            "the playground does not simulate kubectl set {first} yet: edit the file and apply it"
        ))),
        Some(_) => {
            let args = Args::parse(words, FLAGS, "kubectl set")?;
            Err(Failure::usage("set", format_args!("unknown command {:?}", args.words.join(" "))))
        }
    }
}

fn image(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "image")?;
    let (resources, images) = resources_and_pairs(&args.words, "image")?;
    let objects = objects(&resources, &args, context)?;
    let mut pairs = vec![];
    for image in &images {
        match image.split_once('=') {
            Some((name, image)) if !name.is_empty() && !image.is_empty() => pairs.push((name, image)),
            _ => return Err(Failure::refused(format_args!("invalid image format: {image:?}"))),
        }
    }
    let mut failures = no_resources(&resources);
    if pairs.is_empty() {
        failures.push(Failure::client("at least one image update is required"));
    } else if pairs.len() > 1 && pairs.iter().any(|(name, _)| *name == "*") {
        failures.push(Failure::client(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    Failure::all(failures)?;
    update(&objects, &args, "image", context, out, &|spec| {
        let missing = pairs.iter().filter(|(name, image)| {
            let mut found = false;
            for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
                if *name == "*" || container.name == *name {
                    container.image = Some((*image).to_owned());
                    found = true;
                }
            }
            !found
        });
        let missing =
            missing.map(|(name, _)| Failure::refused(format_args!("unable to find container named {name:?}"))).collect();
        Failure::all(missing)
    })
}

fn env(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "env")?;
    args.refuse(&["from", "keys", "prefix", "resolve"])?;
    let is_variable = |word: &&String| word.contains('=') || word.ends_with('-');
    let (mut variables, resources): (Vec<&String>, Vec<&String>) = args.words.iter().partition(is_variable);
    let given = args.all("env");
    variables.extend(&given);
    let resources: Vec<String> = resources.into_iter().cloned().collect();
    Failure::all(no_resources(&resources))?;
    let objects = objects(&resources, &args, context)?;
    if args.is_on("list") {
        list_env(&objects, out);
        return Ok(Outcome::Done(0));
    }
    if variables.is_empty() {
        return Err(Failure::client("at least one environment variable must be provided"));
    }
    for variable in &variables {
        let name = variable.split_once('=').map_or_else(|| variable.trim_end_matches('-'), |(name, _)| name);
        let wrong = names::env_name(name);
        if !wrong.is_empty() {
            return Err(Failure::refused(format_args!("{variable:?} is not a valid key name: {}", wrong.join(","))));
        }
    }
    update(&objects, &args, "env", context, out, &|spec| {
        for container in chosen(spec, &args)? {
            let list = container.env.get_or_insert_default();
            for variable in &variables {
                match variable.split_once('=') {
                    None => list.retain(|known| known.name != variable.trim_end_matches('-')),
                    Some((name, value)) => {
                        let new = EnvVar { name: name.to_owned(), value: Some(value.to_owned()), value_from: None };
                        match list.iter_mut().find(|known| known.name == name) {
                            Some(known) => *known = new,
                            None => list.push(new),
                        }
                    }
                }
            }
            container.env.take_if(|list| list.is_empty());
        }
        Ok(())
    })
}

fn list_env(objects: &[Object], out: &mut Output) {
    for object in objects {
        let mut object = object.clone();
        let (kind, name) = (object.kind().name(), object.name().to_owned());
        let Some(spec) = pod_spec(&mut object) else { continue };
        for container in spec.init_containers.iter().flatten().chain(&spec.containers) {
            out.print(format_args!("# {kind} {name}, container {}\n", container.name));
            for variable in container.env.iter().flatten() {
                let field = variable.value_from.as_ref().and_then(|from| from.field_ref.as_ref());
                let name = &variable.name;
                match (&variable.value_from, field) {
                    (Some(_), Some(field)) => out.print(format_args!("# {name} from field path {}\n", field.field_path)),
                    (Some(_), None) => out.print(format_args!("# {name} from another object\n")),
                    (None, _) => out.print(format_args!("{name}={}\n", variable.value.as_deref().unwrap_or_default())),
                }
            }
        }
    }
}

fn resources(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "resources")?;
    Failure::all(no_resources(&args.words))?;
    let limits = amounts(&args, "limits")?;
    let requests = amounts(&args, "requests")?;
    if limits.is_empty() && requests.is_empty() {
        return Err(Failure::client(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let objects = objects(&args.words, &args, context)?;
    update(&objects, &args, "resource requirements", context, out, &|spec| {
        for container in chosen(spec, &args)? {
            let resources = container.resources.get_or_insert_default();
            if !limits.is_empty() {
                resources.limits.get_or_insert_default().extend(limits.clone());
            }
            if !requests.is_empty() {
                resources.requests.get_or_insert_default().extend(requests.clone());
            }
        }
        Ok(())
    })
}

/// `cpu=200m,memory=256Mi`.
fn amounts(args: &Args, flag: &str) -> Result<BTreeMap<String, Quantity>> {
    let mut amounts = BTreeMap::new();
    for pair in args.all(flag) {
        let invalid = || Failure::refused(format_args!("invalid argument syntax {pair:?}, expected <resource>=<value>"));
        let (name, amount) = pair.split_once('=').ok_or_else(invalid)?;
        let amount: Amount = amount.parse().map_err(|why| Failure::refused(format_args!("{why}")))?;
        amounts.insert(name.to_owned(), Quantity(amount.to_string()));
    }
    Ok(amounts)
}

fn parse(words: &[String], subcommand: &str) -> Result<Args> {
    let args = Args::parse(words, FLAGS, &format!("kubectl set {subcommand}"))?;
    args.refuse(&["local", "filename"])?;
    Ok(args)
}

fn objects(resources: &[String], args: &Args, context: &Context<'_>) -> Result<Vec<Object>> {
    let filter = Filter::of(args, context)?;
    let request = resource::request(resources, args, WithoutNames::Refused, context)?;
    let (objects, missing) = resource::fetch(context, &request, &filter)?;
    Failure::all(missing)?;
    Ok(objects)
}

fn no_resources(resources: &[String]) -> Vec<Failure> {
    let missing = || Failure::client("one or more resources must be specified as <resource> <name> or <resource>/<name>");
    if resources.is_empty() { vec![missing()] } else { vec![] }
}

/// The containers that `-c` names, all of them without it.
fn chosen<'a>(spec: &'a mut PodSpec, args: &Args) -> Result<Vec<&'a mut Container>> {
    let wanted = args.get("containers").unwrap_or("*").to_owned();
    let containers = spec.init_containers.iter_mut().flatten().chain(&mut spec.containers);
    let found: Vec<&mut Container> = containers.filter(|container| wanted == "*" || container.name == wanted).collect();
    if found.is_empty() { Err(Failure::refused(format_args!("unable to find container named {wanted}"))) } else { Ok(found) }
}

fn update(
    objects: &[Object],
    args: &Args,
    what: &str,
    context: &mut Context<'_>,
    out: &mut Output,
    change: &dyn Fn(&mut PodSpec) -> Result<()>,
) -> Result<Outcome> {
    let dry_run = DryRun::of(args)?;
    let format = Format::of(args)?;
    let mut failures = vec![];
    for object in objects {
        let mut changed = object.clone();
        let (kind, name) = (object.kind(), object.name());
        let done = match pod_spec(&mut changed) {
            Some(spec) => change(spec),
            None => Err(Failure::refused(format_args!(
                "{}/{name} the object is not a pod or does not have a pod template: {}",
                kind.plural(),
                kind.name()
            ))),
        };
        if let Err(failure) = done {
            failures.push(failure);
            continue;
        }
        if changed == *object {
            continue;
        }
        let stored = apply::update(changed, dry_run, context, out);
        match stored {
            Ok(stored) => print::answer(stored, &format!("{what} updated"), &format, dry_run, out)?,
            Err(error) => {
                failures.push(Failure::refused(format_args!("failed to patch {what} update to pod template: {error}")));
            }
        }
        context.sim.deliver();
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// The pod spec of an object that has one.
fn pod_spec(object: &mut Object) -> Option<&mut PodSpec> {
    match object {
        Object::Pod(it) => Some(Rc::make_mut(it).spec.get_or_insert_default()),
        object => object.template_mut().map(|template| template.spec.get_or_insert_default()),
    }
}

/// `ds/fluentd a=b c=d` → the words before the first pair, and the pairs.
pub(crate) fn resources_and_pairs(words: &[String], what: &str) -> Result<(Vec<String>, Vec<String>)> {
    let is_pair = |word: &String| word.contains('=') || word.ends_with('-');
    let first = words.iter().position(is_pair).unwrap_or(words.len());
    let (resources, pairs) = words.split_at(first);
    if let Some(late) = pairs.iter().find(|word| !is_pair(word)) {
        return Err(Failure::refused(format_args!("all resources must be specified before {what} changes: {late}")));
    }
    Ok((resources.to_vec(), pairs.to_vec()))
}

/// Whether an object of this type has containers whose names completion can offer.
pub(crate) fn container_names(object: &Object) -> Vec<String> {
    let spec = match object {
        Object::Pod(it) => it.spec.as_ref(),
        _ => object.template().and_then(|template| template.spec.as_ref()),
    };
    spec.map(|spec| spec.containers.iter().map(|container| container.name.clone()).collect()).unwrap_or_default()
}
