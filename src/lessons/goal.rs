//! Goals: predicates over the cluster and over what was done, with the reason in words.

use serde_json::{Map, Value};

use super::Progress;
use super::command::{Fit, Meaning};
use crate::api::selector::Selector;
use crate::api::{DaemonSet, Head, Key, Kind, Node, Pod, Resource, StringMap, yaml};
use crate::cluster::Store;
use crate::scenario::Fields;
use crate::session::Session;

/// Something the learner is to reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Its name, unique in the lesson.
    pub id: String,
    /// What is to be reached, in Markdown.
    pub text: String,
    /// Where it stands in the lesson's file, counted from 1.
    pub line: usize,
    condition: Condition,
}

/// Whether a goal is reached, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is.
    pub met: bool,
    /// Why, or what is missing: a sentence.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// An object exists, and matches in part; any object of the kind where no name is given.
    Object {
        kind: Kind,
        namespace: String,
        name: Option<String>,
        part: Option<Value>,
    },
    /// An object does not exist.
    Absent {
        kind: Kind,
        namespace: String,
        name: String,
    },
    Pods(Pods),
    /// A DaemonSet's newest version runs, and is available, on every node it is meant for.
    RolledOut {
        namespace: String,
        name: String,
    },
    /// One of these commands was run.
    Ran {
        commands: Vec<(Meaning, Exit)>,
        shown: String,
    },
    /// A file exists, with this text in it, matching in part as YAML.
    File {
        name: String,
        contains: Option<String>,
        part: Option<Value>,
    },
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// It held at some time.
    Once {
        id: String,
        condition: Box<Condition>,
    },
}

#[derive(Clone, Debug, PartialEq)]
struct Pods {
    namespace: String,
    selector: Selector,
    /// The selector as the lesson spells it.
    spelt: String,
    count: Count,
    ready: Option<bool>,
    image: Option<String>,
    /// The nodes on which they are, these and no others.
    nodes: Option<Vec<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Some,
    Exactly(usize),
    Between(usize, usize),
    AllNodes,
}

/// How a command has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Well; or still running, or stopped with Ctrl-C.
    Ok,
    Failed,
    Any,
}

impl Goal {
    /// The goal of a mapping: `id`, `text`, and one condition. `id` is used where the mapping has none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn from_value(value: &Value, id: &str, line: usize) -> Result<Goal, String> {
        let mut map = value.as_object().ok_or("a goal is a mapping with `text` and a condition")?.clone();
        let text = take_text(&mut map, "text")?.ok_or("a goal needs its `text`: what is to be reached, in words")?;
        let id = take_text(&mut map, "id")?.unwrap_or_else(|| id.to_owned());
        let mut onces = 0;
        let condition = Condition::from_map(&map, &id, &mut onces)?;
        Ok(Goal { id, text, line, condition })
    }

    /// A condition that is nobody's goal: a mistake, or what an answer says.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn unspoken(value: &Value, id: String, line: usize) -> Result<Goal, String> {
        let condition = Condition::from_value(value, &id, &mut 0)?;
        Ok(Goal { id, text: String::new(), line, condition })
    }

    /// Whether the goal is reached now. What only has to hold once has to hold now: see [`Goal::check_with`].
    pub fn check(&self, session: &Session) -> Verdict {
        self.check_with(session, &Progress::default())
    }

    /// Whether the goal is reached, counting what held earlier.
    pub fn check_with(&self, session: &Session, progress: &Progress) -> Verdict {
        self.condition.check(session, progress)
    }

    /// Notes what holds now of that which only has to hold once.
    pub(super) fn observe(&self, session: &Session, progress: &mut Progress) {
        self.condition.observe(session, progress);
    }
}

fn met(reason: impl Into<String>) -> Verdict {
    Verdict { met: true, reason: reason.into() }
}

fn unmet(reason: impl Into<String>) -> Verdict {
    Verdict { met: false, reason: reason.into() }
}

const CONDITIONS: &str = "`object`, `absent`, `pods`, `rolledOut`, `ran`, `file`, `all`, `any`, `not`, `once`";

