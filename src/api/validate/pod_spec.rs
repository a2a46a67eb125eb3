//! Pods and pod templates (upstream: `ValidatePodSpec` in `pkg/apis/core/validation/validation.go`).

use serde_json::Value;

use super::errors::{Errors, Holder, has, is_set, list, number, shown, text, texts};
use super::{metadata, names, rules, security};

/// Checks a pod template, the metadata's labels and annotations included.
pub(super) fn template<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    errors.spec = &it["spec"];
    errors.holder = Holder::Template;
    let meta = &it["metadata"];
    metadata::labels(errors, "labels", &meta["labels"]);
    metadata::annotations(errors, "annotations", meta);
    metadata::pod_annotations(errors, meta);
    errors.within("spec", |errors| {
        rules::check(errors, "PodSpec", &it["spec"]);
        security::annotations_match(errors, meta);
    });
    if !list(&it["spec"], "ephemeralContainers").is_empty() {
        errors.forbidden("spec.ephemeralContainers", "ephemeral containers not allowed in pod template");
    }
}

/// Checks what holds for pods both new and changed.
pub(super) fn pod<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    errors.spec = &it["spec"];
    errors.holder = Holder::Pod;
    errors.within("metadata", |errors| metadata::pod_annotations(errors, &it["metadata"]));
    errors.within("spec", |errors| {
        rules::check(errors, "PodSpec", &it["spec"]);
        // A template may have them, for those who replace it by a real one before there are pods.
        for field in ["containers", "initContainers"] {
            errors.each(field, list(&it["spec"], field), &mut padded_image);
        }
    });
}

/// A name of an image with blanks around it.
pub(super) fn padded_image<'a>(errors: &mut Errors<'a>, container: &'a Value) {
    let image = text(container, "image");
    if image.trim() != image {
        errors.invalid_text("image", image, "must not have leading or trailing whitespace");
    }
}

/// Checks what holds for new pods alone.
pub(super) fn create<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    pod(errors, it);
    let spec = &it["spec"];
    errors.within("spec", |errors| {
        if !list(spec, "ephemeralContainers").is_empty() {
            errors.forbidden("ephemeralContainers", "cannot be set on create");
        }
        if !text(spec, "nodeName").is_empty() && !list(spec, "schedulingGates").is_empty() {
            errors.forbidden("nodeName", "cannot be set until all schedulingGates have been cleared");
        }
        security::annotations_match(errors, &it["metadata"]);
    });
}

/// Checks what a pod's spec was changed to.
pub(super) fn update<'a>(errors: &mut Errors<'a>, new: &'a Value, old: &'a Value) {
    pod(errors, new);
    let (new, old) = (&new["spec"], &old["spec"]);
    errors.within("spec", |errors| change(errors, new, old));
}

fn change<'a>(errors: &mut Errors<'a>, new: &'a Value, old: &'a Value) {
    for field in ["containers", "initContainers"] {
        if list(new, field).len() != list(old, field).len() {
            return errors.forbidden(field, "pod updates may not add or remove containers");
        }
        errors.each(field, list(new, field), &mut |errors, container| {
            if text(container, "image").is_empty() {
                errors.required("image", "");
            }
            padded_image(errors, container);
        });
    }
    const DEADLINE: &str = "activeDeadlineSeconds";
    match (new[DEADLINE].as_i64(), old[DEADLINE].as_i64()) {
        (Some(new), _) if !(0..=i64::from(i32::MAX)).contains(&new) => {
            return errors.shown(DEADLINE, &new.to_string(), "must be between 0 and 2147483647, inclusive");
        }
        (Some(new), Some(old)) if old < new => {
            return errors.shown(DEADLINE, &new.to_string(), "must be less than or equal to previous value");
        }
        (None, Some(_)) => errors.shown(DEADLINE, "null", "must not update from a positive integer to nil value"),
        _ => {}
    }
    let kept = |old: &Value| {
        list(new, "tolerations").iter().any(|new| {
            let mut same = old.clone();
            match new.get("tolerationSeconds") {
                Some(seconds) => same["tolerationSeconds"] = seconds.clone(),
                None => drop(same.as_object_mut().map(|same| same.remove("tolerationSeconds"))),
            }
            same == *new
        })
    };
    if list(old, "tolerations").iter().all(kept) {
        errors.each("tolerations", list(new, "tolerations"), &mut super::scheduling::toleration);
    } else {
        errors.forbidden("tolerations", "existing toleration can not be modified except its tolerationSeconds");
    }
    for (index, gate) in list(new, "schedulingGates").iter().enumerate() {
        if !list(old, "schedulingGates").contains(gate) {
            let detail = format!("only deletion is allowed, but found new scheduling gate '{}'", text(gate, "name"));
            errors.forbidden(&format!("schedulingGates[{index}].name"), &detail);
        }
    }
    if munged(new, old) != *old {
        errors.forbidden(
            "",
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,\
             `spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),\
             `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        );
    }
}

