//! `kubectl create` role, clusterrole, rolebinding, clusterrolebinding.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Given, Maker, flags, list, object, text, texts};
use crate::api::Kind;
use crate::kubectl::args::Args;
use crate::kubectl::error::{Failure, Result};
use crate::kubectl::{Context, Output, is_one_of};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) const ROLE: Maker = Maker {
    names: "role",
    flags: flags!("verb= resource= resource-name="),
    required: &[],
    kind: Kind::Role,
    failing: "",
    make: |given, context, out| {
        let verbs = verbs(given)?;
        warn_of_verbs(&verbs, out);
        let resources = resources(given);
        if resources.is_empty() {
            return Err(Failure::client("at least one resource must be specified"));
        }
        let rules = rules(given, &verbs, &resources, context)?;
        Ok(object(vec![("rules", list(rules))]))
    },
};

pub(super) const CLUSTER_ROLE: Maker = Maker {
    names: "clusterrole",
    flags: flags!("verb= resource= resource-name= non-resource-url= aggregation-rule="),
    required: &[],
    kind: Kind::ClusterRole,
    failing: "",
    make: cluster_role,
};

fn cluster_role(given: &Given<'_>, context: &mut Context<'_>, out: &mut Output) -> Result<Value> {
    if given.args.is_filled("aggregation-rule") {
        if ["verb", "resource", "resource-name", "non-resource-url"].iter().any(|flag| given.args.has(flag)) {
            return Err(Failure::client(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames",
            ));
        }
        let pairs = given.args.all("aggregation-rule");
        let mut labels = vec![];
        for pair in &pairs {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::refused(format_args!("malformed pair, expect string=string: {pair}")))?;
            labels.push((key, value.into()));
        }
        let selectors = list(vec![object(vec![("matchLabels", object(labels))])]);
        return Ok(object(vec![("aggregationRule", object(vec![("clusterRoleSelectors", selectors)]))]));
    }
    let (verbs, resources) = (verbs(given)?, resources(given));
    let urls = once_each(given.args.all("non-resource-url"));
    if resources.is_empty() && urls.is_empty() {
        return Err(Failure::client("one of resource or nonResourceURL must be specified"));
    }
    if !resources.is_empty() {
        warn_of_verbs(&verbs, out);
    }
    let mut rules = rules(given, &verbs, &resources, context)?;
    if !urls.is_empty() {
        check_urls(&verbs, &urls)?;
        rules.push(object(vec![("nonResourceURLs", texts(&urls)), ("verbs", texts(&verbs))]));
    }
    Ok(object(vec![("rules", list(rules))]))
}

fn check_urls(verbs: &[String], urls: &[String]) -> Result<()> {
    if let Some(verb) = verbs.iter().find(|verb| !is_one_of("* get post put delete patch head options", verb)) {
        return Err(Failure::refused(format_args!("invalid verb: '{verb}' for nonResourceURL")));
    }
    for url in urls.iter().filter(|url| *url != "*") {
        if !url.starts_with('/') {
            return Err(Failure::client("nonResourceURL should start with /"));
        }
        if url.find('*').is_some_and(|star| star + 1 < url.len()) {
            return Err(Failure::client("nonResourceURL only supports wildcard matches when '*' is at the end"));
        }
    }
    Ok(())
}

