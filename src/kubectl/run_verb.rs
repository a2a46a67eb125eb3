//! `kubectl run`: one pod of one image.

use serde_json::Value;

use super::apply::{self, DryRun};
use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::namespace;
use super::{Context, Outcome, Output, wire};
use crate::api::{Kind, decode};

pub(super) const FLAGS: &str = "image= l/labels= env= port= restart= o/output= image-pull-policy= overrides= dry-run=unchanged command \
    expose rm i/stdin t/tty attach";

/// `kubectl run`.
pub(crate) fn run(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl run")?;
    args.refuse(&["overrides", "expose", "rm", "stdin", "tty", "attach"])?;
    let Some((name, command)) = args.words.split_first() else {
        return Err(Failure::usage("run", format_args!("NAME is required for run")));
    };
    let image = args.get("image").unwrap_or_default();
    if image.is_empty() {
        return Err(Failure::client("required flag(s) \"image\" not set"));
    }
    let restart = args.get("restart").unwrap_or("Always");
    if !["Always", "OnFailure", "Never"].contains(&restart) {
        return Err(Failure::refused(format_args!("invalid restart policy: {restart}")));
    }
    let mut labels = serde_json::Map::new();
    for pair in args.all("labels") {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Failure::refused(format_args!("unexpected label spec: {pair}")))?;
        labels.insert(key.to_owned(), value.into());
    }
    if labels.is_empty() {
        labels.insert("run".to_owned(), name.as_str().into());
    }
    let (mut pod, mut container) = (Value::Null, Value::Null);
    wire::put(&mut container, "image", image.into());
    wire::put(&mut container, "name", name.as_str().into());
    wire::put(&mut container, "resources", Value::Object(serde_json::Map::new()));
    if let Some(number) = args.number("port")? {
        let mut port = Value::Null;
        wire::put(&mut port, "containerPort", number.into());
        wire::put(&mut container, "ports", Value::Array(vec![port]));
    }
    if let Some(policy) = args.get("image-pull-policy") {
        wire::put(&mut container, "imagePullPolicy", policy.into());
    }
    let mut env = vec![];
    for pair in args.all("env") {
        let (key, value) = pair.split_once('=').ok_or_else(|| Failure::refused(format_args!("invalid env: {pair}")))?;
        let mut variable = Value::Null;
        wire::put(&mut variable, "name", key.into());
        wire::put(&mut variable, "value", value.into());
        env.push(variable);
    }
    if !env.is_empty() {
        wire::put(&mut container, "env", Value::Array(env));
    }
    if !command.is_empty() {
        let words = command.iter().map(|word| word.as_str().into()).collect();
        wire::put(&mut container, if args.is_on("command") { "command" } else { "args" }, Value::Array(words));
    }
    wire::put(&mut pod, "metadata.name", name.as_str().into());
    wire::put(&mut pod, "metadata.namespace", namespace(&args, context).into());
    wire::put(&mut pod, "metadata.labels", Value::Object(labels));
    wire::put(&mut pod, "spec.containers", Value::Array(vec![container]));
    wire::put(&mut pod, "spec.dnsPolicy", "ClusterFirst".into());
    wire::put(&mut pod, "spec.restartPolicy", restart.into());
    let (object, _) = decode::lenient(Kind::Pod, &pod).map_err(|(_, why)| Failure::client(&why))?;
    let dry_run = DryRun::of(&args)?;
    let format = Format::of(&args, context.files)?;
    let created = apply::create_one(object, "", "creating", dry_run, context, out)?;
    context.sim.deliver();
    print::answer(created, "created", &format, dry_run, out)?;
    Ok(Outcome::Done(0))
}
