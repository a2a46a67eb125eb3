//! `kubectl get`.

use jiff::Timestamp;
use serde_json::Value;

use super::args::Args;
use super::columns::{Shown, cells, columns, labels};
use super::error::{Failure, Result};
use super::jsonpath::{self, Template};
use super::print::{self, Format};
use super::process::{Process, Watch};
use super::resource::{self, Filter, Request, WithoutNames};
use super::table::TabWriter;
use super::{Context, Outcome, Output, wire};
use crate::api::quantity::Amount;
use crate::api::{Kind, Object, StringMap};

pub(super) const FLAGS: &str = "o/output= l/selector= field-selector= f/filename= L/label-columns= sort-by= chunk-size= subresource= raw= \
    template= k/kustomize= A/all-namespaces w/watch watch-only output-watch-events no-headers show-labels \
    show-kind show-managed-fields ignore-not-found R/recursive server-print allow-missing-template-keys";

/// How a table looks, beyond the columns of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Whether wide columns are shown.
    pub(crate) wide: Shown,
    /// The labels that have a column.
    pub(crate) label_columns: Vec<String>,
    /// What else is shown or not.
    pub(crate) extras: Vec<Extra>,
}

/// A change to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// A column with all labels.
    Labels,
    /// The namespace before the name.
    Namespace,
    /// The kind in the name.
    KindInName,
    /// No line of heads.
    NoHeaders,
    /// What happened to the object, before all else.
    WatchEvents,
}

impl Look {
    fn of(args: &Args, format: &Format) -> Look {
        let extras = [
            ("show-labels", Extra::Labels),
            ("no-headers", Extra::NoHeaders),
            ("show-kind", Extra::KindInName),
            ("output-watch-events", Extra::WatchEvents),
        ];
        Look {
            wide: if matches!(format, Format::Wide) { Shown::Wide } else { Shown::Always },
            label_columns: args.all("label-columns"),
            extras: extras.into_iter().filter(|(flag, _)| args.is_on(flag)).map(|(_, extra)| extra).collect(),
        }
    }

    fn has(&self, extra: Extra) -> bool {
        self.extras.contains(&extra)
    }

    /// The line of heads.
    pub(crate) fn head(&self, kind: Kind) -> String {
        let mut cells: Vec<String> = vec![];
        cells.extend(self.has(Extra::WatchEvents).then(|| "EVENT".to_owned()));
        cells.extend(self.has(Extra::Namespace).then(|| "NAMESPACE".to_owned()));
        let columns = columns(kind).into_iter();
        let shown = columns.filter(|column| column.shown == Shown::Always || self.wide == Shown::Wide);
        cells.extend(shown.map(|column| column.head));
        cells.extend(self.label_columns.iter().map(|key| key.rsplit('/').next().unwrap_or_default().to_ascii_uppercase()));
        cells.extend(self.has(Extra::Labels).then(|| "LABELS".to_owned()));
        cells.join("\t") + "\n"
    }

    /// An object's row; `event` is what happened to it, where that is shown.
    pub(crate) fn row(&self, object: &Object, now: Timestamp, event: &str) -> String {
        let kind = object.kind();
        let mut row: Vec<String> = vec![];
        row.extend(self.has(Extra::WatchEvents).then(|| event.to_owned()));
        row.extend(self.has(Extra::Namespace).then(|| object.namespace().to_owned()));
        for (column, cell) in columns(kind).iter().zip(cells(object, now)) {
            if column.shown == Shown::Always || self.wide == Shown::Wide {
                let named = column.head == "NAME" && self.has(Extra::KindInName);
                let cell = if named { format!("{}/{cell}", kind.singular_with_group()) } else { cell };
                row.push(one_line(&cell));
            }
        }
        let none = StringMap::new();
        let all = object.meta().labels.as_ref().unwrap_or(&none);
        row.extend(self.label_columns.iter().map(|key| all.get(key).cloned().unwrap_or_default()));
        row.extend(self.has(Extra::Labels).then(|| labels(Some(all))));
        row.join("\t") + "\n"
    }
}

/// A cell ends at its first line end, which dots stand for; tabs would be cells of their own.
fn one_line(cell: &str) -> String {
    let cut = cell.find(['\n', '\r', '\u{c}']).map_or_else(|| cell.to_owned(), |end| format!("{}...", &cell[..end]));
    cut.replace('\t', " ")
}

