//! Which objects a command means: `ds`, `pods,nodes`, `ds/fluentd`, `pod a b`, with selectors
//! (upstream: `cli-runtime/pkg/resource/builder.go`).

use super::args::Args;
use super::error::{Failure, Result};
use super::field_selector::FieldSelector;
use super::{Context, Output, in_order, manifests};
use crate::api::{ApiError, Key, Kind, Object, kind, selector::Selector};
use crate::cluster::Store;

/// What the arguments name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Every object of these kinds, as far as selectors allow.
    Kinds(Vec<Kind>),
    /// These objects, in order.
    Names(Vec<(Kind, String)>),
}

/// Whether a command may be given kinds without names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithoutNames {
    /// It may: `get pods`.
    Allowed,
    /// Only with a selector or `--all`: `delete pods`.
    Refused,
}

/// Where and which: namespace and selectors.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    /// The namespace to look in; all of them where absent.
    pub(crate) namespace: Option<String>,
    /// The labels to have.
    pub(crate) labels: Selector,
    /// The fields to have.
    pub(crate) fields: FieldSelector,
}

impl Filter {
    /// The filter that the flags `-n`, `-A`, `-l`, `--field-selector` make.
    pub(crate) fn of(args: &Args, context: &Context<'_>) -> Result<Filter> {
        let labels = match args.get("selector") {
            None | Some("") => Selector::everything(),
            Some(text) => Selector::parse(text).map_err(|why| not_selected(args, context, &why))?,
        };
        Ok(Filter {
            namespace: (!args.is_on("all-namespaces")).then(|| namespace(args, context)),
            labels,
            fields: FieldSelector::parse(args.get("field-selector").unwrap_or_default())
                .map_err(|why| not_selected(args, context, &why))?,
        })
    }

    /// Whether an object passes.
    pub(crate) fn passes(&self, object: &Object) -> bool {
        let in_namespace =
            !object.kind().is_namespaced() || self.namespace.as_deref().is_none_or(|n| n == object.namespace());
        let empty = crate::api::StringMap::new();
        in_namespace && self.labels.matches(object.meta().labels.as_ref().unwrap_or(&empty)) && self.fields.matches(object)
    }
}

/// The server refuses a selector that it cannot read, for the first kind that is asked for
/// (`cli-runtime/pkg/resource/selector.go`).
#[inline(never)]
fn not_selected(args: &Args, context: &Context<'_>, why: &str) -> Failure {
    let custom = context.sim.cluster().custom_kinds();
    let first = args.words.first().and_then(|word| kinds(word, &custom).ok()?.first().copied());
    let Some(kind) = first else { return Failure::client(why) };
    let given = |flag: &str| args.get(flag).unwrap_or_default().to_owned();
    cannot_find(kind, &given("selector"), &given("field-selector"), why)
}

/// `Unable to find "apps/v1, Resource=daemonsets" that match …`.
pub(crate) fn cannot_find(kind: Kind, labels: &str, fields: &str, why: &str) -> Failure {
    let version = kind.api_version();
    let version = if kind.group().is_empty() { ["/", version].concat() } else { version.to_owned() };
    ApiError::BadRequest(format!(
        "Unable to find \"{version}, Resource={}\" that match label selector {labels:?}, field selector {fields:?}: {why}",
        kind.plural()
    ))
    .into()
}

/// Says that `ev` could mean something else, as kubectl does of short names that two groups share.
pub(crate) fn warn_of_short_names(words: &[String], out: &mut Output) {
    let first = words.first().map_or("", String::as_str);
    let mut parts = first.split(',').map(|part| part.split('/').next().unwrap_or_default());
    if parts.any(|part| part.eq_ignore_ascii_case("ev")) {
        out.err("Warning: short name \"ev\" could also match lower priority resource events.events.k8s.io\n");
    }
}

/// Says what the server says of kinds that have a successor.
pub(crate) fn warn_of_old_kinds(request: &Request, out: &mut Output) {
    let asked = match request {
        Request::Kinds(kinds) => kinds.contains(&Kind::Endpoints),
        Request::Names(names) => names.iter().any(|(kind, _)| *kind == Kind::Endpoints),
    };
    if asked {
        out.err("Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n");
    }
}

/// Says that there is nothing.
pub(crate) fn say_nothing_found(namespace: Option<&str>, out: &mut Output) {
    match namespace {
        Some(namespace) => out.warn(format_args!("No resources found in {namespace} namespace.\n")),
        None => out.err("No resources found\n"),
    }
}

