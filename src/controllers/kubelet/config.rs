//! What a pod takes from ConfigMaps and Secrets: variables of its containers (`pkg/kubelet/kubelet_pods.go`
//! `makeEnvironmentVariables`) and files of its volumes (`pkg/volume/configmap`, `secret` and `projected`).

use std::rc::Rc;

use k8s_openapi::api::core::v1::{KeyToPath, ObjectFieldSelector, VolumeProjection};

use crate::api::{Container, Key, Kind, Object, Pod, Resource, Stored, Volume, base64};
use crate::cluster::Store;

/// The variables of a container's environment: names and values, in their order.
pub type Variables = Vec<(String, String)>;

/// A ConfigMap or a Secret, as a pod names it.
#[derive(Clone, Copy)]
struct Source<'a> {
    kind: Kind,
    name: &'a str,
    is_optional: bool,
}

impl<'a> Source<'a> {
    fn config_map(name: &'a str, optional: Option<bool>) -> Source<'a> {
        Source { kind: Kind::ConfigMap, name, is_optional: optional == Some(true) }
    }

    fn secret(name: &'a str, optional: Option<bool>) -> Source<'a> {
        Source { kind: Kind::Secret, name, is_optional: optional == Some(true) }
    }

    /// It; nothing where it is missing and may be.
    fn find<'s>(&self, namespace: &str, store: &'s Store) -> Result<Option<&'s Stored>, String> {
        match store.object(&Key::new(self.kind, namespace, self.name)).and_then(Object::stored) {
            None if !self.is_optional => Err(format!("{} {:?} not found", self.kind.name().to_lowercase(), self.name)),
            found => Ok(found),
        }
    }

    /// The value of a key as text.
    fn value(&self, data: &Stored, key: &str) -> Option<String> {
        let text = data.field("data").get(key)?.as_str()?;
        if self.kind == Kind::ConfigMap {
            return Some(text.to_owned());
        }
        Some(String::from_utf8_lossy(&base64::decode(text).ok()?).into_owned())
    }

    /// All keys with their values, sorted.
    fn all(&self, data: &Stored) -> Variables {
        let keys = data.field("data").as_object().into_iter().flat_map(|data| data.keys());
        keys.filter_map(|key| Some((key.clone(), self.value(data, key)?))).collect()
    }

    /// What keeps its files from being made.
    fn missing_file(&self, items: Option<&[KeyToPath]>, namespace: &str, store: &Store) -> Option<String> {
        let found = match self.find(namespace, store) {
            Err(why) => return Some(why),
            Ok(found) => found,
        };
        let has = |key: &str| {
            found.is_some_and(|it| ["data", "binaryData"].iter().any(|field| it.field(field).get(key).is_some()))
        };
        let item = items.unwrap_or_default().iter().find(|item| !self.is_optional && !has(&item.key))?;
        Some(match self.kind {
            Kind::ConfigMap => format!("configmap references non-existent config key: {}", item.key),
            _ => format!("references non-existent secret key: {}", item.key),
        })
    }
}

/// Whether the variables of a container are known only when it starts.
pub(super) fn takes_variables(container: &Container) -> bool {
    let mut sources = container.env.iter().flatten().filter_map(|it| it.value_from.as_ref());
    container.env_from.is_some() || sources.any(|it| it.config_map_key_ref.is_some() || it.secret_key_ref.is_some())
}

/// The variables of a container that starts now in a pod with this address, without those that every container has.
///
/// # Errors
/// What is missing, in the kubelet's words.
pub(super) fn variables(pod: &Pod, container: &Container, address: &str, store: &Store) -> Result<Variables, String> {
    let namespace = pod.namespace();
    let mut all: Variables = vec![];
    for from in container.env_from.iter().flatten() {
        let config_map = from.config_map_ref.as_ref().map(|it| Source::config_map(&it.name, it.optional));
        let secret = from.secret_ref.as_ref().map(|it| Source::secret(&it.name, it.optional));
        let Some(source) = config_map.or(secret) else { continue };
        let Some(data) = source.find(namespace, store)? else { continue };
        let prefix = from.prefix.as_deref().unwrap_or_default();
        source.all(data).into_iter().for_each(|(key, value)| set(&mut all, &[prefix, &key].concat(), value));
    }
    for variable in container.env.iter().flatten() {
        let from = variable.value_from.as_ref().filter(|_| variable.value.as_ref().is_none_or(String::is_empty));
        let config_map = from.and_then(|from| from.config_map_key_ref.as_ref());
        let config_map = config_map.map(|it| (Source::config_map(&it.name, it.optional), &it.key));
        let secret = from.and_then(|from| from.secret_key_ref.as_ref());
        let value = if let Some((source, key)) =
            config_map.or(secret.map(|it| (Source::secret(&it.name, it.optional), &it.key)))
        {
            let Some(data) = source.find(namespace, store)? else { continue };
            match source.value(data, key) {
                Some(value) => value,
                None if source.is_optional => continue,
                None => {
                    return Err(format!("couldn't find key {key} in {} {namespace}/{}", source.kind.name(), source.name));
                }
            }
        } else if let Some(field) = from.and_then(|from| from.field_ref.as_ref()) {
            self::field(field, pod, address)
        } else {
            expand(variable.value.as_deref().unwrap_or_default(), &all)
        };
        set(&mut all, &variable.name, value);
    }
    Ok(all)
}

