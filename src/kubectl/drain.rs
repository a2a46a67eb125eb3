//! `kubectl drain` (upstream: `kubectl/pkg/cmd/drain/drain.go`, `kubectl/pkg/drain`).

use std::time::Duration;

use super::apply::DryRun;
use super::args::{self, Args};
use super::cordon::{self, Want};
use super::error::{Failure, Result};
use super::process::Process;
use super::{Context, Outcome, Output};
use crate::api::selector::Selector;
use crate::api::{ApiError, Head, Key, Kind, Pod, Resource, StringMap};
use crate::cluster::{DeleteOptions, Store};
use crate::sim::{SimTime, Simulation};

pub(super) const FLAGS: &str = "l/selector= grace-period= timeout= pod-selector= skip-wait-for-delete-timeout= chunk-size= force \
    ignore-daemonsets delete-emptydir-data disable-eviction dry-run=unchanged";

/// How long drain waits before it asks again for an eviction that a budget does not allow (`EvictErrorRetryDelay`).
const RETRY: Duration = Duration::from_secs(5);
/// Between two looks at a pod that is on its way out (`waitForDelete`).
const LOOK: Duration = Duration::from_secs(1);

/// `kubectl drain`.
pub(crate) fn drain(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl drain")?;
    let options = Options::of(&args)?;
    let nodes = cordon::nodes("drain", &args, context)?;
    cordon::mark(&nodes, Want::Cordoned, options.dry_run, context, out)?;
    let mut drain = Drain {
        nodes: nodes.iter().map(|node| node.name().to_owned()).collect(),
        options,
        targets: None,
        deadline: None,
        pending: vec![],
    };
    Ok(match drain.poll(context.sim, out) {
        Some(exit) => Outcome::Done(exit),
        None => Outcome::Running(Process::Drain(Box::new(drain))),
    })
}

/// What the flags say.
#[derive(Clone, Debug)]
struct Options {
    dry_run: DryRun,
    grace: Option<i64>,
    timeout: Option<Duration>,
    pods: Selector,
    skip_deleted_after: i64,
    /// The switches that are on.
    switches: Vec<&'static str>,
}

impl Options {
    fn of(args: &Args) -> Result<Options> {
        let pods = match args.get("pod-selector") {
            None | Some("") => Selector::everything(),
            Some(text) => Selector::parse(text)
                .map_err(|_| Failure::client("--pod-selector=<pod_selector> must be a valid label selector"))?,
        };
        let mut switches = vec!["force", "ignore-daemonsets", "delete-emptydir-data", "disable-eviction"];
        switches.retain(|switch| args.is_on(switch));
        Ok(Options {
            dry_run: DryRun::of(args)?,
            grace: args.number("grace-period")?.filter(|seconds| *seconds >= 0),
            timeout: args.duration("timeout")?.filter(|timeout| !timeout.is_zero()),
            pods,
            skip_deleted_after: args.number("skip-wait-for-delete-timeout")?.unwrap_or(0),
            switches,
        })
    }

    fn is_on(&self, switch: &str) -> bool {
        self.switches.contains(&switch)
    }

    /// Whether a pod has been on its way out for too long to be waited for (`shouldSkipPod`).
    fn skips(&self, pod: &Pod, now: jiff::Timestamp) -> bool {
        let since = pod.metadata.deletion_timestamp.as_ref();
        let seconds = since.map_or(0, |since| now.duration_since(since.0).as_secs());
        self.skip_deleted_after > 0 && since.is_some() && seconds > self.skip_deleted_after
    }
}

/// Empties nodes, one after the other, and waits until their pods are gone.
#[derive(Clone, Debug)]
pub struct Drain {
    /// The nodes that are still to be drained, the one that is being drained first.
    nodes: Vec<String>,
    options: Options,
    /// The pods that go from it, once they are chosen.
    targets: Option<Vec<Target>>,
    /// When its drain has to be over.
    deadline: Option<SimTime>,
    /// The nodes that could not be drained, and why.
    pending: Vec<(String, Vec<String>)>,
}

/// A pod that goes.
#[derive(Clone, Debug)]
struct Target {
    pod: Key,
    uid: String,
    stage: Stage,
}