impl Condition {
    fn from_value(value: &Value, goal: &str, onces: &mut usize) -> Result<Condition, String> {
        let map = value.as_object().ok_or_else(|| format!("a condition is a mapping with one of {CONDITIONS}"))?;
        Condition::from_map(map, goal, onces)
    }

    fn from_map(map: &Map<String, Value>, goal: &str, onces: &mut usize) -> Result<Condition, String> {
        let mut entries = map.iter();
        let (Some((key, value)), None) = (entries.next(), entries.next()) else {
            let keys: Vec<String> = map.keys().map(|key| format!("`{key}`")).collect();
            return Err(match keys.is_empty() {
                true => format!("the condition is missing: one of {CONDITIONS}"),
                false => format!("one condition is wanted, not {}; `all` joins several", keys.join(" and ")),
            });
        };
        let list = |onces: &mut usize| -> Result<Vec<Condition>, String> {
            let list = value
                .as_array()
                .filter(|list| !list.is_empty())
                .ok_or_else(|| format!("`{key}` is a list of conditions"))?;
            list.iter().map(|value| Condition::from_value(value, goal, onces)).collect()
        };
        match key.as_str() {
            "object" => object(value),
            "absent" => absent(value),
            "pods" => Pods::from_value(value).map(Condition::Pods),
            "rolledOut" => rolled_out(value),
            "ran" => ran(value),
            "file" => file(value),
            "all" => list(onces).map(Condition::All),
            "any" => list(onces).map(Condition::Any),
            "not" => Ok(Condition::Not(Box::new(Condition::from_value(value, goal, onces)?))),
            "once" => {
                *onces += 1;
                let id = format!("{goal}#{onces}");
                Ok(Condition::Once { id, condition: Box::new(Condition::from_value(value, goal, onces)?) })
            }
            other => Err(format!("there is no condition `{other}`; there are {CONDITIONS}")),
        }
    }

    fn check(&self, session: &Session, progress: &Progress) -> Verdict {
        let store = session.sim().cluster().store();
        match self {
            Condition::Object { kind, namespace, name: Some(name), part } => {
                check_object(store, *kind, namespace, name, part.as_ref())
            }
            Condition::Object { kind, namespace, name: None, part } => {
                check_any_object(store, *kind, namespace, part.as_ref())
            }
            Condition::Absent { kind, namespace, name } => match store.object(&Key::new(*kind, namespace, name)) {
                None => met(format!("There is no {} called {name}.", kind.name())),
                Some(object) if object.meta().deletion_timestamp.is_some() => {
                    unmet(format!("The {} {name} is being deleted.", kind.name()))
                }
                Some(_) => unmet(format!("The {} {name} is still there.", kind.name())),
            },
            Condition::Pods(pods) => pods.check(store),
            Condition::RolledOut { namespace, name } => check_rollout(store, namespace, name),
            Condition::Ran { commands, shown } => check_ran(session, commands, shown),
            Condition::File { name, contains, part } => check_file(session, name, contains.as_deref(), part.as_ref()),
            Condition::All(conditions) => {
                let verdicts = conditions.iter().map(|condition| condition.check(session, progress));
                let mut reasons = vec![];
                for verdict in verdicts {
                    if !verdict.met {
                        return verdict;
                    }
                    reasons.push(verdict.reason);
                }
                met(reasons.join(" "))
            }
            Condition::Any(conditions) => {
                let mut verdicts = conditions.iter().map(|condition| condition.check(session, progress));
                let mut missing = vec![];
                match verdicts.find_map(|verdict| {
                    if verdict.met {
                        Some(verdict)
                    } else {
                        missing.push(verdict.reason);
                        None
                    }
                }) {
                    Some(verdict) => verdict,
                    None => unmet(missing.join(" Or: ")),
                }
            }
            Condition::Not(condition) => {
                let verdict = condition.check(session, progress);
                Verdict {
                    met: !verdict.met,
                    reason: if verdict.met { format!("Not yet: {}", verdict.reason) } else { verdict.reason },
                }
            }
            Condition::Once { id, condition } => match condition.check(session, progress) {
                verdict if verdict.met => verdict,
                _ if progress.held.contains(id) => met("It held, and that is enough."),
                verdict => verdict,
            },
        }
    }

