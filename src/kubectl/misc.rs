//! Small verbs: `create`, `version`, `api-resources`, `config`, and what `kubectl` says to verbs it does not know.

use super::args::Args;
use super::error::{Failure, Result};
use super::resource::{self, Request, WithoutNames};
use super::table::TabWriter;
use super::{Context, Outcome, Output, in_order};
use crate::api::{ApiError, Key, Kind, kind};

/// Every verb of kubectl 1.36, in its order.
const VERBS: &str = "create expose run set explain get edit delete rollout scale autoscale certificate cluster-info top cordon \
    uncordon drain taint describe logs attach exec port-forward proxy cp auth debug events diff apply patch \
    replace wait kustomize label annotate completion alpha api-resources api-versions config plugin version kuberc \
    options";

/// The verbs that the playground simulates, for completion.
pub(crate) const SIMULATED: &str = "annotate api-resources api-versions apply config cordon create delete describe drain events explain get help label \
    options patch replace rollout run scale set taint uncordon version cluster-info";

pub(super) const API_RESOURCES: &str = "api-group= o/output= verbs= sort-by= categories= namespaced no-headers cached";
pub(super) const CONFIG: &str = "current minify o/output= no-headers raw";
pub(super) const VERSION: &str = "client o/output=";

/// Whether a list of words has this one.
pub(crate) fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// What kubectl says to a verb that is none, or that the playground does not simulate.
pub(crate) fn unknown(verb: &str) -> Failure {
    if is_one_of(VERBS, verb) {
        return Failure::refused(format_args!("the playground does not simulate kubectl {verb} yet"));
    }
    let given = verb.to_ascii_lowercase();
    let mut near = String::new();
    for known in VERBS.split(' ') {
        if distance(&given, known) <= 2 || (!verb.is_empty() && known.starts_with(&given)) {
            near.push_str("\n\t");
            near.push_str(known);
        }
    }
    let ask = if near.is_empty() { "" } else { "\n\nDid you mean this?" };
    Failure::Verbatim(format!("error: unknown command {verb:?} for \"kubectl\"{ask}{near}"))
}

/// What the playground says of a verb that it has not.
pub(crate) fn not_simulated(verb: &str) -> Failure {
    let why = match verb {
        "port-forward" | "proxy" => "there is no network here",
        "cp" | "debug" => "its containers have no processes and no files",
        "kustomize" => "write plain manifests instead",
        "certificate" => "nobody signs certificates here",
        _ => "its kubectl has no such parts",
    };
    Failure::refused(format_args!("the playground does not simulate kubectl {verb}: {why}"))
}

/// What a verb says that the playground does not simulate, and that is about an object: first of all whether there is one.
pub(crate) fn about_object(verb: &str, words: &[String], context: &Context<'_>) -> Failure {
    const FLAGS: &str = "c/container= tail= since= l/selector= o/output= \
    f/follow p/previous i/stdin t/tty all-containers timestamps";
    let words = words.split(|word| word == "--").next().unwrap_or_default();
    let args = match Args::parse(words, FLAGS, &format!("kubectl {verb}")) {
        Ok(args) => args,
        Err(failure) => return failure,
    };
    let named: Vec<String> = match (verb, args.words.as_slice()) {
        ("exec" | "logs" | "attach", [first, ..]) if !first.contains('/') => vec!["pods".to_owned(), first.clone()],
        (_, [first, ..]) if first.contains('/') => vec![first.clone()],
        (_, [first, second, ..]) => vec![first.clone(), second.clone()],
        (_, words) => words.to_vec(),
    };
    let request = match resource::request(&named, &Args::default(), WithoutNames::Allowed, context) {
        Ok(request) => request,
        Err(failure) => return failure,
    };
    let Request::Names(names) = request else { return unknown(verb) };
    let namespace = resource::namespace(&args, context);
    let store = context.sim.cluster().store();
    for (kind, name) in names {
        if store.object(&Key::new(kind, &namespace, &name)).is_none() {
            let resource = kind.resource();
            return match verb {
                "logs" if named.len() == 1 => Failure::refused(format_args!(
                    "error from server (NotFound): {resource} {name:?} not found in namespace {namespace:?}"
                )),
                _ => ApiError::NotFound(kind, name).into(),
            };
        }
    }
    unknown(verb)
}

/// How many letters must be added, dropped or changed to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// `kubectl version`.
pub(crate) fn version(words: &[String], out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, VERSION, "kubectl version")?;
    match args.get("output") {
        None | Some("") => {}
        Some("yaml" | "json") => return Err(Failure::client("the playground does not simulate kubectl version -o")),
        Some(_) => return Err(Failure::client("--output must be 'yaml' or 'json'")),
    }
    out.out("Client Version: v1.36.4\nKustomize Version: v5.8.1\n");
    if !args.is_on("client") {
        out.out("Server Version: v1.36.2\n");
    }
    Ok(Outcome::Done(0))
}