/// How far a pod's going has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// Its eviction is asked for then.
    Asking(SimTime),
    /// It is on its way out, and looked at then.
    Going(SimTime),
    /// It is gone.
    Gone,
    /// It stays: why.
    Staying(String),
}

impl Drain {
    /// Does what is due; gives an exit code at the end.
    pub(crate) fn poll(&mut self, sim: &mut Simulation, out: &mut Output) -> Option<i32> {
        while let Some(node) = self.nodes.first().cloned() {
            match &mut self.targets {
                None => self.begin(&node, sim, out),
                Some(targets) => {
                    // All are asked to go before it is looked whether one has gone.
                    for turn in [ask_if_due as Turn, look_if_due] {
                        targets.iter_mut().for_each(|target| turn(target, &self.options, self.deadline, sim, out));
                    }
                    if targets.iter().any(|target| matches!(target.stage, Stage::Asking(_) | Stage::Going(_))) {
                        return None;
                    }
                    self.end(&node, sim.cluster().store(), sim.cluster().now(), out);
                }
            }
        }
        if self.pending.is_empty() {
            return Some(0);
        }
        out.err("There are pending nodes to be drained:\n");
        self.pending.iter().for_each(|(node, _)| out.warn(format_args!(" {node}\n")));
        self.pending.iter().flat_map(|(_, errors)| errors).for_each(|error| out.warn(format_args!("{error}\n")));
        Some(1)
    }

    /// When it wants to be asked even if nothing changes.
    pub(crate) fn wants(&self) -> Option<SimTime> {
        let due = self.targets.iter().flatten().filter_map(|target| match target.stage {
            Stage::Asking(at) => Some(at),
            Stage::Going(at) => Some(self.deadline.map_or(at, |deadline| deadline.min(at))),
            Stage::Gone | Stage::Staying(_) => None,
        });
        due.min()
    }

    /// Chooses the pods of a node that go.
    fn begin(&mut self, node: &str, sim: &Simulation, out: &mut Output) {
        let choice = choose(node, &self.options, sim.cluster().store(), sim.cluster().now());
        if !choice.errors.is_empty() {
            return self.fail(node, choice.errors, out);
        }
        if !choice.warnings.is_empty() {
            out.warn(format_args!("Warning: {}\n", choice.warnings.join("; ")));
        }
        if self.options.dry_run == DryRun::Client {
            choice.pods.iter().for_each(|(pod, _)| tell_eviction(pod, DryRun::Client, out));
            self.targets = Some(vec![]);
            return;
        }
        let now = sim.now();
        self.deadline = self.options.timeout.map(|timeout| now + timeout);
        let target = |(pod, uid)| Target { pod, uid, stage: Stage::Asking(now) };
        self.targets = Some(choice.pods.into_iter().map(target).collect());
    }

    /// All pods of a node are gone, or stay.
    fn end(&mut self, node: &str, store: &Store, now: jiff::Timestamp, out: &mut Output) {
        let mut errors: Vec<String> = vec![];
        for target in self.targets.take().unwrap_or_default() {
            if let Stage::Staying(error) = target.stage
                && !errors.contains(&error)
            {
                errors.push(error);
            }
        }
        if errors.is_empty() {
            out.print(format_args!("node/{node} drained{}\n", self.options.dry_run.suffix()));
            self.nodes.remove(0);
            return;
        }
        let left = choose(node, &self.options, store, now);
        if !left.pods.is_empty() {
            let why = together(&errors);
            out.warn(format_args!("There are pending pods in node {node:?} when an error occurred: {why}\n"));
            left.pods.iter().for_each(|(pod, _)| out.warn(format_args!("pod/{}\n", pod.name)));
        }
        if !left.errors.is_empty() {
            let why = together(&left.errors);
            out.warn(format_args!("Following errors occurred while getting the list of pods to delete:\n{why}"));
        }
        self.fail(node, errors, out);
    }

    fn fail(&mut self, node: &str, errors: Vec<String>, out: &mut Output) {
        let why = together(&errors);
        out.warn(format_args!("error: unable to drain node {node:?} due to error: {why}, continuing command...\n"));
        self.pending.push((self.nodes.remove(0), errors));
        self.targets = None;
    }
}

