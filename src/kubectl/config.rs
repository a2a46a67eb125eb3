//! `kubectl config`: which cluster, user and namespace commands mean
//! (upstream: `kubectl/pkg/cmd/config`, `client-go/tools/clientcmd`).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::table::TabWriter;
use super::{Context, Outcome, Output, flags, help, misc};

/// The cluster there is, and its user.
pub(super) const CLUSTER: &str = "kubernetes";
pub(super) const USER: &str = "kubernetes-admin";
const CONTEXT: &str = "kubernetes-admin@kubernetes";
/// Where its API server is said to be.
pub(super) const SERVER: &str = "https://172.18.0.2:6443";
/// Where the configuration is said to be.
const FILE: &str = "/home/learner/.kube/config";

/// What `~/.kube/config` would hold: one cluster and one user, and any number of contexts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeConfig {
    /// The context that commands mean; empty if none was chosen, and perhaps none of those there are.
    current: String,
    contexts: BTreeMap<String, Entry>,
}

/// A context: what it leaves empty is not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    cluster: String,
    user: String,
    namespace: String,
}

impl Default for KubeConfig {
    fn default() -> Self {
        let entry = Entry { cluster: CLUSTER.to_owned(), user: USER.to_owned(), namespace: String::new() };
        KubeConfig { current: CONTEXT.to_owned(), contexts: BTreeMap::from([(CONTEXT.to_owned(), entry)]) }
    }
}

impl KubeConfig {
    /// The namespace of commands that name none, in the current context or in the one that is named.
    pub fn namespace(&self, context: Option<&str>) -> &str {
        let entry = self.contexts.get(context.unwrap_or(&self.current));
        entry.map(|entry| entry.namespace.as_str()).filter(|namespace| !namespace.is_empty()).unwrap_or("default")
    }

    /// Whether the current context leads to the cluster.
    pub(super) fn leads_somewhere(&self) -> bool {
        self.contexts.get(&self.current).is_some_and(|entry| entry.cluster == CLUSTER && entry.user == USER)
    }

    /// The names of the contexts, in order.
    pub fn contexts(&self) -> impl Iterator<Item = &str> {
        self.contexts.keys().map(String::as_str)
    }

    /// Why a command does not get anywhere in the current context, or in the one that is named; `is_late` if the command asks
    /// for its namespace before it asks for the server.
    #[inline(never)]
    pub(super) fn check(&self, context: Option<&str>, is_late: bool) -> Result<()> {
        let name = context.unwrap_or(&self.current);
        match self.contexts.get(name) {
            Some(entry) if entry.cluster == CLUSTER && entry.user == USER => Ok(()),
            Some(entry) if entry.cluster == CLUSTER => Err(Failure::client(
                "You must be logged in to the server (the server has asked for the client to provide credentials)",
            )),
            None if is_late && context.is_some() => Err(Failure::refused(format_args!("context {name:?} does not exist"))),
            None if !name.is_empty() && !is_late => Err(Failure::Verbatim(format!(
                "Error in configuration: context was not found for specified context: {name}"
            ))),
            _ => Err(Failure::Verbatim(
                "The connection to the server localhost:8080 was refused - did you specify the right host or port?"
                    .to_owned(),
            )),
        }
    }
}

/// Runs `kubectl config WORDS`.
pub(crate) fn config(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let Some((subcommand, rest)) = words.split_first() else {
        return Ok(help::wanted("config", out));
    };
    if misc::is_one_of("delete-cluster delete-user set-cluster set-credentials", subcommand) {
        return Err(Failure::refused(format_args!(
            "the playground has one cluster and one user, so it does not simulate kubectl config {subcommand}"
        )));
    }
    let command = ["config ", subcommand].concat();
    let args = Args::parse(rest, flags::text(&command), &["kubectl ", &command].concat())?;
    let config = &mut *context.config;
    match subcommand.as_str() {
        "current-context" if config.current.is_empty() => return Err(Failure::client("current-context is not set")),
        "current-context" => out.print(format_args!("{}\n", config.current)),
        "delete-context" => delete_context(config, &args, out)?,
        "get-clusters" => out.print(format_args!("NAME\n{CLUSTER}\n")),
        "get-contexts" => get_contexts(config, &args, out)?,
        "get-users" => out.print(format_args!("NAME\n{USER}\n")),
        "rename-context" => rename_context(config, &args, out)?,
        "set" => set(config, &args, out)?,
        "set-context" => set_context(config, &args, out)?,
        "unset" => unset(config, &args, out)?,
        "use-context" | "use" => use_context(config, &args, out)?,
        "view" => show(context, &args, out)?,
        _ => return Err(misc::no_subcommand("config", words)),
    }
    Ok(Outcome::Done(0))
}