/// `kubectl api-resources`.
pub(crate) fn api_resources(words: &[String], context: &Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, API_RESOURCES, "kubectl api-resources")?;
    let wide = match args.get("output") {
        None | Some("") => false,
        Some("wide") => true,
        Some("name") => {
            kinds(&args, context).into_iter().for_each(|kind| out.print(format_args!("{}\n", kind.resource())));
            return Ok(Outcome::Done(0));
        }
        Some(other) => return Err(Failure::refused(format_args!("--output {other} is not available"))),
    };
    let mut text = String::new();
    if !args.is_on("no-headers") {
        text.push_str("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        text.push_str(if wide { "\tVERBS\tCATEGORIES\n" } else { "\n" });
    }
    for kind in kinds(&args, context) {
        let short = kind.facts().short_names;
        let scope = kind.is_namespaced();
        text.push_str(&format!("{}\t{short}\t{}\t{scope}\t{}", kind.plural(), kind.api_version(), kind.name()));
        if wide {
            text.push_str("\tcreate,delete,deletecollection,get,list,patch,update,watch\t");
            text.push_str(kind.facts().category);
        }
        text.push('\n');
    }
    out.out(&TabWriter::table().format(&text));
    Ok(Outcome::Done(0))
}

/// `kubectl api-versions`.
pub(crate) fn api_versions(out: &mut Output) {
    let mut versions: Vec<&str> = kind::ALL.iter().map(|kind| kind.api_version()).collect();
    in_order(&mut versions, &|a, b| a.cmp(b));
    versions.dedup();
    versions.iter().for_each(|version| out.print(format_args!("{version}\n")));
}

/// The served kinds that the flags ask for: by group, then by name.
fn kinds(args: &Args, context: &Context<'_>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = kind::ALL.to_vec();
    kinds.extend(context.sim.cluster().custom_kinds());
    in_order(&mut kinds, &|a, b| (a.group(), a.plural()).cmp(&(b.group(), b.plural())));
    kinds.retain(|kind| args.get("api-group").is_none_or(|group| group == kind.group()));
    kinds.retain(|kind| args.get("namespaced").is_none_or(|wanted| wanted == kind.is_namespaced().to_string()));
    kinds
}

/// `kubectl config`: the namespace, and the one context there is.
pub(crate) fn config(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    const CONTEXT: &str = "kubernetes-admin@kubernetes";
    let Some((subcommand, rest)) = words.split_first() else {
        super::help::print("config", out);
        return Ok(Outcome::Done(0));
    };
    let args = Args::parse(rest, CONFIG, &format!("kubectl config {subcommand}"))?;
    match subcommand.as_str() {
        "current-context" => out.print(format_args!("{CONTEXT}\n")),
        "get-contexts" => {
            let namespace = if context.config.namespace == "default" { "" } else { &context.config.namespace };
            let row = format!("*\t{CONTEXT}\tkubernetes\tkubernetes-admin\t{namespace}\n");
            out.out(&TabWriter::table().format(&format!("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n{row}")));
        }
        "use-context" => match args.words.first().map(String::as_str) {
            Some(CONTEXT) => out.print(format_args!("Switched to context {CONTEXT:?}.\n")),
            Some(other) => return Err(Failure::refused(format_args!("no context exists with the name: {other:?}"))),
            None => return Err(Failure::usage("config use-context", format_args!("Unexpected args: []"))),
        },
        "set-context" => {
            match args.words.first().map(String::as_str) {
                Some(CONTEXT) => {}
                None if args.is_on("current") => {}
                None => return Err(Failure::usage("config set-context", format_args!("Unexpected args: []"))),
                Some(_) => return Err(Failure::client("the playground's kubectl has one context only")),
            }
            if let Some(namespace) = args.get("namespace") {
                context.config.namespace = if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() };
            }
            out.print(format_args!("Context {CONTEXT:?} modified.\n"));
        }
        other => return Err(Failure::refused(format_args!("the playground does not simulate kubectl config {other}"))),
    }
    Ok(Outcome::Done(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_verbs_get_suggestions() {
        for (verb, expect) in [
            ("gte", "error: unknown command \"gte\" for \"kubectl\"\n\nDid you mean this?\n\tget"),
            ("aply", "error: unknown command \"aply\" for \"kubectl\"\n\nDid you mean this?\n\tapply"),
            ("xyzzy-frotz", "error: unknown command \"xyzzy-frotz\" for \"kubectl\""),
            ("debug", "error: the playground does not simulate kubectl debug yet"),
        ] {
            assert_eq!(unknown(verb).to_string(), expect);
        }
    }
}
