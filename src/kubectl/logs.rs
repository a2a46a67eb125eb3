//! `kubectl logs` (upstream: `kubectl/pkg/cmd/logs`, `polymorphichelpers/logsforobject.go`, and the kubelet's
//! `validateContainerLogStatus`).

use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;

use super::args::Args;
use super::error::{Failure, Result};
use super::pods_of::{self, container_of};
use super::process::Process;
use super::resource::Filter;
use super::{Context, Outcome, Output};
use crate::api::{ApiError, Container, ContainerStatus, Key, Kind, Pod, Resource, date};
use crate::sim::{Life, Line, SimTime, Simulation, lines};

pub(super) const FLAGS: &str = "c/container= l/selector= since= since-time= tail= limit-bytes= max-log-requests= \
    pod-running-timeout= f/follow p/previous all-containers all-pods timestamps prefix ignore-errors \
    insecure-skip-tls-verify-backend";

/// `kubectl logs`.
pub(crate) fn logs(words: &[String], context: &mut Context<'_>, out: &mut Output) -> Result<Outcome> {
    let args = Args::parse(words, FLAGS, "kubectl logs")?;
    let selected = args.is_filled("selector");
    let wrong = match (args.words.len(), selected) {
        (0, false) | (3.., _) => true,
        (1.., true) => return Err(Failure::usage("logs", format_args!("only a selector (-l) or a POD name is allowed"))),
        _ => false,
    };
    if wrong {
        return Err(Failure::usage(
            "logs",
            format_args!(
                "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n\
                 POD or TYPE/NAME is a required argument for the logs command"
            ),
        ));
    }
    let show = Show::of(&args, selected)?;
    let inline = args.words.get(1).map(String::as_str);
    let named = args.get("container").filter(|name| !name.is_empty()).or(inline);
    if let Some(name) = named.filter(|_| args.is_on("all-containers")) {
        return Err(Failure::refused(format_args!(
            "--all-containers=true should not be specified with container name {name}"
        )));
    }
    let all_pods = args.is_on("all-pods");
    let pods = if selected {
        let filter = Filter::of(&args, context)?;
        let store = context.sim.cluster().store();
        let pods: Vec<Rc<Pod>> =
            store.objects(Kind::Pod).filter(|object| filter.passes(object)).filter_map(Pod::of).map(Rc::clone).collect();
        if pods.is_empty() {
            let namespace = filter.namespace.unwrap_or_default();
            out.warn(format_args!("No resources found in {namespace} namespace.\n"));
        }
        pods
    } else {
        pods_of::named(&args.words[0], pods_of::Doing::Logs, all_pods, &args, context, out)?
    };
    if inline.is_some() && args.is_filled("container") {
        return Err(Failure::client("only one of -c or an inline [CONTAINER] arg is allowed"));
    }
    let mut streams = vec![];
    for pod in &pods {
        let spec = pod.spec.as_ref();
        if args.is_on("all-containers") {
            let init = spec.and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
            let own = spec.map_or(&[][..], |spec| &spec.containers);
            streams.extend(init.iter().chain(own).map(|container| Stream::new(pod, container)));
        } else {
            let quiet = all_pods && pods.len() > 1;
            let container = container_of(pod, named, !quiet, out)?;
            streams.push(Stream::new(pod, container));
        }
    }
    if args.is_on("follow") {
        let most = args.number("max-log-requests")?.unwrap_or(5);
        let count = streams.len();
        if count > 1 && i64::try_from(count).unwrap_or(i64::MAX) > most {
            return Err(Failure::refused(format_args!(
                "you are attempting to follow {count} log streams, but maximum allowed concurrency is {most}, use \
                 --max-log-requests to increase the limit"
            )));
        }
    }
    for stream in &mut streams {
        if let Err(failure) = stream.first(&show, context.sim, out) {
            if !args.is_on("ignore-errors") {
                return Err(failure);
            }
            out.warn(format_args!("{failure}\n"));
        }
    }
    if args.is_on("follow") && !streams.is_empty() {
        let mut follow = FollowLogs { streams, show, next: None };
        return Ok(match follow.poll(context.sim, out) {
            Some(exit) => Outcome::Done(exit),
            None => Outcome::Running(Process::Logs(Box::new(follow))),
        });
    }
    Ok(Outcome::Done(0))
}

