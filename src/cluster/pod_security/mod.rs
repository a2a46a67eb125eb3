//! Pod Security admission: what the labels of a namespace let its pods do (`staging/src/k8s.io/pod-security-admission`).
//!
//! A label may name the version of a policy; the checks are those of 1.36 for all of them.

mod checks;

use crate::api::pod::Spec;
use crate::api::{ApiError, FieldError, Kind, Namespace, Object, ObjectMeta, Pod, PodSpec, Resource, StringMap};
use crate::cluster::Store;

const PREFIX: &str = "pod-security.kubernetes.io/";

/// How much a policy lets pods do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Privileged,
    Baseline,
    Restricted,
}

impl Level {
    fn named(name: &str) -> Option<Level> {
        match name {
            "privileged" => Some(Level::Privileged),
            "baseline" => Some(Level::Baseline),
            "restricted" => Some(Level::Restricted),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

/// A level and the version it is told with.
#[derive(Clone, Debug, PartialEq)]
struct Policy {
    level: Level,
    version: String,
}

impl Policy {
    /// The policy of a mode, as labels have it.
    fn of(labels: Option<&StringMap>, mode: &str) -> Option<Policy> {
        // Asked for every pod; most namespaces have none of these labels.
        let labels = labels.filter(|labels| labels.keys().any(|label| label.starts_with(PREFIX)));
        let level = labels?.get(&[PREFIX, mode].concat()).and_then(|level| Level::named(level))?;
        Some(Policy { level, version: version(labels, mode).unwrap_or("latest").to_owned() })
    }

    /// The policy by which is warned: where none is named, the one that is enforced (`PolicyToEvaluate`).
    fn to_warn_by(labels: Option<&StringMap>) -> Option<Policy> {
        Policy::of(labels, "warn").or_else(|| {
            let enforced = Policy::of(labels, "enforce")?;
            Some(Policy { version: version(labels, "warn").map_or(enforced.version, str::to_owned), ..enforced })
        })
    }

    /// What of a pod it forbids: the reasons, each with its details.
    fn forbids(&self, meta: &ObjectMeta, spec: &PodSpec) -> Vec<(String, String)> {
        if self.level == Level::Privileged { vec![] } else { checks::run(meta, spec, self.level == Level::Restricted) }
    }

    /// The same as one text, if there is anything.
    fn verdict(&self, what: &str, meta: &ObjectMeta, spec: &PodSpec) -> Option<String> {
        let forbidden = self.forbids(meta, spec);
        let all: Vec<String> = forbidden.iter().map(|(reason, details)| format!("{reason} ({details})")).collect();
        (!all.is_empty())
            .then(|| format!("{what} PodSecurity \"{}:{}\": {}", self.level.name(), self.version, all.join(", ")))
    }
}

fn version<'a>(labels: Option<&'a StringMap>, mode: &str) -> Option<&'a str> {
    labels?.get(&format!("{PREFIX}{mode}-version")).map(String::as_str)
}

/// Refuses a pod that its namespace's labels forbid, and labels of a namespace that say nothing.
///
/// # Errors
/// [`ApiError::Forbidden`], [`ApiError::Invalid`].
pub(super) fn admit(object: &Object, old: Option<&Object>, store: &Store) -> Result<(), ApiError> {
    match object {
        Object::Pod(pod) if old.is_none() => {
            let Some(policy) = policy_of(object.namespace(), store, |labels| Policy::of(labels, "enforce")) else {
                return Ok(());
            };
            let verdict = pod.spec.as_ref().and_then(|spec| policy.verdict("violates", &pod.metadata, spec.common()));
            verdict.map_or(Ok(()), |why| Err(ApiError::Forbidden(format!("pods \"{}\" is forbidden: {why}", pod.name()))))
        }
        Object::Namespace(namespace) => {
            let errors = wrong_labels(namespace.metadata.labels.as_ref());
            let old = old.map(|old| wrong_labels(old.meta().labels.as_ref())).unwrap_or_default();
            if errors.is_empty() || errors == old {
                return Ok(());
            }
            Err(ApiError::Invalid(Kind::Namespace, namespace.name().to_owned(), errors))
        }
        _ => Ok(()),
    }
}

/// What is warned of in what was stored: pods and templates that the namespace's labels do not like, and pods that are there
/// already when a namespace becomes stricter.
pub(super) fn warnings(object: &Object, old: Option<&Object>, store: &Store) -> Vec<String> {
    if let Object::Namespace(namespace) = object {
        return old.map(|old| newly_forbidden(namespace, old, store)).unwrap_or_default();
    }
    let pod = Pod::of(object).filter(|_| old.is_none());
    let (meta, spec) = match (pod, object.template()) {
        (Some(pod), _) => (Some(&*pod.metadata), pod.spec.as_ref().map(Spec::common)),
        (None, Some(template)) => (template.metadata.as_ref(), template.spec.as_ref()),
        (None, None) => return vec![],
    };
    let policy = policy_of(object.namespace(), store, Policy::to_warn_by);
    let (Some(policy), Some(spec)) = (policy, spec) else { return vec![] };
    let none = ObjectMeta::default();
    policy.verdict("would violate", meta.unwrap_or(&none), spec).into_iter().collect()
}

fn policy_of(namespace: &str, store: &Store, policy: impl Fn(Option<&StringMap>) -> Option<Policy>) -> Option<Policy> {
    policy(store.get::<Namespace>("", namespace)?.metadata.labels.as_ref())
}

/// Labels that name no level or no version (`ParseLevel`, `ParseVersion`).
fn wrong_labels(labels: Option<&StringMap>) -> Vec<FieldError> {
    let mut errors = vec![];
    for mode in ["enforce", "audit", "warn"] {
        let level = labels.and_then(|labels| labels.get(&[PREFIX, mode].concat()));
        let mut complain = |label: &str, value: &str, why: &str| {
            let field = format!("metadata.labels[{PREFIX}{label}]");
            errors.push(FieldError { field, body: format!("Invalid value: {value:?}: {why}") });
        };
        if let Some(level) = level.filter(|level| Level::named(level).is_none()) {
            complain(mode, level, "must be one of privileged, baseline, restricted");
        }
        let is_version = |version: &&str| {
            let number = version.strip_prefix("v1.");
            *version == "latest" || number.is_some_and(|number| number.parse::<u16>().is_ok() && !number.starts_with('+'))
        };
        if let Some(version) = version(labels, mode).filter(|version| !is_version(version)) {
            complain(&format!("{mode}-version"), version, "must be \"latest\" or \"v1.x\"");
        }
    }
    errors
}

/// The pods that a namespace's new labels would not let in (`EvaluatePodsInNamespace`).
fn newly_forbidden(namespace: &Namespace, old: &Object, store: &Store) -> Vec<String> {
    let before = Policy::of(old.meta().labels.as_ref(), "enforce");
    let Some(policy) = Policy::of(namespace.metadata.labels.as_ref(), "enforce") else { return vec![] };
    let was = before.as_ref().map_or((Level::Privileged, "latest"), |before| (before.level, before.version.as_str()));
    if policy.level == Level::Privileged || (was.1 == policy.version && policy.level <= was.0) {
        return vec![];
    }
    let mut found: Vec<(String, Vec<&str>)> = vec![];
    for pod in store.list::<Pod>().filter(|pod| pod.namespace() == namespace.name()) {
        let Some(spec) = &pod.spec else { continue };
        let reasons: Vec<String> =
            policy.forbids(&pod.metadata, spec.common()).into_iter().map(|(reason, _)| reason).collect();
        let why = reasons.join(", ");
        match found.iter_mut().find(|(known, _)| *known == why) {
            Some((_, pods)) => pods.push(pod.name()),
            None if !why.is_empty() => found.push((why, vec![pod.name()])),
            None => {}
        }
    }
    let (name, level) = (namespace.name(), policy.level.name());
    let head = format!(
        "existing pods in namespace {name:?} violate the new PodSecurity enforce level \"{level}:{}\"",
        policy.version
    );
    let mut lines: Vec<String> = found
        .into_iter()
        .map(|(why, pods)| match pods.len() - 1 {
            0 => format!("{}: {why}", pods[0]),
            1 => format!("{} (and 1 other pod): {why}", pods[0]),
            others => format!("{} (and {others} other pods): {why}", pods[0]),
        })
        .collect();
    lines.sort();
    if lines.is_empty() { lines } else { std::iter::once(head).chain(lines).collect() }
}
