//! `kubectl set env` (upstream: `kubectl/pkg/cmd/set/set_env.go`).

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{ConfigMapKeySelector, EnvVar, EnvVarSource, ResourceFieldSelector, SecretKeySelector};
use serde_json::Value;

use super::{Same, chosen, objects, parse, pod_spec, refuse_together, refused, update};
use crate::api::quantity::Amount;
use crate::api::validate::{names, quoted};
use crate::api::{ApiError, Container, Key, Kind, Object, PodSpec, Quantity, base64};
use crate::cluster::Store;
use crate::kubectl::args::Args;
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::resource::{self, Filter, WithoutNames};
use crate::kubectl::{Context, Outcome, Output};

/// What is done to the variables of containers.
#[derive(Default)]
struct Changes {
    set: Vec<EnvVar>,
    remove: Vec<String>,
}

/// `kubectl set env`.
pub(super) fn set(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = parse(words, "env")?;
    let is_variable = |word: &String| word.rfind('=').is_some_and(|at| at > 0) || word.ends_with('-');
    let first = args.words.iter().position(is_variable).unwrap_or(args.words.len());
    let (resources, variables) = args.words.split_at(first);
    if !variables.iter().all(is_variable) {
        return Err(Failure::refused(format_args!(
            "all resources must be specified before environment changes: {}",
            args.words.join(" ")
        )));
    }
    refuse_together(&args)?;
    if resources.is_empty() && !args.has("filename") {
        return Err(Failure::client("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    if args.is_on("list") && args.is_filled("output") {
        return Err(Failure::client("--list and --output may not be specified together"));
    }
    if args.is_filled("keys") && !args.is_filled("from") {
        return Err(Failure::client("when specifying --keys, a configmap or secret must be provided with --from"));
    }
    let mut changes = read(args.each("env").into_iter().chain(variables.iter().map(String::as_str)), context.stdin)?;
    from(&args, &mut changes, context, out)?;
    let prefix = args.get("prefix").unwrap_or_default();
    changes.set.iter_mut().for_each(|new| new.name.insert_str(0, prefix));
    let objects = objects(resources, &args, context)?;
    let mut change = |object: &Object, spec: &mut PodSpec, out: &mut Output| change(object, spec, &changes, &args, out);
    if !args.is_on("list") {
        return update(&objects, &args, "env", Same::Silent, context, out, &mut change);
    }
    for object in &objects {
        let Some(mut spec) = pod_spec(object) else { continue };
        if change(object, &mut spec, out).is_ok() {
            list(object, &mut spec, &args, context, out);
        }
    }
    Ok(Outcome::Done(0))
}

/// Changes the variables of the containers that are meant.
fn change(object: &Object, spec: &mut PodSpec, changes: &Changes, args: &Args, out: &mut Output) -> Result<()> {
    let wanted = args.get("containers").unwrap_or("*");
    let chosen = chosen(spec, wanted);
    if chosen.is_empty() {
        let (kind, name) = (object.kind().name(), object.name());
        out.warn(format_args!("Warning: {kind}/{name} does not have any containers matching {wanted:?}\n"));
    }
    for container in chosen {
        let known = container.env.take().unwrap_or_default();
        if args.get("overwrite") == Some("false") {
            refuse_overwriting(object, &known, changes)?;
        }
        container.env = Some(changed(&known, changes)).filter(|variables| !variables.is_empty());
    }
    Ok(())
}

/// The variables as they are then: new ones have the place of those with their names, and each name is there once where anything
/// was done to it (upstream: `updateEnv` in `set/helper.go`).
fn changed(known: &[EnvVar], changes: &Changes) -> Vec<EnvVar> {
    let mut done: BTreeSet<&str> = changes.remove.iter().map(String::as_str).collect();
    let mut variables = vec![];
    for variable in known.iter().chain(&changes.set) {
        if done.contains(variable.name.as_str()) {
            continue;
        }
        let new = changes.set.iter().find(|new| new.name == variable.name);
        done.extend(new.map(|new| new.name.as_str()));
        variables.push(new.unwrap_or(variable).clone());
    }
    variables
}

/// Refuses to give a variable another value than it has.
fn refuse_overwriting(object: &Object, known: &[EnvVar], changes: &Changes) -> Result<()> {
    for new in &changes.set {
        let Some(known) = known.iter().find(|known| known.name == new.name) else { continue };
        let [value, other] = [known, new].map(|it| it.value.as_deref().unwrap_or_default());
        if value != other {
            let why = format!("'{}' already has a value ({value}), and --overwrite is false", new.name);
            return Err(refused(object, &why));
        }
    }
    Ok(())
}

/// Reads `A=b`, `A-`, and `-`: the lines of the standard input.
fn read<'a>(given: impl Iterator<Item = &'a str>, stdin: Option<&str>) -> Result<Changes> {
    let mut changes = Changes::default();
    let mut typed = BTreeSet::new();
    for word in given {
        if word == "-" {
            let lines = stdin.unwrap_or_default().lines().map(|line| line.split('#').next().unwrap_or_default());
            changes.set.extend(lines.filter_map(|line| line.split_once('=')).map(plain));
        } else if let Some((name, value)) = word.split_once('=') {
            let wrong = names::plain_env_name(name);
            if !wrong.is_empty() {
                return Err(Failure::refused(format_args!("{name:?} is not a valid key name: {}", wrong.join(";"))));
            }
            typed.insert(name);
            changes.set.push(plain((name, value)));
        } else if let Some(name) = word.strip_suffix('-') {
            changes.remove.push(name.to_owned());
        } else {
            return Err(Failure::refused(format_args!("unknown environment variable: {word}")));
        }
    }
    if changes.remove.iter().any(|name| typed.contains(name.as_str())) {
        return Err(Failure::client("can not both modify and remove the same environment variable in the same command"));
    }
    Ok(changes)
}

/// A variable with a value; an empty one is not written down.
fn plain((name, value): (&str, &str)) -> EnvVar {
    EnvVar { name: name.to_owned(), value: Some(value.to_owned()).filter(|value| !value.is_empty()), value_from: None }
}

/// `--from`: a variable for every key of a ConfigMap or Secret.
fn from(args: &Args, changes: &mut Changes, context: &Context<'_>, out: &mut Output) -> Result<()> {
    let Some(from) = args.get("from").filter(|from| !from.is_empty()) else { return Ok(()) };
    let plain = Args::default();
    let request = resource::request(&[from.to_owned()], &plain, WithoutNames::Refused, context)?;
    let mut filter = Filter::of(&plain, context)?;
    filter.namespace = Some(resource::namespace(args, context));
    let (objects, missing) = resource::fetch(context, &request, &filter)?;
    Failure::all(missing)?;
    let wanted = if args.is_filled("keys") { args.all("keys") } else { vec![] };
    for object in objects {
        let kind = object.kind();
        if !matches!(kind, Kind::ConfigMap | Kind::Secret) {
            return Err(Failure::client("unsupported resource specified in --from"));
        }
        let data = object.stored().map(|stored| stored.field("data")).and_then(Value::as_object);
        for key in data.into_iter().flat_map(serde_json::Map::keys) {
            if !wanted.is_empty() && !wanted.contains(key) {
                continue;
            }
            let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
            let name: String = key.chars().map(letter).collect();
            if name != *key {
                out.warn(format_args!("Warning: key {key} transferred to {name}\n"));
            }
            let (source, key) = (object.name().to_owned(), key.clone());
            let value_from = match kind {
                Kind::Secret => EnvVarSource {
                    secret_key_ref: Some(SecretKeySelector { name: source, key, optional: None }),
                    ..EnvVarSource::default()
                },
                _ => EnvVarSource {
                    config_map_key_ref: Some(ConfigMapKeySelector { name: source, key, optional: None }),
                    ..EnvVarSource::default()
                },
            };
            changes.set.push(EnvVar { name, value: None, value_from: Some(value_from) });
        }
    }
    Ok(())
}

/// Shows the variables of an object's containers.
fn list(object: &Object, spec: &mut PodSpec, args: &Args, context: &Context<'_>, out: &mut Output) {
    let place = Place { object, namespace: &resource::namespace(args, context), store: context.sim.cluster().store() };
    for container in chosen(spec, args.get("containers").unwrap_or("*")) {
        out.print(format_args!("# {} {}, container {}\n", object.kind().name(), object.name(), container.name));
        let mut wrong: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for variable in container.env.iter().flatten() {
            let name = &variable.name;
            let value = match &variable.value_from {
                None => variable.value.clone(),
                Some(source) if args.is_on("resolve") => match place.resolve(source, container) {
                    Ok(value) => Some(value),
                    Err(why) => {
                        wrong.entry(why).or_default().insert(name);
                        None
                    }
                },
                Some(_) => None,
            };
            match (value, &variable.value_from) {
                (None, Some(source)) => out.print(format_args!("# {name} from {}\n", described(source))),
                (value, _) => out.print(format_args!("{name}={}\n", value.unwrap_or_default())),
            }
        }
        let told = wrong.into_iter().map(|(why, names)| {
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            format!("error retrieving reference for {names}: {why}\n")
        });
        told.collect::<BTreeSet<_>>().iter().for_each(|line| out.err(line));
    }
}

/// Where a variable has its value from.
fn described(source: &EnvVarSource) -> String {
    if let Some(it) = &source.config_map_key_ref {
        return format!("configmap {}, key {}", it.name, it.key);
    }
    if let Some(it) = &source.secret_key_ref {
        return format!("secret {}, key {}", it.name, it.key);
    }
    if let Some(it) = &source.field_ref {
        return format!("field path {}", it.field_path);
    }
    match &source.resource_field_ref {
        Some(it) => {
            let container = it.container_name.as_ref().map(|name| format!("{name}/")).unwrap_or_default();
            format!("resource field {container}{}", it.resource)
        }
        None => "invalid valueFrom".to_owned(),
    }
}

/// What references are looked up in (upstream: `set/env/env_resolve.go`).
struct Place<'a> {
    object: &'a Object,
    namespace: &'a str,
    store: &'a Store,
}