/// The words of a command that takes so many; else its help is printed.
fn words<'a, const N: usize>(args: &'a Args, command: &str, out: &mut Output) -> Result<[&'a str; N]> {
    let words: Vec<&str> = args.words.iter().map(String::as_str).collect();
    words.as_slice().try_into().map_err(|_| {
        help::print(&["config ", command].concat(), out);
        Failure::refused(format_args!("Unexpected args: [{}]", words.join(" ")))
    })
}

fn use_context(config: &mut KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    let [name] = words(args, "use-context", out)?;
    if name.is_empty() {
        return Err(Failure::client("empty context names are not allowed"));
    }
    if !config.contexts.contains_key(name) {
        return Err(Failure::refused(format_args!("no context exists with the name: {name:?}")));
    }
    name.clone_into(&mut config.current);
    out.print(format_args!("Switched to context {name:?}.\n"));
    Ok(())
}

fn set_context(config: &mut KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    if args.words.len() > 1 {
        words::<1>(args, "set-context", out)?;
    }
    let name = match args.words.first() {
        Some(_) if args.is_on("current") => {
            return Err(Failure::client("you cannot specify both a context name and --current"));
        }
        Some(name) if !name.is_empty() => name.clone(),
        None if args.is_on("current") && config.current.is_empty() => {
            return Err(Failure::client("no current context is set"));
        }
        None if args.is_on("current") => config.current.clone(),
        _ => return Err(Failure::client("you must specify a non-empty context name or --current")),
    };
    let done = if config.contexts.contains_key(&name) { "modified" } else { "created" };
    let entry = config.contexts.entry(name.clone()).or_default();
    for (flag, field) in [("cluster", &mut entry.cluster), ("user", &mut entry.user), ("namespace", &mut entry.namespace)] {
        if let Some(value) = args.get(flag) {
            value.clone_into(field);
        }
    }
    out.print(format_args!("Context {name:?} {done}.\n"));
    Ok(())
}

fn rename_context(config: &mut KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    let [old, new] = words(args, "rename-context", out)?;
    if !config.contexts.contains_key(old) {
        return Err(Failure::refused(format_args!("cannot rename the context {old:?}, it's not in {FILE}")));
    }
    if config.contexts.contains_key(new) {
        return Err(Failure::refused(format_args!(
            "cannot rename the context {old:?}, the context {new:?} already exists in {FILE}"
        )));
    }
    let entry = config.contexts.remove(old).unwrap_or_default();
    config.contexts.insert(new.to_owned(), entry);
    if config.current == old {
        new.clone_into(&mut config.current);
    }
    out.print(format_args!("Context {old:?} renamed to {new:?}.\n"));
    Ok(())
}

fn delete_context(config: &mut KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    let [name] = args.words.as_slice() else {
        help::print("config delete-context", out);
        return Ok(());
    };
    if config.contexts.remove(name).is_none() {
        return Err(Failure::refused(format_args!("cannot delete context {name}, not in {FILE}")));
    }
    if config.current == *name {
        out.err("warning: this removed your active context, use \"kubectl config use-context\" to select a different one\n");
    }
    out.print(format_args!("deleted context {name} from {FILE}\n"));
    Ok(())
}

/// The field of a context to which `contexts.NAME.FIELD` leads.
fn field<'a>(entry: &'a mut Entry, name: &str) -> Option<&'a mut String> {
    match name {
        "cluster" => Some(&mut entry.cluster),
        "namespace" => Some(&mut entry.namespace),
        "user" => Some(&mut entry.user),
        _ => None,
    }
}

/// What is said of a property of the configuration that is none, or that the playground does not keep.
fn no_property(property: &str) -> Failure {
    match property.split('.').next().unwrap_or_default() {
        "clusters" | "users" | "preferences" | "extensions" | "contexts" => Failure::refused(format_args!(
            "the playground keeps contexts.NAME.cluster, .user and .namespace only: not {property}"
        )),
        _ => Failure::refused(format_args!("unable to parse {property} after [] at api.Config")),
    }
}

fn set(config: &mut KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    let [property, value] = words(args, "set", out)?;
    match property.split('.').collect::<Vec<_>>().as_slice() {
        ["current-context"] => value.clone_into(&mut config.current),
        ["contexts", name, last] if field(&mut Entry::default(), last).is_some() => {
            let entry = config.contexts.entry((*name).to_owned()).or_default();
            if let Some(field) = field(entry, last) {
                value.clone_into(field);
            }
        }
        _ => return Err(no_property(property)),
    }
    out.print(format_args!("Property {property:?} set.\n"));
    Ok(())
}

