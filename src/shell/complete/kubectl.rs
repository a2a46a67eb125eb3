//! The Tab key behind `kubectl`: verbs and what belongs to them, flags, kinds, names.

use super::{Found, Shell, explain, strings, values};
use crate::api::{Key, Kind, Object, kind};
use crate::kubectl::{
    Flag, RUNS_IN_CONTAINERS, SIMULATED, Takes, command_of, container_names, flag_of, flags_of, images_of, is_one_of,
    subcommands,
};
use crate::sim::Simulation;

/// Flags that every verb has.
const COMMON: &str = "--help --namespace=";

/// Verbs whose first word is a kind and the next ones names.
const OF_OBJECTS: &str = "annotate autoscale delete describe edit expose get label patch scale wait";

const ROLLED_OUT: &str = "daemonsets deployments statefulsets";
const WITH_TEMPLATES: &str = "cronjobs daemonsets deployments jobs pods replicasets statefulsets";

/// What is typed so far: everything before the word at hand.
pub(super) struct Typed<'a> {
    pub(super) shell: &'a Shell,
    pub(super) sim: &'a Simulation,
    /// The words that are neither flags nor their values: the verb, its subcommand, objects.
    pub(super) plain: Vec<&'a str>,
    /// The command with its subcommands: `create secret generic`.
    pub(super) command: String,
    pub(super) namespace: &'a str,
}

impl<'a> Typed<'a> {
    fn new(shell: &'a Shell, words: &[&'a str], sim: &'a Simulation) -> Typed<'a> {
        let mut typed = Typed { shell, sim, plain: vec![], command: String::new(), namespace: shell.kube.namespace(None) };
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            match typed.flag(word) {
                Some(flag) if flag.takes == Takes::Value => {
                    let apart = if word.contains('=') { None } else { rest.next().copied() };
                    if flag.name == "namespace" {
                        typed.namespace = apart.or(word.split_once('=').map(|(_, name)| name)).unwrap_or_default();
                    }
                }
                _ if word.starts_with('-') => {}
                _ => {
                    typed.plain.push(word);
                    typed.command = command_of(&typed.plain);
                }
            }
        }
        typed
    }

    /// The flag that a word is.
    fn flag(&self, word: &str) -> Option<Flag> {
        let name = word.split_once('=').map_or(word, |(name, _)| name);
        flag_of(&self.command, name.strip_prefix('-')?)
    }

    /// The words behind the command.
    pub(super) fn rest(&self) -> &[&'a str] {
        &self.plain[self.command.split_whitespace().count().min(self.plain.len())..]
    }

    /// The kind that the first word behind the command names.
    pub(super) fn kind(&self) -> Option<Kind> {
        let first = self.rest().first()?;
        let name = first.split(['/', ',']).next()?;
        Kind::named(name, &self.sim.cluster().custom_kinds())
    }

    /// The objects of a kind that are seen from here.
    pub(super) fn seen(&self, kind: Kind) -> impl Iterator<Item = &'a Object> {
        seen(self.sim, kind, self.namespace)
    }

    pub(super) fn names(&self, kind: Kind) -> Vec<String> {
        names(self.sim, kind, self.namespace)
    }

    /// The object that is named behind the command: `ds x`, `ds/x`; where only pods are meant, `x`.
    pub(super) fn named(&self) -> Option<&'a Object> {
        let (kind, name) = match self.rest() {
            [first, ..] if first.contains('/') => first.split_once('/')?,
            [name, ..] if is_one_of("attach exec logs", &self.command) => ("pods", *name),
            [kind, name, ..] => (*kind, *name),
            _ => return None,
        };
        let kind = Kind::named(kind, &self.sim.cluster().custom_kinds())?;
        let namespace = if kind.is_namespaced() { self.namespace } else { "" };
        self.sim.cluster().store().object(&Key::new(kind, namespace, name))
    }

    /// Kinds, all of them or only some, then names of the kind; names behind `kind/`.
    pub(super) fn objects(&self, word: &str, only: &str) -> Found {
        let of_kind = |given: &str| {
            let kind = Kind::named(given, &self.sim.cluster().custom_kinds());
            kind.map(|kind| self.names(kind)).unwrap_or_default()
        };
        let types = || if only.is_empty() { self.kinds() } else { strings(only) };
        if let Some((given, _)) = word.split_once('/') {
            return (given.len() + 1, of_kind(given));
        }
        match self.rest() {
            // In `pods,no` the part behind the comma is the word.
            [] => (word.rfind(',').map_or(0, |at| at + 1), types()),
            [first, ..] if first.contains('/') => (0, types()),
            [first, ..] => (0, of_kind(first)),
        }
    }

    pub(super) fn kinds(&self) -> Vec<String> {
        let custom = self.sim.cluster().custom_kinds();
        kind::ALL.iter().chain(&custom).map(|kind| kind.plural().to_owned()).collect()
    }
}

fn seen<'a>(sim: &'a Simulation, kind: Kind, namespace: &str) -> impl Iterator<Item = &'a Object> {
    sim.cluster().store().objects(kind).filter(move |object| !kind.is_namespaced() || object.namespace() == namespace)
}

pub(super) fn names(sim: &Simulation, kind: Kind, namespace: &str) -> Vec<String> {
    seen(sim, kind, namespace).map(|object| object.name().to_owned()).collect()
}

