//! `kubectl cordon` and `kubectl uncordon`.

use std::rc::Rc;

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::resource::{self, Filter, Request, WithoutNames, full_name};
use super::{Context, Outcome, Output};
use crate::api::{Kind, Node, Object, Resource};

pub(super) const FLAGS: &str = "l/selector= dry-run=unchanged";

/// Which way a node's `spec.unschedulable` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    /// No new pods.
    Cordoned,
    /// Open again.
    Uncordoned,
}

/// `kubectl cordon` or `kubectl uncordon`.
pub(crate) fn run(want: Want, words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let verb = if want == Want::Cordoned { "cordon" } else { "uncordon" };
    let args = Args::parse(words, FLAGS, &format!("kubectl {verb}"))?;
    let dry_run = DryRun::of(&args)?;
    let nodes = nodes(verb, &args, context)?;
    mark(&nodes, want, dry_run, context, out)?;
    Ok(Outcome::Done(0))
}

/// The nodes that the words or the selector of a verb name.
pub(crate) fn nodes(verb: &str, args: &Args, context: &Context<'_>) -> Result<Vec<Object>> {
    let selects = args.is_filled("selector");
    if args.words.is_empty() && !selects {
        return Err(Failure::usage(verb, format_args!("USAGE: {verb} NODE [flags]")));
    }
    if !args.words.is_empty() && selects {
        return Err(Failure::usage(verb, format_args!("cannot specify both a node name and a --selector option")));
    }
    let request = if selects {
        Request::Kinds(vec![Kind::Node])
    } else {
        let mut names = vec![];
        for word in &args.words {
            match word.contains('/') {
                false => names.push((Kind::Node, word.clone())),
                true => match resource::request(std::slice::from_ref(word), args, WithoutNames::Refused, context)? {
                    Request::Names(named) => names.extend(named),
                    Request::Kinds(_) => {}
                },
            }
        }
        Request::Names(names)
    };
    let (nodes, failures) = resource::fetch(context, &request, &Filter::of(args, context)?)?;
    // It ends at the first that is not there.
    if let Some(failure) = failures.into_iter().next() {
        return Err(failure);
    }
    if let Some(other) = nodes.iter().find(|object| object.kind() != Kind::Node) {
        let (group, version) = other.kind().api_version().rsplit_once('/').unwrap_or(("", other.kind().api_version()));
        let resource = other.kind().plural();
        return Err(Failure::refused(format_args!(
            "expected resource of type node, got \"{group}/{version}, Resource={resource}\""
        )));
    }
    Ok(nodes)
}

/// Closes or opens nodes.
pub(crate) fn mark(
    nodes: &[Object],
    want: Want,
    dry_run: DryRun,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<()> {
    let done = if want == Want::Cordoned { "cordoned" } else { "uncordoned" };
    let suffix = dry_run.suffix();
    for object in nodes {
        let Some(node) = Node::of(object) else { continue };
        let wanted = want == Want::Cordoned;
        let is = node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false);
        if is == wanted {
            out.print(format_args!("{} already {done}{suffix}\n", full_name(object)));
            continue;
        }
        if dry_run == DryRun::No {
            // It is a patch: a node that is named twice is changed as it is by then.
            let fresh = context.sim.cluster().store().object(&object.key()).and_then(Node::of);
            let mut changed = Rc::clone(fresh.unwrap_or(node));
            Rc::make_mut(&mut changed).spec.get_or_insert_default().unschedulable = wanted.then_some(true);
            context.sim.cluster_mut().update(changed)?;
            context.sim.deliver();
        }
        out.print(format_args!("{} {done}{suffix}\n", full_name(object)));
    }
    Ok(())
}