impl Place<'_> {
    /// The value that a variable has from its source, or why it has none.
    fn resolve(&self, source: &EnvVarSource, container: &Container) -> std::result::Result<String, String> {
        if let Some(it) = &source.secret_key_ref {
            let value = self.data(Kind::Secret, &it.name, &it.key)?.and_then(|data| base64::decode(data).ok());
            let value = value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            return value.ok_or_else(|| format!("key {} not found in secret {}", it.key, it.name));
        }
        if let Some(it) = &source.config_map_key_ref {
            let value = self.data(Kind::ConfigMap, &it.name, &it.key)?;
            return value.map(str::to_owned).ok_or_else(|| format!("key {} not found in config map {}", it.key, it.name));
        }
        match (&source.field_ref, &source.resource_field_ref) {
            (Some(it), _) => self.field(&it.field_path),
            (None, Some(it)) => amount(it, container),
            (None, None) => Err("invalid valueFrom".to_owned()),
        }
    }

    fn data(&self, kind: Kind, name: &str, key: &str) -> std::result::Result<Option<&str>, String> {
        let found = self.store.object(&Key::new(kind, self.namespace, name)).and_then(Object::stored);
        let found = found.ok_or_else(|| ApiError::NotFound(kind, name.to_owned()).to_string())?;
        Ok(found.field("data")[key].as_str())
    }

    /// A field of the object that has the template, as the pods have theirs.
    fn field(&self, path: &str) -> std::result::Result<String, String> {
        let meta = self.object.meta();
        let (of, key) = match path.strip_suffix("']").and_then(|path| path.split_once("['")) {
            Some((of, key)) if !of.is_empty() => (of, Some(key)),
            _ => (path, None),
        };
        let map = match of {
            "metadata.annotations" => Some(meta.annotations.as_ref()),
            "metadata.labels" => Some(meta.labels.as_ref()),
            _ => None,
        };
        match (map, key) {
            (Some(map), Some(key)) => return Ok(map.and_then(|map| map.get(key)).cloned().unwrap_or_default()),
            (Some(map), None) => {
                let pairs = map.into_iter().flatten().map(|(key, value)| format!("{key}={}", quoted(value)));
                return Ok(pairs.collect::<Vec<_>>().join("\n"));
            }
            (None, Some(_)) => return Err(format!("fieldPath {path:?} does not support subscript")),
            (None, None) => {}
        }
        match path {
            "metadata.name" => Ok(self.object.name().to_owned()),
            "metadata.namespace" => Ok(self.object.namespace().to_owned()),
            "metadata.uid" => Ok(meta.uid.clone().unwrap_or_default()),
            _ => Err(format!("unsupported fieldPath: {path}")),
        }
    }
}

/// How often a divisor goes into an amount that a container asks for or is held to.
fn amount(source: &ResourceFieldSelector, container: &Container) -> std::result::Result<String, String> {
    let unsupported = || format!("Unsupported container resource : {}", source.resource);
    let (list, name) = source.resource.split_once('.').ok_or_else(unsupported)?;
    if !matches!(name, "cpu" | "memory" | "ephemeral-storage") && !name.starts_with("hugepages-") {
        return Err(unsupported());
    }
    let resources = container.resources.as_ref();
    let list = match list {
        "limits" => resources.and_then(|it| it.limits.as_ref()),
        "requests" => resources.and_then(|it| it.requests.as_ref()),
        _ => return Err(unsupported()),
    };
    let counted = |quantity: Option<&Quantity>| {
        let amount = quantity.map_or(Amount::from_units(0), Amount::of);
        if name == "cpu" { amount.as_millis() } else { amount.as_units() }
    };
    let divisor = match counted(source.divisor.as_ref()) {
        0 if name == "cpu" => 1000,
        divisor => divisor.max(1),
    };
    let amount = counted(list.and_then(|list| list.get(name)));
    Ok((amount.div_euclid(divisor) + i64::from(amount.rem_euclid(divisor) > 0)).to_string())
}
