//! `kubectl describe` (upstream: `kubectl/pkg/describe/describe.go`).

mod autoscaler;
mod daemon_set;
mod generic;
mod network;
mod node;
mod others;
mod pod;
mod template;
mod volumes;
mod workload;

pub(crate) use template::standalone as pod_template;

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::args::Args;
use super::columns::{event_count, event_first_seen, event_last_seen, since};
use super::error::{Failure, Result};
use super::jsonpath::{at, text_at as text};
use super::resource::{self, Filter, Request, WithoutNames};
use super::table::TabWriter;
use super::{Context, Outcome, Output, begun, go, in_order};
use crate::api::date::{self, Date};
use crate::api::quantity::Amount;
use crate::api::selector::Selector;
use crate::api::{Event, Kind, Object};
use crate::sim::Simulation;

pub(super) const FLAGS: &str = "f/filename= l/selector= chunk-size= k/kustomize= A/all-namespaces show-events R/recursive";

/// `kubectl describe`.
pub(crate) fn describe(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl describe")?;
    let filter = Filter::of(&args, context)?;
    if args.words.is_empty() && !args.has("filename") {
        return Err(Failure::client(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.",
        ));
    }
    let (request, mut failures) = resource::asked(&args.words, &args, WithoutNames::Allowed, context)?;
    resource::warn_of_old_kinds(&request, out);
    let (objects, missing) = begun::fetch(context, &request, &filter, out)?;
    // Its page shows what a certificate asks for, which nobody reads here.
    if objects.iter().any(|object| object.kind() == Kind::CertificateSigningRequest) {
        return Err(Failure::client("the playground does not simulate kubectl describe certificatesigningrequests"));
    }
    // One name that is none may be the beginning of some.
    if let (Request::Names(names), [_], 2) = (&request, missing.as_slice(), args.words.len()) {
        let [(kind, prefix)] = names.as_slice() else {
            let is_named_with_kind = args.words[0].contains('/');
            Failure::all(if is_named_with_kind { missing } else { vec![] })?;
            return Err(Failure::client("you may only specify a single resource type"));
        };
        let (mut matching, _) = begun::fetch(context, &Request::Kinds(vec![*kind]), &filter, &mut Output::default())?;
        matching.retain(|object| object.name().starts_with(prefix.as_str()));
        if !matching.is_empty() {
            let events = shown_events(&args, Events::Hidden);
            matching.iter().for_each(|object| out.print(format_args!("{}\n", described(object, context.sim, events))));
            return Ok(Outcome::Done(0));
        }
    }
    failures.extend(missing);
    let several = objects.len() > 1 || !failures.is_empty();
    let events = shown_events(&args, if several { Events::Hidden } else { Events::Shown });
    for (i, object) in objects.iter().enumerate() {
        out.out(if i > 0 { "\n\n" } else { "" });
        out.out(&described(object, context.sim, events));
    }
    if objects.is_empty() && failures.is_empty() {
        resource::say_nothing_found(filter.namespace.as_deref(), out);
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// Whether events are part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Events {
    Shown,
    Hidden,
}

fn shown_events(args: &Args, default: Events) -> Events {
    match args.get("show-events") {
        Some("true") => Events::Shown,
        Some(_) => Events::Hidden,
        None => default,
    }
}

/// The description of an object.
fn described(object: &Object, sim: &Simulation, events: Events) -> String {
    let mut page = Page::default();
    let value = object.to_value();
    match object {
        Object::DaemonSet(it) => daemon_set::describe(object, it, &value, sim, &mut page),
        Object::Pod(_) => pod::describe(&value, sim.cluster().now(), &mut page),
        Object::Node(it) => node::describe(it, &value, sim, &mut page),
        Object::Namespace(_) => namespace(&value, sim, &mut page),
        Object::Deployment(_) => workload::deployment(&value, sim, &mut page),
        Object::ReplicaSet(_) => workload::replica_set(object, &value, sim, &mut page),
        Object::StatefulSet(_) => workload::stateful_set(object, &value, sim, &mut page),
        Object::Job(_) => workload::job(&value, &mut page),
        _ => match object.kind() {
            Kind::CronJob => workload::cron_job(&value, &mut page),
            Kind::ReplicationController => workload::replica_set(object, &value, sim, &mut page),
            _ if others::describe(object, &value, sim, &mut page) => {}
            _ => generic::describe(object, &mut page),
        },
    }
    if events == Events::Shown && others::has_events(object) {
        page.events(object, sim);
    }
    TabWriter::describe().format(&page.text)
}

fn namespace(it: &Value, sim: &Simulation, page: &mut Page) {
    page.fields(0, it, "Name=metadata.name");
    page.labels_and_annotations(it);
    page.fields(0, it, "Status=status.phase");
    page.conditions(it);
    let name = text(it, "metadata.name");
    let of = |kind: Kind| -> Vec<Value> {
        let objects = sim.cluster().store().objects(kind);
        objects.filter(|object| object.namespace() == name).map(Object::to_value).collect()
    };
    let (quotas, ranges) = (of(Kind::ResourceQuota), of(Kind::LimitRange));
    page.line(0, if quotas.is_empty() { "\nNo resource quota." } else { "\nResource Quotas" });
    for quota in &quotas {
        page.fields(1, quota, "Name=metadata.name");
        page.line(1, "Resource\tUsed\tHard");
        page.line(1, "--------\t---\t---");
        for (name, hard) in at(quota, "status.hard").as_object().into_iter().flatten() {
            page.row(1, format_args!("{name}\t{}\t{}", amount(&quota["status"]["used"][name]), amount(hard)));
        }
    }
    page.line(0, if ranges.is_empty() { "\nNo LimitRange resource." } else { "\nResource Limits" });
    if !ranges.is_empty() {
        page.line(0, " Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio");
        page.line(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------");
    }
    ranges.iter().for_each(|range| others::limits(range, " ", page));
}

/// The selector of an object's spec; a bare map of labels counts as one.
fn selector(it: &Value) -> String {
    selector_text(at(it, "spec.selector"))
}

/// A selector as `key=value,key in (a,b)`.
fn selector_text(given: &Value) -> String {
    let is_bare = |map: &Map<String, Value>| !map.is_empty() && map.values().all(Value::is_string);
    if let Some(labels) = given.as_object().filter(|map| is_bare(map)) {
        return others::joined(labels);
    }
    let parsed = crate::api::wire::from_value(given.clone()).ok().filter(|_| given.is_object());
    let selector = parsed.and_then(|parsed| Selector::from_label_selector(&parsed).ok());
    or_none(&selector.map(|selector| selector.to_string()).unwrap_or_default()).to_owned()
}

/// How long it was from one moment to another, if both are known.
fn duration_between(it: &Value, from: &str, to: &str) -> Option<String> {
    let (from, to) = (time(it, from)?, time(it, to)?);
    Some(since(Some(from), to))
}

/// A value as text; empty where there is none.
fn plain(value: &Value) -> String {
    if value.is_null() { String::new() } else { super::jsonpath::text(value) }
}

/// The items at a path.
fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path).as_array().map_or(&[], Vec::as_slice)
}