fn set(all: &mut Variables, name: &str, value: String) {
    match all.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value,
        None => all.push((name.to_owned(), value)),
    }
}

/// What a pod says of itself (`pkg/fieldpath`).
fn field(field: &ObjectFieldSelector, pod: &Pod, address: &str) -> String {
    let (meta, status) = (&pod.metadata, pod.status.as_ref());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let of = |map: &Option<crate::api::StringMap>, key: &str| {
        map.as_ref().and_then(|map| map.get(key.trim_end_matches("']"))).cloned().unwrap_or_default()
    };
    match field.field_path.as_str() {
        "metadata.name" => text(&meta.name),
        "metadata.namespace" => text(&meta.namespace),
        "metadata.uid" => text(&meta.uid),
        "spec.nodeName" => pod.spec.as_ref().and_then(|spec| spec.node_name()).unwrap_or_default().to_owned(),
        "spec.serviceAccountName" => {
            pod.spec.as_ref().map_or_else(String::new, |spec| text(&spec.common().service_account_name))
        }
        "status.podIP" | "status.podIPs" => address.to_owned(),
        "status.hostIP" | "status.hostIPs" => status.map_or_else(String::new, |status| text(&status.host_ip)),
        path => match (path.strip_prefix("metadata.labels['"), path.strip_prefix("metadata.annotations['")) {
            (Some(key), _) => of(&meta.labels, key),
            (_, Some(key)) => of(&meta.annotations, key),
            _ => String::new(),
        },
    }
}

/// Fills in `$(NAME)`; what is not known stays, and `$$` is a `$` (`third_party/forked/golang/expansion`).
fn expand(text: &str, known: &Variables) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            match known.iter().find(|(known, _)| known == name) {
                Some((_, value)) => out.push_str(value),
                None => out.extend(["$(", name, ")"]),
            }
            rest = after;
        } else {
            out.push('$');
        }
    }
    out + rest
}

/// What keeps a pod's volumes from being mounted: (volume, why).
pub fn unmounted(pod: &Rc<Pod>, store: &Store) -> Vec<(String, String)> {
    let volumes = pod.spec.iter().flat_map(|spec| spec.common().volumes.iter().flatten());
    volumes.filter_map(|volume| Some((volume.name.clone(), missing(volume, pod.namespace(), store)?))).collect()
}

fn missing(volume: &Volume, namespace: &str, store: &Store) -> Option<String> {
    if let Some(it) = &volume.config_map {
        return Source::config_map(&it.name, it.optional).missing_file(it.items.as_deref(), namespace, store);
    }
    if let Some(it) = &volume.secret {
        let name = it.secret_name.as_deref().unwrap_or_default();
        return Source::secret(name, it.optional).missing_file(it.items.as_deref(), namespace, store);
    }
    let source = |it: &VolumeProjection| {
        if let Some(it) = &it.config_map {
            return Source::config_map(&it.name, it.optional).missing_file(it.items.as_deref(), namespace, store);
        }
        let it = it.secret.as_ref()?;
        Source::secret(&it.name, it.optional).missing_file(it.items.as_deref(), namespace, store)
    };
    let mut all: Vec<String> = volume.projected.as_ref()?.sources.iter().flatten().filter_map(source).collect();
    match all.len() {
        0 | 1 => all.pop(),
        _ => Some(format!("[{}]", all.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_others() {
        let known = vec![("A".to_owned(), "1".to_owned()), ("B".to_owned(), String::new())];
        for (text, expect) in
            [("x$(A)y$(B)", "x1y"), ("$(NONE) $A $(A", "$(NONE) $A $(A"), ("$$(A) $$$(A) $", "$(A) $1 $"), ("", "")]
        {
            assert_eq!(expand(text, &known), expect, "{text}");
        }
    }
}