/// The new spec without what may change.
fn munged(new: &Value, old: &Value) -> Value {
    const GRACE: &str = "terminationGracePeriodSeconds";
    let mut munged = new.clone();
    let mut free = vec!["activeDeadlineSeconds", "schedulingGates", "tolerations"];
    if !list(old, "schedulingGates").is_empty() {
        free.extend(["nodeSelector", "affinity"]);
    }
    if number(old, GRACE) < 0 && number(new, GRACE) == 1 {
        free.push(GRACE);
    }
    for field in free {
        match old.get(field) {
            Some(value) => munged[field] = value.clone(),
            None => drop(munged.as_object_mut().map(|munged| munged.remove(field))),
        }
    }
    for field in ["containers", "initContainers"] {
        for (index, container) in list(old, field).iter().enumerate() {
            munged[field][index]["image"] = container["image"].clone();
        }
    }
    munged
}

pub(super) fn gate<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let name = text(it, "name");
    errors.invalid_each("", name, names::label_key(name));
    let all = list(errors.spec, "schedulingGates");
    if all.iter().take_while(|other| !std::ptr::eq(*other, it)).any(|other| text(other, "name") == name) {
        errors.duplicate("", name);
    }
}

pub(super) fn dns<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let servers = list(it, "nameservers");
    if text(errors.spec, "dnsPolicy") == "None" {
        if it.is_null() {
            return errors.required("", "must provide `dnsConfig` when `dnsPolicy` is None");
        }
        if servers.is_empty() {
            return errors.required("nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
        }
    }
    if servers.len() > 3 {
        errors.invalid("nameservers", &it["nameservers"], "must not have more than 3 nameservers");
    }
    errors.each("nameservers", servers, &mut |errors, server| {
        let server = server.as_str().unwrap_or_default();
        errors.invalid_each("", server, names::ip(server));
    });
    let searches = list(it, "searches");
    if searches.len() > 32 {
        errors.invalid("searches", &it["searches"], "must not have more than 32 search paths");
    }
    if texts(searches).map(|search| search.len() + 1).sum::<usize>() > 2049 {
        let detail = "must not have more than 2048 characters (including spaces) in the search list";
        errors.shown("searches", &shown(&it["searches"]), detail);
    }
    errors.each("searches", searches, &mut |errors, search| {
        let search = search.as_str().filter(|search| *search != ".").unwrap_or("a");
        let search = search.strip_suffix('.').unwrap_or(search);
        errors.invalid_each("", search, names::search_domain(search));
    });
    errors.each("options", list(it, "options"), &mut |errors, option| {
        if text(option, "name").is_empty() {
            errors.required("", "must not be empty");
        }
    });
}

/// Checks a host name that the pod is to have whatever its own name is.
pub(super) fn host_name<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    for (field, when) in [("setHostnameAsFQDN", "setHostnameAsFQDN"), ("hostNetwork", "hostNetwork")] {
        if is_set(errors.spec, field) {
            errors.forbidden("", &format!("may not be specified when {when} is true"));
        }
    }
    let name = it.as_str().unwrap_or_default();
    if name.len() > 64 {
        errors.too_long("", 64);
    }
    errors.invalid_each("", name, names::dns_subdomain(name));
}

/// Whether the pod spec says which system it is for, and that it is this one.
pub(super) fn is_for(spec: &Value, system: &str) -> bool {
    has(spec, "os") && text(&spec["os"], "name") == system
}