/// The items in the order of one of their fields.
fn sorted<'a>(items: &'a [Value], field: &str) -> Vec<&'a Value> {
    let mut items: Vec<&Value> = items.iter().collect();
    in_order(&mut items, &|a, b| text(a, field).cmp(&text(b, field)));
    items
}

/// The moment at a path.
fn time(value: &Value, path: &str) -> Option<Timestamp> {
    at(value, path).as_str().and_then(date::parse)
}

/// A time as `describe` writes it: `Mon, 05 Jan 2026 09:00:00 +0000`.
fn date(value: &Value, path: &str) -> String {
    time(value, path).map_or_else(|| "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(), stamp)
}

fn stamp(time: Timestamp) -> String {
    let date = Date::of(time);
    format!("{}, {:02} {} {} {} +0000", date.weekday_name(), date.day, date.month_name(), date.year, date.clock())
}

/// A reference to a secret as Go prints it.
fn reference(it: &Value) -> String {
    let name = text(it, "name");
    match it.get("namespace") {
        _ if it.is_null() => "nil".to_owned(),
        None => format!("&LocalObjectReference{{Name:{name},}}"),
        Some(namespace) => format!("&SecretReference{{Name:{name},Namespace:{},}}", plain(namespace)),
    }
}

fn amount(value: &Value) -> Amount {
    Amount::from_value(value).unwrap_or_default()
}

/// `<none>` instead of nothing.
fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}

/// Longer annotations are shown on lines of their own.
const MAX_ANNOTATION: usize = 140;