/// The namespace a command works in.
pub(crate) fn namespace(args: &Args, context: &Context<'_>) -> String {
    match args.get("namespace") {
        None | Some("") => context.config.namespace(args.get("context")).to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// The kind of a resource argument.
pub(crate) fn kind(argument: &str, custom: &[Kind]) -> Result<Kind> {
    if let Some(kind) = Kind::named(argument, custom) {
        return Ok(kind);
    }
    Err(super::api_resources::no_kind(argument))
}

/// The kinds of an argument like `pods,ds` or `all`.
pub(crate) fn kinds(argument: &str, custom: &[Kind]) -> Result<Vec<Kind>> {
    let mut kinds = vec![];
    for part in argument.split(',') {
        match in_category(part, custom).as_slice() {
            [] => kinds.push(kind(part, custom)?),
            all => kinds.extend(all),
        }
    }
    kinds.dedup();
    Ok(kinds)
}

/// The kinds of a category, by group and plural, as the server lists them.
fn in_category(category: &str, custom: &[Kind]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = kind::ALL.iter().chain(custom).copied().filter(|kind| kind.is_in(category)).collect();
    let place = |kind: Kind| (matches!(kind, Kind::Custom(_)), kind.group(), kind.plural());
    in_order(&mut kinds, &|a, b| place(a).cmp(&place(b)));
    kinds
}

const NO_PAIR: &str = "arguments in resource/name form must have a single resource and name";

/// Reads resource arguments.
pub(crate) fn request(words: &[String], args: &Args, without: WithoutNames, context: &Context<'_>) -> Result<Request> {
    let custom = context.sim.cluster().custom_kinds();
    let combined = words.iter().filter(|word| word.contains('/')).count();
    let selects = args.is_filled("selector") || args.is_filled("field-selector");
    let all = args.is_on("all");
    // Where objects are changed, upstream's `--all` gives way to names.
    let gives_way = ["label", "annotate", "scale", "set"].contains(&args.command().split(' ').nth(1).unwrap_or_default());
    let has_selection = selects || (all && !gives_way);
    if combined > 0 {
        if combined < words.len() {
            return Err(Failure::client(
                "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form \
                 (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
            ));
        }
        let mut names = vec![];
        for word in words {
            let mut parts = word.split('/');
            let (resource, name) = match (parts.next(), parts.next(), parts.next()) {
                (_, _, Some(_)) => {
                    return Err(Failure::client("arguments in resource/name form may not have more than one slash"));
                }
                (Some(resource), Some(name), None) if !resource.is_empty() && !name.is_empty() => (resource, name),
                _ => return Err(Failure::client(NO_PAIR)),
            };
            if resource.contains(',') {
                return Err(Failure::client(NO_PAIR));
            }
            names.push((kind(resource, &custom)?, name.to_owned()));
        }
        if has_selection {
            return Err(Failure::client("selectors and the all flag cannot be used when passing resource/name arguments"));
        }
        return Ok(Request::Names(names));
    }
    let Some((first, names)) = words.split_first() else { return Ok(Request::Kinds(vec![])) };
    if !names.is_empty() && first.split(',').any(str::is_empty) {
        return Err(Failure::client(NO_PAIR));
    }
    let kinds = kinds(first, &custom)?;
    if names.is_empty() {
        if without == WithoutNames::Refused && !selects && !all {
            return Err(Failure::client("resource(s) were provided, but no name was specified"));
        }
        return Ok(Request::Kinds(kinds));
    }
    if has_selection {
        return Err(Failure::client("name cannot be provided when a selector is specified"));
    }
    if first.split(',').any(|part| !in_category(part, &custom).is_empty()) {
        return Err(Failure::client("you must specify only one resource"));
    }
    let of_kind = |kind: &Kind| names.iter().map(|name| (*kind, name.clone())).collect::<Vec<_>>();
    Ok(Request::Names(kinds.iter().flat_map(of_kind).collect()))
}

/// What the words ask for, or the files of `-f`, and what could not be read there.
pub(crate) fn asked(
    words: &[String],
    args: &Args,
    without: WithoutNames,
    context: &Context<'_>,
) -> Result<(Request, Vec<Failure>)> {
    if !args.has("filename") {
        return Ok((request(words, args, without, context)?, vec![]));
    }
    let (given, failures) = manifests::load(args, context, "getting")?;
    let names = given.into_iter().map(|given| (given.kind, given.name));
    Ok((Request::Names(names.collect()), failures))
}

/// The objects that a request means, and what was not found.
pub(crate) fn fetch(context: &Context<'_>, request: &Request, filter: &Filter) -> Result<(Vec<Object>, Vec<Failure>)> {
    let mut found = found(context.sim.cluster().store(), request, filter)?;
    if !found.1.is_empty() {
        super::begun::cannot_find(context.sim, filter.namespace.as_deref().unwrap_or_default(), &mut found.1);
    }
    Ok(found)
}

/// The same, from the store alone.
pub(crate) fn found(store: &Store, request: &Request, filter: &Filter) -> Result<(Vec<Object>, Vec<Failure>)> {
    let (mut objects, mut failures) = (vec![], vec![]);
    match request {
        Request::Kinds(kinds) => {
            for &kind in kinds {
                filter.fields.check(kind)?;
                objects.extend(store.objects(kind).filter(|object| filter.passes(object)).cloned());
            }
        }
        Request::Names(names) => {
            for (kind, name) in names {
                let Some(namespace) = filter.namespace.as_deref().or((!kind.is_namespaced()).then_some("")) else {
                    return Err(Failure::client("a resource cannot be retrieved by name across all namespaces"));
                };
                match store.object(&Key::new(*kind, namespace, name)) {
                    Some(object) => objects.push(object.clone()),
                    None => failures.push(not_there(store, *kind, namespace, name).into()),
                }
            }
        }
    }
    Ok((objects, failures))
}

/// Why an object is not there: its namespace may not be there either (`cli-runtime/pkg/resource/visitor.go`, `Info.Get`).
pub(crate) fn not_there(store: &Store, kind: Kind, namespace: &str, name: &str) -> ApiError {
    let is_in_doubt = kind.is_namespaced() && !matches!(namespace, "" | "default");
    if is_in_doubt && store.object(&Key::new(Kind::Namespace, "", namespace)).is_none() {
        return ApiError::NotFound(Kind::Namespace, namespace.to_owned());
    }
    ApiError::NotFound(kind, name.to_owned())
}

/// `daemonset.apps/fluentd`, as messages and `-o name` call an object.
pub(crate) fn full_name(object: &Object) -> String {
    format!("{}/{}", object.kind().singular_with_group(), object.name())
}
