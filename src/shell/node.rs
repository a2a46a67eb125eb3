//! `node`: does to a machine what no kubectl command can.

use std::fmt;

use crate::kubectl::{Output, parse_taint};
use crate::sim::{NodeAction, NodeDefinition, Simulation, Supply};

/// What `node` can do to a machine.
pub(super) const NODE_ACTIONS: &str = "add notready poweroff poweron pressure ready relief remove";

const NODE_USAGE: &str = "\
node does to a machine what no kubectl command can:

  node add NAME [--label key=value]… [--taint key=value:Effect]… [--cpu N] [--memory N] [--pods N]
  node remove NAME     the machine is gone, and its Node object with it
  node poweroff NAME   the machine is switched off: no more heartbeats
  node poweron NAME    it starts again, and so do its containers
  node notready NAME   its kubelet reports that it is not ready
  node ready NAME      its kubelet reports that it is ready
  node pressure NAME memory|disk|pid|network   it runs short of that, and its condition says so
  node relief NAME memory|disk|pid|network     there is enough of it again
";

/// Runs `node ARGS`; gives the exit code.
pub(super) fn run(args: &[String], sim: &mut Simulation, out: &mut Output) -> i32 {
    let (action, rest) = match args.split_first() {
        None => return say(NODE_USAGE, out),
        Some((action, _)) if action == "help" => return say(NODE_USAGE, out),
        Some(_) if args.iter().any(|arg| matches!(arg.as_str(), "--help" | "-h")) => return say(NODE_USAGE, out),
        Some(action) => action,
    };
    let (action, done) = match node_action(action, rest) {
        Ok(action) => action,
        Err(message) => return fail(1, format_args!("node: {message}"), out),
    };
    let name = action.node().to_owned();
    match sim.node(action) {
        Ok(()) => {
            out.print(format_args!("node/{name} {done}\n"));
            0
        }
        Err(error) => fail(1, format_args!("node: {error}"), out),
    }
}

fn say(text: &str, out: &mut Output) -> i32 {
    out.out(text);
    0
}

/// Complains; gives the exit code.
fn fail(exit: i32, message: fmt::Arguments<'_>, out: &mut Output) -> i32 {
    out.warn(format_args!("{message}\n"));
    exit
}

/// What `node ACTION ARGS` does, and the word for it when it is done.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn node_action(action: &str, args: &[String]) -> Result<(NodeAction, &'static str), String> {
    if action == "add" {
        return Ok((NodeAction::Add(definition(args)?), "joined"));
    }
    if action == "pressure" || action == "relief" {
        let [name, resource] = args else { return Err(format!("which one, and what? node {action} NAME memory")) };
        let (name, resource) = (name.strip_prefix("node/").unwrap_or(name).to_owned(), Supply::named(resource)?);
        return Ok(match action {
            "pressure" => (NodeAction::Pressure(name, resource), "under pressure"),
            _ => (NodeAction::Relief(name, resource), "relieved"),
        });
    }
    let (make, done): (fn(String) -> NodeAction, _) = match action {
        "remove" => (NodeAction::Remove, "removed"),
        "poweroff" => (NodeAction::Off, "powered off"),
        "poweron" => (NodeAction::Ready, "powered on"),
        "notready" => (NodeAction::NotReady, "reports NotReady"),
        "ready" => (NodeAction::Ready, "reports Ready"),
        other => return Err(format!("cannot {other:?}: it can {}", NODE_ACTIONS.replace(' ', ", "))),
    };
    match args {
        [name] => Ok((make(name.strip_prefix("node/").unwrap_or(name).to_owned()), done)),
        [] => Err(format!("which one? node {action} NAME")),
        [_, extra, ..] => Err(format!("one at a time: {extra:?} is too much")),
    }
}

fn definition(args: &[String]) -> Result<NodeDefinition, String> {
    let mut definition = NodeDefinition::default();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let Some(flag) = arg.strip_prefix("--") else {
            if arg.starts_with('-') {
                return Err(format!("does not understand {arg:?}"));
            }
            if !definition.name.is_empty() {
                return Err(format!(
                    "one at a time: {arg:?} is too much (for i in 1 2 3; do node add n-$i; done adds three)"
                ));
            }
            arg.clone_into(&mut definition.name);
            continue;
        };
        let (flag, value) = match flag.split_once('=') {
            Some((flag, value)) => (flag, value.to_owned()),
            None => (flag, rest.next().cloned().ok_or_else(|| format!("--{flag} needs a value"))?),
        };
        match flag {
            "label" | "labels" => {
                for pair in value.split(',') {
                    let (key, value) = pair.split_once('=').ok_or_else(|| format!("a label is key=value, not {pair:?}"))?;
                    definition.labels.insert(key.to_owned(), value.to_owned());
                }
            }
            "taint" | "taints" => {
                for taint in value.split(',') {
                    if parse_taint(taint)?.effect.is_empty() {
                        return Err(format!("a taint is key=value:Effect, not {taint:?}"));
                    }
                    definition.taints.push(taint.to_owned());
                }
            }
            "cpu" | "memory" | "pods" => {
                definition.allocatable.insert(flag.to_owned(), value);
            }
            other => return Err(format!("has no flag --{other}")),
        }
    }
    if definition.name.is_empty() {
        return Err("what is its name? node add NAME".to_owned());
    }
    Ok(definition)
}
