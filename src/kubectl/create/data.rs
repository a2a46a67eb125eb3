//! `kubectl create configmap` and `kubectl create secret`: what files, lines and words say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Given, Maker, flags, object, text};
use crate::api::validate::names;
use crate::api::{Kind, base64};
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::{Context, Files};

/// What is kept under each key.
type Data = BTreeMap<String, String>;

pub(super) const CONFIG_MAP: Maker = Maker {
    names: "configmap, cm",
    flags: flags!("from-file= from-literal= from-env-file= append-hash"),
    required: &[],
    kind: Kind::ConfigMap,
    failing: "configmap:",
    make: |given, context, _| {
        check_sources(given)?;
        let mut data = Data::new();
        from_files(given, context.files, &mut data)?;
        from_literals(given, &mut data)?;
        from_env_files(given, context, &mut data)?;
        let data = data.iter().map(|(key, value)| (key.as_str(), value.as_str().into())).collect::<Vec<_>>();
        Ok(object(vec![("data", if data.is_empty() { Value::Null } else { object(data) })]))
    },
};

pub(super) const SECRET_GENERIC: Maker = Maker {
    names: "secret generic",
    flags: flags!("from-file= from-literal= from-env-file= type= append-hash"),
    required: &[],
    kind: Kind::Secret,
    failing: "secret",
    make: |given, context, _| {
        check_sources(given)?;
        let mut data = Data::new();
        from_literals(given, &mut data)?;
        from_files(given, context.files, &mut data)?;
        from_env_files(given, context, &mut data)?;
        Ok(secret(&data, given.text("type")))
    },
};

pub(super) const SECRET_TLS: Maker = Maker {
    names: "secret tls",
    flags: flags!("cert= key= append-hash"),
    required: &[],
    kind: Kind::Secret,
    failing: "secret",
    make: |given, context, _| {
        let (cert, key) = (given.text("cert"), given.text("key"));
        if cert.is_empty() || key.is_empty() {
            return Err(Failure::client("key and cert must be specified"));
        }
        let mut data = Data::new();
        for (name, file) in [("tls.crt", cert), ("tls.key", key)] {
            let text = context.files.get(file.strip_prefix("./").unwrap_or(file)).ok_or_else(|| {
                Failure::refused(format_args!("Cannot read file {file}, open {file}: no such file or directory"))
            })?;
            data.insert(name.to_owned(), text.clone());
        }
        // Whether the two belong together is not looked into: there is nobody here who could encrypt anything with them.
        for (name, what) in [("tls.crt", "certificate"), ("tls.key", "key")] {
            if !data[name].contains("-----BEGIN ") {
                return Err(Failure::refused(format_args!("tls: failed to find any PEM data in {what} input")));
            }
        }
        Ok(secret(&data, "kubernetes.io/tls"))
    },
};

pub(super) const SECRET_DOCKER_REGISTRY: Maker = Maker {
    names: "secret docker-registry",
    flags: flags!("docker-username= docker-password= docker-email= docker-server= from-file= append-hash"),
    required: &[],
    kind: Kind::Secret,
    failing: "secret",
    make: |given, context, _| {
        let mut data = Data::new();
        if given.args.has("from-file") {
            from_files(given, context.files, &mut data)?;
        } else {
            let server = given.args.get("docker-server").unwrap_or("https://index.docker.io/v1/");
            let (user, password) = (given.text("docker-username"), given.text("docker-password"));
            if user.is_empty() || password.is_empty() || server.is_empty() {
                return Err(Failure::client(
                    "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required",
                ));
            }
            data.insert(DOCKER_CONFIG.to_owned(), docker_config(user, password, given.text("docker-email"), server));
        }
        Ok(secret(&data, "kubernetes.io/dockerconfigjson"))
    },
};

const DOCKER_CONFIG: &str = ".dockerconfigjson";

