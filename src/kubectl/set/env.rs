//! `kubectl set env` (upstream: `kubectl/pkg/cmd/set/set_env.go`).

use k8s_openapi::api::core::v1::{ConfigMapKeySelector, EnvVar, EnvVarSource, SecretKeySelector};
use serde_json::Value;

use super::{Same, objects, parse, pod_spec, update};
use crate::api::Key;
use crate::api::validate::names;
use crate::api::{Container, Kind, Object, PodSpec};
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
    let is_variable = |word: &&String| word.contains('=') || word.ends_with('-');
    let (variables, resources): (Vec<&String>, Vec<&String>) = args.words.iter().partition(is_variable);
    let resources: Vec<String> = resources.into_iter().cloned().collect();
    if resources.is_empty() && !args.has("filename") {
        return Err(Failure::client("one or more resources must be specified as <resource> <name> or <resource>/<name>"));
    }
    let given = variables.into_iter().map(String::as_str).chain(args.each("env"));
    let mut changes = read(given, context.stdin)?;
    let objects = objects(&resources, &args, context)?;
    if args.is_on("list") {
        return list(&objects, &args, context.sim.cluster().store(), out);
    }
    from(&args, &mut changes, context, out)?;
    if let (false, Some(taken)) = (args.get("overwrite") != Some("false"), taken(&objects, &changes)) {
        return Err(taken);
    }
    let wanted = args.get("containers").unwrap_or("*").to_owned();
    for object in &objects {
        let none = pod_spec(object).is_some_and(|mut spec| chosen(&mut spec, &wanted).next().is_none());
        if none {
            let (kind, name) = (object.kind().name(), object.name());
            out.warn(format_args!("Warning: {kind}/{name} does not have any containers matching {wanted:?}\n"));
        }
    }
    update(&objects, &args, "env", Same::Silent, context, out, &|spec| {
        for container in chosen(spec, &wanted) {
            let list = container.env.get_or_insert_default();
            for new in &changes.set {
                match list.iter_mut().find(|known| known.name == new.name) {
                    Some(known) => known.clone_from(new),
                    None => list.push(new.clone()),
                }
            }
            list.retain(|known| !changes.remove.contains(&known.name));
            container.env.take_if(|list| list.is_empty());
        }
        Ok(())
    })
}

/// The containers of a name; of any for `*`.
fn chosen<'a>(spec: &'a mut PodSpec, wanted: &'a str) -> impl Iterator<Item = &'a mut Container> {
    let all = spec.init_containers.iter_mut().flatten().chain(&mut spec.containers);
    all.filter(move |container| wanted == "*" || container.name == wanted)
}

/// Reads `A=b`, `A-`, and `-`: the lines of the standard input.
fn read<'a>(given: impl Iterator<Item = &'a str>, stdin: Option<&str>) -> Result<Changes> {
    let mut changes = Changes::default();
    for word in given {
        if word != "-" {
            one(word, &mut changes)?;
            continue;
        }
        for line in stdin.unwrap_or_default().lines().map(str::trim) {
            if !line.is_empty() && !line.starts_with('#') {
                one(line, &mut changes)?;
            }
        }
    }
    let twice = changes.set.iter().find(|variable| changes.remove.contains(&variable.name));
    match twice {
        Some(twice) => Err(Failure::refused(format_args!(
            "can not both modify and remove the following environment variable in the same command: {}",
            twice.name
        ))),
        None => Ok(changes),
    }
}

fn one(word: &str, changes: &mut Changes) -> Result<()> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
    let name = if value.is_none() { name.strip_suffix('-').unwrap_or(name) } else { name };
    let wrong = names::plain_env_name(name);
    match (value, wrong.is_empty()) {
        (Some(_), false) => {
            return Err(Failure::refused(format_args!("{name:?} is not a valid key name: {}", wrong.join(","))));
        }
        (Some(value), true) => {
            changes.set.push(EnvVar { name: name.to_owned(), value: Some(value.to_owned()), value_from: None });
        }
        (None, _) if word.ends_with('-') => changes.remove.push(name.to_owned()),
        (None, _) => return Err(Failure::refused(format_args!("unknown: {word}"))),
    }
    Ok(())
}

/// What is there already and may not be overwritten.
fn taken(objects: &[Object], changes: &Changes) -> Option<Failure> {
    for object in objects {
        let spec = pod_spec(object)?;
        for known in spec.containers.iter().flat_map(|container| container.env.iter().flatten()) {
            if changes.set.iter().any(|new| new.name == known.name && new.value != known.value) {
                return Some(Failure::refused(format_args!(
                    "{}/{} '{}' already has a value ({}), and --overwrite is false",
                    object.kind().plural(),
                    object.name(),
                    known.name,
                    known.value.as_deref().unwrap_or_default()
                )));
            }
        }
    }
    None
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
    let wanted = args.all("keys");
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
            let name = [args.get("prefix").unwrap_or_default(), &name].concat();
            changes.set.push(EnvVar { name, value: None, value_from: Some(value_from) });
        }
    }
    Ok(())
}

fn list(objects: &[Object], args: &Args, store: &Store, out: &mut Output) -> Result<Outcome> {
    let wanted = args.get("containers").unwrap_or("*");
    for object in objects {
        let (kind, name) = (object.kind().name(), object.name());
        let Some(mut spec) = pod_spec(object) else { continue };
        for container in chosen(&mut spec, wanted) {
            out.print(format_args!("# {kind} {name}, container {}\n", container.name));
            for variable in container.env.iter().flatten() {
                let name = &variable.name;
                let Some(source) = &variable.value_from else {
                    out.print(format_args!("{name}={}\n", variable.value.as_deref().unwrap_or_default()));
                    continue;
                };
                match resolved(source, object.namespace(), store).filter(|_| args.is_on("resolve")) {
                    Some(value) => out.print(format_args!("{name}={value}\n")),
                    None => out.print(format_args!("# {name} from {}\n", described(source))),
                }
            }
        }
    }
    Ok(Outcome::Done(0))
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
            let container = it.container_name.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
            format!("resource field {container}{}", it.resource)
        }
        None => "invalid valueFrom".to_owned(),
    }
}

/// The value that a ConfigMap has for a variable.
fn resolved(source: &EnvVarSource, namespace: &str, store: &Store) -> Option<String> {
    let it = source.config_map_key_ref.as_ref()?;
    let map = store.object(&Key::new(Kind::ConfigMap, namespace, &it.name))?.stored()?;
    Some(map.field("data")[&it.key].as_str()?.to_owned())
}