/// `kubectl get`.
pub(crate) fn get(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl get")?;
    if let Some(path) = args.get("raw") {
        return super::misc::raw(path, out);
    }
    args.refuse(&["kustomize"])?;
    if args.get("server-print") == Some("false") {
        args.refuse(&["server-print"])?;
    }
    args.number("chunk-size")?;
    let watching = args.is_on("watch") || args.is_on("watch-only");
    if args.words.is_empty() && !args.has("filename") {
        if watching {
            return Err(Failure::client("you must specify one or more resources by argument or filename"));
        }
        return Err(super::misc::get_what(out));
    }
    resource::warn_of_short_names(&args.words, out);
    let format = Format::of(&args, context.files)?;
    if args.is_on("show-labels") && !format.is_table() {
        let given = args.get("output").unwrap_or_default();
        return Err(Failure::refused(format_args!("--show-labels option cannot be used with {given} printer")));
    }
    if args.is_on("output-watch-events") && !watching {
        return Err(Failure::client("--output-watch-events option can only be used with --watch or --watch-only"));
    }
    let filter = Filter::of(&args, context)?;
    if args.has("filename") {
        super::misc::words_and_files(&args, context, "getting", "resource arguments")?;
    }
    let (request, mut failures) = resource::asked(&args.words, &args, WithoutNames::Allowed, context)?;
    resource::warn_of_old_kinds(&request, out);
    // Nodes are asked for before the rest of the page is there.
    let is_of_nodes = matches!(&request, Request::Kinds(kinds) if *kinds == [Kind::Node]);
    if watching {
        if !is_of_nodes {
            super::begun::refuse_watch(context, &request, &filter)?;
        }
        return watch(&args, &request, filter, &format, context, out);
    }
    if let Some(name) = args.get("subresource").filter(|name| !name.is_empty())
        && let Some(outcome) = super::subresource::get(name, &request, &filter, &format, context, out)?
    {
        return Ok(outcome);
    }
    let (mut objects, missing) = if is_of_nodes {
        resource::fetch(context, &request, &filter)?
    } else {
        super::begun::fetch(context, &request, &filter, out)?
    };
    if !args.is_on("ignore-not-found") {
        failures.extend(missing);
    }
    if let Some(path) = args.get("sort-by").filter(|path| !path.is_empty()) {
        sorted(&mut objects, path, &request, &format)?;
    }
    if format.is_table() {
        // Upstream each kind that was asked for is a table, an empty one too.
        let mixed = match &request {
            Request::Kinds(kinds) => kinds.len() > 1,
            Request::Names(_) => objects.windows(2).any(|pair| pair[0].kind() != pair[1].kind()),
        };
        let mut look = Look::of(&args, &format);
        look.extras.extend(mixed.then_some(Extra::KindInName));
        tables(&objects, look, &args, context, out);
        if objects.is_empty() && failures.is_empty() && !args.is_on("ignore-not-found") {
            resource::say_nothing_found(filter.namespace.as_deref().filter(|_| all_namespaced(&request)), out);
        }
    } else {
        let single = matches!(&request, Request::Names(names) if names.len() == 1);
        if !(objects.is_empty() && (single || args.is_on("ignore-not-found"))) {
            print::objects(&objects, &format, !single, out)?;
        }
    }
    Failure::all(failures)?;
    Ok(Outcome::Done(0))
}

/// Whether everything that was asked for lives in a namespace.
fn all_namespaced(request: &Request) -> bool {
    match request {
        Request::Kinds(kinds) => kinds.iter().all(|kind| kind.is_namespaced()),
        Request::Names(names) => names.iter().all(|(kind, _)| kind.is_namespaced()),
    }
}

fn tables(objects: &[Object], mut look: Look, args: &Args, context: &Context<'_>, out: &mut Output) {
    let now = context.sim.cluster().now();
    for (i, group) in objects.chunk_by(|a, b| a.kind() == b.kind()).enumerate() {
        let kind = group[0].kind();
        look.extras.retain(|extra| *extra != Extra::Namespace);
        if args.is_on("all-namespaces") && kind.is_namespaced() {
            look.extras.push(Extra::Namespace);
        }
        let headers = !look.has(Extra::NoHeaders);
        if i > 0 && headers {
            out.out("\n");
        }
        let mut text = if headers { look.head(kind) } else { String::new() };
        group.iter().for_each(|object| text.push_str(&look.row(object, now, "")));
        out.out(&TabWriter::table().format(&text));
    }
}

