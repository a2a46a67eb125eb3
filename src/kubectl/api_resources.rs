//! `kubectl api-resources`, `kubectl api-versions` (upstream: `kubectl/pkg/cmd/apiresources`).

use std::iter;

use serde_json::{Value, json};

use super::args::Args;
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::table::TabWriter;
use super::{Context, Outcome, Output, in_order};
use crate::api::{Kind, kind};

pub(super) const FLAGS: &str =
    "api-group= o/output= verbs= sort-by= categories= namespaced no-headers cached show-managed-fields";

const ALL_VERBS: &str = "create,delete,deletecollection,get,list,patch,update,watch";

/// What a cluster serves besides the playground's kinds: plural, short name, version, whether it lives in a namespace, kind, verbs
/// (`*`: all of them), category; `-` for nothing.
const OTHERS: &str = "\
bindings - v1 true Binding create -
componentstatuses cs v1 false ComponentStatus get,list -
mutatingadmissionpolicies - admissionregistration.k8s.io/v1 false MutatingAdmissionPolicy * api-extensions
mutatingadmissionpolicybindings - admissionregistration.k8s.io/v1 false MutatingAdmissionPolicyBinding * api-extensions
selfsubjectreviews - authentication.k8s.io/v1 false SelfSubjectReview create -
tokenreviews - authentication.k8s.io/v1 false TokenReview create -
localsubjectaccessreviews - authorization.k8s.io/v1 true LocalSubjectAccessReview create -
selfsubjectaccessreviews - authorization.k8s.io/v1 false SelfSubjectAccessReview create -
selfsubjectrulesreviews - authorization.k8s.io/v1 false SelfSubjectRulesReview create -
subjectaccessreviews - authorization.k8s.io/v1 false SubjectAccessReview create -
events ev events.k8s.io/v1 true Event * -
deviceclasses - resource.k8s.io/v1 false DeviceClass * -
resourceclaims - resource.k8s.io/v1 true ResourceClaim * -
resourceclaimtemplates - resource.k8s.io/v1 true ResourceClaimTemplate * -
resourceslices - resource.k8s.io/v1 false ResourceSlice * -";

/// What is served: a row of the table.
#[derive(Clone, Copy)]
struct Row {
    plural: &'static str,
    short_names: &'static str,
    api_version: &'static str,
    is_namespaced: bool,
    kind: &'static str,
    verbs: &'static str,
    category: &'static str,
}

impl Row {
    fn of(kind: Kind) -> Row {
        Row {
            plural: kind.plural(),
            short_names: kind.facts().short_names,
            api_version: kind.api_version(),
            is_namespaced: kind.is_namespaced(),
            kind: kind.name(),
            verbs: if kind == Kind::Namespace { "create,delete,get,list,patch,update,watch" } else { ALL_VERBS },
            category: kind.facts().category,
        }
    }

