//! `kubectl set`: image, env, resources.

mod env;
mod selector;
mod subject;

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, WithoutNames};
use super::{Context, Outcome, Output, manifests};
use crate::api::quantity::Amount;
use crate::api::wire::{from_value, to_value};
use crate::api::{Container, Kind, Object, PodSpec, Quantity};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The flags of a subcommand: its own, and those that all of them have.
macro_rules! flags {
    ($own:literal) => {
        concat!(
            $own,
            " f/filename= o/output= template= field-manager= all local record R/recursive dry-run=unchanged show-managed-fields \
             allow-missing-template-keys"
        )
    };
}

/// The flags of a subcommand, if there is such a one.
pub(super) fn flags_of(subcommand: &str) -> Option<&'static str> {
    Some(match subcommand {
        "env" => flags!("l/selector= k/kustomize= c/containers= e/env= from= keys= prefix= list overwrite resolve"),
        "image" => flags!("l/selector= k/kustomize="),
        "resources" => flags!("l/selector= k/kustomize= c/containers= limits= requests="),
        "selector" => flags!("resource-version="),
        "serviceaccount" | "sa" => flags!("k/kustomize="),
        "subject" => flags!("l/selector= k/kustomize= user= group= serviceaccount="),
        _ => return None,
    })
}

/// `kubectl set`.
pub(crate) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    match words.split_first() {
        None => Ok(super::help::wanted("set", out)),
        Some((first, rest)) if first == "image" => image(rest, context, out),
        Some((first, rest)) if first == "env" => env::set(rest, context, out),
        Some((first, rest)) if first == "resources" => resources(rest, context, out),
        Some((first, rest)) if first == "serviceaccount" || first == "sa" => service_account(rest, context, out),
        Some((first, rest)) if first == "selector" => selector::set(rest, context, out),
        Some((first, rest)) if first == "subject" => subject::set(rest, context, out),
        Some(_) => Err(super::misc::no_subcommand("set", words)),
    }
}

