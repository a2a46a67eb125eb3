//! Requests, limits and claims (upstream: `validateResourceRequirements` in `pkg/apis/core/validation/validation.go`).

use std::cmp::Ordering;

use serde_json::Value;

use super::super::quantity::Amount;
use super::errors::{Errors, entries, has, internal, list, quoted, text};
use super::{names, pod_spec};

/// What a container may ask for.
const CONTAINER: &str = "cpu memory ephemeral-storage";
/// What else the server knows of (upstream: `standardResources`).
const OTHER: &str = "requests.cpu requests.memory requests.ephemeral-storage limits.cpu limits.memory \
                     limits.ephemeral-storage pods resourcequotas services replicationcontrollers secrets configmaps \
                     persistentvolumeclaims storage requests.storage services.nodeports services.loadbalancers";

pub(super) fn of_container<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    requirements(errors, it, container_name);
}

/// What a pod costs on top of its containers, which the server takes for limits.
pub(super) fn overhead<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let limits = Value::from_iter([("limits", it.clone())]);
    requirements(errors, &limits, container_name);
}

/// What the pod as a whole may use.
pub(super) fn of_pod<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    if pod_spec::is_for(errors.spec, "windows") {
        return errors.forbidden("", "may not be set for a windows pod");
    }
    if has(it, "claims") {
        errors.forbidden("claims", "claims may not be set for Resources at pod-level");
    }
    requirements(errors, it, pod_name);
    for (name, given) in entries(it, "requests") {
        let (given, needed) = (amount(given), needed(errors.spec, "requests", name));
        if needed > given {
            let detail = format!("must be greater than or equal to aggregate container requests of {needed}");
            errors.invalid_text(&format!("requests[{name}]"), &given.to_string(), &detail);
        }
    }
    for (name, given) in entries(it, "limits").filter(|(name, _)| is_huge(name)) {
        let (given, needed) = (amount(given), needed(errors.spec, "limits", name));
        if needed > given {
            let detail = format!("must be greater than or equal to aggregate container limits of {needed}");
            errors.invalid_text(&format!("limits[{name}]"), &given.to_string(), &detail);
        }
    }
    errors.each("containers", list(errors.spec, "containers"), &mut |errors, container| {
        for (name, limit) in entries(&container["resources"], "limits") {
            let (limit, most) = (amount(limit), &it["limits"][name.as_str()]);
            if has(&it["limits"], name) && limit > amount(most) {
                let detail = format!("must be less than or equal to pod limits of {}", amount(most));
                errors.invalid_text(&format!("[{name}].limits"), &limit.to_string(), &detail);
            }
        }
    });
}

/// What the containers ask for together, those that run before the others included
/// (upstream: `AggregateContainerRequests` in `component-helpers/resource`).
fn needed(spec: &Value, field: &str, name: &str) -> Amount {
    let of = |container: &Value| amount(&container["resources"][field][name]);
    let together = |sum: Amount, container: &Value| sum.plus(of(container));
    let mut all = list(spec, "containers").iter().fold(Amount::ZERO, together);
    let (mut sidecars, mut before) = (Amount::ZERO, Amount::ZERO);
    for container in list(spec, "initContainers") {
        let mine = sidecars.plus(of(container));
        if text(container, "restartPolicy") == "Always" {
            all = all.plus(of(container));
            sidecars = mine;
        }
        before = before.max(mine);
    }
    all.max(before)
}

fn amount(value: &Value) -> Amount {
    Amount::from_value(value).unwrap_or_default()
}

fn requirements(errors: &mut Errors<'_>, it: &Value, check: fn(&mut Errors<'_>, &str)) {
    for (name, quantity) in entries(it, "limits") {
        errors.within(&format!("limits[{name}]"), |errors| one(errors, name, amount(quantity), check));
    }
    for (name, quantity) in entries(it, "requests") {
        let request = amount(quantity);
        errors.within(&format!("requests[{name}]"), |errors| {
            check(errors, name);
            value(errors, name, request);
        });
        let limit = &it["limits"][name.as_str()];
        let overcommit = is_native(name) && !is_huge(name);
        let words = match request.cmp(&amount(limit)) {
            _ if limit.is_null() && overcommit => "",
            _ if limit.is_null() => {
                errors.required("limits", "Limit must be set for non overcommitable resources");
                ""
            }
            Ordering::Less | Ordering::Greater if !overcommit => "equal to",
            Ordering::Greater => "less than or equal to",
            _ => "",
        };
        if !words.is_empty() {
            let detail = format!("must be {words} {name} limit of {}", amount(limit));
            errors.invalid_text("requests", &request.to_string(), &detail);
        }
        errors.within(&format!("requests[{name}]"), |errors| huge_pages(errors, name, request));
    }
    let has = |pass: fn(&str) -> bool| entries(it, "limits").chain(entries(it, "requests")).any(|(name, _)| pass(name));
    if has(is_huge) && !has(|name| name == "cpu" || name == "memory") {
        errors.forbidden("", "HugePages require cpu or memory");
    }
    claims(errors, it);
}