fn once_each(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = vec![];
    for word in words {
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// The verbs, each once; all of them if that is one.
fn verbs(given: &Given<'_>) -> Result<Vec<String>> {
    let verbs = once_each(given.args.all("verb"));
    match verbs.as_slice() {
        [] => Err(Failure::client("at least one verb must be specified")),
        some if some.iter().any(|verb| verb == "*") => Ok(vec!["*".to_owned()]),
        _ => Ok(verbs),
    }
}

fn warn_of_verbs(verbs: &[String], out: &mut Output) {
    const USUAL: &str = "* get delete list create update patch watch proxy deletecollection use bind escalate impersonate";
    for verb in verbs.iter().filter(|verb| !is_one_of(USUAL, verb)) {
        out.warn(format_args!("Warning: '{verb}' is not a standard resource verb\n"));
    }
}

/// The resources; all of them if that is one.
fn resources(given: &Given<'_>) -> Vec<String> {
    let mut resources = given.args.all("resource");
    if resources.iter().any(|resource| resource == "*") {
        resources = vec!["*".to_owned()];
    }
    resources
}

/// A rule for each group of the resources.
fn rules(given: &Given<'_>, verbs: &[String], resources: &[String], context: &Context<'_>) -> Result<Vec<Value>> {
    let custom = context.sim.cluster().custom_kinds();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for resource in resources {
        let (named, below) =
            resource.split_once('/').map_or((resource.as_str(), None), |(named, below)| (named, Some(below)));
        let (name, group) = named.split_once('.').map_or((named, ""), |(name, group)| (name, group));
        if name.is_empty() {
            return Err(Failure::client("resource must be specified if apiGroup/subresource specified"));
        }
        let found = Kind::named(named, &custom).map(|kind| (kind.plural().to_owned(), kind.group().to_owned()));
        let is_known = found.is_some() || name == "*";
        let (name, group) = found.unwrap_or_else(|| (name.to_owned(), group.to_owned()));
        if !check_special(verbs, &name, &group)? && !is_known {
            let place = if group.is_empty() { String::new() } else { format!(" in group {group:?}") };
            return Err(Failure::Verbatim(format!("the server doesn't have a resource type {name:?}{place}")));
        }
        let full = below.map_or_else(|| name.clone(), |below| [&name, "/", below].concat());
        let names = groups.entry(group).or_default();
        if !names.contains(&full) {
            names.push(full);
        }
    }
    let named = once_each(given.args.each("resource-name").into_iter().map(str::to_owned).collect());
    let rule = |(group, resources): (String, Vec<String>)| {
        object(vec![
            ("apiGroups", Value::Array(vec![group.into()])),
            ("resourceNames", texts(&named)),
            ("resources", texts(&resources)),
            ("verbs", texts(verbs)),
        ])
    };
    Ok(groups.into_iter().map(rule).collect())
}

/// Refuses verbs that are of some resources only; whether the resource is one of those.
fn check_special(verbs: &[String], resource: &str, group: &str) -> Result<bool> {
    let mut is_special = false;
    for verb in verbs {
        let of: &[(&str, &str)] = match verb.as_str() {
            "use" => &[("policy", "podsecuritypolicies"), ("extensions", "podsecuritypolicies")],
            "bind" | "escalate" => &[(GROUP, "roles"), (GROUP, "clusterroles")],
            "impersonate" => {
                &[("", "users"), ("", "serviceaccounts"), ("", "groups"), ("authentication.k8s.io", "userextras")]
            }
            _ => continue,
        };
        if resource != "*" && !of.contains(&(group, resource)) {
            return Err(Failure::refused(format_args!("can not perform '{verb}' on '{resource}' in group '{group}'")));
        }
        is_special = true;
    }
    Ok(is_special)
}

pub(super) const ROLE_BINDING: Maker = Maker {
    names: "rolebinding",
    flags: flags!("clusterrole= role= user= group= serviceaccount="),
    required: &[],
    kind: Kind::RoleBinding,
    failing: "rolebinding:",
    make: |given, _, _| {
        let (cluster_role, role) = (given.text("clusterrole"), given.text("role"));
        if cluster_role.is_empty() == role.is_empty() {
            return Err(Failure::client("exactly one of clusterrole or role must be specified"));
        }
        match role {
            "" => binding(given, "ClusterRole", cluster_role),
            role => binding(given, "Role", role),
        }
    },
};

pub(super) const CLUSTER_ROLE_BINDING: Maker = Maker {
    names: "clusterrolebinding",
    flags: flags!("clusterrole= user= group= serviceaccount="),
    required: &["clusterrole"],
    kind: Kind::ClusterRoleBinding,
    failing: "clusterrolebinding:",
    make: |given, _, _| binding(given, "ClusterRole", given.text("clusterrole")),
};

fn binding(given: &Given<'_>, kind: &str, role: &str) -> Result<Value> {
    let role = object(vec![("apiGroup", GROUP.into()), ("kind", kind.into()), ("name", role.into())]);
    let subjects = subjects(given.args)?;
    Ok(object(vec![("roleRef", role), ("subjects", list(subjects))]))
}

/// To whom the flags `--user`, `--group`, `--serviceaccount` bind a role.
pub(crate) fn subjects(args: &Args) -> Result<Vec<Value>> {
    let subject =
        |kind: &str, name: &str| object(vec![("apiGroup", GROUP.into()), ("kind", kind.into()), ("name", name.into())]);
    let mut subjects: Vec<Value> = args.each("user").into_iter().map(|user| subject("User", user)).collect();
    subjects.extend(args.each("group").into_iter().map(|group| subject("Group", group)));
    for account in args.each("serviceaccount") {
        let (namespace, name) = account
            .split_once(':')
            .filter(|(namespace, name)| !namespace.is_empty() && !name.is_empty() && !name.contains(':'))
            .ok_or_else(|| Failure::client("serviceaccount must be <namespace>:<name>"))?;
        let account = vec![("kind", "ServiceAccount".into()), ("name", name.into()), ("namespace", text(namespace))];
        subjects.push(object(account));
    }
    Ok(subjects)
}
