//! Small verbs: `create`, `version`, `api-resources`, `config`, and what `kubectl` says to verbs it does not know.

use super::apply::{self, DryRun};
use super::args::{Args, Flag, perhaps, switch, value};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Request, WithoutNames, full_name};
use super::table::TabWriter;
use super::{Context, Outcome, Output};
use crate::api::{ApiError, Key, Kind, Namespace, ObjectMeta, kind};

/// Every verb of kubectl 1.36, in its order.
const VERBS: [&str; 45] = [
    "create",
    "expose",
    "run",
    "set",
    "explain",
    "get",
    "edit",
    "delete",
    "rollout",
    "scale",
    "autoscale",
    "certificate",
    "cluster-info",
    "top",
    "cordon",
    "uncordon",
    "drain",
    "taint",
    "describe",
    "logs",
    "attach",
    "exec",
    "port-forward",
    "proxy",
    "cp",
    "auth",
    "debug",
    "events",
    "diff",
    "apply",
    "patch",
    "replace",
    "wait",
    "kustomize",
    "label",
    "annotate",
    "completion",
    "alpha",
    "api-resources",
    "api-versions",
    "config",
    "plugin",
    "version",
    "kuberc",
    "options",
];

/// The verbs that the playground simulates, for completion.
pub(crate) const SIMULATED: [&str; 24] = [
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "config",
    "cordon",
    "create",
    "delete",
    "describe",
    "events",
    "explain",
    "get",
    "help",
    "label",
    "options",
    "patch",
    "replace",
    "rollout",
    "run",
    "set",
    "taint",
    "uncordon",
    "version",
    "cluster-info",
];

/// What kubectl says to a verb that is none, or that the playground does not simulate.
pub(crate) fn unknown(verb: &str) -> Failure {
    if VERBS.contains(&verb) {
        return Failure::client(format!("the playground does not simulate kubectl {verb} yet"));
    }
    let near = |known: &&&str| {
        distance(&verb.to_ascii_lowercase(), known) <= 2
            || (!verb.is_empty() && known.starts_with(&verb.to_ascii_lowercase()))
    };
    let near: Vec<String> = VERBS.iter().filter(near).map(|known| format!("\t{known}")).collect();
    let mut message = format!("error: unknown command {verb:?} for \"kubectl\"");
    if !near.is_empty() {
        message.push_str(&format!("\n\nDid you mean this?\n{}", near.join("\n")));
    }
    Failure::Verbatim(message)
}

