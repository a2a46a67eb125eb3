//! `kubectl create` namespace, serviceaccount, poddisruptionbudget, priorityclass, quota, ingress.

use serde_json::Value;

use super::{Given, Maker, flags, list, object, text, texts};
use crate::api::{Kind, quantity::Amount, selector::Selector, wire};
use crate::kubectl::error::{Failure, Result};

pub(super) const NAMESPACE: Maker = Maker {
    names: "namespace, ns",
    flags: flags!(""),
    required: &[],
    kind: Kind::Namespace,
    failing: "",
    make: |_, _, _| Ok(object(vec![])),
};

pub(super) const SERVICE_ACCOUNT: Maker = Maker {
    names: "serviceaccount, sa",
    flags: flags!(""),
    required: &[],
    kind: Kind::ServiceAccount,
    failing: "serviceaccount:",
    make: |_, _, _| Ok(object(vec![])),
};

pub(super) const POD_DISRUPTION_BUDGET: Maker = Maker {
    names: "poddisruptionbudget, pdb",
    flags: flags!("min-available= max-unavailable= selector="),
    required: &[],
    kind: Kind::PodDisruptionBudget,
    failing: "poddisruptionbudgets:",
    make: |given, _, _| pod_disruption_budget(given),
};

fn pod_disruption_budget(given: &Given<'_>) -> Result<Value> {
    let (selector, least, most) = (given.text("selector"), given.text("min-available"), given.text("max-unavailable"));
    let wrong = match (selector, least, most) {
        ("", ..) => Some("a selector must be specified"),
        (_, "", "") => Some("one of min-available or max-unavailable must be specified"),
        (_, least, most) if !least.is_empty() && !most.is_empty() => {
            Some("min-available and max-unavailable cannot be both specified")
        }
        (_, least, _) if !least.is_empty() && !is_amount(least) => Some("invalid format specified for min-available"),
        (_, _, most) if !most.is_empty() && !is_amount(most) => Some("invalid format specified for max-unavailable"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        return Err(Failure::client(wrong));
    }
    let parsed = Selector::parse(selector)
        .map_err(|why| Failure::refused(format_args!("couldn't parse the selector string \"{selector}\": {why}")))?;
    let selector = parsed.to_label_selector().map_err(|why| Failure::client(&why))?;
    let spec = object(vec![
        ("minAvailable", number_or_text(least)),
        ("maxUnavailable", number_or_text(most)),
        ("selector", wire::to_value(&selector)),
    ]);
    Ok(object(vec![("spec", spec)]))
}

/// Whether a text is a number or a percentage.
fn is_amount(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number where it is one, else a text; null where it is empty.
pub(super) fn number_or_text(given: &str) -> Value {
    given.parse::<i32>().map_or_else(|_| text(given), Value::from)
}

pub(super) const PRIORITY_CLASS: Maker = Maker {
    names: "priorityclass, pc",
    flags: flags!("value= global-default description= preemption-policy="),
    required: &[],
    kind: Kind::PriorityClass,
    failing: "priorityclass:",
    make: |given, _, _| {
        Ok(object(vec![
            ("description", text(given.text("description"))),
            ("globalDefault", if given.args.is_on("global-default") { true.into() } else { Value::Null }),
            ("preemptionPolicy", given.args.get("preemption-policy").unwrap_or("PreemptLowerPriority").into()),
            ("value", given.args.number("value")?.unwrap_or(0).into()),
        ]))
    },
};

pub(super) const QUOTA: Maker = Maker {
    names: "quota, resourcequota",
    flags: flags!("hard= scopes="),
    required: &[],
    kind: Kind::ResourceQuota,
    failing: "quota:",
    make: |given, _, _| quota(given),
};

fn quota(given: &Given<'_>) -> Result<Value> {
    let mut hard = vec![];
    for pair in given.text("hard").split(',').filter(|_| given.args.is_filled("hard")) {
        let (name, amount) = pair
            .split_once('=')
            .filter(|(_, amount)| !amount.contains('='))
            .ok_or_else(|| Failure::refused(format_args!("Invalid argument syntax {pair}, expected <resource>=<value>")))?;
        let amount: Amount = amount.parse().map_err(|why| Failure::refused(format_args!("{why}")))?;
        hard.push((name, amount.to_string().into()));
    }
    let scopes: Vec<String> = given.args.all("scopes");
    if given.args.is_filled("scopes") && scopes.iter().any(String::is_empty) {
        return Err(Failure::client("invalid resource quota scope \"\""));
    }
    let hard = if hard.is_empty() { Value::Null } else { object(hard) };
    Ok(object(vec![("spec", object(vec![("hard", hard), ("scopes", texts(&scopes))]))]))
}

pub(super) const INGRESS: Maker = Maker {
    names: "ingress, ing",
    flags: flags!("class= rule= default-backend= annotation="),
    required: &[],
    kind: Kind::Ingress,
    failing: "ingress:",
    make: |given, _, _| ingress(given),
};

fn ingress(given: &Given<'_>) -> Result<Value> {
    let (rules, default) = (given.args.each("rule"), given.text("default-backend"));
    if rules.is_empty() && default.is_empty() {
        return Err(Failure::client(
            "not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) \
             or a list of rules (which catch specific paths)",
        ));
    }
    let mut read = vec![];
    for rule in rules {
        read.push(Rule::of(rule).ok_or_else(|| {
            Failure::refused(format_args!(
                "rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"
            ))
        })?);
    }
    let mut annotations = vec![];
    for annotation in given.args.each("annotation") {
        let (key, value) = annotation.split_once('=').ok_or_else(|| {
            Failure::refused(format_args!("annotation {annotation} is invalid and should be in format key=[value]"))
        })?;
        annotations.push((key, value.into()));
    }
    if !default.is_empty() && default.split(':').count() != 2 {
        return Err(Failure::client("default-backend should be in format servicename:serviceport"));
    }
    let spec = object(vec![
        ("defaultBackend", if default.is_empty() { Value::Null } else { backend(default) }),
        ("ingressClassName", text(given.text("class"))),
        ("rules", hosts(&read)),
        ("tls", secrets(&read)),
    ]);
    let annotations = if annotations.is_empty() { Value::Null } else { object(annotations) };
    Ok(object(vec![("metadata", object(vec![("annotations", annotations)])), ("spec", spec)]))
}

/// `host/path=service:port,tls=secret`.
struct Rule<'a> {
    host: &'a str,
    path: &'a str,
    service: &'a str,
    /// The secret, which may be unnamed, where there is one.
    secret: Option<&'a str>,
}

impl Rule<'_> {
    fn of(text: &str) -> Option<Rule<'_>> {
        let is_word =
            |text: &str, also: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || also.contains(c));
        let (rule, secret) = text.split_once(',').map_or((text, None), |(rule, tls)| (rule, Some(tls)));
        let (host, rest) = rule.split_once('/')?;
        let (path, service) = rest.split_once('=')?;
        let (name, port) = service.split_once(':')?;
        let named = [name, port].iter().all(|text| !text.is_empty() && is_word(text, "-"));
        let secret = secret.and_then(|tls| tls.strip_prefix("tls")).map(|secret| secret.trim_start_matches('='));
        (named && is_word(host, "*-.")).then_some(Rule { host, path, service, secret })
    }
}

