//! `kubectl run`: one pod of one image, and a service for it (upstream: `kubectl/pkg/cmd/run/run.go`).

use serde_json::Value;

use super::apply::{self, DryRun};
use super::args::Args;
use super::create::{list, object, text, texts};
use super::error::{Failure, Result};
use super::expose::overridden;
use super::print::{self, Format};
use super::resource::namespace;
use super::{Context, Outcome, Output, Stream};
use crate::api::{Kind, decode};

pub(crate) const FLAGS: &str = "image= l/labels= annotations= env= port= restart= o/output= image-pull-policy= overrides= \
    override-type= field-manager= pod-running-timeout= detach-keys= grace-period= timeout= cascade=background f/filename= k/kustomize= template= \
    dry-run=unchanged command expose rm i/stdin t/tty attach leave-stdin-open q/quiet privileged save-config force wait record \
    R/recursive show-managed-fields allow-missing-template-keys";

/// `kubectl run`.
pub(crate) fn run(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl run")?;
    if !args.has("image") {
        return Err(Failure::client("required flag(s) \"image\" not set"));
    }
    let Some((name, command)) = args.words.split_first() else {
        return Err(Failure::usage("run", format_args!("NAME is required for run")));
    };
    let (dry_run, format) = (DryRun::of(&args)?, Format::of(&args, context.files)?);
    check(&args, dry_run)?;
    let metadata = metadata(name, &args)?;
    let pod = object(vec![("metadata", metadata), ("spec", spec(name, command, &args)?)]);
    if args.is_on("expose") {
        create(Kind::Service, service(name, &args, &pod)?, dry_run, &args, &format, context, out)?;
    }
    let pod = overridden(pod, Kind::Pod, &args)?;
    create(Kind::Pod, pod, dry_run, &args, &format, context, out)?;
    Ok(Outcome::Done(0))
}

/// Refuses what does not go together, and what nobody can do here.
fn check(args: &Args, dry_run: DryRun) -> Result<()> {
    let attaches = ["attach", "stdin", "tty"].iter().any(|flag| args.is_on(flag));
    let refused = |why: &str| Err(Failure::usage("run", format_args!("{why}")));
    let restart = args.get("restart").unwrap_or("Always");
    if !["Always", "OnFailure", "Never"].contains(&restart) {
        return refused(&format!("invalid restart policy: {restart}"));
    }
    if args.is_on("rm") && !attaches {
        return refused("--rm should only be used for attached containers");
    }
    if attaches && dry_run != DryRun::No {
        return refused(
            "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
        );
    }
    if attaches {
        return Err(Failure::client("the playground does not simulate kubectl run -it: its containers have no terminal"));
    }
    if args.is_on("expose") && args.number("port")?.unwrap_or(0) <= 0 {
        return refused("--port must be set when exposing a service");
    }
    let image = args.get("image").unwrap_or_default();
    if image.is_empty() {
        return Err(Failure::client("--image is required"));
    }
    let is_wrong = image.contains(|c: char| c.is_whitespace()) || image.ends_with([':', '/']);
    if is_wrong {
        return Err(Failure::refused(format_args!("Invalid image name {image:?}: invalid reference format")));
    }
    Ok(())
}

fn metadata(name: &str, args: &Args) -> Result<Value> {
    let pairs = args.all("labels");
    let mut labels = vec![];
    for pair in &pairs {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Failure::refused(format_args!("unexpected label spec: {pair}")))?;
        labels.push((key, value.into()));
    }
    if labels.is_empty() {
        labels.push(("run", name.into()));
    }
    let mut annotations = vec![];
    for pair in args.each("annotations") {
        let (key, value) =
            pair.split_once('=').ok_or_else(|| Failure::refused(format_args!("unexpected annotation spec: {pair}")))?;
        annotations.push((key, value.into()));
    }
    let annotations = if annotations.is_empty() { Value::Null } else { object(annotations) };
    Ok(object(vec![("annotations", annotations), ("labels", object(labels)), ("name", name.into())]))
}

fn spec(name: &str, command: &[String], args: &Args) -> Result<Value> {
    let mut env = vec![];
    for pair in args.each("env") {
        let (key, value) = pair.split_once('=').ok_or_else(|| Failure::refused(format_args!("invalid env: {pair}")))?;
        env.push(object(vec![("name", key.into()), ("value", value.into())]));
    }
    let port = args.number("port")?.filter(|port| *port > 0);
    let ports = port.map(|port| object(vec![("containerPort", port.into())]));
    let (program, arguments) = if args.is_on("command") { (command, &[][..]) } else { (&[][..], command) };
    let privileged = object(vec![("privileged", true.into())]);
    let container = object(vec![
        ("args", texts(arguments)),
        ("command", texts(program)),
        ("env", list(env)),
        ("image", args.get("image").unwrap_or_default().into()),
        ("imagePullPolicy", text(args.get("image-pull-policy").unwrap_or_default())),
        ("name", name.into()),
        ("ports", list(ports.into_iter().collect())),
        ("resources", object(vec![])),
        ("securityContext", if args.is_on("privileged") { privileged } else { Value::Null }),
    ]);
    Ok(object(vec![
        ("containers", list(vec![container])),
        ("dnsPolicy", "ClusterFirst".into()),
        ("restartPolicy", args.get("restart").unwrap_or("Always").into()),
    ]))
}

/// The service of `--expose`: at the pod's port, for its labels.
fn service(name: &str, args: &Args, pod: &Value) -> Result<Value> {
    let port = args.number("port")?.unwrap_or(0);
    let labels = &pod["metadata"]["labels"];
    // What has no labels of its own but the one that is made up gives none to its service.
    let own = if args.is_filled("labels") { labels.clone() } else { Value::Null };
    let ports = object(vec![("port", port.into()), ("protocol", "TCP".into()), ("targetPort", port.into())]);
    let spec = object(vec![("ports", list(vec![ports])), ("selector", labels.clone())]);
    Ok(object(vec![("metadata", object(vec![("labels", own), ("name", name.into())])), ("spec", spec)]))
}

fn create(
    kind: Kind,
    mut value: Value,
    dry_run: DryRun,
    args: &Args,
    format: &Format,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<()> {
    value["apiVersion"] = kind.api_version().into();
    value["kind"] = kind.name().into();
    // What only kubectl sees has no namespace unless one is asked for.
    if dry_run != DryRun::Client || args.is_filled("namespace") {
        value["metadata"]["namespace"] = namespace(args, context).into();
    }
    apply::record(args, &mut value);
    if args.is_on("save-config") {
        value = apply::with_last_applied(value);
    }
    let (object, _) = decode::lenient(kind, &value).map_err(|(_, why)| Failure::client(&why))?;
    let created = apply::create_one(object, "", "creating", dry_run, context, out)?;
    context.sim.deliver();
    if format.is_table() {
        return print::answer(created, "created", format, dry_run, out);
    }
    // Upstream the pod's printer is the service's within another, and each of them separates documents.
    if matches!(format, Format::Yaml) && !out.text(Stream::Out).is_empty() {
        out.out("---\n");
    }
    print::next(&created, format, out)
}
