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
use std::collections::BTreeMap;
use std::rc::Rc;

/// The flags of a subcommand: its own, and those that all of them have.
macro_rules! flags {
    ($own:literal) => {
        concat!(
            $own,
            " f/filename= o/output= template= field-manager= all local R/recursive dry-run=unchanged show-managed-fields \
             allow-missing-template-keys"
        )
    };
}

/// The flags of a subcommand, if there is such a one.
pub(super) fn flags_of(subcommand: &str) -> Option<&'static str> {
    Some(match subcommand {
        "env" => flags!("l/selector= k/kustomize= c/containers= e/env= from= keys= prefix= list overwrite resolve"),
        "image" => flags!("record l/selector= k/kustomize="),
        "resources" => flags!("record l/selector= k/kustomize= c/containers= limits= requests="),
        "selector" => flags!("record resource-version="),
        "serviceaccount" | "sa" => flags!("record k/kustomize="),
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
    let pairs: Vec<(&str, &str)> = images.iter().filter_map(|image| image.split_once('=')).collect();
    if pairs.len() < images.len() {
        let wrong: Vec<&str> = images.iter().map(String::as_str).filter(|image| !image.contains('=')).collect();
        return Err(Failure::refused(format_args!("invalid image format: {}", wrong.join(", "))));
    }
    let objects = objects(&resources, &args, context)?;
    refuse_together(&args)?;
    if pairs.is_empty() {
        return Err(Failure::client("at least one image update is required"));
    }
    if pairs.len() > 1 && pairs.iter().any(|(name, _)| *name == "*") {
        return Err(Failure::client(
            "all containers are already specified by *, but saw more than one container_name=container_image pairs",
        ));
    }
    // What is found is changed all the same.
    let mut wrong = vec![];
    let done = update(&objects, &args, "image", Same::Silent, context, out, &mut |_, spec, _| {
        for (name, image) in &pairs {
            let mut found = false;
            for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
                if *name == "*" || container.name == *name {
                    container.image = Some((*image).to_owned());
                    found = true;
                }
            }
            if !found {
                wrong.push(Failure::Announced(format!("unable to find container named {name:?}")));
            }
        }
        Ok(())
    });
    match done {
        Err(Failure::Several(failures)) => wrong.extend(failures),
        done => wrong.extend(done.err()),
    }
    Failure::all(wrong)?;
    Ok(Outcome::Done(0))
}

/// `kubectl set serviceaccount`.
fn service_account(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let mut args = parse(words, "serviceaccount")?;
    refuse_together(&args)?;
    let Some(account) = args.words.pop() else { return Err(Failure::client("serviceaccount is required")) };
    let objects = objects(&args.words, &args, context)?;
    update(&objects, &args, "serviceaccount", Same::Told, context, out, &mut |_, spec, _| {
        spec.service_account_name = Some(account.clone());
        spec.service_account = spec.service_account.as_ref().map(|_| account.clone());
        Ok(())
    })
}

fn resources(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "resources")?;
    let objects = objects(&args.words, &args, context)?;
    refuse_together(&args)?;
    if !args.is_filled("limits") && !args.is_filled("requests") {
        return Err(Failure::client(
            "you must specify an update to requests or limits (in the form of --requests/--limits)",
        ));
    }
    let (limits, requests) = (amounts(&args, "limits")?, amounts(&args, "requests")?);
    update(&objects, &args, "resource requirements", Same::Silent, context, out, &mut |_, spec, _| {
        let wanted = args.get("containers").unwrap_or("*");
        let chosen = chosen(spec, wanted);
        if chosen.is_empty() {
            return Err(Failure::Announced(format!("unable to find container named {wanted}")));
        }
        for container in chosen {
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
    for pair in args.get(flag).filter(|text| !text.is_empty()).into_iter().flat_map(|text| text.split(',')) {
        let Some((name, amount)) = pair.split_once('=').filter(|(_, amount)| !amount.contains('=')) else {
            return Err(Failure::refused(format_args!("Invalid argument syntax {pair}, expected <resource>=<value>")));
        };
        let amount: Amount = amount.parse().map_err(|why| Failure::refused(format_args!("{why}")))?;
        amounts.insert(name.to_owned(), Quantity(amount.to_string()));
    }
    Ok(amounts)
}

/// Refuses flags that do not go together.
fn refuse_together(args: &Args) -> Result<()> {
    if args.is_on("all") && args.is_filled("selector") {
        return Err(Failure::client("cannot set --all and --selector at the same time"));
    }
    if args.is_on("local") && DryRun::of(args)? == DryRun::Server {
        return Err(Failure::client("cannot specify --local and --dry-run=server - did you mean --dry-run=client?"));
    }
    Ok(())
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

/// The containers with a name, where a `*` stands for anything; those that begin a pod come last.
fn chosen<'a>(spec: &'a mut PodSpec, wanted: &str) -> Vec<&'a mut Container> {
    let all = spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten());
    all.filter(|container| is_meant(&container.name, wanted)).collect()
}

/// Whether a wildcard means a name, with upstream's view of wildcards (`set/helper.go`, `selectString`): the text before the
/// first `*` may stand anywhere.
fn is_meant(name: &str, wanted: &str) -> bool {
    if !wanted.contains('*') {
        return name == wanted;
    }
    let mut at = 0;
    let last = wanted.rsplit('*').next().unwrap_or_default();
    let parts = wanted.split('*').filter(|part| !part.is_empty());
    for part in parts {
        let Some(next) = name.get(at..).and_then(|rest| rest.find(part)).filter(|next| *next >= at) else { return false };
        at = next;
    }
    last.is_empty() || name.len() == last.len() + at
}

/// What is said of an object that is as it was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    /// Nothing.
    Silent,
    /// The same as of the others.
    Told,
}

/// Changes an object's pod spec; it may warn of something.
type Change<'a> = &'a mut dyn FnMut(&Object, &mut PodSpec, &mut Output) -> Result<()>;

fn update(
    objects: &[Object],
    args: &Args,
    what: &str,
    same: Same,
    context: &mut Context<'_>,
    out: &mut Output,
    change: Change<'_>,
) -> Result<Outcome> {
    let (dry_run, format) = (DryRun::of(args)?, Format::of(args, context.files)?);
    let is_local = args.is_on("local");
    let mut failures = vec![];
    let mut changed = vec![];
    for object in objects {
        match calculate(object, args, change, out) {
            Ok(new) if new == *object && same == Same::Silent => {}
            Ok(new) => changed.push(new),
            Err(failure) => failures.push(failure),
        }
    }
    for changed in changed {
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

/// The object that one is to be changed to.
fn calculate(object: &Object, args: &Args, change: Change<'_>, out: &mut Output) -> Result<Object> {
    let kind = object.kind();
    let mut changed = object.clone();
    let mut spec = pod_spec(object).ok_or_else(|| {
        let go_type = [kind.version(), kind.name()].join(".");
        refused(object, &format!("the object is not a pod or does not have a pod template: *{go_type}"))
    })?;
    change(object, &mut spec, out)?;
    put_pod_spec(&mut changed, spec);
    apply::record_on(args, &mut changed);
    Ok(changed)
}

/// What kubectl says of an object that it cannot change, with a line of its own below where there are several.
fn refused(object: &Object, why: &str) -> Failure {
    Failure::Announced(format!("{}/{} {why}\n", object.kind().plural(), object.name()))
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