/// What `docker login` writes down, in its order.
fn docker_config(user: &str, password: &str, email: &str, server: &str) -> String {
    let auth = base64::encode([user, ":", password].concat().as_bytes());
    let fields = [("username", user), ("password", password), ("email", email), ("auth", &auth)];
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<String> = fields.map(|(name, value)| format!("\"{name}\":{}", Value::from(*value))).collect();
    format!("{{\"auths\":{{{}:{{{}}}}}}}", Value::from(server), fields.join(","))
}

fn secret(data: &Data, type_: &str) -> Value {
    let fields: Vec<(&str, Value)> =
        data.iter().map(|(key, value)| (key.as_str(), base64::encode(value.as_bytes()).into())).collect();
    object(vec![("data", if fields.is_empty() { Value::Null } else { object(fields) }), ("type", text(type_))])
}

fn check_sources(given: &Given<'_>) -> Result<()> {
    if given.args.has("from-env-file") && (given.args.has("from-file") || given.args.has("from-literal")) {
        return Err(Failure::client("from-env-file cannot be combined with from-file or from-literal"));
    }
    Ok(())
}

/// Adds what is under a key, which has to be one, and a new one.
fn add(given: &Given<'_>, data: &mut Data, key: &str, value: &str) -> Result<()> {
    let is_secret = !given.args.command().ends_with("configmap");
    let wrong = names::config_key(key);
    if !wrong.is_empty() {
        return Err(match is_secret {
            true => Failure::refused(format_args!("{key:?} is not valid key name for a Secret {}", wrong.join(";"))),
            false => Failure::refused(format_args!("{key:?} is not a valid key name for a ConfigMap: {}", wrong.join(","))),
        });
    }
    if data.insert(key.to_owned(), value.to_owned()).is_some() {
        return Err(match is_secret {
            true => Failure::refused(format_args!("cannot add key {key}, another key by that name already exists")),
            false => Failure::refused(format_args!(
                "cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {:?}",
                given.name
            )),
        });
    }
    Ok(())
}

fn from_literals(given: &Given<'_>, data: &mut Data) -> Result<()> {
    for source in given.args.each("from-literal") {
        let (key, value) = source
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| Failure::refused(format_args!("invalid literal source {source}, expected key=value")))?;
        add(given, data, key, value)?;
    }
    Ok(())
}

fn from_files(given: &Given<'_>, files: &Files, data: &mut Data) -> Result<()> {
    for source in given.args.all("from-file") {
        let (key, path) = match source.split_once('=') {
            None if given.args.command().ends_with("docker-registry") => (DOCKER_CONFIG, source.as_str()),
            None => (source.rsplit('/').next().unwrap_or_default(), source.as_str()),
            Some(("", path)) if !path.contains('=') => {
                return Err(Failure::refused(format_args!("key name for file path {path} missing")));
            }
            Some((key, "")) => return Err(Failure::refused(format_args!("file path for key name {key} missing"))),
            Some((_, path)) if path.contains('=') => {
                return Err(Failure::client("key names or file paths cannot contain '='"));
            }
            Some(both) => both,
        };
        let name = path.strip_prefix("./").unwrap_or(path);
        if name.is_empty() || name == "." {
            if source.contains('=') {
                return Err(Failure::client("cannot give a key name for a directory path"));
            }
            for (name, text) in files {
                add(given, data, name, text)?;
            }
            continue;
        }
        add(given, data, key, read(files, path)?)?;
    }
    Ok(())
}

fn read<'a>(files: &'a Files, path: &str) -> Result<&'a String> {
    let text = files.get(path.strip_prefix("./").unwrap_or(path));
    text.ok_or_else(|| Failure::refused(format_args!("error reading {path}: no such file or directory")))
}

/// Lines of `KEY=value`; a key alone has the value that the environment gives it (`cmd/util/env_file.go`).
fn from_env_files(given: &Given<'_>, context: &Context<'_>, data: &mut Data) -> Result<()> {
    for path in given.args.all("from-env-file") {
        let text = read(context.files, &path)?;
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim_start) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            let wrong = names::plain_env_name(key);
            if !wrong.is_empty() {
                return Err(Failure::refused(format_args!("{key:?} is not a valid key name: {}", wrong.join(";"))));
            }
            add(given, data, key, value)?;
        }
    }
    Ok(())
}
