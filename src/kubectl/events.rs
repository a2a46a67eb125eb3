//! `kubectl events` (upstream: `kubectl/pkg/cmd/events`).

use super::args::Args;
use super::columns::{event_count, event_first_seen, event_last_seen, since};
use super::error::{Failure, Result};
use super::print::{self, Format};
use super::resource::{self, Filter, Request, WithoutNames};
use super::table::TabWriter;
use super::{Context, Outcome, Output, in_order};
use crate::api::{Event, Kind, Object, Resource};

pub(super) const FLAGS: &str = "for= types= o/output= template= chunk-size= A/all-namespaces w/watch no-headers \
    show-managed-fields allow-missing-template-keys";

/// `kubectl events`.
pub(crate) fn events(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl events")?;
    if args.is_on("watch") {
        return Err(Failure::client(
            "the playground does not simulate kubectl events --watch: kubectl get events --watch does it",
        ));
    }
    let format = Format::of(&args, context.files)?;
    let filter = Filter::of(&args, context)?;
    let types = args.all("types");
    for type_ in &types {
        if !["Normal", "Warning"].iter().any(|known| known.eq_ignore_ascii_case(type_)) {
            return Err(Failure::client("valid --types are Normal or Warning"));
        }
    }
    let about = match args.get("for") {
        None => None,
        Some(word) if !word.contains('/') => return Err(Failure::client("--for must be in resource/name form")),
        Some(word) => match resource::request(&[word.to_owned()], &Args::default(), WithoutNames::Allowed, context)? {
            Request::Names(names) => names.into_iter().next(),
            Request::Kinds(_) => return Err(Failure::client("--for must be in resource/name form")),
        },
    };
    let store = context.sim.cluster().store();
    let wanted = |event: &Event| {
        let is_about = about.as_ref().is_none_or(|(kind, name)| {
            let [about_kind, _, about_name, _] = event.about();
            about_kind == Some(kind.name()) && about_name == Some(name)
        });
        let is_of_type =
            types.is_empty() || types.iter().any(|t| event.type_.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(t)));
        is_about && is_of_type
    };
    let mut found: Vec<&Object> = vec![];
    for object in store.objects(Kind::Event) {
        if Event::of(object).is_some_and(|event| wanted(event)) && filter.passes(object) {
            found.push(object);
        }
    }
    in_order(&mut found, &|a, b| {
        let last = |object| Event::of(object).and_then(|event| event_last_seen(event));
        last(a).cmp(&last(b))
    });
    if found.is_empty() {
        match &filter.namespace {
            Some(namespace) => out.warn(format_args!("No events found in {namespace} namespace.\n")),
            None => out.err("No events found.\n"),
        }
        return Ok(Outcome::Done(0));
    }
    if !format.is_table() {
        let found: Vec<Object> = found.into_iter().cloned().collect();
        print::objects(&found, &format, true, out)?;
        return Ok(Outcome::Done(0));
    }
    let now = context.sim.cluster().now();
    let all = args.is_on("all-namespaces");
    let mut text = String::new();
    if !args.is_on("no-headers") {
        text.push_str(if all { "NAMESPACE\t" } else { "" });
        text.push_str("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n");
    }
    for event in found.into_iter().filter_map(Event::of) {
        if all {
            text.push_str(&format!("{}\t", event.namespace()));
        }
        let or = |text: &Option<String>| text.clone().unwrap_or_default();
        let (kind, name) = (or(&event.involved_object.kind), or(&event.involved_object.name));
        let message = or(&event.message);
        let (type_, reason) = (or(&event.type_), or(&event.reason));
        text.push_str(&format!("{}\t{type_}\t{reason}\t{kind}/{name}\t{}\n", interval(event, now), message.trim()));
    }
    out.out(&TabWriter::table().format(&text));
    Ok(Outcome::Done(0))
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