    fn observe(&self, session: &Session, progress: &mut Progress) {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.observe(session, progress));
            }
            Condition::Not(condition) => condition.observe(session, progress),
            Condition::Once { id, condition } => {
                condition.observe(session, progress);
                if !progress.held.contains(id) && condition.check(session, progress).met {
                    progress.held.insert(id.clone());
                }
            }
            _ => {}
        }
    }
}

// Reading.

fn take_text(map: &mut Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match map.remove(key) {
        None => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` is a text")),
    }
}

fn kind(fields: Fields<'_>) -> Result<Kind, String> {
    let kind = fields.text("kind")?.ok_or("the `kind` is missing")?;
    Kind::from_argument(&kind).ok_or_else(|| format!("the playground has no kind `{kind}`"))
}

fn namespace(fields: Fields<'_>) -> Result<String, String> {
    Ok(fields.text("namespace")?.unwrap_or_else(|| "default".to_owned()))
}

fn object(value: &Value) -> Result<Condition, String> {
    let fields = Fields::of(value, "object", &["kind", "name", "namespace", "match"])?;
    let part = fields.get("match").cloned();
    if part.as_ref().is_some_and(|part| !part.is_object()) {
        return Err("`match` is a mapping: a part of the object".to_owned());
    }
    Ok(Condition::Object { kind: kind(fields)?, namespace: namespace(fields)?, name: fields.text("name")?, part })
}

fn absent(value: &Value) -> Result<Condition, String> {
    let fields = Fields::of(value, "absent", &["kind", "name", "namespace"])?;
    let name = fields.text("name")?.ok_or("`absent` needs the `name` of what is to be gone")?;
    Ok(Condition::Absent { kind: kind(fields)?, namespace: namespace(fields)?, name })
}

fn rolled_out(value: &Value) -> Result<Condition, String> {
    if let Value::String(name) = value {
        return Ok(Condition::RolledOut { namespace: "default".to_owned(), name: name.clone() });
    }
    let fields = Fields::of(value, "rolledOut", &["name", "namespace"])?;
    let name = fields.text("name")?.ok_or("`rolledOut` needs the `name` of a DaemonSet")?;
    Ok(Condition::RolledOut { namespace: namespace(fields)?, name })
}

fn ran(value: &Value) -> Result<Condition, String> {
    let mut commands = vec![];
    let mut shown = None;
    let mut add = |value: &Value, exit: Exit| -> Result<(), String> {
        let meaning = match value {
            Value::String(line) => match Meaning::of_line(line).as_slice() {
                [meaning] => {
                    shown.get_or_insert_with(|| line.clone());
                    meaning.clone()
                }
                _ => return Err(format!("`ran` wants one command, without pipes and lists, not `{line}`")),
            },
            other => Meaning::from_value(other)?,
        };
        commands.push((meaning, exit));
        Ok(())
    };
    let each = |value: &Value, exit: Exit, add: &mut dyn FnMut(&Value, Exit) -> Result<(), String>| match value {
        Value::Array(list) => list.iter().try_for_each(|value| add(value, exit)),
        value => add(value, exit),
    };
    match value {
        Value::Object(map) => {
            let exit = match map.get("exit").and_then(Value::as_str) {
                None if map.contains_key("exit") => return Err("`exit` is `ok`, `failed` or `any`".to_owned()),
                None | Some("ok") => Exit::Ok,
                Some("failed") => Exit::Failed,
                Some("any") => Exit::Any,
                Some(other) => return Err(format!("`exit` is `ok`, `failed` or `any`, not `{other}`")),
            };
            match map.get("command") {
                Some(command) => {
                    Fields::of(value, "ran", &["command", "exit"])?;
                    each(command, exit, &mut add)?;
                }
                None => add(value, exit)?,
            }
        }
        value => each(value, Exit::Ok, &mut add)?,
    }
    if commands.is_empty() {
        return Err("`ran` needs a command".to_owned());
    }
    Ok(Condition::Ran { commands, shown: shown.unwrap_or_else(|| "the command asked for".to_owned()) })
}

fn file(value: &Value) -> Result<Condition, String> {
    let fields = Fields::of(value, "file", &["name", "contains", "match"])?;
    let name = fields.text("name")?.ok_or("`file` needs the `name` of a file")?;
    Ok(Condition::File { name, contains: fields.text("contains")?, part: fields.get("match").cloned() })
}

impl Pods {
    fn from_value(value: &Value) -> Result<Pods, String> {
        let fields = Fields::of(value, "pods", &["selector", "namespace", "count", "ready", "image", "nodes"])?;
        let spelt = fields.text("selector")?.unwrap_or_default();
        let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
        let count = match fields.get("count") {
            None => Count::Some,
            Some(Value::String(word)) if word == "all-nodes" => Count::AllNodes,
            Some(Value::Object(range)) => {
                let bound = |key: &str, otherwise: usize| range.get(key).map_or(Some(otherwise), number);
                let bounds = bound("min", 0).zip(bound("max", usize::MAX));
                let (min, max) = bounds
                    .filter(|_| range.keys().all(|key| key == "min" || key == "max"))
                    .ok_or("`count` has `min` and `max`, both numbers")?;
                Count::Between(min, max)
            }
            Some(value) => Count::Exactly(number(value).ok_or("`count` is a number, `all-nodes`, or {min: …, max: …}")?),
        };
        let nodes = if fields.get("nodes").is_some() { Some(fields.texts("nodes")?) } else { None };
        let selector = Selector::parse(&spelt).map_err(|error| format!("`selector`: {error}"))?;
        Ok(Pods {
            namespace: namespace(fields)?,
            selector,
            spelt,
            count,
            ready: fields.flag("ready")?,
            image: fields.text("image")?,
            nodes,
        })
    }

    #[inline(never)]
    fn check(&self, store: &Store) -> Verdict {
        let selected: Vec<&Pod> = store
            .list::<Pod>()
            .map(AsRef::as_ref)
            .filter(|pod| pod.namespace() == self.namespace)
            .filter(|pod| self.selector.matches(pod.metadata.labels().unwrap_or(&StringMap::new())))
            .collect();
        let such = if self.spelt.is_empty() { String::new() } else { format!(" with the label {}", self.spelt) };
        let (stopping, pods): (Vec<&Pod>, Vec<&Pod>) = selected.into_iter().partition(|pod| pod.is_terminating());
        let there = format!("{}{such}", number_of(pods.len()));
        match self.count {
            Count::Exactly(0) => {
                return match pods.first().or(stopping.first()) {
                    None => met(format!("There are no pods{such}.")),
                    Some(pod) => unmet(format!("{} still there: {}.", are(pods.len() + stopping.len()), describe(pod))),
                };
            }
            Count::Some if pods.is_empty() => return unmet(format!("There is no pod{such} yet.")),
            Count::Exactly(wanted) if pods.len() != wanted => return unmet(format!("There {there}, not {wanted}.")),
            Count::Between(min, _) if pods.len() < min => return unmet(format!("There {there}, fewer than {min}.")),
            Count::Between(_, max) if pods.len() > max => return unmet(format!("There {there}, more than {max}.")),
            _ => {}
        }
        let on: Vec<&str> = pods.iter().filter_map(|pod| node_of(pod)).collect();
        let named = self.nodes.as_ref().map(|nodes| nodes.iter().map(String::as_str).collect());
        let all_nodes = (self.count == Count::AllNodes).then(|| store.list::<Node>().map(|node| node.name()).collect());
        let wanted: [Option<Vec<&str>>; 2] = [named, all_nodes];
        for wanted in wanted.into_iter().flatten() {
            if let Some(node) = wanted.iter().filter(|node| !on.contains(node)).min() {
                return unmet(format!("There is no pod{such} on {node}."));
            }
            if let Some(node) = on.iter().filter(|node| !wanted.contains(node)).min() {
                return unmet(format!("There is a pod{such} on {node}, where none is wanted."));
            }
        }
        if let Some(image) = &self.image {
            let images = |pod: &Pod| {
                pod.spec
                    .iter()
                    .any(|spec| spec.containers.iter().any(|c| glob(image, c.image.as_deref().unwrap_or_default())))
            };
            if let Some(other) = pods.iter().find(|pod| !images(pod)) {
                let new = pods.iter().filter(|pod| images(pod)).count();
                return unmet(format!(
                    "{new} of {} run {image}: {} still runs another image.",
                    number_of_pods(pods.len()),
                    place(other)
                ));
            }
        }
        if let Some(wanted) = self.ready
            && let Some(other) = pods.iter().find(|pod| pod.is_ready() != wanted)
        {
            let ready = pods.iter().filter(|pod| pod.is_ready()).count();
            let are = if ready == 1 { "is" } else { "are" };
            return unmet(format!("{ready} of {} {are} ready: {}.", number_of_pods(pods.len()), describe(other)));
        }
        met(match self.ready {
            Some(true) => format!("There {there}, and ready."),
            _ => format!("There {there}."),
        })
    }
}

// Judging.

#[inline(never)]
fn check_object(store: &Store, kind: Kind, namespace: &str, name: &str, part: Option<&Value>) -> Verdict {
    let what = kind.name();
    let Some(object) = store.object(&Key::new(kind, namespace, name)) else {
        return match store.objects(kind).find(|object| object.name() == name) {
            Some(elsewhere) => {
                unmet(format!("The {what} {name} is in the namespace {}, not {namespace}.", elsewhere.namespace()))
            }
            None => unmet(format!("There is no {what} called {name} yet.")),
        };
    };
    let Some(part) = part else { return met(format!("The {what} {name} is there.")) };
    let actual = object.to_value();
    match difference(part, Some(&actual), "") {
        Some(difference) => unmet(format!("{what} {name}: {difference}.")),
        None => met(format!("{what} {name}: {}.", leaves(part, &actual, "").join(", "))),
    }
}

#[inline(never)]
fn check_any_object(store: &Store, kind: Kind, namespace: &str, part: Option<&Value>) -> Verdict {
    let what = kind.name();
    let mut first = None;
    for object in store.objects(kind).filter(|object| !kind.is_namespaced() || object.namespace() == namespace) {
        match part.and_then(|part| difference(part, Some(&object.to_value()), "")) {
            None => return met(format!("The {what} {} is there.", object.name())),
            Some(difference) => {
                first.get_or_insert_with(|| format!("{what} {}: {difference}.", object.name()));
            }
        }
    }
    unmet(first.unwrap_or_else(|| format!("There is no {what} yet.")))
}

#[inline(never)]
fn check_rollout(store: &Store, namespace: &str, name: &str) -> Verdict {
    let Some(ds) = store.get::<DaemonSet>(namespace, name) else {
        return unmet(format!("There is no DaemonSet called {name} yet."));
    };
    let status = ds.status.clone().unwrap_or_default();
    let (desired, updated) = (status.desired_number_scheduled, status.updated_number_scheduled.unwrap_or(0));
    let available = status.number_available.unwrap_or(0);
    if status.observed_generation != ds.metadata.generation {
        return unmet(format!("The controller has not yet looked at the newest version of {name}."));
    }
    let selector = ds.spec.as_ref().and_then(|spec| Selector::from_label_selector(&spec.selector).ok()).unwrap_or_default();
    let troubled = || {
        let mut pods = store.list::<Pod>().filter(|pod| pod.namespace() == namespace && !pod.is_ready());
        let pod = pods.find(|pod| selector.matches(pod.metadata.labels().unwrap_or(&StringMap::new())));
        pod.map_or_else(|| ".".to_owned(), |pod| format!(": {}.", describe(pod)))
    };
    if updated < desired {
        let have = if updated == 1 { "has" } else { "have" };
        return unmet(format!("{updated} of {desired} nodes {have} a pod of the newest version{}", troubled()));
    }
    if available < desired {
        let are = if available == 1 { "is" } else { "are" };
        return unmet(format!("{available} of {desired} pods {are} available{}", troubled()));
    }
    met(format!("The newest version of {name} runs on all of its {desired} nodes."))
}

fn check_ran(session: &Session, commands: &[(Meaning, Exit)], shown: &str) -> Verdict {
    let mut nearly = None;
    for entry in session.entries() {
        let line = entry.line.trim();
        let failed = !matches!(entry.job.exit, None | Some(0 | 130));
        for given in Meaning::of_line(line) {
            let fits: Vec<(Fit, Exit)> = commands.iter().map(|(wanted, exit)| (wanted.fit(&given), *exit)).collect();
            let exact = fits.iter().find(|(fit, _)| *fit == Fit::Yes).map(|(_, exit)| *exit);
            match (exact, failed) {
                (Some(Exit::Any), _) | (Some(Exit::Ok), false) => return met(format!("You ran `{line}`.")),
                (Some(Exit::Failed), true) => return met(format!("You ran `{line}`, and it was refused.")),
                (Some(Exit::Ok), true) => nearly = Some(format!("`{line}` ended with an error.")),
                (Some(Exit::Failed), false) => nearly = Some(format!("`{line}` did not fail this time.")),
                (None, _) => {
                    if let Some(flag) =
                        fits.into_iter().find_map(|(fit, _)| if let Fit::Lacks(flag) = fit { Some(flag) } else { None })
                    {
                        nearly = Some(format!("You ran `{line}`; add `{flag}`."));
                    }
                }
            }
        }
    }
    unmet(nearly.unwrap_or_else(|| format!("`{shown}` has not been run yet.")))
}

#[inline(never)]
fn check_file(session: &Session, name: &str, contains: Option<&str>, part: Option<&Value>) -> Verdict {
    let Some(text) = session.files().get(name) else { return unmet(format!("There is no file called {name}.")) };
    if let Some(wanted) = contains.filter(|wanted| !text.contains(wanted)) {
        return unmet(format!("{name} does not contain `{wanted}` yet."));
    }
    let Some(part) = part else { return met(format!("{name} is as it should be.")) };
    match yaml::parse(text) {
        Err(error) => unmet(format!("{name} is not YAML: {error}")),
        Ok(documents) => {
            let mut differences = documents.iter().map(|document| difference(part, Some(document), ""));
            match differences.next() {
                None => unmet(format!("{name} is empty.")),
                Some(None) => met(format!("{name} is as it should be.")),
                Some(Some(_)) if differences.any(|difference| difference.is_none()) => {
                    met(format!("{name} is as it should be."))
                }
                Some(Some(difference)) => unmet(format!("{name}: {difference}.")),
            }
        }
    }
}

/// The first way in which `actual` is not what `part` asks for. A mapping asks for its own keys, a list for its own elements
/// (those with a name for the element of that name), a text may have `*` for any text, and null asks for nothing to be there.
fn difference(part: &Value, actual: Option<&Value>, path: &str) -> Option<String> {
    let here = if path.is_empty() { "it" } else { path };
    let Some(actual) = actual.filter(|actual| !actual.is_null()) else {
        let absent = part.is_null() || part.as_array().is_some_and(Vec::is_empty);
        return (!absent).then(|| match part {
            Value::Object(_) | Value::Array(_) => format!("{here} is missing"),
            part => format!("{here} is not {}", shown(part)),
        });
    };
    match (part, actual) {
        (Value::Null, _) => Some(format!("{here} is there, and should not be")),
        (Value::Object(part), Value::Object(actual)) => {
            part.iter().find_map(|(key, part)| difference(part, actual.get(key), &join(path, key)))
        }
        (Value::Array(part), Value::Array(actual)) if part.is_empty() => {
            (!actual.is_empty()).then(|| format!("{here} is not empty"))
        }
        (Value::Array(part), Value::Array(actual)) => part.iter().find_map(|part| match named(part, actual) {
            Some((name, Some(actual))) => difference(part, Some(actual), &format!("{path}[{name}]")),
            Some((name, None)) => Some(format!("{here} has no {name}")),
            None if actual.iter().any(|actual| difference(part, Some(actual), "").is_none()) => None,
            None => Some(format!("{here} has no {}", shown(part))),
        }),
        (Value::Object(_) | Value::Array(_), actual) => Some(format!("{here} is {}", shown(actual))),
        (part, actual) => {
            (!glob(&shown(part), &shown(actual))).then(|| format!("{here} is {}, not {}", shown(actual), shown(part)))
        }
    }
}

/// The element of `actual` that has the same name as `part`, if elements of this list have names.
fn named<'a>(part: &Value, actual: &'a [Value]) -> Option<(String, Option<&'a Value>)> {
    let name = part.get("name").filter(|name| name.is_string())?;
    Some((shown(name), actual.iter().find(|actual| actual.get("name") == Some(name))))
}

/// What `actual` has of that which `part` asks for, leaf by leaf.
fn leaves(part: &Value, actual: &Value, path: &str) -> Vec<String> {
    match part {
        Value::Object(map) => {
            map.iter().flat_map(|(key, part)| leaves(part, &actual[key.as_str()], &join(path, key))).collect()
        }
        Value::Array(list) => list
            .iter()
            .flat_map(|part| match named(part, actual.as_array().map_or(&[], Vec::as_slice)) {
                Some((name, Some(actual))) => {
                    let path = format!("{path}[{name}]");
                    let named = join(&path, "name");
                    leaves(part, actual, &path).into_iter().filter(|leaf| !leaf.starts_with(&named)).collect()
                }
                _ => vec![format!("{path} has {}", shown(part))],
            })
            .collect(),
        Value::Null => vec![format!("{path} is not there")],
        _ => vec![format!("{path} is {}", shown(actual))],
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether `text` is `pattern`, in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(last)
}

fn number_of(pods: usize) -> String {
    match pods {
        0 => "are no pods".to_owned(),
        1 => "is 1 pod".to_owned(),
        n => format!("are {n} pods"),
    }
}

fn number_of_pods(pods: usize) -> String {
    if pods == 1 { "1 pod".to_owned() } else { format!("{pods} pods") }
}

fn are(pods: usize) -> String {
    if pods == 1 { "1 pod is".to_owned() } else { format!("{pods} pods are") }
}

/// The node a pod is on, or is meant for.
fn node_of(pod: &Pod) -> Option<&str> {
    let spec = pod.spec.as_ref()?;
    let pin = || {
        let affinity = spec.affinity.as_ref()?.node_affinity.as_ref()?;
        let terms = &affinity.required_during_scheduling_ignored_during_execution.as_ref()?.node_selector_terms;
        terms.first()?.match_fields.as_ref()?.first()?.values.as_ref()?.first().map(String::as_str)
    };
    spec.node_name.as_deref().or_else(pin)
}

fn place(pod: &Pod) -> String {
    node_of(pod).map_or_else(|| pod.name().to_owned(), |node| format!("{} on {node}", pod.name()))
}

/// A pod and what it is doing, as people say it: `fluentd-x7k2p on worker-2 is ContainerCreating`.
fn describe(pod: &Pod) -> String {
    format!("{} is {}", place(pod), state(pod))
}

fn state(pod: &Pod) -> String {
    if pod.is_terminating() {
        return "Terminating".to_owned();
    }
    let Some(status) = &pod.status else { return "Pending".to_owned() };
    for container in status.init_container_statuses.iter().chain(&status.container_statuses).flatten() {
        let state = container.state.as_ref();
        let waiting = state.and_then(|state| state.waiting.as_ref()).and_then(|waiting| waiting.reason.clone());
        let terminated = state.and_then(|state| state.terminated.as_ref()).and_then(|terminated| terminated.reason.clone());
        if let Some(reason) = waiting.or(terminated) {
            return reason;
        }
    }
    let unscheduled = status
        .conditions
        .iter()
        .flatten()
        .find(|condition| condition.type_ == "PodScheduled" && condition.status == "False");
    if let Some(message) = unscheduled.and_then(|condition| condition.message.as_deref()) {
        return format!("Pending, {}", why_unscheduled(message));
    }
    match status.phase.as_deref() {
        Some("Running") if !pod.is_ready() => "Running, but not ready".to_owned(),
        phase => phase.unwrap_or("Pending").to_owned(),
    }
}

/// The reasons in the scheduler's message, without those that only say that a pinned pod wants no other node.
fn why_unscheduled(message: &str) -> String {
    let reasons = message
        .split(". preemption:")
        .next()
        .and_then(|message| message.split_once(": "))
        .map_or(message, |(_, reasons)| reasons);
    let of_its_node: Vec<&str> = reasons
        .trim_end_matches('.')
        .split(", ")
        .filter(|reason| !reason.contains("affinity") && !reason.contains("NodeAffinity"))
        .map(|reason| reason.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' '))
        .collect();
    if of_its_node.is_empty() { reasons.to_owned() } else { of_its_node.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_part_matches_what_has_more() {
        let actual = json!({"a": {"b": 1, "c": [{"name": "x", "image": "i:v1"}, {"name": "y"}]}, "labels": {"gpu": "true"}});
        let differs = |part: Value| difference(&part, Some(&actual), "");
        assert_eq!(differs(json!({"a": {"b": 1}})), None);
        assert_eq!(differs(json!({"a": {"c": [{"name": "x", "image": "i:*"}]}})), None);
        assert_eq!(differs(json!({"labels": {"gpu": true}})), None);
        assert_eq!(differs(json!({"labels": {"other": null}, "taints": []})), None);
        assert_eq!(
            differs(json!({"a": {"c": [{"name": "x", "image": "i:v2"}]}})).unwrap(),
            "a.c[x].image is i:v1, not i:v2"
        );
        assert_eq!(differs(json!({"a": {"c": [{"name": "z"}]}})).unwrap(), "a.c has no z");
        assert_eq!(differs(json!({"a": {"d": 2}})).unwrap(), "a.d is not 2");
        assert_eq!(differs(json!({"a": null})).unwrap(), "a is there, and should not be");
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(glob("*", "") && glob("a*c", "abc") && glob("a*c*", "abcd") && glob("*:v9", "x:v9"));
        assert!(!glob("a*c", "ab") && !glob("ab*b", "ab") && !glob("a", "ab"));
    }

    #[test]
    fn a_pending_pod_says_what_its_own_node_lacks() {
        let message = "0/4 nodes are available: 1 Insufficient cpu, 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/4 nodes are available: …";
        assert_eq!(why_unscheduled(message), "Insufficient cpu");
    }

    #[test]
    fn mistakes_in_goals_are_told() {
        let error = |value: Value| Goal::from_value(&value, "g", 1).unwrap_err();
        assert!(error(json!({"text": "x"})).contains("the condition is missing"));
        assert!(error(json!({"text": "x", "ran": "ls", "file": {"name": "y"}})).contains("`all` joins several"));
        assert!(error(json!({"ran": "ls"})).contains("needs its `text`"));
        assert!(error(json!({"text": "x", "object": {"kind": "Demonset"}})).contains("no kind `Demonset`"));
        assert!(error(json!({"text": "x", "pods": {"seletor": "a=b"}})).contains("`pods` has no `seletor`"));
        assert!(error(json!({"text": "x", "pods": {"count": "many"}})).contains("`count` is a number"));
        assert!(error(json!({"text": "x", "ran": "a | b"})).contains("one command"));
        assert!(error(json!({"text": "x", "hope": 1})).contains("no condition `hope`"));
    }
}