/// Which lines are shown, and how.
#[derive(Clone, Debug)]
struct Show {
    previous: bool,
    timestamps: bool,
    prefix: bool,
    tail: Option<usize>,
    since: Option<Duration>,
    since_time: Option<Timestamp>,
    limit: Option<usize>,
}

impl Show {
    fn of(args: &Args, selected: bool) -> Result<Show> {
        let since = args.duration("since")?.filter(|since| !since.is_zero());
        let since_time = args.get("since-time").filter(|time| !time.is_empty());
        let parsed = since_time.map(|text| {
            date::parse(text).ok_or_else(|| {
                Failure::refused(format_args!(
                    "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {text:?} as \"2006\""
                ))
            })
        });
        let since_time = parsed.transpose()?;
        if since.is_some() && since_time.is_some() {
            return Err(Failure::client("at most one of `sinceTime` or `sinceSeconds` may be specified"));
        }
        let tail = args.number("tail")?;
        if tail.is_some_and(|tail| tail < -1) {
            return Err(Failure::client("--tail must be greater than or equal to -1"));
        }
        let tail = if selected && tail.is_none() { Some(10) } else { tail };
        Ok(Show {
            previous: args.is_on("previous"),
            timestamps: args.is_on("timestamps"),
            prefix: args.is_on("prefix"),
            tail: tail.and_then(|tail| usize::try_from(tail).ok()),
            since,
            since_time,
            limit: args.number("limit-bytes")?.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0),
        })
    }
}

/// The log of one container.
#[derive(Clone, Debug)]
struct Stream {
    key: Key,
    container: Container,
    /// The life that is shown, and how many of its lines were.
    shown: Option<(Life, usize)>,
}

impl Stream {
    fn new(pod: &Rc<Pod>, container: &Container) -> Stream {
        Stream { key: pod.key(), container: container.clone(), shown: None }
    }

    /// Prints what is there.
    fn first(&mut self, show: &Show, sim: &Simulation, out: &mut Output) -> Result<()> {
        let now = sim.cluster().now();
        let Some(pod) = sim.cluster().store().object(&self.key).and_then(Pod::of) else {
            return Err(ApiError::NotFound(Kind::Pod, self.key.name.to_string()).into());
        };
        // A pod that no machine has yet has no log: the server says nothing.
        if pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).is_none() {
            return Ok(());
        }
        pods_of::reach(pod, sim, "containerLogs", &self.container.name)?;
        let life = life(pod, &self.container.name, show.previous)?;
        let all = lines(pod, &self.container, &sim.variables(pod, &self.container), life, now);
        let from = show.since_time.or_else(|| now.checked_sub(show.since?).ok());
        let mut wanted: Vec<&Line> = all.iter().filter(|line| from.is_none_or(|from| line.at >= from)).collect();
        wanted.drain(..wanted.len().saturating_sub(show.tail.unwrap_or(usize::MAX)));
        let mut text = String::new();
        wanted.iter().for_each(|line| text.push_str(&self.line(line, show)));
        if let Some(limit) = show.limit {
            let mut end = limit.min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        out.out(&text);
        self.shown = Some((life, all.len()));
        Ok(())
    }

    fn line(&self, line: &Line, show: &Show) -> String {
        let prefix = if show.prefix { format!("[pod/{}/{}] ", self.key.name, self.container.name) } else { String::new() };
        let time = if show.timestamps {
            let date = date::Date::of(line.at);
            format!(
                "{:04}-{:02}-{:02}T{}.{:09}Z ",
                date.year,
                date.month,
                date.day,
                date.clock(),
                line.at.subsec_nanosecond()
            )
        } else {
            String::new()
        };
        format!("{prefix}{time}{}\n", line.text)
    }
}