fn image(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "image")?;
    let (resources, images) = resources_and_pairs(&args.words, "image")?;
    let objects = objects(&resources, &args, context)?;
    let mut pairs: Vec<(&str, &str)> = vec![];
    for image in &images {
        match image.split_once('=') {
            Some((name, image)) if !name.is_empty() => pairs.push((name, image)),
            _ => return Err(Failure::refused(format_args!("invalid image format: {image:?}"))),
        }
    }
    if pairs.is_empty() {
        return Err(Failure::client("at least one image update is required"));
    }
    if pairs.len() > 1 && pairs.iter().any(|(name, _)| *name == "*") {
        return Err(Failure::client(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    // What is found is changed all the same.
    let nowhere = RefCell::new(vec![]);
    let done = update(&objects, &args, "image", Same::Silent, context, out, &|spec| {
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
        nowhere.borrow_mut().extend(missing.map(|(name, _)| format!("error: unable to find container named {name:?}")));
        Ok(())
    });
    let mut wrong = nowhere.into_inner();
    if wrong.is_empty() {
        return done;
    }
    wrong.extend(done.err().map(|failure| failure.to_string()));
    Err(Failure::Verbatim(wrong.join("\n")))
}

/// `kubectl set serviceaccount`.
fn service_account(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let mut args = parse(words, "serviceaccount")?;
    let Some(account) = args.words.pop() else { return Err(Failure::client("serviceaccount is required")) };
    let objects = objects(&args.words, &args, context)?;
    let change = &|spec: &mut PodSpec| {
        spec.service_account_name = Some(account.clone());
        spec.service_account = spec.service_account.as_ref().map(|_| account.clone());
        Ok(())
    };
    update(&objects, &args, "serviceaccount", Same::Told, context, out, change)
}

fn resources(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "resources")?;
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    let limits = amounts(&args, "limits")?;
    let requests = amounts(&args, "requests")?;
    if limits.is_empty() && requests.is_empty() {
        return Err(Failure::client(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let objects = objects(&args.words, &args, context)?;
    update(&objects, &args, "resource requirements", Same::Silent, context, out, &|spec| {
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
        let invalid = || Failure::refused(format_args!("Invalid argument syntax {pair}, expected <resource>=<value>"));
        let (name, amount) = pair.split_once('=').ok_or_else(invalid)?;
        let amount: Amount = amount.parse().map_err(|why| Failure::refused(format_args!("{why}")))?;
        amounts.insert(name.to_owned(), Quantity(amount.to_string()));
    }
    Ok(amounts)
}

fn parse(words: &[String], subcommand: &str) -> Result<Args> {
    let args = Args::parse(words, flags_of(subcommand).unwrap_or_default(), &format!("kubectl set {subcommand}"))?;
    args.refuse(&["kustomize"])?;
    Ok(args)
}

fn objects(resources: &[String], args: &Args, context: &Context<'_>) -> Result<Vec<Object>> {
    if args.is_on("local") {
        return manifests::local(resources, args, context);
    }
    if resources.is_empty() && !args.has("filename") {
        return Err(Failure::client(super::delete::NOTHING_NAMED));
    }
    let filter = Filter::of(args, context)?;
    let (request, failures) = resource::asked(resources, args, WithoutNames::Refused, context)?;
    Failure::all(failures)?;
    let (objects, missing) = resource::fetch(context, &request, &filter)?;
    Failure::all(missing)?;
    Ok(objects)
}

/// The containers that `-c` names, all of them without it.
fn chosen<'a>(spec: &'a mut PodSpec, args: &Args) -> Result<Vec<&'a mut Container>> {
    let wanted = args.get("containers").unwrap_or("*").to_owned();
    let containers = spec.init_containers.iter_mut().flatten().chain(&mut spec.containers);
    let found: Vec<&mut Container> = containers.filter(|container| wanted == "*" || container.name == wanted).collect();
    if found.is_empty() { Err(Failure::refused(format_args!("unable to find container named {wanted}"))) } else { Ok(found) }
}

/// What is said of an object that is as it was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    /// Nothing.
    Silent,
    /// The same as of the others.
    Told,
}

fn update(
    objects: &[Object],
    args: &Args,
    what: &str,
    same: Same,
    context: &mut Context<'_>,
    out: &mut Output,
    change: &dyn Fn(&mut PodSpec) -> Result<()>,
) -> Result<Outcome> {
    let (dry_run, format) = (DryRun::of(args)?, Format::of(args, context.files)?);
    let is_local = args.is_on("local");
    apply::warn_of_record(args, out);
    let mut failures = vec![];
    for object in objects {
        let mut changed = object.clone();
        let (kind, name) = (object.kind(), object.name());
        let done = match pod_spec(object) {
            Some(mut spec) => change(&mut spec).map(|()| put_pod_spec(&mut changed, spec)),
            None => Err(Failure::refused(format_args!(
                "{}/{name} the object is not a pod or does not have a pod template: *{}.{}",
                kind.plural(),
                kind.version(),
                kind.name()
            ))),
        };
        if let Err(failure) = done {
            failures.push(failure);
            continue;
        }
        if changed == *object && same == Same::Silent {
            continue;
        }
        apply::record_on(args, &mut changed);
        let dry_run = if is_local { DryRun::Client } else { dry_run };
        match apply::update(changed, dry_run, context, out) {
            Ok(stored) => {
                let told = if is_local { DryRun::No } else { dry_run };
                print::answer(stored, &format!("{what} updated"), &format, told, out)?;
            }
            Err(error) => failures.push(Failure::refused(format_args!("{}{}", refusal(what), error.message()))),
        }
        context.sim.deliver();
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// What kubectl says before the server's words.
fn refusal(what: &str) -> String {
    match what {
        "resource requirements" => "failed to patch resources update to pod template ".to_owned(),
        "serviceaccount" => "failed to patch ServiceAccountName ".to_owned(),
        what => format!("failed to patch {what} update to pod template: "),
    }
}

/// Where the pod spec of a CronJob is, which is kept as a value.
const OF_CRON_JOB: &str = "/spec/jobTemplate/spec/template/spec";

/// The pod spec of an object that has one.
fn pod_spec(object: &Object) -> Option<PodSpec> {
    match object {
        Object::Pod(it) => Some(it.spec.as_deref().cloned().unwrap_or_default()),
        Object::Stored(it) if it.kind == Kind::CronJob => from_value(object.to_value().pointer(OF_CRON_JOB)?.clone()).ok(),
        object => object.template().map(|template| template.spec.clone().unwrap_or_default()),
    }
}

/// Gives an object another pod spec.
fn put_pod_spec(object: &mut Object, spec: PodSpec) {
    match object {
        Object::Pod(it) => **Rc::make_mut(it).spec.get_or_insert_default() = spec,
        Object::Stored(_) => {
            let mut value = object.to_value();
            if let Some(place) = value.pointer_mut(OF_CRON_JOB) {
                *place = to_value(&spec);
            }
            if let Ok(changed) = Object::from_value(object.kind(), value) {
                *object = changed;
            }
        }
        object => {
            if let Some(template) = object.template_mut() {
                template.spec = Some(spec);
            }
        }
    }
}

/// `ds/fluentd a=b c=d` → the words before the first pair, and the pairs.
pub(crate) fn resources_and_pairs(words: &[String], what: &str) -> Result<(Vec<String>, Vec<String>)> {
    // `=y` and `-` name no key.
    let is_pair = |word: &String| {
        let key = word.split_once('=').map(|(key, _)| key).or_else(|| word.strip_suffix('-'));
        key.is_some_and(|key| !key.is_empty())
    };
    let first = words.iter().position(is_pair).unwrap_or(words.len());
    let (resources, pairs) = words.split_at(first);
    if let Some(late) = pairs.iter().find(|word| !is_pair(word)) {
        return Err(Failure::refused(format_args!("all resources must be specified before {what} changes: {late}")));
    }
    Ok((resources.to_vec(), pairs.to_vec()))
}

/// The names of an object's containers, or of those in its template.
pub(crate) fn container_names(object: &Object) -> Vec<String> {
    containers(object).map(|container| container.name.clone()).collect()
}

/// Their images.
pub(crate) fn images_of(object: &Object) -> Vec<String> {
    containers(object).filter_map(|container| container.image.clone()).collect()
}

fn containers(object: &Object) -> impl Iterator<Item = &Container> {
    let spec = match object {
        Object::Pod(it) => it.spec.as_deref(),
        _ => object.template().and_then(|template| template.spec.as_ref()),
    };
    spec.into_iter().flat_map(|spec| &spec.containers)
}