/// A description while it is written: lines with tabs between their columns.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    /// A line, indented by two spaces a level.
    fn line(&mut self, level: usize, text: &str) {
        self.text.extend(std::iter::repeat_n("  ", level));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A line that has to be put together.
    fn row(&mut self, level: usize, text: fmt::Arguments<'_>) {
        self.line(level, &fmt::format(text));
    }

    /// Fields of `value`, a line each: `Name=metadata.name;Reason?=status.reason;Started=~startedAt;Type=type|<none>`. After a `?`
    /// there is no line where there is no text; `~` stands before times, `&` before references; behind `|` stands what to show
    /// where nothing is. A title that ends with a tab has no colon. Lists and maps are as Go prints them.
    fn fields(&mut self, level: usize, value: &Value, fields: &str) {
        for field in fields.split(';').filter(|field| !field.is_empty()) {
            let (title, path) = field.split_once('=').unwrap_or_default();
            let (path, default) = path.split_once('|').unwrap_or((path, ""));
            let (title, optional) = title.strip_suffix('?').map_or((title, false), |title| (title, true));
            let text = match path.strip_prefix('~') {
                Some(path) if optional && at(value, path).is_null() => String::new(),
                Some(path) => date(value, path),
                None if path.starts_with('&') => reference(at(value, &path[1..])),
                None if at(value, path).is_null() => default.to_owned(),
                None => go::text(at(value, path)),
            };
            if !(optional && text.is_empty()) {
                let colon = if title.ends_with('\t') { "" } else { ":\t" };
                self.row(level, format_args!("{title}{colon}{text}"));
            }
        }
    }

    /// A title and each of several lines; `<none>` where there is none.
    fn several(&mut self, title: &str, lines: &[String]) {
        let (first, rest) = lines.split_first().map_or(("<none>", lines), |(first, rest)| (first.as_str(), rest));
        self.row(0, format_args!("{title}:\t{first}"));
        rest.iter().for_each(|line| self.row(0, format_args!("\t{line}")));
    }

    /// Labels.
    fn map(&mut self, title: &str, map: &Value) {
        let mut lines = vec![];
        for (key, value) in map.as_object().into_iter().flatten() {
            lines.push(format!("{key}={}", value.as_str().unwrap_or_default()));
        }
        self.several(title, &lines);
    }

    /// Annotations, but for the one that holds what was last applied.
    fn annotations(&mut self, title: &str, map: &Value) {
        let mut lines = vec![];
        for (key, value) in map.as_object().into_iter().flatten().filter(|(key, _)| *key != super::apply::LAST_APPLIED) {
            let value = value.as_str().unwrap_or_default();
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 <= MAX_ANNOTATION && !value.contains('\n') {
                lines.push(format!("{key}: {value}"));
                continue;
            }
            lines.push(format!("{key}:"));
            for line in value.split('\n') {
                let max = MAX_ANNOTATION - 2;
                let mut cut = line.len().min(max);
                while !line.is_char_boundary(cut) {
                    cut -= 1;
                }
                lines.push(format!("  {}{}", &line[..cut], if line.len() > max { "..." } else { "" }));
            }
        }
        self.several(title, &lines);
    }

    fn labels_and_annotations(&mut self, object: &Value) {
        self.map("Labels", at(object, "metadata.labels"));
        self.annotations("Annotations", at(object, "metadata.annotations"));
    }

    /// Conditions, with the time since when they are so.
    fn conditions(&mut self, object: &Value) {
        let conditions = list(object, "status.conditions");
        if !conditions.is_empty() {
            self.line(0, "Conditions:");
            self.line(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage");
            self.line(1, "----\t------\t------------------\t------\t-------");
        }
        for it in conditions {
            let change = date(it, "lastTransitionTime");
            let [type_, status, reason, message] = ["type", "status", "reason", "message"].map(|field| text(it, field));
            self.row(1, format_args!("{type_}\t{status}\t{change}\t{reason}\t{message}"));
        }
    }

    /// What a pod or a container asks for, and what it may use at most.
    fn resources(&mut self, level: usize, of: &Value) {
        self.amounts(level, "Limits", at(of, "resources.limits"));
        self.amounts(level, "Requests", at(of, "resources.requests"));
    }

    /// Amounts of resources.
    fn amounts(&mut self, level: usize, title: &str, amounts: &Value) {
        let Some(amounts) = amounts.as_object().filter(|amounts| !amounts.is_empty()) else { return };
        self.row(level, format_args!("{title}:"));
        for (name, value) in amounts {
            self.row(level + 1, format_args!("{name}:\t{}", amount(value)));
        }
    }

    /// The events about an object, oldest first.
    fn events(&mut self, object: &Object, sim: &Simulation) {
        let meta = object.meta();
        let mut events: Vec<&Event> = vec![];
        for event in sim.cluster().store().list::<Event>() {
            let [kind, namespace, name, uid] = event.about();
            // Kubelets name their node by its name where others give the uid.
            let same_uid = uid == meta.uid.as_deref() || (object.kind() == Kind::Node && uid == meta.name.as_deref());
            let same_name = name == meta.name.as_deref() && namespace == meta.namespace.as_deref();
            if kind == Some(object.kind().name()) && same_uid && same_name {
                events.push(event);
            }
        }
        if events.is_empty() {
            self.line(0, "Events:\t<none>");
            return;
        }
        in_order(&mut events, &|a, b| {
            let last = |event: &Event| event.last_timestamp.as_ref().map(|time| time.0);
            last(a).cmp(&last(b))
        });
        let now = sim.cluster().now();
        self.line(0, "Events:");
        self.line(1, "Type\tReason\tAge\tFrom\tMessage");
        self.line(1, "----\t------\t----\t----\t-------");
        for event in events {
            let or = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
            let from = event.component();
            let place = or(&event.involved_object.field_path);
            let colon = if place.is_empty() { "" } else { ": " };
            let (type_, reason, message) = (or(&event.type_), or(&event.reason), or(&event.message));
            let age = interval(event, now);
            self.row(1, format_args!("{type_}\t{reason}\t{age}\t{from}\t{place}{colon}{}", message.trim()));
        }
    }
}

/// `5s`, `5s (x3 over 1m)`.
fn interval(event: &Event, now: Timestamp) -> String {
    let first = event.event_time.as_ref().map(|time| time.0).or_else(|| event_first_seen(event));
    if event.series.is_some() || event_count(event) > 1 {
        let last = since(event_last_seen(event), now);
        return format!("{last} (x{} over {})", event_count(event), since(first, now));
    }
    since(first, now)
}