/// The life of a container whose log is asked for (`pkg/kubelet/kubelet_pods.go`, `validateContainerLogStatus`).
fn life(pod: &Pod, name: &str, previous: bool) -> Result<Life> {
    let refused = |message: String| Err(ApiError::BadRequest(message).into());
    let is_it = |status: &&ContainerStatus| status.name == name;
    let status = pod.status.as_ref();
    let init = status.and_then(|status| status.init_container_statuses.as_ref()).into_iter().flatten();
    let own = status.and_then(|status| status.container_statuses.as_ref()).into_iter().flatten();
    let pod_name = pod.name();
    let Some(status) = own.chain(init).find(is_it) else {
        return refused(format!("container {name:?} in pod {pod_name:?} is not available"));
    };
    let (state, last) = (status.state.as_ref(), status.last_state.as_ref());
    let ended = |it: &crate::api::ContainerStateTerminated| {
        let start = it.started_at.as_ref()?.0;
        Some(Life { start, end: Some((it.finished_at.as_ref().map_or(start, |time| time.0), it.exit_code)) })
    };
    let last = last.and_then(|last| last.terminated.as_ref()).and_then(ended);
    if previous {
        return match last {
            Some(life) => Ok(life),
            None => refused(format!("previous terminated container {name:?} in pod {pod_name:?} not found")),
        };
    }
    if let Some(start) = state.and_then(|state| state.running.as_ref()?.started_at.as_ref()) {
        return Ok(Life { start: start.0, end: None });
    }
    if let Some(life) = state.and_then(|state| state.terminated.as_ref()).and_then(ended).or(last) {
        return Ok(life);
    }
    let waiting = format!("container {name:?} in pod {pod_name:?} is waiting to start");
    match state.and_then(|state| state.waiting.as_ref()?.reason.as_deref()) {
        Some("ErrImagePull") => refused(format!("{waiting}: image can't be pulled")),
        Some("ImagePullBackOff") => refused(format!("{waiting}: trying and failing to pull image")),
        Some(reason) => refused(format!("{waiting}: {reason}")),
        None => refused(format!("{waiting} - no logs yet")),
    }
}

/// `kubectl logs -f`: prints lines as they come, until the containers have ended.
#[derive(Clone, Debug)]
pub struct FollowLogs {
    streams: Vec<Stream>,
    show: Show,
    next: Option<SimTime>,
}

/// How far ahead the next line is looked for.
const AHEAD: Duration = Duration::from_secs(60);

impl FollowLogs {
    /// When there is something to print, as far as is known.
    pub(crate) const fn wants(&self) -> Option<SimTime> {
        self.next
    }

    pub(crate) fn poll(&mut self, sim: &Simulation, out: &mut Output) -> Option<i32> {
        let now = sim.cluster().now();
        let mut next: Option<Timestamp> = None;
        let show = self.show.clone();
        self.streams.retain_mut(|stream| {
            let Some((life, shown)) = stream.shown else { return false };
            let Some(pod) = sim.cluster().store().object(&stream.key).and_then(Pod::of) else { return false };
            // What has ended meanwhile may have said a last word.
            let current = self::life(pod, &stream.container.name, false).ok().filter(|it| it.start == life.start);
            let life = current.unwrap_or(Life { start: life.start, end: life.end.or(Some((now, 0))) });
            let horizon = now + AHEAD;
            let all = lines(pod, &stream.container, &sim.variables(pod, &stream.container), life, horizon);
            let due = all.iter().take_while(|line| line.at <= now).count();
            all.iter().take(due).skip(shown).for_each(|line| out.out(&stream.line(line, &show)));
            stream.shown = Some((life, due.max(shown)));
            let coming = all.get(due).map_or(horizon, |line| line.at);
            next = Some(next.map_or(coming, |next| next.min(coming)));
            life.end.is_none()
        });
        self.next = next.map(SimTime::from_timestamp);
        self.streams.is_empty().then_some(0)
    }
}
