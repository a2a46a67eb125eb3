//! `kubectl cordon` and `kubectl uncordon`.

use std::rc::Rc;

use super::apply::DryRun;
use super::args::Args;
use super::error::{Failure, Result};
use super::resource::{self, Filter, Request, full_name};
use super::{Context, Outcome, Output};
use crate::api::{Kind, Node, Resource};

const FLAGS: &str = "l/selector= dry-run=unchanged";

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
    let (verb, done) = match want {
        Want::Cordoned => ("cordon", "cordoned"),
        Want::Uncordoned => ("uncordon", "uncordoned"),
    };
    let args = Args::parse(words, FLAGS, &format!("kubectl {verb}"))?;
    let dry_run = DryRun::of(&args)?;
    let selects = args.is_filled("selector");
    if args.words.is_empty() && !selects {
        return Err(Failure::usage(verb, format_args!("USAGE: {verb} NODE [flags]")));
    }
    if !args.words.is_empty() && selects {
        return Err(Failure::client(
            "error: cannot specify both a node name and a --selector option".trim_start_matches("error: "),
        ));
    }
    let request = if selects {
        Request::Kinds(vec![Kind::Node])
    } else {
        let name = |word: &String| word.strip_prefix("node/").or(word.strip_prefix("nodes/")).unwrap_or(word).to_owned();
        Request::Names(args.words.iter().map(|word| (Kind::Node, name(word))).collect())
    };
    let (nodes, failures) = resource::fetch(context, &request, &Filter::of(&args, context)?)?;
    Failure::all(failures)?;
    for object in nodes {
        let Some(node) = Node::of(&object) else { continue };
        let wanted = want == Want::Cordoned;
        let is = node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false);
        let suffix = dry_run.suffix();
        if is == wanted {
            out.print(format_args!("{} already {done}{suffix}\n", full_name(&object)));
            continue;
        }
        if dry_run == DryRun::No {
            let mut changed = Rc::clone(node);
            Rc::make_mut(&mut changed).spec.get_or_insert_default().unschedulable = wanted.then_some(true);
            context.sim.cluster_mut().update(changed)?;
            context.sim.deliver();
        }
        out.print(format_args!("{} {done}{suffix}\n", full_name(&object)));
    }
    Ok(Outcome::Done(0))
}
