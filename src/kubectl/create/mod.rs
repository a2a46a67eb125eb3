//! `kubectl create`: objects from files, and the objects that its subcommands make of flags
//! (upstream: `kubectl/pkg/cmd/create`).

mod access;
mod data;
mod deployment;
mod hash;
mod job;
mod service;
mod small;

pub(crate) use access::subjects;

use serde_json::{Map, Value};

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::namespace;
use super::{Context, Outcome, Output, wire};
use crate::api::{Kind, decode};

/// Its flags where it has no subcommand.
pub(crate) const FLAGS: &str = "f/filename= o/output= l/selector= field-manager= k/kustomize= template= raw= dry-run=unchanged \
    validate=strict save-config edit R/recursive record windows-line-endings show-managed-fields allow-missing-template-keys";

/// The flags of a subcommand: its own, and those that all of them have.
macro_rules! flags {
    ($own:literal) => {
        concat!(
            $own,
            " o/output= field-manager= template= dry-run=unchanged validate=strict save-config show-managed-fields \
             allow-missing-template-keys"
        )
    };
}
use flags;

/// A subcommand that makes an object.
struct Maker {
    /// Its name, then its other names.
    names: &'static str,
    flags: &'static str,
    /// The flags that it cannot do without.
    required: &'static [&'static str],
    kind: Kind,
    /// What kubectl says before the server's words where it refuses the object; empty where it leaves that to the server.
    failing: &'static str,
    /// Makes all of the object but its kind, its name and its namespace.
    make: fn(&Given<'_>, &mut Context<'_>, &mut Output) -> Result<Value>,
}

const MAKERS: [&Maker; 20] = [
    &access::CLUSTER_ROLE,
    &access::CLUSTER_ROLE_BINDING,
    &access::ROLE,
    &access::ROLE_BINDING,
    &data::CONFIG_MAP,
    &data::SECRET_DOCKER_REGISTRY,
    &data::SECRET_GENERIC,
    &data::SECRET_TLS,
    &deployment::DEPLOYMENT,
    &job::CRON_JOB,
    &job::JOB,
    &service::CLUSTER_IP,
    &service::EXTERNAL_NAME,
    &service::LOAD_BALANCER,
    &service::NODE_PORT,
    &small::INGRESS,
    &small::NAMESPACE,
    &small::POD_DISRUPTION_BUDGET,
    &small::PRIORITY_CLASS,
    &small::QUOTA,
];

/// A subcommand's name, its flags and what is to be made.
struct Given<'a> {
    args: &'a Args,
    name: &'a str,
    /// The words after `--`.
    command: &'a [String],
}

impl Given<'_> {
    /// The text of a flag, empty where it is not given.
    fn text(&self, flag: &str) -> &str {
        self.args.get(flag).unwrap_or_default()
    }
}

/// The flags of a subcommand of `create`, if there is such a one.
pub(crate) fn flags_of(subcommand: &str) -> Option<&'static str> {
    match subcommand {
        "serviceaccount" | "sa" => Some(small::SERVICE_ACCOUNT.flags),
        "token" => Some(TOKEN),
        _ => maker(subcommand).map(|maker| maker.flags),
    }
}

const TOKEN: &str = "o/output= audience= duration= bound-object-kind= bound-object-name= bound-object-uid= template= \
    show-managed-fields allow-missing-template-keys";

fn makers() -> impl Iterator<Item = &'static Maker> {
    MAKERS.into_iter().chain([&small::SERVICE_ACCOUNT])
}

fn maker(name: &str) -> Option<&'static Maker> {
    makers().find(|maker| maker.names.split(", ").any(|known| known == name))
}

/// The names of the subcommands: `configmap, cm`.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    makers().map(|maker| maker.names)
}

/// `kubectl create`.
pub(crate) fn create(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let first = words.first().map_or("", String::as_str);
    match first {
        "secret" | "service" | "svc" => {
            let group = if first == "secret" { "secret" } else { "service" };
            return match words.get(1).filter(|word| !word.starts_with('-')) {
                None => Ok(super::help::wanted(&["create ", group].concat(), out)),
                Some(word) => match maker(&[group, " ", word].concat()) {
                    Some(maker) => make(maker, &words[2..], context, out),
                    None => Err(super::misc::no_subcommand(&["create ", group].concat(), &words[1..])),
                },
            };
        }
        "token" => {
            let args = Args::parse(&words[1..], TOKEN, "kubectl create token")?;
            only_name(&args.words, "token")?;
            return Err(Failure::client("the playground does not simulate kubectl create token: nobody signs tokens here"));
        }
        _ => {}
    }
    if let Some(maker) = maker(first) {
        return make(maker, &words[1..], context, out);
    }
    let args = Args::parse(words, FLAGS, "kubectl create")?;
    args.expect_no_words()?;
    if args.has("filename") {
        return apply::create(&args, context, out);
    }
    Err(Failure::client("must specify one of -f and -k"))
}

fn make(maker: &Maker, words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let called = maker.names.split(", ").next().unwrap_or_default();
    let mut parts = words.splitn(2, |word| word == "--");
    let args = Args::parse(parts.next().unwrap_or_default(), maker.flags, &["kubectl create ", called].concat())?;
    let command = parts.next().unwrap_or_default();
    let missing: Vec<String> =
        maker.required.iter().filter(|flag| !args.has(flag)).map(|flag| format!("{flag:?}")).collect();
    if !missing.is_empty() {
        return Err(Failure::refused(format_args!("required flag(s) {} not set", missing.join(", "))));
    }
    let name = only_name(&args.words, called)?;
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    let kind = maker.kind;
    if name.is_empty() {
        return Err(Failure::client("name must be specified"));
    }
    let mut value = (maker.make)(&Given { args: &args, name, command }, context, out)?;
    value["apiVersion"] = kind.api_version().into();
    value["kind"] = kind.name().into();
    let name = if args.is_on("append-hash") { hash::named(kind, name, &value) } else { name.clone() };
    wire::put(&mut value, "metadata.name", name.into());
    // What only kubectl sees has a namespace where one is asked for; the server needs one.
    if kind.is_namespaced() && (dry_run != DryRun::Client || args.is_filled("namespace")) {
        wire::put(&mut value, "metadata.namespace", namespace(&args, context).into());
    }
    if args.is_on("save-config") {
        value = apply::with_last_applied(value);
    }
    let (object, _) = decode::lenient(kind, &value).map_err(|(_, why)| Failure::client(&why))?;
    let created = match apply::create_one(object, "", "creating", dry_run, context, out) {
        Err(Failure::Server { error, .. }) if !maker.failing.is_empty() => {
            return Err(Failure::refused(format_args!("failed to create {} {}", maker.failing, error.message())));
        }
        created => created?,
    };
    context.sim.deliver();
    print::answer(created, "created", &format, dry_run, out)?;
    Ok(Outcome::Done(0))
}

fn only_name<'a>(words: &'a [String], called: &str) -> Result<&'a String> {
    match words {
        [name] => Ok(name),
        _ => Err(Failure::usage(
            &["create ", called].concat(),
            format_args!("exactly one NAME is required, got {}", words.len()),
        )),
    }
}

/// An object of these fields, without those that are null.
pub(crate) fn object(fields: Vec<(&str, Value)>) -> Value {
    let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// A text; null where there is none.
pub(crate) fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

/// A list; null where it is empty.
pub(crate) fn list(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Null } else { Value::Array(items) }
}

pub(crate) fn texts(items: &[String]) -> Value {
    list(items.iter().map(|item| item.as_str().into()).collect())
}