/// What a verb says that the playground does not simulate, and that is about an object: first of all whether there is one.
pub(crate) fn about_object(verb: &str, words: &[String], context: &Context<'_>) -> Failure {
    const FLAGS: &[Flag] = &[
        value("replicas"),
        value("max"),
        value("min"),
        value("port"),
        value("target-port"),
        value("type"),
        value("name"),
        value("container").or('c'),
        value("tail"),
        value("since"),
        value("selector").or('l'),
        value("output").or('o'),
        switch("follow").or('f'),
        switch("previous").or('p'),
        switch("stdin").or('i'),
        switch("tty").or('t'),
        switch("all-containers"),
        switch("timestamps"),
    ];
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
    let request = match resource::request(&named, &Args::default(), WithoutNames::Allowed) {
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
                "logs" if named.len() == 1 => Failure::client(format!(
                    "error from server (NotFound): {resource} {name:?} not found in namespace {namespace:?}"
                )),
                _ => ApiError::NotFound(kind, name).into(),
            };
        }
        if verb == "scale" {
            // A DaemonSet has no scale subresource.
            return Failure::Verbatim(
                "Error from server (NotFound): the server could not find the requested resource".to_owned(),
            );
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

/// `kubectl create`: `-f`, and `namespace`.
pub(crate) fn create(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    const FLAGS: &[Flag] = &[
        value("filename").or('f'),
        value("output").or('o'),
        value("selector").or('l'),
        value("field-manager"),
        value("kustomize").or('k'),
        value("template"),
        value("raw"),
        perhaps("dry-run", "unchanged"),
        perhaps("validate", "strict"),
        switch("save-config"),
        switch("edit"),
        switch("recursive").or('R'),
        switch("record"),
        switch("windows-line-endings"),
        switch("show-managed-fields"),
    ];
    const KINDS: [&str; 18] = [
        "clusterrole",
        "clusterrolebinding",
        "configmap",
        "cronjob",
        "deployment",
        "ingress",
        "job",
        "poddisruptionbudget",
        "priorityclass",
        "quota",
        "role",
        "rolebinding",
        "secret",
        "service",
        "serviceaccount",
        "token",
        "cm",
        "sa",
    ];
    match words.first().map(String::as_str) {
        Some("namespace" | "ns") => {
            return create_namespace(&Args::parse(&words[1..], FLAGS, "kubectl create namespace")?, context, out);
        }
        Some(other) if KINDS.contains(&other) => {
            return Err(Failure::client(format!("the playground does not simulate kubectl create {other} yet")));
        }
        _ => {}
    }
    let args = Args::parse(words, FLAGS, "kubectl create")?;
    if args.has("filename") {
        if !args.words.is_empty() {
            return Err(Failure::usage("create", format!("Unexpected args: [{}]", args.words.join(" "))));
        }
        return apply::create(&args, context, out);
    }
    if !args.words.is_empty() {
        return Err(Failure::usage("create", format!("Unexpected args: [{}]", args.words.join(" "))));
    }
    out.err("Error: must specify one of -f and -k\n\n");
    super::help::print("create", out);
    Ok(Outcome::Done(1))
}

fn create_namespace(args: &Args, context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let [name] = args.words.as_slice() else {
        let message = format!("exactly one NAME is required, got {}", args.words.len());
        return Err(Failure::usage("create namespace", message));
    };
    let format = Format::of(args)?;
    let dry_run = DryRun::of(args)?;
    let namespace =
        Namespace { metadata: ObjectMeta { name: Some(name.clone()), ..ObjectMeta::default() }, ..Namespace::default() };
    let created = apply::create_one(namespace.into(), "", "creating", dry_run, context, out)?;
    context.sim.deliver();
    match format.is_table() {
        true => out.out(format!("{} created{}\n", full_name(&created), dry_run.suffix())),
        false => print::objects(&[created], &format, false, out)?,
    }
    Ok(Outcome::Done(0))
}

/// `kubectl version`.
pub(crate) fn version(words: &[String], out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, &[switch("client"), value("output").or('o'), switch("short")], "kubectl version")?;
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
pub(crate) fn api_resources(words: &[String], out: &mut Output) -> Result<Outcome> {
    const FLAGS: &[Flag] = &[
        value("api-group"),
        value("output").or('o'),
        value("verbs"),
        value("sort-by"),
        value("categories"),
        switch("namespaced"),
        switch("no-headers"),
        switch("cached"),
    ];
    let args = Args::parse(words, FLAGS, "kubectl api-resources")?;
    let wide = match args.get("output") {
        None | Some("") => false,
        Some("wide") => true,
        Some("name") => {
            kinds(&args).into_iter().for_each(|kind| out.out(kind.resource() + "\n"));
            return Ok(Outcome::Done(0));
        }
        Some(other) => return Err(Failure::client(format!("--output {other} is not available"))),
    };
    let mut text = String::new();
    if !args.is_on("no-headers") {
        text.push_str("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        text.push_str(if wide { "\tVERBS\tCATEGORIES\n" } else { "\n" });
    }
    for kind in kinds(&args) {
        let short = kind.short_name().unwrap_or_default();
        let scope = kind.is_namespaced();
        text.push_str(&format!("{}\t{short}\t{}\t{scope}\t{}", kind.plural(), kind.api_version(), kind.name()));
        if wide {
            let all = if matches!(kind, Kind::DaemonSet | Kind::Pod) { "all" } else { "" };
            text.push_str(&format!("\tcreate,delete,deletecollection,get,list,patch,update,watch\t{all}"));
        }
        text.push('\n');
    }
    out.out(TabWriter::table().format(&text));
    Ok(Outcome::Done(0))
}

/// The served kinds that the flags ask for: by group, then by name.
fn kinds(args: &Args) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = kind::ALL.to_vec();
    kinds.sort_by_key(|kind| (kind.group(), kind.plural()));
    kinds.retain(|kind| args.get("api-group").is_none_or(|group| group == kind.group()));
    kinds.retain(|kind| args.get("namespaced").is_none_or(|wanted| wanted == kind.is_namespaced().to_string()));
    kinds
}

/// `kubectl config`: the namespace, and the one context there is.
pub(crate) fn config(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    const CONTEXT: &str = "kubernetes-admin@kubernetes";
    const FLAGS: &[Flag] =
        &[switch("current"), switch("minify"), value("output").or('o'), switch("no-headers"), switch("raw")];
    let Some((subcommand, rest)) = words.split_first() else {
        super::help::print("config", out);
        return Ok(Outcome::Done(0));
    };
    let args = Args::parse(rest, FLAGS, &format!("kubectl config {subcommand}"))?;
    match subcommand.as_str() {
        "current-context" => out.out(format!("{CONTEXT}\n")),
        "get-contexts" => {
            let namespace = if context.config.namespace == "default" { "" } else { &context.config.namespace };
            let row = format!("*\t{CONTEXT}\tkubernetes\tkubernetes-admin\t{namespace}\n");
            out.out(TabWriter::table().format(&format!("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n{row}")));
        }
        "use-context" => match args.words.first().map(String::as_str) {
            Some(CONTEXT) => out.out(format!("Switched to context {CONTEXT:?}.\n")),
            Some(other) => return Err(Failure::client(format!("no context exists with the name: {other:?}"))),
            None => return Err(Failure::usage("config use-context", "Unexpected args: []")),
        },
        "set-context" => {
            match args.words.first().map(String::as_str) {
                Some(CONTEXT) => {}
                None if args.is_on("current") => {}
                None => return Err(Failure::usage("config set-context", "Unexpected args: []")),
                Some(_) => return Err(Failure::client("the playground's kubectl has one context only")),
            }
            if let Some(namespace) = args.get("namespace") {
                context.config.namespace = if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() };
            }
            out.out(format!("Context {CONTEXT:?} modified.\n"));
        }
        other => return Err(Failure::client(format!("the playground does not simulate kubectl config {other}"))),
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
            ("drain", "error: the playground does not simulate kubectl drain yet"),
        ] {
            assert_eq!(unknown(verb).to_string(), expect);
        }
    }
}
