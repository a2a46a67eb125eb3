//! `kubectl events` (upstream: `kubectl/pkg/cmd/events`).

use jiff::Timestamp;

use super::args::Args;
use super::columns::{event_count, event_first_seen, event_last_seen, since};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::process::{Process, is_news};
use super::resource::{self, Filter, Request, WithoutNames};
use super::table::TabWriter;
use super::{Context, Outcome, Output, in_order, wire};
use crate::api::{Event, Kind, Object, Resource};
use crate::sim::{Change, ChangeKind, Simulation};

pub(super) const FLAGS: &str = "for= types= o/output= template= chunk-size= A/all-namespaces w/watch no-headers \
    show-managed-fields allow-missing-template-keys";

/// `kubectl events`.
pub(crate) fn events(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl events")?;
    let mut events = Events::of(&args, context)?;
    let store = context.sim.cluster().store();
    let mut found: Vec<&Object> = store.objects(Kind::Event).filter(|object| events.passes(object)).collect();
    let now = context.sim.cluster().now();
    if args.is_on("watch") {
        for object in found {
            events.show(std::slice::from_ref(&object), now, out);
        }
        events.since = store.revision();
        return Ok(Outcome::Running(Process::Events(Box::new(events))));
    }
    in_order(&mut found, &|a, b| {
        let last = |object| Event::of(object).and_then(|event| event_last_seen(event));
        last(a).cmp(&last(b))
    });
    if found.is_empty() {
        match &events.filter.namespace {
            Some(namespace) => out.warn(format_args!("No events found in {namespace} namespace.\n")),
            None => out.err("No events found.\n"),
        }
    } else if events.format.is_table() {
        events.show(&found, now, out);
    } else {
        // Names are not printed: upstream the list has none for its events.
        let mut list = serde_json::json!({"apiVersion": "v1", "kind": "EventList", "metadata": {}});
        wire::put(&mut list, "items", found.into_iter().map(wire::value).collect());
        print::value(&list, &events.format, out)?;
    }
    Ok(Outcome::Done(0))
}

/// Which events are shown, and how; where they are watched: as they come.
#[derive(Clone, Debug)]
pub struct Events {
    filter: Filter,
    /// The types, in small letters; all of them where there are none.
    types: Vec<String>,
    about: Option<(Kind, String)>,
    format: Format,
    writer: TabWriter,
    shows_namespace: bool,
    /// Whether the heads are printed, or hidden.
    headed: bool,
    /// What was written by then is no news.
    since: u64,
}

impl Events {
    fn of(args: &Args, context: &mut Context<'_>) -> Result<Events> {
        let format = Format::of(args, context.files)?;
        let filter = Filter::of(args, context)?;
        let types: Vec<String> = args.all("types").iter().map(|type_| type_.to_ascii_lowercase()).collect();
        if !types.iter().all(|type_| ["normal", "warning"].contains(&type_.as_str())) {
            return Err(Failure::client("valid --types are Normal or Warning"));
        }
        let about = match args.get("for") {
            None => None,
            Some(word) if !word.contains('/') => return Err(Failure::client("--for must be in resource/name form")),
            Some(word) => match resource::request(&[word.to_owned()], &Args::default(), WithoutNames::Allowed, context)? {
                Request::Names(names) => names.into_iter().next(),
                Request::Kinds(_) => return Err(Failure::client("--for must be in resource/name form")),
            },
        };
        Ok(Events {
            filter,
            types,
            about,
            format,
            writer: TabWriter::table(),
            shows_namespace: args.is_on("all-namespaces"),
            headed: args.is_on("no-headers"),
            since: 0,
        })
    }

    fn passes(&self, object: &Object) -> bool {
        let Some(event) = Event::of(object) else { return false };
        // The server looks for the version too, which kubelets leave out where they tell of their node.
        let is_about = self.about.as_ref().is_none_or(|(kind, name)| {
            let it = &event.involved_object;
            it.api_version.as_deref() == Some(kind.api_version())
                && it.kind.as_deref() == Some(kind.name())
                && it.name.as_ref() == Some(name)
        });
        let type_ = event.type_.as_deref().unwrap_or_default();
        is_about
            && (self.types.is_empty() || self.types.iter().any(|wanted| wanted.eq_ignore_ascii_case(type_)))
            && self.filter.passes(object)
    }

    fn show(&mut self, objects: &[&Object], now: Timestamp, out: &mut Output) {
        if !self.format.is_table() {
            for object in objects {
                let is_first = !std::mem::replace(&mut self.headed, true);
                out.out(if is_first || !matches!(self.format, Format::Yaml) { "" } else { "---\n" });
                if let Err(failure) = print::objects(&[(*object).clone()], &self.format, false, out) {
                    out.warn(format_args!("{failure}\n"));
                }
            }
            return;
        }
        let mut text = String::new();
        if !std::mem::replace(&mut self.headed, true) {
            text.push_str(if self.shows_namespace { "NAMESPACE\t" } else { "" });
            text.push_str("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n");
        }
        for event in objects.iter().filter_map(|object| Event::of(object)) {
            if self.shows_namespace {
                text.push_str(&format!("{}\t", event.namespace()));
            }
            let or = |text: &Option<String>| text.clone().unwrap_or_default();
            let (kind, name) = (or(&event.involved_object.kind), or(&event.involved_object.name));
            let message = or(&event.message);
            let (type_, reason) = (or(&event.type_), or(&event.reason));
            text.push_str(&format!("{}\t{type_}\t{reason}\t{kind}/{name}\t{}\n", interval(event, now), message.trim()));
        }
        out.out(&self.writer.format(&text));
    }

    pub(super) fn poll(&mut self, changes: &[Change], sim: &Simulation, out: &mut Output) -> Option<i32> {
        for change in changes {
            if change.kind != ChangeKind::Deleted && is_news(change, self.since) && self.passes(&change.object) {
                self.show(&[&change.object], sim.cluster().now(), out);
            }
        }
        None
    }
}

/// `5s`, or `5s (x3 over 1m)` for an event that was seen more than once.
pub(crate) fn interval(event: &Event, now: jiff::Timestamp) -> String {
    let last = since(event_last_seen(event), now);
    match event_count(event) {
        count if count > 1 => format!("{last} (x{count} over {})", since(event_first_seen(event), now)),
        _ if event.series.is_some() || event.first_timestamp.is_some() => since(event_first_seen(event), now),
        _ => last,
    }
}