fn watch(
    args: &Args,
    request: &Request,
    filter: Filter,
    format: &Format,
    context: &mut Context<'_>,
    out: &mut Output,
) -> Result<Outcome> {
    if args.is_filled("sort-by") {
        let (flag, news) = if args.is_on("watch") { ("watch", " for watch events received") } else { ("watch-only", "") };
        out.warn(format_args!("warning: --{flag} requested, --sort-by will be ignored{news}\n"));
    }
    let (kind, name) = match request {
        Request::Kinds(kinds) => match kinds.as_slice() {
            &[kind] => (kind, None),
            _ => return Err(Failure::client("you may only specify a single resource type")),
        },
        Request::Names(names) => match names.as_slice() {
            [(kind, name)] => (*kind, Some(name.clone())),
            // They are shown, but not watched.
            [(kind, _), rest @ ..] if rest.iter().all(|(other, _)| other == kind) => (*kind, None),
            _ => return Err(Failure::client("you may only specify a single resource type")),
        },
    };
    let (objects, missing) = resource::fetch(context, request, &filter)?;
    if !missing.is_empty() {
        if args.is_on("ignore-not-found") {
            return Ok(Outcome::Done(0));
        }
        Failure::all(missing)?;
    }
    let mut look = Look::of(args, format);
    if args.is_on("all-namespaces") && kind.is_namespaced() {
        look.extras.push(Extra::Namespace);
    }
    let timeout = args.get("request-timeout").and_then(super::globals::request_timeout).filter(|timeout| !timeout.is_zero());
    let until = timeout.map(|timeout| context.sim.now() + timeout);
    let mut watch = Watch {
        kind,
        name,
        filter,
        look,
        format: format.clone(),
        writer: TabWriter::table(),
        headed: false,
        since: 0,
        until,
    };
    if !args.is_on("watch-only") {
        let now = context.sim.cluster().now();
        watch.show(&objects, now, "ADDED", out);
    }
    if matches!(request, Request::Names(names) if names.len() > 1) {
        return Err(Failure::client("you may only watch a single resource or type of resource at a time"));
    }
    watch.since = context.sim.cluster().store().revision();
    Ok(Outcome::Running(Process::Watch(Box::new(watch))))
}

/// Sorts what was asked for (upstream: `cmd/get/sorter.go`). Each kind, or each name, that is asked for is a table of its own: of
/// several none has the field, and in one that cannot be sorted nothing is left to print.
#[inline(never)]
fn sorted(objects: &mut Vec<Object>, path: &str, request: &Request, format: &Format) -> Result<()> {
    let is_one_object = matches!(request, Request::Names(names) if names.len() == 1);
    let is_one_table = is_one_object || matches!(request, Request::Kinds(kinds) if kinds.len() == 1);
    match (format.is_table(), is_one_table) {
        (true, true) if objects.len() > 1 => {
            if sort(objects, path).is_err() {
                objects.clear();
            }
        }
        (true, false) if objects.len() > 1 || matches!(request, Request::Kinds(_)) => {
            let path = jsonpath::relaxed(path).unwrap_or_else(|_| path.to_owned());
            return Err(not_found(&path));
        }
        (true, _) => {}
        (false, _) if is_one_object => {}
        (false, _) => sort(objects, path)?,
    }
    Ok(())
}

fn not_found(path: &str) -> Failure {
    Failure::refused(format_args!("couldn't find any field with path {path:?} in the list of objects"))
}

/// Sorts by what a JSONPath finds in each object (upstream: `cmd/get/sorter.go`): numbers and amounts by value, all else as
/// text.
#[inline(never)]
fn sort(objects: &mut [Object], path: &str) -> Result<()> {
    if objects.is_empty() {
        return Ok(());
    }
    let inner = jsonpath::relaxed(path).map_err(|why| Failure::client(&why))?;
    let template = Template::parse(&inner).map_err(|why| Failure::client(&why))?;
    let key = |object: &Object| template.find(&wire::value(object)).first().map(|value| value.clone().into_owned());
    let keys: Vec<Option<Value>> = objects.iter().map(key).collect();
    if keys.iter().all(Option::is_none) {
        return Err(not_found(&inner));
    }
    let mut order: Vec<usize> = (0..objects.len()).collect();
    super::sort_places(&mut order, &|a, b| compare(keys[a].as_ref(), keys[b].as_ref()));
    // A few are sorted by insertion, and one without the field goes before all that are there already.
    if order.len() <= 12 {
        let without = order.iter().take_while(|&&at| keys[at].is_none()).count();
        order[..without].reverse();
    }
    let old = objects.to_vec();
    order.iter().enumerate().for_each(|(place, &at)| objects[place].clone_from(&old[at]));
    Ok(())
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> std::cmp::Ordering {
    let known = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    match (known(a), known(b)) {
        (Some(a), Some(b)) => {
            let amount = |value: &Value| value.as_str().and_then(|text| text.parse::<Amount>().ok());
            match ((a.as_f64(), b.as_f64()), (amount(&a), amount(&b))) {
                ((Some(a), Some(b)), _) => a.total_cmp(&b),
                (_, (Some(a), Some(b))) => a.cmp(&b),
                _ => jsonpath::text(&a).cmp(&jsonpath::text(&b)),
            }
        }
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}
