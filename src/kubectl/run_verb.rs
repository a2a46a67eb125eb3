//! `kubectl run`: one pod of one image.

use serde_json::json;

use super::apply::{self, DryRun};
use super::args::{Args, Flag, perhaps, switch, value};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{full_name, namespace};
use super::{Context, Outcome, Output};
use crate::api::{Kind, Object};

const FLAGS: &[Flag] = &[
    value("image"),
    value("labels").or('l'),
    value("env"),
    value("port"),
    value("restart"),
    value("output").or('o'),
    value("image-pull-policy"),
    value("overrides"),
    perhaps("dry-run", "unchanged"),
    switch("command"),
    switch("expose"),
    switch("rm"),
    switch("stdin").or('i'),
    switch("tty").or('t'),
    switch("attach"),
];

/// `kubectl run`.
pub(crate) fn run(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl run")?;
    for flag in ["overrides", "expose", "rm", "stdin", "tty", "attach"] {
        if args.has(flag) {
            return Err(Failure::client(format!("the playground does not simulate kubectl run --{flag}")));
        }
    }
    let Some((name, command)) = args.words.split_first() else {
        return Err(Failure::usage("run", "NAME is required for run"));
    };
    let image = args.get("image").unwrap_or_default();
    if image.is_empty() {
        return Err(Failure::client("required flag(s) \"image\" not set"));
    }
    let restart = args.get("restart").unwrap_or("Always");
    if !["Always", "OnFailure", "Never"].contains(&restart) {
        return Err(Failure::client(format!("invalid restart policy: {restart}")));
    }
    let mut labels = serde_json::Map::new();
    for pair in args.all("labels") {
        let (key, value) = pair.split_once('=').ok_or_else(|| Failure::client(format!("unexpected label spec: {pair}")))?;
        labels.insert(key.to_owned(), value.into());
    }
    if labels.is_empty() {
        labels.insert("run".to_owned(), name.as_str().into());
    }
    let mut container = json!({"image": image, "name": name, "resources": {}});
    if let Some(port) = args.number("port", "kubectl run")? {
        container["ports"] = json!([{ "containerPort": port }]);
    }
    if let Some(policy) = args.get("image-pull-policy") {
        container["imagePullPolicy"] = policy.into();
    }
    let mut env = vec![];
    for pair in args.all("env") {
        let (key, value) = pair.split_once('=').ok_or_else(|| Failure::client(format!("invalid env: {pair}")))?;
        env.push(json!({"name": key, "value": value}));
    }
    if !env.is_empty() {
        container["env"] = env.into();
    }
    if !command.is_empty() {
        container[if args.is_on("command") { "command" } else { "args" }] = command.into();
    }
    let pod = json!({
        "metadata": {"name": name, "namespace": namespace(&args, context), "labels": labels},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart},
    });
    let object = Object::from_value(Kind::Pod, pod).map_err(|error| Failure::client(error.to_string()))?;
    let dry_run = DryRun::of(&args)?;
    let format = Format::of(&args)?;
    let created = apply::create_one(object, "", "creating", dry_run, context, out)?;
    context.sim.deliver();
    match format.is_table() {
        true => out.out(format!("{} created{}\n", full_name(&created), dry_run.suffix())),
        false => print::objects(&[created], &format, false, out)?,
    }
    Ok(Outcome::Done(0))
}
