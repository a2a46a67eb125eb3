//! `RuntimeClass` (`plugin/pkg/admission/runtimeclass/admission.go`): what a class of runtimes adds to its pods.

use serde_json::Value;

use super::super::Store;
use crate::api::{Key, Kind, Object, PodSpec, Quantity, StringMap, Toleration, wire};

/// Gives a pod the overhead, the node selector and the tolerations of its class.
///
/// # Errors
/// Where there is no such class, or the pod says something else than it.
pub(super) fn admit(spec: &mut PodSpec, store: &Store) -> Result<(), String> {
    let class = match spec.runtime_class_name.as_deref() {
        None => None,
        Some(name) => {
            let class = store.object(&Key::new(Kind::RuntimeClass, "", name)).and_then(Object::stored);
            Some(class.ok_or_else(|| format!("pod rejected: RuntimeClass {name:?} not found"))?)
        }
    };
    let field = |name: &str| class.map_or(&Value::Null, |class| class.field(name));
    let given = spec.overhead.as_ref().is_some_and(|overhead| !overhead.is_empty());
    match wire::from_value::<std::collections::BTreeMap<String, Quantity>>(field("overhead")["podFixed"].clone()) {
        Ok(fixed) if given && spec.overhead.as_ref() != Some(&fixed) => {
            return Err("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead".to_owned());
        }
        Ok(fixed) => spec.overhead = Some(fixed),
        Err(_) if given => {
            return Err("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead".to_owned());
        }
        Err(_) => {}
    }
    let scheduling = field("scheduling");
    if let Ok(wanted) = wire::from_value::<StringMap>(scheduling["nodeSelector"].clone()) {
        let selector = spec.node_selector.get_or_insert_default();
        for (key, value) in wanted {
            if let Some(own) = selector.get(&key).filter(|own| **own != value) {
                let class = format!("runtimeClass.scheduling.nodeSelector[{key}] = {value}");
                return Err(format!("conflict: {class}; pod.spec.nodeSelector[{key}] = {own}"));
            }
            selector.insert(key, value);
        }
    }
    if let Ok(more) = wire::from_value::<Vec<Toleration>>(scheduling["tolerations"].clone()) {
        let tolerations = spec.tolerations.get_or_insert_default();
        for toleration in more {
            if !tolerations.contains(&toleration) {
                tolerations.push(toleration);
            }
        }
    }
    Ok(())
}
