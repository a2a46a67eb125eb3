//! kubectl: a command line in, what kubectl 1.36 prints out.
//!
//! Knows the cluster only through the API server's verbs ([`Simulation::cluster`]), as the real one does. A file a verb; what
//! they share: [`args`] reads flags, [`resource`] finds the objects that are meant, [`columns`] and [`table`] print tables,
//! [`print`](mod@print) everything else, [`error`] holds kubectl's ways to fail. Commands that wait are [`Process`]es.

mod api_resources;
mod apply;
mod args;
mod auth;
mod autoscale;
mod begun;
mod columns;
mod config;
mod cordon;
mod create;
mod delete;
mod describe;
mod diff;
mod drain;
mod edit;
mod error;
mod events;
mod exec;
pub mod explain;
mod expose;
mod field_selector;
mod flags;
mod get;
mod globals;
mod go;
mod go_template;
mod help;
mod jsonpath;
mod label;
mod logs;
mod manifests;
mod misc;
mod output;
mod patch;
mod patch_verb;
mod pods_of;
mod print;
mod process;
mod resource;
mod rollout;
mod run_verb;
mod scale;
mod set;
mod subresource;
mod table;
mod taint;
pub(crate) mod unified;
mod wait;
mod wire;

pub use columns::{PodHealth, node as node_cells, pod_health};
pub use config::KubeConfig;
pub use diff::{Preview, preview};
pub use drain::Drain;
pub use edit::Edit;
pub use events::Events;
pub use logs::FollowLogs;
pub use output::{Chunk, Output, Stream};
pub use process::{Process, RolloutStatus, WaitDelete, Watch};
pub use wait::Wait;

pub(crate) use apply::LAST_APPLIED;
pub(crate) use args::{Flag, Takes};
pub(crate) use exec::RUNS_IN_CONTAINERS;
pub(crate) use field_selector::{field_of as selected_field, fields as selectable_fields};
pub(crate) use flags::{command_of, flag_of, flags_of};
pub(crate) use help::subcommands;
pub(crate) use misc::{SIMULATED, distance, is_one_of};
pub(crate) use set::{container_names, images_of};
pub(crate) use taint::one as parse_taint;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::sim::Simulation;

/// The files of the directory in which commands run: name → text.
pub type Files = BTreeMap<String, String>;

/// What a command can see and change.
#[derive(Debug)]
pub struct Context<'a> {
    /// The cluster and its clock.
    pub sim: &'a mut Simulation,
    /// The files that `-f` names.
    pub files: &'a Files,
    /// The variables of the environment.
    pub variables: &'a BTreeMap<String, String>,
    /// What `-f -` reads.
    pub stdin: Option<&'a str>,
    /// The current context.
    pub config: &'a mut KubeConfig,
}

/// How a command ended, if it did.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// With this exit code.
    Done(i32),
    /// It waits for the cluster.
    Running(Process),
}

/// Runs `kubectl ARGS` (without the leading `kubectl`).
pub fn run(args: &[String], context: &mut Context<'_>, out: &mut Output) -> Outcome {
    match dispatch(args, context, out) {
        Ok(outcome) => outcome,
        Err(failure) => {
            out.warn(format_args!("{failure}\n"));
            Outcome::Done(1)
        }
    }
}

fn dispatch(args: &[String], context: &mut Context<'_>, out: &mut Output) -> error::Result<Outcome> {
    let (args, verb) = verb_first(args);
    let Some(verb) = verb else {
        args::Args::parse(&args, "", "kubectl")?;
        help::print("", out);
        return Ok(Outcome::Done(0));
    };
    let args = args.as_slice();
    let before_dashes = args.split(|arg| arg == "--").next().unwrap_or_default();
    if before_dashes.iter().any(|arg| arg == "--help" || arg == "-h") {
        return help::asked(&verb, before_dashes, out);
    }
    if (before_dashes.iter().any(|arg| arg.starts_with("--")) || !context.config.leads_somewhere())
        && let Err(failure) = globals::check(&verb, before_dashes, context, out)
    {
        return globals::refused(&verb, failure, out);
    }
    match verb.as_str() {
        "get" => get::get(args, context, out),
        other => do_other(other, args, context, out),
    }
}