/// What fits behind `kubectl WORDS`.
pub(super) fn complete(shell: &Shell, words: &[&str], word: &str, sim: &Simulation) -> Found {
    let mut parts = words.splitn(2, |word| *word == "--");
    let typed = Typed::new(shell, parts.next().unwrap_or_default(), sim);
    if let Some(inside) = parts.next() {
        let is_first = inside.is_empty() && typed.command == "exec";
        return (0, if is_first { strings(RUNS_IN_CONTAINERS) } else { vec![] });
    }
    let last = words.last().filter(|last| last.starts_with('-') && !last.contains('='));
    if let Some(flag) = last.and_then(|last| typed.flag(last)).filter(|flag| flag.takes == Takes::Value) {
        return values::of_flag(flag.name, word, &typed);
    }
    if let Some((flag, value)) = word.split_once('=').filter(|_| word.starts_with('-')) {
        let (at, found) = typed.flag(flag).map_or((0, vec![]), |flag| values::of_flag(flag.name, value, &typed));
        return (flag.len() + 1 + at, found);
    }
    if word.starts_with('-') {
        let own = flags_of(&typed.command)
            .map(|flag| format!("--{}{}", flag.name, if flag.takes == Takes::Nothing { "" } else { "=" }));
        return (0, own.chain(strings(COMMON)).collect());
    }
    words_of(word, &typed)
}

/// What fits where no flag is begun.
fn words_of(word: &str, typed: &Typed<'_>) -> Found {
    let rest = typed.rest();
    let parts = subcommands(&typed.command);
    if rest.is_empty() && !parts.is_empty() {
        return (0, parts);
    }
    match (typed.command.as_str(), rest) {
        ("", _) | ("help", []) => (0, strings(SIMULATED)),
        ("help", words) => (0, subcommands(&words.join(" "))),
        ("completion", []) => (0, strings("bash fish powershell zsh")),
        ("explain", []) => explain::paths(word, typed),
        ("cordon" | "uncordon" | "drain" | "top node", _) => (0, typed.names(Kind::Node)),
        ("top pod", _) => (0, typed.names(Kind::Pod)),
        ("taint", []) => (0, strings("nodes")),
        ("taint", [_]) => (0, typed.names(Kind::Node)),
        ("taint", _) => (0, taints(word, typed)),
        ("logs" | "exec" | "attach", []) if word.contains('/') => typed.objects(word, ""),
        ("logs" | "exec" | "attach", []) => (0, typed.names(Kind::Pod)),
        ("logs", [_]) => (0, typed.named().map(container_names).unwrap_or_default()),
        ("config use-context" | "config rename-context" | "config delete-context" | "config set-context", []) => {
            (0, typed.shell.kube.contexts().map(str::to_owned).collect())
        }
        ("set image", _) => image(word, typed),
        ("set selector", _) => typed.objects(word, "services"),
        ("set subject", _) => typed.objects(word, "clusterrolebindings rolebindings"),
        ("label" | "annotate", rest) if is_named(rest) => (0, written(typed)),
        ("scale", []) => typed.objects(word, "deployments replicasets statefulsets"),
        ("apply view-last-applied" | "apply edit-last-applied", _) => typed.objects(word, ""),
        (command, _) if command.starts_with("rollout ") => typed.objects(word, ROLLED_OUT),
        (command, _) if command.starts_with("set ") => typed.objects(word, WITH_TEMPLATES),
        ("auth can-i", []) => (0, strings(VERBS)),
        ("auth can-i", [_]) => (0, typed.kinds()),
        (verb, _) if is_one_of(OF_OBJECTS, verb) => typed.objects(word, ""),
        _ => (0, vec![]),
    }
}

/// What may be done with objects.
pub(super) const VERBS: &str = "create delete deletecollection get list patch update watch";

/// Whether words name an object: `ds x`, `ds/x`.
fn is_named(words: &[&str]) -> bool {
    words.first().is_some_and(|first| first.contains('/')) || words.len() >= 2
}

/// The labels or annotations of an object, as they are changed (`key=`) and taken away (`key-`).
fn written(typed: &Typed<'_>) -> Vec<String> {
    let Some(object) = typed.named() else { return vec![] };
    let map = if typed.command == "label" { &object.meta().labels } else { &object.meta().annotations };
    map.iter().flatten().flat_map(|(key, _)| [format!("{key}="), format!("{key}-")]).collect()
}

/// The taints of a node, as they are taken away; the effects behind `key=value:`.
fn taints(word: &str, typed: &Typed<'_>) -> Vec<String> {
    if let Some((before, _)) = word.split_once(':') {
        let effects = strings("NoSchedule PreferNoSchedule NoExecute");
        return effects.into_iter().map(|effect| format!("{before}:{effect}")).collect();
    }
    let Some(Object::Node(node)) = typed.named() else { return vec![] };
    let taints = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten());
    taints.map(|taint| format!("{}:{}-", taint.key, taint.effect)).collect()
}

/// `set image ds/NAME CONTAINER=IMAGE`.
fn image(word: &str, typed: &Typed<'_>) -> Found {
    if !is_named(typed.rest()) {
        return typed.objects(word, WITH_TEMPLATES);
    }
    if let Some((container, _)) = word.split_once('=') {
        return (container.len() + 1, images(typed));
    }
    let containers = typed.named().map(container_names).unwrap_or_default();
    (0, containers.into_iter().map(|name| name + "=").collect())
}

/// Every image that a pod runs, or would run.
pub(super) fn images(typed: &Typed<'_>) -> Vec<String> {
    let kinds = [Kind::DaemonSet, Kind::Deployment, Kind::Pod, Kind::StatefulSet];
    kinds.into_iter().flat_map(|kind| typed.seen(kind)).flat_map(images_of).collect()
}