fn hosts(rules: &[Rule<'_>]) -> Value {
    let mut hosts: Vec<(&str, Vec<Value>)> = vec![];
    for Rule { host, path, service, .. } in rules {
        let (path, kind) = path.strip_suffix('*').map_or((*path, "Exact"), |path| (path, "Prefix"));
        let path = ["/", path].concat().into();
        let path = object(vec![("path", path), ("pathType", kind.into()), ("backend", backend(service))]);
        match hosts.iter_mut().find(|(known, _)| known == host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((host, vec![path])),
        }
    }
    let rule = |(host, paths)| object(vec![("host", text(host)), ("http", object(vec![("paths", list(paths))]))]);
    list(hosts.into_iter().map(rule).collect())
}

/// Which hosts each secret is for; a host has one only.
fn secrets(rules: &[Rule<'_>]) -> Value {
    let mut secrets: Vec<(&str, Vec<Value>)> = vec![];
    let mut known: Vec<&str> = vec![];
    for (host, secret) in rules.iter().filter_map(|rule| rule.secret.map(|secret| (rule.host, secret))) {
        if known.contains(&host) {
            continue;
        }
        known.push(host);
        match secrets.iter_mut().find(|(other, _)| *other == secret) {
            Some((_, hosts)) => hosts.push(host.into()),
            None if host.is_empty() && secret.is_empty() => {}
            None => secrets.push((secret, if host.is_empty() { vec![] } else { vec![host.into()] })),
        }
    }
    let secret = |(secret, hosts)| object(vec![("hosts", list(hosts)), ("secretName", text(secret))]);
    list(secrets.into_iter().map(secret).collect())
}

fn backend(service: &str) -> Value {
    let (name, port) = service.split_once(':').unwrap_or((service, ""));
    let port = match port.parse::<i32>() {
        Ok(number) => object(vec![("number", number.into())]),
        Err(_) => object(vec![("name", text(port))]),
    };
    object(vec![("service", object(vec![("name", name.into()), ("port", port)]))])
}