/// Several errors as one.
fn together(errors: &[String]) -> String {
    match errors {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

fn tell_eviction(pod: &Key, dry_run: DryRun, out: &mut Output) {
    out.print(format_args!("evicting pod {}/{}{}\n", pod.namespace, pod.name, dry_run.suffix()));
}

type Turn = fn(&mut Target, &Options, Option<SimTime>, &mut Simulation, &mut Output);

/// Asks a pod to go if that is due.
fn ask_if_due(target: &mut Target, options: &Options, deadline: Option<SimTime>, sim: &mut Simulation, out: &mut Output) {
    if matches!(target.stage, Stage::Asking(at) if at <= sim.now()) {
        target.stage = ask(target, options, deadline, sim, out);
    }
}

/// Looks whether a pod has gone if that is due.
fn look_if_due(target: &mut Target, options: &Options, deadline: Option<SimTime>, sim: &mut Simulation, out: &mut Output) {
    let now = sim.now();
    if let Stage::Going(at) = target.stage
        && (at <= now || deadline.is_some_and(|deadline| deadline <= now))
    {
        target.stage = look(target, at, options, deadline, sim, out);
    }
}

/// Asks for the eviction of a pod, or its deletion.
fn ask(target: &mut Target, options: &Options, deadline: Option<SimTime>, sim: &mut Simulation, out: &mut Output) -> Stage {
    let (now, pod) = (sim.now(), &target.pod);
    let delete = DeleteOptions { grace_period_seconds: options.grace, ..DeleteOptions::default() };
    if options.is_on("disable-eviction") {
        let deleted = if options.dry_run == DryRun::No { sim.cluster_mut().delete(pod, &delete).map(drop) } else { Ok(()) };
        sim.deliver();
        return match deleted {
            Ok(()) | Err(ApiError::NotFound(..)) if options.dry_run == DryRun::No => Stage::Going(now),
            Ok(()) | Err(ApiError::NotFound(..)) => Stage::Gone,
            Err(error) => Stage::Staying(error.to_string()),
        };
    }
    tell_eviction(pod, options.dry_run, out);
    let named = format!("error when evicting pods/{:?} -n {:?}", pod.name, pod.namespace);
    if let Some(timeout) = options.timeout.filter(|_| deadline.is_some_and(|deadline| deadline <= now)) {
        return Stage::Staying(format!("{named}: global timeout reached: {}", args::in_go(timeout)));
    }
    let evicted = match options.dry_run {
        DryRun::Server => sim.cluster().may_evict(pod),
        _ => sim.cluster_mut().evict(pod, &delete),
    };
    sim.deliver();
    match evicted {
        Ok(()) if options.dry_run == DryRun::Server => Stage::Gone,
        Ok(()) => Stage::Going(now),
        Err(ApiError::NotFound(..)) => Stage::Gone,
        Err(error @ ApiError::TooManyRequests(_)) => {
            out.warn(format_args!("{named} (will retry after {}): {error}\n", args::in_go(RETRY)));
            // One of the same name that has come meanwhile is the one to go.
            if let Some(fresh) = sim.cluster().store().object(pod) {
                target.uid = fresh.meta().uid.clone().unwrap_or_default();
            }
            Stage::Asking(now + RETRY)
        }
        Err(error) => Stage::Staying(format!("{named}: {error}")),
    }
}

/// Looks whether a pod is gone.
fn look(
    target: &Target,
    at: SimTime,
    options: &Options,
    deadline: Option<SimTime>,
    sim: &Simulation,
    out: &mut Output,
) -> Stage {
    let (now, name) = (sim.now(), &target.pod.name);
    let is_evicted = !options.is_on("disable-eviction");
    if at <= now {
        let found = sim.cluster().store().object(&target.pod).and_then(Pod::of).filter(|pod| pod.uid() == target.uid);
        let Some(pod) = found else {
            out.print(format_args!("pod/{name} {}\n", if is_evicted { "evicted" } else { "deleted" }));
            return Stage::Gone;
        };
        if options.skips(pod, sim.cluster().now()) {
            let seconds = options.skip_deleted_after;
            out.print(format_args!("pod {name:?} has DeletionTimestamp older than {seconds} seconds, skipping\n"));
            return Stage::Gone;
        }
    }
    if deadline.is_some_and(|deadline| deadline <= now) {
        let why = "context deadline exceeded";
        let namespace = &target.pod.namespace;
        return Stage::Staying(match is_evicted {
            true => format!("error when waiting for pod {name:?} in namespace {namespace:?} to terminate: {why}"),
            false => why.to_owned(),
        });
    }
    Stage::Going(if at <= now { now + LOOK } else { at })
}

/// Which pods of a node go, and what is to be said about them.
#[derive(Default)]
struct Choice {
    /// With their uids.
    pods: Vec<(Key, String)>,
    warnings: Vec<String>,
    errors: Vec<String>,
}

/// What a filter makes of a pod.
enum Verdict {
    Goes,
    Stays,
    GoesWith(&'static str),
    StaysWith(&'static str),
    Forbids(String),
}

fn choose(node: &str, options: &Options, store: &Store, now: jiff::Timestamp) -> Choice {
    let none = StringMap::new();
    let mut choice = Choice::default();
    let (mut warned, mut forbidden): (Vec<Named>, Vec<Named>) = (vec![], vec![]);
    for pod in store.pods_on(node).filter(|pod| options.pods.matches(pod.metadata.labels().unwrap_or(&none))) {
        let name = [pod.namespace(), "/", pod.name()].concat();
        let goes = match judge(pod, options, store, now) {
            Verdict::Goes => true,
            Verdict::Stays => false,
            Verdict::GoesWith(warning) => {
                add(&mut warned, warning, name);
                true
            }
            Verdict::StaysWith(warning) => {
                add(&mut warned, warning, name);
                false
            }
            Verdict::Forbids(error) => {
                add(&mut forbidden, &["cannot delete ", &error].concat(), name);
                false
            }
        };
        if goes {
            choice.pods.push((pod.key(), pod.uid().to_owned()));
        }
    }
    let line = |(what, pods): Named| [what, pods.join(", ")].join(": ");
    choice.warnings = warned.into_iter().map(line).collect();
    choice.errors = forbidden.into_iter().map(line).collect();
    choice
}

/// Something to say, and the pods it is said of.
type Named = (String, Vec<String>);

fn add(all: &mut Vec<Named>, what: &str, pod: String) {
    match all.iter_mut().find(|(known, _)| known == what) {
        Some((_, pods)) => pods.push(pod),
        None => all.push((what.to_owned(), vec![pod])),
    }
}

/// The filters, in their order; of several things to say about a pod that goes the last one is said (`filters.go`).
fn judge(pod: &Pod, options: &Options, store: &Store, now: jiff::Timestamp) -> Verdict {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    let has_ended = matches!(phase, Some("Succeeded" | "Failed"));
    let annotations = pod.metadata.annotations.as_ref();
    if options.skips(pod, now) {
        return Verdict::Stays;
    }
    let mut verdict = Verdict::Goes;
    let owner = pod.metadata.controller();
    let daemon_set = owner.filter(|owner| owner.kind == Kind::DaemonSet.name() && !has_ended);
    if let Some(owner) = daemon_set {
        let key = Key::new(Kind::DaemonSet, pod.namespace(), &owner.name);
        if store.object(&key).is_none() && !options.is_on("force") {
            return Verdict::Forbids(ApiError::NotFound(Kind::DaemonSet, key.name.to_string()).to_string());
        }
        if store.object(&key).is_some() {
            return match options.is_on("ignore-daemonsets") {
                true => Verdict::StaysWith("ignoring DaemonSet-managed Pods"),
                false => Verdict::Forbids("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)".to_owned()),
            };
        }
    }
    if annotations.is_some_and(|all| all.contains_key("kubernetes.io/config.mirror")) {
        return Verdict::Stays;
    }
    let mut volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
    if !has_ended && volumes.any(|volume| volume.empty_dir.is_some()) {
        if !options.is_on("delete-emptydir-data") {
            return Verdict::Forbids("Pods with local storage (use --delete-emptydir-data to override)".to_owned());
        }
        verdict = Verdict::GoesWith("deleting Pods with local storage");
    }
    match owner {
        // The last filter has the last word, and says nothing of pods that somebody controls.
        Some(_) => Verdict::Goes,
        None if has_ended => verdict,
        None if options.is_on("force") => Verdict::GoesWith("deleting Pods that declare no controller"),
        None => Verdict::Forbids("Pods that declare no controller (use --force to override)".to_owned()),
    }
}
