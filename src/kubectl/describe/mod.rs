//! `kubectl describe` (upstream: `kubectl/pkg/describe/describe.go`).

mod daemon_set;
mod generic;
mod node;
mod pod;
mod template;

pub(crate) use template::standalone as pod_template;

use jiff::Timestamp;

use super::args::{Args, Flag, switch, value};
use super::columns::{event_count, event_first_seen, event_last_seen, since};
use super::error::{Failure, Result};
use super::resource::{self, Filter, Request, WithoutNames};
use super::table::TabWriter;
use super::{Context, Outcome, Output, manifests};
use crate::api::date::Date;
use crate::api::{Event, Kind, Namespace, Object, Resource, StringMap, Time};
use crate::sim::Simulation;

const FLAGS: &[Flag] = &[
    value("filename").or('f'),
    value("selector").or('l'),
    value("chunk-size"),
    value("kustomize").or('k'),
    switch("all-namespaces").or('A'),
    switch("show-events"),
    switch("recursive").or('R'),
];

/// `kubectl describe`.
pub(crate) fn describe(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl describe")?;
    let filter = Filter::of(&args, context)?;
    let (request, mut failures) = if args.has("filename") {
        let (given, failures) = manifests::load(&args, context, "getting")?;
        (Request::Names(given.into_iter().map(|given| (given.manifest.kind, given.manifest.name)).collect()), failures)
    } else if args.words.is_empty() {
        return Err(Failure::client(
            "You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.",
        ));
    } else {
        (resource::request(&args.words, &args, WithoutNames::Allowed)?, vec![])
    };
    let store = context.sim.cluster().store();
    let (objects, missing) = resource::fetch(store, &request, &filter)?;
    // One name that is none may be the beginning of some.
    if let (Request::Names(names), [_], 2) = (&request, missing.as_slice(), args.words.len())
        && let [(kind, prefix)] = names.as_slice()
    {
        let (all, _) = resource::fetch(store, &Request::Kinds(vec![*kind]), &filter)?;
        let matching: Vec<Object> = all.into_iter().filter(|object| object.name().starts_with(prefix.as_str())).collect();
        if !matching.is_empty() {
            let events = shown_events(&args, Events::Shown);
            matching.iter().for_each(|object| out.out(text(object, context.sim, events) + "\n"));
            return Ok(Outcome::Done(0));
        }
    }
    failures.extend(missing);
    let several = objects.len() > 1 || !failures.is_empty();
    let events = shown_events(&args, if several { Events::Hidden } else { Events::Shown });
    for (i, object) in objects.iter().enumerate() {
        out.out(if i > 0 { "\n\n" } else { "" });
        out.out(text(object, context.sim, events));
    }
    if objects.is_empty() && failures.is_empty() {
        match &filter.namespace {
            Some(namespace) => out.err(format!("No resources found in {namespace} namespace.\n")),
            None => out.err("No resources found\n"),
        }
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
fn text(object: &Object, sim: &Simulation, events: Events) -> String {
    let mut page = Page::default();
    match object {
        Object::DaemonSet(it) => daemon_set::describe(it, sim, &mut page),
        Object::Pod(it) => pod::describe(it, sim.cluster().now(), &mut page),
        Object::Node(it) => node::describe(it, sim, &mut page),
        Object::Namespace(it) => namespace(it, &mut page),
        _ => generic::describe(object, &mut page),
    }
    if events == Events::Shown && object.kind() != Kind::Namespace {
        page.events(object, sim);
    }
    page.laid_out()
}

fn namespace(it: &Namespace, page: &mut Page) {
    page.line(0, &format!("Name:\t{}", it.name()));
    page.map("Labels", it.metadata.labels.as_ref());
    page.annotations("Annotations", it.metadata.annotations.as_ref());
    let status = it.status.as_ref();
    page.line(0, &format!("Status:\t{}", status.and_then(|status| status.phase.as_deref()).unwrap_or_default()));
    page.line(0, "\nNo resource quota.\n\nNo LimitRange resource.");
}

/// Longer annotations are shown on lines of their own.
const MAX_ANNOTATION: usize = 140;

/// A description while it is written: lines with tabs between their columns.
#[derive(Clone, Debug, Default)]
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

    /// The text with its columns.
    fn laid_out(&self) -> String {
        TabWriter::describe().format(&self.text)
    }

    /// A title and something for each of several lines; `<none>` where there is none.
    fn several(&mut self, title: &str, lines: impl IntoIterator<Item = String>) {
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or_else(|| "<none>".to_owned());
        self.line(0, &format!("{title}:\t{first}"));
        lines.for_each(|line| self.line(0, &format!("\t{line}")));
    }

    /// Labels.
    fn map(&mut self, title: &str, map: Option<&StringMap>) {
        self.several(title, map.into_iter().flatten().map(|(key, value)| format!("{key}={value}")));
    }

    /// Annotations, but for the one that holds what was last applied.
    fn annotations(&mut self, title: &str, map: Option<&StringMap>) {
        let shown = map.into_iter().flatten().filter(|(key, _)| *key != super::apply::LAST_APPLIED);
        let lines = shown.flat_map(|(key, value)| {
            let value = value.strip_suffix('\n').unwrap_or(value);
            if value.len() + key.len() + 2 <= MAX_ANNOTATION && !value.contains('\n') {
                return vec![format!("{key}: {value}")];
            }
            let long = value.split('\n').map(|line| format!("  {}", shortened(line)));
            std::iter::once(format!("{key}:")).chain(long).collect()
        });
        self.several(title, lines.collect::<Vec<_>>());
    }

    /// The events about an object, oldest first.
    fn events(&mut self, object: &Object, sim: &Simulation) {
        let meta = object.meta();
        let is_about = |event: &&Event| {
            let about = &event.involved_object;
            // Kubelets name their node by its name where others give the uid.
            let same_uid = about.uid == meta.uid || (object.kind() == Kind::Node && about.uid == meta.name);
            about.kind.as_deref() == Some(object.kind().name())
                && about.name == meta.name
                && about.namespace == meta.namespace
                && same_uid
        };
        let store = sim.cluster().store();
        let mut events: Vec<&Event> = store.list::<Event>().map(|event| &**event).filter(is_about).collect();
        if events.is_empty() {
            self.line(0, "Events:\t<none>");
            return;
        }
        events.sort_by_key(|event| event.last_timestamp.as_ref().map(|time| time.0));
        let now = sim.cluster().now();
        self.line(0, "Events:");
        self.line(1, "Type\tReason\tAge\tFrom\tMessage");
        self.line(1, "----\t------\t----\t----\t-------");
        for event in events {
            let or = |text: &Option<String>| text.clone().unwrap_or_default();
            let component = event.source.as_ref().and_then(|source| source.component.clone()).filter(|c| !c.is_empty());
            let from = component.unwrap_or_else(|| or(&event.reporting_component));
            let place = event.involved_object.field_path.as_ref().filter(|path| !path.is_empty());
            let place = place.map(|path| format!("{path}: ")).unwrap_or_default();
            let message = or(&event.message);
            let line = format!(
                "{}\t{}\t{}\t{from}\t{place}{}",
                or(&event.type_),
                or(&event.reason),
                interval(event, now),
                message.trim()
            );
            self.line(1, &line);
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

fn shortened(line: &str) -> String {
    let max = MAX_ANNOTATION - 2;
    if line.len() <= max {
        return line.to_owned();
    }
    let cut = (0..=max).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &line[..cut])
}

/// A time as `describe` writes it: `Mon, 05 Jan 2026 09:00:00 +0000`.
fn date(time: Option<&Time>) -> String {
    const ZERO: &str = "Mon, 01 Jan 0001 00:00:00 +0000";
    time.map_or_else(|| ZERO.to_owned(), |time| stamp(time.0))
}

fn stamp(time: Timestamp) -> String {
    {
        let date = Date::of(time);
        format!("{}, {:02} {} {} {} +0000", date.weekday_name(), date.day, date.month_name(), date.year, date.clock())
    }
}

/// `<none>` instead of nothing.
fn or_none(text: &str) -> &str {
    if text.is_empty() { "<none>" } else { text }
}