fn unset(config: &mut KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    let [property] = words(args, "unset", out)?;
    match property.split('.').collect::<Vec<_>>().as_slice() {
        ["current-context"] => config.current.clear(),
        ["contexts"] => config.contexts.clear(),
        ["contexts", name] => drop(config.contexts.remove(*name)),
        ["contexts", name, last] => {
            let Some(entry) = config.contexts.get_mut(*name) else {
                return Err(Failure::refused(format_args!("current map key `{name}` is invalid")));
            };
            if let Some(field) = field(entry, last) {
                field.clear();
            }
        }
        _ => return Err(no_property(property)),
    }
    out.print(format_args!("Property {property:?} unset.\n"));
    Ok(())
}

fn get_contexts(config: &KubeConfig, args: &Args, out: &mut Output) -> Result<()> {
    if let Some(other) = args.get("output").filter(|output| !["", "name"].contains(output)) {
        return Err(Failure::refused(format_args!(
            "--output {other} is not available in kubectl config get-contexts; resetting to default output format"
        )));
    }
    let asked: Vec<&str> = args.words.iter().map(String::as_str).collect();
    let wanted = if asked.is_empty() { config.contexts().collect() } else { asked };
    let (found, missing): (Vec<&str>, Vec<&str>) = wanted.into_iter().partition(|name| config.contexts.contains_key(*name));
    if args.get("output") == Some("name") {
        found.iter().for_each(|name| out.print(format_args!("{name}\n")));
    } else {
        let heads = if args.is_on("no-headers") { "" } else { "CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n" };
        let row = |name: &&str| {
            let Entry { cluster, user, namespace } = &config.contexts[*name];
            let mark = if *name == config.current { "*" } else { "" };
            format!("{mark}\t{name}\t{cluster}\t{user}\t{namespace}\n")
        };
        let rows: String = found.iter().map(row).collect();
        out.out(&TabWriter::table().format(&format!("{heads}{rows}")));
    }
    Failure::all(missing.iter().map(|name| Failure::refused(format_args!("context {name} not found"))).collect())
}

fn show(context: &Context<'_>, args: &Args, out: &mut Output) -> Result<()> {
    if !args.words.is_empty() {
        return Err(Failure::usage("config view", format_args!("unexpected arguments: [{}]", args.words.join(" "))));
    }
    let format = match Format::of(args, context.files)? {
        Format::Table => Format::Yaml,
        format => format,
    };
    let config = &*context.config;
    let shown = args.get("context").filter(|name| !name.is_empty()).unwrap_or(&config.current);
    let only = args.is_on("minify").then_some(shown);
    if let Some(only) = only.filter(|only| !config.contexts.contains_key(*only)) {
        return Err(match only {
            "" => Failure::client("current-context must exist in order to minify"),
            only => Failure::refused(format_args!("cannot locate context {only}")),
        });
    }
    print::value(&view(config, only), &format, out)
}

/// The configuration, or what a context needs of it.
fn view(config: &KubeConfig, only: Option<&str>) -> Value {
    let shown: Vec<(&String, &Entry)> =
        config.contexts.iter().filter(|(name, _)| only.is_none_or(|only| only == name.as_str())).collect();
    let is_needed = |needs: &dyn Fn(&Entry) -> bool| only.is_none() || shown.iter().any(|(_, entry)| needs(entry));
    let or_null = |list: Vec<Value>| if list.is_empty() { Value::Null } else { list.into() };
    let cluster = json!({"cluster": {"certificate-authority-data": "DATA+OMITTED", "server": SERVER}, "name": CLUSTER});
    let user = json!({"client-certificate-data": "DATA+OMITTED", "client-key-data": "DATA+OMITTED"});
    let contexts = shown.iter().map(|(name, Entry { cluster, user, namespace })| {
        let mut context = json!({"cluster": cluster, "user": user});
        if !namespace.is_empty() {
            context["namespace"] = namespace.as_str().into();
        }
        json!({"context": context, "name": name})
    });
    json!({
        "apiVersion": "v1",
        "clusters": or_null(is_needed(&|entry| entry.cluster == CLUSTER).then_some(cluster).into_iter().collect()),
        "contexts": or_null(contexts.collect()),
        "current-context": only.unwrap_or(&config.current),
        "kind": "Config",
        "users": or_null(
            is_needed(&|entry| entry.user == USER).then(|| json!({"name": USER, "user": user})).into_iter().collect(),
        ),
    })
}