fn one(errors: &mut Errors<'_>, name: &str, amount: Amount, check: fn(&mut Errors<'_>, &str)) {
    check(errors, name);
    value(errors, name, amount);
    huge_pages(errors, name, amount);
}

fn value(errors: &mut Errors<'_>, name: &str, amount: Amount) {
    if amount.is_negative() {
        errors.invalid_text("", &amount.to_string(), "must be greater than or equal to 0");
    }
    let whole = "pods resourcequotas services replicationcontrollers secrets configmaps persistentvolumeclaims \
                 services.nodeports services.loadbalancers";
    if (is_extended(name) || whole.split(' ').any(|it| it == name)) && amount.as_millis() % 1000 != 0 {
        errors.invalid_text("", &amount.to_string(), "must be an integer");
    }
}

fn huge_pages(errors: &mut Errors<'_>, name: &str, amount: Amount) {
    let Some(size) = name.strip_prefix(HUGE) else { return };
    let size = size.parse::<Amount>().map_or(0, |size| if size.as_millis() % 1000 == 0 { size.as_units() } else { 0 });
    if size <= 0 || amount.as_units() % size != 0 {
        errors.invalid_text("", &amount.to_string(), &format!("{amount} is not positive integer multiple of {name}"));
    }
}

const HUGE: &str = "hugepages-";

fn is_huge(name: &str) -> bool {
    name.starts_with(HUGE)
}

/// Whether the name is one that the server knows, where it has no domain.
fn known(errors: &mut Errors<'_>, name: &str) {
    let wrong = names::label_key(name);
    let standard = [CONTAINER, OTHER].iter().any(|all| all.split(' ').any(|it| it == name))
        || is_huge(name)
        || name.starts_with("requests.hugepages-");
    if wrong.is_empty() && !name.contains('/') && !standard {
        errors.invalid_text("", name, "must be a standard resource type or fully qualified");
    }
    errors.invalid_each("", name, wrong);
}

fn container_name(errors: &mut Errors<'_>, name: &str) {
    known(errors, name);
    if !name.contains('/') {
        if !is_huge(name) && !CONTAINER.split(' ').any(|it| it == name) {
            errors.invalid_text("", name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid_text("", name, "doesn't follow extended resource name standard");
    }
}

fn pod_name(errors: &mut Errors<'_>, name: &str) {
    let before = errors.found.len();
    known(errors, name);
    if errors.found.len() == before && !is_huge(name) && !["cpu", "memory"].contains(&name) {
        errors.not_supported("", &quoted(name), "cpu|hugepages-|memory");
    }
}

fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && names::label_key(&format!("requests.{name}")).is_empty()
}

/// The claims of a container are among those of its pod.
fn claims(errors: &mut Errors<'_>, it: &Value) {
    let known: Vec<&str> = list(errors.spec, "resourceClaims").iter().map(|claim| text(claim, "name")).collect();
    let mut seen: Vec<String> = Vec::new();
    for (index, claim) in list(it, "claims").iter().enumerate() {
        let (name, request) = (text(claim, "name"), text(claim, "request"));
        let field = format!("claims[{index}]");
        if name.is_empty() {
            errors.required(&field, "");
            continue;
        }
        let key = if request.is_empty() { name.to_owned() } else { format!("{name}/{request}") };
        if seen.iter().any(|it| it == name) {
            errors.duplicate(&field, name);
        } else {
            if !request.is_empty() {
                errors.invalid_each(&format!("{field}.request"), request, names::dns_label(request));
            }
            let part_taken = request.is_empty() && seen.iter().any(|it| it.split('/').next() == Some(name));
            if seen.contains(&key) || part_taken {
                errors.duplicate(&field, &key);
            }
            seen.push(key);
        }
        if !known.contains(&name) {
            let mut names: Vec<&str> = known.iter().copied().filter(|name| !name.is_empty()).collect();
            names.sort_unstable();
            names.dedup();
            let among = if names.is_empty() { " which is empty".to_owned() } else { format!(": {}", names.join(", ")) };
            errors.not_found(&field, name, &format!("must be one of the names in pod.spec.resourceClaims{among}"));
        }
    }
}

/// Checks a claim of the pod.
pub(super) fn claim<'a>(errors: &mut Errors<'a>, it: &'a Value) {
    let name = text(it, "name");
    let mut earlier = list(errors.spec, "resourceClaims").iter().take_while(|other| !std::ptr::eq(*other, it));
    if name.is_empty() {
        errors.required("name", "");
    } else if earlier.any(|other| text(other, "name") == name) {
        errors.duplicate("name", name);
    } else {
        errors.invalid_each("name", name, names::dns_label(name));
    }
    let (own, template) = ("resourceClaimName", "resourceClaimTemplateName");
    let detail = match (has(it, own), has(it, template)) {
        (true, true) => "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified",
        (false, false) => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
        _ => "",
    };
    if !detail.is_empty() {
        errors.shown("", &internal(it, "Name ResourceClaimName ResourceClaimTemplateName"), detail);
    }
    for field in [own, template] {
        if let Some(name) = it[field].as_str() {
            errors.invalid_each(field, name, names::dns_subdomain(name));
        }
    }
}
