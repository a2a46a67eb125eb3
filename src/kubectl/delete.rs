//! `kubectl delete`.

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::process::{Process, WaitDelete};
use super::resource::{self, Filter, Request, WithoutNames};
use super::{Context, Outcome, Output, manifests};
use crate::api::{ApiError, Key, decode::Manifest};
use crate::cluster::{DeleteOptions, Propagation};

pub(super) const FLAGS: &str = "f/filename= l/selector= field-selector= o/output= grace-period= timeout= raw= k/kustomize= \
    cascade=background dry-run=unchanged all A/all-namespaces force now wait ignore-not-found i/interactive \
    R/recursive";

/// What kubectl says where no object is named at all.
pub(crate) const NOTHING_TO_SELECT: &str = "at least one resource must be specified to use a selector";
/// What verbs say that need something to work on.
pub(crate) const NOTHING_NAMED: &str = "You must provide one or more resources by argument or filename.\nExample resource \
    specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// Something to delete: its key, and the file that named it, if one did.
type Target = (Key, Option<String>);

/// `kubectl delete`.
pub(crate) fn delete(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl delete")?;
    args.refuse(&["raw", "kustomize"])?;
    if args.is_on("interactive") {
        args.refuse(&["interactive"])?;
    }
    let dry_run = DryRun::of(&args)?;
    let options = options(&args, out)?;
    if let Some(other) = args.get("output").filter(|output| !["", "name"].contains(output)) {
        return Err(Failure::refused(format_args!("unexpected -o output mode: {other}. We only support '-o name'")));
    }
    if args.is_on("all") && (args.is_filled("selector") || args.is_filled("field-selector")) {
        return Err(Failure::client("setting 'all' parameter but found a non empty selector. "));
    }
    let selects = args.has("selector") || args.has("field-selector") || args.is_on("all");
    let ignore = args.is_on("ignore-not-found") || (selects && !args.has("ignore-not-found"));
    let timeout = args.duration("timeout")?;
    let (targets, mut failures) = targets(&args, context)?;
    let found = targets.len();
    let mut deleted = vec![];
    let mut warned = !args.has("namespace") || args.is_on("all-namespaces");
    for (key, file) in targets {
        if !key.kind.is_namespaced() && !std::mem::replace(&mut warned, true) {
            out.err("Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n");
        }
        let removed = match dry_run {
            DryRun::No => context.sim.cluster_mut().delete(&key, &options).map(Some),
            // Nobody asks the server, not even whether it is there.
            DryRun::Client => Ok(None),
            DryRun::Server => context.sim.cluster().may_delete(&key).map(|_| None),
        };
        match removed {
            Ok(object) => {
                answer(&key, &args, &options, dry_run, out);
                deleted.extend(object);
            }
            Err(ApiError::NotFound(..)) if ignore => {}
            Err(error) => failures.push(match file {
                _ if super::begun::is_computed(context.sim, &key) => super::begun::cannot_change(&key),
                Some(file) => Failure::while_doing(error, format!("error when deleting {file:?}")),
                None => error.into(),
            }),
        }
        context.sim.deliver();
    }
    Failure::all(failures)?;
    if found == 0 {
        out.out("No resources found\n");
        return Ok(Outcome::Done(0));
    }
    if args.get("wait") == Some("false") || dry_run != DryRun::No {
        return Ok(Outcome::Done(0));
    }
    let until = timeout.filter(|timeout| !timeout.is_zero()).map(|timeout| context.sim.now() + timeout);
    Ok(match WaitDelete::start(&deleted, context.sim.cluster().store(), until) {
        Some(process) => Outcome::Running(Process::WaitDelete(process)),
        None => Outcome::Done(0),
    })
}

fn options(args: &Args, out: &mut Output) -> Result<DeleteOptions> {
    let mut grace = args.number("grace-period")?.unwrap_or(-1);
    let force = args.is_on("force");
    if args.is_on("now") {
        if grace != -1 {
            return Err(Failure::client("--now and --grace-period cannot be specified together"));
        }
        grace = 1;
    }
    if grace == 0 && !force {
        grace = 1;
    }
    if force && grace < 0 {
        grace = 0;
    }
    if force && grace > 0 {
        return Err(Failure::client("--force and --grace-period greater than 0 cannot be specified together"));
    }
    if force {
        out.err(
            "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource \
             may continue to run on the cluster indefinitely.\n",
        );
    }
    let propagation = propagation(args, out)?;
    Ok(DeleteOptions { grace_period_seconds: (grace >= 0).then_some(grace), propagation })
}

/// Reads `--cascade`.
pub(crate) fn propagation(args: &Args, out: &mut Output) -> Result<Propagation> {
    Ok(match args.get("cascade") {
        None | Some("background") => Propagation::Background,
        Some("foreground") => Propagation::Foreground,
        Some("orphan") => Propagation::Orphan,
        Some("true") => {
            out.err(
                "warning: --cascade=true is deprecated (boolean value) and can be replaced with --cascade=background.\n",
            );
            Propagation::Background
        }
        Some("false") => {
            out.err("warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.\n");
            Propagation::Orphan
        }
        Some(other) => {
            return Err(Failure::refused(format_args!(
                "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\""
            )));
        }
    })
}

fn targets(args: &Args, context: &Context<'_>) -> Result<(Vec<Target>, Vec<Failure>)> {
    if args.has("filename") {
        super::misc::words_and_files(args, context, "deleting", "a resource by arguments")?;
        let (given, failures) = manifests::load(args, context, "deleting")?;
        let target = |given: Manifest| (given.key(), Some(given.file));
        return Ok((given.into_iter().map(target).collect(), failures));
    }
    if args.words.is_empty() {
        let selects = args.is_on("all") || args.is_filled("selector") || args.is_filled("field-selector");
        return Err(Failure::client(if selects { NOTHING_TO_SELECT } else { NOTHING_NAMED }));
    }
    let filter = Filter::of(args, context)?;
    let request = resource::request(&args.words, args, WithoutNames::Refused, context)?;
    match &request {
        Request::Kinds(_) => {
            let (objects, failures) = resource::fetch(context, &request, &filter)?;
            Ok((objects.iter().map(|object| (object.key(), None)).collect(), failures))
        }
        Request::Names(names) => {
            let Some(namespace) = &filter.namespace else {
                return Err(Failure::client("a resource cannot be retrieved by name across all namespaces"));
            };
            Ok((names.iter().map(|(kind, name)| (Key::new(*kind, namespace, name), None)).collect(), vec![]))
        }
    }
}

fn answer(key: &Key, args: &Args, options: &DeleteOptions, dry_run: DryRun, out: &mut Output) {
    if args.get("output") == Some("name") {
        out.print(format_args!("{}/{}\n", key.kind.singular_with_group(), key.name));
        return;
    }
    let what = if options.grace_period_seconds == Some(0) { "force deleted" } else { "deleted" };
    let text = answered(key, what);
    out.print(format_args!("{}{}\n", text.trim_end(), dry_run.suffix()));
}

/// `daemonset.apps "fluentd" deleted from default namespace`.
pub(crate) fn answered(key: &Key, what: &str) -> String {
    let place = match key.kind.is_namespaced() {
        true => format!(" from {} namespace", key.namespace),
        false => String::new(),
    };
    format!("{} {:?} {what}{place}\n", key.kind.singular_with_group(), key.name)
}