/// Every verb but `get`: in the page they are in the second module.
#[inline(never)]
fn do_other(verb: &str, args: &[String], context: &mut Context<'_>, out: &mut Output) -> error::Result<Outcome> {
    match verb {
        "annotate" => label::run(label::Map::Annotations, args, context, out),
        "api-resources" => api_resources::api_resources(args, context, out),
        "api-versions" => {
            api_resources::api_versions(args, out)?;
            Ok(Outcome::Done(0))
        }
        "apply" => apply::apply(args, context, out),
        "auth" => auth::auth(args, context, out),
        "cluster-info" => misc::cluster_info(args, out),
        "completion" => misc::completion(args, out),
        "config" => config::config(args, context, out),
        "cordon" => cordon::run(cordon::Want::Cordoned, args, context, out),
        "create" => create::create(args, context, out),
        "delete" => delete::delete(args, context, out),
        "describe" => describe::describe(args, context, out),
        "diff" => diff::diff(args, context, out),
        "drain" => drain::drain(args, context, out),
        "edit" => edit::edit(args, context),
        "events" => events::events(args, context, out),
        "explain" => explain::explain(args, context, out),
        "exec" => exec::exec(args, context, out),
        "help" => help::topic(args, out),
        "label" => label::run(label::Map::Labels, args, context, out),
        "logs" => logs::logs(args, context, out),
        "options" => {
            help::options(out);
            Ok(Outcome::Done(0))
        }
        "replace" => apply::replace(args, context, out),
        "rollout" => rollout::rollout(args, context, out),
        "run" => run_verb::run(args, context, out),
        "scale" => scale::scale(args, context, out),
        "set" => set::set(args, context, out),
        "taint" => taint::taint(args, context, out),
        "top" => misc::top(args, out),
        "uncordon" => cordon::run(cordon::Want::Uncordoned, args, context, out),
        "wait" => wait::wait(args, context, out),
        "version" => misc::version(args, out),
        "patch" => patch_verb::patch(args, context, out),
        "autoscale" => autoscale::autoscale(args, context, out),
        "expose" => expose::expose(args, context, out),
        "alpha" => Ok(misc::alpha(out)),
        "plugin" => Err(misc::plugin(args)),
        "attach" => Err(misc::about_object(verb, args, context)),
        unknown => Err(misc::unknown(unknown)),
    }
}

/// Sorts, with one copy of the sorting for every type; what is equal keeps its order.
pub(crate) fn in_order<T: Copy>(items: &mut [T], compare: &dyn Fn(T, T) -> Ordering) {
    let old = items.to_vec();
    let mut places: Vec<usize> = (0..old.len()).collect();
    sort_places(&mut places, &|a, b| compare(old[a], old[b]));
    for (item, place) in items.iter_mut().zip(places) {
        *item = old[place];
    }
}

#[inline(never)]
fn sort_places(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|&a, &b| compare(a, b));
}

/// The verb, and the other words: flags may stand before it (`kubectl -n logging create secret …`) as well as behind all words.
fn verb_first(args: &[String]) -> (Vec<String>, Option<String>) {
    let mut before = vec![];
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if !arg.starts_with('-') || arg == "-" {
            // What is behind two dashes is not kubectl's.
            let rest: Vec<String> = rest.cloned().collect();
            let own = rest.iter().position(|word| word == "--").unwrap_or(rest.len());
            return ([&rest[..own], &before, &rest[own..]].concat(), Some(arg.clone()));
        }
        before.push(arg.clone());
        if args::takes_next(arg) {
            before.extend(rest.next().cloned());
        }
    }
    (before, None)
}