    fn group(self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    fn resource(self) -> String {
        let dot = if self.group().is_empty() { "" } else { "." };
        [self.plural, dot, self.group()].concat()
    }

    /// As a list of resources has it.
    fn value(self) -> Value {
        let list = |words: &'static str| words.split(',').collect::<Vec<_>>();
        let singular = if self.kind == "Endpoints" { self.plural.to_owned() } else { self.kind.to_ascii_lowercase() };
        let mut value = json!({
            "kind": self.kind,
            "name": self.plural,
            "namespaced": self.is_namespaced,
            "singularName": singular,
            "verbs": list(self.verbs),
            "version": self.api_version.rsplit('/').next(),
        });
        for (name, words) in [("categories", self.category), ("shortNames", self.short_names)] {
            if !words.is_empty() {
                value[name] = list(words).into();
            }
        }
        if !self.group().is_empty() {
            value["group"] = self.group().into();
        }
        value
    }
}

/// What a cluster serves besides the playground's kinds.
fn others() -> impl Iterator<Item = Row> {
    OTHERS.lines().filter_map(|line| {
        let mut words = line.split(' ').map(|word| if word == "-" { "" } else { word });
        let mut next = || words.next();
        Some(Row {
            plural: next()?,
            short_names: next()?,
            api_version: next()?,
            is_namespaced: next()? == "true",
            kind: next()?,
            verbs: next().map(|verbs| if verbs == "*" { ALL_VERBS } else { verbs })?,
            category: next()?,
        })
    })
}

/// Why a word names no kind of the playground's.
#[inline(never)]
pub(super) fn no_kind(argument: &str) -> Failure {
    let lower = argument.to_ascii_lowercase();
    let is_meant = |row: &Row| {
        let name = [row.plural, row.short_names].into_iter().find(|name| !name.is_empty() && lower.starts_with(name));
        let rest = name.or(lower.starts_with(&row.kind.to_ascii_lowercase()).then_some(row.kind));
        rest.is_some_and(|name| lower.len() == name.len() || lower[name.len()..] == *[".", row.group()].concat())
    };
    match others().find(is_meant) {
        Some(row) if row.verbs == "create" => Failure::Verbatim(
            "Error from server (MethodNotAllowed): the server does not allow this method on the requested resource"
                .to_owned(),
        ),
        Some(_) => Failure::refused(format_args!("the playground does not simulate {argument}")),
        None => {
            let resource = argument.split('.').next().unwrap_or_default();
            Failure::refused(format_args!("the server doesn't have a resource type {resource:?}"))
        }
    }
}

/// `kubectl api-resources`.
pub(crate) fn api_resources(words: &[String], context: &Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl api-resources")?;
    if !args.words.is_empty() {
        return Err(Failure::usage("api-resources", format_args!("unexpected arguments: [{}]", args.words.join(" "))));
    }
    let rows = rows(&args, context)?;
    match args.get("output") {
        None | Some("") => table(&rows, &args, false, out),
        Some("wide") => table(&rows, &args, true, out),
        Some("name") => rows.iter().for_each(|row| out.print(format_args!("{}\n", row.resource()))),
        Some("kyaml") => return Err(Failure::client("the playground does not simulate -o kyaml: -o yaml says the same")),
        Some("json" | "yaml") => {
            let mut list = json!({"apiVersion": "v1", "groupVersion": "", "kind": "APIResourceList"});
            list["resources"] = rows.into_iter().map(Row::value).collect();
            print::value(&list, &Format::of(&args, context.files)?, out)?;
        }
        Some(other) => {
            return Err(Failure::refused(format_args!(
                "unable to match a printer suitable for the output format {other:?}, allowed formats are: json,kyaml,name,wide,yaml"
            )));
        }
    }
    Ok(Outcome::Done(0))
}

fn table(rows: &[Row], args: &Args, is_wide: bool, out: &mut Output) {
    let mut text = String::new();
    if !args.is_on("no-headers") {
        text.push_str("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        text.push_str(if is_wide { "\tVERBS\tCATEGORIES\n" } else { "\n" });
    }
    for row in rows {
        let scope = if row.is_namespaced { "true" } else { "false" };
        let mut cells = vec![row.plural, row.short_names, row.api_version, scope, row.kind];
        cells.extend([row.verbs, row.category].iter().filter(|_| is_wide));
        text.push_str(&(cells.join("\t") + "\n"));
    }
    out.out(&TabWriter::table().format(&text));
}

/// `kubectl api-versions`.
pub(crate) fn api_versions(words: &[String], out: &mut Output) -> Result<()> {
    let args = Args::parse(words, "", "kubectl api-versions")?;
    if !args.words.is_empty() {
        return Err(Failure::usage("api-versions", format_args!("unexpected arguments: [{}]", args.words.join(" "))));
    }
    let known = kind::ALL.iter().map(|kind| kind.api_version());
    // The older version of the one group that is served in two.
    let mut versions: Vec<&str> =
        known.chain(others().map(|row| row.api_version)).chain(iter::once("autoscaling/v1")).collect();
    in_order(&mut versions, &|a, b| a.cmp(b));
    versions.dedup();
    versions.iter().for_each(|version| out.print(format_args!("{version}\n")));
    Ok(())
}

/// What the flags ask for: by group, then by name, unless `--sort-by` says otherwise.
fn rows(args: &Args, context: &Context<'_>) -> Result<Vec<Row>> {
    let custom = context.sim.cluster().custom_kinds();
    let mut rows: Vec<Row> = kind::ALL.iter().chain(&custom).map(|kind| Row::of(*kind)).chain(others()).collect();
    in_order(&mut rows, &|a, b| (a.group(), a.plural).cmp(&(b.group(), b.plural)));
    rows.retain(|row| args.get("api-group").is_none_or(|group| group == row.group()));
    rows.retain(|row| args.get("namespaced").is_none_or(|wanted| (wanted == "true") == row.is_namespaced));
    let (wanted, categories) = (args.all("verbs"), args.all("categories"));
    rows.retain(|row| wanted.iter().all(|verb| row.verbs.split(',').any(|known| known == verb)));
    rows.retain(|row| categories.iter().all(|category| row.category.split(',').any(|known| known == category)));
    match args.get("sort-by").unwrap_or_default() {
        "" => {}
        "name" => in_order(&mut rows, &|a, b| a.plural.cmp(b.plural)),
        "kind" => in_order(&mut rows, &|a, b| a.kind.cmp(b.kind)),
        _ => return Err(Failure::client("--sort-by accepts only name or kind")),
    }
    Ok(rows)
}
